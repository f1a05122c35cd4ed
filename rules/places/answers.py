"""What stands for one command of an old tool: uv's command, nothing, or a question for a person. Pure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rules.places.calls import Call, Word, words_of
from rules.places.target import MANAGERS, Target
from rules.uv import version

#: Ways in which the same command is said: in pipelines, in documentation, in an image that is already installed.
LOCKED, PLAIN, NO_SYNC = "--locked", "", "--no-sync"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How uv is to be called in one place.

    ``lock``: ``--locked`` or nothing; ``run``: the option of ``uv run``; ``active``: into the environment that is
    active there (tox, nox); ``inexact``: keeping what an earlier command installed; ``options``: more for ``uv sync``;
    ``system``: into the Python that runs; ``files``: where requirements files of an image come from.
    """

    lock: str = LOCKED
    run: str = LOCKED
    active: bool = False
    inexact: bool = False
    no_project: bool = False
    options: tuple[str, ...] = ()
    system: bool = False
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """``kind``: ``sync``, ``run``, ``bootstrap`` (puts uv in place), ``other``, ``drop`` or ``look``.

    ``text`` replaces the words from ``skip`` on, up to ``upto`` (all of them where it is ``None``); ``why`` says what
    to look at, ``rest`` what else a bootstrap installs.
    """

    kind: str
    text: str = ""
    upto: int | None = None
    why: str = ""
    rest: tuple[str, ...] = field(default=())
    skip: int = 0


def drop() -> Answer:
    """The command has nothing left to do."""
    return Answer(kind="drop")


def look(why: str) -> Answer:
    """A person has to see to it."""
    return Answer(kind="look", why=why)


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
        return _pip_tools(program, words, target, manner)
    if re.fullmatch(r"pip[\d.]*", program) and "pip" in target.tools:
        return _pip(words, target, manner)
    if program in ("pip", "pip3") and manner.lock and target.tools & {"poetry", "pdm", "pipenv", "rye"}:
        return _pip_project(words, target, manner)
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


# ---------------------------------------------------------------------------------------------------- managers


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
    handler = _VERBS[tool].get(verb)
    if handler is None:
        if tool == "pdm" and verb in target.scripts:
            return _script(tool, words[1:], target, _run_prefix(uv, manner))
        if tool == "poetry" and verb == "poe":
            return Answer(kind="run", text=f"{_run_prefix(uv, manner)} poe{_raws(rest)}")
        return look(f"`{tool} {verb}` has no counterpart that is certain")
    found = handler(rest, target, manner)
    return _in(found, uv) if uv != "uv" else found


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


def _raws(words: Sequence[Word]) -> str:
    return "".join(f" {word.raw}" for word in words)


def _run_prefix(uv: str, manner: Manner) -> str:
    parts = [uv, "run", *([manner.run] if manner.run else []), *(["--active"] if manner.active else [])]
    return " ".join(parts)


def _script(tool: str, words: list[Word], target: Target, prefix: str) -> Answer:
    """What the old tool keeps under a name, in its place; a list of others is joined by ``&&``."""
    name = words[0].value
    lines = _lines_of(name, target, 0)
    if not lines or any(re.search(r"[;&|<>$`\n{]", line) for line in lines) or (len(lines) > 1 and len(words) > 1):
        shown = f": {target.scripts[name][:80]}" if target.scripts[name] else ""
        return look(f"the script {name!r} of {tool} is more than one plain command{shown}")
    return Answer(kind="run", text=" && ".join(f"{prefix} {line}" for line in lines) + _raws(words[1:]))


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
    if values[0] == "pip" or (values[:2] == ["python", "-m"] and values[2:3] == ["pip"]):
        after = rest[1 if values[0] == "pip" else 3 :]
        if after[:1] and after[0].value == "install" and "-r" not in [w.value for w in after]:
            named = [w for w in after[1:] if not w.value.startswith("-")]
            if named and all(w.value in ("pip", "setuptools", "wheel") for w in named):
                return drop()
        return Answer(kind="other", text=f"uv pip{_raws(after)}")
    if values[0] == tool and len(rest) > 1:
        nested = _managed(tool, rest, target, manner)
        return nested or look(f"{tool} inside {tool}")
    prefix = _run_prefix(uv, manner)
    if tool in ("pipenv", "pdm", "rye") and values[0] in target.scripts:
        return _script(tool, rest, target, prefix)
    if tool in ("pdm", "rye") and values[0].endswith(".py"):
        prefix = f"{prefix} python"
    return Answer(kind="run", text=prefix, upto=rest[0].start)


