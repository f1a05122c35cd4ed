from __future__ import annotations

import pytest

from scanner.commands.image_builds import compose_services, image_build
from scanner.facts import Invocation, Location


def command(text: str, directory: str | None = ".") -> Invocation:
    return Invocation(argv=tuple(text.split()), at=Location(path="ci.yml", line=1), context="ci", directory=directory)


@pytest.mark.parametrize(
    ("text", "directory", "expected"),
    [
        ("docker build .", ".", ("Dockerfile", ".")),
        ("docker build -t x api", ".", ("api/Dockerfile", "api")),
        ("docker build -f services/api/Dockerfile .", ".", ("services/api/Dockerfile", ".")),
        ("docker build . -f docker/Dockerfile.prod", "sub", ("sub/docker/Dockerfile.prod", "sub")),
        ("docker buildx build --push --platform linux/amd64 -t x .", ".", ("Dockerfile", ".")),
        ("podman build --file=Containerfile ..", "a/b", ("a/b/Containerfile", "a")),
        ("buildah bud -f x/Dockerfile .", ".", ("x/Dockerfile", ".")),
        ("/kaniko/executor --context dir://. --dockerfile api/Dockerfile", ".", ("api/Dockerfile", ".")),
        ("docker build https://git.example/x.git", ".", None),
        ("docker build -f $FILE .", ".", None),
        ("docker build ../..", "a", None),
        ("docker run x", ".", None),
        ("docker build .", None, None),
        ("docker build .", "/app", None),
    ],
)
def test_image_build(text: str, directory: str | None, expected: tuple[str, str] | None) -> None:
    found = image_build(command(text, directory))
    assert ((found.dockerfile, found.context) if found is not None else None) == expected


def test_target() -> None:
    found = image_build(command("docker build --target=prod ."))
    assert found is not None
    assert found.target == "prod"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("docker compose up -d", ((), None)),
        ("docker-compose -f local.yml run --rm web pytest", (("local.yml",), "web")),
        ("docker compose -f a.yml -f b.yml build", (("a.yml", "b.yml"), None)),
        ("docker compose exec -e A=1 web pytest", ((), "web")),
        ("docker compose down", None),
        ("docker compose", None),
        ("docker run x", None),
    ],
)
def test_compose_services(text: str, expected: tuple[tuple[str, ...], str | None] | None) -> None:
    assert compose_services(command(text)) == expected
