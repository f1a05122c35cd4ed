from __future__ import annotations

from scanner.formats.deployment import FORMAT, read


def _hints(path: str, text: str) -> list[tuple[str, int | None]]:
    extract = read(path, text)
    return [(h.kind, h.at.line) for h in extract.hints] if extract is not None else []


def test_kubernetes_and_helm_templates() -> None:
    text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {}\n---\napiVersion: batch/v1\nkind: CronJob\n"
    assert _hints("k8s/a.yaml", text) == [("service", 2), ("job", 6)]
    helm = "{{- if .Values.on }}\napiVersion: apps/v1\nkind: StatefulSet\n{{- end }}\n"
    assert _hints("charts/api/templates/a.yaml", helm) == [("service", 3)]
    assert FORMAT.matches("charts/api/templates/a.yaml")
    assert _hints("k8s/a.yaml", "kind: Deployment\n") == []
    assert _hints("k8s/a.yaml", "apiVersion: v1\nkind: ConfigMap\n") == []


def test_images_that_manifests_run() -> None:
    text = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: 'reg.example/acme/api:1'  # x\n    name: a\n"
    extract = read("deploy/pod.yaml", text)
    assert extract is not None
    assert [(r.kind, r.target, r.ref, r.at.line) for r in extract.references] == [
        ("image", "reg.example/acme/api", "1", 5)
    ]
    handed = read(
        "deploy/pod.yaml",
        text + "    env:\n    - name: WORKER\n      value: reg.example/acme/worker:2\n    - value: a/b\n",
    )
    assert handed is not None
    assert [r.target for r in handed.references] == ["reg.example/acme/api", "reg.example/acme/worker"]
    assert read("deploy/pod.yaml", text.replace("'reg.example/acme/api:1'", "{{ .Values.image }}")) is None
    assert FORMAT.matches("worker/job.yaml")
    assert FORMAT.matches("cli/job_configs/run.yaml")
    assert not FORMAT.matches("cli/jobless/run.yaml")
    assert not FORMAT.matches("worker/jobs-list.json")
    assert not FORMAT.matches("worker/podcasts.yaml")


def test_serverless() -> None:
    web = "provider: {name: aws, runtime: python3.12}\nfunctions:\n  a: {handler: x, events: [{http: GET /}]}\n"
    extract = read("serverless.yml", web)
    assert extract is not None
    assert [(p.version, p.kind) for p in extract.pythons] == [("3.12", "runtime-file")]
    assert _hints("serverless.yml", web) == [("service", 2)]
    assert _hints("serverless.yml", web.replace("http: GET /", "schedule: rate(1 day)")) == [("job", 2)]
    assert _hints("serverless.yml", web.replace("python3.12", "nodejs20.x")) == []


def test_platforms() -> None:
    assert _hints("app.yaml", "runtime: python39\n") == [("service", 1)]
    assert _hints("app.yaml", "name: x\nworkers:\n- name: a\n") == [("service", 2)]
    assert _hints("app.yaml", "name: x\n") == []
    assert _hints("render.yaml", "services:\n- type: cron\n  name: a\n- type: web\n") == [("job", 2), ("service", 4)]
    assert _hints("fly.toml", "app = 'x'\n") == [("service", 1)]
    assert _hints("template.yaml", "a: b\n") == []
    sam = "Transform: AWS::Serverless-2016-10-31\nResources:\n  F:\n    Type: AWS::Serverless::Function\n"
    "    Properties:\n      Runtime: python3.9\n"
    assert _hints("template.yaml", sam) == [("service", 3)]


def test_dags_by_name() -> None:
    assert FORMAT.matches("dags/daily.py")
    assert not FORMAT.matches("dags/__init__.py")
    assert not FORMAT.matches("src/app.py")
    assert _hints("dags/daily.py", "import os\nfrom airflow import DAG\n") == [("job", 2)]
    assert _hints("dags/daily.py", "import os\n") == []


def test_functions_in_cloudformation() -> None:
    text = "Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      Runtime: python3.9\n"
    assert _hints("template.yml", text) == [("service", 2)]
    assert _hints("template.yml", text.replace("python3.9", "nodejs20.x")) == []


def test_functions_in_terraform() -> None:
    text = 'resource "aws_lambda_function" "a" {\n  handler = "main.run"\n  runtime = "python3.12"\n}\n'
    extract = read("infra/main.tf", text)
    assert extract is not None
    assert [(p.version, p.kind, p.at.line) for p in extract.pythons] == [("3.12", "runtime-file", 3)]
    assert _hints("infra/main.tf", text) == [("service", 3)]
    assert _hints("infra/main.tf", text.replace("python3.12", "nodejs20.x")) == []
    assert _hints("infra/main.tf", text.replace("runtime", "# runtime")) == []
    assert FORMAT.matches("infra/main.tf")
    assert not FORMAT.matches("examples/infra/main.tf")
