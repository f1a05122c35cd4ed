"""Modules by whose name programs start (``main.py``, ``server.py``, ``bot.py``): signs of how the program runs.

Read as text, never as code: an application object, a server's start, an endless loop that waits for something, a
serverless handler, a schedule, an argument parser.
"""

from __future__ import annotations

import re
from itertools import islice

from scanner.facts import Extract, Hint, Location
from scanner.format import Format, like
from scanner.pipeline import in_side_folder

NAME = "entry module"
MAX_TEXT = 200_000
MAX_LOOPS = 20
MAX_BODY = 10_000
_FRAMEWORKS = (
    "FastAPI|Flask|Quart|Sanic|Starlette|Litestar|Vibora|Robyn|Bottle|BlackSheep|Falcon|APIFlask|Eve|Connexion|Chalice"
    "|Dash|Updater|ApplicationBuilder|Celery|FastStream|Muffin|Japronto|Emmett"
)
_SIGNS: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    (
        "service",
        "makes the application object {0}",
        re.compile(rf"^\s{{0,12}}\w{{1,40}}\s?=\s?(?:\w{{1,40}}\.){{0,2}}(?P<what>{_FRAMEWORKS})\(", re.MULTILINE),
    ),
    (
        "service",
        "starts a server: {0}",
        re.compile(
            r"\b(?P<what>uvicorn\.run|hypercorn\.run|waitress\.serve|web\.run_app|serve_forever|run_polling|start_polling|infinity_polling"
            r"|app\.run|app\.run_server|bot\.run|client\.run|socketio\.run|IOLoop\.current\(\)\.start|start_http_server|WSGIServer|make_server"
            r"|HTTPServer|TCPServer|start_server|run_forever|start_consuming|BlockingScheduler|schedule\.run_pending|mcp\.run)\b"
        ),
    ),
    (
        "service",
        "handles a platform's events: {0}",
        re.compile(
            r"^(?:async )?def (?P<what>(?:lambda_)?handler|lambda_handler|handle_event)\(\s{0,8}_{0,2}event\b",
            re.MULTILINE,
        ),
    ),
    (
        "started",
        "makes the server of tools {0}",
        re.compile(r"^\w{1,40}\s?=\s?(?:\w{1,40}\.){0,2}(?P<what>FastMCP)\(", re.MULTILINE),
    ),
    ("service", "is a page of {0}", re.compile(r"^import (?P<what>streamlit)\b", re.MULTILINE)),
    (
        "job",
        "is started by a schedule: {0}",
        re.compile(
            r"\b(?P<what>events\.Schedule|Schedule\.(?:cron|rate|expression)|func\.TimerRequest|apscheduler\.triggers)\b"
        ),
    ),
    (
        "job",
        "defines what {0} runs",
        re.compile(r"^from (?P<what>dagster)\b(?=[\s\S]{1,20000}?\bDefinitions\()", re.MULTILINE),
    ),
    (
        "job",
        "is a flow of {0}",
        re.compile(r"^from (?P<what>prefect|dagster|airflow|luigi|metaflow)\b[^\n]{0,20} import", re.MULTILINE),
    ),
)
_LOOP = re.compile(r"^\s{0,40}while (?:True|1)\s?:", re.MULTILINE)
_LEAVES = re.compile(r"(?:break|return)\b")
_WAITS = re.compile(r"consum|subscri|\brecv\(|xread|\.poll\(|\.accept\(|queue|\.listen\(|sleep\(", re.IGNORECASE)
_PLAYS = re.compile(r"\binput\(|\b(?:pygame|curses|tkinter|turtle|arcade|PyQt\d|PySide\d|kivy|textual)\b")
_ASKS = re.compile(
    r"\b(?P<what>ArgumentParser|click\.(?:command|group)|typer\.(?:Typer|run)|fire\.Fire|docopt|sys\.argv|OptionParser)\b"
)
_MAIN = re.compile(r"^if __name__ ?== ?['\"]__main__['\"]", re.MULTILINE)


def read(path: str, text: str) -> Extract | None:
    """Read a module by its text; ``None`` when nothing in it tells how it runs."""
    text = text[:MAX_TEXT]
    found = _first_sign(path, text) or _loop(path, text) or _by_hand(path, text)
    return Extract(path=path, format=NAME, hints=(found,)) if found is not None else None


def _first_sign(path: str, text: str) -> Hint | None:
    for kind, message, pattern in _SIGNS:
        if (found := pattern.search(text)) is not None and not _is_comment(text, found.start("what")):
            return _hint(kind, message.format(found["what"]), path, text, found.start("what"))
    return None


def _loop(path: str, text: str) -> Hint | None:
    if _PLAYS.search(text) is not None or _WAITS.search(text) is None:
        return None
    for found in islice(_LOOP.finditer(text), MAX_LOOPS):
        if not _ends(text, found):
            return _hint("service", "loops for ever", path, text, found.end())
    return None


def _ends(text: str, loop: re.Match[str]) -> bool:
    """Whether the body of a loop leaves it: what waits for a result, or until there is no more."""
    indent = len(loop[0]) - len(loop[0].lstrip())
    for line in text[loop.end() : loop.end() + MAX_BODY].split("\n")[1:]:
        inner = line.lstrip()
        if inner and not inner.startswith("#") and len(line) - len(inner) <= indent:
            return False
        if _LEAVES.match(inner):
            return True
    return False


def _by_hand(path: str, text: str) -> Hint | None:
    if (found := _ASKS.search(text) or _PLAYS.search(text)) is not None:
        what = found["what"] if found.re is _ASKS else found[0].rstrip("(")
        return _hint("cli", f"is started by a person: {what}", path, text, found.start())
    if (found := _MAIN.search(text)) is not None:
        return _hint("cli", "is a script", path, text, found.start())
    return None


def _is_comment(text: str, position: int) -> bool:
    return text[text.rfind("\n", 0, position) + 1 : position].lstrip().startswith("#")


def _hint(kind: str, what: str, path: str, text: str, position: int) -> Hint:
    return Hint(kind=kind, what=what, at=Location(path=path, line=text.count("\n", 0, position) + 1))


NAMES = frozenset(
    """
    __main__.py main.py app.py application.py server.py run.py bot.py worker.py wsgi.py asgi.py api.py daemon.py
    consumer.py listener.py service.py scheduler.py cli.py index.py lambda_function.py lambda_func.py lambda_handler.py
    handler.py function_app.py streamlit_app.py start.py web.py webapp.py flow.py flows.py definitions.py
    code_location.py
    """.split()
)
_PATH = like(r"(?:[^/]+/){0,6}[^/]+\.py")
_STARTED = like(
    r"(?:.*/)?(?:[a-z0-9_]{1,60}_(?:bot|handler|lambda)|lambda_[a-z0-9_]{1,60})\.py|(?:.*/)?lambdas?/(?:[^/]+/)?(?!__init__)[^/]+\.py"
)


def _matches(path: str) -> bool:
    named = path.rpartition("/")[2] in NAMES or _STARTED(path)
    return named and _PATH(path) and not in_side_folder(path)


FORMAT = Format(name=NAME, matches=_matches, read=read, quiet=True)
