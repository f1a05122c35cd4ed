"""The part of ``muster plan`` that writes patches: its options, the workers, the folder of patches, the exit status."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from reports.escape import terminal
from reports.views.lint_patches import lint_readme
from reports.views.patches import Told, patches_readme
from rules.plan import Plans
from rules.rollout.later import with_later
from scanner import workers
from scanner.cli.common import Common, Unable, note
from scanner.inventory import Fleet, Repository
from scanner.proof.combined import Combined, Pair, combine, with_combined
from scanner.proof.lint_patches import LintOutcome, LintTask, convert_lint, with_lint_outcomes
from scanner.proof.patches import Outcome, Task, convert, file_names, with_outcomes
from scanner.proof.settings import Settings, absolute, users_settings
from scanner.proof.uv import SUPPORTED, NoUv, find_uv
from scanner.words import counted

UNPROVED = 1
UNREAD = 3
INTERRUPTED = 130
_HOUR = 3600.0
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked of the patches: where they go, and with what they are proved (``None``: not at all)."""

    folder: Path
    settings: Settings | None
    kept: str | None
    jobs: int
    measure: bool = False


def patches_options(function: F) -> F:
    """Add the options of patches; the command is given them as ``asked``, ``None`` without ``--patches``."""

    @click.option("--patches", "folder", type=click.Path(file_okay=False, path_type=Path), help="Write patches here.")
    @click.option(
        "--prove", is_flag=True, help="Lock each patch with uv in a scratch copy and compare; writes the locks."
    )
    @click.option(
        "--index",
        "indexes",
        multiple=True,
        metavar="URL",
        help="Lock from this index; the first one takes the place of uv's own default, `default` means that one. "
        "The user's UV_* variables are honoured too.",
    )
    @click.option("--find-links", multiple=True, metavar="DIR", help="Lock from this wheelhouse.")
    @click.option("--offline", is_flag=True, help="Contact nothing, whatever else is set.")
    @click.option(
        "--allow-build", is_flag=True, help="Let uv build third-party source distributions for their metadata."
    )
    @click.option(
        "--uv", "uv_path", metavar="PATH", help=f"The uv to use ({SUPPORTED}).  [default: the one on the path]"
    )
    @click.option(
        "--proof-cache",
        type=click.Path(file_okay=False, path_type=Path),
        help="Keep proofs here.  [default: beside the store]",
    )
    @click.option(
        "-j", "--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Repositories at a time."
    )
    @functools.wraps(function)
    def wrapped(
        *args: Any,
        folder: Path | None,
        prove: bool,
        indexes: tuple[str, ...],
        find_links: tuple[str, ...],
        offline: bool,
        allow_build: bool,
        uv_path: str | None,
        proof_cache: Path | None,
        jobs: int,
        **kwargs: Any,
    ) -> Any:
        if folder is None:
            if prove:
                raise click.UsageError("--prove needs --patches DIR: a proof is of a patch")
            return function(*args, asked=None, **kwargs)
        kept = proof_cache if proof_cache is not None else _beside(str(kwargs["store_name"]))
        locks = prove and "uv" in str(kwargs.get("to", "uv"))
        settings = _settings(uv_path, indexes, find_links, offline, allow_build, kept) if locks else None
        asked = Asked(folder=folder, settings=settings, kept=str(kept) if locks else None, jobs=jobs, measure=prove)
        return function(*args, asked=asked, **kwargs)

    return wrapped  # type: ignore[return-value]


def _beside(store_name: str) -> Path:
    """Where proofs are kept without ``--proof-cache``: beside a store that is a file, else in the current folder."""
    return (Path(store_name).resolve().parent if "://" not in store_name else Path.cwd()) / "muster-proofs"


