"""Options of the old tools sorted by what they mean, and the ``uv sync`` that they come to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rules.places.calls import Word
from rules.places.manner import Answer, Manner
from rules.places.target import Target

QUIET = frozenset(
    "-n --no-interaction -v -vv -vvv -q --quiet --verbose --no-ansi --ansi --sync --no-plugins --no-directory "
    "--remove-untracked --no-compile --no-lock --check --frozen-lockfile --fail-fast -x "
    "--ignore-pipfile --deploy --keep-outdated --clear --no-isolation --skip-lock --no-update --regenerate "
    "--frozen --locked --no-self-update --force -f --clean".split()
)


NO_EDITABLE = "--no-editable"
"""The project is installed as its users get it, not linked to its sources."""


@dataclass(slots=True)
class Options:
    """The options of an install, gathered."""

    flags: set[str] = field(default_factory=set)
    values: dict[str, list[str]] = field(default_factory=dict)
    named: list[Word] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def all(self, *names: str) -> list[str]:
        """The values of options, split at commas and blanks; expressions whole."""
        found: list[str] = []
        for name in names:
            for value in self.values.get(name, ()):
                found += [value] if is_variable(value) else re.split(r"[,\s]+", value)
        return [v for v in found if v]


def read_options(rest: Sequence[Word], valued: Mapping[str, str], flags: Mapping[str, str]) -> Options:
    """Options sorted by what they mean; ``valued`` and ``flags`` give each spelling its name."""
    found = Options()
    number = 0
    while number < len(rest):
        word = rest[number]
        name, equals, value = word.value.partition("=")
        short = word.value[:2]
        if name in valued:
            if not equals:
                number += 1
                value = rest[number].value if number < len(rest) else ""
            found.values.setdefault(valued[name], []).append(value)
        elif word.value in flags:
            found.flags.add(flags[word.value])
        elif word.value.startswith("-dG") and "-dG" in valued:
            found.values.setdefault("group", []).append(word.value[3:].lstrip("="))
        elif short in valued and len(word.value) > 2 and not word.value.startswith("--"):
            found.values.setdefault(valued[short], []).append(word.value[2:].lstrip("="))
        elif word.value in QUIET:
            pass
        elif word.value.startswith("-") or word.value.startswith(("$", "{{", "<<")):
            found.unknown.append(word.value)
        else:
            found.named.append(word)
        number += 1
    return found


def quoted(value: str) -> str:
    """A value in quotes where the shell needs them."""
    return f'"{value}"' if re.search(r"[\s\[\]*?<>]", value) and "${{" not in value else value


def readable(value: str) -> str:
    """A value that holds a variable, in quotes."""
    return f'"{value}"' if "$" in value else value


def raws(words: Sequence[Word]) -> str:
    """Words as they were written, each behind a blank."""
    return "".join(f" {word.raw}" for word in words)


def sync_answer(target: Target, manner: Manner, parts: Sequence[str], *, project: bool = True) -> Answer:
    """``uv sync`` with these options, in this manner; ``project``: with the project itself."""
    words = ["uv", "sync", *([manner.lock] if manner.lock else []), *_at_one(target, parts)]
    no_project = (not project or manner.no_project) and target.package
    words = [w for w in words if w != NO_EDITABLE or target.package]
    words += ["--no-install-project"] if no_project and "--no-install-project" not in parts else []
    inexact = (manner.inexact or manner.system or manner.active) and manner.lock
    words += ["--inexact"] if inexact and "--inexact" not in words else []
    words += ["--active"] if manner.active else []
    words += [o for o in manner.options if o not in words]
    return Answer(kind="sync", text=" ".join(words))


def _at_one(target: Target, parts: Sequence[str]) -> list[str]:
    """Without ``--no-dev`` where ``dev`` is asked for by name: it would win over ``--group dev``."""
    if "--no-dev" not in parts or "--group dev" not in parts:
        return list(parts)
    needless = {"--no-dev", "--group dev"} if target.defaults == {"dev"} else {"--no-dev"}
    return [part for part in parts if part not in needless]


def is_variable(name: str) -> bool:
    """Whether a value is known only when it runs: it may hold several names, which Poetry takes and uv does not."""
    return "$" in name or "{{" in name or "<<" in name


def group_options(target: Target, names: Sequence[str], option: str) -> list[str]:
    """``--group`` for groups, ``--extra`` for what became an extra, nothing for what is gone or on anyway."""
    found = []
    for name in names:
        if is_variable(name):
            found.append(f"--{option} {quoted(name)}")
            continue
        new = target.group(name)
        if new is None or new == "project":
            continue
        kind, _, now = new.partition(":")
        if kind == "extra":
            found += [f"--extra {now}"] if option == "group" else []
        elif option != "group" or now not in target.defaults:
            found.append(f"--{option} {now}")
    return found


def extra_options(target: Target, names: Sequence[str]) -> list[str]:
    """``--extra`` for what is an extra now."""
    return [
        f"--extra {quoted(target.extra_of(name) or name)}" for name in names if "$" in name or target.extra_of(name)
    ]


def only_main(target: Target, names: Sequence[str]) -> list[str]:
    """``--group`` for groups that come beside the project."""
    return [f"--group {g.partition(':')[2]}" for n in names if (g := target.group(n)) and g.startswith("group:")]


def normal(name: str) -> str:
    """A name in normal form."""
    return name.lower().replace("_", "-").replace(".", "-")
