"""Invents companies by the number: each from a seed and its place in the fleet, none of them like another."""

# Records stay packed: a key per line would hide what belongs together.
# fmt: off
from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import gcd

from firm import Firm
from northwind import (
    COGS,
    EQUIPMENT,
    GIVEN,
    INACTIVE,
    JOBS,
    MATERIALS,
    NOT_IN_BOOKS,
    SHOWN,
    TRADES,
    VENDORS,
    Dice,
    Sku,
    pricebook,
)

LARGEST = 30_000
"""Records of one company: QuickBooks made all its invoices within one hour, one a second."""
AT = datetime.fromisoformat("2026-11-20T18:00:00-07:00")
"""The moment at which the answers of every company are fresh."""

STARTS = """Jund Brask Corv Dorn Ebb Falk Garr Hesk Isk Jarr Krell Lorn Marr Nesk Ost Pell Quill Rosk Skell Tarn Umb Vex Wisk Yarr
Zell Brack Crook Drum Flarr Glim""".split()
ENDS = """acre beck combe dale erton fold gate haven ing keld low mere nock ook pike quarter ridge stow thorpe under vale wold
yard marsh""".split()
FAMILIES = len(STARTS) * len(ENDS)
SORTS = ("Plumbing", "Plumbing & Heating", "Heating & Cooling", "Drain & Sewer", "Mechanical", "Air & Water", "Home Comfort",
         "Plumbing Co.", "Boiler Works", "Pipe & Furnace", "Rooter", "Hydronics")
STATES = (("CO", "America/Denver", "-07:00"), ("AZ", "America/Phoenix", "-07:00"), ("UT", "America/Denver", "-07:00"),
          ("WA", "America/Los_Angeles", "-08:00"), ("NV", "America/Los_Angeles", "-08:00"), ("TX", "America/Chicago", "-06:00"),
          ("MN", "America/Chicago", "-06:00"), ("OH", "America/New_York", "-05:00"), ("GA", "America/New_York", "-05:00"))
UNITS = (("Plumbing", "Heating", "Install", "Drain"), ("Plumbing", "Cooling", "Replacement", "Sewer"),
         ("Service", "HVAC", "Construction", "Irrigation"), ("Residential", "Commercial", "Install", "Remodel"))
CREW = "Arlo Bettina Corbin Delphine Emrys Fenna Gus Hester Ivo Jory Kit Liesl".split()

# What small companies do without: they hold only what the faults, the lines that are shown and the kit name.
FEW_CODES = {*SHOWN, *NOT_IN_BOOKS, *INACTIVE, "CU-TEE-34", "PVC-ELB-34", "BRS-NIP-12", "CU-CPL-34", "PEX-PIPE-12", "TAPE-PTFE",
             "WH-GAS-40", "Labor", "Sewer Camera", "Water Heater Install"}
FEW_ACCOUNTS = frozenset({
    "Operating Checking", "Accounts Receivable", "Inventory Asset", "Undeposited Funds", "Accounts Payable", "Sales Tax Payable",
    "Opening Balance Equity", "Retained Earnings", "Discounts Given", "Sales", "Sales:Equipment", "Sales:Labor",
    "Sales:Maintenance Plans", "Sales:Parts", "Uncategorized Income", COGS, EQUIPMENT, MATERIALS, f"{COGS}:Freight",
    f"{COGS}:Old Materials", f"{COGS}:Permits & Fees", f"{COGS}:Purchase Tax", "Shop Supplies", "Purchase Orders"})
FEW_VENDORS = (*VENDORS[:8], "Foxglove Printing", "Kestrel Couriers", "State Revenue Office", "Transit District Office")
# What large ones have more of.
METALS = {"GLV": "Galvanized", "BLK": "Black iron", "CPV": "CPVC", "SST": "Stainless", "BRZ": "Bronze", "CIR": "Cast-iron",
          "HDP": "Polyethylene", "LDF": "Lead-free brass"}
