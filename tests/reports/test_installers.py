from __future__ import annotations

import pytest

from reports.datasets.supply import index_host
from reports.installers import differs


@pytest.mark.parametrize(
    ("declared", "installed", "differ"),
    [("pip-tools", "pip", False), ("rye", "pip", False), ("poetry", "pip", True), ("uv", "uv", False)],
)
def test_what_differs(declared: str, installed: str, differ: bool) -> None:
    assert differs(declared, installed) is differ


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://pypi.example/simple", "pypi.example"),
        ("conda-forge", "conda-forge (channel)"),
        ("${INDEX}/simple", "given by a variable"),
        ("//", "not an address"),
    ],
)
def test_hosts_of_indexes(address: str, host: str) -> None:
    assert index_host(address) == host
