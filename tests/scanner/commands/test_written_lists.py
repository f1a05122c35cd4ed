"""Lists that a stage writes over a file of the same name, and that another stage installs."""

from __future__ import annotations

import pytest

from scanner.commands.classify import classify_repository
from scanner.commands.lookup import build_lookup
from scanner.facts import Extract
from scanner.formats import formats_for, requirements
from scanner.inventory import Command

FILES = {
    "pyproject.toml": '[tool.poetry]\nname = "x"\nversion = "1"\n[tool.poetry.dependencies]\nrequests = "^2"\n',
    "poetry.lock": '[metadata]\nlock-version = "2.0"\npython-versions = "^3.11"\ncontent-hash = "a"\n',
    "requirements.txt": "poetry==1.8.3\nclikit>=0.6\n",
}
LOCKER = "FROM python AS locker\nWORKDIR /tmp\nCOPY requirements.txt ./\nRUN pip install -r requirements.txt\nCOPY poetry.lock pyproject.toml ./\n"
EXPORT = "RUN poetry export --output=requirements.txt\n"
MOUNTED = "RUN --mount=type=bind,from=locker,source=/tmp,target=/lists pip install -r /lists/requirements.txt\n"


def _last_install(dockerfile: str) -> Command:
    extracts: dict[str, Extract] = {}
    files = {**FILES, "Dockerfile": dockerfile}
    for path, text in files.items():
        for form in formats_for(path) or (requirements.FORMAT,):
            if (extract := form.read(path, text)) is not None:
                extracts[path] = extract
    lookup = build_lookup(extracts, frozenset(files), (".",), (".",))
    return [c for c in classify_repository(extracts, lookup) if c.kind in ("install", "adhoc")][-1]


@pytest.mark.parametrize(
    "taking",
    [
        MOUNTED,
        "COPY --from=locker /tmp/requirements.txt /lists/\nRUN pip install -r /lists/requirements.txt\n",
        "COPY --from=locker /tmp/requirements.txt /lists/all.txt\nRUN pip install -r /lists/all.txt\n",
        "WORKDIR /lists\nCOPY --from=locker /tmp ./\nRUN pip install -r requirements.txt\n",
    ],
)
def test_what_is_exported_over_a_copied_file_is_what_another_stage_takes(taking: str) -> None:
    made = _last_install(f"{LOCKER}{EXPORT}FROM python\n{taking}")
    assert (made.kind, made.uses_lock, made.enforced) == ("install", True, "hashes")
    assert (made.because, made.source) == ("exported from poetry.lock", "poetry.lock")


def test_a_redirected_export_is_one() -> None:
    made = _last_install(f"{LOCKER}RUN poetry export > requirements.txt\nFROM python\n{MOUNTED}")
    assert (made.uses_lock, made.enforced) == (True, "hashes")


def test_a_list_compiled_with_upgrades_is_no_lock_in_the_next_stage() -> None:
    made = _last_install(f"{LOCKER}RUN pip-compile -U -o requirements.txt pyproject.toml\nFROM python\n{MOUNTED}")
    assert made.uses_lock is False


@pytest.mark.parametrize(
    "final",
    [
        "FROM python\nWORKDIR /lists\nCOPY requirements.txt ./\nRUN pip install -r requirements.txt\n",
        f"FROM python AS other\nWORKDIR /tmp\nCOPY requirements.txt ./\nFROM python\n{MOUNTED.replace('locker', 'other')}",
    ],
)
def test_the_copied_file_is_itself_where_nothing_of_the_locking_stage_comes(final: str) -> None:
    made = _last_install(f"{LOCKER}{EXPORT}{final}")
    assert made.uses_lock is False
