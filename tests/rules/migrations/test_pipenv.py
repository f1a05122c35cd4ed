from __future__ import annotations

import json

import pytest

PIPFILE = """\
[[source]]
url = "https://pypi.example/simple"
verify_ssl = true
name = "main"

[[source]]
url = "https://${USER}:${PASS}@private.example/simple"
verify_ssl = false
name = "private"

[packages]
# web
flask = "*"  # any
boto3 = {version = ">=1.26,<2", extras = ["crt"], markers = "sys_platform == 'linux' or sys_platform == 'darwin'", os_name = "== 'posix'"}
acme = {version = "~=1.4", index = "private"}
tool = {git = "https://git.example/acme/tool.git", ref = "main", subdirectory = "py", editable = true}

[dev-packages]
pytest = ">=8"

[docs]
sphinx = "==7.0"

[requires]
python_version = "3.11"

[pipenv]
allow_prereleases = true

[scripts]
serve = "flask run"
"""


def lock(**categories: dict[str, dict[str, object]]) -> str:
    return json.dumps({"_meta": {"hash": {"sha256": "0"}, "pipfile-spec": 6}, **categories}, indent=4)


LOCK = lock(
    default={
        "flask": {"version": "==3.0.0", "hashes": ["sha256:00"], "index": "main"},
        "acme": {"version": "==1.4.2", "index": "private"},
        "helper": {"version": "==0.1", "index": "private"},
        "tool": {"git": "https://git.example/acme/tool.git", "ref": "a" * 40},
    },
    develop={"pytest": {"version": "==8.0.0"}},
)


def test_pipenv(migrated):
    result = migrated({"Pipfile": PIPFILE, "Pipfile.lock": LOCK})
    assert result.refused == []
    assert (
        result.text
        == """\
[project]
name = "shop"
version = "0"
requires-python = "==3.11.*"
dependencies = [
  # web
  "flask",  # any
  "boto3[crt]>=1.26,<2 ; (sys_platform == 'linux' or sys_platform == 'darwin') and os_name == 'posix'",
  "acme~=1.4",
  "tool",
]

[dependency-groups]
dev = ["pytest>=8"]
docs = ["sphinx==7.0"]
# nobody installs this group: it binds packages that others need to their index
bound-to-index = ["helper"]

[tool.uv]
package = false
allow-insecure-host = ["private.example"]
prerelease = "allow"

[tool.uv.sources]
acme = { index = "private" }
tool = { git = "https://git.example/acme/tool.git", rev = "main", subdirectory = "py" }
helper = { index = "private" }

[[tool.uv.index]]
name = "main"
url = "https://pypi.example/simple"
default = true

[[tool.uv.index]]
name = "private"
url = "https://private.example/simple"
explicit = true
"""
    )
    (move,) = result.migration.moves
    assert [(p.name, p.version) for p in move.pins] == [  # one without a version takes nothing from the others
        ("flask", "3.0.0"),
        ("acme", "1.4.2"),
        ("helper", "0.1"),
        ("tool", None),
        ("pytest", "8.0.0"),
    ]
    assert move.groups == (
        ("default", "project"),
        ("develop", "group:dev"),
        ("dev-packages", "group:dev"),
        ("docs", "group:docs"),
    )
    assert set(result.files) == {"main.py", "other.py", "pyproject.toml"}
    assert any("serve" in text for text in result.noted)
    assert any("UV_INDEX_" in text for text in result.noted)


def test_categories_that_disagree_are_refused(migrated):
    both = lock(default={"a": {"version": "==1"}}, develop={"a": {"version": "==2"}})
    result = migrated({"Pipfile": '[packages]\na = "*"\n', "Pipfile.lock": both})
    assert result.refused == ["conflicting-pins"]
    assert not result.migration.edits


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ('a = "latest"', "manifest-by-hand"),
        ('a = {path = "../a"}', "external-path"),
        ('a = {version = "*", index = "gone"}', "index-order"),
        ('a = {git = "https://${HOST}/a.git"}', "index-in-variable"),
        ('"-e ." = "*"', "unread-file"),
        ('a = {path = ".", editable = true}', "manifest-by-hand"),
    ],
)
def test_refusals(migrated, entry, code):
    result = migrated({"Pipfile": f'[packages]\n{entry}\n[requires]\npython_version = "3.11"\n'})
    assert result.refused == [code]


