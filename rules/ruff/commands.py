"""Commands that start flake8, isort and Black, replaced by Ruff's on their exact span; packages in ``pip install``.

Only commands that the scanner saw are touched: a name in a matrix or a title is none. What is not understood is noted.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from packaging.utils import canonicalize_name

from rules.migration import Ground
from rules.places.calls import Call, Word, calls
from rules.places.text import Splice, applied, line_end, line_of, line_start
from rules.places.yaml_text import documents, places, window
from rules.uv import version

TOOLS = ("flake8", "isort", "black")
_ALIASES = {"pflake8": "flake8", "flake9": "flake8", **{tool: tool for tool in TOOLS}}
_RUNNERS = frozenset({"poetry", "pipenv", "pdm", "rye", "uv", "uvx", "pipx", "hatch", "conda", "micromamba", "docker"})
_PYTHON = re.compile(r"py|python[\d.]*|\$\{?\w*PY(?:THON)?\w*\}?|\$\(\w*PY(?:THON)?\w*\)")
_PINNED = re.compile(r"(?P<name>flake8|isort|black)(?:@|==)[\w.]+")
_HOOKS = {"flake8": "ruff-check", "isort": "ruff-check", "black": "ruff-format"}
_ACTION = re.compile(r"uses:[ \t]*[\"']?(?P<name>[\w.-]+/[\w.-]*(?:flake8|isort|black|lint-action)[\w.-]*)@")
_YAML = re.compile(r"\.ya?ml$")
_PROSE = frozenset({"name", "description", "title", "desc", "key", "if", "only", "except", "summary", "id", "uses"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """``tools`` are replaced; ``packages`` (their plug-ins too, by normalised name) are no longer installed."""

    tools: frozenset[str]
    packages: frozenset[str]


def edit(path: str, text: str, ground: Ground, swap: Swap, look: Callable[[int, str], None]) -> str:
    """The file at ``path`` with Ruff's commands; ``look`` is told the lines that a person has to see to."""
    for match in _ACTION.finditer(text) if path.startswith(".github/") else ():
        if any(tool in match[0] for tool in swap.tools) or "lint-action" in match[0]:
            look(line_of(text, match.start()), f"runs the action {match['name']}, which may start an old tool")
    seen = _seen(path, ground, swap)
    if not seen:
        return text
    if path.endswith(".py"):
        for line in sorted(seen):
            look(line, "starts an old tool in a program")
        return text
    splices: list[Splice] = []
    for start, end, folded in _windows(path, text, seen):
        for call in calls(text, start, end, folded=folded):
            splices += _call(text, call, swap, look)
    return applied(text, splices)


def _seen(path: str, ground: Ground, swap: Swap) -> set[int]:
    """The lines on which the scanner saw a command that names one of the tools or packages."""
    extract = ground.facts.extracts.get(path)
    if extract is None or extract.template:
        return set()
    found = list(extract.invocations)
    if extract.dockerfile is not None:
        found += [i for stage in extract.dockerfile.stages for step in stage.instructions for i in step.invocations]
    return {
        i.at.line for i in found if i.at.line is not None and any(_names(word, swap) is not None for word in i.argv)
    }


def _names(word: str, swap: Swap) -> str | None:
    """The tool or package that a word names."""
    name = posixpath.basename(word)
    if (pinned := _PINNED.fullmatch(name)) is not None:
        name = pinned["name"]
    name = _ALIASES.get(name, name)
    if name in swap.tools:
        return name
    plain = re.match(r"[A-Za-z0-9][\w.-]*", word)
    return str(canonicalize_name(plain[0])) if plain and str(canonicalize_name(plain[0])) in swap.packages else None


