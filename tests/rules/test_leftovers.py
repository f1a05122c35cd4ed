"""What is left of the old tools in automation: found by what a line calls, whatever it is called for."""

from __future__ import annotations

import pytest

from rules.examples import AS_OF, a_command, a_repository
from rules.leftovers import by_file, leftovers, pattern, told
from rules.step import Site
from rules.steps import STEPS
from rules.uv import starts, translate
from scanner.inventory import Command

CI = ".github/workflows/test.yml"


def repository(*commands: Command):  # type: ignore[no-untyped-def]
    return a_repository("shop", commands=commands)


@pytest.mark.parametrize(
    ("text", "changes", "tool", "replacement"),
    [
        ("poetry run pytest", {"kind": "test", "tool": "pytest"}, "poetry", "`uv run --locked pytest`"),
        ("poetry run mypy .", {"kind": "lint", "tool": "mypy"}, "poetry", "`uv run --locked mypy .`"),
        ("pipenv run pytest -k a", {"kind": "test", "tool": "pytest"}, "pipenv", "`uv run --locked pytest -k a`"),
        ("pdm run -v pytest", {"kind": "test", "tool": "pytest"}, "pdm", "`uv run --locked pytest`"),
        ("rye run python a.py", {"kind": "other", "tool": None}, "rye", "`uv run --locked python a.py`"),
        ("conda run -n env pytest", {"kind": "test", "tool": "pytest"}, "conda", "`uv run --locked pytest`"),
        ("python -m pipenv run pytest", {"kind": "test", "tool": "pytest"}, "pipenv", "`uv run --locked pytest`"),
        ("poetry config virtualenvs.create false", {"kind": "other", "tool": None}, "poetry", "remove"),
        ("pipx install poetry==2.1", {"kind": "bootstrap", "tool": "pipx"}, "poetry", "remove"),
        ("curl -sSf https://rye.example/get", {"kind": "bootstrap", "tool": "rye"}, "rye", "remove"),
        ("uses:setups/install-poetry@v1", {"kind": "other", "tool": None}, "poetry", "astral-sh/setup-uv in its place"),
        (
            "uses:actions/setup-python@v5 cache=poetry",
            {"kind": "other", "tool": None},
            "poetry",
            "without `cache: poetry`; setup-uv has its own cache",
        ),
        (
            "pdm run docs",
            {"kind": "other", "tool": None},
            "pdm",
            "`uv run --locked docs` (or, where docs is one of [tool.pdm.scripts], the command line that it stands for)",
        ),
    ],
)
def test_a_call_of_an_old_tool(text: str, changes: dict[str, str | None], tool: str, replacement: str) -> None:
    (found,) = leftovers(repository(a_command(text, **changes)), "ci")
    assert (found.tool, found.replacement) == (tool, replacement)


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("make test", {"kind": "test", "tool": "pytest"}),
        ("make install", {"kind": "install", "tool": "pip"}),  # the target's own lines say it
        ("./run.sh", {"kind": "install", "tool": "poetry"}),
        ("echo poetry run pytest", {"kind": "other", "tool": None}),
        ("uv run pytest", {"kind": "test", "tool": "pytest"}),
        ("uses:./.github/actions/setup-poetry", {"kind": "install", "tool": "poetry"}),
        ("uses:actions/checkout@v4", {"kind": "other", "tool": None}),
    ],
)
def test_what_calls_no_old_tool_itself(text: str, changes: dict[str, str | None]) -> None:
    assert not list(leftovers(repository(a_command(text, **changes)), "ci"))


def test_a_target_that_a_pipeline_runs_is_told_once_and_with_its_file() -> None:
    test = {"kind": "test", "tool": "pytest", "path": "Makefile", "line": 2}
    commands = [a_command("poetry run pytest", context=c, **test) for c in ("ci", "task")]
    found = repository(*commands, a_command("poetry install"))
    assert [(p, len(f)) for p, f in by_file(found, pipelines=True).items()] == [(CI, 1)]
    assert [(p, len(f)) for p, f in by_file(found, pipelines=False).items()] == [("Makefile", 1)]


def test_the_same_line_is_told_once_with_all_its_places() -> None:
    commands = [a_command("poetry install", line=n) for n in (9, 20, 31)]
    text = told(list(leftovers(repository(*commands), "ci")), 5)
    assert text == "lines 9, 20 and 31: `poetry install` → `uv sync --locked`"


def test_what_an_action_installs_is_not_told_beside_it() -> None:
    action = a_command("uses:setups/setup-pdm@v4 cache=true", kind="other", tool=None, line=9)
    commands = (action, a_command("pipx install pdm", kind="bootstrap", tool="pipx", line=9))
    assert [f.command for f in leftovers(repository(*commands), "ci")] == [action]


def test_every_line_that_the_check_of_a_step_forbids_is_in_the_step() -> None:
    commands = (
        a_command("poetry install", line=9),
        a_command("poetry run pytest", kind="test", tool="pytest", line=10),
        a_command("poetry run mypy .", kind="lint", tool="mypy", line=11),
    )
    site = Site(repository=repository(*commands), projects=(), as_of=AS_OF)
    (step,) = (s for w in STEPS if w.name == "ci" for s in w.write(site))
    assert all(f"line {n}" in step.why for n in (9, 10, 11))
    assert "run" in (pattern(list(leftovers(site.repository, "ci"))) or "")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("sudo A=1 poetry run x", "poetry run x"),
        ("python3.12 -I -m pip install .", "pip install ."),
        ("python setup.py install", "python setup.py install"),
        ("", ""),
    ],
)
def test_where_a_command_starts(words: str, expected: str) -> None:
    assert starts(words.split()) == tuple(expected.split())


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["poetry", "run", "python", "-m", "pytest"], "uv run --locked python -m pytest"),
        (["poetry", "run", "coverage", "run", "-m", "pytest"], "uv run --locked coverage run -m pytest"),
        (["poetry", "run", "pip", "install", "x"], "uv pip install x"),
        (["poetry", "run", "pylint", "$(git ls-files '*.py')"], "uv run --locked pylint $(git ls-files '*.py')"),
        (["poetry", "run", "pytest", "$ARGS"], "uv run --locked pytest $ARGS"),
        (["pip", "install", "-e.[test]"], "uv sync --locked --extra test"),
        (["pip", "install", ".[${{ matrix.db }},test]"], 'uv sync --locked --extra "${{ matrix.db }}" --extra test'),
        (["pip", "install", "-r", "requirements/docs.txt"], "uv sync --locked --group docs"),
        (["pip", "install", "-r", "requirements-dev.txt"], "uv sync --locked"),
        (["pip", "install", "--group", "lint"], "uv sync --locked --group lint"),
        (["pip", "--cache-dir", "x", "install", "-r", "requirements.txt"], "uv sync --locked"),
        (["pip", "install", "dist/shop-1.whl"], "uv pip install dist/shop-1.whl"),
        (["pip3.11", "install", "."], "uv sync --locked"),
        (["python", "setup.py", "develop"], "uv sync --locked"),
        (["pip", "install", "-t", "libs", "-r", "requirements.txt"], None),
        (["rye", "sync", "--all-features"], "uv sync --locked --all-extras"),
        (["tox"], "uvx --with tox-uv tox"),
        (["pip", "wheel", "-r", "requirements.txt"], None),
        (["pip", "install", "requests"], None),
        (["poetry", "version", "-s"], "uv version --short"),
        ([], None),
    ],
)
def test_what_replaces_a_command(argv: list[str], expected: str | None) -> None:
    assert translate(argv) == expected
