"""Whether QuickBooks has the customers and vendors of pending transactions: exactly, nearly, or not at all."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportready.derive import derive
from exportready.derive.names import is_clean, likeness
from exportready.model.evidence import NOT_EXPORTED, UNSET, Dataset, Record, Scope, Unknown, Value
from exportready.model.reasons import Reason
from exportready.rulebook.examples import NOON
from made_evidence import Row, dataset, evidence


def pending(kind: str, *datasets: Dataset) -> Dataset:
    """Return what is concluded for one derived kind."""
    return derive(evidence(*datasets), NOON).dataset(kind)


def customers(
    books: Sequence[str] | Dataset,
    *named: tuple[Value, Value],
    payments: Sequence[tuple[Value, Value]] = (),
    memos: Sequence[tuple[Value, Value]] = (),
) -> tuple[Record, ...]:
    """Return the customers of pending invoices, payments and credit memos, judged by QuickBooks' names."""

    def rows(pairs: Sequence[tuple[Value, Value]]) -> list[Row]:
        return [
            {"waits": True, "referenceNumber": str(at), "customer.name": name, "customer.id": id_}
            for at, (name, id_) in enumerate(pairs)
        ]

    listed = books if isinstance(books, Dataset) else dataset("quickbooks.Customer", [{"FullName": name} for name in books])
    found = pending(
        "derived.waiting_customer",
        dataset("servicetitan.invoice", rows(named)),
        dataset("servicetitan.payment", rows(payments)),
        dataset("servicetitan.credit_memo", rows(memos)),
        listed,
    )
    assert found.scope is Scope.WHOLE
    return found.rows()


def one(books: Sequence[str], name: str, id_: Value = "24705") -> tuple[Value, Value, Value]:
    (record,) = customers(books, (name, id_))
    return record.get("inQuickBooks"), record.get("quickbooksName"), record.get("near")


NO_ID = NOT_EXPORTED
ABSENT = (False, UNSET, UNSET)


@pytest.mark.parametrize(
    ("name", "books", "there"),
    [
        ("Pinecroft, Odile", ["Pinecroft, Odile"], "Pinecroft, Odile"),
        ("PINECROFT,  odile ", ["Pinecroft, Odile"], "Pinecroft, Odile"),
        ("Pinecroft, Odile", ["Pinecroft, Odile 24705"], "Pinecroft, Odile 24705"),
        ("Pinecroft, Odile", ["Pinecroft, Odile 24705", "Pinecroft, Odile"], "Pinecroft, Odile"),
        ("Zoe\u0301's", ["Zo\u00e9's"], "Zo\u00e9's"),
        ('The "Old" Mill & Sons', ['the "old" mill & sons'], 'the "old" mill & sons'),
        ("Clearwater:Annex", ["Clearwater", "Clearwater:Annex"], "Clearwater:Annex"),
        ("\U0001f33b Florist", ["\U0001f33b Florist"], "\U0001f33b Florist"),
        ("\u05e9\u05dc\u05d5\u05dd", ["\u05e9\u05dc\u05d5\u05dd"], "\u05e9\u05dc\u05d5\u05dd"),
    ],
    ids=[
        "exactly",
        "case and blanks",
        "with the Export ID",
        "both, the plain one first",
        "accent as a character of its own",
        "quotes and ampersand",
        "a job",
        "four bytes",
        "right to left",
    ],
)
def test_it_is_there(name: str, books: list[str], there: str) -> None:
    assert one(books, name) == (True, there, UNSET)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("Smoke Salt and Sugar", "Smoke, Salt & Sugar"),
        ("Odile Pinecroft", "Pinecroft, Odile"),
        ("Zoes Bakery", "Zo\u00eb\u2019s Bakery"),
        ("OBrien", "O'Brien"),
        ("O\u02bcBrien", "O'Brien"),
        ("O\u00b4Brien", "O'Brien"),
        ("Mc Donald", "McDonald"),
        ("Smith-Jones", "Smith Jones"),
        ("Basalt Pipe, Inc.", "The Basalt Pipe Co"),
        ("Strasse, 7", "STRA\u00dfE 7"),
        ("Acme\u2122", "Acme TM"),
        ("Pinecroft. Odile", "Odile Pinecroft 24705"),
        ("\u200fOld Mill", "Old Mill"),
        ("\U0001f33b Florist", "Florist"),
        ("Clearwater: Annex", "Clearwater Annex"),
        ("The Company", "the company."),
    ],
)
def test_it_is_nearly_there(name: str, near: str) -> None:
    assert one([near], name) == (False, UNSET, near)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Pinecroft, Odile", "Pinecroft, Odette"),
        ("Pinecroft, Odile", "Pinecroft, Odile 24706"),
        ("Clearwater Annex", "Clearwater:Annex"),
        ("Annex", "Clearwater:Annex"),
        ("Lot 1 23", "Lot 12 3"),
        ("Unit 1", "Unit 11"),
        ("The Company", "The Corp"),
        ("\U0001f33b", "\U0001f339"),
        ("&", "+"),
        ("\u05e9\u05dc\u05d5\u05dd", "\u05e9\u05dc\u05d9\u05dd"),
    ],
)
def test_it_is_new(name: str, other: str) -> None:
    assert one([other], name) == ABSENT


