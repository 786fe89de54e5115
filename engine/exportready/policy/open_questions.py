"""Find the open questions: answers that are out of date or missing, columns without a heading, whether files are complete.

Only questions that keep a rule undecided are asked, and never one whose answer is still fresh.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from exportready.account.questions import (
    FILES_TAKEN,
    INTERVIEW,
    SINCE,
    TAKEN_AT,
    OpenQuestion,
    Question,
    Reply,
    question_for,
    yes_no_replies,
)
from exportready.account.reading import NO_COLUMN
from exportready.derive.freshness import ANSWER, stale
from exportready.derive.registry import answers_read
from exportready.kinds import KINDS, answer_of
from exportready.kinds.account import ALL, BATCH, BY_PATH, FILE_MODE, MAPS, NONE_THERE, PART
from exportready.kinds.nouns import list_name
from exportready.kinds.transactions import PURCHASE_ORDER as ORDERS
from exportready.model.evidence import ANSWERS_KIND, SHEET, ColumnQuestion, Evidence, Record, Scope, Unknown
from exportready.model.reasons import Reason
from exportready.model.report import Gap, Report


def open_questions(report: Report, evidence: Evidence, at: datetime, everything: bool = False) -> list[OpenQuestion]:
    """Return what to ask now, first about files, since their content decides what else is open. `everything`: fresh answers too."""
    about_files = [*covers(report, evidence)]
    about_files += taken_at(evidence, bool(about_files))
    others = map(OpenQuestion, answers(report, evidence, at, everything))
    return [*columns(evidence), *about_files, *none_there(report, evidence), *bypassed(report, evidence), *others]


# -- answers


def answers(report: Report, evidence: Evidence, at: datetime, everything: bool) -> Iterator[Question]:
    """Yield the questions whose answers an undecided rule needs and that aren't fresh; with `everything`, all questions."""
    needed = dict.fromkeys(path for result in report.results if result.has_unknowns for path in _paths(result.gaps, evidence))
    if everything:
        needed = dict.fromkeys([*needed, FILE_MODE, *BY_PATH])
    open_paths = [path for path in needed if everything or not is_fresh(path, evidence, at)]
    by_text = {question.text: question for question in map(_question, open_paths)}
    order = {question.text: number for number, question in enumerate(INTERVIEW)}
    yield from sorted(by_text.values(), key=lambda question: order.get(question.text, len(order)))


def _question(path: str) -> Question:
    zone = _tax_zone(path)
    if zone is None:
        return question_for(path)
    return Question(text=f"Which sales-tax item or group of QuickBooks is tax zone «{zone}» mapped to?", path=path)


def _tax_zone(path: str) -> str | None:
    """Return the tax zone in the path of a mapping's answer; None if the path is another one's."""
    return next((path.removeprefix(f"{name}.") for name in MAPS if path.startswith(f"{name}.")), None)


def _paths(gaps: Iterable[Gap], evidence: Evidence) -> Iterator[str]:
    """Yield the paths of the answers that would fill these gaps."""
    for gap in gaps:
        if gap.kind == ANSWERS_KIND and gap.field in BY_PATH:
            yield gap.field
        elif gap.kind == "quickbooks.Host":
            yield FILE_MODE
        elif gap.kind == "derived.account":
            path = answer_of(gap.kind, gap.field)
            yield from (path,) if path else ()
        elif gap.kind == "derived.tax_zone":
            yield from _zones(evidence)
        else:
            yield from sorted(answers_read(gap.kind))


def _zones(evidence: Evidence) -> Iterator[str]:
    """Yield the paths of the tax zones in use whose mapping isn't known."""
    for zone in evidence.dataset("derived.tax_zone").records:
        name = zone.get("zone")
        if isinstance(name, str) and zone.get("inUse") is not False and isinstance(zone.get("item"), Unknown):
            yield f"salesTax.zones.{name}"


def is_fresh(path: str, evidence: Evidence, at: datetime) -> bool:
    """Return whether a question was answered, and the answer isn't out of date."""
    if path == FILE_MODE:
        return False  # it comes from a file; a rule needs the answer only if the file is missing or out of date
    record = next(iter(evidence.dataset(ANSWERS_KIND).records), None)
    if record is None or isinstance(record.get(path), Unknown):
        return False
    setting = BY_PATH.get(path)
    dated = record.notes[path].dated if path in record.notes else None
    return stale(dated, at, setting.stays_fresh if setting else None, ANSWER) is None


# -- spreadsheets


def columns(evidence: Evidence) -> Iterator[OpenQuestion]:
    """Yield questions for the column of a field that no heading names, one for all tables of a file with the same columns."""
    groups: dict[tuple[str, str, tuple[str, ...]], list[ColumnQuestion]] = {}
    for question in evidence.questions:
        groups.setdefault((question.path, question.label, question.headings), []).append(question)
    for (path, label, headings), questions in groups.items():
        sheets = dict.fromkeys(question.sheet for question in questions if question.sheet)
        where = path + (f" ({', '.join(sheets)})" if sheets else "")
        replies = tuple(Reply(label=heading, answers={"column": heading}) for heading in headings)
        none = Reply(label="none of these", answers={"column": NO_COLUMN}, synonyms=(NO_COLUMN,))
        asked = Question(text=f"Which column of {where} holds «{label}»?", replies=(*replies, none))
        yield OpenQuestion(asked, tuple(("columns", question.kind, question.field) for question in questions))


