from __future__ import annotations

from scanner.facts import Extract
from scanner.formats.github_actions import ACTION_FORMAT, FORMAT, read, read_action

PATH = ".github/workflows/ci.yml"


def _read(text: str) -> Extract:
    extract = read(PATH, text)
    assert extract is not None
    return extract


def _commands(extract: Extract) -> list[str]:
    return [" ".join(i.argv) for i in extract.invocations]


def _pythons(extract: Extract) -> list[tuple[str, str, int | None]]:
    return [(p.version, p.kind, p.at.line) for p in extract.pythons]


def test_matches_only_this_repositorys_own() -> None:
    assert FORMAT.matches(".github/workflows/ci.yaml")
    assert not FORMAT.matches("template/.github/workflows/ci.yml")
    assert ACTION_FORMAT.matches(".github/actions/a/b/action.yml")
    assert FORMAT.matches(".forgejo/workflows/ci.yaml")
    assert ACTION_FORMAT.matches("action.yml")
    assert not ACTION_FORMAT.matches("examples/action.yml")


WORKFLOW = """\
name: CI
on: [push]
env:
  TARGET: dev
defaults:
  run:
    working-directory: api
jobs:
  test:
    runs-on: ubuntu-latest
    continue-on-error: true
    strategy:
      matrix:
        python-version: [3.9, 3.10, pypy-3.9]
        include:
          - python-version: "3.13t"
            os: windows-latest
        exclude:
          - python-version: pypy-3.9
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: ${{ matrix.python-version }}
      - name: Install
        run: |
          cd sub
          pip install -e .[${{ env.TARGET }}]
      - run: make
        working-directory: ./other
        env: {CI_ONLY: 1}
      - run: black .
        if: ${{ false }}
"""


def test_steps_with_their_places() -> None:
    extract = _read(WORKFLOW)
    install, make, black = extract.invocations[1:]
    assert extract.ci == "github-actions"
    assert install.argv == ("pip", "install", "-e", ".[dev]")
    assert (install.at.line, install.directory, install.job, install.tolerated) == (28, "api/sub", "test", True)
    assert (make.directory, dict(make.env)["CI_ONLY"]) == ("other", "1")
    assert black.disabled == "if: ${{ false }}"


def test_the_matrix_keeps_versions_as_written() -> None:
    assert _pythons(_read(WORKFLOW)) == [
        ("3.10", "ci-matrix", 14),
        ("3.9", "ci-matrix", 14),
        ("3.13t", "ci-matrix", 16),
    ]


def test_other_repositories_are_references() -> None:
    extract = _read(
        "jobs:\n"
        "  a:\n    uses: acme/ci/.github/workflows/x.yml@v2\n"
        "  b:\n    uses: ./.github/workflows/y.yml\n    with: {python: 3.11}\n"
        "  c:\n    container: {image: 'python:3.12-slim'}\n    steps:\n    - uses: docker://alpine:3.9\n"
    )
    assert [(r.kind, r.target, r.ref) for r in extract.references] == [
        ("ci", "acme/ci/.github/workflows/x.yml", "v2"),
        ("image", "python", "3.12-slim"),
        ("image", "alpine", "3.9"),
    ]
    assert _commands(extract) == ["uses:./.github/workflows/y.yml python=3.11"]
    assert [p.version for p in extract.pythons] == ["3.11", "3.12"]


def test_published_actions_stand_for_commands() -> None:
    extract = _read(
        "jobs:\n  a:\n    steps:\n"
        "    - uses: prefix-dev/setup-pixi@v0.8\n      with: {environments: lint test, frozen: true}\n"
        "    - uses: pre-commit/action@v3\n"
        "    - uses: psf/black@stable\n      with: {version: 24.1.0, src: src}\n"
        "    - uses: astral-sh/ruff-action@v3\n      with: {args: format --check}\n"
        "    - uses: snok/install-poetry@v1\n      with: {version: 1.8.3}\n"
        "    - uses: mamba-org/setup-micromamba@v1\n      with: {environment-file: env.yml}\n"
        "    - uses: nick-fields/retry@v3\n      with: {command: pip install -r a.txt}\n"
    )
    found = [c for c in _commands(extract) if not c.startswith("uses:")]
    assert found == [
        "pixi install --frozen -e lint",
        "pixi install --frozen -e test",
        "pre-commit run --all-files",
        "black@24.1.0 --check --diff src",
        "ruff format --check .",
        "micromamba create --file env.yml",
        "pip install -r a.txt",
    ]


