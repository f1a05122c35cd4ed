"""Commands that say nothing about a toolchain: they speak, test, or move files about."""

from __future__ import annotations

import posixpath

from scanner.inventory import Command

_SPEAK = "echo printf print tput clear date logger sleep"
_SHELL = "set true false : exit return export unset local declare readonly read shift break continue trap wait kill"
_TEST = "test [ [[ which type"
_READ = "cat head tail cut tr sort uniq wc tee grep egrep fgrep sed awk jq yq diff cmp ls dirname basename seq pwd"
_MOVE = "mkdir rmdir rm cp mv ln touch chmod chown cd pushd popd"
_NAMES = frozenset(" ".join((_SPEAK, _SHELL, _TEST, _READ, _MOVE)).split())


def is_aside(command: Command) -> bool:
    """Whether the command is left out of the inventory: a plain tool of the shell that starts and installs nothing.

    Three of four commands of a pipeline are no work of Python's, and half of those are these.
    """
    return command.kind == "other" and command.tool is None and posixpath.basename(command.argv[0]) in _NAMES
