"""How a rule, an area and an account look: nothing unknown is ever green."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import msgspec

from exportready.model.audit import AccountState, Audit, RuleState
from exportready.model.report import Outcome, Verdict
from exportready.model.rules import Severity
from exportready.reporters.audit import words

LOOKS = ("fix", "look", "unknown", "know", "fine", "none")
"""The worst first. What is only good to know hides nothing that is unknown."""
ORDER = words.ORDER
_BY_GRADE = {Severity.ERROR: "fix", Severity.WARNING: "look", Severity.INFO: "know"}
_BY_VERDICT = dict(zip(ORDER, ("fix", "unknown", "look", "fine"), strict=True))


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """How one area of one account stands."""

    look: str
    """The worst in it."""
    css: str
    """The same, with `also` where something else in it was not checked."""
    number: str
    """How many practices stand so; empty where nobody counts them."""
    text: str


def of_rule(one: RuleState) -> str:
    """By its worst open finding; as not checked where nothing is worse and anything about it is untold."""
    if one.worst is not None:
        return _BY_GRADE[one.worst]
    if one.untold:
        return "unknown"
    return {Outcome.PASSED: "fine", Outcome.NOT_APPLICABLE: "none", Outcome.FAILED: "know"}.get(one.outcome, "unknown")


def cells(standing: AccountState, areas: Iterable[str]) -> tuple[Cell, ...]:
    """One for each area; where the account could not be judged, nothing in it is known."""
    found: dict[str, list[int]] = {}
    for one in standing.rules:
        counts = found.setdefault(area(one.rule), [0] * len(LOOKS))
        look = of_rule(one)
        counts[LOOKS.index(look)] += 1
        if one.untold and look != "unknown":
            counts[LOOKS.index("unknown")] += 1
    nothing = _UNJUDGED if standing.error or not standing.rules else _ABSENT
    if standing.error:
        return tuple(nothing for _ in areas)
    return tuple(_cell(tuple(found[one])) if one in found else nothing for one in areas)


def area(rule: str) -> str:
    """The folder of a rule's file."""
    return rule.partition("/")[0]


@cache
def _cell(counts: tuple[int, ...]) -> Cell:
    parts = {look: number for look, number in zip(LOOKS, counts, strict=True) if number}
    look = next(iter(parts))
    told = {one: number for one, number in parts.items() if one in ("fix", "look", "unknown", "know")}
    also = "unknown" in parts and look != "unknown"
    return Cell(
        look=look,
        css=f"{look} also" if also else look,
        number=str(parts[look]) if told else "",
        text=words.standing(told) if told else words.LOOKS[look],
    )


_UNJUDGED = Cell(look="unknown", css="unknown", number="", text=words.LOOKS["unknown"])
_ABSENT = Cell(look="absent", css="absent", number="", text=words.NOT_JUDGED)


def verdict(standing: AccountState) -> Verdict:
    """What is not read whole is at best not known, whatever else is said."""
    if standing.error or (standing.unread and standing.verdict is not Verdict.NOT_READY):
        return Verdict.CANNOT_TELL
    return standing.verdict


def of_account(audit: Audit, standing: AccountState) -> str:
    """Green is only what was checked whole, by every rule that ExportReady brings."""
    look = _BY_VERDICT[verdict(standing)]
    if look == "fine" and share(standing) >= 100:
        return "unknown"
    return "look" if look == "fine" and narrowed(audit) else look


def of_verdict(audit: Audit, one: Verdict) -> str:
    """The colour of a number of accounts."""
    look = _BY_VERDICT[one]
    return "look" if look == "fine" and narrowed(audit) else look


def narrowed(audit: Audit) -> bool:
    """Not all of the rules that ExportReady brings were asked."""
    return bool(audit.left_out or audit.own_rules)


def share(standing: AccountState) -> float:
    """Which share of what applies was not checked, in percent; where nothing was decided, all of it."""
    applies = [one for one in standing.rules if one.outcome is not Outcome.NOT_APPLICABLE]
    if standing.error or not applies:
        return 100.0
    return 100 * sum(one.untold for one in applies) / len(applies)
