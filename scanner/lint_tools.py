"""Linters, formatters and type checkers: by what names they go, and which command lines start them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Pep508
from packaging.utils import canonicalize_name

from scanner.facts import Location, Mention


@dataclass(frozen=True, slots=True, kw_only=True)
class LintTool:
    """One tool and its names: commands, distributions, pre-commit hook ids, sections and files that configure it.

    ``sections`` are dotted names of tables in ``pyproject.toml`` below ``tool``, ``ini`` those of ``setup.cfg`` and
    ``tox.ini``; a section counts with all below it. ``files`` are base names.
    """

    name: str
    category: str
    commands: tuple[str, ...] = ()
    distributions: tuple[str, ...] = ()
    hooks: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    ini: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


TOOLS: tuple[LintTool, ...] = (
    LintTool(
        name="autoflake",
        category="fixer",
        commands=("autoflake", "autoflake8"),
        distributions=("autoflake", "autoflake8"),
        hooks=("autoflake", "autoflake8", "nbqa-autoflake"),
        sections=("autoflake",),
        ini=("autoflake",),
    ),
    LintTool(
        name="bandit",
        category="linter",
        commands=("bandit",),
        distributions=("bandit",),
        hooks=("bandit", "nbqa-bandit"),
        sections=("bandit",),
        ini=("bandit",),
        files=(".bandit", "bandit.yaml", "bandit.yml", ".bandit.yaml", ".bandit.yml", "bandit.toml"),
    ),
    LintTool(
        name="black",
        category="formatter",
        commands=("black", "ufmt", "darker", "black-primer"),
        distributions=("black", "ufmt", "darker"),
        hooks=("black", "black-jupyter", "nbqa-black", "ufmt", "darker", "blacken-docs"),
        sections=("black", "ufmt", "darker"),
    ),
    LintTool(
        name="flake8",
        category="linter",
        commands=("flake8", "pflake8", "flakeheaven", "flakehell", "flake9"),
        distributions=("flake8", "pyproject-flake8", "flakeheaven", "flakehell", "flake9", "flake8-pyproject"),
        hooks=("flake8", "pyproject-flake8", "flakeheaven", "flakehell", "nbqa-flake8"),
        sections=("flake8", "flakeheaven", "flakehell"),
        ini=("flake8",),
        files=(".flake8",),
    ),
    LintTool(
        name="isort",
        category="formatter",
        commands=("isort",),
        distributions=("isort",),
        hooks=("isort", "nbqa-isort"),
        sections=("isort",),
        ini=("isort", "tool:isort"),
        files=(".isort.cfg",),
    ),
    LintTool(
        name="mypy",
        category="type-checker",
        commands=("mypy", "dmypy"),
        distributions=("mypy",),
        hooks=("mypy", "dmypy", "nbqa-mypy"),
        sections=("mypy",),
        ini=("mypy",),
        files=("mypy.ini", ".mypy.ini"),
    ),
    LintTool(
        name="pydocstyle",
        category="linter",
        commands=("pydocstyle", "pep257"),
        distributions=("pydocstyle", "pep257"),
        hooks=("pydocstyle", "nbqa-pydocstyle"),
        sections=("pydocstyle",),
        ini=("pydocstyle",),
        files=(".pydocstyle", ".pydocstyle.ini", ".pydocstylerc", ".pydocstylerc.ini"),
    ),
    LintTool(
        name="pylint",
        category="linter",
        commands=("pylint", "prospector"),
        distributions=("pylint", "prospector"),
        hooks=("pylint", "prospector", "nbqa-pylint"),
        sections=("pylint",),
        ini=("pylint",),
        files=(".pylintrc", "pylintrc", ".pylintrc.toml", "pylintrc.toml"),
    ),
    LintTool(
        name="pyre",
        category="type-checker",
        commands=("pyre", "pyre-check"),
        distributions=("pyre-check",),
        hooks=("pyre", "pyre-check"),
        files=(".pyre_configuration", ".pyre_configuration.local"),
    ),
    LintTool(
        name="pyright",
        category="type-checker",
        commands=("pyright", "basedpyright", "pyright-python"),
        distributions=("pyright", "basedpyright"),
        hooks=("pyright", "basedpyright"),
        sections=("pyright", "basedpyright"),
        files=("pyrightconfig.json",),
    ),
    LintTool(
        name="pytype",
        category="type-checker",
        commands=("pytype",),
        distributions=("pytype",),
        hooks=("pytype",),
        sections=("pytype",),
        ini=("pytype",),
        files=("pytype.cfg", "pytype.toml"),
    ),
    LintTool(
        name="pyupgrade",
        category="fixer",
        commands=("pyupgrade",),
        distributions=("pyupgrade",),
        hooks=("pyupgrade", "nbqa-pyupgrade"),
    ),
    LintTool(
        name="ruff",
        category="linter",
        commands=("ruff",),
        distributions=("ruff",),
        hooks=("ruff", "ruff-check", "nbqa-ruff", "nbqa-ruff-check"),
        sections=("ruff",),
        files=("ruff.toml", ".ruff.toml"),
    ),
    LintTool(
        name="ruff-format",
        category="formatter",
        hooks=("ruff-format", "nbqa-ruff-format"),
        sections=("ruff.format",),
    ),
    LintTool(
        name="ty",
        category="type-checker",
        commands=("ty",),
        distributions=("ty",),
        hooks=("ty", "ty-check"),
        sections=("ty",),
        files=("ty.toml",),
    ),
    LintTool(
        name="yapf",
        category="formatter",
        commands=("yapf", "yapf3"),
        distributions=("yapf",),
        hooks=("yapf", "nbqa-yapf"),
        sections=("yapf",),
        ini=("yapf",),
        files=(".style.yapf",),
    ),
)

BY_NAME = {tool.name: tool for tool in TOOLS}
_BY_COMMAND = {command: tool.name for tool in TOOLS for command in tool.commands}
_BY_DISTRIBUTION = {name: tool.name for tool in TOOLS for name in tool.distributions}
_BY_PYTEST = {f"pytest-{name}": name for name in ("black", "flake8", "isort", "mypy", "pydocstyle", "pylint", "ruff")}
_BY_PLUGIN = {name: name for name in ("flake8", "pylint")}  # their plug-ins depend on them
_BY_HOOK = {hook: tool.name for tool in TOOLS for hook in tool.hooks}
_BY_FILE = {name: tool.name for tool in TOOLS for name in tool.files}
_BY_SECTION = {section: tool.name for tool in TOOLS for section in tool.sections}
_BY_INI = {section: tool.name for tool in TOOLS for section in tool.ini}

# Plug-ins that make pytest run a tool, by the option that switches them on.
_PYTEST_OPTIONS = {
    "--black": "black",
    "--flake8": "flake8",
    "--isort": "isort",
    "--mypy": "mypy",
    "--pydocstyle": "pydocstyle",
    "--pylint": "pylint",
    "--ruff": "ruff",
    "--ruff-format": "ruff-format",
    "--yapf": "yapf",
}
_RUFF_NOT_LINTING = frozenset({"clean", "config", "generate-shell-completion", "help", "rule", "server", "version"})
_SELF_DESCRIPTION = frozenset({"--version", "--help", "-h", "-V"})


@dataclass(frozen=True, slots=True)
class Use:
    """A tool that a command line starts, with the version that the line itself names."""

    tool: str
    version: str | None = None


def tool_of_distribution(name: str) -> str | None:
    """The tool that the distribution ``name`` (the wrapper or the plug-in of that name) brings."""
    normal = canonicalize_name(name)
    if (named := _BY_DISTRIBUTION.get(normal) or _BY_PYTEST.get(normal)) is not None:
        return named
    return _BY_PLUGIN.get(normal.partition("-")[0] if "-" in normal else "")


def tool_of_hook(hook_id: str) -> str | None:
    """The tool that the pre-commit hook ``hook_id`` runs."""
    return _BY_HOOK.get(hook_id)


def tool_of_file(path: str) -> str | None:
    """The tool that the file ``path`` configures, by its name."""
    return _BY_FILE.get(posixpath.basename(path))


def tool_of_section(name: str) -> str | None:
    """The tool that a section configures: ``tool.ruff.format`` of TOML, or ``mypy-foo.*`` and ``tool:isort`` of INI."""
    if name.startswith("tool."):
        parts = name.removeprefix("tool.").split(".")
        return _BY_SECTION.get(".".join(parts[:2])) or _BY_SECTION.get(parts[0])
    return _BY_INI.get(name) or _BY_INI.get(re.split(r"[-.]", name, maxsplit=1)[0])


def tools_of_command(argv: Sequence[str]) -> tuple[Use, ...]:
    """The tools that a command line starts, through runners (``poetry run``, ``python -m``, ``uvx``) and wrappers."""
    words, version = unwrap(argv)
    if not words:
        return ()
    name, arguments = _command_name(words[0]), words[1:]
    name, _, pinned = name.partition("@")
    version = version or _version_in(pinned)
    match name:
        case "pytest" | "py.test":
            return tuple(Use(tool) for option in arguments if (tool := _PYTEST_OPTIONS.get(option)))
        case "hatch" if arguments[:1] and arguments[0] in ("fmt", "format"):
            return _hatch_fmt(arguments[1:])
        case "ruff":
            return _ruff(arguments, version)
        case "uv" if "format" in arguments[:1]:
            return (Use("ruff-format"),)
        case "ty" if arguments[:1] != ["check"]:
            return ()
    if name not in _BY_COMMAND or not _SELF_DESCRIPTION.isdisjoint(arguments):
        return ()
    return (Use(_BY_COMMAND[name], version),)


_PREFIX = re.compile(r"\$\{\w{1,80}\}/?(?=\w)|\$\((?:which|command -v|type -P) |\)$")


def _command_name(word: str) -> str:
    """The bare name of a program: without folders, suffixes, ``${PREFIX}`` before it and ``$(which …)`` around it."""
    word = _PREFIX.sub("", word)
    name = word.rsplit("/", 1)[-1].rsplit("\\", 1)[-1].lower()
    return name.removesuffix(".exe").removesuffix(".cmd").removesuffix(".__main__")


def _version_in(text: str) -> str | None:
    text = text.removeprefix("==").removeprefix("v")
    return text if re.fullmatch(r"\d[\w.+!-]{0,40}", text) else None


def _hatch_fmt(arguments: Sequence[str]) -> tuple[Use, ...]:
    if {"-l", "--linter"} & set(arguments):
        return (Use("ruff"),)
    if {"-f", "--formatter"} & set(arguments):
        return (Use("ruff-format"),)
    return (Use("ruff"), Use("ruff-format"))


def _ruff(arguments: Sequence[str], version: str | None) -> tuple[Use, ...]:
    """``ruff check`` and the old ``ruff .`` lint, ``ruff format`` formats; other subcommands do neither."""
    if not arguments or not _SELF_DESCRIPTION.isdisjoint(arguments):
        return ()
    words = _after_options(arguments, _RUFF_VALUES)
    command = words[0] if words else arguments[0]
    if command == "format":
        return (Use("ruff-format", version),)
    return () if command in _RUFF_NOT_LINTING else (Use("ruff", version),)


_RUFF_VALUES = frozenset({"--config", "--select", "--ignore", "--extend-select", "--line-length", "--target-version"})


# --- runners -----------------------------------------------------------------------------------------------------

_RUN_RUNNERS = frozenset({"poetry", "pdm", "pipenv", "rye", "pixi", "hatch", "uv", "conda", "mamba", "micromamba"})
_NODE_RUNNERS = frozenset({"npx", "bunx", "pnpx"})
_UV_VALUES = frozenset(
    """
    --with --with-editable --with-requirements -w --from --extra --group --only-group --no-group --no-extra --package
    --python -p --directory --project --env-file --index-url -i --extra-index-url --index --default-index --find-links
    -f --cache-dir --config-file --refresh-package --upgrade-package -P --reinstall-package --constraints -c
    --overrides --exclude-newer --resolution --prerelease --link-mode --config-setting -C --python-preference
    --color --allow-insecure-host --index-strategy --keyring-provider
    """.split()
)
_OTHER_VALUES = frozenset(
    """
    -n --name -p --prefix -e --env --environment --manifest-path --feature --project -P -C --directory --spec --python
    --pip-args --index-url -i --backend --venv -g --cwd -w --workdir -u --user -s --signal -k --kill-after
    """.split()
)
_PYTHON = re.compile(r"(?:python|pypy|py)(?:\d(?:\.\d{1,2})?t?)?w?")
_MODULE_OPTION = re.compile(r"-[bBdEhiIOPqRsSuvVx]{0,8}m")
_UNWRAP_LIMIT = 12


def unwrap(argv: Sequence[str]) -> tuple[list[str], str | None]:
    """The command proper behind runners, and the version that a runner was asked for (``uvx ruff@0.9.1``)."""
    words = list(argv)
    version: str | None = None
    for _ in range(_UNWRAP_LIMIT):
        inner, asked = _unwrap_once(words)
        version = asked or version
        if inner is None:
            return words, version
        words = inner
    return words, version


def _unwrap_once(words: list[str]) -> tuple[list[str] | None, str | None]:
    """One runner less, or ``None`` where the first word is no runner."""
    if not words:
        return None, None
    name, rest = _command_name(words[0]), words[1:]
    if _PYTHON.fullmatch(name):
        return _python_module(rest), None
    if name == "nbqa":
        return rest or None, None
    if name == "find":
        return _after_word(rest, ("-exec", "-execdir", "-ok")), None
    if name == "coverage" and rest[:1] == ["run"]:
        return _python_module(rest[1:]), None
    if name in ("uvx", "pipx") or (name == "uv" and rest[:2] == ["tool", "run"]):
        return _tool_runner(name, rest[2:] if name == "uv" else rest)
    if name in _NODE_RUNNERS or (name in ("npm", "pnpm", "yarn", "bun") and rest[:1] in (["exec"], ["dlx"], ["x"])):
        inner = _after_options(rest if name in _NODE_RUNNERS else rest[1:], frozenset({"-p", "--package"}))
        return inner, None
    if name in _RUN_RUNNERS:
        return _environment_runner(name, rest), None
    if name in ("docker", "podman", "docker-compose", "podman-compose"):
        return _container_runner(rest), None
    return None, None


def _python_module(words: list[str]) -> list[str] | None:
    """``-m black --check`` as ``black --check``; ``None`` for scripts and ``-c``."""
    for number, word in enumerate(words):
        if _MODULE_OPTION.fullmatch(word):  # -m, or last of several: -Im
            return words[number + 1 :] or None
        if word.startswith("-m") and len(word) > 2:
            return [word[2:], *words[number + 1 :]]
        if not word.startswith("-") or word == "-c":
            return None
    return None


def _after_options(words: Sequence[str], with_value: frozenset[str]) -> list[str]:
    """The words from the first that is neither an option nor an option's value."""
    position = 0
    while position < len(words):
        word = words[position]
        if word == "--":
            return list(words[position + 1 :])
        if not word.startswith("-") or word == "-":
            break
        position += 2 if word in with_value else 1
    return list(words[position:])


