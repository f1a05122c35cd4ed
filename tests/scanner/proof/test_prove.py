"""Proofs with the real uv, from a wheelhouse that the test builds."""

from __future__ import annotations

import io
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rules.migration import BOUND, Edit, Move, Recorded
from scanner.facts import LockedPackage
from scanner.inventory import DeclaredPython, Environment, Environments, Project, Signature
from scanner.proof.outcome import Proved, Trial
from scanner.proof.prove import prove
from scanner.proof.settings import Settings
from scanner.proof.uv import find_uv

pytestmark = pytest.mark.oracle

MANIFEST = """[project]
name = "demo"
version = "1.0"
requires-python = ">=3.11"
dependencies = [{}]

[tool.uv]
package = false
"""


def _project() -> Project:
    return Project(
        path=".",
        role="main",
        name="demo",
        kind="service",
        build_backend=None,
        requires_python=None,
        package_managers=(),
        primary_manager=None,
        lock_discipline="locked",
        lockfiles=(),
        signature=Signature(text=""),
        environments=Environments(),
        disagreements=(),
        python_versions=(),
        dependencies=(),
    )


def _pin(name: str, version: str, marker: str | None = None) -> LockedPackage:
    return LockedPackage(name=name, version=version, marker=marker)


class Prover:
    def __init__(self, uv_path: str, wheels: Path, cache: Path, kept: str | None = None) -> None:
        self.settings = Settings(uv=find_uv(uv_path), cache=str(cache), find_links=(str(wheels),), offline=True)
        self.kept = kept

    def __call__(self, manifest: str, *pins: LockedPackage, before: str | None = "old\n", **more: Any) -> Proved:
        edits = (Edit(path="pyproject.toml", before=before, after=manifest), *more.pop("edits", ()))
        project = more.pop("project", _project())
        move = Move(project=project, manifest="pyproject.toml", lock="uv.lock", old_lock="x", pins=pins, **more)
        trial = Trial(repository="r", edits=edits, moves=(move,), settings=self.settings, kept=self.kept)
        (found,) = prove(trial)
        return found


@pytest.fixture
def prover(uv_path: str, wheelhouse: Any, tmp_path: Path) -> Prover:
    return Prover(uv_path, wheelhouse.folder, tmp_path / "cache")


def test_old_versions_are_kept_although_newer_ones_exist(prover: Prover, wheelhouse: Any) -> None:
    for version in ("1.0", "1.1", "2.0"):
        wheelhouse.add("alpha", version, ["beta>=1"])
        wheelhouse.add("beta", version)
    found = prover(MANIFEST.format('"alpha<2"'), _pin("alpha", "1.0"), _pin("Beta", "1.1"))
    assert (found.proof.status, found.proof.locked, found.proof.kept) == ("proved", 2, 2)
    assert found.lock is not None
    assert "seed.invalid" not in found.lock
    assert found.constraints == ()


def test_versions_for_different_pythons_are_kept(prover: Prover, wheelhouse: Any) -> None:
    for version in ("1.0", "2.0", "3.0"):
        wheelhouse.add("alpha", version)
    old, new = "python_version < '3.12'", "python_version >= '3.12'"
    found = prover(MANIFEST.format('"alpha"'), _pin("alpha", "1.0", old), _pin("alpha", "2.0", new))
    assert (found.proof.status, found.proof.kept) == ("proved", 2)


def test_without_a_lock_it_is_resolved(prover: Prover, wheelhouse: Any) -> None:
    wheelhouse.add("alpha", "1.0")
    found = prover(MANIFEST.format('"alpha"'))
    assert (found.proof.status, found.proof.locked) == ("resolved", 0)


def test_a_version_that_is_gone_is_reported(prover: Prover, wheelhouse: Any) -> None:
    wheelhouse.add("alpha", "1.1")
    found = prover(MANIFEST.format('"alpha"'), _pin("alpha", "1.0"))
    assert found.proof.status == "drifted"
    assert [(c.name, c.before, c.after) for c in found.proof.changed] == [("alpha", "1.0", "1.1")]
    assert "gone from the index" in (found.proof.reason or "")


