"""Why a proof came out as it did, in sentences for people. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from rules.migration import Move
from rules.migrations.narrow import RUN
from rules.pythons import dotted, minor
from scanner.compiled_header import root_file
from scanner.facts import normal_name
from scanner.lock_tables import package_tables
from scanner.markers import possible
from scanner.proof.causes import Unasked
from scanner.proof.compare import Comparison
from scanner.proof.installed import holds
from scanner.proof.unreachable import told as told_astray
from scanner.toml_reader import loads, table
from scanner.words import listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """A move, how its new lock compares with the old one, and the text of that lock.

    ``avoided`` are packages without a wheel, of which uv had to take other versions, as nothing is built.
    """

    move: Move
    found: Comparison
    requires: str
    lock: str
    avoided: Collection[str] = ()

    def differences(self, known: Mapping[str, str]) -> Iterator[str]:
        """What differs and why; ``known`` are causes that uv itself gave."""
        found = self.found
        differs = {change.name for change in (*found.changed, *found.unserved)}
        if (found.changed or found.added) and (told := stale(self.move, differs)):
            yield told
        for change in found.changed[:20]:
            yield f"{change.name}: {self._cause(change.name, change.after, known)}"
        if found.unserved:
            names, are = listed([c.name for c in found.unserved], 6), "is" if len(found.unserved) == 1 else "are"
            yield f"{names} {are} locked, but not with what stands for the file now"
        yield from self._causes_of_more()

    def remarks(self) -> Iterator[str]:
        """What is locked that no lock held before, and what nobody missed."""
        if self.found.astray:
            yield told_astray(self.found.astray)
        if self.found.found_by_pip:
            names = listed(list(self.found.found_by_pip), 6)
            yield f"{names}: needed by other Pythons of CI: pip found it there beside the compiled files"
        if self.found.uncovered and self.move.pins:
            yield f"locked for the first time: {', '.join(self.found.uncovered)}"
        if not self.move.complete and self.found.elsewhere:
            yield f"what nobody pinned is locked for the first time: {len(self.found.elsewhere)} packages"

    def _cause(self, name: str, after: str | None, known: Mapping[str, str]) -> str:
        if name in self.avoided:
            return f"{_NO_WHEEL}; try --allow-build"
        if name in known:
            return known[name]
        if self.avoided:
            return f"follows from {listed(sorted(self.avoided), 3)}, of which the old version has no wheel"
        if len({pin.version for pin in self.move.pins if pin.key == name}) > 1:
            return "the old lock has several versions and does not say which is for which Python; one serves all now"
        pins = [pin for pin in self.move.pins if pin.key == name]
        if pins and all(pin.source == "index" and pin.version is None for pin in pins):
            places = [f"{pin.groups[0]}:{pin.line}" if pin.groups and pin.line else "the old lock" for pin in pins]
            return f"{places[0]} holds a range of it and no version: that line was edited after it was compiled"
        if after is not None:
            return "uv resolves it otherwise"
        if pins and not any(possible(pin.marker, self.requires) for pin in pins):
            return f"its marker holds for no Python of {self.requires}"
        parents = sorted({pin.key for pin in self.move.pins if name in map(normal_name, pin.dependencies)})
        if parents:
            return f"the old lock has it for {listed(parents, 3)}, which no longer asks for it"
        for pin in pins:
            inputs = [root for need in pin.via if (root := root_file(need)) is not None]
            if inputs and pin.groups:
                return f"{pin.groups[0]}:{pin.line or 1} has it for {listed(inputs, 3)}, which does not ask for it now"
        return "nothing requires it any more"

    def _itself(self) -> frozenset[str]:
        """What the new lock calls the project."""
        entries = package_tables(loads(self.lock).get("package"))
        own = (e for e in entries if table(e, "source").keys() & {"editable", "virtual"})
        return frozenset(str(e.get("name")) for e in own if "." in table(e, "source").values())

    def _causes_of_more(self) -> Iterator[str]:
        """Why more is installed than before: who asks for it, and where the old lock seems to come from."""
        added = {text.partition(" ")[0] for text in self.found.added}
        if not added or not self.move.pins:
            return
        own = windows_alone(self.move)
        if own:
            yield (
                f"the old lock was made on Windows ({listed(own, 3)} without a marker) and lacks what other systems "
                "need. To decide: let them have it, or lock for Windows alone ([tool.uv] environments = "
                "[\"sys_platform == 'win32'\"])"
            )
        asking: defaultdict[str, list[str]] = defaultdict(list)
        machines: set[str] = set()
        for entry in package_tables(loads(self.lock).get("package")):
            for edge in package_tables(entry.get("dependencies")):
                if normal_name(str(edge.get("name"))) in added:
                    asking[str(entry.get("name"))].append(str(edge.get("name")))
                    marker = str(edge.get("marker") or "")
                    here = any(holds(marker, python) for python in self.found.pythons)
                    if here and re.search(r"platform_machine|sys_platform|platform_system", marker):
                        machines.add(normal_name(str(edge.get("name"))))
        if machines:
            are = "is" if len(machines) == 1 else "are"
            yield (
                f"the old lock was made on another machine: {listed(sorted(machines), 4)} {are} for some systems or "
                "processors, Linux on x86_64 among them. To decide: let Linux have it, as pip does there"
            )
        for name, wanted in sorted(asking.items())[:10]:
            if self.move.project.primary_manager == "pipenv" and name in self._itself():
                names = listed(sorted(set(wanted)), 6)
                yield (
                    f"{name}, the project itself, asks for {names}: Pipenv installed only the Pipfile's packages, uv "
                    "what the project needs as well. To decide: accept that, or take those out of the project"
                )
            elif normal_name(name) not in added:
                yield f"{name} asks for {listed(sorted(set(wanted)), 6)}, which the old lock does not have here"


_WINDOWS_ALONE = frozenset(
    {"pywin32", "pywinpty", "pypiwin32", "win32-setctime", "windows-curses", "pywin32-ctypes", "pyreadline3", "wmi"}
)


def stale(move: Move, differs: Collection[str] = ()) -> str | None:
    """Why the old lock is no fair measure, where it was out of step with its own manifest.

    Of several compiled files that is any one that holds what ``differs``.
    """
    holding = {group for pin in move.pins if pin.key in differs for group in pin.groups}
    locks = [lock for lock in move.project.lockfiles if lock.path == move.old_lock and lock.status != "fresh"]
    locks += [lock for lock in move.project.lockfiles if lock.path in holding and lock.status == "stale"]
    lock = next(iter(locks), None)
    if lock is None:
        return None
    return f"the old lock is {lock.status}: {'; '.join(r.message for r in lock.reasons[:2]) or lock.path}. {_RENEW}"


_NO_WHEEL = "the old version has no wheel, and nothing is built without --allow-build"
_RENEW = "To decide: renew it with its old tool first, for a fair comparison, or accept what differs"


def windows_alone(move: Move) -> list[str]:
    """What is only there for Windows, yet stands in the old lock without a marker: it was made there, for there."""
    return sorted({pin.name for pin in move.pins if pin.key in _WINDOWS_ALONE and not pin.marker})


def left_out(move: Move, admitted: Collection[str], locked_for: Collection[str]) -> Iterator[str]:
    """Which of the ``admitted`` Pythons CI and images run although nothing is locked for them."""
    without = _minors(admitted) - _minors(locked_for)
    known = ((minor(d.version), d) for d in move.project.python_versions if d.kind in RUN)
    run = [(version, f"{d.path}:{d.line or 1}") for version, d in known if version is not None and version in without]
    if run:
        names = listed([dotted(version) for version in sorted({version for version, _ in run})])
        places = listed(sorted({place for _, place in run}), 5)
        yield f"that leaves out Python {names} of {places}. To decide: drop it there, or widen the environments later"


def _minors(versions: Collection[str]) -> set[tuple[int, ...]]:
    return {tuple(map(int, version.partition("@")[0].split(".")[:2])) for version in versions}


def assumptions(assumed: Mapping[str, Unasked], kept: Collection[str]) -> Iterator[str]:
    """Which packages' dependencies are those that the old lock recorded, and why; ``kept`` stay in the manifest."""
    for why in Unasked:
        names = sorted(name for name, found in assumed.items() if found is why)
        if names:
            who = "its source distribution states" if why.of_itself else "the old lock records"
            yield f"the dependencies of {listed(names)} are those that {who}: {why.value}"
    if kept:
        yield f"kept in [[tool.uv.dependency-metadata]]: {listed(sorted(kept))}"
