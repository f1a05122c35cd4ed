"""Projects whose pipelines all go on with the old tool do not move; where one moves, the others are told."""

from __future__ import annotations

from collections.abc import Callable

from tests.rules.places.conftest import LOCK, POETRY, Patched

Patching = Callable[..., Patched]
HEAD = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"
STAYS = f"{HEAD}      - run: pipx install poetry\n      - run: poetry install --with $GROUPS\n"
MOVES = f"{HEAD}      - run: pipx install poetry\n      - run: poetry install\n"
FIRST, SECOND = ".github/workflows/a.yml", ".github/workflows/b.yml"


def _refused(found: Patched) -> list[tuple[str, str | None, int | None]]:
    return [(r.blocker.code, r.blocker.path, r.blocker.line) for r in found.migration.refusals]


def test_no_job_moves(patched: Patching) -> None:
    found = patched({FIRST: STAYS})
    assert _refused(found) == [("shared-ci", FIRST, 7)]
    assert "that a variable names" in found.migration.refusals[0].blocker.message
    assert not found.migration.edits


def test_one_job_moves(patched: Patching) -> None:
    found = patched({FIRST: STAYS, SECOND: MOVES})
    assert not _refused(found)
    assert any(path == FIRST and "fails there" in message for path, _, message in found.notes)


def test_what_a_pipeline_starts_counts(patched: Patching) -> None:
    make = "setup:\n\tpoetry install --with $(GROUPS)\n"
    started = {FIRST: f"{HEAD}      - run: make setup\n", "Makefile": make}
    assert _refused(patched(started)) == [("shared-ci", "Makefile", 2)]
    assert not _refused(patched({FIRST: f"{HEAD}      - run: tox\n", "Makefile": make}))


def test_installs_of_a_project_that_stays_are_not_told(patched: Patching) -> None:
    other = POETRY.replace("^3.11", "^2.7")
    job = f"{HEAD}      - run: pipx install poetry\n      - run: poetry install\n        working-directory: web\n"
    files = {
        "web/pyproject.toml": other,
        "web/poetry.lock": LOCK,
        "web/shop/__init__.py": "",
        FIRST: job,
        SECOND: MOVES,
    }
    found = patched(files)
    assert {move.project.path for move in found.migration.moves} == {"."}
    assert not [path for path, _, message in found.notes if "fails there" in message and path == FIRST]
