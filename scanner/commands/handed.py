"""What a caller hands to a script, an action or a recipe, put into the commands that it starts."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from scanner.commands.lookup import Lookup
from scanner.commands.services import is_mounted
from scanner.facts import Extract, Inside, Invocation
from scanner.pipeline import folder

_ARGUMENT = re.compile(r"\$(?:(?P<bare>[1-9])|\{(?P<name>[1-9])(?::?[-=](?P<default>[^{}]{0,200}))?\})")
_ALL = ("$@", "$*", "${@}", "${*}")
_INPUT = re.compile(
    r"\$\{\{\s{0,4}inputs\.(?P<name>[\w-]{1,80})\s{0,4}(?:\|\|\s{0,4}'(?P<default>[^']{0,200})'\s{0,4})?\}\}"
)
_FILE = re.compile(r"/|\.(?:txt|in|lock|toml|ya?ml|py|sh)$")
_PARAMETER = re.compile(r"\{\{\s{0,8}(?P<name>[A-Za-z_][\w-]{0,100})\s{0,8}\}\}")
_GIVEN = re.compile(r"\$\{(?P<name>\w{1,100})\}|\$(?P<bare>\w{1,100})")
_MADE = re.compile(r"\$\{(?P<name>\w{1,100})\}")


def in_folder(started: Invocation, caller: Invocation, lookup: Lookup) -> Invocation:
    """A command of a script in the folder that its caller stands in, unless the files that it names lie elsewhere."""
    asked, base = started.asked or "", caller.directory
    started = in_container(started, caller, lookup)
    if base is not None and base.startswith("/") and started.inside is None:
        base = lookup.find(caller, ".")
    if asked.startswith("/") and started.directory is None:
        there = replace(started, directory=asked, asked=None, inside=started.inside or caller.inside)
        return there if lookup.image_of(there) is not None or is_mounted(there) else replace(started, asked=None)
    if not asked.startswith("$PWD") or base is None:
        return started
    place = posixpath.normpath(posixpath.join(base, asked.removeprefix("$PWD").lstrip("/")))
    if "$" in place or "{{" in place:
        return replace(started, asked=place)
    moved = replace(started, directory=place, asked=None)
    lost = (w for w in started.argv if lookup.find(started, w) and not lookup.find(moved, w) and _FILE.search(w))
    return replace(started, asked=None) if next(lost, None) is not None else moved


def in_container(started: Invocation, caller: Invocation, lookup: Lookup) -> Invocation:
    """A command of a script that is started in a container: it finds what its caller finds there."""
    if started.inside is not None or lookup.extracts[started.at.path].dockerfile is not None:
        return started
    if caller.inside is not None:
        return replace(started, inside=caller.inside)
    image = lookup.image_of(caller)
    return replace(started, inside=Inside(image=caller.at)) if image is not None and not image[0].is_bare else started


def with_arguments(started: Invocation, words: Sequence[str]) -> Invocation:
    """A command of a script that is called with ``words``: ``$1``, ``${2:-default}`` and ``$@`` filled in."""

    def value(match: re.Match[str]) -> str:
        number = int(match["bare"] or match["name"])
        given = words[number - 1] if number <= len(words) else match["default"]
        return match[0] if given is None else given

    if not _is_open(started, "$"):
        return started
    argv: list[str] = []
    for word in started.argv:
        argv.extend(words if word in _ALL else (_ARGUMENT.sub(value, word) if "$" in word else word,))
    return _placed(replace(started, argv=tuple(argv) or started.argv), lambda text: _ARGUMENT.sub(value, text))


def with_inputs(started: Invocation, words: Sequence[str], action: Extract) -> Invocation:
    """A command of an action or workflow that is used with the inputs ``words`` (``name=value``), or their defaults."""
    if not _is_open(started, "${{") and not any("${{" in text for _, text in started.env):
        return started
    known = action.settings.get("inputs")
    defaults: Mapping[str, str] = known if isinstance(known, Mapping) else {}
    given = {**defaults, **{name: value for name, _, value in (word.partition("=") for word in words)}}

    def value(match: re.Match[str]) -> str:
        found = given.get(match["name"]) or match["default"]
        return found if found is not None else "" if match["name"] in given else match[0]

    argv: list[str] = []
    for word in started.argv:
        if (match := _INPUT.fullmatch(word)) is not None and (text := value(match)) != word:
            argv.extend(text.split())
        else:
            argv.append(_INPUT.sub(value, word) if "${{" in word else word)
    env = tuple((name, _INPUT.sub(value, text) if "${{" in text else text) for name, text in started.env)
    filled = replace(started, argv=tuple(argv) or started.argv, env=env)
    return _placed(filled, lambda text: _INPUT.sub(value, text))


def with_defaults(invocation: Invocation, extract: Extract) -> Invocation:
    """A command of an action or workflow by itself: with the defaults of the inputs that have one."""
    known = extract.settings.get("inputs")
    stated = {name: text for name, text in known.items() if text} if isinstance(known, Mapping) else {}
    return with_inputs(invocation, (), replace(extract, settings={"inputs": stated})) if stated else invocation


def with_variables(started: Invocation, words: Sequence[str]) -> Invocation:
    """A command of a makefile's target that is made with ``NAME=value`` among ``words``."""
    given = {name: value for name, equals, value in (word.partition("=") for word in words) if equals}
    if not given or not _is_open(started, "$"):
        return started

    def value(match: re.Match[str]) -> str:
        return given.get(match["name"], match[0])

    argv = tuple(_MADE.sub(value, word) for word in started.argv)
    return _placed(replace(started, argv=argv), lambda text: _MADE.sub(value, text))


