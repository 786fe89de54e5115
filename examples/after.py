"""The company after its export: one batch of more than sixty transactions, all of it in QuickBooks; and what may go wrong.

Each fault breaks one of the rules for after the export, once.
"""

# Records stay packed: a key per line would hide what belongs together.
# fmt: off
from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from decimal import Decimal

import books
from company import Company, northwind
from faults import Fault, _key, _payments
from northwind import VENDORS, Dice, Json, customers, pricebook

SIZE = 44
"""Invoices in the batch; with the payments they make more than sixty transactions."""
_AT = "2026-11-20T20:00:00-07:00"
"""When the batch was exported: after the lists were."""


def exported() -> Company:
    """Everything that was sent is in QuickBooks, as it was sent."""
    company = northwind(SIZE)
    for file in ("invoices", "payments"):
        for one in company.titan[file]:
            if (one["batch"] or {}).get("number") == company.firm.waiting:
                one["syncStatus"] = "Exported"
    dice = Dice(20261120)
    pricebook(dice)
    company.booked = books.exported(company.titan["invoices"], customers(dice))
    invoices = {bill["RefNumber"]: bill for bill in company.booked}
    company.more = {
        "ReceivePayment": [_payment(one, n, invoices) for n, one in enumerate(_sent(company, "payments"), 1)],
        "CreditMemo": [_credit(one, n) for n, one in enumerate(_sent(company, "credit-memos"), 1)],
        "Bill": [_bill(one, n) for n, one in enumerate(_sent(company, "bills"), 1)],
        "PurchaseOrder": [_order(one, n) for n, one in enumerate(company.titan["purchase-orders"], 1) if one["status"] == "Exported"],
        "JournalEntry": [],
    }
    for one in (*company.booked, *company.more["ReceivePayment"]):
        if one["Memo"].startswith(f"{company.firm.waiting} /"):  # this export created it
            one["TimeCreated"] = one["TimeModified"] = _AT
    company.errors = []
    company.account |= {"phase": "after-export", "covers": {"servicetitan.export_error": "all"}}
    company.account = company.account | {"takenAt": "2026-11-21T09:00:00-07:00"}
    company.account["confirmed"] = {"by": "bookkeeper", "at": "2026-11-21T08:55:00-07:00"}
    # Records that share a part, such as a customer, each get their own: breaking one breaks no other.
    return copy.deepcopy(company)


def _sent(company: Company, file: str) -> list[Json]:
    return [one for one in company.titan[file] if one["syncStatus"] == "Exported"]


