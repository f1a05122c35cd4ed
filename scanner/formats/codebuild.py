"""AWS CodeBuild: the phases of build specifications. Since version 0.2 all commands share one shell."""

from __future__ import annotations

import posixpath
import re

from scanner.facts import Extract
from scanner.format import Format
from scanner.pipeline import Pipeline, Where, in_side_folder, scalars, variables
from scanner.yaml_reader import Mapping, Scalar, load_mapping

CI = "codebuild"
_FOLDERS = frozenset({"buildspec", "buildspecs", "codebuild", ".codebuild"})
_PHASES = ("install", "pre_build", "build", "post_build")
_NAME = re.compile(r"(?:.*[-_.])?(?:build-?_?spec|codebuild)(?:[-_.].*)?\.ya?ml", re.IGNORECASE)


def read(path: str, text: str) -> Extract | None:
    """Read a ``buildspec.yml``; ``None`` for one without phases."""
    doc = load_mapping(text)
    phases = doc.map("phases")
    if not phases.entries:
        return None
    pipeline = Pipeline(path, "codebuild", CI)
    env = variables(doc.get("env", "variables"))
    script: list[tuple[str, Scalar]] = []
    for name in _PHASES:
        phase = phases.map(name)
        for version in scalars(phase.get("runtime-versions", "python")):
            pipeline.python(version.text, version.line, "ci-setup", Where(job=name, env=env))
        script.extend((name, s) for key in ("commands", "finally") for s in scalars(phase.get(key)))
    where = Where(env=env)
    directory = where.directory
    for name in _PHASES:
        here = Where(job=name, env=env, directory=directory)
        parsed = pipeline.run([s for phase, s in script if phase == name], here)
        env = {**env, **parsed.env}
        directory = parsed.directory
    for build in _batches(doc):
        pipeline.image(build.text("env", "image"), build.line, where)
    return pipeline.extract()


def _batches(doc: Mapping) -> list[Mapping]:
    kinds = (doc.map("batch").seq(kind) for kind in ("build-list", "build-graph"))
    return [node for nodes in kinds for node in nodes if isinstance(node, Mapping)]


def _matches(path: str) -> bool:
    name = posixpath.basename(path)
    told = _NAME.fullmatch(name) is not None or posixpath.basename(posixpath.dirname(path)) in _FOLDERS
    return name.endswith((".yml", ".yaml")) and told and not in_side_folder(path)


FORMAT = Format(name="codebuild", matches=_matches, read=read)
