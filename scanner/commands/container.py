"""Where the files inside an image come from: a Dockerfile's ``COPY`` and ``ADD`` lines as a map into the repository.

Which folder is the build context is not written in a Dockerfile: it is what a command or a Compose file builds it from,
else the candidate in which most of the copied sources exist (the Dockerfile's own folder, the folders above it, the
root, or the folder that holds the repository), else the one folder of the repository that holds them all.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from scanner.commands.file_tree import FileTree
from scanner.commands.ignored import is_ignored
from scanner.commands.words import cloned
from scanner.facts import Dockerfile, Instruction, Stage
from scanner.image_paths import image_paths
from scanner.pipeline import in_side_folder

NEAR = 2  # folders above a Dockerfile in which its context is looked for
MAX_DEPTH = 20
_FOLDERS = frozenset({"/", "/tmp", "/opt", "/srv", "/root", "/home", "/etc", "/usr/src", "/usr/local", "/var/tmp"})  # noqa: S108
_VARIABLE = re.compile(r"\$(?:\w{1,100}|\{\w{1,100}(?::?[-+][^{}]{0,100})?\})")
_WORD = re.compile(r"\"[^\"]{0,500}\"|'[^']{0,500}'|\S+")
_OPEN = re.compile(r"[$*?\[]")  # a variable or a wildcard
_BUILT_BY = ("pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "pixi.toml")
_MANIFESTS = ("pyproject.toml", "requirements.txt", "setup.py", "Pipfile", "setup.cfg", "environment.yml", "pixi.toml")


@dataclass(frozen=True, slots=True)
class _Copied:
    """``target`` inside the image is ``source`` in the repository from ``line`` on (for a mount: on this line only).

    With a ``stage``, ``source`` is a path in what that one left, whose files may come from anywhere.
    """

    line: int
    target: str
    source: str
    only_there: bool = False
    stage: int | None = None


class Container:
    """The files of one Dockerfile's stages, as far as they come from the repository.

    ``contexts`` are the folders from which the repository's own automation builds it; ``ignores`` the patterns of each
    ``.dockerignore`` by its path; ``is_own`` knows this repository by the name of a clone. Where nothing tells the
    build context, ``undecided`` are the folders that it can be.
    """

    def __init__(
        self,
        dockerfile: Dockerfile,
        tree: FileTree,
        contexts: tuple[str, ...] = (),
        ignores: Mapping[str, Sequence[str]] | None = None,
        is_own: Callable[[str], bool] = lambda _name: False,
    ) -> None:
        self._is_own = is_own
        self._tree = tree
        self._ignored: Sequence[str] = ()
        self._dockerfile = dockerfile
        self._stages = dockerfile.stages
        self._outer = ""
        self.undecided: tuple[str, ...] = ()
        self.context = self._context(dockerfile, contexts)
        named = (f"{dockerfile.path}.dockerignore", posixpath.normpath(posixpath.join(self.context, ".dockerignore")))
        self._ignored = next((ignores[path] for path in named if ignores and path in ignores), ())
        self._copied: list[list[_Copied]] = []
        self._parents: list[int | None] = []
        self._directories: list[str] = []
        names: dict[str, int] = {}
        for stage in dockerfile.stages:
            self._parents.append(names.get(stage.base.lower()))
            self._copied.append([])
            for found in self._of_stage(stage, names):
                self._copied[-1].append(found)
            if stage.name:
                names[stage.name.lower()] = stage.index

    @property
    def is_bare(self) -> bool:
        """Whether nothing of the repository is ever copied or mounted into it."""
        return not any(copied.stage is None for stage in self._copied for copied in stage)

    @property
    def asks_for_nothing(self) -> bool:
        """Whether no instruction takes anything from the folder that it is built from, be it there or not."""
        return not any(_context_sources(step) for stage in self._stages for step in stage.instructions)

    def source(self, line: int | None, path: str) -> str | None:
        """The repository's file or folder behind the absolute ``path`` as a command on ``line`` sees it."""
        stage = self._stage_at(line)
        if stage is None:
            return None
        path = posixpath.normpath(path)
        return self._source(stage, line or 0, path) or self._home_of(stage, line or 0, path)

    def place(self, line: int | None, path: str) -> str:
        """A name for the file at the absolute ``path`` that no other stage's file has."""
        return f"{self._stage_at(line)}:{posixpath.normpath(path)}"

    def places(self, line: int | None, path: str) -> Iterator[str]:
        """Where stages may have written the file that a command on ``line`` sees at ``path``, the last one first."""
        stage = self._stage_at(line)
        if stage is not None:
            yield from self._places(stage, line or 0, posixpath.normpath(path))

    def _places(self, stage: int, line: int, path: str, depth: int = 0) -> Iterator[str]:
        yield f"{stage}:{path}"
        if depth == MAX_DEPTH:
            return
        for copied, found in self._behind(stage, line, path):
            if copied.stage is not None:
                yield from self._places(copied.stage, 1 << 30, found, depth + 1)
            elif self._has(found):
                return
        if (parent := self._parents[stage]) is not None:
            yield from self._places(parent, 1 << 30, path, depth + 1)

    def rests_on(self, line: int | None, earlier: int | None) -> bool:
        """Whether what is installed at ``earlier`` is there at ``line``: in its stage, or one that made it."""
        later, first = self._stage_at(line), self._stage_at(earlier)
        pending = [later] if later is not None else []
        seen: set[int] = set()
        while pending:
            stage = pending.pop()
            if stage == first:
                return True
            if stage not in seen:
                seen.add(stage)
                pending.extend(_installed_from(self._stages[stage], self._dockerfile))
        return False

    def directory(self, stage: int) -> str:
        """The folder in which a stage ends."""
        return self._directories[stage]

    def _stage_at(self, line: int | None) -> int | None:
        if line is None:
            return None
        before = [stage.index for stage in self._stages if stage.line <= line]
        return before[-1] if before else None

    def _source(self, stage: int, line: int, path: str, depth: int = 0) -> str | None:
        for copied, found in self._behind(stage, line, path):
            if copied.stage is not None:
                earlier = self._source(copied.stage, 1 << 30, found, depth + 1) if depth < MAX_DEPTH else None
                if earlier is not None:
                    return earlier
            elif self._has(found):
                return found
        parent = self._parents[stage]
        return self._source(parent, 1 << 30, path, depth + 1) if parent is not None and depth < MAX_DEPTH else None

    def _behind(self, stage: int, line: int, path: str) -> Iterator[tuple[_Copied, str]]:
        """What may have put ``path`` into the stage until ``line``, the last first, with what it was taken from."""
        for copied in reversed(self._copied[stage]):
            inside = copied.target.rstrip("/") + "/"
            is_there = copied.line <= line and (not copied.only_there or copied.line == line)
            if is_there and (path == copied.target or path.startswith(inside)):
                yield copied, posixpath.normpath(posixpath.join(copied.source, path[len(inside) :]))

    def _home_of(self, stage: int, line: int, folder: str) -> str | None:
        """The repository's folder whose manifest was copied by itself into ``folder``."""
        found = (self._source(stage, line, posixpath.join(folder, name)) for name in _BUILT_BY)
        return next((posixpath.dirname(path) or "." for path in found if path is not None), None)

    def _has(self, path: str) -> bool:
        """Whether the context has this file or folder."""
        if not self._ignored or path not in self._tree.files or self.context == "..":
            return self._tree.exists(path)
        return not is_ignored(self._ignored, posixpath.relpath(path, self.context))

    def written(self, name: str, line: int | None) -> int | None:
        """The line until ``line`` at which a command of the image itself writes a file called ``name``."""
        writes = re.compile(
            r"(?:>{1,2}|(?<!\S)(?:-[oO]|--output(?:-document|-file)?|tee(?: -a)?)[ =])\s{0,8}(?:[^\s|;&]{0,200}/)?"
            rf"[\"']?{re.escape(name)}(?![\w.-])"
        )
        return next(
            (
                step.line
                for stage in self._stages
                for step in stage.instructions
                if step.name == "RUN" and step.line <= (line or step.line) and writes.search(step.value)
            ),
            None,
        )

    def misses(self, name: str) -> bool:
        """Whether a ``COPY`` line takes a file of this name that is not in the folder it is taken to be built from."""
        steps = (step for stage in self._stages for step in stage.instructions)
        taken = [s for step in steps for s in _context_sources(step) if posixpath.basename(s) == name]
        return bool(taken) and not any(self._match(self.context, source) for source in taken)

    # building the map

    def _context(self, dockerfile: Dockerfile, stated: tuple[str, ...]) -> str:
        own = posixpath.dirname(dockerfile.path) or "."
        candidates = [own]
        while candidates[-1] != ".":
            candidates.append(posixpath.dirname(candidates[-1]) or ".")
        sources = [s for stage in dockerfile.stages for step in stage.instructions for s in _context_sources(step)]
        named = [s for s in sources if s not in (".", "./", "/")]

        outer = Counter(s.lstrip("./").split("/")[0] for s in named if "/" in s.strip("./"))
        if outer:
            self._outer = outer.most_common(1)[0][0]
            candidates.append("..")

        def score(folder: str) -> tuple[int, bool]:
            return sum(bool(self._match(folder, s)) for s in named), any(
                self._tree.exists(self._join(folder, name) or "") for name in _MANIFESTS
            )

        fitting = [folder for folder in stated if not named or score(folder)[0]]
        if fitting:
            return max(fitting, key=lambda folder: (*score(folder), -fitting.index(folder)))
        best = max(candidates, key=lambda folder: (*score(folder), -candidates.index(folder)))
        literal = [s for s in named if not _OPEN.search(s)]
        if not named and best != "." and candidates.index(best) > NEAR:
            self.undecided = (own, best)  # a manifest that far above, and not at the root, may be anybody's
            return own
        if all(self._match(best, source) for source in literal):
            return best
        whole = [f for f in self._holding(literal) if in_side_folder(own) or not in_side_folder(f"{f}/")]
        if len(whole) == 1 and not score(best)[0]:
            return whole[0]
        self.undecided = tuple(dict.fromkeys((*([best] if score(best)[0] else []), *whole))) if whole else ()
        return best

    def _holding(self, sources: Sequence[str]) -> list[str]:
        """The folders of the repository that hold all of ``sources``."""
        first = "/" + posixpath.normpath(sources[0].lstrip("/"))
        known = (path for path in (*self._tree.files, *self._tree.folders) if path.endswith(first))
        folders = sorted(path.removesuffix(first) for path in known)
        return [folder for folder in folders if all(self._match(folder, source) for source in sources)]

    def _match(self, folder: str, source: str) -> list[str]:
        """What ``source`` (which may be a pattern) stands for in the context ``folder``."""
        pattern = _VARIABLE.sub("*", source)  # whatever a build is told, it is one of those
        path = self._join(folder, pattern)
        if path is None or (pattern != source and not pattern.strip("*./")):
            return []
        if "*" not in path and "?" not in path and "[" not in path:
            return [path] if self._has(path) else []
        return [found for found in self._tree.glob(path) if self._has(found)]

    def _join(self, folder: str, source: str) -> str | None:
        """The repository path of ``source``; in the context ``..`` the repository is the folder ``_outer``."""
        source = posixpath.normpath(posixpath.join("/", source)).lstrip("/")  # nothing is above the context
        if folder == "..":
            first, _, rest = source.partition("/")
            return posixpath.normpath(rest or ".") if first == self._outer else None
        return posixpath.normpath(posixpath.join(folder, source))

    def _of_stage(self, stage: Stage, names: dict[str, int]) -> Iterator[_Copied]:
        parent = names.get(stage.base.lower())
        directory = self._directories[parent] if parent is not None else stage.folder
        for step in stage.instructions:
            if step.name == "WORKDIR":
                directory = step.value
            elif step.name in ("COPY", "ADD"):
                yield from self._of_copy(step, directory, names)
            elif step.name == "RUN":
                yield from self._of_mounts(step, directory, names)
                yield from self._of_clones(step)
        self._directories.append(directory)

    def _of_copy(self, step: Instruction, directory: str, names: dict[str, int]) -> Iterator[_Copied]:
        *sources, target = _copy_words(step) or [""]
        if not sources:
            return
        for destination in image_paths(directory, target):
            yield from self._of_sources(step, sources, target, destination, names)

    def _of_sources(
        self, step: Instruction, sources: Sequence[str], target: str, destination: str, names: dict[str, int]
    ) -> Iterator[_Copied]:
        into = target.endswith(("/", "/.")) or target in (".", "./") or len(sources) > 1
        origin = dict(step.flags).get("from")
        for source in sources:
            if origin is not None:
                stage = self._stage_called(origin, names)
                if stage is not None:
                    yield from self._handed_on(step.line, stage, source, destination, into)
            else:
                yield from self._placed(step.line, self._match(self.context, source), destination, into)

    def _stage_called(self, origin: str, names: dict[str, int]) -> int | None:
        """The earlier stage that ``--from=origin`` means, by its name or number."""
        stage = names.get(origin.lower(), int(origin) if origin.isdigit() else None)
        return stage if stage is not None and stage < len(self._copied) - 1 else None

    def _handed_on(self, line: int, stage: int, source: str, destination: str, into: bool) -> Iterator[_Copied]:
        """What is copied out of another stage: one file to its place, else a folder with all that it holds there."""
        path = posixpath.normpath(posixpath.join("/", source))
        found = self._source(stage, 1 << 30, path)
        if found is not None and found in self._tree.files and (into or self._is_known_folder(destination)):
            destination = posixpath.join(destination, posixpath.basename(path))
        yield _Copied(line, destination, path, stage=stage)

    def _placed(self, line: int, found: Iterable[str], destination: str, into: bool) -> Iterator[_Copied]:
        paths = list(found)
        for path in paths:
            is_folder = path == "." or path in self._tree.folders
            if is_folder or not (into or len(paths) > 1 or self._is_known_folder(destination)):
                yield _Copied(line, destination, path)
            else:
                yield _Copied(line, posixpath.join(destination, posixpath.basename(path)), path)

    def _is_known_folder(self, destination: str) -> bool:
        return destination in _FOLDERS or any(
            step.name == "WORKDIR" and step.value == destination for s in self._stages for step in s.instructions
        )

    def _of_clones(self, step: Instruction) -> Iterator[_Copied]:
        """What a ``RUN`` line clones where that is this repository itself."""
        for invocation in step.invocations:
            made = cloned(invocation.argv)
            if made is not None and self._is_own(made[0]) and (invocation.directory or "").startswith("/"):
                target = posixpath.normpath(posixpath.join(invocation.directory or "/", made[1]))
                yield _Copied(invocation.at.line or step.line, target, ".")

    def _of_mounts(self, step: Instruction, directory: str, names: dict[str, int]) -> Iterator[_Copied]:
        lines = {step.line, *(i.at.line or step.line for i in step.invocations)}
        for mount in step.mounts:
            if mount.type != "bind" or mount.target is None:
                continue
            options = dict(mount.options)
            target = posixpath.normpath(posixpath.join(directory, mount.target))
            source, origin = options.get("source") or options.get("src"), options.get("from")
            if origin is None:
                found = [_Copied(step.line, target, path) for path in self._match(self.context, source or ".")]
            elif (stage := self._stage_called(origin, names)) is not None:
                found = [_Copied(step.line, target, posixpath.normpath(posixpath.join("/", source or "")), stage=stage)]
            else:
                continue
            yield from (replace(one, line=line, only_there=True) for one in found for line in lines)


