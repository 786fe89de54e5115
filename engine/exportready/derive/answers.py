"""Find the two single records: the answers in account.yaml, and the facts about the account that follow from them."""

from __future__ import annotations

from exportready.model import rules
from exportready.model.evidence import ANSWERS_KIND, Evidence, Location, Record

ANSWERS, ACCOUNT = ANSWERS_KIND, rules.ACCOUNT
_WHERE = Location("account.yaml")
NO_ANSWERS = Record(kind=ANSWERS, key="", fields={}, where=_WHERE)
"""The record of answers if there is no account.yaml."""
_NO_FACTS = Record(kind=ACCOUNT, key="", fields={}, where=_WHERE)


def answers_of(evidence: Evidence) -> Record:
    """Return the record of answers; without account.yaml, an empty one."""
    return evidence.dataset(ANSWERS).first() or NO_ANSWERS


def facts_of(evidence: Evidence) -> Record:
    """Return the facts of the account (`derived.account`)."""
    return evidence.dataset(ACCOUNT).first() or _NO_FACTS


def batches_named(evidence: Evidence, path: str) -> frozenset[str]:
    """Return the batch numbers that an answer lists (`exportedBatches`, `bypassedBatches`), with or without a #."""
    names = (name.partition(".") for name in answers_of(evidence).names())
    return frozenset(number.strip("# ") for listed, _, number in names if listed == path)