def _settings(
    uv_path: str | None,
    indexes: Sequence[str],
    find_links: Sequence[str],
    offline: bool,
    allow_build: bool,
    kept: Path,
) -> Settings:
    try:
        uv = find_uv(uv_path)
    except NoUv as error:
        raise Unable(str(error)) from None
    settings = Settings(
        uv=uv,
        cache=str((kept / "uv-cache").resolve()),
        indexes=tuple(indexes),
        find_links=absolute(find_links),
        offline=offline,
        allow_build=allow_build,
        env=users_settings(os.environ),
    )
    if not settings.names_an_index:
        raise click.UsageError(
            "--prove needs something to lock from: --index URL (`--index default` for uv's own), --find-links DIR, "
            "or your UV_INDEX… variables"
        )
    return settings


def patched(fleet: Fleet, plans: Plans, asked: Asked, common: Common) -> tuple[Plans, int]:
    """Write the patches of the plans' repositories; the plans with patches and proofs, and the exit status."""
    wanted = {plan.repository for plan in plans.plans if plan.track == "uv"}
    names = file_names(fleet.repositories)
    as_of = date.fromisoformat(fleet.run.as_of)
    tasks = [
        Task(repository=r, config=common.config, as_of=as_of, settings=asked.settings, kept=asked.kept)
        for r in fleet.repositories
        if r.id in wanted
    ]
    asked.folder.mkdir(parents=True, exist_ok=True)
    outcomes: dict[str, Outcome] = {}
    interrupted = False
    progress = _Progress(len(tasks), quiet=common.quiet)
    running = workers.run(tasks, convert, jobs=min(asked.jobs, len(tasks) or 1), timeout=_HOUR, window=1)
    try:
        for done in running:
            outcome = done.result or Outcome(repository=done.task.repository.id, error=done.lost)
            outcomes[outcome.repository] = outcome
            _write(asked.folder, names[outcome.repository], outcome)
            progress.show(done.task.repository)
    except KeyboardInterrupt:
        interrupted = True
    finally:
        progress.end()
    plans = with_outcomes(plans, outcomes, names)
    told = {k: (o.commit, o.remarks, o.error) for k, o in outcomes.items()}
    _put(asked.folder / "README.md", patches_readme(fleet, plans, told))
    for outcome in outcomes.values():
        if outcome.error:
            click.echo(terminal(f"muster: {outcome.repository}: {outcome.error}"), err=True)
    if tasks:
        note(f"wrote {counted(sum(bool(o.patch) for o in outcomes.values()), 'patch')} into {asked.folder}", common)
    if interrupted:
        return plans, INTERRUPTED
    plans, linted, worse = _linted(fleet, plans, asked, common, names)
    both = [r for r in fleet.repositories if _has_both(outcomes.get(r.id), linted.get(r.id))]
    found = list(_combined([_pair(outcomes[r.id], linted[r.id], r, asked, common, as_of) for r in both], asked, names))
    if found:
        plans = with_combined(plans, {one.repository for one in found if one.patch}, names)
        told |= {c.repository: _and(told[c.repository], c) for c in found}
        _put(asked.folder / "README.md", patches_readme(fleet, plans, told))
    return plans, _status(outcomes, asked) or worse or (UNREAD if any(c.error for c in found) else 0)


def _has_both(outcome: Outcome | None, linted: LintOutcome | None) -> bool:
    return outcome is not None and linted is not None and bool(outcome.patch and linted.patch)


def _pair(
    outcome: Outcome, linted: LintOutcome, repository: Repository, asked: Asked, common: Common, as_of: date
) -> Pair:
    return Pair(
        repository=repository,
        config=common.config,
        as_of=as_of,
        edits=outcome.edits,
        moves=outcome.moves,
        baseline=linted.baseline,
        settings=asked.settings,
    )


def _combined(pairs: Sequence[Pair], asked: Asked, names: dict[str, str]) -> Iterator[Combined]:
    """Write the patches of both tracks in one, for the repositories that have one on each."""
    for done in workers.run(pairs, combine, jobs=min(asked.jobs, len(pairs) or 1), timeout=_HOUR, window=1):
        found = done.result or Combined(repository=done.task.repository.id, error=done.lost)
        _write_both(asked.folder, names[found.repository], "uv-ruff", found.patch, found.rollback)
        if found.error:
            click.echo(terminal(f"muster: {found.repository}: {found.error}"), err=True)
        yield found


