"""What: a project that pip installs asks several indexes (``--extra-index-url``) and depends on internal names.

Why: pip takes the highest version that any index offers: whoever registers the internal name on the public one with
a higher version is installed (dependency confusion). uv asks indexes in order and stops at the first that knows the
name; Poetry and Pipenv can bind a name to its source.

What to do: let one index proxy both, or move to a tool that binds names to indexes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from packaging.utils import canonicalize_name

from rules.examples import a_dependency, a_fleet, a_library, a_project, a_repository
from rules.finding import Evidence
from rules.reading import PIP_LIKE, main_projects
from rules.rule import Answer, Case, Rule
from scanner.inventory import Project, UsedIndex


def check(case: Case) -> Iterator[Answer]:
    """Main projects of pip and pip-tools with an extra index and at least one internal dependency by name."""
    for project in main_projects(case.repository):
        extra = [i for i in project.indexes if i.kind == "extra-index"]
        if not extra or project.primary_manager not in PIP_LIKE:
            continue
        names = _internal(case, project)
        if names:
            yield case.finding(
                "extra-index",
                f"pip looks for {', '.join(names[:5])} on {_asked(extra)} indexes and takes the highest version",
                project=project.path,
                evidence=[Evidence(path=i.path, line=i.line, text=i.url) for i in extra],
                fix=f"Use one index that proxies both, or uv with {names[0]} bound to its index ([tool.uv.sources]).",
            )


def _asked(extra: list[UsedIndex]) -> int:
    """How many indexes one run asks, the default one among them: the files that name the most."""
    by_file: defaultdict[str, set[str]] = defaultdict(set)
    for index in extra:
        by_file[index.path].add(index.url)
    return 1 + max(map(len, by_file.values()))


def _internal(case: Case, project: Project) -> list[str]:
    edges = case.survey.edges.get(case.repository.id, ())
    known = {e.distribution for e in edges if e.via == "index" and e.consumer_project == project.path}
    declared = {str(canonicalize_name(d.name)) for d in project.dependencies if d.source == "index" and d.name}
    return sorted(name for name in declared if name in known or case.survey.config.is_internal(name))


_EXTRA = UsedIndex(
    url="https://pypi.example/simple", kind="extra-index", name=None, credentials=False, path="requirements.txt", line=1
)
RULE = Rule(
    name="ambiguous-index",
    title="Internal names are looked for on several indexes",
    category="supply-chain",
    level="warning",
    check=check,
    bad=a_fleet(
        a_library("billing"),
        a_repository(
            "shop", a_project(primary_manager="pip", indexes=(_EXTRA,), dependencies=(a_dependency("billing"),))
        ),
    ),
    good=a_fleet(
        a_library("billing"),
        a_repository(
            "shop", a_project(primary_manager="uv", indexes=(_EXTRA,), dependencies=(a_dependency("billing"),))
        ),
    ),
)