def made_from(stage: Stage, dockerfile: Dockerfile) -> Iterator[int]:
    """Indexes of the earlier stages that ``stage`` builds on."""
    names = {s.name.lower(): s.index for s in dockerfile.stages[: stage.index] if s.name}
    if stage.base.lower() in names:
        yield names[stage.base.lower()]
    for step in stage.instructions:
        origins = [dict(step.flags).get("from")] if step.name in ("COPY", "ADD") else []
        origins += [dict(mount.options).get("from") for mount in step.mounts]
        for origin in origins:
            if origin is None:
                continue
            if origin.lower() in names:
                yield names[origin.lower()]
            elif origin.isdigit() and int(origin) < stage.index:
                yield int(origin)


def image_bases(dockerfile: Dockerfile) -> Iterator[str]:
    """The images from elsewhere that the stages start from, or copy from."""
    names = {s.name.lower() for s in dockerfile.stages if s.name}
    for stage in dockerfile.stages:
        origins = (dict(step.flags).get("from") for step in stage.instructions if step.name in ("COPY", "ADD"))
        for text in (stage.base, *origins):
            if text and text.lower() not in names and not text.isdigit():
                yield text


def _installed_from(stage: Stage, dockerfile: Dockerfile) -> Iterator[int]:
    """The stages whose environment this one has: its base, and those that it copies more than built files from."""
    bare = [s for s in stage.instructions if s.name in ("COPY", "ADD") and not all(map(_is_built, copied_sources(s)))]
    yield from made_from(replace(stage, instructions=tuple(bare)), dockerfile)


