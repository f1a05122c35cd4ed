from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.redact import has_credentials, redact, redact_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://user:secret@pypi.example/simple", "https://***@pypi.example/simple"),
        ("-i https://a:b@pypi.example/simple --pre", "-i https://***@pypi.example/simple --pre"),
        ("git+https://0123456789abcdef0123456789abcdef01234567@git.example/a.git", "git+https://***@git.example/a.git"),
        ("https://pypi.example/simple?token=abc&x=1", "https://pypi.example/simple?token=***&x=1"),
        ("token ghp_0123456789abcdefghijABCDEFGHIJ012345", "token ***"),
        ("https://us%40er:p%40ss@pypi.example/", "https://***@pypi.example/"),
    ],
)
def test_secrets_go(text: str, shown: str) -> None:
    assert redact(text) == shown
    assert has_credentials(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://pypi.example/simple",
        "git+ssh://git@git.example/acme/x.git",
        "https://${USER}:${PASSWORD}@pypi.example/simple",
        "https://oauth2accesstoken@pypi.example/simple",
        "https://deploy@git.example/acme/x.git",
        "https://${{ secrets.TOKEN }}@git.example/x",
        "mail to someone@pypi.example",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text
    assert not has_credentials(text)


def test_assignments_in_quoted_lines() -> None:
    assert redact_line('password = "hunter22"') == 'password = "***"'
    assert redact_line("API_TOKEN: ${TOKEN}") == "API_TOKEN: ${TOKEN}"


@given(st.text(max_size=200))
def test_any_text_is_stable(text: str) -> None:
    assert redact(redact(text)) == redact(text)


@given(st.from_regex(r"[a-z]{1,10}:[A-Za-z0-9]{6,30}", fullmatch=True))
def test_no_password_survives(userinfo: str) -> None:
    shown = redact(f"x https://{userinfo}@pypi.example/simple y")
    assert userinfo.partition(":")[2] not in shown.replace("https", "")