def test_super_linter_runs_what_its_variables_leave() -> None:
    text = "jobs:\n  a:\n    steps:\n    - uses: super-linter/super-linter@v6\n      env: {VALIDATE_PYTHON_%s}\n"
    assert "black ." in _commands(_read(text % "MYPY: false"))
    assert [c for c in _commands(_read(text % "MYPY: true")) if not c.startswith("uses:")] == ["mypy ."]


def test_expressions_that_can_be_known() -> None:
    extract = _read(
        "on:\n  workflow_call:\n    inputs:\n      py: {default: '3.11'}\n"
        "env: {PY: '3.12'}\n"
        "jobs:\n"
        "  a:\n    steps:\n    - uses: actions/setup-python@v5\n      with: {python-version: '${{ inputs.py }}'}\n"
        "  b:\n    steps:\n    - uses: actions/setup-python@v5\n      with: {python-version: '${{ env.PY }}'}\n"
        "  c:\n    steps:\n    - uses: actions/setup-python@v5\n"
        "      with: {python-version: '${{ needs.x.outputs.y }}'}\n"
        "  d:\n    strategy:\n      matrix:\n        cfg: [{py: '3.8'}, {py: '3.9'}]\n"
        "    steps:\n    - uses: astral-sh/setup-uv@v5\n      with: {python-version: '${{ matrix.cfg.py }}'}\n"
        "  e:\n    strategy:\n      matrix:\n        python: ${{ fromJSON('[\"3.7\"]') }}\n"
    )
    assert [(p.job, p.version) for p in sorted(extract.pythons, key=lambda p: p.job or "")] == [
        ("a", "3.11"),
        ("b", "3.12"),
        ("d", "3.8"),
        ("d", "3.9"),
        ("e", "3.7"),
    ]


def test_several_versions_in_one_setup_step() -> None:
    extract = _read(
        "jobs:\n  a:\n    steps:\n    - uses: actions/setup-python@v5\n      with:\n        python-version: |\n"
        "          3.8\n          3.9\n"
    )
    assert _pythons(extract) == [("3.8", "ci-setup", 7), ("3.9", "ci-setup", 8)]


def test_variables_for_later_steps() -> None:
    extract = _read("jobs:\n  a:\n    steps:\n    - run: echo UV_FROZEN=1 >> $GITHUB_ENV\n    - run: uv sync\n")
    assert dict(extract.invocations[-1].env)["UV_FROZEN"] == "1"


def test_steps_of_other_interpreters_are_no_shell() -> None:
    assert _commands(_read("jobs:\n  a:\n    steps:\n    - shell: python\n      run: import black\n")) == []
    text = "jobs:\n  a:\n    steps:\n    - shell: micromamba-shell {0}\n      run: make\n"
    assert _commands(_read(text)) == ["make"]


def test_a_matrix_of_many_axes_is_bounded() -> None:
    axes = "".join(f"        a{n}: [{', '.join(map(str, range(60)))}]\n" for n in range(4))
    image = "".join(f"${{{{ matrix.a{n} }}}}" for n in range(4))
    _read(f"jobs:\n  a:\n    strategy:\n      matrix:\n{axes}    container: python:{image}\n")


def test_an_axis_of_folders_is_told_apart_and_its_rows_stay_together() -> None:
    text = """
jobs:
  a:
    strategy:
      matrix:
        py: ["3.11", "3.12"]
        lib: [x, y]
    steps:
    - run: uv sync --directory libs/${{ matrix.lib }} --python ${{ matrix.py }}
    - run: echo ${{ matrix.py }}
  b:
    strategy:
      matrix:
        include: [{dir: p, tool: uv}, {dir: q, tool: poetry}]
    steps:
    - run: ${{ matrix.tool }} install
      working-directory: ${{ matrix.dir }}
"""
    found = [(i.directory, " ".join(i.argv)) for i in _read(text).invocations]
    assert found == [
        (".", "uv sync --directory libs/x --python ${{ matrix.py }}"),
        (".", "echo ${{ matrix.py }}"),
        (".", "uv sync --directory libs/y --python ${{ matrix.py }}"),
        (".", "echo ${{ matrix.py }}"),
        ("p", "uv install"),
        ("q", "poetry install"),
    ]


