"""Texts on their way: what each editor of a patch reads and puts."""

from __future__ import annotations

from rules.blockers import PlanBlocker
from rules.migration import Edit, Ground


class Edits:
    """Texts as they are to be; each editor sees what those before it made."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._after: dict[str, str | None] = {}
        self.notes: list[PlanBlocker] = []

    def text(self, path: str) -> str | None:
        """The file as it is by now; ``None`` where there is none."""
        return self._after[path] if path in self._after else self._ground.read(path)

    def put(self, path: str, text: str | None) -> None:
        """From now on the file is ``text``; ``None`` deletes it."""
        self._after[path] = text

    def look(self, path: str, line: int | None, message: str) -> None:
        """Something that a person has to look at, once."""
        note = PlanBlocker(code="still-calls-old-tool", message=message, path=path, line=line, decision=None)
        if note not in self.notes:
            self.notes.append(note)

    def made(self) -> tuple[Edit, ...]:
        """What is other than in the repository."""
        found = (Edit(path=p, before=self._ground.read(p), after=text) for p, text in sorted(self._after.items()))
        return tuple(edit for edit in found if edit.before != edit.after)
