"""What: packages are fetched over plain http, or an index is trusted without a valid certificate (``trusted-host``).

Why: whoever stands between can replace every package. Hashes in a lock would notice, the first install does not.

What to do: use https with a certificate that the machines trust. Loopback addresses are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.examples import a_fleet, a_project, a_repository
from rules.finding import Evidence
from rules.reading import main_projects
from rules.rule import Answer, Case, Rule
from scanner.inventory import UsedIndex

_LOOPBACK = ("localhost", "127.", "[::1]", "host.docker.internal")


def check(case: Case) -> Iterator[Answer]:
    """Indexes of main projects over http, and trusted hosts."""
    for project in main_projects(case.repository):
        for index in project.indexes:
            if (message := _message(index)) is not None:
                yield case.finding(
                    f"{index.path}:{index.kind}:{index.url}",
                    message,
                    project=project.path,
                    evidence=(Evidence(path=index.path, line=index.line, text=index.url),),
                    fix=_fix(index),
                )


def _message(index: UsedIndex) -> str | None:
    scheme, separator, rest = index.url.partition("://")
    host = (rest if separator else index.url).rpartition("@")[2].lower()
    if host.startswith(_LOOPBACK):
        return None
    if index.kind == "trusted-host":
        return f"{index.path} trusts {index.url} without checking its certificate"
    return f"{index.path} fetches packages from {index.url} unencrypted" if scheme.lower() == "http" else None


def _fix(index: UsedIndex) -> str:
    if index.kind == "trusted-host":
        return (
            f"Remove the trusted-host entry from {index.path} and install the authority's certificate (SSL_CERT_FILE)."
        )
    return f"Write https:// at {index.path}:{index.line}; if the index has no certificate, that is the thing to fix."


def _index(url: str) -> UsedIndex:
    return UsedIndex(url=url, kind="index", name=None, credentials=False, path="requirements.txt", line=1)


RULE = Rule(
    name="insecure-index",
    title="An index is used without transport security",
    category="supply-chain",
    level="warning",
    check=check,
    bad=a_fleet(a_repository("shop", a_project(indexes=(_index("http://pypi.example/simple"),)))),
    good=a_fleet(
        a_repository(
            "shop", a_project(indexes=(_index("https://pypi.example/simple"), _index("http://localhost:3141/root/dev")))
        )
    ),
)
