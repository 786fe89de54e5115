"""How old an answer or a file may be; why it no longer counts, and what to do about it."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from exportready.derive.answers import ANSWERS
from exportready.model.evidence import CLOCK_SKEW, Dataset, Unknown
from exportready.model.reasons import Reason

ANSWER, FILES = "your answer", "what your files say of it"
DATE_ANSWERS = (
    "Add to account.yaml who gave the answers, and when: confirmed: {by: office manager, at: 2026-11-20T17:25:00-07:00}"
)
DATE_FILES = "Add to account.yaml when these files were exported: takenAt: 2026-11-20T17:30:00-07:00"


def stale(dated: datetime | None, at: datetime, age: timedelta | None, what: str) -> Unknown | None:
    """Return why an answer or a file (`what`) of this date is too old at a moment, or its date can't be believed.

    None while it is fresh, and where it may have any `age`.
    """
    if age is None:
        return None
    if dated is None:
        return Unknown(
            cause=Reason.UNDATED, reason=f"{what} has no date", remedy=DATE_ANSWERS if what == ANSWER else DATE_FILES
        )
    if dated - at > CLOCK_SKEW:
        return Unknown(cause=Reason.UNDATED, reason=f"{what} is dated {dated:%Y-%m-%d %H:%M}, after the moment of this check")
    if at - dated > age:
        hours = int((at - dated).total_seconds() // 3600)
        old = f"{hours} hours" if hours < 72 else f"{hours // 24} days"
        limit = f"{age.days} days" if age.days else f"{age.seconds // 3600} hours"
        return Unknown(cause=Reason.STALE, reason=f"{what} is {old} old, and counts for {limit} only")
    return None


def unanswered(answers: Dataset) -> Unknown:
    """Return why a question has no answer: nobody gave one, or no file of answers counts."""
    if answers.rows():
        return Unknown(cause=Reason.UNANSWERED, reason="nobody answered this")
    lack = answers.lack()
    return replace(lack, cause=Reason.UNANSWERED if lack.cause is Reason.NOT_SUPPLIED else lack.cause, source=ANSWERS)
