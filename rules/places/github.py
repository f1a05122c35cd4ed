"""GitHub Actions: workflows and composite actions set up uv in one version and call it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from rules.places.bootstrap import of_system
from rules.places.context import Context
from rules.places.handed_on import hand_on
from rules.places.manner import Answer
from rules.places.pipelines import SYSTEM
from rules.places.script import Script, Window
from rules.places.still_said import still_said
from rules.places.text import Splice, applied, line_end, line_start, newline
from rules.places.variables import renamed_files, without_variables
from rules.places.yaml_text import body, documents, entry_span, item_span, window
from rules.uv import version
from scanner.yaml_reader import Mapping, Scalar

_TOOLS = frozenset({"poetry", "pipenv", "pdm", "rye"})
_COMMIT = re.compile(r"uses:\s*[\"']?[\w./-]+@[0-9a-f]{40}\b")


@dataclass(frozen=True, slots=True)
class _Step:
    """A step and its lines."""

    node: Mapping
    start: int
    end: int

    def text(self, *path: str) -> str:
        return self.node.text(*path) or ""


def edit(path: str, text: str, context: Context) -> str:
    """The workflow or action with uv in the place of the old tools."""
    script = Script(
        path, text, context, bootstraps=_without_uv, prefix=_prefix(text), tokens=_to_later_steps, runs_only=True
    )
    splices: list[Splice] = []
    for holder, steps in _jobs(text):
        splices += _job(holder, steps, script)
    if path in context.left:
        return text
    hand_on(script, text)
    after = applied(text, [*splices, *(s for s in script.splices if not _inside(s, splices))])
    if after == text and any(_still_calls(step.text("run")) for _, steps in _jobs(text) for step in steps):
        return text  # whose caches are the old tool's
    after = renamed_files(after, path, context) if after != text or _names_lock(text) else after
    return without_variables(after, context)


def _names_lock(text: str) -> bool:
    return any(name in text for name in ("poetry.lock", "Pipfile", "pdm.lock"))


def _prefix(text: str) -> str:
    """The environment that ``setup-python`` made active; PowerShell would not take it."""
    return "" if "windows" in text.lower() else 'UV_PROJECT_ENVIRONMENT="$pythonLocation" '


def _to_later_steps(setting: str) -> str:
    """``NAME="value"`` for the steps that follow."""
    rows = re.findall(r"(\w+)=(\"[^\"]*\"|'[^']*'|(?:\$\{\{.*?\}\}|\S)+)", setting)
    shown = [f'echo "{name}={value.strip(chr(34) + chr(39))}" >> "$GITHUB_ENV"' for name, value in rows]
    return " && ".join(shown)


def _inside(splice: Splice, others: list[Splice]) -> bool:
    return any(o.start <= splice.start and splice.end <= o.end and o.end > o.start for o in others)


def _jobs(text: str) -> Iterator[tuple[Mapping, list[_Step]]]:
    for document in documents(text)[:1]:
        if not isinstance(document, Mapping):
            continue
        holders = [node for node in document.map("jobs").entries.values() if isinstance(node, Mapping)]
        for holder in [*holders, document.map("runs")]:
            steps = [step for step in holder.seq("steps") if isinstance(step, Mapping) and step.entries]
            if steps:
                yield holder, [_Step(step, *item_span(text, _offset(text, step.line))) for step in steps]


def _offset(text: str, line: int) -> int:
    at = 0
    for _ in range(line - 1):
        at = line_end(text, at)
    return at


def _without_uv(found: Answer) -> str | None:
    """A bootstrap without uv, which an action of its own sets up."""
    if not found.rest:
        return None
    return re.sub(r"\s+\"?uv==[\d.]+\"?", "", found.text, count=1)


def _job(holder: Mapping, steps: list[_Step], script: Script) -> Iterator[Splice]:
    text = script.text
    tools = script.context.replaced()
    for step in steps:
        if (by_system := of_system(step.text("run"), tools)) is not None:
            why = f"{by_system['tool']} comes with the system's packages, which have no uv; the job is left as it is"
            script.context.note(script.path, step.node.line_of("run"), why, "Where is uv to come from there?")
            return
    if (stays := next((s for s in steps if _stays(s, script)), None)) is not None:
        why = f"{stays.text('uses')} stays as it is, and so does what relies on it"
        script.context.note(script.path, stays.node.line_of("uses"), why, _BOTH)
        if "using" in holder.entries:
            script.context.left.add(script.path)
        return
    sets_up = [s for s in steps if _old_setup(s.text("uses"))]
    published = [s for s in steps if _is_publisher(s, script)]
    for step in steps:
        if step not in published:
            _foreign(step, script)
    has_uv = any("setup-uv" in s.text("uses") or _sets_up_by_itself(s.text("uses"), script) for s in steps)
    set_up = any(_has_location(s, script) for s in steps)
    script.of_job = "runs-on" in holder.entries and "container" not in holder.entries
    script.of_runner = script.of_job and not set_up and not any(_may_set_up(s) for s in steps)
    script.unplaced = not _prefix(text) and not set_up and script.of_job
    script.left_install = script.synced = False
    begun = len(script.splices)
    script.conda = any(_CONDA.search(s.text("uses")) for s in steps)
    script.prefix = _prefix(text) if set_up or not _prefix(text) else SYSTEM
    python = _python(text, holder, steps)
    remaining: list[str] = []
    emptied: list[_Step] = []
    looked, brings = 0, False
    first: _Step | None = None
    kept = {step.text("id") for step in steps if _caches_tool(step, text)} - {""}
    restoring = [step for step in steps if (hit := _HIT.search(step.text("if"))) and hit["id"] in kept]
    for step in steps:
        if step in restoring:
            continue  # goes with its cache
        run = step.node.get("run")
        if not isinstance(run, Scalar) or (found := window(text, run)) is None:
            continue
        known = len(script.splices)
        outcome = script.window(found)
        left = _left(text, found, script.splices[known:])
        looked += outcome.looked
        brings = brings or any(a.kind == "bootstrap" for a in outcome.answers)
        if outcome.emptied or (outcome.answers and not outcome.looked and _served(left, outcome.answers)):
            emptied.append(step)
        else:
            remaining.append(left)
        if any(a.kind == "system-sync" for a in outcome.answers) and not script.prefix and set_up:
            yield _environment(text, step)
        if any(a.skip == 0 for a in outcome.answers) and first is None:  # else: a container's uv
            first = step
    calls_old = any(_still_calls(left) for left in remaining)
    composite = "using" in holder.entries
    if (script.left_install or (calls_old and not has_uv)) and (composite or not script.synced):
        del script.splices[begun:]  # its environment stays the old tool's, and so does all that runs in it
        if composite:
            script.context.left.add(script.path)
        return
    looked += calls_old
    first = min([s for s in (first, *published) if s is not None], key=lambda s: s.start, default=None)
    going = not looked and (first or sets_up or emptied)
    caches = [s for s in steps if going and (s in restoring or _caches_tool(s, text))]
    for step in steps:
        gone = step.node.map("with").text("cache") or ""
        goes = gone.strip() in _TOOLS and script.context.any_of(gone.strip()) is not None
        if "setup-python" in step.text("uses") and (first or sets_up or goes):
            yield from _setup_python(step, script, steps, remaining)
    if not (first or sets_up):
        return
    for step in published:
        yield Splice(step.start, step.end, _publishing(text, step))
    candidates = sorted([*sets_up, *emptied], key=lambda s: s.start)
    if looked and candidates:  # what stays of the old tool's commands needs it
        first = min([first or candidates[0], candidates[0]], key=lambda s: s.start)
        candidates = []
    placed = has_uv
    for step in candidates:
        if placed or (
            step in emptied and first is not None and step.start > first.start and not _is_first(step, first)
        ):
            yield Splice(step.start, _with_blank(text, step), "")
            continue
        placed = True
        yield Splice(step.start, step.end, _checkout(holder, steps, step, script) + _setup_uv(text, step, python))
    if not placed and first is not None and (brings or not _is_set_up_by_caller(holder, script)):
        yield Splice(first.start, first.start, _setup_uv(text, first, python, new=True))
    for step in caches:
        if step not in candidates:
            yield Splice(step.start, _with_blank(text, step), "")


_HIT = re.compile(r"^\s*(?:\$\{\{)?\s*steps\.(?P<id>[\w-]+)\.outputs\.cache-hit\s*==\s*'?true'?\s*(?:\}\})?\s*$")
_BOTH = "Change both together."


def _stays(step: _Step, script: Script) -> bool:
    """Whether a step is an action of the repository that puts the old tool in place and stays as it is."""
    folder = step.text("uses").removeprefix("./").rstrip("/")
    files = (f"{folder}/action.{ending}" for ending in ("yml", "yaml"))
    return step.text("uses").startswith("./") and any(f in script.context.left for f in files)


def _still_calls(left: str) -> bool:
    """Whether what is left of a script calls an old tool that sets up an environment."""
    rows = "\n".join(row for row in left.splitlines() if not re.match(r"[ \t]*(?:echo|printf)\b", row))
    return any(re.match(r"\w+ (?:install|sync|run)\b", said) for _, said in still_said("run.sh", rows, _TOOLS))


def _has_location(step: _Step, script: Script) -> bool:
    """Whether a step sets ``pythonLocation``: ``setup-python`` that is told a version, by itself or by a file."""
    if "setup-python" not in step.text("uses"):
        return False
    told = any(step.text("with", name) for name in ("python-version", "python-version-file"))
    return (
        told or not step.text("uses").startswith("actions/") or ".python-version" in script.context.ground.facts.files
    )


def _may_set_up(step: _Step) -> bool:
    """Whether a step may bring a Python that pip may write to."""
    uses, run = step.text("uses").replace("actions/setup-python", ""), step.text("run")
    return (
        uses.startswith((".", "docker://"))
        or _SETS_UP_PYTHON.search(uses) is not None
        or _BY_HAND.search(run) is not None
    )


_SETS_UP_PYTHON = re.compile(r"python|pyenv|conda|mamba|nix|brew", re.IGNORECASE)
_BY_HAND = re.compile(r"(?:apt|apt-get|apk|brew|dnf|yum|choco)[ \t][^\n]*python|pyenv|conda|mamba")


_CONDA = re.compile(r"setup-(?:mini|micro)(?:conda|mamba)|setup-conda|provision-with-micromamba|setup-micromamba")
"""Actions that make an environment of conda's and activate it."""


