"""CircleCI: jobs with their executors and reusable commands, parameters filled in where they are literal.

Steps of the public Python orb stand for the commands that they run. A job that no workflow names never runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice, product

from scanner.facts import Extract
from scanner.format import Format, like
from scanner.pipeline import Pipeline, Where, deciding, is_python_key, scalars, texts, variables
from scanner.yaml_reader import Mapping, Node, Scalar, load_mapping

CI = "circleci"
MAX_DEPTH = 8
MAX_ROWS = 200
_PARAMETER = re.compile(r"<<\s{0,4}(?:parameters|pipeline\.parameters|matrix)\.([\w-]{1,80})\s{0,4}>>")


def read(path: str, text: str) -> Extract | None:
    """Read a configuration; ``None`` for a YAML file that has neither jobs nor workflows."""
    doc = load_mapping(text)
    if not (doc.map("jobs").entries or doc.map("workflows").entries or doc.map("orbs").entries):
        return None
    pipeline = Pipeline(path, "circleci", CI)
    for name, orb in doc.map("orbs").items():
        if isinstance(orb, Scalar):
            target, _, version = orb.text.partition("@")
            pipeline.uses(target, version, doc.map("orbs").line_of(name))
    calls = _calls(doc)
    for name, node in doc.map("jobs").items():
        if isinstance(node, Mapping):
            _job(name, node, doc, calls, pipeline)
    for call in calls:
        if "/" in call.job:
            _orb_step(call.job, call.arguments, call.line, pipeline, Where(job=call.job))
    return pipeline.extract()


@dataclass(frozen=True, slots=True)
class _Call:
    """A workflow's use of a job, with the arguments and matrix values that it gives."""

    job: str
    arguments: Mapping
    line: int


def _calls(doc: Mapping) -> list[_Call]:
    found: list[_Call] = []
    for workflow in doc.map("workflows").entries.values():
        for node in workflow.seq("jobs") if isinstance(workflow, Mapping) else ():
            if isinstance(node, Scalar):
                found.append(_Call(node.text, Mapping({}, {}, node.line), node.line))
            elif isinstance(node, Mapping):
                found.extend(_Call(name, node.map(name), node.line_of(name)) for name in node.entries)
    return found


def _job(name: str, job: Mapping, doc: Mapping, calls: list[_Call], pipeline: Pipeline) -> None:
    own = [call for call in calls if call.job == name]
    used = bool(own) or not doc.map("workflows").entries
    where = Where(job=name, env=variables(job.get("environment")), disabled=None if used else "in no workflow")
    where = where.inside(_root(_literal(job.text("working_directory"))))
    parameters = _parameters(job, doc, own)
    executor = _executor(job, doc)
    where = replace(where, env={**variables(executor.get("environment")), **where.env})
    for source in (executor, job):
        _images(source, pipeline, where, {**_defaults(executor), **parameters})
    for key, values in parameters.items():
        for scalar, from_matrix in values if is_python_key(key) else ():
            pipeline.python(scalar.text, scalar.line, "ci-matrix" if from_matrix else "ci-setup", where)
    single = {key: values[0][0].text for key, values in parameters.items() if len(values) == 1}
    named = " ".join(text for text in texts(job.get("steps")))
    for leg in deciding((row for call in own for row in _legs(call, job)), named):
        told = " ".join(f"{name}={value}" for name, value in leg.items()) or None
        _steps(job.seq("steps"), _Scene(doc, pipeline), replace(where, leg=told), {**single, **leg}, 0)


def _legs(call: _Call, job: Mapping) -> Iterator[dict[str, str]]:
    """What a job's parameters are in each of the runs that one entry of a workflow stands for."""
    given = {k: v.text for k, v in call.arguments.items() if isinstance(v, Scalar) and "<<" not in v.text}
    known = {**{key: values[0][0].text for key, values in _defaults(job).items()}, **given}
    axes = {key: [s.text for s in scalars(node)] for key, node in call.arguments.map("matrix", "parameters").items()}
    for row in islice(product(*axes.values()), MAX_ROWS):
        yield {**known, **dict(zip(axes, row, strict=True))}


class _Scene:
    """A job while its steps are read; ``seen`` are the calls of commands already followed, which say nothing new."""

    def __init__(self, doc: Mapping, pipeline: Pipeline) -> None:
        self.doc = doc
        self.pipeline = pipeline
        self.seen: set[tuple[object, ...]] = set()


_Values = dict[str, list[tuple[Scalar, bool]]]


def _parameters(job: Mapping, doc: Mapping, calls: list[_Call]) -> _Values:
    """What each parameter of a job can be: values given by workflows, by a matrix, or its default."""
    given: _Values = {}
    for call in calls:
        for key, node in call.arguments.map("matrix", "parameters").items():
            given.setdefault(key, []).extend((scalar, True) for scalar in scalars(node))
        for key, node in call.arguments.items():
            if isinstance(node, Scalar) and "<<" not in node.text:
                given.setdefault(key, []).append((node, False))
    return {**_defaults(doc), **_defaults(job), **given}


def _defaults(holder: Mapping) -> _Values:
    found: _Values = {}
    for key, node in holder.map("parameters").items():
        default = node.get("default") if isinstance(node, Mapping) else None
        if isinstance(default, Scalar):
            found[key] = [(default, False)]
    return found


