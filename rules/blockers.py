"""What stands in the way of a move: typed, each with its place, its hours and the decision that a person has to take.

The codes are a fixed list; :data:`KINDS` documents them. A blocker without a decision is work, not a question.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from rules.linters import in_use, selection
from rules.pythons import admitted, dotted, minor, oldest_for_uv
from rules.reading import area_of, label, manifest_of, package_indexes, sentence
from rules.step import Site, Track
from rules.uv import USED_PYTHONS, unsayable
from scanner.graph.paths import leads_outside, relative_path
from scanner.inventory import Edge, Lockfile, Project, Repository
from scanner.words import listed

Risk = Literal["low", "medium", "high"]
Hours = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanBlocker:
    """A blocker of a plan as published; ``decision`` is what a person must decide, null where nothing is to decide."""

    code: str
    message: str
    path: str | None
    line: int | None
    decision: str | None


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of blocker: its hours (low, likely, high), the risk that it brings, the decision that it asks for."""

    hours: Hours
    risk: Risk
    decision: str | None


KINDS: Mapping[str, Kind] = {
    "ambiguous-manager": Kind((0.5, 1, 3), "medium", "Which tool's manifest is the truth? The others are removed."),
    "automatic-classifiers": Kind((0.25, 0.25, 1), "low", None),
    "broken-lock": Kind((0.5, 1, 4), "high", "From which commit is the last lock that production ran?"),
    "compiled-extension": Kind((0.5, 2, 8), "medium", None),
    "conda-packages": Kind((2, 6, 24), "high", "Wheel, system package, or stay on conda: for each package."),
    "conflicting-locks": Kind((1, 2, 6), "high", "Which lock does production mean?"),
    "conflicting-pins": Kind(
        (0.5, 1, 4),
        "medium",
        "Which version stays? One lock holds one version for all groups: compile the files together (-c), or take "
        "production's version, or keep the files apart: `==` in groups of their own and [tool.uv] conflicts.",
    ),
    "dynamic-metadata": Kind((0.5, 1, 3), "medium", None),
    "external-path": Kind(
        (0.5, 2, 6), "high", "Publish what lies outside, make it a workspace member, or take it from git?"
    ),
    "foreign-template": Kind((0.5, 1, 4), "medium", "Who changes the shared template? It is in no plan."),
    "formatter-style": Kind((0.5, 1, 3), "medium", "Accept Ruff's format for all files in one commit?"),
    "hatch-environments": Kind((0.25, 0.5, 2), "low", None),
    "index-in-variable": Kind((0.25, 0.5, 2), "medium", "Which address? uv expands no variables in its manifest."),
    "index-order": Kind(
        (0.5, 1.5, 4), "medium", "Which index serves which package? (explicit = true and [tool.uv.sources])"
    ),
    "lint-plugin": Kind((0.5, 1, 4), "medium", "Keep flake8 for the plug-in alone, or drop its checks?"),
    "lock-narrower": Kind((0.25, 0.25, 1), "low", None),
    "manifest-by-hand": Kind((0.25, 0.5, 2), "medium", None),
    "no-lock": Kind((0.5, 1, 4), "medium", "Nothing records today's versions: is the newest resolution acceptable?"),
    "not-a-package": Kind((0.25, 0.25, 1), "low", None),
    "pipenv-scripts": Kind((0.25, 0.25, 1), "low", None),
    "poetry-build-script": Kind((1, 3, 8), "high", "Which backend runs the build script from now on?"),
    "poetry-core-kept": Kind((0.25, 0.5, 2), "low", None),
    "poetry-plugin": Kind((0.5, 2, 6), "medium", "What replaces the plug-in (dynamic version, exports, mono-repo)?"),
    "private-index": Kind((0.25, 0.5, 2), "low", None),
    "pylint-checks": Kind((0.5, 2, 6), "medium", "Keep pylint beside Ruff for the checks that Ruff does not have?"),
    "python-too-old": Kind((2, 6, 24), "high", "Raise the Python version first, or leave this repository out?"),
    "python-undeclared": Kind((0.25, 0.25, 1), "low", "Which Python versions are supported? (requires-python)"),
    "setup-py-logic": Kind((0.5, 2, 8), "medium", None),
    "shared-ci": Kind((0.25, 0.5, 2), "medium", None),
    "shared-image": Kind((0.25, 0.5, 2), "medium", None),
    "unused-lock": Kind((0.25, 0.5, 2), "medium", None),
    "stale-lock": Kind(
        (0.25, 1, 3), "medium", "Renew the lock with its old tool first, so that the comparison is fair?"
    ),
    "versions-differ": Kind(
        (0.25, 0.5, 2), "medium", "Which versions are right: the lock's, or those installed today?"
    ),
    "undecided-lock": Kind((0.25, 0.5, 2), "medium", None),
    "task-runner": Kind((0.25, 0.5, 2), "low", "What runs these commands from now on (make, just, poe, nox)?"),
    "unread-file": Kind((0.25, 0.5, 2), "medium", "Repair the file; what it says is in no plan."),
}


