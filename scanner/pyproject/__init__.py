"""What the tables of ``pyproject.toml`` say, one tool a module; :mod:`scanner.formats.pyproject` puts them together."""
