"""What a project says that it is: the first telling word of a description or of a README's opening.

The vocabulary's *kind* asks for what the description, then the README, names first. Only words that say what a thing
is are listed; of ``bot framework`` or ``REST API client`` the last word is the one that tells.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_LIBRARY = (
    r"librar(?:y|ies)|frameworks?|plug-?ins?|extensions?|sdk|bindings?|toolkit|toolbox|middleware|decorators?|reusable"
    r"|python (?:client|wrapper|api|interface|package|module|implementation)|api (?:client|wrapper)|language model"
    r"|(?:client|wrapper|adapter|connector|integration|helpers?|utilities|backend|support) (?:for|to|around|of)"
    r"|package (?:for|to|that|which|of|with|providing|containing)|implementation (?:of|in|for|based)"
)
_CLI = (
    r"command[- ]lines?|cli|terminal|tui|tools?|linter|formatter|downloader|converter|generator|launcher|scanner|gui"
    r"|desktop|games?|viewer|editor|solver|simulator"
)
_SERVICE = (
    r"(?:web|micro)[ -]?services?|daemon|servers?|web ?(?:apps?|applications?|sites?|pages?|portals?)|web[- ]based"
    r"|(?:rest(?:ful)?|graphql|http|json)(?:[- /]\w{1,10})? apis?|(?:chat|tele|tg|git)?bots?|dashboard|back-?end"
    r"|webhooks?"
    r"|service (?:that|to|for|which|of)|api (?:for|of) (?:the|a|our)"
)
_JOB = (
    r"(?:web ?)?(?:scrap(?:er|ing)|crawl(?:er|ing))s?|etl|ingest(?:ion|s)?|pipelines?|dags?|cron ?jobs?|batch jobs?"
    r"|collector|harvester|scheduled"
)
_OF_A_LIBRARY = (
    r"(?![ -](?:\w{1,20}[ -]){0,2}(?:librar(?:y|ies)|frameworks?|clients?|wrappers?|sdk|toolkit|plug-?ins?|bindings?"
    r"|module|package|extensions?|helpers?|adapter|middleware|utilities|builder)\b)"
)
_TELLING = re.compile(
    rf"\b(?:(?P<library>{_LIBRARY})|(?P<cli>{_CLI})|(?P<service>{_SERVICE})|(?P<job>{_JOB}))\b(?(library)|{_OF_A_LIBRARY})",
    re.IGNORECASE,
)
_TEMPLATE = re.compile(
    r"(?:^|[-_ ])(?P<word>templates?|boilerplate|starter|quick-?start|skeleton|cookiecutter|blueprint|scaffold)"
    r"(?=$|[-_ .:!])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A kind, the word that names it, and where it begins in the text."""

    kind: str
    word: str
    start: int


def first_said(text: str) -> Said | None:
    """The first word of ``text`` that names a kind: library, cli, service or job."""
    found = _TELLING.search(text[:4000])
    if found is None:
        return None
    kind = next(name for name, word in found.groupdict().items() if word is not None)
    return Said(kind=kind, word=found[0].lower(), start=found.start())


def template_word(title: str) -> str | None:
    """The word with which a name or title says that this is a template to start from, ``None`` if it does not."""
    found = _TEMPLATE.search(title[:200])
    return found["word"].lower() if found is not None else None