def test_what_nothing_requires_any_more_is_reported(prover: Prover, wheelhouse: Any) -> None:
    wheelhouse.add("alpha", "1.0")
    found = prover(MANIFEST.format('"alpha"'), _pin("alpha", "1.0"), _pin("beta", "1.0"))
    assert found.proof.status == "drifted"
    assert "beta: nothing requires it any more" in (found.proof.reason or "")


def test_a_pre_release_is_held_by_a_constraint(prover: Prover, wheelhouse: Any) -> None:
    for version in ("1.0", "2.0b1"):
        wheelhouse.add("alpha", version)
    found = prover(MANIFEST.format('"alpha"'), _pin("alpha", "2.0b1"))
    assert found.proof.status == "proved"
    assert found.constraints in ((), ("alpha==2.0b1",))


def test_a_lock_for_one_python_stays_one(prover: Prover, wheelhouse: Any) -> None:
    """What rye and pip-compile wrote with Python 3.12 lacks what older ones need."""
    wheelhouse.add("alpha", "1.0", ["backport>=1; python_version < '3.12'"])
    wheelhouse.add("backport", "1.0")
    found = prover(MANIFEST.format('"alpha"').replace(">=3.11", ">=3.9"), _pin("alpha", "1.0"))
    assert found.proof.status == "proved"
    assert found.environments == ("python_full_version >= '3.12'",)
    assert "alone" in (found.proof.reason or "")


def test_a_python_that_a_dependency_does_not_admit_is_left_out(prover: Prover, wheelhouse: Any) -> None:
    wheelhouse.add("alpha", "1.0", python=">=3.10")
    found = prover(MANIFEST.format('"alpha"').replace(">=3.11", ">=3.9"), _pin("alpha", "1.0"))
    assert found.proof.status == "proved", found.proof.reason
    assert found.environments == ("python_full_version >= '3.10'",)


def _spy(trace: Path) -> str:
    """A backend that leaves a trace and does not build."""
    return f"open({str(trace)!r}, 'w').close()\nraise SystemExit('no')\n"


def test_what_has_no_wheel_is_answered_for_by_the_old_lock(prover: Prover, wheelhouse: Any, tmp_path: Path) -> None:
    wheelhouse.add("beta", "1.0")
    wheelhouse.add("beta", "2.0")
    wheelhouse.add_source("alpha", "1.0", _spy(tmp_path / "trace"))
    pins = (_pin("alpha", "1.0"), _pin("beta", "1.0"))
    known = (Recorded(name="alpha", version="1.0", requires=("beta>=1",)),)
    found = prover(MANIFEST.format('"alpha"'), *pins, recorded=known)
    assert found.proof.status == "proved", found.proof.reason
    assert "alpha are those that the old lock records: it has no wheel" in (found.proof.reason or "")
    assert found.recorded == ()
    assert "dependency-metadata" not in (found.lock or "")
    assert not (tmp_path / "trace").exists()


def test_nothing_is_built_unasked(prover: Prover, wheelhouse: Any, tmp_path: Path) -> None:
    wheelhouse.add_source("alpha", "1.0", _spy(tmp_path / "trace"))
    found = prover(MANIFEST.format('"alpha"'), _pin("alpha", "1.0"), complete=False)
    assert found.proof.status == "failed"
    assert "nothing is built without --allow-build" in (found.proof.reason or "")
    assert not (tmp_path / "trace").exists()


def test_a_wheel_is_taken_where_nothing_is_built(prover: Prover, wheelhouse: Any, tmp_path: Path) -> None:
    wheelhouse.add("alpha", "1.0")
    wheelhouse.add_source("alpha", "2.0", _spy(tmp_path / "trace"))
    found = prover(MANIFEST.format('"alpha"'))
    assert found.proof.status == "resolved", found.proof.reason
    assert not (tmp_path / "trace").exists()


def test_a_lock_that_records_nothing_answers_for_nobody(prover: Prover, wheelhouse: Any, tmp_path: Path) -> None:
    """Rye's locks may say nothing of who needs whom."""
    wheelhouse.add("alpha", "2.0")
    wheelhouse.add_source("alpha", "1.0", _spy(tmp_path / "trace"))
    found = prover(MANIFEST.format('"alpha"'), _pin("alpha", "1.0"))
    assert found.proof.status == "drifted", found.proof.reason
    assert "no wheel, and nothing is built without --allow-build" in (found.proof.reason or "")
    assert not (tmp_path / "trace").exists()


