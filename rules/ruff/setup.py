"""From what is set today to Ruff's configuration: the parts put together for one repository."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rules.ruff.black_config import BlackRules, translate_black
from rules.ruff.emit import RuffConfig, combine
from rules.ruff.gather import Setup
from rules.ruff.isort_config import IsortRules, translate_isort
from rules.ruff.translate import RuffLint, translate


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """The new configuration, and the parts that it was made of; ``lost`` names what Ruff cannot do, by tool."""

    config: RuffConfig
    flake8: RuffLint | None
    isort: IsortRules | None
    black: BlackRules | None
    lost: tuple[tuple[str, str, str], ...] = ()


def convert(setup: Setup, *, target: str | None = None) -> Conversion:
    """``target`` is the Python to aim at (``py310``) where the manifest does not say."""
    flake8 = _joined([translate(c, setup.plugins) for c in setup.flake8]) if setup.flake8 is not None else None
    isort = translate_isort(setup.isort) if setup.isort is not None else None
    black = translate_black(setup.black, setup.black_argv) if setup.black is not None else None
    external = tuple(code for code, why in flake8.uncovered if "counterpart" in why) if flake8 else ()
    lost = (
        *(("flake8", code, why) for code, why in (flake8.uncovered if flake8 else ())),
        *(("isort", name, why) for name, why in (isort.unsayable if isort else ())),
        *(("black", name, why) for name, why in (black.unsayable if black else ())),
    )
    config = combine(flake8, isort, black, target=target, external=external)
    return Conversion(config=config, flake8=flake8, isort=isort, black=black, lost=lost)


def _joined(parts: list[RuffLint]) -> RuffLint | None:
    """Several runs that can fail: a rule counts where one of them reports it; files are free where all let them be."""
    if not parts:
        return None
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
    return whole
