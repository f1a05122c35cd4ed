"""From flake8 and its relatives to Ruff: measure first, take over exactly the rules of today, then drop the old
tools."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from rules.later import unknown_step
from rules.linters import in_use, leftovers_of, selection
from rules.step import Site, Step, StepWriter
from rules.uv import version
from scanner.inventory import Tool

_MEASURE = {
    "flake8": "flake8 --exit-zero --statistics -qq",
    "black": "black --check --quiet . ; echo $?",
    "isort": "isort --check-only . ; echo $?",
    "pylint": "pylint --exit-zero --recursive=y --score=n . | tail -n 40",
    "pydocstyle": "pydocstyle --count . | tail -n 1",
    "bandit": "bandit -q -r . --exit-zero | tail -n 20",
    "yapf": "yapf --diff --recursive . | grep -c '^@@'",
    "autoflake": "autoflake --check --recursive . ; echo $?",
    "pyupgrade": "true",
}


def write(site: Site) -> Iterator[Step]:
    """The steps for a repository with linters or formatters in use that Ruff replaces."""
    old = in_use(site.repository)
    if not old:
        return
    yield _measure(old)
    yield _configure(site, old)
    if any(t.name in ("black", "yapf") for t in old):
        yield _format(old)
    yield _switch(site, old)
    yield unknown_step()


def _measure(old: list[Tool]) -> Step:
    return Step(
        title="Measure what the tools of today report",
        why="The new gate must pass on the day it lands and must not check less: the counts of today are the "
        "yardstick.",
        commands=tuple(_MEASURE[t.name] for t in old),
    )


def _configure(site: Site, old: list[Tool]) -> Step:
    chosen, unknown = selection(site, old)
    places = ", ".join(
        f"{e.path}:{e.line}" if e.line else e.path for t in old for e in t.evidence if e.kind and "config" in e.kind
    )
    has_ruff = any(t.name in ("ruff", "ruff-format") for t in site.repository.tools)
    rest = f" No equivalent: {', '.join(unknown)}: they stay, or go by decision." if unknown else ""
    body = f"[lint]\nselect = [{', '.join(chr(34) + c + chr(34) for c in chosen)}]"
    write_config = f"cat > ruff.toml <<'TOML'\n{body}\nTOML"
    edit = f"ruff config lint.select  # extend the existing configuration by: {', '.join(chosen)}"
    line = "88 with Black, 79 with flake8" if any(t.name == "black" for t in old) else "79 with flake8"
    return Step(
        title="Configure Ruff with the rules of today",
        why=f"Carry over line-length ({line}, unless configured), ignores (flake8's `ignore` replaces its defaults, "
        f"`extend-ignore` adds) and per-file ignores{' from ' + places if places else ''}. flake8's E1/E2/W5 "
        "layout checks are "
        f"preview rules in Ruff; a formatter makes them needless.{rest}",
        commands=(
            edit if has_ruff else write_config,
            f"uvx ruff@{version('ruff')} check --statistics --exit-zero .",
        ),
        verify=(f"uvx ruff@{version('ruff')} check .",),
        rollback=("git restore --staged --worktree -- pyproject.toml; rm -f ruff.toml",)
        if not has_ruff
        else ("git restore --staged --worktree -- pyproject.toml ruff.toml",),
    )


def _format(old: list[Tool]) -> Step:
    name = next(t.name for t in old if t.name in ("black", "yapf"))
    close = (
        "nearly the same style; expect few lines" if name == "black" else "another style; expect most files to change"
    )
    ruff = f"uvx ruff@{version('ruff')}"
    return Step(
        title=f"Replace {name} by `ruff format`",
        why=f"Ruff's formatter has {close}. Put the change of format into a commit of its own and list it in "
        ".git-blame-ignore-revs.",
        commands=(f"{ruff} format --diff . | grep -c '^@@'", f"{ruff} format ."),
        verify=(f"{ruff} format --check .",),
        rollback=("git restore --staged --worktree -- .",),
    )


def _switch(site: Site, old: list[Tool]) -> Step:
    calls = sorted({e.path for t in old for e in t.evidence if t.use == "run" and e.path})
    names = ", ".join(t.name for t in old)
    dead = leftovers_of(site.repository)
    also = f" Also remove the configuration that nothing uses any more: {', '.join(dead)}." if dead else ""
    files = " ".join(shlex.quote(p) for p in calls)
    return Step(
        title=f"Call Ruff where {names} ran, and remove them",
        why=f"Pre-commit: the hooks ruff-check and ruff-format in place of the old ones; CI: `ruff check` and "
        f"`ruff format --check`; keep `# noqa` comments, unknown codes are reported by RUF100.{also}",
        commands=(f"grep -nwE '{'|'.join(t.name for t in old)}' {files}",) if files else (),
        verify=(f"! grep -nwE '{'|'.join(t.name for t in old)}' {files}",) if files else (),
        rollback=(f"git restore --staged --worktree -- {files}",) if files else (),
    )


STEPS = StepWriter(name="lint", track="ruff", write=write)
