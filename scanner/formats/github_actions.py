"""GitHub Actions: workflows of this repository, and the composite actions that they use.

Steps' scripts with their variables and folders; what published actions run (:mod:`scanner.known_actions`); Python
versions of matrices, setup steps and containers; other repositories' workflows and actions as references.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice, product

from scanner import known_actions
from scanner.facts import Extract, Hint, Invocation
from scanner.format import Format, like
from scanner.github_expressions import EXPRESSION, Value, condition, evaluate, filled, shown
from scanner.job_matrix import JobMatrix, job_matrix, literal_items
from scanner.pipeline import MAX_DEPTH, Pipeline, Where, in_side_folder, is_python_key, is_true, variables
from scanner.redact import redact_line
from scanner.shell import clean_value
from scanner.yaml_reader import Mapping, Node, Scalar, Sequence, load_mapping

CI = "github-actions"
_SYSTEMS = {".forgejo": "forgejo-actions", ".gitea": "gitea-actions"}  # the same language, other registries of actions
MAX_VALUES = 64
MAX_LEGS = 24
MAX_STEPS = 500  # of all legs of a job
_PATH = re.compile(r"(?P<root>matrix|env|inputs|github\.event\.inputs)\.(?P<rest>[\w.-]{1,120})")
_LITERAL = re.compile(r"'(?P<text>[^']{0,80})'")
_ON_WINDOWS = re.compile(r"(?:runner|matrix)\.os\s{0,4}==\s{0,4}'[Ww]indows")
_NEVER = re.compile(r"(?:\$\{\{)?\s{0,4}(?:false|'false'|0)\s{0,4}(?:&&.{0,400}|\}\})?", re.DOTALL)


def read(path: str, text: str) -> Extract | None:
    """Read a workflow; ``None`` for a YAML file without jobs."""
    doc = load_mapping(text)
    if not doc.map("jobs").entries:
        return None
    system = _SYSTEMS.get(path.partition("/")[0], CI)
    pipeline = Pipeline(path, system, system)
    scope = _Scope(inputs=_inputs(doc), env=_scalars_of(doc.get("env")))
    base = Where(env=variables(doc.get("env"))).inside(doc.text("defaults", "run", "working-directory"))
    base = replace(base, shell=_shell(doc.text("defaults", "run", "shell")))
    for name, node in doc.map("jobs").items():
        if isinstance(node, Mapping):
            _job(name, node, doc.map("jobs").line_of(name), pipeline, base, scope)
    extract = pipeline.extract()
    settings = {**extract.settings, **_as_settings(doc.map("on", "workflow_call", "inputs"))}
    return replace(extract, hints=tuple(_scheduled(doc, extract.invocations)), settings=settings)


def _scheduled(doc: Mapping, invocations: tuple[Invocation, ...]) -> Iterator[Hint]:
    """The program of its own that a workflow starts by the clock, and not for changes of the code."""
    events = doc.map("on").entries
    if "schedule" not in events or not _CHANGES.isdisjoint(events):
        return
    for invocation in invocations:
        found = _OWN_PROGRAM.search(" ".join(invocation.argv)[:400])
        if found is not None and invocation.disabled is None:
            yield Hint(kind="scheduled", what=f"a workflow starts it by the clock ({found[0]})", at=invocation.at)
            return


_CHANGES = frozenset({"push", "pull_request", "pull_request_target", "merge_group"})
_OWN_PROGRAM = re.compile(
    r"^(?:uv|poetry|pdm|pipenv|rye) run (?!python|pytest|ruff|mypy|nox|tox)[\w-]{2,60}(?=$|\s)"
    r"|\bpython[\d.]{0,4} (?:-u )?"
    r"(?!(?:[\w.-]{1,80}/){0,8}(?:\.github|ci|scripts?|tools?|tests?|docs?|hack|dev|utils?|release|benchmarks?)/)"
    r"(?!setup\.py|manage\.py)[\w.][\w./-]{0,100}\.py(?=$|\s)"
)


def read_action(path: str, text: str) -> Extract | None:
    """Read an action: a composite one has steps, one in a container an image, others nothing that is of interest."""
    doc = load_mapping(text)
    runs = doc.map("runs")
    if not runs.entries:
        return None
    pipeline = Pipeline(path, "github-action", None, context="script")  # a workflow that uses it makes it CI
    scope = _Scope(inputs=_action_inputs(doc))
    image = runs.text("image") or ""
    if image.startswith("docker://"):
        pipeline.image(image.removeprefix("docker://"), runs.line_of("image"), Where(), beside=True)
    _steps(runs.seq("steps"), pipeline, Where(), scope)
    return replace(pipeline.extract(), settings=_as_settings(doc.map("inputs")))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scope:
    """What expressions can be resolved from: the job's matrix, defaults of inputs, literal variables."""

    matrix: Mapping = field(default_factory=lambda: Mapping({}, {}, 1))
    inputs: dict[str, Scalar] = field(default_factory=dict)
    env: dict[str, Scalar] = field(default_factory=dict)
    leg: dict[str, str | bool] = field(default_factory=dict)

    def values(self, expression: str) -> tuple[Scalar, ...]:
        """The literal values of ``matrix.python-version`` and the like; nothing when it cannot be known."""
        for part in expression.split("||"):
            if found := self._values(part.strip()):
                return found
        known = evaluate(expression, self.value)
        return (Scalar(shown(known), 0),) if known else ()

    def value(self, name: str) -> Value:
        """What ``matrix.folder`` is in this leg, ``env.NAME``, or an input whose default nobody changes."""
        root, _, rest = name.partition(".")
        if root == "matrix":
            return self.of_leg(name)
        known = {"env": self.env, "inputs": self.inputs}.get(root, {}).get(rest)
        return None if known is None else known.text == "true" if known.text in ("true", "false") else known.text

    def of_leg(self, name: str) -> Value:
        """What ``matrix.folder`` is in this leg; nothing else is asked."""
        return self.leg.get(name.removeprefix("matrix.")) if name.startswith("matrix.") else None

    def fill(self, text: str) -> str:
        """``text`` with what the leg of the matrix says in its place."""
        return filled(text, self.of_leg) if self.leg else text

    def _values(self, expression: str) -> tuple[Scalar, ...]:
        if literal := _LITERAL.fullmatch(expression):
            return (Scalar(literal["text"], 0),) if literal["text"] else ()
        match = _PATH.fullmatch(expression)
        if match is None:
            return ()
        if match["root"] == "matrix":
            return tuple(_axis(self.matrix, tuple(match["rest"].split("."))))
        known = self.env if match["root"] == "env" else self.inputs
        scalar = known.get(match["rest"])
        return (scalar,) if scalar is not None else ()


