"""2: what was seen and what was not, before any result."""

from __future__ import annotations

from collections.abc import Mapping

from reports.model import Facts, Prose, Rows, Section
from reports.sections.counting import count, projects, repositories
from reports.table import Count, Table


def build(facts: Facts, tables: Mapping[str, Table]) -> Section:
    """States of the repositories, and how many answers are unknown for each question."""
    total, mains = len(facts.fleet.repositories), len(facts.mains)
    listed, own = tables["repositories"], tables["projects"]
    states = Table(
        name="states",
        title="What became of every repository",
        columns=("state", "repositories", "meaning"),
        rows=tuple((name, count(listed, ("state", name), of=total), meaning) for name, meaning in _STATES),
    )
    questions = Table(
        name="unknowns-by-question",
        title="What is not known",
        columns=("question", "unknown", "why that matters"),
        rows=(
            ("Can the lock be trusted?", count(own, ("lock", "unknown"), of=mains), "neither good nor bad below"),
            ("What do developers install with?", _unseen(own, "local", mains), "no sign of it in the files"),
            (
                "What does CI install with?",
                _unseen(own, "CI", mains),
                "no CI in the repository, or one that lies elsewhere",
            ),
            (
                "What does the image install with?",
                _unseen(own, "image", mains),
                "no image, or one that installs nothing",
            ),
            ("Which Python is admitted?", count(own, ("requires Python", "unknown"), of=mains), "not declared"),
            ("Who owns it?", count(own, ("owners", "unknown"), of=mains), "no CODEOWNERS, catalogue or list names one"),
            (
                "How critical is it?",
                count(own, ("criticality", "not set"), of=mains),
                "set it in a fleet file or muster.toml",
            ),
            (
                "What do the files alone not tell?",
                projects(tables["unknown-facts"], of=mains),
                "dependencies that only running code would tell",
            ),
            ("Which questions of rules stay open?", count(tables["unanswered"]), "each with its reason"),
        ),
    )
    unread = repositories(tables["unread"], of=total)
    said = Prose(said=("Files that could not be read, or only in part, stand in ", unread, " repositories."))
    return Section(
        anchor="coverage",
        title="Coverage and confidence",
        blocks=(
            states,
            questions,
            said,
            Rows(table="repositories"),
            Rows(table="decisions"),
            Rows(table="unread"),
            Rows(table="unknown-facts"),
            Rows(table="unanswered"),
        ),
    )


_STATES = (
    ("classified", "read, and everything below counts it"),
    ("needs-decision", "read, but only a person can say what is meant"),
    ("not-python", "no Python product in it; counted here and nowhere else"),
    ("failed", "could not be read at all"),
)


def _unseen(own: Table, place: str, of: int) -> Count:
    """Not shown, or shown with a tool that cannot be told."""
    return count(own, (place, "not shown"), (place, "unknown"), of=of)
