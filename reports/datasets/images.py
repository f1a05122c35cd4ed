"""Images with their install grades, and the commands with which CI and images install."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from reports.model import Facts
from reports.table import Cell, Place, Repo, Table
from rules.reading import installs
from scanner.roles import is_side_image

_MOST = 60


def tables(facts: Facts) -> Iterator[Table]:
    """``images`` and ``installs``."""
    images: list[tuple[Cell, ...]] = [
        (
            Repo(id=r.id, name=r.name),
            Place(repository=r.id, path=i.path),
            i.grade or "none",
            "tests or tooling" if is_side_image(i.path) else "product",
            i.base or "unknown",
            i.digest,
            i.tool,
            "unknown" if i.uses_lock is None else i.uses_lock,
            i.enforced or "unknown",
            "; ".join(reason.message for reason in i.reasons) or None,
            "; ".join(reason.message for reason in i.caches) or None,
        )
        for r in facts.fleet.repositories
        if r.is_python
        for i in r.images
    ]
    yield Table(
        name="images",
        title="Images",
        columns=(
            "repository",
            "image",
            "grade",
            "serves",
            "base",
            "digest",
            "tool",
            "from lock",
            "enforced",
            "what is missing",
            "caches",
        ),
        rows=tuple(images),
        hidden=("digest", "enforced", "caches"),
        note="Grade none: the image installs no Python dependencies.",
    )
    yield _installs(facts)


def _installs(facts: Facts) -> Table:
    rows: dict[tuple[Cell, ...], None] = {}
    for r in facts.fleet.repositories:
        for number, (project, command) in enumerate(installs(r, "ci", "image")):
            if number >= _MOST:
                break
            row: tuple[Cell, ...] = (
                Repo(id=r.id, name=r.name),
                project.path,
                command.context,
                command.job,
                command.tool or "unknown",
                "unknown" if command.uses_lock is None else command.uses_lock,
                command.enforced or "unknown",
                shlex.join(command.argv)[:160],
                Place(repository=r.id, path=command.path, line=command.line),
            )
            rows[row] = None
    columns = ("repository", "project", "where", "job", "tool", "from lock", "enforced", "command", "place")
    return Table(
        name="installs",
        title="Commands that install main projects",
        columns=columns,
        rows=tuple(rows),
        note=f"At most {_MOST} of a repository; the inventory has them all.",
    )
