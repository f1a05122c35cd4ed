"""pre-commit: the old managers' hooks become those of uv, pinned to one version; local hooks call uv."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from rules.places.context import Context
from rules.places.pipelines import edit as scripts
from rules.places.target import Target
from rules.places.text import Splice, applied, line_end, line_start, newline
from rules.places.variables import renamed_files
from rules.places.yaml_text import body, documents, entry_span, item_span
from rules.uv import version
from scanner.yaml_reader import Mapping, Scalar, Sequence

_REPO = "https://github.com/astral-sh/uv-pre-commit"
_OLD = re.compile(
    r"https?://github\.com/(?:python-poetry/(?:poetry|poetry-plugin-export)|pdm-project/pdm|jazzband/pip-tools)(?:\.git)?/?"
)
_HOOKS = {
    "poetry-check": "uv-lock", "poetry-lock": "uv-lock", "poetry-install": "uv-sync", "poetry-export": "uv-export",
    "pdm-lock-check": "uv-lock", "pdm-export": "uv-export", "pdm-sync": "uv-sync", "pip-compile": "pip-compile",
}  # fmt: skip


def edit(path: str, text: str, context: Context) -> str:
    """The configuration with uv's hooks."""
    target = context.around(path) or context.any_of("poetry") or context.any_of("pdm") or context.any_of("pip-compile")
    if target is None:
        return scripts(path, text, context)
    after = scripts(path, text, context)  # first, while the lines are those that were scanned
    for _ in range(20):
        splices = next(_repositories(after, target, path, context), None)
        if not splices:
            break
        after = applied(after, splices)
    after = _LOCK_IN_PATTERN.sub(lambda m: f"uv{m['dot']}lock", after) if target.tools & {"poetry", "pdm"} else after
    return renamed_files(after, path, context)


_LOCK_IN_PATTERN = re.compile(r"(?<![\w-])(?:poetry|pdm)(?P<dot>\\{1,2}\.|\[\.\])lock(?![\w-])")


def _repositories(text: str, target: Target, path: str, context: Context) -> Iterator[list[Splice]]:
    for document in documents(text)[:1]:
        for repository in document.seq("repos") if isinstance(document, Mapping) else ():
            if (
                isinstance(repository, Mapping)
                and _OLD.fullmatch(repository.text("repo") or "")
                and _ours(repository, target)
            ):
                found = list(_changed(text, repository, target, path, context))
                if found:
                    yield found
                    return


def _ours(repository: Mapping, target: Target) -> bool:
    name = (repository.text("repo") or "").lower()
    return any(t in name for t in ("poetry", "pdm") if t in target.tools) or (
        "pip-tools" in name and "pip-compile" in target.tools
    )


def _changed(text: str, repository: Mapping, target: Target, path: str, context: Context) -> Iterator[Splice]:
    hooks = [h for h in repository.seq("hooks") if isinstance(h, Mapping)]
    names = [h.text("id") or "" for h in hooks]
    if any(n not in _HOOKS for n in names) or repository.duplicates:
        context.note(path, repository.line, f"the hooks {', '.join(names)} have no counterpart that is certain")
        return
    for hook, name in zip(hooks, names, strict=True):
        if _HOOKS[name] == "uv-export" and (odd := _not_known(hook)):
            context.note(
                path, repository.line, f"the hook {name} with {' '.join(odd)} has no counterpart that is certain"
            )
            return
    if "pip-compile" in names and _moved_inputs(hooks, target):
        names = ["uv-lock" if n == "pip-compile" else n for n in names]
    for key, new in (("repo", _REPO), ("rev", version("uv"))):
        node = repository.get(key)
        if isinstance(node, Scalar):
            yield Splice(*body(text, node), new)
    done: set[str] = set()
    for hook, name in zip(hooks, names, strict=True):
        new = _HOOKS.get(name, name)
        node = hook.get("id")
        if not isinstance(node, Scalar):
            continue
        if new in done and new == "uv-lock":
            yield Splice(*item_span(text, node.start), "")
            continue
        done.add(new)
        yield Splice(*body(text, node), new)
        if "args" in hook.entries:
            yield from _args(text, hook, name, new)
        if name == "poetry-export" and "args" not in hook.entries:
            yield from _beside(
                text, node, "args: [--frozen, --no-dev, --no-emit-project, --output-file=requirements.txt]"
            )
        folder = _folder(hook) or (target.folder if target.folder != "." else "")
        if folder and "files" not in hook.entries and new in ("uv-lock", "uv-export"):
            if "args" not in hook.entries:
                yield from _beside(text, node, f"args: [--project={folder}]")
            yield from _beside(text, node, rf"files: ^{re.escape(folder)}/(uv\.lock|pyproject\.toml|uv\.toml)$")
        for key in ("additional_dependencies", "entry"):
            if key in hook.entries:
                yield Splice(*entry_span(text, hook.line_of(key)), "")


