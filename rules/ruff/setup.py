"""From what is set today to Ruff's configuration: the parts put together for one repository."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from rules.ruff.arguments import arguments, selected
from rules.ruff.black_config import BlackRules, said, translate_black
from rules.ruff.emit import RuffConfig, combine
from rules.ruff.filenames import narrowed
from rules.ruff.flake8_config import Flake8Config
from rules.ruff.gather import Setup
from rules.ruff.isort_config import IsortRules, translate_isort
from rules.ruff.linters import LINTERS, Asked, Part, yapf
from rules.ruff.patterns import catches, of_names
from rules.ruff.scope import Scope, scope
from rules.ruff.translate import RuffLint, below, read_otherwise, translate
from rules.ruff.union import Share, families, united


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """The new configuration, and the parts that it was made of; ``lost`` names what Ruff cannot do, by tool.

    ``parts`` are the smaller tools that go, ``kept`` those that stay, with the reason. ``notebooks``: tools that look
    at notebooks, too. ``stubs``: imports of ``.pyi`` files are sorted.
    """

    config: RuffConfig
    flake8: RuffLint | None
    isort: IsortRules | None
    black: BlackRules | None
    parts: tuple[Part, ...] = ()
    kept: tuple[Part, ...] = ()
    lost: tuple[tuple[str, str, str], ...] = ()
    notebooks: frozenset[str] = frozenset()
    stubs: bool = False

    def rules_of(self, tools: Collection[str]) -> set[str]:
        """The rules that stand for these tools."""
        found = {rule for part in self.parts if part.tool in tools for rule in part.lint.select}
        found |= set(self.flake8.select) if self.flake8 is not None and "flake8" in tools else set()
        return found | ({"I001", "I002"} if "isort" in tools else set())


def convert(setup: Setup, *, target: str | None = None) -> Conversion:
    """``target`` is the Python to aim at (``py310``) where the manifest does not say."""
    flake8 = _joined([_flake8(c, setup) for c in setup.flake8], setup) if setup.flake8 is not None else None
    isort = _with_loose(translate_isort(setup.isort), setup.loose) if setup.isort is not None else None
    others = [said(run) for run in setup.runs_of("black")]
    black = translate_black(setup.black, setup.black_argv, others) if setup.black is not None else None
    made = [(a, _translated(a)) for a in setup.others]
    parts = tuple(part for _, part in made if part.stays is None)
    if black is None:
        black = next((yapf.style(a) for a, part in made if a.tool == "yapf" and part.stays is None), None)
    external = tuple(code for code, why in flake8.uncovered if "counterpart" in why) if flake8 else ()
    lost = (
        *(("flake8", code, why) for code, why in (flake8.uncovered if flake8 else ())),
        *(("isort", name, why) for name, why in (isort.unsayable if isort else ())),
        *(("isort", name, why) for name, why in _other_length(isort, black)),
        *(("black", name, why) for name, why in (black.unsayable if black else ())),
        *((part.tool, code, why) for part in parts for code, why in part.lint.uncovered),
    )
    fixes = sorted({*(rule for part in parts for rule in part.fixes), *(("I001",) if isort else ())})
    config = combine(
        _united(setup, flake8, isort, parts),
        isort,
        black,
        target=target or max((p.target for p in parts if p.target), key=len, default=None),
        external=external,
        fixable=families(fixes, fixes) if any(part.fixes for part in parts) else (),
        sorts=not setup.isort_only_mends,
    )
    kept = tuple(part for _, part in made if part.stays is not None)
    return Conversion(
        config=config,
        flake8=flake8,
        isort=isort,
        black=black,
        parts=parts,
        kept=kept,
        lost=lost,
        notebooks=frozenset(run.tool for run in setup.runs if run.notebooks),
        stubs=isort is not None and any(r.sees_stubs for r in setup.runs if r.tool == "isort" and not r.advisory),
    )


def _with_loose(isort: IsortRules, names: Collection[str]) -> IsortRules:
    """Folders that isort takes for the project's own are named, where no option says what they are."""
    said = {name for value in isort.settings.values() if isinstance(value, tuple) for name in value}
    new = [name for name in names if name not in said]
    if not new or "no-sections" in isort.settings:
        return isort
    known = isort.settings.get("known-first-party", ())
    first = (*(known if isinstance(known, tuple) else ()), *new)
    return replace(isort, settings={**isort.settings, "known-first-party": first})


def _other_length(isort: IsortRules | None, black: BlackRules | None) -> Iterator[tuple[str, str]]:
    if isort is not None and black is not None and isort.line_length != black.line_length and isort.has_length:
        why = (
            f"imports are wrapped at {isort.line_length}, Ruff wraps all at {black.line_length}, the formatter's length"
        )
        yield "line_length", why


def _flake8(config: Flake8Config, setup: Setup) -> RuffLint:
    lint = translate(config, setup.plugins)
    named = ((new, codes) for old, codes in lint.per_file for new in of_names(old, setup.sources))
    more = tuple(read_otherwise(lint.select, setup.sources))
    lint = replace(lint, per_file=tuple(named), uncovered=(*lint.uncovered, *more))
    gates = [run for run in setup.runs if run.tool == "flake8" and not run.advisory]
    if gates and all(run.is_hook for run in gates):
        return lint  # pre-commit names the files itself
    return narrowed(lint, config, setup.sources, setup.paths)


