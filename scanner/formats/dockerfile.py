"""Dockerfiles and Containerfiles: stages, instructions, and the commands that ``RUN`` would start.

Own reader after the Dockerfile reference: parser directives, continuation lines with comments inside them, heredocs,
``ARG`` before ``FROM``, JSON form, ``SHELL``. ``ENV``, ``ARG`` defaults and ``WORKDIR`` are followed from stage to
stage; the folder of an invocation is the absolute one inside the image (see :mod:`scanner.commands.container` for
where its files come from).
"""

from __future__ import annotations

import json
import posixpath
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from scanner import shell
from scanner.facts import (
    Dockerfile,
    Extract,
    Hint,
    Instruction,
    Invocation,
    Location,
    Mount,
    Problem,
    PythonVersion,
    Reference,
    Stage,
)
from scanner.format import Format, Unreadable, conflict_line
from scanner.image_names import parse_image, python_of
from scanner.image_paths import image_path
from scanner.purpose import server_in
from scanner.redact import redact

MAX_INSTRUCTIONS = 2_000
_OTHER_SUFFIX = re.compile(
    r"\.(?:dockerignore|md|rst|txt|py|go|js|ts|json|ya?ml|toml|sh|bats|png|svg|html|lock|rb|java|patch|diff)$",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?:docker|container)file(?:[._-].*)?|.*[._-](?:docker|container)file", re.IGNORECASE)


def _matches(path: str) -> bool:
    name = posixpath.basename(path)
    return _NAME.fullmatch(name) is not None and _OTHER_SUFFIX.search(name) is None


def read(path: str, text: str) -> Extract | None:
    """Read a Dockerfile; ``None`` for a file that has no ``FROM``."""
    if (line := conflict_line(text)) is not None:
        raise Unreadable("merge conflict markers", line=line, code="conflict-markers")
    reader = _Reader(path)
    for raw in _instructions(text):
        reader.add(raw)
    if not reader.stages:
        return None
    stages = tuple(stage.finish() for stage in reader.stages)
    template = _is_template(path, text)
    return Extract(
        path=path,
        format="dockerfile",
        dockerfile=Dockerfile(path=path, stages=stages),
        invocations=tuple(
            i for stage in stages for step in stage.instructions if step.name == "RUN" for i in step.invocations
        ),
        pythons=tuple(_pythons(path, stages)),
        references=tuple(_references(path, stages)),
        hints=tuple(_hints(path, stages)),
        problems=() if template else tuple(reader.problems),
        template=template,
    )


FORMAT = Format(name="dockerfile", matches=_matches, read=read)

