from __future__ import annotations

from scanner.facts import Lock, LockedPackage
from scanner.rivals import SHOWN, differences


def lock(path: str, tool: str, **versions: str) -> Lock:
    packages = tuple(
        LockedPackage(name=name, version=version, line=number)
        for number, (name, version) in enumerate(versions.items(), 3)
    )
    return Lock(path=path, tool=tool, format=tool, packages=packages)


def test_what_two_locks_pin_apart() -> None:
    one, other = lock("pdm.lock", "pdm", a="1", b="2", c="1"), lock("uv.lock", "uv", a="1.0", b="3", d="1")
    counted, named = differences([one, other])
    assert counted.message == "1 of the 2 packages that are in both pdm.lock and uv.lock have other versions"
    assert (named.message, named.path, named.line) == ("b 2 here, 3 in uv.lock:4", "pdm.lock", 4)


def test_locks_that_agree_or_have_nothing_in_common() -> None:
    one = lock("pdm.lock", "pdm", a="1")
    assert [r.message for r in differences([one, lock("uv.lock", "uv", a="1.0")])] == [
        "pdm.lock and uv.lock agree in all that is in both"
    ]
    assert [r.message for r in differences([one, lock("uv.lock", "uv", b="1")])] == [
        "no package is in both pdm.lock and uv.lock"
    ]
    assert differences([one, lock("uv.lock", "uv")]) == ()


def test_the_files_of_one_tool_are_one_lock() -> None:
    platforms = [lock(f"conda-{name}.lock", "conda-lock", a="1", b=name) for name in ("1", "2")]
    assert differences(platforms) == ()
    reasons = differences([*platforms, lock("poetry.lock", "poetry", a="1", b="2")])
    assert len(reasons) == 1


def test_a_name_of_conda_is_another_name() -> None:
    conda = Lock(
        path="c", tool="conda-lock", format="c", packages=(LockedPackage(name="a", version="1", ecosystem="conda"),)
    )
    assert "no package" in differences([conda, lock("uv.lock", "uv", a="2")])[0].message


def test_only_so_many_are_told() -> None:
    names = [f"n{number}" for number in range(SHOWN + 5)]
    one, other = lock("x", "uv", **dict.fromkeys(names, "1")), lock("y", "pdm", **dict.fromkeys(names, "2"))
    assert len(differences([one, other])) == SHOWN + 1
