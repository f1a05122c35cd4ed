"""Google Cloud Build, Tekton and Prow: steps that are containers with a command line."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from itertools import pairwise

from scanner.facts import Extract
from scanner.format import Format, like
from scanner.pipeline import MAX_DEPTH, Pipeline, Where, in_side_folder, scalars, variables
from scanner.yaml_reader import Mapping, Node, Scalar, Sequence, load_all, load_mapping

_SHELLS = frozenset({"bash", "sh", "/bin/bash", "/bin/sh", "/bin/ash", "/usr/bin/bash"})


def read(path: str, text: str) -> Extract | None:
    """Read a Cloud Build configuration; ``None`` for YAML whose steps are none of Cloud Build's."""
    doc = load_mapping(text)
    steps = [step for step in doc.seq("steps") if isinstance(step, Mapping) and "name" in step.entries]
    if not steps:
        return None
    pipeline = Pipeline(path, "cloudbuild", "cloudbuild")
    env = variables(doc.get("substitutions"))
    for step in steps:
        where = Where(job=step.text("id"), env={**env, **variables(step.get("env"))}).inside(step.text("dir"))
        image = step.text("name") or ""
        builder = image.partition(":")[0].rsplit("/", 1)[-1]
        if "/cloud-builders/" not in image:
            pipeline.image(image, step.line_of("name"), where)
        program = step.text("entrypoint") or (builder if "/cloud-builders/" in image else None)
        _command(program, step.get("args"), step, pipeline, where)
        pipeline.run(step.get("script"), where)
    return pipeline.extract()


def _command(program: str | None, args: Node | None, holder: Mapping, pipeline: Pipeline, where: Where) -> None:
    """A container's command line; the text after ``bash -c`` is read as a script."""
    words = list(scalars(args))
    if program is None:
        program, words = (words[0].text, words[1:]) if words and words[0].text in _SHELLS else (None, words)
    if program is None:
        return
    if program in _SHELLS:
        script = next((w for flag, w in pairwise(words) if re.fullmatch(r"-\w*c", flag.text)), None)
        if script is not None:
            pipeline.run(script, where)
            return
    pipeline.command((program, *(word.text for word in words)), holder.line, where)


def read_tekton(path: str, text: str) -> Extract | None:
    """Read Tekton tasks and pipelines: the steps of every specification in them."""
    documents = [d for d in load_all(text) if isinstance(d, Mapping) and "tekton.dev" in (d.text("apiVersion") or "")]
    if not documents:
        return None
    pipeline = Pipeline(path, "tekton", "tekton")
    for doc in documents:
        _containers(doc.get("spec"), pipeline, doc.text("metadata", "name"), 0)
    return pipeline.extract()


def read_prow(path: str, text: str) -> Extract | None:
    """Read Prow jobs: the containers of their specifications."""
    doc = load_mapping(text)
    kinds = [doc.get(kind) for kind in ("presubmits", "postsubmits", "periodics")]
    if not any(kinds):
        return None
    pipeline = Pipeline(path, "prow", "prow")
    for node in kinds:
        _containers(node, pipeline, None, 0)
    return pipeline.extract()


def _containers(node: Node | None, pipeline: Pipeline, job: str | None, depth: int) -> None:
    if depth > MAX_DEPTH:
        return
    if isinstance(node, Sequence):
        for item in node.items:
            _containers(item, pipeline, job, depth + 1)
    elif isinstance(node, Mapping):
        job = node.text("name") if "spec" in node.entries or "taskSpec" in node.entries else job
        for container in (c for key in ("steps", "containers") for c in _mappings(node.get(key))):
            where = Where(job=job or container.text("name"), env=variables(container.get("env")))
            image = container.get("image")
            if isinstance(image, Scalar):
                pipeline.image(image.text, image.line, where)
            pipeline.run(container.get("script"), where)
            words = [*scalars(container.get("command")), *scalars(container.get("args"))]
            if words:
                _command(words[0].text, Sequence(tuple(words[1:]), container.line), container, pipeline, where)
        for key, inner in node.items():
            if key not in ("steps", "containers"):
                _containers(inner, pipeline, job, depth + 1)


def _mappings(node: Node | None) -> Iterator[Mapping]:
    yield from (item for item in node.items if isinstance(item, Mapping)) if isinstance(node, Sequence) else ()


def _matches(path: str) -> bool:
    name = posixpath.basename(path)
    return (
        name.endswith((".yml", ".yaml"))
        and re.fullmatch(r"(?:.*[-_.])?cloud-?build(?:[-_.].*)?\.ya?ml", name) is not None
        and not in_side_folder(path)
    )


FORMAT = Format(name="cloudbuild", matches=_matches, read=read)
TEKTON_FORMAT = Format(name="tekton", matches=like(r"\.?tekton/(?:.+/)?[^/]+\.ya?ml"), read=read_tekton)
PROW_FORMAT = Format(name="prow", matches=like(r"\.prow\.ya?ml|\.prow/(?:.+/)?[^/]+\.ya?ml"), read=read_prow)
