from __future__ import annotations

import base64
import hashlib
import io
import os
import shutil
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

UVS = tuple(filter(None, os.environ.get("MUSTER_TEST_UVS", shutil.which("uv") or "").split(os.pathsep)))
"""The uv programs that proofs are tried with: both ends of the supported range where they are given."""


class Wheelhouse:
    """A folder of tiny wheels, made here, so that no index is needed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, name: str, version: str, requires: Sequence[str] = (), python: str = ">=3.8") -> str:
        """A wheel; its SHA-256."""
        stem = f"{name.replace('-', '_')}-{version}"
        metadata = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nRequires-Python: {python}"]
        metadata += [f"Requires-Dist: {text}" for text in requires]
        contents = {
            f"{stem}.dist-info/METADATA": "\n".join(metadata) + "\n",
            f"{stem}.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        digests = {
            path: base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            for path, text in contents.items()
        }
        record = "".join(f"{path},sha256={digest},\n" for path, digest in digests.items())
        contents[f"{stem}.dist-info/RECORD"] = record + f"{stem}.dist-info/RECORD,,\n"
        target = self.folder / f"{stem}-py3-none-any.whl"
        with zipfile.ZipFile(target, "w") as wheel:
            for path, text in contents.items():
                wheel.writestr(zipfile.ZipInfo(path), text)
        return hashlib.sha256(target.read_bytes()).hexdigest()

    def add_source(
        self, name: str, version: str, backend: str, needs: Sequence[str] = (), states: str | None = None
    ) -> None:
        """A source distribution whose backend is the text ``backend``, and ``needs`` what it is built with.

        ``states`` is what setuptools wrote into it when it was made.
        """
        stem = f"{name.replace('-', '_')}-{version}"
        files = {
            "pyproject.toml": f'[build-system]\nrequires = {list(needs)}\nbuild-backend = "own"\nbackend-path = ["."]\n',
            "own.py": backend,
            "PKG-INFO": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        }
        if states is not None:
            files[f"{name}.egg-info/requires.txt"] = states
        with tarfile.open(self.folder / f"{stem}.tar.gz", "w:gz") as archive:
            for path, text in files.items():
                entry = tarfile.TarInfo(f"{stem}/{path}")
                entry.size = len(text.encode())
                archive.addfile(entry, io.BytesIO(text.encode()))


@pytest.fixture
def wheelhouse(tmp_path: Path) -> Wheelhouse:
    return Wheelhouse(tmp_path / "wheels")


@pytest.fixture(params=UVS or (None,), ids=lambda path: Path(path or "no-uv").parent.parent.name)
def uv_path(request: pytest.FixtureRequest) -> str:
    if request.param is None:
        pytest.skip("no uv")
    return str(request.param)
