from __future__ import annotations

from dataclasses import replace
from typing import Any

from scanner.facts import (
    Extract,
    Invocation,
    Location,
    Lock,
    LockedPackage,
    Manifest,
    Mention,
    Requirement,
    Setting,
    Table,
)
from scanner.inventory import Command, Evidence, ToolSetting, ToolVersion
from scanner.lint_use import tools_in_use


def _command(argv: str, path: str = "Makefile", line: int = 3) -> Command:
    return Command(path=path, line=line, context="task", kind="lint", tool=None, argv=tuple(argv.split()))


def _requirement(name: str, specifier: str = "", path: str = "pyproject.toml") -> Requirement:
    return Requirement(name=name, raw=name + specifier, specifier=specifier, at=Location(path=path, line=9))


def _config(*sections: str) -> Extract:
    tables = tuple(Table(name=s, at=Location(path="pyproject.toml", line=n)) for n, s in enumerate(sections, start=1))
    manifest = Manifest(path="pyproject.toml", format="pyproject.toml", tables=tables)
    return Extract(path="pyproject.toml", format="pyproject.toml", manifest=manifest)


def test_the_strongest_use_counts_and_all_evidence_is_kept() -> None:
    black, isort, mypy = tools_in_use(
        [_config("tool.black", "tool.isort", "tool.mypy")],
        [_command("black .")],
        [_requirement("black", "==24.1"), _requirement("mypy", ">=1")],
    )
    assert (black.name, black.use, isort.use, mypy.use) == ("black", "run", "config-only", "declared")
    assert [e.kind for e in black.evidence] == ["task", "config", "dependency"]
    assert black.versions == (ToolVersion(version="24.1", path="pyproject.toml", line=9),)


def test_what_never_runs_does_not_count() -> None:
    at = Location(path=".github/workflows/a.yml", line=3)
    disabled = Invocation(argv=("black", "."), at=at, context="ci", disabled="if: false")
    workflow = Extract(path=at.path, format="github-actions", invocations=(disabled,))
    assert tools_in_use([workflow], [_command("black .", path=at.path)], []) == ()


def test_projects_made_up_for_tests_do_not_count() -> None:
    assert tools_in_use([], [_command("black .", path="tests/minimal/tox.ini")], []) == ()
    assert tools_in_use([], [_command("black .", path="tests/run.sh")], [])[0].use == "run"


def test_a_section_for_ruffs_formatter_is_no_declaration() -> None:
    formatter = tools_in_use([_config("tool.ruff", "tool.ruff.format")], [], [_requirement("ruff")])[1]
    assert (formatter.name, formatter.use) == ("ruff-format", "config-only")
    assert tools_in_use([_config("tool.ruff.format")], [], [])[0].use == "config-only"


def test_versions_of_locks_are_those_of_the_tool_itself() -> None:
    packages = (LockedPackage(name="black", version="23.1", line=4), LockedPackage(name="ufmt", version="2.0"))
    lock = Extract(
        path="uv.lock", format="uv.lock", lock=Lock(path="uv.lock", tool="uv", format="1", packages=packages)
    )
    (black,) = tools_in_use([lock], [], [_requirement("ufmt", "==2.0")])
    assert ToolVersion(version="23.1", path="uv.lock", line=4) in black.versions
    assert [v.version for v in black.versions] == ["23.1"]


def test_mentions_of_other_tools_are_none_of_ours() -> None:
    bot = Mention(tool="dependabot", strength="run", at=Location(path="x", line=1), kind="update-bot:pip")
    hook = Mention(tool="black", strength="run", at=Location(path="x", line=2), kind="pre-commit", version="22.1")
    (black,) = tools_in_use([Extract(path="x", format="x", mentions=(bot, hook))], [], [])
    assert black.evidence == (Evidence(path="x", line=2, kind="pre-commit"),)
    assert black.versions[0].version == "22.1"


