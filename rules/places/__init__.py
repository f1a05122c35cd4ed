"""Everything else that changes with a move: what calls the old tool calls uv in the same patch. Pure.

One module per kind of place, each a function of (path, text, context) to the new text. They replace the exact spans of
commands and names; a place that is not understood with certainty stays as it is and is told in a note.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from rules.blockers import PlanBlocker
from rules.migration import Edit, Ground, Migration
from rules.migrations import migrate
from rules.places import bots, dockerfile, filters, github, nox, pipelines, plain, pre_commit, prose, releases
from rules.places.bumps import note_writers
from rules.places.comments import retold
from rules.places.context import Context
from rules.places.homeless import without_cache
from rules.places.inputs import without_inputs
from rules.places.kept import INCLUDED, keep_needed
from rules.places.licences import with_licences
from rules.places.mentions import ASIDE
from rules.places.old_pythons import leave_left_out, note_left_out, refusal, without_uv
from rules.places.options import normal
from rules.places.pipelines_left import broken_pipelines
from rules.places.release_please import with_extra_files
from rules.places.remains import note_remains
from rules.places.sound import is_sound
from rules.places.target import targets
from rules.places.unused import unused
from rules.places.with_images import broken_images, leave_together

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


def rewrite(
    ground: Ground, migration: Migration, stopped: Mapping[str, PlanBlocker] = MappingProxyType({})
) -> Migration:
    """``migration`` with the edits of all places that call the old tools of its moves, and the notes on the rest.

    ``stopped``: projects that are already known not to move as an image of theirs stays.
    """
    if not migration.moves:
        return migration
    context = Context(ground, targets(ground, migration))
    edits = {edit.path: edit for edit in migration.edits}
    tools = {tool for target in context.targets.values() for tool in target.tools}
    for path in sorted(ground.facts.files):
        editors = _editors(path, ground)
        if not editors or ASIDE.search(path):
            continue
        known = edits.get(path)
        if known is not None and known.after is None:
            continue
        before = ground.read(path)
        if before is None:
            continue
        after = known.after if known is not None and known.after is not None else before
        mark, after = ("\ufeff", after[1:]) if after.startswith("\ufeff") else ("", after)
        own, told = after, len(context.notes)
        for editor in editors:
            after = editor(path, after, context)
        if path.endswith(_COMMENTED) or "." not in posixpath.basename(path):
            after = retold(own, after, tools)
        if after != own and not is_sound(path, own, after):
            context.note(path, 1, "the changed file would not be valid; it is left as it is", "What calls uv there?")
            context.left.add(path)
            continue
        if after.count("uv==") > own.count("uv==") and (old := without_uv(path, context)) is not None:
            del context.notes[told:]
            why = f"pip installs no uv on Python {old.version} ({old.at.path}); the file is left as it is"
            context.note(path, 1, why, "Raise Python there, or bring uv another way.")
            continue
        after = mark + after
        if after != before:
            edits[path] = Edit(path=path, before=before, after=after)
    if (refused := refusal(context)) is not None:
        return replace(migration, edits=(), moves=(), refusals=(*migration.refusals, refused))
    leave_together(ground, context, edits, tools)
    if broken := dict(broken_images(context)) or dict(broken_pipelines(context, edits)):
        broken |= stopped
        return rewrite(ground, migrate(ground, broken), broken)
    _ignored(ground, context, edits)
    leave_left_out(context, edits)
    keep_needed(ground, context, edits)
    if idle := dict(unused(context, migration, edits)):
        return rewrite(ground, migrate(ground, idle | dict(stopped)), idle | dict(stopped))
    without_inputs(ground, context, edits)
    without_cache(context, edits)
    with_licences(context, edits)
    filters.with_locks(context, edits)
    releases.with_locks(context, edits)
    with_extra_files(context, edits)
    note_writers(context, edits)
    bots.both_kinds(context, edits)
    _deployed(ground, context, edits)
    note_left_out(context, edits)
    note_remains(ground, context, edits)
    return replace(
        migration,
        edits=tuple(sorted(edits.values(), key=lambda e: e.path)),
        notes=(*migration.notes, *context.notes),
    )


_COMMENTED = (".yml", ".yaml", ".sh", ".ini", ".mk", ".just", ".cfg", "Dockerfile", ".dockerfile")


def _deployed(ground: Ground, context: Context, edits: Mapping[str, Edit]) -> None:
    """What Heroku asks of a project with uv's lock, where a Procfile or its manifest is there."""
    files = ground.facts.files
    names = [name for name in ("Procfile", "app.json") if name in files]
    if "." in context.targets and names and (".python-version" not in files or "runtime.txt" in files):
        why = "with a uv.lock Heroku asks for .python-version and does not read runtime.txt"
        context.note(names[0], 1, why, "If it is deployed there: write .python-version.")
    target, edit = context.targets.get("."), edits.get("requirements.txt")
    if target is None or not names or edit is None or edit.after is not None:
        return
    included = [posixpath.normpath(m["file"]) for m in INCLUDED.finditer(edit.before or "")]
    held = {new.partition(":")[2] for file in included if (new := target.file(file) or "").startswith("group:")}
    if absent := sorted(name for name in held if normal(name) not in target.defaults):
        groups = " and ".join(absent)
        why = f"Heroku installed what requirements.txt includes, now group {groups}: uv installs that only when told"
        context.note(names[0], 1, why, "Add it to [tool.uv] default-groups, else what it starts is not there.")


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
    if releases.is_settings(path):
        found.append(releases.edit)
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
    for path in sorted(p for p in ground.facts.files if posixpath.basename(p) == ".gitignore"):
        before = edits[path].before if path in edits else ground.read(path)
        text = (edits[path].after if path in edits else before) or ""
        if (after := bots.lets_locks_in(path, text, context)) != text:
            edits[path] = Edit(path=path, before=before, after=after)
    for path, edit in sorted(edits.items()):
        extract = ground.facts.extracts.get(path)
        if edit.after and edit.before and extract is not None and extract.format == "dockerfile":
            new = bots.new_dockerignore(path, edit.after, context)
            if new is not None:
                edits[new] = Edit(path=new, before=None, after=".venv\n")
