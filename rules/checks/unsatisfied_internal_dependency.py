"""What: a dependency on a project of the fleet does not admit the version which that project has now.

Why: either the consumer is held back and does not get fixes (a note: it may be meant), or it asks for a version that
the provider has never reached, and cannot be installed from what is in the fleet (a warning).

What to do: widen the specifier after the tests pass with the current version, or release the version that is asked
for.
"""

from __future__ import annotations

from collections.abc import Iterator

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from rules.examples import a_dependency, a_fleet, a_library, a_project, a_repository
from rules.finding import Evidence
from rules.rule import Answer, Case, Rule
from scanner.inventory import Edge


def check(case: Case) -> Iterator[Answer]:
    """Edges of this repository that the provider's present version does not satisfy."""
    main = {p.path for p in case.repository.projects if p.role == "main"}
    for edge in case.survey.edges.get(case.repository.id, ()):
        if edge.satisfied is not False or edge.consumer_project not in main or edge.distribution is None:
            continue
        version = _version(case, edge) or "another version"
        ahead = _asks_for_newer(edge.specifier or "", version)
        yield case.finding(
            f"{edge.distribution}:{edge.scope}",
            f"{edge.distribution}{edge.specifier} "
            + (
                f"asks for more than {case.called(edge.provider)} has ({version})"
                if ahead
                else f"leaves out the present version of {case.called(edge.provider)} ({version})"
            ),
            project=edge.consumer_project,
            level="warning" if ahead else "note",
            evidence=(Evidence(path=edge.path, line=edge.line, text=f"{edge.distribution}{edge.specifier}"),),
            fix=_fix(edge, version, ahead=ahead),
        )


def _version(case: Case, edge: Edge) -> str | None:
    provider = case.survey.repositories.get(edge.provider)
    projects = provider.projects if provider else ()
    return next((p.version for p in projects if p.path == edge.provider_project), None)


def _asks_for_newer(specifier: str, version: str) -> bool:
    """Whether the lower bounds or pins alone already exclude ``version`` from below."""
    try:
        present = Version(version)
        clauses = [c for c in SpecifierSet(specifier) if c.operator in (">=", ">", "==", "~=", "===")]
        return any(Version(c.version.removesuffix(".*")) > present for c in clauses)
    except (InvalidSpecifier, InvalidVersion):
        return False


def _fix(edge: Edge, version: str, *, ahead: bool) -> str:
    where = f"{edge.path}:{edge.line}" if edge.line else edge.path
    if ahead:
        return f"Release {edge.distribution} in a version that {edge.specifier} admits, or lower the bound at {where}."
    return f"Try {edge.distribution} {version} in the tests, then widen {edge.specifier} at {where}."


RULE = Rule(
    name="unsatisfied-internal-dependency",
    title="A dependency inside the fleet does not admit the present version",
    category="graph",
    level="warning",
    check=check,
    bad=a_fleet(a_library("billing"), a_repository("shop", a_project(dependencies=(a_dependency("billing", ">=2"),)))),
    good=a_fleet(
        a_library("billing"), a_repository("shop", a_project(dependencies=(a_dependency("billing", ">=1,<2"),)))
    ),
)
