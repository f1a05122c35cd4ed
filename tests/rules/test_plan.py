from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from rules.blockers import KINDS
from rules.examples import (
    AS_OF,
    a_command,
    a_dependency,
    a_fleet,
    a_library,
    a_lockfile,
    a_project,
    a_repository,
    an_image,
)
from rules.plan import Plan, make_plans
from rules.priority import WEIGHTS, asleep
from scanner.config import Config
from scanner.inventory import (
    DeclaredPython,
    Disagreement,
    Evidence,
    ExternalReference,
    Fleet,
    Project,
    Reason,
    Repository,
    Tool,
    ToolVersion,
    UsedIndex,
    VersionPair,
)


def poetry(**changes) -> Project:  # type: ignore[no-untyped-def]
    lock = a_lockfile(path="poetry.lock", tool="poetry", format="poetry.lock 2.1")
    values = {"primary_manager": "poetry", "package_managers": ("poetry",), "lockfiles": (lock,)}
    return a_project(**{**values, **changes})


def plans(*repositories: Repository, config: Config | None = None) -> dict[tuple[str, str], Plan]:
    made = make_plans(a_fleet(*repositories), config or Config(), AS_OF)
    return {(p.repository.rpartition("/")[2], p.track): p for p in made.plans}


FLAKE8 = Tool(name="flake8", category="linter", use="run", evidence=(Evidence(path="tox.ini", line=3),))


def test_the_published_shape() -> None:
    made = make_plans(a_fleet(a_repository("shop", poetry(), tools=(FLAKE8,))), Config(), AS_OF)
    document = msgspec.to_builtins(made)
    assert set(document) == {"waves", "plans"}
    uv, ruff = document["plans"]
    assert list(uv)[:7] == ["repository", "track", "projects", "from", "to", "wave", "rank"]
    assert list(uv)[7:] == [
        *("priority", "effort", "risk", "blockers", "steps", "patch", "proofs", "after", "measure", "later"),
        *("combined", "pip_patch"),
    ]
    assert (uv["from"], uv["to"], uv["wave"], uv["patch"]) == (("poetry",), ("uv",), 1, None)
    assert (ruff["from"], ruff["to"], ruff["wave"], ruff["proofs"]) == (("flake8",), ("ruff",), None, ())
    assert uv["proofs"][0]["status"] == "not-run"
    assert set(uv["steps"][0]) == {"title", "why", "commands", "verify", "rollback"}
    assert set(document["waves"][0]) == {"number", "why", "repositories"}


@pytest.mark.parametrize(
    "repository",
    [
        a_repository("done"),
        a_library("free", primary_manager="uv", package_managers=("uv",)),
        a_repository("web", state="not-python", is_python=False, projects=()),
        a_repository("lost", state="failed", is_python=False, projects=()),
        a_repository("docs", replace(poetry(), role="docs")),
        a_repository("empty", a_project(primary_manager=None, package_managers=(), lock_discipline="none")),
    ],
    ids=lambda r: r.name,
)
def test_nothing_to_do_means_no_plan(repository: Repository) -> None:
    made = make_plans(a_fleet(repository), Config(), AS_OF)
    assert (made.plans, made.waves) == ((), ())


def test_already_on_uv_says_what_is_left() -> None:
    commands = (a_command("pip install -r requirements.txt", uses_lock=False),)
    image = an_image(grade="L0", tool="pip")
    plan = plans(a_repository("shop", commands=commands, images=(image,)))["shop", "uv"]
    assert plan.from_ == ("pip",)
    assert [s.title for s in plan.steps] == [
        "Let Dockerfile install from uv.lock",
        "Let .github/workflows/test.yml install with uv from the lock",
    ]


def test_the_score_is_the_sum_of_its_reasons() -> None:
    repository = a_repository(
        "shop", poetry(lock_discipline="stale"), images=(an_image(grade="L0"),), criticality="high"
    )
    plan = plans(repository, a_library("x", a_dependency("shop")))["shop", "uv"]
    assert plan.priority.score == pytest.approx(sum(f.points for f in plan.priority.because))
    assert {f.factor for f in plan.priority.because} <= WEIGHTS.keys()
    assert all(f.evidence for f in plan.priority.because)


