"""Libraries and commands: what is installed to be imported or called, or loaded by a host, or started by a person."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from scanner.facts import EntryPoint, Hint
from scanner.kind.signs import COMMANDS, KindOf, Signs, answer, by_hint, depth, reasons_of
from scanner.known_frameworks import GUIS, WEB
from scanner.roles import is_side_file


def hosted(signs: Signs, own: Sequence[str]) -> KindOf | None:
    """A plug-in that its host finds by a file, or a package that is called after what it extends: made to be loaded."""
    if signs.scripts and not signs.published:
        return None
    prefix = "" if signs.folder.path == "." else signs.folder.path + "/"
    for path in own:
        if (found := _OF_A_HOST.fullmatch(path.removeprefix(prefix))) is not None:
            beside = posixpath.join(posixpath.dirname(path), "__init__.py")
            if found["named"] is None or beside in signs.python:
                return answer("library", "a plug-in, described to its host", path)
    if not signs.published or signs.says("cli") or signs.says("service"):
        return None
    for manifest in signs.folder.manifests:
        host = next((name for name in sorted(signs.dependencies) if (manifest.name or "").startswith(name + "-")), None)
        if host is not None and host in WEB | _EXTENDED:
            return answer("library", f"its name says that it extends {host}", manifest.path)
    return None


_OF_A_HOST = re.compile(
    r"custom_components/[^/]+/manifest\.json|hacs\.json|addon\.xml|blender_manifest\.toml|galaxy\.yml"
    r"|plugin-import-name-[^/]+\.txt|[^/]+\.sublime-commands|(?:[^/]+/){0,2}(?P<named>metadata\.txt|__manifest__\.py)"
)
_EXTENDED = frozenset(
    """
    celery click jupyterlab langchain mkdocs nonebot2 pelican pluggy pydantic pytest sphinx sqlalchemy textual torch tox
    """.split()
)


def installed(signs: Signs) -> KindOf | None:
    """What builds a distribution: a command where it installs one, else a library."""
    packaged = signs.packaged
    if packaged is None or not _has_package(signs):
        return None
    if not signs.scripts:
        if not signs.published and not signs.says("library") and (toolkit := signs.depends(GUIS)):
            return answer("cli", f"a window: depends on {toolkit}", *signs.dependencies[toolkit])
        if not signs.published and not signs.says("library"):
            if (hint := signs.hint("started")) is not None and not signs.is_started_by_hand():
                return KindOf(kind="service", reasons=reasons_of(hint))
            if (hint := next((h for h in signs.hints if h.kind == "cli" and _is_shipped(h, signs)), None)) is not None:
                return by_hint("cli", hint)
        return answer("library", "builds a distribution without commands of its own", packaged.path)
    if signs.says("library"):
        return KindOf(kind="library", reasons=(signs.said_at,))
    plugin = _plugin(signs)
    if plugin is not None and not signs.says("cli"):
        return answer("library", f"registers plug-ins ({plugin.group})", plugin.at.path, plugin.at.line)
    exports = signs.exports()
    if exports is not None and not signs.says("cli") and not signs.says("job"):
        return by_hint("library", exports)
    script = signs.scripts[0]
    return answer("cli", f"installs the command {script.name}", script.at.path, script.at.line)


def _is_shipped(hint: Hint, signs: Signs) -> bool:
    """Whether a module is part of the package, where there is a package of the project's name: not beside it."""
    prefix = "" if signs.folder.path == "." else signs.folder.path + "/"
    names = {re.sub(r"[-_.]+", "_", m.name.lower()) for m in signs.folder.manifests if m.name}
    packages = {n for n in names if f"{prefix}{n}/__init__.py" in signs.python}
    first, *rest = hint.at.path.removeprefix(prefix).split("/")
    return not packages or not rest or first in packages


def _has_package(signs: Signs) -> bool:
    """Whether there is something to import: a package, a ``src`` folder or a module of the project's name.

    Scaffolds declare a build backend for loose scripts as well.
    """
    prefix = "" if signs.folder.path == "." else signs.folder.path + "/"
    names = {re.sub(r"[-_.]+", "_", m.name.lower()) for m in signs.folder.manifests if m.name}
    if signs.published or signs.scripts or signs.packaged is None or signs.packaged.format != "pyproject.toml":
        return True
    for path in signs.python:
        inner = path.removeprefix(prefix)
        first, *rest = inner.lower().split("/")
        if rest and (first == "src" or first.replace("-", "_") in names):
            return True
        if inner.endswith("__init__.py") and not is_side_file(inner):
            return True
        if inner.lower().removesuffix(".py") in names:
            return True
    return False


_NO_SCRIPT = re.compile(
    r"(?:^|/)(?:__init__|conf|config|configs?|constants|settings|setup|utils?|helpers?|noxfile|conftest|fabfile|models?"
    r"|test_\w*|\w*_tests?|exceptions|types|\w*_config)\.py$"
)


def _depths(paths: Sequence[str]) -> list[int]:
    return [path.count("/") for path in paths]


_NO_START = re.compile(r"(?:^|/)(?:tests?|docs?|examples?|fixtures?|templates?|migrations|\.[^/]+)/", re.IGNORECASE)


def _plugin(signs: Signs) -> EntryPoint | None:
    """A plug-in for something else: not for its own extension points, nor what packages add on the side."""
    names = {m.name.lower().replace("-", "_") for m in signs.folder.manifests if m.name}
    for manifest in signs.folder.manifests:
        for point in manifest.entry_points:
            host = re.split(r"[.:]", point.group.lower())[0].replace("-", "_")
            if point.group not in COMMANDS and host not in names | _ON_THE_SIDE:
                return point
    return None


_ON_THE_SIDE = frozenset({"pytest11", "pygments", "hypothesis", "sphinx", "mkdocs", "distutils", "egg_info"})


def how_started(signs: Signs, own: Sequence[str]) -> KindOf:
    """The kind by what starts in the code itself, where nothing else tells; ``unknown`` where nothing does."""
    if signs.scripts:
        script = signs.scripts[0]
        return answer("cli", f"declares the command {script.name}", script.at.path, script.at.line)
    is_library = KindOf(kind="library", reasons=(signs.said_at,)) if signs.says("library") else None
    if is_library is not None and signs.said is not None and signs.said.source != "readme":
        return is_library
    by_hand = signs.is_started_by_hand() or signs.says("cli") or signs.says("job")
    if (hint := signs.hint("started")) is not None and not by_hand:
        return KindOf(kind="service", reasons=reasons_of(hint))
    if (hint := signs.hint("cli")) is not None:
        return by_hint("cli", hint)
    beside = [p for p in signs.python if depth(p, signs.folder) == 0 and not _NO_SCRIPT.search(p)]
    if beside:
        return answer("cli", "Python files that a person starts", min(beside))
    if is_library is not None:
        return is_library
    loose = [p for p in signs.python if not _NO_SCRIPT.search(p) and not _NO_START.search(p)]
    notebooks = [p for p in own if p.endswith(".ipynb")]
    if notebooks and min(_depths(notebooks)) <= min(_depths(loose), default=99):
        return answer("notebook", "notebooks, and nothing else that is started", min(notebooks))
    if loose:
        return answer("cli", "Python files that a person starts", min(loose, key=lambda p: (p.count("/"), p)))
    return answer("unknown", "nothing shows how it is started", signs.folder.path)
