"""What a project is: service, library, command line tool, job or notebook, the first that fits, with its reasons.

Signs are weighed in the vocabulary's order. A framework among the dependencies is a sign only where the project is an
application, or says that it is a service: a reusable Django app depends on Django and is a library all the same.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scanner.facts import EntryPoint, Hint, Manifest
from scanner.folder import Folder, is_inside
from scanner.inventory import Kind, Reason
from scanner.known_frameworks import BOTS, CHAT_CLIENTS, GUIS, JOBS, PAGES, QUEUES, SERVERS, WEB, WORKERS
from scanner.purpose import Said, first_said, said_by_name, template_word
from scanner.roles import is_side_file
from scanner.toml_reader import table
from scanner.words import counted
from scanner.workloads import RUNS_ITS_IMAGE

_MANAGE = "manage.py"
_COMMANDS = frozenset({"console_scripts", "gui_scripts", "scripts"})
_DAEMON = "Environment :: No Input/Output (Daemon)"
_INFRASTRUCTURE = re.compile(
    r"'(?:.*[-_])?(?:db|database|postgres(?:ql)?|mysql|mariadb|mongo(?:db)?|redis|cache|elastic(?:search)?|opensearch|kafka"
    r"|rabbit(?:mq)?|minio|nginx|proxy|traefik|caddy|frontend|ui|client|adminer|pgadmin|mailhog|selenium)(?:[-_]?\d)?'"
)

_FREEZE = 45
_MANIFESTS = frozenset({"pyproject.toml", "setup.py", "setup.cfg", "flit.ini", "Pipfile"})
_BROUGHT_ALONG = frozenset({"bottle", "dash", "fastapi", "flask", "gradio", "starlette", "streamlit"})

Places = Mapping[str, tuple[str, int | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class KindOf:
    """The kind and why."""

    kind: Kind
    reasons: tuple[Reason, ...]


def _bare(name: str) -> str:
    return re.sub(r"[-_. ]+", "", name.lower())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signs:
    """All that tells of one project: ``said`` is what its description, or else its README, calls it."""

    folder: Folder
    python: tuple[str, ...]
    hints: tuple[Hint, ...]
    dependencies: Places
    packaged: Manifest | None
    published: bool
    scripts: tuple[EntryPoint, ...]
    said: Said | None
    said_at: Reason
    has_image: bool

    def says(self, kind: str) -> bool:
        return self.said is not None and self.said.kind == kind

    def depends(self, wanted: frozenset[str]) -> str | None:
        return next((name for name in sorted(self.dependencies) if name in wanted), None)

    def hint(self, kind: str) -> Hint | None:
        return next((h for h in self.hints if h.kind == kind), None)

    def exports(self) -> Hint | None:
        """What shows that the package is made to be imported; of several, only the one of the project's name."""
        packages = [p for p in self.python if p.endswith("/__init__.py") and not is_side_file(p)]
        tops = {_bare(p.split("/")[-2]) for p in packages if _depth(p, self.folder) <= 1 + ("/src/" in f"/{p}")}
        named = {_bare(m.name) for m in self.folder.manifests if m.name}
        found = [h for h in self.hints if h.kind == "library"]
        return next((h for h in found if len(tops) < 2 or _bare(h.at.path.split("/")[-2]) in named), None)

    def is_frozen(self) -> bool:
        """Whether the dependencies are all that an environment happened to hold: one of them says nothing.

        What a manifest declares somebody chose, however much it is.
        """
        listed = sum(1 for path, _ in self.dependencies.values() if posixpath.basename(path) not in _MANIFESTS)
        return listed > _FREEZE and not self.says("service")

    def is_started_by_hand(self) -> bool:
        """Whether a module asks a person for arguments or input."""
        return any(h.kind == "cli" and "person" in h.what for h in self.hints)