def covers(report: Report, evidence: Evidence) -> Iterator[OpenQuestion]:
    """Yield questions whether spreadsheets are complete, if a rule needs that; one for all kinds in the same files."""
    gaps = [gap for gap in _open_gaps(report) if gap.cause is Reason.NOT_STATED_WHOLE]
    groups: dict[tuple[tuple[str, ...], bool], list[str]] = {}
    for kind, listings in sorted(evidence.listings.items()):
        dataset, owner = evidence.dataset(kind), _owner(kind)
        is_open = dataset.scope is Scope.PART and dataset.cause is Reason.NOT_STATED_WHOLE
        if not is_open or not any(gap.source in ("", kind) for gap in gaps):
            continue
        paths = tuple(sorted({listing.path for listing in listings if listing.part == SHEET}))
        kinds = groups.setdefault((paths, KINDS[owner].at_fault == "transaction"), [])
        if owner not in kinds:
            kinds.append(owner)
    for (paths, of_batch), kinds in groups.items():
        sources = [source for source in evidence.sources if source.path in paths]
        names = [f"{sum(source.records.get(kind, 0) for source in sources):,} {list_name(kind)}" for kind in kinds]
        content = ", ".join(names[:-1]) + (" and " if kinds[1:] else "") + names[-1]
        intro = f"{' and '.join(paths)} {'hold' if paths[1:] else 'holds'} {content}."
        places, digests = tuple(("covers", kind) for kind in kinds), tuple(source.sha256[:12] for source in sources)
        if of_batch and "waits" not in KINDS[kinds[0]].fields:
            yield OpenQuestion(Question(text=f"{intro} Since which day is nothing missing, up to today?", path=SINCE), places)
            continue
        everything = "everything of the batch that you are about to export" if of_batch else "everything, inactive entries too"
        yield OpenQuestion(
            Question(
                text=f"{intro} Is that {everything}?", replies=yes_no_replies("covers", BATCH if of_batch else ALL, PART)
            ),
            places,
            digests,
        )


def _owner(kind: str) -> str:
    array_of = KINDS[kind].array_of
    return array_of[0] if array_of else kind


def _open_gaps(report: Report) -> list[Gap]:
    """Return the gaps of every rule that isn't decided."""
    return [gap for result in report.results if result.has_unknowns for gap in result.gaps]


_MAY_BE_NONE = {"servicetitan.credit_memo": "", "servicetitan.bill": "purchasing", ORDERS: "purchaseOrdersExported"}
"""Transactions that many batches have none of, so that people may skip exporting their list.

The value is a fact of the account; unless it is true there are none in any case, and nothing is asked.
"""


def none_there(report: Report, evidence: Evidence) -> Iterator[OpenQuestion]:
    """Yield questions whether there are any transactions of a kind, if a rule needs them and no file has the kind."""
    open_gaps = _open_gaps(report)
    account = evidence.dataset("derived.account").records[0]
    has_servicetitan = any(kind.startswith("servicetitan.") for kind in evidence.listings)
    for kind, used in _MAY_BE_NONE.items():
        if not has_servicetitan or (used and account.get(used) is not True):
            continue
        missing = evidence.dataset(kind).scope is Scope.MISSING and not any(source.error for source in evidence.sources)
        if missing and any(_owner(gap.kind) == kind or gap.source == kind for gap in open_gaps):
            text = f"Are there any {list_name(kind)} in the batch that you are about to export?"
            if kind == ORDERS:
                text = "Are there any purchase orders that are not exported yet, in a batch or not?"
            replies = (
                Reply(label="yes", answers={}, synonyms=("y", "true")),
                Reply(label="no", answers={"covers": NONE_THERE}, synonyms=("n", "false")),
            )
            yield OpenQuestion(Question(text=text, replies=replies), (("covers", kind),))


def bypassed(report: Report, evidence: Evidence) -> Iterator[OpenQuestion]:
    """Yield questions, after the export, whether batches that are entirely missing in QuickBooks were bypassed on purpose."""
    if not report.tie_out:
        return
    matches = evidence.dataset("derived.match").records
    for batch in dict.fromkeys(match.get("batch") for match in matches if _looks_bypassed(match)):
        replies = (
            Reply(label="yes", answers={_BYPASSED: str(batch)}, synonyms=("y", "true")),
            Reply(label="no", answers={}, synonyms=("n", "false")),
        )
        text = f"Nothing of batch {batch} is in QuickBooks. Was it bypassed in ServiceTitan on purpose?"
        yield OpenQuestion(Question(text=text, replies=replies), (("settings", _BYPASSED),))


_BYPASSED = "bypassedBatches"


def _looks_bypassed(match: Record) -> bool:
    state = match.get("state")
    return isinstance(state, Unknown) and state.cause is Reason.LOOKS_BYPASSED


def taken_at(evidence: Evidence, has_new_files: bool) -> Iterator[OpenQuestion]:
    """Yield the question when the files were exported, if one has no date and account.yaml has none for it."""
    undated = (source for source in evidence.sources if source.records and source.reader in ("spreadsheet", "servicetitan"))
    if (evidence.account.taken_at is None or has_new_files) and any(undated):
        yield OpenQuestion(FILES_TAKEN, ((TAKEN_AT,),))
