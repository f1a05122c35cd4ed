"""Where a command works that Compose starts: in a folder mounted from the repository, else in its service's image.

What a service has is what its image was made with and what is mounted into it, not what lies in the folder that it is
built from. Where the working folder is not told, or nothing is copied into the image, that folder stands for it.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, replace

from scanner.commands.container import Container
from scanner.commands.image_builds import ImageBuild, builds_of, image_build, service_folder
from scanner.commands.lookup import Lookup
from scanner.commands.stages import built_stages, stage_called
from scanner.facts import Dockerfile, Extract, Inside, Invocation, Location, Stage

_ASKED = re.compile(r"\$\{compose:(.{1,100})\}")


@dataclass(frozen=True, slots=True)
class _Image:
    """The image of a service: how it is built, its files, and the stage that it ends with."""

    build: ImageBuild
    dockerfile: Dockerfile
    container: Container
    stage: Stage

    @property
    def end(self) -> Location:
        """The last line of the stage."""
        last = self.stage.instructions[-1].line if self.stage.instructions else self.stage.line
        return Location(path=self.build.dockerfile, line=last)


def in_service(invocation: Invocation, lookup: Lookup) -> Invocation:
    """``invocation`` where it works, if Compose starts it in a service; any other as it is."""
    extract = lookup.extracts.get(invocation.at.path)
    if extract is not None and extract.format == "compose":
        own = invocation.job is None or image_build(invocation) is not None
        return invocation if own else _placed(invocation, extract, invocation.job or "", lookup)
    if invocation.directory is not None or (asked := _ASKED.fullmatch(invocation.asked or "")) is None:
        return invocation
    composed = [e for e in lookup.extracts.values() if e.format == "compose" and not e.template]
    named = [e for e in composed if asked[1] in e.settings.get("services", {})]
    found = {moved for e in named if (moved := _placed(invocation, e, asked[1], lookup)) != invocation}
    if len(found) == 1:
        return found.pop()
    return replace(invocation, directory=service_folder(invocation.asked or "", composed))


def is_mounted(invocation: Invocation) -> bool:
    """Whether the folder in which the command works is mounted from the repository."""
    folder = f"{invocation.directory}/"
    inside = invocation.inside.mounts if invocation.inside is not None else ()
    return any(folder.startswith(f"{target.rstrip('/')}/") for target, _ in inside)


def service_build(extract: Extract, name: str, lookup: Lookup) -> ImageBuild | None:
    """How the image of a service is built: by its own file, or by the one that another beside it agrees on."""
    own = next(builds_of(extract, name), None)
    if own is not None:
        return own
    home = posixpath.dirname(extract.path)
    beside = (e for p, e in lookup.extracts.items() if e.format == "compose" and posixpath.dirname(p) == home)
    found = {(b.dockerfile, b.context, b.target): b for e in beside for b in builds_of(e, name)}
    return next(iter(found.values())) if len(found) == 1 else None


def _placed(invocation: Invocation, extract: Extract, name: str, lookup: Lookup) -> Invocation:
    known = extract.settings.get("services", {}).get(name, {})
    build = service_build(extract, name, lookup)
    image = _image(build, lookup)
    folder = _inside(invocation, known.get("workdir"), build, image)
    mounts: dict[str, str | None] = dict(known.get("volumes", ()))
    if folder is None:
        inside = Inside(image=None, mounts=tuple((t, s) for t, s in mounts.items() if s is not None))
        return replace(invocation, inside=inside) if inside.mounts else invocation
    over = max((t for t in mounts if f"{folder}/".startswith(f"{t.rstrip('/')}/")), key=len, default=None)
    copied = image is not None and not image.container.is_bare
    if mounts[over] is None if over is not None else not copied:
        return invocation  # nobody can tell what is there
    env = {**(_variables(image) if image is not None else {}), **dict(invocation.env)}
    inside = Inside(
        image=image.end if image is not None and copied else None,
        mounts=tuple((target, source) for target, source in mounts.items() if source is not None),
    )
    return replace(invocation, directory=folder, asked=None, inside=inside, env=tuple(sorted(env.items())))


def _variables(image: _Image) -> dict[str, str]:
    """The variables that the commands of the image end with."""
    stages = built_stages(image.dockerfile, image.stage)
    steps = [step for step in (stages[-1] if stages else image.stage).instructions if step.invocations]
    return dict(steps[-1].invocations[-1].env) if steps else {}


def _image(build: ImageBuild | None, lookup: Lookup) -> _Image | None:
    container = lookup.container(build.dockerfile) if build is not None else None
    extract = lookup.extracts.get(build.dockerfile) if build is not None else None
    if build is None or container is None or extract is None or extract.dockerfile is None or extract.template:
        return None
    stage = stage_called(extract.dockerfile, build.target) or extract.dockerfile.stages[-1]
    return _Image(build, extract.dockerfile, container, stage)


def _inside(invocation: Invocation, stated: str | None, build: ImageBuild | None, image: _Image | None) -> str | None:
    """The command's folder inside the container; ``None`` where nobody can tell."""
    directory = invocation.directory
    if directory is not None and directory.startswith("/"):
        return directory
    base = stated or (image.container.directory(image.stage.index) if image is not None else None)
    if base is None or "$" in base or not base.startswith("/"):
        return None
    if directory is None:
        return base if build is None or invocation.asked is not None else None
    context = build.context if build is not None else None
    return posixpath.normpath(posixpath.join(base, posixpath.relpath(directory, context or ".")))