def test_composite_actions() -> None:
    extract = read_action(
        ".github/actions/setup/action.yml",
        "inputs:\n  python: {default: '3.12'}\n"
        "runs:\n  using: composite\n  steps:\n"
        "  - uses: actions/setup-python@v5\n    with: {python-version: '${{ inputs.python }}'}\n"
        "  - run: uv sync --locked\n    shell: bash\n",
    )
    assert extract is not None
    assert extract.ci is None
    assert _commands(extract)[-1] == "uv sync --locked"
    assert [p.version for p in extract.pythons] == ["3.12"]
    assert read_action("action.yml", "name: nothing\n") is None


def test_files_without_jobs_are_none() -> None:
    assert read(PATH, "name: x\n") is None
    assert read(PATH, "") is None


def _placed(text: str) -> list[tuple[str, str | None]]:
    extract = _read(text)
    return [(" ".join(i.argv), i.directory) for i in extract.invocations if not i.argv[0].startswith("uses:")]


def test_the_legs_of_a_matrix_run_one_after_another_where_commands_depend_on_them() -> None:
    text = """
jobs:
  test:
    strategy:
      matrix:
        package: [libs/a, libs/b]
        python: ["3.11", "3.12"]
        include: [{package: libs/b, extra: dev}]
    defaults: {run: {working-directory: "${{ matrix.package }}"}}
    steps:
    - run: pip install -e .[${{ matrix.extra || 'test' }}]
    - run: pytest --python ${{ matrix.python }}
    - if: matrix.package == 'libs/b'
      run: poetry install
"""
    assert _placed(text) == [
        ("pip install -e .[test]", "libs/a"),
        ("pytest --python ${{ matrix.python }}", "libs/a"),
        ("pip install -e .[dev]", "libs/b"),
        ("pytest --python ${{ matrix.python }}", "libs/b"),
        ("poetry install", "libs/b"),
    ]
    assert len({i.leg for i in _read(text).invocations}) == 2


def test_a_matrix_that_decides_nothing_or_that_nobody_knows_is_no_reason_to_repeat_placed() -> None:
    job = "jobs:\n  t:\n    strategy:\n      matrix: {matrix}\n    steps:\n    - run: {run}\n"
    assert _placed(job.format(matrix="{shard: [1, 2]}", run="pytest --shard ${{ matrix.shard }}")) == [
        ("pytest --shard ${{ matrix.shard }}", ".")
    ]
    assert _placed(job.format(matrix="{dir: '${{ fromJSON(inputs.x) }}'}", run="cd ${{ matrix.dir }} && a")) == [
        ("a", None)
    ]
    assert [c for c, _ in _placed(job.format(matrix="{cmd: [a b, c]}", run="${{ matrix.cmd }}"))] == ["a b", "c"]


def test_a_folder_that_an_input_names_is_kept_as_written() -> None:
    extract = _read(
        "on: {workflow_call: {inputs: {dir: {default: lib}}}}\n"
        "jobs:\n  t:\n    steps:\n    - run: uv sync\n      working-directory: ${{ inputs.dir }}\n"
    )
    assert [(i.directory, i.asked) for i in extract.invocations] == [("lib", "${{ inputs.dir }}")]
    assert extract.settings == {"inputs": {"dir": "lib"}}


def test_a_python_in_parts_is_one_version() -> None:
    text = """\
on: push
jobs:
  test:
    strategy:
      matrix:
        python: [[3, 11], [3, 12]]
    steps:
      - run: tox -e py${{ join(matrix.python, '') }}
"""
    assert [version for version, *_ in _pythons(_read(text))] == ["3.11", "3.12"]


def test_another_repository_is_checked_out_where_the_matrix_says() -> None:
    text = (
        "on: push\njobs:\n  down:\n    strategy: {matrix: {repo: [acme/shop]}}\n    steps:\n"
        "      - uses: actions/checkout@v4\n        with: {repository: '${{ matrix.repo }}', path: '${{ matrix.repo }}'}\n"
        "      - run: cd ${{ matrix.repo }} && uv sync\n"
    )
    clone, sync = _read(text).invocations
    assert clone.argv == ("git", "clone", "acme/shop", "acme/shop")
    assert (sync.argv, sync.directory) == (("uv", "sync"), "acme/shop")


def test_runners_of_the_same_language_are_systems_of_their_own() -> None:
    text = "jobs:\n  test:\n    steps:\n      - run: pip install -r requirements.txt\n"
    found = read(".forgejo/workflows/ci.yml", text)
    assert found is not None
    assert (found.ci, found.format, _commands(found)) == (
        "forgejo-actions",
        "forgejo-actions",
        ["pip install -r requirements.txt"],
    )
