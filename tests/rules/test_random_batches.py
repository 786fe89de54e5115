"""The tie-out on random batches: a perfect export has no findings, and one fault has exactly its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

import samples
from exportready.derive import derive
from exportready.evidence.reading import Keys
from exportready.judge import judge
from exportready.judge.tryout import finding_key
from exportready.kinds import KINDS
from exportready.model.evidence import UNSET, Account, Dataset, Evidence, Location, Record, Scope, Value
from exportready.model.report import RuleResult

RULES = [rule for rule in samples.rulebook().rules if rule.phase.value in ("after-export", "both")]
AT = datetime(2026, 11, 20, 18, tzinfo=UTC)
DAY, MADE = date(2026, 11, 19), datetime(2026, 11, 20, 9, tzinfo=UTC)
LONG_AGO, MADE_LONG_AGO = date(2023, 3, 14), datetime(2023, 3, 14, 9, tzinfo=UTC)
Row = dict[str, Value]
Key = tuple[str, str]


@dataclass
class Batch:
    """One batch in ServiceTitan, and its transactions in QuickBooks."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    bypassed: bool = False

    def of(self, kind: str) -> list[Row]:
        return self.rows.setdefault(kind, [])

    def judged(self) -> tuple[Evidence, dict[str, RuleResult]]:
        datasets = {}
        for kind in KINDS_READ:
            keys = Keys(KINDS[kind])
            found = [
                Record(kind=kind, key=keys.of(row), fields=row, where=Location(kind, at))
                for at, row in enumerate(self.of(kind), 1)
            ]
            datasets[kind] = Dataset(kind=kind, records=tuple(found), scope=Scope.WHOLE)
        answers: Row = {
            "webConnector.sentBy": "servicetitan",
            "webConnector.since": date(2023, 5, 1),
            "webConnector.oldConnectorAutoRun": False,
            "salesTax.calculatedBy": "servicetitan",
            "modules.purchasing": False,
            **({"bypassedBatches.12": True} if self.bypassed else {}),
        }
        record = Record(kind="account.answers", key="", fields=answers, where=Location("account.yaml"))
        datasets["account.answers"] = Dataset(kind="account.answers", records=(record,), scope=Scope.WHOLE, dated=AT)
        evidence = derive(Evidence(account=Account(), datasets=datasets, listings={}, sources=(), unrecognized=()), AT)
        return evidence, {result.rule.id: result for result in judge(RULES, evidence, None, AT)}


KINDS_READ = (
    "servicetitan.invoice", "servicetitan.invoice_item", "servicetitan.payment", "servicetitan.payment_application",
    "servicetitan.credit_memo", "servicetitan.bill", "servicetitan.purchase_order", "servicetitan.export_error",
    "quickbooks.Invoice", "quickbooks.InvoiceLine", "quickbooks.ReceivePayment", "quickbooks.AppliedToTxn",
    "quickbooks.CreditMemo", "quickbooks.CreditMemoLine", "quickbooks.JournalEntry", "quickbooks.JournalDebitLine",
)  # fmt: skip
BATCH: Row = {"batch.number": "12", "batch.name": "Week 47", "batch.id": "9012", "syncStatus": "Exported", "active": True}
CENTS = st.integers(1, 99999).map(lambda cents: Decimal(cents) / 100)


