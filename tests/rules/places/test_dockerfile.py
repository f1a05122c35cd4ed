from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from scanner.config import Config, ConfigError, parse

Patch = Callable[..., Any]
PIPFILE = '[packages]\nflask = "*"\n\n[requires]\npython_version = "3.12"\n'
PIPFILE_LOCK = '{"_meta": {"hash": {"sha256": "0"}, "pipfile-spec": 6, "requires": {"python_version": "3.12"}, "sources": []}, "default": {"flask": {"version": "==3.0.0", "hashes": []}}, "develop": {}}'


def test_in_the_project_with_a_start_command(patched: Patch) -> None:
    text = """\
FROM python:3.12-slim
# Poetry and what it wants
ENV POETRY_VERSION=1.8.3 \\
    PYTHONUNBUFFERED=1 \\
    POETRY_VIRTUALENVS_IN_PROJECT=true
RUN pip install --no-cache-dir "poetry==$POETRY_VERSION"
WORKDIR /app
COPY pyproject.toml poetry.lock* ./
RUN poetry install --only main --no-root
COPY . .
CMD ["poetry", "run", "flask", "run"]
"""
    found = patched({"Dockerfile": text})
    assert (
        found["Dockerfile"]
        == """\
FROM python:3.12-slim
# uv and what it wants
ENV PYTHONUNBUFFERED=1
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-dev --no-install-project --no-cache
ENV PATH="/app/.venv/bin:$PATH"
COPY . .
CMD ["flask", "run"]
"""
    )
    assert (found.image.grade, found.image.tool, found.image.enforced) == ("L2", "uv", "locked")
    assert not found.left


def test_sources_first_get_a_layer_of_dependencies(patched: Patch) -> None:
    text = "FROM python:3.12\nRUN pip install poetry\nWORKDIR /app\nCOPY . .\nRUN poetry install --no-dev\n"
    found = patched({"Dockerfile": text})
    assert (
        found["Dockerfile"]
        == """\
FROM python:3.12
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-dev --no-install-project --no-cache
COPY . .
RUN uv sync --locked --no-dev --no-cache
ENV PATH="/app/.venv/bin:$PATH"
"""
    )


def test_sources_last_get_the_project_after_them(patched: Patch) -> None:
    text = "FROM python:3.12\nRUN pip install poetry\nWORKDIR /app\nCOPY pyproject.toml poetry.lock ./\nRUN poetry install --no-dev\nCOPY shop ./shop\n"
    rows = patched({"Dockerfile": text})["Dockerfile"].splitlines()
    assert rows[4] == "RUN uv sync --locked --no-dev --no-install-project --no-cache"
    assert rows[-2:] == ["COPY shop ./shop", "RUN uv sync --locked --no-dev --no-cache"]


def test_into_the_system_s_python(patched: Patch) -> None:
    text = "FROM python:3.12\nENV POETRY_VIRTUALENVS_CREATE=false\nRUN pip install poetry\nCOPY pyproject.toml poetry.lock ./\nRUN poetry install --no-root --without dev\nRUN poetry run flask digest\nCMD flask run\n"
    found = patched({"Dockerfile": text})
    assert (
        found["Dockerfile"]
        == """\
FROM python:3.12
RUN pip install --no-cache-dir uv==0.13.9
COPY pyproject.toml uv.lock ./
ENV UV_PROJECT_ENVIRONMENT=/usr/local
RUN uv sync --locked --no-dev --no-install-project --inexact --no-cache
RUN flask digest
CMD flask run
"""
    )
    assert found.image.grade == "L2"


def test_stages_and_cache_mounts(patched: Patch) -> None:
    text = """\
# syntax=docker/dockerfile:1
FROM python:3.12 AS build
ENV POETRY_HOME=/opt/poetry POETRY_CACHE_DIR=/tmp/cache
ENV PATH="$POETRY_HOME/bin:$PATH"
RUN curl -sSL https://install.python-poetry.org | python3 -
WORKDIR /app
COPY pyproject.toml poetry.lock ./
RUN --mount=type=cache,target=$POETRY_CACHE_DIR poetry install --no-root --only main

FROM python:3.12-slim
COPY --from=build /app/.venv /app/.venv
ENV PATH="/app/.venv/bin:$PATH"
"""
    found = patched({"Dockerfile": text})["Dockerfile"]
    assert "ENV UV_CACHE_DIR=/tmp/cache\nRUN python3 -m pip install --no-cache-dir uv==0.13.9\n" in found
    assert (
        "ENV UV_LINK_MODE=copy\nRUN --mount=type=cache,target=$UV_CACHE_DIR uv sync --locked --no-dev --no-install-project\n"
        in found
    )
    assert found.endswith(text[text.index("\nFROM python:3.12-slim") :])