def test_weights_of_the_configuration_count() -> None:
    repository = a_repository("shop", poetry(), criticality="high")
    points = {
        w: next(
            f.points
            for f in plans(repository, config=Config(weights={w: 99.0}))["shop", "uv"].priority.because
            if f.factor == w
        )
        for w in ("criticality-high", "risk-medium")
    }
    assert points == {"criticality-high": 99.0, "risk-medium": -99.0}


@pytest.mark.parametrize(("path", "factors"), [("Dockerfile", 2), ("example/Dockerfile", 0)])
def test_an_image_beside_what_ships_makes_nothing_urgent(path: str, factors: int) -> None:
    old = DeclaredPython(version="3.7", path=path, line=1, kind="image")
    repository = a_repository(
        "shop", poetry(python_versions=(old,)), images=(an_image(path=path, grade="L0", tool="pip"),)
    )
    because = {f.factor for f in plans(repository)["shop", "uv"].priority.because}
    assert len(because & {"end-of-life-python", "unpinned-image"}) == factors


def test_effort_is_the_sum_of_its_parts_and_blockers_are_typed() -> None:
    stale = a_lockfile(path="poetry.lock", tool="poetry", status="stale")
    plan = plans(a_repository("shop", poetry(lockfiles=(stale,), requires_python=None)))["shop", "uv"]
    assert {b.code for b in plan.blockers} == {"stale-lock", "python-undeclared"}
    assert all(b.code in KINDS for b in plan.blockers)
    assert plan.effort.likely == pytest.approx(sum(p.likely for p in plan.effort.because))
    assert plan.effort.low < plan.effort.likely < plan.effort.high
    assert all(b.decision for b in plan.blockers)


def test_a_folder_beside_the_project_is_no_external_path() -> None:
    def path(url: str) -> dict[str, Any]:
        return {"source": "path", "url": url, "path": "api/pyproject.toml"}

    inside, outside = a_dependency("core", None, **path("../core")), a_dependency("kit", None, **path("../../kit"))
    project = poetry(path="api", manifests=("api/pyproject.toml",), dependencies=(inside, outside))
    found = [b for b in plans(a_repository("shop", project))["shop", "uv"].blockers if b.code == "external-path"]
    assert [b.message for b in found] == ["kit lies outside the repository"]


@pytest.mark.parametrize(("kind", "asked"), [("adhoc", set()), ("install", {"index-order"})])
def test_an_index_from_which_something_else_is_tried_is_no_question(kind: str, asked: set[str]) -> None:
    place = {"path": ".github/workflows/deploy.yml", "line": 167}
    extra = UsedIndex(url="https://trial.example/simple", kind="extra-index", name=None, credentials=False, **place)  # type: ignore[arg-type]
    tried = a_command("pip install --extra-index-url https://trial.example/simple shop", kind=kind, **place)
    plan = plans(a_repository("shop", poetry(indexes=(extra,)), commands=(tried,)))["shop", "uv"]
    assert {b.code for b in plan.blockers} == asked


def test_a_channel_of_conda_and_the_indexes_that_uv_reads_already_are_no_question() -> None:
    def index(url: str, path: str) -> UsedIndex:
        return UsedIndex(url=url, kind="index", name=None, credentials=False, path=path, line=3)

    def codes(*indexes: UsedIndex, **changes: Any) -> set[str]:
        pip = a_command("pip install -r requirements.txt", path=".github/workflows/ci.yml", project=".")
        made = plans(a_repository("shop", poetry(indexes=indexes, **changes), commands=(pip,)))["shop", "uv"]
        return {b.code for b in made.blockers} & {"private-index", "index-order"}

    own, other = (index(f"https://{n}.example/simple", "pyproject.toml") for n in ("own", "other"))
    assert codes(index("conda-forge", "ci/env.yml")) == set()
    assert codes(index("https://own.example/simple", "ci/env.yml")) == {"private-index"}
    assert codes(own, other) == {"index-order"}
    assert codes(own, other, primary_manager="uv", package_managers=("uv",)) == set()


