"""Commands that several old tools have under one name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rules.places.calls import Word
from rules.places.manner import Answer, Manner, drop, look
from rules.places.options import quoted, raws, read_options, sync_answer
from rules.places.target import Target

#: What opens a shell with the environment.
A_SHELL = "uv run bash"

Handler = Callable[[Sequence[Word], Target, Manner], Answer]


_OTHER_LOCKS = frozenset("-L --lockfile -S --strategy --override --platform --exclude-newer --append".split())
"""Options of ``pdm lock`` that make another lock, or another resolution."""


def _lock(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    del target, manner
    other = [w.value for w in rest if w.value.partition("=")[0] in _OTHER_LOCKS]
    if other:
        return look(f"a lock with {', '.join(other)}")
    if "--check" in [w.value for w in rest]:
        return Answer(kind="other", text="uv lock --check")
    if any(w.value.startswith("-r") or w.value == "--requirements" for w in rest):  # pipenv lock -r
        dev = any(w.value in ("--dev", "-d") for w in rest)
        return Answer(kind="other", text="uv export --frozen --no-hashes" + ("" if dev else " --no-dev"))
    return Answer(kind="other", text="uv lock")


def check(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    """The lock held against the manifest."""
    del rest, target, manner
    return Answer(kind="other", text="uv lock --check")


def _build(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    del target, manner
    found = read_options(rest, {"-f": "format", "--format": "format", "-o": "out", "--output": "out", "-d": "out",
                            "--dest": "out"}, {"--no-wheel": "--sdist", "--no-sdist": "--wheel", "--wheel": "--wheel",
                            "--sdist": "--sdist"})  # fmt: skip
    if found.unknown:
        return look("a build with " + ", ".join(found.unknown))
    kinds = [f"--{f}" for f in found.values.get("format", ()) if f in ("wheel", "sdist")] + sorted(found.flags)
    out = [f"-o {quoted(o)}" for o in found.values.get("out", ())]
    return Answer(kind="other", text=" ".join(["uv", "build", *kinds, *out]))


def _update(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    found = read_options(rest, {}, {"--lock": "lock"})
    if found.unknown:
        return look("an update with " + ", ".join(found.unknown))
    names = [w.raw for w in found.named]
    lock = " ".join(["uv lock", *([f"--upgrade-package {n}" for n in names] or ["--upgrade"])])
    if "lock" in found.flags:
        return Answer(kind="other", text=lock)
    return Answer(kind="other", text=f"{lock} && {sync_answer(target, manner, []).text}")


def add(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    """Packages added to the manifest, to a group or to an extra."""
    del manner
    valued = {"--group": "group", "-G": "group", "-E": "extras", "--extras": "extras", "--optional": "optional"}
    found = read_options(
        rest, valued, {"-D": "dev", "--dev": "dev", "-d": "dev", "--editable": "editable", "-e": "editable"}
    )
    if found.unknown or not found.named:
        return look("add with " + ", ".join(found.unknown) if found.unknown else "add without a name")
    parts = ["uv", "add"]
    groups = list(found.all("group"))
    parts += [_held(g, target) for g in groups]
    parts += ["--dev"] if "dev" in found.flags and not groups else []
    parts += [f"--extra {e}" for e in found.all("extras")] + (["--editable"] if "editable" in found.flags else [])
    return Answer(kind="other", text=" ".join([*parts, *(w.raw for w in found.named)]))


def _held(name: str, target: Target) -> str:
    """The option for what holds an old group now; a new one is a group."""
    kind, _, now = (target.group(name) or "").partition(":")
    if kind == "extra" or (not kind and target.extra_of(name) is not None):
        return f"--optional {now or target.extra_of(name)}"
    return f"--group {now or name}"


def remove(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    """Packages taken out of the manifest."""
    found = add(rest, target, manner)
    return Answer(kind="other", text=found.text.replace("uv add", "uv remove", 1)) if found.kind == "other" else found


def show(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    """What is installed."""
    del target, manner
    values = {w.value for w in rest}
    if {"--tree", "-t"} & values:
        return Answer(kind="other", text="uv tree")
    if {"--outdated", "-o", "-l", "--latest"} & values:
        return Answer(kind="other", text="uv pip list --outdated")
    named = [w.raw for w in rest if not w.value.startswith("-")]
    return Answer(kind="other", text=f"uv pip show {' '.join(named)}" if named else "uv pip list")


def _shell(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    del rest, target
    if manner.lock == "":
        return Answer(kind="other", text="source .venv/bin/activate")
    return Answer(kind="other", text=A_SHELL)  # a shell that knows the environment, as before


def dropped(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    """A command that has nothing left to do."""
    del rest, target, manner
    return drop()


def _cache(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
    del target, manner
    return Answer(kind="other", text="uv cache clean") if rest[:1] and rest[0].value in ("clear", "clean") else drop()


def as_said(text: str) -> Callable[[Sequence[Word], Target, Manner], Answer]:
    """A command of uv's with the same words behind it."""

    def made(rest: Sequence[Word], target: Target, manner: Manner) -> Answer:
        del target, manner
        return Answer(kind="other", text=text + raws(rest))

    return made


SHARED: dict[str, Handler] = {
    "lock": _lock, "check": check, "build": _build, "update": _update, "add": add, "remove": remove, "show": show,
    "shell": _shell, "config": dropped, "self": dropped, "plugin": dropped, "cache": _cache, "about": dropped,
}  # fmt: skip
