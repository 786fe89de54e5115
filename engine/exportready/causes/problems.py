"""Problems: findings and export errors about the same defect of the same object, and the facts about them for the inference rules.

An error is a problem of the object it mentions: it is one problem, however many transactions QuickBooks rejected because of it. An error
that mentions no object is a problem of its own transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from msgspec import field

from exportready.causes.graph import AMOUNTS, Graph, Node, identity
from exportready.causes.suspects import INVALID_ID, NOT_FOUND, Suspect, Suspects
from exportready.kinds import KINDS, fold
from exportready.kinds.messages import MISSING, OWN, SESSION, SKIPPED
from exportready.kinds.nouns import noun
from exportready.kinds.transactions import KINDS_BY_TYPE, TRANSACTIONS
from exportready.model.evidence import Evidence, Record, Value
from exportready.model.inference import Fact, InferenceRule, OneOf, fact
from exportready.model.report import Finding, RuleResult

_SUBJECTS = {
    "servicetitan.material": "item", "servicetitan.equipment": "item", "servicetitan.service": "item", "derived.item_use": "item",
    "derived.customer_state": "customer", "derived.waiting_customer": "customer", "derived.waiting_vendor": "vendor",
    "derived.tax_zone": "tax_zone", "servicetitan.business_unit": "business_unit",
    "derived.account_use": "account", "quickbooks.Item": "item",
}  # fmt: skip
"""Kind of subject -> sort of object: a blocking finding about it blocks everything that uses the object."""


class Problem(msgspec.Struct, kw_only=True):
    """One defect of one object."""

    id: str
    object: Node
    name: str
    """The object's name as people know it."""
    what: str
    """The id of the failed rule, or the code or text of an error."""
    sort: str
    """FINDING, the sort of its message (kinds/messages.py), or that of a suspect (suspects.py)."""
    state: str = ""
    findings: list[tuple[RuleResult, Finding]] = field(default_factory=list)
    errors: list[Record] = field(default_factory=list)
    suspect: Suspect | None = None
    """What may be behind messages that name nothing."""
    by_id: bool = False
    """The errors name the object only by QuickBooks' internal id, and no list has it."""
    failed: list[Node] = field(default_factory=list)
    """The objects that couldn't be created or changed because of a cause that isn't their own, such as a lock."""
    blocked: list[Node] = field(default_factory=list)
    """The objects and transactions that can't be exported because of it."""
    stopped: list[Node] = field(default_factory=list)
    """The transactions for which the export reported it."""
    said: dict[Node, str] = field(default_factory=dict)
    """Blocked object or transaction -> the message of the finding about it."""
    blocks: bool = False
    after: str = ""
    """For a skipped request: the problem before it in the same answer."""

    @property
    def code(self) -> str:
        """Return QuickBooks' status code; empty if no error shows one."""
        return next((code for error in self.errors if isinstance(code := error.get("code"), str)), "")

    @property
    def steps(self) -> str:
        """Return which steps fix it; empty if no error says so."""
        if self.suspect is not None:
            return self.suspect.sort
        return next((steps for error in self.errors if isinstance(steps := error.get("steps"), str)), "")


FINDING = "finding"


def message_of(error: Record) -> str:
    """Return the message of an error, on one line."""
    message = error.get("message")
    return " ".join(message.split()) if isinstance(message, str) and message.strip() else "an error without a message"


def number_of(problem: str) -> int:
    """Return the number in a problem's id, by which problems are sorted."""
    return int(problem[1:])


def find(results: Iterable[RuleResult], evidence: Evidence, graph: Graph, with_errors: bool) -> list[Problem]:
    """Return every problem, export errors first.

    Errors for transactions that have arrived since are left out. `with_errors` is false before an export: those are of the last one.
    """
    finder = _Finder(graph, _Subjects(evidence, graph))
    for error in evidence.dataset("derived.export_error").rows() if with_errors else ():
        if error.get("arrivedSince") is not True:
            finder.error(error)
    finder.suspect()
    for result in results:
        for finding in result.findings:
            if finding.subject.kind != "derived.export_error":  # which is the error itself
                finder.finding(result, finding)
    return list(finder.found.values())


