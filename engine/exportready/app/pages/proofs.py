"""Which files prove that problems are fixed: only these have to be exported again."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence

import msgspec

from exportready.kinds.servicetitan import PRICEBOOK
from exportready.kinds.transactions import TRANSACTIONS
from exportready.model.display import join_words
from exportready.model.evidence import ANSWERS_KIND, Source
from exportready.model.report import Report
from exportready.model.rules import Rule
from exportready.reporters.office import Card
from exportready.rulebook.load import load_rulebook
from exportready.rulebook.reads import reads


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """A file to export again, or several that are exported in the same way."""

    what: str
    names: tuple[str, ...]
    where: str
    """The clicks in short."""
    problems: str


_LISTS, _PRICEBOOK, _BATCH, _TRANSACTIONS = "QuickBooks lists", "Pricebook", "Batch", "QuickBooks transactions"
_WHERE = {
    _LISTS: "File > Utilities > Export > Lists to IIF Files",
    _PRICEBOOK: "Pricebook > Export",
    _BATCH: "Accounting > Batch/Export Transactions",
    _TRANSACTIONS: "Reports > Custom Reports > Transaction Detail",
}
"""The clicks of each of the four exports in short (account.questions.EXPORTS has all of them)."""
_AS_BEFORE = "Export it the way you did before"


def proofs(report: Report, cards: Sequence[Card]) -> list[Proof]:
    """Return the files that show whether the problems of these cards are fixed, each with the numbers of the problems."""
    files = _by_kind(report)
    found: dict[str, tuple[list[str], list[int]]] = {}
    for number, card in enumerate(cards, 1):
        for source in _files_of(card, report, files):
            names, numbers = found.setdefault(_export_of(source), ([], []))
            if source.path not in names:
                names.append(source.path)
            if number not in numbers:
                numbers.append(number)
    return [
        Proof(
            what=what,
            names=tuple(names),
            where=_WHERE.get(what, _AS_BEFORE),
            problems=f"Problem{'s' if numbers[1:] else ''} {join_words([str(one) for one in numbers])}",
        )
        for what, (names, numbers) in found.items()
    ]


def answered(cards: Sequence[Card]) -> list[Card]:
    """Return the cards of problems that only an answer shows, so that the question has to be answered again."""
    return [card for card in cards if card.result and card.result.findings and _is_answer(card)]


def _is_answer(card: Card) -> bool:
    places = [place for finding in card.result.findings for place in finding.where] if card.result else []
    return bool(places) and all(_is_account_file(place.location.path) for place in places)


def _is_account_file(path: str) -> bool:
    return path.rpartition("/")[2] == "account.yaml"


def _by_kind(report: Report) -> Mapping[str, list[Source]]:
    found: dict[str, list[Source]] = {}
    for source in report.sources:
        for kind in source.records:
            if kind != ANSWERS_KIND:
                found.setdefault(kind, []).append(source)
    return found


def _files_of(card: Card, report: Report, files: Mapping[str, list[Source]]) -> list[Source]:
    """Return the files in which the problem was found, and those with a list that the rule compares directly."""
    if card.result is None or _is_answer(card):
        return []
    paths = {place.location.path for finding in card.result.findings for place in finding.where}
    rule = _rules().get(card.result.rule.id)
    kinds = {kind for kind, _ in reads(rule)} if rule else set()
    compared = {source.path for kind in kinds for source in files.get(kind, ())}
    return [
        one for one in report.sources if one.path in paths | compared and not _is_account_file(one.path) and one.error is None
    ]


@functools.cache
def _rules() -> Mapping[str, Rule]:
    return {rule.id: rule for rule in load_rulebook().rules}


def _export_of(source: Source) -> str:
    """Return which export makes such a file; the file's own name, if no export of the four does."""
    kinds = {kind for kind, number in source.records.items() if number}
    if kinds & set(PRICEBOOK):
        return _PRICEBOOK
    if any(kind.startswith("servicetitan.") and kind in TRANSACTIONS for kind in kinds):
        return _BATCH
    if any(kind.startswith("quickbooks.") and kind.removeprefix("quickbooks.") in _BOOKED for kind in kinds):
        return _TRANSACTIONS
    return _LISTS if any(kind.startswith("quickbooks.") for kind in kinds) else source.path


_BOOKED = {"Invoice", "ReceivePayment", "CreditMemo", "Bill", "PurchaseOrder", "JournalEntry", "Transaction"}
