from __future__ import annotations

from dataclasses import replace
from typing import Any

from rules.migration import Move
from rules.plan import Change
from scanner.facts import LockedPackage
from scanner.inventory import DeclaredPython, Dependency, Environments, Lockfile, Project, Signature
from scanner.proof.compare import compare

INDEX = "https://pypi.example/simple"
DEMO = """version = 1
revision = 3
requires-python = ">=3.11"

[[package]]
name = "demo"
version = "1"
source = {{ virtual = "." }}
dependencies = [{}]
"""


def _pin(name: str, version: str | None = "1.0", **more: Any) -> LockedPackage:
    return LockedPackage(name=name, version=version, **more)


def _asks(name: str, marker: str | None = None, scope: Any = "runtime") -> Dependency:
    return Dependency(
        name=name,
        raw="*",
        extras=(),
        specifier="",
        marker=marker,
        scope=scope,
        group=None,
        source="index",
        url=None,
        ref=None,
        editable=False,
        path="pyproject.toml",
        line=1,
    )


def _move(
    *pins: LockedPackage, groups: tuple[tuple[str, str], ...] = (), declared: tuple[Dependency, ...] = ()
) -> Move:
    project = Project(
        path=".",
        role="main",
        name="demo",
        kind="service",
        build_backend=None,
        requires_python=None,
        package_managers=(),
        primary_manager="poetry" if declared else None,
        lock_discipline="locked",
        lockfiles=(),
        signature=Signature(text=""),
        environments=Environments(),
        disagreements=(),
        python_versions=(),
        dependencies=declared,
    )
    return Move(
        project=project, manifest="pyproject.toml", lock="uv.lock", old_lock="old.lock", pins=pins, groups=groups
    )


def _entry(name: str, version: str = "1.0", source: str = f'registry = "{INDEX}"', digest: str = "") -> str:
    wheel = f'wheels = [{{ url = "{INDEX}/{name}-{version}-py3-none-any.whl", hash = "{digest}" }}]\n' if digest else ""
    return f'\n[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {{ {source} }}\n{wheel}'


def _lock(*entries: str, names: str = "") -> str:
    edges = ", ".join(f'{{ name = "{name}" }}' for name in names.split())
    return DEMO.format(edges) + "".join(entries)


def test_nothing_differs() -> None:
    found = compare(_move(_pin("Six_X", digest := "1.0")), _lock(_entry("six-x", digest), names="six-x"))
    assert (found.locked, found.kept, found.same) == (1, 1, True)


def test_trailing_zeros_are_the_same_version() -> None:
    assert compare(_move(_pin("a", "1.0")), _lock(_entry("a", "1.0.0"), names="a")).same


def test_what_pip_found_beside_pins_by_hand_is_no_addition() -> None:
    move = replace(_move(_pin("a")), complete=False)
    found = compare(move, _lock(_entry("a"), _entry("b"), names="a b"))
    assert (found.added, found.elsewhere) == ((), ("b",))


def test_a_list_by_hand_does_not_excuse_what_comes_to_compiled_files() -> None:
    groups = (("requirements.txt", "project"), ("dev.txt", "group:dev"))
    lock = _lock(_entry("a"), _entry("b"), names="a b")
    move = replace(_move(_pin("a", groups=("requirements.txt",)), groups=groups), complete=False, by_hand=("dev.txt",))
    assert compare(move, lock).added == ("b",)
    assert compare(replace(move, by_hand=("requirements.txt",)), lock).added == ()


def test_a_version_that_moved_and_one_that_is_lost() -> None:
    found = compare(_move(_pin("a"), _pin("b", "2")), _lock(_entry("a", "1.1"), names="a"))
    assert found.changed == (
        Change(name="a", before="1.0", after="1.1"),
        Change(name="b", before="2", after=None),
    )
    assert (found.locked, found.kept) == (2, 0)


