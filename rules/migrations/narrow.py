"""Within which environments an old lock holds, and how the new manifest says so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rules.migrations.base import Base
from rules.migrations.pythons import used_python
from rules.migrations.sheet import Sheet
from rules.migrations.toml_text import Row, table_text, value_text
from rules.pythons import admitted, dotted, minor
from scanner.facts import Lock

UNIVERSAL = ("implementation_name == 'cpython'",)
"""What a lock for all platforms may be narrowed to: forks that only PyPy needs are left out."""


def environments_of(locks: Iterable[Lock], python: str | None = None) -> tuple[str, ...]:
    """Markers from wide to narrow for locks that were made on one machine: its Python and above, it alone, Linux.

    ``python`` is the feature release (``3.11``) where the locks do not name it; nothing is known without any.
    """
    named = [found[0] for lock in locks if (found := re.search(r"\d+\.\d+", lock.requires_python or ""))]
    releases = sorted(
        {*named, *([python] if python and not named else [])}, key=lambda r: [int(n) for n in r.split(".")]
    )
    if not releases:
        return ()
    low, high = releases[0], releases[-1]
    alone = f"python_version == '{low}'" if low == high else f"python_version >= '{low}' and python_version <= '{high}'"
    return (f"python_version >= '{low}'", alone, f"{alone} and sys_platform == 'linux'")


def narrow_to_lock(base: Base, environments: Sequence[str]) -> None:
    """Leave out the Pythons below the one that the old lock was made for, where the project only claims them.

    Those that its CI runs are not left out: there the old lock was installed too.
    """
    found = re.fullmatch(r"python_version >= '(\d+)\.(\d+)'", environments[0]) if environments else None
    declared = base.project.get("requires-python") or _text(base.draft.fields.get("requires-python"))
    claimed = admitted(declared if isinstance(declared, str) else None)
    if found is None or not claimed or "environments" in base.draft.settings:
        return
    locked = (int(found[1]), int(found[2]))
    tested = {v for d in base.site.project.python_versions if d.kind in RUN and (v := minor(d.version)) is not None}
    own = minor(used_python(base.site.project) or "")
    floor = min([locked, *(v for v in (*tested, own) if v in claimed and v is not None)])
    if min(claimed) < floor:
        base.draft.settings["environments"] = [f"python_version >= '{dotted(floor)}'"]
        message = (
            f"the old lock was made for Python {dotted(locked)}; the new one leaves out those below {dotted(floor)}"
        )
        base.site.note("lock-narrower", message, base.site.manifest)


RUN = ("ci-matrix", "ci-setup", "tox", "nox", "image")
"""The kinds of places that run a Python."""


def _text(row: Row | None) -> str | None:
    return row.raw.strip('"') if row is not None else None


def narrowed(text: str, environments: Iterable[str]) -> str:
    """The text of a manifest with these ``[tool.uv] environments``, in place of those that it has."""
    sheet = Sheet.of(text)
    row = Row("environments", value_text(list(environments)))
    block = sheet.find("tool", "uv")
    if block is not None:
        sheet.set_key(block, row.key, row.raw)
    else:
        uv = [i for i, b in enumerate(sheet.blocks) if b.keys[:2] == ("tool", "uv")]
        sheet.insert(uv[0] if uv else len(sheet.blocks), table_text(("tool", "uv"), [row]))
    return sheet.text
