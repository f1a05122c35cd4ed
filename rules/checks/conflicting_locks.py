"""What: locks of different tools cover the same project, and neither is an export of the other.

Why: they pin different versions sooner or later; which ones run depends on who installs, and a fix to one does not
reach the other.

For what others install, a library or a published tool, the locks serve its developers alone: a warning.

What to do: keep the lock that production installs from, delete the other or export it from the first.
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.examples import a_fleet, a_lockfile, a_project, a_repository
from rules.finding import Evidence
from rules.reading import label, main_projects, reasons, sentence
from rules.rule import Answer, Case, Rule
from scanner.inventory import Project
from scanner.words import counted, listed


def check(case: Case) -> Iterator[Answer]:
    """Main projects whose lock discipline is ``conflicting``."""
    for project in main_projects(case.repository):
        rivals = [lock for lock in project.lockfiles if lock.export_of is None]
        if project.lock_discipline == "unknown" and len({lock.tool for lock in rivals}) > 1:
            yield case.unknown(sentence(project.discipline_reasons, "a lock cannot be read"), project=project.path)
        if project.lock_discipline != "conflicting":
            continue
        tools = list(dict.fromkeys(lock.tool for lock in rivals))
        paths = {lock.path for lock in rivals}
        names = listed([_files([lock.path for lock in rivals if lock.tool == tool], tool) for tool in tools])
        yield case.finding(
            "locks",
            f"{label(case.repository, project)} has locks of {counted(len(tools), 'tool')} that know nothing of each "
            f"other: {names}{_apart(project)}",
            project=project.path,
            level="warning" if project.publishes and project.kind in ("library", "cli") else "error",
            evidence=[
                *(Evidence(path=lock.path, text=f"written by {lock.tool}") for lock in rivals),
                *(e for e in reasons(project.discipline_reasons, project.path) if e.line or e.path not in paths),
            ],
            fix=_fix(project),
        )


def _files(paths: list[str], tool: str) -> str:
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    return f"{paths[0]}{more} ({tool})"


def _apart(project: Project) -> str:
    """In how many packages they differ, where they were compared."""
    told = next((r.message for r in project.discipline_reasons if " packages that are in both " in r.message), None)
    return f"; {told.partition(' that are in both ')[0]} in both differ" if told else ""


def _fix(project: Project) -> str:
    environments = project.environments
    for place, environment in (("image", environments.image), ("CI", environments.ci)):
        if environment is not None and environment.tool is not None and environment.uses_lock:
            return (
                f"The {place} installs with {environment.tool}: keep that lock, compare the other's versions with it, "
                "then delete the other or make it an export."
            )
    return (
        f"Decide which one production means (developers use {project.primary_manager}), compare the versions, "
        "delete the other."
    )


RULE = Rule(
    name="conflicting-locks",
    title="Locks of different tools cover one project",
    category="locking",
    level="error",
    check=check,
    reads=(),
    bad=a_fleet(
        a_repository(
            "shop",
            a_project(
                lock_discipline="conflicting",
                package_managers=("poetry", "uv"),
                lockfiles=(a_lockfile(), a_lockfile(path="poetry.lock", tool="poetry", format="poetry.lock 2.1")),
            ),
        )
    ),
    good=a_fleet(
        a_repository(
            "shop",
            a_project(
                lockfiles=(
                    a_lockfile(),
                    a_lockfile(path="requirements.txt", tool="uv", format="uv export", export_of="uv"),
                )
            ),
        )
    ),
)
