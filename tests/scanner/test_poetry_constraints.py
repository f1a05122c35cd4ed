from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from scanner.poetry_constraints import admits, alternatives, python_marker, specifier


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        ("*", ""),
        ("^1.2.3", ">=1.2.3,<2.0.0"),
        ("^1.2", ">=1.2,<2.0"),
        ("^1", ">=1,<2"),
        ("^0.2.3", ">=0.2.3,<0.3.0"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^0.0", ">=0.0,<0.1"),
        ("^0", ">=0,<1"),
        ("^1.0.0a1", ">=1.0.0a1,<2.0.0"),
        ("~1.2.3", ">=1.2.3,<1.3.0"),
        ("~1.2", ">=1.2,<1.3"),
        ("~1", ">=1,<2"),
        ("~=1.4.2", "~=1.4.2"),
        ("1.2", "==1.2"),
        ("v1.2", "==1.2"),
        ("=1.2", "==1.2"),
        ("1.2.*", "==1.2.*"),
        ("1.x", "==1.*"),
        ("!=1.3.*", "!=1.3.*"),
        (">= 1.2 , < 2", ">=1.2,<2"),
        (">=1.2 <2", ">=1.2,<2"),
        ("^3.7,!=3.9.7", ">=3.7,<4.0,!=3.9.7"),
        ("~3.8 || ~3.9 | 3.10.*", ">=3.8,<3.11"),
        ("^1 || *", ""),
        ("^2 || >=1", ">=1"),
    ],
)
def test_in_pep_440(constraint: str, expected: str) -> None:
    assert specifier(constraint) == expected


@pytest.mark.parametrize("constraint", ["", "latest", "^", "1.2 foo", "||", "~2.7 || ^3.5", "1" * 600, "==1 ==="])
def test_what_pep_440_cannot_say(constraint: str) -> None:
    assert specifier(constraint) is None


def test_a_hole_leaves_alternatives() -> None:
    assert alternatives("~2.7 || ^3.5") == (">=2.7,<2.8", ">=3.5,<4.0")
    assert admits("~2.7 || ^3.5", "3.9") is True
    assert admits("~2.7 || ^3.5", "3.4") is False
    assert admits("latest", "3.4") is None
    assert admits("^1", "not a version") is None


def test_a_locked_pre_release_counts() -> None:
    assert admits("^1.0", "1.1b2") is True


def test_python_as_marker() -> None:
    assert python_marker("*") == ""
    assert python_marker("latest") is None
    assert python_marker("^3.8") == 'python_version >= "3.8" and python_version < "4.0"'
    assert python_marker("<=3.8") == 'python_full_version <= "3.8.0"'
    assert python_marker(">3") == 'python_full_version > "3.0.0"'
    assert python_marker("!=3.8") == 'python_full_version != "3.8.0"'
    assert python_marker("!=3.8.*") == 'python_version != "3.8"'
    assert python_marker(">=3.6.2") == 'python_full_version >= "3.6.2"'
    assert python_marker("3.9.* || 3.10.*") == 'python_version == "3.9" or python_version == "3.10"'
    assert python_marker("<3.8 || >=3.9,<4") == (
        'python_version < "3.8" or (python_version >= "3.9" and python_version < "4")'
    )


_RELEASES = st.lists(st.integers(0, 40), min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts)))


@given(st.sampled_from(["^", "~", "", ">=", "~="]), _RELEASES)
def test_a_constraint_admits_its_own_version(operator: str, release: str) -> None:
    assert admits(operator + release, release) is True


@given(_RELEASES, _RELEASES)
def test_caret_keeps_the_first_part_that_is_not_zero(low: str, other: str) -> None:
    found = specifier(f"^{low}")
    assert found is not None
    if Version(other) in SpecifierSet(found) and Version(low).major:
        assert Version(other).major == Version(low).major


@given(st.text(max_size=60))
def test_any_text_is_borne(text: str) -> None:
    specifier(text)
    python_marker(text)
