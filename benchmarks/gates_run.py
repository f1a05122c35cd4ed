"""Runs a gate: the tool in an environment of its own, built once for each set of requirements; (file, line, code) out.

Nothing that imports the checked project is run: plug-ins that lie in the repository are taken out of the copy first.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from gates_found import Gate

Report = tuple[str, int, str]
# Words that only change what a run prints or mends, by tool: those that stand alone, and those that take a value.
QUIET = {
    "flake8": (
        "--exit-zero --count --statistics -q -qq --quiet --show-source --benchmark --tee -v",
        "--format --output-file",
    ),
    "black": ("--check --diff --color --quiet -q -v --verbose --no-color", ""),
    "isort": (
        "--check-only -c --check --diff -df --apply -y -q --quiet -v --verbose -rc --recursive "
        "--atomic -ac --color --interactive --overwrite-in-place",
        "",
    ),
    "pydocstyle": ("-e --explain -s --source --count -v --verbose -d --debug", ""),
    "bandit": ("-q --quiet -v --verbose -d --debug --exit-zero", "-f --format -o --output -n --number"),
    "pycodestyle": ("--show-source --statistics --count -q -v --first --show-pep8", "--format"),
    "pyflakes": ("", ""),
    "pyupgrade": ("--exit-zero-even-if-changed", ""),
    "autoflake": ("--check -c --check-diff -cd --stdout -s --quiet -q --in-place -i", ""),
    "yapf": ("--diff -d --in-place -i --quiet -q -vv", ""),
    "ruff-check": (
        "--fix --no-fix --fix-only --unsafe-fixes --exit-non-zero-on-fix --exit-zero --show-fixes "
        "--diff -q --quiet --show-source -n --no-cache --statistics",
        "--output-format --format --output-file -o",
    ),
    "ruff-format": ("--check --diff -q --quiet --no-cache", ""),
}


@dataclass(slots=True)
class Outcome:
    """What a gate said: ``green`` is ``None`` where it could not be run, with the reason in ``why``."""

    green: bool | None = None
    reports: set[Report] = field(default_factory=set)
    why: str = ""
    requires: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bench:
    """Where environments stand, and the uv that builds them."""

    folder: Path
    uv: str

    def environment(self, requires: tuple[str, ...], tool: str) -> tuple[Path | None, tuple[str, ...]]:
        """The ``bin`` folder and what was installed; what cannot be built is tried without its pins."""
        bare = tuple(re.split(r"[<>=!~;@ ]", one)[0] for one in requires)
        first = (requires[0],)
        for wanted in dict.fromkeys((requires, (*first, *bare[1:]), bare, first, bare[:1])):
            made = self._built(wanted, tool)
            if made is not None:
                return made, wanted
        return None, requires

    def _built(self, requires: tuple[str, ...], tool: str) -> Path | None:
        extra: tuple[str, ...] = () if tool.startswith("ruff") else ("setuptools<81", "toml", "tomli")
        extra += ("click<8.1",) if requires[0].startswith(("black==1", "black==20", "black==21", "black==22.1")) else ()
        key = hashlib.sha256("\n".join(sorted((*requires, *extra))).encode()).hexdigest()[:16]
        place = self.folder / key
        sign = place / "built"
        if not sign.exists():
            python = place / "bin" / "python"
            word = [self.uv, "pip", "install", "-q", "--python", str(python), *requires, *extra]
            subprocess.run([self.uv, "venv", "-q", "--clear", str(place)], check=True, capture_output=True)
            done = subprocess.run(word, capture_output=True, text=True, timeout=400)
            probe = ["-m", _module(tool), "--version"] if tool != "pyupgrade" else ["-m", tool, "--help"]
            right = done.returncode == 0
            if right:
                tried = subprocess.run([str(python), *probe], capture_output=True, text=True, cwd=place)
                right = tried.returncode == 0
            sign.write_text("yes" if right else f"no\n{done.stderr[-2000:]}")
        return place / "bin" if sign.read_text().startswith("yes") else None

    def run(self, gate: Gate, root: Path, tree: str) -> Outcome:
        """Run one gate in a work tree; ``tree`` is git's name for its bytes, under which the outcome is kept."""
        ran = json.dumps([tree, gate.tool, gate.argv, gate.cwd, gate.files, gate.requires, gate.hook, gate.unresolved])
        kept = self.folder.parent / "outcomes" / hashlib.sha256(ran.encode()).hexdigest()[:24]
        if kept.exists():
            green, reports, why, requires = json.loads(kept.read_text())
            outcome = Outcome(green, {(path, line, code) for path, line, code in reports}, why, tuple(requires))
        else:
            outcome = self._run(gate, root)
            kept.parent.mkdir(exist_ok=True)
            kept.write_text(json.dumps([outcome.green, sorted(outcome.reports), outcome.why, outcome.requires]))
        if not gate.fails and outcome.green is not None:
            outcome.green = True
        return outcome

    def _run(self, gate: Gate, root: Path) -> Outcome:
        if gate.unresolved:
            return Outcome(why=gate.unresolved)
        if gate.files is not None and not gate.files:
            return Outcome(green=True)
        folder = root / gate.cwd
        if not folder.is_dir():
            return Outcome(why=f"no folder {gate.cwd}")
        try:
            home, requires = self.environment(gate.requires or (gate.tool,), gate.tool)
        except subprocess.SubprocessError as error:
            return Outcome(why=f"environment: {error}")
        if home is None:
            return Outcome(why="environment could not be built: " + " ".join(gate.requires))
        try:
            outcome = _RUNNERS[gate.tool](gate, root, folder, home)
        except subprocess.TimeoutExpired:
            return Outcome(why="took too long", requires=requires)
        outcome.requires = requires
        return outcome


