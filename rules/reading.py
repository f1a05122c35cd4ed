"""Questions that rules and plans ask of a repository's inventory."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rules.finding import Evidence
from scanner.inventory import Command, Disagreement, Lockfile, Project, Reason, Repository, UsedIndex
from scanner.requirement_files import is_dev_file

LOCKERS = frozenset({"uv", "poetry", "pdm", "pipenv", "rye", "pixi"})
PIP_LIKE = frozenset({"pip", "pip-tools", "setuptools"})
_CI = re.compile(
    r"(?:.*/)?(?:\.(?:github|forgejo|gitea)/.*|\.gitlab-ci[^/]*|\.gitlab/.*|\.circleci/.*|\.travis\.ya?ml|azure-pipelines.*|\.azure.*|Jenkinsfile[^/]*"
    r"|bitbucket-pipelines\.ya?ml|buildspec[^/]*|\.buildkite/.*|\.semaphore/.*|\.drone\.ya?ml|\.?appveyor\.ya?ml|\.cirrus\.ya?ml|cloudbuild[^/]*)"
)
_IMAGE = re.compile(r"(?:.*/)?(?:[^/]*[Dd]ockerfile[^/]*|[^/]*[Cc]ontainerfile[^/]*)")
_LOCK = re.compile(r"(?:.*/)?(?:[^/]+\.lock|pylock(?:\.[^/]+)?\.toml|[^/]*conda-lock\.ya?ml)")
_MANIFEST = re.compile(
    r"(?:.*/)?(?:pyproject\.toml|setup\.(?:py|cfg)|Pipfile|[^/]*requirements[^/]*\.(?:txt|in)|pixi\.toml|[^/]*environment[^/]*\.ya?ml)"
    r"|(?:.*/)?(?:requirements|reqs|deps)/[^/]+\.(?:txt|in)"
)


def main_projects(repository: Repository) -> tuple[Project, ...]:
    """The projects of role ``main``, by path."""
    return tuple(sorted((p for p in repository.projects if p.role == "main"), key=lambda p: p.path))


def project_around(repository: Repository, path: str) -> Project | None:
    """The project whose folder holds ``path``: the deepest one; the only main one where none does."""
    around = [p for p in repository.projects if p.path == "." or path == p.path or path.startswith(p.path + "/")]
    if around:
        return max(around, key=lambda p: (p.path != ".", len(p.path)))
    main = main_projects(repository)
    return main[0] if len(main) == 1 else None


def project_of(repository: Repository, command: Command) -> Project | None:
    """The project that a command serves, if that is a main one."""
    if command.project is not None:
        project = next((p for p in repository.projects if p.path == command.project), None)
    else:
        project = project_around(repository, command.path)
    return project if project is not None and project.role == "main" else None


def installs(repository: Repository, *contexts: str) -> Iterator[tuple[Project, Command]]:
    """Install commands in ``contexts`` that serve a main project, with that project."""
    for command in repository.commands:
        if command.kind == "install" and command.context in contexts:
            project = project_of(repository, command)
            if project is not None:
                yield project, command


def locks(repository: Repository) -> Iterator[tuple[Project, Lockfile]]:
    """Every lock of the main projects once: a workspace's lock with its root, not with each member."""
    seen: set[str] = set()
    projects = sorted(main_projects(repository), key=lambda p: (p.workspace_root is not None, len(p.path), p.path))
    for project in projects:
        for lock in project.lockfiles:
            if lock.path not in seen:
                seen.add(lock.path)
                yield project, lock


def is_deployed(project: Project) -> bool:
    """Whether what is installed runs as it stands: a service, a job, an unpublished tool that an image holds."""
    held = project.kind == "cli" and not project.publishes and project.environments.image is not None
    return project.kind in ("service", "job") or held


def differences(project: Project) -> tuple[Disagreement, ...]:
    """The disagreements of the environments that mean something: pip is the installer of what setuptools declares."""
    return tuple(d for d in project.disagreements if d.what != "tool" or not _are_pip(project, d))


