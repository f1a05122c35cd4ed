from __future__ import annotations

import pytest

from scanner.command_files import listings_named
from scanner.facts import Extract, Invocation, Location
from scanner.formats.dockerfile import FORMAT


@pytest.mark.parametrize(
    ("text", "directory", "expected"),
    [
        ("pip install -r deps/ci.pip -c c", ".", {"deps/ci.pip", "c"}),
        ("python -m pip install -rreqs/ci", "sub", {"sub/reqs/ci"}),
        ("uv pip sync x", ".", set()),
        ("uv pip install -r ../x", "sub", {"x"}),
        ("pip install -r ../../x -r $A -r https://pypi.example/x", "sub", set()),
        ("pip install -r /tmp/deps/ci", "/app", {"tmp/deps/ci", "deps/ci", "ci", "d/tmp/deps/ci", "d/deps/ci", "d/ci"}),
        ("pip install -r deps/ci", "/app", {"deps/ci", "d/deps/ci"}),
        ("grep -r x", ".", set()),
        ("pip list", ".", set()),
    ],
)
def test_listings_named(text: str, directory: str, expected: set[str]) -> None:
    at = Location(path="d/Dockerfile", line=1)
    invocation = Invocation(argv=tuple(text.split()), at=at, context="image", directory=directory)
    assert set(listings_named(Extract(path=at.path, format="x", invocations=(invocation,)))) == expected


@pytest.mark.parametrize(
    ("copy", "word", "expected"),
    [
        ("COPY lists/web.txt /tmp/web.txt", "/tmp/web.txt", "lists/web.txt"),
        ("COPY lists/web.txt /tmp/", "/tmp/web.txt", "lists/web.txt"),
        ("COPY lists/web.txt /tmp/all.txt", "/tmp/all.txt", "lists/web.txt"),
        ("COPY lists /tmp/l/", "/tmp/l/web.txt", "lists/web.txt"),
        ("COPY lists/*.txt ./", "web.txt", "lists/web.txt"),
        ("COPY lists .", "./web.txt", "lists/web.txt"),
        ("COPY lists/web.txt /tmp/", "/tmp/other.txt", None),
    ],
)
def test_listings_that_an_image_holds_elsewhere(copy: str, word: str, expected: str | None) -> None:
    extract = FORMAT.read("docker/app/Dockerfile", f"FROM x\n{copy}\nRUN pip install -r {word}\n")
    assert extract is not None
    named = set(listings_named(extract))
    assert named >= {expected, f"docker/{expected}"} if expected else "lists/web.txt" not in named
