"""The requirements files of a project: which ones were compiled, from which others, and who reads whom. Pure."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable
from itertools import chain, count

from packaging.utils import canonicalize_name

from rules.migrations.by_python import Family, families, merged_pins, merged_wishes
from rules.migrations.file_names import group_name, stem_of
from rules.migrations.ground import Site
from rules.migrations.listing import Listing, read_listing
from rules.migrations.own_files import own_files
from rules.pythons import dotted
from scanner.facts import Lock, LockedPackage
from scanner.requirement_files import group_of_file


class FileSet:
    """What the project's requirements files list and hold; raises :class:`Stop` for lines that cannot be taken over.

    ``listings`` are files that say what is wanted, ``locks`` those that a locker wrote; ``compiled`` are the locks made
    from listings, ``frozen`` such ones by hand, ``exports`` those written from another lock, ``same`` the files that
    were compiled once for each Python, of which the first stands for all.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._extracts = own_files(site)
        locks = [e.lock for e in self._extracts if e.lock is not None]
        self.locks: dict[str, Lock] = {lock.path: lock for lock in locks if lock.export_of is None}
        self.exports = [lock.path for lock in locks if lock.export_of is not None]
        compiled = {path for path, lock in self.locks.items() if self.inputs(lock)}
        self.listings = {
            e.path: read_listing(site, e.path)
            for e in self._extracts
            if e.path not in self.exports and e.path not in compiled
        }
        self.listings |= {path: read_listing(site, path) for path in self._inputs_elsewhere(compiled)}
        self.frozen = self._locks_by_hand()
        self.compiled = compiled | self.frozen
        self.same = self._families()
        self._distinct = self._distinct_names()

    def inputs(self, lock: Lock) -> list[str]:
        """The files that a compiled file was made from, as far as they are there."""
        files = self._site.ground.facts.files
        found = [path for path in lock.inputs if path in files]
        beside = posixpath.splitext(lock.path)[0] + ".in"
        return found or [path for path in (beside,) if path in files]

    def _inputs_elsewhere(self, compiled: Iterable[str]) -> list[str]:
        """Inputs of compiled files in folders that are not the project's (``etc/requirements.in``)."""
        extracts = self._site.ground.facts.extracts
        named = dict.fromkeys(path for lock in compiled for path in self.inputs(self.locks[lock]))
        known = {*self.listings, *self.locks, *(e.path for e in self._extracts)}
        found = (extracts.get(path) for path in named if path not in known)
        return [e.path for e in found if e is not None and e.format == "requirements" and not e.template]

    def _locks_by_hand(self) -> set[str]:
        """Files named after another one (``requirements.txt.lock``) that pin all that it lists: its lock, by hand."""
        found = set()
        for path in [p for p in self.listings if p.endswith(".lock")]:
            listing, of = self.listings[path], self.listings.get(path.removesuffix(".lock"))
            names = {canonicalize_name(wish.name) for wish in listing.wishes}
            if of is not None and listing.is_pinned and names >= {canonicalize_name(w.name) for w in of.wishes}:
                self.locks[path] = Lock(
                    path=path, tool="pip", format="requirements", packages=tuple(listing.pins), inputs=(of.path,)
                )
                del self.listings[path]
                found.add(path)
        return found

    def is_by_hand(self, listing: Listing) -> bool:
        """Whether no compiled file was made from a file, and no locker wrote it."""
        return listing.path not in self.read_by_compilers() and listing.path not in self.locks

    def by_hand(self) -> set[str]:
        """The files that pin something, and that no tool wrote."""
        return {x.path for x in self.listings.values() if x.pins and self.is_by_hand(x)} | self.frozen

    def read_by_compilers(self) -> set[str]:
        """The inputs of compiled files, and what these include."""
        found: set[str] = set()
        waiting = [path for lock in self.locks.values() for path in self.inputs(lock)]
        while waiting:
            path = waiting.pop()
            if path not in found:
                found.add(path)
                listing = self.listings.get(path)
                waiting += [p for p in (listing.includes if listing else ()) if p not in self.locks]
        return found

    def is_constraints(self, path: str) -> bool:
        """Whether a file constrains others and asks for nothing."""
        extract = self._site.ground.facts.extracts.get(path)
        manifest = extract.manifest if extract is not None else None
        return manifest is not None and bool(manifest.constraints) and not manifest.requirements

    def reach(self, path: str) -> set[str]:
        """The files that ``path`` reads in or is constrained by, directly or not."""
        seen: set[str] = set()
        waiting = [path]
        while waiting:
            listing = self.listings.get(self.input_of(waiting.pop()))
            for other in (*listing.includes, *listing.constraints) if listing else ():
                name = self.input_of(other)
                if name not in seen:
                    seen.add(name)
                    waiting.append(name)
        return seen

    def input_of(self, path: str) -> str:
        """The input of a compiled file, any other file itself."""
        lock = self.locks.get(path)
        inputs = self.inputs(lock) if lock is not None and path in self.compiled else []
        own = posixpath.splitext(path)[0] + ".in"
        chosen = [p for p in inputs if p in self.listings]
        return own if own in chosen else chosen[0] if chosen else path

    def builds_on(self, path: str, root: str) -> bool:
        """Whether a file, or what it was compiled from, reads in ``root``."""
        lock = self.locks.get(path) if path in self.compiled else None
        starts = self.inputs(lock) if lock is not None else [path]
        return any(self.input_of(start) == root or root in self.reach(start) for start in starts)

    def _families(self) -> list[Family]:
        """Files that were compiled once for each Python; from here on the first of each stands for all."""
        found = families([*self.compiled, *self.listings], self.locks, self.inputs)
        for family in found:
            paths = [path for _, path in family.members]
            if family.path in self.listings:
                own = self.listings[family.path]
                own.wishes = merged_wishes(family, {p: self.listings[p].wishes for p in paths})
                own.pins = merged_pins(family, {p: self.listings[p].pins for p in paths})
            for path in family.others:
                self.listings.pop(path, None)
                self.compiled.discard(path)
        return found

    def _distinct_names(self) -> dict[str, str]:
        """The group for each file; one of its own where another file of that name asks otherwise for a package."""
        found: dict[str, str] = {}
        asked: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for path in sorted(self.listings, key=lambda p: (p.count("/"), p)):
            texts = {str(canonicalize_name(w.name)): w.text for w in self.listings[path].wishes}
            stem = stem_of(path)
            names = chain((group_name(path), stem), (f"{stem}-{n}" for n in count(2)))
            found[path] = next(n for n in names if all(asked[n].get(key, text) == text for key, text in texts.items()))
            asked[found[path]].update(texts)
        return found

    def called(self, path: str) -> str:
        """The group that a file becomes, if it becomes one."""
        return self._distinct.get(path) or group_name(path)

    def oldest(self) -> str | None:
        """The oldest Python that files were compiled for, one by one."""
        return dotted(min(f.members[0][0] for f in self.same)) if self.same else None

    def held(self) -> Iterable[tuple[str, Iterable[LockedPackage]]]:
        """The versions that compiled files hold, and files by hand that no compiler reads; the project's first."""
        for path in sorted((*self.compiled, *self.listings), key=lambda p: (group_of_file(p) is not None, p)):
            family = next((f for f in self.same if f.path == path and path in self.compiled), None)
            if family is not None:
                yield path, merged_pins(family, {p: self.locks[p].packages for _, p in family.members})
            elif path in self.compiled:
                yield path, self.locks[path].packages
            elif path not in self.read_by_compilers():
                yield path, [p for p in self.listings[path].pins if p.source == "index"]
