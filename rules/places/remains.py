"""What still speaks of an old tool when all places are changed: each is told in a note, none is changed. Pure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping

from rules.migration import Edit, Ground
from rules.places.context import Context, invocations_of, program_words
from rules.places.mentions import ASIDE, Mention, is_living, mentions
from rules.places.still_said import may_speak, still_named, still_said
from rules.places.target import MANAGERS
from rules.reading import project_around
from scanner.format import Unreadable
from scanner.formats import formats_for
from scanner.words import listed


def note_remains(ground: Ground, context: Context, edits: Mapping[str, Edit]) -> None:
    """Notes on calls, sentences and names that are left in the repository as ``edits`` leave it."""
    _variables(ground, context)
    _broken(ground, context, edits)
    _remaining(ground, context, edits)
    _tables(ground, context, edits)
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


def installs_of(tools: Collection[str]) -> re.Pattern[str]:
    """What installs by one of ``tools``."""
    return re.compile(_INSTALLS.format(tools="|".join(sorted(tools))))


def is_quoted(row: str) -> bool:
    """Whether a row is a comment, or is only shown."""
    return _QUOTES.match(row) is not None


def _broken(ground: Ground, context: Context, edits: Mapping[str, Edit]) -> None:
    """Notes on what goes on to install by Poetry or PDM, whose locks go: it fails until somebody changes it."""
    gone = [path for path, edit in edits.items() if edit.after is None and path.endswith(("poetry.lock", "pdm.lock"))]
    tools = "|".join(sorted({posixpath.basename(path).removesuffix(".lock") for path in gone}))
    pattern = installs_of(tools.split("|"))
    for path in sorted(ground.facts.files) if gone else ():
        around = project_around(ground.repository, path)
        of_other = around is not None and around.path not in (".", *context.targets)
        if of_other or not is_living(path) or path in gone or path.endswith((".py", ".toml", ".json")):
            continue
        edit = edits.get(path)
        text = (edit.after if edit is not None else ground.read(path)) or ""
        rows = text.splitlines() if len(text) <= _LARGE else []
        lines = [n for n, row in enumerate(rows, start=1) if pattern.search(row) and not is_quoted(row)]
        lines = [n for n in lines if not _of_other(path, n, tools.split("|"), context)]
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


def _tables(ground: Ground, context: Context, edits: Mapping[str, Edit]) -> None:
    """Notes on programs and documents that read ``[tool.poetry]``, whose values stand in other tables now."""
    if not any("poetry" in target.tools for target in context.targets.values()):
        return
    for path in sorted(ground.facts.files):
        if not may_speak(path) or ASIDE.search(path) or posixpath.basename(path) == "pyproject.toml":
            continue
        around = project_around(ground.repository, path)
        if around is not None and around.path not in (".", *context.targets):
            continue
        edit = edits.get(path)
        text = (edit.after if edit is not None else ground.read(path)) or ""
        if "poetry" not in text or len(text) > _LARGE:
            continue
        rows = [n for n, row in enumerate(text.splitlines(), start=1) if len(row) < 1000 and _TABLE.search(row)]
        if rows:
            why = f"{_lines(rows)}: names [tool.poetry], whose values are in [project] and [dependency-groups] now"
            context.note(path, rows[0], why, "Does it read this project's manifest?")


_TABLE = re.compile(
    r"[\"']tool[\"'][^\n]{0,40}?[\"']poetry[\"']|(?<![\w-])tool\.poetry(?![\w-])|(?<![\w-])tool:poetry(?![\w-])"
)


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


def _of_other(path: str, line: int, tools: Collection[str], context: Context) -> bool:
    """Whether the scanner saw the command on that line serve a project that stays."""
    found = (context.seen(path, range(line, line + 1), tool, "install") for tool in tools)
    projects = {seen.project for seen in found if seen is not None and seen.project is not None}
    return bool(projects) and not any(map(context.moves, projects))


def _mentions(ground: Ground, context: Context, edits: Mapping[str, Edit]) -> None:
    """One note for each living file that still names files which the patch takes away, with all lines."""
    gone = {path for path, edit in edits.items() if edit.after is None}
    found: dict[str, list[Mention]] = {}
    for mention in mentions(ground, edits, gone, everywhere=True):
        found.setdefault(mention.path, []).append(mention)
    for path, places in found.items():
        more = sorted({place.line for place in places[1:]} - {places[0].line})
        others = f" (so {_lines(more)})" if more else ""
        why = f"names {places[0].written}, which the patch takes away{others}"
        decision = "What does this need from now on? `uv export -o FILE` can write the file."
        context.note(path, places[0].line, why, decision)


def _lines(lines: list[int]) -> str:
    """``line 3``, ``lines 3, 5 and 9``."""
    return f"{'line' if len(lines) == 1 else 'lines'} {listed([str(n) for n in lines], 8)}"


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
        found = dict((*still_named(path, text, tools), *still_said(path, text, tools)))
        found = {line: words for line, words in sorted(found.items()) if (path, line) not in noted}
        if found and path.endswith(".py"):
            modules.append((path, *next(iter(found.items()))))
        elif found:
            first, *further = found
            others = f" (so {_lines(further)})" if further else ""
            context.note(path, first, f"still says `{found[first]}`{others}", "Does it speak of this project?")
    if modules:
        path, line, words = modules[0]
        more = f", as do {listed([p for p, _, _ in modules[1:]], 5)}" if len(modules) > 1 else ""
        context.note(path, line, f"still says `{words}`{more}", "Does it speak of this project?")


_LARGE = 200_000
