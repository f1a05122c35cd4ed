from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.formats.package_init import FORMAT


def exported(text: str, path: str = "src/shop/__init__.py") -> str | None:
    """What the reader says of a package with this ``__init__.py``."""
    extract = FORMAT.read(path, text)
    return f"{extract.hints[0].what} ({extract.hints[0].at.line})" if extract is not None else None


@pytest.mark.parametrize(
    ("path", "taken"),
    [
        ("shop/__init__.py", True),
        ("src/shop/__init__.py", True),
        ("packages/py-shop/shop/__init__.py", True),
        ("packages/shop/src/shop/__init__.py", True),
        ("shop/cart/__init__.py", False),
        ("tests/__init__.py", False),
        ("__init__.py", False),
        ("examples/shop/shop/__init__.py", False),
        ("shop/main.py", False),
    ],
)
def test_packages_at_the_top(path: str, taken: bool) -> None:
    assert FORMAT.matches(path) is taken


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", None),
        ('__version__ = "1"\nfrom .cli import main\n', None),
        ("from requests import get, post, put\n", None),
        ("\nfrom .cart import Cart, Item\nfrom shop.price import Price as P  # the price\n", "exports 3 names (2)"),
        ("from .cart import (\n    Cart,  # a, b, c\n    Item,\n    _hidden,\n    Price,\n)\n", "exports 3 names (1)"),
        ("from .cart import *\n", "exports 3 names (1)"),
        ('x = 1\n__all__ = [\n    "Cart",\n    "Item",\n    "Price",\n]\n', "exports 3 names (2)"),
        ("    from .cart import Cart, Item, Price\n", None),
    ],
)
def test_what_is_exported(text: str, what: str | None) -> None:
    assert exported(text) == (f"the package {what}" if what is not None else None)


@given(st.text(alphabet="from .import*()\n,abcd_#all=['\"]", max_size=300))
def test_anything_can_be_read(text: str) -> None:
    exported(text)
    exported(f"from .a import ({text}")
