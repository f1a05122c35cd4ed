"""Git hooks that are committed: Lefthook's configuration and the scripts of husky."""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace

from scanner import shell, toml_reader
from scanner.facts import Extract, Location
from scanner.format import Format, like
from scanner.pipeline import MAX_DEPTH, Pipeline, Where, in_side_folder, is_true, variables
from scanner.yaml_reader import Mapping, Node, Scalar, Sequence, load_mapping

_HOOKS = frozenset(
    """
    pre-commit pre-push pre-merge-commit pre-rebase pre-receive prepare-commit-msg commit-msg post-commit
    post-checkout post-merge post-rewrite
    """.split()
)


def read(path: str, text: str) -> Extract | None:
    """Read ``lefthook.yml`` (YAML and JSON) or ``lefthook.toml``."""
    if path.endswith(".toml"):
        return _toml(path, text)
    doc = load_mapping(text)
    pipeline = Pipeline(path, "lefthook", None, context="hook")
    for hook, node in doc.items():
        if isinstance(node, Mapping) and ("commands" in node.entries or "jobs" in node.entries):
            _group(node, pipeline, Where(job=hook, disabled="skip" if is_true(node.text("skip")) else None), 0)
    for remote in doc.seq("remotes"):
        if isinstance(remote, Mapping) and (url := remote.text("git_url")):
            pipeline.uses(url, remote.text("ref"), remote.line)
    return pipeline.extract()


def _group(node: Mapping, pipeline: Pipeline, where: Where, depth: int) -> None:
    """The commands (a mapping) and jobs (a list, possibly of groups) of a hook."""
    commands: tuple[Node, ...] = tuple(node.map("commands").entries.values())
    for entry in (*commands, *node.seq("jobs")):
        if not isinstance(entry, Mapping) or depth > MAX_DEPTH:
            continue
        here = where.with_env(variables(entry.get("env"))).inside(entry.text("root"))
        here = replace(here, disabled="skip" if is_true(entry.text("skip")) else where.disabled)
        run = entry.get("run")
        if isinstance(run, Scalar | Sequence):
            pipeline.run(run, here)
        _group(entry.map("group"), pipeline, here, depth + 1)


def _toml(path: str, text: str) -> Extract:
    data = toml_reader.loads(text)
    lines = toml_reader.Lines(text)
    pipeline = Pipeline(path, "lefthook", None, context="hook")
    for hook in data:
        for name, command in toml_reader.table(data, hook, "commands").items():
            run = command.get("run") if isinstance(command, dict) else None
            if isinstance(run, str):
                line = lines.of(hook, "commands", name, "run") or 1
                pipeline.run(Scalar(run, line), Where(job=hook))
    return pipeline.extract()


def read_script(path: str, text: str) -> Extract | None:
    """Read a script of husky, by whichever shell its first line names; ``None`` for one of another interpreter."""
    first = text.partition("\n")[0]
    if first.startswith("#!") and re.search(r"(?:ba|da|z|k)?sh\b", first) is None:
        return None
    at = Location(path=path, line=1)
    parsed = shell.parse(text, at=at, context="hook", job=posixpath.basename(path))
    return Extract(path=path, format="husky", invocations=parsed.invocations, problems=parsed.problems)


def _matches(path: str) -> bool:
    name = posixpath.basename(path)
    return re.fullmatch(r"\.?lefthook(?:-local)?\.(?:ya?ml|toml|json)", name) is not None and not in_side_folder(path)


FORMAT = Format(name="lefthook", matches=_matches, read=read)
HUSKY_FORMAT = Format(
    name="husky",
    matches=like(r"(?:.+/)?\.(?:husky|githooks|hooks)/(?:" + "|".join(sorted(_HOOKS)) + r")"),
    read=read_script,
)
