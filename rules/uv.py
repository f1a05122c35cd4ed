"""Command lines for moving to uv: lists of pins, comparisons, and what replaces the old tools' commands.

Tried with uv 0.13; the options used exist since 0.11. ``uv add -c FILE`` keeps to the pins in FILE for this one
resolution and records none of them; later resolutions prefer what the lock holds.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from rules.pythons import data, dotted, ends, is_over, minor, oldest_download
from rules.reading import below, inside, package_indexes
from rules.step import Site
from scanner.inventory import Dependency, Lockfile, Project
from scanner.requirement_files import group_of_file

_TOML_PINS = 'awk -F\'"\' \'/^name = "/{n=tolower($2); gsub(/[-_.]+/,"-",n)} /^version = "/{print n "==" $2}\''
_TEXT_PINS = (
    'awk -F\'==\' \'/^[A-Za-z0-9][^ ]*==/{n=tolower($1); sub(/\\[.*/,"",n); gsub(/[-_.]+/,"-",n); '
    'split($2,v,/[ ;\\\\]/); print n "==" v[1]}\''
)
_JSON_PINS = (
    "python3 -c 'import json,re,sys; d=json.load(sys.stdin); "
    'print(*sorted({re.sub("[-_.]+","-",n).lower()+p["version"] '
    'for s in d if s!="_meta" for n,p in d[s].items() if "version" in p}),sep="\\n")\''
)
_READ = {"poetry": _TOML_PINS, "pdm": _TOML_PINS, "uv": _TOML_PINS, "pipenv": _JSON_PINS}
SYNC = "uv sync --locked"


def version(tool: str) -> str:
    """The version of ``tool`` that plans name (``rules/data/tools.toml``)."""
    return str(data("tools.toml")[tool])


def old_lock(project: Project, *tools: str) -> Lockfile | None:
    """The lock of the tool moved away from, if it can be read for its pins."""
    return next((k for k in project.lockfiles if k.tool in tools and k.export_of is None), None)


def aside(site: Site, project: Project, what: str) -> str:
    """Shell text for a path that holds ``what`` for the time of the move: in the clone's own git directory.

    Nobody else can have put a file there, no second clone shares it, and git does not see it as part of the tree.
    """
    return f'"$(git rev-parse --git-path {safe_name(project, site.repository.name)}.{what})"'


def pins_file(site: Site, project: Project) -> str:
    """Where the old pins are put for the time of the move."""
    return aside(site, project, "pins")


def save_pins(site: Site, project: Project, locks: Sequence[Lockfile]) -> str:
    """Write the versions of the committed old locks to :func:`pins_file`."""
    reads = "; ".join(f"git show HEAD:{shlex.quote(k.path)} | {_READ.get(k.tool, _TEXT_PINS)}" for k in locks)
    return f"{{ {reads}; }} | sort -u > {pins_file(site, project)}"


def compare_pins(site: Site, project: Project) -> str:
    """Fail, and show them, when a version of the old lock is not in the new one."""
    new = f"{_TOML_PINS} {shlex.quote(lock_path(project))}"
    return f"! comm -23 {pins_file(site, project)} <({new} | sort -u) | grep ."


def check_lock(project: Project) -> str:
    """Fail when ``uv.lock`` does not fit the manifest."""
    return inside(project.path, "uv lock --check")


def restore(project: Project, files: Collection[str]) -> tuple[str, ...]:
    """Undo the step before it is committed."""
    kept = " ".join(shlex.quote(f) for f in sorted(set(files)))
    new = lock_path(project)
    back = (f"git restore --staged --worktree -- {kept}",) if kept else ()
    return (
        back
        if new in files
        else (*back, f"git rm -q --cached --ignore-unmatch {shlex.quote(new)}; rm -f {shlex.quote(new)}")
    )


def manifest_path(project: Project) -> str:
    """The path of the project's ``pyproject.toml``, whether it exists or will."""
    return "pyproject.toml" if project.path == "." else f"{project.path}/pyproject.toml"


def lock_path(project: Project) -> str:
    """The path of the project's ``uv.lock``, whether it exists or will."""
    return "uv.lock" if project.path == "." else f"{project.path}/uv.lock"


def has_pyproject(project: Project) -> bool:
    """Whether the project has a ``pyproject.toml``."""
    return manifest_path(project) in project.manifests


