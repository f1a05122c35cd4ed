"""Compiled and exported requirements files: pip-compile, ``uv pip compile``, Rye; exports of uv, Poetry, PDM, Pipenv.

None of these tools has a check. To know for certain one runs the command again and compares, where the existing pins
are kept as preferences. What can be told from the files alone is told here: each direct requirement has a satisfying
pin from the same source, each pin that says it was asked for still is, constraints hold. The rest (what a new release
would need in turn) only the index knows, and a re-run would not change it unless one of the above does.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from packaging.utils import canonicalize_name

from scanner.compiled_header import Command, command, root_file
from scanner.facts import Lock, LockedPackage, Requirement
from scanner.freshness.compiled_sources import Asked, asked_for, folders_above
from scanner.freshness.coverage import admits, coverage
from scanner.freshness.taken_out import taken_out
from scanner.freshness.uv_options import settings_for
from scanner.freshness.verdict import LockCheck, Scene, Verdict
from scanner.giturl import normalise
from scanner.inventory import Reason
from scanner.markers import Clause, covered, parse, possible
from scanner.toml_reader import table

_UNSAFE = frozenset({"setuptools", "pip", "distribute"})
_BY_COMMAND = frozenset({"pip-compile", "uv pip compile"})
_OLDEST = {"uv": ">=3.6", "rye": ">=3.6"}
_HEX = frozenset("0123456789abcdef")


def check(scene: Scene) -> Verdict:
    """Whether the command in the header, run again, would change pins or annotations (see the module's text)."""
    lock = scene.lock
    if (problem := _problem(scene)) is not None:
        return problem
    if lock.export_of is not None:
        return _exported(scene)
    asked = asked_for(scene)
    judged = _Judgement(lock, asked, taken_out(scene))
    covers, missing, unknown = judged.covered()
    stale = [
        *missing,
        *judged.moved(),
        *judged.limits(),
        *judged.orphans(),
        *judged.annotations(),
        *judged.dangling(),
        *judged.twice(),
        *judged.unstripped(_keeps_extras(scene)),
    ]
    gaps = [*asked.gaps, *unknown, *judged.unexplained()]
    if stale:
        return Verdict(status="stale", covers=covers, reasons=(*stale, *asked.gaps))
    return Verdict(status="undecidable" if gaps else "fresh", covers=covers, reasons=tuple(gaps))


CHECK = LockCheck(
    tools=("pip-tools", "uv", "rye", "poetry", "pdm", "pipenv"),
    formats=(
        "pip-compile",
        "pip-compile-multi",
        "hatch-pip-compile",
        "uv pip compile",
        "uv export",
        "rye",
        "poetry export",
        "pdm export",
        "pipenv requirements",
    ),
    check=check,
)


def _problem(scene: Scene) -> Verdict | None:
    """The tools read the existing file first: a line that they cannot read ends the run."""
    extract = scene.extracts.get(scene.lock.path)
    for problem in extract.problems if extract is not None else ():
        message = f"a line of the compiled file cannot be read: {problem.message}"
        reason = Reason(message=message, path=problem.at.path, line=problem.at.line)
        if "==" in problem.message:  # a version from before PEP 440, which the tools of its day could read
            return Verdict(status="undecidable", covers=None, reasons=(reason,))
        return Verdict(status="broken", covers=None, reasons=(reason,))
    return None


class _Judgement:
    """One compiled file against what it was asked for."""

    def __init__(self, lock: Lock, asked: Asked, taken_out: frozenset[str] = frozenset()) -> None:
        self._lock = lock
        self._asked = asked
        self._command: Command | None = command(lock.command)
        self._universal = self._command is not None and "--universal" in self._command.flags
        self._python = lock.requires_python or asked.requires_python or _OLDEST.get(lock.tool)
        self._locked: dict[str, list[LockedPackage]] = {}
        for package in (*lock.packages, *asked.beside):
            self._locked.setdefault(package.key, []).append(package)
        excluded = lock.data.get("excluded")
        self._left_out = frozenset(asked.own) | frozenset(excluded if isinstance(excluded, tuple) else ())
        self._left_out |= taken_out
        if lock.tool == "pip-tools":
            self._left_out |= _UNSAFE - self._locked.keys()

    def covered(self) -> tuple[bool | None, list[Reason], list[Reason]]:
        """Whether all that is asked for is pinned as it demands; reasons for what is not, and for what is unknown."""
        missing: list[Reason] = []
        unknown: list[Reason] = []
        for made in self._asked.requirements:
            if not made.name:
                unknown.extend(self._by_address(made))
                continue
            met, reasons = coverage(
                (made,),
                self._locked.get(made.key, ()),
                overrides=self._asked.overrides,
                local=self._left_out,
                requires_python=self._python,
            )
            if met is None:
                unknown.extend(reasons)
            elif not met and self._applies(made):
                missing.extend(reasons)
            elif not met and not self._met_otherwise(made):
                unknown.extend(self._python_unknown(made))
        if missing:
            return False, missing, unknown
        return (None if unknown or self._asked.gaps else True), missing, unknown

    def _applies(self, made: Requirement) -> bool:
        """Whether a marker that can be true at all was certainly true for the compiler."""
        used = _variables(made.marker)
        if used & _PYTHON and self._lock.requires_python is None:
            return False
        return self._universal or used <= _PYTHON

    def _met_otherwise(self, made: Requirement) -> bool:
        """Another platform's requirement, or one of a set of alternatives of which another one is met."""
        if not self._universal and not _variables(made.marker) <= _PYTHON:
            return True
        others = [one for one in self._asked.requirements if one.key == made.key and one is not made]
        return any(
            admits(other.specifier or "", package.version)
            for other in others
            for package in self._locked.get(made.key, ())
        )

    def _python_unknown(self, made: Requirement) -> Iterator[Reason]:
        message = f"{made.raw} is not locked so, but for which Python the file was compiled is not written in it"
        yield Reason(message=message, path=made.at.path, line=made.at.line)

    def _by_address(self, made: Requirement) -> Iterator[Reason]:
        """A requirement without a name is found by its address; a path by its being one, as outputs rewrite paths."""
        for packages in self._locked.values():
            for package in packages:
                if package.source == made.source and (made.source == "path" or _same_address(made, package)):
                    return
        message = f"whether {made.raw} is locked cannot be told, as it has no name"
        yield Reason(message=message, path=made.at.path, line=made.at.line)

    def moved(self) -> Iterator[Reason]:
        """Requirements that are locked from another source, or another revision, or without an extra."""
        for made in self._asked.requirements:
            packages = self._locked.get(made.key, [])
            if not made.name or not packages or not possible(made.marker, self._python):
                continue
            if (message := self._moved(made, packages)) is not None:
                yield Reason(message=message, path=made.at.path, line=made.at.line)

    def _moved(self, made: Requirement, packages: list[LockedPackage]) -> str | None:
        if self._is_narrower(made, packages):
            return f"{made.raw} is locked only where {packages[0].marker}"
        if made.source == "index":
            if all(self._came_by_address(package) for package in packages):
                return f"{made.raw} is locked from {_from(packages[0])}"
            return self._without_extra(made, packages)
        if not self._is_written(made):
            return None
        alike = [package for package in packages if package.source == made.source]
        if made.source in {"git", "url"}:
            alike = [package for package in alike if _same_address(made, package)]
        if not alike:
            return f"{made.raw} is locked from {_from(packages[0])}"
        if all(_other_revision(made, package, self._lock.tool) for package in alike):
            return f"{made.raw} is locked at {alike[0].ref or 'no revision'}"
        return None

    def _is_narrower(self, made: Requirement, packages: list[LockedPackage]) -> bool:
        """Whether the pins hold in fewer environments than the requirement does."""
        markers = [package.marker for package in packages]
        return self._applies(made) and None not in markers and covered([made.marker], markers, self._python) is False

    def _is_written(self, made: Requirement) -> bool:
        """Addresses in ``[tool.uv.sources]`` mean something to uv alone."""
        return self._lock.tool == "uv" or not made.at.path.endswith("pyproject.toml") or "@" in made.raw

    def _came_by_address(self, package: LockedPackage) -> bool:
        """Whether a pin by address stems from a direct requirement, while nothing gives that address any more."""
        asked = (*self._asked.requirements, *self._asked.constraints, *self._asked.overrides)
        given = any(one.source != "index" for one in asked if one.key == package.key or not one.name)
        return package.source != "index" and not given and bool(package.via) and all(map(root_file, package.via))

    def _without_extra(self, made: Requirement, packages: list[LockedPackage]) -> str | None:
        """pip-compile writes the extras of direct requirements unless told to strip them; uv strips them."""
        held = {canonicalize_name(extra) for package in packages for extra in package.extras}
        wanted = {canonicalize_name(extra) for extra in made.extras} - held
        if not wanted or self._lock.format != "pip-compile":
            return None
        keeps = any(package.extras for package in self._lock.packages)
        if self._command is not None:
            keeps = keeps or "--strip-extras" not in self._command.flags
        return f"{made.raw} is locked without {', '.join(sorted(wanted))}" if keeps else None

    def limits(self) -> Iterator[Reason]:
        """Constraints that a pin breaks."""
        overridden = {made.key for made in self._asked.overrides}
        for made in self._asked.constraints:
            if made.key in overridden or not made.name or made.source != "index" or not self._applies(made):
                continue
            if not possible(made.marker, self._python):
                continue
            for package in self._locked.get(made.key, ()):
                if admits(made.specifier or "", package.version) is False:
                    message = f"the constraint {made.raw} does not admit the locked {package.version}"
                    yield Reason(message=message, path=made.at.path, line=made.at.line)

    def orphans(self) -> Iterator[Reason]:
        """Pins that say that a source asks for them, which it no longer does."""
        if self._asked.gaps or any(not made.name for made in self._asked.requirements):
            return
        for package in self._lock.packages:
            if package.key in self._asked.names or package.key in self._asked.own:
                continue
            if (by := self._asker(package)) is not None:
                message = f"{package.name} {package.version or ''} is locked for {by}, which no longer asks for it"
                if (other := self._other_asker(package)) is not None:
                    message = f"annotation only: {package.name} is locked for {other} alone, no longer for {by}"
                yield Reason(message=message.replace("  ", " "), path=self._lock.path, line=package.line)

    def _other_asker(self, package: LockedPackage) -> str | None:
        """A locked package that needs this one, whoever else asked for it."""
        names = (_NAME.fullmatch(via) for via in package.via if root_file(via) is None)
        found = (name["name"] for name in names if name is not None)
        return next((name for name in found if str(canonicalize_name(name)) in self._locked), None)

    def _asker(self, package: LockedPackage) -> str | None:
        if self._lock.tool == "rye":
            return self._rye_asker(package)
        for via in package.via:
            root = root_file(via)
            if root is not None and (self._asked.projects or via.startswith("-r")):
                return root
        return None

    def _rye_asker(self, package: LockedPackage) -> str | None:
        """Rye annotates with the project's name, and leaves the annotation out for its ``dev-dependencies``."""
        if package.via:
            return ", ".join(package.via) if {via.lower() for via in package.via} <= self._asked.own else None
        annotated = any(other.via for other in self._lock.packages)
        return "the project" if annotated and package.source == "index" else None

    def annotations(self) -> Iterator[Reason]:
        """Direct requirements that are pinned, but annotated as somebody's need, or as another file's: no pin changes.

        A file that no source's name fits was compiled under other names, and says nothing here.
        """
        files = {posixpath.basename(made.at.path) for made in self._asked.requirements}
        named = {root for package in self._lock.packages for root in _roots(package)}
        if self._lock.tool == "rye" or not named or not named <= files | self._asked.read:
            return
        for made in self._asked.requirements:
            pins = [package for package in self._lock.packages if package.key == made.key and made.name]
            if not pins or not self._applies(made) or not possible(made.marker, self._python):
                continue
            at = {posixpath.basename(one.at.path) for one in self._asked.requirements if one.key == made.key}
            if not any(_roots(package) & at for package in pins):
                message = f"annotation only: {made.raw} is locked, but not as what {made.at.path} asks for"
                yield Reason(message=message, path=made.at.path, line=made.at.line)
        yield from self._unsaid_limits()

    def _unsaid_limits(self) -> Iterator[Reason]:
        """Constraints files that the annotations of what they limit do not name, as the tools do since pip-tools 6."""
        if self._lock.tool != "uv" and self._lock.requires_python is None:
            return
        for made in self._asked.constraints:
            name = posixpath.basename(made.at.path)
            pins = [package for package in self._lock.packages if package.key == made.key and package.via]
            if not pins or name in _PROJECTS or not self._applies(made) or not possible(made.marker, self._python):
                continue
            said = {posixpath.basename(via[2:].strip()) for pin in pins for via in pin.via if via.startswith("-c")}
            if name not in said:
                message = f"annotation only: {made.raw} limits what is locked, which the annotation does not say"
                yield Reason(message=message, path=made.at.path, line=made.at.line)

    def twice(self) -> Iterator[Reason]:
        """Packages pinned at two versions: pip-compile resolves for one environment, so that somebody wrote this."""
        if self._lock.format != "pip-compile":
            return
        first: dict[str, LockedPackage] = {}
        for package in self._lock.packages:
            before = first.setdefault(package.key, package)
            if package.name and package.version != before.version:
                message = f"{package.name} is locked at {before.version} and at {package.version}: the tool writes one"
                yield Reason(message=message, path=self._lock.path, line=package.line)

    def unexplained(self) -> Iterator[Reason]:
        """Pins that no source asks for and no annotation explains: whether anything still needs them is not written."""
        if self._lock.tool == "rye" or self._asked.gaps or any(not made.name for made in self._asked.requirements):
            return
        known = self._asked.names | self._left_out | _UNSAFE
        pins = [one for one in self._lock.packages if one.name and not one.via and one.key not in known]
        if pins:
            names = ", ".join(one.name for one in pins[:3]) + (f" and {len(pins) - 3} more" if len(pins) > 3 else "")
            message = (
                f"no source asks for {names}, and no annotation says what needs {'it' if len(pins) == 1 else 'them'}"
            )
            yield Reason(message=message, path=self._lock.path, line=pins[0].line)

    def unstripped(self, kept: bool) -> Iterator[Reason]:
        """Extras in the file, which the command leaves out of what it writes (uv does unless told otherwise)."""
        flags = self._command.flags if self._command is not None and not kept else frozenset({"--no-strip-extras"})
        strips = self._lock.format == "uv pip compile" or "--strip-extras" in flags
        if not strips or "--no-strip-extras" in flags:
            return
        for package in self._lock.packages:
            if package.extras and package.source == "index":
                extras = f"{package.name}[{','.join(package.extras)}]"
                message = f"annotation only: {extras} is locked with its extras, which the command leaves out"
                yield Reason(message=message, path=self._lock.path, line=package.line)
                return

    def dangling(self) -> Iterator[Reason]:
        """Pins for packages that are pinned no more: somebody edited the file."""
        nameless = any(not package.name for package in self._lock.packages)
        if self._lock.format not in _BY_COMMAND or nameless or self._asked.gaps or self._asked.beside:
            return
        if self._command is not None and not self._command.flags.isdisjoint(_HIDING):
            return
        known = self._left_out | _UNSAFE | self._locked.keys()
        for package in self._lock.packages:
            needs = (_NAME.fullmatch(via) for via in package.via if root_file(via) is None)
            names = {str(canonicalize_name(found["name"])) for found in needs if found is not None}
            if gone := ", ".join(sorted(names - known)):
                only = "" if len(names - known) == len(package.via) else "annotation only: "
                message = f"{only}{package.name} is locked for {gone}, which is not locked"
                yield Reason(message=message, path=self._lock.path, line=package.line)


def _keeps_extras(scene: Scene) -> bool:
    """Whether the settings near the file tell uv to write extras."""
    folders = folders_above(scene.lock)
    return any(table(settings_for(f, scene.extracts)[0], "pip").get("no-strip-extras") is True for f in folders)


def _roots(package: LockedPackage) -> set[str]:
    """The names of the files that a pin's annotations call its askers."""
    return {posixpath.basename(root) for via in package.via if (root := root_file(via)) is not None}


_NAME = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]{0,200})(?:\[[^\[\]]{0,200}\])?")