def _sets_up_by_itself(action: str, script: Script) -> bool:
    """Whether an action of the repository itself puts the old tool in place, and uv from now on."""
    if not action.startswith("./"):
        return False
    files = (f"{action.removeprefix('./').rstrip('/')}/action.{ending}" for ending in ("yml", "yaml"))
    path = next((f for f in files if f in script.context.ground.facts.files), None)
    text = script.context.ground.read(path) if path is not None and path not in script.context.left else None
    return text is not None and _SETS_UP.search(text) is not None


def _is_set_up_by_caller(holder: Mapping, script: Script) -> bool:
    """Whether a composite action relies on what the workflows that call it set up."""
    if "runs-on" in holder.entries or "using" not in holder.entries:
        return False
    ground = script.context.ground
    others = (ground.read(f) or "" for f in sorted(ground.facts.files) if f.startswith(".github/") and f != script.path)
    own = f"./{posixpath.dirname(script.path)}"  # whatever this action is called, its callers rely on it
    return any(_SETS_UP.search(text.replace(own, "")) for text in others)


_SETS_UP = re.compile(r"install[^\n]*(?:poetry|pipenv|pdm|rye|\buv\b)|setup-(?:poetry|pipenv|pdm|rye|uv)|python-poetry")


def _left(text: str, found: Window, splices: list[Splice]) -> str:
    """What is left of a script."""
    moved = [Splice(s.start - found.start, s.end - found.start, s.new) for s in splices]
    return applied(text[found.start : found.end], moved)


