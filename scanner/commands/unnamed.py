"""What runs in a container although the command that builds or starts it does not name it: the tests of a build, a
service's own command, that of the image."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.commands.follow import as_called, composed, expand, expand_builds
from scanner.commands.image_builds import ImageBuild, builds_of, compose_services, image_build, image_run
from scanner.commands.lookup import Lookup
from scanner.commands.stages import built_stages, stage_called
from scanner.commands.words import option
from scanner.facts import Invocation
from scanner.shell.wrappers import contained

_UNTIL_ENDED = ("--exit-code-from", "--abort-on-container-exit", "--attach")


def run_unnamed(invocation: Invocation, lookup: Lookup) -> Iterator[Invocation]:
    """What a command has run in an image that this repository builds, and waits for, without naming it."""
    if image_build(invocation) is not None:
        yield from expand_builds(invocation, lookup)
    elif contained(list(invocation.argv)) is None:
        for inside in _own_commands(invocation, lookup):
            yield from (as_called(one, invocation) for one in expand(inside, lookup) or (inside,))


def _own_commands(invocation: Invocation, lookup: Lookup) -> Iterator[Invocation]:
    """The command of the service or image that is started."""
    if (image := image_run(invocation)) is not None:
        build = lookup.build_of(image)
        yield from _of_image(build, lookup) if build is not None else ()
        return
    asked = compose_services(invocation)
    waits = "run" in invocation.argv or any(w.partition("=")[0] in _UNTIL_ENDED for w in invocation.argv)
    if asked is None or not waits:
        return
    wanted = option(invocation.argv, "--exit-code-from") or asked[1]
    for extract in composed(invocation, asked[0], lookup):
        for service in extract.settings.get("services", {}) if wanted is None else (wanted,):
            own = [i for i in extract.invocations if i.job == service and image_build(i) is None]
            yield from own or (i for build in builds_of(extract, service) for i in _of_image(build, lookup))


def _of_image(build: ImageBuild, lookup: Lookup) -> Iterator[Invocation]:
    """What an image starts by itself."""
    extract = lookup.extracts.get(build.dockerfile)
    if extract is None or extract.dockerfile is None or extract.template:
        return
    final = stage_called(extract.dockerfile, build.target) or extract.dockerfile.stages[-1]
    steps = [s for stage in built_stages(extract.dockerfile, final) for s in stage.instructions]
    for name in ("ENTRYPOINT", "CMD"):
        last = next((s for s in reversed(steps) if s.name == name), None)
        yield from last.invocations if last is not None else ()
