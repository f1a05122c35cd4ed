from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rules.migration import Recorded
from rules.migrations.recorded import of_annotations, of_pdm, of_poetry
from scanner.facts import LockedPackage

POETRY = """
[[package]]
name = "Alpha"
version = "1.0"
[package.dependencies]
beta = "^1.2"
gamma = {version = ">=2 || <1", markers = "sys_platform == 'linux' or extra == \\"fast\\"", optional = true}
delta = [{version = "*", python = "<3.9"}, {version = "<2", extras = ["x"], python = ">=3.9"}]
epsilon = {git = "https://git.example/a/epsilon.git", rev = "dev"}
[package.extras]
fast = ["gamma (>=2)"]

[[package]]
name = "local"
version = "1.0"
[package.dependencies]
beside = {path = "../beside"}
"""
PDM = """
[[package]]
name = "alpha"
version = "1.0"
dependencies = ["beta<2,>=1; python_version < '3.9'"]

[[package]]
name = "Alpha"
version = "1.0"
extras = ["fast"]
dependencies = ["alpha==1.0", "gamma>=2; os_name == 'nt' or os_name == 'posix'"]
"""


def test_poetry_keeps_whole_requirements() -> None:
    (alpha,) = of_poetry(POETRY)
    assert (alpha.name, alpha.version, alpha.extras) == ("alpha", "1.0", ("fast",))
    assert alpha.requires == (
        "beta>=1.2,<2",
        "gamma ; sys_platform == 'linux' or extra == \"fast\"",
        "delta ; python_version < '3.9'",
        "delta[x]<2 ; python_version >= '3.9'",
        "epsilon @ git+https://git.example/a/epsilon.git@dev",
    )


def test_pdm_keeps_extras_as_packages() -> None:
    (alpha,) = of_pdm(PDM)
    assert alpha == Recorded(
        name="alpha",
        version="1.0",
        requires=(
            "beta<2,>=1; python_version < '3.9'",
            "gamma>=2 ; (os_name == 'nt' or os_name == 'posix') and extra == 'fast'",
        ),
        extras=("fast",),
    )


def test_compiled_files_say_who_needs_whom() -> None:
    pins = (
        LockedPackage(name="Alpha", version="1.0", via=("-r requirements.in",)),
        LockedPackage(name="beta", version="2.0", marker="os_name == 'nt'", via=("alpha", "gamma[x]")),
    )
    alpha, beta = of_annotations(pins)
    assert (alpha.requires, beta.requires) == (("beta ; os_name == 'nt'",), ())
    assert of_annotations([LockedPackage(name="a", version="1")]) == ()


@given(st.text(max_size=200))
def test_any_text_does_no_harm(text: str) -> None:
    assert isinstance(of_poetry(text), tuple)
    assert isinstance(of_pdm(text), tuple)
    packages = f"[[package]]\nname = 'a'\nversion = '1'\n[package.dependencies]\nb = {text!r}\n"
    assert isinstance(of_poetry(packages), tuple)
