from __future__ import annotations

from scanner.formats.uv_toml import FORMAT


def test_indexes_signal_and_settings() -> None:
    text = (
        'resolution = "lowest"\n\n[[index]]\nname = "own"\n'
        'url = "https://me:geheim@pypi.example/simple"\ndefault = true\n'
    )
    extract = FORMAT.read("svc/uv.toml", text)
    assert extract is not None
    assert [(i.url, i.name, i.priority, i.credentials, i.at.line) for i in extract.indexes] == [
        ("https://***@pypi.example/simple", "own", "default", True, 5)
    ]
    assert [(s.tool, s.what) for s in extract.signals] == [("uv", "uv.toml")]
    assert extract.settings["resolution"] == "lowest"
    assert extract.manifest is None


def test_matches_only_that_name() -> None:
    assert FORMAT.matches("a/uv.toml")
    assert not FORMAT.matches("a/my-uv.toml")
