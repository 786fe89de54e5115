"""The words of a file's card: what it is, how many records it has, and what would help if it can't be used."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from exportready.account.reading import READER as ANSWERS_FILE
from exportready.app.values import Program, Recognized
from exportready.kinds import KINDS
from exportready.kinds.nouns import noun
from exportready.kinds.servicetitan import PRICEBOOK
from exportready.model.evidence import ANSWERS_KIND

UNKNOWN = "We don't recognize this file"
UNREADABLE = "We can't open this file"
ANSWERS = "Your answers"
_SETTINGS = {"quickbooks.Company", "quickbooks.Host", "quickbooks.Preferences", "quickbooks.Status"}


def program(kinds: Collection[str]) -> Program:
    """Return the program that a file with these kinds is from; empty if that isn't clear."""
    programs = {kind.partition(".")[0] for kind in kinds} & {"servicetitan", "quickbooks"}
    return programs.pop() if len(programs) == 1 else ""  # type: ignore[return-value]


def kind(found: Recognized) -> str:
    """Return what a file is, in plain words."""
    kinds = found.kinds
    if found.error:
        return UNREADABLE
    if found.reader == ANSWERS_FILE or kinds == {ANSWERS_KIND}:
        return ANSWERS
    if not found.reader or not kinds:
        return UNKNOWN if not found.reader else "An empty list"
    if kinds <= set(PRICEBOOK):
        return "Pricebook"
    names = {"servicetitan": "ServiceTitan", "quickbooks": "QuickBooks", "": "ServiceTitan and QuickBooks"}
    whose = names[program(kinds)]
    if len(kinds) == 1 and whose == "ServiceTitan":
        return _capital(noun(next(iter(kinds)), 2))
    if has_transactions(kinds):
        return f"{whose} transactions"
    return f"{whose} settings" if kinds <= _SETTINGS else f"{whose} lists"


def has_transactions(kinds: Collection[str]) -> bool:
    """Return whether some of the kinds are transactions, of which a file has some, not all."""
    return any(KINDS[name].at_fault == "transaction" for name in kinds)


def counts(records: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Return how many records a file has, with their nouns, the most first. Lines count with their transactions."""
    by_noun: dict[str, int] = {}
    for name, number in records.items():
        if number and KINDS[name].array_of is None:
            word = noun(name, number)
            by_noun[word] = by_noun.get(word, 0) + number
    return tuple(sorted(by_noun.items(), key=lambda one: -one[1]))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """Return a reader's message as a sentence."""
    return f"{_capital(text)}{'' if text.endswith(('.', '!', '?')) else '.'}" if text else ""
