from __future__ import annotations

from scanner.formats.pre_commit import FORMAT, read

TEXT = """\
default_language_version:
  python: python3.11
repos:
  - repo: https://git.example/psf/black
    rev: 24.1.0
    hooks:
      - id: black
      # - id: isort
  - repo: https://git.example/pre-commit/mirrors-mypy
    rev: v1.8.0
    hooks: [{id: mypy, language_version: python3.9}]
  - repo: https://git.example/nbQA-dev/nbQA
    rev: 1.7.0
    hooks:
      - id: nbqa-black
        additional_dependencies: [black==22.1.0]
      - id: nbqa-isort
  - repo: https://git.example/acme/hooks
    rev: v1.2
    hooks: [{id: ruff}]
  - repo: https://git.example/astral-sh/uv-pre-commit
    rev: 0.5.0
    hooks:
      - id: uv-lock
      - id: uv-export
        args: [--no-dev]
      - id: uv-sync
      - id: pip-compile
        args: [requirements.in, -o, requirements.txt]
  - repo: https://git.example/asottile/blacken-docs
    rev: 1.16.0
    hooks: [{id: blacken-docs}]
  - repo: local
    hooks:
      - id: lint
        entry: poetry run flake8
        args: [src]
        language: system
      - id: shell
        entry: bash -c 'cd api && mypy .'
        language: system
      - id: words
        entry: black
        language: pygrep
"""


def test_hooks_that_run_a_linter() -> None:
    found = [(m.tool, m.version, m.at.line) for m in read(".pre-commit-config.yaml", TEXT).mentions]
    assert found == [
        ("black", "24.1.0", 7),
        ("mypy", "1.8.0", 11),
        ("black", "22.1.0", 15),
        ("isort", None, 17),
        ("ruff", None, 20),
        ("black", None, 32),
    ]


def test_hooks_that_are_commands() -> None:
    found = [(" ".join(i.argv), i.at.line, i.context, i.directory) for i in read("x", TEXT).invocations]
    assert found == [
        ("uv lock", 24, "hook", "."),
        ("uv export --no-dev", 25, "hook", "."),
        ("uv sync --locked", 27, "hook", "."),
        ("uv pip compile requirements.in -o requirements.txt", 28, "hook", "."),
        ("poetry run flake8 src", 36, "hook", "."),
        ("mypy .", 40, "hook", "api"),
    ]


def test_pythons_and_references() -> None:
    extract = read(".pre-commit-config.yaml", TEXT)
    assert [(p.version, p.kind, p.at.line) for p in extract.pythons] == [("3.11", "hook", 2), ("3.9", "hook", 11)]
    assert ("https://git.example/psf/black", "24.1.0") in [(r.target, r.ref) for r in extract.references]
    assert all(r.target != "local" for r in extract.references)


def test_places() -> None:
    assert FORMAT.matches("api/.pre-commit-config.yaml")
    assert not FORMAT.matches("{{cookiecutter.name}}/.pre-commit-config.yaml")


def test_an_empty_file() -> None:
    assert read(".pre-commit-config.yaml", "").mentions == ()


def test_the_oldest_form_is_a_list_with_hashes() -> None:
    extract = read(
        ".pre-commit-config.yaml",
        "- repo: git://git.example/pre-commit/pre-commit-hooks\n  sha: v0.7.1\n  hooks:\n  - id: check-yaml\n  - id: flake8\n",
    )
    assert [(m.tool, m.strength, m.at.line, m.version) for m in extract.mentions] == [("flake8", "run", 5, None)]
    assert [r.ref for r in extract.references] == ["v0.7.1"]
