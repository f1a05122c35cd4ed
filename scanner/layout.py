"""Which folders of a repository are projects, which files belong to each, and in which role they stand.

The words are those of the published vocabulary: a project is a folder that declares or locks Python dependencies, or
builds a Python distribution; requirements under ``requirements/`` (or ``deps/``, ``reqs/``) belong to the folder above.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from scanner.collect import SKIPPED_FOLDERS, RepoFacts
from scanner.facts import Extract, Include, Lock, Manifest, Requirement, Workspace, normal_name
from scanner.inventory import Reason, Role
from scanner.lint_tools import tool_of_distribution

REQUIREMENT_FOLDERS = frozenset({"requirements", "reqs", "deps", "requires", "requirement", "dependencies"})
_BUILD_FORMATS = frozenset({"pyproject.toml", "setup.py", "setup.cfg", "flit.ini", "Pipfile", "pixi.toml"})

_DOCS = re.compile(
    r"docs?|.+[-_]docs|documentation|sphinx|website|mkdocs|doc[-_]?src|readthedocs|apidocs?|docs?[-_](?:rtd|site|src|source|web|website)"
)
_EXAMPLE = re.compile(
    r"(?:.+[-_])?(?:examples?|samples?|demos?|tutorials?|quickstarts?|cookbooks?|recipes|playgrounds?|workshops?|showcases?)"
)
_FIXTURE = re.compile(
    r"(?:.+[-_])?(?:fixtures?|test[-_]?data|testdata|testing[-_]data)|(?:(?:tests?|static|data)[-_])?(?:resources|assets)|templates?|.*[-_]templates?|cookiecutter.*"
    r"|vendor|vendored|_vendor|_vendored|third[-_]?party|3rd[-_]?party|external|externals|extern|thirdparty|skeletons?|scaffold.*|snapshots?|golden|mocks?"
)
_TESTS = re.compile(
    r"(?:.+[-_]|sdk|api|smoke|load|unit|func|integ|system)?test(?:s|ing)?|e2e|integration|unit|acceptance"
)
_TOOLING = re.compile(
    r"makefiles?|\.github|\.gitlab|\.circleci|\.azure.*|\.ci|ci|\.buildkite|\.devcontainer|\.binder|binder|\.config|\.jenkins|jenkins|build[-_]?tools?|build[-_]?scripts?"
    r"|scripts?|tools?|tooling|hack|dev|devtools?|dev[-_]?tools?|contrib|misc|utils?|bin|etc|infra|infrastructure|terraform|ansible|deploy|deployment|deployments"
    r"|archives?|archived|attic|pyinstaller|dev[-_]?utils?|benchmarks?|benches|bench|asv_bench|perf|profiling|conda|conda[-_]?recipes?|recipe|packaging|pkg|debian|logos?|artwork|branding|docker|dockerfiles?|containers?|\.docker|lint|release|maintenance|ops|sandbox|experiments?|scratch|misc"
)
_DEPLOYED = re.compile(r"(?:.+[-_])?lambdas?|(?:cloud[-_]?|azure[-_]?)?functions?")
_INFRASTRUCTURE = re.compile(r"infra|infrastructure|terraform|deploy|deployments?|docker|containers?|ops")
_SIDE_NAME = re.compile(r"test_.*|.*_tests?\.py|conftest\.py|noxfile\.py|conf\.py|setup\.py|fabfile\.py|tasks\.py")
_OTHER_LANGUAGES = frozenset(
    """
    .js .jsx .mjs .cjs .ts .tsx .mts .vue .svelte .astro .go .rs .java .kt .scala .c .cc .cpp .cxx .cs .rb .php .swift
    .m .mm .dart .ex .exs .erl .hs .lua .pl .r .jl .f90 .zig .clj .vhd .vhdl .v .sv .asm .elm .ml
    """.split()
)
_TEMPLATE_SEGMENT = re.compile(r".*(?:\{\{|\}\}|\{%|__cookiecutter).*")
_DEV_FILE = re.compile(
    r"(?:^|[-_./])(?:dev|develop|development|devel|test|tests|testing|tst|lint|linting|linters?|doc|docs|documentation|rtd|readthedocs|ci|cicd|tox|nox|build|builds|bench|benchmarks?"
    r"|examples?|mypy|typing|types|type[-_]?check|static|style|quality|qa|check|checks|format|formatting|flake8|pre[-_]?commit|coverage|cov|release|releases|packaging|publish|ide|debug|tools?|local|notebooks?"
    r"|optional|extras?|extra|gpu|cuda|cpu|minimal|min|minimum|oldest|lowest|docker[-_]?dev|e2e|integration|functional|perf|security|maintainer|contrib|pip|pip[-_]?tools|sphinx|mkdocs|colab|tutorials?|demo|travis|jenkins|github|actions|workflows?|pinned|freeze|frozen|lock|locked|all|full)(?=$|[-_./0-9])"
    r"|(?:^|[-_.])py\d{2,3}[-_](?:dj|django|sqla|flask|[a-z]{3,20})[-_]?\d",  # a matrix of versions to test with
    re.IGNORECASE,
)
_RUNTIME_FILE = re.compile(
    r"(?:^|[-_./])(?:requirements?|reqs?|requires|base|common|core|main|prod|production|runtime|run|app|install|default|server|web|deploy|deployment|package|lambda|api|worker)(?=$|[-_./0-9])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A project before it is judged: its folder, the facts of its files, its role and where it hangs in a workspace."""

    path: str
    role: Role
    role_reasons: tuple[Reason, ...]
    extracts: tuple[Extract, ...]
    workspace_root: str | None = None
    workspace_tool: str | None = None

    @property
    def manifests(self) -> tuple[Manifest, ...]:
        """The manifests of this project, its own before those it inherits, in the order of their paths."""
        return tuple(e.manifest for e in self.extracts if e.manifest is not None)

    def manifest(self, form: str) -> Manifest | None:
        """The project's own manifest of this format, directly in its folder."""
        return next(
            (m for m in self.manifests if m.format == form and folder_of(m.path) == self.path),
            None,
        )