def _beside(text: str, node: Scalar, row: str) -> Iterator[Splice]:
    """A row of the same mapping behind the one of ``node``."""
    at = line_end(text, node.start)
    first = text[line_start(text, node.start) : at]
    indent = " " * (len(first) - len(first.lstrip(" -")))
    gap = "" if first.endswith("\n") else newline(text)
    yield Splice(at, at, f"{gap}{indent}{row}{newline(text)}")


def _folder(hook: Mapping) -> str | None:
    """The folder that the hook's arguments name."""
    words = [s.text for s in hook.seq("args") if isinstance(s, Scalar)]
    for word, following in pairwise([*words, ""]):
        name, equals, value = word.partition("=")
        if name in ("-C", "--directory", "-P", "--project"):
            found = (value if equals else following).strip("./")
            return found or None
    return None


def _moved_inputs(hooks: list[Mapping], target: Target) -> bool:
    """Whether pip-compile's inputs live in the manifest now."""
    texts = [s.text for h in hooks for s in h.seq("args") if isinstance(s, Scalar)]
    return any(target.file(t) is not None for t in texts if not t.startswith("-"))


_EXPORT_VALUED = frozenset(
    "-C --directory -P --project -o --output --with --only --without -E --extras -f --format".split()
)
_EXPORT_FLAGS = frozenset("--without-hashes --dev --prod --production --no-interaction -n -q -v -vv --verbose".split())


def _not_known(hook: Mapping) -> list[str]:
    """The options of an export that uv has no counterpart for here."""
    words = [s.text for s in hook.seq("args") if isinstance(s, Scalar)]
    names = [word.partition("=")[0] for word in words if word.startswith("-")]
    return [name for name in names if name not in _EXPORT_VALUED | _EXPORT_FLAGS]


def _args(text: str, hook: Mapping, old: str, new: str) -> Iterator[Splice]:
    """The arguments in uv's words: an export keeps its file and groups, others need none."""
    words = [s.text for s in hook.seq("args") if isinstance(s, Scalar)]
    line = hook.line_of("args")
    node = hook.get("args")
    folder = _folder(hook)
    if new == "uv-lock" and folder is not None:
        row = text[slice(*entry_span(text, line))]
        indent = row[: len(row) - len(row.lstrip(" "))]
        yield Splice(*entry_span(text, line), f"{indent}args: [--project={folder}]{newline(text)}")
        return
    if new != "uv-export":
        if old != "pip-compile" or new == "uv-lock":
            yield Splice(*entry_span(text, line), "")
        return
    kept = ["--frozen", *([f"--project={folder}"] if folder is not None else [])]
    number = 0
    groups = False
    while number < len(words):
        name, _, value = words[number].partition("=")
        if name in _EXPORT_VALUED and not value:
            number += 1
            value = words[number] if number < len(words) else ""
        if name in ("-o", "--output"):
            kept.append(f"--output-file={value}")
        elif name == "--without-hashes":
            kept.append("--no-hashes")
        elif name in ("--with", "--only") and value != "main":
            kept += [f"--{'group' if name == '--with' else 'only-group'}={g}" for g in re.split(r"[,\s]+", value)]
            groups = True
        elif name == "--dev":
            groups = True
        elif name in ("-E", "--extras"):
            kept += [f"--extra={e}" for e in re.split(r"[,\s]+", value)]
        number += 1
    if not groups:
        kept.insert(1, "--no-dev")
    kept.append("--no-emit-project")
    start, end = entry_span(text, line)
    row = text[start:end]
    indent = row[: len(row) - len(row.lstrip(" "))]
    if isinstance(node, Sequence):
        yield Splice(start, end, f"{indent}args: [{', '.join(kept)}]{newline(text)}")
