from __future__ import annotations

import ast

from rules.migrations.setup_script import conditional_lines, spread_keys, without_arguments, without_dead

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


SPREAD = """\
from setuptools import setup
DATA = {"name": "shop", "version": "1"}
MORE = dict(license="MIT")
if True:
    DATA["description"] = "x"
DATA.update(MORE, author="Ann")
DATA.update({"classifiers": ["a"]})
"""


def test_the_keys_of_a_dictionary_that_setup_is_given() -> None:
    keys = {"name", "version", "license", "description", "author", "classifiers"}
    assert spread_keys(SPREAD, "DATA") == keys
    assert spread_keys(SPREAD, "other") is None
    for line in ("DATA.update(read())", "DATA[key] = 1", "DATA = read()", "DATA.update(**more)", "DATA.fill()"):
        assert spread_keys(f"{SPREAD}{line}\n", "DATA") is None, line
    assert spread_keys("A = {}\nB = {}\nA.update(B)\nB.update(A)\n", "A") == frozenset()
    assert spread_keys("A = (", "A") is None


def test_what_setup_is_given_in_a_dictionary_is_dynamic(migrated) -> None:
    script = SPREAD + "setup(python_requires='>=3.9', **DATA)\n"
    result = migrated({"setup.py": script, "shop/__init__.py": "", "requirements.txt": "a\n"})
    assert result.data["project"]["dynamic"] == ["version", "authors", "classifiers", "description", "license"]
    unseen = script.replace("DATA.update(MORE", "DATA.update(read()")
    assert migrated({"setup.py": unseen, "shop/__init__.py": "", "requirements.txt": "a\n"}).refused == [
        "setup-py-logic"
    ]


def test_lines_that_run_under_a_condition_only() -> None:
    text = "a = 1\nif a:\n    b = 2\ndef main():\n    setup(x=1)\ntry:\n    c = 3\nexcept E:\n    pass\n"
    assert conditional_lines(text) == {2, 3, 6, 7, 8, 9}
    assert conditional_lines("(") == frozenset()


def test_a_python_that_no_setuptools_with_tables_is_for(migrated):
    script = 'from setuptools import setup\n\nsetup(name="shop", version="1.0", python_requires=">=3.6", install_requires=["flask"])\n'
    found = migrated({"setup.py": script, "shop/__init__.py": ""})
    assert found.refused == []
    assert any(note.code == "python-too-old" for note in found.migration.notes)
    image = {"Dockerfile": "FROM python:3.6-slim\nCOPY . .\nRUN pip install .\n"}
    assert migrated({"setup.py": script, "shop/__init__.py": "", **image}).refused == ["python-too-old"]
    older = script.replace('python_requires=">=3.6"', 'classifiers=["Programming Language :: Python :: 3.6"]')
    assert migrated({"setup.py": older, "shop/__init__.py": "", **image}).refused == ["python-too-old"]


def test_a_script_for_python_2_alone_is_refused_for_that_first(migrated):
    script = "from setuptools import setup\nsetup(name=NAMES['a'], version='1', python_requires='>=2.7, <3')\n"
    refused = migrated({"setup.py": script, "shop/__init__.py": ""}).migration.refusals
    assert [(r.blocker.code, r.blocker.path, r.blocker.line) for r in refused] == [("python-too-old", "setup.py", 2)]
    claims = "from setuptools import setup\nsetup(name='shop', version='1', classifiers=[{}])\n"
    two = "'Programming Language :: Python :: 2', 'Programming Language :: Python :: 2.7'"
    three = f"{two}, 'Programming Language :: Python :: 3'"
    assert migrated({"setup.py": claims.format(two), "shop/__init__.py": ""}).refused == ["python-too-old"]
    assert migrated({"setup.py": claims.format(three), "shop/__init__.py": ""}).refused == ["python-undeclared"]


VERSIONED = (
    'from setuptools import setup\n\nsetup(\n    name="shop",\n    version="1.2.3",\n    python_requires=">=3.9",\n)\n'
)


def test_a_version_is_stated_once(migrated):
    found = migrated({"setup.py": VERSIONED, "shop/__init__.py": ""})
    assert found.data["project"]["version"] == "1.2.3"
    assert "version=" not in found.files["setup.py"]
    cfg = "[metadata]\nname = shop\nversion = 1.2.3\ndescription = a\n\n[options]\npython_requires = >=3.9\n"
    found = migrated({"setup.cfg": cfg, "setup.py": "import setuptools\nsetuptools.setup()\n", "shop/__init__.py": ""})
    assert found.data["project"]["version"] == "1.2.3"
    assert found.files["setup.cfg"] == "[metadata]\nname = shop\ndescription = a\n\n[options]\n"


def test_a_version_that_something_else_holds_or_raises_stays_where_it_is(migrated):
    bumped = '[tool.bumpversion]\ncurrent_version = "1.2.3"\n\n[[tool.bumpversion.files]]\nfilename = "setup.py"\n'
    used = VERSIONED.replace("setup(\n", 'VERSION = "1.2.3"\nsetup(\n').replace('="1.2.3"', "=VERSION")
    used = used.replace(")\n", '    download_url="https://shop.example/" + VERSION,\n)\n')
    for files in ({"setup.py": VERSIONED, "pyproject.toml": bumped}, {"setup.py": used}):
        found = migrated({**files, "shop/__init__.py": ""})
        assert "version" in found.data["project"]["dynamic"]
        assert "1.2.3" in found.files["setup.py"]
    cfg = "[bumpversion]\ncurrent_version = 1.2.3\n\n[bumpversion:file:setup.py]\n"
    found = migrated({"setup.py": VERSIONED, ".bumpversion.cfg": cfg, "shop/__init__.py": ""})
    assert "version" in found.data["project"]["dynamic"]


def test_what_a_script_asks_for_to_build_in_a_way_that_only_running_tells_stays_there(migrated):
    script = (
        "import sys\nfrom setuptools import setup\n\npytest = ['pytest-runner'] if 'test' in sys.argv else []\n\n"
        "setup(\n    name='shop',\n    version='1',\n    python_requires='>=3.9',\n    install_requires=['flask'],\n"
        "    setup_requires=['wheel'] + pytest + more(),\n)\n"
    )
    found = migrated({"setup.py": script, "shop/__init__.py": ""})
    assert found.data["project"]["dependencies"] == ["flask"]
    assert "setup_requires=['wheel'] + pytest + more()" in found.files["setup.py"]
    assert any(note.code == "setup-py-logic" and "setup_requires" in note.message for note in found.migration.notes)


def test_a_setup_script_that_is_not_understood_is_not_hidden(migrated):
    script = "import build_kit\nbuild_kit.setup(name='kit', version='2', packages=['kit'])\n"
    found = migrated(
        {"setup.py": script, "requirements.txt": "django==1.8\n", ".python-version": "3.12\n", "kit/__init__.py": ""}
    )
    assert found.refused == ["setup-py-logic"]
    assert not found.migration.edits
