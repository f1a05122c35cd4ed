"""Jobs: what a clock, a pipeline or a cluster starts, and what ends."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scanner.facts import Hint
from scanner.kind.signs import SIDE, KindOf, Signs, answer, by_hint
from scanner.known_frameworks import JOBS
from scanner.workloads import RUNS_ITS_IMAGE


def by_workload(signs: Signs) -> KindOf | None:
    """What a cluster does with the project's own image: what it keeps running somewhere is a service."""
    if signs.published and signs.says("library"):
        return None
    found = sorted((h for h in signs.hints if h.what.endswith(RUNS_ITS_IMAGE)), key=lambda h: h.kind != "service")
    return by_hint("service" if found[0].kind == "service" else "job", found[0]) if found else None


def among_jobs(signs: Signs) -> KindOf | None:
    """What lies among jobs (``jobs/daily-export``) and has an image, in which nothing keeps running."""
    part = next((p for p in signs.folder.path.lower().split("/")[:-1] if p in _JOB_FOLDERS), None)
    if part is None or not signs.has_image or signs.hint("service") is not None:
        return None
    if signs.says("library") and signs.said is not None and signs.said.source != "readme":
        return None
    return answer("job", f"lies among {part}, with an image of its own", signs.folder.path)


_JOB_FOLDERS = frozenset({"jobs", "cronjobs", "cron-jobs", "cron_jobs", "batch-jobs", "batch_jobs", "etls"})


def job_of(signs: Signs, own: Sequence[str]) -> KindOf | None:
    """What is started by a clock, a pipeline or an orchestrator, or calls itself a job."""
    started = signs.hint("job")
    prefix = "" if signs.folder.path == "." else signs.folder.path + "/"
    action = next((p for p in (f"{prefix}action.yml", f"{prefix}action.yaml") if p in own), None)
    if action is not None and any("action" in (m.name or "").lower() for m in signs.folder.manifests):
        return answer("job", "an action that workflows start", action)
    if started is not None and started.what.startswith("defines") and not signs.scripts:
        return by_hint("job", started)
    if signs.published:
        runs = signs.says("job") and signs.has_image and not signs.scripts and signs.exports() is None
        return KindOf(kind="job", reasons=(signs.said_at,)) if runs else None
    if started is not None and (signs.packaged is None or not signs.scripts):
        return by_hint("job", started)
    scheduled = signs.hint("scheduled")
    if scheduled is not None and _is_own_program(scheduled, signs) and not signs.says("library"):
        return by_hint("job", scheduled)
    if name := signs.depends(JOBS):
        return answer("job", f"depends on {name}", *signs.dependencies[name])
    if dags := sorted(p for p in own if "/dags/" in f"/{p}" and p.endswith(".py") and not SIDE.search(p)):
        return answer("job", "a folder of DAGs", dags[0])
    if signs.says("job") and not signs.is_started_by_hand():
        return KindOf(kind="job", reasons=(signs.said_at,))
    return None


def _is_own_program(scheduled: Hint, signs: Signs) -> bool:
    """Whether what is started by the clock is the project: its only command, or what its description calls a job."""
    named = re.search(r"\((?:uv|poetry|pdm|pipenv|rye) run ([\w-]+)", scheduled.what)
    if named is not None:
        return signs.says("job") and any(e.name == named[1] for e in signs.scripts)
    return signs.says("job") or not signs.scripts
