"""How old an answer or a file may be, why it is out of date, and what to do about it."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from exportready.derive.answers import ANSWERS
from exportready.model.display import format_time
from exportready.model.evidence import CLOCK_SKEW, Dataset, Unknown
from exportready.model.reasons import Reason

ANSWER, FILES = "your answer", "the information in your files"
DATE_ANSWERS = "Answer the questions again, so that your answers have a date"
DATE_FILES = "Answer “When did you export these files?”"


def stale(dated: datetime | None, at: datetime, age: timedelta | None, what: str) -> Unknown | None:
    """Return why an answer or a file (`what`) of this date is too old at a moment, or its date can't be believed.

    None while it is fresh, or if it may have any `age`.
    """
    if age is None:
        return None
    if dated is None:
        return Unknown(
            cause=Reason.UNDATED, reason=f"{what} has no date", remedy=DATE_ANSWERS if what == ANSWER else DATE_FILES
        )
    if dated - at > CLOCK_SKEW:
        return Unknown(cause=Reason.UNDATED, reason=f"{what} is dated {format_time(dated)}, which is after this check")
    if at - dated > age:
        hours = int((at - dated).total_seconds() // 3600)
        old = f"{hours} hours" if hours < 72 else f"{hours // 24} days"
        limit = f"{age.days} days" if age.days else f"{age.seconds // 3600} hours"
        return Unknown(cause=Reason.STALE, reason=f"{what} is {old} old; it is only valid for {limit}")
    return None


def unanswered(answers: Dataset) -> Unknown:
    """Return why a question has no answer: none was given, or no file of answers can be used."""
    if answers.rows():
        return Unknown(cause=Reason.UNANSWERED, reason="this question has no answer yet")
    lack = answers.lack()
    return replace(lack, cause=Reason.UNANSWERED if lack.cause is Reason.NOT_SUPPLIED else lack.cause, source=ANSWERS)
