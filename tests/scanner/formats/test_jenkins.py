from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scanner.facts import Extract
from scanner.formats.jenkins import FORMAT, read


def _read(text: str) -> Extract:
    extract = read("Jenkinsfile", text)
    assert extract is not None
    return extract


TEXT = """\
@Library('acme-lib@v2') _
pipeline {
  agent { docker { image 'python:3.10-slim' } }
  environment { UV_FROZEN = '1' }
  // sh 'commented out'
  stages {
    stage('Test it') {
      steps {
        sh "pip install uv"
        dir('api') {
          sh '''
            uv sync
            pytest -k "a b"
          '''
        }
        sh(label: 'x', script: 'tox -e py', returnStdout: true)
        bat 'python setup.py sdist'
        withPythonEnv('python3.8') { sh script: 'make' }
        echo 'sh nothing'
      }
    }
  }
}
"""


def test_steps() -> None:
    found = [(i.job, " ".join(i.argv), i.at.line, i.directory) for i in _read(TEXT).invocations]
    assert found == [
        ("Test it", "pip install uv", 9, "."),
        ("Test it", "uv sync", 12, "api"),
        ("Test it", "pytest -k a b", 13, "api"),
        ("Test it", "tox -e py", 16, "."),
        ("Test it", "python setup.py sdist", 17, "."),
        ("Test it", "make", 18, "."),
    ]
    assert all(("UV_FROZEN", "1") in i.env for i in _read(TEXT).invocations)


def test_what_stands_around_them() -> None:
    extract = _read(TEXT)
    assert [(r.kind, r.target, r.ref) for r in extract.references] == [
        ("ci", "acme-lib", "v2"),
        ("image", "python", "3.10-slim"),
    ]
    assert [p.version for p in extract.pythons] == ["3.10", "3.8"]


def test_scripted_pipelines() -> None:
    extract = _read("node('x') {\n  docker.image('python:3.9').inside {\n    sh 'pip install .'\n  }\n}\n")
    assert [i.argv for i in extract.invocations] == [("pip", "install", ".")]
    assert [p.version for p in extract.pythons] == ["3.9"]


def test_groovys_own_expressions_are_no_shell() -> None:
    extract = _read('node { sh "docker build -t x:${env.BUILD_NUMBER} -f ${FILE} ." }')
    assert [i.argv for i in extract.invocations] == [
        ("docker", "build", "-t", "x:${{ env.BUILD_NUMBER }}", "-f", "${FILE}", ".")
    ]
    assert extract.problems == ()


def test_what_is_no_jenkinsfile() -> None:
    assert read("jenkins/vars.groovy", "def x = 1\n") is None
    assert FORMAT.matches("ci/Jenkinsfile.nightly")
    assert FORMAT.matches("release.Jenkinsfile")
    assert not FORMAT.matches("Jenkinsfile.md")
    assert not FORMAT.matches("examples/Jenkinsfile")


@given(st.text(alphabet="sh'\"{}()\\\n :,/*dirstage$", max_size=200))
def test_any_text(text: str) -> None:
    read("Jenkinsfile", text)
