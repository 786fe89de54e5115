"""The sentences of the screens that depend on numbers and times. Those that don't are in the templates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from exportready.app import asking
from exportready.app.values import Answered, Question
from exportready.model.display import count, format_clock, format_date
from exportready.model.evidence import Confirmed
from exportready.reporters import words


def moment(when: datetime, now: datetime) -> str:
    """Return a time as people say it: "today at 4:02 PM", "yesterday at 4:02 PM", "on November 18, 2026, at 4:02 PM"."""
    local = when.astimezone(now.tzinfo)
    return f"{day(local, now, 'on ')}{'' if is_near(local, now) else ','} at {format_clock(local)}"


def day(local: datetime, now: datetime, before: str = "") -> str:
    """Return a day: "today", "yesterday", "November 18, 2026". `before`: what comes before a date."""
    days = (now.date() - local.date()).days
    return {0: "today", 1: "yesterday", -1: "tomorrow"}.get(days, f"{before}{format_date(local)}")


def is_near(local: datetime, now: datetime) -> bool:
    """Return whether a day is yesterday, today or tomorrow."""
    return abs((now.date() - local.date()).days) <= 1


def until(when: datetime, now: datetime) -> str:
    """Return until when something is good: "8:18 PM today", "November 23, 2026"."""
    local = when.astimezone(now.tzinfo)
    return f"{format_clock(local)} {day(local, now)}" if is_near(local, now) else format_date(local)


def said_by(answered: Answered, now: datetime) -> str:
    """Return who answered and when, and until when it counts: "The office manager, today at 4:18 PM. Counts until 8:18 PM today"."""
    who = words.sentence(answered.by) if answered.by else "Answered"
    when = f", {moment(answered.at, now)}" if answered.at else ""
    if answered.until is None:
        return f"{who}{when}"
    word = "Counts until" if answered.until >= now else "Expired at"
    return f"{who}{when}. {word} {until(answered.until, now)}"


def shown_value(answered: Answered, now: datetime) -> str:
    """Return an answer for people: a moment and a date as Americans write them."""
    try:
        moment_ = datetime.fromisoformat(answered.value)
    except ValueError:
        return words.sentence(answered.label or answered.value)
    return words.sentence(moment(moment_, now)) if moment_.tzinfo else format_date(moment_)


def saved_elsewhere(answered: Answered, now: datetime) -> str:
    """Return that another window saved an answer meanwhile."""
    when = f" {moment(answered.at, now)}" if answered.at else ""
    return f"“{shown_value(answered, now)}” was saved in another window{when}. Keep that, or save your answer."


def until_of(confirmed: Confirmed | None, now: datetime) -> str:
    """Return until when a confirmation counts."""
    if confirmed is None or confirmed.until is None:
        return "Counts until the batch changes"
    return f"Counts until {until(confirmed.until, now)}"


def decides(number: int) -> str:
    """Return how many open checks something decides."""
    return f"Decides {count(number, 'check')}." if number else "Decides no check by itself."


def minutes_of(questions: Sequence[Question]) -> str:
    """Return how long some questions and confirmations take."""
    return words.duration(max(1, asking.minutes_of(questions)))


def unknown_note(question: Question) -> str:
    """Return what “I don't know” means for a question."""
    if not question.decides:
        return "That's fine. We'll say what else would show it."
    stay = "check stays" if question.decides == 1 else "checks stay"
    return f"That's fine. {question.decides:,} {stay} open, and we'll say what else would show it."


def size(number: int) -> str:
    """Return a size of a file: "200 MB"."""
    return f"{number // (1 << 20):,} MB"


def left(questions: int, minutes: int) -> str:
    """Return what is left to answer."""
    if not questions:
        return "Nothing is left to answer right now."
    return f"{questions:,} left, {words.duration(minutes)}. Stop whenever you like: every answer is saved as you give it."


def open_checks(number: int) -> str:
    """Return how many checks are open: "4 checks are still open."."""
    return f"{count(number, 'check')} {'is' if number == 1 else 'are'} still open."


def age(old: timedelta) -> str:
    """Return how old something is."""
    return words.age(old)
