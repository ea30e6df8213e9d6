"""The bill of materials: valid, whole, and the same each time."""

from __future__ import annotations

import json

from tests.supply_chain.bill_of_materials import bill_of_materials
from tests.supply_chain.shipped import applicable, page_libraries, pins, vocabularies


def test_it_names_all_that_is_shipped_with_its_licence() -> None:
    """Its own schema is checked where it is written."""
    written = bill_of_materials()
    assert written == bill_of_materials()
    bill = json.loads(written)
    components = {each["bom-ref"]: each for each in bill["components"]}
    assert all(each["licenses"] for each in components.values())
    assert {f"pkg:pypi/{pin.name}@{pin.version}" for pin in applicable(pins())} <= components.keys()
    assert {f"pkg:npm/{each.name}@{each.version}" for each in page_libraries()} <= components.keys()
    for shipped in vocabularies():
        assert components[shipped.files[0]]["hashes"][0]["content"] == shipped.sha256
    assert "timestamp" not in bill["metadata"]
    needs = {each["ref"]: each.get("dependsOn", []) for each in bill["dependencies"]}
    assert needs["tokenquote"] == sorted(components)
    (tiktoken,) = (needs[ref] for ref in needs if ref.startswith("pkg:pypi/tiktoken@"))
    assert [ref.split("@")[0] for ref in tiktoken] == ["pkg:pypi/regex"]
