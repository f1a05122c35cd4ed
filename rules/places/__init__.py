"""Everything else that changes with a move: what calls the old tool calls uv in the same patch. Pure.

One module per kind of place, each a function of (path, text, context) to the new text. They replace the exact spans of
commands and names; a place that is not understood with certainty stays as it is and is told in a note.
"""

from __future__ import annotations

import ast
import posixpath
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from rules.migration import Edit, Ground, Migration
from rules.places import bots, dockerfile, github, nox, pipelines, plain, pre_commit, prose
from rules.places.comments import retold
from rules.places.script import Context, invocations_of, program_words
from rules.places.still_said import may_speak, still_said
from rules.places.target import MANAGERS, targets
from rules.places.yaml_text import documents
from scanner.format import Unreadable
from scanner.formats import formats_for
from scanner.words import counted, listed

Editor = Callable[[str, str, Context], str]

#: By the format that the scanner read a file as.
_BY_FORMAT: Mapping[str, Editor] = {
    "dockerfile": dockerfile.edit,
    "github-actions": github.edit,
    "github-action": github.edit,
    "makefile": plain.makefile,
    "justfile": plain.makefile,
    "shell": plain.shell,
    "procfile": plain.lines,
    "jenkins": plain.strings,
    "package.json": plain.package_json,
    "devcontainer": plain.package_json,
    "tox": plain.ini,
    "nox": nox.edit,
    "pre-commit": pre_commit.edit,
    "readme": prose.edit,
    **dict.fromkeys(
        (
            "gitlab-ci", "circleci", "azure-pipelines", "travis", "bitbucket", "buildkite", "drone", "appveyor",
            "cirrus", "cloudbuild", "codebuild", "compose", "taskfile", "lefthook", "tekton", "prow", "deployment",
            "husky",
        ),
        pipelines.edit,
    ),
}  # fmt: skip
_DOCUMENT = re.compile(
    r"(?:(?:[^/]+/){0,2}(?:readme|contributing|development|developing|hacking|install|installation|setup|getting[-_]started|claude|agents)"
    r"[\w.-]*\.(?:md|rst|txt)|(?:[^/]+/)?docs?/(?:[^/]+/){0,4}[^/]+\.(?:md|rst)|\.github/[\w./-]+\.md)",
    re.IGNORECASE,
)
_RENOVATE = re.compile(r"(?:\.github/|\.gitlab/)?(?:renovate\.json5?|\.renovaterc(?:\.json5?)?)")
_ASIDE = re.compile(
    r"(?:^|/)(?:changelog|history|changes|news|release[-_]?notes)[\w.-]*$"
    r"|(?:^|/)(?:vendor|node_modules|tests?/(?:data|fixtures))/",
    re.IGNORECASE,
)


def rewrite(ground: Ground, migration: Migration) -> Migration:
    """``migration`` with the edits of all places that call the old tools of its moves, and the notes on the rest."""
    if not migration.moves:
        return migration
    context = Context(ground, targets(ground, migration))
    edits = {edit.path: edit for edit in migration.edits}
    tools = {tool for target in context.targets.values() for tool in target.tools}
    for path in sorted(ground.facts.files):
        editors = _editors(path, ground)
        if not editors or _ASIDE.search(path):
            continue
        known = edits.get(path)
        if known is not None and known.after is None:
            continue
        before = ground.read(path)
        if before is None:
            continue
        after = known.after if known is not None and known.after is not None else before
        mark, after = ("\ufeff", after[1:]) if after.startswith("\ufeff") else ("", after)
        own = after
        for editor in editors:
            after = editor(path, after, context)
        if path.endswith(_COMMENTED) or "." not in posixpath.basename(path):
            after = retold(own, after, tools)
        if mark + after != before and not _is_sound(path, after) and _is_sound(path, before.removeprefix(mark)):
            context.note(path, 1, "the changed file would not be valid; it is left as it is", "What calls uv there?")
            continue
        after = mark + after
        if after != before:
            edits[path] = Edit(path=path, before=before, after=after)
    _with_their_images(ground, context, edits)
    _ignored(ground, context, edits)
    _remaining(ground, context, edits)
    _prose(ground, context, edits)
    _mentions(ground, context, edits)
    _still_said(ground, context, edits)
    return replace(
        migration,
        edits=tuple(sorted(edits.values(), key=lambda e: e.path)),
        notes=(*migration.notes, *context.notes),
    )