class _Finder:
    """Groups findings and errors into problems."""

    def __init__(self, graph: Graph, subjects: _Subjects) -> None:
        self.graph, self.subjects = graph, subjects
        self.suspects = Suspects(subjects.evidence, graph)
        self.found: dict[tuple[str, Node, str], Problem] = {}
        self.last: dict[str, str] = {}
        """File -> the id of its last problem that was not a skipped request."""

    def _problem(self, defect: str, what: str, node: Node, name: str, sort: str, state: str = "") -> Problem:
        key = (defect, node, state)
        if key not in self.found:
            self.found[key] = Problem(id=f"p{len(self.found)}", object=node, name=name, what=what, sort=sort, state=state)
        return self.found[key]

    def finding(self, result: RuleResult, finding: Finding) -> None:
        at_fault, transactions = finding.at_fault, self.subjects.transactions(finding)
        is_own = at_fault.kind == "transaction" and bool(transactions)
        nodes = transactions if is_own else [self.graph.node(at_fault.kind, at_fault.key)]
        state = MISSING if self.subjects.is_left_behind(finding) else ""
        defect = f"{result.rule.id} {finding.check or ''}"
        one = self._problem(defect, result.rule.id, nodes[0], at_fault.key, FINDING, state)
        one.findings.append((result, finding))
        if finding.blocks and not finding.is_group:
            one.blocks = True
            sort = _SUBJECTS.get(finding.subject.kind)
            blocked = transactions or ([self.graph.node(sort, finding.subject.key)] if sort else nodes)
            one.blocked += blocked
            one.said.update(dict.fromkeys(blocked, finding.message))

    def error(self, error: Record) -> None:
        sort, message = str(error.get("sort")), message_of(error)
        transactions = self.subjects.transactions_of(error)
        one = self._of_error(error, sort, message, transactions)
        if sort != SKIPPED:
            self.last[error.where.path] = one.id
        one.errors.append(error)
        one.blocks = sort != SESSION
        one.stopped += transactions
        one.blocked += ([one.object] if sort in (MISSING, OWN) else []) + transactions

    def suspect(self) -> None:
        """Add what may be behind errors: inactive entries, and items that were switched."""
        found: dict[tuple[str, Node], Suspect] = {}
        for one in self.found.values():
            if one.what in (NOT_FOUND, INVALID_ID):
                found.update({(each.sort, each.node): each for each in self.suspects.of(one.what, one.stopped)})
            elif one.sort == MISSING and (each := self.suspects.inactive(one.object)) is not None:
                found[each.sort, each.node] = each
        for (sort, node), each in found.items():
            problem = self._problem(sort, sort, node, self.graph.names.get(node, node[1]), sort)
            problem.suspect, problem.blocks = each, True
            problem.blocked.append(node)

    def _of_error(self, error: Record, sort: str, message: str, transactions: Sequence[Node]) -> Problem:
        name, kind, code, cause = error.get("names"), error.get("namesKind"), error.get("code"), error.get("cause")
        node = self.subjects.resolve(kind if isinstance(kind, str) else "", name) if isinstance(name, str) else None
        if isinstance(cause, str):
            if cause in (NOT_FOUND, INVALID_ID) and len(transactions) == 1 and self.suspects.of(cause, transactions):
                return self._problem(cause, cause, transactions[0], "", sort)
            one = self._problem(cause, cause, ("cause", cause), "", sort)
            one.failed += [node] if node is not None else []
            return one
        if sort in (MISSING, OWN) and node is not None:
            by_id = error.get("byId") is True and node not in self.graph.names
            if not by_id:
                self.graph.job(node, str(name))
            defect = MISSING if sort == MISSING else str(code)
            one = self._problem(defect, defect, node, "" if by_id else self.graph.names.get(node, str(name)), sort)
            one.by_id = by_id
            return one
        if sort == SKIPPED:  # grouped by the last request tried before it in the same answer
            before = self.last.get(error.where.path, "")
            said = code if isinstance(code, str) else sort
            one = self._problem(f"{said} {before}", said, ("cause", f"skipped {error.where.path} {before}"), "", sort)
            one.after = before
            return one
        return self._problem(fold(message), fold(message), ("message", fold(message)), message, sort)


_LEFT_BEHIND = {"derived.batched": ("status", ("Pending", "Posted")), "derived.match": ("state", ("missing",))}
"""Kind -> the field and values that show a transaction is not in QuickBooks although others in its batch are."""


_TYPED = ("derived.pending_copy", "derived.pending_date")
"""Kinds of record about one transaction, of which they have the type and the ID."""


