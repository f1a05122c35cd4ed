"""What each comparison of a uv lock stands on: lock, workspace, settings; generations of uv; notes of what differs."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scanner.facts import Location
from scanner.freshness.uv_options import settings_for
from scanner.freshness.uv_workspace import Workspace
from scanner.freshness.verdict import Scene
from scanner.inventory import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """A range of uv versions that judge alike, as ``label`` names it."""

    label: str
    required_members_are_packages: bool = True
    unused_constraints_count: bool = True
    records_default_groups: bool = False


BEFORE_0_8 = Generation(label="<0.8", required_members_are_packages=False)
FROM_0_8 = Generation(label="0.8-0.12")
FROM_0_13 = Generation(label=">=0.13", unused_constraints_count=False, records_default_groups=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something that differs (``certain``), or that cannot be compared; ``own``: a project's own version, no more."""

    reason: Reason
    certain: bool = True
    own: bool = False


class Ground:
    """One lock and the workspace that it is compared with."""

    def __init__(self, scene: Scene, workspace: Workspace) -> None:
        self.scene = scene
        self.lock = scene.lock
        self.data = scene.lock.data
        self.workspace = workspace
        self.settings, settings_path = settings_for(workspace.folder, scene.extracts)
        self.settings_path = settings_path or workspace.root.path
        workspace.no_sources = self.settings.get("no-sources") is True
        self.python = self.lock.requires_python
        revision = self.data.get("revision", 0)
        self.revision = revision if isinstance(revision, int) else 0
        self.names = frozenset(package.key for package in self.lock.packages)

    @property
    def written_by(self) -> Generation:
        """The generation that wrote the lock, by its revision."""
        return BEFORE_0_8 if self.revision < 3 else FROM_0_8 if self.revision < 5 else FROM_0_13

    def own(self, message: str, at: Location) -> Note:
        """A note that only a project's own version differs."""
        return replace(self.stale(message, at), own=True)

    def stale(self, message: str, at: Location | None = None) -> Note:
        """A note of what differs, at the root's manifest where no place is given."""
        at = at or Location(path=self.workspace.root.path)
        return Note(reason=Reason(message=message, path=at.path, line=at.line))

    def unknown(self, message: str, at: Location | None = None) -> Note:
        """A note of what cannot be compared."""
        at = at or Location(path=self.workspace.root.path)
        return Note(reason=Reason(message=message, path=at.path, line=at.line), certain=False)

    def setting(self) -> Location:
        """Where the settings stand: ``[tool.uv]`` or ``uv.toml``."""
        if self.settings_path == self.workspace.root.path:
            found = self.workspace.root.table("tool.uv")
            return found.at if found else Location(path=self.settings_path)
        return Location(path=self.settings_path)

    def line_of(self, name: str) -> Location:
        """Where the lock has the package ``name``."""
        line = next((package.line for package in self.lock.packages if package.key == name), None)
        return Location(path=self.lock.path, line=line)
