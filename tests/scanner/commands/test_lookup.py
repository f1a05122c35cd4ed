from __future__ import annotations

import pytest

from scanner.commands.lookup import Lookup, build_lookup, is_exact
from scanner.facts import Extract, Include, Invocation, Location, Lock, LockedPackage, Manifest, Requirement

AT = Location(path="x", line=2)


def requirement(name: str = "a", specifier: str = "", **changes: object) -> Requirement:
    return Requirement(name=name, raw=name, at=AT, specifier=specifier, **changes)  # type: ignore[arg-type]


def listed(path: str, *requirements: Requirement, include: tuple[tuple[str, str], ...] = ()) -> Extract:
    includes = tuple(Include(kind=k, raw=p, path=p, at=AT) for k, p in include)  # type: ignore[arg-type]
    manifest = Manifest(path=path, format="requirements", requirements=requirements, includes=includes)
    return Extract(path=path, format="requirements", manifest=manifest)


def compiled(path: str, *packages: LockedPackage) -> Extract:
    lock = Lock(path=path, tool="pip-tools", format="pip-compile", packages=packages)
    return Extract(path=path, format="requirements", lock=lock)


HASHED = LockedPackage(name="a", version="1", hashes=("sha256:a",))
VCS = LockedPackage(name="b", version=None, source="git")
EXTRACTS = [
    compiled("c.txt", LockedPackage(name="a", version="1")),
    compiled("h.txt", HASHED, VCS),
    listed("open.txt", requirement(specifier=">=1")),
    listed("pin.txt", requirement(specifier="==1")),
    listed("pinhash.txt", requirement(specifier="==1", hashes=("x",))),
    listed("wild.txt", requirement(specifier="==1.*")),
    listed("local.txt", requirement(source="path", url=".")),
    listed("empty.txt"),
    listed("mixed.txt", requirement(source="path", url="."), include=(("requirements", "c.txt"),)),
    listed("lowest.txt", include=(("requirements", "c.txt"), ("requirements", "open.txt"))),
    listed("held.txt", requirement(), include=(("constraints", "c.txt"),)),
    listed("ring.txt", requirement(specifier="==1"), include=(("requirements", "ring.txt"),)),
]


def lookup() -> Lookup:
    files = frozenset(e.path for e in EXTRACTS) | {"sub/poetry.lock", "sub/deep/x.py", "req/a.txt", "req/b.txt"}
    return build_lookup({e.path: e for e in EXTRACTS}, files, (".", "sub"), (".",))


@pytest.mark.parametrize(
    ("path", "kind", "hashed"),
    [
        ("c.txt", "compiled", False),
        ("h.txt", "compiled", True),
        ("open.txt", "open", False),
        ("pin.txt", "pinned", False),
        ("pinhash.txt", "pinned", True),
        ("wild.txt", "open", False),
        ("local.txt", "local", False),
        ("empty.txt", "empty", True),
        ("mixed.txt", "compiled", False),
        ("lowest.txt", "open", False),
        ("held.txt", "compiled", False),
        ("ring.txt", "unknown", False),
        ("missing.txt", "unknown", False),
    ],
)
def test_listing(path: str, kind: str, hashed: bool) -> None:
    found = lookup().listing(path)
    assert (found.kind, found.hashed) == (kind, hashed)


def at(directory: str | None) -> Invocation:
    return Invocation(argv=("x",), at=AT, context="ci", directory=directory)


def test_find_and_matching() -> None:
    found = lookup()
    assert found.find(at("."), "c.txt") == "c.txt"
    assert found.find(at("sub"), "../c.txt") == "c.txt"
    assert found.find(at("sub"), "deep") == "sub/deep"
    assert found.find(at("."), "nope.txt") is None
    assert found.find(at("."), "/etc/x") is None
    assert found.find(at("."), "../../x") is None
    assert found.find(at("."), "$X/c.txt") is None
    assert found.matching(at("."), "req/${{ matrix.x }}.txt") == ["req/a.txt", "req/b.txt"]
    assert found.matching(at("."), "${X}") == []


def test_nearest() -> None:
    found = lookup()
    assert found.nearest(at("sub/deep"), ("poetry.lock",)).path == "sub/poetry.lock"
    assert found.nearest(at("."), ("poetry.lock",)).state == "missing"
    assert found.nearest(at(None), ("poetry.lock",)).path == "sub/poetry.lock"
    assert found.nearest(at(None), ("none.lock",)).state == "unknown"
    assert found.nearest(at("."), ("poetry.lock",), "sub").path == "sub/poetry.lock"


def test_project_of() -> None:
    assert lookup().project_of("sub/deep/x.py") == "sub"
    assert lookup().project_of(".") == "."
    assert build_lookup({}, frozenset(), ("a", "b"), ("a",)).project_of("c/d") == "a"
    assert build_lookup({}, frozenset(), ("a", "b"), ("a", "b")).project_of("c/d") is None


def test_is_exact() -> None:
    assert is_exact(requirement(specifier="===1"))
    assert is_exact(requirement(source="git", ref="a" * 40))
    assert not is_exact(requirement(source="git", ref="main"))
    assert not is_exact(requirement(specifier="~=1.0"))
    assert not is_exact(requirement(specifier="nonsense"))


def test_what_is_open_beside_what_a_locker_wrote() -> None:
    extracts = {
        e.path: e
        for e in (
            compiled("base.txt", HASHED),
            listed("prod.txt", requirement("uwsgi"), include=(("requirements", "base.txt"),)),
            listed("all.txt", include=(("requirements", "prod.txt"),)),
        )
    }
    lookup = build_lookup(extracts, frozenset(extracts))
    for path in ("prod.txt", "all.txt"):
        found = lookup.listing(path)
        assert (found.kind, found.beside, found.open) == ("open", ("base.txt",), ("uwsgi",))
    assert lookup.listing("base.txt").beside == ()
