from __future__ import annotations

from typing import Any

import pytest

from rules.examples import a_dependency, a_fleet, a_project, a_repository
from rules.rollout.checkers import checkers
from rules.rollout.kept import kept
from rules.rollout.selection import rules_of
from rules.rollout.standing import rollout, standing
from scanner.config import Config, RuffTarget, parse
from scanner.inventory import (
    Command,
    Evidence,
    Fleet,
    Project,
    Repository,
    Tool,
    ToolSetting,
    ToolVersion,
)

CONFIG = Evidence(path="pyproject.toml", line=1, kind="config")
CI = Evidence(path=".github/workflows/ci.yml", line=9, kind="ci")


def _setting(key: str, *values: str, path: str = "pyproject.toml") -> ToolSetting:
    return ToolSetting(key=key, values=values, path=path, line=3)


def _tool(name: str, *settings: ToolSetting, category: str = "linter", **given: Any) -> Tool:
    return Tool(
        **{"name": name, "category": category, "use": "run", "evidence": (CONFIG,), "settings": settings} | given
    )


def _ruff(*settings: ToolSetting, gates: tuple[Evidence, ...] | None = (CI,), **given: Any) -> Tool:
    return _tool("ruff", *settings, gates=gates, **given)


def _project(path: str = ".", kind: Any = "library", **given: Any) -> Project:
    return a_project(path=path, kind=kind, **given)


def _repository(*tools: Tool, **given: Any) -> Repository:
    return a_repository(**{"tools": tools, "projects": (_project(),)} | given)


def _command(argv: str) -> Command:
    return Command(path="ci.yml", line=1, context="ci", kind="lint", tool="ruff", argv=tuple(argv.split()))


def _fleet(*repositories: Repository) -> Fleet:
    return a_fleet(*repositories)


# -- what is checked today


def test_ruff_by_its_configuration() -> None:
    tool = _ruff(_setting("lint.select", "E", "F"), _setting("lint.ignore", "E501"), _setting("line-length", "100"))
    today = kept(_repository(tool))
    assert today.rules == rules_of(["E", "F"], ["E501"])
    assert today.ignored == {"E501"}
    assert (today.line_length, today.by) == (100, ("ruff",))
    assert today.places[0] == Evidence(path="pyproject.toml", line=3, kind="lint.select")


def test_the_old_place_of_selectors_counts_and_so_do_options_of_the_command() -> None:
    tool = _ruff(_setting("select", "E"), _setting("extend-select", "I"))
    assert kept(_repository(tool)).rules == rules_of(["E", "I"])
    asked = kept(_repository(tool, commands=(_command("ruff check --extend-select B --ignore=E5 ."),)))
    assert asked.rules == rules_of(["E", "I", "B"], ["E5"])
    assert kept(_repository(tool, commands=(_command("ruff check --select F,W ."),))).rules == rules_of(["F", "W"])


def test_without_selectors_the_defaults_of_the_version_hold() -> None:
    old = ToolVersion(version="v0.4.1", path=".pre-commit-config.yaml", line=2)
    assert kept(_repository(_ruff(versions=(old,)))).rules == rules_of(["E4", "E7", "E9", "F"])
    assert len(kept(_repository(_ruff())).rules) > 300


def test_of_several_configurations_those_rules_count_that_all_have() -> None:
    both = _ruff(_setting("lint.select", "E", "F"), _setting("select", "F", path="api/ruff.toml"))
    assert kept(_repository(both)).rules == rules_of(["E", "F"])
    assert kept(_repository(both, projects=(_project(), _project("api")))).rules == rules_of(["F"])


def test_a_configuration_that_extends_another() -> None:
    tool = _ruff(
        _setting("lint.select", "E", "F"),
        _setting("extend", "../pyproject.toml", path="api/ruff.toml"),
        _setting("lint.extend-select", "I", path="api/ruff.toml"),
    )
    assert kept(_repository(tool, projects=(_project("api"),))).rules == rules_of(["E", "F", "I"])
    away = kept(_repository(_ruff(_setting("extend", "../../shared.toml"))))
    assert away.unsure == ("pyproject.toml extends ../../shared.toml, which was not read",)
    loop = _ruff(_setting("extend", "b.toml", path="a.toml"), _setting("extend", "a.toml", path="b.toml"))
    assert kept(_repository(loop)).rules


