from __future__ import annotations

from scanner.formats.compose import FORMAT, read

TEXT = """\
services:
  api:
    build: {context: ./api}
    ports: ["8000:8000"]
    command: bash -c "pip install -r requirements.txt && gunicorn app"
    environment:
      - A=1
  db:
    image: postgres:16
  other:
    build: ../other-service
  tests:
    build: .
    command: ["sh", "-c", "pytest"]
  job:
    image: python:3.11-slim
    command: [python, job.py]
"""


def test_services() -> None:
    extract = read("deploy/docker-compose.yml", TEXT)
    assert extract is not None
    found = [(i.job, " ".join(i.argv), i.at.line, i.directory) for i in extract.invocations]
    assert found == [
        ("api", "docker build api", 3, "deploy"),
        ("api", "pip install -r requirements.txt", 5, "deploy/api"),
        ("api", "gunicorn app", 5, "deploy/api"),
        ("other", "docker build ../other-service", 11, "deploy"),
        ("tests", "docker build .", 13, "deploy"),
        ("tests", "pytest", 14, "deploy"),
        ("job", "python job.py", 17, None),
    ]
    assert [(r.kind, r.target, r.ref) for r in extract.references] == [
        ("image", "postgres", "16"),
        ("image", "python", "3.11-slim"),
    ]
    assert [(h.kind, h.at.line) for h in extract.hints] == [("service", 2)]


def test_neighbours_are_services() -> None:
    extract = read("compose.yaml", TEXT)
    assert extract is not None
    assert [(r.target, r.at.line) for r in extract.references if r.kind == "service"] == [("../other-service", 11)]


def test_the_oldest_form_and_other_files() -> None:
    old = read("docker-compose.yml", "web:\n  image: python:3.6\n")
    assert old is not None
    assert [p.version for p in old.pythons] == ["3.6"]
    assert read("docker-compose.yml", "a: b\n") is None
    assert FORMAT.matches("docker-compose.prod.yml")
    assert FORMAT.matches("dev-compose.yaml")
    assert not FORMAT.matches("composer.yaml")
    assert not FORMAT.matches("examples/x/compose.yml")


def test_a_build_is_the_command_that_compose_runs_for_it() -> None:
    text = (
        "services:\n  a:\n    build:\n      context: ..\n      dockerfile: docker/Dockerfile.prod\n      target: web\n"
    )
    extract = read("deploy/local.yml", text)
    assert extract is not None
    assert [" ".join(i.argv) for i in extract.invocations] == [
        "docker build -f ../docker/Dockerfile.prod --target web .."
    ]
    assert read("config/production.yml", "services:\n  a:\n    image: b\n") is None
    assert read("production.yml", "{% not yaml") is None


def test_where_services_work() -> None:
    volumes = [
        "./src:/app/src:ro", "kept:/data", "/etc/x:/etc/x", "${HERE:-./here}:/here", "${PWD}:/w/", "$X/y:/y", "/anonymous",
        "{type: bind, source: ../up, target: /up}", "{source: ., target: /all}", "{}", "a:b:c:d",
    ]  # fmt: skip
    text = "".join(f"      - {volume}\n" for volume in volumes)
    extract = read("d/compose.yaml", f"services:\n  a:\n    image: x\n    working_dir: /app\n    volumes:\n{text}")
    assert extract is not None
    assert extract.settings["services"]["a"] == {
        "workdir": "/app",
        "volumes": (
            ("/app/src", "d/src"),
            ("/etc/x", None),
            ("/here", "d/here"),
            ("/w", "d"),
            ("/y", None),
            ("/up", "up"),
            ("/all", "d"),
        ),
    }
