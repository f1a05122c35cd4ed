from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.format import Unreadable
from scanner.formats.nox import FORMAT

TEXT = '''import nox
from nox import session

PYTHONS = ["3.11", "3.12"]
SOURCES = "src", "tests"
nox.options.sessions = ["tests", "lint"]


def _install(s, *names, extra="test"):
    s.install("-r", "requirements.txt", f".[{extra}]")


@nox.session(python=PYTHONS, venv_backend="uv")
def tests(session: nox.Session) -> None:
    """Run."""
    _install(session, extra="dev")
    session.env["A"] = "1"
    args = session.posargs or ["-q"]
    if args:
        session.run("pytest", *SOURCES, *session.posargs, env={"B": "2"}, external=True)
    session.notify("cover")


@session(name="lint")
def lint_it(s):
    for tool in ("black", "ruff"):
        s.install(f"{tool}")
    s.chdir("sub")
    s.run(*["ruff", "check"], unknown())


@nox.session(default=False)
def cover(session):
    session.conda_install("numpy")
    session.run_always("poetry", "install", success_codes=[0, 1])


@other
def no(session):
    session.install("never")
'''


def test_read() -> None:
    extract = FORMAT.read("noxfile.py", TEXT)
    assert extract is not None
    assert [(i.job, " ".join(i.argv), i.at.line, i.directory) for i in extract.invocations] == [
        ("tests", "uv pip install -r requirements.txt .[dev]", 10, "."),
        ("tests", "pytest src tests", 20, "."),
        ("lint", "pip install black", 27, "."),
        ("lint", "pip install ruff", 27, "."),
        ("lint", "ruff check ${unknown}", 29, "sub"),
        ("cover", "conda install numpy", 34, "."),
        ("cover", "poetry install", 35, "."),
    ]
    assert extract.invocations[1].env == (("A", "1"), ("B", "2"))
    assert extract.invocations[-1].tolerated
    assert [(p.version, p.job) for p in extract.pythons] == [("3.11", "tests"), ("3.12", "tests")]
    assert [(t.name, t.needs, t.default) for t in extract.tasks] == [
        ("tests", ("cover",), True),
        ("tests-3.11", ("tests",), False),
        ("tests-3.12", ("tests",), False),
        ("lint", (), True),
        ("cover", (), False),
    ]


def test_dependency_groups_and_default_backend() -> None:
    text = """import nox
nox.options.default_venv_backend = "uv|virtualenv"
@nox.session
def a(session):
    session.install(*nox.project.dependency_groups(DATA, "dev", "test"))
    session.install("a", "b" + "==1")
"""
    extract = FORMAT.read("noxfile.py", text)
    assert extract is not None
    assert [" ".join(i.argv) for i in extract.invocations] == [
        "uv pip install --group dev --group test",
        "uv pip install a b==1",
    ]


def test_helpers_that_call_each_other_end() -> None:
    text = "import nox\ndef f(s):\n    g(s)\ndef g(s):\n    f(s)\n    s.run('x')\n@nox.session\ndef a(session):\n    f(session)\n"
    extract = FORMAT.read("noxfile.py", text)
    assert extract is not None
    assert [i.argv for i in extract.invocations] == [("x",)]


def test_none_and_broken() -> None:
    assert FORMAT.read("noxfile.py", "x = 1\n") is None
    for text in ("def", "\0", "(" * 5000, "x = " + "-" * 200_000 + "1"):
        with pytest.raises(Unreadable):
            FORMAT.read("noxfile.py", text)


_LINES = ["    session.run(*a, b=c)", "    session.install('a' + b)", "    for x in y: pass", "    session.env['a'] = f'{x}'",
          "    a, b = 1, 2", "    session.chdir(x / 'y')", "    with session.chdir('..'): pass", "    f(session, 1)", "    x += ['a']"]  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(_LINES), min_size=1, max_size=8).map("\n".join))
def test_never_raises(body: str) -> None:
    FORMAT.read("noxfile.py", f"import nox\n@nox.session\ndef f(session):\n{body}\n")


def test_tags() -> None:
    extract = FORMAT.read("noxfile.py", "import nox\n@nox.session(tags=['a', 'b'])\ndef x(session): session.run('y')\n")
    assert extract is not None
    assert [t.tags for t in extract.tasks] == [("a", "b")]


