from __future__ import annotations

import re

import pytest

from reports.model import Facts
from reports.table import Page, Table
from reports.terminal import on_terminal
from reports.views.findings import findings_page
from reports.views.inventory import inventory_page

ANSI = re.compile(r"\x1b\[[0-9;]*m")
PAGE = Page(
    title="T",
    opening=("one sentence",),
    tables=(
        Table(
            name="a", title="A", columns=("name", "why", "n"), rows=(("shop", "stale", 1), ("x" * 60, "word " * 40, 12))
        ),
        Table(name="b", title="B", columns=("level", "s"), rows=(("error", "sentence " * 30),), heading=1),
        Table(name="d", title="D", columns=("c",), rows=(("left out",),), detail=True),
    ),
    closing=("next",),
)


@pytest.mark.parametrize("width", [40, 80, 132])
@pytest.mark.parametrize("colour", [True, False])
def test_no_line_is_wider_than_the_terminal(width: int, colour: bool) -> None:
    shown = on_terminal(PAGE, width, colour=colour)
    assert all(len(ANSI.sub("", line)) <= width for line in shown.splitlines())
    assert "x" * 15 in ANSI.sub("", shown)
    assert "left out" not in shown


def test_colour_only_where_it_is_wanted() -> None:
    assert not ANSI.search(on_terminal(PAGE, 80, colour=False))
    coloured = on_terminal(PAGE, 80, colour=True)
    assert "\x1b[31mstale" in coloured
    assert ANSI.sub("", coloured) == on_terminal(PAGE, 80, colour=False)


def test_hostile_names_send_nothing_to_the_terminal(hostile_facts: Facts) -> None:
    names = {r.id: r.name for r in hostile_facts.fleet.repositories}
    for page in (inventory_page(hostile_facts.fleet), findings_page(hostile_facts.answers, names, "Findings")):
        shown = ANSI.sub("", on_terminal(page, 100, colour=True))
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", shown)
        assert not [line for line in shown.splitlines() if line.startswith(("::", "##["))]
