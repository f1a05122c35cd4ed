from __future__ import annotations

import pytest

from scanner.proof.settings import Settings, absolute, users_settings
from scanner.proof.uv import NoUv, Uv, find_uv


def _settings(**more: object) -> Settings:
    return Settings(uv=Uv(path="uv", version="0.13.0"), cache="/c", **more)  # type: ignore[arg-type]


def test_the_first_index_takes_the_place_of_the_default() -> None:
    settings = _settings(indexes=("https://a.example/simple", "https://b.example/simple"))
    wanted = ["--default-index", "https://a.example/simple", "--index", "https://b.example/simple"]
    assert settings.options(own_default=False) == wanted
    assert settings.options(own_default=True) == wanted[2:], "the project names a default itself"
    assert settings.network


def test_the_default_is_uvs_own() -> None:
    assert _settings(indexes=("default",)).options(own_default=False) == []
    assert _settings(indexes=("default",)).network


def test_a_wheelhouse_alone_contacts_nothing() -> None:
    settings = _settings(find_links=("/wheels",))
    assert settings.options(own_default=False) == ["--find-links", "/wheels", "--no-index", "--offline"]
    assert not settings.network
    assert not _settings(indexes=("file:///index/simple",)).network


def test_offline_outranks_everything() -> None:
    settings = _settings(indexes=("default",), offline=True)
    assert not settings.network
    assert settings.options(own_default=False) == ["--offline"]


def test_the_users_own_settings_are_honoured() -> None:
    given = {
        "UV_INDEX_URL": "https://pypi.example/simple",
        "UV_INDEX_ACME_PASSWORD": "secret",
        "UV_PYTHON": "3.8",
        "PATH": "/bin",
    }
    found = users_settings(given)
    assert dict(found) == {"UV_INDEX_URL": "https://pypi.example/simple", "UV_INDEX_ACME_PASSWORD": "secret"}
    assert _settings(env=found).names_an_index
    assert _settings(env=found).network
    assert "secret" not in _settings(env=found).key()
    assert not _settings().names_an_index


def test_what_changes_a_proof_changes_its_key() -> None:
    one = _settings(indexes=("default",))
    assert one.key() == _settings(indexes=("default",), timeout=1.0).key()
    assert one.key() != _settings(indexes=("default",), allow_build=True).key()


def test_places_are_absolute_and_addresses_stay() -> None:
    assert absolute(["https://x.example/wheels"]) == ("https://x.example/wheels",)
    assert absolute(["wheels"])[0].startswith("/")


def test_a_program_that_is_no_uv_is_refused(tmp_path: object) -> None:
    with pytest.raises(NoUv, match="does not answer as uv does"):
        find_uv("/bin/true")
