"""Dockerfiles: uv in one version, the lock copied with the manifest, the dependencies installed before the sources.

Everything is edited where it stands: the bootstrap, the copies of manifest and lock, the installing commands, the
start command. A file of which something is not understood stays as it is, with a note that says what and where.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from rules.blockers import PlanBlocker
from rules.places.calls import Call, calls
from rules.places.context import Context
from rules.places.docker_copies import Copies, without_inner
from rules.places.docker_idle import is_idle
from rules.places.docker_steps import (
    FLAGS,
    Step,
    Unclear,
    calls_old,
    check_left,
    check_locked,
    copied,
    copies_all,
    is_manifest,
    names_manager,
    steps_of,
)
from rules.places.docker_variables import gone, variables
from rules.places.manner import NO_SYNC, PIP_BRINGS_UV, Answer, Manner
from rules.places.script import Script, Window, yaml_quoted
from rules.places.target import Target
from rules.places.text import Splice, applied, line_of, line_start, newline
from rules.pythons import dotted, ends, minor
from rules.reading import project_around
from rules.uv import version
from scanner.facts import Stage
from scanner.image_names import parse_image, python_of


def edit(path: str, text: str, context: Context) -> str:
    """The Dockerfile with uv, or the same text and a note."""
    extract = context.ground.facts.extracts.get(path)
    rows = "\n".join(row for row in text.splitlines() if not row.lstrip().startswith("#"))
    if extract is None or extract.dockerfile is None:
        return text
    target = context.around(path)
    if target is None:
        target = _copied_project(text, context)
        own = project_around(context.ground.repository, path)
        other = own is not None or not any(names_manager(rows, moved) for moved in context.targets.values())
        if target is None and other:
            return text  # that of a project that stays, or of none
        if target is None:
            return _left_alone(path, text, context, list(context.notes), "which project it is for is not known", 1)
        context.images_of[path] = target
    if not calls_old(rows, target):
        return text
    kept = list(context.notes)
    image = _Image(path, text, context, target, extract.dockerfile.stages)
    try:
        after = image.edited()
        check_left(after, target)
        check_locked(after, target)
    except Unclear as unclear:
        first = next(iter(context.notes[len(kept) :]), None)
        why, line = (first.message, first.line) if first is not None else (str(unclear), unclear.line)
        return _left_alone(path, text, context, kept, why, line)
    if len(context.notes) > len(kept):
        return _left_alone(path, text, context, kept, context.notes[len(kept)].message, context.notes[len(kept)].line)
    for line, names in image.beside:
        context.note(path, line, f"{names} is installed beside the lock, in whatever version there is",
                     "Declare it in pyproject.toml (uv add), so that the lock holds it?")  # fmt: skip
    return after


def _copied_project(text: str, context: Context) -> Target | None:
    """The one moved project whose folder an image above all projects copies from; ``None`` where there are several."""
    sources = [word for step in steps_of(text) if step.name in ("COPY", "ADD")
               for flags, words in (copied(step, text),) if not any(f.startswith("--from") for f in flags)
               for word in words[:-1]]  # fmt: skip
    plain = {posixpath.normpath(source.lstrip("/") or ".") for source in sources}
    for paths in ({path for path in plain if is_manifest(posixpath.basename(path))}, plain):
        found = [t for f, t in context.targets.items() if any(p == f or p.startswith(f"{f}/") for p in paths)]
        if len(found) == 1:
            return found[0]
    return None


def _left_alone(path: str, text: str, context: Context, kept: list[PlanBlocker], why: str, line: int | None) -> str:
    """The same text, and why."""
    context.notes[:] = kept
    context.images_left.add(path)
    how = "By hand: pinned uv, COPY pyproject.toml and uv.lock, `uv sync --locked --no-dev`."
    context.note(path, line or 1, f"{why}; the file is left as it is", how)
    return text


_CONTINUED = re.compile(r"\\[ \t]*\r?\n")
_VIRTUAL_ENV = re.compile(r"(?:^|[\s\\])VIRTUAL_ENV[= ]\s*[\"']?(?P<path>[\w/.$-]+)")
_ON_PATH = re.compile(r"(?:^|[\s\\])PATH[= ]\s*[\"']?(?P<path>/[\w/.-]+)/bin[:\"']")
_MAKES = r"(?:venv|virtualenv)[^\n&;]{0,80}\s%s(?:\s|$)"
_SITE_PACKAGES = re.compile(r"system-site-packages\s*=\s*true|SYSTEM_SITE_PACKAGES[= ][\"']?(?:true|1)", re.IGNORECASE)
_BUILDKIT = re.compile(r"^# *syntax=|^[^#\n]*--mount=type=|^(?:COPY|ADD)\s+--(?:link|chmod)", re.MULTILINE)
_NOT_ROOT = re.compile(r"jupyter|airflow|\bcimg/|circleci/|gitpod|openfaas|/ubi\d|s2i|bitnami|chainguard")
_IN_PREFIX = "UV_PROJECT_ENVIRONMENT=\"$(python3 -c 'import sys; print(sys.prefix)')\" uv sync"


def _into_prefix(text: str) -> str:
    """``uv sync`` into the Python that the image has, wherever that is."""
    return re.sub(r"\buv sync\b", lambda _: _IN_PREFIX, text, count=1)


def _project_folder(path: str, name: str, to: str, inner: str) -> str:
    """Where the lock is in an image that is told to install ``path``, copied to ``to``; empty: where that is done."""
    into = without_inner(to, inner)
    into = into if into.endswith(("/", ".")) or posixpath.basename(into) != name else posixpath.dirname(into)
    if path.startswith("/"):
        own = into if into.startswith("/") else without_inner(posixpath.dirname(path), inner)
        return posixpath.normpath(own)
    return "" if into.startswith(("/", "$")) or posixpath.normpath(into or ".") == "." else posixpath.normpath(into)


_ROOT_CACHE = "/root/.cache/uv"


_NEWEST = re.compile(r"(?:[\w.-]+/)*python(?::(?:3|latest|slim|alpine|bookworm|bullseye|3-[a-z][\w.-]*|slim-\w+))?")
"""An image of Python that says no minor version."""


def _admits(requires: str, python: tuple[int, int]) -> bool:
    """Whether a range admits some release of a Python; also where it says nothing that can be read."""
    try:
        return any(SpecifierSet(requires).contains(f"{dotted(python)}.{patch}") for patch in range(31))
    except InvalidSpecifier:
        return True


class _Image:
    """One Dockerfile on its way."""

    def __init__(self, path: str, text: str, context: Context, target: Target, stages: Sequence[Stage]) -> None:
        self.path, self.text, self.context, self.target = path, text, context, target
        self.stages = stages
        self.steps = steps_of(text)
        self.splices: list[Splice] = []
        self.syncs: list[Step] = []
        self.copies = Copies(text, target, self.steps, stages, self.syncs, self.splices, context.ground.facts.files)
        self.bootstraps: list[Step] = []
        self.system = False
        self.by_pip: list[Step] = []
        self.cached: dict[Step, str] = {}
        self.beside: list[tuple[int, str]] = []
        self.script = Script(path, text, context, Manner(run=NO_SYNC), bootstraps=self._uv)
        self.end = newline(text)

    def edited(self) -> str:
        """The new text; raises :class:`Unclear`."""
        if _SITE_PACKAGES.search(self.text) or _SITE_PACKAGES.search(self.context.ground.read("poetry.toml") or ""):
            raise Unclear("Poetry's environment sees the image's own packages (system-site-packages)", None)
        if self.target.members:
            raise Unclear("the project is a workspace, whose members' manifests must be copied too", None)
        self.system = self._is_system()
        for step in self.steps:
            if step.name == "RUN":
                self._run(step)
        if not self.syncs and not self.splices and not self.script.splices:
            if not names_manager(re.sub(r"(?m)^[ \t]*#.*$", "", self.text), self.target):
                return self.text
            raise Unclear("calls the old tool in a way that is not understood", None)
        for step in self.steps:
            if step.name in ("CMD", "ENTRYPOINT"):
                self._start(step)
            elif step.name in ("COPY", "ADD"):
                self.copies.edit(step)
            elif step.name in ("ENV", "ARG"):
                self.splices += variables(self.text, step, self.target)
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

    def _run(self, step: Step) -> None:
        text = self.text
        start = step.body
        while match := FLAGS.match(text, start, step.end):
            start = match.end()
        if text[start : step.end].lstrip().startswith("["):
            if calls_old(text[start : step.end], self.target):
                raise Unclear("RUN in JSON form", line_of(text, step.start))
            return
        if self._is_elsewhere(step):
            return
        manner = self._manner(step)
        before = len(self.script.splices)
        outcome = self.script.window(Window(start=start, end=step.end, docker=True), manner, self._is_idle)
        kinds = {a.kind for a in outcome.answers}
        if outcome.emptied:
            del self.script.splices[before:]
            self.splices.append(gone(self.text, step, self.target))
        for given in outcome.answers:
            if given.text.startswith("uv lock") and "--check" not in given.text:
                raise Unclear("resolves while the image is built", line_of(text, step.start))
            if (named := re.search(r"\bpip install (?!.*uv==)(?P<names>.+)", given.text)) is not None:
                self.beside.append((line_of(text, step.start), named["names"]))
        if {"sync", "system-sync"} & kinds:
            self.syncs.append(step)
            if not manner.options and "type=cache" not in step.text(text):
                self.cached[step] = f"--mount=type=cache,target={_ROOT_CACHE} "
                self.splices.append(Splice(start, start, self.cached[step]))
            starts = [s.start for s in self.script.splices[before:] if "uv sync" in s.new]
            if all(re.match(r"(?:\S*/)?(?:pip|python)", text[at : at + 200]) for at in starts):
                self.by_pip.append(step)
            self.system = self.system or "system-sync" in kinds
        if "bootstrap" in kinds:
            self._refuse_without_python(step)
            self.bootstraps.append(step)
            if self.context.ground.config.uv_image is not None:
                self.splices.append(Splice(step.start, step.start, self._uv_row()))

    def _refuse_without_python(self, step: Step) -> None:
        """Rye brings its own Python; pip, which brings uv, needs one."""
        base = self.stages[self._chain(step.stage)[-1]].base
        told = re.search(r"python|conda|jupyter", base + self.text[: step.start], re.IGNORECASE)
        if "rye" in self.target.tools and self.context.ground.config.uv_image is None and told is None:
            message = f"no Python is known to be in {base}, with which pip could bring uv"
            raise Unclear(message, line_of(self.text, step.start))

    def _is_idle(self, call: Call) -> bool:
        return is_idle(call, self.text, self.target)

    def _is_elsewhere(self, step: Step) -> bool:
        """Whether ``pip install .`` is for what an earlier instruction cloned from another repository."""
        cloned = any(
            s.name == "RUN" and s.stage == step.stage and s.start <= step.start and "git clone" in s.text(self.text)
            for s in self.steps
        )
        return cloned and re.search(r"pip3? install (?:-\S+ )*\.(?:\s|$|\[)", step.text(self.text)) is not None

    def _manner(self, step: Step) -> Manner:
        flags = self.text[step.body : step.end]
        mounted = re.search(r"--mount=type=cache,\S*(?:pypoetry|pipenv|pdm|/pip|\.cache|POETRY_CACHE_DIR)", flags)
        options = () if mounted or self._may_cache(step) else ("--no-cache",)
        manner = Manner(run=NO_SYNC, options=options, system=self.system, inexact=bool(self.syncs) or self.system)
        listed = list(self._listings(step))
        project = next((folder for _, _, folder in listed if folder), "")
        files = {path: file for path, file, _ in listed}
        return replace(
            manner, no_project=not self._has_sources(step), inexact=self.system, files=files, project=project
        )

    def _may_cache(self, step: Step) -> bool:
        """Whether a cache that builds share is known to work: the file relies on BuildKit already, and root builds."""
        chain = self._chain(step.stage)
        users = any(s.name == "USER" and s.stage in chain and s.start < step.start for s in self.steps)
        base = parse_image(self.stages[chain[-1]].base).short
        buildkit = re.search(
            r"^# *syntax=|^[^#\n]*--mount=type=|^(?:COPY|ADD)\s+--(?:link|chmod)", self.text, re.MULTILINE
        )
        return buildkit is not None and not users and base == "python"

    def _listings(self, step: Step) -> Iterator[tuple[str, str, str]]:
        """Requirements files that a step installs, by their paths in the image: which file of the repository each
        is, and in which folder of the image the project's lock stands for it (empty: where the step runs)."""
        before = [s for s in self.steps if s.name in ("COPY", "ADD") and s.start < step.start]
        copies = [(words[:-1], words[-1]) for flags, words in (copied(s, self.text) for s in before)
                  if words and not any(f.startswith("--from") for f in flags)]  # fmt: skip
        for match in re.finditer(r"(?:-r|--requirement)[ =]?[\"']?(?P<path>[\w./-]+)", step.text(self.text)):
            name = posixpath.basename(match["path"])
            for source, to in ((source, to) for sources, to in copies for source in sources):
                found = [f for f in self.copies.covered(source) if posixpath.basename(f) == name]
                if posixpath.basename(source) == name and self.copies.file(source) is not None:
                    path = posixpath.normpath(source)
                    found = [path if self.target.file(path) else posixpath.join(self.target.folder, path)]
                if len(found) == 1:
                    inner = self.copies.inner(source)
                    yield match["path"], found[0], _project_folder(match["path"], name, to, inner)

    def _has_sources(self, step: Step) -> bool:
        """Whether the sources are there when ``step`` runs."""
        copies = [s for s in self.steps if s.name in ("COPY", "ADD") and s.stage == step.stage and s.start < step.start]
        chain = self._chain(step.stage)
        copies += [s for s in self.steps if s.name in ("COPY", "ADD") and s.stage in chain[1:]]
        return any(self._copies_sources(s) for s in copies) or "type=bind,source=.," in step.text(self.text)

    def _copies_sources(self, step: Step) -> bool:
        flags, words = copied(step, self.text)
        if any(f.startswith("--from") for f in flags):
            return False
        return any(not is_manifest(posixpath.basename(w.rstrip("/"))) for w in words[:-1])

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

    def _start(self, step: Step) -> None:
        """``CMD`` and ``ENTRYPOINT``: the program itself where the environment is on the path."""
        text = self.text
        argument = step.text(text).strip()
        if not calls_old(argument, self.target):
            return
        try:
            words = json.loads(_CONTINUED.sub("", argument)) if argument.startswith("[") else None
        except ValueError:
            words = None
        if words is None:
            self.script.window(Window(start=step.body, end=step.end, docker=True))
            return
        if len(words) > 1 and words[0] in self.target.tools and words[1] == "run":
            match = re.compile(r"\[\s*\"[^\"]*\"\s*,\s*\"run\"\s*(?:,\s*)?").search(text, step.body, step.end)
            if match is None:
                raise Unclear("the start command", line_of(text, step.start))
            direct = len(words) > 2 and not words[2].startswith("-") and self._on_path(step.stage)
            new = "[" if direct else '["uv", "run", "--no-sync"' + (", " if len(words) > 2 else "")
            self.splices.append(Splice(match.start(), match.end(), new))
            return
        for match in re.finditer(r"\"((?:\\[\s\S]|[^\"\\])*)\"", text[step.body : step.end]):
            start, end = step.body + match.start(1), step.body + match.end(1)
            known = len(self.script.splices)
            self.script.window(Window(start=start, end=end, folded="\n" in match[1], encode=yaml_quoted('"')))
            if len(self.script.splices) > known and " " not in match[1]:
                raise Unclear(f"{match[1]!r} among the words of the start command", line_of(text, step.start))

    def _on_path(self, stage: int) -> bool:
        """Whether the environment will be on the path in that stage."""
        chain = self._chain(stage)
        if self.system and any(s.stage in chain for s in self.syncs):
            return self._prefix() is not None or True
        if any(s.name == "ENV" and s.stage in chain and ".venv/bin" in s.text(self.text) for s in self.steps):
            return True
        return any(s.stage in chain and self._folder(s) is not None for s in self.syncs)

    # --- what is around

    def _tool_is_there(self) -> None:
        """uv has to be in each stage that calls it."""
        for step in self.syncs:
            chain = self._chain(step.stage)
            self._refuse_old_python(chain)
            known = self.context.ground.config.uv_image is not None
            if (step in self.by_pip or known) and not any(b.stage in chain for b in self.bootstraps):
                self._refuse_without_pip(step, known)
                self._bring_uv(step)
                continue
            if not any(b.stage in chain for b in self.bootstraps) and not re.search(
                r"(?<![\w-])uv(?:==|:|@|\s)", self.text
            ):
                line = line_of(self.text, self.steps[0].start)
                raise Unclear(
                    "the old tool comes with the base image, so that nothing here says where uv is to come from", line
                )

    def _refuse_without_pip(self, step: Step, known: bool) -> None:
        """An environment's own pip installs, and no other one is known to be there that could bring uv."""
        base = self.stages[self._chain(step.stage)[-1]].base
        own = re.search(r"/bin/(?:pip|python)[\d.]*[\"']?[ \t]", step.text(self.text)) is not None
        plain = re.search(r"(?<![\w/.-])pip3?[ \t]+install|python3?-pip|get-pip|ensurepip", self.text) is not None
        if own and not known and not plain and re.search(r"python|conda|jupyter", base, re.IGNORECASE) is None:
            message = f"no pip is known to be in {base} but that of an environment, with which to bring uv"
            raise Unclear(message, line_of(self.text, step.start))

    def _refuse_old_python(self, chain: Sequence[int]) -> None:
        """pip finds no package of uv for the Python of the image."""
        base = self.stages[chain[-1]].base
        told = minor(python_of(base) or "")
        if _NEWEST.fullmatch(base) and not _admits(self.target.requires, max(ends())):
            start = next(s.start for s in self.steps if s.name == "FROM" and s.stage == chain[-1])
            message = f"{base} is whatever Python is the newest; the lock is for {self.target.requires}"
            raise Unclear(message, line_of(self.text, start))
        if told is not None and told >= PIP_BRINGS_UV and not _admits(self.target.requires, told):
            start = next(s.start for s in self.steps if s.name == "FROM" and s.stage == chain[-1])
            message = f"runs Python {dotted(told)}; the lock is for {self.target.requires}"
            raise Unclear(message, line_of(self.text, start))
        if told is None and self.target.oldest is not None and self.target.oldest < PIP_BRINGS_UV:
            start = next(s.start for s in self.steps if s.name == "FROM" and s.stage == chain[-1])
            message = f"the Python of {base} may be one that pip installs no uv on: name an image of uv ([uv] image)"
            if self.context.ground.config.uv_image is None:
                raise Unclear(message, line_of(self.text, start))
        if told is not None and told < PIP_BRINGS_UV and self.context.ground.config.uv_image is None:
            start = next(s.start for s in self.steps if s.name == "FROM" and s.stage == chain[-1])
            message = f"pip installs no uv on Python {dotted(told)}: name an image of uv ([uv] image), or raise Python"
            raise Unclear(message, line_of(self.text, start))

    def _bring_uv(self, step: Step) -> None:
        """uv in one version, before the stage copies anything."""
        own = [s for s in self.steps if s.stage == step.stage and s.name in ("COPY", "ADD") and s.start < step.start]
        first = own[0] if own else step
        at = first.start
        while (above := line_start(self.text, max(at - 1, 0))) < at and self.text[above:at].lstrip().startswith("#"):
            at = above
        self.splices.append(Splice(at, at, self._uv_row()))
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
        if not self._has_sources(first):
            alone = len(own) == 1 and first not in self.by_pip
            if self.target.package and alone and not self._asks_no_root(first):
                self._project_after(first)
            return
        before = [s for s in self.steps if s.stage == first.stage and s.start < first.start]
        copies = [s for s in before if copies_all(s, self.text)]
        manifest = [s for s in before if s.name in ("COPY", "ADD") and self.copies.names_lock(s)]
        booted = [b for b in self.bootstraps if b.stage in self._chain(first.stage)]
        if not copies or manifest or self.target.local_paths or not booted or len(own) > 1:
            return
        at = copies[0]
        _, words = copied(at, self.text)
        in_folder = (posixpath.dirname(self.path) or ".") == self.target.folder
        if not in_folder or words[-1] not in (".", "./") or any(b.start > at.start for b in booted):
            return
        line = self._sync_line(first, project=False)
        alone = self._is_alone(first)
        if line is None or not (self.target.package or alone):
            return
        self.splices.append(Splice(at.start, at.start, f"COPY pyproject.toml uv.lock ./{self.end}RUN {line}{self.end}"))
        if not self.target.package:
            self.splices.append(Splice(first.start, first.end, ""))

    def _is_alone(self, step: Step) -> bool:
        """Whether an instruction does nothing but install."""
        return len(calls(self.text, step.body, step.end, docker=True)) == 1

    def _asks_no_root(self, step: Step) -> bool:
        return re.search(r"--no-root|--no-self", step.text(self.text)) is not None

    def _sync_line(self, step: Step, *, project: bool) -> str | None:
        """The command of ``step``, with or without the project."""
        found = [s.new for s in self.script.splices if step.start <= s.start < step.end and "uv sync" in s.new]
        if len(found) != 1:
            return None
        words = [w for w in found[0].split(" ") if w != "--no-install-project"]
        if not project and self.target.package:
            last = [n for n, w in enumerate(words) if w in ("--inexact", "--active", "--no-cache")]
            words.insert(last[0] if last else len(words), "--no-install-project")
        mounts = re.findall(r"--mount=type=cache\S*[ \t]+", step.text(self.text))
        return "".join([*mounts, self.cached.get(step, ""), " ".join(words)])

    def _project_after(self, step: Step) -> None:
        """The project itself, which the old tool had linked before its sources were there."""
        later = [s for s in self.steps if s.stage == step.stage and s.start > step.start and s.name in ("COPY", "ADD")
                 and self._copies_sources(s)]  # fmt: skip
        line = self._sync_line(step, project=True)
        if later and line is not None:
            at = later[-1].end
            gap = "" if self.text[:at].endswith("\n") else self.end
            self.splices.append(Splice(at, at, f"{gap}RUN {line}{self.end}"))

    def _prefix(self) -> str | None:
        """The folder of the environment that pip installs into, where the file or the image's name says it."""
        for step in self.steps:
            found = _VIRTUAL_ENV.search(step.text(self.text)) if step.name == "ENV" else None
            if found is not None:
                return found["path"]
        for step in self.steps:
            found = _ON_PATH.search(step.text(self.text)) if step.name == "ENV" else None
            if found is not None and re.search(_MAKES % re.escape(found["path"]), self.text):
                return found["path"]
        bases = {parse_image(self.stages[self._chain(step.stage)[-1]].base).short for step in self.syncs}
        return "/usr/local" if bases <= {"python"} else None

    def _environment(self) -> None:
        """Where the environment is, and that it is on the path."""
        prefix = self._prefix() if self.system else None
        rows_by_step: dict[Step, list[str]] = {}
        for stage in sorted({s.stage for s in self.syncs}):
            first = next(s for s in self.syncs if s.stage == stage)
            rows: list[str] = []
            if self.system:
                self._refuse_other_user(first)
                if prefix is not None:
                    rows.append(f"ENV UV_PROJECT_ENVIRONMENT={prefix}")
            if "type=cache" in first.text(self.text) or first in self.cached:
                rows.append("ENV UV_LINK_MODE=copy")
            rows_by_step[first] = rows
        for step, rows in rows_by_step.items():
            layer = [s for s in self.splices if s.start == s.end and "uv sync" in s.new and s.start < step.start]
            at = layer[0].start if layer else step.start
            made = Splice(at, at, "".join(f"{row}{self.end}" for row in rows))
            self.splices.insert(self.splices.index(layer[0]) if layer else len(self.splices), made)
        if self.system and prefix is None:
            self.splices = [replace(s, new=_into_prefix(s.new)) for s in self.splices]
            self.script.splices = [replace(s, new=_into_prefix(s.new)) for s in self.script.splices]
        own = any("UV_PROJECT_ENVIRONMENT=" in s.new for s in self.script.splices)
        if not self.system and not own:
            self._add_path()

    def _refuse_other_user(self, step: Step) -> None:
        """pip installs into a user's own folder where the system's is not theirs; uv does not."""
        users = [
            s for s in self.steps if s.name == "USER" and s.stage in self._chain(step.stage) and s.start < step.start
        ]
        name = users[-1].text(self.text).strip() if users else "root"
        if name.partition(":")[0] not in ("root", "0"):
            raise Unclear(f"installs as the user {name}, who may not write to the system's Python",
                          line_of(self.text, step.start))  # fmt: skip
        base = self.stages[self._chain(step.stage)[-1]].base
        if not users and _NOT_ROOT.search(base):
            message = f"{base} starts as a user who may not write to the system's Python"
            raise Unclear(message, line_of(self.text, step.start))

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

    def _folder(self, step: Step) -> str | None:
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
