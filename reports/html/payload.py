"""The report's large tables as JSON for its script: each text once, rows as numbers, columns one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec
from markupsafe import Markup

from reports.escape import visible
from reports.html.cards import card
from reports.links import template
from reports.model import Report
from reports.table import Cell, Place, Repo, Table, key, text

Kind = Literal["number", "repository", "places", "list", "text"]


class Strings:
    """Every text once, by number; number 0 is the empty one. Control characters are made visible here."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {"": 0}

    def number(self, shown: str | None) -> int:
        """The number of a text."""
        return self._numbers.setdefault(visible(shown or ""), len(self._numbers))

    def all(self) -> list[str]:
        """The texts in the order of their numbers."""
        return list(self._numbers)


def payload(report: Report) -> Mapping[str, Markup]:
    """The JSON of each script element, by its id: ``strings``, ``repositories``, ``cards`` and ``table-NAME``."""
    strings = Strings()
    facts = report.facts
    numbers = {r.id: i for i, r in enumerate(facts.fleet.repositories)}
    made: dict[str, Any] = {
        f"table-{table.name}": _table(table, strings, numbers) for table in report.tables.values() if table.rows
    }
    made["cards"] = [card(r, facts, strings.number) for r in facts.fleet.repositories]
    made["repositories"] = [
        [visible(r.name), visible(r.id), template(r, facts.links)] for r in facts.fleet.repositories
    ]
    made["strings"] = strings.all()
    return {name: script_json(value) for name, value in made.items()}


def script_json(value: Any) -> Markup:
    """JSON that can stand in a script element: nothing in it ends the element or opens a comment."""
    encoded = msgspec.json.encode(value).decode()
    for char, escaped in (
        ("<", "\\u003c"),
        (">", "\\u003e"),
        ("&", "\\u0026"),
        ("\u2028", "\\u2028"),
        ("\u2029", "\\u2029"),
    ):
        encoded = encoded.replace(char, escaped)
    return Markup(encoded)  # noqa: S704  escaped above


def _table(table: Table, strings: Strings, numbers: Mapping[str, int]) -> dict[str, Any]:
    columns = list(zip(*table.rows, strict=True)) if table.rows else [()] * len(table.columns)
    kinds = [_kind(cells) for cells in columns]
    return {
        "title": table.title,
        "note": table.note,
        "columns": [
            [name, key(name), kind, name in table.hidden or _says_nothing(cells)]
            for name, kind, cells in zip(table.columns, kinds, columns, strict=True)
        ],
        "data": [
            [_encoded(cell, kind, strings, numbers) for cell in cells]
            for cells, kind in zip(columns, kinds, strict=True)
        ],
    }


def _says_nothing(cells: Sequence[Cell]) -> bool:
    return (len(cells) > 1 and {text(cell) for cell in cells} <= {"", "unknown"}) or {*map(text, cells)} == {"not set"}


def _kind(cells: Sequence[Cell]) -> Kind:
    there = [c for c in cells if c is not None]
    if there and all(isinstance(c, int | float) and not isinstance(c, bool) for c in there):
        return "number"
    if there and all(isinstance(c, Repo) for c in there):
        return "repository"
    if there and all(_is_places(c) for c in there):
        return "places"
    return "list" if any(isinstance(c, tuple) for c in there) else "text"


def _is_places(cell: Cell) -> bool:
    return isinstance(cell, Place) or (isinstance(cell, tuple) and all(isinstance(one, Place) for one in cell))


def _encoded(cell: Cell, kind: Kind, strings: Strings, numbers: Mapping[str, int]) -> Any:
    if kind == "number":
        return cell
    if kind == "repository":
        return numbers.get(cell.id) if isinstance(cell, Repo) else None
    if kind == "places":
        return _places((cell,) if isinstance(cell, Place) else cell if isinstance(cell, tuple) else (), strings)
    if kind == "list":
        return [strings.number(text(one)) for one in cell] if isinstance(cell, tuple) else [strings.number(text(cell))]
    return strings.number(text(cell))


def _places(places: Iterable[Any], strings: Strings) -> list[int]:
    """Path and line in turn; line 0 is none."""
    return [n for place in places for n in (strings.number(place.path), place.line or 0)]
