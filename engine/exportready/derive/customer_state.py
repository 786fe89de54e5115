"""Find customers of pending transactions that are inactive in QuickBooks, merged, or in QuickBooks twice.

QuickBooks has a customer under its exact name or with its Export ID (derive/parties.py). A customer that was exported before but is
gone from QuickBooks was merged or renamed there if its transactions are under another name now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from exportready.derive.answers import ANSWERS, answers_of
from exportready.derive.conclusions import Conclusions
from exportready.derive.derivation import Inputs, derivation
from exportready.derive.freshness import ANSWER, stale, unanswered
from exportready.derive.names import likeness
from exportready.derive.parties import folded_forms, forms, levels
from exportready.derive.pending import NO_ID
from exportready.derive.unknowns import first_unknown, not_among, without
from exportready.kinds import fold
from exportready.kinds.account import BY_PATH, MAPPINGS
from exportready.kinds.transactions import CREDIT_MEMO, INVOICE, PAYMENT, TRANSACTIONS
from exportready.model.evidence import NOT_EXPORTED, UNSET, Dataset, Record, Scope, Unknown, Value
from exportready.model.reasons import Reason

_KIND, _JOB = "derived.customer_state", "derived.pending_job"
_BOOKS, _CUSTOMERS, _BOOKED = "quickbooks.Customer", "servicetitan.customer", "quickbooks.Invoice"
_MAPPING = "customerMapping"
_BY_CUSTOMER, _, _BY_LOCATION = MAPPINGS
_TWO = Unknown(
    cause=Reason.AMBIGUOUS,
    reason="QuickBooks has it with and without its Export ID, and only one of the two is active",
    remedy="In QuickBooks, merge the two customers, or make both active",
)


@derivation(
    _KIND,
    reads=f"""
{INVOICE} waits customer.name customer.id referenceNumber invoiceDate total
{PAYMENT} waits customer.name customer.id
{CREDIT_MEMO} waits customer.name customer.id
{_CUSTOMERS} id name mergedToId
{_BOOKS} FullName IsActive
{_BOOKED} RefNumber TxnDate CustomerRef.FullName Subtotal SalesTaxTotal
""",
    only_for={_CUSTOMERS: "mergedTo twin", _BOOKED: "movedTo"},
)
def states(inputs: Inputs) -> Dataset:
    """Conclude one record for each customer of a pending invoice, payment or credit memo."""
    found = Conclusions(_KIND)
    sources = [inputs.dataset(kind) for kind in (INVOICE, PAYMENT, CREDIT_MEMO)]
    books, own = _Books(inputs.dataset(_BOOKS)), _Customers(inputs.dataset(_CUSTOMERS))
    moved = _Moved(inputs.dataset(INVOICE), inputs.dataset(_BOOKED))
    seen: set[tuple[str, Value]] = set()
    for record, name, id_ in _pending(sources, found):
        if (fold(name), id_) in seen:
            continue
        seen.add((fold(name), id_))
        there = books.under(name, id_)
        fields: dict[str, Value] = {
            "name": name,
            "id": id_,
            "usedBy": record.key,
            "active": books.are_active(name, there),
            "mergedTo": own.merged_into(id_),
            "movedTo": UNSET if there else books.unknown or moved.to(name, id_),
            "twin": _twin(name, id_, there, own) if len(there) > 1 else books.unknown or UNSET,
        }
        found.add(fields, record.where)
    return found.dataset(*sources, waiting_suffices=True)


def _pending(sources: Iterable[Dataset], found: Conclusions) -> Iterator[tuple[Record, str, Value]]:
    """Yield (transaction, customer's name, customer's ID) for each pending transaction, the first of them first."""
    for record in sorted((record for dataset in sources for record in dataset.rows()), key=lambda record: record.key):
        waits, of = record.get("waits"), TRANSACTIONS[record.kind]
        name = record.get(of.party)
        if waits is False:
            continue
        if waits is not True:
            found.doubt = without(waits, f"we don't know whether {record.key} is pending")
        elif not isinstance(name, str):
            found.doubt = without(name, f"we can't tell who the customer of {record.key} is")
        else:
            yield record, name, record.get(of.party_id)


def _twin(name: str, id_: Value, there: Sequence[Record], own: _Customers) -> Value:
    """Return the second name under which QuickBooks has a customer; unset if that is another customer with the same name."""
    others = own.with_same_name(name, id_)
    return others if isinstance(others, Unknown) else UNSET if others else there[1].get("FullName")


class _Books:
    """QuickBooks' customers and jobs by their folded full name."""

    def __init__(self, books: Dataset) -> None:
        self._by_name: dict[str, Record] = {}
        self.unknown: Unknown | None = None
        """Why a customer that isn't found may still be in QuickBooks."""
        column = books.column("FullName")
        for name, record in zip(column, books.rows(), strict=True):
            if isinstance(name, str):
                self._by_name.setdefault(fold(name), record)
        nameless = first_unknown(*column)
        if books.scope is not Scope.WHOLE:
            self.unknown = not_among(books, "your files have only part of this QuickBooks list")
        elif nameless is not None:
            self.unknown = without(nameless, "one of QuickBooks' customers has no name in the file")

    def under(self, name: str, id_: Value) -> list[Record]:
        """Return the customer's records in QuickBooks: under its name, and with its Export ID."""
        return [self._by_name[form] for form in dict.fromkeys(map(fold, forms(name, id_))) if form in self._by_name]

    def find(self, full_name: str) -> Record | None:
        """Return the customer or job with a full name."""
        return self._by_name.get(fold(full_name))

    def jobs_of(self, full_name: str) -> list[Record]:
        """Return the jobs of a customer, and their jobs."""
        head = fold(full_name) + ":"
        return [record for name, record in self._by_name.items() if name.startswith(head)]

    def are_active(self, name: str, there: Sequence[Record]) -> Value:
        """Return whether a customer that QuickBooks has is active; true for one that is new there."""
        if not there:
            return self.unknown or True
        states = [self.is_active(record) for record in there]
        if all(state is states[0] for state in states):
            return states[0]
        return first_unknown(*states) or _TWO

    def is_active(self, record: Record) -> Value:
        """Return whether a customer or job is active, and each customer above it. An inactive customer hides its jobs."""
        states: list[Value] = [record.get("IsActive")]
        name = str(record.get("FullName"))
        while ":" in name:
            name = name.rpartition(":")[0]
            above = self.find(name)
            states.append(True if above is None else above.get("IsActive"))
        if False in states:
            return False
        return first_unknown(*states) or (True if UNSET not in states else without(UNSET, "its status is not in the file"))


