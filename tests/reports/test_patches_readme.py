from __future__ import annotations

import pytest
from msgspec.structs import replace

from reports.views.patches import patches_readme
from rules.examples import AS_OF, a_command, a_fleet, a_lockfile, a_project, a_repository
from rules.plan import Plans, make_plans
from scanner.config import Config


@pytest.mark.parametrize(("patch", "says"), [(None, "1 without a patch: nothing to try"), ("a.uv.patch", "1 not-run:")])
def test_nothing_is_said_to_be_tried_later_where_there_is_no_patch(patch: str | None, says: str) -> None:
    lock = a_lockfile(path="poetry.lock", tool="poetry", format="poetry.lock 2.1")
    project = a_project(primary_manager="poetry", package_managers=("poetry",), lockfiles=(lock,))
    fleet = a_fleet(a_repository("shop", project, commands=(a_command("poetry install", tool="poetry"),)))
    plans = make_plans(fleet, Config(), AS_OF)
    plans = Plans(waves=plans.waves, plans=tuple(replace(p, patch=patch) for p in plans.plans))
    page = patches_readme(fleet, plans, {fleet.repositories[0].id: (None, (), None)})
    assert says in page
    assert ("--prove" in page) is (patch is not None)
