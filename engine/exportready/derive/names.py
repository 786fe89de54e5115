"""The customers and vendors of what waits, and whether QuickBooks has them: exactly, with the Export ID, or nearly.

ServiceTitan finds a customer by its exact name at the first export, and appends its own id when it makes a new one
(docs/sources.md, names in ServiceTitan). A name that differs only in punctuation, accents, spaces or the order of its
words is probably the same customer, of whom the export would make a second one; that is our own measure. The same name
with another's Export ID is another customer: the ID is there to tell them apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from exportready.derive.conclusions import Conclusions
from exportready.kinds import fold, plural
from exportready.model.evidence import UNSET, Dataset, Evidence, Record, Scope, Unknown, Value
from exportready.model.reasons import Reason

_LEGAL = {"inc", "llc", "ltd", "co", "corp", "company", "incorporated", "and", "the"}
"""Words that are often left out of a firm's name, or written otherwise."""

_EXPORTED = re.compile(r"(.+?) +[0-9]+")
_BETWEEN_WORDS = re.compile(r"(?<![0-9]) | (?![0-9])")
"""Blanks that may be left out; not those between numbers, which would become other numbers."""


def customers(evidence: Evidence) -> Dataset:
    """One record per customer of an invoice, payment or credit memo that waits."""
    kinds = ("servicetitan.invoice", "servicetitan.payment", "servicetitan.credit_memo")
    datasets = [evidence.dataset(kind) for kind in kinds]
    named = [(one, one.get("customer.name"), one.get("customer.id")) for dataset in datasets for one in dataset.records]
    return _judged("derived.waiting_customer", named, evidence.dataset("quickbooks.Customer"), "FullName", datasets)


def vendors(evidence: Evidence) -> Dataset:
    """One record per vendor of a bill that waits, and of a purchase order where those are exported."""
    account = evidence.dataset("derived.account").records[0]
    datasets = [evidence.dataset("servicetitan.bill")]
    named = [(bill, bill.get("vendor.name"), bill.get("vendor.id")) for bill in datasets[0].records]
    if account.get("purchaseOrdersExported") is not False:
        orders, known = evidence.dataset("servicetitan.purchase_order"), evidence.dataset("servicetitan.vendor")
        names = {vendor.get("id"): vendor.get("name") for vendor in known.records}
        nameless = Unknown(
            Reason.INCONCLUSIVE, "the list of vendors does not hold the one of this purchase order", known.remedy
        )
        named += [(order, names.get(order.get("vendorId"), nameless), order.get("vendorId")) for order in orders.records]
        datasets.append(orders)
    return _judged("derived.waiting_vendor", named, evidence.dataset("quickbooks.Vendor"), "Name", datasets)


def _judged(
    kind: str, named: Iterable[tuple[Record, Value, Value]], books: Dataset, field: str, sources: Sequence[Dataset]
) -> Dataset:
    found = Conclusions(kind=kind)
    there_are = _InBooks(books, field)
    untold = _untold(books, field)
    seen: set[tuple[str, Value]] = set()
    told: set[tuple[str, Value, Value, Value]] = set()
    may_wait = (one for one in named if one[0].get("waits") is not False)
    for record, name, id_ in sorted(may_wait, key=lambda one: (is_clean(str(one[1])), str(one[1]), one[0].key)):
        if record.get("waits") is not True:
            found.why = f"it is not known whether {record.key} waits"
            continue
        if not isinstance(name, str):
            found.why = f"{record.key} does not say in a known way whose it is"
            continue
        if (fold(name), id_) in seen:
            continue
        seen.add((fold(name), id_))
        forms = [name] + ([f"{name} {id_}"] if isinstance(id_, str) else [])
        there = there_are.exactly(forms)
        near = None if there else there_are.like(forms)
        doubt = None if there else untold
        copy = there_are.exported(name) if isinstance(id_, Unknown) and not there else None
        if copy:
            doubt = Unknown(
                Reason.INCONCLUSIVE, f"{copy} in QuickBooks may be {name}, whose ServiceTitan ID is not in your files"
            )
        fields: dict[str, Value] = {
            "name": name,
            "id": id_,
            "inQuickBooks": doubt or there is not None,
            "quickbooksName": there or doubt or UNSET,
            "near": near or doubt or UNSET,
            "usedBy": record.key,
        }
        same = (fold(name), fields["inQuickBooks"], fields["quickbooksName"], fields["near"])
        if same not in told:  # two of one name, with one fate, are told as one: their key is the name
            told.add(same)
            found.add(fields, record.where)
    return found.dataset(*sources, waiting_suffices=True)


def is_clean(name: str) -> bool:
    """No stray blanks. Of spellings that compare alike one stands for all: one with stray blanks, or nobody would see it."""
    return name == " ".join(name.split())


class _InBooks:
    """The names of QuickBooks' list. Jobs are like nobody; what they are like is worked out when a name is not found as it is."""

    def __init__(self, books: Dataset, field: str) -> None:
        names = list(_names(books, field))
        self._all = sorted(name for name in names if ":" not in name)
        self._exact = {fold(name): name for name in reversed(self._all)} | {fold(name): name for name in names if ":" in name}

    @cached_property
    def _similar(self) -> Mapping[str, str]:
        return {key: name for name in reversed(self._all) for key in _likeness(name)}

    @cached_property
    def _without_id(self) -> Mapping[str, str]:
        """Those with an Export ID, by their names without it."""
        return {
            key: name
            for name in reversed(self._all)
            if (match := _EXPORTED.fullmatch(name))
            for key in (fold(match[1]), *_likeness(match[1]))
        }

    def exactly(self, forms: Iterable[str]) -> str | None:
        """The name that compares as one of these."""
        return next((self._exact[fold(form)] for form in forms if fold(form) in self._exact), None)

    def like(self, forms: Iterable[str]) -> str | None:
        """A name that is probably meant to be one of these."""
        return next((self._similar[key] for form in forms for key in _likeness(form) if key in self._similar), None)

    def exported(self, name: str) -> str | None:
        """The name with an Export ID that is probably this one's."""
        return next((self._without_id[key] for key in (fold(name), *_likeness(name)) if key in self._without_id), None)


def _untold(books: Dataset, field: str) -> Unknown | None:
    """Why a name that is not found may be in QuickBooks nevertheless."""
    if books.scope is not Scope.WHOLE:
        return Unknown(Reason.INCONCLUSIVE, books.why or "your files show only a part of QuickBooks' list", books.remedy)
    if any(isinstance(record.get(field), Unknown) for record in books.records):
        return Unknown(Reason.INCONCLUSIVE, f"one of {plural(books.kind)} has no name in the file")
    return None


def _names(books: Dataset, field: str) -> Iterator[str]:
    for record in books.records:
        name = record.get(field)
        if isinstance(name, str):
            yield name


def _likeness(name: str) -> tuple[str, ...]:
    """What two names have in common that are probably one: the same words in any order, or the same letters."""
    if name.isascii():
        plain = name.lower()  # the same as below, and quicker
    else:
        folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())  # \u2122 is TM, then tm
        plain = "".join(char for char in folded if not unicodedata.combining(char))
    words = [word for word in re.split(r"[\W_]+", re.sub(r"['\u02bc\u2018\u2019]", "", plain)) if word]
    kept = [word for word in words if word not in _LEGAL] or words
    letters = _BETWEEN_WORDS.sub("", " ".join(kept))
    return (" ".join(sorted(kept)), "=" + letters) if kept else ()
