from __future__ import annotations

import pytest

from rules.examples import a_command, a_repository
from rules.tool_versions import by_tool, named_versions, where_of
from scanner.inventory import Tool, ToolVersion


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (".pre-commit-config.yaml", "hook"),
        ("api/poetry.lock", "lock"),
        (".github/workflows/ci.yml", "CI"),
        ("docker/Dockerfile.dev", "image"),
        ("requirements/dev.txt", "file"),
    ],
)
def test_what_kind_of_place_a_file_is(path: str, expected: str) -> None:
    assert where_of(path) == expected


def test_versions_of_tools_and_managers_with_their_places() -> None:
    stated = tuple(
        ToolVersion(version=v, path=p, line=3)
        for v, p in (("v0.6.2", ".pre-commit-config.yaml"), ("0.4.1", "uv.lock"), (">=0.4", "pyproject.toml"))
    )
    repository = a_repository(
        "shop",
        tools=(
            Tool(name="ruff", category="linter", use="run", versions=stated),
            Tool(name="black", category="formatter", use="config-only", versions=stated),
        ),
        commands=(
            a_command("pip install uv==0.9.5", kind="bootstrap", tool="pip"),
            a_command("pip install uv==0.8.1 poetry", kind="bootstrap", tool="pip", context="image", path="Dockerfile"),
        ),
    )
    found = by_tool(named_versions(repository))
    told = {tool: {release: [v.where for v in at] for release, at in places.items()} for tool, places in found.items()}
    assert told == {"ruff": {"0.4.1": ["lock"], "0.6.2": ["hook"]}, "uv": {"0.8.1": ["image"], "0.9.5": ["CI"]}}
