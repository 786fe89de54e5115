"""Which transactions are pending, by their status, their batch and the answers; and the batches put together from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportready.derive import derive
from exportready.kinds import children
from exportready.kinds.transactions import BATCHED
from exportready.model.evidence import NOT_EXPORTED, UNSET, Evidence, Record, Scope, Unknown, Value
from exportready.rulebook.examples import NOON
from made_evidence import Row, answers, dataset, evidence

Rows = Sequence[Row]
INVOICE, PAYMENT, CREDIT_MEMO, BILL = BATCHED
ORDER = "servicetitan.purchase_order"


def derived(
    rows: Mapping[str, Rows], bypassed: Sequence[str] = (), exported: Sequence[str] = (), scope: Scope = Scope.WHOLE
) -> Evidence:
    """Return what follows from these records, and from the batches that account.yaml names."""
    named = {
        f"{name}.{number}": True
        for name, of in (("bypassedBatches", bypassed), ("exportedBatches", exported))
        for number in of
    }
    datasets = (dataset(kind, some, scope) for kind, some in rows.items())
    return derive(evidence(*datasets, answers(named)), NOON)


def waits(kind: str, row: Row, bypassed: Sequence[str] = (), exported: Sequence[str] = ()) -> bool | None:
    """Return whether a transaction is pending; None where that is unknown."""
    value = derived({kind: [row]}, bypassed, exported).dataset(kind).rows()[0].get("waits")
    assert isinstance(value, (bool, Unknown))
    return None if isinstance(value, Unknown) else value


def transaction(sync: Value = "Posted", number: Value = "1042", **more: Value) -> dict[str, Value]:
    return {"syncStatus": sync, "active": True, "batch.number": number, "batch.id": "8042", "batch.name": "Week 47", **more}


def unbatched(sync: Value = "Posted") -> dict[str, Value]:
    return transaction(sync, UNSET, **{"batch.id": UNSET, "batch.name": UNSET})


def batch(now: Evidence, number: str = "1042") -> Record:
    return next(record for record in now.dataset("derived.batch").rows() if record.get("number") == number)


# -- what is pending


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (transaction("Pending"), True),
        (transaction("Posted"), True),
        (transaction("Posted", active=False), False),
        (transaction("Exported"), False),
        (transaction("PostedAndExported"), False),
        (unbatched(), False),
        ({**unbatched(), "batch.id": "0"}, False),
        (transaction(number=UNSET), None),
        (transaction(number=UNSET, **{"batch.id": UNSET}), None),
        (transaction(number=UNSET, **{"batch.name": UNSET}), None),
        (transaction(active=False), False),
        (transaction(sync=NOT_EXPORTED), None),
        (transaction(sync=UNSET), None),
        (transaction(number=NOT_EXPORTED), None),
        (unbatched(sync=NOT_EXPORTED), False),
        (transaction("Exported", number=NOT_EXPORTED), False),
        (transaction(sync=NOT_EXPORTED, active=False), False),
    ],
)
def test_a_transaction_is_pending_in_a_batch_that_was_not_exported(row: Row, expected: bool | None) -> None:
    assert waits(INVOICE, row) is expected
    assert waits(PAYMENT, row) is expected


def test_what_may_be_voided_is_pending() -> None:
    assert waits(INVOICE, transaction(active=NOT_EXPORTED)) is True


def test_a_canceled_bill_is_not_pending() -> None:
    assert waits(BILL, transaction(active=False, status=NOT_EXPORTED)) is False  # deleted, in an export feed
    assert waits(BILL, transaction(active=NOT_EXPORTED, status="Canceled")) is False
    assert waits(BILL, transaction(active=NOT_EXPORTED, status="Reconciled")) is True


@pytest.mark.parametrize("kind", BATCHED)
def test_a_batch_that_was_bypassed_or_exported_meanwhile_is_no_longer_pending(kind: str) -> None:
    assert waits(kind, transaction(), bypassed=["1042"]) is False
    assert waits(kind, transaction(), exported=["1042"]) is False
    assert waits(kind, transaction(sync=NOT_EXPORTED), bypassed=["1042"]) is False
    assert waits(kind, transaction(), bypassed=["1041"], exported=["104"]) is True


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("Pending", True),
        ("Sent", True),
        ("PartiallyReceived", True),
        ("Received", True),
        ("Exported", False),
        ("Canceled", False),
    ],
)
def test_a_purchase_order_is_pending_until_it_is_exported_or_canceled(status: str, expected: bool) -> None:
    assert waits(ORDER, {"status": status, "batchId": UNSET}) is expected


def test_a_purchase_order_without_a_status_may_be_pending() -> None:
    assert waits(ORDER, {"batchId": UNSET}) is None


def test_a_purchase_order_belongs_to_the_batch_whose_id_it_has() -> None:
    orders: Rows = [{"status": "Sent", "batchId": id_} for id_ in ("8042", "8043", "0")]
    now = derived({INVOICE: [transaction()], ORDER: orders}, bypassed=["1042"])
    assert [order.get("waits") for order in now.dataset(ORDER).rows()] == [False, True, True]


@pytest.mark.parametrize("kind", [INVOICE, PAYMENT, BILL])
def test_a_line_is_pending_with_its_transaction(kind: str) -> None:
    (line,) = children(kind)
    for status in ("Posted", "Exported", NOT_EXPORTED):
        row = {f"parent.{name}": value for name, value in transaction(status).items()}
        (found,) = derived({line.name: [row]}).dataset(line.name).rows()
        value = found.get("parent.waits")
        assert (None if isinstance(value, Unknown) else value) is waits(kind, transaction(status))


def test_what_a_rule_states_itself_stays() -> None:
    assert waits(INVOICE, {**transaction("Exported"), "waits": True}) is True


STATUSES = st.sampled_from(["Pending", "Posted", "Exported", UNSET, NOT_EXPORTED])
NUMBERS = st.sampled_from(["1041", "1042", UNSET, NOT_EXPORTED])
ACTIVE = st.sampled_from([True, False, NOT_EXPORTED])


@given(STATUSES, NUMBERS, ACTIVE, st.booleans())
def test_only_what_is_known_makes_it_not_pending(status: Value, number: Value, active: Value, left: bool) -> None:
    proofs = (status == "Exported", number is UNSET, active is False, left and number == "1041")
    row = {
        **(unbatched() if number is UNSET else transaction()),
        "syncStatus": status,
        "batch.number": number,
        "active": active,
    }
    found = waits(INVOICE, row, bypassed=["1041"] if left else [])
    assert (found is False) is any(proofs)
    if found is True:
        assert status in ("Pending", "Posted")
        assert number in ("1041", "1042")


# -- batches


def test_a_batch_is_put_together_from_its_transactions() -> None:
    rows = {
        INVOICE: [transaction(total=Decimal("100.00")), transaction(total=Decimal("0.10")), unbatched()],
        PAYMENT: [transaction(total=Decimal("-45.00"))],
        CREDIT_MEMO: [transaction()],
        BILL: [transaction(number="999")],
    }
    now = derived(rows)
    assert now.dataset("derived.batch").scope is Scope.WHOLE
    assert [record.key for record in now.dataset("derived.batch").rows()] == ["999", "1042"]
    assert dict(batch(now).fields) == {
        "number": "1042",
        "id": "8042",
        "name": "Week 47",
        "status": "Posted",
        "waits": True,
        "transactions": Decimal(4),
        "invoices": Decimal(2),
        "invoiceAmount": Decimal("100.10"),
        "payments": Decimal(1),
        "paymentAmount": Decimal("-45.00"),
    }


@pytest.mark.parametrize(
    ("states", "status"),
    [
        (["Posted", "Posted"], "Posted"),
        (["Posted", "Pending"], "Pending"),
        (["Exported", "PostedAndExported"], "Exported"),
        (["Exported", "Posted"], "Partly exported"),
        (["Exported", "Pending"], "Partly exported"),
    ],
)
def test_the_status_of_a_batch(states: list[Value], status: str) -> None:
    assert batch(derived({INVOICE: [transaction(state) for state in states]})).get("status") == status


@pytest.mark.parametrize("state", [UNSET, NOT_EXPORTED])
def test_one_transaction_without_a_status_leaves_that_of_its_batch_unknown(state: Value) -> None:
    assert isinstance(batch(derived({INVOICE: [transaction(), transaction(state)]})).get("status"), Unknown)


def test_what_was_voided_or_canceled_is_in_no_batch() -> None:
    rows = {
        INVOICE: [transaction("Exported"), transaction("Pending", active=False)],
        BILL: [transaction("Pending", status="Canceled")],
    }
    assert batch(derived(rows)).get("status") == "Exported"


def test_a_bypassed_batch_is_there_and_no_longer_pending() -> None:
    found = batch(derived({INVOICE: [transaction()]}, bypassed=["1042"]))
    assert (found.get("status"), found.get("waits")) == ("Posted", False)


def test_transactions_that_were_not_exported_are_not_counted_as_none() -> None:
    now = derived({INVOICE: [transaction(total=Decimal(5))]})
    found = batch(now)
    assert (found.get("invoices"), found.get("invoiceAmount")) == (Decimal(1), Decimal(5))
    assert all(isinstance(found.get(name), Unknown) for name in ("payments", "paymentAmount", "transactions"))
    assert now.dataset("derived.batch").scope is Scope.PART


def test_a_transaction_whose_batch_is_not_known_may_be_in_any() -> None:
    now = derived({INVOICE: [transaction(), transaction(number=NOT_EXPORTED)], PAYMENT: []})
    assert isinstance(batch(now).get("invoices"), Unknown)
    assert batch(now).get("payments") == Decimal(0)
    assert now.dataset("derived.batch").scope is Scope.PART


def test_an_amount_that_is_not_known_leaves_the_sum_unknown() -> None:
    found = batch(derived({INVOICE: [transaction(total=Decimal(5)), transaction(total=UNSET)]}))
    assert isinstance(found.get("invoiceAmount"), Unknown)
    assert found.get("invoices") == Decimal(2)


def test_days_that_were_named_are_all_of_a_batch() -> None:
    now = derived({INVOICE: [transaction()], PAYMENT: [], CREDIT_MEMO: [], BILL: []}, scope=Scope.PERIOD)
    assert batch(now).get("transactions") == Decimal(1)


ROWS = st.lists(st.builds(transaction, STATUSES, st.sampled_from(["1041", "1042", UNSET]), active=ACTIVE), max_size=6)


@given(ROWS, ROWS, ROWS)
def test_the_counts_of_all_batches_add_up_to_what_is_in_one(invoices: Rows, payments: Rows, bills: Rows) -> None:
    now = derived({INVOICE: invoices, PAYMENT: payments, CREDIT_MEMO: [], BILL: bills})

    def sum_of(name: str) -> int:
        values = [record.get(name) for record in now.dataset("derived.batch").rows()]
        return sum(int(value) for value in values if isinstance(value, Decimal))

    def living(rows: Rows) -> int:
        return sum(row["active"] is not False and row["batch.number"] is not UNSET for row in rows)

    assert (sum_of("invoices"), sum_of("payments")) == (living(invoices), living(payments))
    assert sum_of("transactions") == living(invoices) + living(payments) + living(bills)


@given(ROWS)
def test_the_order_of_the_file_does_not_matter(rows: Rows) -> None:
    def facts(found: Rows) -> list[dict[str, object]]:
        records = derived({INVOICE: found}).dataset("derived.batch").rows()
        return [
            {name: "unknown" if isinstance(value, Unknown) else value for name, value in record.fields.items()}
            for record in records
        ]

    assert facts(rows) == facts(rows[::-1])
