"""Documentation: commands in code blocks and inline code as uv's; how the tool itself is installed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rules.places.context import Context
from rules.places.manner import PLAIN, Answer, Manner
from rules.places.script import Script, Window
from rules.places.text import Splice, applied, line_end, line_start, newline

_FENCE = re.compile(r"^(?P<indent>[ \t>]*)(?P<mark>```+|~~~+)[ \t]*(?P<info>[^\n`]*)\n", re.MULTILINE)
_INLINE = re.compile(r"(?<!`)(?P<ticks>``?)(?P<code>[^`\n]+)(?P=ticks)(?!`)")
_BLOCK_RST = re.compile(
    r"^(?P<indent>[ \t]*)\.\. (?:code-block|code|sourcecode|prompt)::[^\n]*\n(?:(?P=indent)[ \t]+:[^\n]*\n)*",
    re.MULTILINE,
)
_LITERAL = re.compile(r"^(?P<indent>[ \t]*)[^\n]*::[ \t]*\n", re.MULTILINE)
_SHELL = frozenset("bash sh shell console zsh shell-session terminal fish cmd powershell text txt".split()) | {""}
_START = re.compile(r"(?P<prompt>(?:[$%❯#]|>|PS [^>\n]*>)[ \t]+)")
_INLINE_LOCK = re.compile(r"`(?P<folder>(?:[\w.-]+/)*)(?:poetry\.lock|Pipfile\.lock|pdm\.lock)`")
_TOOL = re.compile(r"\b(?:poetry|pipenv|pdm|rye|pip-compile|pip-sync|pip3?)\b")


def edit(path: str, text: str, context: Context) -> str:
    """The document with uv's commands. Prose itself is left as it is."""
    if _TOOL.search(text) is None or context.around(path) is None:
        return text
    script = Script(
        path,
        text,
        context,
        Manner(lock=PLAIN, run=PLAIN),
        trusted=True,
        bootstraps=_install,
        uses_active=_activates(text),
        prefix=_CONDA if "conda activate" in text else "",
    )
    script.keeps = _BY_PIP.search(text) is not None
    changed: list[Splice] = []
    blocks = _blocks(text, path.endswith(".rst"))
    for start, end in blocks:
        changed += _block(script, start, end)
    for match in _INLINE.finditer(text):
        if any(start <= match.start() < end for start, end in blocks):
            continue
        code = match["code"]
        if _TOOL.match(code.strip()) and " " in code.strip() and not _is_spoken_of(text, match):
            outcome = script.window(Window(start=match.start("code"), end=match.end("code")))
            if outcome.emptied:
                continue
    after = applied(text, [*script.splices, *changed])
    if after == text:
        return text
    after = _TOKEN.sub("UV_PUBLISH_TOKEN", after)
    return _INLINE_LOCK.sub(lambda m: f"`{m['folder']}uv.lock`", after)


def _is_spoken_of(text: str, match: re.Match[str]) -> bool:
    """Whether a sentence says something about how a command behaves, which may not be true of uv's."""
    after = text[match.end() : line_end(text, match.end())]
    row = text[line_start(text, match.start()) : match.start()] + after
    return _BEHAVES.match(after) is not None or ("shell" in match["code"] and re.search(r"\.env\b", row) is not None)


_BEHAVES = re.compile(r"\s+(?:can|may|might|could|works|fails|freezes|hangs|takes|sometimes|does(?:n't| not))\b")
_TOKEN = re.compile(r"POETRY_PYPI_TOKEN_[A-Z0-9_]+")
_BY_PIP = re.compile(r"pip[\d.]* install (?:-\S+ ){0,6}[\"']?\.(?=[\[\"'\s`]|$)", re.MULTILINE)
"""The project itself, which documentation goes on to install by pip: no exact sync may take it out."""
_CONDA = 'UV_PROJECT_ENVIRONMENT="$CONDA_PREFIX" '
_HAS_UV = re.compile(r"install\s+(?:-\S+\s+)*[`\"']?uv\b|astral|(?:^|[\s`$])uv (?:sync|run|venv|pip)", re.MULTILINE)


