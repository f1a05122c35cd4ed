from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import tomli
from hypothesis import given
from hypothesis import strategies as st

from scanner.facts import Extract, Location, PythonVersion
from scanner.formats import pyproject, uv_lock, uv_toml
from scanner.freshness import judge
from scanner.freshness.verdict import Scene, Verdict

PROJECT = """[project]
name = "demo"
version = "0.1.0"
requires-python = ">=3.9"
dependencies = [
    "alpha>=1.0,<2",
    "beta",
]

[project.optional-dependencies]
more = ["gamma>=1.0"]

[dependency-groups]
lint = ["delta"]

[build-system]
requires = ["hatchling"]
"""

LOCK = """version = 1
revision = 3
requires-python = ">=3.9"

[[package]]
name = "alpha"
version = "1.2"
source = { registry = "https://pypi.example/simple" }

[[package]]
name = "beta"
version = "1.5"
source = { registry = "https://pypi.example/simple" }

[[package]]
name = "delta"
version = "0.2"
source = { registry = "https://pypi.example/simple" }

[[package]]
name = "demo"
version = "0.1.0"
source = { editable = "." }
dependencies = [
    { name = "alpha" },
    { name = "beta" },
]

[package.optional-dependencies]
more = [{ name = "gamma" }]

[package.dev-dependencies]
lint = [{ name = "delta" }]

[package.metadata]
requires-dist = [
    { name = "alpha", specifier = ">=1.0,<2" },
    { name = "beta" },
    { name = "gamma", marker = "extra == 'more'", specifier = ">=1.0" },
]
provides-extras = ["more"]

[package.metadata.requires-dev]
lint = [{ name = "delta" }]

[[package]]
name = "gamma"
version = "2.0"
source = { registry = "https://pypi.example/simple" }
"""


def verdict(files: dict[str, str], lock: str = "uv.lock", more: dict[str, Extract] | None = None) -> Verdict:
    extracts: dict[str, Extract] = dict(more or {})
    for path, text in files.items():
        if path.endswith("pyproject.toml"):
            extracts[path] = pyproject.read(path, text)
        elif path.endswith("uv.toml"):
            extracts[path] = uv_toml.read(path, text)
    extract = uv_lock.read(lock, files[lock])
    assert extract is not None
    assert extract.lock is not None
    return judge(Scene(lock=extract.lock, extracts=extracts, files=frozenset(files)))


def changed(project: tuple[str, str] = ("", ""), lock: tuple[str, str] = ("", ""), **files: str) -> Verdict:
    """The verdict after one replacement in each file."""
    assert project[0] in PROJECT
    assert lock[0] in LOCK
    texts = {"pyproject.toml": PROJECT.replace(*project, 1), "uv.lock": LOCK.replace(*lock, 1)}
    return verdict(texts | {path.replace("__", "/").replace("_toml", ".toml"): text for path, text in files.items()})


def test_fresh() -> None:
    assert changed() == Verdict(status="fresh", covers=True)


@pytest.mark.parametrize(
    "change",
    [
        ('"alpha>=1.0,<2",\n    "beta",', '"Beta",\n    "alpha  <2.0, >=1",'),
        ('"beta",', '"beta",\n    "beta",'),
        ('"beta",', "\"beta; python_version >= '3.8'\","),
        ('">=3.9"', '">= 3.9.0"'),
        ('version = "0.1.0"', 'version = "0.1"\ndescription = "new"'),
        ("lint =", "Lint ="),
        ("more =", "More ="),
        ("[build-system]", '[tool.uv]\nlink-mode = "copy"\ndefault-groups = ["lint"]\n\n[build-system]'),
    ],
)
def test_what_uv_does_not_mind(change: tuple[str, str]) -> None:
    assert changed(change).status == "fresh"