_COMMENTED = (".yml", ".yaml", ".sh", ".ini", ".mk", ".just", ".cfg", "Dockerfile", ".dockerfile")


def _with_their_images(ground: Ground, context: Context, edits: dict[str, Edit]) -> None:
    """Scripts that an image brings which stays as it is: they would not find uv there, so they stay as well."""
    for image in sorted(context.images_left):
        text = ground.read(image) or ""
        for path in [p for p in edits if p.endswith((".sh", ".bash")) and edits[p].before is not None]:
            name = re.escape(posixpath.basename(path))
            if re.search(rf"(?<![\w.-]){name}(?![\w.-])", text):
                del edits[path]
                why = f"{image} brings this script and stays as it is, and so does the script"
                context.note(path, 1, why, "Change it together with the image.")


def _is_sound(path: str, text: str) -> bool:
    """Whether a changed file can still be read as what it is; a template and what never could count as sound."""
    if path.endswith((".yml", ".yaml")):
        return bool(documents(text)) or not text.strip() or "{{" in text
    if path.endswith((".toml", ".py")):
        try:
            tomllib.loads(text) if path.endswith(".toml") else ast.parse(text)
        except (ValueError, SyntaxError, RecursionError):
            return False
    return True


def _remaining(ground: Ground, context: Context, edits: dict[str, Edit]) -> None:
    """Notes on what the scanner still sees calling an old tool in a file about which nothing was said."""
    tools = {tool for target in context.targets.values() for tool in target.tools & MANAGERS}
    noted = {note.path for note in context.notes}
    for path in sorted(context.calling(set(MANAGERS)) - noted):
        edit = edits.get(path)
        text = edit.after if edit is not None else ground.read(path)
        for line, program in _called(path, text or ""):
            if program in tools or (program in MANAGERS and context.around(path) is not None):
                context.note(path, line, f"{program} is still called")
                break


def _called(path: str, text: str) -> Iterator[tuple[int | None, str]]:
    """The programs that the scanner sees in a file."""
    for form in formats_for(path):
        try:
            extract = form.read(path, text)
        except Unreadable:
            continue
        for invocation in invocations_of(extract) if extract is not None else ():
            if words := program_words(invocation.argv):
                yield invocation.at.line, posixpath.basename(words[0])


def _prose(ground: Ground, context: Context, edits: dict[str, Edit]) -> None:
    """Notes on changed documents whose sentences still speak of an old tool: words are not rewritten."""
    tools = {tool for target in context.targets.values() for tool in target.tools & MANAGERS}
    if not tools:
        return
    spoken = re.compile(rf"(?<![\w./@-])(?:{'|'.join(sorted(map(re.escape, tools)))})(?![\w/@-]|\.\w)", re.IGNORECASE)
    for path, edit in sorted(edits.items()):
        if edit.after is None or not path.lower().endswith((".md", ".rst")) or _ASIDE.search(path):
            continue
        rows = [n for n, row in enumerate(edit.after.splitlines(), start=1) if spoken.search(row)]
        if rows:
            shown = listed([str(n) for n in rows], 8)
            context.note(path, rows[0], f"sentences still speak of the old tool (lines {shown})", "Reword them?")


