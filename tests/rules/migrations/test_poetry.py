from __future__ import annotations

LOCK = """\
[[package]]
name = "requests"
version = "2.31.0"
groups = ["main"]
files = [{file = "requests-2.31.0-py3-none-any.whl", hash = "sha256:00"}]

[metadata]
lock-version = "2.1"
python-versions = "^3.9"
content-hash = "0"
"""

PLAIN = """\
# the shop
[tool.poetry]
name = "shop"
version = "1.2.3"
description = "Sells"  # for now
authors = ["Ann <ann@mail.example>", "Bob"]
readme = "README.md"

[tool.poetry.dependencies]
python = "^3.9"
# the client
requests = "^2.28"  # not 3

[tool.poetry.group.dev.dependencies]
pytest = "*"

[build-system]
requires = ["poetry-core>=1.0.0"]
build-backend = "poetry.core.masonry.api"

[tool.black]
line-length = 79  # as ever
"""

FILES = {"README.md": "", "shop/__init__.py": "", "shop/a.py": "", "poetry.lock": LOCK}


def test_a_plain_project(migrated):
    result = migrated({**FILES, "pyproject.toml": PLAIN})
    assert result.refused == []
    assert (
        result.text
        == """\
# the shop
[project]
name = "shop"
version = "1.2.3"
description = "Sells"  # for now
authors = [
  { name = "Ann", email = "ann@mail.example" },
  { name = "Bob" },
]
readme = "README.md"
requires-python = ">=3.9,<4.0"
dependencies = [
  # the client
  "requests>=2.28,<3.0",  # not 3
]

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[dependency-groups]
dev = ["pytest"]

[tool.hatch.build.targets.wheel]
packages = ["shop"]

[tool.black]
line-length = 79  # as ever
"""
    )
    (move,) = result.migration.moves
    assert "poetry.lock" not in result.files
    assert (move.manifest, move.lock, move.old_lock, move.package) == ("pyproject.toml", "uv.lock", "poetry.lock", True)
    assert [(p.name, p.version) for p in move.pins] == [("requests", "2.31.0")]
    assert move.groups == (("main", "project"), ("dev", "group:dev"))
