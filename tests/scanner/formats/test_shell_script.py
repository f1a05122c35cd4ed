from __future__ import annotations

import pytest

from scanner.collect import collect
from scanner.formats import formats_for
from scanner.formats.requirements import FORMAT as REQUIREMENTS
from scanner.formats.shell_script import FORMAT, UNNAMED
from scanner.tree import MemoryTree


def test_read() -> None:
    extract = FORMAT.read(
        "scripts/x.sh", '#!/usr/bin/env bash\ncd "$(dirname "$0")/.."\npip install -r requirements.txt\n'
    )
    assert extract is not None
    assert [(i.argv, i.directory, i.context, i.at.line) for i in extract.invocations] == [
        (("pip", "install", "-r", "requirements.txt"), ".", "script", 3)
    ]


def test_a_binary_among_scripts_is_no_loss() -> None:
    files = {"bin/tool": "\x7fELF\0\0", "bin/run": "#!/bin/sh\npip install .\n", "x.sh": "a\0b"}
    facts = collect(MemoryTree(files), formats_for, REQUIREMENTS)
    assert [p.at.path for p in facts.problems] == ["x.sh"]
    assert "bin/run" in facts.extracts


@pytest.mark.parametrize(
    ("path", "text", "is_shell"),
    [
        ("x.sh", "a\n", True),
        ("bin/run", "#!/bin/sh\na\n", True),
        ("bin/run", "#! /usr/bin/env -S bash -e\na\n", True),
        ("bin/run", "#!/usr/bin/env python3\na\n", False),
        ("bin/run", "a\n", False),
        ("x.sh", "#!/usr/bin/env python3\na\n", False),
        ("x.sh", "#!\na\n", False),
    ],
)
def test_by_first_line(path: str, text: str, is_shell: bool) -> None:
    assert (FORMAT.read(path, text) is not None) is is_shell


def test_matches() -> None:
    assert FORMAT.matches("a/b/c.sh")
    assert UNNAMED.matches("scripts/ci/test")
    assert UNNAMED.matches("docker/setup")
    assert not UNNAMED.matches("src/test")
    assert not UNNAMED.matches("scripts/x.py")


def test_templates_have_no_problems() -> None:
    extract = FORMAT.read("x.sh", "{% if cookiecutter.a %}\nif a\n{% endif %}\n")
    assert extract is not None
    assert extract.template
    assert extract.problems == ()


def test_functions_that_others_may_call_are_tasks() -> None:
    extract = FORMAT.read("ci/lib.sh", "setup() {\n  pip install -r a.txt\n}\nb\n")
    assert extract is not None
    assert [(t.name, t.runner, t.at.line) for t in extract.tasks] == [("setup", "function", 1)]
    assert [(i.job, i.argv[0]) for i in extract.invocations] == [(None, "b"), ("setup", "pip")]
