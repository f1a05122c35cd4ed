"""A Python for uv to ask: uv locks for all platforms and versions, but wants an interpreter that the project admits.

Where Muster's own Python is not admitted, a stand-in of a few lines answers uv's question with a version that is. It
changes nothing in the lock: uv takes the range from ``requires-python``, and nothing is built with the stand-in but
what ``--allow-build`` permits.
"""

from __future__ import annotations

import platform
import sys
from pathlib import Path

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from scanner.proof.installed import MINORS

_STAND_IN = """#!{python} -I
import json, subprocess, sys
done = subprocess.run([sys.executable, *sys.argv[1:]], capture_output=True, text=True)
try:
    told = json.loads(done.stdout)
    told["markers"] |= {{"python_full_version": "{full}", "implementation_version": "{full}"}}
    told["markers"]["python_version"] = "{minor}"
    print(json.dumps(told))
except (ValueError, KeyError, TypeError):
    sys.stdout.write(done.stdout)
sys.stderr.write(done.stderr)
sys.exit(done.returncode)
"""


def interpreter(requires: list[str], folder: Path) -> str:
    """The path of a Python within all of ``requires`` (specifiers), made in ``folder`` if need be."""
    own = platform.python_version()
    try:
        admitted = SpecifierSet(",".join(requires))
    except InvalidSpecifier:
        return sys.executable
    if admitted.contains(own, prereleases=True):
        return sys.executable
    versions = (f"3.{minor}.{patch}" for minor in MINORS for patch in range(40))
    version = next((v for v in versions if admitted.contains(v)), None)
    if version is None:
        return sys.executable
    path = folder / "python"
    path.write_text(_STAND_IN.format(python=sys.executable, full=version, minor=version.rpartition(".")[0]))
    path.chmod(0o755)
    return str(path)