def _axis(matrix: Mapping, path: tuple[str, ...]) -> Iterator[Scalar]:
    """The values along one axis of a matrix (``config.python`` goes into its mappings), with those of ``include``."""
    excluded = {
        item.text(path[0]) for item in matrix.seq("exclude") if isinstance(item, Mapping) and len(item.entries) == 1
    }
    includes = [item for node in matrix.seq("include") for item in literal_items(node) if isinstance(item, Mapping)]
    for holder in (matrix, *includes):
        for node in holder.seq(path[0]):
            whole = _version_in_parts(node)
            yield from (s for s in _below(whole or node, path[1:]) if s.text not in excluded)


def _version_in_parts(node: Node) -> Scalar | None:
    """``[3, 11]`` as ``3.11``: workflows put such pairs together with ``join``."""
    parts = list(node) if isinstance(node, Sequence) else []
    numbers = [part for part in parts if isinstance(part, Scalar) and part.text.isdecimal()]
    if len(parts) not in (2, 3) or len(numbers) != len(parts) or numbers[0].text not in ("2", "3"):
        return None
    return replace(numbers[0], text=".".join(number.text for number in numbers))


def _below(node: Node, path: tuple[str, ...]) -> Iterator[Scalar]:
    for item in literal_items(node):
        if isinstance(item, Scalar) and not path and "${{" not in item.text:
            yield item
        elif isinstance(item, Mapping) and path and (inner := item.get(path[0])) is not None:
            yield from _below(inner, path[1:])