def test_pipenv(patched: Patch) -> None:
    text = "FROM python:3.12\nWORKDIR /app\nRUN pip install pipenv\nCOPY Pipfile Pipfile.lock ./\nRUN pipenv install --system --deploy && rm -rf ~/.cache\nCOPY . .\n"
    found = patched({"Dockerfile": text}, Pipfile=PIPFILE, Pipfile__lock=PIPFILE_LOCK)
    assert "COPY pyproject.toml uv.lock ./\nENV UV_PROJECT_ENVIRONMENT=/usr/local\n" in found["Dockerfile"]
    assert "RUN uv sync --locked --no-dev --inexact --no-cache && rm -rf ~/.cache\n" in found["Dockerfile"]


def test_a_pipfile_without_a_lock_gets_one(patched: Patch) -> None:
    text = "FROM python:3.12\nWORKDIR /app\nRUN pip install pipenv\nCOPY Pipfile app.ini ./\nRUN pipenv install --system --deploy\nCOPY . .\n"
    found = patched({"Dockerfile": text}, Pipfile=PIPFILE)
    assert "COPY pyproject.toml uv.lock app.ini ./\n" in found["Dockerfile"]


def test_requirements(patched: Patch) -> None:
    text = "FROM python:3.12\nCOPY requirements.txt /tmp/\nRUN pip install --no-cache-dir -r /tmp/requirements.txt gunicorn\nCOPY . /app\n"
    found = patched({"Dockerfile": text}, requirements__txt="flask==3.0.0\n")
    assert (
        found["Dockerfile"]
        == """\
FROM python:3.12
RUN pip install --no-cache-dir uv==0.13.9
COPY pyproject.toml uv.lock /tmp/
ENV UV_PROJECT_ENVIRONMENT=/usr/local
RUN uv sync --locked --project /tmp --no-cache --inexact && pip install gunicorn
COPY . /app
"""
    )
    assert found.notes == [("Dockerfile", 3, "gunicorn is installed beside the lock, in whatever version there is")]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "FROM debian\nRUN apt install python3-poetry && pip install poetry\nRUN poetry config virtualenvs.create false\nRUN poetry install\n",
            "the lock is not copied before it is installed from",
        ),
        ("FROM python:3.12\nRUN pip install poetry\nRUN poetry frobnicate\n", "`poetry frobnicate` has no counterpart"),
        (
            "FROM python:3.12\nRUN pip install poetry && echo 'poetry run x' > /start\nRUN poetry install\n",
            "'poetry' would be left",
        ),
        ('FROM python:3.12\nRUN pip install poetry\nRUN ["poetry", "install"]\n', "RUN in JSON form"),
        ('FROM python:3.12\nRUN pip install poetry\nCMD ["sh", "-c", "x", "poetry"]\n', "'poetry' would be left"),
    ],
)
def test_what_is_not_understood_stays_whole(patched: Patch, text: str, why: str) -> None:
    found = patched({"Dockerfile": text})
    assert found["Dockerfile"] == text
    assert [(p, why in m) for p, _, m in found.told] == [("Dockerfile", True)]
    assert found.told[0][1] is not None


REQUIREMENTS = {"requirements/base.txt": "flask==3.0.0\n", "requirements/dev.txt": "-r base.txt\npytest==8.0.0\n"}


