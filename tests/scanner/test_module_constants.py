from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.collect import collect
from scanner.facts import Manifest
from scanner.formats import formats_for
from scanner.formats.requirements import FORMAT as REQUIREMENTS
from scanner.module_constants import FORMAT, module_paths
from scanner.tree import MemoryTree

HEAD = "from setuptools import setup\nimport os\nhere = os.path.dirname(__file__)\n"
MODULE = '"""A shop."""\n__title__ = "shop"\n__version__ = "1.2"\n__author__ = (\n    "a, "\n    "b"\n)\n'


def manifest(script: str, path: str = "setup.py", **modules: str) -> Manifest:
    files = {path: script} | {name.replace("__DOT__", ".").replace("__IN__", "/"): t for name, t in modules.items()}
    found = collect(MemoryTree(files), formats_for, REQUIREMENTS).extracts
    assert set(found) == {path}  # modules are read for the manifest alone
    made = found[path].manifest
    assert made is not None
    return made


@pytest.mark.parametrize(
    "script",
    [
        'exec(open("shop/about.py").read())\nsetup(name=__title__, version=__version__)\n',
        'exec(compile(open("shop/about.py").read(), "x", "exec"))\nsetup(name=__title__, version=__version__)\n',
        "about = {}\nwith open(os.path.join(here, 'shop', 'about.py')) as f:\n    exec(f.read(), about)\n"
        "setup(name=about['__title__'], version=about.get('__version__'))\n",
        "ns = dict()\nexec(open('shop/about.py').read(), None, ns)\nsetup(name=ns['__title__'], version=ns['__version__'])\n",
        "from shop.about import __title__, __version__\nsetup(name=__title__, version=__version__)\n",
        "from shop import about\nsetup(name=about.__title__, version=about.__version__)\n",
        "import shop.about\nsetup(name=shop.about.__title__, version=shop.about.__version__)\n",
    ],
)
def test_a_script_that_runs_or_imports_a_module(script: str) -> None:
    made = manifest(HEAD + script, shop__IN__about__DOT__py=MODULE, shop__IN____init____DOT__py="")
    assert (made.name, made.version, made.version_from) == ("shop", "1.2", "shop/about.py")
    assert made.gaps == ()


def test_what_the_package_hands_on() -> None:
    made = manifest(
        HEAD + "import shop\nsetup(name='shop', version=shop.__version__)\n",
        shop__IN____init____DOT__py="from .about import __version__\n",
        shop__IN__about__DOT__py="from shop.numbers import VERSION as __version__\n",
        shop__IN__numbers__DOT__py="VERSION = '.'.join(['1', '2'])\n",
    )
    assert (made.version, made.version_from) == ("1.2", "shop/numbers.py")


@pytest.mark.parametrize("text", ["import sys\n__version__ = sys.argv[1]\n", "(", "__version__ = ''\n"])
def test_what_a_module_does_not_tell_stays_open(text: str) -> None:
    script = HEAD + "exec(open('v.py').read())\nsetup(name='shop', version=__version__)\n"
    made = manifest(script, v__DOT__py=text)
    assert (made.version, made.version_from, [g.field for g in made.gaps]) == (None, None, ["version"])


def test_modules_that_go_round() -> None:
    script = HEAD + "from a import __version__\nsetup(name='shop', version=__version__)\n"
    made = manifest(script, a__DOT__py="from b import __version__\n", b__DOT__py="from a import __version__\n")
    assert made.version is None


def test_attr_of_setup_cfg() -> None:
    text = "[metadata]\nname = shop\nversion = attr: shop.__version__\n"
    made = manifest(text, "setup.cfg", src__IN__shop__IN____init____DOT__py="__version__ = '3'\n")
    assert (made.version, made.version_from) == ("3", "src/shop/__init__.py")


@pytest.mark.parametrize(
    ("module", "paths"),
    [
        ("a", ("x/a.py", "x/a/__init__.py", "x/src/a.py", "x/src/a/__init__.py")),
        (".b", ("x/b.py", "x/b/__init__.py")),
        ("..b.c", ("b/c.py", "b/c/__init__.py")),
        ("...b", ()),
        ("", ()),
        ("a;b", ()),
    ],
)
def test_module_paths(module: str, paths: tuple[str, ...]) -> None:
    assert module_paths("x/setup.py", module) == paths


@given(st.text())
def test_nonsense_is_no_module(text: str) -> None:
    extract = FORMAT.read("m.py", text)
    assert extract is None or extract.path == "m.py"
