"""Files that are scripts line by line: Makefiles, justfiles, shell scripts, Procfiles, Jenkinsfiles, JSON and INI."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from rules.places.context import Context
from rules.places.manner import NO_SYNC, PIP_BRINGS_UV, Manner
from rules.places.pipelines import SYSTEM
from rules.places.script import Script, Window, yaml_quoted
from rules.places.syncs import merged
from rules.places.target import MANAGERS
from rules.places.text import Splice, applied, line_end, line_start
from rules.places.tox_files import asked_beside, sync_of, varies, with_uv
from rules.places.variables import renamed_files
from rules.pythons import minor
from rules.reading import area_of
from rules.uv import version

_RECIPE = re.compile(r"^[ \t]+(?:[^\n]*\\\n)*[^\n]*(?:\n|$)", re.MULTILINE)
_ASSIGNED = re.compile(r"^(?:export\s+)?[A-Za-z_][\w.-]*\s*(?:[:?+]?:?=|:=)[ \t]*(?P<value>[^\n]*)$", re.MULTILINE)


def makefile(path: str, text: str, context: Context) -> str:
    """A Makefile: its recipes and the variables that hold a command; also a justfile."""
    if (found := _LOOKED_UP.search(text)) is not None and context.any_of(found["tool"]) is not None:
        line = text.count("\n", 0, found.start()) + 1
        context.note(
            path, line, f"looks for {found['tool']} and calls what it found; the file is left as it is", "By hand."
        )
        return text
    prefix = SYSTEM if "justfile" in path.lower() or path.endswith(".just") else SYSTEM.replace("$(", "$$(")
    script = Script(path, text, context, Manner(), prefix=prefix, aliases=_aliases(text, context), brings=True)
    kept: list[Splice] = []
    for recipe in _recipes(text):
        known = len(script.splices)
        extra, doubtful, said = [], False, set[str]()
        last: tuple[int, int, bool] | None = None
        for match in recipe:
            body = match[0].lstrip(" \t")
            if body.startswith("#") or not body.strip():
                continue
            known_here = len(script.splices)
            outcome = script.window(Window(start=match.end() - len(body), end=match.end()))
            doubtful = doubtful or outcome.looked > 0
            again = outcome.calls == 1 and any(a.text in said for a in outcome.answers)
            last = _joined(script, last, known_here, match) if outcome.calls == 1 else None
            again = again or (last is not None and last[2])
            said |= {a.text for a in outcome.answers if a.text.startswith(("uv lock", "uv sync"))}
            if outcome.emptied or again:
                extra.append(Splice(match.start(), match.end(), ""))
        if doubtful:
            del script.splices[known:]
        else:
            kept += extra
    own = [Splice(s.start, s.end, s.new.replace("$PWD", "$(CURDIR)")) for s in script.splices]
    after = applied(text, [*own, *kept])
    after = _asked_for(after) if after != text else after
    after = _ASSIGNED.sub(lambda m: _assigned(m, path, context), after)
    after = _without_aliases(after, _aliases(text, context))
    if context.any_of("poetry") is not None or context.any_of("pdm") is not None:
        after = _SETTINGS_FILE.sub(r"\g<rule>", after)
    return renamed_files(after, path, context)


_LOOKED_UP = re.compile(
    r"^[A-Za-z_]\w{0,60}[ \t]*[:?]?=[^\n$]{0,100}\$\(shell[^\n]{0,100}?(?:command -v|which|type)[ \t]+"
    r"(?P<tool>poetry|pdm|pipenv|rye)\b",
    re.MULTILINE,
)
_SETTINGS_FILE = re.compile(
    r"^(?P<rule>[^\s#=:][^\n=:]*:(?!=)[^\n=]*?)[ \t]+(?:poetry|pdm)\.toml(?=\s|$)", re.MULTILINE
)
"""A rule that depends on the old tool's settings, which go."""


def _joined(
    script: Script, last: tuple[int, int, bool] | None, known: int, row: re.Match[str]
) -> tuple[int, int, bool] | None:
    """The install of a row joined with that of the row above: which splice it is, where its rows end, if it joined."""
    if len(script.splices) != known + 1:
        return None
    if last is not None and last[1] == row.start():
        both = merged(script.splices[last[0]].new, script.splices[known].new)
        if both is not None:
            script.splices.pop()
            script.splices[last[0]] = replace(script.splices[last[0]], new=both)
            return last[0], row.end(), True
    return known, row.end(), False


def _recipes(text: str) -> Iterator[list[re.Match[str]]]:
    """The rows of each recipe: a target moves as a whole, or stays with a note on what is in doubt."""
    found: list[re.Match[str]] = []
    for match in _RECIPE.finditer(text):
        if found and text[found[-1].end() : match.start()].strip():
            yield found
            found = []
        found.append(match)
    yield found


