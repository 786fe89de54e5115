"""What a customer-success manager is shown: how the account stands by area, what changed, what lapses, what to write. Laid out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from exportready.model.changes import CHANGE_KEYS, PastFinding
from exportready.model.report import Outcome, Report, RuleResult, Verdict
from exportready.model.rules import Severity
from exportready.reporters import view, words
from exportready.reporters.office import Office, listed

LOOKS = ("fix", "look", "know", "unknown", "fine", "none")
"""In the order of `words.AREA_HEADS`."""
_BY_GRADE = {Severity.ERROR: "fix", Severity.WARNING: "look", Severity.INFO: "know"}


class Area(msgspec.Struct, frozen=True):
    """A row of the table, and its bar: (look, from, width) in percent. What failed in part and is untold in part counts as both."""

    name: str
    counts: tuple[int, ...]
    bar: tuple[tuple[str, float, float], ...]


class Part(msgspec.Struct, frozen=True):
    """One kind of change."""

    title: str
    findings: tuple[PastFinding, ...]


class Csm(msgspec.Struct, frozen=True, kw_only=True):
    """The whole view."""

    areas: tuple[Area, ...]
    decided: str
    share: float
    """What was decided of what applies or was left out, in percent."""
    since: str
    changes: tuple[Part, ...]
    drift: tuple[str, ...]
    lapses: tuple[tuple[str, str, str], ...]
    """Rows as `words.LAPSE_HEADS` heads them."""
    message: str


def csm(report: Report, office: Office) -> Csm:
    """The result as a customer-success manager needs it."""
    applies = [one for one in report.results if one.outcome is not Outcome.NOT_APPLICABLE]
    done = sum(not one.untold for one in applies)
    asked = len(applies) + len(report.left_out)
    changes = report.changes
    return Csm(
        areas=tuple(_areas(report)),
        decided=words.decided(done, len(applies), len(report.left_out)),
        share=100 * done / asked if asked else 0.0,
        since="" if changes is None else _since(report),
        changes=()
        if changes is None
        else tuple(
            Part(title, found)
            for title, found in zip(words.DIFFERENCES, (getattr(changes, part) for part in CHANGE_KEYS), strict=False)
            if found
        ),
        drift=() if changes is None else tuple(words.drifted(one.setting, one.old, one.new) for one in changes.drift),
        lapses=tuple(
            (words.moment(view.local_time(report, one.until)), words.LAPSE_KINDS.get(one.what, one.what), one.name)
            for one in report.lapses
        ),
        message=_message(report, office),
    )


def look(report: Report, result: RuleResult) -> str:
    """How a rule counts: by its worst open finding, as not checked where anything about it is untold."""
    standing = [one.severity for one in result.findings if report.notes.waiver(one) is None]
    if standing:
        return _BY_GRADE[min(standing, key=lambda grade: grade.rank)]
    if result.untold:
        return "unknown"
    return {Outcome.NOT_APPLICABLE: "none", Outcome.FAILED: "know"}.get(result.outcome, "fine")


def _areas(report: Report) -> list[Area]:
    """The worst first."""
    found: dict[str, list[str]] = {}
    for one in report.results:
        looks = found.setdefault(one.rule.area, [])
        looks.append(look(report, one))
        looks += ["unknown"] if one.untold and looks[-1] != "unknown" else []
    areas = [
        _area(words.AREAS.get(name, words.sentence(name)), [looks.count(one) for one in LOOKS])
        for name, looks in found.items()
    ]
    return sorted(areas, key=lambda area: ([-number for number in area.counts[:4]], area.name))


def _area(name: str, counts: Sequence[int]) -> Area:
    total, at, bar = sum(counts), 0, []
    for one, number in zip(LOOKS, counts, strict=True):
        if number:
            bar.append((one, round(100 * at / total, 2), round(100 * number / total, 2)))
            at += number
    return Area(name, tuple(counts), tuple(bar))


def _since(report: Report) -> str:
    changes = report.changes
    if changes is None:
        return ""
    told = words.ARRIVALS if report.is_after_export else words.VERDICTS
    now = view.verdict_of(report, Verdict(changes.new_verdict))
    when = view.local_time(report, datetime.fromisoformat(changes.old_checked_at))
    return words.changed_since(when, told[Verdict(changes.old_verdict)], now)


def _message(report: Report, office: Office) -> str:
    """Ready to be sent, in plain words."""
    begin = words.message_after if report.is_after_export else words.message_for_customer
    parts = [
        listed(words.MESSAGE_FIX, [f"{card.heading} ({card.fix.who}, {card.effort})" for card in office.fix]),
        listed(words.LOOK_AT_THESE, [card.heading for card in office.look]),
        listed(words.MESSAGE_CONFIRM, [one.question for one in office.confirm]),
        listed(words.MESSAGE_SUPPLY, [one.instruction or words.NO_WAY_KNOWN for one in office.supply]),
    ]
    told = list(filter(None, parts))
    narrowed = [f"{view.narrowed(report)}."] if view.narrowed(report) else []
    is_fine = not told and not narrowed and report.verdict is Verdict.READY
    end = words.MESSAGE_FINE if is_fine else words.MESSAGE_END
    return "\n\n".join([begin(view.files_and_dates(report), view.verdict(report)), *narrowed, *told, end])