# ------------------------------------------------------------------------------------------------------- options

_QUIET = frozenset(
    "-n --no-interaction -v -vv -vvv -q --quiet --verbose --no-ansi --ansi --sync --no-plugins --no-directory "
    "--remove-untracked --compile --no-compile --no-lock --check --frozen-lockfile --no-editable --fail-fast -x "
    "--ignore-pipfile --deploy --keep-outdated --clear --no-isolation --skip-lock --no-update --regenerate "
    "--frozen --locked --no-self-update --force -f --clean".split()
)


@dataclass(slots=True)
class _Options:
    """The options of an install, gathered."""

    flags: set[str] = field(default_factory=set)
    values: dict[str, list[str]] = field(default_factory=dict)
    named: list[Word] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def all(self, *names: str) -> list[str]:
        """The values of options, split at commas and blanks; expressions whole."""
        found: list[str] = []
        for name in names:
            for value in self.values.get(name, ()):
                found += [value] if "$" in value or "{{" in value or "<<" in value else re.split(r"[,\s]+", value)
        return [v for v in found if v]


def _options(rest: Sequence[Word], valued: Mapping[str, str], flags: Mapping[str, str]) -> _Options:
    """Options sorted by what they mean; ``valued`` and ``flags`` give each spelling its name."""
    found = _Options()
    number = 0
    while number < len(rest):
        word = rest[number]
        name, equals, value = word.value.partition("=")
        short = word.value[:2]
        if name in valued:
            if not equals:
                number += 1
                value = rest[number].value if number < len(rest) else ""
            found.values.setdefault(valued[name], []).append(value)
        elif word.value in flags:
            found.flags.add(flags[word.value])
        elif word.value.startswith("-dG") and "-dG" in valued:
            found.values.setdefault("group", []).append(word.value[3:].lstrip("="))
        elif short in valued and len(word.value) > 2 and not word.value.startswith("--"):
            found.values.setdefault(valued[short], []).append(word.value[2:].lstrip("="))
        elif word.value in _QUIET:
            pass
        elif word.value.startswith("-") or word.value.startswith(("$", "{{", "<<")):
            found.unknown.append(word.value)
        else:
            found.named.append(word)
        number += 1
    return found


def _quoted(value: str) -> str:
    return f'"{value}"' if re.search(r"[\s\[\]*?]", value) and "${{" not in value else value


def _sync(target: Target, manner: Manner, parts: Sequence[str], *, project: bool = True) -> Answer:
    words = ["uv", "sync", *([manner.lock] if manner.lock else []), *parts]
    no_project = (not project or manner.no_project) and target.package
    words += ["--no-install-project"] if no_project and "--no-install-project" not in parts else []
    inexact = (manner.inexact or manner.system or manner.active) and manner.lock
    words += ["--inexact"] if inexact and "--inexact" not in words else []
    words += ["--active"] if manner.active else []
    words += [o for o in manner.options if o not in words]
    return Answer(kind="sync", text=" ".join(words))


def _groups(target: Target, names: Sequence[str], option: str) -> list[str]:
    """``--group`` for groups, ``--extra`` for what became an extra, nothing for what is gone or on anyway."""
    found = []
    for name in names:
        if "$" in name or "{{" in name or "<<" in name:
            found.append(f"--{option} {_quoted(name)}")
            continue
        new = target.group(name)
        if new is None or new == "project":
            continue
        kind, _, now = new.partition(":")
        if kind == "extra":
            found += [f"--extra {now}"] if option == "group" else []
        elif option != "group" or now not in target.defaults:
            found.append(f"--{option} {now}")
    return found


def _extras(target: Target, names: Sequence[str]) -> list[str]:
    return [
        f"--extra {_quoted(target.extra_of(name) or name)}" for name in names if "$" in name or target.extra_of(name)
    ]


_POETRY_VALUED = {
    "--with": "with",
    "--without": "without",
    "--only": "only",
    "-E": "extras",
    "--extras": "extras",
    "-C": "dir",
    "--directory": "dir",
    "-P": "dir",
    "--project": "dir",
}
_POETRY_FLAGS = {
    "--no-root": "no-root", "--no-dev": "no-dev", "--only-root": "only-root", "--all-extras": "all-extras",
    "-A": "all-extras", "--all-groups": "all-groups", "--no-cache": "no-cache", "--dry-run": "dry-run",
    "--help": "help",
}  # fmt: skip


