"""The console script's door, and ``python -m scanner``."""

from __future__ import annotations

import os
import sys


def _forget_the_scanned_folder() -> None:
    """``python -m`` puts the current folder first on the path: in a scanned repository that would run its code."""
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if not sys.flags.safe_path and sys.path and os.path.abspath(sys.path[0] or ".") != here and sys.argv[0] == __file__:
        del sys.path[0]


def main() -> None:
    """Run the command line and exit with its status."""
    try:
        from scanner.cli import run  # after the path is safe

        sys.exit(run())
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    _forget_the_scanned_folder()
    main()
