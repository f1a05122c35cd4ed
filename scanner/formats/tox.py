"""``tox.ini`` and ``tox.toml``; what they mean is in :mod:`scanner.tox_environments`.

``tox.ini`` is also where linters are configured: those sections are signs of the tools.
"""

from __future__ import annotations

import re
from dataclasses import replace

from scanner import lint_settings, toml_reader
from scanner.facts import Extract, Mention, Setting
from scanner.format import Format, Unreadable, conflict_line, named
from scanner.lint_tools import ini_mentions
from scanner.tox_environments import ToxConfig, from_ini, from_toml

_JINJA = re.compile(r"\{%[-+ ]")


def read(path: str, text: str) -> Extract | None:
    """Read either form; ``None`` for a file that configures other tools only."""
    if path.endswith(".toml"):
        data = toml_reader.loads(text)
        return _extract(path, from_toml(path, data, toml_reader.Lines(text).of), (), ())
    if (line := conflict_line(text)) is not None:
        raise Unreadable("merge conflict markers", line=line, code="conflict-markers")
    extract = _extract(path, from_ini(path, text), ini_mentions(path, text), lint_settings.of_ini(path, text))
    return replace(extract, template=True) if extract is not None and _JINJA.search(text) is not None else extract


FORMAT = Format(name="tox", matches=named("tox.ini", "tox.toml"), read=read)


def _extract(
    path: str, config: ToxConfig | None, mentions: tuple[Mention, ...], lint: tuple[Setting, ...]
) -> Extract | None:
    if config is None:
        return None
    return Extract(
        path=path,
        format="tox",
        invocations=config.invocations,
        tasks=config.tasks,
        mentions=mentions,
        lint=lint,
        pythons=config.pythons,
        problems=config.problems,
        template="{{" in path,
    )
