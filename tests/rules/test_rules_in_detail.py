"""Cases beyond each rule's two examples: above all what must not be reported."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

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
from rules.finding import Finding
from rules.hard import why_hard
from rules.run import run
from scanner.config import Config
from scanner.freshness.coverage import ANOTHER
from scanner.inventory import (
    DeclaredPython,
    Environment,
    Environments,
    Error,
    ExternalReference,
    Fleet,
    HashConflict,
    HashSide,
    HeldIn,
    Reason,
    UsedIndex,
)


def found(rule: str, fleet: Fleet, config: Config | None = None, as_of: date = AS_OF) -> list[Finding]:
    return [f for f in run(fleet, config or Config(), as_of).findings if f.rule == rule]


def python(version: str, kind: str, path: str = "Dockerfile", line: int = 1) -> DeclaredPython:
    return DeclaredPython(version=version, path=path, line=line, kind=kind)


@pytest.mark.parametrize(
    ("kind", "publishes", "discipline", "level"),
    [
        ("service", False, "unlocked", "error"),
        ("job", False, "partial", "error"),
        ("cli", False, "unlocked", "note"),
        ("cli", True, "unlocked", None),
        ("service", False, "pinned", "warning"),
        ("library", True, "unlocked", None),
        ("unknown", False, "unlocked", "note"),
        ("service", False, "none", None),
        ("service", False, "locked", None),
    ],
)
def test_who_needs_a_lock(kind: str, publishes: bool, discipline: str, level: str | None) -> None:
    project = a_project(kind=kind, publishes=publishes, lock_discipline=discipline)
    levels = [f.level for f in found("missing-lock", a_fleet(a_repository("shop", project)))]
    assert levels == ([level] if level else [])


@pytest.mark.parametrize("role", ["docs", "example", "fixture", "tooling"])
def test_only_main_projects_are_judged(role: str) -> None:
    project = a_project(
        path="x",
        role=role,
        lock_discipline="unlocked",
        python_versions=(python("3.6", "image", "x/Dockerfile"),),
        dependencies=(a_dependency("a", None, source="git", url="https://git.example/a/b", ref="main"),),
    )
    commands = (a_command("uv sync", project="x", uses_lock=True, enforced="none"),)
    fleet = a_fleet(
        a_repository("shop", project, commands=commands, images=(an_image(path="x/Dockerfile", grade="L0"),))
    )
    assert run(fleet, Config(), AS_OF).findings == ()


def test_a_workspace_lock_is_reported_once() -> None:
    lock = a_lockfile(status="stale", covers=True)
    members = [a_project(path=p, workspace_root=".", lockfiles=(lock,)) for p in (".", "api", "core")]
    assert [f.project for f in found("stale-lock", a_fleet(a_repository("mono", *members)))] == ["."]


@pytest.mark.parametrize(("covers", "level"), [(True, "warning"), (False, "error"), (None, "warning")])
def test_a_digest_alone_weighs_less_than_a_missing_package(covers: bool | None, level: str) -> None:
    lock = a_lockfile(status="stale", covers=covers)
    fleet = a_fleet(a_repository("shop", a_project(lock_discipline="stale", lockfiles=(lock,))))
    assert [f.level for f in found("stale-lock", fleet)] == [level]


@pytest.mark.parametrize(
    ("lock", "command"),
    [
        (a_lockfile(path="poetry.lock", tool="poetry", written_by="1.8.3"), "poetry lock --no-update"),
        (a_lockfile(path="poetry.lock", tool="poetry", written_by="2.1.0"), "`poetry lock`"),
        (a_lockfile(path="pdm.lock", tool="pdm"), "pdm lock --update-reuse"),
        (
            a_lockfile(path="requirements.txt", tool="pip-tools", format="uv pip compile"),
            "uv pip compile --output-file",
        ),
        (
            a_lockfile(path="requirements.txt", tool="uv", format="uv pip compile"),
            "Run `uv pip compile --output-file requirements.txt pyproject.toml` and commit requirements.txt.",
        ),
        (
            a_lockfile(path="requirements/all.txt", tool="pip-tools", format="pip-compile-multi"),
            "`pip-compile-multi --no-upgrade`",
        ),
        (a_lockfile(path="poetry.lock", tool="poetry", written_by="1.8.3"), "(From Poetry 2.0 on it is `poetry lock`"),
    ],
)
def test_the_fix_is_the_command_of_the_tool_that_wrote_the_lock(lock, command) -> None:  # type: ignore[no-untyped-def]
    stale = a_lockfile(path=lock.path, tool=lock.tool, format=lock.format, written_by=lock.written_by, status="stale")
    fleet = a_fleet(a_repository("shop", a_project(lockfiles=(stale,))))
    assert command in found("stale-lock", fleet)[0].fix


def test_a_lock_with_conflict_markers_is_found_once() -> None:
    reason = Reason(message="merge conflict markers", path="uv.lock", line=3)
    lock = a_lockfile(status="broken", covers=None, reasons=(reason,))
    errors = (Error(path="uv.lock", line=3, code="conflict-markers", message="merge conflict markers"),)
    fleet = a_fleet(a_repository("shop", a_project(lock_discipline="unknown", lockfiles=(lock,)), errors=errors))
    assert len(found("broken-lock", fleet)) == 1


def test_rye_is_dead_from_the_day_it_was_and_nothing_merely_old_is() -> None:
    fleet = a_fleet(
        a_repository("a", a_project(package_managers=("rye",))),
        a_repository("b", a_project(package_managers=("pip-tools", "pipenv", "setuptools"))),
    )
    assert [f.repository for f in found("dead-toolchain", fleet)] == ["git.example/acme/a"]
    assert not found("dead-toolchain", fleet, as_of=date(2025, 1, 1))


@pytest.mark.parametrize(
    ("declared", "kind", "requires", "levels"),
    [
        (python("3.8.5-slim", "image"), "service", None, ["error"]),
        (python("3.8", "version-file", ".python-version"), "library", None, ["warning"]),
        (python("3.8", "image", ".devcontainer/Dockerfile"), "service", None, ["note"]),
        (python("3.8", "ci-matrix", ".github/workflows/t.yml"), "library", ">=3.8", ["note"]),  # the floor says it
        (python("3.8", "ci-matrix", ".github/workflows/t.yml"), "service", ">=3.12", ["warning"]),
        (python(">=3.8", "requires-python", "pyproject.toml"), "library", ">=3.8", ["note"]),
        (python("3.8", "requires-python", "pyproject.toml"), "library", "<3.9", ["warning"]),
        (python("pypy3.8", "ci-matrix", ".github/workflows/t.yml"), "service", None, []),
        (python("3.x", "ci-setup", ".github/workflows/t.yml"), "service", None, []),
        (python("3.14", "image"), "service", None, []),
        (python("3.9", "pipfile", "Pipfile"), "service", None, ["warning"]),
        (python("3.7.*", "conda", "environment.yml"), "job", None, ["warning"]),
        (python("3.7.*", "conda", "environment.yml"), "library", None, ["note"]),
        (python(">=3.7", "conda", "environment.yml"), "job", None, []),
    ],
)
def test_end_of_life_by_place(declared: DeclaredPython, kind: str, requires: str | None, levels: list[str]) -> None:
    project = a_project(kind=kind, requires_python=requires, python_versions=(declared,))
    assert [f.level for f in found("end-of-life-python", a_fleet(a_repository("shop", project)))] == levels


def test_what_sums_the_reasons_of_a_stale_lock_up_is_none_of_them() -> None:
    added = [Reason(path="pyproject.toml", line=n, message=f"p{n} was added") for n in range(5, 10)]
    reasons = (Reason(path=None, line=None, message="the hash differs"), *added)
    project = a_project(lockfiles=(a_lockfile(status="stale", covers=False, reasons=reasons),))
    (finding,) = found("stale-lock", a_fleet(a_repository("shop", project)))
    assert finding.message.endswith("p5 was added; p6 was added; p7 was added (and 2 more)")
    assert (finding.evidence[0].path, finding.evidence[0].line, len(finding.evidence)) == ("pyproject.toml", 5, 6)


def test_end_of_life_depends_on_the_day_of_the_run() -> None:
    fleet = a_fleet(a_repository("shop", a_project(python_versions=(python("3.10", "image"),))))
    assert not found("end-of-life-python", fleet, as_of=date(2026, 10, 31))
    assert found("end-of-life-python", fleet, as_of=date(2026, 11, 1))


def test_frozen_is_fine_once_ci_checks() -> None:
    frozen = a_command("uv sync --frozen", context="image", path="Dockerfile", uses_lock=True, enforced="frozen")
    check = a_command("uv lock --check", kind="lock", uses_lock=True)
    assert [f.level for f in found("lock-not-enforced", a_fleet(a_repository("shop", commands=(frozen,))))] == ["note"]
    assert not found("lock-not-enforced", a_fleet(a_repository("shop", commands=(frozen, check))))


def test_one_finding_for_one_cause_in_many_files() -> None:
    commands = tuple(
        a_command("uv sync", path=f".github/workflows/{n}.yml", uses_lock=True, enforced="none") for n in "abc"
    )
    (finding,) = found("lock-not-enforced", a_fleet(a_repository("shop", commands=commands)))
    assert len(finding.evidence) == 3
    assert "(and 2 more)" in finding.message


def test_libraries_may_resolve_in_ci_and_services_may_not() -> None:
    loose = a_command("pip install -e .", uses_lock=False, enforced="none")
    library = a_repository("lib", a_project(kind="library", publishes=True), commands=(loose,))
    assert not found("unpinned-install-in-ci", a_fleet(library))
    assert found("unpinned-install-in-ci", a_fleet(a_repository("shop", commands=(loose,))))


def test_pins_made_by_hand_are_only_noted() -> None:
    because = "dev.txt is pinned by hand"
    pinned = a_command("pip install -r dev.txt", uses_lock=False, enforced="none", because=because)
    assert [f.level for f in found("unpinned-install-in-ci", a_fleet(a_repository("shop", commands=(pinned,))))] == [
        "note"
    ]


@pytest.mark.parametrize(
    ("command", "speaks"),
    [
        ("pip install poetry", True),
        ("pip install 'poetry>=2'", False),
        ("pip install poetry==2.1.3 pdm", True),
        ("pipx install uv", True),
        ("pip install -U pip setuptools wheel", False),
        ("pip install tox", False),
        ("curl -LsSf https://get.example/install.sh", False),
    ],
)
def test_bootstraps(command: str, speaks: bool) -> None:
    commands = (a_command(command.replace("'", ""), kind="bootstrap"),)
    assert bool(found("unpinned-bootstrap", a_fleet(a_repository("shop", commands=commands)))) is speaks


@pytest.mark.parametrize(
    ("ref", "level"),
    [(None, "warning"), ("main", "warning"), ("release/2", "warning"), ("v1.2.3", "note"), ("1.2", "note"),
     ("abc1234", "note"), ("0" * 39 + "a", None), ("${REF}", None)],
)  # fmt: skip
def test_git_references(ref: str | None, level: str | None) -> None:
    git = a_dependency("billing", None, source="git", url="https://git.example/acme/billing", ref=ref)
    fleet = a_fleet(a_repository("shop", a_project(lock_discipline="unlocked", dependencies=(git,))))
    assert [f.level for f in found("mutable-git-dependency", fleet)] == ([level] if level else [])


@pytest.mark.parametrize(
    ("url", "kind", "speaks"),
    [
        ("http://pypi.example/simple", "index", True),
        ("https://pypi.example/simple", "index", False),
        ("http://127.0.0.1:3141/", "extra-index", False),
        ("http://user@pypi.example", "find-links", True),
        ("pypi.example", "trusted-host", True),
        ("localhost", "trusted-host", False),
        ("./wheels", "find-links", False),
    ],
)
def test_insecure_indexes(url: str, kind: str, speaks: bool) -> None:
    index = UsedIndex(url=url, kind=kind, name=None, credentials=False, path="pip.conf", line=1)  # type: ignore[arg-type]
    assert bool(found("insecure-index", a_fleet(a_repository("shop", a_project(indexes=(index,)))))) is speaks


@pytest.mark.parametrize(
    ("specifier", "level"), [(">=2", "warning"), ("==1.0", "note"), ("<1.4", "note"), ("~=1.3", None)]
)
def test_held_back_is_a_note_and_impossible_a_warning(specifier: str, level: str | None) -> None:
    shop = a_repository("shop", a_project(dependencies=(a_dependency("billing", specifier),)))
    fleet = a_fleet(a_library("billing"), shop)
    assert [f.level for f in found("unsatisfied-internal-dependency", fleet)] == ([level] if level else [])


def test_an_image_is_hard_only_where_it_is_the_base() -> None:
    reference = ExternalReference(kind="image", target="registry.example/acme/base", ref="1", path="Dockerfile", line=1)
    base = a_repository("base", images=(an_image(),))
    on_it = a_repository("on-it", images=(an_image(base="registry.example/acme/base:1"),), references=(reference,))
    beside = a_repository("beside", images=(an_image(base="python:3.13"),), references=(reference,))
    fleet = a_fleet(base, on_it, beside)
    known = {r.id: r for r in fleet.repositories}
    hard = {e.consumer.rpartition("/")[2] for e in fleet.graph.edges if why_hard(e, known, Config(), AS_OF)}
    assert hard == {"on-it"}


def test_a_library_that_ends_below_the_consumers_python_is_hard() -> None:
    old = a_library("old", requires_python=">=3.6,<3.9")
    new = a_library("new", requires_python=">=3.6")
    shop = a_repository("shop", a_project(dependencies=(a_dependency("old"), a_dependency("new"))))
    fleet = a_fleet(old, new, shop)
    known = {r.id: r for r in fleet.repositories}
    whys = {e.distribution: why_hard(e, known, Config(), AS_OF) for e in fleet.graph.edges}
    assert "end of life" in (whys["old"] or "")
    assert whys["new"] is None


@pytest.mark.parametrize(
    ("file", "test", "untested"),
    [
        ("3.13", "uv run pytest", "3.12 is not tested"),
        ("3.13.1", "uv run pytest", "3.12 is not tested"),
        ("3.11", "uv run pytest", "3.12 and 3.13 are not tested"),
        ("3.13", "pytest", None),
        ("3.13", "nox", None),
    ],
)
def test_a_matrix_that_uv_does_not_follow(file: str, test: str, untested: str | None) -> None:
    ci = ".github/workflows/test.yml"
    pythons = (
        *(DeclaredPython(version=v, path=ci, line=6, kind="ci-matrix") for v in ("3.12", "3.13")),
        DeclaredPython(version=file, path=".python-version", line=1, kind="version-file"),
    )
    commands = (a_command("uv sync"), a_command(test, kind="test"))
    shop = a_repository("shop", a_project(python_versions=pythons), commands=commands)
    texts = [f.message for f in found("matrix-without-effect", a_fleet(shop))]
    assert (untested is None and not texts) or (untested is not None and texts[0].endswith(untested))


def test_a_lock_that_is_not_committed_is_not_rewritten() -> None:
    commands = (
        a_command("poetry lock", kind="lock", tool="poetry"),
        a_command("poetry install", tool="poetry"),
        a_command("pytest", kind="test"),
    )
    bare = a_project(lockfiles=())
    assert not found("lock-rewritten-in-ci", a_fleet(a_repository("shop", bare, commands=commands)))
    member = a_project(path="lib", lockfiles=(), workspace_root=".")
    ours = tuple(replace(command, project="lib") for command in commands)
    assert found("lock-rewritten-in-ci", a_fleet(a_repository("shop", a_project(), member, commands=ours)))


def test_a_provider_that_is_pinned_to_an_older_release_is_in_no_diamond() -> None:
    old = a_library("billing", a_dependency("pydantic", "<2"))
    new = a_library("ledger", a_dependency("pydantic", ">=2"))
    pinned = (
        a_dependency("billing"),
        a_dependency("billing", "==0.9", path="requirements.txt"),
        a_dependency("ledger"),
    )
    assert not found("diamond-conflict", a_fleet(old, new, a_repository("shop", a_project(dependencies=pinned))))
    [finding] = found("diamond-conflict", a_fleet(old, new, a_repository("shop", a_project(dependencies=pinned[::2]))))
    assert finding.message == "billing asks for pydantic<2, ledger asks for pydantic>=2: no version is both"


def test_what_the_project_pins_to_an_older_release_nobody_else_brings() -> None:
    old = a_library("billing", a_dependency("pydantic", "<2"))
    over = a_library("ledger", a_dependency("billing"), a_dependency("pydantic", ">=2"))
    free, pinned = a_dependency("ledger"), a_dependency("billing", "==0.9")
    shop = a_repository("shop", a_project(dependencies=(free, pinned)))
    assert {f.repository for f in found("diamond-conflict", a_fleet(old, over, shop))} == {over.id}
    shop = a_repository("shop", a_project(dependencies=(free,)))
    assert {f.repository for f in found("diamond-conflict", a_fleet(old, over, shop))} == {over.id, shop.id}


def test_files_of_other_environments_make_no_diamond() -> None:
    old = a_library("billing", a_dependency("pydantic", "<2"))
    for path, lists in (("requirements.in", True), ("environment.yml", False), ("pyproject.toml", False)):
        needs = (a_dependency("billing", path="requirements.txt"), a_dependency("pydantic", ">=2", path=path))
        shop = a_repository("shop", a_project(dependencies=needs))
        assert bool(found("diamond-conflict", a_fleet(old, shop))) is lists, path


@pytest.mark.parametrize(
    ("places", "count"),
    [
        ((("a", "Dockerfile"), ("a", "ci.sh")), 2),
        ((("a", "Dockerfile"), ("b", "Dockerfile.gpu")), 2),
        ((("a", "Dockerfile"), ("b", "Dockerfile")), 3),
    ],
)
def test_one_run_asks_as_many_indexes_as_one_file_names(places: tuple[tuple[str, str], ...], count: int) -> None:
    indexes = tuple(
        UsedIndex(
            url=f"https://{host}.example/simple",
            kind="extra-index",
            name=None,
            credentials=False,
            path=path,
            line=1,
        )
        for host, path in places
    )
    needs = (a_dependency("billing"),)
    shop = a_repository("shop", a_project(primary_manager="pip", indexes=indexes, dependencies=needs))
    [finding] = found("ambiguous-index", a_fleet(a_library("billing"), shop))
    assert f"on {count} indexes" in finding.message


def test_what_a_provider_is_developed_with_is_in_no_diamond() -> None:
    beside = {"path": "requirements.txt", "requires_dist": False}
    old = a_library("billing", a_dependency("twine", "==4", **beside))
    new = a_library("ledger", a_dependency("twine", "==6", **beside))
    shop = a_repository("shop", a_project(dependencies=(a_dependency("billing"), a_dependency("ledger"))))
    assert not found("diamond-conflict", a_fleet(old, new, shop))

    tool = a_library("tool", a_dependency("pydantic", "<2"))
    uses = a_library("uses", a_dependency("pydantic", ">=2", path="test.txt"), a_dependency("tool", **beside))
    shop = a_repository("shop", a_project(dependencies=(a_dependency("uses"),)))
    assert {f.repository for f in found("diamond-conflict", a_fleet(tool, uses, shop))} == {uses.id}


def test_a_tool_counts_as_deployed_where_an_image_holds_it() -> None:
    environments = Environments(image=Environment(tool="pip", uses_lock=False))
    tool = a_project(kind="cli", lock_discipline="unlocked", environments=environments)
    (one,) = found("missing-lock", a_fleet(a_repository("shop", tool)))
    assert (one.level, one.message) == ("warning", "shop is a tool in an image without a lock: nothing is pinned")


def test_a_member_of_a_workspace_is_locked_with_its_root() -> None:
    member = a_project(path="svc", lock_discipline="unlocked", workspace_root=".", manifests=("svc/pyproject.toml",))
    (one,) = found("missing-lock", a_fleet(a_repository("shop", member)))
    assert one.message.endswith("; its workspace (.) has no lock that covers it")
    assert one.fix.startswith("Run `uv lock`, commit")


def test_the_lock_of_another_project_is_told_first() -> None:
    reasons = (
        Reason(message="django is not locked", path="pyproject.toml", line=5),
        Reason(message=f"none of the 3 declared requirements is locked: {ANOTHER}", path="pyproject.toml"),
    )
    lock = a_lockfile(status="stale", covers=False, reasons=reasons)
    project = a_project(lock_discipline="stale", lockfiles=(lock,))
    (one,) = found("stale-lock", a_fleet(a_repository("shop", project)))
    assert f"{ANOTHER}; django is not locked" in one.message


def test_the_files_of_one_tool_are_one_lock() -> None:
    platforms = [a_lockfile(path=f"conda-{n}.lock", tool="conda-lock", format="conda explicit") for n in (1, 2)]
    told = Reason(message="3 of the 9 packages that are in both conda-1.lock and uv.lock have other versions")
    project = a_project(lock_discipline="conflicting", lockfiles=(*platforms, a_lockfile()), discipline_reasons=(told,))
    (one,) = found("conflicting-locks", a_fleet(a_repository("shop", project)))
    assert "locks of 2 tools" in one.message
    assert "conda-1.lock and 1 more (conda-lock) and uv.lock (uv); 3 of the 9 packages in both differ" in one.message


@pytest.mark.parametrize(
    ("indexes", "rivals", "most", "level", "here"),
    [
        (("",), ("",), 3, "error", False),
        (("",), ("",), 1, "warning", False),
        (("?",), ("",), 3, "warning", False),
        (("https://wheels.example/cpu",), ("",), 3, "note", True),
        (("", "?"), ("",), 3, "error", False),
    ],
)
def test_digests_of_several_indexes(
    indexes: tuple[str, ...], rivals: tuple[str, ...], most: int, level: str, here: bool
) -> None:
    def side(label: str, count: int, of: tuple[str, ...], name: str) -> HashSide:
        held = HeldIn(repository=f"git.example/acme/{name}", path="uv.lock", line=4)
        return HashSide(label=label, count=count, locks=(held,), indexes=of)

    sides = (side("aa", most, rivals, "most"), side("bb", 1, indexes, "shop"))
    conflict = HashConflict(kind="file", name="torch", version="2.0", what="torch-2.0-py3-none-any.whl", sides=sides)
    fleet = replace(a_fleet(a_repository("most"), a_repository("shop")), hash_conflicts=(conflict,))
    one = next(f for f in found("hashes-disagree", fleet) if f.repository.endswith("shop"))
    assert one.level == level
    assert ("(here from https://wheels.example/cpu)" in one.message) is here


def test_services_of_one_name_disturb_nobody_until_somebody_asks_for_it() -> None:
    one, two = (
        a_repository(name, a_project(name="backend", kind="service", publishes=True)) for name in ("shop", "bank")
    )
    assert not found("duplicate-publishers", a_fleet(one, two))
    asks = a_repository("web", a_project(name="web", dependencies=(a_dependency("backend"),)))
    assert {f.repository for f in found("duplicate-publishers", a_fleet(one, two, asks))} == {one.id, two.id}
    library = a_repository("kit", a_project(name="Backend", kind="library", publishes=True))
    assert len(found("duplicate-publishers", a_fleet(one, two, library))) == 3
