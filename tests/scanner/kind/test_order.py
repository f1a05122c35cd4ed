from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from scanner.inventory import Project, Repository

Make = Callable[[Mapping[str, str]], Project]
Describe = Callable[[Mapping[str, str]], Repository]

BUILT = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'


def pyproject(description: str = "", *, name: str = "shop", published: bool = False, more: str = "") -> str:
    """A project that builds a distribution."""
    addresses = '[project.urls]\nHomepage = "https://shop.example"\n' if published else ""
    return f'{BUILT}[project]\nname = "{name}"\nversion = "1"\ndescription = "{description}"\n{more}\n{addresses}'


SCRIPT = '[project.scripts]\nshop = "shop:main"\n'
PLUGIN = '[project.entry-points."host.plugins"]\nshop = "shop:Plugin"\n'
MODULE = {"shop/__init__.py": ""}
FREEZE = "".join(f"x{n}==1\n" for n in range(50))
SETUP = "from setuptools import setup\nsetup(name='shop', url='https://shop.example', entry_points={'console_scripts': ['a=b:c']})\n"
BY_HAND = "import argparse\nargparse.ArgumentParser()\n"

CASES: dict[str, tuple[str, dict[str, str]]] = {
    # services
    "a server in the image": (
        "service",
        {"requirements.txt": "x", "Dockerfile": "FROM a\nCMD uvicorn a:b", "a.py": ""},
    ),
    "a web process": ("service", {"requirements.txt": "x", "Procfile": "web: python a.py", "a.py": ""}),
    "a compose service with a port": (
        "service",
        {"requirements.txt": "x", "compose.yml": "services: {api: {build: ., ports: ['80:80']}}", "a.py": ""},
    ),
    "a framework and nothing that builds": ("service", {"requirements.txt": "fastapi", "app/__init__.py": ""}),
    "a framework in an application with a build backend": (
        "service",
        {"pyproject.toml": pyproject(more='dependencies = ["flask"]'), **MODULE},
    ),
    "a published package that says so": (
        "service",
        {
            "pyproject.toml": pyproject("A REST API for carts", published=True, more='dependencies = ["fastapi"]'),
            **MODULE,
        },
    ),
    "a published package that its image serves": (
        "service",
        {"pyproject.toml": pyproject(published=True, more=SCRIPT), "Dockerfile": "FROM a\nCMD gunicorn a", **MODULE},
    ),
    "a Django project": ("service", {"requirements.txt": "djangorestframework", "manage.py": "", "site/a.py": ""}),
    "an operator of a cluster": ("service", {"requirements.txt": "kopf", "a.py": ""}),
    "a long list that a manifest declares": (
        "service",
        {
            "pyproject.toml": pyproject(
                published=True,
                more="dependencies = [" + ", ".join(f"'x{n}'" for n in range(50)) + ", 'fastapi', 'uvicorn']",
            ),
            **MODULE,
        },
    ),
    "the manifest of the first Flit": (
        "library",
        {"flit.ini": "[metadata]\nmodule = shop\nhome-page = https://shop.example\n", "shop.py": ""},
    ),
    "what names the cookiecutter that it came from": (
        "service",
        {
            "requirements.txt": "flask",
            "README.md": "# Shop Cookiecutter Test\n",
            "app.py": "",
            ".cookiecutter/cookiecutter.json": "{}",
        },
    ),
    "a cookiecutter": (
        "unknown",
        {"requirements.txt": "flask", "README.md": "# Shop Cookiecutter\n", "app.py": "", "cookiecutter.json": "{}"},
    ),
    "what a helper beside it exports": (
        "service",
        {
            "pyproject.toml": pyproject(published=True, more="dependencies = ['fastapi', 'uvicorn']"),
            "shopping/__init__.py": "",
            "helpers/__init__.py": "from helpers.a import b, c, d, e\n",
        },
    ),
    "a bot": ("service", {"requirements.txt": "aiogram", "a.py": ""}),
    "an application object": ("service", {"Pipfile": "[packages]\nx = '*'", "server.py": "app = Vibora()\n"}),
    "a loop that consumes": (
        "service",
        {"Pipfile": "[packages]\nx = '*'", "main.py": "group = consumer()\nwhile True:\n    group.read()\n"},
    ),
    "a handler of events": (
        "service",
        {"requirements.txt": "x", "handler.py": "def lambda_handler(event, context):\n"},
    ),
    "a worker by name": ("service", {"pyproject.toml": pyproject(name="mail-worker"), **MODULE}),
    "a daemon by classifier": (
        "service",
        {
            "pyproject.toml": pyproject(
                more='classifiers = ["Environment :: No Input/Output (Daemon)"]\n' + SCRIPT, published=True
            ),
            **MODULE,
        },
    ),
    "a published tool that serves": (
        "service",
        {
            "pyproject.toml": pyproject(
                "Annotation tool", published=True, more='dependencies = ["fastapi", "uvicorn"]\n' + SCRIPT
            ),
            **MODULE,
        },
    ),
    "a bot with a build backend": ("service", {"pyproject.toml": pyproject("A bot for carts"), **MODULE}),
    "a chat client of a bot": (
        "service",
        {"requirements.txt": "telethon", "README.md": "# Carts\n\nA chatbot that fills carts.\n", "a.py": ""},
    ),
    "its README calls it this service": (
        "service",
        {"setup.py": SETUP, "README.md": "# Carts\n\nThis service loads carts.\n", "shop/__init__.py": ""},
    ),
    "a handler by the name of its module": (
        "service",
        {"requirements.txt": "x", "sqs_handler.py": "def handler(event, context=None):\n"},
    ),
    "a function in Terraform": (
        "service",
        {"requirements.txt": "x", "a.py": "", "infra/main.tf": 'resource "x" "y" {\n  runtime = "python3.9"\n}\n'},
    ),
    "an image that listens to a queue": (
        "service",
        {"requirements.txt": "confluent-kafka", "Dockerfile": "FROM a\nCMD python -m shop\n", "shop/__init__.py": ""},
    ),
    "a program that its image starts": (
        "service",
        {
            "pyproject.toml": pyproject(),
            "Dockerfile": 'FROM a\nCMD ["python", "-m", "shop.schedule"]\n',
            "shop/schedule.py": "",
            **MODULE,
        },
    ),
    "a folder among services": (
        "service",
        {"services/price/requirements.txt": "x", "services/price/main.py": "if __name__ == '__main__':\n    go()\n"},
    ),
    "a framework among all that an environment held": (
        "service",
        {"requirements.txt": "django==4\n" + FREEZE, "shop/__init__.py": ""},
    ),
    "a published application with its server beside the manifest": (
        "service",
        {
            "pyproject.toml": pyproject(published=True, more='dependencies = ["flask"]'),
            "app.py": "app = Flask(__name__)\n",
        },
    ),
    "a module among services": (
        "service",
        {"services/price/pyproject.toml": pyproject(), "services/price/shop/main.py": "if __name__ == '__main__':\n"},
    ),
    "a published package on a platform": (
        "service",
        {"setup.py": SETUP, "app.yaml": "runtime: python311\n", "shop/__init__.py": ""},
    ),
    "a published server with its command": (
        "service",
        {"pyproject.toml": pyproject("A server for carts", published=True, more=SCRIPT), **MODULE},
    ),
    "a published Django project": (
        "service",
        {
            "pyproject.toml": pyproject("Carts", published=True, more='dependencies = ["django"]'),
            "manage.py": "",
            "shop/wsgi.py": "",
            **MODULE,
        },
    ),
    "a server of tools": (
        "service",
        {"pyproject.toml": pyproject(), "shop/server.py": "mcp = FastMCP('x')\n", **MODULE},
    ),
    "a function for a platform": ("service", {"requirements.txt": "functions-framework==3.*", "main.py": ""}),
    "a script that is an image's command": (
        "service",
        {"requirements.txt": "x", "Dockerfile": 'FROM a\nCMD ["/a.py"]\n', "a.py": ""},
    ),
    "a worker by name that its image starts with arguments": (
        "service",
        {
            "pyproject.toml": '[project]\nname = "mail-worker"\nversion = "1"\n',
            "Dockerfile": "FROM a\nCMD python main.py\n",
            "main.py": BY_HAND,
        },
    ),
    "a bot by its README": (
        "service",
        {"requirements.txt": "x", "README.md": "# Carts\n\nA bot that fills carts.\n", "src/a.py": "", "a.py": ""},
    ),
    # jobs
    "what a workflow starts by the clock": (
        "job",
        {
            "requirements.txt": "x",
            "load.py": "",
            ".github/workflows/load.yml": "on: {schedule: [{cron: '0 0 * * *'}], workflow_dispatch: }\n"
            "jobs: {load: {steps: [{run: python load.py}]}}\n",
        },
    ),
    "its command, which a workflow starts by the clock": (
        "job",
        {
            "pyproject.toml": pyproject("A pipeline of carts", more=SCRIPT),
            "shop/main.py": BY_HAND,
            ".github/workflows/load.yml": "on: {schedule: [{cron: '0 0 * * *'}]}\n"
            "jobs: {load: {steps: [{run: uv run shop load}]}}\n",
            **MODULE,
        },
    ),
    "what runs every day, in its own words": (
        "job",
        {"requirements.txt": "x", "README.md": "# Carts\n\nCounts carts every day.\n", "a.py": ""},
    ),
    "an orchestrator's own web server": (
        "job",
        {"requirements.txt": "dagster", "a.py": "", "compose.yml": "services: {ui: {build: ., ports: ['80:80']}}"},
    ),
    "definitions of assets": (
        "job",
        {
            "pyproject.toml": pyproject("Flows", published=True, more='dependencies = ["dagster"]'),
            "shop/definitions.py": "from dagster import Definitions\ndefs = Definitions(assets=[])\n",
            **MODULE,
        },
    ),
    "a cluster's schedule": (
        "job",
        {"requirements.txt": "x", "deploy/job.yaml": "apiVersion: batch/v1\nkind: CronJob\n", "a.py": ""},
    ),
    "a folder of DAGs": ("job", {"requirements.txt": "x", "dags/load.py": "import airflow\n"}),
    "a scraper by its README": (
        "job",
        {"requirements.txt": "x", "README.md": "# Carts\n\nA scraper of carts.\n", "a.py": ""},
    ),
    "a crawler by name": ("job", {"pyproject.toml": pyproject(name="cartcrawler"), **MODULE}),
    "an action": (
        "job",
        {
            "pyproject.toml": pyproject(name="cart-action", more=SCRIPT),
            "action.yml": "runs: {using: docker}\n",
            **MODULE,
        },
    ),
    "a published program that its image runs every day": (
        "job",
        {
            "pyproject.toml": pyproject("Counts carts every night", published=True),
            "Dockerfile": "FROM a\nCMD python -m shop\n",
            **MODULE,
        },
    ),
    "a scraper that a person starts": (
        "cli",
        {"requirements.txt": "x", "README.md": "# Carts\n\nA scraper of carts.\n", "app.py": BY_HAND},
    ),
    # libraries
    "a plug-in that its host finds by a file": (
        "library",
        {"requirements.txt": "x", "shop/metadata.txt": "[general]\nname=x\n", "shop/__init__.py": "", "a.py": ""},
    ),
    "called after what it extends": (
        "library",
        {
            "pyproject.toml": pyproject(
                "", name="flask-carts", published=True, more='dependencies = ["flask"]\n' + SCRIPT
            ),
            "flask_carts/__init__.py": "",
        },
    ),
    "an app for Django that says little": (
        "library",
        {
            "pyproject.toml": pyproject("A web application of carts", published=True, more='dependencies = ["django"]'),
            **MODULE,
        },
    ),
    "an app for Django beside a project for trying it": (
        "library",
        {
            "pyproject.toml": pyproject("Carts", published=True, more='dependencies = ["django"]'),
            "manage.py": "",
            "main/wsgi.py": "",
            **MODULE,
        },
    ),
    "a chart that a library brings along": (
        "library",
        {
            "pyproject.toml": pyproject("Carts", published=True),
            "helm/Chart.yaml": "name: x\n",
            "shop/__init__.py": "from .cart import Cart, Item, Price\n",
        },
    ),
    "a distribution that brings others along": (
        "library",
        {"pyproject.toml": pyproject(more='dependencies = ["shop-core"]')},
    ),
    "a script beside the package": (
        "library",
        {"pyproject.toml": pyproject(), "gen/__init__.py": "", "gen/main.py": BY_HAND, **MODULE},
    ),
    "no commands": ("library", {"pyproject.toml": pyproject(), **MODULE}),
    "the description before the commands": (
        "library",
        {"pyproject.toml": pyproject("A library for carts", more=SCRIPT), **MODULE},
    ),
    "the README where the description says nothing": (
        "library",
        {
            "pyproject.toml": pyproject("Carts", more=SCRIPT),
            "README.md": "Carts\n=====\n\nCarts is a library and a command line tool.\n",
            **MODULE,
        },
    ),
    "a plug-in": ("library", {"pyproject.toml": pyproject(more=SCRIPT + PLUGIN), **MODULE}),
    "an extension point of its own": (
        "cli",
        {"pyproject.toml": pyproject(more=SCRIPT + PLUGIN.replace("host.plugins", "shop.plugins")), **MODULE},
    ),
    "a plug-in on the side": (
        "cli",
        {"pyproject.toml": pyproject(more=SCRIPT + PLUGIN.replace("host.plugins", "pytest11")), **MODULE},
    ),
    "an app for a framework": (
        "library",
        {
            "pyproject.toml": pyproject("Carts for Django", published=True, more='dependencies = ["django"]'),
            "manage.py": "",
            **MODULE,
        },
    ),
    "a client of a service": (
        "library",
        {"pyproject.toml": pyproject("REST API client", published=True, more='dependencies = ["flask"]'), **MODULE},
    ),
    "a library with a demonstration": (
        "library",
        {
            "pyproject.toml": pyproject("A framework", published=True),
            "Dockerfile": "FROM a\nCMD gunicorn demo",
            "examples/app.py": "app = Flask(__name__)\n",
            **MODULE,
        },
    ),
    "an adapter, whatever its README tells of": (
        "library",
        {"pyproject.toml": pyproject(name="host-adapter-x"), "README.md": "# x\n\nWebhooks for x.\n", **MODULE},
    ),
    "a loop in a shared package": (
        "library",
        {"libs/shop/pyproject.toml": pyproject(), "libs/shop/shop/consumer.py": "while True:\n    queue.get()\n"},
    ),
    "a shared package that needs a framework": (
        "library",
        {"libs/shop/pyproject.toml": pyproject(more='dependencies = ["fastapi"]'), "libs/shop/shop/__init__.py": ""},
    ),
    "commands beside much to import": (
        "library",
        {"pyproject.toml": pyproject(more=SCRIPT), "shop/__init__.py": "from .cart import Cart, Item, Price\n"},
    ),
    "a README's library without anything that starts": (
        "library",
        {"requirements.txt": "x", "README.md": "# Carts\n\nThis library counts.\n", "shop/__init__.py": ""},
    ),
    "uv builds it without a build system": (
        "library",
        {"pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n[tool.uv]\npackage = true\n', **MODULE},
    ),
    # commands
    "made with an SDK": (
        "cli",
        {"pyproject.toml": pyproject("Carts, built with the Carts SDK", published=True, more=SCRIPT), **MODULE},
    ),
    "a tool in its own words, whatever its environment held": (
        "cli",
        {"requirements.txt": "cherrypy==1\n" + FREEZE, "README.md": "# x\n\nA command-line tool.\n", "a.py": ""},
    ),
    "a loop that ends": (
        "cli",
        {"requirements.txt": "x", "main.py": "while True:\n    if done():\n        break\n    sleep(1)\n"},
    ),
    "a workflow that tests by the clock": (
        "cli",
        {
            "requirements.txt": "x",
            "load.py": "",
            ".github/workflows/load.yml": "on: {schedule: [{cron: '0 0 * * *'}], push: }\n"
            "jobs: {load: {steps: [{run: python load.py}]}}\n",
        },
    ),
    "a tool beside much to import": (
        "cli",
        {
            "pyproject.toml": pyproject("A tool for carts", more=SCRIPT),
            "shop/__init__.py": "from .cart import Cart, Item, Price\n",
        },
    ),
    "a wrapper for the command line": (
        "cli",
        {"pyproject.toml": pyproject("CLI wrapper for the carts toolkit", more=SCRIPT), **MODULE},
    ),
    "what an environment brought along": ("cli", {"requirements.txt": "flask==3\n" + FREEZE, "count.py": ""}),
    "a script that an image starts for a person": (
        "cli",
        {"requirements.txt": "x", "Dockerfile": "FROM a\nENTRYPOINT python main.py\n", "main.py": BY_HAND},
    ),
    "a page of a framework in a script": (
        "cli",
        {"requirements.txt": "nicegui", "README.md": "# Faces\n\nThis script blurs faces.\n", "blur.py": ""},
    ),
    "a published tool with a catalogue's entry": (
        "cli",
        {
            "pyproject.toml": pyproject(published=True, more=SCRIPT),
            "catalog-info.yaml": "kind: Component\nmetadata: {name: a}\nspec: {type: service}\n",
            **MODULE,
        },
    ),
    "a chat client in scripts": (
        "cli",
        {"requirements.txt": "telethon", "README.md": "# Chats\n\nScripts to export chats.\n", "a.py": ""},
    ),
    "a window": ("cli", {"pyproject.toml": pyproject(more='dependencies = ["pyside6"]'), **MODULE}),
    "loose scripts with a scaffold's build backend": (
        "cli",
        {"pyproject.toml": pyproject(name="cart-analysis"), "scripts/load.py": "", "scripts/plot.py": ""},
    ),
    "a command": ("cli", {"pyproject.toml": pyproject(more=SCRIPT), **MODULE}),
    "the tool before the library": (
        "cli",
        {"pyproject.toml": pyproject("A command line tool and library", more=SCRIPT), **MODULE},
    ),
    "installed script files": (
        "cli",
        {"setup.py": "from setuptools import setup\nsetup(name='a', scripts=['bin/a'])", "a.py": ""},
    ),
    "an application without commands": ("cli", {"pyproject.toml": pyproject(), "shop/main.py": BY_HAND}),
    "files beside the manifest": ("cli", {"requirements.txt": "x", "count.py": ""}),
    "a page of a framework beside a command": (
        "cli",
        {"pyproject.toml": pyproject(more='dependencies = ["streamlit"]\n' + SCRIPT), **MODULE},
    ),
    # neither
    "notebooks that nothing else starts": (
        "notebook",
        {"requirements.txt": "x", "show.ipynb": "{}", "src/a/model.py": "", "src/a/view.py": ""},
    ),
    "a workspace's root": (
        "unknown",
        {
            "pyproject.toml": '[tool.uv.workspace]\nmembers = ["x"]\n',
            "tools/a.py": "",
            "compose.yml": "services: {api: {build: ., ports: ['80:80']}}",
        },
    ),
    "a workspace's root with a notebook": (
        "unknown",
        {"pyproject.toml": '[tool.uv.workspace]\nmembers = ["x"]\n', "show.ipynb": "{}"},
    ),
    "a workspace's root with its notebooks and what they need": (
        "notebook",
        {
            "pyproject.toml": '[project]\nname = "a"\ndependencies = ["b"]\n[tool.uv.workspace]\nmembers = ["x"]\n',
            "show.ipynb": "{}",
        },
    ),
    "a pipeline with a command, and names that can be imported": (
        "cli",
        {
            "setup.py": SETUP,
            "README.md": "# Shop\n\nShop is a pipeline for carts.\n",
            "shop/__init__.py": "from shop.a import b, c, d\n\n__all__ = ['b', 'c', 'd']\n",
        },
    ),
    "an application that its image starts": (
        "service",
        {
            "setup.py": SETUP,
            "README.md": "# Shop\n\nShop is an application that watches carts.\n\nIt is a glue (api wrapper) for them.\n",
            "Dockerfile": 'FROM a\nENTRYPOINT ["gunicorn"]',
            "a.py": "",
        },
    ),
    "more notebooks than modules": (
        "notebook",
        {"requirements.txt": "x", "a.ipynb": "{}", "b.ipynb": "{}", "a.py": ""},
    ),
    "a template by its title": (
        "unknown",
        {"requirements.txt": "flask", "README.md": "# Flask template\n", "app.py": ""},
    ),
    "a template by its name": ("unknown", {"pyproject.toml": pyproject(name="api-template"), **MODULE}),
    "nothing tells": ("unknown", {"requirements.txt": "x", "shop/__init__.py": ""}),
    "a client is no server": ("cli", {"requirements.txt": "aiohttp", "count.py": ""}),
    "a compose service that ends": (
        "cli",
        {
            "requirements.txt": "x",
            "compose.yml": "services: {load: {build: ., command: python load.py}}",
            "load.py": "",
        },
    ),
    "a database is not what runs here": (
        "cli",
        {"requirements.txt": "x", "compose.yml": "services: {db: {build: db, ports: ['1:1']}}", "load.py": ""},
    ),
    "a README's word without a sign": (
        "cli",
        {"requirements.txt": "x", "README.md": "# Carts\n\nSee our website.\n", "load.py": ""},
    ),
}


@pytest.mark.parametrize(("kind", "files"), CASES.values(), ids=CASES.keys())
def test_kinds(kind: str, files: dict[str, str], only_project: Make) -> None:
    project = only_project(files)
    assert (project.kind, project.kind_reasons) == (kind, project.kind_reasons)
    assert all(reason.message for reason in project.kind_reasons)


def test_the_reason_names_the_line_that_starts_it(only_project: Make) -> None:
    project = only_project({"requirements.txt": "x", "server.py": "import x\n\napp = Flask(__name__)\n"})
    (reason,) = project.kind_reasons
    assert (reason.message, reason.path, reason.line) == ("makes the application object Flask", "server.py", 3)


def test_what_is_deployed_goes_before_what_a_module_shows(only_project: Make) -> None:
    files = {"requirements.txt": "x", "server.py": "app = Flask(__name__)\n", "Dockerfile": "FROM a\nCMD uvicorn a\n"}
    assert only_project(files).kind_reasons[0].path == "Dockerfile"


def _workload(kind: str, image: str) -> str:
    return f"apiVersion: batch/v1\nkind: {kind}\nspec:\n  containers:\n    - image: {image}\n"


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("job", {"k8s/a/cron.yaml": _workload("CronJob", "registry.example/acme/services/prices:1")}),
        (
            "service",
            {
                "k8s/a/cron.yaml": _workload("CronJob", "acme/prices:1"),
                "k8s/a/run.yaml": _workload("Deployment", "acme/prices:1"),
            },
        ),
        ("service", {"k8s/a/cron.yaml": _workload("CronJob", "acme/rates:1")}),
        ("job", {"k8s/a/job.yaml": _workload("Job", "acme/prices:1")}),
    ],
)
def test_a_cluster_says_by_the_image(kind: str, more: dict[str, str], inventory: Describe) -> None:
    files = {"services/prices/requirements.txt": "nats-py", "services/prices/Dockerfile": "FROM a\nCMD python a.py\n"}
    found = inventory({**files, "services/prices/a.py": "", **more})
    (project,) = (p for p in found.projects if p.path == "services/prices")
    assert (project.kind, project.kind_reasons) == (kind, project.kind_reasons)


def test_among_jobs(inventory: Describe) -> None:
    job = {"requirements.txt": "click", "main.py": "@click.command()\ndef f(): pass\n", "README.md": "# Template Job\n"}
    files = {f"jobs/{name}/{file}": text for name in ("one", "two") for file, text in job.items()}
    found = inventory({**files, "jobs/one/Dockerfile": "FROM a\n"})
    assert {p.path: p.kind for p in found.projects} == {"jobs/one": "job", "jobs/two": "unknown"}
