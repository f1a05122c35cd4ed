"""What jobs find where they start: versions of tools that files and images state, and what images hold."""

from __future__ import annotations

import pytest

from scanner.collect import collect
from scanner.commands.classify import classify_repository
from scanner.commands.lookup import Lookup, build_lookup
from scanner.facts import Extract
from scanner.formats import formats_for, requirements
from scanner.formats.shell_script import STARTED
from scanner.images import grade
from scanner.inventory import Command
from scanner.tree import MemoryTree

POETRY = {
    "pyproject.toml": '[tool.poetry]\nname = "x"\nversion = "1"\n[tool.poetry.dependencies]\nrequests = "^2"\n',
    "poetry.lock": '[metadata]\nlock-version = "2.0"\npython-versions = "^3.11"\ncontent-hash = "a"\n',
}


def _lookup(files: dict[str, str]) -> Lookup:
    extracts: dict[str, Extract] = {}
    for path, text in files.items():
        for form in formats_for(path) or (requirements.FORMAT,):
            if (extract := form.read(path, text)) is not None:
                extracts[path] = extract
    return build_lookup(extracts, frozenset(files), (".",), (".",))


def _installs(files: dict[str, str]) -> list[Command]:
    lookup = _lookup(files)
    return [c for c in classify_repository(lookup.extracts, lookup) if c.kind == "install"]


def _workflow(*steps: str, job: str = "") -> str:
    return f"jobs:\n  a:\n    runs-on: x\n{job}    steps:\n" + "".join(f"      - {step}\n" for step in steps)


@pytest.mark.parametrize(
    ("path", "text", "more", "enforced"),
    [
        (".gitlab-ci.yml", "a:\n  image: registry.example/poetry-docker:1.7.1-3.10\n  script: [poetry install]\n", {}, "frozen"),
        (".gitlab-ci.yml", "image: python:3.12-poetry1.8\na:\n  script: [poetry install]\n", {}, "locked"),
        (".gitlab-ci.yml", "a:\n  image: python-poetry:latest\n  script: [poetry install]\n", {}, "locked"),
        (".gitlab-ci.yml", "a:\n  image: python-poetry:1.7\n  script: [pip install poetry==1.8.3, poetry install]\n", {}, "locked"),
        (".github/workflows/a.yml", _workflow("run: poetry install", job="    container: x/python-poetry:1.6.0-py3.11\n"), {}, "frozen"),
        (".github/workflows/a.yml", _workflow("uses: asdf-vm/actions/install@v3", "run: poetry install"), {".tool-versions": "poetry 1.6.1\n"}, "frozen"),
        (".github/workflows/a.yml", _workflow("uses: jdx/mise-action@v3", "run: poetry install"), {"mise.toml": '[tools]\n"pipx:poetry" = "1.7.1"\n'}, "frozen"),
        (".github/workflows/a.yml", _workflow("run: poetry install"), {".tool-versions": "poetry 1.6.1\n"}, "locked"),
        (
            ".github/workflows/a.yml",
            _workflow("uses: snok/install-poetry@v1\n        with: {version: '${{ steps.a.outputs.poetry }}'}", "run: poetry install"),
            {".tool-versions": "poetry 1.6.1\n"},
            "frozen",
        ),
        (".github/workflows/a.yml", _workflow("run: pip install -c c.txt poetry && poetry install"), {"c.txt": "poetry==1.4.0\n"}, "frozen"),
        (".github/workflows/a.yml", _workflow("run: pipx install --pip-args=--constraint=c.txt poetry && poetry install"), {"c.txt": "poetry==1.4.0\n"}, "frozen"),
        (".github/workflows/a.yml", _workflow("run: pip install -r requirements/ci.txt && poetry install"), {"requirements/ci.txt": "poetry==1.4.0\nx==1\n"}, "frozen"),
        ("Makefile", "a:\n\tpoetry install\n", {".tool-versions": "poetry 1.6.1\n"}, "frozen"),
        ("Dockerfile", "FROM x/python-poetry:1.6.1\nCOPY . /a\nWORKDIR /a\nRUN poetry install\n", {}, "frozen"),
    ],
)  # fmt: skip
def test_the_version_of_poetry_from_files_and_images(path: str, text: str, more: dict[str, str], enforced: str) -> None:
    found = _installs({**POETRY, **more, path: text})
    assert [c.enforced for c in found if c.tool == "poetry"] == [enforced]


