"""The forms of questions: what they need to be shown, and what their fields say."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from starlette.datastructures import FormData

from exportready.app import notes
from exportready.app.pages import sentences
from exportready.app.pages.visit import Visit, text_of
from exportready.app.values import Needed, Question, Rejected
from exportready.model.display import format_date

UNKNOWN = "don't know"
"""The value of the button and the choice “I don't know”."""


def form_values(visit: Visit) -> dict[str, Any]:
    """Return what the templates of questions need."""
    phase = visit.phase()
    return {
        "unknown": UNKNOWN,
        "unknown_note": sentences.unknown_note,
        "person": notes.person(visit.home),
        "today": format_date(visit.now),
        "days": lambda: _days(visit.now),
        "latest": f"{visit.now:%Y-%m-%dT%H:%M}",
        "picks": picks,
        "seen": seen,
        "phase_query": f"?phase={phase}" if visit.request.query_params.get("phase") else "",
        "phase_and": f"&phase={phase}" if visit.request.query_params.get("phase") else "",
    }


def _days(now: datetime) -> list[tuple[str, str]]:
    """Return the quick answers to when files were exported. Each is the earliest moment that it may mean, so that no file seems newer."""
    today = datetime.combine(now.date(), time(), now.tzinfo)
    moments = (
        ("Within the last hour", now - timedelta(hours=1)),
        ("Earlier today", today + timedelta(minutes=1)),
        ("Yesterday", today - timedelta(days=1)),
    )
    return [(label, moment.isoformat(timespec="minutes")) for label, moment in moments]


def seen(question: Question) -> str:
    """Return which answer a form shows, so that one from another window isn't replaced unseen; empty if it shows none."""
    return question.answered.at.isoformat() if question.answered and question.answered.at else ""


def picks(question: Question) -> bool:
    """Return whether one of the choices is the answer. When a file was exported is asked with times that say no more than people know."""
    return bool(question.choices) and not question.id.startswith("takenAt")


def value_of(question: Question, form: FormData) -> object:
    """Return the answer in a form; None for “I don't know”. Raises Rejected if there is none."""
    if text_of(form, "unknown"):
        return None
    if text_of(form, "still"):
        return question.answered.value if question.answered else None
    values = [one for one in form.getlist("value") if isinstance(one, str)]
    if question.several and not values:
        raise Rejected("Check what applies first, or choose “I don't know”.")
    if question.several:
        return values
    value = values[0] if values else text_of(form, "typed")
    if value == UNKNOWN:
        return None
    if not value:
        raise Rejected("Choose an answer first, or “I don't know”.")
    return value


def is_yes(question: Question, form: FormData) -> bool:
    """Return whether a look confirmed that all is well: its first choice does."""
    value = text_of(form, "value")
    if value not in [choice.value for choice in question.choices]:
        raise Rejected("Choose what you saw first, or “I don't know”.")
    return value == question.choices[0].value


def all_of(needed: Needed) -> dict[str, Question]:
    """Return every question by its id, whether or not it has an answer."""
    return {one.id: one for one in (*needed.answered, *needed.expired, *needed.confirmations, *needed.questions)}
