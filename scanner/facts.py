"""The ground floor: what one file says, as frozen values without opinions.

A reader (see :mod:`scanner.format`) turns the content of one file into an :class:`Extract`. Nothing here knows other
files, tools' verdicts or the disk. Paths are POSIX and relative to the repository's root; lines count from 1 and are
``None`` where there is none. Text that may hold credentials is redacted (:mod:`scanner.redact`) *before* it becomes a
value of this module.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from packaging.utils import canonicalize_name

Scope = Literal["runtime", "optional", "group", "build"]
Source = Literal["index", "git", "path", "url"]
Ecosystem = Literal["pypi", "conda"]
Context = Literal["ci", "image", "task", "hook", "script"]
ToolStrength = Literal["run", "declared", "config-only"]
IndexKind = Literal["index", "extra-index", "find-links", "trusted-host"]


@lru_cache(maxsize=1 << 16)
def normal_name(name: str) -> str:
    """The name of a distribution in normal form (PEP 503); the same few names occur again and again."""
    return str(canonicalize_name(name))


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Location:
    """A place in the repository: a POSIX path and a line, ``None`` where the whole file is meant."""

    path: str
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something in a file that could not be read, or was left aside on purpose; the rest of the file still counts.

    ``code`` is one of ``syntax``, ``encoding``, ``conflict-markers``, ``too-large``, ``too-deep``, ``not-a-file``,
    ``leads-outside``, ``missing-file``, ``lfs-pointer``, ``invalid-entry``, ``unreadable``, ``bug``.
    """

    code: str
    message: str
    at: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One declared dependency (PEP 508 as far as it can be said so).

    ``specifier`` is PEP 440 text (``""`` for any version) or ``None`` where the declaration cannot be expressed in it;
    ``raw`` is the text as written (``^1.2``), redacted. ``name`` is as written, ``""`` when only an address is given.
    ``workspace``: it is to be taken from the workspace's member of that name (uv).
    ``ecosystem`` says whose names and versions are meant: a conda package is not the distribution of the same name.
    """

    name: str
    raw: str
    at: Location
    extras: tuple[str, ...] = ()
    specifier: str | None = ""
    marker: str | None = None
    scope: Scope = "runtime"
    group: str | None = None
    source: Source = "index"
    url: str | None = None
    ref: str | None = None
    subdirectory: str | None = None
    editable: bool = False
    index: str | None = None
    hashes: tuple[str, ...] = ()
    ecosystem: Ecosystem = "pypi"
    workspace: bool = False

    @property
    def key(self) -> str:
        """The name in normal form (PEP 503), by which requirements are compared."""
        return normal_name(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Include:
    """A file that another file reads in: ``-r``, ``-c``, ``dynamic = {file = …}``, ``open("requirements.txt")``.

    ``path`` is relative to the repository's root; ``None`` when the target is remote or leads outside (``raw`` says).
    """

    kind: Literal["requirements", "constraints", "dynamic"]
    raw: str
    path: str | None
    at: Location
    scope: Scope = "runtime"
    group: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """A place packages are taken from. ``url`` is redacted; ``credentials`` says that a literal secret stood in it."""

    url: str
    at: Location
    kind: IndexKind = "index"
    name: str | None = None
    priority: str | None = None
    credentials: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """Members of a monorepo as its root declares them; globs relative to the root's folder."""

    tool: str
    members: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    at: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPoint:
    """An installed command or plug-in: ``group`` is ``console_scripts``, ``gui_scripts``, ``scripts`` (a file that is
    installed as it is) or the plug-in group."""

    group: str
    name: str
    target: str
    at: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A field that the file sets in a way which only running code would tell (``dynamic``), with the line."""

    field: str
    reason: str
    at: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """A field with the value of ``name`` in a Python module of the repository: the first of ``paths`` that is there.

    Scripts run such a file (``exec``) or import it; setuptools' ``attr:`` reads it.
    """

    field: str
    name: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A section that is present, by its dotted name (``tool.poetry``, ``project``, ``options`` …)."""

    name: str
    at: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A file that declares dependencies or builds a distribution.

    ``format`` is the format's name (``pyproject.toml``, ``requirements``, ``setup.py``, ``setup.cfg``, ``Pipfile``,
    ``conda``, ``pixi.toml``). ``requires_python`` is raw text. ``elsewhere`` are fields that modules hold;
    ``version_from`` is the one that ``version`` was read from, where it is. ``data`` is the parsed document where
    lock checks need it verbatim; it is shared, never changed.
    """

    path: str
    format: str
    name: str | None = None
    version: str | None = None
    description: str | None = None
    requires_python: str | None = None
    requires_python_at: Location | None = None
    build_backend: str | None = None
    has_build_system: bool = False
    requirements: tuple[Requirement, ...] = ()
    constraints: tuple[Requirement, ...] = ()
    overrides: tuple[Requirement, ...] = ()
    includes: tuple[Include, ...] = ()
    indexes: tuple[Index, ...] = ()
    tables: tuple[Table, ...] = ()
    dynamic: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    version_from: str | None = None
    workspace: Workspace | None = None
    entry_points: tuple[EntryPoint, ...] = ()
    options: tuple[str, ...] = ()
    classifiers: tuple[str, ...] = ()
    homepage: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def table(self, name: str) -> Table | None:
        """The section called ``name``, or the first one below it, if the file has one."""
        return next((t for t in self.tables if t.name == name or t.name.startswith(name + ".")), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedPackage:
    """One entry of a lock. ``version`` is ``None`` for entries without one (paths, some git sources).

    ``origin`` is the redacted index, git or file URL or path that the lock records; ``via`` who needs it (pip-compile's
    annotations: names, ``-r file``, ``-c file``); ``groups`` the groups, categories or extras that it serves.
    ``files`` are the names of the files that ``hashes`` are of, in the same order, where the lock records them.
    """

    name: str
    version: str | None
    source: Source = "index"
    origin: str | None = None
    ref: str | None = None
    hashes: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    marker: str | None = None
    extras: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    dependencies: tuple[str, ...] = ()
    via: tuple[str, ...] = ()
    editable: bool = False
    line: int | None = None
    ecosystem: Ecosystem = "pypi"

    @classmethod
    def of(cls, made: Requirement, version: str | None, name: str | None = None) -> LockedPackage:
        """A requirement as the entry of a list that pins: what it says, at ``version``; ``name`` where it has none."""
        return cls(
            name=name or made.name,
            version=version,
            source=made.source,
            origin=made.url,
            ref=made.ref,
            hashes=made.hashes,
            marker=made.marker,
            extras=made.extras,
            editable=made.editable,
            line=made.at.line,
        )

    @property
    def key(self) -> str:
        """The name in normal form (PEP 503)."""
        return normal_name(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """A file that a locker wrote.

    ``tool``: ``poetry``, ``uv``, ``pdm``, ``pipenv``, ``rye``, ``pip-tools``, ``conda-lock``, ``pixi``, ``pylock``;
    ``format``: the file format with its revision (``poetry.lock 2.1``, ``uv.lock 1.3``, ``pip-compile``,
    ``uv pip compile``, ``uv export``, ``poetry export``, ``pipenv requirements``, ``rye``, ``pylock 1.0`` …).
    ``command`` is the command in the header of a compiled or exported file, as words; ``inputs`` the files that it
    names (relative to the repository's root), ``command_dir`` the folder from which those are resolved.
    ``export_of`` is the tool whose lock this file was exported from, if it is an export.
    """

    path: str
    tool: str
    format: str
    written_by: str | None = None
    packages: tuple[LockedPackage, ...] = ()
    requires_python: str | None = None
    command: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    command_dir: str | None = None
    export_of: str | None = None
    indexes: tuple[Index, ...] = ()
    header_line: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """A container: the place in a Dockerfile until which its ``image`` is made, and the repository's files and folders
    that are mounted over that, each with its place there."""

    image: Location | None = None
    mounts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """A command line that committed automation would run, before anyone judged what it is.

    ``argv`` are the words after quoting; literal variables are expanded, an unknown expansion stays as its text
    (``${VERSION}``). ``env`` holds the literal variables in force, sorted. ``directory`` is the working folder relative
    to the repository's root, ``None`` when unknown; an absolute one is inside an image (``commands.container``).
    ``job`` names the job, stage, environment or target; ``disabled`` says why it never runs (``if: false``, manual),
    when that is written down. ``tolerated`` is true when a failure is ignored (``|| true``, ``continue-on-error``).
    ``leg`` tells the legs of a job's matrix apart where its commands differ by them: each runs by itself. ``asked`` is
    the folder as written where a caller says it (``$1``, ``$PWD``, ``${{ inputs.x }}``) or Compose does for a service
    (``${compose:web}``), or a repository that was cloned in an unknown folder (``${clone:name}``); ``directory`` is its
    default.
    ``inside`` is the container that a command runs in which stands elsewhere than in its Dockerfile.
    ``only`` is set where a test upon the variable ``CI`` decides: it runs in CI alone, or never there. ``if_files`` are
    files (from the root) of which one must be there, or it is left out. ``when`` are tests of a makefile upon variables
    that its caller may set, all of which hold: ``X`` is set, ``X=value``, and ``!`` before either for the opposite.
    ``makes_missing``: a test lets it run only where a lock is missing or empty.
    """

    argv: tuple[str, ...]
    at: Location
    context: Context
    env: tuple[tuple[str, str], ...] = ()
    directory: str | None = "."
    job: str | None = None
    disabled: str | None = None
    tolerated: bool = False
    leg: str | None = None
    asked: str | None = None
    only: Literal["ci", "local"] | None = None
    if_files: tuple[str, ...] = ()
    inside: Inside | None = None
    when: tuple[str, ...] = ()
    makes_missing: bool = False


FUNCTION = "function"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something that a task runner starts by name: a target, recipe, environment, session or script.

    Its commands are the invocations of the same extract whose ``job`` is the name; ``needs`` are tasks of the same file
    that run before it, ``default`` is true for what runs when no name is given. ``runner`` says whose task it is where
    a file has those of several (``pyproject.toml``: ``poe``, ``pdm``, ``rye``, ``taskipy``, ``pixi``, ``hatch``,
    ``tox``), or that it is a :data:`FUNCTION` of a script. ``tags`` are other names by which it is asked for,
    ``parameters`` the names of the arguments that it takes, in order.
    """

    name: str
    at: Location
    runner: str = ""
    needs: tuple[str, ...] = ()
    default: bool = False
    tags: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A linter, formatter or type checker that this file runs, declares or configures."""

    tool: str
    strength: ToolStrength
    at: Location
    kind: str
    version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """An option of a linter, formatter or type checker as it is written: dotted ``key`` below the tool's section.

    Redacted. What a hook gives its tool has keys below ``hook``; ``pre-commit`` itself has those below ``ci``.
    """

    tool: str
    key: str
    values: tuple[str, ...]
    at: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonVersion:
    """A Python version or range that a file declares.

    ``kind``: ``requires-python``, ``classifier``, ``version-file``, ``ci-matrix``, ``ci-setup``, ``image``,
    ``image-stage`` (of a stage that does not ship), ``tox``, ``nox``, ``conda``, ``pipfile``, ``runtime-file``,
    ``target-version``, ``hook``, ``hatch``.
    """

    version: str
    at: Location
    kind: str
    job: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagerSignal:
    """Evidence in this one file that ``tool`` manages dependencies here (``what`` says which sign it is)."""

    tool: str
    what: str
    at: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Something outside this file's repository that it builds on.

    ``kind``: ``submodule``, ``image`` (base or service image), ``ci`` (shared template, reusable workflow, action),
    ``service`` (compose or catalog relation). ``target`` is redacted; ``path`` is the submodule's path.
    """

    kind: Literal["submodule", "image", "ci", "service"]
    target: str
    at: Location
    ref: str | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """A ``RUN --mount=…`` of a Dockerfile: its options as written."""

    type: str
    target: str | None
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """One Dockerfile instruction after continuation lines and heredocs were joined; ``value`` is its argument text."""

    name: str
    value: str
    line: int
    flags: tuple[tuple[str, str], ...] = ()
    mounts: tuple[Mount, ...] = ()
    invocations: tuple[Invocation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A build stage: ``base`` is the image text with literal ``ARG`` defaults filled in (a stage or an image).

    ``folder`` is where it starts: the base's own, as far as that is known, else the root. ``version_line`` is where the
    Python version of the base is written, if that is not in the line itself but in the ``ARG`` that it names.
    """

    index: int
    name: str | None
    base: str
    line: int
    instructions: tuple[Instruction, ...] = ()
    folder: str = "/"
    version_line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dockerfile:
    """A Dockerfile or Containerfile as its stages, in order."""

    path: str
    stages: tuple[Stage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """A sign of what a project *is*: ``kind`` is service, library, cli, job, notebook or template."""

    kind: str
    what: str
    at: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Ownership:
    """An owner (or criticality) that a file states for the paths under ``pattern`` (CODEOWNERS syntax)."""

    pattern: str
    owners: tuple[str, ...]
    at: Location
    criticality: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """Everything that one file says. A reader fills what its format has and leaves the rest empty.

    ``template`` marks text to be rendered before it means anything; ``unreadable`` is set by the collector alone, for
    a file that is of this format but broken (its problem says how), so that *broken* is never taken for *missing*.
    ``settings`` is the parsed document of a tool's configuration file that is no manifest (``uv.toml``); ``lint`` are
    the options of linters, formatters and type checkers.
    """

    path: str
    format: str
    manifest: Manifest | None = None
    lock: Lock | None = None
    dockerfile: Dockerfile | None = None
    ci: str | None = None
    invocations: tuple[Invocation, ...] = ()
    tasks: tuple[Task, ...] = ()
    mentions: tuple[Mention, ...] = ()
    lint: tuple[Setting, ...] = ()
    pythons: tuple[PythonVersion, ...] = ()
    signals: tuple[ManagerSignal, ...] = ()
    indexes: tuple[Index, ...] = ()
    includes: tuple[Include, ...] = ()
    references: tuple[Reference, ...] = ()
    hints: tuple[Hint, ...] = ()
    ownership: tuple[Ownership, ...] = ()
    problems: tuple[Problem, ...] = ()
    template: bool = False
    unreadable: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
