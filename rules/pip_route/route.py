"""The patch of the low-effort route: every install from requirements files, and every compile, by ``uv pip``. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from rules.blockers import PlanBlocker
from rules.migration import Edit, Ground
from rules.pip_route.commands import answer, bootstrap, folder_of
from rules.places.calls import Call, calls, words_of
from rules.places.context import Context
from rules.places.docker_steps import steps_of
from rules.places.old_pythons import without_uv
from rules.places.script import Window
from rules.places.text import Splice, applied, line_of
from rules.places.yaml_text import documents, places, window
from rules.pythons import minor
from rules.reading import area_of
from rules.uv import version
from scanner.facts import Extract, PythonVersion

CODE = "still-pip"


@dataclass(frozen=True, slots=True, kw_only=True)
class PipRoute:
    """The edits, how many commands they change, and what stays pip's."""

    edits: tuple[Edit, ...] = ()
    commands: int = 0
    notes: tuple[PlanBlocker, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """A script in a file; scripts of one ``job`` share a machine, so that uv is put there once."""

    window: Window
    job: str


@dataclass(slots=True)
class _File:
    path: str
    text: str
    area: str
    lines: frozenset[int]
    indexes: bool
    splices: list[Splice] = field(default_factory=list)
    notes: list[PlanBlocker] = field(default_factory=list)
    brought: set[str] = field(default_factory=set)
    changed: int = 0


def route(ground: Ground) -> PipRoute:
    """The same requirements files, installed and compiled by ``uv pip``, in CI, images, tasks and scripts.

    Nothing where the Pythons that run are older than those that uv installs itself into.
    """
    if _is_too_old(ground):
        return PipRoute()
    context = Context(ground, ())
    seen = _seen(ground)
    indexes = _names_indexes(ground)
    edits: list[Edit] = []
    notes: list[PlanBlocker] = []
    count = 0
    for path, (area, lines) in sorted(seen.items()):
        text = ground.read(path)
        extract = ground.facts.extracts.get(path)
        pieces = _PIECES.get(_kind(extract.format if extract is not None else ""))
        if text is None or pieces is None:
            continue
        local = extract is not None and extract.format in _LOCAL and area_of(path) not in ("ci", "image")
        file = _File(path, text, "" if local else area, frozenset(lines), indexes)
        if (old := _old_python(path, extract, context)) is not None:
            _note(file, min(lines), f"pip installs no uv on Python {old.version} ({old.at.path}), which runs it too")
            notes += file.notes
            continue
        for piece in pieces(text):
            _rewrite(file, piece)
        after = applied(text, file.splices)
        notes += file.notes
        if file.changed and after != text:
            edits.append(Edit(path=path, before=text, after=after))
            count += file.changed
    return PipRoute(edits=tuple(edits), commands=count, notes=tuple(notes))


_LOCAL = frozenset({"makefile", "justfile", "shell"})
"""What people and tox start as well, in environments of their own."""
_OLDEST = (3, 8)


def _old_python(path: str, extract: Extract | None, context: Context) -> PythonVersion | None:
    """A Python of the jobs of a pipeline, or of what starts a script, for which pip has no uv."""
    if extract is None or extract.format == "dockerfile":
        return None
    own = (p for p in extract.pythons if (told := minor(p.version)) is not None and told < _OLDEST)
    return next(own, None) if area_of(path) == "ci" else without_uv(path, context)


def _is_too_old(ground: Ground) -> bool:
    shown = [v for p in ground.repository.projects for d in p.python_versions if (v := minor(d.version)) is not None]
    return bool(shown) and max(shown) < _OLDEST


def _seen(ground: Ground) -> dict[str, tuple[str, set[int]]]:
    """The lines on which the scanner saw pip or pip-tools, by file, with what kind of place it is."""
    found: dict[str, tuple[str, set[int]]] = {}
    for command in ground.repository.commands:
        if command.tool in ("pip", "pip-tools") and command.line is not None:
            found.setdefault(command.path, (command.context, set()))[1].add(command.line)
    return found


def _names_indexes(ground: Ground) -> bool:
    """Whether requirements files name extra indexes: pip takes the best of all, uv the first that has the name."""
    extracts = (e for e in ground.facts.extracts.values() if e.format == "requirements")
    return any(index.kind == "extra-index" for extract in extracts for index in extract.indexes)


def _rewrite(file: _File, piece: _Piece) -> None:
    at = piece.window
    for call in calls(file.text, at.start, at.end, docker=at.docker, folded=at.folded):
        first, last = line_of(file.text, call.begin), line_of(file.text, call.end)
        line = line_of(file.text, call.words[0].start)
        if file.lines.isdisjoint(range(min(first, line_of(file.text, at.start)) if at.folded else first, last + 1)):
            continue
        job = f"{piece.job}:{folder_of(call)}"
        if (brings := bootstrap(call, version("uv"))) is not None:
            file.brought.add(job)
            file.splices.append(Splice(call.words[0].start, call.end, at.encode(brings)))
            file.changed += 1
            continue
        made = answer(call, system=_is_system(file, call), indexes=file.indexes)
        if made is None:
            if _installs(call):
                _note(file, line, "an option has no certain counterpart in uv pip")
            continue
        why = _hindered(file, job, call, made)
        if why is not None:
            _note(file, line, why)
            continue
        bring = "" if job in file.brought else _bring(call)
        file.brought.add(job)
        file.splices.append(Splice(call.words[0].start, call.end, at.encode(bring + made)))
        file.changed += 1


def _installs(call: Call) -> bool:
    """Whether a command installs a requirements file, or compiles or syncs one."""
    values = [w.value for w in words_of(call)]
    return values[0].rpartition("/")[2] in ("pip-compile", "pip-sync", "piptools") or any(
        v == "--requirement" or v.startswith("-r") for v in values[1:]
    )


def _is_system(file: _File, call: Call) -> bool:
    """Whether the one Python of the image or of the runner is what pip installs into."""
    around = re.search(r"VIRTUAL_ENV|activate|virtualenv|-m venv|conda", file.text)
    return file.area in ("ci", "image") and around is None and call.words[0].raw.isascii()


def _hindered(file: _File, job: str, call: Call, made: str) -> str | None:
    """Why a command stays although uv has one for it."""
    if "sudo" in call.wrappers:
        return "sudo: uv would have to be root's"
    if file.area == "image" and re.search(r"^USER\s+(?!root|0\b)", file.text[: call.begin], re.MULTILINE):
        return "not root: pip falls back to the user's folder, which uv does not have"
    if job not in file.brought and call.before in ("||", "|"):
        return "a command that depends on the one before it"
    if file.area == "ci" and "$(command" in made and re.search("windows|pwsh|powershell", file.text, re.IGNORECASE):
        return "on Windows too, whose shell is another one"
    return None


def _bring(call: Call) -> str:
    """uv in one version, by the pip that is there."""
    words = list(words_of(call))
    if words[0].value.rpartition("/")[2].startswith("pip-") or words[0].value == "piptools":
        python = f"{folder_of(call)}python" if len(words) == len(call.words) else call.words[0].raw
        return f"{python} -m pip install uv=={version('uv')} && "
    pip = " ".join(w.raw for w in call.words[: len(call.words) - len(words) + 1])
    return f"{pip} install uv=={version('uv')} && "


def _note(file: _File, line: int, why: str) -> None:
    file.notes.append(PlanBlocker(code=CODE, message=f"stays pip's: {why}", path=file.path, line=line, decision=None))


# --- where the scripts stand ---------------------------------------------------------------------------------------


def _yaml(text: str) -> Iterator[_Piece]:
    for document in documents(text):
        for place in places(document):
            found = window(text, place.scalar) if place.scalar.end > place.scalar.start else None
            if found is not None:
                keys = [str(k) for k in place.keys]
                yield _Piece(window=found, job="/".join(keys[:2] if keys[:1] == ["jobs"] else keys[:1]))


def _docker(text: str) -> Iterator[_Piece]:
    for step in steps_of(text):
        if step.name == "RUN":
            yield _Piece(window=Window(start=step.body, end=step.end, docker=True), job=str(step.stage))


def _make(text: str) -> Iterator[_Piece]:
    def encode(new: str) -> str:
        return re.sub(r"\$\(command ", "$$(command ", new)

    for match in re.finditer(r"^[ \t]+(?:[^\n]*\\\n)*[^\n]*(?:\n|$)", text, re.MULTILINE):
        body = match[0].lstrip(" \t").lstrip("@-+")
        start = match.end() - len(body)
        target = re.compile(r"^\S[^\n]*$", re.MULTILINE).findall(text, 0, match.start())
        yield _Piece(window=Window(start=start, end=match.end(), encode=encode), job=str(len(target)))


def _just(text: str) -> Iterator[_Piece]:
    for piece in _make(text):
        yield _Piece(window=Window(start=piece.window.start, end=piece.window.end), job=piece.job)


def _shell(text: str) -> Iterator[_Piece]:
    yield _Piece(window=Window(start=0, end=len(text)), job="")


def _kind(format_: str) -> str:
    return format_ if format_ in ("dockerfile", "makefile", "justfile", "shell") else _YAML.get(format_, "")


_YAML = dict.fromkeys(
    "github-actions github-action gitlab-ci circleci azure-pipelines travis bitbucket buildkite drone appveyor cirrus "
    "cloudbuild codebuild taskfile tekton prow".split(),
    "yaml",
)
_PIECES: Mapping[str, Callable[[str], Iterator[_Piece]]] = {
    "dockerfile": _docker,
    "makefile": _make,
    "justfile": _just,
    "shell": _shell,
    "yaml": _yaml,
}