def _served(left: str, answers: list[Answer]) -> bool:
    """Whether what is left beside an installer only served it: its folder on the path, a newer pip."""
    rows = [row.strip() for row in left.splitlines() if row.strip() and not row.lstrip().startswith("#")]
    return {a.kind for a in answers} <= {"bootstrap", "drop"} and all(_SERVING.fullmatch(row) for row in rows)


_SERVING = re.compile(
    r"echo [\"']?[^\"'|&;]{0,80}\.local/bin[\"']? ?>> ?[\"']?\$\{?GITHUB_PATH\}?[\"']?"
    r"|(?:python3? -m )?pip3? install (?:-U|--upgrade) (?:pip|setuptools|wheel|[ ]){1,8}"
    r"|if \[\[? [^;&|`()]{1,200} \]\]?; ?then|else|fi|true"
)


def _is_first(step: _Step, first: _Step) -> bool:
    return step.start <= first.start


def _old_setup(action: str) -> bool:
    """Whether an action of another repository puts an old tool in place."""
    parts = _parts(action)
    return (
        bool(_TOOLS & parts)
        and bool({"setup", "install", "actions", "installer", "get"} & parts)
        and not _does_more(parts)
    )


def _is_publisher(step: _Step, script: Script) -> bool:
    """Whether an action builds and publishes with Poetry and is told nothing that uv would not know."""
    if not re.fullmatch(r"jrubics/poetry-publish@\S+", step.text("uses"), re.IGNORECASE):
        return False
    known = {"pypi_token", "python_version", "poetry_version", "ignore_dev_requirements", "poetry_install_options"}
    inputs = step.node.map("with").entries.keys()
    return script.context.any_of("poetry") is not None and "pypi_token" in inputs and inputs <= known