def _assigned(match: re.Match[str], path: str, context: Context) -> str:
    """``RUN := poetry run`` and the like."""
    value = match["value"].strip()
    target = context.around(path)
    found = re.match(r"@?(?:[A-Za-z_]\w*=\S* )*(?P<tool>poetry|pipenv|pdm|rye) run(?![\w-])", value)
    if target is None or found is None or found["tool"] not in target.tools:
        return match[0]
    if (folder := _IN_FOLDER.match(value, found.end())) is not None:
        new = f"{value[: found.start('tool')]}uv run --locked --project {folder['folder']}"
        return match[0].replace(value[: folder.end()], new, 1)
    if value[found.end() :].lstrip().startswith("-"):
        return match[0]
    return match[0].replace(value, value.replace(f"{found['tool']} run", "uv run --locked", 1))


_IN_FOLDER = re.compile(r"[ \t]+(?:-p|--project|-C|--directory)[ \t=]+(?P<folder>[^\s-]\S*)")


def _aliases(text: str, context: Context) -> dict[str, str]:
    """Variables that stand for an old tool: ``POETRY := poetry``."""
    tools = {tool for target in context.targets.values() for tool in target.tools & MANAGERS}
    found: dict[str, str] = {}
    for match in re.finditer(r"^(?P<name>[A-Za-z_]\w*)\s*[:?]?=\s*(?P<value>[\w-]+)[ \t]*\r?$", text, re.MULTILINE):
        if match["value"] in tools:
            found |= {f"$({match['name']})": match["value"], f"${{{match['name']}}}": match["value"]}
    return found


def _without_aliases(text: str, aliases: dict[str, str]) -> str:
    """Without the variables that nothing uses any more."""
    for used in aliases:
        name = used.strip("$(){}")
        if re.search(rf"\$[({{]{name}[)}}]", text) is None:
            text = re.sub(rf"^{name}\s*[:?]?=[^\n]*\n", "", text, flags=re.MULTILINE)
    return text


def shell(path: str, text: str, context: Context) -> str:
    """A shell script; one that an image starts does not install again.

    What ``pip`` installed went to the Python that ran it, whatever that was; so does what stands in its place.
    """
    manner = Manner(run=NO_SYNC) if _in_image(path, context) else Manner()
    script = Script(path, text, context, manner, prefix=SYSTEM, brings=True)
    outcome = script.window(Window(start=0, end=len(text)))
    if outcome.emptied:
        return renamed_files(text, path, context)
    if outcome.looked and manner.run == NO_SYNC:
        return text  # what an image starts moves as a whole
    after = script.result
    return renamed_files(_asked_for(after) if after != text else text, path, context)


_ASKED = re.compile(
    r"(?P<how>(?:command[ \t]+-v|which|type(?:[ \t]+-P)?|hash)[ \t]+)(?:poetry|pipenv|pdm|rye)(?![\w-])"
)


def _asked_for(text: str) -> str:
    """Whether the tool is there: uv is what has to be."""
    return _ASKED.sub(r"\g<how>uv", text)


def _in_image(path: str, context: Context) -> bool:
    """Whether a Dockerfile or a compose file names the script."""
    return re.search(rf"(?<![\w.-]){re.escape(posixpath.basename(path))}(?![\w.-])", context.images()) is not None


def lines(path: str, text: str, context: Context) -> str:
    """A Procfile: ``name: command``. Where it is run the environment is on the path, and uv is not there."""
    script = Script(path, text, context, Manner(run=NO_SYNC), in_system=posixpath.basename(path) == "Procfile")
    for match in re.finditer(r"^[\w-]+:[ \t]*(?P<command>[^\n]*)", text, re.MULTILINE):
        script.window(Window(start=match.start("command"), end=match.end("command")))
    return script.result


_STRING = re.compile(
    r"\"\"\"(?P<three>.*?)\"\"\"|'''(?P<single3>.*?)'''"
    r"|\"(?P<double>(?:\\.|[^\"\\\n])*)\"|'(?P<single>(?:\\.|[^'\\\n])*)'",
    re.DOTALL,
)


def strings(path: str, text: str, context: Context) -> str:
    """A Jenkinsfile, a JSON file or another program: commands in its string literals."""
    jenkins = area_of(path) == "ci"
    script = Script(path, text, context, prefix=SYSTEM if jenkins else "", brings=jenkins, uses_active=not jenkins)
    extra = []
    for match in _STRING.finditer(text):
        name = next(n for n, value in match.groupdict().items() if value is not None)
        if not match[name].strip():
            continue
        quote = '"' if name == "double" else ""
        encode = _groovy(name) if jenkins else yaml_quoted(quote)
        window = Window(start=match.start(name), end=match.end(name), encode=encode)
        if script.window(window).emptied:
            extra.append(_emptied(text, match.start(name), match.end(name)))
    return renamed_files(applied(text, [*script.splices, *extra]), path, context)


