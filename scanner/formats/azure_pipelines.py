"""Azure Pipelines: scripts and tasks of all stages and jobs, wherever templates nest them.

Python versions come from ``UsePythonVersion`` (its ``$(variable)`` looked up in the job's matrix and variables) and
from containers; templates of other repositories are references.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from scanner.facts import Extract
from scanner.format import Format
from scanner.pipeline import (
    MAX_DEPTH,
    Pipeline,
    Where,
    deciding,
    in_side_folder,
    is_false,
    is_python_key,
    is_true,
    scalars,
    texts,
    variables,
)
from scanner.yaml_reader import Mapping, Node, Scalar, Sequence, load_mapping

CI = "azure-pipelines"
_PATH = re.compile(
    r"(?:[^/]*azure-?pipelines?[^/]*\.ya?ml|\.?azure-?(?:pipelines?|devops|ci)?/.+\.ya?ml|\.ado/.+\.ya?ml|\.vsts-ci\.ya?ml"
    r"|(?:eng|ci|build|\.ci|devops|\.devops)/(?:.+/)?[^/]*(?:azure|pipeline)[^/]*\.ya?ml|\.?pipelines/.+\.ya?ml)",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"(?:eng|ci|build|\.ci|\.?devops|(?:.+/)?azure)/.+\.ya?ml", re.IGNORECASE
)  # where the content decides
_OWN_KEYS = frozenset(
    {"task", "script", "bash", "pwsh", "powershell", "checkout", "template", "job", "stage", "deployment"}
)
_TOP = frozenset({"trigger", "pr", "pool", "jobs", "stages", "steps", "extends", "schedules"})
_VARIABLE = re.compile(
    r"\$\((?P<macro>[\w.]{1,80})\)|\$\{\{\s{0,4}(?:variables|parameters)\.(?P<template>[\w.]{1,80})\s{0,4}\}\}"
)
_LEVELS = frozenset({"stage", "job", "deployment"})
_MACRO = re.compile(r"\$\((?P<name>[A-Za-z]\w{0,80})\)")
_SCRIPTS = {"script": None, "bash": "bash", "pwsh": "pwsh", "powershell": "powershell"}


def read(path: str, text: str) -> Extract | None:
    """Read a pipeline or a template; ``None`` for YAML that has neither steps, jobs nor stages."""
    doc = load_mapping(text)
    if _TOP.isdisjoint(doc.entries) or not {"steps", "jobs", "stages", "extends"} & doc.entries.keys():
        return None
    if not _is_azure(doc) or (_PATH.fullmatch(path) is None and not _is_evident(doc)):
        return None
    pipeline = Pipeline(path, "azure-pipelines", CI)
    for repository in doc.map("resources").seq("repositories"):
        if isinstance(repository, Mapping) and (name := repository.text("name")):
            pipeline.uses(name, repository.text("ref"), repository.line)
    scope = _Scope(pipeline, _parameters(doc), Where(env=_plain(variables(doc.get("variables")))), {})
    _walk(doc, scope, 0)
    return pipeline.extract()


def _is_azure(doc: Mapping) -> bool:
    """Steps are lists of tasks and scripts; jobs and stages are lists too (other systems have mappings there)."""
    return any(isinstance(doc.get(key), Sequence) for key in ("steps", "jobs", "stages")) or "extends" in doc.entries


def _is_evident(doc: Mapping) -> bool:
    """Whether the lists hold what only these pipelines have, and not the steps of another system."""
    items = [item for key in ("steps", "jobs", "stages") for item in doc.seq(key) if isinstance(item, Mapping)]
    known = [item for item in items if not _OWN_KEYS.isdisjoint(item.entries)]
    others = [i for i in items if not any(k.startswith("${{") for k in i.entries) and i not in known]
    return (bool(known) and not others) or "template" in doc.map("extends").entries


@dataclass(frozen=True, slots=True)
class _Scope:
    pipeline: Pipeline
    parameters: dict[str, list[Scalar]]
    where: Where
    matrix: dict[str, list[Scalar]]

    def values(self, name: str) -> list[tuple[Scalar, bool]]:
        """What a variable can be: values of the matrix first, then a parameter's default, then a variable."""
        if name in self.matrix:
            return [(scalar, True) for scalar in self.matrix[name]]
        return [(scalar, False) for scalar in self.parameters.get(name, [])]


