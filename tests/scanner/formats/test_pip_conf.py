from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scanner.facts import Extract
from scanner.formats.pip_conf import FORMAT, read


def test_indexes_of_all_sections_without_credentials() -> None:
    extract = read(
        "pip.conf",
        "# ours\n[global]\nindex-url = https://me:geheim@pypi.example/simple\n"
        "extra_index_url =\n    https://one.example/simple\n    https://${TOKEN}@two.example/simple\n"
        "timeout = 60\n\n[install]\ntrusted-host: one.example\nfind-links = wheels/\n",
    )
    assert [(i.kind, i.url, i.credentials, i.at.line) for i in extract.indexes] == [
        ("index", "https://***@pypi.example/simple", True, 3),
        ("extra-index", "https://one.example/simple", False, 5),
        ("extra-index", "https://${TOKEN}@two.example/simple", False, 6),
        ("trusted-host", "one.example", False, 10),
        ("find-links", "wheels/", False, 11),
    ]
    assert [(s.tool, s.what) for s in extract.signals] == [("pip", "pip.conf")]
    assert extract.problems == ()


def test_odd_lines_are_problems_and_the_rest_counts() -> None:
    extract = read("pip.ini", "[global\nnonsense\nindex-url=https://pypi.example/simple\n")
    assert [p.at.line for p in extract.problems] == [1, 2]
    assert [i.url for i in extract.indexes] == ["https://pypi.example/simple"]


def test_conflict_markers() -> None:
    extract = read("pip.conf", "<<<<<<< a\n[global]\n=======\n>>>>>>> b\n")
    assert [p.code for p in extract.problems] == ["conflict-markers"]


@given(st.text(max_size=80))
def test_never_fails(text: str) -> None:
    assert isinstance(read("pip.conf", text), Extract)


def test_matches() -> None:
    assert [FORMAT.matches(p) for p in ("pip.conf", "docker/pip.ini", "mypip.conf")] == [True, True, False]
