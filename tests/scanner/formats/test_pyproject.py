from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.facts import Extract, Manifest, Requirement
from scanner.format import Unreadable
from scanner.formats.pyproject import FORMAT, read


def extract(text: str, path: str = "pyproject.toml") -> Extract:
    return read(path, dedent(text))


def manifest(text: str, path: str = "pyproject.toml") -> Manifest:
    found = extract(text, path).manifest
    assert found is not None
    return found


def requirements(text: str) -> dict[str, Requirement]:
    return {item.name: item for item in manifest(text).requirements}


def test_matches_by_name() -> None:
    assert FORMAT.matches("a/pyproject.toml")
    assert not FORMAT.matches("a/old-pyproject.toml")


def test_empty_and_tool_only_files_are_manifests() -> None:
    assert manifest("").tables == ()
    only = manifest("[tool.black]\nline-length = 100\n")
    assert [table.name for table in only.tables] == ["tool.black"]
    assert only.build_backend is None
    assert not only.has_build_system


def test_broken_toml_is_unreadable_with_its_line() -> None:
    with pytest.raises(Unreadable) as caught:
        extract("[project]\nname = \n")
    assert caught.value.line == 2


def test_standard_tables() -> None:
    found = manifest("""\
        [build-system]
        requires = ["hatchling>=1"]
        build-backend = "hatchling.build"

        [project]
        name = "acme-api"
        version = "1.2"
        description = "An API."
        requires-python = ">=3.10"
        dynamic = ["readme"]
        classifiers = ["Programming Language :: Python :: 3.11", "Programming Language :: Python :: Implementation"]
        dependencies = [
          "requests>=2",
          # a comment
          "click[extra] ; python_version < '3.12'",
        ]

        [project.optional-dependencies]
        s3 = ["boto3"]

        [project.scripts]
        acme = "acme:main"

        [project.entry-points."acme.plugins"]
        own = "acme.own:Plugin"

        [dependency-groups]
        test = ["pytest", {include-group = "Lint"}]
        lint = ["ruff"]
        """)
    assert (found.name, found.version, found.description) == ("acme-api", "1.2", "An API.")
    assert (found.requires_python, found.build_backend) == (">=3.10", "hatchling.build")
    assert found.requires_python_at is not None
    assert found.requires_python_at.line == 9
    assert found.dynamic == ("readme",)
    assert [(r.name, r.scope, r.group, r.at.line) for r in found.requirements] == [
        ("requests", "runtime", None, 13),
        ("click", "runtime", None, 15),
        ("boto3", "optional", "s3", 19),
        ("hatchling", "build", None, 2),
        ("pytest", "group", "test", 28),
        ("ruff", "group", "test", 29),
        ("ruff", "group", "lint", 29),
    ]
    assert [(e.group, e.name, e.target) for e in found.entry_points] == [
        ("console_scripts", "acme", "acme:main"),
        ("acme.plugins", "own", "acme.own:Plugin"),
    ]


def test_versions_of_python() -> None:
    found = extract("""\
        [project]
        requires-python = ">=3.9"
        classifiers = ["Programming Language :: Python :: 3 :: Only", "Programming Language :: Python :: 3.13"]
        [tool.black]
        target-version = ["py39", "py310"]
        [tool.mypy]
        python_version = 3.9
        """)
    assert [(p.version, p.kind, p.at.line) for p in found.pythons] == [
        (">=3.9", "requires-python", 2),
        ("3", "classifier", 3),
        ("3.13", "classifier", 3),
        ("3.9", "target-version", 5),
        ("3.10", "target-version", 5),
        ("3.9", "target-version", 7),
    ]


def test_backend_of_a_build_system_that_names_none() -> None:
    assert manifest("[build-system]\nrequires = ['setuptools']\n").build_backend == "setuptools.build_meta:__legacy__"


def test_groups_that_include_each_other() -> None:
    found = manifest("""\
        [dependency-groups]
        a = ["x", {include-group = "b"}]
        b = [{include-group = "a"}, "y"]
        """)
    assert [(r.name, r.group) for r in found.requirements] == [("x", "a"), ("y", "a"), ("y", "b"), ("x", "b")]


