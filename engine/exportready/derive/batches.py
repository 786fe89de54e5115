"""The batches, built from the transactions in them, and the transactions of each batch with the batch's status."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from exportready.derive.answers import batches_named, facts_of
from exportready.derive.conclusions import Conclusions
from exportready.derive.derivation import Inputs, derivation
from exportready.derive.references import exported_reads, with_exported
from exportready.derive.unknowns import any_of, first_text, not_whole, total, without
from exportready.kinds import KINDS
from exportready.kinds.transactions import BATCHED, BILL, EXPORTED, INVOICE, PAYMENT, PURCHASE_ORDER, TRANSACTIONS
from exportready.model.evidence import UNSET, Dataset, Evidence, Record, Scope, Unknown, Value
from exportready.model.reasons import Channel, Reason

_EXPORT_AGAIN = "Export ServiceTitan's transactions again, now that the batch was exported"


_NO_AMOUNT = "one of its transactions has no amount"


@derivation(
    "derived.batch",
    reads="""
servicetitan.invoice waits syncStatus active batch.number batch.id batch.name total
servicetitan.payment waits syncStatus active batch.number batch.id batch.name total
servicetitan.credit_memo waits syncStatus active batch.number batch.id batch.name
servicetitan.bill waits syncStatus status active batch.number batch.id batch.name
""",
)
def batches(inputs: Inputs) -> Dataset:
    """Conclude one record for each batch that has a transaction."""
    found = Conclusions("derived.batch")
    members: dict[str, list[Record]] = {}
    stray: dict[str, Unknown] = {}
    """Kind -> why one of its transactions could be in any batch."""
    for record in _alive(inputs.evidence):
        number = record.get("batch.number")
        if isinstance(number, str):
            members.setdefault(number, []).append(record)
        elif isinstance(number, Unknown):
            stray.setdefault(record.kind, without(number, f"we can't read which batch {record.key} is in"))
    found.doubt = next(iter(stray.values()), None)
    gaps = {kind: _uncounted(inputs.dataset(kind)) or stray.get(kind) for kind in BATCHED}
    for number in sorted(members, key=lambda text: (len(text), text)):
        records = members[number]
        found.add({"number": number, **_batch(records, gaps)}, records[0].where)
    return found.dataset(inputs.dataset(INVOICE), inputs.dataset(PAYMENT))


def _batch(records: Sequence[Record], gaps: dict[str, Unknown | None]) -> dict[str, Value]:
    """Return what is known about a batch. `gaps`: why the transactions of a kind can't be counted."""
    invoices = [record for record in records if record.kind == INVOICE]
    payments = [record for record in records if record.kind == PAYMENT]
    return {
        "id": _shared(records, "batch.id"),
        "name": _shared(records, "batch.name"),
        "status": _status(records),
        "waits": any_of(record.get("waits") for record in records),
        "transactions": next(filter(None, gaps.values()), None) or Decimal(len(records)),
        "invoices": gaps[INVOICE] or Decimal(len(invoices)),
        "invoiceAmount": gaps[INVOICE] or total((one.get("total") for one in invoices), _NO_AMOUNT),
        "payments": gaps[PAYMENT] or Decimal(len(payments)),
        "paymentAmount": gaps[PAYMENT] or total((one.get("total") for one in payments), _NO_AMOUNT),
    }


def _alive(evidence: Evidence) -> Iterator[Record]:
    """Return the transactions that were neither voided nor canceled."""
    for kind in BATCHED:
        for record in sorted(evidence.dataset(kind).rows(), key=lambda record: record.key):
            if record.get("active") is not False and record.get("status") != "Canceled":
                yield record


def _voided(record: Record) -> Value:
    """Return the field that says whether a transaction was voided or canceled; of a bill's two, no list has more than one."""
    named = [record.get(name) for name in ("active", "status") if name in KINDS[record.kind].fields]
    return next((value for value in named if not isinstance(value, Unknown)), named[0])


def _uncounted(dataset: Dataset) -> Unknown | None:
    """Return why the transactions of a kind can't be counted; None if the files contain all of them."""
    return not_whole(dataset) if dataset.scope in (Scope.MISSING, Scope.PART) else None


def _shared(records: Sequence[Record], name: str) -> Value:
    values = [record.get(name) for record in records]
    return first_text(values, values[0])


def _status(records: Iterable[Record]) -> Value:
    states = {record.get("syncStatus") for record in records}
    unknown = next((state for state in states if not isinstance(state, str)), None)
    if unknown is not None:
        return without(unknown, "one of its transactions has no status (Pending, Posted or Exported) in the file")
    done = states & set(EXPORTED)
    if done:
        return "Exported" if done == states else "Partly exported"
    return "Posted" if states == {"Posted"} else "Pending"


@derivation(
    "derived.batched",
    reads=f"""
{exported_reads(BATCHED)}
derived.account purchasing purchaseOrdersExported
derived.batch number status
servicetitan.invoice syncStatus active batch.number referenceNumber customer.name
servicetitan.payment syncStatus active batch.number referenceNumber customer.name
servicetitan.credit_memo syncStatus active batch.number referenceNumber customer.name
servicetitan.bill syncStatus status active batch.number referenceNumber vendor.name
""",
)
def batched(inputs: Inputs) -> Dataset:
    """Conclude one record for each transaction in a batch, with its own status and the batch's.

    The files must contain all invoices and payments, and all bills unless the account doesn't use Purchasing. Credit memos are
    checked if the files contain them, as in the tie-out (docs/decisions/tie-out.md).
    """
    evidence = inputs.evidence
    found = Conclusions("derived.batched")
    states = inputs.dataset("derived.batch").lookup("number", "status")
    exported = batches_named(evidence, "exportedBatches")
    for record in _alive(evidence):
        number, status = record.get("batch.number"), record.get("syncStatus")
        if number is UNSET:
            continue
        voided = _voided(record)
        if number in exported and states.get(number) in ("Pending", "Posted"):
            reason = "its batch was exported after your file was saved, so we can't see what was not exported"
            voided = Unknown(cause=Reason.BEFORE_EXPORT, reason=reason, remedy=_EXPORT_AGAIN, channel=Channel.EXPORT)
        of = TRANSACTIONS[record.kind]
        fields: dict[str, Value] = {
            "type": of.type,
            "customer": record.get(of.party),
            "number": record.get(of.number),
            "batch": number,
            "status": voided if status not in EXPORTED and isinstance(voided, Unknown) else status,
            "batchStatus": states[number] if number in states else without(number, "we don't know its batch"),
        }
        found.add(fields, record.where)
    return found.dataset(*(with_exported(evidence, kind) for kind in to_be_whole(evidence, BATCHED)))


def to_be_whole(evidence: Evidence, kinds: Sequence[str]) -> list[str]:
    """Return those of some kinds of transactions of which the files must contain all.

    They are invoices and payments, bills unless the account doesn't use Purchasing, purchase orders unless they aren't exported, and
    any other kind that the files contain. Many accounts have no credit memos.
    """
    facts = facts_of(evidence)
    must = {INVOICE, PAYMENT}
    must |= {BILL} if facts.get("purchasing") is not False else set()
    must |= {PURCHASE_ORDER} if facts.get("purchaseOrdersExported") is not False else set()
    return [kind for kind in kinds if kind in must or evidence.dataset(kind).scope is not Scope.MISSING]
