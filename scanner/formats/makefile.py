"""Makefiles: targets as tasks, recipe lines as invocations.

Read by hand after the GNU make manual: variables are expanded where they are literal, every recipe line is a shell of
its own (unless ``.ONESHELL``), and functions that only make can evaluate stay unknown. Where a conditional asks for a
variable that only the caller can set, its sides are told apart by that (``Invocation.when``); of any other conditional
both sides count. Nothing is run.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from scanner import shell
from scanner.facts import Extract, Invocation, Location, Problem, Task
from scanner.format import Format, like

MAX_EXPANSIONS = 12
MAX_TESTS = 6
MAX_OPEN = 30
MAX_LENGTH = 20_000

_ASSIGNMENT = re.compile(
    r"(?P<modifiers>(?:(?:export|override|private)\s{1,8}){0,3})(?P<name>[^\s:#=+?!]{1,200})\s{0,20}"
    r"(?P<operator>::?:?=|\?=|\+=|!=|=)\s*(?P<value>.*)",
    re.DOTALL,
)
_EXPORT = re.compile(r"export\s{1,8}(?P<names>[\w\s]{1,500})")
_RULE = re.compile(r"(?P<targets>[^:=#\t][^:=#]{0,2000}?)\s{0,8}:{1,2}(?!=)(?P<rest>.*)", re.DOTALL)
_CALL = re.compile(r"\$[({](?:eval|call|info|warning|error|foreach|if|shell)\b")
_OTHER_MAKES = (
    "msc|vc|vc\\d+|nmake|wat|watcom|bcc|bor|bc|tc|dj2?|djgpp|emx|os2|sas|riscos|acorn|amiga|vms|mms|mpw|aztec"
)
_CONDITIONAL = re.compile(r"(?:ifn?eq|ifn?def|else|endif)\b")
_TEST = re.compile(
    r"(?P<defined>ifn?def)\s{1,8}(?P<name>\w{1,80})"
    r"|(?P<compared>ifn?eq)\s{1,8}(?:\(\s{0,4}\$[({](?P<round>\w{1,80})[)}]\s{0,4},(?P<value>[^(),$]{0,40})\)"
    r"|[\"']\$[({](?P<first>\w{1,80})[)}][\"']\s{1,4}[\"'](?P<quoted>[^\"'$]{0,40})[\"'])"
)
_INSTALLS = re.compile(r"\b(?:pip3?|uv|poetry|pipenv|pdm|conda|mamba|tox|nox)\b")
_STRUCTURAL = frozenset({"MAKE", "MAKEFLAGS", "CURDIR", "SHELL", "PYTHON", "PATH"})
_PLAIN = re.compile(r"[\w./=,:@-]{0,80}")
# where a variable says what is run, and where, rather than with what
_DECISIVE = re.compile(
    r"(?:^\t[@+ -]{0,3}|[;&|]\s{0,4}|\b(?:cd|if|then)\s{1,4}|-C\s{0,2}|\[\s{1,4}(?:\S{1,20}\s)?)[\"']?\$[({](\w{1,60})",
    re.MULTILINE,
)
_CI_NAMES = ("CI", "GITHUB_ACTIONS")
_CI_TEST = re.compile(
    r"(?P<defined>ifn?def)\s{1,8}(?:CI|GITHUB_ACTIONS)"
    r"|(?P<compared>ifn?eq)\s{1,8}(?:\(\s{0,4}\$[({](?:CI|GITHUB_ACTIONS)[)}]\s{0,4},(?P<value>[^()]{0,20})\)"
    r"|[\"']\$[({](?:CI|GITHUB_ACTIONS)[)}][\"']\s{1,4}[\"'](?P<quoted>[^\"']{0,20})[\"'])",
    re.MULTILINE,
)
_REFERENCE = re.compile(r"\$(?:\$|\((?P<round>[^()$]{1,400})\)|\{(?P<curly>[^{}$]{1,400})\}|(?P<one>[A-Za-z@<^+?*%|]))")
# a variable whose name only make, or the caller, could tell: $(FILES_$(OS)), ${${*}}
_COMPUTED = re.compile(
    r"\$(?:\([^()\s$\ue010]{0,200}\ue010\{\w{1,100}\}[^()\s$]{0,200}\)|\{[^{}\s$\ue010]{0,200}\ue010\{\w{1,100}\}[^{}\s$]{0,200}\})"
)
# the idioms by which a makefile finds its own folder, with a slash at the end or ("bare") without
_OWN_PATH = (
    r"\s{1,4}\$[({](?:abspath|realpath)\s{1,4}\$[({](?:last|first)word"
    r"\s{1,4}\$[({]MAKEFILE_LIST[)}]\s{0,4}[)}]\s{0,4}[)}]"
)
_OWN_FOLDER = re.compile(
    rf"(?P<bare>\$[({{]shell\s{{1,4}}dirname|\$[({{]patsubst\s{{1,4}}%/,\s{{0,4}}%,\s{{0,4}}\$[({{]dir){_OWN_PATH}\s{{0,4}}[)}}]{{1,2}}"
    rf"|\$[({{]dir{_OWN_PATH}\s{{0,4}}[)}}]"
)
_WORD = re.compile(
    r"\$\((?:word\s{1,4}(?P<number>\d{1,3})\s{0,4},|(?P<which>firstword|lastword)\s)\s{0,4}(?P<list>\$[\^+]|[^$()]{1,400})\)"
)
_FUNCTION = re.compile(r"\$\((?P<name>[a-z-]{2,12})\s(?P<body>[^()]{0,1000}(?:\([^()]{0,500}\)[^()]{0,500}){0,8})\)")


@dataclass(slots=True)
class _Rule:
    name: str
    line: int
    needs: list[str]
    before: list[str] = field(default_factory=list)  # of the needs, those that only have to be there first
    written: list[str] = field(default_factory=list)  # the needs with open variables left in them
    recipe: list[tuple[int, str]] = field(default_factory=list)


def read(path: str, text: str) -> Extract | None:
    """Read a makefile; ``None`` for a file without a rule."""
    text = text.replace("\r\n", "\n")
    make = _Make(path)
    make.load(text)
    if not make.rules:
        return None
    template = "{{" in path or path.endswith((".in", ".am"))
    found, problems = make.all()
    invocations = found
    if _CI_TEST.search(text) is not None:
        invocations = _by_place(path, text)
    elif asked := _asked(make, text):
        invocations = _by_variable(path, text, asked)
    return Extract(
        path=path,
        format="makefile",
        invocations=tuple(invocations),
        tasks=tuple(make.tasks()),
        problems=() if template else tuple(problems[: shell.MAX_PROBLEMS]),
        template=template,
        settings={} if template or invocations is not found else _opened(path, text, make),
    )


FORMAT = Format(
    name="makefile",
    matches=like(rf"(?:.*/)?(?:GNUmakefile|[Mm]akefile(?:\.(?!(?i:{_OTHER_MAKES})$)[\w-]+)?|[\w.-]+\.mk)"),
    read=read,
)


def _by_place(path: str, text: str) -> list[Invocation]:
    """The commands of a makefile that asks whether CI runs it: those of both, those of CI and those of elsewhere."""
    found: list[dict[Invocation, None]] = []
    for in_ci in (True, False):
        make = _Make(path, in_ci)
        make.load(text)
        found.append(dict.fromkeys(make.all()[0]))
    there, here = found
    both = {i: i if i in here else replace(i, only="ci") for i in there}
    both.update((i, replace(i, only="local")) for i in here if i not in there)
    return sorted(both.values(), key=lambda i: i.at.line or 0)


def _opened(path: str, text: str, make: _Make) -> dict[str, object]:
    """What callers may set otherwise: ``defaults`` of variables by name (and whether the environment, too, sets them),
    and ``opened``, the commands in which such a variable is left as ``${NAME}``."""
    used = set(re.findall(r"\$[({](\w{1,60})[)}]", text)) - _STRUCTURAL if _INSTALLS.search(text) else set()
    used -= set(_DECISIVE.findall(text))
    defaults = {name: made for name, made in make.plain.items() if name in used and made[0] != "$"}
    if not defaults or len(defaults) > MAX_OPEN:
        return {}
    other = _Make(path, opened=frozenset(defaults))
    other.load(text)
    return {"defaults": defaults, "opened": tuple(other.all()[0])}


def _asked(make: _Make, text: str) -> tuple[str, ...]:
    """What conditionals ask of variables that only the caller sets, as ``Invocation.when`` says it."""
    found: dict[str, None] = {}
    if not make.includes:
        for line in text.split("\n"):
            told = _test_of(line)
            if told is not None and told[0] not in (*_CI_NAMES, *make.assigned):
                found[f"{told[0]}={told[1]}" if told[1] else told[0]] = None
    return tuple(found)[:MAX_TESTS]


def _test_of(line: str) -> tuple[str, str, bool] | None:
    """The variable that a conditional asks for, the value (``""``: any), and whether it shall be so or not."""
    match = _TEST.fullmatch(line.strip().removeprefix("else").split("#")[0].strip())
    if match is None:
        return None
    if match["defined"]:
        return match["name"], "", match["defined"] == "ifdef"
    value = (match["value"] or match["quoted"] or "").strip()
    return match["round"] or match["first"], value, (match["compared"] == "ifeq") == bool(value)


def _by_variable(path: str, text: str, asked: tuple[str, ...]) -> list[Invocation]:
    """The commands of a makefile where the caller sets nothing, and those of which one thing that it sets makes more.

    Each says what it depends on.
    """

    def found(given: Mapping[str, str]) -> dict[Invocation, None]:
        make = _Make(path, given=given)
        make.load(text)
        return dict.fromkeys(make.all()[0])

    names = {word.partition("=")[0] for word in asked}
    usual = found(dict.fromkeys(names, ""))
    conditions: dict[Invocation, tuple[str, ...]] = dict.fromkeys(usual, ())
    for word in asked:
        name, _, value = word.partition("=")
        other = found({**dict.fromkeys(names, ""), name: value or f"${{{name}}}"})
        conditions.update({i: (*conditions[i], f"!{word}") for i in usual if i not in other})
        conditions.update({i: (word,) for i in other if i not in conditions})
    told = (replace(i, when=when) if when else i for i, when in conditions.items())
    return sorted(told, key=lambda i: i.at.line or 0)


class _Make:
    """The rules and variables of one makefile.

    ``in_ci`` says where it runs, where that is to count; ``given`` what the caller set (``""`` for nothing); ``opened``
    are variables that stay as they are written in what is run.
    """

    def __init__(
        self,
        path: str,
        in_ci: bool | None = None,
        given: Mapping[str, str] | None = None,
        opened: frozenset[str] = frozenset(),
    ) -> None:
        self.rules: dict[str, _Rule] = {}
        self._path = path
        self._variables: dict[str, str | None] = {"MAKE": "make", "CURDIR": ".", "SHELL": "/bin/sh"}
        self._exported: set[str] = set()
        self._export_all = False
        self._one_shell = False
        self._goal: str | None = None
        self._in_ci = in_ci
        self._given = given or {}
        self.assigned: set[str] = set()
        self.plain: dict[str, tuple[str, bool]] = {}  # literal values, and whether a variable of the caller goes first
        self._opened = opened
        self._closing = False
        self.includes = False
        self._taken: list[bool] = []  # of each conditional that is open, whether a side of it held before
        self._skipped: set[str] = set()  # names that are set only in the side of a conditional that does not hold
        # what is no makefile by its name is included, or named with -f, and runs where make is started
        self._folder = "." if path.endswith(".mk") else posixpath.dirname(path) or "."
        self._own = (posixpath.dirname(path) or ".") if path.endswith(".mk") else "."

    def all(self) -> tuple[list[Invocation], list[Problem]]:
        """What all recipes would start, in order."""
        parsed = [one for rule in self.rules.values() for one in self.run(rule)]
        return [i for one in parsed for i in one.invocations], [p for one in parsed for p in one.problems]

    def load(self, text: str) -> None:
        current: list[_Rule] = []
        branches: list[bool | None] = []  # whether what stands in a conditional counts; None where both sides do
        in_define = False
        for number, line in _logical(text):
            stripped = line.strip()
            if in_define:
                in_define = stripped != "endef"
            elif (match := _CONDITIONAL.match(stripped)) and not (line.startswith("\t") and current and not branches):
                self._branch(match[0], stripped, branches)
            elif False in branches:
                if (skipped := _ASSIGNMENT.fullmatch(_uncommented(stripped))) is not None:
                    self._skipped.add(skipped["name"])
            elif line.startswith("\t") and current:
                for rule in current:
                    rule.recipe.append((number, line[1:]))
            elif not stripped or stripped.startswith("#"):
                continue
            elif stripped.startswith("define "):
                in_define = True
            else:
                current = self._line(_uncommented(stripped), number, current, len(branches) - branches.count(True))

    def _branch(self, word: str, line: str, branches: list[bool | None]) -> None:
        """Enter, change or leave a conditional."""
        if word == "endif":
            del branches[-1:], self._taken[-1:]
        elif word != "else":
            branches.append(self._holds(line))
            self._taken.append(branches[-1] is True)
        elif branches:
            rest = line.removeprefix("else").strip()
            holds = self._holds(rest) if rest.startswith("if") else True
            branches.append(None if branches.pop() is None else False if self._taken[-1] else holds)
            self._taken[-1] = self._taken[-1] or branches[-1] is True

    def _holds(self, line: str) -> bool | None:
        """Whether a test holds upon the variable that CI systems set, or upon one that the caller sets or not."""
        told = _test_of(line)
        if told is not None and told[0] in self._given:
            given = self._given[told[0]]
            return (given == told[1] if told[1] else bool(given)) == told[2]
        match = _CI_TEST.fullmatch(line.split("#")[0].strip())
        if match is None or self._in_ci is None:
            return None
        if match["defined"]:
            return self._in_ci == (match["defined"] == "ifdef")
        value = (match["value"] or match["quoted"] or "").strip()
        if value not in ("", "true", "1"):
            return None
        return (self._in_ci == bool(value)) == (match["compared"] == "ifeq")

    def _line(self, line: str, number: int, current: list[_Rule], depth: int) -> list[_Rule]:
        if _CALL.match(line) or line.startswith(
            ("include ", "-include ", "sinclude ", "vpath ", "unexport", "undefine ")
        ):
            self.includes = self.includes or "include " in line[:10]
            return []
        if line == "export":
            self._export_all = True
            return []
        assignment = _ASSIGNMENT.fullmatch(line)
        if assignment is not None:
            self._assign(assignment, depth > 0)
            return []
        if match := _EXPORT.fullmatch(line):
            self._exported.update(match["names"].split())
            return []
        rule = _RULE.fullmatch(line)
        return self._open(rule, number) if rule is not None else []

    def _assign(self, match: re.Match[str], conditional: bool) -> None:
        name, operator, value = match["name"], match["operator"], match["value"]
        self.assigned.add(name)
        if name == ".DEFAULT_GOAL":
            self._goal = value.strip()
        if "export" in match["modifiers"]:
            self._exported.add(name)
        value = re.sub(r"\\\n\s*", " ", value).strip()
        if name in self.plain or conditional or operator not in ("=", ":=", "?=") or not _PLAIN.fullmatch(value):
            self.plain[name] = ("$", False)
        else:
            self.plain[name] = (value, operator == "?=")
        old = self._variables.get(name)
        if operator == "!=":
            self._variables[name] = None
        elif operator == "+=" and name in self._variables:
            self._variables[name] = None if old is None else f"{old} {value}"
        elif operator == "?=":
            self._variables.setdefault(name, value)
        elif conditional and name in self._variables and old != value:
            self._variables[name] = None
        else:
            self._variables[name] = self.expand(value) if operator.startswith(":") else value

    def _open(self, match: re.Match[str], number: int) -> list[_Rule]:
        rest, _, inline = match["rest"].partition(";")
        if re.match(r"\s*(?:export\s+)?[\w.-]+\s*[:+?]?=", rest):
            return []  # a variable of this target alone
        written = self.expand(re.sub(r"\\\n\s*", " ", rest.lstrip(":"))).partition("|")[0].split()
        self._closing = True
        targets = self.expand(re.sub(r"\\\n\s*", " ", match["targets"])).split()
        normal, _, order = self.expand(re.sub(r"\\\n\s*", " ", rest.lstrip(":"))).partition("|")
        self._closing = False
        needs, before = normal.split(), order.split()
        if ".ONESHELL" in targets:
            self._one_shell = True
        opened = []
        for target in targets[:50]:
            if (target.startswith(".") and target.isupper()) or target == "&":
                continue
            rule = self.rules.setdefault(target, _Rule(target, number, []))
            rule.needs.extend(need for need in needs if need not in rule.needs)
            rule.written.extend(need for need in written if need not in rule.written)
            rule.before.extend(need for need in before if need not in rule.before)
            if inline.strip():
                rule.recipe.append((number, inline.strip()))
            opened.append(rule)
        return opened

    def tasks(self) -> Iterator[Task]:
        usable = [name for name in self.rules if "%" not in name and not name.startswith(".")]
        goal = self._goal if self._goal in self.rules else next(iter(usable), None)
        for rule in self.rules.values():
            at = Location(path=self._path, line=rule.line)
            yield Task(name=rule.name, at=at, needs=(*rule.needs, *rule.before), default=rule.name == goal)

    def run(self, rule: _Rule) -> Iterator[shell.Parsed]:
        """What the recipe would start, line by line."""
        interpreter = posixpath.basename((self._variables.get("SHELL") or "sh").split(" ")[0].strip("\"'"))
        if interpreter.startswith(("python", "perl", "node")):
            return
        names = set(self._variables) if self._export_all else self._exported
        env = {
            n: v for n in names if (raw := self._variables.get(n)) is not None and "$" not in (v := self.expand(raw))
        }
        recipe = _joined(rule.recipe) if self._one_shell and rule.recipe else rule.recipe
        for number, line in recipe:
            prefix = line[: len(line) - len(line.lstrip("@-+ \t"))]
            command = self.expand(line[len(prefix) :], rule)
            if command.strip() and not command.startswith("#"):
                yield shell.parse(
                    command,
                    at=Location(path=self._path, line=number),
                    context="task",
                    env=env,
                    directory=self._folder,
                    job=rule.name,
                    tolerated="-" in prefix,
                )

    def expand(self, text: str, rule: _Rule | None = None) -> str:
        """``text`` as the shell would get it; what only make can tell becomes an unknown ``${NAME}``."""
        for _ in range(MAX_EXPANSIONS):
            if "$" not in text or len(text) > MAX_LENGTH:
                break
            text = _OWN_FOLDER.sub(lambda match: self._own if match["bare"] else f"{self._own}/", text)
            if rule is not None and "word" in text:
                text = _WORD.sub(lambda match: _word(match, rule), text)
            expanded = _FUNCTION.sub(_function, text)
            expanded = _REFERENCE.sub(lambda match: self._value(match, rule), expanded)
            expanded = _COMPUTED.sub("\ue010{unknown}", expanded)
            if expanded == text:
                break
            text = expanded
        return text.replace("\ue010", "$")

    def _value(self, match: re.Match[str], rule: _Rule | None) -> str:
        name = match["round"] or match["curly"] or match["one"]
        if name is None:
            return "\ue010"
        if rule is not None and name in ("@", "<", "^"):
            return {"@": rule.name, "<": next(iter(rule.written), ""), "^": " ".join(rule.written)}[name]
        value = self._variables.get(name)
        if name in self._opened and not self._closing:
            return f"\ue010{{{name}}}"
        if value is not None:
            return value
        if name in self._skipped and name not in self._variables and self._given:
            return ""
        return f"\ue010{{{name}}}" if re.fullmatch(r"\w+", name) else "\ue010{unknown}"


def _word(match: re.Match[str], rule: _Rule) -> str:
    """One of the prerequisites by its number, the first or the last."""
    words = rule.needs if match["list"] in ("$^", "$+") else match["list"].split()
    number = {"firstword": 1, "lastword": len(words)}.get(match["which"] or "", int(match["number"] or 0))
    return words[number - 1] if 0 < number <= len(words) else ""


def _function(match: re.Match[str]) -> str:
    """``$(shell x)`` is a command substitution to the shell; other functions stay unknown."""
    return f"\ue010({match['body']})" if match["name"] == "shell" else f"\ue010{{{match['name'].replace('-', '_')}}}"


def _logical(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their continuations (kept as written), numbered by their first line."""
    pending: list[str] = []
    start = 1
    for number, line in enumerate(text.split("\n"), start=1):
        if not pending:
            start = number
        pending.append(line)
        if line.endswith("\\") and not line.endswith("\\\\"):
            continue
        yield start, "\n".join(pending)
        pending = []
    if pending:
        yield start, "\n".join(pending)


def _joined(recipe: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """One text for ``.ONESHELL``; gaps between the lines are kept so that line numbers stay right."""
    first = recipe[0][0]
    lines: list[str] = []
    for number, line in recipe:
        lines.extend([""] * (number - first - len("\n".join(lines).split("\n")) if lines else 0))
        lines.append(line)
    return [(first, "\n".join(lines))]


def _uncommented(line: str) -> str:
    return re.sub(r"(?:^|(?<=[\s:=]))#.*$", "", line, flags=re.DOTALL).rstrip() if "#" in line else line