@pytest.mark.parametrize(
    ("change", "message", "line"),
    [
        (
            ("alpha>=1.0,<2", "alpha>=1.1,<2"),
            "alpha>=1.1,<2 (pyproject.toml:6) of demo is declared, but the lock records alpha>=1.0,<2",
            6,
        ),
        (("beta", "epsilon"), "epsilon (pyproject.toml:7) of demo is declared, but the lock does not record it", 7),
        (('    "beta",\n', ""), "the lock records beta for demo, which is not declared so (any more)", None),
        (
            ("delta", "delta>1"),
            "delta>1 (pyproject.toml:14) of the group lint is declared, but the lock records delta",
            14,
        ),
        (("0.1.0", "0.2.0"), "own version only: demo has version 0.2.0, but is locked as 0.1.0", None),
        ((">=3.9", ">=3.10"), "requires-python is >=3.10, but the lock was made for >=3.9", 4),
        (('name = "demo"', 'name = "other"'), "the project other is not in the lock as a local package", None),
        (
            ('\n[build-system]\nrequires = ["hatchling"]\n', ""),
            "demo is to be a project that is not built (virtual), but is locked as an editable package",
            None,
        ),
        (("[dependency-groups]\n", "[dependency-groups]\nempty = []\n"), "the group empty is not in the lock", None),
        (
            ('more = ["gamma>=1.0"]', 'more = ["gamma>=1.0"]\nnone = []'),
            "the extra none of demo is not in the lock",
            None,
        ),
        (
            ('version = "0.1.0"', 'dynamic = ["version"]'),
            "own version only: the version of demo is dynamic now, but locked as 0.1.0",
            None,
        ),
        (
            ("[build-system]", '[tool.uv]\nresolution = "lowest"\n\n[build-system]'),
            "`resolution` is lowest, but the lock was made with highest",
            16,
        ),
        (
            ("[build-system]", "[tool.uv]\nenvironments = [\"sys_platform == 'linux'\"]\n\n[build-system]"),
            "`environments` differs from what the lock was made with",
            16,
        ),
        (
            ("[build-system]", '[tool.uv]\nexclude-newer = "2024-01-01"\n\n[build-system]'),
            "`exclude-newer` is set, but the lock was made without it",
            16,
        ),
        (
            ("[build-system]", '[tool.uv]\nconflicts = [[{ extra = "more" }, { group = "lint" }]]\n\n[build-system]'),
            "`conflicts` differ from what the lock was made with",
            16,
        ),
    ],
)
def test_stale_names_what_differs_and_where(change: tuple[str, str], message: str, line: int | None) -> None:
    found = changed(change)
    assert found.status == "stale"
    assert [(r.message, r.path, r.line) for r in found.reasons if r.message == message] == [
        (message, "pyproject.toml", line)
    ]


def test_coverage_is_told_apart_from_the_verdict() -> None:
    compatible, incompatible = changed(("alpha>=1.0", "alpha>=1.1")), changed(("alpha>=1.0,<2", "alpha>=2"))
    assert (compatible.status, compatible.covers) == ("stale", True)
    assert (incompatible.status, incompatible.covers) == ("stale", False)
    assert incompatible.reasons[-1].message == "alpha>=2 (pyproject.toml:6) but 1.2 is locked"
    by_hand = changed(lock=('name = "beta"\nversion = "1.5"', 'name = "beta"\nversion = "1.4"'))
    assert (by_hand.status, by_hand.covers) == ("fresh", True)


def test_generations_disagree_about_unused_constraints() -> None:
    added = ("[build-system]", '[tool.uv]\nconstraint-dependencies = ["zeta<9"]\n\n[build-system]')
    written_by_0_12 = changed(added)
    assert (written_by_0_12.status, written_by_0_12.other_versions) == ("stale", {">=0.13": "fresh"})
    written_by_0_13 = changed(added, ("revision = 3", "revision = 5"))
    assert (written_by_0_13.status, written_by_0_13.other_versions) == ("fresh", {"0.8-0.12": "stale"})


def test_default_groups_count_from_0_13_on() -> None:
    added = ("[build-system]", '[tool.uv]\ndefault-groups = ["lint"]\n\n[build-system]')
    found = changed(added, ("revision = 3", "revision = 5"))
    assert (found.status, found.other_versions) == ("stale", {"0.8-0.12": "fresh"})
    assert found.reasons[0].message == "`default-groups` of demo differ from what the lock was made with"
    lock = LOCK.replace("revision = 3", "revision = 5").replace('"." }\n', '"." }\ndefault-groups = ["lint"]\n')
    assert verdict({"pyproject.toml": PROJECT.replace(*added), "uv.lock": lock}).status == "fresh"


def test_before_0_6_empty_groups_and_extras_do_not_count() -> None:
    found = changed(("[dependency-groups]", "empty = []\n\n[dependency-groups]\nnone = []"), ("revision = 3\n", ""))
    assert found.status == "fresh"


