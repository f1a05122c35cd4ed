"""The rules, one a file; the order is that of the documentation."""

from __future__ import annotations

from rules.checks import (
    ambiguous_index,
    broken_lock,
    conflicting_locks,
    credentials_in_index,
    dead_toolchain,
    dependency_cycle,
    duplicate_publishers,
    end_of_life_python,
    environments_disagree,
    hashes_disagree,
    inconsistent_lock,
    insecure_index,
    internal_name_unresolved,
    lock_not_enforced,
    missing_lock,
    mutable_git_dependency,
    stale_lock,
    unhashed_lock,
    unpinned_bootstrap,
    unpinned_install_in_ci,
    unpinned_install_in_image,
    unsatisfied_internal_dependency,
)
from rules.rule import Rule

RULES: tuple[Rule, ...] = (
    missing_lock.RULE,
    stale_lock.RULE,
    conflicting_locks.RULE,
    broken_lock.RULE,
    inconsistent_lock.RULE,
    hashes_disagree.RULE,
    unhashed_lock.RULE,
    lock_not_enforced.RULE,
    unpinned_install_in_image.RULE,
    unpinned_install_in_ci.RULE,
    environments_disagree.RULE,
    end_of_life_python.RULE,
    dead_toolchain.RULE,
    unpinned_bootstrap.RULE,
    credentials_in_index.RULE,
    insecure_index.RULE,
    ambiguous_index.RULE,
    internal_name_unresolved.RULE,
    mutable_git_dependency.RULE,
    duplicate_publishers.RULE,
    unsatisfied_internal_dependency.RULE,
    dependency_cycle.RULE,
)