def _are_pip(project: Project, disagreement: Disagreement) -> bool:
    known = [getattr(project.environments, name) for name in disagreement.between]
    return all(environment is not None and environment.tool in PIP_LIKE for environment in known)


_FIRST = ("pyproject.toml", "Pipfile", "setup.cfg", "setup.py", "pixi.toml")


def manifest_of(project: Project) -> str:
    """The path of the file that declares the project; its folder where there is none."""
    declared = {d.path for d in project.dependencies if d.scope != "build"}
    files = [m for m in project.manifests if area_of(m) == "manifest"] or list(project.manifests) or sorted(declared)
    order = {name: i for i, name in enumerate(_FIRST)}
    ranked = sorted(
        files,
        key=lambda m: (
            m not in declared,
            is_dev_file(m),
            m.endswith((".yml", ".yaml")) and project.primary_manager not in (None, "conda"),
            order.get(m.rpartition("/")[2], len(order)),
            m.count("/"),
            len(m),
            m,
        ),
    )
    return ranked[0] if ranked else project.path


def label(repository: Repository, project: Project) -> str:
    """What to call a project in a sentence."""
    return project.name or (repository.name if project.path == "." else project.path)


def package_indexes(project: Project) -> tuple[UsedIndex, ...]:
    """The indexes that distributions are taken from, without the public one and without conda's channels.

    The public one is called ``pypi`` by the tools; where a file of the project names it, its address is known, too.
    """
    public = {_host(i.url) for i in project.indexes if (i.name or "").lower() == "pypi"}
    return tuple(
        i
        for i in project.indexes
        if i.kind != "trusted-host"
        and (i.name or "").lower() != "pypi"
        and _host(i.url) not in public
        and not _is_channel(project, i)
    )


def _host(url: str) -> str:
    return url.partition("://")[2].rpartition("@")[2].partition("/")[0].lower() or url


def _is_channel(project: Project, index: UsedIndex) -> bool:
    if index.kind != "index" or not index.path.endswith((".yml", ".yaml", "pixi.toml")):
        return False
    return index.path in project.manifests or _CHANNEL.fullmatch(index.url) is not None


_CHANNEL = re.compile(r"[A-Za-z0-9][\w.-]*")  # a bare name: an index has an address


def lacks_lock(project: Project) -> bool:
    """Whether the project is deployed and nothing records all of what is installed (what missing-lock reports)."""
    return project.lock_discipline in ("unlocked", "partial", "pinned") and is_deployed(project)


def called(repositories: Sequence[Repository]) -> dict[str, str]:
    """What to call each repository in a sentence: its name, or the whole id where others bear the same name."""
    counts = Counter(r.name for r in repositories)
    return {r.id: r.name if counts[r.name] == 1 else r.id for r in repositories}


def needs_lock(project: Project) -> bool:
    """Whether something is left to lock: a stale lock anywhere, none at all where the project is deployed."""
    if project.lock_discipline in ("unlocked", "partial", "pinned", "pinned-hashes"):
        return is_deployed(project)
    return project.lock_discipline in ("stale", "conflicting")


def area_of(path: str) -> str | None:
    """What kind of file ``path`` is for the rules: ``ci``, ``image``, ``lock`` or ``manifest``."""
    for area, pattern in (("ci", _CI), ("image", _IMAGE), ("lock", _LOCK), ("manifest", _MANIFEST)):
        if pattern.fullmatch(path):
            return area
    return None


def several(paths: list[str]) -> str:
    """The first path, and how many more there are."""
    return paths[0] if len(paths) == 1 else f"{paths[0]} (and {len(paths) - 1} more)"


def shown(command: Command) -> Evidence:
    """A command as evidence."""
    return Evidence(path=command.path, line=command.line, text=shlex.join(command.argv)[:200])


def reasons(found: Iterable[Reason], fallback: str) -> tuple[Evidence, ...]:
    """Reasons of the inventory as evidence; ``fallback`` is the path where a reason names none."""
    return tuple(Evidence(path=r.path or fallback, line=r.line, text=r.message) for r in found)


