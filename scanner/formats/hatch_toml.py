"""``hatch.toml``: Hatch's settings in a file of their own, the keys of ``[tool.hatch]`` at the top."""

from __future__ import annotations

from scanner.facts import Extract, Location, ManagerSignal, Manifest, Table
from scanner.format import Format, named
from scanner.pyproject import hatch
from scanner.pyproject.document import Document
from scanner.pyproject.tasks import read_hatch_scripts


def read(path: str, text: str) -> Extract:
    """Read the environments; tables carry the names that they would have in ``pyproject.toml``."""
    doc = Document(path, text)
    scripts = read_hatch_scripts(doc, ())
    manifest = Manifest(
        path=path,
        format="hatch.toml",
        requirements=tuple(hatch.requirements(doc, ())),
        tables=tuple(_tables(doc)),
        data={"tool": {"hatch": doc.data}},
    )
    return Extract(
        path=path,
        format=FORMAT.name,
        manifest=manifest,
        invocations=scripts.invocations,
        tasks=scripts.tasks,
        pythons=tuple(hatch.pythons(doc, ())),
        signals=(ManagerSignal(tool="hatch", what="hatch.toml", at=Location(path=path, line=1)),),
        problems=doc.problems,
    )


FORMAT = Format(name="hatch.toml", matches=named("hatch.toml"), read=read)


def _tables(doc: Document) -> list[Table]:
    found = [Table(name=f"tool.hatch.{name}", at=doc.at(name)) for name in doc.data if isinstance(doc.get(name), dict)]
    return found + [Table(name=f"tool.hatch.envs.{keys[-1]}", at=doc.at(*keys)) for keys in doc.subtables("envs")]
