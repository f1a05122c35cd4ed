"""Variables of a makefile that its caller sets otherwise."""

from __future__ import annotations

import pytest

from scanner.commands.follow import expand
from scanner.commands.lookup import build_lookup
from scanner.facts import Extract, Invocation, Location
from scanner.formats.makefile import FORMAT

MAKEFILE = """LIST ?= dev.txt
FLAGS ?=
EXTRA = test
WHERE = lib
RUN = uv run
venv: $(LIST)
\tpip install -r $^
sync:
\tuv sync $(FLAGS)
own:
\tcd $(WHERE) && pip install -e .[$(EXTRA)]
"""


def started(command: str, text: str = MAKEFILE, **env: str) -> list[str]:
    extract = FORMAT.read("Makefile", text)
    assert isinstance(extract, Extract)
    lookup = build_lookup({"Makefile": extract}, frozenset({"Makefile"}))
    at = Location(path="ci.yml", line=1)
    calls = [Invocation(argv=tuple(command.split("|")), at=at, context="ci", env=e) for e in ((), tuple(env.items()))]
    return [" ".join(i.argv) for i in [expand(call, lookup) for call in calls][-1]]


@pytest.mark.parametrize(
    ("command", "env", "expected"),
    [
        ("make|venv", {}, "pip install -r dev.txt"),
        ("make|venv", {"LIST": "test.txt"}, "pip install -r test.txt"),
        ("make|venv|LIST=ci.txt", {"LIST": "test.txt"}, "pip install -r ci.txt"),
        ("make|sync", {}, "uv sync"),
        ("make|sync|FLAGS=--frozen --dev", {}, "uv sync --frozen --dev"),
        ("make|own", {"EXTRA": "docs"}, "pip install -e .[test]"),  # `=` goes before the environment
        ("make|own|EXTRA=docs", {}, "pip install -e .[docs]"),
    ],
)
def test_callers_set_variables(command: str, env: dict[str, str], expected: str) -> None:
    assert started(command, **env) == [expected]


def test_what_decides_where_and_what_is_run_stays() -> None:
    extract = FORMAT.read("Makefile", MAKEFILE)
    assert isinstance(extract, Extract)
    assert set(extract.settings["defaults"]) == {"LIST", "FLAGS", "EXTRA"}
    conditional = FORMAT.read("Makefile", "ifeq ($(X),1)\nY ?= 2\nendif\na:\n\tuv sync $(Y)\n")
    assert isinstance(conditional, Extract)
    assert "defaults" not in conditional.settings


def test_the_environment_reaches_a_makefile_through_a_script() -> None:
    makefile = FORMAT.read("Makefile", MAKEFILE)
    script = Extract(
        path="go.sh",
        format="shell",
        invocations=(Invocation(argv=("make", "venv"), at=Location(path="go.sh", line=2), context="script"),),
    )
    assert isinstance(makefile, Extract)
    lookup = build_lookup({"Makefile": makefile, "go.sh": script}, frozenset({"Makefile", "go.sh"}))
    call = Invocation(argv=("./go.sh",), at=Location(path="ci.yml", line=1), context="ci", env=(("LIST", "ci.txt"),))
    assert [" ".join(i.argv) for i in expand(call, lookup)] == ["pip install -r ci.txt"]
