from __future__ import annotations

from scanner.formats.drone import read


def test_all_documents() -> None:
    extract = read(
        ".drone.yml",
        "kind: pipeline\nname: a\nsteps:\n- name: t\n  image: python:3.10\n  commands: [cd x, pip install .]\n"
        "  environment: {A: 1, B: {from_secret: b}}\n---\nkind: secret\nname: b\n",
    )
    (install,) = extract.invocations
    assert (install.job, install.at.line, install.directory, install.env) == ("a/t", 6, "x", (("A", "1"),))
    assert [p.version for p in extract.pythons] == ["3.10"]


def test_the_old_form() -> None:
    extract = read(".drone.yml", "pipeline:\n  test:\n    image: python:3.6\n    commands:\n    - tox\n")
    assert [(i.job, i.argv) for i in extract.invocations] == [("test", ("tox",))]
