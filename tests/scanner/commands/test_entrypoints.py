from __future__ import annotations

from collections.abc import Mapping

import pytest

from scanner.commands.classify import classify_repository
from scanner.commands.lookup import build_lookup
from scanner.formats import formats_for
from scanner.inventory import Command

FILES = {
    "shop/pyproject.toml": '[project]\nname = "shop"\nversion = "1"\ndependencies = ["requests"]\n',
    "shop/uv.lock": 'version = 1\nrequires-python = ">=3.11"\n',
    "shop/requirements.txt": "requests\n",
    "requirements.txt": "django\n",
}
BASE = "FROM python:3.12\nWORKDIR /srv\n"


def of_script(script: str, images: Mapping[str, str], path: str = "docker/start.sh") -> list[Command]:
    files = {**FILES, path: f"#!/bin/sh\n{script}\n", **images}
    extracts = {}
    for name, text in files.items():
        for form in formats_for(name):
            if (extract := form.read(name, text)) is not None:
                extracts[name] = extract
                break
    lookup = build_lookup(extracts, frozenset(files), (".", "shop"), (".", "shop"))
    return [c for c in classify_repository(extracts, lookup) if c.path == path and c.kind == "install"]


@pytest.mark.parametrize(
    "end",
    [
        'COPY docker/start.sh /start.sh\nENTRYPOINT ["/start.sh"]\n',
        "COPY docker/start.sh .\nCMD bash start.sh\n",
        'COPY docker/start.sh /usr/local/bin/\nENTRYPOINT ["tini", "--", "start.sh"]\nCMD ["serve"]\n',
    ],
)
def test_a_script_works_in_the_folder_of_the_image_that_starts_it(end: str) -> None:
    (run,) = of_script("uv run serve", {"docker/Dockerfile": f"{BASE}COPY shop/ ./\n{end}"})
    assert (run.because, run.project, run.context) == ("from shop/uv.lock", "shop", "script")
    (pip,) = of_script("pip install -r requirements.txt", {"docker/Dockerfile": f"{BASE}COPY shop/ ./\n{end}"})
    assert (pip.source, pip.project) == ("shop/requirements.txt", "shop")


def test_only_the_files_that_are_copied_are_there() -> None:
    single = BASE + "COPY shop/requirements.txt docker/start.sh ./\nCMD ./start.sh\n"
    (pip,) = of_script("pip install -r requirements.txt", {"Dockerfile": single})
    assert pip.source == "shop/requirements.txt"


@pytest.mark.parametrize(
    "images",
    [
        {"Dockerfile": BASE + "COPY docker/start.sh /\nCMD /start.sh\n"},
        {
            "Dockerfile": BASE + "COPY shop docker/start.sh ./\nCMD ./start.sh\n",
            "all.Dockerfile": BASE + "COPY . .\nCMD docker/start.sh\n",
        },
        {},
    ],
)
def test_where_nobody_can_tell_the_root_is_meant(images: dict[str, str]) -> None:
    (pip,) = of_script("pip install -r requirements.txt", images)
    assert pip.source == "requirements.txt"


def test_a_script_that_compose_starts_finds_what_is_mounted_where_it_goes() -> None:
    compose = (
        "services:\n  web:\n    image: other/base\n    volumes: ['./shop:/srv/shop']\n    command: /srv/shop/start.sh\n"
    )
    script = "cd /srv/shop\npip install -r requirements.txt"
    runs = of_script(script, {"compose.yml": compose}, "shop/start.sh")
    assert {(run.source, run.project) for run in runs} == {("shop/requirements.txt", "shop")}
    assert {run.context for run in runs} == {"script", "task"}
