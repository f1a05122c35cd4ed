"""The table of formats: complete, quick, and as right as asking every format."""

from __future__ import annotations

import importlib
import pkgutil
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

import scanner.formats
from scanner.format import Format, Unreadable
from scanner.formats import FORMATS, formats_for

NAMES = """
pyproject.toml setup.py setup.cfg Pipfile Pipfile.lock poetry.lock uv.lock x.py.lock pdm.lock pixi.toml pixi.lock
uv.toml hatch.toml pip.conf pip.ini .python-version runtime.txt .tool-versions mise.toml .mise.toml pylock.toml
pylock.dev.toml requirements.txt requirements-dev.in constraints.pip requirements.lock requirements dev.txt
environment.yml conda-lock.yml tox.ini tox.toml noxfile.py Makefile GNUmakefile common.mk Makefile.docker justfile
.justfile a.just Taskfile.yml package.json Procfile Procfile.dev Dockerfile Dockerfile.prod api.Dockerfile
Containerfile compose.yaml docker-compose.prod.yml dev-compose.yml devcontainer.json .devcontainer.json
settings.json .pre-commit-config.yaml lefthook.yml .lefthook-local.toml pre-commit ci.yml action.yaml config.yml
.travis.yml bitbucket-pipelines.yml pipeline.yml .drone.yml appveyor.yml .cirrus.yml buildspec.yml
api-buildspec.yaml cloudbuild.yaml .prow.yaml azure-pipelines.yml .gitlab-ci.yml Jenkinsfile Jenkinsfile.x
x.jenkinsfile build.groovy .gitmodules CODEOWNERS catalog-info.yaml dependabot.yml renovate.json .renovaterc
.pyup.yml .flake8 mypy.ini .mypy.ini .isort.cfg .pylintrc pylintrc ruff.toml .ruff.toml pyrightconfig.json .bandit
.style.yapf .pydocstyle .pyre_configuration pytype.cfg ty.toml pytest.ini serverless.yml app.yaml fly.toml
Chart.yaml values.yaml daily.py run.sh build.bash lint zappa_settings.json template.yaml render.yaml README.md
main.py logo.png data.csv index.js
""".split()
FOLDERS = [
    "",
    *"""
api/ .github/ .github/workflows/ .github/actions/x/ .circleci/ .buildkite/ .tekton/ .prow/ .gitlab/ci/ ci/ jenkins/
.devcontainer/ .vscode/ .husky/ requirements/ deps/ scripts/ k8s/ charts/a/templates/ dags/ docs/ tests/fixtures/a/
examples/a/ pipelines/ .azure-pipelines/ .chalice/
""".split(),
]


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_index_gives_what_asking_all_formats_gives(folder: str) -> None:
    for name in [*NAMES, *(n.upper() for n in NAMES)]:
        path = folder + name
        assert formats_for(path) == tuple(f for f in FORMATS if f.matches(path)), path


@given(st.text(alphabet="abcdeiklmnoprstuxy.-_/DPM", max_size=24))
def test_on_any_path(path: str) -> None:
    assert formats_for(path) == tuple(f for f in FORMATS if f.matches(path))


def test_every_module_is_registered() -> None:
    made = set()
    for module in pkgutil.iter_modules(scanner.formats.__path__):
        values = vars(importlib.import_module(f"scanner.formats.{module.name}")).values()
        made |= {value for value in values if isinstance(value, Format)}
    assert made == set(FORMATS)
    assert len({f.name for f in FORMATS}) == len(FORMATS)


