"""From a command to what it starts in the repository's own files: make targets, tox environments, scripts, actions."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from itertools import islice

from scanner.commands.handed import as_set, in_folder, with_arguments, with_inputs, with_parameters, with_variables
from scanner.commands.image_builds import ImageBuild, builds_of, compose_services, image_build, image_run
from scanner.commands.lookup import Lookup
from scanner.commands.stages import built_stages, stage_called
from scanner.commands.words import (
    SHELLS,
    Program,
    after_options,
    asks_only,
    inner,
    option,
    options,
    program,
    script_word,
    spread,
)
from scanner.facts import FUNCTION, Dockerfile, Extract, Invocation, Location, Stage, Task
from scanner.tox_environments import ASKED_FOR, expand_names

MAX_DEPTH = 5
MAX_FOLLOWED = 600
MAX_UNKNOWN = 20
_MAKE_VALUES = frozenset({"-C", "--directory", "-f", "--file", "--makefile", "-j", "-I", "-o", "-W", "-l"})
_JUST_VALUES = frozenset({"-f", "--justfile", "-d", "--working-directory", "--set", "--shell"})
_TASK_VALUES = frozenset({"-t", "--taskfile", "-d", "--dir", "-o", "--output", "-C", "--concurrency"})
_PATH = ("/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin")
_NEEDED_FIRST = frozenset({"makefile", "justfile", "taskfile"})
_SCRIPTS = frozenset({"shell", "shell-unnamed", "windows-script"})
_MAKEFILES = ("GNUmakefile", "makefile", "Makefile")
_TASKFILES = ("Taskfile.yml", "Taskfile.yaml", "taskfile.yml", "taskfile.yaml", "Taskfile.dist.yml")
_TOX_FILES = ("tox.ini", "setup.cfg", "pyproject.toml", "tox.toml")
_DECLARED_IN = {
    "pixi": ("pixi.toml", "pyproject.toml"),
    "hatch": ("hatch.toml", "pyproject.toml"),
    "pipenv": ("Pipfile",),
}
_TASK_RUNNERS = frozenset({"poe", "poetry", "task", "hatch", "pdm", "rye", "pixi", "pipenv"})
_COMPOSE_FILES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
_SCRIPT = re.compile(r"[\w./${}-]{1,200}")
_DISPATCH = re.compile(r"\$(?:[@*]|\w{1,60}|\{[@*]\}|\{\w{1,60}(?::?-[^}]{0,60})?\}|\{[@*]:?-[^}]{0,60}\})")
_ARGUMENTS = re.compile(r"\$(?:[@*]|\{[@*])")
_OWN_ENVIRONMENTS = frozenset({"tox", "nox"})
WORKFLOWS = frozenset(
    {"github-actions", "forgejo-actions", "gitea-actions"}
)  # one calls another, whose jobs start anew
MAX_SOURCED = 30


def expand(
    invocation: Invocation, lookup: Lookup, matters: Callable[[Invocation], bool] = lambda _: True
) -> tuple[Invocation, ...]:
    """What ``invocation`` starts through the repository's own files, all the way down; empty for any other command.

    Only the commands at the ends are given, not the ``make`` or ``tox`` on the way. The results keep their own place;
    context, job and variables are the caller's. Every task is followed once, at most ``MAX_DEPTH`` files deep. Only
    what ``matters`` is kept, a question that is asked once for all callers.
    """
    where = invocation.at if invocation.context == "image" else None
    env = dict(invocation.env)
    asked = env.get("TOXENV"), env.get("NOXSESSION"), _settable(invocation, lookup)
    key = (invocation.argv, invocation.directory, where, invocation.inside, asked)
    followed = lookup.followed(
        key, lambda: islice(filter(matters, _expand(invocation, lookup, set(), 0)), MAX_FOLLOWED)
    )
    never = "local" if invocation.context == "ci" else None
    called = (as_called(s, invocation) for s in followed if s.only is None or s.only != never)
    return tuple(one for one in called if holds(one.when, dict(one.env)))


def holds(conditions: Iterable[str], given: Mapping[str, str]) -> bool:
    """Whether the tests of a makefile (``Invocation.when``) hold where these variables are set."""
    return all(_holds(word.removeprefix("!"), given) != word.startswith("!") for word in conditions)


def _holds(word: str, given: Mapping[str, str]) -> bool:
    name, equals, value = word.partition("=")
    return given.get(name) == value if equals else bool(given.get(name))


def expand_builds(invocation: Invocation, lookup: Lookup) -> Iterator[Invocation]:
    """What the images that a command builds (or that Compose builds for it) run while they are built."""
    for build in _builds(invocation, lookup):
        yield from (as_called(i, invocation) for i in while_built(build, lookup))


def while_built(build: ImageBuild, lookup: Lookup) -> Iterator[Invocation]:
    """What an image runs while it is built, stage by stage."""
    extract = lookup.extracts.get(build.dockerfile)
    if extract is None or extract.dockerfile is None or extract.template:
        return
    yield from _made(extract.dockerfile, stage_called(extract.dockerfile, build.target))


def while_made(place: Location, lookup: Lookup) -> Iterator[Invocation]:
    """What an image runs until it is made as far as the line ``place`` of its Dockerfile."""
    extract = lookup.extracts.get(place.path)
    if extract is not None and extract.dockerfile is not None:
        stages = [stage for stage in extract.dockerfile.stages if stage.line <= (place.line or 0)]
        yield from _made(extract.dockerfile, stages[-1] if stages else None)


def _made(dockerfile: Dockerfile, final: Stage | None) -> Iterator[Invocation]:
    for stage in built_stages(dockerfile, final or dockerfile.stages[-1]):
        yield from (i for step in stage.instructions if step.name == "RUN" for i in step.invocations)


def _builds(invocation: Invocation, lookup: Lookup) -> list[ImageBuild]:
    if (build := image_build(invocation)) is not None:
        return [build]
    if (image := image_run(invocation)) is not None:
        return [build] if (build := lookup.build_of(image)) is not None else []
    asked = compose_services(invocation)
    if asked is None:
        return []
    files, service = asked
    extracts = composed(invocation, files, lookup)
    for name in (service, None):
        if builds := [b for e in extracts for b in builds_of(e, name)]:
            return builds
    return []


def composed(invocation: Invocation, files: Sequence[str], lookup: Lookup) -> list[Extract]:
    """The Compose ``files`` that a command reads, the default ones where it names none."""
    found = (_near(invocation, lookup, (name,), None, None) for name in files or _COMPOSE_FILES)
    return [e for e in found if e is not None and e.format == "compose"]


def is_followed(invocation: Invocation, lookup: Lookup) -> bool:
    """Whether the command starts a task or script of the repository, even one that does nothing of note."""
    return bool(_targets(invocation, lookup))


def _expand(
    invocation: Invocation, lookup: Lookup, seen: set[tuple[str, str | None]], depth: int
) -> Iterator[Invocation]:
    """All that is started."""
    if depth >= MAX_DEPTH:
        return
    for extract, task in _targets(invocation, lookup):
        if extract.format == "makefile":
            extract = as_set(extract, invocation, _assignments(invocation))
        for asked in _of_script(extract, invocation, seen) if task is None else _of_task(extract, task, seen, 0):
            if asked.disabled == ASKED_FOR and task is not None:
                asked = replace(asked, disabled=None)
            started = _handed(in_folder(asked, invocation, lookup), extract, task, invocation)
            if given := dict(_settable(invocation, lookup)):
                started = replace(started, env=tuple(sorted({**given, **dict(started.env)}.items())))
            if started.when and extract.format == "makefile":
                given = {**dict(started.env), **_assignments(invocation)}
                named = tuple(w for w in started.when if w.lstrip("!").partition("=")[0] in given)
                if not holds(named, given):
                    continue
                started = replace(started, when=tuple(w for w in started.when if w not in named))
            apart = task if extract.format in _OWN_ENVIRONMENTS else None
            if extract.format in WORKFLOWS:
                apart = asked.job
            if depth + 1 < MAX_DEPTH and _targets(started, lookup):
                inside = _expand(started, lookup, seen, depth + 1)
                yield from (_in_leg(one, apart) for one in inside)
            else:
                yield _in_leg(started, apart)


def _settable(invocation: Invocation, lookup: Lookup) -> tuple[tuple[str, str], ...]:
    """Variables of the command that decide in a makefile, however deep it is started."""
    names = lookup.settable() if invocation.env else frozenset()
    return tuple((name, value) for name, value in invocation.env if name in names)


def _in_leg(invocation: Invocation, apart: str | None) -> Invocation:
    """A command of an environment, or of a job of a called workflow, that keeps to itself."""
    legs = (leg for leg in (invocation.leg, apart) if leg)
    return invocation if apart is None else replace(invocation, leg=" of ".join(legs))


def _assignments(invocation: Invocation) -> dict[str, str]:
    """What a call of make sets by its words."""
    return {n: v for n, equals, v in (w.partition("=") for w in invocation.argv) if equals and n.isidentifier()}


def as_called(started: Invocation, caller: Invocation) -> Invocation:
    """A command as its caller starts it: in the caller's context and job, with its variables."""
    env = started.env if not caller.env else tuple(sorted({**dict(caller.env), **dict(started.env)}.items()))
    return replace(
        started,
        context=caller.context,
        job=caller.job,
        env=env,
        disabled=started.disabled or caller.disabled,
        tolerated=started.tolerated or caller.tolerated,
        leg=started.leg or caller.leg,
    )