def test_a_python_without_wheels_is_left_out(prover: Prover, wheelhouse: Any) -> None:
    wheelhouse.add("alpha", "1.0", python=">=3.8,<3.13")
    found = prover(MANIFEST.format('"alpha"').replace(">=3.11", ">=3.11,<3.15"), _pin("alpha", "1.0"))
    assert found.proof.status == "proved", found.proof.reason
    assert found.environments == () or "< '3.1" in found.environments[0]


def test_one_python_that_needs_more_splits_the_rest(prover: Prover, wheelhouse: Any) -> None:
    """The old lock is complete below and above, and was made below."""
    wheelhouse.add("alpha", "1.0", ["beta ; python_version == '3.13'"])
    wheelhouse.add("beta", "1.0")
    environments = ("python_version >= '3.11'", "python_version == '3.11'")
    found = prover(MANIFEST.format('"alpha"'), _pin("alpha", "1.0"), environments=environments)
    assert found.proof.status == "proved", found.proof.reason
    assert found.environments == ("python_full_version < '3.13'",)


def test_a_python_of_ci_that_is_left_out_is_named(prover: Prover, wheelhouse: Any) -> None:
    wheelhouse.add("alpha", "1.0", ["beta ; python_version >= '3.13'"])
    wheelhouse.add("beta", "1.0")
    run = tuple(
        DeclaredPython(kind="ci-matrix", version=v, path=".github/workflows/ci.yml", line=None)
        for v in ("3.9", "3.12", "3.13")
    )
    project = replace(_project(), python_versions=run)
    found = prover(MANIFEST.format('"alpha"'), _pin("alpha", "1.0"), project=project)
    assert found.environments == ("python_full_version < '3.13'",)
    assert "that leaves out Python 3.13 of .github/workflows/ci.yml:1" in (found.proof.reason or "")


def test_the_projects_own_python_is_never_left_out(prover: Prover, wheelhouse: Any) -> None:
    """A lock made on another machine: what Linux needs for the Python that the project runs on is an addition."""
    wheelhouse.add("alpha", "1.0", ["beta ; python_version < '3.13' and platform_machine == 'x86_64'"])
    wheelhouse.add("beta", "1.0")
    own = DeclaredPython(kind="version-file", version="3.11.3", path=".python-version", line=1)
    project = replace(_project(), python_versions=(own,))
    found = prover(MANIFEST.format('"alpha"'), _pin("alpha", "1.0"), project=project)
    assert (found.proof.status, found.proof.added) == ("drifted", ("beta",))
    assert found.environments == ()
    assert "the old lock was made on another machine: beta" in (found.proof.reason or "")


def test_a_bound_within_a_minor_version_leaves_out_no_more_than_it_says(prover: Prover, wheelhouse: Any) -> None:
    wheelhouse.add("alpha", "1.0", python=">=3.11.4")
    found = prover(MANIFEST.format('"alpha"'), _pin("alpha", "1.0"))
    assert found.proof.status == "proved", found.proof.reason
    assert found.environments == ("python_full_version >= '3.11.4'",)


def test_stated_environments_are_narrowed_further(prover: Prover, wheelhouse: Any) -> None:
    wheelhouse.add("alpha", "1.0", ["backport; python_version < '3.12'"])
    wheelhouse.add("backport", "1.0")
    manifest = MANIFEST.format('"alpha"').replace(">=3.11", ">=3.9") + "environments = [\"sys_platform == 'linux'\"]\n"
    found = prover(manifest, _pin("alpha", "1.0"))
    assert found.proof.status == "proved", found.proof.reason
    assert found.environments == ("sys_platform == 'linux' and python_full_version >= '3.12'",)


