"""pre-commit: the hooks of flake8, isort and Black become those of Ruff, in one version; all others stay."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rules.places.text import Splice, applied, line_end, line_start, newline
from rules.places.yaml_text import body, documents, entry_span, item_span
from rules.ruff import hook_names
from rules.ruff.arguments import arguments
from rules.ruff.commands import TOOLS, Swap
from rules.ruff.reduced import selecting
from rules.ruff.runs import HOOK_IDS, OTHERS
from rules.uv import version
from scanner.yaml_reader import Mapping, Scalar, Sequence

REPO = "https://github.com/astral-sh/ruff-pre-commit"
_FORMER = "https://github.com/charliermarsh/ruff-pre-commit"
_OLD_ID = {"ruff": "ruff-check"}
# What makes a hook of Ruff look at less than its configuration says, so that it stands for no other.
_NARROW_KEYS = ("files", "exclude", "types", "stages", "pass_filenames")
_NARROW_WORDS = frozenset(
    "--select --ignore --extend-ignore --exclude --extend-exclude --per-file-ignores --exit-zero -e --config "
    "--isolated --diff --add-noqa --check --fixable --unfixable".split()
)
_FORMATTERS = ("black", "yapf")
_FIXERS = ("autoflake", "pyupgrade")
_ORDER = ("isort", "autoflake", "pyupgrade", "flake8")  # who mends comes first, who formats last
_KEPT = ("alias", "files", "exclude", "stages", "always_run", "verbose", "fail_fast", "require_serial")


_BLANK = re.compile(r"[ \t]*\r?\n")
_New = tuple[str, tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Hook:
    """A hook that goes, and the lines of it that stay."""

    tool: str
    node: Mapping
    repository: Mapping


def edit(path: str, text: str, swap: Swap, look: Callable[[int, str], None]) -> str:
    """The configuration with Ruff's hooks where the first of the old ones stood."""
    document = next(iter(documents(text)), None)
    if not isinstance(document, Mapping):
        return text
    repositories = [r for r in document.seq("repos") if isinstance(r, Mapping)]
    old = [hook for r in repositories for hook in _old(r, swap)]
    ours = [r for r in repositories if _plain(r.text("repo")) in (REPO, _FORMER)]
    splices = list(_local(text, repositories, swap, look))
    kept = [hook for hook in old if hook.tool == "flake8" and swap.reduced]
    splices += [splice for hook in kept for splice in selecting(text, hook.node, swap.reduced)]
    for repository in ours:
        splices += _raised(text, repository)
    if old:
        splices += _replaced(text, old, kept, ours, swap)
    after = _without_last_blanks(applied(text, splices), text)
    return _skipped(after, hook_names.renamed(text, after))


def _without_last_blanks(text: str, before: str) -> str:
    """Without the empty lines that stood before hooks at the end, as ``end-of-file-fixer`` would tell."""
    end = before[len(before.rstrip()) :]
    return text.rstrip() + end if text.rstrip() and not text.endswith(("|", ">")) else text


def _plain(address: str | None) -> str:
    return (address or "").rstrip("/").removesuffix(".git")


def _raised(text: str, repository: Mapping) -> Iterator[Splice]:
    """Hooks of Ruff that are there, in the version that the others come in; their words stay."""
    address, rev = repository.get("repo"), repository.get("rev")
    if isinstance(address, Scalar) and _plain(address.text) == _FORMER:
        yield Splice(*body(text, address), REPO)
    if isinstance(rev, Scalar):
        start, end = body(text, rev)
        comment = re.compile(r"[\"']?[ \t]+#[ \t]*(?:frozen:[ \t]*)?v?\d[^\n\r]{0,80}").match(text, end)
        yield Splice(start, comment.end() if comment is not None else end, f"v{version('ruff')}")
    for hook in repository.seq("hooks"):
        name = hook.get("id") if isinstance(hook, Mapping) else None
        if isinstance(name, Scalar) and name.text in _OLD_ID:
            yield Splice(*body(text, name), _OLD_ID[name.text])


