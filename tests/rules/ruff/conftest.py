from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import pytest

from rules.migration import Ground
from rules.ruff.baseline import Baseline
from rules.ruff.move import LintMove, move
from scanner.collect import collect
from scanner.config import Config, parse
from scanner.formats import formats_for
from scanner.formats.requirements import FORMAT as REQUIREMENTS
from scanner.repository import Identity, describe
from scanner.tree import MemoryTree


class Moved:
    """A repository after its patch."""

    def __init__(self, files: Mapping[str, str], baseline: Baseline | None = None, config: str = "") -> None:
        facts = collect(MemoryTree(files), formats_for, REQUIREMENTS)
        identity = Identity(id="git.example/acme/shop", name="shop", location="/fleet/shop")
        repository = describe(identity, facts, Config())
        ground = Ground(
            repository=repository, facts=facts, read=files.get, config=parse(config), as_of=date(2026, 11, 21)
        )
        self.move: LintMove = move(ground, baseline)
        self.files = dict(files)
        for edit in self.move.edits:
            assert edit.before == files.get(edit.path)
            self.files.pop(edit.path) if edit.after is None else self.files.update({edit.path: edit.after})

    def __getitem__(self, path: str) -> str:
        return self.files[path]


@pytest.fixture
def moved() -> Callable[..., Moved]:
    return Moved
