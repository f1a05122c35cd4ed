from __future__ import annotations

from dataclasses import replace

import pytest

from scanner.environments import disagreements, environments
from scanner.facts import IndexKind
from scanner.inventory import (
    Command,
    DeclaredPython,
    Environment,
    Environments,
    Evidence,
    Image,
    UsedIndex,
    VersionPair,
)
from scanner.python_minors import python_minors


def command(line: int, tool: str, **fields: object) -> Command:
    defaults: dict[str, object] = {
        "path": ".github/workflows/ci.yml",
        "context": "ci",
        "kind": "install",
        "argv": (tool, "install"),
        "job": "test",
    }
    return Command(line=line, tool=tool, **(defaults | fields))  # type: ignore[arg-type]


def python(version: str, kind: str) -> DeclaredPython:
    return DeclaredPython(version=version, path="x", line=1, kind=kind)


def index(url: str, path: str, kind: IndexKind = "index") -> UsedIndex:
    return UsedIndex(url=url, kind=kind, name=None, credentials=False, path=path, line=1)


def make(**fields: object) -> Environments:
    defaults: dict[str, object] = {
        "primary": "poetry",
        "declared_at": Evidence(path="poetry.lock"),
        "locked": True,
        "commands": (),
        "images": (),
        "pythons": (),
        "indexes": (),
    }
    return environments(**(defaults | fields))  # type: ignore[arg-type]


def test_ci_is_the_job_that_tests_and_the_others_are_evidence() -> None:
    envs = make(
        commands=(
            command(3, "pip", job="docs", uses_lock=False),
            command(9, "poetry", uses_lock=True, enforced="locked"),
            command(10, "pytest", kind="test"),
        )
    )
    assert envs.ci is not None
    assert (envs.ci.tool, envs.ci.uses_lock, envs.ci.enforced) == ("poetry", True, "locked")
    assert [e.line for e in envs.ci.evidence] == [9, 3]


def test_a_job_that_only_lints_is_not_what_tests_elsewhere() -> None:
    installs = command(3, "pip", job="quality", uses_lock=True)
    lint, tests = (command(4, "ruff", kind="lint", job="quality"), command(9, "pytest", kind="test", job="tests"))
    alone = make(commands=(installs, lint)).ci
    assert alone is not None
    assert alone.tool == "pip"
    beside = make(commands=(installs, lint, tests)).ci
    assert beside is not None
    assert (beside.tool, beside.uses_lock) == (None, None)
    assert [e.line for e in beside.evidence] == [3]
    prepared = make(commands=(replace(installs, line=2, job="prepare"), installs, lint, tests)).ci
    assert prepared is not None
    assert [e.line for e in prepared.evidence] == [2]


def test_a_call_of_a_workflow_is_no_more_than_its_jobs_that_test() -> None:
    gates = ".github/workflows/gates.yml"
    call = command(10, "pip", argv=(f"uses:./{gates}",), job="gates", uses_lock=False)
    tested = command(10, "pytest", kind="test", argv=(f"uses:./{gates}",), job="gates")
    own = (command(62, "pdm", path=gates, uses_lock=True), command(64, "pytest", kind="test", path=gates))
    smoke = command(107, "pip", path=gates, job="smoke", uses_lock=False)
    ci = make(primary="pdm", commands=(call, tested, *own, smoke)).ci
    assert ci is not None
    assert (ci.tool, ci.uses_lock, ci.apart) == ("pdm", True, ())
    unseen = make(primary="pdm", commands=(call, tested)).ci
    assert unseen is not None
    assert unseen.uses_lock is False


def test_the_lowest_of_several_installs_counts() -> None:
    envs = make(
        commands=(
            command(1, "uv", uses_lock=True, enforced="locked"),
            command(2, "uv", uses_lock=False, enforced="none"),
        )
    )
    assert envs.ci is not None
    assert (envs.ci.uses_lock, envs.ci.enforced) == (False, "none")


def test_what_the_files_do_not_show_is_null() -> None:
    envs = make(primary=None)
    assert (envs.local, envs.ci, envs.image) == (None, None, None)


