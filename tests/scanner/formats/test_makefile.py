from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.facts import Extract
from scanner.formats.makefile import FORMAT

TEXT = """VENV := .venv
PYTHON ?= $(VENV)/bin/python
PIP = $(PYTHON) -m pip
export UV_FROZEN = 1
SOURCES = $(shell find . -name '*.py')
ifeq ($(OS),Windows_NT)
EXE = a
else
EXE = b
endif
define unused
pip install never
endef
.PHONY: install test
.DEFAULT_GOAL := test

install: $(VENV)/bin/python | dirs ## Install
\t@$(PIP) install \\
\t\t-r requirements.txt
\t-$(PIP) check
\techo $$HOME $(EXE) $@ $<

test:: install
\tcd sub && pytest $(SOURCES) $(call x,y)
lint: ; ruff check .
lint: OPTS = x
$(VENV)/bin/python:
\tpython -m venv $(VENV)
"""


def read(text: str, path: str = "tools/Makefile") -> Extract:
    extract = FORMAT.read(path, text)
    assert extract is not None
    return extract


def test_matches() -> None:
    for path in ("Makefile", "a/makefile", "GNUmakefile", "x/common.mk", "Makefile.docker"):
        assert FORMAT.matches(path), path
    assert not FORMAT.matches("Makefile.py/x")


def test_tasks() -> None:
    found = {t.name: (t.needs, t.default) for t in read(TEXT).tasks}
    assert found == {
        "install": ((".venv/bin/python", "dirs"), False),
        "test": (("install",), True),
        "lint": ((), False),
        ".venv/bin/python": ((), False),
    }


def test_invocations() -> None:
    found = read(TEXT).invocations
    assert [(i.job, " ".join(i.argv), i.at.line, i.directory, i.tolerated) for i in found] == [
        ("install", ".venv/bin/python -m pip install -r requirements.txt", 18, "tools", False),
        ("install", ".venv/bin/python -m pip check", 20, "tools", True),
        ("install", "echo $HOME b install .venv/bin/python", 21, "tools", False),
        ("install", "echo $HOME a install .venv/bin/python", 21, "tools", False),
        ("test", "find . -name *.py", 24, "tools/sub", False),
        ("test", "pytest $(find . -name '*.py') ${call}", 24, "tools/sub", False),
        ("lint", "ruff check .", 25, "tools", False),
        (".venv/bin/python", "python -m venv .venv", 28, "tools", False),
    ]
    assert found[0].env == (("UV_FROZEN", "1"),)


def test_one_shell() -> None:
    extract = read(".ONESHELL:\na:\n\tcd x\n\n\tpip install y\n", "Makefile")
    assert [(i.argv[0], i.at.line, i.directory) for i in extract.invocations] == [("pip", 5, "x")]


def test_other_interpreters_and_no_rules() -> None:
    assert read("SHELL = python3\na:\n\timport x\n").invocations == ()
    assert FORMAT.read("Makefile", "A = 1\n") is None


def test_a_variable_of_itself_ends() -> None:
    assert read("A = $(A) $(A)\na:\n\tx $(A)\n").invocations


_PARTS = ["a: b", "\tx $(A)", "A = $(A)$(B)", "B := $(A", "define X", "endef", "ifeq (a,b)", "endif", "else", "\t@-", ".PHONY: a",
          "a: A=1", "include x", "export", "A += 1", "\\", "%: %.c", "$(eval x)", "a:\\", "\t\\", ".ONESHELL:", "a b: ;c"]  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(_PARTS), max_size=12).map("\n".join))
def test_never_raises(text: str) -> None:
    FORMAT.read("Makefile", text)


def test_sides_of_a_conditional_are_told_apart_by_what_the_caller_sets() -> None:
    text = (
        "ifdef TOXENV\nTOX := tox -- # apart\nendif\nquality:\n\t$(TOX) pylint\n"
        "test:\nifneq ($(LOCKED),)\n\tuv sync --locked\nelse ifeq ($(MODE), fast)\n\tfast\nelse\n\tuv sync\nendif\n"
    )
    assert [(" ".join(i.argv), i.when) for i in read(text).invocations] == [
        ("pylint", ("!TOXENV",)),
        ("tox -- pylint", ("TOXENV",)),
        ("uv sync --locked", ("LOCKED",)),
        ("fast", ("MODE=fast",)),
        ("uv sync", ("!LOCKED", "!MODE=fast")),
    ]
    both = read("include x.mk\na:\nifdef B\n\tb\nelse\n\tc\nendif\n").invocations
    assert [i.when for i in both] == [(), ()]


def test_what_runs_in_ci_alone_is_told() -> None:
    extract = read(
        "ifdef CI\nFLAGS = --locked\nelse\nFLAGS =\nendif\ninstall:\n\tuv sync $(FLAGS)\n"
        "ifneq ($(CI),)\n\tci-only\nendif\n\tboth\nifeq ($(OS),x)\n\teither\nelse\n\tor\nendif\n"
    )
    assert [(" ".join(i.argv), i.only) for i in extract.invocations] == [
        ("uv sync --locked", "ci"),
        ("uv sync", "local"),
        ("ci-only", "ci"),
        ("both", None),
        ("either", None),
        ("or", None),
    ]


def test_what_only_has_to_be_there_first_is_no_input() -> None:
    extract = read("deps: a.txt b.txt | venv\n\tpip-sync $^\nvenv:\n\tpython -m venv x\n")
    assert [" ".join(i.argv) for i in extract.invocations if i.job == "deps"] == ["pip-sync a.txt b.txt"]
    assert next(t.needs for t in extract.tasks if t.name == "deps") == ("a.txt", "b.txt", "venv")


def test_a_variable_that_another_one_names_is_unknown() -> None:
    extract = read('guard-%:\n\t@ if [ "${${*}}" = "" ]; then echo unset; fi\na:\n\tpip install -r $(FILE_$(WHICH))\n')
    assert extract.problems == ()
    assert " ".join(extract.invocations[-1].argv) == "pip install -r ${unknown}"


@pytest.mark.parametrize("name", ["Makefile.msc", "makefile.dj2", "Makefile.vc", "lib/Makefile.RISCOS"])
def test_makefiles_of_other_makes_are_left_aside(name: str) -> None:
    assert not FORMAT.matches(name)
    assert FORMAT.matches("Makefile.docker")
    assert FORMAT.matches("Makefile.bcbuild")


def test_prerequisites_by_their_number() -> None:
    text = "dev: .venv a.txt b.txt\n\tx -r $(word 2,$^) $(lastword $^) $(firstword $^) $(word 9, $^)\n"
    assert read(text).invocations[0].argv == ("x", "-r", "a.txt", "b.txt", ".venv")
