from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.facts import Location
from scanner.shell import MAX_TEXT, Parsed, parse


def run(text: str, **more: object) -> Parsed:
    return parse(text, at=Location(path="scripts/dev/x.sh", line=10), context="ci", **more)  # type: ignore[arg-type]


def argvs(text: str, **more: object) -> list[str]:
    return [" ".join(i.argv) for i in run(text, **more).invocations]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pip install -r a.txt", ["pip install -r a.txt"]),
        ("a && b || c; d | e", ["a", "b", "c", "d", "e"]),
        ("(a; b)", ["a", "b"]),
        ("{ a; }", ["a"]),
        ("if a; then b; elif c; then d; else e; fi", ["a", "b", "c", "d", "e"]),
        ("while a; do b; done", ["a", "b"]),
        ("case $x in y) a;; *) b;; esac", ["a", "b"]),
        ("for i in a b; do pip install $i; done", ["pip install a", "pip install b"]),
        ("for i in *.txt; do pip install $i; done", ["pip install *.txt"]),
        ("for i in $X *.txt; do pip install $i; done", ["pip install $i"]),
        ("for i in $(ls -1 r/*.txt); do pip install -r $i; done", ["pip install -r r/*.txt"]),
        ("for i in r/*.in; do a ${i%.in}.txt ${i##*/} ${i%/*}; done", ["a r/*.txt *.in r"]),
        ("ls r/*.txt | sort | xargs -n1 pip install -r", ["ls r/*.txt", "sort", "pip install -r r/*.txt"]),
        ("find r -name '*.txt' | xargs -I{} pip install -r {}", ["find r -name *.txt", "pip install -r r/**/*.txt"]),
        ("find r -maxdepth 1 -name a -exec b {} \\;", ["find r -maxdepth 1 -name a -exec b {} ;", "b r/a"]),
        ("find . -name a -not -path ./b -exec c {} +", ["find . -name a -not -path ./b -exec c {} +"]),
        ("find . -name a | while read -r f; do b $f; done", ["find . -name a", "read -r f", "b ./**/a"]),
        ("D=r\nfor i in $(find $D s -name a 2>/dev/null); do b $i; done", ["b r/**/a", "b s/**/a"]),
        ("while read f; do b $f; done < <(find . -name a)", ["find . -name a", "read f", "b ./**/a"]),
        ("f() { a \"$@\"; }\nf x y", ["a x y"]),
        ("f() { a $1; }", ["a $1"]),
        ("f() { f; a; }\nf", ["a"]),
        ("echo pip install x", ["echo pip install x"]),
        ("cat <<EOF > f\npip install x\nEOF", ["cat"]),
        ("bash <<'EOF'\npip install x\nEOF", ["bash", "pip install x"]),
        ("X=$(curl y | python -)", ["curl y", "python -"]),
        ("! a", ["a"]),
        ("V=1\npip install x==$V", ["pip install x==1"]),
        ("pip install x==${V:-2}", ["pip install x==2"]),
        ("pip install x==$V", ["pip install x==$V"]),
        ("pip install $1", ["pip install $1"]),
        ("if a; then V=1; else V=2; fi\nb $V", ["a", "b $V"]),
        ("P='python -m pip'\n$P install x", ["python -m pip install x"]),
        ('P="a b"\nc "$P"', ["c a b"]),
        ("a=(x 'y z')\na+=(w)\npip install \"${a[@]}\"", ["pip install x y z w"]),
        ("sudo -E -u me pip install x", ["pip install x"]),
        ("doppler run -p web -- pdm run test", ["pdm run test"]),
        ("op run --env-file=.env -- uv run app", ["uv run app"]),
        ("chamber exec web -- pip install x", ["pip install x"]),
        ("dotenv -f .env run -- poetry install", ["poetry install"]),
        ("./wait-for-it.sh db:5432 -t 9 -- python app.py", ["python app.py"]),
        ("doppler secrets -- x", ["doppler secrets -- x"]),
        ("op run --", ["op run --"]),
        ("ddtrace-run gunicorn app", ["gunicorn app"]),
        ("envdir /env pip install x", ["pip install x"]),
        ("env -u A B=c pip install x", ["pip install x"]),
        ("timeout 5m nice -n 3 pip install x", ["pip install x"]),
        ("xargs -n 1 pip install < r.txt", ["pip install $(<r.txt)"]),
        ("cat r.txt | xargs pip install", ["cat r.txt", "pip install $(<r.txt)"]),
        ("bash -c 'a && b'", ["a", "b"]),
        ('sh -lc "cd s && a"', ["a"]),
        ("su - app -c 'a'", ["a"]),
        ("eval \"a b\"", ["a b"]),
        ("nix-shell shell.nix --command 'a b'", ["a b"]),
        ("nix develop .#x --command a b", ["a b"]),
        ("pyenv exec python -m pip install x", ["python -m pip install x"]),
        ("command -v pip", ["command -v pip"]),
        ("pip install \\\n  -r a.txt \\\n  -r b.txt", ["pip install -r a.txt -r b.txt"]),
        ("pip install foo>=1.0 bar", ["pip install foo bar"]),
        ("a && pipenv lock -r > /r.txt", ["a", "pipenv lock -r > /r.txt"]),
        ("pytest > log", ["pytest"]),
        ("pip install x==${{ matrix.a }} ${{ b || 'c d' }}", ["pip install x==${{ matrix.a }} ${{ b || 'c d' }}"]),
        ("make {{ target }} $[[ inputs.x ]]", ["make {{ target }} $[[ inputs.x ]]"]),
        ("pip install << parameters.x >>", ["pip install << parameters.x >>"]),
        ("docker run image pip install x", ["docker run image pip install x", "pip install x"]),
        ("a # b\n# c\n", ["a"]),
        ("", []),
    ],
)  # fmt: skip
def test_commands(text: str, expected: list[str]) -> None:
    assert argvs(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('A=no\nif [ "$A" = "yes" ]; then a; else b; fi', ["b"]),
        ('A=yes\nif [ "$A" = "yes" ]; then a; else b; fi', ["a"]),
        ('A=no\nif [ "$A" = "yes" ] && [ "$B" = "x" ]; then a; fi', []),
        ('A=yes\nif [ "$A" = "yes" ] && [ "$B" = "x" ]; then a; fi', ["a"]),
        ("A=x\nif [[ $A == y || $A != x ]]; then a; elif [[ -n $A ]]; then b; else c; fi", ["b"]),
        ('A=\nif [ -z "$A" ]; then a; fi; if [ ! -z "$A" ]; then b; fi', ["a"]),
        ('if [ "$1" = "x" ]; then a; else b; fi', ["a", "b"]),
        ('A=1\nif c; then A=2; fi\nif [ "$A" = 1 ]; then a; else b; fi', ["c", "a", "b"]),
        ("A=xy\nif [[ $A == x* ]]; then a; else b; fi", ["a"]),
        ("A=xy\nif [[ $A != z* ]]; then a; else b; fi", ["a"]),
        ("if [[ $A == z* ]]; then a; else b; fi", ["a", "b"]),
        ('if [ "${{ matrix.a }}" = "b" ]; then a; else b; fi', ["a", "b"]),
        ("if [ -f x ]; then a; else b; fi", ["a", "b"]),
        ("if ! c; then a; fi", ["c", "a"]),
    ],
)
def test_tests_of_what_is_known(text: str, expected: list[str]) -> None:
    assert argvs(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('if [ "$DEV" = yes ]; then a; else b; fi', ["b"]),
        ('[ "${DEV:-0}" -eq 1 ] && a || b', ["b"]),
        ('test "$DEV" = 1 && a; b', ["test $DEV = 1", "b"]),
        ('[ -n "$DEV" ] || a', ["a"]),
        ("pip install x==${DEV}", ["pip install x==${DEV}"]),
    ],
)
def test_what_nobody_sets_decides_tests_and_stays_in_words(text: str, expected: list[str]) -> None:
    assert argvs(text, unset=frozenset({"DEV"})) == expected


