"""The verdict band of both verdict screens: can I export, what to do, until when it is good, and what it is based on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec
from msgspec.structs import replace

from exportready.account.reading import READER as ANSWERS_FILE
from exportready.app.pages.sentences import moment, open_checks, until
from exportready.app.values import CheckInfo, Needed
from exportready.model.display import count, format_money, format_sum
from exportready.model.evidence import Record
from exportready.model.report import Batch, Report, Verdict
from exportready.model.rules import Phase
from exportready.reporters import html, view, words
from exportready.reporters.html import FileAge, Tile
from exportready.reporters.office import OfficeView


class Button(msgspec.Struct, frozen=True, kw_only=True):
    """One button of the band. The first is the main one."""

    label: str
    href: str
    """An address; or `print`."""
    icon: str = ""
    post: bool = False


class BatchFact(msgspec.Struct, frozen=True, kw_only=True):
    """One batch at the side of the band."""

    name: str
    line: str
    blocked: float | None
    """Percent of its transactions."""
    rest: str
    """Look of the others."""
    below: str
    look: str
    verdict: str


class Band(msgspec.Struct, frozen=True, kw_only=True):
    """The whole band, with its tiles."""

    look: str
    title: str
    when: str
    todo: str
    meaning: str
    good_until: str
    buttons: tuple[Button, ...]
    batches: tuple[BatchFact, ...]
    ages: tuple[FileAge, ...]
    sumup: str
    tiles: tuple[Tile, ...]


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """What the band depends on, apart from the report."""

    here: str
    """The company's address."""
    now: datetime
    check: CheckInfo
    needed: Needed
    files_again: int = 0
    """How many files prove the fixes."""
    is_past: bool = False
    """Whether it is an earlier report: there is nothing to do any more."""
    running: bool = False


def band_of(report: Report, office: OfficeView, setting: Setting) -> Band:
    """Return the band."""
    is_expired = has_expired_check(setting.check, setting.now) and not setting.is_past
    verdict = Verdict.CANNOT_TELL if is_expired else report.verdict
    title = words.VERDICTS[verdict] if is_expired and not report.is_after_export else view.verdict(report)
    open_count = len(view.with_unknowns(report))
    batches = tuple(_batch_fact(report, batch) for batch in _shown_batches(report))
    good = setting.check.good_until
    shows_until = (
        verdict in (Verdict.READY, Verdict.READY_WITH_WARNINGS) and not report.is_after_export and not setting.is_past
    )
    return Band(
        look=html.LOOK_BY_VERDICT[verdict] if is_expired else html.look_of(report),
        title=title,
        when=_when(report, setting),
        todo=_expired(setting) if is_expired else _todo(report, office, setting, open_count),
        meaning=_meaning(report, verdict, open_count),
        good_until=until(good, setting.now) if shows_until and good is not None else "",
        buttons=() if setting.is_past else tuple(_buttons(report, verdict, office, setting, open_count)),
        batches=batches,
        ages=tuple(_ages(report, setting)),
        sumup=words.sentence(
            f"{view.files_read(report)}{', the oldest ' + view.oldest_age(report) if view.oldest_age(report) else ''}"
        ),
        tiles=() if report.is_after_export else tuple(_tiles(report, office)),
    )


def _ages(report: Report, setting: Setting) -> list[FileAge]:
    """Return what the verdict is based on: files, and answers with the time of the last one."""
    files = tuple(source for source in report.sources if source.reader != ANSWERS_FILE)
    ages = html.file_ages(replace(report, sources=files))
    given = setting.needed.answered
    times = [one.answered.at for one in given if one.answered and one.answered.at]
    if setting.is_past or not times:
        return ages
    looks = sum(one.rule is not None for one in given)
    parts = [count(number, noun) for number, noun in ((len(given) - looks, "answer"), (looks, "confirmation")) if number]
    old = max(setting.now - max(times), timedelta())
    return [*ages, FileAge(", ".join(parts), words.short_age(old) if old >= timedelta(minutes=1) else words.age(old))]


