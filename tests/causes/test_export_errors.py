"""Export errors: what each code and message means, which errors have one cause, and what may be behind messages that name nothing.

The wordings are QuickBooks' own, as integrators and vendors' help pages quote them (docs/sources.md, error messages); names are invented.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from importlib.util import find_spec

import pytest

from caused import FOLLOWS, Row, error, evidence, invoice, line, material, of_errors, refused
from exportready.causes import Causes, explain
from exportready.causes import engines as inference
from exportready.causes.engines import ENGINES
from exportready.causes.remedies import remedy
from exportready.kinds.message_codes import CODES, DEFECTS, STATUS_CODES, defect_of, is_error
from exportready.kinds.message_sentences import REASONS, TEMPLATES
from exportready.kinds.messages import is_message, parse_message, stated_code
from exportready.model.evidence import UNSET, Value
from exportready.model.report import KeyIssue

SAVING = "There was an error when saving a Invoice. QuickBooks error message: "
SAVING_A = 'There was an error when saving a Customers list, element "A". QuickBooks error message: '
CLOSED = (
    "3171: An attempt was made to modify a Invoice with a date that is on or before the closing date of the company. If you are sure you "
    "really want to do this, please ask a user with Admin privileges to remove the password for editing transactions."
)


# -- the tables


def test_every_code_has_a_kind_a_meaning_and_steps() -> None:
    without_steps = remedy("")
    for code in CODES.values():
        assert code.defect in DEFECTS
        assert code.meaning
        assert not code.meaning.endswith(".")
        assert code.steps in ("none", "read") or remedy(code.steps) is not without_steps, code.code
    for steps in ({one.steps for one in TEMPLATES} | {one.steps for one in REASONS}) - {""}:
        assert remedy(steps) is not without_steps, steps


@pytest.mark.parametrize("code", ["0", "1", "560"])
def test_the_sentence_of_an_error_is_one_whatever_number_is_next_to_it(code: str) -> None:
    found = parse_message(f"{SAVING}The posting account is invalid.", code)
    assert (found.code, found.sort) == ("3180", "own")


@pytest.mark.parametrize("code", sorted(set(CODES) - {code for code, one in STATUS_CODES.items() if one.defect == "fine"}))
def test_a_code_without_a_known_sentence_still_says_what_it_is(code: str) -> None:
    found = parse_message("Eine Meldung in einer anderen Sprache", code)
    assert (found.code, found.defect) == (code, CODES[code].defect)
    assert found.sort != "other"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("0", False),
        ("1", False),
        ("560", False),
        ("999", False),
        ("1000", True),
        ("3351", True),
        ("9100", True),
        ("0x80040400", None),
    ],
)
def test_the_code_decides_whether_it_is_an_error(code: str, expected: bool | None) -> None:
    assert is_error(code) is expected


@pytest.mark.parametrize(
    ("code", "defect"), [("2500", "request"), ("3099", "request"), ("9150", "request"), ("3351", "unknown")]
)
def test_a_code_that_no_table_has_is_known_by_its_range(code: str, defect: str) -> None:
    assert defect_of(code) == defect


# -- messages


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        # the second part decides
        (f"{SAVING}The posting account is invalid.", "own data account"),
        (SAVING_A.replace("saving", "modifying") + "Cannot merge list elements.", "own name merge"),
        ("There was an error when modifying a Invoice. QuickBooks error message: The internals could not be locked.", "retry lock locked"),
        (f'{SAVING_A}This list has been modified by another user.', "retry lock locked"),
        (f"{SAVING}You do not have sufficient permissions.", "own permission permission"),
        (f"{SAVING}This transaction is in a closed period.", "own closed period closed"),
        (f"{SAVING}The credit limit for the name has been exceeded.", "own data credit"),
        (f'{SAVING_A}The account number is already in use.', "own name twice"),
        (refused("Account", "A").replace("Invalid argument", "The expense account is invalid"), "own data account"),
        # without a second part, or with one that isn't known, the first part and the code do
        ("There was an error when modifying a Invoice.", "own data read"),
        (f"{SAVING}Der Posten ist falsch.", "own data read"),
        ('The provided edit sequence "17" is out-of-date.', "retry lock locked"),
        ("The provided edit sequence is out-of-date.", "retry lock locked"),
        ('3176: A related transaction object, specified by the ID "12A-1", is already in use.', "retry lock locked"),
        # other codes
        ('Error 3070: The string "A long name" in the field "Name" is too long.', "own data shorten"),
        ('3040: There was an error when converting the amount "1,250.00" in the field "Amount".', "own request value"),
        ("3162: This request is not allowed in multi-user mode.", "own session single"),
        ("Error 3270: Missing posting account.", "own data account"),
        ('The given object ID "" in the field "list id" is invalid.', "own reference unmapped"),
        ("Insufficient permission level to perform this action.", "own permission permission"),
        ("QuickBooks Error 3290: The item \"1-1783534817\" is placed in the request in incorrect order.", "own request support"),
        # one record with data that QuickBooks can't read, and conditions of the connection
        ("0x80040400: QuickBooks found an error when parsing the provided XML text stream.", "own data characters"),
        ("Could not start QuickBooks.", "session session start"),
        ("QBWC1013: Error connecting to QuickBooks. 0x8004040A: A company file is already open", "session session file"),
        ("Error -2147220472", "session session start"),
        ("0x80070005: Access is denied.", "session session connect"),
        # QuickBooks' own ids are no names
        ('Object "B68F-1621437495" specified in the request cannot be found.', "missing reference deleted"),
        ('There is an invalid reference to QuickBooks Vendor "80000123-1621437495" in the Bill.', "missing reference deleted"),
    ],
)  # fmt: skip
def test_what_a_message_says(message: str, expected: str) -> None:
    for wording in (message, message.upper().replace("QBWC", "QBWC").replace("0X", "0x"), message.replace('"', "”")):
        found = parse_message(wording)
        assert f"{found.sort} {found.defect} {found.steps}" == expected
        assert is_message(wording)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (f"3140: {refused('Item', 'A')}", "3140"),
        (f"[3140] {refused('Item', 'A')}", "3140"),
        (f"Status Code 3140 - {refused('Item', 'A')}", "3140"),
        ("Error 3351: nothing that we know", "3351"),
        ("3175: Die Transaktion ist gesperrt", "3175"),
        (f"58272: {refused('Item', 'A')}", ""),
        (f"3100: {refused('Item', 'A')}", ""),  # invoice 3100: the sentence is that of another code
        ("1000 Main Street", ""),
        ("3140 was paid", ""),
    ],
)
def test_the_code_at_the_beginning_is_no_transaction(line: str, code: str) -> None:
    assert stated_code(line)[0] == code


def test_a_name_in_quotes_says_nothing_about_the_reason() -> None:
    message = 'There was an error when saving a Items list, element "Merge valve, could not be locked". QuickBooks error message: Falsch.'
    assert parse_message(message).defect == "data"


# -- one cause, one key issue


def codes(found: Causes) -> list[str]:
    return sorted(one.code for one in found.key_issues)


def only(found: Causes) -> KeyIssue:
    (one,) = found.key_issues
    return one


def several(message: str, count: int = 4) -> list[Row]:
    return [error(message, str(number), "Invoice") for number in range(1, count + 1)]


INVOICES = [invoice(number) for number in range(1, 9)]


@pytest.mark.parametrize(
    "message",
    [
        CLOSED,
        "3250: This feature is not enabled or not available in this version of QuickBooks.",
        "3260: Insufficient permission level to perform this action.",
        "3180: There was an error when saving a Invoice. QuickBooks error message: The posting account is invalid.",
        "3175: The transaction could not be locked. It is in use by another user.",
        "0x80040400: QuickBooks found an error when parsing the provided XML text stream.",
        'The given object ID "" in the field "list id" is invalid.',
        refused("Class", "Install", "Invoice"),
    ],
)
def test_one_code_with_one_cause_is_one_key_issue(message: str) -> None:
    found = only(of_errors(*several(message), servicetitan__invoice=INVOICES))
    assert found.alone.transactions == 4
    assert not found.gates


def test_one_closing_date_is_one_key_issue_however_it_is_said() -> None:
    later = "3180: There was an error when saving a Invoice. QuickBooks error message: The books are closed."
    found = of_errors(*several(CLOSED), error(later, "7", "Invoice"), servicetitan__invoice=INVOICES)
    assert only(found).alone.transactions == 5
    other = CLOSED.replace("the closing date", "the closing date 10/31/2026")
    assert len(of_errors(error(CLOSED), error(other)).key_issues) == 2


def test_locks_of_all_kinds_are_one_retry_that_names_each_reason() -> None:
    found = only(
        of_errors(
            error("3175: The transaction could not be locked. It is in use by another user.", "1", "Invoice"),
            error(f"3180: {SAVING}This list has been modified by another user.", "2"),
            error('3200: The provided edit sequence "1" is out-of-date.', "3"),
            servicetitan__invoice=INVOICES,
        )
    )  # fmt: skip
    assert found.retry
    for words in ("could not be locked", "modified by another user", "out-of-date"):
        assert words in found.message


def test_different_values_are_different_key_issues() -> None:
    texts = (
        f'3070: The string "{text}" in the field "Name" is too long.' for text in ("One text", "Another text", "One text")
    )
    assert len(of_errors(*map(error, texts)).key_issues) == 2


def test_an_entry_that_was_locked_is_why_others_do_not_find_it() -> None:
    locked = SAVING_A.replace('"A"', '"Ann"') + "This list has been modified by another user."
    found = of_errors(
        error(locked), error(refused("Customer", "Ann", "Invoice"), "1", "Invoice"), servicetitan__invoice=INVOICES
    )
    assert only(found).retry
    assert only(found).alone.findings == 2


def test_an_id_is_looked_up_in_the_lists_and_else_never_shown_as_a_name() -> None:
    message = 'Object "80000012-1621437495" specified in the request cannot be found.'
    listed: Row = {"ListID": "80000012-1621437495", "FullName": "Ann", "Name": "Ann", "IsActive": True}
    found = only(of_errors(error(message, "1", "Invoice"), quickbooks__Customer=[listed], servicetitan__invoice=INVOICES))
    assert found.message == "QuickBooks can't find customer Ann"
    found = only(of_errors(error(message, "1", "Invoice"), servicetitan__invoice=INVOICES))
    assert [subject.key for subject in found.subjects] == ["1"]
    assert not any(word in step for step in found.fix.steps for word in ("rename", "create it", "make it active"))
    assert all("80000012-1621437495, which QuickBooks" not in chain.lower() for one in of_errors(
        error(message, "1", "Invoice"), servicetitan__invoice=INVOICES).blocked_transactions for chain in one.chain)  # fmt: skip


def test_an_id_is_looked_up_in_the_transactions_of_quickbooks() -> None:
    message = 'Object "B68F-1621437495" specified in the request cannot be found.'
    booked: Row = {"TxnID": "B68F-1621437495", "RefNumber": "58244"}
    causes = of_errors(error(message, "1", "Invoice"), quickbooks__Invoice=[booked], servicetitan__invoice=INVOICES)
    assert only(causes).message == "QuickBooks can't find invoice 58244"
    assert causes.blocked_transactions[0].chain == ("invoice 1 uses invoice 58244, which QuickBooks can't find",)
    without_number: Row = {"TxnID": "B68F-1621437495", "RefNumber": UNSET}
    other: Row = {"TxnID": "B690-1621437495", "RefNumber": "58244"}
    for row in (without_number, other):
        found = only(of_errors(error(message, "1", "Invoice"), quickbooks__Invoice=[row], servicetitan__invoice=INVOICES))
        assert found.message == "QuickBooks can't find the transaction with the internal ID B68F-1621437495"


def test_a_message_in_another_language_is_shown_with_the_meaning_of_its_code() -> None:
    assert only(of_errors(error("3175: Die Transaktion ist gesperrt"))).message == (
        "Someone else has the record open (3175: Die Transaktion ist gesperrt)"
    )


# -- what may be behind messages that name nothing


THERE = [name for name in ENGINES if find_spec(name)]
"""The engines that can be installed here: durable-rules has none for Python 3.13."""


def after(engine: str, errors: Sequence[Row], **rows: Sequence[Row]) -> Causes:
    now = evidence({"servicetitan.export_error": errors, **{name.replace("__", "."): some for name, some in rows.items()}})
    return explain((), now, FOLLOWS, lambda: inference.engine(engine), "after-export")


@pytest.mark.parametrize("engine", THERE)
def test_object_not_found_depends_on_the_inactive_item_that_the_invoices_share(engine: str) -> None:
    entry: Row = {"Name": "A", "FullName": "A", "IsActive": False, "ItemType": "NonInventory"}
    found = after(
        engine,
        [error("Object Not Found", number, "Invoice") for number in "12"],
        servicetitan__invoice=INVOICES[:2],
        servicetitan__invoice_item=[line(1, "A"), line(2, "A")],
        servicetitan__material=[material("A")],
        quickbooks__Item=[entry],
    )
    issue = only(found)
    assert (issue.message, issue.certainty, issue.alone.transactions) == ("Item A is inactive in QuickBooks", "inferred", 2)
    assert issue.subjects[0].key == "A"


@pytest.mark.parametrize(("active", "kept"), [(True, 1), (UNSET, 1)])
def test_an_active_entry_is_no_suspect(active: Value, kept: int) -> None:
    entries: list[Row] = [
        {"Name": "A", "FullName": "Old:A", "IsActive": False},
        {"Name": "A", "FullName": "A", "IsActive": active},
    ]
    found = of_errors(
        *several("Object Not Found", 2),
        servicetitan__invoice=INVOICES,
        servicetitan__invoice_item=[line(1, "A"), line(2, "A")],
        quickbooks__Item=entries,
    )
    assert [one.code for one in found.key_issues] == ["object not found"] * kept


@pytest.mark.parametrize("engine", THERE)
@pytest.mark.parametrize(
    ("on_line", "item_type", "says"),
    [(True, "NonInventory", "switched from inventory"), (False, "Inventory", "inventory item in QuickBooks only")],
)
def test_an_invalid_list_id_depends_on_the_item_that_was_switched(
    engine: str, on_line: bool, item_type: str, says: str
) -> None:
    found = after(
        engine,
        several("List Id is invalid", 3),
        servicetitan__invoice=INVOICES,
        servicetitan__invoice_item=[line(number, "A", inventory=on_line) for number in (1, 2, 3)],
        servicetitan__material=[material("A")],
        quickbooks__Item=[{"Name": "A", "FullName": "A", "IsActive": True, "ItemType": item_type}],
    )
    assert says in only(found).message
    assert only(found).alone.transactions == 3


def test_an_item_of_the_same_type_everywhere_is_no_suspect() -> None:
    found = of_errors(
        *several("List Id is invalid", 2),
        servicetitan__invoice=INVOICES,
        servicetitan__invoice_item=[line(1, "A"), line(2, "A")],
        servicetitan__material=[material("A")],
        quickbooks__Item=[{"Name": "A", "FullName": "A", "IsActive": True, "ItemType": "NonInventory"}],
    )
    assert codes(found) == ["list id is invalid"]


def test_a_missing_item_that_is_inactive_is_one_key_issue_with_what_was_not_found() -> None:
    found = of_errors(
        error(refused("Item", "A"), "1", "Invoice"),
        error("Object Not Found", "2", "Invoice"),
        servicetitan__invoice=INVOICES,
        servicetitan__invoice_item=[line(1, "A"), line(2, "A")],
        quickbooks__Item=[{"Name": "A", "FullName": "A", "IsActive": False, "ItemType": "NonInventory"}],
    )
    assert only(found).message == "Item A is inactive in QuickBooks"
    assert only(found).alone.amount == Decimal(200)