def test_what_a_function_is_handed_stands_where_it_is_called() -> None:
    text = 'retry() { sudo "$@" || true; }\nsetup() { pip install a; }\nretry \\\n  pip install b\nsetup\n'
    assert [(" ".join(i.argv), i.at.line) for i in run(text).invocations] == [
        ("pip install b", 12),
        ("true", 10),
        ("pip install a", 11),
    ]


def test_functions_of_a_library_are_jobs_of_their_own() -> None:
    parsed = run("one() { a; }\ntwo() { one; b; }\nthree() { c; }\nthree\n", library=True)
    found = [(i.job, " ".join(i.argv)) for i in parsed.invocations]
    assert found == [(None, "c"), ("one", "a"), ("two", "a"), ("two", "b")]
    assert parsed.functions == (("one", 10), ("two", 11))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("docker run -v $PWD:/app -w /app/api image sh -c 'pip install -r a.txt && b'", [("pip install -r a.txt", "api"), ("b", "api")]),
        ("docker run -v .:/io -it image /io/build.sh x", [("./build.sh x", None)]),
        ("docker run --entrypoint bash -v \"$(pwd)/sub\":/s -w /s image -c 'poetry install'", [("poetry install", "sub")]),
        ("docker compose -f a.yml exec web pytest", [("pytest", None)]),
        ("docker run -v data:/app -w /app image a", [("a", None)]),
        ("kubectl exec pod -- pip install x", [("pip install x", None)]),
        ("docker run image", []),
        ("docker run --rm", []),
        ("docker build .", []),
    ],
)  # fmt: skip
def test_what_a_container_is_told_to_run(text: str, expected: list[tuple[str, str | None]]) -> None:
    assert [(" ".join(i.argv), i.directory) for i in run(text).invocations[1:]] == expected


