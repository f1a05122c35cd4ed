"""Credentials out of text, before anything is stored.

What counts: user information in addresses, secret query parameters, and the well-known shapes of tokens. References to
variables (``${TOKEN}``, ``$TOKEN``, ``%(TOKEN)s``, ``{{ token }}``) are no secrets and stay readable, and so does the
bare user of an ssh address (``git@host``).
"""

from __future__ import annotations

import re

MASK = "***"

_USERINFO = re.compile(
    r"(?P<scheme>\b[A-Za-z][A-Za-z0-9+.-]{0,20}://)(?P<userinfo>[^/?#\s'\"<>]{1,2000})@(?=[^/?#\s@]*)"
)
_SECRET_QUERY = re.compile(
    r"(?P<key>[?&;](?:access_token|auth|api_?key|key|password|passwd|private_token|secret|sig|signature|token)=)(?P<value>[^&#\s'\"]+)",
    re.IGNORECASE,
)
_TOKEN = re.compile(
    r"\b(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255}|glpat-[A-Za-z0-9_-]{18,255}|pypi-[A-Za-z0-9_-]{40,300}"
    r"|xox[abprs]-[A-Za-z0-9-]{10,255}|AKIA[0-9A-Z]{16}|eyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{5,2000})"
)
_ASSIGNMENT = re.compile(
    r"(?P<key>\b[A-Za-z0-9_.-]{0,60}(?:password|passwd|secret|token|api_?key|access_?key)[A-Za-z0-9_]{0,20}\s{0,4}[=:]\s{0,4})(?P<quote>['\"]?)(?P<value>[^\s'\"]{4,500})(?P=quote)",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"(?:\$\{\{[^}]*\}\}|\$\{[^}]*\}|\$\([^)]*\)|\$[A-Za-z_]\w*|%\([^)]*\)s|%[A-Za-z_]\w*%|\{\{[^}]*\}\}|<[^>]*>|\*+)"
)


def _is_placeholder(text: str) -> bool:
    return not _PLACEHOLDER.sub("", text).strip(":")


_KNOWN_USERS = frozenset(
    {"git", "aws", "oauth2", "oauth2accesstoken", "x-access-token", "x-token-auth", "__token__", "_json_key", "token"}
)
_TOKEN_SHAPE = re.compile(r"(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9_.~%+-]{16,}|[0-9a-fA-F]{20,}")


def _secret_userinfo(scheme: str, userinfo: str) -> bool:
    """Whether user information is secret: a literal password, or a lone user that has the shape of a token."""
    user, colon, password = userinfo.partition(":")
    if colon and password:
        return not _is_placeholder(password)
    if scheme.lower() in {"ssh://", "git+ssh://", "git://"} or user.lower() in _KNOWN_USERS or _is_placeholder(user):
        return False
    return _TOKEN_SHAPE.fullmatch(user) is not None


def has_credentials(text: str) -> bool:
    """Whether ``text`` holds a literal secret (see the module's text for what counts)."""
    return redact(text) != text


def redact(text: str) -> str:
    """``text`` with every literal secret replaced by ``***``; text without secrets comes back unchanged."""
    if "@" in text and "://" in text:
        text = _USERINFO.sub(_mask_userinfo, text)
    if "=" in text:
        text = _SECRET_QUERY.sub(_mask_value, text)
    return _TOKEN.sub(MASK, text)


def redact_line(text: str) -> str:
    """As :func:`redact`, and values assigned to names that speak of secrets go too: for quoted lines and messages."""
    text = redact(text)
    return _ASSIGNMENT.sub(
        lambda m: m[0] if _is_placeholder(m["value"]) else f"{m['key']}{m['quote']}{MASK}{m['quote']}", text
    )


def _mask_userinfo(match: re.Match[str]) -> str:
    scheme, userinfo = match["scheme"], match["userinfo"]
    return f"{scheme}{MASK}@" if _secret_userinfo(scheme, userinfo) else match[0]


def _mask_value(match: re.Match[str]) -> str:
    return match[0] if _is_placeholder(match["value"]) else f"{match['key']}{MASK}"