def _groovy(name: str) -> Callable[[str], str]:
    """How new text is written in a string of Groovy."""
    marks = {"double": '"', "single": "'"}
    mark = marks.get(name, "")

    def encode(new: str) -> str:
        new = new.replace("$(", "\\$(") if name in ("double", "three") else new
        return new.replace(mark, "\\" + mark) if mark else new

    return encode


def _emptied(text: str, start: int, end: int) -> Splice:
    return Splice(start, end, "true")


def ini(path: str, text: str, context: Context, *, trusted: bool = False) -> str:
    """``tox.ini``: commands of environments, programs that they may call, files that they install."""
    if _is_too_old(path, text, context):
        return text
    script = Script(path, text, context, Manner(active=True), trusted=trusted)
    extra: list[Splice] = []
    said = (0, "")
    for start, end in _commands(text):
        outcome = script.window(Window(start=start, end=end))
        first = line_start(text, start)
        told = outcome.answers[0].text if outcome.calls == 1 and outcome.answers else ""
        again = told != "" and told.startswith("uv lock") and said == (first, told)
        if outcome.emptied or again:
            alone = not text[first:start].strip(" \t")
            extra.append(Splice(first, end, "") if alone else Splice(start, end, "\n"))
        said = (end, told)
    after = _files_of_environments(path, applied(text, [*script.splices, *extra]), context)
    target = context.around(path)
    if target is not None:
        after = _installed(after, target.tools & MANAGERS)
    if after == text:
        return renamed_files(text, path, context)
    return renamed_files(with_uv(_allowed(after)), path, context)


def _is_too_old(path: str, text: str, context: Context) -> bool:
    """Whether an environment has a Python that uv's package does not install on, and would need uv: noted."""
    extract = context.ground.facts.extracts.get(path)
    pythons = extract.pythons if extract is not None else ()
    old = [p for p in pythons if (minor(p.version) or (9, 9)) < PIP_BRINGS_UV]
    if not old or _LISTED.search(text) is None:
        return False
    why = f"an environment has Python {old[0].version}, on which pip installs no uv: tox still installs the files"
    context.note(path, old[0].at.line, why)
    return True


_SECTION = re.compile(r"^\[(?P<name>[^\]\n]+)\][^\n]*\n(?P<body>(?:(?!\[)[^\n]*(?:\n|$))*)", re.MULTILINE)
_LISTED = re.compile(
    r"(?P<lead>^[ \t]*(?:deps[ \t]*=[ \t]*)?)-r[ \t]*(?P<file>[^\s;#]+)(?P<rest>[ \t]*(?:\n|$))", re.MULTILINE
)


def _files_of_environments(path: str, text: str, context: Context) -> str:
    """``deps = -r requirements.txt``: what the file held is installed from the lock before the commands."""
    target = context.around(path)
    if target is None or "pip" not in target.tools:
        return text

    def section(match: re.Match[str]) -> str:
        if not match["name"].startswith("testenv"):
            return match[0]
        files = {m["file"]: _from_root(path, m["file"]) for m in _LISTED.finditer(match["body"])}
        known = [f for f in files.values() if target.file(f) is not None]
        command = sync_of(known, target)
        if command is None or len(known) != len(files):
            if known:
                line = text.count("\n", 0, match.start()) + 1
                context.note(path, line, f"[{match['name']}] installs {', '.join(files)}, which is not there any more")
            return match[0]
        apart = "--only-group" in command
        chosen = asked_beside(match["body"], known, context.ground.read) if apart else varies(match["body"])
        if chosen is not None:
            line = text.count("\n", 0, match.start()) + 1
            why = f"[{match['name']}] asks for versions of {chosen} itself: tox still installs the files"
            context.note(path, line, why, "Which of them are to come from the lock?")
            return match[0]
        first = True

        def listed(row: re.Match[str]) -> str:
            nonlocal first
            shown = f"{row['lead']}uv=={version('uv')}{row['rest']}" if first else ""
            first = False
            return shown

        body = _LISTED.sub(listed, match["body"])
        before = re.search(r"^commands_pre[ \t]*=[ \t]*", body, re.MULTILINE)
        if before is not None:
            body = f"{body[: before.end()].rstrip(' ')}\n    {command}{_own_row(body[before.end() :])}"
        else:
            at = re.search(r"^commands[ \t]*=", body, re.MULTILINE)
            place = _above_comments(body, at.start()) if at else len(body.rstrip()) + 1
            body = f"{body[:place].rstrip(' ')}commands_pre = {command}\n{body[place:]}"
        return match[0][: match.start("body") - match.start()] + body

    return _SECTION.sub(section, text)


