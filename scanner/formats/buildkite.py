"""Buildkite: command steps with their variables, groups of steps, and the containers that plug-ins start."""

from __future__ import annotations

from dataclasses import replace

from scanner.facts import Extract
from scanner.format import Format, like
from scanner.pipeline import MAX_DEPTH, Pipeline, Where, is_python_key, is_true, scalars, variables
from scanner.yaml_reader import Mapping, Node, Scalar, Sequence, load

CI = "buildkite"


def read(path: str, text: str) -> Extract | None:
    """Read a pipeline: a mapping with ``steps``, or the bare list of them."""
    doc = load(text)
    steps = doc.get("steps") if isinstance(doc, Mapping) else doc
    if not isinstance(steps, Sequence):
        return None
    pipeline = Pipeline(path, "buildkite", CI)
    env = variables(doc.get("env")) if isinstance(doc, Mapping) else {}
    _steps(steps, pipeline, Where(env=env), 0)
    return pipeline.extract()


def _steps(steps: Node | None, pipeline: Pipeline, where: Where, depth: int) -> None:
    for step in steps.items if isinstance(steps, Sequence) and depth < MAX_DEPTH else ():
        if not isinstance(step, Mapping):
            continue
        here = replace(
            where.with_env(variables(step.get("env"))),
            job=step.text("label") or step.text("name") or step.text("key") or where.job,
            disabled="skip" if is_true(step.text("skip")) else where.disabled,
            tolerated=is_true(step.text("soft_fail")),
        )
        if "group" in step.entries:
            _steps(step.get("steps"), pipeline, replace(here, job=step.text("group")), depth + 1)
        _matrix(step.get("matrix"), pipeline, here)
        for key in ("command", "commands"):
            pipeline.run(step.get(key), here)
        for plugin in step.seq("plugins"):
            _plugin(plugin, pipeline, here)


def _matrix(node: Node | None, pipeline: Pipeline, where: Where) -> None:
    setup = node.get("setup") if isinstance(node, Mapping) else None
    for name, values in setup.items() if isinstance(setup, Mapping) else ():
        if is_python_key(name):
            pipeline.pythons(values, "ci-matrix", where)


def _plugin(plugin: Node, pipeline: Pipeline, where: Where) -> None:
    """``docker#v5: {image: …}`` starts a container; plug-ins of other owners than Buildkite are references."""
    entries = plugin.entries if isinstance(plugin, Mapping) else {s.text: s for s in scalars(plugin)}
    for name, options in entries.items():
        target, _, ref = name.partition("#")
        if "/" in target:
            pipeline.uses(target, ref, options.line)
        image = options.get("image") if isinstance(options, Mapping) else None
        if isinstance(image, Scalar):
            pipeline.image(image.text, image.line, where)


FORMAT = Format(name="buildkite", matches=like(r"\.?buildkite/(?:.+/)?[^/]+\.ya?ml|\.?buildkite\.ya?ml"), read=read)
