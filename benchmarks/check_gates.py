"""What patches to Ruff keep, held against the gates as the repositories run them; nothing here is Muster's.

    muster scan CLONES --store S && muster plan --store S --to ruff --patches PATCHES --prove
    python benchmarks/check_gates.py CLONES PATCHES --work DIR -o result.jsonl [--only NAME ...] [--jobs 2]

Needs git, uv and PyYAML. CLONES holds work trees or bare repositories, PATCHES the patches by their names. For each
repository the old gates are found (hooks, pipelines, tox, nox, make, scripts), run over the committed files in the
versions that the repository pins, with their plug-ins; the patch is applied in a copy, and its gates are found and run
the same way. What comes out, one JSON object a repository:

- ``linters``, ``formatters``: the verdict before and after; ``places`` the same by file, where both have a gate
- ``kept``, ``lost``, ``without_rule``, ``new``: reports by (file, line, code of Ruff), with ``lost_told`` and
  ``untold`` for what the listing beside the patches does not speak of
- ``applies``, ``rolls_back``
- ``left``, ``left_in_documents``: lines that still name a tool which no gate starts any more, or a file of
  configuration that is gone; to be read by a person
- ``without_ruff``: new commands whose surroundings do not install Ruff
- ``not_run``: gates that could not be run here, with the reason. pylint is not run: without a decision it stays.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from gates_files import tracked
from gates_found import Gate, gates
from gates_run import Bench, Outcome, Report
from gates_words import FORMATTERS

# Codes that another tool has under another name in Ruff; all others keep theirs.
RENAMED = {
    "E800": "ERA001",
    "F824": "PLW0602",
    "T001": "T201",
    "T002": "T203",
    "T003": "T203",
    "C801": "CPY001",
    "C812": "COM812",
    "C813": "COM812",
    "C814": "COM812",
    "C815": "COM812",
    "C816": "COM812",
    "C818": "COM818",
    "C819": "COM819",
    "B950": "E501",
    "N400": "RUF001",
    "I100": "I001",
    "I101": "I001",
    "I201": "I001",
    "I202": "I001",
    "I002": "I001",
    "I003": "I001",
    "I004": "I001",
    "I005": "I001",
    "isort": "I001",
    "U100": "ARG001",
    "U101": "ARG001",
    "P101": "F524",
    "P102": "F524",
    "I250": "PLC0414",
    "I251": "TID251",
    "I252": "TID252",
    "BLK100": "format",
}
FIXERS = {
    "pyupgrade": ("UP", "C4", "F632", "W605", "E7", "PLC"),
    "autoflake": ("F401", "F841", "F601", "PIE790", "F811"),
    "pyflakes": ("F", "E9"),
}
LOCKS = re.compile(r"(\.lock|-lock\.\w+|\.min\.js|\.ipynb|\.svg|\.csv|\.po)$")


@dataclass(slots=True)
class Result:
    """What came out for one repository."""

    name: str
    applies: bool | None = None
    rolls_back: bool | None = None
    linters: list[bool | None] = field(default_factory=list)
    formatters: list[bool | None] = field(default_factory=list)
    places: list[list[object]] = field(default_factory=list)
    kept: int = 0
    lost: dict[str, int] = field(default_factory=dict)
    lost_told: dict[str, int] = field(default_factory=dict)
    lost_at: list[str] = field(default_factory=list)
    without_rule: dict[str, int] = field(default_factory=dict)
    untold: dict[str, int] = field(default_factory=dict)
    new: dict[str, int] = field(default_factory=dict)
    new_at: list[str] = field(default_factory=list)
    reformatted: list[str] = field(default_factory=list)
    no_longer_reformatted: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    left_in_documents: list[str] = field(default_factory=list)
    without_ruff: list[str] = field(default_factory=list)
    not_run: list[str] = field(default_factory=list)
    gates_before: list[str] = field(default_factory=list)
    gates_after: list[str] = field(default_factory=list)
    error: str = ""


def main() -> None:
    """Check every repository that has a patch; print the sums."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clones", type=Path)
    parser.add_argument("patches", type=Path)
    parser.add_argument(
        "--work", type=Path, required=True, help="for copies and environments; outside of every project"
    )
    parser.add_argument("--uv", default="uv")
    parser.add_argument("--only", nargs="*", default=())
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    bench = Bench(options.work.resolve() / "environments", options.uv)
    bench.folder.mkdir(exist_ok=True)
    told = listing(options.patches / "RUFF.md")
    clones = {path.name: path for path in sorted(options.clones.iterdir()) if path.is_dir()}
    wanted = []
    for name, clone in clones.items():
        patch = next((options.patches / f"{one}.ruff.patch" for one in (name, name.replace("+", "-"))
                      if (options.patches / f"{one}.ruff.patch").is_file()), None)  # fmt: skip
        if patch is not None and (not options.only or name in options.only):
            wanted.append((name, clone, patch))
    results = []
    with ThreadPoolExecutor(options.jobs) as pool, options.output.open("w") as out:
        work = options.work.resolve()
        for result in pool.map(lambda one: checked(one[0], one[1], one[2], told.get(one[0], ""), work, bench), wanted):
            out.write(json.dumps(asdict(result)) + "\n")
            out.flush()
            results.append(result)
            print(line_of(result), file=sys.stderr, flush=True)
    summary(results)


