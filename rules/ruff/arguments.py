"""An old tool's words in Ruff's: subcommand, options, paths. What has no certain counterpart is ``None``."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence

from rules.rollout.selection import unknown
from rules.ruff.linters import autoflake, bandit, pycodestyle, pydocstyle, pylint, yapf
from rules.ruff.linters.options import is_short_for


def arguments(tool: str, words: Sequence[str]) -> list[str] | None:
    """Ruff's words for a call of ``tool`` with ``words``; ``None`` where there are none that are certain."""
    return _ARGUMENTS[tool](words)


def selected(words: Sequence[str]) -> str:
    """What flake8 is told to select by these words, as written; empty where it is not told."""
    found = ""
    for number, word in enumerate(words):
        name, equals, value = word.strip("'\"").partition("=")
        if name == "--select":
            found = (value if equals else next(iter(words[number + 1 :]), "")).strip("'\"")
    return found


_FLAKE8_FLAGS = frozenset(
    "--count --statistics --show-source --no-show-source --quiet --verbose --isolated --benchmark --doctests --tee "
    "--hang-closing --require-plugins --exit-zero --disable-noqa --version --help --show-pep8 --diff".split()
)
_ISORT_VALUED = frozenset(
    "-sp -sg -ns -lai -lbt -nlb -wl -k "
    "--profile -l --line-length -w --line-width -m --multi-line --lai --lines-after-imports -p --project -s --skip "
    "--sg --skip-glob --extend-skip --extend-skip-glob -a --add-import --sp --settings-path --settings-file --settings "
    "--src --src-path -o --thirdparty --py --python-version -d --stdout-filename --virtual-env --filename "
    "--known-local-folder -b --builtin -f --future --rm --remove-import -j --jobs -t --top --ls-mode".split()
)
_BLACK_VALUED = frozenset(
    "-l --line-length -t --target-version --include --exclude --extend-exclude --force-exclude --config -W --workers "
    "--required-version --python-cell-magics".split()
)


def _flake8(words: Sequence[str]) -> list[str] | None:
    kept: list[str] = []
    advice: list[str] = []
    paths: list[str] = []
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if name in ("--diff", "--version", "--help", "--bug-report") or word == "-":
            return ["--version"] if name == "--version" else None
        if not word.startswith("-"):
            paths.append(word)
        elif name in _FLAKE8_FLAGS or re.fullmatch(r"-[vq]+", word):
            kept += (
                [new] if (new := {"--exit-zero": "--exit-zero", "--disable-noqa": "--ignore-noqa"}.get(name)) else []
            )
        elif (not equals and word.startswith("--")) or re.fullmatch(r"-[jO]", word):
            value = next(rest, "")
        if name == "--select" and value:
            codes = value.strip("'\"").split(",")
            strange = unknown(codes)
            advice = [",".join(code for code in codes if code and code not in strange)]
        elif name == "--max-complexity" and not advice:
            advice = ["E,F,W,C90"]
        elif name == "--output-file":
            kept.append(f"--output-file={value}")
    if "--exit-zero" in kept:  # it fails nobody and shows more than the gate
        kept.append(f"--extend-select={advice[0] if advice and advice[0] else 'E,F,W'}")
    return ["check", *kept, *paths]


def _isort(words: Sequence[str]) -> list[str] | None:
    check = any(w in ("-c", "--check", "--check-only", "--diff", "--df") for w in words)
    if any(w in ("-", "--stdout", "--show-config", "--show-files") for w in words):
        return None
    if "--version" in words or "--vn" in words:
        return ["--version"]
    options = ["--select=I"] if check else ["--select=I", "--fix"]
    return ["check", *options, *_paths(words, _ISORT_VALUED)]


def _black(words: Sequence[str]) -> list[str] | None:
    if any(w in ("-", "-c", "--code", "--line-ranges") for w in words):
        return None
    if words[:1] == ["--version"]:
        return ["--version"]
    kept = [w for w in words if w in ("--check", "--diff", "--quiet", "-q")]
    return ["format", *kept, *_paths(words, _BLACK_VALUED)]


