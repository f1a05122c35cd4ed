from __future__ import annotations

import tomllib

import pytest

LOCK = """\
[[package]]
name = "requests"
version = "2.31.0"
groups = ["main"]
files = [{file = "requests-2.31.0-py3-none-any.whl", hash = "sha256:00"}]

[metadata]
lock-version = "2.1"
python-versions = "^3.9"
content-hash = "0"
"""

PLAIN = """\
# the shop
[tool.poetry]
name = "shop"
version = "1.2.3"
description = "Sells"  # for now
authors = ["Ann <ann@mail.example>", "Bob"]
readme = "README.md"

[tool.poetry.dependencies]
python = "^3.9"
# the client
requests = "^2.28"  # not 3

[tool.poetry.group.dev.dependencies]
pytest = "*"

[build-system]
requires = ["poetry-core>=1.0.0"]
build-backend = "poetry.core.masonry.api"

[tool.black]
line-length = 79  # as ever
"""

FILES = {"README.md": "", "shop/__init__.py": "", "shop/a.py": "", "poetry.lock": LOCK}


def test_release_tools_find_the_version_where_it_is_now(migrated):
    release = '\n[tool.semantic_release]\nversion_toml = ["pyproject.toml:tool.poetry.version"]\n'
    result = migrated({**FILES, "pyproject.toml": PLAIN + release})
    assert result.text.endswith('version_toml = ["pyproject.toml:project.version"]\n')


def test_a_plain_project(migrated):
    result = migrated({**FILES, "pyproject.toml": PLAIN})
    assert result.refused == []
    assert (
        result.text
        == """\
# the shop
[project]
name = "shop"
version = "1.2.3"
description = "Sells"  # for now
authors = [
  { name = "Ann", email = "ann@mail.example" },
  { name = "Bob" },
]
readme = "README.md"
requires-python = ">=3.9,<4"
dependencies = [
  # the client
  "requests>=2.28,<3",  # not 3
]

[dependency-groups]
dev = ["pytest"]

[tool.hatch.build.targets.wheel]
packages = ["shop"]

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[tool.black]
line-length = 79  # as ever
"""
    )
    (move,) = result.migration.moves
    assert "poetry.lock" not in result.files
    assert (move.manifest, move.lock, move.old_lock, move.package) == ("pyproject.toml", "uv.lock", "poetry.lock", True)
    assert [(p.name, p.version) for p in move.pins] == [("requests", "2.31.0")]
    assert move.groups == (("main", "project"), ("dev", "group:dev"))


def poetry(dependencies: str = "", *, head: str = "", rest: str = "", python: str = '"^3.9"') -> str:
    return (
        f'[tool.poetry]\nname = "shop"\nversion = "1.2.3"\ndescription = ""\nauthors = []\n{head}\n'
        f"[tool.poetry.dependencies]\npython = {python}\n{dependencies}\n{rest}\n"
    )


SYSTEM = '[build-system]\nrequires = ["poetry-core"]\nbuild-backend = "poetry.core.masonry.api"\n'


@pytest.mark.parametrize(
    ("constraint", "text"),
    [
        ('"^1.2.3"', "x>=1.2.3,<2"),
        ('"^0.0.3"', "x>=0.0.3,<0.0.4"),
        ('"~1.2"', "x>=1.2,<1.3"),
        ('"~3.11"', "x>=3.11,<3.12"),
        ('"~=3.11"', "x~=3.11"),
        ('"1.2.3"', "x==1.2.3"),
        ('"1.*"', "x==1.*"),
        ('"*"', "x"),
        ('">=1 <2"', "x>=1,<2"),
        ('">=1.0,!=1.5"', "x>=1.0,!=1.5"),
        ('"^1.0 || ^2.0"', "x>=1.0,<3"),
        ('"^1.0 || ^3.0"', "x>=1.0,<4,!=2.*"),
        ('"~3.8 || ~3.10"', "x>=3.8,<3.11,!=3.9.*"),
        ('{version = "^1.0", extras = ["a", "b"]}', "x[a,b]>=1.0,<2"),
        ('{version = "^2.6.0+cpu"}', "x>=2.6.0,<3"),
    ],
)
def test_constraints(migrated, constraint, text):
    result = migrated({"pyproject.toml": poetry(f"x = {constraint}")})
    assert result.data["project"]["dependencies"] == [text]


