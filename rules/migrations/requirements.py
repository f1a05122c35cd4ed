"""From requirements files, written by hand or compiled: inputs become dependencies and groups, pins become the lock.

The file that the others build on holds the project's dependencies, any other one is a group. Where a file was
compiled, its input says what is wanted and the compiled file which versions to keep; where nothing but pins is
there, the pins stay as they are written: that keeps every version and installs nothing new.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, count

from packaging.utils import canonicalize_name

from rules.migration import Edit, Move
from rules.migrations import flit, pip_options, setuptools
from rules.migrations.apart import (
    MOST,
    Differing,
    conflict_sets,
    differing,
    exact,
    flatten,
    names_of,
    told,
    with_versions,
)
from rules.migrations.base import Base, base_of
from rules.migrations.by_python import Family, families, merged_pins, merged_wishes, stem_without_python
from rules.migrations.draft import Draft, GroupOf, Wish
from rules.migrations.ground import Moved, Site, Stop, deleted
from rules.migrations.listing import Listing, read_listing
from rules.migrations.narrow import environments_of, narrow_to_lock
from rules.migrations.own_files import own_files
from rules.migrations.pep import admits
from rules.migrations.pins import normal_version, prerelease_constraints
from rules.migrations.pythons import require_python, used_python
from rules.migrations.read_files import manifest_in
from rules.migrations.recorded import of_annotations
from rules.migrations.standard import table
from rules.migrations.toml_text import Value
from rules.pythons import dotted
from scanner.facts import Lock, LockedPackage
from scanner.folder import folder_of
from scanner.requirement_files import group_of_file
from scanner.words import listed

_INSTALLERS = frozenset({"setuptools", "pip", "distribute", "wheel"})
_ROOTS = tuple("requirements base common main core runtime app install default prod production".split())


def move(site: Site) -> Moved:
    """Convert the project; raises :class:`Stop` where a person has to decide first."""
    return _Conversion(site).made()


class _Conversion:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._extracts = own_files(site)
        locks = [e.lock for e in self._extracts if e.lock is not None]
        self._locks: dict[str, Lock] = {lock.path: lock for lock in locks if lock.export_of is None}
        self._exports = [lock.path for lock in locks if lock.export_of is not None]
        compiled = {path for path, lock in self._locks.items() if self._inputs(lock)}
        self._listings = {
            e.path: read_listing(site, e.path)
            for e in self._extracts
            if e.path not in self._exports and e.path not in compiled
        }
        self._listings |= {path: read_listing(site, path) for path in self._inputs_elsewhere(compiled)}
        self._frozen = self._locks_by_hand()
        compiled |= self._frozen
        self._compiled = compiled
        self._same = self._families()
        self._distinct = self._distinct_names()
        self._base: Base = base_of(site)
        self._adopted = flit.has_metadata(self._base) or (not self._base.project and setuptools.has_setup(site))
        if flit.has_metadata(self._base):
            flit.adopt(self._base)
        elif self._adopted:
            setuptools.adopt(self._base)
        self._draft: Draft = self._base.draft
        self._before = (self._draft.dependencies[:], {k: v[:] for k, v in self._draft.groups.items()})
        self._names: dict[str, list[str]] = {}

    def made(self) -> Moved:
        site, base = self._site, self._base
        if not self._listings and not self._compiled and not base.declares and not base.project:
            raise Stop("manifest-by-hand", "no requirements file could be read", site.manifest)
        root = self._root()
        held = {path: list(self._named(packages)) for path, packages in self._sources()}
        unlike = differing({path: packages for path, packages in held.items() if not self._is_constraints(path)})
        self._fill(root)
        if root is not None and unlike and self._stands_alone(root, unlike):
            self._fill(None)
        self._refuse_two_origins(held)
        self._keep_what_installers_needed()
        self._default_groups()
        self._refuse_against_the_project()
        self._default_only_what_is_locked(held)
        self._keep_apart(held, unlike, root)
        for family in self._same:
            self._names.update((path, self._names.get(family.path, [])) for path in family.others)
        pins = _together(held)
        self._constraints()
        self._hold_declared()
        pip_options.add(site, self._draft, list(self._listings.values()), pins)
        for text in prerelease_constraints(self._draft, pins, base.document):
            self._draft.settings["constraint-dependencies"] = [*self._constrained(), text]
        require_python(base, self._locks.values(), held=bool(pins), library=self._adopted)
        by_hand = {x.path for x in self._listings.values() if x.pins and self._is_by_hand(x)} | self._frozen
        environments = environments_of(self._locks.values(), self._oldest() or used_python(site.project))
        if pins:
            narrow_to_lock(base, environments)
        after = base.written()
        others = [path for family in self._same for path in family.others]
        files = {*self._listings, *self._compiled, *others, *self._exports} - base.kept
        edits = [Edit(path=site.manifest, before=base.before, after=after), *deleted(site, sorted(files))]
        edits += [*base.edits(), *manifest_in(site, files)]
        return Moved(
            edits=tuple(edits),
            move=Move(
                project=site.project,
                manifest=site.manifest,
                lock=site.path("uv.lock"),
                old_lock=self._old_lock(root),
                pins=pins,
                groups=tuple((path, name) for path, names in self._names.items() for name in names),
                package=base.package,
                environments=environments,
                complete=not by_hand,
                by_hand=tuple(sorted(by_hand)),
                recorded=of_annotations(pins),
            ),
        )

    def _oldest(self) -> str | None:
        """The oldest Python that files were compiled for, one by one."""
        return dotted(min(f.members[0][0] for f in self._same)) if self._same else None

    def _constrained(self) -> list[str]:
        known = self._draft.settings.get("constraint-dependencies", [])
        return [text for text in known if isinstance(text, str)] if isinstance(known, list) else []

    # --- which file is what ---

    def _inputs(self, lock: Lock) -> list[str]:
        """The files that a compiled file was made from, as far as they are there."""
        files = self._site.ground.facts.files
        found = [path for path in lock.inputs if path in files]
        beside = posixpath.splitext(lock.path)[0] + ".in"
        return found or [path for path in (beside,) if path in files]

    def _inputs_elsewhere(self, compiled: Iterable[str]) -> list[str]:
        """Inputs of compiled files in folders that are not the project's (``etc/requirements.in``)."""
        extracts = self._site.ground.facts.extracts
        named = dict.fromkeys(path for lock in compiled for path in self._inputs(self._locks[lock]))
        known = {*self._listings, *self._locks, *(e.path for e in self._extracts)}
        found = (extracts.get(path) for path in named if path not in known)
        return [e.path for e in found if e is not None and e.format == "requirements" and not e.template]

    def _locks_by_hand(self) -> set[str]:
        """Files named after another one (``requirements.txt.lock``) that pin all that it lists: its lock, by hand."""
        found = set()
        for path in [p for p in self._listings if p.endswith(".lock")]:
            listing, of = self._listings[path], self._listings.get(path.removesuffix(".lock"))
            names = {canonicalize_name(wish.name) for wish in listing.wishes}
            if of is not None and listing.is_pinned and names >= {canonicalize_name(w.name) for w in of.wishes}:
                self._locks[path] = Lock(
                    path=path, tool="pip", format="requirements", packages=tuple(listing.pins), inputs=(of.path,)
                )
                del self._listings[path]
                found.add(path)
        return found

    def _is_by_hand(self, listing: Listing) -> bool:
        """Whether no compiled file was made from a file, and no locker wrote it."""
        return listing.path not in self._read_by_compilers() and listing.path not in self._locks

    def _read_by_compilers(self) -> set[str]:
        """The inputs of compiled files, and what these include."""
        found: set[str] = set()
        waiting = [path for lock in self._locks.values() for path in self._inputs(lock)]
        while waiting:
            path = waiting.pop()
            if path not in found:
                found.add(path)
                listing = self._listings.get(path)
                waiting += [p for p in (listing.includes if listing else ()) if p not in self._locks]
        return found

    def _is_constraints(self, path: str) -> bool:
        extract = self._site.ground.facts.extracts.get(path)
        manifest = extract.manifest if extract is not None else None
        return manifest is not None and bool(manifest.constraints) and not manifest.requirements

    def _root(self) -> str | None:
        """The file with the project's own dependencies: what the others include, else the plainest name."""
        if self._base.declares:
            return None
        runtime = [
            path
            for path in self._listings
            if group_of_file(path) is None and not self._is_constraints(path) and self._listings[path].wishes
        ]
        if len(runtime) < 2:
            return runtime[0] if runtime else None
        included = [p for p in runtime if all(p in self._reach(other) for other in runtime if other != p)]
        if included:
            return included[0]
        return min(runtime, key=lambda p: (_rank(p), p.count("/"), p))

    def _reach(self, path: str) -> set[str]:
        """The files that ``path`` reads in or is constrained by, directly or not."""
        seen: set[str] = set()
        waiting = [path]
        while waiting:
            listing = self._listings.get(self._input_of(waiting.pop()))
            for other in (*listing.includes, *listing.constraints) if listing else ():
                name = self._input_of(other)
                if name not in seen:
                    seen.add(name)
                    waiting.append(name)
        return seen

    def _input_of(self, path: str) -> str:
        """The input of a compiled file, any other file itself."""
        lock = self._locks.get(path)
        inputs = self._inputs(lock) if lock is not None and path in self._compiled else []
        own = posixpath.splitext(path)[0] + ".in"
        chosen = [p for p in inputs if p in self._listings]
        return own if own in chosen else chosen[0] if chosen else path

    def _families(self) -> list[Family]:
        """Files that were compiled once for each Python; from here on the first of each stands for all."""
        found = families([*self._compiled, *self._listings], self._locks, self._inputs)
        for family in found:
            paths = [path for _, path in family.members]
            if family.path in self._listings:
                own = self._listings[family.path]
                own.wishes = merged_wishes(family, {p: self._listings[p].wishes for p in paths})
                own.pins = merged_pins(family, {p: self._listings[p].pins for p in paths})
            for path in family.others:
                self._listings.pop(path, None)
                self._compiled.discard(path)
        return found

    # --- what goes where ---

    def _fill(self, root: str | None) -> None:
        """The project's dependencies and the groups; without ``root`` every file is a group."""
        self._draft.dependencies, self._draft.groups = self._before[0][:], {k: v[:] for k, v in self._before[1].items()}
        self._names = {path: [target] for path, target in self._base.reads.items()}
        self._project(root)
        for path in sorted(self._listings, key=lambda p: (p.count("/"), p)):
            if path != root and not self._is_constraints(path) and path not in self._base.reads:
                self._group(path, root)
        self._forget_empty_groups()
        for path in self._compiled - self._base.reads.keys():
            self._name_compiled(path)

    def _project(self, root: str | None) -> None:
        if root is None:
            return
        listing = self._listings[root]
        self._draft.dependencies += listing.wishes
        self._draft.dependencies_tail = listing.tail
        self._names[root] = ["project"]
        for included in listing.includes:
            if (other := self._input_of(included)) in self._listings and other != root:
                self._draft.dependencies += [w for w in self._all(other) if w.text not in self._texts()]
                self._names[included] = self._names[other] = ["project"]

    def _all(self, path: str, seen: frozenset[str] = frozenset()) -> Iterator[Wish]:
        if path in seen or path not in self._listings:
            return
        yield from self._listings[path].wishes
        for other in self._listings[path].includes:
            yield from self._all(self._input_of(other), seen | {path})

    def _texts(self) -> set[str]:
        return {w.text for w in self._draft.dependencies}

    def _group(self, path: str, root: str | None) -> None:
        if self._names.get(path) == ["project"]:
            return
        listing = self._listings[path]
        known = self._texts()
        entries: list[Wish | GroupOf] = [w for w in listing.wishes if w.text not in known]
        if self._base.declares and group_of_file(path) is None:
            entries = self._undeclared(listing)
        entries = [*self._own_extras(listing), *self._read_extras(listing), *entries]
        inside = [self._input_of(other) for other in listing.includes]
        others = [GroupOf(self._called(o)) for o in inside if o != root and self._names.get(o) != ["project"]]
        others = [o for o in others if o.name != self._called(path)]
        if not entries and not others:
            self._names[path] = ["project"]
            return
        if not entries and len(others) == 1 and group_of_file(path) is None:
            self._names[path] = [
                "project",
                f"group:{others[0].name}",
            ]
            return
        name = self._called(path)
        there = self._draft.groups.setdefault(name, [])
        there += [e for e in (*others, *entries) if e not in there]
        self._names[path] = [f"group:{name}"]

    def _distinct_names(self) -> dict[str, str]:
        """The group for each file; one of its own where another file of that name asks otherwise for a package."""
        found: dict[str, str] = {}
        asked: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for path in sorted(self._listings, key=lambda p: (p.count("/"), p)):
            texts = {str(canonicalize_name(w.name)): w.text for w in self._listings[path].wishes}
            stem = _stem(path)
            names = chain((_group_name(path), stem), (f"{stem}-{n}" for n in count(2)))
            found[path] = next(n for n in names if all(asked[n].get(key, text) == text for key, text in texts.items()))
            asked[found[path]].update(texts)
        return found

    def _called(self, path: str) -> str:
        return self._distinct.get(path) or _group_name(path)

    def _forget_empty_groups(self) -> None:
        """A file of which nothing became a group is included by none."""
        groups = self._draft.groups
        for name, entries in groups.items():
            groups[name] = [e for e in entries if not isinstance(e, GroupOf) or e.name in groups]
        for path, names in self._names.items():
            left = [n for n in names if not n.startswith("group:") or n.partition(":")[2] in groups]
            self._names[path] = left or ["project"]

    def _refuse_two_origins(self, held: Mapping[str, Sequence[LockedPackage]]) -> None:
        """A name that the project takes from an index and a group from an address: one lock has one origin for it.

        Where the old files hold the one from the address alone, that is the one; what the project publishes is a range
        all the same.
        """
        origins: defaultdict[str, set[tuple[str, str | None]]] = defaultdict(set)
        for pin in (pin for pins in held.values() for pin in pins):
            origins[pin.key].add((pin.source, pin.origin))
        decided = {name for name, found in origins.items() if len(found) == 1 and "index" not in dict(found)}
        plain = {str(canonicalize_name(w.name)) for w in self._draft.dependencies if w.source is None}
        plain |= self._base.declared - {str(canonicalize_name(self._base.name))}
        plain -= decided
        for _, group, wish in self._draft.wishes():
            if group is not None and wish.source and canonicalize_name(wish.name) in plain:
                message = f"{wish.name} comes from an address here, and from an index for the project itself"
                decision = "Which of the two is to be locked? One lock has one origin for a name."
                raise Stop("conflicting-pins", message, wish.path, wish.line, decision)

    def _default_groups(self) -> None:
        """What a file without a purpose in its name lists is installed in any case, also where it became a group."""
        own = {self._called(p) for p in self._listings if group_of_file(p) is None} & self._draft.groups.keys()
        if self._base.declares and own:
            self._draft.settings["default-groups"] = sorted(own | ({"dev"} & self._group_names()))

    def _default_only_what_is_locked(self, held: Mapping[str, Sequence[LockedPackage]]) -> None:
        """``dev`` is installed unasked by uv, but not by pip: where nobody compiled it, it waits to be asked for."""
        locked = {name for path, pins in held.items() if pins for name in self._names.get(path, ())}
        there = table(self._base.document, "dependency-groups")
        fresh = "dev" in self._draft.groups and "dev" not in there
        if self._compiled and fresh and "group:dev" not in locked and "default-groups" not in self._draft.settings:
            self._draft.settings["default-groups"] = []

    def _keep_what_installers_needed(self) -> None:
        """Pins that only setuptools or pip of that time asked for, which are not pinned: they stay as ``==``."""
        for path in sorted(self._compiled):
            packages = self._locks[path].packages
            absent = _INSTALLERS - {pin.key for pin in packages}
            names = {
                pin.key for pin in packages if pin.via and absent.issuperset(map(str, map(canonicalize_name, pin.via)))
            }
            wishes = exact(path, packages, names)
            target = next(iter(self._names.get(path, ())), "project")
            kind, _, group = target.partition(":")
            if kind == "group" and group in self._draft.groups:
                self._draft.groups[group] += told(wishes, path)
            elif kind == "project":
                self._draft.dependencies += told(wishes, path)

    def _group_names(self) -> set[str]:
        there = self._base.document.get("dependency-groups", {})
        return {*self._draft.groups, *(there if isinstance(there, dict) else ())}

    def _own_extras(self, listing: Listing) -> list[Wish | GroupOf]:
        """The project itself with extras (``-e .[dev]``); without any, it is installed in any case."""
        if not listing.own_extras or not self._base.declares:
            return []
        name = self._base.name
        text = f"{name}[{','.join(dict.fromkeys(listing.own_extras))}]"
        return [Wish(name=name, text=text, source={"workspace": True}, path=listing.path)]

    def _read_extras(self, listing: Listing) -> list[Wish | GroupOf]:
        """The extras that files which this one includes became."""
        targets = (name for path in listing.includes for name in self._names.get(path, ()) if path in self._base.reads)
        extras = [name.partition(":")[2] for name in targets if name.startswith("extra:")]
        text = f"{self._base.name}[{','.join(extras)}]"
        wish = Wish(name=self._base.name, text=text, source={"workspace": True}, path=listing.path)
        return [wish] if extras else []

    def _undeclared(self, listing: Listing) -> list[Wish | GroupOf]:
        """What a file lists that ``[project]`` does not; what both have, the file pins."""
        declared = {*self._base.required, *(str(canonicalize_name(w.name)) for w in self._draft.dependencies)}
        return [w for w in listing.wishes if w.source is not None or canonicalize_name(w.name) not in declared]

    def _name_compiled(self, path: str) -> None:
        inputs = [p for p in self._inputs(self._locks[path]) if p in self._listings]
        own = posixpath.splitext(path)[0] + ".in"
        names = [name for p in ([own] if own in inputs else inputs) for name in self._names.get(p, ())]
        self._names[path] = list(dict.fromkeys(names)) or ["project"]

    def _constraints(self) -> None:
        """Constraint files that no compiler wrote go on to constrain."""
        named = [c for listing in self._listings.values() for c in listing.constraints]
        texts: list[str] = []
        for path in dict.fromkeys(named):
            if path in self._compiled or not self._is_constraints(path):
                continue
            listing = self._listings.get(path) or read_listing(self._site, path)
            texts += [w.text for w in listing.wishes if w.source is None]
            self._names[path] = ["constraints"]
        if texts:
            self._draft.settings["constraint-dependencies"] = list(dict.fromkeys(texts))

    def _hold_declared(self) -> None:
        """What somebody pinned by hand for names that ``[project]`` declares without a version: it goes on to hold."""
        texts: list[str] = []
        for path, listing in self._listings.items():
            if self._base.declares and self._is_by_hand(listing) and self._names.get(path) == ["project"]:
                pinned = {pin.key for pin in listing.pins if pin.source == "index"} & self._base_names()
                texts += [_unextra(w.text) for w in listing.wishes if str(canonicalize_name(w.name)) in pinned]
        known = self._constrained()
        fresh = [text for text in dict.fromkeys(texts) if text not in known]
        if fresh:
            self._draft.settings["constraint-dependencies"] = [*known, *fresh]

    def _base_names(self) -> set[str]:
        return {*self._base.required, *(str(canonicalize_name(w.name)) for w in self._draft.dependencies)}

    # --- files that pin differently ---

    def _stands_alone(self, root: str, unlike: Differing) -> bool:
        """Whether the project's own file must become a group: pinned by hand, or not what all that differ build on."""
        own = [path for path, names in self._names.items() if names == ["project"]]
        for pair in unlike:
            for path in pair - set(own):
                if len(pair & set(own)) == 1 and (root in pair or not self._builds_on(path, root)):
                    return True
        return False

    def _builds_on(self, path: str, root: str) -> bool:
        lock = self._locks.get(path) if path in self._compiled else None
        starts = self._inputs(lock) if lock is not None else [path]
        return any(self._input_of(start) == root or root in self._reach(start) for start in starts)

    def _keep_apart(self, held: Mapping[str, Sequence[LockedPackage]], unlike: Differing, root: str | None) -> None:
        """Files that hold one package in different versions: groups that conflict, each with its own versions."""
        files = [path for path in held if names_of(path, unlike)]
        if not files:
            return
        if len(files) > MOST:
            self._refuse_conflicts(held, unlike)
        shared = Counter(tuple(self._names.get(path, ())) for path in files)
        mine = [p for p in files if "project" in self._names.get(p, ()) or root in (p, self._input_of(p))]
        groups = {path: self._group_apart(path, shared) for path in files}
        pairs = {frozenset(groups[path] for path in pair) for pair in unlike}
        flatten(self._draft.groups, pairs)
        for path, group in groups.items():
            there = self._draft.groups[group]
            texts = {entry.text for entry in there if isinstance(entry, Wish)}
            own = [w for w in exact(path, held[path], names_of(path, unlike)) if w.text not in texts]
            there += told(own, path)
            self._names[path] = [*(["project"] if path in mine else []), f"group:{group}"]
        self._refuse_out_of_step(held, groups)
        sets = [[{"group": name} for name in names] for names in conflict_sets(pairs)]
        self._draft.settings["conflicts"] = [*self._declared_conflicts(), *sets]
        if mine:
            chosen = groups[min(mine, key=lambda p: (p != root, _rank(p), p))]
            self._install_unasked(chosen, pairs)
            with_versions(self._draft.groups, chosen, pairs)
        else:
            self._install_unasked(None, pairs)
        self._tell_conflicts(held, unlike, groups)

    def _group_apart(self, path: str, shared: Mapping[tuple[str, ...], int]) -> str:
        """The group with a file's own versions: the one that it became, if nothing else did, else a new one."""
        names = self._names.get(path, [])
        own = [name.partition(":")[2] for name in names if name.startswith("group:")]
        if len(names) == len(own) == 1 and shared[tuple(names)] == 1:
            return own[0]
        wanted = self._called(path)
        if path in {family.path for family in self._same}:
            wanted = stem_without_python(path) or wanted
        taken = {str(canonicalize_name(name)) for name in self._group_names()}
        stem = _stem(path)
        candidates = chain((wanted, stem), (f"{stem}-{n}" for n in count(2)))
        name = next(name for name in candidates if name and name not in taken)
        self._draft.groups[name] = [GroupOf(group) for group in own]
        return name

    def _declared_conflicts(self) -> list[Value]:
        known = table(self._base.document, "tool", "uv").get("conflicts", [])
        return list(known) if isinstance(known, list) else []

    def _install_unasked(self, group: str | None, pairs: Collection[frozenset[str]]) -> None:
        """Let uv install ``group`` by default, and of what it installs by default all that conflicts with nothing."""
        stated = self._draft.settings.get("default-groups", ["dev"] if "dev" in self._group_names() else [])
        names = [name for name in stated if isinstance(name, str)] if isinstance(stated, list) else []
        kept = [group] if group is not None else []
        for name in sorted(names, key=lambda n: (n == "dev", n)):
            if name not in kept and not any(frozenset({name, other}) in pairs for other in kept):
                kept.append(name)
        if group is not None or kept != names:
            self._draft.settings["default-groups"] = sorted(kept)

    def _tell_conflicts(
        self, held: Mapping[str, Sequence[LockedPackage]], unlike: Differing, groups: Mapping[str, str]
    ) -> None:
        names = sorted({name for found in unlike.values() for name in found})
        files = listed([f"{path} (group {groups[path]})" for path in groups], 6)
        message = (
            f"{listed(names, 6)} {'differs' if len(names) == 1 else 'differ'} between {files}: the groups conflict and "
            "hold their versions as ==; to bring them together, take these lines and [tool.uv] conflicts out and lock"
        )
        path = next(iter(groups))
        self._site.note("conflicting-pins", message, path, next((p.line for p in held[path] if p.key in names), None))

    def _refuse_out_of_step(self, held: Mapping[str, Sequence[LockedPackage]], groups: Mapping[str, str]) -> None:
        """A file whose versions its own inputs do not admit any more: it was not compiled again."""
        for path, group in groups.items():
            entries = self._draft.groups[group]
            wishes = [*self._draft.dependencies, *(e for e in entries if isinstance(e, Wish))]
            for pin in held[path]:
                for wish in wishes:
                    if (
                        canonicalize_name(wish.name) == pin.key
                        and not wish.marker
                        and not admits(wish.text, pin.version)
                    ):
                        raise self._out_of_step(path, pin, wish)

    def _refuse_against_the_project(self) -> None:
        """A version that somebody pinned by hand, and that the project itself does not admit: uv installs both."""
        declared = [Wish(name=_name(text), text=text, path=self._site.manifest) for text in self._declared_texts()]
        always = {
            str(canonicalize_name(w.name)): w for w in (*declared, *self._draft.dependencies) if ";" not in w.text
        }
        for path, listing in self._listings.items():
            groups = [name for name in self._names.get(path, ()) if name.startswith("group:")]
            for pin in listing.pins if groups and self._is_by_hand(listing) else ():
                wish = always.get(pin.key)
                if wish is not None and not pin.marker and not wish.source and not admits(wish.text, pin.version):
                    raise self._out_of_step(path, pin, wish, by_hand=True)

    def _declared_texts(self) -> list[str]:
        texts = self._base.project.get("dependencies", ())
        return [text for text in texts if isinstance(text, str)] if isinstance(texts, list | tuple) else []

    def _out_of_step(self, path: str, pin: LockedPackage, wish: Wish, *, by_hand: bool = False) -> Stop:
        message = f"{path} holds {pin.name} {pin.version}, which {wish.text} ({wish.path}) does not admit"
        if by_hand or wish.path in self._base.reads:
            message += ": the package itself demands that, and uv installs it with every group"
            return Stop("conflicting-pins", message, path, pin.line)
        decision = "Compile that file again, so that the comparison is fair?"
        return Stop("conflicting-pins", message, path, pin.line, decision)

    def _refuse_conflicts(self, held: Mapping[str, Sequence[LockedPackage]], unlike: Differing) -> None:
        one, other = sorted(next(iter(unlike)))
        name = min(unlike[frozenset({one, other})])
        first, second = (next(p for p in held[path] if p.key == name) for path in (one, other))
        message = f"{name} is {first.version} in {one} and {second.version} in {other}: {len(held)} files disagree"
        raise Stop("conflicting-pins", message, other, second.line)

    # --- pins ---

    def _named(self, packages: Iterable[LockedPackage]) -> Iterator[LockedPackage]:
        """Pins of others than the project itself."""
        own = canonicalize_name(self._base.name)
        yield from (pin for pin in packages if pin.name and pin.key != own)

    def _sources(self) -> Iterable[tuple[str, Iterable[LockedPackage]]]:
        for path in sorted((*self._compiled, *self._listings), key=lambda p: (group_of_file(p) is not None, p)):
            family = next((f for f in self._same if f.path == path and path in self._compiled), None)
            if family is not None:
                yield path, merged_pins(family, {p: self._locks[p].packages for _, p in family.members})
            elif path in self._compiled:
                yield path, self._locks[path].packages
            elif path not in self._read_by_compilers():
                yield path, [p for p in self._listings[path].pins if p.source == "index"]

    def _old_lock(self, root: str | None) -> str | None:
        compiled = sorted(self._compiled, key=lambda p: (self._names.get(p) != ["project"], p))
        if compiled:
            return compiled[0]
        pinned = [p for p, listing in self._listings.items() if listing.is_pinned]
        return root if root in pinned else pinned[0] if pinned else None


