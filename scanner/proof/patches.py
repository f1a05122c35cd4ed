"""``muster plan --patches``: each repository opened again, converted, proved if asked, and written as patches.

One repository is one task, so that many can run beside each other and an interrupt keeps what is finished.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import msgspec

from rules.blockers import PlanBlocker
from rules.migration import Edit, Migration, Move
from rules.migrations import migrate
from rules.patch import patch, reverse
from rules.pip_route.route import PipRoute, route
from rules.places import rewrite
from rules.plan import Plan, Plans, Proof
from scanner.config import Config
from scanner.inventory import Repository
from scanner.proof import scratch
from scanner.proof.admitted import with_admitted
from scanner.proof.exports import as_exports, is_export
from scanner.proof.ground import Opened, upon
from scanner.proof.outcome import Proved, Trial
from scanner.proof.pip_route import compiled_again
from scanner.proof.prove import prove
from scanner.proof.settings import Settings
from scanner.proof.wheels import wheel_of
from scanner.words import listed

_ELSEWHERE = "also locked, for other platforms, interpreters or parts that no lock held"
_UNTIL_LOCKED = (
    "beside the new manifest, which says the same: what holds the versions goes when there is a lock. "
    "Prove the patch (--prove) before it goes in"
)
_EXPORT = "stays, as something still reads it; its header names the command of uv that writes it anew from the lock"
_NOTHING_CONVERTS = "there is nothing to convert it from, or no converter for it yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A repository to be converted; with ``settings`` its patch is proved. ``kept`` is the folder of earlier proofs."""

    repository: Repository
    config: Config
    as_of: date
    settings: Settings | None = None
    kept: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one repository: its patch and the one that takes it back (``""``: none), and the proofs.

    ``edits`` and ``moves`` are what the patch was made from. ``covered`` are the projects that move with another one
    (members of its workspace); ``pip_patch`` is that of the low-effort route; ``remarks`` are for people;
    ``error`` says why the repository could not be opened or converted.
    """

    repository: str
    patch: str = ""
    rollback: str = ""
    proofs: tuple[Proof, ...] = ()
    blockers: tuple[PlanBlocker, ...] = ()
    covered: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    commit: str | None = None
    error: str | None = None
    edits: tuple[Edit, ...] = ()
    moves: tuple[Move, ...] = ()
    pip_patch: str = ""
    pip_rollback: str = ""


def convert(task: Task) -> Outcome:
    """One repository's patch and proofs; never raises: what goes wrong costs this repository alone."""
    identity = task.repository.id
    return upon(
        task.repository,
        task.config,
        task.as_of,
        work=lambda found: _convert(task, found),
        failed=lambda why: Outcome(repository=identity, error=why),
    )


def _convert(task: Task, found: Opened) -> Outcome:
    trial = _trial(task, found)
    migration = migrate(found.ground)
    if trial is not None and (ground := with_admitted(found.ground, migration, trial)) is not found.ground:
        found, migration = replace(found, ground=ground), migrate(ground)
    migration = rewrite(found.ground, migration)
    proved: tuple[Proved, ...] = ()
    if trial is not None and migration.moves:
        proved = prove(replace(trial, edits=migration.edits, moves=migration.moves))
    edits = with_locks(found, migration, proved)
    staying = sorted({e.path for e in migration.edits if e.after is None} - {e.path for e in edits})
    if task.settings is not None:
        proved = _with_wheels(found, edits, migration, proved, task.settings)
    modes = found.modes()
    remarks = [found.remark] if found.remark else []
    if staying:
        remarks.append(f"{listed(staying, 6)} {'stays' if len(staying) == 1 else 'stay'} {_UNTIL_LOCKED}")
    by_pip = _by_pip(task, found, migration)
    remarks += [f"uv pip: {_told(note)}" for note in by_pip.notes]
    if by_pip.edits and task.settings is not None:
        remarks += compiled_again(found, task.settings)
    compared = [p for p in proved if p.elsewhere and p.proof.locked]
    remarks += [f"{edit.path}: {_EXPORT}" for edit in edits if is_export(edit)]
    remarks += [f"{p.proof.project}: {_ELSEWHERE}: {', '.join(p.elsewhere)}" for p in compared]
    return Outcome(
        repository=task.repository.id,
        patch=patch(edits, modes),
        rollback=patch(reverse(edits), modes),
        proofs=(*(p.proof for p in proved), *_unproved(migration, proved)),
        blockers=tuple(dict.fromkeys(refusal.blocker for refusal in migration.refusals)),
        covered=tuple(path for move in migration.moves for path in move.members),
        remarks=(*remarks, *(_told(note) for note in migration.notes)),
        commit=task.repository.commit,
        edits=edits,
        moves=migration.moves,
        pip_patch=patch(by_pip.edits, modes),
        pip_rollback=patch(reverse(by_pip.edits), modes),
    )


def _trial(task: Task, found: Opened) -> Trial | None:
    """What is proved, without the patch; ``None`` where nobody asked."""
    if task.settings is None:
        return None
    manifests = tuple(_manifests(found))
    return Trial(
        repository=task.repository.id, edits=(), moves=(), manifests=manifests, settings=task.settings, kept=task.kept
    )


