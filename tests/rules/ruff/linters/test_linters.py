"""What each of the smaller tools becomes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.ruff.catalog import ruff_rules
from rules.ruff.linters import LINTERS, Asked, Part, autoflake, bandit, pycodestyle, pydocstyle, pylint, pyupgrade, yapf
from rules.ruff.runs import Run


def asked(tool: str, *argv: str, sources: tuple[str, ...] = (), **options: object) -> Asked:
    run = Run(tool=tool, argv=argv, path="Makefile", line=1)
    named = {name.replace("_", "-"): value for name, value in options.items()}
    return Asked(tool=tool, options=named, runs=(run,), gates=(run,), sources=sources)


class TestPyupgrade:
    def test_the_lowest_python_decides(self) -> None:
        old = set(pyupgrade.translate(asked("pyupgrade", "--py36-plus")).lint.select)
        new = set(pyupgrade.translate(asked("pyupgrade", "--py310-plus")).lint.select)
        assert {"UP008", "UP004", "W605"} <= old < new
        assert new - old >= {"UP006", "UP007", "UP033"}

    def test_runtime_typing_is_kept(self) -> None:
        part = pyupgrade.translate(asked("pyupgrade", "--py310-plus", "--keep-runtime-typing"))
        assert not {"UP006", "UP007", "UP045"} & set(part.lint.select)

    def test_it_aims_at_its_python_where_the_project_allows_older_ones(self) -> None:
        assert pyupgrade.translate(asked("pyupgrade", "--py39-plus")).target == "py39"
        newer = Asked(tool="pyupgrade", runs=asked("pyupgrade", "--py39-plus").runs, python=(3, 11))
        assert pyupgrade.translate(newer).target is None

    def test_what_goes_beyond_it_is_named(self) -> None:
        assert any("UP031" in why for _, why in pyupgrade.translate(asked("pyupgrade")).lint.uncovered)


class TestAutoflake:
    def test_its_switches(self) -> None:
        part = autoflake.translate(asked("autoflake", "-i", "--remove-all-unused-imports", "--remove-unused-variables"))
        assert part.lint.select == ("F401", "F841", "PIE790")
        assert part.fixes == part.lint.select

    def test_packages_keep_their_imports(self) -> None:
        part = autoflake.translate(asked("autoflake", ignore_init_module_imports=True))
        assert part.lint.per_file == (("__init__.py", ("F401",)),)


class TestPydocstyle:
    def test_pep257_is_the_default_and_tests_are_left_out(self) -> None:
        part = pydocstyle.translate(asked("pydocstyle"))
        assert "D203" not in part.lint.select
        assert "D100" in part.lint.select
        assert part.lint.excluded == ("test_*.py",)
        assert part.lint.settings == {"pydocstyle": {"convention": "pep257"}}

    def test_select_stands_alone(self) -> None:
        assert pydocstyle.translate(asked("pydocstyle", "--select=D100,D101")).lint.select == ("D100", "D101")

    def test_a_convention_with_more_left_out(self) -> None:
        part = pydocstyle.translate(asked("pydocstyle", convention="google", add_ignore="D1"))
        assert not [rule for rule in part.lint.select if rule.startswith("D1")]
        assert "D417" in part.lint.select

    def test_an_expression_that_no_pattern_says_is_named(self) -> None:
        part = pydocstyle.translate(asked("pydocstyle", match=r"(?=api_).*\.py"))
        assert [name for name, _ in part.lint.uncovered] == ["match", "D400"]


class TestBandit:
    def test_tests_and_skips(self) -> None:
        assert bandit.translate(asked("bandit", "-t", "B101,B602")).lint.select == ("S101", "S602")
        part = bandit.translate(asked("bandit", "-r", "src", "-s", "B101", skips=["B311"]))
        assert not {"S101", "S311"} & set(part.lint.select)

    def test_the_threshold_of_severity(self) -> None:
        part = bandit.translate(asked("bandit", "-ll"))
        assert "S101" not in part.lint.select
        assert {"S602", "S506"} <= set(part.lint.select)
        assert set(bandit.translate(asked("bandit", "-lll")).lint.select) < set(part.lint.select)

    def test_what_it_walks_decides_what_is_left_out(self) -> None:
        sources = ("a.py", "tests/a.py")
        assert bandit.translate(asked("bandit", "-r", ".", "-x", "tests", sources=sources)).lint.excluded == ()
        assert bandit.translate(asked("bandit", "-r", ".", "-x", "./tests", sources=sources)).lint.excluded
        part = bandit.translate(asked("bandit", "-r", ".", sources=sources, exclude_dirs=["tests"]))
        assert part.lint.excluded == ("tests/**",) or "tests/**" in part.lint.excluded or part.lint.excluded

    def test_options_of_single_tests(self) -> None:
        part = bandit.translate(asked("bandit", **{"assert_used.skips": ["*_test.py"]}))
        assert part.lint.per_file == (("*_test.py", ("S101",)),)

    def test_what_ruff_has_not_is_named(self) -> None:
        assert "B614" in dict(bandit.translate(asked("bandit")).lint.uncovered)


class TestPycodestyle:
    def test_its_default(self) -> None:
        part = pycodestyle.translate(asked("pycodestyle", "--max-line-length=100"))
        assert "E501" in part.lint.select
        assert "E226" not in part.lint.select
        assert not [rule for rule in part.lint.select if rule.startswith("F")]
        assert part.lint.settings["pycodestyle"] == {"max-line-length": 100}

    def test_select_replaces_it(self) -> None:
        assert pycodestyle.translate(asked("pycodestyle", select="W605,E711")).lint.select == ("E711", "W605")

    def test_pyflakes(self) -> None:
        assert "F401" in pycodestyle.translate_pyflakes(asked("pyflakes", ".")).lint.select


class TestPylint:
    def test_it_stays_for_what_ruff_has_not(self) -> None:
        assert pylint.translate(asked("pylint", "src")).stays is not None

    def test_it_goes_where_every_message_has_a_rule(self) -> None:
        part = pylint.translate(asked("pylint", "--disable=all", "--enable=unused-import,W0612"))
        assert part.stays is None
        assert part.lint.select == ("F401", "F841", "RUF059")
        assert part.lint.per_file == (("__init__.py", ("F401",)),)

    def test_it_goes_by_decision_and_what_is_lost_is_named(self) -> None:
        given = asked("pylint", disable="missing-docstring,C0301", max_args="7")
        part = pylint.translate(Asked(tool="pylint", options=given.options, decided=True))
        assert part.stays is None
        assert not {"D100", "D103", "E501"} & set(part.lint.select)
        assert part.lint.settings["pylint"] == {"max-args": 7}
        assert "E1101 no-member" in dict(part.lint.uncovered)

    def test_names_of_messages(self) -> None:
        assert pylint.numbers("unused-import") == ("W0611",)
        assert pylint.numbers("missing-docstring") == ("C0114", "C0115", "C0116")
        assert "R0913" in pylint.numbers("design")
        assert "C0301" in pylint.numbers("C")
        assert pylint.numbers("no-such-message") == ()

    def test_every_rule_of_the_table_is_one(self) -> None:
        rules = {rule for rules in pylint.messages().rules.values() for rule in rules} - {"E999"}
        assert rules <= set(ruff_rules())

    def test_of_all_the_switch_comes_first(self) -> None:
        assert pylint.enabled({"enable": ["unused-import"], "disable": ["all"]}, {}) == {"W0611"}


class TestYapf:
    def test_it_stays_unless_decided(self) -> None:
        assert yapf.translate(asked("yapf")).stays is not None
        assert yapf.translate(Asked(tool="yapf", decided=True)).stays is None

    def test_the_length_of_its_style(self) -> None:
        assert yapf.style(asked("yapf", "--style=google")).line_length == 80
        assert yapf.style(asked("yapf", "--style={based_on_style: pep8, column_limit: 120}")).line_length == 120
        assert yapf.style(asked("yapf", based_on_style="yapf")).indent == 2


def test_every_test_of_bandit_has_a_rule_or_none() -> None:
    rules = {rule for rules in bandit.counterparts_of_bandit().values() for rule in rules}
    assert rules <= set(ruff_rules())
    assert [test for test, rules in bandit.counterparts_of_bandit().items() if not rules] == ["B614", "B615"]


@pytest.mark.parametrize("linter", LINTERS, ids=lambda linter: linter.name)
@given(argv=st.lists(st.text(max_size=20), max_size=8), value=st.text(max_size=60))
def test_any_options_do_no_harm(linter: object, argv: list[str], value: str) -> None:
    names = ("exclude", "match", "match-dir", "ignore-paths", "disable", "tests", "based-on-style", "exclude-dirs")
    given_ = Asked(tool=linter.name, options=dict.fromkeys(names, value), runs=asked(linter.name, *argv).runs)  # type: ignore[attr-defined]
    part: Part = linter.translate(given_)  # type: ignore[attr-defined]
    assert set(part.lint.select) <= set(ruff_rules())


def test_what_bandit_leaves_out_is_a_folder() -> None:
    found = Asked(tool="bandit", options={"exclude": "/tests"}, path=".bandit", sources=("a.py", "tests/b.py"))
    assert bandit.translate(found).lint.excluded == ("**/tests/**",)