def has_project_table(project: Project) -> bool:
    """Whether the ``pyproject.toml`` has a ``[project]`` table, as far as the inventory shows it."""
    if not has_pyproject(project):
        return False
    own = [d for d in project.dependencies if d.path == manifest_path(project) and d.scope != "build"]
    legacy = {"poetry"} & set(project.package_managers)
    return bool(project.name and not legacy and (own or not {"setup.py", "setup.cfg"} & _names(project)))


def _names(project: Project) -> set[str]:
    return {posixpath.basename(m) for m in project.manifests}


def is_built_by_setuptools(project: Project) -> bool:
    """Whether ``setup.py`` or ``setup.cfg`` declares a distribution that is built, without a ``[project]`` table."""
    scripts = {"setup.py", "setup.cfg"} & _names(project)
    built = project.publishes or (project.build_backend or "").startswith("setuptools")
    return bool(scripts) and built and not has_project_table(project)


def unused(files: Iterable[str], folder: str = ".") -> str:
    """Fail, and show them, when lines of other files in ``folder`` still name one of ``files``."""
    names = "|".join(sorted({re.escape(posixpath.basename(f)) for f in files}))
    where = "" if folder == "." else f"{shlex.quote(folder)} "
    return f"! git grep -nE {shlex.quote(f'(^|[^A-Za-z0-9_.-])({names})')} -- {where}':!*.md' ':!*uv.lock'"


def start_project(site: Site, project: Project) -> str:
    """Create the ``[project]`` table: by ``uv init`` where there is no ``pyproject.toml``, else appended to it."""
    name = safe_name(project, site.repository.name)
    python = python_floor(site, project)
    if not has_pyproject(project):
        chosen = f" --python {python}" if python else ""
        return inside(project.path, f"uv init --bare --no-package --no-pin-python --name {name}{chosen}")
    floor = f'requires-python = ">={python or "3.12"}"'
    lines = ("", "[project]", f'name = "{name}"', 'version = "0"', floor, "dependencies = []", "")
    table = "\\n".join(lines)
    return f"printf '{table}' >> {shlex.quote(manifest_path(project))}"


def safe_name(project: Project, otherwise: str = "project") -> str:
    """A name for the project that is a valid distribution name and harmless in a shell."""
    for text in (project.name, posixpath.basename(project.path), otherwise):
        if name := re.sub(r"[^a-z0-9]+", "-", (text or "").lower()).strip("-"):
            return name
    return "project"


USED_PYTHONS = frozenset({"image", "version-file", "runtime-file", "ci-setup", "ci-matrix", "conda", "pipfile"})
"""Declarations of the Python that something runs on, not of a range that it supports."""


def python_floor(site: Site, project: Project) -> str | None:
    """The lowest Python that the project's own environments use, among those that uv and CPython still support."""
    used = [
        v
        for d in project.python_versions
        if d.kind in USED_PYTHONS and (v := minor(d.version)) is not None and v >= oldest_download() and v in ends()
    ]
    supported = [v for v in used if not is_over(v, site.as_of)]
    return dotted(min(supported or used)) if used else None


def add_commands(site: Site, project: Project, dependencies: Iterable[Dependency], *, pins: bool) -> Iterator[str]:
    """``uv add`` for each kind of dependency: runtime, each extra, each group; one command for each."""
    kinds: defaultdict[str, list[str]] = defaultdict(list)
    for dependency in dependencies:
        text = requirement(dependency)
        if text is not None and dependency.scope != "build":
            kinds[_kind_option(dependency)].append(shlex.quote(text))
    keep = f" -c {pins_file(site, project)}" if pins else ""
    for option, texts in sorted(kinds.items(), key=lambda k: (k[0] != "", k[0])):
        yield inside(project.path, f"uv add --raw --no-sync{keep}{option} {' '.join(dict.fromkeys(texts))}")


def _kind_option(dependency: Dependency) -> str:
    match dependency.scope:
        case "optional":
            return f" --optional {shlex.quote(dependency.group or 'extra')}"
        case "group":
            return f" --group {shlex.quote(dependency.group or 'dev')}"
        case _:
            return ""


