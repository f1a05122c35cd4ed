"""Update bots (Dependabot, Renovate, pyup): that one is at work, and for which ecosystems.

A bot is recorded as a :class:`~scanner.facts.Mention` of its name, the ecosystem in ``kind``.
"""

from __future__ import annotations

import posixpath

from scanner import jsonc
from scanner.facts import Extract, Location, Mention
from scanner.format import Format
from scanner.pipeline import scalars
from scanner.yaml_reader import Mapping, load_mapping

_RENOVATE = frozenset({"renovate.json", "renovate.json5", ".renovaterc", ".renovaterc.json", ".renovaterc.json5"})
_FOLDERS = frozenset({"", ".github", ".gitlab"})


def read(path: str, text: str) -> Extract | None:
    """Read a bot's configuration."""
    name = posixpath.basename(path)
    if name.startswith("dependabot"):
        mentions = _dependabot(path, load_mapping(text))
    elif name in _RENOVATE:
        mentions = _renovate(path, text)
    else:
        mentions = (_mention("pyup", "pip", path, 1),)
    return Extract(path=path, format="update-bot", mentions=mentions)


def _dependabot(path: str, doc: Mapping) -> tuple[Mention, ...]:
    found: dict[str, Mention] = {}
    for update in doc.seq("updates"):
        if isinstance(update, Mapping) and (ecosystem := update.text("package-ecosystem")):
            at = update.line_of("package-ecosystem")
            found.setdefault(ecosystem, _mention("dependabot", ecosystem, path, at))
    return tuple(found.values())


def _renovate(path: str, text: str) -> tuple[Mention, ...]:
    doc = jsonc.loads(text)
    managers = list(scalars(doc.get("enabledManagers")))
    if doc.text("enabled") == "false":
        return ()
    return tuple(_mention("renovate", s.text, path, s.line) for s in managers) or (
        _mention("renovate", "all", path, 1),
    )


def _mention(bot: str, ecosystem: str, path: str, line: int) -> Mention:
    return Mention(tool=bot, strength="run", at=Location(path=path, line=line), kind=f"update-bot:{ecosystem}")


def _matches(path: str) -> bool:
    folder, name = posixpath.split(path)
    if name in ("dependabot.yml", "dependabot.yaml"):
        return folder == ".github"
    return folder in _FOLDERS and (name in _RENOVATE or name in (".pyup.yml", ".pyup.yaml"))


FORMAT = Format(name="update-bot", matches=_matches, read=read)
