from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scanner.formats import formats_for
from scanner.formats.windows_script import FORMAT

POWERSHELL = """\
<#
 ruff check is what this starts
#>
$ErrorActionPreference = "Stop"
Write-Host "Formatting: ruff format"
$text = @"
pip install nothing
"@
& $Activate; ruff format; ruff check --fix
Set-Location tools
poetry install
"""


def test_powershell() -> None:
    extract = FORMAT.read("scripts/style.ps1", POWERSHELL)
    assert extract is not None
    found = [(" ".join(i.argv), i.at.line, i.directory) for i in extract.invocations]
    assert [f for f in found if f[0].startswith(("ruff", "poetry", "pip"))] == [
        ("ruff format", 9, "."),
        ("ruff check --fix", 9, "."),
        ("poetry install", 11, "tools"),
    ]
    assert all(i.context == "script" for i in extract.invocations)


def test_batch() -> None:
    extract = FORMAT.read("lint.bat", "@echo off\r\nrem black .\r\nblack src\r\n")
    assert extract is not None
    assert ["black", "src"] in [list(i.argv) for i in extract.invocations]
    assert FORMAT.read("none.cmd", "rem nothing\r\n") is None


def test_names() -> None:
    assert FORMAT in formats_for("a/B.PS1")
    assert FORMAT in formats_for("make.bat")
    assert FORMAT not in formats_for("make.sh")


@given(st.text(max_size=200))
def test_never_raises(text: str) -> None:
    FORMAT.read("a.ps1", text)
    FORMAT.read("a.cmd", text)
