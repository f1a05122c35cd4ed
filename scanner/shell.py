"""Shell text in, invocations out: what a CI step, a recipe, a ``RUN`` line or a script would start.

tree-sitter's bash grammar reads the text; a small walk follows it as a shell would where that can be known without
running: literal variables and arrays, ``export``, ``cd``, functions with their arguments, loops over literal words,
``|| true``, heredocs, and the wrappers that start another command (``sudo``, ``env``, ``xargs``, ``bash -c`` …).
What cannot be known stays as its text (``${VERSION}``). Template expressions (``${{ }}``, ``{{ }}``, ``$[[ ]]``,
``<< >>``, ``{% %}``) are masked while parsing and restored afterwards.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

from scanner.facts import Context, Invocation, Location, Problem
from scanner.redact import redact, redact_line

MAX_TEXT = 512 * 1024
MAX_INVOCATIONS = 4_000
MAX_WORDS = 2_000
MAX_WORD = 4_000
MAX_VALUE = 4_000
MAX_DEPTH = 80
MAX_NESTED = 6
MAX_STEPS = 60_000
MAX_UNROLLED = 16
MAX_PROBLEMS = 5

_NOTHING: Mapping[str, str] = MappingProxyType({})
_WINDOWS = frozenset({"pwsh", "powershell", "cmd", "batch", "bat"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What a text would start, and what it leaves behind.

    ``env``: literal variables exported when the text ends; ``passed_on``: those handed to later steps of the job
    (``echo K=V >> $GITHUB_ENV``); ``directory``: the working folder at the end, ``None`` when unknown.
    """

    invocations: tuple[Invocation, ...] = ()
    problems: tuple[Problem, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    passed_on: Mapping[str, str] = field(default_factory=dict)
    directory: str | None = "."


def parse(
    text: str,
    *,
    at: Location,
    context: Context,
    env: Mapping[str, str] = _NOTHING,
    directory: str | None = ".",
    job: str | None = None,
    disabled: str | None = None,
    tolerated: bool = False,
    shell: str | None = None,
) -> Parsed:
    """Read ``text``, whose first line is ``at.line``, and return every command that it would start, in order.

    ``env`` are the variables in force before it, ``directory`` the folder it starts in (an absolute path is one
    inside an image). ``shell`` is the interpreter's name where it is not a POSIX one: PowerShell and cmd are split by
    line as well as can be, anything else (``python``) yields nothing. Never raises; what could not be understood is a
    problem with its line, and the rest still counts.
    """
    name = posixpath.basename((shell or "bash").split()[0]).lower().removesuffix(".exe") if shell != "" else "bash"
    if len(text) > MAX_TEXT:
        problem = Problem(code="too-large", message=f"more than {MAX_TEXT} characters of shell", at=at)
        return Parsed(problems=(problem,), directory=directory)
    writer = _Writer(at, context, job, disabled, tolerated)
    state = _State(dict(env), set(env), directory)
    text = text.replace("\r\n", "\n").replace("\0", "")
    if name in _WINDOWS:
        _windows(text, state, writer)
    elif name in {"bash", "sh", "dash", "ash", "zsh", "ksh"}:
        _Walk(writer, _Masks(at, context)).run(text, state)
    return Parsed(
        invocations=tuple(writer.invocations),
        problems=tuple(writer.problems),
        env={k: clean_value(k, v) for k, v in state.variables.items() if v is not None and k in state.exported},
        passed_on=writer.passed_on,
        directory=state.directory,
    )


@dataclass(slots=True)
class _State:
    """The shell's state at one point: ``None`` marks a variable whose value only running would tell."""

    variables: dict[str, str | None]
    exported: set[str]
    directory: str | None
    arrays: dict[str, tuple[str, ...]] = field(default_factory=dict)
    positional: tuple[str, ...] | None = None
    previous: str | None = None

    def fork(self) -> _State:
        return _State(
            dict(self.variables), set(self.exported), self.directory, dict(self.arrays), self.positional, self.previous
        )

    def join(self, branches: Iterable[_State]) -> None:
        """Continue after one of ``branches`` has run: keep only what is the same in all of them."""
        first, *others = branches
        for other in others:
            for name in first.variables.keys() | other.variables.keys():
                if first.variables.get(name, name) != other.variables.get(name, name):
                    first.variables[name] = None
            first.arrays = {k: v for k, v in first.arrays.items() if other.arrays.get(k) == v}
            first.exported |= other.exported
            if first.directory != other.directory:
                first.directory = None
        self.variables, self.arrays, self.exported = first.variables, first.arrays, first.exported
        self.directory = first.directory

    def go(self, target: str | None) -> None:
        self.previous, self.directory = self.directory, target


class _Writer:
    """Collects invocations and problems in the shape that was asked for."""

    def __init__(
        self, at: Location, context: Context, job: str | None, disabled: str | None, tolerated: bool = False
    ) -> None:
        self.at = at
        self.tolerated = tolerated
        self.invocations: list[Invocation] = []
        self.problems: list[Problem] = []
        self.passed_on: dict[str, str] = {}
        self._context = context
        self._job = job
        self._disabled = disabled
        self._seen: set[tuple[tuple[str, ...], int | None, str | None]] = set()
        self._env: tuple[tuple[str, str], ...] = ()

    def emit(self, argv: list[str], env: tuple[tuple[str, str], ...], directory: str | None, row: int) -> None:
        if len(self.invocations) >= MAX_INVOCATIONS:
            self.problem("too-large", f"more than {MAX_INVOCATIONS} commands; the rest was left aside", row)
            return
        words = _clean(argv[:MAX_WORDS])
        line = self._line(row)
        key = (words, line, directory)
        if key in self._seen:
            return
        self._seen.add(key)
        if env == self._env:
            env = self._env
        self._env = env
        self.invocations.append(
            Invocation(
                argv=words,
                at=Location(path=self.at.path, line=line),
                context=self._context,
                env=env,
                directory=directory,
                job=self._job,
                disabled=self._disabled,
                tolerated=self.tolerated,
            )
        )

    def problem(self, code: str, message: str, row: int) -> None:
        found = Problem(code=code, message=message, at=Location(path=self.at.path, line=self._line(row)))
        if len(self.problems) < MAX_PROBLEMS and found not in self.problems:
            self.problems.append(found)

    def _line(self, row: int) -> int | None:
        return None if self.at.line is None else self.at.line + row


_SECRET_OPTION = re.compile(r"--?[A-Za-z0-9-]{0,40}(?:password|passwd|token|secret|api-?key)", re.IGNORECASE)
_SECRET_NAME = re.compile(r"password|passwd|secret|token|api_?key|access_?key|credential", re.IGNORECASE)


def _clean(argv: Iterable[str]) -> tuple[str, ...]:
    """The words without credentials and of bounded length."""
    words: list[str] = []
    for word in argv:
        if words and words[-1].startswith("-") and _SECRET_OPTION.fullmatch(words[-1]):
            words.append(_secret(word))
            continue
        option, equals, value = word.partition("=")
        if equals and option.startswith("-") and _SECRET_OPTION.fullmatch(option):
            words.append(f"{option}={_secret(value)}")
            continue
        words.append(redact(word[:MAX_WORD]) if len(word) > 14 else word)
    return tuple(words)


def _secret(value: str) -> str:
    return redact_line(f"password={value}").removeprefix("password=")


def clean_value(name: str, value: str) -> str:
    """The value of the variable ``name`` without credentials; a literal under a name that speaks of secrets is one."""
    if _SECRET_NAME.search(name):
        return _secret(value)
    return redact(value[:MAX_VALUE]) if len(value) > 14 else value


# ---------------------------------------------------------------------------------------------------------------- masks

_TEMPLATE = re.compile(
    r"\$\{\{(?P<github>[^}]{0,2000}(?:\}[^}]{1,2000}){0,20})\}\}"
    r"|\{\{[^{}]{0,2000}\}\}"
    r"|\$\[\[[^\[\]]{0,500}\]\]"
    r"|<<\s{0,4}(?:parameters|pipeline|matrix|jobs?|steps?|inputs?)\.[\w.-]{1,200}\s{0,4}>>"
    r"|\$\((?P<azure>[A-Za-z]\w{0,40}\.[\w.]{1,100})\)"
    r"|(?P<block>\{%[^%{}]{0,2000}%\})"
)
_MASK = re.compile("\ue000(\\d+)\ue001")
_PLACED = re.compile("\ue000(\\d+)\ue001((?:/[^\\s'\":;,\ue000]*)?)")
_ROOTS = frozenset(
    {
        "GITHUB_WORKSPACE",
        "CI_PROJECT_DIR",
        "TRAVIS_BUILD_DIR",
        "BUILD_SOURCESDIRECTORY",
        "SYSTEM_DEFAULTWORKINGDIRECTORY",
        "CIRCLE_WORKING_DIRECTORY",
        "BITBUCKET_CLONE_DIR",
        "CIRRUS_WORKING_DIR",
        "CODEBUILD_SRC_DIR",
        "BUILDKITE_BUILD_CHECKOUT_PATH",
        "APPVEYOR_BUILD_FOLDER",
        "DRONE_WORKSPACE",
    }
)


class _Masks:
    """Stand-ins for text that is not shell, and for *places*: absolute paths whose repository path is known."""

    def __init__(self, at: Location, context: Context) -> None:
        self.path = at.path
        self.is_script = context == "script"
        self._texts: list[tuple[str, str | None]] = []
        self.extra: list[tuple[int, int]] = []

    def add(self, text: str, place: str | None = None) -> str:
        self._texts.append((text, place))
        return f"\ue000{len(self._texts) - 1}\ue001"

    def hide(self, text: str) -> str:
        """``text`` with template expressions replaced; line breaks inside them are remembered in ``extra``."""
        if "\ue000" in text:
            text = text.replace("\ue000", "?").replace("\ue001", "?")
        if "{{" not in text and "$[[" not in text and "<<" not in text and "{%" not in text and "$(" not in text:
            return text
        lost = 0

        def replace(match: re.Match[str]) -> str:
            nonlocal lost
            found = match[0]
            if match["block"] is not None:
                return "\n" * found.count("\n")
            if breaks := found.count("\n"):
                row = text.count("\n", 0, match.start()) - lost
                lost += breaks
                self.extra.append((row, breaks))
            return self.add(found, self._place(match))

        return _TEMPLATE.sub(replace, text)

    def _place(self, match: re.Match[str]) -> str | None:
        if match["github"] is not None:
            expression = match["github"].strip()
            if expression == "github.action_path":
                return posixpath.dirname(self.path) or "."
            return "." if expression in {"github.workspace", "env.GITHUB_WORKSPACE"} else None
        if match["azure"] is not None:
            return "." if match["azure"].replace(".", "_").upper() in _ROOTS else None
        return None

    def place_of(self, word: str) -> str | None:
        """The repository path that ``word`` stands for, when it begins with a known place."""
        match = _PLACED.fullmatch(word)
        place = self._texts[int(match[1])][1] if match else None
        if match is None or place is None:
            return None
        path = posixpath.normpath(posixpath.join(place, match[2].lstrip("/")))
        return None if path == ".." or path.startswith("../") else path

    def show(self, word: str, directory: str | None = None) -> str:
        """``word`` with the original texts restored, and places written as seen from ``directory``."""
        if "\ue000" not in word:
            return word

        def replace(match: re.Match[str]) -> str:
            text, place = self._texts[int(match[1])]
            path = self.place_of(match[0]) if place is not None else None
            if path is None or directory is None or directory.startswith("/"):
                return text + match[2]
            return posixpath.relpath(path, directory)

        word = _PLACED.sub(replace, word)
        return self.show(word, directory) if "\ue000" in word and len(word) < MAX_WORD else word


# ----------------------------------------------------------------------------------------------------------------- walk


@cache
def _parser() -> Parser:
    return Parser(Language(tree_sitter_bash.language()))


_STATEMENTS = frozenset(
    {
        "program",
        "command",
        "declaration_command",
        "variable_assignment",
        "variable_assignments",
        "list",
        "pipeline",
        "subshell",
        "compound_statement",
        "redirected_statement",
        "negated_command",
        "if_statement",
        "while_statement",
        "for_statement",
        "c_style_for_statement",
        "case_statement",
        "function_definition",
        "test_command",
        "unset_command",
        "do_group",
        "ERROR",
    }
)
_HARMLESS = frozenset({"true", ":", "echo", "printf", "exit 0", "return 0", "warn", "logger"})
_SHELLS = frozenset({"bash", "sh", "dash", "ash", "zsh", "ksh"})
_UNKNOWN_ARGUMENTS = "$@"


class _Walk:
    """One walk over a text and the texts inside it."""

    def __init__(self, writer: _Writer, masks: _Masks) -> None:
        self._writer = writer
        self._masks = masks
        self._base = 0
        self._nested = 0
        self._steps = 0
        self._functions: dict[str, Node] = {}
        self._called: set[str] = set()
        self._active: list[str] = []
        self._handlers: dict[str, Callable[[Node, _State, int], None]] = {
            "command": self._plain_command,
            "declaration_command": self._declaration,
            "variable_assignment": lambda node, state, depth: self._assign(node, state, depth),
            "list": lambda node, state, depth: self._list(node, state, depth),
            "pipeline": self._pipeline,
            "subshell": lambda node, state, depth: self._children(node, state.fork(), depth),
            "redirected_statement": self._redirected,
            "if_statement": self._if,
            "elif_clause": self._if,
            "while_statement": self._loop,
            "c_style_for_statement": self._loop,
            "for_statement": self._for,
            "case_statement": self._case,
            "function_definition": self._define,
            "unset_command": self._unset,
        }

    def run(self, text: str, state: _State) -> None:
        """Walk ``text``; functions that nothing in it calls are walked last, with unknown arguments."""
        self._text(self._masks.hide(text), state, 0, 0)
        for name in list(self._functions):
            if name not in self._called:
                self._call(name, None, state.fork(), 0)

    def _text(self, text: str, state: _State, row: int, depth: int) -> None:
        before = self._base, self._masks.extra
        self._base = row
        if self._nested:  # the row was made exact by the caller
            self._masks.extra = []
        root = _parser().parse(text.encode("utf-8", "replace")).root_node
        self._children(root, state, depth)
        if root.has_error:
            self._report(root)
        self._base, self._masks.extra = before

    def _report(self, root: Node) -> None:
        pending = [root]
        while pending and len(self._writer.problems) < MAX_PROBLEMS:
            node = pending.pop()
            if node.is_error or node.is_missing:
                self._writer.problem("syntax", "shell text that could not be understood", self._row(node))
            elif node.has_error:
                pending.extend(reversed(node.children))

    def _row(self, node: Node) -> int:
        row = self._base + node.start_point[0]
        if self._masks.extra:
            row += sum(breaks for start, breaks in self._masks.extra if start < row)
        return row

    def _children(self, node: Node, state: _State, depth: int) -> None:
        for child in node.children:
            if child.is_named:
                self._statement(child, state, depth + 1)

    def _statement(self, node: Node, state: _State, depth: int) -> None:
        self._steps += 1
        if depth > MAX_DEPTH:
            self._writer.problem("too-deep", f"nested more than {MAX_DEPTH} levels deep", self._row(node))
            return
        if self._steps > MAX_STEPS:
            self._writer.problem("too-large", f"more than {MAX_STEPS} steps to follow", self._row(node))
            return
        kind = node.type
        if kind in ("comment", "word", "heredoc_body"):
            return
        (self._handlers.get(kind) or self._children)(node, state, depth)

    # statements

    def _list(self, node: Node, state: _State, depth: int, redirects: list[Node] | None = None) -> None:
        """Commands joined by ``&&`` and ``||``; ``redirects`` that follow belong to the last of them."""
        parts: list[tuple[str, Node]] = []
        current = node
        while current.type == "list" and current.child_count >= 3:
            left, operator, *right = current.children
            parts.extend((operator.type, child) for child in reversed(right) if child.is_named)
            current = left
        parts.append(("", current))
        parts.reverse()
        outer = self._writer.tolerated
        forgiven = [False] * len(parts)
        for number in range(len(parts) - 2, -1, -1):
            link, following = parts[number + 1]
            forgiven[number] = forgiven[number + 1] or (link == "||" and _is_harmless(following))
        for number, (link, part) in enumerate(parts):
            self._writer.tolerated = outer or forgiven[number]
            after = redirects if redirects and number == len(parts) - 1 else []
            if link != "||":
                self._with_redirects(part, after, state, depth)
                continue
            branch = state.fork()
            self._with_redirects(part, after, branch, depth)
            if not _leaves(part):
                state.join([state.fork(), branch])
        self._writer.tolerated = outer

    def _pipeline(self, node: Node, state: _State, depth: int) -> None:
        before: Node | None = None
        for child in node.children:
            if not child.is_named:
                continue
            branch = state.fork()
            if child.type == "command":
                self._command(child, branch, depth + 1, stdin=_file_of_cat(before))
            else:
                self._statement(child, branch, depth + 1)
            before = child

    def _redirected(self, node: Node, state: _State, depth: int) -> None:
        body, *redirects = (child for child in node.children if child.is_named)
        if body.type == "list":
            self._list(body, state, depth, redirects)
        else:
            self._with_redirects(body, redirects, state, depth)

    def _with_redirects(self, body: Node, redirects: list[Node], state: _State, depth: int) -> None:
        extra: list[str] = []
        stdin: str | None = None
        target = ""
        for redirect in redirects:
            if redirect.type == "file_redirect":
                operator, words = self._redirect(redirect, state, depth)
                if operator == "<" and words:
                    stdin = f"$(<{words[0]})"
                elif words:
                    target = words[0]
                extra.extend(words[1:])
        if body.type == "command":
            if target and _WRITES_LISTING.match(_text(body)):
                extra.extend((">", target))
            argv = self._command(body, state, depth + 1, stdin=stdin, extra=extra)
            self._pass_on(argv, target)
            heredoc = next((r for r in redirects if r.type == "heredoc_redirect"), None)
            if heredoc is not None:
                self._heredoc(heredoc, argv, state, depth)
        elif body.type == "compound_statement" and target:
            for child in body.children:
                if child.type == "command":
                    self._pass_on(self._command(child, state, depth + 1), target)
                elif child.is_named:
                    self._statement(child, state, depth + 1)
        else:
            self._statement(body, state, depth + 1)
        for redirect in redirects:
            if redirect.type == "heredoc_redirect":
                for child in redirect.children:
                    if child.type in _STATEMENTS:
                        self._statement(child, state, depth + 1)

    def _redirect(self, node: Node, state: _State, depth: int) -> tuple[str, list[str]]:
        operator = ""
        words: list[str] = []
        for child in node.children:
            if child.is_named and child.type != "file_descriptor":
                words.extend(self._expand(child, state, depth))
            elif not child.is_named:
                operator = child.type
        return operator, words

    def _pass_on(self, argv: list[str], target: str) -> None:
        if argv and argv[0] in {"echo", "printf"} and target.strip("\"'{}").endswith(("GITHUB_ENV", "BASH_ENV")):
            words = [word for word in argv[1:] if not word.startswith("-")]
            for line in "\n".join(words).replace("\\n", "\n").split("\n"):
                name, equals, value = line.removeprefix("export ").partition("=")
                if equals and name.isidentifier() and "$" not in value and "\ue000" not in value:
                    self._writer.passed_on[name] = clean_value(name, value.strip("\"'"))

    def _heredoc(self, redirect: Node, argv: list[str], state: _State, depth: int) -> None:
        if not argv or posixpath.basename(argv[0]) not in _SHELLS or self._nested >= MAX_NESTED:
            return
        if any(not word.startswith("-") for word in argv[1:]):
            return
        body = next((c for c in redirect.children if c.type == "heredoc_body"), None)
        if body is not None and body.text is not None:
            self._nested += 1
            self._text(body.text.decode("utf-8", "replace"), state.fork(), self._row(body), depth + 1)
            self._nested -= 1

    def _if(self, node: Node, state: _State, depth: int) -> None:
        branches: list[_State] = []
        branch: _State = state
        has_else = False
        for child in node.children:
            if child.type == "then":
                branch = state.fork()
                branches.append(branch)
            elif child.type in ("elif_clause", "else_clause"):
                has_else = has_else or child.type == "else_clause"
                branch = state.fork()
                branches.append(branch)
                if child.type == "elif_clause":
                    self._if(child, branch, depth + 1)
                else:
                    self._children(child, branch, depth + 1)
            elif child.is_named:
                self._statement(child, branch, depth + 1)
        if node.type == "if_statement" and not has_else:
            branches.append(state.fork())
        if branches:
            state.join(branches)

    def _loop(self, node: Node, state: _State, depth: int) -> None:
        branch = state.fork()
        self._children(node, branch, depth)
        state.join([state.fork(), branch])

    def _for(self, node: Node, state: _State, depth: int) -> None:
        name = ""
        words: list[str] = []
        body: Node | None = None
        for child in node.children:
            if child.type == "variable_name" and not name:
                name = _text(child)
            elif child.type == "do_group":
                body = child
            elif child.is_named:
                words.extend(self._expand(child, state, depth))
        if body is None:
            return
        literal = all(not _is_open(word) for word in words) and 0 < len(words) <= MAX_UNROLLED
        branches = [state.fork()]
        for word in words if literal else [None]:
            branch = branches[-1].fork()
            branch.variables[name] = word
            self._children(body, branch, depth + 1)
            branches.append(branch)
        state.join([branches[0], branches[-1]])

    def _case(self, node: Node, state: _State, depth: int) -> None:
        branches = [state.fork()]
        for child in node.children:
            if child.type == "case_item":
                branch = state.fork()
                for part in child.children:
                    if part.type in _STATEMENTS:
                        self._statement(part, branch, depth + 1)
                branches.append(branch)
            elif child.is_named:
                self._expand(child, state, depth)
        state.join(branches)

    def _define(self, node: Node, state: _State, depth: int) -> None:
        name = node.child_by_field_name("name")
        body = node.child_by_field_name("body")
        if name is not None and body is not None:
            self._functions[_text(name)] = body

    def _call(self, name: str, arguments: tuple[str, ...] | None, state: _State, depth: int) -> None:
        self._called.add(name)
        if name in self._active or len(self._active) >= MAX_NESTED:
            return
        self._active.append(name)
        before, state.positional = state.positional, arguments
        self._statement(self._functions[name], state, depth + 1)
        state.positional = before
        self._active.pop()

    # variables

    def _declaration(self, node: Node, state: _State, depth: int) -> None:
        words = [_text(child) for child in node.children if child.type == "word"]
        keyword = _text(node.children[0])
        exports = keyword == "export" or any(word.startswith("-") and "x" in word for word in words)
        for child in node.children:
            if child.type == "variable_assignment":
                self._assign(child, state, depth, export=exports)
            elif child.type == "variable_name" and exports:
                state.exported.add(_text(child))
            elif child.is_named and child.type != "word":
                self._expand(child, state, depth)

    def _assign(self, node: Node, state: _State, depth: int, *, export: bool = False) -> None:
        name, value = self._assignment(node, state, depth)
        if not name:
            return
        if isinstance(value, tuple):
            before = state.arrays.get(name, ()) if any(child.type == "+=" for child in node.children) else ()
            state.arrays[name] = (*before, *value)
        else:
            state.arrays.pop(name, None)
            if any(child.type == "+=" for child in node.children):
                old = state.variables.get(name)
                value = old + value if old is not None and value is not None else None
            state.variables[name] = value
        if export:
            state.exported.add(name)

    def _assignment(self, node: Node, state: _State, depth: int) -> tuple[str, str | tuple[str, ...] | None]:
        name = ""
        value: str | tuple[str, ...] | None = ""
        for child in node.children:
            if child.type == "variable_name" and not name:
                name = _text(child)
            elif child.type == "subscript":
                return "", None
            elif child.type == "array":
                value = tuple(
                    word for item in child.children if item.is_named for word in self._expand(item, state, depth)
                )
            elif child.is_named:
                value = "".join(part for part, _ in self._pieces(child, state, depth))
                if _is_open(value):
                    value = None
        return name, value

    def _unset(self, node: Node, state: _State, depth: int) -> None:
        for child in node.children:
            if child.type in ("variable_name", "word"):
                state.variables[_text(child)] = None
                state.arrays.pop(_text(child), None)

    # commands

    def _plain_command(self, node: Node, state: _State, depth: int) -> None:
        self._command(node, state, depth)

    def _command(
        self, node: Node, state: _State, depth: int, *, stdin: str | None = None, extra: Iterable[str] = ()
    ) -> list[str]:
        argv: list[str] = []
        rows: list[int] = []
        prefix: dict[str, str] = {}
        for child in node.children:
            kind = child.type
            if kind == "variable_assignment" and not argv:
                name, value = self._assignment(child, state, depth)
                if name and isinstance(value, str):
                    prefix[name] = value
            elif kind == "file_redirect":
                operator, words = self._redirect(child, state, depth)
                argv.extend(words[1:])
                rows.extend([self._row(child)] * len(words[1:]))
                if operator == "<" and words:
                    stdin = f"$(<{words[0]})"
            elif kind in ("herestring_redirect", "heredoc_redirect"):
                continue
            elif child.is_named:
                words = self._expand(child.children[0] if kind == "command_name" else child, state, depth)
                argv.extend(words)
                rows.extend([self._row(child)] * len(words))
        argv.extend(extra)
        rows.extend([self._row(node)] * (len(argv) - len(rows)))
        if argv:
            first = next((child for child in node.children if child.type == "command_name"), node)
            self._start(argv, rows, prefix, self._row(first), state, depth, stdin)
        return argv

    def _start(
        self,
        argv: list[str],
        rows: list[int],
        prefix: dict[str, str],
        row: int,
        state: _State,
        depth: int,
        stdin: str | None = None,
    ) -> None:
        for _ in range(MAX_NESTED):
            if argv and argv[0].startswith("@") and argv[0] != "@":
                argv = [argv[0].lstrip("@"), *argv[1:]]
            used = _unwrap(argv, prefix, stdin)
            if used == 0:
                break
            argv, rows = argv[used:], rows[used:]
        if not argv:
            return
        if stdin is not None and _takes_words(argv):
            argv, rows = [*argv, stdin], [*rows, row]
        name = posixpath.basename(argv[0])
        if argv[0] in self._functions:
            self._call(argv[0], tuple(argv[1:]), state, depth)
        elif name in ("cd", "pushd", "popd", "chdir"):
            state.go(self._target(argv, state))
        elif (script := _script(argv)) is not None and self._nested < MAX_NESTED:
            inner = state if name == "eval" else state.fork()
            for key, value in prefix.items():
                inner.variables[key] = value
                inner.exported.add(key)
            inner.positional = tuple(argv[script + 2 :]) if name != "eval" else state.positional
            text = " ".join(argv[1:]) if name == "eval" else argv[script]
            self._nested += 1
            self._text(text, inner, rows[script] if script < len(rows) else row, depth + 1)
            self._nested -= 1
        else:
            self._emit(argv, prefix, row, state)

    def _emit(self, argv: list[str], prefix: dict[str, str], row: int, state: _State) -> None:
        env = {k: v for k in state.exported if (v := state.variables.get(k)) is not None}
        env.update(prefix)
        shown = tuple(sorted((k, clean_value(k, self._masks.show(v, state.directory))) for k, v in env.items()))
        self._writer.emit([self._masks.show(word, state.directory) for word in argv], shown, state.directory, row)

    def _target(self, argv: list[str], state: _State) -> str | None:
        words = [word for word in argv[1:] if word not in ("-P", "-L", "--", "/d", "/D")]
        if argv[0] == "popd" or words[:1] == ["-"]:
            return state.previous
        return self._join(state.directory, words[0]) if words else None

    def _join(self, directory: str | None, word: str) -> str | None:
        if word.startswith("\ue000"):
            return self._masks.place_of(word)
        if _is_open(word) or word.startswith("~") or "\\" in word:
            return None
        if word.startswith("/"):
            return posixpath.normpath(word) if directory is not None and directory.startswith("/") else None
        if directory is None:
            return None
        path = posixpath.normpath(posixpath.join(directory, word))
        return None if path == ".." or path.startswith("../") else path

    # words

    def _expand(self, node: Node, state: _State, depth: int) -> list[str]:
        """The words that ``node`` becomes."""
        kind = node.type
        if kind == "word":
            return [_unescape(_text(node))]
        if kind in ("number", "raw_string"):
            return [_text(node) if kind == "number" else _text(node)[1:-1]]
        if (many := self._many(node, state)) is not None:
            return list(many)
        fields: list[str] = []
        current: str | None = None
        for part, splits in self._pieces(node, state, depth):
            if not splits:
                current = (current or "") + part
                continue
            words = part.split()
            if part[:1].isspace() and current is not None:
                fields.append(current)
                current = None
            for number, word in enumerate(words):
                if number and current is not None:
                    fields.append(current)
                    current = None
                current = (current or "") + word
            if part[-1:].isspace() and current is not None:
                fields.append(current)
                current = None
        if current is not None:
            fields.append(current)
        return fields

    def _many(self, node: Node, state: _State) -> tuple[str, ...] | None:
        """The words of ``"$@"`` or ``"${array[@]}"``, when ``node`` is just that and they are known."""
        text = _text(node).strip('"')
        if text in ("$@", "$*", "${@}", "${*}"):
            return state.positional
        match = _ARRAY.fullmatch(text) if text.startswith("${") else None
        return state.arrays.get(match[1]) if match else None

    def _pieces(self, node: Node, state: _State, depth: int) -> Iterator[tuple[str, bool]]:
        """The parts of a word as (text, whether it is split at spaces)."""
        if depth > MAX_DEPTH:
            yield _text(node), False
            return
        kind = node.type
        text = _text(node)
        if kind in ("word", "number", "extglob_pattern", "regex"):
            yield _unescape(text), False
        elif kind == "raw_string":
            yield text.strip()[1:-1], False
        elif kind == "ansi_c_string":
            yield text[2:-1].replace("\\n", "\n").replace("\\t", "\t").replace("\\'", "'"), False
        elif kind in ("string", "translated_string"):
            yield from ((part, False) for part, _ in self._string(node, state, depth + 1))
        elif kind == "concatenation":
            for child in node.children:
                yield from self._pieces(child, state, depth + 1)
        elif kind in ("simple_expansion", "expansion"):
            yield self._value(text, state), True
        elif kind == "command_substitution":
            yield self._substitute(node, text, state, depth), False
        elif kind == "process_substitution":
            self._children(node, state.fork(), depth)
            yield text, False
        else:
            yield text, False

    def _string(self, node: Node, state: _State, depth: int) -> Iterator[tuple[str, bool]]:
        whole, start = node.text or b"", node.start_byte
        end = start
        for child in node.children:
            if end < child.start_byte and end > start:  # blanks that the grammar counts to no child
                yield whole[end - start : child.start_byte - start].decode("utf-8", "replace"), False
            end = child.end_byte
            text = _text(child)
            stripped = text.lstrip()
            if child.type == "string_content":
                yield _STRING_ESCAPE.sub(lambda m: "" if m[1] == "\n" else m[1], text), False
            elif child.is_named:
                if len(stripped) < len(text):  # or counts to an expansion that follows
                    yield text[: len(text) - len(stripped)], False
                many = self._many(child, state)
                if many is not None:
                    yield " ".join(many), False
                elif child.type in ("simple_expansion", "expansion"):
                    yield self._value(stripped, state), False
                elif child.type == "command_substitution":
                    yield self._substitute(child, stripped, state, depth), False
                else:
                    yield stripped, False
            elif text.strip('$"'):
                yield text, False

    def _value(self, text: str, state: _State) -> str:
        """What ``$NAME`` or ``${NAME…}`` stands for, or the text itself where that cannot be known."""
        match = _VARIABLE.fullmatch(text)
        if match is None:
            return text
        name = match["bare"] or match["name"]
        operator, argument = match["operator"] or "", match["argument"] or ""
        value = self._lookup(name, state)
        if operator in (":-", "-", ":=", "="):
            if value is None and name not in state.variables and not name.isdigit():
                return self._interpolate(argument.strip("\"'"), state)
            return text if value is None else value
        if operator in (":+", "+"):
            return self._interpolate(argument.strip("\"'"), state) if value else text
        if value is None:
            return text
        if operator in ("%", "%%") and argument == "/*" and (place := self._masks.place_of(value)) is not None:
            return self._masks.add(text, posixpath.dirname(place) or ".")
        return value if operator in ("", ":?", "?") else text

    def _lookup(self, name: str, state: _State) -> str | None:
        if name in state.variables:
            return state.variables[name]
        if name.isdigit() and name != "0":
            known = state.positional
            return known[int(name) - 1] if known is not None and int(name) <= len(known) else None
        if name in ("0", "BASH_SOURCE") and self._masks.is_script:
            return self._masks.add(f"${name}", self._masks.path)
        if name == "PWD" and state.directory is not None:
            return state.directory if state.directory.startswith("/") else self._masks.add("$PWD", state.directory)
        return self._masks.add(f"${name}", ".") if name in _ROOTS else None

    def _interpolate(self, text: str, state: _State) -> str:
        return _SIMPLE.sub(lambda m: self._value(m[0], state), text) if "$" in text else text

    def _substitute(self, node: Node, text: str, state: _State, depth: int) -> str:
        """Walk ``$(…)``; its value is known only for the idioms by which scripts find their own folder."""
        inner = state.fork()
        mark = len(self._writer.invocations)
        self._children(node, inner, depth)
        if len(text) > 200 or text.count("$(") + text.count("`") > 4 or not _OWN_FOLDER.search(text):
            return text
        commands = [c for c in node.children if c.is_named]
        while len(commands) == 1 and commands[0].type in ("list", "redirected_statement"):
            commands = [c for c in commands[0].children if c.is_named and not c.type.endswith("redirect")]
        argvs = [self._words(c, state, depth) for c in commands]
        place = self._place(argvs, state)
        if place is None:
            return text
        del self._writer.invocations[mark:]
        return self._masks.add(text, place)

    def _words(self, node: Node, state: _State, depth: int) -> list[str]:
        if node.type == "redirected_statement" and node.children:
            node = node.children[0]
        if node.type != "command" or depth > MAX_DEPTH - 10 or node.child_count > 6:
            return []
        parts = [c.children[0] if c.type == "command_name" else c for c in node.children if c.is_named]
        return [word for c in parts if c.type != "file_redirect" for word in self._expand(c, state, depth + 8)]

    def _place(self, argvs: list[list[str]], state: _State) -> str | None:
        if argvs and argvs[-1][:1] == ["pwd"]:
            directory = state.directory
            for argv in argvs[:-1]:
                if argv[:1] != ["cd"]:
                    return None
                words = [word for word in argv[1:] if word not in ("-P", "-L", "--")]
                directory = self._join(directory, words[0]) if len(words) == 1 else None
            return None if directory is None or directory.startswith("/") else directory
        if len(argvs) != 1 or not argvs[0]:
            return None
        name, *words = argvs[0]
        words = [word for word in words if word not in ("-f", "-e", "-m", "--")]
        if [name, *words] == ["git", "rev-parse", "--show-toplevel"]:
            return "."
        if name not in ("dirname", "readlink", "realpath") or len(words) != 1:
            return None
        place = self._masks.place_of(words[0])
        return place if place is None or name != "dirname" else posixpath.dirname(place) or "."


# what these write is installed later on, so that where they write it belongs to the command
_WRITES_LISTING = re.compile(
    r"(?:\S{0,200}/)?(?:poetry|pipenv|pdm|uv|pip-compile|python\S{0,8} -m \S{1,20})\s.{0,200}"
    r"\b(?:export|requirements|lock|compile)\b",
    re.DOTALL,
)
_OWN_FOLDER = re.compile(r"\b(?:pwd|dirname|readlink|realpath|rev-parse)\b")
_ARRAY = re.compile(r"\$\{(\w{1,100})\[[@*]\]\}")
_SIMPLE = re.compile(r"\$\{\w{1,100}\}|\$\w{1,100}")
_STRING_ESCAPE = re.compile(r"\\([\"\\$`\n])")
_ESCAPE = re.compile(r"\\(\n|.)", re.DOTALL)
_VARIABLE = re.compile(
    r"\$(?P<bare>\w{1,100})|\$\{(?P<name>\w{1,100})(?:\[0\])?(?:(?P<operator>:?[-=+?]|%%?|##?|//?|\^\^?|,,?|:)(?P<argument>.{0,2000}))?\}",
    re.DOTALL,
)


def _text(node: Node) -> str:
    return node.text.decode("utf-8", "replace") if node.text is not None else ""


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda m: "" if m[1] == "\n" else m[1], text) if "\\" in text else text


