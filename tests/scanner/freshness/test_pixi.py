from __future__ import annotations

from scanner.facts import Extract
from scanner.formats import pixi_lock, pixi_toml, pyproject
from scanner.freshness.pixi import check
from scanner.freshness.verdict import Scene, Verdict

MANIFEST = """\
[workspace]
channels = ["conda-forge"]
platforms = ["linux-64"]

[dependencies]
python = "3.11.*"

[pypi-dependencies]
a = ">=1"
"""
PYTHON = "https://conda.example/conda-forge/linux-64/python-3.11.4-h1_0.conda"
LOCK = f"""\
version: 6
environments:
  default:
    channels:
    - url: https://conda.example/conda-forge/
    indexes:
    - https://pypi.example/simple
    packages:
      linux-64:
      - conda: {PYTHON}
      - conda: https://conda.example/conda-forge/linux-64/zlib-1.3-h1_0.conda
      - pypi: https://files.example/a-1.2-py3-none-any.whl
packages:
- conda: {PYTHON}
  depends:
  - __glibc >=2.17
  - zlib >=1.2
- conda: https://conda.example/conda-forge/linux-64/zlib-1.3-h1_0.conda
- pypi: https://files.example/a-1.2-py3-none-any.whl
  name: a
  version: '1.2'
  requires_dist:
  - b>=1 ; extra == 'x'
"""


def verdict(manifest: str = MANIFEST, lock: str = LOCK) -> Verdict:
    found = pixi_lock.read("pixi.lock", lock)
    assert found.lock is not None
    extracts: dict[str, Extract] = {"pixi.lock": found}
    if (extract := pixi_toml.read("pixi.toml", manifest)) is not None:
        extracts["pixi.toml"] = extract
    return check(Scene(lock=found.lock, extracts=extracts, files=frozenset(extracts)))


def reasons(found: Verdict) -> list[str]:
    return [reason.message for reason in found.reasons]


def test_all_is_satisfied() -> None:
    found = verdict()
    assert (found.status, found.covers, found.reasons) == ("fresh", True, ())


def test_a_requirement_that_is_not_locked() -> None:
    found = verdict(MANIFEST + 'c = "*"\n')
    assert (found.status, found.covers) == ("stale", False)
    assert "default on linux-64: c is not locked" in reasons(found)


def test_versions_that_no_longer_fit() -> None:
    assert reasons(verdict(MANIFEST.replace(">=1", ">=2")))[0] == "default on linux-64: a >=2, but 1.2 is locked"
    assert verdict(MANIFEST.replace("3.11.*", "3.12.*")).status == "stale"


def test_what_nobody_needs_any_more() -> None:
    found = verdict(MANIFEST.replace('a = ">=1"\n', ""))
    assert (found.status, found.covers) == ("stale", True)
    assert reasons(found) == ["default on linux-64: nothing needs a, which the lock holds"]


def test_a_hole_in_the_lock() -> None:
    without = LOCK.replace("      - conda: https://conda.example/conda-forge/linux-64/zlib-1.3-h1_0.conda\n", "")
    assert reasons(verdict(lock=without)) == ["default on linux-64: python needs zlib >=1.2, which is not locked"]


def test_channels_platforms_environments_indexes_and_settings() -> None:
    assert verdict(MANIFEST.replace('["conda-forge"]', '["conda-forge", "more"]')).status == "stale"
    assert verdict(MANIFEST.replace('["linux-64"]', '["linux-64", "win-64"]')).status == "stale"
    assert verdict(MANIFEST.replace('["linux-64"]', '["osx-64"]')).status == "stale"
    assert verdict(MANIFEST + "[environments]\ntest = []\n").status == "stale"
    assert verdict(lock=LOCK.replace("packages:\n-", "  gone:\n    channels: []\npackages:\n-")).status == "stale"
    assert verdict(MANIFEST + "[pypi-options]\nextra-index-urls = ['https://more.example/simple']\n").status == "stale"
    assert verdict(MANIFEST.replace("[workspace]", "[workspace]\nchannel-priority = 'disabled'")).status == "stale"


