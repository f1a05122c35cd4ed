"""Command lines taken apart: which program it is, which wrappers stand before it, what pip is asked to install."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

PACKAGING = frozenset(
    """
    pip setuptools wheel virtualenv pip-tools pipx poetry poetry-core poetry-plugin-export poetry-plugin-shell uv pipenv
    pdm hatch hatchling flit flit-core rye tox tox-uv tox-gh tox-gh-actions tox-pyenv tox-pdm tox-conda tox-venv nox
    nox-uv nox-poetry build twine installer conda mamba conda-lock conda-build cibuildwheel maturin setuptools-scm
    setuptools-rust scikit-build scikit-build-core meson-python meson ninja pixi micropipenv pep517 pyproject-hooks
    poetry-dynamic-versioning poetry-dynamic-versioning-plugin poetry-version-plugin versioneer hatch-vcs
    hatch-fancy-pypi-readme hatch-pip-compile check-wheel-contents auditwheel delocate delvewheel packaging bump2version
    bumpversion bump-my-version python-semantic-release virtualenvwrapper virtualenv-clone pip-audit
    distribute easy-install venv ensurepip pbr pyproject-metadata pybuild-deps uv-build
    poetry-plugin-bundle poetry-multiproject-plugin poetry-polylith-plugin poetry-plugin-up pdm-backend
    """.split()
)
_PYTHON = re.compile(r"(?:python|pypy|py)(?:[23](?:\.\d{1,2})?)?t?(?:\.exe)?|\$\{?\w*PY(?:THON)?\w*\}?", re.IGNORECASE)
_PIP = re.compile(r"pip(?:[23](?:\.\d{1,2})?)?")
_VARIABLE = re.compile(r"\$\{?(?:\w*_)?(?P<name>PIP3?|POETRY|UV|PIPENV|PDM|PYTEST|TOX|NOX|HATCH|MAKE)(?:_BIN|_EXE)?\}?")
_MODULES = {
    "piptools": "pip-tools",
    "py.test": "pytest",
    "pre_commit": "pre-commit",
    "flit_core": "flit",
    "build": "pyproject-build",
}
_MODULE_OPTION = re.compile(r"-[bBdEhiIOPqRsSuvVx]{0,8}m")
_PYTHON_VALUES = frozenset({"-W", "-X", "--check-hash-based-pycs"})


@dataclass(frozen=True, slots=True)
class Program:
    """A program by its plain name with its arguments; ``home`` is the folder it was called from, if it was given."""

    name: str
    args: tuple[str, ...]
    home: str | None = None

    @property
    def sub(self) -> str:
        """The first argument that is no option or option's value, ``""`` where there is none."""
        return next(iter(after_options(self.args, _GLOBAL.get(self.name, ()))), "")


@lru_cache(maxsize=8192)
def program(argv: tuple[str, ...]) -> Program:
    """The program that ``argv`` starts: ``/opt/venv/bin/pip3.11``, ``python -m pip`` and ``%pip`` are all ``pip``."""
    if not argv:
        return Program("", ())
    first = argv[0].lstrip("%!@")
    name = posixpath.basename(first.replace("\\", "/")).removesuffix(".exe").removesuffix(".cmd")
    home = posixpath.dirname(first) or None
    if match := _VARIABLE.fullmatch(name):
        name = match["name"].lower()
    if name == "sage" and argv[1:2] in (("-pip",), ("--pip",)):
        return Program("pip", tuple(argv[2:]), home)
    if _PYTHON.fullmatch(name):
        return _module(argv[1:], home) or Program("python", tuple(argv[1:]), home)
    if argv[1:2] == ("-m",) and (name.startswith("$") or argv[2:3] in (("pip",), ("uv",), ("pytest",))):
        return _module(argv[1:], home) or Program(name, tuple(argv[1:]), home)
    return _named(name, tuple(argv[1:]), home)


def _module(args: Sequence[str], home: str | None) -> Program | None:
    for number, word in enumerate(args):
        if _MODULE_OPTION.fullmatch(word) and number + 1 < len(args):  # -m, or last of several: -Im, -um
            return _named(_MODULES.get(args[number + 1], args[number + 1]), tuple(args[number + 2 :]), home)
        if word.startswith("-m") and len(word) > 2:
            return _named(_MODULES.get(word[2:], word[2:]), tuple(args[number + 1 :]), home)
        if not word.startswith("-") and (number == 0 or args[number - 1] not in _PYTHON_VALUES):
            return None
        if word == "-c":
            return None
    return None


