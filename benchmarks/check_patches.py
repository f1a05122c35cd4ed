"""Do the patches to uv keep what they promise? A second opinion that shares no code with the scanner.

    muster scan SOURCES --format json -o inventory.json
    muster plan --to uv --patches out --prove --index default --format json -o plan.json
    python benchmarks/check_patches.py inventory.json plan.json out [--jobs N] [--no-lock] [-o found.jsonl]

For each patch, in a scratch clone at the scanned commit: ``git apply`` takes it; the rollback gives back the same tree,
byte for byte; ``uv lock --check`` agrees (within a time limit; nothing of the repository is built; ``no-python`` where
no interpreter on the path fits). Then old and new
are read anew, by readers of this folder: versions, origins and digests of each package of the old locks against
``uv.lock``, and what Linux installs now that no old lock held (``checked_locks.py``); names, ranges, extras, markers,
Pythons, scripts and sources of the manifests (``checked_needs.py``); and, over every text file of the patched tree,
commands of the old tool, what sets it up, paths that the patch takes away, and groups that nobody declares
(``checked_tree.py``).

What differs is printed, one object a line: ``{repository, project, status, check, name, words, path, line, told}``.
``told`` says whether the plan or README.md beside the patches names it: ``line`` (this file and line), ``file`` (this
file), ``name`` (this package), or null. A table of counts goes to stderr. Each line is a candidate that somebody has to
read, not a verdict. Exit status 1 where a project that is *proved* or *resolved* has one that nothing told.

It needs git, uv (``--uv``) and ``packaging``; ``UV_*`` variables are honoured.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import checked_locks
import checked_manifests
import checked_needs
import checked_tree
from packaging.utils import canonicalize_name

TOOLS = {"poetry": "poetry", "pipenv": "pipenv", "pdm": "pdm", "rye": "rye", "pip-tools": "pip-tools"}
GOOD = {"proved", "resolved"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One repository: where it lies, its commit, its plan, the patch and what README.md says of it."""

    repository: str
    location: str
    commit: str
    plan: dict[str, Any]
    patch: Path
    rollback: Path
    readme: str