def test_what_linux_installs_now_and_did_not_before() -> None:
    lock = _lock(_entry("a"), _entry("more"), _entry("setuptools"), names="a more setuptools")
    assert compare(_move(_pin("a")), lock).added == ("more",)


def test_what_only_others_install_is_told_apart() -> None:
    lock = _lock(_entry("a"), _entry("colorama"), names="a")
    found = compare(_move(_pin("a")), lock)
    assert (found.added, found.elsewhere, found.same) == ((), ("colorama",), True)


def test_a_second_version_counts_as_more() -> None:
    lock = _lock(_entry("a"), _entry("a", "2.0")).replace(
        "dependencies = []",
        f'dependencies = [{{ name = "a", version = "2.0", source = {{ registry = "{INDEX}" }} }}]',
    )
    assert compare(_move(_pin("a")), lock).added == ("a 2.0",)


def test_a_group_that_the_project_now_always_installs() -> None:
    pins = (_pin("a", groups=("main",)), _pin("b", groups=("dev",)))
    groups = (("main", "project"), ("dev", "group:dev"))
    found = compare(_move(*pins, groups=groups), _lock(_entry("a"), _entry("b"), names="a b"))
    assert found.added == ("b (now with the project)",)


def test_a_compiled_file_and_its_input_serve_one_group() -> None:
    pins = (_pin("a", groups=("dev.in", "dev.txt")), _pin("b", groups=("dev.txt",)))
    groups = (("dev.in", "group:dev"), ("dev.txt", "group:dev"))
    lock = _lock(_entry("a"), _entry("b")).replace(
        "dependencies = []", '[package.dev-dependencies]\ndev = [{ name = "a" }, { name = "b" }]'
    )
    assert compare(_move(*pins, groups=groups), lock).same


def test_a_group_that_includes_another_is_served_by_its_file_too() -> None:
    pins = (_pin("a", groups=("base.txt",)), _pin("b", groups=("test.txt",)))
    groups = (("base.txt", "group:base"), ("test.txt", "group:test"))
    lock = _lock(_entry("a"), _entry("b")).replace(
        "dependencies = []",
        '[package.dev-dependencies]\nbase = [{ name = "a" }]\ntest = [{ name = "a" }, { name = "b" }]',
    )
    assert compare(_move(*pins, groups=groups), lock).same


def test_what_a_file_installed_comes_with_the_group_that_stands_for_it() -> None:
    pins = (_pin("a", groups=("dev.txt",)), _pin("b", groups=("ci.txt", "dev.txt")))
    groups = (("ci.txt", "group:test"), ("dev.txt", "group:dev"))
    move = _move(*pins, groups=groups)
    move = replace(move, project=replace(move.project, primary_manager="pip-tools"))
    apart = _lock(_entry("a"), _entry("b")).replace(
        "dependencies = []", '[package.dev-dependencies]\ndev = [{ name = "a" }]\ntest = [{ name = "b" }]'
    )
    (missed,) = compare(move, apart).unserved
    assert (missed.name, missed.before) == ("b", "installed by dev.txt, now group dev")
    whole = apart.replace(
        'dev = [{ name = "a" }]', 'dev = [{ name = "a" }, { name = "b", marker = "os_name == \'nt\'" }]'
    )
    assert not compare(move, whole).unserved


def _in_ci(move: Move, *versions: str) -> Move:
    """The move of a compiled file that was made for Python 3.12, with what CI runs."""
    ran = tuple(DeclaredPython(version=v, kind="ci-matrix", path="ci.yml", line=1) for v in versions)
    project = replace(move.project, primary_manager="pip-tools", python_versions=ran)
    return replace(move, project=project, environments=("python_version >= '3.12'", "python_version == '3.12'"))


