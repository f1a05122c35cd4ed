"""Files that platforms read by themselves."""

from __future__ import annotations

from typing import Any

import pytest

LIST = "flask==3.0.0\n"
README = "---\ntitle: Shop\nsdk: gradio\n---\n"
CASES = [
    ({"vercel.json": "{}"}, "vercel.json"),
    ({"host.json": '{"version": "2.0"}'}, "host.json"),
    ({".github/workflows/d.yml": "jobs:\n  d:\n    steps:\n      - uses: Azure/webapps-deploy@v3\n"}, ".github/workflows/d.yml"),
    ({"app.yaml": "runtime: python312\n"}, "app.yaml"),
    ({"deploy.sh": "gcloud functions deploy shop --source=.\n"}, "deploy.sh"),
    ({"template.yaml": "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: .\n"}, "template.yaml"),
    ({"serverless.yml": "plugins:\n  - serverless-python-requirements\n"}, "serverless.yml"),
    ({".ebextensions/app.config": "option_settings: []\n"}, ".ebextensions/app.config"),
    ({"README.md": README}, "README.md"),
    ({"Dockerfile": "FROM registry.example/astro-runtime:9\n"}, "Dockerfile"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "shown"), CASES)
def test_what_a_platform_reads_by_itself_stays(patched: Any, files: dict[str, str], shown: str) -> None:
    found = patched({**files, ".python-version": "3.12\n"}, requirements__txt=LIST)
    assert found["requirements.txt"] == LIST
    assert "uv.lock" in {move.lock for move in found.migration.moves}
    assert [path for path, _, said in found.notes if "by itself" in said] == [shown]


def test_of_a_folder_that_the_platform_is_told(patched: Any) -> None:
    text = "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: functions/mail/\n"
    files = {"template.yaml": text, "functions/mail/app.py": "", "functions/mail/requirements.txt": LIST}
    found = patched({**files, ".python-version": "3.12\n"}, requirements__txt=LIST)
    assert "functions/mail/requirements.txt" in found.files


@pytest.mark.parametrize("files", [{"app.yaml": "runtime: nodejs20\n"}, {"host.json": "{}"}, {"README.md": "# Shop\n"}])
def test_others_keep_nothing(patched: Any, files: dict[str, str]) -> None:
    found = patched({**files, ".python-version": "3.12\n"}, requirements__txt=LIST)
    assert "requirements.txt" not in found.files