BUILT = {
    **POETRY,
    "ci/Dockerfile": "FROM python:3.12\nRUN pip install poetry==1.4.0\nCOPY . /a\nWORKDIR /a\nRUN poetry config virtualenvs.create false\nRUN poetry install\n",
}


def test_an_image_of_ones_own_holds_what_it_was_built_with() -> None:
    ci = (
        "image: $CI_REGISTRY_IMAGE/ci:latest\n"
        "build:\n  script: [docker build -t $CI_REGISTRY_IMAGE/ci:latest -f ci/Dockerfile .]\n"
        "test:\n  script: [pip install ., pytest]\n"
        "lint:\n  script: [poetry install]\n"
        "run:\n  script: [pytest]\n"
    )
    found = {(c.job, " ".join(c.argv)): c for c in _installs({**BUILT, ".gitlab-ci.yml": ci}) if c.context == "ci"}
    assert found["test", "pip install ."].uses_lock is True
    assert found["lint", "poetry install"].enforced == "frozen"
    assert found["run", "poetry install"].path == "ci/Dockerfile"


def test_what_is_exported_can_be_a_constraint() -> None:
    text = _workflow("run: poetry export -o c.txt --without-hashes", "run: pip install -c c.txt .")
    (found,) = _installs({**POETRY, ".github/workflows/a.yml": text})
    assert (found.uses_lock, found.enforced) == (True, "none")


CHECKED_OUT = "uses: actions/checkout@v4\n        with: {path: main}"


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([CHECKED_OUT, "run: pip install -r main/ci/r.txt"], ["ci/r.txt"]),
        ([CHECKED_OUT, "run: cd main && pip install -r ci/r.txt"], ["ci/r.txt"]),
        ([CHECKED_OUT, "run: pip install -r r.txt\n        working-directory: ./main/ci"], ["ci/r.txt"]),
        ([CHECKED_OUT, "uses: mamba-org/setup-micromamba@v1\n        with: {environment-file: main/ci/e.yml}"], ["ci/e.yml"]),
        (["uses: actions/checkout@v4\n        with: {path: main, repository: other/x}", "run: pip install -e main"], []),
        (["uses: actions/checkout@v4\n        with: {path: main, ref: pages}", "run: pip install -r main/ci/r.txt"], [None]),
    ],
)  # fmt: skip
def test_a_checkout_into_a_folder_is_the_repository(steps: list[str], expected: list[str]) -> None:
    files = {"ci/r.txt": "x\n", "ci/e.yml": "dependencies: [x]\n", ".github/workflows/a.yml": _workflow(*steps)}
    assert [c.source for c in _installs(files)] == expected


def test_legs_that_a_step_leaves_out() -> None:
    text = (
        "jobs:\n  a:\n    strategy:\n      matrix:\n        service: [posts, web]\n"
        "        include:\n          - {service: posts, language: python}\n"
        "    steps:\n      - if: matrix.language == 'python'\n"
        "        run: cd backend/${{ matrix.service }}; pip install -r requirements.txt\n"
    )
    files = {".github/workflows/a.yml": text, "backend/posts/requirements.txt": "x\n", "backend/web/package.json": "{}"}
    assert [c.source for c in _installs(files)] == ["backend/posts/requirements.txt"]


def test_a_built_file_is_that_of_the_project_whose_name_it_bears() -> None:
    text = _workflow("run: pip install dist/own_thing-[0-9]*.$suffix")
    lookup = _lookup(
        {".github/workflows/a.yml": text, "sub/setup.cfg": "[metadata]\nname = own-thing\n", "setup.py": ""}
    )
    lookup = build_lookup(lookup.extracts, lookup.files, (".", "sub"), (".", "sub"))
    (found,) = [c for c in classify_repository(lookup.extracts, lookup) if c.kind == "install"]
    assert found.project == "sub"


COMPILED = "# This file is autogenerated by pip-compile with Python 3.11\n# by the following command:\n#\n#    pip-compile test.in\n#\n"


@pytest.mark.parametrize(("listed", "locked"), [("requests==2\n", True), ("pytest==8\n", False)])
def test_a_lock_before_must_hold_what_the_project_declares(listed: str, locked: bool) -> None:
    files = {
        "pyproject.toml": '[project]\nname = "x"\nversion = "1"\ndependencies = ["requests", "tomli; python_version < \'3.11\'"]\n',
        "requirements/test.txt": COMPILED + listed,
        ".github/workflows/a.yml": _workflow("run: pip install -r requirements/test.txt", "run: pip install ."),
    }
    assert [c.uses_lock for c in _installs(files)] == [True, locked]


