"""Technician to truck to inventory site: where a line without a location would be taken from.

A technician without a truck gets a default one at the export, and a site that QuickBooks lacks is created too
(docs/sources.md, inventory locations).
"""

from __future__ import annotations

from decimal import Decimal

from exportready.derive.conclusions import Conclusions
from exportready.kinds import fold
from exportready.model.evidence import UNSET, Dataset, Evidence, Record, Scope, Unknown, Value
from exportready.model.reasons import Reason


def of_technicians(evidence: Evidence) -> Dataset:
    """One record per technician."""
    found = Conclusions(kind="derived.technician_truck")
    technicians, trucks = evidence.dataset("servicetitan.technician"), evidence.dataset("servicetitan.truck_technician")
    driven: dict[Value, list[Record]] = {}
    for place in trucks.records:
        if place.get("parent.active") is not False:
            driven.setdefault(place.get("technicianId"), []).append(place)
    listed = trucks.scope in (Scope.WHOLE, Scope.ACTIVE)
    for technician in technicians.records:
        id_, name = technician.get("id"), technician.get("name")
        own = driven.get(id_, []) if isinstance(id_, str) else []
        names = sorted(str(place.get("parent.name")) for place in own)
        untold = Unknown(Reason.INCONCLUSIVE, trucks.why or "your files hold only a part of the trucks", trucks.remedy)
        truck: Value = names[0] if len(names) == 1 else UNSET if listed or names else untold
        fields: dict[str, Value] = {
            "technician": name,
            "id": id_,
            "truck": truck,
            "trucks": Decimal(len(names)) if listed else untold,
            "siteExists": _site(evidence.dataset("quickbooks.InventorySite"), truck),
            "takes": _takes(str(name), names) if names or listed else untold,
        }
        found.add(fields, technician.where)
    return found.dataset(technicians)


def _takes(technician: str, trucks: list[str]) -> str:
    if not trucks:
        return f"{technician} has no truck, so a default truck will be created for it"
    return f"{technician} drives {' and '.join(trucks)}"


def _site(sites: Dataset, truck: Value) -> Value:
    """Does QuickBooks have an inventory site of the truck's name?"""
    if not isinstance(truck, str):
        return truck
    if any(fold(str(site.get("Name"))) == fold(truck) for site in sites.records):
        return True
    return (
        False
        if sites.scope is Scope.WHOLE
        else Unknown(Reason.INCONCLUSIVE, sites.why or "your files hold only a part of the sites", sites.remedy)
    )
