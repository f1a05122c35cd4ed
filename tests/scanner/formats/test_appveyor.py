from __future__ import annotations

from scanner.formats.appveyor import read

TEXT = """\
environment:
  TOKEN: {secure: abc}
  matrix:
    - PYTHON: "C:\\\\Python36-x64"
    - PYTHON: "C:\\\\Miniconda37"
      PYTHON_VERSION: "3.7"
install:
  - cd api
  - "%PYTHON%\\\\python.exe -m pip install -r requirements.txt"
  - ps: Write-Host hello
  - sh: pip install wheel
build: off
test_script:
  - tox
"""


def test_scripts_by_shell() -> None:
    extract = read("appveyor.yml", TEXT)
    found = [(i.job, i.argv[-1], i.at.line) for i in extract.invocations]
    assert found == [
        ("install", "requirements.txt", 9),
        ("install", "hello", 10),
        ("install", "wheel", 11),
        ("test_script", "tox", 14),
    ]


def test_versions_beside_folders() -> None:
    assert [(p.version, p.at.line) for p in read("appveyor.yml", TEXT).pythons] == [("3.6", 4), ("3.7", 6)]
