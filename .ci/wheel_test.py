"""Build the wheel, install it into a fresh environment, and run it from a hostile folder."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXPECTED = {"scanner", "rules", "reports"}


def main() -> None:
    """Raise where something is not as it should be."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(work / "dist")]
        subprocess.run(build, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        (wheel,) = (work / "dist").glob("*.whl")
        tops = {n.split("/")[0] for n in zipfile.ZipFile(wheel).namelist()}
        tops = {t for t in tops if not t.endswith(".dist-info")}
        assert tops == EXPECTED, f"the wheel holds {sorted(tops)}"
        environment = work / "env"
        venv.create(environment, with_pip=True)
        python = environment / "bin" / "python"
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        constraints = ROOT / "requirements" / "dev.txt"
        subprocess.run([*pip, "--require-hashes", "-r", str(_without_development(constraints, work))], check=True)
        subprocess.run([*pip, "--no-deps", str(wheel)], check=True)
        hostile = work / "hostile"
        for package in ("rules", "reports", "yaml"):
            (hostile / package).mkdir(parents=True)
            trap = "open('executed', 'w')\nraise SystemExit('hostile code ran')\n"
            (hostile / package / "__init__.py").write_text(trap)
        (hostile / "requirements.txt").write_text("requests==2.31.0\n")
        for command in ([str(environment / "bin" / "muster")], [str(python), "-m", "scanner"]):
            for arguments in (["--version"], ["scan", ".", "--quiet", "--format", "json"], ["rules"]):
                done = subprocess.run([*command, *arguments], cwd=hostile, capture_output=True, text=True, check=False)
                assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
        assert not (hostile / "executed").exists(), "code of the scanned folder was run"
    print("wheel: ok")


def _without_development(lock: Path, work: Path) -> Path:
    """The development lock as it is: hashes for everything, of which the runtime dependencies are a part."""
    target = work / "lock.txt"
    target.write_text(lock.read_text(encoding="utf-8"), encoding="utf-8")
    return target


if __name__ == "__main__":
    main()