def _module(tool: str) -> str:
    return "ruff" if tool.startswith("ruff") else tool


def plain(gate: Gate) -> list[str]:
    """The arguments of a gate without those that only print or mend."""
    alone, valued = (said.split() for said in QUIET[gate.tool])
    kept: list[str] = []
    words = iter(gate.argv)
    for word in words:
        if word in valued:
            next(words, None)
        elif word in alone or word.split("=")[0] in valued:
            continue
        else:
            kept.append(word)
    return kept


def _start(home: Path, folder: Path, words: list[str]) -> subprocess.CompletedProcess[str]:
    env = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "RUFF", "VIRTUAL"))}
    nobody = home.parent / "home"
    nobody.mkdir(exist_ok=True)
    env |= {"PYTHONDONTWRITEBYTECODE": "1", "RUFF_NO_CACHE": "true", "COLUMNS": "9999", "BLACK_CACHE_DIR": str(nobody)}
    env |= {"XDG_CONFIG_HOME": str(nobody), "HOME": str(nobody)}
    env["PATH"] = f"{home}:{env.get('PATH', '')}"
    return subprocess.run(
        [str(home / words[0]), *words[1:]],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=600,
    )


def _rel(said: str, root: Path, folder: Path) -> str:
    path = os.path.normpath(os.path.join(folder, said))
    return os.path.relpath(path, root)


def _files(gate: Gate) -> list[str]:
    return list(gate.files or ())


def _crashed(done: subprocess.CompletedProcess[str]) -> bool:
    return done.returncode not in (0, 1) or "Traceback (most recent call last)" in done.stderr


def _said(done: subprocess.CompletedProcess[str]) -> str:
    return (done.stderr.strip() or done.stdout.strip())[-400:]


def _flake8(gate: Gate, root: Path, folder: Path, home: Path) -> Outcome:
    words = ["flake8", *plain(gate), "--format=%(path)s:%(row)d:: %(code)s", "-j1", *_files(gate)]
    done = _start(home, folder, words)
    found = re.findall(r"^(.+?):(\d+):: (\w+)$", done.stdout, re.MULTILINE)
    if _crashed(done) and not found:
        return Outcome(why=_said(done))
    reports = {(_rel(path, root, folder), int(line), code) for path, line, code in found}
    silent = "--exit-zero" in gate.argv
    return Outcome(green=silent or not reports, reports=reports)


