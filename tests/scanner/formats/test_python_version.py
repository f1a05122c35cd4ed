from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.format import Unreadable
from scanner.formats.python_version import FORMAT, read


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        (".python-version", "3.12\n", [("3.12", 1, "version-file")]),
        (
            ".python-version",
            "# why\n3.11.4 3.10.2\npypy3.9-7.3.11\n",
            [("3.11.4", 2, "version-file"), ("3.10.2", 2, "version-file"), ("pypy3.9-7.3.11", 3, "version-file")],
        ),
        (".python-version", "cpython-3.12.1\n", [("3.12.1", 1, "version-file")]),
        (".python-version", "3.11.4/envs/demo\n", [("3.11.4", 1, "version-file")]),
        (".python-version", ">=3.11,<3.13\n", [(">=3.11,<3.13", 1, "version-file")]),
        (".python-version", "my-virtualenv\n", []),
        (
            ".python-versions",
            "3.14.0rc2\n3.13.0t\n",
            [("3.14.0rc2", 1, "version-file"), ("3.13.0t", 2, "version-file")],
        ),
        ("runtime.txt", "python-3.9.x", [("3.9.x", 1, "runtime-file")]),
        (
            ".tool-versions",
            "nodejs 20.1\npython 3.11.4 3.10 system\n",
            [("3.11.4", 2, "version-file"), ("3.10", 2, "version-file")],
        ),
        ("mise.toml", "[tools]\npython = '3.12'\n", [("3.12", 2, "version-file")]),
        (
            ".mise.local.toml",
            "[tools]\npython = [\n'3.12',\n{version = '3.11', virtualenv = 'x'},\n'latest']\n",
            [("3.12", 3, "version-file"), ("3.11", 4, "version-file")],
        ),
    ],
)
def test_versions(path: str, text: str, found: list[tuple[str, int, str]]) -> None:
    extract = read(path, text)
    assert extract is not None
    assert [(p.version, p.at.line, p.kind) for p in extract.pythons] == found


@pytest.mark.parametrize(
    ("path", "text"),
    [("runtime.txt", "Plain prose.\n"), ("mise.toml", "[env]\nA = 1\n"), (".tool-versions", "ruby 3\n")],
)
def test_what_does_not_speak_of_python(path: str, text: str) -> None:
    assert read(path, text) is None


def test_templates() -> None:
    extract = read(".python-version", "{{ cookiecutter.python }}\n")
    assert extract is not None
    assert extract.template


def test_names() -> None:
    assert FORMAT.matches("a/.config/mise/config.toml")
    assert FORMAT.matches(".mise.toml")
    assert not FORMAT.matches("promise.toml")


@given(st.text(alphabet="3.1-py hon*><=,\n#t{", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    for path in (".python-version", "runtime.txt", ".tool-versions", "mise.toml"):
        with contextlib.suppress(Unreadable):
            read(path, text)


@pytest.mark.parametrize(
    ("path", "text", "tools"),
    [
        (".tool-versions", "python 3.12\npoetry 1.6.1 1.5\nruby 3\n", {"poetry": "1.6.1"}),
        ("mise.toml", "[tools]\n'pipx:poetry' = '1.7'\nuv = {version = '0.5.1'}\nnode = '20'\n", {"poetry": "1.7", "uv": "0.5.1"}),
        ("mise.toml", "[tools]\nuv = ['0.5.1', 'latest']\n", {"uv": "0.5.1"}),
    ],
)  # fmt: skip
def test_versions_of_package_managers(path: str, text: str, tools: dict[str, str]) -> None:
    extract = read(path, text)
    assert extract is not None
    assert extract.settings == {"tools": tools}
