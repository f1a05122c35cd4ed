"""Who owns what: CODEOWNERS (its places at GitHub, GitLab and Bitbucket) and Backstage's ``catalog-info.yaml``.

Patterns are kept as they are written; :mod:`codeowners` semantics (the last match counts) are applied by whoever asks.
The catalogue (https://backstage.io/docs/features/software-catalog/descriptor-format) also states a kind, relations and
sometimes a criticality.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from scanner.facts import Extract, Hint, Location, Ownership, Reference
from scanner.format import Format
from scanner.redact import redact
from scanner.yaml_reader import Mapping, Scalar, load_all

NAME = "owners"
_PLACES = frozenset(
    {"CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS", ".bitbucket/CODEOWNERS"}
)
_CATALOG = re.compile(r"(?:.*/)?\.?catalog-info(?:-[\w-]{1,60})?\.ya?ml")
_SECTION = re.compile(r"\^?\[(?P<name>[^\]]{1,200})\](?:\[\d{1,3}\])?(?P<owners>.*)")
_OWNER = re.compile(r"@\S+|[^\s@]+@[^\s@]+\.[^\s@]+")
_KINDS = {"service": "service", "website": "service", "library": "library", "cli": "cli", "tool": "cli", "job": "job"}
_LEVELS = {
    "high": "high",
    "critical": "high",
    "mission-critical": "high",
    "business-critical": "high",
    "1": "high",
    "tier-1": "high",
    "tier1": "high",
    "0": "high",
    "tier-0": "high",
    "tier0": "high",
    "medium": "medium",
    "important": "medium",
    "2": "medium",
    "tier-2": "medium",
    "tier2": "medium",
    "low": "low",
    "3": "low",
    "tier-3": "low",
    "tier3": "low",
    "4": "low",
    "tier-4": "low",
    "tier4": "low",
}
_LEVEL_KEYS = frozenset({"criticality", "tier", "service-tier", "business-criticality", "importance"})
_RELATIONS = ("dependsOn", "providesApis", "consumesApis")


def matches(path: str) -> bool:
    """Whether a file is a CODEOWNERS in force, or a catalogue entry."""
    return path in _PLACES or _CATALOG.fullmatch(path) is not None


def read(path: str, text: str) -> Extract | None:
    """Read owners; ``None`` for a catalogue file without entities."""
    if posixpath.basename(path) == "CODEOWNERS":
        return Extract(path=path, format=NAME, ownership=tuple(_codeowners(path, text)))
    if "{{" in text or "${{" in text:
        return Extract(path=path, format=NAME, template=True)
    entities = [node for node in load_all(text) if isinstance(node, Mapping) and node.text("kind")]
    if not entities:
        return None
    return Extract(
        path=path,
        format=NAME,
        ownership=tuple(owned for entity in entities for owned in _entity_owner(path, entity)),
        hints=tuple(hint for entity in entities for hint in _hints(path, entity)),
        references=tuple(dict.fromkeys(r for entity in entities for r in _references(path, entity))),
    )


def _codeowners(path: str, text: str) -> Iterator[Ownership]:
    """One rule a line; GitLab's sections lend their owners to lines that name none."""
    lent: tuple[str, ...] = ()
    for number, raw in enumerate(text.splitlines(), start=1):
        line = re.sub(r"(?:^|\s)#.*", "", raw).strip()
        if not line:
            continue
        section = _SECTION.fullmatch(line)
        if section is not None and (
            line.startswith("^") or _OWNER.match(section["owners"].strip() or "@x") is not None
        ):
            lent = tuple(_OWNER.findall(section["owners"]))
            continue
        pattern, *words = re.split(r"(?<!\\)\s+", line)
        owners = tuple(word for word in words if _OWNER.fullmatch(word)) or lent
        yield Ownership(pattern=pattern.replace("\\ ", " "), owners=owners, at=Location(path=path, line=number))


def _entity_owner(path: str, entity: Mapping) -> Iterator[Ownership]:
    spec = entity.map("spec")
    owner = spec.get("owner")
    criticality, line = _criticality(entity)
    if not isinstance(owner, Scalar) and criticality is None:
        return
    folder = posixpath.dirname(path)
    owners = (re.sub(r"^(?:group|user):(?:default/)?", "", owner.text),) if isinstance(owner, Scalar) else ()
    yield Ownership(
        pattern=f"/{folder}/" if folder else "*",
        owners=owners,
        at=Location(path=path, line=owner.line if isinstance(owner, Scalar) else line),
        criticality=criticality,
    )


def _criticality(entity: Mapping) -> tuple[str | None, int]:
    """A level that annotations, labels, the specification or a tag (``criticality-high``, ``tier-1``) state."""
    for place in (("metadata", "annotations"), ("metadata", "labels"), ("spec",)):
        for key, node in entity.map(*place).items():
            name = key.rpartition("/")[2].lower().replace("_", "-")
            if name in _LEVEL_KEYS and isinstance(node, Scalar) and (level := _LEVELS.get(node.text.lower())):
                return level, node.line
    for tag in entity.seq("metadata", "tags"):
        if isinstance(tag, Scalar):
            text = tag.text.lower().replace(":", "-")
            level = (
                _LEVELS.get(text.removeprefix("criticality-")) if text.startswith(("criticality-", "tier")) else None
            )
            if level is not None:
                return level, tag.line
    return None, entity.line


def _hints(path: str, entity: Mapping) -> Iterator[Hint]:
    kind = entity.get("spec", "type")
    if entity.text("kind") != "Component" or not isinstance(kind, Scalar):
        return
    known = _KINDS.get(kind.text.lower())
    if known is not None:
        yield Hint(kind=known, what=f"catalogue: {kind.text}", at=Location(path=path, line=kind.line))


def _references(path: str, entity: Mapping) -> Iterator[Reference]:
    for key in _RELATIONS:
        for node in entity.seq("spec", key):
            if isinstance(node, Scalar) and node.text:
                at = Location(path=path, line=node.line)
                target = node.text if ":" in node.text or key == "dependsOn" else f"api:{node.text}"
                yield Reference(kind="service", target=redact(target), at=at)


FORMAT = Format(name=NAME, matches=matches, read=read)