def _pycodestyle(gate: Gate, root: Path, folder: Path, home: Path) -> Outcome:
    done = _start(home, folder, ["pycodestyle", *plain(gate), "--format=%(path)s:%(row)d:: %(code)s", *_files(gate)])
    found = re.findall(r"^(.+?):(\d+):: (\w+)", done.stdout, re.MULTILINE)
    if _crashed(done) and not found:
        return Outcome(why=_said(done))
    return Outcome(green=not found, reports={(_rel(path, root, folder), int(line), code) for path, line, code in found})


def _pyflakes(gate: Gate, root: Path, folder: Path, home: Path) -> Outcome:
    done = _start(home, folder, ["pyflakes", *plain(gate), *_files(gate)])
    found = re.findall(r"^(.+?):(\d+):(?:\d+:?)? ", done.stdout, re.MULTILINE)
    return Outcome(
        green=done.returncode == 0, reports={(_rel(path, root, folder), int(line), "pyflakes") for path, line in found}
    )


def _black(gate: Gate, root: Path, folder: Path, home: Path) -> Outcome:
    done = _start(home, folder, ["black", *plain(gate), "--check", *_files(gate)])
    found = re.findall(r"^would reformat (.+)$", done.stderr, re.MULTILINE)
    wrong = re.findall(r"^error: cannot format (.+?): ", done.stderr, re.MULTILINE)
    if done.returncode not in (0, 1, 123) or ("Traceback" in done.stderr and not found):
        return Outcome(why=_said(done))
    reports = {(_rel(path, root, folder), 0, "format") for path in found} | {
        (_rel(path, root, folder), 0, "unparsed") for path in wrong
    }
    # Without --check a command fails for what it cannot parse alone; a hook fails for what it changes.
    checks = gate.hook or "--check" in gate.argv
    return Outcome(green=not (reports if checks else wrong), reports=reports)


def _isort(gate: Gate, root: Path, folder: Path, home: Path) -> Outcome:
    old = any(one.startswith("isort==4") for one in gate.requires)
    words = ["isort", *plain(gate), "--check-only", *(["-rc"] if old and gate.files is None else []), *_files(gate)]
    done = _start(home, folder, words)
    text = done.stdout + done.stderr
    found = re.findall(r"^ERROR: (.+?) Imports are incorrectly sorted", text, re.MULTILINE)
    if done.returncode not in (0, 1) or ("Traceback" in text and not found):
        return Outcome(why=_said(done))
    checks = gate.hook or bool({"--check-only", "-c", "--check"} & set(gate.argv))
    return Outcome(green=not (found and checks), reports={(_rel(path, root, folder), 0, "isort") for path in found})


def _pydocstyle(gate: Gate, root: Path, folder: Path, home: Path) -> Outcome:
    done = _start(home, folder, ["pydocstyle", *plain(gate), *_files(gate)])
    text = done.stdout + done.stderr
    found = re.findall(r"^(.+?):(\d+)\b[^\n]*\n\s+(D\d+):", text, re.MULTILINE)
    if done.returncode not in (0, 1) or ("Traceback" in done.stderr and not found):
        return Outcome(why=_said(done))
    return Outcome(green=not found, reports={(_rel(path, root, folder), int(line), code) for path, line, code in found})


def _bandit(gate: Gate, root: Path, folder: Path, home: Path) -> Outcome:
    done = _start(home, folder, ["bandit", *plain(gate), "-q", "-f", "json", *_files(gate)])
    try:
        held = json.loads(done.stdout[done.stdout.index("{") :])
    except ValueError:
        return Outcome(green=True) if done.returncode == 0 else Outcome(why=_said(done))
    reports = {
        (_rel(one["filename"], root, folder), int(one["line_number"]), str(one["test_id"])) for one in held["results"]
    }
    return Outcome(green="--exit-zero" in gate.argv or not reports, reports=reports)


