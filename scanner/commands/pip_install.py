"""What ``pip install`` and its relatives (``uv pip``, ``pip-sync``, ``pip wheel``) take, and whether from a lock."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from scanner.commands.archives import built_from, is_from_elsewhere
from scanner.commands.constraints import held_together, left_open
from scanner.commands.lookup import Held, Listing, Lookup, both
from scanner.commands.words import PACKAGING, PipAsk, distribution
from scanner.facts import Invocation
from scanner.inventory import CommandKind, Enforced
from scanner.words import listed

MAX_FOLDERS = 3  # that a reason names
MAX_NAMES = 4
BESIDE = ", beside what "
CONSTRAINED = "constrained by a file that a locker wrote"
NO_DEPS_ONLY = "installs the project alone (--no-deps)"
PROJECT_AFTER_LOCK = "the project's dependencies were installed from a lock before; without --no-deps"
PINNED_NO_DEPS = "pinned by hand, and nothing else is installed (--no-deps)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What was installed from locks into an environment: ``None`` stands for all extras, or for all that is needed."""

    extras: frozenset[str] | None = None
    held: Held | None = None

    def __or__(self, other: Before) -> Before:
        return Before(
            extras=None if self.extras is None or other.extras is None else self.extras | other.extras,
            held=None if self.held is None or other.held is None else both(self.held, other.held),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What one command amounts to; the fields are those of the inventory's command.

    ``path`` is the file or folder that it installs from, ``serves`` that of the project where it is another one's.
    """

    kind: CommandKind
    tool: str | None
    uses_lock: bool | None = None
    enforced: Enforced | None = None
    because: str | None = None
    path: str | None = None
    serves: str | None = None
    pinned: bool | None = None


@dataclass(frozen=True, slots=True)
class _Part:
    """One thing that is installed: ``uses_lock`` ``None`` with ``neutral`` counts for nothing, else it is unknown."""

    uses_lock: bool | None
    because: str
    hashed: bool = False
    neutral: bool = False
    pinned: bool = False

    @property
    def rank(self) -> int:
        """The order in which parts decide for the whole: what is resolved comes first."""
        return {False: 1 if self.pinned else 0, None: 2, True: 3}[self.uses_lock]


def judge_pip(
    ask: PipAsk,
    tool: str,
    invocation: Invocation,
    lookup: Lookup,
    *,
    produced: dict[str, Judgement],
    locked_before: Before | None = None,
) -> Judgement:
    """Judge an install by pip or a relative.

    ``produced`` are files that earlier commands of the job wrote; ``locked_before`` is what was installed from a lock
    into the same environment before, ``None`` if nothing was.
    """
    if not ask.installs_project:
        return _by_name(ask, tool)
    if (word := _only_elsewhere(ask, invocation, lookup)) is not None:
        because = f"{word} is not in the repository, and what it needs is resolved at install time"
        return Judgement(kind="adhoc", tool=tool, uses_lock=False, enforced="none", because=because)
    foreign = _foreign(ask.archives, invocation, lookup, produced.get("wheels"))
    if foreign:
        others = tuple(word for word in ask.archives if word not in foreign)
        ask = replace(ask, archives=others, names=(*ask.names, *foreign))
        if not ask.installs_project:
            because = f"{foreign[0]} is no build of this repository"
            return Judgement(kind="adhoc", tool=tool, uses_lock=False, enforced="none", because=because)
    env = dict(invocation.env)
    constraints = (*ask.constraints, *env.get("PIP_CONSTRAINT", env.get("UV_CONSTRAINT", "")).split())
    constrained = any(_is_locked(word, invocation, lookup, produced) for word in constraints)
    committed = [lookup.find(invocation, w) if place_of(invocation, w) not in produced else None for w in constraints]
    allowed = held_together(committed, lookup) if constrained else None
    alone = "--no-deps" in ask.flags or env.get("PIP_NO_DEPS", "") in ("1", "true", "on")
    parts = [_file(word, invocation, lookup, produced, constrained, alone) for word in ask.requirements]
    parts = [
        _within(part, word, invocation, lookup, allowed) for part, word in zip(parts, ask.requirements, strict=True)
    ]
    compiled = any(part.uses_lock for part in parts)
    before = locked_by(ask, invocation, lookup) if compiled else None
    before = before | locked_before if before is not None and locked_before is not None else before or locked_before
    parts += [_project(word, invocation, lookup, constrained, alone, before, allowed) for word in ask.paths]
    parts += [_archive(word, lookup, produced, alone, before) for word in ask.archives]
    parts += [_Part(uses_lock=constrained, because=f"group {name} is resolved at install time") for name in ask.groups]
    if any(distribution(word) not in PACKAGING for word in ask.names) and not constrained:
        parts.append(_Part(uses_lock=False, because=_named(ask.names)))
    made = _joined(parts, ask, tool, invocation, lookup)
    first = _written(ask.requirements[0], invocation, lookup, produced) if ask.requirements else None
    if made.path is None or first is None or first.path is None or made.because != first.because:
        return made
    return replace(made, path=first.path)  # not the file that it was written over


def _foreign(
    archives: Sequence[str], invocation: Invocation, lookup: Lookup, wheels: Judgement | None
) -> tuple[str, ...]:
    """The built files that are none of this repository's; ``wheels`` is what earlier commands made wheels of."""
    if wheels is not None and wheels.kind == "install":
        return ()
    gathered = wheels is not None
    return tuple(w for w in archives if is_from_elsewhere(w, invocation, lookup, gathered=gathered))


def locked_by(ask: PipAsk, invocation: Invocation, lookup: Lookup) -> Before:
    """What the files that an install takes hold, where they are all in the repository."""
    paths = [lookup.find(invocation, word) for word in ask.requirements]
    found = [lookup.held(path) if path is not None else None for path in paths]
    known = [held for held in found if held is not None]
    return Before(held=reduce(both, known) if known and len(known) == len(found) else None)


def _is_locked(word: str, invocation: Invocation, lookup: Lookup, produced: Mapping[str, Judgement]) -> bool:
    """Whether a file of constraints comes from a locker: committed, or exported by the job."""
    made = _written(word, invocation, lookup, produced)
    if made is not None and made.uses_lock is not None:
        return made.uses_lock
    path = lookup.find(invocation, word)
    return path is not None and lookup.listing(path).kind == "compiled"


def _within(part: _Part, word: str, invocation: Invocation, lookup: Lookup, allowed: Held | None) -> _Part:
    """A list under constraints, which fix it only as far as they name what it lists."""
    path = lookup.find(invocation, word)
    extract = lookup.extracts.get(path or "")
    if not part.uses_lock or not part.because.endswith(CONSTRAINED) or extract is None or extract.manifest is None:
        return part
    left = left_open(extract.manifest.requirements, allowed, lookup)
    return replace(part, uses_lock=False, because=left) if left is not None else part


def place_of(invocation: Invocation, word: str) -> str:
    """Where a command would write or look for the file ``word``."""
    return posixpath.normpath(posixpath.join(invocation.directory or "?", word))


def anywhere(word: str) -> str:
    """The file ``word`` by its name alone, as other stages find it."""
    return f"*/{posixpath.basename(word)}"


def _written(word: str, invocation: Invocation, lookup: Lookup, produced: Mapping[str, Judgement]) -> Judgement | None:
    """What an earlier command left of the file ``word``: here, or in the stage that this one takes it from."""
    place = place_of(invocation, word)
    names = (place, *lookup.places(invocation, place))
    return next((produced[name] for name in names if name in produced), None)


def _only_elsewhere(ask: PipAsk, invocation: Invocation, lookup: Lookup) -> str | None:
    """A folder that is checked out or unpacked beside this repository, where nothing of its own is installed.

    In an image into which nothing of it is copied every folder is one.
    """
    if ask.requirements or ask.archives or ask.groups or invocation.directory is None:
        return None
    image = lookup.image_of(invocation)
    if image is not None and image[0].is_bare and not any(lookup.find(invocation, w) for w in ask.paths):
        return ask.paths[0]
    bare = [word.split("[")[0] for word in ask.paths]
    if image is None and all(w.startswith("/") and not _USUAL.fullmatch(w.rstrip("/")) for w in bare):
        names = (posixpath.basename(w.rstrip("/")) for w in bare)
        return None if any(lookup.find(invocation, w) for w in bare) or any(map(lookup.is_own, names)) else bare[0]
    if invocation.directory.startswith("/") or invocation.context == "image":
        return None
    literal = all("$" not in w and not w.startswith(("~", "/", "file:")) and w.strip("./") for w in bare)
    return bare[0] if literal and not any(lookup.find(invocation, w) for w in bare) else None


# Variables that may hold a list of requirements or constraints rather than names.
_MAY_BE_OPTIONS = re.compile(r"\$\{?\w{0,60}(?:ARGS|OPTS|OPTIONS|FLAGS)|\[[@*]\]", re.IGNORECASE)


def _by_name(ask: PipAsk, tool: str) -> Judgement:
    if not ask.names and not ask.unclear:
        return Judgement(kind="other", tool=tool)
    known = [distribution(word) for word in ask.names]
    if known and all(name in PACKAGING for name in known) and not ask.unclear:
        return Judgement(kind="bootstrap", tool=tool)
    if (word := next(filter(_MAY_BE_OPTIONS.search, ask.unclear), None)) is not None:
        return Judgement(kind="adhoc", tool=tool, because=f"what {word} holds is not known")
    because = _named((*ask.names, *ask.unclear))
    return Judgement(kind="adhoc", tool=tool, uses_lock=False, enforced="none", because=because)


def _named(words: Sequence[str], of: str = "") -> str:
    """What is said of packages that are installed by name; packaging tools among them are passed over."""
    names = [word for word in words if distribution(word) not in PACKAGING]
    return f"{listed(names, MAX_NAMES)}{of} {'is' if len(names) == 1 else 'are'} resolved at install time"


def _joined(parts: list[_Part], ask: PipAsk, tool: str, invocation: Invocation, lookup: Lookup) -> Judgement:
    counted = [part for part in parts if not part.neutral]
    paths = [p for word in (*ask.requirements, *ask.paths) if (p := lookup.find(invocation, word.split("[")[0]))]
    if not counted:
        because = parts[0].because if parts else None
        return Judgement(kind="install", tool=tool, because=because, path=next(iter(paths), None))
    lowest = min(counted, key=lambda part: part.rank)
    files = [part for part in counted if part.hashed]
    locked = [word for word, part in zip(ask.requirements, parts, strict=False) if part.uses_lock]
    because = lowest.because
    if lowest.uses_lock is False and locked and not is_partly(because):
        because += f"{BESIDE}{listed(locked, MAX_NAMES)} locks"
    hashes = "--require-hashes" in ask.flags or dict(invocation.env).get("PIP_REQUIRE_HASHES") in ("1", "true")
    enforced: Enforced = "hashes" if hashes or (files and len(files) == len(counted)) else "none"
    return Judgement(
        kind="install",
        tool=tool,
        uses_lock=lowest.uses_lock,
        enforced=enforced,
        because=because,
        path=next(iter(paths), None),
        serves=_served(ask, invocation, lookup),
    )


def _served(ask: PipAsk, invocation: Invocation, lookup: Lookup) -> str | None:
    """The project that is installed: that of a folder, or the one whose name a built file bears."""
    folders = (p for word in ask.paths if (p := lookup.find(invocation, word.split("[")[0])))
    built = (p for word in ask.archives if (p := built_from(word, lookup)) is not None)
    return next(folders, None) or next(built, None)


# Places at which this repository itself is often mounted, so that nobody can tell.
_USUAL = re.compile(
    r"(?:/(?:app|apps|application|src|source|code|work|workdir|workspace|workspaces|io|repo|repository|project|package|pkg|build|mnt"
    r"|data|home|root|usr|opt|srv|tmp|var|local|host|checkout|server|api|backend|web|django|[^/]*[$*][^/]*))+"
)
PIPED = "/dev/stdin"  # what a command before the pipe writes
_PIPES = frozenset({"-", "/dev/fd/0", "/proc/self/fd/0"})


def _file(
    word: str, invocation: Invocation, lookup: Lookup, produced: dict[str, Judgement], constrained: bool, alone: bool
) -> _Part:
    if word in _PIPES or word.startswith("<("):
        word = PIPED
    path = lookup.find(invocation, word)
    made = _written(word, invocation, lookup, produced) or (produced.get(anywhere(word)) if path is None else None)
    if made is not None and not (made.uses_lock and path is not None and lookup.listing(path).kind == "compiled"):
        return _Part(made.uses_lock, made.because or "", hashed=made.enforced == "hashes")
    if path is None and word == PIPED:
        return _Part(False, "a program writes what is installed")
    if path is None:
        only = lookup.wherever(word)
        matching = lookup.matching(invocation, word) or ([only] if only is not None else [])
        if not matching:
            return _Part(None, _why_missing(word, invocation, lookup), neutral=_fits_nothing(word, invocation, lookup))
        parts = [_listed(lookup.listing(p), constrained, alone) for p in matching]
        return min(parts, key=lambda part: part.rank)
    part = _listed(lookup.listing(path), constrained, alone)
    return replace(part, because=f"{part.because}; {made.because}") if made is not None and made.because else part


def _fits_nothing(word: str, invocation: Invocation, lookup: Lookup) -> bool:
    """Whether ``word`` is a pattern below a folder of the repository in which it fits no file: nothing is installed."""
    folder, star, _ = word.partition("*")
    return bool(star) and "$" not in word and lookup.find(invocation, posixpath.dirname(folder) or ".") is not None


def _why_missing(word: str, invocation: Invocation, lookup: Lookup) -> str:
    image = lookup.image_of(invocation)
    if image is not None and image[0].undecided:
        return context_unknown(image[0].undecided)
    if image is not None and (line := image[0].written(posixpath.basename(word), image[1])) is not None:
        return f"what the image writes to {word} (line {line}) is not known"
    return f"{word} is not in the repository" if not {"$", "*"} & set(word) else f"{word} is not known"


def context_unknown(folders: Sequence[str]) -> str:
    """Why a file of an image cannot be found, where ``folders`` may all be what it is built from."""
    more = " or another" if len(folders) > MAX_FOLDERS else ""
    return f"the folder it is built from ({' or '.join(folders[:MAX_FOLDERS])}{more}) is not known"


def is_undecided(because: str | None) -> bool:
    """Whether a judgement says that something is not known, so that the install may be anything."""
    return (because or "").endswith(" not known")


def is_partly(because: str | None) -> bool:
    """Whether a judgement says that some of what the command itself installs is from a lock."""
    return BESIDE in (because or "")


def _listed(listing: Listing, constrained: bool, alone: bool) -> _Part:
    at = f" (line {listing.line})" if listing.line and listing.kind == "open" else ""
    match listing.kind:
        case "open" if listing.beside and listing.open and not constrained:
            locked = listed(listing.beside, MAX_NAMES)
            return _Part(False, f"{_named(listing.open, f' of {listing.path}')}{BESIDE}{locked} locks")
        case "compiled":
            return _Part(True, f"{listing.path} was written by a locker", hashed=listing.hashed)
        case "pinned" if alone:
            return _Part(False, PINNED_NO_DEPS, hashed=listing.hashed, pinned=True)
        case "pinned" if not constrained:
            return _Part(False, f"{listing.path} is pinned by hand", hashed=listing.hashed, pinned=True)
        case "open" | "pinned":
            if constrained:
                return _Part(True, f"{listing.path} is {CONSTRAINED}")
            return _Part(False, f"{listing.path} is resolved at install time{at}")
        case "local":
            return _Part(False, f"{listing.path} installs the project, whose dependencies are resolved")
        case "empty":
            return _Part(None, f"{listing.path} lists nothing", neutral=True)
        case _:
            return _Part(None, f"{listing.path} could not be read")


def _project(
    word: str,
    invocation: Invocation,
    lookup: Lookup,
    constrained: bool,
    alone: bool,
    locked_before: Before | None,
    allowed: Held | None,
) -> _Part:
    path = lookup.find(invocation, word.split("[")[0])
    if alone:
        return _Part(None, NO_DEPS_ONLY, neutral=True)
    if constrained:
        needed = lookup.declared(path, _extras(word)) if path is not None else ()
        left = left_open(needed, allowed, lookup)
        return _Part(False, left) if left is not None else _Part(True, CONSTRAINED)
    dynamic = lookup.dynamic(path) if path is not None else None
    if dynamic is not None and dynamic.kind == "compiled" and "[" not in word:
        return _Part(True, f"its dependencies are read from {dynamic.path}, which a locker wrote")
    if locked_before is not None:
        return _after_a_lock(path, _extras(word), lookup, locked_before)
    return _Part(False, "the project's dependencies are resolved at install time")


def _after_a_lock(path: str | None, extras: frozenset[str], lookup: Lookup, before: Before) -> _Part:
    """The project after a lock was installed: from that lock only as far as it holds what the project declares."""
    if before.extras is not None and (more := sorted(extras - before.extras)):
        return _Part(False, f"the extra {more[0]} is not in what was locked")
    if path is None or before.held is None:
        return _Part(True, PROJECT_AFTER_LOCK)
    for needed in lookup.declared(path, extras):
        if needed.source != "index" or needed.key in PACKAGING or lookup.manifest_of(needed.key) is not None:
            continue
        versions = before.held.get(needed.key)
        if versions is None:
            return _Part(False, f"{needed.key} is not in what was installed from a lock before")
        if needed.specifier and not any(_admits(needed.specifier, version) for version in versions):
            asked, told = f"{needed.key}{needed.specifier}", "/".join(sorted(versions))
            return _Part(False, f"{asked} is not what was installed from a lock before ({told})")
    if lookup.is_computed(path):
        return _Part(None, "a lock was installed before; whether it holds all that the project needs is computed")
    return _Part(True, PROJECT_AFTER_LOCK)


def _admits(specifier: str, version: str) -> bool:
    """Whether a locked version is one of those asked for; what cannot be compared counts as one."""
    try:
        return not version or SpecifierSet(specifier).contains(version, prereleases=True)
    except InvalidSpecifier:
        return True


def _extras(word: str) -> frozenset[str]:
    match = re.search(r"\[([^\]]{1,300})\]$", word)
    return frozenset(distribution(name) for name in match[1].split(",")) if match else frozenset()


def _archive(
    word: str, lookup: Lookup, produced: dict[str, Judgement], alone: bool, locked_before: Before | None
) -> _Part:
    if (made := produced.get("wheels")) is not None and made.kind == "install":
        return _Part(made.uses_lock, made.because or "", hashed=made.enforced == "hashes")
    if alone:
        return _Part(None, NO_DEPS_ONLY, neutral=True)
    if locked_before is not None:
        built = built_from(word, lookup)
        folder = posixpath.dirname(built) or "." if built is not None else None
        return _after_a_lock(folder, _extras(word), lookup, locked_before)
    return _Part(False, f"the dependencies of {word} are resolved at install time")
