"""Find the open questions: answers that are out of date or missing, columns without a heading, whether files are complete.

Only questions that keep a rule undecided are asked, and never one whose answer is still fresh.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from exportready.account.questions import (
    FILES_TAKEN,
    INTERVIEW,
    SINCE,
    TAKEN_AT,
    OpenQuestion,
    Question,
    Reply,
    own_question,
    question_for,
    yes_no_replies,
)
from exportready.account.reading import NO_COLUMN
from exportready.derive.freshness import ANSWER, stale
from exportready.derive.registry import answers_read
from exportready.kinds import KINDS, answer_of
from exportready.kinds.account import ALL, BATCH, BY_PATH, FILE_MODE, NONE_THERE, PART
from exportready.kinds.nouns import list_name, noun
from exportready.kinds.servicetitan import PRICEBOOK
from exportready.kinds.transactions import PURCHASE_ORDER as ORDERS
from exportready.model.display import count, join_words
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
    found = (question_for(path) if everything else _open_part(path, evidence, at) for path in open_paths)
    by_text = {question.text: question for question in found}
    order = {question.text: number for number, question in enumerate(INTERVIEW)}
    yield from sorted(by_text.values(), key=lambda question: order.get(question.text, len(order)))


def _open_part(path: str, evidence: Evidence, at: datetime) -> Question:
    """Return the question to ask for an answer: its own if other answers of the interview's question are still fresh."""
    question = question_for(path)
    is_partly_answered = any(is_fresh(other, evidence, at) for other in question.paths - {path})
    return own_question(path) if is_partly_answered else question


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
    """Yield questions for the column of a field that no heading shows, one for all tables of a file with the same columns."""
    groups: dict[tuple[str, str, tuple[str, ...]], list[ColumnQuestion]] = {}
    for question in evidence.questions:
        groups.setdefault((question.path, question.label, question.headings), []).append(question)
    for (path, label, headings), questions in groups.items():
        sheets = dict.fromkeys(question.sheet for question in questions if question.sheet)
        where = path + (f" ({', '.join(sheets)})" if sheets else "")
        replies = tuple(Reply(label=heading, answers={"column": heading}) for heading in headings)
        none = Reply(label="none of these", answers={"column": NO_COLUMN}, synonyms=(NO_COLUMN,))
        asked = Question(
            text=f"Which column of {where} contains “{label}”?", explanation=_COLUMN_EXPLAINED, replies=(*replies, none)
        )
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
        content = join_words([_count_of(kind, sum(source.records.get(kind, 0) for source in sources)) for kind in kinds])
        intro = f"{join_words(paths)} {'have' if paths[1:] else 'has'} {content}."
        places, digests = tuple(("covers", kind) for kind in kinds), tuple(source.sha256[:12] for source in sources)
        if of_batch and "waits" not in KINDS[kinds[0]].fields:
            text = f"{intro} What is the first date this report covers? (It should run through today.)"
            yield OpenQuestion(Question(text=text, explanation=_DATES_EXPLAINED, path=SINCE), places)
            continue
        text = f"{intro} {_complete_question(kinds, of_batch)}"
        explanation = _BATCH_EXPLAINED if of_batch else _LIST_EXPLAINED
        replies = yes_no_replies("covers", BATCH if of_batch else ALL, PART)
        yield OpenQuestion(Question(text=text, explanation=explanation, replies=replies), places, digests)


def _complete_question(kinds: Sequence[str], of_batch: bool) -> str:
    """Return the question whether spreadsheets have all records of these kinds."""
    if of_batch:
        return "Is that everything in the batch you are about to export?"
    if set(kinds) <= set(PRICEBOOK):
        return "Is this the full pricebook, including inactive items?"
    return "Is this the complete list, including inactive entries?"


def _count_of(kind: str, number: int) -> str:
    """Return a number of records with their noun, and the program if that is QuickBooks."""
    program = "QuickBooks " if kind.startswith("quickbooks.") else ""
    return count(number, program + noun(kind), program + noun(kind, 2))


