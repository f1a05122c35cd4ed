"""A patch never leaves a file that reads worse than before."""

from __future__ import annotations

import pytest

from rules.places.sound import is_sound

WORKFLOW = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: {}\n"
ACTION = "runs:\n  using: composite\n  steps:\n    - shell: bash\n      run: |\n        {}\n          a\n        else\n          b\n        fi\n"
BROKEN = [
    (".github/workflows/a.yml", WORKFLOW.format("ls"), WORKFLOW.format('echo "T=${{" >> "$GITHUB_ENV"')),
    (".github/actions/a/action.yml", ACTION.format("if ! x; then"), ACTION.format("x")),
    ("requirements/Makefile", "%.txt: %.in\n\tpip-compile -o $@ $<\n", "%.txt: %.in\n\tuv lock<\n"),
    ("Dockerfile", "FROM a\nRUN x && y\n", "FROM a\nRUN x &&\n"),
    ("run.sh", "x && y\n", "x &&\n"),
    (".gitlab-ci.yml", "a:\n  script:\n    - pip install x\n", 'a:\n  script:\n    - uv pip install "x\n'),
    ("setup.py", "a = [1]\n", "a = [1\n"),
    ("pyproject.toml", "[a]\n", "[a\n"),
]


@pytest.mark.parametrize(("path", "before", "after"), BROKEN)
def test_what_breaks_is_seen(path: str, before: str, after: str) -> None:
    assert not is_sound(path, before, after)
    assert is_sound(path, before, before)
    assert is_sound(path, after, after)  # nothing is made worse
    assert is_sound(path, after, before)
