from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.format import Unreadable
from scanner.static_python import Call, File, Items, Table, Text, Unknown, Value, When, calls_of, parse


def calls(text: str) -> tuple[Call, ...]:
    return calls_of(parse(text), lambda name: name == "m.f")


def argument(text: str) -> Value | None:
    (call,) = calls("from m import f\n" + text)
    return call.arguments.get("x")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("f(x='a' + 'b')", Text("ab")),
        ("f(x=f'a{1}b')", Text("a1b")),
        ("f(x='%s-%s' % ('a', 'b'))", Text("a-b")),
        ("f(x='{}-{}'.format('a', 'b'))", Text("a-b")),
        ("f(x=' a '.strip().upper())", Text("A")),
        ("y = ['a']\ny += ['b']\nf(x=y)", Items((Text("a"), Text("b")))),
        ("y = ['a']\ny.append('b')\ny.extend(['c'])\ny.remove('a')\nf(x=y)", Items((Text("b"), Text("c")))),
        ("y = ['b']\nf(x=[*y, 'a'] + ['c'])", Items((Text("b"), Text("a"), Text("c")))),
        ("f(x=[z for z in ('a', 'b') if z != 'a'])", Items((Text("b"),))),
        ("f(x=[z for z in ('a>1', 'b') if z.partition('>')[0] not in ['a']])", Items((Text("b"),))),
        ("f(x={k: [k] for k in ('a',)})", Table((("a", Items((Text("a"),))),))),
        ("d = {}\nd.setdefault('a', []).append('b')\nf(x=d)", Table((("a", Items((Text("b"),))),))),
        ("d = {'a': ['b'], 'c': ['d']}\nf(x=sum(d.values(), []))", Items((Text("b"), Text("d")))),
        ("f(x=open('r.txt').read().splitlines())", File("r.txt", "lines")),
        ("def g(n='r'):\n return open(n + '.txt').read()\nf(x=g())", File("r.txt", "whole")),
        ("f(x=[m for l in open('r.txt') if (m := l.strip()) and m[0] != '#'])", Items((File("r.txt", "line"),))),
        ("y = []\nfor l in open('r.txt'):\n  if l: y.append(l)\nf(x=y)", Items((File("r.txt", "line"),))),
        ("y = []\nfor z in ('a', 'b'):\n  if z == 'a': continue\n  y.append(z)\nf(x=y)", Items((Text("b"),))),
    ],
)
def test_what_reading_tells(text: str, value: Value) -> None:
    assert argument(text) == value


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("os.path.join(os.path.dirname(os.path.abspath(__file__)), 'a', 'b.txt')", "a/b.txt"),
        ("pathlib.Path(__file__).resolve().parent / 'b.txt'", "b.txt"),
        ("os.path.join(os.getcwd(), 'b.txt')", "b.txt"),
        ("pathlib.Path('a') / 'b.txt'", "a/b.txt"),
    ],
)
def test_paths_are_relative_to_the_script(path: str, expected: str) -> None:
    assert argument(f"import os, pathlib\nf(x=open({path}).read())") == File(expected, "whole")


def test_conditions_that_markers_can_say() -> None:
    text = "import sys\ny = ['a']\nif sys.version_info < (3, 8):\n  y.append('b')\nelse:\n  y.append('c')\nf(x=y)"
    old, new = "python_version < '3.8'", "python_version >= '3.8'"
    assert argument(text) == Items((Text("a"), When(Text("b"), old), When(Text("c"), new)))


@pytest.mark.parametrize(
    ("test", "marker"),
    [
        ("sys.platform == 'win32'", "sys_platform == 'win32'"),
        ("sys.version_info[0] == 2", "python_version < '3.0'"),
        ("sys.version_info.major >= 3", "python_version >= '3.0'"),
        ("not sys.version_info >= (3, 7)", "python_version < '3.7'"),
    ],
)
def test_tests_of_the_environment(test: str, marker: str) -> None:
    assert argument(f"import sys\nf(x=['a'] if {test} else [])") == Items((When(Text("a"), marker),))


def test_other_conditions_leave_unknown_parts() -> None:
    found = argument("import os\ny = ['a']\nif os.environ.get('B'):\n  y.append('b')\nf(x=y)")
    assert isinstance(found, Items)
    assert found.items[0] == Text("a")
    assert isinstance(found.items[1], Unknown)
    assert found.items[1].line == 4


def test_what_comes_from_elsewhere_is_unknown_with_its_line() -> None:
    found = argument("from pkg import y\nf(x=y())")
    assert found == Unknown("what pkg.y() gives only running tells")
    assert found is not None
    assert found.line == 3


def test_the_call_may_stand_in_functions() -> None:
    assert len(calls("from m import f\ndef main():\n  f(x=1)\nif __name__ == '__main__':\n  main()")) == 1
    assert len(calls("from m import f\ndef never_called_here():\n  f(x=1)")) == 1
    assert calls("def f(): pass\nf()") == ()


def test_exits_end_the_script_or_only_a_branch() -> None:
    assert argument("import sys\nif sys.argv[1:]:\n  sys.exit()\nf(x='a')") == Text("a")


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "+".join(["'a'"] * 400),
        "x = 'a'\n" + "x = x + x\n" * 60,
        "x = ['a']\n" + "x = x + x\n" * 60,
        "def g(n):\n return g(n)\nx = g(1)",
        "x = [a for a in range(10) " + "for b in ('c', 'd') " * 30 + "]",
        "x = " + "[" * 50 + "]" * 50,
        "for a in ('b',) * 9:\n for c in ('d', 'e'):\n  while True:\n   x = 1\n",
        "".join(f"{' ' * n}if y:\n" for n in range(60)) + " " * 60 + "x = 1",
    ],
    ids=["chain", "text", "list", "recursion", "loops", "nesting", "while", "indented"],
)
def test_hostile_scripts_end(text: str) -> None:
    assert len(calls(f"from m import f\n{text}\nf(x=1)")) == 1


def test_code_that_is_too_much_leaves_all_arguments_open() -> None:
    (call,) = calls("from m import f\nf(x=1)\n" + "y = 1\n" * 25_000)
    assert call.arguments.unknown is not None


@pytest.mark.parametrize("text", ["print 'a'", "x = (", "\0", "(" * 10_000])
def test_what_is_no_python_3(text: str) -> None:
    with pytest.raises(Unreadable):
        parse(text)


WORDS = [
    "x",
    "y",
    "f(",
    ")",
    "[",
    "]",
    "=",
    "+",
    "'a'",
    "\n",
    " ",
    "for ",
    "in ",
    "if ",
    ":",
    "open",
    ".read()",
    "{",
    "}",
]


@settings(max_examples=200)
@given(st.lists(st.sampled_from(WORDS), max_size=30))
def test_any_script_is_followed_or_refused(words: list[str]) -> None:
    try:
        tree = parse("".join(words))
    except Unreadable:
        return
    calls_of(tree, lambda name: name == "f")