def _named(name: str, args: tuple[str, ...], home: str | None) -> Program:
    if _PIP.fullmatch(name):
        name = "pip"
    elif name == "noxfile.py":
        return Program("nox", args, home)
    elif name == "pip-install":
        return Program("pip", ("install", *args), home)
    elif name in ("pip-compile", "pip-sync", "pip-sync-faster"):
        return Program("pip-tools", (name.removeprefix("pip-").removesuffix("-faster"), *args), home)
    elif name in ("mamba", "micromamba"):
        name = "conda"
    return Program(name, args, home)


# options that take a word of their own, by program
_POETRY = frozenset({"-C", "--directory", "-P", "--project", "--only", "--with", "--without", "-E", "--extras"})
_UV = frozenset(
    """
    --project --directory --config-file --cache-dir --color --with --with-requirements --with-editable -w --extra
    --no-extra --group --no-group --only-group --package -p --python --env-file --index --default-index -i
    --index-url --extra-index-url -f --find-links --index-strategy --keyring-provider --resolution --prerelease
    --exclude-newer --link-mode --python-platform -C --config-setting --upgrade-package -P --reinstall-package
    --no-build-package --no-binary-package --refresh-package --no-install-package --from --allow-insecure-host
    --torch-backend -c --constraints --constraint --overrides --python-preference
    """.split()
)
_CONDA = frozenset({"-n", "--name", "-p", "--prefix", "--cwd", "-e", "--log-level"})
_PDM = frozenset({"-p", "--project", "-s", "--site-packages", "-c", "--config"})
_PIXI = frozenset({"-e", "--environment", "--manifest-path", "-m", "--color", "--auth-file", "--concurrent-downloads"})
_HATCH = frozenset({"-e", "--env", "-p", "--project", "--data-dir", "--cache-dir", "--config", "-i", "--include", "-x"})
_PIPX = frozenset({"--spec", "--python", "--pip-args", "-i", "--index-url", "--suffix", "--fetch-missing-python"})
_GLOBAL: Mapping[str, frozenset[str]] = {
    "poetry": frozenset({"-C", "--directory", "-P", "--project"}),
    "pdm": _PDM,
    "hatch": _HATCH,
    "uv": frozenset({"--project", "--directory", "--config-file", "--cache-dir", "--color", "--python"}),
    "pixi": _PIXI,
    "pip": frozenset(
        {"--python", "--proxy", "--log", "--timeout", "--retries", "--cache-dir", "--cert", "--trusted-host"}
    ),
}


def after_options(words: Sequence[str], values: Iterable[str] = ()) -> tuple[str, ...]:
    """The words from the first that is neither an option nor the value of one of ``values``."""
    taking = frozenset(values)
    position = 0
    while position < len(words):
        word = words[position]
        if word == "--":
            return tuple(words[position + 1 :])
        if not word.startswith("-") or word == "-":
            break
        position += 2 if word in taking else 1
    return tuple(words[position:])


def options_before(words: Sequence[str], rest: Sequence[str]) -> tuple[str, ...]:
    """The words before ``rest``, which is their tail."""
    return tuple(words[: len(words) - len(rest)])


SHELLS = frozenset({"bash", "sh", "dash", "zsh", "source", ".", "pwsh", "powershell", "cmd"})


def script_word(argv: tuple[str, ...]) -> str | None:
    """The file that a command starts as a script, by its path or behind a shell; ``None`` for a program by name."""
    started = program(argv)
    if started.name not in SHELLS:
        return argv[0] if "/" in argv[0] else None
    rest = after_options(started.args, ("-o", "-O", "-ExecutionPolicy", "-ep"))
    rest = rest[1:] if started.name == "cmd" and rest[:1] in (("/c",), ("/C",)) else rest
    return rest[0].replace("\\", "/") if rest else ""


def cloned(argv: tuple[str, ...]) -> tuple[str, str] | None:
    """The name of the repository that ``git clone`` or ``hg clone`` takes, and the folder that it makes."""
    started = program(argv)
    if started.name not in ("git", "hg") or started.args[:1] != ("clone",):
        return None
    words = after_options(started.args[1:], ("-b", "--branch", "--depth", "-o", "--origin", "-c", "--config", "-j"))
    if not words:
        return None
    name = posixpath.basename(words[0].rstrip("/")).removesuffix(".git").rpartition(":")[2]
    return name, next((word for word in words[1:] if not word.startswith("-")), name)


def option(words: Sequence[str], *names: str) -> str | None:
    """The value of the first of the options ``names`` (``--x v``, ``--x=v``, ``-Cv`` for short ones)."""
    for number, word in enumerate(words):
        for name in names:
            if word == name and number + 1 < len(words):
                return words[number + 1]
            if name.startswith("--") and word.startswith(name + "="):
                return word[len(name) + 1 :]
            if not name.startswith("--") and word.startswith(name) and not word.startswith("--") and len(word) > 2:
                return word[len(name) :].removeprefix("=")
    return None


