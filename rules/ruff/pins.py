"""Ruff's own pins, raised to the version that the patch uses: one Ruff in one version.

A range that admits the version stays as it is, unless ``all_`` of them are asked for (a lock holds another version, and
would go on holding it).
"""

from __future__ import annotations

import posixpath
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from rules.places.text import Splice, applied, line_of
from rules.ruff.standing import RuffRun
from rules.uv import version

_SPEC = r"[ \t]*(?:[=<>~!]=?=?[ \t]*[\w.*+!-]+[ \t]*,?[ \t]*){1,4}"
_ROW = re.compile(
    rf"^(?P<lead>[ \t]*(?:-[ \t]+|deps[ \t]*=[ \t]*)?ruff)(?P<spec>{_SPEC})(?=[ \t]*(?:[;#][^\n]*)?\r?$)", re.MULTILINE
)
_QUOTED = re.compile(rf"(?P<quote>[\"'])ruff(?P<spec>{_SPEC})(?=(?P=quote)|[ \t]*;)")
_ENTRY = re.compile(
    r"^ruff[ \t]*=[ \t]*(?:\{[^}\n]{0,200}?\bversion[ \t]*=[ \t]*)?(?P<quote>[\"'])(?P<spec>[^\"'\n]{1,80})(?P=quote)",
    re.MULTILINE,
)
_HOOK = re.compile(r"\bpre-commit[ \t]+run[ \t]+(?:--?[\w-]+[ \t]+){0,4}ruff(?![\w-])")
_ACTION = re.compile(
    r"uses:[ \t]*[\"']?(?:astral-sh|chartboost)/ruff-action@[^\n]*\n"
    r"(?:(?![ \t]*-[ \t])[ \t]+[^\n]*\n){0,8}?[ \t]+version:[ \t]*[\"']?(?P<spec>v?\d[\w.]{0,30})"
)
_CALL = re.compile(r"\bruff(?P<join>==|@)(?P<spec>v?\d[\w.]{0,30})")


def raised(path: str, text: str, *, all_: bool) -> str:
    """The file at ``path`` with Ruff's pins raised."""
    name = posixpath.basename(path)
    if "ruff" not in text:
        return text
    if name in ("pyproject.toml", "Pipfile"):
        after = applied(text, [*_pins(_QUOTED, text, all_=all_), *_entries(text, name, all_=all_)])
        return after if _is_toml(after) or not _is_toml(text) else text
    if name.endswith((".txt", ".in", ".cfg", ".ini")) or name in ("environment.yml", "environment.yaml"):
        text = applied(text, _pins(_ROW, text, all_=all_))
    elif name.endswith(".py"):
        text = applied(text, _pins(_QUOTED, text, all_=all_))
    return text


def in_commands(text: str, rows: Collection[int] | None = None) -> str:
    """``pip install ruff==0.1``, ``uvx ruff@0.1``, on these lines (on all of them)."""
    pinned = [m for m in _CALL.finditer(text) if rows is None or line_of(text, m.start()) in rows]
    after = applied(text, [Splice(m.start("spec"), m.end("spec"), version("ruff")) for m in pinned])
    named = (m for m in _HOOK.finditer(after) if rows is not None and line_of(after, m.start()) in rows)
    return applied(after, [Splice(m.end(), m.end(), "-check") for m in named])


def with_check(text: str, runs: Iterable[RuffRun]) -> str:
    """``ruff .`` and ``ruff --fix .`` of old, which the version does not take, as ``ruff check``."""
    for run in runs:
        if run.tool == "ruff" and run.words and run.words[0] not in _COMMANDS and not run.is_hook:
            called = re.compile(
                rf"\bruff(?P<pin>(?:@[\w.]{{1,30}})?)(?=[ \t]+[\"']?{re.escape(run.words[0])}(?![\w-]))"
            )
            found = (m for m in called.finditer(text) if run.line is None or line_of(text, m.start()) == run.line)
            text = applied(text, [Splice(m.end(), m.end(), " check") for m in found])
    return text


_COMMANDS = frozenset(
    "analyze check clean config format generate-shell-completion help linter rule server version".split()
)


def in_actions(text: str) -> str:
    """``version:`` of a step with Ruff's action."""
    steps = _ACTION.finditer(text)
    return applied(text, [Splice(m.start("spec"), m.end("spec"), version("ruff")) for m in steps])


def _pins(pattern: re.Pattern[str], text: str, *, all_: bool) -> Iterator[Splice]:
    for match in pattern.finditer(text):
        if all_ or not _admits(match["spec"]):
            end = match.start("spec") + len(match["spec"].rstrip())
            yield Splice(match.start("spec"), end, f"=={version('ruff')}")


def _entries(text: str, name: str, *, all_: bool) -> Iterator[Splice]:
    for match in _ENTRY.finditer(text):
        spec = match["spec"]
        if all_ or (spec != "*" and not _admits(spec)):
            pin = f"=={version('ruff')}" if name == "Pipfile" else version("ruff")
            yield Splice(match.start("spec"), match.end("spec"), pin)


def _admits(spec: str) -> bool:
    """Whether a range admits the version; one that cannot be read (Poetry's ``^0.4``, a bare one) does not."""
    try:
        return SpecifierSet(spec.replace(" ", "")).contains(version("ruff"))
    except InvalidSpecifier:
        return False


def _is_toml(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True
