"""The graph for Graphviz: an arrow from who needs to what is needed."""

from __future__ import annotations

from reports.escape import visible
from reports.views.graph import GraphDocument
from reports.writer import View, Writer

_STYLES = {"runtime": "solid", "build": "solid", "optional": "dashed", "group": "dotted"}


def write(view: View) -> str:
    """A digraph; dashed for optional dependencies, dotted for development groups, red where a version does not fit."""
    document = view.document()
    assert isinstance(document, GraphDocument)
    lines = ["digraph fleet {", "  rankdir=LR;", '  node [shape=box, style=rounded, fontname="sans-serif"];']
    lines += [f"  {_quoted(n.id)} [label={_quoted(n.name)}];" for n in document.nodes]
    for edge in document.edges:
        style = _STYLES.get(edge.scope or "", "solid")
        colour = ', color="red"' if edge.satisfied is False else ""
        label = _quoted(f"{edge.distribution or edge.via} {edge.specifier or ''}".strip())
        lines.append(f"  {_quoted(edge.consumer)} -> {_quoted(edge.provider)} [label={label}, style={style}{colour}];")
    return "\n".join([*lines, "}"]) + "\n"


def _quoted(text: str) -> str:
    escaped = visible(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


WRITER = Writer(name="dot", suffix=".dot", write=write, views=("graph",), summary="Graphviz")