class _Customers:
    """ServiceTitan's customers."""

    def __init__(self, customers: Dataset) -> None:
        self._customers = customers
        self._without_id = first_unknown(*customers.column("id"))
        self._by_id = {id_: one for one in customers.rows() if isinstance(id_ := one.get("id"), str)}
        self._by_name: dict[str, set[Value]] = {}
        for one in customers.rows():
            name = one.get("name")
            if isinstance(name, str):
                self._by_name.setdefault(fold(name), set()).add(one.get("id"))

    def merged_into(self, id_: Value) -> Value:
        """Return the customer into which one was merged; unset if it was not merged."""
        if not isinstance(id_, str):
            return without(id_, "the file doesn't have the customer's ID")
        one = self._by_id.get(id_)
        if one is None and self._without_id is not None:
            return without(self._without_id, "some customers have no ID in the file")
        if one is None:
            return not_among(self._customers, "your files have only some of ServiceTitan's customers")
        into = one.get("mergedToId")
        if not isinstance(into, str):
            return into
        if into in (NO_ID, id_):
            return UNSET
        target = self._by_id.get(into)
        name = target.get("name") if target is not None else UNSET
        return name if isinstance(name, str) else f"customer {into}"

    def with_same_name(self, name: str, id_: Value) -> Value:
        """Return whether ServiceTitan has another customer with the same name."""
        if not isinstance(id_, str):
            return without(id_, "the file doesn't have the customer's ID")
        if self._by_name.get(fold(name), set()) - {id_}:
            return True
        if self._customers.scope in (Scope.WHOLE, Scope.ACTIVE):
            return False
        return not_among(self._customers, "your files have only some of ServiceTitan's customers")


class _Moved:
    """The names under which QuickBooks has the invoices that were exported for a customer."""

    def __init__(self, invoices: Dataset, booked: Dataset) -> None:
        self._invoices, self._booked = invoices, booked
        self._exported: dict[str, list[Record]] = {}
        self._nameless: Unknown | None = None
        for one in invoices.rows():
            name = one.get("customer.name")
            if one.get("waits") is False and isinstance(name, str):
                self._exported.setdefault(fold(name), []).append(one)
            elif one.get("waits") is False and isinstance(name, Unknown):
                self._nameless = without(name, f"we can't tell who the customer of {one.key} is")
        self._by_number = booked.by("RefNumber")
        self._numberless = first_unknown(*booked.column("RefNumber"))

    def to(self, name: str, id_: Value) -> Value:
        """Return the name that QuickBooks has instead of this one; unset if it never had one, or has one that is nearly the same."""
        unknown: Value = self._nameless or UNSET
        for one in self._exported.get(fold(name), ()):
            own = one.get("customer.id")
            lacking = first_unknown(own, id_) if own != id_ else None
            if own != id_ and lacking is None:
                continue
            other = self._of(one, folded_forms(name, id_))
            if isinstance(other, str) and lacking is None:
                return UNSET if set(likeness(name)) & set(likeness(other)) else other
            if isinstance(other, str):
                other = without(lacking or UNSET, f"the file doesn't have the customer's ID on {one.key}")
            unknown = other if isinstance(other, Unknown) else unknown
        if self._invoices.scope is not Scope.WHOLE and unknown is UNSET:
            return not_among(self._invoices, "your files have only some of the invoices")
        return unknown

    def _of(self, invoice: Record, names: frozenset[str]) -> Value:
        """Return the other customer under whom QuickBooks has an invoice: number, day and amount must agree."""
        number = invoice.get("referenceNumber")
        if not isinstance(number, str):
            return number
        unknown: Value = self._numberless or UNSET
        for book in self._by_number.get(number, ()):
            customer, same = book.get("CustomerRef.FullName"), _is_same(invoice, book)
            if same is not False and (same is not True or not isinstance(customer, str)):
                unknown = first_unknown(same, customer) or unknown
            elif same is True and not levels(customer) & names:
                return customer
        if unknown is UNSET and self._booked.scope is not Scope.WHOLE:
            return not_among(self._booked, "your files have only some of QuickBooks' invoices")
        return unknown


