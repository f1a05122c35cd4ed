from __future__ import annotations

from scanner.formats.dependabot_renovate import FORMAT, read


def test_dependabot() -> None:
    text = "version: 2\nupdates:\n  - package-ecosystem: pip\n    directory: /\n  - package-ecosystem: docker\n"
    extract = read(".github/dependabot.yml", text)
    assert extract is not None
    found = [(m.tool, m.kind, m.at.line) for m in extract.mentions]
    assert found == [("dependabot", "update-bot:pip", 3), ("dependabot", "update-bot:docker", 5)]


def test_renovate() -> None:
    extract = read("renovate.json5", "{\n  // all\n  extends: ['config:base'],\n}\n")
    assert extract is not None
    assert [(m.tool, m.kind) for m in extract.mentions] == [("renovate", "update-bot:all")]
    some = read("renovate.json", '{"enabledManagers": ["poetry"]}')
    assert some is not None
    assert [m.kind for m in some.mentions] == ["update-bot:poetry"]
    off = read("renovate.json", '{"enabled": false}')
    assert off is not None
    assert off.mentions == ()


def test_places() -> None:
    assert FORMAT.matches(".github/renovate.json")
    assert FORMAT.matches(".pyup.yml")
    assert not FORMAT.matches("dependabot.yml")
    assert not FORMAT.matches("pkg/renovate.json")