def _is_open(word: str) -> bool:
    """Whether running could make something else of ``word``: an expansion or a pattern is left in it."""
    return "$" in word or "`" in word or "*" in word


def _is_harmless(node: Node) -> bool:
    """Whether this part after ``||`` makes the whole succeed."""
    text = _text(node).strip()
    return text in _HARMLESS or text.split(maxsplit=1)[:1] in (["echo"], ["printf"])


def _leaves(node: Node) -> bool:
    text = _text(node).strip(" {(\n\t;")
    return text.startswith(("exit", "return", "die", "fail", "break", "continue")) or "exit 1" in text[-12:]


def _file_of_cat(node: Node | None) -> str | None:
    """``$(<F)`` for ``cat F |``, the text by which a following ``xargs`` shows its input."""
    if node is None or node.type != "command":
        return None
    words = _text(node).split()
    return f"$(<{words[1]})" if len(words) == 2 and words[0] == "cat" else None


def _takes_words(argv: list[str]) -> bool:
    return argv[-1:] == ["\ue002"] and argv.pop() == "\ue002"


# ------------------------------------------------------------------------------------------------------------- wrappers

_WRAPPERS: Mapping[str, frozenset[str]] = {
    # name → its options that take a word of their own
    "sudo": frozenset({"-u", "-g", "-U", "-C", "-h", "-p", "--user", "--group"}),
    "doas": frozenset({"-u", "-C"}),
    "env": frozenset({"-u", "--unset", "-C", "--chdir"}),
    "time": frozenset({"-f", "-o", "--format", "--output"}),
    "nice": frozenset({"-n", "--adjustment"}),
    "ionice": frozenset({"-c", "-n"}),
    "nohup": frozenset(),
    "exec": frozenset({"-a"}),
    "command": frozenset(),
    "builtin": frozenset(),
    "stdbuf": frozenset({"-i", "-o", "-e"}),
    "setsid": frozenset(),
    "chronic": frozenset(),
    "unbuffer": frozenset(),
    "travis_retry": frozenset(),
    "retry": frozenset({"-t", "-n", "-d", "--tries", "--times", "--delay"}),
    "xvfb-run": frozenset({"-s", "--server-args", "-n", "--server-num", "-e", "-f", "-w"}),
    "dumb-init": frozenset(),
    "tini": frozenset(),
    "xargs": frozenset({"-a", "-d", "-E", "-I", "-L", "-n", "-P", "-s", "--max-args", "--max-procs", "--delimiter"}),
    "timeout": frozenset({"-k", "-s", "--kill-after", "--signal"}),
    "gosu": frozenset(),
    "su-exec": frozenset(),
    "travis_wait": frozenset(),
    "flock": frozenset({"-w", "--timeout", "-E"}),
}
_EXECUTORS = {"pyenv": ("exec",), "asdf": ("exec",), "mise": ("exec", "x"), "rtx": ("exec", "x")}
_ONE_WORD_FIRST = frozenset({"timeout", "gosu", "su-exec", "flock"})
_NUMBER = re.compile(r"\d{1,6}[smhd]?")
_VARIABLE_WORD = re.compile(r"[A-Za-z_]\w{0,200}=")