def _scalars_of(node: Node | None) -> dict[str, Scalar]:
    if not isinstance(node, Mapping):
        return {}
    return {key: value for key, value in node.items() if isinstance(value, Scalar) and "${{" not in value.text}


def _inputs(doc: Mapping) -> dict[str, Scalar]:
    """Defaults of the inputs with which a workflow is called or started by hand."""
    found: dict[str, Scalar] = {}
    for event in ("workflow_call", "workflow_dispatch"):
        found = {**_defaults(doc.map("on", event, "inputs")), **found}
    return found


def _as_settings(inputs: Mapping) -> dict[str, object]:
    """The inputs with their defaults, for those who use this file."""
    found = {name: node.text("default") or "" if isinstance(node, Mapping) else "" for name, node in inputs.items()}
    return {"inputs": {name: text for name, text in found.items() if "${{" not in text}} if found else {}


def _action_inputs(doc: Mapping) -> dict[str, Scalar]:
    return _defaults(doc.map("inputs"))


def _defaults(inputs: Mapping) -> dict[str, Scalar]:
    found: dict[str, Scalar] = {}
    for name, node in inputs.items():
        default = node.get("default") if isinstance(node, Mapping) else None
        if isinstance(default, Scalar) and default.text and "${{" not in default.text:
            found[name] = default
    return found


def _job(name: str, job: Mapping, line: int, pipeline: Pipeline, base: Where, scope: _Scope) -> None:
    scope = replace(scope, matrix=job.map("strategy", "matrix"), env={**scope.env, **_scalars_of(job.get("env"))})
    where = replace(
        base.with_env(variables(job.get("env"))),
        job=name,
        disabled=_disabled(job),
        tolerated=is_true(job.text("continue-on-error")),
    )
    where = replace(where, shell=_shell(job.text("defaults", "run", "shell")) or where.shell or _default_shell(job))
    _matrix_pythons(scope.matrix, pipeline, where)
    for key in ("container", "services"):
        _containers(job.get(key), pipeline, where, scope, in_job=key == "container")
    for leg in _legs(job, job_matrix(job.get("strategy", "matrix"))):
        own = replace(scope, leg=leg)
        told = " ".join(f"{path}={shown(value)}" for path, value in leg.items()) or None
        here = replace(where, leg=told, env={key: own.fill(value) for key, value in where.env.items()})
        here = _inside(here, job.text("defaults", "run", "working-directory"), own)
        if (target := job.text("uses")) is not None:
            _uses(target, job, job.line_of("uses"), pipeline, here, own)
        _steps(job.seq("steps"), pipeline, here, own)


def _legs(job: Mapping, matrix: JobMatrix) -> tuple[dict[str, str | bool], ...]:
    """The legs of a job by the values that its commands depend on; a single one where none do, or nobody can tell."""
    texts = [job.text("defaults", "run", "working-directory") or "", *_folders(job)]
    asked = {path for text in texts for path in _matrix_paths(text)}
    for script in _scripts(job):
        asked.update(path for match in EXPRESSION.finditer(script) for path in _deciding(match, matrix))
    tested = {path for step in _flat_steps(job) for path in _MATRIX_PATH.findall(step.text("if") or "")}
    steps = len(job.seq("steps"))
    for paths in (asked | tested, asked):
        known = {path for path in paths if not is_python_key(path.rpartition(".")[2])}
        rows = matrix.rows(sorted(known), MAX_LEGS) if known else ()
        if rows and len(rows) * steps <= MAX_STEPS:
            return tuple(dict(row) for row in rows)
    return ({},)


def _scripts(job: Mapping) -> Iterator[str]:
    for step in _flat_steps(job):
        yield step.text("run") or ""


def _folders(job: Mapping) -> Iterator[str]:
    """What says for a whole step where it works, or with which values an action or workflow does."""
    for holder in (job, *_flat_steps(job)):
        yield holder.text("working-directory") or ""
        yield from (text for key, text in variables(holder.get("env")).items() if _DECIDES.fullmatch(key))
        name = (holder.text("uses") or "").partition("@")[0]
        if name.startswith(("./", "$/")) or known_actions.commands_of(name, {}):
            inputs = holder.map("with").items()
            yield from (node.text for key, node in inputs if isinstance(node, Scalar) and not is_python_key(key))


