"""The facts of the account: what a fresh answer says, else what the files prove, else unknown.

A fact is only ever concluded from something that is there: one purchase order proves purchasing, none proves nothing.
"""

from __future__ import annotations

from datetime import date, datetime

from msgspec.structs import replace

from exportready.derive.answers import ACCOUNT, ANSWERS, answers_of
from exportready.derive.derivation import Inputs, derivation
from exportready.derive.freshness import ANSWER, stale, unanswered
from exportready.derive.sales_tax import tax_items
from exportready.derive.unknowns import first_unknown, not_whole
from exportready.kinds import KINDS
from exportready.kinds.account import BY_PATH
from exportready.model.evidence import (
    NOT_EXPORTED,
    UNSET,
    Dataset,
    Evidence,
    FieldNote,
    Location,
    Record,
    Scope,
    Unknown,
    Value,
)
from exportready.model.reasons import Reason

_PROOFS = {
    "purchasing": ("servicetitan.purchase_order", "servicetitan.bill"),
    # Trucks and warehouses are in the list only where the Inventory module was set up (docs/sources.md, modules).
    "inventory": ("servicetitan.truck", "servicetitan.warehouse"),
}
"""Fact -> the kinds of which one record proves it."""
_NAMES_OF_PROOFS = "\n".join(f"{kind} {' '.join(KINDS[kind].key)}" for kinds in _PROOFS.values() for kind in kinds)
_CLOSING = "AccountingPreferences.ClosingDate"
_TAX_ITEM = "SalesTaxPreferences.DefaultItemSalesTaxRef.FullName"
_CLASSES = "AccountingPreferences.IsUsingClassTracking"


@derivation(
    ACCOUNT,
    reads=f"""
{_NAMES_OF_PROOFS}
quickbooks.Preferences {_CLOSING} {_TAX_ITEM} {_CLASSES}
quickbooks.Class IsActive
quickbooks.Item ItemType IsActive
account.answers {" ".join(fact.answer for fact in KINDS[ACCOUNT].fields.values() if fact.answer)}
""",
)
def facts(inputs: Inputs) -> Dataset:
    """Conclude the one record of the account; each field has a note with its source."""
    evidence = inputs.evidence
    fields: dict[str, Value] = {}
    notes: dict[str, FieldNote] = {}
    for name, fact in KINDS[ACCOUNT].fields.items():
        if fact.answer:
            fields[name], notes[name] = _answered(evidence, name, fact.answer, inputs.at)
    fields["closingDate"], notes["closingDate"] = _closing_date(evidence, fields["closingDate"], notes["closingDate"])
    fields["salesTaxInQuickBooks"] = _sales_tax(evidence)
    fields["classTracking"] = _class_tracking(evidence)
    record = Record(kind=ACCOUNT, key="", fields=fields, where=Location("account.yaml"), notes=notes)
    return Dataset(kind=ACCOUNT, records=(record,), scope=Scope.WHOLE)


def _answered(evidence: Evidence, name: str, path: str, at: datetime) -> tuple[Value, FieldNote]:
    """Return a fact that an answer states, or of which a record in the files is a proof."""
    answers = answers_of(evidence)
    answer, note = answers.get(path), answers.note(path)
    if answer is NOT_EXPORTED:
        answer = unanswered(evidence.dataset(ANSWERS))
    elif not isinstance(answer, Unknown):
        answer = stale(note.dated, at, BY_PATH[path].stays_fresh, ANSWER) or answer
    proof = next((record for kind in _PROOFS.get(name, ()) for record in _seen(evidence, kind)), None)
    if proof is None:
        return answer, FieldNote(note.where, note.dated, path)
    if answer is False:
        reason = f"you answered no, but {proof.where.path} holds {proof.key}, which there is only where it is in use"
        return Unknown(cause=Reason.CONTRADICTORY, reason=reason), FieldNote(note.where, note.dated)
    return True, FieldNote(proof.where)


def _seen(evidence: Evidence, kind: str) -> tuple[Record, ...]:
    """Return the records that prove something; where the sources disagree, so that none count, those of every source.

    They are sorted, so that the same one is named whatever the order of the file. A record without a key proves nothing.
    """
    listed = (record for listing in evidence.listings.get(kind, ()) for record in listing.records)
    named = (record for record in evidence.dataset(kind).rows() or listed if _is_named(record))
    return tuple(sorted(named, key=lambda record: (record.key, record.where.path)))


def _is_named(record: Record) -> bool:
    return any(isinstance(record.get(name), str) for name in KINDS[record.kind].key)


def _preference(evidence: Evidence, name: str) -> tuple[Value, Location | None]:
    """Return a preference of QuickBooks, with its place. An absent element says nothing."""
    preferences = evidence.dataset("quickbooks.Preferences").first()
    return (preferences.get(name), preferences.where) if preferences else (NOT_EXPORTED, None)


def _closing_date(evidence: Evidence, answer: Value, note: FieldNote) -> tuple[Value, FieldNote]:
    """Return QuickBooks' own preference where it shows one, else the answer."""
    stated, where = _preference(evidence, _CLOSING)
    if where is None or not isinstance(stated, date):
        return answer, note
    if not isinstance(answer, Unknown) and answer != stated:
        answered = "that there is none" if answer is UNSET else str(answer)
        reason = f"you answered {answered}, but {where.path} says {stated}"
        return Unknown(cause=Reason.CONTRADICTORY, reason=reason), FieldNote(note.where, note.dated)
    return stated, FieldNote(where)


def _sales_tax(evidence: Evidence) -> Value:
    """Return whether sales tax is switched on. QuickBooks asks for a sales-tax item if so (docs/sources.md, sales tax)."""
    if isinstance(_preference(evidence, _TAX_ITEM)[0], str):
        return True
    items = evidence.dataset("quickbooks.Item")
    states = [item.get("IsActive") for item in tax_items(items)]
    if True in states:
        return True
    unknown = first_unknown(*items.column("ItemType"), *states)
    is_whole = items.scope is Scope.WHOLE
    if is_whole and unknown is None and all(state is False for state in states):
        return False
    lack = not_whole(items, items.why or "your files hold only a part of QuickBooks' items")
    return replace(lack, cause=unknown.cause if unknown else Reason.EMPTY) if is_whole else lack


def _class_tracking(evidence: Evidence) -> Value:
    """Return whether QuickBooks tracks classes: its preference says so, else an active class shows it; none shows nothing."""
    stated, where = _preference(evidence, _CLASSES)
    if isinstance(stated, bool):
        return stated
    classes = evidence.dataset("quickbooks.Class")
    if any(state is True for state in classes.column("IsActive")):
        return True
    missing = "quickbooks.Class" if classes.scope is Scope.MISSING else "quickbooks.Preferences"
    return Unknown(
        cause=Reason.NOT_SUPPLIED if classes.scope is Scope.MISSING or where is None else Reason.NOT_EXPORTED,
        reason="your files do not show whether QuickBooks tracks classes",
        remedy=classes.remedy or KINDS[missing].supply,
        source=missing,
        channel=classes.channel,
    )
