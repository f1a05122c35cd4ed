"""What each command of committed automation is, and whether it installs from a lock.

The words are those of the published vocabulary (*environments and install commands*). One command may be two things:
``uv run pytest`` installs and tests, ``make ci`` is what its recipe is; it then counts once for each. Commands of one
job are judged in order, because what came before matters: a pinned Poetry, ``poetry check --lock``, an exported file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from scanner.commands.asked_python import asked_python
from scanner.commands.entrypoints import started_by_images, where_started
from scanner.commands.follow import WORKFLOWS, as_called, expand, expand_builds, holds, is_followed, while_built
from scanner.commands.handed import with_build_args, with_defaults
from scanner.commands.judge import NO_INPUTS, Job, can_matter, judge, judge_runners
from scanner.commands.lookup import Lookup
from scanner.commands.patterns import each_of
from scanner.commands.pip_install import NO_DEPS_ONLY, Judgement
from scanner.commands.services import in_service
from scanner.commands.surroundings import own_builds, starting_job
from scanner.commands.unnamed import run_unnamed
from scanner.commands.words import distribution, program
from scanner.facts import Extract, Invocation
from scanner.inventory import Command, CommandKind, Enforced

MAX_COMMANDS = 20_000
_CONTAINERS = frozenset({"docker", "podman", "nerdctl", "docker-compose", "podman-compose"})
_NEVER = {"ci": "local", "image": "ci"}  # where a command never runs that a test upon the variable CI guards
_FILLING = ("install", "adhoc")
_KINDS: tuple[CommandKind, ...] = ("install", "test", "lint", "build")
_RANK: dict[Enforced | None, int] = {"none": 0, None: 1, "frozen": 2, "hashes": 3, "locked": 4}


def classify(invocation: Invocation, *, lookup: Lookup) -> Command:
    """One command by itself. Prefer :func:`classify_all`, which knows what ran before it in the same job."""
    return _commands(invocation, judge(invocation, lookup, Job()), lookup)[0]


def classify_all(invocations: Iterable[Invocation], lookup: Lookup) -> tuple[Command, ...]:
    """Every command, in order, with what it starts in the repository's own files.

    Commands that never run (``if: false``, a file that is not there) are left out.
    """
    jobs: dict[object, Job] = {}
    found: dict[Command, None] = {}
    running = [i for i in invocations if i.disabled is None and i.argv and i.only != _NEVER.get(i.context, "")]
    running = [i for i in running if _is_there(i, lookup) and holds(i.when, dict(i.env))]
    for invocation in each_of((_as_built(i, lookup) for i in running), lookup):
        name = invocation.job if invocation.context != "image" else None
        key = (name, invocation.leg, invocation.inside)
        if key not in jobs:
            jobs[key] = starting_job(invocation, lookup)
        found.update(dict.fromkeys(_with_followed(invocation, lookup, jobs[key])))
        if len(found) > MAX_COMMANDS:
            break
    return tuple(found)


def _as_built(invocation: Invocation, lookup: Lookup) -> Invocation:
    """A command of a Dockerfile with the arguments that its build gives it; any other in its service's folder."""
    if invocation.context == "image" and any("$" in word for word in invocation.argv):
        return with_build_args(invocation, lookup.build_args(invocation.at.path))
    if (extract := lookup.extracts.get(invocation.at.path)) is not None and invocation.context == "ci":
        invocation = with_defaults(invocation, extract)
    return in_service(invocation, lookup)


def _is_there(invocation: Invocation, lookup: Lookup) -> bool:
    """Whether the repository has what the command is left out without."""
    return not invocation.if_files or not lookup.tree.files.isdisjoint(invocation.if_files)


def classify_repository(extracts: Mapping[str, Extract], lookup: Lookup) -> tuple[Command, ...]:
    """The commands of all files of a repository that are no templates, by path and then in order.

    Where a job of CI tests but installs nothing, the images that it builds or runs say how it installs.
    """
    found: dict[Command, None] = {}
    ours = [extracts[path] for path in sorted(extracts) if not extracts[path].template]
    started = started_by_images(ours, lookup)
    for extract in ours:
        if "part_of" in extract.settings:
            continue  # its commands are among those of the file that includes it
        commands = classify_all((where_started(i, started, lookup) for i in _of_pipeline(extract)), lookup)
        found.update(dict.fromkeys(_once(commands) if extract.format == "shell" else commands))
    ci = [c for c in found if c.context == "ci"]
    for inside in _tested_in_images(ours, ci, lookup):
        found.update(dict.fromkeys(_in_images(inside, lookup)))
    return tuple(found)


