"""What stands for one command of an old tool: uv's command, nothing, or a question for a person. Pure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import replace

from rules.places.bootstrap import bootstrap
from rules.places.calls import Call, Word, calls, words_of
from rules.places.manner import NO_SYNC, Answer, Manner, drop, look
from rules.places.options import normal, raws
from rules.places.pdm_verbs import PDM, RYE
from rules.places.pip_answers import pip_files, pip_project, pip_tools
from rules.places.pipenv_verbs import PIPENV
from rules.places.poetry_verbs import POETRY
from rules.places.target import MANAGERS, Target


def answer(call: Call, target: Target, manner: Manner) -> Answer | None:
    """What stands for ``call`` in a project that has become ``target``; ``None`` for a command that stays as it is."""
    words = list(words_of(call))
    program = posixpath.basename(words[0].value)
    if program in ("docker", "docker-compose", "podman", "podman-compose", "kubectl"):
        return _in_container(words, target, manner)
    if (found := bootstrap(call, target)) is not None:
        return found
    if program in ("poetry", "pdm", "pipenv", "rye") and program in target.tools:
        return _managed(program, words, target, manner)
    if program in ("pip-compile", "pip-sync") and program in target.tools:
        return pip_tools(program, words, target, manner)
    if re.fullmatch(r"pip[\d.]*", program) and "pip" in target.tools:
        return pip_files(words, target, manner)
    if program in ("pip", "pip3") and manner.lock and target.tools & {"poetry", "pdm", "pipenv", "rye"}:
        return pip_project(words, target, manner)
    return None


def _in_container(words: list[Word], target: Target, manner: Manner) -> Answer | None:
    """``docker compose exec app poetry run pytest``: what is started inside is called like in the image."""
    values = [w.value for w in words]
    verb = next((n for n, v in enumerate(values) if v in ("run", "exec")), None)
    tool = next(
        (n for n, v in enumerate(values) if verb is not None and n > verb and v in MANAGERS & target.tools), None
    )
    if tool is None:
        return None
    if values[1:2] == ["run"] and values[0] in ("docker", "podman"):
        return look(f"{values[tool]} in an image that another file names")
    inner = Call(words=tuple(words[tool:]), begin=0, end=0, stop=0, before="", after="", previous=0, following=0)
    found = answer(inner, target, replace(manner, run=NO_SYNC))
    if found is None or found.kind not in ("run", "sync", "other"):
        return found if found is None or found.kind == "look" else look("a command in a container")
    return replace(found, kind="other", skip=tool)


def _managed(tool: str, words: list[Word], target: Target, manner: Manner) -> Answer | None:
    words, directory = _without_global(words)
    uv = f"uv --directory {directory}" if directory else "uv"
    if len(words) < 2:
        return look(f"{tool} without a command")
    verb, rest = words[1].value, words[2:]
    if verb in ("--version", "-V", "--help", "-h"):
        return Answer(kind="other", text=f"uv {verb}")
    if verb == "run":
        return _run(tool, words[0], rest, target, manner, uv)
    if not manner.lock and verb in ("add", "install") and _is_own(rest, target):
        return None
    handler = _VERBS[tool].get(verb)
    if handler is None:
        if tool == "pdm" and verb in target.scripts:
            return _script(tool, words[1:], target, _run_prefix(uv, manner))
        if tool == "poetry" and verb == "poe":
            return Answer(kind="run", text=f"{_run_prefix(uv, manner)} poe{raws(rest)}")
        return look(f"`{tool} {verb}` has no counterpart that is certain")
    found = handler(rest, target, manner)
    return _in(found, uv) if uv != "uv" else found


def _is_own(rest: Sequence[Word], target: Target) -> bool:
    """Whether documentation tells others how to install the project itself: with their tool, whatever it is."""
    names = {re.split(r"[\[=<>~!@ ]", word.value, maxsplit=1)[0] for word in rest if not word.value.startswith("-")}
    return bool(target.name) and target.name in map(normal, names)


def _in(found: Answer, uv: str) -> Answer:
    return replace(found, text=re.sub(r"^uv\b", lambda _: uv, found.text))


def _without_global(words: list[Word]) -> tuple[list[Word], str | None]:
    """The words without the tool's own options before the command, and the folder that one of them names."""
    kept, directory, number = [words[0]], None, 1
    while number < len(words) and words[number].value.startswith("-") and words[number].value not in _ALONE:
        option, equals, value = words[number].raw.partition("=")
        if option in ("-C", "--directory", "-P", "--project", "-p"):
            if equals:
                directory = value
            elif number + 1 < len(words):
                number += 1
                directory = words[number].raw
        number += 1
    return [*kept, *words[number:]], directory


_ALONE = frozenset({"--version", "-V", "--help", "-h", "--python", "--three", "--rm", "--venv", "--where"})


