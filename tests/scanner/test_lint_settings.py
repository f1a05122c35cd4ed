from __future__ import annotations

import tomli
from hypothesis import given
from hypothesis import strategies as st

from scanner.facts import Location, Setting
from scanner.formats import lint_config, pre_commit, pyproject, setup_cfg, tox
from scanner.lint_settings import of_ini, of_table


def _said(settings: tuple[Setting, ...]) -> dict[str, tuple[str, ...]]:
    return {f"{s.tool} {s.key}": s.values for s in settings}


def test_pyproject_has_every_option_with_its_line() -> None:
    text = (
        '[tool.ruff]\nline-length = 100\n[tool.ruff.lint]\nselect = ["E", "F"]\n[tool.mypy]\nstrict = true\n'
        '[[tool.mypy.overrides]]\nmodule = "a.*"\nignore_errors = true\n[tool.other]\nx = 1\n'
    )
    extract = pyproject.read("pyproject.toml", text)
    assert _said(extract.lint) == {
        "ruff line-length": ("100",),
        "ruff lint.select": ("E", "F"),
        "mypy strict": ("true",),
        "mypy overrides.0.module": ("a.*",),
        "mypy overrides.0.ignore_errors": ("true",),
    }
    assert [s.at.line for s in extract.lint] == [2, 4, 6, 8, 9]


def test_ini_files_keep_the_lines_of_a_value() -> None:
    text = "[flake8]\n# a word\nignore =\n    E501,\n    W503\nmax-line-length: 100\n[other]\nx = 1\n[mypy-a.b]\nstrict=1\n"
    assert _said(of_ini("setup.cfg", text)) == {
        "flake8 ignore": ("E501,\nW503",),
        "flake8 max-line-length": ("100",),
        "mypy overrides.a.b.strict": ("1",),
    }
    extract = setup_cfg.read("setup.cfg", text)
    assert extract is not None
    assert extract.lint[0].at == Location(path="setup.cfg", line=3)
    run = tox.read("tox.ini", "[tox]\nenvlist=lint\n[testenv:lint]\ncommands=flake8\n[flake8]\nselect=E\n")
    assert run is not None
    assert _said(run.lint) == {"flake8 select": ("E",)}


def test_files_of_one_tool() -> None:
    def read(path: str, text: str) -> dict[str, tuple[str, ...]]:
        extract = lint_config.read(path, text)
        assert extract is not None
        return _said(extract.lint)

    assert read(".pylintrc", "[MESSAGES CONTROL]\ndisable=C0114,\n    R0903\n") == {
        "pylint disable": ("C0114,\nR0903",)
    }
    assert read("ruff.toml", 'select = ["ALL"]\n[lint]\nignore = ["D"]\n') == {
        "ruff select": ("ALL",),
        "ruff lint.ignore": ("D",),
    }
    commented = '{\n  // strict\n  "typeCheckingMode": "strict",\n}\n'
    assert read("pyrightconfig.json", commented) == {"pyright typeCheckingMode": ("strict",)}
    assert read(".pyre_configuration", '{"strict": true}') == {"pyre strict": ("true",)}
    assert read("bandit.yaml", "skips:\n- B101\n") == {"bandit skips": ("B101",)}
    assert read("ty.toml", '[rules]\nall = "error"\n') == {"ty rules.all": ("error",)}
    assert read("pyrightconfig.json", "") == {}


def test_hooks_say_what_they_give_their_tool_and_whether_a_service_runs_them() -> None:
    text = (
        "ci:\n  skip: [mypy]\nrepos:\n- repo: https://git.example/pycqa/flake8\n  rev: 7.0.0\n  hooks:\n"
        "  - id: flake8\n    args: [--max-line-length=100]\n    additional_dependencies: [flake8-bugbear]\n"
    )
    assert _said(pre_commit.read(".pre-commit-config.yaml", text).lint) == {
        "pre-commit ci": (),
        "pre-commit ci.skip": ("mypy",),
        "flake8 hook.args": ("--max-line-length=100",),
        "flake8 hook.additional_dependencies": ("flake8-bugbear",),
    }


def test_secrets_do_not_pass() -> None:
    table = {"index": "https://me:hunter2@pypi.example/simple"}
    assert "hunter2" not in str(of_table("ruff", table, lambda *_: Location(path="x")))


@given(st.text(alphabet="[]=:;# \t\nabmypyflake8*-.", max_size=400))
def test_no_ini_text_breaks_it(text: str) -> None:
    of_ini("x", text)
    of_ini("x", text, "pylint")


@given(st.recursive(st.one_of(st.booleans(), st.integers(), st.text(max_size=5)), lambda v: st.lists(v, max_size=3)))
def test_no_value_breaks_it(value: object) -> None:
    of_table("ruff", {"a": value, "b": {"c": value}}, lambda *_: Location(path="x"))


def test_depth_and_number_are_limited() -> None:
    deep = tomli.loads("".join(f"[{'.'.join(['a'] * n)}]\n" for n in range(1, 40)) + "x = 1\n")
    assert of_table("ruff", deep, lambda *_: Location(path="x")) == ()
    assert len(of_table("ruff", {str(n): n for n in range(5000)}, lambda *_: Location(path="x"))) == 400
