"""Flit's older ``[tool.flit.metadata]`` as ``[project]``; flit_core stays as backend and reads both forms."""

from __future__ import annotations

import re
from typing import Any

from rules.migrations.base import Base
from rules.migrations.draft import Wish
from rules.migrations.ground import Stop
from rules.migrations.pep import requirement_text
from rules.migrations.standard import item_at, table, wishes
from rules.migrations.toml_text import Entry as Text
from rules.migrations.toml_text import Row, listed, string, value_text

_FLIT = ("tool", "flit", "metadata")


def has_metadata(base: Base) -> bool:
    """Whether Flit's own table declares the package."""
    return not base.project and bool(table(base.document, *_FLIT))


def adopt(base: Base) -> None:
    """``[tool.flit.metadata]`` as ``[project]``; version and description come from the module, as ever."""
    site, draft = base.site, base.draft
    flit = table(base.document, *_FLIT)
    module = flit.get("module")
    if not isinstance(module, str):
        raise Stop("manifest-by-hand", "[tool.flit.metadata] names no module", site.manifest)
    name = flit.get("dist-name") if isinstance(flit.get("dist-name"), str) else module
    base.name = site.name(name)
    draft.fields.clear()
    draft.text_field("name", base.name)
    _metadata(base, flit)
    draft.fields["dynamic"] = Row("dynamic", value_text(["version", "description"]))
    for group, keys in ((None, "requires"), ("dev", "dev-requires")):
        item = item_at(base, *_FLIT, keys)
        found = wishes(base, group or "", item) if item is not None else []
        if group is None:
            draft.dependencies = [w for w in found if isinstance(w, Wish)]
        elif found:
            draft.extras[group] = [w for w in found if isinstance(w, Wish)]
    for extra in table(flit, "requires-extra"):
        item = item_at(base, *_FLIT, "requires-extra", extra)
        draft.extras[extra] = [w for w in (wishes(base, extra, item) if item else []) if isinstance(w, Wish)]
    for texts in (draft.group_raw, draft.group_above, draft.group_tail):  # these are extras
        texts.clear()
    draft.scripts = [Row(k, string(v)) for k, v in table(base.document, "tool", "flit", "scripts").items()]
    for group, points in table(base.document, "tool", "flit", "entrypoints").items():
        draft.plugins[group] = [Row(k, string(v)) for k, v in points.items() if isinstance(v, str)]
    if module != base.name:
        draft.tables.append(f"[tool.flit.module]\nname = {string(module)}\n")
    for keys in ("metadata", "scripts", "entrypoints"):
        base.sheet.drop(*base.sheet.below("tool", "flit", keys))
    _newer_flit(base)
    base.package = base.declares = True


def _metadata(base: Base, flit: dict[str, Any]) -> None:
    draft = base.draft
    for prefix, field in (("author", "authors"), ("maintainer", "maintainers")):
        person = {"name": flit.get(prefix), "email": flit.get(f"{prefix}-email")}
        if known := {k: v for k, v in person.items() if isinstance(v, str) and v}:
            draft.fields[field] = Row(field, listed([Text("", raw=value_text(known))]))
    for old, new in (("description-file", "readme"), ("requires-python", "requires-python")):
        if isinstance(flit.get(old), str):
            draft.text_field(new, flit[old])
    if isinstance(flit.get("license"), str):
        draft.fields["license"] = Row("license", value_text({"text": flit["license"]}))
    if isinstance(flit.get("keywords"), str):
        words = [word for word in re.split(r"[,\s]+", flit["keywords"]) if word]
        draft.fields["keywords"] = Row("keywords", value_text(words))
    item = item_at(base, *_FLIT, "classifiers")
    if item is not None:
        draft.fields["classifiers"] = Row("classifiers", item.raw)
    if isinstance(flit.get("home-page"), str):
        draft.urls.append(Row("Homepage", string(flit["home-page"])))
    draft.urls += [Row(k, string(v)) for k, v in table(flit, "urls").items() if isinstance(v, str)]


def _newer_flit(base: Base) -> None:
    """flit_core knows ``[project]`` from 3.2 on."""
    block = base.sheet.find("build-system")
    if block is not None:
        base.sheet.set_key(block, "requires", value_text([requirement_text("flit_core", (), ">=3.2")]))
        base.sheet.set_key(block, "build-backend", string("flit_core.buildapi"))
