"""The strip at the top of most screens: the verdict, one sentence, and one button to the most useful next step."""

from __future__ import annotations

from datetime import datetime

import msgspec

from exportready.app.pages.sentences import open_checks, until
from exportready.app.values import CheckInfo, Needed, Progress
from exportready.model.display import count
from exportready.model.report import Verdict
from exportready.model.rules import Phase
from exportready.reporters.html import LOOK_BY_VERDICT


class Strip(msgspec.Struct, frozen=True, kw_only=True):
    """What the strip shows."""

    look: str
    title: str
    sentence: str
    button: str = ""
    href: str = ""


def strip_of(
    here: str, check: CheckInfo | None, needed: Needed, progress: Progress, now: datetime, *, phase: str, has_files: bool
) -> Strip:
    """Return the strip of a company. `here` is the company's address."""
    if progress.state == "running":
        return Strip(
            look="know",
            title="Checking…",
            sentence=progress.words.removeprefix("Checking…") if check else "Your files are being read.",
        )
    if progress.state == "failed":
        sentence = "Your files and answers are safe."
        return Strip(
            look="look", title="The check stopped", sentence=sentence, button="Try again", href=f"{here}/before-export"
        )
    if check is None and phase == Phase.AFTER.value:
        sentence = "Drop the QuickBooks transactions and the batch again."
        return Strip(look="unknown", title="Did it arrive?", sentence=sentence, button="What to drop", href=f"{here}/{phase}")
    if check is None:
        return Strip(
            look="unknown",
            title="Not checked yet",
            sentence="The check starts by itself as soon as there is a file." if not has_files else "",
            button="Check now" if has_files else "",
            href=f"{here}/{phase}",
        )
    return _of_check(here, check, needed, now)


def _of_check(here: str, check: CheckInfo, needed: Needed, now: datetime) -> Strip:
    counts, verdict = check.counts, Verdict(check.verdict_key)
    if check.good_until is not None and check.good_until < now:
        title, sentence = "The last verdict has expired", "Open it to check again."
        return Strip(look="unknown", title=title, sentence=sentence, button="Check again", href=f"{here}/{check.phase}")
    questions = len(needed.questions) + len(needed.confirmations)
    parts = []
    if counts.to_fix:
        parts.append(f"{count(counts.to_fix, 'problem')} to fix{' found so far' if counts.open else ''}.")
    elif counts.to_review:
        parts.append(f"{count(counts.to_review, 'item')} to review.")
    if counts.open:
        parts.append(open_checks(counts.open))
    if counts.to_fix and (not questions or (verdict is Verdict.NOT_READY and not counts.open)):
        button, href = f"See the {count(counts.to_fix, 'problem')}", f"{here}/{check.phase}#fix"
    elif questions:
        button, href = f"Answer {count(questions, 'question')}", f"{here}/needed"
    else:
        button, href = "See the verdict", f"{here}/{check.phase}"
    return Strip(
        look=LOOK_BY_VERDICT[verdict],
        title=check.verdict,
        sentence=" ".join(parts) or _nothing_open(check, now),
        button=button,
        href=href,
    )


def _nothing_open(check: CheckInfo, now: datetime) -> str:
    """Return what to say of a check that found nothing and left nothing open."""
    if check.phase == Phase.AFTER.value:
        return "QuickBooks has everything that ServiceTitan sent."
    if check.good_until is None:
        return "Export the batch before anything in it changes."
    return f"Good until {until(check.good_until, now)}, or until the batch changes."
