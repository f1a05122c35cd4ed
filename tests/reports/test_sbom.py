from __future__ import annotations

import json
from typing import Any

import pytest

from reports.model import Facts
from reports.views.sbom import bill, sbom_view
from reports.writers import WRITERS
from rules.examples import a_dependency, a_fleet, a_project, a_repository
from scanner.inventory import Fleet, Repository

pytest.importorskip("cyclonedx")

LOCKED = {("git.example/acme/shop", "uv.lock"): (("flask", "3.0"), ("jinja2", "3.1"))}


def written(fleet: Fleet, one: Repository | None = None, locked: Any = LOCKED) -> dict[str, Any]:
    view = sbom_view(fleet, locked, one)
    text = next(w for w in WRITERS if w.name == "cyclonedx").write(view)
    assert text == next(w for w in WRITERS if w.name == "cyclonedx").write(view)
    loaded: dict[str, Any] = json.loads(text)
    _validate(text)
    return loaded


def _validate(text: str) -> None:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None


def test_a_locked_repository_lists_its_lock_and_says_what_is_missing() -> None:
    shop = a_repository("shop")
    made = written(a_fleet(shop), shop)
    assert [c["purl"] for c in made["components"]] == ["pkg:pypi/flask@3.0", "pkg:pypi/jinja2@3.1"]
    subject = made["metadata"]["component"]
    assert subject["version"] == "0" * 40
    gaps = [p["value"] for p in subject["properties"] if p["name"] == "muster:gap"]
    assert gaps == ["uv.lock: 10 of 12 packages have no digest, or no index"]
    (own,) = [d for d in made["dependencies"] if d["ref"] == "repository:git.example/acme/shop"]
    assert own["dependsOn"] == ["pkg:pypi/flask@3.0", "pkg:pypi/jinja2@3.1"]


def test_without_a_lock_only_exact_versions_are_versions() -> None:
    declared = (a_dependency("Flask", "==3.0"), a_dependency("jinja2", ">=3"), a_dependency("x", None, source="git"))
    loose = a_repository("loose", a_project(lock_discipline="partial", dependencies=declared))
    found = bill(loose, {})
    assert [(p.name, p.version) for p in found.parts] == [("flask", "3.0"), ("jinja2", None)]
    assert found.gaps == (".: no lock; what these packages need is not known",)
    components = {c["name"]: c for c in written(a_fleet(loose), loose)["components"]}
    assert "version" not in components["jinja2"]
    assert "unknown: not locked" in [p["value"] for p in components["jinja2"]["properties"]]


def test_the_fleet_has_each_package_once() -> None:
    locked = {(f"git.example/acme/{n}", "uv.lock"): (("flask", "3.0"),) for n in ("a", "b")}
    made = written(a_fleet(a_repository("a"), a_repository("b")), None, locked)
    assert sorted(c["name"] for c in made["components"]) == ["a", "b", "flask"]


def test_hostile_names_are_a_valid_bill(hostile_facts: Facts) -> None:
    locked = {
        (r.id, lock.path): ((r.name, r.name),)
        for r in hostile_facts.fleet.repositories
        for p in r.projects
        for lock in p.lockfiles
    }
    written(hostile_facts.fleet, None, locked)
