"""The Python versions that main projects declare, one row for each version, kind and place."""

from __future__ import annotations

from collections.abc import Iterator

from reports.model import Facts
from reports.table import Cell, Place, Repo, Table
from rules.pythons import dotted, ends, is_over, minor

_SAYS = {
    **dict.fromkeys(("image", "version-file", "runtime-file", "pipfile", "conda"), "runs on"),
    **dict.fromkeys(("ci-matrix", "ci-setup", "tox", "nox", "hatch", "hook"), "tests on"),
}


def tables(facts: Facts) -> Iterator[Table]:
    """``pythons``."""
    rows: list[tuple[Cell, ...]] = []
    for r, p in facts.mains:
        for declared in dict.fromkeys(p.python_versions):
            version = minor(declared.version)
            end = ends().get(version) if version else None
            rows.append(
                (
                    Repo(id=r.id, name=r.name),
                    p.path,
                    p.kind,
                    dotted(version) if version else "a range",
                    declared.version,
                    declared.kind,
                    _SAYS.get(declared.kind, "admits"),
                    end.isoformat() if end else None,
                    is_over(version, facts.as_of) if version else None,
                    Place(repository=r.id, path=declared.path, line=declared.line),
                )
            )
    yield Table(
        name="pythons",
        title="Python versions, where they are declared",
        columns=(
            "repository",
            "project",
            "kind",
            "Python",
            "as written",
            "declared as",
            "the project",
            "end of life",
            "over",
            "place",
        ),
        rows=tuple(rows),
    )