def requirement(dependency: Dependency) -> str | None:
    """A dependency as PEP 508 text; ``None`` where it cannot be said (unreadable specifier, path, the interpreter)."""
    if not dependency.name or dependency.ecosystem == "conda" or dependency.source == "path":
        return None
    if dependency.name.lower() == "python":
        return None
    extras = f"[{','.join(dependency.extras)}]" if dependency.extras else ""
    marker = f" ; {dependency.marker}" if dependency.marker else ""
    if dependency.source == "git":
        ref = f"@{dependency.ref}" if dependency.ref else ""
        address = (dependency.url or "").removeprefix("git+")
        return f"{dependency.name}{extras} @ git+{address}{ref}{marker}" if address else None
    if dependency.source == "url":
        return f"{dependency.name}{extras} @ {dependency.url}{marker}" if dependency.url else None
    if dependency.specifier is None:
        return None
    return f"{dependency.name}{extras}{dependency.specifier}{marker}"


def unsayable(dependencies: Iterable[Dependency]) -> list[str]:
    """What :func:`requirement` cannot say and a person has to write: ``name (path:line)``."""
    return [
        f"{d.name or d.raw} ({d.path}:{d.line})"
        for d in dependencies
        if requirement(d) is None and d.scope != "build" and d.name.lower() != "python"
    ]


def index_tables(project: Project) -> str | None:
    """The ``[[tool.uv.index]]`` tables that stand for the project's indexes, as one command; ``None`` without any."""
    seen: dict[str, tuple[str, bool]] = {}
    for index in package_indexes(project):
        if index.kind != "find-links" and "$" not in index.url:
            seen.setdefault(index.url, (index.name or "", index.kind == "index"))
    if not seen:
        return None
    lines = []
    for number, (url, (name, default)) in enumerate(seen.items(), start=1):
        lines += ["", "[[tool.uv.index]]", f'name = "{_index_name(name, number)}"', f'url = "{_without_secret(url)}"']
        lines += ["default = true"] if default and len(seen) == 1 else []
    body = "\n".join(lines)
    return f"cat >> {shlex.quote(manifest_path(project))} <<'TOML'\n{body}\nTOML"


def _index_name(name: str, number: int) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-") or f"index-{number}"


def _without_secret(url: str) -> str:
    return re.sub(r"[\s\"\\]", "", re.sub(r"://[^/@]*@", "://", url))


def translate(argv: Sequence[str]) -> str | None:
    """The uv command that replaces an old tool's; ``None`` where there is none or a person has to look."""
    return _translate(starts(argv))


@lru_cache(maxsize=65_536)
def _translate(words: tuple[str, ...]) -> str | None:
    if not words:
        return None
    tool, verb, rest = posixpath.basename(words[0]), "".join(words[1:2]), words[2:]
    match tool, verb:
        case ("poetry" | "pdm" | "pipenv" | "rye" | "conda" | "mamba" | "micromamba", "run"):
            return _run(rest)
        case ("poetry", "install" | "sync"):
            return " ".join([SYNC, *_poetry_options(rest)])
        case ("pdm", "install" | "sync"):
            return " ".join([SYNC, *_pdm_options(rest)])
        case ("pipenv", "install" | "sync"):
            dev = {"--dev", "-d"} & set(rest)
            return SYNC if dev else f"{SYNC} --no-dev"
        case ("rye", "sync"):
            return " ".join([SYNC, *_rye_options(rest)])
        case ("poetry" | "pdm" | "rye", "build"):
            return "uv build"
        case ("poetry" | "pdm" | "rye" | "flit", "publish"):
            return "uv publish"
        case ("poetry" | "pdm" | "pipenv" | "rye", "lock"):
            return "uv lock"
        case ("poetry", "check"):
            return "uv lock --check"
        case ("poetry", "version"):
            return f"uv version {join('--short' if w == '-s' else w for w in rest)}".strip()
        case ("pipenv", "verify"):
            return "uv lock --check"
        case ("poetry", "export") | ("pdm", "export") | ("pipenv", "requirements"):
            return " ".join(["uv export --locked --format requirements.txt", *_export_options(tool, rest)])
        case (_, _) if re.fullmatch(r"uv|pip[\d.]*", tool):
            return _pip(words)
        case (_, "setup.py") if rest[:1] in (("install",), ("develop",)):
            return SYNC
        case ("pip-compile", _):
            return "uv lock"
        case ("pip-sync", _):
            return SYNC
        case ("tox", _):
            return f"uvx --with tox-uv tox {join(words[1:])}".strip()
        case ("nox", _):
            return f"uvx nox --default-venv-backend uv {join(words[1:])}".strip()
        case ("conda" | "mamba" | "micromamba", "env" | "create" | "update"):
            return SYNC
        case _:
            return None


