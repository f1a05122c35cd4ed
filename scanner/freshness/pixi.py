"""Pixi: does ``pixi.lock`` still satisfy the manifest beside it.

Pixi keeps no digest; it walks what is locked for each environment and platform (prefix-dev/pixi:
``crates/pixi_core/src/lock_file/satisfiability``). The same walk is done here as far as the two files tell: what
contradicts the manifest for certain is stale; packages built from sources, local projects, cut-off dates and
requirements on the system leave it undecidable unless something else already contradicts.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from packaging import requirements as packaging_requirements
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from scanner import conda_spec, pep508
from scanner.facts import Extract, Location, Lock, Manifest, Requirement
from scanner.format import resolve_inside
from scanner.freshness.coverage import admits, coverage
from scanner.freshness.verdict import LockCheck, Scene, Verdict
from scanner.inventory import Reason
from scanner.markers import disjoint, equivalent
from scanner.pixi_tables import read_pixi, source_of, version_of
from scanner.toml_reader import Lines, strings, table

_CONDA_TABLES = ("dependencies", "host-dependencies", "build-dependencies")
_OPTIONS = {
    "solve-strategy": ("strategy", "highest"),
    "channel-priority": ("channel-priority", "strict"),
}
_PYPI_OPTIONS = {"prerelease-mode": ("pypi-prerelease-mode", "if-necessary-or-explicit")}
_UNDECIDED_WORKSPACE = ("exclude-newer", "system-requirements", "preview", "build-variants", "requires-pixi")
_UNDECIDED_PYPI = (
    "no-build",
    "no-binary",
    "dependency-overrides",
    "find-links",
    "no-build-isolation",
    "index-strategy",
)
_MAX_REASONS = 20


def check(scene: Scene) -> Verdict:
    """Whether the lock satisfies the manifest, as far as both files tell."""
    manifest = _manifest(scene)
    if manifest is None:
        reason = Reason(message="no pixi.toml or [tool.pixi] beside the lock can be read", path=scene.lock.path)
        return Verdict(status="undecidable", covers=None, reasons=(reason,))
    walk = _Walk(manifest=manifest, lock=scene.lock, extracts=scene.extracts)
    walk.run()
    covers, missing = _covers(manifest, walk)
    reasons = tuple(dict.fromkeys((*walk.against, *(() if walk.against else walk.doubts), *missing)))[:_MAX_REASONS]
    status = "stale" if walk.against else "undecidable" if walk.doubts else "fresh"
    return Verdict(status=status, covers=covers, reasons=reasons)  # type: ignore[arg-type]


def _manifest(scene: Scene) -> Manifest | None:
    folder = posixpath.dirname(scene.lock.path)
    for name in ("pixi.toml", "pyproject.toml"):
        extract = scene.extracts.get(posixpath.join(folder, name))
        manifest = extract.manifest if extract is not None else None
        if manifest is not None and (name == "pixi.toml" or table(manifest.data, "tool", "pixi")):
            return manifest
        if name == "pixi.toml" and posixpath.join(folder, name) in scene.files:
            return None
    return None


def _covers(manifest: Manifest, walk: _Walk) -> tuple[bool | None, tuple[Reason, ...]]:
    """Coverage of what the environments use; a Python requirement may be met by a conda package of its name."""
    used = {feature for environment in walk.environments.values() for feature in environment.features}
    declared = [
        r
        for r in walk.requirements
        if (r.group is None or r.group in used) and not (r.scope == "build" and r.ecosystem == "pypi")
    ]
    packages = walk.lock.packages
    conda, missing = coverage(
        (r for r in declared if r.ecosystem == "conda"), (p for p in packages if p.ecosystem == "conda")
    )
    python, more = coverage((r for r in declared if r.ecosystem == "pypi"), packages, local=_own_name(manifest))
    return (False if False in (conda, python) else None if None in (conda, python) else True), (*missing, *more)


def _own_name(manifest: Manifest) -> frozenset[str]:
    return frozenset({str(canonicalize_name(manifest.name))} if manifest.name else ())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Environment:
    name: str
    features: tuple[str, ...]
    default: bool
    solve_group: str | None


@dataclass(slots=True, kw_only=True)
class _Walk:
    """The comparison of one manifest with one lock; ``against`` are contradictions, ``doubts`` what cannot be told."""

    manifest: Manifest
    lock: Lock
    extracts: Mapping[str, Extract]
    against: list[Reason] = field(default_factory=list)
    doubts: list[Reason] = field(default_factory=list)

    @property
    def pixi(self) -> Mapping[str, Any]:
        """Pixi's tables."""
        data = self.manifest.data
        return table(data, "tool", "pixi") if self.manifest.format == "pyproject.toml" else data

    @property
    def workspace(self) -> Mapping[str, Any]:
        return table(self.pixi, "workspace") or table(self.pixi, "project")

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        declared = self.manifest.requirements
        if self.manifest.format != "pyproject.toml" or any(r.ecosystem == "conda" for r in declared):
            return declared
        return (*declared, *read_pixi(self.pixi, Lines(""), self.manifest.path, ("tool", "pixi")).requirements)

    @property
    def environments(self) -> dict[str, _Environment]:
        found = {"default": _Environment(name="default", features=(), default=True, solve_group=None)}
        for name, entry in table(self.pixi, "environments").items():
            options = entry if isinstance(entry, dict) else {"features": entry}
            group = options.get("solve-group")
            found[name] = _Environment(
                name=name,
                features=tuple(strings(options.get("features"))),
                default=options.get("no-default-feature") is not True,
                solve_group=group if isinstance(group, str) else None,
            )
        return found

    def run(self) -> None:
        """Compare everything."""
        locked = self.lock.data.get("environments", {})
        self._doubt_settings()
        for name, environment in self.environments.items():
            if name not in locked:
                if self._anything(environment):
                    self._contradict(f"the environment {name} is not in the lock")
                continue
            self._environment(name, environment, locked[name])
        for name in locked.keys() - self.environments.keys():
            self._contradict(f"the environment {name} is in the lock, but not in the manifest")

    def _contradict(self, message: str) -> None:
        self.against.append(Reason(message=message, path=self.manifest.path))

    def _doubt(self, message: str) -> None:
        self.doubts.append(Reason(message=message, path=self.manifest.path))

    def _doubt_settings(self) -> None:
        for key in _UNDECIDED_WORKSPACE:
            if key in self.workspace or key in self.pixi:
                self._doubt(f"{key} is set, whose effect the files do not show")
        for where in ((), ("workspace",), *(("feature", name) for name in table(self.pixi, "feature"))):
            for key in table(self.pixi, *where, "pypi-options").keys() & set(_UNDECIDED_PYPI):
                self._doubt(f"pypi-options.{key} is set, whose effect the files do not show")
            if "system-requirements" in table(self.pixi, *where) and where != ():
                self._doubt("system-requirements are set, whose effect the files do not show")
        if any("dev" in f for f in (self.pixi, *self._all_features())):
            self._doubt("[dev] takes the dependencies of packages that are built from their sources")
        if self.pixi.get("package"):
            self._doubt("the package itself is built from its sources")

    def _features(self, environment: _Environment) -> Iterator[tuple[str | None, Mapping[str, Any]]]:
        if inline := table(self.pixi, "environments", environment.name):
            yield environment.name, inline
        for name in environment.features:
            yield name, table(self.pixi, "feature", name)
        if environment.default:
            yield None, self.pixi

    def _all_features(self) -> Iterator[Mapping[str, Any]]:
        yield self.workspace
        yield from (table(self.pixi, "feature", name) for name in table(self.pixi, "feature"))

    def _anything(self, environment: _Environment) -> bool:
        return any(
            specs
            for platform in strings(self.workspace.get("platforms"))
            for specs in self._specs(environment, platform)
        )

    # --- one environment ---

    def _environment(self, name: str, environment: _Environment, locked: Any) -> None:
        self._channels(name, environment, locked.channels)
        self._settings(name, environment, locked)
        platforms = self._platforms(environment)
        if platforms is None:
            self._doubt("platforms are defined in a way that the lock does not repeat")
            return
        aliases: Mapping[str, str] = self.lock.data.get("platforms", {})
        found = {aliases.get(key, key): keys for key, keys in locked.platforms.items()}
        for extra in sorted(found.keys() - set(platforms)):
            self._contradict(f"{name}: the lock holds the platform {extra}, which is not in the manifest")
        for platform in platforms:
            self._platform(f"{name} on {platform}", environment, platform, found.get(platform, ()))

    def _platforms(self, environment: _Environment) -> list[str] | None:
        listed = self.workspace.get("platforms")
        platforms = strings(listed)
        if isinstance(listed, list) and len(platforms) != len(listed):
            return None
        for _, feature in self._features(environment):
            if feature is not self.pixi and "platforms" in feature:
                own = strings(feature.get("platforms"))
                platforms = [platform for platform in platforms if platform in own]
        return platforms

    def _channels(self, name: str, environment: _Environment, locked: list[str]) -> None:
        wanted: list[tuple[int, str]] = []
        for feature_name, feature in self._features(environment):
            own = feature_name is not None and "channels" in feature
            if feature_name == environment.name and not own and "dependencies" not in feature:
                continue
            channels = feature.get("channels") if own else self.workspace.get("channels")
            for entry in channels if isinstance(channels, list) else ():
                channel = entry.get("channel") if isinstance(entry, dict) else entry
                priority = entry.get("priority") if isinstance(entry, dict) else 0
                if isinstance(channel, str):
                    wanted.append((-priority if isinstance(priority, int) else 0, channel))
        names = list(dict.fromkeys(channel for _, channel in sorted(wanted, key=lambda pair: pair[0])))
        if len(names) != len(locked) or not all(_same_channel(a, b) for a, b in zip(names, locked, strict=False)):
            if names and {_tail(a) for a in names} == {_tail(b) for b in locked}:
                self._doubt(f"{name}: the order of the channels may differ")
            else:
                self._contradict(f"{name}: the channels differ: {', '.join(names)} / {', '.join(map(_tail, locked))}")

    def _settings(self, name: str, environment: _Environment, locked: Any) -> None:
        for key, (recorded, default) in _OPTIONS.items():
            values = [f.get(key) for _, f in self._features(environment)] + [self.workspace.get(key)]
            expected = next((value for value in values if isinstance(value, str)), default)
            if locked.options.get(recorded, default) != expected:
                self._contradict(f"{name}: {key} is {expected}, the lock was solved with another")
        options = [table(f, "pypi-options") for _, f in self._features(environment)]
        options.append(table(self.workspace, "pypi-options"))
        for key, (recorded, default) in _PYPI_OPTIONS.items():
            expected = next((value for o in options if isinstance(value := o.get(key), str)), default)
            if locked.options.get(recorded, default) != expected:
                self._contradict(f"{name}: {key} is {expected}, the lock was solved with another")
        self._indexes(name, options, locked)

    def _indexes(self, name: str, options: list[dict[str, Any]], locked: Any) -> None:
        if not locked.has_indexes:
            return
        first = next((url for o in options if isinstance(url := o.get("index-url"), str)), None)
        extra = list(dict.fromkeys(url for o in options for url in strings(o.get("extra-index-urls"))))
        have = [url.rstrip("/") for url in locked.indexes]
        differs = first is not None and have[:1] != [first.rstrip("/")]
        if differs or sorted(have[1:]) != sorted(url.rstrip("/") for url in extra):
            self._contradict(f"{name}: the Python indexes differ from those in the lock")

    # --- one platform ---

    def _specs(self, environment: _Environment, platform: str) -> tuple[list[tuple[str, Any]], list[tuple[str, Any]]]:
        """The conda and the Python requirements that count there, as (name, entry)."""
        conda: list[tuple[str, Any]] = []
        python: list[tuple[str, Any]] = []
        for _, feature in self._features(environment):
            targets = [table(feature, "target", key) for key in _selectors(platform)]
            for holder in (feature, *targets):
                for kind in _CONDA_TABLES:
                    conda += table(holder, kind).items()
                python += table(holder, "pypi-dependencies").items()
        return conda, python

    def _platform(self, place: str, environment: _Environment, platform: str, keys: Iterable[str]) -> None:
        records = [record for key in keys if (record := self.lock.data["records"].get(key)) is not None]
        conda = {r.name.lower(): r for r in records if r.ecosystem == "conda"}
        python = {str(canonicalize_name(r.name)): r for r in records if r.ecosystem == "pypi"}
        by_purl = {name: r for r in conda.values() for name in _python_names(r)}
        wanted_conda, wanted_python = self._specs(environment, platform)
        for name, entry in wanted_conda:
            self._conda(place, name, entry, conda.get(name.lower()))
        for name, entry in wanted_python:
            key = str(canonicalize_name(name))
            self._python(place, name, entry, python.get(key), by_purl.get(key))
        for record in python.values():
            if record.source == "path":
                self._local(record)
        for requirement in self._project_requirements(environment):
            key = requirement.key
            if key not in python and key not in by_purl and not requirement.marker:
                self._contradict(f"{place}: {requirement.raw} is not locked")
        if any("dependency-overrides" in table(f, "pypi-options") for f in (self.pixi, *self._all_features())):
            return
        self._edges(place, conda, python, by_purl)
        roots = {str(canonicalize_name(name)) for name, _ in wanted_python}
        roots |= {requirement.key for requirement in self._project_requirements(environment)}
        extras = any(isinstance(entry, dict) and "extras" in entry for _, entry in wanted_conda)
        extras |= any("dev" in feature for _, feature in self._features(environment))
        conditional = any(";" in need or "[" in need for record in conda.values() for need in record.needs)
        if any(record.source != "index" for record in conda.values()) or extras or conditional:
            self._doubt(f"{place}: whether all that is locked is needed, only solving tells")
            return
        alone = environment.solve_group is None
        self._orphans(place, {name.lower() for name, _ in wanted_conda}, roots, conda, python, {} if alone else by_purl)

    def _project_requirements(self, environment: _Environment) -> list[Requirement]:
        """What ``[project]`` and its groups add where Pixi's tables stand in ``pyproject.toml``."""
        if self.manifest.format != "pyproject.toml":
            return []
        features = set(environment.features)
        return [
            requirement
            for requirement in self.manifest.requirements
            if requirement.ecosystem == "pypi"
            and (
                (requirement.scope == "runtime" and environment.default)
                or (requirement.scope in ("optional", "group") and requirement.group in features)
            )
        ]

    def _conda(self, place: str, name: str, entry: Any, record: Any) -> None:
        if record is None:
            self._contradict(f"{place}: {name} is not locked")
            return
        source, _, _ = source_of(entry)
        if source != "index" or record.source != "index":
            if (source == "index") != (record.source == "index"):
                self._contradict(f"{place}: {name} comes from elsewhere than in the lock")
            else:
                self._doubt(f"{place}: {name} is built from its sources")
            return
        specifier = conda_spec.specifier(version_of(entry))
        answer = admits(specifier, record.version) if specifier is not None else None
        if answer is False:
            self._contradict(f"{place}: {name} {version_of(entry)}, but {record.version} is locked")
        elif answer is None:
            self._doubt(f"{place}: {name} {version_of(entry)} cannot be compared with {record.version}")
        elif isinstance(entry, dict) and entry.keys() - {"version", "channel"}:
            self._doubt(f"{place}: more than the version is asked of {name}")

    def _python(self, place: str, name: str, entry: Any, record: Any, by_conda: Any) -> None:
        if isinstance(entry, dict) and "env-markers" in entry:
            self._doubt(f"{place}: {name} depends on a marker")
            return
        if record is None and by_conda is None:
            self._contradict(f"{place}: {name} is not locked")
            return
        record = record or by_conda
        source, address, _ = source_of(entry)
        if source == "path" and record.source == "path":
            if posixpath.normpath(address or "") != posixpath.normpath(record.address):
                self._contradict(f"{place}: {name} lies at {address}, the lock has it at {record.address}")
            return
        if source != "index" or (isinstance(entry, dict) and "index" in entry):
            self._doubt(f"{place}: {name} is not taken from the environment's indexes")
            return
        if record.source != "index":
            linked = any("find-links" in table(f, "pypi-options") for f in (self.pixi, *self._all_features()))
            (self._doubt if linked else self._contradict)(f"{place}: {name} comes from elsewhere than in the lock")
            return
        version = version_of(entry)
        if _is_foreign(record.address, self.lock):
            self._doubt(f"{place}: {name} is locked from an index that its environment does not name")
        if record.version is None:
            self._doubt(f"{place}: {name} is locked without a version")
            return
        answer = admits("" if version == "*" else version, record.version)
        if answer is False:
            self._contradict(f"{place}: {name} {version}, but {record.version} is locked")
        elif answer is None:
            self._doubt(f"{place}: {name} {version} cannot be compared with {record.version}")

    def _local(self, record: Any) -> None:
        """A project in the repository: what the lock repeats of its ``[project]`` table must still be so."""
        folder = resolve_inside(self.manifest.path, record.address)
        extract = self.extracts.get(posixpath.normpath(posixpath.join(folder, "pyproject.toml"))) if folder else None
        data = extract.manifest.data if extract is not None and extract.manifest is not None else {}
        project = table(data, "project")
        dynamic = set(strings(project.get("dynamic")))
        if not project or dynamic & {"dependencies", "optional-dependencies", "requires-python"}:
            self._doubt(f"{record.name} is built from its sources")
            return
        changed = _difference(record, project, table(data, "tool", "uv", "sources"))
        if changed is None:
            self._doubt(f"the requirements of {record.name} cannot be compared with those in the lock")
        elif changed:
            self._contradict(f"{record.name}: {changed} differs from what the lock repeats")

    def _edges(
        self, place: str, conda: Mapping[str, Any], python: Mapping[str, Any], by_purl: Mapping[str, Any]
    ) -> None:
        for record in (r for r in conda.values() if r.source == "index"):
            for need in record.needs:
                if ";" in need or "[" in need:
                    self._doubt(f"{place}: {record.name} needs {need}")
                elif not need.startswith("__") and _name(need) not in conda:
                    self._contradict(f"{place}: {record.name} needs {need}, which is not locked")
        for record in python.values():
            for need in _needs(record, self.manifest.path):
                held = python.get(need.key) or by_purl.get(need.key)
                if need.marker or record.source != "index":
                    continue
                if held is None:
                    self._contradict(f"{place}: {record.name} needs {need.raw}, which is not locked")
                elif need.source == "index" and admits(need.specifier or "", held.version) is False:
                    self._contradict(f"{place}: {record.name} needs {need.raw}, but {held.version} is locked")

    def _orphans(
        self,
        place: str,
        names: set[str],
        roots: set[str],
        conda: Mapping[str, Any],
        python: Mapping[str, Any],
        lent: Mapping[str, Any],
    ) -> None:
        """Nothing may be locked that nobody needs; markers are taken for true, so that what is left is certain.

        Python requirements keep a conda package (``lent``) only where another environment of the solve group needs it.
        """
        if python or self.manifest.requires_python:
            names = {*names, "python"}
        wanted = {need.key for record in python.values() for need in _needs(record, self.manifest.path)} | roots
        names |= {record.name.lower() for name, record in lent.items() if name in wanted}
        left = [*_unreached(conda, names, lambda r: map(_name, r.needs))]
        left += _unreached(python, roots, lambda r: (need.key for need in _needs(r, self.manifest.path)))
        if left:
            self._contradict(f"{place}: nothing needs {', '.join(sorted(left)[:5])}, which the lock holds")


