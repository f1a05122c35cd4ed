"""What reading costs: listing a folder of repositories, and the files that the formats want, without any parsing.

    python benchmarks/read.py FOLDER [--reader process|git] [--slowest N]

CPU milliseconds per repository, children included; the median of what one repository takes beside the mean.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time

from scanner.dir_tree import DirTree
from scanner.expand import Candidate, expand
from scanner.facts import Problem
from scanner.formats import formats_for
from scanner.git_tree import GitTree
from scanner.gitdir import Unreached
from scanner.sources import SOURCES


def main() -> None:
    """Read everything, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--reader", choices=("process", "git"), default="process")
    parser.add_argument("--work-tree", action="store_true", help="read what lies on disk, not the commit")
    parser.add_argument("--slowest", type=int, default=5)
    options = parser.parse_args()
    for path in ("pyproject.toml", "a.yml", "b/Dockerfile"):
        formats_for(path)
    before = cpu()
    candidates = expand([options.folder], SOURCES).candidates
    found = cpu() - before
    started = time.perf_counter()
    costs = []
    for candidate in candidates:
        before = cpu()
        said = read(candidate, options.reader, options.work_tree)
        costs.append((cpu() - before, candidate.name, said))
    wall = time.perf_counter() - started
    count = len(costs) or 1
    times = [cost for cost, _, _ in costs] or [0.0]
    print(f"{len(costs)} repositories; finding them: {1000 * found / count:.3f} ms each")
    print(f"list + read: mean {1000 * sum(times) / count:.2f} ms, median {1000 * statistics.median(times):.2f} ms CPU")
    print(f"wall {wall:.2f} s; peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
    for cost, name, said in sorted(costs, reverse=True)[: options.slowest]:
        print(f"  {1000 * cost:8.1f} ms  {name}: {said}")


def read(candidate: Candidate, reader: str, work_tree: bool) -> str:
    """List one repository and read what the formats want; what that was."""
    try:
        if candidate.repository is None or work_tree:
            tree: DirTree | GitTree = DirTree(candidate.path)
        else:
            tree = GitTree(candidate.repository, reader="git" if reader == "git" else "process")
        with tree:
            entries = tree.entries()
            wanted = {e.path: max(f.limit for f in known) for e in entries if (known := formats_for(e.path))}
            contents = [data for _, data in tree.read(wanted)]
    except Unreached as error:
        return f"not read: {error}"
    size = sum(len(data) for data in contents if not isinstance(data, Problem))
    problems = sum(isinstance(data, Problem) for data in contents)
    return f"{len(entries)} entries, {len(wanted)} files, {size / 1e6:.2f} MB, {problems} problems"


def cpu() -> float:
    """CPU seconds of this process and its children."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


if __name__ == "__main__":
    main()
