from __future__ import annotations

from rules.ruff.commands import Swap
from rules.ruff.prose import edit, is_prose

SWAP = Swap(tools=frozenset({"black", "flake8"}), packages=frozenset({"black", "flake8"}))
BEFORE = """\
# How to

We use flake8 and `black`. Run `black .` and `poetry run flake8 src`:

```sh
$ pip install flake8 black pytest
black --check src  # as CI does
# black
```

```python
import black
black .
```
"""
AFTER = """\
# How to

We use flake8 and `black`. Run `ruff format .` and `poetry run ruff check src`:

```sh
$ pip install ruff==0.17.6 pytest
ruff format --check src  # as CI does
# black
```

```python
import black
black .
```
"""


def test_commands_in_documents() -> None:
    assert edit("README.md", BEFORE, SWAP) == AFTER


def test_blocks_of_restructured_text() -> None:
    text = "Style\n=====\n\nRun::\n\n    flake8 src\n\nflake8 finds it.\n"
    assert edit("docs/a.rst", text, SWAP) == text.replace("    flake8 src", "    ruff check src")


def test_sentences_and_other_tools_commands_stay() -> None:
    text = (
        "```\nuv tool upgrade black\n[Black](https://forge.example/psf/black) for format\nblack is our formatter\n"
        "Run `black . && flake8 .` first\n```\n`black <https://forge.example/black>`_\n"
    )
    assert edit("README.md", text, SWAP) == text


def test_which_documents() -> None:
    assert is_prose("CONTRIBUTING.md")
    assert is_prose("docs/dev/a.rst")
    assert not is_prose("src/shop/README.md")
    assert not is_prose("notes.txt")
