from __future__ import annotations

import random
import time
from dataclasses import replace

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.examples import a_command, a_dependency, a_library, a_project, a_repository, an_image
from scanner.config import Config
from scanner.graph.build import build
from scanner.graph.cycles import cycles, shortest_circle
from scanner.graph.reach import components_of, reach, transitive_dependents
from scanner.graph.versions import satisfies
from scanner.inventory import Edge, ExternalReference, Graph, Repository


def consumer(*dependencies, **changes) -> Repository:  # type: ignore[no-untyped-def]
    return a_repository("shop", a_project(dependencies=dependencies), **changes)


def pairs(graph: Graph) -> set[tuple[str, str, str]]:
    return {(e.consumer.rpartition("/")[2], e.provider.rpartition("/")[2], e.via) for e in graph.edges}


def edge(consumer: str, provider: str, **changes) -> Edge:  # type: ignore[no-untyped-def]
    base = Edge(
        consumer=consumer,
        consumer_project=".",
        provider=provider,
        provider_project=".",
        distribution=provider,
        scope="runtime",
        via="index",
        specifier="",
        satisfied=None,
        path="pyproject.toml",
        line=1,
    )
    return replace(base, **changes)


def test_names_are_compared_in_normal_form_and_public_ones_make_no_edge() -> None:
    graph = build(
        [a_library("Acme_Billing"), consumer(a_dependency("acme.billing", ">=1"), a_dependency("six"))], Config()
    )
    assert [(e.distribution, e.satisfied, e.path, e.line, e.scope) for e in graph.edges] == [
        ("acme-billing", True, "pyproject.toml", 7, "runtime")
    ]


def test_unpublished_projects_and_examples_provide_nothing() -> None:
    example = a_library("billing", role="example")
    service = a_repository("invoices", a_project(name="invoices"))
    assert not build([example, service, consumer(a_dependency("billing"), a_dependency("invoices"))], Config()).edges


def test_conda_packages_are_not_distributions() -> None:
    graph = build(
        [a_library("billing"), consumer(a_dependency("billing", ecosystem="conda"))], Config(internal=("billing",))
    )
    assert not graph.edges
    assert not graph.unresolved


@pytest.mark.parametrize(
    "url",
    [
        "https://git.example/acme/billing.git",
        "git+ssh://git@git.example/acme/billing",
        "git@git.example:acme/billing.git",
        "https://user@git.example/Acme/Billing",
    ],
)
def test_git_addresses_are_normalised(url: str) -> None:
    graph = build([a_library("billing"), consumer(a_dependency("billing", None, source="git", url=url))], Config())
    assert pairs(graph) == {("shop", "billing", "git")}


def test_a_git_dependency_on_a_stranger_is_no_edge() -> None:
    stranger = a_dependency("billing", None, source="git", url="https://elsewhere.example/x/billing")
    assert not build([a_library("billing"), consumer(stranger)], Config()).edges


def test_path_to_a_sibling_repository() -> None:
    sibling = a_dependency("billing", None, source="path", url="../billing")
    deeper = a_dependency("billing", None, source="path", url="../../billing", path="api/pyproject.toml")
    graph = build([a_library("billing"), consumer(sibling, deeper)], Config())
    assert pairs(graph) == {("shop", "billing", "path")}
    assert len(graph.edges) == 2


def test_path_inside_the_repository_stays_inside() -> None:
    core = a_project(path="core", name="core", publishes=True)
    api = a_project(
        path="api", dependencies=(a_dependency("core", None, source="path", url="../core", path="api/pyproject.toml"),)
    )
    graph = build([a_repository("mono", core, api)], Config())
    assert not graph.edges
    assert [(e.consumer_project, e.provider_project, e.via) for e in graph.inside] == [("api", "core", "path")]


def test_path_to_nowhere_is_unresolved() -> None:
    graph = build([consumer(a_dependency("billing", None, source="path", url="../gone"))], Config())
    assert [u.name for u in graph.unresolved] == ["billing"]


def test_own_extras_are_no_cycle() -> None:
    graph = build([a_library("billing", a_dependency("billing", extras=("all",), scope="optional"))], Config())
    assert not graph.edges
    assert len(graph.inside) == 1


def test_internal_names_without_a_provider() -> None:
    graph = build([consumer(a_dependency("acme_secrets"), a_dependency("six"))], Config(internal=("acme-*",)))
    assert [(u.name, u.path, u.line) for u in graph.unresolved] == [("acme-secrets", "pyproject.toml", 7)]