def test_what_has_no_wheel_and_no_record_is_the_cause(prover: Prover, wheelhouse: Any, tmp_path: Path) -> None:
    wheelhouse.add("alpha", "2.0")
    wheelhouse.add_source("alpha", "1.0", _spy(tmp_path / "trace"))
    wheelhouse.add("beta", "1.0")
    pins = (_pin("alpha", "1.0"), _pin("beta", "1.0"))
    found = prover(MANIFEST.format('"alpha"'), *pins, complete=False)
    assert found.proof.status == "drifted"
    assert "alpha: the old version has no wheel, and nothing is built" in (found.proof.reason or "")
    assert "beta: follows from alpha" in (found.proof.reason or "")
    assert not (tmp_path / "trace").exists()


_PICKY = """
import importlib.metadata, os
release = int(importlib.metadata.version("setuptools").split(".")[0])
if release >= {limit}:
    raise ImportError("setuptools has lost something in %s" % release)

def prepare_metadata_for_build_wheel(folder, settings=None):
    os.makedirs(os.path.join(folder, "{name}-1.0.dist-info"))
    with open(os.path.join(folder, "{name}-1.0.dist-info", "METADATA"), "w") as file:
        file.write("Metadata-Version: 2.1\\nName: {name}\\nVersion: 1.0\\n")
    return "{name}-1.0.dist-info"

def build_wheel(folder, settings=None, metadata=None):
    raise SystemExit("only metadata here")
"""


def test_an_older_setuptools_builds_what_todays_does_not(prover: Prover, wheelhouse: Any) -> None:
    for version in ("57.0", "65.0", "80.0", "90.0"):
        wheelhouse.add("setuptools", version)
    for name, limit in (("alpha", 81), ("beta", 66)):
        wheelhouse.add_source(name, "1.0", _PICKY.format(name=name, limit=limit), needs=["setuptools"])
    prover.settings = replace(prover.settings, allow_build=True)
    pins = (_pin("alpha", "1.0"), _pin("beta", "1.0"))
    found = prover(MANIFEST.format('"alpha", "beta"'), *pins)
    assert found.proof.status == "proved", found.proof.reason
    assert found.built_with == ("setuptools<66",)
    assert "setuptools<66 builds what today's does not" in (found.proof.reason or "")
    assert 'build-constraints = [{ name = "setuptools", specifier = "<66" }]' in (found.lock or "")


def test_tools_stay_as_they_are_where_older_ones_do_not_help(prover: Prover, wheelhouse: Any) -> None:
    for version in ("57.0", "65.0", "80.0", "90.0"):
        wheelhouse.add("setuptools", version)
    wheelhouse.add_source("alpha", "1.0", _PICKY.format(name="alpha", limit=1), needs=["setuptools"])
    prover.settings = replace(prover.settings, allow_build=True)
    assert prover(MANIFEST.format('"alpha"'), _pin("alpha", "1.0"), complete=False).proof.status == "failed"
    known = Recorded(name="alpha", version="1.0")
    found = prover(MANIFEST.format('"alpha"'), _pin("alpha", "1.0"), recorded=(known,))
    assert (found.proof.status, found.built_with, found.recorded) == ("proved", (), (known,))


def test_what_does_not_build_is_taken_at_its_word(prover: Prover, wheelhouse: Any, tmp_path: Path) -> None:
    """Its own ``requires.txt`` says what it needs; the old lock, which does not, shows that nothing else moved."""
    wheelhouse.add("beta", "1.0")
    wheelhouse.add_source("alpha", "1.0", _spy(tmp_path / "trace"), states="beta>=1\n\n[x]\ngamma\n")
    pins = (_pin("alpha", "1.0"), _pin("beta", "1.0"))
    found = prover(MANIFEST.format('"alpha"'), *pins)
    assert found.proof.status == "proved", found.proof.reason
    assert "alpha are those that its source distribution states: it has no wheel" in (found.proof.reason or "")
    assert found.recorded == ()
    assert not (tmp_path / "trace").exists()
    assert prover(MANIFEST.format('"alpha"'), _pin("alpha", "1.0"), complete=False).proof.status == "failed"
    prover.settings = replace(prover.settings, allow_build=True)
    found = prover(MANIFEST.format('"alpha"'), *pins)
    assert found.proof.status == "proved", found.proof.reason
    known = Recorded(name="alpha", version="1.0", requires=("beta>=1", "gamma ; extra == 'x'"), extras=("x",))
    assert found.recorded == (known,)


