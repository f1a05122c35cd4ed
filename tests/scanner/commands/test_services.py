"""Commands that Compose starts: what they find is what their image has and what is mounted over it."""

from __future__ import annotations

import pytest

from scanner.commands.classify import classify_repository
from scanner.commands.lookup import Lookup, build_lookup
from scanner.facts import Extract
from scanner.formats import formats_for
from scanner.inventory import Command

UV = {
    "docs/requirements.txt": "flask\n",
    "docs/pyproject.toml": '[project]\nname = "x"\nversion = "1"\ndependencies = ["requests"]\n',
    "docs/uv.lock": 'version = 1\nrequires-python = ">=3.11"\n',
}


def _lookup(files: dict[str, str]) -> Lookup:
    extracts: dict[str, Extract] = {}
    for path, text in files.items():
        for form in formats_for(path):
            if path not in extracts and (extract := form.read(path, text)) is not None:
                extracts[path] = extract
    return build_lookup(extracts, frozenset(files), ("docs",), ("docs",))


def _installs(files: dict[str, str], path: str) -> list[Command]:
    lookup = _lookup(files)
    return [c for c in classify_repository(lookup.extracts, lookup) if c.kind == "install" and c.path == path]


def _service(*lines: str, build: str = "build: ./docs", command: str = "uv run x") -> str:
    more = (build, *lines, f"command: {command}")
    return "services:\n  docs:\n" + "".join(f"    {line}\n" for line in more if line)


@pytest.mark.parametrize(
    ("dockerfile", "compose", "expected"),
    [
        ("COPY . /docs\nWORKDIR /docs", _service(), (True, "docs/uv.lock")),
        ("COPY pyproject.toml /docs/\nWORKDIR /docs", _service(), (False, "docs/pyproject.toml")),
        ("WORKDIR /docs\nCOPY . .\nRUN rm uv.lock && uv lock", _service(), (False, "docs/uv.lock")),
        ("WORKDIR /docs\nCOPY pyproject.toml .\nRUN uv lock", _service("volumes: ['./docs:/docs']"), (True, "docs/uv.lock")),
        ("WORKDIR /docs\nCOPY pyproject.toml .", _service("volumes: ['./docs/uv.lock:/docs/uv.lock:ro']"), (True, "docs/uv.lock")),
        ("WORKDIR /docs\nCOPY pyproject.toml .", _service("volumes: ['kept:/docs']"), (False, "docs/pyproject.toml")),
        ("COPY pyproject.toml /a/", _service("working_dir: /w", "volumes: [{type: bind, source: docs, target: /w}, {type: bind, source: ./docs, target: /w}]"), (True, "docs/uv.lock")),
        ("COPY . /docs", _service(command="sh -c 'cd /docs && uv run x'"), (True, "docs/uv.lock")),
        ("COPY . /docs\nWORKDIR /docs", _service("volumes: ['/elsewhere:/docs']"), (True, "docs/uv.lock")),
        ("WORKDIR /docs\nCOPY . .\nENV UV_NO_SYNC=1\nRUN x", _service(), None),
        ("WORKDIR /docs\n", _service(), (True, "docs/uv.lock")),
        ("", _service("volumes: ['./docs:/w']", build="image: airflow", command="pip install -r /w/requirements.txt"), (False, "docs/requirements.txt")),
        ("", _service("working_dir: /w", "volumes: ['${PWD}/docs:/w']", build="image: python:3.12"), (True, "docs/uv.lock")),
    ],
)  # fmt: skip
def test_a_service_has_what_its_image_has_and_what_is_mounted(
    dockerfile: str, compose: str, expected: tuple[bool, str] | None
) -> None:
    files = {**UV, "docs/Dockerfile": f"FROM x\n{dockerfile}\n", "compose.yaml": compose}
    found = [(c.uses_lock, c.source) for c in _installs(files, "compose.yaml")]
    assert found == ([expected] if expected is not None else [])


def test_a_lock_that_the_image_checked_is_enforced() -> None:
    text = "FROM x\nWORKDIR /docs\nCOPY . .\nRUN uv sync --locked\n"
    (found,) = _installs({**UV, "docs/Dockerfile": text, "compose.yaml": _service()}, "compose.yaml")
    assert found.enforced == "locked"


@pytest.mark.parametrize("command", ["docker compose run docs uv run x", "docker compose exec docs sh -c 'uv run x'"])
def test_commands_that_are_started_in_a_service_from_outside(command: str) -> None:
    files = {
        **UV,
        "Makefile": f"a:\n\t{command}\n",
        "docs/Dockerfile": "FROM x\nWORKDIR /d\nCOPY pyproject.toml .\n",
        "compose.yaml": "services:\n  docs: {build: ./docs}\n",
    }
    assert [c.uses_lock for c in _installs(files, "Makefile")] == [False]
    files["compose.override.yaml"] = "services:\n  docs: {volumes: ['./docs:/d'], command: uv run x}\n"
    assert [c.uses_lock for c in _installs(files, "compose.override.yaml")] == [True]


def test_scripts_find_what_the_container_has_that_starts_them() -> None:
    files = {
        **UV,
        "docs/Dockerfile": "FROM x\nWORKDIR /d\nCOPY pyproject.toml go.sh ./\nRUN ./go.sh\n",
        "docs/go.sh": "uv sync\n",
        "compose.yaml": _service("volumes: ['./docs:/d']", command="./go.sh"),
    }
    found = [(c.context, c.uses_lock) for c in _installs(files, "docs/go.sh") if c.context != "script"]
    assert found == [("task", True), ("image", False)]