def test_wrong_types_are_problems_with_lines_and_the_rest_is_kept() -> None:
    found = extract("""\
        [project]
        name = 3
        dependencies = ["good", 1, "not a requirement!"]
        [project.optional-dependencies]
        more = "text"
        [dependency-groups]
        dev = [{include-group = "missing"}, {other = 1}]
        [tool]
        uv = "text"
        """)
    assert found.manifest is not None
    assert [r.name for r in found.manifest.requirements] == ["good"]
    assert {problem.code for problem in found.problems} == {"invalid-entry"}
    assert sorted(problem.at.line or 0 for problem in found.problems) == [2, 3, 3, 5, 7, 7, 9]


def test_poetry_one() -> None:
    found = requirements("""\
        [tool.poetry]
        name = "acme"
        [tool.poetry.dependencies]
        python = "^3.9"
        requests = "^2.28"
        boto3 = {version = "*", optional = true}
        lib = {git = "https://user:secret@git.example/lib.git", tag = "v1", subdirectory = "py"}
        near = {path = "../near", develop = true}
        wheel-file = {url = "https://files.example/a-1.0.zip"}
        many = [
          {version = "^1", python = "<3.10"},
          {version = "^2", python = ">=3.10", platform = "linux"},
        ]
        odd = "^1 || ^3"
        private = {version = "1.0", source = "corp", extras = ["fast"], markers = "os_name == 'nt'"}
        [tool.poetry.extras]
        s3 = ["boto3"]
        [tool.poetry.dev-dependencies]
        pytest = "^7"
        [tool.poetry.group.docs.dependencies]
        sphinx = ">=5"
        """)
    assert "python" not in found
    assert (found["requests"].specifier, found["requests"].raw) == (">=2.28,<3.0", "^2.28")
    assert (found["boto3"].scope, found["boto3"].group) == ("optional", "s3")
    lib = found["lib"]
    assert (lib.source, lib.url, lib.ref, lib.subdirectory) == ("git", "https://***@git.example/lib.git", "v1", "py")
    assert (found["near"].source, found["near"].url, found["near"].editable) == ("path", "../near", True)
    assert found["wheel-file"].source == "url"
    assert found["many"].marker == 'python_version >= "3.10" and sys_platform == "linux"'
    assert found["many"].at.line == 12
    assert found["odd"].specifier is None
    private = found["private"]
    assert (private.specifier, private.index, private.extras) == ("==1.0", "corp", ("fast",))
    assert private.marker == "os_name == 'nt'"
    assert (found["pytest"].scope, found["pytest"].group) == ("group", "dev")
    assert found["sphinx"].group == "docs"


def test_poetry_python_and_sources() -> None:
    found = manifest("""\
        [tool.poetry]
        name = "acme"
        [tool.poetry.dependencies]
        python = "^3.9"
        [[tool.poetry.source]]
        name = "corp"
        url = "https://me:pw@pypi.example/simple/"
        priority = "supplemental"
        [[tool.poetry.source]]
        name = "PyPI"
        """)
    assert found.requires_python == "^3.9"
    (index,) = found.indexes
    assert (index.url, index.kind, index.name) == ("https://***@pypi.example/simple/", "extra-index", "corp")
    assert index.credentials
    assert index.at.line == 7


def test_poetry_two_enriches_the_standard_table() -> None:
    found = manifest("""\
        [project]
        name = "acme"
        dependencies = ["requests>=2", "lib"]
        [dependency-groups]
        dev = ["pytest"]
        [tool.poetry.dependencies]
        requests = {source = "corp"}
        lib = {path = "../lib", develop = true}
        left-over = "^1"
        [tool.poetry.group.dev.dependencies]
        pytest = {source = "corp"}
        left-over = "^1"
        [tool.poetry.group.docs.dependencies]
        sphinx = "*"
        """)
    assert [(r.name, r.source, r.index, r.editable) for r in found.requirements] == [
        ("requests", "index", "corp", False),
        ("lib", "path", None, True),
        ("pytest", "index", "corp", False),
        ("sphinx", "index", None, False),
    ]


def test_poetry_two_with_dynamic_dependencies() -> None:
    found = manifest("""\
        [project]
        name = "acme"
        dynamic = ["dependencies"]
        optional-dependencies = {more = ["extra"]}
        [tool.poetry.dependencies]
        requests = "^2"
        """)
    assert [r.name for r in found.requirements] == ["extra", "requests"]
    assert found.gaps == ()