#: Blockers whose answer lies outside the repository, or may be that it stays: nothing to learn the way from.
NOT_FOR_A_PILOT = frozenset(
    {"broken-lock", "conda-packages", "external-path", "foreign-template", "python-too-old", "unread-file"}
)

_UNREAD = ("syntax", "conflict-markers", "encoding", "bug")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """What a repository waits for: hard edges to repositories that move too, and to templates in nobody's plan.

    ``names`` are what to call the providers, by id.
    """

    before: tuple[Edge, ...] = ()
    unplanned: tuple[Edge, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)


def blockers(site: Site, track: Track, waits: Waits) -> tuple[PlanBlocker, ...]:
    """The blockers of ``site`` on ``track``, sorted."""
    found = _ruff(site) if track == "ruff" else _uv(site, waits)
    return tuple(sorted(set(found), key=lambda b: (b.code, b.path or "", b.line or 0, b.message)))


def _made(code: str, message: str, path: str | None = None, line: int | None = None) -> PlanBlocker:
    kind = KINDS.get(code)
    return PlanBlocker(code=code, message=message, path=path, line=line, decision=kind.decision if kind else None)


def _uv(site: Site, waits: Waits) -> Iterator[PlanBlocker]:
    others = _of_others(site.repository)
    for project in site.projects:
        for known in project.blockers:
            yield _made(known.code, known.message, known.path, known.line)
        yield from _locks(site, project)
        yield from _manifest(project)
        yield from _indexes(project, others)
        if (old := too_old(project)) is not None:
            yield old
        yield from _installed(project)
    yield from _undeclared(site)
    yield from _shared(waits)
    yield from _unread(site.repository)


def _locks(site: Site, project: Project) -> Iterator[PlanBlocker]:
    rivals = [k for k in project.lockfiles if k.export_of is None]
    if project.lock_discipline == "conflicting":
        names = listed([f"{k.path} ({k.tool})" for k in rivals])
        yield _made("conflicting-locks", f"{names} lock the same project", rivals[0].path if rivals else None)
    for lock in rivals:
        code = {"broken": "broken-lock", "stale": "stale-lock", "undecidable": "undecided-lock"}.get(lock.status)
        if code is not None and not (code == "stale-lock" and lock.tool == "uv"):  # the step renews it
            yield _made(code, f"{lock.path}: {sentence(lock.reasons, lock.status)}", lock.path, _line(lock))
    if not rivals and project.lock_discipline in ("unlocked", "partial") and project.kind in ("service", "job", "cli"):
        yield _made("no-lock", f"{label(site.repository, project)} has no lock", manifest_of(project))


def _line(lock: Lockfile) -> int | None:
    return next((r.line for r in lock.reasons if r.path == lock.path), None)


def _manifest(project: Project) -> Iterator[PlanBlocker]:
    rivals = [m for m in project.package_managers if m in ("poetry", "pdm", "pipenv", "rye", "conda", "pixi", "hatch")]
    if len(rivals) > 1:
        yield _made("ambiguous-manager", f"managed by {listed(rivals)}", manifest_of(project))
    conda = sorted({d.name for d in project.dependencies if d.ecosystem == "conda"} - {"python", "pip"})
    if conda and project.primary_manager in ("conda", "pixi"):
        first = next(d for d in project.dependencies if d.name == conda[0])
        come = "package comes" if len(conda) == 1 else "packages come"
        yield _made("conda-packages", f"{len(conda)} {come} from conda channels", first.path, first.line)
    for item in project.dependencies:
        if item.source == "path" and (path := relative_path(item)) is not None and leads_outside(path):
            yield _made("external-path", f"{item.name or item.raw} lies outside the repository", item.path, item.line)
    by_hand = unsayable(d for d in project.dependencies if d.source != "path" and d.ecosystem != "conda")
    if by_hand and project.primary_manager != "poetry":
        yield _made("manifest-by-hand", f"to be written by hand: {', '.join(by_hand[:5])}", manifest_of(project))


def _of_others(repository: Repository) -> frozenset[tuple[str, int | None]]:
    """Where automation installs something by name alone (a tool, the published package): no index of a project's."""
    places: defaultdict[tuple[str, int | None], set[str]] = defaultdict(set)
    for command in repository.commands:
        places[command.path, command.line].add(command.kind)
    return frozenset(place for place, kinds in places.items() if "adhoc" in kinds and "install" not in kinds)


