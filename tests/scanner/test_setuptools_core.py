"""``setuptools.core`` is where very old setuptools had ``setup``."""

from __future__ import annotations

from scanner.formats import setup_py


def test_setup_of_an_old_module():
    text = "try:\n    from setuptools.core import setup\nexcept ImportError:\n    from distutils.core import setup\nsetup(name='kit', version='2')\n"
    found = setup_py.read("setup.py", text)
    assert found is not None
    assert found.manifest is not None
    assert found.manifest.name == "kit"
