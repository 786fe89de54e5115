"""Parses replies to the questions of the interview, typed at a prompt or in a cell, into answers of account.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from exportready.account.questions import NAME, SINCE, TAKEN_AT
from exportready.kinds.account import BY_PATH, DONT_KNOW, NONE
from exportready.kinds.headings import squash
from exportready.model.display import format_date, join_words
from exportready.model.questions import Question, Reply, ReplyValue
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


def parse_reply(question: Question, text: str, numbered: bool = True, today: date | None = None) -> dict[str, Answer]:
    """Return the answers that a reply gives, by path; none if the person doesn't know. Raises BadReply.

    `numbered`: the replies were shown with numbers, so a number selects one. `today` is the day
    of the conversation; without it, words such as "yesterday" are not dates.
    """
    if is_dont_know(text):
        return {}
    if question.several:
        return _checked(question, text, numbered)
    if not question.replies:
        return {question.path: _free_answer(question.path, " ".join(text.split()), today)}
    return dict(_chosen_reply(question, text, numbered).answers)


def describe_replies(question: Question) -> str:
    """Return what people may reply, in words."""
    if question.several:
        return f"{' / '.join(reply.label for reply in question.replies)} (as many as apply, with commas), or {question.none}"
    if question.replies:
        return " / ".join(reply.label for reply in question.replies)
    setting = BY_PATH.get(question.path)
    if question.path == TAKEN_AT:
        return f'"today", or {_EXAMPLE_TIME}'
    if question.path == SINCE:
        return _EXAMPLE_DATE
    if setting is None:
        return "a name" if question.path == NAME else "a name, or none"
    words = {Type.NUMBER: "a number", Type.DATE: _EXAMPLE_DATE}.get(setting.type, "a name")
    return f"{words}, or none ({setting.none})" if setting.none else words


def describe_answers(question: Question, answers: Mapping[str, Answer]) -> str:
    """Return answers as a person would reply them to the question; empty if there are none."""
    if question.several and question.paths <= answers.keys():
        chosen = [reply.label for reply in question.replies if reply.answers.items() <= answers.items()]
        return join_words(chosen) or question.none
    fitting = [reply for reply in question.replies if reply.answers and reply.answers.items() <= answers.items()]
    if fitting:
        return max(fitting, key=lambda reply: len(reply.answers)).label
    return join_words([_describe(answer) for _, answer in sorted(answers.items())])


def _describe(answer: Answer) -> str:
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    return format_date(answer) if isinstance(answer, date) else str(answer)


def is_irrelevant(question: Question, known: Mapping[str, Answer]) -> bool:
    """Return whether an earlier answer makes the question irrelevant."""
    if question.only_if is None or question.only_if[0] not in known:
        return False
    path, values = question.only_if
    return not any(known[path] == value or str(known[path]) == value for value in values)


_NONE_OF_THEM = (squash(NONE), "no", "n", "nothing", "0")


def _checked(question: Question, text: str, numbered: bool) -> dict[str, Answer]:
    """Return the answers of a question where several replies can be chosen: numbers or labels with commas, or none. Raises BadReply."""
    found: dict[str, Answer] = {path: value for reply in question.replies for path, value in reply.otherwise.items()}
    if squash(text) in {squash(question.none), *_NONE_OF_THEM}:
        return found
    parts = re.split(r"[\s,;+&]+", text.strip()) if numbered and not any(map(str.isalpha, text)) else re.split(r"[,;]", text)
    for part in filter(str.strip, parts):
        found |= _chosen_reply(question, part, numbered).answers
    return found


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
    hint = f"a number from 1 to {len(question.replies)}" if numbered else f"one of these: {describe_replies(question)}"
    raise BadReply(f'"{text.strip()[:60]}" isn\'t one of the choices. Type {hint}')


def _free_answer(path: str, text: str, today: date | None) -> Answer:
    """Return an answer in free text as the type of its setting. Raises BadReply."""
    setting = BY_PATH.get(path)
    if path == TAKEN_AT:
        return _taken_at(text, today)
    if path == SINCE:
        return _day(f"1/1/{text}" if _YEAR.fullmatch(text) else text, today)
    if setting is None:  # a name, or what a tax zone is mapped to
        return NONE if path != NAME and squash(text) == NONE else text
    if setting.none and squash(text) == NONE:
        return NONE
    if setting.type is Type.NUMBER:
        if re.fullmatch(r"[1-9]\d{0,5}(\.0+)?", text):
            return Decimal(text.partition(".")[0])
        raise BadReply(f'"{text[:60]}" isn\'t a number from 1 up. Type a number such as 1')
    return _day(text, today) if setting.type is Type.DATE else text


_EXAMPLE_DATE = "a date such as 11/20/2026"
_EXAMPLE_TIME = "a date and time such as 11/20/2026 5:25 PM"
_YEAR = re.compile(r"(19|20)\d\d")
_MONTH_NAME = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4})")
_SHORT_YEAR = re.compile(r"(\d{1,2}[/-]\d{1,2}[/-])(\d\d)")
_MONTHS = "january february march april may june july august september october november december".split()
_DAYS_BACK = {TODAY: 0, "now": 0, "yesterday": 1}


def _day(text: str, today: date | None) -> date:
    try:
        return _parse_day(text, today)
    except ValueError:
        raise BadReply(f'"{text[:60]}" isn\'t a date. Type {_EXAMPLE_DATE}') from None


def _parse_day(text: str, today: date | None) -> date:
    """Return a date as people write it: 11/20/2026, 11/20/26, November 20, 2026, yesterday. Raises ValueError."""
    if today is not None and text.casefold() in _DAYS_BACK:
        return today - timedelta(days=_DAYS_BACK[text.casefold()])
    named = _MONTH_NAME.fullmatch(text)
    if named:
        month = next((at for at, name in enumerate(_MONTHS, 1) if name.startswith(named[1].casefold())), 0)
        return date(int(named[3]), month, int(named[2]))
    short = _SHORT_YEAR.fullmatch(text)
    return parse_us_day(f"{short[1]}20{short[2]}" if short else text)


def _taken_at(text: str, today: date | None) -> Answer:
    if text.casefold() in (TODAY, "now"):
        return TODAY
    try:
        return parse_us_time(text)
    except ValueError:
        pass
    try:
        return datetime.combine(_parse_day(text, today), time.min)
    except ValueError:
        raise BadReply(f'"{text[:40]}" isn\'t a date. Type "today", or {_EXAMPLE_TIME}') from None
