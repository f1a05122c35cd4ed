"""Who depends on whom in the fleet: producers, edges, cycles and reach. Pure: inventories in, a :class:`Graph` out.

An edge by index name exists only when a main project of the fleet publishes that name (PEP 503 normal form); all other
names are public as far as the fleet can tell. A name that several repositories publish is a clash: it is shown, decided
by evidence, and left unresolved where the evidence does not decide.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from scanner.commands.words import distribution
from scanner.config import Config
from scanner.facts import Scope
from scanner.graph.paths import leads_outside, relative_path
from scanner.graph.places import Places
from scanner.graph.producers import Producer, producers_of, settle
from scanner.graph.references import referenced
from scanner.graph.versions import satisfies
from scanner.inventory import (
    Command,
    Dependency,
    Edge,
    ExternalReference,
    Graph,
    Project,
    Repository,
    Unresolved,
    Via,
)
from scanner.references import named_installs
from scanner.roles import is_side_image

CONSUMER_ROLES = frozenset({"main", "docs", "tooling"})


def build(repositories: Iterable[Repository], config: Config) -> Graph:
    """The dependency graph across ``repositories``; the same for any order of them, everything in it sorted."""
    fleet = sorted(repositories, key=lambda r: r.id)
    places = Places(fleet)
    producers = producers_of(fleet)
    chosen, clashes = settle(fleet, producers, places)
    found = _Found()
    for repository in fleet:
        _read_repository(repository, found, chosen, producers, places, config)
    return Graph(
        edges=tuple(sorted(found.edges, key=_edge_key)),
        unresolved=tuple(sorted(found.unresolved, key=lambda u: (u.consumer, u.name, u.path or "", u.line or 0))),
        clashes=clashes,
        inside=tuple(sorted(found.inside, key=_edge_key)),
    )


@dataclass(slots=True)
class _Found:
    edges: set[Edge] = field(default_factory=set)
    inside: set[Edge] = field(default_factory=set)
    unresolved: set[Unresolved] = field(default_factory=set)


def _read_repository(
    repository: Repository,
    found: _Found,
    chosen: Mapping[str, Producer],
    producers: Mapping[str, list[Producer]],
    places: Places,
    config: Config,
) -> None:
    for project in _consumers(repository):
        for dependency in project.dependencies:
            made = _resolve(repository, project, dependency, chosen, producers, places, config)
            if isinstance(made, Unresolved):
                found.unresolved.add(made)
            elif made is not None:
                (found.inside if made.consumer == made.provider else found.edges).add(made)
    for command, word in named_installs(repository.commands):
        claim = chosen.get(distribution(word))
        if claim is not None and claim.repository.id != repository.id:
            found.edges.add(_installed_edge(repository, command, word, claim))
    for reference in repository.references:
        target = referenced(repository, reference, places)
        if target is not None and target.id != repository.id:
            found.edges.add(_reference_edge(repository, reference, target))


def _consumers(repository: Repository) -> Iterator[Project]:
    """Projects that count; examples do where they are what the repository is for: no main one needs much to run.

    A member of a main project's workspace is locked and installed with it, whatever its folder is called.
    """
    mains = [p for p in repository.projects if p.role == "main"]
    roots = {p.path for p in mains}
    examples_too = not any(d.scope in ("runtime", "optional") for p in mains for d in p.dependencies)
    for project in repository.projects:
        joined = project.workspace_root in roots and project.role == "fixture"
        if joined or project.role in CONSUMER_ROLES or (examples_too and project.role == "example"):
            yield project


def _resolve(
    repository: Repository,
    project: Project,
    dependency: Dependency,
    chosen: Mapping[str, Producer],
    producers: Mapping[str, list[Producer]],
    places: Places,
    config: Config,
) -> Edge | Unresolved | None:
    name = canonicalize_name(dependency.name) if dependency.name else ""
    provider, via = _provider(repository, dependency, name, chosen, producers, places)
    if provider is not None:
        return _edge(repository, project, dependency, name, provider, via)
    why = _why_unresolved(repository, dependency, name, producers, config)
    if why is None:
        return None
    return Unresolved(
        consumer=repository.id,
        name=name or dependency.raw,
        why=why,
        path=dependency.path,
        line=dependency.line,
    )


def _provider(
    repository: Repository,
    dependency: Dependency,
    name: str,
    chosen: Mapping[str, Producer],
    producers: Mapping[str, list[Producer]],
    places: Places,
) -> tuple[tuple[Repository, Project | None] | None, Via]:
    if dependency.source == "git":
        target = places.at_address(dependency.url) or places.inside_address(dependency.url)
        return (_project_in(target, name) if target else None), "git"
    if dependency.source == "path":
        return _at_path(repository, dependency, name, chosen, places), "path"
    if dependency.source == "url" and (target := places.inside_address(dependency.url)) is not None:
        return _project_in(target, name), "git"
    if dependency.ecosystem == "conda":
        return None, "index"
    own = next((c for c in producers.get(name, ()) if c.repository.id == repository.id), None)
    claim = own or chosen.get(name)
    return ((claim.repository, claim.project) if claim else None), "index"


def _project_in(repository: Repository, name: str) -> tuple[Repository, Project | None]:
    main = [p for p in repository.projects if p.role == "main"]
    named = [p for p in main if p.name and canonicalize_name(p.name) == name]
    if named:
        return repository, named[0]
    root = [p for p in main if p.path == "."]
    return repository, (main[0] if len(main) == 1 else root[0] if root and not name else None)


def _at_path(
    repository: Repository, dependency: Dependency, name: str, chosen: Mapping[str, Producer], places: Places
) -> tuple[Repository, Project | None] | None:
    path = relative_path(dependency)
    if path is None:
        return None
    if not leads_outside(path):
        inside = next((p for p in repository.projects if p.path == path), None)
        return repository, inside
    if (located := places.at_folder(repository, path)) is not None:
        target, rest = located
        return target, next((p for p in target.projects if p.path == rest), _project_in(target, name)[1])
    if name in chosen:
        return chosen[name].repository, chosen[name].project
    sibling = places.named(posixpath.basename(path)) if path.startswith("../") else None
    return _project_in(sibling, name) if sibling is not None else None


def _edge(
    repository: Repository,
    project: Project,
    dependency: Dependency,
    name: str,
    provider: tuple[Repository, Project | None],
    via: Via,
) -> Edge:
    target, published = provider
    scope: Scope = dependency.scope
    return Edge(
        consumer=repository.id,
        consumer_project=project.path,
        provider=target.id,
        provider_project=published.path if published else None,
        distribution=name or (canonicalize_name(published.name) if published and published.name else None),
        scope=scope,
        via=via,
        specifier=dependency.specifier,
        satisfied=satisfies(dependency.specifier, published.version if published else None),
        path=dependency.path,
        line=dependency.line,
    )


def _why_unresolved(
    repository: Repository,
    dependency: Dependency,
    name: str,
    producers: Mapping[str, list[Producer]],
    config: Config,
) -> str | None:
    if dependency.source == "path":
        path = relative_path(dependency)
        outside = path is not None and leads_outside(path)
        return (
            f"the path {path} leads outside the repository and no repository of the fleet lies there"
            if outside
            else None
        )
    if dependency.ecosystem == "conda":
        return None
    if dependency.source == "index" and name in producers:
        return f"{len(producers[name])} projects publish {name} and nothing says which one is meant"
    if not name or not config.is_internal(name):
        return None
    if dependency.source == "index":
        return "the name is declared internal, but no repository of the fleet publishes it"
    return f"the name is declared internal, but its {dependency.source} address leads to no repository of the fleet"


def _installed_edge(repository: Repository, command: Command, word: str, claim: Producer) -> Edge:
    """An edge by a requirement in a command: what an image that ships installs runs, the rest is for development."""
    specifier = _specifier(word)
    ships = command.context == "image" and not is_side_image(command.path)
    return Edge(
        consumer=repository.id,
        consumer_project=command.project or _project_around(repository, command.path),
        provider=claim.repository.id,
        provider_project=claim.project.path,
        distribution=distribution(word),
        scope="runtime" if ships else "group",
        via="index",
        specifier=specifier,
        satisfied=satisfies(specifier, claim.project.version),
        path=command.path,
        line=command.line,
    )


def _specifier(word: str) -> str | None:
    try:
        return str(Requirement(word).specifier)
    except InvalidRequirement:
        return None


def _reference_edge(repository: Repository, reference: ExternalReference, target: Repository) -> Edge:
    return Edge(
        consumer=repository.id,
        consumer_project=_project_around(repository, reference.path),
        provider=target.id,
        provider_project=None,
        distribution=None,
        scope=None,
        via=reference.kind,
        specifier=None,
        satisfied=None,
        path=reference.path,
        line=reference.line,
    )


def _project_around(repository: Repository, path: str) -> str:
    around = [p.path for p in repository.projects if p.path == "." or path.startswith(p.path + "/")]
    return max(around, key=lambda p: (p != ".", len(p)), default=".")


def _edge_key(edge: Edge) -> tuple[object, ...]:
    return (
        edge.consumer,
        edge.consumer_project,
        edge.provider,
        edge.provider_project or "",
        edge.via,
        edge.distribution or "",
        edge.scope or "",
        edge.path or "",
        edge.line or 0,
        edge.specifier or "",
    )
