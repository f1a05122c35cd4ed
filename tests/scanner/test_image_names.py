from __future__ import annotations

import pytest

from scanner.image_names import parse_image, python_of, tool_version


@pytest.mark.parametrize(
    ("text", "name", "tag", "digest"),
    [
        ("python", "python", None, None),
        ("python:3.11-slim", "python", "3.11-slim", None),
        ("registry.example:5000/a/b", "registry.example:5000/a/b", None, None),
        ("registry.example:5000/a/b:1@sha256:ab", "registry.example:5000/a/b", "1", "sha256:ab"),
        ("a@sha256:ab", "a", None, "sha256:ab"),
        ("${IMAGE:-python}", "${IMAGE:-python}", None, None),
        ("python:${V}", "python", "${V}", None),
        ("", "", None, None),
    ],
)
def test_parse_image(text: str, name: str, tag: str | None, digest: str | None) -> None:
    found = parse_image(text)
    assert (found.name, found.tag, found.digest) == (name, tag, digest)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("python:3.11-slim", "3.11"),
        ("docker.io/library/python:3.12.1-alpine3.19@sha256:ab", "3.12.1"),
        ("python:3", "3"),
        ("python:latest", None),
        ("python", None),
        ("python:${V}", None),
        ("python:3.13-rc-slim", "3.13"),
        ("pypy:3.10", "3.10"),
        ("ghcr.io/astral-sh/uv:python3.12-bookworm-slim", "3.12"),
        ("ghcr.io/astral-sh/uv:0.8.1", None),
        ("quay.io/x/notebook:cuda12-python-3.11.8", "3.11.8"),
        ("mcr.microsoft.com/devcontainers/python:1-3.11-bullseye", "3.11"),
        ("mcr.microsoft.com/vscode/devcontainers/python:0-3.9", "3.9"),
        ("public.ecr.example/lambda/python:3.11", "3.11"),
        ("registry.example/ubi9/python-312", "3.12"),
        ("cimg/python:3.10.2", "3.10.2"),
        ("registry.example/playwright/python:v1.60.0-noble", None),
        ("registry.example/team/python:12", None),
        ("node:20", None),
        ("postgres:16.1", None),
    ],
)
def test_python_of(text: str, expected: str | None) -> None:
    assert python_of(text) == expected


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("registry.example/x/poetry-docker:1.7.1-3.10", "1.7.1"),
        ("python-poetry:3.9-slim-1.2.1", "1.2.1"),
        ("x/python-poetry:py3.11-1.6.0", "1.6.0"),
        ("python:3.11-poetry1.7", "1.7"),
        ("python-poetry:1.6.0-poetry1.7.1-python3.11", "1.7.1"),
        ("python-poetry:latest", None),
        ("python:3.11", None),
        ("poetry", None),
    ],
)
def test_tool_version(text: str, version: str | None) -> None:
    assert tool_version(text, "poetry") == version
