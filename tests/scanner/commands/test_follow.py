from __future__ import annotations

from dataclasses import replace

import pytest

from scanner.commands.follow import expand, is_followed
from scanner.commands.lookup import Lookup, build_lookup
from scanner.facts import Extract, Invocation, Location, Task


def started(text: str, path: str, job: str | None = None, context: str = "task") -> Invocation:
    at = Location(path=path, line=1)
    return Invocation(argv=tuple(text.split()), at=at, context=context, job=job)  # type: ignore[arg-type]


def runner(
    path: str, form: str, tasks: dict[str, tuple[str, tuple[str, ...]]], default: str = "", owner: str = ""
) -> Extract:
    """``tasks``: name → (command, names that it needs)."""
    at = Location(path=path, line=1)
    return Extract(
        path=path,
        format=form,
        invocations=tuple(started(command, path, name) for name, (command, _) in tasks.items() if command),
        tasks=tuple(
            Task(name=n, at=at, runner=owner, needs=needs, default=n == default) for n, (_, needs) in tasks.items()
        ),
    )


EXTRACTS = (
    runner("Makefile", "makefile", {"all": ("a", ("b",)), "b": ("bb", ("all",)), "t": ("tox -e py311", ())}, "all"),
    runner("sub/Makefile", "makefile", {"x": ("sub-x", ())}),
    runner("justfile", "justfile", {"d": ("dd", ()), "e": ("make all", ("d",))}, "d"),
    runner("Taskfile.yml", "taskfile", {"default": ("td", ()), "x": ("tx", ())}, "default"),
    runner("tox.ini", "tox", {"py311": ("p11", ()), "py312-a": ("p12", ()), "lint": ("l", ())}, "lint", "tox"),
    runner("noxfile.py", "nox", {"tests": ("nt", ()), "tests-3.12": ("", ("tests",)), "docs": ("nd", ())}, "tests"),
    runner("package.json", "package.json", {"test": ("jest", ("pretest",)), "pretest": ("lint", ())}),
    runner("poe/pyproject.toml", "pyproject.toml", {"t": ("pt", ("p",)), "p": ("pre", ())}, owner="poe"),
    runner("pdm/pyproject.toml", "pyproject.toml", {"t": ("dt", ())}, owner="pdm"),
    runner("rye/pyproject.toml", "pyproject.toml", {"t": ("make all", ())}, owner="rye"),
    runner("tsk/pyproject.toml", "pyproject.toml", {"t": ("kt", ())}, owner="taskipy"),
    runner("pix/pixi.toml", "pixi.toml", {"t": ("xt", ())}, owner="pixi"),
    runner("env/Pipfile", "Pipfile", {"t": ("et", ())}),
    runner("hat/hatch.toml", "hatch.toml", {"default:t": ("ht", ()), "e:u": ("hu", ())}, owner="hatch"),
    Extract(path="run.sh", format="shell", invocations=(started("./other.sh", "run.sh", context="script"),)),
    Extract(path="other.sh", format="shell", invocations=(started("./run.sh", "other.sh"), started("o", "other.sh"))),
    Extract(
        path="ci/lib.sh",
        format="shell",
        invocations=(
            started("source ./ci/base.sh", "ci/lib.sh"),
            started("l", "ci/lib.sh"),
            started("i", "ci/lib.sh", "setup"),
            started("$COMMAND", "ci/lib.sh"),
        ),
        tasks=(Task(name="setup", at=Location(path="ci/lib.sh", line=1), runner="function"),),
    ),
    Extract(
        path="ci/base.sh",
        format="shell",
        invocations=(started("b", "ci/base.sh", "base"),),
        tasks=(Task(name="base", at=Location(path="ci/base.sh", line=1), runner="function"),),
    ),
    Extract(path="ci.yml", format="github-actions", invocations=(started("source ci/lib.sh", "ci.yml"),)),
    Extract(path="act/action.yml", format="github-action", invocations=(started("act", "act/action.yml"),)),
)


