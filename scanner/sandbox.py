"""The one starter of other programs: a clean environment, limits on time and memory, and nothing left running.

For tools that Muster itself calls (uv, ruff, git apply in a scratch copy), never for what a repository holds. Without
``network`` the tools are asked to stay offline and, where the system allows namespaces, have none.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import IO

MEMORY = 4 * 1024**3
TIMEOUT = 300.0
OUTPUT_LIMIT = 16 * 1024 * 1024
_FILE_LIMIT = 2 * 1024**3
_KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "SYSTEMROOT")
_PROXIES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
_OFFLINE = {"UV_OFFLINE": "1", "PIP_NO_INDEX": "1"}
_PR_SET_PDEATHSIG = 1
_DIE_WITH_PARENT = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """How a program ended. ``status`` is its exit status, negative for a signal; ``timed_out``: it was stopped.

    ``truncated`` says that output above :data:`OUTPUT_LIMIT` bytes was cut off.
    """

    argv: tuple[str, ...]
    status: int
    stdout: str
    stderr: str
    seconds: float
    timed_out: bool = False
    truncated: bool = False

    @property
    def ok(self) -> bool:
        """Whether it ended by itself with status 0."""
        return self.status == 0 and not self.timed_out


class NotStarted(Exception):
    """The program could not be started: it is missing, or may not be run."""


def run(
    argv: Sequence[str],
    *,
    cwd: str,
    env: Mapping[str, str] | None = None,
    timeout: float = TIMEOUT,
    memory: int = MEMORY,
    network: bool = False,
    stdin: bytes = b"",
) -> Completed:
    """Run ``argv`` (never a shell line) in ``cwd`` and wait, at most ``timeout`` seconds; raises :class:`NotStarted`.

    The environment is ``env`` upon a few inherited variables, with a home folder of its own that is removed
    afterwards; ``memory`` bounds the address space of each process. The processes of its session end with it.
    """
    with (  # files, not pipes: neither a full pipe nor a flood can do harm
        tempfile.TemporaryDirectory(prefix="muster-run-", ignore_cleanup_errors=True) as home,
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
    ):
        given.write(stdin)
        given.seek(0)
        started = time.monotonic()
        process = _start(argv, cwd, _environment(env, home, network), memory, network, (given, out, err))
        status, timed_out = _wait(process, timeout)
        return Completed(
            argv=tuple(argv),
            status=status,
            stdout=_text(out),
            stderr=_text(err),
            seconds=time.monotonic() - started,
            timed_out=timed_out,
            truncated=out.tell() >= OUTPUT_LIMIT or err.tell() >= OUTPUT_LIMIT,
        )


def _text(output: IO[bytes]) -> str:
    output.seek(0)
    return output.read(OUTPUT_LIMIT).decode("utf-8", "backslashreplace")


def _environment(extra: Mapping[str, str] | None, home: str, network: bool) -> dict[str, str]:
    kept = _KEPT + _PROXIES if network else _KEPT
    made = {name: os.environ[name] for name in kept if name in os.environ}
    made |= {"HOME": home, "TMPDIR": home, "XDG_CONFIG_HOME": home, "XDG_CACHE_HOME": home, "NO_COLOR": "1"}
    made |= {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_TERMINAL_PROMPT": "0"}
    return made | ({} if network else _OFFLINE) | dict(extra or {})


def _start(
    argv: Sequence[str],
    cwd: str,
    environment: dict[str, str],
    memory: int,
    network: bool,
    streams: tuple[IO[bytes], IO[bytes], IO[bytes]],
) -> subprocess.Popen[bytes]:
    program = shutil.which(argv[0], path=environment.get("PATH"))
    if program is None:
        raise NotStarted(f"{argv[0]} is not installed")
    alone = [] if network else _without_network()

    def limit() -> None:
        if _DIE_WITH_PARENT is not None:  # a killed worker takes its tool along
            _DIE_WITH_PARENT(_PR_SET_PDEATHSIG, signal.SIGKILL)
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_FSIZE, (_FILE_LIMIT, _FILE_LIMIT))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    try:
        return subprocess.Popen(  # noqa: S603 (a list of arguments, no shell)
            [*alone, program, *argv[1:]],
            cwd=cwd,
            env=environment,
            stdin=streams[0],
            stdout=streams[1],
            stderr=streams[2],
            start_new_session=True,
            preexec_fn=limit,
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise NotStarted(f"{argv[0]} could not be started: {error}") from None


def _wait(process: subprocess.Popen[bytes], timeout: float) -> tuple[int, bool]:
    timed_out = False
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        timed_out = True
    finally:  # also when interrupted: what it started ends with it
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return process.returncode, timed_out


@cache
def _without_network() -> list[str]:
    """The command that takes the network away from another one, if there is one that works here."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return []
    command = [unshare, "--map-root-user", "--net", "--"]
    try:
        tried = subprocess.run([*command, "true"], capture_output=True, timeout=10, check=False)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return []
    return command if tried.returncode == 0 else []
