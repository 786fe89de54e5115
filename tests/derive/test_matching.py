"""How a transaction of ServiceTitan is found in QuickBooks, and what is never guessed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from exportready.model.evidence import UNSET, Unknown
from exportready.model.reasons import Reason
from made_evidence import Row
from sent_and_booked import BILLED, BOOKED, DAY, INVOICE, NEXT_DAY, PAYMENT, RECEIVED, SENT, THERE, reason_of, states


def test_a_number_counts_within_its_customer() -> None:
    others = {"servicetitan.invoice": [INVOICE, {**INVOICE, "id": "2", "customer.name": "Bob", "customer.id": "8"}]}
    both = [BILLED, {**BILLED, "TxnID": "I2", "CustomerRef.FullName": "Bob 8:Annex"}]
    assert states({**others, "quickbooks.Invoice": both}) == ["arrived", "arrived"]
    bob = {**BILLED, "CustomerRef.FullName": "Bob", "Subtotal": Decimal(90), "TxnDate": NEXT_DAY, "Memo": UNSET}
    assert states({"servicetitan.invoice": [INVOICE], "quickbooks.Invoice": [bob]}) == [None]  # wholly absent
    assert "looks bypassed" in reason_of({"servicetitan.invoice": [INVOICE], "quickbooks.Invoice": [bob]})
    assert states(
        {"servicetitan.invoice": [INVOICE], "quickbooks.Invoice": [{**BILLED, "CustomerRef.FullName": "Ann 8"}]}
    ) == [
        "arrived"  # matched to another name, and all else agrees
    ]


def test_twins_are_ambiguous_and_never_guessed() -> None:
    twins = [INVOICE, {**INVOICE, "id": "2"}]
    for there in ([BILLED], [BILLED, {**BILLED, "TxnID": "I2"}]):
        assert states({"servicetitan.invoice": twins, "quickbooks.Invoice": there}) == [None, None]
    assert "several with the same number" in reason_of({"servicetitan.invoice": twins, "quickbooks.Invoice": [BILLED]})


def test_of_several_that_are_not_the_same_none_is_chosen() -> None:
    near = [{**BILLED, "Subtotal": Decimal(amount), "TxnID": f"N{amount}", "Memo": UNSET} for amount in (90, 80)]
    assert states({"servicetitan.invoice": [INVOICE], "quickbooks.Invoice": near}) == [None]
    assert states({"servicetitan.invoice": [INVOICE], "quickbooks.Invoice": [*near, {**BILLED, "TxnID": "I3"}]}) == ["arrived"]


def test_a_net_negative_invoice_is_a_credit_memo_and_some_payments_are_journal_entries() -> None:
    credit = {**INVOICE, "subTotal": Decimal(-100), "total": Decimal(-100)}
    memo = {**BOOKED, "TxnID": "C1", "RefNumber": "101", "TotalAmount": Decimal(100)}
    assert states({"servicetitan.invoice": [credit], "quickbooks.CreditMemo": [memo]}) == ["arrived"]
    entry: Row = {"TxnID": "J1", "RefNumber": "P1", "TxnDate": DAY, "Memo": "12 / Nov"}
    line: Row = {"parent.TxnID": "J1", "Amount": Decimal(100)}
    journal: dict[str, Sequence[Row]] = {"quickbooks.JournalEntry": [entry], "quickbooks.JournalDebitLine": [line]}
    assert states({"servicetitan.payment": [PAYMENT], **journal}) == ["arrived"]


def test_a_payment_without_a_number_is_found_by_its_amount_and_day() -> None:
    numberless = {**PAYMENT, "referenceNumber": UNSET}
    evening = {**RECEIVED, "RefNumber": UNSET, "TxnDate": NEXT_DAY}
    assert states({"servicetitan.payment": [numberless], "quickbooks.ReceivePayment": [evening]}) == ["arrived"]
    unknown = {**PAYMENT, "referenceNumber": Unknown(cause=Reason.INCONCLUSIVE, reason="no such column")}
    assert states({"servicetitan.payment": [unknown], "quickbooks.ReceivePayment": [evening]}) == [None]


def test_a_journal_entry_is_a_payment_only_with_its_number_and_amount() -> None:
    entry: Row = {"TxnID": "J1", "RefNumber": UNSET, "TxnDate": DAY, "Memo": UNSET}
    line: Row = {"parent.TxnID": "J1", "Amount": Decimal(100)}
    numberless = {**PAYMENT, "referenceNumber": UNSET}
    other = {**PAYMENT, "id": "71", "referenceNumber": "P2"}
    there: dict[str, Sequence[Row]] = {
        "quickbooks.ReceivePayment": [{**RECEIVED, "TxnID": "R2", "RefNumber": "P2"}],
        "quickbooks.JournalDebitLine": [line],
    }
    assert states({"servicetitan.payment": [numberless, other], "quickbooks.JournalEntry": [entry], **there}) == [
        "missing",
        "arrived",
    ]


def test_a_number_alone_says_nothing_where_the_customer_is_not_known() -> None:
    nobody = {**INVOICE, "customer.name": Unknown(cause=Reason.INCONCLUSIVE, reason="no such column")}
    other = {**BILLED, "CustomerRef.FullName": "Bob", "Subtotal": Decimal(90), "TxnDate": NEXT_DAY, "Memo": UNSET}
    assert states({"servicetitan.invoice": [nobody], "quickbooks.Invoice": [other]}) == [None]


def test_a_second_copy_on_another_day_is_reported() -> None:
    second = {**BILLED, "TxnID": "I2", "TxnDate": NEXT_DAY}
    assert states({"servicetitan.invoice": [INVOICE], "quickbooks.Invoice": [BILLED, second]}) == ["twice"]
    by_hand = {**second, "Memo": UNSET}
    assert states({"servicetitan.invoice": [INVOICE], "quickbooks.Invoice": [BILLED, by_hand]}) == [None]
    assert "a duplicate" in reason_of({"servicetitan.invoice": [INVOICE], "quickbooks.Invoice": [BILLED, by_hand]})
    another = {**by_hand, "Subtotal": Decimal(55)}
    assert states({"servicetitan.invoice": [INVOICE], "quickbooks.Invoice": [BILLED, another]}) == ["arrived"]
    assert states({"servicetitan.invoice": [INVOICE], "quickbooks.Invoice": [BILLED, {**another, "Memo": "12 / Nov"}]}) == [
        None
    ]


def test_a_check_number_may_be_used_again_without_being_a_second_copy() -> None:
    month_before = {**RECEIVED, "TxnID": "R0", "TxnDate": date(2026, 10, 18), "Memo": UNSET}
    assert states({"servicetitan.payment": [PAYMENT], "quickbooks.ReceivePayment": [month_before, RECEIVED]}) == ["arrived"]
    twice = {**RECEIVED, "TxnID": "R2", "TxnDate": NEXT_DAY}
    assert states({"servicetitan.payment": [PAYMENT], "quickbooks.ReceivePayment": [twice, RECEIVED]}) == ["twice"]


def test_under_another_name_the_tax_may_be_rounded_otherwise() -> None:
    taxed = {**INVOICE, "salesTax": Decimal("8.25"), "total": Decimal("108.25")}
    renamed = {**BILLED, "CustomerRef.FullName": "Bob", "SalesTaxTotal": Decimal("8.26"), "Memo": UNSET}
    assert states({"servicetitan.invoice": [taxed], "quickbooks.Invoice": [renamed]}) == ["arrived"]


def test_number_and_batch_in_the_memo_find_it_under_another_name_and_day() -> None:
    renamed = {**BILLED, "CustomerRef.FullName": "Bob", "TxnDate": NEXT_DAY, "Subtotal": Decimal(90)}
    assert states({"servicetitan.invoice": [INVOICE], "quickbooks.Invoice": [renamed]}) == ["arrived"]


def test_what_may_be_it_under_another_name_is_not_called_missing() -> None:
    numberless = {**PAYMENT, "referenceNumber": UNSET}
    renamed = {**RECEIVED, "RefNumber": UNSET, "CustomerRef.FullName": "Bob", "Memo": UNSET}
    assert states({**THERE, "servicetitan.payment": [numberless], "quickbooks.ReceivePayment": [renamed]}) == ["arrived", None]
    another = {**renamed, "TotalAmount": Decimal(99)}
    assert states({**THERE, "servicetitan.payment": [numberless], "quickbooks.ReceivePayment": [another]}) == [
        "arrived",
        "missing",
    ]
    later = {**RECEIVED, "CustomerRef.FullName": "Bob", "TxnDate": date(2026, 12, 1), "Memo": UNSET}
    assert states({**THERE, "servicetitan.payment": [PAYMENT], "quickbooks.ReceivePayment": [later]}) == ["arrived", None]


def test_a_customer_may_be_a_job_of_another_one() -> None:
    below = {**BILLED, "CustomerRef.FullName": "Landlord:ann 7:Annex", "TxnDate": NEXT_DAY, "Memo": UNSET}
    assert states({"servicetitan.invoice": [INVOICE], "quickbooks.Invoice": [below]}) == ["arrived"]


def test_a_number_longer_than_quickbooks_takes_may_be_cut() -> None:
    long = {**INVOICE, "referenceNumber": "2026-11-18-0042"}
    cut = {**BILLED, "RefNumber": "2026-11-18-"}
    assert states({"servicetitan.invoice": [long], "quickbooks.Invoice": [cut]}) == ["arrived"]
    rows = {"servicetitan.invoice": [*THERE["servicetitan.invoice"], long], "quickbooks.Invoice": THERE["quickbooks.Invoice"]}
    assert sorted(states(rows), key=str) == [None, "arrived"]


def test_a_payment_with_the_number_of_an_old_one_did_not_arrive_as_that() -> None:
    old = {**RECEIVED, "TxnDate": date(2026, 10, 18), "Memo": "11 / Oct"}
    rows = {**THERE, "servicetitan.payment": [PAYMENT], "quickbooks.ReceivePayment": [old]}
    assert states(rows) == ["arrived", None]


def test_copies_of_other_kinds_and_under_other_names_are_reported() -> None:
    credit: Row = {**SENT, "id": "5", "referenceNumber": "C1", "date": DAY, "total": Decimal(40)}
    there: Row = {**BOOKED, "TxnID": "C1", "RefNumber": "C1", "TotalAmount": Decimal(40), "Memo": UNSET}
    copies = [there, {**there, "TxnID": "C2", "TxnDate": NEXT_DAY}]
    assert states({"servicetitan.credit_memo": [credit], "quickbooks.CreditMemo": copies}) == [None]
    entry: Row = {"TxnID": "J1", "RefNumber": "P1", "TxnDate": date(2026, 11, 21), "Memo": "12 / Nov"}
    line: Row = {"parent.TxnID": "J1", "Amount": Decimal(100)}
    rows: dict[str, Sequence[Row]] = {"quickbooks.JournalEntry": [entry], "quickbooks.JournalDebitLine": [line]}
    assert states({"servicetitan.payment": [PAYMENT], "quickbooks.ReceivePayment": [RECEIVED], **rows}) == [None]
    other = {**BILLED, "TxnID": "I2", "CustomerRef.FullName": "Bob"}
    assert states({"servicetitan.invoice": [INVOICE], "quickbooks.Invoice": [BILLED, other]}) == [None]


def test_a_voided_copy_is_none() -> None:
    voided = {**BILLED, "TxnID": "I2", "Subtotal": Decimal(0), "Memo": "VOID: 12 / Nov"}
    assert states({"servicetitan.invoice": [INVOICE], "quickbooks.Invoice": [BILLED, voided]}) == ["arrived"]


def test_one_that_was_entered_anew_is_matched_before_the_voided_one() -> None:
    rows = {"servicetitan.invoice": [{**INVOICE, "id": "2", "active": False}, INVOICE], "quickbooks.Invoice": [BILLED]}
    assert sorted(map(str, states(rows))) == ["arrived", "explained"]


def test_a_payment_without_a_number_may_be_there_on_another_day_or_with_another_amount() -> None:
    numberless = {**PAYMENT, "referenceNumber": UNSET}
    received = {**RECEIVED, "RefNumber": UNSET}
    for there in ({**received, "TxnDate": date(2026, 11, 21)}, {**received, "TotalAmount": Decimal(105)}):
        rows = {**THERE, "servicetitan.payment": [numberless], "quickbooks.ReceivePayment": [there]}
        assert states(rows) == ["arrived", None]
    entry: Row = {"TxnID": "J1", "RefNumber": UNSET, "TxnDate": DAY, "Memo": "12 / Nov"}
    journal: dict[str, Sequence[Row]] = {"quickbooks.JournalEntry": [entry],
                                         "quickbooks.JournalDebitLine": [{"parent.TxnID": "J1", "Amount": Decimal(100)}]}  # fmt: skip
    assert states({**THERE, "servicetitan.payment": [numberless], **journal}) == ["arrived", None]


def test_the_number_of_a_journal_entry_is_cut_at_eleven() -> None:
    long = {**PAYMENT, "referenceNumber": "PAY-2026-0009350"}
    entry: Row = {"TxnID": "J1", "RefNumber": "PAY-2026-00", "TxnDate": DAY, "Memo": UNSET}
    journal: dict[str, Sequence[Row]] = {"quickbooks.JournalEntry": [entry],
                                         "quickbooks.JournalDebitLine": [{"parent.TxnID": "J1", "Amount": Decimal(100)}]}  # fmt: skip
    assert states({"servicetitan.payment": [long], **journal}) == ["arrived"]
