"""PowerShell and cmd, line by line."""

from __future__ import annotations

import posixpath
import re

from scanner.shell.masks import Masks
from scanner.shell.output import Writer, clean_value
from scanner.shell.state import State

_SET = re.compile(r"(?:\$env:(\w{1,100})\s{0,4}=\s{0,4}|set\s{1,4}\"?(\w{1,100})=)(.{0,2000})", re.IGNORECASE)
_WORD = re.compile(r"\"([^\"]{0,4000})\"|'([^']{0,4000})'|([^\s\"']{1,4000})")


def windows(text: str, state: State, writer: Writer) -> None:
    """PowerShell and cmd, line by line: only literal variables, and of a block what stands on its own line."""
    masks = Masks(writer.at, "ci")
    row = 0
    pending = ""
    start = 0
    for row, line in enumerate(masks.hide(text).split("\n")):
        start = row if not pending else start
        joined = (pending + " " + line.strip()).strip()
        if joined.endswith(("`", " ^")):
            pending = joined[:-1].strip()
            continue
        pending = ""
        lowered = joined.lower()
        if not joined or lowered.startswith(("#", "rem ", "::", "@rem ")):
            continue
        if match := _SET.fullmatch(joined):
            name = match[1] or match[2]
            state.variables[name] = masks.show(match[3].strip("\"' "))
            state.exported.add(name)
            continue
        joined = _filled(_REDIRECT.sub(lambda match: match[1] or "", joined), state)
        for part in re.split(r"&&|\|\||[;|&](?![^\"]{0,400}\"\s)", joined):
            words = [a or b or c for a, b, c in _WORD.findall(part.strip().lstrip("@"))]
            if "{" in words[:8]:
                words = [word for word in words[words.index("{") + 1 :] if word not in ("{", "}")]
            if words[:1] in (["&"], ["call"], ["Invoke-Expression"]):
                words = words[1:]
            if not words or words[0] in ("{", "}", "if", "else", "for", "foreach"):
                continue
            if words[0].lower() in ("cd", "set-location", "pushd") and len(words) > 1:
                state.go(_windows_target(state.directory, words[-1]))
                continue
            words = [word.replace("\\", "/") for word in words]
            env = tuple(sorted((k, clean_value(k, v)) for k, v in state.variables.items() if v is not None))
            writer.emit([masks.show(word) for word in words], env, state.directory, start)


def _filled(line: str, state: State) -> str:
    """``line`` with ``%NAME%`` filled in, or as ``${NAME}``; a script's own folder is the one that it is found in."""

    def value(match: re.Match[str]) -> str:
        name = match["name"] or match["each"]
        if name is None:
            return "./"
        known = state.variables.get(name)
        return "." if name.upper() == "CD" else known if known is not None else f"${{{name}}}"

    return _PERCENT.sub(value, line) if "%" in line or "$PSScriptRoot" in line else line


_REDIRECT = re.compile(r"(\"[^\"]{0,4000}\"|'[^']{0,4000}')|(?<=\s)[12*]?>{1,2}\s{0,4}(?:&[12]|[^\s&|;\"']{1,200})")
_PERCENT = re.compile(
    r"(?:%~dp0|\$PSScriptRoot)[\\/]?|%(?P<name>[A-Za-z_]\w{0,100})%|%%~?(?P<each>[A-Za-z])(?![\w%])", re.IGNORECASE
)


def _windows_target(directory: str | None, word: str) -> str | None:
    word = word.replace("\\", "/")
    if directory is None or word.startswith(("/", "$", "%", "\ue000")) or ":" in word:
        return None
    path = posixpath.normpath(posixpath.join(directory, word))
    return None if path.startswith("..") else path