def _after_word(words: Sequence[str], wanted: tuple[str, ...]) -> list[str] | None:
    return next((list(words[number + 1 :]) for number, word in enumerate(words) if word in wanted), None)


def _tool_runner(name: str, words: list[str]) -> tuple[list[str] | None, str | None]:
    """``uvx ruff@0.9.1 check``, ``uvx --from black==24.1 black``, ``pipx run --spec …``."""
    if name == "pipx":
        if words[:1] != ["run"]:
            return None, None
        words = words[1:]
    inner = _after_options(words, _UV_VALUES | _OTHER_VALUES)
    if not inner:
        return None, None
    asked = _option(words[: len(words) - len(inner)], "--from", "--spec")
    command, version = _split_pin(inner[0])
    return [command, *inner[1:]], version or (_split_pin(asked)[1] if asked else None)


def _split_pin(word: str) -> tuple[str, str | None]:
    """``ruff@0.9.1``, ``black==24.1`` as name and version."""
    found = re.fullmatch(r"([\w.-]+)(?:\[[\w,.-]*\])?(?:@|==)(.+)", word)
    return (found[1], _version_in(found[2])) if found else (word, None)


def _option(words: Sequence[str], *names: str) -> str | None:
    for number, word in enumerate(words):
        if word in names and number + 1 < len(words):
            return words[number + 1]
        if (pair := word.partition("="))[0] in names and pair[1]:
            return pair[2]
    return None


