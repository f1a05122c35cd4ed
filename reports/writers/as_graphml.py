"""The graph as GraphML, for yEd, Gephi and networkx."""

from __future__ import annotations

import re

import networkx as nx

from reports.views.graph import GraphDocument
from reports.writer import View, Writer

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(view: View) -> str:
    """A directed multigraph; every known attribute of nodes and edges, nothing where a value is unknown."""
    document = view.document()
    assert isinstance(document, GraphDocument)
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for node in document.nodes:
        values = {"name": node.name, "kind": node.kind, "manager": node.manager, "dependents": node.dependents}
        graph.add_node(_clean(node.id), **_known(values))
    for number, edge in enumerate(document.edges):
        values = {
            "via": edge.via,
            "scope": edge.scope,
            "distribution": edge.distribution,
            "specifier": edge.specifier,
            "satisfied": edge.satisfied,
            "path": edge.path,
            "line": edge.line,
        }
        graph.add_edge(_clean(edge.consumer), _clean(edge.provider), key=number, **_known(values))
    return "\n".join(nx.generate_graphml(graph)) + "\n"


def _known(values: dict[str, str | int | bool | None]) -> dict[str, str | int | bool]:
    return {
        key: _clean(value) if isinstance(value, str) else value for key, value in values.items() if value is not None
    }


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


WRITER = Writer(name="graphml", suffix=".graphml", write=write, views=("graph",), summary="GraphML")
