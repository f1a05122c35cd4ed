"""Scripts inside a file: every command of an old tool in them replaced where it stands, or taken out, or noted."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

from rules.places.answers import answer
from rules.places.bootstrap import downloaded, is_installer
from rules.places.calls import Call, calls, words_of
from rules.places.context import CONTAINERS, Context
from rules.places.manner import LOCKED, NO_SYNC, Answer, Manner
from rules.places.shared_verbs import A_SHELL
from rules.places.syncs import merged
from rules.places.target import MANAGERS, Target
from rules.places.text import Splice, applied, line_end, line_of, line_start
from rules.reading import area_of
from rules.uv import version


@dataclass(slots=True)
class _Job:
    """What the commands of one job did so far."""

    synced: bool = False
    project: bool = False
    partial: bool = False
    has_uv: bool = False
    uv: str = "uv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of a file that is a script. ``encode`` writes new text as the file's quoting wants it."""

    start: int
    end: int
    folded: bool = False
    docker: bool = False
    encode: Callable[[str], str] = str


class Script:
    """Edits of the scripts in one file.

    ``trusted``: every command of an old tool counts, whether the scanner saw it or not (documentation). ``emptied``
    tells after :meth:`window` whether nothing is left of a script.
    """

    def __init__(
        self,
        path: str,
        text: str,
        context: Context,
        manner: Manner | None = None,
        *,
        trusted: bool = False,
        prefix: str = "",
        bootstraps: Callable[[Answer], str | None] | None = None,
        tokens: Callable[[str], str] | None = None,
        aliases: Mapping[str, str] | None = None,
        uses_active: bool = False,
        brings: bool = False,
        in_system: bool = False,
        shares_shell: bool = False,
        runs_only: bool = False,
    ) -> None:
        self.path, self.text, self.context = path, text, context
        self.manner = manner or Manner()
        self.splices: list[Splice] = []
        self.synced = False
        self.conda = False
        self.of_job = self.of_runner = self.unplaced = False
        self.keeps = self.handed_on = False
        self.left_install = False
        self._trusted = trusted
        self.prefix = prefix
        self._bootstraps = bootstraps or (lambda found: found.text)
        self._tokens = tokens
        self._aliases = dict(aliases or {})
        self._jobs: dict[str | None, _Job] = {}
        self._uses_active = uses_active
        self._brings = brings
        self._shares_shell = shares_shell
        self._runs_only = runs_only
        said = [text, *(context.own_actions(text) if runs_only else ())]
        self._in_system = in_system or any(map(_SYSTEM.search, said)) or (prefix != "" and context.in_system)

    @cached_property
    def _lacks_uv(self) -> bool:
        """Whether nothing in a pipeline puts the old tool in place, so that its runner must have had it."""
        pipeline = area_of(self.path) == "ci" and not self.path.endswith((".sh", ".bash"))
        return self._brings and pipeline and _PUTS_IN_PLACE.search(self.text) is None

    @property
    def result(self) -> str:
        """The new text."""
        return applied(self.text, self.splices)

    def window(
        self, window: Window, manner: Manner | None = None, idle: Callable[[Call], bool] | None = None
    ) -> Outcome:
        """Rewrite the commands of one script; those that are ``idle`` go, too."""
        text = self.text
        if _ANY.search(text, window.start, window.end) is None and not self._aliases:
            return Outcome()
        found = calls(text, window.start, window.end, docker=window.docker, folded=window.folded)
        found = [self._named(call) for call in found]
        lines = range(line_of(text, window.start), line_of(text, max(window.end - 1, window.start)) + 1)
        outcome = Outcome(calls=len(found))
        dropped: list[Call] = []
        skip = -1
        known_synced = self.synced
        made: list[tuple[Call, int, Answer]] = []
        doubtful: list[Call] = []
        last: tuple[Call, int, str] | None = None
        bootstraps: list[tuple[Call, int]] = []
        for number, call in enumerate(found):
            if call.begin < skip:
                continue
            given = self._answer(call, lines if window.folded else None, manner or self.manner, window)
            if given is None and idle is not None and idle(call):
                given = Answer(kind="drop")
            rows = text[call.begin : call.end] if window.folded else ""
            if given is not None and "\n" in rows and (_is_doubtful(call) or re.search(r"\n[ \t]*\r?\n", rows)):
                given = Answer(kind="look", why="lines that YAML folds into one command")
            if given is None:
                continue
            if given.kind == "token":
                later = any({"publish", "install", "sync", "lock"} & set(c.values) for c in found[number + 1 :])
                if not later:
                    given = self._token(given)
            if given.kind == "look":
                self.context.note(self.path, line_of(text, call.words[0].start), given.why)
                outcome.looked += 1
                doubtful.append(call)
                verbs = {"install", "sync", "lock", "update"} & set(call.values[1:3])
                self.left_install = self.left_install or (call.program in MANAGERS and bool(verbs))
                continue
            if given.text.startswith("uv lock") and any(a.text == given.text for a in outcome.answers):
                given = Answer(kind="drop")
            outcome.answers.append(given)
            made.append((call, len(self.splices), given))
            stop = call.end
            if given.kind == "bootstrap":
                new = self._bootstraps(given)
                bootstraps.append((call, len(self.splices)))
                if given.text.startswith("python3 -m pip") and call.after == "|":
                    piped = next((c for c in found if c.begin >= call.following), None)
                    stop = piped.stop if piped is not None else stop
                    skip = stop
                if new is None:
                    dropped.append(_until(call, stop, found))
                    continue
                self.splices.append(Splice(call.words[0].start, stop, window.encode(new)))
            elif given.kind == "drop":
                dropped.append(call)
            else:
                self.synced = self.synced or given.kind in ("sync", "system-sync")
                end = given.upto if given.upto is not None else call.end
                if given.text.startswith("uv lock") and _TO_FILE.fullmatch(text, call.end, call.stop):
                    end = call.stop  # what it wrote was the lock
                new = given.text + (self._gap(call, given.upto, window) if given.text else "")
                words = list(words_of(call)) if given.skip else list(call.words)
                start = words[given.skip].start
                self.splices.extend(self._settings(call))
                if given.text == _VENV_PATH and (whole := _substitution(text, start, call.stop)) is not None:
                    self.splices.append(Splice(*whole, window.encode("$PWD/.venv")))
                    continue
                known = last if given.kind in ("sync", "system-sync") and self._follows(last, call) else None
                if known is not None and (both := merged(known[2], new)) is not None:
                    self.splices[known[1]] = replace(self.splices[known[1]], new=window.encode(both))
                    dropped.append(call)
                    last = (call, known[1], both)
                    continue
                self.splices.append(Splice(start, end, window.encode(new)))
                last = (call, len(self.splices) - 1, new)
        if outcome.looked:  # what stays of the old tool's commands needs it
            for call, at in reversed(bootstraps):
                if any(d.begin == call.begin for d in dropped):
                    dropped = [d for d in dropped if d.begin != call.begin]
                elif at < len(self.splices) and call.after != "|":
                    splice = self.splices[at]
                    both = window.encode(f"{text[splice.start : splice.end]} && ") + splice.new
                    self.splices[at] = replace(splice, new=both)
        if back := _choices(found, doubtful):
            self._take_back(back, made, outcome)
            dropped = [d for d in dropped if d.begin not in back]
            self.synced = known_synced or any(a.kind in ("sync", "system-sync") for a in outcome.answers)
        outcome.dropped = len(dropped)
        outcome.emptied = (
            bool(dropped)
            and not outcome.looked
            and all(any(d.begin <= c.begin < d.stop for d in dropped) for c in found)
        )
        if not outcome.emptied:
            self._remove(dropped, found, window)
        return outcome

    def _take_back(self, back: set[int], made: list[tuple[Call, int, Answer]], outcome: Outcome) -> None:
        """Commands that begin at ``back`` stay as they are: they are ways of one choice of which another stays."""
        ends = [at for _, at, _ in made[1:]] + [len(self.splices)]
        for (call, at, given), end in zip(made, ends, strict=True):
            if call.begin in back and given.kind != "bootstrap":
                self.splices[at:end] = [replace(s, end=s.start, new="") for s in self.splices[at:end]]
                outcome.answers.remove(given)

    def _gap(self, call: Call, upto: int | None, window: Window) -> str:
        """What stood before the word at ``upto``: a blank, or the lines that the command goes on over."""
        if upto is None:
            return ""
        before = max((w.end for w in call.words if w.end <= upto), default=upto)
        gap = self.text[before:upto]
        return gap if "\n" in gap and not window.folded and not gap.strip(" \t\r\n\\") else " "

    def _follows(self, last: tuple[Call, int, str] | None, call: Call) -> bool:
        """Whether a command comes right after the last one that was replaced, and both are alone in what they do."""
        if last is None or last[0].stop != last[0].end or call.stop != call.end or call.after not in _PLAIN_ENDS:
            return False
        joined = last[0].after == "&&" if last[0].before == "&&" else last[0].before in _PLAIN_ENDS
        between = self.text[last[0].following : call.words[0].start]  # also where `else` would stand
        return joined and last[0].after in _PLAIN_ENDS and not between.strip(" \t\\\r\n")

    def _named(self, call: Call) -> Call:
        """The call with the tool's name where a variable that stands for it begins it."""
        first, *rest = call.words
        name = self._aliases.get(first.value)
        return call if name is None else replace(call, words=(replace(first, value=name), *rest))

    def _token(self, given: Answer) -> Answer:
        """Credentials that commands elsewhere need: handed on where the pipeline can, else told."""
        if self._tokens is not None:
            return replace(given, kind="other", text=self._tokens(given.text.removeprefix("export ")))
        names = re.findall(r"UV_\w+", given.text)
        return Answer(
            kind="look", why=f"credentials are given to the old tool; uv takes them from {' and '.join(names)}"
        )

    def _settings(self, call: Call) -> Iterator[Splice]:
        """Variables of the old tool in front of a command."""
        for match in _SETTING.finditer(self.text, call.begin, call.words[0].start):
            yield Splice(match.start(), match.end(), "")

    def _in_conda(self, call: Call, window: Window) -> bool:
        """Whether an environment of conda's was made or activated before, in the same script or pipeline."""
        return _CONDA.search(self.text, 0 if self._shares_shell else window.start, call.begin) is not None

    def _about_tool(self, call: Call) -> bool:
        """Whether a command only prepares for the old tool: its folder on the path, its environment file, its
        installer, which goes when it is done."""
        text = self.text[call.begin : call.stop]
        if call.program == "rm":
            return all(map(_INSTALLER.fullmatch, files := [v for v in call.values[1:] if v[:1] != "-"])) and bool(files)
        if call.program == "export" and _PIPFILE.search(text) is not None:
            return True
        programs = ("export", "source", ".", "echo")
        if call.program not in programs or _HOME.search(text) is None or len(text) > 200:
            return False
        return call.program in ("source", ".") or "PATH" in text or bool(re.match(r"(?:export|set)\s+POETRY_", text))

    def _answer(self, call: Call, lines: range | None, manner: Manner, window: Window) -> Answer | None:
        words = list(words_of(call))
        program = posixpath.basename(words[0].value)
        moves = any(self.context.any_of(tool) is not None for tool in ("poetry", "rye", "pipenv"))
        if moves and not self._trusted and self._about_tool(call):
            return Answer(kind="drop")
        if "/" in words[0].value and program in MANAGERS and self._is_own_program(program):
            return None
        if program in _LOOKS_FOR and len(words) == 2 and words[1].value in MANAGERS:  # fails where it is not
            asked = area_of(self.path) == "ci" and self.context.any_of(words[1].value) is not None
            return Answer(kind="other", text=f"{words[0].raw} uv") if asked else None
        if program in CONTAINERS:
            program = next((w.value for w in words[2:] if w.value in MANAGERS), program)
        if program not in _PROGRAMS and not program.startswith("pip") and not is_installer(words):
            return None
        if call.after == "(":
            return None  # `pip-sync (a.txt|b.txt)`: for people to choose from
        here = range(line_of(self.text, call.begin), line_of(self.text, call.end) + 1)
        verb = next((w.value for w in words[1:] if not w.value.startswith("-")), "")
        seen = self.context.seen(self.path, lines or here, program, verb)
        trusted = self._trusted or self.handed_on
        if seen is None and not trusted and not (self._runs_only and len(self.context.targets) == 1):
            return None
        tool = next((m for w in words[1:] for m in MANAGERS if w.value.strip("'\"").startswith(m)), program)
        tool = program if program in MANAGERS else "poetry" if is_installer(words) else downloaded(words) or tool
        target = self.context.target(self.path, seen, tool) if seen is not None else self.context.around(self.path)
        if self.handed_on and target is None:
            target = self.context.any_of(tool)
        if seen is None and self._runs_only and self.context.any_of(tool) is None:
            return None
        if target is None:
            return None
        job = self._jobs.setdefault(seen.job if seen is not None else None, _Job())
        if job.partial and manner.run == LOCKED:
            manner = replace(manner, run=NO_SYNC)
        if job.synced and not manner.inexact and manner.lock:
            manner = replace(manner, inexact=True)
        if manner.lock and not window.docker and not job.project:
            manner = replace(manner, first=True)
        if self._in_system and program in target.tools:
            manner = replace(manner, system=True)
        own = _ENVIRONMENT.fullmatch(call.words[0].raw) is not None
        if not manner.active and manner.lock and not own and self._activated(call, window):
            manner = replace(manner, active=True)
        if self.conda or (program.startswith("pip") and self._in_conda(call, window)):
            manner = replace(manner, conda=True)
        if not window.docker and not self._trusted and (folder := self._elsewhere(call, window)) is not None:
            return Answer(kind="look", why=f"runs in {folder}, which is not a folder of the repository")
        if program.startswith("pip") and (file := self._namesake(call, target)) is not None:
            return Answer(kind="look", why=f"may install {file}, by the folder that it runs in")
        given = answer(call, target, manner)
        if given is None:
            return None
        if program == "pipenv" and (folder := self._pipfile(call)) is not None:
            given = replace(given, text=given.text.replace("uv ", f"uv --project {folder} ", 1))
        if given.kind == "other" and given.text == "uv lock" and self._relocks(call):
            return Answer(kind="drop")
        if program == "pip-compile" and "xargs" in self.text[call.begin : call.words[0].start]:
            return Answer(kind="look", why="xargs says which files pip-compile reads")
        if _SHOWN.match(given.text) is not None and self._is_read(call):
            return Answer(kind="look", why="its output is read, and that of uv has another form")
        if given.text == A_SHELL and area_of(self.path) == "ci":
            return Answer(kind="look", why=f"`{program} {verb}` opens a shell, in which nothing that follows runs")
        if given.text.startswith("uv pip install") and self._in_system:
            return replace(given, text=given.text.removeprefix("uv "))
        if given.kind == "run" and self._in_system and given.upto is not None and not manner.active:
            return Answer(kind="run", text="", upto=given.upto)
        job.has_uv = job.has_uv or given.kind == "bootstrap"
        if self._lacks_uv and not job.has_uv and program in MANAGERS and given.text.startswith("uv "):
            job.has_uv = True
            given = replace(given, text=f"pip install uv=={version('uv')} && {given.text}")
        if given.text.startswith("uv add ") and self._in_system and self.prefix:
            return replace(given, text=f"{self.prefix}{given.text}")
        job.partial = job.partial or given.text.startswith("uv pip install")  # which a sync would take back
        if given.kind in ("sync", "system-sync"):
            job.synced = True
            job.project = job.project or "--only-group" not in given.text
            job.partial = job.partial or bool(_PARTIAL.search(given.text))
            if given.kind == "system-sync" or self._in_system:
                return self._into_system(given, manner, call, job, window)
        return given

    def _is_read(self, call: Call) -> bool:
        """Whether what a command prints goes into another one, a file or a variable."""
        lead = self.text[max(call.begin - 2, 0) : call.begin]
        return (call.after.startswith("|") and call.after != "||") or lead == "$(" or lead[1:] == "`"

    def _activated(self, call: Call, window: Window) -> bool:
        """Whether an environment that is not uv's was activated before, in the same shell."""
        start = window.start
        if self._shares_shell:
            start = max((match.start() for match in _TOP.finditer(self.text, 0, start)), default=0)
        found = list(_ACTIVATES.finditer(self.text, start, call.begin))
        return bool(found) and found[-1]["env"] not in (".venv", "./.venv")

    def _in_venv(self, call: Call, window: Window) -> bool | None:
        """Whether ``.venv`` was activated before in the same shell; ``False``: a step above put one on the path."""
        if area_of(self.path) != "ci" or window.docker:
            return None
        if _ACTIVATES.search(self.text, window.start, call.begin) is not None:
            return True
        return False if _ON_PATH.search(self.text, 0, window.start) is not None else None

    def _elsewhere(self, call: Call, window: Window) -> str | None:
        """The folder that a script went to before, where the repository has none of that name: another's clone."""
        found = list(_CD.finditer(self.text, window.start, call.begin))
        if not found or "$(" in found[-1][0] or area_of(self.path) == "image":
            return None
        name = posixpath.basename(found[-1]["folder"].rstrip("/"))
        own = posixpath.basename(posixpath.dirname(posixpath.abspath("/" + self.path)))
        if not re.search(r"[A-Za-z]", name) or "$" in name or "{" in name or name in (own, "workspace", "src", "app"):
            return None
        cloned = re.search(rf"git clone[^\n]*(?<![\w.-]){re.escape(name)}(?![\w-]|\.(?!git))", self.text)
        folders = any(f"/{name}/" in f"/{file}" for file in self.context.ground.facts.files)
        return name if cloned is not None and not folders else None

    def _is_own_program(self, name: str) -> bool:
        """Whether the repository has a script of that name, which a path may mean."""
        return any(posixpath.basename(file) == name for file in self.context.ground.facts.files)

    def _namesake(self, call: Call, target: Target) -> str | None:
        """A requirements file of the same name beside the script, or where the commands above went to."""
        above = list(_CD.finditer(self.text, max(0, call.begin - 600), call.begin))
        folders = {posixpath.dirname(self.path), *(posixpath.normpath(m["folder"]) for m in above[-1:])} - {"", "."}
        for option, file in pairwise(call.values):
            if option not in ("-r", "--requirement") or target.file(posixpath.normpath(file)) is None:
                continue
            for folder in sorted(folders):
                other = posixpath.normpath(posixpath.join(folder, file))
                if other in self.context.ground.facts.files and target.file(other) is None:
                    return other
        return None

    def _other_shell(self, window: Window) -> bool:
        """Whether the job of a pipeline may run on Windows."""
        if not self._shares_shell:
            return False
        tops = [match.start() for match in _TOP.finditer(self.text)]
        start = max((at for at in tops if at <= window.start), default=0)
        end = min((at for at in tops if at > window.start), default=len(self.text))
        return _WINDOWS.search(self.text, start, end) is not None

    def _pipfile(self, call: Call) -> str | None:
        """The folder that ``PIPENV_PIPFILE`` names in front of a command or in the same script."""
        above = self.text.rfind("PIPENV_PIPFILE=", 0, call.words[0].start)
        found = _PIPFILE.match(self.text, above) if above >= 0 else None
        between = self.text[found.end() : call.begin] if found is not None else ""
        return found["folder"] if found is not None and not re.search(r"^\S*:|- name:", between, re.MULTILINE) else None

    def _relocks(self, call: Call) -> bool:
        """Whether a pipeline or an image locks just before it installs: ``--locked`` says when that is due."""
        following = self.text[call.stop : call.stop + 200]
        area = area_of(self.path)
        if area == "image":
            return call.program in MANAGERS - {"pip-compile"}
        return area == "ci" and re.match(r"[\s;&]*(?:poetry|pipenv|pdm)\s+(?:install|sync)\b", following) is not None

    def _into_system(self, given: Answer, manner: Manner, call: Call, job: _Job, window: Window) -> Answer:
        text = given.text
        if "sudo" in self.text[call.begin : call.words[0].start].split():
            return Answer(kind="look", why="sudo installs into a Python that is not the user's")
        if posixpath.basename(self.path) == "Procfile":
            return Answer(kind="look", why="uv is not where a Procfile runs")
        if (index := _EXTRA_INDEX.search(self.text)) is not None:
            return Answer(kind="look", why=f"{index[0]} may add an index for pip; uv does not read it")
        if self.unplaced and not manner.active and _ENVIRONMENT.fullmatch(call.words[0].raw) is None:
            return Answer(kind="look", why="into which Python a shell of Windows installs is not known")
        if self.of_runner and self.prefix and not manner.active and _ENVIRONMENT.fullmatch(call.words[0].raw) is None:
            why = "pip of the runner's own Python installs for the user alone; uv does not"
            return Answer(kind="look", why=why)
        if "--user" in call.values and area_of(self.path) != "ci":
            return Answer(kind="look", why="pip's `--user` installs into a folder of the user's own; uv does not")
        if _USER_SITE.search(self.text) is not None and not manner.active:
            return Answer(kind="look", why="PIP_USER has pip install into a folder of the user's own; uv does not")
        if "--inexact" not in text and (manner.lock or self.keeps or "CONDA" in self.prefix):
            head, joined, tail = text.partition(" && ")
            text = f"{head} --inexact{joined}{tail}"
        if not manner.active and (own_shell := self._in_venv(call, window)) is not None:
            if own_shell:
                return Answer(kind="sync", text=f"{self._bring(call, job, window)}{text}")
            return Answer(kind="look", why="an earlier step put an environment on the path, into which pip installs")
        if manner.active:
            by_script = self._activated(call, window)
            return Answer(kind="sync", text=f"{self._bring(call, job, window)}{text}" if by_script else text)
        bring = self._bring(call, job, window)
        own = _ENVIRONMENT.fullmatch(call.words[0].raw)
        if own is not None and own["env"] != ".venv":
            mark = own["quote"]
            text = re.sub(r"^uv\b", lambda _: job.uv, text)
            return Answer(kind="sync", text=f"{bring}UV_PROJECT_ENVIRONMENT={mark}{own['env']}{mark} {text}")
        if manner.conda and not self.prefix:
            return Answer(kind="look", why="pip installs into conda's environment; uv would make one of its own")
        if own is not None:
            return Answer(kind="sync", text=f"{bring}{text}")
        if self.prefix and self._other_shell(window):
            return Answer(kind="look", why="a shell of Windows, in which no variable stands before a command")
        if self.prefix:
            python, uv = self._python_and_uv(call)
            prefix = re.sub(r"python(?= )", lambda _: python, self.prefix, count=1)
            text = re.sub(r"^uv\b", lambda _: uv, text) if bring or uv.endswith("-m uv") else text
            return Answer(kind="system-sync", text=f"{bring}{prefix}{text}")
        if self._uses_active:  # an environment of the reader's own, from which nothing is to go
            text = f"{text}{'' if '--inexact' in text else ' --inexact'} --active"
        return Answer(kind="system-sync", text=f"{bring}{text}")

    @staticmethod
    def _python_and_uv(call: Call) -> tuple[str, str]:
        """The Python that a pip belongs to, and how uv is called once that pip brought it."""
        first = call.words[0].raw
        if [w.value for w in call.words[1:3]] == ["-m", "pip"]:
            plain = re.fullmatch(r"python[\d.]*", first) is not None
            return first, "uv" if plain else f"{first} -m uv"
        folder, slash, _ = first.rpartition("/")
        python = "python3" if re.search(r"3[\d.]*$", first) else "python"
        return f"{folder}{slash}{python}", f"{folder}{slash}uv"

    def _bring(self, call: Call, job: _Job, window: Window) -> str:
        """``pip install uv==…`` in front of the first install of a job that pip did."""
        words = list(words_of(call))
        program = posixpath.basename(words[0].value)
        if not self._brings or not program.startswith("pip") or program in MANAGERS:
            return ""
        own = _ENVIRONMENT.fullmatch(call.words[0].raw)
        uv = "uv" if own is None else f"{own['quote']}{own['env']}/bin/uv{own['quote']}"
        if job.has_uv and job.uv in ("uv", uv):
            return ""
        job.uv = uv
        opened = [match["word"] for match in _BRANCHES.finditer(self.text, window.start, call.begin)]
        inside = sum(1 if word in ("if", "case") else -1 for word in opened) > 0
        depends = call.before == "||" or (
            call.before == "&&" and not _CHANGES_FOLDER.search(self.text, 0, call.previous)
        )
        job.has_uv = not inside and not depends  # else the next one cannot rely on it
        pip = " ".join(w.raw for w in call.words[: len(call.words) - len(words) + 1])
        return f"{pip} install uv=={version('uv')} && "

    def _remove(self, dropped: list[Call], found: list[Call], window: Window) -> None:
        """Take commands out with the operator that joins them to what stays."""
        text = self.text
        gone = {call.begin for call in dropped}
        outer = _outer(found)
        alone_there = set(_filling(text, window, _outer(dropped)))
        for call in _outer(dropped):
            if call.begin in alone_there or _KEYWORD.search(text, call.begin, call.words[0].start) is not None:
                self.splices.append(Splice(call.words[0].start, call.stop, window.encode("true")))
                continue
            number = next((n for n, c in enumerate(outer) if c.begin == call.begin), None)
            if number is None:
                continue
            following = outer[number + 1] if number + 1 < len(outer) else None
            previous = next((c for c in reversed(outer[:number]) if c.begin not in gone), None)
            if call.after in ("&&", ";") and following is not None:
                self.splices.append(Splice(call.begin, following.begin, ""))
            elif call.before in ("&&", ";", "||") and previous is not None:
                self.splices.append(Splice(previous.stop, call.stop, ""))
            else:
                start, end = line_start(text, call.begin), line_end(text, call.stop)
                alone = not text[start : call.begin].strip("@-+ \t") and not text[call.stop : end].strip(" \t\r\n;")
                if alone and window.start <= start and end <= window.end + 1 and not window.folded:
                    self.splices.append(Splice(start, min(end, window.end) if end > window.end else end, ""))
                else:
                    self.splices.append(Splice(call.begin, call.stop, window.encode("true")))


