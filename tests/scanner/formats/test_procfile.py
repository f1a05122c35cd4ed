from __future__ import annotations

from scanner.formats.procfile import FORMAT


def test_read() -> None:
    extract = FORMAT.read("Procfile", "# c\nrelease: python manage.py migrate\nweb: gunicorn x --bind :$PORT\n\nodd\n")
    assert extract is not None
    assert [(h.kind, h.what, h.at.line) for h in extract.hints] == [
        ("job", "Procfile release", 2),
        ("service", "Procfile web", 3),
    ]
    assert [(i.job, i.argv[0]) for i in extract.invocations] == [("release", "python"), ("web", "gunicorn")]
    assert [t.default for t in extract.tasks] == [False, True]


def test_nothing() -> None:
    assert FORMAT.read("Procfile", "hello\n") is None
    assert FORMAT.matches("a/Procfile.dev")
