"""SVG elements as escaped markup."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

from reports.escape import visible
from reports.table import Where, fragment

Value = str | int | float | None


def tag(name: str, attributes: dict[str, Value], *children: Markup | str) -> Markup:
    """One element; text children and attribute values are escaped, numbers cut to a tenth, ``None`` is left out."""
    shown = "".join(f' {key}="{_value(value)}"' for key, value in attributes.items() if value is not None)
    if not children:
        return Markup(f"<{name}{shown}/>")  # noqa: S704  every part is escaped
    inside = "".join(escape(visible(child) if type(child) is str else child) for child in children)
    return Markup(f"<{name}{shown}>{inside}</{name}>")  # noqa: S704


def _value(value: str | int | float) -> str:
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
    return str(escape(visible(value))) if isinstance(value, str) else str(value)


def picture(width: float, height: float, label: str, parts: Iterable[Markup], *, name: str = "chart") -> Markup:
    """The whole chart; ``label`` says in one sentence what it shows, for those who do not see it."""
    attributes: dict[str, Value] = {
        "xmlns": "http://www.w3.org/2000/svg",
        "viewBox": f"0 0 {_value(float(width))} {_value(float(height))}",
        "width": float(width),
        "height": float(height),
        "role": "group",
        "aria-label": label,
        "class": name,
    }
    return tag("svg", attributes, *parts)


def words(
    x: float, y: float, text: str, *, anchor: str = "start", name: str | None = None, most: int | None = None
) -> Markup:
    """Text at a point; with ``most``, cut to so many characters."""
    shown = text if most is None or len(text) <= most else text[: most - 1] + "…"
    return tag("text", {"x": float(x), "y": float(y), "text-anchor": anchor, "class": name}, shown)


def linked(where: Where | None, label: str, *parts: Markup) -> Markup:
    """Parts that lead to rows; ``label`` is what is heard, and seen when pointed at; empty where the parts say it."""
    inside = (tag("title", {}, label), *parts) if label else parts
    if where is None:
        return tag("g", {}, *inside)
    return tag("a", {"href": fragment(where), "aria-label": label or None}, *inside)


def box(x: float, y: float, width: float, height: float, name: str, radius: float = 2) -> Markup:
    """A rectangle."""
    attributes: dict[str, Value] = {"x": float(x), "y": float(y), "width": float(width), "height": float(height)}
    return tag("rect", {**attributes, "rx": float(radius), "class": name})


def line(x1: float, y1: float, x2: float, y2: float, name: str) -> Markup:
    """A straight line."""
    return tag("line", {"x1": float(x1), "y1": float(y1), "x2": float(x2), "y2": float(y2), "class": name})
