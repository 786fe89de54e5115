"""Write a fleet: many accounts, each with its own snapshot; some break a rule, and some can't be read.

All accounts are healthy except for what is planted. Planting a rule makes that rule fail and no other (two planted ones fail
both); only "connection/old-connector-off" leaves another undecided, "export/one-exporter-per-job". What a defect needs, such as the
Inventory module, the accounts that get it have. An account is the same in a fleet of 20 as in one of 1,000, apart from what is
planted into it. 2026-11-20T18:00:00-07:00 is a good time for checking them.

    python examples/fleet.py FOLDER [--accounts 20] [--records 1200] [--seed 7] [--plant items/cogs-account=3]... [--unreadable 1]
        [--open-questions 0.1] [--plan FILE]
"""

# Records stay packed: a key per line would hide what belongs together.
# fmt: off
from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from zlib import crc32

import fleet_firms
import fleet_unreadable
from company import Company, company
from faults import FAULTS, by_location
from fleet_firms import AT, dice
from modes import no_inventory, no_purchase_orders, tax_by_servicetitan

NEEDS: Mapping[str, Mapping[str, bool]] = {
    "batching/inventory-flag-agrees": {"inventory": True},
    "batching/purchases-first": {"inventory": True, "purchase_orders": True},
    "inventory/advanced-inventory-on": {"inventory": False},
    "inventory/location-on-every-line": {"inventory": True},
    "inventory/quantity-on-hand": {"inventory": True},
    "inventory/serial-numbers-need-a-location": {"inventory": False},
    "inventory/serial-numbers-with-inventory-module": {"inventory": True},
    "items/inventory-accounts": {"inventory": True},
    "purchasing/purchase-module-enabled": {"purchase_orders": False},
    "purchasing/purchase-order-items-exist": {"purchase_orders": True},
    "purchasing/tax-and-shipping-are-service-items": {"purchase_orders": True},
    "purchasing/tax-shipping-accounts": {"purchase_orders": True},
    "purchasing/vendor-active": {"purchase_orders": True},
    "tax/rates-agree": {"tax_in_quickbooks": True},
    "tax/sales-tax-calculated-in-quickbooks": {"tax_in_quickbooks": True},
    "tax/zone-mapped": {"tax_in_quickbooks": False},
}
"""How a company must work for a rule to fail in it."""
PLANTABLE = tuple(sorted(fault.rule for fault in FAULTS if fault.base is not by_location))
"""Those of the small company that maps locations need transactions that not every account has."""
QUESTIONS: Mapping[str, frozenset[str]] = {
    "peopleWhoExport": frozenset({"session/single-user-mode"}),
    "customerMappingAtLastExport": frozenset({"settings/customer-mapping-unchanged"}),
    "serialNumbersWanted": frozenset(
        {"inventory/advanced-inventory-on", "inventory/serial-numbers-need-a-location",
         "inventory/serial-numbers-with-inventory-module"}),
    "webConnector.status": frozenset({"connection/web-connector-online", "connection/runs-as-administrator"}),
    "configurations.populateSerialNumbersInQuickBooks": frozenset({"inventory/populate-serial-numbers-off"}),
}
"""Answers that an account may lack, and the rules that cannot be decided without them."""


class CannotPlant(ValueError):
    """More is wanted than the fleet has room for."""


@dataclass(frozen=True)
class Account:
    """What one account of the fleet will be."""

    number: int
    name: str
    path: str
    """Its folder or .zip."""
    seed: int
    records: int
    """About how many it holds."""
    inventory: bool
    purchase_orders: bool
    tax_in_quickbooks: bool
    plants: tuple[str, ...] = ()
    """The rules that fail in it."""
    unreadable: str | None = None
    """What is wrong with its files."""
    open_question: str | None = None
    """The answer that is missing."""


def plan(
    accounts: int = 20, records: int = 1200, seed: int = 7, plants: Mapping[str, int] | None = None, unreadable: int = 0,
    open_questions: float = 0.1,
) -> tuple[Account, ...]:
    """The fleet before it is written: each rule fails in just as many accounts as wanted."""
    assert records <= fleet_firms.LARGEST
    fleet = [_account(seed, number, records) for number in range(accounts)]
    if unreadable > accounts:
        raise CannotPlant(f"{unreadable} unreadable accounts are wanted, and there are {accounts} in all")
    order = _shuffled(fleet, seed, "unreadable")
    for n, number in enumerate(order[:unreadable]):
        kind = fleet_unreadable.KINDS[n % len(fleet_unreadable.KINDS)]
        path = fleet_firms.folder(fleet[number].name) + (".zip" if kind == "corrupt zip" else "")
        fleet[number] = replace(fleet[number], unreadable=kind, path=path)
    bound: list[dict[str, bool]] = [{} for _ in fleet]
    for rule, wanted in sorted((plants or {}).items()):
        if rule not in PLANTABLE:
            raise CannotPlant(f"{rule} cannot be planted; what can: {', '.join(PLANTABLE)}")
        _plant(fleet, bound, rule, wanted)
    return tuple(_asked(account, open_questions) for account in fleet)


def _account(seed: int, number: int, records: int) -> Account:
    chance, name = dice(seed, number, 3), fleet_firms.name(seed, number)
    size, zipped = round(records * (0.85 + 0.3 * chance.random())), chance.below(8) == 0
    return Account(
        number, name, fleet_firms.folder(name) + (".zip" if zipped else ""), seed, size, inventory=chance.random() < 0.75,
        purchase_orders=chance.random() < 0.75, tax_in_quickbooks=chance.random() < 0.7)


