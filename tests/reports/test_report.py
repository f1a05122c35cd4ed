from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.html.cells import shown
from reports.html.payload import script_json
from reports.model import Facts, Report
from reports.sections import SECTIONS
from reports.table import Count, Place, Repo, Table, Where, fragment, key, rows_where, share, text
from reports.views.report import JOB_SUMMARY, every_table, make_report, missing, report_view
from reports.writers import WRITERS, writers_for
from reports.writers.as_csv import write_table
from rules.examples import a_fleet


def written(form: str, facts: Facts) -> str:
    return next(w for w in WRITERS if w.name == form).write(report_view(facts))


def values(of: object) -> Iterator[Any]:
    yield of
    if isinstance(of, tuple | list):
        for one in of:
            yield from values(one)
    elif is_dataclass(of) and not isinstance(of, type):
        for field in fields(of):
            yield from values(getattr(of, field.name))


def counts(report: Report) -> list[Count]:
    return [v for section in report.sections for v in values(section.blocks) if isinstance(v, Count)]


@pytest.mark.parametrize("which", ["facts", "hostile_facts"])
def test_every_number_leads_to_as_many_rows(which: str, request: pytest.FixtureRequest) -> None:
    report = make_report(request.getfixturevalue(which))
    linked = [c for c in counts(report) if c.where is not None]
    assert len(linked) > 40
    for count in linked:
        assert count.where is not None
        table = report.tables[count.where.table]
        rows = rows_where(table, count.where.filters)
        columns = {"rows": (), "repositories": ("repository",), "projects": ("repository", "project")}[count.unit]
        at = [table.columns.index(c) for c in columns]
        found = {tuple(row[i] for i in at) for row in rows} if at else rows
        assert len(found) == count.number, count


def test_keys_of_columns_are_unique_and_links_name_them(hostile_facts: Facts) -> None:
    report = make_report(hostile_facts)
    for table in report.tables.values():
        keys = [key(c) for c in table.columns]
        assert len(set(keys)) == len(keys)
        assert set(table.hidden) <= set(table.columns)
        assert all(len(row) == len(table.columns) for row in table.rows)


def test_sections_stand_in_order_and_what_is_missing_is_said_once(facts: Facts) -> None:
    report = make_report(facts)
    assert len(report.sections) == len(SECTIONS) == 15
    assert [s.anchor for s in report.sections][:4] == ["summary", "coverage", "toolchains", "lock-discipline"]
    anchors = {s.anchor for s in report.sections}
    assert len(anchors) == 15
    assert not anchors & report.tables.keys()
    for section in report.sections:
        assert section.blocks or section.missing
    assert all(written("html", facts).count(line.split(":")[0]) >= 1 for line in missing(report))


def test_every_table_has_a_file_name_of_its_own(facts: Facts) -> None:
    names = [table.name for table in every_table(make_report(facts))]
    assert len(names) == len(set(names)) > 35


def test_a_place_belongs_to_the_first_repository_of_its_row(hostile_facts: Facts) -> None:
    """The page makes addresses from that repository."""
    for table in make_report(hostile_facts).tables.values():
        for row in table.rows:
            owner = next((c.id for c in row if isinstance(c, Repo)), None)
            places = [v for c in row for v in values(c) if isinstance(v, Place)]
            assert all(place.repository == owner for place in places)


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self._script: dict[str, str | None] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._script = dict(attrs) if tag == "script" else self._script

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self._script = None if tag == "script" else self._script

    def handle_data(self, data: str) -> None:
        if self._script is not None:
            self.scripts.append((self._script, data))


def parsed(facts: Facts) -> Page:
    page = Page()
    page.feed(written("html", facts))
    return page


def test_hostile_names_add_no_element_attribute_or_address(facts: Facts, hostile_facts: Facts) -> None:
    plain, hostile = parsed(facts), parsed(hostile_facts)
    assert {tag for tag, _ in hostile.tags} <= {tag for tag, _ in plain.tags} | {"ol", "li", "line", "circle", "path"}
    names = {name for _, attributes in hostile.tags for name in attributes}
    assert not [n for n in names if n.startswith("on") or n in ("style", "src", "srcdoc", "action")]
    for _, attributes in hostile.tags:
        target = attributes.get("href")
        assert target is None or re.match(r"#|https://git\.example/", target), target
    assert len([s for s in hostile.scripts if "type" not in s[0]]) == 1


