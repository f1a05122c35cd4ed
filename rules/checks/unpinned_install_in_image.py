"""What: an image resolves its Python dependencies while it is built (grades L0 and L1) instead of taking a lock.

Why: two builds of one commit can hold different packages; a rollback by rebuilding does not roll back, and what was
tested is not what runs. A fast installer does not change that.

What to do: install from a committed lock, with the tool's option that fails when lock and manifest disagree.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from rules.examples import a_fleet, a_repository, an_image
from rules.finding import Evidence
from rules.reading import is_compiled, lacks_lock, main_projects, project_around, reasons, sentence
from rules.rule import Answer, Case, Rule
from scanner.inventory import Image, Project, Reason
from scanner.requirement_files import is_dev_file
from scanner.roles import is_side_image

_INSTALLS = {
    "uv": "uv sync --locked --no-dev",
    "poetry": "poetry check --lock && poetry install --only main --no-root",
    "pdm": "pdm install --check --prod --no-editable",
    "pipenv": "pipenv install --deploy --system",
    "pixi": "pixi install --locked",
}
_BY_NAME = "installs packages by name"
_LIST = re.compile(r"(?P<path>\S+\.txt) is (?:resolved at install time|pinned by hand)")


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
                level="note" if _is_quiet(project, image) else "warning",
                evidence=reasons(image.reasons, image.path) or (Evidence(path=image.path, text=image.grade),),
                fix=_fix(project, image),
            )


def _is_quiet(project: Project | None, image: Image) -> bool:
    """Whether little depends on it: an image for tests or of a library, or pins with hashes that no locker made."""
    if project is None or is_side_image(image.path):
        return is_side_image(image.path)
    return project.kind == "library" or (project.lock_discipline == "pinned-hashes" and _by_hand(image))


def _by_hand(image: Image) -> bool:
    """Whether all that makes the grade is that the pins were written by no locker."""
    return bool(image.reasons) and all("pinned by hand" in r.message for r in image.reasons)


def _message(image: Image) -> str:
    why = sentence(image.reasons, "no lock is used")
    if _by_hand(image):
        return f"{image.path} installs pins that no locker made ({image.grade}): {why}"
    meaning = "by pip or conda, legacy" if image.grade == "L0" else "by uv: fast, but unpinned"
    return f"{image.path} resolves its dependencies at build time ({image.grade}, {meaning}): {why}"


def _fix(project: Project | None, image: Image) -> str:
    if image.reasons and all(r.message.startswith(_BY_NAME) for r in image.reasons):
        return "Declare these packages where the others are declared, or compile a list of their own, and lock them."
    if project is None:
        return f"Install from a committed lock: `{_INSTALLS['uv']}`."
    if project.lock_discipline == "conflicting":
        return "Decide first which lock is meant (see conflicting-locks), then install from it."
    if others := _lists_that_no_lock_covers(project, image):
        stem = posixpath.splitext(others[0])[0]
        return (
            f"Keep the names of {others[0]} in {stem}.in, let `uv pip compile --generate-hashes {stem}.in -o "
            f"{others[0]}` write the pins, and install them with --require-hashes."
        )
    compiled = [k for k in project.lockfiles if is_compiled(k) and k.export_of is None]
    if compiled:
        lock = min(compiled, key=lambda k: (is_dev_file(k.path), k.path))
        hashes = "" if lock.packages and lock.hashed_packages >= lock.packages else " (compiled with --generate-hashes)"
        return f"Copy {lock.path}{hashes} before the sources, `pip install --require-hashes -r {lock.path}`."
    if project.lock_discipline == "pinned-hashes":
        return (
            "Keep the names in a .in file and let `uv pip compile --generate-hashes` write the pins: what is missing "
            "or left over then shows."
        )
    install = _INSTALLS.get(project.primary_manager or "", _INSTALLS["uv"])
    if project.lockfiles:
        return f"Copy manifest and lock before the sources and install with `{install}`."
    first = "Lock the project first (see missing-lock)" if lacks_lock(project) else "Commit a lock"
    return f"{first}, copy manifest and lock before the sources and install with `{install}`."


def _lists_that_no_lock_covers(project: Project, image: Image) -> list[str]:
    """The files that the image installs, where they lie in other folders than the project's locks."""
    named = [_LIST.match(r.message) for r in image.reasons]
    folders = {posixpath.dirname(k.path) for k in project.lockfiles}
    if not folders or not all(named):
        return []
    return [m["path"] for m in named if m and posixpath.dirname(m["path"]) not in folders]


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
