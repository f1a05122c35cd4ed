"""Commands that only start another one (``sudo``, ``env``, ``xargs``), and those that take shell text (``bash -c``)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

SHELLS = frozenset({"bash", "sh", "dash", "ash", "zsh", "ksh"})
INPUT = "\ue002"


_WRAPPERS: Mapping[str, frozenset[str]] = {
    # name → its options that take a word of their own
    "sudo": frozenset({"-u", "-g", "-U", "-C", "-h", "-p", "--user", "--group"}),
    "doas": frozenset({"-u", "-C"}),
    "env": frozenset({"-u", "--unset", "-C", "--chdir"}),
    "time": frozenset({"-f", "-o", "--format", "--output"}),
    "nice": frozenset({"-n", "--adjustment"}),
    "ionice": frozenset({"-c", "-n"}),
    "nohup": frozenset(),
    "exec": frozenset({"-a"}),
    "command": frozenset(),
    "builtin": frozenset(),
    "stdbuf": frozenset({"-i", "-o", "-e"}),
    "setsid": frozenset(),
    "chronic": frozenset(),
    "unbuffer": frozenset(),
    "travis_retry": frozenset(),
    "retry": frozenset({"-t", "-n", "-d", "--tries", "--times", "--delay"}),
    "xvfb-run": frozenset({"-s", "--server-args", "-n", "--server-num", "-e", "-f", "-w"}),
    "dumb-init": frozenset(),
    "tini": frozenset(),
    "xargs": frozenset({"-a", "-d", "-E", "-I", "-L", "-n", "-P", "-s", "--max-args", "--max-procs", "--delimiter"}),
    "timeout": frozenset({"-k", "-s", "--kill-after", "--signal"}),
    "gosu": frozenset(),
    "su-exec": frozenset(),
    "s6-setuidgid": frozenset(),
    "setuser": frozenset(),
    "chpst": frozenset({"-u", "-U", "-b", "-e", "-/", "-C", "-n", "-l", "-L", "-m", "-d", "-o", "-p", "-f", "-c"}),
    "runuser": frozenset({"-u", "-g", "-G", "--user", "--group"}),
    "setpriv": frozenset({"--reuid", "--regid", "--groups", "--inh-caps", "--bounding-set"}),
    "catatonit": frozenset(),
    "envdir": frozenset(),
    "with-contenv": frozenset(),
    "ddtrace-run": frozenset(),
    "opentelemetry-instrument": frozenset(),
    "travis_wait": frozenset(),
    "flock": frozenset({"-w", "--timeout", "-E"}),
}
_EXECUTORS = {"pyenv": ("exec",), "asdf": ("exec",), "mise": ("exec", "x"), "rtx": ("exec", "x")}
_BEHIND_DASHES = {
    # name → what it is told first, if anything; they set variables or wait, and start what stands behind ``--``
    "doppler": ("run",),
    "op": ("run",),
    "infisical": ("run",),
    "dotenvx": ("run",),
    "teller": ("run",),
    "chamber": ("exec",),
    "aws-vault": ("exec",),
    "berglas": ("exec",),
    "dotenv": (),
    "wait-for": (),
    "wait-for-it": (),
    "wait-for-it.sh": (),
    "wait-for.sh": (),
    "watchmedo": ("auto-restart",),
}
_ONE_WORD_FIRST = frozenset({"timeout", "gosu", "su-exec", "flock", "s6-setuidgid", "setuser", "envdir"})
_NUMBER = re.compile(r"\d{1,6}[smhd]?")
_VARIABLE_WORD = re.compile(r"[A-Za-z_]\w{0,200}=")


def unwrap(argv: list[str], prefix: dict[str, str], stdin: str | None) -> int:
    """How many leading words only start another command; their variables go to ``prefix``."""
    name = posixpath.basename(argv[0]) if argv else ""
    if len(argv) > 2 and argv[1] in _EXECUTORS.get(name, ()):
        return 3 if argv[2] == "--" else 2
    if name in _BEHIND_DASHES and (not _BEHIND_DASHES[name] or argv[1:2] == list(_BEHIND_DASHES[name])):
        return argv.index("--") + 1 if "--" in argv[:-1] else 0
    if name == "nix" and argv[1:2] in (["develop"], ["shell"], ["run"]):
        return next((n + 1 for n, word in enumerate(argv[:-1]) if word in ("-c", "--command", "--")), 0)
    options = _WRAPPERS.get(name)
    if options is None or len(argv) < 2:
        return 0
    used = 1
    while used < len(argv):
        word = argv[used]
        if _VARIABLE_WORD.match(word) and name in ("env", "sudo"):
            key, _, value = word.partition("=")
            prefix[key] = value
        elif word in options:
            used += 1
        elif not word.startswith("-") or word == "-":
            break
        elif name == "command" and word in ("-v", "-V"):
            return 0
        used += 1
    if (name in _ONE_WORD_FIRST or (name == "travis_wait" and _NUMBER.fullmatch(argv[min(used, len(argv) - 1)]))) and (
        used < len(argv)
    ):
        used += 1
    if name == "xargs" and used < len(argv) and stdin is not None:
        mark = _replaced(argv[1:used])
        if mark is None:
            argv.append(INPUT)
        else:
            argv[used:] = [word.replace(mark, stdin) for word in argv[used:]]
    return used if used < len(argv) else 0


def _replaced(options: list[str]) -> str | None:
    """What ``xargs -I MARK`` replaces with each line of its input."""
    for number, word in enumerate(options):
        if word.startswith("-I"):
            return word[2:] or "".join(options[number + 1 : number + 2]) or None
        if word in ("-i", "--replace"):
            return "{}"
    return None


def script_word(argv: list[str]) -> int | None:
    """The index of the word that is itself shell text: ``bash -lc TEXT``, ``su -c TEXT``, ``eval TEXT``."""
    name = posixpath.basename(argv[0])
    if name == "eval" and len(argv) > 1:
        return 1
    if name in SHELLS:
        for number, word in enumerate(argv[1:-1], start=1):
            if not word.startswith(("-", "+")):
                if argv[number - 1][-1:] not in ("o", "O"):
                    return None
                continue
            if word.startswith("-") and not word.startswith("--") and word.endswith("c"):
                return _after_options(argv, number + 1)
        return None
    if name in ("su", "runuser"):
        for number, word in enumerate(argv[1:-1], start=1):
            if word in ("-c", "--command", "-lc"):
                return number + 1
    if name in ("nix-shell", "script"):
        return next((n + 1 for n, word in enumerate(argv[:-1]) if n and word in ("--run", "--command")), None)
    return None


def _after_options(argv: list[str], number: int) -> int | None:
    """``bash -c -e TEXT`` is allowed: options may still follow."""
    while number < len(argv) and argv[number].startswith("-"):
        number += 1
    return number if number < len(argv) else None


_CONTAINERS = frozenset({"docker", "podman", "nerdctl", "docker-compose", "podman-compose"})
CONTAINER_VALUES = frozenset(
    """
    -e --env --env-file -v --volume -w --workdir -u --user --name --network --net --entrypoint -p --publish --mount
    --platform -f --file --profile --project-name --project-directory --index --add-host -h --hostname --memory -m
    --cpus --gpus --shm-size --ulimit -l --label --device --cap-add --cap-drop --security-opt --ipc --pid --restart
    --pull --cidfile --dns --tmpfs --volumes-from --log-level --context -c -H --host --userns --group-add
    """.split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contained:
    """A command that runs in a container: its words, the folder it starts in, what is mounted and set there."""

    start: int
    entry: str | None = None
    directory: str | None = None
    container: str | None = None
    service: str | None = None
    mounts: tuple[tuple[str, str], ...] = ()
    variables: tuple[tuple[str, str], ...] = ()


def contained(argv: list[str]) -> Contained | None:
    """The command inside of ``docker run IMAGE``, ``docker compose exec SERVICE``, ``kubectl exec POD --``, if any."""
    name = posixpath.basename(argv[0])
    if name in ("kubectl", "oc"):
        start = argv.index("--") + 1 if "exec" in argv[1:4] and "--" in argv else len(argv)
        return Contained(start=start) if start < len(argv) else None
    if name not in _CONTAINERS:
        return None
    verb = _skipped(argv, 1)
    by_compose = name.endswith("-compose") or argv[verb : verb + 1] == ["compose"]
    if argv[verb : verb + 1] in (["compose"], ["container"]):
        verb = _skipped(argv, verb + 1)
    if argv[verb : verb + 1] not in (["run"], ["exec"]):
        return None
    place = _skipped(argv, verb + 1)  # the image, container or service
    options = argv[verb + 1 : place]
    entry = next(iter(_values(options, "--entrypoint")), None) or None
    if place + 1 >= len(argv) and entry is None:
        return None
    variables = (word.partition("=") for word in _values(options, "-e", "--env"))
    return Contained(
        start=place + 1,
        entry=entry,
        container=argv[place] if argv[verb] == "exec" and place < len(argv) else None,
        service=argv[place] if by_compose and place < len(argv) else None,
        directory=next(iter(_values(options, "-w", "--workdir")), None),
        mounts=_mounts(options),
        variables=tuple((name, value) for name, equals, value in variables if equals),
    )


def started(argv: list[str]) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    """The name that ``docker run --name NAME`` gives a container, with what is mounted into it."""
    verb = _skipped(argv, 1)
    if posixpath.basename(argv[0]) not in _CONTAINERS or argv[verb : verb + 1] != ["run"]:
        return None
    name = next(iter(_values(argv[verb + 1 :], "--name")), None)
    found = _mounts(argv[verb + 1 :])
    return (name, found) if name is not None and found else None


def _mounts(options: list[str]) -> tuple[tuple[str, str], ...]:
    """What is mounted, with the absolute place where it is: ``-v SOURCE:TARGET``, ``--mount source=…,target=…``."""
    pairs = [word.split(":")[:2] for word in _values(options, "-v", "--volume")]
    for word in _values([w for w in options if not w.startswith("--mount=")], "--mount") + [
        w.removeprefix("--mount=") for w in options if w.startswith("--mount=")
    ]:
        keys = dict(part.partition("=")[::2] for part in word.split(","))
        target = keys.get("target") or keys.get("dst") or keys.get("destination") or ""
        pairs.append([keys.get("source") or keys.get("src") or "", target])
    return tuple((p[0], p[1].rstrip("/")) for p in pairs if len(p) > 1 and p[0] and p[1].startswith("/"))


def _skipped(argv: list[str], position: int) -> int:
    """The first position from ``position`` that holds neither an option nor an option's value."""
    while position < len(argv) and argv[position].startswith("-"):
        position += 2 if argv[position] in CONTAINER_VALUES else 1
    return position


def _values(words: list[str], *names: str) -> list[str]:
    found = [words[n + 1] for n, word in enumerate(words[:-1]) if word in names]
    return found + [w.partition("=")[2] for w in words if "=" in w and w.partition("=")[0] in names]


def takes_words(argv: list[str]) -> bool:
    """Whether :func:`unwrap` left word that standard input becomes arguments (``xargs``); takes the word away."""
    return argv[-1:] == [INPUT] and argv.pop() == INPUT