def test_broken() -> None:
    found = changed(lock=("version = 1", "version = 2"))
    assert (found.status, found.covers) == ("broken", None)
    assert found.reasons[0].line == 1


# --- what is not known


def test_dynamic_dependencies_are_not_known() -> None:
    found = changed(('dependencies = [\n    "alpha>=1.0,<2",\n    "beta",\n]', 'dynamic = ["dependencies"]'))
    assert (found.status, found.covers) == ("undecidable", None)
    assert found.reasons[0].message == "demo: dependencies are dynamic: only building it would tell them"


def test_what_is_certain_outranks_what_is_not_known() -> None:
    dynamic = PROJECT.replace('    "alpha>=1.0,<2",\n    "beta",\n]', "]\ndynamic = ['optional-dependencies']")
    found = verdict({"pyproject.toml": dynamic.replace("0.1.0", "0.2.0"), "uv.lock": LOCK})
    assert found.status == "stale"


def test_without_requires_python_the_version_file_tells() -> None:
    text = PROJECT.replace('requires-python = ">=3.9"\n', "")
    assert verdict({"pyproject.toml": text, "uv.lock": LOCK}).status == "undecidable"
    python = PythonVersion(version="3.9.18", at=Location(path=".python-version", line=1), kind="version-file")
    file = Extract(path=".python-version", format=".python-version", pythons=(python,))
    assert verdict({"pyproject.toml": text, "uv.lock": LOCK}, more={".python-version": file}).status == "fresh"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"uv.lock": LOCK}, "there is no pyproject.toml beside the lock"),
        (
            {"uv.lock": LOCK, "pyproject.toml": PROJECT + "[tool.uv]\nmanaged = false\n"},
            "`managed = false`: uv does not lock this project",
        ),
        (
            {"uv.lock": LOCK, "pyproject.toml": PROJECT.replace("delta", "delta ~ 3")},
            "not a requirement",
        ),
        (
            {
                "uv.lock": LOCK,
                "pyproject.toml": PROJECT.replace('lint = ["delta"]', 'lint = [{include-group = "lint"}]'),
            },
            "the dependency group lint includes itself",
        ),
    ],
)
def test_where_uv_itself_stops(files: dict[str, str], message: str) -> None:
    found = verdict(files)
    assert found.status == "undecidable"
    assert found.reasons[0].message.startswith(message)


def test_the_lock_of_a_script_is_not_judged_without_its_metadata() -> None:
    found = verdict({"tool.py.lock": 'version = 1\nrequires-python = ">=3.9"\n'}, "tool.py.lock")
    assert found.status == "undecidable"


JUNK: list[Any] = [
    0,
    True,
    "",
    "x",
    "a>=1",
    [],
    {},
    [1],
    ["a", 2],
    {"a": 1},
    [{}],
    [[]],
    {"path": "../.."},
    ["[", "**"],
]


@given(st.data())
def test_any_shape_is_judged(data: st.DataObject) -> None:
    """Whatever stands in a manifest where something else was meant, there is a verdict."""
    document = tomli.loads(PROJECT + FULL_SETTINGS)
    node: Any = document
    keys: list[Any] = []
    while node and isinstance(node, dict | list) and len(keys) < data.draw(st.integers(1, 6)):
        keys.append(data.draw(st.sampled_from(list(node) if isinstance(node, dict) else range(len(node)))))
        parent, node = node, node[keys[-1]]
    parent[keys[-1]] = data.draw(st.sampled_from(JUNK))
    manifest = pyproject.read("pyproject.toml", PROJECT).manifest
    assert manifest is not None
    extract = Extract(path="pyproject.toml", format="pyproject.toml", manifest=replace(manifest, data=document))
    found = verdict({"uv.lock": LOCK}, more={"pyproject.toml": extract})
    assert found.status in {"fresh", "stale", "undecidable"}


FULL_SETTINGS = """
[tool.uv]
override-dependencies = ["alpha>1"]
conflicts = [[{ extra = "more" }, { group = "lint" }]]
exclude-newer = "3 days"
environments = ["sys_platform == 'linux'"]
dependency-metadata = [{ name = "gamma", requires-dist = ["alpha"] }]
workspace = { members = ["a/*"], exclude = ["b"] }
[tool.uv.sources]
beta = [{ git = "https://git.example/b", tag = "v", marker = "os_name == 'nt'" }]
[[tool.uv.index]]
name = "own"
url = "https://pypi.example/simple"
"""

# --- sources


