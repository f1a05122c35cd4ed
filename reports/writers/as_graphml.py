"""The graph as GraphML, for yEd, Gephi and networkx."""

from __future__ import annotations

import networkx as nx

from reports.escape import xml
from reports.views.graph import GraphDocument
from reports.writer import View, Writer


def write(view: View) -> str:
    """A directed multigraph; every known attribute of nodes and edges, nothing where a value is unknown."""
    document = view.document()
    assert isinstance(document, GraphDocument)
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for node in document.nodes:
        values = {"name": node.name, "kind": node.kind, "manager": node.manager, "dependents": node.dependents}
        graph.add_node(xml(node.id), **_known(values))
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
        graph.add_edge(xml(edge.consumer), xml(edge.provider), key=number, **_known(values))
    return "\n".join(nx.generate_graphml(graph)) + "\n"


def _known(values: dict[str, str | int | bool | None]) -> dict[str, str | int | bool]:
    return {key: xml(value) if isinstance(value, str) else value for key, value in values.items() if value is not None}


WRITER = Writer(name="graphml", suffix=".graphml", write=write, views=("graph",), summary="GraphML")
