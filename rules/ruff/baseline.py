"""What a comparison showed, and the patch leaves out for now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What Ruff alone reports today: for each file its rules, files that it cannot parse, files it would format.

    ``silenced``: rules by file and line, where a ``# nosec`` without a number silences the old tool.
    """

    rules: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    unparsed: tuple[str, ...] = ()
    unformatted: tuple[str, ...] = ()
    silenced: Mapping[str, Mapping[int, tuple[str, ...]]] = field(default_factory=dict)