def _activates(text: str) -> bool:
    """Whether the reader is told to activate an environment that is not uv's."""
    other = re.search(r"(?:source|\.)\s+(?!\.venv)[\w~$./-]*/bin/activate|\\Scripts\\activate|pyenv activate", text)
    return other is not None and ".venv" not in text


def _install(found: Answer) -> str:
    """How the tool itself is installed."""
    if found.text.startswith("brew"):
        return found.text
    if found.text.startswith("pipx"):
        return "pipx install uv" + (f" && pip install {' '.join(found.rest)}" if found.rest else "")
    upgrade = "--upgrade " if "pip" in found.rest else ""
    return f"pip install {upgrade}{' '.join((*found.rest, 'uv'))}"


def _blocks(text: str, rst: bool) -> list[tuple[int, int]]:
    """The code blocks of shells: fenced, or behind a directive, or indented behind ``::``."""
    found: list[tuple[int, int]] = []
    at = 0
    while match := _FENCE.search(text, at):
        close = re.compile(rf"^[ \t>]*{re.escape(match['mark'])}[ \t]*\r?$", re.MULTILINE).search(text, match.end())
        end = close.start() if close else len(text)
        info = re.split(r"[\s{,]", match["info"].strip().lower().lstrip("{."))[0].rstrip("}")
        if info in _SHELL:
            found.append((match.end(), end))
        else:
            found.append((match.end(), match.end()))
        at = close.end() if close else len(text)
    if rst:
        for pattern in (_BLOCK_RST, _LITERAL):
            found += [(m.end(), _indented(text, m.end(), len(m["indent"]))) for m in pattern.finditer(text)]
    return found


def _indented(text: str, at: int, indent: int) -> int:
    end = at
    while at < len(text):
        row = text[at : line_end(text, at)]
        if row.strip() and len(row) - len(row.lstrip()) <= indent:
            break
        at = line_end(text, at)
        end = at
    return end


def _block(script: Script, start: int, end: int) -> list[Splice]:
    """One block: with prompts each line by itself, else as a script; a line of which nothing is left goes."""
    text = script.text
    changed: list[Splice] = []
    prompted = re.search(r"^[ \t]*[$%❯][ \t]", text[start:end], re.MULTILINE) is not None
    said = ""
    at = start
    while at < end:
        stop = min(line_end(text, at), end)
        while text[at:stop].rstrip().endswith("\\") and stop < end:
            stop = min(line_end(text, stop), end)
        row = text[at:stop]
        first = at + len(row) - len(row.lstrip(" \t"))
        prompt = _START.match(text, first, stop)
        if prompt and prompt["prompt"].startswith("#"):
            prompt = None
        first = prompt.end() if prompt else first
        if prompted and not prompt and _TOOL.match(text, first) is None:  # what the commands print
            at = stop
            continue
        if text[first : first + 1] != "#" and text[first:stop].strip():
            synced = script.synced
            outcome = script.window(Window(start=first, end=stop))
            told = outcome.answers[0].text if outcome.calls == 1 and outcome.answers else ""
            if outcome.emptied or (told.startswith("uv lock") and told == said):
                changed.append(Splice(at, stop, ""))
            elif any(a.kind == "system-sync" for a in outcome.answers) and not synced and row.endswith("\n"):
                changed += _around_pip_s(script, text[at:first], at, stop)
            said = told
        at = stop
    return changed


_RUNS = re.compile(
    r"^[ \t$>]*(?:python|pre-commit|pytest|flask|django-admin|uvicorn|gunicorn|streamlit|jupyter|mkdocs|tox|alembic)\b",
    re.MULTILINE,
)
"""A command that only an active environment has."""


def _around_pip_s(script: Script, lead: str, start: int, stop: int) -> Iterator[Splice]:
    """What the first ``uv sync`` in the place of pip takes: uv, and its environment where the reader has no other."""
    text, end = script.text, newline(script.text)
    if _HAS_UV.search(text) is None and not any(re.search(r"install[^\n]* uv\b", s.new) for s in script.splices):
        yield Splice(start, start, f"{lead}pip install uv{end}")
    if "activate" not in text and not script.prefix and _RUNS.search(text, stop) is not None:
        yield Splice(stop, stop, f"{lead}source .venv/bin/activate{end}")