def _handed(started: Invocation, extract: Extract, task: str | None, caller: Invocation) -> Invocation:
    """A command with what its caller hands to the file that it stands in."""
    match extract.format:
        case "github-action" | "github-actions" | "forgejo-actions" | "gitea-actions":
            return with_inputs(started, caller.argv[1:], extract)
        case "shell" if task is None:
            return with_arguments(started, _given(caller))
        case "makefile":
            return with_variables(started, program(caller.argv).args)
        case "justfile":
            words = program(caller.argv).args
            found = next((t for t in extract.tasks if t.name == task), None)
            given = words[words.index(task) + 1 :] if task in words else ()
            return with_parameters(started, found.parameters if found is not None else (), given)
        case _:
            return started


def _of_script(extract: Extract, caller: Invocation, seen: set[tuple[str, str | None]]) -> Iterable[Invocation]:
    """The invocations of a file without tasks: of a script those that its caller's words ask for."""
    every = tuple(_of_task(extract, None, seen, 0))
    called: Mapping[str, tuple[Invocation, ...]] = extract.settings.get("called", {})
    given = _given(caller)
    known = [word for word in given if word in called]
    if not every or "" not in called or (given and not known) or any("$" in word for word in given):
        return every
    if len(known) < 2:
        return called[known[0] if known else ""]
    if not all(word.startswith("-") for word in known):
        return every
    left_out = {i for word in known for i in called[""] if i not in called[word]}
    return dict.fromkeys(i for word in known for i in called[word] if i not in left_out)


