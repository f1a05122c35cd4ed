from __future__ import annotations

import hashlib
import json
from textwrap import dedent
from typing import Any

import pytest

from scanner.formats import pdm_lock, pyproject
from scanner.freshness.pdm import CHECK
from scanner.freshness.verdict import Scene, Verdict

MANIFEST = """\
    [project]
    name = "demo"
    requires-python = ">=3.9"
    dependencies = ["alpha-lib>=1.0,<2", "beta-lib"]
    [project.optional-dependencies]
    more = ["gamma-lib>=1.0"]
    [dependency-groups]
    lint = ["delta-lib"]
    [[tool.pdm.source]]
    name = "pypi"
    url = "http://127.0.0.1:28917/simple"
    verify_ssl = false
    """
HASH = "sha256:8e6106884ec9e52c26c350cab11055e7f03ff6fe76eedb684d346d66fb78db5c"
PACKAGES = {"alpha-lib": "1.2", "beta-lib": "1.5", "gamma-lib": "2.0", "delta-lib": "0.2"}
GROUPS = '["default", "lint", "more"]'
PLAIN = "[project]\nname = 'demo'\ndependencies = ['alpha-lib']\n"


def lock(metadata: str, packages: dict[str, str]) -> str:
    blocks = [f'[[package]]\nname = "{name}"\nversion = "{number}"\n' for name, number in packages.items()]
    return "[metadata]\n" + dedent(metadata) + "\n" + "\n".join(blocks)


def current(**changes: str) -> str:
    values = {"lock_version": '"4.5.1"', "content_hash": f'"{HASH}"', "groups": GROUPS, **changes}
    return "\n".join(f"{key} = {value}" for key, value in values.items() if value)


def verdict(manifest: str | None, lock_text: str, **others: str) -> Verdict:
    found = pdm_lock.read("pdm.lock", lock_text)
    assert found.lock is not None
    extracts = {"pdm.lock": found}
    manifests = {"pyproject.toml": manifest, **{f"{folder}/pyproject.toml": text for folder, text in others.items()}}
    for path, text in manifests.items():
        if text is not None:
            extracts[path] = pyproject.read(path, dedent(text))
    return CHECK.check(Scene(lock=found.lock, extracts=extracts, files=frozenset(extracts)))


def digest(algorithm: str = "sha256", **content: Any) -> str:
    base: dict[str, Any] = {"sources": [], "dependencies": ["alpha-lib"], "dev-dependencies": {}}
    base |= {"optional-dependencies": {}, "requires-python": "", **content}
    return f"{algorithm}:{hashlib.new(algorithm, json.dumps(base, sort_keys=True).encode()).hexdigest()}"


def test_current_digest() -> None:
    found = verdict(MANIFEST, lock(current(), PACKAGES))
    assert (found.status, found.covers, found.other_versions, found.reasons) == ("fresh", True, {}, ())


def test_stale_names_what_is_missing() -> None:
    changed = MANIFEST.replace('"beta-lib"', '"beta-lib>=2"')
    found = verdict(changed, lock(current(), PACKAGES))
    assert (found.status, found.covers) == ("stale", False)
    assert found.reasons[0].message == "beta-lib>=2 (pyproject.toml:4) but 1.5 is locked"


def test_digest_only() -> None:
    found = verdict(MANIFEST.replace('">=3.9"', '">=3.10"'), lock(current(), PACKAGES))
    assert (found.status, found.covers) == ("stale", True)
    assert "digest only" in found.reasons[0].message


@pytest.mark.parametrize(
    ("version", "recorded", "manifest"),
    [
        ("2", digest("md5"), PLAIN),
        ("3.1", digest("md5", overrides={}), PLAIN),
        ("4.0", digest(overrides={"x": "1"}), PLAIN + "[tool.pdm.overrides]\nx = '1'\n"),
        ("4.2", digest(overrides={"x": "1"}), PLAIN + "[tool.pdm.resolution.overrides]\nx = '1'\n"),
        ("4.4.1", digest(overrides={}), PLAIN),
        ("4.4.2", digest(resolution={"x": 1}), PLAIN + "[tool.pdm.resolution]\nx = 1\n"),
    ],
)
def test_digests_of_the_generations(version: str, recorded: str, manifest: str) -> None:
    text = lock(f'lock_version = "{version}"\ncontent_hash = "{recorded}"', {"alpha-lib": "1"})
    assert verdict(manifest, text).status == "fresh"
    assert verdict(manifest.replace("'alpha-lib'", "'alpha_lib'"), text).status == "stale"