def _is_same(invoice: Record, book: Record) -> Value:
    day, amount = invoice.get("invoiceDate"), invoice.get("total")
    net, tax = book.get("Subtotal"), book.get("SalesTaxTotal")
    if isinstance(day, date) and isinstance(book.get("TxnDate"), date) and day != book.get("TxnDate"):
        return False
    if isinstance(amount, Decimal) and isinstance(net, Decimal):
        whole = net + (tax if isinstance(tax, Decimal) else Decimal(0))
        if whole != amount and not isinstance(tax, Unknown):
            return False
    return first_unknown(day, amount, book.get("TxnDate"), net, tax) or True


# -- jobs


@derivation(
    _JOB,
    reads=f"""
{INVOICE} waits customer.name customer.id location.id location.name
{CREDIT_MEMO} waits customer.name customer.id location.name
{_BOOKS} FullName IsActive
account.answers customerMapping
""",
)
def jobs(inputs: Inputs) -> Dataset:
    """Conclude one record for each location of a pending invoice or credit memo that becomes a job in QuickBooks, or may become one."""
    found = Conclusions(_JOB)
    sources = [inputs.dataset(kind) for kind in (INVOICE, CREDIT_MEMO)]
    mapping = _mapping(inputs)
    if mapping == _BY_CUSTOMER:
        return found.dataset(*sources, waiting_suffices=True)
    books = _Books(inputs.dataset(_BOOKS))
    places: dict[tuple[str, Value, str, Value], Record] = {}
    ids: dict[tuple[str, str], list[Value]] = {}
    """(customer, location) -> the ID of the location on each invoice."""
    for record, name, id_ in _pending(sources, found):
        location = record.get("location.name")
        if location is UNSET:
            continue
        if isinstance(location, Unknown):
            found.doubt = without(location, f"the location of {record.key} is not in the file")
        else:
            place = record.get("location.id")
            places.setdefault((fold(name), id_, str(location), place), record)
            if record.kind == INVOICE:  # a credit memo has only the location's name
                ids.setdefault((fold(name), fold(str(location))), []).append(place)
    for (name, id_, location, place), record in places.items():
        job, active = _job(books, str(record.get("customer.name")), id_, location, mapping)
        fields: dict[str, Value] = {
            "customer": record.get("customer.name"),
            "location": location,
            "locationId": place,
            "namesJob": mapping if isinstance(mapping, Unknown) else mapping == _BY_LOCATION,
            "inQuickBooks": job,
            "active": active,
            "shared": _differ(ids.get((name, fold(location)), ())),
            "usedBy": record.key,
        }
        found.add(fields, record.where)
    return found.dataset(*sources, waiting_suffices=True)


def _differ(ids: Sequence[Value]) -> Value:
    """Return whether the invoices for one name have several locations."""
    if len({id_ for id_ in ids if isinstance(id_, str)}) > 1:
        return True
    unknown = first_unknown(*ids)
    return (
        without(unknown, "the file doesn't have the IDs of all locations") if unknown is not None and len(ids) > 1 else False
    )


def _mapping(inputs: Inputs) -> Value:
    """Return the customer mapping that a fresh answer states."""
    answers = answers_of(inputs.evidence)
    answer = answers.get(_MAPPING)
    if not isinstance(answer, str):
        return answer if isinstance(answer, Unknown) and answer is not NOT_EXPORTED else unanswered(inputs.dataset(ANSWERS))
    return stale(answers.note(_MAPPING).dated, inputs.at, BY_PATH[_MAPPING].stays_fresh, ANSWER) or answer


def _job(books: _Books, name: str, id_: Value, location: str, mapping: Value) -> tuple[Value, Value]:
    """Return whether QuickBooks has the job, and whether it is active.

    Only under the mapping Service Location Name is the job's name known. Otherwise an inactive job of the customer may be the one.
    """
    there = books.under(name, id_)
    customers = [str(one.get("FullName")) for one in there] or [name]
    if mapping == _BY_LOCATION:
        found = [job for one in customers if (job := books.find(f"{one}:{location}")) is not None]
        if found:
            return True, books.is_active(found[0])
        return books.unknown or False, books.unknown or True
    states = [books.is_active(job) for one in customers for job in books.jobs_of(one)]
    if all(state is True for state in states):
        return books.unknown or False, books.unknown or True
    reason = f"{name} may have an inactive job in QuickBooks, and we can't tell whether this location is that job"
    lacking = first_unknown(mapping, *states)
    unknown = without(lacking, reason) if lacking else Unknown(cause=Reason.INCONCLUSIVE, reason=reason)
    return unknown, unknown
