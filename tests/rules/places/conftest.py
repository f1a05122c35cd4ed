"""Whole patches of small repositories, and what Muster itself says of the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import pytest

from rules.leftovers import leftovers
from rules.migration import Ground, Migration
from rules.migrations import migrate
from rules.places import rewrite
from scanner.collect import RepoFacts, collect
from scanner.config import Config
from scanner.format import Unreadable
from scanner.formats import formats_for
from scanner.formats.requirements import FORMAT as REQUIREMENTS
from scanner.inventory import Image, Repository
from scanner.repository import Identity, describe
from scanner.tree import MemoryTree
from scanner.yaml_reader import load_all

POETRY = """\
[tool.poetry]
name = "shop"
version = "1.0"
description = ""
authors = []

[tool.poetry.dependencies]
python = "^3.11"
flask = "^3.0"
boto3 = { version = "^1.34", optional = true }

[tool.poetry.extras]
s3 = ["boto3"]

[tool.poetry.group.dev.dependencies]
pytest = "^8.0"

[tool.poetry.group.docs]
optional = true

[tool.poetry.group.docs.dependencies]
mkdocs = "^1.5"

[build-system]
requires = ["poetry-core"]
build-backend = "poetry.core.masonry.api"
"""
LOCK = """\
[[package]]
name = "flask"
version = "3.0.0"
description = ""
optional = false
python-versions = ">=3.8"
files = []

[metadata]
lock-version = "2.0"
python-versions = "^3.11"
content-hash = "0"
"""
NEW_LOCK = """\
version = 1
requires-python = ">=3.11, <4"

[[package]]
name = "shop"
version = "1.0"
source = { editable = "." }
"""


def described(files: Mapping[str, str]) -> tuple[RepoFacts, Repository]:
    facts = collect(MemoryTree(files), formats_for, REQUIREMENTS)
    identity = Identity(id="git.example/acme/shop", name="shop", location="/fleet/shop")
    return facts, describe(identity, facts, Config())


def _is_yaml(text: str) -> bool:
    try:
        return bool(load_all(text))
    except Unreadable:
        return False


class Patched:
    """A repository after its patch."""

    def __init__(self, files: Mapping[str, str], config: Config | None = None) -> None:
        facts, repository = described(files)
        config, day = config or Config(), date(2026, 11, 21)
        ground = Ground(repository=repository, facts=facts, read=files.get, config=config, as_of=day)
        moved = migrate(ground)
        self.migration: Migration = rewrite(ground, moved)
        self.files = dict(files)
        for edit in self.migration.edits:
            assert edit.before == files.get(edit.path)
            assert edit.before != edit.after
            self.files.pop(edit.path, None)
            if edit.after is not None:
                self.files[edit.path] = edit.after
        self.repository = described({**self.files, **{m.lock: NEW_LOCK for m in self.migration.moves}})[1]
        self._stay_yaml(files)

    def __getitem__(self, path: str) -> str:
        return self.files[path]

    def _stay_yaml(self, files: Mapping[str, str]) -> None:
        for path, text in self.files.items():
            if path.endswith((".yml", ".yaml")) and text != files.get(path) and _is_yaml(files.get(path, "")):
                assert load_all(text) or not text

    @property
    def notes(self) -> list[tuple[str, int | None, str]]:
        known = [n for n in self.migration.notes if n.code == "still-calls-old-tool"]
        return [(n.path or "", n.line, n.message) for n in known]

    @property
    def told(self) -> list[tuple[str, int | None, str]]:
        """The notes, and the reasons of refusals."""
        refused = [r.blocker for r in self.migration.refusals]
        return [*self.notes, *((b.path or "", b.line, b.message) for b in refused)]

    @property
    def left(self) -> list[str]:
        """What still calls an old tool, as Muster itself sees the result."""
        found = leftovers(self.repository, "ci", "image", "hook", "task", "script")
        return [" ".join(f.command.argv) for f in found if f.tool in ("poetry", "pipenv", "pdm", "rye", "pip-tools")]

    @property
    def image(self) -> Image:
        return self.repository.images[0]


@pytest.fixture
def patched() -> Callable[..., Patched]:
    """The repository of a Poetry project with these files, after its patch."""

    def make(files: Mapping[str, str], config: Config | None = None, **manifests: str) -> Patched:
        own = manifests or {"pyproject.toml": POETRY, "poetry.lock": LOCK}
        names = {name.replace("__", "."): text for name, text in own.items()}
        return Patched({"shop/__init__.py": "", "shop/app.py": "", **names, **files}, config)

    return make
