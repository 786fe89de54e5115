"""What makes one company another: its name and place, its people, its taxes, its batches and its days.

The rest is the same for all, so a fault that breaks a rule in one company breaks it in any of them.
"""

# Records stay packed: a key per line would hide what belongs together.
# fmt: off
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from northwind import (
    CLASSES,
    CLOSED,
    COMPANY,
    CREW,
    GONE,
    SHOWN,
    SURNAMES,
    TAKEN,
    TAXES,
    VENDORS,
    ZONES,
    Dice,
    Json,
    Sku,
    pricebook,
)


@dataclass(frozen=True)
class Firm:
    """One company; what is not said is Northwind's."""

    name: str = COMPANY
    email: str = "office@northwind.example"
    phone: str = "303-555-0100"
    city: str = "Denver"
    state: str = "CO"
    time_zone: str = "America/Denver"
    seed: int = 20261120
    """Where its dice begin."""
    lists_at: datetime = TAKEN
    """When the lists were exported; its offset is that of the company."""
    taken_at: str = "2026-11-20T17:30:00-07:00"
    confirmed_at: str = "2026-11-20T17:25:00-07:00"
    """When someone answered the questions about facts that are in no file."""
    closed: str = CLOSED
    taxes: Mapping[str, int] = field(default_factory=lambda: TAXES)
    """Hundredths of a percent. The last is for a zone in which no one works anymore."""
    zones: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: ZONES)
    crew: tuple[str, ...] = CREW
    """The last has left."""
    trucks: tuple[str, ...] = ("Truck 1", "Truck 2", "Truck 3", "Truck 4", "Truck 5", "Truck 6 (sold)")
    """One for each technician but the last two, of whom one rides along and one has left; the last truck is sold."""
    units: Mapping[int, str] = field(
        default_factory=lambda: {21: "Plumbing", 22: "Heating", 23: "Install", 24: "Drain (closed)"})
    classes: tuple[str, ...] = CLASSES
    """The class of a unit is the first word of its name; the first of all is that of the closed unit."""
    batches: Mapping[str, tuple[str, int]] = field(default_factory=lambda: {
        "1039": ("10-30 plumbing", 12), "1040": ("11-06 plumbing", 14), "1041": ("11-13 plumbing", 14),
        "1042": ("11-20 plumbing", 20)})
    """Name of each batch, and how many invoices it has. The last is pending."""
    newcomers: tuple[str, str] = ("Newlands Creamery", "Prosperi-Vale, Anouk")
    """Customers that are new to QuickBooks at this export."""
    nearly: str = "Smoke Salt and Sugar"
    """A customer in QuickBooks, spelled slightly differently."""
    gone: tuple[str, ...] = GONE
    """Customers that are inactive in both programs."""
    vendors: tuple[str, ...] = VENDORS
    buys_from: int = 15
    """How many of the vendors ServiceTitan knows, counted from the first."""
    first_number: int = 58200
    """Before the number of its first invoice."""
    parts: int = 3
    """A line of labor comes with fewer parts than this."""
    orders: int = 7
    """How many purchase orders it wrote."""
    never_ordered: frozenset[str] = frozenset()
    """Codes that are on no purchase order."""
    chart: frozenset[str] | None = None
    """The accounts of QuickBooks that it keeps. None: all."""
    skus: tuple[Sku, ...] | None = None
    """Its pricebook. None: Northwind's."""
    customers: tuple[str, ...] | None = None
    """Full names of its customers and their jobs. None: Northwind's."""

    @property
    def waiting(self) -> str:
        """Return the number of the pending batch."""
        return list(self.batches)[-1]

    @property
    def offset(self) -> str:
        """From UTC, as times write it."""
        return self.lists_at.isoformat()[-6:]

    @property
    def address(self) -> Json:
        """Where it is, and everybody else."""
        return {"street": "1 Example Way", "unit": None, "city": self.city, "state": self.state, "zip": "00000", "country": "USA"}

    def rate(self, zone: str) -> int:
        """Everything that is due in a zone, in hundredths of a percent."""
        return sum(self.taxes[tax] for tax in self.zones[zone])


NORTHWIND = Firm()
_KEPT = {*SHOWN, "PVC-ELB-34", "TAPE-PTFE", "WH-GAS-40", "PEX-TEE-12", "CU-CPL-1", "OLD-FLUX-8OZ", "WH-ELE-30"}
SMALL = Firm(
    batches={"1041": ("11-13 plumbing", 4), "1042": ("11-20 plumbing", 20)},
    skus=tuple(sku for sku in pricebook(Dice(NORTHWIND.seed)) if sku.kind == "service" or sku.code in _KEPT),
    customers=(*(f"{name}, Ada" for name in SURNAMES[:14]), *GONE, "Jägerhof Inn", "Jägerhof Inn:Boiler room", "Pinecroft, Odile"),
)
"""Northwind as it was when it was small."""