def _unreached(
    records: Mapping[str, Any], roots: Iterable[str], needs: Callable[[Any], Iterable[str]]
) -> Iterator[str]:
    reached: set[str] = set()
    waiting = [name for name in roots if name in records]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += [need for need in needs(records[name]) if need in records]
    return (records[name].name for name in records.keys() - reached)


def _difference(record: Any, project: Mapping[str, Any], sources: Mapping[str, Any]) -> str | None:
    """The first field of ``[project]`` that the lock repeats otherwise; ``""`` for none, ``None`` if not known.

    ``sources`` are those of uv, which Pixi writes into the lock in place of the requirements.
    """
    declared: list[tuple[str, str | None]] = [(text, None) for text in strings(project.get("dependencies"))]
    for extra, texts in table(project, "optional-dependencies").items():
        declared += [(text, extra) for text in strings(texts)]
    try:
        current = [_Stated.of(text, extra) for text, extra in declared]
        locked = [_Stated.of(text, None) for text in record.needs]
        pythons = [SpecifierSet(text or "") for text in (project.get("requires-python"), record.requires_python)]
        versions = [Version(text) for text in (project.get("version"), record.version) if text]
    except (ValueError, TypeError, RecursionError):
        return None
    if len(versions) == 2 and versions[0] != versions[1]:
        return "version"
    if pythons[0] != pythons[1]:
        return "requires-python"
    own = str(canonicalize_name(record.name))
    if any(stated.name == own for stated in (*current, *locked)):
        return None  # recursive extras are written out in the lock
    only_current = [stated for stated in current if not any(stated.same(other) for other in locked)]
    only_locked = [stated for stated in locked if not any(stated.same(other) for other in current)]
    if not only_current and not only_locked:
        return ""
    if {stated.name for stated in only_current} & {str(canonicalize_name(name)) for name in sources}:
        return None
    bare = {(s.name, s.specifier, s.url) for s in only_current}, {(s.name, s.specifier, s.url) for s in only_locked}
    return "dependencies" if bare[0] != bare[1] else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stated:
    """A requirement in a form that can be compared."""

    name: str
    extras: frozenset[str]
    specifier: SpecifierSet
    url: str | None
    marker: str | None

    @classmethod
    def of(cls, text: str, extra: str | None) -> _Stated:
        parsed = packaging_requirements.Requirement(text)
        marker = str(parsed.marker) if parsed.marker is not None else None
        if extra is not None:
            wanted = f"extra == '{canonicalize_name(extra)}'"
            marker = f"({marker}) and {wanted}" if marker else wanted
        return cls(
            name=str(canonicalize_name(parsed.name)),
            extras=frozenset(str(canonicalize_name(e)) for e in parsed.extras),
            specifier=parsed.specifier,
            url=parsed.url,
            marker=marker,
        )

    def same(self, other: _Stated) -> bool:
        """Whether both ask the same of the same distribution."""
        mine = (self.name, self.extras, self.specifier, self.url)
        theirs = (other.name, other.extras, other.specifier, other.url)
        return mine == theirs and equivalent(self.marker, other.marker) is True