@pytest.mark.parametrize(
    ("copy", "install", "copied", "project"),
    [
        ("requirements/base.txt requirements/base.txt", "requirements/base.txt", "pyproject.toml uv.lock ./", ""),
        ("./requirements ./requirements", "requirements/base.txt", "./pyproject.toml ./uv.lock ./", ""),
        ("requirements /opt/requirements", "/opt/requirements/base.txt", "pyproject.toml uv.lock /opt/", "/opt"),
        ("requirements/*.txt /tmp/", "/tmp/base.txt", "pyproject.toml uv.lock /tmp/", "/tmp"),
        ("requirements/base.txt lists/", "lists/base.txt", "pyproject.toml uv.lock lists/", "lists"),
    ],
)
def test_folders_and_patterns_of_requirements(
    patched: Patch, copy: str, install: str, copied: str, project: str
) -> None:
    text = f"FROM python:3.12\nWORKDIR /app\nCOPY {copy}\nRUN pip install -r {install}\nCOPY . .\n"
    found = patched({"Dockerfile": text, **REQUIREMENTS}, setup__cfg="[flake8]\nmax-line-length = 100\n")
    option = f" --project {project}" if project else ""
    assert f"COPY {copied}\n" in found["Dockerfile"]
    assert f"RUN uv sync --locked{option} --no-dev" in found["Dockerfile"]


def test_files_that_went_are_copied_once_and_not_removed(patched: Patch) -> None:
    text = "FROM python:3.12\nWORKDIR /app\nCOPY requirements.txt ./\nCOPY requirements-dev.txt ./\nRUN pip install -r requirements.txt -r requirements-dev.txt && rm requirements*.txt requirements.txt\nCOPY . .\n"
    lists = {"requirements.txt": "flask==3.0.0\n", "requirements-dev.txt": "pytest==8.0.0\n"}
    kept = patched({"Dockerfile": text, **lists}, setup__cfg="[flake8]\n")["Dockerfile"]
    assert kept == text
    found = patched({"Dockerfile": text.replace("requirements*.txt ", ""), **lists}, setup__cfg="[flake8]\n")
    assert found["Dockerfile"].count("COPY pyproject.toml uv.lock ./\n") == 1
    assert "RUN uv sync --locked --no-cache --inexact\nCOPY . .\n" in found["Dockerfile"]


def test_pip3_and_the_comment_above_the_first_copy(patched: Patch) -> None:
    text = "FROM python:3.12\nWORKDIR /app\n# the list first\nCOPY requirements.txt ./\nRUN pip3 install -r requirements.txt\nCOPY . .\n"
    rows = patched({"Dockerfile": text}, requirements__txt="flask==3.0.0\n")["Dockerfile"].splitlines()
    assert rows[2:5] == [
        "RUN pip install --no-cache-dir uv==0.13.9",
        "# the list first",
        "COPY pyproject.toml uv.lock ./",
    ]


def test_an_unknown_python_of_an_old_project_stays(patched: Patch) -> None:
    image = "FROM acme/base:1\nRUN pip install poetry && poetry config virtualenvs.create false\nCOPY . .\nRUN poetry install\n"
    own = '[tool.poetry]\nname = "shop"\nversion = "1"\ndescription = ""\nauthors = []\n[tool.poetry.dependencies]\npython = "^3.{}"\n'
    assert patched({"Dockerfile": image}, pyproject__toml=own.format(6))["Dockerfile"] == image
    assert "uv sync" in patched({"Dockerfile": image}, pyproject__toml=own.format(9))["Dockerfile"]


def test_rye_s_own_python(patched: Patch) -> None:
    image = "FROM debian:12\nRUN curl -sSf https://rye-up.com/get | bash\nWORKDIR /a\nCOPY . .\nRUN rye sync\n"
    own = '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = []\n[tool.rye]\nmanaged = true\n'
    assert patched({"Dockerfile": image}, pyproject__toml=own)["Dockerfile"] == image
    with_python = image.replace("debian:12", "python:3.12")
    assert "uv sync" in patched({"Dockerfile": with_python}, pyproject__toml=own)["Dockerfile"]


def test_an_environment_of_one_s_own_on_the_path(patched: Patch) -> None:
    text = 'FROM python:3.12 AS build\nRUN python -m venv /opt/venv\nENV PATH="/opt/venv/bin:$PATH"\nCOPY requirements.txt ./\nRUN pip install -r requirements.txt\nFROM python:3.12-slim\nCOPY --from=build /opt/venv /opt/venv\n'
    found = patched({"Dockerfile": text}, requirements__txt="flask==3.0.0\n")
    assert "ENV UV_PROJECT_ENVIRONMENT=/opt/venv\n" in found["Dockerfile"]


