from __future__ import annotations

import pytest

from rules.examples import a_command
from scanner.commands.aside import is_aside


@pytest.mark.parametrize("text", ["echo done", "mkdir -p build", "/bin/rm -rf build", "[ -f x ]", "exit 1"])
def test_plain_tools_of_the_shell_are_left_out(text: str) -> None:
    assert is_aside(a_command(text, kind="other", tool=None))


@pytest.mark.parametrize(
    "text", ["docker build -t api .", "python manage.py migrate", "make", "find . -exec black {} ;"]
)
def test_what_may_start_something_stays(text: str) -> None:
    assert not is_aside(a_command(text, kind="other", tool=None))


def test_what_was_judged_to_be_work_stays() -> None:
    assert not is_aside(a_command("cat requirements.txt", kind="install", tool="pip"))