def test_uv_sources_and_indexes() -> None:
    text = """\
        [project]
        dependencies = ["member", "lib", "torch", "near", "file"]
        optional-dependencies = {cpu = ["torch"]}
        [tool.uv]
        dev-dependencies = ["pytest"]
        constraint-dependencies = ["urllib3<2"]
        override-dependencies = ["numpy==1.26"]
        extra-index-url = ["https://pypi.example/simple"]
        [tool.uv.sources]
        member = {workspace = true}
        lib = {git = "https://git.example/lib", rev = "abc"}
        torch = [{index = "cpu", extra = "cpu"}, {index = "cuda", marker = "sys_platform == 'linux'"}]
        near = {path = "../near", editable = true}
        file = {url = "https://files.example/f.whl"}
        [[tool.uv.index]]
        name = "cuda"
        url = "https://pypi.example/cuda"
        explicit = true
        [tool.uv.workspace]
        members = ["packages/*"]
        exclude = ["packages/old"]
        """
    found = manifest(text)
    by_scope = {(r.name, r.scope): r for r in found.requirements}
    member = by_scope["member", "runtime"]
    assert (member.source, member.workspace, member.editable) == ("path", True, True)
    assert (by_scope["lib", "runtime"].url, by_scope["lib", "runtime"].ref) == ("https://git.example/lib", "abc")
    assert by_scope["torch", "runtime"].index == "cuda"
    assert by_scope["torch", "optional"].index == "cpu"
    assert by_scope["near", "runtime"].editable
    assert by_scope["file", "runtime"].source == "url"
    assert by_scope["pytest", "group"].group == "dev"
    assert [r.name for r in found.constraints] == ["urllib3"]
    assert [r.name for r in found.overrides] == ["numpy"]
    assert [(i.kind, i.priority, i.name) for i in found.indexes] == [
        ("extra-index", "explicit", "cuda"),
        ("extra-index", None, None),
    ]
    assert found.workspace is not None
    assert (found.workspace.tool, found.workspace.members) == ("uv", ("packages/*",))
    assert found.workspace.exclude == ("packages/old",)


def test_pdm_and_rye() -> None:
    found = manifest("""\
        [tool.pdm.dev-dependencies]
        test = ["pytest", "-e file:///${PROJECT_ROOT}/sub#egg=sub"]
        [tool.pdm.resolution.overrides]
        numpy = ">=1"
        pandas = "1.5"
        [[tool.pdm.source]]
        name = "pypi"
        url = "https://pypi.example/simple"
        [tool.rye]
        dev-dependencies = ["ruff"]
        [[tool.rye.sources]]
        name = "corp"
        url = "https://rye.example/simple"
        username = "me"
        password = "hidden"
        [tool.rye.workspace]
        """)
    names = [(r.name, r.group, r.editable) for r in found.requirements]
    assert names == [("pytest", "test", False), ("sub", "test", True), ("ruff", "dev", False)]
    assert [(r.name, r.specifier) for r in found.overrides] == [("numpy", ">=1"), ("pandas", "==1.5")]
    assert [(i.kind, i.credentials) for i in found.indexes] == [("index", False), ("extra-index", True)]
    assert found.workspace is not None
    assert found.workspace.tool == "rye"


def test_dynamic_from_files_and_gaps() -> None:
    found = manifest(
        """\
        [build-system]
        requires = ["setuptools"]
        build-backend = "setuptools.build_meta"
        [project]
        dynamic = ["dependencies", "optional-dependencies", "requires-python", "version"]
        [tool.setuptools.dynamic]
        dependencies = {file = ["requirements.txt", "../outside.txt"]}
        optional-dependencies.dev = {file = "dev.txt"}
        """,
        "sub/pyproject.toml",
    )
    assert [(i.raw, i.path, i.scope, i.group, i.at.line) for i in found.includes] == [
        ("requirements.txt", "sub/requirements.txt", "runtime", None, 7),
        ("../outside.txt", "outside.txt", "runtime", None, 7),
        ("dev.txt", "sub/dev.txt", "optional", "dev", 8),
    ]
    assert [(gap.field, gap.at.line) for gap in found.gaps] == [("requires-python", 5)]


def test_dynamic_without_a_source_is_a_gap() -> None:
    found = manifest("[project]\ndynamic = ['dependencies']\n")
    assert [(gap.field, gap.reason) for gap in found.gaps] == [
        ("dependencies", "dependencies is dynamic: setuptools works it out while building")
    ]


