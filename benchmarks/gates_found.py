"""The linters and formatters that a work tree runs: in hooks, pipelines, tox, nox, make, scripts and task runners.

Read on its own, with nothing of Muster, so that it can be held against what Muster reads: a command is found by its
words, never by a model of what runs it. What cannot be resolved (variables that nothing sets, loops) is returned as
such and not guessed.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gates_files import git_files, joined, read_yaml, spaceless, tracked, without_comments
from gates_shell import Shell, shells
from gates_versions import Versions
from gates_words import OLD, commands_of, shell_words, started

HOOKS: dict[str, tuple[str, frozenset[str], tuple[str, ...]]] = {
    "flake8": ("flake8", frozenset({"python"}), ()),
    "black": ("black", frozenset({"python", "pyi"}), ()),
    "black-jupyter": ("black", frozenset({"python", "pyi", "jupyter"}), ()),
    "isort": ("isort", frozenset({"python", "pyi", "cython"}), ("--filter-files",)),
    "python-import-sorter": ("isort", frozenset({"python"}), ()),
    "pylint": ("pylint", frozenset({"python"}), ()),
    "pydocstyle": ("pydocstyle", frozenset({"python"}), ()),
    "bandit": ("bandit", frozenset({"python"}), ()),
    "pyupgrade": ("pyupgrade", frozenset({"python"}), ()),
    "autoflake": ("autoflake", frozenset({"python"}), ()),
    "yapf": ("yapf", frozenset({"python"}), ("--in-place",)),
    "ruff": ("ruff-check", frozenset({"python", "pyi", "jupyter"}), ("--force-exclude",)),
    "ruff-check": ("ruff-check", frozenset({"python", "pyi", "jupyter"}), ("--force-exclude",)),
    "ruff-format": ("ruff-format", frozenset({"python", "pyi", "jupyter"}), ("--force-exclude",)),
}
SUFFIXES = {".py": "python", ".pyi": "pyi", ".pyx": "cython", ".pxd": "cython", ".ipynb": "jupyter", ".pyw": "python"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One run of one tool.

    ``files`` are those that a hook hands over (``None``: the command names its paths), ``requires`` the environment,
    ``fails`` whether the run can stop anything, ``context`` what the file says that may install things, ``unresolved``
    why it cannot be run here.
    """

    place: str
    tool: str
    argv: tuple[str, ...]
    cwd: str = ""
    files: tuple[str, ...] | None = None
    requires: tuple[str, ...] = ()
    fails: bool = True
    hook: bool = False
    context: str = ""
    unresolved: str = ""


def gates(root: Path) -> list[Gate]:
    """Every gate of a work tree, in the order of the files."""
    paths = tracked(root)
    versions = Versions(root, paths)
    found = [*_hooks(root, paths, versions)]
    for shell in shells(root, paths):
        found += _runs(root, paths, shell, versions)
    seen: set[tuple[object, ...]] = set()
    kept = []
    for gate in found:
        key = (gate.place, gate.tool, gate.argv, gate.cwd, gate.files, gate.requires)
        if key not in seen:
            seen.add(key)
            kept.append(gate)
    return kept


def _hooks(root: Path, paths: list[str], versions: Versions) -> Iterator[Gate]:
    if ".pre-commit-config.yaml" not in paths:
        return
    config = read_yaml(root / ".pre-commit-config.yaml")
    config = config if isinstance(config, dict) else {}
    kinds = {path: _kinds(root, path) for path in paths}
    stages = config.get("default_stages")
    for repo in config.get("repos") or []:
        for hook in (repo.get("hooks") or []) if isinstance(repo, dict) else []:
            gate = _hook(root, repo, hook, config, kinds, versions)
            if gate is not None:
                yield replace(gate, fails=(hook.get("stages") or stages) != ["manual"])


def _hook(
    root: Path,
    repo: dict[str, Any],
    hook: dict[str, Any],
    config: dict[str, Any],
    kinds: dict[str, set[str]],
    versions: Versions,
) -> Gate | None:
    name, rev = str(hook.get("id")), re.sub(r"-\d+$", "", str(repo.get("rev", "")).removeprefix("v"))
    added = tuple(str(one) for one in hook.get("additional_dependencies") or ())
    local = repo.get("repo") in ("local", "meta")
    args = [str(one) for one in hook.get("args") or []]
    if local:
        words = shell_words(str(hook.get("entry", "")))
        run = started(words)
        if run is None:
            return None
        tool, given = run
        types, before = frozenset({"file"}), tuple(given)
        near = "\n".join(added)
        requires = versions.environment(tool, near, alone=bool(added))
    else:
        if name not in HOOKS:
            return None
        tool, types, default = HOOKS[name]
        before = () if hook.get("args") is not None and name == "yapf" else default
        package = "ruff" if tool.startswith("ruff") else tool
        own = re.fullmatch(r"\d[\w.]*", rev) and not str(repo.get("repo")).endswith("pre-commit-hooks")
        pinned = f"{package}=={rev}" if own else package
        requires = (pinned, *(spaceless(one) for one in added if not one.startswith(("git+", "."))))
        if hook.get("args") is not None and default == ("--filter-files",):
            before = ("--filter-files",)
    all_of = {str(one) for one in hook.get("types") or ()}
    any_of = {str(one) for one in hook.get("types_or") or ()}
    if any_of:
        types = frozenset(any_of)
    passed = []
    for path, tags in kinds.items():
        if not re.search(str(config.get("files") or ""), path) or re.search(str(config.get("exclude") or "^$"), path):
            continue
        if not re.search(str(hook.get("files") or ""), path) or re.search(str(hook.get("exclude") or "^$"), path):
            continue
        if not all_of <= tags or not (types & tags or "file" in types):
            continue
        passed.append(path)
    hands = hook.get("pass_filenames", True) is not False
    place = f".pre-commit-config.yaml:{hook.get('alias') or name}"
    return Gate(
        place=place,
        tool=tool,
        argv=(*before, *args),
        files=tuple(passed) if hands else None,
        requires=requires,
        hook=True,
    )


