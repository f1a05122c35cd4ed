"""What rules say of one fact: once, of files that are there, without contradiction, at a level that it is worth."""

from __future__ import annotations

from typing import Any

import pytest

from rules.examples import AS_OF, a_command, a_dependency, a_fleet, a_lockfile, a_project, a_repository, an_image
from rules.finding import Finding
from rules.reading import manifest_of, sentence
from rules.run import run
from scanner.config import Config
from scanner.inventory import (
    DeclaredPython,
    Disagreement,
    Environment,
    Environments,
    Error,
    ExternalReference,
    Fleet,
    Lockfile,
    Project,
    Reason,
    Repository,
)
from scanner.inventory import Evidence as Place
from scanner.roles import is_side_image

POETRY = a_lockfile(path="poetry.lock", tool="poetry", format="poetry.lock 2.1")


def found(rule: str, fleet: Fleet) -> list[Finding]:
    return [f for f in run(fleet, Config(), AS_OF).findings if f.rule == rule]


def one(rule: str, repository: Repository) -> Finding:
    (finding,) = found(rule, a_fleet(repository))
    return finding


def apart(one: str, other: str, *what: str) -> tuple[Disagreement, ...]:
    return tuple(Disagreement(what=w, between=(one, other), message=f"{one} and {other}") for w in what)  # type: ignore[arg-type]


def differing(**changes: Any) -> Project:
    lock = Environment(tool="poetry", uses_lock=True, python=("3.12",))
    image = Environment(tool="pip", uses_lock=False, python=("3.9",))
    values = {
        "primary_manager": "poetry",
        "lockfiles": (POETRY,),
        "environments": Environments(local=lock, ci=lock, image=image),
        "disagreements": (*apart("local", "image", "tool", "lock"), *apart("ci", "image", "tool", "lock")),
    }
    return a_project(**(values | changes))


def test_environments_that_disagree_are_one_finding_for_each_cause() -> None:
    finding = one("environments-disagree", a_repository("shop", differing()))
    assert finding.message == (
        "shop: developers and CI install with poetry from the lock; the image installs with pip without the lock"
    )
    assert finding.fix == "Let developers, CI and the image install from poetry.lock with poetry."
    python = differing(disagreements=(*differing().disagreements, *apart("ci", "image", "python")))
    texts = [f.message for f in found("environments-disagree", a_fleet(a_repository("shop", python)))]
    assert "shop: CI has Python 3.12; the image has Python 3.9" in texts
    assert len(texts) == 2


def test_what_is_partly_from_the_lock_is_not_without_it() -> None:
    lock, place = Environment(tool="pip", uses_lock=True), (Place(path="Dockerfile", line=9),)
    named = "uwsgi is resolved at install time"
    for names, told in (((named,), f"only partly from the lock ({named})"), ((), "without the lock")):
        image = Environment(tool="pip", uses_lock=False, evidence=place, apart=names)
        project = differing(environments=Environments(ci=lock, image=image), disagreements=apart("ci", "image", "lock"))
        finding = one("environments-disagree", a_repository("shop", project))
        assert finding.message == f"shop: CI installs with pip from the lock; the image installs with pip {told}"


def test_pythons_that_differ_are_shown_where_they_are_named() -> None:
    ci, image = (
        Environment(tool="pip", python=(version,), python_at=(Place(path=path, line=line, kind=version),))
        for version, path, line in (("3.12", ".github/workflows/ci.yml", 9), ("3.9", "Dockerfile", 1))
    )
    environments = Environments(ci=ci, image=image)
    project = differing(disagreements=apart("ci", "image", "python"), environments=environments)
    finding = one("environments-disagree", a_repository("shop", project))
    assert [(e.path, e.line, e.text) for e in finding.evidence] == [
        (".github/workflows/ci.yml", 9, "Python 3.12"),
        ("Dockerfile", 1, "Python 3.9"),
    ]