def _of_pipeline(extract: Extract) -> Sequence[Invocation]:
    """The commands of a file, with those of the files that it includes in the order of their jobs."""
    made: Sequence[Invocation] = extract.settings.get("pipeline", extract.invocations)
    return made


def _tested_in_images(extracts: Iterable[Extract], ci: Sequence[Command], lookup: Lookup) -> Iterator[list[Invocation]]:
    """The commands of each job in CI that installs nothing and tests in a container, or where CI never installs."""
    ours = [extract for extract in extracts if "part_of" not in extract.settings]
    homes = {i.at.path: extract.path for extract in ours for i in extract.settings.get("pipeline", ())}
    installing = {(homes.get(c.path, c.path), c.job) for c in ci if c.kind == "install"}
    contained = {(c.path, c.line, c.job) for c in ci if program(c.argv).name in _CONTAINERS}
    testing = {(homes.get(c.path, c.path), c.job) for c in ci if c.kind == "test"}
    in_containers = {c.job for c in ci if c.kind == "test" and (c.path, c.line, c.job) in contained}
    started = {c.job for c in ci if program(c.argv).name in _CONTAINERS and {"run", "exec"} & set(c.argv)}
    for extract in ours:
        made = _of_pipeline(extract)
        apart = {job for job in (*extract.settings.get("images", ()), *started) if (extract.path, job) in testing}
        apart |= in_containers
        for job in dict.fromkeys(i.job for i in made if i.context == "ci" and i.disabled is None):
            if (extract.path, job) in installing:
                continue
            own = [i for i in made if i.context == "ci" and i.job == job]
            if job in apart or (not installing and (extract.path, job) in testing) or _tests_unnamed(own, lookup):
                yield own


def _tests_unnamed(invocations: Iterable[Invocation], lookup: Lookup) -> bool:
    """Whether a build or a container that these commands start tests by itself."""
    started = (one for i in invocations if i.disabled is None for one in _with_started(i, lookup))
    return any(c.kind == "test" for one in started for c in _unnamed(one, lookup))


def _with_started(invocation: Invocation, lookup: Lookup) -> tuple[Invocation, ...]:
    return (invocation, *expand(invocation, lookup, lambda one: can_matter(one, lookup)))


def _unnamed(invocation: Invocation, lookup: Lookup) -> list[Command]:
    made = (as_called(i, invocation) for i in run_unnamed(invocation, lookup))
    return [c for i in made for c in _commands(i, judge(i, lookup, Job()), lookup) if c.kind == "test"]


def _once(commands: Iterable[Command]) -> Iterator[Command]:
    """Every line of a script once, also where several of its functions come by it."""
    seen: set[Command] = set()
    for command in commands:
        bare = replace(command, job=None)
        if bare not in seen:
            seen.add(bare)
            yield command


def manager_of(command: Command) -> str | None:
    """The package manager that this command is evidence for (vocabulary, *package_managers*), if any."""
    started = program(command.argv)
    sub = started.sub
    match started.name:
        case "uv":
            return "uv" if sub in ("sync", "run", "lock", "export", "pip", "add", "remove") else None
        case "poetry" | "pdm":
            quiet = ("self", "config", "about", "cache", "env", "new", "init", "python", "venv", "use", "info", "")
            return None if sub in quiet else started.name
        case "pipenv":
            return "pipenv" if sub else None
        case "rye":
            return "rye" if sub in ("sync", "lock", "run", "add", "test", "fmt", "lint") else None
        case "pip-tools":
            return None if command.because == NO_INPUTS else "pip-tools"
        case "hatch":
            return "hatch" if sub in ("run", "env", "test", "fmt", "shell") else None
        case "flit":
            return "flit" if sub else None
        case "conda" | "conda-lock":
            return "conda" if command.kind == "install" else None
        case "pixi":
            return "pixi" if sub in ("install", "run", "add", "lock", "update", "shell") else None
        case "pip":
            return "pip" if command.kind == "install" else None
        case _:
            return None


def _with_followed(invocation: Invocation, lookup: Lookup, job: Job) -> list[Command]:
    followed = expand(invocation, lookup, lambda started: can_matter(started, lookup))
    if not followed and not is_followed(invocation, lookup):
        return _commands(invocation, judge(invocation, lookup, job), lookup)
    with_uv = "tox" in invocation.argv and ("tox-uv" in job.versions or "tox-uv" in map(distribution, invocation.argv))
    runner = _commands(invocation, judge_runners(invocation, lookup, job), lookup)
    commands: list[Command] = []
    calls_jobs = _calls_jobs(invocation, lookup)
    apart: dict[str | None, Job] = {}
    for started in each_of((in_service(one, lookup) for one in followed), lookup):
        if started.disabled is None and _is_there(started, lookup):
            state = apart.setdefault(started.leg, Job()) if calls_jobs else job
            if with_uv and started.argv[:2] == ("pip", "install"):
                started = replace(started, argv=("uv", *started.argv))
            commands.extend(_commands(started, judge(started, lookup, state), lookup))
    started_here = [c for c in _summary(invocation, commands, lookup) if not runner or c.kind != "other"]
    return [*runner, *started_here, *commands]


