from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from rules.ruff.flake8_config import Flake8Config, as_ini, from_ini, from_table, with_arguments


def read(text: str) -> Flake8Config:
    config = from_ini("setup.cfg", f"[flake8]\n{text}")
    assert config is not None
    return config


def test_lists_options_and_comments() -> None:
    config = read("extend_ignore = E203,W503  # for the formatter\n  B008\nmax-line-length=100\nselect=\n")
    assert config.lists == {"extend-ignore": ("E203", "W503", "B008"), "select": ()}
    assert config.number("max-line-length") == 100
    assert config.number("max-complexity") is None


def test_codes_of_files() -> None:
    config = read("per-file-ignores =\n  tests/*:S101,D\n  a.py,b/c.py: F401 E5\n  __init__.py:F4,\n")
    assert config.per_file == (
        ("tests/*", ("S101", "D")),
        ("a.py", ("F401", "E5")),
        ("b/c.py", ("F401", "E5")),
        ("__init__.py", ("F4",)),
    )


def test_a_table_says_the_same() -> None:
    table = tomllib.loads(
        'ignore = ["E203", "E5"]\nmax-line-length = 99\nper-file-ignores = ["a.py:F401,E5", "b.py:W"]\n'
    )
    config = from_table("pyproject.toml", table)
    assert config.lists["ignore"] == ("E203", "E5")
    assert config.per_file == (("a.py", ("F401", "E5")), ("b.py", ("W",)))
    assert config.number("max-line-length") == 99


def test_arguments_replace() -> None:
    config = read("ignore = E1\nmax-line-length = 80\n")
    changed = with_arguments(config, ["--ignore", "W5", "--max-line-length=120", "--count", "src"])
    assert (changed.lists["ignore"], changed.number("max-line-length")) == (("W5",), 120)


def test_no_section_is_no_configuration() -> None:
    assert from_ini("setup.cfg", "[metadata]\nname = a\n") is None
    assert from_ini("setup.cfg", "[flake8\n") is None


@given(st.text(alphabet=st.sampled_from(list("EF1,: \n#*/.=[]a-%")), max_size=80))
def test_never_raises(text: str) -> None:
    from_ini("setup.cfg", f"[flake8]\nper-file-ignores = {text}\nignore = {text}\n")
    from_ini("setup.cfg", text)


def test_the_file_for_a_flake8_of_today_says_the_same() -> None:
    config = read("ignore = E203 # why\n  C0330 W5\nmax-line-length = 90\nper-file-ignores =\n  a/*: E1,F\n")
    written = from_ini(".flake8", as_ini(config))
    assert written is not None
    assert written.lists == {"ignore": ("E203", "W5")}
    assert (written.per_file, written.options) == (config.per_file, config.options)
