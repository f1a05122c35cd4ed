"""tox configurations, wherever they stand: environments as tasks, and what each of them installs and runs.

``tox.ini`` and ``[tox:tox]`` of ``setup.cfg`` (:func:`from_ini`), ``legacy_tox_ini`` and the native TOML form
(:func:`from_toml`). After the tox 4 manual: generative names, factor conditions, substitutions that are literal.
``py`` can be asked for whether or not it is listed; the project is packaged where one lies beside the configuration. An
environment is its installer: ``deps``, ``extras`` and ``dependency_groups`` become ``pip install`` (``uv`` where tox-uv
is required) with the line of the setting, and tox-uv's lock runner becomes ``uv sync --locked``.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from scanner import shell
from scanner.facts import Invocation, Location, Problem, PythonVersion, Task

MAX_ENVIRONMENTS = 150
ASKED_FOR = "only where it is asked for by its name"
MAX_NAMES = 2_000
MAX_SUBSTITUTIONS = 8
MAX_REFERENCES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ToxConfig:
    """What one tox configuration says, ready for an :class:`~scanner.facts.Extract`."""

    invocations: tuple[Invocation, ...] = ()
    tasks: tuple[Task, ...] = ()
    pythons: tuple[PythonVersion, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Setting:
    """A setting as its lines, each with its number in the file."""

    lines: tuple[tuple[int, str], ...]
    line: int


_Section = dict[str, _Setting]

_SECTION = re.compile(r"\[(?P<name>[^\]\n]{1,300})\]\s*(?:[#;].*)?")
_KEY = re.compile(r"(?P<key>[A-Za-z_][\w.\- ]{0,80}?)\s{0,20}[=:]\s{0,20}(?P<value>.*)")
_COMMENT = re.compile(r"(?:^|\s)#.*$")


def from_ini(path: str, text: str, *, first_line: int = 1, prefix: str = "", step: int = 1) -> ToxConfig | None:
    """Read INI text that starts at ``first_line`` of ``path``; ``prefix`` is ``tox:`` for ``setup.cfg``'s main section.

    ``None`` when there is neither a main section nor an environment.
    """
    sections = _sections(text, first_line, step)
    main = sections.get(f"{prefix}tox") or sections.get("tox:tox") or sections.get("tox") or {}
    if not main and not any(name.startswith("testenv") for name in sections):
        return None
    base = sections.get("testenv", {})
    named = {name[8:]: section for name, section in sections.items() if name.startswith("testenv:")}
    envs: dict[str, _Section] = {}
    for pattern, section in named.items():
        for name in expand_names(pattern):
            envs.setdefault(name, {}).update(section)
    listed = [n for line in _value(main, "env_list", "envlist") for n in expand_names(line[1])]
    fill = _Filler(sections, posixpath.dirname(path) or ".")
    return _build(path, main, base, envs, listed, fill, first_line)


def from_toml(
    path: str, data: Mapping[str, Any], line_of: Callable[..., int | None], *, spread: bool = True
) -> ToxConfig | None:
    """Read the native TOML form (``tox.toml``, or ``[tool.tox]``); ``line_of(*keys)`` gives the line of a key.

    ``spread``: the INI text in it is written over several lines; else everything stands on the line of its key.
    """
    if isinstance(legacy := data.get("legacy_tox_ini"), str):
        line = line_of("legacy_tox_ini") or 0
        return from_ini(path, legacy.lstrip("\n"), first_line=line + 1 if spread else line, step=1 if spread else 0)
    main = {k: _toml_setting(v, line_of(k)) for k, v in data.items() if not isinstance(v, dict)}
    base = _toml_section(data.get("env_run_base"), line_of, "env_run_base")
    raw = data.get("env")
    envs = {
        name: _toml_section(section, line_of, "env", name)
        for name, section in (raw.items() if isinstance(raw, dict) else ())
    }
    if not main and not base and not envs:
        return None
    listed = [name for _, line in _value(main, "env_list", "envlist") for name in expand_names(line)]
    return _build(path, main, base, envs, listed, _Filler({}, posixpath.dirname(path) or "."), line_of() or 1)


def _toml_section(value: object, line_of: Callable[..., int | None], *keys: str) -> _Section:
    if not isinstance(value, dict):
        return {}
    return {key: _toml_setting(item, line_of(*keys, key)) for key, item in value.items()}


def _toml_setting(value: object, line: int | None) -> _Setting:
    at = line or 1
    items = value if isinstance(value, list) else [value]
    if isinstance(value, dict) and "replace" not in value:
        return _Setting(tuple((at, f"{k}={v}") for k, v in value.items() if isinstance(v, str | int)), at)
    return _Setting(tuple((at, _toml_line(item)) for item in items), at)


def _toml_line(item: object) -> str:
    if isinstance(item, list):
        return " ".join(_toml_word(word) for word in item)
    return _toml_word(item, quote=False)


def _toml_word(word: object, *, quote: bool = True) -> str:
    if isinstance(word, dict):
        default = word.get("default", ())
        return " ".join(str(part) for part in default) if isinstance(default, list) else str(default)
    if isinstance(word, bool):
        return str(word).lower()
    return shlex.quote(str(word)) if quote and "{" not in str(word) else str(word)


def _sections(text: str, first_line: int, step: int = 1) -> dict[str, _Section]:
    sections: dict[str, dict[str, tuple[list[tuple[int, str]], int]]] = {}
    section: dict[str, tuple[list[tuple[int, str]], int]] = {}
    key: str | None = None
    for row, line in enumerate(text.replace("\r\n", "\n").split("\n")):
        number = first_line + row * step
        stripped = _COMMENT.sub("", line).rstrip()
        if not stripped.strip() or line.lstrip().startswith(("#", ";")):
            continue
        if match := _SECTION.match(line):
            section = sections.setdefault(match["name"].strip(), {})
            key = None
        elif line[0] in " \t" and key is not None:
            section[key][0].append((number, stripped.strip()))
        elif match := _KEY.match(stripped):
            key = match["key"].strip().lower()
            value = match["value"].strip()
            section[key] = ([(number, value)] if value else [], number)
    return {
        name: {key: _Setting(tuple(lines), line) for key, (lines, line) in found.items()}
        for name, found in sections.items()
    }


def _value(section: Mapping[str, _Setting], *names: str) -> tuple[tuple[int, str], ...]:
    return next((section[name].lines for name in names if name in section), ())


# ------------------------------------------------------------------------------------------------------------- names

_BRACES = re.compile(r"\{([^{}]{0,500})\}")
_RANGE = re.compile(r"(\d{1,3})-(\d{1,3})")


def expand_names(text: str) -> list[str]:
    """The names that a generative list stands for: ``py{310,311}-dj{4,5}, lint`` are five."""
    found: list[str] = []
    depth = 0
    current = ""
    for character in text:
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth == 0 and character in ", \t\n":
            found.extend(_products(current.strip()))
            current = ""
        else:
            current += character
    found.extend(_products(current.strip()))
    return [name for name in dict.fromkeys(found) if name][:MAX_NAMES]


def _products(pattern: str) -> list[str]:
    names = [pattern]
    for _ in range(MAX_SUBSTITUTIONS):
        grown: list[str] = []
        for name in names:
            match = _BRACES.search(name)
            if match is None:
                grown.append(name)
                continue
            head, tail = name[: match.start()], name[match.end() :]
            grown.extend(head + part + tail for part in _alternatives(match[1]))
        if grown == names or len(grown) > MAX_NAMES:
            break
        names = grown
    return [re.sub(r"-{2,}", "-", name).strip("-") for name in names if "{" not in name]


def _alternatives(text: str) -> Iterator[str]:
    for part in text.split(","):
        match = _RANGE.fullmatch(part.strip())
        if match and 0 <= int(match[2]) - int(match[1]) <= 30:
            yield from (str(n) for n in range(int(match[1]), int(match[2]) + 1))
        else:
            yield part.strip()


# ------------------------------------------------------------------------------------------------------ substitution

_REFERENCE = re.compile(r"(?<![\\$])\{(?P<body>\[[^\]{}]{1,200}\][\w.-]{1,80}|[^{}]{0,300})\}")


class _Filler:
    """Fills in ``{…}`` where the result is literal; what is not known stays as ``${…}``."""

    def __init__(self, sections: Mapping[str, _Section], folder: str) -> None:
        self._sections = sections
        self._folder = folder
        self._conditional: dict[int, _Conditional] = {}

    def held(self, setting: _Setting, factors: frozenset[str]) -> Iterator[tuple[int, str]]:
        """The lines of ``setting`` that hold for an environment with these factors, without their conditions."""
        known = self._conditional.get(id(setting))
        if known is None:
            lines = _joined(self._lines(setting.lines, set()))
            known = self._conditional[id(setting)] = _Conditional(setting, lines)
        return known.held(factors)

    def _lines(self, lines: Iterable[tuple[int, str]], seen: set[int]) -> Iterator[tuple[int, str]]:
        """The lines, with a line that is only ``{[section]key}`` replaced by that setting's lines, and so on, once."""
        for number, line in lines:
            match = re.fullmatch(r"\{\[([^\]]{1,200})\]([\w.-]{1,80})\}", line.strip())
            setting = self._sections.get(match[1], {}).get(match[2].lower()) if match else None
            if setting is None:
                yield number, line
            elif id(setting) not in seen and len(seen) < MAX_REFERENCES:
                seen.add(id(setting))
                yield from self._lines(setting.lines, seen)

    def text(self, text: str, env: str, root: str = ".") -> str:
        """``text`` for the environment ``env``, whose commands run in a folder from which ``root`` is tox's own."""
        for _ in range(MAX_SUBSTITUTIONS):
            filled = _REFERENCE.sub(lambda match: self._value(match["body"], env, root), text)
            if filled == text or len(filled) > 20_000:
                break
            text = filled
        return text.replace("\\{", "{").replace("\\}", "}")

    def _value(self, body: str, env: str, root: str) -> str:
        if body.startswith("["):
            section, _, key = body[1:].partition("]")
            setting = self._sections.get(section, {}).get(key.lower())
            return " ".join(line for _, line in setting.lines) if setting else f"${{{_word(key)}}}"
        name, _, rest = body.partition(":")
        match name:
            case "posargs":
                return rest
            case "env":
                variable, colon, default = rest.partition(":")
                if variable in ("TOX_ENV_NAME", "TOXENV_NAME"):
                    return env
                return default if colon else f"${{{_word(variable)}}}"
            case "toxinidir" | "tox_root" | "package_root":
                return root
            case "envname" | "env_name":
                return env
            case "envpython" | "env_python":
                return "python"
            case "envbindir" | "env_bin_dir":
                return f".tox/{env}/bin"
            case "envdir" | "env_dir":
                return f".tox/{env}"
            case "toxworkdir" | "work_dir":
                return ".tox"
            case "/":
                return "/"
            case "":
                return ""
            case "opts" | "packages":
                return f"\ue020{name}\ue021"
            case _:
                return f"${{{_word(name)}}}"