def tagged(extract: Extract, **tags: str) -> Extract:
    return replace(
        extract, tasks=tuple(replace(t, tags=(tags[t.name],) if t.name in tags else ()) for t in extract.tasks)
    )


EXTRACTS = tuple(tagged(e, docs="slow", tests="quick") if e.path == "noxfile.py" else e for e in EXTRACTS)


def lookup() -> Lookup:
    return build_lookup({e.path: e for e in EXTRACTS}, frozenset(e.path for e in EXTRACTS), (".",), (".",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("make", ["bb", "a"]),
        ("make -j4 all V=1", ["bb", "a"]),
        ("make -C sub x", ["sub-x"]),
        ("make -f sub/Makefile x", ["sub-x"]),
        ("make nothing", []),
        ("make t", ["p11"]),
        ("just", ["dd"]),
        ("just e", ["dd", "bb", "a"]),
        ("task", ["td"]),
        ("task x", ["tx"]),
        ("tox", ["l"]),
        ("tox -e py311,lint -- -x", ["p11", "l"]),
        ("tox run -e py312-a", ["p12"]),
        ("tox -e ${{matrix.py}}-a", ["p12"]),
        ("tox -e $ENV", ["p11", "p12", "l"]),
        ("tox -e py39", ["p11"]),
        ("tox -e docs", []),
        ("tox -l", []),
        ("tox -e lint -- -l", ["l"]),
        ("nox --list", []),
        ("python -m tox -e lint", ["l"]),
        ("uvx --with tox-uv tox -e lint", ["l"]),
        ("poetry run tox -e lint", ["l"]),
        ("nox", ["nt"]),
        ("nox -s docs tests", ["nd", "nt"]),
        ("nox -s tests-3.12", ["nt"]),
        ("nox --session=docs", ["nd"]),
        ("nox -s docs-${{matrix.python}}", ["nd"]),
        ("nox -s docs-$PYTHON", ["nd"]),
        ("npm test", ["lint", "jest"]),
        ("npm run test -- -x", ["lint", "jest"]),
        ("npm ci", []),
        ("./run.sh", ["o"]),
        ("bash -e run.sh a", ["o"]),
        ("source run.sh", ["o"]),
        ("uses:./act x=1", ["act"]),
        ("setup", ["i"]),
        ("base", ["b"]),
        ("bash ci/lib.sh setup", ["l", "$COMMAND", "i"]),
        ("nox -t slow", ["nd"]),
        ("nox --tags=quick slow", ["nt"]),
        ("nox -t none", []),
        ("pytest", []),
    ],
)
def test_expand(text: str, expected: list[str]) -> None:
    assert [i.argv[0] for i in expand(started(text, "ci.yml", "job", "ci"), lookup())] == expected


@pytest.mark.parametrize(
    ("folder", "text", "expected"),
    [
        ("poe", "poe t", ["pre", "pt"]),
        ("poe", "poetry run poe t --x", ["pre", "pt"]),
        ("poe", "poetry poe t", ["pre", "pt"]),
        ("poe", "uv run poe t", ["pre", "pt"]),
        ("poe", "poe -C . t", ["pre", "pt"]),
        ("poe", "pdm run t", []),
        ("poe", "tox", []),
        ("poe/deeper", "poe t", ["pre", "pt"]),
        ("pdm", "pdm run t", ["dt"]),
        ("pdm", "pdm t", ["dt"]),
        ("pdm", "pdm install", []),
        ("pdm", "pdm run bash ../run.sh", ["o"]),
        ("rye", "rye run t", ["bb", "a"]),
        ("tsk", "task t", ["kt"]),
        ("tsk", "poetry run task t", ["kt"]),
        ("pix", "pixi run -e test t", ["xt"]),
        ("env", "pipenv run t", ["et"]),
        ("hat", "hatch run t", ["ht"]),
        ("hat", "hatch run e:u", ["hu"]),
        ("hat", "hatch run e.py3.12:t", ["ht"]),
        ("hat", "hatch run -e e u", ["hu"]),
        ("hat", "hatch run +py=3.12 e:u", ["hu"]),
        ("hat", "hatch run", []),
    ],
)
def test_tasks_of_package_managers(folder: str, text: str, expected: list[str]) -> None:
    caller = replace(started(text, "ci.yml", "job", "ci"), directory=folder)
    files = frozenset((*(e.path for e in EXTRACTS), "poe/deeper/x"))
    found = expand(caller, build_lookup({e.path: e for e in EXTRACTS}, files, (".",), (".",)))
    assert [i.argv[0] for i in found] == expected