def has_expired_check(check: CheckInfo, now: datetime) -> bool:
    """Return whether the time is over until which a verdict before the export counts."""
    return check.good_until is not None and check.good_until < now and check.phase != Phase.AFTER.value


def _expired(setting: Setting) -> str:
    when = until(setting.check.good_until or setting.now, setting.now)
    return f"What this was based on expired at {when}. {'Checking again…' if setting.running else 'Check again.'}"


def _when(report: Report, setting: Setting) -> str:
    named = [batch.number for batch in _shown_batches(report)]
    what = f"Batch {named[0]}, checked" if len(named) == 1 else "Checked"
    return f"{what} {moment(setting.check.at, setting.now)}"


def _shown_batches(report: Report) -> list[Batch]:
    """Return the batches, those with most blocked transactions first; after the export the one that isn't closed yet."""
    ordered = sorted(report.batches, key=lambda batch: (-batch.blocked.transactions, -_number(batch.number)))
    if not report.is_after_export:
        return ordered
    not_closed = [batch for batch in ordered if batch.verdict is not Verdict.READY]
    return not_closed or ordered[:1]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _batch_fact(report: Report, batch: Batch) -> BatchFact:
    blocked, total = batch.blocked.transactions, batch.transactions
    amount = format_sum(batch.amount, batch.unreadable)
    is_uncertain = batch.verdict in (Verdict.CANNOT_TELL, Verdict.NOT_READY) or bool(view.narrowed(report))
    is_clear = batch.verdict in (Verdict.READY, Verdict.READY_WITH_WARNINGS)
    if report.is_after_export:
        below = words.sentence(arrived_words(report, batch.number))
    elif blocked:
        rest = f", {total - blocked:,} not" if blocked < total else ""
        below = f"{'All ' if not rest and total > 1 else ''}{blocked:,} blocked ({format_money(batch.blocked.amount)}){rest}"
    else:
        below = "None blocked" if is_clear else "None blocked so far"
    return BatchFact(
        name=f"Batch {batch.number}" + (f" ({batch.name})" if batch.name else ""),
        line=f"{count(total, 'transaction')}, {amount}",
        blocked=round(100 * blocked / total, 1) if total else None,
        rest="none" if is_uncertain and not report.is_after_export else "fine",
        below=below,
        look=html.LOOK_BY_VERDICT[batch.verdict],
        verdict=view.verdict_of(report, batch.verdict),
    )


def arrived_words(report: Report, number: str) -> str:
    """Return what became of a batch's transactions: "69 arrived, 2 missing, 1 not sent"."""
    rows = [row for row in report.tie_out if row.get("batch") == number]
    sent, missing, explained, untold = (
        sum(_count(row, name) for row in rows) for name in ("titan", "missing", "explained", "untold")
    )
    parts = [f"{sent - missing - explained - untold:,} arrived"]
    for amount, word in ((missing, "missing"), (explained, "not sent"), (untold, "not compared yet")):
        parts += [f"{amount:,} {word}"] if amount else []
    return ", ".join(parts) if sent else ""


def _count(row: Record, name: str) -> int:
    value = row.get(f"{name}Count")
    return int(value) if isinstance(value, Decimal) else 0


# -- the sentences


def _todo(report: Report, office: OfficeView, setting: Setting, open_count: int) -> str:
    """Return the second line: what to do now, with minutes."""
    if report.is_after_export:
        return f"{words.sentence(office.to_do)}."
    so_far = " so far" if open_count else ""
    if report.verdict is Verdict.NOT_READY:
        minutes = sum(view.fix_minutes(card.result) if card.result else card.fix.minutes for card in office.fix)
        then = f", then drop {count(setting.files_again, 'file')} again" if setting.files_again and not setting.is_past else ""
        return f"{count(len(office.fix), 'problem')} to fix{so_far} ({words.duration(minutes)}){then}."
    if report.verdict is Verdict.CANNOT_TELL:
        minutes = setting.needed.minutes
        time = f" ({words.duration(minutes)})" if minutes and not setting.is_past else ""
        return f"{open_checks(open_count)[:-1]}{time}."
    which = _which(report)
    if report.verdict is Verdict.READY_WITH_WARNINGS:
        minutes = sum(view.fix_minutes(card.result) for card in office.look if card.result)
        return f"You can export {which}. Review {count(len(office.look), 'item')} first ({words.duration(minutes)})."
    transactions = sum(batch.transactions for batch in report.batches)
    amount = format_sum(
        sum((batch.amount for batch in report.batches), Decimal(0)), sum(batch.unreadable for batch in report.batches)
    )
    return (
        f"You can export {which} now: {count(transactions, 'transaction')}, {amount}."
        if report.batches
        else "You can export now."
    )