_TEMPLATES = (".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".template", ".mustache", ".erb")
_JINJA = re.compile(
    r"\{%[-+ ]|\{\{ {0,4}(?:cookiecutter|copier)\b|^FROM [^\n]{0,200}\{\{"
    r"|^(?:ARG|ENV|LABEL|WORKDIR|COPY|ADD|USER|EXPOSE|ENTRYPOINT|CMD) [^\n]{0,200}"
    r"(?<!\$)\{\{ {0,4}[A-Za-z_]\w{0,60} {0,4}(?:\||\}\})",
    re.MULTILINE,
)


def _is_template(path: str, text: str) -> bool:
    return "{{" in path or path.endswith(_TEMPLATES) or bool(_JINJA.search(text))


# ------------------------------------------------------------------------------------------------------ logical lines


@dataclass(frozen=True, slots=True)
class _Raw:
    """An instruction as written: ``text`` keeps its line breaks, with ``\\`` as the continuation in every case."""

    name: str
    text: str
    line: int
    heredocs: tuple[tuple[str, str, int], ...] = ()


_DIRECTIVE = re.compile(r"#\s{0,8}(?P<name>[a-z]{1,20})\s{0,8}=\s{0,8}(?P<value>\S{1,300})\s*", re.IGNORECASE)
_START = re.compile(r"\s*(?P<name>[A-Za-z]{2,20})(?:\s+|$)")
_HEREDOC = re.compile(r"<<-?(?P<quote>[\"']?)(?P<word>[A-Za-z_][\w.]{0,60})(?P=quote)")


def _instructions(text: str) -> Iterator[_Raw]:
    lines = text.replace("\r\n", "\n").removeprefix("\ufeff").split("\n")
    escape = _escape(lines)
    number = 0
    made = 0
    while number < len(lines) and made < MAX_INSTRUCTIONS:
        line = lines[number]
        match = _START.match(line)
        if not line.strip() or line.lstrip().startswith("#") or match is None:
            number += 1
            continue
        start = number
        parts: list[str] = [line[match.end() :]]
        while _continues(lines[number], escape, first=not parts[1:]) and number + 1 < len(lines):
            parts[-1] = parts[-1].rstrip()[:-1] + "\\"
            number += 1
            while number < len(lines) and (not lines[number].strip() or lines[number].lstrip().startswith("#")):
                parts.append("\\")
                number += 1
            if number >= len(lines):
                break
            parts.append(lines[number])
        number += 1
        name = match["name"].upper()
        body = "\n".join(parts)
        heredocs: list[tuple[str, str, int]] = []
        if name in ("RUN", "COPY", "ADD") and "<<" in body:
            for found in _HEREDOC.finditer(body):
                end = number
                while end < len(lines) and lines[end].strip() != found["word"]:
                    end += 1
                if end >= len(lines):
                    break
                heredocs.append((found["word"], "\n".join(lines[number:end]), number + 1))
                number = end + 1
        made += 1
        yield _Raw(name, body, start + 1, tuple(heredocs))


def _escape(lines: list[str]) -> str:
    for line in lines:
        match = _DIRECTIVE.fullmatch(line.strip())
        if match is None:
            return "\\"
        if match["name"].lower() == "escape":
            return match["value"] if match["value"] in ("\\", "`") else "\\"
    return "\\"


def _continues(line: str, escape: str, *, first: bool) -> bool:
    return line.rstrip().endswith(escape) and (first or not line.lstrip().startswith("#"))


def _joined(text: str) -> str:
    """One line out of a text with continuation lines."""
    return re.sub(r"\\\n\s*", "", text).strip() if "\n" in text else text.strip()


# ----------------------------------------------------------------------------------------------------------- stages


@dataclass(slots=True)
class _Stage:
    index: int
    name: str | None
    base: str
    line: int
    env: dict[str, str]
    directory: str
    start: str
    shell: str | None = None
    version_line: int | None = None
    unset: set[str] = field(default_factory=set)
    instructions: list[Instruction] = field(default_factory=list)

    def finish(self) -> Stage:
        return Stage(
            index=self.index,
            name=self.name,
            base=redact(self.base),
            line=self.line,
            instructions=tuple(self.instructions),
            folder=self.start,
            version_line=self.version_line,
        )


_VARIABLE = re.compile(
    r"\\\$|\$(?:(?P<bare>\w{1,100})|\{(?P<name>\w{1,100})(?:(?P<op>:?[-+])(?P<arg>[^{}]{0,500}))?\})"
)


def _fill(text: str, env: Mapping[str, str]) -> str:
    """``text`` with the variables of ``env`` filled in; unknown ones stay."""

    def value(match: re.Match[str]) -> str:
        name = match["bare"] or match["name"]
        if name is None:
            return "$"
        known = env.get(name)
        if match["op"] in ("-", ":-"):
            return known or _VARIABLE.sub(value, match["arg"])
        if match["op"] in ("+", ":+"):
            return match["arg"] if known else ""
        return match[0] if known is None else known

    return _VARIABLE.sub(value, text) if "$" in text else text


# What widely used base images set (`docker inspect`): the folder in which they start, and variables that copies use.
_BASES: tuple[tuple[re.Pattern[str], str, Mapping[str, str]], ...] = (
    (
        re.compile(r"(?:^|/)(?:aws-lambda-python|lambda/(?:python|provided))(?=[:@]|$)"),
        "/var/task",
        {"LAMBDA_TASK_ROOT": "/var/task", "LAMBDA_RUNTIME_DIR": "/var/runtime"},
    ),
    (re.compile(r"(?:^|/)tiangolo/(?:meinheld-gunicorn|uvicorn-gunicorn|uwsgi-nginx)[\w-]*(?=[:@]|$)"), "/app", {}),
    (re.compile(r"(?:^|/)apache/airflow(?=[:@]|$)"), "/opt/airflow", {"AIRFLOW_HOME": "/opt/airflow"}),
    (re.compile(r"(?:^|/)astro-runtime(?=[:@]|$)"), "/usr/local/airflow", {"AIRFLOW_HOME": "/usr/local/airflow"}),
    (re.compile(r"(?:^|/)jupyter/[\w-]+(?=[:@]|$)"), "/home/jovyan", {}),
)


def _base(image: str) -> tuple[str, Mapping[str, str]]:
    """Where a stage upon ``image`` starts, and with which variables; the root and none for all that is not known."""
    return next(((folder, env) for pattern, folder, env in _BASES if pattern.search(image)), ("/", {}))


class _Reader:
    """Goes through the instructions and keeps what is in force."""

    def __init__(self, path: str) -> None:
        self.stages: list[_Stage] = []
        self.problems: list[Problem] = []
        self._path = path
        self._global: dict[str, str] = {}
        self._lines: dict[str, int] = {}  # of the global arguments

    def add(self, raw: _Raw) -> None:
        if raw.name == "FROM":
            self._from(raw)
        elif not self.stages:
            if raw.name == "ARG":
                given = _pairs(_joined(raw.text), self._global)
                self._global.update(given)
                self._lines.update(dict.fromkeys(given, raw.line))
        else:
            stage = self.stages[-1]
            stage.instructions.append(self._instruction(raw, stage))

    def _from(self, raw: _Raw) -> None:
        flags, rest = _flags(_joined(raw.text))
        words = _fill(rest, self._global).split()
        if not words:
            self.problems.append(
                Problem(code="syntax", message="FROM without an image", at=Location(path=self._path, line=raw.line))
            )
            return
        name = words[2] if len(words) > 2 and words[1].lower() == "as" else None
        parent = next((s for s in self.stages if s.name and s.name.lower() == words[0].lower()), None)
        self.stages.append(
            _Stage(
                index=len(self.stages),
                name=name,
                base=words[0],
                line=raw.line,
                env=dict(parent.env if parent else _base(words[0])[1]),
                directory=parent.directory if parent else _base(words[0])[0],
                start=parent.directory if parent else _base(words[0])[0],
                shell=parent.shell if parent else None,
                version_line=self._version_line(rest, python_of(words[0])),
            )
        )
        if flags:
            self.stages[-1].instructions.append(
                Instruction(name="FROM", value=redact(rest), line=raw.line, flags=flags)
            )

    def _version_line(self, written: str, version: str | None) -> int | None:
        """The line of the argument that says the ``version`` of the image which a ``FROM`` names as ``written``."""
        names = (match["bare"] or match["name"] or "" for match in _VARIABLE.finditer(written))
        return next((self._lines[n] for n in names if version and version in self._global.get(n, "")), None)

    def _instruction(self, raw: _Raw, stage: _Stage) -> Instruction:
        joined = _joined(raw.text)
        flags, value = _flags(joined)
        invocations: tuple[Invocation, ...] = ()
        match raw.name:
            case "ARG":
                for name, default in _arguments(value):
                    if default is not None:
                        stage.env[name] = _fill(default, stage.env)
                    elif name in self._global:
                        stage.env[name] = self._global[name]
                    elif not _GIVEN.fullmatch(name):
                        stage.unset.add(name)  # empty, unless whoever builds it says otherwise
            case "ENV":
                stage.env.update(_pairs(value, stage.env))
            case "WORKDIR":
                stage.directory = image_path(stage.directory, _fill(_unquoted(value), stage.env))
                value = stage.directory
            case "SHELL":
                words = _json_words(value)
                stage.shell = words[0] if words else None
            case "COPY" | "ADD":
                value = _fill(value, stage.env)
                flags = tuple((name, _fill(flag, stage.env)) for name, flag in flags)
            case "RUN" | "CMD" | "ENTRYPOINT":
                flags = tuple((name, _fill(flag, stage.env)) for name, flag in flags)
                invocations = self._run(raw, value, stage)
            case _:
                pass
        mounts = tuple(_mount(flag) for name, flag in flags if name == "mount")
        secret_free = _without_secrets(raw.name, value)
        return Instruction(
            name=raw.name, value=secret_free, line=raw.line, flags=flags, mounts=mounts, invocations=invocations
        )

    def _run(self, raw: _Raw, value: str, stage: _Stage) -> tuple[Invocation, ...]:
        at = Location(path=self._path, line=raw.line)
        interpreter = _interpreter(stage.shell)
        words = _json_words(value)
        if words is not None:
            text = shlex.join(words)
        elif raw.heredocs and _HEREDOC.fullmatch(value.strip()):
            _, text, line = raw.heredocs[0]
            at = Location(path=self._path, line=line)
            if text.startswith("#!"):
                interpreter = text[2:].split("\n", 1)[0].replace("/usr/bin/env", "").strip() or None
        else:
            text = _without_flags(raw.text)
            for word, body, _ in raw.heredocs:
                text += f"\n{body}\n{word}"
        parsed = shell.parse(
            text,
            at=at,
            context="image",
            env=stage.env,
            directory=stage.directory,
            job=stage.name or str(stage.index),
            shell=interpreter,
            unset=frozenset(stage.unset),
        )
        self.problems.extend(parsed.problems)
        return parsed.invocations


_GIVEN = re.compile(
    r"(?:TARGET|BUILD)(?:PLATFORM|OS|ARCH|VARIANT)|BUILDKIT_\w{1,60}|SOURCE_DATE_EPOCH|\w{1,20}_proxy", re.IGNORECASE
)


def _interpreter(name: str | None) -> str | None:
    """The shell of ``SHELL``; a launcher in front of one (``conda run -n x bash``) counts as bash."""
    if name is None:
        return None
    last = posixpath.basename(name.replace("\\", "/")).lower().removesuffix(".exe")
    return last if last in {"pwsh", "powershell", "cmd"} else None


_FLAG = re.compile(r"--(?P<name>[a-z][a-z-]{0,30})(?:=(?P<value>\"[^\"]{0,1000}\"|\S{0,1000}))?(?:\s+|$)")


def _flags(value: str) -> tuple[tuple[tuple[str, str], ...], str]:
    flags: list[tuple[str, str]] = []
    value = value.strip()
    while match := _FLAG.match(value):
        flags.append((match["name"], redact((match["value"] or "").strip('"'))))
        value = value[match.end() :]
    return tuple(flags), value


_LEADING_FLAG = re.compile(r"(?:\s|\\\n)*--[a-z][a-z-]{0,30}(?:=(?:\"[^\"\n]{0,1000}\"|[^\s\\]{0,1000}))?(?=\s|\\\n|$)")


def _without_flags(text: str) -> str:
    """The text of ``RUN`` after its options, its line breaks kept."""
    while match := _LEADING_FLAG.match(text):
        text = "\\\n" * match[0].count("\n") + text[match.end() :]
    return text


def _mount(option: str) -> Mount:
    pairs = [part.partition("=")[::2] for part in option.split(",") if part]
    options = {name.strip(): value for name, value in pairs}
    target = options.get("target") or options.get("dst") or options.get("destination")
    return Mount(type=options.get("type", "bind"), target=target, options=tuple(options.items()))


def _json_words(value: str) -> list[str] | None:
    if not value.lstrip().startswith("["):
        return None
    try:
        words = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return words if isinstance(words, list) and all(isinstance(word, str) for word in words) else None


def _unquoted(value: str) -> str:
    value = value.strip()
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value


_PAIR = re.compile(
    r"(?P<name>[A-Za-z_][\w.-]{0,200})(?:=(?P<value>(?:\"(?:[^\"\\]|\\.)*\"|'[^']*'|\\.|[^\s\"'\\])*))?(?:\s+|$)",
    re.DOTALL,
)


def _arguments(value: str) -> Iterator[tuple[str, str | None]]:
    """The ``NAME`` or ``NAME=value`` words of ``ARG`` and ``ENV``, unquoted."""
    position = 0
    value = value.strip()
    while match := _PAIR.match(value, position):
        if match.end() == position:
            return
        position = match.end()
        given = match["value"]
        yield match["name"], None if given is None else _dequote(given)


def _dequote(value: str) -> str:
    if "'" not in value and '"' not in value and "\\" not in value:
        return value
    try:
        return " ".join(shlex.split(value.replace("\\$", "\\\\$")))
    except ValueError:
        return value.strip("\"'")


def _pairs(value: str, env: Mapping[str, str]) -> dict[str, str]:
    """What ``ENV`` or a global ``ARG`` sets; ``ENV NAME some text`` is the old form."""
    first = value.strip().split(maxsplit=1)
    if len(first) == 2 and "=" not in first[0]:
        return {first[0]: _fill(_unquoted(first[1]), env)}
    return {name: _fill(given, env) for name, given in _arguments(value) if given is not None}


def _without_secrets(name: str, value: str) -> str:
    if name in ("ENV", "ARG"):
        for key, given in _arguments(value):
            if given and shell.clean_value(key, given) != given:
                value = value.replace(given, shell.clean_value(key, given))
    return redact(value)


# ------------------------------------------------------------------------------------------------- what else it says


def _references(path: str, stages: tuple[Stage, ...]) -> Iterator[Reference]:
    names = {stage.name.lower() for stage in stages if stage.name}
    for stage in stages:
        if stage.base.lower() not in names and stage.base != "scratch":
            yield _reference(stage.base, path, stage.line)
        for step in stage.instructions:
            source = dict(step.flags).get("from", "") if step.name in ("COPY", "ADD") else ""
            if source and source.lower() not in names and not source.isdigit():
                yield _reference(source, path, step.line)


def _reference(text: str, path: str, line: int) -> Reference:
    image = parse_image(text)
    return Reference(kind="image", target=image.name, ref=image.ref, at=Location(path=path, line=line))


def _pythons(path: str, stages: tuple[Stage, ...]) -> Iterator[PythonVersion]:
    for stage in stages:
        if (version := python_of(stage.base)) is not None:
            at = Location(path=path, line=stage.version_line or stage.line)
            yield PythonVersion(version=version, at=at, kind="image", job=stage.name or str(stage.index))


def _hints(path: str, stages: tuple[Stage, ...]) -> Iterator[Hint]:
    for step in stages[-1].instructions:
        if step.name in ("CMD", "ENTRYPOINT"):
            text = " ".join(_json_words(step.value) or [step.value])
            at = Location(path=path, line=step.line)
            if (server := server_in(text)) is not None:
                yield Hint(kind="service", what=f"{step.name} {server}", at=at)
            elif (program := _PROGRAM.search(text)) is not None:
                yield Hint(kind="started", what=f"{step.name} {program[0]}", at=at)


_PROGRAM = re.compile(
    r"(?:\bpython[\d.]{0,4} (?:-[a-zA-Z] )?(?:-m [\w.]{1,100}|[\w./-]{1,100}\.py)|^[\w./-]{1,100}\.py)(?=$|[\s;&|])"
)
