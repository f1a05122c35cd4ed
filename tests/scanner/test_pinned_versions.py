from __future__ import annotations

from scanner.facts import Extract, Include, Location, Lock, LockedPackage, Manifest, Requirement
from scanner.inventory import VersionPair
from scanner.pinned_versions import pairs, pinned_versions

AT = Location(path="r.txt", line=1)


def requirements(path: str, *pins: tuple[str, str], include: str | None = None) -> Extract:
    found = tuple(Requirement(name=n, raw=f"{n}{s}", at=AT, specifier=s) for n, s in pins)
    includes = (Include(kind="requirements", raw="", path=include, at=AT),) if include else ()
    manifest = Manifest(path=path, format="requirements", requirements=found, includes=includes)
    return Extract(path=path, format="requirements", manifest=manifest)


def test_versions_of_locks_and_requirements_files_with_their_includes() -> None:
    packages = (
        LockedPackage(name="Flask_X", version="1.0"),
        LockedPackage(name="a", version="1"),
        LockedPackage(name="a", version="2"),
        LockedPackage(name="numpy", version="1.26", ecosystem="conda"),
    )
    extracts = {
        "poetry.lock": Extract(
            path="poetry.lock", format="poetry.lock", lock=Lock(path="poetry.lock", tool="poetry", format="", packages=packages)
        ),
        "r.txt": requirements("r.txt", ("b", "==1.*"), ("c", ">=2"), ("d", "==3"), include="base.txt"),
        "base.txt": requirements("base.txt", ("e", "==4.0"), include="r.txt"),
    }  # fmt: skip
    assert pinned_versions(["poetry.lock"], extracts) == {"flask-x": "1.0"}
    assert pinned_versions(["r.txt", "missing"], extracts) == {"d": "3", "e": "4.0"}


def test_pairs_are_of_different_versions_of_what_both_pin() -> None:
    found = pairs(
        {"a": "1.0", "b": "2.0+cpu", "c": "3", "d": "x"}, {"a": "1", "b": "2.0", "c": "4", "d": "y", "e": "5"}
    )
    assert found == (VersionPair(name="c", versions=("3", "4")), VersionPair(name="d", versions=("x", "y")))