def with_source(source: str, recorded: str) -> Verdict:
    project = PROJECT + f"\n[tool.uv.sources]\nbeta = {source}\n"
    lock = LOCK.replace('{ name = "beta" },\n    { name = "gamma"', f'{recorded},\n    {{ name = "gamma"')
    return verdict({"pyproject.toml": project, "uv.lock": lock, "libs/beta/setup.py": "", "libs/beta.whl": ""})


@pytest.mark.parametrize(
    ("source", "recorded"),
    [
        (
            '{ git = "https://me@git.example/b.git", tag = "v1" }',
            '{ name = "beta", git = "https://git.example/b.git?tag=v1" }',
        ),
        (
            '{ git = "ssh://git@git.example/b", rev = "abc", subdirectory = "x" }',
            '{ name = "beta", git = "ssh://git@git.example/b?subdirectory=x&rev=abc#0123" }',
        ),
        ('{ url = "https://files.example/b.zip" }', '{ name = "beta", url = "https://files.example/b.zip" }'),
        ('{ path = "libs/beta", editable = true }', '{ name = "beta", editable = "libs/beta" }'),
        ('{ path = "./libs/beta/" }', '{ name = "beta", directory = "libs/beta" }'),
        ('{ path = "libs/beta", package = false }', '{ name = "beta", virtual = "libs/beta" }'),
        ('{ path = "libs/beta.whl" }', '{ name = "beta", path = "libs/beta.whl" }'),
        (
            "[{ url = 'https://files.example/b.zip', marker = \"sys_platform == 'win32'\" }]",
            '{ name = "beta", marker = "sys_platform != \'win32\'" },\n'
            '    { name = "beta", marker = "sys_platform == \'win32\'", url = "https://files.example/b.zip" }',
        ),
        ('{ index = "own", extra = "more" }', '{ name = "beta" }'),
    ],
)
def test_sources_as_the_lock_records_them(source: str, recorded: str) -> None:
    assert with_source(source, recorded).status == "fresh"
    assert with_source('{ url = "https://else.example/b.zip" }', recorded).status == "stale"


def test_an_index_source_needs_its_index() -> None:
    found = with_source('{ index = "own" }', '{ name = "beta" }')
    assert found.reasons[0].message == "[tool.uv.sources] names the index own, which is not declared"
    project = PROJECT + '[[tool.uv.index]]\nname = "own"\nurl = "https://pypi.example/simple/"\nexplicit = true\n'
    project += '[tool.uv.sources]\nbeta = { index = "own" }\n'
    lock = LOCK.replace(
        '{ name = "beta" },\n    { name = "gamma"',
        '{ name = "beta", index = "https://pypi.example/simple" },\n    { name = "gamma"',
    )
    assert verdict({"pyproject.toml": project, "uv.lock": lock}).status == "fresh"


def test_a_path_package_is_compared_with_its_own_manifest() -> None:
    project = PROJECT + '[tool.uv.sources]\nbeta = { path = "libs/beta" }\n'
    beta = '[project]\nname = "beta"\nversion = "1.5"\ndependencies = ["alpha"]\n'
    lock = LOCK.replace(
        'version = "1.5"\nsource = { registry = "https://pypi.example/simple" }',
        'version = "1.5"\nsource = { directory = "libs/beta" }\ndependencies = [{ name = "alpha" }]\n'
        '[package.metadata]\nrequires-dist = [{ name = "alpha" }]',
    ).replace(
        '{ name = "beta" },\n    { name = "gamma"', '{ name = "beta", directory = "libs/beta" },\n    { name = "gamma"'
    )
    files = {"pyproject.toml": project, "uv.lock": lock, "libs/beta/pyproject.toml": beta}
    assert verdict(files).status == "fresh"
    stale = verdict(files | {"libs/beta/pyproject.toml": beta.replace("alpha", "alpha>1")})
    assert stale.reasons[0].path == "libs/beta/pyproject.toml"
    without = {path: text for path, text in files.items() if "libs" not in path}
    assert (
        verdict(without).reasons[0].message == "the lock has a package at libs/beta, where the repository has nothing"
    )
    unbuilt = verdict(without | {"libs/beta/setup.py": ""})
    assert unbuilt.reasons[0].message == "beta at libs/beta has no [project]: only building it would tell its metadata"


# --- settings