@pytest.mark.parametrize("constraint", ['"^1.0 || ^1.5.1 || 4.2"', '"latest"', '"<1 || >1.2"'])
def test_what_cannot_be_said_is_refused_whole(migrated, constraint):
    result = migrated({"pyproject.toml": poetry(f"x = {constraint}"), "poetry.lock": LOCK})
    assert result.refused == ["manifest-by-hand"]
    assert not result.migration.edits
    assert not result.migration.moves
    (refusal,) = result.migration.refusals
    assert (refusal.blocker.path, refusal.blocker.line) == ("pyproject.toml", 9)


def test_markers_are_bracketed_and_combined(migrated):
    entry = """{version = "1.0", markers = "sys_platform == 'linux' or sys_platform == 'darwin'", python = "<3.11"}"""
    result = migrated({"pyproject.toml": poetry(f"x = {entry}")})
    assert result.data["project"]["dependencies"] == [
        "x==1.0 ; (sys_platform == 'linux' or sys_platform == 'darwin') and python_version < '3.11'"
    ]


def test_several_constraints_keep_their_bounds(migrated):
    entry = 'x = [\n  {version = "<1.25", python = "<3.9"},\n  {version = ">=1.26", python = ">=3.9"},\n]'
    result = migrated({"pyproject.toml": poetry(entry)})
    assert result.data["project"]["dependencies"] == [
        "x<1.25 ; python_version < '3.9'",
        "x>=1.26 ; python_version >= '3.9'",
    ]


def test_several_constraints_with_several_sources(migrated):
    entry = (
        'torch = [{version = "^2.0", source = "cpu", platform = "linux"}, {version = "^2.0", platform = "darwin"}]\n'
        'x = [{git = "https://git.example/a/x.git", tag = "v1", platform = "linux"},'
        ' {url = "https://files.example/x-1.tar.gz", platform = "!=linux"}]'
    )
    source = '[[tool.poetry.source]]\nname = "cpu"\nurl = "https://cpu.example/simple"\npriority = "explicit"\n'
    result = migrated({"pyproject.toml": poetry(entry, rest=source)})
    assert result.data["tool"]["uv"]["sources"] == {
        "torch": {"index": "cpu", "marker": "sys_platform == 'linux'"},
        "x": [
            {"git": "https://git.example/a/x.git", "tag": "v1", "marker": "sys_platform == 'linux'"},
            {"url": "https://files.example/x-1.tar.gz", "marker": "sys_platform != 'linux'"},
        ],
    }


def test_optional_dependencies_stay_optional(migrated):
    entries = """\
a = {version = "^1", optional = true}
b = {git = "https://git.example/acme/b.git", branch = "main", subdirectory = "sub", optional = true}
c = {version = "^3", optional = true}
d = "^4"
"""
    extras = '[tool.poetry.extras]\ns3 = ["a", "b"]\nall = ["a", "d", "gone"]\n'
    result = migrated({"pyproject.toml": poetry(entries, rest=extras)})
    project = result.data["project"]
    assert project["dependencies"] == ["d>=4,<5"]
    assert project["optional-dependencies"] == {"s3": ["a>=1,<2", "b"], "all": ["a>=1,<2", "d>=4,<5"]}
    assert result.data["tool"]["uv"]["sources"]["b"] == {
        "git": "https://git.example/acme/b.git",
        "branch": "main",
        "subdirectory": "sub",
    }
    assert result.data["dependency-groups"] == {"optional": ["c>=3,<4"]}  # in no extra: locked, never installed
    assert any("gone is no dependency" in text for text in result.noted)
    assert ("s3", "extra:s3") in result.migration.moves[0].groups


