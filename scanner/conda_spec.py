"""Conda's match specifications (``numpy=1.26``, ``conda-forge::gdal >=3.8,<4``) in the words of PEP 440.

Conda's grammar: bare versions and ``==`` are exact, a single ``=`` means "this series" (``=1.26`` is ``==1.26.*``),
``name=version=build`` is exact, ``|`` is "or". What PEP 440 cannot say has no specifier (``None``), never a near one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from packaging.specifiers import InvalidSpecifier, SpecifierSet

MAX_LENGTH = 500

_SPEC = re.compile(
    r"(?:(?P<channel>[^\s:\[=<>!~]{1,200})::?(?::)?)?(?P<name>[A-Za-z0-9_][A-Za-z0-9_.-]{0,200})(?P<rest>.*)", re.DOTALL
)
_BRACKET = re.compile(
    r"(?P<key>\w{1,40})\s?=\s?(?:(?P<quote>['\"])(?P<quoted>[^'\"]{0,200})(?P=quote)|(?P<bare>[^'\",\]]{1,200}))"
)
_VERSION = re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,20}){0,20}(?:\.\*|\.?(?:a|b|rc|dev|post)[0-9]{1,20}){0,2}")
_CLAUSE = re.compile(r"(?P<operator>==|!=|>=|<=|~=|>|<|=)?\s*(?P<version>[^\s=<>!~|,]{1,100})")


@dataclass(frozen=True, slots=True, kw_only=True)
class CondaSpec:
    """A match specification; ``specifier`` is ``""`` for any version and ``None`` where PEP 440 has no words for it.

    ``version`` is the version expression as written, without a leading ``=`` or ``==``.
    """

    name: str
    version: str
    specifier: str | None
    channel: str | None = None
    build: str | None = None


@lru_cache(maxsize=1 << 15)
def parse(text: str) -> CondaSpec | None:
    """Read one match specification; ``None`` when it is none (an address, a template, nonsense)."""
    text = text.strip()
    if len(text) > MAX_LENGTH or "://" in text or (found := _SPEC.fullmatch(text)) is None:
        return None
    version, build = _version_and_build(found["rest"].strip())
    return CondaSpec(
        name=found["name"],
        version=version.lstrip("=").strip(),
        channel=found["channel"],
        build=build,
        specifier=specifier(version),
    )


def specifier(version: str) -> str | None:
    """A conda version expression as PEP 440 text, as far as that is possible without changing what it admits."""
    clauses = [_clause(part.strip()) for part in version.split(",") if part.strip()]
    if len(version) > MAX_LENGTH or "|" in version or None in clauses:
        return None
    return ",".join(clause for clause in clauses if clause)


def _version_and_build(rest: str) -> tuple[str, str | None]:
    version, bracket, options = rest.partition("[")
    version = version.strip()
    if bracket:
        named = {m["key"]: m["quoted"] or m["bare"] or "" for m in _BRACKET.finditer(options)}
        return named.get("version", version), named.get("build")
    series = re.fullmatch(r"=(?!=)\s?([^\s=]+)(?:=([^\s=]+))?", version)
    if series is not None and series[2] is not None:
        return series[1], series[2]
    exact = re.fullmatch(r"(==[^\s=]+)=([^\s=]+)", version) or re.fullmatch(
        r"([^\s=<>!~|,]+)\s([^\s=<>!~|,]+)", version
    )
    if exact is not None:
        return exact[1], exact[2]
    return version, None


def _clause(text: str) -> str | None:
    found = _CLAUSE.fullmatch(text)
    if found is None:
        return None
    operator, version = found["operator"] or "==", found["version"]
    if version == "*":
        return "" if operator in ("==", "=", ">=") else None
    series = version.removesuffix("*").removesuffix(".") if version.endswith("*") else None
    if operator == "=":
        operator, version = "==", f"{series or version}.*"
    elif series is not None:
        version = f"{series}.*" if operator in ("==", "!=") else series
    if _VERSION.fullmatch(version) is None:
        return None  # as in openssl's 1.1.1q or tzdata's 2024a: PEP 440 would order them otherwise
    clause = operator + version
    try:
        SpecifierSet(clause)
    except (InvalidSpecifier, ValueError):
        return None
    return clause


_SYSTEMS = {
    "linux": "sys_platform == 'linux'",
    "osx": "sys_platform == 'darwin'",
    "win": "sys_platform == 'win32'",
    "unix": "sys_platform != 'win32'",
}
_MACHINES = {"64": "x86_64", "aarch64": "aarch64", "arm64": "arm64", "ppc64le": "ppc64le"}


def platform_marker(platform: str) -> str | None:
    """A conda platform (``linux-64``, ``osx``, ``unix``) as a PEP 508 marker; ``None`` for what is none."""
    system, _, machine = platform.partition("-")
    marker, known = _SYSTEMS.get(system), _MACHINES.get(machine)
    return f"{marker} and platform_machine == '{known}'" if marker and known and system != "win" else marker
