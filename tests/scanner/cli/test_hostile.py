"""Nothing of a scanned repository is executed, written, or followed outside."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def trap(make_repo: Any, tmp_path: Path) -> tuple[Path, Path]:
    """A repository in which everything that tools might run would leave a mark."""
    mark = tmp_path / "mark"
    python = f"open({str(mark)!r}, 'w').close()\n"
    repo = make_repo("trap")
    (tmp_path / "outside.txt").write_text("requests==1.0\n")
    repo.commit(
        {
            "setup.py": python + "from setuptools import setup\nsetup(name='trap', install_requires=['acme-core'])\n",
            "conftest.py": python,
            "sitecustomize.py": python,
            "noxfile.py": python,
            "rules/__init__.py": python,
            "yaml.py": python,
            ".gitattributes": "* filter=trap diff=trap\n",
            "requirements.txt": "-r ../outside.txt\nacme-core @ file:///etc/passwd\n",
            "environment.yml": f"dependencies:\n- !!python/object/apply:os.system ['touch {mark}']\n- python=3.12\n",
        }
    )
    hook = f"#!/bin/sh\ntouch {mark}\n"
    for name in ("post-checkout", "pre-commit", "post-index-change", "reference-transaction"):
        path = repo.path / ".git" / "hooks" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(hook)
        path.chmod(0o755)
    program = tmp_path / "program"
    program.write_text(hook)
    program.chmod(0o755)
    for key in (
        "core.fsmonitor",
        "core.pager",
        "filter.trap.smudge",
        "filter.trap.clean",
        "diff.trap.textconv",
        "core.sshCommand",
    ):
        repo.git("config", key, str(program))
    return repo.path, mark


def _state(folder: Path) -> dict[str, tuple[int, int]]:
    found = {}
    for root, _folders, names in os.walk(folder):
        for name in names:
            state = os.lstat(os.path.join(root, name))
            found[os.path.join(root, name)] = (state.st_size, state.st_mtime_ns)
    return found


@pytest.mark.parametrize("command", ["scan", "check"])
def test_a_repository_full_of_traps_leaves_no_trace(
    muster: Any, trap: tuple[Path, Path], command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, mark = trap
    before = _state(path)
    monkeypatch.chdir(path)
    extra = ("--store", str(path.parent / "s.db")) if command == "scan" else ("--fail-on", "never")
    told = muster(command, path, "--format", "json", "-q", *extra)
    assert told.status == 0
    assert not mark.exists()
    assert _state(path) == before
    assert "requests" not in told.out


def test_what_a_repository_says_reaches_no_terminal_unescaped(muster: Any, make_repo: Any) -> None:
    repo = make_repo("evil")
    repo.commit(
        {
            "pyproject.toml": '[project]\nname = "x"\nversion = "1"\ndependencies = ["requests\\u001b[31m>=1", "a | b"]\n',
            "::error::\x1b[31m/requirements.txt": "flask>=1 # ::error::\n",
            "a.py": "",
        }
    )
    for form in ("table", "md", "csv"):
        told = muster("scan", repo.path, "--format", form, "-q")
        assert "\x1b" not in told.out
        assert not any(line.startswith("::") for line in told.out.splitlines())


def test_secrets_reach_neither_store_nor_output(muster: Any, make_repo: Any) -> None:
    secret = "hunter2hunter2"
    repo = make_repo("leaky")
    url = f"https://bot:{secret}@pypi.example/simple"
    repo.commit(
        {
            "requirements.txt": f"--extra-index-url {url}\nacme-core @ git+https://bot:{secret}@git.example/acme/core.git\n",
            "Pipfile": f'[[source]]\nname = "x"\nurl = "{url}"\nverify_ssl = true\n[packages]\nflask = "*"\n',
            "pip.conf": f"[global]\nindex-url = {url}\n",
            "Dockerfile": f"FROM python:3.12\nENV PIP_INDEX_URL={url}\nRUN pip install --index-url {url} -r requirements.txt\n",
            ".github/workflows/ci.yml": f"on: push\njobs:\n  a:\n    steps:\n    - run: pip install -i {url} flask\n      env:\n        PASSWORD: {secret}\n",
            "a.py": "",
        }
    )
    repo.git("remote", "add", "origin", f"https://bot:{secret}@git.example/acme/leaky.git")
    for form in ("table", "json", "jsonl", "md", "csv"):
        assert secret not in muster("scan", repo.path, "--format", form).out
    for command in ("findings", "graph", "plan"):
        assert secret not in muster(command, "--format", "json").out
    assert secret not in muster("explain", "leaky").out
    assert secret.encode() not in b"".join(p.read_bytes() for p in Path().glob("muster.db*"))
    rules = {f["rule"] for f in muster("findings", "--format", "json").json["findings"]}
    assert "credentials-in-index" in rules
