"""What commands of one job are judged with: the command, the repository, what earlier ones left; and what all share."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_

from scanner.commands.lookup import Found, Held, Lookup
from scanner.commands.pip_install import (
    PIPED,
    Before,
    Judgement,
    anywhere,
    context_unknown,
    judge_pip,
    locked_by,
    place_of,
)
from scanner.commands.place import environment_of
from scanner.commands.words import PACKAGING, PipAsk, Program, distribution, option, options, pip_ask, program
from scanner.facts import Invocation
from scanner.inventory import Enforced

YES = frozenset({"1", "true", "yes", "on"})


def _needs_its_lock(tool: str, enforced: Enforced) -> bool:
    """Whether the install fails without a lock; Poetry and ``pipenv install --deploy`` make one where there is none."""
    return enforced == "frozen" if tool == "pipenv" else tool != "poetry" and enforced in ("locked", "frozen")


@dataclass(slots=True)
class Job:
    """What earlier commands of one job left: versions of tools, checks, files, installed locks.

    ``checked``: locks that were compared with their manifests, by path, or by tool where it is not known which.
    ``tool_files``: asdf or mise installed what its file names.
    """

    versions: dict[str, str] = field(default_factory=dict)
    checked: set[str] = field(default_factory=set)
    verified: dict[str, int | None] = field(default_factory=dict)
    produced: dict[str, Judgement] = field(default_factory=dict)
    locked_places: dict[str, list[tuple[int | None, Before]]] = field(default_factory=dict)
    relocked: dict[str, int | None] = field(default_factory=dict)
    refreshed: dict[str, int | None] = field(default_factory=dict)
    cloned: dict[str, int | None] = field(default_factory=dict)
    own_clones: set[str] = field(default_factory=set)
    poetry_in_system: bool = False
    tool_files: bool = False


class Judging:
    """One command in the light of its job, and the judgements that the tools have in common."""

    def __init__(self, invocation: Invocation, lookup: Lookup, job: Job) -> None:
        self.at = invocation
        self.env = dict(invocation.env)
        self.lookup = lookup
        self.job = job

    def installed(self, started: Program, tool: str, words: Sequence[str]) -> Judgement:
        """``pip install`` and the like with these words; what is bootstrapped is remembered."""
        ask = pip_ask(tuple(words))
        made = self.asked(ask, tool, started)
        if made.kind == "bootstrap" or made.kind == "adhoc":
            self.bootstrapped(words)
        self._listed(ask.requirements, PACKAGING)
        self.constrained(ask.constraints, ask.names)
        return made

    def constrained(self, files: Sequence[str], words: Sequence[str]) -> None:
        """Remember the versions at which ``files`` hold the packaging tools among ``words``."""
        self._listed(files, frozenset(map(distribution, words)) & PACKAGING)

    def version(self, tool: str) -> str:
        """The specifier by which the ``tool`` of this job was installed, ``""`` for the current one.

        Where nothing of the job installs it, its variable says so, or the file that asdf or mise reads; outside of CI
        developers are taken to heed that. pip does not read the variable.
        """
        if stated := self.job.versions.get(tool):
            return stated
        if tool not in self.job.versions and (version := self.env.get(f"{tool.upper()}_VERSION")):
            return f"=={version}"
        if self.job.tool_files or (tool not in self.job.versions and self.at.context in ("task", "script", "hook")):
            return f"=={version}" if (version := self.lookup.tool_file(self.at, tool)) else ""
        return ""

    def _listed(self, files: Sequence[str], tools: frozenset[str]) -> None:
        """Remember the exact versions at which these files list some of ``tools``."""
        for word in files if tools else ():
            extract = self.lookup.extracts.get(self.lookup.find(self.at, word) or "")
            if extract is None:
                continue
            packages = extract.lock.packages if extract.lock is not None else ()
            self.job.versions.update({p.key: f"=={p.version}" for p in packages if p.key in tools and p.version})
            stated = extract.manifest.requirements if extract.manifest is not None else ()
            self.job.versions.update({r.key: r.specifier for r in stated if r.key in tools and r.specifier})

    def asked(self, ask: PipAsk, tool: str, started: Program) -> Judgement:
        """What pip is asked for, judged with what earlier commands left."""
        before = self.locked_before()
        made = judge_pip(ask, tool, self.at, self.lookup, produced=self.job.produced, locked_before=before)
        if made.kind == "install" and made.uses_lock:
            self.installed_from_lock(locked_by(ask, self.at, self.lookup).held)
        return made

    def environment(self) -> str:
        """The environment that the command installs into, by a name of its own in each leg and each of tox's."""
        place = environment_of(self.at.argv, self.at.env, poetry_in_system=self.job.poetry_in_system)
        return f"{place} of {self.at.leg}" if self.at.leg else place

    def locked_before(self) -> Before | None:
        """What was installed from a lock into the environment of this command; ``None`` if nothing was."""
        before = self.job.locked_places.get(self.environment(), [])
        image = self.lookup.image_of(self.at)
        found = [b for n, b in before if image is None or image[0].rests_on(image[1], n)]
        return reduce(or_, found) if found else None

    def installed_from_lock(self, held: Held | None = None) -> None:
        """Remember that the environment of this command holds what a lock says: its extras, and what is ``held``."""
        started = program(self.at.argv)
        groups = " ".join(options(started.args, "--only", "--only-group")).replace(",", " ").split()
        if groups and "main" not in groups:
            return  # what the project itself needs was left out
        extras: frozenset[str] | None = None
        if started.name in ("uv", "poetry") and "--all-extras" not in started.args and "pip" not in started.args[:2]:
            words = " ".join(options(started.args, "--extra", "--extras", "-E")).replace(",", " ").split()
            extras = frozenset(distribution(word) for word in words)
        image = self.lookup.image_of(self.at)
        line = image[1] if image is not None else self.at.at.line
        self.job.locked_places.setdefault(self.environment(), []).append((line, Before(extras=extras, held=held)))

    def bootstrapped(self, words: Sequence[str]) -> None:
        """Remember the versions of packaging tools among these words."""
        for word in words:
            name = distribution(word)
            if name in PACKAGING and not word.startswith("-"):
                bare = re.sub(r"^[A-Za-z0-9._-]+(?:\[[^\]]*\])?", "", word.strip("\"' "))
                self.job.versions[name] = bare.strip()

    def nearest(self, lock: str, manifests: tuple[str, ...], folder: str | None) -> Found:
        """The lock of the project that the command stands in: beside its manifest, or at its workspace's root."""
        if folder is not None and "$" in folder:
            return Found(state="unknown")
        manifest = self.lookup.nearest(self.at, (lock, *manifests), folder)
        if manifest.path is None or posixpath.basename(manifest.path) == posixpath.basename(lock):
            return manifest
        if lock != "uv.lock":
            return Found()
        above = posixpath.join(folder or ".", "..")
        for _ in range(8):
            root = self.lookup.nearest(self.at, (lock,), above)
            if root.path is None:
                return Found()
            extract = self.lookup.extracts.get(posixpath.join(posixpath.dirname(root.path), "pyproject.toml"))
            if extract is None or extract.manifest is None or extract.manifest.workspace is not None:
                return root
            above = posixpath.join(above, "..")
        return Found()

    def from_lock(self, tool: str, lock: str, found: Found, enforced: Enforced) -> Judgement:
        """An install by a manager that reads the lock ``found``, or has none."""
        if found.state == "unknown":
            if _needs_its_lock(tool, enforced) and self.lookup.tree.has_name(lock):
                because = f"the folder it runs in is not known, but it fails without {lock}"
                return Judgement(kind="install", tool=tool, uses_lock=True, enforced=enforced, because=because)
            return self._in_some_folder(tool, lock, enforced)
        if found.path is None:
            return self.without_lock(tool, lock, enforced)
        if (line := self.job.relocked.get(tool)) is not None:
            return replace(
                self.resolved(tool, f"the lock is removed or made anew before (line {line})", found.path),
                uses_lock=False,
            )
        because = f"from {found.path}"
        if (line := self.job.refreshed.get(tool)) is not None:
            enforced = "none"
            because += f", which is brought up to date before (line {line}); versions that fit are kept"
        elif enforced == "locked":
            self.job.verified.setdefault(found.path, self.at.at.line)
        elif enforced == "none" and found.path in self.job.verified:
            enforced = "locked"
            because += f", which was checked before (line {self.job.verified[found.path]})"
        elif not self.job.checked.isdisjoint((tool, found.path)):
            enforced = "locked"
        self.installed_from_lock(self.lookup.held(found.path) or None)
        return Judgement(kind="install", tool=tool, uses_lock=True, enforced=enforced, because=because, path=found.path)

    def _in_some_folder(self, tool: str, lock: str, enforced: Enforced) -> Judgement:
        """An install in a folder that nobody knows: it is told where all projects of the tool have a lock, or none."""
        unknown = "the folder it runs in is not known"
        having = self.lookup.locked_folders(tool, lock) if tool not in self.job.relocked else None
        if having is None:
            return Judgement(kind="install", tool=tool, because=unknown)
        if not having:
            return self.resolved(tool, f"no {lock} is committed", None)
        because = f"{unknown}, but each project of {tool} has its {lock}"
        return Judgement(kind="install", tool=tool, uses_lock=True, enforced=enforced, because=because)

    def without_lock(self, tool: str, lock: str, enforced: Enforced) -> Judgement:
        """An install whose lock was not found: inside an image it may be there all the same, copied from elsewhere."""
        in_image = self.in_image()
        manifest = self.lookup.nearest(self.at, ("pyproject.toml", "Pipfile")).path
        if (line := self.job.relocked.get(tool)) is not None:
            return self.resolved(tool, f"the lock is made anew before (line {line})", manifest)
        committed = self.lookup.tree.has_name(lock)
        if checked := tool in self.job.checked:
            enforced = "locked"
        if (line := self.job.relocked.get(tool)) is not None:
            return self.resolved(tool, f"the lock is removed or made anew before (line {line})", None)
        if in_image and committed and (checked or _needs_its_lock(tool, enforced)):
            self.installed_from_lock()
            because = f"it fails without {lock}"
            return Judgement(kind="install", tool=tool, uses_lock=True, enforced=enforced, because=because)
        left_out = in_image and (self._lies_at_or_above(manifest, lock) if manifest else committed)
        if left_out and (unclear := self._copied_from_anywhere(lock)) is not None:
            return Judgement(kind="install", tool=tool, because=unclear, path=manifest)
        because = f"{lock} is not copied into the image" if left_out else f"no {lock} is committed"
        return self.resolved(tool, because, manifest)

    def _copied_from_anywhere(self, lock: str) -> str | None:
        """Why nobody can tell whether the image has the lock: it is copied, but from which folder is not told."""
        image = self.lookup.image_of(self.at)
        if image is None:
            return None
        container, _ = image
        if container.undecided:
            return context_unknown(container.undecided)
        return f"the folder from which {lock} is copied is not known" if container.misses(lock) else None

    def _lies_at_or_above(self, manifest: str, lock: str) -> bool:
        folder = posixpath.dirname(manifest)
        while folder and not self.lookup.tree.exists(posixpath.join(folder, lock)):
            folder = posixpath.dirname(folder)
        return self.lookup.tree.exists(posixpath.join(folder, lock))

    def in_image(self) -> bool:
        """Whether the command runs in a folder of an image."""
        return (self.at.directory or "").startswith("/")

    def resolved(self, tool: str, because: str, path: str | None) -> Judgement:
        """An install that resolves what it takes."""
        return Judgement(kind="install", tool=tool, uses_lock=False, enforced="none", because=because, path=path)

    def check(self, tool: str, found: Found) -> None:
        """Remember that a lock was compared with its manifest: this one, or any where it is not known which."""
        self.job.checked.add(found.path or tool)

    def relock(self, tool: str, lock: str, *, keeps: bool) -> None:
        """A lock that is made in the job: resolved now, or brought up to date where the tool ``keeps`` what fits."""
        committed = self.nearest(lock, (), None).path is not None
        if not self.at.makes_missing:  # else the lock is there, or what installs from it finds none
            (self.job.refreshed if keeps and committed else self.job.relocked)[tool] = self.at.at.line

    def export(self, started: Program, tool: str, lock: str) -> None:
        """A requirements file written from a lock, to be installed by pip later on."""
        output = option(started.args, "-o", "--output", "--output-file") or redirect(started.args) or PIPED
        found = self.nearest(lock, ("pyproject.toml",), None)
        hashed = tool in ("poetry", "uv", "pdm") and not {"--without-hashes", "--no-hashes"} & set(started.args)
        enforced: Enforced = "hashes" if hashed else "none"
        locked = found.path is not None and tool not in self.job.relocked
        because = f"exported from {found.path}" if found.path is not None else f"no {lock} is committed"
        refuses = tool in ("pipenv", "pdm") or {"--frozen", "--locked"} & set(started.args)
        if found.path is None and self.in_image() and refuses and self.lookup.tree.has_name(lock):
            locked, because = True, f"exported by {tool}, which fails without {lock}"
        made = Judgement(
            kind="install",
            tool="pip",
            uses_lock=locked,
            enforced=enforced if locked else "none",
            because=because,
            path=found.path,
        )
        if found.state == "unknown":
            made = Judgement(kind="install", tool="pip", because="it is exported in a folder that is not known")
        self.produce(output, made)

    def produce(self, output: str, made: Judgement) -> None:
        """Remember a file that this command writes: by its place, by that in its stage, and by its name alone."""
        place = place_of(self.at, output)
        self.job.produced.update(dict.fromkeys((place, *self._in_stage(place), anywhere(output)), made))

    def _in_stage(self, place: str) -> Iterator[str]:
        image = self.lookup.image_of(self.at) if place.startswith("/") else None
        if image is not None:
            yield image[0].place(image[1], place)


def after(args: Sequence[str], sub: str) -> tuple[str, ...]:
    """The arguments without the first word ``sub``, options that stand before it kept."""
    position = list(args).index(sub) if sub in args else -1
    return tuple(args[position + 1 :])


def redirect(args: Sequence[str]) -> str | None:
    """The file that the output of the command is written to."""
    for number, word in enumerate(args[:-1]):
        if word in (">", ">>"):
            return args[number + 1]
    return None
