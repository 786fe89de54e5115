"""The errors of the export, from ServiceTitan's error report and from QuickBooks' answers to add and modify requests.

Answers to queries show nothing about an export. An error for a transaction that has arrived since is out of date.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from exportready.derive.conclusions import Conclusions
from exportready.derive.derivation import Inputs, derivation
from exportready.derive.matching import ARRIVED
from exportready.derive.unknowns import first_unknown, not_whole
from exportready.kinds import fold
from exportready.kinds.message_codes import is_error
from exportready.kinds.messages import FINE, parse_message
from exportready.model.evidence import UNSET, Dataset, Evidence, Location, Record, Scope, Unknown, Value
from exportready.model.reasons import Reason

_REPORT, _STATUS = "servicetitan.export_error", "quickbooks.Status"
_LOG, _ERROR = "derived.export_log", "derived.export_error"


@derivation(_LOG, reads=f"{_REPORT}\n{_STATUS} request")
def log(inputs: Inputs) -> Dataset:
    """Conclude the one record that shows whether there is a list of errors at all."""
    report, sent = inputs.dataset(_REPORT), _answers_to_writes(inputs.evidence)
    is_kept = report.scope is not Scope.MISSING or bool(sent)
    where = next((record.where for record in (*report.rows(), *sent)), Location("export errors"))
    fields: dict[str, Value] = {"kept": True if is_kept else not_whole(report)}
    return Dataset(kind=_LOG, records=(Record(kind=_LOG, key="", fields=fields, where=where),), scope=Scope.WHOLE)


@derivation(
    _ERROR,
    reads=f"""
derived.match number type customer state
{_REPORT} transaction transactionType customer.name code message
{_STATUS} request statusCode statusSeverity statusMessage
""",
)
def errors(inputs: Inputs) -> Dataset:
    """Conclude one record for each error."""
    found = Conclusions(_ERROR)
    report, sent = inputs.dataset(_REPORT), _answers_to_writes(inputs.evidence)
    matches: dict[str, list[Record]] = {}
    for one in inputs.dataset("derived.match").rows():
        matches.setdefault(fold(str(one.get("number"))), []).append(one)
    for row in report.rows():
        code = row.get("code")
        message = _read(row.get("message"), code)
        if message["sort"] != FINE:
            fields: dict[str, Value] = {
                "transaction": row.get("transaction"),
                "message": _stated(row.get("message"), code),
                "customer": row.get("customer.name"),
                "type": row.get("transactionType"),
                "arrivedSince": _has_arrived(row, matches),
            }
            found.add({**fields, **message}, row.where)
    for status in sent:
        code, failed = status.get("statusCode"), _has_failed(status)
        if failed is not False:
            text = failed if isinstance(failed, Unknown) else _stated(status.get("statusMessage"), code)
            fields = {"transaction": UNSET, "message": text, "customer": UNSET, "type": UNSET, "arrivedSince": False}
            found.add({**fields, **_read(text, code, status.get("request"))}, status.where)
    return found.dataset(inputs.dataset(_STATUS) if report.scope is Scope.MISSING and sent else report)


def _has_failed(status: Record) -> bool | Unknown:
    """Return whether QuickBooks rejected a request. The code decides, because programs store answers with another severity, or none.

    A severity that says that it is an error counts too: where both contradict each other, the answer is at least not fine.
    """
    severity, code = status.get("statusSeverity"), status.get("statusCode")
    decided = is_error(code) if isinstance(code, str) else None
    if decided or severity == "Error":
        return True
    is_there = not (isinstance(severity, Unknown) and severity.cause is Reason.NOT_EXPORTED)
    if decided is False and is_there:  # it may be in another language
        return False
    if isinstance(code, Unknown):
        return code
    if isinstance(severity, Unknown):
        return severity
    if code is UNSET or severity is UNSET:
        return Unknown(cause=Reason.EMPTY, reason="the answer doesn't say whether it is an error")
    return False


def _stated(message: Value, code: Value = UNSET) -> Value:
    """Return the message of an error; if it is blank, QuickBooks' code. An error that says neither is unknown, not absent."""
    if message is not UNSET:
        return message
    return f"Error {code}" if isinstance(code, str) else Unknown(cause=Reason.EMPTY, reason="the error has no message")


def _has_arrived(row: Record, matches: Mapping[str, Sequence[Record]]) -> Value:
    """Return whether every transaction with an error's number is in QuickBooks by now.

    Another customer or another type of transaction may have the same number. If the report doesn't show those, the result is unknown.
    """
    number = row.get("transaction")
    named = [one for one in matches.get(fold(number), []) if _is_about(row, one)] if isinstance(number, str) else []
    if not named or any(one.get("state") != ARRIVED for one in named):
        return False
    return first_unknown(row.get("customer.name"), row.get("transactionType")) or True


def _is_about(row: Record, match: Record) -> bool:
    """Return whether type and customer also agree, if the report shows them."""
    type_, customer = row.get("transactionType"), row.get("customer.name")
    if isinstance(type_, str) and fold(str(match.get("type"))) not in fold(type_):
        return False
    return not isinstance(customer, str) or fold(str(match.get("customer"))) == fold(customer)


def _read(message: Value, code: Value = UNSET, request: Value = UNSET) -> dict[str, Value]:
    """Return the fields of a parsed message: code, sort, and the object it is about."""
    if not isinstance(message, str):
        message = ""
    said = parse_message(message, code if isinstance(code, str) else "", request if isinstance(request, str) else "")
    return {
        "code": said.code or UNSET,
        "sort": said.sort,
        "defect": said.defect,
        "cause": said.cause or UNSET,
        "steps": said.steps,
        "namesKind": said.kind or UNSET,
        "names": said.name or UNSET,
        "byId": said.by_id,
    }


def _answers_to_writes(evidence: Evidence) -> list[Record]:
    """Return QuickBooks' answers to requests that add or change records."""
    statuses = evidence.dataset(_STATUS)
    requests = zip(statuses.rows(), statuses.column("request"), strict=True)
    return [status for status, request in requests if isinstance(request, str) and not request.endswith("Query")]
