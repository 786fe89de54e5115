"""One record of facts about the account: the fresh answer, else what the files prove, else unknown.

A conclusion is only ever drawn from something that is there: one purchase order proves purchasing, none proves nothing.
"""

from __future__ import annotations

from datetime import datetime

from exportready.derive.freshness import ANSWER, stale, unanswered
from exportready.kinds import KINDS
from exportready.kinds.account import BY_PATH
from exportready.kinds.derived import ACCOUNT_ANSWERS
from exportready.model.evidence import NOT_EXPORTED, Evidence, FieldNote, Location, Record, Unknown, Value

PROOFS = {
    "purchasing": ("servicetitan.purchase_order", "servicetitan.bill"),
    # Trucks and warehouses stand in the list only where the Inventory module was set up (docs/sources.md, modules).
    "inventory": ("servicetitan.truck", "servicetitan.warehouse"),
}


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
    """The records that count; where sources disagree so that none do, those of all: each is a proof that there are some.

    By key, so that the same one is named whatever the order of the file. A record without a key proves nothing.
    """
    listed = (record for listing in evidence.listings.get(kind, ()) for record in listing.records)
    named = (record for record in evidence.shelf(kind).records or listed if _is_named(record))
    return tuple(sorted(named, key=lambda record: (record.key, record.where.path)))


def _is_named(record: Record) -> bool:
    return any(isinstance(record.get(name), str) for name in KINDS[record.kind].key)


def _field(evidence: Evidence, answers: Record | None, name: str, path: str, at: datetime) -> tuple[Value, FieldNote]:
    answer: Value = answers.get(path) if answers else NOT_EXPORTED
    note = answers.notes.get(path, FieldNote()) if answers else FieldNote()
    proof = next((record for kind in PROOFS.get(name, ()) for record in _seen(evidence, kind)), None)
    if answer is NOT_EXPORTED:
        answer = unanswered(evidence.shelf("account.answers"))
    elif not isinstance(answer, Unknown):
        answer = stale(note.dated, at, BY_PATH[path].stays_fresh, ANSWER) or answer
    if proof is None:
        return answer, FieldNote(note.where, note.dated, path)
    if answer is False:
        return (
            Unknown(f"you answered no, but {proof.where.path} holds {proof.key}, which there is only where it is in use"),
            FieldNote(note.where, note.dated),
        )
    return True, FieldNote(proof.where)
