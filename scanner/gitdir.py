"""What lies around a repository's objects: where it is, what HEAD is, its remote; read in this process, without git.

git itself would read the repository's configuration with all that it can make git do. Here a handful of small files is
read instead: ``HEAD``, one reference, ``packed-refs``, and two sections of ``config`` (includes are not followed).
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from scanner import files

_OID = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_POINTER_LIMIT = 64 * 1024
_CONFIG_LIMIT = 1024 * 1024
_PACKED_REFS_LIMIT = 256 * 1024 * 1024
_MAX_SYMBOLIC = 5
REFTABLE = "refs/heads/.invalid"  # what HEAD says where references are kept in tables
_PER_WORKTREE = ("refs/bisect/", "refs/worktree/", "refs/rewritten/")


class Unreached(Exception):
    """A repository that cannot be read at all, and why, in words for its owner."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)  # what pickle gives back to a worker
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True, kw_only=True)
class GitDir:
    """A repository on disk: ``folder`` holds HEAD, ``common`` objects, references and configuration (they differ for
    an added work tree); ``work_tree`` is the checkout's folder, ``None`` for a bare repository."""

    folder: str
    common: str
    work_tree: str | None

    @property
    def objects(self) -> str:
        """The folder of the repository's own objects."""
        return os.path.join(self.common, "objects")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What HEAD says: the commit's id (``None``: no commit yet) and the branch (``None``: detached)."""

    commit: str | None
    branch: str | None
    reference: str | None = None


def find(path: str) -> GitDir | None:
    """The repository at ``path`` (a work tree or a git directory), ``None`` if there is none; never one around it.

    Raises :class:`Unreached` where a ``.git`` file leads to a folder that does not lead back.
    """
    inside = os.path.join(path, ".git")
    if files.is_folder(inside) and is_git_folder(inside):
        return GitDir(folder=inside, common=_common(inside), work_tree=path)
    if files.is_file(inside):
        return _follow(path, inside)
    if is_git_folder(path):
        work_tree = os.path.dirname(path) if os.path.basename(path) == ".git" else None
        return GitDir(folder=path, common=_common(path), work_tree=work_tree)
    return None


def is_git_folder(folder: str) -> bool:
    """Whether ``folder`` looks like a git directory, also one that lost its configuration or its empty folders."""
    if not (files.is_file(os.path.join(folder, "HEAD")) or files.link_target(os.path.join(folder, "HEAD"))):
        return False
    if os.path.isdir(os.path.join(folder, "objects")):
        return os.path.isdir(os.path.join(folder, "refs")) or files.is_file(os.path.join(folder, "packed-refs"))
    return files.is_file(os.path.join(folder, "commondir"))


def head(repository: GitDir) -> Head:
    """Resolve HEAD; raises :class:`Unreached` where it is damaged, or names a branch that other branches lack."""
    name = "HEAD"
    for _ in range(_MAX_SYMBOLIC):
        value = _reference(repository, name)
        if value is None:
            return _unborn(repository, name)
        if not value.startswith(b"ref:"):
            reference = name if name != "HEAD" else None
            return Head(commit=value.decode(), branch=_branch(name), reference=reference)
        name = os.fsdecode(value[4:].strip())
        if not name.startswith("refs/") or ".." in name.split("/") or "\0" in name:
            raise Unreached("unreadable", f"HEAD names something that is no reference: {name[:100]!r}")
    raise Unreached("unreadable", "HEAD is a chain of symbolic references without an end")


def remote(repository: GitDir) -> str | None:
    """The address that the repository was cloned from (**not redacted**): ``origin``, else its first remote."""
    urls = {name: url for name, key, url in reversed(_remotes(repository)) if key == "url"}
    return urls.get("origin") or next(reversed(urls.values()), None)


def _remotes(repository: GitDir) -> list[tuple[str, str, str]]:
    return [(name, key, value) for section, name, key, value in config(repository) if section == "remote"]


def config(repository: GitDir) -> list[tuple[str, str, str, str]]:
    """The repository's own configuration as (section, subsection, key, value); empty where it cannot be read."""
    try:
        data = files.read_if_there(os.path.join(repository.common, "config"), _CONFIG_LIMIT)
    except files.NotRead:
        return []
    return parse_config(data.decode("utf-8", "replace")) if data else []


_SECTION = re.compile(r"\[\s*([A-Za-z0-9.-]+)\s*(?:\"((?:[^\"\\\n]|\\.)*)\"\s*)?\]")
_KEY = re.compile(r"([A-Za-z][A-Za-z0-9-]*)[ \t]*(?:(=)|(?=[\r\n#;]|$))")


def parse_config(text: str) -> list[tuple[str, str, str, str]]:
    """git's configuration syntax: sections with subsections, quotes, escapes, comments, continued lines.

    Sections and keys in lower case; what makes no sense is passed over to the end of its line.
    """
    found: list[tuple[str, str, str, str]] = []
    section = subsection = ""
    position = 1 if text.startswith("\ufeff") else 0
    while position < len(text):
        if text[position].isspace():
            position += 1
        elif match := _SECTION.match(text, position):
            section, _, dotted = match[1].lower().partition(".")
            subsection = re.sub(r"\\(.)", r"\1", match[2]) if match[2] is not None else dotted
            position = match.end()
        elif section and (match := _KEY.match(text, position)):
            value, position = _value(text, match.end()) if match[2] else ("true", match.end())
            found.append((section, subsection, match[1].lower(), value))
        else:
            end = text.find("\n", position)
            position = len(text) if end < 0 else end
    return found


