"""One environment: what it installs, what it runs, and with which Python."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator
from dataclasses import replace

from scanner import shell
from scanner.facts import Invocation, Location, Problem
from scanner.tox_environments.filling import Filler
from scanner.tox_environments.settings import Section

PY_FACTOR = re.compile(r"(?P<impl>py|pypy|cpython|python)(?P<version>[23](?:\.?\d{1,2})?t?)|(?P<plain>[23]\.\d{1,2}t?)")
_TRUE = frozenset({"true", "1", "yes", "on"})


class Environment:
    """One environment: its settings after inheritance, read for its own factors."""

    def __init__(
        self, path: str, name: str, main: Section, section: Section, fill: Filler, *, uv: bool, line: int = 1
    ) -> None:
        self.problems: list[Problem] = []
        self._path = path
        self._name = name
        self._main = main
        self._section = section
        self._fill = fill
        self._factors = frozenset((*name.split("-"), name))
        self._uv = uv
        self._first = line

    def run(self) -> Iterator[Invocation]:
        """Installs first, then commands, as tox does it."""
        yield from self._installs()
        directory = self._directory()
        root = posixpath.relpath(posixpath.dirname(self._path) or ".", directory) if directory is not None else "."
        for key in ("commands_pre", "commands", "commands_post"):
            for line, text in self._lines(key, root=root):
                yield from self._parse(text, line)

    def pythons(self, line: int) -> Iterator[tuple[str, int]]:
        """The Pythons that it runs with, as stated or as its factors say, each with its line."""
        stated = self._lines("base_python") or self._lines("basepython")
        for where, text in stated:
            for word in text.replace(",", " ").split():
                if (version := _version(word)) is not None:
                    yield version, where
        if not stated:
            for factor in self._name.split("-"):
                if (version := _version(factor)) is not None:
                    yield version, line

    def _lines(self, *keys: str, root: str = ".") -> list[tuple[int, str]]:
        """The lines of a setting that hold for this environment, filled in."""
        setting = next((self._section[key] for key in keys if key in self._section), None)
        if setting is None:
            return []
        held = self._fill.held(setting, self._factors)
        found = ((number, self._fill.text(text, self._name, root).strip()) for number, text in held)
        return [(number, text) for number, text in found if text]

    def _flag(self, *keys: str, default: bool = False) -> bool:
        lines = self._lines(*keys)
        return lines[-1][1].strip().lower() in _TRUE if lines else default

    def _installs(self) -> Iterator[Invocation]:
        runner = next((text for _, text in self._lines("runner")), "")
        extras = self._words("extras")
        groups = self._words("dependency_groups")
        if runner == "uv-venv-lock-runner":
            yield from self._install(["uv", "sync", *self._lock_flags(extras, groups)], self._line("runner", "extras"))
            return
        if self._lines("groups"):  # a setting of tox-pdm alone
            yield from self._by_pdm()
            return
        uv = self._uv or runner.startswith("uv")
        installer = ["uv", "pip", "install"] if uv else ["pip", "install"]
        lines = self._lines("deps")
        if lines or groups:
            words = [word for _, text in lines for word in _deps_words(text)]
            words += [word for group in groups for word in ("--group", group)]
            words += [word for _, text in self._lines("constraints") for word in ("-c", text)]
            line = lines[0][0] if lines else self._line("dependency_groups")
            yield from self._install(self._command(installer, words), line)
        yield from self._package(installer, extras)

    def _by_pdm(self) -> Iterator[Invocation]:
        """tox-pdm installs groups, and the project with its dependencies, from PDM's lock."""
        alone = ["--no-default", "--no-self"] if self._flag("skip_install") else []
        groups = [word for group in self._words("groups") for word in ("-G", group)]
        yield from self._install(["pdm", "sync", *alone, *groups], self._line("groups"))

    def _package(self, installer: list[str], extras: list[str]) -> Iterator[Invocation]:
        main = Environment(self._path, self._name, {}, self._main, self._fill, uv=False)
        if self._flag("skip_install") or main._flag("skipsdist", "no_package"):
            return
        package = next((text for _, text in self._lines("package")), "")
        if package in ("skip", "external", "deps-only"):
            return
        target = f".[{','.join(extras)}]" if extras else "."
        editable = self._flag("use_develop", "usedevelop") or package in ("editable", "editable-legacy")
        words = ["-e", target] if editable else [target]
        folder = posixpath.dirname(self._path)
        needed = tuple(posixpath.join(folder, name) for name in ("pyproject.toml", "setup.py", "setup.cfg"))
        line = self._line("extras", "package", "usedevelop", "use_develop")
        for invocation in self._install(self._command(installer, words), line):
            yield replace(invocation, if_files=() if main._lines("package_root", "setupdir") else needed)

    def _lock_flags(self, extras: list[str], groups: list[str]) -> list[str]:
        flags = [] if self._lines("uv_sync_locked") and not self._flag("uv_sync_locked") else ["--locked"]
        flags += [word for extra in extras for word in ("--extra", extra)]
        flags += [word for group in groups for word in ("--group", group)]
        return flags + [word for _, text in self._lines("uv_sync_flags") for word in _split(text)]

    def _command(self, installer: list[str], words: list[str]) -> list[str]:
        """The install command of the environment with ``words`` where its packages go."""
        stated = self._lines("install_command")
        if not stated:
            return [*installer, *words]
        made: list[str] = []
        for word in _split(stated[-1][1]):
            if "\ue020" in word:
                made.extend(words if "packages" in word else [])
            else:
                made.append(word)
        return made

    def _words(self, key: str) -> list[str]:
        return [word for _, text in self._lines(key) for word in re.split(r"[,\s]+", text) if word]

    def _line(self, *keys: str) -> int | None:
        known = [self._section[key].line for key in keys if key in self._section]
        return known[0] if known else min((s.line for s in self._section.values()), default=None)

    def _install(self, argv: list[str], line: int | None) -> list[Invocation]:
        return self._parse(shlex.join(argv), line, plain=True)

    def _env(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for _, text in self._lines("set_env", "setenv"):
            name, equals, value = text.partition("=")
            if equals and "${" not in value:
                found[name.strip()] = value.strip()
        return found

    def _directory(self) -> str | None:
        folder = posixpath.dirname(self._path) or "."
        stated = self._lines("change_dir", "changedir")
        if not stated:
            return folder
        text = stated[-1][1]
        joined = posixpath.normpath(posixpath.join(folder, text))
        return None if "$" in text or joined.startswith(("..", "/")) else joined

    def _parse(self, text: str, line: int | None, *, plain: bool = False) -> list[Invocation]:
        prefix = text[: len(text) - len(text.lstrip("-! "))] if not plain else ""
        words = [word for word in _split(text[len(prefix) :]) if word != "[]"]
        if not words:
            return []
        parsed = shell.parse(
            shlex.join(words),
            at=Location(path=self._path, line=line or self._first),
            context="task",
            env=self._env(),
            directory=(posixpath.dirname(self._path) or ".") if plain else self._directory(),
            job=self._name,
            tolerated="-" in prefix,
        )
        self.problems.extend(parsed.problems)
        return list(parsed.invocations)


def _deps_words(text: str) -> list[str]:
    """One line of ``deps``: an option with its value, or one requirement that may hold blanks."""
    if text.startswith("-"):
        match = re.fullmatch(r"(-[rce])\s{0,8}(?!-)(\S.{0,500})", text)
        return [match[1], match[2].strip()] if match else _split(text)
    return [text]


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text, comments=False)
    except ValueError:
        return text.split()


def _version(factor: str) -> str | None:
    match = PY_FACTOR.fullmatch(factor.strip())
    if match is None:
        return None
    if match["plain"]:
        return match["plain"]
    version = match["version"]
    if "." not in version and len(version.rstrip("t")) > 1:
        version = f"{version[0]}.{version[1:]}"
    return f"pypy{version}" if match["impl"] == "pypy" else version
