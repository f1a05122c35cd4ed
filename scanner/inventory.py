"""The inventory's values, in the shape of the published document ``muster.inventory/1``.

What the analysis of one repository ends in, what the store keeps, and all that rules, plans and reports read. Field
names are the contract's; fields beyond it are additions. msgspec encodes these dataclasses as they stand, so a change
here changes a published document: grow, never shift.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from scanner.facts import Context, Ecosystem, IndexKind, Scope, Source, ToolStrength

State = Literal["classified", "needs-decision", "not-python", "failed"]
Criticality = Literal["high", "medium", "low"]
Role = Literal["main", "docs", "example", "fixture", "tooling"]
Kind = Literal["service", "library", "cli", "job", "notebook", "unknown"]
Discipline = Literal[
    "locked", "stale", "conflicting", "pinned", "pinned-hashes", "partial", "unlocked", "none", "unknown"
]
LockStatus = Literal["fresh", "stale", "undecidable", "broken"]
CommandKind = Literal["install", "bootstrap", "adhoc", "lock", "build", "lint", "test", "other"]
Enforced = Literal["locked", "frozen", "hashes", "none"]
Grade = Literal["L0", "L1", "L2", "L3"]
Via = Literal["index", "git", "path", "submodule", "image", "ci", "service"]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Evidence:
    """A place that shows something; ``kind`` says what it is evidence of, where that is not plain from the context."""

    path: str
    line: int | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a conclusion was reached, and where that can be seen."""

    message: str
    path: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Error:
    """A file (or the repository, ``path`` null) that could not be read as it should, or was skipped on purpose."""

    path: str | None
    line: int | None
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolVersion:
    """A version of a tool as one file states it."""

    version: str
    path: str
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSetting:
    """An option that a file gives a tool, as written: dotted ``key`` below the tool's section, its values as text."""

    key: str
    values: tuple[str, ...]
    path: str
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A linter, formatter or type checker, and how strongly the repository uses it (design: vocabulary, *tools*).

    ``gates`` are the places where CI runs it so that it can fail: commands (``ci``), and hooks that CI runs (``hook``,
    with the place where it does, ``ci-hooks``); ``None`` where nobody looked. ``settings`` are its options, as written.
    """

    name: str
    category: str
    use: ToolStrength
    versions: tuple[ToolVersion, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    gates: tuple[Evidence, ...] | None = None
    settings: tuple[ToolSetting, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A Dockerfile with its install grade; ``grade`` is null where no Python dependency is installed (``tool`` is null
    too), or where the files do not tell what is (``reasons`` say why).

    ``caches`` are findings beside the grade: cache mounts that do not serve, caches in layers, the order of layers.
    ``apart`` says what is resolved at build time where the rest is from a lock.
    ``installed_at`` are the lines whose installs make the grade: those of the stages that ship.
    ``left_behind``: a web server's image takes what was made with them, and has none of them itself.
    ``built_by`` is who builds it, as far as the repository's files tell: CI, else Compose, a task or a script that is
    not for development or tests.
    """

    path: str
    grade: Grade | None
    base: str | None
    digest: bool
    tool: str | None
    uses_lock: bool | None
    enforced: Enforced | None
    reasons: tuple[Reason, ...] = ()
    caches: tuple[Reason, ...] = ()
    apart: tuple[str, ...] = ()
    installed_at: tuple[int, ...] = ()
    left_behind: bool = False
    built_by: Context | None = None

    @property
    def installs_python(self) -> bool:
        """Whether Python dependencies are installed, be it that the grade is open."""
        return self.tool is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command of committed automation, classified. ``because`` explains ``uses_lock``; ``project`` is the project's
    path that it serves, ``job`` the job, stage, environment or target it stands in, ``source`` the file or folder that
    is installed from. ``pinned`` says of an action that
    sets up a package manager whether its version is fixed (``None``: not known, or a range). ``tolerated``: a failure
    is ignored (``|| true``, ``continue-on-error``). ``python`` is the one that the command itself asks for, as written:
    by an option, a variable or its interpreter."""

    path: str
    line: int | None
    context: Context
    kind: CommandKind
    tool: str | None
    argv: tuple[str, ...]
    uses_lock: bool | None = None
    enforced: Enforced | None = None
    because: str | None = None
    project: str | None = None
    job: str | None = None
    pinned: bool | None = None
    source: str | None = None
    tolerated: bool = False
    python: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something in a lock that contradicts the rest of it; its own tool reads it all the same."""

    code: Literal["foreign-file", "two-digests", "foreign-digest", "twice", "no-digest", "index-digests", "header"]
    message: str
    path: str
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a lock's own tool said when it was asked (``muster scan --verify-with-tools``).

    ``answer``: ``error`` where it could not judge, ``not-run`` where it is not installed or would have run code of the
    repository; ``message`` says why.
    """

    tool: str
    command: str
    answer: Literal["fresh", "stale", "error", "not-run"]
    message: str
    version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lockfile:
    """A lock of a project and what was found about it (see the contract for ``status`` and ``covers``).

    ``written_at`` is the time of the last commit that wrote it (RFC 3339, UTC), where the history tells; ``faults`` are
    what contradicts itself inside the lock, whatever its tool's check says. ``verified_by`` is what the tool itself
    said, where it was asked; ``status`` is then its word if it would be undecidable otherwise. ``indexes`` counts the
    packages by the index that the lock has them from, ``""`` for those of which it does not say.
    """

    path: str
    tool: str
    format: str
    written_by: str | None
    status: LockStatus
    covers: bool | None
    other_versions: dict[str, str] = field(default_factory=dict)
    reasons: tuple[Reason, ...] = ()
    packages: int = 0
    hashed_packages: int = 0
    export_of: str | None = None
    written_at: str | None = None
    faults: tuple[Fault, ...] = ()
    verified_by: Verified | None = None
    indexes: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignaturePart:
    """One element of the combination signature, with the place that shows it."""

    place: str
    tool: str
    path: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """The combination of tools as one line of text and as its parts."""

    text: str
    parts: tuple[SignaturePart, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """With what one of the three environments (local, CI, image) is installed; null where the files do not show it.

    ``sources`` are the locks and requirements files that are installed from, as far as they are known; ``apart`` says
    what is resolved at install time where the rest is from a lock. ``python_at`` are the lines that name the Pythons,
    each with its version as the kind.
    """

    tool: str | None
    uses_lock: bool | None = None
    enforced: Enforced | None = None
    python: tuple[str, ...] = ()
    indexes: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    sources: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    python_at: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Environments:
    """The three environments side by side; ``None`` where the repository does not have that one."""

    local: Environment | None = None
    ci: Environment | None = None
    image: Environment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionPair:
    """A package that two environments install in different versions, in the order of ``Disagreement.between``."""

    name: str
    versions: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """Two environments of one project that differ in ``what``.

    ``packages`` are the first of those that both sides' files pin to different versions, ``more`` counts the rest.
    """

    what: Literal["tool", "lock", "python", "index"]
    between: tuple[str, str]
    message: str
    evidence: tuple[Evidence, ...] = ()
    packages: tuple[VersionPair, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredPython:
    """A Python version or range that a file of the project declares."""

    version: str
    path: str
    line: int | None
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """A declared dependency. ``specifier`` is PEP 440 where it can be said so; ``raw`` is the text as written;
    ``ecosystem`` tells conda's packages from the Python index's of the same name. ``requires_dist``: it stands in the
    metadata of the project's distribution (core metadata ``Requires-Dist``) without an extra, so that whoever installs
    that gets it too; false for a requirements file beside it, and where only running code would tell.
    """

    name: str
    raw: str
    extras: tuple[str, ...]
    specifier: str | None
    marker: str | None
    scope: Scope
    group: str | None
    source: Source
    url: str | None
    ref: str | None
    editable: bool
    path: str
    line: int | None
    ecosystem: Ecosystem = "pypi"
    requires_dist: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedIndex:
    """An index, find-links or trusted-host address; ``credentials``: a literal secret stood in the file (redacted)."""

    url: str
    kind: IndexKind
    name: str | None
    credentials: bool
    path: str
    line: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocker:
    """A fact of a project that stands in the way of moving its toolchain; ``code`` is from a fixed list."""

    code: str
    message: str
    path: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A folder that declares or locks Python dependencies, or builds a Python distribution."""

    path: str
    role: Role
    name: str | None
    kind: Kind
    build_backend: str | None
    requires_python: str | None
    package_managers: tuple[str, ...]
    primary_manager: str | None
    lock_discipline: Discipline
    lockfiles: tuple[Lockfile, ...]
    signature: Signature
    environments: Environments
    disagreements: tuple[Disagreement, ...]
    python_versions: tuple[DeclaredPython, ...]
    dependencies: tuple[Dependency, ...]
    version: str | None = None
    publishes: bool = False
    hashes: bool = False
    workspace_root: str | None = None
    manifests: tuple[str, ...] = ()
    discipline_reasons: tuple[Reason, ...] = ()
    role_reasons: tuple[Reason, ...] = ()
    kind_reasons: tuple[Reason, ...] = ()
    manager_evidence: dict[str, tuple[Evidence, ...]] = field(default_factory=dict)
    blockers: tuple[Blocker, ...] = ()
    indexes: tuple[UsedIndex, ...] = ()
    unknowns: tuple[Reason, ...] = ()
    primary_reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalReference:
    """Something outside the repository that it builds on: submodule, base image, shared CI, service, clone."""

    kind: Literal["submodule", "image", "ci", "service", "git"]
    target: str
    ref: str | None
    path: str
    line: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """One repository of the fleet at one commit, as the published document shows it.

    ``aside``: files that look like a manifest or a lock and were left out of account, each with the reason.
    """

    id: str
    name: str
    location: str
    commit: str | None
    branch: str | None
    committed_at: str | None
    state: State
    is_python: bool
    owners: tuple[str, ...] = ()
    criticality: Criticality | None = None
    last_activity: str | None = None
    ci: tuple[str, ...] = ()
    tools: tuple[Tool, ...] = ()
    images: tuple[Image, ...] = ()
    commands: tuple[Command, ...] = ()
    errors: tuple[Error, ...] = ()
    projects: tuple[Project, ...] = ()
    references: tuple[ExternalReference, ...] = ()
    remote: str | None = None
    tags: tuple[str, ...] = ()
    decisions: tuple[Reason, ...] = ()
    files: int = 0
    aside: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A dependency of one repository on another; ``consumer`` and ``provider`` are repository ids."""

    consumer: str
    consumer_project: str
    provider: str
    provider_project: str | None
    distribution: str | None
    scope: Scope | None
    via: Via
    specifier: str | None
    satisfied: bool | None
    path: str | None
    line: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unresolved:
    """An internal name that nobody in the fleet provides."""

    consumer: str
    name: str
    why: str
    path: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """A distribution name that several projects claim; ``chosen`` is the one that edges lead to, ``why`` says why."""

    distribution: str
    providers: tuple[str, ...]
    chosen: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class HeldIn:
    """A package in a lock of the fleet."""

    repository: str
    path: str
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HashSide:
    """The locks that agree: under the digest that they have (its first digits) or, of one digest, the version.

    ``indexes``: where these locks took the package from; ``""`` is the default index, ``"?"`` one of several.
    """

    label: str
    count: int
    locks: tuple[HeldIn, ...]
    indexes: tuple[str, ...] = ("",)


@dataclass(frozen=True, slots=True, kw_only=True)
class HashConflict:
    """Digests in the fleet's locks that cannot all be right; the side that most locks are on comes first.

    ``kind``: ``file`` (the file ``what`` of this version has several digests), ``release`` (complete lists of a
    version's files have nothing in common, or differ in ``what``: ``1 of 12``), ``version`` (the digest ``what`` serves
    several versions).
    """

    kind: Literal["file", "release", "version"]
    name: str
    version: str
    what: str
    sides: tuple[HashSide, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """All that is known of dependencies between the fleet's repositories.

    ``inside`` are the edges that stay within a repository (workspace members, own extras): kept, but not ordered by.
    """

    edges: tuple[Edge, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    clashes: tuple[Clash, ...] = ()
    inside: tuple[Edge, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One scan: when, by which version, over what."""

    id: int
    started_at: str
    finished_at: str | None
    version: str
    as_of: str
    sources: tuple[str, ...]
    state: Literal["running", "finished", "interrupted"] = "running"
    errors: tuple[Error, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """One run with everything that it saw."""

    run: Run
    repositories: tuple[Repository, ...]
    graph: Graph = field(default_factory=Graph)
    hash_conflicts: tuple[HashConflict, ...] = ()