@dataclass(slots=True)
class _Draft:
    path: str
    extracts: list[Extract] = field(default_factory=list)


def folder_of(path: str) -> str:
    """The folder of a file, ``.`` for the root."""
    return posixpath.dirname(path) or "."


def is_inside(path: str, folder: str) -> bool:
    """Whether ``path`` is ``folder`` or below it."""
    return folder == "." or path == folder or path.startswith(folder + "/")


def is_dev_file(path: str) -> bool:
    """Whether a requirements file serves development, tests, docs or another side purpose, as its name says."""
    parts = path.split("/")
    stem = posixpath.splitext(parts[-1])[0]
    if len(parts) > 1 and parts[-2] in REQUIREMENT_FOLDERS:
        return bool(_DEV_FILE.search(stem)) and not re.fullmatch(r"(?i)requirements?|all", stem)
    rest = re.sub(r"(?i)requirements?|reqs?", "", stem).strip("-_.")
    return bool(rest) and bool(_DEV_FILE.search(rest)) and not _PLAIN_LOCK.fullmatch(rest)


def group_of_file(path: str) -> str | None:
    """The dependency group that a requirements file stands for by its name (``dev``, ``test``); ``None`` if none."""
    if not is_dev_file(path):
        return None
    stem = posixpath.splitext(posixpath.basename(path))[0].lower()
    return re.sub(r"requirements?|reqs?", "", stem).strip("-_. ") or "dev"


_PLAIN_LOCK = re.compile(r"(?i)lock|locked|pinned|freeze|frozen|all|full|cpu|gpu|cuda|docker")


def is_runtime_file(path: str) -> bool:
    """Whether a requirements file's name says that it holds what is needed at run time."""
    return not is_dev_file(path) and bool(_RUNTIME_FILE.search(posixpath.splitext(path)[0]))


def lay_out(facts: RepoFacts, role_override: Callable[[str], str | None] = lambda _path: None) -> tuple[Folder, ...]:
    """The projects of a repository, root first, then by path."""
    drafts = _drafts(facts)
    spaces = _workspaces(drafts)
    taken = _taken(drafts, facts)
    folders = []
    for path in sorted(drafts, key=lambda p: (p != ".", p)):
        root, tool = _workspace_of(path, spaces)
        role, reason = _role(path, drafts[path], member=root is not None or path in taken, facts=facts)
        if role == "main" and root is None and path in taken and path != ".":
            reason = "a main project takes it by path"
        if (forced := role_override(path)) is not None:
            role, reason = forced, "set in the configuration"  # type: ignore[assignment]
        folders.append(
            Folder(
                path=path,
                role=role,
                role_reasons=(Reason(message=reason, path=_most_telling(drafts[path]).path),),
                extracts=tuple(drafts[path].extracts),
                workspace_root=root,
                workspace_tool=tool,
            )
        )
    return _with_a_main(folders, facts)


