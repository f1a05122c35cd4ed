"""Scripts that an image (``ENTRYPOINT``, ``CMD``) or a service of Compose starts: they work where it does, among the
files that it has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from scanner.commands.follow import expand
from scanner.commands.lookup import Lookup
from scanner.commands.services import in_service
from scanner.facts import Extract, Invocation

Started: TypeAlias = Mapping[tuple[str, int | None, tuple[str, ...]], Sequence[Invocation]]


def started_by_images(extracts: Iterable[Extract], lookup: Lookup) -> Started:
    """The commands of scripts as images and services start them, by their place and words."""
    found: defaultdict[tuple[str, int | None, tuple[str, ...]], list[Invocation]] = defaultdict(list)
    for extract in extracts:
        stages = extract.dockerfile.stages if extract.dockerfile is not None else ()
        steps = (s for stage in stages for s in stage.instructions if s.name in ("ENTRYPOINT", "CMD"))
        starting = [i for step in steps for i in step.invocations]
        if extract.format == "compose":
            starting = [i for i in (in_service(one, lookup) for one in extract.invocations) if i.inside is not None]
        for inside in (one for invocation in starting for one in expand(invocation, lookup)):
            found[inside.at.path, inside.at.line, inside.argv].append(inside)
    return found


def where_started(invocation: Invocation, started: Started, lookup: Lookup) -> Invocation:
    """A command of a script in the folder of the image that starts it, where those that find files find the same."""
    places = started.get((invocation.at.path, invocation.at.line, invocation.argv), ())
    if invocation.context != "script" or len({_found(inside, lookup) for inside in places} - {()}) != 1:
        return invocation
    inside = next(place for place in places if _found(place, lookup))
    env = {**dict(inside.env), **dict(invocation.env)}
    return replace(
        invocation, directory=inside.directory, asked=None, inside=inside.inside, env=tuple(sorted(env.items()))
    )


def _found(inside: Invocation, lookup: Lookup) -> tuple[str, ...]:
    """What of the repository a command finds by its folder and its words."""
    return tuple(path for word in (".", *inside.argv[1:]) if (path := lookup.find(inside, word)) is not None)
