"""What a project says that it is: the first telling word of a description or of a README's opening.

The vocabulary's *kind* asks for what the description, then the README, names first. Only words that say what a thing
is are listed; of ``bot framework`` or ``REST API client`` the last word is the one that tells.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

_LIBRARY = (
    r"librar(?:y|ies)(?! of)|build[- ]back-?end|frameworks?|plug-?ins?|extensions?|sdk|bindings?|toolkit|toolbox"
    r"|middleware|decorators?|reusable"
    r"|python (?:client|wrapper|api|interface|module|implementation)|api (?:client|wrapper)"
    r"|(?:client|wrapper|adapter|connector|helpers?) (?:for|to|around)|(?:integration|support|backend) for"
    r"|(?:data|pydantic|domain) models for"
    r"|package (?:for|to|that|which|of|with|providing|containing)|implementation (?:of|in|for|based)"
)
_CLI = (
    r"(?:command[- ]line|cli) wrapper|command[- ]lines?|cli|terminal|tui|tools?|scripts?|linter|formatter|downloader"
    r"|(?:is a|this) (?:\w{1,20} ){0,2}program|is an application(?! (?:programming|server))|converter|generator"
    r"|launcher|scanner|gui|desktop|games?|viewer|editor|solver|simulator"
    r"|(?:package|dependency|version|environment|password|file) manager"
)
_SERVICE = (
    r"(?:web|micro)[ -]?services?|daemon|servers?|web ?(?:apps?|applications?|sites?|pages?|portals?)|web[- ]based"
    r"|(?:rest(?:ful)?|graphql|http|json)(?:[- /]\w{1,10})? apis?|(?:chat|tele|tg|git)?bots?|dashboard|back-?end"
    r"|webhooks?|gateways?|this (?:micro|web)?[- ]?service"
    r"|service (?:that|to|for|which|of)|api (?:for|of) (?:the|a|our)"
)
_JOB = (
    r"(?:web ?)?(?:scrap(?:er|ing)|crawl(?:er|ing))s?|etl|ingest(?:ion|s)?|pipelines?|dags?|cron ?jobs?|batch jobs?"
    r"|(?:daily|nightly|hourly|weekly) (?:reports?|backups?|digest|exports?|imports?|sync|jobs?|updates?|runs?)"
    r"|collector|harvester|scheduled|every (?:day|night|hour|week|month|\d{1,3} (?:minutes|hours|days))"
)
_OF_A_LIBRARY = (
    r"(?![ -](?:(?!(?:and|or|for|with|of|to|in|on|from|using|as|that|which)\b)\w{1,20}[ -]){0,2}"
    r"(?:librar(?:y|ies)|frameworks?|clients?|wrappers?|sdk|toolkit|plug-?ins?|bindings?"
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


_SERVERS = re.compile(
    r"\b(?:uvicorn|gunicorn|hypercorn|daphne|granian|waitress-serve|uwsgi|celery|flask run|fastapi run|fastapi dev"
    r"|streamlit run|runserver|rq worker|dramatiq|sanic|chainlit run|panel serve|gradio|supervisord|arq|huey_consumer"
    r"|mlflow server|dagster-webserver|prefect server|litestar run|quart run|functions-framework|awslambdaric"
    r"|kopf run)\b"
)
_NAMES = {
    "library": "adapter client common extension lib libs plugin provider sdk utils",
    "cli": "cli gui tui tool tools",
    "service": "api backend bot daemon dashboard server service services web webapp webhook website worker",
    "job": "crawler crawlers etl ingest ingestion job jobs pipeline scraper scrapers spider spiders",
}
_KIND_OF_NAME = {word: kind for kind, words in _NAMES.items() for word in words.split()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A kind, the word that names it, and where that stands: ``text``, ``name`` or ``readme``."""

    kind: str
    word: str
    source: Literal["text", "name", "readme"] = "text"


def first_said(text: str) -> Said | None:
    """The first word of ``text`` that names a kind: library, cli, service or job.

    What the thing is made with, made for or works on is not it: *built with an SDK*, *loads data from web pages*.
    """
    text = text[:4000]
    for found in _TELLING.finditer(text):
        if not _is_object(text[max(0, found.start() - 80) : found.start()]):
            kind = next(name for name, word in found.groupdict().items() if word is not None)
            return Said(kind=kind, word=found[0].lower())
    return None


def _is_object(before: str) -> bool:
    """Whether the words before one make it the object of a preposition, in the same part of the sentence."""
    clause = re.split(r"[.,;:!?()|\n–—]", before)[-1]
    found = _PREPOSITION.search(clause)
    return found is not None and _WHERE_IT_IS.search(clause[: found.start()]) is None


_PREPOSITION = re.compile(
    r"\b(?:for|from|into|against|through|via|using|by"
    r"|(?:built|made|written|developed|created|interact(?:s|ing)?|works?|working|builds?) (?:with|on)"
    r"|(?:extensible|extendable|extended|comes|shipped|bundled) with|supports?|offers?)"
    r" (?:[\w'/+-]{1,30} ){0,3}$",
    re.IGNORECASE,
)
_WHERE_IT_IS = re.compile(r"\b(?:code(?:base)?|sources?|repo(?:sitory)?|home|project|files|monorepo) $", re.IGNORECASE)


def said_by_name(name: str) -> Said | None:
    """What the last part of a name says (``shop-api``), or that it is an adapter or plug-in (``chat-adapter-x``)."""
    parts = re.split(r"[-_. ]+", name[:200].lower())
    word = next((part for part in parts if part in ("adapter", "plugin", "provider")), parts[-1])
    if len(parts) == 1 and (found := _ONE_WORD.fullmatch(word)) is not None:
        word = found["word"]
    elif len(parts) == 1:
        return None
    kind = _KIND_OF_NAME.get(word) or ("library" if _OF_PARTS.fullmatch(word) else None)
    return Said(kind=kind, word=word, source="name") if kind is not None else None


_OF_PARTS = re.compile(r"\w{3,60}(?:utils|lib)")
_ONE_WORD = re.compile(r"\w{2,60}(?P<word>crawler|scraper|server|(?<!ro)bot)")


def server_in(command: str) -> str | None:
    """The server that a command line starts, one that keeps running; ``None`` if it shows none."""
    found = _SERVERS.search(command)
    return found[0] if found is not None else None


def template_word(title: str) -> str | None:
    """The word with which a name or title says that this is a template to start from, ``None`` if it does not."""
    found = _TEMPLATE.search(title[:200])
    return found["word"].lower() if found is not None else None