def _mentions(ground: Ground, context: Context, edits: dict[str, Edit]) -> None:
    """Notes on living files that still name a file which the patch takes away."""
    gone = {path for path, edit in edits.items() if edit.after is None}
    if not gone:
        return
    names = "|".join(sorted({re.escape(posixpath.basename(path)) for path in gone}))
    pattern = re.compile(rf"(?<![\w.-])(?P<path>(?:[\w.-]+/)*(?:{names}))(?![\w-]|\.\w)")
    for path in sorted(ground.facts.files):
        if _LIVING.fullmatch(path) is None or _ASIDE.search(path) or path in gone:
            continue
        edit = edits.get(path)
        text = edit.after if edit is not None else ground.read(path)
        if text is None or len(text) > _LARGE:
            continue
        for number, row in enumerate(text.splitlines(), start=1):
            found = None if row.lstrip().startswith(("#", "//", ";")) else pattern.search(row)
            named = _normal(path, found["path"]) if found is not None else frozenset()
            if found is not None and named & gone:
                why = f"names {found['path']}, which the patch takes away"
                context.note(
                    path, number, why, "What does this need from now on? `uv export -o FILE` can write the file."
                )
                break


def _still_said(ground: Ground, context: Context, edits: dict[str, Edit]) -> None:
    """One note for each file that still calls an old tool on lines about which nothing was said."""
    tools = {t for target in context.targets.values() for t in target.tools & MANAGERS if context.any_of(t) is not None}
    noted = {(note.path, note.line) for note in context.notes}
    for path in sorted(ground.facts.files) if tools else ():
        edit = edits.get(path)
        told = edit is not None and path.lower().endswith((".md", ".rst"))  # in `_prose`
        if told or not may_speak(path) or _ASIDE.search(path) or path in context.images_left:
            continue
        if (text := edit.after if edit is not None else ground.read(path)) is None:
            continue
        found = [(line, words) for line, words in still_said(path, text, tools) if (path, line) not in noted]
        if found:
            more = f" and {counted(len(found) - 1, 'other line')}" if len(found) > 1 else ""
            context.note(path, found[0][0], f"still says `{found[0][1]}`{more}", "Does it speak of this project?")


def _normal(path: str, named: str) -> frozenset[str]:
    """What a name in the file at ``path`` can mean: as seen from the root, as seen from its folder."""
    return frozenset({posixpath.normpath(named), posixpath.normpath(posixpath.join(posixpath.dirname(path), named))})


_LARGE = 200_000
_LIVING = re.compile(
    r"(?:.*/)?(?:[^/]+\.(?:ya?ml|toml|cfg|ini|sh|bash|json|mk|just|tf|hcl|groovy|gradle|bat|ps1|service|conf)|setup\.py|noxfile\.py"
    r"|tasks\.py|[Mm]akefile|[Jj]ustfile|[^/]*[Dd]ockerfile[^/]*|[^/]*[Cc]ontainerfile[^/]*|Jenkinsfile[^/]*|Procfile[^/]*|MANIFEST\.in)"
)


def _editors(path: str, ground: Ground) -> list[Editor]:
    extract = ground.facts.extracts.get(path)
    name = posixpath.basename(path)
    found: list[Editor] = []
    if extract is not None and not extract.template and (editor := _BY_FORMAT.get(extract.format)) is not None:
        found.append(editor)
    if name in (".readthedocs.yml", ".readthedocs.yaml", "readthedocs.yml", "readthedocs.yaml"):
        found.append(pipelines.read_the_docs)
    elif name in ("heroku.yml", "heroku.yaml"):
        found.append(pipelines.in_image)
    elif name in ("dependabot.yml", "dependabot.yaml"):
        found.append(bots.dependabot)
    elif _RENOVATE.fullmatch(path):
        found.append(bots.renovate)
    elif name == "pyproject.toml":
        found.append(plain.pyproject)
    elif name == ".dockerignore" or name.endswith(".dockerignore"):
        found.append(bots.dockerignore)
    elif _DOCUMENT.fullmatch(path) and prose.edit not in found:
        found.append(prose.edit)
    return found


def _ignored(ground: Ground, context: Context, edits: dict[str, Edit]) -> None:
    for folder in context.targets:
        path = posixpath.normpath(posixpath.join(folder, ".gitignore"))
        before = ground.read(path)
        if before is None and (folder != "." and ground.read(".gitignore") is not None):
            continue
        after = bots.gitignore(path, before, context)
        if after is not None and after != before:
            edits[path] = Edit(path=path, before=before, after=after)
