from __future__ import annotations

import time

import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.formats import formats_for
from scanner.tox_environments import ToxConfig, expand_names, from_ini, from_toml

INI = """[tox]
requires = tox-uv
envlist =
    py{310,311}-dj{4,5}
    lint  # a comment

[base]
cov = --cov

[testenv]
deps =
    -r requirements.txt
    -crequirements/c.txt
    dj4: django>=4,<5
    dj5: django>=5
    !lint: pytest
extras = test
setenv =
    A = 1
    PYTHONPATH = {toxinidir}
changedir = {toxinidir}/tests
commands =
    - pytest {[base]cov} {posargs:-x} \\
        tests
    py311: python -c "print('a: b')"

[testenv:lint]
skip_install = true
basepython = python3.12
deps = ruff==0.9
commands = ruff check {env:WHAT:.} {envname}

[testenv:locked]
runner = uv-venv-lock-runner
dependency_groups = dev
extras = a
commands = pytest

[testenv:own]
package = editable
install_command = python -m pip install --require-hashes {opts} {packages}
dependency_groups = docs, test
"""


def ini(text: str = INI, **more: object) -> ToxConfig:
    found = from_ini("tox.ini", text, **more)  # type: ignore[arg-type]
    assert found is not None
    return found


def of(config: ToxConfig, job: str) -> list[tuple[str, int | None]]:
    return [(" ".join(i.argv), i.at.line) for i in config.invocations if i.job == job]


def test_environments_are_their_installers() -> None:
    config = ini()
    assert of(config, "py310-dj4") == [
        ("uv pip install -r requirements.txt -c requirements/c.txt django>=4,<5 pytest", 12),
        ("uv pip install .[test]", 17),
        ("pytest --cov -x tests", 23),
    ]
    assert of(config, "py311-dj5")[2:] == [("pytest --cov -x tests", 23), ("python -c print('a: b')", 25)]
    assert of(config, "lint") == [("uv pip install ruff==0.9", 30), ("ruff check . lint", 31)]
    assert of(config, "locked") == [("uv sync --locked --extra a --group dev", 34), ("pytest", 37)]
    assert of(config, "own")[0][0] == (
        "python -m pip install --require-hashes -r requirements.txt -c requirements/c.txt pytest --group docs --group test"
    )
    assert of(config, "own")[1][0] == "python -m pip install --require-hashes -e .[test]"


def test_details() -> None:
    config = ini()
    pytest_call = next(i for i in config.invocations if i.argv[0] == "pytest")
    assert pytest_call.directory == "tests"
    assert pytest_call.tolerated
    assert dict(pytest_call.env)["A"] == "1"
    assert {(p.version, p.job) for p in config.pythons} >= {("3.10", "py310-dj4"), ("3.12", "lint")}
    assert [t.name for t in config.tasks if t.default] == ["py310-dj4", "py310-dj5", "py311-dj4", "py311-dj5", "lint"]


def test_equal_environments_are_one() -> None:
    config = ini("[tox]\nenvlist = py310, py311\n[testenv]\nskip_install = true\ncommands = pytest\n")
    assert [(i.job, i.argv) for i in config.invocations] == [("py310", ("pytest",))]
    assert [(t.name, t.needs) for t in config.tasks] == [("py310", ()), ("py311", ("py310",))]


def test_setup_cfg_and_lines() -> None:
    text = "[metadata]\nname = x\n[tox:tox]\nenvlist = py311\n[testenv]\ndeps = a\n"
    config = ini(text, prefix="tox:", first_line=1)
    assert of(config, "py311")[0] == ("pip install a", 6)
    assert of(ini("[tox]\nskipsdist = true\nenvlist = a\n[testenv]\ndeps = b\n", first_line=11), "a") == [
        ("pip install b", 15)
    ]


def test_toml() -> None:
    text = """
env_list = ["3.11", "lint"]
requires = ["tox>=4.20"]
[env_run_base]
dependency_groups = ["test"]
commands = [["pytest", { replace = "posargs", default = ["-x"], extend = true }, "tests"]]
[env.lint]
skip_install = true
deps = ["ruff", "-r req.txt"]
commands = [["ruff", "check", "."]]
"""
    config = from_toml("tox.toml", tomli.loads(text), lambda *keys: len(keys))
    assert config is not None
    assert of(config, "3.11") == [("pip install --group test", 2), ("pip install .", 2), ("pytest -x tests", 2)]
    assert of(config, "lint") == [("pip install ruff -r req.txt --group test", 3), ("ruff check .", 3)]
    assert [p.version for p in config.pythons] == ["3.11"]
    assert from_toml("pyproject.toml", {}, lambda *keys: 1) is None


def test_legacy_ini_may_be_indented_as_a_whole() -> None:
    text = "\n    [tox]\n    envlist = a\n\n    [testenv]\n    deps =\n        b\n    commands = c\n"
    made = from_toml("pyproject.toml", {"legacy_tox_ini": text}, lambda *keys: 20)
    assert made is not None
    assert [found for found in of(made, "a") if found[0] != "pip install ."] == [("pip install b", 26), ("c", 27)]


def test_legacy_ini_in_toml() -> None:
    config = from_toml(
        "pyproject.toml", {"legacy_tox_ini": "\n[tox]\nenvlist = a\n[testenv]\ndeps = b\n"}, lambda *keys: 20
    )
    assert config is not None
    assert of(config, "a")[0] == ("pip install b", 24)


def test_nothing() -> None:
    assert from_ini("tox.ini", "[flake8]\nmax-line-length = 100\n") is None


