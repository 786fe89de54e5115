"""The invented company: its names, its people and its pricebook."""

# Records stay packed: a key per line would hide what belongs together.
# fmt: off
from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Json = dict[str, Any]

COMPANY = "Northwind Plumbing & Heating"
TAKEN = datetime.fromisoformat("2026-11-20T17:05:00-07:00")
CLOSED = "2026-10-31"
"""The last day of the books that are closed."""
COGS = "Cost of Goods Sold"
MATERIALS, EQUIPMENT = f"{COGS}:Materials", f"{COGS}:Equipment"

SHOWN = ("PVC-ELB-1", "PEX-VLV-1", "WH-GAS-50", "PEX-VLV-2", "GAS-FLX-12", "ABS-TRP-1", "PVC-TEE-2", "FIL-20X20", "SUMP-13",
         "FURN-80K")
"""Codes on lines of the pending batch; PVC-TEE-2 is inactive and still in use."""
NOT_IN_BOOKS = frozenset(
    {"PEX-VLV-1", "PEX-VLV-2", "ABS-TRP-1", "GAS-FLX-12", "GAS-FLX-34", "CU-VLV-2", "WH-HYB-80", "BLR-STM-3", "Winterize"}
)
KIT = ("WH-GAS-40", "PVC-ELB-34", "TAPE-PTFE", "Water Heater Install")
"""The members of a group of items."""
INACTIVE = frozenset({"PVC-TEE-2", "OLD-FLUX-8OZ", "WH-ELE-30", "Winterize"})