def selections(setup: Setup) -> dict[str, frozenset[str]]:
    """The rules that stand for each ``--select`` of a flake8 that can fail: the rule set of that run alone."""
    found: dict[str, frozenset[str]] = {}
    for config, runs in zip(setup.flake8 or (), setup.flake8_gates, strict=False):
        for asked in {value for run in runs if (value := selected(run.argv))}:
            found[asked] = found.get(asked, frozenset()) | frozenset(_flake8(config, setup).select)
    return found


_TRANSLATE = {linter.name: linter.translate for linter in LINTERS}


def _translated(asked: Asked) -> Part:
    """The tool's part; it stays where one of its calls has no counterpart."""
    part = _TRANSLATE[asked.tool](asked)
    odd = next((run for run in asked.runs if arguments(run.tool, run.argv) is None), None)
    if odd is not None and part.stays is None:
        why = f"it is called in a way that has no counterpart that is certain ({odd.path}:{odd.line or 1})"
        return replace(part, stays=why)
    return part


def _united(
    setup: Setup, flake8: RuffLint | None, isort: IsortRules | None, parts: tuple[Part, ...]
) -> RuffLint | None:
    """flake8 and the parts whose tools can fail, each over the files that it is run over."""
    asked = {a.tool: a for a in setup.others}
    gates = [part for part in parts if part.lint.select and (asked[part.tool].gates or not asked[part.tool].runs)]
    shares = [Share(lint=_short(part.lint), scope=scope(asked[part.tool].gates, setup.sources)) for part in gates]
    if flake8 is not None and setup.flake8_advises:
        shares.append(Share(lint=replace(flake8, select=(), excluded=())))
        flake8 = None
    elif flake8 is not None:
        runs = [run for run in setup.runs if run.tool == "flake8" and not run.advisory]
        shares.insert(0, Share(lint=flake8, scope=scope(runs, setup.sources) if gates else Scope()))
    if isort is not None and not setup.isort_only_mends and (gates or (flake8 is not None and flake8.excluded)):
        runs = [run for run in setup.runs if run.tool == "isort" and not run.advisory]
        nowhere = _nowhere(flake8, setup)
        left = (*(n for old in isort.skipped for n in below(old)), *isort.globs, *nowhere)
        if flake8 is not None:
            there = [p for p in flake8.excluded if p in left or p in _short(flake8).excluded]
            shares[0] = replace(shares[0], lint=replace(flake8, excluded=tuple(there)))
        lint = RuffLint(select=("I001",), excluded=tuple(dict.fromkeys(left)))
        shares.append(Share(lint=lint, scope=scope(runs, setup.sources) if gates else Scope()))
    return united(shares)


def _nowhere(flake8: RuffLint | None, setup: Setup) -> tuple[str, ...]:
    """What flake8 leaves out and nothing of today is: nobody can say whether isort would look there."""
    excluded = flake8.excluded if flake8 is not None else ()
    return tuple(p for p in excluded if not any(catches(way, setup.sources) for way in (p, f"{p}/**")))


def _short(lint: RuffLint) -> RuffLint:
    """Without the patterns of files that cannot be Python's: a bare name stands beside the folder of that name."""
    kept = tuple(p for p in lint.excluded if "/" in p or "*" in p or p.endswith((".py", ".pyi")))
    return replace(lint, excluded=kept)


def _joined(parts: list[RuffLint], setup: Setup) -> RuffLint | None:
    """Several runs that can fail: a rule counts where one of them reports it; files are free where all let them be.

    Runs over folders apart (``flake8 --config tests/.flake8 tests``) let go by folder.
    """
    if not parts:
        return None
    apart = _apart(parts, setup)
    whole = parts[0]
    for part in parts[1:]:
        ours, theirs = dict(whole.per_file), dict(part.per_file)
        both = {p: tuple(sorted(set(ours[p]) & set(theirs[p]))) for p in ours.keys() & theirs.keys()}
        lengths = [
            p.settings["pycodestyle"] for p in (whole, part) if "E501" in p.select and "pycodestyle" in p.settings
        ]
        settings = {**part.settings, **whole.settings}
        if lengths:
            settings["pycodestyle"] = min(lengths, key=lambda s: str(s.get("max-line-length", "")).zfill(6))
        whole = replace(
            whole,
            select=tuple(sorted({*whole.select, *part.select})),
            per_file=tuple(sorted((p, codes) for p, codes in both.items() if codes)),
            excluded=tuple(sorted(set(whole.excluded) & set(part.excluded))),
            settings=settings,
            uncovered=tuple(dict.fromkeys((*whole.uncovered, *part.uncovered))),
        )
    return replace(whole, per_file=tuple(dict.fromkeys((*whole.per_file, *apart))))


def _apart(parts: list[RuffLint], setup: Setup) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What each part leaves out where it alone is run: rules that only others have, its own patterns."""
    scopes = [scope(runs, setup.sources).paths or () for runs in setup.flake8_gates]
    caught = [{path for p in paths for path in setup.sources if catches(p, [path])} for paths in scopes]
    if len(parts) < 2 or len(scopes) != len(parts) or not all(caught):
        return
    if sum(map(len, caught)) != len(set[str]().union(*caught)):
        return
    everything = {rule for part in parts for rule in part.select}
    for part, paths, own in zip(parts, scopes, caught, strict=True):
        for path in paths if everything - set(part.select) else ():
            yield path, tuple(sorted(everything - set(part.select)))
        for pattern, codes in part.per_file:
            if all(path in own for path in setup.sources if catches(pattern, [path])):
                yield pattern, codes
