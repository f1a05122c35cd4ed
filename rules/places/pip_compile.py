"""``pip-compile`` as ``uv pip compile`` with the same outcome: uv's defaults are others. Pure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from rules.places.calls import Word

#: The option that has uv take the best of several indexes, as pip does.
BEST = "--index-strategy unsafe-best-match"

_VALUED = frozenset(
    "-o --output-file --extra -c --constraint -i --index-url --extra-index-url -f --find-links -P --upgrade-package "
    "--annotation-style --resolver --cache-dir --trusted-host --unsafe-package".split()
)
_KEPT = _VALUED - {"--resolver"} | frozenset(
    "--generate-hashes --no-annotate --annotate --no-header --header -U --upgrade --pre -q --quiet -v --verbose "
    "--no-emit-index-url --emit-index-url --emit-find-links --no-emit-find-links --all-extras --no-index "
    "--strip-extras --no-strip-extras --allow-unsafe --no-allow-unsafe --no-build-isolation".split()
)
_IDLE = frozenset(
    "--resolver --no-emit-trusted-host --no-emit-options --reuse-hashes --no-reuse-hashes --build-isolation "
    "--no-config".split()
)
_UNSAFE = "--no-emit-package setuptools --no-emit-package pip --no-emit-package distribute"


def pip_compile(words: Sequence[Word], *, indexes: bool) -> str | None:
    """uv's command for these words behind ``pip-compile``; ``None`` where none certainly does the same."""
    parts = list(spelled(words, _VALUED, _KEPT, _IDLE))
    names = {option for option, _ in parts}
    if None in names:
        return None
    inputs = [text for option, text in parts if option == ""]
    told = [text for option, text in parts if text and option not in ("--allow-unsafe", "--no-strip-extras")]
    told = [text for text in told if text not in ("--strip-extras", "--no-allow-unsafe")]
    if not inputs:
        told.append("requirements.in")
    if not {"-o", "--output-file"} & names:
        if len(inputs) > 1:
            return None
        told.append(f"-o {_output(inputs[0] if inputs else 'requirements.in')}")
    told += [] if "--strip-extras" in names else ["--no-strip-extras"]
    told += [] if "--allow-unsafe" in names else [_UNSAFE]
    told += [BEST] if indexes or "--extra-index-url" in names else []
    return f"uv pip compile {' '.join(told)}"


def _output(source: str) -> str:
    """Where pip-compile writes without being told."""
    stem, ending = posixpath.splitext(source)
    return f"{stem}.txt" if ending == ".in" else posixpath.join(posixpath.dirname(source), "requirements.txt")


_SPELLED = {"--no-cache-dir": "--no-cache", "--requirement": "-r", "--constraint": "-c"}
_CHECK = "--disable-pip-version-check"


def spelled(
    words: Sequence[Word], valued: frozenset[str], kept: frozenset[str], idle: frozenset[str]
) -> Iterator[tuple[str | None, str]]:
    """Each option (``""`` for a plain word, ``None`` for what is not known) with its text for uv (``""``: it goes)."""
    number = 0
    while number < len(words):
        word = words[number]
        name, equals, _ = word.value.partition("=")
        number += 1
        if not name.startswith("-"):
            yield "", word.raw
            continue
        if name not in kept | idle and re.match(r"-[rceifoP][^-]", word.value):
            yield word.value[:2], f"{word.value[:2]} {word.raw[2:]}"
            continue
        text = _SPELLED.get(name, name) + (f"={word.raw.partition('=')[2]}" if equals else "")
        if name in valued and not equals and number < len(words):
            text, number = f"{_SPELLED.get(name, name)} {words[number].raw}", number + 1
        if name in idle:
            yield name, ""
        elif name in kept:
            yield name, "--prerelease allow" if name == "--pre" else "" if name == _CHECK else text
        else:
            yield None, text
