from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.charts import layers
from reports.charts.bars import bars
from reports.charts.eol import Runtime, ends_chart
from reports.charts.funnel import Stage, funnel
from reports.charts.heat import heat
from reports.charts.scatter import Dot, scatter
from reports.charts.svg import tag
from reports.charts.waves import Step, timeline
from reports.table import Count, Where

WHERE = Where(table="t", filters=(("a", 'x"<>&'),))
FIVE = Count(number=5, of=10, where=WHERE)


def boxes(chart: str) -> int:
    return len(re.findall(r'class="node[ "]', chart))


def test_a_small_graph_has_a_box_for_each_repository_and_rings_are_red() -> None:
    chart = layers.layered("g", {("a", "b"), ("b", "c"), ("c", "b"), ("a", "a")}, {"a": "A<", "b": "B"})
    ElementTree.fromstring(chart)
    assert boxes(chart) == 3
    assert chart.count("arrow ring") == 2
    assert "A&lt;" in chart


def test_a_large_graph_is_grouped_until_it_can_be_read() -> None:
    pairs = {(f"service-{i}", f"library-{i % 40}") for i in range(900)} | {(f"library-{i}", "core") for i in range(40)}
    chart = layers.layered("g", pairs, {})
    assert boxes(chart) <= layers.MOST
    assert "that need library-0" in chart
    assert chart == layers.layered("g", set(pairs), {})


@settings(max_examples=30, deadline=None)
@given(st.sets(st.tuples(st.integers(0, 90), st.integers(0, 90)), max_size=200))
def test_any_graph_can_be_drawn(pairs: set[tuple[int, int]]) -> None:
    chart = layers.layered("g", {(str(a), str(b)) for a, b in pairs}, {})
    ElementTree.fromstring(chart)
    assert boxes(chart) <= layers.MOST


@pytest.mark.parametrize(
    "chart",
    [
        heat("h", ["p<"], [("CI", "x"), ("CI", "unknown")], {("p<", ("CI", "x")): FIVE, ("p<", ("CI", "unknown")): FIVE}, frozenset({("p<", ("CI", "x"))}), ("unknown",)),
        heat("h", [], [], {}),
        bars("b", ["r<"], ["s", "t"], {("r<", "s"): FIVE}, {"s": "v-good"}),
        bars("b", [], [], {}, {}),
        ends_chart("e", [Runtime(version="3.8", end=date(2024, 10, 7), count=FIVE), Runtime(version="4.0", end=None, count=FIVE)], date(2026, 11, 21)),
        ends_chart("e", [], date(2026, 11, 21)),
        funnel("f", [Stage(name="n", meaning="m", count=FIVE), Stage(name="p", meaning="q", count=None)], 10),
        funnel("f", [], 0),
        scatter("s", [Dot(name=f"d<{i}", hours=0.1 * i, value=i % 7, colour="v-good", where=WHERE) for i in range(400)], WHERE),
        scatter("s", [], WHERE),
        timeline("w", [Step(name="wave 1", repositories=3, low=1, likely=2, high=9, kind="pilot", where=WHERE)]),
        timeline("w", []),
    ],
)  # fmt: skip
def test_charts_are_xml_and_their_links_lead_to_rows(chart: str) -> None:
    root = ElementTree.fromstring(chart)
    assert root.get("aria-label")
    for link in root.iter("{http://www.w3.org/2000/svg}a"):
        assert (link.get("href") or "").startswith("#t?a=x%22%3C%3E%26")
    assert "style=" not in chart


def test_what_is_unknown_is_drawn_as_such() -> None:
    assert "v-unknown" in funnel("f", [Stage(name="policy", meaning="", count=None)], 10)


def test_elements_escape_text_and_attributes() -> None:
    made = tag("text", {"a": '"<x>', "n": 1.04, "none": None}, "<b>\x1b")
    assert made == '<text a="&#34;&lt;x&gt;" n="1">&lt;b&gt;\\x1b</text>'