@pytest.mark.parametrize(("lock_version", "own"), [("2.0", ["a>=1,<2", "b>=2,<3"]), ("2.1", ["b>=2,<3"])])
def test_what_an_extra_names_is_its_own_alone_for_poetry_2(migrated, lock_version, own):
    lock = f'[metadata]\nlock-version = "{lock_version}"\npython-versions = "^3.11"\ncontent-hash = "0"\n'
    rest = '[tool.poetry.extras]\nmore = ["a"]\n'
    result = migrated({"pyproject.toml": poetry('a = "^1"\nb = "^2"\n', rest=rest), "poetry.lock": lock})
    assert result.data["project"]["dependencies"] == own
    assert result.data["project"]["optional-dependencies"] == {"more": ["a>=1,<2"]}
    assert result.migration.moves[0].by_extra == (() if "a>=1,<2" in own else ("a",))


def test_groups_and_which_are_installed(migrated):
    rest = """\
[tool.poetry.dev-dependencies]
black = "*"

# for the site
[tool.poetry.group.docs]
optional = true

[tool.poetry.group.docs.dependencies]
# keep
mkdocs = "1.5"  # pinned

[tool.poetry.group.test.dependencies]
pytest = "^8"

[tool.poetry.group.all]
include-groups = ["test", "docs"]
"""
    result = migrated({"pyproject.toml": poetry(rest=rest)})
    assert result.data["dependency-groups"] == {
        "dev": ["black"],
        "docs": ["mkdocs==1.5"],
        "test": ["pytest>=8,<9"],
        "all": [{"include-group": "test"}, {"include-group": "docs"}],
    }
    assert result.data["tool"]["uv"]["default-groups"] == ["dev", "test", "all"]
    assert '# for the site\ndocs = [\n  # keep\n  "mkdocs==1.5",  # pinned\n]' in result.text


def test_only_optional_groups(migrated):
    rest = '[tool.poetry.group.dev]\noptional = true\n[tool.poetry.group.dev.dependencies]\npytest = "*"\n'
    assert migrated({"pyproject.toml": poetry(rest=rest)}).data["tool"]["uv"]["default-groups"] == []


def test_an_application_gets_a_name_and_is_no_package(migrated):
    text = '[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\npython = "3.12.*"\nx = "1"\n'
    result = migrated({"my_shop/pyproject.toml": text, "my_shop/a.py": "", "my_shop/b.py": ""})
    data = tomllib.loads(result.files["my_shop/pyproject.toml"])
    assert data["project"] == {
        "name": "my-shop",
        "version": "0",
        "requires-python": "==3.12.*",
        "dependencies": ["x==1"],
    }
    assert data["tool"]["uv"] == {"package": False}
    assert not result.migration.moves[0].package


def test_a_package_whose_folder_is_not_there_is_an_application(migrated):
    result = migrated({"pyproject.toml": poetry(rest=SYSTEM), "main.py": "", "b.py": ""})
    assert "build-system" not in result.data
    assert result.data["tool"]["uv"]["package"] is False


@pytest.mark.parametrize(
    ("head", "files", "reason"),
    [
        ('include = [{path = "data", format = ["sdist", "wheel"]}]', {}, "`include`"),
        ('exclude = ["shop/x"]', {}, "`exclude`"),
        ('build = "build.py"', {}, "`build`"),
        ('packages = [{include = "sh*"}]', {}, "`packages`"),
        ('packages = [{include = "shop", to = "other"}]', {}, "`packages`"),
        ("", {".gitignore": "*.txt\n", "shop/a.txt": ""}, "shop/a.txt is committed, but ignored"),
        ('readme = ["A.md", "B.md"]', {"A.md": "", "B.md": ""}, "several readmes"),
    ],
)
def test_poetry_core_stays_where_the_wheel_would_differ(migrated, head, files, reason):
    result = migrated({**FILES, **files, "pyproject.toml": poetry(head=head, rest=SYSTEM)})
    assert result.data["build-system"] == {
        "requires": ["poetry-core>=2.0.0"],
        "build-backend": "poetry.core.masonry.api",
    }
    kept = result.data.get("tool", {}).get("poetry", {})
    assert kept == (tomllib.loads(head) if head else {})
    assert result.data["project"].get("dynamic") == (["readme"] if "readme" in head else None)
    assert any(reason in text for text in result.noted)


