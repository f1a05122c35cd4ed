from __future__ import annotations

from scanner.proof.causes import Unasked, cause_of, culprits, unasked, unreached

NO_WHEEL = """error: No solution found when resolving dependencies
  cause: Because old-thing==0.6.1 has no usable wheels and your project depends on old-thing==0.6.1, we can conclude
         that your project's requirements are unsatisfiable.
"""
GONE = """  × No solution found when resolving dependencies:
  ╰─▶ Because there is no version of gone==0.6.9 and your project depends on gone==0.6.9, we can conclude that
      your project's requirements are unsatisfiable.
"""
CLASH = """  × No solution found when resolving dependencies:
  ╰─▶ Because a==1.0 depends on b>=2 and your project requires b==1.0, we can conclude that a==1.0 cannot be used.
"""


def test_who_is_to_blame() -> None:
    assert culprits(NO_WHEEL, {"old-thing", "other"}) == {"old-thing"}
    assert culprits(GONE, {"gone", "other"}) == {"gone"}
    assert culprits(CLASH, {"a", "b", "c"}) == {"a", "b"}
    assert culprits("error: something else", {"a"}) == frozenset()


def test_why() -> None:
    assert cause_of("old-thing", NO_WHEEL) == "no wheel, and nothing is built without --allow-build"
    assert cause_of("gone", GONE) == "gone from the index"
    assert cause_of("b", CLASH) == "contradicts another requirement"


UNREACHED = """error: Failed to download and build `old @ git+https://user@git.example/a/old.git@main`
  cause: Git operation failed
  cause: fatal: unable to access 'https://git.example/a/old.git/': Could not resolve host: git.example
"""
NO_BUILD = """error: Failed to build `old==1.0`
  cause: Call to `x.build_wheel` failed (exit status: 1)
         [stderr]
         muster: nothing is built without --allow-build
"""


def test_who_could_not_be_asked() -> None:
    assert unasked(UNREACHED) == ("old", Unasked.UNREACHED)
    assert unasked(NO_BUILD) == ("old", Unasked.NOT_BUILT)
    assert unasked(NO_BUILD.replace("muster: nothing", "x")) == ("old", Unasked.UNBUILDABLE)
    assert unasked("error: Failed to build `old @ file:///here`") is None
    assert unasked(GONE) is None


def test_a_host_out_of_reach_is_told_from_a_mistake() -> None:
    assert unreached(UNREACHED) == "git.example"
    assert unreached("Failed to fetch: `https://a.example/x` (dns error)") == "a.example"
    assert unreached(GONE) is None
