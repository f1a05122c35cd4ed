from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest

from reports.table import Page, Table
from reports.views.graph import graph_view
from reports.views.inventory import inventory_page, inventory_view
from reports.writer import View
from reports.writers import WRITERS, writers_for
from rules.examples import a_fleet, a_project, a_repository
from scanner.inventory import Edge, Error, Graph, Tool, ToolVersion, UsedIndex

PAGE = Page(
    title="T|itle",
    opening=("one sentence",),
    tables=(
        Table(name="a", title="A", columns=("name", "n"), rows=(("x|y\n", 1), ("=2", None)), note="a note", main=True),
        Table(name="b", title="B", columns=("c",), rows=()),
        Table(name="d", title="D", columns=("c",), rows=(("long",),), detail=True),
        Table(name="e", title="E", columns=("h", "s"), rows=(("head", "a sentence"),), heading=1),
    ),
    closing=("next",),
)


def write(form: str, view: View) -> str:
    return next(w for w in WRITERS if w.name == form).write(view)


def view() -> View:
    return View(name="inventory", page=lambda: PAGE, document=lambda: {"b": 1, "a": [1, None]}, rows=lambda: (1, "two"))


def test_table() -> None:
    assert write("table", view()) == (
        "one sentence\n\nA\n\nname      n\n------  ---\nx|y\\n     1\n=2\na note\n\nE\n\nhead\n    a sentence\n\nnext\n"
    )


def test_markdown_keeps_details_and_escapes_cells() -> None:
    text = write("md", view())
    assert text.startswith("# T\\|itle\n\none sentence\n\n## A\n")
    assert "x\\|y\\\\n" in text
    assert "## D" in text
    assert "## B" not in text


def test_csv_is_the_main_table_and_harmless() -> None:
    rows = list(csv.reader(io.StringIO(write("csv", view()))))
    assert rows == [["name", "n"], ["x|y\\n", "1"], ["'=2", ""]]


def test_json_and_json_lines() -> None:
    assert json.loads(write("json", view())) == {"a": [1, None], "b": 1}
    assert write("jsonl", view()) == '1\n"two"\n'


def linked() -> View:
    a, b = a_repository("a", a_project()), a_repository('b"\x00', a_project())
    edge = Edge(
        consumer=a.id,
        consumer_project=".",
        provider=b.id,
        provider_project=".",
        distribution="x\ufffe",
        scope="runtime",
        via="index",
        specifier=">=1",
        satisfied=False,
        path="pyproject.toml",
        line=3,
    )
    base = a_fleet(a, b)

    return graph_view(replace(base, graph=Graph(edges=(edge,))))


def test_graphml_is_xml_whatever_the_names_hold() -> None:
    ElementTree.fromstring(write("graphml", linked()))


def test_dot_quotes_names() -> None:
    text = write("dot", linked())
    assert '\\"' in text
    assert 'color="red"' in text


@pytest.mark.parametrize("form", ["dot", "graphml"])
def test_graph_formats_are_for_the_graph_alone(form: str) -> None:
    assert form not in {w.name for w in writers_for("findings")}


def test_the_inventory_opens_with_the_accounting() -> None:
    text = write("table", inventory_view(a_fleet(a_repository("a", a_project()))))
    assert text.startswith(
        "1 repository: 1 classified, 0 need a decision, 0 not Python, 0 failed, 0 lost; 1 main project "
    )


def test_the_inventory_tells_versions_of_tools_hosts_of_indexes_and_causes() -> None:
    versions = tuple(ToolVersion(version=v, path=p, line=1) for v, p in (("0.6.2", "uv.lock"), ("0.4.1", "ci.yml")))
    index = UsedIndex(
        url="http://pypi.example/simple", kind="index", name=None, credentials=False, path="pip.conf", line=2
    )
    errors = tuple(Error(path=p, line=7, code="syntax", message=f"not valid, line {n}") for n, p in enumerate("ab"))
    tool = Tool(name="ruff", category="linter", use="run", versions=versions)
    fleet = a_fleet(a_repository("shop", a_project(indexes=(index,)), tools=(tool,), errors=errors))
    tables = {table.name: table.rows for table in inventory_page(fleet).tables}
    assert tables["tool-skew"] == (("ruff", 1, 2, "0.4.1", "0.6.2", ("0.4.1 (1)", "0.6.2 (1)"), 1),)
    assert tables["indexes"] == (("pypi.example", 1, ("index",), True, False, "shop: pip.conf:2"),)
    assert tables["causes"] == (("syntax", 2, "not valid, line …", "shop: a:7"),)
