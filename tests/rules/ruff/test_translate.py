from __future__ import annotations

import pytest

from rules.ruff.flake8_config import Flake8Config, from_ini
from rules.ruff.translate import RuffLint, below, translate


def made(text: str, *installed: str) -> RuffLint:
    config = from_ini("setup.cfg", f"[flake8]\n{text}")
    assert config is not None
    return translate(config, installed)


def families(lint: RuffLint) -> set[str]:
    return {code.rstrip("0123456789") for code in lint.select}


def test_defaults() -> None:
    lint = made("")
    assert families(lint) == {"E", "W", "F", "PLW"}
    assert {"E501", "W605", "F401"} <= set(lint.select)
    assert not {"C901", "W505", "E226"} & set(lint.select)
    assert lint.settings == {"pycodestyle": {"max-line-length": 79}}
    assert lint.needs_preview
    assert ("E128", "Ruff has no rule for this code of pycodestyle") in lint.uncovered
    assert not any(code in ("W503", "E704", "E121") for code, _ in lint.uncovered)


def test_ignore_replaces_the_default_and_extend_adds() -> None:
    assert "E226" in made("ignore = E501").select
    assert "E226" not in made("extend-ignore = E501").select
    assert "E501" not in made("ignore = E501").select


def test_complexity_counts_with_a_limit() -> None:
    assert made("max-complexity = 10").settings["mccabe"] == {"max-complexity": 10}
    assert "C901" not in made("max-complexity = -1").select


def test_bugbears_opinions_are_off_unless_selected() -> None:
    assert "B904" not in made("", "flake8-bugbear").select
    lint = made("select = E,B,B9\nextend-ignore = E501\nmax-line-length = 80", "flake8-bugbear")
    assert {"B904", "E501"} <= set(lint.select)
    assert lint.settings["pycodestyle"] == {"max-line-length": 88}
    assert "E501" in made("ignore = X1\nmax-line-length = 80", "flake8-bugbear").select


@pytest.mark.parametrize(
    ("convention", "inside", "outside"),
    [("", "D204", "D203"), ("google", "D417", "D400"), ("numpy", "D406", "D417"), ("all", "D203", "X")],
)
def test_docstring_conventions(convention: str, inside: str, outside: str) -> None:
    lint = made(f"docstring-convention = {convention}" if convention else "", "flake8-docstrings")
    assert inside in lint.select
    assert outside not in lint.select
    assert lint.settings.get("pydocstyle") == (None if convention == "all" else {"convention": convention or "pep257"})


def test_ignored_commas_stay_ignored() -> None:
    assert "COM812" not in made("extend-ignore = C812,C815,C816", "flake8-commas").select
    assert "COM812" in made("", "flake8-commas").select


def test_codes_of_files_are_those_that_go_there() -> None:
    lint = made("per-file-ignores =\n  a/*: F4,E501\n  b.py: X9\n")
    assert lint.per_file == (("a/*", ("E501", "F401", "F402", "F403", "F404", "F405", "F406", "F407")),)


def test_what_has_no_counterpart_is_listed() -> None:
    lint = made("", "wemake-python-styleguide", "flake8-unheard-of")
    assert ("WPS", "wemake-python-styleguide has no counterpart in Ruff") in lint.uncovered
    assert ("flake8-unheard-of", "not a plug-in that is known here") in lint.uncovered
    assert not any(code == "WPS" for code, _ in made("select = E", "wemake-python-styleguide").uncovered)


def test_quotes_have_another_default() -> None:
    assert made("", "flake8-quotes").settings["flake8-quotes"] == {"inline-quotes": "single"}
    assert made('inline-quotes = "', "flake8-quotes").settings["flake8-quotes"] == {"inline-quotes": "double"}


def test_indentation_that_is_not_four_is_nothing_for_ruff() -> None:
    lint = made("indent-size = 2")
    assert not {"E111", "E114", "E117"} & set(lint.select)
    assert ("E111", "Ruff counts indentation in fours") in lint.uncovered
    assert lint.indent == 2


def test_names_that_no_file_of_python_has_are_left_away() -> None:
    assert [below(name) for name in (".json", "*.md", "Dockerfile", "requirements*.txt", ".gitignore")] == [()] * 5
    assert below("*/gen/*") == ("**/gen/*",)


def test_what_plug_ins_ask_and_what_reports_nothing_is_no_loss() -> None:
    lint = translate(Flake8Config(), ("flake8-bugbear", "flake8-black", "flake8-html", "pydocstyle", "flake8-strange"))
    said = {code for code, _ in lint.uncovered}
    assert {"BLK", "flake8-strange"} <= said
    assert said.isdisjoint({"flake8-black", "flake8-html", "pydocstyle", "B037", "B041"})
    assert {"PLE0100", "PLE0101", "F601"} <= set(lint.select)