def test_defaults_that_substitute_and_roots_by_their_name() -> None:
    text = 'R=${R:-"$(realpath "$(dirname "$0")"/../..)"}\ncd "$R/docs"\na\ncd $MY_REPO_ROOT/x\nb\ncd $OTHER\nc\n'
    parsed = parse(text, at=Location(path="ci/gh/x.sh", line=1), context="script")
    assert [i.directory for i in parsed.invocations if i.argv[0] in "abc"] == ["docs", "x", None]


def test_lines_count_from_the_texts_first_line() -> None:
    text = "a ${{\n x }} \\\n  y\n\nif b; then\n  c\nfi\nbash -c 'd\ne'"
    found = {i.argv[0]: i.at.line for i in run(text).invocations}
    assert found == {"a": 10, "b": 14, "c": 15, "d": 17, "e": 18}


def test_folders_are_followed() -> None:
    text = "cd a && x\n(cd b; y)\nz\ncd ../..\nw"
    assert [(i.argv[0], i.directory) for i in run(text).invocations] == [
        ("x", "a"),
        ("y", "a/b"),
        ("z", "a"),
        ("w", None),
    ]
    assert run("cd $X; a").directory is None
    assert run("if a; then cd b; fi").directory is None
    assert run("cd /opt; a", directory="/app").directory == "/opt"
    assert run("pushd a; b; popd").directory == "."


def test_a_scripts_own_folder_is_known() -> None:
    text = 'D="$( cd "$( dirname "${BASH_SOURCE[0]}" )" && pwd )"\ncd "$D/../.."\npip install -r $D/../r.txt'
    parsed = parse(text, at=Location(path="scripts/dev/x.sh", line=1), context="script")
    assert [(i.argv, i.directory) for i in parsed.invocations] == [(("pip", "install", "-r", "scripts/r.txt"), ".")]
    assert argvs("cd sub; pip install -r $GITHUB_WORKSPACE/r.txt") == ["pip install -r ../r.txt"]


