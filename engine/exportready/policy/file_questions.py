"""Find the open questions about files: their columns, whether they are complete, when they were made, and what else the batch has."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from exportready.account.questions import FILES_TAKEN, SINCE, TAKEN_AT
from exportready.account.reading import NO_COLUMN, can_cover
from exportready.kinds import KINDS, list_of
from exportready.kinds.account import ALL, BATCH, NONE_THERE, PART, SOME
from exportready.kinds.nouns import list_name, noun
from exportready.kinds.servicetitan import PRICEBOOK
from exportready.kinds.transactions import PURCHASE_ORDER, TRANSACTIONS
from exportready.model.display import count, join_words
from exportready.model.evidence import SHEET, ColumnQuestion, Evidence, Record, Scope, Source, Unknown
from exportready.model.questions import OpenQuestion, Question, Reply, yes_no_replies
from exportready.model.reasons import Reason
from exportready.model.report import Gap, Outcome, RuleResult


def is_open(result: RuleResult) -> bool:
    """Return whether more evidence would say more about a rule. A rule that broke is our fault."""
    return result.has_unknowns and result.outcome is not Outcome.ERROR


def _needing(results: Iterable[RuleResult], fills: Callable[[Gap], bool]) -> tuple[str, ...]:
    """Return the ids of the open rules with such a gap."""
    return tuple(result.rule.id for result in filter(is_open, results) if any(map(fills, result.gaps)))


def _is_about(gap: Gap, kinds: Iterable[str]) -> bool:
    """Return whether a gap is about these lists, or about lines in them."""
    return any(kind in kinds for kind in (list_of(gap.kind), list_of(gap.source) if gap.source else ""))


# -- columns


def columns(results: Sequence[RuleResult], evidence: Evidence) -> Iterator[OpenQuestion]:
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
        places = {(question.kind, question.field): ("columns", question.kind, question.field) for question in questions}
        yield OpenQuestion(
            question=asked, places=tuple(places.values()), table=path, rules=_needing_fields(results, places.keys())
        )


_COLUMN_EXPLAINED = "We don't recognize any of these headings. Open the file and choose the column that contains it."


def _needing_fields(results: Iterable[RuleResult], fields: Collection[tuple[str, str]]) -> tuple[str, ...]:
    return _needing(results, lambda gap: (gap.kind, gap.field) in fields)


# -- whether files are complete


def _unstated(results: Sequence[RuleResult], evidence: Evidence) -> dict[str, tuple[str, ...]]:
    """Return the lists in spreadsheets of which no one said whether they are complete, if a rule needs that, with their files."""
    gaps = [gap for result in filter(is_open, results) for gap in result.gaps if gap.cause is Reason.NOT_STATED_WHOLE]
    found: dict[str, tuple[str, ...]] = {}
    for kind, listings in sorted(evidence.listings.items()):
        dataset = evidence.dataset(kind)
        unstated = dataset.scope is Scope.PART and dataset.cause is Reason.NOT_STATED_WHOLE
        if unstated and any(gap.source in ("", kind) for gap in gaps):
            paths = (listing.path for listing in listings if listing.part == SHEET)
            found[list_of(kind)] = tuple(sorted({*found.get(list_of(kind), ()), *paths}))
    return found


def _by_files(found: Mapping[str, tuple[str, ...]], fits: Callable[[str], bool]) -> dict[tuple[str, ...], list[str]]:
    """Return the kinds that fit, by the files that have them."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for kind, paths in found.items():
        if fits(kind):
            groups.setdefault(paths, []).append(kind)
    return groups


def _sources(evidence: Evidence, paths: Collection[str]) -> list[Source]:
    return [source for source in evidence.sources if source.path in paths]


def lists(results: Sequence[RuleResult], evidence: Evidence) -> Iterator[OpenQuestion]:
    """Yield questions whether the lists in spreadsheets are complete, one for all lists in the same files."""
    found = _unstated(results, evidence)
    for paths, kinds in _by_files(found, lambda kind: KINDS[kind].at_fault != "transaction").items():
        sources = _sources(evidence, paths)
        whole = "the whole pricebook, including inactive items" if set(kinds) <= set(PRICEBOOK) else _WHOLE_LIST
        question = Question(
            text=f"{_contents(sources, kinds)}. Is this {whole}?",
            explanation=_LIST_EXPLAINED,
            replies=yes_no_replies("covers", ALL, PART),
        )
        yield _about_files(question, kinds, sources, results)


