"""What still speaks of an old tool when all places are changed: each is told in a note, none is changed. Pure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from rules.migration import Edit, Ground
from rules.places.context import Context, invocations_of, program_words
from rules.places.still_said import may_speak, still_said
from rules.places.target import MANAGERS
from rules.reading import area_of, project_around
from scanner.format import Unreadable
from scanner.formats import formats_for
from scanner.words import counted, listed

ASIDE = re.compile(
    r"(?:^|/)(?:changelog|history|changes|news|release[-_]?notes)[\w.-]*$"
    r"|(?:^|/)(?:vendor|node_modules|tests?/(?:data|fixtures))/",
    re.IGNORECASE,
)
"""History and other people's files: nobody reads commands from them."""


def note_remains(ground: Ground, context: Context, edits: Mapping[str, Edit]) -> None:
    """Notes on calls, sentences and names that are left in the repository as ``edits`` leave it."""
    _variables(ground, context)
    _broken(ground, context, edits)
    _remaining(ground, context, edits)
    _prose(context, edits)
    _mentions(ground, context, edits)
    _still_said(ground, context, edits)


def _variables(ground: Ground, context: Context) -> None:
    """Pipenv reads ``.env`` unasked, uv only where it is told: a note where such a file is kept or spoken of."""
    if not any("pipenv" in target.tools for target in context.targets.values()):
        return
    for path in sorted(ground.facts.files):
        folder = posixpath.dirname(path) or "."
        if folder in context.targets and _ENV.fullmatch(posixpath.basename(path)):
            why = "`pipenv run` and `pipenv shell` read .env by themselves; uv does so with UV_ENV_FILE or --env-file"
            context.note(
                path, 1, why, "Does what runs there read it itself? Else: UV_ENV_FILE=.env where uv is called."
            )
            return


_ENV = re.compile(r"\.env|(?:\.?env|dotenv)[._-](?:example|sample|template|dist|default)|(?:example|sample)\.env")


_INSTALLS = r"(?<![\w./-])(?:{tools})[\"']?(?:\s|,\s?)[\"']?(?:install|sync|export)(?![\w-])"


def _broken(ground: Ground, context: Context, edits: Mapping[str, Edit]) -> None:
    """Notes on what goes on to install by Poetry or PDM, whose locks go: it fails until somebody changes it."""
    gone = [path for path, edit in edits.items() if edit.after is None and path.endswith(("poetry.lock", "pdm.lock"))]
    tools = "|".join(sorted({posixpath.basename(path).removesuffix(".lock") for path in gone}))
    pattern = re.compile(_INSTALLS.format(tools=tools))
    for path in sorted(ground.facts.files) if gone else ():
        around = project_around(ground.repository, path)
        of_other = around is not None and around.path not in (".", *context.targets)
        if of_other or not is_living(path) or path in gone or path.endswith((".py", ".toml", ".json")):
            continue
        edit = edits.get(path)
        text = (edit.after if edit is not None else ground.read(path)) or ""
        rows = text.splitlines() if len(text) <= _LARGE else []
        lines = [n for n, row in enumerate(rows, start=1) if pattern.search(row) and not _QUOTES.match(row)]
        if lines:
            where = f"line {lines[0]}" if len(lines) == 1 else f"lines {listed([str(n) for n in lines], 8)}"
            why = (
                f"{where}: still installs from {listed(sorted(gone), 3)}, which is gone with this patch: it fails there"
            )
            context.note(path, lines[0], why, "Change it before the patch goes in, unless it serves another project.")


_QUOTES = re.compile(r"\s*(?:#|//|;|(?:[@-]\s*)?(?:echo|printf|print)\b|(?:-\s+)?(?:name|description):)")