def test_data_in_script_elements_is_json_without_markup(hostile_facts: Facts) -> None:
    for attributes, data in parsed(hostile_facts).scripts:
        if attributes.get("type") == "application/json":
            json.loads(data)
            assert not set("<>&") & set(data)


def test_the_page_names_its_own_style_and_script_only(facts: Facts) -> None:
    page = written("html", facts)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy[1]
    assert not re.search(r"\b(src|action|style)\s*=", re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL))


def test_the_same_run_gives_the_same_bytes(hostile_facts: Facts) -> None:
    assert written("html", hostile_facts) == written("html", hostile_facts)
    assert written("md", hostile_facts) == written("md", hostile_facts)


def test_control_characters_are_seen_and_do_nothing(hostile_facts: Facts) -> None:
    for form in ("html", "md"):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", written(form, hostile_facts))


def test_markdown_formats_nothing_of_theirs(hostile_facts: Facts) -> None:
    page = written("md", hostile_facts)
    assert "<script" not in page.replace("\\<", "")
    assert "](https://evil" not in page.replace("\\](", "")


def test_markdown_fits_a_job_summary(facts: Facts) -> None:
    from dataclasses import replace

    view = report_view(facts)
    huge = Table(name="t", title="T", columns=("c",), rows=tuple((f"{i} " + "x" * 500,) for i in range(5000)))
    page = replace(view.page(), tables=(huge,))
    text_ = next(w for w in WRITERS if w.name == "md").write(replace(view, page=lambda: page))
    assert len(text_.encode()) <= JOB_SUMMARY
    assert "rows left out to fit" in text_


def test_csv_of_every_table_runs_nothing(hostile_facts: Facts) -> None:
    import csv
    import io

    for table in make_report(hostile_facts).tables.values():
        rows = list(csv.reader(io.StringIO(write_table(table))))
        assert len(rows) == len(table.rows) + 1
        for row in rows[1:]:
            assert all(not c.startswith(("=", "+", "@", "\t")) for c in row)
            assert all(not c.startswith("-") or re.fullmatch(r"-[\d.]+", c) for c in row)


def test_an_empty_fleet_has_a_report(make_facts: Any) -> None:
    for form in ("html", "md"):
        assert "0 repositories" in written(form, make_facts(a_fleet()))


def test_plans_without_waves_have_a_report(facts: Facts) -> None:
    from dataclasses import replace

    from rules.plan import Plans

    assert "First" in written("html", replace(facts, plans=Plans(plans=facts.plans.plans))).title()


def test_a_page_is_for_the_report_alone() -> None:
    assert "html" not in {w.name for w in writers_for("findings")}


@given(st.text(alphabet=st.characters(codec=None)))
def test_no_text_leaves_its_script_element_or_its_cell(value: str) -> None:
    from reports.html.payload import Strings

    strings = Strings()
    strings.number(value)
    encoded = script_json(strings.all())
    assert not set("<>&\u2028\u2029") & set(encoded)
    assert len(json.loads(encoded)) in (1, 2)
    assert not re.search(r"[<>]|&(?!(amp|lt|gt|#39|#34);)", shown(value))


@pytest.mark.parametrize(
    ("number", "of", "said"),
    [(0, 10, "0 %"), (1, 1000, "< 1 %"), (999, 1000, "> 99 %"), (10, 10, "100 %"), (5, None, "")],
)
def test_shares_are_never_rounded_to_none_or_all(number: int, of: int | None, said: str) -> None:
    assert share(Count(number=number, of=of)) == said


def test_cells_as_text() -> None:
    place = Place(repository="r", path="a/b", line=3)
    assert text(place) == "a/b:3"
    assert text((place, place)) == "a/b:3 a/b:3"
    assert text(("x", "y")) == "x, y"
    assert text(()) == ""
    assert text(Repo(id="i", name="n")) == "n"
    assert text(Count(number=1, of=4)) == "1 of 4 (25 %)"


def test_links_carry_any_value() -> None:
    assert fragment(Where(table="t", filters=(("a-b", "x&y=z #?"),))) == "#t?a-b=x%26y%3Dz%20%23%3F"
    assert fragment(Where(table="t")) == "#t"
