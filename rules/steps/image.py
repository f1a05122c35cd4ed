"""The images: dependencies from the lock in their own layer, uv in one version, the base by digest."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from rules.leftovers import Leftover, leftovers, pattern
from rules.reading import project_around, sentence
from rules.step import Site, Step, StepWriter
from rules.uv import version
from scanner.inventory import Image, Project
from scanner.words import listed


def write(site: Site) -> Iterator[Step]:
    """One step for each image of the moved projects that does not install with uv from a lock yet."""
    paths = {p.path for p in site.projects}
    for image in site.repository.images:
        project = project_around(site.repository, image.path)
        done = image.tool == "uv" and image.grade in ("L2", "L3")
        if image.grade is not None and not done and project is not None and project.path in paths:
            found = [f for f in leftovers(site.repository, "image") if f.command.path == image.path]
            yield _step(image, project, found)


def _step(image: Image, project: Project, found: list[Leftover]) -> Step:
    prefix = "" if project.path == "." else f"{project.path}/"
    members = " With a workspace, copy every member's pyproject.toml too." if project.workspace_root else ""
    install = "--no-install-project " if project.publishes or project.build_backend else ""
    lines = [
        f"RUN pip install --no-cache-dir uv=={version('uv')}",
        f"COPY {prefix}pyproject.toml {prefix}uv.lock ./",
        f"RUN uv sync --locked --no-dev {install}".rstrip(),
        f"COPY {prefix or '.'} .",
        *(["RUN uv sync --locked --no-dev"] if install else []),
        'ENV PATH="/app/.venv/bin:$PATH"',
    ]
    digest = "" if image.digest else f" Pin the base ({image.base}) by digest."
    path = shlex.quote(image.path)
    calls = pattern(found)
    shown = "\n".join(" ".join(line.split()) for line in lines)
    return Step(
        title=f"Let {image.path} install from uv.lock",
        why=f"Today: {image.grade}, {sentence(image.reasons, 'not from a uv lock')}. Replace {_lines(found)} by those "
        f"printed (with WORKDIR /app).{digest}{members}",
        commands=(f"cat <<'LINES'\n{shown}\nLINES", f"${{EDITOR:-vi}} {path}"),
        verify=(
            f"grep -nE 'uv sync .*--locked' {path}",
            *((f"! grep -nE {shlex.quote(calls)} {path}",) if calls else ()),
            f"docker build -f {path} .",
        ),
        rollback=(f"git restore --staged --worktree -- {path}",),
    )


def _lines(found: list[Leftover]) -> str:
    lines = sorted({f.command.line for f in found if f.command.line})
    return f"line{'s' if len(lines) > 1 else ''} {listed([str(n) for n in lines])}" if lines else "the install lines"


STEPS = StepWriter(name="image", track="uv", write=write)
