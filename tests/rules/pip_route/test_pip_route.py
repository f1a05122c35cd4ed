"""The low-effort route: the same files, by ``uv pip``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from rules.migration import Ground
from rules.pip_route.commands import answer
from rules.pip_route.route import PipRoute, route
from rules.places.calls import calls
from rules.uv import version
from scanner.collect import collect
from scanner.config import Config
from scanner.formats import formats_for
from scanner.formats.requirements import FORMAT as REQUIREMENTS
from scanner.repository import Identity, describe
from scanner.tree import MemoryTree

UV = version("uv")
UNSAFE = "--no-emit-package setuptools --no-emit-package pip --no-emit-package distribute"


def _answer(command: str, *, system: bool = True, indexes: bool = False) -> str | None:
    (call,) = calls(command)
    return answer(call, system=system, indexes=indexes)


@pytest.mark.parametrize(
    ("command", "made"),
    [
        ("pip install -r a.txt", "uv pip install --system -r a.txt"),
        ("pip3 install --no-cache-dir -U -r a.txt -c b.txt", "uv pip install --system --no-cache -U -r a.txt -c b.txt"),
        ("python -m pip install --require-hashes -ra.txt", "uv pip install --system --require-hashes -r a.txt"),
        ("pip install --prefer-binary --timeout 9 -r a.txt pytest", "uv pip install --system -r a.txt pytest"),
        ("pip install --pre -r a.txt", "uv pip install --system --prerelease allow -r a.txt"),
        ("v/bin/pip install -r a.txt", "v/bin/uv pip install --python v/bin/python -r a.txt"),
        ("pip-sync", "uv pip sync --system requirements.txt"),
        ("pip-compile", f"uv pip compile requirements.in -o requirements.txt --no-strip-extras {UNSAFE}"),
        ("pip-compile --strip-extras --allow-unsafe d/a.in", "uv pip compile d/a.in -o d/a.txt"),
        (
            "pip-compile --resolver=backtracking --generate-hashes -o x.txt pyproject.toml",
            f"uv pip compile --generate-hashes -o x.txt pyproject.toml --no-strip-extras {UNSAFE}",
        ),
        ("pip install --user -r a.txt", None),
        ("pip install requests", None),
        ("pip install .", None),
        ("pip-compile --pip-args x a.in", None),
        ("pip-compile a.in b.in", None),
    ],
)
def test_commands(command: str, made: str | None) -> None:
    assert _answer(command) == made


def test_pips_own_python_and_the_best_of_several_indexes() -> None:
    assert _answer("pip3 install -r a.txt", system=False) == 'uv pip install --python "$(command -v python3)" -r a.txt'
    best = "--index-strategy unsafe-best-match"
    assert _answer("pip install -r a.txt", indexes=True) == f"uv pip install --system -r a.txt {best}"
    assert (_answer("pip install --extra-index-url https://more.example -r a.txt") or "").endswith(best)


def _routed(files: Mapping[str, str]) -> PipRoute:
    facts = collect(MemoryTree(files), formats_for, REQUIREMENTS)
    identity = Identity(id="git.example/acme/shop", name="shop", location="/fleet/shop")
    repository = describe(identity, facts, Config())
    ground = Ground(repository=repository, facts=facts, read=files.get, config=Config(), as_of=date(2026, 11, 21))
    return route(ground)


def _after(files: Mapping[str, str], path: str) -> str | None:
    return next((edit.after for edit in _routed(files).edits if edit.path == path), None)


FILES = {"requirements.txt": "flask==3.0\n", "main.py": ""}


def test_images_bring_uv_once_a_stage() -> None:
    text = "FROM python:3.12\nCOPY . .\nRUN pip install -r requirements.txt\nRUN pip install -r requirements.txt\n"
    assert _after({**FILES, "Dockerfile": text}, "Dockerfile") == (
        f"FROM python:3.12\nCOPY . .\nRUN pip install uv=={UV} && uv pip install --system -r requirements.txt\n"
        "RUN uv pip install --system -r requirements.txt\n"
    )


def test_pipelines_and_makefiles() -> None:
    ci = "on: push\njobs:\n  a:\n    steps:\n    - run: pip install -r requirements.txt\n"
    make = "lock:\n\tpip-compile -q requirements.in\ninstall:\n\tpip install -r requirements.txt\n"
    files = {**FILES, "requirements.in": "flask\n", ".github/workflows/a.yml": ci, "Makefile": make}
    assert f"run: pip install uv=={UV} && uv pip install --system -r requirements.txt" in (
        _after(files, ".github/workflows/a.yml") or ""
    )
    assert _after(files, "Makefile") == (
        f"lock:\n\tpython -m pip install uv=={UV} && uv pip compile -q requirements.in -o requirements.txt "
        f"--no-strip-extras {UNSAFE}\n"
        f'install:\n\tpip install uv=={UV} && uv pip install --python "$$(command -v python)" -r requirements.txt\n'
    )


@pytest.mark.parametrize(
    "run",
    [
        "sudo pip install -r requirements.txt",
        "false || pip install -r requirements.txt",
        "pip install --user -r requirements.txt",
    ],
)
def test_what_is_not_certain_stays(run: str) -> None:
    made = _routed({**FILES, "Dockerfile": f"FROM python:3.12\nRUN {run}\n"})
    assert not made.edits
    assert [note.line for note in made.notes] == [2]


def test_pythons_that_uv_is_not_for_stay() -> None:
    files = {**FILES, "Dockerfile": "FROM python:3.6\nRUN pip install -r requirements.txt\n"}
    assert _routed(files) == PipRoute()


def test_what_tox_and_people_start_installs_where_pip_did() -> None:
    make = "deps:\n\tpip install -r requirements.txt\n"
    ci = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make deps\n"
    files = {**FILES, ".github/workflows/a.yml": ci, "Makefile": make}
    assert 'uv pip install --python "$$(command -v python)" -r' in _after(files, "Makefile")
    tox = "[tox]\nenvlist = py27,py312\n\n[testenv]\nallowlist_externals = make\ncommands = make deps\n"
    assert _after({**files, "tox.ini": tox}, "Makefile") is None


def test_a_pipeline_with_an_old_python_stays() -> None:
    ci = (
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    strategy:\n      matrix:\n        v: ['3.6', '3.12']\n    steps:\n"
        "      - uses: actions/setup-python@v5\n        with:\n          python-version: ${{ matrix.v }}\n"
        "      - run: pip install -r requirements.txt\n"
    )
    found = _routed({**FILES, ".github/workflows/a.yml": ci})
    assert not found.edits
    assert "installs no uv on Python 3.6" in found.notes[0].message