def _given(caller: Invocation) -> tuple[str, ...]:
    """The arguments of the script that a command starts."""
    started = program(caller.argv)
    words = after_options(started.args, ("-o", "-O")) if started.name in SHELLS else caller.argv
    return tuple(words[1:])


def _of_task(extract: Extract, task: str | None, seen: set[tuple[str, str | None]], depth: int) -> Iterator[Invocation]:
    """The invocations of a task after those of the tasks that it needs; all of the file where it has no tasks."""
    if (extract.path, task) in seen or depth > 40:
        return
    seen.add((extract.path, task))
    if task is None:
        apart = {t.name for t in extract.tasks if t.runner == FUNCTION}
        yield from (i for i in extract.invocations if i.job not in apart)
        return
    found = next((t for t in extract.tasks if t.name == task), None)
    for need in found.needs if found is not None else ():
        yield from _of_task(extract, need, seen, depth + 1)
    yield from (i for i in extract.invocations if i.job == task)


def needed_before(invocation: Invocation, lookup: Lookup) -> Iterator[Invocation]:
    """What the tasks run that the task of a command needs; files that are committed are there without."""
    extract = lookup.extracts.get(invocation.at.path)
    task = next((t for t in extract.tasks if t.name == invocation.job), None) if extract is not None else None
    if extract is None or task is None or extract.format not in _NEEDED_FIRST:
        return
    seen: set[tuple[str, str | None]] = {(extract.path, task.name)}
    needed = (i for need in task.needs for i in _of_task(extract, need, seen, 0) if i.disabled is None and i.argv)
    home = posixpath.dirname(extract.path)
    made = (i for i in needed if posixpath.join(home, i.job or "") not in lookup.tree.files)
    yield from islice((i for i in made if holds(i.when, dict(i.env))), MAX_FOLLOWED)


