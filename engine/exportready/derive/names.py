"""Find the customers and vendors of pending transactions in QuickBooks: by exact name, with the Export ID, or by a similar name.

A name that differs only in punctuation, accents, spaces or word order is probably the same customer, and the export would create a
duplicate. This measure is our own. The same name with a different Export ID is a different customer; the ID exists to distinguish them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import msgspec
from msgspec.structs import replace

from exportready.derive.answers import facts_of
from exportready.derive.conclusions import Conclusions
from exportready.derive.derivation import Inputs, derivation
from exportready.derive.parties import forms
from exportready.derive.unknowns import first_unknown, not_among, unresolved, without
from exportready.kinds import fold
from exportready.kinds.nouns import list_name
from exportready.kinds.transactions import BILL, CREDIT_MEMO, INVOICE, PAYMENT, PURCHASE_ORDER, TRANSACTIONS
from exportready.model.evidence import UNSET, Dataset, Record, Scope, Unknown, Value
from exportready.model.reasons import Reason

_LEGAL = {"inc", "llc", "ltd", "co", "corp", "company", "incorporated", "and", "the"}
"""Words that are often left out of a company's name or written differently."""

_BETWEEN_WORDS = re.compile(r"(?<![0-9]) | (?![0-9])")
"""Spaces that can be left out. A space between numbers is kept; without it they would become another number."""


class _Party(msgspec.Struct, frozen=True):
    """The customer or vendor of one transaction."""

    transaction: Record
    name: Value
    id: Value


@derivation(
    "derived.waiting_customer",
    reads="""
servicetitan.invoice waits customer.name customer.id
servicetitan.payment waits customer.name customer.id
servicetitan.credit_memo waits customer.name customer.id
quickbooks.Customer FullName
""",
)
def customers(inputs: Inputs) -> Dataset:
    """Conclude one record for each customer of a pending invoice, payment or credit memo."""
    datasets = [inputs.dataset(kind) for kind in (INVOICE, PAYMENT, CREDIT_MEMO)]
    parties = [party for dataset in datasets for party in _parties(dataset)]
    return _judged("derived.waiting_customer", parties, _InBooks(inputs.dataset("quickbooks.Customer"), "FullName"), datasets)


@derivation(
    "derived.waiting_vendor",
    reads="""
derived.account purchaseOrdersExported
servicetitan.bill waits vendor.name vendor.id
servicetitan.purchase_order waits vendorId
servicetitan.vendor id name
quickbooks.Vendor Name
""",
)
def vendors(inputs: Inputs) -> Dataset:
    """Conclude one record for each vendor of a pending bill, and of a pending purchase order where those are exported."""
    datasets = [inputs.dataset(BILL)]
    parties = _parties(datasets[0])
    if facts_of(inputs.evidence).get("purchaseOrdersExported") is not False:
        orders, listed = inputs.dataset(PURCHASE_ORDER), inputs.dataset("servicetitan.vendor")
        names = listed.lookup("id", "name")
        for order, id_ in zip(orders.rows(), orders.column("vendorId"), strict=True):
            reason = f"vendor {id_ if isinstance(id_, str) else '(not known)'} of purchase order {order.key} isn't in the vendor list"
            nameless = replace(unresolved(listed, reason), remedy=listed.remedy, channel=listed.channel)
            parties.append(_Party(order, names.get(id_, nameless), id_))
        datasets.append(orders)
    return _judged("derived.waiting_vendor", parties, _InBooks(inputs.dataset("quickbooks.Vendor"), "Name"), datasets)


def _parties(dataset: Dataset) -> list[_Party]:
    of = TRANSACTIONS[dataset.kind]
    return list(map(_Party, dataset.rows(), dataset.column(of.party), dataset.column(of.party_id)))


def _judged(kind: str, parties: Iterable[_Party], books: _InBooks, sources: Sequence[Dataset]) -> Dataset:
    """Conclude one record for each name on a pending transaction."""
    found = Conclusions(kind)
    seen: set[tuple[str, Value]] = set()
    shown: set[tuple[Value, ...]] = set()
    may_wait = (one for one in parties if one.transaction.get("waits") is not False)
    for one in sorted(may_wait, key=lambda one: (is_clean(str(one.name)), str(one.name), one.transaction.key)):
        waits, key = one.transaction.get("waits"), one.transaction.key
        if waits is not True:
            found.doubt = without(waits, f"we don't know whether {key} is pending")
        elif not isinstance(one.name, str):
            reason = f"we can't tell who the customer or vendor of {key} is"
            if isinstance(one.name, Unknown) and one.name.cause is Reason.UNRESOLVED:
                reason = one.name.reason
            found.doubt = without(one.name, reason)
        elif (fold(one.name), one.id) not in seen:
            seen.add((fold(one.name), one.id))
            fields: dict[str, Value] = {"name": one.name, "id": one.id, **books.find(one.name, one.id), "usedBy": key}
            same = (fold(one.name), fields["inQuickBooks"], fields["quickbooksName"], fields["near"])
            if same not in shown:  # show two with the same name and outcome as one: their key is the name
                shown.add(same)
                found.add(fields, one.transaction.where)
    return found.dataset(*sources, waiting_suffices=True)