SAMPLES = {
    ".github/workflows/a.yml": "env: {A: 1}\njobs:\n  a:\n    strategy: {matrix: {python: [3.9]}}\n    steps:\n"
    "    - uses: a/b@c\n      with: {python-version: '${{ matrix.python }}'}\n    - run: |\n"
    "        pip install .\n",
    ".github/actions/a/action.yml": "inputs: {a: {default: b}}\nruns:\n  steps:\n  - run: make\n",
    ".gitlab-ci.yml": "include: [a.yml]\na:\n  extends: [.b, .c]\n  script: [!reference [.b, script], x]\n"
    ".b: {script: [y], parallel: {matrix: [{PY: [3.9]}]}}\n",
    ".circleci/config.yml": "jobs:\n  a:\n    docker: [{image: 'b:<< parameters.c >>'}]\n"
    "    steps: [{run: {command: x}}, {when: {steps: [d]}}]\ncommands: {d: {steps: [d]}}\n"
    "workflows: {w: {jobs: [{a: {matrix: {parameters: {c: [1]}}}}]}}\n",
    ".travis.yml": "python: [3.9]\nenv: {global: [A=1]}\njobs: {include: [{env: B=2, script: x}]}\nscript: y\n",
    "azure-pipelines.yml": "variables: {a: b}\njobs:\n- job: a\n  strategy: {matrix: {x: {py: 3.9}}}\n"
    "  steps: [{script: x}, {task: UsePythonVersion@0, inputs: {versionSpec: $(py)}}]\n",
    "Jenkinsfile": "pipeline { stage('a') { sh '''x\n''' } }",
    "buildspec.yml": "phases: {install: {runtime-versions: {python: 3.9}, commands: [x]}}\n",
    "bitbucket-pipelines.yml": "image: a:1\npipelines: {default: [{step: {script: [x, {pipe: a/b:1}]}}]}\n",
    ".buildkite/pipeline.yml": "steps: [{command: x, plugins: [{a/b#c: {image: d}}]}, "
    "{group: e, steps: [{commands: [f]}]}]\n",
    ".drone.yml": "steps: [{name: a, image: b, commands: [c]}]\n",
    "appveyor.yml": "environment: {matrix: [{PYTHON: 'C:\\Python36'}]}\ninstall: [a, {ps: b}]\n",
    ".cirrus.yml": "task: {container: {matrix: [{image: a}]}, script: [b], matrix: [{x_script: c}]}\n",
    "cloudbuild.yaml": "steps: [{name: a, entrypoint: bash, args: [-c, b]}]\n",
    ".tekton/a.yml": "apiVersion: tekton.dev/v1\nspec: {steps: [{image: a, script: b}]}\n",
    ".prow.yaml": "periodics: [{name: a, spec: {containers: [{image: b, command: [c]}]}}]\n",
    ".pre-commit-config.yaml": "repos: [{repo: local, hooks: [{id: a, entry: b 'c'}]},"
    " {repo: d/black, rev: 1, hooks: [{id: black, additional_dependencies: [e]}]}]\n",
    "lefthook.yml": "pre-commit: {commands: {a: {run: b}}, jobs: [{group: {jobs: [{run: c}]}}]}\n",
    "compose.yaml": "services: {a: {build: {context: b}, command: [c], ports: [d]}, e: {image: f}}\n",
    ".devcontainer/devcontainer.json": '{"image": "a", "features": {"x/features/python:1": {"version": "3.9"}}, '
    '"postCreateCommand": {"a": ["b"]}}',
    ".github/dependabot.yml": "updates: [{package-ecosystem: pip}]\n",
    "renovate.json": '{"enabledManagers": ["pip"]}',
    "ruff.toml": 'target-version = "py39"\n[format]\na = 1\n',
    "serverless.yml": "provider: {runtime: python3.9}\nfunctions: {a: {events: [{http: b}]}}\n",
    "app.yaml": "runtime: python39\n",
    "template.yaml": "Resources: {A: {Type: 'AWS::Serverless::Function', Properties: {Events: {B: {Type: Api}}}}}\n",
}


@pytest.mark.parametrize("path", SAMPLES)
@given(data=st.data())
def test_damaged_files_raise_nothing_but_unreadable(path: str, data: st.DataObject) -> None:
    text = SAMPLES[path]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 12)))
    piece = data.draw(
        st.sampled_from(
            ["", "[]", "{}", "~", "- ", ": ", "a: b", "[[a]]", "{a: [b]}", "&x [*x]", "'", '"', "\n", "${{"]
        )
    )
    for form in formats_for(path):
        with suppress(Unreadable):
            form.read(path, text[:start] + piece + text[end:])
