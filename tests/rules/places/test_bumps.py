"""Tools that raise the version in the manifest without locking."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.rules.places.conftest import LOCK, POETRY, Patched

Patching = Callable[..., Patched]


def _told(found: Patched) -> list[tuple[str, str]]:
    return [(path, message.partition(" ")[0]) for path, _, message in found.notes if "raises the version" in message]


@pytest.mark.parametrize(
    ("path", "text", "tool"),
    [
        ("release-please-config.json", '{"extra-files": ["a"], "packages": {".": {"release-type": "python"}}}\n', "release-please"),
        (".bumpversion.cfg", "[bumpversion]\ncurrent_version = 1.0\n\n[bumpversion:file:pyproject.toml]\n", "bumpversion"),
        (".bumpversion.toml", '[tool.bumpversion]\n[[tool.bumpversion.files]]\nfilename = "pyproject.toml"\n', "bumpversion"),
        ("bumpver.toml", '[bumpver]\n[bumpver.file_patterns]\n"pyproject.toml" = [\'version = "{version}"\']\n', "bumpver"),
        ("tbump.toml", '[[file]]\nsrc = "pyproject.toml"\n', "tbump"),
        (".releaserc", '{"plugins": ["@semantic-release/git"], "assets": ["pyproject.toml"]}\n', "semantic-release"),
    ],
)  # fmt: skip
def test_what_raises_the_version_alone_is_told(patched: Patching, path: str, text: str, tool: str) -> None:
    assert _told(patched({path: text})) == [(path, tool)]
    assert _told(patched({path: text + "# uv lock\n"})) == []


def test_other_manifests_are_not_the_project_s(patched: Patching) -> None:
    assert _told(patched({"tbump.toml": '[[file]]\nsrc = "other/pyproject.toml"\n'})) == []
    assert _told(patched({".bumpversion.cfg": "[bumpversion:file:shop/__init__.py]\n"})) == []


def test_settings_in_the_manifest(patched: Patching) -> None:
    more = '\n[tool.semantic_release]\nversion_toml = ["pyproject.toml:tool.poetry.version"]\n'
    found = patched({}, pyproject__toml=POETRY + more, poetry__lock=LOCK)
    assert _told(found) == [("pyproject.toml", "semantic-release")]
