"""Nothing unknown counts as OK: a rule never passes without evidence that it needs.

For every rule, and every kind and field that it reads: without it the outcome must change, unless neither a value from the
rule's conditions and examples nor an empty one could make the rule fail.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import replace

import samples
from exportready.derive import derive, drift
from exportready.derive.registry import DERIVATIONS
from exportready.evidence import snapshot
from exportready.judge import judge
from exportready.kinds import answer_of, field_of
from exportready.kinds.account import BY_PATH
from exportready.model.evidence import UNSET, Dataset, Evidence, FieldNote, Record, Scope, Value
from exportready.model.report import Outcome
from exportready.model.rules import ACCOUNT, AnyOf, Compare, Condition, Not, Ref, Rule
from exportready.model.rules import All as AllOf
from exportready.rulebook.examples import NOON
from exportready.rulebook.reads import reads, wanted

BOOK = samples.rulebook()
READY = snapshot.read(Path(__file__).parents[2] / "examples" / "ready", BOOK.wanted, NOON)
READY_AT = datetime(2026, 11, 20, 18, tzinfo=timezone(timedelta(hours=-7)))


def outcome(rule: Rule, evidence: Evidence, at: datetime, *, everything: bool = False) -> Outcome:
    """Return the rule's outcome. As in a check of this rule alone, only the kinds that it needs are there."""
    if everything:
        return judge([rule], derive(evidence, at), None, at)[0].outcome
    kinds = needed(rule.id)
    seen = replace(evidence, datasets={kind: held for kind, held in evidence.datasets.items() if kind in kinds})
    return judge([rule], derive(seen, at, wanted=kinds), None, at)[0].outcome


@cache
def needed(rule: str) -> frozenset[str]:
    """Return the kinds that a check of this rule alone reads and derives."""
    return frozenset({*wanted(one for one in BOOK.rules if one.id == rule), *drift.STATED})


def passing(rule: Rule) -> Iterator[tuple[str, Evidence, datetime]]:
    for example in rule.examples:
        if example.outcome == "passed" and example.before is None:
            yield example.name, example.evidence, example.at
    if outcome(rule, READY, READY_AT) is Outcome.PASSED:
        yield "the ready company", READY, READY_AT


def with_dataset(evidence: Evidence, kind: str, dataset: Dataset | None) -> Evidence:
    datasets = {name: held for name, held in evidence.datasets.items() if name != kind} | ({kind: dataset} if dataset else {})
    listings = {name: held for name, held in evidence.listings.items() if name != kind}
    if dataset is not None and kind in evidence.listings:
        first = evidence.listings[kind][0]
        listings[kind] = (replace(first, records=dataset.records),)
    return replace(evidence, datasets=datasets, listings=listings)


def mapped(evidence: Evidence, kind: str, change: Mapping[int, Mapping[str, Value]]) -> Evidence:
    dataset = evidence.dataset(kind)
    records = tuple(replace(record, fields=change.get(at, record.fields)) for at, record in enumerate(dataset.records))
    return with_dataset(evidence, kind, replace(dataset, records=records))


def without(evidence: Evidence, kind: str, field: str) -> Evidence:
    dataset = evidence.dataset(kind)
    bare = {
        at: {name: value for name, value in record.fields.items() if name != field}
        for at, record in enumerate(dataset.records)
    }
    return mapped(evidence, kind, bare)


def literals(condition: Condition | None, field: str) -> Iterator[Value]:
    match condition:
        case Compare(_, left, right):
            if left.field == field:
                yield from (operand for operand in right if not isinstance(operand, Ref))
        case Not(part):
            yield from literals(part, field)
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from literals(part, field)


def candidates(rule: Rule, kind: str, field: str) -> list[Value]:
    """Return values that could make the rule fail: from its conditions and examples, a different one, and an empty one."""
    values: list[Value] = [UNSET, "something else entirely", True, False, Decimal(99)]
    conditions = [rule.given, *(one for check in rule.checks for one in (check.where, check.expect))]
    for condition in conditions:
        values += literals(condition, field)
    for example in rule.examples:
        values += [record.get(field) for record in example.evidence.dataset(kind).records if field in record.fields]
    types = {type(value) for value in values[5:]} | {
        type(record.fields[field]) for record in sample(kind) if field in record.fields
    }
    return [value for value in dict.fromkeys(values) if value is UNSET or not types or type(value) in types]


def sample(kind: str) -> tuple[Record, ...]:
    return READY.dataset(kind).records[:5]


def could_fail(rule: Rule, evidence: Evidence, kind: str, field: str, at: datetime) -> bool:
    records = evidence.dataset(kind).records
    for value in candidates(rule, kind, field):
        everywhere = {index: {**record.fields, field: value} for index, record in enumerate(records)}
        for change in (everywhere, *({index: everywhere[index]} for index in {0, len(records) - 1} if index in everywhere)):
            if outcome(rule, mapped(evidence, kind, change), at) is Outcome.FAILED:
                return True
    return False


def could_fail_with(rule: Rule, evidence: Evidence, kind: str, at: datetime) -> bool:
    """Return whether records of a kind from the rule's examples could make it fail."""
    for example in rule.examples:
        other = example.evidence.datasets.get(kind)
        if other is not None and outcome(rule, with_dataset(evidence, kind, other), at) is Outcome.FAILED:
            return True
    return False


def sources(rule: Rule) -> set[tuple[str, str | None]]:
    """Return the kinds and fields in files that the rule depends on, also those that its derived kinds come from."""
    found: set[tuple[str, str | None]] = set()
    for kind, field in reads(rule):
        for source, names in traced(kind) if kind in DERIVATIONS else ((kind, frozenset({field} if field else ())),):
            found |= {(source, None), *((source, stated) for name in names for stated in in_files(source, name))}
    return found


