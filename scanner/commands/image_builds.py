"""Which Dockerfile a command builds, from which context: Docker, Podman, Buildah, kaniko, and Compose by its file."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scanner.commands.words import Program, after_options, option, options, program
from scanner.facts import Context, Extract, Invocation, Location
from scanner.image_names import parse_image
from scanner.shell.wrappers import CONTAINER_VALUES, contained

_BUILD_VALUES = frozenset(
    """
    -f --file -t --tag --target --build-arg --build-context --cache-from --cache-to --secret --ssh --platform --label
    --network -o --output --progress --builder --iidfile --metadata-file --shm-size --ulimit --add-host --cgroup-parent
    -m --memory --cpuset-cpus --isolation --attest --annotation --allow --log-level --format --layers --authfile
    """.split()
)
_COMPOSE_VALUES = frozenset("-f --file -p --project-name --env-file --profile --project-directory --parallel".split())
_SERVICE_VALUES = frozenset(
    "-e --env -u --user -w --workdir -v --volume --name --entrypoint --build-arg -p --publish".split()
)
_COMPOSE_BUILDS = frozenset({"build", "up", "run", "exec", "create"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageBuild:
    """A Dockerfile by its path, and the folder that it is built from (``None``: an address, or not known).

    ``at`` and ``by`` say which command builds it; ``exports``: it hands its layers to a cache exporter;
    ``remote``: the builder is not the machine that runs the command, and lives on; ``names`` are what the image is
    called, without tags; ``args`` the arguments that the build is given, as far as they are literal.
    """

    dockerfile: str
    context: str | None
    at: Location
    by: Context
    target: str | None = None
    exports: bool = False
    remote: bool = False
    names: tuple[str, ...] = ()
    args: tuple[tuple[str, str], ...] = ()


def image_build(invocation: Invocation) -> ImageBuild | None:
    """What ``invocation`` builds, seen from its folder; ``None`` where it builds nothing or nobody can tell what."""
    if invocation.directory is None or invocation.directory.startswith("/"):
        return None
    started = program(invocation.argv)
    if (words := _build_words(started)) is not None:
        rest = after_options(words, _BUILD_VALUES)
        while len(rest) > 1 and (more := after_options(rest[1:], _BUILD_VALUES)) != rest[1:]:
            rest = (rest[0], *more)  # options may follow the context
        file, context = option(words, "-f", "--file"), rest[0] if rest else "."
    elif started.name in ("executor", "kaniko", "kaniko-executor"):
        words = started.args
        file, context = option(words, "--dockerfile", "-f"), option(words, "--context", "-c") or "."
        context = context.removeprefix("dir://")
    else:
        return None
    folder = _inside(invocation.directory, context)
    path = _inside(invocation.directory if file and started.name != "executor" else folder, file or "Dockerfile")
    target = option(words, "--target")
    if path is None:
        return None
    exports = any(word.startswith("--cache-to") for word in words)
    names = tuple(parse_image(text).name for text in options(words, "-t", "--tag", "--destination"))
    return ImageBuild(
        dockerfile=path,
        context=folder,
        at=invocation.at,
        by=invocation.context,
        target=target,
        exports=exports,
        remote=started.name == "depot",
        names=names,
        args=tuple(_pair(word) for word in options(words, "--build-arg") if "=" in word and "$" not in word),
    )


def _pair(word: str) -> tuple[str, str]:
    name, _, value = word.partition("=")
    return name, value.strip("\"'")


def image_run(invocation: Invocation) -> str | None:
    """The name, without a tag, of the image that ``docker run`` starts; ``None`` for other commands."""
    if program(invocation.argv).name not in ("docker", "podman", "nerdctl") or invocation.argv[1:2] != ("run",):
        return None
    if (inside := contained(list(invocation.argv))) is not None:
        return parse_image(invocation.argv[inside.start - 1]).name
    rest = after_options(invocation.argv[2:], CONTAINER_VALUES)  # with the command of its own
    return parse_image(rest[0]).name if rest else None


def compose_services(invocation: Invocation) -> tuple[tuple[str, ...], str | None] | None:
    """The Compose files that a command reads (none stated: the default ones) and the service that it names.

    ``None`` for commands that build or start nothing.
    """
    started = program(invocation.argv)
    rest = started.args
    if started.name in ("docker", "podman"):
        if rest[:1] != ("compose",):
            return None
        rest = rest[1:]
    elif started.name not in ("docker-compose", "podman-compose"):
        return None
    verb = after_options(rest, _COMPOSE_VALUES)
    if verb[:1] == () or verb[0] not in _COMPOSE_BUILDS:
        return None
    service = after_options(
        verb[1:],
        ("-e", "--env", "-u", "--user", "-w", "--workdir", "-v", "--volume", "--name", "--entrypoint", "--build-arg"),
    )
    return tuple(options(rest, "-f", "--file")), service[0] if service else None


def service_folder(asked: str, extracts: Iterable[Extract]) -> str | None:
    """The folder of the repository in which ``${compose:SERVICE}`` works: what its image is built from."""
    match = re.fullmatch(r"\$\{compose:(.{1,100})\}", asked)
    composed = (e for e in extracts if match is not None and e.format == "compose" and not e.template)
    found = {b.context for e in composed for b in builds_of(e, match[1])} if match is not None else set()
    return found.pop() if len(found) == 1 else None


def builds_of(extract: Extract, service: str | None = None) -> Iterator[ImageBuild]:
    """The images that a file's commands build; in a Compose file those of one service, or of all."""
    for invocation in extract.invocations:
        if service in (None, invocation.job) and (build := image_build(invocation)) is not None:
            yield build


def _build_words(started: Program) -> tuple[str, ...] | None:
    """The words after ``docker build``, ``docker buildx build``, ``docker image build``, ``buildah bud``."""
    if started.name not in ("docker", "podman", "nerdctl", "buildah", "depot"):
        return None
    rest = after_options(started.args, ("--config", "-c", "--context", "-H", "--host", "--log-level"))
    if rest[:1] in (("buildx",), ("image",), ("builder",)):
        rest = after_options(rest[1:], ("--builder",))
    return rest[1:] if rest[:1] in (("build",), ("bud",), ("b",)) else None


def _inside(folder: str | None, word: str) -> str | None:
    if folder is None or "$" in word or "://" in word or word.startswith(("/", "~", "git@")) or word == "-":
        return None
    path = posixpath.normpath(posixpath.join(folder, word.replace("\\", "/")))
    return None if path == ".." or path.startswith("../") else path
