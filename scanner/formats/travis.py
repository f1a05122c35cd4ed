"""Travis CI: phases of the build, its Python versions, and what ``jobs: include`` adds.

All phases of a job run in one shell, one after another. Without ``install``, a Python build installs
``requirements.txt``; that default is recorded at the line of ``language``.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.facts import Extract
from scanner.format import Format
from scanner.pipeline import Pipeline, Where, deciding, is_false, is_python_key, scalars
from scanner.yaml_reader import Mapping, Node, Scalar, Sequence, load_mapping

CI = "travis"
_PHASES = (
    "before_install",
    "install",
    "before_script",
    "script",
    "after_script",
    "after_success",
    "before_deploy",
    "after_deploy",
)
_SKIP = frozenset({"skip", "true", ""})


def read(path: str, text: str) -> Extract:
    """Read ``.travis.yml``."""
    doc = load_mapping(text)
    pipeline = Pipeline(path, "travis", CI)
    where = Where(env=_global_env(doc))
    _pythons(doc, pipeline, where, many=True)
    included = [
        job for holder in ("jobs", "matrix") for job in doc.map(holder).seq("include") if isinstance(job, Mapping)
    ]
    own = [job for job in included if any(phase in job.entries for phase in _PHASES)]
    if not (own and len(own) == len(included) and "script" not in doc.entries):
        _phases({}, doc, pipeline, where)
    for job in included:
        name = job.text("name") or job.text("stage")
        here = Where(
            env={**where.env, **_assignments(job.get("env"))},
            job=name,
            disabled="if: false" if is_false(job.text("if")) else None,
        )
        _pythons(job, pipeline, here, many=False)
        if job in own:
            _phases(job.entries, doc, pipeline, here)
    return pipeline.extract()


def _pythons(holder: Mapping, pipeline: Pipeline, where: Where, *, many: bool) -> None:
    pipeline.pythons(holder.get("python"), "ci-matrix", where)
    variables = (
        holder.get("env") if not many else holder.get("env", "matrix") or holder.get("env", "jobs") or holder.get("env")
    )
    for scalar in scalars(variables):
        for name, value in _assigned(scalar.text).items():
            if is_python_key(name):
                pipeline.python(value, scalar.line, "ci-matrix", where)


def _global_env(doc: Mapping) -> dict[str, str]:
    env = doc.get("env")
    return _assignments(env.get("global") if isinstance(env, Mapping) else None)


def _assignments(node: Node | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for scalar in scalars(node):
        found.update(_assigned(scalar.text))
    if isinstance(node, Mapping):
        found.update({key: value.text for key, value in node.items() if isinstance(value, Scalar)})
    return found


def _assigned(text: str) -> dict[str, str]:
    """``A=1 B="2"`` as variables; values with spaces in quotes are kept as far as the first space."""
    pairs = (word.partition("=") for word in text.split()[:100])
    return {name: value.strip("\"'") for name, equals, value in pairs if equals and name.isidentifier()}


def _phases(job: dict[str, Node], doc: Mapping, pipeline: Pipeline, where: Where) -> None:
    """All phases in one shell; a job's own phases stand in for those of the file."""
    script: list[Scalar] = []
    for phase in _PHASES:
        node = job.get(phase) or doc.get(phase)
        if phase == "install" and node is None and doc.text("language") == "python":
            unasked = ("pip", "install", "-r", "requirements.txt")
            pipeline.command(unasked, doc.line_of("language"), where, if_files=("requirements.txt",))
        script.extend(s for s in scalars(node) if s.text.strip() not in _SKIP)
    for leg in deciding(_legs(doc) if not job else (), " ".join(s.text for s in script)):
        pipeline.run(script, where.of_leg(leg))


def _legs(doc: Mapping) -> Iterator[dict[str, str]]:
    """The lines of ``env``, each of which is a job of its own."""
    node = doc.get("env", "matrix") or doc.get("env", "jobs") or doc.get("env")
    for line in node.items if isinstance(node, Sequence) else ():
        yield _assignments(line)


FORMAT = Format(name="travis", matches=lambda path: path in (".travis.yml", ".travis.yaml"), read=read)
