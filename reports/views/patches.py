"""The page beside the patches: what each one is worth, how it goes in, and how it comes out again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from reports.escape import markdown
from rules.plan import Plan, Plans, Proof, Wheel
from scanner.inventory import Fleet
from scanner.words import listed

Told = tuple[str | None, tuple[str, ...], str | None]
"""Of a repository: the commit, remarks, and why it could not be opened."""

_NO_PATCH = "without a patch"
_MEANS = {
    "proved": "applies, locks, and every version and origin of the old lock is kept",
    "resolved": "applies and locks; there was no lock to compare with",
    "drifted": "applies and locks, but something differs: see below",
    "failed": "no lock could be made",
    "refused": "not converted: a person must decide first",
    "not-run": "not tried; `--prove` tries it",
    _NO_PATCH: "nothing to try: no patch was made, the steps of the plan are by hand",
}

_NOT_RUN = (
    "What is compared are locks, and what they install on Linux. The commands that a patch changes in pipelines, "
    "images and scripts are not run here: let the CI of the repository run the patch before it is merged."
)


def patches_readme(fleet: Fleet, plans: Plans, told: Mapping[str, Told]) -> str:
    """``README.md`` of a folder of patches."""
    names = {r.id: r.name for r in fleet.repositories}
    chosen = [plan for plan in plans.plans if plan.repository in told and plan.track == "uv"]
    counted = Counter(_status(plan, proof) for plan in chosen for proof in plan.proofs)
    lines = ["# Patches to uv", ""]
    lines += [f"- {counted[status]} {status}: {means}" for status, means in _MEANS.items() if counted[status]]
    if counted["proved"] + counted["resolved"] + counted["drifted"]:
        lines += ["", _NOT_RUN]
    for plan in chosen:
        lines += ["", *_repository(plan, names.get(plan.repository, plan.repository), told[plan.repository])]
    return "\n".join(lines) + "\n"


def _repository(plan: Plan, name: str, told: Told) -> list[str]:
    commit, remarks, error = told
    lines = [f"## {markdown(name)}", ""]
    if error:
        return [*lines, f"Could not be converted: {markdown(error)}"]
    lines += [f"- {_proof(proof, _status(plan, proof))}" for proof in plan.proofs]
    lines += [f"- {markdown(remark)}" for remark in remarks]
    if plan.pip_patch is not None:
        what = f"`{plan.pip_patch}`: the same requirements files by `uv pip`, without a new manifest or lock"
        lines.append(f"- The low-effort route, as a first step: {what}. Not together with the other patch.")
    if plan.patch is None:
        return lines
    if plan.pip_patch is not None:
        lines.append(f"- The move of the project itself: `{plan.patch}`.")
    rollback = plan.patch.removesuffix(".patch") + ".rollback.patch"
    at = f" (at {commit[:12]})" if commit else ""
    lines += ["", f"In the repository{at}:", "", "```sh", f"git apply --check {plan.patch} && git apply {plan.patch}"]
    if not any(proof.status in ("proved", "resolved", "drifted") for proof in plan.proofs):
        lines.append("# no lock is in this patch, and the old one stays: prove it before it goes in")
    else:
        lines.append("uv lock --check && uv sync --locked")
    if plan.combined is not None:
        lines += ["", "# or this one instead, for the move to Ruff as well (see RUFF.md)", f"git apply {plan.combined}"]
    return [*lines, "", "# and back", f"git apply {rollback}", "```"]


def _status(plan: Plan, proof: Proof) -> str:
    """The status of a proof; nothing is tried later where there is no patch."""
    return _NO_PATCH if proof.status == "not-run" and plan.patch is None and plan.pip_patch is None else proof.status


def _proof(proof: Proof, status: str) -> str:
    where = f"`{markdown(proof.project)}`: **{status}**"
    parts = []
    if proof.locked is not None and proof.status in ("proved", "drifted"):
        parts.append(f"{proof.locked} versions, {proof.kept} identical, {len(proof.origin_changes)} origin changes")
    if proof.uv:
        parts.append(f"uv {proof.uv}")
    for title, changes in (("version", proof.changed), ("origin", proof.origin_changes)):
        if changes:
            shown = [f"{c.name} {c.before or 'none'} → {c.after or 'none'}" for c in changes[:20]]
            parts.append(f"{title} changed: {listed(shown, 20)}")
    if proof.added and proof.status != "resolved":
        parts.append(f"installed now and not before: {', '.join(proof.added[:20])}")
    if proof.wheel is not None:
        parts.append(_wheel(proof.wheel))
    if proof.reason:
        parts.append(proof.reason)
    return where + (f" ({markdown('; '.join(parts))})" if parts else "")


def _wheel(wheel: Wheel) -> str:
    """How the package's wheel changes, and how that is known."""
    how = "built before and after" if wheel.how == "built" else "by the manifests"
    if wheel.lost or wheel.added:
        differs = [*(f"without {text}" for text in wheel.lost[:8]), *(f"with {text}" for text in wheel.added[:8])]
        return f"the wheel ({how}) differs: {listed(differs, 16)}" + (f"; {wheel.reason}" if wheel.reason else "")
    same = f"{wheel.files} files and entry points" if wheel.files is not None else "entry points"
    return f"the wheel ({how}) has the same {same}"