def test_what_pip_found_for_another_python_of_ci_is_no_addition() -> None:
    lock = _lock(_entry("a"), _entry("b")).replace(
        "dependencies = []",
        'dependencies = [{ name = "a" }, { name = "b", marker = "python_full_version < \'3.12\'" }]',
    )
    move = _move(_pin("a", groups=("r.txt",)), groups=(("r.txt", "project"),))
    found = compare(_in_ci(move, "3.11", "3.12"), lock)
    assert (found.added, found.found_by_pip) == ((), ("b",))
    assert compare(_in_ci(move, "3.12"), lock).added == ("b",)
    hashed = replace(move, pins=tuple(replace(pin, hashes=("sha256:00",)) for pin in move.pins))
    assert compare(_in_ci(hashed, "3.11", "3.12"), lock).added == ("b",)
    guessed = replace(
        _in_ci(move, "3.11", "3.12"), environments=("python_version >= '3.11'", "python_version == '3.11'")
    )
    assert compare(guessed, lock).added == ()  # whole for 3.12, which runs: it was made there
    assert compare(replace(guessed, project=_in_ci(move, "3.11").project), lock).added == ("b",)


def test_an_extra_that_no_lock_held_is_no_addition_but_said() -> None:
    lock = _lock(_entry("a"), _entry("sphinx"), names="a").replace(
        'name = "a" }]\n', 'name = "a" }]\n[package.optional-dependencies]\ndocs = [{ name = "sphinx" }]\n', 1
    )
    found = compare(_move(_pin("a")), lock)
    assert (found.added, found.uncovered, found.same) == ((), ("extra:docs",), True)
    mapped = compare(_move(_pin("a"), groups=(("docs", "extra:docs"),)), lock)
    assert mapped.added == ("sphinx",)
    pin = _pin("a", groups=("requirements.txt",))
    groups = (("requirements.txt", "project"), ("docs.in", "extra:docs"))
    assert compare(_move(pin, groups=groups), lock).uncovered == ("extra:docs",)


def test_an_optional_dependency_that_became_required_is_found() -> None:
    declared = (_asks("a"), _asks("b", scope="optional"))
    found = compare(_move(_pin("a"), _pin("b"), declared=declared), _lock(_entry("a"), _entry("b"), names="a b"))
    assert found.added == ("b (now with the project)",)


def test_a_marker_that_was_lost_is_found() -> None:
    declared = (_asks("a"), _asks("b", "sys_platform == 'win32'"))
    found = compare(_move(_pin("a"), _pin("b"), declared=declared), _lock(_entry("a"), _entry("b"), names="a b"))
    assert found.added == ("b (now with the project)",)


def test_a_dependency_that_only_a_group_has_now_is_found() -> None:
    lock = _lock(_entry("a"), _entry("b"), names="a").replace(
        'name = "a" }]\n', 'name = "a" }]\n[package.dev-dependencies]\ndev = [{ name = "b" }]\n', 1
    )
    found = compare(_move(_pin("a"), _pin("b"), declared=(_asks("a"), _asks("b"))), lock)
    assert [change.name for change in found.changed] == ["b"]


def test_what_no_python_of_the_project_can_install_is_not_missed() -> None:
    declared = (_asks("a"), _asks("b", "python_version < '3.8'"))
    assert compare(_move(_pin("a"), declared=declared), _lock(_entry("a"), names="a")).same


def test_a_group_that_uv_installs_unasked_is_an_addition() -> None:
    lock = _lock(_entry("a"), _entry("b"), names="a").replace(
        'name = "a" }]\n', 'name = "a" }]\n[package.dev-dependencies]\ndev = [{ name = "b" }]\n', 1
    )
    assert compare(_move(_pin("a")), lock).added == ("b",)
    assert compare(_move(_pin("a")), lock, defaults=()).uncovered == ("group:dev",)
    assert compare(_move(_pin("a")), lock, defaults=None).added == ("b",)


def test_the_same_version_from_another_file_is_another_origin() -> None:
    pin = _pin("a", hashes=("sha256:00",))
    assert compare(_move(pin), _lock(_entry("a", digest="sha256:00"), names="a")).same
    found = compare(_move(pin), _lock(_entry("a", digest="sha256:11"), names="a"))
    assert [change.name for change in found.origin_changes] == ["a"]


