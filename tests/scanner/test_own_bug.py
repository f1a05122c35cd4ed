from __future__ import annotations

from scanner.own_bug import told


def test_a_bug_is_told_with_its_place_on_one_line_without_credentials() -> None:
    try:
        raise ValueError("https://ann:s3cret@git.example/a\nnext" + "x" * 900)
    except ValueError as error:
        message = told(error)
    assert message.startswith("a bug in Muster: ValueError: https://")
    assert "s3cret" not in message
    assert "\n" not in message
    assert len(message) <= 500