def _indexes(project: Project, others: frozenset[tuple[str, int | None]]) -> Iterator[PlanBlocker]:
    if project.primary_manager in ("conda", "pixi"):
        return  # their channels are no indexes of uv
    if project.primary_manager == "uv":
        return  # it reads them already: nothing changes
    own = [i for i in package_indexes(project) if (i.path, i.line) not in others]
    public = any((i.name or "").lower() == "pypi" for i in project.indexes)
    extra = [i for i in own if i.kind == "extra-index"]
    main = {i.url for i in own if i.kind == "index"}
    if extra or len(main) + public > 1:
        first = (extra or own)[0]
        addresses = list(dict.fromkeys(i.url for i in own))
        places = listed([*(["the default index"] if public or not main else []), *addresses])
        order = _ORDERS.get(project.primary_manager or "", "looks for a name in an order of its own")
        message = (
            f"packages come from {places}: {project.primary_manager} {order}, uv takes the first that has the name"
        )
        yield _made("index-order", message, first.path, first.line)
    elif own:
        yield _made("private-index", f"packages come from {own[0].url}", own[0].path, own[0].line)


_BEST = "takes the highest version that any of them has"
_ORDERS = {"pip": _BEST, "pip-tools": _BEST, "setuptools": _BEST, "pdm": _BEST}


def too_old(project: Project) -> PlanBlocker | None:
    """A project that is for Pythons alone which uv does not work with: as it states, runs, or (else) claims."""
    oldest = oldest_for_uv()
    stated = admitted(project.requires_python)
    if project.requires_python is not None:
        place = next((d for d in project.python_versions if d.kind == "requires-python"), None)
        if not stated or max(stated) >= oldest:
            return None
        why = f"requires-python {project.requires_python} ends below {dotted(oldest)}, the oldest that uv works with"
        path, line = (place.path, place.line) if place else (manifest_of(project), None)
        return _made("python-too-old", why, path, line)
    shown = [d for d in project.python_versions if d.kind in _SHOWN]
    known = [(version, d) for d in shown if (version := minor(d.version)) is not None]
    is_open = any(d.version.strip() == "3" for d in shown)  # a classifier without a feature release
    if not known or is_open or max(version for version, _ in known) >= oldest:
        return None
    used = [pair for pair in known if pair[1].kind in USED_PYTHONS]
    newest, place = max(used or known, key=lambda pair: pair[0])
    does = "runs on" if used else "is said to be for"
    message = f"{does} Python {dotted(newest)}; {dotted(oldest)} is the oldest that uv works with"
    return _made("python-too-old", message, place.path, place.line)


_SHOWN = USED_PYTHONS | {"classifier", "tox", "nox"}


def _installed(project: Project) -> Iterator[PlanBlocker]:
    """What an image or CI installs in other versions than the lock: after the move it installs the lock's."""
    for found in project.disagreements:
        if found.packages and found.between[0] == "local":
            place = found.evidence[-1] if found.evidence else None
            message = f"{found.message}: after the move, all take the lock's versions"
            yield _made("versions-differ", message, place.path if place else None, place.line if place else None)


def _undeclared(site: Site) -> Iterator[PlanBlocker]:
    """Projects that neither state a Python range nor show one in image, CI or version file: one question for all."""
    silent = [p for p in site.projects if p.requires_python is None and not _shows_python(p) and not too_old(p)]
    if silent:
        names = listed([label(site.repository, p) for p in silent], 4)
        yield _made("python-undeclared", f"no Python version is stated for {names}", manifest_of(silent[0]))


def _shows_python(project: Project) -> bool:
    return any(d.kind in USED_PYTHONS and minor(d.version) is not None for d in project.python_versions)


def _shared(waits: Waits) -> Iterator[PlanBlocker]:
    for edge in waits.before:
        if edge.via in ("ci", "image"):
            name = waits.names.get(edge.provider, edge.provider)
            yield _made(f"shared-{edge.via}", f"builds on {name}, which moves first", edge.path, edge.line)
    for edge in waits.unplanned:
        name = waits.names.get(edge.provider, edge.provider)
        message = f"runs a template of {name}, which still calls an old tool and is in no plan"
        yield _made("foreign-template", message, edge.path, edge.line)


def _unread(repository: Repository) -> Iterator[PlanBlocker]:
    for error in repository.errors:
        if error.path and error.code in _UNREAD and area_of(error.path) in ("manifest", "lock"):
            yield _made("unread-file", f"{error.path}: {error.message}", error.path, error.line)


def _ruff(site: Site) -> Iterator[PlanBlocker]:
    old = in_use(site.repository)
    places = {t.name: (t.evidence[0].path, t.evidence[0].line) if t.evidence else (None, None) for t in old}
    if "pylint" in places:
        yield _made("pylint-checks", "Ruff has a part of pylint's checks", *places["pylint"])
    if "yapf" in places:
        yield _made("formatter-style", "Ruff's format differs from yapf's", *places["yapf"])
    _, unknown = selection(site, old)
    for name in unknown:
        declared = next(
            (
                d
                for p in site.repository.projects
                for d in p.dependencies
                if d.name and d.name.lower().replace("_", "-") == name
            ),
            None,
        )
        place = (declared.path, declared.line) if declared else (None, None)
        yield _made("lint-plugin", f"{name} has no counterpart in Ruff", *place)
