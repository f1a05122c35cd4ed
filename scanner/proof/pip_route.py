"""The low-effort route tried: ``uv pip compile`` upon each compiled file must give the versions that it holds."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rules.pip_route.commands import answer
from rules.places.calls import calls
from scanner import sandbox
from scanner.facts import Lock
from scanner.formats.requirements import FORMAT as REQUIREMENTS
from scanner.proof import scratch
from scanner.proof.ground import Opened
from scanner.proof.settings import Settings
from scanner.words import listed

_FORMATS = ("requirements", "pyproject")


def compiled_again(found: Opened, settings: Settings) -> Iterator[str]:
    """For each file that pip-compile wrote: whether uv, which starts from it, would write the same versions."""
    extracts = found.ground.facts.extracts
    texts = {path: found.ground.read(path) for path, e in extracts.items() if e.format in _FORMATS}
    files = {path: text.encode() for path, text in texts.items() if text is not None}
    for path, extract in sorted(extracts.items()):
        lock = extract.lock
        if lock is None or lock.tool != "pip-tools" or path not in files or not _can_be_tried(lock, files):
            continue
        yield f"uv pip compile upon {path}: {_tried(lock, files, settings)}"


def _can_be_tried(lock: Lock, files: dict[str, bytes]) -> bool:
    return bool(lock.command) and bool(lock.inputs) and all(path in files for path in lock.inputs)


def _tried(lock: Lock, files: dict[str, bytes], settings: Settings) -> str:
    found = calls(" ".join(shlex.quote(word) for word in lock.command))
    made = answer(found[0], system=True, indexes=any(i.kind == "extra-index" for i in lock.indexes)) if found else None
    if made is None:
        return "not tried, an option of the command has no counterpart"
    python = (lock.requires_python or "").strip("=.* ")
    more = [*(["--python-version", python] if python else []), *settings.options(own_default=False)]
    more += [] if settings.allow_build else ["--no-build"]
    with tempfile.TemporaryDirectory(prefix="muster-compile-") as place:
        root = Path(place) / "tree"
        root.mkdir()
        scratch.write(root, files)
        scratch.disarm(root, [path for path in files if path.endswith("pyproject.toml")])
        env = dict(settings.env) | {"UV_CACHE_DIR": dict(settings.env).get("UV_CACHE_DIR", settings.cache)}
        env |= {"UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
        try:
            done = sandbox.run(
                [settings.uv.path, *shlex.split(made)[1:], *more],
                cwd=str(root / (lock.command_dir or ".")),
                env=env,
                timeout=settings.timeout,
                network=settings.network,
            )
        except sandbox.NotStarted as error:
            return f"not tried, {error}"
        if not done.ok:
            return f"it does not: {' '.join(done.stderr.split())[:200]}"
        before = _versions(lock.path, files[lock.path].decode())
        after = _versions(lock.path, (root / lock.path).read_text(encoding="utf-8"))
    moved = sorted(
        f"{n} {before.get(n, 'none')} → {after.get(n, 'none')}" for n in before | after if before.get(n) != after.get(n)
    )
    return f"{len(before)} versions, " + (f"{len(moved)} differ: {listed(moved, 8)}" if moved else "all the same")


def _versions(path: str, text: str) -> dict[str, str | None]:
    extract = REQUIREMENTS.read(path, text)
    lock = extract.lock if extract is not None else None
    listed_ = lock.packages if lock is not None else ()
    return {package.key: package.version for package in listed_}
