"""The plan's tables: one question is one row."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from reports.views.plan import plan_page, plan_view
from reports.writers import as_markdown
from rules.blockers import PlanBlocker
from rules.examples import AS_OF, a_fleet, a_lockfile, a_project, a_repository
from rules.plan import make_plans
from rules.step import Step
from scanner.config import Config


def test_a_blocker_in_many_places_is_one_row() -> None:
    lock = a_lockfile(path="poetry.lock", tool="poetry", format="poetry.lock 2.1")
    shop = a_project(primary_manager="poetry", package_managers=("poetry",), lockfiles=(lock,))
    fleet = a_fleet(a_repository("shop", shop))
    made = make_plans(fleet, Config(), AS_OF, ("uv",))
    many = tuple(
        PlanBlocker(code="private-index", message=f"package {n} is there", path="a.toml", line=n, decision=None)
        for n in range(1, 6)
    )
    (plan,) = made.plans
    page = plan_page(fleet, replace(made, plans=(msgspec.structs.replace(plan, blockers=many),)))
    (table,) = [t for t in page.tables if t.name == "blockers"]
    assert [row[2:5] for row in table.rows] == [
        ("private-index", "a.toml:1, a.toml:2, a.toml:3 and 2 more", "package 1 is there (and 4 more like it)")
    ]


def test_commands_of_a_step_can_be_copied_from_markdown() -> None:
    fleet = a_fleet(a_repository("shop", a_project(primary_manager="poetry", package_managers=("poetry",))))
    made = make_plans(fleet, Config(), AS_OF, ("uv",))
    (plan,) = made.plans
    here = Step(title="Carry", why="so", commands=("cat <<'LINES'\nRUN `a` | b\nLINES",))
    written = as_markdown.write(plan_view(fleet, replace(made, plans=(msgspec.structs.replace(plan, steps=(here,)),))))
    assert "  cat <<'LINES'\n  RUN `a` | b\n  LINES\n" in written
