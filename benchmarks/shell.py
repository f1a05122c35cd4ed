"""What reading shell costs: CPU milliseconds for steps of growing length, and for each line of them.

python benchmarks/shell.py
"""

from __future__ import annotations

import time

from scanner.facts import Location
from scanner.shell import parse

STEP = "python -m pip install --upgrade pip\npip install -r requirements.txt\npip install -e .[dev]\npytest\n"
ROUNDS = 50


def main() -> None:
    """Time each length and print it; the cost of a line should not grow."""
    for times in (1, 10, 100):
        text = STEP * times
        read(text)
        started = time.process_time()
        for _ in range(max(1, ROUNDS // times)):
            read(text)
        each = 1000 * (time.process_time() - started) / max(1, ROUNDS // times)
        print(f"{4 * times:>4} lines: {each:7.2f} ms, {1000 * each / (4 * times):6.0f} µs a line")


def read(text: str) -> None:
    """Parse one step as a pipeline's reader does."""
    parse(text, at=Location(path=".ci.yml", line=1), context="ci")


if __name__ == "__main__":
    main()
