"""release-please's settings name the new lock."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.rules.places.conftest import LOCK, POETRY, Patched

Patching = Callable[..., Patched]
PATH = "release-please-config.json"
LOCKED = {"type": "toml", "path": "uv.lock", "jsonpath": "$.package[?(@.name.value=='shop')].version"}


@pytest.mark.parametrize(
    ("package", "others"),
    [
        ('{\n      "release-type": "python",\n      "component": "shop"\n    }', []),
        ('{"release-type": "python"}', []),
        ('{\n      "release-type": "python",\n      "extra-files": [\n        "a.py"\n      ]\n    }', ["a.py"]),
        ('{"release-type": "python", "extra-files": []}', []),
    ],
)
def test_the_lock_is_an_extra_file(patched: Patching, package: str, others: list[str]) -> None:
    found = patched({PATH: f'{{\n  "packages": {{\n    ".": {package}\n  }}\n}}\n'})
    assert json.loads(found[PATH])["packages"]["."]["extra-files"] == [LOCKED, *others]
    assert not [message for _, _, message in found.notes if "version" in message]


def test_packages_in_folders_and_a_kind_for_all(patched: Patching) -> None:
    settings = (
        '{\n  "release-type": "python",\n  "packages": {\n    "web": {"release-type": "node"},\n    "api": {}\n  }\n}\n'
    )
    found = patched({PATH: settings, "api/pyproject.toml": POETRY, "api/poetry.lock": LOCK, "web/package.json": "{}\n"})
    packages = json.loads(found[PATH])["packages"]
    assert packages == {"web": {"release-type": "node"}, "api": {"extra-files": [LOCKED]}}


@pytest.mark.parametrize(
    "text",
    [
        '{"extra-files": ["a.py"], "packages": {".": {"release-type": "python"}}}\n',
        '{"packages": {".": {"release-type": "python"}}, // ours\n}\n',
    ],
)
def test_what_is_not_certain_is_told(patched: Patching, text: str) -> None:
    found = patched({PATH: text})
    assert found[PATH] == text
    assert [path for path, _, message in found.notes if "raises the version" in message] == [PATH]