def index_setting(url: str, *, default: bool = True) -> tuple[str, str]:
    table = f'[[tool.uv.index]]\nurl = "{url}"\ndefault = {str(default).lower()}\n\n'
    return "[build-system]", f"{table}[build-system]"


def test_indexes_count_only_when_some_are_configured() -> None:
    assert changed(index_setting("https://me:geheim@pypi.example/simple")).status == "fresh"
    moved = changed(index_setting("https://new.example/simple"))
    assert moved.status == "stale"
    assert moved.reasons[0].message == "alpha is locked from https://pypi.example/simple, which is no configured index"
    assert moved.reasons[0].line == 5
    assert changed(index_setting("https://extra.example/simple", default=False)).status == "fresh"


def test_uv_toml_replaces_the_settings_of_pyproject() -> None:
    lowest = ("[build-system]", '[tool.uv]\nresolution = "lowest"\n\n[build-system]')
    assert changed(lowest, uv_toml="").status == "fresh"
    found = changed(uv_toml='resolution = "lowest"\n')
    assert (found.status, found.reasons[0].path) == ("stale", "uv.toml")


def test_settings_come_from_the_nearest_folder_that_has_some() -> None:
    files = {"svc/pyproject.toml": PROJECT, "svc/uv.lock": LOCK, "uv.toml": 'resolution = "lowest"\n'}
    assert verdict(files, "svc/uv.lock").reasons[0].path == "uv.toml"


@pytest.mark.parametrize(
    ("locked", "wanted", "status"),
    [
        ('exclude-newer = "2024-01-02T00:00:00Z"', "2024-01-02T01:00:00+01:00", "fresh"),
        ('exclude-newer = "2024-01-02T00:00:00Z"', "2024-01-01", "fresh"),
        ('exclude-newer = "2024-01-01T23:00:00Z"', "2024-01-01", "undecidable"),
        ('exclude-newer = "2024-01-02T00:00:00Z"', "2024-02-01", "stale"),
        ('exclude-newer = "2024-01-02T00:00:00Z"\nexclude-newer-span = "P3D"', "3 days", "fresh"),
        ('exclude-newer = "0001-01-01T00:00:00Z"\nexclude-newer-span = "P1W"', "1 week", "fresh"),
        ('exclude-newer = "2024-01-02T00:00:00Z"\nexclude-newer-span = "P3D"', "1 week", "stale"),
        ('exclude-newer = "2024-01-02T00:00:00Z"', "3 days", "stale"),
        ('exclude-newer = "2024-01-02T00:00:00Z"', "some day", "undecidable"),
    ],
)
def test_exclude_newer(locked: str, wanted: str, status: str) -> None:
    setting = ("[build-system]", f'[tool.uv]\nexclude-newer = "{wanted}"\n\n[build-system]')
    assert changed(setting, ("\n[[package]]", f"\n[options]\n{locked}\n\n[[package]]")).status == status


def test_overrides_constraints_and_dependency_metadata_as_recorded() -> None:
    settings = """[tool.uv]
override-dependencies = ["alpha==1.2"]
constraint-dependencies = ["beta<3; python_version >= '3.9'"]
build-constraint-dependencies = ["setuptools<80"]
exclude-dependencies = ["Epsilon"]
dependency-metadata = [{ name = "gamma", version = "2.0", requires-dist = ["alpha >=1"], provides-extra = ["x"] }]

"""
    manifest = """
[manifest]
build-constraints = [{ name = "setuptools", specifier = "<80" }]
constraints = [{ name = "beta", specifier = "<3" }]
excludes = ["epsilon"]
overrides = [{ name = "alpha", specifier = "==1.2" }]

[[manifest.dependency-metadata]]
name = "gamma"
version = "2.0"
requires-dist = ["alpha>=1"]
provides-extras = ["x"]

[[package]]"""
    project = ("[build-system]", f"{settings}[build-system]")
    assert changed(project, ("\n[[package]]", manifest)).status == "fresh"
    messages = [r.message for r in changed(project).reasons]
    assert [m.partition(" (")[0].partition(" differ")[0] for m in messages] == [
        "beta<3; python_version >= '3.9'",
        "alpha==1.2",
        "setuptools<80",
        "`exclude-dependencies`",
        "`dependency-metadata`",
    ]


