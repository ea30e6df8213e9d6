"""Write a bill of materials in CycloneDX: `python -m tests.supply_chain.bill_of_materials FILE`.

It names all that is shipped with the service, as scanners and buyers ask for it. The same sources give the
same bytes: neither the day nor a random number is in it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from packaging.requirements import Requirement
from tests.supply_chain.shipped import Shipped, packages, page_libraries, templates, vocabularies

import tokenquote

__all__ = ["bill_of_materials"]


def bill_of_materials() -> str:
    """The bill as JSON of CycloneDX 1.6.

    Raises:
        ValueError: it is not valid by CycloneDX' own schema.
    """
    installed = {package.name: _package(package) for package in packages()}
    data = [_data(shipped) for shipped in (*vocabularies(), *templates())]
    page = [_page_library(name, found) for name, found in _by_library(page_libraries()).items()]
    root = Component(
        name="tokenquote", version=tokenquote.__version__, bom_ref="tokenquote",
        type=ComponentType.APPLICATION, licenses=[LicenseFactory().make_from_string("MIT")],
    )  # fmt: skip
    components = [*installed.values(), *data, *page]
    bom = Bom(components=components, metadata=BomMetaData(component=root))
    bom.register_dependency(root, components)
    for name, component in installed.items():
        bom.register_dependency(
            component, [installed[other] for other in _asked_for(name) & installed.keys()]
        )
    bom.metadata.timestamp = None  # type: ignore[assignment]
    bom.serial_number = uuid5(NAMESPACE_URL, " ".join(sorted(str(each.bom_ref.value) for each in components)))
    written: str = JsonV1Dot6(bom).output_as_string(indent=2)
    if (fault := JsonStrictValidator(SchemaVersion.V1_6).validate_str(written)) is not None:
        raise ValueError(f"the bill is not valid: {fault}")
    return written + "\n"


def _package(package: Shipped) -> Component:
    url = PackageURL("pypi", None, package.name, package.version)
    return Component(
        name=package.name, version=package.version, purl=url, bom_ref=str(url), licenses=_licences(package)
    )


def _data(shipped: Shipped) -> Component:
    """A vocabulary's file or a chat template."""
    name = shipped.files[0] if shipped.files else shipped.name
    return Component(
        name=name, description=shipped.source, type=ComponentType.DATA, bom_ref=name,
        licenses=_licences(shipped), hashes=_hashes([shipped]),
    )  # fmt: skip


def _page_library(name: str, files: list[Shipped]) -> Component:
    url = PackageURL("npm", None, name, files[0].version)
    return Component(
        name=name, version=files[0].version, purl=url, bom_ref=str(url), licenses=_licences(files[0]),
        hashes=_hashes(files),
    )  # fmt: skip


def _by_library(files: Iterable[Shipped]) -> dict[str, list[Shipped]]:
    found: dict[str, list[Shipped]] = {}
    for file in files:
        found.setdefault(file.name, []).append(file)
    return found


def _licences(shipped: Shipped) -> list[License]:
    return [LicenseFactory().make_from_string(shipped.licence)]


def _hashes(files: Iterable[Shipped]) -> list[HashType]:
    return [HashType(alg=HashAlgorithm.SHA_256, content=file.sha256) for file in files if file.sha256]


def _asked_for(package: str) -> set[str]:
    """The packages that a package asks for on this machine."""
    requirements = map(Requirement, metadata.requires(package) or ())
    return {
        re.sub(r"[-_.]+", "-", each.name).lower()
        for each in requirements
        if each.marker is None or each.marker.evaluate({"extra": ""})
    }


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(bill_of_materials())
    print(f"{target}: {target.stat().st_size} bytes")
