"""Writes ``rules/data/ruff_rules.toml`` from the installed Ruff: `make ruff-rules`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

FIX = {"Always": "always", "Sometimes": "sometimes", "None": "never"}


def main() -> None:
    """Ask Ruff for its rules and write those that can be selected."""
    ruff = Path(sys.executable).with_name("ruff")
    version = subprocess.run([ruff, "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    said = subprocess.run([ruff, "rule", "--all", "--output-format", "json"], capture_output=True, check=True).stdout
    lines = []
    for rule in sorted(json.loads(said), key=lambda r: r["code"] or ""):
        status, said_of_it = next(iter(rule["status"].items()))
        status, since = status.lower(), said_of_it["since"].removeprefix("v")
        if rule["code"] and status in ("stable", "preview"):
            lines.append(f'{rule["code"]} = ["{status}", "{FIX[rule["fix_availability"]]}", "{since}"]')
    head = (
        "# The rules of Ruff that can be selected: status, whether it can fix them, since when.\n"
        "# Made by `make ruff-rules`.\n"
        f'version = "{version}"\n\n[rules]\n'
    )
    Path("rules/data/ruff_rules.toml").write_text(head + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
