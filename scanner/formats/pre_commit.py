"""pre-commit: hooks that run linters, hooks that are commands of a package manager, and local hooks as written.

Hooks of published repositories are known by their id; what is commented out is nothing.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from collections.abc import Mapping as AbstractMapping
from types import MappingProxyType

from scanner import known_actions, lint_settings
from scanner.facts import Extract, Mention, Reference, Setting
from scanner.format import Format
from scanner.lint_tools import pinned, tool_of_distribution, tool_of_hook
from scanner.pipeline import Pipeline, Where, in_side_folder, scalars
from scanner.redact import redact
from scanner.yaml_reader import Mapping, Node, Scalar, Sequence, load, load_mapping

_NOT_SHELL = frozenset({"pygrep", "fail", "docker", "docker_image"})
_VERSION = re.compile(r"v?(?P<version>\d[\w.+!-]{0,40})")
_PYTHON = re.compile(r"(?:python|pypy)?(?P<version>\d(?:\.\d{1,2}){1,2}t?)")

# Hooks that are a package manager's command: the command, and the arguments that hold when none are given.
_COMMANDS: AbstractMapping[tuple[str, str], tuple[tuple[str, ...], tuple[str, ...]]] = MappingProxyType(
    {
        ("uv-pre-commit", "uv-lock"): (("uv", "lock"), ()),
        ("uv-pre-commit", "uv-export"): (("uv", "export"), ("--frozen", "--output-file=requirements.txt")),
        ("uv-pre-commit", "uv-sync"): (("uv", "sync"), ("--locked",)),
        ("uv-pre-commit", "pip-compile"): (("uv", "pip", "compile"), ()),
        ("pip-tools", "pip-compile"): (("pip-compile",), ()),
        ("pip-compile-multi", "pip-compile-multi-verify"): (("pip-compile-multi", "verify"), ()),
        ("poetry", "poetry-check"): (("poetry", "check"), ()),
        ("poetry", "poetry-lock"): (("poetry", "lock"), ()),
        ("poetry", "poetry-install"): (("poetry", "install"), ()),
        ("poetry", "poetry-export"): (("poetry", "export"), ("-f", "requirements.txt", "-o", "requirements.txt")),
        ("poetry-plugin-export", "poetry-export"): (
            ("poetry", "export"),
            ("-f", "requirements.txt", "-o", "requirements.txt"),
        ),
        ("pdm", "pdm-lock-check"): (("pdm", "lock", "--check"), ()),
        ("pdm", "pdm-export"): (("pdm", "export"), ()),
        ("pdm", "pdm-sync"): (("pdm", "sync"), ()),
        ("conda-lock", "conda-lock"): (("conda-lock",), ()),
    }
)


def read(path: str, text: str) -> Extract:
    """Read ``.pre-commit-config.yaml``."""
    doc, repositories = _document(text)
    pipeline = Pipeline(path, "pre-commit", None, context="hook")
    _python(doc.text("default_language_version", "python"), doc.map("default_language_version"), pipeline)
    mentions: dict[Mention, None] = {}
    references: dict[Reference, None] = {}
    settings = list(_service(path, doc, pipeline))
    for repository in repositories:
        if not isinstance(repository, Mapping):
            continue
        repo = repository.text("repo") or ""
        rev = repository.text("rev") or repository.text("sha")
        for hook in repository.seq("hooks"):
            if isinstance(hook, Mapping):
                found = _hook(repo, rev, hook, pipeline)
                mentions.update(dict.fromkeys(found))
                settings += [s for mention in found for s in lint_settings.of_hook(mention.tool, hook, path)]
        if repo not in ("", "local", "meta", "builtin"):
            at = pipeline.at(repository.line_of("repo"))
            references[Reference(kind="ci", target=redact(repo), ref=rev, at=at)] = None
    return _with(pipeline.extract(), tuple(mentions), tuple(references), tuple(settings))


def _document(text: str) -> tuple[Mapping, tuple[Node, ...]]:
    """The document and its repositories: in the oldest form, they are the document."""
    node = load(text)
    if isinstance(node, Sequence):
        return Mapping({}, {}, 1), node.items
    doc = load_mapping(text)
    return doc, doc.seq("repos")


def _service(path: str, doc: Mapping, pipeline: Pipeline) -> Iterator[Setting]:
    """``ci:``, settings of the service that runs the hooks, says that it does; ``skip``: but for these."""
    if "ci" in doc.entries:
        yield Setting(tool="pre-commit", key="ci", values=(), at=pipeline.at(doc.line_of("ci")))
        skipped = tuple(lint_settings.texts(doc.get("ci", "skip")))
        if skipped:
            at = pipeline.at(doc.map("ci").line_of("skip"))
            yield Setting(tool="pre-commit", key="ci.skip", values=skipped, at=at)


def _with(
    extract: Extract, mentions: tuple[Mention, ...], references: tuple[Reference, ...], lint: tuple[Setting, ...]
) -> Extract:
    return Extract(
        path=extract.path,
        format=extract.format,
        invocations=extract.invocations,
        mentions=mentions,
        lint=lint,
        pythons=extract.pythons,
        references=(*extract.references, *references),
        problems=extract.problems,
    )


def _hook(repo: str, rev: str | None, hook: Mapping, pipeline: Pipeline) -> list[Mention]:
    """What one hook runs: mentions of known linters; commands go to ``pipeline``."""
    name = hook.text("id") or ""
    line = hook.line_of("id")
    _python(hook.text("language_version"), hook, pipeline)
    args = [scalar.text for scalar in scalars(hook.get("args"))]
    if "entry" in hook.entries:
        _entry(hook, name, args, pipeline)
    if repo == "local":
        return []
    short = posixpath.basename(repo.rstrip("/")).removesuffix(".git").lower()
    if (command := _COMMANDS.get((short, name))) is not None:
        words, default = command
        pipeline.command((*words, *(args if "args" in hook.entries else default)), line, Where(job=name))
    tool = tool_of_hook(name)
    if tool is None:
        return []
    own = any(part.endswith(tool.partition("-")[0]) for part in re.split(r"[-_.]", short))
    version = _version(tool, rev if own else None, hook)
    return [Mention(tool=tool, strength="run", at=pipeline.at(line), kind="pre-commit", version=version)]


def _version(tool: str, rev: str | None, hook: Mapping) -> str | None:
    """The tool's version: pinned among the hook's dependencies, else the revision of its own hooks or a mirror's."""
    for scalar in scalars(hook.get("additional_dependencies")):
        name, exact = pinned(scalar.text)
        if exact is not None and tool_of_distribution(name) == tool and name.lower() == tool:
            return exact
    match = _VERSION.fullmatch(rev or "")
    return match["version"] if match is not None else None


def _entry(hook: Mapping, name: str, args: list[str], pipeline: Pipeline) -> None:
    """A hook with a command of its own, together with its arguments."""
    entry = hook.get("entry")
    if not isinstance(entry, Scalar) or hook.text("language") in _NOT_SHELL:
        return
    where = Where(job=name)
    if len(entry.text.strip().split("\n")) > 1 or any(c in entry.text for c in "&|;$'\""):
        pipeline.run(entry, where)
        return
    pipeline.command((*known_actions.words(entry.text), *args), entry.line, where)


def _python(text: str | None, holder: Mapping, pipeline: Pipeline) -> None:
    match = _PYTHON.fullmatch(text or "")
    if match is not None:
        line = holder.line_of("python" if "python" in holder.entries else "language_version")
        pipeline.python(match["version"], line, "hook", Where())


def _matches(path: str) -> bool:
    return posixpath.basename(path) in (".pre-commit-config.yaml", ".pre-commit-config.yml") and not in_side_folder(
        path
    )


FORMAT = Format(name="pre-commit", matches=_matches, read=read)