@st.composite
def batches(draw: st.DrawFn) -> Batch:
    """Draw random invoices and payments, and the same in QuickBooks after a perfect export, with lines in any order."""
    batch = Batch()
    customers = [f"Customer {letter}" for letter in "ABC"]
    in_books = {name: name + draw(st.sampled_from(["", " 77", ":Job 1", " 77:Job 1"])) for name in customers}
    for n in range(1, draw(st.integers(3, 7)) + 1):
        customer = draw(st.sampled_from(customers))
        lines = draw(st.lists(st.tuples(st.sampled_from("PQR"), st.integers(1, 9), CENTS), min_size=1, max_size=4))
        tax = draw(st.sampled_from([Decimal(0), Decimal("3.17")]))
        total = sum((amount for _, _, amount in lines), Decimal(0))
        batch.of("servicetitan.invoice").append(
            {**BATCH, "id": str(n), "referenceNumber": f"{100 + n}", "customer.id": "77", "customer.name": customer,
             "invoiceDate": DAY, "subTotal": total, "salesTax": tax, "total": total + tax, "modifiedOn": MADE}
        )  # fmt: skip
        batch.of("servicetitan.invoice_item").extend(
            {"skuName": item, "quantity": Decimal(count), "total": amount, "parent.id": str(n)}
            for item, count, amount in lines
        )
        batch.of("quickbooks.Invoice").append(
            {
                **_made(f"I{n}", f"{100 + n}", in_books[customer]),
                "Subtotal": total,
                "SalesTaxTotal": tax,
                "BalanceRemaining": total + tax,
            }
        )
        batch.of("quickbooks.InvoiceLine").extend(
            {"ItemRef.FullName": item, "Quantity": Decimal(count), "Amount": amount, "parent.TxnID": f"I{n}"}
            for item, count, amount in draw(st.permutations(lines))
        )
    for n in range(1, draw(st.integers(2, 5)) + 1):
        customer = draw(st.sampled_from(sorted({str(one["customer.name"]) for one in batch.of("servicetitan.invoice")})))
        own = [one for one in batch.of("servicetitan.invoice") if one["customer.name"] == customer]
        paid = draw(st.lists(st.sampled_from(own), min_size=1, max_size=3, unique_by=lambda one: str(one["id"])))
        parts = [draw(CENTS) for _ in paid]
        payment: Row = {"id": f"7{n}", "referenceNumber": f"P{n}", "customer.id": "77", "customer.name": customer,
                        "date": DAY, "type": "Check", "syncStatus": "Exported", "active": True}  # fmt: skip
        batch.of("servicetitan.payment").append(
            {**payment, **BATCH, "total": sum(parts, Decimal(0)), "checkNumber": UNSET, "modifiedOn": MADE}
        )
        batch.of("quickbooks.ReceivePayment").append(
            {**_made(f"R{n}", f"P{n}", in_books[customer]), "TotalAmount": sum(parts, Decimal(0)), "UnusedPayment": Decimal(0)}
        )
        for invoice, part in zip(paid, parts, strict=True):
            batch.of("servicetitan.payment_application").append(
                {"appliedTo": invoice["id"], "appliedAmount": part, "appliedToReferenceNumber": invoice["referenceNumber"],
                 "parent.batch.number": "12", **{f"parent.{name}": value for name, value in payment.items()}}
            )  # fmt: skip
            batch.of("quickbooks.AppliedToTxn").append(
                {"TxnID": f"I{invoice['id']}", "RefNumber": invoice["referenceNumber"], "TxnDate": DAY, "Amount": part,
                 "parent.TxnID": f"R{n}", "parent.RefNumber": f"P{n}", "parent.CustomerRef.FullName": in_books[customer]}
            )  # fmt: skip
    return batch


def _made(txn: str, number: str, customer: str) -> Row:
    return {"TxnID": txn, "RefNumber": number, "CustomerRef.FullName": customer, "ARAccountRef.FullName": "A/R", "TxnDate": DAY,
            "TimeCreated": MADE, "TimeModified": MADE, "Memo": "12 / Week 47"}  # fmt: skip


# -- what may break: each takes the batch and a random number, breaks one thing, and says what must be found


def found(results: Iterable[RuleResult]) -> set[Key]:
    return {
        (result.rule.id, finding_key(result.rule, finding.check, finding.subject.key))
        for result in results
        for finding in result.findings
    }


def _named(check: str, one: Row) -> set[Key]:
    key = f"{one['customer.name']} / {one['referenceNumber']}"
    return {("export/everything-arrived", f"{check}: {key}")}


def _txn(batch: Batch, kind: str, n: int) -> tuple[Row, Row]:
    """Return one transaction in both programs."""
    ours = batch.of("servicetitan.invoice" if kind == "quickbooks.Invoice" else "servicetitan.payment")
    at = n % len(ours)
    return ours[at], batch.of(kind)[at]


def _without_links(batch: Batch, txn: Value) -> None:
    links = batch.of("quickbooks.AppliedToTxn")
    links[:] = [link for link in links if txn not in (link["TxnID"], link["parent.TxnID"])]


def drops_an_invoice(batch: Batch, n: int) -> set[Key]:
    ours, theirs = _txn(batch, "quickbooks.Invoice", n)
    batch.of("quickbooks.Invoice").remove(theirs)
    _without_links(batch, theirs["TxnID"])
    return _named("invoices", ours)


def drops_a_payment(batch: Batch, n: int) -> set[Key]:
    ours, theirs = _txn(batch, "quickbooks.ReceivePayment", n)
    batch.of("quickbooks.ReceivePayment").remove(theirs)
    _without_links(batch, theirs["TxnID"])
    return _named("payments", ours)