def test_what_only_others_ask_for_is_not_declared() -> None:
    packages = (
        LockedPackage(name="pydocstyle", version="6.3", via=("flake8-docstrings",)),
        LockedPackage(name="flake8", version="7.0", via=("-r dev.in", "flake8-docstrings")),
    )
    lock = Lock(path="dev.txt", tool="pip-tools", format="pip-compile", packages=packages)
    compiled = Extract(path="dev.txt", format="x", lock=lock, manifest=Manifest(path="dev.txt", format="requirements"))
    found = tools_in_use(
        [compiled], [], [_requirement("pydocstyle", path="dev.txt"), _requirement("flake8", path="dev.txt")]
    )
    assert [tool.name for tool in found] == ["flake8"]


def _hook(tool: str, line: int = 7) -> Mention:
    at = Location(path=".pre-commit-config.yaml", line=line)
    return Mention(tool=tool, strength="run", at=at, kind="pre-commit")


def _gates(*mentions: Mention, commands: list[Command], settings: tuple[Setting, ...] = ()) -> dict[str, int]:
    hooks = Extract(path=".pre-commit-config.yaml", format="pre-commit", mentions=mentions, lint=settings)
    return {tool.name: len(tool.gates or ()) for tool in tools_in_use([hooks], commands, [])}


def _ci(argv: str, **given: Any) -> Command:
    return replace(_command(argv, path=".gitlab-ci.yml"), context="ci", **given)


def test_a_command_in_ci_is_a_gate_where_it_can_fail() -> None:
    (black, flake8, isort) = tools_in_use(
        [], [_ci("flake8 --exit-zero"), _ci("black ."), _ci("isort --check ."), _ci("ruff check", tolerated=True)], []
    )[:3]
    assert (black.gates, flake8.gates) == ((), ())
    assert isort.gates == (Evidence(path=".gitlab-ci.yml", line=3, kind="ci"),)
    assert tools_in_use([], [_ci("ruff check", tolerated=True)], [])[0].gates == ()
    assert tools_in_use([], [_command("flake8")], [])[0].gates == ()


def test_hooks_are_gates_where_ci_runs_them() -> None:
    both = (_hook("ruff"), _hook("mypy", 9))
    assert _gates(*both, commands=[]) == {"mypy": 0, "ruff": 0}
    assert _gates(*both, commands=[_ci("poetry run pre-commit run --all-files")]) == {"mypy": 2, "ruff": 2}
    assert _gates(*both, commands=[_ci("pre-commit run ruff --all-files")]) == {"mypy": 0, "ruff": 2}
    assert _gates(*both, commands=[_ci("pre-commit run --config x mypy")]) == {"mypy": 2, "ruff": 0}
    assert _gates(*both, commands=[_ci("pre-commit install")]) == {"mypy": 0, "ruff": 0}


def test_the_service_that_runs_hooks_leaves_some_out() -> None:
    at = Location(path=".pre-commit-config.yaml", line=1)
    service = Setting(tool="pre-commit", key="ci", values=(), at=at)
    skipped = Setting(tool="pre-commit", key="ci.skip", values=("mypy",), at=at)
    both = (_hook("ruff"), _hook("mypy", 9))
    assert _gates(*both, commands=[], settings=(service, skipped)) == {"mypy": 0, "ruff": 2}


def test_what_pytest_starts_is_a_gate_where_ci_tests() -> None:
    at = Location(path="setup.cfg", line=2)
    plugin = Mention(tool="mypy", strength="run", at=at, kind="pytest plug-in")
    extract = Extract(path="setup.cfg", format="setup.cfg", mentions=(plugin,))
    tests = _ci("pytest", kind="test")
    assert tools_in_use([extract], [tests], [])[0].gates == (Evidence(path=".gitlab-ci.yml", line=3, kind="ci"),)
    assert tools_in_use([extract], [], [])[0].gates == ()


def test_options_go_to_their_tool() -> None:
    at = Location(path="ruff.toml", line=1)
    said = Setting(tool="ruff", key="select", values=("E",), at=at)
    mention = Mention(tool="ruff", strength="config-only", at=at, kind="config")
    (ruff,) = tools_in_use([Extract(path="ruff.toml", format="x", mentions=(mention,), lint=(said,))], [], [])
    assert ruff.settings == (ToolSetting(key="select", values=("E",), path="ruff.toml", line=1),)
