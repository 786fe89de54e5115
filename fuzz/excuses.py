"""The exceptions to the law of silent passes: where a finding may be gone although nothing was added to the evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from exportready.kinds import KINDS, fold
from exportready.kinds.transactions import TRANSACTIONS
from exportready.model.evidence import Evidence, Record, Value
from exportready.model.report import Finding, RuleResult
from exportready.model.rules import Type
from fuzz.edits import Edit, How

_NO_BATCH = "the transaction is in no batch yet, so it isn't about to be exported"
_NO_ACCOUNT = "the entry has no income account, so it can't disagree with QuickBooks"
_NO_COST_ACCOUNT = "the item has no cost account, which items/cogs-account reports, so QuickBooks can't lack it"
_NO_NUMBER = "the transaction has no number, so it can't be too long"
EMPTY_SAYS = {
    ("servicetitan/installed-equipment.json", "serialNumber"): "it has no serial number, so none can fail to reach QuickBooks",
    ("servicetitan/invoices.json", "items.installedEquipmentId"): "the line isn't about a piece of installed equipment",
    **{
        (f"servicetitan/{name}.json", "referenceNumber"): _NO_NUMBER
        for name in ("invoices", "payments", "credit-memos", "bills")
    },
    **{(f"servicetitan/{name}.json", "batch"): _NO_BATCH for name in ("invoices", "payments", "credit-memos", "bills")},
    **{(f"servicetitan/{name}.json", "account"): _NO_ACCOUNT for name in ("equipment", "materials", "services")},
    **{(f"servicetitan/{name}.json", "costOfSaleAccount"): _NO_COST_ACCOUNT for name in ("equipment", "materials")},
}
"""File and field -> what it says there that ServiceTitan leaves the field blank. Its API allows null there (OpenAPI documents)."""
PAIRS = {"batching/purchases-first": "servicetitan.invoice_item"}
"""Rule -> the kind of record without which its finding's subject has no fault: a bill that delivers what an invoice's line uses."""
MAY_DANGLE = ("quickbooks.LinkedTxn",)
"""Kinds that may name what isn't there: it isn't established whether QuickBooks removes an invoice's link to a deleted payment."""


class Excuses:
    """Excuses for what is lost after one edit, given the evidence before and after it."""

    def __init__(
        self,
        edit: Edit,
        before: Evidence,
        after: Evidence,
        *,
        matches: Iterable[Record],
        new_findings: Sequence[Finding],
        is_after_export: bool,
    ) -> None:
        self._edit = edit
        self._after = after
        self._new_findings = new_findings
        self._is_after_export = is_after_export
        self._deleted = list(deleted(before, after)) if edit.how is How.DELETE else []
        self._keys_in_quickbooks = set(_keys_in_quickbooks(self._deleted, matches))

    def excuse(self, before: RuleResult, lost: Sequence[Finding]) -> bool:
        """Return whether a rule may have lost these findings, or all that it could not decide.

        It may if the field's blank says something (`EMPTY_SAYS`). It may too if nothing left refers to the deleted record, and that is
        the own subject of all that was lost, or a finding now reports that QuickBooks doesn't have it. A file that never had such a
        record looks the same.
        """
        if self._edit.how is not How.DELETE:
            return self._edit.how is How.BLANK and (self._edit.path, self._edit.field) in EMPTY_SAYS
        is_own = self._is_own_subject(before, lost) or self._is_reported(lost)
        return is_own and not any(map(self.is_named, self._deleted))

    def _is_reported(self, lost: Sequence[Finding]) -> bool:
        """Return whether new findings, at least as severe as each that was lost, are about a deleted record of QuickBooks itself.

        Without the account of an item in QuickBooks, nothing compares the item's accounts, but another rule reports the account. Without an
        invoice, nothing compares its customer or what its payments pay, but the invoice hasn't arrived.
        """
        keys = self._keys_in_quickbooks
        about = [one for one in self._new_findings if {fold(one.subject.key), fold(one.at_fault.key)} & keys]
        worst = min((one.severity.rank for one in about), default=None)
        return worst is not None and all(worst <= one.severity.rank for one in lost) and bool(lost)

    def _is_own_subject(self, before: RuleResult, lost: Sequence[Finding]) -> bool:
        """Return whether deleted records are the own subjects of all that was lost.

        A record is if the finding's first place is in it, or if its key is the subject's: a derived record, such as a match, has the key of
        the transaction that it is about. The lines of a deleted transaction are deleted with it.
        """
        if PAIRS.get(before.rule.id) in {one.kind for one in self._deleted}:
            return True
        keys, places = {fold(one.key) for one in self._deleted}, {one.where for one in self._deleted}
        own = [fold(one.subject.key) in keys or one.where[0].location in places for one in lost]
        own += [gap.subject is not None and fold(gap.subject) in keys for gap in before.gaps if not lost]
        return bool(own) and all(own)

    def is_named(self, record: Record) -> bool:
        """Return whether a transaction or line that matters has the id or the key of a deleted record in another field.

        Before an export those that are pending matter, or may be; after it all do.
        """
        kind, program = KINDS[record.kind], record.kind.partition(".")[0]
        id_, key = record.get(kind.identity) if kind.identity else None, fold(record.key)
        for other in (KINDS[name] for name in self._after.datasets if name.startswith(f"{program}.")):
            if program == "servicetitan" and (other.array_of or (other.name,))[0] not in TRANSACTIONS:
                continue
            if other.name in MAY_DANGLE:
                continue
            waits = "parent.waits" if other.array_of else "waits"
            rows = [
                one for one in self._after.dataset(other.name).rows() if self._is_after_export or one.get(waits) is not False
            ]
            for name, field in other.fields.items():
                is_own = other.name == record.kind and name in other.key
                if is_own or name == other.identity or name.startswith("parent.") or field.type not in (Type.ID, Type.NAME):
                    continue
                values = [value for row in rows if isinstance(value := row.get(name), str)]
                if id_ in values or (field.type is Type.NAME and key in map(fold, values)):
                    return True
        return False


def _keys_in_quickbooks(records: Iterable[Record], matches: Iterable[Record]) -> Iterable[str]:
    """Yield the keys of QuickBooks' records, and those of the ServiceTitan transactions that arrived as one of them."""
    arrived: dict[Value, list[str]] = {}
    for match in matches:
        arrived.setdefault(match.get("booksId"), []).append(fold(match.key))
    for record in records:
        if record.kind.startswith("quickbooks."):
            yield fold(record.key)
            identity = KINDS[record.kind].identity
            id_ = record.get(identity) if identity else None
            yield from arrived.get(id_, ()) if isinstance(id_, str) else ()


def deleted(before: Evidence, after: Evidence) -> Iterable[Record]:
    """Yield the records that are gone."""
    for kind, dataset in before.datasets.items():
        left = Counter(map(_signature, after.dataset(kind).rows()))
        for record in dataset.rows():
            signature = _signature(record)
            left[signature] -= 1
            if left[signature] < 0:
                yield record


def _signature(record: Record) -> object:
    identity = KINDS[record.kind].identity
    id_ = record.get(identity) if identity else None
    return id_ if isinstance(id_, str) else record.key
