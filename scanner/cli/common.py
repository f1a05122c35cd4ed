"""What every command shares: its options, the configuration, the store, and the way results go out."""

from __future__ import annotations

import functools
import logging
import os
import shutil
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args

import click

from reports.terminal import on_terminal
from reports.writer import View
from reports.writers import writers_for
from rules.checks import RULES
from rules.priority import WEIGHTS
from scanner import __version__
from scanner.config import Config, ConfigError, parse
from scanner.inventory import Fleet, Via
from scanner.store import Store, StoreError, open_store

DEFAULT_STORE = "muster.db"
CONFIG_FILE = "muster.toml"
F = TypeVar("F", bound=Callable[..., Any])


class Unable(click.ClickException):
    """What was asked for is not there, or cannot be written: the sentence says what to do, the options were right."""

    exit_code = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """The options that every command takes. ``quiet`` and ``verbose`` are about stderr only."""

    form: str
    output: Path | None
    quiet: bool
    verbose: bool
    config: Config
    config_path: Path | None


def common(view: str) -> Callable[[F], F]:
    """Add the options of every command; the command is given them as ``common``. ``view`` decides the formats."""
    formats = [w.name for w in writers_for(view)]

    def decorate(function: F) -> F:
        @click.option(
            "--format", "form", type=click.Choice(formats), default="table", show_default=True, help="How to print."
        )
        @click.option(
            "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file instead."
        )
        @click.option("-q", "--quiet", is_flag=True, help="No progress and no notes on stderr.")
        @click.option("-v", "--verbose", is_flag=True, help="Say more on stderr.")
        @click.option(
            "--config",
            "config_path",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help=f"Settings; ./{CONFIG_FILE} if it is there.",
        )
        @functools.wraps(function)
        def wrapped(
            *args: Any,
            form: str,
            output: Path | None,
            quiet: bool,
            verbose: bool,
            config_path: Path | None,
            **kwargs: Any,
        ) -> Any:
            logging.basicConfig(level=logging.DEBUG if verbose else logging.WARNING, format="muster: %(message)s")
            config, used = load_config(config_path)
            options = Common(form=form, output=output, quiet=quiet, verbose=verbose, config=config, config_path=used)
            return function(*args, common=options, **kwargs)

        return wrapped  # type: ignore[return-value]

    return decorate


def store_option(function: F) -> F:
    """Add ``--store``."""
    return click.option(
        "--store",
        "store_name",
        default=lambda: os.environ.get("MUSTER_STORE", DEFAULT_STORE),
        show_default=DEFAULT_STORE,
        help="SQLite file, or a database URL that SQLAlchemy understands ($MUSTER_STORE).",
    )(function)


def run_option(function: F) -> F:
    """Add ``--run``."""
    return click.option("--run", "run_id", type=int, help="A run's number (`muster runs`); the newest finished one.")(
        function
    )


def load_config(path: Path | None) -> tuple[Config, Path | None]:
    """The configuration from ``path``, else from ``./muster.toml``, else the defaults."""
    if path is None:
        path = Path(CONFIG_FILE)
        if not path.is_file():
            return Config(), None
    return read_config(path), path


def read_config(path: Path) -> Config:
    """A configuration file, with the names in it checked against what there is."""
    try:
        config = parse(path.read_text(encoding="utf-8"))
        _check_names(config)
    except (ConfigError, UnicodeDecodeError, OSError) as error:
        raise Unable(f"{path}: {error}") from None
    return config


def _check_names(config: Config) -> None:
    """Refuse names that no rule, factor or kind of edge has: a typing error must not pass for a setting."""
    rules = {rule.name for rule in RULES}
    _known("rule in [rules]", config.levels, rules)
    _known("rule in [[suppress]]", (s.rule for s in config.suppressions), rules)
    _known("factor in [weights]", config.weights, set(WEIGHTS))
    _known("kind of edge in plan.hard", config.hard, set(get_args(Via)))
    for suppression in config.suppressions:
        try:
            date.fromisoformat(suppression.until or "2000-01-01")
        except ValueError:
            message = f"until = {suppression.until!r} of the suppression of {suppression.rule} is no day"
            raise ConfigError(f'{message}; write it as "2027-01-31"') from None


def _known(what: str, used: Iterable[str], known: set[str]) -> None:
    for name in used:
        if name not in known:
            near = get_close_matches(name, known, n=3)
            hint = f"; did you mean {', '.join(near)}?" if near else f"; there are {', '.join(sorted(known))}"
            raise ConfigError(f"no {what} is called {name!r}{hint}")


def existing_store(name: str) -> Store:
    """The store called ``name``, which must be there; says how to make one where it is not."""
    if "://" not in name and not Path(name).is_file():
        raise Unable(f"no store at {name}: run `muster scan SOURCE...` first, or name one with --store")
    return any_store(name)


def any_store(name: str) -> Store:
    """The store called ``name``, made if need be."""
    try:
        return open_store(name)
    except StoreError as error:
        raise Unable(str(error)) from None


def load_run(store: Store, run_id: int | None) -> Fleet:
    """One run with everything in it; the newest finished one where ``run_id`` is ``None``."""
    wanted = run_id if run_id is not None else store.latest()
    if wanted is None:
        raise Unable("the store holds no finished run: run `muster scan SOURCE...` first")
    try:
        return store.load(wanted)
    except KeyError:
        raise Unable(f"there is no run {wanted}; `muster runs` lists them") from None


def emit(view: View, options: Common) -> None:
    """Write a view in the format asked for, to the file asked for or to stdout.

    On a terminal tables fit its width and have colours, which NO_COLOR (set to anything) forbids.
    """
    if options.form == "table" and options.output is None and sys.stdout.isatty():
        colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        click.echo(on_terminal(view.page(), shutil.get_terminal_size().columns, colour=colour), nl=False, color=True)
        return
    writer = next(w for w in writers_for(view.name) if w.name == options.form)
    send(writer.write(view), options)


def send(text: str, options: Common) -> None:
    """Write text to the file asked for (whole or not at all), or to stdout."""
    if options.output is None:
        click.echo(text, nl=False)
        return
    try:
        write_file(options.output, text)
    except OSError as error:
        raise Unable(f"cannot write {options.output}: {error.strerror}") from None
    note(f"wrote {options.output}", options)


def write_file(target: Path, text: str) -> None:
    """Put a whole new file in the place of ``target``; a device or pipe is written to, never replaced."""
    if target.exists() and not target.is_file():
        target.write_text(text, encoding="utf-8")
        return
    place = target.resolve()
    partial = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(place)
    finally:
        partial.unlink(missing_ok=True)


def note(text: str, options: Common) -> None:
    """A remark for people, on stderr, unless they asked for quiet."""
    if not options.quiet:
        click.echo(text, err=True)


def version() -> str:
    """This version of Muster."""
    return __version__


def earlier_run(store: Store, fleet: Fleet, against: str) -> int | None:
    """The run to compare with: that number, or for `latest` the finished one before (``None`` where there is none)."""
    if against == "latest":
        before = [r.id for r in store.runs() if r.state == "finished" and r.id < fleet.run.id]
        return max(before, default=None)
    if not against.isdigit() or int(against) not in {r.id for r in store.runs()}:
        raise Unable(f"--against {against}: no such run; `muster runs` lists them")
    return int(against)