def options(words: Sequence[str], *names: str) -> list[str]:
    """All values of the options ``names``."""
    found: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        if word in names and rest:
            found.append(rest.pop(0))
        elif equals and name in names:
            found.append(value)
    return found


_ASKING = frozenset(
    """
    -l --list --listenvs -a --listenvs-all --list-sessions --showconfig --version --help -h list config quickstart
    """.split()
)


def asks_only(args: Sequence[str]) -> bool:
    """Whether tox or nox only tells something and runs nothing."""
    return not _ASKING.isdisjoint(args[: args.index("--")] if "--" in args else args)


def spread(words: Sequence[str], letter: str) -> tuple[str, ...]:
    """Short options that are written together taken apart where ``letter`` is the last: ``-qe NAME`` is ``-q -e``.

    What follows the letter in the same word is its value: ``-ePY``.
    """
    found: list[str] = []
    for number, word in enumerate(words):
        if word == "--":
            return (*found, *words[number:])
        match = re.fullmatch(rf"-(?P<flags>[A-Za-z]{{0,6}}?){letter}(?P<value>[^-=].{{0,500}})?", word)
        if match is None or (not match["flags"] and not match["value"]):
            found.append(word)
        else:
            found.extend(f"-{flag}" for flag in match["flags"])
            found.extend((f"-{letter}", *((match["value"],) if match["value"] else ())))
    return tuple(found)


def inner(started: Program) -> tuple[str, ...] | None:
    """The command that a runner starts inside its environment (``poetry run X``, ``uvx X``); ``None`` for others."""
    name, args = started.name, started.args
    if name in ("poetry", "pdm", "pipenv", "rye", "uv", "conda", "pixi", "hatch") and started.sub == "run":
        rest = _after_sub(args, "run")
        values = {"poetry": _POETRY, "uv": _UV, "conda": _CONDA, "pdm": _PDM, "pixi": _PIXI, "hatch": _HATCH}
        if name == "uv" and (module := option(options_before(rest, after_options(rest, _UV)), "-m", "--module")):
            return (module, *after_options(rest, _UV | {"-m", "--module"}))
        found = after_options(rest, values.get(name, ()))
        if name == "hatch" and found and ":" in found[0]:
            return (found[0].split(":", 1)[1], *found[1:])
        while len(found) > 1 and _ARRAY.fullmatch(found[0]):  # more options, or nothing at all
            found = after_options(found[1:], values.get(name, ()))
        return found
    if name == "uvx" or (name == "uv" and args[:2] == ("tool", "run")):
        return _tool(after_options(args if name == "uvx" else args[2:], _UV))
    if name == "pipx" and args[:1] == ("run",):
        return _tool(after_options(args[1:], _PIPX))
    if name == "coverage" and args[:1] == ("run",):
        rest = args[1:]
        return ("python", *rest)
    return None


_ARRAY = re.compile(r"\$\{\w{1,100}\[[@*]\]\}")


def _tool(words: tuple[str, ...]) -> tuple[str, ...]:
    """``ruff@0.9 check`` as ``ruff check``."""
    if not words:
        return ()
    name = re.split(r"@|==", words[0])[0]
    return (_MODULES.get(name, name), *words[1:])


def _after_sub(args: Sequence[str], sub: str) -> tuple[str, ...]:
    return tuple(args[args.index(sub) + 1 :])


# ------------------------------------------------------------------------------------------------------------------ pip

_PIP_VALUES = frozenset(
    """
    -i --index-url --pypi-url --extra-index-url -f --find-links -t --target --prefix --root --src --python -p
    --platform --python-version --implementation --abi --only-binary --no-binary --cache-dir --log --proxy --retries
    --timeout --exists-action --trusted-host --cert --client-cert --config-settings --config-setting -C
    --global-option --install-option --build-option --upgrade-strategy --progress-bar --report --root-user-action
    --use-feature --use-deprecated --keyring-provider -w --wheel-dir -d --dest -b --build --index --default-index
    --index-strategy --resolution --prerelease --exclude-newer --link-mode --extra --override --overrides
    --build-constraint --build-constraints --torch-backend --config-file --project --directory --reinstall-package
    -P --upgrade-package --refresh-package --color --allow-insecure-host --no-build-isolation-package
    --python-platform --no-build-package --default-timeout --excludes --exclude --uploaded-prior-to -o --output-file
    --format --path
    """.split()
)
_ARCHIVE = (".whl", ".tar.gz", ".zip", ".tar.bz2", ".tgz")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}")
_URL = re.compile(r"(?:[A-Za-z][\w.+-]{0,20}\+)?(?:https?|ssh|git|file|svn|hg|bzr|s3|ftp):|git@")
_READ = re.compile(r"(?:cat|<|grep|egrep|sed|awk|head|tail|cut|tr|xargs)\b|<")


