from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any


def test_a_bare_repository_opens_no_gate(muster: Any, make_repo: Any, tmp_path: Path) -> None:
    repo = make_repo("shop")
    repo.commit({"requirements.txt": "flask\n", "app.py": "import flask\n"})
    subprocess.run(["git", "clone", "-q", "--bare", str(repo.path), str(tmp_path / "bare")], check=True)
    told = muster("check", tmp_path / "bare")
    assert (told.status, told.out) == (4, "")
    assert "bare repository" in told.err
    assert muster("check", repo.path, "--fail-on", "never").status == 0