def _publishing(text: str, step: _Step) -> str:
    """The step that builds and publishes with uv, in the place of an action."""
    end = newline(text)
    first = text[step.start : line_end(text, step.start)]
    indent = " " * (len(first) - len(first.lstrip(" ")))
    rows = [f"{indent}- name: Build and publish"]
    if condition := step.node.text("if"):
        rows.append(f"{indent}  if: {_raw(text, step) if condition else ''}")
    token = step.node.map("with").text("pypi_token") or ""
    rows += [f"{indent}  env:", f"{indent}    UV_PUBLISH_TOKEN: {token}", f"{indent}  run: uv build && uv publish"]
    return end.join(rows) + end


def _does_more(parts: set[str]) -> bool:
    return bool({"publish", "version", "export", "release", "check", "lint", "test", "update"} & parts)


def _parts(action: str) -> set[str]:
    name = action.partition("@")[0].lower()
    return set() if name.startswith(("./", ".github", "docker://")) else set(re.split(r"[^a-z]+", name))


def _foreign(step: _Step, script: Script) -> None:
    """An action that runs the old tool by itself: what replaces it is a person's choice."""
    action = step.text("uses")
    if _TOOLS & _parts(action) and not _old_setup(action):
        message = f"the action {action} runs the old tool"
        script.context.note(script.path, step.node.line_of("uses"), message, "Which commands of uv stand for it?")


def _caches_tool(step: _Step, text: str) -> bool:
    """A cache of the old tool's own installation."""
    if not step.text("uses").startswith(("actions/cache", "buildjet/cache")):
        return False
    path, key = step.text("with", "path").strip(), step.text("with", "key").lower()
    rows = {row.strip() for row in path.split("\n")}
    if rows <= _DOWNLOADS and f"steps.{step.text('id')}." not in text:
        return True
    return all(map(_OWN_FOLDER.fullmatch, rows)) and any(
        t in key + step.text("name").lower() + step.text("id").lower() for t in _TOOLS
    )


