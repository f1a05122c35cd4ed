"""Files that are installed: builds of the repository's own projects, or wheels from elsewhere."""

from __future__ import annotations

import pytest

from scanner.commands.classify import classify_all
from scanner.facts import Location
from scanner.shell import parse
from tests.scanner.commands.test_classify import lookup_of

OWN = {
    "pyproject.toml": '[project]\nname = "tide.table"\nversion = "1"\n',
    "vendored/gauge-1.0-py3-none-any.whl": "",
    "requirements.txt": "requests\n",
}


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("pip install dist/*.whl", ["install"]),
        ("pip install dist/tide_table-*.whl", ["install"]),
        ("pip install dist/tide*.whl", ["install"]),
        ("pip install dist/tide-1.0.tar.gz", ["adhoc"]),
        ("pip install tide_table-1.0-py3-none-any.whl[cli]", ["install"]),
        ("pip install Harbour*.whl", ["adhoc"]),
        ("pip install vendored/*.whl", ["adhoc"]),
        ("pip install dist/$WHEEL", ["install"]),
        ("pip install gauge-1.0-py3-none-any.whl -r requirements.txt", ["install"]),
        ("pip wheel numpy -w wheels\npip install wheels/*.whl", ["adhoc", "adhoc"]),
        ("pip wheel -r requirements.txt -w wheels\npip install wheels/*.whl", ["install", "install"]),
    ],
)
def test_a_built_file_is_installed_for_the_project_only_where_it_may_be_its_own(text: str, kinds: list[str]) -> None:
    parsed = parse(text, at=Location(path="ci.yml", line=1), context="ci")
    assert [c.kind for c in classify_all(parsed.invocations, lookup_of(OWN))] == kinds


def test_where_a_setup_script_hides_a_name_nobody_can_tell() -> None:
    hidden = {**OWN, "other/setup.py": "from setuptools import setup\nsetup(name=compute())\n"}
    parsed = parse("pip install Harbour*.whl", at=Location(path="ci.yml", line=1), context="ci")
    assert [c.kind for c in classify_all(parsed.invocations, lookup_of(hidden))] == ["install"]


def test_an_image_that_takes_nothing_of_the_repository_installs_what_is_not_its_own() -> None:
    other = "FROM python:3.12\nCOPY --from=registry.example/wheels /w /w\nRUN pip install /w/*.whl\n"
    own = "FROM python:3.12\nCOPY dist/*.whl /w/\nRUN pip install /w/*.whl\n"
    for text, kind in ((other, "adhoc"), (own, "install")):
        lookup = lookup_of({**OWN, "Dockerfile": text})
        found = classify_all(lookup.extracts["Dockerfile"].invocations, lookup)
        assert [c.kind for c in found if c.argv[0] == "pip"] == [kind]