def test_where_locks_conflict_that_decision_comes_first() -> None:
    project = differing(lock_discipline="conflicting", lockfiles=(POETRY, a_lockfile()))
    repository = a_repository("shop", project, images=(an_image(grade="L1", tool="uv"),))
    for rule in ("environments-disagree", "unpinned-install-in-image"):
        assert one(rule, repository).fix.startswith("Decide first which lock is meant (see conflicting-locks)")
    assert "poetry.lock (poetry) and uv.lock (uv)" in one("conflicting-locks", repository).message


def test_without_a_lock_no_tool_is_praised() -> None:
    project = differing(lock_discipline="unlocked", lockfiles=())
    assert one("environments-disagree", a_repository("shop", project)).fix.startswith("Lock the project")


@pytest.mark.parametrize("tools", [("setuptools", "pip"), ("pip-tools", "pip")])
def test_pip_installs_what_setuptools_declares(tools: tuple[str, str]) -> None:
    local, ci = (Environment(tool=t) for t in tools)
    project = a_project(environments=Environments(local=local, ci=ci), disagreements=apart("local", "ci", "tool"))
    assert not found("environments-disagree", a_fleet(a_repository("shop", project)))


def image_finding(discipline: str, *locks: Lockfile, why: str = "resolved", **changes: Any) -> Finding:
    project = a_project(lock_discipline=discipline, lockfiles=locks, primary_manager="pip-tools", **changes)
    image = an_image(grade="L0", tool="pip", reasons=(Reason(message=why), Reason(message=why)))
    return one("unpinned-install-in-image", a_repository("shop", project, images=(image,)))


def test_a_list_in_another_folder_than_the_locks_is_compiled_itself() -> None:
    lock = a_lockfile(path="requirements/base.txt", tool="uv", format="uv pip compile")
    sample = image_finding("locked", lock, why="sample/requirements.txt is pinned by hand")
    assert "let `uv pip compile --generate-hashes sample/requirements.in -o" in sample.fix
    assert image_finding("locked", lock, why="of its own").fix.startswith("Copy requirements/base.txt before")


def test_the_fix_of_an_image_names_a_file_that_exists() -> None:
    compiled = {"tool": "pip-tools", "format": "pip-compile"}
    dev, base = (a_lockfile(path=f"requirements/{n}.txt", **compiled) for n in ("a-dev", "base"))
    assert "pip install --require-hashes -r requirements/base.txt" in image_finding("locked", dev, base).fix
    without = a_lockfile(path="requirements/base.txt", **compiled, hashed_packages=0)
    assert "compiled with --generate-hashes" in image_finding("locked", without).fix


@pytest.mark.parametrize(
    ("discipline", "kind", "speaks"),
    [("unlocked", "service", True), ("unlocked", "library", False), ("pinned-hashes", "service", False)],
)
def test_missing_lock_is_named_only_where_it_speaks(discipline: str, kind: str, speaks: bool) -> None:
    assert ("see missing-lock" in image_finding(discipline, kind=kind).fix) is speaks
    fleet = a_fleet(a_repository("shop", a_project(lock_discipline=discipline, kind=kind)))
    assert bool(found("missing-lock", fleet)) is speaks


def test_pins_by_hand_are_not_called_resolved_and_with_hashes_weigh_less() -> None:
    why = "requirements.txt is pinned by hand"
    loud, quiet = image_finding("pinned", why=why), image_finding("pinned-hashes", why=why)
    assert loud.message == quiet.message == f"Dockerfile installs pins that no locker made (L0): {why}"
    assert (loud.level, quiet.level) == ("warning", "note")


def test_packages_by_name_are_declared_not_copied() -> None:
    assert image_finding("unlocked", why="installs packages by name: pip install x").fix.startswith("Declare these")


@pytest.mark.parametrize(
    ("path", "side"),
    [
        ("Dockerfile", False),
        ("deploy/Dockerfile", False),
        ("Dockerfile.prod", False),
        ("latest/Dockerfile", False),
        ("Dockerfile.dev", True),
        ("compose/local/Dockerfile", True),
        ("weblogs/test-app/Dockerfile", True),
        ("tests/e2e/Dockerfile", True),
        ("docker/mock/Dockerfile", True),
    ],
)
def test_an_image_for_tests_or_developers(path: str, side: bool) -> None:
    assert is_side_image(path) is side
    python = DeclaredPython(version="3.8", path=path, line=1, kind="image")
    finding = one("end-of-life-python", a_repository("shop", a_project(python_versions=(python,))))
    assert finding.level == ("warning" if side else "error")


