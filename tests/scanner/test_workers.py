from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner import workers


def work(task: object) -> object:
    match task:
        case "sleep":
            time.sleep(30)
        case "raise":
            raise SystemExit(7)
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "crash":
            signal.signal(signal.SIGSEGV, signal.SIG_DFL)
            ctypes.string_at(0)
        case "memory":
            return len(bytearray(2 * 1024**3))
        case "once", marker:
            if not Path(str(marker)).exists():
                Path(str(marker)).touch()
                os.kill(os.getpid(), signal.SIGKILL)
    return task


def outcomes(tasks: list[object], jobs: int = 2, **options: float) -> dict[object, object]:
    found = list(workers.run(tasks, work, jobs=jobs, **options))  # type: ignore[arg-type]
    assert sorted(str(o.task) for o in found) == sorted(map(str, tasks))
    return {o.task: o.lost or o.result for o in found}


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_every_task_is_answered_once(jobs: int) -> None:
    tasks: list[object] = list(range(100))
    assert outcomes(tasks, jobs) == {n: n for n in range(100)}


def test_no_tasks() -> None:
    assert outcomes([], 3) == {}


@pytest.mark.parametrize(
    ("poison", "said"),
    [("kill", "killed"), ("crash", "SIGSEGV"), ("raise", "status 7")],
)
def test_a_dead_process_costs_its_task_only(poison: str, said: str) -> None:
    found = outcomes([*range(20), poison, *range(20, 60)])
    assert said in str(found.pop(poison))
    assert found == {n: n for n in range(60)}


def test_several_poisons_at_once() -> None:
    found = outcomes([0, "kill", 1, "crash", 2, "raise", 3], 3)
    assert {task for task, result in found.items() if task == result} == {0, 1, 2, 3}


def test_who_died_by_bad_luck_gets_a_second_try(tmp_path: Path) -> None:
    task = ("once", str(tmp_path / "marker"))
    assert outcomes([1, task, 2])[task] == task


def test_a_slow_task_is_given_up() -> None:
    started = time.monotonic()
    found = outcomes(["sleep", *range(30)], timeout=0.5)
    assert "longer than 0.5 s" in str(found.pop("sleep"))
    assert found == {n: n for n in range(30)}
    assert time.monotonic() - started < 10


def test_memory_is_bounded() -> None:
    found = outcomes(["memory", 1], memory=1024**3)
    assert "status 1" in str(found["memory"])
    assert found[1] == 1


def test_few_tasks_are_under_way() -> None:
    taken = 0

    def tasks() -> Iterator[int]:
        nonlocal taken
        for number in range(10_000):
            taken += 1
            yield number

    results = workers.run(tasks(), work, jobs=2)
    next(results)
    assert taken <= 2 * workers.WINDOW + 2
    results.close()  # type: ignore[attr-defined]


def test_an_interrupt_ends_the_processes(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        textwrap.dedent("""
            import os, signal, time
            from scanner import workers

            # A background shell hands on "ignore"; Python then never raises KeyboardInterrupt.
            signal.signal(signal.SIGINT, signal.default_int_handler)

            def work(task):
                if task > 3:
                    time.sleep(60)
                return os.getpid()

            if __name__ == "__main__":
                try:
                    for outcome in workers.run(range(20), work, jobs=2):
                        print(outcome.result, flush=True)
                except KeyboardInterrupt:
                    print("kept", flush=True)
        """)
    )
    process = subprocess.Popen(
        [sys.executable, str(program)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )
    assert process.stdout is not None
    pids = {int(process.stdout.readline()) for _ in range(4)}
    os.killpg(process.pid, signal.SIGINT)
    assert process.communicate(timeout=20)[0] == "kept\n"
    assert not any(is_alive(pid) for pid in pids)


def test_processes_do_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        textwrap.dedent("""
            import os
            from scanner import workers

            def work(task):
                return os.getpid()

            if __name__ == "__main__":
                for outcome in workers.run(iter(int, 1), work, jobs=3):
                    print(outcome.result, flush=True)
        """)
    )
    process = subprocess.Popen(
        [sys.executable, str(program)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )
    assert process.stdout is not None
    pids = {int(process.stdout.readline()) for _ in range(20)}
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 10
    while any(is_alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(is_alive(pid) for pid in pids)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_large_tasks_with_large_results_need_a_window_of_one() -> None:
    tasks = [b"x" * 400_000 for _ in range(8)]
    found = list(workers.run(tasks, _same, jobs=2, timeout=30, window=1))
    assert [len(outcome.result or b"") for outcome in found] == [400_000] * 8


def _same(task: bytes) -> bytes:
    return task
