"""Update bots and what is not committed: Dependabot, Renovate, ``.gitignore``, the editor's settings."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from fnmatch import fnmatchcase

from rules.migration import Edit
from rules.places.context import Context
from rules.places.docker_steps import copies_all, steps_of
from rules.places.text import Splice, applied, newline
from rules.places.yaml_text import body, documents, item_span
from scanner.yaml_reader import Mapping, Scalar


def dependabot(path: str, text: str, context: Context, both: Collection[str] = ()) -> str:
    """``package-ecosystem: pip`` → ``uv`` for the folders that moved; beside it for ``both``, where files stay."""
    splices: list[Splice] = []
    seen: set[str] = set()
    for document in documents(text)[:1]:
        for update in document.seq("updates") if isinstance(document, Mapping) else ():
            if not isinstance(update, Mapping):
                continue
            node, folder = update.get("package-ecosystem"), update.text("directory")
            folders = [folder] if folder else [s.text for s in update.seq("directories") if isinstance(s, Scalar)]
            if not isinstance(node, Scalar):
                continue
            if node.text == "uv":
                seen |= set(folders)
            if node.text not in ("pip", "pipenv", "poetry", "pip-compile") or not folders:
                continue
            if all((f.strip("/") or ".") in context.targets for f in folders):
                if any((f.strip("/") or ".") in both for f in folders):
                    splices += _beside(text, node) if not set(folders) & seen else []
                    seen |= set(folders)
                    continue
                if set(folders) & seen:
                    splices.append(Splice(*item_span(text, node.start), ""))
                    continue
                seen |= set(folders)
                start, end = body(text, node)
                quote = text[start] if text[start] in "'\"" else ""
                splices.append(Splice(start, end, f"{quote}uv{quote}"))
    return applied(text, splices)


def _beside(text: str, node: Scalar) -> Iterator[Splice]:
    """The same entry for uv, below the one for pip."""
    (first, last), (start, end) = item_span(text, node.start), body(text, node)
    quote = text[start] if text[start] in "'\"" else ""
    item = f"{text[first:start]}{quote}uv{quote}{text[end:last]}"
    gap = "" if text[:last].endswith("\n") else newline(text)
    yield Splice(last, last, f"{gap}{item}")


def both_kinds(context: Context, edits: dict[str, Edit]) -> None:
    """Dependabot where requirements files stay beside the lock: uv looks after the lock, pip after the files."""
    ground = context.ground
    staying = {
        folder
        for folder, target in context.targets.items()
        for old in target.renamed
        if old.endswith((".txt", ".in"))
        and (path := posixpath.normpath(posixpath.join(folder, old))) in ground.facts.files
        and (path not in edits or edits[path].after is not None)
    }
    for path, edit in sorted(edits.items()):
        if staying and re.search(r"(?:^|/)dependabot\.ya?ml$", path) and edit.before:
            after = dependabot(path, edit.before, context, staying)
            edits[path] = replace(edit, after=after)
            if after == edit.before:
                del edits[path]


_MANAGERS = re.compile(
    r"\"(?:poetry|pipenv|pep621|pip_requirements|pip-compile|pip_setup)\"|'(?:poetry|pipenv|pip-compile)'"
)


def renovate(path: str, text: str, context: Context) -> str:
    """``enabledManagers`` and ``matchManagers``: uv's projects are those of ``pep621``."""
    if context.around(path) is None or not ({"poetry", "pipenv", "pip-compile"} & _tools(context)):
        return text

    def array(match: re.Match[str]) -> str:
        items = re.findall(r"\"[^\"]*\"|'[^']*'", match["items"])
        new: list[str] = []
        for item in items:
            named = item.strip("\"'")
            shown = item.replace(named, "pep621") if named in _tools(context) else item
            if shown not in new:
                new.append(shown)
        return match[0] if new == items else match[0].replace(match["items"], _joined(match["items"], items, new))

    return re.sub(r"(?:enabledManagers|matchManagers|managers)[\"']?\s*:\s*\[(?P<items>[^\]]*)\]", array, text)


def _joined(old: str, items: list[str], new: list[str]) -> str:
    if len(items) == len(new):
        for one, other in zip(items, new, strict=True):
            old = old.replace(one, other, 1)
        return old
    return ", ".join(new)