def _environment_runner(name: str, words: list[str]) -> list[str] | None:
    """``poetry run black``, ``uv run -m mypy``, ``hatch -e lint run style:black``, ``conda run -n x mypy``."""
    values = _UV_VALUES if name == "uv" else _OTHER_VALUES
    after = _after_options(words, values)
    if after[:1] != ["run"] and not (name == "rye" and after[:1] in (["lint"], ["fmt"], ["format"])):
        return None
    if name == "rye" and after[0] != "run":
        return ["ruff", "check" if after[0] == "lint" else "format", *after[1:]]
    options = after[1:]
    inner = _after_options(options, values)
    if name == "uv" and {"-m", "--module"} & set(options[: len(options) - len(inner)]):
        return inner or None
    if name == "hatch" and inner and ":" in inner[0]:
        return [inner[0].rsplit(":", 1)[1], *inner[1:]]
    return inner or None


_CONTAINER_VALUES = frozenset(
    """
    -e --env --env-file -v --volume -w --workdir -u --user --name --network --net --entrypoint -p --publish --mount
    --platform -f --file --profile --project-name --project-directory --index --add-host -h --hostname --memory -m
    --cpus --gpus --shm-size --ulimit -l --label --device --cap-add --security-opt --ipc --pid --restart
    """.split()
)


