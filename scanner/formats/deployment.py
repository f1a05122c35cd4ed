"""How a project is deployed: signs of services and of jobs in serverless, platform and Kubernetes files, and DAGs.

Only signs: which kind a project is, is judged elsewhere. Kubernetes manifests are read line by line, since templates
of Helm are no YAML.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from scanner.facts import Extract, Hint, Location, PythonVersion, Reference
from scanner.format import Format
from scanner.image_names import parse_image
from scanner.pipeline import in_side_folder, scalars
from scanner.redact import redact
from scanner.yaml_reader import Mapping, Node, load_mapping

# A Job may only prepare what is deployed beside it: it tells of the project whose image it names, and of no other.
_KINDS = {
    "Deployment": "service",
    "StatefulSet": "service",
    "DaemonSet": "service",
    "Rollout": "service",
    "CronJob": "job",
    "Job": "once",
    "CronWorkflow": "job",
    "ScheduledSparkApplication": "job",
}
_KIND = re.compile(r"kind:[ \t]{1,8}[\"']?(?P<kind>[A-Z][A-Za-z]{2,40})[\"']?\s{0,8}(?:#.*)?")
_IMAGE = re.compile(
    r"[ \t]{0,80}(?:-[ \t]{1,8})?image:[ \t]{1,8}[\"']?(?P<image>[\w./:@-]{3,300})[\"']?[ \t]{0,80}(?:#.*)?"
)
_HANDED = re.compile(
    r"[ \t]{1,80}value:[ \t]{1,8}[\"']?"
    r"(?P<image>[\w-]{1,60}(?:\.[\w-]{1,60}){1,5}/[\w./-]{2,200}:[\w.-]{1,128})[\"']?\s{0,80}"
)
_CLUSTER_PART = re.compile(
    r"(?:^|[-_./])(?:k8s|kube|kubernetes|manifests?|helm|charts?|deploy(?:ment)?s?|kustomize|base|overlays|jobs?)(?=$|[-_./])",
    re.IGNORECASE,
)
_CLUSTER_FILE = re.compile(r"(?:k8s|kubernetes|deployment|statefulset|cron-?job|job|pod)(?:[-_.].{0,60})?\.ya?ml")
_RUNTIME = re.compile(r"python(?P<major>\d)\.?(?P<minor>\d{1,2})?")
_DAG = re.compile(r"(?:.+/)?dags/(?:[^/]+/){0,4}(?!__init__|test_|conftest)[^/]+\.py")
_DAG_WORDS = re.compile(r"^[ \t]{0,40}(?:from|import)[ \t]{1,8}airflow\b", re.MULTILINE)
_RENDER = {"web": "service", "pserv": "service", "worker": "service", "cron": "job"}
_SERVICE_FILES = {
    "zappa_settings.json": "Zappa settings",
    "zappa_settings.toml": "Zappa settings",
    "zappa_settings.yml": "Zappa settings",
    "railway.json": "Railway service",
    "railway.toml": "Railway service",
    "fly.toml": "Fly.io application",
}


def read(path: str, text: str) -> Extract | None:
    """Read a deployment file; ``None`` when it says nothing about a service or a job."""
    name = posixpath.basename(path)
    if name in _SERVICE_FILES:
        return _extract(path, [_hint("service", _SERVICE_FILES[name], path, 1)])
    if name.startswith("serverless."):
        return _serverless(path, load_mapping(text))
    if name == "render.yaml":
        return _extract(path, list(_render(path, load_mapping(text))))
    if name in ("app.yaml", "app.yml") and _looks_like_app(text):
        return _app(path, load_mapping(text))
    if name in ("template.yaml", "template.yml"):
        return _sam(path, load_mapping(text)) if _FUNCTIONS.search(text) else None
    if name == "Chart.yaml":
        return _extract(path, [_hint("service", "Helm chart", path, 1)])
    if path.endswith(".chalice/config.json"):
        return _extract(path, [_hint("service", "AWS Chalice configuration", path, 1)])
    if path.endswith(".tf"):
        return _terraform(path, text)
    if path.endswith(".py"):
        found = _DAG_WORDS.search(text)
        line = text.count("\n", 0, found.start()) + 1 if found else 1
        return _extract(path, [_hint("job", "Airflow DAG", path, line)]) if found else None
    return _extract(path, list(_kubernetes(path, text)), references=tuple(_pulled(path, text)))


def _extract(
    path: str, hints: list[Hint], pythons: tuple[PythonVersion, ...] = (), references: tuple[Reference, ...] = ()
) -> Extract | None:
    if not hints and not references:
        return None
    return Extract(path=path, format="deployment", hints=tuple(hints), pythons=pythons, references=references)


def _hint(kind: str, what: str, path: str, line: int) -> Hint:
    return Hint(kind=kind, what=what, at=Location(path=path, line=line))


def _runtime(node: Node | None, path: str) -> tuple[PythonVersion, ...]:
    """``python39`` and ``python3.12`` as versions; ``python`` alone says none."""
    found = []
    for scalar in scalars(node):
        match = _RUNTIME.fullmatch(scalar.text)
        if match is not None and match["minor"]:
            at = Location(path=path, line=scalar.line)
            found.append(PythonVersion(version=f"{match['major']}.{match['minor']}", at=at, kind="runtime-file"))
    return tuple(found)


def _serverless(path: str, doc: Mapping) -> Extract | None:
    """Serverless Framework: a function that only a schedule starts is a job, any other a service."""
    functions = [f for f in doc.map("functions").entries.values() if isinstance(f, Mapping)]
    runtime = doc.text("provider", "runtime") or ""
    if "provider" not in doc.entries or (runtime and not runtime.startswith("python")):
        return None
    events = [event for function in functions for event in function.seq("events")]
    names = {name for event in events if isinstance(event, Mapping) for name in event.entries}
    kind = "job" if names and names <= {"schedule"} else "service"
    line = doc.line_of("functions" if functions else "provider")
    hint = _hint(kind, f"serverless functions started by {', '.join(sorted(names)) or 'calls'}", path, line)
    return _extract(path, [hint], _runtime(doc.get("provider", "runtime"), path))


def _render(path: str, doc: Mapping) -> Iterator[Hint]:
    for service in doc.seq("services"):
        if isinstance(service, Mapping) and (kind := _RENDER.get(service.text("type") or "")):
            yield _hint(kind, f"Render {service.text('type')} {service.text('name') or ''}".strip(), path, service.line)


def _looks_like_app(text: str) -> bool:
    return re.search(r"^(?:runtime|services|workers|jobs|region)[ \t]{0,4}:", text, re.MULTILINE) is not None


def _app(path: str, doc: Mapping) -> Extract | None:
    """Google App Engine's ``app.yaml``, or DigitalOcean's application specification of the same name."""
    if (runtime := doc.text("runtime")) is not None:
        hint = _hint("service", f"App Engine runtime {runtime}", path, doc.line_of("runtime"))
        return _extract(path, [hint], _runtime(doc.get("runtime"), path))
    parts = (("services", "service"), ("workers", "service"), ("jobs", "job"))
    hints = [
        _hint(kind, f"application specification: {key}", path, doc.line_of(key)) for key, kind in parts if doc.seq(key)
    ]
    return _extract(path, hints)


_FUNCTIONS = re.compile(r"AWS::(?:Serverless|Lambda)")


def _sam(path: str, doc: Mapping) -> Extract | None:
    """AWS SAM and CloudFormation: functions with their events."""
    hints: list[Hint] = []
    pythons: list[PythonVersion] = list(_runtime(doc.get("Globals", "Function", "Runtime"), path))
    resources = doc.map("Resources")
    for name, resource in resources.items():
        known = ("AWS::Serverless::Function", "AWS::Lambda::Function")
        if not isinstance(resource, Mapping) or resource.text("Type") not in known:
            continue
        runtime = resource.text("Properties", "Runtime") or ""
        if resource.text("Type") == known[1] and not runtime.startswith("python"):
            continue
        events = [
            e.text("Type") or ""
            for e in resource.map("Properties", "Events").entries.values()
            if isinstance(e, Mapping)
        ]
        scheduled = bool(events) and set(events) <= {"Schedule", "ScheduleV2"}
        hints.append(
            _hint("job" if scheduled else "service", f"serverless function {name}", path, resources.line_of(name))
        )
        pythons.extend(_runtime(resource.get("Properties", "Runtime"), path))
    return _extract(path, hints, tuple(pythons))


_FUNCTION = re.compile(r"^[ \t]{0,8}runtime[ \t]{1,40}=[ \t]{1,8}\"(?P<runtime>python\d\.?\d{0,2})\"", re.MULTILINE)


def _terraform(path: str, text: str) -> Extract | None:
    """Terraform: a function with a Python runtime, and the version that it names."""
    found = _FUNCTION.search(text)
    if found is None:
        return None
    line = text.count("\n", 0, found.start()) + 1
    version = _RUNTIME.fullmatch(found["runtime"])
    pythons: tuple[PythonVersion, ...] = ()
    if version is not None and version["minor"]:
        at = Location(path=path, line=line)
        pythons = (PythonVersion(version=f"{version['major']}.{version['minor']}", at=at, kind="runtime-file"),)
    return _extract(
        path, [_hint("service", f"a serverless function in Terraform: {found['runtime']}", path, line)], pythons
    )


def _kubernetes(path: str, text: str) -> Iterator[Hint]:
    if "apiVersion:" not in text:
        return
    for number, line in enumerate(text.splitlines(), start=1):
        match = _KIND.fullmatch(line)
        if match is None:
            continue
        if (kind := _KINDS.get(match["kind"])) is not None:
            yield _hint(kind, f"Kubernetes {match['kind']}", path, number)
        elif match["kind"] == "Service" and "serving.knative.dev" in text:
            yield _hint("service", "Knative Service", path, number)


def _pulled(path: str, text: str) -> Iterator[Reference]:
    """The images that a manifest's containers run, or are told to start (a variable whose value is an image).

    Templates (``{{ .Values.image }}``) name none.
    """
    if "apiVersion:" not in text or "kind:" not in text:
        return
    for number, line in enumerate(text.splitlines(), start=1):
        if (match := _IMAGE.fullmatch(line) or _HANDED.fullmatch(line)) is not None:
            image = parse_image(match["image"])
            at = Location(path=path, line=number)
            yield Reference(kind="image", target=redact(image.name), ref=image.ref, at=at)


def _matches(path: str) -> bool:
    if path.endswith(".tf"):
        return not _is_aside(path)
    if path.endswith(".py"):
        return "dags/" in path and _DAG.fullmatch(path) is not None and not in_side_folder(path)
    folder, name = posixpath.split(path)
    if name.endswith((".yaml", ".yml")):
        named = name in ("Chart.yaml", "render.yaml", "app.yaml", "app.yml") or name.startswith(
            ("serverless.y", "template.y")
        )
        known = named or _CLUSTER_PART.search(folder) is not None or _CLUSTER_FILE.fullmatch(name) is not None
    else:
        known = name in _SERVICE_FILES or path.endswith(".chalice/config.json")
    return known and not _is_aside(path)


def _is_aside(path: str) -> bool:
    """In a side folder; ``templates/`` of a Helm chart is none."""
    return in_side_folder(path.replace("/templates/", "/") if "chart" in path or "helm" in path else path)


FORMAT = Format(name="deployment", matches=_matches, read=read)
