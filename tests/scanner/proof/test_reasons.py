from __future__ import annotations

from dataclasses import replace

from rules.plan import Change
from scanner.facts import LockedPackage
from scanner.inventory import Lockfile
from scanner.proof.compare import Comparison
from scanner.proof.reasons import Reasons
from tests.scanner.proof.test_compare import _move


def test_a_range_in_a_compiled_file_was_put_there_by_hand() -> None:
    pin = LockedPackage(name="a", version=None, source="index", origin=None, groups=("dev.txt",), line=7)
    found = Comparison(locked=1, kept=0, changed=(Change(name="a", before="index", after="1.0"),))
    told = list(Reasons(move=_move(pin), found=found, requires=">=3.11", lock="").differences({}))
    assert told == ["a: dev.txt:7 holds a range of it and no version: that line was edited after it was compiled"]


def test_a_compiled_file_that_nobody_compiled_again_is_the_cause() -> None:
    pin = LockedPackage(
        name="a", version="1.0", source="index", origin=None, groups=("prod.txt",), line=7, via=("-r base.txt",)
    )
    lock = Lockfile(
        path="prod.txt", tool="pip-tools", format="pip-compile", written_by=None, status="stale", covers=None
    )
    move = _move(pin)
    move = replace(move, old_lock="base.txt", project=replace(move.project, lockfiles=(lock,)))
    found = Comparison(locked=1, kept=0, changed=(Change(name="a", before="1.0", after=None),))
    told = list(Reasons(move=move, found=found, requires=">=3.11", lock="").differences({}))
    assert told[0].startswith("the old lock is stale: prod.txt.")
    assert told[1] == "a: prod.txt:7 has it for base.txt, which does not ask for it now"
    other = replace(move, project=replace(move.project, lockfiles=(replace(lock, path="dev.txt"),)))
    assert len(list(Reasons(move=other, found=found, requires=">=3.11", lock="").differences({}))) == 1


def test_what_the_project_itself_asks_for_beside_its_pipfile() -> None:
    lock = (
        'version = 1\nrequires-python = ">=3.11"\n[[package]]\nname = "demo"\nversion = "1"\n'
        'source = { editable = "." }\ndependencies = [{ name = "click" }]\n'
    )
    move = _move(LockedPackage(name="a", version="1.0"))
    move = replace(move, project=replace(move.project, primary_manager="pipenv"))
    found = Comparison(locked=1, kept=1, added=("click",), pythons=("3.11.9",))
    (told,) = Reasons(move=move, found=found, requires=">=3.11", lock=lock).differences({})
    assert told.startswith("demo, the project itself, asks for click: Pipenv installed only the Pipfile's packages")