def _targets(invocation: Invocation, lookup: Lookup) -> list[tuple[Extract, str | None]]:
    """The files, and tasks in them, that a command starts."""
    started = program(invocation.argv)
    if invocation.argv[:1] and invocation.argv[0].startswith(("uses:./", "uses:$/")):
        return _action(invocation.argv[0][5:].split("@")[0], lookup)
    if (own := _own_tasks(invocation, lookup, started)) is not None:
        return own
    if wrapped := inner(started):
        return _targets(replace(invocation, argv=wrapped), lookup) if len(wrapped) < len(invocation.argv) else []
    match started.name:
        case "make" | "gmake":
            return _named_tasks(
                invocation, lookup, started, _MAKEFILES, _MAKE_VALUES, ("-C", "--directory"), ("-f", "--file")
            )
        case "just":
            names = ("justfile", "Justfile", ".justfile")
            keys = ("-d", "--working-directory")
            return _named_tasks(invocation, lookup, started, names, _JUST_VALUES, keys, ("-f", "--justfile"))
        case "task" | "go-task":
            keys = ("-d", "--dir")
            return _named_tasks(invocation, lookup, started, _TASKFILES, _TASK_VALUES, keys, ("-t", "--taskfile"))
        case "tox":
            return _tox(invocation, lookup, started)
        case "nox":
            return _nox(invocation, lookup, started)
        case "npm" | "yarn" | "pnpm" | "bun":
            return _node(invocation, lookup, started)
        case _:
            return _script(invocation, lookup, started)


def _action(target: str, lookup: Lookup) -> list[tuple[Extract, str | None]]:
    folder = posixpath.normpath(target.removeprefix("$/"))
    names = (folder, f"{folder}/action.yml", f"{folder}/action.yaml")
    found = next((lookup.extracts[name] for name in names if name in lookup.extracts), None)
    return [(found, None)] if found is not None else []


def _near(
    invocation: Invocation, lookup: Lookup, names: tuple[str, ...], folder: str | None, file: str | None
) -> Extract | None:
    """The task file in the command's folder (or ``folder``, or the ``file`` that it names)."""
    wanted = (file,) if file else names
    for name in wanted:
        path = lookup.find(invocation, posixpath.join(folder or ".", name))
        if path is not None and path in lookup.extracts:
            return lookup.extracts[path]
    return None


def _named_tasks(
    invocation: Invocation,
    lookup: Lookup,
    started: Program,
    names: tuple[str, ...],
    values: frozenset[str],
    folder_options: tuple[str, ...],
    file_options: tuple[str, ...],
) -> list[tuple[Extract, str | None]]:
    args = started.args
    wanted: list[str] = []
    rest = args
    while rest := after_options(rest, values):
        wanted.append(rest[0])
        rest = rest[1:]
    folder, file = option(args, *folder_options), option(args, *file_options)
    if invocation.directory is None and (folder is None or not folder.startswith("/")):
        return _only_tasks(lookup, (posixpath.basename(file),) if file else names, wanted)
    extract = _near(invocation, lookup, names, folder, file)
    return _asked_tasks(extract, wanted) if extract is not None else []


def _only_tasks(lookup: Lookup, names: tuple[str, ...], wanted: list[str]) -> list[tuple[Extract, str | None]]:
    """The tasks of the one file that has them, where nobody can tell in which folder they are asked for."""
    files = (e for path, e in lookup.extracts.items() if posixpath.basename(path) in names and not e.template)
    found = [tasks for extract in files if (tasks := _asked_tasks(extract, wanted))]
    return found[0] if len(found) == 1 else []


