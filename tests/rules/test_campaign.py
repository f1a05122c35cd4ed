from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from rules.campaign import STATES, campaign
from rules.examples import AS_OF, a_dependency, a_fleet, a_lockfile, a_project, a_repository
from rules.plan import Plans, Proof, make_plans
from scanner.config import Config
from scanner.inventory import Edge, Fleet, Graph, Project, Repository


def poetry(**changes) -> Project:  # type: ignore[no-untyped-def]
    lock = a_lockfile(path="poetry.lock", tool="poetry", format="poetry.lock 2.1")
    values = {"primary_manager": "poetry", "package_managers": ("poetry",), "lockfiles": (lock,)}
    return a_project(**{**values, **changes})


def made(fleet: Fleet) -> tuple[Fleet, Plans]:
    return fleet, make_plans(fleet, Config(), AS_OF)


def states(fleet: Fleet, earlier: Fleet | None = None) -> dict[str, str]:
    found = campaign(*made(fleet), made(earlier) if earlier else None, ("uv",))
    return {s.repository.rpartition("/")[2]: s.state for s in found.standings}


OLD = a_repository("shop", poetry())
NEW = a_repository("shop", a_project())


@pytest.mark.parametrize(
    ("repository", "expected"),
    [
        (NEW, {"shop": "done"}),
        (OLD, {"shop": "ready"}),
        (replace(OLD, tags=("uv:in-review",)), {"shop": "in-review"}),
        (replace(OLD, tags=("ruff:in-review",)), {"shop": "ready"}),
        (a_repository("shop", poetry(lockfiles=(), lock_discipline="unlocked")), {"shop": "blocked-by-a-decision"}),
        (replace(OLD, state="failed", is_python=False), {"shop": "failed"}),
        (replace(OLD, state="not-python", is_python=False, projects=()), {}),
    ],
)
def test_states(repository: Repository, expected: dict[str, str]) -> None:
    assert states(a_fleet(repository)) == expected


def test_what_waits_for_its_provider_awaits_parents() -> None:
    edge = Edge(
        consumer=OLD.id,
        consumer_project=".",
        provider="git.example/acme/lib",
        provider_project=".",
        distribution="lib",
        scope="runtime",
        via="path",
        specifier=None,
        satisfied=None,
        path="pyproject.toml",
        line=3,
    )
    before = a_fleet(OLD, a_repository("lib", poetry()), graph=Graph(edges=(edge,)))
    assert states(before) == {"lib": "ready", "shop": "awaiting-parents"}
    after = a_fleet(OLD, a_repository("lib", a_project()), graph=Graph(edges=(edge,)))
    assert states(after, before) == {"lib": "done", "shop": "ready"}
    [progress] = campaign(*made(after), made(before), ("uv",)).progress
    assert (progress.now, progress.before) == ({"done": 1, "ready": 1}, {"ready": 1, "awaiting-parents": 1})
    assert progress.hours_before is not None
    assert progress.hours_left < progress.hours_before


def test_done_and_then_not_is_regressed() -> None:
    assert states(a_fleet(OLD), a_fleet(NEW)) == {"shop": "regressed"}
    assert states(a_fleet(OLD), a_fleet(OLD)) == {"shop": "ready"}


def test_a_failed_proof_is_not_solvable() -> None:
    fleet, plans = made(a_fleet(OLD))
    proof = Proof(project=".", status="failed", reason="no version of a fits")
    plans = replace(plans, plans=tuple(msgspec.structs.replace(p, proofs=(proof,)) for p in plans.plans))
    [standing] = campaign(fleet, plans, None, ("uv",)).standings
    assert (standing.state, standing.why, standing.before) == ("not-solvable", "no version of a fits", None)


def test_every_state_has_a_meaning_and_counts_add_up() -> None:
    fleet = a_fleet(OLD, a_repository("a", a_project()), a_repository("b", poetry(dependencies=(a_dependency("x"),))))
    found = campaign(*made(fleet), None, ("uv", "ruff"))
    assert {s.state for s in found.standings} <= set(STATES)
    for progress in found.progress:
        assert sum(progress.now.values()) == sum(s.track == progress.track for s in found.standings)


def test_a_repository_that_was_not_seen_is_not_done() -> None:
    shop, bank = (a_repository(name, poetry()) for name in ("shop", "bank"))
    now, then = made(a_fleet(shop)), made(a_fleet(shop, bank))
    (progress,) = campaign(*now, then, ("uv",)).progress
    hours = next(p.effort.likely for p in then[1].plans if p.repository == bank.id and p.track == "uv")
    assert (progress.unseen, progress.hours_unseen) == ((bank.id,), hours)
    assert progress.hours_before == pytest.approx(progress.hours_left + hours, abs=0.1)