def test_environment() -> None:
    parsed = run("export A=1\nB=2 pip install x\necho UV_FROZEN=1 >> $GITHUB_ENV", env={"C": "3"})
    assert parsed.invocations[0].env == (("A", "1"), ("B", "2"), ("C", "3"))
    assert dict(parsed.env) == {"A": "1", "C": "3"}
    assert dict(parsed.passed_on) == {"UV_FROZEN": "1"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a || true", [True, False]),
        ("a && b || :", [True, True, False]),
        ("a || exit 1", [False, False]),
        ("a || b", [False, False]),
    ],
)
def test_tolerated(text: str, expected: list[bool]) -> None:
    assert [i.tolerated for i in run(text).invocations] == expected


def test_secrets_do_not_become_values() -> None:
    parsed = run(
        "pip install x -i https://u:pw@pypi.example/simple --password hunter22 --token=abcdef\ntwine upload $T",
        env={"MY_PASSWORD": "hunter22", "T_TOKEN": "${{ secrets.T }}"},
    )
    text = repr(parsed)
    assert "hunter22" not in text
    assert "u:pw" not in text
    assert "abcdef" not in text
    assert "${{ secrets.T }}" in text


def test_what_is_broken_is_a_problem_and_the_rest_counts() -> None:
    parsed = run("pip install x\nif true; then\n  a\n")
    assert "pip install x" in [" ".join(i.argv) for i in parsed.invocations]
    assert {p.code for p in parsed.problems} == {"syntax"}


def test_loops_within_loops_are_unrolled_together_only_while_they_are_few() -> None:
    words = " ".join(f"w{n}" for n in range(16))
    text = f"for a in x y; do for b in 1 2; do p $a$b; done; done\nfor a in {words}; do for b in {words}; do q $a$b; done; done"
    assert argvs(text)[:4] == ["p x1", "p x2", "p y1", "p y2"]
    assert "q w0$b" in argvs(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a\n" * MAX_TEXT, "too-large"),
        ("$(" * 200 + "a" + ")" * 200, "too-deep"),
        ("(" * 2000 + "a" + ")" * 2000, "too-deep"),
        ("".join(f"f{n}() {{ {f'f{n + 1}; ' * 30} }}\n" for n in range(9)) + "f9() { a; }\nf0", "too-large"),
    ],
)
def test_limits(text: str, code: str) -> None:
    start = time.process_time()
    assert code in {p.code for p in run(text).problems}
    assert time.process_time() - start < 10


def test_windows_shells_and_others() -> None:
    text = '$env:A = "1"\n# b\npython -m pip install `\n  -r a.txt\ncd sub\n& .\\venv\\Scripts\\pip.exe install "x y"'
    parsed = run(text, shell="pwsh")
    assert [(i.argv, i.at.line, i.directory) for i in parsed.invocations] == [
        (("python", "-m", "pip", "install", "-r", "a.txt"), 12, "."),
        (("./venv/Scripts/pip.exe", "install", "x y"), 15, "sub"),
    ]
    assert run("import os", shell="python").invocations == ()


def test_disabled_and_job_are_handed_on() -> None:
    [invocation] = run("a", job="j", disabled="if: false").invocations
    assert (invocation.job, invocation.disabled) == ("j", "if: false")


def test_characters_far_beyond_what_the_grammar_can_look_up() -> None:
    assert argvs("pip install a{\U0010ffff b") == ["pip install a{\U0010ffff b"]
    assert argvs('grüß "日本 \U0001f600" é') == ["grüß 日本 \U0001f600 é"]


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from(list("ab$(){}<>|&;'\"`\\\n #=*[]!-/.\ue000\ue0010")), max_size=120))
def test_never_raises(text: str) -> None:
    parsed = run(text)
    assert all(i.argv for i in parsed.invocations)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('if [ -n "$CI" ]; then a; else b; fi', [("a", "ci"), ("b", "local")]),
        ("if [[ -z ${CI:-} ]]; then a; else b; fi; c", [("a", "local"), ("b", "ci"), ("c", None)]),
        ("[[ $CI ]] && a || b", [("a", "ci"), ("b", "local")]),
        ('if [ "$CI" = "true" ] || [ -n "$GITHUB_ACTIONS" ]; then a; fi', [("a", "ci")]),
        ('if [ "$CITY" ]; then a; else b; fi', [("a", None), ("b", None)]),
        ("CI=$(x); if [ $CI ]; then a; fi", [("x", None), ("a", None)]),
    ],
)
def test_what_a_test_upon_ci_guards(text: str, expected: list[tuple[str, str | None]]) -> None:
    found = parse(text, at=Location(path="x.sh", line=1), context="task").invocations
    assert [(" ".join(i.argv), i.only) for i in found] == expected