def _flat_steps(job: Mapping, depth: int = 0) -> Iterator[Mapping]:
    for step in job.seq("steps"):
        yield from (inner for inner in literal_items(step) if isinstance(inner, Mapping))


def _matrix_paths(text: str) -> Iterator[str]:
    for match in EXPRESSION.finditer(text):
        yield from _MATRIX_PATH.findall(match["body"])


def _deciding(match: re.Match[str], matrix: JobMatrix) -> Iterator[str]:
    """The matrix's values of an expression that is a command, or names a folder, a file, a target or an extra."""
    text, start, end = match.string, match.start(), match.end()
    before = text[max(0, start - 60) : start].rstrip("\"'")
    after = text[end : end + 12].lstrip("\"'")
    if _BEFORE.search(before) is not None:
        yield from _MATRIX_PATH.findall(match["body"])
        return
    if _INSTALLS.search(text[max(0, text.rfind("\n", 0, start)) : start]) is None:
        return
    if before.endswith(("/", "[")) or after.startswith("/") or _SUFFIX.match(after) is not None:
        yield from _MATRIX_PATH.findall(match["body"])
        return
    for path in _MATRIX_PATH.findall(match["body"]):
        values = [matrix.value(leg, tuple(path.split("."))) for leg in matrix.legs]
        if any(isinstance(value, str) and ("/" in value or value.startswith((".", "-"))) for value in values):
            yield path


_MATRIX_PATH = re.compile(r"\bmatrix\.([\w-]{1,80}(?:\.[\w-]{1,80}){0,4})")
_DECIDES = re.compile(
    r"TOXENV|NOXSESSION|UV_PROJECT|PIP_CONSTRAINT|UV_CONSTRAINT|PIPENV_PIPFILE|PDM_LOCKFILE|\w{0,40}(?:DIR|PATH|FOLDER|FILE)"
)
_SUFFIX = re.compile(r"(?:\.(?:txt|in|lock|toml|ya?ml|sh|py)\b|\[)")
_INSTALLS = re.compile(r"\b(?:install|sync|create|update|build|cd|pushd|source|make)\b|\s-r|--(?:project|directory)\b")
_BEFORE = re.compile(
    r"(?:(?:^|[\n;&|(])\s*|\b(?:cd|pushd|make|just|task|nox -s|nox)\s+(?:-\S{1,20}\s+)?"
    r"|\s-(?:[CrepEGfst]|-(?:directory|project|package|requirement|manifest-path|prefix|extra|extras|group|only-group"
    r"|with|only|env|environment|session|sessions|file|target|lockfile))[= ]\s*)$"
)


def _inside(where: Where, directory: str | None, scope: _Scope) -> Where:
    """In ``directory``; where a caller's input decides, in its default, and the text is kept for the caller's."""
    if directory is None:
        return where
    text = scope.fill(directory)
    asked = text.strip() if "inputs." in text else None
    return replace(where.inside(_one(text, scope)), asked=asked)


def _disabled(node: Mapping) -> str | None:
    condition = node.text("if")
    return f"if: {condition.strip()[:60]}" if condition is not None and _NEVER.fullmatch(condition.strip()) else None


def _shell(text: str | None) -> str | None:
    """The interpreter of a step; wrappers around a shell (``micromamba-shell {0}``) count as it."""
    if not text or "${{" in text:
        return None
    name = text.split()[0].rsplit("/", 1)[-1].lower()
    if name in ("python", "python3", "node", "perl", "ruby", "rscript", "julia", "nu", "fish"):
        return name
    return name if name in ("pwsh", "powershell", "cmd", "sh", "zsh") else "bash"


def _default_shell(job: Mapping) -> str | None:
    return "pwsh" if (job.text("runs-on") or "").startswith("windows-") else None


def _shell_of_condition(step: Mapping) -> str | None:
    """A step that is only for Windows runs in PowerShell unless it says otherwise."""
    return "pwsh" if _ON_WINDOWS.search(step.text("if") or "") else None


