"""All formats, in the order in which they are asked: the first whose reader says that a file is its own has it.

A format is its module, its line in the import below and its place in the tuple.
"""

from __future__ import annotations

import re

from scanner.format import Format
from scanner.formats import (
    appveyor,
    azure_pipelines,
    bitbucket,
    buildkite,
    circleci,
    cirrus,
    cloudbuild,
    codebuild,
    compose,
    conda_env,
    conda_lock,
    dependabot_renovate,
    deployment,
    devcontainer,
    dockerfile,
    dockerignore,
    drone,
    entry_module,
    flit_ini,
    github_actions,
    gitlab_ci,
    gitmodules,
    hatch_toml,
    jenkins,
    justfile,
    lefthook,
    lint_config,
    makefile,
    nox,
    nx_project,
    owners,
    package_init,
    package_json,
    pdm_lock,
    pip_conf,
    pipfile,
    pipfile_lock,
    pixi_lock,
    pixi_toml,
    poetry_lock,
    pre_commit,
    procfile,
    pylock,
    pyproject,
    python_version,
    readme,
    requirements,
    semaphore,
    setup_cfg,
    setup_py,
    shell_script,
    taskfile,
    tox,
    travis,
    uv_lock,
    uv_toml,
    windows_script,
)

# Each format with the names that its files can have, in lower case: "=name", or a suffix (what follows the last dot;
# "-" for a name without one), or "~word" for a word that the name holds, whatever its suffix. The format decides.
_WHERE: tuple[tuple[Format, str], ...] = (
    # manifests and what configures their tools
    (pyproject.FORMAT, "=pyproject.toml"),
    (setup_cfg.FORMAT, "=setup.cfg"),
    (setup_py.FORMAT, "=setup.py"),
    (flit_ini.FORMAT, "=flit.ini"),
    (pipfile.FORMAT, "=pipfile"),
    (pixi_toml.FORMAT, "=pixi.toml"),
    (uv_toml.FORMAT, "=uv.toml"),
    (hatch_toml.FORMAT, "=hatch.toml"),
    (pip_conf.FORMAT, "=pip.conf =pip.ini"),
    (python_version.FORMAT, "=.python-version =.python-versions =runtime.txt =.tool-versions toml"),
    # locks
    (poetry_lock.FORMAT, "=poetry.lock"),
    (uv_lock.FORMAT, "lock"),
    (pdm_lock.FORMAT, "=pdm.lock"),
    (pipfile_lock.FORMAT, "=pipfile.lock"),
    (pixi_lock.FORMAT, "=pixi.lock"),
    (conda_lock.FORMAT, "lock yml yaml txt"),
    (pylock.FORMAT, "toml"),
    # automation
    (tox.FORMAT, "=tox.ini =tox.toml"),
    (nox.FORMAT, "=noxfile.py"),
    (makefile.FORMAT, "~makefile mk"),
    (justfile.FORMAT, "- just justfile"),
    (taskfile.FORMAT, "=taskfile.yml =taskfile.yaml =taskfile.dist.yml"),
    (package_json.FORMAT, "=package.json"),
    (nx_project.FORMAT, "=project.json"),
    (procfile.FORMAT, "~procfile"),
    (dockerfile.FORMAT, "~dockerfile ~containerfile"),
    (dockerignore.FORMAT, "dockerignore"),
    (compose.FORMAT, "~compose =local.yml =local.yaml =production.yml =production.yaml =staging.yml =staging.yaml"),
    (devcontainer.FORMAT, "=devcontainer.json =.devcontainer.json"),
    (devcontainer.SETTINGS_FORMAT, "=settings.json"),
    (pre_commit.FORMAT, "=.pre-commit-config.yaml =.pre-commit-config.yml"),
    (lefthook.FORMAT, "~lefthook"),
    (lefthook.HUSKY_FORMAT, "-"),
    # CI
    (github_actions.FORMAT, "yml yaml"),
    (github_actions.ACTION_FORMAT, "=action.yml =action.yaml"),
    (circleci.FORMAT, "yml yaml"),
    (travis.FORMAT, "=.travis.yml =.travis.yaml"),
    (bitbucket.FORMAT, "=bitbucket-pipelines.yml"),
    (buildkite.FORMAT, "yml yaml"),
    (drone.FORMAT, "=.drone.yml =.drone.yaml"),
    (appveyor.FORMAT, "~appveyor"),
    (semaphore.FORMAT, "yml yaml"),
    (cirrus.FORMAT, "=.cirrus.yml =.cirrus.yaml"),
    (codebuild.FORMAT, "yml yaml"),
    (cloudbuild.FORMAT, "yml yaml"),
    (cloudbuild.TEKTON_FORMAT, "yml yaml"),
    (cloudbuild.PROW_FORMAT, "yml yaml"),
    (azure_pipelines.FORMAT, "yml yaml"),
    (gitlab_ci.FORMAT, "yml yaml"),
    (jenkins.FORMAT, "~jenkinsfile groovy"),
    # what stands around the code
    (gitmodules.FORMAT, "=.gitmodules"),
    (owners.FORMAT, "=codeowners yml yaml"),
    (dependabot_renovate.FORMAT, "~dependabot ~renovate ~pyup"),
    (lint_config.FORMAT, " ".join(f"={name}" for name in lint_config.NAMES)),
    # by name generous, by content strict
    (conda_env.FORMAT, "yml yaml"),
    (requirements.FORMAT, "- txt in pip lock"),
    (requirements.NAMED, "-"),
    (deployment.FORMAT, "yml yaml py json toml tf"),
    (readme.FORMAT, "=readme.md =readme.rst =readme.txt =readme.markdown =readme"),
    (entry_module.FORMAT, "py"),
    (package_init.FORMAT, "=__init__.py"),
    (shell_script.FORMAT, "sh bash"),
    (shell_script.UNNAMED, "-"),
    (shell_script.STARTED, "-"),
    (windows_script.FORMAT, "ps1 bat cmd"),
)

FORMATS: tuple[Format, ...] = tuple(form for form, _ in _WHERE)


def formats_for(path: str) -> tuple[Format, ...]:
    """The formats that take the file at ``path``, by its name alone, in the order of :data:`FORMATS`."""
    name = path.rpartition("/")[2].lower()
    if _WORDS.search(name) is not None:
        asked = FORMATS
    else:
        asked = _BY_NAME.get(name) or _BY_SUFFIX.get(name.rpartition(".")[2] if "." in name else "-") or ()
    return tuple([form for form in asked if form.matches(path)]) if asked else ()


def _asked(suffix: str, name: str = "") -> tuple[Format, ...]:
    return tuple(form for form, where in _WHERE if not {suffix, name}.isdisjoint(where.split()))


_WORDS = re.compile("|".join(sorted(word[1:] for _, where in _WHERE for word in where.split() if word[0] == "~")))
_BY_SUFFIX = {word: _asked(word) for _, where in _WHERE for word in where.split() if word[0] not in "=~"}
_BY_NAME = {
    word[1:]: _asked(word.rpartition(".")[2] if "." in word else "-", word)
    for _, where in _WHERE
    for word in where.split()
    if word[0] == "="
}
