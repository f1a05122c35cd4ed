from __future__ import annotations

from scanner.job_matrix import JobMatrix, job_matrix
from scanner.yaml_reader import load


def matrix(text: str) -> JobMatrix:
    return job_matrix(load(text))


def rows(text: str, *paths: str, at_most: int = 50) -> list[tuple[str | bool, ...]]:
    return [tuple(row.values()) for row in matrix(text).rows(paths, at_most)]


def test_axes_are_combined_without_what_is_excluded() -> None:
    text = "dir: [a, b]\npy: ['3.10', '3.11']\nexclude: [{dir: b, py: '3.10'}]"
    assert rows(text, "dir", "py") == [("a", "3.10"), ("a", "3.11"), ("b", "3.11")]
    assert rows(text, "dir") == [("a",), ("b",)]


def test_entries_of_include_extend_legs_or_are_legs_of_their_own() -> None:
    text = "dir: [a, b]\ninclude:\n- {dir: a, extra: x}\n- {dir: c, extra: y}\n- {all: true}"
    assert rows(text, "dir", "extra", "all") == [("a", "x", True), ("b", "", True), ("c", "y", "")]


def test_values_may_be_mappings_or_json() -> None:
    assert rows("cfg: [{dir: a, req: x.txt}, {dir: b}]", "cfg.dir", "cfg.req") == [("a", "x.txt"), ("b", "")]
    assert rows('dir: ${{ fromJSON(\'["a", "b"]\') }}', "dir") == [("a",), ("b",)]


def test_what_is_computed_is_not_known() -> None:
    assert rows("dir: ${{ fromJSON(needs.x.outputs.dirs) }}", "dir") == []
    assert rows("dir: [a]\ninclude: ${{ fromJSON(needs.x.outputs.dirs) }}", "other") == []
    assert matrix("${{ fromJSON(needs.x.outputs.all) }}").is_open
    assert rows("dir: [[a], b]", "dir") == []
    assert job_matrix(None) == JobMatrix()


def test_many_legs_are_left_alone() -> None:
    axes = "\n".join(f"a{n}: [1, 2, 3, 4]" for n in range(6))
    assert rows(axes, "a1") == []
    assert rows("a: [1, 2, 3]", "a", at_most=2) == []
