from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.format import Unreadable
from scanner.formats.conda_env import FORMAT, read

FULL = """\
name: demo
channels:
  - conda-forge
  - https://conda.example/t/token/private
dependencies:
  - python=3.11
  - numpy>=1.2,<2
  - pytorch::pytorch=2.0.1=*cuda*
  - openssl=1.1.1q
  - pywin32  # [win]
  - sel(osx): appnope
  - pip
  - pip:
    - a>=1
    - -e .
    - -r file:requirements.txt
    - -c ../../out.txt
    - --extra-index-url https://u:secret@pypi.example/simple
    - b c
"""


def test_everything_that_an_environment_says() -> None:
    extract = read("env/environment.yml", FULL)
    assert extract is not None
    found = extract.manifest
    assert found is not None
    assert (found.format, found.name) == ("conda", "demo")
    assert [(r.ecosystem, r.name, r.specifier, r.marker, r.at.line) for r in found.requirements] == [
        ("conda", "numpy", ">=1.2,<2", None, 7),
        ("conda", "pytorch", "==2.0.1", None, 8),
        ("conda", "openssl", None, None, 9),
        ("conda", "pywin32", "", "sys_platform == 'win32'", 10),
        ("conda", "appnope", "", "sys_platform == 'darwin'", 11),
        ("conda", "pip", "", None, 12),
        ("pypi", "a", ">=1", None, 14),
        ("pypi", "", "", None, 15),
    ]
    assert found.requirements[1].index == "pytorch"
    assert found.requirements[-1].editable
    assert [(p.version, p.kind, p.at.line) for p in extract.pythons] == [("3.11", "conda", 6)]
    assert [(i.kind, i.path, i.at.line) for i in found.includes] == [
        ("requirements", "env/requirements.txt", 16),
        ("constraints", None, 17),
    ]
    assert [(i.kind, i.name, i.url) for i in found.indexes] == [
        ("index", "conda-forge", "conda-forge"),
        ("index", None, "https://conda.example/t/token/private"),
        ("extra-index", None, "https://***@pypi.example/simple"),
    ]
    assert [(p.code, p.at.line) for p in extract.problems] == [("invalid-entry", 19)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "env_vars:\n  A: 1\n",
        "apiVersion: v1\nkind: Environment\ndependencies:\n- a\n",
        "jobs:\n  a:\n    steps: []\ndependencies: [a]\n",
        "package:\n  name: a\ndependencies:\n- a\n",
        "dependencies:\n- name: chart\n  version: 1\n",
        "dependencies: {a: b}\n",
        "{{ x }",
    ],
)
def test_what_is_something_else(text: str) -> None:
    assert read("environment.yml", text) is None


def test_templates() -> None:
    extract = read("environment.yml", "name: {{ cookiecutter.slug }}\ndependencies:\n- python\n")
    assert extract is not None
    assert extract.template
    assert extract.manifest is None


def test_what_conda_devenv_renders_is_read_with_every_branch() -> None:
    text = (
        "{% set X = os.environ.get('X', '1') %}\nname: demo\nincludes:\n  - {{ root }}/base.devenv.yml\n"
        "dependencies:\n  - python ={{ X }}\n  {% if X %}\n  - numpy >=1.2\n  {% endif %}\n  - scipy\n"
        "environment:\n  PYTHONPATH:\n    - {{ root }}/src\n"
    )
    extract = read("env/environment.devenv.yml", text)
    assert extract is not None
    assert extract.manifest is not None
    assert [(r.name, r.specifier, r.at.line) for r in extract.manifest.requirements] == [
        ("numpy", ">=1.2", 8),
        ("scipy", "", 10),
    ]
    assert [i.path for i in extract.manifest.includes] == ["env/base.devenv.yml"]
    assert extract.pythons == ()


def test_files_called_after_their_purpose_have_channels() -> None:
    text = "name: x\nchannels: [defaults]\ndependencies:\n  - numpy\n"
    assert FORMAT.matches("development.yml")
    assert read("development.yml", text) is not None
    assert read("development.yml", text.replace("channels", "other")) is None
    assert read("environment.yml", text.replace("channels: [defaults]\n", "")) is not None


def test_no_dependencies_yet() -> None:
    extract = read("environment.yml", "channels:\n- conda-forge\ndependencies:\n")
    assert extract is not None
    assert extract.manifest is not None
    assert extract.manifest.requirements == ()


def test_a_broken_environment_is_unreadable() -> None:
    with pytest.raises(Unreadable) as caught:
        read("environment.yml", "name: a\ndependencies:`\n  - python\ndependencies:\n")
    assert caught.value.line is not None


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("environment.yml", True),
        ("ci/environment-dev.yaml", True),
        ("conda.yml", True),
        ("env.yml", True),
        ("my-env.yaml", True),
        ("conda-lock.yml", False),
        (".github/workflows/conda.yml", False),
        ("meta.yaml", False),
    ],
)
def test_names(path: str, wanted: bool) -> None:
    assert FORMAT.matches(path) is wanted


@given(st.text(alphabet="-: ab=\n[]{}#'p", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(Unreadable):
        read("environment.yml", "dependencies:\n" + text)
