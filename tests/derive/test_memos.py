"""The batch in the memo of a transaction in QuickBooks."""

from __future__ import annotations

import pytest

from exportready.derive import derive
from exportready.derive.memos import names_batch
from exportready.model.evidence import UNSET, Location, Record, Unknown, Value
from exportready.model.reasons import Reason
from exportready.rulebook.examples import NOON
from made_evidence import Row
from sent_and_booked import BILLED, INVOICE, files


@pytest.mark.parametrize(
    ("memo", "named"),
    [("12 / Nov", True), ("Nov #12", True), ("120 / Nov", False), ("212 / Nov", False), ("12", False), ("Nov", False)],
)
def test_a_memo_names_number_and_name(memo: str, named: bool) -> None:
    assert names_batch(memo, Record(kind="servicetitan.invoice", key="", fields=INVOICE, where=Location("x"))) is named


def test_a_batch_without_a_name_is_named_by_its_number() -> None:
    nameless = Record(kind="servicetitan.invoice", key="", fields={**INVOICE, "batch.name": UNSET}, where=Location("x"))
    assert names_batch("Batch 12", nameless)
    assert not names_batch("Batch 120", nameless)
    unnamed = Record(
        kind="servicetitan.invoice",
        key="",
        fields={**INVOICE, "batch.name": Unknown(cause=Reason.INCONCLUSIVE, reason="no such column")},
        where=Location("x"),
    )
    assert not names_batch("Batch 12", unnamed)
    rows = {"servicetitan.invoice": [unnamed.fields], "quickbooks.Invoice": [BILLED]}
    named = derive(files(rows), NOON).dataset("derived.match").rows()[0].get("memoNamesBatch")
    assert isinstance(named, Unknown)


@pytest.mark.parametrize(("name", "memo"), [("10", "1042 / 10"), ("42", "1042 42"), ("1042", "1042 1042")])
def test_the_name_of_a_batch_may_be_part_of_its_number(name: str, memo: str) -> None:
    one = Record(
        kind="servicetitan.invoice",
        key="",
        fields={**INVOICE, "batch.number": "1042", "batch.name": name},
        where=Location("x"),
    )
    assert names_batch(memo, one)
    assert not names_batch("1042", one)


PLUMBING: Row = {"batch.number": "12", "batch.name": "03-14 plumbing"}


@pytest.mark.parametrize(
    ("memo", "named"),
    [
        ("12 / 03-14 plumbing / Leak", True),
        ("Batch #12: 03-14  PLUMBING", True),
        ("120 / 03-14 plumbing", False),
        ("112 / 03-14 plumbing", False),
        ("03-12 plumbing / 120", False),
        ("12 / heating", False),
        (UNSET, False),
    ],
)
def test_the_number_in_the_name_of_a_batch_is_not_its_number(memo: Value, named: bool) -> None:
    assert names_batch(memo, Record(kind="servicetitan.invoice", key="", fields=PLUMBING, where=Location(""))) is named
