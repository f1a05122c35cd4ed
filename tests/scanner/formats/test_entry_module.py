from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.formats import entry_module


def sign(text: str) -> tuple[str, int | None] | None:
    extract = entry_module.read("main.py", text)
    return (extract.hints[0].kind, extract.hints[0].at.line) if extract is not None else None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("app = FastAPI()\n", ("service", 1)),
        ("import fastapi\n\ndef make():\n    app = fastapi.FastAPI(title='x')\n", ("service", 4)),
        ("if x:\n    uvicorn.run(app)\n", ("service", 2)),
        ("# app.run()\n", None),
        ("server.serve_forever()\n", ("service", 1)),
        ("def lambda_handler(event, context):\n", ("service", 1)),
        ("import streamlit as st\n", ("service", 1)),
        ("while True:\n    message = queue.get()\n", ("service", 1)),
        ("while True:\n    time.sleep(60)\n", ("service", 1)),
        ("while True:\n    line = input()\n    sleep(1)\n", ("cli", 2)),
        ("import pygame\nwhile True:\n    clock.tick()\n", ("cli", 1)),
        ("while True:\n    break\n", None),
        ("rule = events.Schedule.rate(x)\n", ("job", 1)),
        ("from prefect import flow\n", ("job", 1)),
        ("import x\nfrom dagster import Definitions\ndefs = Definitions()\n", ("job", 2)),
        ("parser = argparse.ArgumentParser()\n", ("cli", 1)),
        ("@click.command()\n", ("cli", 1)),
        ("def main(): ...\n\nif __name__ == '__main__':\n    main()\n", ("cli", 3)),
        ("x = 1\n", None),
        ("", None),
    ],
)
def test_signs(text: str, found: tuple[str, int] | None) -> None:
    assert sign(text) == found


@pytest.mark.parametrize(
    ("path", "mine"),
    [
        ("main.py", True),
        ("src/shop/__main__.py", True),
        ("a/b/c/d/e/f/g/app.py", False),
        ("examples/app.py", False),
        ("shop/models.py", False),
        ("api/sqs_handler.py", True),
        ("lambda/anything.py", True),
        ("lambda/__init__.py", False),
        ("shop_bot.py", True),
    ],
)
def test_names(path: str, mine: bool) -> None:
    assert entry_module.FORMAT.matches(path) is mine


@given(st.text(alphabet="while True:=._()'#@ \nappFlask", max_size=400))
def test_any_text(text: str) -> None:
    entry_module.read("main.py", text)
