"""The combination signature: every tool a project is handled with, as one line and as parts with their places."""

from __future__ import annotations

from collections.abc import Sequence

from scanner.inventory import Environments, Evidence, Signature, SignaturePart, Tool
from scanner.managers import Managers

_TYPE_CHECKERS = frozenset({"mypy", "pyright", "ty", "pyre", "pytype"})


def signature(managers: Managers, envs: Environments, tools: Sequence[Tool], backend: str | None) -> Signature:
    """``poetry · ci:pip · image:pip · black+flake8+isort · mypy``: the primary manager first, tools in use last."""
    parts: list[SignaturePart] = []
    words: list[str] = []
    ordered = sorted(managers.evidence, key=lambda name: (name != managers.primary, name))
    for name in ordered:
        first: Evidence | None = next(iter(managers.evidence[name]), None)
        parts.append(_part("manager", name, first))
    words.append("+".join(ordered) or "none")
    for place, env in (("ci", envs.ci), ("image", envs.image)):
        if env is not None and env.tool is not None:
            parts.append(_part(place, env.tool, env.evidence[0] if env.evidence else None))
            words.append(f"{place}:{env.tool}")
    used = [t for t in tools if t.use != "config-only"]
    linters = sorted(t.name for t in used if t.name not in _TYPE_CHECKERS)
    checkers = sorted(t.name for t in used if t.name in _TYPE_CHECKERS)
    for tool in sorted(used, key=lambda t: t.name):
        place = "types" if tool.name in _TYPE_CHECKERS else "lint"
        parts.append(_part(place, tool.name, tool.evidence[0] if tool.evidence else None))
    words.extend("+".join(names) for names in (linters, checkers) if names)
    if backend is not None:
        parts.append(SignaturePart(place="build", tool=backend))
    return Signature(text=" · ".join(words), parts=tuple(parts))


def _part(place: str, tool: str, evidence: Evidence | None) -> SignaturePart:
    if evidence is None:
        return SignaturePart(place=place, tool=tool)
    return SignaturePart(place=place, tool=tool, path=evidence.path, line=evidence.line)
