"""Requirements files: what pip installs from, by whomever they were written.

Plain lists, inputs (``*.in``), constraints, and what pip-compile, uv, Rye, PDM, Poetry and Pipenv compile or export.
By name the format is generous, by content strict: prose, package lists of other systems and conda's ``@EXPLICIT`` lists
are left aside. The syntax is pip's (https://pip.pypa.io/en/stable/reference/requirements-file-format/).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from scanner.compiled_header import Command, Header, command, command_folder, header, root_file
from scanner.facts import (
    Extract,
    Include,
    Index,
    IndexKind,
    Location,
    Lock,
    LockedPackage,
    ManagerSignal,
    Manifest,
    Problem,
    Requirement,
)
from scanner.format import Format, Unreadable, conflict_line, resolve_inside
from scanner.pep508 import InvalidRequirement, requirement
from scanner.redact import has_credentials, redact, redact_line
from scanner.requirement_lines import LENGTH_LIMIT, Line, Option, has_hash, logical_lines, options, split_options

_FOLDERS = frozenset({"requirements", "requirement", "reqs", "deps", "requires", "dependencies", "constraints"})
_BARE = re.compile(r"\w[\w.-]*(?:\[[\w, .-]*\])?")
_BARE_FOLDERS = frozenset({"requirements", "requirement", "reqs"})
_WORDS = frozenset({"reqs", "req", "requires", "constraint", "constraints"})
_WEAK_WORDS = frozenset({"deps", "dependencies", "pip", "pypi", "freeze", "frozen", "pins", "pinned"})
_LAYERS = frozenset(
    "base main common dev develop development prod production local test tests testing docs doc lint ci build".split()
)
_OTHER_SYSTEMS = frozenset(
    "apt apk yum dnf rpm brew aptitude debian ubuntu alpine system os conda npm node ansible galaxy gem r".split()
)
_SUFFIXES = frozenset({".txt", ".in", ".pip", ".lock"})


def matches(path: str) -> bool:
    """Whether a file's name or folder suggests a requirements file; installed metadata (``*.egg-info/``) does not."""
    return ".egg-info/" not in path and (_named_so(path) or _lies_so(path) or _is_layer(path))


def _stem_and_suffix(path: str) -> tuple[str, str]:
    stem, suffix = posixpath.splitext(posixpath.basename(path).lower())
    return stem, suffix


def _words(stem: str) -> frozenset[str]:
    return frozenset(re.split(r"[^a-z]+", stem))


def _named_so(path: str) -> bool:
    stem, suffix = _stem_and_suffix(path)
    if suffix == "":
        return stem in {"requirements", "pip-requirements", "requirements-dev", "requirements_dev"}
    if suffix not in _SUFFIXES or stem.endswith((".rst", ".md")):
        return False
    if suffix == ".lock":
        return "requirements" in stem or "constraints" in stem
    return "requirement" in stem or "requirments" in stem or not _WORDS.isdisjoint(_words(stem))


def _lies_so(path: str) -> bool:
    stem, suffix = _stem_and_suffix(path)
    if suffix not in {".txt", ".in", ".pip"} or stem.endswith((".rst", ".md")):
        return False
    return not _FOLDERS.isdisjoint(path.lower().split("/")[-4:-1]) or not _WEAK_WORDS.isdisjoint(_words(stem))


def _is_layer(path: str) -> bool:
    """``dev.in`` and ``dev.txt`` anywhere: the one must look the part, the other more so."""
    stem, suffix = _stem_and_suffix(path)
    return suffix in {".in", ".txt"} and stem in _LAYERS


def read(path: str, text: str) -> Extract | None:
    """Read a requirements file; ``None`` when the content is something else (see the module's text).

    Lines that are not understood become ``invalid-entry`` problems, the others are kept. Raises :class:`Unreadable`
    for merge conflict markers.
    """
    return _read(path, text, asked=False)


def read_named(path: str, text: str) -> Extract | None:
    """Read a file that a command or another file names as a list of requirements, so that its own name matters less."""
    return _read(path, text, asked=True)