@pytest.mark.parametrize(
    ("command", "is_left"),
    [("pip3 install dist/shop.tar.gz", False), ("pip3 install --force-reinstall dist/*.whl", False),
     ("pip3 install -r requirements.txt", True), ("pip3 install dist/*.whl .", True)],
)  # fmt: skip
def test_ci_that_tries_what_was_built_leaves_nothing_to_move(command: str, is_left: bool) -> None:
    uv = poetry(primary_manager="uv", package_managers=("uv",), lockfiles=(a_lockfile(),))
    tried = a_command(command, path=".github/workflows/ci.yml", project=".", tool="pip")
    assert bool(plans(a_repository("shop", uv, commands=(tried,)))) is is_left


@pytest.mark.parametrize(
    ("version", "codes"), [("3.9", set()), ("3.6", set()), ("3.5", {"python-too-old"}), ("2.7", {"python-too-old"})]
)
def test_a_python_that_only_the_pipfile_states(version: str, codes: set[str]) -> None:
    stated = DeclaredPython(version=version, path="Pipfile", line=15, kind="pipfile")
    plan = plans(a_repository("shop", poetry(requires_python=None, python_versions=(stated,))))["shop", "uv"]
    assert {b.code for b in plan.blockers} == codes
    assert all((b.path, b.line) == ("Pipfile", 15) for b in plan.blockers)


def test_a_shared_base_image_moves_before_what_is_built_on_it() -> None:
    old = an_image(grade="L0", tool="pip", base="registry.example/acme/base:1")
    reference = ExternalReference(kind="image", target="registry.example/acme/base", ref="1", path="Dockerfile", line=1)
    consumers = [a_repository(f"s{i}", poetry(), images=(old,), references=(reference,)) for i in range(4)]
    base = a_repository("base", poetry(), images=(an_image(grade="L0", tool="pip"),))
    made = make_plans(a_fleet(base, *consumers), Config(), AS_OF)
    waves = {p.repository.rpartition("/")[2]: p.wave for p in made.plans}
    assert waves == {"base": 1, "s0": 2, "s1": 2, "s2": 2, "s3": 2}
    assert "unblocks 4" in made.waves[0].why
    blocked = next(p for p in made.plans if p.repository.endswith("s0"))
    assert ("shared-image", "Dockerfile", 1) in {(b.code, b.path, b.line) for b in blocked.blockers}


def test_a_provider_that_is_done_holds_nobody_up() -> None:
    old = an_image(grade="L0", tool="pip", base="registry.example/acme/base:1")
    reference = ExternalReference(kind="image", target="registry.example/acme/base", ref="1", path="Dockerfile", line=1)
    consumer = a_repository("shop", poetry(), images=(old,), references=(reference,))
    assert plans(a_repository("base", images=(an_image(),)), consumer)["shop", "uv"].wave == 1


def test_a_template_in_nobodys_plan_is_a_question() -> None:
    old = (a_command("poetry install", uses_lock=True, project=None),)
    template = a_repository("ci", state="not-python", is_python=False, projects=(), commands=old)
    reference = ExternalReference(kind="ci", target="acme/ci/t.yml", ref="v1", path=".github/workflows/a.yml", line=5)
    plan = plans(template, a_repository("shop", poetry(), references=(reference,)))["shop", "uv"]
    (question,) = (b for b in plan.blockers if b.code == "foreign-template")
    assert (question.path, question.line) == (".github/workflows/a.yml", 5)
    assert question.decision


def test_a_published_wheel_is_not_hard() -> None:
    made = plans(
        a_library("billing", **vars_of(poetry())), a_repository("shop", poetry(dependencies=(a_dependency("billing"),)))
    )
    assert {p.wave for p in made.values()} == {1}


