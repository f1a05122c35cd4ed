"""Environment markers as sets of environments: can a marker be true, do two markers say the same.

A marker (PEP 508, dependency specifiers) is read into clauses; every variable it uses becomes a dimension with a few
points that tell its clauses apart (Python versions: each bound and the gaps between; platforms: each named value and
"any other"; everything else: true or false). A marker is then a set of points, held as the bits of one integer, so
that *and* is ``&`` and *or* is ``|``. Nothing is evaluated against the machine that Muster runs on.

As in uv's marker algebra, ``python_version`` is a view of ``python_full_version``, ``platform_system`` one of
``sys_platform`` where they say the same, and combinations that no platform has (``os_name == 'nt'`` on Linux) are
left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, reduce
from itertools import pairwise
from math import prod
from operator import or_
from typing import NamedTuple

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

_LIMIT = 1 << 14
_MAX_TEXT = 20_000

Release = tuple[int, ...]


class Interval(NamedTuple):
    """A range of release versions; a bound of ``None`` is open, ``*_in`` says whether the bound itself belongs."""

    low: Release | None = None
    low_in: bool = True
    high: Release | None = None
    high_in: bool = False


class Clause(NamedTuple):
    """One comparison of a marker: ``variable operator value``; ``contains`` stands for ``'value' in variable``."""

    variable: str
    operator: str
    value: str


Formula = tuple["Clause | str", ...]
"""A marker in postfix order: clauses, ``and``, ``or``, ``not``, ``always``, ``never``; empty, it is always true."""

Marker = str | Formula | None
"""A marker as text or as read; ``None`` and ``""`` are always true."""

ALWAYS: Formula = ()
NEVER: Formula = ("never",)


def possible(marker: Marker, requires_python: str | None = None) -> bool:
    """Whether some environment within ``requires_python`` makes the marker true; unreadable ones count as possible."""
    return not marker or _possible(marker, requires_python)


def anywhere(marker: Marker, requires_python: str | None = None) -> bool:
    """As :func:`possible`, but a value that no platform has (``sys_platform == 'win32, darwin'``) is never met.

    The tools compare such a value as any other, so that this is for what is installed, not for what they record.
    """
    formula = parse(marker) if isinstance(marker, str) and marker else marker
    return formula is None or possible(tuple(map(_met, formula)) if formula else None, requires_python)


def _met(item: Clause | str) -> Clause | str:
    if isinstance(item, str) or item.operator not in {"==", "!="} or not _is_nowhere(item):
        return item
    return "never" if item.operator == "==" else "always"


def _is_nowhere(clause: Clause) -> bool:
    pattern = _NOWHERE.get(clause.variable)
    return pattern is not None and pattern.search(clause.value) is not None


def equivalent(left: Marker, right: Marker, requires_python: str | None = None) -> bool | None:
    """Whether both markers select the same environments within ``requires_python``; ``None`` if that is not known."""
    return (left or None) == (right or None) or _equivalent(left or None, right or None, requires_python)


def disjoint(left: Marker, right: Marker, requires_python: str | None = None) -> bool | None:
    """Whether no environment makes both markers true; ``None`` if that is not known."""
    sets = _sets((left, right), requires_python)
    return None if sets is None else not sets[0] & sets[1]


def covered(markers: Iterable[Marker], by: Iterable[Marker], requires_python: str | None = None) -> bool | None:
    """Whether each environment in one of ``markers`` is in one of ``by``; ``None`` if that is not known."""
    wanted, given = tuple(markers), tuple(by)
    sets = _sets((*wanted, *given), requires_python)
    return None if sets is None else not _union(sets[: len(wanted)]) & ~_union(sets[len(wanted) :])


def both(left: Formula, right: Formula) -> Formula:
    """The environments of ``left`` that are also in ``right``."""
    return (*left, *right, "and") if left and right else left or right


def either(left: Formula, right: Formula) -> Formula:
    """The environments of ``left`` and those of ``right``."""
    return (*left, *right, "or") if left and right else ALWAYS


def without(formula: Formula) -> Formula:
    """All environments but those of ``formula``."""
    return (*formula, "not") if formula else NEVER


def assuming(formula: Formula, extras: frozenset[str]) -> Formula:
    """What is left of a formula when just these extras (normalised names) are asked for."""
    return tuple(_assume(item, extras) if isinstance(item, Clause) else item for item in formula)


def _assume(clause: Clause, extras: frozenset[str]) -> Clause | str:
    if clause.variable != "extra" or clause.operator not in {"==", "!="}:
        return clause
    return "always" if (clause.value in extras) == (clause.operator == "==") else "never"


def _union(sets: Iterable[int]) -> int:
    return reduce(or_, sets, 0)


@lru_cache(maxsize=4096)
def _possible(marker: Marker, requires_python: str | None) -> bool:
    sets = _sets((marker,), requires_python)
    return sets is None or bool(sets[0])


@lru_cache(maxsize=4096)
def _equivalent(left: Marker, right: Marker, requires_python: str | None) -> bool | None:
    sets = _sets((left, right), requires_python)
    return None if sets is None else sets[0] == sets[1]


def _sets(markers: Sequence[Marker], requires_python: str | None) -> list[int] | None:
    """Each marker as a set of environments of one common space; ``None`` if one is unreadable or there are too many."""
    formulas = [parse(marker) if isinstance(marker, str) and marker else marker or ALWAYS for marker in markers]
    read = [formula for formula in formulas if isinstance(formula, tuple)]
    hull = bounds(requires_python)
    if len(read) < len(formulas) or hull is None:
        return None
    space = _Space.of({item for formula in read for item in formula if isinstance(item, Clause)}, hull)
    return None if space is None else [space.select(formula) for formula in read]


# --- reading -------------------------------------------------------------------------------------------------------

_TOKEN = re.compile(
    r"[ \t\r\n]*(?:(?P<string>'[^']*'|\"[^\"]*\")|(?P<op><=|>=|===|==|!=|~=|<|>)|(?P<paren>[()])"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_.]*))"
)
_ALIASES = {
    "os.name": "os_name",
    "sys.platform": "sys_platform",
    "platform.machine": "platform_machine",
    "platform.version": "platform_version",
    "platform.python_implementation": "platform_python_implementation",
    "python_implementation": "platform_python_implementation",
}
_FLIP = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_VERSIONS = frozenset({"python_version", "python_full_version", "implementation_version"})
_PLATFORMS = {
    "Windows": "win32",
    "Darwin": "darwin",
    "Linux": "linux",
    "AIX": "aix",
    "Emscripten": "emscripten",
    "Android": "android",
}


@lru_cache(maxsize=4096)
def parse(text: str) -> Formula | None:
    """Read a marker; ``None`` for text that is none."""
    tokens = _tokens(text)
    if tokens is None:
        return None
    output: list[Clause | str] = []
    waiting: list[str] = []
    position, operand = 0, True
    while position < len(tokens):
        kind, word = tokens[position]
        if operand and word == "(" and kind == "paren":
            waiting.append("(")
            position += 1
        elif operand:
            clause, position = _clause(tokens, position)
            if clause is None:
                return None
            output.append(clause)
            operand = False
        elif kind == "paren" and word == ")":
            while waiting and waiting[-1] != "(":
                output.append(waiting.pop())
            if not waiting:
                return None
            waiting.pop()
            position += 1
        elif kind == "word" and word in {"and", "or"}:
            while waiting and (waiting[-1] == "and" or waiting[-1] == word):
                output.append(waiting.pop())
            waiting.append(word)
            operand = True
            position += 1
        else:
            return None
    if operand or "(" in waiting:
        return None
    return (*output, *reversed(waiting))


def _tokens(text: str) -> list[tuple[str, str]] | None:
    found, position, end = [], 0, len(text.rstrip())
    if end > _MAX_TEXT:
        return None
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            return None
        found.append((match.lastgroup, match[match.lastgroup]))
        position = match.end()
    return found


def _clause(tokens: list[tuple[str, str]], position: int) -> tuple[Clause | None, int]:
    operator, width = _operator(tokens, position + 1)
    after = position + 1 + width
    if not operator or after >= len(tokens):
        return None, position
    (left_kind, left), (right_kind, right) = tokens[position], tokens[after]
    clause: Clause | None = None
    if left_kind == "word" and right_kind == "string":
        clause = _normal(left, operator, right[1:-1])
    elif left_kind == "string" and right_kind == "word":
        flipped = {"in": "contains", "not in": "not contains"}.get(operator, _FLIP.get(operator, operator))
        clause = _normal(right, flipped, left[1:-1])
    return clause, after + 1


def _operator(tokens: list[tuple[str, str]], position: int) -> tuple[str, int]:
    if position >= len(tokens):
        return "", 0
    kind, word = tokens[position]
    if kind == "op" or (kind == "word" and word == "in"):
        return word, 1
    if kind == "word" and word == "not" and tokens[position + 1 : position + 2] == [("word", "in")]:
        return "not in", 2
    return "", 0


def _normal(variable: str, operator: str, value: str) -> Clause:
    variable = _ALIASES.get(variable, variable)
    if variable in {"extra", "extras", "dependency_groups"}:
        return Clause(variable, operator, str(canonicalize_name(value)))
    if variable == "platform_system" and operator in {"==", "!="} and value in _PLATFORMS:
        return Clause("sys_platform", operator, _PLATFORMS[value])
    return Clause(variable, operator, value.strip() if variable in _VERSIONS else value)


_LISTED = r"[\s,;|]"  # several values in one text
_NOWHERE = {
    "sys_platform": re.compile(rf"{_LISTED}|[A-Z]|^(?:windows|macos|macosx|osx|mac|unix|posix|nt)$"),
    "os_name": re.compile(rf"{_LISTED}|[A-Z]|^(?:windows|win32|linux|darwin|macos|unix)$"),
    "platform_system": re.compile(rf"{_LISTED}|^(?:windows|linux|darwin|mac[oO][sS]|Mac[oO][sS]|win32|nt|posix)$"),
    "platform_machine": re.compile(_LISTED),
    "implementation_name": re.compile(rf"{_LISTED}|[A-Z]"),
    "platform_python_implementation": re.compile(rf"{_LISTED}|^(?:cpython|pypy|jython|ironpython)$"),
}
"""What no platform calls itself: lists of names, the name of another variable, the wrong case."""

# --- Python versions as ranges ------------------------------------------------------------------------------------

_SPECIFIER = re.compile(r"(~=|===|==|!=|<=|>=|<|>)[ \t]*([^ \t]+)")


@lru_cache(maxsize=1024)
def bounds(requires_python: str | None) -> Interval | None:
    """The hull of a ``requires-python`` (gaps that ``!=`` makes inside are ignored); ``None`` for unreadable text."""
    hull = Interval()
    for part in (requires_python or "").split(","):
        if not part.strip():
            continue
        match = _SPECIFIER.fullmatch(part.strip())
        if match is None:
            return None
        ranges = _ranges(match[1], match[2])
        if ranges is None:
            return None
        if match[1] != "!=":
            hull = _meet(hull, ranges[0])
    return hull


def _meet(one: Interval, two: Interval) -> Interval:
    low, low_in = max((i.low is not None, i.low or (), not i.low_in) for i in (one, two))[1:]
    high, high_in = min((i.high is None, i.high or (), i.high_in) for i in (one, two))[1:]
    return Interval(
        low=low if one.low is not None or two.low is not None else None,
        low_in=not low_in,
        high=high if one.high is not None or two.high is not None else None,
        high_in=high_in,
    )


def _release(text: str) -> tuple[Release, bool] | None:
    star = text.endswith(".*")
    try:
        return Version(text.removesuffix(".*")).release, star
    except InvalidVersion:
        return None


def _trim(release: Release) -> Release:
    end = len(release)
    while end > 1 and release[end - 1] == 0:
        end -= 1
    return release[:end]


def _next(release: Release) -> Release:
    return (*release[:-1], release[-1] + 1)


def _ranges(operator: str, value: str) -> tuple[Interval, ...] | None:
    """The intervals that ``operator value`` admits, from low to high; ``None`` if it is not a version comparison."""
    read = _release(value)
    if read is None:
        return None
    release, star = read
    low = _trim(release)
    if star:
        return _series(operator, release) if operator in {"==", "!="} else None
    match operator:
        case "==" | "===":
            return (Interval(low=low, high=low, high_in=True),)
        case "!=":
            return (Interval(high=low), Interval(low=low, low_in=False))
        case "<" | "<=":
            return (Interval(high=low, high_in=operator == "<="),)
        case ">" | ">=":
            return (Interval(low=low, low_in=operator == ">="),)
        case "~=" if len(release) > 1:
            return (Interval(low=low, high=_trim(_next(release[:-1]))),)
    return None


def _series(operator: str, release: Release) -> tuple[Interval, ...]:
    low, high = _trim(release), _trim(_next(release))
    return (Interval(low=low, high=high),) if operator == "==" else (Interval(high=low), Interval(low=high))


def _python_ranges(operator: str, value: str) -> tuple[Interval, ...] | None:
    """As :func:`_ranges` for ``python_version``, which has two parts only, in terms of the full version."""
    read = _release(value)
    if read is None:
        return None
    release, star = read
    if star or operator == "~=":
        if len(release) <= (1 if star else 2):
            return _ranges(operator, value)
        if any(release[2:]):
            return (Interval(),) if operator == "!=" else ()
        return _series("==" if operator == "~=" else operator, release[:2])
    series = (*release, 0)[:2]
    exact = len(_trim(release)) <= 2
    match operator:
        case "==" | "===":
            return _series("==", series) if exact else ()
        case "!=":
            return _series("!=", series) if exact else (Interval(),)
        case "<" if exact:
            return (Interval(high=_trim(series)),)
        case ">=" if exact:
            return (Interval(low=_trim(series)),)
        case "<" | "<=":
            return (Interval(high=_next(series)),)
    return (Interval(low=_next(series)),)


def _clause_ranges(clause: Clause) -> tuple[Interval, ...] | None:
    view = _python_ranges if clause.variable == "python_version" else _ranges
    if clause.operator not in {"in", "not in"}:
        return view(clause.operator, clause.value)
    found: list[Interval] = []
    for word in re.split(r"[ ,|]+", clause.value.strip()):
        ranges = view("==", word)
        if ranges is None:
            return None
        found.extend(ranges)
    found.sort(key=lambda interval: interval.low or ())
    return tuple(found) if clause.operator == "in" else tuple(_gaps(found))


def _gaps(intervals: list[Interval]) -> Iterator[Interval]:
    if not intervals:
        yield Interval()
        return
    yield Interval(high=intervals[0].low, high_in=not intervals[0].low_in)
    for one, two in pairwise(intervals):
        yield Interval(low=one.high, low_in=not one.high_in, high=two.low, high_in=not two.low_in)
    yield Interval(low=intervals[-1].high, low_in=not intervals[-1].high_in)


# --- the space of environments -------------------------------------------------------------------------------------

_APART = (
    (("os_name", "nt"), ("sys_platform", frozenset({"linux", "darwin", "ios"}))),
    (("os_name", "posix"), ("sys_platform", frozenset({"win32"}))),
    *(
        (
            ("platform_system", system),
            (
                "sys_platform",
                frozenset({"aix", "android", "emscripten", "linux", "darwin", "win32", "cygwin", "wasi"})
                | (frozenset() if system in {"iOS", "iPadOS"} else frozenset({"ios"})),
            ),
        )
        for system in ("FreeBSD", "NetBSD", "OpenBSD", "SunOS", "iOS", "iPadOS")
    ),
)


class _Space:
    """The environments that a set of clauses can tell apart; each is one bit of the integers handed out."""

    def __init__(self, clauses: set[Clause], hull: Interval) -> None:
        self._points: dict[str, list[Release]] = {}
        self._values: dict[str, list[str]] = {}
        self._flags: list[Clause] = []
        self._ranges: dict[Clause, tuple[Interval, ...]] = {}
        for clause in sorted(clauses):
            self._place(clause)
        if "python_full_version" in self._points:
            self._points["python_full_version"] += [b for b in (hull.low, hull.high) if b is not None]
        self._points = {name: sorted(set(points)) for name, points in self._points.items()}
        self._sizes: list[tuple[object, int]] = [
            *((name, 2 * len(points) + 1) for name, points in self._points.items()),
            *((name, len(values) + 1) for name, values in self._values.items()),
            *((flag, 2) for flag in self._flags),
        ]
        self.size = prod(size for _, size in self._sizes)
        self._hull = hull
        self.universe = 0

    @classmethod
    def of(cls, clauses: set[Clause], hull: Interval) -> _Space | None:
        """The space, or ``None`` where it would be too large to hold."""
        space = cls(clauses, hull)
        if space.size > _LIMIT:
            return None
        space.universe = (1 << space.size) - 1
        if "python_full_version" in space._points:
            space.universe &= space._spread("python_full_version", space._stretch("python_full_version", hull))
        space._leave_out()
        return space

    def _place(self, clause: Clause) -> None:
        variable = "python_full_version" if clause.variable == "python_version" else clause.variable
        if variable in {"python_full_version", "implementation_version"}:
            ranges = _clause_ranges(clause)
            if ranges is not None:
                self._ranges[clause] = ranges
                points = self._points.setdefault(variable, [])
                points.extend(bound for i in ranges for bound in (i.low, i.high) if bound is not None)
                return
        elif clause.operator in {"==", "!="} and variable != "extra":
            values = self._values.setdefault(variable, [])
            if clause.value not in values:
                values.append(clause.value)
            return
        flag = _positive(clause)
        if flag not in self._flags:
            self._flags.append(flag)

    def select(self, formula: Formula) -> int:
        """The environments in which ``formula`` holds (all of them for the empty one)."""
        stack: list[int] = []
        for item in formula:
            if isinstance(item, Clause):
                stack.append(self._clause(item))
            elif item in {"always", "never"}:
                stack.append(self.universe if item == "always" else 0)
            elif item == "not":
                stack.append(self.universe & ~stack.pop())
            else:
                right, left = stack.pop(), stack.pop()
                stack.append(left & right if item == "and" else left | right)
        return stack[-1] & self.universe if stack else self.universe

    def _clause(self, clause: Clause) -> int:
        if (ranges := self._ranges.get(clause)) is not None:
            name = "python_full_version" if clause.variable == "python_version" else clause.variable
            return self._spread(name, _union(self._stretch(name, interval) for interval in ranges))
        values = self._values.get(clause.variable)
        if values is not None and clause.operator in {"==", "!="}:
            found = self._spread(clause.variable, 1 << values.index(clause.value))
            return found if clause.operator == "==" else self.universe & ~found
        flag = _positive(clause)
        found = self._spread(flag, 2)
        return found if flag == clause else self.universe & ~found

    def _stretch(self, name: str, interval: Interval) -> int:
        points = self._points[name]
        start = 0 if interval.low is None else 2 * points.index(interval.low) + (1 if interval.low_in else 2)
        end = 2 * len(points) if interval.high is None else 2 * points.index(interval.high) + interval.high_in
        return ((1 << (end + 1)) - 1) & ~((1 << start) - 1) if end >= start else 0

    def _spread(self, dimension: object, local: int) -> int:
        """The points of one dimension (bits of ``local``) as a set over the whole space."""
        stride = 1
        for name, size in self._sizes:
            if name == dimension:
                break
            stride *= size
        else:
            return 0
        block = (1 << stride) - 1
        pattern = _union(block << (point * stride) for point in range(size) if local >> point & 1)
        return pattern * (((1 << self.size) - 1) // ((1 << (size * stride)) - 1))

    def _leave_out(self) -> None:
        for (one, value), (other, names) in _APART:
            if value in self._values.get(one, ()):
                here = self._spread(one, 1 << self._values[one].index(value))
                for number, name in enumerate(self._values.get(other, ())):
                    if name in names:
                        self.universe &= ~(here & self._spread(other, 1 << number))


_NEGATIONS = {"!=": "==", "not in": "in", "not contains": "contains"}


def _positive(clause: Clause) -> Clause:
    return clause._replace(operator=_NEGATIONS.get(clause.operator, clause.operator))
