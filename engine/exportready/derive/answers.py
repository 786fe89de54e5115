"""What account.yaml answers and what follows for the account: the two records of which there is only one each."""

from __future__ import annotations

from exportready.model import rules
from exportready.model.evidence import ANSWERS_KIND, Evidence, Location, Record

ANSWERS, ACCOUNT = ANSWERS_KIND, rules.ACCOUNT
_WHERE = Location("account.yaml")
NO_ANSWERS = Record(kind=ANSWERS, key="", fields={}, where=_WHERE)
"""The record of answers where there is no account.yaml."""
_NO_FACTS = Record(kind=ACCOUNT, key="", fields={}, where=_WHERE)


def answers_of(evidence: Evidence) -> Record:
    """Return the record of answers; one without any where there is no account.yaml."""
    return evidence.dataset(ANSWERS).first() or NO_ANSWERS


def facts_of(evidence: Evidence) -> Record:
    """Return the account's facts (`derived.account`)."""
    return evidence.dataset(ACCOUNT).first() or _NO_FACTS


def batches_named(evidence: Evidence, path: str) -> frozenset[str]:
    """Return the batch numbers that an answer lists (`exportedBatches`, `bypassedBatches`), with or without a #."""
    names = (name.partition(".") for name in answers_of(evidence).names())
    return frozenset(number.strip("# ") for listed, _, number in names if listed == path)
