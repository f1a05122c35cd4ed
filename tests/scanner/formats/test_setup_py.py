from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.facts import Extract, Manifest
from scanner.format import Unreadable
from scanner.formats.setup_py import FORMAT, read


def extract(text: str, path: str = "setup.py") -> Extract:
    found = read(path, text)
    assert found is not None
    return found


def manifest(text: str, path: str = "setup.py") -> Manifest:
    found = extract(text, path).manifest
    assert found is not None
    return found


def test_metadata_and_requirements_with_their_lines() -> None:
    found = manifest(
        """\
from setuptools import setup, find_packages

setup(
    name="demo",
    version="1.2",
    python_requires=">=3.9",
    packages=find_packages(),
    install_requires=["a>=1", "b[x]; python_version < '3.10'"],
    extras_require={"more": ["c"], ":sys_platform == 'win32'": ["d"]},
    setup_requires=["e"],
    tests_require="f\\ng",
    entry_points={"console_scripts": ["demo = demo.cli:main"]},
    dependency_links=["https://user:secret@pypi.example/links"],
    ext_modules=[object()],
)
"""
    )
    assert (found.name, found.version, found.requires_python) == ("demo", "1.2", ">=3.9")
    assert found.requires_python_at is not None
    assert found.requires_python_at.line == 6
    assert [(r.name, r.specifier, r.scope, r.group, r.marker, r.at.line) for r in found.requirements] == [
        ("a", ">=1", "runtime", None, None, 8),
        ("b", "", "runtime", None, 'python_version < "3.10"', 8),
        ("c", "", "optional", "more", None, 9),
        ("d", "", "runtime", None, 'sys_platform == "win32"', 9),
        ("e", "", "build", None, None, 10),
        ("f", "", "group", "tests", None, 11),
        ("g", "", "group", "tests", None, 11),
    ]
    assert [(e.group, e.name, e.target) for e in found.entry_points] == [("console_scripts", "demo", "demo.cli:main")]
    assert [(i.url, i.kind, i.credentials) for i in found.indexes] == [
        ("https://***@pypi.example/links", "find-links", True)
    ]
    assert found.options == ("ext_modules",)
    assert found.gaps == ()


@pytest.mark.parametrize(
    "how",
    [
        "from setuptools import setup as s\ns(name='a')",
        "import setuptools as st\nst.setup(name='a')",
        "from distutils.core import setup\nsetup(name='a')",
        "from skbuild import setup\nsetup(**dict(name='a'))",
        "import numpy.distutils.core as c\nc.setup(name='a')",
        "try:\n from setuptools import setup\nexcept ImportError:\n  from distutils.core import setup\nsetup(name='a')",
        "import setuptools\ndef main():\n  setuptools.setup(name='a')\nif __name__ == '__main__':\n  main()",
    ],
)
def test_the_ways_to_call_setup(how: str) -> None:
    assert manifest(how).name == "a"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "def setup():\n  pass\nsetup()",
        "from .setup import setup\nsetup(name='a')",
        "class SetupForm:\n  name = 'setup'",
    ],
)
def test_a_module_that_only_has_the_name(text: str) -> None:
    assert read("app/setup.py", text) is None


@pytest.mark.parametrize(
    "code",
    [
        "open('reqs/base.txt').read().splitlines()",
        "open('reqs/base.txt').readlines()",
        "[l.strip() for l in open('reqs/base.txt') if l.strip() and not l.startswith('#')]",
        "[str(r.req) for r in parse_requirements('reqs/base.txt', session=False)]",
        "pathlib.Path('reqs/base.txt').read_text().split('\\n')",
        "(pathlib.Path(__file__).parent / 'reqs' / 'base.txt').read_text().splitlines()",
        "helper('base.txt')",
        "lines('base.txt')",
        "list(filter(None, open('reqs/base.txt').read().split('\\n')))",
    ],
)
def test_requirements_read_from_a_file_are_an_include(code: str) -> None:
    text = f"""\
import os, pathlib
from setuptools import setup
from pip._internal.req import parse_requirements

def helper(name):
    with open(os.path.join(os.path.dirname(__file__), 'reqs', name)) as f:
        return [line.split('#')[0].strip() for line in f]

def lines(name):
    wanted = []
    for line in open('reqs/' + name):
        line = line.strip()
        if not line or line.startswith('#'):
            continue
        wanted.append(line)
    return wanted

setup(install_requires={code}, extras_require={{'x': open('../out.txt').readlines()}})
"""
    found = manifest(text, "lib/setup.py")
    assert [(i.kind, i.raw, i.path, i.scope, i.group, i.at.line) for i in found.includes] == [
        ("dynamic", "reqs/base.txt", "lib/reqs/base.txt", "runtime", None, 18),
        ("dynamic", "../out.txt", "out.txt", "optional", "x", 18),
    ]
    assert found.requirements == ()


