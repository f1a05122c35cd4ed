"""From flake8, isort, Black and their relatives to ``[tool.ruff]``: the same verdicts, an explicit list of rules."""
