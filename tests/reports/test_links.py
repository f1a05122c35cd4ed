from __future__ import annotations

import pytest

from reports.links import address, template
from rules.examples import a_repository

COMMIT = "0" * 40


@pytest.mark.parametrize(
    ("remote", "links", "expected"),
    [
        ("github.com/acme/shop", {}, f"https://github.com/acme/shop/blob/{COMMIT}/a%20b/c.toml#L7"),
        ("gitlab.acme.example/g/sub/shop", {}, f"https://gitlab.acme.example/g/sub/shop/-/blob/{COMMIT}/a%20b/c.toml#L7"),
        ("bitbucket.org/acme/shop", {}, f"https://bitbucket.org/acme/shop/src/{COMMIT}/a%20b/c.toml#lines-7"),
        ("git.example/acme/shop", {}, None),
        ("git.example/acme/shop", {"git.example": "github"}, f"https://git.example/acme/shop/blob/{COMMIT}/a%20b/c.toml#L7"),
        ("git.example/acme/shop", {"*": "https://code.example/{path}/{file}?at={commit}&l={line}"}, f"https://code.example/acme/shop/a%20b/c.toml?at={COMMIT}&l=7"),
        ("git.example/acme/shop", {"*": "javascript:alert('{file}')"}, None),
        (None, {}, None),
        ("github.com/a'\"><b/c", {}, f"https://github.com/a%27%22%3E%3Cb/c/blob/{COMMIT}/a%20b/c.toml#L7"),
    ],
)  # fmt: skip
def test_addresses(remote: str | None, links: dict[str, str], expected: str | None) -> None:
    repository = a_repository("shop", id="/fleet/shop", remote=remote)
    assert address(template(repository, links), "a b/c.toml", 7) == expected


def test_without_a_line_the_address_is_the_file() -> None:
    made = template(a_repository(remote="github.com/acme/shop"), {})
    assert address(made, "x", None) == f"https://github.com/acme/shop/blob/{COMMIT}/x"


def test_a_mirror_is_linked_by_its_id_where_its_host_has_a_template() -> None:
    mirror = a_repository(id="git.example/acme/shop", remote=None)
    assert template(mirror, {}) is None
    assert template(mirror, {"git.example": "gitlab"}) is not None


def test_without_a_commit_nothing_is_linked() -> None:
    assert template(a_repository(remote="github.com/acme/shop", commit=None), {}) is None
