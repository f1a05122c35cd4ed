"""``MANIFEST.in`` names what is in the repository, also what stays after all."""

from __future__ import annotations

import pytest

from tests.rules.places.test_plain import Patch

SETUP = 'from setuptools import setup\n\nsetup(name="shop", version="1.0", python_requires=">=3.9", install_requires=open("requirements.txt").read().split("\\n"))\n'


@pytest.mark.parametrize(("script", "stays"), [("cat requirements.txt\n", True), ("true\n", False)])
def test_a_file_that_stays_is_listed(patched: Patch, script: str, stays: bool) -> None:
    listed = "include README.md\ninclude requirements.txt\n"
    files = {"setup.py": SETUP, "requirements.txt": "flask\n", "MANIFEST.in": listed, "ci.sh": script}
    found = patched({}, **files)
    assert ("requirements.txt" in found.files) == stays
    assert (found["MANIFEST.in"] == listed) == stays