def kind_of(
    folder: Folder, own: Sequence[str], hints: Sequence[Hint], dependencies: Places, readme: Sequence[Hint] = ()
) -> KindOf:
    """The kind of one project.

    ``own`` are its files (those of projects below it left out), ``hints`` the signs in files that serve it, ``readme``
    what its README calls it; ``dependencies`` maps normalised names of runtime requirements to their place.
    """
    python = tuple(p for p in own if p.endswith(".py"))
    notebooks = [p for p in own if p.endswith(".ipynb")]
    holds_together = _packaged(folder) is None and _only_holds_together(folder, python)
    if len(notebooks) > len(python) and (dependencies or not holds_together):
        return _answer(
            "notebook", f"{counted(len(notebooks), 'notebook')}, {counted(len(python), 'Python file')}", min(notebooks)
        )
    if folder.role != "main":
        return _answer("unknown", f"its role is {folder.role}", folder.path)
    if holds_together:
        return _answer("unknown", "a workspace's root without code of its own", folder.path)
    if not python:
        only = _packaged(folder)
        if only is not None and dependencies and "maturin" not in (only.build_backend or ""):
            return _answer("library", "a distribution that brings others along", only.path)
        return _answer("unknown", "no Python file of its own", folder.path)
    signs = _signs(folder, own, hints, dependencies, readme)
    if _is_shared(signs) and signs.packaged is not None and not any(_is_deployed(h) for h in signs.hints):
        return _answer("library", "a package among libraries, without commands of its own", signs.packaged.path)
    return (
        _by_workload(signs)
        or _among_jobs(signs)
        or _template(signs, own, readme)
        or _hosted(signs, own)
        or _service(signs)
        or _job(signs, own)
        or _installed(signs)
        or _started(signs, own)
    )


def _only_holds_together(folder: Folder, python: Sequence[str]) -> bool:
    roots = [m for m in folder.manifests if m.workspace is not None]
    if any(m.table("project") is None and m.table("tool.poetry") is None for m in roots):
        return True  # it cannot be installed: nothing but a place for the members
    return bool(roots) and all(is_side_file(path.removeprefix(folder.path + "/")) for path in python)


def _answer(kind: Kind, message: str, path: str | None, line: int | None = None) -> KindOf:
    return KindOf(kind=kind, reasons=(Reason(message=message, path=path, line=line),))


def _reasons(hint: Hint) -> tuple[Reason, ...]:
    by_image = f"its image starts it ({hint.what}), no schedule does"
    what = hint.what if hint.at.path.endswith(".py") else by_image
    return (Reason(message=what, path=hint.at.path, line=hint.at.line),)


def _by(kind: Kind, hint: Hint) -> KindOf:
    return _answer(kind, hint.what, hint.at.path, hint.at.line)


def _signs(
    folder: Folder, own: Sequence[str], hints: Sequence[Hint], dependencies: Places, readme: Sequence[Hint]
) -> _Signs:
    packaged = _packaged(folder)
    said, said_at = _said(folder, readme)
    return _Signs(
        folder=folder,
        python=tuple(p for p in own if p.endswith(".py")),
        hints=_weighed(hints, folder),
        dependencies=dependencies,
        packaged=packaged,
        published=packaged is not None and _is_published(folder),
        scripts=tuple(
            e for m in folder.manifests for e in m.entry_points if e.group in _COMMANDS and e.name != _MANAGE
        ),
        said=said,
        said_at=said_at,
        has_image=any(_IMAGE.search(path) for path in own),
    )


_SIDE = re.compile(
    r"(?:^|/)(?:(?:[^/]{1,80}[-_])?(?:examples?|samples?|demos?|tests?|fixtures?)(?:[-_][^/]{1,80})?"
    r"|docs?|templates?|utils?|tools|ci|benchmarks?|\.devcontainer)/",
    re.IGNORECASE,
)


def _weighed(hints: Sequence[Hint], folder: Folder) -> tuple[Hint, ...]:
    """The hints that count, the strongest first: what is deployed before what a module shows, the nearest first.

    Of a catalogue the first entry is the repository's own.
    """
    kept = [h for h in hints if not _is_aside(h, folder)]
    catalogued = min((h for h in kept if h.what.startswith("catalogue")), key=lambda h: h.at, default=None)
    kept = [h for h in kept if h is catalogued or not h.what.startswith("catalogue")]
    return tuple(sorted(kept, key=lambda h: (not is_inside(h.at.path, folder.path), *_strength(h))))


