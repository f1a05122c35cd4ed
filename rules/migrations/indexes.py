"""Packages bound to the index that they come from, so that no other index can serve them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from packaging.utils import canonicalize_name

from rules.migration import BOUND
from rules.migrations.draft import Draft, GroupOf, Wish

PRIVATE = "the address held credentials: give them to uv as UV_INDEX_<NAME>_USERNAME and _PASSWORD, or by keyring"


def bind(draft: Draft, names: Collection[str], index: str) -> None:
    """Let ``names`` (in normal form) come from ``index``.

    uv looks only at what the project itself asks for; what nobody declares is asked for by a group of its own.
    """
    bound = {str(canonicalize_name(w.name)) for _, _, w in draft.wishes() if w.source}
    bound |= {str(canonicalize_name(name)) for name in draft.sources}
    own = set(names) - bound
    direct = {str(canonicalize_name(w.name)) for _, _, w in draft.wishes()}
    change(draft, lambda w: replace(w, source={"index": index}) if canonicalize_name(w.name) in own else w)
    through = sorted(own - direct)
    if through:
        wishes = [Wish(name=name, text=name, source={"index": index}) for name in through]
        draft.groups.setdefault(BOUND, []).extend(wishes)
        draft.group_above[BOUND] = ("nobody installs this group: it binds packages that others need to their index",)


def change(draft: Draft, changed: Callable[[Wish], Wish]) -> None:
    """Change every wish of a draft."""
    draft.dependencies = [changed(w) for w in draft.dependencies]
    draft.extras = {name: [changed(w) for w in wishes] for name, wishes in draft.extras.items()}
    draft.groups = {
        name: [e if isinstance(e, GroupOf) else changed(e) for e in entries] for name, entries in draft.groups.items()
    }