_PARTS = ["[tox]", "[testenv]", "[testenv:a{b,c}]", "envlist = a{b,c", "deps =", "  -r x", "commands = {[testenv]commands}", "  a: b",
          "  {posargs", "x", "= y", "setenv = A={env:A}", "basepython = python3", "[", "commands =", "  \\", "  !a: x", "extras={[x]y}"]  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(_PARTS), max_size=14).map("\n".join))
def test_never_raises(text: str) -> None:
    from_ini("tox.ini", text)


def test_lines_of_another_section_keep_their_conditions_however_far_they_come() -> None:
    text = """
[base]
deps =
    qt5: PyQt5
    qt6: PyQt6
    pytest
[testenv]
deps =
    {[base]deps}
    coverage
[testenv:docs-qt6]
deps =
    {[testenv]deps}
    sphinx
commands = sphinx-build
"""
    assert of(ini(text), "docs-qt6")[0][0] == "pip install PyQt6 pytest coverage sphinx"


def test_an_installer_of_nothing_installs_nothing() -> None:
    assert of(ini("[testenv:a]\ndeps = x\ninstall_command = {opts}\ncommands = y\n"), "a") == [("y", 4)]


def test_bombs_are_bounded() -> None:
    loops = "".join(f"[s{n}]\ndeps =\n" + f"    {{[s{(n + 1) % 5}]deps}}\n" * 60 for n in range(5))
    assert ini(f"{loops}[testenv:a]\ndeps =\n    {{[s0]deps}}\ncommands = x\n").tasks
    assert len(expand_names("{a,b}" * 30)) <= 150
    assert ini("[tox]\nenvlist = " + "{1-30}" * 8 + ", a\n[testenv]\ncommands = x\n").tasks


def test_generated_files_with_thousands_of_conditions_are_read_once() -> None:
    names = [f"py3{n % 10}-thing{n}" for n in range(600)]
    deps = "\n".join(f"    {{py30,py31,py32}}-thing{n}: a{m}=={n}" for n in range(600) for m in range(10))
    started = time.process_time()
    found = ini("[tox]\nenvlist = " + ", ".join(names) + f"\n[testenv]\ndeps =\n{deps}\ncommands = pytest\n")
    assert time.process_time() - started < 5
    assert [p.code for p in found.problems] == ["too-large"]
    assert any(i.argv[:3] == ("pip", "install", "a0==1") for i in found.invocations)


def test_continuations_are_joined_before_conditions_are_read() -> None:
    found = ini(
        "[tox]\nenvlist = a, b\n[testenv]\ncommands =\n    a: one \\\n      two\n    three\nskip_install = true\n"
    )
    assert [(i.job, " ".join(i.argv)) for i in found.invocations if i.disabled is None] == [
        ("a", "one two"),
        ("a", "three"),
        ("b", "three"),
    ]


def test_ini_text_on_one_line_of_toml_stands_on_that_line() -> None:
    text = '[tool.tox]\nlegacy_tox_ini = "[tox]\\nenvlist = a\\n[testenv]\\ncommands =\\n    pytest\\n"\n'
    (form,) = (f for f in formats_for("pyproject.toml") if f.name == "pyproject.toml")
    extract = form.read("pyproject.toml", text)
    assert extract is not None
    assert {i.at.line for i in extract.invocations} == {2}


def test_the_root_is_seen_from_the_folder_that_commands_run_in() -> None:
    text = "[tox]\nenvlist = a\n[testenv]\nchangedir = tmp/{envname}\ndeps = -r{toxinidir}/x.txt\n"
    text += "commands = pip install -r {toxinidir}/y.txt\n"
    config = from_ini("tox.ini", text)
    assert config is not None
    assert [" ".join(i.argv) for i in config.invocations if i.disabled is None] == [
        "pip install -r ./x.txt",
        "pip install .",
        "pip install -r ../../y.txt",
    ]


def test_the_name_of_the_environment_is_a_variable_of_tox() -> None:
    config = from_ini(
        "tox.ini", "[tox]\nenvlist = dev\nskipsdist = true\n[testenv]\ndeps = -r {env:TOX_ENV_NAME}/{env:X}.txt\n"
    )
    assert config is not None
    assert config.invocations[0].argv == ("pip", "install", "-r", "dev/${X}.txt")


def test_environments_that_only_conditions_name() -> None:
    text = """[tox]
envlist = py{311,312}-unit

[testenv]
commands =
    unit: pytest
    py310: pytest old
    lint: ruff check src
    style,lint: ruff format src
    !lint: echo no
    unit-slow: pytest slow
"""
    config = from_ini("tox.ini", text)
    assert config is not None
    assert [(t.name, t.default) for t in config.tasks] == [
        ("py311-unit", True),
        ("py312-unit", True),
        ("lint", False),
        ("style", False),
        ("py", False),
    ]
    assert [" ".join(i.argv) for i in config.invocations if i.job == "lint" and i.argv[0] == "ruff"] == [
        "ruff check src",
        "ruff format src",
    ]


def test_labels_and_names_of_several_conditions() -> None:
    text = """[tox]
envlist = py312
labels =
    static = lint, type{a,b}
    all = lint
[testenv]
commands =
    tests-unit: pytest unit
    py312-slow: pytest slow
[testenv:lint]
commands = ruff check
"""
    config = from_ini("tox.ini", text)
    assert config is not None
    assert [(t.name, t.tags) for t in config.tasks] == [("py312", ()), ("lint", ("static", "all")), ("tests-unit", ())]
