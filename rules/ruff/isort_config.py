"""isort's configuration → Ruff's ``[tool.ruff.lint.isort]``; what Ruff cannot do is named, never dropped in silence.

Options as isort 5 to 7 document them; where isort and Ruff have other defaults, today's are written down. Ruff sorts as
isort's profile ``black`` does: another way of wrapping lines is no option of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from rules.pythons import data

Value = str | int | bool | tuple[str, ...] | dict[str, tuple[str, ...]]

_SECTIONS = {
    "FUTURE": "future",
    "STDLIB": "standard-library",
    "THIRDPARTY": "third-party",
    "FIRSTPARTY": "first-party",
    "LOCALFOLDER": "local-folder",
}
_LISTS = {
    "known_first_party": "known-first-party",
    "known_third_party": "known-third-party",
    "known_local_folder": "known-local-folder",
    "known_standard_library": "extra-standard-library",
    "extra_standard_library": "extra-standard-library",
    "force_to_top": "force-to-top",
    "single_line_exclusions": "single-line-exclusions",
    "classes": "classes",
    "constants": "constants",
    "variables": "variables",
    "forced_separate": "forced-separate",
}
_FLAGS = {
    "force_single_line": "force-single-line",
    "force_sort_within_sections": "force-sort-within-sections",
    "combine_as_imports": "combine-as-imports",
    "case_sensitive": "case-sensitive",
    "no_sections": "no-sections",
    "length_sort": "length-sort",
    "length_sort_straight": "length-sort-straight",
    "from_first": "from-first",
}
_UNSAYABLE = {
    "lexicographical": "modules are sorted letter by letter",
    "group_by_package": "imports are grouped by package",
    "force_grid_wrap": "imports of so many names are always wrapped",
    "only_sections": "only sections are sorted",
    "star_first": "star imports come first",
    "combine_star": "a star import swallows the others",
    "remove_imports": "imports are removed by name",
    "sort_reexports": "`__all__` is sorted (Ruff: RUF022)",
    "reverse_sort": "the order is reversed",
    "honor_case_in_force_sorted_sections": "letter case counts in forced sections",
}


_SKIPPED = ("skip", "extend_skip")
_GLOBS = ("skip_glob", "extend_skip_glob")
_OFF = ("false", "no", "off", "0", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class IsortRules:
    """``settings`` of ``[tool.ruff.lint.isort]``; what is ``unsayable``.

    Files that are not sorted: ``skipped`` are names as isort has them, ``globs`` patterns as Ruff reads them.
    """

    settings: Mapping[str, Value] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    globs: tuple[str, ...] = ()
    line_length: int = 79
    has_length: bool = False
    src: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    unsayable: tuple[tuple[str, str], ...] = ()


def translate_isort(options: Mapping[str, Any]) -> IsortRules:
    """``options`` are isort's, by name (dashes or underscores), values as text, numbers, flags or lists."""
    given = {name.lower().replace("-", "_"): value for name, value in options.items()}
    profile = str(given.get("profile", "")).strip().lower()
    whole = _spelled_out({**data("isort_profiles.toml").get(profile, {}), **given})
    settings: dict[str, Value] = {}
    for old, new in _LISTS.items():
        if old in whole and (values := listed(whole[old])):
            settings[new] = (*_tuple(settings.get(new)), *values)
    for old, new in _FLAGS.items():
        if old in whole and _flag(whole[old]):
            settings[new] = True
    settings.update(_order(whole))
    settings.update(_spacing(whole))
    return IsortRules(
        settings=settings,
        skipped=tuple(dict.fromkeys(pattern for option in _SKIPPED for pattern in listed(whole.get(option)))),
        globs=tuple(dict.fromkeys(new for o in _GLOBS for old in listed(whole.get(o)) for new in _globbed(old))),
        line_length=_number(whole.get("line_length")) or 79,
        has_length=_number(whole.get("line_length")) is not None,
        src=listed(whole.get("src_paths")),
        required=_imports(whole.get("add_imports")),
        unsayable=tuple(_unsayable(whole, profile)),
    )


# As Ruff sorts, in isort's words: its profile ``black``, but for the length.
_AS_RUFF = {
    "multi_line_output": "3",
    "include_trailing_comma": "true",
    "use_parentheses": "true",
    "ensure_newline_before_comments": "true",
    "force_grid_wrap": "0",
}


def as_ruff_sorts(options: Mapping[str, Any], length: int) -> tuple[dict[str, str], tuple[str, ...]]:
    """isort's ``options`` without what Ruff has no option for, wrapped at ``length``; and those that are other then."""
    given = {name.lower().replace("-", "_"): value for name, value in options.items()}
    profile = str(given.pop("profile", "")).strip().lower()
    whole = {**(_AS_RUFF if profile == "black" else {}), **data("isort_profiles.toml").get(profile, {}), **given}
    wanted = {**_AS_RUFF, "line_length": str(length)}
    kept = {name: _row(value) for name, value in whole.items() if name not in _UNSAYABLE}
    if not _flag(kept.get("split_on_trailing_comma", True)):
        del kept["split_on_trailing_comma"]  # the default, and older ones do not know it
    other = [name for name in whole if name in _UNSAYABLE and str(whole[name]).strip().lower() not in _OFF]
    other += [name for name, value in wanted.items() if _plainly(kept.get(name, _DEFAULTS[name])) != value]
    return {**kept, **wanted}, tuple(sorted(set(other)))


