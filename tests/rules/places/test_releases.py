from __future__ import annotations

import pytest

from tests.rules.places.conftest import LOCK, POETRY, Patched

CZ = '\n[tool.commitizen]\nname = "cz_conventional_commits"\nversion_provider = "poetry"\n'
PIN = '[[package]]\nname = "commitizen"\nversion = "{}"\ndescription = ""\noptional = false\npython-versions = "*"\nfiles = []\n\n'


@pytest.mark.parametrize(("locked", "provider"), [("4.8.3", "uv"), ("3.29.0", "pep621"), (None, "pep621")])
def test_commitizen_finds_the_version(locked: str | None, provider: str) -> None:
    lock = LOCK if locked is None else LOCK.replace("[metadata]", PIN.format(locked) + "[metadata]")
    patched = Patched({"pyproject.toml": POETRY + CZ, "poetry.lock": lock})
    assert f'version_provider = "{provider}"\n' in patched["pyproject.toml"]
    told = [message for _, _, message in patched.notes if "commitizen" in message]
    assert bool(told) is (provider == "pep621")


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        (".cz.toml", CZ, CZ.replace("poetry", "pep621")),
        (
            ".cz.json",
            '{"commitizen": {"version_provider": "poetry"}}',
            '{"commitizen": {"version_provider": "pep621"}}',
        ),
        ("cz.yaml", "commitizen:\n  version_provider: poetry\n", "commitizen:\n  version_provider: pep621\n"),
        ("cz.yml", "commitizen:\n  version_provider: poetry-own\n", "commitizen:\n  version_provider: poetry-own\n"),
        (
            "releaserc.toml",
            '[semantic_release]\nversion_toml = ["pyproject.toml:tool.poetry.version"]\n',
            '[semantic_release]\nversion_toml = ["pyproject.toml:project.version"]\n',
        ),
    ],
)
def test_settings_of_their_own(path: str, before: str, after: str) -> None:
    patched = Patched({"pyproject.toml": POETRY, "poetry.lock": LOCK, path: before})
    assert patched[path] == after


def test_semantic_release_in_the_manifest() -> None:
    more = '\n[tool.semantic_release]\nversion_toml = [\n    "pyproject.toml:tool.poetry.version",\n]\n'
    patched = Patched({"pyproject.toml": POETRY + more, "poetry.lock": LOCK})
    assert '"pyproject.toml:project.version"' in patched["pyproject.toml"]


RELEASE = "#!/bin/sh\n{}\ngit add {}\ngit commit -m release\n"


@pytest.mark.parametrize(
    ("bump", "added", "after", "told"),
    [
        ("poetry version patch", "pyproject.toml CHANGELOG.md", "git add pyproject.toml uv.lock CHANGELOG.md", False),
        ("sed -i s/1/2/ pyproject.toml", "pyproject.toml", "git add pyproject.toml\n", True),
        ("poetry version patch", "pyproject.toml poetry.lock", "git add pyproject.toml uv.lock\n", False),
        ("poetry version patch", "-A", "git add -A\n", False),
        ("poetry version patch", "CHANGELOG.md", "git add CHANGELOG.md\n", False),
    ],
)
def test_a_release_commits_the_lock_with_the_version(bump: str, added: str, after: str, told: bool) -> None:
    files = {"pyproject.toml": POETRY, "poetry.lock": LOCK, "release.sh": RELEASE.format(bump, added)}
    patched = Patched(files)
    assert after in patched["release.sh"]
    assert any("without uv.lock" in message for _, _, message in patched.notes) is told