def _head(kind: int, n: int, day: str) -> Json:
    stamp = f"{day}T17:{n % 60:02d}:00-07:00"
    return {"TxnID": f"{kind + 16 * n:X}-1700000000", "TimeCreated": stamp, "TimeModified": stamp, "EditSequence": "1700000000",
            "TxnNumber": str(kind // 16 + n)}


def _memo(one: Json) -> str:
    return f"{one['batch']['number']} / {one['batch']['name']}"


def _payment(one: Json, n: int, invoices: dict[str, Json]) -> Json:
    day = one["date"][:10]
    applied = [to for to in one["appliedTo"] if to["appliedToReferenceNumber"] in invoices]
    customer = invoices[applied[0]["appliedToReferenceNumber"]]["CustomerRef"] if applied else books.ref(one["customer"]["name"], n)
    links = [{"TxnID": invoices[to["appliedToReferenceNumber"]]["TxnID"], "TxnType": "Invoice",
              "TxnDate": invoices[to["appliedToReferenceNumber"]]["TxnDate"], "RefNumber": to["appliedToReferenceNumber"],
              "BalanceRemaining": "0.00", "Amount": to["appliedAmount"]} for to in applied]
    head = _head(0x9000, n, day)
    for to in applied:
        for link in invoices[to["appliedToReferenceNumber"]]["LinkedTxn"]:
            link["TxnID"] = head["TxnID"]
    return {**head, "CustomerRef": customer, "ARAccountRef": books.ref("Accounts Receivable", 4), "TxnDate": day,
            "RefNumber": one["referenceNumber"], "TotalAmount": one["total"], "PaymentMethodRef": books.ref(one["type"], 3),
            "Memo": _memo(one), "DepositToAccountRef": books.ref("Undeposited Funds", 5), "UnusedPayment": "0.00",
            "UnusedCredits": "0.00", "AppliedToTxnRet": links}


def _credit(one: Json, n: int) -> Json:
    total, day = f"{one['total']:.2f}", one["date"][:10]
    return {**_head(0xA000, n, day), "CustomerRef": books.ref(one["customer"]["name"], n), "TxnDate": day,
            "ARAccountRef": books.ref("Accounts Receivable", 4), "RefNumber": one["referenceNumber"], "Subtotal": total,
            "SalesTaxTotal": "0.00", "TotalAmount": total, "CreditRemaining": "0.00", "Memo": _memo(one)}


def _bill(one: Json, n: int) -> Json:
    day = one["billDate"][:10]
    return {**_head(0xB000, n, day), "VendorRef": books.ref(one["vendor"]["name"], n), "APAccountRef": books.ref("Accounts Payable", 6),
            "TxnDate": day, "DueDate": one["dueDate"][:10], "AmountDue": one["billAmount"], "RefNumber": one["referenceNumber"],
            "Memo": _memo(one), "IsPaid": "false"}


def _order(one: Json, n: int) -> Json:
    day = one["date"][:10]
    return {**_head(0xC000, n, one["modifiedOn"][:10]), "TxnDate": day, "RefNumber": one["number"],
            "VendorRef": books.ref(VENDORS[one["vendorId"] - 3100], n), "TotalAmount": f"{one['total']:.2f}",
            "IsManuallyClosed": "false", "IsFullyReceived": "true"}


# -- what may have gone wrong

Break = Callable[[Company], Sequence[str]]
FAULTS: list[Fault] = []


def breaks(rule: str) -> Callable[[Break], Break]:
    """Registers what breaks one rule."""

    def register(into: Break) -> Break:
        FAULTS.append(Fault(rule, into, exported))
        return into

    return register


def not_arrived() -> Company:
    """The company with every fault."""
    company = exported()
    for fault in FAULTS:
        fault.into(company)
    return company


def _waiting(company: Company, n: int) -> tuple[Json, Json]:
    """An invoice of the batch, counted from the first, on both sides."""
    bill = company.waiting(n)
    return bill, next(one for one in company.booked if one["RefNumber"] == bill["referenceNumber"])


def _paid(company: Company, n: int) -> tuple[Json, Json]:
    """A payment of the batch, counted from the first, on both sides."""
    payment = [one for one in company.titan["payments"] if (one["batch"] or {}).get("number") == company.firm.waiting][n]
    return payment, next(one for one in company.more["ReceivePayment"] if one["RefNumber"] == payment["referenceNumber"])


@breaks("export/everything-arrived")
def _lost_doubled_changed(company: Company) -> Sequence[str]:
    lost, gone = _waiting(company, 3)
    for payment in _payments(company, lost):
        payment["appliedTo"] = []
    for one in company.more["ReceivePayment"]:
        one["AppliedToTxnRet"] = [link for link in one["AppliedToTxnRet"] if link["TxnID"] != gone["TxnID"]]
    company.booked.remove(gone)
    twice, there = _waiting(company, 7)
    company.booked.append({**there, "TxnID": "DDDD-1700000000", "LinkedTxn": [], "AppliedAmount": "0.00"})
    other, changed = _waiting(company, 11)
    changed["Subtotal"] = f"{Decimal(changed['Subtotal']) + 9:.2f}"
    payment, received = _paid(company, 20)
    company.more["ReceivePayment"].remove(received)
    payment["appliedTo"] = []
    return [f"invoices: {_key(lost)}", f"invoices: {_key(twice)}", f"invoices: {_key(other)}", f"payments: {_key(payment)}"]


@breaks("export/same-customer-and-date")
def _elsewhere_and_early(company: Company) -> Sequence[str]:
    bill, there = _waiting(company, 33)
    _, other = _waiting(company, 35)
    there["CustomerRef"] = other["CustomerRef"]
    early, dated = _waiting(company, 37)
    dated["TxnDate"] = "2026-01-05"
    return [f"another-customer: {_key(bill)}", f"another-month: {_key(early)}"]


@breaks("export/not-entered-twice")
def _entered_by_hand_too(company: Company) -> Sequence[str]:
    bill, there = _waiting(company, 39)
    twin = {**there, "TxnID": "DDD0-1700000000", "LinkedTxn": [], "AppliedAmount": "0.00", "Memo": "phone order"}
    del twin["RefNumber"]
    company.booked.append(twin)
    return [_key(bill)]


@breaks("export/lines-arrived")
def _other_line(company: Company) -> Sequence[str]:
    bill, there = _waiting(company, 13)
    line = there["InvoiceLineRet"][0]
    line["Quantity"] = str(Decimal(line["Quantity"]) + 1)
    return [_key(bill)]


@breaks("export/memo-names-the-batch")
def _no_memo(company: Company) -> Sequence[str]:
    bill, there = _waiting(company, 15)
    del there["Memo"]
    return [_key(bill)]


@breaks("export/edited-since")
def _edited(company: Company) -> Sequence[str]:
    bill, there = _waiting(company, 17)
    there["TimeModified"] = "2026-11-21T08:10:00-07:00"
    return [_key(bill)]


@breaks("export/applied-elsewhere")
def _elsewhere(company: Company) -> Sequence[str]:
    payment, there = _paid(company, 22)
    _, other = _waiting(company, 27)
    there["AppliedToTxnRet"] = [{**there["AppliedToTxnRet"][0], "TxnID": other["TxnID"], "RefNumber": other["RefNumber"]}]
    loose, unused = _paid(company, 24)
    unused |= {"AppliedToTxnRet": [], "UnusedPayment": unused["TotalAmount"]}
    to = loose["appliedTo"][0]["appliedToReferenceNumber"]
    open_ = next(one for one in company.booked if one["RefNumber"] == to)
    open_ |= {"BalanceRemaining": unused["TotalAmount"], "AppliedAmount": "0.00", "LinkedTxn": [], "IsPaid": "false"}
    return [f"elsewhere: {_key(payment, payment['appliedTo'][0]['appliedToReferenceNumber'], 1)}", f"not-applied: {_key(loose, to, 1)}"]


@breaks("export/one-exporter-per-job")
def _two_connectors(company: Company) -> Sequence[str]:
    payment, there = _paid(company, 26)
    old = copy.deepcopy(company.titan["invoices"][0])
    day = "2023-03-14"
    old |= {"id": 510007, "referenceNumber": "31007", "invoiceDate": f"{day}T00:00:00Z", "customer": payment["customer"],
            "batch": {"id": 2110, "number": "211", "name": "03-14 plumbing"}, "total": payment["total"], "subTotal": payment["total"],
            "salesTax": "0.00", "modifiedOn": f"{day}T21:00:00Z"}
    old["items"] = [{**old["items"][0], "quantity": "1.00", "total": payment["total"]}]
    first = company.booked[0]
    line = {**first["InvoiceLineRet"][0], "Quantity": "1", "Amount": payment["total"]}
    company.booked.insert(0, {
        **first, "TxnID": "2F10-1678806000", "RefNumber": "31007", "TimeCreated": f"{day}T16:00:00-07:00",
        "TimeModified": f"{day}T16:00:00-07:00", "TxnDate": day, "CustomerRef": there["CustomerRef"], "Memo": "Leak repaired",
        "Subtotal": payment["total"], "SalesTaxTotal": "0.00", "AppliedAmount": "0.00", "BalanceRemaining": payment["total"],
        "IsPaid": "false", "LinkedTxn": [], "InvoiceLineRet": [line]})
    company.titan["invoices"].insert(0, old)
    payment["appliedTo"] = [{**payment["appliedTo"][0], "appliedTo": 510007, "appliedToReferenceNumber": "31007"}]
    there |= {"AppliedToTxnRet": [], "UnusedPayment": there["TotalAmount"]}
    return [_key(payment, "31007", 1)]


@breaks("export/no-key-issue")
def _error_left(company: Company) -> Sequence[str]:
    assert company.errors is not None
    company.errors.append(("58999", "Underhay, Ines", "Object Not Found"))
    return ["error: 58999 / Object Not Found / 1"]


@breaks("batching/not-stuck-pending")
def _stuck(company: Company) -> Sequence[str]:
    bill, there = _waiting(company, 31)
    bill["syncStatus"] = "Pending"
    company.booked.remove(there)
    for payment in _payments(company, bill):
        payment["appliedTo"] = []
    for one in company.more["ReceivePayment"]:
        one["AppliedToTxnRet"] = [link for link in one["AppliedToTxnRet"] if link["TxnID"] != there["TxnID"]]
    return [f"invoices: {_key(bill)}"]
