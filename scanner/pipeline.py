"""What all readers of CI files share: scripts with exact lines, variables, images, Python versions, shared templates.

A reader makes one :class:`Pipeline` for its file, tells it what it finds, and ends with :meth:`Pipeline.extract`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from scanner import shell
from scanner.facts import Context, Extract, Invocation, Location, Problem, PythonVersion, Reference
from scanner.image_names import parse_image, python_of
from scanner.redact import redact
from scanner.shell import Parsed, clean_value
from scanner.yaml_reader import Mapping as YamlMapping
from scanner.yaml_reader import Node, Scalar, Sequence

MAX_COMMANDS = 5_000
MAX_DEPTH = 24
MAX_LEGS = 24
_TOLD = ("TOXENV", "NOXSESSION", "TOX_ENV")
_SIDE = re.compile(
    r"(?:^|/)(?:[^/]*\{[{%][^/]*|(?:.+[-_])?(?:examples?|samples?|demos?|tutorials?|templates?|fixtures?|cookiecutter|test[-_]?data)"
    r"|tests?|vendor(?:ed)?|_vendor|third[-_]?party|external|snapshots?|skeletons?|scaffold)/",
    re.IGNORECASE,
)
_ACTIONS = re.compile(r"^\.github/actions/[^/]{1,200}/")  # the repository's own, whatever they are called
_PYTHON_KEY = re.compile(r"(?:.*[-_.])?(?:py(?:thon)?s?|py(?:thon)?[-_.]?ver(?:sions?|s)?|pyvers?)", re.IGNORECASE)
_VERSION = re.compile(
    r"(?:(?:c?python|pypy|graalpy|jython|miniconda|miniforge)[-_ ]?)?v?\d[\w.*+-]{0,24}"
    r"|pypy|nightly|(?:py|cp)[23]\d{1,2}"
    r"|[<>=!~^]{1,2}\s{0,2}\d[\w.*\s,<>=!~^|-]{0,60}"
)
_SHORT = re.compile(r"(?:py|cp)([23])(\d{1,2})")
_CHECKOUT = re.compile(
    r"(?:\$\{\{\s{0,4}github\.workspace\s{0,4}\}\}|\$\{?(?:GITHUB_WORKSPACE|CI_PROJECT_DIR|TRAVIS_BUILD_DIR)\}?"
    r"|\$\((?:Build\.SourcesDirectory|System\.DefaultWorkingDirectory)\)|~/project|~/repo)(?:/|$)"
)


def in_side_folder(path: str) -> bool:
    """Whether ``path`` lies in a template, an example, a fixture or vendored code: no automation of the repository."""
    return _SIDE.search(_ACTIONS.sub("", path)) is not None


def is_python_key(name: str) -> bool:
    """Whether a variable or matrix axis called ``name`` holds Python versions (``python-version``, ``PY_VER``)."""
    return _PYTHON_KEY.fullmatch(name) is not None


def is_version(text: str) -> bool:
    """Whether ``text`` can be a Python version or a range of them as CI files write it."""
    return len(text) <= 80 and _VERSION.fullmatch(text.strip()) is not None


def variables(node: Node | None) -> dict[str, str]:
    """Literal variables of an ``env`` block: a mapping (``{value: …}`` too), a list of ``K=V`` or ``{name, value}``."""
    found: dict[str, str] = {}
    items = node.items if isinstance(node, Sequence) else (node,)
    for item in items:
        if isinstance(item, Scalar):
            name, equals, value = item.text.partition("=")
            if equals and name.isidentifier():
                found[name] = value.strip("\"'")
        elif isinstance(item, YamlMapping):
            if (name := item.text("name") or "") and "value" in item.entries:
                found[name] = item.text("value") or ""
                continue
            for key, value_node in item.items():
                inner = value_node.get("value") if isinstance(value_node, YamlMapping) else value_node
                if isinstance(inner, Scalar):
                    found[key] = inner.text
    return found


def scalars(node: Node | None, depth: int = 0) -> Iterator[Scalar]:
    """The scalars of a script: a lone one, or those of a list, however lists are nested in it."""
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Sequence) and depth < MAX_DEPTH:
        for item in node.items:
            yield from scalars(item, depth + 1)


def texts(node: Node | None, depth: int = 0) -> Iterator[str]:
    """All text below a node."""
    if isinstance(node, Scalar):
        yield node.text
    elif isinstance(node, Sequence | YamlMapping) and depth < MAX_DEPTH:
        for item in node.items if isinstance(node, Sequence) else node.entries.values():
            yield from texts(item, depth + 1)


def deciding(rows: Iterable[Mapping[str, str]], text: str) -> tuple[dict[str, str], ...]:
    """The legs of a matrix by those of its variables that ``text`` names, Python versions left aside; one at least.

    Variables that tox and nox are told by count as named. More than a few legs are not told apart.
    """
    found: dict[tuple[tuple[str, str], ...], None] = {}
    for row in rows:
        named = ((k, v) for k, v in row.items() if not is_python_key(k) and (k in _TOLD or _names(text, k)))
        found[tuple(sorted(named))] = None
    return tuple(dict(row) for row in found) if 0 < len(found) <= MAX_LEGS else ({},)


def _names(text: str, variable: str) -> bool:
    return any(f"{sign}{variable}" in text for sign in ("$", "${", "$(", "<< parameters.", "<<parameters."))


def is_true(text: str | None) -> bool:
    """Whether a YAML scalar says yes."""
    return (text or "").strip().lower() in ("true", "yes", "on", "1")


def is_false(text: str | None) -> bool:
    """Whether a YAML scalar says no."""
    return (text or "").strip().lower() in ("false", "no", "off", "0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """In which surroundings a script of a CI file runs; the fields are those of :class:`~scanner.facts.Invocation`.

    ``roots`` are folders into which the job checks the repository out, where that is not its own folder.
    """

    job: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    directory: str | None = "."
    disabled: str | None = None
    tolerated: bool = False
    shell: str | None = None
    leg: str | None = None
    asked: str | None = None
    roots: tuple[str, ...] = ()

    def with_env(self, more: Mapping[str, str]) -> Where:
        """The same with variables added."""
        return replace(self, env={**self.env, **more}) if more else self

    def of_leg(self, leg: Mapping[str, str]) -> Where:
        """The same in one leg of a matrix, whose values are variables."""
        return replace(self.with_env(leg), leg=" ".join(f"{k}={v}" for k, v in leg.items())) if leg else self

    def inside(self, directory: str | None) -> Where:
        """The same in ``directory``, a path from the repository's root as CI files write it."""
        return self if directory is None else replace(self, directory=folder(directory), asked=None)


