from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.format import Unreadable
from scanner.formats.owners import FORMAT, read

CATALOG = """\
apiVersion: backstage.io/v1alpha1
kind: System
metadata:
  name: demo-system
spec:
  owner: group:default/team-a
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: demo
  annotations:
    example.com/tier: "1"
  tags: [python, criticality-low]
spec:
  type: service
  owner: user:jo
  dependsOn:
  - component:default/payments
  - resource:db
  providesApis: [demo-api]
"""


def test_codeowners() -> None:
    text = "# all\n*  @org/all  jo@example.com # why\n\n/docs/ @doc\n/no-owner\nwith\\ space/ @x\n"
    extract = read(".github/CODEOWNERS", text)
    assert extract is not None
    assert [(o.pattern, o.owners, o.at.line) for o in extract.ownership] == [
        ("*", ("@org/all", "jo@example.com"), 2),
        ("/docs/", ("@doc",), 4),
        ("/no-owner", (), 5),
        ("with space/", ("@x",), 6),
    ]


def test_sections_of_gitlab_lend_their_owners() -> None:
    extract = read("CODEOWNERS", "[Docs][2] @docs\n*.md\n*.rst @rst\n^[Code]\n*.py @py\n[ab]*.c @c\n")
    assert extract is not None
    assert [(o.pattern, o.owners) for o in extract.ownership] == [
        ("*.md", ("@docs",)),
        ("*.rst", ("@rst",)),
        ("*.py", ("@py",)),
        ("[ab]*.c", ("@c",)),
    ]


def test_catalogue() -> None:
    extract = read("catalog-info.yaml", CATALOG)
    assert extract is not None
    assert [(o.pattern, o.owners, o.criticality, o.at.line) for o in extract.ownership] == [
        ("*", ("team-a",), None, 6),
        ("*", ("jo",), "high", 17),
    ]
    assert [(h.kind, h.at.line) for h in extract.hints] == [("service", 16)]
    assert [(r.kind, r.target, r.at.line) for r in extract.references] == [
        ("service", "component:default/payments", 19),
        ("service", "resource:db", 20),
        ("service", "api:demo-api", 21),
    ]


def test_a_catalogue_in_a_folder_owns_that_folder() -> None:
    extract = read("svc/a/catalog-info.yaml", "kind: Component\nspec:\n  owner: team\n")
    assert extract is not None
    assert [o.pattern for o in extract.ownership] == ["/svc/a/"]


def test_a_tag_may_state_the_criticality() -> None:
    extract = read("catalog-info.yaml", "kind: Component\nmetadata:\n  tags: [tier-2]\nspec: {}\n")
    assert extract is not None
    assert [(o.owners, o.criticality) for o in extract.ownership] == [((), "medium")]


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("CODEOWNERS", True),
        (".github/CODEOWNERS", True),
        ("docs/CODEOWNERS", True),
        ("libs/a/CODEOWNERS", False),
        ("a/catalog-info.yaml", True),
        ("catalog.yaml", False),
    ],
)
def test_only_files_in_force(path: str, wanted: bool) -> None:
    assert FORMAT.matches(path) is wanted


def test_other_yaml_and_templates() -> None:
    assert read("catalog-info.yaml", "a: b\n") is None
    extract = read("catalog-info.yaml", "kind: Component\nspec:\n  owner: ${{ values.owner }}\n")
    assert extract is not None
    assert extract.template


@given(st.text(alphabet="*@a/ [^]#\\\n:-", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    read("CODEOWNERS", text)
    with contextlib.suppress(Unreadable):
        read("catalog-info.yaml", "kind: Component\nspec:\n  owner: " + text)