def _most_telling(draft: _Draft) -> Extract:
    """The file that stands for a project: what builds it before what lists requirements, a lock last."""
    order = {
        form: rank
        for rank, form in enumerate(("pyproject.toml", "setup.py", "setup.cfg", "flit.ini", "Pipfile", "pixi.toml"))
    }
    return min(draft.extracts, key=lambda e: (e.manifest is None, order.get(e.format, 9), e.path))


def _drafts(facts: RepoFacts) -> dict[str, _Draft]:
    """Files by the project folder that they belong to; a folder whose files say nothing makes no project."""
    drafts: dict[str, _Draft] = {}
    for extract in facts.extracts.values():
        if _makes_a_project(extract):
            home = _home(extract, facts)
            drafts.setdefault(home, _Draft(home)).extracts.append(extract)
    told = {path: draft for path, draft in drafts.items() if not all(_says_nothing(e) for e in draft.extracts)}
    return {path: draft for path, draft in told.items() if not _is_left_over(draft, told)}


_NEEDS_A_MANIFEST = frozenset({"poetry", "pipenv", "pdm", "uv"})


def _is_left_over(draft: _Draft, drafts: Mapping[str, _Draft]) -> bool:
    """Whether there is nothing but a lock whose manifest is gone, inside of a project that has one."""
    for extract in draft.extracts:
        if extract.lock is None or extract.manifest is not None or extract.lock.tool not in _NEEDS_A_MANIFEST:
            return False
    above = folder_of(draft.path) if draft.path != "." else None
    around = drafts.get(owner_of(above, drafts) or "") if above is not None else None
    return around is not None and any(e.manifest is not None for e in around.extracts)


def _makes_a_project(extract: Extract) -> bool:
    if extract.template:
        return False
    if extract.unreadable:
        return posixpath.basename(extract.path) in _UNREADABLE_MANIFESTS or extract.path.endswith(".lock")
    manifest = extract.manifest
    lists_nothing = manifest is not None and not (manifest.requirements or manifest.includes or extract.lock)
    if lists_nothing and extract.format == "requirements" and "/" in extract.path:
        return False  # a list of comments in some folder
    is_script_lock = extract.path.endswith(".py.lock")
    return (extract.manifest is not None or extract.lock is not None) and not is_script_lock


_UNREADABLE_MANIFESTS = frozenset(
    {"pyproject.toml", "Pipfile", "Pipfile.lock", "setup.py", "setup.cfg", "requirements.txt"}
)


def _home(extract: Extract, facts: RepoFacts) -> str:
    """The project folder of a file: its own folder, or the one above ``requirements/`` and the like."""
    folder = folder_of(extract.path)
    manifest = extract.manifest
    if manifest is None or manifest.format not in ("requirements", "conda"):
        return folder
    parent = folder_of(folder)
    if manifest.format == "conda" and posixpath.basename(folder) in _CONDA_FOLDERS and _has_own_manifest(parent, facts):
        return parent
    if not _holds_requirements(folder, facts) and _holds_requirements(parent, facts):
        folder = parent
    while _holds_requirements(folder, facts):
        folder = folder_of(folder)
    if posixpath.basename(folder) == "src" and not _has_own_manifest(folder, facts):
        above = folder_of(folder)
        return above if _has_own_manifest(above, facts) else folder
    return _around_package(folder, facts) or folder


_CONDA_FOLDERS = frozenset({"conda", "conda-env", "conda-envs", "conda_env", "conda_envs", "environments", "envs"})


def _around_package(folder: str, facts: RepoFacts) -> str | None:
    """The project that ships ``folder``, where that is an importable package and the folder above it builds one."""
    if is_side_file(posixpath.join(folder, "__init__.py")):
        return None
    above = folder
    while above != "." and posixpath.join(above, "__init__.py") in facts.files and not _has_own_manifest(above, facts):
        above = folder_of(above)
    if above == folder:
        return None
    for home in (above, folder_of(above)) if posixpath.basename(above) == "src" else (above,):
        if any(_builds(facts.extracts.get(posixpath.normpath(posixpath.join(home, name)))) for name in _BUILD_FILES):
            return home
    return None