def _is_aside(hint: Hint, folder: Folder) -> bool:
    inner = hint.at.path.removeprefix(folder.path + "/")
    module = inner.endswith(".py")
    return (
        _SIDE.search(inner) is not None
        or _INFRASTRUCTURE.search(hint.what) is not None
        or (module and (is_side_file(inner) or inner.count("/") > 3))
    )


def _strength(hint: Hint) -> tuple[bool, bool, int, str, int]:
    path = hint.at.path
    return path.endswith(".py"), "compose" in path, path.count("/"), path, hint.at.line or 0


def _packaged(folder: Folder) -> Manifest | None:
    """The manifest that builds a distribution, if there is one."""
    pyproject = folder.manifest("pyproject.toml")
    if pyproject is not None:
        if table(pyproject.data, "tool", "poetry").get("package-mode") is False:
            return None
        as_package = table(pyproject.data, "tool", "uv").get("package")
        if as_package is False:
            return None
        if as_package is True:
            return pyproject
        if table(pyproject.data, "tool", "rye").get("virtual") is True:
            return None
        if pyproject.has_build_system and (pyproject.name or pyproject.table("project")):
            return pyproject
    named = (folder.manifest(form) for form in ("setup.cfg", "setup.py", "flit.ini"))
    return next((m for m in named if m is not None and m.name), folder.manifest("setup.py"))


def _is_published(folder: Folder) -> bool:
    """Whether a manifest looks made for publishing: it has classifiers, keywords or addresses."""
    for manifest in folder.manifests:
        if manifest.classifiers or manifest.homepage:
            return True
        for declared in (table(manifest.data, "project"), table(manifest.data, "tool", "poetry")):
            if any(declared.get(k) for k in ("classifiers", "keywords", "urls", "homepage", "repository")):
                return True
    return False


def _said(folder: Folder, readme: Sequence[Hint]) -> tuple[Said | None, Reason]:
    """What the description calls the project, else its README, else its classifiers; with the place."""
    for manifest in folder.manifests:
        if manifest.description and (said := first_said(manifest.description)) is not None:
            return said, Reason(message=f"its description says {said.word!r}", path=manifest.path)
    named = next((m for m in folder.manifests if m.name and (said_by_name(m.name) or _NOTHING).kind == "library"), None)
    if named is not None and named.name and (said := said_by_name(named.name)) is not None and said.word in _PARTS:
        return said, Reason(message=f"its name is {named.name}", path=named.path)
    for hint in readme:
        if hint.kind != "template":
            said = Said(kind=hint.kind, word=hint.what, source="readme")
            return said, Reason(message=hint.what, path=hint.at.path, line=hint.at.line)
    for manifest in folder.manifests:
        for classifier in _classifiers(manifest):
            if classifier == _DAEMON:
                message = f"its classifier says {classifier.rpartition(':: ')[2]!r}"
                return Said(kind="service", word=classifier), Reason(message=message, path=manifest.path)
    for manifest in folder.manifests:
        if manifest.name and (said := said_by_name(manifest.name)) is not None:
            return said, Reason(message=f"its name is {manifest.name}", path=manifest.path)
    if (word := _folder_word(folder)) is not None:
        return Said(kind="service", word=word, source="name"), Reason(message=f"its folder is {word}", path=folder.path)
    return None, Reason(message="")


_NOTHING = Said(kind="", word="")
_PARTS = frozenset({"adapter", "plugin", "provider", "sdk"})  # of something else, whatever the README tells of that


def _folder_word(folder: Folder) -> str | None:
    """The part of the folder's path that calls it a service (``services/prices``, ``price-service``, ``service-a``)."""
    if any(m.name for m in folder.manifests) or folder.path == ".":
        return None
    *above, last = folder.path.lower().split("/")
    if "service" in re.split(r"[-_.]", last):
        return last
    return next((part for part in above if part in ("services", "microservices")), None)