def test_an_old_lock_is_stale_for_the_current_version() -> None:
    text = lock(f'lock_version = "4.3"\ncontent_hash = "{digest(overrides={})}"', {"alpha-lib": "1"})
    assert verdict(PLAIN, text).other_versions == {">=2.20": "stale"}


def test_versions_that_did_not_compare_older_locks() -> None:
    text = lock('lock_version = "4.4.1"\ncontent_hash = "sha256:00"', {"alpha-lib": "1"})
    found = verdict(PLAIN, text)
    assert (found.status, found.other_versions) == ("stale", {"2.16-2.19.1": "fresh"})


def test_which_generation_left_out_the_groups() -> None:
    manifest = PLAIN + "[dependency-groups]\nlint = ['delta-lib']\n"
    metadata = f'lock_version = "4.5.0"\ncontent_hash = "{digest(resolution={})}"\n'
    packages = {"alpha-lib": "1", "delta-lib": "1"}
    assert verdict(manifest, lock(metadata + 'groups = ["default"]', packages)).status == "undecidable"
    assert verdict(manifest, lock(metadata + 'groups = ["default", "lint"]', packages)).status == "stale"
    assert verdict(manifest, lock(metadata + 'groups = ["default", "Dev"]', packages)).status == "fresh"
    only = metadata.replace("4.5.0", "4.4.2") + 'groups = ["default"]'
    assert verdict(manifest, lock(only, packages)).status == "fresh"


def test_locks_that_no_version_reads() -> None:
    for version in ("9.0", "", "4.6"):
        assert verdict(MANIFEST, lock(current(lock_version=f'"{version}"'), PACKAGES)).status == "stale"
    assert verdict(MANIFEST, "").status == "stale"


def test_groups_that_the_lock_leaves_out_are_named_not_missed() -> None:
    found = verdict(MANIFEST, lock(current(groups='["default"]'), {"alpha-lib": "1.2", "beta-lib": "1.5"}))
    assert (found.status, found.covers) == ("fresh", True)
    assert [reason.message for reason in found.reasons] == ["the lock leaves out the groups lint, more"]


def test_manifests_that_pdm_converts() -> None:
    found = verdict("[tool.poetry]\nname = 'demo'\n", lock(current(), PACKAGES))
    assert found.status == "undecidable"
    assert verdict(None, lock(current(), PACKAGES)).status == "undecidable"


def test_workspace_members_are_hashed_as_well() -> None:
    root = PLAIN + "[tool.pdm.workspace]\nmembers = ['packages/*']\n"
    member = "[project]\nname = 'one'\ndependencies = []\n"
    own = digest(resolution={}).partition(":")[2]
    inner = digest(resolution={}, dependencies=[]).partition(":")[2]
    whole = hashlib.sha256(own.encode() + b"\0packages/one\0" + inner.encode()).hexdigest()
    text = lock(f'lock_version = "4.5.1"\ncontent_hash = "sha256:{whole}"', {"alpha-lib": "1"})
    assert verdict(root, text, **{"packages/one": member, "other/two": member}).status == "fresh"
    assert verdict(root, text).status == "stale"


def test_workspace_members_are_hashed_in_the_order_of_their_folders() -> None:
    root = PLAIN + "[tool.pdm.workspace]\nmembers = ['packages/*']\n"
    member = "[project]\nname = 'one'\ndependencies = []\n"
    inner = digest(resolution={}, dependencies=[]).partition(":")[2].encode()
    own = digest(resolution={}).partition(":")[2].encode()
    whole = hashlib.sha256(own + b"\0packages/kit\0" + inner + b"\0packages/kit-core\0" + inner).hexdigest()
    text = lock(f'lock_version = "4.5.1"\ncontent_hash = "sha256:{whole}"', {"alpha-lib": "1"})
    assert verdict(root, text, **{"packages/kit-core": member, "packages/kit": member}).status == "fresh"


