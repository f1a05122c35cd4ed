"""``muster schema``: the JSON Schemas of the published documents."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from reports.documents import InventoryDocument, schema
from reports.views.campaign import CampaignDocument
from reports.views.findings import FindingsDocument
from reports.views.graph import GraphDocument
from reports.views.plan import PlanDocument
from reports.views.rules import RulesDocument
from reports.views.runs import RunsDocument

DOCUMENTS: dict[str, type[Any]] = {
    "inventory": InventoryDocument,
    "findings": FindingsDocument,
    "graph": GraphDocument,
    "plan": PlanDocument,
    "campaign": CampaignDocument,
    "rules": RulesDocument,
    "runs": RunsDocument,
}


@click.command("schema")
@click.argument("document", type=click.Choice(list(DOCUMENTS)), required=False)
def command(document: str | None) -> int:
    """Print the JSON Schema of a document; without one, list the documents."""
    if document is None:
        click.echo("\n".join(f"{name}  muster.{name}/1" for name in DOCUMENTS))
        return 0
    made = schema(DOCUMENTS[document], f"muster.{document}/1")
    click.echo(msgspec.json.format(msgspec.json.encode(made), indent=2).decode())
    return 0
