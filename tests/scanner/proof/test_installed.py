from __future__ import annotations

import tomli

from scanner.proof.installed import Graph, Wanted, holds, pythons

LOCK = """
version = 1
requires-python = ">=3.11"

[[package]]
name = "demo"
source = { virtual = "." }
dependencies = [
    { name = "a", extra = ["fast"] },
    { name = "windows", marker = "sys_platform == 'win32'" },
    { name = "n", version = "1", source = { registry = "r" }, marker = "python_full_version < '3.12'" },
    { name = "n", version = "2", source = { registry = "r" }, marker = "python_full_version >= '3.12'" },
]

[package.optional-dependencies]
s3 = [{ name = "boto" }]

[package.dev-dependencies]
dev = [{ name = "pytest" }]

[[package]]
name = "a"
version = "1"
source = { registry = "r" }
dependencies = [{ name = "b" }]

[package.optional-dependencies]
fast = [{ name = "c" }]

[[package]]
name = "b"
version = "1"
source = { registry = "r" }
dependencies = [{ name = "a" }]

[[package]]
name = "boto"
version = "1"
source = { registry = "r" }

[[package]]
name = "c"
version = "1"
source = { registry = "r" }

[[package]]
name = "n"
version = "1"
source = { registry = "r" }

[[package]]
name = "n"
version = "2"
source = { registry = "r" }

[[package]]
name = "pytest"
version = "8"
source = { registry = "r" }

[[package]]
name = "windows"
version = "1"
source = { registry = "r" }
"""


def _names(python: str, wanted: Wanted) -> set[str]:
    return {f"{name} {version}" for name, version in Graph(tomli.loads(LOCK)).installs(python, wanted)}


def test_the_project_alone() -> None:
    assert _names("3.11.9", Wanted()) == {"a 1", "b 1", "c 1", "n 1"}
    assert _names("3.12.1", Wanted()) == {"a 1", "b 1", "c 1", "n 2"}


def test_extras_and_groups_when_asked_for() -> None:
    assert _names("3.11.9", Wanted(extras=frozenset({"s3"}))) == {"a 1", "b 1", "c 1", "n 1", "boto 1"}
    assert _names("3.11.9", Wanted(project=False, groups=frozenset({"dev"}))) == {"pytest 8"}
    assert "windows 1" not in _names("3.11.9", Wanted(extras=None, groups=None))


def test_markers() -> None:
    assert holds("sys_platform == 'linux' and python_version < '3.12'", "3.11.9")
    assert not holds("platform_python_implementation == 'PyPy' or os_name == 'nt'", "3.11.9")
    assert holds("'linux' in sys_platform", "3.11.9")
    assert holds("extra == 's3'", "3.11.9", frozenset({"s3"}))
    assert not holds("extra == 's3'", "3.11.9")
    assert holds("what is this", "3.11.9"), "what cannot be read counts as true"


def test_one_python_for_each_minor_version() -> None:
    assert pythons(">=3.9.1,<3.11.4") == ("3.9.39", "3.10.39", "3.11.3")
    assert pythons("==3.12.4") == ("3.12.4",)


def test_other_systems() -> None:
    assert holds("sys_platform == 'win32' and os_name == 'nt'", "3.12.1@win32")
    assert holds("python_version == '3.12' and platform_system == 'Darwin'", "3.12.1@darwin")
    assert not holds("sys_platform == 'win32'", "3.12.1")
