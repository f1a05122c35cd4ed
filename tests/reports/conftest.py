"""Fleets for the report's tests: one of everything, and one whose every text is hostile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from reports.model import Facts
from rules.examples import (
    AS_OF,
    a_command,
    a_dependency,
    a_fleet,
    a_library,
    a_lockfile,
    a_project,
    a_repository,
    an_image,
)
from rules.plan import make_plans
from rules.run import run
from scanner.config import Config, parse
from scanner.inventory import (
    DeclaredPython,
    Disagreement,
    Environment,
    Environments,
    Error,
    Evidence,
    Fleet,
    Reason,
    Repository,
    Signature,
    SignaturePart,
    Tool,
    ToolVersion,
    UsedIndex,
)

HOSTILE = (
    "<script>window.hacked=1</script>",
    '"><img src=x onerror="window.hacked=1">',
    "</script><script>window.hacked=1</script>",
    "javascript:window.hacked=1",
    '=HYPERLINK("https://evil.example","x")',
    "\x1b[31mred\x1b[0m",
    "::error::owned",
    "evil\u202egnp.exe",
    "a|b`c`[d](https://evil.example)",
    "two\nlines\r\nand\ttabs\x00",
    "{{ 7*7 }}{% raw %}${7*7}",
    "<!--<script>",
    "lone \udc80 surrogate \ufffe",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "](https://evil.example){0}",
)
SETTINGS = """
[[suppress]]
rule = "missing-lock"
repository = "*accepted*"
reason = "decided <b>in</b> March"
[links]
"git.example" = "gitlab"
"""


def facts_of(fleet: Fleet, settings: str = SETTINGS, day: date = AS_OF) -> Facts:
    config: Config = parse(settings)
    answers, plans = run(fleet, config, day), make_plans(fleet, config, day)
    return Facts(fleet=fleet, answers=answers, plans=plans, as_of=day, links=config.links)


@pytest.fixture(scope="session")
def make_facts() -> Callable[[Fleet], Facts]:
    return facts_of


@pytest.fixture(scope="session")
def hostile_texts() -> tuple[str, ...]:
    return HOSTILE


@pytest.fixture(scope="session")
def facts() -> Facts:
    return facts_of(a_fleet(*_ordinary()))


@pytest.fixture(scope="session")
def hostile_facts() -> Facts:
    return facts_of(a_fleet(*(_hostile(i, text) for i, text in enumerate(HOSTILE)), *_ordinary()))


def _ordinary() -> list[Repository]:
    pip = {"primary_manager": "pip", "package_managers": ("pip",)}
    loose = a_project(lock_discipline="unlocked", dependencies=(a_dependency("core", ">=2"),), **pip)
    apart = a_project(
        primary_manager="poetry",
        package_managers=("poetry",),
        lock_discipline="stale",
        lockfiles=(a_lockfile(path="poetry.lock", tool="poetry", status="stale", reasons=(Reason(message="flask>=2 but 1.1 is locked", path="pyproject.toml", line=9),)),),
        environments=Environments(
            local=Environment(tool="poetry", uses_lock=True, evidence=(Evidence(path="poetry.lock", line=1),)),
            image=Environment(tool="pip", uses_lock=False, python=("3.8",), evidence=(Evidence(path="Dockerfile", line=7),)),
        ),
        disagreements=(
            Disagreement(what="tool", between=("local", "image"), message="local uses poetry, image installs with pip", evidence=(Evidence(path="Dockerfile", line=7),)),
        ),
        python_versions=(
            DeclaredPython(version="3.8", path="Dockerfile", line=1, kind="image"),
            DeclaredPython(version=">=3.8", path="pyproject.toml", line=3, kind="requires-python"),
            DeclaredPython(version="3.12", path=".github/workflows/test.yml", line=8, kind="ci-matrix"),
        ),
        signature=Signature(text="poetry · image:pip", parts=(SignaturePart(place="manager", tool="poetry", path="poetry.lock", line=1),)),
        indexes=(UsedIndex(url="http://pypi.example/simple", kind="index", name=None, credentials=False, path="pip.conf", line=2),),
        blockers=(),
    )  # fmt: skip
    image = an_image(
        grade="L0",
        tool="pip",
        uses_lock=False,
        enforced="none",
        reasons=(Reason(message="resolved at build time", path="Dockerfile", line=7),),
    )
    command = a_command(
        "pip install -r requirements.txt", path="Dockerfile", line=7, context="image", tool="pip", uses_lock=False
    )
    ruff = Tool(
        name="ruff",
        category="linter",
        use="run",
        versions=(ToolVersion(version="0.9", path=".pre-commit-config.yaml", line=3),),
        evidence=(Evidence(path="pyproject.toml", line=40, kind="config"),),
    )
    return [
        replace(a_library("core"), remote="github.example/acme/core"),
        a_repository("loose", loose),
        a_repository("accepted", a_project(lock_discipline="unlocked", dependencies=(a_dependency("core", ">=1"),), **pip)),
        a_repository("apart", apart, images=(image,), commands=(command,), tools=(ruff,), criticality="high", owners=("team-a",), ci=("github-actions",)),
        a_repository("undecided", state="needs-decision", decisions=(Reason(message="two rival locks", path="uv.lock"),)),
        a_repository("notes", state="not-python", is_python=False, projects=()),
        a_repository("gone", state="failed", projects=(), commit=None, errors=(Error(path=None, line=None, code="git", message="no objects"),)),
    ]  # fmt: skip


def _hostile(number: int, text: str) -> Repository:
    reason = Reason(message=text, path=text, line=3)
    env = Environment(
        tool=text, uses_lock=False, python=(text,), indexes=(text,), evidence=(Evidence(path=text, line=2, kind=text),)
    )
    project = a_project(
        path=f"{text}",
        name=f"{text}-{number}",
        primary_manager=text,
        package_managers=(text,),
        lock_discipline="stale",
        build_backend=text,
        requires_python=text,
        lockfiles=(a_lockfile(path=text, tool=text, format=text, status="stale", written_by=text, reasons=(reason,), other_versions={text: text}),),
        signature=Signature(text=text, parts=(SignaturePart(place=text, tool=text, path=text, line=1),)),
        environments=Environments(local=env, ci=env, image=env),
        disagreements=(Disagreement(what="tool", between=("local", "ci"), message=text, evidence=(Evidence(path=text, line=1),)),),
        python_versions=(DeclaredPython(version=text, path=text, line=1, kind="image"),),
        dependencies=(a_dependency("flask", None, raw=text, source="git", url=text, ref=text, path=text),),
        discipline_reasons=(reason,),
        role_reasons=(reason,),
        kind_reasons=(reason,),
        indexes=(UsedIndex(url=text, kind="index", name=text, credentials=True, path=text, line=1),),
        unknowns=(reason,),
    )  # fmt: skip
    tool = Tool(
        name=text,
        category=text,
        use="run",
        versions=(ToolVersion(version=text, path=text),),
        evidence=(Evidence(path=text),),
    )
    return replace(
        a_repository(f"hostile-{number}", project),
        id=f"git.example/{number}/{text}",
        name=f"{number} {text}",
        remote=f"git.example/{text}",
        branch=text,
        owners=(text,),
        ci=(text,),
        tools=(tool,),
        images=(an_image(path=text, grade="L0", base=text, tool=text, reasons=(reason,), caches=(reason,)),),
        commands=(a_command("pip install x", path=text, argv=("pip", "install", text), tool=text, project=text, job=text, because=text),),
        errors=(Error(path=text, line=4, code="syntax", message=text),),
        state="needs-decision",
        decisions=(reason,),
    )  # fmt: skip
