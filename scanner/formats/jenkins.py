"""Jenkinsfiles: shell steps with their stage and folder, container images and shared libraries.

Groovy is not parsed; one pass over its tokens (comments, strings, braces) finds the steps that run something.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from scanner.facts import Extract
from scanner.format import Format, Unreadable, conflict_line
from scanner.pipeline import Pipeline, Where, folder, in_side_folder
from scanner.yaml_reader import Scalar

CI = "jenkins"
MAX_TOKENS = 400_000
# A string that is left open ends with its line, a comment with the text: nothing is tried twice.
_TOKEN = re.compile(
    r"//[^\n]*|/\*.*?(?:\*/|\Z)|'''(?:[^'\\]|\\.|'(?!''))*(?:'''|\Z)|\"\"\"(?:[^\"\\]|\\.|\"(?!\"\"))*(?:\"\"\"|\Z)"
    r"|'(?:[^'\\\n]|\\.)*'?|\"(?:[^\"\\\n]|\\.)*\"?|@?[A-Za-z_]\w*|[{}()=.,:;]|\n",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(\n|.)", re.DOTALL)
_SHELLS = {"sh": None, "bat": "cmd", "powershell": "powershell", "pwsh": "pwsh"}
_INTERPOLATED = re.compile(r"\$\{(?P<code>[^{}\n]{0,40}[^{}\n\w][^{}\n]{0,200})\}")
_ESCAPED = {"n": "\n", "t": "\t", "\n": ""}


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    line: int

    @property
    def string(self) -> str | None:
        """The value of a string literal."""
        for quote in ("'''", '"""', "'", '"'):
            if self.text.startswith(quote) and self.text.endswith(quote) and len(self.text) >= 2 * len(quote):
                return _ESCAPE.sub(lambda m: _ESCAPED.get(m[1], m[1]), self.text[len(quote) : -len(quote)])
        return None

    @property
    def triple(self) -> bool:
        return self.text.startswith(("'''", '"""'))


def read(path: str, text: str) -> Extract | None:
    """Read a Jenkinsfile (declarative or scripted); ``None`` for Groovy that runs nothing."""
    if (line := conflict_line(text)) is not None:
        raise Unreadable("merge conflict markers", line=line, code="conflict-markers")
    pipeline = Pipeline(path, "jenkins", CI)
    tokens = list(_tokens(text))
    _walk(tokens, pipeline)
    words = {token.text for token in tokens}
    return None if pipeline.is_empty and not words & {"pipeline", "node", "stage"} else pipeline.extract()


def _tokens(text: str) -> Iterator[_Token]:
    line = 1
    position = 0
    for number, match in enumerate(_TOKEN.finditer(text)):
        if number > MAX_TOKENS:
            return
        line += text.count("\n", position, match.start())
        position = match.start()
        if not match[0].startswith(("//", "/*", "\n")):
            yield _Token(match[0], line)


@dataclass(frozen=True, slots=True)
class _Block:
    where: Where
    name: str | None = None


def _walk(tokens: list[_Token], pipeline: Pipeline) -> None:
    """Follow braces; each block keeps the stage, folder and variables that hold inside it."""
    blocks = [_Block(Where())]
    pending: _Block | None = None
    for number, token in enumerate(tokens):
        where = blocks[-1].where
        if token.text == "{":
            blocks.append(pending or _Block(where))
            pending = None
        elif token.text == "}":
            if len(blocks) > 1:
                closed = blocks.pop()
                if closed.name == "environment":
                    blocks[-1] = replace(blocks[-1], where=blocks[-1].where.with_env(closed.where.env))
        elif token.text == "environment":
            pending = _Block(replace(where, env={}), "environment")
        elif blocks[-1].name == "environment":
            _assign(tokens, number, blocks)
        elif token.text in ("stage", "dir", "withPythonEnv"):
            pending = _entered(token.text, tokens, number, where, pipeline) or pending
        elif token.text in _SHELLS:
            _shell(tokens, number, replace(where, shell=_SHELLS[token.text]), pipeline)
        elif token.text in ("image", "@Library", "library", "dockerfile"):
            _outside(tokens, number, where, pipeline)


def _argument(tokens: list[_Token], number: int, *keys: str) -> _Token | None:
    """The string literal that a step is called with: its first argument, or the one under one of ``keys``."""
    start = number + 1 + (number + 1 < len(tokens) and tokens[number + 1].text == "(")
    for position in range(start, min(start + 24, len(tokens))):
        token = tokens[position]
        if token.string is not None:
            named = tokens[position - 1].text == ":" and tokens[position - 2].text
            if position == start or named in keys:
                return token
        elif token.text in ("{", "}", "(", ")", ";"):
            return None
    return None


def _assign(tokens: list[_Token], number: int, blocks: list[_Block]) -> None:
    if number + 2 < len(tokens) and tokens[number + 1].text == "=":
        value = tokens[number + 2].string
        if value is not None and "$" not in value and tokens[number].string is None:
            where = blocks[-1].where.with_env({tokens[number].text: value})
            blocks[-1] = replace(blocks[-1], where=where)


def _entered(word: str, tokens: list[_Token], number: int, where: Where, pipeline: Pipeline) -> _Block | None:
    token = _argument(tokens, number, "name", "path")
    text = token.string if token is not None else None
    if token is None or text is None:
        return None
    if word == "withPythonEnv":
        pipeline.python(text.strip("/").rpartition("/")[2].removeprefix("python"), token.line, "ci-setup", where)
        return None
    if word == "dir":
        inside = folder(posixpath.join(where.directory or ".", text)) if where.directory is not None else None
        return _Block(replace(where, directory=inside))
    return _Block(replace(where, job=text))


def _shell(tokens: list[_Token], number: int, where: Where, pipeline: Pipeline) -> None:
    if number and tokens[number - 1].text == ".":
        return
    token = _argument(tokens, number, "script")
    text = token.string if token is not None else None
    if token is not None and text:
        if token.text.startswith('"'):  # Groovy's own expressions (${env.X}) are no shell
            text = _INTERPOLATED.sub(r"${{ \g<code> }}", text)
        scalar = Scalar(text, token.line - 1, block=True) if token.triple else Scalar(text, token.line)
        pipeline.run(scalar, where)


def _outside(tokens: list[_Token], number: int, where: Where, pipeline: Pipeline) -> None:
    """Images of agents (``image 'python:3.11'``, ``docker.image('…')``) and shared libraries."""
    token = _argument(tokens, number)
    text = token.string if token is not None else None
    if token is None or text is None:
        return
    if tokens[number].text == "image":
        pipeline.image(text, token.line, where)
    elif tokens[number].text in ("@Library", "library"):
        name, _, ref = text.partition("@")
        pipeline.uses(name, ref, token.line)


def _matches(path: str) -> bool:
    name = posixpath.basename(path)
    if "enkins" not in path:
        return False
    is_file = re.fullmatch(r"(?i)(?:.+[._-])?jenkinsfile(?:[._-].+)?", name) is not None
    in_folder = name.endswith(".groovy") and re.match(r"(?:\.?ci/)?\.?jenkins/", path) is not None
    return (is_file or in_folder) and not in_side_folder(path) and not name.endswith((".md", ".txt", ".py", ".sh"))


FORMAT = Format(name="jenkins", matches=_matches, read=read)
