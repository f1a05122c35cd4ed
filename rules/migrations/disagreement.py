"""Requirements files that disagree: what becomes groups that conflict, and what is refused. See :mod:`.apart`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import chain, count

from packaging.utils import canonicalize_name

from rules.migrations.apart import (
    MOST,
    Differing,
    conflict_sets,
    exact,
    flatten,
    names_of,
    told,
    with_versions,
)
from rules.migrations.base import Base
from rules.migrations.by_python import stem_without_python
from rules.migrations.draft import GroupOf, Wish
from rules.migrations.file_names import rank, stem_of
from rules.migrations.file_set import FileSet
from rules.migrations.ground import Stop
from rules.migrations.pep import admits
from rules.migrations.standard import table
from rules.migrations.toml_text import Value
from scanner.facts import LockedPackage
from scanner.words import listed


class Disagreement:
    """What the files of a project hold otherwise than each other; ``names`` are the groups that each became."""

    def __init__(self, base: Base, files: FileSet, names: dict[str, list[str]]) -> None:
        self._base, self._files, self._names = base, files, names
        self._site, self._draft = base.site, base.draft

    def stands_alone(self, root: str, unlike: Differing) -> bool:
        """Whether the project's own file must become a group: pinned by hand, or not what all that differ build on."""
        own = [path for path, names in self._names.items() if names == ["project"]]
        for pair in unlike:
            for path in pair - set(own):
                if len(pair & set(own)) == 1 and (root in pair or not self._files.builds_on(path, root)):
                    return True
        return False

    def keep_apart(self, held: Mapping[str, Sequence[LockedPackage]], unlike: Differing, root: str | None) -> None:
        """Files that hold one package in different versions: groups that conflict, each with its own versions."""
        files = [path for path in held if names_of(path, unlike)]
        if not files:
            return
        if len(files) > MOST:
            self._refuse_conflicts(held, unlike)
        shared = Counter(tuple(self._names.get(path, ())) for path in files)
        mine = [p for p in files if "project" in self._names.get(p, ()) or root in (p, self._files.input_of(p))]
        together = self._together(held, unlike, files)
        groups = {path: together.get(path) or self._group_apart(path, shared) for path in files}
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
            chosen = groups[min(mine, key=lambda p: (p != root, rank(p), p))]
            self._install_unasked(chosen, pairs)
            with_versions(self._draft.groups, chosen, pairs)
        else:
            self._install_unasked(None, pairs)
        self._tell_conflicts(held, unlike, groups)

    def _together(
        self, held: Mapping[str, Sequence[LockedPackage]], unlike: Differing, files: Sequence[str]
    ) -> dict[str, str]:
        """Files that became one group and hold the same of what differs: that group goes on to stand for all of them.

        So it must not serve a file that holds none of it: its versions would come with that one as well.
        """
        serving: dict[tuple[str, ...], list[str]] = {}
        for path in held:
            serving.setdefault(tuple(self._names.get(path, ())), []).append(path)
        found: dict[str, str] = {}
        for names, paths in serving.items():
            texts = [{w.text for w in exact(path, held[path], names_of(path, unlike))} for path in paths]
            alone = len(names) == 1 and names[0].startswith("group:")
            if alone and len(paths) > 1 and set(paths) <= set(files) and all(t == texts[0] for t in texts):
                found |= dict.fromkeys(paths, names[0].partition(":")[2])
        return found

    def _group_apart(self, path: str, shared: Mapping[tuple[str, ...], int]) -> str:
        """The group with a file's own versions: the one that it became, if nothing else did, else a new one."""
        names = self._names.get(path, [])
        own = [name.partition(":")[2] for name in names if name.startswith("group:")]
        if len(names) == len(own) == 1 and shared[tuple(names)] == 1:
            return own[0]
        wanted = self._files.called(path)
        if path in {family.path for family in self._files.same}:
            wanted = stem_without_python(path) or wanted
        taken = {str(canonicalize_name(name)) for name in group_names(self._base)}
        stem = stem_of(path)
        candidates = chain((wanted, stem), (f"{stem}-{n}" for n in count(2)))
        name = next(name for name in candidates if name and name not in taken)
        self._draft.groups[name] = [GroupOf(group) for group in own]
        return name

    def _declared_conflicts(self) -> list[Value]:
        known = table(self._base.document, "tool", "uv").get("conflicts", [])
        return list(known) if isinstance(known, list) else []

    def _install_unasked(self, group: str | None, pairs: Collection[frozenset[str]]) -> None:
        """Let uv install ``group`` by default, and of what it installs by default all that conflicts with nothing."""
        stated = self._draft.settings.get("default-groups", ["dev"] if "dev" in group_names(self._base) else [])
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

    def refuse_against_the_project(self) -> None:
        """A version that somebody pinned by hand, and that the project itself does not admit: uv installs both."""
        declared = [Wish(name=_name(text), text=text, path=self._site.manifest) for text in self._declared_texts()]
        always = {
            str(canonicalize_name(w.name)): w for w in (*declared, *self._draft.dependencies) if ";" not in w.text
        }
        for path, listing in self._files.listings.items():
            groups = [name for name in self._names.get(path, ()) if name.startswith("group:")]
            for pin in listing.pins if groups and self._files.is_by_hand(listing) else ():
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


def _name(text: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", text)
    return found[0] if found else text


def group_names(base: Base) -> set[str]:
    """The groups that the manifest has or gets."""
    there = base.document.get("dependency-groups", {})
    return {*base.draft.groups, *(there if isinstance(there, dict) else ())}