def doubles_an_invoice(batch: Batch, n: int) -> set[Key]:
    ours, theirs = _txn(batch, "quickbooks.Invoice", n)
    batch.of("quickbooks.Invoice").append({**theirs, "TxnID": "twin"})
    return _named("invoices", ours)


def doubles_a_payment(batch: Batch, n: int) -> set[Key]:
    ours, theirs = _txn(batch, "quickbooks.ReceivePayment", n)
    batch.of("quickbooks.ReceivePayment").append({**theirs, "TxnID": "twin"})
    return _named("payments", ours)


def changes_the_amount_of_an_invoice(batch: Batch, n: int) -> set[Key]:
    ours, theirs = _txn(batch, "quickbooks.Invoice", n)
    theirs["Subtotal"] = _number(theirs["Subtotal"]) + Decimal("0.01")
    return _named("invoices", ours)


def changes_the_amount_of_a_payment(batch: Batch, n: int) -> set[Key]:
    ours, theirs = _txn(batch, "quickbooks.ReceivePayment", n)
    theirs["TotalAmount"] = _number(theirs["TotalAmount"]) + 1
    return _named("payments", ours)


def _of_line(batch: Batch, line: Row) -> set[Key]:
    ours = next(one for one in batch.of("servicetitan.invoice") if f"I{one['id']}" == line["parent.TxnID"])
    return {("export/lines-arrived", f"{ours['customer.name']} / {ours['referenceNumber']}")}


def changes_a_line(batch: Batch, n: int) -> set[Key]:
    lines = batch.of("quickbooks.InvoiceLine")
    line = lines[n % len(lines)]
    changed = ("Quantity", "Amount", "ItemRef.FullName")[n % 3]
    line[changed] = "S" if changed == "ItemRef.FullName" else _number(line[changed]) + 1
    return _of_line(batch, line)


def loses_a_line(batch: Batch, n: int) -> set[Key]:
    lines = batch.of("quickbooks.InvoiceLine")
    return _of_line(batch, lines.pop(n % len(lines)))