_PROJECTS = frozenset({"pyproject.toml", "setup.cfg", "setup.py"})
_HIDING = frozenset({"--no-emit-package", "--unsafe-package"})
_PYTHON = frozenset({"python_version", "python_full_version", "extra"})


def _variables(marker: str | None) -> frozenset[str]:
    formula = parse(marker) if marker else ()
    return frozenset({"?"} if formula is None else {part.variable for part in formula if isinstance(part, Clause)})


def _same_address(made: Requirement, package: LockedPackage) -> bool:
    return _address(made.url) == _address(package.origin)


def _address(url: str | None) -> str:
    text = url or ""
    return normalise(text) or text.rstrip("/").removesuffix(".git")


def _other_revision(made: Requirement, package: LockedPackage, tool: str) -> bool:
    """uv writes the commit where a branch or tag was asked for; pip-compile keeps what was written."""
    if made.source != "git" or package.source != "git" or made.ref == package.ref or made.ref is None:
        return False
    return tool != "uv" or _is_commit(made.ref)


def _is_commit(ref: str) -> bool:
    return len(ref) == 40 and _HEX.issuperset(ref.lower())


def _from(package: LockedPackage) -> str:
    return package.origin or "the index"


# --- exports -------------------------------------------------------------------------------------------------------


def _exported(scene: Scene) -> Verdict:
    """An export is in step when its pins are those of the lock that it was exported from."""
    lock = scene.lock
    origin = _origin(scene)
    if origin is None:
        message = f"the {lock.export_of} lock from which it was exported is not in the repository, or cannot be read"
        return Verdict(status="undecidable", covers=None, reasons=(Reason(message=message, path=lock.path),))
    versions: dict[str, set[str | None]] = {}
    for package in origin.packages:
        versions.setdefault(package.key, set()).add(package.version)
    stale = tuple(_differing(lock, origin, versions))
    covers, missing, left_out = _export_covers(scene, origin)
    return Verdict(status="stale" if stale or left_out else "fresh", covers=covers, reasons=(*stale, *missing))


