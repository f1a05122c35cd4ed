"""Lists without a header that the repository's own commands compile."""

from __future__ import annotations

import pytest

from scanner.facts import Extract
from scanner.formats import makefile, pyproject, requirements, shell_script
from scanner.headerless import with_headerless

PINS = "requests==2.32.0\nurllib3==2.2.0\n"


def _read(files: dict[str, str]) -> dict[str, Extract]:
    readers = {"Makefile": makefile.FORMAT, "pyproject.toml": pyproject.FORMAT, "lock.sh": shell_script.FORMAT}
    found = {p: readers.get(p.split("/")[-1], requirements.FORMAT).read(p, text) for p, text in files.items()}
    extracts = {path: extract for path, extract in found.items() if extract is not None}
    return with_headerless(extracts, frozenset(files))


@pytest.mark.parametrize(
    "command",
    [
        "pip-compile --no-header requirements/dev.in",
        "python -m piptools compile --no-annotate --no-header requirements/dev.in -o requirements/dev.txt",
        "uv pip compile --no-header requirements/dev.in -o requirements/dev.txt",
        "uv pip compile --no-header requirements/dev.in > requirements/dev.txt",
        "cd requirements && pip-compile --no-header dev.in",
        "for name in base dev; do pip-compile --no-header requirements/$$name.in; done",
        "for name in $(NAMES); do pip-compile --no-header requirements/$$name.in; done",
        "pip-compile --no-header $(OWN)requirements/dev.in",
    ],
)
def test_a_file_that_a_command_compiles_is_a_lock(command: str) -> None:
    own = "OWN = $(dir $(abspath $(lastword $(MAKEFILE_LIST))))\n"
    files = {
        "Makefile": f"NAMES = base dev\n{own}lock:\n\t{command}\n",
        "requirements/dev.in": "requests\n",
        "requirements/dev.txt": PINS,
        "requirements/hand.txt": PINS,
    }
    extracts = _read(files)
    lock = extracts["requirements/dev.txt"].lock
    assert lock is not None
    assert (lock.inputs, [p.version for p in lock.packages]) == (("requirements/dev.in",), ["2.32.0", "2.2.0"])
    assert extracts["requirements/hand.txt"].lock is None


def test_an_open_name_stands_for_files_with_their_input_beside_them() -> None:
    files = {
        "lock.sh": '#!/bin/sh\npip-compile --no-header "requirements/$1.in"\n',
        "requirements/dev.in": "requests\n",
        "requirements/dev.txt": PINS,
        "requirements/hand.txt": PINS,
    }
    locks = {path for path, extract in _read(files).items() if extract.lock is not None}
    assert locks == {"requirements/dev.txt"}


@pytest.mark.parametrize(
    ("command", "pins"),
    [
        ("pip-compile requirements.in", PINS),  # it would have a header
        ("pip-compile --no-header other.in", PINS),
        ("pip-compile --no-header requirements.in", "requests>=2\n"),
        ("echo pip-compile --no-header requirements.in", PINS),
    ],
)
def test_what_no_command_compiles_is_no_lock(command: str, pins: str) -> None:
    files = {"Makefile": f"lock:\n\t{command}\n", "requirements.in": "requests\n", "requirements.txt": pins}
    assert _read(files)["requirements.txt"].lock is None


def test_the_header_may_be_left_out_by_the_settings() -> None:
    files = {
        "Makefile": "lock:\n\tpip-compile requirements.in\n",
        "pyproject.toml": "[tool.pip-tools]\nheader = false\n[project]\nname = 'x'\nversion = '1'\n",
        "requirements.in": "requests\n",
        "requirements.txt": PINS,
    }
    assert _read(files)["requirements.txt"].lock is not None
