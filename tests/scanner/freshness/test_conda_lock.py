from __future__ import annotations

from scanner.facts import Extract
from scanner.formats import conda_env, conda_lock
from scanner.freshness.conda_lock import check
from scanner.freshness.verdict import Scene, Verdict

HEAD = """\
version: 1
metadata:
  channels:
  - url: conda-forge
    used_env_vars: []
  sources:
  - environment.yml
package:
"""


def entry(name: str, version: str, *, platform: str = "linux-64", manager: str = "conda") -> str:
    return f"- name: {name}\n  version: {version}\n  manager: {manager}\n  platform: {platform}\n"


def verdict(environment: str | None, *entries: str) -> Verdict:
    found = conda_lock.read("conda-lock.yml", HEAD + "".join(entries))
    assert found is not None
    assert found.lock is not None
    extracts: dict[str, Extract] = {"conda-lock.yml": found}
    source = conda_env.read("environment.yml", environment) if environment else None
    if source is not None:
        extracts["environment.yml"] = source
    return check(Scene(lock=found.lock, extracts=extracts, files=frozenset(extracts)))


ENVIRONMENT = "channels: [conda-forge]\ndependencies:\n- python=3.11\n- numpy=1.26\n- pip:\n  - Some_Dist>=1\n"
LOCKED = (entry("numpy", "1.26.4"), entry("some-dist", "1.2", manager="pip"))


def test_everything_is_there() -> None:
    found = verdict(ENVIRONMENT, *LOCKED)
    assert (found.status, found.covers) == ("fresh", True)


def test_what_is_missing_on_one_platform() -> None:
    found = verdict(ENVIRONMENT, *LOCKED, entry("numpy", "1.25.0", platform="osx-64"))
    assert (found.status, found.covers) == ("stale", False)
    assert [r.message for r in found.reasons] == [
        "numpy=1.26, but 1.25.0 is locked for osx-64",
        "Some_Dist>=1 is not locked for osx-64",
    ]


def test_selectors_count_for_their_platform_only() -> None:
    environment = "channels: [conda-forge]\ndependencies:\n- numpy\n- pywin32  # [win]\n"
    assert verdict(environment, entry("numpy", "1")).status == "fresh"


def test_versions_that_pep_440_cannot_compare() -> None:
    found = verdict("channels: [conda-forge]\ndependencies:\n- openssl=1.1.1q\n", entry("openssl", "1.1.1q"))
    assert (found.status, found.covers) == ("undecidable", None)


def test_other_channels_and_platforms() -> None:
    assert verdict(ENVIRONMENT.replace("conda-forge", "defaults"), *LOCKED).status == "stale"
    assert verdict(ENVIRONMENT + "platforms: [linux-64, win-64]\n", *LOCKED).status == "stale"


def test_a_source_that_is_missing() -> None:
    found = verdict(None, *LOCKED)
    assert (found.status, found.covers) == ("undecidable", None)
    assert found.reasons[0].message == "the source environment.yml is missing"


def test_explicit_lists_are_undecidable() -> None:
    found = conda_lock.read("conda-linux-64.lock", "@EXPLICIT\nhttps://conda.example/a-1-0.conda\n")
    assert found is not None
    assert found.lock is not None
    assert check(Scene(lock=found.lock, extracts={}, files=frozenset())).status == "undecidable"
