"""One command of pip or pip-tools as the command of uv that does the same; ``None`` where none certainly does. Pure.

Options that uv does not know and that change nothing for it go; an option that means something else keeps the command.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from rules.places.calls import Call, Word, words_of

_VALUED = frozenset(
    "-r --requirement -c --constraint -e --editable -i --index-url --extra-index-url -f --find-links --no-binary "
    "--only-binary -t --target --prefix --timeout --default-timeout --retries --progress-bar --root-user-action "
    "--trusted-host --cache-dir --upgrade-strategy --src --use-feature --use-deprecated".split()
)
_KEPT = frozenset(
    "-r --requirement -c --constraint -e --editable -i --index-url --extra-index-url -f --find-links --no-binary "
    "--only-binary -t --target --prefix -U --upgrade --no-deps --require-hashes --no-index --pre "
    "--no-build-isolation -q --quiet -v --verbose --force-reinstall --dry-run --trusted-host --break-system-packages "
    "--no-cache-dir --disable-pip-version-check --cache-dir".split()
)
_IDLE = frozenset(
    "--no-input --progress-bar --prefer-binary --timeout --default-timeout --retries --use-pep517 "
    "--no-warn-script-location --root-user-action --no-python-version-warning --no-color".split()
)
_SPELLED = {"--no-cache-dir": "--no-cache", "--requirement": "-r", "--constraint": "-c"}
_BEST = "--index-strategy unsafe-best-match"

_COMPILE_VALUED = frozenset(
    "-o --output-file --extra -c --constraint -i --index-url --extra-index-url -f --find-links -P --upgrade-package "
    "--annotation-style --resolver --cache-dir --trusted-host --unsafe-package".split()
)
_COMPILE_KEPT = _COMPILE_VALUED - {"--resolver"} | frozenset(
    "--generate-hashes --no-annotate --annotate --no-header --header -U --upgrade --pre -q --quiet -v --verbose "
    "--no-emit-index-url --emit-index-url --emit-find-links --no-emit-find-links --all-extras --no-index "
    "--strip-extras --no-strip-extras --allow-unsafe --no-allow-unsafe --no-build-isolation".split()
)
_COMPILE_IDLE = frozenset(
    "--resolver --no-emit-trusted-host --no-emit-options --reuse-hashes --no-reuse-hashes --build-isolation "
    "--no-config".split()
)
_UNSAFE = "--no-emit-package setuptools --no-emit-package pip --no-emit-package distribute"


def answer(call: Call, *, system: bool, indexes: bool) -> str | None:
    """The words of uv's command for ``call``.

    ``system``: nothing but the one Python is there (images, CI), so that uv takes that; else uv is shown the Python
    that pip belongs to. ``indexes``: the files name more than one index, of which pip takes the best.
    """
    words = list(words_of(call))
    program = posixpath.basename(words[0].value)
    python = "--system" if system and not folder_of(call) else f"--python {_python(call, words)}"
    made = None
    if re.fullmatch(r"pip[\d.]*", program):
        made = _install(words, python, indexes)
    elif program == "pip-sync":
        made = _sync(words, python, indexes)
    elif program == "pip-compile" or [w.value for w in words[:2]] == ["piptools", "compile"]:
        made = _compile(words[2 if program == "piptools" else 1 :], indexes)
    return f"{folder_of(call)}{made}" if made is not None else None


def folder_of(call: Call) -> str:
    """The folder of the pip or Python that is called, with its slash: uv is beside it once that installed it."""
    folder, slash, _ = call.words[0].raw.rpartition("/")
    return folder + slash


def _python(call: Call, words: Sequence[Word]) -> str:
    """The Python that a pip belongs to, as a path: that beside it, else the one that the shell finds."""
    if len(words) < len(call.words):
        name = call.words[0].raw
    else:
        folder, _, pip = words[0].raw.rpartition("/")
        found = re.search(r"pip([\d.]*)$", pip)
        name = posixpath.join(folder, f"python{found[1] if found else ''}")
    return name if "/" in name or name.startswith("$") else f'"$(command -v {name})"'


def _install(words: list[Word], python: str, indexes: bool) -> str | None:
    """``pip install -r FILE …``; other installs stay pip's."""
    values = [w.value for w in words]
    if values[1:2] != ["install"]:
        return None
    parts = list(_options(words[2:], _VALUED, _KEPT, _IDLE))
    names = {option for option, _ in parts}
    if None in names or not {"-r", "--requirement"} & names:
        return None
    told = [*(text for _, text in parts if text), *([_BEST] if indexes or "--extra-index-url" in names else [])]
    return f"uv pip install {python} {' '.join(told)}"


def _sync(words: list[Word], python: str, indexes: bool) -> str | None:
    rest = words[1:]
    if any(w.value.startswith("-") and w.value not in ("-q", "--quiet", "-v", "--verbose", "--dry-run") for w in rest):
        return None
    files = [w.raw for w in rest if not w.value.startswith("-")] or ["requirements.txt"]
    flags = [w.raw for w in rest if w.value.startswith("-")]
    return " ".join(["uv pip sync", python, *flags, *files, *([_BEST] if indexes else [])])


def _compile(words: list[Word], indexes: bool) -> str | None:
    """uv writes to the screen where pip-compile writes to a file, and has other defaults."""
    parts = list(_options(words, _COMPILE_VALUED, _COMPILE_KEPT, _COMPILE_IDLE))
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
    told += [_BEST] if indexes or "--extra-index-url" in names else []
    return f"uv pip compile {' '.join(told)}"


def _output(source: str) -> str:
    """Where pip-compile writes without being told."""
    stem, ending = posixpath.splitext(source)
    return f"{stem}.txt" if ending == ".in" else posixpath.join(posixpath.dirname(source), "requirements.txt")


def _options(
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


_CHECK = "--disable-pip-version-check"


def bootstrap(call: Call, uv: str) -> str | None:
    """``pip install pip-tools`` with uv in the place of pip-tools; ``None`` for any other command."""
    words = list(words_of(call))
    names = [w for w in words[2:] if re.fullmatch(r"pip-tools(?:[=~!<>].*)?", w.value)]
    if not re.fullmatch(r"pip[\d.]*", posixpath.basename(words[0].value)) or [w.value for w in words[1:2]] != [
        "install"
    ]:
        return None
    if not names:
        return None
    shown = [f"uv=={uv}" if w in names else w.raw for w in call.words]
    return " ".join(shown)
