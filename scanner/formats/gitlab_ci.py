"""GitLab CI: the root ``.gitlab-ci.yml`` (or its namesake in ``.gitlab/``) and the job files that it may include.

``extends``, ``default`` and ``!reference`` are followed within the file, and among the files of the repository that it
includes where these are given (:func:`read_together`); what comes from elsewhere is a reference. A hidden job
(``.name``) that nothing extends never runs from here and is marked so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as AnyMapping
from dataclasses import replace
from itertools import islice, product
from typing import TypeVar

from scanner import gitlab_inputs
from scanner.facts import Extract, Invocation, Location, Problem, PythonVersion, Reference
from scanner.format import Format, Unreadable
from scanner.pipeline import (
    MAX_DEPTH,
    Pipeline,
    Where,
    deciding,
    in_side_folder,
    is_python_key,
    is_true,
    scalars,
    variables,
)
from scanner.yaml_reader import Mapping, Node, Scalar, Sequence, load_all

CI = "gitlab-ci"
_ROOTS = frozenset({".gitlab-ci.yml", ".gitlab-ci.yaml", ".gitlab/.gitlab-ci.yml", ".gitlab/.gitlab-ci.yaml"})
_KEYWORDS = frozenset(
    "after_script before_script cache default image include services spec stages types variables workflow".split()
)
_DEFAULTS = ("image", "before_script", "after_script")
_NAME = re.compile(r"(?:\.gitlab/|\.gitlab-ci/|gitlab-ci/|gitlab/|ci/).+\.ya?ml|(?:.+/)?[^/]*\.?gitlab-ci[^/]*\.ya?ml")
_OWN_COMPONENT = re.compile(r"\$(?:CI_SERVER_FQDN|CI_SERVER_HOST)/\$CI_PROJECT_PATH/([\w-]{1,100})@")
MAX_PARENTS = 12
MAX_ROWS = 200
MAX_SCRIPT = 5_000
MAX_FILES = 150  # as GitLab has it
_ROWS = 10_000_000  # more lines than a file can have: those of files that are read together follow one another
_Placed = TypeVar("_Placed", Invocation, Problem, PythonVersion, Reference)


def read(path: str, text: str) -> Extract | None:
    """Read a pipeline file; one that is not the root's must hold jobs with scripts to be taken for one."""
    is_root = path in _ROOTS
    doc = _document(text)
    if not is_root and not _looks_like_jobs(doc):
        return None
    pipeline = Pipeline(path, CI, CI if is_root else None)
    _includes(doc.get("include"), pipeline, doc.line_of("include"))
    _jobs(doc, pipeline)
    return pipeline.extract()


def included(text: str) -> tuple[str, ...]:
    """The files of the repository that a pipeline file includes, as it names them: ``*`` and ``**`` stay."""
    try:
        return tuple(pattern for pattern, _ in _local_includes(_document(text)))
    except Unreadable:
        return ()


def read_together(texts: AnyMapping[str, str]) -> dict[str, Extract]:
    """A pipeline file, the first, with those that it includes: what each of them says once they are merged.

    A command is at home in the file that its line stands in, whatever job runs it. The first extract's settings have
    all of them in the order of their jobs (``pipeline``), those of the others name the first (``part_of``).
    """
    paths = list(texts)[:MAX_FILES]
    docs: dict[str, Mapping] = {}
    inputs: dict[str, dict[str, Node]] = {}
    for number, path in enumerate(paths):
        try:
            docs[path], inputs[path] = _parts(texts[path], above=number * _ROWS)
        except Unreadable:
            continue
    if paths[0] not in docs:
        return {}
    pipeline = Pipeline(paths[0], CI, CI if paths[0] in _ROOTS else None)
    for doc in docs.values():
        _includes(doc.get("include"), pipeline, doc.line_of("include"))
    _jobs(gitlab_inputs.filled(_whole(paths[0], docs, inputs, {}), inputs[paths[0]]), pipeline)
    whole = pipeline.extract()
    invocations = _at_home(whole.invocations, paths)
    parts = {
        path: Extract(
            path=path,
            format=CI,
            invocations=tuple(i for i in invocations if i.at.path == path),
            pythons=tuple(p for p in _at_home(whole.pythons, paths) if p.at.path == path),
            references=tuple(r for r in _at_home(whole.references, paths) if r.at.path == path),
            problems=tuple(p for p in _at_home(whole.problems, paths) if p.at.path == path),
            settings={**whole.settings, "part_of": paths[0]},
        )
        for path in docs
    }
    first = replace(parts[paths[0]], ci=whole.ci, settings={**whole.settings, "pipeline": tuple(invocations)})
    return {**parts, paths[0]: first}


