"""The page in a browser: it asks for nothing, complains of nothing, and does what a reader does with it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reports.model import Facts
from rules.examples import a_fleet, a_repository
from rules.finding import Finding, Findings

pytestmark = pytest.mark.browser

ROWS = "[...document.querySelectorAll('#rows-{0} tbody tr')].map(r => r.innerText)"


def rows(tab: Any, table: str) -> list[str]:
    found: list[str] = tab.run(ROWS.format(table))
    return found


@pytest.mark.parametrize("width", [1440, 1024, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_opens_from_disk_without_a_request_or_a_complaint(browser: Any, page: Path, width: int, scheme: str) -> None:
    tab = browser.tab(width, 900, scheme)
    tab.open(page)
    assert tab.run("document.querySelectorAll('section').length") >= 12
    assert tab.run("document.documentElement.scrollWidth <= innerWidth"), "the page itself scrolls sideways"
    assert tab.complaints() == []


def test_nothing_of_a_hostile_fleet_runs(tab: Any, hostile_page: Path) -> None:
    tab.open(hostile_page)
    tab.run("document.querySelectorAll('details').forEach(d => { d.open = true })")
    for number in range(tab.run("JSON.parse(document.getElementById('data-repositories').textContent).length")):
        script = f"JSON.parse(document.getElementById('data-repositories').textContent)[{number}][1]"
        tab.run(f"location.hash = 'card?repository=' + encodeURIComponent({script})")
        tab.run("new Promise(r => setTimeout(r, 5))")
        assert tab.run(f"document.querySelector('.card .note').textContent === {script}")
    assert tab.run("window.hacked === undefined")
    assert tab.run("[...document.links].every(a => /^(#|file:|https:\\/\\/git(hub)?\\.example\\/)/.test(a.href))")
    assert tab.run("document.querySelectorAll('main img, main iframe, main object').length") == 0
    assert tab.complaints() == []


def test_numbers_lead_to_their_rows(tab: Any, hostile_page: Path) -> None:
    tab.open(hostile_page)
    links = tab.run("[...document.querySelectorAll('main a.count')].map(a => [a.getAttribute('href'), +a.textContent])")
    assert len(links) > 30
    for target, number in links:
        tab.run(f"location.hash = {target!r}")
        tab.run("new Promise(r => setTimeout(r, 0))")
        shown = tab.run("document.querySelector('.rows.aim .bar .shown').textContent")
        assert int(shown.split(" ")[0].replace(",", "")) >= number, (target, shown)


def test_sort_filter_search_columns_and_link(tab: Any, page: Path) -> None:
    tab.open(page, "#repositories")
    names = [r.split("\t")[0] for r in rows(tab, "repositories")]
    assert len(names) == 7
    head = "document.querySelector('#rows-repositories th[data-key=repository]')"
    tab.run(f"{head}.querySelector('[data-sort]').click()")
    assert [r.split("\t")[0] for r in rows(tab, "repositories")] == sorted(names)
    tab.run(f"{head}.querySelector('[data-sort]').click()")
    assert [r.split("\t")[0] for r in rows(tab, "repositories")] == sorted(names, reverse=True)
    assert tab.run(f"{head}.getAttribute('aria-sort')") == "descending"

    state = "document.querySelector('#rows-repositories th[data-key=state]')"
    tab.run(f"{state}.querySelector('[data-filter]').click()")
    tab.run(
        f"[...{state}.querySelectorAll('.sheet label')].find(l => l.innerText.includes('failed')).querySelector('input').click()"
    )
    assert [r.split("\t")[0] for r in rows(tab, "repositories")] == ["gone"]
    assert tab.run("location.hash") == "#repositories?state=failed&~sort=-repository"

    tab.run("document.querySelector('#rows-repositories .chip').click()")
    search = "document.querySelector('#rows-repositories input[type=search]')"
    tab.run(f"{search}.value = 'team-a'; {search}.dispatchEvent(new Event('input'))")
    tab.wait(f"{ROWS.format('repositories')}.length === 1")
    assert rows(tab, "repositories")[0].startswith("apart")
    tab.run(
        "[...document.querySelectorAll('#rows-repositories .bar button')].find(b => b.innerText === 'Columns').click()"
    )
    tab.run(
        "[...document.querySelectorAll('#rows-repositories .bar .sheet label')].find(l => l.innerText === 'owners').querySelector('input').click()"
    )
    assert not tab.run("!!document.querySelector('#rows-repositories th[data-key=owners]')")
    link = tab.run("location.hash")
    assert "~q=team-a" in link
    assert "~columns=" in link

    tab.open(page.with_name("index.html"), "#summary")
    tab.open(page, link)
    assert rows(tab, "repositories")[0].startswith("apart")
    assert not tab.run("!!document.querySelector('#rows-repositories th[data-key=owners]')")
    assert tab.complaints() == []


def test_copy_as_csv_runs_nothing(tab: Any, hostile_page: Path) -> None:
    tab.open(hostile_page, "#repositories?~q=SUM")
    tab.run(
        "window.got = null; Object.defineProperty(navigator, 'clipboard', {value: {writeText: async t => { window.got = t }}})"
    )
    tab.run(
        "[...document.querySelectorAll('#rows-repositories .bar button')].find(b => b.innerText === 'Copy as CSV').click()"
    )
    tab.wait("window.got !== null")
    lines = tab.run("window.got").splitlines()
    assert len(lines) == 2
    assert "'@SUM(1+1)" in lines[1]


def test_card_shows_the_three_environments_and_the_evidence(tab: Any, page: Path) -> None:
    tab.open(page, "#card?repository=apart")
    card = tab.run("document.querySelector('.card').innerText")
    for told in (
        "local",
        "poetry",
        "image",
        "pip",
        "stale",
        "flask>=2 but 1.1 is locked",
        "requires Python",
        "Plan: to uv",
    ):
        assert told in card
    assert tab.run("document.activeElement.id") == "card-title"


def test_graph_shows_a_neighbourhood_and_zooms(tab: Any, page: Path) -> None:
    tab.open(page, "#neighbourhood?repository=core")
    nodes = tab.run("[...document.querySelectorAll('#neighbourhood svg a')].map(a => a.textContent)")
    assert len(nodes) == 3
    box = "document.querySelector('#fig-dependency-graph svg').getAttribute('viewBox')"
    before = tab.run(box)
    tab.run("document.querySelector('#fig-dependency-graph button[aria-label=\"Zoom in\"]').click()")
    assert tab.run(box) != before
    tab.run(
        "[...document.querySelectorAll('#neighbourhood svg a')].find(a => a.textContent.includes('loose')).dispatchEvent(new MouseEvent('click', {bubbles: true}))"
    )
    tab.wait("location.hash.includes('loose')")
    assert tab.complaints() == []


def test_everything_is_reached_by_keyboard(tab: Any, page: Path) -> None:
    tab.open(page)
    reached = tab.run(
        "[...document.querySelectorAll('a[href], button, input, summary, [tabindex=\"0\"]')]"
        ".filter(e => !e.closest('[hidden]') && e.checkVisibility()).every(e => e.tabIndex === 0)"
    )
    assert reached
    regions = "[...document.querySelectorAll('div.picture, div.small, div.scroll')]"
    assert tab.run(f"{regions}.every(e => e.tabIndex === 0 && e.getAttribute('aria-label'))")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("hash_", ["", "#card?repository=apart", "#findings", "#neighbourhood?repository=core"])
def test_axe_finds_nothing_serious(browser: Any, page: Path, scheme: str, hash_: str) -> None:
    path = Path(os.environ.get("AXE_CORE", ""))
    if not path.is_file():
        pytest.skip("AXE_CORE names no axe.min.js; `make browser` does")
    tab = browser.tab(1440, 1000, scheme)
    tab.open(page, hash_)
    tab.run("document.querySelectorAll('details.behind').forEach(d => { d.open = true })")
    tab.run(path.read_text(encoding="utf-8") + ";0")
    found = tab.run(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
        ".then(r => r.violations.map(v => [v.impact, v.id, v.nodes.slice(0, 3).map(n => n.html.slice(0, 160))]))"
    )
    assert [f for f in found if f[0] in ("serious", "critical")] == []


def test_five_thousand_repositories_are_smooth(tab: Any, make_facts: Callable[..., Facts], write_page: Any) -> None:
    facts = make_facts(a_fleet(*(a_repository(f"service-{i}") for i in range(5000))))
    findings = tuple(
        Finding(
            fingerprint=f"{i:020x}",
            rule=f"rule-{i % 23}",
            level=("error", "warning", "note")[i % 3],
            repository=f"git.example/acme/service-{i % 5000}",
            project=".",
            message=f"finding number {i} says something of some length about this project",
            evidence=(),
            fix="do this",
        )
        for i in range(50_000)
    )
    path = write_page(replace(facts, answers=Findings(findings=findings)))
    began = time.monotonic()
    tab.open(path)
    opened = time.monotonic() - began
    tab.run("location.hash = 'findings'")
    tab.wait("!!document.querySelector('#rows-findings tbody tr')")
    timed = "(() => {{ const t = performance.now(); {0}; return performance.now() - t }})()"
    column = "document.querySelector('#rows-findings th[data-key={0}] [data-sort]').click()"
    sort = tab.run(timed.format(column.format("what")))
    again = tab.run(timed.format(column.format("repository")))
    search = "document.querySelector('#rows-findings input[type=search]')"
    tab.run(
        f"window.from = performance.now(); {search}.value = 'service-77 warning'; {search}.dispatchEvent(new Event('input'))"
    )
    tab.wait("document.querySelector('#rows-findings .bar .shown').textContent.includes(' of ')")
    found = tab.run("performance.now() - window.from")
    measured = f"open {opened:.2f} s; sort {sort:.0f} ms, then {again:.0f} ms; search {found:.0f} ms"
    sys.stdout.write(f"{measured}; {path.stat().st_size} bytes\n")
    assert opened < 15
    assert max(sort, again, found) < 3000
