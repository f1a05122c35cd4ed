"""Which stages of a Dockerfile make the image that ships, and which make one that is built on the way."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from scanner.commands.container import copied_sources, made_from
from scanner.commands.image_builds import ImageBuild
from scanner.commands.words import program
from scanner.facts import Dockerfile, Instruction, Stage
from scanner.image_names import python_of

_SIDE_STAGE = re.compile(
    r"(?:.*[-_.])?(?:dev|develop|development|devel|devcontainer|test|tests|testing|tester|lint|linter|ci|docs?|debug|debugger"
    r"|local|check|checks|e2e|playground|notebook|jupyter)(?:[-_.].*)?",
    re.IGNORECASE,
)
_PART_STAGE = re.compile(r"(?:.*[-_.])?(?:base|build|builder|deps|dependencies|common)(?:[-_.].*)?", re.IGNORECASE)


def shipping_stages(dockerfile: Dockerfile, builds: Sequence[ImageBuild] = ()) -> tuple[Stage, ...]:
    """The stages that the shipped image is made from, the shipped one last.

    The shipped one is the target that the repository's own ``builds`` name, CI's before others'; without one the last
    stage, unless that is for tests or development and one that ships stands before it, or has nothing of Python where
    another image of this file has (a web server beside the applications).
    """
    return built_stages(dockerfile, _target(dockerfile.stages, builds) or _final(dockerfile))


def built_stages(dockerfile: Dockerfile, final: Stage) -> tuple[Stage, ...]:
    """The stages that ``final`` is made from (``FROM`` a stage, ``COPY --from``), itself last."""
    wanted = {final.index}
    pending = [final]
    while pending:
        for index in made_from(pending.pop(), dockerfile):
            if index not in wanted:
                wanted.add(index)
                pending.append(dockerfile.stages[index])
    return (*(s for s in dockerfile.stages if s.index in wanted and s is not final), final)


def listing_stages(stages: Sequence[Stage], dockerfile: Dockerfile) -> frozenset[int]:
    """Indexes of those ``stages`` of which the others take lists of requirements and locks alone, and no packages."""
    taken: defaultdict[int, set[bool]] = defaultdict(set)
    for stage in stages:
        for parent in chain(stage, dockerfile.stages)[1:2]:
            taken[parent.index].add(False)
        for step in stage.instructions:
            for origin, sources in _taken(step):
                found = stage_called(dockerfile, origin)
                if found is not None and found.index < stage.index:
                    taken[found.index].update(map(_is_listing, sources))
    return frozenset(index for index, lists in taken.items() if lists == {True})


def _taken(step: Instruction) -> Iterator[tuple[str, Sequence[str]]]:
    """From where a step takes what: ``COPY --from`` and mounts."""
    origin = dict(step.flags).get("from")
    if step.name in ("COPY", "ADD") and origin:
        yield origin, copied_sources(step)
    for mount in step.mounts:
        options = dict(mount.options)
        if options.get("from"):
            yield options["from"], [options.get("source") or options.get("src") or "/"]


def _is_listing(source: str) -> bool:
    return source.endswith((".txt", ".in", ".lock", ".toml")) or source.rstrip("/") == "/tmp"  # noqa: S108 - a container's


def stage_called(dockerfile: Dockerfile, target: str | None) -> Stage | None:
    """The stage that ``--target`` means, the last one where none is told."""
    if target is None:
        return dockerfile.stages[-1]
    return next((s for s in dockerfile.stages if target.lower() in ((s.name or "").lower(), str(s.index))), None)


def python_lines(dockerfile: Dockerfile, builds: Sequence[ImageBuild] = ()) -> frozenset[int]:
    """The lines that say which Python the shipped image runs: its own base, else those it is made from."""
    stages = shipping_stages(dockerfile, builds)
    origin = chain(stages[-1], dockerfile.stages)[-1]
    told = [origin] if python_of(origin.base) is not None else stages
    return frozenset(stage.version_line or stage.line for stage in told)


def chain(stage: Stage, stages: Sequence[Stage]) -> list[Stage]:
    """The stage and those that it starts from, nearest first."""
    names = {s.name.lower(): s for s in stages if s.name}
    found = [stage]
    while (parent := names.get(found[-1].base.lower())) is not None and parent.index < found[-1].index:
        found.append(parent)
    return found


def _target(stages: Sequence[Stage], builds: Iterable[ImageBuild]) -> Stage | None:
    """The last of the stages that a build names and that ships; CI's builds count before all others."""
    names = {s.name.lower(): s for s in stages if s.name}
    told = sorted(builds, key=lambda b: b.by != "ci")
    for first in ("ci", None):
        targets = [b.target for b in told if (b.by == "ci") is (first == "ci")]
        if None in targets:
            return None
        stated = [names[t.lower()] for t in targets if t is not None and t.lower() in names]
        shipping = [s for s in stated if not _is_side(s) and not _is_part(s)]
        if shipping:
            return max(shipping, key=lambda s: s.index)
    return None


def _final(dockerfile: Dockerfile) -> Stage:
    stages = dockerfile.stages
    shipping = [s for s in stages if not _is_side(s) and not _is_part(s)]
    if _is_side(stages[-1]):
        return shipping[-1] if shipping else stages[-1]
    if _installs_python(stages[-1], dockerfile):
        return stages[-1]
    used = {index for s in stages for index in made_from(s, dockerfile)}
    leaves = [s for s in shipping if s.index not in used and s.name and _installs_python(s, dockerfile)]
    return leaves[-1] if leaves else stages[-1]


def _installs_python(final: Stage, dockerfile: Dockerfile) -> bool:
    """Whether a package manager of Python runs in any of the stages that ``final`` is made from."""
    return any(
        program(invocation.argv).name in _INSTALLERS or invocation.argv[1:3] == ("-m", "pip")
        for stage in built_stages(dockerfile, final)
        for step in stage.instructions
        for invocation in step.invocations
    )


_INSTALLERS = frozenset("pip pip3 uv poetry pdm pipenv rye hatch conda mamba micromamba pixi".split())


def _is_side(stage: Stage) -> bool:
    return stage.name is not None and _SIDE_STAGE.fullmatch(stage.name) is not None


def _is_part(stage: Stage) -> bool:
    return stage.name is not None and _PART_STAGE.fullmatch(stage.name) is not None