def strips_a_memo(batch: Batch, n: int) -> set[Key]:
    kind = ("quickbooks.Invoice", "quickbooks.ReceivePayment")[n % 2]
    ours, theirs = _txn(batch, kind, n)
    theirs["Memo"] = ("", "120 / Week 47", "Week 47", "12 / Week 4")[n // 2 % 4] or UNSET
    return {("export/memo-names-the-batch", f"{ours['customer.name']} / {ours['referenceNumber']}")}


def changes_the_connector(batch: Batch, n: int) -> set[Key]:
    """Let the older connector have sent an invoice years ago, and its payment come unapplied through ServiceTitan's."""
    ours, theirs = _txn(batch, "quickbooks.Invoice", n)
    ours |= {
        "invoiceDate": LONG_AGO,
        "batch.number": "3",
        "batch.name": "Old",
        "batch.id": "9003",
        "modifiedOn": MADE_LONG_AGO,
    }
    theirs |= {"TxnDate": LONG_AGO, "TimeCreated": MADE_LONG_AGO, "TimeModified": MADE_LONG_AGO, "Memo": UNSET}
    _without_links(batch, theirs["TxnID"])
    return {("export/one-exporter-per-job", _application(one)) for one in _paying(batch, ours)}


def _paying(batch: Batch, invoice: Row) -> list[Row]:
    return [one for one in batch.of("servicetitan.payment_application") if one["appliedTo"] == invoice["id"]]


def _application(one: Row) -> str:
    return f"{one['parent.customer.name']} / {one['parent.referenceNumber']} / {one['appliedToReferenceNumber']} / 1"


def _link(batch: Batch, n: int) -> tuple[Row, Row]:
    """Return one application of a payment to an invoice in both programs."""
    ours, theirs = batch.of("servicetitan.payment_application"), batch.of("quickbooks.AppliedToTxn")
    return ours[n % len(ours)], theirs[n % len(ours)]


def unapplies_a_payment(batch: Batch, n: int) -> set[Key]:
    ours, link = _link(batch, n)
    batch.of("quickbooks.AppliedToTxn").remove(link)
    received = next(one for one in batch.of("quickbooks.ReceivePayment") if one["TxnID"] == link["parent.TxnID"])
    received["UnusedPayment"] = link["Amount"]
    return {("export/applied-elsewhere", f"not-applied: {_application(ours)}")}


def applies_it_elsewhere(batch: Batch, n: int) -> set[Key]:
    ours, link = _link(batch, n)
    link |= {"TxnID": "OTHER", "RefNumber": "999"}
    same = [one for one in batch.of("servicetitan.payment_application") if one["parent.id"] == ours["parent.id"]]
    return {("export/applied-elsewhere", f"elsewhere: {_application(one)}") for one in same}


def moves_it_to_another_customer(batch: Batch, n: int) -> set[Key]:
    kind = ("quickbooks.Invoice", "quickbooks.ReceivePayment")[n % 2]
    ours, theirs = _txn(batch, kind, n)
    theirs["CustomerRef.FullName"] = "Nobody"
    has_others = any(
        one is not ours and one["customer.name"] == ours["customer.name"]
        for one in batch.of("servicetitan.invoice" if kind == "quickbooks.Invoice" else "servicetitan.payment")
    )
    check = "another-customer" if has_others else "renamed"
    key = f"{ours['customer.name']} / {ours['referenceNumber']}"
    return {("export/same-customer-and-date", f"{check}: {key}")}


def moves_it_to_another_month(batch: Batch, n: int) -> set[Key]:
    ours, theirs = _txn(batch, ("quickbooks.Invoice", "quickbooks.ReceivePayment")[n % 2], n)
    theirs["TxnDate"] = date(2026, 1 + n % 10, 19)
    key = f"{ours['customer.name']} / {ours['referenceNumber']}"
    return {("export/same-customer-and-date", f"another-month: {key}")}


def enters_it_by_hand_too(batch: Batch, n: int) -> set[Key]:
    kind = ("quickbooks.Invoice", "quickbooks.ReceivePayment")[n % 2]
    ours, theirs = _txn(batch, kind, n)
    batch.of(kind).append(
        {**theirs, "TxnID": "twin", "RefNumber": UNSET, "Memo": UNSET, "TxnDate": date(2026, 11, 14 + n % 11)}
    )
    all_ours = batch.of("servicetitan.invoice" if kind == "quickbooks.Invoice" else "servicetitan.payment")
    alike = [one for one in all_ours if all(one[name] == ours[name] for name in ("customer.name", "total"))]
    number = min(
        str(one["referenceNumber"]) for one in alike
    )  # the twin may be that of any of them; the first one is reported
    return {("export/not-entered-twice", f"{ours['customer.name']} / {number}")}


def loses_the_number_of_a_payment(batch: Batch, n: int) -> set[Key]:
    """Let a payment arrive under another number, which is no fault: which number travels is not established."""
    _, theirs = _txn(batch, "quickbooks.ReceivePayment", n)
    theirs["RefNumber"] = (UNSET, "101", "MC-77120")[n % 3]
    return set()


def _number(value: Value) -> Decimal:
    assert isinstance(value, Decimal)
    return value


BREAKS: Sequence[Callable[[Batch, int], set[Key]]] = (
    drops_an_invoice, drops_a_payment, doubles_an_invoice, doubles_a_payment, changes_the_amount_of_an_invoice,
    changes_the_amount_of_a_payment, changes_a_line, loses_a_line, strips_a_memo, changes_the_connector, unapplies_a_payment,
    applies_it_elsewhere, moves_it_to_another_customer, moves_it_to_another_month, enters_it_by_hand_too,
    loses_the_number_of_a_payment,
)  # fmt: skip


# -- the laws


def assert_it_adds_up(evidence: Evidence) -> None:
    """Assert that the tie-out adds up to the cent."""
    rows = evidence.dataset("derived.tie_out").records
    assert rows
    for row in rows:
        for what in ("Count", "Amount"):
            parts = [_number(row.get(f"{side}{what}")) for side in ("books", "explained", "unexplained", "untold")]
            assert sum(parts, Decimal(0)) == row.get(f"titan{what}")
    sent = [one for kind in ("invoice", "payment") for one in evidence.dataset(f"servicetitan.{kind}").records]
    total = sum((_number(one.get("total")) for one in sent), Decimal(0))
    assert sum((_number(row.get("titanAmount")) for row in rows), Decimal(0)) == total


@given(batches())
def test_a_perfect_export_has_no_findings(batch: Batch) -> None:
    evidence, results = batch.judged()
    assert found(results.values()) == set()
    assert not any(result.has_unknowns for result in results.values())
    assert_it_adds_up(evidence)


@given(batches(), st.sampled_from(BREAKS), st.integers(0, 999))
def test_one_fault_has_exactly_its_own_findings(batch: Batch, breaks: Callable[[Batch, int], set[Key]], n: int) -> None:
    expected = breaks(batch, n)
    evidence, results = batch.judged()
    assert found(results.values()) == expected
    assert_it_adds_up(evidence)


@given(batches())
def test_an_entirely_missing_batch_looks_bypassed_until_a_person_confirms_it(batch: Batch) -> None:
    for kind in KINDS_READ:
        if kind.startswith("quickbooks."):
            batch.rows[kind] = []
    evidence, results = batch.judged()
    result = results["export/everything-arrived"]
    assert found(results.values()) == set()
    assert result.has_unknowns
    assert any("looks bypassed" in gap.reason for gap in result.gaps)
    assert_it_adds_up(evidence)
    batch.bypassed = True
    evidence, results = batch.judged()
    assert found(results.values()) == set()
    assert not results["export/everything-arrived"].has_unknowns
    assert_it_adds_up(evidence)


@given(batches(), st.data())
def test_the_order_of_the_files_never_matters(batch: Batch, data: st.DataObject) -> None:
    n = data.draw(st.integers(0, 999))
    expected = data.draw(st.sampled_from(BREAKS))(batch, n)
    shuffled = Batch({kind: data.draw(st.permutations(rows)) for kind, rows in batch.rows.items()})
    assert found(shuffled.judged()[1].values()) == expected


ANN_OR_BOB, PRICES, NUMBERS = (
    st.sampled_from(["Ann", "Bob"]),
    st.sampled_from([Decimal(50), Decimal(60)]),
    st.sampled_from(["", "1", "2"]),
)
DAYS = st.sampled_from([date(2026, 11, 17), date(2026, 11, 18), date(2026, 11, 19)])


@st.composite
def look_alikes(draw: st.DrawFn) -> Batch:
    """Draw payments and invoices that differ in little, and as many in QuickBooks, which may be any of them."""
    batch = Batch()
    for n in range(draw(st.integers(1, 5))):
        shared: Row = {**BATCH, "id": str(n), "customer.id": "7", "customer.name": draw(ANN_OR_BOB), "modifiedOn": MADE}
        number = draw(NUMBERS) or UNSET
        amount = draw(PRICES)
        batch.of("servicetitan.payment").append({**shared, "referenceNumber": number, "date": draw(DAYS), "total": amount,
                                                 "type": "Check", "checkNumber": UNSET})  # fmt: skip
        batch.of("servicetitan.payment_application").append(
            {
                "parent.id": str(n),
                "appliedTo": draw(st.sampled_from("012")),
                "appliedToReferenceNumber": "1",
                "appliedAmount": amount,
            }
        )
        batch.of("servicetitan.invoice").append({**shared, "referenceNumber": number, "invoiceDate": draw(DAYS), "subTotal": amount,
                                                 "salesTax": Decimal(0), "total": amount})  # fmt: skip
    for n in range(draw(st.integers(0, 6))):
        memo: Value = "12 / Week 47" if draw(st.booleans()) else UNSET
        head: Row = {
            **_made(f"X{n}", "", draw(ANN_OR_BOB)),
            "RefNumber": draw(NUMBERS) or UNSET,
            "TxnDate": draw(DAYS),
            "Memo": memo,
        }
        if draw(st.booleans()):
            batch.of("quickbooks.ReceivePayment").append({**head, "TotalAmount": draw(PRICES), "UnusedPayment": Decimal(0)})
            batch.of("quickbooks.AppliedToTxn").append(
                {
                    "parent.TxnID": f"X{n}",
                    "TxnID": draw(st.sampled_from(["X0", "X1", "X2"])),
                    "RefNumber": "1",
                    "Amount": Decimal(50),
                }
            )
        else:
            batch.of("quickbooks.Invoice").append(
                {**head, "Subtotal": draw(PRICES), "SalesTaxTotal": Decimal(0), "BalanceRemaining": Decimal(0)}
            )
    return batch


def said_of_each(batch: Batch) -> list[str]:
    """Return everything that the tie-out says of each transaction, sorted."""
    return sorted(str(sorted(one.fields.items())) for one in batch.judged()[0].dataset("derived.match").records)


@given(look_alikes(), st.data())
def test_no_match_depends_on_the_order_of_the_records(batch: Batch, data: st.DataObject) -> None:
    shuffled = Batch({kind: data.draw(st.permutations(rows)) for kind, rows in batch.rows.items()})
    assert said_of_each(shuffled) == said_of_each(batch)


@given(look_alikes())
def test_no_transaction_in_quickbooks_is_two_of_servicetitan(batch: Batch) -> None:
    ids = [one.get("booksId") for one in batch.judged()[0].dataset("derived.match").records]
    found_ = [id_ for id_ in ids if isinstance(id_, str)]
    assert len(found_) == len(set(found_))
