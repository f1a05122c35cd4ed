from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from scanner.formats import pipfile, pipfile_lock
from scanner.freshness.pipenv import check
from scanner.freshness.verdict import Scene, Verdict

SOURCE = '[[source]]\nname = "main"\nurl = "https://pypi.example/simple"\nverify_ssl = true\n'
SOURCES = [{"name": "main", "url": "https://pypi.example/simple", "verify_ssl": True}]


def digest(default: Any, *, develop: Any = None, requires: Any = None, sources: Any = SOURCES, **more: Any) -> str:
    content = {
        "_meta": {"sources": sources, "requires": requires or {}},
        "default": default,
        "develop": develop or {},
        **more,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def verdict(
    manifest: str, recorded: str | None, packages: Any, *, sources: Any = SOURCES, **categories: Any
) -> Verdict:
    meta: dict[str, Any] = {"pipfile-spec": 6, "sources": sources}
    if recorded is not None:
        meta["hash"] = {"sha256": recorded}
    text = json.dumps({"_meta": meta, "default": packages, "develop": {}, **categories}, indent=4)
    extracts = {
        "app/Pipfile": pipfile.read("app/Pipfile", manifest),
        "app/Pipfile.lock": pipfile_lock.read("app/Pipfile.lock", text),
    }
    lock = extracts["app/Pipfile.lock"].lock
    assert lock is not None
    return check(Scene(lock=lock, extracts=extracts, files=frozenset(extracts)))


def test_the_digest_of_a_known_vector() -> None:
    """Written by Pipenv 2023.12.1 and 2026.10.3 (facts on lock files, section 10)."""
    sources = [{"name": "local", "url": "http://127.0.0.1:28917/simple", "verify_ssl": False}]
    manifest = (
        '[[source]]\nname = "local"\nurl = "http://127.0.0.1:28917/simple"\nverify_ssl = false\n'
        '[packages]\nAlpha_Lib = ">=1.0,<2"\n[requires]\npython_version = "3.11"\n'
    )
    old = "a07406822f0566974339c38b4b215bc562e7f5d1e9b62d327d71537b6796e004"
    new = "f482aa0185269de1fd0a69439d4e49398ba7b6d12ba7949ff819cf56c6bb0920"
    packages = {"alpha-lib": {"version": "==1.2"}}
    before = verdict(manifest, old, packages, sources=sources)
    after = verdict(manifest, new, packages, sources=sources)
    assert (before.status, before.other_versions) == ("fresh", {">=2026.4": "stale"})
    assert (after.status, after.other_versions) == ("fresh", {"<2022.10.9": "stale", ">=2022.10.9": "stale"})
    assert before.covers is True


def test_agreeing_generations_leave_no_other_versions() -> None:
    found = verdict(SOURCE + '[packages]\na = "*"\n', digest({"a": "*"}), {"a": {"version": "==1"}})
    assert (found.status, found.covers, found.other_versions, found.reasons) == ("fresh", True, {}, ())


def test_a_changed_pipfile_is_stale_even_where_the_pin_fits() -> None:
    found = verdict(SOURCE + '[packages]\na = ">=1"\n', digest({"a": "*"}), {"a": {"version": "==1"}})
    assert (found.status, found.covers) == ("stale", True)
    assert found.reasons[0].message.startswith("digest only: ")


def test_what_is_not_locked_is_named() -> None:
    found = verdict(SOURCE + '[packages]\na = "*"\nb = ">=2"\n', digest({"a": "*"}), {"b": {"version": "==1"}})
    assert (found.status, found.covers) == ("stale", False)
    assert [r.message for r in found.reasons[:-1]] == [
        "a * (app/Pipfile:6), which is not locked",
        "b >=2 (app/Pipfile:7) but 1 is locked",
    ]


def test_only_the_digest_counts_for_the_status() -> None:
    found = verdict(SOURCE + '[packages]\na = "*"\n', digest({"a": "*"}), {})
    assert (found.status, found.covers) == ("fresh", False)


def test_custom_categories_came_with_2022_10_9() -> None:
    manifest = SOURCE + '[packages]\n[docs]\nd = "*"\n'
    old = verdict(manifest, digest({}), {"d": {"version": "==1"}})
    others = {"<2022.10.9": "fresh", ">=2022.10.9": "stale", ">=2026.4": "stale"}
    assert (old.status, old.covers, old.other_versions) == ("undecidable", True, others)
    assert "which takes in every category" in old.reasons[-1].message
    proved = verdict(manifest, digest({}), {}, docs={"d": {"version": "==1"}})
    assert proved.status == "stale"


def test_scripts_and_settings_are_not_hashed() -> None:
    manifest = SOURCE + "[packages]\n[scripts]\nx = 'y'\n[pipenv]\nallow_prereleases = true\n"
    assert verdict(manifest, digest({}), {}).status == "fresh"


def test_the_default_source_is_taken_from_the_lock() -> None:
    default = [{"name": "pypi", "url": "https://default.example/simple", "verify_ssl": True}]
    assert verdict("[packages]\n", digest({}, sources=default), {}, sources=default).status == "fresh"
    assert verdict("[packages]\n", digest({}, sources=default), {}, sources=None).status == "undecidable"


@pytest.mark.parametrize(
    ("source", "others"),
    [
        ({"name": "pypi", "url": "https://index.example/simple", "verify_ssl": True}, {}),
        ({"name": "pypi", "url": "https://old.index.example/simple", "verify_ssl": True}, {">=2018.5": "stale"}),
        ({"url": "https://index.example/simple", "verify_ssl": True}, {">=2018.5": "stale"}),
    ],
)
def test_the_default_source_changed_in_2018(source: dict[str, Any], others: dict[str, str]) -> None:
    found = verdict("[packages]\n", digest({}, sources=[source]), {}, sources=[source])
    assert (found.status, found.other_versions) == ("fresh", others)


@pytest.mark.parametrize(("recorded", "status"), [(None, "stale"), ("0" * 64, "stale")])
def test_a_missing_or_wrong_digest(recorded: str | None, status: str) -> None:
    assert verdict(SOURCE + "[packages]\n", recorded, {}).status == status


def test_a_lock_without_meta_is_undecidable() -> None:
    """Pipenv would rebuild it from the Pipfile and call it up to date, whatever is locked."""
    extracts = {"Pipfile": pipfile.read("Pipfile", SOURCE), "Pipfile.lock": pipfile_lock.read("Pipfile.lock", "{}")}
    lock = extracts["Pipfile.lock"].lock
    assert lock is not None
    assert check(Scene(lock=lock, extracts=extracts, files=frozenset(extracts))).status == "undecidable"


def test_values_that_json_cannot_hold() -> None:
    assert verdict(SOURCE + "[packages]\n[x]\nd = 2020-01-01\n", "0" * 64, {}).status == "undecidable"


@pytest.mark.parametrize(("files", "why"), [((), "is missing"), (("Pipfile",), "cannot be read")])
def test_without_a_pipfile(files: tuple[str, ...], why: str) -> None:
    lock = pipfile_lock.read("Pipfile.lock", '{"_meta": {}}').lock
    assert lock is not None
    found = check(Scene(lock=lock, extracts={}, files=frozenset(files)))
    assert (found.status, found.reasons[0].message) == ("undecidable", f"the Pipfile beside the lock {why}")