def test_of_several_that_are_near_the_first_by_name_is_shown_in_any_order() -> None:
    books = ["Smoke Salt Sugar", "Smoke, Salt & Sugar", "Salt, Smoke & Sugar"]
    assert one(books, "Smoke/Salt/Sugar") == one(books[::-1], "Smoke/Salt/Sugar") == (False, UNSET, "Salt, Smoke & Sugar")


# -- what is not known


@pytest.mark.parametrize("scope", [Scope.PART, Scope.ACTIVE, Scope.MISSING])
def test_a_list_that_is_not_whole_proves_what_it_holds_and_no_more(scope: Scope) -> None:
    held: list[Row] = [] if scope is Scope.MISSING else [{"FullName": "Adams"}, {"FullName": "Smoke, Salt & Sugar"}]
    books = dataset("quickbooks.Customer", held, scope)
    for record in customers(books, ("Adams", "1"), ("Baker", "2"), ("Smoke Salt Sugar", "3")):
        there = record.get("name") == "Adams" and bool(held)
        assert record.get("inQuickBooks") is True if there else isinstance(record.get("inQuickBooks"), Unknown)
        near = record.get("near")
        assert near is UNSET if there else near == "Smoke, Salt & Sugar" or isinstance(near, Unknown)


def test_a_nameless_record_may_be_anybody() -> None:
    (record,) = customers(dataset("quickbooks.Customer", [{}]), ("Adams", "1"))
    assert isinstance(record.get("inQuickBooks"), Unknown)
    assert isinstance(record.get("near"), Unknown)


def test_without_the_id_a_name_with_some_number_may_be_it() -> None:
    (adams, baker) = customers(["Adams 24705", "Bakers 7"], ("Adams", NO_ID), ("Baker", NO_ID))
    assert isinstance(adams.get("inQuickBooks"), Unknown)
    assert isinstance(adams.get("near"), Unknown)
    assert baker.get("inQuickBooks") is False
    (exact,) = customers(["Adams 24705", "Adams"], ("Adams", NO_ID))
    assert exact.get("inQuickBooks") is True


@pytest.mark.parametrize("name", [UNSET, Unknown(cause=Reason.INCONCLUSIVE, reason="no text")])
def test_who_is_not_named_leaves_the_list_open(name: Value) -> None:
    invoice: Row = {"waits": True, "customer.name": name}
    found = pending(
        "derived.waiting_customer",
        dataset("servicetitan.invoice", [invoice]),
        dataset("servicetitan.payment", []),
        dataset("quickbooks.Customer", []),
    )
    assert (found.rows(), found.scope) == ((), Scope.PART)


@pytest.mark.parametrize(
    ("third", "scope"),
    [(False, Scope.WHOLE), (Unknown(cause=Reason.INCONCLUSIVE, reason="its batch is not in the file"), Scope.PART)],
)
def test_only_what_is_surely_pending_counts_and_what_may_be_leaves_the_list_open(third: Value, scope: Scope) -> None:
    rows: list[Row] = [
        {"customer.name": name, "waits": waits} for name, waits in (("Adams", True), ("Baker", False), ("Cole", third))
    ]
    found = pending(
        "derived.waiting_customer",
        dataset("servicetitan.invoice", rows),
        dataset("servicetitan.payment", []),
        dataset("servicetitan.credit_memo", []),
        dataset("quickbooks.Customer", []),
    )
    assert ([record.get("name") for record in found.rows()], found.scope) == (["Adams"], scope)