def _classifiers(manifest: Manifest) -> list[str]:
    found = list(manifest.classifiers)
    for declared in (table(manifest.data, "project"), table(manifest.data, "tool", "poetry")):
        listed = declared.get("classifiers")
        found += [c for c in listed if isinstance(c, str)] if isinstance(listed, list | tuple) else []
    return found


def _template(signs: _Signs, own: Sequence[str], readme: Sequence[Hint]) -> KindOf | None:
    """A template to start from is nothing in itself; what names the cookiecutter that it came from is none."""
    if signs.published or signs.scripts:
        return None
    hint = next((h for h in readme if h.kind == "template"), None)
    shown = [path for path in own if "/." not in f"/{path}"]  # what was rendered keeps its answers in a hidden folder
    rendered = any("{{" in path or posixpath.basename(path) == "cookiecutter.json" for path in shown)
    if hint is not None and (rendered or "cookiecutter" not in hint.what):
        return _by("unknown", hint)
    named = next((m for m in signs.folder.manifests if m.name and template_word(m.name)), None)
    return _answer("unknown", f"its name is {named.name}", named.path) if named is not None else None


def _by_workload(signs: _Signs) -> KindOf | None:
    """What a cluster does with the project's own image: what it keeps running somewhere is a service."""
    if signs.published and signs.says("library"):
        return None
    found = sorted((h for h in signs.hints if h.what.endswith(RUNS_ITS_IMAGE)), key=lambda h: h.kind != "service")
    return _by("service" if found[0].kind == "service" else "job", found[0]) if found else None


def _among_jobs(signs: _Signs) -> KindOf | None:
    """What lies among jobs (``jobs/daily-export``) and has an image, in which nothing keeps running."""
    part = next((p for p in signs.folder.path.lower().split("/")[:-1] if p in _JOB_FOLDERS), None)
    if part is None or not signs.has_image or signs.hint("service") is not None:
        return None
    if signs.says("library") and signs.said is not None and signs.said.source != "readme":
        return None
    return _answer("job", f"lies among {part}, with an image of its own", signs.folder.path)


_JOB_FOLDERS = frozenset({"jobs", "cronjobs", "cron-jobs", "cron_jobs", "batch-jobs", "batch_jobs", "etls"})


def _hosted(signs: _Signs, own: Sequence[str]) -> KindOf | None:
    """A plug-in that its host finds by a file, or a package that is called after what it extends: made to be loaded."""
    if signs.scripts and not signs.published:
        return None
    prefix = "" if signs.folder.path == "." else signs.folder.path + "/"
    for path in own:
        if (found := _OF_A_HOST.fullmatch(path.removeprefix(prefix))) is not None:
            beside = posixpath.join(posixpath.dirname(path), "__init__.py")
            if found["named"] is None or beside in signs.python:
                return _answer("library", "a plug-in, described to its host", path)
    if not signs.published or signs.says("cli") or signs.says("service"):
        return None
    for manifest in signs.folder.manifests:
        host = next((name for name in sorted(signs.dependencies) if (manifest.name or "").startswith(name + "-")), None)
        if host is not None and host in WEB | _EXTENDED:
            return _answer("library", f"its name says that it extends {host}", manifest.path)
    return None


_OF_A_HOST = re.compile(
    r"custom_components/[^/]+/manifest\.json|hacs\.json|addon\.xml|blender_manifest\.toml|galaxy\.yml"
    r"|plugin-import-name-[^/]+\.txt|[^/]+\.sublime-commands|(?:[^/]+/){0,2}(?P<named>metadata\.txt|__manifest__\.py)"
)
_EXTENDED = frozenset(
    """
    celery click jupyterlab langchain mkdocs nonebot2 pelican pluggy pydantic pytest sphinx sqlalchemy textual torch tox
    """.split()
)


