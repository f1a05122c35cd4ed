"""Requirements files as wishes: what each line asks for, with its comments, its source and the file's options."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Pep508
from packaging.utils import canonicalize_name

from rules.migrations.addresses import git_source, has_variable, local_source, url_source, without_credentials
from rules.migrations.draft import Source, Wish
from rules.migrations.ground import Site, Stop
from rules.migrations.nameless import named
from rules.migrations.pep import requirement_text
from scanner import pep508
from scanner.facts import Location, LockedPackage, Requirement
from scanner.format import resolve_inside
from scanner.redact import redact
from scanner.requirement_lines import Line, logical_lines, options, split_options

_PIN = re.compile(r"={2,3}\s*([^,*\s]+)")
_SELF = re.compile(r"\.(?:/)?(?:\[(?P<extras>[^\]]*)\])?")
_HASH_ONLY = re.compile(r"--hash\b")


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a file, in its long form."""

    name: str
    value: str
    line: int


@dataclass(slots=True)
class Listing:
    """One requirements file: its wishes in order, the files it reads in, its constraints and options, its pins.

    ``own_extras`` are the extras with which it installs the project itself (``-e .[dev]``), ``None`` if it does not.
    """

    path: str
    wishes: list[Wish] = field(default_factory=list)
    includes: list[str] = field(default_factory=list)
    constraints: list[str] = field(default_factory=list)
    options: list[Option] = field(default_factory=list)
    pins: list[LockedPackage] = field(default_factory=list)
    tail: tuple[str, ...] = ()
    own_extras: tuple[str, ...] | None = None

    @property
    def is_pinned(self) -> bool:
        """Whether every line holds exactly one version, or a source that is no index."""
        return bool(self.wishes) and len(self.pins) == len(self.wishes)


def read_listing(site: Site, path: str) -> Listing:
    """Read the file at ``path``; raises :class:`Stop` for lines that cannot be taken over."""
    text = site.ground.read(path)
    if text is None:
        text = site.ground.decoded(path)
        if text is None:
            raise Stop("unread-file", f"{path} could not be read", path)
        message = (
            f"{path} is not UTF-8: it stays, as a patch of text cannot take it away; its lines are in the manifest"
        )
        site.note("unread-file", message, path, None, f"Delete {path} with the patch?")
    return _Reading(site, path).of(logical_lines(text))