def test_scripts_without_a_suffix_run_in_images() -> None:
    files = {
        "Dockerfile": "FROM x\nCOPY docker/prepare docker/r.txt /here/\nCOPY docker/r.txt /r.txt\nRUN /here/prepare\n",
        "docker/prepare": "#!/bin/bash\npip install -r /r.txt\n",
        "docker/r.txt": "x\n",
    }
    found = [c for c in _installs(files) if c.context == "image" and c.path == "docker/prepare"]
    assert [(c.source, c.argv[-1]) for c in found] == [("docker/r.txt", "/r.txt")]


def test_an_included_makefile_runs_where_make_is_started() -> None:
    found = _installs(
        {
            "project/dev.mk": "a:\n\tpip install -r r.txt\nb:\n\tpip install -r own.txt\n",
            "r.txt": "x\n",
            "project/own.txt": "x\n",
        }
    )
    assert [c.source for c in found] == ["r.txt", "project/own.txt"]


TOX = "[tox]\nenvlist = lint, type\n[testenv:lint]\nskip_install = true\ndeps = ruff\n"


@pytest.mark.parametrize(
    ("text", "more", "expected"),
    [
        ("tox -e py", {"setup.py": ""}, ["pip install ."]),
        ("tox -e py${{ matrix.py }},lint", {"setup.py": ""}, ["pip install ."]),
        ("tox -e py", {}, []),
    ],
)
def test_the_environment_of_python_alone(text: str, more: dict[str, str], expected: list[str]) -> None:
    found = _installs({"tox.ini": TOX, **more, ".github/workflows/a.yml": _workflow(f"run: {text}")})
    assert [" ".join(c.argv) for c in found if c.context == "ci" and c.path == "tox.ini"] == expected


def test_a_template_of_tox_is_none_of_its_own() -> None:
    assert (
        _installs(
            {"ci/templates/tox.ini": "[testenv]\ndeps = -r x.txt\n{% for e in all %}\n{% endfor %}\n", "x.txt": "x\n"}
        )
        == []
    )


def test_templates_of_steps_are_no_templates() -> None:
    files = {".azure-devops/templates/a.yml": "steps:\n- script: pip install -r x.txt\n", "x.txt": "x\n"}
    assert [c.source for c in _installs(files)] == ["x.txt"]


def test_a_container_goes_to_where_the_repository_is_mounted() -> None:
    text = _workflow("run: docker run -v `pwd`:/io img bash -c 'cd /io/sub && pip install -r a.txt -r /io/b.txt'")
    files = {".github/workflows/a.yml": text, "sub/a.txt": "x\n", "b.txt": "x\n"}
    assert [c.source for c in _installs(files)] == ["sub/a.txt"]


def test_an_image_that_holds_nothing_of_the_repository() -> None:
    text = "FROM x\nWORKDIR /src\nRUN wget y.example/z.tar.gz && tar xf z.tar.gz && cd z && pip install .\n"
    assert _installs({"Dockerfile": text, "setup.py": ""}) == []


def test_a_script_of_powershell_is_followed() -> None:
    text = _workflow("run: pwsh -File scripts/a.ps1")
    files = {"scripts/a.ps1": "pip install -r r.txt\n", "r.txt": "x\n", ".github/workflows/a.yml": text}
    assert [c.path for c in _installs(files) if c.context == "ci"] == [".github/workflows/a.yml", "scripts/a.ps1"]


@pytest.mark.parametrize(
    "text",
    [
        "RUN git clone https://x.example/y /opt/y && pip install -r /opt/y/r.txt",
        "RUN git clone --depth 1 https://x.example/y.git\nRUN cd y && pip install .",
        "RUN hg clone https://x.example/y /opt/y\nRUN pip install /opt/y[z]",
        "WORKDIR /opt\nRUN git clone https://x.example/y\nWORKDIR /opt/y\nRUN pip install -e .",
    ],
)
def test_what_an_image_clones_is_not_the_project(text: str) -> None:
    files = {"Dockerfile": f"FROM x\nCOPY setup.py /app/\n{text}\nRUN pip install /app\n", "setup.py": ""}
    assert [c.argv[-1] for c in _installs(files)] == ["/app"]


