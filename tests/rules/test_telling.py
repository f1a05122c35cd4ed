from __future__ import annotations

from dataclasses import replace
from typing import Any

from reports.telling import in_short, telling_table
from reports.views.inventory import inventory_page
from rules.examples import a_command, a_fleet, a_project, a_repository, an_image
from rules.telling import Telling, one_a_repository, sentences, telling
from scanner.environments import disagreements
from scanner.inventory import Command, Environment, Environments, Evidence, Project, Repository

LOCAL = Environment(tool="poetry", uses_lock=True, sources=("poetry.lock",), evidence=(Evidence(path="poetry.lock"),))
PIP = a_command("pip install .", context="image", path="Dockerfile", line=6, uses_lock=False, because="no lock there")
IMAGE = Environment(tool="pip", uses_lock=False, evidence=(Evidence(path="Dockerfile", line=6),))


def project(environments: Environments, **changes: Any) -> Project:
    told = disagreements(environments)
    return a_project(primary_manager="poetry", environments=environments, disagreements=told, **changes)


def repository(
    name: str, *commands: Command, local: Environment = LOCAL, image: Environment = IMAGE, **changes: Any
) -> Repository:
    return a_repository(name, project(Environments(local=local, image=image), **changes), commands=commands)


def only(*repositories: Repository) -> Telling:
    (found,) = telling(repositories)
    return found


def test_both_sides_are_told_with_the_line_the_command_and_the_reason() -> None:
    found = only(repository("shop", PIP))
    assert found.message == "locks with poetry and builds the image with pip without the lock"
    assert [(s.place, s.path, s.line, s.text) for s in found.sides] == [
        ("local", "poetry.lock", None, None),
        ("image", "Dockerfile", 6, "pip install ."),
    ]
    assert [s.way for s in found.sides] == ["poetry, from poetry.lock", "pip, without a lock (no lock there)"]


def test_what_reads_the_lock_in_part_is_not_among_the_most_telling() -> None:
    beside = replace(PIP, line=5, uses_lock=True, argv=("poetry", "install"), tool="poetry")
    second = replace(PIP, path="deploy/Dockerfile", uses_lock=True)
    named = replace(PIP, argv=("pip", "install", "-r", "poetry.lock", "gunicorn"), source="poetry.lock")
    adhoc = replace(PIP, kind="adhoc")
    for commands in ((PIP, beside), (PIP, second), (named,), (adhoc,), ()):
        assert not telling([repository("shop", *commands)]), commands
    for beside_it in (replace(second, path="Dockerfile.dev"), replace(second, project="docs")):
        assert telling([repository("shop", PIP, beside_it)])
    of_tests = replace(PIP, line=20, uses_lock=True)
    shipped = replace(repository("shop", PIP, of_tests), images=(an_image(installed_at=(6,)),))
    assert telling([shipped])


def test_what_is_resolved_beside_a_lock_is_no_image_without_it() -> None:
    partly = replace(IMAGE, apart=("gdal is resolved at install time, beside what requirements.txt locks",))
    assert not telling([repository("shop", PIP, image=partly)])


def test_ci_tests_only_where_the_job_does() -> None:
    line = Evidence(path="ci.yml", line=4)
    ci = Environment(tool="pip", uses_lock=True, sources=("requirements.txt",), evidence=(line,))
    install = a_command("pip install -r requirements.txt", context="ci", path="ci.yml", line=4, job="check")
    pytest = a_command("pytest", context="ci", path="ci.yml", line=5, job="check", kind="test")
    for more, said in (((), "installs in CI from the lock of pip"), ((pytest,), "tests from the lock of pip")):
        differs = project(Environments(ci=ci, image=IMAGE))
        found = only(a_repository("shop", differs, commands=(PIP, install, *more)))
        assert found.message == f"{said} and builds the image without it"


def test_a_side_that_is_partly_from_a_lock_says_so() -> None:
    line, apart = Evidence(path="tox.ini", line=3), ("the project's dependencies are resolved at install time",)
    ci = Environment(tool="poetry", uses_lock=False, apart=apart, evidence=(line,))
    install = a_command("pip install .", context="ci", path="tox.ini", line=3, uses_lock=False)
    environments = Environments(local=LOCAL, ci=ci, image=IMAGE)
    found = only(a_repository("shop", project(environments), commands=(PIP, install)))
    (way,) = (s.way for s in found.sides if s.place == "ci")
    assert way == f"poetry and pip, only partly from a lock ({apart[0]})"


def test_an_image_that_nothing_builds_says_nothing_beside_one_that_is_built() -> None:
    left = replace(PIP, path="Dockerfile.old", uses_lock=True)
    told = repository("shop", PIP, left)
    assert not telling([told])
    assert telling([replace(told, images=(an_image(built_by="ci"), an_image(path="Dockerfile.old")))])
    assert not telling([replace(told, images=(an_image(), an_image(path="Dockerfile.old", built_by="ci")))])


