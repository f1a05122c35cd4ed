"""Requirements files that pin one package differently: groups that uv locks apart, each with its own versions. Pure.

uv locks one version of a package for all groups, unless they *conflict*: then it forks. In which fork a version belongs
no seed can say (uv's preferences do not know groups), so that each group has its own versions of what differs, as
``==``; the rest is kept by the seed as everywhere. Later these lines, and the conflict, can be taken out together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from rules.migrations.draft import GroupOf, Wish
from rules.migrations.pep import requirement_text
from rules.migrations.pins import normal_version
from scanner.facts import LockedPackage
from scanner.markers import disjoint

MOST = 12
"""More groups than this are not kept apart: uv would have to resolve for all of their combinations."""

Differing = Mapping[frozenset[str], frozenset[str]]
"""For each two files that disagree: the packages of which they hold different versions."""


def differing(pins: Mapping[str, Sequence[LockedPackage]]) -> Differing:
    """Which files disagree on which packages; versions whose markers exclude each other do not."""
    held = {path: _by_name(packages) for path, packages in pins.items()}
    found: dict[frozenset[str], frozenset[str]] = {}
    for one, other in combinations(held, 2):
        names = held[one].keys() & held[other].keys()
        unlike = frozenset(name for name in names if _disagree(held[one][name], held[other][name]))
        if unlike:
            found[frozenset({one, other})] = unlike
    return found


def _by_name(packages: Iterable[LockedPackage]) -> dict[str, list[LockedPackage]]:
    found: defaultdict[str, list[LockedPackage]] = defaultdict(list)
    for pin in packages:
        if pin.version is not None and pin.source == "index":
            found[pin.key].append(pin)
    return dict(found)


def _disagree(one: Sequence[LockedPackage], other: Sequence[LockedPackage]) -> bool:
    return any(
        normal_version(a.version) != normal_version(b.version)
        and not (a.marker and b.marker and disjoint(a.marker, b.marker))
        for a in one
        for b in other
    )


def names_of(path: str, apart: Differing) -> frozenset[str]:
    """The packages on which the file at ``path`` disagrees with any other."""
    return frozenset(name for pair, names in apart.items() if path in pair for name in names)


def exact(path: str, packages: Iterable[LockedPackage], names: Collection[str]) -> list[Wish]:
    """A file's versions of ``names`` as requirements."""
    found = [pin for pin in packages if pin.key in names and pin.version is not None and pin.source == "index"]
    texts = [(pin, requirement_text(pin.name, pin.extras, f"=={pin.version}", pin.marker)) for pin in found]
    return [Wish(name=p.name, text=text, marker=p.marker, path=path, line=p.line) for p, text in texts]


def told(wishes: Sequence[Wish], path: str) -> list[Wish]:
    """Versions with a comment above the first that says whose they are."""
    above = (f"as {path} has it, where the files differ",)
    return [replace(wish, above=above) if number == 0 else wish for number, wish in enumerate(wishes)]


def conflict_sets(pairs: Iterable[frozenset[str]]) -> list[list[str]]:
    """Groups that exclude each other, as few sets of them as have all pairs and nothing else."""
    edges = set(pairs)
    left, found = sorted(edges, key=sorted), []
    names = sorted({name for pair in edges for name in pair})
    while left:
        chosen = sorted(left[0])
        for name in names:
            if name not in chosen and all(frozenset({name, other}) in edges for other in chosen):
                chosen.append(name)
        found.append(sorted(chosen))
        left = [pair for pair in left if not pair <= set(chosen)]
    return found


Groups = dict[str, list[Wish | GroupOf]]


def flatten(groups: Groups, pairs: Collection[frozenset[str]]) -> None:
    """A group cannot include one that it conflicts with: what that one lists is written out in its place."""
    for name in groups:
        groups[name] = _flat(groups, name, name, pairs, frozenset({name}))


def _flat(
    groups: Groups, name: str, top: str, pairs: Collection[frozenset[str]], seen: frozenset[str]
) -> list[Wish | GroupOf]:
    made: list[Wish | GroupOf] = []
    for entry in groups.get(name, []):
        clashes = isinstance(entry, GroupOf) and any(
            frozenset({top, inner}) in pairs for inner in _closure(groups, entry.name)
        )
        if isinstance(entry, GroupOf) and clashes and entry.name not in seen:
            inner = _flat(groups, entry.name, top, pairs, seen | {entry.name})
            made += [e for e in inner if e not in made]
        elif entry not in made:
            made.append(entry)
    return made


def with_versions(groups: Groups, chosen: str, pairs: Collection[frozenset[str]]) -> None:
    """Let every group that can include ``chosen``, the project's own versions: the project comes with each of them."""
    included = {entry.name for entries in groups.values() for entry in entries if isinstance(entry, GroupOf)}
    for name in groups:
        inner = _closure(groups, name)
        clashes = any(frozenset({one, chosen}) in pairs for one in inner)
        if chosen not in inner and name not in included and not clashes:
            groups[name] = [GroupOf(chosen), *groups[name]]


def _closure(groups: Groups, name: str) -> set[str]:
    found, waiting = {name}, [name]
    while waiting:
        for entry in groups.get(waiting.pop(), []):
            if isinstance(entry, GroupOf) and entry.name not in found:
                found.add(entry.name)
                waiting.append(entry.name)
    return found