def test_the_oldest_backend_does_not_outlive_its_tables(migrated):
    system = '[build-system]\nrequires = ["poetry>=0.12"]\nbuild-backend = "poetry.masonry.api"\n'
    head = 'packages = [{include = "shop", from = "src"}]'
    result = migrated({"src/shop/__init__.py": "", "pyproject.toml": poetry(head=head, rest=system)})
    assert result.data["build-system"]["build-backend"] == "hatchling.build"
    assert result.data["tool"] == {"hatch": {"build": {"targets": {"wheel": {"packages": ["src/shop"]}}}}}


def test_dynamic_versions_of_the_plugin(migrated):
    rest = (
        "[tool.poetry-dynamic-versioning]\nenable = true\n"
        '[build-system]\nrequires = ["poetry-core>=1.0.0", "poetry-dynamic-versioning"]\n'
        'build-backend = "poetry_dynamic_versioning.backend"\n'
    )
    result = migrated({**FILES, "pyproject.toml": poetry(rest=rest)})
    assert result.data["project"]["dynamic"] == ["version"]
    assert result.data["tool"]["poetry"] == {"version": "1.2.3"}
    assert result.data["build-system"]["build-backend"] == "poetry_dynamic_versioning.backend"


def test_scripts_plugins_urls_and_a_file_as_script(migrated):
    head = 'homepage = "https://shop.example"\nlicense = "MIT"\nclassifiers = ["Topic :: Games"]'
    rest = """\
[tool.poetry.scripts]
shop = "shop.a:main"
old = {reference = "bin/old.sh", type = "file"}

[tool.poetry.plugins."shop.plugins"]
x = "shop.a:X"

[tool.poetry.urls]
Docs = "https://docs.example"
"""
    result = migrated({**FILES, "pyproject.toml": poetry(head=head, rest=rest + SYSTEM)})
    project = result.data["project"]
    assert project["scripts"] == {"shop": "shop.a:main"}
    assert project["entry-points"] == {"shop.plugins": {"x": "shop.a:X"}}
    assert project["urls"] == {"Homepage": "https://shop.example", "Docs": "https://docs.example"}
    assert project["license"] == {"text": "MIT"}
    assert result.data["tool"]["poetry"]["scripts"] == {"old": {"reference": "bin/old.sh", "type": "file"}}


def source(name: str, priority: str, url: str | None = None) -> str:
    return f'[[tool.poetry.source]]\nname = "{name}"\nurl = "{url or f"https://{name}.example/simple"}"\npriority = "{priority}"\n'


def locked(**packages: str) -> str:
    text = ""
    for name, origin in packages.items():
        text += f'[[package]]\nname = "{name}"\nversion = "1.0"\nfiles = []\n'
        text += f'[package.source]\ntype = "legacy"\nurl = "{origin}"\nreference = "r"\n' if origin else ""
    return text + '[metadata]\nlock-version = "2.0"\npython-versions = "^3.9"\ncontent-hash = "0"\n'


def test_a_supplemental_source_serves_only_what_came_from_it(migrated):
    rest = source("extra", "supplemental")
    result = migrated(
        {
            "pyproject.toml": poetry('a = "1"\nb = "1"', rest=rest),
            "poetry.lock": locked(a="https://extra.example/simple", b="", c="https://extra.example/simple"),
        }
    )
    uv = result.data["tool"]["uv"]
    assert uv["index"] == [{"name": "extra", "url": "https://extra.example/simple", "explicit": True}]
    assert uv["sources"] == {"a": {"index": "extra"}, "c": {"index": "extra"}}
    assert result.data["dependency-groups"] == {"bound-to-index": ["c"]}  # what nobody declares
    assert "default-groups" not in uv


def test_a_source_that_serves_everything_is_the_default(migrated):
    result = migrated(
        {
            "pyproject.toml": poetry('a = "1"', rest=source("mirror", "primary")),
            "poetry.lock": locked(a="https://mirror.example/simple"),
        }
    )
    assert result.data["tool"]["uv"]["index"] == [
        {"name": "mirror", "url": "https://mirror.example/simple", "default": True}
    ]
    assert "sources" not in result.data["tool"]["uv"]


def test_a_default_source_beside_packages_of_the_public_one_is_refused(migrated):
    files = {"pyproject.toml": poetry('a = "1"', rest=source("mirror", "default")), "poetry.lock": locked(a="")}
    assert migrated(files).refused == ["index-order"]


