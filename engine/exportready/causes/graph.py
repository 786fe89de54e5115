"""The graph of transactions that can still be exported and the objects each of them uses (kinds/references.py).

Walking the graph finds the transactions that use an object. No rules are checked here.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import msgspec
from msgspec import field

from exportready.kinds import KINDS, fold
from exportready.kinds.nouns import noun
from exportready.kinds.references import CONSUMED, ESTABLISHED, INFERRED, LINKED_KINDS, REFERENCES, Reference
from exportready.kinds.servicetitan import PRICEBOOK
from exportready.kinds.transactions import TRANSACTIONS
from exportready.model.evidence import UNSET, Evidence, Record, Value

Node = tuple[str, str]
"""(sort of object, its folded name); for a transaction (kind, id), or its folded key if it has no id."""

AMOUNTS = {kind: transaction.amount for kind, transaction in TRANSACTIONS.items()}
"""Kind of transaction -> the field with its amount."""
_SORTS = {"servicetitan.business_unit": "business_unit", "derived.tax_zone": "tax_zone", **dict.fromkeys(PRICEBOOK, "item")}
_NAMES = {"servicetitan.business_unit": "name", "derived.tax_zone": "zone", **dict.fromkeys(PRICEBOOK, "code")}
_LISTS = {
    "quickbooks.Item": "item",
    "quickbooks.Customer": "customer",
    "quickbooks.Vendor": "vendor",
    "quickbooks.Account": "account",
}


class Edge(msgspec.Struct, frozen=True):
    """A link from an object or transaction to another one that it uses."""

    target: Node
    words: str
    certainty: str


class Graph(msgspec.Struct, kw_only=True):
    """Transactions and objects, and what each of them uses."""

    edges: dict[Node, dict[Node, Edge]] = field(default_factory=dict)
    names: dict[Node, str] = field(default_factory=dict)
    transactions: dict[Node, Record] = field(default_factory=dict)
    """The transactions that can still be exported."""
    records: dict[Node, Record] = field(default_factory=dict)
    """All transactions."""
    paid: dict[Node, dict[Node, Decimal]] = field(default_factory=dict)
    """Payment -> invoice -> the amount it pays on that invoice."""
    nodes: dict[tuple[str, str], Node] = field(default_factory=dict)
    """(kind, folded key) -> transaction, whether or not it can still be exported."""
    also: dict[Node, Node] = field(default_factory=dict)
    """Other names of an object -> the object: with its Export ID, under a parent, or QuickBooks' id."""
    batches: dict[Node, str] = field(default_factory=dict)
    """Transaction -> the number of its batch, whether or not it can still be exported."""
    reverse: dict[Node, list[tuple[Node, Edge]]] = field(default_factory=dict)

    def node(self, sort: str, name: str) -> Node:
        """Return the object with this name, or with this as one of its other names."""
        node = (sort, fold(name))
        return self.also.get(node, node)

    def job(self, node: Node, name: str = "") -> None:
        """Link a job to its customer: QuickBooks can't create a job without its customer."""
        while node[0] == "customer" and ":" in node[1]:
            parent, name = self.node("customer", node[1].rpartition(":")[0]), name or self.names.get(node, node[1])
            self.names.setdefault(node, name)
            self.names.setdefault(parent, name.rpartition(":")[0])
            _edge(self, node, parent, "is a job of", ESTABLISHED)
            node, name = parent, ""

    def users(self, start: Node) -> dict[Node, tuple[int, Node, Edge]]:
        """Return everything that uses an object, directly or through others.

        Each user comes with the number of inferred steps, the next object on the path, and the edge to it. The path is the one with
        the fewest inferred steps, then the shortest.
        """
        if not self.reverse:
            for user, edges in self.edges.items():
                for edge in edges.values():
                    self.reverse.setdefault(edge.target, []).append((user, edge))
        found: dict[Node, tuple[int, Node, Edge]] = {}
        best: dict[Node, tuple[int, int]] = {start: (0, 0)}
        queue: list[tuple[int, int, Node]] = [(0, 0, start)]
        while queue:
            inferred, steps, node = heapq.heappop(queue)
            if (inferred, steps) > best[node]:
                continue
            for user, edge in self.reverse.get(node, ()):
                cost = (inferred + (edge.certainty == INFERRED), steps + 1)
                if user not in best or cost < best[user]:
                    best[user] = cost
                    found[user] = (cost[0], node, edge)
                    heapq.heappush(queue, (*cost, user))
        return found


