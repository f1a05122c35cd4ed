from __future__ import annotations

from rules.migration import Recorded
from scanner.facts import LockedPackage
from scanner.proof.apart import told_apart

ASKED = ("net>=1.21", "net<1.27 ; python_version < '3.10'", 'net<3,>=1.25 ; python_version >= "3.10"', "x ; a b c")


def _pins(*versions: str, marker: str | None = None) -> tuple[LockedPackage, ...]:
    return tuple(LockedPackage(name="Net", version=version, marker=marker) for version in versions)


def test_who_asks_for_a_version_says_when() -> None:
    old, new = told_apart(_pins("1.26.20", "2.2.3"), ASKED)
    assert (old.marker, new.marker) == ("python_version < '3.10'", "python_version >= '3.10'")


def test_several_askers_together() -> None:
    more = (*ASKED, "net>=2 ; sys_platform == 'win32'")
    assert told_apart(_pins("1.26.20", "2.2.3"), more)[1].marker == (
        "(python_version >= '3.10') or (sys_platform == 'win32')"
    )


def test_what_is_known_or_unclear_stays() -> None:
    assert told_apart(_pins("1.0"), ASKED) == _pins("1.0")
    assert told_apart(_pins("1.0", "2.0", marker="os_name == 'nt'"), ASKED)[0].marker == "os_name == 'nt'"
    three = _pins("1.0", "1.26.20", "2.2.3")
    assert told_apart(three, ASKED) == three
    assert told_apart(_pins("1.0", "none"), ASKED) == _pins("1.0", "none")


def test_where_nobody_tells_the_newest_for_a_python_serves_it() -> None:
    asked = ("net>=1 ; python_version < '3.11'", "net>=1.5 ; python_version >= '3.11'")
    known = [Recorded(name="net", version=v, pythons=p) for v, p in (("2.0.2", ">=3.9"), ("2.2.2", ">=3.10"))]
    old, new = told_apart(_pins("2.0.2", "2.2.2"), asked, known)
    assert (old.marker, new.marker) == ("python_full_version < '3.10'", "python_full_version >= '3.10'")
    same = [Recorded(name="net", version=v, pythons=">=3.9") for v in ("2.0.2", "2.2.2")]
    assert told_apart(_pins("2.0.2", "2.2.2"), asked, same) == _pins("2.0.2", "2.2.2")
