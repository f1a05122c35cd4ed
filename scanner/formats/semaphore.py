"""Semaphore: the jobs of every block, and of what runs after the pipeline, with the commands around them.

Grammar: the pipeline YAML reference of Semaphore, version v1.0. Each job is a machine of its own, on which one shell
runs what stands before all jobs, before those of its block, its own commands, and what stands after them.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace

from scanner.facts import Extract
from scanner.format import Format, like
from scanner.pipeline import Pipeline, Where, is_python_key, scalars, variables
from scanner.yaml_reader import Mapping, Scalar, load

CI = "semaphore"
_PYTHON = re.compile(r"\s{0,8}sem-version\s{1,4}python\s{1,4}(?P<version>\S{1,40})")
_ENDS = ("always", "on_pass", "on_fail")


def read(path: str, text: str) -> Extract | None:
    """Read a pipeline: a mapping with ``blocks``."""
    doc = load(text)
    if not isinstance(doc, Mapping) or not (blocks := doc.seq("blocks")):
        return None
    pipeline = Pipeline(path, CI, CI)
    everywhere = doc.map("global_job_config")
    where = Where(env=variables(everywhere.get("env_vars")))
    for block in blocks:
        if isinstance(block, Mapping):
            skipped = "skip" if (block.map("skip").text("when") or "").strip().lower() == "true" else None
            _task(
                block.map("task"), everywhere, doc, pipeline, replace(where, job=block.text("name"), disabled=skipped)
            )
    _task(doc.map("after_pipeline").map("task"), everywhere, doc, pipeline, where)
    return pipeline.extract()


def _task(task: Mapping, everywhere: Mapping, doc: Mapping, pipeline: Pipeline, where: Where) -> None:
    around = where.with_env(variables(task.get("env_vars")))
    for job in task.seq("jobs"):
        if not isinstance(job, Mapping):
            continue
        name = "/".join(part for part in (where.job, job.text("name")) if part)
        here = replace(around.with_env(variables(job.get("env_vars"))), job=name or None)
        _containers(task if "agent" in task.entries else doc, pipeline, here)
        _matrix(job, pipeline, here)
        script = [s for part in _parts(job, task, everywhere) for s in _script(part, pipeline.path)]
        for scalar in script:
            _chosen(scalar, pipeline, here)
        pipeline.run(script, here)


def _containers(task: Mapping, pipeline: Pipeline, where: Where) -> None:
    """The first container is the one that commands run in; the others serve it."""
    for number, container in enumerate(task.map("agent").seq("containers")):
        image = container.get("image") if isinstance(container, Mapping) else None
        if isinstance(image, Scalar):
            pipeline.image(image.text, image.line, where, beside=number > 0)


def _matrix(job: Mapping, pipeline: Pipeline, where: Where) -> None:
    for axis in job.seq("matrix"):
        if isinstance(axis, Mapping) and is_python_key(axis.text("env_var") or ""):
            pipeline.pythons(axis.get("values"), "ci-matrix", where)


def _parts(job: Mapping, task: Mapping, everywhere: Mapping) -> Iterator[Mapping]:
    yield everywhere.map("prologue")
    yield task.map("prologue")
    yield job
    for after in (task.map("epilogue"), everywhere.map("epilogue")):
        yield from (after.map(end) for end in _ENDS)


def _script(part: Mapping, path: str) -> Iterator[Scalar]:
    """The commands, or the file beside the pipeline that holds them."""
    yield from scalars(part.get("commands"))
    named = part.get("commands_file")
    if isinstance(named, Scalar) and re.fullmatch(r"[\w./-]{1,200}", named.text):
        yield replace(named, text=f". {posixpath.normpath(posixpath.join(posixpath.dirname(path), named.text))}")


def _chosen(scalar: Scalar, pipeline: Pipeline, where: Where) -> None:
    """``sem-version python 3.12``: the Python of what follows."""
    for offset, row in enumerate(scalar.text.split("\n")):
        if (found := _PYTHON.match(row)) is not None:
            line = scalar.first_line + offset if scalar.block else scalar.line
            pipeline.python(found["version"], line, "ci-setup", where)


FORMAT = Format(name="semaphore", matches=like(r"\.semaphore/(?:.+/)?[^/]+\.ya?ml"), read=read)