def _at_home(values: Iterable[_Placed], paths: list[str]) -> list[_Placed]:
    """The values at the lines of the files that they are from."""
    found: list[_Placed] = []
    for value in values:
        number, line = divmod(value.at.line or 1, _ROWS)
        found.append(replace(value, at=Location(path=paths[number], line=line)))
    return found


def _document(text: str) -> Mapping:
    """A file with its inputs as they are where nothing gives them."""
    document, inputs = _parts(text)
    return gitlab_inputs.filled(document, inputs)


def _parts(text: str, above: int = 0) -> tuple[Mapping, dict[str, Node]]:
    """What a file says, and the inputs that its header has values for."""
    documents = [d for d in load_all(text, limit=4, above=above) if isinstance(d, Mapping)]
    if not documents:
        return Mapping({}, {}, above + 1), {}
    return documents[-1], gitlab_inputs.defaults(documents[0]) if len(documents) > 1 else {}


def _whole(
    path: str,
    docs: AnyMapping[str, Mapping],
    inputs: AnyMapping[str, AnyMapping[str, Node]],
    done: dict[str, Mapping],
) -> Mapping:
    """A file over those that it includes, of which the later win over the earlier; each is merged once."""
    done[path] = Mapping({}, {}, docs[path].line)  # for those that include this one again
    merged = done[path]
    for pattern, given in _local_includes(docs[path]):
        for name in fitting(pattern, docs) if len(done) <= MAX_FILES else ():
            part = done[name] if name in done else _whole(name, docs, inputs, done)
            merged = _over(merged, gitlab_inputs.filled(part, {**inputs.get(name, {}), **given}))
    done[path] = _over(merged, docs[path])
    return done[path]


def _over(old: Mapping, new: Mapping) -> Mapping:
    """Both mappings as one, key by key; what is no mapping is replaced."""
    entries = dict(old.entries)
    for key, node in new.entries.items():
        before = entries.get(key)
        entries[key] = _over(before, node) if isinstance(before, Mapping) and isinstance(node, Mapping) else node
    return Mapping(entries, {**old.key_lines, **new.key_lines}, new.line)


def fitting(pattern: str, paths: Iterable[str]) -> Iterator[str]:
    """The paths that an ``include: local`` names: ``*`` within a folder, ``**`` below it too."""
    if not any(sign in pattern for sign in "*?"):
        yield from (pattern,) if pattern in paths else ()
        return
    signs = {"**/": "(?:.+/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", re.sub(r"\*{2,}", "**", pattern)[:200])
    expression = re.compile("".join(signs.get(part) or re.escape(part) for part in parts))
    yield from (path for path in sorted(paths) if path.endswith((".yml", ".yaml")) and expression.fullmatch(path))


def _local_includes(doc: Mapping) -> Iterator[tuple[str, dict[str, Node]]]:
    """The files of the repository that are included, with the inputs that they are given."""
    for item in doc.seq("include"):
        local: Node | None = item
        given: dict[str, Node] = {}
        if isinstance(item, Mapping):
            given = gitlab_inputs.given(item)
            local = item.get("local") if not _is_left_out(item) else None
            own = _OWN_COMPONENT.match(item.text("component") or "")
            if own is not None and not _is_left_out(item):
                yield from ((f"templates/{own[1]}{end}", given) for end in (".yml", "/template.yml"))
        for name in scalars(local):
            if name.text and "://" not in name.text and "$" not in name.text and ".." not in name.text.split("/"):
                yield name.text.lstrip("/").removeprefix("./"), given


def _is_left_out(item: Mapping) -> bool:
    """Whether every rule of an ``include`` says never."""
    asked = [rule.text("when") if isinstance(rule, Mapping) else None for rule in item.seq("rules")]
    return bool(asked) and set(asked) == {"never"}


def _jobs(doc: Mapping, pipeline: Pipeline) -> None:
    extended = _extended(doc)
    for name, node in doc.items():
        if name not in _KEYWORDS and isinstance(node, Mapping):
            hidden = name.startswith(".")
            if hidden and name in extended:
                continue
            _job(name, node, doc, pipeline, "a hidden job that nothing here extends" if hidden else None)


def _looks_like_jobs(doc: Mapping) -> bool:
    jobs = (node for name, node in doc.items() if name not in _KEYWORDS and isinstance(node, Mapping))
    return any("script" in job.entries or "before_script" in job.entries for job in jobs)


