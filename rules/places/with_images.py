"""Images and what they start, or what starts them, move together: what is left of one leaves the other whole. Pure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator

from rules.blockers import PlanBlocker
from rules.migration import Edit, Ground
from rules.places.context import Context
from rules.places.docker_steps import names_manager, started
from rules.places.half_moves import leave_whole, recipes
from rules.places.still_said import still_said
from rules.places.target import MANAGERS
from rules.places.yaml_text import documents, places
from scanner.yaml_reader import Mapping, Scalar

_TOGETHER = "Change both together."


def leave_together(ground: Ground, context: Context, edits: dict[str, Edit], tools: Collection[str]) -> None:
    """Take back what would be half moved, until nothing more of it is found."""
    known = -1
    while known != len(edits):
        known = len(edits)
        leave_whole(ground, context, edits, tools)
        _with_their_scripts(ground, context, edits, set(tools) & MANAGERS)
        _with_their_commands(ground, context, edits, set(tools) & MANAGERS)
        _with_their_images(ground, context, edits)
        _services(ground, context, edits)


def broken_images(context: Context) -> Iterator[tuple[str, PlanBlocker]]:
    """The projects that had better not move: an image that stays goes on with Poetry or PDM, whose lock would be gone.

    Each by its folder with the reason.
    """
    for image in sorted(context.images_left):
        around = context.around(image)
        for target in context.targets.values() if around is None else (around,):
            managers = target.tools & {"poetry", "pdm"}
            rows = (row for row in (context.ground.read(image) or "").splitlines() if not row.lstrip().startswith("#"))
            if not managers or _ASIDE.search(image):
                continue
            if image not in context.calling(set(managers)) and not names_manager("\n".join(rows), target):
                continue
            note = next((n for n in context.notes if n.path == image), None)
            why = re.sub(r"; the file is left as it is$", "", note.message) if note is not None else "not understood"
            yield (
                target.folder,
                PlanBlocker(
                    code="shared-image",
                    message=f"{image} goes on with {min(managers)}, whose lock and tables would be gone: {why}",
                    path=image,
                    line=note.line if note is not None else 1,
                    decision="Change the image so that uv is in it ([uv] image names one), "
                    "or move this project by hand?",
                ),
            )


_ASIDE = re.compile(r"(?:^|/)(?:\.devcontainer|examples?|tests?|docs?|samples?|demos?|scripts?|tools?)/", re.IGNORECASE)


def _left(path: str, ground: Ground, edits: dict[str, Edit]) -> str:
    """A file's text as the patch leaves it."""
    edit = edits.get(path)
    return (edit.after if edit is not None else ground.read(path)) or ""


def _moved_images(context: Context, edits: dict[str, Edit]) -> list[str]:
    extracts = context.ground.facts.extracts
    found = [p for p in sorted(edits) if p in extracts and extracts[p].format == "dockerfile"]
    return [p for p in found if edits[p].after and edits[p].before]


def _leave_image(image: str, why: str, context: Context, edits: dict[str, Edit]) -> None:
    del edits[image]
    context.images_left.add(image)
    context.note(image, 1, f"{why}; the file is left as it is", _TOGETHER)


def _with_their_scripts(ground: Ground, context: Context, edits: dict[str, Edit], tools: set[str]) -> None:
    """Images that copy a script, or settings of a supervisor, which still calls the old tool: they stay with it."""
    for image in _moved_images(context, edits):
        for path in started(image, edits[image].after or "", ground.facts.files):
            said = next(still_said(path, _left(path, ground, edits), tools), None)
            if said is not None:
                _leave_image(image, f"brings {path}, which still says `{said[1]}`", context, edits)
                break


def _with_their_commands(ground: Ground, context: Context, edits: dict[str, Edit], tools: set[str]) -> None:
    """Images whose services, or the variables that these take, still call the old tool: they stay with it."""
    moved = _moved_images(context, edits)
    if not moved or not tools:
        return
    found: list[tuple[str, str | None, str]] = [*_of_services(ground, edits, tools), *_of_variables(ground, tools)]
    for path, image, said in found:
        for one in moved:
            if one in edits and (image is None or one == image) and _has(context, one, said):
                _leave_image(one, f"{path} starts it and still says `{said}`", context, edits)


def _has(context: Context, image: str, said: str) -> bool:
    """Whether the tool that is named is one that the image's project had."""
    target = context.around(image)
    return target is not None and any(tool in said for tool in target.tools)


def _of_services(ground: Ground, edits: dict[str, Edit], tools: set[str]) -> Iterator[tuple[str, str, str]]:
    """Compose files in which a service still calls an old tool: which image it starts, what it says."""
    built = _images(ground)
    for path in _composes(ground):
        for name, words in _commands(_left(path, ground, edits)).items():
            image = built.get((path, name)) or built.get(("", name))
            if image is not None and (said := _said(words, tools)) is not None:
                yield path, image, said


def _composes(ground: Ground) -> Iterator[str]:
    """Compose files, whatever they are called: what builds services."""
    for path in sorted(ground.facts.files):
        extract = ground.facts.extracts.get(path)
        if extract is not None and extract.format == "compose":
            yield path
        elif path.endswith((".yml", ".yaml")) and not path.startswith(".github/"):
            text = ground.read(path) or ""
            if "build:" in text and re.search(r"^services:", text, re.MULTILINE) is not None:
                yield path


