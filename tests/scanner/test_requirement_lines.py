from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scanner.requirement_lines import Option, has_hash, logical_lines, options, split_options


def test_continuations_and_comments() -> None:
    text = "a==1 \\\n    --hash=sha256:00 \\\n    # via b\nc # why\n# \\\nd==1 #egg\r\ne#f\n"
    lines = [(line.number, line.text, line.comment, line.indented) for line in logical_lines(text)]
    assert lines == [
        (1, "a==1     --hash=sha256:00", None, False),
        (3, "", "via b", True),
        (4, "c", "why", False),
        (5, "", "\\", False),
        (6, "d==1", "egg", False),
        (7, "e#f", None, False),
    ]


def test_a_continuation_may_end_with_the_file() -> None:
    assert [line.text for line in logical_lines("a==1 \\\n --hash=sha256:00 \\")] == ["a==1  --hash=sha256:00"]


def test_options_of_a_requirement() -> None:
    text = "a==1 ; os_name == 'x' --hash=sha256:00 --hash 'sha256:11' --config-settings=x=y"
    assert split_options(text) == ("a==1 ; os_name == 'x'", ("sha256:00", "sha256:11"))
    assert split_options("a-b==1") == ("a-b==1", ())
    assert has_hash("--hash=sha256:00 \\")
    assert not has_hash("--hash=sha256:00 b==1")


def test_options_of_a_file() -> None:
    assert options("-r base.txt") == (Option(name="--requirement", value="base.txt"),)
    assert options("-rbase.txt") == (Option(name="--requirement", value="base.txt"),)
    assert options("--constraint=c.txt") == (Option(name="--constraint", value="c.txt"),)
    assert options("-i https://pypi.example/simple --pre --trusted-host pypi.example") == (
        Option(name="--index-url", value="https://pypi.example/simple"),
        Option(name="--pre"),
        Option(name="--trusted-host", value="pypi.example"),
    )
    assert options("-e .[a] ; os_name == 'x'") == (Option(name="--editable", value=".[a] ; os_name == 'x'"),)
    assert options("--editable=git+https://git.example/x#egg=x") == (
        Option(name="--editable", value="git+https://git.example/x#egg=x"),
    )


def test_what_is_no_option() -> None:
    assert options("- an item") is None
    assert options("--no-deps") is None
    assert options("-r") is None
    assert options("---") is None


@given(st.text(alphabet="ab-=\\#'\" \n\r\tre:", max_size=60))
def test_any_text_has_lines(text: str) -> None:
    numbers = [line.number for line in logical_lines(text)]
    assert numbers == sorted(set(numbers))
    for line in logical_lines(text):
        if line.text.startswith("-"):
            options(line.text)
        split_options(line.text)
