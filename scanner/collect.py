"""One repository's tree in, its facts out: which files are read, by whom, and what could not be.

The only place that catches :class:`~scanner.format.Unreadable`: a bad file costs that file and leaves an error.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from scanner.command_files import listings_named, scripts_named
from scanner.command_indexes import indexes_named
from scanner.facts import Extract, Include, Location, Problem
from scanner.format import Format, Unreadable
from scanner.formats import gitlab_ci
from scanner.headerless import with_headerless
from scanner.module_constants import FORMAT as MODULE
from scanner.module_constants import modules_named, with_constants
from scanner.redact import redact_line
from scanner.tree import Tree

MAX_FILES_READ = 20_000
MAX_INCLUDE_DEPTH = 8
SKIPPED_FOLDERS = frozenset(
    {"node_modules", "site-packages", ".venv", "venv", ".tox", ".nox", "__pypackages__", ".eggs", "bower_components"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RepoFacts:
    """Everything that a repository's files say, before anyone draws a conclusion.

    ``files`` are all regular files; ``suffixes`` counts them by suffix; ``problems`` are the files (or entries of
    files) that could not be read; ``aside`` are files that looked like a format by name and turned out not to be.
    """

    extracts: Mapping[str, Extract]
    files: frozenset[str]
    suffixes: Mapping[str, int]
    problems: tuple[Problem, ...] = ()
    aside: tuple[str, ...] = ()
    submodules: frozenset[str] = field(default_factory=frozenset)


def collect(
    tree: Tree,
    formats_for: Callable[[str], tuple[Format, ...]],
    include_format: Format,
    is_excluded: Callable[[str], bool] = lambda _path: False,
    script_format: Format | None = None,
) -> RepoFacts:
    """Read what the formats want, follow includes inside the repository, keep what failed as problems.

    ``include_format`` reads the files that others include by name (``-r deps/base``), whatever they are called;
    ``script_format`` those that commands start.
    """
    files: list[str] = []
    submodules: list[str] = []
    problems: list[Problem] = []
    for entry in tree.entries():
        if entry.kind == "submodule":
            submodules.append(entry.path)
        elif entry.kind in ("file", "link") and not is_excluded(entry.path):
            files.append(entry.path)
    known = frozenset(files)
    chosen = {path: found for path in files if not _is_skipped(path) and (found := formats_for(path))}
    if len(chosen) > MAX_FILES_READ:
        problems.append(
            Problem(
                code="too-large",
                message=f"{len(chosen)} files of interest; only the first {MAX_FILES_READ} were read",
                at=Location(path="."),
            )
        )
        chosen = dict(sorted(chosen.items(), key=lambda item: (item[0].count("/"), item[0]))[:MAX_FILES_READ])
    reading = _Reading(tree)
    reading.read(chosen)
    reading.join_pipelines(known)
    for _ in range(MAX_INCLUDE_DEPTH):
        missing = dict.fromkeys(reading.unread_includes(known), (include_format,))
        scripts = reading.unread_scripts(known) if script_format is not None else ()
        if not missing and not scripts:
            break
        reading.read({path: (script_format,) for path in scripts if script_format is not None} | missing)
    modules = reading.modules(known)
    return RepoFacts(
        extracts=with_headerless(with_constants(dict(sorted(reading.extracts.items())), modules), known),
        files=known,
        suffixes=Counter(posixpath.splitext(path)[1].lower() for path in files if not _is_skipped(path)),
        problems=tuple(
            sorted((*tree.problems, *problems, *reading.problems), key=lambda p: (p.at.path, p.at.line or 0, p.message))
        ),
        aside=tuple(sorted(reading.aside)),
        submodules=frozenset(submodules),
    )


def _is_skipped(path: str) -> bool:
    return not SKIPPED_FOLDERS.isdisjoint(path.split("/")[:-1])


class _Reading:
    """What was read so far: a file once, whoever asks for it."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._seen: set[str] = set()
        self.extracts: dict[str, Extract] = {}
        self.problems: list[Problem] = []
        self.aside: list[str] = []
        self._on_command_lines: set[str] = set()
        self._started: set[str] = set()
        self._asked_again: set[str] = set()  # what looked like another thing until somebody named it as a list

    def read(self, chosen: Mapping[str, tuple[Format, ...]]) -> None:
        wanted = {path: max(f.limit for f in formats) for path, formats in chosen.items() if path not in self._seen}
        self._seen.update(wanted)
        for path, text in self._tree.texts(wanted):
            if isinstance(text, Problem):
                if not all(form.quiet for form in chosen[path]):
                    self.problems.append(text)
            else:
                self._extract(path, text, chosen[path])

    def _extract(self, path: str, text: str, formats: tuple[Format, ...]) -> None:
        for form in formats:
            try:
                extract = form.read(path, text)
            except Unreadable as error:
                at = Location(path=path, line=error.line)
                self.problems.append(Problem(code=error.code, message=redact_line(error.message), at=at))
                self.extracts.setdefault(path, Extract(path=path, format=form.name, unreadable=True))
                return
            if extract is not None:
                self._keep(extract)
                return
        if not all(form.quiet for form in formats):
            self.aside.append(path)

    def _keep(self, extract: Extract) -> None:
        self.extracts[extract.path] = _with_indexes(extract)
        self.problems.extend(p for p in extract.problems if p not in self.problems)
        if not extract.template:
            self._on_command_lines.update(listings_named(extract))
            self._started.update(scripts_named(extract))

    def join_pipelines(self, known: frozenset[str]) -> None:
        """Read GitLab's files with those of the repository that they include; the root's pipeline comes first."""
        found = [e for e in self.extracts.values() if e.format == gitlab_ci.CI and e.references and not e.unreadable]
        joined: set[str] = set()
        for extract in sorted(found, key=lambda e: (e.ci is None, e.path)):
            if extract.path in joined or len(texts := self._with_included(extract.path, known)) < 2:
                continue
            for path, part in gitlab_ci.read_together(texts).items():
                if path not in self.extracts or self.extracts[path].format == gitlab_ci.CI:
                    self._seen.add(path)
                    joined.add(path)
                    self._keep(part)

    def _with_included(self, path: str, known: frozenset[str]) -> dict[str, str]:
        """The texts of a pipeline file and of those that it includes, those that cannot be read left aside."""
        texts: dict[str, str] = {}
        asked = [path]
        while asked and len(texts) < gitlab_ci.MAX_FILES:
            wanted = dict.fromkeys(asked[: gitlab_ci.MAX_FILES], gitlab_ci.FORMAT.limit)
            read = {one: text for one, text in self._tree.texts(wanted) if isinstance(text, str)}
            texts.update(read)
            named = (pattern for text in read.values() for pattern in gitlab_ci.included(text))
            paths = dict.fromkeys(one for pattern in named for one in gitlab_ci.fitting(pattern, known))
            asked = [one for one in paths if one not in texts and one not in wanted and not _is_skipped(one)]
        return texts

    def unread_includes(self, known: frozenset[str]) -> list[str]:
        named = {include.path for extract in self.extracts.values() for include in _includes(extract)}
        locks = (extract.lock for extract in self.extracts.values() if extract.lock is not None)
        sources = {path for lock in locks for path in lock.inputs}
        wanted = {path for path in named | sources | self._on_command_lines if path is not None}
        again = wanted.intersection(self.aside) - self._asked_again
        self._asked_again |= again
        self._seen -= again
        self.aside = [path for path in self.aside if path not in again]
        return sorted((wanted & known) - self._seen)

    def modules(self, known: frozenset[str]) -> dict[str, Extract]:
        """The modules that manifests take names and versions from, and those behind them; what cannot be read is none.

        Some of them are read for other signs as well.
        """
        found: dict[str, Extract] = {}
        wanted = {path for extract in self.extracts.values() for path in modules_named(extract)}
        for _ in range(MAX_INCLUDE_DEPTH):
            asked = {path: MODULE.limit for path in sorted((wanted & known) - found.keys()) if not _is_skipped(path)}
            if not asked:
                break
            for path, text in self._tree.texts(asked):
                made = MODULE.read(path, text) if isinstance(text, str) else None
                found[path] = made or Extract(path=path, format=MODULE.name, unreadable=True)
            wanted = {path for extract in found.values() for path in modules_named(extract)}
        return found

    def unread_scripts(self, known: frozenset[str]) -> list[str]:
        """The files that commands start and that no format takes by their names."""
        return sorted(path for path in (self._started & known) - self._seen if not _is_skipped(path))


def _with_indexes(extract: Extract) -> Extract:
    """The extract with the indexes that its commands name, beside those that it declares."""
    named = indexes_named(extract)
    return replace(extract, indexes=(*extract.indexes, *named)) if named else extract


def _includes(extract: Extract) -> Iterator[Include]:
    yield from extract.includes
    if extract.manifest is not None:
        yield from extract.manifest.includes