def test_a_file_beside_a_clone_is_ones_own() -> None:
    text = _workflow(
        "run: git clone https://x.example/y", "run: pip install -r y/r.txt", "run: cd y && pip install -r ../own.txt"
    )
    assert [c.source for c in _installs({".github/workflows/a.yml": text, "own.txt": "x\n"})] == ["own.txt"]


def test_a_clone_of_the_repository_itself_is_no_other() -> None:
    text = _workflow("run: git clone https://x.example/own-thing && cd own-thing && pip install .")
    found = _installs({".github/workflows/a.yml": text, "setup.cfg": "[metadata]\nname = own_thing\n"})
    assert [c.kind for c in found] == ["install"]


def test_a_lock_that_an_image_makes_is_not_the_committed_one() -> None:
    files = {
        "Dockerfile": "FROM x\nWORKDIR /a\nCOPY pyproject.toml .\nRUN uv lock\nRUN uv sync --locked\n",
        "pyproject.toml": '[project]\nname = "x"\nversion = "1"\n',
        "uv.lock": "version = 1\n",
    }
    assert [(c.uses_lock, c.enforced) for c in _installs(files)] == [(False, "none")]


def test_poetrys_own_installer_names_its_version() -> None:
    text = "FROM x\nRUN python get-poetry.py --version 1.1.10\nCOPY . /a\nWORKDIR /a\nRUN poetry install\n"
    assert [c.enforced for c in _installs({**POETRY, "Dockerfile": text})] == ["frozen"]


def test_updating_a_lock_alone_installs_nothing() -> None:
    assert _installs({**POETRY, "Makefile": "a:\n\tpoetry update --lock\n"}) == []


@pytest.mark.parametrize("text", ["tox -qe docs", "tox -edocs", "tox -vve docs -- -x"])
def test_short_options_of_tox_together(text: str) -> None:
    files = {"tox.ini": TOX + "[testenv:docs]\ndeps = -r docs.txt\n", "docs.txt": "x\n", "Makefile": f"a:\n\t{text}\n"}
    assert {c.source for c in _installs(files) if c.job == "a" and c.source} == {"docs.txt"}


def test_short_options_of_nox_together() -> None:
    text = "import nox\n@nox.session\ndef a(session):\n    session.install('-r', 'a.txt')\n@nox.session\ndef b(session):\n    session.install('-r', 'b.txt')\n"
    files = {"noxfile.py": text, "a.txt": "x\n", "b.txt": "x\n", "Makefile": "m:\n\tnox -rs b\n"}
    assert {c.source for c in _installs(files) if c.job == "m" and c.source} == {"b.txt"}


def test_a_development_container_opens_the_folder_that_holds_it() -> None:
    files = {"api/.devcontainer/devcontainer.json": '{"postCreateCommand": "pip install -r r.txt"}', "api/r.txt": "x\n"}
    assert [c.source for c in _installs(files)] == ["api/r.txt"]


def test_specifications_of_builds_in_a_folder_of_their_own() -> None:
    text = "version: 0.2\nphases:\n  build:\n    commands: [pip install -r r.txt]\n"
    assert [c.source for c in _installs({"cicd/buildspecs/unit.yaml": text, "r.txt": "x\n"})] == ["r.txt"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tox -m static", {"lint.txt"}),
        ("tox -e ${{ matrix.env }}", {"lint.txt", "unit.txt"}),
        ("tox --listenvs", set()),
    ],
)
def test_labels_and_open_names_of_tox(text: str, expected: set[str]) -> None:
    tox = (
        "[tox]\nenvlist = unit, lint\nlabels =\n  static = lint\n[testenv]\nskip_install = true\ndeps = -r py.txt\n"
        "[testenv:lint]\ndeps = -r lint.txt\n[testenv:unit]\ndeps = -r unit.txt\n"
    )
    files = {"tox.ini": tox, **dict.fromkeys(("py.txt", "lint.txt", "unit.txt"), "x\n")}
    found = _installs({**files, ".github/workflows/a.yml": _workflow(f"run: {text}")})
    assert {c.source for c in found if c.context == "ci" and c.source} == expected


