"""Platforms that install from an old file by themselves, without a command that says so. Pure.

What is deployed there would be without its packages if the file went: it stays, and the note says for whom. Heroku
and Streamlit read ``uv.lock`` themselves, and Heroku refuses two such files.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from rules.migration import Ground
from rules.places.mentions import ASIDE

_LARGE = 200_000
LISTS = frozenset({"requirements.txt", "Pipfile", "Pipfile.lock"})
"""What such platforms look for."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A platform that reads an old file: which, and the place that shows it."""

    platform: str
    path: str
    line: int
    file: str


@dataclass(frozen=True, slots=True)
class _Sign:
    """How a platform shows: a file by its path, with something in its text; which folders it installs from.

    ``beside``: from the folder of that file; else from every folder that the text names, its own and the root.
    """

    platform: str
    path: re.Pattern[str]
    says: re.Pattern[str] | None = None
    beside: bool = True


def _sign(platform: str, path: str, says: str | None = None, *, beside: bool = True) -> _Sign:
    told = re.compile(says, re.MULTILINE | re.IGNORECASE) if says is not None else None
    return _Sign(platform, re.compile(rf"(?:(?P<folder>.*)/)?(?:{path})"), told, beside)


_YAML = r"[^/]+\.ya?ml"
_CI = (
    rf"\.github/workflows/{_YAML}|\.gitlab-ci\.yml|azure-pipelines[^/]*\.ya?ml|cloudbuild[^/]*\.ya?ml"
    r"|[^/]+\.sh|Makefile|[^/]*justfile"
)
_AZURE = (
    r"azure/(?:webapps-deploy|functions-action)|Azure(?:WebApp|FunctionApp|RmWebAppDeployment)@"
    r"|az (?:webapp|functionapp)|func azure functionapp"
)
_GOOGLE = r"gcloud (?:beta )?(?:functions|app|run) deploy|google-github-actions/deploy-(?:cloud-functions|appengine)"
_AT_BUILD = r"^FROM\s+\S*(?:astro-runtime|astronomer/|python:\S*-?onbuild)"
_SIGNS = (
    _sign("Vercel", r"vercel\.json"),
    _sign("Netlify", r"netlify\.toml"),
    _sign("Azure Functions", r"host\.json", r"\"(?:extensionBundle|functionTimeout|logging|version)\""),
    _sign("Azure", _CI, _AZURE, beside=False),
    _sign("Azure", r"azure\.ya?ml", r"^\s*host:\s*[\"']?(?:appservice|function)", beside=False),
    _sign("Google App Engine", r"app[\w.-]*\.ya?ml", r"^runtime:\s*[\"']?python"),
    _sign("Google Cloud", _CI, _GOOGLE, beside=False),
    _sign("Firebase", r"firebase\.json", r"\"runtime\"\s*:\s*\"python", beside=False),
    _sign("SAM", r"(?:sam-?|cfn-?)?template[\w.-]*\.(?:ya?ml|json)|sam\.ya?ml", r"AWS::Serverless", beside=False),
    _sign("the Serverless Framework", r"serverless[\w.-]*\.ya?ml", r"serverless-python-requirements", beside=False),
    _sign("Chalice", r"\.chalice/config\.json"),
    _sign("Elastic Beanstalk", r"\.(?:ebextensions|elasticbeanstalk)/[^/]+"),
    _sign("Cloud Foundry", r"manifest[\w.-]*\.ya?ml", r"buildpacks?:[^#]{0,80}python"),
    _sign("DigitalOcean", r"\.do/(?:app|deploy\.template)\.ya?ml"),
    _sign("charmcraft", r"charmcraft\.ya?ml"),
    _sign("Hugging Face", r"README\.md", r"\A---\n(?:[^\n]*\n){0,20}?sdk: *(?:gradio|streamlit)"),
    _sign("Binder", r"README[\w.-]*", r"mybinder\.org/v2"),
    _sign("Binder", r"\.?binder/[^/]+"),
    _sign("the base image", r"[^/]*[Dd]ockerfile[^/]*", _AT_BUILD),
    _sign("OpenShift", r"\.s2i/[^/]+"),
    _sign("the Lambda module", r"[^/]+\.tf", r"source_path\s*=|pip_requirements", beside=False),
    _sign("the CDK", r"[^/]+\.(?:py|ts)", r"\bPythonFunction\(|PythonLayerVersion\(", beside=False),
)  # fmt: skip


def readers(ground: Ground, gone: Collection[str], text_of: Callable[[str], str | None]) -> Iterator[Reader]:
    """The platforms that would look for a file which is ``gone``; ``text_of`` gives a file as the patch leaves it."""
    files = {file for file in gone if posixpath.basename(file) in LISTS}
    if not files:
        return
    for path in sorted(ground.facts.files):
        if path in gone or ASIDE.search(path):
            continue
        for sign in _SIGNS:
            match = sign.path.fullmatch(path)
            if match is None:
                continue
            line, text = 1, ""
            if sign.says is not None:
                text = text_of(path) or ""
                said = sign.says.search(text) if len(text) <= _LARGE else None
                if said is None:
                    continue
                line = text.count("\n", 0, said.start()) + 1
            folder = match["folder"] or "."
            for file in sorted(files):
                own = posixpath.dirname(file) or "."
                if own == folder if sign.beside else _names(text, folder, own):
                    yield Reader(sign.platform, path, line, file)


def _names(text: str, folder: str, own: str) -> bool:
    """Whether a text in ``folder`` means the folder ``own``: by its path, or because it is the root or beside it."""
    if own in (".", folder):
        return True
    name = re.escape(posixpath.basename(own))
    return re.search(rf"(?<![\w.-]){name}(?![\w-]|\.\w)", text) is not None