_HOMES = r"(?:~|\$HOME|\$\{\{ ?env\.HOME ?\}\}|/root|/home/runner)"
_OWN_FOLDER = re.compile(
    rf"{_HOMES}/\.(?:poetry|local(?:/(?:bin|share/pypoetry|(?:share/)?pipx(?:/venvs(?:/(?:poetry|pdm|pipenv))?)?"
    r"|bin/(?:poetry|pdm|pipenv)))?)/?|/opt/(?:poetry|pipx(?:/venvs(?:/(?:poetry|pdm|pipenv))?)?"
    r"|pipx_bin(?:/(?:poetry|pdm|pipenv))?)/?"
)
_DOWNLOADS = frozenset(
    f"~/.cache/{name}"
    for name in ("pypoetry", "pypoetry/cache", "pypoetry/artifacts", "pypoetry/virtualenvs", "pipenv", "pdm", "rye")
)
"""What the old tools downloaded: setup-uv keeps uv's own."""


def _with_blank(text: str, step: _Step) -> int:
    """The end of a step together with the blank lines behind it."""
    end = step.end
    while end < len(text) and not text[end : line_end(text, end)].strip():
        end = line_end(text, end)
    return end if end < len(text) else step.end


def _python(text: str, holder: Mapping, steps: list[_Step]) -> str | None:
    """The Python version that the job sets up, as it is written; ``None`` where uv would not know it (``3.x``)."""
    for step in steps:
        node = step.node.get("with", "python-version")
        sets_up = "setup-python" in step.text("uses") or _old_setup(step.text("uses"))
        if sets_up and isinstance(node, Scalar) and not node.block:
            start, end = body(text, node)
            if "\n" not in text[start:end]:
                return text[start:end] if all(map(_VERSION.fullmatch, _values(node.text, holder))) else None
    return None


_VERSION = re.compile(
    r"\d+(?:\.\d+){0,2}(?:(?:a|b|rc)\d+)?t?|pypy-?\d\.\d+|\$\{\{.*"
    r"|(?:[<>]=?|[=!~]=)[\d.]+(?:, ?(?:[<>]=?|[=!~]=)[\d.]+)*"
)
_OF_MATRIX = re.compile(r"\$\{\{\s*matrix\.(?P<name>[\w-]+)\s*\}\}")


def _values(text: str, holder: Mapping) -> list[str]:
    """What an entry of a matrix may be; the text itself where it is none of a matrix."""
    named = _OF_MATRIX.fullmatch(text.strip())
    if named is None:
        return [text]
    matrix = holder.map("strategy").map("matrix")
    found = [v.text for v in matrix.seq(named["name"]) if isinstance(v, Scalar)]
    more = (extra.text(named["name"]) for extra in matrix.seq("include") if isinstance(extra, Mapping))
    return [*found, *(value for value in more if value)]


def _environment(text: str, step: _Step) -> Splice:
    """A step's variable that lets uv install where ``setup-python`` made Python active, for every shell."""
    end = newline(text)
    first = text[step.start : line_end(text, step.start)]
    inner = " " * (len(first) - len(first.lstrip(" -")))
    row = f"{inner}  UV_PROJECT_ENVIRONMENT: ${{{{ env.pythonLocation }}}}{end}"
    if (env := step.node.get("env")) is not None and isinstance(env, Mapping) and env.entries:
        at = _offset(text, step.node.line_of("env") + 1)
        return Splice(at, at, row)
    at = entry_span(text, step.node.line_of("run"))[1]
    return Splice(at, at, f"{inner}env:{end}{row}")


def _setup_python(step: _Step, script: Script, steps: list[_Step], remaining: list[str]) -> Iterator[Splice]:
    """Without the cache of a tool that is not there any more, which would fail the job where nothing is to be kept."""
    text, inputs = script.text, step.node.map("with")
    tool = (inputs.text("cache") or "").strip()
    uses_pip = any(_BY_PIP.search(left) for left in remaining) or any(_BY_PIP.search(s.text("uses")) for s in steps)
    if tool in _TOOLS or (tool == "pip" and not uses_pip):
        names = [k for k in ("cache", "cache-dependency-path") if k in inputs.entries]
        if len(names) == len(inputs.entries):
            yield Splice(*entry_span(text, step.node.line_of("with")), "")
        else:
            for name in names:
                yield Splice(*entry_span(text, inputs.line_of(name)), "")
    elif tool == "pip" and isinstance(node := inputs.get("cache-dependency-path"), Scalar):
        files = node.text.split()
        target = script.context.around(script.path)
        if target is not None and files and all(target.file(f) for f in files):
            yield Splice(*body(text, node), target.lock + ("\n" if node.block else ""))