def _kinds(root: Path, path: str) -> set[str]:
    full = root / path
    tags = {"file"}
    if full.is_symlink():
        return {"symlink"}
    suffix = Path(path).suffix.lower()
    if suffix in SUFFIXES:
        tags.add(SUFFIXES[suffix])
    elif not suffix and full.stat().st_mode & 0o111:
        with full.open("rb") as file:
            if re.match(rb"#!.*python", file.readline(200)):
                tags.add("python")
    if suffix in (".py", ".pyi", ".pyx", ".md", ".txt", ".toml", ".yml", ".yaml", ".ipynb"):
        tags.add("text")
    return tags


def _runs(root: Path, paths: list[str], shell: Shell, versions: Versions) -> Iterator[Gate]:
    text = re.sub(r"\\\n\s*", " ", shell.text)
    cwd = joined("", shell.cwd)
    if not any(tool.split("-")[0] in text for tool in (*OLD, "ruff")):
        return
    known = dict(re.findall(r"^\s*(?:export\s+)?([A-Za-z_]\w*)=[\"']?([^\"'$`\n]*?)[\"']?\s*$", text, re.MULTILINE))
    for raw in text.splitlines():
        line = re.sub(r"\$\{?([A-Za-z_]\w*)\}?", lambda m: known.get(m.group(1), m.group(0)), raw.strip())
        line = re.sub(r"(^|\s)#.*$", "", line)
        folder = cwd
        harmless = bool(re.search(r"\|\|\s*(true|:|exit 0|echo)", line))
        for words, piped in commands_of(line):
            if words[:1] == ["cd"] and len(words) == 2:
                folder = (
                    joined(folder, words[1])
                    if "$" not in words[1] and not words[1].startswith(("/", "~", "-"))
                    else folder
                )
                if not shell.make and "&&" not in line:
                    cwd = folder
                continue
            run = started(words)
            if run is None:
                continue
            tool, argv = run
            context = shell.context
            alone = (
                "tox:" in context
                or "nox:" in context
                or (
                    "pip install" in context
                    and not re.search(
                        r"-r\b|poetry|pipenv|pdm|\buv sync|\.\[|install -e|install \.|make |tox|nox|hatch|conda",
                        context,
                    )
                )
            )
            why = ""
            filled: list[str] = []
            for word in argv:
                listed = re.fullmatch(r"[$`]\(?\s*git ls-files\s*(.*?)\)?`?", word)
                if listed:
                    filled += git_files(root, folder, listed.group(1))
                elif "$" in word or "`" in word or "{{" in word:
                    why = f"unknown word {word}"
                elif "glob" in (filled[-1:] or [""])[0]:
                    filled.append(word)
                elif re.search(r"[*?\[]", word) and not word.startswith("-") and "'" not in raw and '"' not in raw:
                    filled += (
                        sorted(str(one.relative_to(root / folder)) for one in (root / folder).glob(word)) or [word]
                        if not word.startswith("/")
                        else [word]
                    )
                else:
                    filled.append(word)
            if piped is not None:
                if piped[:2] == ["git", "ls-files"]:
                    filled += git_files(root, folder, shlex.join(piped[2:]))
                else:
                    why = "files from a pipe"
            requires = versions.environment(tool, installing(context), alone)
            yield Gate(
                place=shell.place,
                tool=tool,
                argv=tuple(filled),
                cwd=folder,
                requires=requires,
                fails=shell.fails and not harmless,
                context=context,
                unresolved=why,
            )


def installing(context: str) -> str:
    """The part of a file's text that installs: lists of tox and nox, and lines with ``pip install``."""
    if "tox:" in context or "nox:" in context:
        return without_comments(context)
    context = re.sub(r"\\\n\s*", " ", context)
    return "\n".join(line for line in context.splitlines() if re.search(r"\b(install|uvx|uv run|--with|pipx)\b", line))