def is_clean(name: str) -> bool:
    """Return whether a name has no extra spaces.

    Only one of several equal spellings is shown. It must be one with extra spaces, or they would go unnoticed.
    """
    return name == " ".join(name.split())


class _InBooks:
    """The names in a QuickBooks list. Similar names are computed only if an exact name isn't found; jobs are never similar."""

    def __init__(self, books: Dataset, field: str) -> None:
        column = books.column(field)
        names = [name for name in column if isinstance(name, str)]
        self._customers = sorted(name for name in names if ":" not in name)
        self._exact = {fold(name): name for name in reversed(self._customers)}
        self._exact |= {fold(name): name for name in names if ":" in name}
        self._doubt = _doubt(books, column)

    def find(self, name: str, id_: Value) -> dict[str, Value]:
        """Return whether a name is in the list and how it is written there, or else which name is nearly the same."""
        wanted = forms(name, id_)
        there = self._exactly(wanted)
        if there is not None:
            return {"inQuickBooks": True, "quickbooksName": there, "near": UNSET}
        doubt, copy = self._doubt, self._with_some_id(name) if isinstance(id_, Unknown) else None
        if copy is not None:
            doubt = without(id_, f"{copy} in QuickBooks may be {name}, whose ServiceTitan ID is not in your files")
        return {
            "inQuickBooks": doubt or False,
            "quickbooksName": doubt or UNSET,
            "near": self._like(wanted) or doubt or UNSET,
        }

    def _exactly(self, wanted: Iterable[str]) -> str | None:
        """Return the name in the list that equals one of these, ignoring case and extra spaces."""
        return next((self._exact[key] for key in map(fold, wanted) if key in self._exact), None)

    def _like(self, wanted: Iterable[str]) -> str | None:
        """Return a name in the list that is probably the same as one of these."""
        return next((self._similar[key] for form in wanted for key in likeness(form) if key in self._similar), None)

    def _with_some_id(self, name: str) -> str | None:
        """Return a name with an Export ID that is probably the same as this name."""
        return next((self._without_id[key] for key in (fold(name), *likeness(name)) if key in self._without_id), None)

    @cached_property
    def _similar(self) -> Mapping[str, str]:
        return {key: name for name in reversed(self._customers) for key in likeness(name)}

    @cached_property
    def _without_id(self) -> Mapping[str, str]:
        """The names with an Export ID, by the name without it."""
        return {
            key: name
            for name in reversed(self._customers)
            if (before := _without_number(name))
            for key in (fold(before), *likeness(before))
        }


def _without_number(name: str) -> str:
    """Return a name without the number after its last space; empty if it doesn't end with one."""
    before = name.rstrip("0123456789")
    return before.rstrip(" ") if before != name and before.endswith(" ") else ""


def _doubt(books: Dataset, names: Sequence[Value]) -> Unknown | None:
    """Return why a name that isn't found may still be in QuickBooks."""
    if books.scope is not Scope.WHOLE:
        return not_among(books, "your files have only part of this QuickBooks list")
    unknown = first_unknown(*names)
    return without(unknown, f"one of the {list_name(books.kind)} has no name in the file") if unknown else None


def likeness(name: str) -> tuple[str, ...]:
    """Return keys that similar names share: the same words in any order, or the same letters."""
    if name.isascii():
        plain = name.lower()  # same result as below, but faster
    else:
        folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())  # \u2122 is TM, then tm
        plain = "".join(char for char in folded if not unicodedata.combining(char))
    words = [word for word in re.split(r"[\W_]+", re.sub(r"['\u02bc\u2018\u2019]", "", plain)) if word]
    kept = [word for word in words if word not in _LEGAL] or words
    letters = _BETWEEN_WORDS.sub("", " ".join(kept))
    return (" ".join(sorted(kept)), "=" + letters) if kept else ()
