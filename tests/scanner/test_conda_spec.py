from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import conda_spec


@pytest.mark.parametrize(
    ("text", "name", "specifier"),
    [
        ("numpy", "numpy", ""),
        ("numpy=1.26", "numpy", "==1.26.*"),
        ("numpy==1.26", "numpy", "==1.26"),
        ("numpy 1.26", "numpy", "==1.26"),
        ("numpy >=1.2,<2", "numpy", ">=1.2,<2"),
        ("numpy=1.26.4=py310_0", "numpy", "==1.26.4"),
        ("numpy 1.26.*", "numpy", "==1.26.*"),
        ("numpy>=1.*", "numpy", ">=1"),
        ("numpy[version='>=1.2,<2', build=x]", "numpy", ">=1.2,<2"),
        ("conda-forge::gdal>=3.8", "gdal", ">=3.8"),
        ("blas=*=openblas", "blas", ""),
        ("openssl=1.1.1q", "openssl", None),
        ("tzdata=2024a", "tzdata", None),
        ("x=2|3", "x", None),
    ],
)
def test_specifications_in_the_words_of_pep_440(text: str, name: str, specifier: str | None) -> None:
    spec = conda_spec.parse(text)
    assert spec is not None
    assert (spec.name, spec.specifier) == (name, specifier)


@pytest.mark.parametrize("text", ["", "-e .", "{{ x }}", "https://conda.example/x-1-0.conda", "x" * 1000])
def test_what_is_no_specification(text: str) -> None:
    assert conda_spec.parse(text) is None


def test_channel_build_and_version_as_written() -> None:
    spec = conda_spec.parse("pytorch::pytorch=2.0.1=*cuda*")
    assert spec is not None
    assert (spec.channel, spec.build, spec.version) == ("pytorch", "*cuda*", "2.0.1")


@pytest.mark.parametrize(
    ("platform", "marker"),
    [
        ("linux-64", "sys_platform == 'linux' and platform_machine == 'x86_64'"),
        ("win-64", "sys_platform == 'win32'"),
        ("osx", "sys_platform == 'darwin'"),
        ("unix", "sys_platform != 'win32'"),
        ("emscripten-wasm32", None),
    ],
)
def test_platforms_as_markers(platform: str, marker: str | None) -> None:
    assert conda_spec.platform_marker(platform) == marker


@given(st.text(alphabet="abc019.=<>!~|,*[]': -", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    conda_spec.parse(text)