def test_a_ci_file_takes_the_branch_of_ci_as_any_other() -> None:
    assert [i.argv for i in run('if [ -z "${CI:-}" ]; then a; else b; fi').invocations] == [("b",)]


def test_folders_and_files_that_a_script_is_told() -> None:
    text = 'DIR=$1\npip install -r $DIR/x.txt\ncd "services/${2:-api}"\nuv sync\nf() { cd $1; a; }\nf q'
    found = parse(text, at=Location(path="x.sh", line=1), context="script").invocations
    assert [(" ".join(i.argv), i.directory, i.asked) for i in found] == [
        ("pip install -r $1/x.txt", ".", None),
        ("uv sync", None, "./services/${2:-api}"),
        ("a", None, "./services/${2:-api}/q"),
    ]


def test_a_script_by_itself_runs_where_its_caller_stands_until_it_goes_elsewhere() -> None:
    text = 'a\ncd x; b\ncd ..; c\ncd "$(dirname "$0")"; d\ncd "$(mktemp -d)"; e'
    found = parse(text, at=Location(path="tools/x.sh", line=1), context="script", library=True).invocations
    assert [(i.argv[0], i.directory, i.asked) for i in found if len(i.argv) == 1] == [
        ("a", ".", "$PWD"),
        ("b", "x", "$PWD/x"),
        ("c", ".", "$PWD/x/.."),
        ("d", "tools", None),
        ("e", None, None),
    ]


def test_a_folder_with_an_expression_in_it_is_not_known() -> None:
    assert [i.directory for i in run("cd services/${{ matrix.x }} && uv sync").invocations] == [None]


def test_what_a_container_runs_stands_where_it_is_written() -> None:
    text = "docker run --rm \\\n  -v .:/src \\\n  image sh -c '\n    a\n    uv sync\n  '\n"
    assert [i.at.line for i in run(text).invocations if i.argv in (("a",), ("uv", "sync"))] == [13, 14]


def test_what_is_mounted_is_known_when_a_container_is_entered_later() -> None:
    text = (
        "docker run -d --name box -v $(pwd):/plugin image\ndocker exec -t box sh -c 'pip install -r /plugin/x/doc.txt'"
    )
    assert run(text).invocations[-1].argv == ("pip", "install", "-r", "././x/doc.txt")


CI_ASKED = """is_ci() { [[ "${CI:-}" == "true" ]] || [[ "${GITHUB_ACTIONS:-}" == "true" ]]; }
setup() {
  if is_ci; then echo; return 0; fi
  pip install local
}
setup
pip install both
if [ -n "$CI" ]; then pip install ci; exit 0; fi
pip install late
"""


