from __future__ import annotations

from scanner.formats.dockerignore import FORMAT, read


def test_read() -> None:
    found = read(".dockerignore", "# a\n\n  /b/ \n!./c/../d\n**/*.lock\n")
    assert found.settings == {"patterns": ("b", "!d", "**/*.lock")}


def test_matches() -> None:
    assert FORMAT.matches("a/.dockerignore")
    assert FORMAT.matches("docker/web.Dockerfile.dockerignore")
    assert not FORMAT.matches("dockerignore.md")
