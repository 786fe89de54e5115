"""What went wrong in the export, from ServiceTitan's error report and from QuickBooks' own answers to what was sent.

Answers to queries say nothing of an export. An error on a transaction that is in QuickBooks by now is stale.
"""

from __future__ import annotations

from exportready.derive.conclusions import Conclusions, remedy_of, why_of
from exportready.kinds import fold
from exportready.kinds.messages import FINE, OTHER, read
from exportready.model.evidence import UNSET, Dataset, Evidence, Location, Record, Scope, Unknown, Value
from exportready.model.reasons import Reason

_REPORT, _STATUS = "servicetitan.export_error", "quickbooks.Status"


_TOLD = ("customer.name", "transactionType")
"""What must be known beside the number, for an error to be stale."""


def log(evidence: Evidence) -> Dataset:
    """The one record that says whether there is a list of errors at all, and how many stand in it."""
    report, sent = evidence.dataset(_REPORT), _sent(evidence)
    known = report.scope is not Scope.MISSING or bool(sent)
    why = Unknown(Reason.INCONCLUSIVE, why_of(report), remedy_of(report))
    where = next((record.where for record in (*report.records, *sent)), Location("export errors"))
    fields: dict[str, Value] = {"kept": True if known else why}
    return Dataset(
        kind="derived.export_log",
        records=(Record(kind="derived.export_log", key="", fields=fields, where=where),),
        scope=Scope.WHOLE,
    )


def errors(evidence: Evidence) -> Dataset:
    """One record per error."""
    found = Conclusions(kind="derived.export_error")
    report = evidence.dataset(_REPORT)
    matches: dict[str, list[Record]] = {}
    for one in evidence.dataset("derived.match").records:
        matches.setdefault(fold(str(one.get("number"))), []).append(one)
    for row in report.records:
        number = row.get("transaction")
        named = [one for one in matches.get(fold(number), []) if _is_of(row, one)] if isinstance(number, str) else []
        is_there: Value = bool(named) and all(one.get("state") == "arrived" for one in named)
        told = next((value for name in _TOLD if isinstance(value := row.get(name), Unknown)), None)
        if is_there is True and told is not None:  # a number alone may be another customer's, or of another type
            is_there = told
        fields: dict[str, Value] = {name: row.get(name) for name in ("transaction", "message")}
        fields |= {"customer": row.get("customer.name"), "type": row.get("transactionType"), "arrivedSince": is_there}
        said = _said(row.get("message"))
        if said["sort"] != FINE:
            found.add({**fields, **said}, row.where)
    for status in _sent(evidence):
        severity = status.get("statusSeverity")
        if severity == "Error" or isinstance(severity, Unknown):
            message = severity if isinstance(severity, Unknown) else status.get("statusMessage")
            fields = {"transaction": UNSET, "message": message, "customer": UNSET, "type": UNSET, "arrivedSince": False}
            found.add({**fields, **_said(message, status.get("statusCode"), status.get("request"))}, status.where)
    if report.scope is Scope.MISSING and _sent(evidence):
        return Dataset(kind=found.kind, records=tuple(found.records), scope=Scope.WHOLE)
    return found.dataset(report)


def _said(message: Value, code: Value = UNSET, request: Value = UNSET) -> dict[str, Value]:
    """What the message says, and what it names."""
    if not isinstance(message, str):
        return {"code": code, "sort": OTHER, "namesKind": UNSET, "names": UNSET}
    said = read(message, code if isinstance(code, str) else "", request if isinstance(request, str) else "")
    return {"code": said.code or UNSET, "sort": said.sort, "namesKind": said.kind or UNSET, "names": said.name or UNSET}


def _is_of(row: Record, match: Record) -> bool:
    """Type and customer agree too, where the report shows them: a number alone says little."""
    type_, customer = row.get("transactionType"), row.get("customer.name")
    if isinstance(type_, str) and fold(str(match.get("type"))) not in fold(type_):
        return False
    return not isinstance(customer, str) or fold(str(match.get("customer"))) == fold(customer)


def _sent(evidence: Evidence) -> list[Record]:
    """QuickBooks' answers to what was sent to be written."""
    statuses = evidence.dataset(_STATUS).records
    return [one for one in statuses if isinstance(name := one.get("request"), str) and not name.endswith("Query")]
