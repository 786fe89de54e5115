"""Words for what is still needed: the headings of its ways, what is missing, and for which checks."""

from __future__ import annotations

from collections.abc import Sequence

from exportready.kinds import KINDS
from exportready.kinds.nouns import noun
from exportready.model.reasons import Channel, Reason
from exportready.policy.needed import Need, Supply, Way
from exportready.reporters import words

_CONCLUDED = frozenset({Reason.INCONCLUSIVE, Reason.LOOKS_BYPASSED, Reason.CONTRADICTORY, Reason.AMBIGUOUS})
"""Causes of a gap that isn't about a missing list: the lists are there, but they don't decide it."""


def heading(way: Way) -> str:
    """Return the heading of a way: "Confirm these 6 yourself (about 4 minutes)"."""
    match way.channel:
        case Channel.ASK:
            return words.answer_these(way.number, way.minutes)
        case Channel.CONFIRM:
            return words.confirm_yourself(way.number, way.minutes)
        case Channel.EXPORT:
            return words.export_these(way.number)
        case _:
            return words.FOR_INTEGRATOR


def worth(way: Way) -> str:
    """Return what a way is good for: "Decides 9 checks"."""
    return words.decides(len(way.decides)) if way.decides else words.helps(len(way.helps))


def title(supply: Supply) -> str:
    """Return what to export or what is missing: "QuickBooks: all lists"; for what no list states, why it isn't known."""
    if supply.export is not None:
        return supply.export.title
    causes = {gap.cause for gap in supply.gaps}
    if causes and causes <= _CONCLUDED and supply.gaps[0].reason:
        return words.sentence(supply.gaps[0].reason)
    return words.missing(what(supply))


def what(supply: Supply) -> str:
    """Return the kinds of record that are missing: "invoices, invoice lines"."""
    return ", ".join(dict.fromkeys(noun(gap.kind, 2) for gap in supply.gaps))


def why(need: Need) -> str:
    """Return why the rule couldn't be checked, and for which records."""
    reasons = tuple(dict.fromkeys(gap.reason for gap in need.gaps if gap.reason)) or (need.result.reason,)
    named = (gap.subject for gap in need.gaps if gap.subject and not KINDS[gap.kind].sheet)
    subjects = words.for_subjects(dict.fromkeys(named))
    return " ".join(filter(None, ("; ".join(filter(None, reasons)), f"({subjects})" if subjects else "")))


def request_lines(supplies: Sequence[Supply]) -> list[str]:
    """Return what to ask an integrator for, each once."""
    gaps = (gap for supply in supplies for gap in supply.gaps)
    return list(dict.fromkeys(gap.integrator for gap in gaps if gap.integrator))