def test_metadata_of_what_does_not_build_stays(prover: Prover, wheelhouse: Any, tmp_path: Path) -> None:
    wheelhouse.add("beta", "1.0")
    wheelhouse.add_source("alpha", "1.0", _spy(tmp_path / "trace"))
    prover.settings = replace(prover.settings, allow_build=True)
    known = Recorded(name="alpha", version="1.0", requires=("beta>=1", "gamma ; extra == 'g'"), extras=("g",))
    pins = (_pin("alpha", "1.0"), _pin("beta", "1.0"))
    found = prover(MANIFEST.format('"alpha"'), *pins, recorded=(known,))
    assert found.proof.status == "proved", found.proof.reason
    assert found.recorded == (known,)
    assert "dependency-metadata" in (found.lock or "")
    assert (tmp_path / "trace").exists()


def test_what_the_index_no_longer_says_is_kept(prover: Prover, wheelhouse: Any) -> None:
    """Readers disagree about the metadata of old distributions; what was installed is installed."""
    wheelhouse.add("alpha", "1.0")
    wheelhouse.add("beta", "1.0")
    known = (Recorded(name="alpha", version="1.0", requires=("beta",)),)
    found = prover(MANIFEST.format('"alpha"'), _pin("alpha", "1.0"), _pin("beta", "1.0"), recorded=known)
    assert found.proof.status == "proved", found.proof.reason
    assert found.recorded == known
    assert "kept in [[tool.uv.dependency-metadata]]: alpha" in (found.proof.reason or "")


def _windows(prover: Prover, wheelhouse: Any, project: Project) -> Proved:
    wheelhouse.add("alpha", "1.0", ["tty; sys_platform != 'win32'", "pywin32; sys_platform == 'win32'"])
    wheelhouse.add("tty", "1.0")
    wheelhouse.add("pywin32", "300")
    return prover(MANIFEST.format('"alpha"'), _pin("alpha", "1.0"), _pin("pywin32", "300"), project=project)


def test_a_lock_made_on_windows_says_so(prover: Prover, wheelhouse: Any) -> None:
    project = replace(_project(), environments=Environments(ci=Environment(tool="pip")))
    found = _windows(prover, wheelhouse, project)
    assert found.proof.status == "drifted"
    assert found.proof.added == ("tty",)
    assert "made on Windows (pywin32 without a marker)" in (found.proof.reason or "")
    assert "alpha asks for tty" in (found.proof.reason or "")


def test_a_lock_made_on_windows_stays_one_where_nothing_runs_elsewhere(prover: Prover, wheelhouse: Any) -> None:
    found = _windows(prover, wheelhouse, _project())
    assert found.proof.status == "proved", found.proof.reason
    assert found.environments == ("sys_platform == 'win32'",)


def test_what_others_need_is_bound_to_its_index_by_a_group(prover: Prover, wheelhouse: Any, tmp_path: Path) -> None:
    wheelhouse.add("alpha", "1.0", ["torch>=2"])
    wheelhouse.add("torch", "2.5.1")
    extra = type(wheelhouse)(tmp_path / "extra")
    extra.add("torch", "2.5.0+cu124")
    manifest = (
        MANIFEST.format('"alpha"')
        + f"""
[dependency-groups]
{BOUND} = ["torch"]

[tool.uv.sources]
torch = {{ index = "extra" }}

[[tool.uv.index]]
name = "extra"
url = "{(tmp_path / "extra").as_uri()}"
format = "flat"
explicit = true
"""
    )
    prover.settings = replace(prover.settings, indexes=("default",))
    found = prover(manifest, _pin("alpha", "1.0"), _pin("torch", "2.5.0+cu124"))
    assert found.proof.status == "proved", found.proof.reason


def test_a_repository_out_of_reach_is_answered_for_by_the_old_lock(prover: Prover, wheelhouse: Any) -> None:
    wheelhouse.add("beta", "1.0")
    wheelhouse.add("beta", "2.0")
    url = "https://git.example.invalid/a/alpha.git"
    pin = LockedPackage(name="alpha", version="1.5", source="git", origin=url, ref="a" * 40)
    manifest = MANIFEST.format('"alpha"') + f'\n[tool.uv.sources]\nalpha = {{ git = "{url}", branch = "dev" }}\n'
    known = (Recorded(name="alpha", version="1.5", requires=("beta>=1",)),)
    found = prover(manifest, pin, _pin("beta", "1.0"), recorded=known)
    assert found.proof.status == "proved", found.proof.reason
    assert "where it is kept could not be reached" in (found.proof.reason or "")
    assert "a" * 40 in (found.lock or "")
    assert found.recorded == ()