def _only_file(lookup: Lookup, names: tuple[str, ...], fits: Callable[[Extract], bool]) -> Extract | None:
    """The one file of the repository that is meant, where nobody can tell from which folder it is asked for."""
    named = (e for path, e in lookup.extracts.items() if posixpath.basename(path) in names and not e.template)
    found = [extract for extract in named if fits(extract)]
    return found[0] if len(found) == 1 else None


def _asked_tasks(extract: Extract, wanted: list[str]) -> list[tuple[Extract, str | None]]:
    """The tasks of these names in a file, or its default one where none is named."""
    known = {t.name for t in extract.tasks}
    asked = [name for name in wanted if name in known]
    if not asked and not [name for name in wanted if "=" not in name]:
        asked = [t.name for t in extract.tasks if t.default][:1]
    return [(extract, name) for name in asked]


def _own_tasks(invocation: Invocation, lookup: Lookup, started: Program) -> list[tuple[Extract, str | None]] | None:
    """The tasks that a project declares for its package manager or for Poe or taskipy; ``None`` if none is meant."""
    found = _task_words(started)
    if found is None:
        return None
    runner, names, folder = found
    files = _DECLARED_IN.get(runner, ("pyproject.toml",))
    extract = lookup.extracts.get(lookup.nearest(invocation, files, folder).path or "")
    if extract is None:
        return None
    known = {t.name for t in extract.tasks if t.runner == runner}
    if runner == "pipenv":
        known = {i.job for i in extract.invocations if i.job is not None}
    for name in names:
        if name in known:
            return [(extract, name)]
    return None


def _task_words(started: Program) -> tuple[str, tuple[str, ...], str | None] | None:
    """Whose task is started, under which names it may be declared, and the folder that the command names."""
    name, args = started.name, started.args
    if name not in _TASK_RUNNERS:
        return None
    folder = option(args, "-C", "--directory", "--root", "-p", "--project") if name != "pixi" else None
    match name:
        case "poe":
            return "poe", after_options(args, ("-C", "--directory", "--root", "-e", "--executor"))[:1], folder
        case "poetry" if started.sub == "poe":
            return "poe", tuple(args[args.index("poe") + 1 :][:1]), folder
        case "task":
            return "taskipy", after_options(args)[:1], None
        case "hatch" if started.sub == "run":
            return "hatch", _hatch_scripts(args), folder
        case "pdm" | "rye" | "pixi" | "pipenv" if started.sub == "run":
            return name, (inner(started) or ())[:1], folder
        case "pdm":
            return name, (started.sub,), folder
        case _:
            return None


def _hatch_scripts(args: tuple[str, ...]) -> tuple[str, ...]:
    """``env:script`` as Hatch would look for it: in the environment, its group, and the default one."""
    words = [w for w in after_options(args[args.index("run") + 1 :], ("-e", "--env")) if not w.startswith(("+", "-"))]
    if not words:
        return ()
    stated = option(args, "-e", "--env") or "default"
    env, colon, script = words[0].rpartition(":")
    env = env if colon else stated
    return f"{env}:{script}", f"{env.split('.')[0]}:{script}", f"default:{script}"


def _tox(invocation: Invocation, lookup: Lookup, started: Program) -> list[tuple[Extract, str | None]]:
    args = spread(started.args, "e")
    if asks_only(args):
        return []
    file = option(args, "-c", "--conf")
    near = (_near(invocation, lookup, (name,), None, file) for name in _TOX_FILES)
    extract = next((e for e in near if e is not None and any(t.runner == "tox" for t in e.tasks)), None)
    if extract is None and invocation.directory is None and file is None:
        extract = _only_file(lookup, _TOX_FILES, lambda e: any(t.runner == "tox" for t in e.tasks))
    if extract is None:
        return []
    told = options(args, "-e", "--env") or [dict(invocation.env).get("TOXENV", "")]
    asked = [
        name for text in told for name in (expand_names(text) if "{" in text and "$" not in text else _comma(text))
    ]
    tasks = tuple(t for t in extract.tasks if t.runner == "tox")
    labels = {label for text in options(args, "-m") for label in _comma(text)}
    if labels and (labelled := [t.name for t in tasks if not labels.isdisjoint(t.tags)]):
        return [(extract, name) for name in labelled]
    return [(extract, name) for name in _chosen(tasks, asked)]


