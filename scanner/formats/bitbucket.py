"""Bitbucket Pipelines: the steps of every pipeline, parallel and staged ones included; pipes are references."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.facts import Extract
from scanner.format import Format
from scanner.pipeline import MAX_DEPTH, Pipeline, Where
from scanner.yaml_reader import Mapping, Node, Scalar, Sequence, load_mapping

CI = "bitbucket"


def read(path: str, text: str) -> Extract:
    """Read ``bitbucket-pipelines.yml``."""
    doc = load_mapping(text)
    pipeline = Pipeline(path, "bitbucket", CI)
    image = doc.get("image")
    for kind, node in doc.map("pipelines").items():
        if isinstance(node, Mapping):
            for name, inner in node.items():
                _steps(inner, f"{kind}: {name}", image, pipeline)
        else:
            _steps(node, kind, image, pipeline)
    return pipeline.extract()


def _steps(node: Node, job: str, image: Node | None, pipeline: Pipeline) -> None:
    for step in _found(node, 0):
        manual = step.text("trigger") == "manual"
        where = Where(job=step.text("name") or job, disabled="trigger: manual" if manual else None)
        own = step.get("image") or image
        _image(own, pipeline, where)
        script: list[Scalar] = []
        for key in ("script", "after-script"):
            for item in step.seq(key):
                if isinstance(item, Scalar):
                    script.append(item)
                elif isinstance(item, Mapping) and (pipe := item.text("pipe")):
                    target, _, ref = pipe.partition(":")
                    if target != "docker":
                        pipeline.uses(target, ref, item.line)
        pipeline.run(script, where)


def _image(node: Node | None, pipeline: Pipeline, where: Where) -> None:
    name = node.get("name") if isinstance(node, Mapping) else node
    if isinstance(name, Scalar):
        pipeline.image(name.text, name.line, where)


def _found(node: Node, depth: int) -> Iterator[Mapping]:
    """The steps below lists, ``parallel``, ``stage`` and ``steps``."""
    if depth > MAX_DEPTH:
        return
    if isinstance(node, Sequence):
        for item in node.items:
            yield from _found(item, depth + 1)
    elif isinstance(node, Mapping):
        for key, inner in node.items():
            if key == "step" and isinstance(inner, Mapping):
                yield inner
            elif key in ("parallel", "stage", "steps"):
                yield from _found(inner, depth + 1)


FORMAT = Format(name="bitbucket", matches=lambda path: path == "bitbucket-pipelines.yml", read=read)
