"""What is installed in a clone that was made in a folder nobody knows."""

from __future__ import annotations

from scanner.commands.classify import classify_all
from scanner.commands.lookup import build_lookup
from scanner.facts import Location
from scanner.shell import parse

FETCH = """fetch() {
  cd "$WORK"
  git clone "$1" 2>/dev/null || (cd "$(basename "$1" .git)"; git pull)
  cd "$(basename "$1" .git)"
}
"""


def kinds(script: str) -> list[str]:
    lookup = build_lookup({}, frozenset({"setup.py"}), (".",), (".",), frozenset({"shop"}))
    found = parse(FETCH + script, at=Location(path="setup.sh", line=1), context="script").invocations
    return [c.kind for c in classify_all(found, lookup) if c.tool == "pip"]


def test_a_clone_in_an_unknown_folder_is_another_repository() -> None:
    assert kinds("fetch https://git.example/a/tool.git\npip install .") == ["adhoc"]
    assert kinds("fetch git@git.example:a/tool\npip install -e .\ncd sub\npip install .") == ["adhoc", "adhoc"]
    assert kinds('fetch https://git.example/a/tool\ncd "$HERE"\npip install .') == ["install"]


def test_a_clone_of_this_repository_is_itself() -> None:
    assert kinds("fetch https://git.example/a/shop.git\npip install .") == ["install"]


def test_a_clone_that_is_not_entered_changes_nothing() -> None:
    assert kinds('cd "$X"\ngit clone https://git.example/a/b\ncd ..\npip install .') == ["install"]