class _Subjects:
    """Finds the record or the transactions that a finding or an error is about."""

    def __init__(self, evidence: Evidence, graph: Graph) -> None:
        self.evidence, self.graph = evidence, graph
        self._records: dict[str, dict[str, list[Record]]] = {}
        self._lines: dict[str, dict[str, Node]] = {}
        self._numbers: dict[str, list[Record]] | None = None
        self._kinds: dict[str, str] | None = None

    def is_left_behind(self, finding: Finding) -> bool:
        """Return whether a transaction didn't arrive, or wasn't sent with the rest of its batch."""
        field, values = _LEFT_BEHIND.get(finding.subject.kind, ("", ()))
        record = self.record(finding) if values else None
        return record is not None and record.get(field) in values

    def record(self, finding: Finding) -> Record | None:
        """Return the record that a finding is about; None if it is about a group.

        Transactions of different types may have the same key, so the file and line decide between them.
        """
        kind, places = finding.subject.kind, {place.location for place in finding.where}
        if finding.is_group:
            return None
        if kind not in self._records:
            by_key = self._records[kind] = {}
            for record in self.evidence.dataset(kind).rows():
                by_key.setdefault(fold(record.key), []).append(record)
        found = self._records[kind].get(fold(finding.subject.key), [])
        return next((one for one in found if one.where in places), None) or next(iter(found), None)

    def transactions(self, finding: Finding) -> list[Node]:
        """Return the transaction that a finding's subject is or belongs to; none if it is something else."""
        kind, key = finding.subject.kind, fold(finding.subject.key)
        if kind in AMOUNTS:
            return self._known((kind, key))
        if kind in _TYPED and (one := self.record(finding)) is not None:
            return self._of_type(str(one.get("type")), one.get("id"), key)
        if kind == "derived.invoice_sum" and (one := self.record(finding)) is not None:
            return self._of_type("invoice", one.get("id"), key)
        if kind == "derived.payment_fit" and (one := self.record(finding)) is not None:
            named = f"{one.get('customer')} / {one.get('payment')}"
            return self._of_type("payment", one.get("paymentId"), fold(named))
        if kind == "derived.pending_job" and (one := self.record(finding)) is not None:
            place = [one.get(name) for name in ("customer", "location")]
            return [node for node, record in self.graph.transactions.items() if _place(record) == place]
        if kind in ("derived.match", "derived.batched"):
            sent = self.record(finding)
            return self._known((KINDS_BY_TYPE[str(sent.get("type"))], key)) if sent else []
        if kind == "derived.applied_payment":
            applied = self.record(finding)
            payment = f"{applied.get('customer')} / {applied.get('payment')}" if applied else ""
            return self._known(("servicetitan.payment", fold(payment)))
        array = KINDS[kind].array_of if kind in KINDS else None
        if array is None or array[0] not in AMOUNTS:
            return []
        if kind not in self._lines:
            records = self.evidence.dataset(kind).rows()
            self._lines[kind] = {fold(line.key): identity(line, "parent.", array[0]) for line in records}
        node = self._lines[kind].get(key)
        return [node] if node is not None else []

    def _of_type(self, type_: str, id_: Value, key: str) -> list[Node]:
        """Return the transaction of a type with this ID, or with this key if the file has no IDs."""
        kind = KINDS_BY_TYPE[type_]
        return [(kind, id_)] if isinstance(id_, str) and (kind, id_) in self.graph.records else self._known((kind, key))

    def _known(self, name: tuple[str, str]) -> list[Node]:
        node = self.graph.nodes.get(name)
        return [node] if node is not None else []

    def transactions_of(self, error: Record) -> list[Node]:
        """Return the transactions with an error's number, and with its type and customer if it shows them."""
        number, customer, type_ = error.get("transaction"), error.get("customer"), error.get("type")
        if not isinstance(number, str):
            return []
        if self._numbers is None:
            self._numbers = {}
            for kind in AMOUNTS:
                for record in self.evidence.dataset(kind).rows():
                    own = record.get(TRANSACTIONS[kind].number)
                    if isinstance(own, str):
                        self._numbers.setdefault(_plain(own), []).append(record)
        found = self._numbers.get(_plain(number), [])
        if isinstance(type_, str):
            found = [one for one in found if noun(one.kind) in fold(type_)]
        if isinstance(customer, str):
            whose = self.graph.node("customer", customer)
            found = [one for one in found if fold(customer) == fold(_party(one)) or whose[1] == fold(_party(one))]
        if len(found) > 1 and isinstance(
            name := error.get("names"), str
        ):  # of several with the same number, those that use the object
            node = self.resolve(str(error.get("namesKind")), name)
            found = [one for one in found if node in self.graph.edges.get(identity(one), {})] or found
        nodes = list(dict.fromkeys(identity(one) for one in found))
        return nodes if len({node[1] for node in nodes}) <= 1 or len({fold(_party(one)) for one in found}) <= 1 else []

    def resolve(self, kind: str, name: str) -> Node:
        """Return the object of this kind and name. An item may be a subitem of another one.

        If the message doesn't say which kind, the kind comes from another error with that name, or else from the files.
        """
        if kind:
            node, short = self.graph.node(kind, name), self.graph.node(kind, name.rpartition(":")[2])
            return short if kind == "item" and node not in self.graph.names and short in self.graph.names else node
        node = self.graph.node("", name)
        if node != ("", fold(name)):
            return node
        if self._kinds is None:
            errors = self.evidence.dataset("derived.export_error").rows()
            self._kinds = {
                fold(str(one.get("names"))): str(of) for one in errors if isinstance(of := one.get("namesKind"), str)
            }
        if fold(name) in self._kinds:
            return self.graph.node(self._kinds[fold(name)], name)
        known = (self.graph.node(sort, name) for sort in ("customer", "vendor", "item", "account", "class", "tax_item"))
        return next((one for one in known if one in self.graph.names), ("transaction", fold(name)))


