from __future__ import annotations

from collections.abc import Callable
from typing import Any

MAKE = "FLAKE8=flake8\nlint:\n\t$(FLAKE8) src\n\tblack --check src\n"
SETUP = "[flake8]\nmax-line-length = 99\n"


def test_a_tool_that_a_command_goes_on_starting_stays_with_what_it_needs(moved: Callable[..., Any]) -> None:
    files = {
        "Makefile": MAKE,
        "setup.cfg": SETUP,
        "requirements-dev.txt": "flake8==7.0\nblack\n",
        "src/a.py": "x = 1\n",
    }
    after = moved(files)
    assert after.move.tools == ("black",)
    assert after["setup.cfg"] == SETUP
    assert after["requirements-dev.txt"] == "flake8==7.0\nruff==0.17.6\n"
    assert after["Makefile"] == MAKE.replace("black --check", "ruff format --check")
    (why,) = after.move.refusals
    assert (why.code, why.path, why.line) == ("lint-in-command", "Makefile", 3)
    assert "Start Ruff there instead" in why.decision


def test_options_of_a_variable_are_translated(moved: Callable[..., Any]) -> None:
    text = "flags = --isolated --max-line-length=99\nSRC = src\nlint:\n\tflake8 ${flags} $(SRC)\n"
    after = moved({"Makefile": text, "src/a.py": "x = 1\n"})
    assert after["Makefile"].endswith("\truff check $(SRC)\n")
    assert "line-length = 99" in after["ruff.toml"]


def test_options_that_nobody_knows_keep_the_tool(moved: Callable[..., Any]) -> None:
    text = "lint:\n\tflake8 ${FLAKE8_FLAGS} src\n"
    after = moved({"Makefile": text, "src/a.py": "x = 1\n"})
    assert (after.move.tools, after.files["Makefile"]) == ((), text)
    assert [why.code for why in after.move.refusals] == ["lint-in-command"]


def test_a_tool_that_tells_its_version_is_no_gate(moved: Callable[..., Any]) -> None:
    text = "lint:\n\tflake8 --version\n\tflake8 --isolated --max-line-length=99 src\n"
    after = moved({"Makefile": text, "src/a.py": "x = 1\n"})
    assert len(after.move.setup.flake8) == 1
    assert "line-length = 99" in after["ruff.toml"]
    assert after["Makefile"] == "lint:\n\truff --version\n\truff check src\n"