_BUILD_FILES = ("pyproject.toml", "setup.py", "setup.cfg", "flit.ini")


def _builds(extract: Extract | None) -> bool:
    manifest = extract.manifest if extract is not None else None
    return manifest is not None and (manifest.has_build_system or manifest.format != "pyproject.toml")


def _holds_requirements(folder: str, facts: RepoFacts) -> bool:
    return posixpath.basename(folder) in REQUIREMENT_FOLDERS and not _has_own_manifest(folder, facts)


def _has_own_manifest(folder: str, facts: RepoFacts) -> bool:
    names = ("pyproject.toml", "setup.py", "Pipfile")
    return any(posixpath.normpath(posixpath.join(folder, name)) in facts.extracts for name in names)


def _says_nothing(extract: Extract) -> bool:
    manifest = extract.manifest
    if extract.unreadable or extract.lock is not None or manifest is None:
        return False
    return manifest.format == "pyproject.toml" and not manifest.tables


def is_tool_only(manifest: Manifest) -> bool:
    """Whether a ``pyproject.toml`` configures tools, and neither declares dependencies nor builds anything."""
    if manifest.format != "pyproject.toml" or manifest.requirements or manifest.has_build_system or manifest.name:
        return False
    declaring = (
        "project",
        "dependency-groups",
        "tool.poetry",
        "tool.pdm",
        "tool.uv",
        "tool.rye",
        "tool.hatch",
        "tool.flit",
        "tool.pixi",
    )
    return all(manifest.table(name) is None for name in declaring)


def _workspaces(drafts: Mapping[str, _Draft]) -> dict[str, Workspace]:
    return {
        path: extract.manifest.workspace
        for path, draft in drafts.items()
        for extract in draft.extracts
        if extract.manifest is not None and extract.manifest.workspace is not None
    }


def _taken(drafts: Mapping[str, _Draft], facts: RepoFacts) -> frozenset[str]:
    """The folders that main projects take by path to run: members in all but name (Poetry), directly or through one.

    What the root needs by path is taken whatever it is; what takes another below it must be a main project itself.
    """
    found: set[str] = set()
    waiting = [
        path for path in drafts if path == "." or _role(path, drafts[path], member=False, facts=facts)[0] == "main"
    ]
    while waiting:
        new = {t for t in _needed_by_path(drafts[waiting.pop()]) if t in drafts} - found
        found |= new
        waiting += sorted(new)
    return frozenset(found)


def _needed_by_path(draft: _Draft) -> Iterator[str]:
    for manifest in (e.manifest for e in draft.extracts if e.manifest is not None):
        for requirement in manifest.requirements:
            target = _target(requirement) if requirement.source == "path" and requirement.scope == "runtime" else None
            if target is not None:
                yield target


def bringers(folders: Iterable[Folder]) -> dict[str, tuple[str, ...]]:
    """By project, those that take it by path or as a member of their workspace, directly or through another one."""
    folders = tuple(folders)
    named = {(f.workspace_root, m_key): f.path for f in folders for m_key in _keys_of(f)}
    taken: dict[str, set[str]] = {}
    for folder in folders:
        for requirement in (r for m in folder.manifests for r in m.requirements if r.scope in ("runtime", "group")):
            if requirement.source != "path":
                continue
            target = (
                named.get((folder.workspace_root, requirement.key)) if requirement.workspace else _target(requirement)
            )
            if target is not None and target != folder.path:
                taken.setdefault(target, set()).add(folder.path)
    return {path: tuple(sorted(_all_above(path, taken) - {path})) for path in sorted(taken)}


def _keys_of(folder: Folder) -> set[str]:
    return {normal_name(m.name) for m in folder.manifests if m.name}


def _target(requirement: Requirement) -> str | None:
    if not requirement.url or "$" in requirement.url:
        return None
    return posixpath.normpath(posixpath.join(folder_of(requirement.at.path), requirement.url.removeprefix("file:")))