def _read(path: str, text: str, *, asked: bool) -> Extract | None:
    if "\0" in text:
        return None
    lines = logical_lines(text)
    if _is_conda(lines):
        return None
    if any(_TEMPLATE.search(line.text) for line in lines):
        return Extract(path=path, format=FORMAT.name, template=True)
    reading = _Reading(path)
    for line in lines:
        reading.take(line)
    wrote = (
        header(lines) or _poetry_header(lines, reading) or _pipenv_header(lines, reading) or _missing_header(reading)
    )
    if wrote is None and not _is_requirements(path, reading, asked=asked):
        return None
    if (line_number := conflict_line(text)) is not None:
        raise Unreadable("merge conflict markers", line=line_number, code="conflict-markers")
    return _extract(path, lines, reading, wrote)


_TEMPLATE = re.compile(r"\{\{|\{%|<%[=-]?\s")
_CONDA_EXPORT = re.compile(r"[A-Za-z0-9_.-]+=[^=\s]+=[^=\s]+")
_CONDA_COMMENT = "This file may be used to create an environment using"


def _is_conda(lines: list[Line]) -> bool:
    if any(line.text == "@EXPLICIT" for line in lines[:50]):
        return True
    written = [line.text for line in lines if line.text]
    exported = sum(_CONDA_EXPORT.fullmatch(text) is not None for text in written)
    headed = any((line.comment or "").startswith(_CONDA_COMMENT) for line in lines[:20])
    return exported * 2 > len(written) or (headed and exported > 0)


