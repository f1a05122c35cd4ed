from __future__ import annotations

import msgspec

from reports.tickets import file_name, ticket
from rules.blockers import PlanBlocker
from rules.effort import Effort
from rules.finding import Evidence
from rules.plan import Plan
from rules.priority import Factor, Priority
from rules.step import Step

NAMES = {"git.example/acme/shop": "shop", "git.example/acme/lib": "li`b"}


def a_plan(*steps: Step, blockers: tuple[PlanBlocker, ...] = (), projects: tuple[str, ...] = (".",)) -> Plan:
    because = (Factor(factor="no-lock", points=12.0, evidence=(Evidence(path="a`b.toml", line=3, text=""),)),)
    return Plan(
        repository="git.example/acme/shop",
        track="uv",
        projects=projects,
        from_=("pip", "poetry"),
        to=("uv",),
        wave=2,
        rank=5,
        priority=Priority(score=12.0, because=because),
        effort=Effort(low=1, likely=2.5, high=6, because=()),
        risk="low",
        blockers=blockers,
        steps=steps,
        after=("git.example/acme/lib",),
    )


def test_a_ticket_says_what_why_and_how() -> None:
    step = Step(title="Lock", why="so that *all* agree", commands=("uv lock",), verify=("uv lock --check",))
    asked = PlanBlocker(code="no-lock", message="no lock", path="a.toml", line=1, decision="Newest?")
    told = PlanBlocker(code="private-index", message="a private one", path=None, line=None, decision=None)
    text = ticket(a_plan(step, blockers=(asked, told)), NAMES, ("@acme/web",))
    assert text.startswith("# Move shop from pip and poetry to uv\n\n- Wave 2, rank 5\n- Effort: 2.5 hours likely")
    assert "- After: li\\`b\n" in text
    assert "- Owner: @acme/web\n" in text
    assert "- +12 no-lock: `` a`b.toml:3 ``\n" in text
    assert "## To decide first\n\n- [ ] Newest? no lock (`a.toml:1`)\n" in text
    assert "## To know\n\n- a private one\n" in text
    assert "- [ ] **1. Lock**\n  so that \\*all\\* agree\n  ```bash\n  uv lock\n  ```\n  Verify:\n" in text


def test_a_move_that_has_begun_is_finished() -> None:
    begun = msgspec.structs.replace(a_plan(), from_=("uv",))
    assert ticket(begun, NAMES).startswith("# Finish the move of shop to uv\n")


def test_no_command_closes_its_block() -> None:
    text = ticket(a_plan(Step(title="x", why="y", commands=("echo '```'\n# <script>\x1b[31m",))), NAMES)
    assert "  ````bash\n  echo '```'\n  # <script>\\x1b[31m\n  ````\n" in text


def test_many_projects_are_counted() -> None:
    text = ticket(a_plan(projects=tuple(f"p{n}" for n in range(15))), NAMES)
    assert "p11 and 3 more\n" in text


def test_file_names_are_harmless() -> None:
    assert file_name(a_plan(), NAMES) == "shop.uv.md"
    assert file_name(a_plan(), {"git.example/acme/shop": "../a b/…"}) == "a-b.uv.md"
    assert file_name(a_plan(), {"git.example/acme/shop": "…"}) == "repository.uv.md"
