from __future__ import annotations

from dataclasses import replace
from datetime import date

import msgspec
import pytest

from reports.views.plan import plan_page, plan_view
from rules.examples import a_fleet, a_project, a_repository
from rules.later import later_steps, steps_of, unknown_step
from rules.plan import make_plans
from rules.rollout.later import with_later
from rules.ruff.gate import Later, Measure
from scanner.config import Config, RuffTarget
from scanner.inventory import Evidence, Fleet, Tool

DAY = date(2026, 11, 21)
MEASURED = Measure(
    status="measured",
    later=(
        Later(code="E501", count=40, files=10, safe=0, unsafe=0),
        Later(code="F401", count=7, files=3, safe=7, unsafe=0),
        Later(code="B006", count=3, files=2, safe=0, unsafe=3),
    ),
    unformatted=4,
)


def _fleet() -> Fleet:
    flake8 = Tool(name="flake8", category="linter", use="run", evidence=(Evidence(path="tox.ini", line=3),))
    return a_fleet(a_repository("shop", a_project(kind="library"), tools=(flake8,)))


def test_hours_are_counted_from_the_reports() -> None:
    steps = {s.code: s for s in later_steps(MEASURED) or ()}
    style = steps["E501"]
    assert (style.by_hand, style.likely) == (40, round((15 + 0.5 * 10 + 5 * 40) / 60, 2))
    assert (style.low, style.high) == (1.83, 7.33)
    assert steps["F401"].likely == round((15 + 0.5 * 3 + 0.1 * 7) / 60, 2)
    assert steps["format"].files == 4


def test_value_is_the_sum_of_what_is_named() -> None:
    steps = later_steps(MEASURED, wanted=["B006"]) or ()
    assert all(s.value == pytest.approx(sum(p.points for p in s.because)) for s in steps)
    assert {p.factor: p.points for p in next(s for s in steps if s.code == "B006").because} == {
        "finds mistakes": 5,
        "asked for by the target": 5,
        "3 reports": 2,
    }
    assert [p.factor for p in next(s for s in steps if s.code == "F401").because] == [
        "dead code",
        "7 reports",
        "mended by itself",
    ]


def test_the_most_value_for_an_hour_comes_first() -> None:
    steps = later_steps(MEASURED) or ()
    worth = [s.value / s.likely for s in steps]
    assert worth == sorted(worth, reverse=True)
    assert [s.code for s in steps][-1] == "E501"


def test_rates_can_be_set() -> None:
    free = later_steps(MEASURED, minutes={"step": 60, "file": 0, "safe": 0, "unsafe": 0, "by-hand": 0}) or ()
    assert {s.likely for s in free} == {1}


@pytest.mark.parametrize("measure", [None, Measure(status="ruff-only"), Measure(status="failed")])
def test_what_was_not_measured_is_unknown(measure: Measure | None) -> None:
    assert later_steps(measure) is None


def test_a_plan_says_unknown_until_it_is_measured() -> None:
    fleet = _fleet()
    plans = make_plans(fleet, Config(), DAY, ["ruff"])
    assert plans.plans[0].later is None
    assert plans.plans[0].steps[-1] == unknown_step()
    assert with_later(plans, fleet, Config()) == plans


def test_a_measured_plan_has_a_step_for_each_rule() -> None:
    fleet = _fleet()
    config = Config(ruff_target=RuffTarget(select=("B",)))
    plans = make_plans(fleet, config, DAY, ["ruff"])

    tried = replace(plans, plans=(msgspec.structs.replace(plans.plans[0], measure=MEASURED),))
    (plan,) = with_later(tried, fleet, config).plans
    assert plan.later is not None
    assert len(plan.later) == 4
    assert plan.steps[-4:] == steps_of(plan.later)
    assert unknown_step() not in plan.steps
    assert "asked for by the target" in [p.factor for s in plan.later for p in s.because]
    page = plan_page(fleet, replace(tried, plans=(plan,)))
    (table,) = [t for t in page.tables if t.name == "later"]
    assert len(table.rows) == 4
    assert plan_view(fleet, replace(tried, plans=(plan,))).document() is not None


def test_titles_say_what_and_how_much() -> None:
    titles = [s.title for s in steps_of(later_steps(MEASURED) or ())]
    assert "Switch E501 on in 10 files: 40 reports" in titles
    assert "Format 4 files that the formatter leaves out" in titles