def _poetry_install(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    found = _options(rest, _POETRY_VALUED, _POETRY_FLAGS)
    if found.unknown or "dry-run" in found.flags or "help" in found.flags:
        return look(f"poetry install with {', '.join(found.unknown) or 'an option that has no counterpart'}")
    only, without, more = found.all("only"), found.all("without"), found.all("with")
    parts: list[str] = []
    project = "no-root" not in found.flags
    if "only-root" in found.flags:
        return _sync(target, Manner(lock=manner.lock, inexact=True, active=manner.active, options=manner.options),
                     [target.without_groups])  # fmt: skip
    if "no-dev" in found.flags:
        parts.append(target.without_groups)
    if only:
        if "main" in only:
            parts.append(target.without_groups)
            parts += _only_main(target, [n for n in only if n != "main"])
        else:
            parts += _groups(target, only, "only-group")
            project = True  # nothing of the project comes along anyway
            if not parts:
                return look(f"no group {', '.join(only)} is left in the new manifest")
    left = {str(n) for n in without if n != "main"}
    if left and target.defaults and {_plain(n) for n in left} >= target.defaults:
        parts.append(target.without_groups)
    else:
        parts += [o for n in sorted(left, key=without.index) for o in _groups(target, [n], "no-group")
                  if _plain(n) in target.defaults or "$" in n]  # fmt: skip
    parts += _groups(target, more, "group")
    parts += ["--all-extras"] if "all-extras" in found.flags else _extras(target, found.all("extras"))
    parts += ["--all-groups"] if "all-groups" in found.flags else []
    text = _sync(target, manner, list(dict.fromkeys(parts)), project=project)
    if directory := found.values.get("dir"):
        return Answer(kind="sync", text=text.text.replace("uv sync", f"uv sync --directory {directory[-1]}", 1))
    return text


def _only_main(target: Target, names: Sequence[str]) -> list[str]:
    return [f"--group {g.partition(':')[2]}" for n in names if (g := target.group(n)) and g.startswith("group:")]


def _plain(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def _poetry_export(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    valued = {**_POETRY_VALUED, "-f": "format", "--format": "format", "-o": "output", "--output": "output"}
    flags = {
        **_POETRY_FLAGS, "--without-hashes": "no-hashes", "--dev": "dev", "--with-credentials": "quiet",
        "--without-urls": "quiet", "--all-groups": "all-groups",
    }  # fmt: skip
    found = _options(rest, valued, flags)
    if found.unknown or found.named:
        return look("poetry export with " + ", ".join([*found.unknown, *(w.value for w in found.named)]))
    if any(f not in ("requirements.txt", "constraints.txt") for f in found.values.get("format", ())):
        return look("poetry export in a format that uv does not write")
    parts = ["uv", "export", "--frozen"]
    only = found.all("only")
    if "main" in only or not only:
        more = [*found.all("with"), *(["dev"] if "dev" in found.flags else []), *(n for n in only if n != "main")]
        wanted = {_plain(n) for n in more}
        if "all-groups" in found.flags:
            parts.append("--all-groups")
        elif not (target.defaults and wanted >= target.defaults):
            parts.append(target.without_groups)
            parts += _only_main(target, more)
        else:
            parts += _groups(target, more, "group")
    else:
        parts += _groups(target, only, "only-group")
    parts += ["--all-extras"] if "all-extras" in found.flags else _extras(target, found.all("extras"))
    parts += ["--no-hashes"] if "no-hashes" in found.flags else []
    parts += ["--no-emit-project"] if target.package else []
    parts += [f"-o {_quoted(o)}" for o in found.values.get("output", ())[-1:]]
    return Answer(kind="other", text=" ".join(parts))


def _poetry_publish(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    del target, manner
    valued = {"-u": "user", "--username": "user", "-p": "password", "--password": "password", "-r": "index",
              "--repository": "index", "--dist-dir": "dist"}  # fmt: skip
    flags = {"--build": "build", "--skip-existing": "skip", "--dry-run": "dry-run"}
    found = _options(rest, valued, flags)
    if found.unknown or "dist" in found.values or "skip" in found.flags:
        return look(
            "poetry publish with " + ", ".join(found.unknown or ["--dist-dir or --skip-existing (--check-url)"])
        )
    parts = ["uv", "publish"]
    if index := found.values.get("index"):
        parts.append(f"--index {_quoted(index[-1])}")
    user, password = found.values.get("user", [""])[-1], found.values.get("password", [""])[-1]
    if user == "__token__" and password:
        parts.append(f"--token {_shown(password)}")
    else:
        parts += [f"--username {_shown(user)}"] if user else []
        parts += [f"--password {_shown(password)}"] if password else []
    parts += ["--dry-run"] if "dry-run" in found.flags else []
    text = " ".join(parts)
    return Answer(kind="other", text=f"uv build && {text}" if "build" in found.flags else text)


def _shown(value: str) -> str:
    return f'"{value}"' if "$" in value else value


def _poetry_version(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    del target, manner
    parts = ["uv", "version"]
    for word in rest:
        if word.value in ("-s", "--short"):
            parts.append("--short")
        elif word.value in ("major", "minor", "patch"):
            parts.append(f"--bump {word.value}")
        elif word.value in ("premajor", "preminor", "prepatch", "prerelease") or word.value == "--next-phase":
            return look(f"poetry version {word.value}: say the bump to uv version --bump")
        elif word.value == "--dry-run":
            parts.append("--dry-run")
        elif word.value not in _QUIET:
            parts.append(word.raw)
    return Answer(kind="other", text=" ".join(parts))


def _poetry_config(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    del target, manner
    key = next((w.value for w in rest if not w.value.startswith("-")), "")
    values = [w for w in rest if not w.value.startswith("-")][1:]
    if key.startswith("pypi-token") and values:
        return Answer(kind="token", text=f"export UV_PUBLISH_TOKEN={values[0].raw}")
    if key.startswith("http-basic.") and len(values) == 2:
        name = re.sub(r"[^A-Z0-9]", "_", key.removeprefix("http-basic.").upper())
        text = f"export UV_INDEX_{name}_USERNAME={values[0].raw} UV_INDEX_{name}_PASSWORD={values[1].raw}"
        return Answer(kind="token", text=text)
    if key.startswith(("repositories.", "certificates.", "http-basic", "pypi-token")):
        return look(f"poetry config {key}: uv has it in [[tool.uv.index]] and in UV_ variables")
    return drop()


def _lock(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    del target, manner
    if "--check" in [w.value for w in rest]:
        return Answer(kind="other", text="uv lock --check")
    if any(w.value.startswith("-r") or w.value == "--requirements" for w in rest):  # pipenv lock -r
        dev = any(w.value in ("--dev", "-d") for w in rest)
        return Answer(kind="other", text="uv export --frozen --no-hashes" + ("" if dev else " --no-dev"))
    return Answer(kind="other", text="uv lock")


def _check(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    del rest, target, manner
    return Answer(kind="other", text="uv lock --check")


def _build(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    del target, manner
    found = _options(rest, {"-f": "format", "--format": "format", "-o": "out", "--output": "out", "-d": "out",
                            "--dest": "out"}, {"--no-wheel": "--sdist", "--no-sdist": "--wheel", "--wheel": "--wheel",
                            "--sdist": "--sdist"})  # fmt: skip
    if found.unknown:
        return look("a build with " + ", ".join(found.unknown))
    kinds = [f"--{f}" for f in found.values.get("format", ()) if f in ("wheel", "sdist")] + sorted(found.flags)
    out = [f"-o {_quoted(o)}" for o in found.values.get("out", ())]
    return Answer(kind="other", text=" ".join(["uv", "build", *kinds, *out]))


def _update(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    names = [w.raw for w in rest if not w.value.startswith("-")]
    lock = " ".join(["uv lock", *([f"--upgrade-package {n}" for n in names] or ["--upgrade"])])
    if {"--lock"} & {w.value for w in rest}:
        return Answer(kind="other", text=lock)
    return Answer(kind="other", text=f"{lock} && {_sync(target, manner, []).text}")


def _add(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    del manner
    valued = {"--group": "group", "-G": "group", "-E": "extras", "--extras": "extras", "--optional": "optional"}
    found = _options(
        rest, valued, {"-D": "dev", "--dev": "dev", "-d": "dev", "--editable": "editable", "-e": "editable"}
    )
    if found.unknown or not found.named:
        return look("add with " + ", ".join(found.unknown) if found.unknown else "add without a name")
    parts = ["uv", "add"]
    groups = list(found.all("group"))
    parts += [f"--group {g}" for g in groups]
    parts += ["--dev"] if "dev" in found.flags and not groups else []
    parts += [f"--extra {e}" for e in found.all("extras")] + (["--editable"] if "editable" in found.flags else [])
    del target
    return Answer(kind="other", text=" ".join([*parts, *(w.raw for w in found.named)]))


def _remove(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    found = _add(rest, target, manner)
    return Answer(kind="other", text=found.text.replace("uv add", "uv remove", 1)) if found.kind == "other" else found


def _show(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    del target, manner
    values = {w.value for w in rest}
    if {"--tree", "-t"} & values:
        return Answer(kind="other", text="uv tree")
    if {"--outdated", "-o", "-l", "--latest"} & values:
        return Answer(kind="other", text="uv pip list --outdated")
    named = [w.raw for w in rest if not w.value.startswith("-")]
    return Answer(kind="other", text=f"uv pip show {' '.join(named)}" if named else "uv pip list")


def _env(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    del manner
    values = [w.value for w in rest]
    venv = ".venv"
    match values[:1]:
        case ["use"]:
            named = [w.raw for w in rest[1:] if not w.value.startswith("-")]
            return Answer(kind="other", text=f"uv venv --clear --python {' '.join(named)}") if named else drop()
        case ["info"] if {"-p", "--path"} & set(values):
            return Answer(kind="other", text=f'echo "$PWD/{venv}"')
        case ["info"]:
            return Answer(kind="other", text="uv python find") if len(values) == 1 else look("poetry env info")
        case ["activate"]:
            return Answer(kind="other", text=f"echo source {venv}/bin/activate")
        case ["remove"]:
            return Answer(kind="other", text=f"rm -rf {venv}")
        case _:
            del target
            return look(f"poetry env {' '.join(values[:1])} has no counterpart: uv keeps one environment, {venv}")


def _shell(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    del rest, target
    if manner.lock == "":
        return Answer(kind="other", text="source .venv/bin/activate")
    return look("a shell in the environment: `. .venv/bin/activate`")


def _dropped(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    del rest, target, manner
    return drop()


def _cache(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    del target, manner
    return Answer(kind="other", text="uv cache clean") if rest[:1] and rest[0].value in ("clear", "clean") else drop()


def _pipenv_install(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    valued = {"--categories": "categories", "--extra-index-url": "x", "-i": "x", "--index": "x", "--python": "python",
              "-r": "file", "--requirements": "file", "--pypi-mirror": "x", "--extra-pip-args": "x"}  # fmt: skip
    flags = {"--dev": "dev", "-d": "dev", "--system": "system", "--three": "quiet", "--site-packages": "site"}
    found = _options(rest, valued, {**flags, "--verbose": "quiet", "--editable": "e", "-e": "e"})
    if "file" in found.values or "site" in found.flags:
        return look("pipenv install with a file or with the system's packages")
    if found.unknown:
        return look("pipenv install with " + ", ".join(found.unknown))
    if found.named or "e" in found.flags:
        if "system" in found.flags:
            return look("pipenv install of named packages into the system")
        return _add(rest, target, manner)
    groups = found.all("categories")
    parts = [] if "dev" in found.flags else [target.without_groups]
    if groups:
        named = [n for n in groups if n not in ("packages", "default")]
        parts = ([target.without_groups] if "dev-packages" not in named else []) + _groups(
            target, ["dev" if n == "dev-packages" else n for n in named], "group"
        )
    made = _sync(target, manner, parts)
    return Answer(kind="system-sync" if "system" in found.flags else "sync", text=made.text)


def _pipenv_requirements(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    del manner
    values = {w.value for w in rest}
    parts = ["uv", "export", "--frozen"]
    parts += [] if "--dev" in values else [target.without_groups]
    parts += ["--only-dev"] if "--dev-only" in values else []
    parts += [] if "--hash" in values else ["--no-hashes"]
    return Answer(kind="other", text=" ".join([*parts, *(["--no-emit-project"] if target.package else [])]))


def _pdm_install(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    valued = {"-G": "group", "-dG": "group", "--group": "group", "--with": "group", "--without": "without", "-p": "dir",
              "--project": "dir", "-L": "lock", "--lockfile": "lock"}  # fmt: skip
    flags = {"--prod": "prod", "--production": "prod", "-d": "dev", "--dev": "dev", "--no-self": "no-self",
             "--no-default": "no-default", "--dev-only": "dev-only"}  # fmt: skip
    found = _options(rest, valued, flags)
    if found.unknown or found.named or "lock" in found.values:
        return look(
            "pdm install with "
            + ", ".join([*found.unknown, *(w.value for w in found.named), *found.values.get("lock", ())])
        )
    parts = [target.without_groups] if "prod" in found.flags else []
    for name in found.all("group"):
        if name == ":all":
            parts += ["--all-groups", "--all-extras"]
        elif "no-default" in found.flags:
            parts += _groups(target, [name], "only-group")
        elif (extra := target.extra_of(name)) is not None:
            parts.append(f"--extra {extra}")
        else:
            parts += _groups(target, [name], "group")
    parts += _groups(target, found.all("without"), "no-group")
    return _sync(target, manner, list(dict.fromkeys(parts)), project="no-self" not in found.flags)


def _pdm_export(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    words = [w for w in rest if w.value != "--pyproject"]
    del manner
    valued = {"-o": "output", "--output": "output", "-f": "format", "--format": "format", "-G": "group"}
    flags = {"--prod": "prod", "--production": "prod", "--without-hashes": "no-hashes", "--no-hashes": "no-hashes"}
    found = _options(words, {**valued, "--group": "group"}, {**flags, "--no-default": "no-default"})
    if found.unknown or any(
        f not in ("requirements", "requirements.txt", "pylock") for f in found.values.get("format", ())
    ):
        return look("pdm export with " + ", ".join(found.unknown or ["a format that uv does not write"]))
    parts = ["uv", "export", "--frozen", *([target.without_groups] if "prod" in found.flags else [])]
    parts += ["--format pylock.toml"] if "pylock" in found.values.get("format", ()) else []
    parts += _groups(target, found.all("group"), "only-group" if "no-default" in found.flags else "group")
    parts += ["--no-hashes"] if "no-hashes" in found.flags else []
    parts += ["--no-emit-project"] if target.package else []
    parts += [f"-o {_quoted(o)}" for o in found.values.get("output", ())[-1:]]
    return Answer(kind="other", text=" ".join(parts))


def _rye_sync(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    found = _options(
        rest, {"--features": "features"}, {"--no-dev": "no-dev", "--all-features": "all", "--no-lock": "l"}
    )
    if found.unknown or found.named:
        return look("rye sync with " + ", ".join(found.unknown))
    parts = [target.without_groups] if "no-dev" in found.flags else []
    parts += ["--all-extras"] if "all" in found.flags else _extras(target, found.all("features"))
    return _sync(target, manner, parts)


def _as(text: str) -> Callable[[Sequence[Word], Target, Manner], Answer]:
    def made(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
        del target, manner
        return Answer(kind="other", text=text + _raws(rest))

    return made


def _venv_python(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    del target, manner
    named = [w.raw for w in rest if not w.value.startswith("-")]
    return (
        Answer(kind="other", text=f"uv venv --clear --python {named[0]}")
        if len(named) == 1
        else look("pipenv --python")
    )


_Handler = Callable[[Sequence[Word], Target, Manner], Answer]
_SHARED: dict[str, _Handler] = {
    "lock": _lock, "check": _check, "build": _build, "update": _update, "add": _add, "remove": _remove, "show": _show,
    "shell": _shell, "config": _dropped, "self": _dropped, "plugin": _dropped, "cache": _cache, "about": _dropped,
}  # fmt: skip
_VERBS: dict[str, dict[str, _Handler]] = {
    "poetry": {
        **_SHARED, "install": _poetry_install, "sync": _poetry_install, "export": _poetry_export,
        "publish": _poetry_publish, "version": _poetry_version, "config": _poetry_config, "env": _env,
    },
    "pipenv": {
        **_SHARED, "install": _pipenv_install, "sync": _pipenv_install, "requirements": _pipenv_requirements,
        "verify": _check, "uninstall": _remove, "graph": _as("uv tree"), "clean": _dropped, "--python": _venv_python,
        "--rm": _as("rm -rf .venv"), "--venv": _as('echo "$PWD/.venv"'), "--three": _dropped,
        "check": lambda rest, target, manner: look("pipenv check looks for known vulnerabilities: `uvx pip-audit`"),
    },
    "pdm": {
        **_SHARED, "install": _pdm_install, "sync": _pdm_install, "export": _pdm_export, "publish": _as("uv publish"),
        "list": _show, "use": _dropped, "venv": _dropped, "python": _as("uv python"), "info": _dropped,
    },
    "rye": {
        **_SHARED, "sync": _rye_sync, "publish": _as("uv publish"), "pin": _as("uv python pin"), "list": _show,
        "test": _as("uv run --locked pytest"), "lint": _as("uvx ruff check"), "fmt": _as("uvx ruff format"),
        "toolchain": _dropped, "fetch": _as("uv python install"),
    },
}  # fmt: skip


# --------------------------------------------------------------------------------------------------- pip and beside


def _pip_tools(program: str, words: list[Word], target: Target, manner: Manner) -> Answer:
    if program == "pip-sync":
        files = [w.value for w in words[1:] if w.value.endswith((".txt", ".lock"))]
        options = options_of_files(files, target) if files else []
        return _sync(target, manner, options) if options is not None else look("pip-sync of a file that is not moved")
    values = [w.value for w in words[1:]]
    names = [v for v in values if v.endswith((".in", ".txt", ".toml"))]
    if names and all(target.file(n.removeprefix("./")) is None for n in names) and "pyproject.toml" not in names:
        return Answer(kind="other", text="uv pip compile", upto=words[1].start if len(words) > 1 else None)
    return Answer(kind="other", text="uv lock --upgrade" if {"-U", "--upgrade"} & set(values) else "uv lock")


def options_of_files(files: Sequence[str], target: Target) -> list[str] | None:
    """The options that install what these requirements files held; ``None`` where one of them is unknown."""
    parts: list[str] = []
    wanted: set[str] = set()
    main = False
    for file in files:
        new = target.file(posixpath.normpath(file))
        if new is None:
            return None
        kind, _, name = new.partition(":")
        main |= kind == "project"
        if kind == "group":
            wanted.add(_plain(name))
            parts += [f"--group {name}"] if _plain(name) not in target.defaults else []
        elif kind == "extra":
            parts.append(f"--extra {name}")
    missing = target.defaults - wanted
    if missing == target.defaults and target.defaults:
        parts.insert(0, target.without_groups)
    else:
        parts += [f"--no-group {name}" for name in sorted(missing)]
    return parts


_PIP_VALUED = {
    "-r": "file", "--requirement": "file", "-c": "constraint", "--constraint": "constraint", "-e": "local",
    "--editable": "local", "-i": "index", "--index-url": "index", "--extra-index-url": "index", "-f": "index",
    "--find-links": "index", "--trusted-host": "x", "--cache-dir": "x", "--timeout": "x", "--retries": "x",
    "--progress-bar": "x", "--upgrade-strategy": "x", "--default-timeout": "x", "--no-binary": "build",
    "--only-binary": "build", "-t": "elsewhere", "--target": "elsewhere", "--prefix": "elsewhere",
    "--root": "elsewhere", "--platform": "elsewhere", "--group": "group", "--src": "elsewhere", "--python": "elsewhere",
}  # fmt: skip
_PIP_FLAGS = dict.fromkeys(
    "-U --upgrade --no-cache-dir --no-cache --user --no-input --disable-pip-version-check --no-warn-script-location "
    "--prefer-binary --no-build-isolation --pre --ignore-installed -I --force-reinstall --break-system-packages "
    "--require-hashes --use-pep517 --no-use-pep517 --use-feature=in-tree-build -qq -qqq --compile --no-compile "
    "--no-clean --require-virtualenv --isolated --no-python-version-warning --use-deprecated=legacy-resolver".split(),
    "quiet",
)
_LOCAL = re.compile(r"(?:\.|\./)(?:\[(?P<extras>[^\]]*)\])?")


def _pip(words: list[Word], target: Target, manner: Manner) -> Answer | None:
    """``pip install`` of requirements files that were moved, and of the project."""
    values = [w.value for w in words]
    if "install" not in values:
        return None
    rest = words[values.index("install") + 1 :]
    found = _options(rest, _PIP_VALUED, {**_PIP_FLAGS, "--no-deps": "no-deps"})
    files = found.values.get("file", [])
    locals_ = [*found.values.get("local", []), *(w.value for w in found.named if _LOCAL.fullmatch(w.value))]
    others = [w for w in found.named if not _LOCAL.fullmatch(w.value)]
    if any(w.value.endswith((".txt", ".in")) for w in others):
        return look(f"`{' '.join(values)[:100]}`: a file without -r")
    if not (files or locals_ or found.values.get("group")) or (not files and not manner.lock):
        return None
    if found.unknown or {"elsewhere", "build"} & found.values.keys():
        return look(f"`{' '.join(values)[:100]}`: {', '.join(found.unknown) or 'where or how it installs'}")
    if any(not _LOCAL.fullmatch(v) for v in locals_):
        return None
    options = options_of_files([manner.files.get(f, f) for f in files], target) if files else [target.without_groups]
    if options is None:
        return None
    folder = posixpath.dirname(files[0]) if files and files[0] in manner.files else ""
    options = [*([f"--project {folder}"] if folder.startswith("/") else []), *options]
    if not files and not target.defaults:
        options = []
    for local in locals_:
        match = _LOCAL.fullmatch(local)
        options += _extras_or_groups(target, (match["extras"] or "") if match else "")
    options += _groups(target, found.all("group"), "group")
    project = (bool(locals_) and "no-deps" not in found.flags) or not target.package
    made = _sync(target, manner, list(dict.fromkeys(options)), project=project or bool(locals_))
    if others:
        shown = [w for w in others if w.value.lower() not in ("pip", "setuptools", "wheel")]
        more = f" && pip install {' '.join(w.raw for w in shown)}" if shown else ""
        return Answer(kind="system-sync", text=made.text + more)
    return Answer(kind="system-sync", text=made.text)


def _extras_or_groups(target: Target, names: str) -> list[str]:
    found = []
    for name in re.split(r"[,\s]+", names):
        if not name:
            continue
        if (extra := target.extra_of(name)) is not None:
            found.append(f"--extra {extra}")
        elif (new := target.group(name)) is not None and new.startswith("group:"):
            found += _groups(target, [name], "group")
    return found


def _pip_project(words: list[Word], target: Target, manner: Manner) -> Answer | None:
    """``pip install .`` of a project that another tool managed."""
    values = [w.value for w in words]
    if values[1:2] != ["install"]:
        return None
    found = _options(words[2:], _PIP_VALUED, _PIP_FLAGS)
    locals_ = [*found.values.get("local", []), *(w.value for w in found.named if _LOCAL.fullmatch(w.value))]
    if not locals_ or found.unknown or len(locals_) != len(found.values.get("local", [])) + len(found.named):
        return None
    if {"file", "elsewhere", "build", "index", "constraint"} & found.values.keys() or not target.package:
        return None
    if any(not _LOCAL.fullmatch(v) for v in locals_):
        return None
    options = [target.without_groups] if target.defaults else []
    for local in locals_:
        match = _LOCAL.fullmatch(local)
        options += _extras_or_groups(target, (match["extras"] or "") if match else "")
    return Answer(kind="system-sync", text=_sync(target, manner, options).text)


# ------------------------------------------------------------------------------------------------------- bootstraps

_BOOTSTRAPPED = re.compile(
    r"(?P<name>poetry|pipenv|pdm|rye|pip-tools|poetry-core|poetry-plugin-[\w-]+|poetry-dynamic-versioning\S*)"
    r"(?:\[[^\]]*\])?(?:\s*(?:[=~!<>@]=?|\s).*)?"
)
_DOWNLOAD = re.compile(
    r"install\.python-poetry|get-poetry|install-poetry|pdm-project\.org|install-pdm|rye\.astral|rye-up"
)


def bootstrap(call: Call, target: Target) -> Answer | None:
    """A command that puts the old tool in place: uv in one version stands there from now on."""
    words = list(words_of(call))
    program = posixpath.basename(words[0].value)
    if program in ("curl", "wget") and any(_DOWNLOAD.search(w.value) for w in words):
        return Answer(kind="bootstrap", text=f"python3 -m pip install uv=={version('uv')}")
    if not re.fullmatch(r"pip[\d.]*|pipx|uv|brew|asdf|mamba|conda", program):
        return None
    values = [w.value for w in words]
    verb = next((n for n, v in enumerate(values) if v in ("install", "inject", "upgrade")), None)
    if verb is None:
        return None
    if program == "pipx" and values[verb] == "inject":
        return drop() if _is_old(values[verb + 1 : verb + 2], target) else None
    old = [n for n, v in enumerate(values[verb + 1 :], verb + 1) if _is_old([v], target)]
    if not old:
        return None
    prefix = call.words[: len(call.words) - len(words)]
    if program in ("brew", "asdf"):
        return (
            Answer(kind="bootstrap", text="brew install uv")
            if program == "brew"
            else look("asdf installs the old tool")
        )
    kept = [w.raw for n, w in enumerate(words[: verb + 1])]
    names: list[str] = []
    number = verb + 1
    while number < len(words):
        if number in old:
            if not any(n.startswith("uv==") for n in names):
                names.append(f"uv=={version('uv')}")
        else:
            names.append(words[number].raw)
        number += 1
    if program == "uv":
        return drop() if len([n for n in names if not n.startswith("-")]) == 1 else look("uv installs the old tool")
    rest = tuple(n for n in names if not n.startswith(("-", "uv==")))
    text = " ".join([*(w.raw for w in prefix), *kept, *names])
    return Answer(kind="bootstrap", text=text, rest=rest)


def _is_old(values: Sequence[str], target: Target) -> bool:
    for value in values:
        match = _BOOTSTRAPPED.fullmatch(value.strip("'\""))
        if match is None:
            continue
        name = match["name"]
        tool = "poetry" if name.startswith("poetry") else name
        if tool in target.tools or (tool == "pip-tools" and "pip-compile" in target.tools):
            return True
    return False
