from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from scanner import sandbox


def python(code: str, folder: Path, **options: object) -> sandbox.Completed:
    return sandbox.run([sys.executable, "-c", code], cwd=str(folder), **options)  # type: ignore[arg-type]


def test_a_program_and_what_it_says(tmp_path: Path) -> None:
    code = "import os, sys; print(os.getcwd()); print(sys.stdin.read(), file=sys.stderr); sys.exit(3)"
    done = python(code, tmp_path, stdin="é".encode())
    assert (done.status, done.stdout, done.stderr) == (3, f"{tmp_path}\n", "é\n")
    assert not done.ok


def test_the_environment_is_clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "s3cret")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    monkeypatch.setenv("VIRTUAL_ENV", "/nowhere")
    done = python("import os; print(dict(os.environ))", tmp_path, env={"EXTRA": "1"})
    assert "s3cret" not in done.stdout
    assert "/nowhere" not in done.stdout
    assert "'EXTRA': '1'" in done.stdout
    assert "'UV_OFFLINE': '1'" in done.stdout


def test_time_is_bounded_for_children_too(tmp_path: Path) -> None:
    started = time.monotonic()
    code = "import subprocess; print('on', flush=True); subprocess.run(['sleep', '60'])"
    done = python(code, tmp_path, timeout=1.0)
    assert done.timed_out
    assert done.stdout == "on\n"
    assert time.monotonic() - started < 20


def test_memory_is_bounded(tmp_path: Path) -> None:
    done = python("bytearray(10**10)", tmp_path, memory=2 * 1024**3)
    assert not done.ok
    assert "MemoryError" in done.stderr


def test_output_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "OUTPUT_LIMIT", 1000)
    done = python("print('x' * 5000)", tmp_path)
    assert done.truncated
    assert len(done.stdout) == 1000


def test_no_network(tmp_path: Path) -> None:
    if not sandbox._without_network():
        pytest.skip("this system lets nobody leave the network")
    code = "import socket; socket.create_connection(('127.0.0.1', 1), 1)"
    assert "unreachable" in python(code, tmp_path).stderr
    assert "refused" in python(code, tmp_path, network=True).stderr


def test_what_cannot_be_started(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("no program")
    for argv in (["no-such-program-at-all"], [str(tmp_path / "data")]):
        with pytest.raises(sandbox.NotStarted):
            sandbox.run(argv, cwd=str(tmp_path))


def test_no_such_folder() -> None:
    with pytest.raises(sandbox.NotStarted):
        sandbox.run(["true"], cwd="/no/such/folder")


@pytest.mark.skipif(sys.platform != "linux", reason="prctl")
def test_a_tool_ends_with_the_worker_that_was_killed(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    code = (
        "from scanner import sandbox\n"
        f"sandbox.run(['sh', '-c', 'echo $$ > {pid}; exec sleep 60'], cwd={str(tmp_path)!r}, network=True)\n"
    )
    worker = subprocess.Popen([sys.executable, "-c", code], cwd=Path(__file__).resolve().parents[2])
    while not (pid.exists() and pid.read_text().strip()):
        time.sleep(0.05)
    worker.kill()
    worker.wait()
    state = Path(f"/proc/{pid.read_text().strip()}/stat")
    for _ in range(100):
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.05)
    pytest.fail("the tool outlived its worker")