class _Reading:
    def __init__(self, site: Site, path: str) -> None:
        self._site, self._listing = site, Listing(path)
        self._above: list[str] = []
        self._after_requirement = False

    def of(self, lines: Sequence[Line]) -> Listing:
        for line in lines:
            if not line.text:
                self._comment(line)
            elif line.text.startswith("-") and not _HASH_ONLY.match(line.text):
                self._options(line)
            elif _HASH_ONLY.match(line.text):
                self._hashes(line)
            else:
                self._requirement(line, line.text, editable=False)
        self._listing.tail = tuple(self._above)
        return self._listing

    def _comment(self, line: Line) -> None:
        """A comment is kept, but for those that a compiler writes below its lines."""
        if not (line.indented and self._after_requirement):
            self._above.append(line.comment or "")

    def _hashes(self, line: Line) -> None:
        if self._listing.pins:
            last = self._listing.pins[-1]
            self._listing.pins[-1] = replace(last, hashes=(*last.hashes, *split_options(" " + line.text)[1]))

    def _options(self, line: Line) -> None:
        found = options(line.text)
        if found is None:
            raise self._stop(f"{line.text[:80]!r} is no option of requirements files", line.number)
        for option in found:
            value = option.value or ""
            if option.name == "--editable":
                self._requirement(line, value, editable=True)
            elif option.name == "--constraint" and "://" in value:
                message = f"{redact(value)} constrains no longer: uv reads no constraints from an address"
                decision = "Which of its lines are wanted for later updates, in [tool.uv] constraint-dependencies?"
                self._site.note("external-path", message, self._listing.path, line.number, decision)
            elif option.name in ("--requirement", "--constraint"):
                target = resolve_inside(self._listing.path, value)
                if target is None or target not in self._site.ground.facts.files:
                    raise Stop("external-path", f"{value} is not in the repository", self._listing.path, line.number)
                self._above.clear()
                places = self._listing.includes if option.name == "--requirement" else self._listing.constraints
                places.append(target)
            else:
                self._listing.options.append(Option(option.name, value, line.number))

    def _requirement(self, line: Line, text: str, *, editable: bool) -> None:
        body, hashes = split_options(text)
        self._after_requirement = True
        own = _SELF.fullmatch(body.partition(";")[0].strip())
        if own is not None:
            extras = tuple(e.strip() for e in (own["extras"] or "").split(",") if e.strip())
            self._listing.own_extras = (*(self._listing.own_extras or ()), *extras)
            return
        at = Location(path=self._listing.path, line=line.number)
        try:
            made = pep508.requirement(body, at=at)
        except pep508.InvalidRequirement as error:
            raise self._stop(str(error), line.number) from None
        made = replace(made, editable=editable, hashes=(*made.hashes, *hashes))
        wish = self.wish(made, body, line.number)
        above, self._above = tuple(self._above), []
        self._listing.wishes.append(replace(wish, comment=_plain(line.comment), above=above))
        if (pin := pin_of(made, wish.name)) is not None:
            self._listing.pins.append(pin)

    def wish(self, made: Requirement, body: str, line: int) -> Wish:
        """The wish that one requirement stands for."""
        name = made.name or self._name_of(made, line)
        base = Wish(name=name, text="", marker=made.marker, path=self._listing.path, line=line)
        try:
            if made.source == "index":
                return replace(base, text=_written(body, made))
            return replace(
                base,
                text=requirement_text(name, made.extras, "", made.marker),
                source=self._source(made, body, line),
            )
        except ValueError as error:
            raise self._stop(str(error), line) from None

    def _source(self, made: Requirement, body: str, line: int) -> Source:
        url = made.url or ""
        at = (self._listing.path, line)
        if made.source == "path":
            return local_source(self._site, url, editable=made.editable, at=at, base=self._folder_of(url))
        bare, secret = without_credentials(url)
        if has_variable(bare) or has_variable(made.ref or ""):
            raise Stop("index-in-variable", f"{made.raw} holds a variable", *at)
        if secret:
            message = f"{made.name or bare}: the credentials in its address are left out: give them to git or by netrc"
            self._site.note("private-index", message, *at)
        if made.source == "git":
            return git_source(bare, at=at, rev=made.ref, subdirectory=made.subdirectory)
        if re.match(r"(?:hg|svn|bzr)\+", url):
            raise self._stop(f"{made.raw}: uv takes git repositories only", line)
        return url_source(bare, made.subdirectory)

    def _name_of(self, made: Requirement, line: int) -> str:
        """The name of what only has an address: that of the project at a path, else the repository's by its looks."""
        if made.source == "path" and made.url:
            target = posixpath.normpath(posixpath.join(self._folder_of(made.url), made.url))
            for file in ("pyproject.toml", "setup.cfg", "setup.py"):
                extract = self._site.ground.facts.extracts.get(posixpath.normpath(posixpath.join(target, file)))
                if extract is not None and extract.manifest is not None and extract.manifest.name:
                    return extract.manifest.name
        if made.source == "git" and (name := self._declared_as(made.url or "")):
            return name
        for packages in self._compiled():
            for pin in named(packages):
                if pin.source == made.source and pin.origin == made.url and pin.name:
                    return pin.name
        raise self._stop(f"{made.raw}: which distribution this is can only be seen by building it", line)

    def _declared_as(self, url: str) -> str | None:
        """The dependency that the project declares elsewhere by the name of the repository at ``url``."""
        last = canonicalize_name(posixpath.basename(url.rstrip("/")).removesuffix(".git"))
        names = (item.name for item in self._site.project.dependencies if item.name)
        return next((name for name in names if canonicalize_name(name) == last), None)

    def _compiled(self) -> Iterator[Sequence[LockedPackage]]:
        """What the project's compiled files hold: they name what an input only has the address of."""
        for path in self._site.project.manifests:
            extract = self._site.ground.facts.extracts.get(path)
            if extract is not None and extract.lock is not None:
                yield extract.lock.packages

    def _folder_of(self, target: str) -> str:
        """The folder that a path starts from: pip takes its working folder, which is the project's or the file's."""
        own = posixpath.dirname(self._listing.path) or "."
        there = self._site.exists(posixpath.normpath(posixpath.join(self._site.folder, target)))
        return self._site.folder if there else own

    def _stop(self, message: str, line: int) -> Stop:
        decision = "What is meant? Write it as `name @ address`, or as PEP 508 has it."
        return Stop("manifest-by-hand", message, self._listing.path, line, decision)


def wish_of(site: Site, made: Requirement) -> Wish:
    """A requirement that some other file lists in pip's words (the ``pip:`` part of a conda environment)."""
    return _Reading(site, made.at.path).wish(made, made.raw, made.at.line or 1)


def pin_of(made: Requirement, name: str) -> LockedPackage | None:
    """The version that a requirement pins, or its address; ``None`` for ranges."""
    found = _PIN.fullmatch((made.specifier or "").strip())
    if made.source == "index" and found is None:
        return None
    return LockedPackage.of(made, found[1] if found and made.source == "index" else None, name)


def _written(body: str, made: Requirement) -> str:
    """The requirement as it stands, or in the normal form where that is what makes it PEP 508."""
    try:
        parsed = Pep508(body)
    except InvalidRequirement:
        return requirement_text(made.name, made.extras, made.specifier or "", made.marker)
    wanted = re.sub(r"\s+", "", body.partition(";")[0].strip())
    head = re.match(r"[A-Za-z0-9._-]+(?:\[[^\]]*\])?", wanted)
    rest = wanted[head.end() :].strip("()") if head else str(parsed.specifier)
    return requirement_text(made.name, tuple(sorted(parsed.extras)), rest, made.marker)


def _plain(comment: str | None) -> str | None:
    """A comment behind a line, unless it is a compiler's annotation."""
    return None if comment is None or comment.startswith("via ") else comment
