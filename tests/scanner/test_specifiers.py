from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from scanner.specifiers import can_hold_together


@pytest.mark.parametrize(
    ("specifiers", "expected"),
    [
        ([], True),
        (["<2", ">=2"], False),
        (["<2", ">=1.9"], True),
        ([">1.0", "<1.0.1"], True),
        ([">=1.4", "!=1.4", "<=1.4"], False),
        (["~=1.4", "<2", "!=1.4"], True),
        (["==1.4.*", ">=1.4.5"], True),
        (["==1.4.*", ">=1.5"], False),
        (["==1.2", "==1.3"], False),
        (["==1.2", "==1.2.0"], True),
        (["<1"], True),
        (["", ">=3"], True),
        (["^1"], None),
    ],
)
def test_cases(specifiers: list[str], expected: bool | None) -> None:
    assert can_hold_together(specifiers) is expected


_VERSIONS = st.builds(lambda a, b: f"{a}.{b}", st.integers(0, 4), st.integers(0, 4))
_CLAUSES = st.builds(lambda o, v: o + v, st.sampled_from([">=", "<=", ">", "<", "==", "!=", "~="]), _VERSIONS)


@given(st.lists(_CLAUSES, min_size=1, max_size=4))
def test_what_is_admitted_by_all_is_never_denied(clauses: list[str]) -> None:
    joined = SpecifierSet(",".join(clauses))
    known = [f"{a}.{b}{c}" for a in range(6) for b in range(6) for c in ("", ".1", ".9")]
    if any(joined.contains(version) for version in known):
        assert can_hold_together(clauses) is True