def _parameters(doc: Mapping) -> dict[str, list[Scalar]]:
    found: dict[str, list[Scalar]] = {}
    node = doc.get("parameters")
    if isinstance(node, Mapping):
        found = {key: list(scalars(value)) for key, value in node.items()}
    for entry in doc.seq("parameters"):
        if isinstance(entry, Mapping) and (name := entry.text("name")):
            found[name] = list(scalars(entry.get("default")))
    return found


def _plain(env: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in env.items() if "$" not in value}


def _walk(node: Node | None, scope: _Scope, depth: int) -> None:
    """Go through stages, jobs and ``${{ if }}`` blocks down to steps."""
    if depth > MAX_DEPTH or node is None or isinstance(node, Scalar):
        return
    if isinstance(node, Sequence):
        for item in node.items:
            _walk(item, scope, depth + 1)
        return
    _template_pythons(node, scope)
    inner = _entered(node, scope) if depth == 0 or not _LEVELS.isdisjoint(node.entries) else scope
    _image(node.get("container"), inner)
    for key, value in node.items():
        if key in ("stages", "jobs", "strategy", "runOnce", "deploy", "extends") or key.startswith("${{"):
            _walk(value, inner, depth + 1)
        elif key == "parameters" and "template" in node.entries:
            _handed(value, inner, depth + 1)
        elif key == "steps":
            for leg in deciding(_legs(node), " ".join(texts(value))):
                _steps(value, replace(inner, where=inner.where.of_leg(leg)), 0)


def _handed(parameters: Node, scope: _Scope, depth: int) -> None:
    """Stages, jobs and steps that a template is given to run."""
    for key, value in parameters.items() if isinstance(parameters, Mapping) else ():
        if key.lower().endswith(("stages", "jobs")) and isinstance(value, Sequence):
            _walk(value, scope, depth)
        elif key.lower().endswith("steps") and isinstance(value, Sequence):
            _steps(value, scope, depth)


def _legs(job: Mapping) -> Iterator[dict[str, str]]:
    """The legs of ``strategy: matrix`` with their variables."""
    for leg in job.map("strategy", "matrix").entries.values():
        if isinstance(leg, Mapping):
            yield {k: v.text for k, v in leg.items() if isinstance(v, Scalar) and "$" not in v.text}


def _entered(job: Mapping, scope: _Scope) -> _Scope:
    matrix: dict[str, list[Scalar]] = {}
    for leg in job.map("strategy", "matrix").entries.values():
        for name, value in leg.items() if isinstance(leg, Mapping) else ():
            if isinstance(value, Scalar):
                matrix.setdefault(name, []).append(value)
    where = scope.where.with_env(_plain(variables(job.get("variables"))))
    where = replace(
        where,
        job=job.text("job") or job.text("deployment") or job.text("stage") or where.job,
        disabled=where.disabled or ("condition: false" if is_false(job.text("condition")) else None),
        tolerated=is_true(job.text("continueOnError")),
    )
    for name, values in matrix.items():
        if is_python_key(name):
            for scalar in values:
                scope.pipeline.python(scalar.text, scalar.line, "ci-matrix", where)
    return _Scope(scope.pipeline, scope.parameters, where, {**scope.matrix, **matrix})


def _template_pythons(node: Mapping, scope: _Scope) -> None:
    for key, value in node.map("parameters").items() if "template" in node.entries else ():
        if is_python_key(key):
            scope.pipeline.pythons(value, "ci-matrix", scope.where)


