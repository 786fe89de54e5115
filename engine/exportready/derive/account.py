"""One record of facts about the account: the fresh answer, else what the files prove, else unknown.

A conclusion is only ever drawn from something that is there: one purchase order proves purchasing, none proves nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from exportready.kinds.account import BY_PATH
from exportready.kinds.derived import ACCOUNT_ANSWERS
from exportready.model.evidence import CLOCK_SKEW, NOT_EXPORTED, Evidence, FieldNote, Location, Record, Unknown, Value

PROOFS = {
    "purchasing": ("servicetitan.purchase_order", "servicetitan.bill"),
    # Trucks and warehouses stand in the list only where the Inventory module was set up (servicetitan.md 2.1, inferred).
    "inventory": ("servicetitan.truck", "servicetitan.warehouse"),
}


def stale(dated: datetime | None, at: datetime, age: timedelta | None) -> str:
    """Why something dated so is too old (or not to be believed) at a moment; empty while it is fresh."""
    if age is None:
        return ""
    if dated is None:
        return "nobody says when this was so"
    if dated - at > CLOCK_SKEW:
        return f"it is dated {dated:%Y-%m-%d %H:%M}, after the moment of this check"
    if at - dated > age:
        hours = int((at - dated).total_seconds() // 3600)
        old = f"{hours} hours" if hours < 72 else f"{hours // 24} days"
        limit = f"{age.days} days" if age.days else f"{age.seconds // 3600} hours"
        return f"it is {old} old, and counts for {limit} only"
    return ""


def conclude(evidence: Evidence, at: datetime) -> Record:
    """The account's record; each field is noted with where it was concluded from."""
    shelf = evidence.shelf("account.answers")
    answers = shelf.records[0] if shelf.records else None
    fields: dict[str, Value] = {}
    notes: dict[str, FieldNote] = {}
    for name, path in ACCOUNT_ANSWERS.items():
        fields[name], notes[name] = _field(evidence, answers, name, path, at)
    return Record("derived.account", "", fields, Location("account.yaml"), notes)


def _seen(evidence: Evidence, kind: str) -> tuple[Record, ...]:
    """The records that count; where sources disagree so that none do, those of all: each is a proof that there are some."""
    listings = evidence.listings.get(kind, ())
    return evidence.shelf(kind).records or tuple(record for listing in listings for record in listing.records)


def _field(evidence: Evidence, answers: Record | None, name: str, path: str, at: datetime) -> tuple[Value, FieldNote]:
    answer: Value = answers.get(path) if answers else NOT_EXPORTED
    note = answers.notes.get(path, FieldNote()) if answers else FieldNote()
    proof = next((record for kind in PROOFS.get(name, ()) for record in _seen(evidence, kind)), None)
    if isinstance(answer, Unknown):
        answer = Unknown("nobody answered this")
    else:
        why = stale(note.dated, at, BY_PATH[path].stays_fresh)
        answer = Unknown(f"the answer does not count any more: {why}") if why else answer
    if proof is None:
        return answer, FieldNote(note.where, note.dated, f"your answer ({path})")
    if answer is False:
        return (
            Unknown(f"you answered no, but {proof.where.path} holds {proof.key}, which there is only where it is in use"),
            FieldNote(note.where, note.dated, "your answer and the files disagree"),
        )
    return True, FieldNote(proof.where, None, f"{proof.key} in {proof.where.path}")
