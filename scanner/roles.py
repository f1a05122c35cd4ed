"""The role of a project's folder, by its name and by what lies in it (design: vocabulary, *roles*)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from scanner.collect import SKIPPED_FOLDERS, RepoFacts
from scanner.facts import Extract, Manifest
from scanner.folder import is_inside
from scanner.inventory import Role

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
INFRASTRUCTURE = re.compile(r"infra|infrastructure|terraform|deploy|deployments?|docker|containers?|ops")
SIDE_NAME = re.compile(r"test_.*|.*_tests?\.py|conftest\.py|noxfile\.py|conf\.py|setup\.py|fabfile\.py|tasks\.py")
_OTHER_LANGUAGES = frozenset(
    """
    .js .jsx .mjs .cjs .ts .tsx .mts .vue .svelte .astro .go .rs .java .kt .scala .c .cc .cpp .cxx .cs .rb .php .swift
    .m .mm .dart .ex .exs .erl .hs .lua .pl .r .jl .f90 .zig .clj .vhd .vhdl .v .sv .asm .elm .ml
    """.split()
)
_TEMPLATE_SEGMENT = re.compile(r".*(?:\{\{|\}\}|\{%|__cookiecutter).*")
BUILD_FORMATS = frozenset({"pyproject.toml", "setup.py", "setup.cfg", "flit.ini", "Pipfile", "pixi.toml"})


def role_of(path: str, extracts: Sequence[Extract], *, member: bool, facts: RepoFacts) -> tuple[Role, str]:
    """The role of the folder ``path`` with these files, and why; ``member``: of a workspace, or taken by path."""
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
            builds = any(e.manifest and e.manifest.format in BUILD_FORMATS for e in extracts)
            if not last:
                return "fixture", f"below {segment}/"
            return (
                "fixture" if builds and not _only_lists_requirements(extracts) else "tooling"
            ), f"{segment}/ serves the tests"
        if _EXAMPLE.fullmatch(segment):
            return "example", f"below {segment}/"
        if _DOCS.fullmatch(segment):
            return "docs", f"below {segment}/"
        excepted = (member and not segment.startswith(".")) or (deployed and INFRASTRUCTURE.fullmatch(segment))
        if _TOOLING.fullmatch(segment) and not excepted:
            return "tooling", f"below {segment}/"
    if path.startswith(".") and path != ".":
        return "tooling", "in a hidden folder"
    if path != "." and extracts and all(e.manifest and is_tool_only(e.manifest) for e in extracts):
        return "tooling", "only configures tools"
    if path == "." and (reason := _only_serves_docs(extracts)):
        return "docs", reason
    if path == "." and _only_serves_scripts(extracts, facts):
        return "tooling", "its Python files are scripts beside a product in another language"
    if member:
        return "main", "member of the workspace"
    if path != "." and _only_lists_requirements(extracts) and not has_python(path, facts):
        return "tooling", "holds no Python file"
    return "main", "the repository's own project" if path == "." else "a project of its own in this repository"


def _only_lists_requirements(extracts: Sequence[Extract]) -> bool:
    return all(
        e.manifest is None or e.manifest.format in ("requirements", "Pipfile", "conda", "pixi.toml") for e in extracts
    )


def _only_serves_docs(extracts: Sequence[Extract]) -> str | None:
    names = [posixpath.basename(e.path) for e in extracts]
    if names and all(
        re.fullmatch(r"(?i)(?:docs?|mkdocs|sphinx|rtd)[-_]requirements.*|requirements[-_.](?:docs?|mkdocs|rtd).*", n)
        for n in names
    ):
        return "only documentation requirements"
    return None


_SCRIPTS = re.compile(r"(?:.+[-_])?(?:scripts?|tests?|docs?|tools|benchmarks?|examples?)|\.github|ci|\.ci|hack")


def _only_serves_scripts(extracts: Sequence[Extract], facts: RepoFacts) -> bool:
    """Whether nothing is built, all Python stands in side folders, and another language has more files."""
    if any(builds(e) for e in extracts if e.format in BUILD_FORMATS) or python_prevails(facts):
        return False
    return all(
        SIDE_NAME.fullmatch(posixpath.basename(path)) or any(map(_SCRIPTS.fullmatch, path.lower().split("/")[:-1]))
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
    if SIDE_NAME.fullmatch(posixpath.basename(path)):
        return True
    return any(kind.fullmatch(f) for kind in (_TOOLING, _DOCS, _TESTS, _EXAMPLE, _FIXTURE) for f in folders)


_SIDE_IMAGE = re.compile(
    r"(?:^|[-_./])(?:tests?|testing|local|dev|devel|development|devcontainer|examples?|samples?|demos?|docs?|contrib|ci|debug"
    r"|bench(?:marks?)?|fixtures?|mocks?|tools?|utils?|scripts?|hack)(?=$|[-_./0-9])",
    re.IGNORECASE,
)


def is_side_image(path: str) -> bool:
    """Whether a Dockerfile serves tests, development or tooling, as its path says, and not what is shipped."""
    return _SIDE_IMAGE.search(path) is not None


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


BUILD_FILES = ("pyproject.toml", "setup.py", "setup.cfg", "flit.ini")


def builds(extract: Extract | None) -> bool:
    """Whether a file declares a distribution that can be built."""
    manifest = extract.manifest if extract is not None else None
    return manifest is not None and (manifest.has_build_system or manifest.format != "pyproject.toml")


def has_python(folder: str, facts: RepoFacts) -> bool:
    """Whether a Python file or a notebook lies in or below ``folder``."""
    return any(path.endswith((".py", ".ipynb")) and is_inside(path, folder) for path in facts.files)
