"""Find the two single records: the answers in account.yaml, and the facts about the account that follow from them."""

from __future__ import annotations

from datetime import date

from exportready.model import rules
from exportready.model.evidence import ANSWERS_KIND, UNSET, Evidence, Location, Record

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


def first_day(evidence: Evidence) -> date | None:
    """Return the first day on which the ServiceTitan Web Connector sent batches; None if it isn't known.

    If it is the one in use, and no other connector ever sent any, every day counts.
    """
    answers = answers_of(evidence)
    since = answers.get("webConnector.since")
    if since is UNSET and answers.get("webConnector.sentBy") == "servicetitan":
        return date.min
    return since if isinstance(since, date) else None


def batches_named(evidence: Evidence, path: str) -> frozenset[str]:
    """Return the batch numbers that an answer lists (`exportedBatches`, `bypassedBatches`), with or without a #."""
    names = (name.partition(".") for name in answers_of(evidence).names())
    return frozenset(number.strip("# ") for listed, _, number in names if listed == path)