_ESCAPES = {"n": "\n", "t": "\t", "b": "\b"}
_RUN = re.compile(r"[^\\\"\n#;]+|[#;]")


def _value(text: str, position: int) -> tuple[str, int]:
    made, keep, quoted = "", 0, False  # keep: up to where trailing blanks are meant
    while position < len(text) and (char := text[position]) != "\n" and (quoted or char not in "#;"):
        if char == '"':
            quoted = not quoted
            keep = len(made)
            position += 1
        elif char == "\\":
            position += 3 if text.startswith("\r\n", position + 1) else 2
            escaped = text[position - 1 : position]
            made += "" if escaped == "\n" else _ESCAPES.get(escaped, escaped)
            keep = len(made)
        else:
            run = _RUN.match(text, position)
            assert run is not None
            made += run[0] if made or quoted else run[0].lstrip()
            keep = len(made) if quoted else max(keep, len(made.rstrip()))
            position = run.end()
    end = text.find("\n", position)
    return made[:keep], len(text) if end < 0 else end


def _follow(work_tree: str, pointer: str) -> GitDir:
    try:
        text = files.read(pointer, _POINTER_LIMIT).strip(b"\r\n")
    except files.NotRead as error:
        raise Unreached(error.code, f"its .git file: {error.message}") from None
    if not text.startswith(b"gitdir:"):
        raise Unreached("unreadable", "its .git file names no git directory")
    target = os.path.normpath(os.path.join(work_tree, os.fsdecode(text[7:].strip())))
    if not is_git_folder(target):
        raise Unreached("missing-file", "its .git file names a folder that is no git directory")
    repository = GitDir(folder=target, common=_common(target), work_tree=work_tree)
    if not _leads_back(repository, pointer):
        raise Unreached(
            "leads-outside",
            "its .git file names a git directory that does not name it back; give that directory itself as a source",
        )
    return repository


def _leads_back(repository: GitDir, pointer: str) -> bool:
    assert repository.work_tree is not None
    back = _text(os.path.join(repository.folder, "gitdir"))
    if back is not None:
        return files.same(os.path.join(repository.folder, back), pointer)
    own = [value for section, _, key, value in config(repository) if (section, key) == ("core", "worktree")]
    return bool(own) and files.same(os.path.join(repository.folder, own[-1]), repository.work_tree)


def _common(folder: str) -> str:
    shared = _text(os.path.join(folder, "commondir"))
    return os.path.normpath(os.path.join(folder, shared)) if shared else folder


def _text(path: str) -> str | None:
    try:
        data = files.read_if_there(path, _POINTER_LIMIT)
    except files.NotRead:
        return None
    return os.fsdecode(data.strip(b"\r\n")) if data else None


def _reference(repository: GitDir, name: str) -> bytes | None:
    own = name == "HEAD" or name.startswith(_PER_WORKTREE)
    path = os.path.join(repository.folder if own else repository.common, name)
    try:
        value = files.read_if_there(path, _POINTER_LIMIT)
    except files.NotRead as error:
        if error.code != "not-a-file":
            raise Unreached(error.code, f"{name}: {error.message}") from None
        if (target := files.link_target(path)) is not None:  # symbolic references of long ago were symbolic links
            return b"ref: " + os.fsencode(target)
        value = None  # a folder: branches below this name exist
    if value is None:
        return _packed(repository, name)
    value = value.strip()
    if value.startswith(b"ref:"):
        return value
    if found := _OID.match(value):
        return found[0]
    raise Unreached("unreadable", f"{name} is damaged: it holds neither a commit nor a reference")


def _packed(repository: GitDir, name: str) -> bytes | None:
    data = _packed_refs(repository)
    start = data.find(b" " + os.fsencode(name) + b"\n")
    line = data[data.rfind(b"\n", 0, start) + 1 : start] if start >= 0 else b""
    return line if _OID.fullmatch(line) else None


def _packed_refs(repository: GitDir) -> bytes:
    try:
        return files.read_if_there(os.path.join(repository.common, "packed-refs"), _PACKED_REFS_LIMIT) or b""
    except files.NotRead as error:
        raise Unreached(error.code, f"packed-refs: {error.message}") from None


def _branch(name: str) -> str | None:
    return files.shown(name.removeprefix("refs/heads/")) if name.startswith("refs/heads/") else None


def _unborn(repository: GitDir, name: str) -> Head:
    if name != REFTABLE and (others := _branches(repository)):
        listed = ", ".join(others[:3]) + (", …" if len(others) > 3 else "")
        raise Unreached("missing-file", f"HEAD names {files.shown(name)}, which does not exist; there is {listed}")
    return Head(commit=None, branch=_branch(name), reference=name)


def _branches(repository: GitDir) -> list[str]:
    loose = files.names(os.path.join(repository.common, "refs", "heads"))
    packed = re.findall(rb"^[0-9a-f]{40,64} refs/heads/(.+)$", _packed_refs(repository), re.MULTILINE)
    return sorted({files.shown(name) for name in (*loose, *packed)})
