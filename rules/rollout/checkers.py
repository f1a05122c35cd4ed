"""Type checkers: whether they are there, configured and enforced, how strict they are, and what would block a change.

mypy's ``--strict`` is a list of flags (``mypy --help``); pyright has modes, Pyre one switch, pytype and ty none: ty has
rules with a level each. What ty says of its own readiness holds; nothing about it is promised here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from scanner.inventory import Evidence, Fleet, Repository, Tool, ToolSetting
from scanner.lint_tools import tools_of_command, unwrap

Strictness = Literal["off", "lenient", "standard", "strict", "unknown"]

_STRICT = (
    "disallow_any_generics disallow_subclassing_any disallow_untyped_calls disallow_untyped_defs "
    "disallow_incomplete_defs check_untyped_defs disallow_untyped_decorators warn_redundant_casts warn_unused_ignores "
    "warn_return_any no_implicit_reexport strict_equality extra_checks"
).split()
_MODES: dict[str, Strictness] = {
    "off": "off",
    "basic": "lenient",
    "standard": "standard",
    "strict": "strict",
    "recommended": "strict",
    "all": "strict",
}

# Plug-ins of mypy: what brings them, and what another checker does without them; `True` where types come from it alone.
_PLUGINS: dict[str, tuple[str, bool, str]] = {
    "mypy_django_plugin": ("django-stubs", True, "types of models and querysets come from it alone"),
    "mypy_drf_plugin": ("djangorestframework-stubs", True, "types of serializers come from it alone"),
    "sqlmypy": ("sqlalchemy-stubs", True, "types of SQLAlchemy 1.x models come from it alone"),
    "sqlalchemy.ext.mypy": (
        "sqlalchemy",
        True,
        "models of SQLAlchemy 1.4's style need it; `Mapped[…]` of 2.0 does not",
    ),
    "mypy_zope": ("mypy-zope", True, "interfaces of zope are understood by it alone"),
    "returns.contrib.mypy": ("returns", True, "kinds of types that Python cannot say"),
    "pydantic": ("pydantic", False, "other checkers read models by dataclass_transform; its stricter options are lost"),
    "pydantic.v1": ("pydantic", False, "other checkers read models by dataclass_transform"),
    "numpy.typing.mypy_plugin": ("numpy", False, "precision of the platform's number types only"),
    "strawberry.ext.mypy_plugin": ("strawberry-graphql", False, "other checkers read types by dataclass_transform"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocker:
    """A plug-in of a type checker: ``blocks`` says whether types depend on it (``None``: not known here)."""

    plugin: str
    distribution: str | None
    blocks: bool | None
    why: str
    path: str
    line: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckerStanding:
    """One type checker of one repository.

    ``enforced`` is ``None`` where the scan was made by a Muster that did not look. ``strictness`` is its own setting in
    one word, ``how`` in its own words; ``relaxed`` counts the modules for which it is weaker.
    """

    repository: str
    checker: str
    use: str
    configured: bool
    enforced: bool | None
    strictness: Strictness
    how: str
    relaxed: int = 0
    plugins: tuple[Blocker, ...] = ()
    evidence: tuple[Evidence, ...] = ()


def checkers(fleet: Fleet) -> tuple[CheckerStanding, ...]:
    """Every type checker of every repository of Python, by name."""
    return tuple(
        _standing(repository, tool)
        for repository in sorted(fleet.repositories, key=lambda r: (r.name, r.id))
        if repository.is_python
        for tool in repository.tools
        if tool.category == "type-checker"
    )


def _standing(repository: Repository, tool: Tool) -> CheckerStanding:
    level, how, places = _strictness(repository, tool)
    return CheckerStanding(
        repository=repository.id,
        checker=tool.name,
        use=tool.use,
        configured=is_configured(tool),
        enforced=None if tool.gates is None else bool(tool.gates),
        strictness=level,
        how=how,
        relaxed=_relaxed(tool),
        plugins=tuple(_plugins(tool)),
        evidence=(*(Evidence(path=s.path, line=s.line, kind=s.key) for s in places), *(tool.gates or ()))[:6],
    )


def is_configured(tool: Tool) -> bool:
    """Whether a file of the repository configures the tool."""
    return tool.use == "config-only" or any(e.kind is not None and "config" in e.kind for e in tool.evidence)


def _strictness(repository: Repository, tool: Tool) -> tuple[Strictness, str, list[ToolSetting]]:
    match tool.name:
        case "mypy":
            return _mypy(repository, tool)
        case "pyright":
            return _pyright(tool)
        case "pyre":
            strict = [s for s in tool.settings if s.key == "strict"]
            on = any(s.values == ("true",) for s in strict)
            return ("strict" if on else "standard", "strict" if on else "not strict", strict)
        case "ty":
            rules = [s for s in tool.settings if s.key.startswith("rules.")]
            said = f"{len(rules)} rules set by name" if rules else "its own defaults"
            return "unknown", f"no strict mode; {said}", rules
        case _:
            return "unknown", "it has no strict mode", []


def _mypy(repository: Repository, tool: Tool) -> tuple[Strictness, str, list[ToolSetting]]:
    whole = [s for s in tool.settings if not s.key.startswith(("overrides.", "hook."))]
    strict = [s for s in whole if s.key == "strict" and _is_on(s)]
    arguments = {word for argv in _calls(repository, tool) for word in argv}
    if strict or "--strict" in arguments:
        off = [s for s in whole if s.key in _STRICT and not _is_on(s)]
        return "strict", f"strict, but for {', '.join(s.key for s in off)}" if off else "strict", [*strict, *off]
    on = [s for s in whole if s.key in _STRICT and _is_on(s)]
    names = {s.key for s in on} | {n for n in _STRICT if f"--{n.replace('_', '-')}" in arguments}
    # Untyped functions are what most depends on: without it mypy passes over their bodies.
    checks = {"disallow_untyped_defs", "check_untyped_defs", "disallow_incomplete_defs"} & names
    level: Strictness = "standard" if checks else "lenient"
    return level, f"{len(names)} of {len(_STRICT)} strict flags", on


def _calls(repository: Repository, tool: Tool) -> Iterator[tuple[str, ...]]:
    yield from (s.values for s in tool.settings if s.key == "hook.args")
    for command in repository.commands:
        if any(use.tool == tool.name for use in tools_of_command(command.argv)):
            yield tuple(unwrap(command.argv)[0][1:])


def _is_on(setting: ToolSetting) -> bool:
    return bool(setting.values) and setting.values[0].strip().lower() in ("true", "1", "yes", "on")


def _pyright(tool: Tool) -> tuple[Strictness, str, list[ToolSetting]]:
    mode = [s for s in tool.settings if s.key == "typeCheckingMode" and s.values]
    if mode:
        said = mode[0].values[0]
        return _MODES.get(said, "unknown"), said, mode[:1]
    return "standard", "standard, by default", []


def _relaxed(tool: Tool) -> int:
    """Overrides that switch something off: errors ignored, or a strict flag set to false."""
    weaker = {
        s.key.rpartition(".")[0]
        for s in tool.settings
        if s.key.startswith("overrides.")
        and (
            (s.key.endswith(".ignore_errors") and _is_on(s)) or (s.key.rpartition(".")[2] in _STRICT and not _is_on(s))
        )
    }
    return len(weaker)


def _plugins(tool: Tool) -> Iterator[Blocker]:
    for setting in tool.settings:
        if tool.name == "mypy" and setting.key == "plugins":
            for name in _words(setting.values):
                yield _blocker(name, setting)


def _words(values: Iterable[str]) -> list[str]:
    return [word for value in values for word in re.split(r"[\s,]+", value) if word]


def _blocker(name: str, setting: ToolSetting) -> Blocker:
    module = name.partition(":")[0]
    found = next((_PLUGINS[known] for known in sorted(_PLUGINS, reverse=True) if _is_below(module, known)), None)
    distribution: str | None = None
    blocks: bool | None = None
    why = "what it does for the types is not known here"
    if found is not None:
        distribution, blocks, why = found
    elif name.endswith(".py") or "/" in name:
        blocks, why = True, "the repository's own plug-in; no other checker runs it"
    return Blocker(plugin=name, distribution=distribution, blocks=blocks, why=why, path=setting.path, line=setting.line)


def _is_below(module: str, known: str) -> bool:
    return module == known or module.startswith(known + ".")