def test_results_take_the_callers_context() -> None:
    caller = Invocation(
        argv=("make", "-C", "sub", "x"),
        at=Location(path="ci.yml"),
        context="ci",
        env=(("A", "1"),),
        job="j",
        tolerated=True,
    )
    [found] = expand(caller, lookup())
    assert (found.at.path, found.context, found.job, found.env, found.tolerated) == (
        "sub/Makefile",
        "ci",
        "j",
        (("A", "1"),),
        True,
    )


def test_sessions_may_be_named_by_a_variable() -> None:
    caller = replace(started("nox", "ci.yml", "job", "ci"), env=(("NOXSESSION", "docs"),))
    assert [i.argv[0] for i in expand(caller, lookup())] == ["nd"]


def test_is_followed() -> None:
    assert is_followed(started("tox -e lint", "ci.yml"), lookup())
    assert not is_followed(started("tox -e lint", "ci.yml"), build_lookup({}, frozenset()))


def test_tox_makes_environments_that_no_list_names() -> None:
    names = {"py311-full": ("a", ()), "py311-full-old": ("b", ()), "lint": ("l", ())}
    lookup = build_lookup({"tox.ini": runner("tox.ini", "tox", names, owner="tox")}, frozenset({"tox.ini"}))  # type: ignore[arg-type]
    for asked, expected in (("py399-full", "a"), ("old", "b"), ("py-none", "a"), ("none", "")):
        argvs = [" ".join(i.argv) for i in expand(started(f"tox -e {asked}", "ci.yml", context="ci"), lookup)]
        assert argvs == ([expected] if expected else ["a", "b", "l"] if asked == "py-none" else []), asked


def test_tox_is_asked_for_generative_names() -> None:
    names = {"py310-tests": ("a", ()), "py39-tests": ("b", ()), "lint": ("l", ())}
    lookup = build_lookup({"tox.ini": runner("tox.ini", "tox", names, owner="tox")}, frozenset({"tox.ini"}))  # type: ignore[arg-type]
    asked = started("tox -e py{310,39}-tests,lint", "ci.yml", context="ci")
    assert [" ".join(i.argv) for i in expand(asked, lookup)] == ["a", "b", "l"]


def test_the_only_file_is_meant_where_the_folder_is_not_known() -> None:
    tox = runner("api/tox.ini", "tox", {"lint": ("l", ())}, owner="tox")  # type: ignore[arg-type]
    nox = runner("api/noxfile.py", "nox", {"docs": ("d", ())}, owner="nox")  # type: ignore[arg-type]
    one = build_lookup({"api/tox.ini": tox, "api/noxfile.py": nox}, frozenset({"api/tox.ini", "api/noxfile.py"}))
    two = build_lookup({"api/tox.ini": tox, "b/tox.ini": replace(tox, path="b/tox.ini")}, frozenset({"api/tox.ini"}))
    for command, expected in (("tox -e lint", ["l"]), ("nox -s docs", ["d"])):
        unknown = replace(started(command, "ci.yml", context="ci"), directory=None)
        assert [" ".join(i.argv) for i in expand(unknown, one)] == expected
        assert not expand(unknown, two)
