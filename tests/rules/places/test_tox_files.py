"""Requirements files of tox environments: what they held is installed, and nothing over what is tested."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rules.places.target import Target, holds_project
from rules.places.tox_files import asked_beside, sync_of, varies, with_uv
from tests.rules.places.test_plain import Patch

SYNC = "uv sync --locked --active --inexact"
TARGET = Target(
    folder=".", lock="uv.lock", package=True, groups={"test": "test", "ci": "ci"},
    renamed={"requirements.txt": "project", "test.txt": "group:test", "ci.txt": "group:ci", "base.in": "project"},
    tools=frozenset({"pip"}),
)  # fmt: skip


@pytest.mark.parametrize(
    ("files", "texts", "options"),
    [
        (["test.txt"], {"test.txt": "pytest\n"}, "--only-group test"),
        (["test.txt", "ci.txt"], {}, "--only-group test --only-group ci"),
        (["test.txt"], {"test.txt": "-r requirements.txt\npytest\n"}, "--no-install-project --group test"),
        (["test.txt"], {"test.txt": "-r ci.txt\n", "ci.txt": "-r test.txt\n-r base.in\n"},
         "--no-install-project --group test"),
        (["test.txt"], {"test.txt": "# by pip-compile\npytest==8\n", "test.in": "pytest\n"}, "--only-group test"),
        (["test.txt"], {"test.txt": "# by pip-compile\npytest==8\n"}, "--no-install-project --group test"),
        (["requirements.txt"], {}, "--no-install-project"),
    ],
)  # fmt: skip
def test_what_stands_for_the_files(files: list[str], texts: dict[str, str], options: str) -> None:
    apart = frozenset(file for file in files if not holds_project(file, TARGET, texts.get))
    found = sync_of(files, replace(TARGET, apart=apart))
    assert found is not None
    assert found.replace(" --no-dev", "") == f"{SYNC} {options}"


def test_a_file_that_is_not_known() -> None:
    assert sync_of(["other.txt"], TARGET) is None
    assert sync_of([], TARGET) is None
    assert not holds_project("other.txt", TARGET, {}.get)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("deps =\n    django3: django>=3,<4\n", "django"),
        ("deps =\n    {web2,web3}: flask~=2.0\n    pytest\n", "flask"),
        ("deps = django3: django<4\n", "django"),
        ("deps =\n    py37: typing-extensions>=4\n    pytest>=8\n", None),
        ("deps =\n    lint: ruff\n", None),
        ("setenv =\n    A = b\ncommands = x --y==z\n", None),
    ],
)
def test_versions_that_factors_choose(body: str, name: str | None) -> None:
    assert varies(body) == name


def test_an_environment_that_tests_several_versions_keeps_its_files(patched: Patch) -> None:
    text = "[testenv]\ndeps =\n    -r requirements.txt\n    flask2: flask<3\ncommands = pytest\n"
    found = patched({"tox.ini": text, ".python-version": "3.12\n"}, requirements__txt="flask==3.0.0\n")
    assert found["tox.ini"] == text
    assert "requirements.txt" in found.files
    assert any("asks for versions of flask" in message for _, _, message in found.told)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[testenv]\ncommands =\n    uv sync\n", "[testenv]\ndeps =\n    uv==0.13.9\ncommands =\n    uv sync\n"),
        ("[testenv]\ndeps = a\ncommands = uv sync\n", "[testenv]\ndeps =\n    uv==0.13.9\n    a\ncommands = uv sync\n"),
        (
            "[testenv]\ndeps =\n  a\n  b\ncommands = uv sync\n",
            "[testenv]\ndeps =\n  a\n  b\n    uv==0.13.9\ncommands = uv sync\n",
        ),
        (
            "[testenv]\ndeps = a\n[testenv:x]\ncommands = uv sync\n",
            "[testenv]\ndeps = a\n[testenv:x]\ndeps =\n    {[testenv]deps}\n    uv==0.13.9\ncommands = uv sync\n",
        ),
        ("[testenv]\nallowlist_externals = uv\ncommands = uv sync\n", None),
        ("[testenv]\ndeps = uv==0.13.9\n[testenv:x]\ncommands = uv sync\n", None),
        ("[testenv]\ncommands = pytest\n", None),
    ],
)
def test_environments_that_call_uv_have_it(old: str, new: str | None) -> None:
    assert with_uv(old) == (new or old)


@pytest.mark.parametrize(
    ("body", "text", "source", "name"),
    [
        ("deps =\n    web4: django~=4.2\n    -rtest.txt\n", "# by pip-compile\nasgiref==3  # via django\n", "", "django"),
        ("deps =\n    web4: django~=4.2\n    -rtest.txt\n", "# by pip-compile\npytest==8\n", "django\n", "django"),
        ("deps =\n    web4: django~=4.2\n    -rtest.txt\n", "# by pip-compile\npytest==8\n", "pytest\n", None),
        ("deps =\n    web4: django~=4.2\n    -rtest.txt\n", "a-plug-in\n", "", "django"),
        ("deps =\n    django~=5.2\n    -rtest.txt\n", "# by pip-compile\npytest-django==4  # via x\n", "", None),
        ("deps =\n    typing.extensions~=4.2\n    -rtest.txt\n", "# by pip-compile\ntyping-extensions==4\n", "", "typing.extensions"),
        ("deps =\n    pytest\n    -rtest.txt\n", "# by pip-compile\npytest==8\n", "", None),
    ],
)  # fmt: skip
def test_what_an_environment_asks_for_beside_its_files(body: str, text: str, source: str, name: str | None) -> None:
    assert asked_beside(body, ["test.txt"], {"test.txt": text, "test.in": source}.get) == name