def _windows(path: str, text: str, seen: Collection[int]) -> Iterator[tuple[int, int, bool]]:
    if _YAML.search(path):
        done: set[int] = set()
        for document in documents(text):
            for place in places(document):
                if place.scalar.start in done or place.key in _PROSE or place.scalar.end <= place.scalar.start:
                    continue
                done.add(place.scalar.start)
                found = window(text, place.scalar)
                rows = range(line_of(text, place.scalar.start), line_of(text, place.scalar.end - 1) + 1)
                if found is not None and any(line in rows for line in seen):
                    yield found.start, found.end, found.folded
        return
    for line in sorted(seen):
        start = 0
        for _ in range(line - 1):
            start = line_end(text, start)
        end = line_end(text, start)
        if path.endswith((".ini", ".cfg")) and not _key(text, end).startswith("commands"):
            continue
        if path.endswith((".toml", ".json")):
            yield from ((m.start("text"), m.end("text"), False) for m in _QUOTED.finditer(text, start, end))
            continue
        while text[start:end].rstrip().endswith("\\") and end < len(text):
            end = line_end(text, end)
        lead = _LEAD.match(text, start, end)
        yield (lead.end() if lead else start), end, False


def _key(text: str, end: int) -> str:
    """The key of an INI file to which the line that ends at ``end`` belongs."""
    found = re.findall(r"^([A-Za-z_][\w.-]*)[ \t]*[=:]", text[:end], re.MULTILINE)
    return found[-1] if found else ""


_QUOTED = re.compile(r"(?P<quote>[\"'])(?P<text>[^\"'\n]*)(?P=quote)")
_LEAD = re.compile(
    r"[ \t]*(?:commands(?:_pre|_post)?[ \t]*=[ \t]*|RUN[ \t]+|[\w-]+:[ \t]+)?(?:[\w{},!.]+:[ \t]+)?(?:[-!][ \t]+)?"
)


def _call(text: str, call: Call, swap: Swap, look: Callable[[int, str], None]) -> Iterator[Splice]:
    words = call.words
    if _installs(call):
        yield from _packages(text, call, swap)
        return
    number = _tool(words, swap)
    if number is None:
        return
    tool = _names(words[number].value, swap) or ""
    if words[0].value.endswith("pre-commit"):
        yield Splice(words[number].start, words[number].end, _HOOKS[tool])
        return
    arguments = words[number + 1 :]
    new = _ARGUMENTS[tool]([w.raw for w in arguments])
    if new is None:
        look(line_of(text, call.begin), f"calls {tool} in a way that has no counterpart that is certain")
        return
    program = words[number]
    ruff = "ruff" if _PINNED.fullmatch(program.value) is None else f"ruff@{version('ruff')}"
    if words[0].value == "uvx":
        ruff = f"ruff@{version('ruff')}"
    folder = posixpath.dirname(program.value)
    yield Splice(program.start, call.end, " ".join([f"{folder}/{ruff}" if folder else ruff, *new]))


def _tool(words: Sequence[Word], swap: Swap) -> int | None:
    """Where the tool's name stands: first, behind ``-m``, or behind a runner of which nothing else is the program."""
    for number, word in enumerate(words[:7]):
        if _names(word.value, swap) in swap.tools:
            before = [w.value for w in words[:number]]
            if not before:
                return 0
            if _PYTHON.fullmatch(posixpath.basename(before[0])) and before[-1] == "-m":
                return number
            if before[0].endswith("pre-commit"):
                return number
            runs = posixpath.basename(before[0]) in _RUNNERS and before[-1] not in ("--with", "add", "install", "-e")
            return number if runs else None
    return None


def _installs(call: Call) -> bool:
    values = call.values[:5]
    return "install" in values and any(posixpath.basename(v).startswith(("pip", "uv")) for v in values)


def _packages(text: str, call: Call, swap: Swap) -> Iterator[Splice]:
    """``pip install flake8 black pytest``: Ruff in one version for the first, nothing for the others."""
    at = call.values.index("install")
    rest = call.words[at + 1 :]
    placed = any(re.match(r"ruff\b", w.value) for w in rest)
    for before, word in zip(call.words[at:], rest, strict=False):
        name = re.match(r"[A-Za-z0-9][\w.-]*", word.value)
        if name is None or before.value in ("-r", "-c", "-e") or str(canonicalize_name(name[0])) not in swap.packages:
            continue
        if placed:
            yield Splice(_gap(text, word.start), word.end, "")
        else:
            placed = True
            yield Splice(word.start, word.end, f"ruff=={version('ruff')}")


