"""What unpacked source distributions state of their dependencies."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.proof.stated import _of_metadata, _of_requires, in_cache, of_folder

REQUIRES = """six

[:python_version < "3.8"]
importlib-metadata>=1

[test]
pytest>=3

[test:os_name == "nt" or os_name == "java"]
colorama; python_version > '3'
"""


def _source(folder: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def test_what_setuptools_wrote_when_the_distribution_was_made(tmp_path: Path) -> None:
    files = {"PKG-INFO": "Metadata-Version: 1.2\nName: Al.pha\n", "src/Al.pha.egg-info/requires.txt": REQUIRES}
    found = of_folder(_source(tmp_path, files), "al-pha", "1.0")
    assert found is not None
    assert found.requires == (
        "six",
        "importlib-metadata>=1 ; python_version < '3.8'",
        "pytest>=3 ; extra == 'test'",
        "colorama ; python_version > '3' and (os_name == 'nt' or os_name == 'java') and extra == 'test'",
    )
    assert found.extras == ("test",)


def test_metadata_that_is_final(tmp_path: Path) -> None:
    text = (
        'Metadata-Version: 2.2\nName: alpha\nDynamic: License\nRequires-Dist: beta; extra == "x"\n\nRequires-Dist: no\n'
    )
    found = of_folder(_source(tmp_path, {"PKG-INFO": text}), "alpha", "1.0")
    assert found is not None
    assert (found.requires, found.extras) == (("beta; extra == 'x'",), ("x",))


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"PKG-INFO": "Metadata-Version: 2.1\nName: alpha\nRequires-Dist: beta\n"},
        {"PKG-INFO": "Metadata-Version: 2.2\nName: alpha\nDynamic: Requires-Dist\n"},
        {"other.egg-info/requires.txt": "beta\n"},
        {"alpha.egg-info/requires.txt": "not a requirement !\n"},
        {"alpha.egg-info/requires.txt": "beta @ https://files.example/b.zip\n"},
    ],
)
def test_what_is_not_clear_is_not_known(tmp_path: Path, files: dict[str, str]) -> None:
    assert of_folder(_source(tmp_path, files), "alpha", "1.0") is None


def test_a_distribution_without_requirements_needs_nothing(tmp_path: Path) -> None:
    _source(tmp_path / "sdists-v9/pypi/alpha/1.0/abc/src", {"alpha.egg-info/PKG-INFO": "Name: alpha\n"})
    found = in_cache(str(tmp_path), "alpha", "1.0")
    assert found is not None
    assert found.requires == ()
    assert in_cache(str(tmp_path), "alpha", "2.0") is None
    assert in_cache(str(tmp_path), "alpha", "../../x") is None


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    list(_of_requires(text))
    _of_metadata(text)