def _service(signs: _Signs) -> KindOf | None:
    started = signs.hint("service")
    if started is not None and "compose" in started.at.path and signs.depends(JOBS):
        started = None  # the orchestrator's own servers
    if started is not None and started.what == "loops for ever" and signs.depends(GUIS):
        started = None  # a window's own loop
    if signs.published and not signs.says("service"):
        deployed = started is not None and (
            _IMAGE.search(started.at.path) is not None
            or (_DEPLOYED.match(started.what) is not None and _is_at_hand(started, signs))
            or (started.at.path.endswith(".py") and _depth(started.at.path, signs.folder) == 0)
        )
        is_library = signs.said is not None and signs.says("library") and signs.said.source != "readme"
        if started is not None and deployed and not is_library:
            return _by("service", started)
        return _site(signs) or _by_web_and_server(signs)
    if started is not None:
        return _by("service", started)
    near = {posixpath.basename(p) for p in signs.python if _depth(p, signs.folder) <= 2 and not _SIDE.search(p)}
    django = next((name for name in sorted(signs.dependencies) if name.startswith("django")), None)
    if _MANAGE in near and django is not None:
        return _answer("service", "a Django project with manage.py", *signs.dependencies[django])
    if found := _by_dependency(signs):
        return found
    if _is_called_service(signs):
        return KindOf(kind="service", reasons=(signs.said_at,))
    return _among_services(signs)


def _among_services(signs: _Signs) -> KindOf | None:
    """What lies among services and has a way to start that asks a person nothing."""
    if signs.published or signs.says("library") or signs.is_started_by_hand():
        return None
    part = next((p for p in signs.folder.path.lower().split("/")[:-1] if p in ("services", "microservices")), None)
    begins = signs.hint("started") or signs.hint("cli")
    if part is None or (begins is None and not signs.scripts):
        return None
    at = begins.at if begins is not None else signs.scripts[0].at
    return _answer("service", f"lies among {part}, and this starts it", at.path, at.line)


def _is_at_hand(hint: Hint, signs: _Signs) -> bool:
    """Whether a deployment is the project's own, and not one that a library brings along for those who want it."""
    return _depth(hint.at.path, signs.folder) <= 2 and signs.exports() is None


def _site(signs: _Signs) -> KindOf | None:
    """A Django project whose own package is what a server loads; beside a reusable app stands one for trying it."""
    near = [p for p in signs.python if _depth(p, signs.folder) <= 2 and not _SIDE.search(p)]
    names = {posixpath.basename(p) for p in near}
    if "django" not in signs.dependencies or _MANAGE not in names or signs.says("library"):
        return None
    own = {re.sub(r"[-_. ]+", "_", m.name.lower()) for m in signs.folder.manifests if m.name}
    entry = next(
        (p for p in near if re.fullmatch(r"(?:.*/)?[^/]+/[aw]sgi\.py", p) and p.split("/")[-2].lower() in own), None
    )
    return _answer("service", "a Django project with manage.py and its server's entry", entry) if entry else None


def _by_web_and_server(signs: _Signs) -> KindOf | None:
    """A framework and the server that runs it: what needs both, serves, whoever starts it."""
    web, server = signs.depends(WEB), signs.depends(SERVERS)
    if web is None or server is None or signs.is_frozen() or signs.says("library") or signs.exports() is not None:
        return None
    return _answer("service", f"depends on {web} and {server}", *signs.dependencies[web])


def _is_called_service(signs: _Signs) -> bool:
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
_IMAGE = re.compile(r"(?:^|/)(?:[\w.-]*(?:dockerfile|containerfile)[\w.-]*|procfile[\w.]*)$", re.IGNORECASE)


def _by_dependency(signs: _Signs) -> KindOf | None:
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
        return _answer("service", f"depends on {found}", *signs.dependencies[web or server or ""])
    if bot := signs.depends(BOTS | CHAT_CLIENTS if signs.says("service") else BOTS):
        return _answer("service", f"a bot: depends on {bot}", *signs.dependencies[bot])
    if worker := signs.depends(WORKERS):
        return _answer("service", f"depends on {worker}", *signs.dependencies[worker])
    queue = signs.depends(QUEUES)
    if queue and signs.packaged is None and signs.has_image and not signs.is_started_by_hand():
        return _answer("service", f"an image that depends on {queue}", *signs.dependencies[queue])
    return None


