"""Lines of living files that still call an old tool after the move, whatever kind of file they stand in."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator

#: What the old tools are told to do; a tool's name alone says nothing.
_VERBS = (
    "add|build|cache|check|config|env|export|fetch|graph|info|init|install|list|lock|new|outdated|pin|publish|remove|"
    "requirements|run|self|shell|show|sync|uninstall|update|use|venv|version"
)
_INSTALLERS = {
    "poetry": r"install\.python-poetry|get-poetry|install-poetry\.py",
    "pdm": r"pdm-project\.org|install-pdm\.py",
    "rye": r"rye\.astral|rye-up",
}
_ALONE = frozenset({"pip-compile", "pip-sync"})
_FILE = re.compile(
    r"(?:.*/)?(?:[^/]+\.(?:md|rst|txt|adoc|py|toml|cfg|ini|json5?|ya?ml|sh|bash|zsh|fish|bat|cmd|ps1|mk|just|tf|hcl|groovy|gradle"
    r"|service|conf|js|cjs|mjs|ts|nix|j2|envrc|mdc)|\.envrc|[^/]*[Mm]akefile[^/]*|[Jj]ustfile|[^/]*[Dd]ockerfile[^/]*"
    r"|\.tool-versions|[^/]*[Cc]ontainerfile[^/]*|Jenkinsfile[^/]*|Procfile[^/]*|Vagrantfile|Earthfile|Tiltfile)"
)
_GENERATED = re.compile(
    r"(?:^|/)(?:package-lock\.json|requirements(?:/[\w.-]*|[\w.-]*)\.txt|[\w.-]*lock[\w.-]*\.(?:ya?ml|json|toml))$"
)
_LARGE = 200_000
_VERSIONS = (".tool-versions", "mise.toml")


def may_speak(path: str) -> bool:
    """Whether a file is one that people or programs read commands from."""
    return _FILE.fullmatch(path) is not None and _GENERATED.search(path) is None and "{{" not in path


def still_said(path: str, text: str, tools: Collection[str]) -> Iterator[tuple[int, str]]:
    """The lines that call one of ``tools``, with the words of the call; comments of code call nothing."""
    named = [t for t in sorted(tools) if t not in _ALONE]
    alone = [*sorted(_ALONE & set(tools)), *(["piptools"] if _ALONE & set(tools) else [])]
    if len(text) > _LARGE or not any(t in text for t in (*named, *alone)):
        return
    parts = [rf"(?:{'|'.join(named)})[\"']?(?:\s|,\s?)[\"']?(?:{_VERBS})(?![\w-])"] if named else []
    parts += [rf"pip[\d.]* install (?:-\S+ ){{0,6}}[\"']?(?:{'|'.join(named)})(?![\w-])"] if named else []
    parts += [rf"(?:{'|'.join(alone)})(?![\w/.-])"] if alone else []
    parts += [rf"(?:{'|'.join(named)})[\"']?[ \t]*=?[ \t]*[\"']?\d"] if named and path.endswith(_VERSIONS) else []
    installers = [_INSTALLERS[tool] for tool in named if tool in _INSTALLERS]
    pattern = re.compile("|".join([rf"(?<![\w./@-])(?:{'|'.join(parts)})", *installers]))
    is_prose = posixpath.splitext(path)[1] in (".md", ".rst", ".txt", ".adoc", ".mdc")
    for number, row in enumerate(text.splitlines(), start=1):
        if len(row) > 2_000 or (not is_prose and row.lstrip().startswith(("#", "//", ";"))):
            continue
        if (match := pattern.search(row)) is not None:
            yield number, re.sub(r"[\"',\s]+", " ", match[0]).strip()


_COMMANDS = re.compile(
    r"(?:.*/)?(?:[^/]+\.(?:sh|bash|zsh|fish|bat|cmd|ps1|mk|just|nix|service|conf|groovy|tf)|[^/]*[Mm]akefile[^/]*|[Jj]ustfile"
    r"|[^/]*[Dd]ockerfile[^/]*|[^/]*[Cc]ontainerfile[^/]*|Jenkinsfile[^/]*|Procfile[^/]*|Vagrantfile|Earthfile|Tiltfile"
    r"|\.envrc|tox\.ini|[^/]*compose[^/]*\.ya?ml|\.gitlab-ci\.ya?ml|azure-pipelines[^/]*\.ya?ml|[^/]*cloudbuild[^/]*\.ya?ml"
    r"|\.husky/[\w-]+|\.lintstagedrc[\w.]*|\.?lefthook\.ya?ml|[Tt]askfile\.ya?ml)"
    r"|(?:.*/)?\.(?:github/(?:workflows|actions)|circleci|gitlab|buildkite)/.+\.ya?ml"
)
_TELLS = re.compile(
    r"\s*(?:[-@]\s*)?(?:echo|printf|print\w*|Write-\w+|info|log\w*|warn\w*|err\w*|desc|summary|name|description|title|label|"
    r"group|MAINTAINER|LABEL)\b",
    re.IGNORECASE,
)


def still_named(path: str, text: str, tools: Collection[str]) -> Iterator[tuple[int, str]]:
    """The lines of a file of commands that name one of ``tools`` in any other way: a variable, a path, an argument."""
    if _COMMANDS.fullmatch(path) is None or len(text) > _LARGE or not tools:
        return
    names = "|".join(sorted(map(re.escape, tools)))
    pattern = re.compile(rf"(?<![\w.@#-])(?P<tool>{names})(?![\w-]|\.\w|/[\w.]|[\"']?[ \t]*:(?:[ \t]|$))")
    for number, row in enumerate(text.splitlines(), start=1):
        if len(row) > 2_000 or row.lstrip().startswith(("#", "//", ";", "REM ")) or _TELLS.match(row):
            continue
        found = pattern.search(re.sub(r"(?:^|\s)(?:#|//) .*", "", row))
        if found is not None:
            yield number, found["tool"]