def _skipped(text: str, names: dict[str, str]) -> str:
    """``ci: skip: [ruff]``, which names hooks."""
    document = next(iter(documents(text)), None)
    listed = document.map("ci").get("skip") if isinstance(document, Mapping) else None
    items = [item for item in listed.items if isinstance(item, Scalar)] if isinstance(listed, Sequence) else []
    left = hook_names.skipped([item.text for item in items], names)
    splices = []
    for item in items:
        if item.text in names and names[item.text] in left:
            splices.append(Splice(*body(text, item), names[item.text]))
            left.remove(names[item.text])
        elif item.text in names:
            splices.append(_without(text, item))
    return applied(text, splices)


def _without(text: str, item: Scalar) -> Splice:
    """A list without one of its items, in a row of its own or between commas."""
    start, end = body(text, item)
    first = line_start(text, start)
    if text[first:start].strip() == "-":
        return Splice(first, line_end(text, end), "")
    after = re.compile(r"[\"']?[ \t]*,[ \t]*").match(text, end)
    if after is not None:
        return Splice(start - (text[start - 1] in "\"'"), after.end(), "")
    before = re.search(r"[ \t]*,?[ \t]*[\"']?\Z", text[:start])
    return Splice(before.start() if before else start, end + (text[end : end + 1] in ("'", '"')), "")


def _stands_for(hook: Mapping, new: _New, text: str) -> bool:
    """Whether a hook of Ruff that is there does what one that comes would do."""
    name, options, kept = new
    if _OLD_ID.get(hook.text("id") or "", hook.text("id")) != name:
        return False
    words = [s.text for s in hook.seq("args") if isinstance(s, Scalar)]
    if any(word.partition("=")[0] in _NARROW_WORDS for word in words):
        return False
    narrow = any(key in hook.entries for key in _NARROW_KEYS)
    if narrow and ("types" in hook.entries or tuple(_kept(text, hook)) != kept):
        return False
    mends = {"--fix", "--fix-only"} & set(options)
    return name == "ruff-format" or (bool({"--fix", "--fix-only"} & set(words)) if mends else "--fix-only" not in words)


def _old(repository: Mapping, swap: Swap) -> Iterator[_Hook]:
    if _plain(repository.text("repo")) in ("local", "meta", REPO, _FORMER):
        return
    for hook in repository.seq("hooks"):
        tools = {*swap.tools, *(["flake8"] if swap.reduced else [])}
        if isinstance(hook, Mapping) and (tool := HOOK_IDS.get(hook.text("id") or "")) in tools:
            yield _Hook(tool or "", hook, repository)