def test_conflicts_that_groups_inherit_are_inferred() -> None:
    groups = 'lint = ["delta"]\nci = [{ include-group = "lint" }]\n'
    groups += '[tool.uv]\nconflicts = [[{ extra = "more" }, { group = "lint" }]]'
    declared = '{ package = "demo", extra = "more" }, { package = "demo", group = "lint" }'
    inferred = declared.replace("lint", "ci")
    lock = LOCK.replace(
        "[package.metadata.requires-dev]\n", '[package.metadata.requires-dev]\nci = [{ name = "delta" }]\n'
    )
    files = {"pyproject.toml": PROJECT.replace('lint = ["delta"]', groups)}
    both = lock.replace("\n[[package]]", f"conflicts = [[{declared}], [{inferred}]]\n\n[[package]]", 1)
    only = lock.replace("\n[[package]]", f"conflicts = [[{declared}]]\n\n[[package]]", 1)
    assert verdict(files | {"uv.lock": both}).status == "fresh"
    assert verdict(files | {"uv.lock": only}).status == "stale"


def test_extras_that_name_each_other_may_be_locked_flat_for_a_dynamic_version() -> None:
    project = (
        '[project]\nname = "demo"\ndynamic = ["version"]\nrequires-python = ">=3.9"\n[build-system]\n'
        '[project.optional-dependencies]\na = ["alpha"]\nall = ["demo[a]"]\n'
    )
    lock = (
        'version = 1\nrevision = 3\nrequires-python = ">=3.9"\n[[package]]\nname = "alpha"\nversion = "1"\n'
        'source = { registry = "https://pypi.example" }\n[[package]]\nname = "demo"\nsource = { editable = "." }\n'
        '[package.metadata]\nprovides-extras = ["a", "all"]\nrequires-dist = [\n'
        '{ name = "alpha", marker = "extra == \'a\'" }, %s]\n'
    )
    flat = '{ name = "alpha", marker = "extra == \'all\'" }'
    as_written = '{ name = "demo", extras = ["a"], marker = "extra == \'all\'" }'
    for recorded, status in ((flat, "fresh"), (as_written, "fresh"), (flat.replace("all", "some"), "stale")):
        assert verdict({"pyproject.toml": project, "uv.lock": lock % recorded}).status == status
    static = project.replace('dynamic = ["version"]', 'version = "1"')
    locked = (lock % flat).replace('name = "demo"\n', 'name = "demo"\nversion = "1"\n')
    assert verdict({"pyproject.toml": static, "uv.lock": locked}).status == "stale"


# --- workspaces

ROOT = """[project]
name = "root"
version = "1"
requires-python = ">=3.9"
dependencies = ["helper"]
[tool.uv.sources]
helper = { workspace = true }
[tool.uv.workspace]
members = ["pk/*"]
exclude = ["pk/old*"]
"""
HELPER = '[project]\nname = "helper"\nversion = "2"\nrequires-python = ">=3.8"\n'
WORKSPACE_LOCK = """version = 1
revision = 3
requires-python = ">=3.9"

[manifest]
members = ["helper", "root"]

[[package]]
name = "helper"
version = "2"
source = { editable = "pk/helper" }

[[package]]
name = "root"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "helper" }]

[package.metadata]
requires-dist = [{ name = "helper", editable = "pk/helper" }]
"""
WORKSPACE = {"pyproject.toml": ROOT, "uv.lock": WORKSPACE_LOCK, "pk/helper/pyproject.toml": HELPER}


def test_a_workspace() -> None:
    found = verdict(WORKSPACE)
    assert (found.status, found.covers) == ("fresh", True)
    assert found.other_versions == {"<0.8": "stale"}


def test_members_come_and_go() -> None:
    new = HELPER.replace("helper", "new")
    assert verdict(WORKSPACE | {"pk/old-one/pyproject.toml": "[project]\n", "pk/helper/x/y.py": ""}).status == "fresh"
    added = verdict(WORKSPACE | {"pk/new/pyproject.toml": new})
    assert added.reasons[0].message == "the workspace member new is not in the lock"
    assert verdict(WORKSPACE | {"pk/new/pyproject.toml": new + "[tool.uv]\nmanaged = false\n"}).status == "fresh"
    removed = {"pyproject.toml": ROOT.replace('members = ["pk/*"]', "members = []"), "uv.lock": WORKSPACE_LOCK}
    assert verdict(removed | {"pk/helper/pyproject.toml": HELPER}).status == "undecidable"
    missing = verdict(WORKSPACE | {"pk/empty/README.md": ""})
    assert missing.reasons[0].message == "the workspace member pk/empty has no pyproject.toml"
    assert verdict(WORKSPACE | {"pk/.hidden/README.md": "", "pk/file.txt": ""}).status == "fresh"