def _plain(number: str) -> str:
    """Fold a number for comparing: without #, and without the .0 that a spreadsheet adds (#58244, 58244.0)."""
    return fold(number).removeprefix("#").strip().removesuffix(".0")


def _place(record: Record) -> list[Value]:
    """Return the customer and the location of an invoice or credit memo."""
    return [record.get("customer.name"), record.get("location.name")]


def _party(record: Record) -> str:
    name = record.get(TRANSACTIONS[record.kind].party)
    return name if isinstance(name, str) else ""


# -- facts


def facts(problems: Sequence[Problem], graph: Graph, rules: Sequence[InferenceRule]) -> list[Fact]:
    """Return the facts for the inference rules.

    A problem that is not linked to another, and that no rule mentions, is left out: no rule can conclude anything from it.
    """
    objects: dict[Node, int] = {}
    for one in problems:
        objects[one.object] = objects.get(one.object, 0) + 1
    stopped = {node for one in problems for node in one.stopped}
    failed = {node for one in problems for node in one.failed}
    links = [
        (source, target)
        for source in sorted({*objects, *stopped})
        for target in graph.edges.get(source, {})
        if target in objects or target in stopped
    ]
    touched = {node for link in links for node in link}
    named, before = _named(rules), {one.after for one in problems}
    chosen = [
        one
        for one in problems
        if objects[one.object] > 1
        or one.object in touched
        or one.object in stopped
        or one.sort in named
        or one.id in before
        or one.what in named
        or not touched.isdisjoint(one.stopped)
        or any(node in objects for node in (*one.stopped, *one.failed))
        or one.object in failed
    ]
    found: list[Fact] = []
    for one in chosen:
        kind, name = one.object
        fields = {
            "id": one.id,
            "object": kind,
            "key": name,
            "what": one.what,
            "sort": one.sort,
            "blocks": "yes" if one.blocks else "no",
        }
        found.append(fact("problem", fields | ({"state": one.state} if one.state else {})))
        if one.after:
            found.append(fact("follows", {"problem": one.id, "after": one.after}))
        for kind, key in dict.fromkeys((*one.stopped, *one.failed)):
            if (kind, key) in objects or (kind, key) in touched:
                found.append(fact("stopped", {"problem": one.id, "object": kind, "key": key}))
    for source, target in links:
        found.append(fact("reference", {"from": source[0], "from_key": source[1], "to": target[0], "to_key": target[1]}))
    return found


def _named(rules: Sequence[InferenceRule]) -> set[str]:
    """Return the sorts and rule ids mentioned by inference rules that look at a single problem."""
    alone = (rule.when[0][1] for rule in rules if len(rule.when) == 1)
    tests = (test for pattern in alone for name, test in pattern.tests if name in ("sort", "what"))
    return {SKIPPED, *(value for test in tests if isinstance(test, OneOf) for value in test.values)}
