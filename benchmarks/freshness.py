"""What a verdict costs: Muster's on each lock of a folder of repositories beside the check of the lock's own tool.

    python benchmarks/freshness.py FOLDER [--tools] [--limit N]

For each lock format and size (packages): milliseconds of wall time to read manifest and lock and to judge, the best of
three; with ``--tools`` also what ``uv lock --check``, ``poetry check --lock``, ``pdm lock --check`` and
``pipenv verify`` take on a copy of manifests and locks (offline, as found on PATH): at most N of each size, one of a
repository.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from unittest import mock

from scanner import sandbox
from scanner import verify as verify_module
from scanner.collect import RepoFacts, collect
from scanner.expand import expand
from scanner.facts import Lock
from scanner.formats import formats_for
from scanner.formats.requirements import FORMAT as REQUIREMENTS
from scanner.freshness import judge
from scanner.freshness.verdict import Scene, Verdict
from scanner.git_tree import GitTree
from scanner.gitdir import Unreached
from scanner.sources import SOURCES
from scanner.verify import Wish, verify

SIZES = (30, 100, 300, 1_000_000)
TOOLS = {"uv.lock": "uv", "poetry.lock": "poetry", "pdm.lock": "pdm", "Pipfile.lock": "pipenv"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Seconds for one lock: to read it, to judge it, and what its tool took (``None``: not asked, or no answer)."""

    read: float
    judge: float
    tool: float | None


def main() -> None:
    """Judge everything, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--tools", action="store_true")
    parser.add_argument("--limit", type=int, default=10)
    options = parser.parse_args()
    costs: defaultdict[tuple[str, int], list[Cost]] = defaultdict(list)
    asked: defaultdict[tuple[str, int], int] = defaultdict(int)
    for candidate in expand([options.folder], SOURCES).candidates:
        if candidate.repository is None:
            continue
        try:
            tree = GitTree(candidate.repository)
        except Unreached:
            continue
        with tree:
            facts = collect(tree, formats_for, REQUIREMENTS)
        here: set[tuple[str, int]] = set()
        for path, extract in sorted(facts.extracts.items()):
            if extract.lock is None:
                continue
            key = (_named(extract.lock), next(size for size in SIZES if len(extract.lock.packages) <= size))
            wanted = options.tools and key[0] in TOOLS and asked[key] < options.limit and key not in here
            here.add(key)
            with GitTree(candidate.repository) as tree:
                cost = _cost(tree, facts, path, extract.lock, with_tool=wanted)
            asked[key] += cost.tool is not None
            costs[key].append(cost)
    _print(costs)


def _named(lock: Lock) -> str:
    return lock.path.rpartition("/")[2] if lock.path.rpartition("/")[2] in TOOLS else lock.format.split(" ")[0]


def _cost(tree: GitTree, facts: RepoFacts, path: str, lock: Lock, *, with_tool: bool) -> Cost:
    texts = dict(tree.texts({path: 1 << 30}))
    form = next(form for form in formats_for(path) if form.name == facts.extracts[path].format)
    text = texts[path]
    reading = min(_timed(lambda: form.read(path, text)) for _ in range(3)) if isinstance(text, str) else 0.0
    scene = Scene(lock=lock, extracts=facts.extracts, files=facts.files)
    return Cost(
        read=reading,
        judge=min(_timed(lambda: judge(scene)) for _ in range(3)),
        tool=_tool(tree, facts, path) if with_tool else None,
    )


def _timed(what: Callable[[], object]) -> float:
    started = time.perf_counter()
    what()
    return time.perf_counter() - started


def _tool(tree: GitTree, facts: RepoFacts, path: str) -> float | None:
    """The seconds of the tool's run alone, which is the last program that is started."""
    seconds: list[float] = []

    def run(*arguments: Any, **options: Any) -> sandbox.Completed:
        done = sandbox.run(*arguments, **options)
        seconds.append(done.seconds)
        return done

    with mock.patch.object(verify_module, "sandbox", SimpleNamespace(run=run, NotStarted=sandbox.NotStarted)):
        said = verify({path: _UNKNOWN}, facts, tree, Wish(everything=True))[path].verified_by
    return seconds[-1] if said is not None and said.answer in ("fresh", "stale") else None


_UNKNOWN = Verdict(status="undecidable", covers=None)


def _print(costs: dict[tuple[str, int], list[Cost]]) -> None:
    head = ("lock", "packages", "locks", "read ms", "judge ms", "worst", "tool ms", "asked")
    print("{:16} {:>9} {:>6} {:>9} {:>9} {:>8} {:>9} {:>6}".format(*head))
    for (name, size), found in sorted(costs.items()):
        tools = [cost.tool for cost in found if cost.tool is not None]
        up_to = f"<= {size}" if size < SIZES[-1] else f"> {SIZES[-2]}"
        told = f"{1000 * statistics.median(tools):9.0f}" if tools else f"{'-':>9}"
        print(
            f"{name:16} {up_to:>9} {len(found):6} {1000 * statistics.median(c.read for c in found):9.2f} "
            f"{1000 * statistics.median(c.judge for c in found):9.2f} {1000 * max(c.judge for c in found):8.1f} "
            f"{told} {len(tools):6}"
        )


if __name__ == "__main__":
    main()
