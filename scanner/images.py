"""The install grade of an image, after the published vocabulary (*image grade*), with what is missing for the next one.

Judged is the stage that ships and everything it is made from (``FROM`` a stage, ``COPY --from``); stages for tests or
development are left aside. Cache mounts, users, layers' size are no part of the grade.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scanner.commands.apart import resolved_apart
from scanner.commands.container import Container, copied_sources
from scanner.commands.image_builds import ImageBuild
from scanner.commands.lookup import Lookup
from scanner.commands.pip_install import NO_DEPS_ONLY, PINNED_NO_DEPS, PROJECT_AFTER_LOCK, is_undecided
from scanner.commands.place import environment_of
from scanner.commands.stages import chain, listing_stages, shipping_stages
from scanner.commands.words import distribution, option, program
from scanner.environments import is_aside_image
from scanner.facts import Context, Dockerfile, Instruction, Stage
from scanner.image_caches import cache_reasons
from scanner.image_names import parse_image
from scanner.inventory import Command, Enforced, Grade, Image, Reason

_LEVELS: tuple[Grade, ...] = ("L0", "L1", "L2", "L3")
_RANK: dict[Enforced | None, int] = {"none": 0, None: 1, "frozen": 2, "hashes": 3, "locked": 4}
_EXACT = re.compile(r"={2,3}\s*v?\d+(?:\.\d+)+(?:[a-z0-9.+-]*)$")
_WEB_SERVER = re.compile(
    r"(?:[^@]*/)?(?:nginx|nginx-unprivileged|caddy|httpd|openresty|lighttpd|static-web-server)(?:[:@].*)?"
)
_FULL_TAG = re.compile(r"v?\d+\.\d+\.\d+(?![\d.]).*")


@dataclass(frozen=True, slots=True)
class _Install:
    """One command that puts Python packages into the image, with the level that it alone would reach."""

    command: Command
    stage: int
    level: int
    place: str


_FOLLOWED = re.compile(r"[^\s:]+:\d+: ")  # as commands.classify tells what a command starts


def _is_decided(installs: Sequence[_Install]) -> bool:
    """Whether the lowest install is known: one that may be anything leaves it open, unless another one is L0."""
    open_ones = (i for i in installs if i.command.uses_lock is None and is_undecided(i.command.because))
    return next(open_ones, None) is None or any(i.level == 0 and i.command.uses_lock is False for i in installs)


def _called(command: Command) -> str:
    """The command; where it starts what installs in a file of the repository, that place."""
    followed = _FOLLOWED.match(command.because or "")
    return command.because or "" if followed else " ".join(command.argv)[:120]


def grade(path: str, dockerfile: Dockerfile, commands: Sequence[Command], lookup: Lookup) -> Image:
    """The image that ``dockerfile`` ships; ``commands`` are the classified ones of this file and of what it starts."""
    return _Grading(path, dockerfile, commands, lookup).image()


class _Grading:
    """Judges one image."""

    def __init__(self, path: str, dockerfile: Dockerfile, commands: Sequence[Command], lookup: Lookup) -> None:
        self._path = path
        self._dockerfile = dockerfile
        self._lookup = lookup
        self._container = lookup.container(path) or Container(dockerfile, lookup.tree)
        self._stages = shipping_stages(dockerfile, lookup.builds(path))
        self._commands = [c for c in commands if c.path == path]
        self._behind = {(c.path, c.line, c.kind): c.argv for c in commands if c.path != path and c.context == "image"}
        self._env = {
            (i.at.line, i.argv): dict(i.env)
            for stage in dockerfile.stages
            for step in stage.instructions
            for i in step.invocations
        }
        self._poetry_in_system = any("virtualenvs.create" in c.argv and "false" in c.argv for c in self._commands)

    def image(self) -> Image:
        base = self._base_of(self._stages[-1])
        installs = self._shipped(list(self._installs()))
        digest = "@sha256:" in base
        if not installs:
            return Image(
                path=self._path, grade=None, base=base, digest=digest, tool=None, uses_lock=None, enforced=None
            )
        counted, reasons = self._counted(installs)
        lowest = min(counted, key=lambda i: (i.level, _RANK[i.command.enforced]))
        main = [i for i in counted if i.command.kind == "install"] or counted
        level = lowest.level
        if level == 2:
            missing = list(self._missing(main))
            level = 2 if missing else 3
            reasons.extend(missing)
        locks = {i.command.uses_lock for i in counted}
        return Image(
            path=self._path,
            grade=_LEVELS[level] if _is_decided(counted) else None,
            base=base,
            digest=digest,
            tool=min(main, key=lambda i: i.level).command.tool,
            uses_lock=False if False in locks else None if None in locks else True,
            enforced=min((i.command.enforced for i in counted), key=lambda e: _RANK[e]),
            reasons=tuple(dict.fromkeys(reasons)),
            caches=tuple(dict.fromkeys(self._caches(main, level))),
            apart=resolved_apart(i.command for i in counted),
            installed_at=tuple(sorted({i.command.line for i in counted if i.command.line is not None})),
            left_behind=self._is_left_behind(base, installs),
            built_by=self._built_by(),
        )

    def _built_by(self) -> Context | None:
        builds = self._lookup.builds(self._path)
        known = [b.by for b in builds if b.by == "ci" or not is_aside_image(b.at.path)]
        return min(known, key=lambda by: by != "ci", default=None)

    # what is installed

    def _installs(self) -> Iterator[_Install]:
        """Installs and ad hoc installs of the shipping stages that resolve something."""
        for command in self._commands:
            stage = self._stage_of(command.line)
            if stage is None or stage not in {s.index for s in self._stages}:
                continue
            if command.kind not in ("install", "adhoc"):
                continue
            if (
                command.kind == "install"
                and command.uses_lock is None
                and command.enforced is None
                and (command.tool in ("pip", "setuptools") or command.because == NO_DEPS_ONLY)
            ):
                continue  # the project alone, or a file that lists nothing
            env = self._env.get((command.line, command.argv), {})
            argv = self._installing(command)
            place = environment_of(argv, tuple(env.items()), poetry_in_system=self._poetry_in_system)
            yield _Install(command, stage, self._level(command), place)

    def _installing(self, command: Command) -> tuple[str, ...]:
        """The words that install: those of the script's own command where this one only starts that."""
        if (followed := _FOLLOWED.match(command.because or "")) is None:
            return command.argv
        path, line, _ = followed[0].rsplit(":", 2)
        return self._behind.get((path, int(line), command.kind), command.argv)

    def _shipped(self, installs: list[_Install]) -> list[_Install]:
        """Without those of stages that hand on lists alone (a locker exports there), if others are left."""
        lists = listing_stages(self._stages, self._dockerfile)
        return [i for i in installs if i.stage not in lists] or installs

    def _is_left_behind(self, base: str, installs: Sequence[_Install]) -> bool:
        """Whether a web server's image takes what other stages made, so that nothing of Python is left to run."""
        above = {stage.index for stage in chain(self._stages[-1], self._dockerfile.stages)}
        return _WEB_SERVER.fullmatch(base) is not None and not any(i.stage in above for i in installs)

    def _level(self, command: Command) -> int:
        if command.uses_lock or (command.because or "").startswith(PINNED_NO_DEPS):
            return 2
        return 1 if command.tool == "uv" else 0

    def _stage_of(self, line: int | None) -> int | None:
        before = [s.index for s in self._dockerfile.stages if line is not None and s.line <= line]
        return before[-1] if before else None

    def _counted(self, installs: list[_Install]) -> tuple[list[_Install], list[Reason]]:
        """The installs that make the grade: ad hoc ones count in the environment of the others, else they are noted."""
        real = [i for i in installs if i.command.kind == "install"]
        places = {i.place for i in real}
        counted: list[_Install] = []
        reasons: list[Reason] = []
        for install in installs:
            command = install.command
            aside = command.kind == "adhoc" and bool(real) and install.place not in places
            if not aside:
                counted.append(install)
            if command.kind == "adhoc":
                where = f" into another environment ({install.place})" if aside else ""
                text = f"installs packages by name{where}: {_called(command)}"
                reasons.append(self._reason(text, command.line))
            elif install.level < 2:
                reasons.append(self._reason(command.because or "resolved at build time", command.line))
            elif command.because == PROJECT_AFTER_LOCK:
                reasons.append(self._reason("installs the project without --no-deps after the lock", command.line))
        return counted, reasons

    # what is missing for L3

    def _missing(self, installs: list[_Install]) -> Iterator[Reason]:
        for install in installs:
            if install.command.enforced not in ("locked", "hashes"):
                how = "takes the lock unasked" if install.command.enforced == "frozen" else "does not enforce the lock"
                yield self._reason(f"{install.command.tool} {how}", install.command.line)
        for tool in dict.fromkeys(i.command.tool for i in installs):
            if tool is not None:
                yield from self._unpinned_tool(tool, installs)
        stages = {i.stage for i in installs} | {self._stages[-1].index}
        for index in sorted(stages):
            stage = self._dockerfile.stages[index]
            base, line = self._origin(stage)
            if "@sha256:" not in base and base != "scratch":
                yield self._reason(f"base image {base} is not pinned by digest", line)
        for index in sorted({i.stage for i in installs}):
            yield from self._late_dependencies(index, [i for i in installs if i.stage == index])

    def _caches(self, installs: list[_Install], level: int) -> Iterator[Reason]:
        """Findings beside the grade; the order of layers is one where it is no reason of the grade."""
        fresh = [b for b in self._lookup.builds(self._path) if b.by == "ci" and not self._lives_on(b)]
        final = chain(self._stages[-1], self._dockerfile.stages)
        yield from cache_reasons(self._path, self._stages, final, [i.command for i in installs], fresh[:1])
        for index in sorted({i.stage for i in installs}) if level < 2 else ():
            yield from self._late_dependencies(index, [i for i in installs if i.stage == index])

    def _lives_on(self, build: ImageBuild) -> bool:
        """Whether the builder keeps cache mounts: it is a remote one, or an action carries them over."""
        extract = self._lookup.extracts.get(build.at.path)
        carried = extract is not None and any("buildkit-cache-dance" in r.target for r in extract.references)
        return carried or build.remote

    def _origin(self, stage: Stage) -> tuple[str, int]:
        """The outside image on which a stage rests, and the line that names it."""
        first = chain(stage, self._dockerfile.stages)[-1]
        return first.base, first.line

    def _base_of(self, stage: Stage) -> str:
        return self._origin(stage)[0]

    def _unpinned_tool(self, tool: str, installs: list[_Install]) -> Iterator[Reason]:
        line = next(i.command.line for i in installs if i.command.tool == tool)
        stated = list(self._tool_versions(tool))
        if any(not pinned for _, pinned in stated):
            where = next(at for at, pinned in stated if not pinned)
            yield self._reason(f"{tool} is not pinned to an exact version", where)
        elif not stated and not self._comes_with_base(tool, installs):
            base, _ = self._origin(self._dockerfile.stages[next(i.stage for i in installs if i.command.tool == tool)])
            yield self._reason(f"{tool} comes with the base image {base}, which does not fix its version", line)

    def _tool_versions(self, tool: str) -> Iterator[tuple[int | None, bool]]:
        """Where the tool is put into the image, and whether in an exact version."""
        name = {"pip-tools": "pip-tools"}.get(tool, tool)
        used = {s.index for s in self._stages}
        for command in self._commands:
            if command.kind not in ("bootstrap", "adhoc") or self._stage_of(command.line) not in used:
                continue
            if (
                command.kind == "bootstrap"
                and command.tool == tool
                and program(command.argv).name in ("curl", "wget", "python")
            ):
                yield command.line, self._is_pinned_download(command, tool)
                continue
            for word in command.argv[1:]:
                if distribution(word) == name and not word.startswith("-"):
                    yield command.line, self._is_exact(word)
        for stage in self._stages:
            for step in stage.instructions:
                for origin in _images_of(step):
                    image = self._image_behind(origin)
                    if parse_image(image).short == tool:
                        yield step.line, "@sha256:" in image or bool(_FULL_TAG.fullmatch(parse_image(image).tag or ""))
                if step.name == "ADD" and f"/{tool}/" in step.value and "://" in step.value:
                    yield step.line, bool(re.search(r"/v?\d+\.\d+\.\d+/", step.value))

    def _image_behind(self, origin: str) -> str:
        """The image that ``--from=origin`` means: that of a stage of this name, else the origin itself."""
        stage = next((s for s in self._dockerfile.stages if s.name and s.name.lower() == origin.lower()), None)
        return self._origin(stage)[0] if stage is not None else origin

    def _is_exact(self, word: str) -> bool:
        return bool(_EXACT.search(word.replace("@", "==") if "@" in word and "==" not in word else word))

    def _is_pinned_download(self, command: Command, tool: str) -> bool:
        env = self._env.get((command.line, command.argv), {})
        stated = option(command.argv, "--version") or env.get(f"{tool.upper()}_VERSION", "")
        near = [
            c
            for c in self._commands
            if c.line is not None and command.line is not None and abs(c.line - command.line) < 6
        ]
        stated = stated or next((v for c in near if (v := option(c.argv, "--version")) and v[:1].isdigit()), "")
        return bool(re.fullmatch(r"v?\d+\.\d+(?:\.\d+)?[\w.]*", stated)) or bool(
            re.search(r"/v?\d+\.\d+\.\d+/", " ".join(command.argv))
        )

    def _comes_with_base(self, tool: str, installs: list[_Install]) -> bool:
        """Whether the tool is part of the base image, so that the base's digest or exact tag pins it."""
        for index in {i.stage for i in installs if i.command.tool == tool}:
            base, _ = self._origin(self._dockerfile.stages[index])
            image = parse_image(base)
            if tool == "pip" and image.digest:
                continue
            named = image.short == tool or tool in (image.tag or "") or tool in image.short
            if not named or not (image.digest or _FULL_TAG.match(image.tag or "")):
                return False
        return True

    def _late_dependencies(self, index: int, installs: list[_Install]) -> Iterator[Reason]:
        """A layer of dependencies comes before the sources are copied."""
        if self._rests_on_installs(self._dockerfile.stages[index]):
            return
        first = min((i.command.line or 0 for i in installs), default=0)
        for step in self._dockerfile.stages[index].instructions:
            if step.line >= first:
                return
            if step.name in ("COPY", "ADD") and "from" not in dict(step.flags):
                for source in copied_sources(step):
                    if self._is_source(source):
                        text = f"copies sources ({source}) before the dependencies are installed"
                        yield self._reason(text, step.line)
                        return

    def _rests_on_installs(self, stage: Stage) -> bool:
        """Whether a stage that this one starts from has installed before."""
        installing = {self._stage_of(c.line) for c in self._commands if c.kind == "install"}
        return not installing.isdisjoint(s.index for s in chain(stage, self._dockerfile.stages)[1:])

    def _is_source(self, source: str) -> bool:
        """Whether a copied path is more than manifests: a folder that is not one of requirements, or a module."""
        if source in (".", "./", "/"):
            return True
        name = source.rstrip("/").rsplit("/", 1)[-1]
        if "*" in name:
            return name in ("*", "**", "*.py")
        path = f"{self._container.context}/{source.strip('./')}".removeprefix("./")
        if path in self._lookup.tree.folders:
            return not re.fullmatch(r"requirements?|reqs?|deps|constraints|wheels?|\.?vendor", name)
        return name.endswith(".py") and name not in ("setup.py", "version.py", "__about__.py", "__init__.py")

    def _reason(self, message: str, line: int | None) -> Reason:
        return Reason(message=message, path=self._path, line=line)


def _images_of(step: Instruction) -> Iterator[str]:
    """Images that an instruction takes files from."""
    if step.name in ("COPY", "ADD") and (origin := dict(step.flags).get("from")):
        yield origin
    for mount in step.mounts:
        if origin := dict(mount.options).get("from"):
            yield origin
