"""From requirements files, written by hand or compiled: inputs become dependencies and groups, pins become the lock.

The file that the others build on holds the project's dependencies, any other one is a group. Where a file was
compiled, its input says what is wanted and the compiled file which versions to keep; where nothing but pins is
there, the pins stay as they are written: that keeps every version and installs nothing new.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from packaging.utils import canonicalize_name

from rules.migration import Edit, Move
from rules.migrations import flit, pip_options, setuptools
from rules.migrations.apart import differing, exact, told
from rules.migrations.base import Base, base_of
from rules.migrations.compiled_names import CompiledNames
from rules.migrations.disagreement import Disagreement, group_names
from rules.migrations.draft import Draft, GroupOf, Wish
from rules.migrations.file_names import rank
from rules.migrations.file_set import FileSet
from rules.migrations.ground import Moved, Site, Stop, deleted
from rules.migrations.listing import Listing, read_listing
from rules.migrations.nameless import named
from rules.migrations.narrow import environments_of, narrow_to_lock
from rules.migrations.pins import normal_version, prerelease_constraints
from rules.migrations.pythons import require_python, used_python
from rules.migrations.read_files import manifest_in
from rules.migrations.recorded import of_annotations
from rules.migrations.standard import table
from scanner.facts import LockedPackage
from scanner.requirement_files import group_of_file

_INSTALLERS = frozenset({"setuptools", "pip", "distribute", "wheel"})


def move(site: Site) -> Moved:
    """Convert the project; raises :class:`Stop` where a person has to decide first."""
    return _Conversion(site).made()


class _Conversion:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._files = FileSet(site)
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
        if not self._files.listings and not self._files.compiled and not base.declares and not base.project:
            raise Stop("manifest-by-hand", "no requirements file could be read", site.manifest)
        root = self._root()
        held = {path: list(self._named(packages)) for path, packages in self._files.held()}
        unlike = differing({path: packages for path, packages in held.items() if not self._files.is_constraints(path)})
        self._fill(root)
        if root is not None and unlike and self._disagreement().stands_alone(root, unlike):
            self._fill(None)
        self._refuse_two_origins(held)
        self._keep_what_installers_needed()
        self._default_groups()
        self._disagreement().refuse_against_the_project()
        self._default_only_what_is_locked(held)
        self._disagreement().keep_apart(held, unlike, root)
        for family in self._files.same:
            self._names.update((path, self._names.get(family.path, [])) for path in family.others)
        pins = _together(held)
        self._constraints()
        self._hold_declared()
        pip_options.add(site, self._draft, list(self._files.listings.values()), pins)
        for text in prerelease_constraints(self._draft, pins, base.document):
            self._draft.settings["constraint-dependencies"] = [*self._constrained(), text]
        library = self._adopted and self._files.compiled.isdisjoint(
            base.reads
        )  # one that reads its pins runs with them
        require_python(base, self._files.locks.values(), held=bool(pins), library=library)
        by_hand = self._files.by_hand()
        environments = environments_of(self._files.locks.values(), self._files.oldest() or used_python(site.project))
        if pins:
            narrow_to_lock(base, environments)
        after = base.written()
        others = [path for family in self._files.same for path in family.others]
        base.kept.update(self._asked_for())
        files = {*self._files.listings, *self._files.compiled, *others, *self._files.exports} - base.kept
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

    def _asked_for(self) -> Iterator[str]:
        """The inputs of pins that the build read, and that are the project's dependencies now: nothing else says what
        the project itself asks for."""
        for path in sorted(self._files.compiled & self._base.reads.keys()):
            for source in self._files.inputs(self._files.locks[path]):
                if source not in self._base.reads:
                    message = f"{source} stays: it says what is asked for, where [project] has the pins of {path}"
                    decision = "Write its lines into [project]? Until then `uv lock --upgrade` raises none of them."
                    self._site.note("setup-py-logic", message, source, 1, decision)
                    yield source

    def _disagreement(self) -> Disagreement:
        return Disagreement(self._base, self._files, self._names)

    def _constrained(self) -> list[str]:
        known = self._draft.settings.get("constraint-dependencies", [])
        return [text for text in known if isinstance(text, str)] if isinstance(known, list) else []

    # --- which file is what ---

    def _root(self) -> str | None:
        """The file with the project's own dependencies: what the others include, else the plainest name."""
        if self._base.declares:
            return None
        runtime = [
            path
            for path in self._files.listings
            if group_of_file(path) is None
            and not self._files.is_constraints(path)
            and self._files.listings[path].wishes
        ]
        if len(runtime) < 2:
            return runtime[0] if runtime else None
        included = [p for p in runtime if all(p in self._files.reach(other) for other in runtime if other != p)]
        if included:
            return included[0]
        return min(runtime, key=lambda p: (rank(p), p.count("/"), p))

    def _fill(self, root: str | None) -> None:
        """The project's dependencies and the groups; without ``root`` every file is a group."""
        self._draft.dependencies, self._draft.groups = self._before[0][:], {k: v[:] for k, v in self._before[1].items()}
        self._names = {path: [target] for path, target in self._base.reads.items()}
        self._project(root)
        for path in sorted(self._files.listings, key=lambda p: (p.count("/"), p)):
            if path != root and not self._files.is_constraints(path) and path not in self._base.reads:
                self._group(path, root)
        self._forget_empty_groups()
        CompiledNames(self._base, self._files, self._names).give()

    def _project(self, root: str | None) -> None:
        if root is None:
            return
        listing = self._files.listings[root]
        self._draft.dependencies += listing.wishes
        self._draft.dependencies_tail = listing.tail
        self._names[root] = ["project"]
        for included in listing.includes:
            if (other := self._files.input_of(included)) in self._files.listings and other != root:
                self._draft.dependencies += [w for w in self._all(other) if w.text not in self._texts()]
                self._names[included] = self._names[other] = ["project"]

    def _all(self, path: str, seen: frozenset[str] = frozenset()) -> Iterator[Wish]:
        if path in seen or path not in self._files.listings:
            return
        yield from self._files.listings[path].wishes
        for other in self._files.listings[path].includes:
            yield from self._all(self._files.input_of(other), seen | {path})

    def _texts(self) -> set[str]:
        return {w.text for w in self._draft.dependencies}

    def _group(self, path: str, root: str | None) -> None:
        if self._names.get(path) == ["project"]:
            return
        listing = self._files.listings[path]
        known = self._texts()
        entries: list[Wish | GroupOf] = [w for w in listing.wishes if w.text not in known]
        if self._base.declares and group_of_file(path) is None:
            entries = self._undeclared(listing)
        entries = [*self._own_extras(listing), *self._read_extras(listing), *entries]
        inside = [self._files.input_of(other) for other in listing.includes]
        others = [GroupOf(self._files.called(o)) for o in inside if o != root and self._names.get(o) != ["project"]]
        others = [o for o in others if o.name != self._files.called(path)]
        if not entries and not others:
            self._names[path] = ["project"]
            return
        if not entries and len(others) == 1 and group_of_file(path) is None:
            self._names[path] = [
                "project",
                f"group:{others[0].name}",
            ]
            return
        name = self._files.called(path)
        there = self._draft.groups.setdefault(name, [])
        there += [e for e in (*others, *entries) if e not in there]
        self._names[path] = [f"group:{name}"]

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
        own = {
            self._files.called(p) for p in self._files.listings if group_of_file(p) is None
        } & self._draft.groups.keys()
        if self._base.declares and own:
            self._draft.settings["default-groups"] = sorted(own | ({"dev"} & group_names(self._base)))

    def _default_only_what_is_locked(self, held: Mapping[str, Sequence[LockedPackage]]) -> None:
        """``dev`` is installed unasked by uv, but not by pip: where nobody compiled it, it waits to be asked for."""
        locked = {name for path, pins in held.items() if pins for name in self._names.get(path, ())}
        there = table(self._base.document, "dependency-groups")
        fresh = "dev" in self._draft.groups and "dev" not in there
        if (
            self._files.compiled
            and fresh
            and "group:dev" not in locked
            and "default-groups" not in self._draft.settings
        ):
            self._draft.settings["default-groups"] = []

    def _keep_what_installers_needed(self) -> None:
        """Pins that only setuptools or pip of that time asked for, which are not pinned: they stay as ``==``."""
        for path in sorted(self._files.compiled):
            packages = self._files.locks[path].packages
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

    def _constraints(self) -> None:
        """Constraint files that no compiler wrote go on to constrain."""
        named = [c for listing in self._files.listings.values() for c in listing.constraints]
        texts: list[str] = []
        for path in dict.fromkeys(named):
            if path in self._files.compiled or not self._files.is_constraints(path):
                continue
            listing = self._files.listings.get(path) or read_listing(self._site, path)
            texts += [w.text for w in listing.wishes if w.source is None]
            self._names[path] = ["constraints"]
        if texts:
            self._draft.settings["constraint-dependencies"] = list(dict.fromkeys(texts))

    def _hold_declared(self) -> None:
        """What somebody pinned by hand for names that ``[project]`` declares without a version: it goes on to hold."""
        texts: list[str] = []
        for path, listing in self._files.listings.items():
            if self._base.declares and self._files.is_by_hand(listing) and self._names.get(path) == ["project"]:
                pinned = {pin.key for pin in listing.pins if pin.source == "index"} & self._base_names()
                texts += [_unextra(w.text) for w in listing.wishes if str(canonicalize_name(w.name)) in pinned]
        known = self._constrained()
        fresh = [text for text in dict.fromkeys(texts) if text not in known]
        if fresh:
            self._draft.settings["constraint-dependencies"] = [*known, *fresh]

    def _base_names(self) -> set[str]:
        return {*self._base.required, *(str(canonicalize_name(w.name)) for w in self._draft.dependencies)}

    def _named(self, packages: Iterable[LockedPackage]) -> Iterator[LockedPackage]:
        """Pins of others than the project itself."""
        own = canonicalize_name(self._base.name)
        yield from (pin for pin in named(tuple(packages)) if pin.name and pin.key != own)

    def _old_lock(self, root: str | None) -> str | None:
        compiled = sorted(self._files.compiled, key=lambda p: (self._names.get(p) != ["project"], p))
        if compiled:
            return compiled[0]
        pinned = [p for p, listing in self._files.listings.items() if listing.is_pinned]
        return root if root in pinned else pinned[0] if pinned else None


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
