"""The writers of migration steps, in the order in which their steps are done."""

from __future__ import annotations

from rules.step import StepWriter
from rules.steps import (
    ci,
    copies,
    from_conda,
    from_hatch,
    from_pdm,
    from_pip_tools,
    from_pipenv,
    from_poetry,
    from_requirements,
    from_rye,
    from_setuptools,
    hooks,
    image,
    lint,
    on_uv,
)

STEPS: tuple[StepWriter, ...] = (
    from_setuptools.STEPS,
    from_requirements.STEPS,
    from_pip_tools.STEPS,
    from_poetry.STEPS,
    from_pdm.STEPS,
    from_pipenv.STEPS,
    from_rye.STEPS,
    from_conda.STEPS,
    from_hatch.STEPS,
    on_uv.STEPS,
    copies.CARRY,
    image.STEPS,
    ci.STEPS,
    hooks.STEPS,
    copies.STEPS,
    lint.STEPS,
)
