"""Dockerfiles: uv in one version, the lock copied with the manifest, the dependencies installed before the sources.

Everything is edited where it stands: the bootstrap, the copies of manifest and lock, the installing commands, the
start command. A file of which something is not understood stays as it is, with a note that says what and where.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rules.blockers import PlanBlocker
from rules.places.manner import NO_SYNC, Answer, Manner
from rules.places.script import Context, Script, Window, yaml_quoted
from rules.places.target import MANAGERS, Target, new_name
from rules.places.text import Splice, applied, line_end, line_of, line_start, newline
from rules.places.variables import is_old, new_variable
from rules.uv import version
from scanner.facts import Stage
from scanner.image_names import parse_image


@dataclass(frozen=True, slots=True)
class _Step:
    """An instruction: its whole lines, and where its argument begins."""

    name: str
    start: int
    end: int
    body: int
    stage: int

    def text(self, text: str) -> str:
        """The argument as written."""
        return text[self.body : self.end]


class _Unclear(Exception):
    """Something that is not understood with certainty: the message says what, ``line`` where."""

    def __init__(self, message: str, line: int | None) -> None:
        super().__init__(message)
        self.line = line


def edit(path: str, text: str, context: Context) -> str:
    """The Dockerfile with uv, or the same text and a note."""
    extract = context.ground.facts.extracts.get(path)
    target = context.around(path)
    if extract is None or extract.dockerfile is None or target is None or not _calls_old(text, target):
        return text
    kept = list(context.notes)
    image = _Image(path, text, context, target, extract.dockerfile.stages)
    try:
        after = image.edited()
        _check(after, target)
    except _Unclear as unclear:
        first = next(iter(context.notes[len(kept) :]), None)
        why, line = (first.message, first.line) if first is not None else (str(unclear), unclear.line)
        return _left_alone(path, text, context, kept, why, line)
    if len(context.notes) > len(kept):
        return _left_alone(path, text, context, kept, context.notes[len(kept)].message, context.notes[len(kept)].line)
    for line, names in image.beside:
        context.note(path, line, f"{names} is installed beside the lock, in whatever version there is",
                     "Declare it in pyproject.toml (uv add), so that the lock holds it?")  # fmt: skip
    return after


def _left_alone(path: str, text: str, context: Context, kept: list[PlanBlocker], why: str, line: int | None) -> str:
    """The same text, and why."""
    context.notes[:] = kept
    context.images_left.add(path)
    how = "By hand: pinned uv, COPY pyproject.toml and uv.lock, `uv sync --locked --no-dev`."
    context.note(path, line or 1, f"{why}; the file is left as it is", how)
    return text


def _steps(text: str) -> list[_Step]:
    """The instructions with their lines, after the Dockerfile reference."""
    found: list[_Step] = []
    stage, at = -1, 0
    while at < len(text):
        end = line_end(text, at)
        match = _NAME.match(text, at, end)
        if match is None:
            at = end
            continue
        row = text[at:end]
        while row.rstrip().endswith("\\") and end < len(text):
            start = end
            end = line_end(text, end)
            row = text[start:end]
            while (not row.strip() or row.lstrip().startswith("#")) and end < len(text):
                start, end = end, line_end(text, end)
                row = text[start:end]
        name = match["name"].upper()
        if name in ("RUN", "COPY", "ADD"):
            for word in re.findall(r"<<-?[\"']?([A-Za-z_]\w*)[\"']?", text[at:end]):
                close = re.compile(rf"^[ \t]*{word}[ \t\r]*$", re.MULTILINE).search(text, end)
                end = line_end(text, close.end()) if close else end
        stage += name == "FROM"
        found.append(_Step(name, at, end, match.end(), stage))
        at = end
    return found


_NAME = re.compile(r"[ \t]*(?P<name>[A-Za-z]{2,20})[ \t]+")


def _calls_old(text: str, target: Target) -> bool:
    names = "|".join(sorted(target.tools & {"poetry", "pdm", "pipenv", "rye", "pip-compile", "pip-sync", "pip"}))
    return bool(names) and re.search(rf"(?<![\w-])(?:{names})(?![\w-])", text) is not None


def _names_manager(text: str, target: Target) -> bool:
    names = "|".join(sorted(target.tools & MANAGERS))
    return bool(names) and re.search(rf"(?<![\w-])(?:{names})(?![\w-])", text) is not None


_FLAGS = re.compile(r"(?:\s|\\\r?\n)*--[a-z][a-z-]*(?:=(?:\"[^\"\n]*\"|[^\s\\]*))?(?=\s|\\|$)")


class _Image:
    """One Dockerfile on its way."""

    def __init__(self, path: str, text: str, context: Context, target: Target, stages: Sequence[Stage]) -> None:
        self.path, self.text, self.context, self.target = path, text, context, target
        self.stages = stages
        self.steps = _steps(text)
        self.splices: list[Splice] = []
        self.syncs: list[_Step] = []
        self.bootstraps: list[_Step] = []
        self.system = False
        self.by_pip: list[_Step] = []
        self.beside: list[tuple[int, str]] = []
        self.script = Script(path, text, context, Manner(run=NO_SYNC), bootstraps=self._uv)
        self.end = newline(text)

    def edited(self) -> str:
        """The new text; raises :class:`_Unclear`."""
        if self.target.members:
            raise _Unclear("the project is a workspace, whose members' manifests must be copied too", None)
        self.system = self._is_system()
        for step in self.steps:
            if step.name == "RUN":
                self._run(step)
        if not self.syncs and not self.splices and not self.script.splices:
            if not _names_manager(self.text, self.target):
                return self.text
            raise _Unclear("calls the old tool in a way that is not understood", None)
        for step in self.steps:
            if step.name in ("CMD", "ENTRYPOINT"):
                self._start(step)
            elif step.name in ("COPY", "ADD"):
                self._copy(step)
            elif step.name in ("ENV", "ARG"):
                self._variables(step)
        self._tool_is_there()
        self._bases()
        self._order()
        self._environment()
        gone = [s for s in self.splices if s.end > s.start]
        inner = [s for s in self.script.splices if not any(g.start <= s.start and s.end <= g.end for g in gone)]
        after = applied(self.text, [*self.splices, *inner])
        return self._renamed(after)

    # --- commands

    def _uv(self, found: Answer) -> str | None:
        text = found.text
        if self.context.ground.config.uv_image is not None:
            return re.sub(r"\s+\"?uv==[\d.]+\"?", "", text, count=1) if found.rest else None
        if (
            re.match(r"(?:python\S* -m )?pip3? |pip3?\.?\d* ", text)
            and "--no-cache-dir" not in text
            and "--no-cache" not in text
        ):
            text = text.replace(" install ", " install --no-cache-dir ", 1)
        return text

    def _is_system(self) -> bool:
        off = r"virtualenvs\.create\s+false|POETRY_VIRTUALENVS_CREATE[= ]+[\"']?(?:false|0)"
        found = re.search(off, self.text, re.IGNORECASE)
        pipenv = re.search(r"pipenv\s+(?:install|sync)\b[^\n&;]*--system|PIPENV_SYSTEM=1", self.text)
        settings = self.script.context.in_system and re.search(
            r"poetry\.(?:toml|\*)|COPY\s+(?:--\S+\s+)*\.\s", self.text
        )
        return bool(found or pipenv or settings)

    def _run(self, step: _Step) -> None:
        text = self.text
        start = step.body
        while match := _FLAGS.match(text, start, step.end):
            start = match.end()
        if text[start : step.end].lstrip().startswith("["):
            if _calls_old(text[start : step.end], self.target):
                raise _Unclear("RUN in JSON form", line_of(text, step.start))
            return
        manner = self._manner(step)
        before = len(self.script.splices)
        outcome = self.script.window(Window(start=start, end=step.end, docker=True), manner)
        kinds = {a.kind for a in outcome.answers}
        if outcome.emptied:
            del self.script.splices[before:]
            self._gone(step)
        for given in outcome.answers:
            if given.text.startswith("uv lock") and "--check" not in given.text:
                raise _Unclear("resolves while the image is built", line_of(text, step.start))
            if (named := re.search(r"\bpip install (?!.*uv==)(?P<names>.+)", given.text)) is not None:
                self.beside.append((line_of(text, step.start), named["names"]))
        if {"sync", "system-sync"} & kinds:
            self.syncs.append(step)
            starts = [s.start for s in self.script.splices[before:] if "uv sync" in s.new]
            if all(re.match(r"(?:\S*/)?(?:pip|python)", text[at : at + 200]) for at in starts):
                self.by_pip.append(step)
            self.system = self.system or "system-sync" in kinds
        if "bootstrap" in kinds:
            self.bootstraps.append(step)
            if self.context.ground.config.uv_image is not None:
                self.splices.append(Splice(step.start, step.start, self._uv_row()))

    def _manner(self, step: _Step) -> Manner:
        flags = self.text[step.body : step.end]
        mounted = re.search(r"--mount=type=cache,\S*(?:pypoetry|pipenv|pdm|/pip|\.cache)|POETRY_CACHE_DIR", flags)
        options = () if mounted else ("--no-cache",)
        manner = Manner(run=NO_SYNC, options=options, system=self.system, inexact=bool(self.syncs) or self.system)
        files = dict(self._listings(step))
        return replace(manner, no_project=not self._has_sources(step), inexact=self.system, files=files)

    def _listings(self, step: _Step) -> Iterator[tuple[str, str]]:
        """Requirements files that a step installs, by their paths in the image, with where they are copied from."""
        copies = [self._copied(s) for s in self.steps if s.name in ("COPY", "ADD") and s.start < step.start]
        sources = [w for flags, words in copies for w in words[:-1] if not any(f.startswith("--from") for f in flags)]
        for match in re.finditer(r"(?:-r|--requirement)[ =]?(?P<path>[\w./-]+)", step.text(self.text)):
            name = posixpath.basename(match["path"])
            for source in sources:
                if posixpath.basename(source) == name and self._file(source) is not None:
                    path = posixpath.normpath(source)
                    yield match["path"], path if self.target.file(path) else posixpath.join(self.target.folder, path)

    def _has_sources(self, step: _Step) -> bool:
        """Whether the sources are there when ``step`` runs."""
        copies = [s for s in self.steps if s.name in ("COPY", "ADD") and s.stage == step.stage and s.start < step.start]
        chain = self._chain(step.stage)
        copies += [s for s in self.steps if s.name in ("COPY", "ADD") and s.stage in chain[1:]]
        return any(self._copies_sources(s) for s in copies) or "type=bind,source=.," in step.text(self.text)

    def _copies_sources(self, step: _Step) -> bool:
        flags, words = self._copied(step)
        if any(f.startswith("--from") for f in flags):
            return False
        return any(not _is_manifest(posixpath.basename(w.rstrip("/"))) for w in words[:-1])

    def _chain(self, stage: int) -> list[int]:
        """The stage and those that it starts from."""
        names = {(s.name or "").lower(): s.index for s in self.stages}
        found = [stage]
        while 0 <= found[-1] < len(self.stages):
            parent = names.get(self.stages[found[-1]].base.lower())
            if parent is None or parent >= found[-1]:
                break
            found.append(parent)
        return found

    def _start(self, step: _Step) -> None:
        """``CMD`` and ``ENTRYPOINT``: the program itself where the environment is on the path."""
        text = self.text
        argument = step.text(text).strip()
        if not _calls_old(argument, self.target):
            return
        try:
            words = json.loads(argument) if argument.startswith("[") else None
        except ValueError:
            words = None
        if words is None:
            self.script.window(Window(start=step.body, end=step.end, docker=True))
            return
        if len(words) > 1 and words[0] in self.target.tools and words[1] == "run":
            match = re.compile(r"\[\s*\"[^\"]*\"\s*,\s*\"run\"\s*(?:,\s*)?").search(text, step.body, step.end)
            if match is None:
                raise _Unclear("the start command", line_of(text, step.start))
            direct = len(words) > 2 and not words[2].startswith("-") and self._on_path(step.stage)
            new = "[" if direct else '["uv", "run", "--no-sync"' + (", " if len(words) > 2 else "")
            self.splices.append(Splice(match.start(), match.end(), new))
            return
        for match in re.finditer(r"\"((?:\\.|[^\"\\])*)\"", text[step.body : step.end]):
            start, end = step.body + match.start(1), step.body + match.end(1)
            self.script.window(Window(start=start, end=end, encode=yaml_quoted('"')))

    def _on_path(self, stage: int) -> bool:
        """Whether the environment will be on the path in that stage."""
        chain = self._chain(stage)
        if self.system and any(s.stage in chain for s in self.syncs):
            return self._prefix() is not None or True
        if any(s.name == "ENV" and s.stage in chain and ".venv/bin" in s.text(self.text) for s in self.steps):
            return True
        return any(s.stage in chain and self._folder(s) is not None for s in self.syncs)

    # --- copies

    def _copied(self, step: _Step) -> tuple[list[str], list[str]]:
        words = list(re.sub(r"\\\r?\n", " ", step.text(self.text)).split())
        flags = [w for w in words if w.startswith("--")]
        rest = [w for w in words if not w.startswith("--")]
        if rest and rest[0].startswith("["):
            rest = [w.strip('[]",') for w in rest]
        return flags, [w.strip('"') for w in rest if w]

    def _copy(self, step: _Step) -> None:
        flags, words = self._copied(step)
        if any(f.startswith("--from") for f in flags) and not _names_stage(flags, self.stages):
            return
        text = self.text
        sources = words[:-1]
        if any(f.startswith("--from") for f in flags):
            return
        names = [posixpath.basename(s) for s in sources]
        moved = [n for n, s in zip(names, sources, strict=True) if self._goes(n, s)]
        if not moved:
            self._with_lock(step, names)
            return
        new: list[str] = []
        for name, source in zip(names, sources, strict=True):
            shown = self._new_sources(name, source)
            new += [s for s in shown if s not in new]
        wanted = {posixpath.basename(n) for n in new}
        folder = (
            posixpath.dirname(next(n for n in new if posixpath.basename(n) in ("uv.lock", "pyproject.toml")))
            if (wanted & {"uv.lock", "pyproject.toml"})
            else ""
        )
        if "uv.lock" in wanted and "pyproject.toml" not in wanted and not self._copies("pyproject.toml", step):
            new.insert(0, posixpath.join(folder, "pyproject.toml"))
        to = words[-1]
        if len(new) > 1 and not to.endswith(("/", ".")):
            base = posixpath.basename(to)
            to = (posixpath.dirname(to) or ".") + "/" if "." in base else to + "/"
        elif len(new) == 1 and posixpath.basename(to.rstrip("*")) in (*names, *(n.rstrip("*") for n in names)):
            to = posixpath.join(posixpath.dirname(to), posixpath.basename(new[0]))
        lead = "".join(f"{f} " for f in flags)
        tail = text[step.start : step.end]
        ending = tail[len(tail.rstrip()) :]
        argument = step.text(text).strip()
        written = json.dumps([*new, to]) if argument.lstrip().startswith("[") else " ".join([*new, to])
        if not new:
            self.splices.append(Splice(step.start, step.end, ""))
            return
        self.splices.append(Splice(step.body, step.end, f"{lead}{written}{ending}"))

    def _goes(self, name: str, source: str) -> bool:
        plain = name.rstrip("*")
        return (
            plain
            in ("poetry.lock", "poetry.toml", "Pipfile", "Pipfile.lock", "pdm.lock", "pdm.toml", "requirements.lock")
            or name in ("Pipfile*", "poetry.*")
            or (self._file(source) is not None)
        )

    def _file(self, source: str) -> str | None:
        if "pip" not in self.target.tools or not source.endswith((".txt", ".in", ".pip", ".lock")):
            return None
        path = posixpath.normpath(source)
        return self.target.file(path) or self.target.file(posixpath.normpath(posixpath.join(self.target.folder, path)))

    def _new_sources(self, name: str, source: str) -> list[str]:
        folder = posixpath.dirname(source)
        prefix = source[: len(source) - len(name)]
        del folder
        if self._file(source) is not None:
            return [f"{prefix}pyproject.toml", f"{prefix}uv.lock"]
        if name in ("Pipfile*", "poetry.*"):
            return [f"{prefix}pyproject.toml", f"{prefix}uv.lock"]
        if name in ("poetry.toml", "pdm.toml"):
            return []
        new = new_name(name.rstrip("*"))
        return [f"{prefix}{new}"] if new is not None else [source]

    def _copies(self, name: str, but: _Step) -> bool:
        return any(
            any(posixpath.basename(w).rstrip("*") in (name, "Pipfile") for w in self._copied(s)[1][:-1])
            or any(w in (".", "./", "*") for w in self._copied(s)[1][:-1])
            for s in self.steps
            if s.name in ("COPY", "ADD") and s is not but and s.stage == but.stage
        )

    def _with_lock(self, step: _Step, names: list[str]) -> None:
        """The manifest is copied without any lock before an install: the lock comes along."""
        if names != ["pyproject.toml"] and not ("pyproject.toml" in names and len(names) > 1):
            return
        later = [s for s in self.syncs if s.stage == step.stage and s.start > step.start]
        if not later or any(
            self._names_lock(s) for s in self.steps if s.name in ("COPY", "ADD", "RUN") and s.stage == step.stage
        ):
            return
        if any(self._copies_all(s) and step.start < s.start < later[0].start for s in self.steps):
            return
        match = re.compile(r"(?P<path>\S*)pyproject\.toml(?=\s)").search(self.text, step.body, step.end)
        _, words = self._copied(step)
        if match is None:
            raise _Unclear("the lock is not copied", line_of(self.text, step.start))
        if len(words) == 2 and posixpath.basename(words[-1]) == "pyproject.toml":
            to = (posixpath.dirname(words[-1]) or ".") + "/"
            flags = "".join(f"{f} " for f in self._copied(step)[0])
            new = f"{flags}{match['path']}pyproject.toml {match['path']}uv.lock {to}{self.end}"
            self.splices.append(Splice(step.body, step.end, new))
            return
        if not words[-1].endswith(("/", ".")):
            raise _Unclear("the lock is not copied", line_of(self.text, step.start))
        self.splices.append(Splice(match.end(), match.end(), f" {match['path']}uv.lock"))

    def _names_lock(self, step: _Step) -> bool:
        return (
            re.search(r"(?:poetry|Pipfile|pdm)\.lock|poetry\.\*|Pipfile\*|uv\.lock", step.text(self.text)) is not None
        )

    def _copies_all(self, step: _Step) -> bool:
        return step.name in ("COPY", "ADD") and any(w in (".", "./") for w in self._copied(step)[1][:-1])

    # --- what is around

    def _variables(self, step: _Step) -> None:
        """Variables of the old tool: renamed, or taken out."""
        text = self.text
        argument = step.text(text)
        names = re.findall(r"(?<![\w$/{])([A-Z][A-Z0-9_]*)(?=[= \t\r\n\\]|$)", argument)
        old = [n for n in names if is_old(n)]
        path = re.search(r"\$\{?(?:POETRY|PIPENV|PDM)_[A-Z_]+\}?", argument)
        if not old and not path:
            return
        pairs = list(_PAIR.finditer(argument))
        kept, dropped = [], []
        for pair in pairs:
            if is_old(pair["name"]) and new_variable(pair["name"]) is None:
                dropped.append(pair)
            else:
                kept.append(pair)
        if not pairs:  # ENV NAME value, ARG NAME
            name = argument.split()[0] if argument.split() else ""
            if is_old(name) and new_variable(name) is None:
                self._gone(step)
            elif path:
                self._path(step)
            return
        if dropped and not kept and len(pairs) == len(names or pairs):
            self._gone(step)
        elif dropped and "\\\n" not in argument and "\\\r\n" not in argument:
            new = " ".join(p[0].strip() for p in kept)
            ending = argument[len(argument.rstrip()) :]
            self._environment_row(step, _without_home(new) + ending)
        elif dropped:
            self._rows(step, dropped)
        elif path:
            self._path(step)

    def _environment_row(self, step: _Step, argument: str) -> None:
        """What is left of variables; a path that is set to itself goes."""
        if _SAME_PATH.fullmatch(argument):
            self._gone(step)
        else:
            self.splices.append(Splice(step.body, step.end, argument))

    def _gone(self, step: _Step) -> None:
        """Takes an instruction out, with the comment right above that speaks of the old tool and doubled blanks."""
        text, start, end = self.text, step.start, step.end
        tools = "|".join(sorted(self.target.tools & MANAGERS)) or "poetry"
        above = line_start(text, max(start - 1, 0))
        comment = text[above:start]
        if start and re.match(rf"[ \t]*#.*(?:{tools})", comment, re.IGNORECASE) and "syntax=" not in comment:
            start = above
        before = text[line_start(text, max(start - 1, 0)) : start]
        if start and not before.strip() and not text[end : line_end(text, end)].strip() and end < len(text):
            end = line_end(text, end)
        self.splices.append(Splice(start, end, ""))

    def _rows(self, step: _Step, dropped: list[re.Match[str]]) -> None:
        """Takes rows out of a variable list of several lines."""
        rows = self.text[step.start : step.end].splitlines(keepends=True)
        keyword = _NAME.match(rows[0])
        head = keyword[0] if keyword else ""
        rows[0] = rows[0][len(head) :]
        names = {p["name"] for p in dropped}
        kept: list[str] = []
        for row in rows:
            found = list(_PAIR.finditer(row))
            if found and all(p["name"] in names for p in found):
                continue
            for pair in found:
                if pair["name"] in names:
                    row = row.replace(pair[0], "", 1)
            kept.append(row)
        while kept and (not kept[0].strip(" \\\r\n\t") or kept[0].lstrip().startswith("#")):
            kept.pop(0)
        while kept and not kept[-1].strip(" \\\r\n\t"):
            kept.pop()
        last = max((n for n, row in enumerate(kept) if not row.lstrip().startswith("#")), default=None)
        if last is None:
            self._gone(step)
            return
        kept = kept[: last + 1]
        kept[0] = kept[0].lstrip()
        kept[-1] = re.sub(r"[ \t]*\\[ \t]*(\r?\n)$", r"\1", kept[-1])
        self.splices.append(Splice(step.start, step.end, head + _without_home("".join(kept))))

    def _path(self, step: _Step) -> None:
        """The old tool's folder leaves the path."""
        text = self.text[step.body : step.end]
        new = _without_home(text)
        if new != text:
            self._environment_row(step, new)

    def _tool_is_there(self) -> None:
        """uv has to be in each stage that calls it."""
        for step in self.syncs:
            chain = self._chain(step.stage)
            if step in self.by_pip and not any(b.stage in chain for b in self.bootstraps):
                self._bring_uv(step)
                continue
            if not any(b.stage in chain for b in self.bootstraps) and not re.search(
                r"(?<![\w-])uv(?:==|:|@|\s)", self.text
            ):
                line = line_of(self.text, self.steps[0].start)
                raise _Unclear(
                    "the old tool comes with the base image, so that nothing here says where uv is to come from", line
                )

    def _bring_uv(self, step: _Step) -> None:
        """uv in one version, before the stage copies anything."""
        own = [s for s in self.steps if s.stage == step.stage and s.name in ("COPY", "ADD") and s.start < step.start]
        first = own[0] if own else step
        self.splices.append(Splice(first.start, first.start, self._uv_row()))
        self.bootstraps.append(replace(first, start=first.start - 1))

    def _uv_row(self) -> str:
        """The instruction that puts uv in place: from the configured image, else from the index."""
        image = self.context.ground.config.uv_image
        row = f"COPY --from={image} /uv /uvx /bin/" if image else f"RUN pip install --no-cache-dir uv=={version('uv')}"
        return row + self.end

    def _bases(self) -> None:
        """Digests of base images, where the configuration gives them."""
        digests = self.context.ground.config.image_digests
        for step in self.steps:
            if step.name == "FROM":
                match = re.compile(r"(?:--\S+\s+)*(?P<image>[^\s@$]+)(?=\s|$)").match(self.text, step.body, step.end)
                if match is not None and (digest := digests.get(match["image"])) is not None:
                    self.splices.append(Splice(match.end(), match.end(), f"@{digest}"))

    def _order(self) -> None:
        """Dependencies in a layer of their own: before the sources where those came first, the project after them."""
        if not self.syncs:
            return
        first = self.syncs[0]
        own = [s for s in self.syncs if s.stage == first.stage]
        text = self.text
        if not self._has_sources(first):
            alone = len(own) == 1 and first not in self.by_pip
            if self.target.package and alone and not self._asks_no_root(first):
                self._project_after(first)
            return
        copies = [s for s in self.steps if s.stage == first.stage and s.start < first.start and self._copies_all(s)]
        manifest = [s for s in self.steps if s.stage == first.stage and s.start < first.start and self._names_lock(s)
                    and s.name in ("COPY", "ADD")]  # fmt: skip
        booted = [b for b in self.bootstraps if b.stage in self._chain(first.stage)]
        if not copies or manifest or self.target.local_paths or not booted or len(own) > 1:
            return
        at = copies[0]
        _, words = self._copied(at)
        in_folder = (posixpath.dirname(self.path) or ".") == self.target.folder
        if not in_folder or words[-1] not in (".", "./") or any(b.start > at.start for b in booted):
            return
        line = self._sync_line(first, project=False)
        if line is None:
            return
        self.splices.append(Splice(at.start, at.start, f"COPY pyproject.toml uv.lock ./{self.end}RUN {line}{self.end}"))
        del text

    def _asks_no_root(self, step: _Step) -> bool:
        return re.search(r"--no-root|--no-self", step.text(self.text)) is not None

    def _sync_line(self, step: _Step, *, project: bool) -> str | None:
        """The command of ``step``, with or without the project."""
        found = [s.new for s in self.script.splices if step.start <= s.start < step.end and "uv sync" in s.new]
        if len(found) != 1:
            return None
        words = [w for w in found[0].split(" ") if w != "--no-install-project"]
        if not project and self.target.package:
            last = [n for n, w in enumerate(words) if w in ("--inexact", "--active", "--no-cache")]
            words.insert(last[0] if last else len(words), "--no-install-project")
        return " ".join(words)

    def _project_after(self, step: _Step) -> None:
        """The project itself, which the old tool had linked before its sources were there."""
        later = [s for s in self.steps if s.stage == step.stage and s.start > step.start and s.name in ("COPY", "ADD")
                 and self._copies_sources(s)]  # fmt: skip
        line = self._sync_line(step, project=True)
        if later and line is not None:
            at = later[-1].end
            gap = "" if self.text[:at].endswith("\n") else self.end
            self.splices.append(Splice(at, at, f"{gap}RUN {line}{self.end}"))

    def _prefix(self) -> str | None:
        """The folder of the environment that pip installs into, where that is certain."""
        if found := re.search(r"^\s*ENV\s+VIRTUAL_ENV[= ]\s*[\"']?(?P<path>[\w/.$-]+)", self.text, re.MULTILINE):
            return found["path"]
        for step in self.syncs:
            base = self.stages[self._chain(step.stage)[-1]].base
            if parse_image(base).short != "python":
                return None
        return "/usr/local"

    def _environment(self) -> None:
        """Where the environment is, and that it is on the path."""
        rows_by_step: dict[_Step, list[str]] = {}
        for stage in sorted({s.stage for s in self.syncs}):
            first = next(s for s in self.syncs if s.stage == stage)
            rows: list[str] = []
            if self.system:
                prefix = self._prefix()
                if prefix is None:
                    base = self.stages[self._chain(stage)[-1]].base
                    raise _Unclear(f"installs into the system's Python of {base}", line_of(self.text, first.start))
                rows.append(f"ENV UV_PROJECT_ENVIRONMENT={prefix}")
            if "type=cache" in first.text(self.text):
                rows.append("ENV UV_LINK_MODE=copy")
            rows_by_step[first] = rows
        for step, rows in rows_by_step.items():
            layer = [s for s in self.splices if s.start == s.end and "uv sync" in s.new and s.start < step.start]
            at = layer[0].start if layer else step.start
            made = Splice(at, at, "".join(f"{row}{self.end}" for row in rows))
            self.splices.insert(self.splices.index(layer[0]) if layer else len(self.splices), made)
        own = any("UV_PROJECT_ENVIRONMENT=" in s.new for s in self.script.splices)
        if not self.system and not own:
            self._add_path()

    def _add_path(self) -> None:
        if re.search(r"\.venv/bin", self.text):
            return
        for stage in sorted({s.stage for s in self.syncs}):
            last = [s for s in self.syncs if s.stage == stage][-1]
            folder = self._folder(last)
            if folder is None:
                continue
            at = last.end
            gap = "" if self.text[:at].endswith("\n") else self.end
            path = posixpath.join(folder, ".venv/bin")
            self.splices.append(Splice(at, at, f'{gap}ENV PATH="{path}:$PATH"{self.end}'))

    def _folder(self, step: _Step) -> str | None:
        """The absolute folder in which a step installs."""
        line = line_of(self.text, step.start)
        until = line_of(self.text, max(step.end - 1, step.start))
        for stage in self.stages:
            for instruction in stage.instructions:
                for invocation in instruction.invocations:
                    if invocation.at.line is not None and line <= invocation.at.line <= until and invocation.directory:
                        return invocation.directory if "$" not in invocation.directory else None
        return None

    def _renamed(self, after: str) -> str:
        """Names of variables and locks that are left in commands and mounts."""
        after = re.sub(r"(?:POETRY|PIPENV)_CACHE_DIR", "UV_CACHE_DIR", after)
        after = re.sub(r"(?<![\w-])(?:poetry\.lock|Pipfile\.lock|pdm\.lock)(?![\w-])", "uv.lock", after)
        after = re.sub(r"(target=)\$\{?POETRY_\w+\}?[\w/]*", r"\1/root/.cache/uv", after)
        after = re.sub(r"/\.cache/(?:pypoetry|pipenv|pdm)(?:/(?:cache|artifacts))?", "/.cache/uv", after)
        if "type=cache" in after and "uv sync" in after:
            after = re.sub(r"(--mount=type=cache,\S*?)/\.cache/pip(?=[\s,])", r"\1/.cache/uv", after)
        return re.sub(r"source=Pipfile,target=Pipfile", "source=pyproject.toml,target=pyproject.toml", after)


