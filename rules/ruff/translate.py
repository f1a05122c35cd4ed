"""flake8's configuration → Ruff's: exactly the rules that are reported today, named one by one.

The result reports what flake8 reports, as far as Ruff has it; what it has not is listed. Nothing new is switched on: a
rule is selected only when flake8 with this configuration and these plug-ins would report its counterpart.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from rules.ruff.catalog import BUILT_IN, NO_CHECKS, Plugin, counterparts, plugins, ruff_rules
from rules.ruff.decision import Decision
from rules.ruff.flake8_config import Flake8Config

# Ruff counts indentation in fours here, whatever `indent-width` says (tried with 0.17.6).
_OF_FOUR = frozenset({"E111", "E114", "E117"})
Value = str | int | bool | tuple[str, ...]

# Codes that a docstring convention leaves out (pydocstyle 6, `violations.conventions`).
CONVENTIONS = {
    "pep257": "D203 D212 D213 D214 D215 D404 D405 D406 D407 D408 D409 D410 D411 D413 D415 D416 D417 D418",
    "numpy": "D107 D203 D212 D213 D402 D413 D415 D416 D417",
    "google": "D203 D204 D213 D215 D400 D401 D404 D406 D407 D408 D409 D413",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuffLint:
    """``[tool.ruff.lint]`` to be: ``settings`` by dotted table below it; ``uncovered`` what Ruff does not check.

    ``select`` are codes of rules, sorted; ``per_file`` pairs of a pattern and codes; ``excluded`` patterns of files
    that are left out.
    """

    select: tuple[str, ...]
    per_file: tuple[tuple[str, tuple[str, ...]], ...] = ()
    excluded: tuple[str, ...] = ()
    settings: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    uncovered: tuple[tuple[str, str], ...] = ()
    indent: int = 4

    @property
    def needs_preview(self) -> bool:
        """Whether one of the rules is a preview rule, which has to be asked for."""
        return any(ruff_rules()[code].status == "preview" for code in self.select)


def translate(config: Flake8Config, installed: Iterable[str]) -> RuffLint:
    """The rules of Ruff that stand for ``config`` with the plug-ins of these (normalised) names."""
    names = (*BUILT_IN, *sorted(set(installed) - set(BUILT_IN)))
    known = [plugins()[name] for name in names if name in plugins()]
    decision = _decision(config, known)
    indent = config.number("indent-size") or 4
    pairs = [
        (code, rule)
        for code, rule in counterparts(names)
        if _can_speak(code, rule, known, config) and not (indent != 4 and rule in _OF_FOUR)
    ]
    selected = {rule for code, rule in pairs if decision.reports(code)}
    return RuffLint(
        select=tuple(sorted(selected)),
        per_file=tuple(_per_file(config, decision, pairs, selected)),
        excluded=tuple(
            dict.fromkeys(
                new for o in ("exclude", "extend-exclude") for old in config.get(o) or () for new in below(old)
            )
        ),
        settings=dict(_settings(config, selected, decision, names)),
        uncovered=tuple(_uncovered(names, known, decision, config)),
        indent=indent,
    )


def _decision(config: Flake8Config, known: Iterable[Plugin]) -> Decision:
    known = tuple(known)
    return Decision(
        installed=tuple(prefix for plugin in known for prefix in plugin.codes),
        off=tuple(prefix for plugin in known for prefix in plugin.off),
        select=config.get("select"),
        extend_select=config.get("extend-select") or (),
        ignore=config.get("ignore"),
        extend_ignore=config.get("extend-ignore") or (),
    )


def _can_speak(code: str, rule: str, known: Iterable[Plugin], config: Flake8Config) -> bool:
    """Whether the options that a code needs are given, and the docstring convention knows it."""
    for plugin in known:
        for prefix, option in plugin.needs.items():
            if code.startswith(prefix) and rule.startswith(plugin.ruff.get(prefix, rule[:1])):
                return _is_given(option, config)
    return not (rule.startswith("D") and rule[1:].isdigit() and rule in _beyond_convention(config))


def _is_given(option: str, config: Flake8Config) -> bool:
    if option == "max-complexity":
        return (config.number(option) or -1) >= 0
    return config.options.get(option, "").strip().lower() not in ("", "0", "false", "no", "none")


def _beyond_convention(config: Flake8Config) -> frozenset[str]:
    name = config.options.get("docstring-convention", "pep257").strip().lower()
    return frozenset(CONVENTIONS.get(name, "").split())


def _pattern(pattern: str) -> str:
    """flake8's pattern as Ruff's: both match a name anywhere or a path from the root, Ruff not what has ``./``."""
    return pattern.removeprefix("./").rstrip("/") or "."


# What Ruff leaves out unasked (its `exclude`), and folders without Python files.
_LEFT_OUT = frozenset(
    ".bzr .direnv .eggs .git .git-rewrite .hg .ipynb_checkpoints .mypy_cache .nox .pants.d .pyenv .pytest_cache "
    ".pytype .ruff_cache .svn .tox .venv .vscode __pypackages__ _build buck-out build dist node_modules site-packages "
    "venv __pycache__ CVS .github .idea".split()
)


# Names that no file of Python and no folder has.
_NO_PYTHON = re.compile(
    r"(?:^|/)(?:Dockerfile|Makefile|LICENSE)$"
    r"|\.(?:md|rst|txt|json|toml|ini|cfg|ya?ml|lock|log|html?|css|jsx?|tsx?|sh|sql|csv|gitignore|dockerignore|pyc)$"
)


def below(pattern: str) -> tuple[str, ...]:
    """The patterns that match what flake8 (or isort) leaves out by ``pattern``: the file, and all below the folder.

    ``lint.exclude`` and ``per-file-ignores`` of Ruff match files, never a folder above them. A name without a slash is
    one anywhere, with one it is a path from the root.
    """
    plain = pattern.removeprefix("./").rstrip("/")
    plain = f"**/{plain[2:]}" if plain.startswith("*/") else plain
    if not plain or plain == "." or plain.startswith(("/", "~", "../")) or set("{}$%()'\"\\") & set(plain):
        return ()
    if plain in _LEFT_OUT or _NO_PYTHON.search(plain):
        return ()
    if plain.endswith((".py", ".pyi")):
        return (plain,)
    if plain == pattern and "/" not in plain:
        return (plain, f"**/{plain}/**")
    return (f"{plain}/**",) if "/" not in plain else (plain, f"{plain}/**") if not plain.endswith("*") else (plain,)


def _per_file(
    config: Flake8Config, decision: Decision, pairs: Iterable[tuple[str, str]], selected: set[str]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    pairs = tuple(pairs)
    for pattern, codes in ((_pattern(p), codes) for p, codes in config.per_file):
        there = decision.ignoring(codes)
        left = {rule for code, rule in pairs if there.reports(code)}
        if gone := tuple(sorted(selected - left)):
            yield pattern, gone


def _settings(
    config: Flake8Config, selected: set[str], decision: Decision, names: Iterable[str]
) -> Iterator[tuple[str, dict[str, Value]]]:
    length = config.number("max-line-length") or 79
    if decision.reports("B950") and not decision.reports("E501") and "flake8-bugbear" in names:
        length += length // 10
    style: dict[str, Value] = {"max-line-length": length}
    if (doc := config.number("max-doc-length")) is not None:
        style["max-doc-length"] = doc
    if not {"E501", "W505"}.isdisjoint(selected):
        yield "pycodestyle", style
    if "C901" in selected:
        yield "mccabe", {"max-complexity": config.number("max-complexity") or 0}
    convention = config.options.get("docstring-convention", "pep257").strip().lower()
    if any(rule.startswith("D") and rule[1:].isdigit() for rule in selected) and convention in CONVENTIONS:
        yield "pydocstyle", {"convention": convention}
    if any(rule.startswith("Q") for rule in selected):
        yield "flake8-quotes", dict(_quotes(config))
    if any(rule.startswith("N8") for rule in selected):
        yield from _names(config)


_QUOTES = {"'": "single", "single": "single", '"': "double", "double": "double"}


def _quotes(config: Flake8Config) -> Iterator[tuple[str, Value]]:
    """flake8-quotes prefers single quotes, Ruff double ones; docstrings and multi-line strings are double in both."""
    yield "inline-quotes", _QUOTES.get(config.options.get("inline-quotes", "'").strip(), "single")
    for option in ("multiline-quotes", "docstring-quotes"):
        if (style := config.options.get(option, "").strip().strip("'\"")) or option in config.options:
            yield option, "single" if style == "single" or "'" in config.options[option] else "double"
    if config.options.get("avoid-escape", "").strip().lower() in ("false", "0", "no"):
        yield "avoid-escape", False


def _names(config: Flake8Config) -> Iterator[tuple[str, dict[str, Value]]]:
    found: dict[str, Value] = {}
    for old, new in (
        ("ignore-names", "ignore-names"),
        ("classmethod-decorators", "classmethod-decorators"),
        ("staticmethod-decorators", "staticmethod-decorators"),
    ):
        if old in config.options:
            found[new] = tuple(w for w in config.options[old].replace(",", " ").split() if w)
    if found:
        yield "pep8-naming", found


_LIBRARIES = frozenset({"bandit", "eradicate", "pydocstyle"})  # that plug-ins ask


def _uncovered(
    names: Iterable[str], known: Iterable[Plugin], decision: Decision, config: Flake8Config
) -> Iterator[tuple[str, str]]:
    """Codes, or families of them, that are reported today and that Ruff has no rule for."""
    for name in names:
        if name == "flake8-black":
            yield "BLK", "`ruff format --check` says it, in a command of its own"
        elif name not in plugins() and name not in NO_CHECKS and name not in _LIBRARIES:
            yield name, "not a plug-in that is known here"
    yield from ((code, "a plug-in of the repository's own") for code in config.local)
    for plugin in known:
        if not plugin.is_known_to_ruff:
            for prefix in plugin.codes:
                if decision.reports(prefix + "00") or any(decision.reports(prefix + d) for d in "0123456789"):
                    yield prefix, f"{plugin.name} has no counterpart in Ruff"
        if plugin.name == "pycodestyle" and (config.number("indent-size") or 4) != 4:
            yield from (
                (code, "Ruff counts indentation in fours") for code in sorted(_OF_FOUR) if decision.reports(code)
            )
        for code in plugin.without:
            if decision.reports(code):
                yield code, f"Ruff has no rule for this code of {plugin.name}"


def read_otherwise(chosen: Collection[str], sources: Collection[str]) -> Iterator[tuple[str, str]]:
    """Rules that Ruff has and reads in another way (tried with 0.17.6): what they let go is said."""
    if ends := sorted({"D400", "D415"}.intersection(chosen)):
        yield ends[0], "pydocstyle looks at the end of the first line, Ruff at that of the first paragraph"
    private = any(part.startswith("_") and not part.startswith("__") for p in sources for part in p.split("/"))
    if private and (missing := sorted(rule for rule in chosen if rule.startswith("D10"))):
        yield missing[0], "to Ruff everything in a module or package with an underscore before its name is private"
