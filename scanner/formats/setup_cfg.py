"""setup.cfg: setuptools' declarative metadata, and the sections in which tools are configured.

Only ``[options]`` or a name in ``[metadata]`` make it a build file; with tool sections alone it has no manifest. The
syntax is configparser's, read without interpolation; setuptools' ``file:`` and ``attr:`` are includes and gaps
(https://setuptools.pypa.io/en/latest/userguide/declarative_config.html).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner import lint_settings, pep508
from scanner.facts import (
    Elsewhere,
    EntryPoint,
    Extract,
    Gap,
    Include,
    Index,
    Location,
    Manifest,
    Mention,
    Problem,
    PythonVersion,
    Requirement,
    Scope,
    Table,
)
from scanner.format import Format, Unreadable, conflict_line, named, resolve_inside
from scanner.ini_reader import Line, Section, scan
from scanner.lint_tools import ini_mentions, tool_of_section
from scanner.module_constants import module_paths
from scanner.redact import has_credentials, redact
from scanner.tox_environments import from_ini

NAME = "setup.cfg"
_CLASSIFIER = re.compile(r"Programming Language :: Python :: (?P<version>[0-9]{1,4}(?:\.[0-9]{1,4})?)(?: :: Only)?")
_OWN = frozenset({"metadata", "options", "pbr", "files", "entry_points", "extras"})


def read(path: str, text: str) -> Extract | None:
    """Read a setup.cfg; raises :class:`Unreadable` for lines that are neither section, key nor continuation."""
    if (line := conflict_line(text)) is not None:
        raise Unreadable("merge conflict markers", line=line, code="conflict-markers")
    sections = scan(text)
    reader = _Reader(path, sections)
    started = (m for m in ini_mentions(path, text) if m.strength == "run")
    mentions = (*reader.mentions(), *started)
    manifest = reader.manifest() if _builds(sections) else None
    pythons = tuple(reader.pythons()) if manifest is not None else ()
    tox = from_ini(path, text, prefix="tox:") if "tox:tox" in sections else None
    return Extract(
        path=path,
        format=NAME,
        manifest=manifest,
        indexes=manifest.indexes if manifest is not None else (),
        mentions=mentions,
        lint=lint_settings.of_ini(path, text),
        pythons=(*pythons, *tox.pythons) if tox is not None else pythons,
        invocations=tox.invocations if tox is not None else (),
        tasks=tox.tasks if tox is not None else (),
        problems=(*reader.problems, *tox.problems) if tox is not None else tuple(reader.problems),
        template="{{" in (reader.text("metadata", "name") or ""),
    )


def _builds(sections: dict[str, Section]) -> bool:
    metadata = sections.get("metadata")
    named_so = metadata is not None and metadata.text("name") is not None
    return named_so or any(name == "options" or name.startswith("options.") for name in sections)


class _Reader:
    def __init__(self, path: str, sections: dict[str, Section]) -> None:
        self._path, self._sections = path, sections
        self._includes: list[Include] = []
        self._gaps: list[Gap] = []
        self._elsewhere: list[Elsewhere] = []
        self.problems: list[Problem] = []

    def text(self, section: str, key: str) -> str | None:
        return self._section(section).text(key)

    def _section(self, name: str) -> Section:
        return self._sections.get(name, Section(1, {}))

    def _at(self, line: int | None) -> Location:
        return Location(path=self._path, line=line)

    def manifest(self) -> Manifest:
        metadata, options = self._section("metadata"), self._section("options")
        requires_python = options.text("python_requires")
        requirements = tuple(self._requirements())
        if metadata.text("name") and not self._sections.keys() & {"options"} and "pbr" in self._sections:
            self._pbr()
        return Manifest(
            path=self._path,
            format=NAME,
            name=self._known("name", metadata),
            version=self._known("version", metadata),
            description=redact(text) if (text := metadata.text("description") or metadata.text("summary")) else None,
            requires_python=requires_python,
            requires_python_at=self._at(options.line_of("python_requires")) if requires_python else None,
            requirements=requirements,
            includes=tuple(self._includes),
            indexes=tuple(self._links()),
            tables=tuple(Table(name=name, at=self._at(section.line)) for name, section in self._sections.items()),
            gaps=tuple(self._gaps),
            elsewhere=tuple(self._elsewhere),
            entry_points=tuple(self._entry_points()),
            classifiers=tuple(
                line.text for key in ("classifiers", "classifier") for line in metadata.lines(key) if line.text
            ),
            homepage=redact(text) if (text := metadata.text("url") or metadata.text("home_page")) else None,
        )

    def mentions(self) -> Iterator[Mention]:
        seen: set[str] = set()
        for name, section in self._sections.items():
            tool = tool_of_section(name)
            if tool is not None and tool not in seen:
                seen.add(tool)
                yield Mention(tool=tool, strength="config-only", at=self._at(section.line), kind="config")

    def pythons(self) -> Iterator[PythonVersion]:
        options, metadata = self._section("options"), self._section("metadata")
        if (requires := options.text("python_requires")) is not None:
            yield PythonVersion(
                version=requires, at=self._at(options.line_of("python_requires")), kind="requires-python"
            )
        for key in ("classifiers", "classifier"):
            for line in metadata.lines(key):
                if (found := _CLASSIFIER.fullmatch(line.text)) is not None:
                    yield PythonVersion(version=found["version"], at=self._at(line.number), kind="classifier")

    # --- requirements ---

    def _requirements(self) -> Iterator[Requirement]:
        options = self._section("options")
        yield from self._listed("install_requires", options.lines("install_requires"), "runtime", None)
        for extra, lines in self._section("options.extras_require").values.items():
            name, colon, marker = extra.partition(":")
            scope: Scope = "optional" if name or not colon else "runtime"
            yield from self._listed("extras_require", lines, scope, name or None, marker or None)
        yield from self._listed("setup_requires", options.lines("setup_requires"), "build", None)
        yield from self._listed("tests_require", options.lines("tests_require"), "group", "tests")

    def _listed(
        self, field: str, lines: list[Line], scope: Scope, group: str | None, marker: str | None = None
    ) -> Iterator[Requirement]:
        if lines and lines[0].text.startswith(("file:", "attr:")):
            self._directive(field, lines, scope, group)
            return
        for line in lines:
            for text in line.text.split(";") if len(lines) == 1 and _is_list(line.text) else (line.text,):
                text = text.partition(" #")[0].strip()
                if text:
                    made = self._requirement(text if marker is None else f"{text} ; {marker}", line, scope, group)
                    yield from (made,) if made is not None else ()

    def _requirement(self, text: str, line: Line, scope: Scope, group: str | None) -> Requirement | None:
        at = self._at(line.number)
        try:
            return pep508.requirement(text, at=at, scope=scope, group=group)
        except pep508.InvalidRequirement as error:
            self.problems.append(Problem(code="invalid-entry", message=str(error), at=at))
            return None

    def _directive(self, field: str, lines: list[Line], scope: Scope, group: str | None) -> None:
        directive, _, targets = " ".join(line.text for line in lines).partition(":")
        at = self._at(lines[0].number)
        if directive == "attr":
            self._gaps.append(Gap(field=field, reason=f"it is the value of {redact(targets.strip())}", at=at))
            return
        for target in re.split(r"[,\s]+", targets.strip()):
            path = resolve_inside(self._path, target)
            self._includes.append(
                Include(kind="dynamic", raw=redact(target), path=path, at=at, scope=scope, group=group)
            )

    def _pbr(self) -> None:
        self._includes.append(
            Include(
                kind="dynamic",
                raw="requirements.txt",
                path=resolve_inside(self._path, "requirements.txt"),
                at=self._at(self._section("pbr").line),
            )
        )

    # --- metadata ---

    def _known(self, field: str, metadata: Section) -> str | None:
        text = metadata.text(field)
        if text is None or not text.startswith(("attr:", "file:")):
            return redact(text) if text is not None else None
        directive, _, target = text.partition(":")
        verb = "the value of" if directive == "attr" else "read from"
        reason = f"it is {verb} {redact(target.strip())}"
        self._gaps.append(Gap(field=field, reason=reason, at=self._at(metadata.line_of(field))))
        module, _, name = target.strip().rpartition(".")
        if directive == "attr" and (paths := module_paths(self._path, module)):
            self._elsewhere.append(Elsewhere(field=field, name=name, paths=paths))
        return None

    def _links(self) -> Iterator[Index]:
        for line in self._section("options").lines("dependency_links"):
            if line.text:
                secret = has_credentials(line.text)
                yield Index(url=redact(line.text), at=self._at(line.number), kind="find-links", credentials=secret)

    def _entry_points(self) -> Iterator[EntryPoint]:
        for section in ("options.entry_points", "entry_points"):
            for group, lines in self._section(section).values.items():
                for line in lines:
                    name, equals, target = line.text.partition("=")
                    if equals and name.strip():
                        at = self._at(line.number)
                        yield EntryPoint(group=group, name=name.strip(), target=target.strip(), at=at)


def _is_list(text: str) -> bool:
    """Whether a value on one line is setuptools' list with semicolons, not one requirement with a marker."""
    return not re.search(r";\s{0,4}\(?\s{0,4}(?:python_|sys_|os_|platform_|implementation_|extra\b|['\"])", text)


FORMAT = Format(name=NAME, matches=named("setup.cfg"), read=read)