_PAIR = re.compile(
    r"(?P<name>[A-Za-z_]\w*)=(?P<value>\"(?:[^\"\\]|\\.)*\"|'[^']*'|(?:\\[^\n\r]|[^\s\"'\\])*)[ \t]*", re.DOTALL
)


_SAME_PATH = re.compile(r"\s*PATH\s*[= ]\s*[\"']?\$\{?PATH\}?[\"']?\s*")


def _without_home(text: str) -> str:
    """A list of folders without those of the old tool."""
    text = re.sub(r"\$\{?(?:POETRY|PIPENV|PDM)_[A-Z_]+\}?[^:\"'\s]*:", "", text)
    return re.sub(r":\$\{?(?:POETRY|PIPENV|PDM)_(?:HOME|BIN|PATH)\}?[^:\"'\s]*", "", text)


def _names_stage(flags: Sequence[str], stages: Sequence[Stage]) -> bool:
    del stages
    return bool(flags)


def _is_manifest(name: str) -> bool:
    return re.fullmatch(
        r"pyproject\.toml|(?:poetry|pdm|uv)\.(?:lock|toml|\*)\*?|Pipfile\*?|Pipfile\.lock\*?|[\w.-]*requirements[\w.-]*|README[\w.]*|\.python-version"
        r"|setup\.(?:py|cfg)|LICENSE\w*|MANIFEST\.in|[\w.-]+\.sh|[\w.-]*entrypoint[\w.-]*", name, re.IGNORECASE,
    ) is not None  # fmt: skip


def _check(after: str, target: Target) -> None:
    """No old tool is left in any instruction."""
    for step in _steps(after):
        if step.name in ("FROM", "LABEL", "MAINTAINER"):
            if step.name == "FROM" and any(
                t in after[step.start : step.end].split(" as ")[0] for t in target.tools & MANAGERS
            ):
                raise _Unclear("the base image is the old tool's", line_of(after, step.start))
            continue
        rows = [r for r in after[step.body : step.end].splitlines() if not r.lstrip().startswith("#")]
        for word in _left("\n".join(rows), target):
            raise _Unclear(f"{word!r} would be left", line_of(after, step.start))


def _left(text: str, target: Target) -> Iterator[str]:
    for name in sorted(target.tools & MANAGERS):
        upper = name.upper().replace("-", "_")
        for match in re.finditer(rf"(?<![\w./-]){name}(?![\w.-])|get-{name}|\$\{{?{upper}_\w+", text):
            yield match[0]
