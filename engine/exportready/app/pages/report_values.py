"""What the templates of a report need, whichever screen shows it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from exportready.app import checks
from exportready.app.notes import Tick
from exportready.app.pages.band import Setting, band_of
from exportready.app.pages.changed import Changes, changes_between, chips_by_card
from exportready.app.pages.proofs import Proof, answered, proofs
from exportready.app.pages.visit import Visit
from exportready.app.values import CheckInfo
from exportready.model.display import count, join_words
from exportready.model.report import Report
from exportready.reporters import csm, html, key_issues, view, words
from exportready.reporters.office import OfficeView, office_view


class ShownTick(msgspec.Struct, frozen=True, kw_only=True):
    """A tick, and whether it still counts: one that is older than the check was wrong, or the problem came back."""

    at: datetime
    by: str
    counts: bool


def shown_ticks(visit: Visit, check: CheckInfo) -> Mapping[str, ShownTick]:
    """Return the ticks by their keys."""
    return {key: _shown(tick, check) for key, tick in visit.notes().ticks.items()}


def _shown(tick: Tick, check: CheckInfo) -> ShownTick:
    return ShownTick(at=tick.at, by=tick.by, counts=tick.at >= check.at)


def report_values(visit: Visit, check: CheckInfo, earlier: CheckInfo | None, *, is_past: bool = False) -> dict[str, Any]:
    """Return the values of one check: its band, what changed, its problems, and what to export again."""
    report = checks.report(visit.home, visit.id, check.id)
    office = office_view(report)
    shown_proofs = [] if report.is_after_export else proofs(report, office.fix)
    setting = Setting(
        here=visit.here,
        now=visit.now,
        check=check,
        needed=visit.needed(check.phase),
        files_again=sum(len(proof.names) for proof in shown_proofs),
        is_past=is_past,
        running=visit.progress().state == "running",
    )
    changes = changes_between(visit.home, visit.id, earlier, check, report, visit.now) if earlier else None
    return {
        **html.office_values(report, office),
        "band": band_of(report, office, setting),
        "check": check,
        "changes": changes,
        "chip_of": chips_by_card(changes, report),
        "ticks": shown_ticks(visit, check),
        "proofs": shown_proofs,
        "files_again": setting.files_again,
        "proof_of": _proof_of(office, shown_proofs),
        "open_checks": view.with_unknowns(report),
        "total_impact": key_issues.total_impact(report),
        "texts": _texts(report, office),
        **_asked_again(office),
    }


def _proof_of(office: OfficeView, found: list[Proof]) -> dict[str, str]:
    """Return for each card what will verify it, as a sentence."""
    by_card: dict[str, str] = {}
    again = {card.anchor for card in answered(office.fix)}
    for number, card in enumerate(office.fix, 1):
        files = [proof.what for proof in found if str(number) in proof.problems.replace(",", " ").split()]
        if card.anchor in again:
            by_card[card.anchor] = "Then answer its question again. That verifies it."
        elif files:
            named = join_words([one if one.startswith("QuickBooks") else one.lower() for one in files])
            by_card[card.anchor] = f"We'll verify it in your next {named} file{'s' if files[1:] else ''}."
    return by_card


def _asked_again(office: OfficeView) -> dict[str, Any]:
    again = answered(office.fix)
    numbers = [str(number) for number, card in enumerate(office.fix, 1) if card in again]
    if not again:
        return {"questions_again": "", "questions_again_one": False}
    what = f"Problem {numbers[0]} comes" if len(numbers) == 1 else f"Problems {join_words(numbers)} come"
    return {
        "questions_again": f"{what} from {'an answer' if len(numbers) == 1 else 'answers'} that you gave.",
        "questions_again_one": len(numbers) == 1,
    }


def _texts(report: Report, office: OfficeView) -> list[tuple[str, str]]:
    """Return the texts to copy."""
    texts = [(words.TEXT_FOR_CSM, office.message)]
    if office.request:
        texts.append((words.FOR_INTEGRATOR, office.request))
    texts.append(("What a customer success manager answers", csm.csm_view(report, office).message))
    return texts


def label(check: CheckInfo) -> str:
    """Return the batches of a check: "1042", "1042 and 1043"."""
    return join_words([batch.number for batch in check.batches[:3]]) + (
        f" and {count(len(check.batches) - 3, 'more')}" if len(check.batches) > 3 else ""
    )


__all__ = ["Changes", "label", "report_values", "shown_ticks"]