def _run_prefix(uv: str, manner: Manner) -> str:
    parts = [uv, "run", *([manner.run] if manner.run else []), *(["--active"] if manner.active else [])]
    return " ".join(parts)


def _script(tool: str, words: list[Word], target: Target, prefix: str) -> Answer:
    """What the old tool keeps under a name, in its place; a list of others is joined by ``&&``."""
    name = words[0].value
    lines = _lines_of(name, target, 0)
    if len(lines) == 1 and (placed := _ARGUMENTS.search(lines[0])) is not None:
        given = raws(words[1:]).strip() or (placed["default"] or "")
        lines = [f"{lines[0][: placed.start()]}{given}{lines[0][placed.end() :]}".strip()]
        words = words[:1]
    if not lines or any(re.search(r"[;&|<>$`\n{]", line) for line in lines) or (len(lines) > 1 and len(words) > 1):
        shown = f": {target.scripts[name][:80]}" if target.scripts[name] else ""
        return look(f"the script {name!r} of {tool} is more than one plain command{shown}")
    parts = [_line(line, tool, target, prefix) for line in lines]
    if None in parts:
        return look(f"the script {name!r} of {tool} calls {tool} itself: {' && '.join(lines)[:80]}")
    return Answer(kind="run", text=" && ".join(text for text in parts if text) + raws(words[1:]))


_ARGUMENTS = re.compile(r"\{args(?::(?P<default>[^{}]*))?\}")
"""Where PDM puts the arguments of a script."""


def _line(line: str, tool: str, target: Target, prefix: str) -> str | None:
    """A command line of a script; one that calls the old tool by uv's command, ``""`` where nothing is left of it."""
    if line.split()[0] != tool:
        return f"{prefix} {line}"
    call = next(iter(calls(line)), None)
    found = answer(call, target, Manner()) if call is not None else None
    if found is None or found.kind in ("look", "token"):
        return None
    return "" if found.kind == "drop" else found.text + (f" {line[found.upto :]}" if found.upto is not None else "")


def _lines_of(name: str, target: Target, depth: int) -> list[str]:
    """The command lines of a script, those that it is made of in its place; empty where that cannot be said."""
    found: list[str] = []
    for line in target.scripts[name].split("\n"):
        first, _, rest = line.strip().partition(" ")
        if first in target.scripts and first != name:
            inner = _lines_of(first, target, depth + 1) if depth < 5 and not rest else []
            if not inner:
                return []
            found += inner
        elif first:
            found.append(line.strip())
    return found


def _run(tool: str, first: Word, rest: list[Word], target: Target, manner: Manner, uv: str) -> Answer:
    number = 0
    while number < len(rest) and rest[number].value.startswith("-"):
        if tool == "pdm" and rest[number].value in ("-p", "--project") and number + 1 < len(rest):
            uv, number = f"uv --project {rest[number + 1].raw}", number + 2
            continue
        if rest[number].value in ("-p", "--project", "--venv", "--env-file"):
            return look(f"`{tool} run {rest[number].value}` chooses another environment")
        number += 1
    rest = rest[number:]
    if not rest:
        return Answer(kind="run", text=_run_prefix(uv, manner))
    values = [w.value for w in rest]
    by_python = re.fullmatch(r"python[\d.]*", values[0]) is not None and values[1:3] == ["-m", "pip"]
    if by_python or re.fullmatch(r"pip[\d.]*", values[0]):
        after = rest[3 if by_python else 1 :]
        if after[:1] and after[0].value == "install" and "-r" not in [w.value for w in after]:
            named = [w for w in after[1:] if not w.value.startswith("-")]
            if named and all(w.value in ("pip", "setuptools", "wheel") for w in named):
                return drop()
        return Answer(kind="other", text=f"uv pip{raws(after)}")
    if values[0] == tool and len(rest) > 1:
        nested = _managed(tool, rest, target, manner)
        return nested or look(f"{tool} inside {tool}")
    prefix = _run_prefix(uv, manner)
    if tool in ("pipenv", "pdm", "rye") and values[0] in target.scripts:
        return _script(tool, rest, target, prefix)
    script = next((v for v in values[1:2] if posixpath.basename(v) == "setup.py"), None)
    if script is not None and re.fullmatch(r"python[\d.]*", values[0]) and manner.run != NO_SYNC:
        if {"install", "develop"} & set(values[2:]):
            return look(f"`{' '.join(values)[:80]}` installs into the environment")
        prefix = f"{prefix} --with setuptools --with wheel"  # an environment of uv's has neither
    if tool in ("pdm", "rye") and values[0].endswith(".py"):
        prefix = f"{prefix} python"
    return Answer(kind="run", text=prefix, upto=rest[0].start)


_VERBS = {"poetry": POETRY, "pipenv": PIPENV, "pdm": PDM, "rye": RYE}
