"""Commands that put an old tool in place: uv in one version stands there from now on."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise

from rules.places.calls import Call, Word, words_of
from rules.places.manner import Answer, drop, look
from rules.places.target import Target
from rules.uv import version

_BOOTSTRAPPED = re.compile(
    r"(?P<name>poetry|pipenv|pdm|rye|pip-tools|poetry-core|poetry-plugin-[\w-]+|poetry-dynamic-versioning\S*)"
    r"(?:\[[^\]]*\])?(?:\s*(?:[=~!<>@]=?|\s).*)?"
)


_DOWNLOAD = re.compile(
    r"(?P<poetry>install\.python-poetry|get-poetry|install-poetry)|(?P<pdm>pdm-project\.org|install-pdm)"
    r"|(?P<rye>rye\.astral|rye-up)"
)


def downloaded(words: Sequence[Word]) -> str | None:
    """The old tool whose installer a command downloads."""
    if posixpath.basename(words[0].value) not in ("curl", "wget"):
        return None
    found = next((match for word in words[1:] if (match := _DOWNLOAD.search(word.value)) is not None), None)
    return found.lastgroup if found is not None else None


def is_installer(words: Sequence[Word]) -> bool:
    """Whether Python runs Poetry's installer, which was downloaded before."""
    values = [word.value for word in words[:2]]
    return len(values) == 2 and _PYTHON.fullmatch(values[0]) is not None and _INSTALLER.fullmatch(values[1]) is not None


_VALUED = frozenset(
    "--python -p --python-version --index-url -i --extra-index-url --find-links -f --target -t --prefix --root "
    "--suffix --pip-args --constraint -c --trusted-host --timeout --retries --proxy --cache-dir --preinstall -n "
    "--name".split()
)
_PYTHON = re.compile(r"(?:[\w./-]*/)?python[\d.]*")
_INSTALLER = re.compile(r"(?:[\w./-]*/)?(?:get|install)-poetry\.py")


def bootstrap(call: Call, target: Target) -> Answer | None:
    """A command that puts the old tool in place: uv in one version stands there from now on."""
    words = list(words_of(call))
    program = posixpath.basename(words[0].value)
    if downloaded(words) is not None:
        return Answer(kind="bootstrap", text=f"python3 -m pip install uv=={version('uv')}")
    if is_installer(words):
        return drop() if "poetry" in target.tools else None
    if program == "asdf" and (by_asdf := _by_asdf([w.value for w in words], target)) is not None:
        return by_asdf
    if not re.fullmatch(r"pip[\d.]*|pipx|uv|brew|asdf|mamba|conda", program):
        return None
    values = [w.value for w in words]
    verb = next((n for n, v in enumerate(values) if v in ("install", "inject", "upgrade")), None)
    if verb is None:
        return None
    if program == "pipx" and values[verb] == "inject":
        if not _is_old(values[verb + 1 : verb + 2], target):
            return None
        plugins = [v for v in values[verb + 2 :] if not v.startswith("-")]
        known = all(re.match(r"poetry-plugin-(?:export|shell|bundle|up)\b", plugin) for plugin in plugins)
        return drop() if known else look(f"a plug-in of {values[verb + 1]}: {' '.join(plugins)[:80]}")
    old = [n for n, v in enumerate(values[verb + 1 :], verb + 1) if _is_old([v], target)]
    if not old:
        return None
    prefix = call.words[: len(call.words) - len(words)]
    if program in ("brew", "asdf"):
        return (
            Answer(kind="bootstrap", text="brew install uv")
            if program == "brew"
            else look("asdf installs the old tool")
        )
    kept = [w.raw for n, w in enumerate(words[: verb + 1])]
    names: list[str] = []
    number = verb + 1
    while number < len(words):
        if number in old:
            if not any(n.startswith("uv==") for n in names):
                names.append(f"uv=={version('uv')}")
        else:
            names.append(words[number].raw)
        number += 1
    if program == "uv":
        return drop() if len([n for n in names if not n.startswith("-")]) == 1 else look("uv installs the old tool")
    given = {n for option, n in pairwise(names) if option in _VALUED}
    rest = tuple(n for n in names if not n.startswith(("-", "uv==")) and n not in given)
    text = " ".join([*(w.raw for w in prefix), *kept, *names])
    return Answer(kind="bootstrap", text=text, rest=rest)


def _by_asdf(values: Sequence[str], target: Target) -> Answer | None:
    """asdf has a plug-in for uv as well."""
    verb = next((v for v in ("plugin-add", "install", "global", "local", "set", "reshim") if values[1:2] == [v]), None)
    rest = values[3:] if values[1:3] == ["plugin", "add"] else values[2:] if verb is not None else []
    if not rest or not _is_old(rest[:1], target):
        return None
    if values[1] in ("plugin", "plugin-add", "reshim"):
        said = " ".join(values[1 : len(values) - len(rest)])
        is_known = len(rest) == 1 or (len(rest) == 2 and "://" in rest[1])  # the old plug-in's own address goes with it
        return Answer(kind="bootstrap", text=f"asdf {said} uv") if is_known else look("a plug-in of asdf's")
    return Answer(kind="bootstrap", text=f"asdf {values[1]} uv {version('uv')}")


_BY_SYSTEM = (
    r"(?<![\w-])(?:apt|apt-get|aptitude|apk|dnf|yum|microdnf|zypper|pacman)[ \t](?:[^\n;&|#]|\\\r?\n){{0,400}}?"
    r"(?<![\w./-])(?:python3-)?(?P<tool>{names})(?![\w./-])"
)


def of_system(text: str, tools: AbstractSet[str]) -> re.Match[str] | None:
    """Where the system's package manager installs one of ``tools`` (the group ``tool``): it has no uv in its place."""
    names = "|".join(sorted(tools & {"poetry", "pipenv", "pdm"}))
    return re.search(_BY_SYSTEM.format(names=names), text) if names else None


def _is_old(values: Sequence[str], target: Target) -> bool:
    for value in values:
        match = _BOOTSTRAPPED.fullmatch(value.strip("'\""))
        if match is None:
            continue
        name = match["name"]
        tool = "poetry" if name.startswith("poetry") else name
        if tool in target.tools or (tool == "pip-tools" and "pip-compile" in target.tools):
            return True
    return False
