"""Small words for sentences: counted nouns, lists, hours."""

from __future__ import annotations

from collections.abc import Sequence


def counted(number: int, noun: str) -> str:
    """``1 cycle``, ``2 cycles``, ``3 repositories``, ``2 indexes``."""
    if number == 1:
        return f"1 {noun}"
    if noun.endswith("y") and noun[-2:-1] not in tuple("aeiou"):
        return f"{number} {noun[:-1]}ies"
    return f"{number} {noun}{'es' if noun.endswith(('s', 'x', 'ch', 'sh')) else 's'}"


def listed(words: Sequence[str], most: int | None = None) -> str:
    """``a``, ``a and b``, ``a, b and c``; with more than ``most`` words ``a, b and 3 more``."""
    if most is not None and len(words) > most:
        return f"{', '.join(words[:most])} and {len(words) - most} more"
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)


def clipped(text: str, most: int) -> str:
    """A text of at most ``most`` characters that ends with a whole word, and says where there was more."""
    if len(text) <= most:
        return text
    head = text[: most - 1]
    return (head.rpartition(" ")[0] or head).rstrip(" ,;:.") + "…"


def rough(hours: float) -> float:
    """Estimated hours as people say them: quarters below two, halves below ten, whole ones above."""
    step = 0.25 if hours < 2 else 0.5 if hours < 10 else 1.0
    return max(round(hours / step) * step, step) if hours > 0 else 0.0


def in_hours(estimate: float) -> str:
    """An estimate with its unit, as people say it: ``1 hour``, ``1.5 hours``, ``12 hours``."""
    said = rough(estimate)
    return f"{said:g} hour{'' if said == 1 else 's'}"
