"""Licences of single files (REUSE) go with the files that they are of."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.rules.places.conftest import Patched

Patching = Callable[..., Patched]
SPDX = "SPDX-FileCopyrightText: 2020 Somebody\n\nSPDX-License-Identifier: CC0-1.0\n"
PIPFILE = '[packages]\nflask = "*"\n\n[requires]\npython_version = "3.12"\n'
LOCK = (
    '{"_meta": {"requires": {"python_version": "3.12"}}, "default": {"flask": {"version": "==3.0.0"}}, "develop": {}}'
)


def test_a_side_file_goes_with_its_lock(patched: Patching) -> None:
    found = patched({"poetry.lock.license": SPDX, "LICENSES/CC0-1.0.txt": "x\n"})
    assert "poetry.lock.license" not in found.files
    assert found["uv.lock.license"] == SPDX
    assert not found.notes


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("REUSE.toml", '[[annotations]]\npath = ["{}", "x/**"]\n'),
        ("REUSE.toml", "[[annotations]]\npath = '{}'\n"),
        (".reuse/dep5", "Files: a.png {}\nCopyright: x\n"),
    ],
)
def test_an_annotation_names_the_new_lock(patched: Patching, path: str, text: str) -> None:
    found = patched({path: text.format("poetry.lock")})
    assert found[path] == text.format("uv.lock")
    assert "poetry.lock" not in found.files
    assert not found.notes


def test_both_files_of_pipenv(patched: Patching) -> None:
    files = {"Pipfile.license": SPDX, "REUSE.toml": '[[annotations]]\npath = "Pipfile.lock"\n'}
    found = patched(files, Pipfile=PIPFILE, Pipfile__lock=LOCK)
    assert found["pyproject.toml.license"] == SPDX
    assert found["REUSE.toml"] == '[[annotations]]\npath = "uv.lock"\n'


@pytest.mark.parametrize("pattern", ["src/**", "**"])
def test_a_new_file_without_a_licence_is_told(patched: Patching, pattern: str) -> None:
    found = patched({"REUSE.toml": f'[[annotations]]\npath = "{pattern}"\n'})
    assert [message for _, _, message in found.notes if "REUSE" in message] == (
        [] if pattern == "**" else ["REUSE asks for a licence of every file; uv.lock has none"]
    )
