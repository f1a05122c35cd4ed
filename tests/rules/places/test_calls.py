from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.places.calls import calls, words_of


def shown(text: str, **options: bool) -> list[list[str]]:
    return [[w.value for w in words_of(call)] for call in calls(text, **options)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("poetry install --with dev", [["poetry", "install", "--with", "dev"]]),
        ("cd api && poetry run pytest", [["cd", "api"], ["poetry", "run", "pytest"]]),
        ("python3 -m pip install -r a.txt", [["pip", "install", "-r", "a.txt"]]),
        ("CI=1 sudo -E poetry lock", [["poetry", "lock"]]),
        ("@poetry run x", [["poetry", "run", "x"]]),
        ("-@poetry run x", [["poetry", "run", "x"]]),
        ("poetry install \\\n  --no-root", [["poetry", "install", "--no-root"]]),
        ("# poetry install\npoetry lock # now", [["poetry", "lock"]]),
        ("bash -c 'poetry run x'", [["bash", "-c", "poetry run x"], ["poetry", "run", "x"]]),
        ('echo "$(poetry version -s)"', [["echo", "$(poetry version -s)"], ["poetry", "version", "-s"]]),
        ("git tag `poetry version -s`", [["git", "tag", "`poetry version -s`"], ["poetry", "version", "-s"]]),
        ("poetry export -o x > log 2>&1", [["poetry", "export", "-o", "x"]]),
        ("if true; then poetry install; fi", [["true"], ["poetry", "install"]]),
        ("command -v poetry", []),
        ("cat <<EOF\npoetry install\nEOF\npoetry lock", [["cat"], ["poetry", "lock"]]),
        ('poetry install -E "${{ matrix.extra }}"', [["poetry", "install", "-E", "${{ matrix.extra }}"]]),
        ("poetry add <name>", [["poetry", "add", "<name>"]]),
    ],
)
def test_commands_in_shell(text: str, expected: list[list[str]]) -> None:
    assert shown(text) == expected


def test_a_folded_text_is_one_line() -> None:
    assert shown("poetry install\n  --no-root", folded=True) == [["poetry", "install", "--no-root"]]


def test_comments_between_the_lines_of_a_run() -> None:
    assert shown("a \\\n # no\n  b", docker=True) == [["a", "b"]]


def test_spans_are_exact() -> None:
    text = "x && poetry run 'a b' | tee log"
    call = calls(text)[1]
    assert [text[w.start : w.end] for w in call.words] == ["poetry", "run", "'a b'"]
    assert (call.before, call.after) == ("&&", "|")


@given(st.text(alphabet="poetry run\\\n\"'`$(){}|&;<># \t-=@", max_size=120))
def test_any_text_is_read(text: str) -> None:
    for call in calls(text):
        assert 0 <= call.begin <= call.words[0].start < call.end <= call.stop <= len(text)
        assert all(text[w.start : w.end] == w.raw for w in call.words)