def _matrix_pythons(matrix: Mapping, pipeline: Pipeline, where: Where) -> None:
    """Axes that are called after Python, also inside the mappings of an axis (``config: [{py: "3.8", …}]``)."""
    names = dict.fromkeys(k for k in matrix.entries if k not in ("include", "exclude"))
    for item in (item for node in matrix.seq("include") for item in literal_items(node)):
        names.update(dict.fromkeys(item.entries if isinstance(item, Mapping) else ()))
    for name in names:
        inner = {key for node in matrix.seq(name) if isinstance(node, Mapping) for key in node.entries}
        for path in [(name,), *((name, key) for key in sorted(inner))]:
            if is_python_key(path[-1]) or (is_python_key(path[0]) and path[-1] == "version"):
                for scalar in _axis(matrix, path):
                    pipeline.python(scalar.text, scalar.first_line, "ci-matrix", where)


def _containers(node: Node | None, pipeline: Pipeline, where: Where, scope: _Scope, *, in_job: bool) -> None:
    holders = node.entries.values() if isinstance(node, Mapping) and not in_job else (node,)
    for holder in holders:
        image = holder.get("image") if isinstance(holder, Mapping) else holder
        if isinstance(image, Scalar):
            for text, _, _ in _resolved(image, scope):
                pipeline.image(text, image.line, where, beside=not in_job)


def _steps(nodes: tuple[Node, ...], pipeline: Pipeline, where: Where, scope: _Scope, depth: int = 0) -> None:
    passed_on: dict[str, str] = {}
    for step in nodes:
        if isinstance(step, Sequence) and depth < MAX_DEPTH:
            _steps(step.items, pipeline, where, scope, depth + 1)
        if not isinstance(step, Mapping):
            continue
        if scope.leg and condition(step.text("if") or "true", scope.of_leg) is False:
            continue
        more = {key: scope.fill(value) for key, value in variables(step.get("env")).items()}
        here = where.with_env(passed_on).with_env(more)
        here = replace(
            here,
            disabled=where.disabled or _disabled(step),
            tolerated=where.tolerated or is_true(step.text("continue-on-error")),
            shell=_shell(step.text("shell")) or where.shell or _shell_of_condition(step),
        )
        own = replace(scope, env={**scope.env, **_scalars_of(step.get("env"))})
        where = _checked_out(step, where, pipeline, own)
        if (target := step.text("uses")) is not None:
            _uses(target, step, step.line_of("uses"), pipeline, here, own)
        script = step.get("run")
        if isinstance(script, Scalar):
            here = _inside(here, step.text("working-directory"), own)
            parsed = pipeline.run(_with_env(replace(script, text=own.fill(script.text)), here), here)
            passed_on.update(parsed.passed_on)


def _checked_out(step: Mapping, where: Where, pipeline: Pipeline, scope: _Scope) -> Where:
    """Where the job stands after a step that checks a repository out into a folder: this one, or another as a clone."""
    path = (_one(step.text("with", "path"), scope) or "").strip().removeprefix("./").rstrip("/")
    target = step.text("uses") or ""
    if not target.startswith("actions/checkout@") or not path or path == "." or "${{" in path:
        return where
    other = (_one(step.text("with", "repository"), scope) or "").strip()
    if other and not _OWN_REPOSITORY.search(other):
        pipeline.command(("git", "clone", other, path), step.line_of("uses"), replace(where, directory="."))
        return where
    ref = step.text("with", "ref") or "${{"
    return replace(where, roots=(*where.roots, path)) if "${{" in ref and path not in where.roots else where


_OWN_REPOSITORY = re.compile(r"\$\{\{[^}]{0,200}(?:github\.repository|\.full_name)\b")


def _one(text: str | None, scope: _Scope) -> str | None:
    """``text`` with its expressions resolved where each of them has exactly one value."""
    if text is None or "${{" not in text:
        return text
    found = list(_resolved(Scalar(scope.fill(text), 0), scope))
    return found[0][0] if len(found) == 1 else text