_WHOLE_LIST = "the complete list, including inactive entries"


def periods(results: Sequence[RuleResult], evidence: Evidence) -> Iterator[OpenQuestion]:
    """Yield questions from which day the transactions in spreadsheets start, one for all kinds in the same files."""
    found = _unstated(results, evidence)
    for paths, kinds in _by_files(
        found, lambda kind: KINDS[kind].at_fault == "transaction" and kind not in TRANSACTIONS
    ).items():
        sources = _sources(evidence, paths)
        text = f"{_contents(sources, kinds)}. What is the first date this report covers? (It should run through today.)"
        yield _about_files(Question(text=text, explanation=_DATES_EXPLAINED, path=SINCE), kinds, sources, results)


def _about_files(
    question: Question, kinds: Sequence[str], sources: Sequence[Source], results: Sequence[RuleResult]
) -> OpenQuestion:
    places = tuple(("covers", kind) for kind in kinds)
    rules = _needing(results, lambda gap: gap.cause is Reason.NOT_STATED_WHOLE and _is_about(gap, kinds))
    return OpenQuestion(question=question, places=places, files=tuple(source.sha256[:12] for source in sources), rules=rules)


def _contents(sources: Sequence[Source], kinds: Sequence[str]) -> str:
    """Return the names of files with what they have of these kinds: "pricebook.xlsx: 1,200 materials and 4 services"."""
    numbers = {kind: sum(source.records.get(kind, 0) for source in sources) for kind in kinds}
    counts = [_count_of(kind, number) for kind, number in numbers.items() if number] or ["nothing"]
    return f"{join_words([source.path for source in sources])}: {join_words(counts)}"


def _count_of(kind: str, number: int) -> str:
    """Return a number of records with their noun, and the program if that is QuickBooks."""
    program = "QuickBooks " if kind.startswith("quickbooks.") else ""
    return count(number, program + noun(kind), program + noun(kind, 2))


_DATES_EXPLAINED = (
    "A transaction that is dated before the report starts isn't in it, so we can't call it missing. Look at the start date "
    "that you chose for the report. A year alone means January 1 of that year."
)
_LIST_EXPLAINED = (
    "We can't tell whether this spreadsheet is the complete list. If it isn't, an entry that is missing from it may still exist. "
    "Answer yes if you exported everything, including inactive entries."
)


# -- the batch


_NEEDS = {"servicetitan.bill": "purchasing", PURCHASE_ORDER: "purchaseOrdersExported"}
"""Kind -> the fact of the account without which there are none, so that nothing is asked."""


def in_batch(results: Sequence[RuleResult], evidence: Evidence) -> Iterator[OpenQuestion]:
    """Yield the question what else is in the batch than what the files show: more of the same, or transactions of other kinds.

    It is one question for all kinds, asked when the first file with transactions of a batch is there.
    """
    unstated = _unstated(results, evidence)
    found = {kind: unstated[kind] for kind in TRANSACTIONS if kind in unstated}
    missing = [] if any(one.error for one in evidence.sources) else list(_not_there(evidence))
    is_needed = any(_is_about(gap, missing) for result in filter(is_open, results) for gap in result.gaps)
    has_files = any(kind in evidence.listings for kind in TRANSACTIONS)
    if not found and not (has_files and is_needed):
        return
    sources = _sources(evidence, {path for paths in found.values() for path in paths})
    boxes = [
        *(_box(kind, _more(kind, sources), PART, BATCH if can_cover(BATCH, kind) else ALL) for kind in found),
        *(_box(kind, _OTHERS.get(kind, list_name(kind)), SOME, NONE_THERE) for kind in missing),
    ]
    question = Question(
        text=f"{_contents(sources, [*found])}. {_WHAT_ELSE}" if found else _WHICH,
        explanation=_BATCH_EXPLAINED,
        replies=tuple(boxes),
        several=True,
        none=_NOTHING_ELSE if found else _NONE_OF_THESE,
    )
    kinds = [*found, *missing]
    rules = _needing(
        results, lambda gap: _is_about(gap, missing) or (gap.cause is Reason.NOT_STATED_WHOLE and _is_about(gap, found))
    )
    yield OpenQuestion(
        question=question,
        places=tuple(("covers", kind) for kind in kinds),
        files=tuple(source.sha256[:12] for source in sources),
        rules=rules,
    )