def _of_variables(ground: Ground, tools: set[str]) -> Iterator[tuple[str, None, str]]:
    """Files of variables whose values call an old tool, where a compose file is there that may take them."""
    if not any(extract.format == "compose" for extract in ground.facts.extracts.values()):
        return
    for path in sorted(ground.facts.files):
        if _VARIABLES.fullmatch(path):
            rows = (row for row in (ground.read(path) or "").splitlines() if not row.lstrip().startswith("#"))
            for row in rows:
                if (said := _said(row.partition("=")[2], tools)) is not None:
                    yield path, None, said
                    break


_VARIABLES = re.compile(r"(?:.*/)?(?:\.env[\w.-]*|[\w-]+\.env)")


def _said(words: str, tools: set[str]) -> str | None:
    found = re.search(rf"(?<![\w./])(?<!\w-)(?:{'|'.join(sorted(tools))})[ \t]+[a-z]\w*", words[:5000])
    return found[0] if found is not None else None


def _commands(text: str) -> dict[str, str]:
    """What the services of a compose file run, by their names."""
    found: dict[str, str] = {}
    for document in documents(text)[:1]:
        services = document.map("services").entries if isinstance(document, Mapping) else {}
        for name, service in services.items():
            if not isinstance(service, Mapping):
                continue
            parts = [service.get(key) for key in ("command", "entrypoint")] + [service.get("healthcheck", "test")]
            found[name] = " ; ".join(" ".join(place.scalar.text for place in places(part)) for part in parts)
    return found


def _images(ground: Ground) -> dict[tuple[str, str], str]:
    """The Dockerfile of each service, by compose file and name; by ``""`` and its name what any of them says."""
    found: dict[tuple[str, str], str] = {}
    for path in _composes(ground):
        for document in documents(ground.read(path) or "")[:1]:
            services = document.map("services").entries if isinstance(document, Mapping) else {}
            for name, service in services.items():
                build = service.get("build") if isinstance(service, Mapping) else None
                if (image := _dockerfile(path, build, ground)) is not None:
                    found[path, name] = found["", name] = image
    return found


def _dockerfile(path: str, build: object, ground: Ground) -> str | None:
    if isinstance(build, Scalar):
        context, name = build.text, "Dockerfile"
    elif isinstance(build, Mapping) and (told := build.text("context")) is not None:
        context, name = told, build.text("dockerfile") or "Dockerfile"
    else:
        return None
    above = posixpath.dirname(path)
    image = posixpath.normpath(posixpath.join(above, context, name))
    return image if image in ground.facts.files else None


def _with_their_images(ground: Ground, context: Context, edits: dict[str, Edit]) -> None:
    """What an image starts which stays as it is: it would not find uv there, so that it stays as well."""
    others = (ground.read(p) or "" for p, e in ground.facts.extracts.items() if e.format == "compose")
    compose = "\n".join(others) if context.images_left else ""
    for image in sorted(context.images_left):
        own = ground.read(image) or ""
        for path in [p for p in edits if edits[p].before is not None and edits[p].after is not None]:
            extract = ground.facts.extracts.get(path)
            if path.endswith((".sh", ".bash")):
                name = re.escape(posixpath.basename(path))
                starts = re.search(rf"(?<![\w.-]){name}(?![\w.-])", f"{own}\n{compose}") is not None
            else:
                starts = extract is not None and extract.format == "makefile" and _makes(own, edits[path])
            if starts:
                del edits[path]
                kind = "script" if path.endswith((".sh", ".bash")) else "file"
                why = f"{image} brings this {kind} and stays as it is, and so does the {kind}"
                context.note(path, 1, why, "Change it together with the image.")


def _makes(image: str, edit: Edit) -> bool:
    """Whether an image makes a target whose recipe calls uv from now on."""
    rows = "\n".join(row for row in image.splitlines() if not row.lstrip().startswith("#"))
    names = set(re.findall(r"\bmake[\"',]*[ \t]+[\"']?([A-Za-z][\w.-]*)", rows))
    after = "\n".join(recipes(edit.after or "", set(names))) if names else ""
    return re.search(r"(?<![\w.-])uv[ \t]", after) is not None


def _services(ground: Ground, context: Context, edits: dict[str, Edit]) -> None:
    """Compose files of which a changed service starts an image that stays, or one that no file tells: they stay."""
    extracts = ground.facts.extracts
    if not context.images_left:
        return
    built = _images(ground)
    moved = bool(_moved_images(context, edits))
    for path in [p for p in edits if p in extracts and extracts[p].format == "compose" and edits[p].before]:
        before, after = _commands(edits[path].before or ""), _commands(edits[path].after or "")
        changed = [name for name in after if after[name] != before.get(name)]
        images = {built.get((path, name)) or built.get(("", name), "") for name in changed}
        if not moved or "" in images or images & context.images_left:
            del edits[path]
            left = ", ".join(sorted(images & context.images_left) or sorted(context.images_left))
            context.note(path, 1, f"stays as it is with {left}", "Change it together with the image.")
