"""Which edges are *hard* for the move to uv: the consumer cannot move before its provider.

Path sources, shared base images and shared CI templates are (``hard`` in the configuration lists the kinds), each only
while the provider itself has something to change; and a provider whose Python ends below what the consumer needs. A
published wheel is not: it installs the same whatever built it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from rules.pythons import admitted, is_over
from rules.reading import area_of
from scanner.config import Config
from scanner.inventory import Edge, Project, Repository


def is_hard(edge: Edge, repositories: Mapping[str, Repository], config: Config, as_of: date) -> bool:
    """Whether ``edge`` is hard."""
    return why_hard(edge, repositories, config, as_of) is not None


def why_hard(edge: Edge, repositories: Mapping[str, Repository], config: Config, as_of: date) -> str | None:
    """Why ``edge`` is hard, in words; ``None`` when it is not."""
    if edge.via in config.hard and not _is_side_image(edge, repositories):
        return {
            "path": "its sources are taken from the provider's folder",
            "image": "its image is built on one that the provider builds",
            "ci": "its pipeline runs a template of the provider",
            "submodule": "the provider's sources are a submodule",
        }.get(edge.via, f"edges by {edge.via} are configured to be hard")
    if edge.distribution is None or edge.scope not in ("runtime", "build"):
        return None
    provider = _project(repositories.get(edge.provider), edge.provider_project)
    consumer = _project(repositories.get(edge.consumer), edge.consumer_project)
    return _python_floor(provider, consumer, as_of) if provider and consumer else None


def _is_side_image(edge: Edge, repositories: Mapping[str, Repository]) -> bool:
    """Whether an image is only copied from, used beside, or part of a development container: no ground to stand on."""
    if edge.via != "image" or edge.path is None or area_of(edge.path) == "ci":
        return False
    consumer = repositories.get(edge.consumer)
    name = edge.provider.rpartition("/")[2].lower()
    bases = [i.base for i in consumer.images if i.path == edge.path and i.base] if consumer else []
    return ".devcontainer" in edge.path or not any(name in base.lower() for base in bases)


def _project(repository: Repository | None, path: str | None) -> Project | None:
    return next((p for p in repository.projects if p.path == path), None) if repository else None


def _python_floor(provider: Project, consumer: Project, as_of: date) -> str | None:
    offered = admitted(provider.requires_python)
    if not offered:
        return None
    if all(is_over(version, as_of) for version in offered):
        return f"{provider.name} admits only Python versions past their end of life ({provider.requires_python})"
    wanted = admitted(consumer.requires_python)
    if wanted and max(offered) < min(wanted):
        return f"{provider.name} ends at Python {'.'.join(map(str, max(offered)))}, below what the consumer needs"
    return None
