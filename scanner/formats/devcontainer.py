"""Development containers (what they install, on which Python) and the editor settings that are committed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from scanner import jsonc
from scanner.facts import Extract, Location, Mention
from scanner.format import Format, like
from scanner.pipeline import Pipeline, Where, scalars
from scanner.yaml_reader import Mapping, Node, Scalar, Sequence

_COMMANDS = (
    "initializeCommand",
    "onCreateCommand",
    "updateContentCommand",
    "postCreateCommand",
    "postStartCommand",
    "postAttachCommand",
)
_PYTHON_FEATURE = re.compile(r".*/features?/(?:[\w-]+/)*python(?::.*)?|.*/features/python(?::.*)?")
_VARIANT = re.compile(r"(?:\d-)?(?P<version>\d\.\d{1,2})(?:[-.].*)?")


def read(path: str, text: str) -> Extract:
    """Read ``devcontainer.json``; its commands run in the folder that is opened, which holds its ``.devcontainer``."""
    doc = jsonc.loads(text)
    pipeline = Pipeline(path, "devcontainer", None, context="task")
    opened = path[: path.index(".devcontainer")].rstrip("/") or "." if ".devcontainer" in path else "."
    image = doc.get("image")
    if isinstance(image, Scalar):
        pipeline.image(image.text, image.line, Where(), kind="image")
    variant = doc.text("build", "args", "VARIANT") or ""
    if match := _VARIANT.fullmatch(variant):
        build_args = doc.map("build", "args")
        pipeline.python(match["version"], build_args.line_of("VARIANT"), "image", Where())
    for name, options in doc.map("features").items():
        if _PYTHON_FEATURE.fullmatch(name) and isinstance(options, Mapping):
            pipeline.python(options.text("version") or "", options.line_of("version"), "image", Where())
    for name in _COMMANDS:
        _command(doc.get(name), pipeline, Where(job=name, directory=opened))
    extract = pipeline.extract()
    return replace(extract, mentions=tuple(_editor(doc.map("customizations", "vscode", "settings"), path)))


def _command(node: Node | None, pipeline: Pipeline, where: Where) -> None:
    """A command as text (for a shell), as words, or several by name that run side by side."""
    if isinstance(node, Scalar):
        pipeline.run(node, where)
    elif isinstance(node, Sequence) and node.items:
        pipeline.command([scalar.text for scalar in scalars(node)], node.line, where)
    elif isinstance(node, Mapping):
        for inner in node.entries.values():
            _command(inner if not isinstance(inner, Mapping) else None, pipeline, where)


def read_settings(path: str, text: str) -> Extract | None:
    """Read VS Code's ``settings.json``; ``None`` when it speaks of no Python tool."""
    mentions = tuple(_editor(jsonc.loads(text), path))
    return Extract(path=path, format="vscode-settings", mentions=mentions) if mentions else None


_LINTERS = {
    "python.linting.flake8Enabled": "flake8",
    "python.linting.pylintEnabled": "pylint",
    "python.linting.mypyEnabled": "mypy",
    "python.linting.banditEnabled": "bandit",
    "python.linting.pydocstyleEnabled": "pydocstyle",
}
_FORMATTERS = {
    "ms-python.black-formatter": "black",
    "eeyore.yapf": "yapf",
    "black": "black",
    "yapf": "yapf",
}


def _editor(settings: Mapping, path: str) -> Iterator[Mention]:
    """Tools that the editor is told to use: configuration, as nothing committed runs them."""
    for key, tool in _LINTERS.items():
        if settings.text(key) == "true":
            yield _mention(tool, path, settings.line_of(key))
    for holder in (settings, settings.map("[python]")):
        for key in ("editor.defaultFormatter", "python.formatting.provider"):
            formatter = _FORMATTERS.get(holder.text(key) or "")
            if formatter is not None:
                yield _mention(formatter, path, holder.line_of(key))


def _mention(tool: str, path: str, line: int) -> Mention:
    return Mention(tool=tool, strength="config-only", at=Location(path=path, line=line), kind="editor")


FORMAT = Format(
    name="devcontainer",
    matches=like(r"(?:.+/)?\.?devcontainer(?:/[^/]+)?/devcontainer\.json|(?:.+/)?\.devcontainer\.json"),
    read=read,
)
SETTINGS_FORMAT = Format(
    name="vscode-settings", matches=lambda path: path == ".vscode/settings.json", read=read_settings
)
