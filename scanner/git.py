"""The one starter of git, through GitPython, hardened once for every call.

git is never shown a scanned repository's configuration: it runs in a git directory of our own with the repository's
objects put under it (``GIT_OBJECT_DIRECTORY``). So no program that a repository names can run, no promisor remote can
be asked for a missing object, no include or replacement can lead elsewhere, and the owner of the folder does not
matter. The settings of :data:`HARDENED` stand in front all the same.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import cache
from multiprocessing.util import Finalize
from typing import IO, Any

from scanner.gitdir import GitDir, Head, Unreached

TIMEOUT = 120.0

_SETTINGS = {
    "core.fsmonitor": "false",
    "core.hooksPath": "/dev/null",
    "core.pager": "cat",
    "core.attributesFile": "/dev/null",
    "core.askPass": "",
    "core.alternateRefsCommand": "",
    "core.bigFileThreshold": "64m",
    "credential.helper": "",
    "submodule.recurse": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "protocol.allow": "never",
    "safe.bareRepository": "explicit",
}
HARDENED: dict[str, str] = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "false",
    "SSH_ASKPASS": "false",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_CONFIG_COUNT": str(len(_SETTINGS)),
    **{f"GIT_CONFIG_KEY_{n}": key for n, key in enumerate(_SETTINGS)},
    **{f"GIT_CONFIG_VALUE_{n}": value for n, value in enumerate(_SETTINGS.values())},
}


class ObjectReader:
    """One ``git cat-file --batch`` over a repository's objects; every read ends by the deadline or raises.

    Raises :class:`Unreached` when git cannot be started, dies, or the time is over.
    """

    def __init__(self, repository: GitDir, *, oid_size: int, timeout: float = TIMEOUT) -> None:
        environment = {"GIT_DIR": _own_git_dir(oid_size), "GIT_OBJECT_DIRECTORY": repository.objects}
        self._process = _start(["cat-file", "--batch"], environment)
        self._talk = _Conversation(self._process, time.monotonic() + timeout)
        self._timeout = timeout

    def read(self, oid: str, limit: int) -> tuple[str, bytes | int] | None:
        """An object's type and content; its size in place of a content above ``limit`` bytes; ``None``: missing."""
        self._talk.send(oid.encode() + b"\n")
        header = self._talk.line().split()
        if len(header) != 3 or not header[2].isdigit():
            return None
        size = int(header[2])
        kind = header[1].decode("ascii", "replace")
        if size > limit:
            self._talk.skip(size + 1)
            return kind, size
        return kind, self._talk.take(size + 1)[:-1]

    def close(self) -> None:
        """End the process."""
        _end(self._process)


def resolve_head(repository: GitDir, *, timeout: float = TIMEOUT) -> Head:
    """HEAD by git's own account, for references that are kept in a way that this process cannot read."""
    environment = {"GIT_DIR": repository.folder}
    name = _output(["symbolic-ref", "-q", "HEAD"], environment, timeout).decode("utf-8", "backslashreplace")
    commit = _output(["rev-parse", "--verify", "-q", "--end-of-options", "HEAD^{commit}"], environment, timeout)
    if not name and not commit:
        raise Unreached("unreadable", "git cannot read its references; a newer git may be needed")
    branch = name.removeprefix("refs/heads/") if name.startswith("refs/heads/") else None
    return Head(commit=commit.decode() or None, branch=branch, reference=name or None)


def _output(arguments: Sequence[str], environment: dict[str, str], timeout: float) -> bytes:
    process = _start(arguments, environment)
    talk = _Conversation(process, time.monotonic() + timeout)
    try:
        return talk.rest().rstrip(b"\n")
    finally:
        _end(process)


def _start(arguments: Sequence[str], environment: dict[str, str]) -> Any:
    """A git process behind GitPython's interface, in a session of its own, without inherited ``GIT_*`` variables."""
    with _no_git_variables():  # git is asked for its version where GitPython is imported
        git = _gitpython()
        try:
            driver = git.Git(os.sep)
            return driver.execute(
                [git.Git.GIT_PYTHON_GIT_EXECUTABLE, "--no-replace-objects", "--no-optional-locks", *arguments],
                istream=_PIPE,
                as_process=True,
                env=HARDENED | environment,
                start_new_session=True,
            )
        except (OSError, git.exc.GitCommandNotFound) as error:
            raise Unreached("unreadable", f"git could not be started: {error}") from None