@pytest.mark.parametrize(
    ("lock", "changes", "level"),
    [
        ({}, {}, "error"),
        ({}, {"kind": "unknown"}, "error"),
        ({}, {"kind": "library", "publishes": True}, "warning"),
        ({"covers": True}, {"kind": "library", "publishes": True}, "note"),
        ({"covers": True}, {}, "warning"),
        ({"path": "requirements/test.txt"}, {}, "warning"),
        ({"export_of": "uv"}, {}, "warning"),
        ({"status": "fresh"}, {}, "warning"),
        ({"status": "undecidable"}, {}, "warning"),
    ],
)
def test_a_stale_lock_is_an_error_where_the_project_runs(
    lock: dict[str, Any], changes: dict[str, Any], level: str
) -> None:
    stale = a_lockfile(**({"status": "stale", "covers": False} | lock))
    assert one("stale-lock", a_repository("shop", a_project(lockfiles=(stale,), **changes))).level == level


def test_what_is_wrong_is_told_before_what_could_not_be_seen() -> None:
    reasons = (Reason(message="a setting has unknown effects"), Reason(message="x is not locked", path="p", line=3))
    stale = a_lockfile(status="undecidable", covers=False, reasons=reasons)
    message = one("stale-lock", a_repository("shop", a_project(lockfiles=(stale,)))).message
    assert message.endswith("x is not locked; a setting has unknown effects")


@pytest.mark.parametrize(("kind", "level"), [("service", "error"), ("library", "warning")])
def test_locks_of_a_library_conflict_for_its_developers_alone(kind: str, level: str) -> None:
    project = a_project(lock_discipline="conflicting", lockfiles=(POETRY, a_lockfile()), kind=kind, publishes=True)
    assert one("conflicting-locks", a_repository("shop", project)).level == level


@pytest.mark.parametrize(("loose", "level"), [(1, "warning"), (5, "error"), (10, "error")])
def test_all_but_a_few_pinned_is_as_good_as_pinned(loose: int, level: str) -> None:
    pins = [a_dependency(f"x{n}", "" if n < loose else "==1") for n in range(10)]
    project = a_project(lock_discipline="partial", dependencies=tuple(pins))
    assert one("missing-lock", a_repository("shop", project)).level == level


@pytest.mark.parametrize(
    ("manifests", "declaring", "expected"),
    [
        (
            ("requirements-dev.txt", "requirements.txt"),
            ("requirements-dev.txt", "requirements.txt"),
            "requirements.txt",
        ),
        (("requirements-lock.txt", "requirements.in"), ("requirements-lock.txt", "requirements.in"), "requirements.in"),
        (("etl/requirments.txt",), ("etl/requirments.txt",), "etl/requirments.txt"),  # a slip of the pen
        ((), (), "."),
    ],
)
def test_the_file_that_declares_a_project(
    manifests: tuple[str, ...], declaring: tuple[str, ...], expected: str
) -> None:
    dependencies = tuple(a_dependency("x", path=p) for p in declaring)
    assert manifest_of(a_project(manifests=manifests, dependencies=dependencies)) == expected


@pytest.mark.parametrize(("manager", "file"), [("pip", "requirements.txt"), ("conda", "environment.yml")])
def test_an_environment_of_conda_declares_what_conda_manages(manager: str, file: str) -> None:
    files = ("environment.yml", "requirements.txt")
    dependencies = tuple(a_dependency("x", path=p) for p in files)
    assert manifest_of(a_project(primary_manager=manager, manifests=files, dependencies=dependencies)) == file


