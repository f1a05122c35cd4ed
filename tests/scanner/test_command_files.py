from __future__ import annotations

import pytest

from scanner.command_files import listings_named
from scanner.facts import Invocation, Location


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
    assert set(listings_named([invocation])) == expected