_BY_PIP = re.compile(
    r"(?<![\w-])(?:(?<!uv )pip[\d.]*\s+(?:install|download|wheel)|tox|nox|pipx|pre-commit|hatch|-m build)(?![\w-])"
)
"""What fills pip's cache."""


def _setup_uv(text: str, step: _Step, python: str | None, *, new: bool = False) -> str:
    """The step that sets up uv, in the style of the one whose place it takes (or before which it goes)."""
    end = newline(text)
    indent = " " * (len(text[step.start :]) - len(text[step.start :].lstrip(" ")))
    first = text[step.start : line_end(text, step.start)]
    lonely = first.strip() == "-"  # what follows the dash stands on rows of its own
    second = text[line_end(text, step.start) :] if lonely else first
    inner = " " * (len(second) - len(second.lstrip(" " if lonely else " -")))
    named = "name" in step.node.entries
    rows = [f"{inner}name: Set up uv"] if named else []
    if not new and (name := step.text("id")) and f"steps.{name}." in text:
        rows.append(f"{inner}id: {name}")
    rows += [f"{inner}uses: astral-sh/setup-uv@{_ref(text)}", f"{inner}with:", f'{inner}  version: "{version("uv")}"']
    rows += [f"{inner}  python-version: {python}"] if python else []
    if not new and (shell := step.node.text("if")) and not re.search(r"cache-hit|\bos\b", shell):
        rows.insert(len(rows) - (3 if python else 2), f"{inner}if: {_raw(text, step)}")
    dash = first[: len(inner)] if first.lstrip().startswith("-") else f"{indent}- "
    rows[0] = first + rows[0] if lonely else dash + rows[0][len(inner) :]
    gap = end if new and _has_blank_before(text, step) else ""
    return end.join(rows) + end + gap


_CHECKOUT = re.compile(r"uses:[ \t]*[\"']?(?P<action>actions/checkout@[\w.-]+(?:[\"']?[ \t]+#[ \t]*v[\d.]+)?)")


def _checkout(holder: Mapping, steps: list[_Step], step: _Step, script: Script) -> str:
    """The step that brings the sources where only the action that goes can have brought them."""
    text = script.text
    if step.text("uses") == "" or "steps" not in holder.entries or "runs-on" not in holder.entries:
        return ""
    if any("checkout" in s.text("uses") or "git " in s.text("run") for s in steps):
        return ""
    files = script.context.ground.facts.files
    others = (script.context.ground.read(f) or "" for f in sorted(files) if f.startswith(".github/"))
    found = next((m for t in (text, *others) if (m := _CHECKOUT.search(t))), None)
    action = step.text("uses")
    if found is None:
        message = f"{action} brought the sources as well, it seems; setup-uv does not"
        script.context.note(script.path, step.node.line_of("uses"), message, "Check them out before.")
        return ""
    first = text[step.start : line_end(text, step.start)]
    return f"{first[: len(first) - len(first.lstrip(' '))]}- uses: {found['action']}{newline(text)}"


def _raw(text: str, step: _Step) -> str:
    node = step.node.get("if")
    assert isinstance(node, Scalar)
    start, stop = body(text, node)
    return " ".join(text[start:stop].split())


def _has_blank_before(text: str, step: _Step) -> bool:
    before = line_start(text, max(step.start - 1, 0))
    return step.start > 0 and not text[before : step.start].strip()


def _ref(text: str) -> str:
    """The action in one version, by commit where the file pins its actions so."""
    return f"{version('setup_uv_commit')} # {version('setup_uv')}" if _COMMIT.search(text) else version("setup_uv")