def _name(text: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", text)
    return found[0] if found else text


def _unextra(text: str) -> str:
    """A requirement without extras, as constraints are."""
    return re.sub(r"^([A-Za-z0-9._-]+)\[[^\]]*\]", r"\1", text)


def _together(held: Mapping[str, Iterable[LockedPackage]]) -> tuple[LockedPackage, ...]:
    """The versions of all files, each once, with the files that hold it."""
    found: dict[tuple[str, str | None], LockedPackage] = {}
    for path, packages in held.items():
        for pin in packages:
            key = (pin.key, normal_version(pin.version))
            known = found.get(key)
            hashes = tuple(dict.fromkeys((*known.hashes, *pin.hashes))) if known is not None else pin.hashes
            groups = (*known.groups, path) if known is not None else (path,)
            via = tuple(dict.fromkeys((*(known.via if known is not None else ()), *pin.via)))
            found[key] = replace(known or pin, hashes=hashes, groups=groups, via=via, marker=_either(known, pin))
    return tuple(found.values())


def _either(known: LockedPackage | None, pin: LockedPackage) -> str | None:
    if known is None or known.marker == pin.marker:
        return pin.marker
    return f"({known.marker}) or ({pin.marker})" if known.marker and pin.marker else None


def _stem(path: str) -> str:
    """The name of a file without its ending, as a group may be called."""
    stem = posixpath.splitext(posixpath.basename(path))[0].lower()
    return re.sub(r"[^a-z0-9]+", "-", stem).strip("-") or "requirements"


def _rank(path: str) -> int:
    words = re.split(r"[^a-z]+", posixpath.splitext(posixpath.basename(path))[0].lower())
    return next((i for i, name in enumerate(_ROOTS) if words == [name]), len(_ROOTS))


def _group_name(path: str) -> str:
    """The group for a file: ``dev`` of ``requirements-dev.txt``; its own stem where the name says nothing else."""
    stem = posixpath.splitext(posixpath.basename(path))[0].lower()
    rest = re.sub(r"requirements?|requirments|reqs?", "", stem).strip("-_. ")
    name = group_of_file(path) or rest or posixpath.basename(folder_of(path)) or stem
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "requirements"