def build(evidence: Evidence, may_be_missing: Mapping[Node, bool] | None = None) -> Graph:
    """Return the graph of the pending transactions.

    After an export, `may_be_missing` says which exported transactions may not have arrived.
    """
    graph = Graph()
    account = evidence.dataset("derived.account").first()
    without_orders = account is not None and account.get("purchaseOrdersExported") is False
    for kind in AMOUNTS:
        for record in evidence.dataset(kind).rows():
            node = identity(record)
            graph.nodes[kind, fold(record.key)] = node
            graph.names.setdefault(node, describe(record))
            graph.records[node] = record
            waits = record.get("waits") is not False and not (without_orders and kind == "servicetitan.purchase_order")
            if waits if may_be_missing is None else may_be_missing.get(node, waits):
                graph.transactions[node] = record
    _batched(graph, evidence)
    names = _Names(evidence)
    naming = {kind: _naming(graph, evidence, kind) for kind in dict.fromkeys(reference.kind for reference in REFERENCES)}
    for reference in REFERENCES:
        for record, source in naming[reference.kind]:
            _reference(graph, names, reference, record, source)
    _consumed(graph, evidence)
    _aliases(graph, evidence)
    _booked(graph, evidence)
    _charges(graph, evidence)
    for node in list(graph.names):
        graph.job(node)
    return graph


def _batched(graph: Graph, evidence: Evidence) -> None:
    """Record the batch of each transaction. A purchase order has only its batch's id; other transactions have the number."""
    numbers = evidence.dataset("derived.batch").lookup("id", "number")
    for node, record in graph.records.items():
        is_order = record.kind == "servicetitan.purchase_order"
        number = numbers.get(record.get("batchId")) if is_order else record.get("batch.number")
        if isinstance(number, str):
            graph.batches[node] = number


def identity(record: Record, prefix: str = "", kind: str = "") -> Node:
    """Return a transaction's node, by id or else by key. With a prefix, return that of the transaction a line belongs to."""
    kind, id_ = kind or record.kind, record.get(prefix + "id")
    if isinstance(id_, str):
        return kind, id_
    key = " / ".join(str(value) for name in KINDS[kind].key if isinstance(value := record.get(prefix + name), str))
    return kind, fold(key if prefix else record.key)


def describe(record: Record) -> str:
    """Return a transaction in words: "invoice 1234"."""
    number = record.get(TRANSACTIONS[record.kind].number)
    return f"{noun(record.kind)} {number if isinstance(number, str) else record.key}"


