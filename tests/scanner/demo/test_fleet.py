"""Every trait that the fleet was given is one that a scan sees: the first test of the product from end to end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from rules.audit import compare
from rules.plan import Plans, make_plans
from rules.run import run as run_rules
from scanner.config import parse
from scanner.demo.build import advance, build, settings
from scanner.fleet import scan
from scanner.inventory import Fleet, Project, Repository
from scanner.store import open_store

CONFIG = parse(settings())
DAY = date(2026, 11, 16)
NAME = "git.example/acme/{}".format


@pytest.fixture(scope="module")
def fleets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Fleet, Fleet]]:
    """The fleet in the first scene and in the second."""
    folder = tmp_path_factory.mktemp("demo")
    build(folder)
    with open_store(":memory:") as store:

        def run() -> Fleet:
            now = "2026-11-16T08:00:00Z"
            return scan((str(folder),), CONFIG, store, jobs=1, as_of=DAY.isoformat(), now=lambda: now).fleet

        first = run()
        advance(folder)
        yield first, run()


@pytest.fixture
def fleet(fleets: tuple[Fleet, Fleet]) -> Fleet:
    return fleets[0]


@pytest.fixture(scope="module")
def plans(fleets: tuple[Fleet, Fleet]) -> Plans:
    return make_plans(fleets[0], CONFIG, DAY)


def repository(fleet: Fleet, name: str) -> Repository:
    return next(r for r in fleet.repositories if r.name == name)


def project(fleet: Fleet, place: str) -> Project:
    name, _, path = place.partition("/")
    return next(p for p in repository(fleet, name).projects if p.path == (path or "."))


# project: primary manager, lock discipline, kind ("" where it is beside the point), tools of CI and image
PROJECTS = {
    "acme-auth": ("setuptools", "unlocked", "library", "pip", None),
    "acme-base-image": ("pip", "pinned-hashes", "", None, "pip"),
    "acme-core": ("poetry", "locked", "library", "poetry", None),
    "acme-http": ("flit", "unlocked", "library", "flit", None),
    "acme-ledger": ("poetry", "locked", "library", "poetry", None),
    "acme-testing": ("hatch", "unlocked", "library", "hatch", None),
    "acme-utils": ("setuptools", "unlocked", "library", "pip", None),
    "acmectl": ("pip", "unlocked", "cli", "pip", None),
    "billing-service": ("pip", "pinned", "service", "pip", "pip"),
    "catalog-service": ("pip-tools", "locked", "service", "pip", "pip"),
    "customer-portal": ("uv", "unknown", "service", None, "uv"),
    "demand-notebooks": ("conda", "unlocked", "notebook", None, None),
    "forecast-models": ("pixi", "locked", "job", "pixi", None),
    "fraud-scoring": ("poetry", "conflicting", "service", "poetry", "uv"),
    "inventory-sync": ("rye", "locked", "job", "rye", None),
    "notifications-worker": ("pdm", "locked", "service", "pdm", "pdm"),
    "orders-api": ("uv", "locked", "service", "uv", "uv"),
    "payments-api": ("poetry", "locked", "service", "poetry", "pip"),
    "platform-monorepo": ("uv", "locked", "", "uv", ""),
    "platform-monorepo/packages/acme-events": ("uv", "locked", "library", "", None),
    "platform-monorepo/packages/acme-utils": ("uv", "locked", "library", "", None),
    "platform-monorepo/services/routing-api": ("uv", "locked", "service", "", "uv"),
    "search-gateway": ("pipenv", "stale", "service", "pipenv", "pipenv"),
    "shipping-rates": ("pip", "unlocked", "service", "pip", "uv"),
}


@pytest.mark.parametrize("place", PROJECTS)
def test_a_project(fleet: Fleet, place: str) -> None:
    found = project(fleet, place)
    ci, image = found.environments.ci, found.environments.image
    seen = (
        found.primary_manager,
        found.lock_discipline,
        found.kind,
        ci.tool if ci else None,
        image.tool if image else None,
    )
    wanted = PROJECTS[place]
    assert tuple(s for s, w in zip(seen, wanted, strict=True) if w != "") == tuple(w for w in wanted if w != "")


def test_no_other_main_project_is_seen(fleet: Fleet) -> None:
    mains = {(r.name, p.path) for r in fleet.repositories for p in r.projects if p.role == "main"}
    assert mains == {(place.partition("/")[0], place.partition("/")[2] or ".") for place in PROJECTS}
    assert project(fleet, "platform-monorepo/tools/loadtest").role == "tooling"


# path: tool, format, what wrote it, status
LOCKS = {
    "acme-core/poetry.lock": ("poetry", "poetry.lock 2.1", "fresh"),
    "acme-ledger/poetry.lock": ("poetry", "poetry.lock 2.0", "fresh"),
    "catalog-service/requirements/base.txt": ("pip-tools", "pip-compile", "fresh"),
    "catalog-service/requirements/dev.txt": ("pip-tools", "pip-compile", "fresh"),
    "customer-portal/uv.lock": ("uv", "uv.lock", "broken"),
    "forecast-models/pixi.lock": ("pixi", "pixi.lock 6", "fresh"),
    "fraud-scoring/poetry.lock": ("poetry", "poetry.lock 2.1", "fresh"),
    "fraud-scoring/uv.lock": ("uv", "uv.lock 1.5", "fresh"),
    "inventory-sync/requirements-dev.lock": ("rye", "rye", "fresh"),
    "inventory-sync/requirements.lock": ("rye", "rye", "fresh"),
    "notifications-worker/pdm.lock": ("pdm", "pdm.lock 4.5.0", "fresh"),
    "orders-api/uv.lock": ("uv", "uv.lock 1.5", "fresh"),
    "payments-api/poetry.lock": ("poetry", "poetry.lock 2.0", "fresh"),
    "platform-monorepo/uv.lock": ("uv", "uv.lock 1.5", "fresh"),
    "search-gateway/Pipfile.lock": ("pipenv", "Pipfile.lock 6", "stale"),
}


def test_the_locks(fleet: Fleet) -> None:
    seen = {
        f"{r.name}/{lock.path}": (lock.tool, lock.format, lock.status)
        for r in fleet.repositories
        for p in r.projects
        for lock in p.lockfiles
    }
    assert seen == LOCKS
    for name in ("catalog-service", "notifications-worker", "orders-api", "payments-api", "search-gateway"):
        lock = project(fleet, name).lockfiles[0]
        assert lock.hashed_packages >= lock.packages - 1 > 5, name  # uv lists the project itself, without a hash


IMAGES = {
    "acme-base-image/Dockerfile": "L0",
    "acme-base-image/legacy/Dockerfile": "L0",
    "billing-service/Dockerfile": "L0",
    "catalog-service/Dockerfile": "L2",
    "customer-portal/Dockerfile": "L2",
    "fraud-scoring/Dockerfile": "L2",
    "notifications-worker/Dockerfile": "L2",
    "orders-api/Dockerfile": "L3",
    "payments-api/Dockerfile": "L0",
    "platform-monorepo/services/routing-api/Dockerfile": "L2",
    "search-gateway/Dockerfile": "L2",
    "shipping-rates/Dockerfile": "L1",
}


def test_the_images(fleet: Fleet) -> None:
    assert {f"{r.name}/{i.path}": i.grade for r in fleet.repositories for i in r.images} == IMAGES


def test_the_states(fleet: Fleet) -> None:
    other = {r.name: r.state for r in fleet.repositories if r.state != "classified"}
    assert other == {
        "ci-templates": "not-python",
        "fraud-scoring": "needs-decision",
        "loyalty-service": "not-python",
        "storefront-web": "not-python",
    }
    assert [e.code for e in repository(fleet, "loyalty-service").errors] == ["no-commit"]
    assert {r.id for r in fleet.repositories} == {NAME(r.name) for r in fleet.repositories}


def test_owners_criticality_and_ci(fleet: Fleet) -> None:
    assert repository(fleet, "payments-api").owners == ("@acme/payments",)
    assert repository(fleet, "shipping-rates").owners == ("@acme/logistics",)
    levels = {r.name: r.criticality for r in fleet.repositories if r.criticality}
    assert levels == {
        "billing-service": "high",
        "demand-notebooks": "low",
        "orders-api": "high",
        "payments-api": "high",
    }
    assert {ci for r in fleet.repositories for ci in r.ci} == {"github-actions", "gitlab-ci", "travis"}


def test_linters(fleet: Fleet) -> None:
    used = {r.name: {t.name for t in r.tools if t.use != "config-only"} for r in fleet.repositories}
    assert len([n for n, tools in used.items() if {"black", "flake8", "isort"} <= tools]) >= 6
    assert len([n for n, tools in used.items() if "ruff" in tools]) >= 6
    assert {"black", "ruff"} <= used["fraud-scoring"]


def test_the_graph(fleet: Fleet) -> None:
    graph = fleet.graph
    edges = {(e.consumer, e.provider, e.via) for e in graph.edges}
    chain = [("acme-auth", "acme-core"), ("acme-http", "acme-auth"), ("orders-api", "acme-http")]
    assert {(NAME(a), NAME(b), "index") for a, b in chain} <= edges
    assert (NAME("acmectl"), NAME("acme-http"), "git") in edges
    assert {e.consumer for e in graph.edges if e.via == "image"} == {
        NAME(n) for n in ("billing-service", "catalog-service", "customer-portal", "payments-api")
    }
    assert {e.consumer for e in graph.edges if e.via == "ci"} == {
        NAME(n) for n in ("billing-service", "catalog-service", "customer-portal")
    }
    assert {(e.consumer_project, e.provider_project, e.via) for e in graph.inside if e.via == "path"} >= {
        ("tools/loadtest", "packages/acme-events", "path")
    }
    assert [(u.consumer, u.name) for u in graph.unresolved] == [(NAME("billing-service"), "acme-legacy-utils")]
    assert [(c.distribution, c.providers) for c in graph.clashes] == [
        ("acme-utils", (NAME("acme-utils"), NAME("platform-monorepo")))
    ]


def test_the_findings(fleet: Fleet) -> None:
    answers = run_rules(fleet, CONFIG, DAY)
    seen = {(f.rule, f.repository.rpartition("/")[2]) for f in answers.findings}
    assert seen >= {
        ("ambiguous-index", "billing-service"),
        ("broken-lock", "customer-portal"),
        ("conflicting-locks", "fraud-scoring"),
        ("credentials-in-index", "billing-service"),
        ("dead-toolchain", "inventory-sync"),
        ("duplicate-publishers", "acme-utils"),
        ("end-of-life-python", "acme-base-image"),
        ("end-of-life-python", "billing-service"),
        ("environments-disagree", "payments-api"),
        ("internal-name-unresolved", "billing-service"),
        ("lock-not-enforced", "search-gateway"),
        ("missing-lock", "shipping-rates"),
        ("mutable-git-dependency", "acmectl"),
        ("stale-lock", "search-gateway"),
        ("unpinned-bootstrap", "search-gateway"),
        ("unpinned-install-in-ci", "billing-service"),
        ("unpinned-install-in-image", "payments-api"),
        ("unsatisfied-internal-dependency", "acme-ledger"),
    }
    assert not {f.rule for f in answers.findings if f.repository == NAME("orders-api")}
    assert "not-a-real-password" not in repr(fleet) + repr(answers)


def test_the_plan(fleet: Fleet, plans: Plans) -> None:
    waves = {plan.repository.rpartition("/")[2]: plan.wave for plan in plans.plans if plan.track == "uv"}
    assert {"orders-api", "storefront-web", "ci-templates"}.isdisjoint(waves)
    base = waves["acme-base-image"]
    assert base is not None
    for name in ("billing-service", "catalog-service", "payments-api"):
        assert (waves[name] or 0) > base
    assert {p.repository.rpartition("/")[2] for p in plans.plans if p.track == "ruff"} >= {"acme-core", "fraud-scoring"}


def test_the_second_scene(fleets: tuple[Fleet, Fleet]) -> None:
    before, after = (run_rules(fleet, CONFIG, DAY) for fleet in fleets)
    judged = compare(after, before.findings, {f.fingerprint for f in before.findings})
    seen = {(f.state, f.rule, f.repository.rpartition("/")[2]) for f in judged if f.state != "known"}
    assert seen == {
        ("new", "stale-lock", "notifications-worker"),
        ("new", "unpinned-install-in-image", "catalog-service"),
        ("fixed", "stale-lock", "search-gateway"),
    }
