"""Grounds made of texts: the files of a repository in a dictionary, read by the real readers."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest

from rules.migration import Ground, Migration
from rules.migrations import migrate
from scanner.collect import collect
from scanner.config import Config
from scanner.formats import formats_for
from scanner.formats.requirements import FORMAT as REQUIREMENTS
from scanner.repository import Identity, describe
from scanner.tree import MemoryTree


def ground_of(files: Mapping[str, str], name: str = "shop", config: Config | None = None) -> Ground:
    facts = collect(MemoryTree(files), formats_for, REQUIREMENTS)
    repository = describe(
        Identity(id=f"git.example/acme/{name}", name=name, location=f"/fleet/{name}"), facts, Config()
    )
    chosen = config or Config()
    return Ground(repository=repository, facts=facts, read=files.get, config=chosen, as_of=date(2026, 11, 21))


class Result:
    """A migration and shortcuts into it."""

    def __init__(self, files: Mapping[str, str], name: str, config: Config | None = None) -> None:
        self.migration: Migration = migrate(ground_of(files, name, config))
        self.files = {**files}
        for edit in self.migration.edits:
            assert edit.before == files.get(edit.path)
            if edit.after is None:
                del self.files[edit.path]
            else:
                self.files[edit.path] = edit.after

    @property
    def text(self) -> str:
        return self.files["pyproject.toml"]

    @property
    def data(self) -> dict[str, Any]:
        return tomllib.loads(self.text)

    @property
    def refused(self) -> list[str]:
        return [r.blocker.code for r in self.migration.refusals]

    @property
    def noted(self) -> list[str]:
        return [n.message for n in self.migration.notes]


@pytest.fixture
def migrated() -> Callable[..., Result]:
    """The migration of a repository with these files (and a module, so that it is one of Python)."""

    def make(files: Mapping[str, str], name: str = "shop", config: Config | None = None) -> Result:
        code = {} if "setup.py" in files else {"main.py": "", "other.py": ""}
        return Result({**code, **files}, name, config)

    return make
