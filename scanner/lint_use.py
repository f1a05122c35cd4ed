"""Linters, formatters and type checkers: how strongly a repository uses each, where CI holds to it, how it is set.

The strength is the published vocabulary's: *run* (hooks, CI, tox, tasks or scripts start it, wrappers included),
*declared* (a dependency, but nothing committed runs it), *config-only* (only configuration is left: not in use).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from scanner.facts import Extract, Mention, Requirement, Setting, ToolStrength
from scanner.inventory import Command, Evidence, Tool, ToolSetting, ToolVersion
from scanner.lint_gates import Hooks, can_fail, hooks_in_ci, runner_of
from scanner.lint_tools import BY_NAME, pytest_plugins, tool_of_distribution, tool_of_section, tools_of_command
from scanner.toml_reader import table


@dataclass(slots=True)
class _Found:
    strengths: set[ToolStrength] = field(default_factory=set)
    evidence: set[Evidence] = field(default_factory=set)
    versions: set[tuple[str, str, int | None]] = field(default_factory=set)
    gates: set[Evidence] = field(default_factory=set)
    settings: list[ToolSetting] = field(default_factory=list)


class _Findings:
    """Tools by name as they come in, with evidence and versions by place."""

    def __init__(self) -> None:
        self.by_tool: dict[str, _Found] = {}

    def add(
        self, tool: str, strength: ToolStrength, path: str, line: int | None, kind: str, version: str | None = None
    ) -> None:
        found = self.by_tool.setdefault(tool, _Found())
        found.strengths.add(strength)
        found.evidence.add(Evidence(path=path, line=line, kind=kind))
        self.version(tool, version, path, line)

    def gate(self, tool: str, places: Iterable[Evidence]) -> None:
        self.by_tool[tool].gates.update(places)

    def setting(self, setting: Setting) -> None:
        if setting.tool in self.by_tool:
            self.by_tool[setting.tool].settings.append(
                ToolSetting(key=setting.key, values=setting.values, path=setting.at.path, line=setting.at.line)
            )

    def version(self, tool: str, version: str | None, path: str, line: int | None) -> None:
        if version and tool in self.by_tool:
            self.by_tool[tool].versions.add((version, path, line))


def tools_in_use(
    extracts: Iterable[Extract],
    commands: Iterable[Command],
    dependencies: Iterable[Requirement],
) -> tuple[Tool, ...]:
    """The tools of a repository, by name, each with the strongest use that its files show.

    All three are those of the repository's own projects; the caller leaves out fixtures and examples.
    """
    found = _Findings()
    kept = [e for e in extracts if not e.template and not is_test_data(e.path)]
    commands = [c for c in commands if not is_test_data(c.path)]
    hooks = hooks_in_ci(commands, (s for e in kept for s in e.lint))
    disabled = {(i.at.path, i.at.line) for e in kept for i in e.invocations if i.disabled}
    for extract in kept:
        _from_extract(extract, found)
    for command in commands:
        if (command.path, command.line) not in disabled:
            for use in tools_of_command(command.argv):
                found.add(use.tool, "run", command.path, command.line, command.context, use.version)
                found.gate(use.tool, _gates(command, use.tool, hooks))
    indirect = _indirect(kept)
    for dependency in dependencies:
        tool = tool_of_distribution(dependency.name)
        if tool is not None and (dependency.at.path, dependency.key) not in indirect:
            pin = _exact(dependency.specifier) if dependency.key in (tool, "pyre-check") else None
            found.add(tool, "declared", dependency.at.path, dependency.at.line, "dependency", pin)
    for extract in kept:
        _locked_versions(extract, found)
        _gates_of_mentions(extract, hooks, found)
        for setting in extract.lint:
            found.setting(setting)
    _gates_of_pytest(commands, found)
    return tuple(_tool(name, found.by_tool[name]) for name in sorted(found.by_tool))


def _gates(command: Command, tool: str, hooks: Mapping[str, Hooks]) -> Iterator[Evidence]:
    """Where this command stops a change: itself in CI, or as a hook that CI runs."""
    if command.tolerated or not can_fail(tool, command.argv):
        return
    if command.context == "ci":
        yield Evidence(path=command.path, line=command.line, kind="ci")
    elif command.context == "hook" and (runner := hooks.get(runner_of(command.path))) is not None:
        yield from _through(runner.run([command.job or ""]), command.path, command.line)


def _gates_of_mentions(extract: Extract, hooks: Mapping[str, Hooks], found: _Findings) -> None:
    for mention in extract.mentions:
        tool = BY_NAME.get(mention.tool)
        if mention.kind == "pre-commit" and tool is not None:
            found.gate(tool.name, _through(hooks["pre-commit"].run(tool.hooks), mention.at.path, mention.at.line))


def _through(places: Iterable[Evidence], path: str, line: int | None) -> Iterator[Evidence]:
    """The hook, and where CI runs it; nothing where it does not."""
    for place in places:
        yield Evidence(path=path, line=line, kind="hook")
        yield place


def _gates_of_pytest(commands: Iterable[Command], found: _Findings) -> None:
    """What pytest's options start stops a change where CI tests."""
    tests = [c for c in commands if c.context == "ci" and c.kind == "test" and not c.tolerated]
    for tool in found.by_tool.values():
        if tests and any(e.kind == "pytest plug-in" for e in tool.evidence):
            tool.gates.add(Evidence(path=tests[0].path, line=tests[0].line, kind="ci"))