_WHAT_ELSE = "What else is in the batch you are about to export?"
_WHICH = "Which of these are in the batch you are about to export?"
_NOTHING_ELSE, _NONE_OF_THESE = "nothing else", "none of these"
_OTHERS = {PURCHASE_ORDER: "purchase orders that haven't been exported yet, in a batch or not"}


def _more(kind: str, sources: Sequence[Source]) -> str:
    has_some = any(source.records.get(kind) for source in sources)
    return f"{'more ' if has_some else ''}{noun(kind, 2)}"


def _box(kind: str, label: str, checked: str, unchecked: str) -> Reply:
    return Reply(label=label, answers={kind: checked}, otherwise={kind: unchecked})


def _not_there(evidence: Evidence) -> Iterator[str]:
    """Yield the kinds of which no file has any, if the batch may have some and no one has said whether it does."""
    account = next(iter(evidence.dataset("derived.account").records), None)
    for kind in TRANSACTIONS:
        fact = _NEEDS.get(kind)
        is_ruled_out = fact is not None and account is not None and account.get(fact) is False
        if not is_ruled_out and kind not in evidence.some and evidence.dataset(kind).scope is Scope.MISSING:
            yield kind


_BATCH_EXPLAINED = (
    "If transactions of the batch are missing from your files, we can't check them. In ServiceTitan, compare your files with the "
    "batch under Accounting > Batch/Export Transactions."
)


# -- dates, bypassed batches


def taken_at(results: Sequence[RuleResult], evidence: Evidence, has_new_files: bool) -> Iterator[OpenQuestion]:
    """Yield the question when the files were exported, if a file has no date and account.yaml gives none."""
    undated = (source for source in evidence.sources if source.records and source.reader in ("spreadsheet", "servicetitan"))
    if (evidence.account.taken_at is None or has_new_files) and any(undated):
        yield OpenQuestion(
            question=FILES_TAKEN, places=((TAKEN_AT,),), rules=_needing(results, lambda gap: gap.cause is Reason.UNDATED)
        )


def bypassed(results: Sequence[RuleResult], evidence: Evidence) -> Iterator[OpenQuestion]:
    """Yield questions, after the export, whether batches that are entirely missing in QuickBooks were bypassed on purpose."""
    if not evidence.dataset("derived.tie_out").records:
        return
    matches = evidence.dataset("derived.match").records
    partly = {match.get("batch") for match in matches if isinstance(match.get("booksKey"), str)}
    rules = _needing(results, lambda gap: gap.cause is Reason.LOOKS_BYPASSED)
    for batch in dict.fromkeys(match.get("batch") for match in matches if _looks_bypassed(match)):
        replies = (
            Reply(label="yes", answers={_BYPASSED: str(batch)}, synonyms=("y", "true")),
            Reply(label="no", answers={_NOT_BYPASSED: str(batch)}, synonyms=("n", "false")),
        )
        seen = "Few transactions of batch {} are" if batch in partly else "None of batch {} is"
        text = f"{seen.format(batch)} in QuickBooks. Did you bypass it in ServiceTitan on purpose?"
        paths = (("settings", _BYPASSED), ("settings", _NOT_BYPASSED))
        yield OpenQuestion(
            question=Question(text=text, explanation=_BYPASSED_EXPLAINED, replies=replies), places=paths, rules=rules
        )


_BYPASSED, _NOT_BYPASSED = "bypassedBatches", "notBypassedBatches"
_BYPASSED_EXPLAINED = (
    "A batch that was bypassed on purpose isn't supposed to be in QuickBooks. If it wasn't bypassed, its transactions are missing. "
    "Ask the person who exported the batch."
)


def _looks_bypassed(match: Record) -> bool:
    state = match.get("state")
    return isinstance(state, Unknown) and state.cause is Reason.LOOKS_BYPASSED