def test_submodules_images_and_templates() -> None:
    base = a_repository("base", images=(an_image(),))
    shop = consumer(
        references=(
            ExternalReference(kind="submodule", target="../billing.git", ref=None, path=".gitmodules", line=2),
            ExternalReference(kind="image", target="registry.example/acme/base", ref="1", path="Dockerfile", line=1),
            ExternalReference(kind="image", target="python", ref="3.12", path="Dockerfile", line=9),
            ExternalReference(
                kind="ci", target="acme/ci/.github/workflows/t.yml", ref="v1", path=".github/workflows/a.yml", line=5
            ),
        ),
        remote="git@git.example:acme/shop.git",
    )
    graph = build(
        [base, a_library("billing"), a_repository("ci"), a_repository("python", images=(an_image(),)), shop], Config()
    )
    assert pairs(graph) == {("shop", "billing", "submodule"), ("shop", "base", "image"), ("shop", "ci", "ci")}


def test_images_are_found_by_the_tag_that_automation_gives_them() -> None:
    build_it = a_command("docker build -t registry.example/platform/py:3 .", kind="build")
    base = a_repository("python-images", images=(an_image(),), commands=(build_it,))
    named = a_repository("python-base", images=(an_image(),))
    plain = a_repository("python", images=(an_image(),))
    references = tuple(
        ExternalReference(kind="image", target=t, ref=None, path="Dockerfile", line=n)
        for n, t in enumerate(
            ("registry.example/platform/py", "registry.example/python-base", "registry.example/x/python", "python")
        )
    )
    graph = build([base, named, plain, consumer(references=references)], Config())
    assert pairs(graph) == {("shop", "python-images", "image"), ("shop", "python-base", "image")}


def test_a_clash_is_shown_and_decided_by_evidence() -> None:
    fork = a_repository("billing-fork", a_project(name="billing", publishes=True, version="1.4.0"))
    graph = build([fork, a_library("billing"), consumer(a_dependency("billing"))], Config())
    (clash,) = graph.clashes
    assert clash.providers == ("git.example/acme/billing", "git.example/acme/billing-fork")
    assert clash.chosen == "git.example/acme/billing"
    assert clash.why == "the repository bears the name"
    assert pairs(graph) == {("shop", "billing", "index")}


def test_what_is_worked_on_and_ahead_is_meant_before_what_bears_the_name() -> None:
    def mono(version: str | None, last: str | None = "2026-11-01"):  # type: ignore[no-untyped-def]
        member = a_project(path="packages/billing", name="billing", publishes=True, version=version)
        return a_repository("mono", member, last_activity=last)

    def chosen(*fleet):  # type: ignore[no-untyped-def]
        (clash,) = build(fleet, Config()).clashes
        return clash.chosen.rpartition("/")[2], clash.why

    old = a_library("billing")
    abandoned = a_repository("billing", *old.projects, last_activity="2023-11-27")
    why = "last commit 2026-11-01, the next one's 2023-11-27"
    assert chosen(abandoned, mono("1.4.0")) == ("mono", why)
    assert chosen(abandoned, mono("2.0.0")) == ("mono", why)
    assert chosen(old, mono("2.0.0")) == ("mono", "it has the higher version, 2.0.0 before 1.4.0")
    for version in (None, "0.0.0", "not a version"):  # unknown is ahead of nothing
        assert chosen(old, mono(version)) == ("billing", "the repository bears the name")
    assert chosen(old, mono("1.4.0", None)) == ("billing", "the repository bears the name")


def test_a_clash_without_evidence_stays_undecided() -> None:
    one, other = (a_repository(n, a_project(name="billing", publishes=True)) for n in ("one", "other"))
    graph = build([one, other, consumer(a_dependency("billing"))], Config())
    assert graph.clashes[0].chosen is None
    assert not graph.edges
    assert "2 projects publish billing" in graph.unresolved[0].why


def test_git_dependencies_decide_a_clash() -> None:
    one, other = (a_repository(n, a_project(name="billing", publishes=True)) for n in ("one", "other"))
    git = a_dependency("billing", None, source="git", url="https://git.example/acme/other")
    graph = build([one, other, consumer(git)], Config())
    assert graph.clashes[0].chosen == "git.example/acme/other"


def test_the_order_of_the_fleet_does_not_matter() -> None:
    fleet = [a_library(f"lib{i}", a_dependency(f"lib{(i * 7) % 20}", ">=1")) for i in range(20)]
    shuffled = random.Random(1).sample(fleet, len(fleet))
    assert build(fleet, Config()) == build(shuffled, Config())