def _above_comments(body: str, at: int) -> int:
    """Where the comments begin that stand right above ``at``."""
    while at > 0 and body[line_start(body, at - 1) : at].startswith(("#", ";")):
        at = line_start(body, at - 1)
    return at


def _own_row(rest: str) -> str:
    """What follows ``commands_pre =``, on a row of its own."""
    return rest if rest.startswith(("\n", "\r")) else f"\n    {rest}"


def _from_root(path: str, file: str) -> str:
    """A file that tox names, as a path from the root of the repository."""
    inside = re.sub(r"^\{tox_?ini_?dir\}/|^\{tox_root\}/|^\./", "", file)
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), inside))


def _installed(text: str, tools: frozenset[str]) -> str:
    """``deps``: the old tool itself is not installed any more, uv is."""
    names = "|".join(
        sorted(tools & {"poetry", "pipenv", "pdm"} | ({"pip-tools"} & {t.replace("compile", "tools") for t in tools}))
    )
    if not names or not re.search(r"\buv (?:sync|run|lock|pip)\b", text):
        return text
    row = re.compile(rf"^(?P<indent>[ \t]*)(?:{names})(?:[ \t]*[=<>~!].*)?(?P<end>[ \t]*\r?)$", re.MULTILINE)
    new = rf"\g<indent>uv=={version('uv')}\g<end>"
    return _DEPS.sub(lambda deps: deps["head"] + row.sub(new, deps["body"]), text)


_DEPS = re.compile(r"(?P<head>^deps[ \t]*=)(?P<body>[^\n]*(?:\n[ \t]+[^\n]*)*)", re.MULTILINE)


_KEY = re.compile(r"^(?P<key>[A-Za-z_][\w.:-]*)[ \t]*[=:][ \t]*", re.MULTILINE)


def _commands(text: str) -> Iterator[tuple[int, int]]:
    """The lines of ``commands``, ``commands_pre`` and ``commands_post``, each with its line feed."""
    for match in _KEY.finditer(text):
        if not match["key"].startswith("commands"):
            continue
        at = match.end()
        while at < len(text):
            end = line_end(text, at)
            while text[at:end].rstrip().endswith("\\") and end < len(text):
                end = line_end(text, end)
            row = text[at:end]
            if at != match.end() and row.strip() and not row[0].isspace():
                break
            body = re.sub(r"^\s*(?:[\w{},!.-]+:\s+)?(?:[-!]\s+)?", "", row)
            if body.strip() and not body.startswith("#"):
                yield end - len(body), end
            at = end


def _allowed(text: str) -> str:
    """``allowlist_externals``: uv in the place of the old tool."""

    def row(match: re.Match[str]) -> str:
        return match["head"] + re.sub(r"(?<![\w.-])(?:poetry|pipenv|pdm|rye)(?![\w.-])", "uv", match["body"])

    return re.sub(
        r"(?P<head>^(?:allowlist|whitelist)_externals[ \t]*=)(?P<body>[^\n]*(?:\n[ \t]+[^\n]*)*)",
        row,
        text,
        flags=re.MULTILINE,
    )


_TASKS = re.compile(
    r"^\[\[?tool\.(?:poe|taskipy|tox|hatch|pdm|tasks|task)\b[^\n]*\n(?P<body>(?:(?!\[)[^\n]*(?:\n|$))*)", re.MULTILINE
)


def pyproject(path: str, text: str, context: Context) -> str:
    """The tasks of task runners in ``pyproject.toml``."""
    if context.around(path) is None:
        return text
    script = Script(path, text, context, trusted=True)
    for section in _TASKS.finditer(text):
        for match in _STRING.finditer(text, section.start("body"), section.end("body")):
            name = next(n for n, value in match.groupdict().items() if value is not None)
            quote = '"' if name == "double" else ""
            if not _LEGACY_TOX.search(text, section.start("body"), match.end()):
                script.window(Window(start=match.start(name), end=match.end(name), encode=yaml_quoted(quote)))
    after = script.result
    found = _LEGACY_TOX.search(after)
    if found is None:
        return after
    above = "\n" * after.count("\n", 0, found.start("ini"))
    inner = ini(path, above + found["ini"], context, trusted=True)[len(above) :]
    return after[: found.start("ini")] + inner + after[found.end("ini") :]


_LEGACY_TOX = re.compile(r"legacy_tox_ini[ \t]*=[ \t]*(?P<quotes>\"{3}|'{3})(?P<ini>.*?)(?P=quotes)", re.DOTALL)


def package_json(path: str, text: str, context: Context) -> str:
    """``package.json`` and ``devcontainer.json``: their scripts; the file still says the same otherwise."""
    after = strings(path, text, context)
    if path.endswith("package.json"):
        try:
            json.loads(after)
        except ValueError:
            return text
    return after