def _is_deployed(hint: Hint) -> bool:
    return hint.kind == "service" and not hint.at.path.endswith(".py")


def _is_shared(signs: _Signs) -> bool:
    """Whether the project lies among libraries (``libs/common``) and has no command of its own."""
    return not signs.scripts and not _SHARED.isdisjoint(signs.folder.path.lower().split("/"))


_SHARED = frozenset({"lib", "libs", "libraries", "shared", "common"})


def _depth(path: str, folder: Folder) -> int:
    return path.count("/") - (0 if folder.path == "." else folder.path.count("/") + 1)


def _job(signs: _Signs, own: Sequence[str]) -> KindOf | None:
    started = signs.hint("job")
    prefix = "" if signs.folder.path == "." else signs.folder.path + "/"
    action = next((p for p in (f"{prefix}action.yml", f"{prefix}action.yaml") if p in own), None)
    if action is not None and any("action" in (m.name or "").lower() for m in signs.folder.manifests):
        return _answer("job", "an action that workflows start", action)
    if started is not None and started.what.startswith("defines") and not signs.scripts:
        return _by("job", started)
    if signs.published:
        runs = signs.says("job") and signs.has_image and not signs.scripts and signs.exports() is None
        return KindOf(kind="job", reasons=(signs.said_at,)) if runs else None
    if started is not None and (signs.packaged is None or not signs.scripts):
        return _by("job", started)
    scheduled = signs.hint("scheduled")
    if scheduled is not None and _is_own_program(scheduled, signs) and not signs.says("library"):
        return _by("job", scheduled)
    if name := signs.depends(JOBS):
        return _answer("job", f"depends on {name}", *signs.dependencies[name])
    if dags := sorted(p for p in own if "/dags/" in f"/{p}" and p.endswith(".py") and not _SIDE.search(p)):
        return _answer("job", "a folder of DAGs", dags[0])
    if signs.says("job") and not signs.is_started_by_hand():
        return KindOf(kind="job", reasons=(signs.said_at,))
    return None


def _is_own_program(scheduled: Hint, signs: _Signs) -> bool:
    """Whether what is started by the clock is the project: its only command, or what its description calls a job."""
    named = re.search(r"\((?:uv|poetry|pdm|pipenv|rye) run ([\w-]+)", scheduled.what)
    if named is not None:
        return signs.says("job") and any(e.name == named[1] for e in signs.scripts)
    return signs.says("job") or not signs.scripts


def _installed(signs: _Signs) -> KindOf | None:
    packaged = signs.packaged
    if packaged is None or not _has_package(signs):
        return None
    if not signs.scripts:
        if not signs.published and not signs.says("library") and (toolkit := signs.depends(GUIS)):
            return _answer("cli", f"a window: depends on {toolkit}", *signs.dependencies[toolkit])
        if not signs.published and not signs.says("library"):
            if (hint := signs.hint("started")) is not None and not signs.is_started_by_hand():
                return KindOf(kind="service", reasons=_reasons(hint))
            if (hint := next((h for h in signs.hints if h.kind == "cli" and _is_shipped(h, signs)), None)) is not None:
                return _by("cli", hint)
        return _answer("library", "builds a distribution without commands of its own", packaged.path)
    if signs.says("library"):
        return KindOf(kind="library", reasons=(signs.said_at,))
    plugin = _plugin(signs)
    if plugin is not None and not signs.says("cli"):
        return _answer("library", f"registers plug-ins ({plugin.group})", plugin.at.path, plugin.at.line)
    exports = signs.exports()
    if exports is not None and not signs.says("cli") and not signs.says("job"):
        return _by("library", exports)
    script = signs.scripts[0]
    return _answer("cli", f"installs the command {script.name}", script.at.path, script.at.line)


