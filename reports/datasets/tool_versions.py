"""Each tool's versions as files name them: place by place, and how many stand side by side across the fleet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from packaging.version import InvalidVersion, Version

from reports.model import Facts
from reports.table import Cell, Place, Repo, Table
from rules.tool_versions import NamedVersion, named_versions
from scanner.inventory import Repository

_SHOWN = 4


def tables(facts: Facts) -> Iterator[Table]:
    """``tool-versions``."""
    named = [(r, v) for r in facts.fleet.repositories if r.is_python for v in named_versions(r)]
    skewed = {(r.id, tool) for r, tool in _skewed(named)}
    rows: list[tuple[Cell, ...]] = [
        (
            Repo(id=r.id, name=r.name),
            v.tool,
            v.release,
            v.where,
            (r.id, v.tool) in skewed,
            Place(repository=r.id, path=v.path, line=v.line),
        )
        for r, v in named
    ]
    yield Table(
        name="tool-versions",
        title="Versions of tools, place by place",
        columns=("repository", "tool", "version", "where", "skewed", "place"),
        rows=tuple(rows),
        note="Exact versions that a lock, a hook, CI or an image names. Skewed: the repository names several; "
        "what a lock's header says of the tool that wrote it is no reason by itself.",
    )


def skew(repositories: Iterable[Repository]) -> Table:
    """One row for each tool that files name in an exact version: how many versions, which, and where it differs."""
    named = [(r, v) for r in repositories if r.is_python for v in named_versions(r)]
    skewed = Counter(tool for _, tool in _skewed(named))
    rows: list[tuple[Cell, ...]] = []
    for tool in sorted({v.tool for _, v in named}):
        uses: Counter[str] = Counter()
        for release, _ in {(v.release, r.id) for r, v in named if v.tool == tool}:
            uses[release] += 1
        known = sorted(uses, key=_order)
        most = sorted(uses.items(), key=lambda item: (-item[1], item[0]))[:_SHOWN]
        holders = len({r.id for r, v in named if v.tool == tool})
        told = tuple(f"{release} ({number})" for release, number in most)
        rows.append((tool, holders, len(uses), known[0], known[-1], told, skewed[tool]))
    rows.sort(key=lambda row: (-int(str(row[2])), str(row[0])))
    return Table(
        name="tool-skew",
        title="Versions of tools across the fleet",
        columns=("tool", "repositories", "versions", "oldest", "newest", "commonest", "skewed in themselves"),
        rows=tuple(rows),
        note="Versions that locks, hooks, CI and images name exactly, in brackets the repositories that do.",
        detail=True,
    )


def _skewed(named: list[tuple[Repository, NamedVersion]]) -> Iterator[tuple[Repository, str]]:
    """Repositories with the tools of which their own files name several versions."""
    releases: dict[tuple[str, str], set[str]] = {}
    for r, v in named:
        if v.where != "lock header":
            releases.setdefault((r.id, v.tool), set()).add(v.release)
    by_id = {r.id: r for r, _ in named}
    for (identity, tool), found in releases.items():
        if len(found) > 1:
            yield by_id[identity], tool


def _order(release: str) -> tuple[int, Version | str]:
    try:
        return (1, Version(release))
    except InvalidVersion:
        return (0, release)
