"""What: something that runs as it stands (a service, a job, a tool in an image) has no lock for its dependencies.

Why: what runs in production is then decided by whatever the index serves at build time; it cannot be rebuilt, and a
bad release of any transitive dependency arrives unasked. Libraries are meant to be installed beside others and need
no lock.

What to do: commit a lock made by the manager that the project already uses, and install from it in CI and image.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rules.examples import a_command, a_fleet, a_project, a_repository
from rules.finding import Evidence, Level
from rules.reading import below, inside, is_deployed, label, main_projects, manifest_of, reasons, sentence
from rules.rule import Answer, Case, Rule
from rules.uv import has_pyproject, manifest_path
from scanner.inventory import Project
from scanner.words import counted

_LOCK_COMMANDS = {
    "poetry": "poetry lock",
    "pdm": "pdm lock",
    "pipenv": "pipenv lock",
    "uv": "uv lock",
    "rye": "uv lock",
    "pixi": "pixi lock",
    "hatch": "uv lock",
    "flit": "uv lock",
}


def check(case: Case) -> Iterator[Answer]:
    """Every deployed project without a lock; those whose discipline is unknown are unknown."""
    for project in main_projects(case.repository):
        if project.lock_discipline == "unknown":
            yield case.unknown(
                sentence(project.discipline_reasons, "the state of its lock cannot be decided"), project=project.path
            )
        elif (found := _judge(project)) is not None:
            level, message = found
            manifest = manifest_of(project)
            yield case.finding(
                "lock",
                f"{label(case.repository, project)} {message}{_workspace(project)}",
                project=project.path,
                level=level,
                evidence=reasons(project.discipline_reasons, manifest)
                or (Evidence(path=manifest, text=f"{counted(len(project.dependencies), 'dependency')} declared"),),
                fix=_fix(project, manifest),
            )


def _judge(project: Project) -> tuple[Level, str] | None:
    match project.lock_discipline:
        case "unlocked" | "partial" if is_deployed(project):
            level, how = _pinned(project)
            runs = project.kind in ("service", "job")
            what = project.kind if runs else "tool in an image"
            return level if runs else "warning", f"is a {what} without a lock: {how}"
        case "pinned" if is_deployed(project):
            return (
                "warning",
                f"is pinned by hand: {_BY_HAND}",
            )
        case "unlocked" | "partial" if project.kind in ("unknown", "notebook") or _is_script(project):
            return "note", "has no lock; whether it is deployed is not known"
        case _:
            return None


def _is_script(project: Project) -> bool:
    return project.kind == "cli" and not project.publishes


def _workspace(project: Project) -> str:
    """Whose lock a member of a workspace would have."""
    root = project.workspace_root
    return f"; its workspace ({root}) has no lock that covers it" if root is not None else ""


def _pinned(project: Project) -> tuple[Level, str]:
    """How much is pinned; where all but a few are, it is as good as pinned."""
    if project.lock_discipline == "unlocked":
        return "error", "nothing is pinned"
    declared = [d for d in project.dependencies if d.scope == "runtime" and d.source == "index" and d.name]
    loose = {d.name.lower() for d in declared if not _EXACT.fullmatch(d.specifier or "")}
    names = {d.name.lower() for d in declared}
    if not loose:
        return "error", "not all of its dependencies are pinned"
    few = len(loose) <= len(names) * _FEW
    verb = "is" if len(loose) == 1 else "are"
    told = f"{len(loose)} of its {counted(len(names), 'dependency')} {verb} not pinned"
    return "warning" if few else "error", next((r.message for r in project.discipline_reasons), told)


_BY_HAND = "no tool made the list, so nothing shows that it holds what its packages need in turn"
_EXACT = re.compile(r"===?[^*,]+")
_FEW = 0.2


def _fix(project: Project, manifest: str) -> str:
    manager = project.primary_manager or ""
    if manager == "conda":
        return (
            f"Lock {manifest} with `{inside(project.path, f'conda-lock -f {below(project.path, manifest)}')}`, commit "
            "conda-lock.yml and install from it."
        )
    tool = _LOCK_COMMANDS.get(manager, "uv lock" if manifest.endswith("pyproject.toml") else None)
    if tool is not None:
        root = project.workspace_root if tool == "uv lock" else None
        command = inside(project.path if root is None else root, tool)
        return f"Run `{command}`, commit the lock and install from it in CI and image."
    where = manifest_path(project) if has_pyproject(project) else "a pyproject.toml"
    return (
        f"Move the names of {manifest} to {where} and run `{inside(project.path, 'uv lock')}`, or keep them in a .in "
        "file and compile it with `uv pip compile --generate-hashes`; commit it and install from it."
    )


RULE = Rule(
    name="missing-lock",
    title="What is deployed has no lock",
    category="locking",
    level="error",
    check=check,
    reads=("manifest", "lock"),
    bad=a_fleet(
        a_repository(
            "shop",
            a_project(lock_discipline="unlocked", primary_manager="pip", manifests=("requirements.txt",)),
            commands=(a_command("pip install -r requirements.txt", uses_lock=False),),
        )
    ),
    good=a_fleet(
        a_repository("shop"),
        a_repository("lib", a_project(name="lib", kind="library", publishes=True, lock_discipline="unlocked")),
    ),
)
