"""Ranges of versions as functions, the versions that tell two of them apart, and the environments that are tried.

Part of ``check_patches.py``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from checked_locks import linux
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

Range = Callable[[Version], bool]


PYTHONS = [f"3.{minor}.9" for minor in range(7, 15)]


PLATFORMS = {
    "linux": {},
    "darwin": {"sys_platform": "darwin", "platform_system": "Darwin", "platform_machine": "arm64"},
    "win32": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "platform_machine": "AMD64"},
}


def everything(_: Version) -> bool:
    """The range of ``*``."""
    return True


def pep440(text: str) -> Range:
    """A specifier's range; pre-releases count as any version."""
    try:
        wanted = SpecifierSet(text)
    except InvalidSpecifier:
        return everything
    return lambda version: wanted.contains(version, prereleases=True)


def poetry_range(text: str) -> Range:
    """Poetry's ``^``, ``~``, ``*``, ``||``, blanks and commas."""
    parts = [poetry_all(part) for part in re.split(r"\s*\|\|?\s*", text.strip())]
    return lambda version: any(part(version) for part in parts)


def poetry_all(text: str) -> Range:
    """Clauses that all have to hold."""
    words = [w for w in re.split(r"\s*,\s*|(?<=[\w*.+!])\s+(?=[<>=!~^\d])", text.strip()) if w]
    single = [poetry_one(word) for word in words]
    return lambda version: all(one(version) for one in single)


def poetry_one(text: str) -> Range:
    """One clause: ``^1.2``, ``~1.2``, ``1.2``, ``1.*``, ``>=1``."""
    match = re.match(r"(\^|~=|~|===|==|!=|>=|<=|>|<|=)?\s*v?(.*)$", text.strip())
    sign, body = (match[1] or "", match[2].strip()) if match else ("", text)
    if body in ("*", "", "x", "X"):
        return everything
    numbers = [int(n) for n in re.findall(r"\d+", re.split(r"[a-zA-Z*+-]", body.split("!")[-1])[0])]
    if sign == "^" and numbers:
        at = next((i for i, n in enumerate(numbers) if n), len(numbers) - 1)
        high = [*numbers[:at], numbers[at] + 1]
    elif sign == "~" and numbers:
        high = [numbers[0], numbers[1] + 1] if len(numbers) > 1 else [numbers[0] + 1]
    elif sign in ("", "=", "=="):
        return pep440("==" + body.replace(".x", ".*"))
    else:
        return pep440(sign + body)
    try:
        low, top = Version(body), Version(".".join(map(str, high)))
    except InvalidVersion:
        return everything
    return lambda version: low <= version and (version < top and Version(version.base_version) < top)


def poetry_python(text: str) -> str:
    """Poetry's ``python`` of one dependency as a marker over the Pythons that are tried."""
    admits = poetry_range(text)
    fitting = [f"python_full_version == '{python}'" for python in PYTHONS if admits(Version(python))]
    return " or ".join(fitting) or "python_version < '3'"


def probes(texts: Iterable[str]) -> list[Version]:
    """Versions around every number that the texts name."""
    found: set[Version] = {Version(v) for v in ("0.0.1", "0.1", "1.0", "2.0", "5.0", "50.0", "3000.1")}
    for text in texts:
        for number in re.findall(r"\d+(?:\.\d+)*(?:(?:a|b|rc|\.?post|\.?dev)\d+)?", text):
            try:
                version = Version(number)
            except InvalidVersion:
                continue
            release = list(version.release)
            found.add(version)
            for at in range(min(len(release) + 1, 4)):
                up = [*release, 0, 0, 0][: max(at + 1, 1)]
                up[at] += 1
                found.add(Version(".".join(map(str, up))))
                down = list(up)
                down[at] -= 2
                if down[at] >= 0:
                    found.add(Version(".".join(map(str, down)) + ".99"))
    return sorted(found)


def environments(pythons: Range | None) -> Iterator[tuple[str, dict[str, str]]]:
    """Each platform with each Python that the project admits."""
    for python in PYTHONS:
        if pythons is None or pythons(Version(python)):
            for name, change in PLATFORMS.items():
                yield f"{name}, Python {python}", {**linux(python), **change}
