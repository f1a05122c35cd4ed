from __future__ import annotations

import pytest

from scanner.commands.container import Container
from scanner.commands.file_tree import file_tree
from scanner.formats.dockerfile import FORMAT

TREE = file_tree(
    frozenset(
        {
            "requirements.txt",
            "src/a.py",
            "deps/base.txt",
            "deps/dev.txt",
            "docker/Dockerfile",
            "api/uv.lock",
            "api/x/y.py",
        }
    )
)


def container(text: str, path: str = "Dockerfile") -> Container:
    extract = FORMAT.read(path, text)
    assert extract is not None
    assert extract.dockerfile is not None
    return Container(extract.dockerfile, TREE)


@pytest.mark.parametrize(
    ("copy", "path", "expected"),
    [
        ("COPY . /app", "/app/requirements.txt", "requirements.txt"),
        ("COPY . .", "/w/src/a.py", "src/a.py"),
        ("COPY requirements.txt /tmp/", "/tmp/requirements.txt", "requirements.txt"),
        ("COPY requirements.txt .", "/w/requirements.txt", "requirements.txt"),
        ("COPY requirements.txt /tmp", "/tmp/requirements.txt", "requirements.txt"),
        ("COPY requirements.txt /x", "/x", "requirements.txt"),
        ("COPY deps/*.txt /d/", "/d/dev.txt", "deps/dev.txt"),
        ("COPY deps /d", "/d/base.txt", "deps/base.txt"),
        ("ADD requirements.txt src /w/", "/w/requirements.txt", "requirements.txt"),
        ('COPY ["requirements.txt", "/a b/"]', "/a b/requirements.txt", "requirements.txt"),
        ("COPY missing.txt /w/", "/w/missing.txt", None),
        ('COPY "requirements.txt" "/a b/r.txt"', "/a b/r.txt", "requirements.txt"),
        ("COPY 'requirements.txt' /x/", "/x/requirements.txt", "requirements.txt"),
        ("COPY . /app", "/elsewhere/requirements.txt", None),
    ],
)
def test_source(copy: str, path: str, expected: str | None) -> None:
    assert container(f"FROM x\nWORKDIR /w\n{copy}\nRUN a\n").source(4, path) == expected


def test_only_what_was_copied_before_is_there() -> None:
    found = container("FROM x\nRUN a\nCOPY . /app\n")
    assert found.source(2, "/app/requirements.txt") is None
    assert found.source(3, "/app/requirements.txt") == "requirements.txt"
    assert found.source(None, "/app/requirements.txt") is None


def test_mounts_count_for_their_line() -> None:
    text = "FROM x\nWORKDIR /w\nRUN --mount=type=bind,source=requirements.txt,target=r.txt \\\n  pip install -r r.txt\nRUN b\n"
    found = container(text)
    assert found.source(4, "/w/r.txt") == "requirements.txt"
    assert found.source(5, "/w/r.txt") is None


def test_stages_hand_files_on() -> None:
    text = "FROM x AS a\nCOPY . /in\nFROM a AS b\nRUN y\nFROM z\nCOPY --from=a /in/deps /out\nCOPY --from=0 /in/src /src\nRUN w\n"
    found = container(text)
    assert found.source(4, "/in/requirements.txt") == "requirements.txt"
    assert found.source(8, "/out/dev.txt") == "deps/dev.txt"
    assert found.source(8, "/src/a.py") == "src/a.py"


@pytest.mark.parametrize(
    ("path", "copy", "expected"),
    [
        ("Dockerfile", "COPY . .", "."),
        ("docker/Dockerfile", "COPY requirements.txt .", "."),
        ("api/Dockerfile", "COPY uv.lock .", "api"),
        ("api/Dockerfile", "COPY api/uv.lock .", "."),
        ("Dockerfile", "COPY thisrepo/requirements.txt thisrepo/src ./", ".."),
    ],
)
def test_the_context_is_where_the_sources_are(path: str, copy: str, expected: str) -> None:
    assert container(f"FROM x\n{copy}\n", path).context == expected


