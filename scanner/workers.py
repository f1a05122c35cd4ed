"""Tasks to processes and results back, so that no task can harm another.

Each process has its own pipe and answers in order, so that when one dies it is known on which task. That task is tried
once more, alone, and then given up; the tasks behind it go to others. A task that takes too long is given up with its
process. Results come as they are finished; only a few tasks per process are under way, so that memory stays flat.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import resource
import selectors
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Connection
from typing import Any, Generic, TypeVar

WINDOW = 6
MEMORY = 4 * 1024**3
_GRACE = 2.0

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Generic[Task, Result]):
    """A task and what came of it: a ``result``, or ``lost`` saying why there is none."""

    task: Task
    result: Result | None = None
    lost: str | None = None


def run(
    tasks: Iterable[Task],
    function: Callable[[Task], Result],
    *,
    jobs: int,
    timeout: float = 300.0,
    memory: int = MEMORY,
    window: int = WINDOW,
) -> Iterator[Outcome[Task, Result]]:
    """``function`` upon each of ``tasks``, in ``jobs`` processes; outcomes in the order in which they are finished.

    With one job everything happens in this process, without the limits of ``timeout`` (seconds a task) and ``memory``
    (bytes a process). ``function`` and tasks must be picklable, and ``function`` must not raise: what it raises ends
    its process. Closing the iterator (as an interrupt does) ends all processes.

    ``window`` is how many tasks a process has before it; large tasks with large results (more than a pipe takes)
    need 1, so that never both ends are writing.
    """
    if jobs <= 1:
        for task in tasks:
            yield Outcome(task=task, result=function(task))
        return
    for retry, number in ((True, jobs), (False, 1)):
        pool: _Pool[Task, Result] = _Pool(function, number, timeout, memory, retry, window)
        try:
            yield from pool.run(iter(tasks))
        finally:
            pool.close()
        tasks = pool.suspects


class _Worker(Generic[Task]):
    """A process, the tasks it has and has not answered (the first is being done), and since when it does that one."""

    def __init__(self, function: Callable[[Any], Any], memory: int, others: Iterable[Connection]) -> None:
        context = _context()
        self.pipe, end = context.Pipe()
        inherited = [self.pipe, *others] if context.get_start_method() == "fork" else []
        self.process = context.Process(target=_work, args=(end, function, memory, inherited), daemon=True)
        self.process.start()
        end.close()
        self.tasks: deque[Task] = deque()
        self.since = time.monotonic()

    def give(self, task: Task) -> None:
        if not self.tasks:
            self.since = time.monotonic()
        self.tasks.append(task)
        with contextlib.suppress(OSError):  # it died: its pipe will say so
            self.pipe.send((task,))

    def done(self) -> Task:
        self.since = time.monotonic()
        return self.tasks.popleft()

    def end(self) -> int | None:
        """Let the process go, by force when it is busy; how it ended."""
        if not self.tasks:
            with contextlib.suppress(OSError):
                self.pipe.send(None)
            self.process.join(_GRACE)
        self.process.kill()
        self.process.join()
        self.pipe.close()
        code: int | None = self.process.exitcode
        return code


class _Pool(Generic[Task, Result]):
    """Some processes; ``suspects`` are tasks on which one died, to be tried once more when ``retry``."""

    def __init__(
        self,
        function: Callable[[Task], Result],
        jobs: int,
        timeout: float,
        memory: int,
        retry: bool,
        window: int = WINDOW,
    ) -> None:
        self._window = window
        self._function = function
        self._jobs = jobs
        self._timeout = timeout
        self._memory = memory
        self._retry = retry
        self._workers: list[_Worker[Task]] = []
        self._ahead: deque[Task] = deque()  # taken from the tasks, or back from a process that died
        self._selector = selectors.DefaultSelector()
        self.suspects: list[Task] = []

    def run(self, tasks: Iterator[Task]) -> Iterator[Outcome[Task, Result]]:
        """Hand out and collect until nothing is left."""
        while self._hand_out(tasks):
            for worker in self._ready():
                yield from self._answer(worker)
            for worker in self._overdue():
                slow = worker.tasks.popleft()
                self._bury(worker)
                yield Outcome(task=slow, lost=f"it took longer than {self._timeout:g} s and was stopped")

    def close(self) -> None:
        """End all processes."""
        for worker in self._workers:
            worker.end()
        self._workers.clear()
        self._selector.close()

    def _hand_out(self, tasks: Iterator[Task]) -> bool:
        """Fill the processes' windows, evenly; false when nothing is under way any more."""
        for level in range(self._window):
            for number in range(self._jobs):
                if number < len(self._workers) and len(self._workers[number].tasks) > level:
                    continue
                if not self._ahead:
                    self._ahead.extend(islice(tasks, 1))
                if not self._ahead:
                    return any(worker.tasks for worker in self._workers)
                if number >= len(self._workers):
                    self._start()
                self._workers[number].give(self._ahead.popleft())
        return True

    def _start(self) -> None:
        worker: _Worker[Task] = _Worker(self._function, self._memory, [other.pipe for other in self._workers])
        self._workers.append(worker)
        self._selector.register(worker.pipe, selectors.EVENT_READ, worker)

    def _ready(self) -> list[_Worker[Task]]:
        first = min(worker.since for worker in self._workers if worker.tasks)
        wait = max(0.0, first + self._timeout - time.monotonic()) + 0.01
        return [key.data for key, _ in self._selector.select(wait)]

    def _answer(self, worker: _Worker[Task]) -> Iterator[Outcome[Task, Result]]:
        try:
            result: Result = worker.pipe.recv()
        except (EOFError, OSError):
            suspect = worker.tasks.popleft() if worker.tasks else None
            how = _said(self._bury(worker))
            if suspect is not None and self._retry:
                self.suspects.append(suspect)
            elif suspect is not None:
                yield Outcome(task=suspect, lost=how)
            return
        yield Outcome(task=worker.done(), result=result)

    def _overdue(self) -> list[_Worker[Task]]:
        now = time.monotonic()
        late = [worker for worker in self._workers if worker.tasks and now - worker.since > self._timeout]
        return [worker for worker in late if not worker.pipe.poll()]

    def _bury(self, worker: _Worker[Task]) -> int | None:
        """Part with a process; the tasks that it had not begun go to others."""
        self._selector.unregister(worker.pipe)
        self._workers.remove(worker)
        self._ahead.extend(worker.tasks)
        worker.process.kill()
        return worker.end()