FORMS = {"ELB": "elbow", "TEE": "tee", "CPL": "coupling", "UNI": "union", "CAP": "cap", "PLG": "plug", "NIP": "nipple",
         "RED": "reducer", "FLG": "flange", "VLV": "valve", "STR": "strainer", "ADP": "adapter", "HGR": "hanger", "BSH": "bushing"}
SIZES = "14 38 12 58 34 1 114 112 2 212 3 4".split()


def dice(seed: int, number: int, stream: int) -> Dice:
    """Chance of one account: what it brings does not depend on how many others there are."""
    return Dice((seed * 1_000_003 + number) * 16 + stream)


def _stepping(chance: Dice, size: int, steps: Iterable[int]) -> list[int]:
    """Numbers below a size, far from each other and different, as long as there are no more steps than that."""
    step = size // 3 + chance.below(size // 3)
    while gcd(step, size) != 1:
        step += 1
    start = chance.below(size)
    return [(start + step * n) % size for n in steps]


def name(seed: int, number: int) -> str:
    """The name of a company; no two of a fleet have the same."""
    size = FAMILIES * len(SORTS)
    at = _stepping(dice(seed, 0, 0), size, (number,))[0]
    sort, at = at % len(SORTS), at // len(SORTS)
    again = f" {number // size + 1}" if number >= size else ""
    return f"{_family(at)} {SORTS[sort]}{again}"


