"""What an answer to a command of an old tool is, and how uv is to be called in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: Ways in which the same command is said: in pipelines, in documentation, in an image that is already installed.
LOCKED, PLAIN, NO_SYNC = "--locked", "", "--no-sync"

#: The oldest Python that the package of uv installs on.
PIP_BRINGS_UV = (3, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How uv is to be called in one place.

    ``lock``: ``--locked`` or nothing; ``run``: the option of ``uv run``; ``active``: into the environment that is
    active there (tox, nox); ``inexact``: keeping what an earlier command installed; ``options``: more for ``uv sync``;
    ``system``: into the Python that runs; ``files``: where requirements files of an image come from; ``project``: the
    folder of the image in which their project's lock is, where that is another than the one that the command runs in;
    ``conda``: the environment is conda's; ``first``: nothing of the project was installed in the job before.
    """

    lock: str = LOCKED
    run: str = LOCKED
    active: bool = False
    inexact: bool = False
    no_project: bool = False
    options: tuple[str, ...] = ()
    system: bool = False
    files: Mapping[str, str] = field(default_factory=dict)
    project: str = ""
    conda: bool = False
    first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """``kind``: ``sync``, ``run``, ``bootstrap`` (puts uv in place), ``other``, ``drop`` or ``look``.

    ``text`` replaces the words from ``skip`` on, up to ``upto`` (all of them where it is ``None``); ``why`` says what
    to look at, ``rest`` what else a bootstrap installs.
    """

    kind: str
    text: str = ""
    upto: int | None = None
    why: str = ""
    rest: tuple[str, ...] = field(default=())
    skip: int = 0


def drop() -> Answer:
    """The command has nothing left to do."""
    return Answer(kind="drop")


def look(why: str) -> Answer:
    """A person has to see to it."""
    return Answer(kind="look", why=why)