def _all_above(path: str, taken: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    queue = [path]
    while queue:
        for above in taken.get(queue.pop(), ()):
            if above not in found:
                found.add(above)
                queue.append(above)
    return found


def _workspace_of(path: str, spaces: Mapping[str, Workspace]) -> tuple[str | None, str | None]:
    """The workspace root that ``path`` is a member of (the nearest), and the tool that says so."""
    for root in sorted(spaces, key=lambda r: -len(r) if r != "." else 0):
        space = spaces[root]
        if path == root:
            return root, space.tool
        if not is_inside(path, root):
            continue
        inner = path if root == "." else path[len(root) + 1 :]
        if _glob_fits(inner, space.members) and not _glob_fits(inner, space.exclude):
            return root, space.tool
    return None, None


def _glob_fits(path: str, patterns: Iterable[str]) -> bool:
    """Shell globs by path parts: ``*`` stays within one part, ``**`` spans several."""
    return any(_parts_fit(path.split("/"), posixpath.normpath(pattern).split("/")) for pattern in patterns)


def _parts_fit(parts: list[str], pattern: list[str]) -> bool:
    reachable = {0}
    for wanted in pattern:
        if wanted == "**":
            reachable = set(range(min(reachable, default=len(parts) + 1), len(parts) + 1))
        else:
            reachable = {i + 1 for i in reachable if i < len(parts) and fnmatchcase(parts[i], wanted)}
    return len(parts) in reachable


def _role(path: str, draft: _Draft, *, member: bool, facts: RepoFacts) -> tuple[Role, str]:
    segments = [] if path == "." else path.lower().split("/")
    for segment in segments:
        if _TEMPLATE_SEGMENT.fullmatch(segment):
            return "fixture", f"the folder name {segment!r} is a template to be rendered"
    deployed = any(_DEPLOYED.fullmatch(segment) for segment in segments)
    for position, segment in enumerate(segments):
        last = position == len(segments) - 1
        if _FIXTURE.fullmatch(segment) and not (member and last):
            return "fixture", f"below {segment}/"
        if _TESTS.fullmatch(segment) and not (member and last and segment.strip("s") != "test"):
            builds = any(e.manifest and e.manifest.format in _BUILD_FORMATS for e in draft.extracts)
            if not last:
                return "fixture", f"below {segment}/"
            return (
                "fixture" if builds and not _only_lists_requirements(draft) else "tooling"
            ), f"{segment}/ serves the tests"
        if _EXAMPLE.fullmatch(segment):
            return "example", f"below {segment}/"
        if _DOCS.fullmatch(segment):
            return "docs", f"below {segment}/"
        excepted = (member and not segment.startswith(".")) or (deployed and _INFRASTRUCTURE.fullmatch(segment))
        if _TOOLING.fullmatch(segment) and not excepted:
            return "tooling", f"below {segment}/"
    if path.startswith(".") and path != ".":
        return "tooling", "in a hidden folder"
    if path != "." and draft.extracts and all(e.manifest and is_tool_only(e.manifest) for e in draft.extracts):
        return "tooling", "only configures tools"
    if path == "." and (reason := _only_serves_docs(draft)):
        return "docs", reason
    if path == "." and _only_serves_scripts(draft, facts):
        return "tooling", "its Python files are scripts beside a product in another language"
    if member:
        return "main", "member of the workspace"
    if path != "." and _only_lists_requirements(draft) and not _has_python(path, facts):
        return "tooling", "holds no Python file"
    return "main", "the repository's own project" if path == "." else "a project of its own in this repository"


def _only_lists_requirements(draft: _Draft) -> bool:
    return all(
        e.manifest is None or e.manifest.format in ("requirements", "Pipfile", "conda", "pixi.toml")
        for e in draft.extracts
    )


def _only_serves_docs(draft: _Draft) -> str | None:
    names = [posixpath.basename(e.path) for e in draft.extracts]
    if names and all(
        re.fullmatch(r"(?i)(?:docs?|mkdocs|sphinx|rtd)[-_]requirements.*|requirements[-_.](?:docs?|mkdocs|rtd).*", n)
        for n in names
    ):
        return "only documentation requirements"
    return None


_SCRIPTS = re.compile(r"(?:.+[-_])?(?:scripts?|tests?|docs?|tools|benchmarks?|examples?)|\.github|ci|\.ci|hack")


def _only_serves_scripts(draft: _Draft, facts: RepoFacts) -> bool:
    """Whether nothing is built, all Python stands in side folders, and another language has more files."""
    if any(_builds(e) for e in draft.extracts if e.format in _BUILD_FORMATS) or python_prevails(facts):
        return False
    return all(
        _SIDE_NAME.fullmatch(posixpath.basename(path)) or any(map(_SCRIPTS.fullmatch, path.lower().split("/")[:-1]))
        for path in python_files(facts)
    )


def python_files(facts: RepoFacts) -> list[str]:
    """The Python files and notebooks of the repository's own; installed packages that were committed are none."""
    return [
        path
        for path in facts.files
        if path.endswith((".py", ".ipynb")) and SKIPPED_FOLDERS.isdisjoint(path.split("/")[:-1])
    ]


def is_side_file(path: str) -> bool:
    """Whether a file serves tests, docs, scripts or the like, as its name or one of its folders says."""
    folders = path.lower().split("/")[:-1]
    if _SIDE_NAME.fullmatch(posixpath.basename(path)):
        return True
    return any(kind.fullmatch(f) for kind in (_TOOLING, _DOCS, _TESTS, _EXAMPLE, _FIXTURE) for f in folders)


def python_prevails(facts: RepoFacts) -> bool:
    """Whether there are at least as many Python files and notebooks as files in other languages."""
    return facts.suffixes.get(".py", 0) + facts.suffixes.get(".ipynb", 0) >= other_code(facts)


def other_code(facts: RepoFacts) -> int:
    """How many files of other programming languages there are; scripts that are only served to browsers are none."""
    found = sum(count for suffix, count in facts.suffixes.items() if suffix in _OTHER_LANGUAGES)
    return found - _served(facts) if ".js" in facts.suffixes else found


_SERVED = re.compile(r"(?:.*/)?(?:static|staticfiles|assets|media|public|www)/(?:.*/)?[^/]+\.js|.*\.min\.js")


def _served(facts: RepoFacts) -> int:
    """Scripts among a site's static files, where nothing says that somebody builds them."""
    if any(posixpath.basename(path) == "package.json" for path in facts.files):
        return 0
    return sum(1 for path in facts.files if path.endswith(".js") and _SERVED.fullmatch(path))


def _with_a_main(folders: list[Folder], facts: RepoFacts) -> tuple[Folder, ...]:
    """Where no folder is main, what looked like tooling or an example *is* what the repository holds.

    The shallowest tooling or example folders that hold Python files of their own, unless the repository's product is
    in another language.
    """
    if any(f.role == "main" for f in folders):
        folders = _without_releases(_with_shipped(folders, facts))
        return tuple(_without_copies(_demote_empty_root(folders, facts)))
    if not python_prevails(facts):
        return tuple(folders)
    candidates = [f for f in folders if f.role in ("tooling", "example") and not f.path.startswith(".")]
    promoted = {
        f.path for f in candidates if not any(f.path != o.path and is_inside(f.path, o.path) for o in candidates)
    }
    promoted = {p for p in promoted if _has_python(p, facts)}
    return tuple(
        Folder(
            path=f.path,
            role="main",
            role_reasons=(*f.role_reasons, Reason(message="but nothing else here is a main project")),
            extracts=f.extracts,
            workspace_root=f.workspace_root,
            workspace_tool=f.workspace_tool,
        )
        if f.path in promoted
        else f
        for f in folders
    )


def _with_shipped(folders: list[Folder], facts: RepoFacts) -> list[Folder]:
    """The folders, with those as main that an image ships, where what looked like the product has no code at all.

    A chart or a configuration at the root, and ``docker/`` with the code, its manifest and the Dockerfile.
    """
    mains = {f.path for f in folders if f.role == "main"}
    paths = frozenset(f.path for f in folders)
    if any(owner_of(path, paths) in mains and not is_side_file(path) for path in python_files(facts)):
        return folders
    return [
        replace(
            f, role="main", role_reasons=(*f.role_reasons, Reason(message="but its image ships the only code here"))
        )
        if f.role == "tooling" and _INFRASTRUCTURE.fullmatch(posixpath.basename(f.path)) and _ships(f, facts)
        else f
        for f in folders
    ]


def _ships(folder: Folder, facts: RepoFacts) -> bool:
    """Whether a folder holds a manifest with run time needs, code, and the Dockerfile that takes them in."""
    needs = any(r.scope == "runtime" for m in folder.manifests for r in m.requirements if m.format in _BUILD_FORMATS)
    beside = [path for path in facts.files if folder_of(path) == folder.path]
    image = any("dockerfile" in posixpath.basename(path).lower() for path in beside)
    return (
        needs and image and any(p.endswith(".py") and not _SIDE_NAME.fullmatch(posixpath.basename(p)) for p in beside)
    )


def _without_releases(folders: list[Folder]) -> list[Folder]:
    """The folders with single releases of other packages (``NAME-1.2.0/`` that builds 1.2.0) set aside."""
    releases = {f.path for f in folders if _is_release(f)}
    if all(f.path in releases for f in folders if f.role == "main"):
        return folders
    return [
        _as(f, "fixture", "one release of a package, kept as it is")
        if f.role == "main" and owner_of(f.path, releases) is not None
        else f
        for f in folders
    ]


def _is_release(folder: Folder) -> bool:
    versions = {m.version for m in folder.manifests if m.format in _BUILD_FORMATS and m.version and "." in m.version}
    return folder.path != "." and any(folder.path.endswith(f"-{version}") for version in versions)


_DEPLOYS = re.compile(r"(?:deploy|release|undeploy|provision)(?:[-_]\w+)?\.py")


def _only_deploys(folders: list[Folder], facts: RepoFacts) -> bool:
    """Whether the root builds nothing, and its own code is nothing but scripts that deploy the rest."""
    if any(_builds(e) for e in folders[0].extracts if posixpath.basename(e.path) in _BUILD_FILES):
        return False
    paths = frozenset(f.path for f in folders)
    own = [p for p in python_files(facts) if owner_of(p, paths) == "." and not is_side_file(p)]
    return bool(own) and all(_DEPLOYS.fullmatch(path) for path in own)


def _demote_empty_root(folders: list[Folder], facts: RepoFacts) -> list[Folder]:
    """The folders with a root that ships nothing itself, but only serves the main projects below, as what it is."""
    root = folders[0]
    others = any(f.role == "main" for f in folders[1:])
    if root.path != "." or root.role != "main" or not others or not root.manifests:
        return folders
    if any(m.workspace is not None for m in root.manifests):
        return folders
    if all(is_tool_only(m) for m in root.manifests) and all(e.lock is None for e in root.extracts):
        return [_as(root, "tooling", "only configures tools for the projects below"), *folders[1:]]
    if _only_deploys(folders, facts):
        return [_as(root, "tooling", "its only code deploys the projects below"), *folders[1:]]
    if _holds_code(folders, facts):
        return folders
    if _is_locked_for_itself(root):
        return folders
    role = _served_by(root)
    what = {"docs": "documentation", "tooling": "requirements"}.get(role or "")
    if role is None or what is None:
        return folders
    return [_as(root, role, f"no code of its own, only {what} for the projects below"), *folders[1:]]


def _is_locked_for_itself(root: Folder) -> bool:
    """Whether a full lock stands here for what is needed at run time, by the root and not only by its members."""
    locked = any(e.lock is not None and e.manifest is None and e.lock.export_of is None for e in root.extracts)
    needs = [r for m in root.manifests for r in m.requirements if r.scope == "runtime" and r.source == "index"]
    needs = [r for r in needs if not is_dev_file(r.at.path) and r.key != "python"]
    return locked and any(not is_development_tool(r.key) for r in needs)


def _as(folder: Folder, role: Role, why: str) -> Folder:
    return replace(folder, role=role, role_reasons=(Reason(message=why, path=folder.extracts[0].path),))


def _holds_code(folders: list[Folder], facts: RepoFacts) -> bool:
    """Whether the root has Python files that belong to no project below it and serve no side purpose."""
    paths = frozenset(f.path for f in folders)
    return any(
        owner_of(path, paths) == "." and not path.startswith(".") and not is_side_file(path)
        for path in python_files(facts)
    )


def _served_by(root: Folder) -> Role | None:
    """What a folder without code serves: documentation or the work on the repository; ``None`` if it builds something.

    A distribution without code still ships what it depends on, unless that is for development alone.
    """
    declared = [r for m in root.manifests for r in m.requirements if r.scope != "build" and r.key != "python"]
    runtime = [r for r in declared if r.scope == "runtime" and not is_dev_file(r.at.path)]
    if declared and all(_DOCS_TOOLS.fullmatch(r.key) for r in runtime or declared):
        return "docs"
    built = any(_builds(e) for e in root.extracts if posixpath.basename(e.path) in _BUILD_FILES)
    return None if built and not (declared and all(is_development_tool(r.key) for r in runtime)) else "tooling"


def is_development_tool(name: str) -> bool:
    """Whether a distribution (by its normal name) only serves those who develop: linters, tests, docs, packaging."""
    return any(kind.fullmatch(name) for kind in (_DEVELOPMENT_TOOLS, _DOCS_TOOLS)) or bool(tool_of_distribution(name))


_DOCS_TOOLS = re.compile(
    r"mkdocs(?:-.+|trings.*)?|sphinx(?:-.+|contrib-.+)?|.+-sphinx(?:-.+)?|pymdown-extensions|furo|myst-(?:parser|nb)|pdoc3?|pydoctor"
    r"|mike|griffe.*|jupyter-book|zensical|recommonmark|nbsphinx|docutils|numpydoc|doc8|markdown(?:-include)?"
)
_DEVELOPMENT_TOOLS = re.compile(
    r"pytest(?:-.+)?|pre-commit(?:-.+)?|tox(?:-.+)?|nox(?:-.+)?|coverage|codecov|coveralls|invoke|poethepoet|taskipy|commitizen"
    r"|bump.*|twine|build|wheel|setuptools.*|pip(?:-tools|env|x)?|poetry(?:-.+)?|pdm(?:-.+)?|hatch(?:ling|-.+)?|uv|i?pdb|ipython"
    r"|types-.+|.+-stubs|flake8-.+|pylint-.+|pep8-naming|pycodestyle|pyflakes|autopep8|docformatter|interrogate|vulture|radon|xenon"
    r"|safety|pip-audit|detect-secrets|yamllint|ansible-lint|cfn-lint|checkov|sqlfluff|djlint|gitlint|towncrier|python-semantic-release"
    r"|cruft|copier|cookiecutter|mock|moto|hypothesis|faker|factory-boy|responses|requests-mock|freezegun|rope|jedi|debugpy|tomli|codespell"
)
_OLDER = re.compile(r"(?:.+[-_])?(?:legacy|old|older|deprecated|obsolete|previous|backup|bak|orig|v0)")


def _without_copies(folders: list[Folder]) -> list[Folder]:
    """The folders with an older copy of a main project (``legacy/`` with a build of the same name) set aside."""
    named = {(m.name or "").lower(): f.path for f in reversed(folders) if f.role == "main" for m in f.manifests}
    found = []
    for folder in folders:
        old = any(_OLDER.fullmatch(segment) for segment in folder.path.lower().split("/"))
        if folder.role == "main" and folder.workspace_root is None and old:
            kept = next((named[n] for m in folder.manifests if (n := (m.name or "").lower()) and n in named), None)
            if kept is not None and kept != folder.path:
                folder = _as(folder, "fixture", f"an older build of what {kept} builds")
        found.append(folder)
    return found


def _has_python(folder: str, facts: RepoFacts) -> bool:
    return any(path.endswith((".py", ".ipynb")) and is_inside(path, folder) for path in facts.files)


def owner_of(path: str, folders: Collection[str]) -> str | None:
    """The nearest of ``folders`` at or above ``path``, ``None`` when there is none; give a set where there are many."""
    while path and path != ".":
        if path in folders:
            return path
        path = path.rpartition("/")[0]
    return "." if "." in folders else None


def reads_build_file(lock: Lock, folder: Folder) -> bool:
    """Whether a compiled file was made from the project's own declaration, ``pyproject.toml`` or the setup script.

    pip-compile without arguments takes ``requirements.in``, else that declaration.
    """
    if lock.inputs or not lock.command:
        return any(posixpath.basename(name) in _BUILD_FILES for name in lock.inputs)
    return posixpath.normpath(posixpath.join(folder.path, "requirements.in")) not in {e.path for e in folder.extracts}


def constraint_files(extracts: Iterable[Extract]) -> frozenset[str]:
    """The files that others take as constraints (``-c``), whatever they are called."""
    return frozenset(
        include.path
        for extract in extracts
        for include in includes_of(extract)
        if include.kind == "constraints" and include.path is not None
    )


def includes_of(extract: Extract) -> tuple[Include, ...]:
    """All includes of a file, whether its manifest or the file itself states them."""
    return (*extract.includes, *(extract.manifest.includes if extract.manifest else ()))
