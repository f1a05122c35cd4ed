from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.giturl import normalise, redacted

SAME = [
    "https://git.example/acme/api",
    "https://git.example/acme/api.git",
    "https://git.example/acme/api/",
    "https://git.example/acme/api.git/",
    "https://git.example:443/acme/api",
    "https://user@git.example/acme/api",
    "https://user:s3cret@git.example/acme/api.git",
    "https://oauth2:gl@pat@git.example/acme/api.git",
    "https://${TOKEN}@git.example/acme/api.git",
    "https://GIT.Example/acme/api",
    "https://git.example./acme/api",
    "https://git.example//acme//api",
    "https://git.example/acme/api?ref=main",
    "https://git.example/acme/api#readme",
    "  https://git.example/acme/api.git\n",
    "http://git.example/acme/api",
    "http://git.example:80/acme/api",
    "git://git.example/acme/api.git",
    "git://git.example:9418/acme/api.git",
    "ssh://git@git.example/acme/api.git",
    "ssh://git@git.example:22/acme/api.git",
    "ssh://git.example/acme/api",
    "ssh://git@git.example/~/acme/api",
    "git+ssh://git@git.example/acme/api.git",
    "git+https://git.example/acme/api.git",
    "ssh+git://git@git.example/acme/api",
    "HTTPS://git.example/acme/api",
    "git@git.example:acme/api.git",
    "git@git.example:/acme/api.git",
    "git@Git.Example:acme/api",
    "git.example:acme/api.git",
    "user:token@git.example:acme/api.git",
    "https://git.example/acme/%61pi.git",
]

OTHERS = {
    "https://git.example:8443/acme/api": "git.example:8443/acme/api",
    "ssh://git@git.example:7999/scm/acme/api.git": "git.example:7999/scm/acme/api",
    "https://git.example/Acme/API.git": "git.example/Acme/API",
    "https://git.example/a/b/c/d.git": "git.example/a/b/c/d",
    "https://git.example/acme/My%20Project/_git/api": "git.example/acme/My Project/_git/api",
    "ssh://git@[2001:DB8::1]:22/acme/api": "[2001:db8::1]/acme/api",
    "git@[2001:db8::1]:acme/api": "[2001:db8::1]/acme/api",
    "git@10.0.0.7:acme/api.git": "10.0.0.7/acme/api",
    "localhost:acme/api.git": "localhost/acme/api",
    "https://git.example/~someone/api": "git.example/~someone/api",
    "https://git.example/api": "git.example/api",
}

NOTHING = [
    "",
    "   ",
    "/srv/git/api.git",
    "./api",
    "../api",
    "~/api",
    "api",
    "acme/api",
    "file:///srv/git/api.git",
    "C:\\git\\api",
    "C:/git/api",
    "https://",
    "https:///acme/api",
    "https://git.example",
    "https://git.example/",
    "https://git.example:port/acme/api",
    "https://git.example/../api",
    "https://git.example/%2e%2e/api",
    "https://git.example/a%00b",
    "ext::sh -c touch% x",
    "--upload-pack=touch x",
    "-oProxyCommand=x:acme/api",
    "git@git.example:",
    "https://git.example/acme api",
    "https://git.example/acme/\x1b[31m",
    "bundle.example://x/y",
    "transport::https://git.example/acme/api",
    "https://" + "a" * 5000,
]


@pytest.mark.parametrize("url", SAME)
def test_one_repository_many_spellings(url: str) -> None:
    assert normalise(url) == "git.example/acme/api"


@pytest.mark.parametrize(("url", "expected"), OTHERS.items())
def test_what_makes_a_difference(url: str, expected: str) -> None:
    assert normalise(url) == expected


@pytest.mark.parametrize("url", NOTHING)
def test_what_is_no_remote(url: str) -> None:
    assert normalise(url) is None


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:s3cret@git.example/a.git?private_token=s3cret#s3cret", "https://git.example/a.git"),
        ("https://s3cret@git.example/a.git", "https://git.example/a.git"),
        ("ssh://git@git.example/a.git", "ssh://git@git.example/a.git"),
        ("ssh://git:s3cret@git.example/a.git", "ssh://git.example/a.git"),
        ("git@git.example:a.git", "git@git.example:a.git"),
        ("git:s3cret@git.example:a.git", "git.example:a.git"),
        ("/srv/git/a.git", "/srv/git/a.git"),
        ("helper::https://user:s3cret@git.example/a.git", "helper::https://***@git.example/a.git"),
    ],
)
def test_shown_without_secrets(url: str, shown: str) -> None:
    assert redacted(url) == shown


@given(st.text(max_size=200))
def test_anything(text: str) -> None:
    found = normalise(text)
    redacted(text)
    if found is not None:
        assert "/" in found
        assert normalise(f"https://{found}") is not None or "%" in found or "?" in found or "#" in found or " " in found


@given(st.from_regex(r"[a-z]{1,8}:[a-zA-Z0-9]{6,20}@", fullmatch=True))
def test_no_user_information_is_left(user: str) -> None:
    for url in (
        f"https://{user}git.example/acme/api",
        f"ssh://{user}git.example/acme/api",
        f"{user}git.example:acme/api",
    ):
        assert normalise(url) == "git.example/acme/api"
        assert user not in redacted(url)