def test_a_function_that_gathers_what_it_reads_by_another() -> None:
    text = """\
from setuptools import setup

def load(*paths):
    found = {}
    def keep(line):
        found[line] = True
    for path in paths:
        with open(path) as listed:
            for line in listed:
                keep(line)
    return [f"{name}" for name in sorted(found)]

setup(install_requires=load("reqs/base.in"))
"""
    assert [(i.path, i.scope) for i in manifest(text, "setup.py").includes] == [("reqs/base.in", "runtime")]


def test_what_leads_out_has_no_path() -> None:
    assert [
        i.path for i in manifest("from setuptools import setup\nsetup(install_requires=open('../x'))").includes
    ] == [None]


@pytest.mark.parametrize(("argument", "path"), [("pbr=True", "requirements.txt"), ("use_pipfile=True", "Pipfile")])
def test_plug_ins_that_read_files_by_themselves(argument: str, path: str) -> None:
    assert [i.path for i in manifest(f"from setuptools import setup\nsetup({argument})").includes] == [path]


def test_unknown_values_are_gaps_with_their_lines() -> None:
    found = manifest(
        """\
from setuptools import setup
from demo import __version__, needs
wanted = ["a"]
if probe():
    wanted.append("b")
setup(
    version=__version__,
    install_requires=wanted,
    extras_require=needs(),
    setup_requires=["core==" + __version__],
)
"""
    )
    assert [(r.name, r.specifier, r.scope) for r in found.requirements] == [
        ("a", "", "runtime"),
        ("core", None, "build"),
    ]
    assert [(g.field, g.reason, g.at.line) for g in found.gaps] == [
        ("install_requires", "'b' only under a condition", 4),
        ("extras_require", "what demo.needs() gives only running tells", 9),
        ("setup_requires", "__version__ comes from demo", 2),
        ("version", "__version__ comes from demo", 2),
    ]


def test_unknown_arguments_are_a_gap_of_their_own() -> None:
    found = manifest("from setuptools import setup\nimport tool\nsetup(name='a', **tool.args())")
    assert found.name == "a"
    assert [(g.field, g.at.line) for g in found.gaps] == [("arguments", 3)]


def test_a_version_from_version_control() -> None:
    found = manifest("from setuptools import setup\nsetup(use_scm_version={'root': '..'})")
    assert [(g.field, g.reason) for g in found.gaps] == [("version", "use_scm_version computes it")]


def test_lines_inside_a_text_on_several_lines() -> None:
    found = manifest("from setuptools import setup\nsetup(install_requires='''\n  a\n  # no\n  b==1  # why\n''')")
    assert [(r.name, r.at.line) for r in found.requirements] == [("a", 3), ("b", 5)]


def test_entry_points_in_ini() -> None:
    found = manifest("from setuptools import setup\nsetup(entry_points='''\n  [g]\n  a = b:c\n  D = e\n''')")
    assert [(e.group, e.name, e.target) for e in found.entry_points] == [("g", "a", "b:c"), ("g", "D", "e")]


def test_classifiers_name_versions() -> None:
    text = "from setuptools import setup\nsetup(classifiers=['Programming Language :: Python :: 3 :: Only', " + (
        "'Programming Language :: Python :: 3.11'])"
    )
    assert [(p.version, p.kind) for p in extract(text).pythons] == [("3", "classifier"), ("3.11", "classifier")]


def test_a_shim_is_a_manifest_without_requirements() -> None:
    assert manifest("from setuptools import setup\nsetup()").requirements == ()


def test_an_invalid_requirement_is_a_problem_and_the_others_stay() -> None:
    found = extract("from setuptools import setup\nsetup(install_requires=['a b c', 'd'])")
    assert found.manifest is not None
    assert [r.name for r in found.manifest.requirements] == ["d"]
    assert [(p.code, p.at.line) for p in found.problems] == [("invalid-entry", 2)]


def test_templates() -> None:
    assert extract("from setuptools import setup\nsetup(name='{{ cookiecutter.slug }}')").template
    assert extract("from setuptools import setup\n{% if x %}\nsetup()\n{% endif %}").template


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("from setuptools import setup\nprint 'x'\nsetup()", "syntax"),
        ("<<<<<<< a\nfrom setuptools import setup\n=======\n>>>>>>> b\nsetup()", "conflict-markers"),
    ],
)
def test_unreadable(text: str, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read("setup.py", text)
    assert (caught.value.code, caught.value.line) == (code, 2 if code == "syntax" else 1)


WORDS = [
    "setup(",
    "install_requires=",
    "extras_require=",
    "[",
    "]",
    "{",
    "}",
    "'a'",
    "'a b'",
    ":",
    ",",
    "open('x')",
    ")",
]


@settings(max_examples=200)
@given(st.lists(st.sampled_from(WORDS), max_size=20))
def test_any_script_is_read_or_refused(words: list[str]) -> None:
    with contextlib.suppress(Unreadable):
        read("setup.py", "from setuptools import setup\n" + "".join(words))


def test_matches_by_name() -> None:
    assert FORMAT.matches("a/setup.py")
    assert not FORMAT.matches("a/setup_py.py")
