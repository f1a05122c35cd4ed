"""Needs before and after, compared by trying versions and environments: another spelling is no difference.

Part of ``check_patches.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from checked_manifests import Declared, Need
from checked_ranges import environments, everything, probes
from packaging.version import Version


def compare(old: Declared, new: Declared, own: set[str]) -> Iterator[tuple[str, str, str]]:
    """What differs, as (what, name, words): ``need``, ``place``, ``range``, ``extras``, ``marker``, ``source`` …"""
    if old.pythons:
        micro = [Version(f"3.{minor}.{patch}") for minor in range(6, 16) for patch in range(30)] + [Version("4.0")]
        now = new.pythons or everything
        lost = [v for v in micro if old.pythons(v) and not now(v)]
        more = [v for v in micro if now(v) and not old.pythons(v)]
        if lost:
            yield "python", "requires-python", f"{lost[0]}…{lost[-1]} were admitted, and are not now"
        if more:
            yield "python", "requires-python", f"{more[0]}…{more[-1]} are admitted, and were not"
    for name, target in old.scripts.items():
        if re.sub(r"\s", "", new.scripts.get(name, "")) != re.sub(r"\s", "", target):
            yield "script", name, f"{target} is {new.scripts.get(name, 'nowhere')}"
    for key, text in old.facts.items():
        if key in new.facts and " ".join(new.facts[key].split()) != " ".join(text.split()):
            yield "fact", key, f"{text!r} is {new.facts[key]!r}"
        elif key not in new.facts and f"dynamic {key}" not in new.unread:
            yield "fact", key, f"{text!r} is nowhere"
    yield from compare_needs(old, new, own)


def compare_needs(old: Declared, new: Declared, own: set[str]) -> Iterator[tuple[str, str, str]]:
    """Requirement by requirement, in the place that stands for the old one."""
    files = {need.place for need in old.needs if "." in need.place}
    texts: dict[str, list[str]] = {}
    for need in [*old.needs, *new.needs]:
        texts.setdefault(need.name, []).extend((need.text, *need.markers))
    grid = list(environments(new.pythons or old.pythons))
    told: set[tuple[str, str, str]] = set()
    for need in old.needs:
        if need.name in own or need.place == "nowhere":
            continue
        anywhere = need.place in files
        twins = [n for n in new.needs if n.name == need.name and (anywhere or n.place == need.place)]
        mates = [n for n in old.needs if n.name == need.name and n.place == need.place]
        where = need.place or "dependencies"
        item: tuple[str, str, str] | None
        if not twins:
            other = sorted({n.place or "dependencies" for n in new.needs if n.name == need.name})
            what = "place" if other else "need"
            item = (what, need.name, f"{need.text!r} of {where} is {'in ' + ', '.join(other) if other else 'nowhere'}")
        elif need.extras - frozenset().union(*(n.extras for n in twins)):
            item = ("extras", need.name, f"{sorted(need.extras)} of {where} are not asked for now")
        elif need.origin and not any(agree(need.origin, n.origin) for n in twins):
            item = ("source", need.name, f"{need.origin} of {where} is {twins[0].origin or 'the index'}")
        else:
            item = ranges(mates, twins, grid, probes(texts[need.name]), where, anywhere)
        if item and item not in told:
            told.add(item)
            yield item
    if not files:
        asked = {n.name for n in old.needs if n.place == ""}
        for need in new.needs:
            if need.place == "" and need.name not in asked | own and old.needs:
                yield "more", need.name, f"{need.text!r} is a dependency now, and was none"


def agree(one: str, other: str) -> bool:
    """The same source; a revision that only one of them names counts as the same."""
    if not one.startswith("git"):
        return one.split()[0] == (other.split() or [""])[0] or one == other
    url, _, rev = one.rpartition("@")
    url2, _, rev2 = other.rpartition("@")
    return url == url2 and (rev == rev2 or rev.startswith(rev2) or not rev)


def ranges(
    old: list[Need],
    new: list[Need],
    grid: list[tuple[str, dict[str, str]]],
    versions: list[Version],
    where: str,
    anywhere: bool,
) -> tuple[str, str, str] | None:
    """Where the same name is asked for with another range, or under another marker."""
    for label, environment in grid:
        asked = [n for n in old if n.holds(environment)]
        now = [n for n in new if n.holds(environment)]
        if bool(asked) != bool(now) and not (anywhere and now):
            words = f"{where} on {label}: {'asked for' if asked else 'not asked for'} before, now the other way round"
            return "marker", old[0].name, words
        if not asked or any(n.origin for n in asked):
            continue
        for version in versions:
            was = all(n.admits(version) for n in asked)
            if anywhere:
                if not was and not any(not n.admits(version) for n in now):
                    return (
                        "range",
                        old[0].name,
                        f"{asked[0].text!r} of {where} did not admit {version}, {now[0].text!r} does",
                    )
            elif was != all(n.admits(version) for n in now):
                words = f"{version} {'was' if was else 'was not'} admitted, by {now[0].text!r} the other way round"
                return "range", old[0].name, f"{asked[0].text!r} of {where}: {words}"
    return None