def _unwrap(argv: list[str], prefix: dict[str, str], stdin: str | None) -> int:
    """How many leading words only start another command; their variables go to ``prefix``."""
    name = posixpath.basename(argv[0]) if argv else ""
    if len(argv) > 2 and argv[1] in _EXECUTORS.get(name, ()):
        return 3 if argv[2] == "--" else 2
    options = _WRAPPERS.get(name)
    if options is None or len(argv) < 2:
        return 0
    used = 1
    while used < len(argv):
        word = argv[used]
        if _VARIABLE_WORD.match(word) and name in ("env", "sudo"):
            key, _, value = word.partition("=")
            prefix[key] = value
        elif word in options:
            used += 1
        elif not word.startswith("-") or word == "-":
            break
        elif name == "command" and word in ("-v", "-V"):
            return 0
        used += 1
    if (name in _ONE_WORD_FIRST or (name == "travis_wait" and _NUMBER.fullmatch(argv[min(used, len(argv) - 1)]))) and (
        used < len(argv)
    ):
        used += 1
    if name == "xargs" and used < len(argv) and stdin is not None:
        argv.append("\ue002")
    return used if used < len(argv) else 0


def _script(argv: list[str]) -> int | None:
    """The index of the word that is itself shell text: ``bash -lc TEXT``, ``su -c TEXT``, ``eval TEXT``."""
    name = posixpath.basename(argv[0])
    if name == "eval" and len(argv) > 1:
        return 1
    if name in _SHELLS:
        for number, word in enumerate(argv[1:-1], start=1):
            if not word.startswith(("-", "+")):
                if argv[number - 1][-1:] not in ("o", "O"):
                    return None
                continue
            if word.startswith("-") and not word.startswith("--") and word.endswith("c"):
                return _after_options(argv, number + 1)
        return None
    if name in ("su", "runuser"):
        for number, word in enumerate(argv[1:-1], start=1):
            if word in ("-c", "--command", "-lc"):
                return number + 1
    if name in ("nix-shell", "script") and "--run" in argv[1:-1]:
        return argv.index("--run") + 1
    return None