def test_a_folder_of_the_user_s_own_stays(patched: Patch) -> None:
    text = "FROM python:3.12 AS build\nCOPY requirements.txt ./\nRUN pip install --user -r requirements.txt\nFROM python:3.12\nCOPY --from=build /root/.local /root/.local\n"
    found = patched({"Dockerfile": text}, requirements__txt="flask==3.0.0\n")
    assert found["Dockerfile"] == text
    assert "requirements.txt" in found.files


def test_variables_at_the_end_of_a_list_of_rows(patched: Patch) -> None:
    text = "FROM python:3.12\nENV A=1 \\\n    B=2 \\\n    \\\n    # Poetry\n    POETRY_VERSION=1.8 \\\n    POETRY_HOME=/opt/poetry\n\nRUN pip install poetry\nCOPY . .\nRUN poetry install\n"
    assert patched({"Dockerfile": text})["Dockerfile"].startswith(
        "FROM python:3.12\nENV A=1 \\\n    B=2\n\nRUN pip install"
    )


def test_an_environment_that_sees_the_image_s_packages_stays(patched: Patch) -> None:
    text = "FROM acme/torch:2\nENV POETRY_VIRTUALENVS_OPTIONS_SYSTEM_SITE_PACKAGES=true\nRUN pip install poetry\nCOPY . .\nRUN poetry install\n"
    assert patched({"Dockerfile": text})["Dockerfile"] == text


def test_the_tool_itself_copied_from_another_stage(patched: Patch) -> None:
    text = 'FROM python:3.12 AS a\nENV POETRY_HOME="/root/.local" \\\n    X=1\nENV PATH="$POETRY_HOME/bin:$PATH"\nRUN pip install pipx && pipx install poetry\nWORKDIR /app\nCOPY pyproject.toml poetry.lock ./\nRUN poetry install --no-root\nFROM python:3.12\nCOPY --from=a /root/.local/bin/poetry /root/.local/bin/poetry\n'
    after = patched({"Dockerfile": text})["Dockerfile"]
    assert 'ENV PATH="/root/.local/bin:$PATH"\n' in after
    assert "COPY --from=a /root/.local/bin/uv /root/.local/bin/uv\n" in after


def test_comments_call_nothing(patched: Patch) -> None:
    text = "FROM python:3.12\n#RUN poetry install\nCOPY . .\n"
    found = patched({"Dockerfile": text})
    assert found["Dockerfile"] == text
    assert not found.notes


def test_an_application_is_installed_once(patched: Patch) -> None:
    text = "FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nRUN flask digest\n"
    found = patched({"Dockerfile": text}, requirements__txt="flask==3.0.0\n")
    assert found["Dockerfile"].splitlines()[3:] == [
        "ENV UV_PROJECT_ENVIRONMENT=/usr/local",
        "COPY pyproject.toml uv.lock ./",
        "RUN uv sync --locked --no-cache --inexact",
        "COPY . .",
        "RUN flask digest",
    ]


def test_a_python_of_which_the_folder_is_not_known(patched: Patch) -> None:
    text = "FROM acme/lambda:3\nCOPY requirements.txt ./\nRUN pip install -r requirements.txt\nCOPY . .\n"
    files = {"Dockerfile": text, ".python-version": "3.12\n"}
    found = patched(files, requirements__txt="flask==3.0.0\n")
    prefix = "UV_PROJECT_ENVIRONMENT=\"$(python3 -c 'import sys; print(sys.prefix)')\""
    assert f"RUN {prefix} uv sync --locked --no-cache --inexact\n" in found["Dockerfile"]
    jupyter = {**files, "Dockerfile": text.replace("acme/lambda:3", "jupyter/base-notebook")}
    assert patched(jupyter, requirements__txt="flask==3.0.0\n")["Dockerfile"] == jupyter["Dockerfile"]


