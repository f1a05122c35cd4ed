from __future__ import annotations

import pytest

from scanner.purpose import first_said, said_by_name, server_in, template_word


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("A library for carts", "library"),
        ("Pydantic data models for carts", "library"),
        ("Carts of the Library of Somewhere", None),
        ("A build backend", "library"),
        ("Bindings for C", "library"),
        ("A bot framework", "library"),
        ("REST API client", "library"),
        ("A client for the REST API", "library"),
        ("An ETL helper library", "library"),
        ("A command-line tool and library", "cli"),
        ("A library and command-line tool", "library"),
        ("A linter", "cli"),
        ("Carts is a program with plug-ins", "cli"),
        ("A REST API for carts", "service"),
        ("The web application of the shop", "service"),
        ("A Telegram bot that counts", "service"),
        ("Steers robots", None),
        ("Web scraping of carts", "job"),
        ("The ingestion pipeline", "job"),
        ("Carts, built with the Carts SDK", None),
        ("An application for carts, easily extensible with plugins", None),
        ("Carts is an application that counts carts", "cli"),
        ("Carts is an application framework", "library"),
        ("Carts is an application server", "service"),
        ("Supports plugins", None),
        ("Inspired by other libraries", None),
        ("Loads carts from web pages", None),
        ("Source code for the shop's website", "service"),
        ("An app for handling server errors", None),
        ("Counts carts every 5 minutes", "job"),
        ("Sends a daily report of carts", "job"),
        ("", None),
        ("Carts", None),
    ],
)
def test_what_a_text_says_first(text: str, kind: str | None) -> None:
    said = first_said(text)
    assert (said.kind if said else None) == kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("cart-api", "service"),
        ("cart_worker", "service"),
        ("carts-cli", "cli"),
        ("chat-adapter-x", "library"),
        ("cart.sdk", "library"),
        ("shop-cartutils", "library"),
        ("cartscraper", "job"),
        ("cartbot", "service"),
        ("robot", None),
        ("api", None),
        ("carts", None),
        ("", None),
    ],
)
def test_what_a_name_says(name: str, kind: str | None) -> None:
    said = said_by_name(name)
    assert (said.kind if said else None) == kind


@pytest.mark.parametrize(
    ("title", "word"),
    [
        ("FastAPI template", "template"),
        ("api_boilerplate", "boilerplate"),
        ("Templates engine", "templates"),
        ("X", None),
    ],
)
def test_titles_of_templates(title: str, word: str | None) -> None:
    assert template_word(title) == word


def test_servers_in_commands() -> None:
    assert server_in("poetry run uvicorn shop:app") == "uvicorn"
    assert server_in("python load.py") is None