def main() -> int:
    """Check everything, print what differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("inventory", type=Path)
    parser.add_argument("plan", type=Path)
    parser.add_argument("patches", type=Path)
    parser.add_argument("--repo", action="append", default=[])
    parser.add_argument("--uv", default="uv")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seconds", type=int, default=300, help="for one uv lock --check")
    parser.add_argument("--no-lock", action="store_true", help="do not ask uv")
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    cases = list(cases_of(options.inventory, options.plan, options.patches))
    if options.repo:
        cases = [case for case in cases if any(name in case.repository for name in options.repo)]
    uv = None if options.no_lock else shutil.which(options.uv)
    if uv is None and not options.no_lock:
        parser.error(f"no {options.uv} on the path: --uv, or --no-lock")
    with ThreadPoolExecutor(options.jobs) as pool:
        found = [row for rows in pool.map(lambda case: checked(case, uv, options.seconds), cases) for row in rows]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found)
    if options.output:
        options.output.write_text(lines, encoding="utf-8")
    else:
        sys.stdout.write(lines)
    counts = Counter((row["check"], row["told"] is not None) for row in found)
    for (check, told), count in sorted(counts.items()):
        print(f"{check:12} {'told' if told else 'not told':9} {count:5}", file=sys.stderr)
    print(f"{len(cases)} patches", file=sys.stderr)
    return 1 if any(row["told"] is None and row["status"] in GOOD for row in found) else 0


def cases_of(inventory: Path, plan: Path, patches: Path) -> Iterator[Case]:
    """The repositories that have a patch to uv."""
    known = {r["id"]: r for r in json.loads(inventory.read_text(encoding="utf-8"))["repositories"]}
    readme = (patches / "README.md").read_text(encoding="utf-8") if (patches / "README.md").is_file() else ""
    sections = re.split(r"(?m)^## ", readme)
    for entry in json.loads(plan.read_text(encoding="utf-8"))["plans"]:
        if entry["track"] != "uv" or not entry.get("patch"):
            continue
        repository = known[entry["repository"]]
        name = entry["patch"]
        section = next((text for text in sections if f" {name}`" in text or f" {name} " in text), "")
        yield Case(
            repository=entry["repository"],
            location=repository["location"],
            commit=repository["commit"],
            plan=entry,
            patch=(patches / name).resolve(),
            rollback=(patches / name.replace(".uv.patch", ".uv.rollback.patch")).resolve(),
            readme=re.sub(r"\\([^A-Za-z0-9\s])", r"\1", section),
        )


def git(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Git, without the user's settings and without hooks."""
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    settings = ["-c", "core.hooksPath=/dev/null", "-c", "core.autocrlf=false", "-c", "core.attributesFile=/dev/null"]
    return subprocess.run(
        ["git", *settings, *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        errors="surrogateescape",
        check=False,
    )


def written(clone: Path, folder: Path) -> None:
    """The index as files; a partial clone lacks some contents, and those are left out."""
    git(clone, "checkout-index", "--all", "--force", "--quiet", f"--prefix={folder}/")


def checked(case: Case, uv: str | None, seconds: int) -> list[dict[str, Any]]:
    """Every difference of one repository."""
    with tempfile.TemporaryDirectory(prefix="check-patches-") as scratch:
        clone, old, new = (Path(scratch, name) for name in ("clone", "old", "new"))
        cloned = git(Path(scratch), "clone", "-q", "--no-checkout", case.location, "clone")
        if cloned.returncode or git(clone, "read-tree", case.commit).returncode:
            return [row(case, None, "clone", "", cloned.stderr.strip()[-300:])]
        written(clone, old)
        try:
            return list(differences(case, clone, old, new, uv, seconds))
        except Exception as error:  # noqa: BLE001  (one repository may not end the run)
            return [row(case, None, "checker", type(error).__name__, str(error)[:300])]


def differences(
    case: Case, clone: Path, old: Path, new: Path, uv: str | None, seconds: int
) -> Iterator[dict[str, Any]]:
    """Apply, take back, apply again, all upon git's index; then compare the trees that it holds."""
    tree = git(clone, "rev-parse", f"{case.commit}^{{tree}}").stdout.strip()
    for patch, wanted in ((case.patch, None), (case.rollback, tree), (case.patch, None)):
        applied = git(clone, "apply", "--cached", "--whitespace=nowarn", str(patch))
        if applied.returncode:
            yield row(case, None, "apply", patch.name, applied.stderr.strip()[-300:])
            return
        if wanted and git(clone, "write-tree", "--missing-ok").stdout.strip() != wanted:
            yield row(case, None, "rollback", patch.name, "the tree is not the one of the commit")
    written(clone, new)
    names = git(clone, "diff", "--cached", "--name-status", "--no-renames", "-z", case.commit).stdout.split("\0")
    status = dict(zip(names[1::2], names[::2], strict=False))
    gone = [path for path, letter in status.items() if letter == "D"]
    changed = [path for path, letter in status.items() if letter != "D"]
    proofs = {proof["project"]: proof for proof in case.plan["proofs"]}
    locks = sorted(path for path in changed if path.rpartition("/")[2] == "uv.lock")
    own = own_names(old) | own_names(new)
    for path in locks:
        if uv:
            yield from lock_checked(case, new, path, uv, seconds)
        yield from projects_compared(case, old, new, path.rpartition("/")[0] or ".", gone, own, proofs)
    worst = worst_status(case)
    for left in checked_tree.leftovers(new, [TOOLS[t] for t in case.plan["from"] if t in TOOLS], gone):
        yield row(case, None, left.what, left.word, left.text, path=left.path, line=left.line, status=worst)
    for left in checked_tree.unknown_groups(new, changed):
        yield row(case, None, left.what, left.word, left.text, path=left.path, line=left.line, status=worst)


def lock_checked(case: Case, new: Path, path: str, uv: str, seconds: int) -> Iterator[dict[str, Any]]:
    """``uv lock --check``; a build is only allowed of what is not the repository's own."""
    folder = new / path.rpartition("/")[0]
    keep = {**os.environ, "UV_NO_PROGRESS": "1", "UV_PYTHON_DOWNLOADS": "never"}
    own = [word for name in sorted(own_names(new)) for word in ("--no-build-package", name)]
    said = ""
    for limits in (["--no-build"], own):
        try:
            done = subprocess.run(
                [uv, "lock", "--check", *limits],
                cwd=folder,
                env=keep,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            said = f"no answer in {seconds} s"
            continue
        if done.returncode == 0:
            return
        said = done.stderr.strip()[-400:]
    check = "no-python" if "nterpreter" in said or "Querying Python" in said else "lock"
    yield row(case, path.rpartition("/")[0] or ".", check, path, said)


def own_names(tree: Path) -> set[str]:
    """Names of the repository's own projects, by their manifests."""
    found: set[str] = set()
    for file in tree.rglob("pyproject.toml"):
        data = checked_manifests.manifest(file.parent)
        for name in (data.get("project", {}).get("name"), data.get("tool", {}).get("poetry", {}).get("name")):
            if isinstance(name, str) and name:
                found.add(str(canonicalize_name(name)))
    return found


def projects_compared(
    case: Case, old: Path, new: Path, folder: str, gone: list[str], own: set[str], proofs: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """The lock of one folder and the manifests of its members."""
    lock = checked_locks.read_new(new / folder / "uv.lock")
    members = {folder}
    for package in lock.packages:
        place = package.get("source", {}).get("editable") or package.get("source", {}).get("virtual")
        if place and not place.startswith(".."):
            members.add(os.path.normpath(os.path.join(folder, place)))
    pins = []
    whole = False
    for member in sorted(members):
        prefix = "" if member == "." else member + "/"
        inside = [path.removeprefix(prefix) for path in gone if path.startswith(prefix)]
        for file in checked_locks.old_locks(old / member, inside):
            pins.extend(checked_locks.read_old(file))
            whole = whole or checked_locks.is_whole(file)
        said = checked_manifests.before(old / member, inside)
        for check, name, words in checked_needs.compare(said, checked_manifests.after(new / member), own):
            yield row(case, member, check, name, words)
    unique = list({(p.name, p.version, p.origin, p.path): p for p in pins}.values())
    if unique:
        for check, name, words in checked_locks.compare(unique, lock, own, whole=whole):
            yield row(case, folder, check, name, words)


def worst_status(case: Case) -> str:
    """``proved`` where a project is, as what lies beside the lock counts for it."""
    statuses = {proof["status"] for proof in case.plan["proofs"]}
    return next((s for s in ("proved", "resolved", "drifted", "failed") if s in statuses), "refused")


def row(
    case: Case,
    project: str | None,
    check: str,
    name: str,
    words: str,
    *,
    path: str | None = None,
    line: int | None = None,
    status: str | None = None,
) -> dict[str, Any]:
    """One candidate, with what the product told of it."""
    proof = next((p for p in case.plan["proofs"] if p["project"] == project), None)
    return {
        "repository": case.repository,
        "project": project,
        "status": status or (proof["status"] if proof else worst_status(case)),
        "check": check,
        "name": name,
        "words": words,
        "path": path,
        "line": line,
        "told": told(case, proof, check, name, path, line),
    }


def told(
    case: Case, proof: dict[str, Any] | None, check: str, name: str, path: str | None, line: int | None
) -> str | None:
    """How the plan or README.md names it."""
    if path is not None:
        if re.search(rf"(?<![\w/.-]){re.escape(path)}:{line}(?!\d)", case.readme):
            return "line"
        near = re.findall(rf"(?<![\w/.-]){re.escape(path)}(?::\d+)?(?![\w-])", case.readme)
        return "file" if near else None
    said = json.dumps(proof or {}, ensure_ascii=False) + case.readme.replace("`", " ")
    said += json.dumps(case.plan.get("blockers", []), ensure_ascii=False)
    return (
        "name" if name and re.search(rf"(?i)(?<![\w-]){re.escape(name).replace('-', '[-_.]')}(?![\w-])", said) else None
    )


if __name__ == "__main__":
    sys.exit(main())
