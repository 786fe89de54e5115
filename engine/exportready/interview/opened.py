"""What is still to be asked: answers that went stale or were never given, columns without a heading, whether files are whole.

Only what a rule could not be decided for lack of is asked, and never what was answered and is still fresh.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from exportready.derive.freshness import ANSWER, stale
from exportready.evidence import account
from exportready.evidence.reading import NO_COLUMN
from exportready.evidence.shelve import NOT_SAID
from exportready.kinds import KINDS, plural
from exportready.kinds.account import BY_PATH, MAPS
from exportready.kinds.derived import ACCOUNT_ANSWERS, READS
from exportready.kinds.interview import DOZEN, FILE_MODE, TAKEN_AT, Question, Reply, question_of, yes_no
from exportready.model.evidence import SHEET, ColumnQuestion, Evidence, Scope, Unknown
from exportready.model.report import Gap, Report


@dataclass(frozen=True, slots=True)
class Open:
    """One question that is open, and where in account.yaml its reply goes if it is no answer of its own."""

    question: Question
    places: tuple[tuple[str, ...], ...] = ()


def opened(report: Report, evidence: Evidence, at: datetime, everything: bool = False) -> list[Open]:
    """What to ask now, files first: what they hold decides what else is open. `everything`: fresh answers too."""
    asked = answers(report, evidence, at, everything)
    return [*columns(evidence), *covers(evidence), *taken_at(evidence), *map(Open, asked)]


# -- answers


def answers(report: Report, evidence: Evidence, at: datetime, everything: bool) -> Iterator[Question]:
    """The questions whose answers a rule wanted, or all that there are, without those whose every answer is fresh."""
    wanted = dict.fromkeys(path for result in report.results if result.untold for path in _paths(result.gaps, evidence))
    if everything:
        wanted = dict.fromkeys([*wanted, FILE_MODE, *BY_PATH])
    stale_ones = [path for path in wanted if everything or not is_fresh(path, evidence, at)]
    asked = {question.text: question for question in map(_question, stale_ones)}
    order = {question.text: number for number, question in enumerate(DOZEN)}
    yield from sorted(asked.values(), key=lambda question: order.get(question.text, len(order)))


def _question(path: str) -> Question:
    zone = _zone_of(path)
    if zone is None:
        return question_of(path)
    return Question(f"Which sales-tax item or group of QuickBooks is tax zone «{zone}» mapped to?", path=path)


def _zone_of(path: str) -> str | None:
    return next((path.removeprefix(f"{name}.") for name in MAPS if path.startswith(f"{name}.")), None)


def _paths(gaps: Iterable[Gap], evidence: Evidence) -> Iterator[str]:
    """The answers that would fill these gaps."""
    for gap in gaps:
        if gap.kind == "account.answers" and gap.field in BY_PATH:
            yield gap.field
        elif gap.kind == "quickbooks.Host":
            yield FILE_MODE
        elif gap.kind == "derived.account":
            path = ACCOUNT_ANSWERS.get(gap.field or "")
            yield from (path,) if path else ()
        elif gap.kind == "derived.tax_zone":
            yield from _zones(evidence)
        else:
            yield from sorted(READS.get(gap.kind, {}).get("account.answers", ()))


def _zones(evidence: Evidence) -> Iterator[str]:
    """The tax zones in use that are mapped to nothing that is known."""
    for zone in evidence.shelf("derived.tax_zone").records:
        name = zone.get("zone")
        if isinstance(name, str) and zone.get("inUse") is not False and isinstance(zone.get("item"), Unknown):
            yield f"salesTax.zones.{name}"


def is_fresh(path: str, evidence: Evidence, at: datetime) -> bool:
    """It was answered, and still counts."""
    if path == FILE_MODE:
        return False  # it is asked only where a rule found it too old, or not there
    record = next(iter(evidence.shelf("account.answers").records), None)
    if record is None or isinstance(record.get(path), Unknown):
        return False
    setting = BY_PATH.get(path)
    dated = record.notes[path].dated if path in record.notes else None
    return stale(dated, at, setting.stays_fresh if setting else None, ANSWER) is None


# -- spreadsheets


def columns(evidence: Evidence) -> Iterator[Open]:
    """Which column holds a field that no heading shows? Asked once for all tables of a file that have the same columns."""
    groups: dict[tuple[str, str, tuple[str, ...]], list[ColumnQuestion]] = {}
    for question in evidence.questions:
        groups.setdefault((question.path, question.label, question.headings), []).append(question)
    for (path, label, headings), questions in groups.items():
        sheets = dict.fromkeys(question.sheet for question in questions if question.sheet)
        where = path + (f" ({', '.join(sheets)})" if sheets else "")
        replies = tuple(Reply(heading, {"column": heading}) for heading in headings)
        none = Reply("none of these", {"column": NO_COLUMN}, words=(NO_COLUMN,))
        asked = Question(f"Which column of {where} holds the {label}?", (*replies, none))
        yield Open(asked, tuple(("columns", question.kind, question.field) for question in questions))


def covers(evidence: Evidence) -> Iterator[Open]:
    """Does a spreadsheet hold everything? Asked once a file, for lists and for transactions apart."""
    files: dict[tuple[str, bool], list[str]] = {}
    for kind, listings in sorted(evidence.listings.items()):
        shelf = evidence.shelf(kind)
        array_of = KINDS[kind].array_of
        owner = array_of[0] if array_of else kind
        if shelf.scope is not Scope.PART or shelf.why != NOT_SAID:
            continue
        for path in sorted({listing.path for listing in listings if listing.part == SHEET}):
            kinds = files.setdefault((path, KINDS[owner].at_fault == "transaction"), [])
            if owner not in kinds:
                kinds.append(owner)
    for (path, of_batch), kinds in files.items():
        names = ", ".join(map(plural, kinds[:-1])) + (" and " if kinds[1:] else "") + plural(kinds[-1])
        if of_batch:
            asked = f"Does {path} hold all {names} of the batch that you are about to export?"
        else:
            asked = f"Does {path} hold all {names}, inactive ones too?"
        replies = yes_no("covers", "batch" if of_batch else "all", None)
        yield Open(Question(asked, replies), tuple(("covers", kind) for kind in kinds))


def taken_at(evidence: Evidence) -> Iterator[Open]:
    """When were the files made? Asked where one does not say so itself, and account.yaml says nothing of it."""
    undated = (source for source in evidence.sources if source.dated is None and source.records)
    if evidence.account.taken_at is None and any(source.reader != account.READER for source in undated):
        yield Open(Question("When did you export these files?", path=TAKEN_AT), ((TAKEN_AT,),))