@dataclass(frozen=True, slots=True, kw_only=True)
class PipAsk:
    """What a ``pip install``-like command names: files, local paths, packages; ``-e`` targets are among the paths."""

    requirements: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    archives: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    flags: frozenset[str] = frozenset()
    target: str | None = None

    @property
    def installs_project(self) -> bool:
        """Whether it installs the project or its declared dependencies, and not only packages by name."""
        return bool(self.requirements or self.paths or self.archives or self.groups)


_SHORT = re.compile(r"-(?P<flags>[qvUI]{1,6})(?P<last>[rce].{0,500})")


@lru_cache(maxsize=2048)
def pip_ask(words: tuple[str, ...]) -> PipAsk:
    """Read the arguments after ``install`` (``sync``, ``wheel``, ``download``)."""
    found: dict[str, list[str]] = {k: [] for k in ("-r", "-c", "path", "archive", "name", "group", "unclear")}
    flags: set[str] = set()
    target: str | None = None
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if match := _SHORT.fullmatch(word):  # -qr, -Ur, -qUe: the last of several takes the value
            flags.update(f"-{letter}" for letter in match["flags"])
            word = f"-{match['last']}"
        name, equals, value = word.partition("=")
        if name in ("-r", "--requirement", "--requirements", "-c", "--constraint", "--constraints", "--group"):
            key = {"-": "group", "r": "-r", "c": "-c"}["-" if name == "--group" else name.lstrip("-")[0]]
            found[key].append(value if equals else rest.pop(0) if rest else "")
        elif name in ("-e", "--editable", "-we"):
            _place(value if equals else rest.pop(0) if rest else "", found)
        elif re.match(r"-[rce][^-=]", word):
            (_place(word[2:], found) if word[1] == "e" else found[word[:2]].append(word[2:]))
        elif word.startswith("-") and word != "-":
            flags.add(name)
            if name in ("-t", "--target", "--prefix", "--root"):
                target = value if equals else rest[0] if rest else None
            if name in _PIP_VALUES and not equals and rest:
                rest.pop(0)
        else:
            _place(word, found)
    return PipAsk(
        requirements=tuple(found["-r"]),
        constraints=tuple(found["-c"]),
        paths=tuple(found["path"]),
        archives=tuple(found["archive"]),
        names=tuple(found["name"]),
        groups=tuple(found["group"]),
        unclear=tuple(found["unclear"]),
        flags=frozenset(flags),
        target=target,
    )


def _picked(text: str) -> str | None:
    """The one package that a ``grep`` picks out of a file: ``$(grep "pip-tools==" requirements/dev.txt)``."""
    match = _PICKED.match(text)
    return match["name"] if match is not None else None


_PICKED = re.compile(
    r"(?:\$\(|`)\s{0,9}e?grep\s{1,9}(?:-[A-Za-uw-z]{1,9}\s{1,9}){0,9}[\"']?\^?(?P<name>[A-Za-z][\w.-]{0,80}?)(?:\[|[=<>~!]=|$|[\"'\s])"
)


def _place(word: str, found: dict[str, list[str]]) -> None:
    """Put one target where it belongs."""
    bare = re.sub(r"\[[^\]]{0,300}\]$", "", word.split(";")[0].strip())
    if not bare:
        return
    if bare.startswith(("$(", "`")):
        inside = re.split(r"[\s<>|()`\"']+", bare)
        files = [w for w in inside if re.search(r"\.(?:txt|in|pip|lock)$", w)]
        if named := _picked(bare):
            found["name"].append(named)
        elif built := [w for w in inside if w.endswith(_ARCHIVE) and "://" not in w]:
            found["archive"].extend(built)
        else:
            found["-r" if files and _READ.search(bare) else "unclear"].extend(files or [word])
    elif " @ " in word or _URL.match(bare) or re.match(r"[\w.-]+@(?:git\+|https?:|file:)", word):
        _, _, address = word.partition("@")
        if address.strip().startswith("file:") or bare.startswith("file:"):
            found["path"].append(address.strip() if address.strip().startswith("file:") else bare)
        else:
            found["name"].append(word)
    elif bare.endswith(_ARCHIVE) or ("/" in bare and "*" in bare):
        found["archive"].append(bare)
    elif bare in (".", "..") or bare.startswith(("./", "../", "/", "~", ".\\")) or "/" in bare:
        found["path"].append(word.split(";")[0].strip())  # with its extras
    elif bare.startswith(("$", "{", "<")):
        found["unclear"].append(word)
    else:
        found["name"].append(word)


def distribution(word: str) -> str:
    """The normalised name of a requirement as written on a command line; ``""`` where it cannot be seen."""
    match = _NAME.match(word.strip("\"' "))
    return re.sub(r"[-_.]+", "-", match[0]).lower().rstrip("-") if match and not _URL.match(word) else ""