def test_what_the_files_do_not_show_is_undecidable() -> None:
    assert verdict(MANIFEST.replace("[workspace]", "[workspace]\nexclude-newer = '2026-01-01'")).status == "undecidable"
    assert verdict(MANIFEST.replace('a = ">=1"', 'a = {git = "https://git.example/a.git"}')).status == "undecidable"
    assert verdict(MANIFEST + "[system-requirements]\nlibc = '2.28'\n").status == "undecidable"


def test_features_and_inline_environments() -> None:
    with_feature = MANIFEST + '[feature.t.dependencies]\nt = "*"\n[environments]\ndefault = ["t"]\n'
    assert reasons(verdict(with_feature))[0] == "default on linux-64: t is not locked"
    unused = MANIFEST + '[feature.t.dependencies]\nt = "*"\n'
    assert verdict(unused).status == "fresh"
    inline = MANIFEST + '[environments.default.dependencies]\nt = "*"\n'
    assert reasons(verdict(inline))[0] == "default on linux-64: t is not locked"


def test_a_conda_package_that_only_a_python_requirement_uses() -> None:
    pypi, conda = (
        "pypi: https://files.example/a-1.2-py3-none-any.whl",
        "conda: https://conda.example/c/noarch/a-1.2-0.conda",
    )
    lock = LOCK.replace(pypi, conda).partition("  requires_dist:")[0]
    assert reasons(verdict(lock=lock))[0] == "default on linux-64: nothing needs a, which the lock holds"
    group = MANIFEST + "[environments]\ndefault = {features = [], solve-group = 'all'}\n"
    assert verdict(group, lock).status == "fresh"


LOCAL = MANIFEST.replace('a = ">=1"', 'demo = {path = ".", editable = true}')
LOCAL_LOCK = LOCK.replace("https://files.example/a-1.2-py3-none-any.whl", "./").partition("  name: a")[0] + (
    "  name: demo\n  version: '0.1'\n  requires_dist:\n  - b>=1 ; extra == 'x'\n  requires_python: '>=3.9'\n"
)
PROJECT = """\
[project]
name = "demo"
version = "0.1"
requires-python = ">=3.9"
[project.optional-dependencies]
X = ["B >= 1"]
"""


def local(project: str) -> Verdict:
    extracts = {
        "pixi.lock": pixi_lock.read("pixi.lock", LOCAL_LOCK),
        "pixi.toml": pixi_toml.read("pixi.toml", LOCAL),
        "pyproject.toml": pyproject.read("pyproject.toml", project),
    }
    lock = extracts["pixi.lock"].lock if extracts["pixi.lock"] is not None else None
    assert lock is not None
    present = {path: extract for path, extract in extracts.items() if extract is not None}
    return check(Scene(lock=lock, extracts=present, files=frozenset(present)))


def test_a_project_in_the_repository_is_compared_with_what_the_lock_repeats() -> None:
    assert local(PROJECT).status == "fresh"
    assert reasons(local(PROJECT.replace("B >= 1", "B >= 2"))) == [
        "demo: dependencies differs from what the lock repeats"
    ]
    assert reasons(local(PROJECT.replace('"0.1"', '"0.2"'))) == ["demo: version differs from what the lock repeats"]
    assert local(PROJECT.replace(">=3.9", ">=3.10")).status == "stale"


def test_a_project_that_only_its_backend_can_tell() -> None:
    assert local('[project]\nname = "demo"\ndynamic = ["dependencies"]\n').status == "undecidable"
    assert local(PROJECT.replace("B >= 1", "c") + "[tool.uv.sources]\nc = {path = '../c'}\n").status == "undecidable"


def test_without_a_manifest() -> None:
    assert verdict("[settings]\n").status == "undecidable"
