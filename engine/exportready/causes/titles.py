"""What is wrong, in a sentence: the title of a key issue that an export error reports."""

from __future__ import annotations

from exportready.causes.problems import Problem, message_of
from exportready.kinds.message_codes import CODES
from exportready.kinds.messages import MISSING, parse_message, second_part
from exportready.kinds.nouns import object_noun

_MOST_REASONS = 3


def title(problem: Problem) -> str:
    """Return what is wrong, for a problem that isn't a finding."""
    if problem.suspect is not None:
        return problem.suspect.text
    first = problem.errors[0]
    if problem.sort != MISSING:
        return _stated(problem)
    kind, name = problem.object[0], problem.name
    if problem.by_id:
        return f"QuickBooks can't find the {_noun(kind)} with the internal ID {first.get('names')}"
    if first.get("byId") is True or kind == "transaction":
        return f"QuickBooks can't find {name if kind == 'transaction' else f'{object_noun(kind)} {name}'}"
    return f"QuickBooks does not have {object_noun(kind)} {name}".replace("  ", " ")


def _noun(kind: str) -> str:
    return object_noun(kind) or "record"


def _stated(problem: Problem) -> str:
    """Return the message of a problem. If errors with one cause give different reasons, return each of them."""
    messages = list(dict.fromkeys(map(message_of, problem.errors)))
    words = _with_meaning(messages[0], problem.code)
    reasons = [second_part(message) or message for message in messages[1:]]
    others = dict.fromkeys(reason for reason in reasons if reason.rstrip(".").lower() not in words.lower())
    if problem.object[0] != "cause" or not _differ(problem):
        return words
    return " / ".join((words, *list(others)[: _MOST_REASONS - 1]))


def _differ(problem: Problem) -> bool:
    """Return whether errors with one cause may give different reasons: each was locked in its own way."""
    return problem.errors[0].get("defect") == problem.what


def _with_meaning(message: str, code: str) -> str:
    """Return a message, after what its code means if no known sentence says it: it may be in another language."""
    known = CODES.get(code)
    if known is None or parse_message(message).is_worded:
        return message
    return f"{known.meaning} ({message})"