def _replaced(text: str, old: list[_Hook], kept: list[_Hook], there: list[Mapping], swap: Swap) -> Iterator[Splice]:
    first = old[0]
    leaving = [hook for hook in old if hook not in kept]
    start, end = _item(text, first.repository)
    indent = _indent(text, start)
    ours = there[0] if there else None
    hooks = [h for r in there for h in r.seq("hooks") if isinstance(h, Mapping)]
    step = _hook_indent(text, first)
    new_hooks = [new for new in _distinct(old, text, swap) if not any(_stands_for(h, new, text) for h in hooks)]
    rows = [row for new in new_hooks for row in _rows(new, step)]
    checks = [row for new in new_hooks if new[0] == "ruff-check" for row in _rows(new, step)]
    whole = _is_emptied(first.repository, leaving)
    gap = newline(text)
    if ours is None:
        head = [f"{indent}- repo: {REPO}", f"{indent}  rev: v{version('ruff')}", f"{indent}  hooks:"]
        new = gap.join([*head, *rows]) + gap
        if whole:
            last = max(_item(text, hook.repository)[1] for hook in leaving)
            apart = not _BLANK.match(text, end) and _BLANK.match(text, last) and text[last:].strip()
            yield Splice(start, end, new + (gap if apart else ""))
        elif first in kept:
            yield Splice(start, start, new + (gap if "\n\n" in text[start:end] else ""))
        else:
            yield Splice(end, end, new if text[:end].endswith("\n") else gap + new)
    elif rows:
        own = [h for h in ours.seq("hooks") if isinstance(h, Mapping)]
        formatter = next((h for h in own if h.text("id") == "ruff-format"), None)
        if formatter is not None and checks:  # who mends comes before who formats
            start, _ = _item(text, own[0] if "--fix" in " ".join(checks) else formatter)
            yield Splice(start, start, gap.join(checks) + gap)
            rows = rows[len(checks) :]
        at = _item(text, own[-1])[1]
        if rows:
            yield Splice(at, at, ("" if text[:at].endswith("\n") else gap) + gap.join(rows) + gap)
    gone: set[int] = set()
    for hook in leaving:
        if not _is_emptied(hook.repository, leaving):
            yield Splice(*_item(text, hook.node), "")
        elif hook.repository.line not in gone and (hook.repository is not first.repository or ours is not None):
            gone.add(hook.repository.line)
            start, end = _item(text, hook.repository)
            start = _with_comments(text, start, _indent(text, start))
            blanks = re.compile(r"(?:[ \t]*\r?\n)*").match(text, end)
            yield Splice(start, blanks.end() if blanks is not None else end, "")


def _distinct(old: list[_Hook], text: str, swap: Swap) -> list[_New]:
    """Hooks to be: id, arguments, further lines. Imports are sorted first; what flake8 only told is not mended."""
    made = []
    for hook in sorted(old, key=_place):
        words = [s.text for s in hook.node.seq("args") if isinstance(s, Scalar)]
        options = (swap.fix,) if hook.tool in _FIXERS else tuple(_options(hook.tool, words))
        made.append((hook_names.new_id(hook.tool), options, tuple(_kept(text, hook.node))))
    return _merged(list(dict.fromkeys(made)))


def _place(hook: _Hook) -> int:
    return _ORDER.index(hook.tool) if hook.tool in _ORDER else len(_ORDER) + (hook.tool in _FORMATTERS)


def _merged(hooks: list[_New]) -> list[_New]:
    """One hook that mends and tells, where a fixer's and others look at the same files."""
    for fixer in [h for h in hooks if h[1] in (("--fix",), ("--fix-only",))]:
        alike = [h for h in hooks if h[0] == fixer[0] and h[2] == fixer[2] and h is not fixer]
        tells = any(not options for _, options, _ in alike)
        gone = [h for h in alike if not h[1] or "--select=I" in h[1]]
        at = hooks.index(fixer)
        hooks[at] = (fixer[0], ("--fix",) if tells else fixer[1], fixer[2])
        hooks = [h for h in hooks if h not in gone]
    whole = [h for h in hooks if h[1] in ((), ("--fix",)) and h[2] == _anywhere(h[2])]
    narrow = [h for h in hooks if not h[1] and any(h != w and w[0] == h[0] and w[2] == _anywhere(h[2]) for w in whole)]
    return [h for h in hooks if h not in narrow]


def _anywhere(kept: tuple[str, ...]) -> tuple[str, ...]:
    """A hook's further lines without those that say which files it sees: its configuration says that rule by rule."""
    return tuple(row for row in kept if not row.startswith(("files:", "exclude:")))


def _options(tool: str, words: list[str]) -> list[str]:
    new = arguments(tool, words) or []
    return [w for w in new if w.startswith("-") and not w.startswith(("--extend-select", "--output"))]