def test_a_conda_environment_that_a_matrix_names() -> None:
    text = _workflow("run: conda env update --file envs/${{ matrix.env }}.yaml")
    found = _installs({".github/workflows/a.yml": text, "envs/a.yaml": "dependencies: [x]\n"})
    assert [(c.uses_lock, c.source) for c in found] == [(False, "envs/a.yaml")]


@pytest.mark.parametrize(
    "text", ["docker compose run web pip install -r r.txt", "docker-compose exec -T web bash -c 'pip install -r r.txt'"]
)
def test_a_service_works_in_the_folder_that_it_is_built_from(text: str) -> None:
    files = {
        ".github/workflows/a.yml": _workflow(f"run: {text}"),
        "docker-compose.yml": "services:\n  web:\n    build: ./backend\n  db:\n    image: postgres\n",
        "backend/r.txt": "x\n",
        "backend/Dockerfile": "FROM x\n",
    }
    assert [c.source for c in _installs(files) if c.context == "ci"] == ["backend/r.txt"]


@pytest.mark.parametrize("text", ["pip install --dry-run -r r.txt", "uv sync --dry-run", "poetry install --dry-run"])
def test_a_dry_run_installs_nothing(text: str) -> None:
    assert _installs({**POETRY, "r.txt": "x\n", ".github/workflows/a.yml": _workflow(f"run: {text}")}) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".gitlab-ci.yml", "a:\n  script: [docker build --build-arg REQS=dev .]\n"),
        ("docker-compose.yml", "services:\n  web:\n    build:\n      context: .\n      args:\n        REQS: dev\n"),
        ("Makefile", "a:\n\tdocker build --build-arg=REQS=dev .\n"),
        (
            ".github/workflows/a.yml",
            _workflow("uses: docker/build-push-action@v6\n        with: {build-args: 'REQS=dev'}"),
        ),
    ],
)
def test_arguments_that_a_build_gives(path: str, text: str) -> None:
    dockerfile = "FROM x\nARG REQS\nCOPY requirements /r/\nRUN pip install -r /r/$REQS.txt\n"
    files = {"Dockerfile": dockerfile, "requirements/dev.txt": "x\n", "requirements/prod.txt": "x\n", path: text}
    found = [c for c in _installs(files) if c.context == "image"]
    assert [(c.source, c.argv[-1]) for c in found] == [("requirements/dev.txt", "/r/dev.txt")]


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        ("COPY docker/prepare.arm /usr/local/bin/prepare\nRUN prepare", "docker/prepare.arm"),
        ("COPY docker/prepare.arm /tmp/\nRUN chmod +x /tmp/prepare.arm && /tmp/prepare.arm", "docker/prepare.arm"),
        ("COPY docker docker\nRUN docker/prepare.arm", "docker/prepare.arm"),
        ("COPY docker /x\nRUN bash /x/prepare.arm", "docker/prepare.arm"),
    ],
)
def test_scripts_are_read_whatever_they_are_called(lines: str, name: str) -> None:
    files = {"Dockerfile": f"FROM x\n{lines}\n", name: "#!/bin/bash\npip install flask\n"}
    facts = collect(MemoryTree(files), formats_for, requirements.FORMAT, script_format=STARTED)
    lookup = build_lookup(facts.extracts, facts.files, (".",), (".",))
    found = [(c.path, c.kind) for c in classify_repository(facts.extracts, lookup) if c.context == "image"]
    assert ("Dockerfile", "adhoc") in found
    assert (name, "adhoc") in found
    dockerfile = facts.extracts["Dockerfile"].dockerfile
    assert dockerfile is not None
    assert grade("Dockerfile", dockerfile, classify_repository(facts.extracts, lookup), lookup).grade == "L0"