def _shuffled(fleet: Sequence[Account], seed: int, word: str) -> list[int]:
    """The accounts in an order that the seed and the word decide."""
    chance = dice(seed, crc32(word.encode()), 4)
    return [number for _, number in sorted((chance.random(), account.number) for account in fleet)]


def _plant(fleet: list[Account], bound: list[dict[str, bool]], rule: str, wanted: int) -> None:
    """First into accounts that work as the rule needs it, then into others, which are made to, unless another rule forbids it."""
    needs = NEEDS.get(rule, {})

    def differs(number: int) -> bool:
        return any(getattr(fleet[number], way) != value for way, value in needs.items())

    free = [number for number in _shuffled(fleet, fleet[0].seed if fleet else 0, rule)
            if not fleet[number].unreadable and all(bound[number].get(way, value) == value for way, value in needs.items())]
    if wanted > len(free):
        raise CannotPlant(f"{rule} is wanted in {wanted} accounts, and only {len(free)} can have it beside what else is planted")
    for number in sorted(free, key=differs)[:wanted]:
        bound[number].update(needs)
        account = replace(fleet[number], plants=(*fleet[number].plants, rule))
        fleet[number] = replace(
            account, inventory=needs.get("inventory", account.inventory),
            purchase_orders=needs.get("purchase_orders", account.purchase_orders),
            tax_in_quickbooks=needs.get("tax_in_quickbooks", account.tax_in_quickbooks))


def _asked(account: Account, share: float) -> Account:
    """Perhaps without one answer; never without one that would hide what is planted."""
    chance = dice(account.seed, account.number, 5)
    missing, first = chance.random() < share, chance.below(len(QUESTIONS))
    names = [*QUESTIONS][first:] + [*QUESTIONS][:first]
    harmless = [name for name in names if not QUESTIONS[name] & set(account.plants)]
    return replace(account, open_question=harmless[0]) if missing and harmless and not account.unreadable else account


def made(account: Account) -> Company:
    """The company as its files will say it."""
    one = company(fleet_firms.firm(account.seed, account.number, account.records))
    if not account.inventory:
        no_inventory(one)
    if not account.purchase_orders:
        no_purchase_orders(one)
    if not account.tax_in_quickbooks:
        tax_by_servicetitan(one)
    for fault in FAULTS:
        if fault.rule in account.plants:
            fault.into(one)
    if one.firm.lists_at.date() != AT.date():
        # The files are from another day, so an answer says in which mode QuickBooks is open now.
        mode = one.state["Host"].pop("QBFileMode")
        one.account["quickbooks"] = {"fileMode": {"SingleUser": "singleUser"}.get(mode, "multiUser")}
    if account.open_question:
        *way, last = account.open_question.split(".")
        answers = one.answers
        for step in way:
            answers = answers[step]
        del answers[last]
    return one


def write(folder: Path, fleet: Iterable[Account]) -> None:
    """Every account into the folder, and nothing else."""
    for account in fleet:
        files = made(account).files("fleet.py", compact=True)
        target = folder / account.path
        if account.unreadable:
            fleet_unreadable.write(target, files, account.unreadable)
        elif target.suffix == ".zip":
            folder.mkdir(parents=True, exist_ok=True)
            target.write_bytes(fleet_unreadable.zipped(files))
        else:
            fleet_unreadable.unpacked(target, files)


def _planted(text: str) -> tuple[str, int]:
    rule, _, count = text.partition("=")
    if rule not in PLANTABLE:
        raise argparse.ArgumentTypeError(f"{rule!r} cannot be planted; what can: {', '.join(PLANTABLE)}")
    if not count.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} does not say in how many accounts; write {rule}=3")
    return rule, int(count)


def main(words: Sequence[str] | None = None) -> int:
    """Write the fleet, and its plan where one is wanted."""
    parser = argparse.ArgumentParser(description="Write a fleet of accounts.")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="new or empty")
    parser.add_argument("--accounts", type=int, default=20, metavar="N", help="default: 20")
    parser.add_argument("--records", type=int, default=1200, metavar="N", help="about how many each holds, from 300; default: 1200")
    parser.add_argument("--seed", type=int, default=7, metavar="N", help="default: 7")
    parser.add_argument("--plant", type=_planted, action="append", default=[], metavar="RULE=N", help="let N accounts fail a rule")
    parser.add_argument("--unreadable", type=int, default=0, metavar="N", help="accounts that cannot be read; default: 0")
    parser.add_argument("--open-questions", type=float, default=0.1, metavar="SHARE", help="that lack an answer; default: 0.1")
    parser.add_argument("--plan", type=Path, metavar="FILE", help="write there what was planted where")
    options = parser.parse_args(words)
    if min(options.accounts, options.records, options.unreadable) < 0 or options.records > fleet_firms.LARGEST:
        parser.error(f"numbers are not below 0, and an account holds at most {fleet_firms.LARGEST} records")
    if options.folder.is_dir() and any(options.folder.iterdir()):
        parser.error(f"{options.folder} is not empty")
    if len(dict(options.plant)) < len(options.plant):
        parser.error("a rule is planted once: say it in how many accounts, all in one")
    try:
        fleet = plan(options.accounts, options.records, options.seed, dict(options.plant), options.unreadable, options.open_questions)
    except CannotPlant as problem:
        parser.error(str(problem))
    write(options.folder, fleet)
    if options.plan:
        options.plan.write_text(json.dumps([asdict(account) for account in fleet], indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