def test_an_image_that_installs_otherwise_disagrees_in_tool_and_lock() -> None:
    image = Image(
        path="Dockerfile", grade="L0", base="python:3.11", digest=False, tool="pip", uses_lock=False, enforced="none"
    )
    found = disagreements(make(images=(image,)))
    assert [(d.what, d.between) for d in found] == [("tool", ("local", "image")), ("lock", ("local", "image"))]
    assert found[0].message == "local uses poetry, image installs with pip"


def test_packages_that_both_sides_pin_differently_are_named() -> None:
    install = command(4, "pip", path="Dockerfile", context="image", uses_lock=False, source="requirements.txt")
    image = Image(
        path="Dockerfile", grade="L0", base="python:3.11", digest=False, tool="pip", uses_lock=False, enforced="none"
    )
    pins = {
        ("poetry.lock",): {f"p{n:02}": "1" for n in range(13)},
        ("requirements.txt",): {f"p{n:02}": "2" for n in range(12)},
    }
    envs = make(images=(image,), commands=(install,), locks=("poetry.lock",))
    tool, lock = disagreements(envs, lambda sources: pins[sources])
    assert (tool.packages[0], len(tool.packages), tool.more) == (VersionPair(name="p00", versions=("1", "2")), 10, 2)
    assert tool.message.startswith("local uses poetry, image installs with pip; pinned differently: p00 1 and 2, ")
    assert tool.message.endswith("p09 1 and 2 and 2 more")
    assert (lock.packages, lock.more) == ((), 0)


def test_two_locks_that_differ_disagree() -> None:
    envs = make(commands=(command(1, "poetry", uses_lock=True, source="sub/poetry.lock"),), locks=("poetry.lock",))
    pins = {("poetry.lock",): {"a": "1"}, ("sub/poetry.lock",): {"a": "2"}}
    (found,) = disagreements(envs, lambda sources: pins[sources])
    assert found.message == "local installs from poetry.lock, ci from sub/poetry.lock; pinned differently: a 1 and 2"


def test_pip_and_pip_tools_are_one_tool() -> None:
    envs = make(primary="pip-tools", commands=(command(1, "pip", uses_lock=True),))
    assert disagreements(envs) == ()


def test_pip_installs_what_flit_and_rye_ask_for() -> None:
    assert disagreements(make(primary="flit", locked=False, commands=(command(1, "pip", uses_lock=False),))) == ()
    assert disagreements(make(primary="rye", commands=(command(1, "pip", uses_lock=True),))) == ()
    resolved = make(primary="rye", commands=(command(1, "pip", uses_lock=False),))
    assert [d.what for d in disagreements(resolved)] == ["lock"]


def test_pythons_disagree_only_when_they_do_not_overlap() -> None:
    envs = make(
        pythons=(python(">=3.9,<3.12", "requires-python"), python("3.11", "ci-matrix"), python("3.13", "ci-matrix")),
        commands=(command(1, "poetry", uses_lock=True),),
    )
    assert disagreements(envs) == ()
    envs = make(
        pythons=(python(">=3.9,<3.12", "requires-python"), python("3.13", "ci-setup")),
        commands=(command(1, "poetry", uses_lock=True),),
    )
    assert [d.what for d in disagreements(envs)] == ["python"]


def test_uv_takes_the_python_of_its_version_file() -> None:
    pythons = (python("3.12", "version-file"), python("3.10", "ci-setup"))
    for argv, expected in ((("uv", "sync"), "3.12"), (("uv", "pip", "install", "."), "3.10")):
        envs = make(primary="uv", pythons=pythons, commands=(command(1, "uv", argv=argv),), uv_python=pythons[0])
        assert envs.ci is not None
        assert envs.ci.python == (expected,)


@pytest.mark.parametrize(
    ("jobs", "expected"),
    [
        ([("ci.yml", "test")], ("3.10",)),
        ([("ci.yml", "deploy")], ()),
        ([("ci.yml", "deploy"), ("ci.yml", "test")], ("3.10",)),
        ([("ci.yml", None)], ("3.10",)),  # for the whole file
        ([("setup/action.yml", None), ("called.yml", "x")], ("3.10",)),  # what is called may be theirs
        ([], ("3.10",)),
    ],
)
def test_the_python_of_ci_is_that_of_the_job_that_tests(
    jobs: list[tuple[str, str | None]], expected: tuple[str, ...]
) -> None:
    named = python("3.10", "ci-setup")
    test = command(1, "pip", path="ci.yml", job="test")
    deploy = command(2, "pytest", path="ci.yml", job="test", kind="test")
    envs = make(pythons=(named,), commands=(test, deploy), jobs={named: jobs})
    assert envs.ci is not None
    assert envs.ci.python == expected


