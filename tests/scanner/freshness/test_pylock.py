from __future__ import annotations

from scanner.formats import pylock, pyproject
from scanner.freshness.pylock import CHECK
from scanner.freshness.verdict import Scene, Verdict

MANIFEST = """\
[project]
name = "demo"
requires-python = ">=3.9"
dependencies = ["alpha-lib>=1.0"]
[dependency-groups]
lint = ["delta-lib"]
"""
PACKAGE = "[[packages]]\nname = '{}'\nversion = '{}'\n"


def verdict(manifest: str | None, lock_text: str, path: str = "pylock.toml") -> Verdict:
    found = pylock.read(path, lock_text)
    assert found is not None
    assert found.lock is not None
    extracts = {path: found}
    if manifest is not None:
        extracts["pyproject.toml"] = pyproject.read("pyproject.toml", manifest)
    return CHECK.check(Scene(lock=found.lock, extracts=extracts, files=frozenset(extracts)))


def test_the_standard_tells_coverage_only() -> None:
    text = "lock-version = '1.0'\n" + PACKAGE.format("alpha-lib", "1.2")
    assert (verdict(MANIFEST, text).status, verdict(MANIFEST, text).covers) == ("undecidable", True)
    older = text.replace("1.2", "0.9")
    assert verdict(MANIFEST, older).covers is False
    with_group = "dependency-groups = ['lint']\n" + text
    assert verdict(MANIFEST, with_group).covers is False


def test_a_named_lock_may_hold_any_part() -> None:
    found = verdict(MANIFEST, "lock-version = '1.0'\n", "pylock.docs.toml")
    assert (found.status, found.covers) == ("undecidable", None)


def test_no_manifest() -> None:
    assert verdict(None, "lock-version = '1.0'\n").covers is None


def test_pdms_own_digest() -> None:
    plain = "[project]\ndependencies = []\n"
    digest = "9a85e5f3ab4f7e5e5a52bf2a8f9d7df4a4d4a3d2a26b2d8b9b9c6b3c0a1a2b3c"
    text = f"lock-version = '1.0'\n[tool.pdm.hashes]\nsha256 = '{digest}'\n"
    assert verdict(plain, text).status == "stale"