def _extended(doc: Mapping) -> set[str]:
    """Hidden jobs that others build on, by ``extends`` or ``!reference``."""
    found: set[str] = set()
    for node in doc.entries.values():
        if not isinstance(node, Mapping):
            continue
        found.update(s.text for s in scalars(node.get("extends")))
        for key in ("script", "before_script", "after_script"):
            found.update(_referenced(node.get(key)))
    return found


def _referenced(node: Node | None, depth: int = 0) -> Iterator[str]:
    if not isinstance(node, Sequence) or depth > MAX_DEPTH:
        return
    if node.tag == "!reference" and node.items and isinstance(node.items[0], Scalar):
        yield node.items[0].text
        return
    for item in node.items:
        yield from _referenced(item, depth + 1)


def _includes(node: Node | None, pipeline: Pipeline, line: int) -> None:
    """``include``: files of this repository, other projects' files, addresses and components."""
    for item in node.items if isinstance(node, Sequence) else (node,):
        if isinstance(item, Scalar):
            _include_file(item.text, item.line, pipeline)
        elif isinstance(item, Mapping):
            for local in scalars(item.get("local")):
                _include_file(local.text, local.line, pipeline)
            if project := item.text("project"):
                pipeline.uses(project, item.text("ref"), item.line)
            if remote := item.text("remote"):
                pipeline.uses(remote, None, item.line_of("remote"))
            if component := item.text("component"):
                target, _, ref = component.rpartition("@")
                pipeline.uses(target or component, ref if target else None, item.line_of("component"))


def _include_file(text: str, line: int, pipeline: Pipeline) -> None:
    if text.startswith(("http://", "https://")):
        pipeline.uses(text, None, line)
    elif text:
        pipeline.uses("./" + text.lstrip("/"), None, line, path=text.lstrip("/"))


def _job(name: str, job: Mapping, doc: Mapping, pipeline: Pipeline, disabled: str | None) -> None:
    merged = _merged(job, doc)
    if not {"script", "before_script", "trigger", "run"} & merged.keys():
        return
    default = _inherited(merged, doc)
    env = {**_inherited_variables(merged, doc), **variables(merged.get("variables"))}
    where = Where(
        job=name,
        env=env,
        disabled=disabled or _disabled(merged),
        tolerated=_is_tolerated(merged.get("allow_failure")),
    )
    image = merged.get("image") or default.get("image")
    matrix = _matrix(merged, pipeline, where)
    _image(image, pipeline, where, matrix)
    trigger = merged.get("trigger")
    if isinstance(trigger, Mapping):
        _includes(trigger.get("include"), pipeline, trigger.line)
    before = merged.get("before_script") or default.get("before_script")
    after = merged.get("after_script") or default.get("after_script")
    script = [s for node in (before, merged.get("script")) for s in _flat(node, doc)]
    for leg in deciding(_legs(merged), " ".join(s.text for s in script) + " ".join(env.values())):
        pipeline.run(script, where.of_leg(leg))
    pipeline.run(_flat(after, doc), replace(where, tolerated=True))


def _inherited(job: AnyMapping[str, Node], doc: Mapping) -> dict[str, Node]:
    """What ``default`` (or the file's head, as older files have it) gives a job, as far as the job takes it."""
    usual = {key: node for key in _DEFAULTS if (node := doc.get("default", key) or doc.get(key)) is not None}
    taken = _taken(job, "default")
    return usual if taken is None else {key: node for key, node in usual.items() if key in taken}


def _inherited_variables(job: AnyMapping[str, Node], doc: Mapping) -> dict[str, str]:
    usual, taken = variables(doc.get("variables")), _taken(job, "variables")
    return usual if taken is None else {name: value for name, value in usual.items() if name in taken}


def _taken(job: AnyMapping[str, Node], what: str) -> frozenset[str] | None:
    """The names of the defaults, or the variables, that a job inherits; ``None`` for all of them."""
    inherit = job.get("inherit")
    node = inherit.get(what) if isinstance(inherit, Mapping) else None
    if node is None or (isinstance(node, Scalar) and is_true(node.text)):
        return None
    return frozenset(s.text for s in scalars(node)) if isinstance(node, Sequence) else frozenset()


def _legs(job: dict[str, Node]) -> Iterator[dict[str, str]]:
    """The combinations of ``parallel: matrix``."""
    parallel = job.get("parallel")
    for entry in parallel.seq("matrix") if isinstance(parallel, Mapping) else ():
        if isinstance(entry, Mapping):
            axes = {name: [s.text for s in scalars(node)] for name, node in entry.items()}
            yield from (dict(zip(axes, row, strict=True)) for row in islice(product(*axes.values()), MAX_ROWS))