def test_commands_that_stand_in_no_job_have_every_python_of_the_file() -> None:
    named = python("3.10", "ci-matrix")
    envs = make(
        pythons=(named,), commands=(command(1, "pip", path="ci.yml", job=None),), jobs={named: [("ci.yml", "a")]}
    )
    assert envs.ci is not None
    assert envs.ci.python == ("3.10",)


def test_unknown_differs_from_nothing() -> None:
    envs = Environments(local=Environment(tool="uv", uses_lock=True), ci=Environment(tool=None))
    assert disagreements(envs) == ()


@pytest.mark.parametrize(
    ("text", "minors"),
    [
        ("3.11", {11}),
        ("3.11.4", {11}),
        ("3.9.x", {9}),
        ("2.7", set()),
        (">=3.10,<3.12", {10, 11}),
        ("${{ matrix.python }}", None),
        ("3", None),
        ("pypy-3.10", None),
    ],
)
def test_minor_versions_of_a_text(text: str, minors: set[int] | None) -> None:
    assert python_minors(text) == minors


def image(path: str, tool: str) -> Image:
    return Image(path=path, grade="L0", base=None, digest=False, tool=tool, uses_lock=False, enforced="none")


@pytest.mark.parametrize(
    ("paths", "chosen"),
    [
        (("Dockerfile", "docker/worker/Dockerfile"), "Dockerfile"),
        (("Dockerfile.dev", "deploy/Dockerfile"), "deploy/Dockerfile"),
        (("Dockerfile.dev",), None),
        (("dev_tools/a/Dockerfile",), None),
        (("test.dockerfile",), None),
        ((".devcontainer/Dockerfile",), None),
        (("Dockerfile.test", "a/b/Dockerfile"), "a/b/Dockerfile"),
    ],
)
def test_the_image_that_ships(paths: tuple[str, ...], chosen: str | None) -> None:
    envs = make(images=tuple(image(path, path) for path in paths))
    assert (envs.image.tool if envs.image else None) == chosen


def test_what_is_compiled_is_installed_by_pip_where_a_task_says_so() -> None:
    def local(*commands: Command) -> str | None:
        found = make(primary="pip-tools", commands=commands).local
        return found.tool if found is not None else None

    by_pip = command(3, "pip", path="Makefile", context="task", argv=("pip", "install", "-r", "requirements.txt"))
    sync = command(4, "pip-tools", path="Makefile", context="task", argv=("pip-sync",))
    in_tox = command(5, "pip", path="tox.ini", context="task", argv=("pip", "install", "-r", "requirements.txt"))
    assert local(by_pip) == "pip"
    assert local(by_pip, sync) == "pip-tools"
    assert local(in_tox) == local() == "pip-tools"
    assert local(by_pip, command(2, "pip-tools", kind="lock", path="Makefile", context="task")) == "pip-tools"


@pytest.mark.parametrize(
    ("path", "shows"), [("ci-cd/bot.Dockerfile", True), ("ci/Dockerfile", False), ("atest/docker/Dockerfile", False)]
)
def test_images_of_delivery_and_of_tests(path: str, shows: bool) -> None:
    image = Image(path=path, grade="L2", base="a", digest=False, tool="pip", uses_lock=True, enforced="none")
    assert (make(images=(image,)).image is not None) is shows


def test_setuptools_installs_by_pip() -> None:
    envs = make(primary="setuptools")
    assert envs.local is not None
    assert envs.local.tool == "pip"