class _Reading:
    """What the lines of one file say, in order; ``plain`` counts requirements that are nothing but a name."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.requirements: list[Requirement] = []
        self.includes: list[Include] = []
        self.indexes: list[Index] = []
        self.options: list[str] = []
        self.problems: list[Problem] = []
        self.annotations: dict[int, list[str]] = {}
        self.excluded: list[str] = []
        self._annotating = False
        self._excluding = False

    def take(self, line: Line) -> None:
        """Read one logical line."""
        if not line.text:
            self._comment(line.comment or "", indented=line.indented)
        elif len(line.text) > LENGTH_LIMIT:
            self._problem(line, f"a line longer than {LENGTH_LIMIT} characters")
        elif has_hash(line.text) and self.requirements:
            self._add_hashes(line.text)
        elif line.text.startswith("-"):
            self._options(line)
        else:
            self._requirement(line, line.text)

    def _requirement(self, line: Line, text: str, *, editable: bool = False) -> None:
        body, hashes = split_options(text)
        try:
            made = requirement(body, at=Location(path=self.path, line=line.number))
        except InvalidRequirement as error:
            self._problem(line, str(error))
            return
        self.requirements.append(replace(made, editable=editable, hashes=(*made.hashes, *hashes)))
        self._annotating = True
        if line.comment:
            self._comment(line.comment, indented=True)

    def _add_hashes(self, text: str) -> None:
        last = self.requirements[-1]
        self.requirements[-1] = replace(last, hashes=(*last.hashes, *split_options(" " + text)[1]))

    def _comment(self, comment: str, *, indented: bool) -> None:
        """Keep the annotations below a requirement, and the names that Rye and pip-compile leave out on purpose."""
        self._annotating = self._annotating and indented
        if comment.startswith("The following packages "):
            self._excluding, self._annotating = True, False
        elif not indented and (found := _EXCLUDED.fullmatch(comment)) and (self._excluding or found["rye"]):
            self.excluded.append(found["name"])
        elif self._annotating and self.requirements:
            self.annotations.setdefault(len(self.requirements) - 1, []).append(comment)

    def _options(self, line: Line) -> None:
        self._annotating = False
        found = options(line.text)
        if found is None:
            self._problem(line, f"not an option of requirements files: {line.text[:200]!r}")
            return
        for option in found:
            self._option(line, option)

    def _option(self, line: Line, option: Option) -> None:
        at = Location(path=self.path, line=line.number)
        value = option.value or ""
        if option.name == "--editable":
            # pip takes a bare name behind -e for a folder, as it is neither an address nor known to an index
            self._requirement(line, f"./{value}" if _BARE.fullmatch(value) else value, editable=True)
        elif option.name in _INCLUDES:
            target = None if "$" in value else resolve_inside(self.path, value)
            self.includes.append(Include(kind=_INCLUDES[option.name], raw=redact(value), path=target, at=at))
        elif option.name in _INDEXES:
            url = redact(value)
            self.indexes.append(Index(url=url, at=at, kind=_INDEXES[option.name], credentials=has_credentials(value)))
        else:
            self.options.append(option.name if option.value is None else f"{option.name}={redact(value)}")

    def _problem(self, line: Line, message: str) -> None:
        self._annotating = False
        at = Location(path=self.path, line=line.number)
        self.problems.append(Problem(code="invalid-entry", message=redact_line(message), at=at))


_EXCLUDED = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]{0,200})(?:==[^\s#]{1,100})?(?P<rye> \(excluded\))?(?:\s+#.*)?"
)
_INCLUDES: dict[str, Literal["requirements", "constraints"]] = {
    "--requirement": "requirements",
    "--constraint": "constraints",
}
_INDEXES: dict[str, IndexKind] = {
    "--index-url": "index",
    "--extra-index-url": "extra-index",
    "--find-links": "find-links",
    "--trusted-host": "trusted-host",
}


def _is_requirements(path: str, reading: _Reading, *, asked: bool) -> bool:
    """Whether what was understood outweighs what was not, the more so the less the name says."""
    bare = sum(_is_bare(made) for made in reading.requirements)
    telling = len(reading.requirements) - bare + len(reading.includes) + len(reading.indexes) + len(reading.options)
    bad = len(reading.problems)
    if telling == 0 and bare and not _OTHER_SYSTEMS.isdisjoint(_words(_stem_and_suffix(path)[0])):
        return False
    if asked or _named_so(path) or not matches(path):
        return bad <= telling * 2 + bare if telling else bad * 3 <= bare
    named = telling - sum(not made.name for made in reading.requirements)
    if not _lies_so(path) and path.lower().endswith(".txt"):
        return bad == 0 and named > 2 and named >= bare
    if named:
        return bad * 4 <= telling + bare
    if _lies_so(path):
        return bad == 0 and not _BARE_FOLDERS.isdisjoint(path.lower().split("/")[-4:-1])
    return bad == 0 and all(re.search(r"[A-Za-z]", made.name) for made in reading.requirements)


def _is_bare(made: Requirement) -> bool:
    return made.source == "index" and not (made.specifier or made.marker or made.extras or made.hashes)


def _poetry_header(lines: list[Line], reading: _Reading) -> Header | None:
    """Poetry's export has no header; it is known by a shape nobody writes by hand.

    Every line is pinned, in order, uncommented, and bound to Python versions: all of them with white space before the
    semicolon, or, by older versions, most of them without.
    """
    made = reading.requirements
    if len(made) < 2 or reading.problems or reading.options or any(line.comment is not None for line in lines):
        return None
    if not all(_version(one) is not None or one.source != "index" for one in made):
        return None
    bound = [one for one in made if _BOUND.search(one.raw) is not None]
    if not (all(" ; " in one.raw for one in bound) if len(bound) == len(made) else len(bound) * 2 > max(len(made), 8)):
        return None
    if not any(by == sorted(by) for by in ([one.key for one in made], [one.raw.lower() for one in made])):
        return None
    return Header(tool="poetry", format="poetry export", line=made[0].at.line or 1, export_of="poetry")


def _pipenv_header(lines: list[Line], reading: _Reading) -> Header | None:
    """Pipenv's export by its shape: the index first, then pins in order, their markers in single quotes."""
    made = reading.requirements
    first = next((line for line in lines if line.text), None)
    if len(made) < 4 or first is None or not first.text.startswith("-i ") or reading.problems:
        return None
    if reading.options or reading.includes or any(line.comment is not None for line in lines):
        return None
    if any(_version(one) is None and one.source == "index" for one in made):
        return None
    named = [one for one in made if one.source == "index" and not one.editable]
    sorts = ([one.key for one in named], [one.raw.lower() for one in named])
    bound = sum("; python" in one.raw and "'" in one.raw for one in made)
    if not any(by == sorted(by) for by in sorts) or bound * 4 < len(made):
        return None
    return Header(tool="pipenv", format="pipenv requirements", line=first.number, export_of="pipenv")


def _missing_header(reading: _Reading) -> Header | None:
    """``--no-header`` leaves what only a compiler writes: pins alone, annotated, some with the file they come from.

    pip-compile and uv annotate alike; pip-compile is named, as the older of the two.
    """
    made = reading.requirements
    annotated = [via for number in range(len(made)) if (via := _via(reading.annotations.get(number, ())))]
    if not made or reading.problems or len(annotated) * 2 < len(made):
        return None
    if any(_version(one) is None and one.source == "index" for one in made):
        return None
    if not any(root_file(need) for via in annotated for need in via):
        return None
    return Header(tool="pip-tools", format="pip-compile", line=made[0].at.line or 1)