def test_a_context_around_the_repository() -> None:
    found = container("FROM x\nCOPY thisrepo/requirements.txt other/y /w/\n")
    assert found.source(2, "/w/requirements.txt") == "requirements.txt"


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("COPY --from=a /opt/venv /opt/venv", True),
        ("COPY --from=a /dist/*.whl /tmp/", False),
        ("COPY --from=a /app/dist /dist", False),
        ("RUN --mount=type=bind,from=a,source=/dist,target=/dist pip install /dist/x.whl", False),
    ],
)
def test_an_environment_is_there_where_it_is_copied(step: str, expected: bool) -> None:
    text = f"FROM x AS a\nRUN poetry install\nFROM y AS b\n{step}\nRUN pip install .\nFROM b\nRUN z\n"
    assert container(text).rests_on(5, 2) is expected
    assert container(text).rests_on(7, 2) is expected
    assert container(text).rests_on(7, 5)


@pytest.mark.parametrize(
    ("copy", "path", "expected"),
    [
        ("ARG NAME\nCOPY ${NAME}/uv.lock ./", "/w/uv.lock", "api/uv.lock"),
        ("ARG NAME\nCOPY d${NAME}s /x", "/x/base.txt", "deps/base.txt"),
        ("ARG NAME\nCOPY ${NAME} /x", "/x/base.txt", None),
    ],
)
def test_a_folder_that_the_build_is_told_is_one_of_those_that_fit(copy: str, path: str, expected: str | None) -> None:
    assert container(f"FROM x\nWORKDIR /w\n{copy}\nRUN a\n").source(9, path) == expected


@pytest.mark.parametrize(
    ("made", "step", "path", "expected"),
    [
        ("WORKDIR /f\nCOPY deps/base.txt requirements.txt ./", "COPY --from=a /f /g", "/g/base.txt", "deps/base.txt"),
        ("WORKDIR /f\nCOPY requirements.txt .\nCOPY deps in", "COPY --from=a /f ./", "/in/dev.txt", "deps/dev.txt"),
        (
            "COPY requirements.txt /f/",
            "COPY --from=a /f/ /f/\nCOPY deps /f/",
            "/f/requirements.txt",
            "requirements.txt",
        ),
        ("COPY requirements.txt /f/", "COPY --from=a /f /g", "/g/base.txt", None),
        ("COPY requirements.txt /f/", "COPY --from=a /f/requirements.txt /x/y", "/x/y", "requirements.txt"),
        (
            "COPY deps /f/",
            "FROM y AS b\nCOPY --from=a /f /g\nFROM z\nCOPY --from=b /g /h",
            "/h/dev.txt",
            "deps/dev.txt",
        ),
        ("COPY deps /f/", "RUN --mount=type=bind,from=a,source=/f,target=/t w", "/t/dev.txt", "deps/dev.txt"),
    ],
)
def test_a_folder_of_another_stage_holds_what_was_put_there(
    made: str, step: str, path: str, expected: str | None
) -> None:
    text = f"FROM x AS a\n{made}\nFROM y AS c\n{step}"
    assert container(text).source(len(text.splitlines()), path) == expected


def test_what_only_stages_hand_on_is_nothing_of_the_repository() -> None:
    assert container("FROM x AS a\nRUN b\nFROM y\nCOPY --from=a /opt/tool /opt/tool\n").is_bare


@pytest.mark.parametrize(
    ("path", "copy", "expected"),
    [
        ("Dockerfile", "COPY ../src /w/src", "src/a.py"),
        ("docker/Dockerfile", "COPY ../docs /w/src", None),
        ("docker/Dockerfile", "COPY ../src /w/src", "src/a.py"),
        ("docker/Dockerfile", "COPY ../../src/ /w/src", "src/a.py"),
    ],
)
def test_nothing_is_above_the_build_context(path: str, copy: str, expected: str | None) -> None:
    assert container(f"FROM x\n{copy}\n", path).source(2, "/w/src/a.py") == expected


@pytest.mark.parametrize(
    ("steps", "path", "expected"),
    [
        ("WORKDIR $HOME_OF\nCOPY requirements.txt ${HOME_OF}/", "/$HOME_OF/requirements.txt", "requirements.txt"),
        ("WORKDIR /srv/${NAME}\nCOPY deps ${NAME}/", "/srv/$NAME/$NAME/base.txt", "deps/base.txt"),
        ("WORKDIR /srv\nCOPY deps $NAME", "/srv/$NAME/base.txt", "deps/base.txt"),
        ("WORKDIR $ONE\nCOPY deps $OTHER/", "/$ONE/base.txt", None),
    ],
)
def test_the_same_unknown_variable_is_the_same_place(steps: str, path: str, expected: str | None) -> None:
    assert container(f"FROM x\n{steps}\nRUN a\n").source(4, path) == expected