def _comma(text: str) -> list[str]:
    return [name for name in text.split(",") if name]


def _chosen(tasks: tuple[Task, ...], asked: list[str]) -> list[str]:
    """The environments that were asked for; the default ones where names are unknown or none are given."""
    usual = [t.name for t in tasks if ASKED_FOR not in t.tags]
    default = [t.name for t in tasks if t.default] or usual
    if not asked or "ALL" in asked:
        return default
    known = [*usual, *(t.name for t in tasks if t.name not in usual)]
    return list(dict.fromkeys(found for name in asked for found in _meant(name, known, usual, default)))


def _meant(name: str, known: list[str], usual: list[str], default: list[str]) -> list[str]:
    """The environments that one name may stand for; those of Python alone stand for each other."""
    if name in known:
        return [name]
    pure = [other for other in known if _is_python(other)][:1]
    if "$" in name:
        fitting = [other for other in usual if fnmatchcase(other, _pattern(name))]
        if not fitting and _OPEN_PYTHON.fullmatch(name):
            return pure
        return fitting or default[:MAX_UNKNOWN]  # one of them, and nobody can tell which
    if (near := _like(name, known)) is not None:
        return [near]
    if _is_python(name):
        return pure or default[:1]
    return default[:1] if _PY_FACTOR.fullmatch(name.split("-")[0]) else []


def _is_python(name: str) -> bool:
    return all(_PY_FACTOR.fullmatch(factor) for factor in name.split("-"))


_PY_FACTOR = re.compile(r"(?:py|pypy|python|cpython)[\d.]{0,5}t?|[23]\.\d{1,2}t?")
_OPEN_PYTHON = re.compile(r"(?:py|pypy|python)-?(?:\$\{\{[^}]{1,200}\}\}|\$\{[^}]{1,200}\}|\$\w{1,100})")


def _like(name: str, known: list[str]) -> str | None:
    """The environment that has all factors of ``name`` but for its Python: tox makes those that no list names."""
    wanted = {factor for factor in name.split("-") if not _PY_FACTOR.fullmatch(factor)}
    if not wanted:
        return None
    fitting = [other for other in known if wanted <= set(other.split("-"))]
    return min(fitting, key=lambda other: len(other.split("-")), default=None)


def _pattern(name: str) -> str:
    """A name with variables in it as a wildcard pattern."""
    return re.sub(r"\$\{\{[^}]{0,200}\}\}|\$\{[^}]{0,200}\}|\$\w{1,100}|[?\[]", "*", name)


def _nox(invocation: Invocation, lookup: Lookup, started: Program) -> list[tuple[Extract, str | None]]:
    if asks_only(started.args):
        return []
    file = option(started.args, "-f", "--noxfile")
    extract = _near(invocation, lookup, ("noxfile.py",), None, file)
    if extract is None and invocation.directory is None and file is None:
        extract = _only_file(lookup, ("noxfile.py",), lambda e: bool(e.tasks))
    if extract is None:
        return []
    args = spread(spread(started.args, "s"), "t")
    asked = [re.sub(r"\(.*\)$", "", name) for name in _listed(args, ("-s", "--session", "--sessions", "-e"))]
    tags = _listed(args, ("-t", "--tags"))
    if tags and not asked:
        named = {t.name for t in extract.tasks if not {*t.tags}.isdisjoint(tags)}
        return [(extract, t.name) for t in extract.tasks if t.name in named or any("$" in tag for tag in tags)]
    if not asked:
        asked = [name for name in re.split(r"[,\s]+", dict(invocation.env).get("NOXSESSION", "")) if name]
    known = {t.name for t in extract.tasks if not (t.needs and t.name.startswith(f"{t.needs[0]}-"))}
    names = [_session(name, known) for name in asked]
    sessions = tuple(t for t in extract.tasks if t.name in known)
    return [
        (extract, name)
        for name in dict.fromkeys(
            _chosen(sessions, [n for n in names if n]) if names else [t.name for t in sessions if t.default]
        )
    ]


