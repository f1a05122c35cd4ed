"""Bills of materials as CycloneDX 1.6 JSON; needs the extra ``sbom``."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from reports.escape import visible
from reports.views.sbom import Bill, Bills, Part
from reports.writer import View, Writer

if TYPE_CHECKING:
    from cyclonedx.model.component import Component
    from cyclonedx.model.dependency import Dependency

_SPACE = uuid.UUID("6f3e3c5e-0b57-5c0e-9c7b-3a7f1f2a9d11")


def write(view: View) -> str:
    """Repositories as applications that depend on their packages; what is missing stands in ``muster:gap``.

    The same run gives the same bytes: the serial number follows from what is listed, the time from the run.
    """
    from cyclonedx.model.bom import Bom, BomMetaData
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.model.tool import ToolRepository
    from cyclonedx.output import make_outputter
    from cyclonedx.schema import OutputFormat, SchemaVersion

    document = view.document()
    assert isinstance(document, Bills)
    packages = {ref: _package(parts) for ref, parts in _by_reference(document.bills).items()}
    applications = [_application(bill) for bill in document.bills]
    subject = Component(name="fleet", type=ComponentType.PLATFORM, bom_ref="fleet")
    if not document.whole and applications:
        subject = applications[0]
    muster = Component(name="fleet-muster", version=document.run.version, type=ComponentType.APPLICATION)
    bom = Bom(
        metadata=BomMetaData(
            component=subject,
            tools=ToolRepository(components=[muster]),
            timestamp=datetime.fromisoformat(document.run.as_of).replace(tzinfo=UTC),
        ),
        components=[*packages.values(), *(applications if document.whole else ())],
        dependencies=[
            *_dependencies(document.bills, applications, packages),
            *_of_fleet(subject, applications, document),
        ],
        serial_number=_serial(document),
    )
    return make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=2) + "\n"


def _dependencies(
    bills: Iterable[Bill], applications: Iterable[Component], packages: Mapping[str, Component]
) -> Iterator[Dependency]:
    """Edges as they are: registering them one by one would search all that are there for each."""
    from cyclonedx.model.dependency import Dependency

    for bill, application in zip(bills, applications, strict=True):
        needed = [Dependency(ref=packages[r].bom_ref) for r in sorted({_reference(p) for p in bill.parts})]
        yield Dependency(ref=application.bom_ref, dependencies=needed)
    for package in packages.values():
        yield Dependency(ref=package.bom_ref)


def _of_fleet(subject: Component, applications: Iterable[Component], document: Bills) -> Iterator[Dependency]:
    from cyclonedx.model.dependency import Dependency

    if document.whole:
        yield Dependency(ref=subject.bom_ref, dependencies=[Dependency(ref=a.bom_ref) for a in applications])


def _serial(document: Bills) -> uuid.UUID:
    listed = [f"{b.repository.id} {b.repository.commit} {_reference(p)}" for b in document.bills for p in b.parts]
    return uuid.uuid5(_SPACE, visible("\n".join((document.run.as_of, *listed))))


def _by_reference(bills: Iterable[Bill]) -> dict[str, list[Part]]:
    found: dict[str, list[Part]] = {}
    for bill in bills:
        for part in bill.parts:
            found.setdefault(_reference(part), []).append(part)
    return found


def _reference(part: Part) -> str:
    from packageurl import PackageURL

    return PackageURL(type="pypi", name=visible(part.name), version=visible(part.version or "") or None).to_string()


def _package(parts: list[Part]) -> Component:
    from cyclonedx.model import Property
    from cyclonedx.model.component import Component
    from packageurl import PackageURL

    first = parts[0]
    files = sorted({visible(p.path) for p in parts})
    unknown = [Property(name="muster:version", value="unknown: not locked")] if first.version is None else []
    return Component(
        name=visible(first.name),
        version=visible(first.version) if first.version else None,
        purl=PackageURL.from_string(_reference(first)),
        bom_ref=_reference(first),
        properties=[*unknown, *(Property(name="muster:file", value=file) for file in files[:20])],
    )


def _application(bill: Bill) -> Component:
    from cyclonedx.model import Property
    from cyclonedx.model.component import Component, ComponentType

    repository = bill.repository
    told = [("muster:repository", repository.id), ("muster:commit", repository.commit or "unknown")]
    told += [("muster:gap", gap) for gap in bill.gaps]
    return Component(
        name=visible(repository.name),
        type=ComponentType.APPLICATION,
        version=repository.commit,
        bom_ref=f"repository:{visible(repository.id)}",
        properties=[Property(name=name, value=visible(value)) for name, value in told],
    )


WRITER = Writer(
    name="cyclonedx", suffix=".cdx.json", write=write, views=("sbom",), summary="CycloneDX 1.6, with the extra sbom"
)
