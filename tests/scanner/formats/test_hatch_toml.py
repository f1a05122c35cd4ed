from __future__ import annotations

from textwrap import dedent

from scanner.formats.hatch_toml import FORMAT, read


def test_environments() -> None:
    text = """\
        [envs.docs]
        dependencies = ["mkdocs"]
        python = "3.12"
        [envs.docs.scripts]
        build = "mkdocs build"
        [version]
        path = "a.py"
        """
    found = read("hatch.toml", dedent(text))
    assert found.manifest is not None
    assert [(r.name, r.group, r.at.line) for r in found.manifest.requirements] == [("mkdocs", "hatch:docs", 2)]
    assert found.manifest.table("tool.hatch.envs") is not None
    assert [(i.argv, i.job) for i in found.invocations] == [(("mkdocs", "build"), "docs:build")]
    assert [(p.version, p.kind) for p in found.pythons] == [("3.12", "hatch")]
    assert [signal.tool for signal in found.signals] == ["hatch"]


def test_an_empty_file() -> None:
    assert FORMAT.matches("hatch.toml")
    assert read("hatch.toml", "").manifest is not None