def listing(file: Path) -> dict[str, str]:
    """The text of each repository in the listing beside the patches."""
    parts = re.split(r"^## (.+)$", file.read_text(), flags=re.MULTILINE) if file.is_file() else []
    plain = [part.replace("\\", "") for part in parts[1:]]
    return {name.strip(): text for name, text in zip(plain[::2], plain[1::2], strict=True)}


def checked(name: str, clone: Path, patch: Path, told: str, work: Path, bench: Bench) -> Result:
    """One repository, from its clone to its result; what goes wrong costs this repository alone."""
    result = Result(name)
    before, after = work / "trees" / name / "before", work / "trees" / name / "after"
    try:
        for tree in (before, after):
            shutil.rmtree(tree, ignore_errors=True)
            git("clone", "-q", str(clone.resolve()), str(tree))
        applied(result, after, patch.resolve())
        for tree in (before, after):
            tame(tree)
        if result.applies:
            compared(result, before, after, told, bench, pinned_by(patch))
    except (OSError, ValueError, KeyError, subprocess.SubprocessError) as error:
        result.error = f"{type(error).__name__}: {error}"
    return result


def git(*words: str, at: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run git; an error is raised."""
    place = ["-C", str(at)] if at else []
    identity = ["-c", "user.name=check", "-c", "user.email=check@example.invalid", "-c", "core.hooksPath=/dev/null"]
    return subprocess.run(
        ["git", *place, *identity, *words], check=True, capture_output=True, text=True, errors="replace"
    )


def applied(result: Result, tree: Path, patch: Path) -> None:
    """Apply the patch, take it back and hold every byte against the commit, and apply it again."""
    rollback = patch.with_name(patch.name.replace(".ruff.patch", ".ruff.rollback.patch"))
    try:
        git("apply", "--index", str(patch), at=tree)
    except subprocess.CalledProcessError as error:
        result.applies, result.error = False, error.stderr[-300:]
        return
    result.applies = True
    try:
        git("apply", "--index", str(rollback), at=tree)
        result.rolls_back = not git("status", "--porcelain", "--untracked-files=all", at=tree).stdout
    except subprocess.CalledProcessError as error:
        result.rolls_back, result.error = False, error.stderr[-300:]
        git("reset", "-q", "--hard", at=tree)
    git("apply", "--index", str(patch), at=tree)
    git("commit", "-q", "--allow-empty", "-m", "patched", at=tree)


def tame(tree: Path) -> None:
    """Take out what would run code of the repository: flake8's local plug-ins."""
    changed = False
    for name in ("setup.cfg", "tox.ini", ".flake8"):
        file = tree / name
        if file.is_file() and "local-plugins" in (text := file.read_text(errors="replace")):
            file.write_text(re.sub(r"^\[flake8:local-plugins\][^\[]*", "", text, flags=re.MULTILINE))
            changed = True
    if changed:
        git("commit", "-qam", "without local plug-ins", at=tree)


def pinned_by(patch: Path) -> tuple[str, ...]:
    """The Ruff that a patch states; locks that still hold another one are taken as locked again."""
    text = "\n".join(line for line in patch.read_text(errors="replace").splitlines() if line.startswith("+"))
    hook = re.search(r"ruff-pre-commit[^\n]*\n[^\n]*rev: [\"']?v?(\d+\.\d+\.\d+)", text)
    stated = hook or re.search(r"\bruff[\"']?\s*(?:=|==)\s*[\"']?(\d+\.\d+\.\d+)", text)
    return (f"ruff=={stated.group(1)}",) if stated else ()


def compared(result: Result, before: Path, after: Path, told: str, bench: Bench, pinned: tuple[str, ...]) -> None:
    """Find and run the gates of both trees, and fill in the result."""
    old = [(gate, outcome(gate, before, bench)) for gate in gates(before)]
    later = [
        replace(gate, requires=pinned) if pinned and gate.tool.startswith("ruff") else gate for gate in gates(after)
    ]
    new = [(gate, outcome(gate, after, bench)) for gate in later]
    result.gates_before = [shown(gate, said) for gate, said in old]
    result.gates_after = [shown(gate, said) for gate, said in new]
    result.not_run = [
        f"{gate.place} {gate.tool}: {said.why}" for gate, said in (*old, *new) if said.why and gate.tool != "pylint"
    ]
    result.linters = [verdict(pairs, lint=True) for pairs in (old, new)]
    result.formatters = [verdict(pairs, lint=False) for pairs in (old, new)]
    for place in sorted({gate.place for gate, _ in old} & {gate.place for gate, _ in new}):
        both = [verdict([pair for pair in pairs if pair[0].place == place]) for pairs in (old, new)]
        if both[0] is not both[1]:
            result.places.append([place, *both])
    rules = known_rules(bench, new)
    reports(result, old, new, rules, told)
    leftovers(result, old, new, before, after)
    result.without_ruff = [f"{gate.place}: {gate.tool}" for gate, _ in new if lacks_ruff(gate, after)]


def outcome(gate: Gate, tree: Path, bench: Bench) -> Outcome:
    """Run a gate; pylint's are left aside."""
    bytes_of_it = git("rev-parse", "HEAD^{tree}", at=tree).stdout.strip()
    return Outcome(why="pylint is not run") if gate.tool == "pylint" else bench.run(gate, tree, bytes_of_it)


def shown(gate: Gate, said: Outcome) -> str:
    """A gate and what it said, in one line."""
    files = "" if gate.files is None else f" <{len(gate.files)} files>"
    colour = {True: "green", False: "red", None: "not run"}[said.green]
    passes = "" if gate.fails else " (stops nothing)"
    where = f" in {gate.cwd}" if gate.cwd else ""
    with_what = " with " + " ".join(said.requires) if said.requires else ""
    words = " ".join(gate.argv)[:160]
    return f"{gate.place}: {gate.tool} {words}{files}{where}{with_what}: {colour} {len(said.reports)}{passes}"


def verdict(pairs: Iterable[tuple[Gate, Outcome]], lint: bool | None = None) -> bool | None:
    """Whether all gates pass: false if one fails, unknown if one could not be run."""
    greens = []
    for gate, said in pairs:
        asked = lint is None or (gate.tool in FORMATTERS) is not lint
        if gate.tool != "pylint" and asked and (gate.fails or said.green is not None):
            greens.append(said.green)
    return False if False in greens else None if None in greens else True


def known_rules(bench: Bench, new: Iterable[tuple[Gate, Outcome]]) -> set[str]:
    """The codes of the Ruff that the patch pins."""
    pinned = next((gate.requires for gate, _ in new if gate.tool.startswith("ruff")), ("ruff",))
    home, _ = bench.environment(pinned, "ruff-check")
    if home is None:
        return set()
    done = subprocess.run(
        [str(home / "ruff"), "rule", "--all", "--output-format=json"], capture_output=True, text=True, check=True
    )
    return {one["code"] for one in json.loads(done.stdout)}


def reports(
    result: Result, old: list[tuple[Gate, Outcome]], new: list[tuple[Gate, Outcome]], rules: set[str], told: str
) -> None:
    """Hold the reports of both sides against each other."""
    said_old = {(path, line, code, rule_of(gate.tool, code)) for gate, said in old for path, line, code in said.reports}
    said_new = {normal(path, line, rule_of(gate.tool, code)) for gate, said in new for path, line, code in said.reports}
    red = [said for gate, said in new if gate.tool.startswith("ruff") and said.green is False]
    stopping = {normal(*report) for said in red for report in said.reports}
    waiting = Counter((path, code) for path, _, code in said_new)
    exact: set[Report] = set()
    open_still: list[tuple[Report, str]] = []
    for path, line, code, rule in sorted(said_old):
        spot = normal(path, line, rule)
        if code in FIXERS:
            near_it = any(
                p == path and abs(at - line) <= 1 and other.startswith(FIXERS[code]) for p, at, other in said_new
            )
            result.kept += near_it
            if not near_it:
                open_still.append(((path, line, code), code))
        elif rule in ("format", "unparsed"):
            continue
        elif spot in said_new:
            waiting[path, rule] -= spot not in exact
            exact.add(spot)
            result.kept += rule in rules
        elif rule not in rules:
            result.without_rule[code] = result.without_rule.get(code, 0) + 1
        else:
            open_still.append(((path, line, code), rule))
    for (path, line, code), rule in open_still:
        if waiting[path, rule] > 0:
            waiting[path, rule] -= 1
            result.kept += 1
        else:
            kind = result.lost_told if speaks_of(told, code) or speaks_of(told, rule) else result.lost
            kind[code] = kind.get(code, 0) + 1
            result.lost_at.append(f"{path}:{line} {code}")
    result.untold = {code: count for code, count in result.without_rule.items() if not speaks_of(told, code)}
    for path, line, code in sorted(stopping):
        if code not in ("format", "unparsed") and (path, line, code) not in exact and waiting[path, code] > 0:
            waiting[path, code] -= 1
            result.new[code] = result.new.get(code, 0) + 1
            result.new_at.append(f"{path}:{line} {code}")
    form_old = {path for path, _, _, rule in said_old if rule in ("format", "unparsed")}
    form_new = {path for path, _, code in said_new if code in ("format", "unparsed")}
    result.reformatted, result.no_longer_reformatted = sorted(form_new - form_old), sorted(form_old - form_new)


def rule_of(tool: str, code: str) -> str:
    """Ruff's name for what a tool calls ``code``."""
    if tool == "bandit":
        return f"S{code[1:]}"
    return code if tool.startswith("ruff") else RENAMED.get(code, code)


def normal(path: str, line: int, code: str) -> Report:
    """A place to compare: isort speaks of files."""
    return (path, 0, code) if code == "I001" else (path, line, code)


def speaks_of(told: str, code: str) -> bool:
    """Whether the listing names a code, or its letters as a family that is not checked any more."""
    family = re.match(r"[A-Z]+", code)
    words = [code, *([family.group(0) + end for end in ("", "xx", "x", "…")] if family else [])]
    return any(re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", told) for word in words)


def leftovers(
    result: Result, old: list[tuple[Gate, Outcome]], new: list[tuple[Gate, Outcome]], before: Path, after: Path
) -> None:
    """Lines that still name a tool that no gate starts any more, or a file of configuration that is gone."""
    gone = {gate.tool for gate, _ in old} - {gate.tool for gate, _ in new}
    files = set(tracked(before)) - set(tracked(after))
    words = [rf"(?<![\w.\[-]){re.escape(tool)}(?![\w-])" for tool in sorted(gone)] + [
        rf"(?<![\w/]){re.escape(path)}(?![\w])" for path in sorted(files)
    ]
    if not words:
        return
    wanted = re.compile("|".join(words))
    for path in tracked(after):
        if LOCKS.search(path) or (after / path).stat().st_size > 500_000:
            continue
        try:
            text = (after / path).read_text(encoding="utf-8")
        except (UnicodeDecodeError, OSError):
            continue
        if path.endswith(".py") and not re.search(
            r"(^|/)(noxfile|tasks|setup|conftest|manage|fabfile|dodo)\.py$|subprocess|os\.system|pytest", path + text
        ):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if wanted.search(line) and not re.search(r"#\s*(isort|black|flake8|yapf|bandit)\s*:", line):
                shown_line = f"{path}:{number}: {line.strip()[:160]}"
                (result.left_in_documents if path.endswith((".md", ".rst", ".txt", ".adoc")) else result.left).append(
                    shown_line
                )


def lacks_ruff(gate: Gate, tree: Path) -> bool:
    """Whether nothing around a command installs Ruff, as far as the words tell."""
    if gate.hook or not gate.tool.startswith("ruff"):
        return False
    if re.search(r"(?<![\w-])ruff(?![\w-])(?!\s+(check|format))", near(gate.context)):
        return False
    wide = re.search(
        r"-r\b|poetry|pipenv|pdm|\buv (sync|run|pip)|\.\[|install -e|install \.|make |tox|nox|hatch|conda|requirements",
        gate.context,
    )
    manifests = [
        path
        for path in tracked(tree)
        if re.search(
            r"(pyproject\.toml|setup\.(py|cfg)|Pipfile|requirements[^/]*\.(txt|in)|requirements/[^/]+|environment[^/]*\.ya?ml|tox\.ini)$",
            path,
        )
    ]
    declared = any(re.search(r"(?<![\w.-])ruff(?![\w.-])\W", declared_in(tree / path)) for path in manifests)
    return not (wide and declared)


def declared_in(path: Path) -> str:
    """A manifest without its tables of configuration."""
    return re.sub(r"^\[tool\.ruff[^\n]*$", "", path.read_text(errors="replace"), flags=re.MULTILINE)


def near(context: str) -> str:
    """Lines that install."""
    return "\n".join(
        line
        for line in context.splitlines()
        if "install" in line or "uvx" in line or "tox:" in context or "nox:" in context
    )


def line_of(result: Result) -> str:
    """A repository in one line."""
    lost, new = sum(result.lost.values()), sum(result.new.values())
    sides = f"lint {result.linters} format {result.formatters}"
    told = sum(result.lost_told.values())
    return f"{result.name}: {sides} kept {result.kept} lost {lost} told {told} new {new} {result.error}"


def summary(results: list[Result]) -> None:
    """The sums of all repositories."""

    def same(pairs: list[list[bool | None]]) -> str:
        known = [pair for pair in pairs if len(pair) == 2 and None not in pair]
        return f"{sum(pair[0] is pair[1] for pair in known)}/{len(known)}"

    def total(field_of: str) -> int:
        return sum(sum(getattr(result, field_of).values()) for result in results)

    kept, lost, told = sum(result.kept for result in results), total("lost"), total("lost_told")
    applies, back = (sum(bool(getattr(result, key)) for result in results) for key in ("applies", "rolls_back"))
    print(f"repositories with a patch {len(results)}; applies {applies}, rolls back {back}")
    linters, formatters = same([r.linters for r in results]), same([r.formatters for r in results])
    print(f"same verdict: linters {linters}, formatters {formatters}")
    recall = kept / ((kept + lost + told) or 1)
    print(f"reports that Ruff has a rule for: kept {kept}, lost and told {told}, lost {lost}; recall {recall:.4f}")
    print(f"without a rule {total('without_rule')}, of them not told {total('untold')}")
    print(f"new at gates {total('new')} in {sum(bool(result.new) for result in results)}")


if __name__ == "__main__":
    main()