_COLUMN_EXPLAINED = "We don't recognize any of these headings. Open the file and choose the column that contains it."
_DATES_EXPLAINED = (
    "A transaction that is dated before the report starts isn't in it, so we can't call it missing. Look at the start date "
    "that you chose for the report. A year alone means January 1 of that year."
)
_BATCH_EXPLAINED = (
    "We can't tell whether this spreadsheet is the complete list. If transactions of the batch are missing from it, we can't check "
    "them. In ServiceTitan, compare it with the batch under Accounting > Batch/Export Transactions."
)
_LIST_EXPLAINED = (
    "We can't tell whether this spreadsheet is the complete list. If it isn't, an entry that is missing from it may still exist. "
    "Answer yes if you exported everything, including inactive entries."
)
_NONE_EXPLAINED = (
    "None of your files has any. If there are none, we don't need a file. In ServiceTitan, look at the batch under "
    "Accounting > Batch/Export Transactions."
)
_NO_ORDERS_EXPLAINED = (
    "None of your files has any. If there are none, we don't need a file. Answer yes even if the purchase orders aren't in a "
    "batch yet."
)
_BYPASSED_EXPLAINED = (
    "A batch that was bypassed on purpose isn't supposed to be in QuickBooks. If it wasn't bypassed, its transactions are missing. "
    "Ask the person who exported the batch."
)


def _owner(kind: str) -> str:
    array_of = KINDS[kind].array_of
    return array_of[0] if array_of else kind


def _open_gaps(report: Report) -> list[Gap]:
    """Return the gaps of every rule that isn't decided."""
    return [gap for result in report.results if result.has_unknowns for gap in result.gaps]


_MAY_BE_NONE = {"servicetitan.credit_memo": "", "servicetitan.bill": "purchasing", ORDERS: "purchaseOrdersExported"}
"""Transactions that many batches have none of, so that people may skip exporting their list.

The value is a fact of the account. Unless it is true, there are none in any case and nothing is asked; empty if it doesn't matter.
"""


def none_there(report: Report, evidence: Evidence) -> Iterator[OpenQuestion]:
    """Yield questions whether there are any transactions of a kind, if a rule needs them and no file has any."""
    open_gaps = _open_gaps(report)
    account = evidence.dataset("derived.account").records[0]
    has_servicetitan = any(kind.startswith("servicetitan.") for kind in evidence.listings)
    for kind, used in _MAY_BE_NONE.items():
        if not has_servicetitan or (used and account.get(used) is not True):
            continue
        missing = evidence.dataset(kind).scope is Scope.MISSING and not any(source.error for source in evidence.sources)
        if missing and any(_owner(gap.kind) == kind or gap.source == kind for gap in open_gaps):
            text, explanation = f"Are there any {list_name(kind)} in the batch you are about to export?", _NONE_EXPLAINED
            if kind == ORDERS:
                text, explanation = "Do you have any purchase orders that haven't been exported yet?", _NO_ORDERS_EXPLAINED
            replies = yes_no_replies("covers", yes=None, no=NONE_THERE)
            yield OpenQuestion(Question(text=text, explanation=explanation, replies=replies), (("covers", kind),))


def bypassed(report: Report, evidence: Evidence) -> Iterator[OpenQuestion]:
    """Yield questions, after the export, whether batches that are entirely missing in QuickBooks were bypassed on purpose."""
    if not report.tie_out:
        return
    matches = evidence.dataset("derived.match").records
    partly = {match.get("batch") for match in matches if isinstance(match.get("booksKey"), str)}
    for batch in dict.fromkeys(match.get("batch") for match in matches if _looks_bypassed(match)):
        replies = (
            Reply(label="yes", answers={_BYPASSED: str(batch)}, synonyms=("y", "true")),
            Reply(label="no", answers={_NOT_BYPASSED: str(batch)}, synonyms=("n", "false")),
        )
        seen = "Few transactions of batch {} are" if batch in partly else "None of batch {} is"
        text = f"{seen.format(batch)} in QuickBooks. Did you bypass it in ServiceTitan on purpose?"
        paths = (("settings", _BYPASSED), ("settings", _NOT_BYPASSED))
        yield OpenQuestion(Question(text=text, explanation=_BYPASSED_EXPLAINED, replies=replies), paths)


_BYPASSED, _NOT_BYPASSED = "bypassedBatches", "notBypassedBatches"


def _looks_bypassed(match: Record) -> bool:
    state = match.get("state")
    return isinstance(state, Unknown) and state.cause is Reason.LOOKS_BYPASSED


def taken_at(evidence: Evidence, has_new_files: bool) -> Iterator[OpenQuestion]:
    """Yield the question when the files were exported, if a file has no date and account.yaml gives none."""
    undated = (source for source in evidence.sources if source.records and source.reader in ("spreadsheet", "servicetitan"))
    if (evidence.account.taken_at is None or has_new_files) and any(undated):
        yield OpenQuestion(FILES_TAKEN, ((TAKEN_AT,),))