def _executor(job: Mapping, doc: Mapping) -> Mapping:
    name = job.text("executor") or job.text("executor", "name")
    return doc.map("executors", name) if name else Mapping({}, {}, job.line)


def _images(holder: Mapping, pipeline: Pipeline, where: Where, parameters: _Values) -> None:
    for number, entry in enumerate(holder.seq("docker")):
        image = entry.get("image") if isinstance(entry, Mapping) else None
        if not isinstance(image, Scalar):
            continue
        names = _PARAMETER.findall(image.text)
        if not names:
            pipeline.image(image.text, image.line, where, beside=number > 0)
        for value, from_matrix in parameters.get(names[0], []) if len(set(names)) == 1 else []:
            text = _PARAMETER.sub(lambda _, new=value.text: new, image.text)  # type: ignore[misc]
            kind = "ci-matrix" if from_matrix else "ci-setup"
            pipeline.image(text, value.line, where, kind=kind, beside=number > 0)


def _root(directory: str | None) -> str | None:
    """A job's folder, which is where the repository is checked out when it is one of the home's or the machine's."""
    return (
        "."
        if directory is not None and re.fullmatch(r"(?:~|/[\w.-]+|/home/[\w.-]+)/[\w.-]+/?", directory)
        else directory
    )


def _literal(text: str | None) -> str | None:
    if text is None or (text.startswith("~") and not text.startswith(("~/project/", "~/repo/"))):
        return None
    return text


def _steps(nodes: tuple[Node, ...], scene: _Scene, where: Where, values: dict[str, str], depth: int) -> None:
    passed_on: dict[str, str] = {}
    for node in nodes:
        here = where.with_env(passed_on)
        for name, body, line in _named(node):
            if name == "run":
                passed_on.update(_run(body, scene.pipeline, here, values))
            elif name in ("when", "unless") and isinstance(body, Mapping) and depth < MAX_DEPTH:
                _steps(body.seq("steps"), scene, here, values, depth + 1)
            elif isinstance(command := scene.doc.get("commands", name), Mapping) and depth < MAX_DEPTH:
                _call(name, command, body, scene, here, values, depth)
            elif "/" in name:
                arguments = body if isinstance(body, Mapping) else Mapping({}, {}, line)
                _orb_step(name, arguments, line, scene.pipeline, here)


def _call(
    name: str, command: Mapping, body: Node, scene: _Scene, where: Where, values: dict[str, str], depth: int
) -> None:
    """A reusable command with the arguments that it is given, or its defaults."""
    given = {k: v.text for k, v in body.items() if isinstance(v, Scalar)} if isinstance(body, Mapping) else {}
    inner = {k: v[0][0].text for k, v in _defaults(command).items()}
    inner.update((k, _fill(v, values)) for k, v in given.items())
    key = (name, tuple(sorted(inner.items())), tuple(sorted(where.env.items())), where.directory)
    if key not in scene.seen:
        scene.seen.add(key)
        _steps(command.seq("steps"), scene, where, inner, depth + 1)


def _named(node: Node) -> Iterator[tuple[str, Node, int]]:
    """A step as name, body and line: a bare word, or a mapping of one key."""
    if isinstance(node, Scalar):
        yield node.text, node, node.line
    elif isinstance(node, Mapping):
        for name, body in node.items():
            yield name, body, node.line_of(name)


def _run(body: Node, pipeline: Pipeline, where: Where, values: dict[str, str]) -> dict[str, str]:
    command = body.get("command") if isinstance(body, Mapping) else body
    if not isinstance(command, Scalar):
        return {}
    if isinstance(body, Mapping):
        where = where.with_env(variables(body.get("environment"))).inside(_literal(body.text("working_directory")))
        shell = (body.text("shell") or "").split()
        where = replace(where, shell="python" if shell and shell[0].endswith(("python", "python3")) else where.shell)
    return dict(pipeline.run(replace(command, text=_fill(command.text, values)), where).passed_on)


def _fill(text: str, values: dict[str, str]) -> str:
    return _PARAMETER.sub(lambda m: values.get(m[1], m[0]), text) if "<<" in text else text


def _orb_step(name: str, arguments: Mapping, line: int, pipeline: Pipeline, where: Where) -> None:
    """The public Python orb's steps and jobs as the commands that they run."""
    orb, _, step = name.partition("/")
    if orb != "python" or step not in ("install-packages", "test"):
        return
    where = where.inside(arguments.text("app-dir"))
    extra = (arguments.text("args") or "").split()
    if version := arguments.get("version"):
        pipeline.pythons(version, "ci-setup", where)
    match arguments.text("pkg-manager") or "pip":
        case "poetry":
            pipeline.command(("poetry", "install", "--no-ansi", *extra), line, where)
        case "pipenv":
            pipeline.command(("pipenv", "install", *extra), line, where)
        case "uv":
            pipeline.command(("uv", "sync", *extra), line, where)
        case "pip-dist":
            pipeline.command(("pip", "install", "-e", ".", *extra), line, where)
        case _:
            file = arguments.text("pip-dependency-file") or "requirements.txt"
            pipeline.command(("pip", "install", "-r", file, *extra), line, where)


FORMAT = Format(name="circleci", matches=like(r"\.circleci/[^/]+\.ya?ml"), read=read)
