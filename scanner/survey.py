"""One repository from disk to its entry in the inventory; whatever goes wrong costs that repository alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

from pathspec import GitIgnoreSpec

from scanner import git_tree, own_bug
from scanner.collect import RepoFacts, collect
from scanner.config import Config
from scanner.dir_tree import DirTree
from scanner.expand import Candidate
from scanner.exports import with_exports
from scanner.formats import formats_for
from scanner.formats.requirements import NAMED as REQUIREMENTS
from scanner.formats.shell_script import STARTED
from scanner.gitdir import Unreached
from scanner.giturl import normalise
from scanner.hash_sets import LockHashes, hashes_of
from scanner.inventory import Error, Project, Repository
from scanner.locks import judge_locks, with_pasts
from scanner.past import look_back
from scanner.redact import redact_line
from scanner.repository import Identity, describe, failed
from scanner.tree import Tree
from scanner.verify import Wish, verify


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A repository to be surveyed; with ``as_it_lies`` the work tree is read, uncommitted changes included.

    ``key`` names all that the entry depends on besides the commit; ``verify`` asks the locks' own tools too.
    """

    candidate: Candidate
    config: Config
    key: str = ""
    as_it_lies: bool = False
    verify: Wish | None = None


def survey(task: Task) -> Repository:
    """The inventory's entry of one repository; never raises."""
    return survey_with_hashes(task)[0]


def survey_with_hashes(task: Task) -> tuple[Repository, tuple[LockHashes, ...]]:
    """As :func:`survey`, and the digests in its locks, which are no part of the inventory.

    One of the ``except Exception`` around one repository stands here: a bug of ours becomes this repository's error.
    """
    identity = identity_of(task.candidate)
    if task.candidate.error is not None:
        return failed(identity, task.candidate.error.code, task.candidate.error.message), ()
    try:
        return _survey(task, identity)
    except Unreached as error:
        return failed(identity, error.code, redact_line(error.message)), ()
    except Exception as error:  # noqa: BLE001
        return failed(identity, "bug", own_bug.told(error)), ()


def _survey(task: Task, identity: Identity) -> tuple[Repository, tuple[LockHashes, ...]]:
    tree = _open(task)
    try:
        identity = replace(
            identity,
            commit=tree.commit,
            branch=tree.branch,
            committed_at=tree.committed_at,
            remote=normalise(tree.remote) if tree.remote else None,
        )
        facts = with_exports(collect(tree, formats_for, REQUIREMENTS, excluded(task.config.exclude), STARTED))
        verdicts = judge_locks(facts)
        verdicts = with_pasts(verdicts, facts, look_back(tree, facts, verdicts))
        if task.verify is not None:
            verdicts = verify(verdicts, facts, tree, task.verify)
    finally:
        tree.close()
    repository = describe(identity, facts, task.config, verdicts)
    if tree.commit is None and task.candidate.kind in ("work-tree", "bare") and not task.as_it_lies:
        unborn = Error(path=None, line=None, code="no-commit", message="no commit yet: there is nothing to read")
        return replace(repository, errors=(unborn, *repository.errors)), ()
    return repository, _hashes(repository, facts)


def _hashes(repository: Repository, facts: RepoFacts) -> tuple[LockHashes, ...]:
    """The digests in the locks of projects that are no test data and no example, with the indexes of the project."""
    indexes: dict[str, frozenset[str]] = {}
    for project in repository.projects:
        if project.role not in ("fixture", "example"):
            for lock in project.lockfiles:
                indexes[lock.path] = indexes.get(lock.path, frozenset()) | _other_indexes(project)
    found = ((facts.extracts[path].lock, others) for path, others in sorted(indexes.items()))
    return tuple(hashes_of(lock, others) for lock, others in found if lock is not None)


def _other_indexes(project: Project) -> frozenset[str]:
    """The names and addresses of the indexes that a project uses besides the default one."""
    used = [index for index in project.indexes if index.kind != "trusted-host" and (index.name or "") != "pypi"]
    return frozenset(text.rstrip("/") for index in used for text in (index.name, index.url) if text)


def _open(task: Task) -> Tree:
    candidate = task.candidate
    if task.as_it_lies or candidate.repository is None:
        return DirTree(candidate.path)
    return git_tree.GitTree(candidate.repository)


def identity_of(candidate: Candidate) -> Identity:
    """Who a candidate is, before it is opened."""
    return Identity(
        id=candidate.id,
        name=candidate.name,
        location=candidate.location,
        owners=candidate.owners,
        criticality=candidate.criticality,
        tags=candidate.tags,
    )


@lru_cache(maxsize=8)
def excluded(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    """Whether a path is left out, by git-ignore patterns."""
    if not patterns:
        return _nothing
    return GitIgnoreSpec.from_lines(patterns).match_file


def _nothing(_path: str) -> bool:
    return False
