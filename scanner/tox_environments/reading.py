"""A whole configuration: the main section, and every environment that it lists, defines or only names."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from scanner import shell
from scanner.facts import Invocation, Location, Problem, PythonVersion, Task
from scanner.tox_environments.conditions import FACTORS, looks_like_factors
from scanner.tox_environments.environment import PY_FACTOR, Environment
from scanner.tox_environments.filling import Filler
from scanner.tox_environments.names import expand_names
from scanner.tox_environments.settings import Section, joined, sections_of, toml_section, toml_setting, value_of

MAX_ENVIRONMENTS = 150
ASKED_FOR = "only where it is asked for by its name"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToxConfig:
    """What one tox configuration says, ready for an :class:`~scanner.facts.Extract`."""

    invocations: tuple[Invocation, ...] = ()
    tasks: tuple[Task, ...] = ()
    pythons: tuple[PythonVersion, ...] = ()
    problems: tuple[Problem, ...] = ()


def from_ini(path: str, text: str, *, first_line: int = 1, prefix: str = "", step: int = 1) -> ToxConfig | None:
    """Read INI text that starts at ``first_line`` of ``path``; ``prefix`` is ``tox:`` for ``setup.cfg``'s main section.

    ``None`` when there is neither a main section nor an environment.
    """
    sections = sections_of(text, first_line, step)
    main = sections.get(f"{prefix}tox") or sections.get("tox:tox") or sections.get("tox") or {}
    if not main and not any(name.startswith("testenv") for name in sections):
        return None
    base = sections.get("testenv", {})
    named = {name[8:]: section for name, section in sections.items() if name.startswith("testenv:")}
    envs: dict[str, Section] = {}
    for pattern, section in named.items():
        for name in expand_names(pattern):
            envs.setdefault(name, {}).update(section)
    listed = [n for line in value_of(main, "env_list", "envlist") for n in expand_names(line[1])]
    fill = Filler(sections, posixpath.dirname(path) or ".")
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
    main = {k: toml_setting(v, line_of(k)) for k, v in data.items() if not isinstance(v, dict)}
    base = toml_section(data.get("env_run_base"), line_of, "env_run_base")
    raw = data.get("env")
    envs = {
        name: toml_section(section, line_of, "env", name)
        for name, section in (raw.items() if isinstance(raw, dict) else ())
    }
    if not main and not base and not envs:
        return None
    listed = [name for _, line in value_of(main, "env_list", "envlist") for name in expand_names(line)]
    return _build(path, main, base, envs, listed, Filler({}, posixpath.dirname(path) or "."), line_of() or 1)


_PURE = re.compile(r"(?:py|pypy|python|cpython)[\d.]{0,5}t?|[23]\.\d{1,2}t?")


def _build(
    path: str,
    main: Section,
    base: Section,
    envs: Mapping[str, Section],
    listed: list[str],
    fill: Filler,
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
    requires = " ".join(line for _, line in value_of(main, "requires"))
    invocations: list[Invocation] = []
    tasks: list[Task] = []
    pythons: dict[PythonVersion, None] = {}
    seen: dict[tuple[object, ...], str] = {}
    listing = main.get("env_list") or main.get("envlist")
    for name in names:
        own = envs.get(name, {})
        line = min((s.line for s in own.values()), default=listing.line if listing else first_line)
        uv = "tox-uv" in requires or "tox_uv" in requires
        env = Environment(path, name, main, {**base, **own}, fill, uv=uv, line=line)
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
        env = Environment(path, "py", main, base, fill, uv="tox-uv" in requires or "tox_uv" in requires, line=line)
        invocations.extend(replace(i, disabled=ASKED_FOR) for i in env.run())
        tasks.append(Task(name="py", at=Location(path=path, line=line), runner="tox", tags=(ASKED_FOR,)))
    return ToxConfig(
        invocations=tuple(invocations),
        tasks=tuple(tasks),
        pythons=tuple(pythons),
        problems=tuple(problems[: shell.MAX_PROBLEMS]),
    )


def _unlisted(base: Section, names: Iterable[str]) -> list[str]:
    """Environments that stand in no list: their commands hold under a name of which the others have no part.

    ``tox -e lint`` starts what ``lint: ruff check`` says, ``tox -e tests-unit`` what stands behind ``tests-unit:``.
    """
    known = {factor for name in names for factor in name.split("-")}
    found: dict[str, None] = {}
    for _, text in joined(value_of(base, "commands")):
        match = FACTORS.fullmatch(text)
        if match is not None and looks_like_factors(match["factors"]):
            found.update(dict.fromkeys(name for name in expand_names(match["factors"]) if "!" not in name))
    return [n for n in found if not any(f in known or PY_FACTOR.fullmatch(f) for f in n.split("-"))]


def _labels(main: Section) -> dict[str, tuple[str, ...]]:
    """The labels of each environment, by which ``tox -m`` asks for it."""
    found: dict[str, tuple[str, ...]] = {}
    for _, line in value_of(main, "labels"):
        label, equals, names = line.partition("=")
        for name in expand_names(names) if equals else ():
            found[name] = (*found.get(name, ()), label.strip())
    return found
