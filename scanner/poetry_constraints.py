"""Poetry's version constraints (``^1.2``, ``~1.2``, ``1.*``, ``>=1 <2``, ``^2.7 || ^3.5``) in terms of PEP 440.

Rules from poetry-core's constraint parser: alternatives are parted by ``||`` or ``|``, clauses by comma or white space,
a bare version means exactly that version, ``^`` allows what leaves the first non-zero part alone, ``~`` what leaves the
second one alone. Purely textual: no version is ever looked up.
"""

from __future__ import annotations

import re
from functools import lru_cache

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

LENGTH_LIMIT = 500

_CLAUSE = re.compile(
    r"(?P<operator>\^|~=|~|===|==|=|!=|<>|<=|>=|<|>)?[ \t]{0,8}(?P<version>[vV]?[0-9][^\s,|]{0,100}|\*)"
)
_SEPARATOR = re.compile(r"[\s,]{1,50}")
_WILDCARD = re.compile(r"(?P<prefix>[0-9]{1,9}(?:\.[0-9]{1,9}){0,3})(?:\.[*xX]){1,3}")


def specifier(constraint: str) -> str | None:
    """``constraint`` as one PEP 440 specifier (``""``: any version); ``None`` if PEP 440 cannot say it."""
    found = alternatives(constraint)
    if not found:
        return None
    return found[0] if len(found) == 1 else _merged(found)


@lru_cache(maxsize=4096)
def alternatives(constraint: str) -> tuple[str, ...]:
    """The alternatives of ``constraint``, each a PEP 440 specifier; none at all when it cannot be read."""
    if len(constraint) > LENGTH_LIMIT:
        return ()
    parts = [_conjunction(part.strip()) for part in re.split(r"\|{1,2}", constraint)]
    return tuple(part for part in parts if part is not None) if None not in parts else ()


def admits(constraint: str, version: str) -> bool | None:
    """Whether ``constraint`` admits ``version``; ``None`` when either cannot be read."""
    found = alternatives(constraint)
    try:
        wanted = Version(version)
        return any(SpecifierSet(part).contains(wanted, prereleases=True) for part in found) if found else None
    except (InvalidVersion, InvalidSpecifier, ValueError):
        return None


def python_marker(constraint: str) -> str | None:
    """The marker that a dependency's ``python = …`` means; ``""`` for any Python, ``None`` if it is unreadable."""
    found = alternatives(constraint)
    if not found:
        return None
    if "" in found:
        return ""
    texts = [_python_clauses(part) for part in found]
    return texts[0] if len(texts) == 1 else " or ".join(f"({text})" if " and " in text else text for text in texts)


def _conjunction(text: str) -> str | None:
    clauses: list[str] = []
    position = 0
    if text in ("", "*"):
        return "" if text else None
    while position < len(text):
        found = _CLAUSE.match(text, position)
        clause = _clause(found["operator"] or "", found["version"]) if found else None
        if found is None or clause is None:
            return None
        clauses += [clause] if clause else []
        position = found.end()
        if position < len(text):
            gap = _SEPARATOR.match(text, position)
            if gap is None:
                return None
            position = gap.end()
    return ",".join(clauses)


def _clause(operator: str, text: str) -> str | None:
    if text == "*":
        return "" if operator in ("", "=", "==", ">=", "^", "~") else None
    if (wildcard := _WILDCARD.fullmatch(text.lstrip("vV"))) is not None:
        return _wildcard(operator, wildcard["prefix"])
    try:
        version = Version(text)
    except (InvalidVersion, ValueError):
        return None
    release = version.release
    match operator:
        case "^":
            return f">={version},<{_raised(version, _caret_position(release))}"
        case "~":
            return f">={version},<{_raised(version, min(1, len(release) - 1))}"
        case "~=":
            return f"~={version}" if len(release) > 1 else f">={version},<{_raised(version, 0)}"
        case "" | "=" | "==" | "===":
            return f"=={version}"
        case "!=" | "<>":
            return f"!={version}"
        case _:
            return f"{operator}{version}"