def _joined(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The lines with continuations joined, before anything else is read in them, as tox does it."""
    pending: tuple[int, str] | None = None
    for number, line in lines:
        at, before = pending or (number, "")
        text = f"{before} {line.strip()}" if before else line
        pending = (at, text.rstrip("\\").rstrip()) if line.endswith("\\") else None
        if pending is None:
            yield at, text
    if pending is not None:
        yield pending


def _word(name: str) -> str:
    return re.sub(r"\W", "_", name) or "unknown"


# ------------------------------------------------------------------------------------------------------ environments

_FACTORS = re.compile(
    r"(?P<factors>!?[\w.{},!-]{1,300}(?:\s{0,4},\s{0,4}!?[\w.{}!-]{1,100}){0,20})\s{0,4}:(?=\s|$)\s{0,20}(?P<rest>.*)"
)
_PY_FACTOR = re.compile(
    r"(?P<impl>py|pypy|cpython|python)(?P<version>[23](?:\.?\d{1,2})?t?)|(?P<plain>[23]\.\d{1,2}t?)"
)
_PURE = re.compile(r"(?:py|pypy|python|cpython)[\d.]{0,5}t?|[23]\.\d{1,2}t?")
_TRUE = frozenset({"true", "1", "yes", "on"})


def _build(
    path: str,
    main: _Section,
    base: _Section,
    envs: Mapping[str, _Section],
    listed: list[str],
    fill: _Filler,
    first_line: int,
) -> ToxConfig:
    names = list(dict.fromkeys([*listed, *envs]))
    names += _unlisted(base, names)
    labels = _labels(main)
    problems: list[Problem] = []
    if len(names) > MAX_ENVIRONMENTS:
        message = f"{len(names)} environments; only the first {MAX_ENVIRONMENTS} were read"
        problems.append(Problem(code="too-large", message=message, at=Location(path=path, line=first_line)))
        names = names[:MAX_ENVIRONMENTS]
    if not names:
        names, listed = ["py"], ["py"]
    requires = " ".join(line for _, line in _value(main, "requires"))
    invocations: list[Invocation] = []
    tasks: list[Task] = []
    pythons: dict[PythonVersion, None] = {}
    seen: dict[tuple[object, ...], str] = {}
    listing = main.get("env_list") or main.get("envlist")
    for name in names:
        own = envs.get(name, {})
        line = min((s.line for s in own.values()), default=listing.line if listing else first_line)
        uv = "tox-uv" in requires or "tox_uv" in requires
        env = _Environment(path, name, main, {**base, **own}, fill, uv=uv, line=line)
        started = list(env.run())
        same = tuple((i.argv, i.at.line, i.directory, i.env) for i in started)
        first = seen.setdefault(same, name) if same else name
        if first == name:
            invocations.extend(started)
            problems.extend(env.problems)
        at = Location(path=path, line=line)
        needs = () if first == name else (first,)
        told = labels.get(name, ())
        tasks.append(Task(name=name, at=at, runner="tox", needs=needs, default=name in listed, tags=told))
        for version, where in env.pythons(line):
            pythons[PythonVersion(version=version, at=Location(path=path, line=where), kind="tox", job=name)] = None
    if not any(_PURE.fullmatch(name) for name in names):
        line = min((s.line for s in base.values()), default=first_line)
        env = _Environment(path, "py", main, base, fill, uv="tox-uv" in requires or "tox_uv" in requires, line=line)
        invocations.extend(replace(i, disabled=ASKED_FOR) for i in env.run())
        tasks.append(Task(name="py", at=Location(path=path, line=line), runner="tox", tags=(ASKED_FOR,)))
    return ToxConfig(
        invocations=tuple(invocations),
        tasks=tuple(tasks),
        pythons=tuple(pythons),
        problems=tuple(problems[: shell.MAX_PROBLEMS]),
    )


def _unlisted(base: _Section, names: Iterable[str]) -> list[str]:
    """Environments that stand in no list: their commands hold under a name of which the others have no part.

    ``tox -e lint`` starts what ``lint: ruff check`` says, ``tox -e tests-unit`` what stands behind ``tests-unit:``.
    """
    known = {factor for name in names for factor in name.split("-")}
    found: dict[str, None] = {}
    for _, text in _joined(_value(base, "commands")):
        match = _FACTORS.fullmatch(text)
        if match is not None and _looks_like_factors(match["factors"]):
            found.update(dict.fromkeys(name for name in expand_names(match["factors"]) if "!" not in name))
    return [n for n in found if not any(f in known or _PY_FACTOR.fullmatch(f) for f in n.split("-"))]


def _labels(main: _Section) -> dict[str, tuple[str, ...]]:
    """The labels of each environment, by which ``tox -m`` asks for it."""
    found: dict[str, tuple[str, ...]] = {}
    for _, line in _value(main, "labels"):
        label, equals, names = line.partition("=")
        for name in expand_names(names) if equals else ():
            found[name] = (*found.get(name, ()), label.strip())
    return found


@dataclass(frozen=True, slots=True)
class _Line:
    """A line with its condition: alternatives of (factors that it needs, factors that must be missing)."""

    number: int
    text: str
    alternatives: tuple[tuple[frozenset[str], frozenset[str]], ...]

    def holds(self, factors: frozenset[str]) -> bool:
        return not self.alternatives or any(
            need <= factors and without.isdisjoint(factors) for need, without in self.alternatives
        )


class _Conditional:
    """A setting whose lines stand under conditions, read once; generated files have thousands of them."""

    def __init__(self, setting: _Setting, lines: Iterable[tuple[int, str]]) -> None:
        self._setting = setting  # kept alive: it is known by its identity
        self._lines = [_line(number, text) for number, text in lines]
        counts = Counter(factor for line in self._lines for need, _ in line.alternatives for factor in need)
        self._always: list[int] = []
        self._by_factor: dict[str, list[int]] = {}
        for position, line in enumerate(self._lines):
            needs = [need for need, _ in line.alternatives]
            if needs and all(needs):
                for rarest in {min(need, key=lambda f: (counts[f], f)) for need in needs}:
                    self._by_factor.setdefault(rarest, []).append(position)
            else:
                self._always.append(position)

    def held(self, factors: frozenset[str]) -> Iterator[tuple[int, str]]:
        """The lines that hold where ``factors`` are given, in their order."""
        positions = {*self._always, *(p for factor in factors for p in self._by_factor.get(factor, ()))}
        for position in sorted(positions):
            line = self._lines[position]
            if line.holds(factors):
                yield line.number, line.text


def _line(number: int, text: str) -> _Line:
    match = _FACTORS.fullmatch(text)
    if match is None or not _looks_like_factors(match["factors"]):
        return _Line(number, text, ())
    condition = match["factors"]
    alternatives = [alternative.split("-") for alternative in expand_names(condition) or [condition]]
    return _Line(
        number,
        match["rest"],
        tuple(
            (
                frozenset(f for f in factors if not f.startswith("!")),
                frozenset(f.lstrip("!") for f in factors if f.startswith("!")),
            )
            for factors in alternatives
        ),
    )


class _Environment:
    """One environment: its settings after inheritance, read for its own factors."""

    def __init__(
        self, path: str, name: str, main: _Section, section: _Section, fill: _Filler, *, uv: bool, line: int = 1
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
        main = _Environment(self._path, self._name, {}, self._main, self._fill, uv=False)
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


def _looks_like_factors(text: str) -> bool:
    """Whether what stands before a colon can be factors, and not a word such as ``git+https`` or ``C``."""
    return "/" not in text and not text.startswith("-")


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
    match = _PY_FACTOR.fullmatch(factor.strip())
    if match is None:
        return None
    if match["plain"]:
        return match["plain"]
    version = match["version"]
    if "." not in version and len(version.rstrip("t")) > 1:
        version = f"{version[0]}.{version[1:]}"
    return f"pypy{version}" if match["impl"] == "pypy" else version