def _is_shipped(hint: Hint, signs: _Signs) -> bool:
    """Whether a module is part of the package, where there is a package of the project's name: not beside it."""
    prefix = "" if signs.folder.path == "." else signs.folder.path + "/"
    names = {re.sub(r"[-_.]+", "_", m.name.lower()) for m in signs.folder.manifests if m.name}
    packages = {n for n in names if f"{prefix}{n}/__init__.py" in signs.python}
    first, *rest = hint.at.path.removeprefix(prefix).split("/")
    return not packages or not rest or first in packages


def _has_package(signs: _Signs) -> bool:
    """Whether there is something to import: a package, a ``src`` folder or a module of the project's name.

    Scaffolds declare a build backend for loose scripts as well.
    """
    prefix = "" if signs.folder.path == "." else signs.folder.path + "/"
    names = {re.sub(r"[-_.]+", "_", m.name.lower()) for m in signs.folder.manifests if m.name}
    if signs.published or signs.scripts or signs.packaged is None or signs.packaged.format != "pyproject.toml":
        return True
    for path in signs.python:
        inner = path.removeprefix(prefix)
        first, *rest = inner.lower().split("/")
        if rest and (first == "src" or first.replace("-", "_") in names):
            return True
        if inner.endswith("__init__.py") and not is_side_file(inner):
            return True
        if inner.lower().removesuffix(".py") in names:
            return True
    return False


_NO_SCRIPT = re.compile(
    r"(?:^|/)(?:__init__|conf|config|configs?|constants|settings|setup|utils?|helpers?|noxfile|conftest|fabfile|models?"
    r"|test_\w*|\w*_tests?|exceptions|types|\w*_config)\.py$"
)


def _depths(paths: Sequence[str]) -> list[int]:
    return [path.count("/") for path in paths]


_NO_START = re.compile(r"(?:^|/)(?:tests?|docs?|examples?|fixtures?|templates?|migrations|\.[^/]+)/", re.IGNORECASE)


def _plugin(signs: _Signs) -> EntryPoint | None:
    """A plug-in for something else: not for its own extension points, nor what packages add on the side."""
    names = {m.name.lower().replace("-", "_") for m in signs.folder.manifests if m.name}
    for manifest in signs.folder.manifests:
        for point in manifest.entry_points:
            host = re.split(r"[.:]", point.group.lower())[0].replace("-", "_")
            if point.group not in _COMMANDS and host not in names | _ON_THE_SIDE:
                return point
    return None


_ON_THE_SIDE = frozenset({"pytest11", "pygments", "hypothesis", "sphinx", "mkdocs", "distutils", "egg_info"})


def _started(signs: _Signs, own: Sequence[str]) -> KindOf:
    if signs.scripts:
        script = signs.scripts[0]
        return _answer("cli", f"declares the command {script.name}", script.at.path, script.at.line)
    is_library = KindOf(kind="library", reasons=(signs.said_at,)) if signs.says("library") else None
    if is_library is not None and signs.said is not None and signs.said.source != "readme":
        return is_library
    by_hand = signs.is_started_by_hand() or signs.says("cli") or signs.says("job")
    if (hint := signs.hint("started")) is not None and not by_hand:
        return KindOf(kind="service", reasons=_reasons(hint))
    if (hint := signs.hint("cli")) is not None:
        return _by("cli", hint)
    beside = [p for p in signs.python if _depth(p, signs.folder) == 0 and not _NO_SCRIPT.search(p)]
    if beside:
        return _answer("cli", "Python files that a person starts", min(beside))
    if is_library is not None:
        return is_library
    loose = [p for p in signs.python if not _NO_SCRIPT.search(p) and not _NO_START.search(p)]
    notebooks = [p for p in own if p.endswith(".ipynb")]
    if notebooks and min(_depths(notebooks)) <= min(_depths(loose), default=99):
        return _answer("notebook", "notebooks, and nothing else that is started", min(notebooks))
    if loose:
        return _answer("cli", "Python files that a person starts", min(loose, key=lambda p: (p.count("/"), p)))
    return _answer("unknown", "nothing shows how it is started", signs.folder.path)