def _and(told: Told, combined: Combined) -> Told:
    """What README.md says of a repository, with what the patch of both tracks adds."""
    commit, remarks, error = told
    return commit, (*remarks, *combined.remarks), error


def _linted(
    fleet: Fleet, plans: Plans, asked: Asked, common: Common, names: dict[str, str]
) -> tuple[Plans, dict[str, LintOutcome], int]:
    """The same for the Ruff track: its patches beside the others; 1 where a gate that passed would fail, or where the
    comparison that was asked for did not come about."""
    wanted = {plan.repository for plan in plans.plans if plan.track == "ruff"}
    if not wanted:
        return plans, {}, 0
    as_of = date.fromisoformat(fleet.run.as_of)
    tasks = [
        LintTask(repository=r, config=common.config, as_of=as_of, measure=asked.measure)
        for r in fleet.repositories
        if r.id in wanted
    ]
    outcomes: dict[str, LintOutcome] = {}
    progress = _Progress(len(tasks), quiet=common.quiet)
    for done in workers.run(tasks, convert_lint, jobs=min(asked.jobs, len(tasks)), timeout=_HOUR, window=1):
        outcome = done.result or LintOutcome(repository=done.task.repository.id, error=done.lost)
        outcomes[outcome.repository] = outcome
        _write_both(asked.folder, names[outcome.repository], "ruff", outcome.patch, outcome.rollback)
        progress.show(done.task.repository)
    progress.end()
    for outcome in outcomes.values():
        if outcome.error:
            click.echo(terminal(f"muster: {outcome.repository}: {outcome.error}"), err=True)
    _put(asked.folder / "RUFF.md", lint_readme(outcomes, {r.id: r.name for r in fleet.repositories}))
    written = sum(bool(o.patch) for o in outcomes.values())
    note(f"wrote {counted(written, 'patch')} for the move to Ruff into {asked.folder}", common)
    fails = any(o.measure is not None and not o.measure.holds for o in outcomes.values())
    status = UNPROVED if fails else UNREAD if any(o.error for o in outcomes.values()) else 0
    return with_later(with_lint_outcomes(plans, outcomes, names), fleet, common.config), outcomes, status


def _status(outcomes: dict[str, Outcome], asked: Asked) -> int:
    """1 where a proof was asked for and does not hold: nothing that was lost or refused passes for done."""
    if asked.settings is not None and any(
        proof.status not in ("proved", "resolved") for outcome in outcomes.values() for proof in outcome.proofs
    ):
        return UNPROVED
    return UNREAD if any(outcome.error for outcome in outcomes.values()) else 0


def _write(folder: Path, name: str, outcome: Outcome) -> None:
    """Both patches of a repository; those of an earlier run go where there are none now."""
    _write_both(folder, name, "uv", outcome.patch, outcome.rollback)
    _write_both(folder, name, "uv-pip", outcome.pip_patch, outcome.pip_rollback)


def _write_both(folder: Path, name: str, track: str, patch: str, rollback: str) -> None:
    for ending, text in ((f"{track}.patch", patch), (f"{track}.rollback.patch", rollback)):
        target = folder / f"{name}.{ending}"
        if text:
            _put(target, text)
        else:
            target.unlink(missing_ok=True)


def _put(target: Path, text: str) -> None:
    """Write a whole file, byte for byte, or leave what was there."""
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        partial.write_bytes(text.encode())
        partial.replace(target)
    except OSError as error:
        raise Unable(f"cannot write {target}: {error.strerror}") from None
    finally:
        partial.unlink(missing_ok=True)


class _Progress:
    """One line on a terminal that says how far it is; nothing elsewhere."""

    def __init__(self, everything: int, *, quiet: bool) -> None:
        self._shown = sys.stderr.isatty() and not quiet
        self._everything = everything
        self._done = 0

    def show(self, repository: Repository) -> None:
        self._done += 1
        if self._shown:
            line = f"{self._done} of {self._everything} repositories  {terminal(repository.name)}"
            sys.stderr.write("\r\x1b[2K" + line[:100])
            sys.stderr.flush()

    def end(self) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()