def test_what_cannot_be_locked_says_why(prover: Prover) -> None:
    found = prover(MANIFEST.format('"alpha"'))
    assert found.proof.status == "failed"
    assert "alpha" in (found.proof.reason or "")
    assert found.lock is None


def test_a_patch_that_does_not_apply_is_no_patch(prover: Prover) -> None:
    twice = (Edit(path="a", before="1", after="2"), Edit(path="a/b", before="1", after="2"))
    found = prover(MANIFEST.format(""), edits=twice)
    assert found.proof.status == "failed"
    assert "does not apply" in (found.proof.reason or "")


def test_nothing_of_the_repository_is_run(prover: Prover, wheelhouse: Any, tmp_path: Path) -> None:
    """A dynamic version makes uv ask the build backend: here that is the repository's own, and it leaves a mark."""
    wheelhouse.add("alpha", "1.0")
    mark = tmp_path / "was-run"
    manifest = (
        '[project]\nname = "demo"\ndynamic = ["version"]\nrequires-python = ">=3.11"\ndependencies = ["alpha"]\n'
        '[build-system]\nrequires = []\nbuild-backend = "evil"\nbackend-path = ["."]\n'
    )
    evil = f"open({str(mark)!r}, 'w')\n"
    edits = (Edit(path="evil.py", before=None, after=evil), Edit(path="setup.py", before=None, after=evil))
    found = prover(manifest, _pin("alpha", "1.0"), edits=edits)
    assert found.proof.status == "proved"
    assert not mark.exists()
    assert found.lock is not None
    assert "inert" not in found.lock


def test_a_python_that_is_not_here_is_no_hindrance(prover: Prover, wheelhouse: Any) -> None:
    wheelhouse.add("alpha", "1.0")
    manifest = MANIFEST.format('"alpha"').replace(">=3.11", ">=3.8.1,<3.10")
    assert prover(manifest, _pin("alpha", "1.0")).proof.status == "proved"


def test_proofs_are_kept(uv_path: str, wheelhouse: Any, tmp_path: Path) -> None:
    wheelhouse.add("alpha", "1.0")
    prover = Prover(uv_path, wheelhouse.folder, tmp_path / "cache", str(tmp_path / "kept"))
    first = prover(MANIFEST.format('"alpha"'), _pin("alpha", "1.0"))
    for wheel in wheelhouse.folder.iterdir():
        wheel.unlink()
    assert prover(MANIFEST.format('"alpha"'), _pin("alpha", "1.0")) == first
    assert prover(MANIFEST.format('"alpha>=1"'), _pin("alpha", "1.0")).proof.status == "failed"


@pytest.mark.parametrize("complete", [True, False])
def test_a_package_that_nobody_can_ask_is_not_guessed_at(prover: Prover, wheelhouse: Any, complete: bool) -> None:
    """Without a wheel, and with a lock that records no dependencies (Pipenv, a frozen list)."""
    _sdist(wheelhouse.folder, "alpha", "1.0")
    wheelhouse.add("beta", "1.0")
    pins = (_pin("alpha", "1.0"), _pin("beta", "1.0"))
    found = prover(MANIFEST.format('"alpha==1.0", "beta==1.0"'), *pins, complete=complete)
    assert found.proof.status == "failed"
    assert "nothing is built without --allow-build" in (found.proof.reason or "")


def _sdist(folder: Path, name: str, version: str) -> None:
    """A source distribution without static metadata."""
    stem = f"{name}-{version}"
    with tarfile.open(folder / f"{stem}.tar.gz", "w:gz") as archive:
        for path, text in {
            "PKG-INFO": f"Metadata-Version: 1.0\nName: {name}\nVersion: {version}\n",
            "setup.py": "raise SystemExit('never run')\n",
        }.items():
            data = text.encode()
            info = tarfile.TarInfo(f"{stem}/{path}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