def test_paths_from_the_place_of_the_file() -> None:
    extract = FORMAT.read(
        "sub/noxfile.py",
        """
import os
from pathlib import Path
ROOT = Path(__file__).resolve().parent
HERE = os.path.dirname(os.path.abspath(__file__))
@nox.session
def a(session):
    session.install("-r", str(ROOT / "reqs" / "a.txt"), "-r", os.path.join(HERE, "b.txt"), f"-e{ROOT.parent}")
    session.install("-r", ROOT.joinpath("c.txt"), "-r", str(Path("x", "d.txt")), str(Path.cwd()), str(Path(unknown)))
""",
    )
    assert extract is not None
    assert [" ".join(i.argv) for i in extract.invocations] == [
        "pip install -r ./reqs/a.txt -r ./b.txt -e..",
        "pip install -r ./c.txt -r x/d.txt . ${unknown}",
    ]


def _commands(text: str) -> list[str]:
    extract = FORMAT.read("noxfile.py", text)
    assert extract is not None
    return [" ".join(i.argv) for i in extract.invocations]


def test_parameters_of_sessions() -> None:
    text = """
FILES = ["a.txt", "b.txt"]
@nox.session
@nox.parametrize("file", FILES)
@nox.parametrize("x,y", [("1", "2"), nox.param("3", "4", id="z")])
def a(session, file, x, y):
    session.install("-r", file, f"p{x}{y}")

@nox.session
@nox.parametrize("file", told())
def b(session, file):
    session.install("-r", file)
"""
    assert _commands(text) == [
        "pip install -r a.txt p12",
        "pip install -r a.txt p34",
        "pip install -r b.txt p12",
        "pip install -r b.txt p34",
        "pip install -r ${file}",
    ]


def test_functions_that_only_return_a_value() -> None:
    text = """
def listed(name, folder="requirements"):
    "Where it is."
    return os.path.join("requirements", f"{name}.txt")

def endless(x):
    return endless(x) + endless(x)

@nox.session
def a(session):
    session.install("-r", listed("dev"), "-r", listed(name="docs"), endless("x"))
"""
    assert _commands(text) == ["pip install -r requirements/dev.txt -r requirements/docs.txt ${endless__x}"]


def test_a_path_that_is_not_known_is_the_same_text_wherever_it_stands() -> None:
    text = """
@nox.session
def a(session):
    listed = Path(session.create_tmp(), "x.txt")
    session.run("uv", "export", f"--output-file={listed}", external=True)
    session.install("-r", str(listed), Path(session.create_tmp()).parent)
"""
    assert _commands(text) == [
        "uv export --output-file=${session_create_tmp}/x.txt",
        "pip install -r ${session_create_tmp}/x.txt ${Path_session_create_tmp____parent}",
    ]


def test_under_nox_poetry_the_lock_constrains() -> None:
    text = """
from nox_poetry import session
@session
def a(session):
    session.install(".")
"""
    assert _commands(text) == [
        "poetry export --without-hashes --output=.nox/tmp/requirements.txt",
        "pip install --constraint=.nox/tmp/requirements.txt .",
    ]


def test_words_that_hold_either_way() -> None:
    text = """
import nox

@nox.session
def check(session):
    style = ["poetry", "run", "isort"]
    style = style if fix else style + ["--check"]
    session.run(*style, ".")
    lock = ["--locked"] if strict else ["--frozen"]
    session.run("uv", "sync", *lock)
"""
    extract = FORMAT.read("noxfile.py", text)
    assert extract is not None
    assert [" ".join(i.argv) for i in extract.invocations] == ["poetry run isort .", "uv sync ${lock}"]


def test_nox_uv_syncs_before_a_session() -> None:
    text = """
import nox
import nox_uv

@nox_uv.session(uv_groups=["test", "lint"], uv_extras=["cli"])
def tests(session):
    session.run("pytest")

@session(uv_only_groups=["docs"], uv_no_install_project=True, uv_sync_locked=False)
def docs(session):
    session.run("mkdocs", "build")
"""
    extract = FORMAT.read("noxfile.py", text)
    assert extract is not None
    assert [(i.at.line, " ".join(i.argv)) for i in extract.invocations] == [
        (5, "uv sync --group test --group lint --extra cli --locked"),
        (7, "pytest"),
        (9, "uv sync --only-group docs --no-install-project"),
        (11, "mkdocs build"),
    ]
