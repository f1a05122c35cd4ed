"""What holds for every manifest: nothing raised, valid TOML and PEP 508, kept comments, twice is once."""

from __future__ import annotations

import tomllib

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from rules.migrations import migrate, narrowed
from rules.migrations.pep import one_specifier
from rules.migrations.setup_script import without_arguments, without_dead, without_keys
from rules.migrations.sheet import Sheet, array_entries
from rules.migrations.toml_text import string
from scanner.poetry_constraints import admits

from .conftest import ground_of

NAMES = st.sampled_from(["a", "b-c", "D.e", "f_g", "requests"])
VERSIONS = st.builds(lambda parts: ".".join(map(str, parts)), st.lists(st.integers(0, 12), min_size=1, max_size=3))
CLAUSES = st.builds(lambda op, v: op + v, st.sampled_from(["^", "~", ">=", "<", "==", "", "!="]), VERSIONS)
CONSTRAINTS = st.one_of(st.just("*"), CLAUSES, st.builds(lambda a, b: f"{a} || {b}", CLAUSES, CLAUSES), st.builds(lambda a, b: f"{a},{b}", CLAUSES, CLAUSES))  # fmt: skip
TEXTS = st.text(st.characters(exclude_characters="\r\n", exclude_categories=("C",)), max_size=12)
COMMENTS = st.one_of(st.none(), st.text("abc #[]\"'=,é", min_size=1, max_size=10).map(str.strip).filter(bool))
EXTRA = st.sampled_from(
    [
        "",
        ", optional = true",
        ', python = ">=3.10"',
        ", markers = \"sys_platform == 'linux' or os_name == 'nt'\"",
        ', extras = ["x"]',
        ', source = "private"',
        ", allow-prereleases = true",
    ]
)


@st.composite
def dependencies(draw):
    lines = []
    for name in draw(st.lists(NAMES, unique=True, max_size=4)):
        constraint = string(draw(CONSTRAINTS))
        extra = draw(EXTRA)
        value = f"{{ version = {constraint}{extra} }}" if extra else constraint
        if (above := draw(COMMENTS)) is not None:
            lines.append(f"# {above}")
        comment = draw(COMMENTS)
        lines.append(f'"{name}" = {value}' + (f"  # {comment}" if comment else ""))
    if (last := draw(COMMENTS)) is not None:
        lines.append(f"# {last}")
    return "\n".join(lines)


@st.composite
def manifests(draw):
    head = f'# {draw(COMMENTS) or "top"}\n[tool.poetry]\nname = "shop"\nversion = {string(draw(VERSIONS))}\n'
    head += f"description = {string(draw(TEXTS))}\n"
    main = f'\n[tool.poetry.dependencies]\npython = "^3.9"\n{draw(dependencies())}\n'
    group = f"\n[tool.poetry.group.dev.dependencies]\n{draw(dependencies())}\n"
    extras = '\n[tool.poetry.extras]\nall = ["a", "requests"]\n'
    source = (
        '\n[[tool.poetry.source]]\nname = "private"\nurl = "https://private.example/simple"\npriority = "explicit"\n'
    )
    other = f"\n[tool.other]\nx = {string(draw(TEXTS))}  # kept\n"
    parts = draw(st.permutations([main, group, extras, source, other]))
    return head + "".join(parts)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(manifests())
def test_every_poetry_manifest(text):
    files = {"pyproject.toml": text, "main.py": "", "other.py": ""}
    result = migrate(ground_of(files))
    if result.refusals:
        assert not result.edits
        assert all(r.blocker.code == "manifest-by-hand" and r.blocker.line for r in result.refusals)
        return
    (edit,) = result.edits
    assert edit.after is not None
    data = tomllib.loads(edit.after)
    groups = [text for group in data.get("dependency-groups", {}).values() for text in group]
    extras = [text for extra in data["project"].get("optional-dependencies", {}).values() for text in extra]
    for requirement in (*data["project"]["dependencies"], *groups, *extras):
        Requirement(requirement)
    assert data["tool"]["other"] == tomllib.loads(text)["tool"]["other"]
    assert "poetry" not in data["tool"]
    sheet = Sheet.of(text)
    assert [c for c in sheet.comments(sheet.blocks) if c not in edit.after] == []
    again = migrate(ground_of({**files, "pyproject.toml": edit.after, "uv.lock": "version = 1\n"}))
    assert again.edits == ()