def test_a_member_without_workspace_source_is_refused() -> None:
    text = ROOT.replace("helper = { workspace = true }", "")
    found = verdict(WORKSPACE | {"pyproject.toml": text})
    assert found.status == "undecidable"
    assert "does not say `workspace = true`" in found.reasons[0].message


def test_a_member_that_is_not_editable() -> None:
    text = ROOT.replace("workspace = true", "workspace = true, editable = false")
    found = verdict(WORKSPACE | {"pyproject.toml": text})
    assert found.reasons[0].message == (
        "helper is to be a package that is not editable, but is locked as an editable package"
    )


def test_requires_python_is_that_of_all_members() -> None:
    found = verdict(WORKSPACE | {"pk/helper/pyproject.toml": HELPER.replace(">=3.8", ">=3.10")})
    assert found.reasons[0].message == "requires-python is >=3.10 and >=3.9, but the lock was made for >=3.9"


def test_a_root_without_project() -> None:
    root = '[tool.uv.workspace]\nmembers = ["pk/helper"]\n[dependency-groups]\ndev = ["alpha"]\n'
    lock = """version = 1
revision = 3
requires-python = ">=3.8"

[manifest]
members = ["helper"]

[manifest.dependency-groups]
dev = [{ name = "alpha" }]

[[package]]
name = "alpha"
version = "1"
source = { registry = "https://pypi.example" }

[[package]]
name = "helper"
version = "2"
source = { virtual = "pk/helper" }
"""
    files = {"pyproject.toml": root, "uv.lock": lock, "pk/helper/pyproject.toml": HELPER}
    assert verdict(files).status == "fresh"
    changed_group = verdict(files | {"pyproject.toml": root.replace("alpha", "alpha>1")})
    assert changed_group.reasons[0].message.startswith("alpha>1 (pyproject.toml:4) of the group dev is declared")


def test_a_lock_inside_a_workspace_is_left_over() -> None:
    files = WORKSPACE | {"pk/helper/uv.lock": WORKSPACE_LOCK}
    found = verdict(files, "pk/helper/uv.lock")
    assert found.status == "undecidable"
    assert found.reasons[0].message == "this folder is a member of a workspace; uv reads uv.lock instead of this lock"


def test_the_default_of_prerelease_changed_with_0_12() -> None:
    root = '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.8"\n[tool.uv]\nprerelease = "if-necessary"\n'
    lock = 'version = 1\nrevision = 3\nrequires-python = ">=3.8"\n\n[[package]]\nname = "x"\nversion = "1"\nsource = { virtual = "." }\n'
    found = verdict({"pyproject.toml": root, "uv.lock": lock})
    assert (found.status, found.covers) == ("undecidable", True)
    assert verdict({"pyproject.toml": root, "uv.lock": lock.replace("revision = 3", "revision = 5")}).status == "fresh"


@pytest.mark.parametrize(
    ("revision", "status", "others"),
    [
        ("", "stale", {">=0.8": "fresh"}),
        ("revision = 1\n", "stale", {">=0.8": "fresh"}),
        ("revision = 2\n", "undecidable", {">=0.8": "fresh"}),
        ("revision = 3\n", "fresh", {}),
    ],
)
def test_markers_counted_as_written_before_0_7_22(revision: str, status: str, others: dict[str, str]) -> None:
    implied = ('    "beta",\n', "    \"beta; python_version >= '3.5'\",\n")
    found = changed(project=implied, lock=("revision = 3\n", revision))
    assert (found.status, found.covers, found.other_versions) == (status, True, others)


@pytest.mark.parametrize("revision", ["", "revision = 2\n"])
def test_another_writing_of_a_marker_is_the_same(revision: str) -> None:
    files = {
        "pyproject.toml": PROJECT.replace('"beta",', "\"beta; '3.10' > python_version or os_name=='nt'\","),
        "uv.lock": LOCK.replace("revision = 3\n", revision).replace(
            '    { name = "beta" },\n    { name = "gamma", ',
            "    { name = \"beta\", marker = \"python_full_version < '3.10' or os_name == 'nt'\" },\n"
            '    { name = "gamma", ',
        ),
    }
    assert (verdict(files).status, verdict(files).other_versions) == ("fresh", {})
