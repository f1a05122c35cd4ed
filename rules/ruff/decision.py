"""Which codes flake8 reports: its own decision, prefix against prefix (flake8 7, ``style_guide.DecisionEngine``).

A code is reported when it is selected and not ignored. Explicit lists outrank defaults; where a code is both selected
and ignored explicitly, or both by default, the longer prefix wins. ``ignore`` replaces flake8's default list and the
plug-ins' own, ``extend-ignore`` adds to them; ``select`` replaces the set of all installed codes likewise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

DEFAULT_IGNORE = ("E121", "E123", "E126", "E226", "E24", "E704", "W503", "W504")


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The lists that decide. ``None`` for a list that is not given; ``installed`` and ``off`` are the plug-ins'."""

    installed: tuple[str, ...]
    off: tuple[str, ...] = ()
    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] | None = None
    extend_ignore: tuple[str, ...] = ()

    def reports(self, code: str) -> bool:
        """Whether flake8 reports ``code`` where a check finds it."""
        chosen = _longest(code, self._selected)
        if chosen is None:
            return False
        dropped = _longest(code, self._ignored)
        if dropped is None:
            return True
        by_name = _longest(code, self._selected_by_name) is not None
        away_by_name = _longest(code, self._ignored_by_name) is not None
        return by_name if by_name != away_by_name else len(chosen) > len(dropped)

    def ignoring(self, codes: Sequence[str]) -> Decision:
        """The decision for files for which ``per-file-ignores`` adds ``codes``."""
        return replace(self, extend_ignore=(*self.extend_ignore, *codes))

    @cached_property
    def _selected_by_name(self) -> tuple[str, ...]:
        return (*(self.select or ()), *self.extend_select)

    @cached_property
    def _ignored_by_name(self) -> tuple[str, ...]:
        return (*(self.ignore or ()), *self.extend_ignore)

    @cached_property
    def _selected(self) -> tuple[str, ...]:
        return (*(self.installed if self.select is None else self.select), *self.extend_select)

    @cached_property
    def _ignored(self) -> tuple[str, ...]:
        return (*((*DEFAULT_IGNORE, *self.off) if self.ignore is None else self.ignore), *self.extend_ignore)


def _longest(code: str, prefixes: Sequence[str]) -> str | None:
    return max((p for p in prefixes if code.startswith(p)), key=len, default=None)