def _remaining(ground: Ground, context: Context, edits: Mapping[str, Edit]) -> None:
    """Notes on what the scanner still sees calling an old tool in a file about which nothing was said."""
    tools = {tool for target in context.targets.values() for tool in target.tools & MANAGERS}
    noted = {note.path for note in context.notes}
    for path in sorted(context.calling(set(MANAGERS)) - noted):
        edit = edits.get(path)
        text = edit.after if edit is not None else ground.read(path)
        for line, program in called(path, text or ""):
            if program in tools or (program in MANAGERS and context.around(path) is not None):
                context.note(path, line, f"{program} is still called")
                break


def called(path: str, text: str) -> Iterator[tuple[int | None, str]]:
    """The programs that the scanner sees in a file."""
    for form in formats_for(path):
        try:
            extract = form.read(path, text)
        except Unreadable:
            continue
        for invocation in invocations_of(extract) if extract is not None else ():
            words = program_words(invocation.argv)
            if words and not words[0].startswith("uses:"):
                yield invocation.at.line, posixpath.basename(words[0])


def _prose(context: Context, edits: Mapping[str, Edit]) -> None:
    """Notes on changed documents whose sentences still speak of an old tool: words are not rewritten."""
    tools = {tool for target in context.targets.values() for tool in target.tools & MANAGERS}
    if not tools:
        return
    spoken = re.compile(rf"(?<![\w./@-])(?:{'|'.join(sorted(map(re.escape, tools)))})(?![\w/@-]|\.\w)", re.IGNORECASE)
    for path, edit in sorted(edits.items()):
        if edit.after is None or not path.lower().endswith((".md", ".rst")) or ASIDE.search(path):
            continue
        rows = [n for n, row in enumerate(edit.after.splitlines(), start=1) if spoken.search(row)]
        if rows:
            shown = listed([str(n) for n in rows], 8)
            context.note(
                path,
                rows[0],
                f"sentences still speak of the old tool ({'line' if len(rows) == 1 else 'lines'} {shown})",
                "Reword them?",
            )