def _kept(text: str, hook: Mapping) -> Iterator[str]:
    """Lines of the hook that Ruff's has as well, without their indentation."""
    for key in _KEPT:
        if key in hook.entries and not text[slice(*entry_span(text, hook.line_of(key)))].lstrip().startswith("- "):
            start, end = entry_span(text, hook.line_of(key))
            block = text[start:end].rstrip("\r\n")
            cut = len(block) - len(block.lstrip(" "))
            yield "\n".join(row[cut:] if not row[:cut].strip() else row for row in block.splitlines())
    types = [item.text for item in hook.seq("types") if isinstance(item, Scalar)]
    if HOOK_IDS.get(hook.text("id") or "") in _FORMATTERS and types == ["python"]:
        yield "types: [python]"  # no .pyi files


def _rows(hook: _New, indent: str) -> Iterator[str]:
    name, options, kept = hook
    yield f"{indent}- id: {name}"
    if options:
        yield f"{indent}  args: [{', '.join(options)}]"
    for block in kept:
        yield from (f"{indent}  {row}" for row in block.splitlines())


def _is_emptied(repository: Mapping, old: list[_Hook]) -> bool:
    gone = [h.node for h in old if h.repository is repository]
    return len(gone) == sum(1 for _ in repository.seq("hooks"))


def _item(text: str, node: Mapping) -> tuple[int, int]:
    return item_span(text, _offset(text, node.line))


def _offset(text: str, line: int) -> int:
    at = 0
    for _ in range(line - 1):
        at = line_end(text, at)
    return at


def _with_comments(text: str, start: int, indent: str) -> int:
    """Where the comments begin that stand right above an item, behind an empty line."""
    above = re.search(rf"\n[ \t]*\r?\n(?P<rows>(?:{indent}#[^\n]*\n){{1,5}})\Z", text[:start])
    return above.start("rows") if above is not None else start


def _indent(text: str, start: int) -> str:
    row = text[start : line_end(text, start)]
    return row[: len(row) - len(row.lstrip(" "))]


def _hook_indent(text: str, hook: _Hook) -> str:
    start, _ = _item(text, hook.node)
    found = _indent(text, start)
    return found if text[start:].lstrip(" ").startswith("- ") else _indent(text, _item(text, hook.repository)[0]) + "  "


# -- local hooks


def _local(text: str, repositories: list[Mapping], swap: Swap, look: Callable[[int, str], None]) -> Iterator[Splice]:
    """Hooks of ``repo: local`` that start an old tool: their command and what they install."""
    for repository in repositories:
        for hook in repository.seq("hooks") if repository.text("repo") == "local" else ():
            if isinstance(hook, Mapping):
                yield from _local_hook(text, hook, swap, look)


def _local_hook(text: str, hook: Mapping, swap: Swap, look: Callable[[int, str], None]) -> Iterator[Splice]:
    entry = hook.get("entry")
    if not isinstance(entry, Scalar):
        return
    found = re.fullmatch(
        r"(?P<lead>(?:(?:poetry|pipenv|pdm|rye|uv|hatch) run |python3? -m )*)"
        rf"(?P<tool>{'|'.join((*TOOLS, *OTHERS))})(?P<rest>(?: [^\n]*)?)",
        entry.text.strip(),
    )
    if found is None or found["tool"] not in swap.tools:
        return
    listed = [s.text for s in hook.seq("args") if isinstance(s, Scalar)]
    new = arguments(found["tool"], [*found["rest"].split(), *listed])
    if new is None:
        look(hook.line, f"the hook calls {found['tool']} in a way that has no counterpart that is certain")
        return
    words = [w for w in new[1:] if w.startswith("-")]
    paths = [w for w in new[1:] if not w.startswith("-")]
    yield Splice(*body(text, entry), " ".join([f"{found['lead']}ruff", new[0], "--force-exclude", *words, *paths]))
    if "args" in hook.entries:
        yield Splice(*entry_span(text, hook.line_of("args")), "")
    if "additional_dependencies" in hook.entries:
        start, end = entry_span(text, hook.line_of("additional_dependencies"))
        row = text[line_start(text, start) : end]
        indent = row[: len(row) - len(row.lstrip(" "))]
        yield Splice(start, end, f"{indent}additional_dependencies: [ruff=={version('ruff')}]{newline(text)}")