def test_digests_of_another_kind_leave_the_index_to_compare() -> None:
    pin = _pin("a", hashes=("md5:00",), origin=INDEX + "/")
    assert compare(_move(pin), _lock(_entry("a", digest="sha256:11"), names="a")).same
    other = _pin("a", hashes=("md5:00",), origin="https://other.example/simple")
    assert not compare(_move(other), _lock(_entry("a", digest="sha256:11"), names="a")).same


def test_an_index_beside_the_default_is_another_origin() -> None:
    extra = 'registry = "https://extra.example/simple"'
    lock = _lock(_entry("a"), _entry("b", source=extra), names="a b")
    found = compare(_move(_pin("a"), _pin("b")), lock, ["https://extra.example/simple"])
    assert [change.name for change in found.origin_changes] == ["b"]


def test_commits_are_compared() -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    pin = _pin("a", source="git", origin="git@git.example:acme/a.git", ref=commit)
    source = f'git = "https://git.example/acme/a?rev=main#{commit}"'
    assert compare(_move(pin), _lock(_entry("a", source=source), names="a")).same
    other = source.replace("#0", "#1")
    assert not compare(_move(pin), _lock(_entry("a", source=other), names="a")).same


def test_an_index_instead_of_a_repository_is_another_origin() -> None:
    pin = _pin("a", source="git", origin="https://git.example/acme/a", ref="0123456789")
    assert not compare(_move(pin), _lock(_entry("a"), names="a")).same


def test_the_project_in_its_own_lock_is_no_pin() -> None:
    pin = _pin("demo", None, source="path", origin=".")
    assert compare(_move(_pin("a"), pin), _lock(_entry("a"), names="a")).locked == 1


def test_the_project_in_its_own_lock_is_known_by_its_folder() -> None:
    pin = _pin("called-otherwise", None, source="path", origin=".", groups=("default",))
    move = _move(_pin("a", groups=("default",)), pin, groups=(("default", "project"),))
    move = replace(move, project=replace(move.project, primary_manager="pipenv"))
    found = compare(move, _lock(_entry("a"), names="a"))
    assert (found.locked, found.same, found.unserved) == (1, True, ())


def test_what_no_admitted_python_could_install_is_no_loss() -> None:
    pins = (_pin("a"), _pin("enum34", marker="python_version in '2.7, 3.3'"), _pin("b", marker="python_version < '3'"))
    found = compare(_move(*pins), _lock(_entry("a"), names="a"))
    assert (found.locked, found.kept, found.same) == (1, 1, True)
    assert not compare(
        _move(_pin("a"), _pin("b", marker="python_version < '3.12'")), _lock(_entry("a"), names="a")
    ).same


def test_a_few_pins_by_hand_do_not_make_a_lock_of_the_rest() -> None:
    groups = (("lint.txt", "group:lint"), ("dev.txt", "group:dev"))
    lock = _lock(_entry("black"), _entry("packaging"), _entry("tool"), names="").replace(
        "dependencies = []",
        'dependencies = []\ndev-dependencies = { dev = [{ name = "tool" }, { name = "packaging" }], '
        'lint = [{ name = "black" }] }',
    )
    move = replace(_move(_pin("black", groups=("lint.txt",)), groups=groups), complete=False, by_hand=("lint.txt",))
    assert compare(move, lock).added == ()
    assert compare(move, lock).asked == 3
    assert compare(move, lock).is_mostly_new(move)
    assert not compare(move, lock).is_mostly_new(replace(move, complete=True))
    assert (
        "packaging" in compare(replace(move, by_hand=("other.txt",), groups=(("lint.txt", "group:dev"),)), lock).added
    )