def _paths(words: Sequence[str], valued: Collection[str]) -> Iterator[str]:
    rest = iter(words)
    for word in rest:
        if word in valued or is_short_for(word, valued):
            next(rest, None)
        elif not word.startswith("-"):
            yield word


def _autoflake(words: Sequence[str]) -> list[str] | None:
    options = {w.partition("=")[0] for w in words}
    if options & {"-s", "--stdout", "-"}:
        return None
    paths = _paths(words, autoflake.VALUED)
    if options & {"-i", "--in-place"} or any(re.fullmatch(r"-[a-z]*i[a-z]*", w) for w in words):
        return ["check", "--fix-only", *paths]
    rules = ["F401", *(["F841"] if "--remove-unused-variables" in options else [])]
    return ["check", f"--select={','.join(rules)}", *([] if options & {"-c", "--check"} else ["--diff"]), *paths]


def _pyupgrade(words: Sequence[str]) -> list[str] | None:
    return None if "-" in words else ["check", "--fix-only", *_paths(words, ())]


def _linter(valued: Collection[str], unusual: Collection[str]) -> Callable[[Sequence[str]], list[str] | None]:
    """For a linter of which only the paths count, and whether it fails."""

    def arguments_of(words: Sequence[str]) -> list[str] | None:
        if any(w == "-" or w.partition("=")[0] in unusual for w in words):
            return None
        return ["check", *(["--exit-zero"] if "--exit-zero" in words else []), *_paths(words, valued)]

    return arguments_of


_BANDIT_FORMATS = {"json": "json", "sarif": "sarif", "txt": "concise", "screen": "concise", "custom": "concise"}


def _bandit(words: Sequence[str]) -> list[str] | None:
    kept: list[str] = []
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if name in ("-f", "--format", "-o", "--output"):
            value = value if equals else next(rest, "")
            if name in ("-f", "--format"):
                if value not in _BANDIT_FORMATS:
                    return None
                kept += [f"--output-format={_BANDIT_FORMATS[value]}"] if value in ("json", "sarif") else []
            else:
                kept.append(f"--output-file={value}")
        elif word == "--exit-zero":
            kept.insert(0, word)
    return ["check", *kept, *_paths(words, bandit.VALUED)]


def _yapf(words: Sequence[str]) -> list[str] | None:
    options = {w.partition("=")[0] for w in words}
    if options & {"-l", "--lines", "-"}:
        return None
    kept = [] if options & {"-i", "--in-place"} else ["--diff"]
    return ["format", *kept, *_paths(words, yapf.VALUED)]


RUFF_VALUED = frozenset(
    "--select --extend-select --ignore --extend-ignore --fixable --unfixable --extend-fixable --config --exclude "
    "--extend-exclude --per-file-ignores --extend-per-file-ignores --line-length --target-version --output-format "
    "--output-file -o --cache-dir --stdin-filename --extension --range --format".split()
)


def _ruff(words: Sequence[str]) -> list[str]:
    """Ruff's own words: subcommand and paths; the old ``ruff .`` checks."""
    named = [word for word in _paths(words, RUFF_VALUED) if not word.startswith("-")]
    command = named.pop(0) if named[:1] in (["check"], ["format"]) else "check"
    return [command, *named]


_ARGUMENTS: dict[str, Callable[[Sequence[str]], list[str] | None]] = {
    "flake8": _flake8,
    "isort": _isort,
    "black": _black,
    "autoflake": _autoflake,
    "bandit": _bandit,
    "pycodestyle": _linter(pycodestyle.VALUED, ("--diff",)),
    "pydocstyle": _linter(pydocstyle.VALUED, ()),
    "pyflakes": _linter((), ()),
    "pylint": _linter(pylint.VALUED, ("--generate-rcfile", "--generate-toml-config", "--list-msgs", "--output")),
    "pyupgrade": _pyupgrade,
    "ruff": _ruff,
    "ruff-format": _ruff,
    "yapf": _yapf,
}