@pytest.mark.parametrize(
    ("specifier", "version", "expected"),
    [
        (">=1", "1.4.0", True),
        ("<1", "1.4.0", False),
        (">=2", "2.0.0rc1", False),
        (">=1", "2.0.0rc1", True),
        ("", "0.0.0", None),
        (None, "1", None),
        (">=1", None, None),
        (">=1", "garbage", None),
    ],
)
def test_satisfied(specifier: str | None, version: str | None, expected: bool | None) -> None:
    assert satisfies(specifier, version) is expected


def test_cycle_with_the_cheapest_cut() -> None:
    graph = Graph(edges=(edge("a", "b"), edge("b", "c"), edge("c", "a", scope="group"), edge("d", "a")))
    (cycle,) = cycles(graph)
    assert cycle.repositories == ("a", "b", "c")
    assert [(e.consumer, e.provider) for e in cycle.cut] == [("c", "a")]
    assert "development groups" in cycle.why
    assert shortest_circle(cycle) == ("a", "b", "c", "a")


def test_two_circles_through_one_edge_need_one_cut() -> None:
    graph = Graph(edges=(edge("a", "b"), edge("b", "c"), edge("c", "a"), edge("b", "d"), edge("d", "a")))
    (cycle,) = cycles(graph)
    assert {(e.consumer, e.provider) for e in cycle.cut} == {("a", "b")}


NODES = st.integers(0, 12).map(str)
EDGES = st.lists(st.tuples(NODES, NODES), max_size=40)


@given(EDGES)
def test_a_cut_leaves_no_cycle(found: list[tuple[str, str]]) -> None:
    edges = tuple(edge(a, b) for a, b in sorted(set(found)) if a != b)
    cut = {e for c in cycles(Graph(edges=edges)) for e in c.cut}
    left = [(e.consumer, e.provider) for e in edges if e not in cut]
    assert all(len(c) == 1 for c in components_of(left))


@given(EDGES)
def test_reach_counts_what_networkx_counts(found: list[tuple[str, str]]) -> None:
    graph: nx.DiGraph[str] = nx.DiGraph(found)
    assert transitive_dependents(found) == {n: len(nx.ancestors(graph, n)) for n in graph}


def test_reach_of_a_large_fleet_is_fast() -> None:
    rng = random.Random(7)
    edges = tuple(edge(str(i), str(rng.randrange(i))) for i in range(1, 4000) for _ in range(5))
    start = time.process_time()
    found = reach(Graph(edges=edges))
    assert found["0"] > 1000
    assert time.process_time() - start < 2


def test_a_requirement_in_a_command_is_an_edge() -> None:
    image = a_command("pip install Billing==2.0 six", path="Dockerfile", line=4, context="image", kind="adhoc")
    mock = a_command("pip install billing", path="docker/mock/Dockerfile", line=2, context="image", kind="adhoc")
    lint = a_command("uv pip install billing", path="ci.yml", line=9, kind="adhoc")
    graph = build([a_library("billing", version="1.0"), consumer(commands=(image, mock, lint))], Config())
    assert [(e.distribution, e.scope, e.specifier, e.satisfied, e.path, e.line) for e in graph.edges] == [
        ("billing", "group", "", True, "ci.yml", 9),
        ("billing", "group", "", True, "docker/mock/Dockerfile", 2),
        ("billing", "runtime", "==2.0", False, "Dockerfile", 4),
    ]


def test_examples_need_what_they_need_where_they_are_what_the_repository_is_for() -> None:
    example = a_project(path="examples/one", role="example", dependencies=(a_dependency("billing"),))
    collection = a_repository("samples", a_project(dependencies=(a_dependency("ruff", scope="group"),)), example)
    assert pairs(build([a_library("billing"), collection], Config())) == {("samples", "billing", "index")}
    library = a_repository("samples", a_project(dependencies=(a_dependency("six"),)), example)
    assert not build([a_library("billing"), library], Config()).edges


def test_a_clone_is_an_edge() -> None:
    clone = ExternalReference(kind="git", target="git@git.example:acme/billing", ref=None, path="Dockerfile", line=3)
    graph = build([a_library("billing"), consumer(references=(clone,))], Config())
    assert pairs(graph) == {("shop", "billing", "git")}


def test_a_vendored_member_of_the_workspace_is_installed_with_it() -> None:
    vendored = a_project(path="3rdparty/x", role="fixture", dependencies=(a_dependency("billing"),))
    for root, expected in ((".", {("shop", "billing", "index")}), (None, set())):
        repository = a_repository("shop", a_project(), replace(vendored, workspace_root=root))
        assert pairs(build([a_library("billing"), repository], Config())) == expected