def test_a_function_that_asks_for_ci_and_what_leaving_early_leaves_out() -> None:
    at = Location(path="a.sh", line=1)
    found = parse(CI_ASKED, at=at, context="script", library=True).invocations
    told = [(i.argv[-1], i.only) for i in found if i.argv[0] == "pip"]
    assert told == [("local", "local"), ("both", None), ("ci", "ci"), ("late", "local")]
    found = parse(CI_ASKED, at=at, context="ci").invocations
    assert [i.argv[-1] for i in found if i.argv[0] == "pip"] == ["both", "ci"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("exit 0\npip install a", []),
        ("main() { pip install a; exit 0; }\nmain\npip install b", ["a"]),
        ("f() { return; pip install a; }\nf\npip install b", ["b"]),
        ("if x; then exit; else exit 1; fi; pip install a", []),
        ("{ echo; exit 1; } || true; pip install a", []),
        ('[ -z "$X" ] && exit 0\npip install a', ["a"]),
        ("x || exit 1\npip install a", ["a"]),
        ("x && y && exit 0; pip install a", ["a"]),
        ('if [ -z "$X" ]; then exit 1; fi; pip install a', ["a"]),
        ('if [ -z "${X:-}" ] && [ -z "${Y-}" ]; then exit 1; fi; pip install a', ["a"]),
        ('X=\nif [ -z "${X:-}" ]; then exit 1; fi; pip install a', []),
        ("(exit 1)\npip install a", ["a"]),
        ("case $1 in a) exit;; esac; pip install a", ["a"]),
        ("f() { pip install a; }\nexit 0", ["a"]),
        ("cat x | while read l; do exit 1; done; pip install a", ["a"]),
    ],
)
def test_what_follows_the_end_is_not_run(text: str, expected: list[str]) -> None:
    found = parse(text, at=Location(path="a.yml", line=1), context="ci").invocations
    assert [i.argv[-1] for i in found if i.argv[0] == "pip"] == expected


@pytest.mark.parametrize(
    ("shell", "text", "expected"),
    [
        ("cmd", "pip install -r requirements.txt >nul 2>&1", ["pip install -r requirements.txt"]),
        ("cmd", "set F=x\npip install -r a\\%F%-%G%.txt", ["pip install -r a/x-${G}.txt"]),
        ("cmd", "pip install -r %~dp0requirements.txt", ["pip install -r ./requirements.txt"]),
        ("cmd", "pip install %%f --force", ["pip install ${f} --force"]),
        ("cmd", 'pip install "x > 1" > log.txt', ["pip install x > 1"]),
        ("pwsh", "exec { python -m pip install -r b.txt }", ["python -m pip install -r b.txt"]),
        ("pwsh", "pip install -r $PSScriptRoot\\c.txt 2>$null | Out-Null", ["pip install -r ./c.txt", "Out-Null"]),
    ],
)
def test_words_of_windows(shell: str, text: str, expected: list[str]) -> None:
    found = parse(text, at=Location(path="a.bat", line=1), context="script", shell=shell).invocations
    assert [" ".join(i.argv) for i in found] == expected


def test_what_a_function_or_a_group_writes_goes_where_its_output_goes() -> None:
    text = "f() { poetry export; }\nf > a.txt\n{ echo x; uv export; } > b.txt\npip freeze > c.txt"
    found = [" ".join(i.argv) for i in run(text).invocations]
    assert found == ["poetry export > a.txt", "echo x", "uv export > b.txt", "pip freeze > c.txt"]


def test_popd_goes_back_step_by_step() -> None:
    found = run("pushd a\npushd b\nx\npopd\nx\npopd\nx").invocations
    assert [i.directory for i in found] == ["a/b", "a", "."]


def test_files_beside_a_script_are_known_wherever_it_stands() -> None:
    text = 'D="$( cd "$( dirname "${BASH_SOURCE[0]}" )" >/dev/null && pwd )"\ncd $X\npip install "-r$D/a.txt" build\npip install "-r$D/a.txt" ./b'
    found = parse(text, at=Location(path="s/x.sh", line=1), context="script").invocations
    assert [i.directory for i in found] == [".", None]
    assert found[0].argv == ("pip", "install", "-rs/a.txt", "build")