_TEST_DATA = re.compile(r"(?:^|/)(?:tests?/[^/]+/|[^/]*\{\{|fixtures?/)")


def is_test_data(path: str) -> bool:
    """Whether a file lies so deep in a folder of tests that it belongs to a project made up for them."""
    return _TEST_DATA.search(path) is not None


def _from_extract(extract: Extract, found: _Findings) -> None:
    for mention in extract.mentions:
        if mention.tool in BY_NAME:
            _from_mention(mention, found)
    manifest = extract.manifest
    if manifest is None:
        return
    for section in manifest.tables:
        if (tool := tool_of_section(section.name)) is not None:
            found.add(tool, "config-only", section.at.path, section.at.line, "config")
    for tool in pytest_plugins(table(manifest.data, "tool", "pytest", "ini_options").get("addopts")):
        found.add(tool, "run", extract.path, None, "pytest plug-in")


def _from_mention(mention: Mention, found: _Findings) -> None:
    found.add(mention.tool, mention.strength, mention.at.path, mention.at.line, mention.kind, mention.version)


def _exact(specifier: str | None) -> str | None:
    found = re.fullmatch(r"\s*={2,3}\s*([^\s,*]+)\s*", specifier or "")
    return found[1] if found else None


def _indirect(extracts: Iterable[Extract]) -> set[tuple[str, str]]:
    """Entries of compiled files that only other packages ask for: path and normalised name. Nobody declared those.

    An export of another lock declares nothing at all.
    """
    return {
        (extract.path, package.key)
        for extract in extracts
        if extract.lock is not None and extract.manifest is not None
        for package in extract.lock.packages
        if extract.lock.export_of or (package.via and not any(_is_input(via) for via in package.via))
    }


def _is_input(via: str) -> bool:
    """Whether an annotation names a file that the compiler read, other than one outside of the repository."""
    return not via.startswith("-r /") and (via.startswith("-r") or "/" in via or via.endswith(_INPUTS))


_INPUTS = (".in", ".txt", ".toml", ".py", ".cfg", ")")


def _locked_versions(extract: Extract, found: _Findings) -> None:
    if extract.lock is None:
        return
    for package in extract.lock.packages:
        if (tool := tool_of_distribution(package.key)) == package.key:
            found.version(tool, package.version, extract.path, package.line)


def _tool(name: str, found: _Found) -> Tool:
    order: tuple[ToolStrength, ...] = ("run", "declared", "config-only")
    return Tool(
        name=name,
        category=BY_NAME[name].category,
        use=next(strength for strength in order if strength in found.strengths),
        versions=tuple(
            ToolVersion(version=version, path=path, line=line)
            for version, path, line in sorted(found.versions, key=lambda v: (v[1], v[2] or 0, v[0]))
        ),
        evidence=tuple(sorted(found.evidence, key=_place)),
        gates=tuple(sorted(found.gates, key=_place)),
        settings=tuple(sorted(found.settings, key=lambda s: (s.path, s.line or 0, s.key))),
    )


def _place(evidence: Evidence) -> tuple[str, int, str]:
    return (evidence.path, evidence.line or 0, evidence.kind or "")
