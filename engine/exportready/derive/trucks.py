"""Technician to truck to inventory site: where the stock for a line without a location would come from.

The export creates a default truck for a technician without one, and an inventory site that QuickBooks doesn't have (docs/sources.md,
inventory locations).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from exportready.derive.conclusions import Conclusions
from exportready.derive.derivation import Inputs, derivation
from exportready.derive.unknowns import not_among, without
from exportready.kinds import fold
from exportready.model.evidence import UNSET, Dataset, Record, Scope, Unknown, Value


@derivation(
    "derived.technician_truck",
    reads="""
servicetitan.technician id name
servicetitan.truck_technician technicianId parent.name parent.active
quickbooks.InventorySite Name
""",
)
def of_technicians(inputs: Inputs) -> Dataset:
    """Conclude one record for each technician."""
    found = Conclusions("derived.technician_truck")
    technicians, trucks = inputs.dataset("servicetitan.technician"), inputs.dataset("servicetitan.truck_technician")
    sites = inputs.dataset("quickbooks.InventorySite")
    site_names = {fold(name) for name in sites.column("Name") if isinstance(name, str)}
    driven: dict[Value, list[Record]] = {}
    for place in trucks.rows():
        if place.get("parent.active") is not False:
            driven.setdefault(place.get("technicianId"), []).append(place)
    are_all = trucks.scope in (Scope.WHOLE, Scope.ACTIVE)
    unknown = not_among(trucks, "your files contain only some of the trucks")
    for technician in technicians.rows():
        id_, name = technician.get("id"), technician.get("name")
        own = driven.get(id_, []) if isinstance(id_, str) else []
        nameless = next((name for place in own if not isinstance(name := place.get("parent.name"), str)), None)
        names = sorted(name for place in own if isinstance(name := place.get("parent.name"), str))
        truck: Value = names[0] if len(own) == 1 and names else UNSET if are_all or own else unknown
        if nameless is not None:
            truck = without(nameless, "the truck has no name in your files")
        fields: dict[str, Value] = {
            "technician": name,
            "id": id_,
            "truck": truck,
            "trucks": Decimal(len(own)) if are_all else unknown,
            "siteExists": _site_exists(sites, site_names, truck),
            "takes": truck if isinstance(truck, Unknown) else _takes(str(name), names),
        }
        found.add(fields, technician.where)
    return found.dataset(technicians)


def _takes(technician: str, trucks: Sequence[str]) -> str:
    if not trucks:
        return f"{technician} has no truck, so the export will create a default truck"
    return f"{technician} drives {' and '.join(trucks)}"


def _site_exists(sites: Dataset, names: set[str], truck: Value) -> Value:
    """Return whether QuickBooks has an inventory site with the truck's name."""
    if not isinstance(truck, str):
        return truck
    if fold(truck) in names:
        return True
    return False if sites.scope is Scope.WHOLE else not_among(sites, "your files contain only some of the inventory sites")