def test_indexes_disagree_only_where_the_same_packages_are_meant() -> None:
    mirror, public = "https://mirror.example/simple", "https://pypi.example/simple"
    install = command(1, "poetry", uses_lock=True, enforced="locked")
    own = index(mirror, "pyproject.toml")

    (found,) = disagreements(make(commands=(install,), indexes=(own, index(public, install.path))))
    assert (found.what, found.message) == ("index", f"local takes packages from {mirror}, ci from {public}")

    beside = (
        index(public, ".github/workflows/release.yml"),
        index("https://wheels.example/", install.path, "find-links"),
    )
    assert disagreements(make(commands=(install,), indexes=(own, *beside))) == ()

    channels = (index("conda-forge", "environment.yml"), index(public, install.path))
    assert disagreements(make(commands=(install,), indexes=channels)) == ()
    assert disagreements(make(primary="conda", locked=None, commands=(install,), indexes=channels))[0].what == "tool"


def test_what_is_resolved_beside_a_lock_is_told() -> None:
    locked = command(3, "pip", uses_lock=True)
    named = command(4, "pip", uses_lock=False, because="uwsgi is resolved at install time")
    both = command(5, "pip", uses_lock=False, because="uwsgi is resolved at install time, beside what a.txt locks")
    for installs, expected in (
        ((locked, named), ("uwsgi is resolved at install time",)),
        ((both,), ("uwsgi is resolved at install time, beside what a.txt locks",)),
        ((named,), ()),
        ((locked,), ()),
    ):
        assert make(commands=installs).ci.apart == expected  # type: ignore[union-attr]


def test_a_place_that_resolves_some_is_not_without_the_lock() -> None:
    lock, apart = Environment(tool="pip", uses_lock=True), ("uwsgi is resolved at install time",)
    some, none = (Environment(tool="pip", uses_lock=False, apart=a) for a in (apart, ()))
    texts = [disagreements(Environments(ci=lock, image=image))[0].message for image in (some, none)]
    assert texts == [
        "ci installs from the lock, image only in part: uwsgi is resolved at install time",
        "ci installs from the lock, image resolves anew",
    ]


def test_the_tool_of_a_place_is_the_projects_own_where_it_installs_there_beside_another() -> None:
    def run(tool: str, uses_lock: bool, **fields: object) -> Command:
        return command(1, tool, uses_lock=uses_lock, enforced="none", **fields)

    there = {"context": "image", "path": "Dockerfile"}
    brought = (run("conda", False), run("poetry", True), run("conda", False, **there), run("poetry", True, **there))
    envs = make(commands=brought, images=(image("Dockerfile", "conda"),))
    assert [e.tool for e in (envs.ci, envs.image) if e is not None] == ["poetry", "poetry"]
    envs = make(primary="pip-tools", commands=(run("conda", False), run("pip", True)))
    assert envs.ci is not None
    assert envs.ci.tool == "pip"
    other_stage = replace(brought[-1], job="dev")
    envs = make(commands=(brought[-2], other_stage), images=(image("Dockerfile", "conda"),))
    assert envs.image is not None
    assert envs.image.tool == "conda"


def test_an_image_that_has_nothing_of_python_is_not_where_the_project_runs() -> None:
    proxy = replace(image("Dockerfile", "pip"), left_behind=True)
    for images, expected in (((proxy,), None), ((proxy, image("backend/Dockerfile", "uv")), "uv")):
        found = make(images=images).image
        assert (found.tool if found is not None else None) == expected


def test_an_image_is_shown_at_the_line_of_the_stage_that_ships() -> None:
    there = {"context": "image", "path": "Dockerfile", "uses_lock": False}
    stages = (command(28, "pip", job="test", **there), command(49, "pip", job="production", **there))
    shipped = replace(image("Dockerfile", "pip"), uses_lock=False, installed_at=(49,))
    found = make(commands=stages, images=(shipped,)).image
    assert found is not None
    assert [e.line for e in found.evidence] == [49]


def test_the_image_that_ci_or_compose_builds_is_the_one() -> None:
    left, composed, shipped = (
        image("Dockerfile", "poetry"),
        image("app/Dockerfile", "pip"),
        image("docker/x/Dockerfile", "uv"),
    )
    composed, shipped = replace(composed, built_by="task"), replace(shipped, built_by="ci")
    for images, tool in (((left,), "poetry"), ((left, composed), "pip"), ((left, composed, shipped), "uv")):
        made = make(images=images).image
        assert made is not None
        assert made.tool == tool