def _with_env(script: Scalar, where: Where) -> Scalar:
    """The script with ``${{ env.X }}`` as its literal value."""
    if "${{" not in script.text:
        return script

    def value(match: re.Match[str]) -> str:
        body = match["body"]
        known = where.env.get(body.removeprefix("env.")) if body.startswith("env.") else None
        return match[0] if known is None or "\n" in known else known

    return replace(script, text=EXPRESSION.sub(value, script.text))


def _resolved(scalar: Scalar, scope: _Scope) -> Iterator[tuple[str, int, bool]]:
    """Every text that ``scalar`` can be: text, the line of its value and whether it comes from the matrix."""
    bodies = list(dict.fromkeys(m["body"] for m in EXPRESSION.finditer(scalar.text)))
    if not bodies:
        yield scalar.text, scalar.first_line, False
        return
    choices = [scope.values(body)[:MAX_VALUES] for body in bodies[:4]]
    for combination in islice(product(*choices), MAX_VALUES):
        text = _filled(scalar.text, dict(zip(bodies, (value.text for value in combination), strict=False)))
        line = next((value.line for value in combination if value.line), scalar.line)
        yield text, line, any(body.startswith("matrix.") for body in bodies)


def _filled(text: str, values: dict[str, str]) -> str:
    return EXPRESSION.sub(lambda match: values.get(match["body"], match[0]), text)


def _uses(target: str, step: Mapping, line: int, pipeline: Pipeline, where: Where, scope: _Scope) -> None:
    """An action or a reusable workflow: a reference, its Python versions, and the commands that it stands for."""
    inputs = step.map("with")
    for key, node in inputs.items():
        if is_python_key(key) and isinstance(node, Scalar):
            _setup_pythons(node, pipeline, where, scope)
    name, _, ref = target.strip().partition("@")
    if name.startswith("docker://"):
        pipeline.image(target.strip().removeprefix("docker://"), line, where, beside=True)
        return
    values = {k: _one(v.text, scope) or "" for k, v in inputs.items() if isinstance(v, Scalar)}
    setup = known_actions.tool_setup(name)
    if setup is not None and "${{" in values.get(setup.version, ""):
        several = dict.fromkeys(text for text, _, _ in _resolved(Scalar(values[setup.version], 0), scope))
        values[setup.version] = ",".join(several) or values[setup.version]
    is_local = name.startswith(("./", "$/"))
    if is_local or known_actions.is_setup(name) or known_actions.may_install(name):
        words = (
            f"{k}={redact_line(clean_value(k, v.strip()[:200]))}" for k, v in values.items() if "\n" not in v.strip()
        )
        pipeline.command((f"uses:{target.strip()}", *words), line, where)
    if is_local:
        return
    pipeline.uses(name, ref, line)
    lowered = {k.lower(): v for k, v in values.items()}
    here = where.inside(lowered.get("working-directory"))
    for argv in (*known_actions.commands_of(name, lowered), *known_actions.super_linter(name, where.env)):
        pipeline.command(argv, line, here)
    for key in known_actions.script_inputs(name):
        script = next((node for k, node in inputs.items() if k.lower() == key), None)
        if isinstance(script, Scalar):
            pipeline.run(_with_env(replace(script, text=scope.fill(script.text)), where), here)


def _setup_pythons(node: Scalar, pipeline: Pipeline, where: Where, scope: _Scope) -> None:
    for text, line, from_matrix in _resolved(node, scope):
        for row, version in enumerate(text.split("\n")):
            exact = line + row if node.block and "${{" not in node.text else line
            pipeline.python(version, exact, "ci-matrix" if from_matrix else "ci-setup", where)


def _is_action(path: str) -> bool:
    return _ACTION.fullmatch(path) is not None and not in_side_folder(path)


_ACTION = re.compile(r"(?:\.github/(?:[^/]+/){1,6}|(?:[^/]+/){0,3})action\.ya?ml")

FORMAT = Format(name="github-actions", matches=like(r"\.(?:github|forgejo|gitea)/workflows/[^/]+\.ya?ml"), read=read)
ACTION_FORMAT = Format(name="github-action", matches=_is_action, read=read_action)
