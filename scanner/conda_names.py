"""The names under which packages of conda stand on a Python index, where they differ."""

from __future__ import annotations

from collections.abc import Iterator

_OTHER = {
    "opencv": ("opencv-python", "opencv-python-headless", "opencv-contrib-python"),
    "py-opencv": ("opencv-python", "opencv-python-headless", "opencv-contrib-python"),
    "psycopg2": ("psycopg2-binary",),
    "psycopg": ("psycopg-binary",),
    "pyqt": ("pyqt5", "pyqt6"),
    "faiss": ("faiss-cpu",),
    "tensorflow": ("tensorflow-cpu",),
}
_BEFORE = ("python-", "py-", "py")
_BEHIND = ("-base", "-core", "-python", "-py", "-cpu", "-gpu")


def pypi_names(conda: str) -> Iterator[str]:
    """What a package that conda calls ``conda`` may be called on a Python index (``pytorch``: ``torch``)."""
    yield from _OTHER.get(conda, ())
    yield from (name for before in _BEFORE if (name := conda.removeprefix(before)) != conda and name)
    yield from (name for behind in _BEHIND if (name := conda.removesuffix(behind)) != conda and name)