def test_what_nobody_knows_or_what_has_two_locks_is_not_told() -> None:
    assert not telling([repository("shop", PIP, lock_discipline="conflicting")])
    assert not telling([repository("shop", PIP, role="example")])
    assert not telling([repository("shop", PIP, lock_discipline="unlocked")])  # a lock for tests alone
    assert not telling([repository("shop", PIP, local=replace(LOCAL, sources=()))])  # which lock, nobody can say
    unknown = replace(IMAGE, uses_lock=None)
    same = replace(LOCAL, tool="pip")
    assert not telling([repository("shop", PIP, local=same, image=unknown)])


def test_an_export_is_another_tool_upon_the_same_lock() -> None:
    image = replace(IMAGE, uses_lock=True, sources=("requirements.txt", "."))
    found = only(repository("shop", replace(PIP, uses_lock=True), image=image))
    assert found.message == "says poetry and builds the image with pip, with the same pins"
    assert found.sides[1].way == "pip, from requirements.txt"


def test_pythons_are_told_at_the_lines_that_name_them() -> None:
    ci, image = (
        Environment(tool="pip", python=(version,), python_at=(Evidence(path=path, line=line),))
        for version, path, line in (("3.11", "ci.yml", 4), ("3.13", "Dockerfile", 1))
    )
    tests = a_command("pytest", kind="test", context="ci", path="ci.yml", line=9)
    shop = a_repository("shop", project(Environments(ci=ci, image=image)), commands=(tests,))
    assert not telling([replace(shop, commands=())])  # where nothing tests, CI's Python is that of linters
    found = only(shop)
    assert found.message == "tests on one Python and builds the image on another"
    assert [(s.way, s.path, s.line) for s in found.sides] == [
        ("Python 3.11", "ci.yml", 4),
        ("Python 3.13", "Dockerfile", 1),
    ]


def fleet() -> list[Repository]:
    export = replace(IMAGE, uses_lock=True)
    return [
        repository("export", replace(PIP, uses_lock=True), image=export),
        repository("library", PIP, kind="library"),
        repository("b", PIP),
        repository("a", PIP),
        repository(
            "critical",
            replace(PIP, uses_lock=True),
            image=export,
        ),
    ]


def test_the_gravest_come_first_and_the_order_is_one() -> None:
    repositories = fleet()
    repositories[-1] = replace(repositories[-1], criticality="high")
    names = ["critical", "a", "b", "export", "library"]
    assert [t.repository.name for t in telling(repositories)] == names
    assert [t.repository.name for t in telling(repositories[::-1])] == names


def test_sentences_count_the_projects_of_the_fleet() -> None:
    said = sentences(telling(fleet()[:4]))
    assert said == (
        "3 projects lock with poetry and build the image with pip without the lock",
        "1 project says poetry and builds the image with pip, with the same pins",
    )
    assert in_short(()) == ()


def test_a_repository_of_many_projects_does_not_fill_the_list() -> None:
    one, other = (replace(p, path=path) for p in repository("many", PIP).projects for path in ("x", "y"))
    commands = tuple(replace(PIP, project=path) for path in ("x", "y"))
    found = telling([a_repository("many", one, other, commands=commands), repository("shop", PIP)])
    assert [(t.repository.name, t.project.path) for t in one_a_repository(found)] == [("many", "x"), ("shop", ".")]
    table = telling_table(one_a_repository(found), found)
    assert [row[0] for row in table.rows] == ["many/x", "shop"]
    assert table.note == "One of each repository; 1 more project differs for certain."


def test_the_inventory_opens_with_what_the_fleet_does() -> None:
    page = inventory_page(a_fleet(repository("shop", PIP)))
    assert page.opening[1] == "1 project locks with poetry and builds the image with pip without the lock"
    (table,) = (t for t in page.tables if t.name == "telling")
    assert table.rows[0][2:] == (
        "local: poetry.lock · poetry, from poetry.lock",
        None,
        "image: Dockerfile:6 · pip, without a lock (no lock there): pip install .",
        None,
    )


def test_what_others_install_ships_no_image_that_nothing_builds() -> None:
    library = repository("kit", PIP, publishes=True, kind="library")
    assert telling([replace(library, images=(an_image(built_by="ci"),))])
    assert not telling([replace(library, images=(an_image(built_by=None),))])
    assert telling([replace(repository("shop", PIP), images=(an_image(built_by=None),))])


def test_an_install_that_nobody_knows_may_be_from_the_lock() -> None:
    unknown = replace(PIP, kind="adhoc", uses_lock=None, line=9, argv=("pip", "install", "${ARGS[@]}"))
    assert telling([repository("shop", PIP)])
    assert not telling([repository("shop", PIP, unknown)])