def _is_built(source: str) -> bool:
    """Whether a copied path is a distribution, a listing or a folder of such, and no environment."""
    name = posixpath.basename(source.rstrip("/*"))
    return name in ("dist", "wheels", "wheelhouse", "wheel", "packages") or name.endswith(
        (".whl", ".tar.gz", ".txt", ".lock", ".toml", ".in")
    )


def _copy_words(step: Instruction) -> list[str]:
    value = step.value.strip()
    if value.startswith("[") and value.endswith("]"):
        return [word.strip().strip("\"'") for word in value[1:-1].split(",")]
    return [word.strip("\"'") for word in _WORD.findall(value)]


def copied_sources(step: Instruction) -> list[str]:
    """What a ``COPY`` or ``ADD`` takes, without its target."""
    return [word for word in _copy_words(step)[:-1] if not word.startswith("<<")]


def copy_target(step: Instruction) -> str:
    """Where a ``COPY`` or ``ADD`` puts what it takes, as written."""
    return next(iter(_copy_words(step)[-1:]), "")


def _context_sources(step: Instruction) -> list[str]:
    if step.name in ("COPY", "ADD") and "from" not in dict(step.flags):
        return [source for source in copied_sources(step) if "://" not in source]
    return [
        dict(m.options).get("source") or dict(m.options).get("src") or "."
        for m in step.mounts
        if m.type == "bind" and "from" not in dict(m.options)
    ]
