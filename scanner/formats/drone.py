"""Drone: the steps of every pipeline document, in today's form (a list) and that of 0.8 (a mapping)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scanner.facts import Extract
from scanner.format import Format
from scanner.pipeline import Pipeline, Where, scalars, variables
from scanner.yaml_reader import Mapping, Scalar, load_all

CI = "drone"


def read(path: str, text: str) -> Extract:
    """Read ``.drone.yml``, all of its documents."""
    pipeline = Pipeline(path, "drone", CI)
    for doc in load_all(text):
        if isinstance(doc, Mapping) and (doc.text("kind") or "pipeline") == "pipeline":
            where = Where(env=variables(doc.get("environment")))
            for name, step in _steps(doc):
                _step(step, pipeline, replace(where, job="/".join(filter(None, (doc.text("name"), name)))))
    return pipeline.extract()


def _steps(doc: Mapping) -> Iterator[tuple[str, Mapping]]:
    for step in doc.seq("steps"):
        if isinstance(step, Mapping):
            yield step.text("name") or "", step
    for name, step in doc.map("pipeline").items():
        if isinstance(step, Mapping):
            yield name, step


def _step(step: Mapping, pipeline: Pipeline, where: Where) -> None:
    tolerated = step.text("failure") == "ignore"
    here = replace(where.with_env(variables(step.get("environment"))), tolerated=tolerated)
    image = step.get("image")
    if isinstance(image, Scalar):
        pipeline.image(image.text, image.line, here)
    pipeline.run(list(scalars(step.get("commands"))), here)


FORMAT = Format(name="drone", matches=lambda path: path in (".drone.yml", ".drone.yaml"), read=read)