def test_credentials_and_variables_in_addresses(migrated):
    secret = migrated({"pyproject.toml": poetry(rest=source("a", "explicit", "https://me:hunter22@a.example/simple"))})
    assert secret.data["tool"]["uv"]["index"][0]["url"] == "https://a.example/simple"
    assert "hunter22" not in secret.text
    assert any("UV_INDEX_" in text for text in secret.noted)
    variable = migrated({"pyproject.toml": poetry(rest=source("a", "explicit", "https://${HOST}/simple"))})
    assert variable.refused == ["index-in-variable"]


def test_git_addresses_like_scp(migrated):
    result = migrated({"pyproject.toml": poetry('x = {git = "git@git.example:acme/x.git", rev = "abc123"}')})
    assert result.data["tool"]["uv"]["sources"]["x"] == {"git": "ssh://git@git.example/acme/x.git", "rev": "abc123"}


def test_paths_inside_and_outside(migrated):
    inner = poetry().replace('"shop"', '"lib"')
    files = {"lib/pyproject.toml": inner, "lib/lib/__init__.py": ""}
    inside = migrated({**files, "pyproject.toml": poetry('lib = {path = "lib", develop = true}')})
    assert inside.data["tool"]["uv"]["sources"]["lib"] == {"path": "lib", "editable": True}
    outside = migrated({"pyproject.toml": poetry('lib = {path = "../lib"}')})
    assert outside.refused == ["external-path"]


def test_prereleases_that_were_locked_are_admitted(migrated):
    lock = locked(a="").replace('"1.0"', '"1.0b2"')
    result = migrated({"pyproject.toml": poetry('a = {version = "*", allow-prereleases = true}'), "poetry.lock": lock})
    assert result.data["tool"]["uv"]["constraint-dependencies"] == ["a>=1.0b2"]


def test_poetry_2_keeps_project_and_takes_sources_over(migrated):
    text = """\
[project]
name = "shop"
version = "1"
requires-python = ">=3.9"
dynamic = ["optional-dependencies"]
dependencies = [
    "x>=1",  # the x
]

[tool.poetry]
requires-poetry = ">=2"
packages = [{include = "shop"}]

[tool.poetry.dependencies]
x = {git = "https://git.example/acme/x.git", tag = "v1"}

[tool.poetry.group.dev.dependencies]
pytest = "^8"

[build-system]
requires = ["poetry-core>=2.0.0,<3.0.0"]
build-backend = "poetry.core.masonry.api"
"""
    result = migrated({**FILES, "pyproject.toml": text})
    assert result.text.startswith(text[: text.index("dynamic")] + 'dependencies = [\n    "x>=1",  # the x\n]\n')
    assert result.data["build-system"] == tomllib.loads(text)["build-system"]
    assert result.data["tool"]["poetry"] == {"packages": [{"include": "shop"}]}
    assert result.data["tool"]["uv"]["sources"]["x"] == {"git": "https://git.example/acme/x.git", "tag": "v1"}


PIPFILE_LOCK = '{"_meta": {"requires": {}}, "default": {"a": {"version": "==1.0"}}, "develop": {}}'


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"pyproject.toml": poetry(python='"*"')}, "python-undeclared"),
        ({"pyproject.toml": poetry(), "poetry.lock": "<<<<<<< a\n"}, "broken-lock"),
        (
            {
                "pyproject.toml": poetry(),
                "poetry.lock": LOCK,
                "Pipfile": '[packages]\na = "*"\n',
                "Pipfile.lock": PIPFILE_LOCK,
            },
            "conflicting-locks",
        ),
    ],
)
def test_refusals(migrated, files, code):
    result = migrated(files)
    assert result.refused == [code]
    assert not result.migration.edits


def test_line_endings_are_kept(migrated):
    result = migrated({"pyproject.toml": poetry('x = "1"').replace("\n", "\r\n")})
    assert "\n" not in result.text.replace("\r\n", "")


def test_twice_is_once(migrated):
    once = migrated({**FILES, "pyproject.toml": PLAIN})
    again = migrated({**once.files, "uv.lock": 'version = 1\nrequires-python = ">=3.9"\n'})
    assert again.migration.edits == again.migration.moves == ()


