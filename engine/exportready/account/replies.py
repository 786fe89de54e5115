"""Parses replies to the questions of the interview, typed at a prompt or in a cell, into answers of account.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from exportready.account.questions import NAME, SINCE, TAKEN_AT, Question, Reply, ReplyValue
from exportready.kinds.account import BY_PATH, DONT_KNOW, NONE
from exportready.kinds.headings import squash
from exportready.model.rules import Type
from exportready.schema.times import parse_us_day, parse_us_time

Answer = ReplyValue | Decimal | date
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


class BadReply(Exception):
    """The reply doesn't fit the question; the message says which replies do."""


def is_dont_know(text: str) -> bool:
    """Return whether a reply is empty, a question mark or words for "don't know"."""
    return squash(text) in _DONT_KNOW


def parse_reply(question: Question, text: str, known: Mapping[str, Answer], numbered: bool = True) -> dict[str, Answer]:
    """Return the answers that a reply gives, by path; none if the person doesn't know. Raises BadReply.

    `known` are the answers so far. `numbered`: the replies were shown with numbers, so a number selects one.
    """
    if is_dont_know(text):
        return {}
    if not question.replies:
        return {question.path: _free_answer(question.path, " ".join(text.split()))}
    reply = _chosen_reply(question, text, numbered)
    copied = {path: known[other] for path, other in reply.same_as.items() if other in known}
    return {**reply.answers, **copied}


def describe_replies(question: Question) -> str:
    """Return what may be replied, in words."""
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


def is_irrelevant(question: Question, known: Mapping[str, Answer]) -> bool:
    """Return whether an earlier answer makes the question irrelevant."""
    if question.only_if is None or question.only_if[0] not in known:
        return False
    path, values = question.only_if
    return not any(known[path] == value or str(known[path]) == value for value in values)


def _chosen_reply(question: Question, text: str, numbered: bool) -> Reply:
    """Return the reply with this number, label or synonym, or the only one whose label begins so. Raises BadReply."""
    plain = squash(text)
    if numbered and text.strip().isdecimal() and 1 <= int(text) <= len(question.replies):
        return question.replies[int(text) - 1]
    for reply in question.replies:
        if plain in {squash(word) for word in (reply.label, *reply.synonyms)}:
            return reply
    beginning = [reply for reply in question.replies if squash(reply.label).startswith(plain)]
    if len(beginning) == 1:
        return beginning[0]
    raise BadReply(f"«{text.strip()[:60]}» is none of the replies; there are {describe_replies(question)}, and {DONT_KNOW}")


def _free_answer(path: str, text: str) -> Answer:
    """Return an answer in free text as the type of its setting. Raises BadReply."""
    setting = BY_PATH.get(path)
    if path == TAKEN_AT:
        return _taken_at(text)
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
    try:
        return parse_us_day(text)
    except ValueError:
        raise BadReply(f"«{text[:60]}» is not a day; write one such as 11/20/2026, or {DONT_KNOW}") from None


def _taken_at(text: str) -> Answer:
    if text.casefold() in (TODAY, "now"):
        return TODAY
    try:
        return parse_us_time(text)
    except ValueError:
        raise BadReply(f"«{text[:40]}» is no day; write today, or a day and time such as 11/20/2026 5:25 PM") from None
