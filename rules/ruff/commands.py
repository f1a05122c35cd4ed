"""Commands that start flake8, isort and Black, replaced by Ruff's on their exact span; packages in ``pip install``.

Only commands that the scanner saw are touched: a name in a matrix or a title is none. What is not understood is noted.
"""

from __future__ import annotations

import itertools
import posixpath
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from packaging.utils import canonicalize_name

from rules.migration import Ground
from rules.places.calls import Call, Word, calls
from rules.places.text import Splice, applied, line_end, line_of, line_start
from rules.places.yaml_text import documents, places, window
from rules.ruff import programs, variables
from rules.ruff.arguments import arguments, selected
from rules.ruff.runs import OTHERS
from rules.uv import version
from scanner.facts import Extract, Invocation
from scanner.lint_tools import tools_of_command, unwrap

TOOLS = ("flake8", "isort", "black")
_ALIASES = {
    **{tool: tool for tool in (*TOOLS, *OTHERS)},
    "pflake8": "flake8",
    "flake9": "flake8",
    "pep257": "pydocstyle",
    "pep8": "pycodestyle",
}
_RUNNERS = frozenset(
    "poetry pipenv pdm rye uv uvx pipx hatch pixi conda mamba micromamba docker podman docker-compose podman-compose "
    "nbqa".split()
)
_PYTHON = re.compile(r"py|python[\d.]*|\$\{?\w*PY(?:THON)?\w*\}?|\$\(\w*PY(?:THON)?\w*\)|\{(?:env|base|env_)python\}")
_PINNED = re.compile(rf"(?P<name>{'|'.join(sorted(_ALIASES))})(?:@|==)[\w.]+")
_BY_PRE_COMMIT = re.compile(r"(?:^|[ /])(?:pre-commit|pre_commit|prek) run\b")
_ASKED = re.compile(
    r"\b(?:command[ \t]+-v|which|hash|type|command[_-]exists|has_command)[ \t]+[\"']?(?P<name>[a-z0-9]+)\b"
)
_TWICE = re.compile(
    r"^(?P<row>[ \t]*[^\n#]{0,200}\b(?:ruff check|install ruff==)[^\n]{0,400}\n)(?P<again>(?P=row))", re.MULTILINE
)
_YAML = re.compile(r"\.ya?ml$")
_PROSE = frozenset({"name", "description", "title", "desc", "key", "if", "only", "except", "summary", "id", "uses"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """``tools`` are replaced; ``packages`` (their plug-ins too, by normalised name) are no longer installed.

    ``advice``: tools that fail nobody, with the rules that they are asked for on the command line. ``fix``: how a hook
    that mends is called. ``reduced``: the codes for which flake8's hooks stay, beside those of Ruff that do the rest.
    ``selects``: Ruff's selectors for what a command gives to flake8's ``--select``. ``handed``: the options that the
    script at hand is called with.
    """

    tools: frozenset[str]
    packages: frozenset[str]
    advice: Mapping[str, str] = field(default_factory=dict)
    fix: str = "--fix"
    reduced: tuple[str, ...] = ()
    selects: Mapping[str, str] = field(default_factory=dict)
    handed: frozenset[str] = frozenset()


def edit(path: str, text: str, ground: Ground, swap: Swap, look: Callable[[int, str], None]) -> str:
    """The file at ``path`` with Ruff's commands; ``look`` is told the lines that a person has to see to."""
    seen = _seen(path, ground, swap)
    if not seen:
        return text
    if path.endswith(".py"):
        after = programs.edit(text, swap.tools, swap.packages, look)
        for line in sorted(seen) if after == text else ():
            look(line, "starts an old tool in a program")
        return after
    splices: list[Splice] = []
    swap = replace(swap, handed=frozenset(_handed(path, ground)))
    for start, end, folded in _windows(path, text, seen):
        splices += replacements(text, start, end, swap, look, folded=folded)
    after = _once(applied(text, dict.fromkeys(splices)), text)
    for match in _ASKED.finditer(after):
        if _ALIASES.get(match["name"]) in swap.tools:
            look(line_of(after, match.start()), f"asks whether {match['name']} is there")
    return after


def replacements(
    text: str,
    start: int,
    end: int,
    swap: Swap,
    look: Callable[[int, str], None],
    *,
    folded: bool = False,
    accept: Callable[[Call], bool] | None = None,
) -> Iterator[Splice]:
    """The edits for the commands in ``text[start:end]`` that ``accept`` takes."""
    for call in calls(text, start, end, folded=folded):
        if accept is None or accept(call):
            yield from _call(text, call, swap, look)


def _once(text: str, before: str) -> str:
    """Calls on lines that follow each other and that have become the same are one."""
    for _ in range(4):
        for match in _TWICE.finditer(text):
            if match[0] not in before:
                text = text[: match.start("again")] + text[match.end("again") :]
                break
    return text


def _seen(path: str, ground: Ground, swap: Swap) -> set[int]:
    """The lines on which the scanner saw a command that names one of the tools or packages."""
    extract = ground.facts.extracts.get(path)
    if extract is None or extract.template:
        return set()
    return {
        call.at.line
        for call in _invocations(extract)
        if call.at.line is not None and any(_names(word, swap) is not None for word in call.argv)
    }


def rows_of(extract: Extract) -> set[int]:
    """The lines on which commands stand that name Ruff."""
    named = (call for call in _invocations(extract) if any("ruff" in word for word in call.argv))
    return {call.at.line for call in named if call.at.line is not None} if not extract.template else set()


def _handed(path: str, ground: Ground) -> Iterator[str]:
    """The options with which commands of the repository call the script at ``path``."""
    name = posixpath.basename(path)
    for extract in ground.facts.extracts.values() if not _YAML.search(path) else ():
        for call in _invocations(extract):
            at = next((n for n, word in enumerate(call.argv[:3]) if posixpath.basename(word) == name), None)
            yield from (word for word in call.argv[at + 1 :] if word.startswith("-")) if at is not None else ()


def _invocations(extract: Extract) -> Iterator[Invocation]:
    yield from extract.invocations
    if extract.dockerfile is not None:
        for stage in extract.dockerfile.stages:
            yield from (call for step in stage.instructions for call in step.invocations)


def _started(word: str) -> str | None:
    """The tool that a word starts where it stands for a program."""
    name = posixpath.basename(word)
    if (pinned := _PINNED.fullmatch(name)) is not None:
        name = pinned["name"]
    return _ALIASES.get(name)


def _names(word: str, swap: Swap) -> str | None:
    """The tool or package that a word names."""
    if (tool := _started(word)) in swap.tools:
        return tool
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
            quoted = (m for m in _QUOTED.finditer(text, start, end) if m["key"] is None)
            yield from ((m.start("text"), m.end("text"), False) for m in quoted)
            continue
        while text[start:end].rstrip().endswith("\\") and end < len(text):
            end = line_end(text, end)
        lead = _LEAD.match(text, start, end)
        yield (lead.end() if lead else start), end, False


def _key(text: str, end: int) -> str:
    """The key of an INI file to which the line that ends at ``end`` belongs."""
    found = re.findall(r"^([A-Za-z_][\w.-]*)[ \t]*[=:]", text[:end], re.MULTILINE)
    return found[-1] if found else ""


_QUOTED = re.compile(r"(?P<quote>[\"'])(?P<text>[^\"'\n]*)(?P=quote)(?P<key>[ \t]*[:=])?")
_LEAD = re.compile(
    r"[ \t]*(?:commands(?:_pre|_post)?[ \t]*=[ \t]*|RUN[ \t]+|[\w-]+:[ \t]+)?(?:[\w{},!.]+:[ \t]+)?(?:[-!][ \t]+)?"
)


def _call(text: str, call: Call, swap: Swap, look: Callable[[int, str], None]) -> Iterator[Splice]:
    words = call.words
    if _BY_PRE_COMMIT.search(" ".join(call.values[:6])):
        return  # its hooks by name: see hook_names
    if _installs(call):
        yield from _packages(text, call, swap)
        return
    number = _tool(words, swap)
    if number is None or _in_foreign_image(text, words[:number]):
        _noted(text, call, swap, look)
        return
    tool = _started(words[number].value) or ""
    given = variables.read([w.raw for w in call.words[number + 1 :]], text)
    new = arguments(tool, given) if given is not None and _takes(tool, call, swap) else None
    if new is None:
        look(line_of(text, call.begin), f"calls {tool} in a way that has no counterpart that is certain")
        return
    if tool in swap.advice and new[0] == "check":
        new = [word for word in new if not word.startswith("--extend-select=")]
        new[1:1] = [f"--select={swap.advice[tool]}"]
    if tool == "flake8" and "--exit-zero" not in new and (own := swap.selects.get(selected(given or ()))):
        new[1:1] = [f"--select={own}"]
    if report := next((w for w in new if w in ("--output-format=json", "--output-format=sarif")), None):
        form = report.rpartition("=")[2]
        look(line_of(text, call.begin), f"writes Ruff's {form} now, for whatever reads that of {tool}")
    if tool == "flake8" and "--exit-zero" in new:
        look(line_of(text, call.begin), _TELLS_LESS)
    program = words[number - 1] if number and words[number - 1].value == "nbqa" else words[number]
    ruff = "ruff" if _PINNED.fullmatch(program.value) is None else f"ruff@{version('ruff')}"
    if words[0].value == "uvx":
        ruff = f"ruff@{version('ruff')}"
    folder = posixpath.dirname(program.value)
    yield Splice(program.start, call.end, " ".join([f"{folder}/{ruff}" if folder else ruff, *new]))


def _tool(words: Sequence[Word], swap: Swap) -> int | None:
    """Where the tool's name stands: first, behind ``-m``, or where a runner's own options and their values end."""
    values = [word.value for word in words]
    first = posixpath.basename(values[0])
    named = [number for number, value in enumerate(values[:7]) if _started(value) in swap.tools]
    if named[:1] == [0]:
        return 0
    if _PYTHON.fullmatch(first) and (by_module := [n for n in named if values[n - 1] == "-m"]):
        return by_module[0]
    if first not in _RUNNERS and not _PYTHON.fullmatch(first):
        return None
    number = len(values) - len(unwrap(values)[0])
    return number if number and _started(values[number]) in swap.tools else None


_TELLS_LESS = (
    "fails nobody and tells by families of rules: those in preview (most of E1, E2, E3) and options of this call "
    "(lengths, complexity) are not in it"
)
# What a caller of the script gave, and options that the old tool and Ruff have both.
_CALLERS = re.compile(r"[\"']?\$(?:[@*1-9]|\{[@*1-9][^{}\n]{0,40}\})[\"']?")
_BOTH_HAVE = {"black": frozenset({"--check", "--diff", "--quiet", "-q"})}


def _takes(tool: str, call: Call, swap: Swap) -> bool:
    """Whether Ruff takes the options that a caller of the script hands on."""
    hands_on = any(_CALLERS.fullmatch(word.raw) for word in call.words)
    return not hands_on or swap.handed <= _BOTH_HAVE.get(tool, frozenset())


def _in_foreign_image(text: str, before: Sequence[Word]) -> bool:
    """Whether a tool is started in an image that nothing here builds: Ruff need not be in it."""
    values = [word.value for word in before]
    if posixpath.basename((values or [""])[0]) not in ("docker", "podman") or "run" not in values[1:3]:
        return False
    built = re.escape(before[-1].raw)
    return re.search(rf"(?:-t|--tag)[ =]*[\"']?{built}(?![\w./-])", text) is None


_NO_RUNS = frozenset("install add uninstall remove upgrade echo".split())


def _noted(text: str, call: Call, swap: Swap, look: Callable[[int, str], None]) -> None:
    """A tool that is started behind something that is not known, or through a variable of its name."""
    started = {use.tool for use in tools_of_command(call.values)} & swap.tools
    held = {m[1].lower() for w in call.words[:1] for m in re.finditer(r"\$[({](\w{1,40})[)}]", w.raw)} & swap.tools
    behind = {
        tool
        for before, word in zip(call.words, call.words[1:6] if _NO_RUNS.isdisjoint(call.values) else (), strict=False)
        if before.value.startswith("$") and (tool := _started(word.value)) in swap.tools and tool is not None
    }
    for tool in sorted(started | held | behind):
        look(line_of(text, call.begin), f"starts {tool} in a way that is not understood")


_VALUED = frozenset(
    "-r -c -e -E -G --group --only-group --no-group --extra --extras --no-extra --with --without --only --optional "
    "--package --editable --requirement --constraint --upgrade-package --reinstall-package".split()
)
_ADDING = ("uv", "poetry", "pdm", "rye", "pipenv")


def _installs(call: Call) -> bool:
    values = call.values[:5]
    names = [posixpath.basename(v) for v in values]
    return ("install" in values and any(n.startswith(("pip", "uv")) for n in names)) or (
        "add" in values and any(n in _ADDING for n in names[: values.index("add")])
    )


def _packages(text: str, call: Call, swap: Swap) -> Iterator[Splice]:
    """``pip install flake8 black pytest``: Ruff in one version for the first, nothing for the others."""
    at = next(number for number, value in enumerate(call.values) if value in ("install", "add"))
    words = [inner for word in call.words[at:] for inner in _named_by(text, word)]
    placed = any(re.match(r"ruff\b", w.value) for w in words)
    for before, word in itertools.pairwise(words):
        name = re.match(r"[A-Za-z0-9][\w.-]*", word.value)
        if name is None or before.value in _VALUED or str(canonicalize_name(name[0])) not in swap.packages:
            continue
        if placed:
            yield Splice(_gap(text, word.start), word.end, "")
        else:
            placed = True
            yield Splice(word.start, word.end, f"ruff=={version('ruff')}")


def _named_by(text: str, word: Word) -> list[Word]:
    """A word, or the words that a variable holds (``pip install $(DEV_TOOLS)``), where they stand in this file."""
    span = variables.value_of(word.raw, text)
    if span is None:
        return [word]
    found = re.compile(r"[^\s\\]+").finditer(text, *span)
    return [Word(m.start(), m.end(), m[0], m[0].strip("\"'")) for m in found]


def _gap(text: str, start: int) -> int:
    """Where the blanks before a word begin, on its own line or, with the backslash, on the one that it continues."""
    first = line_start(text, start)
    gap = len(text[first:start].rstrip(" \t")) + first
    if gap > first:
        return gap
    above = _CONTINUED.search(text, max(0, first - 200), first)
    return above.start() if above is not None and above.end() == first else start


_CONTINUED = re.compile(r"(?<![ \t])[ \t]*\\\r?\n\Z", re.MULTILINE)