def _merged(job: Mapping, doc: Mapping) -> dict[str, Node]:
    """The job's keys over those of the jobs that it extends; later parents win over earlier ones, mappings merge."""
    chain: list[Mapping] = []
    _ancestors(job, doc, chain, set())
    merged: dict[str, Node] = {}
    for one in chain:
        for key, node in one.items():
            old = merged.get(key)
            if isinstance(old, Mapping) and isinstance(node, Mapping):
                node = Mapping({**old.entries, **node.entries}, {**old.key_lines, **node.key_lines}, node.line)
            merged[key] = node
    return merged


def _ancestors(job: Mapping, doc: Mapping, chain: list[Mapping], seen: set[str]) -> None:
    for parent in scalars(job.get("extends")):
        node = doc.get(parent.text)
        if isinstance(node, Mapping) and parent.text not in seen and len(seen) < MAX_PARENTS:
            seen.add(parent.text)
            _ancestors(node, doc, chain, seen)
    chain.append(job)


def _disabled(job: dict[str, Node]) -> str | None:
    """Why a job never starts by itself: ``when: never`` or ``manual`` in the job, or in every one of its rules."""
    when = job.get("when")
    if isinstance(when, Scalar) and when.text in ("manual", "never"):
        return f"when: {when.text}"
    rules = job.get("rules")
    if not isinstance(rules, Sequence) or not rules.items:
        return None
    asked = [rule.text("when") or "on_success" if isinstance(rule, Mapping) else "on_success" for rule in rules.items]
    starting = [word for word in asked if word != "never"]
    if not starting:
        return "rules: when: never"
    return "rules: when: manual" if set(starting) == {"manual"} else None


def _is_tolerated(node: Node | None) -> bool:
    return isinstance(node, Scalar) and is_true(node.text)


def _matrix(job: dict[str, Node], pipeline: Pipeline, where: Where) -> list[tuple[str, Scalar]]:
    """The variables of ``parallel: matrix`` with their values; Python's are recorded."""
    parallel = job.get("parallel")
    found: list[tuple[str, Scalar]] = []
    for entry in parallel.seq("matrix") if isinstance(parallel, Mapping) else ():
        for name, node in entry.items() if isinstance(entry, Mapping) else ():
            found.extend((name, scalar) for scalar in scalars(node))
    for name, scalar in found:
        if is_python_key(name):
            pipeline.python(scalar.text, scalar.line, "ci-matrix", where)
    return found


def _image(node: Node | None, pipeline: Pipeline, where: Where, matrix: list[tuple[str, Scalar]]) -> None:
    name = node.get("name") if isinstance(node, Mapping) else node
    if not isinstance(name, Scalar):
        return
    axes = [(key, value) for key, value in matrix if f"${key}" in name.text or f"${{{key}}}" in name.text]
    for key, value in axes:
        pipeline.image(name.text, value.line, where.with_env({key: value.text}), kind="ci-matrix")
    if not axes:
        pipeline.image(name.text, name.line, where)


def _flat(node: Node | None, doc: Mapping) -> list[Scalar]:
    """The scalars of a script with ``!reference [job, key]`` replaced by what it points to; never more than a bound."""
    found: list[Scalar] = []
    waiting: list[tuple[Node | None, int]] = [(node, 0)]
    for _ in range(MAX_SCRIPT):
        if not waiting:
            break
        current, depth = waiting.pop()
        if isinstance(current, Scalar):
            found.append(current)
        elif isinstance(current, Sequence) and depth < MAX_PARENTS:
            if current.tag == "!reference":
                keys = [item.text for item in current.items if isinstance(item, Scalar)]
                waiting.append((doc.get(*keys) if keys else None, depth + 1))
            else:
                waiting.extend((item, depth + 1) for item in reversed(current.items))
    return found


def _matches(path: str) -> bool:
    if path in _ROOTS:
        return True
    return path.endswith((".yml", ".yaml")) and ("gitlab" in path or path.startswith("ci/")) and _is_job_file(path)


def _is_job_file(path: str) -> bool:
    told = path.replace("/templates/", "/") if path.startswith(".gitlab") else path  # of jobs, not to be rendered
    return _NAME.fullmatch(path) is not None and not in_side_folder(told)


FORMAT = Format(name="gitlab-ci", matches=_matches, read=read)
