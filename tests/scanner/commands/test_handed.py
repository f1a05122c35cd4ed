from __future__ import annotations

import re

from scanner.commands.handed import with_arguments, with_inputs, with_parameters, with_variables
from scanner.facts import Extract, Invocation, Location


def command(text: str, asked: str | None = None) -> Invocation:
    at = Location(path="x", line=1)
    directory = None if asked else "."
    return Invocation(
        argv=tuple(re.split(r"(?<!\|)\|(?!\|)", text)), at=at, context="script", directory=directory, asked=asked
    )


def words(invocation: Invocation) -> str:
    return "|".join(invocation.argv)


def test_arguments_of_a_script() -> None:
    given = ("services/api", "dev")
    assert words(with_arguments(command("pip|install|-e|$1[${2}]"), given)) == "pip|install|-e|services/api[dev]"
    assert words(with_arguments(command("uv|sync|$@"), given)) == "uv|sync|services/api|dev"
    assert words(with_arguments(command("a|${3:-x}|$4"), given)) == "a|x|$4"
    assert with_arguments(command("a|b"), given).argv == ("a", "b")
    placed = with_arguments(command("poetry|install", asked="./$1"), given)
    assert (placed.directory, placed.asked) == ("services/api", None)
    assert with_arguments(command("poetry|install", asked="$3"), given).directory is None


def test_inputs_of_an_action() -> None:
    action = Extract(path="a", format="github-action", settings={"inputs": {"dir": "lib", "args": "--dev"}})
    one = command("uv|sync|${{ inputs.args }}|--project=${{ inputs.dir }}|${{ inputs.x||'y' }}|${{ inputs.z }}")
    assert words(with_inputs(one, (), action)) == "uv|sync|--dev|--project=lib|y|${{ inputs.z }}"
    assert words(with_inputs(one, ("args=", "dir=app", "z=q r"), action)) == "uv|sync|--project=app|y|q|r"
    assert with_inputs(command("uv|sync", asked="${{ inputs.dir }}"), ("dir=./app/",), action).directory == "app"


def test_variables_and_parameters() -> None:
    assert words(with_variables(command("pip|install|-e|${DIR}/x"), ("test", "DIR=api"))) == "pip|install|-e|api/x"
    assert words(with_variables(command("pip|install|${DIR}"), ("test",))) == "pip|install|${DIR}"
    assert words(with_parameters(command("uv|--project|{{ dir }}|sync"), ("dir",), ("api",))) == "uv|--project|api|sync"
    assert words(with_parameters(command("a|{{ other }}"), ("dir",), ("api",))) == "a|{{ other }}"
