"""The sums of the tie-out."""

from __future__ import annotations

from exportready.derive import derive
from exportready.rulebook.examples import NOON
from sent_and_booked import BILLED, INVOICE, NEXT_DAY, files, states_of


def test_what_was_left_behind_in_its_batch_is_part_of_its_sum() -> None:
    behind = {**INVOICE, "id": "2", "referenceNumber": "102", "syncStatus": "Posted"}
    rows = {"servicetitan.invoice": [INVOICE, behind], "quickbooks.Invoice": [BILLED]}
    evidence = derive(files(rows), NOON)
    assert states_of(files(rows)) == ["arrived", "explained"]
    (row,) = evidence.dataset("derived.tie_out").rows()
    assert (row.get("titanCount"), row.get("booksCount"), row.get("explained")) == (2, 1, "1 not exported")
    waiting = {**behind, "batch.number": "13"}
    assert states_of(files({**rows, "servicetitan.invoice": [INVOICE, waiting]})) == ["arrived"]


def test_three_copies_are_three() -> None:
    copies = [{**BILLED, "TxnID": f"I{n}"} for n in range(3)]
    for there in (copies, [copies[0], *({**one, "TxnDate": NEXT_DAY} for one in copies[1:])]):
        evidence = derive(files({"servicetitan.invoice": [INVOICE], "quickbooks.Invoice": there}), NOON)
        assert evidence.dataset("derived.match").rows()[0].get("told") == "is in QuickBooks 3 times"
        (row,) = evidence.dataset("derived.tie_out").rows()
        assert (row.get("booksAmount"), row.get("unexplainedAmount"), row.get("doubledCount")) == (300, -200, 2)