def sentence(found: Iterable[Reason], otherwise: str) -> str:
    """The first three reasons as one text."""
    told = list(dict.fromkeys(r.message for r in found))
    more = f" (and {len(told) - 3} more)" if len(told) > 3 else ""
    return "; ".join(told[:3]) + more if told else otherwise


def inside(folder: str, command: str) -> str:
    """``command`` as to be typed at the repository's root to run in ``folder``."""
    return command if folder == "." else f"(cd {shlex.quote(folder)} && {command})"


def below(folder: str, path: str) -> str:
    """``path`` as seen from ``folder``, quoted for a shell."""
    return shlex.quote(posixpath.relpath(path, folder) if folder != "." else path)


def is_own_version_only(lock: Lockfile) -> bool:
    """Whether all that makes a lock stale is the version of the project itself: nothing is installed differently."""
    own = lock.reasons and all(reason.message.startswith("own version only: ") for reason in lock.reasons)
    return lock.status == "stale" and lock.covers is True and bool(own)


def relock(project: Project, lock: Lockfile) -> str:
    """The command that brings ``lock`` into step with as few version changes as its tool can."""
    return inside(project.path, _relock(project, lock))


def _relock(project: Project, lock: Lockfile) -> str:
    match lock.tool:
        case _ if is_compiled(lock):
            return _recompile(project, lock)
        case "poetry":
            return "poetry lock --no-update" if _wrote_poetry_1(lock) else "poetry lock"
        case "uv":
            return "uv lock"
        case "pdm":
            return "pdm lock --update-reuse"
        case "pipenv":
            return "pipenv lock"
        case "rye":
            return "rye lock"
        case "conda-lock" | "conda":
            return f"conda-lock lock --lockfile {below(project.path, lock.path)}"
        case "pixi":
            return "pixi lock"
        case _:
            exporter = "pdm lock" if "pdm" in project.package_managers else "uv export --format pylock.toml"
            return (
                f"{exporter} --output-file {below(project.path, lock.path)}" if exporter.startswith("uv") else exporter
            )


def is_compiled(lock: Lockfile) -> bool:
    """Whether pip-tools or ``uv pip compile`` wrote it, from a list of names, for pip to install."""
    return lock.tool == "pip-tools" or lock.format == "uv pip compile"


def about_relock(lock: Lockfile) -> str:
    """What is to be known beside the command of :func:`relock`; empty, or a sentence after a blank."""
    if lock.tool == "pipenv":
        return " It resolves everything anew: review the version changes."
    if lock.tool == "poetry" and _wrote_poetry_1(lock):
        return " (From Poetry 2.0 on it is `poetry lock` alone.)"
    return ""


def _wrote_poetry_1(lock: Lockfile) -> bool:
    return lock.written_by is not None and lock.written_by.split(".")[0] in ("0", "1")


def _recompile(project: Project, lock: Lockfile) -> str:
    if lock.format == "pip-compile-multi":
        return "pip-compile-multi --no-upgrade"
    if lock.format == "hatch-pip-compile":
        return "hatch env run -- python --version"  # entering the environment is what makes the plug-in write it
    stem = posixpath.splitext(lock.path)[0]
    source = f"{stem}.in" if f"{stem}.in" in project.manifests else None
    if source is None:
        source = next((m for m in project.manifests if m.endswith("pyproject.toml")), f"{stem}.in")
    compiler = "uv pip compile" if lock.format.startswith("uv") else "pip-compile"
    return f"{compiler} --output-file {below(project.path, lock.path)} {below(project.path, source)}"


def verify(project: Project, lock: Lockfile) -> str | None:
    """The tool's own command that fails when lock and manifest disagree, if it has one."""
    checks = {
        "poetry": "poetry check --lock",
        "uv": "uv lock --check",
        "pdm": "pdm lock --check",
        "pipenv": "pipenv verify",
        "pixi": "pixi lock --check",
    }
    command = checks.get(lock.tool) if not is_compiled(lock) else None
    return inside(project.path, command) if command else None
