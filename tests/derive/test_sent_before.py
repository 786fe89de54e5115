"""What the files from before the export say after it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from exportready.derive import derive
from exportready.derive.sent_before import with_what_was_sent
from exportready.model.evidence import Unknown
from exportready.model.reasons import Reason
from exportready.rulebook.examples import NOON
from made_evidence import Row
from sent_and_booked import BILLED, INVOICE, PAYMENT, RECEIVED, files, states_of


def test_what_was_sent_is_taken_from_the_files_from_before() -> None:
    before = files({"servicetitan.invoice": [INVOICE]})
    now = files({"quickbooks.Invoice": [BILLED]}, {"exportedBatches.12": True})
    bare = replace(
        now, datasets={kind: dataset for kind, dataset in now.datasets.items() if not kind.startswith("servicetitan.")}
    )
    assert states_of(bare) == []
    assert states_of(with_what_was_sent(bare, before)) == ["arrived"]


BEHIND: Row = {**INVOICE, "id": "2", "referenceNumber": "102", "syncStatus": "Posted"}


@pytest.mark.parametrize("answers", [{}, {"exportedBatches.12": True}], ids=["nobody said", "said"])
def test_a_status_from_before_the_export_says_nothing_about_what_was_left_behind(answers: Row) -> None:
    now = files({"servicetitan.payment": [PAYMENT], "quickbooks.ReceivePayment": [RECEIVED]}, answers)
    now = replace(now, datasets={kind: dataset for kind, dataset in now.datasets.items() if kind != "servicetitan.invoice"})
    evidence = derive(with_what_was_sent(now, files({"servicetitan.invoice": [BEHIND]})), NOON)
    (stuck,) = (one for one in evidence.dataset("derived.batched").rows() if one.get("type") == "invoice")
    assert isinstance(stuck.get("status"), Unknown)
    (match,) = (one for one in evidence.dataset("derived.match").rows() if one.get("type") == "invoice")
    assert match.get("state") == "missing" if answers else isinstance(match.get("state"), Unknown)


def test_old_files_of_a_batch_that_was_exported_since_do_not_show_what_was_left_behind() -> None:
    evidence = derive(files({"servicetitan.invoice": [BEHIND]}, {"exportedBatches.12": True}), NOON)
    assert isinstance(evidence.dataset("derived.batched").rows()[0].get("status"), Unknown)
    evidence = derive(files({"servicetitan.invoice": [BEHIND]}), NOON)
    assert evidence.dataset("derived.batched").rows()[0].get("status") == "Posted"


def test_a_batch_that_cannot_be_read_may_be_one_that_was_exported() -> None:
    unreadable = Unknown(cause=Reason.UNREADABLE, reason="the number can't be read")
    row: Row = {**BEHIND, "batch.number": unreadable, "batch.id": "7"}
    before = files({"servicetitan.invoice": [row]}, {"exportedBatches.12": True})
    now = files({"quickbooks.Invoice": [BILLED]}, {"exportedBatches.12": True})
    now = replace(
        now, datasets={kind: dataset for kind, dataset in now.datasets.items() if not kind.startswith("servicetitan.")}
    )
    sent = with_what_was_sent(now, before)
    assert isinstance(sent.dataset("servicetitan.invoice").rows()[0].get("syncStatus"), Unknown)