def money(cents: int) -> str:
    """Cents as the files write them."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def cents(text: str) -> int:
    """The way back."""
    return int(text.replace(".", ""))


class Dice(random.Random):
    """Chance that repeats: only random() keeps its sequence from one Python to the next."""

    def below(self, limit: int) -> int:
        """A number from 0 up to, not including, the limit."""
        return int(self.random() * limit)


@dataclass(frozen=True)
class Sku:
    """One pricebook entry, from which both its ServiceTitan record and its QuickBooks item are made."""

    id: int
    kind: str
    code: str
    text: str
    cost: int
    price: int
    stocked: bool

    @property
    def cogs(self) -> str | None:
        """The account for its cost; services have none."""
        return {"material": MATERIALS, "equipment": EQUIPMENT}.get(self.kind)

    @property
    def income(self) -> str:
        """The income account."""
        return "Sales:" + {"material": "Parts", "equipment": "Equipment", "service": "Labor"}[self.kind]


FAMILIES = (
    ("PVC-ELB", "PVC elbow", "12 34 1 114 112 2", True),
    ("PVC-TEE", "PVC tee", "12 34 1 114 112 2", True),
    ("CU-CPL", "Copper coupling", "12 34 1 114 112 2", False),
    ("CU-TEE", "Copper tee", "12 34 1 114 112 2", True),
    ("CU-VLV", "Ball valve, copper", "12 34 1 114 112 2", True),
    ("PEX-ELB", "PEX elbow", "12 58 34 1", False),
    ("PEX-TEE", "PEX tee", "12 58 34 1", True),
    ("PEX-VLV", "PEX shut-off valve", "12 34 1 2", True),
    ("PEX-PIPE", "PEX pipe, 100 ft roll", "12 58 34 1", True),
    ("ABS-TRP", "ABS trap & cleanout", "1 112 2 3 4", True),
    ("GAS-FLX", "Gas connector, flexible", "12 34 1", True),
    ("BRS-NIP", "Brass nipple", "12 34 1 114 112 2", False),
    ("FIL", "Furnace filter", "14X20 16X20 16X25 20X20 20X25", True),
)
ODD_MATERIALS = (
    ("OLD-FLUX-8OZ", "Flux, 8 oz (discontinued)", True),
    ("O'RING & SEAL KIT", "O'ring and seal kit", True),
    ("MANIFOLD-PEX-12PORT-VALVED-3/4X", "PEX manifold, 12 ports, valved", True),
    ("Pipe dope", "Thread sealant, 1 pt", False),
    ("TAPE-PTFE", "PTFE tape", False),
)
EQUIPMENT_FAMILIES = (
    ("WH-GAS", "Gas water heater", "40 50 75", 98000),
    ("WH-ELE", "Electric water heater", "30 40 50 80", 76000),
    ("WH-HYB", "Heat-pump water heater", "50 65 80", 189000),
    ("WH-TKL", "Tankless water heater", "150 180 199", 134000),
    ("FURN", "Furnace", "60K 80K 100K", 142000),
    ("BLR-STM", "Steam boiler", "2 3", 310000),
    ("SUMP", "Sump pump", "13 12", 21000),
)
SERVICES = (
    ("Diagnostic", "Diagnostic visit", 8900),
    ("Drain Clear", "Clear a drain", 19500),
    ("Faucet Install", "Install a faucet", 24000),
    ("Furnace Tune-up", "Furnace tune-up", 14900),
    ("Gas Line", "Run a gas line, per hour", 16500),
    ("Labor", "Labor, per hour", 13500),
    ("Leak Repair", "Repair a leak", 28500),
    ("Re-pipe", "Re-pipe, per fixture", 42000),
    ("Sewer Camera", "Camera inspection", 32500),
    ("Water Heater Install", "Install a water heater", 69000),
    ("Winterize", "Winterize a house", 17500),
)


def pricebook(dice: Dice) -> list[Sku]:
    """Materials, equipment and services."""
    found: list[Sku] = []

    def add(kind: str, code: str, text: str, cost: int, price: int, stocked: bool) -> None:
        found.append(Sku(410000 + 7 * len(found), kind, code, text, cost, price, stocked))

    for stem, text, sizes, stocked in FAMILIES:
        for size in sizes.split():
            cost = 80 + dice.below(2600)
            add("material", f"{stem}-{size}", f"{text}, {size}", cost, cost * 3, stocked)
    for code, text, stocked in ODD_MATERIALS:
        add("material", code, text, 450 + dice.below(900), 2900, stocked)
    for stem, text, sizes, cost in EQUIPMENT_FAMILIES:
        for step, size in enumerate(sizes.split()):
            add("equipment", f"{stem}-{size}", f"{text}, {size}", cost + 11000 * step, 2 * cost + 25000 * step, True)
    for code, text, price in SERVICES:
        add("service", code, text, 0, price, False)
    assert all(len(sku.code) <= 31 for sku in found)
    return found


VENDORS = (
    "Basalt Pipe & Supply", "Cedarline Valve Co.", "Copperhead Wholesale", "Fjord Heating Supply", "Hearthmoor Direct",
    "Larkspur Fixtures, Inc.", "Tallgrass Tools", "Señor Tubo Pipe Works", "Alpenglow Uniforms", "Aspenfall Telephone",
    "Blue Spruce Insurance", "Crosscut Software", "Dryfork Gravel & Sand", "Eastbench Tire & Lube", "Foxglove Printing",
    "Granite Gas & Electric", "Hollow Creek Water", "Ironwood Equipment Rental", "Juniper Office Supply", "Kestrel Couriers",
    "Mossback Excavating", "Northgate Properties", "O'Dell's Welding", "State Revenue Office", "Transit District Office",
)
CREW = ("Arlo Fensk", "Bettina Quell", "Corbin Jask", "Delphine Moorst", "Emrys Tallow", "Fenna Drobe", "Gus Oldham-Vey")
OTHER_NAMES = ("Petty cash holder", "Owner's household")
TAXES = {"State Tax": 290, "Transit Tax": 110, "Denver City Tax": 475, "Lakewood City Tax": 300, "Out of State": 0}
ZONES = {"Denver": ("State Tax", "Transit Tax", "Denver City Tax"), "Lakewood": ("State Tax", "Transit Tax", "Lakewood City Tax")}
CLASSES = ("Drain", "Heating", "Install", "Plumbing")
METHODS = ("Cash", "Check", "Master Card", "VISA", "E-Check")
TERMS = {"Due on receipt": 0, "Net 15": 15, "Net 30": 30}
SURNAMES = """Abernoth Ackleby Bramwick Brindlow Calloway-Finch Corvane Dellamoor Dunsettle Eastlick Elderquist Fennimoor Garrowby
Gristwell Hallendorf Hexley Inchbold Jarrowin Kettlemoor Kirkspur Lindqvale Lorrimay MacAuldry MCBrannoch Nettlefold O'Quillan
Ostervane Pellworthy Quarrington Rosthwick Sandlebury Thornaby Underhay Vexbridge Wainscroft Yarmoth""".split()
GIVEN = "Ada Bastian Celeste Dorian Elodie Fabian Gwenna Hollis Ines Jasper Kerensa Lucian Maëlle Nico Odette Piers".split()
GONE = ("AAA Rooms", "Dovetail Storage")
"""Customers that are inactive in both programs."""
TRADES = ("Dental", "Bakery & Deli", "Storage", "Lofts HOA", "Elementary", "Auto Body", "Yoga Studio", "Brewing Co.")
PLACES = ("Alder Street", "Bluffside", "Clearwater", "Dovetail")
FIRMS = ("Whitcomb,  Ada", "de la Cruz-Byrne, Noé", "van Hoorn & Sons", "AAA Rooms", "aardvark apartments", "Crème & Crust",
         "D'Angelo's Tailors", "Jägerhof Inn", "Smoke, Salt & Sugar LLC", "3 Rivers Rafting", "Zoë's Bakery & Café",
         "Pinecroft, Odile")
JOBS = ("Unit 4", "basement remodel", "Re-pipe", "1180 Larkspur Ct", "Boiler room", "Guest house", "unit 12", "Café kitchen")


def customers(dice: Dice) -> list[str]:
    """Full names, jobs among them, in no order."""
    top = [*FIRMS, *(f"{place} {trade}" for place in PLACES for trade in TRADES)]
    for n, surname in enumerate(SURNAMES):
        first = dice.below(8)
        top += [f"{surname}, {GIVEN[first]}"] + ([f"{surname}, {GIVEN[8 + first]}"] if n % 9 else [])
    jobs = [f"{name}:{JOBS[(n + dice.below(4)) % 8]}" for n, name in enumerate(top) if n % 3 == 2]
    return [*top, *jobs, f"{jobs[0]}:Phase 2"]