def _origin(scene: Scene) -> Lock | None:
    for folder in folders_above(scene.lock):
        for path, extract in scene.extracts.items():
            found = extract.lock
            if found is None or found.export_of is not None or found.tool != scene.lock.export_of:
                continue
            if (posixpath.dirname(path) or ".") == folder and found.format != "uv pip compile":
                return found
    return None


def _differing(lock: Lock, origin: Lock, versions: dict[str, set[str | None]]) -> Iterator[Reason]:
    for package in lock.packages:
        there = versions.get(package.key)
        if not package.name or package.version is None or (there is not None and package.version in there):
            continue
        held = ", ".join(sorted(v or "no version" for v in there)) if there else "no such package"
        message = f"{package.name} {package.version} was exported, but {origin.path} has {held}"
        yield Reason(message=message, path=lock.path, line=package.line)


def _export_covers(scene: Scene, origin: Lock) -> tuple[bool | None, tuple[Reason, ...], bool]:
    """Whether the export holds what the project needs at run time; ``None`` where it may be a part on purpose.

    The last value says whether something is missing that the lock has.
    """
    extract = next(
        (
            found
            for name in ("pyproject.toml", "Pipfile")
            if (found := scene.extracts.get(posixpath.join(posixpath.dirname(origin.path), name))) is not None
        ),
        None,
    )
    if extract is None or extract.manifest is None or extract.manifest.workspace is not None:
        return None, (), False
    runtime = [one for one in extract.manifest.requirements if one.scope == "runtime" and one.source == "index"]
    covers, reasons = coverage(runtime, scene.lock.packages, requires_python=extract.manifest.requires_python)
    names = {package.key for package in scene.lock.packages}
    partial = sum(one.key in names for one in runtime) * 2 <= len(runtime) or _asks_for_a_part(scene.lock)
    if covers is not False or partial:
        return (None if partial and covers is False else covers), (), False
    there = {package.key for package in origin.packages}
    return False, reasons, any(one.key in there and one.key not in names for one in runtime)


def _asks_for_a_part(lock: Lock) -> bool:
    asked = command(lock.command)
    return asked is not None and not asked.flags.isdisjoint(_PARTS)


_PARTS = frozenset({"--only-dev", "--only-group", "--package", "--prune", "--no-emit-package", "--only-emit-project"})
