"""What a job finds where it starts: the tools, and what is installed, in the image that it runs in."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.commands.follow import needed_before, while_built, while_made
from scanner.commands.image_builds import ImageBuild
from scanner.commands.judge import judge
from scanner.commands.judging import Job
from scanner.commands.lookup import Lookup
from scanner.commands.services import is_mounted
from scanner.facts import Invocation
from scanner.image_names import parse_image, tool_version

_TOOLS = ("poetry",)  # whose versions decide how an install is judged
MAX_DEPTH = 3


def starting_job(first: Invocation, lookup: Lookup, depth: int = 0) -> Job:
    """The job that begins with the command ``first``, with what the one image that it runs in already holds.

    A task begins with what those that it needs leave.
    """
    made_at = first.inside.image if first.inside is not None else None
    images = lookup.images(first.at.path, first.job) if made_at is None else ()
    job = Job()
    builds = {b.dockerfile: b for b in own_builds(first, lookup)} if made_at is None else {}
    if (made_at is not None or len(builds) == 1) and depth < MAX_DEPTH:
        build = next(iter(builds.values()), None)
        inside = while_built(build, lookup) if build is not None else while_made(made_at or first.at, lookup)
        held = _left_by(tuple(inside), lookup, depth)
        job.versions, job.locked_places = held.versions, held.locked_places
        job.poetry_in_system = held.poetry_in_system
        if first.inside is not None and not is_mounted(first):  # the locks that it made or checked are there
            job.relocked, job.refreshed, job.verified = held.relocked, held.refreshed, held.verified
    for tool in _TOOLS:
        if len(told := {v for text in images if (v := tool_version(text, tool)) is not None}) == 1:
            job.versions[tool] = f"=={told.pop()}"
    for invocation in needed_before(first, lookup) if depth == 0 else ():
        judge(invocation, lookup, job)
    return job


def _left_by(made: tuple[Invocation, ...], lookup: Lookup, depth: int) -> Job:
    """What the commands that make an image leave in it."""
    held = starting_job(made[0], lookup, depth + 1) if made else Job()
    for invocation in made:
        judge(invocation, lookup, held)
    return held


def own_builds(invocation: Invocation, lookup: Lookup) -> Iterator[ImageBuild]:
    """How this repository builds the images that a job runs in, where it is the one that does."""
    for text in lookup.images(invocation.at.path, invocation.job):
        build = lookup.build_of(parse_image(text).name)
        if build is not None and build.dockerfile != invocation.at.path:
            yield build