_DEFAULTS = {**dict.fromkeys(_AS_RUFF, "false"), "multi_line_output": "0", "force_grid_wrap": "0", "line_length": "79"}


def _plainly(value: str) -> str:
    return {"VERTICAL_HANGING_INDENT": "3"}.get(value.upper(), value.lower())


def _row(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, (list, tuple)) else " ".join(str(value).split())


def _spelled_out(whole: dict[str, Any]) -> dict[str, Any]:
    """Options that stand for others (isort's ``settings.py`` and the way that it asks ``order_by_type``)."""
    if _flag(whole.get("force_alphabetical_sort", False)):
        whole |= {"no_sections": True, "lines_between_types": 1, "from_first": True, "order_by_type": False}
    if _flag(whole.get("force_alphabetical_sort_within_sections", False)):
        whole |= {"order_by_type": False}
    return whole


def _globbed(pattern: str) -> Iterator[str]:
    """isort holds a glob against the path from the root, with and without a slash before it, and against folders."""
    plain = pattern.removeprefix("./").strip("/")
    if plain.startswith("*/") or not plain:
        plain = plain and f"**/{plain[2:]}"
    if "/" in plain or plain.startswith("*"):
        yield from (new for new in (plain, f"{plain}/**") if not plain.endswith(("*", ".py", ".pyi")) or new == plain)
    elif plain:
        yield from (
            new for new in (f"./{plain}", f"{plain}/**") if not plain.endswith((".py", ".pyi")) or new[0] == "."
        )


def _order(whole: Mapping[str, Any]) -> Iterator[tuple[str, Value]]:
    names = listed(whole.get("sections"))
    own = {n.removeprefix("known_"): listed(v) for n, v in whole.items() if n.startswith("known_") and n not in _LISTS}
    if own:
        yield "sections", {name.lower(): values for name, values in sorted(own.items()) if values}
    if names:
        yield "section-order", tuple(_SECTIONS.get(name.upper(), name.lower()) for name in names)
    if (default := str(whole.get("default_section", "")).strip().upper()) in _SECTIONS and default != "THIRDPARTY":
        yield "default-section", _SECTIONS[default]
    if no_lines := listed(whole.get("no_lines_before")):
        yield "no-lines-before", tuple(_SECTIONS.get(name.upper(), name.lower()) for name in no_lines)
    if "order_by_type" in whole and not _flag(whole["order_by_type"]):
        yield "order-by-type", False
    if _flag(whole.get("reverse_relative", False)):
        yield "relative-imports-order", "closest-to-furthest"


def _spacing(whole: Mapping[str, Any]) -> Iterator[tuple[str, Value]]:
    if (after := _number(whole.get("lines_after_imports"))) is not None and after >= 0:
        yield "lines-after-imports", after
    if between := _number(whole.get("lines_between_types")):
        yield "lines-between-types", between
    if not _flag(whole.get("split_on_trailing_comma", False)):
        yield "split-on-trailing-comma", False


def _unsayable(whole: Mapping[str, Any], profile: str) -> Iterator[tuple[str, str]]:
    if profile and profile not in data("isort_profiles.toml"):
        yield "profile", f"the profile {profile} is not one that is known here"
    mode = whole.get("multi_line_output", 0)
    if str(mode).strip().upper() not in ("3", "VERTICAL_HANGING_INDENT"):
        yield "multi_line_output", f"lines are wrapped in mode {mode}, Ruff wraps them as Black does (mode 3)"
    elif not _flag(whole.get("include_trailing_comma", False)):
        yield "include_trailing_comma", "wrapped imports end without a comma, Ruff puts one"
    for name, what in _UNSAYABLE.items():
        value = whole.get(name, False)
        if value not in (0, (), []) and str(value).strip().lower() not in _OFF:
            yield name, what


def listed(value: Any) -> tuple[str, ...]:
    """The items of a list, or of a text with commas or blanks between them."""
    if value is None or isinstance(value, bool):
        return ()
    if isinstance(value, (list, tuple)):
        return tuple(str(item).strip() for item in value if str(item).strip())
    return tuple(word for word in re.split(r"[,\n\s]+", str(value)) if word and not word.startswith("#"))


def _imports(value: Any) -> tuple[str, ...]:
    """Whole statements (``from __future__ import annotations``), one a line or separated by commas."""
    items = value if isinstance(value, (list, tuple)) else re.split(r"[,\n]", str(value or ""))
    lines = (str(item).strip() for item in items)
    return tuple(line if line.startswith(("from ", "import ")) else f"import {line}" for line in lines if line)


def _tuple(value: Value | None) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _flag(value: Any) -> bool:
    return value if isinstance(value, bool) else str(value).strip().lower() in ("true", "1", "yes", "on")


def _number(value: Any) -> int | None:
    text = str(value).strip() if value is not None and not isinstance(value, bool) else ""
    return int(text) if re.fullmatch(r"-?\d{1,6}", text) else None
