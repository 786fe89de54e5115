"""Which connector sent an invoice and its payment, and whether QuickBooks applied one to the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from exportready.derive import derive
from exportready.model.evidence import UNSET, Unknown, Value
from exportready.model.reasons import Reason
from exportready.rulebook.examples import NOON
from made_evidence import Row, dataset, evidence
from made_evidence import answers as given_answers

PAID: Row = {
    "appliedTo": "1",
    "appliedAmount": Decimal(50),
    "appliedToReferenceNumber": "101",
    "parent.id": "7",
    "parent.waits": True,
    "parent.active": True,
    "parent.customer.name": "Ann",
    "parent.customer.id": "24705",
    "parent.referenceNumber": "P1",
    "parent.date": date(2026, 11, 18),
}
SENT: Row = {**PAID, "parent.waits": False}
OLD: Row = {
    "id": "1",
    "waits": False,
    "syncStatus": "Exported",
    "customer.name": "Ann",
    "customer.id": "24705",
    "referenceNumber": "101",
    "invoiceDate": date(2023, 3, 14),
    "batch.number": "12",
    "batch.name": "03-14 plumbing",
}
BOOKED: Row = {
    "RefNumber": "101",
    "CustomerRef.FullName": "Ann 24705:Annex",
    "Memo": "Leak repaired",
    "TimeCreated": datetime(2023, 3, 14, 16, tzinfo=UTC),
}
LINK: Row = {"RefNumber": "101", "Amount": Decimal(50), "parent.RefNumber": "P1", "parent.CustomerRef.FullName": "Ann"}


def applied_payment(
    paid: Row = PAID,
    invoice: Row | None = OLD,
    booked: Sequence[Row] = (BOOKED,),
    links: Sequence[Row] = (),
    answers: Row | None = None,
) -> Row:
    """Return the one record of derived.applied_payment."""
    given = {
        "servicetitan.payment_application": (paid,),
        "servicetitan.invoice": (invoice,) if invoice else (),
        "quickbooks.Invoice": booked,
        "quickbooks.AppliedToTxn": links,
    }
    said: Row = {"webConnector.sentBy": "servicetitan", "webConnector.since": date(2023, 5, 1), **(answers or {})}
    datasets = (dataset(kind, rows) for kind, rows in given.items())
    (found,) = derive(evidence(*datasets, given_answers(said)), NOON).dataset("derived.applied_payment").rows()
    return found.fields


def known(value: Value) -> Value | None:
    """Return the value; None where it is unknown."""
    return None if isinstance(value, Unknown) else value


@pytest.mark.parametrize(
    ("invoice", "booked", "answers", "sent_by"),
    [
        (OLD, (BOOKED,), {}, "quickbooks"),
        (OLD, ({**BOOKED, "Memo": "12 / 03-14 plumbing / Leak"},), {}, "servicetitan"),
        (OLD, ({**BOOKED, "TimeCreated": datetime(2026, 1, 1, tzinfo=UTC)},), {}, None),
        (OLD, ({**BOOKED, "CustomerRef.FullName": "Anna"},), {}, None),
        (OLD, (), {}, None),
        ({**OLD, "invoiceDate": date(2024, 1, 1)}, (), {}, "servicetitan"),
        ({**OLD, "invoiceDate": date(2024, 1, 1)}, (), {"webConnector.oldConnectorAutoRun": True}, None),
        ({**OLD, "waits": True}, (BOOKED,), {}, "servicetitan"),
        ({**OLD, "waits": False, "syncStatus": "Posted"}, (), {"bypassedBatches.12": True}, None),
        (OLD, (BOOKED,), {"webConnector.since": UNSET, "webConnector.sentBy": "quickbooks"}, "quickbooks"),
        (None, (BOOKED,), {}, None),
    ],
    ids=[
        "older than the new connector, without its batch", "its batch in the memo", "made later, without its batch",
        "another customer's", "not in the books", "dated after it began", "while both run", "it waits", "bypassed",
        "only the older one", "not in the files",
    ],
)  # fmt: skip
def test_who_sent_the_invoice(
    invoice: Row | None, booked: Sequence[Row], answers: Mapping[str, Value], sent_by: Value | None
) -> None:
    assert known(applied_payment(invoice=invoice, booked=booked, answers=answers)["invoiceSentBy"]) == sent_by


@pytest.mark.parametrize(
    ("paid", "links", "applied"),
    [
        (SENT, (LINK,), True),
        (SENT, ({**LINK, "parent.CustomerRef.FullName": "ann 24705:Annex"},), True),
        (SENT, ({**LINK, "parent.CustomerRef.FullName": "Anna Smith"},), False),
        (SENT, ({**LINK, "parent.RefNumber": "P2"},), False),
        (SENT, ({**LINK, "RefNumber": "102"},), False),
        (SENT, (), False),
        (PAID, (LINK,), False),
        ({**SENT, "parent.referenceNumber": UNSET}, (LINK,), True),
        ({**SENT, "parent.referenceNumber": UNSET}, ({**LINK, "Amount": Decimal(30)},), False),
        ({**SENT, "parent.referenceNumber": Unknown(cause=Reason.INCONCLUSIVE, reason="not exported")}, (LINK,), None),
        ({**SENT, "parent.waits": Unknown(cause=Reason.INCONCLUSIVE, reason="its batch is not in the file")}, (LINK,), None),
    ],
    ids=[
        "to this invoice", "of the customer's job", "of another customer", "another payment", "another invoice", "to nothing",
        "what waits is not there yet", "without a number, by its amount", "without a number, of another amount",
        "its number is not known", "whether it waits is not known",
    ],
)  # fmt: skip
def test_is_it_applied(paid: Row, links: Sequence[Row], applied: Value | None) -> None:
    assert known(applied_payment(paid, links=links)["applied"]) == applied


def test_both_wait_so_one_connector_sends_both() -> None:
    assert applied_payment(invoice={**OLD, "waits": True}, answers={"webConnector.sentBy": UNSET})["sameConnector"] is True


def test_a_file_without_ids_finds_the_invoice_by_customer_and_number() -> None:
    bare = {name: value for name, value in PAID.items() if name != "appliedTo"}
    assert applied_payment(bare)["invoiceSentBy"] == "quickbooks"
    assert known(applied_payment({**bare, "appliedToReferenceNumber": "999"})["invoiceSentBy"]) is None
