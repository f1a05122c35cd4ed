"""What a job finds where it starts: the tools, and what is installed, in the image that it runs in."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.commands.follow import while_built
from scanner.commands.image_builds import ImageBuild
from scanner.commands.judge import judge
from scanner.commands.judging import Job
from scanner.commands.lookup import Lookup
from scanner.facts import Invocation
from scanner.image_names import parse_image, tool_version

_TOOLS = ("poetry",)  # whose versions decide how an install is judged
MAX_DEPTH = 3


def starting_job(first: Invocation, lookup: Lookup, depth: int = 0) -> Job:
    """The job that begins with the command ``first``, with what the one image that it runs in already holds."""
    images = lookup.images(first.at.path, first.job)
    job = Job()
    builds = {b.dockerfile: b for b in own_builds(first, lookup)}
    if len(builds) == 1 and depth < MAX_DEPTH:
        (build,) = builds.values()
        inside = tuple(while_built(build, lookup))
        held = starting_job(inside[0], lookup, depth + 1) if inside else Job()
        for invocation in inside:
            judge(invocation, lookup, held)
        job.versions, job.locked_places = held.versions, held.locked_places
        job.poetry_in_system = held.poetry_in_system
    for tool in _TOOLS:
        if len(told := {v for text in images if (v := tool_version(text, tool)) is not None}) == 1:
            job.versions[tool] = f"=={told.pop()}"
    return job


def own_builds(invocation: Invocation, lookup: Lookup) -> Iterator[ImageBuild]:
    """How this repository builds the images that a job runs in, where it is the one that does."""
    for text in lookup.images(invocation.at.path, invocation.job):
        build = lookup.build_of(parse_image(text).name)
        if build is not None and build.dockerfile != invocation.at.path:
            yield build
