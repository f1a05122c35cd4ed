"""What: the digests that a lock records for a release are not those that other locks of the fleet record.

Why: an index holds one file of a name, for good. Another digest means another file: an index that builds its own, a
mirror that was changed, a hand edit or a bad merge, or somebody who wants another file to be installed.

It is an error where one file, or one digest, contradicts itself; a warning where it is not known that both come from
one index, or only complete lists of a release differ; a note where two indexes have files of their own.

What to do: compare both digests with the file on the index, then lock again where the index does not agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rules.examples import a_fleet, a_repository
from rules.finding import Evidence, Level
from rules.rule import Answer, Case, Rule
from scanner.hash_sets import UNTOLD
from scanner.inventory import HashConflict, HashSide, HeldIn


def check(case: Case) -> Iterator[Answer]:
    """Locks of this repository on a side that fewer locks are on; on either where both have as many."""
    for conflict in case.survey.hash_conflicts.get(case.repository.id, ()):
        most, *others = conflict.sides
        tied = most.count == others[0].count
        for side in conflict.sides if tied else others:
            rival = others[0] if side is most else most
            apart = _apart(side, rival)
            for held in side.locks:
                if held.repository == case.repository.id:
                    yield case.finding(
                        f"{held.path} {conflict.name} {conflict.version} {conflict.kind}",
                        f"{held.path}: {_message(conflict, side, rival)}{f' (here from {apart})' if apart else ''}",
                        level="note" if apart else _level(conflict, side, rival, tied=tied),
                        evidence=_evidence(case, conflict, side, rival, held),
                        fix=f"Compare the digests with the files of {conflict.name} on the index before anything is "
                        f"installed from {held.path}; lock again where the index does not agree.",
                    )


def _apart(side: HashSide, rival: HashSide) -> str:
    """The index of a side whose locks are known to use another one than those of the rival; else empty."""
    here, there = _known(side), _known(rival)
    return "" if not here or not there or here & there else ", ".join(name or "the default index" for name in here)


def _known(side: HashSide) -> set[str]:
    return set(side.indexes) - {UNTOLD}


def _level(conflict: HashConflict, side: HashSide, rival: HashSide, *, tied: bool) -> Level:
    """An error only where both sides speak of one index for certain, and one of them is alone."""
    certain = _known(side) & _known(rival) and conflict.kind != "release" and not tied
    return "error" if certain else "warning"


def _message(conflict: HashConflict, side: HashSide, rival: HashSide) -> str:
    others = f"{rival.count} other lock{'' if rival.count == 1 else 's'} of the fleet"
    if conflict.kind == "version":
        return f"{conflict.name} {side.label} is locked with a digest that {others} have for version {rival.label}"
    release = f"{conflict.name} {conflict.version}"
    if conflict.kind == "file":
        return f"the file {conflict.what} of {release} has another digest than in {others}"
    if conflict.what:
        return f"{conflict.what} digests of {release} are others than in {others}"
    return f"{release} is locked with digests that have nothing in common with those in {others}"


def _evidence(case: Case, conflict: HashConflict, side: HashSide, rival: HashSide, held: HeldIn) -> Iterator[Evidence]:
    kind = "version " if conflict.kind == "version" else "sha256:"
    tail = "" if conflict.kind == "version" else "…"
    yield Evidence(path=held.path, line=held.line, text=f"{kind}{side.label}{tail}")
    for other in rival.locks[:3]:
        where = f"{case.called(other.repository)}: {other.path}" + (f":{other.line}" if other.line else "")
        yield Evidence(path=None, text=f"{where} has {kind}{rival.label}{tail}")


def _side(label: str, *names: str) -> HashSide:
    locks = tuple(HeldIn(repository=f"git.example/acme/{name}", path="uv.lock", line=40) for name in names)
    return HashSide(label=label, count=len(locks), locks=locks)


_CONFLICT = HashConflict(
    kind="file",
    name="httpx",
    version="0.28.1",
    what="httpx-0.28.1.tar.gz",
    sides=(_side("75e98c5f16b0f35b", "ledger", "mail"), _side("0000000000000bad", "shop")),
)
_FLEET = a_fleet(*(a_repository(name) for name in ("ledger", "mail", "shop")))
RULE = Rule(
    name="hashes-disagree",
    title="A lock has other digests than the rest of the fleet",
    category="supply-chain",
    level="error",
    check=check,
    reads=("lock",),
    bad=replace(_FLEET, hash_conflicts=(_CONFLICT,)),
    good=_FLEET,
)