def _image(node: Node | None, scope: _Scope) -> None:
    image = node.get("image") if isinstance(node, Mapping) else node
    if isinstance(image, Scalar) and ":" in image.text:
        for text, line, from_matrix in _resolved(image, scope):
            scope.pipeline.image(text, line, scope.where, kind="ci-matrix" if from_matrix else "ci-setup")


def _resolved(scalar: Scalar, scope: _Scope) -> Iterator[tuple[str, int, bool]]:
    match = _VARIABLE.search(scalar.text)
    if match is None:
        yield scalar.text, scalar.line, False
        return
    name = match["macro"] or match["template"]
    values = scope.values(name)
    if not values and name in scope.where.env:
        values = [(Scalar(scope.where.env[name], scalar.line), False)]
    for value, from_matrix in values:
        yield scalar.text.replace(match[0], value.text), value.line, from_matrix


def _steps(node: Node | None, scope: _Scope, depth: int) -> None:
    for step in node.items if isinstance(node, Sequence) else ():
        if not isinstance(step, Mapping):
            continue
        for key, value in step.items():
            if key.startswith("${{") and depth < MAX_DEPTH:
                _steps(value, scope, depth + 1)
        _template_pythons(step, scope)
        if "template" in step.entries and depth < MAX_DEPTH:
            _handed(step.map("parameters"), scope, depth + 1)
        _step(step, scope)


def _step(step: Mapping, scope: _Scope) -> None:
    where = scope.where.with_env(_plain(variables(step.get("env")))).inside(step.text("workingDirectory"))
    where = replace(
        where,
        disabled=where.disabled or _disabled(step),
        tolerated=where.tolerated or is_true(step.text("continueOnError")),
    )
    for key, shell in _SCRIPTS.items():
        script = step.get(key)
        if isinstance(script, Scalar):
            scope.pipeline.run(_with_macros(script, scope), replace(where, shell=shell))
    task, inputs = (step.text("task") or "").partition("@")[0].lower(), step.map("inputs")
    if not task:
        return
    where = where.inside(inputs.text("workingDirectory") or inputs.text("workingdirectory"))
    if task == "usepythonversion":
        version = inputs.get("versionSpec")
        for text, line, from_matrix in _resolved(version, scope) if isinstance(version, Scalar) else ():
            scope.pipeline.python(text, line, "ci-matrix" if from_matrix else "ci-setup", where)
    elif task in ("bash", "cmdline", "powershell", "batchscript", "shellscript", "azurecli"):
        script = inputs.get("script") or inputs.get("inlineScript")
        if isinstance(script, Scalar):
            where = replace(where, shell="pwsh" if task == "powershell" else None)
            scope.pipeline.run(_with_macros(script, scope), where)
        elif file := inputs.text("filePath") or inputs.text("scriptPath"):
            scope.pipeline.command(("bash", file), step.line, where)
    elif task == "docker" and "build" in (inputs.text("command") or "buildAndPush").lower():
        file = inputs.text("Dockerfile") or inputs.text("dockerfile")
        scope.pipeline.command(("docker", "build", *(("-f", file) if file else ()), "."), step.line, where)


def _with_macros(script: Scalar, scope: _Scope) -> Scalar:
    """The script with ``$(name)`` of known variables as their value, or as ``${name}`` where it is not one value."""
    known = {**{name: "${" + name + "}" for name in (*scope.matrix, *scope.parameters)}, **scope.where.env}
    text = _MACRO.sub(lambda m: known.get(m["name"], m[0]).replace("\n", " "), script.text)
    return replace(script, text=text)


def _disabled(step: Mapping) -> str | None:
    if is_false(step.text("condition")):
        return "condition: false"
    return "enabled: false" if is_false(step.text("enabled")) else None


def _matches(path: str) -> bool:
    if not path.endswith((".yml", ".yaml")) or not (_PATH.fullmatch(path) or _PLACE.fullmatch(path)):
        return False
    return not in_side_folder(path.replace("/templates/", "/"))  # templates of steps, not to be rendered


FORMAT = Format(name="azure-pipelines", matches=_matches, read=read)
