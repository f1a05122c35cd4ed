"""The roof: the only rooms that see all others. One file per command; commands load when they are called."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

import click

from scanner import __version__

INTERRUPTED = 130
USAGE = 2

_COMMANDS = {
    "scan": "Scan repositories and print the inventory.",
    "findings": "What the rules say about a scan, and what to do.",
    "graph": "What depends on what across repositories.",
    "plan": "What to migrate to uv and Ruff, in which order, and why.",
    "campaign": "How far the move is, and what each repository waits for.",
    "report": "Write the whole report into a folder.",
    "audit": "What changed since an earlier scan.",
    "check": "Check one work tree as it lies on disk.",
    "explain": "What a rule asks, or all evidence on a repository.",
    "rules": "List every rule.",
    "runs": "List the scans in the store.",
    "schema": "Print the JSON Schema of a document.",
    "demo": "Build a demo fleet and walk through it.",
}


class _Lazy(click.Group):
    """Commands by name, each imported when it is asked for; ``--help`` needs none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command = importlib.import_module(f"scanner.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(
    cls=_Lazy,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start with `muster demo`, or with `muster scan ~/src` over a folder of clones. "
    "Nothing touches the network unless a source or an option asks for it, and no code of a repository is ever run.",
)
@click.version_option(__version__, prog_name="muster")
def group() -> None:
    """Does your Python fleet pass muster?

    Scans many repositories: which toolchains they use, whose locks can be trusted, what depends on what, and what to
    migrate to uv and Ruff first.
    """


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status of the contract."""
    try:
        result = group.main(
            args=list(arguments) if arguments is not None else None, prog_name="muster", standalone_mode=False
        )
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return result if isinstance(result, int) else 0
