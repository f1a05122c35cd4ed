"""Counts that lead to their rows: made from a large table, so that the number and the rows cannot differ."""

from __future__ import annotations

from collections import Counter

from reports.table import Count, Repo, Table, Where, key, rows_where, text


def count(table: Table, *filters: tuple[str, str], of: int | None = None) -> Count:
    """The rows of ``table`` that the filters (column, value) leave."""
    keyed = tuple((key(column), value) for column, value in filters)
    return Count(number=len(rows_where(table, keyed)), of=of, where=Where(table=table.name, filters=keyed))


def projects(table: Table, *filters: tuple[str, str], of: int | None = None) -> Count:
    """The projects in the rows that the filters leave."""
    keyed = tuple((key(column), value) for column, value in filters)
    columns = (table.columns.index("repository"), table.columns.index("project"))
    found = {tuple(row[c] for c in columns) for row in rows_where(table, keyed)}
    return Count(number=len(found), of=of, where=Where(table=table.name, filters=keyed), unit="projects")


def repositories(table: Table, *filters: tuple[str, str], of: int | None = None) -> Count:
    """The repositories in the rows that the filters leave."""
    keyed = tuple((key(column), value) for column, value in filters)
    column = table.columns.index("repository")
    found = {cell.id for row in rows_where(table, keyed) if isinstance(cell := row[column], Repo)}
    return Count(number=len(found), of=of, where=Where(table=table.name, filters=keyed), unit="repositories")


def values(table: Table, column: str) -> list[tuple[str, int]]:
    """The values of a column with their numbers, most frequent first."""
    at = table.columns.index(column)
    counted = Counter(text(row[at]) for row in table.rows)
    return sorted(counted.items(), key=lambda item: (-item[1], item[0]))


def pairs(table: Table, *columns: str) -> Counter[tuple[str, ...]]:
    """How often each combination of values of the columns occurs."""
    at = [table.columns.index(c) for c in columns]
    return Counter(tuple(text(row[i]) for i in at) for row in table.rows)