def as_set(makefile: Extract, caller: Invocation, words: Mapping[str, str]) -> Extract:
    """A makefile whose variables its caller sets by ``words``, or by its environment where that goes first."""
    defaults: Mapping[str, tuple[str, bool]] = makefile.settings.get("defaults", {})
    env = dict(caller.env) if defaults else {}
    set_here = {name: words.get(name, env.get(name) if soft else None) for name, (_, soft) in defaults.items()}
    given = {name: value for name, value in set_here.items() if value is not None and value != defaults[name][0]}
    if not given:
        return makefile
    values = {name: given.get(name, value) for name, (value, _) in defaults.items()}

    def filled(word: str) -> Iterable[str]:
        match = _MADE.fullmatch(word)
        text = _MADE.sub(lambda m: values.get(m["name"], m[0]), word)
        return text.split() if match is not None and match["name"] in values else (text,)

    opened: Sequence[Invocation] = makefile.settings["opened"]
    made = (replace(i, argv=tuple(text for word in i.argv for text in filled(word))) for i in opened)
    return replace(makefile, invocations=tuple(made))


def with_build_args(started: Invocation, given: Mapping[str, str]) -> Invocation:
    """A command of a Dockerfile whose arguments have no default of their own and are ``given`` by the build."""
    if not given or not any("$" in word for word in started.argv):
        return started

    def value(match: re.Match[str]) -> str:
        return given.get(match["name"] or match["bare"], match[0])

    return replace(started, argv=tuple(_GIVEN.sub(value, word) for word in started.argv))


def with_parameters(started: Invocation, names: Sequence[str], words: Sequence[str]) -> Invocation:
    """A command of a just recipe whose parameters ``names`` are given ``words``."""
    given = dict(zip(names, words, strict=False))
    if not given or not _is_open(started, "{{"):
        return started

    def value(match: re.Match[str]) -> str:
        return given.get(match["name"], match[0])

    argv = tuple(_PARAMETER.sub(value, word) for word in started.argv)
    return _placed(replace(started, argv=argv), lambda text: _PARAMETER.sub(value, text))


def _is_open(started: Invocation, sign: str) -> bool:
    return started.asked is not None or any(sign in word for word in started.argv)


def _placed(started: Invocation, fill: Callable[[str], str]) -> Invocation:
    """The command in the folder that was asked for, where that is known now."""
    if started.asked is None:
        return started
    text = fill(started.asked)
    if text.startswith("/"):
        return started
    if "$" in text or "{{" in text:
        return replace(started, asked=text)
    return replace(started, asked=None, directory=folder(text))
