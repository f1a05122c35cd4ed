"""7: where packages come from, and what vouches for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from reports.datasets.supply import index_host
from reports.model import Facts, Prose, Rows, Section
from reports.sections.counting import count, projects, repositories
from reports.table import Count, Table, Where, key, text


def build(facts: Facts, tables: Mapping[str, Table]) -> Section:
    """Digests in locks, indexes by host, dependencies that no index serves."""
    locks, indexes, findings = tables["locks"], tables["indexes"], tables["findings"]
    total, mains = len(locks.rows), len(facts.mains)
    digests = Table(
        name="digests",
        title="What vouches for packages",
        columns=("what", "how many", "meaning"),
        rows=(
            (
                "locks with a digest for every package",
                count(locks, ("hashes", "all"), of=total),
                "a changed file is noticed",
            ),
            (
                "locks with digests for some",
                count(locks, ("hashes", "some"), of=total),
                "sources and git have none; look at the rest",
            ),
            (
                "locks without digests",
                count(locks, ("hashes", "none"), of=total),
                "whatever the index serves is installed",
            ),
            ("locks that could not be read", count(locks, ("hashes", "unknown"), of=total), "unknown"),
            (
                "digests that contradict each other",
                count(tables["hash-conflicts"]),
                "one package version, different files",
            ),
            ("projects with git or address dependencies", projects(tables["origins"], of=mains), "no index in between"),
            (
                "git references that can move",
                count(findings, ("rule", "mutable-git-dependency")),
                "a branch or tag: tomorrow's install may differ",
            ),
            ("plain http", repositories(indexes, ("plain http", "yes")), "anyone on the way can change a package"),
            ("credentials in a file", count(findings, ("rule", "credentials-in-index")), "redacted here; change them"),
            ("names of one's own that nobody provides", count(tables["unresolved"]), "a public index could serve them"),
        ),
    )
    return Section(
        anchor="supply-chain",
        title="Supply chain",
        blocks=(
            digests,
            _hosts(indexes, mains),
            Prose(
                said=(
                    "No lock format carries a signature: a digest says that a file is the recorded one, "
                    "not who made it.",
                )
            ),
            Rows(table="indexes"),
            Rows(table="origins"),
            Rows(table="hash-conflicts"),
        ),
        missing="known-vulnerable versions are not looked up, as no advisory database is read yet",
    )


def _hosts(indexes: Table, mains: int) -> Table:
    """Hosts that projects name; where a project names none, its tools' default serves it."""
    address, at = indexes.columns.index("address"), [indexes.columns.index(c) for c in ("repository", "project")]
    hosts: defaultdict[str, set[tuple[object, ...]]] = defaultdict(set)
    urls: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for row in indexes.rows:
        host = index_host(text(row[address]))
        hosts[host].add(tuple(row[i] for i in at))
        urls[host][text(row[address])] = None
    rows = []
    for host, found in sorted(hosts.items(), key=lambda h: (-len(h[1]), h[0]))[:15]:
        where = Where(table="indexes", filters=tuple((key("address"), url) for url in urls[host]))
        rows.append((host, Count(number=len(found), of=mains, where=where, unit="projects"), len(urls[host])))
    return Table(
        name="index-hosts",
        title="Indexes and channels that files name",
        columns=("host", "projects", "addresses"),
        rows=tuple(rows),
        note="A project that names no index gets its tool's default; that is not counted here.",
    )