def test_optional_entries_of_groups_are_not_installed(migrated):
    rest = '[tool.poetry.group.dev.dependencies]\na = "1"\nb = {version = "2", optional = true}\n# c = "3"\n'
    result = migrated({"pyproject.toml": poetry(rest=rest)})
    assert result.data["dependency-groups"] == {"dev": ["a==1"], "optional": ["b==2"]}
    assert 'dev = [\n  "a==1",\n  # c = "3"\n]' in result.text


def test_projects_taken_from_a_path_move_too(migrated):
    lib = poetry().replace('"shop"', '"mocks"')
    files = {"mocks/pyproject.toml": lib, "mocks/mocks/__init__.py": ""}
    result = migrated({**files, "pyproject.toml": poetry('mocks = {path = "mocks"}')})
    assert [m.manifest for m in result.migration.moves] == ["pyproject.toml", "mocks/pyproject.toml"]
    assert tomllib.loads(result.files["mocks/pyproject.toml"])["project"]["name"] == "mocks"


def test_the_plugin_for_versions_becomes_the_backend(migrated):
    rest = "[tool.poetry-dynamic-versioning]\nenable = true\n" + SYSTEM
    result = migrated({**FILES, "pyproject.toml": poetry(rest=rest)})
    assert result.data["build-system"] == {
        "requires": ["poetry-core>=2.0.0", "poetry-dynamic-versioning>=1.6.0"],
        "build-backend": "poetry_dynamic_versioning.backend",
    }
    assert result.data["project"]["dynamic"] == ["version"]


@pytest.mark.parametrize(
    ("stated", "written"),
    [
        (">=1.9.1,<2.0.0", ">=1.9.1,<2.0.0"),
        (">=1.0.0,<2.0.0", ">=1.6.0,<2.0.0"),
        ("", ">=1.6.0"),
        ("==1.4.0", ">=1.6.0"),
    ],
)
def test_what_the_build_asks_for_stays_where_it_will_do(migrated, stated, written):
    rest = (
        "[tool.poetry-dynamic-versioning]\nenable = true\n[build-system]\n"
        f'requires = ["poetry-core>=2.0.0,<3.0.0", "poetry-dynamic-versioning{stated}"]\n'
        'build-backend = "poetry_dynamic_versioning.backend"\n'
    )
    result = migrated({**FILES, "pyproject.toml": poetry(rest=rest)})
    requires = result.data["build-system"]["requires"]
    assert requires == ["poetry-core>=2.0.0,<3.0.0", f"poetry-dynamic-versioning{written}"]
    assert any("the build asks for poetry-dynamic-versioning" in note for note in result.noted) is (stated != written)


def test_a_source_that_is_stated_twice_is_one_index(migrated):
    source = '[[tool.poetry.source]]\nname = "house"\nurl = "https://pypi.example/simple"\npriority = "supplemental"\n'
    head = '[tool.poetry]\nname = "shop"\nversion = "1"\ndescription = ""\nauthors = []\n'
    text = head + '[tool.poetry.dependencies]\npython = "^3.11"\n' + source + source
    assert [index["name"] for index in migrated({"pyproject.toml": text}).data["tool"]["uv"]["index"]] == ["house"]


@pytest.mark.parametrize(
    ("stated", "written"),
    [
        (">=2.1.3, <3.0.0", ">=2.1.3, <3.0.0"),
        ("==2.1.1", "==2.1.1"),
        (">=1.5,<3", ">=2.0.0,<3"),
        (">=1.5,<2", ">=2.0.0"),
    ],
)
def test_bounds_of_the_backend_stay(migrated, stated: str, written: str):
    text = (
        '[tool.poetry]\nname = "shop"\nversion = "1"\ndescription = ""\nauthors = []\n'
        'include = [{ path = "data/*.csv", format = ["sdist", "wheel"] }]\n'
        '[tool.poetry.dependencies]\npython = "^3.11"\n'
        f'[build-system]\nrequires = ["poetry-core{stated}"]\nbuild-backend = "poetry.core.masonry.api"\n'
    )
    files = {"pyproject.toml": text, "poetry.lock": "package = []\n", "shop/__init__.py": "", "data/a.csv": ""}
    assert migrated(files).data["build-system"]["requires"] == [f"poetry-core{written}"]
