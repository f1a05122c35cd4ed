"""Pieces of shell that a work tree holds: pipelines, makefiles, tox, nox, task runners, scripts."""

from __future__ import annotations

import ast
import configparser
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gates_files import flat, joined, read, read_toml, read_yaml

ACTIONS = {
    "psf/black": ("black", ("--check", "--diff"), ("src", ".")),
    "isort/isort-action": ("isort", ("--check-only", "--diff"), ("sort-paths", ".")),
    "py-actions/flake8": ("flake8", (), ("path", ".")),
    "astral-sh/ruff-action": ("ruff", (), ("src", ".")),
    "chartboost/ruff-action": ("ruff", (), ("src", ".")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """A piece of shell: where it stands, the folder that it starts in, what its file may install."""

    place: str
    text: str
    cwd: str = ""
    fails: bool = True
    context: str = ""
    make: bool = False


def shells(root: Path, paths: list[str]) -> Iterator[Shell]:
    """Every piece of shell, file by file."""
    for path in paths:
        name = path.rsplit("/", 1)[-1]
        folder = path.rpartition("/")[0]
        full = root / path
        if name.endswith((".yml", ".yaml")) and (
            path.startswith((".github/", ".gitlab", ".circleci/", ".azure", ".ci/", "ci/", ".buildkite/"))
            or ("/" not in path and name != ".pre-commit-config.yaml")
        ):
            if path.startswith(".github/") and not path.startswith((".github/workflows/", ".github/actions/")):
                continue
            yield from _from_yaml(path, read_yaml(full), read(full))
        elif re.fullmatch(r"(GNU)?[Mm]akefile|.*\.mk", name):
            yield from _from_make(path, folder, read(full))
        elif name in ("tox.ini", "setup.cfg"):
            yield from _from_tox(path, folder, read(full), root)
        elif name == "pyproject.toml":
            yield from _from_pyproject(path, folder, read_toml(full), root)
        elif name == "Pipfile":
            for key, said in read_toml(full).get("scripts", {}).items():
                yield Shell(place=f"{path}:{key}", text=str(said), cwd=folder, context="pipenv install")
        elif name in ("noxfile.py", "tasks.py"):
            yield from _from_python(path, folder, read(full))
        elif name in ("justfile", "Justfile", ".justfile"):
            text = "\n".join(
                line.strip().lstrip("@-") for line in read(full).splitlines() if line.startswith((" ", "\t"))
            )
            yield Shell(place=path, text=text, cwd=folder, context="pip install -r all")
        elif name == "Jenkinsfile":
            text = "\n".join(
                a or b
                for a, b in re.findall(r"sh\s*\(?(?:script:\s*)?(?:'''(.*?)'''|[\"'](.*?)[\"'])", read(full), re.DOTALL)
            )
            yield Shell(place=path, text=text, context=text)
        elif name.endswith(".sh") or (
            folder.rsplit("/", 1)[-1] in ("scripts", "script", "bin", "ci", "tools")
            and "." not in name
            and read(full)[:40].startswith("#!")
            and "sh" in read(full)[:40].split("\n")[0]
        ):
            yield Shell(place=path, text=read(full), context="pip install -r all")


def _from_yaml(path: str, document: Any, whole: str) -> Iterator[Shell]:
    def walk(node: Any, cwd: str, fails: bool, where: str, shared: str) -> Iterator[Shell]:
        if isinstance(node, list):
            for item in node:
                yield from walk(item, cwd, fails, where, shared)
        elif isinstance(node, dict):
            default = node.get("defaults")
            if isinstance(default, dict) and isinstance(default.get("run"), dict):
                cwd = str(default["run"].get("working-directory") or cwd)
            here = next(
                (
                    str(node[key])
                    for key in ("working-directory", "workingDirectory", "working_directory")
                    if isinstance(node.get(key), str)
                ),
                cwd,
            )
            here = "" if "$" in here or here.startswith(("~", "/")) else here
            passes = node.get("continue-on-error") is True or node.get("allow_failure") is True
            used = node.get("uses")
            if isinstance(used, str) and used.split("@")[0] in ACTIONS:
                yield _action(path, where, used, node.get("with") or {}, cwd, fails and not passes)
            for key, value in node.items():
                inner = str(key) if where in ("", "jobs") else where
                if key in ("run", "script", "command", "bash", "inline") and isinstance(value, str):
                    yield Shell(
                        place=f"{path}:{where}", text=value, cwd=here, fails=fails and not passes, context=shared
                    )
                elif key in ("script", "before_script", "after_script", "install") and isinstance(value, list):
                    lines = "\n".join(str(one) for one in flat(value))
                    yield Shell(
                        place=f"{path}:{where or key}",
                        text=lines,
                        cwd=here,
                        fails=fails and not passes and key != "after_script",
                        context=shared,
                    )
                else:
                    yield from walk(
                        value, cwd, fails and not passes, inner if isinstance(value, (dict, list)) else where, shared
                    )

    yield from walk(document, "", True, "", whole)


def _action(path: str, where: str, used: str, given: dict[str, Any], cwd: str, fails: bool) -> Shell:
    tool, default, (source, all_of_it) = ACTIONS[used.split("@")[0]]
    text = " ".join([str(given.get("args") or given.get("options") or given.get("configuration") or " ".join(default))])
    if tool == "ruff":
        text = str(given.get("args") or "check")
    if tool == "flake8":
        keys = [key for key in ("ignore", "exclude", "max-line-length", "select") if given.get(key)]
        text = " ".join([*(f"--{key}={given[key]}".replace(" ", "") for key in keys), str(given.get("args") or "")])
    paths = str(given.get(source) or all_of_it)
    version = str(given.get("version") or given.get("isort-version") or given.get("flake8-version") or "")
    exact = f"=={version}" if re.fullmatch(r"[0-9][0-9.]*", version) else ""
    near = f"pip install {tool}{exact or (version if version[:1] in '<>=~' else '')}"
    return Shell(place=f"{path}:{where}", text=f"uvx {tool} {text} {paths}", cwd=cwd, fails=fails, context=near)


def _from_make(path: str, folder: str, text: str) -> Iterator[Shell]:
    text = re.sub(r"\\\n\s*", " ", text)
    known: dict[str, str] = {}
    for line in text.splitlines():
        told = re.match(r"^(?:export\s+)?([A-Za-z_][\w.-]*)\s*[:?+]?=\s*(.*?)\s*$", line)
        if told:
            known.setdefault(told.group(1), told.group(2))

    def filled(line: str, depth: int = 0) -> str:
        new = re.sub(r"\$[({]([\w.-]+)[)}]", lambda m: known.get(m.group(1), m.group(0)), line)
        return new if new == line or depth > 5 else filled(new, depth + 1)

    target = ""
    for line in text.splitlines():
        if line.startswith("\t"):
            said = filled(line.strip()).replace("$(shell nproc)", "2")
            lead = re.match(r"[@+-]*", said)
            mark = lead.group(0) if lead else ""
            yield Shell(
                place=f"{path}:{target}",
                text=said[len(mark) :].replace("$$", "$"),
                cwd=folder,
                fails="-" not in mark,
                context="pip install -r all",
                make=True,
            )
        elif re.match(r"^[^\s#=:][^=:]*:(?!=)", line):
            target = line.split(":")[0].strip()


def _from_tox(path: str, folder: str, text: str, root: Path) -> Iterator[Shell]:
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    try:
        parser.read_string(text)
    except configparser.Error:
        return

    def filled(value: str, section: str, depth: int = 0) -> str:
        def other(found: re.Match[str]) -> str:
            part, key = found.group(1) or section, found.group(2)
            return parser.get(part, key, fallback=found.group(0)) or ""

        new = re.sub(r"\{\[([^\]]+)\](\w+)\}", other, value)
        return new if new == value or depth > 5 else filled(new, section, depth + 1)

    def said(section: str, key: str) -> str:
        return (parser.get(section, key) if parser.has_option(section, key) else None) or ""

    def told(section: str, key: str) -> str:
        return filled(said(section, key), section)

    for section in parser.sections():
        if not section.startswith("testenv"):
            continue
        deps = told(section, "deps") or filled(said("testenv", "deps"), section)
        named = [deps]
        for listed in re.findall(r"-r\s*(\S+)", deps):
            file = (root / folder / listed.replace("{toxinidir}/", "").replace("{tox_root}/", "")).resolve()
            named.append(read(file) if file.is_file() and file.is_relative_to(root.resolve()) else "")
        wide = said(section, "extras") or re.search(
            r"\.\[|poetry|pipenv|pdm", deps + said(section, "allowlist_externals")
        )
        context = "\n".join(named) + ("\npip install -r all" if wide else "\ntox:")
        commands = told(section, "commands") + "\n" + told(section, "commands_pre")
        commands = re.sub(r"\\\n\s*", " ", commands)
        where = said(section, "changedir") or said(section, "change_dir")
        cwd = joined(folder, where.replace("{toxinidir}/", "").replace("{toxinidir}", "."))
        for line in commands.splitlines():
            line = re.sub(r"^\s*[\w.,{}!-]+:\s+", "", line).strip()
            line = re.sub(r"\{posargs:?((?:[^{}]|\{[^{}]*\})*)\}", r"\1", line).replace("{posargs}", "")
            line = (
                line.replace("{toxinidir}/", "" if not where else "../")
                .replace("{tox_root}/", "")
                .replace("{toxinidir}", ".")
                .replace("{tox_root}", ".")
            )
            line = line.replace("{envpython}", "python").replace("{envbindir}/", "").replace("{env_python}", "python")
            if line:
                yield Shell(
                    place=f"{path}:{section}",
                    text=line.lstrip("- "),
                    cwd=cwd,
                    fails=not line.startswith("-"),
                    context=context,
                )


def _from_pyproject(path: str, folder: str, document: dict[str, Any], root: Path) -> Iterator[Shell]:
    tool = document.get("tool", {})
    legacy = tool.get("tox", {}).get("legacy_tox_ini")
    if isinstance(legacy, str):
        yield from _from_tox(path, folder, legacy, root)
    tables = [
        tool.get("poe", {}).get("tasks", {}),
        tool.get("taskipy", {}).get("tasks", {}),
        tool.get("pdm", {}).get("scripts", {}),
        tool.get("rye", {}).get("scripts", {}),
    ]
    tables += [
        env.get("scripts", {}) for env in tool.get("hatch", {}).get("envs", {}).values() if isinstance(env, dict)
    ]
    for table in tables:
        for key, said in table.items() if isinstance(table, dict) else ():
            entries = said if isinstance(said, list) else [said]
            for entry in entries:
                if isinstance(entry, dict):
                    entry = entry.get("cmd") or entry.get("shell") or ""
                if isinstance(entry, list):
                    entry = " ".join(map(str, entry))
                yield Shell(
                    place=f"{path}:{key}",
                    text=re.sub(r"\{args:?([^{}]*)\}", r"\1", str(entry)),
                    cwd=folder,
                    context="pip install -r all",
                )


def _from_python(path: str, folder: str, text: str) -> Iterator[Shell]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    known: dict[str, list[str]] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try:
                value = ast.literal_eval(node.value)
            except ValueError:
                continue
            known[node.targets[0].id] = (
                [value]
                if isinstance(value, str)
                else [str(one) for one in value]
                if isinstance(value, (list, tuple))
                else []
            )
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        installs: list[str] = []
        for call in (
            node for node in ast.walk(function) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        ):
            assert isinstance(call.func, ast.Attribute)
            words: list[str] = []
            for argument in call.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    words.append(argument.value)
                elif (
                    isinstance(argument, ast.Starred)
                    and isinstance(argument.value, ast.Name)
                    and argument.value.id in known
                ):
                    words += known[argument.value.id]
                elif isinstance(argument, ast.Name) and argument.id in known:
                    words += known[argument.id]
                elif isinstance(argument, ast.Starred) and ast.unparse(argument.value) in ("session.posargs", "args"):
                    continue
                else:
                    words.append("$unknown")
            if call.func.attr == "install":
                installs += words
            elif call.func.attr in ("run", "run_always") and words:
                text = shlex.join(words) if path.endswith("noxfile.py") or len(words) > 1 else words[0]
                context = "\n".join(installs) + (
                    "\nnox:"
                    if installs and not any(w.startswith((".", "-r")) for w in installs)
                    else "\npip install -r all"
                )
                yield Shell(place=f"{path}:{function.name}", text=text, cwd=folder, context=context)
