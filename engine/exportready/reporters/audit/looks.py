"""Decide how rules, areas and accounts look. Nothing unknown is ever green.

A look is the CSS class that gives a result its color and icon.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import msgspec

from exportready.model.audit import AccountState, Audit, RuleState
from exportready.model.report import Outcome, Verdict
from exportready.model.rules import Severity
from exportready.reporters import words as shared
from exportready.reporters.audit import words
from exportready.reporters.engineer import LOOK_BY_SEVERITY

LOOKS = ("fix", "look", "unknown", "know", "fine", "none")
"""The worst first. `know` (good to know) comes after `unknown`, so that it never hides an unknown."""
ORDER = words.ORDER
_BY_VERDICT = dict(zip(ORDER, ("fix", "unknown", "look", "fine"), strict=True))


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One area of rules in one account."""

    look: str
    """The worst look of its rules."""
    css: str
    """The CSS classes: the look, and `also` if something else in the area wasn't checked."""
    number: str
    """Number of rules with this look; empty where it isn't shown."""
    text: str


def rule_look(rule: RuleState) -> str:
    """Return the look of a rule: that of its worst open finding, else `unknown` if anything about it is."""
    if rule.worst is not None:
        return LOOK_BY_SEVERITY[rule.worst]
    if rule.has_unknowns:
        return "unknown"
    return {Outcome.PASSED: "fine", Outcome.NOT_APPLICABLE: "none", Outcome.FAILED: "know"}.get(rule.outcome, "unknown")


def area_cells(state: AccountState, areas: Iterable[str]) -> tuple[Cell, ...]:
    """Return a cell for each area. If the account couldn't be checked, all of them are unknown."""
    if state.error:
        return tuple(_UNKNOWN for _ in areas)
    counts_by_area: dict[str, list[int]] = {}
    for rule in state.rules:
        counts = counts_by_area.setdefault(rule_area(rule.rule), [0] * len(LOOKS))
        look = rule_look(rule)
        counts[LOOKS.index(look)] += 1
        if rule.has_unknowns and look != "unknown":
            counts[LOOKS.index("unknown")] += 1
    no_rules = _NOT_CHECKED if state.rules else _UNKNOWN
    return tuple(_cell(tuple(counts_by_area[area])) if area in counts_by_area else no_rules for area in areas)


def rule_area(rule: str) -> str:
    """Return the area of a rule id, which is the folder of its file."""
    return rule.partition("/")[0]


@cache
def _cell(counts: tuple[int, ...]) -> Cell:
    """Return the cell of an area, given how many of its rules have each of `LOOKS`."""
    count_by_look = {look: count for look, count in zip(LOOKS, counts, strict=True) if count}
    look = next(iter(count_by_look))
    shown = {look: count for look, count in count_by_look.items() if look in ("fix", "look", "unknown", "know")}
    also_unknown = "unknown" in count_by_look and look != "unknown"
    return Cell(
        look=look,
        css=f"{look} also" if also_unknown else look,
        number=str(count_by_look[look]) if shown else "",
        text=words.look_counts(shown) if shown else words.LOOK_LABELS[look],
    )


_UNKNOWN = Cell(look="unknown", css="unknown", number="", text=words.LOOK_LABELS["unknown"])
_NOT_CHECKED = Cell(look="absent", css="absent", number="", text=words.NOT_JUDGED)


def shown_verdict(state: AccountState) -> Verdict:
    """Return the verdict to show: at best `CANNOT_TELL` if the account couldn't be read completely."""
    if state.error or (state.unread_files and state.verdict is not Verdict.NOT_READY):
        return Verdict.CANNOT_TELL
    return state.verdict


def verdict_text(audit: Audit, state: AccountState, verdict: Verdict) -> str:
    """Return a verdict on an account in words. An account that couldn't be read at all has none."""
    if state.error:
        return words.NOT_READ
    text = shared.verdict(verdict, after_export=state.is_after_export, has_warnings=_has_warnings(state))
    return shared.narrowed_verdict(verdict, text) if is_narrowed(audit) else text


def past_verdict_text(audit: Audit, state: AccountState, verdict: Verdict) -> str:
    """Return a verdict on a moment that is past in words: "Was ready on November 20, 2026 (8 days ago)"."""
    if is_narrowed(audit):
        return words.as_of(verdict_text(audit, state, verdict), shared.past_moment(state.checked_at, audit.at))
    return shared.past_verdict(verdict, state.checked_at, audit.at, has_warnings=_has_warnings(state))


def _has_warnings(state: AccountState) -> bool:
    return bool(state.open_by_severity.get(Severity.WARNING))


def account_look(audit: Audit, state: AccountState) -> str:
    """Return the look of an account: `fine` only if it was checked completely, by all rules that ExportReady has."""
    verdict = shown_verdict(state)
    if _BY_VERDICT[verdict] == "fine" and unchecked_percent(state) >= 100:
        return "unknown"
    return verdict_look(audit, verdict)


def verdict_look(audit: Audit, verdict: Verdict) -> str:
    """Return the look of a number of accounts with a verdict."""
    look = _BY_VERDICT[verdict]
    return "look" if look == "fine" and is_narrowed(audit) else look


def is_narrowed(audit: Audit) -> bool:
    """Return whether rules that ExportReady has were left out or replaced."""
    return bool(audit.left_out or audit.own_rules)


def unchecked_percent(state: AccountState) -> float:
    """Return the percentage of applicable rules that weren't checked completely; 100 if nothing was decided."""
    applicable = [rule for rule in state.rules if rule.outcome is not Outcome.NOT_APPLICABLE]
    if state.error or not applicable:
        return 100.0
    return 100 * sum(rule.has_unknowns for rule in applicable) / len(applicable)
