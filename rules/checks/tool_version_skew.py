"""What: the files of one repository name several versions of one tool: a linter in the lock, the hook and CI, or the
package manager in CI and in the image.

Why: what a developer's hook accepts, CI then rejects (or the other way round); two versions of a package manager may
read the same lock differently.

What to do: name the version in one place and let the others follow it, or renew them together.
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.examples import a_command, a_fleet, a_repository
from rules.finding import Evidence
from rules.rule import Answer, Case, Rule
from rules.tool_versions import NamedVersion, by_tool, named_versions
from scanner.inventory import Tool, ToolVersion
from scanner.words import listed


def check(case: Case) -> Iterator[Answer]:
    """One finding for each tool that is in use in several versions."""
    stated = tuple(v for v in named_versions(case.repository) if v.where != "lock header")
    for name, places in by_tool(stated).items():
        if len(places) > 1:
            told = [f"{release} in {_place(at[0])}" for release, at in places.items()]
            yield case.finding(
                name,
                f"{name} is {listed(told)}",
                evidence=[
                    Evidence(path=v.path, line=v.line, text=f"{name} {v.release}") for at in places.values() for v in at
                ],
                fix=f"Name one version of {name} everywhere, and renew the places together.",
            )


def _place(version: NamedVersion) -> str:
    return f"{version.path}:{version.line}" if version.line else version.path


def _ruff(*versions: str) -> Tool:
    places = (".pre-commit-config.yaml", "uv.lock")
    stated = tuple(ToolVersion(version=v, path=p, line=3) for v, p in zip(versions, places, strict=True))
    return Tool(name="ruff", category="linter", use="run", versions=stated)


RULE = Rule(
    name="tool-version-skew",
    title="One tool in several versions",
    category="toolchain",
    level="note",
    check=check,
    reads=("ci", "image", "lock"),
    bad=a_fleet(
        a_repository("shop", tools=(_ruff("v0.4.1", "0.6.2"),)),
        a_repository(
            "till",
            commands=(
                a_command("pip install uv==0.9.5", kind="bootstrap", tool="pip"),
                a_command("pip install uv==0.8.1", kind="bootstrap", tool="pip", context="image", path="Dockerfile"),
            ),
        ),
    ),
    good=a_fleet(a_repository("shop", tools=(_ruff("v0.6.2", "0.6.2"),))),
)
