"""Justfiles: recipes as tasks, their lines as invocations.

Read by hand after just's manual: indentation makes the body, ``@`` and ``-`` prefixes, parameters, dependencies before
and after ``&&``, aliases, recipes with a shebang, ``{{ name }}`` filled in where the variable is literal.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from scanner import shell
from scanner.facts import Extract, Invocation, Location, Problem, Task
from scanner.format import Format, like

_ASSIGNMENT = re.compile(
    r"(?P<export>export\s{1,8})?(?P<name>[A-Za-z_][\w-]{0,100})\s{0,20}:=\s{0,20}(?P<value>.{0,2000})"
)
_RECIPE = re.compile(r"@?(?P<name>[A-Za-z_][\w-]{0,100})(?P<parameters>(?:\s[^:]{0,500})?):(?!=)(?P<needs>.{0,2000})")
_ALIAS = re.compile(r"alias\s{1,8}(?P<name>[\w-]{1,100})\s{0,8}:=\s{0,8}(?P<target>[\w:-]{1,100})")
_LITERAL = re.compile(r"\"(?P<double>[^\"]{0,2000})\"|'(?P<single>[^']{0,2000})'")
_INTERPOLATION = re.compile(r"\{\{\s{0,8}(?P<name>[A-Za-z_][\w-]{0,100})\s{0,8}\}\}")
_PARAMETER = re.compile(r"(?:^|\s)[+*$]{0,2}(?P<name>[A-Za-z_][\w-]{0,100})")
_DEFAULT = re.compile(
    r"[+*$]{0,2}(?P<name>[A-Za-z_][\w-]{0,100})=(?:\"(?P<double>[^\"]{0,500})\"|'(?P<single>[^']{0,500})')"
)


@dataclass(slots=True)
class _Recipe:
    name: str
    line: int
    needs: tuple[str, ...]
    defaults: dict[str, str]
    parameters: tuple[str, ...] = ()
    body: list[tuple[int, str]] = field(default_factory=list)


def read(path: str, text: str) -> Extract | None:
    """Read a justfile; ``None`` for a file without a recipe."""
    recipes, aliases, variables, exported = _load(text.replace("\r\n", "\n"))
    if not recipes:
        return None
    invocations: list[Invocation] = []
    problems: list[Problem] = []
    for recipe in recipes:
        for parsed in _run(recipe, path, variables, exported):
            invocations.extend(parsed.invocations)
            problems.extend(parsed.problems)
    return Extract(
        path=path,
        format="justfile",
        invocations=tuple(invocations),
        tasks=tuple(_tasks(path, recipes, aliases)),
        problems=tuple(problems[: shell.MAX_PROBLEMS]),
    )


FORMAT = Format(name="justfile", matches=like(r"(?:.*/)?(?:\.?[Jj]ustfile|JUSTFILE|[\w-]+\.just)"), read=read)


def _tasks(path: str, recipes: list[_Recipe], aliases: list[tuple[str, str, int]]) -> Iterator[Task]:
    for number, recipe in enumerate(recipes):
        at = Location(path=path, line=recipe.line)
        yield Task(name=recipe.name, at=at, needs=recipe.needs, default=number == 0, parameters=recipe.parameters)
    for name, target, line in aliases:
        yield Task(name=name, at=Location(path=path, line=line), needs=(target,))


def _load(
    text: str,
) -> tuple[list[_Recipe], list[tuple[str, str, int]], dict[str, str], set[str]]:
    recipes: list[_Recipe] = []
    aliases: list[tuple[str, str, int]] = []
    variables: dict[str, str] = {}
    exported: set[str] = set()
    current: _Recipe | None = None
    export_all = False
    quoted = ""
    for number, line in _headers(text):
        if quoted:
            quoted = "" if quoted in line else quoted
            continue
        if line[:1] in (" ", "\t") or (current is not None and not line.strip()):
            if current is not None:
                current.body.append((number, line))
            continue
        current = None
        if line.startswith(("#", "[", "set ", "import", "mod ")) or not line.strip():
            export_all = export_all or line.startswith(("set export", "set dotenv-export"))
        elif match := _ALIAS.match(line):
            aliases.append((match["name"], match["target"], number))
        elif match := _ASSIGNMENT.fullmatch(line):
            if literal := _LITERAL.fullmatch(match["value"].strip()):
                variables[match["name"]] = literal["double"] or literal["single"] or ""
            quoted = next((q for q in ("'''", '"""', "```") if match["value"].count(q) == 1), "")
            if match["export"]:
                exported.add(match["name"])
        elif match := _RECIPE.match(line):
            text = match["parameters"]
            names = tuple(found["name"] for found in _PARAMETER.finditer(_LITERAL.sub("''", text)))
            current = _Recipe(match["name"], number, _needs(match["needs"]), _defaults(text), names)
            recipes.append(current)
    return recipes, aliases, variables, set(variables) if export_all else exported


def _headers(text: str) -> Iterator[tuple[int, str]]:
    """Lines by number; a line that is not indented takes the lines that continue it."""
    pending = ""
    start = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if not pending and line[:1] in ("", " ", "\t", "#"):
            yield number, line
            continue
        start = start if pending else number
        pending += line.strip() if pending else line
        if pending.endswith("\\") and len(pending) < 10_000:
            pending = pending[:-1] + " "
            continue
        yield start, pending
        pending = ""


def _needs(text: str) -> tuple[str, ...]:
    """Names of the recipes that run with this one; ``(name "argument")`` counts as ``name``."""
    text = _LITERAL.sub("", text.split("#", 1)[0])
    grouped = re.findall(r"\(\s{0,8}([\w-]{1,100})[^()]{0,300}\)|([\w-]{1,100})", text)
    return tuple(a or b for a, b in grouped)


def _defaults(text: str) -> dict[str, str]:
    return {m["name"]: m["double"] or m["single"] or "" for m in _DEFAULT.finditer(text)}


def _run(recipe: _Recipe, path: str, variables: dict[str, str], exported: set[str]) -> Iterator[shell.Parsed]:
    known = {**variables, **recipe.defaults}
    lines = [(n, line.strip()) for n, line in recipe.body]
    while lines and not lines[-1][1]:
        lines.pop()
    first = next(((n, line) for n, line in lines if line), None)
    if first is None:
        return
    interpreter = None
    if first[1].startswith("#!"):
        interpreter = first[1][2:].replace("/usr/bin/env", "").replace("-S", "").strip() or None
        lines = [(lines[0][0], "\n".join(line for _, line in lines))]
    for number, line in _joined(lines):
        prefix = line[: len(line) - len(line.lstrip("@-"))]
        command = _INTERPOLATION.sub(lambda m: known.get(m["name"], m[0]), line[len(prefix) :])
        if command.strip() and (interpreter or not command.startswith("#")):
            yield shell.parse(
                command,
                at=Location(path=path, line=number),
                context="task",
                env={name: variables[name] for name in sorted(exported) if name in variables},
                directory=posixpath.dirname(path) or ".",
                job=recipe.name,
                shell=interpreter,
                tolerated="-" in prefix,
            )


def _joined(lines: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    pending: list[str] = []
    start = 0
    for number, line in lines:
        start = start if pending else number
        pending.append(line)
        if not line.endswith("\\"):
            yield start, "\n".join(pending)
            pending = []
    if pending:
        yield start, "\n".join(pending)