def _family(n: int) -> str:
    return STARTS[n // len(ENDS) % len(STARTS)] + ENDS[n % len(ENDS)]


def folder(company: str) -> str:
    """Its name as a folder."""
    return "-".join("".join(one if one.isalnum() else " " for one in company.lower()).split())


def _customers(chance: Dice, count: int) -> list[str]:
    """Different names of people and of businesses, two to one, in no order."""
    size = FAMILIES * len(GIVEN)
    found = []
    for n, at in enumerate(_stepping(chance, size, range(count))):
        family, first = _family(at // len(GIVEN)), at % len(GIVEN)
        side = " East" if first < len(TRADES) else ""
        found.append(f"{family}{side} {TRADES[first % len(TRADES)]}" if n % 3 == 1 else f"{family}, {GIVEN[first]}")
    return found


def _skus(chance: Dice, count: int) -> tuple[Sku, ...]:
    """About as many entries of a pricebook as wanted, at least those that every company has."""
    usual = pricebook(chance)
    spare = max(0, count - len(FEW_CODES))
    found = []
    for sku in usual:
        if sku.code in FEW_CODES:
            found.append(sku)
        elif spare:
            found.append(sku)
            spare -= 1
    more = ((f"{metal}-{form}-{size}", f"{METALS[metal]} {FORMS[form]}, {size}")
            for size in SIZES for form in FORMS for metal in METALS)
    for code, text in more:
        if len(found) >= count:
            break
        cost = 90 + chance.below(4200)
        found.append(Sku(410000 + 7 * (len(usual) + len(found)), "material", code, text, cost, cost * 3, chance.below(8) > 0))
    return tuple(found)


def _batches(chance: Dice, day: datetime, exported: int, waiting: int) -> dict[str, tuple[str, int]]:
    """A batch a week. Sizes are multiples of four, so that the same invoices of the last are paid in every company."""
    weeks = 1 + chance.below(min(6, max(1, exported // 12)))
    number, sort = 300 + chance.below(4000), ("plumbing", "service", "week", "all units")[chance.below(4)]
    each = exported // weeks // 4 * 4
    sizes = [*[each] * (weeks - 1), exported // 4 * 4 - each * (weeks - 1), waiting]
    found = {}
    for n, size in enumerate(sizes):
        when = day - timedelta(weeks=weeks - n)
        found[str(number + n)] = (f"{when:%m}-{max(4, when.day):02d} {sort}", size)
    return found


def firm(seed: int, number: int, records: int) -> Firm:
    """Return a company with about `records` records."""
    chance = dice(seed, number, 1)
    called = name(seed, number)
    state, zone, offset = STATES[chance.below(len(STATES))]
    small = records < 700
    trucks = 4 + (0 if small else chance.below(5))
    units = UNITS[chance.below(len(UNITS))]
    towns = [_family(at) for at in _stepping(chance, FAMILIES, range(2 if small else 2 + chance.below(3)))]
    taxes = {"State Tax": 250 + 5 * chance.below(80), "Transit Tax": 25 * (1 + chance.below(6)),
             **{f"{town} City Tax": 50 + 5 * chance.below(80) for town in towns}, "Out of State": 0}
    tops = max(12, round(records * (0.08 + 0.04 * chance.random()) * (0.5 if small else 1)))
    people = _customers(chance, tops + 2)
    newcomers, people = (people[0], people[2]), [people[1], *people[3:]]
    jobs = [f"{one}:{JOBS[chance.below(len(JOBS))]}" for n, one in enumerate(people[:-2]) if n % 6 == 2]
    skus = _skus(chance, round(records * (0.06 + 0.04 * chance.random())))
    parts = 1 if small else 2 + chance.below(3)
    lines = (1 + parts) / 2
    waiting = 20 + chance.below(max(1, records // 60 - 19))
    rest = records - (152 if small else 235) - 2 * tops - len(jobs) - 2 * len(skus) - waiting * (2.3 + lines)
    exported = max(4, round(rest / (4.25 + 2 * lines)))
    lists_at, confirmed_at = _moments(chance, offset)
    return Firm(
        name=called, email=f"office@{folder(called)}.example", phone=f"{200 + chance.below(700)}-555-01{chance.below(100):02d}",
        city=towns[0], state=state, time_zone=zone, seed=(seed * 1_000_003 + number) * 16 + 2, lists_at=lists_at,
        taken_at=(lists_at + timedelta(minutes=10)).isoformat(), confirmed_at=confirmed_at.isoformat(),
        closed=("2026-08-31", "2026-09-30", "2026-10-31")[chance.below(3)], taxes=taxes,
        zones={town: ("State Tax", "Transit Tax", f"{town} City Tax") for town in towns},
        crew=tuple(f"{CREW[n]} {_family(at)}" for n, at in enumerate(_stepping(chance, FAMILIES, range(trucks + 2)))),
        trucks=(*(f"Truck {n + 1}" for n in range(trucks)), f"Truck {trucks + 1} (sold)"),
        units={21: units[0], 22: units[1], 23: units[2], 24: f"{units[3]} (closed)"}, classes=(units[3], *units[:3]),
        batches=_batches(chance, lists_at, exported, waiting), newcomers=newcomers, nearly=_turned(people),
        gone=(people[-2], people[-1]), vendors=FEW_VENDORS if small else VENDORS, buys_from=8 if small else 15,
        first_number=40000 + 100 * chance.below(500), parts=parts, orders=4 if small else 4 + chance.below(4),
        never_ordered=frozenset({"FIL-20X20"}),  # otherwise an inactive item would break two rules
        chart=FEW_ACCOUNTS if small else None, skus=skus, customers=(*people, *jobs),
    )


def _turned(people: Sequence[str]) -> str:
    last, first = next(one for one in people if "," in one).split(", ")
    return f"{first} {last}"


def _moments(chance: Dice, offset: str) -> tuple[datetime, datetime]:
    """Return when the files were exported, up to three days before the audit, and when someone answered the questions, hours before it."""
    minutes = 30 + chance.below(180)
    answered = AT - timedelta(minutes=minutes)
    exported = answered - timedelta(minutes=12)
    if chance.random() < 0.3:
        exported -= timedelta(days=1 + chance.below(3), minutes=chance.below(240))
    zone = datetime.fromisoformat(f"2026-11-20T00:00:00{offset}").tzinfo
    return exported.astimezone(zone), answered.astimezone(zone)