def _after_options(argv: list[str], number: int) -> int | None:
    """``bash -c -e TEXT`` is allowed: options may still follow."""
    while number < len(argv) and argv[number].startswith("-"):
        number += 1
    return number if number < len(argv) else None


# -------------------------------------------------------------------------------------------------------------- Windows

_SET = re.compile(r"(?:\$env:(\w{1,100})\s{0,4}=\s{0,4}|set\s{1,4}\"?(\w{1,100})=)(.{0,2000})", re.IGNORECASE)
_WORD = re.compile(r"\"([^\"]{0,4000})\"|'([^']{0,4000})'|([^\s\"']{1,4000})")


def _windows(text: str, state: _State, writer: _Writer) -> None:
    """PowerShell and cmd, line by line: no expansions, no blocks; good for plain command lines."""
    masks = _Masks(writer.at, "ci")
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
        for part in re.split(r"&&|\|\||[;|&](?![^\"]{0,400}\"\s)", joined):
            words = [a or b or c for a, b, c in _WORD.findall(part.strip().lstrip("@"))]
            if words[:1] in (["&"], ["call"], ["Invoke-Expression"]):
                words = words[1:]
            if not words or words[0] in ("{", "}", "if", "else", "for", "foreach"):
                continue
            if words[0].lower() in ("cd", "set-location", "pushd") and len(words) > 1:
                state.go(_windows_target(state.directory, words[-1]))
                continue
            words[0] = words[0].replace("\\", "/")
            env = tuple(sorted((k, clean_value(k, v)) for k, v in state.variables.items() if v is not None))
            writer.emit([masks.show(word) for word in words], env, state.directory, start)


def _windows_target(directory: str | None, word: str) -> str | None:
    word = word.replace("\\", "/")
    if directory is None or word.startswith(("/", "$", "%", "\ue000")) or ":" in word:
        return None
    path = posixpath.normpath(posixpath.join(directory, word))
    return None if path.startswith("..") else path