def vars_of(project: Project) -> dict[str, object]:
    return {k: getattr(project, k) for k in ("primary_manager", "package_managers", "lockfiles")}


def test_the_sleeping_are_kept_for_the_end_and_said_so() -> None:
    old = a_repository("old", poetry(kind="library"), last_activity="2020-01-01")
    gone = a_repository("gone", poetry(), tags=("archived",))
    made = make_plans(a_fleet(old, gone, a_repository("shop", poetry())), Config(), AS_OF)
    assert [w.repositories[0].rpartition("/")[2] for w in made.waves] == ["shop", "gone"]
    assert "archived" in made.waves[-1].why
    assert "no commit for" in made.waves[-1].why


@pytest.mark.parametrize(
    ("kind", "changes", "why"),
    [
        ("library", {}, "no commit for 2516 days"),
        ("cli", {}, "no commit for 2516 days"),
        ("unknown", {}, "no commit for 2516 days"),
        ("service", {}, None),
        ("job", {}, None),
        ("library", {"criticality": "high"}, None),
        ("service", {"tags": ("archived",)}, "archived"),
        ("service", {"tags": ("archived",), "criticality": "high"}, None),
        ("library", {"last_activity": "2026-11-01"}, None),
        ("library", {"last_activity": None}, None),
    ],
)
def test_quiet_is_not_asleep_for_what_runs(kind: str, changes: dict[str, Any], why: str | None) -> None:
    repository = a_repository("old", poetry(kind=kind), **{"last_activity": "2020-01-01", **changes})
    assert asleep(repository, 365, AS_OF) == why


def test_sentences_name_repositories_as_the_tables_do() -> None:
    base = a_repository("base", poetry(), images=(an_image(grade="L0"),))
    on_it = ExternalReference(kind="image", target="registry.example/acme/base", ref="1", path="Dockerfile", line=1)
    image = an_image(grade="L0", base="registry.example/acme/base:1")
    users = [a_repository(f"u{i}", poetry(), images=(image,), references=(on_it,)) for i in range(3)]
    made = make_plans(a_fleet(base, *users), Config(), AS_OF, ["uv"])
    assert [w.why for w in made.waves][:1] == ["foundation: base alone unblocks 3 repositories"]
    said = [b.message for p in made.plans for b in p.blockers if b.code == "shared-image"]
    assert set(said) == {"builds on base, which moves first"}


def test_a_lock_with_the_own_version_of_yesterday_is_no_question() -> None:
    def plan(message: str) -> Plan:
        why = (Reason(message=message, path="uv.lock", line=9),)
        lock = a_lockfile(status="stale", covers=True, reasons=why)
        old = (a_command("pip install -r requirements.txt", uses_lock=False),)
        return plans(a_repository("shop", a_project(lock_discipline="stale", lockfiles=(lock,)), commands=old))[
            "shop", "uv"
        ]

    own, other = plan("own version only: shop has version 2, but is locked as 1"), plan("a marker differs")
    assert "stale-lock" not in [f.factor for f in own.priority.because]
    assert "stale-lock" in [f.factor for f in other.priority.because]
    assert not own.blockers
    assert not other.blockers


def test_a_pilot_converts_something() -> None:
    image = an_image(grade="L0", tool="pip")
    started = a_repository("a-has-uv", a_project(), images=(image,))
    others = [a_repository(f"shop-{n}", poetry()) for n in range(5)]
    made = make_plans(a_fleet(started, *others), Config(), AS_OF, ("uv",))
    assert any(p.repository.endswith("a-has-uv") for p in made.plans)
    assert made.waves[0].why.startswith("pilot")
    assert not any(name.endswith("a-has-uv") for name in made.waves[0].repositories)


def test_only_the_tracks_asked_for() -> None:
    made = make_plans(a_fleet(a_repository("shop", poetry(), tools=(FLAKE8,))), Config(), AS_OF, ("ruff",))
    assert [p.track for p in made.plans] == ["ruff"]
    assert made.waves == ()