def _calls_jobs(invocation: Invocation, lookup: Lookup) -> bool:
    """Whether the command stands for the jobs of a workflow, none of which has what another leaves."""
    called = lookup.extracts.get(invocation.argv[0].removeprefix("uses:./").removeprefix("uses:$/").split("@")[0])
    return called is not None and called.format in WORKFLOWS


def _in_images(invocations: Sequence[Invocation], lookup: Lookup) -> Iterator[Command]:
    """What is installed in images that these commands build, by name too, and the commands themselves as installs.

    Those in the image that their job runs in come first.
    """
    for build in own_builds(invocations[0], lookup):
        held = Job()
        for step in while_built(build, lookup):
            inside = as_called(step, invocations[0])
            yield from (c for c in _commands(inside, judge(inside, lookup, held), lookup) if c.kind in _FILLING)
    for invocation in invocations:
        started = _with_started(invocation, lookup)
        job = Job()
        built = [i for one in started for i in expand_builds(one, lookup)]
        judged = [c for i in built for c in _commands(i, judge(i, lookup, job), lookup) if c.kind in _FILLING]
        if any(c.kind == "install" for c in judged):
            tests = [c for one in started for c in _unnamed(one, lookup)]
            yield from (*_summary(invocation, [*judged, *tests], lookup), *judged)


def _summary(invocation: Invocation, commands: list[Command], lookup: Lookup) -> list[Command]:
    """The command that started others, once for each kind of work that they do; for installs the lowest counts.

    Environments of tox and nox that test declare what they need by name: those count where there is no other install.
    """
    judged: list[Judgement] = []
    runs_environments = program(invocation.argv).name in ("tox", "nox")
    declared = [c for c in commands if c.kind == "adhoc"] if runs_environments and _has_test(commands) else []
    for kind in (*_KINDS, "adhoc") if invocation.context == "image" else _KINDS:
        same = [c for c in commands if c.kind == kind] or (declared if kind == "install" else [])
        if not same:
            continue
        counted = [c for c in same if c.because != NO_DEPS_ONLY] or same  # the project alone decides nothing
        lowest = min(counted, key=lambda c: ({False: 0, None: 1, True: 2}[c.uses_lock], _RANK[c.enforced]))
        judged.append(
            Judgement(
                kind=kind,
                tool=lowest.tool,
                uses_lock=lowest.uses_lock,
                enforced=lowest.enforced,
                because=f"{lowest.path}:{lowest.line}: {lowest.because or ' '.join(lowest.argv)[:80]}",
                path=None,
            )
        )
    made = _commands(invocation, judged or [Judgement(kind="other", tool=None)], lookup)
    owners = {c.kind: c.project for c in reversed(commands)}
    return [replace(c, project=owners.get(c.kind, c.project)) for c in made]


def _has_test(commands: list[Command]) -> bool:
    return any(c.kind == "test" for c in commands)


def _commands(invocation: Invocation, judged: Sequence[Judgement], lookup: Lookup) -> list[Command]:
    return [
        Command(
            path=invocation.at.path,
            line=invocation.at.line,
            context=invocation.context,
            kind=judgement.kind,
            tool=judgement.tool,
            argv=invocation.argv,
            uses_lock=judgement.uses_lock,
            enforced=judgement.enforced,
            because=judgement.because,
            project=_project(invocation, judgement, lookup),
            job=invocation.job,
            pinned=judgement.pinned,
            source=judgement.path if judgement.kind == "install" else None,
            tolerated=invocation.tolerated,
            python=asked_python(invocation),
        )
        for judgement in judged
    ]


def _project(invocation: Invocation, judgement: Judgement, lookup: Lookup) -> str | None:
    if (path := judgement.serves or judgement.path) is not None:
        return lookup.project_of(path)
    directory = invocation.directory
    if directory is not None and directory.startswith("/"):
        image = lookup.image_of(invocation)
        directory = lookup.find(invocation, ".") or (image[0].context if image is not None else None)
    if directory is None:
        return lookup.mains[0] if len(lookup.mains) == 1 else None
    return lookup.project_of(directory)