# -- one record each


def test_a_customer_of_invoice_and_payment_is_one() -> None:
    (record,) = customers([], ("Adams", "1"), ("ADAMS", "1"), payments=[("Adams", "1")])
    assert record.get("name") == "ADAMS"


def test_the_customer_of_a_credit_memo_counts_too() -> None:
    assert [record.get("name") for record in customers([], memos=[("Adams", "1")])] == ["Adams"]


def test_two_of_one_name_and_one_outcome_are_shown_as_one() -> None:
    (record,) = customers([], ("Adams", "1"), ("Adams", "2"))
    assert record.get("inQuickBooks") is False


def test_two_of_one_name_are_two() -> None:
    records = customers(["Adams 2"], ("Adams", "1"), ("Adams", "2"))
    assert [(record.get("id"), record.get("inQuickBooks")) for record in records] == [("1", False), ("2", True)]


def test_of_spellings_that_compare_alike_the_one_with_stray_blanks_is_shown() -> None:
    (record,) = customers([], ("Adams", "1"), ("Adams ", "1"))
    assert record.get("name") == "Adams "


# -- vendors


def vendors(bills: Sequence[Row], orders: Sequence[Row], listed: Sequence[Row]) -> Dataset:
    return pending(
        "derived.waiting_vendor",
        dataset("servicetitan.bill", [{"waits": True, **bill} for bill in bills]),
        dataset("servicetitan.purchase_order", [{"waits": True, **order} for order in orders]),
        dataset("servicetitan.vendor", listed),
        dataset("quickbooks.Vendor", [{"Name": "Basalt Pipe"}]),
    )


BILL: Row = {"vendor.name": "Basalt, Pipe", "vendor.id": "9"}


def test_vendors_of_bills_and_purchase_orders() -> None:
    found = vendors([BILL], [{"vendorId": "7"}], [{"id": "7", "name": "Basalt Pipe"}])
    shown = [(record.get("name"), record.get("inQuickBooks"), record.get("near")) for record in found.rows()]
    assert (shown, found.scope) == ([("Basalt Pipe", True, UNSET), ("Basalt, Pipe", False, "Basalt Pipe")], Scope.WHOLE)


def test_a_vendor_that_is_not_listed_leaves_the_list_open() -> None:
    assert vendors([], [{"vendorId": "8"}], [{"id": "7", "name": "Basalt Pipe"}]).scope is Scope.PART


# -- laws

WORDS = st.lists(st.text("abcdefgh", min_size=1, max_size=5), min_size=1, max_size=4)
MARKS = st.sampled_from([" ", ", ", ". ", " - ", "/", " & ", "  ", "_", " (", ") ", " \u2013 "])


def alike(one: str, other: str) -> bool:
    return bool(set(likeness(one)) & set(likeness(other)))


@given(WORDS, st.data())
def test_order_case_and_punctuation_do_not_matter(words: list[str], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(words))
    other = "".join(word.upper() + data.draw(MARKS) for word in shuffled)
    assert alike(" ".join(words), other)


@given(WORDS)
def test_accents_do_not_matter(words: list[str]) -> None:
    accented = " ".join(word.replace("a", "\u00e1").replace("e", "e\u0301") for word in words)
    assert alike(" ".join(words), accented)


@given(st.text(max_size=20))
def test_a_name_is_like_itself_or_has_nothing_to_compare(name: str) -> None:
    assert likeness(name) == likeness(name.casefold()) == likeness(name.swapcase().casefold())
    assert alike(name, name) or not likeness(name)


@given(
    st.text("abc 12,'&:\u00e9", min_size=1, max_size=8).filter(str.strip), st.lists(st.text("abc 12,'&:\u00e9"), max_size=5)
)
def test_a_name_is_there_or_near_or_neither_and_never_both(name: str, books: list[str]) -> None:
    there, called, near = one([book for book in books if book.strip()], name)
    assert there is (called is not UNSET)
    assert not (there and near is not UNSET)
    assert near is UNSET or ":" not in str(near)


@given(st.text(max_size=10))
def test_what_is_clean_stays_as_it_is(name: str) -> None:
    assert is_clean(" ".join(name.split()))
    assert not is_clean(name + " ")