def _gap(text: str, start: int) -> int:
    """Where the blanks before a word begin, on its own line."""
    first = line_start(text, start)
    gap = len(text[first:start].rstrip(" \t")) + first
    return gap if gap > first else start


# -- arguments

_FLAKE8_FLAGS = frozenset(
    "--count --statistics --show-source --no-show-source --quiet --verbose --isolated --benchmark --doctests --tee "
    "--hang-closing --require-plugins --exit-zero --disable-noqa --version --help --show-pep8 --diff".split()
)
_ISORT_VALUED = frozenset(
    "--profile -l --line-length -w --line-width -m --multi-line --lai --lines-after-imports -p --project -s --skip "
    "--sg --skip-glob --extend-skip --extend-skip-glob -a --add-import --sp --settings-path --settings-file --settings "
    "--src --src-path -o --thirdparty --py --python-version -d --stdout-filename --virtual-env --filename "
    "--known-local-folder -b --builtin -f --future --rm --remove-import -j --jobs -t --top --ls-mode".split()
)
_BLACK_VALUED = frozenset(
    "-l --line-length -t --target-version --include --exclude --extend-exclude --force-exclude --config -W --workers "
    "--required-version --python-cell-magics".split()
)


def _flake8(words: Sequence[str]) -> list[str] | None:
    kept: list[str] = []
    advice: list[str] = []
    paths: list[str] = []
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if name in ("--diff", "--version", "--help", "--bug-report") or word == "-":
            return ["--version"] if name == "--version" else None
        if not word.startswith("-"):
            paths.append(word)
        elif name in _FLAKE8_FLAGS or re.fullmatch(r"-[vq]+", word):
            kept += (
                [new] if (new := {"--exit-zero": "--exit-zero", "--disable-noqa": "--ignore-noqa"}.get(name)) else []
            )
        elif (not equals and word.startswith("--")) or re.fullmatch(r"-[jO]", word):
            value = next(rest, "")
        if name == "--select" and value:
            advice = [value.strip("'\"")]
        elif name == "--max-complexity" and not advice:
            advice = ["E,F,W,C90"]
        elif name == "--output-file":
            kept.append(f"--output-file={value}")
    if "--exit-zero" in kept:  # it fails nobody and shows more than the gate
        kept.append(f"--extend-select={advice[0] if advice else 'E,F,W'}")
    return ["check", *kept, *paths]


def _isort(words: Sequence[str]) -> list[str] | None:
    check = any(w in ("-c", "--check", "--check-only", "--diff", "--df") for w in words)
    if any(w in ("-", "--stdout", "--show-config", "--show-files") for w in words):
        return None
    options = ["--select=I"] if check else ["--select=I", "--fix"]
    return ["check", *options, *_paths(words, _ISORT_VALUED)]


def _black(words: Sequence[str]) -> list[str] | None:
    if any(w in ("-", "-c", "--code", "--line-ranges") for w in words):
        return None
    if words[:1] == ["--version"]:
        return ["--version"]
    kept = [w for w in words if w in ("--check", "--diff", "--quiet", "-q")]
    return ["format", *kept, *_paths(words, _BLACK_VALUED)]


def _paths(words: Sequence[str], valued: Collection[str]) -> Iterator[str]:
    rest = iter(words)
    for word in rest:
        if word in valued:
            next(rest, None)
        elif not word.startswith("-"):
            yield word


_ARGUMENTS: dict[str, Callable[[Sequence[str]], list[str] | None]] = {
    "flake8": _flake8,
    "isort": _isort,
    "black": _black,
}


def arguments(tool: str, words: Sequence[str]) -> list[str] | None:
    """Ruff's words for a call of ``tool`` with ``words``; ``None`` where there are none that are certain."""
    return _ARGUMENTS[tool](words)
