from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.facts import Extract
from scanner.format import Unreadable
from scanner.formats.dockerfile import FORMAT

TEXT = """# syntax=docker/dockerfile:1
# escape=\\
ARG VERSION=3.11
ARG BASE="python"
FROM --platform=linux/amd64 ${BASE}:${VERSION}-slim AS builder
ARG VERSION
ENV PATH=/venv/bin:$PATH PIP_NO_CACHE_DIR="1" MY_TOKEN=abcdefgh
ENV OLD style value
WORKDIR /app
WORKDIR src
COPY --chown=1:1 requirements.txt ./
RUN --mount=type=cache,target=/root/.cache \\
    --mount=type=secret,id=pip \\
    pip install \\
    # a comment

      -r requirements.txt && \\
    pip install py==$VERSION
RUN ["pip", "install", "a b"]
RUN <<EOF
set -e
pip install c
EOF
RUN bash <<'EOT'
pip install d
EOT
SHELL ["powershell", "-Command"]
RUN pip install e

FROM python:3.12
COPY --from=builder /venv /venv
COPY <<EOF /x.conf
RUN no
EOF
COPY --from=ghcr.example/uv:0.8.1 /uv /bin/
ONBUILD RUN pip install never
CMD ["gunicorn", "x:app"]
"""


def read(text: str, path: str = "Dockerfile") -> Extract:
    extract = FORMAT.read(path, text)
    assert extract is not None
    return extract


def test_matches() -> None:
    for path in ("Dockerfile", "a/Containerfile", "x.Dockerfile", "Dockerfile.dev", "api.dockerfile", "Dockerfile-gpu"):
        assert FORMAT.matches(path), path
    for path in (".dockerignore", "Dockerfile.dockerignore", "dockerfile.md", "x/dockerfile_test.py", "my.txt"):
        assert not FORMAT.matches(path), path


def test_stages_and_instructions() -> None:
    dockerfile = read(TEXT).dockerfile
    assert dockerfile is not None
    first, second = dockerfile.stages
    assert (first.name, first.base, first.line, first.index) == ("builder", "python:3.11-slim", 5, 0)
    assert (second.name, second.base) == (None, "python:3.12")
    names = [i.name for i in first.instructions]
    assert names == [
        "FROM",
        "ARG",
        "ENV",
        "ENV",
        "WORKDIR",
        "WORKDIR",
        "COPY",
        "RUN",
        "RUN",
        "RUN",
        "RUN",
        "SHELL",
        "RUN",
    ]
    run = first.instructions[7]
    assert [(m.type, m.target) for m in run.mounts] == [("cache", "/root/.cache"), ("secret", None)]
    assert first.instructions[6].flags == (("chown", "1:1"),)
    assert "abcdefgh" not in repr(dockerfile)


def test_invocations() -> None:
    found = read(TEXT).invocations
    assert [(" ".join(i.argv), i.at.line) for i in found] == [
        ("pip install -r requirements.txt", 14),
        ("pip install py==3.11", 18),
        ("pip install a b", 19),
        ("set -e", 21),
        ("pip install c", 22),
        ("bash", 24),
        ("pip install d", 25),
        ("pip install e", 28),
    ]
    assert {i.directory for i in found} == {"/app/src"}
    assert {i.job for i in found} == {"builder"}
    assert {i.context for i in found} == {"image"}
    env = dict(found[0].env)
    assert (env["PIP_NO_CACHE_DIR"], env["OLD"], env["VERSION"]) == ("1", "style value", "3.11")
    assert env["MY_TOKEN"] == "***"


def test_what_it_says_beside_commands() -> None:
    extract = read(TEXT)
    assert [(p.version, p.job) for p in extract.pythons] == [("3.11", "builder"), ("3.12", "1")]
    assert [(r.target, r.ref, r.at.line) for r in extract.references] == [
        ("python", "3.11-slim", 5),
        ("python", "3.12", 30),
        ("ghcr.example/uv", "0.8.1", 35),
    ]
    assert [(h.kind, h.what) for h in extract.hints] == [("service", "CMD gunicorn")]


def test_escape_directive() -> None:
    extract = read("# escape=`\nFROM x\nRUN a `\n  b\n")
    assert [i.argv for i in extract.invocations] == [("a", "b")]


def test_stages_inherit() -> None:
    extract = read("FROM x AS a\nENV V=1\nWORKDIR /w\nFROM a\nRUN pip install y==$V\n")
    [invocation] = extract.invocations
    assert (invocation.argv[-1], invocation.directory) == ("y==1", "/w")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Dockerfile.j2", "FROM x\n"),
        ("{{cookiecutter.name}}/Dockerfile", "FROM x\n"),
        ("Dockerfile", "FROM x\n{% if a %}\nRUN b\n{% endif %}\n"),
        ("Dockerfile", "FROM {{ cookiecutter.image }}\n"),
        ("Dockerfile", "FROM x\nLABEL a={{ label }}\nRUN pip install .\n"),
        ("Dockerfile", 'FROM x\nENTRYPOINT ["{{label|lower}}"]\n'),
    ],
)
def test_templates(path: str, text: str) -> None:
    extract = read(text, path)
    assert extract.template
    assert extract.problems == ()


def test_what_is_none() -> None:
    assert FORMAT.read("Dockerfile", "") is None
    assert FORMAT.read("Dockerfile", "RUN a\n") is None
    with pytest.raises(Unreadable):
        FORMAT.read("Dockerfile", "<<<<<<< a\nFROM x\n=======\n>>>>>>> b\n")


def test_an_unfinished_heredoc_and_continuation_do_no_harm() -> None:
    assert read("FROM x\nRUN cat <<EOF\nRUN a\n").dockerfile is not None
    assert read("FROM x\nRUN a \\").invocations[0].argv == ("a",)


_PARTS = ["FROM a", "FROM a AS b", "RUN x \\", "# c", "", "COPY <<E /f", "E", "ARG", "ENV A", "ENV A=$B", "RUN [1", "--mount=",
          "SHELL []", "USER", "WORKDIR", "COPY", 'RUN ["a"]', "FROM", "# escape=`", "\t", "RUN --mount=type=bind x", "CMD"]  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(_PARTS), max_size=12).map("\n".join))
def test_never_raises(text: str) -> None:
    FORMAT.read("Dockerfile", text)


def test_the_version_of_the_base_stands_where_its_argument_does() -> None:
    extract = read("ARG V=3.7\nARG OTHER=x\nFROM python:${V}-slim AS a\nFROM python:3.12\nRUN x\n")
    assert [(p.version, p.at.line) for p in extract.pythons] == [("3.7", 1), ("3.12", 4)]


@pytest.mark.parametrize("line", ["RUN docker inspect -f '{{ id }}' x", "LABEL a={{.Name}}", "CMD echo ${{ x }}"])
def test_braces_of_others_make_no_template(line: str) -> None:
    assert not read(f"FROM x\n{line}\n", "Dockerfile").template
