"""Every other YAML that runs commands: pipelines of all kinds, compose files, task runners, hooks of the repository."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rules.places.bootstrap import of_system
from rules.places.context import Context
from rules.places.manner import NO_SYNC, PIP_BRINGS_UV, Manner
from rules.places.script import Script
from rules.places.target import MANAGERS
from rules.places.text import Splice, applied, line_end, line_start
from rules.places.variables import renamed_files, without_variables
from rules.places.yaml_text import Place, body, documents, item_span, places, window
from rules.pythons import minor
from rules.reading import area_of
from scanner.facts import PythonVersion
from scanner.yaml_reader import Mapping, Node, Scalar, Sequence

_PROSE = frozenset({"name", "description", "title", "desc", "key", "if", "only", "except", "summary"})
SYSTEM = "UV_PROJECT_ENVIRONMENT=\"$(python -c 'import sys; print(sys.prefix)')\" "


def edit(path: str, text: str, context: Context) -> str:
    """The file with uv's commands in the place of the old tools'."""
    compose = "compose" in path.rpartition("/")[2]
    manner = Manner(run=NO_SYNC) if compose else None
    known = len(context.notes)
    in_ci = area_of(path) == "ci"
    if in_ci and (by_system := of_system(text, context.replaced())) is not None:
        why = f"{by_system['tool']} comes with the system's packages, which have no uv; the file is left as it is"
        context.note(path, text.count("\n", 0, by_system.start("tool")) + 1, why, "Where is uv to come from there?")
        context.left.add(path)
        return text
    script = Script(path, text, context, manner, prefix=SYSTEM, brings=in_ci, shares_shell=in_ci)
    after = _edited(path, text, context, script)
    if script.left_install and not script.synced:
        return text  # its environment stays the old tool's, and so does all that runs in it
    old = _too_old(path, context) if after.count(_BY_PIP) > text.count(_BY_PIP) else None
    if old is None:
        return after
    del context.notes[known:]
    why = f"pip installs no uv on Python {old.version}; the file is left as it is"
    context.note(path, old.at.line, why, "Raise Python there, or bring uv another way.")
    return text


_BY_PIP = "install uv=="


def _too_old(path: str, context: Context) -> PythonVersion | None:
    """A Python of the file's jobs that the package of uv does not install on."""
    extract = context.ground.facts.extracts.get(path)
    found = extract.pythons if extract is not None else ()
    old = ((told, p) for p in found if (told := minor(p.version)) is not None and told < PIP_BRINGS_UV)
    return next((python for _, python in old), None)


def read_the_docs(path: str, text: str, context: Context) -> str:
    """Read the Docs: its jobs install into the environment that it made; ``commands`` make their own."""
    own = re.search(r"^[ \t]*commands:", text, re.MULTILINE) is not None
    prefix = SYSTEM if own else _READ_THE_DOCS
    script = Script(path, text, context, trusted=True, prefix=prefix, in_system=not own, brings=True)
    return _edited(path, text, context, script)


_READ_THE_DOCS = 'UV_PROJECT_ENVIRONMENT="$READTHEDOCS_VIRTUALENV_PATH" '


def in_image(path: str, text: str, context: Context) -> str:
    """A file whose commands run in an image (``heroku.yml``)."""
    return _edited(path, text, context, Script(path, text, context, Manner(run=NO_SYNC), trusted=True))


def _edited(path: str, text: str, context: Context, script: Script) -> str:
    extra: list[Splice] = []
    seen: set[int] = set()
    for document in documents(text):
        for place in places(document):
            if place.scalar.start in seen or place.key in _PROSE or place.scalar.end <= place.scalar.start:
                continue
            seen.add(place.scalar.start)
            if place.scalar.text in MANAGERS:
                continue  # the first word of a list
            found = window(text, place.scalar)
            if found is not None and script.window(found).emptied:
                extra.append(_emptied(text, place))
        extra += _listed(text, document, context, path)
    after = applied(text, [*script.splices, *extra])
    return without_variables(renamed_files(after, path, context), context)


def _listed(text: str, node: Node | None, context: Context, path: str, depth: int = 0) -> Iterator[Splice]:
    """``["poetry", "run", …]``, a command as a list of words."""
    target = context.around(path) or context.any_of("poetry") or context.any_of("pipenv") or context.any_of("pdm")
    if target is None or depth > 40:
        return
    if isinstance(node, Mapping):
        for value in node.entries.values():
            yield from _listed(text, value, context, path, depth + 1)
    elif isinstance(node, Sequence):
        first, second = (*node.items, None, None)[:2]
        if (
            isinstance(first, Scalar)
            and isinstance(second, Scalar)
            and first.text in target.tools & MANAGERS
            and second.text == "run"
        ):
            start, end = body(text, second)
            raw = text[start:end]
            row = text[line_start(text, start) : start]
            between = f"\n{row}" if row.lstrip().startswith("- ") and not row.lstrip().startswith("- [") else ", "
            tool = body(text, first)
            yield Splice(*tool, text[slice(*tool)].replace(first.text, "uv"))
            yield Splice(start, end, f"{raw}{between}{raw.replace('run', '--no-sync')}")
            return
        for item in node.items:
            if not isinstance(item, Scalar):
                yield from _listed(text, item, context, path, depth + 1)


def _emptied(text: str, place: Place) -> Splice:
    """Takes out a script of which nothing is left: the item of its list, or a command that does nothing instead."""
    start, end = body(text, place.scalar)
    if (place.keys and isinstance(place.keys[-1], int)) or _only_key(text, start):
        span = item_span(text, start)
        if _has_siblings(text, *span):
            return Splice(*span, "")
    if place.scalar.block:
        first = line_end(text, start)
        row = text[first : line_end(text, first)]
        return Splice(first, end, row[: len(row) - len(row.lstrip())] + "true\n")
    return Splice(start, end, "true")


def _only_key(text: str, start: int) -> bool:
    """Whether the value is that of ``- run: …`` on a line of its own."""
    return re.fullmatch(r"\s*-\s+(?:run|script|bash|sh|command):\s*", text[line_start(text, start) : start]) is not None


def _has_siblings(text: str, start: int, end: int) -> bool:
    """Whether the list has other items than the one in ``[start, end)``."""
    row = text[start : line_end(text, start)]
    dash = row[: len(row) - len(row.lstrip(" "))] + "-"
    before = text[line_start(text, max(start - 1, 0)) : start]
    indent = len(dash) - 1
    return text.startswith(dash, end) or before.startswith(dash) or len(before) - len(before.lstrip(" ")) > indent
