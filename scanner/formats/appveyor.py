"""AppVeyor: build and test scripts (cmd unless said otherwise) and the Pythons that its environment matrix names."""

from __future__ import annotations

import re
from dataclasses import replace

from scanner.facts import Extract
from scanner.format import Format
from scanner.pipeline import Pipeline, Where, is_python_key, variables
from scanner.yaml_reader import Mapping, Node, Scalar, Sequence, load_mapping

CI = "appveyor"
_PHASES = (
    "init",
    "install",
    "before_build",
    "build_script",
    "after_build",
    "before_test",
    "test_script",
    "after_test",
    "before_deploy",
    "deploy_script",
    "on_success",
)
_SHELLS = {"ps": "powershell", "pwsh": "pwsh", "cmd": "cmd", "sh": "bash", "bash": "bash"}
_FOLDER = re.compile(
    r"(?i)[a-z]:[\\/](?:[^\\/]{1,40}[\\/])?(?:mini(?:conda|forge)|python)-?(?P<major>[23])\.?(?P<minor>\d{1,2})(?:-x64)?.{0,40}"
)


def read(path: str, text: str) -> Extract:
    """Read ``appveyor.yml``."""
    doc = load_mapping(text)
    pipeline = Pipeline(path, "appveyor", CI)
    environment = doc.map("environment")
    _pythons(environment, pipeline, "ci-setup")
    for leg in environment.seq("matrix"):
        if isinstance(leg, Mapping):
            _pythons(leg, pipeline, "ci-matrix")
    stack = doc.text("stack") or ""
    if found := re.search(r"python\s{1,4}(\d[\d.]{0,8})", stack):
        pipeline.python(found[1], doc.line_of("stack"), "ci-setup", Where())
    env = {**variables(environment), **variables(environment.get("global"))}
    for phase in _PHASES:
        _phase(doc.get(phase), pipeline, Where(job=phase, env=env))
    return pipeline.extract()


def _pythons(holder: Mapping, pipeline: Pipeline, kind: str) -> None:
    """``PYTHON_VERSION: 3.6.x``, or the folder in ``PYTHON: C:\\\\Python36-x64`` where no version stands beside it."""
    named = {name: node for name, node in holder.items() if is_python_key(name) and isinstance(node, Scalar)}
    folders = {name: found for name, node in named.items() if (found := _FOLDER.fullmatch(node.text))}
    plain = {name: node for name, node in named.items() if name not in folders}
    for node in plain.values():
        pipeline.python(node.text, node.line, kind, Where())
    for name, found in folders.items():
        if not plain and "conda" not in found[0].lower():
            pipeline.python(f"{found['major']}.{found['minor']}", named[name].line, kind, Where())


def _phase(node: Node | None, pipeline: Pipeline, where: Where) -> None:
    """A phase's commands; consecutive ones of the same shell run in one."""
    script: list[Scalar] = []
    shell = "cmd"
    for item in node.items if isinstance(node, Sequence) else (node,):
        pairs = item.items() if isinstance(item, Mapping) else [("cmd", item)]
        for key, value in pairs:
            wanted = _SHELLS.get(key)
            if wanted is None or not isinstance(value, Scalar):
                continue
            if wanted != shell and script:
                where = replace(where, directory=pipeline.run(script, replace(where, shell=shell)).directory)
                script = []
            shell = wanted
            script.append(value)
    if script:
        pipeline.run(script, replace(where, shell=shell))


FORMAT = Format(
    name="appveyor",
    matches=lambda path: (
        path in ("appveyor.yml", ".appveyor.yml", "appveyor.yaml", ".appveyor.yaml", ".appveyor/appveyor.yml")
    ),
    read=read,
)
