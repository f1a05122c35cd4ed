"""Commands in loops over files, once for each file that there is."""

from __future__ import annotations

import pytest

from scanner.commands.lookup import build_lookup
from scanner.commands.patterns import each_of
from scanner.facts import Extract, Location
from scanner.formats import dockerfile
from scanner.shell import parse

FILES = frozenset(
    {"r/a.txt", "r/b.txt", "s/x/requirements.txt", "s/y/z/requirements.txt", "s/w/other.py", "n/setup.py"}
)


def _each(text: str) -> list[tuple[str, str | None]]:
    invocations = parse(text, at=Location(path="x.sh", line=1), context="script").invocations
    return [
        (" ".join(i.argv), i.directory) for i in each_of(invocations, build_lookup({}, FILES)) if i.argv[0] == "pip"
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "for f in r/*.txt; do pip install -r $f; done",
            [("pip install -r r/a.txt", "."), ("pip install -r r/b.txt", ".")],
        ),
        (
            "for f in r/*.txt; do pip install -r$f; done",
            [("pip install -rr/a.txt", "."), ("pip install -rr/b.txt", ".")],
        ),
        (
            "cd r; for f in *.txt; do pip install -r $f; done",
            [("pip install -r a.txt", "r"), ("pip install -r b.txt", "r")],
        ),
        (
            "for d in s/*/; do cd $d; pip install -r requirements.txt; cd -; done",
            [("pip install -r requirements.txt", "s/x")],
        ),
        ("for d in */; do cd $d; pip install .; cd -; done", [("pip install .", "n")]),
        (
            "find s -name requirements.txt -exec pip install -r {} +",
            [("pip install -r s/x/requirements.txt", "."), ("pip install -r s/y/z/requirements.txt", ".")],
        ),
        ("for f in q/*.txt; do pip install -r $f; done", [("pip install -r q/*.txt", ".")]),
        ("for d in q/*; do cd $d; pip install .; done", [("pip install .", None)]),
        ("pip install dist/*.whl", [("pip install dist/*.whl", ".")]),
    ],
)
def test_each_file_or_folder_that_fits(text: str, expected: list[tuple[str, str | None]]) -> None:
    assert _each(text) == expected


def test_in_an_image_files_are_where_they_were_copied_to() -> None:
    text = "FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN for f in r/*.txt; do pip install -r $f; done\n"
    extract = dockerfile.FORMAT.read("Dockerfile", text)
    assert isinstance(extract, Extract)
    found = each_of(extract.invocations, build_lookup({"Dockerfile": extract}, FILES | {"Dockerfile"}))
    assert [" ".join(i.argv) for i in found] == ["pip install -r r/a.txt", "pip install -r r/b.txt"]


def test_in_an_image_files_that_were_copied_one_by_one_fit_too() -> None:
    text = "FROM python:3.12\nWORKDIR /app\nCOPY r/a.txt r/b.txt /app/\nRUN pip-sync *.txt\nRUN uv pip sync b*.txt\n"
    extract = dockerfile.FORMAT.read("Dockerfile", text)
    assert isinstance(extract, Extract)
    found = each_of(extract.invocations, build_lookup({"Dockerfile": extract}, FILES | {"Dockerfile"}))
    assert [" ".join(i.argv) for i in found] == ["pip-sync a.txt", "pip-sync b.txt", "uv pip sync b.txt"]