def test_a_file_and_its_hash_are_kept(migrated):
    entry = 'a = {file = "https://files.example/a-1.0.zip", subdirectory = "x"}'
    result = migrated({"Pipfile": f'[packages]\n{entry}\n[requires]\npython_version = "3.11"\n'})
    assert result.data["tool"]["uv"]["sources"]["a"] == {"url": "https://files.example/a-1.0.zip", "subdirectory": "x"}


SETUP = 'from setuptools import setup\nsetup(name="lib", version="1", install_requires=["six"], extras_require={"x": ["y"]})\n'


def test_a_library_with_a_pipfile(migrated):
    pipfile = '[packages]\nlib = {path = ".", editable = true, extras = ["x"]}\nflask = "*"\n[requires]\npython_version = "3.11"\n'
    result = migrated({"Pipfile": pipfile, "setup.py": SETUP, "lib/__init__.py": ""})
    assert result.data["project"]["dependencies"] == ["six"]
    assert result.data["project"]["optional-dependencies"] == {"x": ["y"]}
    assert result.data["dependency-groups"] == {"packages": ["lib[x]", "flask"]}
    assert result.data["tool"]["uv"]["default-groups"] == ["packages"]
    assert result.data["tool"]["uv"]["sources"]["lib"] == {"workspace": True}
    assert result.migration.moves[0].package
    assert [now for old, now in result.migration.moves[0].groups if old == "default"] == ["project", "group:packages"]


def test_a_folder_named_like_a_package_gives_no_name_to_the_project(migrated):
    lock = '{"_meta": {"requires": {}}, "default": {"django": {"version": "==5.0"}}, "develop": {}}'
    pipfile = '[packages]\ndjango = "*"\n[requires]\npython_version = "3.12"\n'
    result = migrated({"Pipfile": pipfile, "Pipfile.lock": lock}, name="django")
    assert result.data["project"]["name"] == "django-project"
    assert [pin.name for pin in result.migration.moves[0].pins] == ["django"]


def test_the_developers_python_is_no_promise_of_a_package(migrated):
    setup = (
        "from setuptools import setup\nsetup(name='shop', version='1', install_requires=['a'], "
        "setup_requires=['setuptools', 'cffi'], classifiers=['Programming Language :: Python :: 3.9'])\n"
    )
    lock = '{"_meta": {"requires": {}}, "default": {"a": {"version": "==1.0"}}, "develop": {}}'
    pipfile = '[packages]\na = "*"\n[requires]\npython_version = "3.12"\n'
    files = {"setup.py": setup, "shop/__init__.py": "", "Pipfile": pipfile, "Pipfile.lock": lock}
    result = migrated(files)
    assert result.data["project"]["requires-python"] == ">=3.9"
    assert result.data["tool"]["uv"]["environments"] == ["python_version == '3.12'"]
    assert result.data["build-system"]["requires"] == ["setuptools>=61", "cffi"]


def test_a_pipfile_without_a_python_holds_for_those_that_its_lock_admits(migrated):
    lock = {
        "_meta": {"hash": {"sha256": "x"}, "pipfile-spec": 6, "requires": {}, "sources": []},
        "default": {
            "alpha": {"version": "==1.0", "markers": "python_version >= '3.7'"},
            "beta": {"version": "==2.0", "markers": "python_version >= '2.7' and python_version not in '3.0, 3.1'"},
            "gamma": {"version": "==3.0", "markers": "python_version < '3.11' and python_version >= '3.8'"},
        },
        "develop": {},
    }
    result = migrated({"Pipfile": '[packages]\nalpha = "*"\n', "Pipfile.lock": json.dumps(lock)})
    assert result.data["project"]["requires-python"] == ">=3.8"
    assert any("no file states one" in note for note in result.noted)
    for package in lock["default"].values():
        package.pop("markers")
    assert migrated({"Pipfile": '[packages]\nalpha = "*"\n', "Pipfile.lock": json.dumps(lock)}).refused == [
        "python-undeclared"
    ]
