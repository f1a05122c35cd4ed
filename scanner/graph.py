"""Who depends on whom in the fleet: producers, edges, cycles and reach. Pure: inventories in, a :class:`Graph` out.

An edge by index name exists only when a main project of the fleet publishes that name (PEP 503 normal form); all other
names are public as far as the fleet can tell. A name that several repositories publish is a clash: it is shown, decided
by evidence, and left unresolved where the evidence does not decide.
"""

from __future__ import annotations

import heapq
import posixpath
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from scanner.commands.words import distribution
from scanner.config import Config
from scanner.facts import Scope
from scanner.giturl import normalise
from scanner.inventory import (
    Clash,
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
from scanner.words import counted

CONSUMER_ROLES = frozenset({"main", "docs", "tooling"})
PLACEHOLDER_VERSIONS = frozenset({"0", "0.0", "0.0.0", "0.0.0.dev0", "0.dev0", "999", "9999"})
_EXHAUSTIVE_CUT = 150


def build(repositories: Iterable[Repository], config: Config) -> Graph:
    """The dependency graph across ``repositories``; the same for any order of them, everything in it sorted."""
    fleet = sorted(repositories, key=lambda r: r.id)
    places = _Places(fleet)
    producers = _producers(fleet)
    chosen, clashes = _settle(fleet, producers, places)
    found = _Found()
    for repository in fleet:
        _read_repository(repository, found, chosen, producers, places, config)
    return Graph(
        edges=tuple(sorted(found.edges, key=_edge_key)),
        unresolved=tuple(sorted(found.unresolved, key=lambda u: (u.consumer, u.name, u.path or "", u.line or 0))),
        clashes=clashes,
        inside=tuple(sorted(found.inside, key=_edge_key)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """Repositories that depend on each other in a circle, the edges between them, and what to cut to open it.

    ``cut`` are edges without which no circle is left among these repositories; ``why`` says why these were taken.
    """

    repositories: tuple[str, ...]
    edges: tuple[Edge, ...]
    cut: tuple[Edge, ...]
    why: str


def cycles(graph: Graph, *, hard: Callable[[Edge], bool] | None = None) -> tuple[Cycle, ...]:
    """The cycles between repositories (strongly connected sets), largest first; ``hard`` limits the edges looked at."""
    edges = [e for e in graph.edges if hard is None or hard(e)]
    components = [c for c in components_of((e.consumer, e.provider) for e in edges) if len(c) > 1]
    number = {name: i for i, component in enumerate(components) for name in component}
    inner: defaultdict[int, list[Edge]] = defaultdict(list)
    for edge in edges:
        if (i := number.get(edge.consumer)) is not None and number.get(edge.provider) == i:
            inner[i].append(edge)
    made = [_cycle(component, tuple(inner[i])) for i, component in enumerate(components)]
    return tuple(sorted(made, key=lambda c: (-len(c.repositories), c.repositories)))


def reach(graph: Graph) -> dict[str, int]:
    """For each repository that an edge touches, how many others depend on it, directly or through others."""
    return transitive_dependents({(e.consumer, e.provider) for e in graph.edges})


def components_of(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, ...]]:
    """The strongly connected components of a directed graph given as (from, to), each sorted, providers first."""
    import networkx as nx

    digraph: nx.DiGraph[str] = nx.DiGraph()
    digraph.add_edges_from(sorted(set(pairs)))
    return [tuple(sorted(c)) for c in nx.strongly_connected_components(digraph)]


def transitive_dependents(pairs: Iterable[tuple[str, str]]) -> dict[str, int]:
    """How many nodes reach each node along ``(consumer, provider)`` pairs; members of a circle count each other."""
    pairs = set(pairs)
    components = components_of(pairs)
    index = {name: i for i, component in enumerate(components) for name in component}
    consumers: list[set[int]] = [set() for _ in components]
    waiting = [0] * len(components)
    for consumer, provider in pairs:
        a, b = index[consumer], index[provider]
        if a != b and a not in consumers[b]:
            consumers[b].add(a)
            waiting[a] += 1
    own = _masks(components, index)
    above = [0] * len(components)
    counts: dict[str, int] = {}
    # Components come providers first, so that in reverse every consumer's set is complete before it is read.
    for i in range(len(components) - 1, -1, -1):
        bits = own[i]
        for above_it in consumers[i]:
            bits |= above[above_it]
            waiting[above_it] -= 1
            if not waiting[above_it]:
                above[above_it] = 0
        above[i] = bits if waiting[i] else 0
        for name in components[i]:
            counts[name] = bits.bit_count() - 1
    return counts


def _masks(components: Sequence[tuple[str, ...]], index: Mapping[str, int]) -> list[int]:
    position = {name: n for n, name in enumerate(index)}
    masks = []
    for component in components:
        mask = 0
        for name in component:
            mask |= 1 << position[name]
        masks.append(mask)
    return masks


# -- who provides what


@dataclass(frozen=True, slots=True)
class _Producer:
    repository: Repository
    project: Project


@dataclass(slots=True)
class _Found:
    edges: set[Edge] = field(default_factory=set)
    inside: set[Edge] = field(default_factory=set)
    unresolved: set[Unresolved] = field(default_factory=set)


class _Places:
    """Where the fleet's repositories are: by address, by the end of the address, by folder, by name."""

    def __init__(self, fleet: Sequence[Repository]) -> None:
        self.by_id = {r.id: r for r in fleet}
        self._address: dict[str, Repository] = {}
        self._tails: defaultdict[str, list[Repository]] = defaultdict(list)
        self._folders: dict[str, Repository] = {}
        self._names: defaultdict[str, list[Repository]] = defaultdict(list)
        self._built: dict[str, Repository | None] = {}
        for repository in fleet:
            self._names[repository.name.lower()].append(repository)
            for image in _tags(repository):
                if "/" in image and "$" not in image and "{" not in image:
                    self._built[image] = repository if self._built.get(image, repository) is repository else None
            if repository.location.startswith("/"):
                self._folders[repository.location.rstrip("/")] = repository
            for address in _addresses(repository):
                self._address.setdefault(address, repository)
                tail = address.partition("/")[2]
                if "/" in tail and repository not in self._tails[tail]:
                    self._tails[tail].append(repository)

    def at_address(self, url: str | None) -> Repository | None:
        """The repository that a git address leads to."""
        address = normalise(url) if url else None
        return self._address.get(address.lower()) if address else None

    def inside_address(self, url: str | None) -> Repository | None:
        """The repository whose address begins ``url`` (archives, release files, files in a repository)."""
        parts = re.sub(r"^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/@]*@)?", "", url or "").lower().split("/")
        for end in range(min(len(parts), 12), 2, -1):
            if (found := self._address.get("/".join(parts[:end]).removesuffix(".git"))) is not None:
                return found
        return None

    def at_tail(self, target: str, near: Repository) -> Repository | None:
        """The repository whose owner and name begin ``target`` (``acme/ci/…``); of several, the consumer's host's."""
        parts = target.lower().strip("/").split("/")
        for end in range(min(len(parts), 12), 1, -1):
            tail = "/".join(parts[:end]).removesuffix(".git")
            found = self._tails.get(tail, [])
            if len(found) == 1:
                return found[0]
            host = near.id.partition("/")[0]
            if (same := self._address.get(f"{host}/{tail}".lower())) is not None:
                return same
        return None

    def at_folder(self, near: Repository, path: str) -> tuple[Repository, str] | None:
        """The repository that lies at ``path`` (relative to ``near``'s root, leading outside), and the path in it."""
        if not near.location.startswith("/"):
            return None
        target = posixpath.normpath(posixpath.join(near.location, path))
        folder = target
        while folder not in ("/", ""):
            if (found := self._folders.get(folder)) is not None:
                return found, posixpath.relpath(target, folder)
            folder = posixpath.dirname(folder)
        return None

    def builder(self, image: str) -> Repository | None:
        """The only repository that builds an image of this name."""
        return self._built.get(image)

    def named(self, name: str) -> Repository | None:
        """The only repository of that name."""
        found = self._names.get(name.lower(), [])
        return found[0] if len(found) == 1 else None


def _addresses(repository: Repository) -> list[str]:
    known = (normalise(url) for url in (repository.remote, repository.location) if url)
    return [repository.id.lower(), *(address.lower() for address in known if address)]


def _producers(fleet: Sequence[Repository]) -> dict[str, list[_Producer]]:
    """Main projects that publish, by normalised name; of equals in one repository the one nearest to its root."""
    made: defaultdict[str, list[_Producer]] = defaultdict(list)
    for repository in fleet:
        for project in sorted(repository.projects, key=lambda p: (p.path.count("/") + (p.path != "."), p.path)):
            if project.role == "main" and project.publishes and project.name:
                made[canonicalize_name(project.name)].append(_Producer(repository, project))
    return dict(made)


def _settle(
    fleet: Sequence[Repository], producers: Mapping[str, list[_Producer]], places: _Places
) -> tuple[dict[str, _Producer], tuple[Clash, ...]]:
    chosen: dict[str, _Producer] = {}
    clashes = []
    contested = {n for n, claims in producers.items() if len({c.repository.id for c in claims}) > 1}
    pointed = _git_evidence(fleet, contested, places)
    for name, claims in sorted(producers.items()):
        best = {c.repository.id: c for c in reversed(claims)}
        if len(best) == 1:
            chosen[name] = claims[0]
            continue
        winner, why = _decide(name, best, pointed.get(name, frozenset()))
        if winner is not None:
            chosen[name] = winner
        clashes.append(
            Clash(
                distribution=name,
                providers=tuple(sorted(best)),
                chosen=winner.repository.id if winner else None,
                why=why,
            )
        )
    return chosen, tuple(clashes)


def _git_evidence(fleet: Sequence[Repository], names: set[str], places: _Places) -> dict[str, frozenset[str]]:
    pointed: defaultdict[str, set[str]] = defaultdict(set)
    if not names:
        return {}
    for repository in fleet:
        for project in repository.projects:
            for dependency in project.dependencies:
                if dependency.source == "git" and (name := canonicalize_name(dependency.name)) in names:
                    target = places.at_address(dependency.url)
                    if target is not None:
                        pointed[name].add(target.id)
    return {name: frozenset(ids) for name, ids in pointed.items()}


def _decide(name: str, claims: Mapping[str, _Producer], pointed: frozenset[str]) -> tuple[_Producer | None, str]:
    """The producer that is meant, and why: what lives and is ahead counts before what bears the name."""
    questions: tuple[tuple[str, Callable[[_Producer], bool]], ...] = (
        ("the others are archived", lambda c: "archived" not in c.repository.tags),
        ("git dependencies of the fleet point to it", lambda c: c.repository.id in pointed),
    )
    for why, holds in questions:
        holding = [c for c in claims.values() if holds(c)]
        if len(holding) == 1:
            return holding[0], why
    if (ahead := _most_alive(claims) or _newest(claims)) is not None:
        return ahead
    names: tuple[tuple[str, Callable[[_Producer], bool]], ...] = (
        ("the repository bears the name", lambda c: canonicalize_name(_last(c.repository.id)) == name),
        ("it is published from the repository's root", lambda c: c.project.path == "."),
    )
    for why, holds in names:
        holding = [c for c in claims.values() if holds(c)]
        if len(holding) == 1:
            return holding[0], why
    return None, "nothing in the repositories says which one is meant"


_ABANDONED = timedelta(days=365)


def _most_alive(claims: Mapping[str, _Producer]) -> tuple[_Producer, str] | None:
    """The producer whose last commit is more than a year younger than that of every other."""
    dated = sorted(
        ((day, c.repository.id, c) for c in claims.values() if (day := _day(c.repository.last_activity)) is not None),
        key=lambda found: found[:2],
        reverse=True,
    )
    if len(dated) < len(claims) or dated[0][0] - dated[1][0] <= _ABANDONED:
        return None
    (first, _, winner), (second, _, _) = dated[:2]
    return winner, f"last commit {first}, the next one's {second}"


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def _newest(claims: Mapping[str, _Producer]) -> tuple[_Producer, str] | None:
    """The producer with a higher version than every other, where all state one."""
    known = [(version, c) for c in claims.values() if (version := _version(c.project.version)) is not None]
    known.sort(key=lambda found: found[0], reverse=True)
    if len(known) < len(claims) or known[0][0] == known[1][0]:
        return None
    return known[0][1], f"it has the higher version, {known[0][0]} before {known[1][0]}"


def _version(text: str | None) -> Version | None:
    if text is None or text in PLACEHOLDER_VERSIONS:
        return None
    try:
        return Version(text)
    except InvalidVersion:
        return None


def _last(identity: str) -> str:
    return identity.rstrip("/").rpartition("/")[2]


# -- edges


def _read_repository(
    repository: Repository,
    found: _Found,
    chosen: Mapping[str, _Producer],
    producers: Mapping[str, list[_Producer]],
    places: _Places,
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
        target = _referenced(repository, reference, places)
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
    chosen: Mapping[str, _Producer],
    producers: Mapping[str, list[_Producer]],
    places: _Places,
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
    chosen: Mapping[str, _Producer],
    producers: Mapping[str, list[_Producer]],
    places: _Places,
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
    repository: Repository, dependency: Dependency, name: str, chosen: Mapping[str, _Producer], places: _Places
) -> tuple[Repository, Project | None] | None:
    path = _relative_path(dependency)
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


def leads_outside(path: str) -> bool:
    """Whether a path, relative to a repository's root, leaves the repository."""
    return path == ".." or path.startswith(("../", "/"))


def _relative_path(dependency: Dependency) -> str | None:
    """The folder that a path dependency names, relative to the repository's root; ``None`` where it says nothing."""
    text = (dependency.url or dependency.raw or "").strip()
    text = re.sub(r"^[A-Za-z0-9._-]+(?:\[[^\]]*\])?\s*@\s*", "", text)
    text = re.sub(r"^file:(?://)?", "", text)
    text = re.sub(r"^/?\$\{?(?:PROJECT_ROOT|PWD|CI_PROJECT_DIR|GITHUB_WORKSPACE)\}?/?", "./", text).replace("\\", "/")
    text = text.split("#", 1)[0].split(";", 1)[0].strip()
    text = re.sub(r"\[[^\]]*\]$", "", text)
    if not text or "$" in text or "{" in text or re.match(r"[A-Za-z]:", text):
        return None
    return posixpath.normpath(posixpath.join(posixpath.dirname(dependency.path), text))


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


@lru_cache(maxsize=65_536)
def satisfies(specifier: str | None, version: str | None) -> bool | None:
    """Whether ``version`` lies in ``specifier`` (PEP 440, pre-releases admitted); ``None`` where that is unknown.

    Placeholder versions (``0.0.0`` and the like, filled in at release time) are unknown.
    """
    if specifier is None or version is None or version in PLACEHOLDER_VERSIONS:
        return None
    try:
        return SpecifierSet(specifier).contains(Version(version), prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return None


def _why_unresolved(
    repository: Repository,
    dependency: Dependency,
    name: str,
    producers: Mapping[str, list[_Producer]],
    config: Config,
) -> str | None:
    if dependency.source == "path":
        path = _relative_path(dependency)
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


# -- references: submodules, images, shared CI


def _referenced(repository: Repository, reference: ExternalReference, places: _Places) -> Repository | None:
    match reference.kind:
        case "submodule":
            return places.at_address(_absolute(repository, reference.target))
        case "ci":
            return _shared_ci(repository, reference.target, places)
        case "image":
            return _image_source(repository, reference.target, places)
        case "git":
            return places.at_address(reference.target) or places.inside_address(reference.target)
        case "service":
            target = re.sub(r"^[a-z]+:(?:[^/]+/)?", "", reference.target.lower())
            return places.at_address(reference.target) or places.named(_last(target))


def _absolute(repository: Repository, target: str) -> str:
    """A submodule's address; relative ones (``../lib.git``) start from the repository's own."""
    if not target.startswith(("./", "../")):
        return target
    base = normalise(repository.remote) if repository.remote else repository.id
    return "https://" + posixpath.normpath(posixpath.join(base or repository.id, target))


def _shared_ci(repository: Repository, target: str, places: _Places) -> Repository | None:
    if target.startswith((".", "docker:")):
        return None
    found = places.at_address(target) or places.inside_address(target)
    return found or places.at_tail(re.split(r"[@:?]|//", re.sub(r"^[a-z+]+://[^/]*/", "", target))[0], repository)


def _image_source(repository: Repository, target: str, places: _Places) -> Repository | None:
    """The repository that builds an image: the one whose automation tags it so, else the one of that owner and name.

    A bare name on a registry (``registry.example/python-base``) counts only when it is a compound one.
    """
    image = image_name(target)
    if (built := places.builder(image)) is not None:
        return built
    first, _, rest = image.partition("/")
    path = rest if rest and ("." in first or ":" in first or first == "localhost") else image
    if "/" in path:
        found = places.at_tail(path, repository)
    else:
        found = places.named(path) if path != image and re.search(r"[-_]", path) else None
    return found if found is not None and found.images else None


def image_name(reference: str) -> str:
    """An image reference without tag and digest, in lower case."""
    return re.split(r"@|:(?=[^/]*$)", reference.strip().lower())[0]


def _tags(repository: Repository) -> Iterator[str]:
    """The names that the repository's own automation gives to the images that it builds or pushes."""
    for command in repository.commands:
        words = command.argv
        if (
            not words
            or words[0] not in ("docker", "podman", "buildah", "nerdctl")
            or not {"build", "push"} & set(words)
        ):
            continue
        if words[1:2] == ("push",):
            yield image_name(words[-1])
        for option, value in pairwise(words):
            if option in ("-t", "--tag"):
                yield image_name(value)
        yield from (image_name(w.partition("=")[2]) for w in words if w.startswith("--tag="))


def _installed_edge(repository: Repository, command: Command, word: str, claim: _Producer) -> Edge:
    """An edge by a requirement in a command: what an image installs runs, the rest is for development."""
    specifier = _specifier(word)
    return Edge(
        consumer=repository.id,
        consumer_project=command.project or _project_around(repository, command.path),
        provider=claim.repository.id,
        provider_project=claim.project.path,
        distribution=distribution(word),
        scope="runtime" if command.context == "image" else "group",
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


# -- cycles

_COST: dict[str | None, float] = {"optional": 1, "group": 1, "build": 2, "runtime": 3, None: 3}
_VIA_COST: dict[str, float] = {"index": 0, "git": 1, "service": 1, "submodule": 3, "ci": 4, "image": 4, "path": 4}


def cost_of_cutting(edge: Edge) -> float:
    """How much it takes to remove an edge: extras and groups least, runtime more, paths, images and templates most."""
    return _COST[edge.scope] + _VIA_COST[edge.via]


def _cycle(members: tuple[str, ...], edges: tuple[Edge, ...]) -> Cycle:
    weights: defaultdict[tuple[str, str], float] = defaultdict(float)
    for edge in edges:
        weights[edge.consumer, edge.provider] += cost_of_cutting(edge)
    pairs = _cheapest_cut(members, dict(weights))
    cut = tuple(e for e in edges if (e.consumer, e.provider) in pairs)
    return Cycle(repositories=members, edges=edges, cut=cut, why=_why_cut(cut))


def _cheapest_cut(members: Sequence[str], weights: dict[tuple[str, str], float]) -> set[tuple[str, str]]:
    """Pairs whose removal leaves no circle: the single cheapest one where one is enough, else by a greedy order.

    The order is that of Eades, Lin and Smyth (1993) with weights, made minimal afterwards for all but huge circles.
    """
    greedy = _back_edges(members, weights)
    if len(weights) > _EXHAUSTIVE_CUT:
        return greedy
    for pair in sorted(greedy, key=lambda p: (-weights[p], p)):
        if _acyclic(weights.keys() - (greedy - {pair})):
            greedy.discard(pair)
    total = sum(weights[p] for p in greedy)
    for pair in sorted(weights, key=lambda p: (weights[p], p)):
        if weights[pair] > total:
            break
        if _acyclic(weights.keys() - {pair}):
            return {pair}
    return greedy


def _acyclic(pairs: Iterable[tuple[str, str]]) -> bool:
    return all(len(c) == 1 for c in components_of(pairs))


def _back_edges(members: Sequence[str], weights: Mapping[tuple[str, str], float]) -> set[tuple[str, str]]:
    balance: dict[str, float] = dict.fromkeys(members, 0.0)
    neighbours: defaultdict[str, list[tuple[str, float]]] = defaultdict(list)
    for (consumer, provider), weight in weights.items():
        balance[consumer] += weight
        balance[provider] -= weight
        neighbours[consumer].append((provider, weight))
        neighbours[provider].append((consumer, -weight))
    heap = [(-value, name) for name, value in balance.items()]
    heapq.heapify(heap)
    position: dict[str, int] = {}
    while heap:
        value, name = heapq.heappop(heap)
        if name in position or -value != balance[name]:
            continue
        position[name] = len(position)
        for other, weight in neighbours[name]:
            if other not in position:
                balance[other] += weight
                heapq.heappush(heap, (-balance[other], other))
    return {(a, b) for a, b in weights if position[a] > position[b]}


def _why_cut(cut: Sequence[Edge]) -> str:
    scopes = sorted({e.scope or e.via for e in cut})
    pairs = sorted({(e.consumer, e.provider) for e in cut})
    soft = all(e.scope in ("optional", "group") for e in cut)
    kind = "only extras or development groups" if soft else "edges of scope " + ", ".join(scopes)
    amount = "one connection" if len(pairs) == 1 else f"{len(pairs)} connections"
    declared = counted(len(cut), "declaration")
    return f"cutting {amount} ({declared}, {kind}) leaves no circle; extras and groups are preferred"


def shortest_circle(cycle: Cycle) -> tuple[str, ...]:
    """One shortest way round the cycle from its first repository back to it, for messages."""
    onward: defaultdict[str, set[str]] = defaultdict(set)
    for edge in cycle.edges:
        onward[edge.consumer].add(edge.provider)
    return _way_back(cycle.repositories[0], onward)


def _way_back(start: str, onward: Mapping[str, set[str]]) -> tuple[str, ...]:
    came: dict[str, str] = {}
    frontier = [start]
    while frontier:
        following: list[str] = []
        for name in frontier:
            for target in sorted(onward.get(name, ())):
                if target == start:
                    return (*_trail(name, came), start)
                if target not in came:
                    came[target] = name
                    following.append(target)
        frontier = following
    return (start,)


def _trail(name: str, came: Mapping[str, str]) -> Iterator[str]:
    trail = [name]
    while trail[-1] in came:
        trail.append(came[trail[-1]])
    return reversed(trail)