def test_the_folder_of_an_unknown_file_is_unknown() -> None:
    assert run('for i in $X; do D=$(dirname "$i"); cd $D; b; done').invocations[-1].directory is None
    assert run('for i in a/*/x.txt; do D=$(dirname "$i"); cd $D; b; done').invocations[-1].directory == "a/*"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('cmd="uv pip install -e"\ncmd="$cmd .[$X]"\neval $cmd\n', ["uv pip install -e .[$X]"]),
        ('cmd="pip install"\nif a; then cmd="$cmd -r x.txt"; fi\neval "$cmd"\n', ["a", "pip install -r x.txt"]),
        ('c="pip install"\nif a; then c="$c b"; else c="$c \'cc\'"; fi\n$c -U\n', ["a", "pip install 'cc' -U"]),
        ('c=uv\nfor g in $X; do c+=" sync --group $g"; done\neval $c\n', ["uv sync --group $g"]),
        ("if a; then c=pip; else c=uv; fi\neval $c sync\n", ["a", "$c sync"]),
        ("c=$(a)\nunset c\neval $c\n", ["a", "$c"]),
        ("$(a b) c\n", ["a b", "$(a b) c"]),
        ("d=$(a b)\n${d}/pip install c\n", ["a b", "${d}/pip install c"]),
        ("c=$(a)\nc=uv\n$c sync\n", ["a", "uv sync"]),
        ("c=$(a)\nfor c in $X; do $c sync; done\n", ["a", "$c sync"]),
    ],
)
def test_a_command_that_a_variable_gathers(text: str, expected: list[str]) -> None:
    assert [
        " ".join(i.argv) for i in parse(text, at=Location(path="a.sh", line=1), context="ci").invocations
    ] == expected


def test_what_a_variable_gathers_is_bounded() -> None:
    parse("x=$(a)\n" + "x=$x$x\n" * 200 + "eval $x\n", at=Location(path="a.sh", line=1), context="ci")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f() { case $1 in a|b) one;; *) two;; esac; }\nf b", ["one"]),
        ("f() { case $1 in a|b) one;; *) two;; esac; }\nf c", ["two"]),
        ("M=go\ncase $M in stop) one;; go) F=--frozen;; esac\nuv sync $F", ["uv sync --frozen"]),
        ("M=go\ncase $M in stop) one;; esac", ["one"]),
        ("M=go\ncase $M in $X) one;; go) two;; esac", ["one", "two"]),
        ("case ${M:-a} in a) one;; b) two;; esac", ["one", "two"]),
        ("pipenv requirements | tee -a out.txt", ["pipenv requirements > out.txt", "tee -a out.txt"]),
        ("one | tee out.log", ["one", "tee out.log"]),
    ],
)
def test_arms_that_are_run_and_what_tee_writes(text: str, expected: list[str]) -> None:
    assert argvs(text) == expected


@pytest.mark.parametrize(
    ("text", "given_none", "given_fast"),
    [
        (
            'for a in "$@"; do case $a in --fast) F=--frozen;; esac; done\nuv sync $F',
            ["uv sync $F"],
            ["uv sync --frozen"],
        ),
        ("for a; do case $a in --fast) one;; *) two;; esac; done\nend", ["end"], ["one", "end"]),
        ("while [ $# -gt 0 ]; do case $1 in --fast) one;; esac; shift; done\nend", ["end"], ["one", "shift", "end"]),
        ("while (( $# > 0 )); do one; shift; done", ["one", "shift"], ["one", "shift"]),
        (
            'if [ "$1" = --fast ]; then one; shift; else two; fi\nthree $1',
            ["two", "three $1"],
            ["one", "shift", "three $1"],
        ),
        ("while [[ $# -ge 1 ]]; do one; exit; done; two", ["two"], ["one", "exit"]),
        ("case ${1:-all} in --fast) one;; all) two;; esac", ["two"], ["one"]),
        ('[ -n "$1" ] && one $#', [], ["one 1"]),
    ],
)
def test_what_a_script_does_with_its_arguments(text: str, given_none: list[str], given_fast: list[str]) -> None:
    def told(*arguments: str) -> list[str]:
        at = Location(path="x.sh", line=1)
        found = parse(text, at=at, context="script", arguments=arguments).invocations
        return [" ".join(i.argv) for i in found if i.argv[0] not in ("[", "test")]

    assert (told(), told("--fast")) == (given_none, given_fast)


def test_a_function_leaves_its_first_arguments_aside() -> None:
    assert argvs('f() { n=$1; shift; "$@"; }\nf 3 pip install x') == ["shift", "pip install x"]