def test_a_docstring_convention_leaves_rules_out_that_are_not_named() -> None:
    google = _setting("lint.pydocstyle.convention", "google")
    today = kept(_repository(_ruff(_setting("lint.select", "D"), google)))
    assert "D103" in today.rules
    assert "D413" not in today.rules | today.ignored
    assert "D413" in kept(_repository(_ruff(_setting("lint.select", "D", "D413"), google))).rules


def test_the_tools_that_ruff_replaces_count_by_their_counterparts() -> None:
    flake8 = _tool(
        "flake8",
        _setting("extend-ignore", "E203,\nW503", path=".flake8"),
        _setting("max-line-length", "100", path=".flake8"),
        _setting("hook.additional_dependencies", "flake8-bugbear==24.1", path=".pre-commit-config.yaml"),
    )
    isort = _tool("isort", category="formatter")
    today = kept(_repository(flake8, isort))
    assert {"E501", "F401", "B006", "I001"} <= today.rules
    assert "E203" not in today.rules
    assert (today.by, today.line_length) == (("flake8", "isort"), 100)
    declared = a_dependency("pep8-naming")
    named = kept(_repository(flake8, projects=(_project(dependencies=(declared,)),)))
    assert "N801" in named.rules
    docs = kept(_repository(_tool("pydocstyle", _setting("convention", "google"))))
    assert "D103" in docs.rules
    assert "D203" not in docs.rules
    assert "S101" not in kept(_repository(_tool("bandit", _setting("skips", "B101, B603")))).rules
    assert kept(_repository(_tool("flake8", use="config-only"))).rules == frozenset()


# -- the stages


def _stage(*tools: Tool, config: Config | None = None) -> str:
    return standing(_repository(*tools), config or Config()).stage


def test_a_stage_needs_those_before_it() -> None:
    assert _stage() == "none"
    assert _stage(_ruff(evidence=())) == "present"
    assert _stage(_ruff(gates=())) == "configured"
    assert _stage(_ruff()) == "enforced"
    target = Config(ruff_target=RuffTarget(select=("E4",)))
    assert _stage(_ruff(_setting("lint.select", "E")), config=target) == "policy"
    assert _stage(_ruff(_setting("lint.select", "F")), config=target) == "enforced"


def test_what_the_target_lacks_is_named() -> None:
    config = Config(ruff_target=RuffTarget(select=("E4", "F", "I"), line_length=120, formatter=True, version=">=0.15"))
    old = ToolVersion(version="0.4.1", path="uv.lock", line=7)
    tool = _ruff(_setting("lint.select", "E", "F"), _setting("lint.ignore", "F401"), versions=(old,))
    found = standing(_repository(tool), config)
    assert found.missing == ("I",)
    assert (found.ignored, found.ignored_rules) == (("F401",), 1)
    assert found.unmet == (
        "line length 88 instead of 120",
        "formatted by nothing instead of ruff format",
        "Ruff 0.4.1 in uv.lock is not >=0.15",
    )
    assert found.met is False


def test_a_rule_that_needs_a_setting_is_not_missing() -> None:
    config = Config(ruff_target=RuffTarget(select=("I",)))
    assert standing(_repository(_tool("isort")), config).met is True


def test_every_kind_has_its_target_and_several_kinds_all_of_them() -> None:
    config = Config(ruff_target=RuffTarget(select=("E4",)), ruff_targets={"service": RuffTarget(select=("E4", "S"))})
    tool = _ruff(_setting("lint.select", "E"))
    assert standing(_repository(tool), config).met is True
    service = _repository(tool, projects=(_project(), _project("api", "service")))
    assert standing(service, config).missing == ("S",)


def test_an_older_scan_is_not_taken_for_a_no() -> None:
    found = standing(_repository(_ruff(gates=None)), Config())
    assert found.stage == "configured"
    assert found.unsure == ("scanned by a Muster that did not look whether CI holds to it; scan again",)


def test_the_sums_are_those_of_the_repositories() -> None:
    skewed = _ruff(versions=(ToolVersion(version="v0.4.1", path="a"), ToolVersion(version="0.6.0", path="b")))
    fleet = _fleet(
        _repository(id="a", name="a"),
        _repository(skewed, id="b", name="b"),
        _repository(_ruff(gates=()), id="c", name="c"),
        _repository(_ruff(), id="d", name="d", is_python=False),
    )
    found = rollout(fleet, Config())
    assert (found.repositories, found.present, found.configured, found.enforced, found.policy) == (3, 2, 2, 1, None)
    assert found.skewed == 1
    assert [(v.version, v.repositories) for v in found.versions] == [("0.6.0", 1), ("0.4.1", 1)]
    target = Config(ruff_target=RuffTarget(select=("F",)))
    assert rollout(fleet, target).policy == 1


