from __future__ import annotations

import pytest

from scanner.command_indexes import indexes_named
from scanner.facts import Extract, Location
from scanner.formats.dockerfile import read as read_dockerfile
from scanner.shell import parse


def named(text: str) -> list[tuple[str, str, str | None, bool]]:
    parsed = parse(text, at=Location(path="ci.yml", line=1), context="ci")
    extract = Extract(path="ci.yml", format="x", invocations=parsed.invocations)
    return [(i.kind, i.url, i.name, i.credentials) for i in indexes_named(extract)]


INTERNAL = "https://pypi.example/simple"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"pip install -i {INTERNAL} x", [("index", INTERNAL, None, False)]),
        (f"python -m pip install --index-url={INTERNAL} x", [("index", INTERNAL, None, False)]),
        (f"uv pip install --extra-index-url {INTERNAL} x", [("extra-index", INTERNAL, None, False)]),
        (f"uv sync --index own={INTERNAL}", [("extra-index", INTERNAL, "own", False)]),
        (f"uv sync --default-index {INTERNAL}", [("index", INTERNAL, None, False)]),
        (f"export PIP_INDEX_URL={INTERNAL}\npip install x", [("index", INTERNAL, None, False)]),
        (f"UV_INDEX='own={INTERNAL} https://b.example/s' uv lock", [("extra-index", INTERNAL, "own", False), ("extra-index", "https://b.example/s", None, False)]),
        ("pip install --trusted-host pypi.example x", [("trusted-host", "pypi.example", None, False)]),
        ("pip install -f https://pypi.example/w x", [("find-links", "https://pypi.example/w", None, False)]),
        ("pip install -i https://me:secret1@pypi.example/simple x", [("index", "https://***@pypi.example/simple", None, True)]),
        ("pip install -i https://$USER:$TOKEN@pypi.example/simple x", [("index", "https://$USER:$TOKEN@pypi.example/simple", None, False)]),
        (f"pip config set global.index-url {INTERNAL}", [("index", INTERNAL, None, False)]),
        (f"poetry source add own {INTERNAL}", [("extra-index", INTERNAL, None, False)]),
        (f"echo 'index-url = {INTERNAL}' > pip.conf", [("index", INTERNAL, None, False)]),
        ("pip install -i $INDEX x", []),
        ("pip install -f wheels x", []),
        ("sed -i https://pypi.example/x y", []),
        ("grep -f https://pypi.example/x y", []),
    ],
)  # fmt: skip
def test_indexes_of_commands(text: str, expected: list[tuple[str, str, str | None, bool]]) -> None:
    assert named(text) == expected


def test_each_is_named_once_where_it_is_named_first() -> None:
    parsed = parse(
        f"a\npip install -i {INTERNAL} x\npip install -i {INTERNAL} y", at=Location(path="c", line=1), context="ci"
    )
    [found] = indexes_named(Extract(path="c", format="x", invocations=parsed.invocations))
    assert found.at.line == 2


def test_variables_of_a_dockerfile_at_their_own_line() -> None:
    text = f'FROM x\nARG PIP_INDEX_URL="{INTERNAL}"\nENV A=1 UV_INDEX_URL=https://a:b1c2@b.example/s PIP_TRUSTED_HOST=b.example\nRUN pip install x\n'
    extract = read_dockerfile("Dockerfile", text)
    assert extract is not None
    assert [(i.kind, i.url, i.at.line, i.credentials) for i in indexes_named(extract)] == [
        ("index", INTERNAL, 2, False),
        ("index", "https://***@b.example/s", 3, True),
        ("trusted-host", "b.example", 3, False),
    ]