def _selectors(platform: str) -> tuple[str, ...]:
    system = platform.partition("-")[0]
    return (platform, system, "unix") if system in ("linux", "osx") else (platform, system)


def _tail(channel: str) -> str:
    """A channel by its name: an address ends in it."""
    return channel.rstrip("/").rpartition("/")[2] if "://" in channel else channel


def _is_foreign(address: str, lock: Lock) -> bool:
    """Whether a file lies below an index (``…/simple/…``) that the lock does not list."""
    index, simple, _ = address.partition("/simple/")
    listed = {url.rstrip("/") for e in lock.data.get("environments", {}).values() for url in e.indexes}
    return bool(simple) and bool(listed) and f"{index}/simple" not in listed


def _same_channel(declared: str, locked: str) -> bool:
    if "://" in declared:
        return declared.rstrip("/") == locked.rstrip("/")
    return locked.rstrip("/").endswith(f"/{declared}")


def _name(need: str) -> str:
    """The name in a dependency as conda writes it (``libgcc >=13``, ``numpy==1.2``)."""
    spec = conda_spec.parse(need.partition(" ")[0])
    return spec.name.lower() if spec is not None else ""


def _python_names(record: Any) -> Iterator[str]:
    """The distributions that a conda package provides: those its purls name, or its own name where it says nothing."""
    if record.purls is None:
        yield str(canonicalize_name(record.name))
    for purl in record.purls or ():
        if purl.startswith("pkg:pypi/"):
            yield str(canonicalize_name(purl.removeprefix("pkg:pypi/").partition("?")[0].partition("@")[0]))


def _needs(record: Any, path: str) -> Iterator[Requirement]:
    for need in record.needs:
        try:
            made = pep508.requirement(need, at=Location(path=path))
        except pep508.InvalidRequirement:
            continue
        if made.name and disjoint(made.marker, "python_version >= '3'") is not True:
            yield made


CHECK = LockCheck(tools=("pixi",), check=check)