def test_a_cache_that_builds_share_where_the_file_knows_such(patched: Patch) -> None:
    text = "# syntax=docker/dockerfile:1\nFROM python:3.12\nRUN pip install poetry\nWORKDIR /app\nCOPY pyproject.toml poetry.lock ./\nRUN poetry install --only main\nCOPY . .\n"
    rows = patched({"Dockerfile": text})["Dockerfile"].splitlines()
    mount = "RUN --mount=type=cache,target=/root/.cache/uv uv sync --locked --no-dev"
    assert rows[5:9] == [
        "ENV UV_LINK_MODE=copy",
        f"{mount} --no-install-project",
        'ENV PATH="/app/.venv/bin:$PATH"',
        "COPY . .",
    ]
    assert rows[9] == mount


def test_an_image_without_the_tool_stays(patched: Patch) -> None:
    text = "FROM python:3.12\nRUN pip install flask\n"
    assert patched({"Dockerfile": text})["Dockerfile"] == text


def test_governed_where_the_configuration_gives_the_digests(patched: Patch) -> None:
    digest = "sha256:" + "0" * 64
    text = "FROM python:3.12 AS a\nRUN pip install poetry\nWORKDIR /app\nCOPY pyproject.toml poetry.lock ./\nRUN poetry install --no-root\nCOPY . .\n"
    config = Config(uv_image=f"registry.example/acme/uv:0.13.9@{digest}", image_digests={"python:3.12": digest})
    found = patched({"Dockerfile": text}, config)
    rows = found["Dockerfile"].splitlines()
    assert rows[:2] == [
        f"FROM python:3.12@{digest} AS a",
        f"COPY --from=registry.example/acme/uv:0.13.9@{digest} /uv /uvx /bin/",
    ]
    assert "pip install" not in found["Dockerfile"]
    assert found.image.grade == "L3", found.image.reasons


def test_the_configuration_of_images() -> None:
    digest = "sha256:" + "0" * 64
    found = parse(f'[uv]\nimage = "registry.example/uv:1"\n[images]\n"python:3.12" = "{digest}"\n')
    assert (found.uv_image, found.image_digests) == ("registry.example/uv:1", {"python:3.12": digest})
    for text in ('[uv]\nimage = "a b"\n', '[images]\n"python:3.12" = "latest"\n'):
        with pytest.raises(ConfigError):
            parse(text)


def test_several_sources_go_to_a_folder_that_says_so(patched: Patch) -> None:
    image = "FROM python:3.12\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .\n"
    assert (
        "COPY pyproject.toml uv.lock ./\n"
        in patched({"Dockerfile": image}, requirements__txt="flask==3.0.0\n")["Dockerfile"]
    )


def test_an_image_whose_base_brings_poetry(patched: Patch) -> None:
    image = "FROM acme/base:1\nWORKDIR /app\nCOPY . .\nRUN poetry install\n"
    found = patched({"Dockerfile": image})
    assert found["Dockerfile"] == image
    assert [(r.blocker.code, r.blocker.line) for r in found.migration.refusals] == [("shared-image", 1)]
    config = Config(uv_image="acme/uv:0.13.9@sha256:" + "0" * 64)
    assert "COPY --from=acme/uv:0.13.9" in patched({"Dockerfile": image}, config)["Dockerfile"]


def test_an_image_that_takes_the_old_tool_out_again(patched: Patch) -> None:
    image = (
        "FROM python:3.12\nRUN pip install poetry && poetry config virtualenvs.create false\nCOPY . /code\n"
        "WORKDIR /code\nRUN poetry install --only main\nRUN pip uninstall -y poetry\nRUN rm -f pyproject.toml poetry.lock\n"
    )
    found = patched({"Dockerfile": image})
    assert not found.migration.refusals
    assert "uninstall" not in found["Dockerfile"]
    assert "RUN rm -f pyproject.toml uv.lock\n" in found["Dockerfile"]
    other = image.replace("pip uninstall -y poetry", "pip uninstall -y poetry six")
    assert [r.blocker.code for r in patched({"Dockerfile": other}).migration.refusals] == ["shared-image"]


def test_a_start_command_in_json_over_several_lines(patched: Patch) -> None:
    image = (
        "FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN pip install poetry\nRUN poetry install\n"
        'ENTRYPOINT ["sh", "-c", "\\\npoetry run python work.py & \\\npoetry run flask run \\\n"]\n'
    )
    found = patched({"Dockerfile": image})
    assert not found.migration.refusals
    assert '"\\\nuv run --no-sync python work.py & \\\nuv run --no-sync flask run \\\n"]\n' in found["Dockerfile"]