def _which(report: Report) -> str:
    numbers = [batch.number for batch in report.batches]
    if len(numbers) == 1:
        return f"batch {numbers[0]}"
    return f"your {len(numbers)} batches" if numbers else "your batch"


def _meaning(report: Report, verdict: Verdict, open_count: int) -> str:
    """Return the third line: what the verdict means."""
    if report.is_after_export:
        shown = _shown_batches(report)[:1]
        arrived = [
            f"Batch {one.number}: {arrived_words(report, one.number)}." for one in shown if arrived_words(report, one.number)
        ]
        return " ".join([*arrived, view.meaning(report)]) if verdict is not Verdict.READY else view.meaning(report)
    if verdict is Verdict.CANNOT_TELL:
        return "What we could check is OK. That isn't a yes yet." if not view.narrowed(report) else view.meaning(report)
    if verdict is Verdict.READY_WITH_WARNINGS:
        return "Nothing here stops the export, but something may end up in the wrong place."
    if verdict is Verdict.READY:
        return "" if not view.narrowed(report) else view.meaning(report)
    blocked, total = report.blocked.transactions, sum(batch.transactions for batch in report.batches)
    still = f" {open_checks(open_count)}" if open_count else ""
    gate = any(issue.gates for issue in report.key_issues)
    if gate:
        return f"The whole export would stop.{still}"
    if not blocked:
        return f"{view.meaning(report)}{still}"
    of = f" of the {total:,}" if total >= blocked else ""
    return f"{blocked:,}{of} transactions in this batch would be rejected or never leave ServiceTitan.{still}"


def _buttons(report: Report, verdict: Verdict, office: OfficeView, setting: Setting, open_count: int) -> Sequence[Button]:
    """Return the main button and at most two others."""
    here = setting.here
    add = Button(label="Add new files", href=f"{here}/files", icon="drop")
    finish = Button(label=f"Finish {count(open_count, 'open check')}", href=f"{here}/needed?phase={report.phase}")
    print_ = Button(label="Print or PDF", href="print")
    if report.is_after_export:
        if verdict is Verdict.READY:
            return [print_, add]
        first = Button(label="Go to the work list", href="#list") if verdict is not Verdict.CANNOT_TELL else finish
        sheet = Button(label="Work list for Excel", href=f"{here}/checks/{setting.check.id}/work-list.csv", icon="save")
        return [first, add, *([sheet] if report.work_list else [])]
    if has_expired_check(setting.check, setting.now) and not setting.running:
        return [Button(label="Check again", href=f"{here}/check?back=before-export", post=True), add]
    if verdict is Verdict.NOT_READY:
        return [Button(label="See what to fix", href="#fix"), add, *([finish] if open_count else [])]
    if verdict is Verdict.CANNOT_TELL:
        return [finish, add]
    exported = Button(label="I've exported it", href=f"{here}/exported", post=True)
    if verdict is Verdict.READY_WITH_WARNINGS:
        review = Button(label=f"Review {count(len(office.look), 'warning')}", href="#look")
        return [review, Button(label="Show me how to export", href="#export"), exported]
    return [Button(label="Show me how to export", href="#export"), exported, print_]


def _tiles(report: Report, office: OfficeView) -> Sequence[Tile]:
    confirmed = len(view.confirmed(report))
    label = f"OK, {confirmed:,} confirmed by people" if confirmed else words.TILE_FINE
    return [replace(tile, label=label) if tile.look == "fine" else tile for tile in html.tiles(report, office)]