def folder(text: str) -> str | None:
    """A working directory as a path from the root: ``./api/`` is ``api``; ``None`` for variables and outside paths."""
    text = _CHECKOUT.sub("", text, count=1)
    parts: list[str] = []
    for part in text.replace("\\", "/").split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    if text.startswith(("/", "~")) or any(c in text for c in "${<"):
        return None
    return "/".join(parts) or "."


class Pipeline:
    """Gathers what one CI file says; values come out without repetitions, in the order of their places."""

    def __init__(self, path: str, form: str, ci: str | None, context: Context = "ci") -> None:
        self.path = path
        self._form = form
        self._ci = ci
        self._context = context
        self._invocations: dict[Invocation, None] = {}
        self._pythons: dict[tuple[str, str, str | None], PythonVersion] = {}
        self._references: dict[Reference, None] = {}
        self._problems: dict[Problem, None] = {}
        self._images: dict[str, dict[str, None]] = {}

    def extract(self) -> Extract:
        """The file as an extract."""
        return Extract(
            path=self.path,
            format=self._form,
            ci=self._ci,
            invocations=tuple(self._invocations),
            pythons=tuple(sorted(self._pythons.values(), key=lambda p: (p.at.line or 0, p.version, p.kind))),
            references=tuple(sorted(self._references, key=lambda r: (r.at.line or 0, r.kind, r.target))),
            problems=tuple(self._problems),
            settings={"images": {job: tuple(texts) for job, texts in self._images.items()}} if self._images else {},
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found so far."""
        return not (self._invocations or self._pythons or self._references)

    def at(self, line: int | None) -> Location:
        """A place in this file."""
        return Location(path=self.path, line=line)

    def run(self, script: Node | Iterable[Scalar] | None, where: Where) -> Parsed:
        """Read a script: a scalar or lists of them, which one shell runs after another."""
        given = script if not isinstance(script, Scalar | Sequence | YamlMapping) else scalars(script)
        lines: list[int] = []
        texts: list[str] = []
        for scalar in given or ():
            rows = scalar.text.rstrip("\n").split("\n")
            texts.extend(rows)
            exact = scalar.block or len(rows) == 1
            lines.extend(scalar.first_line + row if exact else scalar.line for row in range(len(rows)))
        parsed = shell.parse(
            "\n".join(texts),
            at=self.at(1),
            context=self._context,
            env=where.env,
            directory=where.directory,
            job=where.job,
            disabled=where.disabled,
            tolerated=where.tolerated,
            shell=where.shell,
        )
        for invocation in parsed.invocations:
            asked = invocation.asked or (where.asked if invocation.directory == where.directory else None)
            line = _line(lines, invocation.at.line)
            self._add(_from_roots(replace(invocation, at=self.at(line), leg=where.leg, asked=asked), where.roots))
        for problem in parsed.problems:
            self._problems[replace(problem, at=self.at(_line(lines, problem.at.line)))] = None
        return parsed

    def command(self, argv: Iterable[str], line: int, where: Where, *, if_files: tuple[str, ...] = ()) -> None:
        """A command that is written as words, or that stands for what a shared action does."""
        env = tuple(sorted((name, clean_value(name, value)) for name, value in where.env.items()))
        made = Invocation(
            argv=tuple(redact(word) for word in argv),
            at=self.at(line),
            context=self._context,
            env=env,
            directory=where.directory,
            job=where.job,
            disabled=where.disabled,
            tolerated=where.tolerated,
            leg=where.leg,
            asked=where.asked,
            if_files=if_files,
        )
        self._add(_from_roots(made, where.roots))

    def _add(self, invocation: Invocation) -> None:
        if len(self._invocations) < MAX_COMMANDS:
            self._invocations[invocation] = None

    def image(self, text: str | None, line: int, where: Where, kind: str = "ci-setup", *, beside: bool = False) -> None:
        """A container image in which jobs run: a reference, and a Python version where its name says one.

        ``beside``: it is that of a service or of a single step, and the job's commands do not run in it.
        """
        text = _fill(text or "", where.env).strip()
        if not text or where.disabled:
            return
        image = parse_image(text)
        if not beside:
            self._images.setdefault(where.job or "", {})[redact(text)] = None
        if not any(c in image.name for c in "$<{ "):
            self._references[Reference(kind="image", target=redact(image.name), ref=image.ref, at=self.at(line))] = None
        if (version := python_of(text)) is not None:
            self.python(version, line, kind, where)

    def python(self, text: str, line: int, kind: str, where: Where) -> None:
        """A Python version that CI runs with; what is no version (an expression) is left out."""
        for word in _fill(text, where.env).split("\n"):
            version = _dotted(word.strip().strip(",\"'"))
            if version and not where.disabled and is_version(version):
                found = PythonVersion(version=version, at=self.at(line), kind=kind, job=where.job)
                self._pythons.setdefault((version, kind, where.job), found)

    def pythons(self, node: Node | None, kind: str, where: Where) -> None:
        """All Python versions in a scalar or a list of them."""
        for scalar in scalars(node):
            self.python(scalar.text, scalar.first_line, kind, where)

    def uses(self, target: str, ref: str | None, line: int, path: str | None = None) -> None:
        """Shared CI that this file builds on; ``path`` for a file of the repository itself."""
        if target:
            self._references[
                Reference(kind="ci", target=redact(target), ref=ref or None, at=self.at(line), path=path)
            ] = None


def _dotted(version: str) -> str:
    """``py310`` and ``cp310``, as names of environments and wheels have them, as ``3.10``."""
    short = _SHORT.fullmatch(version)
    return f"{short[1]}.{short[2]}" if short is not None else version


def _from_roots(invocation: Invocation, roots: tuple[str, ...]) -> Invocation:
    """The command as seen from the repository's root, which is checked out into one of ``roots``."""
    directory = invocation.directory
    if directory is None:
        return invocation
    for root in roots:
        if f"{directory}/".startswith(f"{root}/"):
            return replace(invocation, directory=directory[len(root) + 1 :] or ".")
    if directory != ".":
        return invocation
    words = invocation.argv
    for root in roots:
        inside = re.compile(rf"(?<![\w./-])(?:\./)?{re.escape(root)}(?:/|$)(?=[\w.]|$)")
        words = tuple(inside.sub("./", word) if root in word and "://" not in word else word for word in words)
    return invocation if words == invocation.argv else replace(invocation, argv=words)


def _line(lines: list[int], number: int | None) -> int | None:
    if number is None or not lines:
        return None
    return lines[min(max(number, 1), len(lines)) - 1]


_VARIABLE = re.compile(r"\$\{(\w{1,80})\}|\$(\w{1,80})|\$\{\{\s{0,4}env\.(\w{1,80})\s{0,4}\}\}|\$\((\w[\w.]{0,80})\)")


def _fill(text: str, env: Mapping[str, str]) -> str:
    """``text`` with literal variables filled in, once."""
    if "$" not in text:
        return text
    return _VARIABLE.sub(lambda m: env.get(next(g for g in m.groups() if g), m[0]), text)