def test_requirements_with_a_placeholder_for_the_version() -> None:
    found = manifest("""\
        [project]
        dynamic = ["dependencies"]
        [tool.hatch.metadata.hooks.uv-dynamic-versioning]
        dependencies = ["acme-core[fast]=={{ version }}; python_version > '3.8'", "click>=8"]
        [tool.setuptools_dynamic_dependencies.optional-dependencies]
        test = ["acme-test ~= {version}"]
        """)
    assert [(r.name, r.specifier, r.extras, r.group) for r in found.requirements] == [
        ("acme-test", None, (), "test"),
        ("acme-core", None, ("fast",), None),
        ("click", ">=8", (), None),
    ]
    assert found.gaps == ()


def test_hatch() -> None:
    found = extract("""\
        [tool.hatch.envs.test]
        dependencies = ["pytest", "near @ {root:uri}/../near"]
        python = "3.12"
        [[tool.hatch.envs.test.matrix]]
        python = ["3.10", "3.11"]
        [tool.hatch.envs.test.scripts]
        cov = ["run", "- coverage report"]
        run = "pytest {args:tests}"
        [tool.hatch.metadata.hooks.requirements_txt]
        files = ["requirements.txt"]
        """)
    assert found.manifest is not None
    assert [(r.name, r.group, r.source) for r in found.manifest.requirements] == [
        ("pytest", "hatch:test", "index"),
        ("near", "hatch:test", "path"),
    ]
    assert [p.version for p in found.pythons] == ["3.12", "3.10", "3.11"]
    assert [i.path for i in found.manifest.includes] == ["requirements.txt"]
    assert [(i.argv, i.job, i.tolerated) for i in found.invocations] == [
        (("coverage", "report"), "test:cov", True),
        (("pytest", "tests"), "test:run", False),
    ]


def test_flit_legacy_metadata() -> None:
    found = manifest("""\
        [tool.flit.metadata]
        module = "acme"
        requires = ["requests"]
        requires-python = ">=3.6"
        [tool.flit.metadata.requires-extra]
        test = ["pytest"]
        [tool.flit.scripts]
        acme = "acme:main"
        """)
    assert (found.name, found.requires_python) == ("acme", ">=3.6")
    assert [(r.name, r.scope) for r in found.requirements] == [("requests", "runtime"), ("pytest", "optional")]
    assert [e.name for e in found.entry_points] == ["acme"]


def test_pixi_is_read_as_well() -> None:
    found = extract("""\
        [project]
        dependencies = ["requests"]
        [tool.pixi.workspace]
        channels = ["conda-forge"]
        [tool.pixi.dependencies]
        numpy = ">=1"
        [tool.pixi.tasks]
        lint = {cmd = "ruff check", cwd = "src"}
        """)
    assert found.manifest is not None
    assert [(r.name, r.ecosystem) for r in found.manifest.requirements] == [("requests", "pypi"), ("numpy", "conda")]
    assert [(i.argv, i.directory) for i in found.invocations] == [(("ruff", "check"), "src")]


def test_tables_tell_what_holds_something() -> None:
    found = manifest("""\
        [project]
        name = "acme"
        [tool.uv.build-backend]
        module-name = "acme"
        [tool.poetry.group.dev.dependencies]
        pytest = "*"
        [tool.poetry.dependencies]
        [[tool.poetry.source]]
        name = "corp"
        """)
    assert [(t.name, t.at.line) for t in found.tables] == [
        ("project", 1),
        ("tool.uv.build-backend", 3),
        ("tool.poetry.group.dev", 5),
        ("tool.poetry.dependencies", 7),
        ("tool.poetry.source", 8),
    ]
    assert found.table("tool.uv") is not None


def test_mentions_of_linters() -> None:
    found = extract("""\
        [tool.ruff]
        line-length = 100
        [tool.basedpyright]
        [tool.mypy]
        [tool.other]
        """)
    assert [(m.tool, m.strength, m.at.line) for m in found.mentions] == [
        ("ruff", "config-only", 1),
        ("pyright", "config-only", 3),
        ("mypy", "config-only", 4),
    ]
    with_format = extract("[tool.ruff]\nline-length = 1\n[tool.ruff.format]\nquote-style = 'single'\n")
    assert [(m.tool, m.at.line) for m in with_format.mentions] == [("ruff", 1), ("ruff-format", 3)]


