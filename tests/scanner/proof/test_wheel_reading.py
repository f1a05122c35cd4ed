"""Wheels before and after, by manifests and by what was built."""

from __future__ import annotations

import pytest

from scanner.proof.wheel_reading import backend, by_manifest, by_names, compared, runs_code

POETRY = """
[tool.poetry]
name = "my-shop"
version = "1"
[tool.poetry.scripts]
shop = "my_shop.cli:main"
[tool.poetry.plugins."shop.plugins"]
a = "my_shop.a:A"
[build-system]
requires = ["poetry-core"]
build-backend = "poetry.core.masonry.api"
"""
HATCH = """
[project]
name = "my-shop"
version = "1"
[project.scripts]
shop = "my_shop.cli:main"
[project.entry-points."shop.plugins"]
a = "my_shop.a:A"
[tool.hatch.build.targets.wheel]
packages = ["src/my_shop"]
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
"""
FILES = ("src/my_shop/__init__.py", "src/my_shop/data/x.json", "tests/test_a.py", "README.md")


def test_the_same_wheel() -> None:
    wheel = compared(by_manifest(POETRY, FILES), by_manifest(HATCH, FILES), "read")
    assert (wheel.lost, wheel.added, wheel.files) == ((), (), 2)


@pytest.mark.parametrize("place", ["src", "./src", "src/"])
def test_folders_in_other_words(place: str) -> None:
    told = f'packages = [{{ include = "my_shop", from = "{place}" }}]\n[tool.poetry.scripts]'
    wheel = compared(
        by_manifest(POETRY.replace("[tool.poetry.scripts]", told), FILES), by_manifest(HATCH, FILES), "read"
    )
    assert (wheel.lost, wheel.added) == ((), ())


def test_a_lost_entry_point_and_a_lost_package() -> None:
    more = POETRY.replace(
        "[tool.poetry.scripts]",
        'packages = [{ include = "my_shop", from = "src" }, { include = "tests" }]\n[tool.poetry.scripts]',
    )
    less = HATCH.replace('a = "my_shop.a:A"', "")
    wheel = compared(by_manifest(more, FILES), by_manifest(less, FILES), "read")
    assert wheel.lost == ("shop.plugins: a = my_shop.a:A", "tests/test_a.py")
    assert wheel.added == ()


def test_files_that_only_building_tells() -> None:
    wheel = compared(
        by_manifest(POETRY.replace("[tool.poetry.scripts]", 'exclude = ["x"]\n[tool.poetry.scripts]'), FILES),
        by_manifest(HATCH, FILES),
        "read",
    )
    assert (wheel.files, wheel.lost) == (None, ())
    assert wheel.reason is not None


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        (POETRY, False),
        (HATCH, False),
        (POETRY + '[tool.poetry.build]\nscript = "b.py"\n', True),
        (POETRY.replace('["poetry-core"]', '["poetry-core", "poetry-dynamic-versioning"]'), True),
        (POETRY.replace('["poetry-core"]', '["poetry-core @ https://pypi.example/p.zip"]'), True),
        (HATCH + "[tool.hatch.build.hooks.custom]\n", True),
        (HATCH + '[tool.hatch.version]\nsource = "code"\n', True),
        (HATCH.replace('requires = ["hatchling"]', 'requires = ["hatchling"]\nbackend-path = ["."]'), True),
        ('[build-system]\nbuild-backend = "setuptools.build_meta"\nrequires = ["setuptools"]\n', True),
        ("not toml", True),
    ],
)
def test_what_would_run_code_is_not_built(text: str, runs: bool) -> None:
    assert runs_code(text) is runs


def test_built_wheels() -> None:
    one = by_names(
        ["a/b.py", "a-1.dist-info/RECORD"], "Requires-Dist: X_y (>=1,<2 || >=3)\n", "[console_scripts]\na = a:main\n"
    )
    two = by_names(["a/b.py", "a/c.py", "a-1.dist-info/METADATA"], "Requires-Dist: x-y (>=1)\n", "[console_scripts]\n")
    wheel = compared(one, two, "built")
    assert (wheel.files, wheel.lost, wheel.added) == (2, ("console_scripts: a = a:main",), ("a/c.py",))
    assert backend(POETRY) == "poetry.core.masonry.api"