def _wildcard(operator: str, prefix: str) -> str | None:
    base = Version(prefix)
    match operator:
        case "" | "=" | "==" | "!=":
            return f"{'!=' if operator == '!=' else '=='}{prefix}.*"
        case "^":
            return f">={prefix},<{_raised(base, _caret_position(base.release))}"
        case "~" | "~=":
            return f">={prefix},<{_raised(base, min(1, len(base.release) - 1))}"
        case ">=" | "<":
            return f"{operator}{prefix}"
        case _:
            return None


def _caret_position(release: tuple[int, ...]) -> int:
    """Which part ``^`` raises: the first that is not zero, among the first three; the last given one if all are."""
    for position, part in enumerate(release[:3]):
        if part:
            return position
    return min(len(release), 3) - 1


def _raised(version: Version, position: int) -> str:
    release = version.release
    epoch = f"{version.epoch}!" if version.epoch else ""
    raised = (*release[:position], release[position] + 1, *(0 for _ in release[position + 1 : 3]))
    return epoch + ".".join(str(part) for part in raised)


def _merged(parts: tuple[str, ...]) -> str | None:
    """Alternatives that touch or overlap as one range (``~3.8 || ~3.9``); ``None`` where a hole is left."""
    if "" in parts:
        return ""
    ranges = sorted(found for part in parts if (found := _range(part)) is not None)
    if len(ranges) < len(parts):
        return None
    (_, low_text), (high, high_text) = ranges[0]
    for (low, _), (upper, upper_text) in ranges[1:]:
        if high is not None and low > high:
            return None
        if high is not None and (upper is None or upper > high):
            high, high_text = upper, upper_text
    return low_text if high is None else f"{low_text},{high_text}"


_Bound = tuple[Version, str]
_Open = tuple[Version | None, str]


class _Range(tuple[_Bound, _Open]):
    """A half-open range, ordered by its lower bound."""

    __slots__ = ()

    def __lt__(self, other: tuple[object, ...]) -> bool:
        return isinstance(other, _Range) and self[0][0] < other[0][0]


def _range(part: str) -> _Range | None:
    """``>=a,<b``, ``>=a`` or ``==a.*`` as a half-open range; other shapes are not merged."""
    clauses = part.split(",")
    if len(clauses) == 1 and part.startswith("==") and part.endswith(".*"):
        base = Version(part[2:-2])
        upper = _raised(base, len(base.release) - 1)
        return _Range(((base, f">={base}"), (Version(upper), f"<{upper}")))
    lows = [clause for clause in clauses if clause.startswith(">=")]
    highs = [clause for clause in clauses if clause.startswith("<") and not clause.startswith("<=")]
    if len(lows) != 1 or len(highs) > 1 or len(clauses) != len(lows) + len(highs):
        return None
    high: _Open = (Version(highs[0][1:]), highs[0]) if highs else (None, "")
    return _Range(((Version(lows[0][2:]), lows[0]), high))


def _python_clauses(part: str) -> str:
    clauses = []
    for clause in part.split(","):
        operator = clause.rstrip("0123456789.*abcdefghijklmnopqrstuvwxyz+!-") or "=="
        version = clause.removeprefix(operator)
        parts = version.removesuffix(".*").count(".") + 1
        if parts <= 2 and (operator in ("<=", ">") or (operator == "!=" and not version.endswith(".*"))):
            version, parts = version + ".0" * (3 - parts), 3  # the first release of the series, as poetry-core has it
        variable = "python_version" if parts <= 2 else "python_full_version"
        if parts == 2 and version.endswith(".*"):
            version = version.removesuffix(".*")
        clauses.append(f'{variable} {operator} "{version}"')
    return " and ".join(clauses)