CONDA = frozenset({"conda", "mamba", "micromamba"})
_BEFORE = frozenset({"sudo", "exec", "time", "command", "env", "nohup", "then", "else", "do", "!"})


_SETTING = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)
_PYTHON = re.compile(r"py|python[\d.]*")
_PYTHON_OPTION = re.compile(r"-[BEIPsSuv]+|-3(?:\.\d+)?")


def starts(argv: Sequence[str]) -> tuple[str, ...]:
    """The words from the program on that is called, without ``sudo``, ``VARIABLE=…``, ``python -m`` before it."""
    return _starts(tuple(argv))


@lru_cache(maxsize=65_536)
def _starts(words: tuple[str, ...]) -> tuple[str, ...]:
    first = next((i for i, w in enumerate(words) if w not in _BEFORE and not _SETTING.fullmatch(w)), len(words))
    words = words[first:]
    if words and _PYTHON.fullmatch(posixpath.basename(words[0])):
        options = next((i for i, w in enumerate(words[1:], 1) if not _PYTHON_OPTION.fullmatch(w)), len(words))
        if words[options : options + 1] == ("-m",) and len(words) > options + 1:
            return words[options + 1 :]
    return words


def _run(rest: Sequence[str]) -> str | None:
    """What is run, without the old tool's own options; ``None`` where one of them chooses another environment."""
    words = list(rest)
    while words and words[0].startswith("-"):
        if words[0] in ("-n", "--name", "-p", "--prefix", "--project") and len(words) > 1:
            words = words[1:]
        words = words[1:]
    inner = starts(words)
    if inner and inner[0] == "pip":  # an environment of uv has no pip of its own
        return f"uv pip {join(inner[1:])}"
    return f"uv run --locked {join(words)}" if words else None


def join(words: Iterable[str]) -> str:
    """Words as a command line whose expansions (``$NAME``, ``$(…)``, ``${{ … }}``) still expand."""
    return " ".join(_quoted(w) for w in words)


def _quoted(word: str) -> str:
    if word in ("${{", "}}") or word in _REDIRECTIONS:  # what the shell's rules took apart
        return word
    if "$" not in word or "'" in word or '"' in word:
        return word if re.fullmatch(r"\$\(.*\)", word, re.DOTALL) else shlex.quote(word)
    return f'"{word}"' if re.search(r"[\s*?\[\]{}()<>|&;]", word) else word


def _poetry_options(rest: Sequence[str]) -> Iterator[str]:
    if "--no-dev" in rest or _values(rest, "--only") == ["main"]:
        yield "--no-dev"
    yield from (f"--group {g}" for g in _values(rest, "--with"))
    yield from (f"--no-group {g}" for g in _values(rest, "--without"))
    yield from (f"--extra {e}" for e in (*_values(rest, "--extras"), *_values(rest, "-E")))
    yield from (
        option
        for old, option in (("--all-extras", "--all-extras"), ("--no-root", "--no-install-project"))
        if old in rest
    )


def _rye_options(rest: Sequence[str]) -> Iterator[str]:
    if "--no-dev" in rest:
        yield "--no-dev"
    if "--all-features" in rest:
        yield "--all-extras"
    yield from (f"--extra {e}" for e in _values(rest, "--features"))


def _pdm_options(rest: Sequence[str]) -> Iterator[str]:
    if {"--prod", "--production"} & set(rest):
        yield "--no-dev"
    groups = (*_values(rest, "-G"), *_values(rest, "--group"))
    yield from ("--all-groups --all-extras" if g == ":all" else f"--group {g}" for g in groups)
    if "--no-self" in rest:
        yield "--no-install-project"


_HASHLESS = frozenset({"--without-hashes", "--no-hashes"})
_REDIRECTIONS = frozenset({">", ">>", "2>", "<"})