def _work(pipe: Connection, function: Callable[[Any], Any], memory: int, inherited: Iterable[Connection]) -> None:
    """The life of a process: answer until the pipe ends. An interrupt is the parent's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for other in inherited:  # else a process would outlive a killed parent
        other.close()
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard == resource.RLIM_INFINITY or memory < hard:
        resource.setrlimit(
            resource.RLIMIT_DATA, (memory if soft == resource.RLIM_INFINITY else min(soft, memory), hard)
        )
    while (given := _received(pipe)) is not None:
        answer = function(given[0])
        try:
            pipe.send(answer)
        except BrokenPipeError:
            return


def _received(pipe: Connection) -> tuple[Any] | None:
    try:
        given: tuple[Any] | None = pipe.recv()
    except (EOFError, OSError):
        return None
    return given


def _context() -> Any:
    """Forking shares what is loaded already; with threads about, it is not safe, and costs loading everything anew."""
    can_fork = "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1
    return multiprocessing.get_context("fork" if can_fork else "forkserver")


def _said(code: int | None) -> str:
    if code == -signal.SIGKILL:
        return "its process was killed; perhaps there was too little memory"
    if code is not None and code < 0:
        return f"its process died of signal {-code} ({signal.Signals(-code).name})"
    return f"its process ended with status {code}"
