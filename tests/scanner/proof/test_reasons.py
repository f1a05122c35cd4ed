from __future__ import annotations

from rules.plan import Change
from scanner.facts import LockedPackage
from scanner.proof.compare import Comparison
from scanner.proof.reasons import Reasons
from tests.scanner.proof.test_compare import _move


def test_a_range_in_a_compiled_file_was_put_there_by_hand() -> None:
    pin = LockedPackage(name="a", version=None, source="index", origin=None, groups=("dev.txt",), line=7)
    found = Comparison(locked=1, kept=0, changed=(Change(name="a", before="index", after="1.0"),))
    told = list(Reasons(move=_move(pin), found=found, requires=">=3.11", lock="").differences({}))
    assert told == ["a: dev.txt:7 holds a range of it and no version: that line was edited after it was compiled"]