@pytest.mark.parametrize(("script", "expected"), [("pip install x", "L0"), ("/other/bin/pip install x", "L2")])
def test_what_a_script_installs_by_name_counts_where_it_installs(script: str, expected: str) -> None:
    header = "# This file is autogenerated by pip-compile with Python 3.11\n# by the following command:\n#\n#    pip-compile requirements.in\n#\n"
    files = {
        "Dockerfile": "FROM python:3.11\nCOPY docker docker\nRUN docker/prepare\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n",
        "docker/prepare": f"#!/bin/sh\n{script}\n",
        "requirements.txt": f"{header}x==1\n",
        "requirements.in": "x\n",
    }
    lookup = _lookup(files)
    dockerfile = lookup.extracts["Dockerfile"].dockerfile
    assert dockerfile is not None
    assert grade("Dockerfile", dockerfile, classify_repository(lookup.extracts, lookup), lookup).grade == expected


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("Dockerfile", "FROM x\nRUN git clone https://git.example/a/shop\nWORKDIR /shop\nRUN pip install -r r.txt\n", ("install", "r.txt")),
        ("Dockerfile", "FROM x\nRUN git clone -b v1 git@git.example:a/shop.git /s && cd /s && pip install -r r.txt\n", ("install", "r.txt")),
        ("Dockerfile", "FROM x\nRUN git clone https://git.example/a/other\nWORKDIR /other\nRUN pip install .\n", ("adhoc", None)),
        ("set-up.sh", "git clone https://git.example/a/shop.git\ncd shop\npip install -r r.txt\n", ("install", "r.txt")),
        ("set-up.sh", "git clone https://git.example/a/shop.git /opt/s && pip install -e /opt/s\n", ("install", ".")),
        ("set-up.sh", "if [ -e /queue_src ]; then pip install -e /queue_src/; fi\n", ("adhoc", None)),
        ("set-up.sh", "pip install /app /io/shop\n", ("install", None)),
        ("set-up.sh", "pip install -e $SRC/x\n", ("install", None)),
    ],
)  # fmt: skip
def test_clones_of_the_repository_itself(path: str, text: str, expected: tuple[str, str | None]) -> None:
    files = {path: text, "r.txt": "x\n", "shop/a.py": "", "setup.py": "from setuptools import setup\nsetup(name='y')\n"}
    made = _lookup(files)
    lookup = build_lookup(made.extracts, made.files, (".",), (".",), frozenset({"Shop"}))
    found = classify_repository(lookup.extracts, lookup)
    assert [(c.kind, c.source) for c in found if c.tool == "pip"] == [expected]


def test_a_lock_serves_the_project_that_lies_at_it() -> None:
    files = {
        "pyproject.toml": '[project]\nname = "a"\nversion = "1"\n',
        "src/pyproject.toml": '[project]\nname = "b"\nversion = "1"\n',
        "src/uv.lock": 'version = 1\nrequires-python = ">=3.11"\n',
        "src/entrypoint.sh": "uv run b\n",
    }
    made = _lookup(files)
    lookup = build_lookup(made.extracts, made.files, (".", "src"), (".", "src"))
    found = [c for c in classify_repository(lookup.extracts, lookup) if c.kind == "install"]
    assert [(c.project, c.source) for c in found] == [("src", "src/uv.lock")]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Makefile", "i:\n\tuv sync --locked\nmid: i\ntest: mid\n\tuv sync\n\tpytest\n"),
        ("justfile", "i:\n  uv sync --locked\ntest: i\n  uv sync\n  pytest\n"),
    ],
)
def test_a_task_begins_with_what_those_that_it_needs_leave(path: str, text: str) -> None:
    files = {
        "pyproject.toml": '[project]\nname = "a"\nversion = "1"\n',
        "uv.lock": 'version = 1\nrequires-python = ">=3.11"\n[[package]]\nname = "a"\nversion = "1"\nsource = {virtual = "."}\n',
    }
    found = {(c.job, " ".join(c.argv)): c.enforced for c in _installs({**files, path: text})}
    assert found["test", "uv sync"] == "locked"
    there = _installs({**files, path: text, "i": "", "mid": ""})  # targets that are files, and committed
    apart = _installs({**files, path: text.replace(": mid", ":").replace("test: i", "test:")})
    assert {c.enforced for c in there if c.argv == ("uv", "sync")} == {"none"}
    assert {c.enforced for c in apart if c.argv == ("uv", "sync")} == {"none"}


def test_a_setup_script_after_a_lock_that_another_target_installs() -> None:
    files = {
        "setup.py": "from setuptools import setup\nsetup(name='a', version='1', install_requires=['b'])\n",
        "Pipfile": '[packages]\nb = "*"\n',
        "Pipfile.lock": '{"_meta": {"hash": {"sha256": "x"}}, "default": {"b": {"version": "==1"}}, "develop": {}}',
        "Makefile": "build: install\n\tpipenv run python setup.py develop\ninstall:\n\tpipenv install\n",
    }
    (found,) = [c for c in _installs(files) if "develop" in c.argv]
    assert (found.uses_lock, found.enforced) == (True, "none")
