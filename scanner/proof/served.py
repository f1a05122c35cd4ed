"""What an old file installed against what uv installs in its place: nothing gets lost between groups. Pure.

A lock that holds every version may still leave a command short: what `pip install -r dev.txt` brought has to come with
the groups and extras that stand for ``dev.txt`` now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

from packaging.utils import canonicalize_name

from rules.migration import Move
from rules.migrations.narrow import RUN
from rules.plan import Change
from rules.pythons import minor
from scanner.facts import LockedPackage
from scanner.proof.installed import Graph, Wanted, holds

_WHOLE = frozenset({"pip-tools", "pip", "pipenv", "setuptools", "uv", "flit", "hatch", "rye"})
"""Managers whose files and categories name all that one command installs."""


def unserved(move: Move, graph: Graph, leave: frozenset[str]) -> Iterator[Change]:
    """What a file (or a category) held, and nothing asks for in what is called instead of it.

    Markers are passed over: what other Pythons and systems install counts as there.
    """
    if move.project.primary_manager not in _WHOLE:
        return
    held: defaultdict[str, set[str]] = defaultdict(set)
    for pin in move.pins:
        for group in pin.groups if not is_itself(pin, graph.own) else ():
            held[group].add(pin.key)
    missed: defaultdict[str, list[str]] = defaultdict(list)
    for old, now in dict(move.groups).items():
        if now == "constraints" or old not in held:
            continue
        there = graph.reaches(_wanted(now))
        for name in held[old] - there - leave - {*graph.own}:
            missed[name].append(f"{old}, now {_told(now)}")
    for name, places in sorted(missed.items()):
        yield Change(name=name, before=f"installed by {'; '.join(sorted(places))}", after="not installed by it")


def is_itself(pin: LockedPackage, own: Collection[str]) -> bool:
    """Whether a pin is the project, named in its own lock: by its folder (whatever it was called), or by its name."""
    if pin.source != "path":
        return False
    return pin.origin in (".", "./") if pin.origin else str(canonicalize_name(pin.name)) in own


def pip_found_the_rest(move: Move, python: str, complete: Collection[str]) -> bool:
    """Whether CI or an image installs a compiled file with this Python, for which it was not made.

    There pip brought what the file lacks, as it does where no digests forbid it. The file was not made for it either
    where it is whole for another one that runs (``complete``): headers of older compilers name no Python.
    """
    tools = {
        lock.tool for lock in move.project.lockfiles if lock.path == move.old_lock and not lock.path.endswith(".lock")
    }
    if "pip-tools" not in {move.project.primary_manager, *tools} and "uv" not in tools:
        return False
    if any(pin.hashes for pin in move.pins if pin.source == "index"):
        return False
    made_for = move.environments[1:2]
    ran = {v for d in move.project.python_versions if d.kind in RUN and (v := minor(d.version)) is not None}
    whole_elsewhere = any(minor(other) in ran for other in complete)
    if not made_for or (holds(made_for[0], python) and not whole_elsewhere):
        return False
    return bool(ran) and min(ran) <= (minor(python) or (0, 0)) <= max(ran)


def _wanted(now: str) -> Wanted:
    kind, _, name = now.partition(":")
    chosen = frozenset({str(canonicalize_name(name))})
    return Wanted(groups=chosen if kind == "group" else frozenset(), extras=chosen if kind == "extra" else frozenset())


def _told(now: str) -> str:
    return "the project" if now == "project" else now.replace(":", " ")
