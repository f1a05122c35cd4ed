"""Whatever stands in a file, the editors make no exception of it."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rules.ruff import actions, programs, prose
from rules.ruff.commands import Swap
from rules.ruff.emit import RuffConfig, into_pyproject
from rules.ruff.linters.options import options_in

SWAP = Swap(tools=frozenset({"black", "flake8"}), packages=frozenset({"black", "flake8"}))
_PLAIN = (
    'black |flake8|`|```|::|    |session.run(|session.install(|)|*|$(|&&|,|=|[|]|#|\'|é|pip install |"black"'.split("|")
)
_STEPS = ["\n", "- uses: psf/black@v1\n", "with:\n", "  options: x\n", "steps:\n"]
WORDS = st.sampled_from([*_PLAIN, *_STEPS])


@given(st.lists(WORDS, max_size=25).map("".join))
def test_any_text_does_no_harm(text: str) -> None:
    prose.edit("README.rst", text, SWAP)
    prose.edit("README.md", text, SWAP)
    actions.edit(text, SWAP.tools, lambda _line, _message: None)
    programs.edit(text, SWAP.tools, SWAP.packages, lambda _line, _message: None)


@pytest.mark.parametrize(
    "text", ["`" * 40_000, " " * 60_000, "a::\n" * 8_000, "```\n" * 8_000, "[x](" * 9_000 + "black"]
)
def test_long_texts_are_read_in_time(text: str) -> None:
    prose.edit("README.rst", text + "black", SWAP)


@given(st.text(alphabet="ab\"', #[]=\n0E\\", max_size=60))
@example("''\n,")
def test_any_array_is_extended_or_stays(inside: str) -> None:
    text = f"[tool.ruff.lint]\nselect = [\n{inside}\n]\n"
    try:
        before = tomllib.loads(text)["tool"]["ruff"]["lint"]["select"]
    except ValueError:
        return
    if not all(isinstance(item, str) for item in before):
        return
    after = into_pyproject(text, RuffConfig(lint={"select": ["S101", "S102"]}), ())
    found = tomllib.loads(after)["tool"]["ruff"]["lint"]["select"]
    assert found == [*before, *(rule for rule in ("S101", "S102") if rule not in before)]


@given(st.sampled_from([".bandit", "a.toml", "a.yaml", "setup.cfg"]), st.text(max_size=120))
def test_any_configuration_is_read_or_not(path: str, text: str) -> None:
    options_in(path, text, ("bandit", ""))
