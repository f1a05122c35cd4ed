"""Options of requirements files as settings of uv: indexes, find-links, binaries, pre-releases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rules.migrations.addresses import has_variable, index_name, is_public, without_credentials
from rules.migrations.draft import Draft, IndexTable
from rules.migrations.ground import Site, Stop
from rules.migrations.indexes import PRIVATE, bind
from rules.migrations.listing import Listing, Option
from scanner.facts import LockedPackage

_LISTS = {
    ("--no-binary", False): "no-binary-package",
    ("--only-binary", False): "no-build-package",
}
_ALL = {"--no-binary": "no-binary", "--only-binary": "no-build"}
_NEEDLESS = frozenset({"--require-hashes", "--prefer-binary", "--use-feature", "--use-deprecated"})


def add(site: Site, draft: Draft, listings: Sequence[Listing], pins: Iterable[LockedPackage]) -> None:
    """Take over the options of all files; raises :class:`Stop` for an address that holds a variable."""
    found = {(o.name, o.value): (listing.path, o) for listing in listings for o in listing.options}
    places = list(found.values())
    add_indexes(
        site, draft, [(o.name, None, o.value, path, o.line) for path, o in places if o.name.endswith("index-url")], pins
    )
    for path, option in places:
        if not option.name.endswith("index-url"):
            _option(site, draft, path, option)


def add_indexes(
    site: Site,
    draft: Draft,
    declared: Sequence[tuple[str, str | None, str, str, int]],
    pins: Iterable[LockedPackage],
    *,
    best_of_all: bool = True,
) -> None:
    """``--index-url`` becomes the default index; extra ones go on as pip has them: the best of all that is there.

    Each is given as (option, name, address, path, line).

    What an extra index alone can have (versions with a local label) is bound to it by name.
    """
    taken: set[str] = set()
    extras = [entry for entry in declared if entry[0] == "--extra-index-url"]
    local = {p.key for p in pins if "+" in (p.version or "")}
    replaced = any(
        option == "--index-url" and not is_public(None, without_credentials(url)[0]) for option, _, url, *_ in declared
    )
    for option, name, value, path, line in declared:
        url, secret = without_credentials(value)
        if is_public(None, url) and not (replaced and option != "--index-url"):
            continue
        if has_variable(url):
            raise Stop("index-in-variable", f"the address {url} holds a variable", path, line)
        new = index_name(name, url, taken)
        if secret:
            site.note("private-index", f"{new}: {PRIVATE}", path, line)
        if option == "--index-url":
            draft.indexes.append(IndexTable(name=new, url=url, default=True))
            continue
        alone = len(extras) == 1 and bool(local) and not any(i.default for i in draft.indexes)
        draft.indexes.append(IndexTable(name=new, url=url, explicit=alone))
        if alone:
            bind(draft, local, new)
        elif best_of_all:
            draft.settings["index-strategy"] = "unsafe-best-match"
            message = f"{new} is asked beside the default index, as pip does; bind its packages to it by name"
            site.note("index-order", message, path, line)


def _option(site: Site, draft: Draft, path: str, option: Option) -> None:
    name, value = option.name, option.value
    if name in ("--no-binary", "--only-binary"):
        _binaries(draft, name, value)
    elif name == "--find-links":
        url, secret = without_credentials(value)
        if has_variable(url):
            raise Stop("index-in-variable", f"the address {url} holds a variable", path, option.line)
        if secret:
            site.note("private-index", f"{url}: {PRIVATE}", path, option.line)
        _append(draft, "find-links", url)
    elif name == "--trusted-host":
        _append(draft, "allow-insecure-host", value)
    elif name == "--pre":
        draft.settings["prerelease"] = "allow"
    elif name == "--no-index":
        draft.settings["no-index"] = True
    elif name not in _NEEDLESS:
        site.note("manifest-by-hand", f"{name} has no counterpart in uv's manifest; left out", path, option.line)


def _binaries(draft: Draft, name: str, value: str) -> None:
    for package in filter(None, (part.strip() for part in value.split(","))):
        if package == ":all:":
            draft.settings[_ALL[name]] = True
        elif package != ":none:":
            _append(draft, _LISTS[(name, False)], package)


def _append(draft: Draft, key: str, value: str) -> None:
    known = draft.settings.get(key, [])
    items = list(known) if isinstance(known, list) else []
    draft.settings[key] = items if value in items else [*items, value]
