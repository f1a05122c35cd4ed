"""What: a dependency has a name that is declared internal (or a path that leaves the repository), and nobody in the
fleet provides it.

Why: an internal name which nobody holds can be registered by a stranger on a public index, and installers that look
there will take it (dependency confusion). It may also be a typo, or a repository that the scan did not see.

What to do: add the repository to the scan, correct the name, or reserve the name and bind it to the internal index.
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.examples import a_fleet, a_library, a_project, a_repository
from rules.finding import Evidence
from rules.reading import project_around
from rules.rule import Answer, Case, Rule
from scanner.inventory import Graph, Unresolved


def check(case: Case) -> Iterator[Answer]:
    """The unresolved names of this repository's main projects."""
    for missing in case.survey.unresolved.get(case.repository.id, ()):
        project = project_around(case.repository, missing.path) if missing.path else None
        if project is not None and project.role != "main":
            continue
        yield case.finding(
            missing.name,
            f"{missing.name}: {missing.why}",
            project=project.path if project else None,
            evidence=(Evidence(path=missing.path, line=missing.line, text=missing.name),),
            fix=_fix(missing, project.primary_manager if project else None),
        )


def _fix(missing: Unresolved, manager: str | None) -> str:
    if missing.why.startswith("the path"):
        return "Scan the folder's repository too, or depend on a published version instead of the path."
    bind = {
        "uv": f'`{missing.name} = {{ index = "internal" }}` under [tool.uv.sources], that index with explicit = true',
        "poetry": f'`source = "internal"` on {missing.name}, that source with priority = "explicit"',
    }.get(manager or "", "an index that is the only one asked for it (no extra-index-url)")
    return f"Find out who publishes {missing.name} and scan that repository; bind the name to its index: {bind}."


_MISSING = Unresolved(
    consumer="git.example/acme/shop", name="acme-secrets", why="declared internal", path="pyproject.toml", line=8
)
RULE = Rule(
    name="internal-name-unresolved",
    title="An internal name that nobody in the fleet provides",
    category="supply-chain",
    level="warning",
    check=check,
    bad=a_fleet(a_repository("shop", a_project()), graph=Graph(unresolved=(_MISSING,))),
    good=a_fleet(a_repository("shop"), a_library("acme-secrets")),
)
