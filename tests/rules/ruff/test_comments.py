from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.ruff.comments import Silence, translated

NOSEC = {"B602": ("S602",), "B607": ("S607",)}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("run(x)  # nosec B602", "run(x)  # noqa: S602"),
        ("run(x)  # nosec: B602, B607 trusted", "run(x)  # noqa: S602, S607 trusted"),
        ("run(x)  # nosec:B602", "run(x)  # noqa: S602"),
        ("run(x)  #nosec B602", "run(x)  # noqa: S602"),
        ("run(x)  # nosec B602 # noqa: E501", "run(x)  # noqa: E501, S602"),
        ("run(x)  # noqa: E501  # nosec B602", "run(x)  # noqa: E501, S602"),
        ("run(x)  # noqa # nosec B602", "run(x)  # noqa"),
        ("run(x)  # nosec", "run(x)  # nosec"),
        ("run(x)  # nosec B999", "run(x)  # nosec B999"),
        ('run("# nosec B602")', 'run("# nosec B602")'),
        ("# nosec B602", "# nosec B602"),
    ],
)
def test_nosec(before: str, after: str) -> None:
    assert translated(before + "\n", Silence(nosec=NOSEC)).text == after + "\n"


def test_a_bare_nosec_says_what_was_measured() -> None:
    silence = Silence(nosec=NOSEC, shown={1: ("S602",)})
    assert translated("run(x)  # nosec\n", silence).text == "run(x)  # noqa: S602\n"
    assert translated("run(x)\nrun(y)  # nosec\n", silence).left == (2,)


def test_codes_that_have_another_number_in_ruff() -> None:
    silence = Silence(noqa={"B950": ("E501",), "E800": ("ERA001",)})
    text = "x = 1  # noqa: B950,F401 long\r\ny = 2  # NOQA:E800\r\nz = 3  # noqa: W503\r\n"
    after = "x = 1  # noqa: E501, F401 long\r\ny = 2  # NOQA:ERA001\r\nz = 3  # noqa: W503\r\n"
    assert translated(text, silence).text == after


def test_messages_of_pylint() -> None:
    def rules(name: str) -> tuple[str, ...]:
        return {"unused-import": ("F401",), "W0612": ("F841",)}.get(name, ())

    silence = Silence(pylint=rules)
    text = "import a  # pylint: disable=unused-import, no-member\n# pylint: disable=W0612\n"
    found = translated(text, silence)
    assert found.text == "import a  # noqa: F401\n# pylint: disable=W0612\n"
    assert found.left == (2,)


def test_what_python_cannot_read_stays() -> None:
    assert translated("print 'a  # nosec B602\n\tx(\n", Silence(nosec=NOSEC)).text == "print 'a  # nosec B602\n\tx(\n"


@given(st.text(alphabet="#nosecB602 qa:,E1\n\r\"'()\tx=\x0c\u2028", max_size=80))
def test_any_text_does_no_harm(text: str) -> None:
    silence = Silence(nosec=NOSEC, noqa={"E1": ("E501",)}, shown={1: ("S602",)})
    once = translated(text, silence)
    assert once.text.count("\n") == text.count("\n")
    assert translated(once.text, Silence()).text == once.text