_BOUND = re.compile(r'; .{0,200}\bpython_(?:full_)?version (?:[<>]=?|==|in) "')


def _extract(path: str, lines: list[Line], reading: _Reading, wrote: Header | None) -> Extract:
    words = _words(_stem_and_suffix(path)[0])
    constrains = wrote is None and not words.isdisjoint({"constraint", "constraints"}) and "requirements" not in words
    made = tuple(reading.requirements)
    manifest = Manifest(
        path=path,
        format=FORMAT.name,
        requirements=() if constrains else made,
        constraints=made if constrains else (),
        includes=tuple(reading.includes),
        indexes=tuple(reading.indexes),
        options=tuple(reading.options),
    )
    return Extract(
        path=path,
        format=FORMAT.name,
        manifest=manifest,
        lock=_lock(path, reading, wrote) if wrote is not None else None,
        signals=_signals(path, wrote, constrains=constrains),
        problems=tuple(reading.problems),
    )


def _signals(path: str, wrote: Header | None, *, constrains: bool) -> tuple[ManagerSignal, ...]:
    if wrote is not None:
        return (
            ManagerSignal(tool=wrote.tool, what=f"written by {wrote.format}", at=Location(path=path, line=wrote.line)),
        )
    if constrains or path.endswith(".in"):
        return ()
    return (ManagerSignal(tool="pip", what="requirements file", at=Location(path=path)),)


def _lock(path: str, reading: _Reading, wrote: Header) -> Lock:
    asked = command(wrote.command)
    packages = tuple(_packages(reading))
    inputs = asked.inputs if asked is not None else _roots(packages)
    folder = command_folder(path, asked.output if asked is not None else None, inputs)
    base = folder if folder is not None else posixpath.dirname(path)
    return Lock(
        path=path,
        tool=wrote.tool,
        format=wrote.format,
        written_by=wrote.written_by,
        packages=packages,
        requires_python=_python(wrote, asked),
        command=wrote.command,
        inputs=tuple(_resolved(base, inputs)),
        command_dir=folder,
        export_of=wrote.export_of,
        indexes=tuple(reading.indexes),
        header_line=wrote.line,
        data={"excluded": tuple(reading.excluded), "flags": dict(wrote.flags)},
    )


def _roots(packages: Iterable[LockedPackage]) -> tuple[str, ...]:
    """The files that annotations name, for a file that does not show its command."""
    return tuple(
        sorted({root for package in packages for need in package.via if (root := root_file(need)) is not None})
    )


def _resolved(folder: str, names: Iterable[str]) -> Iterable[str]:
    for name in names:
        if (found := resolve_inside(posixpath.join(folder, "x"), name)) is not None and name != "-":
            yield found


def _python(wrote: Header, asked: Command | None) -> str | None:
    """The Pythons that the file was resolved for, as a specifier."""
    named = asked.python if asked is not None and asked.python else wrote.python
    if named is None or re.fullmatch(r"\d+(?:\.\d+){0,2}", named) is None:
        return None
    if asked is not None and "--universal" in asked.flags:
        return f">={named}"
    return f"=={named}.*" if named.count(".") < 2 else f"=={named}"


def _packages(reading: _Reading) -> Iterable[LockedPackage]:
    for number, made in enumerate(reading.requirements):
        locked = LockedPackage.of(made, _version(made))
        yield replace(locked, via=_via(reading.annotations.get(number, ())))


def _version(made: Requirement) -> str | None:
    found = re.fullmatch(r"={2,3}\s*([^,*\s]+)", made.specifier or "")
    return found[1] if found else None


def _via(comments: Iterable[str]) -> tuple[str, ...]:
    """Who needs a package, of the annotations below it: one a line after ``via``, or in a row between commas."""
    found: list[str] = []
    started = False
    for comment in comments:
        begins = comment == "via" or comment.startswith("via ")
        if begins and started:  # what follows belonged to a line that somebody took out
            break
        started = started or begins
        if started:
            pieces = comment.removeprefix("via" if begins else "").split(",")
            found.extend(redact(piece.strip()) for piece in pieces if piece.strip())
    return tuple(dict.fromkeys(found))


FORMAT = Format(name="requirements", matches=matches, read=read)
NAMED = Format(name="requirements-named", matches=lambda _path: False, read=read_named)
