"""Stand-ins for template expressions and for places in the repository, while a text is parsed as shell."""

from __future__ import annotations

import posixpath
import re

from scanner.facts import Context, Location
from scanner.shell.output import MAX_WORD

_TEMPLATE = re.compile(
    r"\$\{\{(?P<github>[^}]{0,2000}(?:\}[^}]{1,2000}){0,20})\}\}"
    r"|\{\{[^{}]{0,2000}\}\}"
    r"|\$\[\[[^\[\]]{0,500}\]\]"
    r"|<<\s{0,4}(?:parameters|pipeline|matrix|jobs?|steps?|inputs?)\.[\w.-]{1,200}\s{0,4}>>"
    r"|\$\((?P<azure>[A-Za-z]\w{0,40}\.[\w.]{1,100})\)"
    r"|(?P<block>\{%[^%{}]{0,2000}%\})"
)
_PLACED = re.compile("\ue000(\\d+)\ue001((?:/[^\\s'\":;,\ue000]*)?)")
ROOT_NAME = re.compile(
    r"(?:[A-Z]{1,20}_){0,3}(?:REPO|REPOSITORY|GIT|PROJECT)_?(?:ROOT|TOP|TOPLEVEL)(?:_DIR)?", re.IGNORECASE
)
ROOTS = frozenset(
    {
        "GITHUB_WORKSPACE",
        "CI_PROJECT_DIR",
        "TRAVIS_BUILD_DIR",
        "BUILD_SOURCESDIRECTORY",
        "SYSTEM_DEFAULTWORKINGDIRECTORY",
        "CIRCLE_WORKING_DIRECTORY",
        "BITBUCKET_CLONE_DIR",
        "CIRRUS_WORKING_DIR",
        "CODEBUILD_SRC_DIR",
        "BUILDKITE_BUILD_CHECKOUT_PATH",
        "APPVEYOR_BUILD_FOLDER",
        "DRONE_WORKSPACE",
    }
)


class Masks:
    """Stand-ins for text that is not shell, and for *places*: absolute paths whose repository path is known."""

    def __init__(self, at: Location, context: Context) -> None:
        self.path = at.path
        self.is_script = context == "script"
        self._texts: list[tuple[str, str | None]] = []
        self.extra: list[tuple[int, int]] = []

    def add(self, text: str, place: str | None = None) -> str:
        """A stand-in for ``text``, which is the repository's folder or file ``place`` if that is known."""
        self._texts.append((text, place))
        return f"\ue000{len(self._texts) - 1}\ue001"

    def hide(self, text: str) -> str:
        """``text`` with template expressions replaced; line breaks inside them are remembered in ``extra``."""
        if "\ue000" in text:
            text = text.replace("\ue000", "?").replace("\ue001", "?")
        if "{{" not in text and "$[[" not in text and "<<" not in text and "{%" not in text and "$(" not in text:
            return text
        lost = 0

        def replace(match: re.Match[str]) -> str:
            nonlocal lost
            found = match[0]
            if match["block"] is not None:
                return "\n" * found.count("\n")
            if breaks := found.count("\n"):
                row = text.count("\n", 0, match.start()) - lost
                lost += breaks
                self.extra.append((row, breaks))
            return self.add(found, self._place(match))

        return _TEMPLATE.sub(replace, text)

    def _place(self, match: re.Match[str]) -> str | None:
        if match["github"] is not None:
            expression = match["github"].strip()
            if expression == "github.action_path":
                return posixpath.dirname(self.path) or "."
            return "." if expression in {"github.workspace", "env.GITHUB_WORKSPACE"} else None
        if match["azure"] is not None:
            return "." if match["azure"].replace(".", "_").upper() in ROOTS else None
        return None

    def place_of(self, word: str) -> str | None:
        """The repository path that ``word`` stands for, when it begins with a known place."""
        match = _PLACED.fullmatch(word)
        place = self._texts[int(match[1])][1] if match else None
        if match is None or place is None:
            return None
        path = posixpath.normpath(posixpath.join(place, match[2].lstrip("/")))
        return None if path == ".." or path.startswith("../") else path

    def show(self, word: str, directory: str | None = None) -> str:
        """``word`` with the original texts restored, and places written as seen from ``directory``."""
        if "\ue000" not in word:
            return word

        def replace(match: re.Match[str]) -> str:
            text, place = self._texts[int(match[1])]
            path = self.place_of(match[0]) if place is not None else None
            if path is None or directory is None or directory.startswith("/"):
                return text + match[2]
            return posixpath.relpath(path, directory)

        word = _PLACED.sub(replace, word)
        return self.show(word, directory) if "\ue000" in word and len(word) < MAX_WORD else word