@dataclass(slots=True)
class Outcome:
    """What became of one script: how many commands it had, how many went, what was answered."""

    calls: int = 0
    dropped: int = 0
    looked: int = 0
    emptied: bool = False
    answers: list[Answer] = field(default_factory=list)


def _is_doubtful(call: Call) -> bool:
    """Whether a folded script reads as one command what was meant as several."""
    words = [w.value for w in words_of(call)][2:]
    names = MANAGERS | {"pip", "pip3", "sudo"}
    verbs = {"install", "run", "sync", "lock", "config", "build", "export", "publish", "pip", *names}
    return call.program not in CONTAINERS and any(w in names and v in verbs for w, v in pairwise(words))


def _choices(found: list[Call], doubtful: list[Call]) -> set[int]:
    """Where the commands begin that stand in one line with a doubtful one and with ``||``."""
    back: set[int] = set()
    line: list[Call] = []
    for call in [*found, None]:
        if call is not None and line and call.before in ("&&", "||", "|"):
            line.append(call)
            continue
        if any(c.before == "||" for c in line) and any(d in line for d in doubtful):
            back |= {c.begin for c in line}
        line = [call] if call is not None else []
    return back


def _until(call: Call, stop: int, found: list[Call]) -> Call:
    """The call together with what it is piped into."""
    last = next((c for c in found if c.stop == stop), call)
    return replace(call, end=stop, stop=stop, after=last.after, following=last.following)


