"""A Python for uv to ask: uv locks for all platforms and versions, but wants an interpreter that the project admits.

uv is shown a stand-in of a few lines. It answers uv's question with a version that the project admits, where Muster's
own is not; the lock does not depend on it, for uv takes the range from ``requires-python``. And it says that it is its
own base, so that whatever uv would build with it is run by the stand-in, which refuses: all but the inert backend of
the scratch copy (:mod:`scanner.proof.scratch`), told by the folder that it runs in. With ``--allow-build`` the base is
Muster's own Python, and third-party packages build.
"""

from __future__ import annotations

import platform
import sys
from pathlib import Path

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from scanner.proof.installed import MINORS
from scanner.proof.scratch import BACKEND_NAME

NOT_BUILT = "muster: nothing is built without --allow-build"
_STAND_IN = """#!{python} -I
import json, os, re, subprocess, sys, tomllib

QUESTION = re.compile(r'''import sys; sys\\.path = \\[[^;\\n]*\\] \\+ sys\\.path; '''
    r'''from python\\.get_interpreter_info import main; main\\(\\)''')

def is_inert(folder):
    if os.path.commonpath([os.path.realpath(folder), {tree!r}]) != {tree!r}:
        return False
    with open(os.path.join(folder, "pyproject.toml"), "rb") as file:
        return tomllib.load(file).get("build-system", {{}}).get("build-backend") == {backend!r}

asked = len(sys.argv) > 2 and sys.argv[-2] == "-c" and QUESTION.fullmatch(sys.argv[-1])
if not asked:
    if not is_inert(os.getcwd()):
        sys.exit({refusal!r})
    os.execv({python!r}, [{python!r}, *sys.argv[1:]])
done = subprocess.run([{python!r}, *sys.argv[1:]], capture_output=True, text=True)
try:
    told = json.loads(done.stdout)
    told["markers"].update({markers!r})
    told.update({more!r})
    print(json.dumps(told))
except (ValueError, KeyError, TypeError, AttributeError):
    sys.stdout.write(done.stdout)
sys.stderr.write(done.stderr)
sys.exit(done.returncode)
"""


def interpreter(requires: list[str], folder: Path, *, tree: Path, builds: bool) -> str:
    """The path of a Python within all of ``requires`` (specifiers), made in ``folder`` if need be.

    Unless it ``builds`` it runs nothing but the inert backends of ``tree``.
    """
    version = _version(requires)
    if version is None and builds:
        return sys.executable
    path = folder / "python"
    itself = {key: str(path) for key in ("sys_executable", "sys_base_executable")}
    text = _STAND_IN.format(
        python=sys.executable,
        tree=str(tree.resolve()),
        backend=BACKEND_NAME,
        refusal=NOT_BUILT,
        markers=_markers(version) if version is not None else {},
        more={} if builds else itself,
    )
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def _version(requires: list[str]) -> str | None:
    """The oldest release that the project admits; ``None`` where Muster's own Python will do."""
    try:
        admitted = SpecifierSet(",".join(requires))
    except InvalidSpecifier:
        return None
    if admitted.contains(platform.python_version(), prereleases=True):
        return None
    versions = (f"3.{minor}.{patch}" for minor in MINORS for patch in range(40))
    return next((v for v in versions if admitted.contains(v)), None)


def _markers(version: str) -> dict[str, str]:
    return {
        "python_full_version": version,
        "implementation_version": version,
        "python_version": version.rpartition(".")[0],
    }
