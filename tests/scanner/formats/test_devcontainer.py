from __future__ import annotations

from scanner.formats.devcontainer import FORMAT, SETTINGS_FORMAT, read, read_settings

TEXT = """\
// what we develop in
{
\t"image": "mcr.example/devcontainers/python:1-3.12", /* pinned */
\t"features": {
\t\t"ghcr.io/devcontainers/features/python:1": { "version": "3.11" },
\t},
\t"postCreateCommand": "pip install uv && uv sync",
\t"onCreateCommand": ["poetry", "install"],
\t"postStartCommand": { "a": "make a", "b": ["make", "b"] },
\t"customizations": { "vscode": { "settings": { "python.linting.pylintEnabled": true } } },
}
"""


def test_what_is_installed() -> None:
    extract = read(".devcontainer/devcontainer.json", TEXT)
    found = [(i.job, " ".join(i.argv), i.at.line, i.context) for i in extract.invocations]
    assert found == [
        ("onCreateCommand", "poetry install", 8, "task"),
        ("postCreateCommand", "pip install uv", 7, "task"),
        ("postCreateCommand", "uv sync", 7, "task"),
        ("postStartCommand", "make a", 9, "task"),
        ("postStartCommand", "make b", 9, "task"),
    ]
    assert [(p.version, p.kind, p.at.line) for p in extract.pythons] == [("3.12", "image", 3), ("3.11", "image", 5)]
    assert [(m.tool, m.strength, m.at.line) for m in extract.mentions] == [("pylint", "config-only", 10)]


def test_the_variant_of_a_build() -> None:
    extract = read(".devcontainer.json", '{"build": {"args": {"VARIANT": "3.9-bullseye"}}}')
    assert [p.version for p in extract.pythons] == ["3.9"]


def test_editor_settings() -> None:
    extract = read_settings(
        ".vscode/settings.json", '{"[python]": {"editor.defaultFormatter": "ms-python.black-formatter"}}'
    )
    assert extract is not None
    assert [(m.tool, m.strength, m.kind) for m in extract.mentions] == [("black", "config-only", "editor")]
    assert read_settings(".vscode/settings.json", "{}") is None


def test_places() -> None:
    assert FORMAT.matches(".devcontainer/gpu/devcontainer.json")
    assert FORMAT.matches(".devcontainer.json")
    assert SETTINGS_FORMAT.matches(".vscode/settings.json")
    assert not SETTINGS_FORMAT.matches("settings.json")