@settings(max_examples=300, deadline=None)
@given(CONSTRAINTS, st.lists(VERSIONS, min_size=1, max_size=8))
def test_a_specifier_admits_what_the_constraint_admits(constraint, versions):
    specifier = one_specifier(constraint)
    if specifier is not None:
        admitted = SpecifierSet(specifier)
        assert [admitted.contains(v, prereleases=True) for v in versions] == [admits(constraint, v) for v in versions]


VALUES = st.recursive(
    st.one_of(TEXTS.map(string), st.integers().map(str), st.booleans().map(lambda b: str(b).lower()), st.just("'''a\n[b]\n# c'''"), st.just('"""x\\"""" """')),
    lambda inner: st.lists(inner, max_size=3).map(lambda v: "[\n  " + ",\n  ".join(v) + " # ]\n]" if v else "[]"),
    max_leaves=4,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(NAMES, VALUES, COMMENTS), max_size=4, unique_by=lambda t: t[0]))
def test_blocks_are_the_whole_text(entries):
    body = "".join(f'"{k}" = {v}' + (f"  # {c}" if c else "") + "\n" for k, v, c in entries)
    text = f"# top\n{body}\n# lead\n[t]  # end\n{body}\n[[t.u]]\n{body}"
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    sheet = Sheet.of(text)
    assert sheet.text == text
    assert [b.keys for b in sheet.blocks] == [(), ("t",), ("t", "u")]
    for block, values in zip(sheet.blocks[1:], (data["t"], data["t"]["u"][0]), strict=True):
        assert {i.keys[0]: i.value for i in block.items()} == {k: v for k, v in values.items() if k != "u"}
        assert [i.comment for i in block.items()] == [c for _, _, c in entries]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(TEXTS, COMMENTS, COMMENTS), max_size=4), st.booleans())
def test_entries_of_arrays(entries, last_comma):
    lines = ["["]
    for number, (text, above, behind) in enumerate(entries):
        lines += [f"  # {above}"] if above else []
        comma = "," if last_comma or number < len(entries) - 1 else ""
        lines.append(f"  {string(text)}{comma}" + (f" # {behind}" if behind else ""))
    found, _ = array_entries("\n".join([*lines, "]"]))
    assert [(e.text, e.above, e.comment) for e in found] == [(t, (a,) if a else (), b) for t, a, b in entries]


@given(st.text(max_size=200))
def test_setup_files_are_never_broken(text):
    without_keys(text, ("install_requires",))
    script = f"from setuptools import setup\n{text}\nsetup(install_requires=[], name='x')\n"
    without_dead(without_arguments(script, ("install_requires",)), script)


def test_environments_can_be_narrowed():
    plain = '[project]\nname = "a"\n'
    once = narrowed(plain, ["sys_platform == 'linux'"])
    assert tomllib.loads(once)["tool"]["uv"] == {"environments": ["sys_platform == 'linux'"]}
    twice = narrowed(once + "\n[tool.uv.sources]\n", ["python_version >= '3.12'"])
    assert tomllib.loads(twice)["tool"]["uv"]["environments"] == ["python_version >= '3.12'"]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(["a==1", "b>=2 ; python_version < '3.9'", "-e .", "-r x.txt", "--pre", "# why", "c[d]==1.0 --hash=sha256:00", "-i https://p.example/s", "\\", "git+https://g.example/e.git#egg=e", "f @ https://g.example/f.zip", "-c c.txt", "%%%"]), max_size=6))  # fmt: skip
def test_every_requirements_file(lines):
    files = {
        "requirements.txt": "\n".join(lines),
        ".python-version": "3.12",
        "main.py": "",
        "other.py": "",
        "c.txt": "z<2\n",
    }
    result = migrate(ground_of(files))
    for edit in result.edits:
        if edit.after is not None:
            for requirement in tomllib.loads(edit.after)["project"]["dependencies"]:
                Requirement(requirement)
    assert not (result.refusals and result.edits)
