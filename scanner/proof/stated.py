"""What a source distribution states of its own dependencies, in the files that its maker put there; nothing is run.

``PKG-INFO`` of metadata 2.2 or later where nothing of it is dynamic, else setuptools' ``requires.txt``: what the setup
script said on the maker's machine. Where neither is there, nothing is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_string
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from rules.migration import Recorded
from rules.migrations.pep import joined_markers
from scanner.facts import normal_name

_LIMIT = 1_000_000
_DYNAMIC = frozenset({"requires-dist", "provides-extra"})


def in_cache(cache: str, name: str, version: str) -> Recorded | None:
    """The dependencies of a package whose source distribution uv has unpacked in its cache; ``None``: not known."""
    root = Path(cache)
    key = re.sub(r"[^A-Za-z0-9._+!-]", "", version)
    for pattern in (f"sdists-v*/*/{name}/{key}/*/src", f"sdists-v*/*/*/{name}/{key}/*/src"):
        for folder in sorted(root.glob(pattern)):
            if (found := of_folder(folder, name, version)) is not None:
                return found
    return None


def of_folder(folder: Path, name: str, version: str) -> Recorded | None:
    """The dependencies that an unpacked source distribution states; ``None`` where it does not, or not clearly."""
    texts = _of_metadata(_read(folder / "PKG-INFO"))
    if texts is None:
        infos = [path for path in folder.glob("*.egg-info") if path.is_dir() and not path.is_symlink()]
        infos += [path for path in folder.glob("*/*.egg-info") if path.is_dir() and not path.is_symlink()]
        infos = [path for path in infos if normal_name(path.stem) == name]
        texts = list(_of_requires(_read(infos[0] / "requires.txt") or "")) if len(infos) == 1 else None
    if texts is None or not all(_is_requirement(text) for text in texts):
        return None
    extras = dict.fromkeys(found[1] for text in texts if (found := re.search(r"extra == '([^']+)'", text)))
    return Recorded(name=name, version=version, requires=tuple(dict.fromkeys(texts)), extras=tuple(extras))


def _read(path: Path) -> str | None:
    try:
        if path.is_symlink() or path.stat().st_size > _LIMIT:
            return None
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None


def _of_metadata(text: str | None) -> list[str] | None:
    """``Requires-Dist`` of core metadata that is final: version 2.2 or later, and not dynamic."""
    if text is None:
        return None
    message = message_from_string(text.partition("\n\n")[0] + "\n\n")
    found = re.fullmatch(r"(\d)\.(\d+)", str(message.get("Metadata-Version", "")).strip())
    if found is None or (int(found[1]), int(found[2])) < (2, 2):
        return None
    if not _DYNAMIC.isdisjoint(str(field).strip().lower() for field in message.get_all("Dynamic", [])):
        return None
    return [str(value).strip().replace('"', "'") for value in message.get_all("Requires-Dist", [])]


def _of_requires(text: str) -> Iterator[str]:
    """The lines of setuptools' ``requires.txt``: sections are extras, markers, or both (``[test:os_name == "nt"]``)."""
    extra, marker = "", ""
    for line in (line.strip() for line in text.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            extra, _, marker = line[1:-1].partition(":")
        elif line:
            bare, _, own = line.partition(";")
            parts = [own.strip(), marker.strip(), f"extra == '{extra}'" if extra else ""]
            try:
                told = joined_markers([part for part in parts if part])
            except ValueError:
                told = "unreadable"
            yield f"{bare.strip()} ; {told}" if told else bare.strip()


def _is_requirement(text: str) -> bool:
    try:
        return Requirement(text).url is None
    except InvalidRequirement:
        return False
