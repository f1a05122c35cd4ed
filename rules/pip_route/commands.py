"""One command of pip or pip-tools as the command of uv that does the same; ``None`` where none certainly does. Pure.

Options that uv does not know and that change nothing for it go; an option that means something else keeps the command.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from rules.places.calls import Call, Word, words_of
from rules.places.pip_compile import BEST, pip_compile, spelled

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
        made = pip_compile(words[2 if program == "piptools" else 1 :], indexes=indexes)
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
    parts = list(spelled(words[2:], _VALUED, _KEPT, _IDLE))
    names = {option for option, _ in parts}
    if None in names or not {"-r", "--requirement"} & names:
        return None
    told = [*(text for _, text in parts if text), *([BEST] if indexes or "--extra-index-url" in names else [])]
    return f"uv pip install {python} {' '.join(told)}"


def _sync(words: list[Word], python: str, indexes: bool) -> str | None:
    rest = words[1:]
    if any(w.value.startswith("-") and w.value not in ("-q", "--quiet", "-v", "--verbose", "--dry-run") for w in rest):
        return None
    files = [w.raw for w in rest if not w.value.startswith("-")] or ["requirements.txt"]
    flags = [w.raw for w in rest if w.value.startswith("-")]
    return " ".join(["uv pip sync", python, *flags, *files, *([BEST] if indexes else [])])


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
