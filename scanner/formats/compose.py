"""Compose files: images and builds of services, what they start, and services that live in other repositories."""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace

from scanner.facts import Extract, Hint, Reference
from scanner.format import Format, resolve_inside
from scanner.pipeline import Pipeline, Where, in_side_folder, scalars, variables
from scanner.purpose import server_in
from scanner.redact import redact
from scanner.yaml_reader import Mapping, Node, Scalar, Sequence, load_mapping

_NAME = re.compile(
    r"(?:docker-|podman-)?compose(?:[-._][\w.-]+)?\.ya?ml|[\w-]+[-.](?:docker-)?compose\.ya?ml"
    r"|(?:local|production|staging)\.ya?ml"
)

_VOLUME = re.compile(
    r"(?P<source>(?:\$\{[^}]{0,200}\}|[^:$]|\$(?!\{)){1,300}):(?P<target>/[^:]{0,300})(?::[\w,]{1,40})?"
)
_ASIDE = re.compile(
    r"(?:^|[-_./])(?:tests?|testing|ci|lint|docs?|dev|devcontainer|debug|builder|bench(?:mark)?|jupyter|notebook|shell)(?=$|[-_./])",
    re.IGNORECASE,
)


def read(path: str, text: str) -> Extract | None:
    """Read a Compose file; ``None`` for YAML without services (the oldest form has them at the top)."""
    if "compose" not in path and not ("\nservices:" in f"\n{text}" and "build:" in text):
        return None
    doc = load_mapping(text)
    services = doc.map("services") if "services" in doc.entries else doc
    found = {
        name: node
        for name, node in services.items()
        if isinstance(node, Mapping) and not {"image", "build", "command", "extends"}.isdisjoint(node.entries)
    }
    if not found and not ("services" in doc.entries or "include" in doc.entries):
        return None
    pipeline = Pipeline(path, "compose", None, context="task")
    hints: list[Hint] = []
    references: list[Reference] = []
    for name, node in found.items():
        build = _build_folder(node.get("build"), path)
        where = Where(job=name, env=variables(node.get("environment")), directory=build)
        if "build" not in node.entries:
            pipeline.image(node.text("image"), node.line_of("image"), replace(where, env={}), kind="image")
        elif build is None:
            references.extend(_outside(node, pipeline))
        if "build" in node.entries and _keeps_running(node) and _ships(name, path):
            at = pipeline.at(services.line_of(name))
            hints.append(Hint(kind="service", what=f"compose service {name!r} is built here and kept running", at=at))
        _build(node, build, path, pipeline, where)
        for key in ("entrypoint", "command"):
            _command(node.get(key), pipeline, where)
    extract = pipeline.extract()
    places = {name: _place(node, path) for name, node in found.items()}
    return replace(
        extract,
        hints=tuple(hints),
        references=(*extract.references, *references),
        settings={**extract.settings, "services": places},
    )


def _place(node: Mapping, path: str) -> dict[str, object]:
    """Where a service works: the folder that it is told, and what of the repository is mounted where."""
    volumes = node.get("volumes")
    items = volumes.items if isinstance(volumes, Sequence) else ()
    mounts = dict(mount for item in items if (mount := _mount(item, path)) is not None)
    return {"workdir": node.text("working_dir"), "volumes": tuple(mounts.items())}


def _mount(node: Node, path: str) -> tuple[str, str | None] | None:
    """A place in the container with the repository's file or folder there; ``None`` for one that is of elsewhere.

    Volumes with a name are left out: they begin with what the image has there.
    """
    if isinstance(node, Mapping):
        source, target = node.text("source") or "", node.text("target") or ""
    else:
        words = _VOLUME.fullmatch(node.text) if isinstance(node, Scalar) else None
        source, target = (words["source"], words["target"]) if words is not None else ("", "")
    source = re.sub(
        r"^\$(?:PWD|\{PWD\}|\(pwd\))(?=/|$)", ".", re.sub(r"\$\{\w{1,80}:?-([^{}]{0,200})\}", r"\1", source)
    )
    if not source.startswith((".", "/", "~", "$")) or not target.startswith("/"):
        return None
    return posixpath.normpath(target), None if "$" in source else resolve_inside(path, source)


def _keeps_running(node: Mapping) -> bool:
    """Whether a service listens, is started anew when it ends, or starts a server."""
    if "ports" in node.entries or "expose" in node.entries:
        return True
    words = " ".join(s.text for key in ("entrypoint", "command") for s in scalars(node.get(key)))
    return node.text("restart") in ("always", "unless-stopped") or server_in(words) is not None


def _ships(service: str, path: str) -> bool:
    """Whether a service is more than a place to develop, test or lint in, as its name and the file's say."""
    return _ASIDE.search(service) is None and _ASIDE.search(path) is None


def _build_folder(node: Node | None, path: str) -> str | None:
    """The folder from which a service is built, ``None`` when it leads outside or is an address."""
    context = node.get("context") if isinstance(node, Mapping) else node
    if not isinstance(context, Scalar) or "$" in context.text:
        return None
    return resolve_inside(path, context.text or ".")


def _build(node: Mapping, context: str | None, path: str, pipeline: Pipeline, where: Where) -> None:
    """A service's ``build`` as the command that Compose runs for it, in the folder of the file."""
    if "build" not in node.entries or context is None:
        return
    folder = posixpath.dirname(path) or "."
    file = node.text("build", "dockerfile")
    target = node.text("build", "target")
    words = [*(("-f", posixpath.join(posixpath.relpath(context, folder), file)) if file else ())]
    words += [*(("--target", target) if target else ())]
    given = variables(node.get("build", "args"))
    words += [w for key, value in given.items() if "$" not in value for w in ("--build-arg", f"{key}={value}")]
    argv = ("docker", "build", *words, posixpath.relpath(context, folder))
    pipeline.command(argv, node.line_of("build"), replace(where, directory=folder, env={}))


def _outside(node: Mapping, pipeline: Pipeline) -> list[Reference]:
    """A build context outside of this repository: the neighbour that it is built from."""
    text = node.text("build", "context") or node.text("build") or ""
    if "$" in text or not text.startswith(("..", "http", "git")):
        return []
    return [Reference(kind="service", target=redact(text), at=pipeline.at(node.line_of("build")))]


def _command(node: Node | None, pipeline: Pipeline, where: Where) -> None:
    if isinstance(node, Scalar):
        pipeline.run(node, where)
    elif isinstance(node, Sequence) and node.items:
        words = list(scalars(node))
        shell = [w.text for w in words[:2]]
        if len(words) == 3 and posixpath.basename(shell[0]) in ("sh", "bash") and shell[1].endswith("c"):
            pipeline.run(words[2], where)
        elif words:
            pipeline.command([w.text for w in words], node.line, where)


def _matches(path: str) -> bool:
    return _NAME.fullmatch(posixpath.basename(path)) is not None and not in_side_folder(path)


FORMAT = Format(name="compose", matches=_matches, read=read)
