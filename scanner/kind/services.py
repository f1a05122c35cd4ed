"""Services: what keeps running for requests, events or queues, as its start, its framework or its own words say."""

from __future__ import annotations

import posixpath
import re

from scanner.facts import Hint
from scanner.kind.signs import _DAEMON, IMAGE, MANAGE, SIDE, KindOf, Signs, answer, by_hint, depth
from scanner.known_frameworks import BOTS, CHAT_CLIENTS, GUIS, JOBS, PAGES, QUEUES, SERVERS, WEB, WORKERS

_BROUGHT_ALONG = frozenset({"bottle", "dash", "fastapi", "flask", "gradio", "starlette", "streamlit"})


def service_of(signs: Signs) -> KindOf | None:
    """What keeps running: by what starts it, by its framework and server, or by what it calls itself."""
    started = signs.hint("service")
    if started is not None and "compose" in started.at.path and signs.depends(JOBS):
        started = None  # the orchestrator's own servers
    if started is not None and started.what == "loops for ever" and signs.depends(GUIS):
        started = None  # a window's own loop
    if signs.published and not signs.says("service"):
        deployed = started is not None and (
            IMAGE.search(started.at.path) is not None
            or (_DEPLOYED.match(started.what) is not None and _is_at_hand(started, signs))
            or (started.at.path.endswith(".py") and depth(started.at.path, signs.folder) == 0)
        )
        is_library = signs.said is not None and signs.says("library") and signs.said.source != "readme"
        if started is not None and deployed and not is_library:
            return by_hint("service", started)
        return _site(signs) or _by_web_and_server(signs)
    if started is not None:
        return by_hint("service", started)
    near = {posixpath.basename(p) for p in signs.python if depth(p, signs.folder) <= 2 and not SIDE.search(p)}
    django = next((name for name in sorted(signs.dependencies) if name.startswith("django")), None)
    if MANAGE in near and django is not None:
        return answer("service", "a Django project with manage.py", *signs.dependencies[django])
    if found := _by_dependency(signs):
        return found
    if _is_called_service(signs):
        return KindOf(kind="service", reasons=(signs.said_at,))
    return _among_services(signs)


def _among_services(signs: Signs) -> KindOf | None:
    """What lies among services and has a way to start that asks a person nothing."""
    if signs.published or signs.says("library") or signs.is_started_by_hand():
        return None
    part = next((p for p in signs.folder.path.lower().split("/")[:-1] if p in ("services", "microservices")), None)
    begins = signs.hint("started") or signs.hint("cli")
    if part is None or (begins is None and not signs.scripts):
        return None
    at = begins.at if begins is not None else signs.scripts[0].at
    return answer("service", f"lies among {part}, and this starts it", at.path, at.line)


def _is_at_hand(hint: Hint, signs: Signs) -> bool:
    """Whether a deployment is the project's own, and not one that a library brings along for those who want it."""
    return depth(hint.at.path, signs.folder) <= 2 and signs.exports() is None


def _site(signs: Signs) -> KindOf | None:
    """A Django project whose own package is what a server loads; beside a reusable app stands one for trying it."""
    near = [p for p in signs.python if depth(p, signs.folder) <= 2 and not SIDE.search(p)]
    names = {posixpath.basename(p) for p in near}
    if "django" not in signs.dependencies or MANAGE not in names or signs.says("library"):
        return None
    own = {re.sub(r"[-_. ]+", "_", m.name.lower()) for m in signs.folder.manifests if m.name}
    entry = next(
        (p for p in near if re.fullmatch(r"(?:.*/)?[^/]+/[aw]sgi\.py", p) and p.split("/")[-2].lower() in own), None
    )
    return answer("service", "a Django project with manage.py and its server's entry", entry) if entry else None


def _by_web_and_server(signs: Signs) -> KindOf | None:
    """A framework and the server that runs it: what needs both, serves, whoever starts it."""
    web, server = signs.depends(WEB), signs.depends(SERVERS)
    if web is None or server is None or signs.is_frozen() or signs.says("library") or signs.exports() is not None:
        return None
    return answer("service", f"depends on {web} and {server}", *signs.dependencies[web])


def _is_called_service(signs: Signs) -> bool:
    """Whether what it calls itself is enough, without a sign of what would start it."""
    if signs.said is None or not signs.says("service"):
        return False
    if signs.said.word == _DAEMON or "this " in signs.said.word:
        return True
    if signs.published and signs.scripts and signs.said.source == "text":
        return signs.said.word in ("server", "daemon", "web service", "microservice")
    if signs.published or signs.scripts:
        return False
    if signs.said.source == "readme":
        return "bot" in signs.said.word and signs.packaged is None and not signs.is_started_by_hand()
    if signs.is_started_by_hand():
        return signs.hint("started") is not None
    return signs.packaged is None or signs.said.source == "name" or "bot" in signs.said.word


_DEPLOYED = re.compile(r"Helm|Kubernetes|Knative|App Engine|Render|Fly\.io|Railway|Zappa|AWS Chalice|serverless")


def _by_dependency(signs: Signs) -> KindOf | None:
    if signs.packaged is not None and signs.says("library"):
        return None
    by_hand = signs.said is not None and signs.says("cli") and "script" in signs.said.word
    pages = by_hand or (signs.scripts and not signs.says("service"))
    frozen = signs.is_frozen()
    extended = frozenset({"django", "wagtail"}) if signs.published else frozenset()  # nothing here manages a site
    frameworks = WEB - (PAGES if pages else frozenset()) - (_BROUGHT_ALONG if frozen else frozenset()) - extended
    if frozen and signs.says("cli"):
        frameworks &= {"django"}
    web, server = signs.depends(frameworks), None if frozen else signs.depends(SERVERS)
    if web or server:
        found = " and ".join(name for name in (web, server) if name)
        return answer("service", f"depends on {found}", *signs.dependencies[web or server or ""])
    if bot := signs.depends(BOTS | CHAT_CLIENTS if signs.says("service") else BOTS):
        return answer("service", f"a bot: depends on {bot}", *signs.dependencies[bot])
    if worker := signs.depends(WORKERS):
        return answer("service", f"depends on {worker}", *signs.dependencies[worker])
    queue = signs.depends(QUEUES)
    if queue and signs.packaged is None and signs.has_image and not signs.is_started_by_hand():
        return answer("service", f"an image that depends on {queue}", *signs.dependencies[queue])
    return None
