from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.format import Unreadable
from scanner.formats.pipfile import read

FULL = """\
[[source]]
url = "https://user:secret@pypi.example/simple"
verify_ssl = true
name = "main"

[[source]]
url = "https://${USER}:${TOKEN}@more.example/simple"
verify_ssl = true
name = "more"

[packages]
a = "*"
B = ">=1,<2"
c = {version = "==1.0", extras = ["y", "x"], markers = "os_name == 'nt' or os_name == 'posix'", index = "more"}
d = {git = "https://git.example/d.git", ref = "v1", editable = true}
e = {path = "./e", editable = true, sys_platform = "== 'win32'"}
f = {file = "https://files.example/f-1.zip"}
g = "1.0"
"-e ." = "*"
h = 3

[dev-packages]
i = "*"

[docs]
j = "*"

[requires]
python_version = "3.11"

[scripts]
serve = "python -m app --port 80"
broken = "a 'b"

[pipenv]
allow_prereleases = true
"""


def test_everything_that_a_pipfile_says() -> None:
    extract = read("Pipfile", FULL)
    found = extract.manifest
    assert found is not None
    assert [(r.name, r.specifier, r.scope, r.group, r.at.line) for r in found.requirements] == [
        ("a", "", "runtime", None, 12),
        ("B", ">=1,<2", "runtime", None, 13),
        ("c", "==1.0", "runtime", None, 14),
        ("d", "", "runtime", None, 15),
        ("e", "", "runtime", None, 16),
        ("f", "", "runtime", None, 17),
        ("g", "==1.0", "runtime", None, 18),
        ("i", "", "group", "dev", 23),
        ("j", "", "group", "docs", 26),
    ]
    c, d, e, f = found.requirements[2:6]
    assert (c.extras, c.marker, c.index) == (("x", "y"), "os_name == 'nt' or os_name == 'posix'", "more")
    assert (d.source, d.url, d.ref, d.editable) == ("git", "https://git.example/d.git", "v1", True)
    assert (e.source, e.url, e.marker) == ("path", "./e", "sys_platform == 'win32'")
    assert (f.source, f.url) == ("url", "https://files.example/f-1.zip")
    assert [(i.kind, i.name, i.url, i.credentials, i.at.line) for i in found.indexes] == [
        ("index", "main", "https://***@pypi.example/simple", True, 2),
        ("extra-index", "more", "https://${USER}:${TOKEN}@more.example/simple", False, 7),
    ]
    assert [(p.version, p.kind, p.at.line) for p in extract.pythons] == [("3.11", "pipfile", 29)]
    assert [(i.job, i.argv) for i in extract.invocations] == [("serve", ("python", "-m", "app", "--port", "80"))]
    assert [(p.code, p.at.line) for p in extract.problems] == [("invalid-entry", 19), ("invalid-entry", 20)]
    assert found.options == ("allow_prereleases=True",)
    assert found.data["docs"] == {"j": "*"}


def test_markers_are_joined_as_pipenv_joins_them() -> None:
    extract = read(
        "Pipfile", "[packages]\na = {markers = \"os_name == 'nt' or os_name == 'x'\", python_version = '< \"3\"'}"
    )
    assert extract.manifest is not None
    assert extract.manifest.requirements[0].marker == "(os_name == 'nt' or os_name == 'x') and python_version < \"3\""


def test_conflict_markers() -> None:
    with pytest.raises(Unreadable) as caught:
        read("Pipfile", "[packages]\n<<<<<<< a\n=======\n>>>>>>> b\n")
    assert (caught.value.code, caught.value.line) == ("conflict-markers", 2)


@given(st.text(alphabet="[]=\"'a{},\n .*", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(Unreadable):
        read("Pipfile", "[packages]\n" + text)


def test_a_version_without_an_operator_is_that_version() -> None:
    extract = read("Pipfile", '[packages]\nalpha = "0.63.0"\nbeta = {version = "1.2"}\ngamma = "latest"\n')
    assert extract is not None
    assert extract.manifest is not None
    assert [item.specifier for item in extract.manifest.requirements] == ["==0.63.0", "==1.2", None]
