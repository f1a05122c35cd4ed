from __future__ import annotations

import ast

from rules.migrations.setup_script import without_arguments, without_dead

READING = """\
import io
import os
from setuptools import setup

VERSION = "1.0"
unused = 1

# what it needs
with open("requirements.in") as f:
    requires = [line for line in f if line.strip()]

with open("README.md") as f:
    readme = f.read()


def lines(name):
    found = []
    with io.open(os.path.join("x", name)) as f:
        for line in f:
            found.append(line)
    return found


extra = lines("dev.in")

setup(
    name="a",
    version=VERSION,
    install_requires=requires,
    extras_require={"dev": extra},
    long_description=readme,
)
"""


def _without(text: str) -> str:
    return without_dead(without_arguments(text, ("install_requires", "extras_require")), text)


def test_what_was_only_there_for_the_arguments_goes():
    assert (
        _without(READING)
        == """\
from setuptools import setup

VERSION = "1.0"
unused = 1

with open("README.md") as f:
    readme = f.read()


setup(
    name="a",
    version=VERSION,
    long_description=readme,
)
"""
    )


def test_lists_that_are_filled_go_and_calls_stay():
    text = """\
from setuptools import setup
needs = []
for line in open("r.txt"):
    if line.startswith("#"):
        continue
    needs.append(line)
check()
setup(name="a", install_requires=needs)
"""
    assert _without(text) == 'from setuptools import setup\ncheck()\nsetup(name="a")\n'


def test_what_does_more_than_make_a_value_stays():
    text = """\
from setuptools import setup
needs = []
for line in open("r.txt"):
    print(line)
    needs.append(line)
setup(name="a", install_requires=needs)
"""
    assert "print(line)" in _without(text)
    ast.parse(_without(text))


def test_a_comment_goes_with_its_argument():
    text = "from setuptools import setup\nsetup(\n    name='a',\n    # read from a file\n    install_requires=[],\n)\n"
    assert _without(text) == "from setuptools import setup\nsetup(\n    name='a',\n)\n"


def test_statements_on_one_line_stay():
    text = "from setuptools import setup\na = 1; b = open('r').read()\nsetup(name='a', install_requires=b)\n"
    assert "a = 1; b = open" in _without(text)