def test_a_missing_lock_counts_once_and_names_the_manifest_that_is_there() -> None:
    why = (
        Reason(message="3 of 9 runtime requirements are not exact, such as x>=1", path="src/requirements.txt", line=1),
    )
    files = ("src/pyproject.toml", "src/requirements.txt")
    loose = (a_dependency("x", path="src/requirements.txt", specifier=">=1"),)
    values = {"path": "src", "lock_discipline": "partial", "primary_manager": "pip", "discipline_reasons": why}
    finding = one("missing-lock", a_repository("shop", a_project(manifests=files, dependencies=loose, **values)))
    assert (
        finding.message == "shop is a service without a lock: 3 of 9 runtime requirements are not exact, such as x>=1"
    )
    assert finding.fix.startswith("Move the names of src/requirements.txt to src/pyproject.toml and run")


@pytest.mark.parametrize(("path", "level"), [("infra/template.yaml", "warning"), ("benchmark/template.yaml", "note")])
def test_a_function_of_a_benchmark_does_not_ship(path: str, level: str) -> None:
    python = DeclaredPython(version="3.8", path=path, line=1, kind="runtime-file")
    assert one("end-of-life-python", a_repository("shop", a_project(python_versions=(python,)))).level == level


def test_a_file_that_could_not_be_read_is_told_once() -> None:
    lock = a_lockfile(status="broken", covers=None)
    reasons = (Reason(message="merge conflict markers", path="uv.lock", line=3),)
    project = a_project(lock_discipline="unknown", lockfiles=(lock,), discipline_reasons=reasons)
    errors = (Error(path="uv.lock", line=3, code="conflict-markers", message="merge conflict markers"),)
    unknowns = run(a_fleet(a_repository("portal", project, errors=errors)), Config(), AS_OF).unknowns
    assert [(u.rule, u.reason) for u in unknowns if u.rule in ("missing-lock", "conflicting-locks")] == [
        ("missing-lock", "uv.lock:3 could not be read: merge conflict markers")
    ]
    assert not [u for u in unknowns if u.rule == "dead-toolchain"]


@pytest.mark.parametrize(
    ("target", "ref", "path", "level"),
    [
        ("images.example/astral-sh/uv", "latest", "Dockerfile", "warning"),
        ("images.example/astral-sh/uv", None, "Dockerfile", "warning"),
        ("images.example/astral-sh/uv", "0.9", "Dockerfile", "note"),
        ("images.example/astral-sh/uv", "python3.12-trixie", "Dockerfile", "note"),
        ("images.example/astral-sh/uv", "0.9.5", "Dockerfile", None),
        ("images.example/astral-sh/uv", "0.9.5-python3.12-trixie", "Dockerfile", None),
        ("images.example/astral-sh/uv", "latest@sha256:" + "a" * 64, "Dockerfile", None),
        ("images.example/astral-sh/uv", "${UV_VERSION}", "Dockerfile", None),
        ("images.example/acme/uvicorn", "latest", "Dockerfile", None),
        ("images.example/astral-sh/uv", "latest", ".github/workflows/ci.yml", None),
    ],
)
def test_the_image_that_a_manager_is_taken_from(target: str, ref: str | None, path: str, level: str | None) -> None:
    reference = ExternalReference(kind="image", target=target, ref=ref, path=path, line=2)
    findings = found("unpinned-bootstrap", a_fleet(a_repository("shop", references=(reference,))))
    assert [f.level for f in findings] == ([level] if level else [])


def test_a_dead_tool_needs_no_version() -> None:
    commands = (a_command("pip install rye", kind="bootstrap"),)
    assert not found("unpinned-bootstrap", a_fleet(a_repository("shop", commands=commands)))


def test_the_same_reason_is_told_once() -> None:
    assert sentence([Reason(message="a", line=1), Reason(message="a", line=9), Reason(message="b")], "") == "a; b"


def test_two_tools_that_install_from_the_same_lock_are_a_note() -> None:
    lock = Environment(tool="poetry", uses_lock=True)
    for uses_lock, level in ((True, "note"), (None, "warning")):
        other = Environment(tool="pip", uses_lock=uses_lock)
        project = differing(environments=Environments(local=lock, ci=other), disagreements=apart("local", "ci", "tool"))
        assert one("environments-disagree", a_repository("shop", project)).level == level
