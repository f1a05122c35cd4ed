"""Do verdicts on locks agree with the locks' own tools, over the past of a folder of clones.

    python benchmarks/agreement.py FOLDER [--pairs 6] [--seed 0] [--network]

A pair is a commit and a lock in it: up to N of each repository, by chance, two thirds of them (where there are as many)
among the commits that changed a manifest and not its lock, the others among those that changed the lock. The tools are
those on PATH, asked as ``muster scan --verify-with-tools`` asks them: on a copy of manifests and locks, nothing of
a repository is run. They judge as their own version does, whatever wrote the lock, and so they are held against what
Muster says of the latest generation. Prints a line for each disagreement, and a table with 95 % intervals (Wilson).
"""

from __future__ import annotations

import argparse
import math
import posixpath
import random
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator

from scanner.collect import collect
from scanner.expand import expand
from scanner.formats import formats_for
from scanner.formats.requirements import FORMAT as REQUIREMENTS
from scanner.freshness.verdict import Verdict
from scanner.git_tree import GitTree
from scanner.gitdir import GitDir, Unreached
from scanner.locks import judge_locks
from scanner.sources import SOURCES
from scanner.verify import Wish, verify

MANIFESTS = {
    "uv.lock": "pyproject.toml",
    "poetry.lock": "pyproject.toml",
    "pdm.lock": "pyproject.toml",
    "Pipfile.lock": "Pipfile",
}
LATEST = {
    "uv.lock": (">=0.8", ">=0.13"),
    "poetry.lock": (">=2.0", ">=2.3"),
    "pdm.lock": (">=1.0", ">=2.20"),
    "Pipfile.lock": (">=2018.5", ">=2026.4"),
}
_TIMEOUT = 600

Pair = tuple[str, str]
"""A commit's id and the path of a lock in it."""


def main() -> None:
    """Ask for every pair, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--pairs", type=int, default=6)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--network", action="store_true")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    found: defaultdict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for candidate in expand([options.folder], SOURCES).candidates:
        if candidate.repository is None:
            continue
        for commit, lock in _chosen(candidate.repository, options.pairs, chance):
            ours, theirs = _answers(candidate.repository, commit, lock, Wish(everything=True, network=options.network))
            found[posixpath.basename(lock)][ours, theirs] += 1
            if {ours, theirs} == {"fresh", "stale"}:
                print(f"{candidate.name} {commit[:12]} {lock}: {ours}, but its tool says {theirs}", flush=True)
    _print(found)


def _chosen(repository: GitDir, most: int, chance: random.Random) -> list[Pair]:
    """Some of the repository's pairs: two thirds of those that may be stale, the others of the rest."""
    alone: list[Pair] = []
    with_lock: list[Pair] = []
    for commit, changed in _commits(repository):
        with_lock += [(commit, path) for path in sorted(changed) if posixpath.basename(path) in MANIFESTS]
        for path in sorted(changed):
            for name, manifest in MANIFESTS.items():
                lock = posixpath.join(posixpath.dirname(path), name)
                if posixpath.basename(path) == manifest and lock not in changed:
                    alone.append((commit, lock))
    chance.shuffle(alone)
    chance.shuffle(with_lock)
    kept = [pair for pair in alone if _has(repository, *pair)][: most - most // 3]
    kept += [pair for pair in with_lock[: most * 3] if _has(repository, *pair)][: most - len(kept)]
    return kept


def _commits(repository: GitDir) -> Iterator[tuple[str, set[str]]]:
    """The commits that changed a manifest or a lock, with the paths of both that they changed."""
    names = sorted({*MANIFESTS, *MANIFESTS.values()})
    patterns = [f":(glob)**/{name}" for name in names]
    text = _git(
        repository, "log", "--no-merges", "--no-renames", "--format=%x01%H", "--name-only", "HEAD", "--", *patterns
    )
    for block in text.split("\x01")[1:]:
        commit, *paths = block.split("\n")
        yield commit, {path for path in paths if path}


def _has(repository: GitDir, commit: str, lock: str) -> bool:
    return bool(_git(repository, "ls-tree", "--name-only", commit, "--", lock))


def _git(repository: GitDir, *arguments: str) -> str:
    options = ("-c", "core.quotePath=false", "-c", "core.fsmonitor=false")
    command = ["git", f"--git-dir={repository.folder}", *options, *arguments]
    done = subprocess.run(command, check=False, capture_output=True, timeout=_TIMEOUT)
    return done.stdout.decode("utf-8", "replace")


def _answers(repository: GitDir, commit: str, lock: str, wish: Wish) -> tuple[str, str]:
    """What Muster and the tool say; the tool's ``error`` and ``not-run`` are answers too."""
    try:
        with GitTree(repository, commit=commit) as tree:
            facts = collect(tree, formats_for, REQUIREMENTS)
            verdict = judge_locks(facts).get(lock)
            if verdict is None:
                return "not read", "not asked"
            told = verify({lock: verdict}, facts, tree, wish)[lock].verified_by
    except Unreached:
        return "not read", "not asked"
    return _latest(lock, verdict), told.answer if told is not None else "not asked"


def _latest(lock: str, verdict: Verdict) -> str:
    labels = [label for label in LATEST[posixpath.basename(lock)] if label in verdict.other_versions]
    return verdict.other_versions[labels[-1]] if labels else verdict.status


def _print(found: dict[str, Counter[tuple[str, str]]]) -> None:
    print(f"{'lock':14} {'pairs':>6} {'judged':>7} {'stale':>6} {'decided':>22} {'agree':>22}")
    for name, counts in sorted(found.items()):
        judged = {pair: n for pair, n in counts.items() if pair[1] in ("fresh", "stale")}
        decided = {pair: n for pair, n in judged.items() if pair[0] in ("fresh", "stale")}
        same = sum(n for (ours, theirs), n in decided.items() if ours == theirs)
        stale = sum(n for (_, theirs), n in judged.items() if theirs == "stale")
        total, known = sum(judged.values()), sum(decided.values())
        shares = f"{_share(known, total):>22} {_share(same, known):>22}"
        print(f"{name:14} {sum(counts.values()):6} {total:7} {stale:6} {shares}")


def _share(part: int, whole: int) -> str:
    """A share with its 95 % interval."""
    if not whole:
        return "-"
    share, z = part / whole, 1.96
    middle = (share + z * z / (2 * whole)) / (1 + z * z / whole)
    half = z * math.sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole)) / (1 + z * z / whole)
    return f"{share:.1%} ({middle - half:.1%}-{middle + half:.1%})"


if __name__ == "__main__":
    main()
