"""``pip install`` and pip-tools in a project that has moved."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from rules.places.calls import Word
from rules.places.manner import NO_SYNC, Answer, Manner, look
from rules.places.options import (
    NO_EDITABLE,
    Options,
    group_options,
    is_variable,
    normal,
    quoted,
    read_options,
    sync_answer,
)
from rules.places.pip_compile import pip_compile
from rules.places.target import Target


def pip_tools(program: str, words: list[Word], target: Target, manner: Manner) -> Answer:
    """``pip-sync`` and ``pip-compile``."""
    values = [w.value for w in words[1:]]
    if any("$" in v or "{{" in v for v in values):
        return look(f"`{' '.join(w.value for w in words)[:100]}`: a variable says which files")
    if program == "pip-sync":
        files = [v for v in values if v.endswith((".txt", ".lock"))]
        options = options_of_files(files, target) if files else []
        if options is None:
            return look("pip-sync of a file that is not moved")
        return Answer(kind="system-sync", text=sync_answer(target, manner, options).text)
    valued = {"-P": "package", "--upgrade-package": "package", "-o": "output", "--output-file": "output"}
    found = read_options(words[1:], valued, {})
    named = (v.rpartition("=")[2] for v in values)
    names = [v for v in named if v.endswith((".in", ".txt", ".toml"))]
    if names and not any(_is_moved(n, target) for n in names) and "pyproject.toml" not in names:
        made = pip_compile(words[1:], indexes=False)
        return (
            Answer(kind="other", text=made) if made is not None else look(f"`{' '.join(values)[:100]}` of pip-compile")
        )
    written = [v for v in found.values.get("output", ()) if not _is_moved(v, target)]
    if written:
        return look(f"pip-compile writes {', '.join(written)}, which is not the lock's: `uv export` can")
    packages = [f"--upgrade-package {quoted(name)}" for name in found.values.get("package", ())]
    upgrade = ["--upgrade"] if {"-U", "--upgrade"} & set(values) else packages
    return Answer(kind="other", text=" ".join(["uv lock", *upgrade]))


def _is_moved(name: str, target: Target) -> bool:
    """Whether a requirements file was moved, as seen from the root or from the folder that it stands in."""
    plain = posixpath.normpath(name)
    return target.file(plain) is not None or any(old.endswith("/" + plain) for old in target.renamed)


def options_of_files(files: Sequence[str], target: Target) -> list[str] | None:
    """The options that install what these requirements files held; ``None`` where one of them is unknown."""
    parts: list[str] = []
    wanted: set[str] = set()
    main = False
    for file in files:
        new = target.file(posixpath.normpath(file))
        if new is None:
            return None
        kind, _, name = new.partition(":")
        main |= kind == "project"
        if kind == "group":
            wanted.add(normal(name))
            parts += [f"--group {name}"] if normal(name) not in target.defaults else []
        elif kind == "extra":
            parts.append(f"--extra {name}")
    missing = target.defaults - wanted
    if missing == target.defaults and target.defaults:
        parts.insert(0, target.without_groups)
    else:
        parts += [f"--no-group {name}" for name in sorted(missing)]
    return parts


_PIP_VALUED = {
    "-r": "file", "--requirement": "file", "-c": "constraint", "--constraint": "constraint", "-e": "local",
    "--editable": "local", "-i": "index", "--index-url": "index", "--extra-index-url": "index", "-f": "index",
    "--find-links": "index", "--trusted-host": "x", "--cache-dir": "x", "--timeout": "x", "--retries": "x",
    "--progress-bar": "x", "--upgrade-strategy": "x", "--default-timeout": "x", "--no-binary": "build",
    "--only-binary": "build", "-t": "elsewhere", "--target": "elsewhere", "--prefix": "elsewhere",
    "--root": "elsewhere", "--platform": "elsewhere", "--group": "group", "--src": "elsewhere", "--python": "elsewhere",
}  # fmt: skip


_PIP_FLAGS = dict.fromkeys(
    "-U --upgrade --no-cache-dir --no-cache --user --no-input --disable-pip-version-check --no-warn-script-location "
    "--prefer-binary --pre --ignore-installed -I --force-reinstall --break-system-packages "
    "--require-hashes --use-pep517 --no-use-pep517 --use-feature=in-tree-build -qq -qqq --compile --no-compile "
    "--no-clean --require-virtualenv --isolated --no-python-version-warning --use-deprecated=legacy-resolver".split(),
    "quiet",
)


_SHARED_BUILD = "--no-build-isolation"
_LOCAL = re.compile(r"(?:\.|\./)(?:\[(?P<extras>[^\]]*)\])?")


def pip_files(words: list[Word], target: Target, manner: Manner) -> Answer | None:
    """``pip install`` of requirements files that were moved, and of the project."""
    values = [w.value for w in words]
    if "install" not in values:
        return None
    rest = words[values.index("install") + 1 :]
    found = read_options(rest, _PIP_VALUED, {**_PIP_FLAGS, "--no-deps": "no-deps", _SHARED_BUILD: "shared-build"})
    files = found.values.get("file", [])
    locals_ = [*found.values.get("local", []), *(w.value for w in found.named if _LOCAL.fullmatch(w.value))]
    others = [w for w in found.named if not _LOCAL.fullmatch(w.value)]
    if any(w.value.endswith((".txt", ".in")) for w in others):
        return look(f"`{' '.join(values)[:100]}`: a file without -r")
    if not (files or locals_ or found.values.get("group")) or (not files and not manner.lock):
        return None
    if found.unknown or {"elsewhere", "build"} & found.values.keys():
        return look(f"`{' '.join(values)[:100]}`: {', '.join(found.unknown) or 'where or how it installs'}")
    if not files and "no-deps" in found.flags and not (manner.run == NO_SYNC and manner.inexact):
        return None  # uv has no sync of the project alone; pip still installs just that
    if manner.conda and not files:
        return look(f"`{' '.join(values)[:100]}`: into conda's environment, whose packages a sync would replace")
    if held := [c for c in found.values.get("constraint", ()) if target.file(manner.files.get(c, c)) is None]:
        return look(f"`{' '.join(values)[:100]}`: installs within {', '.join(held)}, which a lock does not")
    if any(not _LOCAL.fullmatch(v) for v in locals_):
        return None
    if any(is_variable(v) for v in locals_):
        return look(f"`{' '.join(values)[:100]}`: a variable says which extras")
    options = options_of_files([manner.files.get(f, f) for f in files], target) if files else [target.without_groups]
    if options is None:
        return None
    paths = [manner.files.get(f, posixpath.normpath(f)) for f in files]
    alone = manner.first and not locals_ and not found.values.get("group") and all(map(target.is_apart, paths))
    if alone:
        held = [new.removeprefix("group:") for path in paths if (new := target.file(path)) is not None]
        options = [f"--only-group {name}" for name in held]
    folder = manner.project or _project_of(files, target, manner)
    options = [*([f"--project {folder}"] if folder else []), *options]
    if not files and not target.defaults:
        options = []
    for local in locals_:
        match = _LOCAL.fullmatch(local)
        options += _extras_or_groups(target, (match["extras"] or "") if match else "")
    options += group_options(target, found.all("group"), "group")
    options += [_SHARED_BUILD] if locals_ and "shared-build" in found.flags else []
    options += _as_installed(found, manner)
    project = (bool(locals_) and "no-deps" not in found.flags) or not target.package
    made = sync_answer(target, manner, list(dict.fromkeys(options)), project=project or bool(locals_) or alone)
    if others:
        served = {"pip", "setuptools", "wheel"} if _renews(words) else {"pip"}
        shown = [w for w in others if w.value.lower() not in served]
        more = f" && pip install {' '.join(w.raw for w in shown)}" if shown else ""
        return Answer(kind="system-sync", text=made.text + more)
    return Answer(kind="system-sync", text=made.text)


def _renews(words: Sequence[Word]) -> bool:
    """Whether pip and what it builds with are only brought up to date on the way (``-U pip setuptools wheel``)."""
    values = {word.value.lower() for word in words}
    return bool({"-u", "--upgrade"} & values) and "pip" in values


def _project_of(files: Sequence[str], target: Target, manner: Manner) -> str:
    """The folder of the project as the command sees it, by the paths of the files; empty: it runs there."""
    below = [posixpath.normpath(path).startswith(f"{target.folder}/") for path in files]
    return target.folder if below and all(below) and not manner.files else ""


def _extras_or_groups(target: Target, names: str) -> list[str]:
    found = []
    for name in re.split(r"[,\s]+", names):
        if not name:
            continue
        if (extra := target.extra_of(name)) is not None:
            found.append(f"--extra {extra}")
        elif (new := target.group(name)) is not None and new.startswith("group:"):
            found += group_options(target, [name], "group")
    return found


def pip_project(words: list[Word], target: Target, manner: Manner) -> Answer | None:
    """``pip install .`` of a project that another tool managed."""
    values = [w.value for w in words]
    if values[1:2] != ["install"]:
        return None
    found = read_options(words[2:], _PIP_VALUED, {**_PIP_FLAGS, _SHARED_BUILD: "shared-build"})
    locals_ = [*found.values.get("local", []), *(w.value for w in found.named if _LOCAL.fullmatch(w.value))]
    if not locals_ or found.unknown or len(locals_) != len(found.values.get("local", [])) + len(found.named):
        return None
    if {"file", "elsewhere", "build", "index", "constraint"} & found.values.keys() or not target.package:
        return None
    if any(not _LOCAL.fullmatch(v) for v in locals_):
        return None
    if any(is_variable(v) for v in locals_):
        return look(f"`{' '.join(values)[:100]}`: a variable says which extras")
    if manner.conda:
        return look(f"`{' '.join(values)[:100]}`: into conda's environment, whose packages a sync would replace")
    options = [target.without_groups] if target.defaults else []
    options += [_SHARED_BUILD] if "shared-build" in found.flags else []
    for local in locals_:
        match = _LOCAL.fullmatch(local)
        options += _extras_or_groups(target, (match["extras"] or "") if match else "")
    options += _as_installed(found, manner)
    return Answer(kind="system-sync", text=sync_answer(target, manner, options).text)


def _as_installed(found: Options, manner: Manner) -> list[str]:
    """``pip install .`` builds what users get; only ``-e`` links to the sources, as uv does unasked."""
    return [NO_EDITABLE] if manner.lock and any(_LOCAL.fullmatch(w.value) for w in found.named) else []
