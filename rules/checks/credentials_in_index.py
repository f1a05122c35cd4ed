"""What: a literal user name, password or token stands in the address of a package index in a committed file.

Why: everyone who can read the repository, its forks and its history has it; locks and logs copy it further.

What to do: revoke it (removing it from the file does not), then let the tool take it from the environment or a
keyring.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rules.examples import a_fleet, a_project, a_repository
from rules.finding import Evidence
from rules.rule import Answer, Case, Rule
from scanner.inventory import Project, UsedIndex


def check(case: Case) -> Iterator[Answer]:
    """Every index with literal credentials, in projects of any role: a leaked secret is one wherever it stands."""
    for project in case.repository.projects:
        for index in project.indexes:
            if index.credentials:
                yield case.finding(
                    f"{index.path}:{index.url}",
                    f"{index.path} holds credentials for {index.url}",
                    project=project.path,
                    evidence=(Evidence(path=index.path, line=index.line, text=index.url),),
                    fix=_fix(project, index),
                )


def _fix(project: Project, index: UsedIndex) -> str:
    name = re.sub(r"[^A-Z0-9]+", "_", (index.name or "private").upper())
    how = {
        "uv": f"the variables UV_INDEX_{name}_USERNAME and UV_INDEX_{name}_PASSWORD",
        "poetry": f"the variables POETRY_HTTP_BASIC_{name}_USERNAME and POETRY_HTTP_BASIC_{name}_PASSWORD",
        "pipenv": "${NAME} references in the Pipfile’s address",
    }.get(project.primary_manager or "", "a keyring, netrc, or PIP_INDEX_URL set by the CI")
    return f"Revoke the credentials, remove them from {index.path}, and use {how}."


def _index(*, credentials: bool, **changes: str) -> UsedIndex:
    return UsedIndex(
        url=changes.get("url", "https://***@pypi.example/simple"),
        kind="index",
        name="internal",
        credentials=credentials,
        path="requirements.txt",
        line=1,
    )


RULE = Rule(
    name="credentials-in-index",
    title="Credentials of an index are committed",
    category="supply-chain",
    level="error",
    check=check,
    bad=a_fleet(a_repository("shop", a_project(indexes=(_index(credentials=True),)))),
    good=a_fleet(
        a_repository(
            "shop", a_project(indexes=(_index(credentials=False, url="https://${TOKEN}@pypi.example/simple"),))
        )
    ),
)