def _rewrites(gate: Gate, root: Path, folder: Path, home: Path) -> Outcome:
    """Fixers: what they change in a copy is what they report, line by line; the copy is put back."""
    mend = {"autoflake": ["--in-place"], "yapf": ["--in-place"], "pyupgrade": []}[gate.tool]
    done = _start(home, folder, [gate.tool, *plain(gate), *mend, *_files(gate)])
    diff = subprocess.run(
        ["git", "-C", str(root), "diff", "-U0", "--no-color", "--no-ext-diff"],
        capture_output=True,
        text=True,
        errors="replace",
    ).stdout
    subprocess.run(["git", "-C", str(root), "checkout", "-q", "--", "."], check=True, capture_output=True)
    if "Traceback" in done.stderr and not diff:
        return Outcome(why=_said(done))
    reports: set[Report] = set()
    path = ""
    for line in diff.splitlines():
        if line.startswith("--- a/"):
            path = line[6:]
        hunk = re.match(r"@@ -(\d+)(?:,(\d+))? ", line)
        if hunk:
            start, count = int(hunk.group(1)), int(hunk.group(2) or 1)
            reports |= (
                {(path, at, gate.tool) for at in range(start, start + max(count, 1))}
                if gate.tool != "yapf"
                else {(path, 0, "format")}
            )
    stops = gate.hook or {"--check", "-c", "--check-diff", "--diff", "-d"} & set(gate.argv) or gate.tool == "pyupgrade"
    return Outcome(green=not (reports and stops), reports=reports)


def _ruff_check(gate: Gate, root: Path, folder: Path, home: Path) -> Outcome:
    unsafe = ["--unsafe-fixes"] if "--unsafe-fixes" in gate.argv else []
    words = ["ruff", "check", *plain(gate), *unsafe, "--no-fix"]
    done = _start(home, folder, [*words, "--output-format=json", *_files(gate)])
    if done.returncode == 2 and "output-format" in done.stderr:  # before 0.0.291
        done = _start(home, folder, [*words, "--format=json", *_files(gate)])
    if done.returncode not in (0, 1):
        return Outcome(why=_said(done))
    held = json.loads(done.stdout or "[]")
    if "--fix-only" in gate.argv:
        wanted = ("safe", "unsafe") if unsafe else ("safe",)
        held = [one for one in held if one.get("fix") and one["fix"].get("applicability") in wanted]
    reports = {(_rel(one["filename"], root, folder), int(one["location"]["row"]), _code(one)) for one in held}
    stopping = held
    if "--fix" in gate.argv and not gate.hook:  # a command fails for what it leaves, a hook for what it mends
        wanted = ("safe", "unsafe") if unsafe else ("safe",)
        stopping = [one for one in held if not one.get("fix") or one["fix"].get("applicability") not in wanted]
    quiet = "--exit-zero" in gate.argv or ("--fix-only" in gate.argv and not gate.hook)
    return Outcome(green=quiet or not stopping, reports=reports)


def _code(report: dict[str, str]) -> str:
    code = report.get("code") or "E999"
    return "E999" if code == "invalid-syntax" else code


def _ruff_format(gate: Gate, root: Path, folder: Path, home: Path) -> Outcome:
    done = _start(home, folder, ["ruff", "format", *plain(gate), "--check", *_files(gate)])
    text = done.stdout + "\n" + done.stderr
    found = re.findall(r"^Would reformat: (.+)$", text, re.MULTILINE)
    wrong = re.findall(r"Failed to parse (\S+?):\d", text)
    for kind, path in re.findall(r"^(unformatted|invalid-syntax): [^\n]*\n\s*--> (.+?):\d", text, re.MULTILINE):
        (found if kind == "unformatted" else wrong).append(path)
    if done.returncode not in (0, 1, 2) or (done.returncode and not found and not wrong):
        return Outcome(why=_said(done))
    reports = {(_rel(path, root, folder), 0, "format") for path in found}
    reports |= {(_rel(path, root, folder), 0, "unparsed") for path in wrong}
    checks = gate.hook or bool({"--check", "--diff"} & set(gate.argv))
    return Outcome(green=not (reports if checks else wrong), reports=reports)


_RUNNERS = {
    "flake8": _flake8,
    "pycodestyle": _pycodestyle,
    "pyflakes": _pyflakes,
    "black": _black,
    "isort": _isort,
    "pydocstyle": _pydocstyle,
    "bandit": _bandit,
    "pyupgrade": _rewrites,
    "autoflake": _rewrites,
    "yapf": _rewrites,
    "ruff-check": _ruff_check,
    "ruff-format": _ruff_format,
}
