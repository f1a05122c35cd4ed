from __future__ import annotations

import pytest

from scanner.commands.words import (
    Program,
    after_options,
    distribution,
    inner,
    option,
    options,
    pip_ask,
    program,
)


@pytest.mark.parametrize(
    ("text", "name", "args"),
    [
        ("pip install x", "pip", "install x"),
        ("/opt/venv/bin/pip3.12 install x", "pip", "install x"),
        ("python -m pip install x", "pip", "install x"),
        ("python3 -W ignore -m pytest -q", "pytest", "-q"),
        ("python -mpip list", "pip", "list"),
        ("python -Im pip list", "pip", "list"),
        ("python-special.bat -m pip list", "pip", "list"),
        ("${PYTHON3} -m pip list", "pip", "list"),
        ("$venv_python -m pip list", "pip", "list"),
        ("${MY_PIP} list", "pip", "list"),
        ("$interpreter -m pip list", "pip", "list"),
        ("%pip install x", "pip", "install x"),
        ("pip-sync a.txt", "pip-tools", "sync a.txt"),
        ("python -m piptools compile", "pip-tools", "compile"),
        ("micromamba install x", "conda", "install x"),
        ("./noxfile.py -s x", "nox", "-s x"),
        ("sage -pip install x", "pip", "install x"),
        ("python x.py -m pip", "python", "x.py -m pip"),
        ("python -c 'import x' -m pip", "python", "-c 'import x' -m pip"),
        ("venv\\Scripts\\pip.exe list", "pip", "list"),
    ],
)
def test_program(text: str, name: str, args: str) -> None:
    found = program(tuple(text.split()))
    assert (found.name, " ".join(found.args)) == (name, args)


def test_program_of_nothing() -> None:
    assert program(()) == Program("", ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("poetry run pytest -x", "pytest -x"),
        ("poetry -C a run pytest", "pytest"),
        ("uv run --extra a --frozen pytest", "pytest"),
        ("uv run -m pytest -x", "pytest -x"),
        ("uv run -- pytest", "pytest"),
        ("uvx --from build pyproject-build", "pyproject-build"),
        ("uvx ruff@latest check", "ruff check"),
        ("uv tool run tox -e a", "tox -e a"),
        ("pipx run --spec x==1 build", "pyproject-build"),
        ("conda run -n env pytest", "pytest"),
        ("hatch run test:pytest -x", "pytest -x"),
        ("coverage run -m pytest", "python -m pytest"),
        ("uv sync", None),
        ("pytest run", None),
    ],
)
def test_inner(text: str, expected: str | None) -> None:
    found = inner(program(tuple(text.split())))
    assert (" ".join(found) if found is not None else None) == expected


def test_options() -> None:
    assert after_options(("-q", "-C", "x", "a", "-b"), ("-C",)) == ("a", "-b")
    assert after_options(("--", "-a")) == ("-a",)
    assert option(("-Cx", "--file=y"), "-C", "--dir") == "x"
    assert option(("-Cx", "--file=y"), "--file") == "y"
    assert option(("a",), "-C") is None
    assert options(("-e", "a", "-e", "b,c", "--env=d"), "-e", "--env") == ["a", "b,c", "d"]


def test_pip_ask() -> None:
    ask = pip_ask(
        tuple("-r a.txt -rb.txt --requirement=c.txt -c d.txt -e .[x] ./pkg dist/*.whl --group dev -i u req>=1 git+https://h/x $V".split())
    )  # fmt: skip
    assert ask.requirements == ("a.txt", "b.txt", "c.txt")
    assert ask.constraints == ("d.txt",)
    assert ask.paths == (".[x]", "./pkg")
    assert ask.archives == ("dist/*.whl",)
    assert ask.names == ("req>=1", "git+https://h/x")
    assert ask.groups == ("dev",)
    assert ask.unclear == ("$V",)
    assert ask.flags == {"-i"}
    assert pip_ask(("$(grep -v x reqs/a.txt)",)).requirements == ("reqs/a.txt",)
    assert pip_ask(("-r",)).requirements == ("",)
    assert pip_ask(("--target", "/x", "y")).target == "/x"


@pytest.mark.parametrize(
    ("word", "expected"),
    [("Foo_Bar[x]>=1", "foo-bar"), ("'a==1'", "a"), ("git+https://h/x", ""), ("$X", ""), ("uv${V}", "uv")],
)
def test_distribution(word: str, expected: str) -> None:
    assert distribution(word) == expected


def test_options_that_may_be_none_stand_before_a_command() -> None:
    assert inner(program(("uv", "run", "${MORE[@]}", "tox", "-e", "x"))) == ("tox", "-e", "x")


def test_short_options_of_pip_may_be_written_together() -> None:
    asked = pip_ask(("-qr", "a.txt", "-Ue", ".", "-qUrb.txt"))
    assert (asked.requirements, asked.paths) == (("a.txt", "b.txt"), (".",))
    assert {"-q", "-U"} <= asked.flags