@contextlib.contextmanager
def _no_git_variables() -> Iterator[None]:
    inherited = {name: os.environ.pop(name) for name in tuple(os.environ) if name.startswith("GIT_")}
    try:
        yield
    finally:
        os.environ.update(inherited)


_PIPE: Any = -1  # subprocess.PIPE


@cache
def _gitpython() -> Any:
    try:
        import git  # 0.13 s: only where it is needed
    except ImportError as error:
        raise Unreached("unreadable", f"git is not installed: {error}") from None
    return git


@cache
def _own_git_dir(oid_size: int) -> str:
    """An empty git directory of ours for one kind of object ids, removed when this process ends."""
    folder = tempfile.mkdtemp(prefix="muster-git-")
    Finalize(None, shutil.rmtree, (folder, True), exitpriority=1)  # in workers too, where atexit is not heard
    for name in ("objects", "refs"):
        os.mkdir(os.path.join(folder, name))
    version, extension = (1, "[extensions]\n\tobjectformat = sha256\n") if oid_size == 32 else (0, "")
    _write(folder, "config", f"[core]\n\trepositoryformatversion = {version}\n\tbare = true\n{extension}")
    _write(folder, "HEAD", "ref: refs/heads/none\n")
    return folder


def _write(folder: str, name: str, text: str) -> None:
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(text)


def _end(process: Any) -> None:
    """Kill the process and all that it started, and close its pipes."""
    popen = process.proc
    if popen is None:
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(popen.pid, signal.SIGKILL)
    for stream in (popen.stdin, popen.stdout, popen.stderr):
        with contextlib.suppress(OSError):
            stream.close()
    popen.wait()
    process.proc = None


class _Conversation:
    """Requests to a process and its answers, without deadlock: stderr is drained, and there is a deadline."""

    _CHUNK = 1 << 18

    def __init__(self, process: Any, deadline: float) -> None:
        self._process = process
        popen = process.proc
        self._input: IO[bytes] = popen.stdin
        self._output: int = popen.stdout.fileno()
        self._errors: int = popen.stderr.fileno()
        self._deadline = deadline
        self._complaint = b""
        self._buffer = bytearray()
        self._poll = select.poll()
        self._poll.register(self._output, select.POLLIN)
        self._poll.register(self._errors, select.POLLIN)

    def send(self, request: bytes) -> None:
        """Send a request that is shorter than a pipe's buffer."""
        try:
            os.write(self._input.fileno(), request)
        except OSError:
            raise self._failure("git ended early") from None

    def line(self) -> bytes:
        while (end := self._buffer.find(b"\n")) < 0:
            self._fill()
        return self.take(end + 1)[:-1]

    def take(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._fill()
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def skip(self, size: int) -> None:
        while size > len(self._buffer):
            size -= len(self._buffer)
            self._buffer.clear()
            self._fill()
        del self._buffer[:size]

    def rest(self) -> bytes:
        self._input.close()
        for _ in self._parts():
            pass
        return bytes(self._buffer)

    def _parts(self) -> Iterator[None]:
        while self._receive():
            yield

    def _fill(self) -> None:
        if not self._receive():
            raise self._failure("git ended early")

    def _receive(self) -> bool:
        """Wait for output and take it in; false at its end."""
        while True:
            left = self._deadline - time.monotonic()
            ready = {descriptor for descriptor, _ in self._poll.poll(max(0, int(left * 1000)))} if left > 0 else set()
            if not ready:
                raise self._failure("git took too long and was stopped")
            if self._errors in ready:
                part = os.read(self._errors, self._CHUNK)
                self._complaint = (self._complaint + part)[:2000]
                if not part:
                    self._poll.unregister(self._errors)
            if self._output in ready:
                part = os.read(self._output, self._CHUNK)
                self._buffer += part
                return bool(part)

    def _failure(self, what: str) -> Unreached:
        _end(self._process)
        said = self._complaint.decode("utf-8", "backslashreplace").strip().splitlines()
        return Unreached("unreadable", f"{what}: {said[0][:300]}" if said else what)