def _mentions(ground: Ground, context: Context, edits: Mapping[str, Edit]) -> None:
    """Notes on living files that still name a file which the patch takes away."""
    told: set[str] = set()
    gone = {path for path, edit in edits.items() if edit.after is None}
    for mention in mentions(ground, edits, gone, documents=True):
        if mention.path not in told:
            told.add(mention.path)
            why = f"names {mention.written}, which the patch takes away"
            decision = "What does this need from now on? `uv export -o FILE` can write the file."
            context.note(mention.path, mention.line, why, decision)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A row of a living file that names one of the files in question: as ``written``, and which one it is."""

    path: str
    line: int
    row: str
    written: str
    file: str


def is_living(path: str) -> bool:
    """Whether commands or settings are read from a file."""
    return _LIVING.fullmatch(path) is not None and ASIDE.search(path) is None


def mentions(
    ground: Ground, edits: Mapping[str, Edit], files: Collection[str], *, documents: bool = False
) -> Iterator[Mention]:
    """Where living files, as ``edits`` leave them, name one of ``files``; comments name nothing.

    ``documents``: also those that tell people to install from one.
    """
    if not files:
        return
    names = "|".join(sorted({re.escape(posixpath.basename(path)) for path in files}))
    pattern = re.compile(rf"(?<![\w.-])(?P<path>(?:[\w.-]+/)*(?:{names}))(?![\w-]|\.\w)")
    for path in sorted(ground.facts.files):
        told = documents and _TOLD.fullmatch(path) is not None and ASIDE.search(path) is None
        if not (is_living(path) or told) or path in files:
            continue
        edit = edits.get(path)
        text = edit.after if edit is not None else ground.read(path)
        if text is None or len(text) > _LARGE:
            continue
        for number, row in enumerate(text.splitlines(), start=1):
            if row.lstrip().startswith(("#", "//", ";")) or (told and _INSTALL.search(row) is None):
                continue
            for found in pattern.finditer(row):
                by_variable = _VARIABLE.search(row, 0, found.start()) is not None
                for file in sorted(_meant(path, found["path"], text, ground.facts.files, by_variable) & set(files)):
                    yield Mention(path=path, line=number, row=row, written=found["path"], file=file)


def _still_said(ground: Ground, context: Context, edits: Mapping[str, Edit]) -> None:
    """One note for each file that still calls an old tool on lines about which nothing was said."""
    tools = {tool for target in context.targets.values() for tool in target.tools & MANAGERS}
    replaced = context.replaced()
    noted = {(note.path, note.line) for note in context.notes}
    modules: list[tuple[str, int, str]] = []
    left = {note.path for note in context.notes if "left as it is" in note.message} | context.images_left
    for path in sorted(ground.facts.files) if tools else ():
        edit = edits.get(path)
        told = edit is not None and path.lower().endswith((".md", ".rst"))  # in `_prose`
        if told or not may_speak(path) or ASIDE.search(path) or path in left:
            continue
        around = project_around(ground.repository, path)
        if around is not None and around.path not in (".", *context.targets) and not tools <= replaced:
            continue  # that of a project that stays
        if (text := edit.after if edit is not None else ground.read(path)) is None:
            continue
        found = [(line, words) for line, words in still_said(path, text, tools) if (path, line) not in noted]
        if found and path.endswith(".py"):
            modules.append((path, *found[0]))
        elif found:
            more = f" and {counted(len(found) - 1, 'other line')}" if len(found) > 1 else ""
            context.note(path, found[0][0], f"still says `{found[0][1]}`{more}", "Does it speak of this project?")
    if modules:
        path, line, words = modules[0]
        more = f", as do {listed([p for p, _, _ in modules[1:]], 5)}" if len(modules) > 1 else ""
        context.note(path, line, f"still says `{words}`{more}", "Does it speak of this project?")


def _meant(path: str, named: str, text: str, files: Collection[str], by_variable: bool) -> set[str]:
    """What a name in the file at ``path`` can mean: as seen from its folder, from the root, from where commands went.

    Where no such file is there, or a variable stands before it, every file that ends so; and what it is in an image.
    """
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(path), named))
    if beside in files and area_of(path) != "ci" and not by_variable:
        return {beside}
    plain = posixpath.normpath(named)
    found = {plain, beside}
    for folder in {match["folder"].strip("\"'") for match in _FOLDERS.finditer(text)}:
        found |= {
            posixpath.normpath(posixpath.join(folder, named)),
            posixpath.normpath(f"{folder.lstrip('/')}/{named}"),
        }
    if by_variable or not found & set(files):
        inner = named if not by_variable else named.partition("/")[2] or named  # `srcDir/x` of `$srcDir/x`
        found |= {file for file in files if file.endswith(f"/{inner}") or file == inner}
    return found | {file for file in files if named.endswith(f"/{file}")}  # seen from within an image


_VARIABLE = re.compile(r"(?:\$\{?|\$\{\{[^}\n]{0,80}\}\}/?|\$\{?\w{1,60}\}?/|\$\(\w{1,60}\)/)\Z")
_FOLDERS = re.compile(
    r"(?:\b(?:cd|pushd)[ \t]+|(?:working-directory|workingDirectory|dir|context|-C)[:= \t][ \t]*)"
    r"(?P<folder>[\"']?[\w./-]{1,120}[\"']?)"
)
_LARGE = 200_000
_TOLD = re.compile(r"(?:.*/)?[^/]+\.(?:md|rst)", re.IGNORECASE)
_INSTALL = re.compile(r"\binstall\b|\bsync\b")
_LIVING = re.compile(
    r"(?:.*/)?(?:[^/]+\.(?:ya?ml|toml|cfg|ini|sh|bash|json|mk|just|tf|hcl|groovy|gradle|bat|ps1|service|conf)|setup\.py|noxfile\.py"
    r"|tasks\.py|[Mm]akefile|[Jj]ustfile|[^/]*[Dd]ockerfile[^/]*|[^/]*[Cc]ontainerfile[^/]*|Jenkinsfile[^/]*|Procfile[^/]*|MANIFEST\.in)"
)
