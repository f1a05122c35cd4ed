"""A long list of files as patterns of folders, where all files of a folder say the same."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

LONG, MANY = 20, 5


def gathered(said: Mapping[str, tuple[str, ...]], sources: Collection[str]) -> dict[str, tuple[str, ...]]:
    """``said`` of files, with a folder and ``/**`` for those below it where all ``sources`` there say the same.

    Only where the list is long and the folder has many. Where nothing is said of them but that they are in the list,
    ``__init__.py`` does not count.
    """
    if len(said) <= LONG:
        return dict(said)
    below: defaultdict[str, list[str]] = defaultdict(list)
    for path in sources:
        for folder in _above(path):
            below[folder].append(path)
    whole: dict[str, tuple[str, ...]] = {}
    for folder, paths in sorted(below.items(), key=lambda item: (item[0].count("/"), item[0])):
        counted = [p for p in paths if any(said.values()) or posixpath.basename(p) != "__init__.py" or p in said]
        alike = {said.get(p) for p in counted}
        if (
            len(counted) >= MANY
            and len(alike) == 1
            and None not in alike
            and not any(f in whole for f in _above(folder))
        ):
            whole[folder] = said[counted[0]]
    rest = {path: codes for path, codes in said.items() if not any(folder in whole for folder in _above(path))}
    return {**rest, **{f"{folder}/**": codes for folder, codes in whole.items()}}


def _above(path: str) -> Iterator[str]:
    while path := posixpath.dirname(path):
        yield path
