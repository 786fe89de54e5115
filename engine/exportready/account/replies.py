"""What people reply to a question of the interview, at a prompt or in a cell, as answers of account.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal

from exportready.account.questions import NAME, SINCE, TAKEN_AT, Question, Reply, Said
from exportready.kinds.account import BY_PATH, DONT_KNOW, NONE
from exportready.kinds.headings import squash
from exportready.model.rules import Type
from exportready.schema.times import LIFETIME

Answer = Said | Decimal | date
TODAY = "today"

_DONT_KNOW = {
    squash(word)
    for word in (
        "",
        "?",
        DONT_KNOW,
        "don\u2019t know",
        "do not know",
        "I don't know",
        "unknown",
        "not sure",
        "no idea",
        "n/a",
    )
}
_MOMENT = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?:[ ,]+(\d{1,2}):(\d\d)(?::\d\d)?(?: ?([AP])M)?)?", re.IGNORECASE)
_US_DAY = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})")


class BadReply(Exception):
    """The reply is none that the question has; the text says which there are."""


def is_dont_know(text: str) -> bool:
    """Nothing, a question mark, or words to that effect."""
    return squash(text) in _DONT_KNOW


def understood(question: Question, text: str, known: Mapping[str, Answer], numbered: bool = True) -> dict[str, Answer]:
    """The answers that a reply gives; none where nobody knows. `known` are the answers so far; `numbered`: the replies were
    shown with numbers, one of which may stand for its reply. Raises BadReply."""
    if is_dont_know(text):
        return {}
    if not question.replies:
        return {question.path: _free(question.path, " ".join(text.split()))}
    reply = _chosen(question, text, numbered)
    taken_over = {path: known[other] for path, other in reply.same_as.items() if other in known}
    return {**reply.says, **taken_over}


def possible(question: Question) -> str:
    """What may be replied, in words."""
    if question.replies:
        return " / ".join(reply.label for reply in question.replies)
    setting = BY_PATH.get(question.path)
    if question.path == TAKEN_AT:
        return "today, or a day and time such as 11/20/2026 5:25 PM"
    if question.path == SINCE:
        return "a day such as 11/20/2026"
    if setting is None:
        return "a name" if question.path == NAME else "a name, or none"
    words = {Type.NUMBER: "a number", Type.DATE: "a day such as 11/20/2026"}.get(setting.type, "a name")
    return f"{words}, or none ({setting.none})" if setting.none else words


def is_pointless(question: Question, known: Mapping[str, Answer]) -> bool:
    """An earlier answer makes it so."""
    if question.only_if is None or question.only_if[0] not in known:
        return False
    path, values = question.only_if
    return not any(known[path] == value or str(known[path]) == value for value in values)


def _chosen(question: Question, text: str, numbered: bool) -> Reply:
    """By number, by the label or one of its words, or by how one label alone begins."""
    plain = squash(text)
    if numbered and text.strip().isdecimal() and 1 <= int(text) <= len(question.replies):
        return question.replies[int(text) - 1]
    for reply in question.replies:
        if plain in {squash(word) for word in (reply.label, *reply.words)}:
            return reply
    beginning = [reply for reply in question.replies if squash(reply.label).startswith(plain)]
    if len(beginning) == 1:
        return beginning[0]
    raise BadReply(f"«{text.strip()[:60]}» is none of the replies; there are {possible(question)}, and {DONT_KNOW}")


def _free(path: str, text: str) -> Answer:
    setting = BY_PATH.get(path)
    if path == TAKEN_AT:
        return _taken(text)
    if path == SINCE:
        return _day(text)
    if setting is None:  # a name, or what a tax zone is mapped to
        return NONE if path != NAME and squash(text) == NONE else text
    if setting.none and squash(text) == NONE:
        return NONE
    if setting.type is Type.NUMBER:
        if re.fullmatch(r"[1-9]\d{0,5}(\.0+)?", text):
            return Decimal(text.partition(".")[0])
        raise BadReply(f"«{text[:60]}» is no number from 1 on; write one such as 1, or {DONT_KNOW}")
    return _day(text) if setting.type is Type.DATE else text


def _day(text: str) -> date:
    found = _US_DAY.fullmatch(text)
    try:
        return date(int(found[3]), int(found[1]), int(found[2])) if found else date.fromisoformat(text)
    except ValueError:
        raise BadReply(f"«{text[:60]}» is not a day; write one such as 11/20/2026, or {DONT_KNOW}") from None


def _taken(text: str) -> Answer:
    moment = TODAY if text.casefold() in (TODAY, "now") else moment_of(text)
    if moment is None:
        raise BadReply(f"«{text[:40]}» is no day; write today, or a day and time such as 11/20/2026 5:25 PM")
    return moment


def moment_of(text: str) -> datetime | None:
    """A moment as ISO or the United States write it, naive where it has no offset; a day alone is its beginning, since what it
    tells may have been so then. None: it is none."""
    found = _MOMENT.fullmatch(text)
    try:
        if found is None:
            moment = datetime.fromisoformat(text)
            return _believable(moment)
        month, day, year, hour, minute, half = found.groups()
        if half and not 1 <= int(hour) <= 12:
            return None
        hours = 0 if hour is None else int(hour) % 12 + 12 * (half.upper() == "P") if half else int(hour)
        return _believable(datetime.combine(date(int(year), int(month), int(day)), time(hours, int(minute or 0))))
    except ValueError:
        return None


def _believable(moment: datetime) -> datetime | None:
    return moment if moment.year in LIFETIME else None