INPUTS = """\
    lock_version = "4.5.1"
    groups = ["default", "lint", "more"]
    [metadata.lock_inputs.project]
    requires-python = ">=3.9"
    [metadata.lock_inputs.project.groups]
    default = ["alpha-lib", "beta-lib"]
    lint = ["delta-lib"]
    more = ["gamma-lib"]
    [metadata.lock_inputs.project.resolution]
    [[metadata.lock_inputs.project.sources]]
    name = "pypi"
    url = "sha256:f1ceef728e7828c30afdc655a94c60e9910e6ae0d14d9a779b423a63be958a5e"
    verify_ssl = false
    """


@pytest.mark.parametrize(
    ("before", "after", "status"),
    [
        ("", "", "fresh"),
        (">=1.0,<2", ">=1.1", "fresh"),
        (">=1.0,<2", ">=1.3", "stale"),
        ('"beta-lib"', '"beta-lib", "zeta-lib"', "stale"),
        ('"beta-lib"', "\"beta-lib; python_version < '4'\"", "stale"),
        ('"beta-lib"', '"Beta-Lib"', "stale"),
        ('"beta-lib"', '"beta-lib @ https://files.example/b.whl"', "undecidable"),
        ('">=3.9"', '">=3.10"', "stale"),
        ('lint = ["', 'style = ["', "stale"),
        ("28917", "28918", "stale"),
        ("[[tool.pdm.source]]", "[tool.pdm.resolution]\nlock_inputs = false\n[[tool.pdm.source]]", "fresh"),
        ("[[tool.pdm.source]]", "[tool.pdm.resolution]\nx = 1\n[[tool.pdm.source]]", "stale"),
    ],
)
def test_recorded_inputs(before: str, after: str, status: str) -> None:
    manifest = MANIFEST.replace(before, after) if before else MANIFEST
    assert verdict(manifest, lock(INPUTS, PACKAGES)).status == status


def test_inputs_asked_for_and_not_recorded() -> None:
    manifest = dedent(MANIFEST) + "[tool.pdm.resolution]\nlock_inputs = true\n"
    found = verdict(manifest, lock(current(), PACKAGES))
    assert (found.status, found.reasons[0].message) == (
        "stale",
        "the manifest asks for lock_inputs, the lock has none",
    )


def test_pdm_before_1_0_hashed_its_own_tables() -> None:
    manifest = "[tool.pdm]\n[tool.pdm.dependencies]\na = '*'\n[tool.pdm.docs-dependencies]\nb = '>=1'\n"
    content = {"sources": [], "dependencies": {"a": "*"}, "docs-dependencies": {"b": ">=1"}}
    value = hashlib.md5(json.dumps(content, sort_keys=True).encode()).hexdigest()
    found = verdict(manifest, f'[root]\ncontent_hash = "md5:{value}"\nmeta_version = "0.0.1"\n')
    assert (found.status, found.covers, found.other_versions) == ("fresh", None, {">=1.0": "stale"})
    assert verdict(manifest, f'[root]\ncontent_hash = "md5:{"0" * 32}"\n').status == "stale"


def test_pdm_up_to_1_4_kept_development_dependencies_in_the_project_table() -> None:
    content = digest("md5", **{"dev-dependencies": []})
    found = verdict(PLAIN, lock(f'lock_version = "2"\ncontent_hash = "{content}"', {"alpha-lib": "1"}))
    assert (found.status, found.other_versions) == ("fresh", {">=2.20": "stale"})
    assert "1.0-1.4" in found.reasons[0].message


def test_a_lock_of_a_group_alone_does_not_cover_the_runtime() -> None:
    found = verdict(PLAIN, lock(f'lock_version = "4.5.1"\ncontent_hash = "{digest()}"\ngroups = ["dev"]', {}))
    assert (found.status, found.covers) == ("stale", False)
    assert "alpha-lib" in found.reasons[0].message