def test_tasks() -> None:
    found = extract(
        """\
        [tool.poe.tasks]
        lint = "ruff check ."
        check = ["lint", {cmd = "mypy ."}]
        env = {shell = "pytest", env = {CI = "1"}, ignore_fail = true}
        [tool.pdm.scripts]
        all = {composite = ["one", "pytest -q"]}
        one = {cmd = ["black", "--check", "a b"]}
        call = {call = "acme:run"}
        [tool.rye.scripts]
        serve = ["uvicorn", "acme:app"]
        chained = {chain = ["serve", "mypy ."]}
        [tool.taskipy.tasks]
        fmt = "black ."
        """,
        "sub/pyproject.toml",
    )
    assert [(i.job, i.argv, i.at.line) for i in found.invocations] == [
        ("lint", ("ruff", "check", "."), 2),
        ("check", ("mypy", "."), 3),
        ("env", ("pytest",), 4),
        ("all", ("pytest", "-q"), 6),
        ("one", ("black", "--check", "a b"), 7),
        ("serve", ("uvicorn", "acme:app"), 10),
        ("chained", ("mypy", "."), 11),
        ("fmt", ("black", "."), 13),
    ]
    assert {i.directory for i in found.invocations} == {"sub"}
    assert found.invocations[2].env == (("CI", "1"),)
    assert found.invocations[2].tolerated


def test_tasks_that_need_others() -> None:
    found = extract("""\
        [tool.poe.tasks]
        lint = {cmd = "ruff check", deps = ["fmt"]}
        fmt = "black ."
        [tool.pdm.scripts]
        pre_test = "echo first"
        test = {composite = ["pre_test", "pytest"]}
        [tool.pixi.tasks]
        docs = {cmd = "mkdocs build", depends-on = [{task = "gen"}, "missing"]}
        gen = "python gen.py"
        [tool.hatch.envs.ci.scripts]
        all = ["style", "style --fix"]
        style = "ruff check {args}"
        """)
    assert {task.name: task.needs for task in found.tasks} == {
        "lint": ("fmt",),
        "fmt": (),
        "pre_test": (),
        "test": ("pre_test",),
        "docs": ("gen",),
        "gen": (),
        "ci:all": ("ci:style",),
        "ci:style": (),
    }


def test_tox_inside() -> None:
    found = extract("""\
        [tool.tox]
        legacy_tox_ini = \"\"\"
        [tox]
        envlist = lint
        [testenv:lint]
        commands = ruff check
        \"\"\"
        """)
    assert [task.name for task in found.tasks] == ["lint", "py"]
    assert ("ruff", "check") in [invocation.argv for invocation in found.invocations]


def test_no_credentials_in_problems() -> None:
    found = extract("[project]\ndependencies = ['x @ https://me:hunter2@files.example/x bad']\n")
    assert found.problems
    assert "hunter2" not in repr(found)


_VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(-5, 5), st.text("abc^~>=<*|. {}:/@#-[]", max_size=12)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["a", "version", "git", "path", "file", "include-group", "url"]), inner, max_size=3
        ),
    ),
    max_leaves=6,
)
_TABLES = st.sampled_from(
    """project dependency-groups build-system tool.poetry tool.poetry.dependencies tool.poetry.group tool.poetry.source
    tool.poetry.extras tool.poetry.scripts tool.pdm tool.pdm.source tool.pdm.dev-dependencies tool.uv tool.uv.sources
    tool.uv.index tool.uv.workspace tool.rye tool.hatch tool.hatch.envs tool.setuptools.dynamic tool.poe.tasks
    tool.pdm.scripts tool.flit.metadata tool.pixi tool.black tool.ruff""".split()
)
_KEYS = st.sampled_from(
    """dependencies optional-dependencies requires dynamic requires-python name scripts entry-points dev members
    dev-dependencies x y tasks index url matrix python target-version classifiers file plugins""".split()
)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"'{value}'"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + "}"
    return str(value)


@given(st.dictionaries(_TABLES, st.one_of(st.dictionaries(_KEYS, _VALUES, max_size=4), _VALUES), max_size=5))
def test_any_shape_is_borne(tables: dict[str, object]) -> None:
    lines = []
    for name, value in sorted(tables.items()):
        if isinstance(value, dict):
            lines += [f"[{name}]", *(f"{key} = {_toml(item)}" for key, item in value.items())]
        elif "." not in name:
            lines.insert(0, f"{name} = {_toml(value)}")
    text = "\n".join(lines)
    try:
        found = read("pyproject.toml", text)
    except Unreadable:
        return
    assert found.manifest is not None
    assert all(requirement.at.line for requirement in found.manifest.requirements)
