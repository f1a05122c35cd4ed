from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.markers import Marker

from scanner.markers import (
    ALWAYS,
    NEVER,
    Interval,
    anywhere,
    assuming,
    both,
    bounds,
    covered,
    disjoint,
    either,
    equivalent,
    parse,
    possible,
    without,
)

ATOMS = [
    "python_version >= '3.10'",
    "python_version < '3.12'",
    "python_version == '3.11'",
    "python_version != '3.11'",
    "python_version > '3.10'",
    "python_version <= '3.11'",
    "python_full_version >= '3.11.4'",
    "python_version in '3.10, 3.12'",
    "python_version not in '3.10, 3.12'",
    "'3.11' == python_version",
    "sys_platform == 'win32'",
    "sys_platform != 'win32'",
    "platform_system == 'Windows'",
    "'linux' in sys_platform",
    "os_name == 'nt'",
    "platform_machine == 'arm64'",
    "extra == 'Dev_tools'",
]
MARKERS = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda t: f"({t[0]}) {t[1]} ({t[2]})"),
    max_leaves=4,
)
ENVIRONMENTS = [
    {
        "python_version": full.rpartition(".")[0],
        "python_full_version": full,
        "sys_platform": platform,
        "platform_system": {"win32": "Windows", "linux": "Linux"}[platform],
        "os_name": {"win32": "nt", "linux": "posix"}[platform],
        "platform_machine": machine,
        "extra": extra,
    }
    for full, platform, machine, extra in product(
        ("3.9.0", "3.10.2", "3.11.0", "3.11.4", "3.12.1"), ("win32", "linux"), ("arm64", "x86_64"), ("", "dev-tools")
    )
]


def holds(marker: str) -> list[bool]:
    return [Marker(marker).evaluate(environment) for environment in ENVIRONMENTS]


@given(MARKERS, MARKERS)
def test_agrees_with_packaging_on_real_environments(one: str, two: str) -> None:
    if equivalent(one, two):
        assert holds(one) == holds(two)
    if not possible(one):
        assert not any(holds(one))
    if disjoint(one, two):
        assert not any(left and right for left, right in zip(holds(one), holds(two), strict=True))
    if covered([one], [two]):
        assert all(right or not left for left, right in zip(holds(one), holds(two), strict=True))


@given(MARKERS, MARKERS)
def test_laws(one: str, two: str) -> None:
    left, right = parse(one), parse(two)
    assert left is not None
    assert right is not None
    assert equivalent(without(without(left)), left)
    assert equivalent(without(both(left, right)), either(without(left), without(right)))
    assert disjoint(left, without(left))
    assert equivalent(both(left, right), f"({one}) and ({two})")


@given(st.text(alphabet="pythonversion_ ()'\"<>=!~.andorit0123456789\n\\", max_size=60))
def test_never_fails(text: str) -> None:
    parse(text)
    assert possible(text) in {True, False}
    assert bounds(text) is None or isinstance(bounds(text), Interval)


@pytest.mark.parametrize(
    ("one", "two", "python", "same"),
    [
        ("python_version >= '3.9'", None, ">=3.9", True),
        ("python_version >= '3.9'", None, ">=3.8", False),
        ("python_version < '3.9'", "python_full_version < '3.8'", ">=3.9", True),
        ("python_version > '3.10'", "python_full_version >= '3.11'", None, True),
        ("python_version <= '3.10'", "python_full_version < '3.11'", None, True),
        ("python_version == '3.10'", "python_full_version == '3.10.*'", None, True),
        ("python_version ~= '3.10'", "python_version >= '3.10' and python_version < '4'", None, True),
        ("python_version >= '3.8.1'", "python_version > '3.8'", None, True),
        ("platform_system == 'Darwin'", "sys_platform == 'darwin'", None, True),
        ("platform_system == 'FreeBSD'", "sys_platform == 'freebsd'", None, False),
        ("sys_platform == 'win32' and os_name == 'nt'", "sys_platform == 'win32'", None, False),
        ("extra == 'a_b'", "extra == 'A-B'", None, True),
        ("platform_release >= '20'", "platform_release >= '20'", None, True),
        ("a is b", "python_version > '3'", None, None),
    ],
)
def test_equivalent(one: str, two: str | None, python: str | None, same: bool | None) -> None:
    assert equivalent(one, two, python) is same


def test_what_no_platform_has_is_impossible() -> None:
    assert not possible("os_name == 'nt' and sys_platform == 'linux'")
    assert not possible("platform_system == 'Darwin' and sys_platform == 'win32'")
    assert not possible("python_version < '3.9'", ">=3.9")
    assert possible("extra == 'a' and extra == 'b'")
    assert possible("not a marker")


@pytest.mark.parametrize(
    ("marker", "met"),
    [
        ("sys_platform == 'win32, darwin'", False),
        ("sys_platform == 'windows'", False),
        ("sys_platform == 'Linux' and extra == 'a'", False),
        ("os_name == 'linux'", False),
        ("platform_system == 'windows'", False),
        ("platform_system == 'Windows' and os_name == 'posix'", False),
        ("sys_platform == 'win32' and sys_platform == 'darwin'", False),
        ("sys_platform == 'macos' or sys_platform == 'darwin'", True),
        ("sys_platform != 'win32, darwin'", True),
        ("sys_platform in 'win32, darwin'", True),
        ("platform_machine == 'x86_64'", True),
        ("platform_machine == ''", True),
        ("implementation_name == 'cpython'", True),
        ("platform_python_implementation == 'CPython'", True),
        ("python_version == '3.9, 3.10'", True),
        ("not a marker", True),
        ("", True),
        (None, True),
    ],
)
def test_values_that_no_platform_has(marker: str | None, met: bool) -> None:
    assert anywhere(marker) is met
    assert anywhere(NEVER) is False


def test_too_many_variables_are_unknown_not_slow() -> None:
    clauses = " or ".join(f"extra == 'e{number}'" for number in range(60))
    assert equivalent(clauses, "extra == 'x'") is None
    assert possible(clauses)


def test_constants_and_extras() -> None:
    marker = parse("extra == 'a' and python_version > '3.9'")
    assert marker is not None
    assert equivalent(assuming(marker, frozenset({"a"})), "python_version > '3.9'")
    assert not possible(assuming(marker, frozenset()))
    assert not possible(NEVER)
    assert without(ALWAYS) == NEVER


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (">=3.9, <4", Interval(low=(3, 9), high=(4,))),
        (">=3.9.0,<4.0", Interval(low=(3, 9), high=(4,))),
        (">=3.9,!=3.10.*", Interval(low=(3, 9))),
        ("~=3.9", Interval(low=(3, 9), high=(4,))),
        ("==3.11.*", Interval(low=(3, 11), high=(3, 12))),
        ("<=3.12,>3.8", Interval(low=(3, 8), low_in=False, high=(3, 12), high_in=True)),
        (">=3.9,>3.9", Interval(low=(3, 9), low_in=False)),
        ("", Interval()),
        ("^3.9", None),
        (">=three", None),
    ],
)
def test_bounds(text: str, expected: Interval | None) -> None:
    assert bounds(text) == expected
