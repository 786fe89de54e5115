"""One record of facts about the account: the fresh answer, else what the files prove, else unknown.

A conclusion is only ever drawn from something that is there: one purchase order proves purchasing, none proves nothing.
"""

from __future__ import annotations

from datetime import date, datetime

from exportready.derive.freshness import ANSWER, stale, unanswered
from exportready.derive.tax import TAX_ITEMS
from exportready.kinds import KINDS
from exportready.kinds.account import BY_PATH
from exportready.model.evidence import NOT_EXPORTED, UNSET, Evidence, FieldNote, Location, Record, Scope, Unknown, Value
from exportready.model.reasons import Reason

PROOFS = {
    "purchasing": ("servicetitan.purchase_order", "servicetitan.bill"),
    # Trucks and warehouses stand in the list only where the Inventory module was set up (docs/sources.md, modules).
    "inventory": ("servicetitan.truck", "servicetitan.warehouse"),
}


def conclude(evidence: Evidence, at: datetime) -> Record:
    """The account's record; each field is noted with where it was concluded from."""
    dataset = evidence.dataset("account.answers")
    answers = dataset.records[0] if dataset.records else None
    fields: dict[str, Value] = {}
    notes: dict[str, FieldNote] = {}
    for name, fact in KINDS["derived.account"].fields.items():
        if fact.answer:
            fields[name], notes[name] = _field(evidence, answers, name, fact.answer, at)
    fields["closingDate"], notes["closingDate"] = _closing_date(evidence, fields["closingDate"], notes["closingDate"])
    fields["salesTaxInQuickBooks"] = _sales_tax(evidence)
    fields["classTracking"] = _class_tracking(evidence)
    return Record(kind="derived.account", key="", fields=fields, where=Location("account.yaml"), notes=notes)


def _closing_date(evidence: Evidence, answer: Value, note: FieldNote) -> tuple[Value, FieldNote]:
    """QuickBooks' own preference where it shows one (an absent element says nothing), else the answer."""
    preferences = next(iter(evidence.dataset("quickbooks.Preferences").records), None)
    stated = preferences.get("AccountingPreferences.ClosingDate") if preferences else NOT_EXPORTED
    if preferences is None or not isinstance(stated, date):
        return answer, note
    if not isinstance(answer, Unknown) and answer != stated:
        told = "that there is none" if answer is UNSET else str(answer)
        return Unknown(Reason.INCONCLUSIVE, f"you answered {told}, but {preferences.where.path} says {stated}"), FieldNote(
            note.where, note.dated
        )
    return stated, FieldNote(preferences.where)


def _sales_tax(evidence: Evidence) -> Value:
    """Is sales tax switched on? QuickBooks asks for a sales-tax item when it is (docs/sources.md, sales tax)."""
    preferences = next(iter(evidence.dataset("quickbooks.Preferences").records), None)
    if preferences and isinstance(preferences.get("SalesTaxPreferences.DefaultItemSalesTaxRef.FullName"), str):
        return True
    items = evidence.dataset("quickbooks.Item")
    taxed = [item for item in items.records if item.get("ItemType") in TAX_ITEMS and item.get("IsActive") is not False]
    if any(item.get("IsActive") is True for item in taxed):
        return True
    if (
        items.scope is Scope.WHOLE
        and not taxed
        and not any(isinstance(item.get("ItemType"), Unknown) for item in items.records)
    ):
        return False
    return Unknown(
        Reason.INCONCLUSIVE,
        items.why or "your files hold only a part of QuickBooks' items",
        items.remedy or KINDS["quickbooks.Item"].supply,
    )


def _class_tracking(evidence: Evidence) -> Value:
    """Does QuickBooks track classes? Its preference says so, else an active class shows it; none shows nothing."""
    preferences = next(iter(evidence.dataset("quickbooks.Preferences").records), None)
    stated = preferences.get("AccountingPreferences.IsUsingClassTracking") if preferences else NOT_EXPORTED
    if isinstance(stated, bool):
        return stated
    classes = evidence.dataset("quickbooks.Class")
    if any(one.get("IsActive") is True for one in classes.records):
        return True
    missing = "quickbooks.Class" if classes.scope is Scope.MISSING else "quickbooks.Preferences"
    return Unknown(
        Reason.INCONCLUSIVE,
        "your files do not show whether QuickBooks tracks classes",
        classes.remedy or KINDS[missing].supply,
    )


def _seen(evidence: Evidence, kind: str) -> tuple[Record, ...]:
    """The records that count; where sources disagree so that none do, those of all: each is a proof that there are some.

    By key, so that the same one is named whatever the order of the file. A record without a key proves nothing.
    """
    listed = (record for listing in evidence.listings.get(kind, ()) for record in listing.records)
    named = (record for record in evidence.dataset(kind).records or listed if _is_named(record))
    return tuple(sorted(named, key=lambda record: (record.key, record.where.path)))


def _is_named(record: Record) -> bool:
    return any(isinstance(record.get(name), str) for name in KINDS[record.kind].key)


def _field(evidence: Evidence, answers: Record | None, name: str, path: str, at: datetime) -> tuple[Value, FieldNote]:
    answer: Value = answers.get(path) if answers else NOT_EXPORTED
    note = answers.notes.get(path, FieldNote()) if answers else FieldNote()
    proof = next((record for kind in PROOFS.get(name, ()) for record in _seen(evidence, kind)), None)
    if answer is NOT_EXPORTED:
        answer = unanswered(evidence.dataset("account.answers"))
    elif not isinstance(answer, Unknown):
        answer = stale(note.dated, at, BY_PATH[path].stays_fresh, ANSWER) or answer
    if proof is None:
        return answer, FieldNote(note.where, note.dated, path)
    if answer is False:
        return (
            Unknown(
                Reason.INCONCLUSIVE,
                f"you answered no, but {proof.where.path} holds {proof.key}, which there is only where it is in use",
            ),
            FieldNote(note.where, note.dated),
        )
    return True, FieldNote(proof.where)
