"""The report's sections in order, one a file; a new one is a file here and its line below."""

from __future__ import annotations

from reports.model import Build
from reports.sections.agents import build as agents
from reports.sections.coverage import build as coverage
from reports.sections.environments import build as environments
from reports.sections.five_questions import build as five_questions
from reports.sections.graph import build as graph
from reports.sections.images import build as images
from reports.sections.lint import build as lint
from reports.sections.locks import build as locks
from reports.sections.method import build as method
from reports.sections.pythons import build as pythons
from reports.sections.summary import build as summary
from reports.sections.supply_chain import build as supply_chain
from reports.sections.toolchains import build as toolchains
from reports.sections.waivers import build as waivers
from reports.sections.waves import build as waves

SECTIONS: tuple[Build, ...] = (
    summary,
    coverage,
    toolchains,
    locks,
    environments,
    pythons,
    supply_chain,
    lint,
    images,
    agents,
    graph,
    waves,
    five_questions,
    waivers,
    method,
)
