"""What a script does with the words that it is called with."""

from __future__ import annotations

from scanner.commands.follow import expand
from scanner.commands.lookup import Lookup, build_lookup
from scanner.facts import Extract, Invocation, Location
from scanner.formats.shell_script import read
from scanner.shell.arguments import words_asked_for

RUN = """#!/bin/bash
MODE=
for arg in "$@"; do
  case "$arg" in
    --frozen) MODE=--frozen ;;
    --locked | -l) MODE=--locked ;;
  esac
done
uv sync $MODE
"""
TASKS = """#!/bin/sh
case "${1:-install}" in
  install) uv sync --locked ;;
  check) ruff check ;;
esac
"""


def started(text: str, command: str) -> list[str]:
    extract = read("run.sh", text)
    assert isinstance(extract, Extract)
    lookup: Lookup = build_lookup({"run.sh": extract}, frozenset({"run.sh"}))
    caller = Invocation(argv=tuple(command.split()), at=Location(path="ci.yml", line=1), context="ci")
    return [" ".join(i.argv) for i in expand(caller, lookup)]


def test_a_flag_decides_what_is_installed() -> None:
    assert started(RUN, "./run.sh") == ["uv sync"]
    assert started(RUN, "./run.sh --frozen") == ["uv sync --frozen"]
    assert started(RUN, "bash run.sh -l") == ["uv sync --locked"]
    assert started(RUN, "./run.sh $FLAGS") == ["uv sync $MODE"]
    assert started(RUN, "./run.sh other") == ["uv sync $MODE"]


def test_a_word_chooses_what_is_run() -> None:
    assert started(TASKS, "./run.sh") == ["uv sync --locked"]
    assert started(TASKS, "./run.sh check") == ["ruff check"]
    assert started(TASKS, "./run.sh ${{ matrix.task }}") == ["uv sync --locked", "ruff check"]
    assert started(TASKS, "./run.sh install check") == ["uv sync --locked", "ruff check"]
    assert started(RUN.replace("uv sync", "ruff check\nuv sync"), "./run.sh --frozen -l")[0] == "ruff check"


def test_words_that_are_asked_for() -> None:
    assert words_asked_for(RUN) == ("--frozen", "--locked", "-l")
    assert words_asked_for('if [ "$1" = "dev" ]; then\n uv sync\nfi') == ("dev",)
    assert words_asked_for("case $X in a) b;; esac") == ()
    many = "\n".join(f"  w{n}) a ;;" for n in range(40))
    assert words_asked_for(f"case $1 in\n{many}\nesac") == ()
