"""Which versions a repository asks for: a lock first, then the first range that some file states."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from gates_files import plain_name, read, read_json, read_toml, without_comments

PLUGIN = re.compile(
    r"(?<![\w./-])(flake8[-_][a-z0-9_-]*[a-z0-9]|pep8-naming|wemake-python-styleguide|dlint|hacking|darglint2?|pydoclint|pandas-vet|tryceratops"
    r"|cohesion|flakehell|flakeheaven|flynt-flake8|pyflakes-ext|ebb-lint|mccabe-console|sphinx-lint-flake8)(?![\w/-])",
    re.IGNORECASE,
)
NOT_PLUGINS = {
    "flake8-to-ruff",
    "flake8-config",
    "flake8-max-line-length",
    "flake8-lint",
    "flake8-check",
    "flake8-diff",
    "flake8-report",
}
# What a hook lets through before its own `types`, and what it is started with.
RANGE = r"(?:===?|>=|<=|~=|!=|<|>)\s*[\w.*+!]+"


class Versions:
    """What the files say about versions: a lock's first, then the first range that some file states."""

    MANIFEST = re.compile(
        r"(^|/)(pyproject\.toml|setup\.(py|cfg)|Pipfile|tox\.ini|noxfile\.py|[^/]*(requirement|constraint|dev|lint|test)[^/]*\.(txt|in))$|requirements/[^/]+\.(txt|in)$"
    )

    def __init__(self, root: Path, paths: Iterable[str]) -> None:
        """Read all manifests and locks of the tree."""
        self.root = root
        self.locked: dict[str, str] = {}
        self.text = ""
        for path in paths:
            name = path.rsplit("/", 1)[-1]
            if name in ("poetry.lock", "uv.lock", "pdm.lock"):
                for package in read_toml(root / path).get("package", []):
                    if isinstance(package, dict) and "version" in package:
                        self.locked.setdefault(plain_name(str(package.get("name"))), str(package["version"]))
            elif name == "Pipfile.lock":
                held = read_json(root / path)
                for part in ("develop", "default"):
                    for package, entry in held.get(part, {}).items():
                        if isinstance(entry, dict) and str(entry.get("version", "")).startswith("=="):
                            self.locked.setdefault(plain_name(package), entry["version"][2:])
            elif self.MANIFEST.search(path):
                self.text += without_comments(read(root / path)) + "\n"

    def requirement(self, name: str, near: str = "") -> str:
        """``name`` with the version that the nearest text, a lock, or any manifest asks for."""
        plain = plain_name(name)
        version = _stated(plain, near)
        if not version and plain in self.locked:
            version = f"=={self.locked[plain]}"
        return plain + (version or _stated(plain, self.text))

    def plugins(self, near: str, alone: bool) -> list[str]:
        """Plug-ins of flake8 that are there: of ``near`` alone, or of all manifests and locks too."""
        named = {plain_name(m.group(1)) for m in PLUGIN.finditer(near if alone else near + "\n" + self.text)}
        if not alone:
            named |= {name for name in self.locked if PLUGIN.fullmatch(name)}
        return sorted(named - NOT_PLUGINS)

    def environment(self, tool: str, near: str, alone: bool) -> tuple[str, ...]:
        """The requirements of one run of ``tool``."""
        if tool.startswith("ruff"):
            return (self.requirement("ruff", near),)
        if tool != "flake8":
            return (self.requirement(tool, near),)
        extra = [self.requirement(name, near) for name in ("pyflakes", "pycodestyle") if _stated(name, near)]
        return (
            self.requirement(tool, near),
            *(self.requirement(name, near) for name in self.plugins(near, alone)),
            *extra,
        )


def _stated(name: str, text: str) -> str:
    """The range that a text states for a package, in the words of pip; Poetry's ``^`` too."""
    word = re.sub(r"[-_.]+", "[-_.]+", re.escape(name).replace(r"\-", "-"))
    found = re.search(
        rf"(?<![\w./-]){word}(?:\[[\w, -]*\])?\s*({RANGE}(?:\s*,\s*{RANGE})*)",
        text,
        re.IGNORECASE,
    )
    if found:
        return re.sub(r"\s", "", found.group(1)).replace("===", "==")
    found = re.search(
        rf"(?<![\w./-])[\"']?{word}[\"']?\s*=\s*(?:\{{[^}}\n]*?version\s*=\s*)?[\"']([^\"'\n]+)[\"']",
        text,
        re.IGNORECASE,
    )
    return _poetry(found.group(1)) if found else ""


def _poetry(said: str) -> str:
    """A range of Poetry as one of pip; nothing where it says nothing."""
    said = said.strip()
    if re.fullmatch(r"[\d.]+([ab]\d+)?", said):
        return f"=={said}"
    caret = re.fullmatch(r"\^\s*(\d+)((?:\.\d+)*)([ab]\d+)?", said)
    if caret:
        major = int(caret.group(1))
        if major:
            return f">={said[1:].strip()},<{major + 1}"
        minor = int((caret.group(2) or ".0").split(".")[1])
        return f">={said[1:].strip()},<0.{minor + 1}"
    tilde = re.fullmatch(r"~\s*(\d+)\.(\d+)(\.\d+)?", said)
    if tilde:
        return f">={said[1:].strip()},<{tilde.group(1)}.{int(tilde.group(2)) + 1}"
    if re.fullmatch(r"(?:(?:==|>=|<=|~=|!=|<|>)\s*[\w.*]+\s*,?\s*)+", said):
        return re.sub(r"\s", "", said)
    return ""