def _container_runner(words: list[str]) -> list[str] | None:
    """The command that ``docker run|exec`` or ``docker compose run|exec`` gives to a container."""
    words = _after_options(words, _CONTAINER_VALUES)
    if words[:1] == ["compose"]:
        words = _after_options(words[1:], _CONTAINER_VALUES)
    if words[:1] not in (["run"], ["exec"]):
        return None
    options = words[1:]
    inner = _after_options(options, _CONTAINER_VALUES)
    entry = _option(options[: len(options) - len(inner)], "--entrypoint")
    return ([entry] if entry else []) + inner[1:] or None


def pytest_plugins(addopts: object) -> Iterator[str]:
    """The tools that pytest's ``addopts`` (text or list) switch on (``--flake8``, ``--mypy``)."""
    words = addopts.split() if isinstance(addopts, str) else addopts if isinstance(addopts, list) else []
    for word in words:
        if isinstance(word, str) and (tool := _PYTEST_OPTIONS.get(word)):
            yield tool


def pinned(requirement: str) -> tuple[str, str | None]:
    """Name and exact version of a requirement as hooks list them (``black==24.1``, ``pyright@1.1.300``)."""
    name, version = _split_pin(requirement)
    if version is not None:
        return name, version
    try:
        return Pep508(requirement).name, None
    except InvalidRequirement:
        return requirement, None


# --- configuration files -----------------------------------------------------------------------------------------

_INI_SECTION = re.compile(r"\[(?P<name>[^\]]{1,200})\]")
_ADDOPTS = re.compile(r"addopts\s{0,20}[=:](?P<value>.*)")


def ini_mentions(path: str, text: str) -> tuple[Mention, ...]:
    """The tools that the sections of an INI file configure, and those that its pytest options switch on."""
    found: dict[str, Mention] = {}
    section = ""
    in_addopts = False
    for number, line in enumerate(text.splitlines(), start=1):
        at = Location(path=path, line=number)
        if match := _INI_SECTION.match(line):
            section, in_addopts = match["name"].strip(), False
            if (tool := tool_of_section(section)) is not None:
                found.setdefault(tool, Mention(tool=tool, strength="config-only", at=at, kind="config"))
        elif section in ("pytest", "tool:pytest"):
            option = _ADDOPTS.match(line)
            in_addopts = option is not None or (in_addopts and line.startswith((" ", "\t")))
            for tool in pytest_plugins(option["value"] if option else line) if in_addopts else ():
                found[f"run {tool}"] = Mention(tool=tool, strength="run", at=at, kind="pytest plug-in")
    return tuple(found.values())
