"""``muster plan --patches`` from the scan to the applied patch, with the real git and uv, and without an index."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from rules.uv import version as planned

UV = shutil.which("uv")

MANIFEST = (
    '[tool.poetry]\nname = "api"\nversion = "1.0"\ndescription = ""\nauthors = []\npackage-mode = false\n\n'
    '[tool.poetry.dependencies]\npython = "^3.11"\nalpha = "^1.0"\n'
)


def _wheel(folder: Path, name: str, version: str, requires: str = "") -> str:
    folder.mkdir(exist_ok=True)
    target = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(target, "w") as wheel:
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{requires}")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    return hashlib.sha256(target.read_bytes()).hexdigest()


def _lock(**versions: str) -> str:
    entries = "".join(
        f'[[package]]\nname = "{name}"\nversion = "{version}"\ndescription = ""\noptional = false\n'
        f'python-versions = "*"\nfiles = []\n\n'
        for name, version in versions.items()
    )
    digest = "00"
    return f'{entries}[metadata]\nlock-version = "2.0"\npython-versions = "^3.11"\ncontent-hash = "{digest}"\n'


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    folder = tmp_path / "wheels"
    for version in ("1.0", "1.1"):
        _wheel(folder, "alpha", version, "Requires-Dist: beta\n")
        _wheel(folder, "beta", version)
    return folder


@pytest.fixture
def api(make_repo: Any) -> Any:
    repo = make_repo("api")
    repo.commit({"pyproject.toml": MANIFEST, "poetry.lock": _lock(alpha="1.0", beta="1.0"), "main.py": ""})
    return repo


def _apply(repo: Any, patch: Path) -> None:
    repo.git("apply", str(patch.resolve()))


def test_without_a_proof_the_old_lock_stays_and_nothing_is_contacted(muster: Any, api: Any) -> None:
    muster("scan", api.path, "-q")
    told = muster("plan", "--patches", "out", "--to", "uv", "--format", "json", "-q")
    assert told.status == 0, told.err
    (plan,) = told.json["plans"]
    assert plan["patch"] == "api.uv.patch"
    assert [proof["status"] for proof in plan["proofs"]] == ["not-run"]
    _apply(api, Path("out/api.uv.patch"))
    assert (api.path / "poetry.lock").exists()
    assert not (api.path / "uv.lock").exists()
    _apply(api, Path("out/api.uv.rollback.patch"))
    assert api.git("status", "--porcelain") == ""


@pytest.mark.oracle
@pytest.mark.skipif(UV is None, reason="no uv")
def test_a_proved_patch_applies_checks_and_goes_back(muster: Any, api: Any, wheels: Path) -> None:
    muster("scan", api.path, "-q")
    told = muster(
        "plan",
        "--patches",
        "out",
        "--prove",
        "--find-links",
        wheels,
        "--offline",
        "--to",
        "uv",
        "--format",
        "json",
        "-q",
    )
    assert told.status == 0, told.err
    (proof,) = told.json["plans"][0]["proofs"]
    assert (proof["status"], proof["locked"], proof["kept"]) == ("proved", 2, 2), proof
    _apply(api, Path("out/api.uv.patch"))
    assert not (api.path / "poetry.lock").exists()
    checked = subprocess.run(
        [str(UV), "lock", "--check", "--offline", "--no-index", "--find-links", str(wheels)],
        cwd=api.path,
        env={**os.environ, "UV_PYTHON_DOWNLOADS": "never"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    _apply(api, Path("out/api.uv.rollback.patch"))
    assert api.git("status", "--porcelain") == ""
    readme = Path("out/README.md").read_text()
    assert "1 proved" in readme
    assert "git apply api.uv.rollback.patch" in readme


@pytest.mark.oracle
@pytest.mark.skipif(UV is None, reason="no uv")
def test_a_loss_is_never_status_0(muster: Any, make_repo: Any, wheels: Path) -> None:
    repo = make_repo("api")
    repo.commit({"pyproject.toml": MANIFEST, "poetry.lock": _lock(alpha="1.0", beta="0.9"), "main.py": ""})
    muster("scan", repo.path, "-q")
    told = muster("plan", "--patches", "out", "--prove", "--find-links", wheels, "--offline", "--format", "json", "-q")
    assert told.status == 1
    (proof,) = next(p for p in told.json["plans"] if p["track"] == "uv")["proofs"]
    assert proof["status"] == "drifted"
    assert proof["changed"] == [{"name": "beta", "before": "0.9", "after": "1.1"}]
    assert "gone from the index" in proof["reason"]


@pytest.mark.oracle
@pytest.mark.skipif(UV is None, reason="no uv")
def test_the_scanned_commit_counts_where_head_moved_on(muster: Any, api: Any, wheels: Path) -> None:
    muster("scan", api.path, "-q")
    scanned = api.git("rev-parse", "HEAD")
    api.commit({"pyproject.toml": "broken ="})
    told = muster("plan", "--patches", "out", "--prove", "--find-links", wheels, "--offline", "-q")
    assert told.status == 0, told.out
    assert f"the patch is for {scanned}" in Path("out/README.md").read_text()


def test_a_repository_that_is_gone_is_unread(muster: Any, api: Any) -> None:
    muster("scan", api.path, "-q")
    shutil.rmtree(api.path)
    told = muster("plan", "--patches", "out", "-q")
    assert told.status == 3
    assert "api" in told.err


def test_a_proof_needs_an_index_or_a_wheelhouse(muster: Any, api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("UV_"):
            monkeypatch.delenv(name)
    muster("scan", api.path, "-q")
    assert "needs --patches" in muster("plan", "--prove").err
    told = muster("plan", "--patches", "out", "--prove")
    assert told.status == 2
    assert "something to lock from" in told.err or "uv" in told.err


def test_a_uv_that_is_none_is_said(muster: Any, api: Any, tmp_path: Path) -> None:
    fake = tmp_path / "uv"
    fake.write_text("#!/bin/sh\necho uv 0.4.0\n")
    fake.chmod(0o755)
    muster("scan", api.path, "-q")
    told = muster("plan", "--patches", "out", "--prove", "--index", "default", "--uv", fake)
    assert told.status == 2
    assert "is uv 0.4.0; supported are 0.11 to 0.13" in told.err
    assert muster("plan", "--patches", "out", "--prove", "--uv", tmp_path / "none").status == 2


def test_both_moves_in_one_patch(muster: Any, api: Any) -> None:
    """The patch of both tracks applies alone, and does what both do."""
    manifest = MANIFEST + '\n[tool.poetry.group.dev.dependencies]\nflake8 = "*"\nbeta = "*"\n'
    ci = "on: push\njobs:\n  a:\n    steps:\n    - run: |\n        poetry install\n        poetry run flake8 .\n"
    files = {"pyproject.toml": manifest, ".flake8": "[flake8]\nmax-line-length = 90\n", ".github/workflows/ci.yml": ci}
    api.commit(files)
    muster("scan", api.path, "-q")
    told = muster("plan", "--patches", "out", "--format", "json", "-q")
    plans = {plan["track"]: plan for plan in told.json["plans"]}
    assert {plan["combined"] for plan in plans.values()} == {"api.uv-ruff.patch"}
    _apply(api, Path("out/api.uv-ruff.patch"))
    manifest = (api.path / "pyproject.toml").read_text()
    assert "[dependency-groups]" in manifest
    assert "flake8" not in manifest
    assert "line-length = 90" in manifest
    assert not (api.path / ".flake8").exists()
    workflow = (api.path / ".github/workflows/ci.yml").read_text()
    assert "poetry" not in workflow
    assert "flake8" not in workflow
    assert "ruff" in workflow
    _apply(api, Path("out/api.uv-ruff.rollback.patch"))
    assert api.git("status", "--porcelain") == ""
    assert "git apply api.uv-ruff.patch" in Path("out/README.md").read_text()


@pytest.mark.oracle
@pytest.mark.skipif(UV is None, reason="no uv")
def test_the_lock_of_both_moves_is_uvs(muster: Any, api: Any, wheels: Path) -> None:
    _wheel(wheels, "flake8", "7.0")
    _wheel(wheels, "ruff", planned("ruff"))
    manifest = MANIFEST + '\n[tool.poetry.group.dev.dependencies]\nflake8 = "*"\n'
    lock = _lock(alpha="1.0", beta="1.0", flake8="7.0")
    api.commit({"pyproject.toml": manifest, "poetry.lock": lock, ".flake8": "[flake8]\nmax-line-length = 90\n"})
    muster("scan", api.path, "-q")
    told = muster("plan", "--patches", "out", "--prove", "--find-links", wheels, "--format", "json", "-q")
    assert told.json["plans"][0]["combined"] == "api.uv-ruff.patch"
    _apply(api, Path("out/api.uv-ruff.patch"))
    text = (api.path / "uv.lock").read_text()
    assert "flake8" not in text
    assert 'name = "alpha"\nversion = "1.0"' in text
    assert "flake8 goes" in Path("out/README.md").read_text()


def test_the_low_effort_route_where_the_project_is_refused(muster: Any, make_repo: Any) -> None:
    repo = make_repo("job")
    docker = "FROM python:3.12\nRUN pip install -r requirements.txt\n"
    files = {"requirements.txt": "a==1\n", "setup.py": "from setuptools import setup\nsetup(install_requires=f())\n"}
    repo.commit({**files, "job.py": "", "Dockerfile": docker})
    muster("scan", repo.path, "-q")
    told = muster("plan", "--patches", "out", "--to", "uv", "--format", "json", "-q")
    (plan,) = told.json["plans"]
    assert (plan["patch"], plan["pip_patch"]) == (None, "job.uv-pip.patch")
    _apply(repo, Path("out/job.uv-pip.patch"))
    assert "uv pip install --system -r requirements.txt" in (repo.path / "Dockerfile").read_text()
    _apply(repo, Path("out/job.uv-pip.rollback.patch"))
    assert repo.git("status", "--porcelain") == ""
    assert "job.uv-pip.patch" in Path("out/README.md").read_text()
    Path("muster.toml").write_text('[uv]\npip-route = "never"\n')
    told = muster("plan", "--patches", "out", "--to", "uv", "--format", "json", "-q")
    assert told.json["plans"][0]["pip_patch"] is None


@pytest.mark.oracle
@pytest.mark.skipif(UV is None, reason="no uv")
def test_the_low_effort_route_compiles_the_same_versions(muster: Any, make_repo: Any, wheels: Path) -> None:
    repo = make_repo("job")
    head = "#\n# This file is autogenerated by pip-compile with Python 3.11\n# by the following command:\n#\n#    pip-compile requirements.in\n#\n"
    pins = "alpha==1.0\n    # via -r requirements.in\nbeta==1.0\n    # via alpha\n"
    script = "from setuptools import setup\nsetup(install_requires=f())\n"
    docker = "FROM python:3.11\nRUN pip install -r requirements.txt\n"
    files = {"requirements.in": "alpha\n", "requirements.txt": head + pins, "setup.py": script, "job.py": ""}
    repo.commit({**files, "Dockerfile": docker})
    muster("scan", repo.path, "-q")
    told = muster("plan", "--patches", "out", "--to", "uv", "--prove", "--find-links", wheels, "--format", "json", "-q")
    assert told.json["plans"][0]["pip_patch"] == "job.uv-pip.patch"
    assert "uv pip compile upon requirements.txt: 2 versions, all the same" in Path("out/README.md").read_text()


@pytest.mark.oracle
@pytest.mark.skipif(UV is None, reason="no uv")
def test_compiled_files_that_differ_are_kept_apart_and_proved(muster: Any, make_repo: Any, wheels: Path) -> None:
    for version in ("1.0", "1.1"):
        _wheel(wheels, "gamma", version, "Requires-Dist: beta\n")
    repo = make_repo("job")
    files = {
        ".python-version": "3.11\n",
        "requirements/base.in": "alpha\n",
        "requirements/base.txt": "alpha==1.0\n    # via -r base.in\nbeta==1.0\n    # via alpha\n",
        "requirements/test.in": "-r base.in\ngamma\n",
        "requirements/test.txt": (
            "alpha==1.0\n    # via -r base.in\nbeta==1.1\n    # via alpha\ngamma==1.0\n    # via -r test.in\n"
        ),
        "requirements/docs.in": "-r base.in\ngamma\n",
        "requirements/docs.txt": (
            "alpha==1.0\n    # via -r base.in\nbeta==1.0\n    # via alpha\ngamma==1.0\n    # via -r docs.in\n"
        ),
        "job.py": "",
    }
    repo.commit(files)
    muster("scan", repo.path, "-q")
    told = muster("plan", "--patches", "out", "--to", "uv", "--prove", "--find-links", wheels, "--format", "json", "-q")
    (proof,) = told.json["plans"][0]["proofs"]
    assert (proof["status"], proof["locked"], proof["kept"]) == ("proved", 4, 4), proof
    _apply(repo, Path("out/job.uv.patch"))
    for options, beta in (
        (["--no-default-groups", "--group", "test"], "1.1"),
        (["--group", "docs"], "1.0"),
        ([], "1.0"),
    ):
        done = subprocess.run(
            [UV, "export", "--frozen", "--no-hashes", "--no-header", "--no-annotate", "-q", *options],
            cwd=repo.path,
            capture_output=True,
            text=True,
            check=True,
        )
        assert f"beta=={beta}" in done.stdout