class _Names:
    """The names by id, for each kind."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self._known: dict[str, dict[Value, str]] = {}
        items = evidence.dataset("quickbooks.Item")
        names = (*items.column("Name"), *items.column("FullName"))
        self.items_there = frozenset(fold(name) for name in names if isinstance(name, str))

    def of(self, kinds: Iterable[str], id_: Value) -> str | None:
        for kind in kinds:
            if kind not in self._known:
                names = self.evidence.dataset(kind).lookup("id", _NAMES.get(kind, "name"))
                self._known[kind] = {one: text for one, text in names.items() if isinstance(text, str)}
            if id_ in self._known[kind]:
                return self._known[kind][id_]
        return None


def _naming(graph: Graph, evidence: Evidence, kind: str) -> list[tuple[Record, Node]]:
    """Return (record, object or transaction it belongs to) pairs for records that can still be exported."""
    found = []
    array = KINDS[kind].array_of
    for record in evidence.dataset(kind).rows():
        if kind in _SORTS:
            name = record.get(_NAMES[kind])
            if isinstance(name, str):
                found.append((record, (_SORTS[kind], fold(name))))
        else:
            node = identity(record, "parent.", array[0]) if array else identity(record)
            if node in graph.transactions and record.get("active") is not False:
                found.append((record, node))
    return found


def _reference(graph: Graph, names: _Names, reference: Reference, record: Record, source: Node) -> None:
    value = record.get(reference.field)
    if reference.field == "appliedTo" and not isinstance(value, str):  # a file without ids
        key = f"{record.get('parent.customer.name')} / {record.get('appliedToReferenceNumber')}"
        value = graph.nodes.get(("servicetitan.invoice", fold(key)), ("", UNSET))[1]
    if not isinstance(value, str) or _has_accounts_already(names, reference, record):
        return
    if reference.kind in _SORTS:
        graph.names.setdefault(source, " ".join(str(record.get(_NAMES[reference.kind])).split()))
    if reference.target in AMOUNTS:
        target: Node = (reference.target, value)
        if target in graph.names:
            _edge(graph, source, target, reference.words, reference.certainty)
            if source in graph.transactions and reference.kind == "servicetitan.payment_application":
                # If the file doesn't show the applied amount, it may be all of it: an invoice and its payment are counted once.
                amount, whole = record.get("appliedAmount"), graph.transactions[source].get("total")
                known = amount if isinstance(amount, Decimal) else whole if isinstance(whole, Decimal) else Decimal(0)
                paid = graph.paid.setdefault(source, {})
                paid[target] = paid.get(target, Decimal(0)) + known
        return
    name = names.of(reference.by_id, value) if reference.by_id else value
    if name is not None:
        target = (reference.target, fold(name))
        graph.names.setdefault(target, " ".join(name.split()))
        _edge(graph, source, target, reference.words, reference.certainty)


def _has_accounts_already(names: _Names, reference: Reference, record: Record) -> bool:
    """Return whether an account is not exported because QuickBooks already has the item that uses it."""
    if reference.target != "account":
        return False
    array = KINDS[reference.kind].array_of
    item = record.get(_NAMES[reference.kind]) if reference.kind in _SORTS else record.get("skuName") if array else None
    return isinstance(item, str) and fold(item) in names.items_there


def _edge(graph: Graph, source: Node, target: Node, words: str, certainty: str) -> None:
    if source != target:
        graph.edges.setdefault(source, {}).setdefault(target, Edge(target, words, certainty))


def _consumed(graph: Graph, evidence: Evidence) -> None:
    """Link an invoice to the pending bill that brings in the inventory it uses up (inferred)."""
    bringing: dict[Value, list[Node]] = {}
    for line in evidence.dataset("servicetitan.bill_item").rows():
        bill = identity(line, "parent.", "servicetitan.bill")
        if bill in graph.transactions and isinstance(line.get("skuId"), str) and line.get("skuId") != "0":
            bringing.setdefault(line.get("skuId"), []).append(bill)
    for line in evidence.dataset("servicetitan.invoice_item").rows() if bringing else ():
        invoice = identity(line, "parent.", "servicetitan.invoice")
        if line.get("inventory") is True and invoice in graph.transactions:
            for bill in bringing.get(line.get("skuId"), ()):
                _edge(graph, invoice, bill, CONSUMED.words, CONSUMED.certainty)


def _charges(graph: Graph, evidence: Evidence) -> None:
    """Link purchase orders to the items as which their tax and shipping are exported."""
    for charge in evidence.dataset("derived.purchase_charge").rows():
        item, name = charge.get("item"), str(charge.get("charge"))
        for order in evidence.dataset("servicetitan.purchase_order").rows() if isinstance(item, str) else ():
            if identity(order) in graph.transactions and order.get(name) not in (Decimal(0), UNSET):
                node = ("item", fold(str(item)))
                graph.names.setdefault(node, str(item))
                _edge(graph, identity(order), node, f"exports its {name} as", ESTABLISHED)


def _aliases(graph: Graph, evidence: Evidence) -> None:
    """Record the other names of objects.

    An exported customer has its ServiceTitan id after its name, an item may be a subitem, and an error may show only QuickBooks' id.
    """
    known = set(graph.names)
    for record in graph.transactions.values():
        name, id_ = record.get("customer.name"), record.get("customer.id")
        if isinstance(name, str) and isinstance(id_, str):
            graph.also.setdefault(("customer", fold(f"{name} {id_}")), ("customer", fold(name)))
    for kind, sort in _LISTS.items():
        for record in evidence.dataset(kind).rows():
            name = record.get("Name" if kind == "quickbooks.Vendor" else "FullName")
            name = name if isinstance(name, str) else record.get("Name")
            if not isinstance(name, str):
                continue
            node = graph.also.get((sort, fold(name)), (sort, fold(name)))
            short = (sort, fold(name.rpartition(":")[2]))
            if sort == "item" and node not in known and short in known:
                node = graph.also[node] = short
            id_ = record.get("ListID")
            if isinstance(id_, str):
                graph.also[sort, fold(id_)] = node
                graph.also.setdefault(("", fold(id_)), node)


def _booked(graph: Graph, evidence: Evidence) -> None:
    """Name QuickBooks' transactions of which errors show only the id."""
    errors = evidence.dataset("derived.export_error").rows()
    ids = {id_ for one in errors if one.get("byId") is True and isinstance(id_ := one.get("names"), str)}
    for kind in LINKED_KINDS.values() if ids else ():
        for id_, number in evidence.dataset(kind).lookup("TxnID", "RefNumber").items():
            if id_ in ids and isinstance(number, str):
                graph.names["transaction", fold(str(id_))] = f"{noun(kind)} {number}"


def total(graph: Graph, chosen: Sequence[Node], among: Iterable[Node] | None = None) -> Decimal:
    """Return the total amount of transactions.

    An invoice and its payment are counted once, and so are a bill and its purchase order. A payment adds only what it pays on invoices
    that are not `among` the transactions.
    """
    whole = set(chosen if among is None else among)
    return sum((_own(graph, node, whole) for node in chosen), Decimal(0))


def unreadable(graph: Graph, chosen: Iterable[Node]) -> int:
    """Return the number of transactions whose amount isn't known, so that it isn't in `total`."""
    return sum(not isinstance(graph.records[node].get(AMOUNTS[node[0]]), Decimal) for node in chosen)


def _own(graph: Graph, node: Node, among: set[Node]) -> Decimal:
    amount = graph.records[node].get(AMOUNTS[node[0]])
    if not isinstance(amount, Decimal):
        return Decimal(0)
    if node[0] == "servicetitan.credit_memo":
        return -abs(amount)
    if node[0] == "servicetitan.bill" and any(
        target[0] == "servicetitan.purchase_order" and target in among for target in graph.edges.get(node, {})
    ):
        return Decimal(0)
    paid = sum((part for invoice, part in graph.paid.get(node, {}).items() if invoice in among), Decimal(0))
    return max(amount - paid, Decimal(0)) if paid else amount
