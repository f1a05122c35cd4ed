from __future__ import annotations

import pytest

from scanner.facts import Extract, Location, Reference
from scanner.inventory import Command, CommandKind
from scanner.references import references_of


def command(*argv: str, kind: CommandKind = "other") -> Command:
    return Command(path="Dockerfile", line=4, context="image", kind=kind, tool=None, argv=argv)


LIB = "https://git.example/acme/lib"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (command("git", "clone", "--depth=1", f"{LIB}.git", "/tmp/lib"), [(f"{LIB}.git", None)]),
        (command("git", "-C", "x", "fetch", "git@git.example:acme/lib", "main"), [("git@git.example:acme/lib", None)]),
        (command("git", "clone", "https://git.example/acme/$NAME"), []),
        (command("git", "clone", "../lib"), []),
        (command("git", "push", LIB), []),
        (command("pip", "install", f"git+{LIB}@v1#egg=lib", kind="install"), [(LIB, "v1")]),
        (command("pip", "install", f"lib @ git+{LIB}", kind="adhoc"), [(LIB, None)]),
        (command("uvx", f"--from=git+{LIB}", "x", kind="adhoc"), [(LIB, None)]),
        (command("pip", "install", "-r", "digit+x.txt", kind="install"), []),
    ],
)
def test_what_commands_fetch(given: Command, expected: list[tuple[str, str | None]]) -> None:
    found = references_of((), [given])
    assert [(r.target, r.ref) for r in found] == expected
    assert all(r.kind == "git" and (r.path, r.line) == ("Dockerfile", 4) for r in found)


def test_what_files_name_is_sorted_by_place() -> None:
    at = Location(path="a.yml", line=2)
    extract = Extract(path="a.yml", format="x", references=(Reference(kind="image", target="acme/base", at=at),))
    found = references_of([extract], [command("git", "clone", LIB)])
    assert [(r.kind, r.path, r.line) for r in found] == [("git", "Dockerfile", 4), ("image", "a.yml", 2)]
