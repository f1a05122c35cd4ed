"""What: an image resolves its Python dependencies while it is built (grades L0 and L1) instead of taking a lock.

Why: two builds of one commit can hold different packages; a rollback by rebuilding does not roll back, and what was
tested is not what runs. A fast installer does not change that.

What to do: install from a committed lock, with the tool's option that fails when lock and manifest disagree.
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.examples import a_fleet, a_repository, an_image
from rules.finding import Evidence, Level
from rules.reading import main_projects, project_around, reasons, sentence
from rules.rule import Answer, Case, Rule
from scanner.inventory import Image, Project, Reason

_INSTALLS = {
    "uv": "uv sync --locked --no-dev",
    "poetry": "poetry check --lock && poetry install --only main --no-root",
    "pdm": "pdm install --check --prod --no-editable",
    "pipenv": "pipenv install --deploy --system",
    "pip-tools": "pip install --require-hashes -r requirements.txt",
    "pixi": "pixi install --locked",
}


def check(case: Case) -> Iterator[Answer]:
    """Images of main projects of grade L0 or L1; images that install with a tool, but have no grade, are unknown."""
    for image in case.repository.images:
        project = project_around(case.repository, image.path)
        if (project is not None and project.role != "main") or not main_projects(case.repository):
            continue
        where = project.path if project else None
        if image.grade is None and image.tool is not None:
            why = sentence(image.reasons, "its grade cannot be decided")
            yield case.unknown(f"{image.path}: {why}", project=where)
        elif image.grade in ("L0", "L1"):
            yield case.finding(
                image.path,
                _message(image),
                project=where,
                level=_level(project),
                evidence=reasons(image.reasons, image.path) or (Evidence(path=image.path, text=image.grade),),
                fix=_fix(project),
            )


def _level(project: Project | None) -> Level:
    return "note" if project is not None and project.kind == "library" else "warning"


def _message(image: Image) -> str:
    meaning = "by pip or conda, legacy" if image.grade == "L0" else "by uv: fast, but unpinned"
    why = sentence(image.reasons, "no lock is used")
    return f"{image.path} resolves its dependencies at build time ({image.grade}, {meaning}): {why}"


def _fix(project: Project | None) -> str:
    manager = project.primary_manager if project else None
    locked = project is not None and project.lock_discipline == "locked"
    install = _INSTALLS.get(manager or "", _INSTALLS["uv"])
    first = "" if locked else "Commit a lock first (see missing-lock). "
    return f"{first}Copy manifest and lock before the sources and install with `{install}`."


RULE = Rule(
    name="unpinned-install-in-image",
    title="An image resolves its dependencies at build time",
    category="environments",
    level="warning",
    check=check,
    reads=("image",),
    bad=a_fleet(
        a_repository(
            "shop",
            images=(
                an_image(
                    grade="L0",
                    tool="pip",
                    uses_lock=False,
                    enforced="none",
                    reasons=(Reason(message="pip install -r requirements.txt", path="Dockerfile", line=6),),
                ),
            ),
        )
    ),
    good=a_fleet(
        a_repository("shop", images=(an_image(grade="L2"), an_image(path="web/Dockerfile", grade=None, tool=None)))
    ),
)
