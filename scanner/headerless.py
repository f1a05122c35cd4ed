"""Requirements files that a locker wrote without its header, told by the repository's own command that compiles them.

``pip-compile --no-header`` and ``uv pip compile --no-header`` leave nothing but pins. A list of pins is such a file
when a makefile, a script, a hook or CI compiles exactly this file without a header.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from scanner.commands.file_tree import FileTree, file_tree
from scanner.compiled_header import Command, command
from scanner.facts import Extract, Invocation, Lock, LockedPackage, Manifest, Requirement
from scanner.toml_reader import table

_OPEN = re.compile(r"\$\{\{[^}]{0,200}\}\}|\$\{[^}]{0,200}\}|\$\w{1,100}|\{\{[^}]{0,200}\}\}|%")
_BUILD_FILES = frozenset({"setup.py", "setup.cfg", "pyproject.toml"})


def with_headerless(extracts: Mapping[str, Extract], files: frozenset[str]) -> dict[str, Extract]:
    """The extracts, those of lists that a command compiles without a header with the lock that they are."""
    made = dict(extracts)
    lists = {path for path, extract in extracts.items() if _is_list_of_pins(extract)}
    compiling = list(_compiling(extracts)) if lists else []
    tree = file_tree(files) if compiling else None
    for invocation, asked in compiling:
        for path, inputs in _written(invocation, asked, tree or file_tree(files)):
            manifest = extracts[path].manifest if path in lists else None
            if manifest is not None:
                made[path] = replace(made[path], lock=_lock(manifest, invocation, inputs))
    return made


def _is_list_of_pins(extract: Extract) -> bool:
    manifest = extract.manifest
    if extract.lock is not None or manifest is None or manifest.format != "requirements" or extract.unreadable:
        return False
    made = manifest.requirements
    return bool(made) and not extract.problems and all(r.source != "index" or _pin(r) for r in made)


def _pin(made: Requirement) -> str | None:
    found = re.fullmatch(r"={2,3}\s*([^,*\s]{1,100})", made.specifier or "")
    return found[1] if found else None


def _compiling(extracts: Mapping[str, Extract]) -> Iterator[tuple[Invocation, Command]]:
    """The commands that compile a list without a header, by an option or by the settings of their folder."""
    for extract in extracts.values():
        for invocation in extract.invocations if not extract.template else ():
            if invocation.argv[0] == "echo" or not any("compile" in word for word in invocation.argv):
                continue
            asked = command(invocation.argv)
            if asked is None or "--header" in asked.flags:
                continue
            if "--no-header" in asked.flags or _is_set(extracts, invocation):
                yield invocation, asked


def _is_set(extracts: Mapping[str, Extract], invocation: Invocation) -> bool:
    extract = extracts.get(posixpath.normpath(posixpath.join(invocation.directory or ".", "pyproject.toml")))
    data = extract.manifest.data if extract is not None and extract.manifest is not None else {}
    tools = table(data, "tool", "pip-tools")
    if "uv" in invocation.argv:
        return table(data, "tool", "uv", "pip").get("no-header") is True
    return tools.get("header") is False or tools.get("no-header") is True


def _written(invocation: Invocation, asked: Command, tree: FileTree) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The files that a compile command writes, each with its inputs.

    A loop's or a rule's open name stands for all files that have their input beside them.
    """
    folder = invocation.directory
    if folder is None or folder.startswith("/"):
        return
    inputs = asked.inputs or tuple(name for name in ("requirements.in", *sorted(_BUILD_FILES)) if name in tree.files)
    output = asked.output or ("" if "uv" in invocation.argv else _output(inputs[:1]))
    pattern = _OPEN.sub("*", output)
    if not pattern.strip("*./"):
        return
    path = posixpath.normpath(posixpath.join(folder, pattern))
    named = tuple(posixpath.normpath(posixpath.join(folder, name)) for name in inputs)
    if "*" not in pattern:
        yield path, tuple(name for name in named if name in tree.files)
        return
    for found in tree.glob(path):
        source = posixpath.splitext(found)[0] + ".in"
        if source in tree.files:
            yield found, (source,)


def _output(inputs: tuple[str, ...]) -> str:
    """What pip-compile writes when it is not told: the ``.txt`` of a list, ``requirements.txt`` of a build file."""
    if not inputs:
        return ""
    folder, name = posixpath.split(inputs[0])
    stem = "requirements" if name in _BUILD_FILES else posixpath.splitext(name)[0]
    return posixpath.join(folder, f"{stem}.txt")


def _lock(manifest: Manifest, invocation: Invocation, inputs: tuple[str, ...]) -> Lock:
    by_uv = "uv" in invocation.argv
    return Lock(
        path=manifest.path,
        tool="uv" if by_uv else "pip-tools",
        format="uv pip compile" if by_uv else "pip-compile",
        packages=tuple(LockedPackage.of(made, _pin(made)) for made in manifest.requirements),
        command=invocation.argv,
        inputs=inputs,
        command_dir=invocation.directory,
        indexes=manifest.indexes,
        header_line=manifest.requirements[0].at.line,
    )