def _tools(context: Context) -> set[str]:
    return {tool for target in context.targets.values() for tool in target.tools} & {"poetry", "pipenv", "pip-compile"}


_EVERYWHERE = re.compile(r"^[ \t]*(?:\*\*/)?\.venv/?[ \t]*\r?$", re.MULTILINE)
_VENV = re.compile(r"^[ \t]*(?:\*\*/|/)?\.venv/?\*?[ \t]*\r?$", re.MULTILINE)


def gitignore(path: str, text: str | None, context: Context) -> str | None:
    """``.gitignore``: the environment is left out, the lock is not."""
    folder = posixpath.dirname(path) or "."
    if folder not in context.targets:
        return text
    if text is None:
        return ".venv/\n"
    end = newline(text)
    after = text
    root = context.ground.read(".gitignore") if folder != "." else None
    if root is not None and _EVERYWHERE.search(root) is not None:
        pass  # for every folder
    elif not _VENV.search(after) and not re.search(r"^[ \t]*/?\.\*[ \t]*$", after, re.MULTILINE):
        after = after + ("" if after.endswith("\n") or not after else end) + f".venv/{end}"
    return after


def lets_locks_in(path: str, text: str, context: Context) -> str:
    """A ``.gitignore`` that keeps no lock out of the commit, of projects in its folder and below."""
    above = posixpath.dirname(path) or "."
    below = [f for f in context.targets if above == "." or f == above or f.startswith(f"{above}/")]
    for folder in below:
        lock = posixpath.normpath(posixpath.join(posixpath.relpath(folder, above), "uv.lock"))
        rows = text.splitlines(keepends=True)
        ignoring = [n for n, row in enumerate(rows) if _ignores(row.strip(), lock)]
        if not ignoring or any(row.strip().lstrip("!/") in ("uv.lock", lock) for row in rows[ignoring[-1] + 1 :]):
            continue
        if all("*" not in rows[n] for n in ignoring):
            text = "".join(row for n, row in enumerate(rows) if n not in ignoring)
        else:
            end = newline(text)
            text = f"{text}{'' if text.endswith(chr(10)) else end}!uv.lock{end}"
    return text


def _ignores(row: str, lock: str) -> bool:
    """Whether a row of a ``.gitignore`` keeps a lock out by its name."""
    if row.startswith(("#", "!")) or not row.endswith("lock"):
        return False
    pattern = row.removeprefix("**/")
    name = posixpath.basename(lock)
    return fnmatchcase(lock if "/" in pattern.lstrip("/") or row.startswith("/") else name, pattern.lstrip("/"))


def dockerignore(path: str, text: str, context: Context) -> str:
    """``.dockerignore``: the environment of the host stays out, the lock goes in."""
    folder = posixpath.dirname(path) or "."
    if folder not in context.targets:
        return text
    end = newline(text)
    after = text
    if not re.search(r"^[ \t]*(?:\*\*/|/)?\.(?:venv/?|\*)[ \t]*\r?$", after, re.MULTILINE) and not re.search(
        r"^\*\*?/?[ \t]*\r?$", after, re.MULTILINE
    ):
        after = after + ("" if after.endswith("\n") or not after else end) + f".venv{end}"
    kept = re.search(r"^!(?P<folder>[\w./-]*)(?:poetry\.lock|Pipfile\.lock|pdm\.lock)[ \t]*$", after, re.MULTILINE)
    if kept is not None:
        after = after[: kept.start()] + f"!{kept['folder']}uv.lock" + after[kept.end() :]
        after = re.sub(r"^!(?P<folder>[\w./-]*)Pipfile[ \t]*$", r"!\g<folder>pyproject.toml", after, flags=re.MULTILINE)
    return after


def new_dockerignore(path: str, after: str, context: Context) -> str | None:
    """The ``.dockerignore`` that an image at ``path`` needs which copies everything: its folder has none yet."""
    folder = posixpath.dirname(path) or "."
    files = context.ground.facts.files
    own = posixpath.normpath(posixpath.join(folder, ".dockerignore"))
    if folder not in context.targets or own in files or f"{path}.dockerignore" in files:
        return None
    return own if any(copies_all(step, after) for step in steps_of(after)) else None
