"""Substitutions: references to other settings, and what tox itself knows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from scanner.tox_environments.conditions import Conditional
from scanner.tox_environments.names import MAX_SUBSTITUTIONS
from scanner.tox_environments.settings import Section, Setting, joined

MAX_REFERENCES = 100
_REFERENCE = re.compile(r"(?<![\\$])\{(?P<body>\[[^\]{}]{1,200}\][\w.-]{1,80}|[^{}]{0,300})\}")


class Filler:
    """Fills in ``{…}`` where the result is literal; what is not known stays as ``${…}``."""

    def __init__(self, sections: Mapping[str, Section], folder: str) -> None:
        self._sections = sections
        self._folder = folder
        self._conditional: dict[int, Conditional] = {}

    def held(self, setting: Setting, factors: frozenset[str]) -> Iterator[tuple[int, str]]:
        """The lines of ``setting`` that hold for an environment with these factors, without their conditions."""
        known = self._conditional.get(id(setting))
        if known is None:
            lines = joined(self._lines(setting.lines, set()))
            known = self._conditional[id(setting)] = Conditional(setting, lines)
        return known.held(factors)

    def _lines(self, lines: Iterable[tuple[int, str]], seen: set[int]) -> Iterator[tuple[int, str]]:
        """The lines, with a line that is only ``{[section]key}`` replaced by that setting's lines, and so on, once."""
        for number, line in lines:
            match = re.fullmatch(r"\{\[([^\]]{1,200})\]([\w.-]{1,80})\}", line.strip())
            setting = self._sections.get(match[1], {}).get(match[2].lower()) if match else None
            if setting is None:
                yield number, line
            elif id(setting) not in seen and len(seen) < MAX_REFERENCES:
                seen.add(id(setting))
                yield from self._lines(setting.lines, seen)

    def text(self, text: str, env: str, root: str = ".") -> str:
        """``text`` for the environment ``env``, whose commands run in a folder from which ``root`` is tox's own."""
        for _ in range(MAX_SUBSTITUTIONS):
            filled = _REFERENCE.sub(lambda match: self._value(match["body"], env, root), text)
            if filled == text or len(filled) > 20_000:
                break
            text = filled
        return text.replace("\\{", "{").replace("\\}", "}")

    def _value(self, body: str, env: str, root: str) -> str:
        if body.startswith("["):
            section, _, key = body[1:].partition("]")
            setting = self._sections.get(section, {}).get(key.lower())
            return " ".join(line for _, line in setting.lines) if setting else f"${{{_word(key)}}}"
        name, _, rest = body.partition(":")
        match name:
            case "posargs":
                return rest
            case "env":
                variable, colon, default = rest.partition(":")
                if variable in ("TOX_ENV_NAME", "TOXENV_NAME"):
                    return env
                return default if colon else f"${{{_word(variable)}}}"
            case "toxinidir" | "tox_root" | "package_root":
                return root
            case "envname" | "env_name":
                return env
            case "envpython" | "env_python":
                return "python"
            case "envbindir" | "env_bin_dir":
                return f".tox/{env}/bin"
            case "envdir" | "env_dir":
                return f".tox/{env}"
            case "toxworkdir" | "work_dir":
                return ".tox"
            case "/":
                return "/"
            case "":
                return ""
            case "opts" | "packages":
                return f"\ue020{name}\ue021"
            case _:
                return f"${{{_word(name)}}}"


def _word(name: str) -> str:
    return re.sub(r"\W", "_", name) or "unknown"
