"""What a Dockerfile copies before it installs: uv's manifest and lock in the place of the old ones. Pure."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Collection, Sequence
from fnmatch import fnmatchcase

from rules.places.docker_steps import Step, Unclear, copied, copies_all
from rules.places.target import Target, new_name
from rules.places.text import Splice, line_of, newline
from scanner.facts import Stage


class Copies:
    """``COPY`` and ``ADD``: manifests and locks of the old tools become those of uv.

    ``splices`` takes the changes, ``syncs`` are the instructions that install, ``files`` those of the repository.
    """

    def __init__(
        self,
        text: str,
        target: Target,
        steps: Sequence[Step],
        stages: Sequence[Stage],
        syncs: list[Step],
        splices: list[Splice],
        files: Collection[str] = (),
    ) -> None:
        self.text, self.target, self.steps, self.stages = text, target, steps, stages
        self.syncs, self.splices, self.end = syncs, splices, newline(text)
        self._files = files
        self._made: set[tuple[int, str]] = set()

    def edit(self, step: Step) -> None:
        """One instruction; raises :class:`~rules.places.docker_steps.Unclear`."""
        flags, words = copied(step, self.text)
        text = self.text
        sources = words[:-1]
        if any(f.startswith("--from") for f in flags):
            self._program(step)
            return
        names = [posixpath.basename(s) for s in sources]
        moved = [n for n, s in zip(names, sources, strict=True) if self._goes(n, s) or self.covered(s)]
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
        if "pyproject.toml" in wanted and "uv.lock" not in wanted and not self._brings_lock(step):
            new.insert(new.index(posixpath.join(folder, "pyproject.toml")) + 1, posixpath.join(folder, "uv.lock"))
        to = words[-1]
        if inner := next((i for source in sources if (i := self.inner(source))), None):
            to = without_inner(to, inner)
        if len(new) > 1 and not to.endswith(("/", ".")):
            base = posixpath.basename(to)
            to = (posixpath.dirname(to) or ".") + "/" if "." in base else to + "/"
        elif len(new) > 1 and to == ".":
            to = "./"  # several sources ask for a folder that ends so
        elif len(new) == 1 and posixpath.basename(to.rstrip("*")) in (*names, *(n.rstrip("*") for n in names)):
            to = posixpath.join(posixpath.dirname(to), posixpath.basename(new[0]))
        lead = "".join(f"{f} " for f in flags)
        tail = text[step.start : step.end]
        ending = tail[len(tail.rstrip()) :]
        argument = step.text(text).strip()
        written = json.dumps([*new, to]) if argument.lstrip().startswith("[") else " ".join([*new, to])
        if not new or (step.stage, f"{lead}{written}") in self._made:
            self.splices.append(Splice(step.start, step.end, ""))
            return
        self._made.add((step.stage, f"{lead}{written}"))
        self.splices.append(Splice(step.body, step.end, f"{lead}{written}{ending}"))

    def _program(self, step: Step) -> None:
        """The tool itself, copied from the stage that installed it."""
        for match in re.finditer(r"/bin/(?P<name>poetry|pdm|pipenv)(?=\s)", self.text[step.body : step.end]):
            if match["name"] in self.target.tools:
                self.splices.append(Splice(step.body + match.start("name"), step.body + match.end("name"), "uv"))

    def covered(self, source: str) -> tuple[str, ...]:
        """The moved requirements files that a pattern or a folder of nothing else stands for."""
        plain = posixpath.normpath(source.lstrip("/") or ".")
        if "pip" not in self.target.tools or plain in (".", "*"):
            return ()
        for folder in dict.fromkeys((".", self.target.folder)):
            whole = posixpath.normpath(posixpath.join(folder, plain))
            if re.search(r"[*?\[]", plain):
                found = [f for f in self._files if fnmatchcase(f, whole) and f.count("/") == whole.count("/")]
            else:
                found = [f for f in self._files if f.startswith(f"{whole}/")]
            moved = [f for f in found if self.target.file(f) is not None]
            if moved and len(moved) == len(found):
                return tuple(sorted(moved))
        return ()

    def inner(self, source: str) -> str:
        """The folder within the project in which the moved files of a source stand."""
        plain = posixpath.normpath(source.lstrip("/") or ".")
        inside = posixpath.relpath(plain, self.target.folder) if self._below(plain) else plain
        if covered := self.covered(source):
            return inside if covered and not re.search(r"[*?\[]", plain) else posixpath.dirname(inside)
        return posixpath.dirname(inside) if self.file(source) is not None else ""

    def _below(self, path: str) -> bool:
        return self.target.folder == "." or path.startswith(f"{self.target.folder}/")

    def _goes(self, name: str, source: str) -> bool:
        plain = name.rstrip("*")
        return (
            plain
            in ("poetry.lock", "poetry.toml", "Pipfile", "Pipfile.lock", "pdm.lock", "pdm.toml", "requirements.lock")
            or name in ("Pipfile*", "poetry.*")
            or (self.file(source) is not None)
        )

    def file(self, source: str) -> str | None:
        """What holds a requirements file of the image now."""
        if "pip" not in self.target.tools or not source.endswith((".txt", ".in", ".pip", ".lock")):
            return None
        path = posixpath.normpath(source)
        return self.target.file(path) or self.target.file(posixpath.normpath(posixpath.join(self.target.folder, path)))

    def _new_sources(self, name: str, source: str) -> list[str]:
        prefix = source[: len(source) - len(name)]
        if self.file(source) is not None or self.covered(source):
            plain, inner = source.rstrip("/"), self.inner(source)
            tail = inner if self.covered(source) and plain.endswith(inner) and inner else posixpath.join(inner, name)
            own = plain.removesuffix(tail) if plain.endswith(tail) else prefix
            return [f"{own}pyproject.toml", f"{own}uv.lock"]
        if name in ("Pipfile*", "poetry.*"):
            return [f"{prefix}pyproject.toml", f"{prefix}uv.lock"]
        if name in ("poetry.toml", "pdm.toml"):
            return []
        new = new_name(name.rstrip("*"))
        return [f"{prefix}{new}"] if new is not None else [source]

    def _brings_lock(self, but: Step) -> bool:
        """Whether another instruction of the stage copies a lock, or everything: a Pipfile may never have had one."""
        syncs = [s.start for s in self.syncs if s.stage == but.stage and s.start > but.start]
        others = (s for s in self.steps if s.name in ("COPY", "ADD") and s is not but and s.stage == but.stage)
        before = (s for s in others if not syncs or s.start < syncs[0])
        return any(self.names_lock(s) or copies_all(s, self.text) for s in before)

    def _copies(self, name: str, but: Step) -> bool:
        return any(
            any(posixpath.basename(w).rstrip("*") in (name, "Pipfile") for w in copied(s, self.text)[1][:-1])
            or any(w in (".", "./", "*") for w in copied(s, self.text)[1][:-1])
            for s in self.steps
            if s.name in ("COPY", "ADD") and s is not but and s.stage == but.stage
        )

    def _with_lock(self, step: Step, names: list[str]) -> None:
        """The manifest is copied without any lock before an install: the lock comes along."""
        if names != ["pyproject.toml"] and not ("pyproject.toml" in names and len(names) > 1):
            return
        later = [s for s in self.syncs if s.stage == step.stage and s.start > step.start]
        if not later or any(
            self.names_lock(s) for s in self.steps if s.name in ("COPY", "ADD", "RUN") and s.stage == step.stage
        ):
            return
        if any(copies_all(s, self.text) and step.start < s.start < later[0].start for s in self.steps):
            return
        match = re.compile(r"(?P<path>\S*)pyproject\.toml(?=\s)").search(self.text, step.body, step.end)
        _, words = copied(step, self.text)
        if match is None:
            raise Unclear("the lock is not copied", line_of(self.text, step.start))
        if len(words) == 2 and posixpath.basename(words[-1]) == "pyproject.toml":
            to = (posixpath.dirname(words[-1]) or ".") + "/"
            flags = "".join(f"{f} " for f in copied(step, self.text)[0])
            new = f"{flags}{match['path']}pyproject.toml {match['path']}uv.lock {to}{self.end}"
            self.splices.append(Splice(step.body, step.end, new))
            return
        if not words[-1].endswith(("/", ".")):
            raise Unclear("the lock is not copied", line_of(self.text, step.start))
        self.splices.append(Splice(match.end(), match.end(), f" {match['path']}uv.lock"))

    def names_lock(self, step: Step) -> bool:
        """Whether an instruction names a lock."""
        return (
            re.search(r"(?:poetry|Pipfile|pdm)\.lock|poetry\.\*|Pipfile\*|uv\.lock", step.text(self.text)) is not None
        )


def without_inner(path: str, inner: str) -> str:
    """A path without the folder of the project that it ends in: ``/app/requirements/base.txt`` → ``/app/``."""
    if not inner:
        return path
    match = re.fullmatch(rf"(?P<outer>(?:.*/)?){re.escape(inner)}(?:/(?:[^/]*\.[^/]*)?)?", path)
    return (match["outer"] or "./") if match is not None else path
