"""Cells and sentences as HTML; whatever comes from a repository is escaped here, once."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from markupsafe import Markup, escape

from reports.escape import visible
from reports.links import address
from reports.model import Said
from reports.table import Cell, Count, Place, Repo, fragment, share, text

Templates = Mapping[str, str | None]


def html_cell(cell: Cell, templates: Templates) -> Markup:
    """One cell; counts lead to rows, repositories to cards, places to the file on its host where that is known."""
    if isinstance(cell, Count):
        return html_count(cell)
    if isinstance(cell, Repo):
        return html_repository(cell)
    if isinstance(cell, Place):
        return html_place(cell, templates)
    if isinstance(cell, tuple) and cell and isinstance(cell[0], Place):
        return Markup(" ").join(html_place(one, templates) for one in cell)
    return shown(text(cell))


def html_said(said: Said) -> Markup:
    """A sentence."""
    parts = [
        html_count(p) if isinstance(p, Count) else html_repository(p) if isinstance(p, Repo) else shown(p) for p in said
    ]
    return Markup("").join(parts)


def html_count(count: Count) -> Markup:
    """A number that leads to its rows, with how many it is out of."""
    number = Markup("{}").format(count.number)
    if count.where is not None and count.number:
        number = Markup('<a class="count" href="{}">{}</a>').format(fragment(count.where), count.number)
    if not count.of:
        return number
    return Markup('{} <span class="of">of {} · {}</span>').format(number, count.of, share(count))


def html_repository(repository: Repo) -> Markup:
    """A repository that leads to its card."""
    return Markup('<a href="#card?repository={}">{}</a>').format(
        quote(visible(repository.id), safe=""), shown(repository.name)
    )


def html_place(place: Place, templates: Templates) -> Markup:
    """``file:line``, linked where the repository's host is known."""
    said = shown(text(place))
    target = address(templates.get(place.repository), place.path, place.line)
    if target is None:
        return Markup("<code>{}</code>").format(said)
    return Markup('<a class="place" href="{}" rel="noreferrer"><code>{}</code></a>').format(target, said)


def shown(value: str) -> Markup:
    """Text with control and direction characters made visible, escaped."""
    return escape(visible(value))
