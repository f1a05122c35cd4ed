"""What a project is: service, library, command line tool, job or notebook, the first that fits, with its reasons.

Signs are weighed in the vocabulary's order. A framework among the dependencies is a sign only together with something
that starts it: a reusable Django app depends on Django and is a library all the same.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scanner.facts import EntryPoint, Hint, Manifest
from scanner.inventory import Kind, Reason
from scanner.layout import Folder
from scanner.toml_reader import table

SERVERS = frozenset(
    """
    daphne gevent-websocket granian gunicorn hypercorn mangum uvicorn uwsgi waitress
    """.split()
)
WEB = frozenset(
    """
    aiohttp blacksheep bottle chainlit cherrypy connexion dash django eve falcon fastapi flask gradio grpcio
    litestar masonite nicegui pyramid quart ray-serve reflex robyn sanic starlette streamlit tornado wagtail
    web-py
    """.split()
)
BOTS = frozenset(
    """
    aiogram discord discord-py disnake hikari irc khl-py kurigram nextcord nonebot2 py-cord pyrogram pyromod
    pytelegrambotapi python-telegram-bot slack-bolt slackbot telethon twitchio vkbottle
    """.split()
)
WORKERS = frozenset(
    """
    arq celery dramatiq faust-streaming huey nameko procrastinate rq taskiq temporalio
    """.split()
)
JOBS = frozenset(
    """
    airflow apache-airflow dagster dbt-core kedro luigi mage-ai metaflow prefect scrapy
    """.split()
)
_MANAGE = "manage.py"
_STARTS = frozenset(
    """
    __main__.py api.py app.py application.py asgi.py bot.py index.py main.py run.py server.py streamlit_app.py
    worker.py wsgi.py
    """.split()
)
_LIBRARY_WORDS = re.compile(
    r"\b(librar(?:y|ies)|framework|plug-?in|extension|sdk|client|wrapper|bindings?|package|module|toolkit|toolbox"
    r"|api for|backend for|integration|middleware|adapter|implementation|helpers?|utilities|interface|models? for"
    r"|component)\b",
    re.IGNORECASE,
)
_CLI_WORDS = re.compile(
    r"\b(command[- ]line|cli|terminal|tui|utility|tool|scripts?|linter|formatter|downloader|converter|generator"
    r"|launcher|scanner|gui|desktop|application|app|game|viewer|editor)\b",
    re.IGNORECASE,
)
_SERVICE_WORDS = re.compile(
    r"\b(service|server|backend|web ?app(?:lication)?|website|bot|daemon|rest api|dashboard)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KindOf:
    """The kind and why."""

    kind: Kind
    reasons: tuple[Reason, ...]


def kind_of(
    folder: Folder, own: Sequence[str], hints: Sequence[Hint], dependencies: Mapping[str, tuple[str, int | None]]
) -> KindOf:
    """The kind of one project.

    ``own`` are its files (those of projects below it left out), ``hints`` the signs in files that serve it;
    ``dependencies`` maps normalised names of runtime requirements to their place.
    """
    python = [p for p in own if p.endswith(".py")]
    notebooks = [p for p in own if p.endswith(".ipynb")]
    if len(notebooks) > len(python):
        return _answer("notebook", f"{len(notebooks)} notebooks, {len(python)} Python files", folder.path)
    if folder.role != "main":
        return _answer("unknown", f"its role is {folder.role}", folder.path)
    if not python:
        return _answer("unknown", "no Python file of its own", folder.path)
    hints = [h for h in hints if not _in_side_folder(h.at.path)]
    packaged = _packaged(folder)
    scripts = [e for m in folder.manifests for e in m.entry_points if e.group in ("console_scripts", "gui_scripts")]
    return (
        _service(hints, dependencies, python, packaged, scripts, folder)
        or _job(hints, dependencies, own, packaged)
        or _installed(packaged, scripts, folder, python)
        or _started(python, folder)
    )


def _answer(kind: Kind, message: str, path: str | None, line: int | None = None) -> KindOf:
    return KindOf(kind=kind, reasons=(Reason(message=message, path=path, line=line),))


_SIDE = re.compile(r"(?:^|/)(?:examples?|samples?|demos?|tests?|docs?|fixtures?|templates?)/", re.IGNORECASE)


def _in_side_folder(path: str) -> bool:
    return _SIDE.search(path) is not None


def _packaged(folder: Folder) -> Manifest | None:
    """The manifest that builds a distribution, if there is one."""
    for manifest in folder.manifests:
        if manifest.format in ("setup.py", "setup.cfg") and manifest.name:
            return manifest
        if (
            manifest.format == "pyproject.toml"
            and manifest.has_build_system
            and (manifest.name or manifest.table("project"))
        ):
            return manifest
    return next((m for m in folder.manifests if m.format == "setup.py"), None)


def _service(
    hints: list[Hint],
    dependencies: Mapping[str, tuple[str, int | None]],
    python: list[str],
    packaged: Manifest | None,
    scripts: list[EntryPoint],
    folder: Folder,
) -> KindOf | None:
    started = next((h for h in hints if h.kind == "service"), None)
    published = packaged is not None and _is_published(packaged)
    description = _description(folder)
    if started is not None and not (published and _LIBRARY_WORDS.search(description)):
        return _answer("service", started.what, started.at.path, started.at.line)
    near = {posixpath.basename(p) for p in python if _depth(p, folder) <= 2 and not _in_side_folder(p)}
    web = _first(dependencies, WEB)
    if _MANAGE in near and "django" in dependencies and not published:
        return _answer("service", "a Django project with manage.py", *dependencies["django"])
    if published and (_LIBRARY_WORDS.search(description) or not _SERVICE_WORDS.search(description)):
        return None
    server = _first(dependencies, SERVERS)
    if web and (server or near & _STARTS or _SERVICE_WORDS.search(description)):
        return _answer("service", f"depends on {web}" + (f" and {server}" if server else ""), *dependencies[web])
    if server:
        return _answer("service", f"depends on {server}", *dependencies[server])
    if bot := _first(dependencies, BOTS):
        return _answer("service", f"a bot: depends on {bot}", *dependencies[bot])
    if worker := _first(dependencies, WORKERS):
        return _answer("service", f"depends on {worker}", *dependencies[worker])
    return None


def _depth(path: str, folder: Folder) -> int:
    return path.count("/") - (0 if folder.path == "." else folder.path.count("/") + 1)


def _first(dependencies: Mapping[str, tuple[str, int | None]], wanted: frozenset[str]) -> str | None:
    return next((name for name in sorted(dependencies) if name in wanted), None)


def _job(
    hints: list[Hint],
    dependencies: Mapping[str, tuple[str, int | None]],
    own: Sequence[str],
    packaged: Manifest | None,
) -> KindOf | None:
    if (started := next((h for h in hints if h.kind == "job"), None)) is not None and packaged is None:
        return _answer("job", started.what, started.at.path, started.at.line)
    if packaged is not None and _is_published(packaged):
        return None
    if name := _first(dependencies, JOBS):
        return _answer("job", f"depends on {name}", *dependencies[name])
    if dags := sorted(p for p in own if "/dags/" in f"/{p}" and p.endswith(".py") and not _in_side_folder(p)):
        return _answer("job", "a folder of DAGs", dags[0])
    return None


def _is_published(manifest: Manifest) -> bool:
    """Whether a manifest looks made for publishing: it has classifiers, keywords or addresses."""
    for declared in (table(manifest.data, "project"), table(manifest.data, "tool", "poetry")):
        if any(declared.get(k) for k in ("classifiers", "keywords", "urls", "homepage", "repository")):
            return True
    return manifest.format in ("setup.py", "setup.cfg") and bool(manifest.name)


def _installed(
    packaged: Manifest | None, scripts: list[EntryPoint], folder: Folder, python: Iterable[str]
) -> KindOf | None:
    if packaged is None:
        return None
    plugin = next(
        (e for m in folder.manifests for e in m.entry_points if e.group not in ("console_scripts", "gui_scripts")), None
    )
    if not scripts:
        return _answer("library", "builds a distribution without commands of its own", packaged.path)
    description = _description(folder)
    library, cli = _LIBRARY_WORDS.search(description), _CLI_WORDS.search(description)
    script = scripts[0]
    if library and (not cli or library.start() <= cli.start()):
        return _answer("library", f"its description says {library[0]!r}", packaged.path)
    if plugin is not None and not cli:
        return _answer("library", f"registers plug-ins ({plugin.group})", plugin.at.path, plugin.at.line)
    return _answer("cli", f"installs the command {script.name}", script.at.path, script.at.line)


def _description(folder: Folder) -> str:
    return next((m.description for m in folder.manifests if m.description), "")


def _started(python: list[str], folder: Folder) -> KindOf:
    if (manifest := folder.manifest("pyproject.toml")) is not None and manifest.has_build_system:
        return _answer("library", "has a build backend", manifest.path)
    return _answer("cli", "Python files that a person starts", min(python, key=lambda p: (p.count("/"), p)))