def _session(name: str, known: set[str]) -> str:
    """A session's own name, without the Python version behind it (``tests-3.12``, ``tests-${{ matrix.python }}``)."""
    bare = re.sub(r"-(?:[\d.]+|\$\{\{[^}]{1,200}\}\}|\$\{?\w{1,100}\}?)$", "", name)
    return bare if name not in known and (bare in known or "$" not in name) else name


def _listed(args: tuple[str, ...], options: tuple[str, ...]) -> list[str]:
    """All words after one of ``options`` up to the next option, and those of ``--option=word``."""
    found: list[str] = []
    taking = False
    for word in args:
        name, equals, value = word.partition("=")
        if word.startswith("-"):
            taking = word in options
            found += [value] if equals and name in options else []
        elif taking:
            found.append(word)
    return found


def _node(invocation: Invocation, lookup: Lookup, started: Program) -> list[tuple[Extract, str | None]]:
    folder = option(started.args, "--prefix", "-C", "--cwd", "--dir")
    rest = after_options(started.args, ("--prefix", "-C", "--cwd", "--dir"))
    name = rest[1] if rest[:1] in (("run",), ("run-script",)) and len(rest) > 1 else rest[0] if rest else ""
    extract = _near(invocation, lookup, ("package.json",), folder, None)
    if extract is None or not any(t.name == name for t in extract.tasks):
        return []
    return [(extract, name)]


def _script(invocation: Invocation, lookup: Lookup, started: Program) -> list[tuple[Extract, str | None]]:
    if (word := script_word(invocation.argv) or _on_path(invocation, lookup)) is None:
        return _function(invocation, lookup)
    if not _SCRIPT.fullmatch(word):
        return []
    path = lookup.find(invocation, word)
    extract = lookup.extracts.get(path) if path is not None else None
    if extract is None or extract.format not in _SCRIPTS:
        return []
    return [(extract, None), *_dispatched(extract, started.args)]


def _on_path(invocation: Invocation, lookup: Lookup) -> str | None:
    """The program of an image that the repository put where programs are looked for."""
    if lookup.image_of(invocation) is None:
        return None
    places = (f"{folder}/{invocation.argv[0]}" for folder in _PATH)
    return next((place for place in places if lookup.find(invocation, place) in lookup.extracts), None)


def _dispatched(extract: Extract, args: tuple[str, ...]) -> list[tuple[Extract, str | None]]:
    """The functions that a script calls by its arguments (``"$@"``, ``$COMMAND``): the named one, or any of them."""
    names = [t.name for t in extract.tasks if t.runner == FUNCTION]
    called = (i.argv for i in extract.invocations if names and i.job not in names)
    if not any(_DISPATCH.fullmatch(argv[0]) and all(_ARGUMENTS.match(word) for word in argv[1:]) for argv in called):
        return []
    asked = [word for word in args if word in names]
    return [(extract, name) for name in asked or names]


def _function(invocation: Invocation, lookup: Lookup) -> list[tuple[Extract, str | None]]:
    """The function of that name in a script that the command's own file sources."""
    found = lookup.functions(invocation.at.path, _sourced).get(invocation.argv[0])
    return [found] if found is not None else []


def _sourced(path: str, lookup: Lookup) -> dict[str, tuple[Extract, str | None]]:
    """The functions that the file ``path`` gets from the scripts that it sources, and from those that they do."""
    found: dict[str, tuple[Extract, str | None]] = {}
    pending, seen = [path], {path}
    while pending:
        extract = lookup.extracts.get(pending.pop())
        for invocation in extract.invocations if extract is not None else ():
            if invocation.argv[0] not in ("source", ".") or len(invocation.argv) < 2:
                continue
            script = lookup.find(invocation, invocation.argv[1])
            if script is None or script in seen or len(seen) > MAX_SOURCED:
                continue
            seen.add(script)
            pending.append(script)
            if (library := lookup.extracts.get(script)) is not None:
                functions = (t.name for t in library.tasks if t.runner == FUNCTION)
                found.update({name: (library, name) for name in functions if name not in found})
    return found
