"""The walk over a syntax tree: statements, variables and commands as a shell would run them, in order."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Literal

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

from scanner.shell.assignments import Assignments
from scanner.shell.conditions import Conditions, asks_for_lock
from scanner.shell.expansion import MAX_DEPTH, Expansion, is_open, text_of
from scanner.shell.listed import executed, listed, read_into
from scanner.shell.masks import Masks
from scanner.shell.narrow import narrowed
from scanner.shell.output import MAX_PROBLEMS, Writer, clean_value
from scanner.shell.state import State
from scanner.shell.syntax import arms, file_of_cat, is_harmless, leaves, writes_listing
from scanner.shell.wrappers import SHELLS, Contained, contained, script_word, started, takes_words, unwrap

MAX_NESTED = 6
MAX_STEPS = 60_000
MAX_UNROLLED = 24  # of loops within loops together


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
_OPPOSITE: Mapping[Literal["ci", "local"], Literal["ci", "local"]] = {"ci": "local", "local": "ci"}


class Walk:
    """One walk over a text and the texts inside it."""

    def __init__(self, writer: Writer, masks: Masks) -> None:
        self._writer = writer
        self._masks = masks
        self._words = Expansion(writer, masks, self._children)
        self._variables = Assignments(self._words)
        self._base = 0
        self._nested = 0
        self._steps = 0
        self._unrolled = 1
        self._functions: dict[str, Node] = {}
        self._conditions = Conditions(self._words, self._functions, is_ci=writer.is_ci)
        self._called: set[str] = set()
        # where what is written goes, of a command or of all in a group or function, and the folder it is seen from
        self._output: tuple[str, str | None] = ("", None)
        self._active: list[str] = []
        self._env: tuple[object, tuple[tuple[str, str], ...]] = (None, ())
        self._containers: dict[str, dict[str, str]] = {}  # what is mounted, by the name that they were started under
        self._handlers: dict[str, Callable[[Node, State, int], None]] = {
            "command": self._plain_command,
            "declaration_command": self._variables.declare,
            "variable_assignment": lambda node, state, depth: self._variables.assign(node, state, depth),
            "list": lambda node, state, depth: self._list(node, state, depth),
            "pipeline": self._pipeline,
            "subshell": lambda node, state, depth: self._children(node, state.fork(), depth),
            "redirected_statement": self._redirected,
            "if_statement": self._if,
            "while_statement": self._loop,
            "c_style_for_statement": self._loop,
            "for_statement": self._for,
            "case_statement": self._case,
            "function_definition": self._define,
            "unset_command": lambda node, state, depth: self._variables.unset(node, state),
        }

    def run(self, text: str, state: State) -> None:
        """Walk ``text``; functions that nothing in it calls are walked last, with unknown arguments.

        Where the text is a whole file without a job, each of those is a job of its own: others may source the file.
        """
        self._parsed(self._masks.hide(text), state, 0, 0)
        called = frozenset(self._called)
        for name in list(self._functions):
            if name in called or not self._writer.sets_apart(name, self._row(self._functions[name])):
                continue
            self._call(name, None, state.fork(), 0)
        for name in list(self._functions):
            if name not in self._called:
                self._call(name, None, state.fork(), 0)

    def _parsed(self, text: str, state: State, row: int, depth: int) -> None:
        before = self._base, self._masks.extra
        self._base = row
        if self._nested:  # the row was made exact by the caller
            self._masks.extra = []
        root = _parser().parse(narrowed(text)).root_node
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

    def _children(self, node: Node, state: State, depth: int) -> None:
        for child in node.children:
            if child.is_named:
                self._statement(child, state, depth + 1)

    def _statement(self, node: Node, state: State, depth: int) -> None:
        if state.ended is not None and node.type != "function_definition":
            return
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

    def _list(self, node: Node, state: State, depth: int, redirects: list[Node] | None = None) -> None:
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
        truth: bool | None = None
        only: Literal["ci", "local"] | None = None
        forgiven = [False] * len(parts)
        for number in range(len(parts) - 2, -1, -1):
            link, following = parts[number + 1]
            forgiven[number] = forgiven[number + 1] or (link == "||" and is_harmless(following))
        for number, (link, part) in enumerate(parts):
            if (link, truth) in (("&&", False), ("||", True)):
                continue
            known = number == 0 or truth
            truth, told = self._conditions.decided(part, state, depth)
            self._writer.tolerated = outer or forgiven[number]
            after = redirects if redirects and number == len(parts) - 1 else []
            only = only if only is None or link == "&&" or number == 0 else _OPPOSITE[only]
            tested = asks_for_lock(text_of(parts[number - 1][1])) if number else None
            missing = tested == ("missing" if link == "&&" else "there")
            if link != "||":
                before = state.ended
                with self._only(only), self._where_missing(missing):
                    self._with_redirects(part, after, state, depth)
                state.ended = state.ended if known is True else before
                only = only or (told if number == 0 else None)
                continue
            branch = state.fork()
            with self._only(only), self._where_missing(missing):
                self._with_redirects(part, after, branch, depth)
            if not leaves(part):
                state.join([state.fork(), branch])
        self._writer.tolerated = outer

    def _pipeline(self, node: Node, state: State, depth: int) -> None:
        before: Node | None = None
        parts = [child for child in node.children if child.is_named]
        for number, child in enumerate(parts):
            branch = state.fork()
            outer = self._output
            if (copy := self._copied_to(parts[number + 1 : number + 2], branch, depth)) is not None:
                self._output = (copy, state.directory)
            if child.type == "command":
                handed = file_of_cat(before) or self._lists(before, branch, depth)
                self._command(child, branch, depth + 1, stdin=handed)
            else:
                self._reads(child, before, branch, depth)
                self._statement(child, branch, depth + 1)
            self._output = outer
            if text_of(child).strip() not in ("sort", "uniq", "sort -u"):
                before = child

    def _copied_to(self, following: list[Node], state: State, depth: int) -> str | None:
        """The file into which ``tee``, if that is what follows, writes what it is given."""
        if not following or following[0].type != "command" or not text_of(following[0]).startswith("tee "):
            return None
        parts = [child for child in following[0].children if child.is_named][1:]
        words = [w for c in parts if c.type != "file_redirect" for w in self._words.words(c, state, depth + 1)]
        return next((word for word in words if not word.startswith("-")), None)

    def _reads(self, loop: Node, lister: Node | None, state: State, depth: int) -> None:
        """``find … | while read NAME``: the variable is what is listed."""
        name = read_into(text_of(loop)) if loop.type == "while_statement" else None
        if name is not None and (pattern := self._lists(lister, state, depth)) is not None:
            state.variables[name] = pattern

    def _lists(self, node: Node | None, state: State, depth: int) -> str | None:
        """The one pattern of what the command lists."""
        found = self._listing(node, state, depth) if node is not None else ()
        return found[0] if len(found) == 1 else None

    def _listing(self, node: Node, state: State, depth: int) -> tuple[str, ...]:
        """The patterns of what a command, or the one command of a substitution, lists."""
        for _ in range(4):
            inside = [child for child in node.children if child.is_named and not child.type.endswith("redirect")]
            if node.type == "command" or len(inside) != 1:
                break
            node = inside[0]
        if node.type != "command" or not text_of(node).startswith(("find ", "ls ", "git ls-files ")):
            return ()
        parts = [c.children[0] if c.type == "command_name" else c for c in node.children if c.is_named]
        words = (w for c in parts if c.type != "file_redirect" for w in self._words.words(c, state, depth + 1))
        return listed(list(words))

    def _redirected(self, node: Node, state: State, depth: int) -> None:
        body, *redirects = (child for child in node.children if child.is_named)
        if body.type == "list":
            self._list(body, state, depth, redirects)
        else:
            self._with_redirects(body, redirects, state, depth)

    def _with_redirects(self, body: Node, redirects: list[Node], state: State, depth: int) -> None:
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
        outer, self._output = self._output, (target, state.directory) if target else self._output
        if body.type == "command":
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
            for redirect in redirects:
                source = next((c for c in redirect.children if c.type == "process_substitution"), None)
                self._reads(body, source, state, depth)
            self._statement(body, state, depth + 1)
        for redirect in redirects:
            if redirect.type == "heredoc_redirect":
                for child in redirect.children:
                    if child.type in _STATEMENTS:
                        self._statement(child, state, depth + 1)
        self._output = outer

    def _redirect(self, node: Node, state: State, depth: int) -> tuple[str, list[str]]:
        operator = ""
        words: list[str] = []
        for child in node.children:
            if child.is_named and child.type != "file_descriptor":
                words.extend(self._words.words(child, state, depth))
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

    def _heredoc(self, redirect: Node, argv: list[str], state: State, depth: int) -> None:
        if not argv or posixpath.basename(argv[0]) not in SHELLS or self._nested >= MAX_NESTED:
            return
        if any(not word.startswith("-") for word in argv[1:]):
            return
        body = next((c for c in redirect.children if c.type == "heredoc_body"), None)
        if body is not None:
            self._nested += 1
            self._parsed(text_of(body), state.fork(), self._row(body), depth + 1)
            self._nested -= 1

    def _if(self, node: Node, state: State, depth: int) -> None:
        """Each arm as a branch; where a test compares what is known, only the arm that would run."""
        branches: list[State] = []
        other: Literal["ci", "local"] | None = None
        left: Literal["ci", "local"] | None = None
        lock: Literal["there", "missing"] | None = None
        for conditions, bodies in arms(node):
            for condition in conditions:
                self._statement(condition, state, depth + 1)
            truth, told = self._conditions.decided(conditions[-1], state, depth) if conditions else (True, None)
            if truth is False:
                continue
            branch = state.fork()
            tested = asks_for_lock(text_of(conditions[-1])) if conditions else lock
            lock = "missing" if tested == "there" else None
            with self._only(told if told is not None else other), self._where_missing(tested == "missing"):
                for body in bodies:
                    self._statement(body, branch, depth + 1)
            branches.append(branch)
            left = told if told is not None and branch.ended is not None else left
            other = _OPPOSITE[told] if told is not None else other
            if truth is True:
                break
        else:
            branches.append(state.fork())
        state.join(branches)
        state.only = _OPPOSITE[left] if left is not None else state.only

    @contextmanager
    def _where_missing(self, missing: bool) -> Iterator[None]:
        """What is walked meanwhile runs only where a lock is missing."""
        before = self._writer.makes_missing
        self._writer.makes_missing = missing or before
        yield
        self._writer.makes_missing = before

    @contextmanager
    def _only(self, where: Literal["ci", "local"] | None) -> Iterator[None]:
        """What is walked meanwhile runs in CI alone, or never there."""
        before = self._writer.only
        self._writer.only = where or before
        yield
        self._writer.only = before

    def _loop(self, node: Node, state: State, depth: int) -> None:
        """The body once; as often as its test holds where that asks for arguments that are known."""
        branch = state.fork()
        asks = state.positional is not None and node.type == "while_statement" and len(node.children) > 1
        times = 0
        while asks and times < MAX_UNROLLED and self._conditions.truth(node.children[1], branch, depth):
            self._children(node, branch, depth)
            times += 1
        if asks and (branch.ended or self._conditions.truth(node.children[1], branch, depth) is False):
            state.join([branch])
            return
        self._children(node, branch, depth)
        state.join([state.fork(), branch])

    def _for(self, node: Node, state: State, depth: int) -> None:
        name = ""
        words: list[str] = []
        body: Node | None = None
        for child in node.children:
            if child.type == "variable_name" and not name:
                name = text_of(child)
            elif child.type == "do_group":
                body = child
            elif child.type == "command_substitution" and (found := self._listing(child, state, depth)):
                words.extend(found)
            elif child.is_named:
                words.extend(self._words.words(child, state, depth))
        if all(child.type != "in" for child in node.children):  # `for NAME; do` takes the arguments
            words.extend(state.positional or ())
        known = state.positional is not None and _OF_ARGUMENTS.match(text_of(node)) is not None
        if body is None or (known and not words):
            return
        times = max(1, len(words)) * self._unrolled
        literal = all(not is_open(word.replace("*", "")) for word in words) and bool(words) and times <= MAX_UNROLLED
        outer, self._unrolled = self._unrolled, times if literal else self._unrolled
        branches = [state.fork()]
        for word in words if literal else [None]:
            branch = branches[-1].fork()
            branch.variables[name] = word
            branch.texts.pop(name, None)
            self._children(body, branch, depth + 1)
            branches.append(branch)
        self._unrolled = outer
        state.join([branches[-1]] if known and literal else [branches[0], branches[-1]])

    def _case(self, node: Node, state: State, depth: int) -> None:
        branches = [state.fork()]
        chosen = self._conditions.chosen(node, state, depth)
        for child in node.children:
            if child.type == "case_item" and chosen is not None and child != chosen:
                continue
            if child.type == "case_item":
                branch = state.fork()
                for part in child.children:
                    if part.type in _STATEMENTS:
                        self._statement(part, branch, depth + 1)
                branches = [*branches, branch] if chosen is None else [branch]
            elif child.is_named:
                self._words.words(child, state, depth)
        state.join(branches)

    def _define(self, node: Node, state: State, depth: int) -> None:
        name = node.child_by_field_name("name")
        body = node.child_by_field_name("body")
        if name is not None and body is not None:
            self._functions[text_of(name)] = body

    def _call(
        self, name: str, arguments: tuple[str, ...] | None, state: State, depth: int, row: int | None = None
    ) -> None:
        """Walk a function; ``row`` is where the call stands that its arguments are written in."""
        self._called.add(name)
        if name in self._active or len(self._active) >= MAX_NESTED:
            return
        self._active.append(name)
        before = state.positional, state.called_at, state.handed, state.only
        state.positional, state.called_at, state.handed = arguments, row, False
        state.ended = None
        self._statement(self._functions[name], state, depth + 1)
        state.positional, state.called_at, state.handed, state.only = before
        state.come_back()
        self._active.pop()

    # commands

    def _plain_command(self, node: Node, state: State, depth: int) -> None:
        self._command(node, state, depth)

    def _command(
        self, node: Node, state: State, depth: int, *, stdin: str | None = None, extra: Iterable[str] = ()
    ) -> list[str]:
        argv: list[str] = []
        rows: list[int] = []
        prefix: dict[str, str] = {}
        for child in node.children:
            kind = child.type
            if kind == "variable_assignment" and not argv:
                name, value = self._variables.read(child, state, depth)
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
                words = self._words.words(child.children[0] if kind == "command_name" else child, state, depth)
                argv.extend(words)
                handed = state.called_at is not None and _HANDED.search(text_of(child)) is not None
                rows.extend([_HANDED_ON if handed else self._row(child)] * len(words))
        argv.extend(extra)
        if writes_listing(text_of(node), self._output[0]):
            argv.extend((">", _seen_from(state.directory, *self._output)))
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
        state: State,
        depth: int,
        stdin: str | None = None,
    ) -> None:
        gathered = state.filled(argv[0]) if argv else ""  # `$cmd`, to which words were added that are not all known
        if argv and gathered != argv[0] and len(given := gathered.split()) > 1 and not is_open(given[0]):
            argv, rows = [*given, *argv[1:]], [*[row] * (len(given) - 1), *rows]
        for _ in range(MAX_NESTED):
            if argv and argv[0].startswith("@") and argv[0] != "@":
                argv = [argv[0].lstrip("@"), *argv[1:]]
            used = unwrap(argv, prefix, stdin) if argv[:1] and argv[0] not in self._functions else 0
            if used == 0:
                break
            argv, rows = argv[used:], rows[used:]
        if not argv:
            return
        if rows and rows[0] == _HANDED_ON and state.called_at is not None:
            row = state.called_at  # what a function is handed stands where it is called
        rows = [row if r == _HANDED_ON else r for r in rows]
        if stdin is not None and takes_words(argv):
            argv, rows = [*argv, stdin], [*rows, row]
        name = posixpath.basename(argv[0])
        if argv[0] in self._functions:
            self._call(argv[0], tuple(argv[1:]), state, depth, row)
        elif name == "shift" and state.positional is not None and len(argv) < 3:
            count = "".join(argv[1:]) or "1"
            state.positional = state.positional[int(count) :] if count.isdecimal() else None
            self._emit(argv, prefix, row, state)
        elif name == "return" or name == "exit":
            state.ended = "return" if name == "return" else "exit"
            self._emit(argv, prefix, row, state)
        elif name in ("cd", "pushd", "popd", "chdir"):
            target, asked = self._target(argv, state), self._asked(argv, state)
            if target is None and state.cloned is not None and not argv[-1].startswith((".", "/", "-", "~")):
                asked = f"${{clone:{state.cloned}}}"
            if name == "pushd":
                state.push()
            state.go(target, asked)
        elif (script := script_word(argv)) is not None and self._nested < MAX_NESTED:
            inner = state if name == "eval" else state.fork()
            for key, value in prefix.items():
                inner.variables[key] = value
                inner.exported.add(key)
            inner.positional = tuple(argv[script + 2 :]) if name != "eval" else state.positional
            text = state.filled(" ".join(argv[1:])) if name == "eval" else argv[script]
            self._nested += 1
            self._parsed(text, inner, rows[script] if script < len(rows) else row, depth + 1)
            self._nested -= 1
        else:
            self._emit(argv, prefix, row, state)
            if argv[:2] == ["git", "clone"] and state.directory is None:
                address = next((word for word in argv[2:] if "/" in word or "$" in word), "")
                state.cloned = posixpath.basename(address.rstrip("/")).removesuffix(".git").rpartition("}")[2] or None
            if (named := started(argv)) is not None:
                self._containers[named[0]] = {t: p for s, t in named[1] if (p := self._mounted(s, state))}
            if (inside := contained(argv)) is not None and self._nested < MAX_NESTED:
                self._in_container(inside, argv, rows, state, depth)
            if name == "find" and (found := executed(argv)) is not None and self._nested < MAX_NESTED:
                self._nested += 1
                self._start(found[1], rows[found[0] :][: len(found[1])], {}, row, state.fork(), depth + 1)
                self._nested -= 1

    def _in_container(self, inside: Contained, argv: list[str], rows: list[int], state: State, depth: int) -> None:
        """What a container is told to run; its folder is known where the repository is mounted there."""
        inner = State(dict(inside.variables), {name for name, _ in inside.variables}, None)
        places = {target: place for source, target in inside.mounts if (place := self._mounted(source, state))}
        places.update(self._containers.get(inside.container or "", {}))
        inner.mounts = places
        words = [self._from_mount(word, places) for word in argv[inside.start :]]
        if inside.directory is not None:
            found = self._from_mount(inside.directory, places)
            inner.directory = self._words.join_path(".", found) if found != inside.directory else None
        if inner.directory is None and inside.directory is None and inside.service is not None:
            inner.asked = f"${{compose:{inside.service}}}"
        if inner.directory is None:
            words = [f"./{place}" if (place := self._masks.place_of(word)) else word for word in words]
        at = rows[inside.start :] or rows[-1:]
        if inside.entry:
            words, at = [inside.entry, *words], [at[0], *at]
        self._nested += 1
        self._start(words, at[: len(words)], {}, at[0], inner, depth + 1)
        self._nested -= 1

    def _mounted(self, source: str, state: State) -> str | None:
        """The folder of the repository that is mounted from ``source``; ``None`` for a volume or another place."""
        if not source.startswith((".", "/", "\ue000")) and source not in _HERE:
            return None
        return state.directory if source in _HERE else self._words.join_path(state.directory, source)

    def _from_mount(self, word: str, places: dict[str, str]) -> str:
        """A word that names a file below a mounted folder as the place it has in the repository; so in shell text."""
        if " " in word:
            for target, place in sorted(places.items(), reverse=True):
                inside = re.compile(rf"(?<![\w./-])(?<!cd ){re.escape(target)}/(?=[\w.])")
                word = f"./{place}/".join(inside.split(word))
            return word
        for target, place in sorted(places.items(), reverse=True):
            if word == target or word.startswith(target + "/"):
                return self._masks.add(word, posixpath.normpath(posixpath.join(place, "./" + word[len(target) :])))
        return word

    def _emit(self, argv: list[str], prefix: dict[str, str], row: int, state: State) -> None:
        env = {k: v for k in state.exported if (v := state.variables.get(k)) is not None}
        env.update(prefix)
        asked = state.asked if state.directory is None or (state.asked or "").startswith("$PWD") else None
        directory = "." if state.directory is None and asked is None and self._names_places(argv) else state.directory
        shown = self._shown(env, directory)
        with self._only(self._writer.only or state.only):
            self._writer.emit([self._masks.show(word, directory) for word in argv], shown, directory, row, asked)

    def _names_places(self, argv: list[str]) -> bool:
        """Whether all paths among the words are places of the repository, wherever the command runs."""
        words = [re.sub(r"^-[a-z](?=\ue000)", "", word) for word in argv[1:]]
        places = [word for word in words if self._masks.place_of(word) is not None]
        return bool(places) and all(w in places or ("/" not in w and "." not in w) for w in words)

    def _shown(self, env: Mapping[str, str], directory: str | None) -> tuple[tuple[str, str], ...]:
        """Variables as they are told; those of one command are mostly those of the one before."""
        key = (tuple(env.items()), directory)
        if key != self._env[0]:
            told = sorted((k, clean_value(k, self._masks.show(v, directory))) for k, v in env.items())
            self._env = key, tuple(told)
        return self._env[1]

    def _asked(self, argv: list[str], state: State) -> str | None:
        """The folder as written, where the caller says it: by an argument, an input, or by its own folder."""
        word = argv[-1] if len(argv) > 1 else "~"
        text = self._masks.show(word)
        base = state.asked if state.asked is not None else state.directory
        if text.startswith("/") and state.handed and not is_open(text):
            return posixpath.normpath(text)  # a container may have a folder of the repository there
        known = self._masks.place_of(word) is not None or "$" in _HANDED_PLACE.sub("", text)
        if base is None or known or base.startswith("/") or text.startswith(("/", "~", "-")) or argv[0] == "popd":
            return None
        return posixpath.join(base, text)

    def _target(self, argv: list[str], state: State) -> str | None:
        words = [word for word in argv[1:] if word not in ("-P", "-L", "--", "/d", "/D")]
        if argv[0] == "popd":
            return state.pop()
        if words[:1] == ["-"]:
            return state.previous
        for target, place in sorted(state.mounts.items(), reverse=True):
            if words and f"{words[0]}/".startswith(f"{target}/"):
                return posixpath.normpath(posixpath.join(place, "./" + words[0][len(target) :]))
        return self._words.join_path(state.directory, words[0]) if words else None


def _seen_from(here: str | None, word: str, there: str | None) -> str:
    """The file ``word`` of the folder ``there`` as it is called in the folder ``here``."""
    if here is None or there is None or here == there or here.startswith("/") != there.startswith("/"):
        return word
    if is_open(word) or word.startswith(("/", "~", "\ue000")):
        return word
    return posixpath.relpath(posixpath.join("/", there, word), posixpath.join("/", here))


_HERE = frozenset({".", "$PWD", "${PWD}", "$(pwd)", "`pwd`", "%cd%"})
_HANDED_PLACE = re.compile(r"\$(?:[1-9]|\{[1-9][^}]{0,100}\})|\$\{\{\s{0,4}inputs\.[^}]{0,100}\}\}")
_OF_ARGUMENTS = re.compile(r"for\s{1,9}\w{1,60}\s{0,9}(?:;|\n|do\b|in\s{1,9}\"?\$(?:[@*]|\{[@*]\})\"?\s{0,9}(?:;|\n))")
_HANDED = re.compile(r"\$(?:[@*1-9]|\{[@*1-9])")
_HANDED_ON = -1  # the row of a word that a function was handed
