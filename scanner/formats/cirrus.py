"""Cirrus CI: tasks with their ``*_script`` instructions; tasks of the same key (``task:`` twice) all count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scanner.facts import Extract
from scanner.format import Format
from scanner.pipeline import Pipeline, Where, is_python_key, is_true, scalars, variables
from scanner.yaml_reader import Mapping, Node, Scalar, load_mapping

CI = "cirrus"


def read(path: str, text: str) -> Extract:
    """Read ``.cirrus.yml``."""
    doc = load_mapping(text)
    pipeline = Pipeline(path, "cirrus", CI)
    env = _env(doc)
    for name, node in (*doc.shadowed, *doc.items()):
        if isinstance(node, Mapping) and (name == "task" or name.endswith("_task")):
            job = node.text("name") or node.text("alias") or name.removesuffix("_task")
            _task(node, pipeline, _task_where(node, Where(job=job, env=env)), doc)
    return pipeline.extract()


def _env(holder: Mapping) -> dict[str, str]:
    return {**variables(holder.get("environment")), **variables(holder.get("env"))}


def _task_where(task: Mapping, where: Where) -> Where:
    manual = task.text("trigger_type") == "manual"
    return replace(
        where.with_env(_env(task)),
        disabled="trigger_type: manual" if manual else None,
        tolerated=is_true(task.text("allow_failures")),
    )


def _task(task: Mapping, pipeline: Pipeline, where: Where, doc: Mapping) -> None:
    legs = [leg for leg in task.seq("matrix") if isinstance(leg, Mapping)]
    for holder in (task, *legs):
        container = holder.get("container") or (doc.get("container") if holder is task else None)
        _container(container, pipeline, where)
        for name, node in (pair for key in ("env", "environment") for pair in holder.map(key).items()):
            if is_python_key(name):
                pipeline.pythons(node, "ci-setup", where)
                matrix = node.get("matrix") if isinstance(node, Mapping) else None
                pipeline.pythons(matrix, "ci-matrix", where)
        for script in _scripts(holder):
            where = where.with_env(pipeline.run(script, where).passed_on)


def _container(node: Node | None, pipeline: Pipeline, where: Where) -> None:
    if not isinstance(node, Mapping):
        return
    for holder in (node, *(leg for leg in node.seq("matrix") if isinstance(leg, Mapping))):
        for image in scalars(holder.get("image")):
            pipeline.image(image.text, image.line, where)
        inner = holder.get("image")
        for image in scalars(inner.get("matrix")) if isinstance(inner, Mapping) else ():
            pipeline.image(image.text, image.line, where, kind="ci-matrix")


def _scripts(task: Mapping) -> Iterator[list[Scalar]]:
    """Every script of a task in order, each with a shell of its own; those of caches only fill the cache."""
    for name, node in task.items():
        if name == "script" or name.endswith("_script"):
            yield list(scalars(node))
        elif name.endswith("_cache") and isinstance(node, Mapping):
            yield list(scalars(node.get("populate_script")))


FORMAT = Format(name="cirrus", matches=lambda path: path in (".cirrus.yml", ".cirrus.yaml"), read=read)