def _export_options(tool: str, rest: Sequence[str]) -> Iterator[str]:
    """What is exported and where to: uv brings the group ``dev`` unasked, the project itself, and hashes."""
    own = {"poetry": _poetry_options, "pdm": _pdm_options}.get(tool)
    dev = {"--dev", "-d", "--all-groups"} & set(rest) or "dev" in _values(rest, "--with")
    options = [o for o in (own(rest) if own else ()) if o not in ("--group dev", "--no-install-project")]
    if not dev and tool != "pdm" and "--no-dev" not in options:
        yield "--no-dev"
    yield from options
    yield "--no-emit-project"
    if not _HASHLESS.isdisjoint(rest) or (tool == "pipenv" and "--hash" not in rest):
        yield "--no-hashes"
    named = [v for word, v in pairwise(rest) if word in ("-o", "--output")]
    named += [word.partition("=")[2] for word in rest if word.startswith(("-o=", "--output="))]
    yield from (f"-o {_quoted(path)}" for path in named[-1:])
    to = next((i for i, word in enumerate(rest) if word in (">", ">>")), None)
    if to is not None and len(rest) > to + 1:
        yield join(rest[to : to + 2])


def _values(rest: Sequence[str], option: str) -> list[str]:
    found: list[str] = []
    for i, word in enumerate(rest):
        if word == option and i + 1 < len(rest):
            found += re.split(r"[,\s]+", rest[i + 1])
        elif word.startswith(option + "="):
            found += re.split(r"[,\s]+", word.partition("=")[2])
    return [shlex.quote(v) for v in found if v]


def _pip(words: Sequence[str]) -> str | None:
    """``pip install`` of requirements, of groups or of the project itself; built wheels are installed by ``uv pip``."""
    if "install" not in words:
        return None
    rest = words[words.index("install") + 1 :]
    if any(w.split("=")[0] in _ELSEWHERE for w in rest):
        return None
    local = [w for w in rest if _LOCAL.fullmatch(w)]
    files = _after(rest, "-r", "--requirement")
    groups = _after(rest, "--group")
    beside = _named(rest, local)
    if not (local or files or groups):
        built = beside and all(w.endswith((".whl", ".tar.gz")) or w.startswith("dist/") for w in beside)
        return f"uv pip install {join(rest)}" if built else None
    groups += [g for f in files if (g := group_of_file(f)) is not None]
    options = [f"--extra {_quoted(e)}" for w in local for e in _extras(w)]
    options += [f"--group {_quoted(g)}" for g in dict.fromkeys(groups) if g != "dev"]
    sync = " ".join([SYNC, *options])
    return f"{sync} && uv pip install {join(beside)}" if beside else sync


_ELSEWHERE = frozenset({"-t", "--target", "--prefix", "--root"})
_LOCAL = re.compile(r"(?:-e)?\.(?:/)?(?:\[[^\]]*\])?")


def _extras(local: str) -> list[str]:
    inner = local.partition("[")[2].rstrip("]")
    return [e.strip() for e in inner.split(",") if e.strip()]


def _after(rest: Sequence[str], *options: str) -> list[str]:
    """The values of an option of pip, in each of its spellings (``-r FILE``, ``-rFILE``, ``--requirement=FILE``)."""
    found = [value for word, value in pairwise(rest) if word in options]
    for word in rest:
        for option in options:
            if option.startswith("--") and word.startswith(option + "="):
                found.append(word.partition("=")[2])
            elif not option.startswith("--") and word.startswith(option) and word != option:
                found.append(word[len(option) :])
    return found


_WITH_VALUE = frozenset(
    "-r --requirement -c --constraint -i --index-url --extra-index-url -f --find-links --trusted-host -e --editable -t "
    "--target --python --prefix --root --cache-dir --no-binary --only-binary --group --progress-bar --timeout "
    "--retries --src --upgrade-strategy --config-settings --report --python-version --platform "
    "--implementation --abi".split()
)


def _named(rest: Sequence[str], local: Sequence[str]) -> list[str]:
    """Packages that are named in the command itself, beside the files and the project."""
    found = []
    for before, word in zip(("", *rest), rest, strict=False):
        if before not in _WITH_VALUE and word not in local and re.match(r"[A-Za-z0-9]", word):
            found.append(word)
    return found


def folder_path(project: Project, name: str) -> str:
    """``name`` in the project's folder, quoted, as seen from the root."""
    return shlex.quote(name if project.path == "." else f"{project.path}/{name}")


def relative(project: Project, path: str) -> str:
    """``path`` (from the root) as seen from the project's folder, quoted."""
    return below(project.path, path)
