"""How long graph, findings and plans take: ``python -m benchmarks.plan [REPOSITORIES…]`` (default 1,000 and 10,000).

The fleet is generated: five internal dependencies a repository on average, most of them downwards, a few circles,
shared images. Prints seconds for each part and the process's peak memory.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from collections.abc import Callable
from typing import TypeVar

from rules.examples import AS_OF, a_command, a_dependency, a_lockfile, a_project, a_repository, an_image
from rules.plan import make_plans
from rules.run import run
from scanner.config import Config
from scanner.graph.build import build
from scanner.graph.cycles import cycles
from scanner.graph.reach import reach
from scanner.inventory import ExternalReference, Fleet, Repository, Run

Result = TypeVar("Result")
MANAGERS = ("poetry", "pip", "pip-tools", "pipenv", "pdm", "rye", "setuptools", "uv", "conda", "hatch")
LOCKS = {
    "poetry": "poetry.lock",
    "pip-tools": "requirements.txt",
    "pipenv": "Pipfile.lock",
    "pdm": "pdm.lock",
    "uv": "uv.lock",
}


def generate(count: int, seed: int = 1) -> list[Repository]:
    """A fleet of ``count`` repositories; the same for the same seed."""
    rng = random.Random(seed)
    return [_repository(rng, i, count) for i in range(count)]


def _repository(rng: random.Random, i: int, count: int) -> Repository:
    manager = rng.choice(MANAGERS)
    name = f"repo-{i:05}"
    targets = {rng.randrange(i) for _ in range(5)} if i else set()
    if rng.random() < 0.01 and i + 3 < count:
        targets.add(i + 3)
    dependencies = [
        a_dependency(f"repo-{t:05}", rng.choice([">=1", ">=2", ""]), scope=rng.choice(["runtime", "runtime", "group"]))
        for t in sorted(targets)
    ]
    dependencies += [a_dependency(f"public-{rng.randrange(500)}", ">=1") for _ in range(10)]
    if i and rng.random() < 0.05:
        dependencies.append(a_dependency("sibling", None, source="path", url=f"../repo-{rng.randrange(i):05}"))
    lock = LOCKS.get(manager)
    locks = (a_lockfile(path=lock, tool=manager, status=rng.choice(["fresh", "stale"])),) if lock else ()
    project = a_project(
        name=name,
        version="1.4.0",
        publishes=True,
        kind=rng.choice(["service", "library"]),
        package_managers=(manager,),
        primary_manager=manager,
        lock_discipline="locked" if locks else "unlocked",
        lockfiles=locks,
        dependencies=tuple(dependencies),
    )
    references: tuple[ExternalReference, ...] = ()
    if i > 100 and rng.random() < 0.3:
        target = f"registry.example/acme/repo-{rng.randrange(20):05}"
        references = (ExternalReference(kind="image", target=target, ref="1", path="Dockerfile", line=1),)
    commands = tuple(a_command(f"{manager} install", uses_lock=bool(locks), enforced="none", line=n) for n in range(4))
    return a_repository(name, project, images=(an_image(grade="L1"),), commands=commands, references=references)


def measure(count: int) -> None:
    """Time each part on a fleet of ``count`` repositories and print it."""
    repositories = generate(count)
    config = Config()
    graph, built = _timed(lambda: build(repositories, config))
    _, reached = _timed(lambda: reach(graph))
    _, circled = _timed(lambda: cycles(graph))
    sample = Run(id=1, started_at="", finished_at=None, version="0", as_of=AS_OF.isoformat(), sources=())
    fleet = Fleet(run=sample, repositories=tuple(repositories), graph=graph)
    plans, planned = _timed(lambda: make_plans(fleet, config, AS_OF))
    findings, judged = _timed(lambda: run(fleet, config, AS_OF))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{count:>6} repositories, {len(graph.edges):>6} edges: graph {built:.2f} s, reach {reached:.2f} s, "
        f"cycles {circled:.2f} s, plans {planned:.2f} s ({len(plans.plans)} in {len(plans.waves)} waves), "
        f"rules {judged:.2f} s "
        f"({len(findings.findings)} findings), peak {memory} MB"
    )


def _timed(work: Callable[[], Result]) -> tuple[Result, float]:
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start


if __name__ == "__main__":
    for size in [int(word) for word in sys.argv[1:]] or [1_000, 10_000]:
        measure(size)