def traced(kind: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the kinds and fields in files that a derivation depends on; for facts of the account only their answers."""
    for source, names in DERIVATIONS[kind].reads.items():
        if source == ACCOUNT:
            yield "account.answers", frozenset(path for name in names if (path := answer_of(source, name)))
        elif source in DERIVATIONS:
            yield from traced(source)
        else:
            yield source, names


def in_files(kind: str, field: str) -> tuple[str, ...]:
    known = field_of(kind, field)
    return known.needs if known and known.needs else (field,)


CASES = [
    pytest.param(rule, evidence, at, kind, field, id=f"{rule.id}, {name}: without {kind}{'.' + field if field else ''}")
    for rule in BOOK.rules
    for name, evidence, at in passing(rule)
    for kind, field in sorted(sources(rule), key=str)
    if kind in evidence.datasets
]


@pytest.mark.parametrize(("rule", "evidence", "at", "kind", "field"), CASES)
def test_a_rule_never_passes_without_evidence_that_it_needs(
    rule: Rule, evidence: Evidence, at: datetime, kind: str, field: str | None
) -> None:
    left = outcome(rule, taken_away(evidence, kind, field), at)
    assert left is not Outcome.PASSED or is_excused(rule, evidence, at, kind, field)


def taken_away(evidence: Evidence, kind: str, field: str | None) -> Evidence:
    return with_dataset(evidence, kind, None) if field is None else without(evidence, kind, field)


def is_excused(rule: Rule, evidence: Evidence, at: datetime, kind: str, field: str | None) -> bool:
    """Return whether the rule may pass without it, since no value of it could make the rule fail."""
    if (rule.id, kind) == STATES_MORE_ROOM:
        return True
    if field is None:
        return not could_fail_with(rule, evidence, kind, at)
    if field in USUAL_NAMES or (kind, field) == ONLY_IN_FEEDS or (kind, field) in ALSO_BY_NUMBER:
        return True
    return not could_fail(rule, evidence, kind, field, at)


USUAL_NAMES = ("purchaseOrders.taxItem", "purchaseOrders.shippingItem")
"""Answers that only replace a name that the practice itself gives (Tax, Shipping)."""


STATES_MORE_ROOM = ("lists/limits", "quickbooks.Host")
"""No edition has a smaller limit than the one that counts without this file."""
ALSO_BY_NUMBER = (("servicetitan.payment_application", "appliedTo"), ("servicetitan.payment_application", "parent.id"))
"""IDs of payments and invoices, which their numbers identify too: spreadsheets have no IDs."""
ONLY_IN_FEEDS = ("servicetitan.invoice_item", "active")
"""An invoice lists the items that it has; only the feed of items also lists removed ones."""


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
def test_kinds_that_a_rule_does_not_need_change_no_outcome(rule: Rule) -> None:
    """A sample, to show that the outcomes are the same with every kind as with only the needed ones."""
    for name, evidence, at in passing(rule):
        kinds = sorted({kind for kind, _ in sources(rule) if kind in evidence.datasets})
        for changed in (evidence, *(with_dataset(evidence, kind, None) for kind in kinds[:2])):
            assert outcome(rule, changed, at) is outcome(rule, changed, at, everything=True), name


def test_every_rule_is_covered() -> None:
    assert {case.values[0].id for case in CASES if isinstance(case.values[0], Rule)} == {rule.id for rule in BOOK.rules}


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
def test_a_rule_never_passes_on_a_part_of_a_list(rule: Rule) -> None:
    for _, evidence, at in passing(rule):
        for kind in {kind for check in rule.checks for kind in check.each} & set(evidence.datasets):
            dataset = evidence.dataset(kind)
            if kind not in ("quickbooks.Host", "account.answers"):
                part = with_dataset(evidence, kind, replace(dataset, scope=Scope.PART, why="a part"))
                assert outcome(rule, part, at) is not Outcome.PASSED


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
def test_no_answer_counts_a_year_later(rule: Rule) -> None:
    for _, evidence, at in passing(rule):
        answers = evidence.dataset("account.answers").records
        uses_answers = any(kind == "account.answers" for kind, _ in sources(rule))
        if answers and answers[0].fields and uses_answers and not proven(rule, evidence, at):
            assert outcome(rule, evidence, at + timedelta(days=365)) is not Outcome.PASSED


def proven(rule: Rule, evidence: Evidence, at: datetime) -> bool:
    """Return whether the rule passes without answers that expire, by files and dated past events alone."""
    dataset = evidence.dataset("account.answers")
    lasting = {
        path: value for path, value in dataset.records[0].fields.items() if path in BY_PATH and not BY_PATH[path].stays_fresh
    }
    left = replace(dataset, records=(replace(dataset.records[0], fields=lasting),))
    return outcome(rule, with_dataset(evidence, "account.answers", left), at) is Outcome.PASSED


def test_an_undated_answer_does_not_count() -> None:
    rule = next(rule for rule in BOOK.rules if rule.id == "session/single-user-mode")
    _, evidence, at = next(passing(rule))
    record = evidence.dataset("account.answers").records[0]
    undated = replace(record, notes={name: FieldNote() for name in record.notes})
    dataset = replace(evidence.dataset("account.answers"), records=(undated,))
    assert outcome(rule, with_dataset(evidence, "account.answers", dataset), at) is Outcome.CANNOT_TELL
    assert NOON.tzinfo is UTC