def _filling(text: str, window: Window, dropped: list[Call]) -> Iterator[int]:
    """Where the commands begin that a branch of a script would be empty without: a shell takes no such branch."""
    left = text[window.start : window.end]
    for call in dropped:
        start, stop = call.begin - window.start, call.stop - window.start
        left = left[:start] + re.sub(r"[^\n]", " ", left[start:stop]) + left[stop:]
    for empty in _EMPTY.finditer(left):
        start, stop = empty.start() + window.start, empty.end() + window.start
        if (first := next((call.begin for call in dropped if start <= call.begin < stop), None)) is not None:
            yield first


_EMPTY = re.compile(
    r"(?<![\w-])(?:then|else|do|\{)(?=[\s;#])(?:[\s;]|(?<=\s)#[^\n]*){1,2000}?(?=(?:(?:else|elif|fi|done)(?![\w-])|\}))"
)
_PLAIN_ENDS = ("", "\n", ";", "&&")
_VENV_PATH = 'echo "$PWD/.venv"'


def _substitution(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span of ``$(…)`` or of the backticks that hold just the command."""
    match = re.compile(r"[^\S\n]*(?:2>\s*/dev/null)?[^\S\n]*").match(text, end)
    end = match.end() if match else end
    if text[start - 2 : start] == "$(" and text[end : end + 1] == ")":
        return start - 2, end + 1
    return (start - 1, end + 1) if text[start - 1 : start] == "`" == text[end : end + 1] else None


def _outer(found: list[Call]) -> list[Call]:
    """The commands that are inside no other."""
    kept: list[Call] = []
    for call in sorted(found, key=lambda c: (c.begin, -c.stop)):
        if not kept or call.begin >= kept[-1].stop:
            kept.append(call)
    return kept


_PROGRAMS = frozenset("poetry pdm pipenv rye pip-compile pip-sync curl wget pipx uv brew asdf conda mamba".split())
_SHOWN = re.compile(r"uv (?:pip (?:show|list)|tree)\b")
_LOOKS_FOR = frozenset({"which", "type", "hash"})
_ANY = re.compile(r"poetry|pdm|pipenv|rye|pip|python")
_USER_SITE = re.compile(r"PIP_USER[\"']?\s*[:=]\s*[\"']?(?:1|true|yes|on)|PYTHONUSERBASE", re.IGNORECASE)
_EXTRA_INDEX = re.compile(r"(?<!UV_)\bPIP_(?:EXTRA_INDEX_URL|FIND_LINKS|CONFIG_FILE)\b")
_BRANCHES = re.compile(r"(?:^|[;&|\n]|then|else|do)[ \t]*(?P<word>if|case|fi|esac)(?![\w-])")
_CHANGES_FOLDER = re.compile(r"(?<![\w-])cd [\w./${}\"'-]{1,100}\s*\Z")
_CD = re.compile(r"(?<![\w.-])(?:cd|pushd)[ \t]+[\"']?(?P<folder>[^\s;&|\"']{1,200})")
_KEYWORD = re.compile(r"(?<![\w-])(?:if|elif|while|until|then|else|do)(?![\w-])|!")
_WINDOWS = re.compile(r"powershell|pwsh|\.ps1|(?<![\w])[A-Z]:\\|windows", re.IGNORECASE)
_TOP = re.compile(r"^[^\s#-]", re.MULTILINE)
_ACTIVATES = re.compile(r"(?:source|(?<![\w.])\.)[ \t]+[\"']?(?P<env>[^\s;&|\"']{1,100})/(?:bin|Scripts)/activate")
_ON_PATH = re.compile(r"(?:v?env\w*/(?:bin|Scripts)|VIRTUAL_ENV)\b[^\n]*>>[^\n]*GITHUB_(?:PATH|ENV)")
_PIPFILE = re.compile(r"PIPENV_PIPFILE=[\"']?(?:\./)?(?P<folder>[\w./-]+)/Pipfile[\"']?")
_INSTALLER = re.compile(r"(?:\S*/)?(?:get|install)-poetry\.py")
_TO_FILE = re.compile(r"\s*>\s*\S*\.(?:txt|lock)\s*")
_SETTING = re.compile(
    r"(?:POETRY|PIPENV|PDM)_(?!BUILD_)\w+=(?:\$\{\{[^}\n]*\}\}|\"[^\"\n]*\"|'[^'\n]*'|[^\s\"'])*[ \t]+"
)
_HOME = re.compile(
    r"\.rye/|\$\{?RYE_HOME|"
    r"\.poetry/|\$\{?POETRY_HOME|\$\{?POETRY_BIN|pypoetry|\.poetry\\|(?:export|set)\s+POETRY_|/opt/poetry"
)
_PUTS_IN_PLACE = re.compile(
    r"(?:pip[\d.]*|pipx|apk|apt|apt-get|brew|conda|yum|dnf) (?:-\S+ )*(?:install|add)\b"
    r"[^\n]*(?:poetry|pipenv|pdm|rye|pip-tools|\buv\b)"
    r"|python-poetry|get-poetry|install-poetry|pdm-project\.org|install-pdm|rye\.astral|astral|setup-(?:poetry|pdm|rye|pipenv|uv)|orbs?:"
    r"|(?<![\w-])uv[ =:@]"
    r"|(?:image|container): *[\"']?[\w./-]*(?:/uv\b|\buv:)"
)
_ENVIRONMENT = re.compile(r"(?P<quote>[\"']?)(?P<env>[^\s;&|\"']+)/(?:bin|Scripts)/(?:pip|python)[\d.]*(?P=quote)")
_CONDA = re.compile(
    r"(?<![\w-])(?:conda|mamba|micromamba)[ \t]+(?:activate|create|install|env[ \t]+(?:create|update))(?![\w-])"
)
_PARTIAL = re.compile(r"--no-install-project|--no-dev|--no-default-groups|--only-group|--no-group")
_SYSTEM = re.compile(
    r"virtualenvs\.create[\s\"',]+false|virtualenvs-create:\s*[\"']?false"
    r"|POETRY_VIRTUALENVS_CREATE[\"']?\s*[:=]\s*[\"']?(?:false|0)",
    re.IGNORECASE,
)


def edited(path: str, text: str, context: Context, windows: Iterable[Window], manner: Manner | None = None) -> Script:
    """The script editor after all ``windows``."""
    script = Script(path, text, context, manner)
    for window in windows:
        script.window(window)
    return script


def yaml_quoted(quote: str) -> Callable[[str], str]:
    """How new text is written between quotes of YAML or JSON."""
    if quote == '"':
        return lambda new: new.replace("\\", "\\\\").replace('"', '\\"')
    if quote == "'":
        return lambda new: new.replace("'", "''")
    return str