def _with_wheels(
    found: Opened, edits: Iterable[Edit], migration: Migration, proved: tuple[Proved, ...], settings: Settings
) -> tuple[Proved, ...]:
    """The proofs with how the packages' wheels change; one that does is a drift."""
    changed = {edit.path: edit for edit in edits}
    moves = {move.lock: move for move in migration.moves}
    made = []
    for one in proved:
        wheel = wheel_of(found, changed, moves[one.move], settings) if one.lock is not None else None
        status = one.proof.status
        if wheel is not None and (wheel.lost or wheel.added) and status in ("proved", "resolved"):
            status = "drifted"
            told = f"the package's wheel changes: {len(wheel.lost)} entries lost, {len(wheel.added)} added"
            one = replace(one, proof=replace(one.proof, reason="; ".join(filter(None, (one.proof.reason, told)))))
        made.append(replace(one, proof=replace(one.proof, wheel=wheel, status=status)) if wheel is not None else one)
    return tuple(made)


def _by_pip(task: Task, found: Opened, migration: Migration) -> PipRoute:
    """The low-effort route, where the configuration asks for it: a first step while the whole project cannot move."""
    wanted = {"always": True, "never": False}.get(task.config.pip_route, bool(migration.refusals))
    made = route(found.ground) if wanted else PipRoute()
    return made if made.edits else PipRoute()


def _manifests(found: Opened) -> Iterable[tuple[str, str]]:
    for path in sorted(found.ground.facts.files):
        if scratch.is_needed(path) and (text := found.ground.read(path)) is not None:
            yield path, text


def with_locks(found: Opened, migration: Migration, proved: tuple[Proved, ...]) -> tuple[Edit, ...]:
    """The edits with the locks that uv wrote. Where it wrote none, the old ones stay: they hold the versions."""
    edits = {edit.path: edit for edit in migration.edits}
    locks = {result.move: result for result in proved if result.lock is not None}
    for move in migration.moves:
        result = locks.get(move.lock)
        if result is None:
            for path in {move.old_lock, *(group for pin in move.pins for group in pin.groups)} & edits.keys():
                if edits[path or ""].after is None:
                    del edits[path or ""]
                    edits.pop(f"{path}.license", None)
            continue
        edits[move.lock] = Edit(path=move.lock, before=found.ground.read(move.lock), after=result.lock)
        edits.update((edit.path, edit) for edit in as_exports(move, edits.keys(), found.ground.read))
        if result.constraints or result.environments or result.recorded or result.built_with:
            edits[move.manifest] = _completed(edits, found, move, result)
    return tuple(edits.values())


def _completed(edits: dict[str, Edit], found: Opened, move: Move, result: Proved) -> Edit:
    text = found.ground.read(move.manifest)
    edit = edits.get(move.manifest, Edit(path=move.manifest, before=text, after=text))
    more = (result.constraints, result.environments, result.recorded, result.built_with)
    return replace(edit, after=scratch.with_settings(edit.after or "", *more))


def _unproved(migration: Migration, proved: tuple[Proved, ...]) -> Iterable[Proof]:
    """What is refused, and what nobody asked to prove."""
    for refusal in migration.refusals:
        yield Proof(project=refusal.project, status="refused", reason=_told(refusal.blocker))
    if not proved:
        for move in migration.moves:
            yield Proof(project=move.project.path)


def _told(blocker: PlanBlocker) -> str:
    place = f" ({blocker.path}{f':{blocker.line}' if blocker.line else ''})" if blocker.path else ""
    decision = f" To decide: {blocker.decision}" if blocker.decision else ""
    return f"{blocker.code}: {blocker.message}{place}.{decision}"


def file_names(repositories: Iterable[Repository]) -> dict[str, str]:
    """For each repository's id what its patch is called, without endings; different ones for different repositories."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for repository in sorted(repositories, key=lambda r: r.id):
        wanted = re.sub(r"[^A-Za-z0-9._-]+", "-", repository.name).strip(".-") or "repository"
        name, number = wanted, 2
        while name.lower() in taken:
            name, number = f"{wanted}-{number}", number + 1
        taken.add(name.lower())
        names[repository.id] = name
    return names


def with_outcomes(plans: Plans, outcomes: dict[str, Outcome], names: dict[str, str]) -> Plans:
    """The plans with their patches and proofs; only the uv track has any."""
    return replace(
        plans, plans=tuple(_with_outcome(plan, outcomes.get(plan.repository), names) for plan in plans.plans)
    )


def _with_outcome(plan: Plan, outcome: Outcome | None, names: dict[str, str]) -> Plan:
    if outcome is None or plan.track != "uv":
        return plan
    told = {proof.project for proof in outcome.proofs} | {*outcome.covered}
    rest = tuple(replace(p, reason=_NOTHING_CONVERTS) for p in plan.proofs if p.project not in told)
    proofs = tuple(sorted((*outcome.proofs, *rest), key=lambda p: p.project))
    known = {(b.code, b.path, b.line) for b in plan.blockers}
    more = tuple(b for b in outcome.blockers if (b.code, b.path, b.line) not in known)
    return msgspec.structs.replace(
        plan,
        patch=f"{names[plan.repository]}.uv.patch" if outcome.patch else None,
        pip_patch=f"{names[plan.repository]}.uv-pip.patch" if outcome.pip_patch else None,
        proofs=proofs,
        blockers=tuple(sorted((*plan.blockers, *more), key=lambda b: (b.code, b.path or "", b.line or 0, b.message))),
    )