# -- type checkers


def _checker(name: str, *settings: ToolSetting, commands: tuple[Command, ...] = (), **given: Any) -> Any:
    tool = _tool(name, *settings, category="type-checker", gates=(), **given)
    return checkers(_fleet(_repository(tool, commands=commands)))[0]


@pytest.mark.parametrize(
    ("name", "settings", "level", "how"),
    [
        ("mypy", [("strict", "true")], "strict", "strict"),
        ("mypy", [("strict", "True"), ("warn_return_any", "false")], "strict", "strict, but for warn_return_any"),
        ("mypy", [("disallow_untyped_defs", "true")], "standard", "1 of 13 strict flags"),
        ("mypy", [("ignore_missing_imports", "true")], "lenient", "0 of 13 strict flags"),
        ("mypy", [("hook.args", "--strict")], "strict", "strict"),
        ("pyright", [("typeCheckingMode", "basic")], "lenient", "basic"),
        ("pyright", [], "standard", "standard, by default"),
        ("pyre", [("strict", "true")], "strict", "strict"),
        ("pytype", [], "unknown", "it has no strict mode"),
        ("ty", [("rules.all", "error")], "unknown", "no strict mode; 1 rules set by name"),
    ],
)
def test_strictness(name: str, settings: list[tuple[str, str]], level: str, how: str) -> None:
    found = _checker(name, *(_setting(key, value) for key, value in settings))
    assert (found.strictness, found.how) == (level, how)


def test_strictness_by_the_command_and_modules_that_are_let_off() -> None:
    found = _checker("mypy", commands=(_command("poetry run mypy --strict src"),))
    assert found.strictness == "strict"
    relaxed = _checker(
        "mypy",
        _setting("overrides.0.module", "a"),
        _setting("overrides.0.ignore_errors", "true"),
        _setting("overrides.b.*.disallow_untyped_defs", "False"),
        _setting("overrides.c.ignore_missing_imports", "true"),
    )
    assert relaxed.relaxed == 2


def test_plugins_that_hold_a_change_up() -> None:
    found = _checker("mypy", _setting("plugins", "pydantic.mypy,\nmypy_django_plugin.main", "tools/own.py", "else"))
    said = [(b.plugin, b.distribution, b.blocks) for b in found.plugins]
    assert said == [
        ("pydantic.mypy", "pydantic", False),
        ("mypy_django_plugin.main", "django-stubs", True),
        ("tools/own.py", None, True),
        ("else", None, None),
    ]
    assert (found.plugins[0].path, found.plugins[0].line) == ("pyproject.toml", 3)


# -- the configuration


def test_targets_are_read_and_those_of_a_kind_go_before() -> None:
    config = parse(
        '[ruff.target]\nselect = ["E4", "F"]\nline-length = 120\n[ruff.target.library]\nselect = ["ALL"]\n'
        "[ruff.minutes]\nby-hand = 10\n"
    )
    assert config.ruff_target_of("service") == RuffTarget(select=("E4", "F"), line_length=120)
    assert config.ruff_target_of("library") == RuffTarget(select=("ALL",), line_length=120)
    assert config.ruff_minutes["by-hand"] == 10
    assert parse("").ruff_target_of("library") is None


@pytest.mark.parametrize(
    "text",
    [
        "[ruff.target]\nselect = 'E'",
        "[ruff.target]\nselect = ['e4']",
        "[ruff.target]\nline-length = 0",
        "[ruff.target]\nformatter = 'yes'",
        "[ruff.target]\nversion = 'new'",
        "[ruff.target]\nother = 1",
        "[ruff.target]\nlibrary = 1",
        "[ruff.target.toy]\nselect = ['E']",
        "[ruff]\ntarget = 1",
        "[ruff]\nother = 1",
        "[ruff.minutes]\nstep = -1",
        "[ruff.minutes]\nother = 1",
    ],
)
def test_what_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(Exception, match="ruff"):
        parse(text)