def test_what_became_a_default_group_serves_with_the_project() -> None:
    pins = (_pin("a", groups=("default",)), _pin("b", groups=("develop",)))
    groups = (("default", "project"), ("default", "group:packages"), ("develop", "group:dev"))
    lock = _lock(_entry("a"), _entry("b")).replace(
        "dependencies = []",
        'dependencies = []\ndev-dependencies = { dev = [{ name = "b" }], packages = [{ name = "a" }] }',
    )
    move = _move(*pins, groups=groups)
    move = replace(move, project=replace(move.project, primary_manager="pipenv"))
    found = compare(move, lock, (), ("packages", "dev"))
    assert (found.same, found.unserved) == (True, ())


def test_what_the_project_itself_needs_was_in_no_compiled_file() -> None:
    lock = _lock(_entry("tool"), _entry("mako"), names="mako").replace(
        'dependencies = [{ name = "mako" }]',
        'dependencies = [{ name = "mako" }]\ndev-dependencies = { tests = [{ name = "tool" }] }',
    )
    move = _move(_pin("tool", groups=("tests.txt",)), groups=(("tests.txt", "group:tests"),))
    found = compare(move, lock)
    assert (found.added, found.uncovered) == ((), ("the project itself",))
    move = replace(move, groups=(*move.groups, ("tests.txt", "project")))
    assert compare(move, lock).added == ("mako",)


def test_what_pip_found_for_a_list_by_hand_comes_with_each_group() -> None:
    lock = _lock(_entry("black"), _entry("pathspec"), _entry("a"), names="black pathspec").replace(
        '\n\n[[package]]\nname = "black"',
        '\ndev-dependencies = { base = [{ name = "a" }], local = [{ name = "pathspec" }] }\n\n[[package]]\nname = "black"',
        1,
    )
    pins = (
        _pin("black", groups=("requirements.txt",)),
        _pin("a", groups=("base.txt",)),
        _pin("pathspec", groups=("local.txt",)),
    )
    groups = (("requirements.txt", "project"), ("base.txt", "group:base"), ("local.txt", "group:local"))
    move = replace(_move(*pins, groups=groups), complete=False, by_hand=("requirements.txt",))
    assert "dev-dependencies" in lock
    assert compare(move, lock).added == ()


def test_what_the_old_tool_installed_with_an_extra_alone_is_not_missed():
    move = _move(_pin("a"), declared=(_asks("a"),))
    assert [c.name for c in compare(move, DEMO.format("")).changed] == ["a", "a"]
    lock = (
        DEMO.format("")
        + '[package.optional-dependencies]\nmore = [{ name = "a" }]\n\n[[package]]\nname = "a"\nversion = "1.0"\nsource = { registry = "'
        + INDEX
        + '" }\n'
    )
    assert not compare(replace(move, by_extra=("a",)), lock).changed
    assert [c.after for c in compare(move, lock).changed] == ["required less, or not"]


def test_what_nothing_in_poetrys_old_lock_asks_for_is_not_missed():
    lock = Lockfile(
        path="poetry.lock", tool="poetry", format="poetry.lock 2.0", written_by=None, status="fresh", covers=True
    )
    move = _move(_pin("a", dependencies=("b",)), _pin("b"), _pin("left-over"), declared=(_asks("a"),))
    move = replace(move, old_lock="poetry.lock", project=replace(move.project, lockfiles=(lock,)))
    new = _lock(_entry("a"), _entry("b"), names="a b")
    found = compare(move, new)
    assert (found.changed, found.astray, found.locked, found.kept) == ((), ("left-over",), 2, 2)
    kept = _lock(_entry("a"), _entry("b"), _entry("left-over", version="2.0"), names="a b")
    assert [(c.name, c.after) for c in compare(move, kept).changed] == [("left-over", "2.0")]
    for other in (replace(lock, format="poetry.lock 2.1"), replace(lock, tool="pdm")):
        kept = compare(replace(move, project=replace(move.project, lockfiles=(other,))), new)
        assert [change.name for change in kept.changed] == ["left-over"]
