"""6: Python versions against their end-of-life dates."""

from __future__ import annotations

from collections.abc import Mapping

from reports.charts.eol import Runtime, ends_chart
from reports.model import Facts, Figure, Rows, Section
from reports.sections.counting import projects, values
from reports.table import Table
from rules.pythons import dotted, ends, minor


def build(facts: Facts, tables: Mapping[str, Table]) -> Section:
    """Versions that projects run or test on; ranges admit and are in the table alone."""
    declared = tables["pythons"]
    known = sorted({v for name, _ in values(declared, "Python") if (v := minor(name)) is not None})
    names = [dotted(version) for version in known]
    used = (("the project", "runs on"), ("the project", "tests on"))
    runtimes = [
        Runtime(version=name, end=ends().get(version), count=projects(declared, ("Python", name), *used))
        for version, name in zip(known, names, strict=True)
    ]
    runtimes = [r for r in runtimes if r.count.number]
    total = len(facts.mains)
    behind = Table(
        name="python-versions",
        title="Python versions",
        columns=("Python", "end of life", "run on it", "test on it", "admit it by name"),
        rows=tuple(
            (
                name,
                ends()[version].isoformat() if version in ends() else "not known",
                *(
                    projects(declared, ("Python", name), ("the project", how), of=total)
                    for how in ("runs on", "tests on", "admits")
                ),
            )
            for version, name in zip(known, names, strict=True)
        ),
        note="A project that names several versions counts in each. Runs on: image, version file, runtime file, "
        "Pipfile, conda environment. Tests on: CI, tox, nox, Hatch. Admits: classifiers and targets that "
        "name the version.",
    )
    figure = Figure(
        name="python-ends",
        title="Python versions that projects run or test on, against their ends of life",
        caption=f"Left of the upright line ({facts.as_of.isoformat()}) a version gets no security fixes any more; "
        "discs are as large as the number of projects.",
        chart=ends_chart("Python versions against end of life", runtimes, facts.as_of),
        table=behind,
    )
    return Section(anchor="python-runtimes", title="Python runtimes", blocks=(figure, Rows(table="pythons")))
