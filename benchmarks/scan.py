"""How a scan grows: bare repositories made of the demo fleet's, scanned cold, then unchanged, then with a few changed.

    python -m benchmarks.scan [--repositories 1000] [--changed 10] [--jobs 2]

Prints seconds, milliseconds a repository and the peak memory of the largest process for each of the three.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from scanner.demo import objects
from scanner.demo.build import histories
from scanner.demo.history import Commit, History


def main() -> None:
    """Make the fleet, scan it three times, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repositories", type=int, default=1000)
    parser.add_argument("--changed", type=int, default=10)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        kinds = [history for history in histories() if history.commits]
        folders = [_make(root / "fleet", kinds[n % len(kinds)], n) for n in range(options.repositories)]
        print(f"{len(folders)} repositories, {options.jobs} jobs")
        _scan(root, options.jobs, "cold", len(folders))
        _scan(root, options.jobs, "unchanged", len(folders))
        for number, folder in enumerate(folders[: options.changed]):
            _commit(folder, replace(kinds[number % len(kinds)].commits[-1], message="again"))
        _scan(root, options.jobs, f"{options.changed} changed", len(folders))


def _make(fleet: Path, history: History, number: int) -> Path:
    folder = fleet / f"r{number:06}.git"
    objects.begin(folder, f"https://git.example/bench/r{number:06}.git")
    for commit in history.commits[-1:]:
        _commit(folder, replace(commit, files={**history.tree(later=False), **commit.files}))
    return folder


def _commit(folder: Path, commit: Commit) -> None:
    objects.write(folder, [commit], {})


def _scan(root: Path, jobs: int, what: str, count: int) -> None:
    command = [sys.executable, "-m", "scanner", "scan", str(root / "fleet"), "--store", str(root / "m.db"), "-q"]
    start = time.monotonic()
    subprocess.run([*command, "--format", "jsonl", "-j", str(jobs)], check=False, stdout=subprocess.DEVNULL)
    seconds = time.monotonic() - start
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{what:12} {seconds:7.2f} s  {1000 * seconds / count:6.2f} ms a repository  peak {peak:.0f} MB")


if __name__ == "__main__":
    main()