def test_config_only_linters_need_no_move() -> None:
    dead = replace(FLAKE8, use="config-only")
    assert ("shop", "ruff") not in plans(a_repository("shop", tools=(dead,)))


def generated(count: int) -> Fleet:
    rng = random.Random(5)
    made = []
    for i in range(count):
        targets = {f"r{rng.randrange(count):02}" for _ in range(3)} - {f"r{i:02}"}
        paths = tuple(
            a_dependency(t, None, source="path", url=f"../{t}") for t in sorted(targets) if rng.random() < 0.3
        )
        made.append(a_library(f"r{i:02}", *paths, **vars_of(poetry())))
    return a_fleet(*made)


def test_no_hard_edge_points_to_a_later_wave_and_everything_is_planned_once() -> None:
    fleet = generated(40)
    made = make_plans(fleet, Config(capacity=4), AS_OF, ("uv",))
    wave = {p.repository: p.wave or 0 for p in made.plans}
    assert len(made.plans) == len(wave) == 40
    assert all(wave[e.provider] <= wave[e.consumer] for e in fleet.graph.edges if e.via == "path")
    assert sorted(n for w in made.waves for n in w.repositories) == sorted(wave)
    assert sorted(p.rank for p in made.plans) == list(range(1, 41))


def test_the_same_for_any_order_of_the_fleet() -> None:
    fleet = generated(25)
    shuffled = replace(fleet, repositories=tuple(random.Random(2).sample(fleet.repositories, 25)))
    assert make_plans(fleet, Config(), AS_OF) == make_plans(shuffled, Config(), AS_OF)


def test_versions_that_an_image_installs_today_are_a_question() -> None:
    differs = Disagreement(
        what="lock",
        between=("local", "image"),
        message="local installs from poetry.lock, image from requirements.txt; pinned differently: a 2 and 1",
        evidence=(Evidence(path="poetry.lock", line=1), Evidence(path="Dockerfile", line=3)),
        packages=(VersionPair(name="a", versions=("2", "1")),),
    )
    made = plans(a_repository("shop", poetry(disagreements=(differs,))))["shop", "uv"]
    [found] = [b for b in made.blockers if b.code == "versions-differ"]
    assert (found.path, found.line) == ("Dockerfile", 3)
    assert found.decision is not None
    ci = replace(differs, between=("ci", "image"))
    others = plans(a_repository("shop", poetry(disagreements=(ci,))))["shop", "uv"].blockers
    assert "versions-differ" not in {b.code for b in others}


def test_a_move_to_ruff_is_worth_what_ci_runs_and_costs_what_is_to_be_translated() -> None:
    def tool(name: str, *places: str, version: str = "1.0.0") -> Tool:
        shown = tuple(Evidence(path=p, line=1, kind="config") for p in places)
        stated = tuple(ToolVersion(version=v, path=f"{v}.txt", line=1) for v in {version, "1.0.0"})
        return Tool(name=name, category="linter", use="run", evidence=shown, gates=shown[:1], versions=stated)

    small = a_repository("small", tools=(tool("isort", "setup.cfg"),))
    large = a_repository(
        "large", tools=(tool("pylint", "a/.pylintrc", "b/.pylintrc"), tool("black", "ci.yml", version="2.0.0"))
    )
    found = plans(small, large)
    assert found["large", "ruff"].effort.likely > 2 * found["small", "ruff"].effort.likely
    because = {f.factor: f.points for f in found["large", "ruff"].priority.because}
    assert (because["tools-in-ci"], because["linter-skew"]) == (4, 3)
    assert {f.factor for f in found["small", "ruff"].priority.because} == {"tools-in-ci", "effort"}
    parts = [p.reason for p in found["large", "ruff"].effort.because]
    assert parts[:3] == ["measuring, and one configuration", "the rules of black", "the rules of pylint"]
    assert parts[3:] == ["configured or run in 3 files", "pylint-checks"]
