"""Read parts of a saved result: key issues, blocked transactions, batches, and the tie-out after an export."""

from __future__ import annotations

from datetime import date

from exportready.kinds import KINDS
from exportready.kinds.derived import SIDES
from exportready.model.evidence import UNSET, Location, Record, Unknown, Value
from exportready.model.reasons import Reason
from exportready.model.report import Batch, BlockedTransaction, InferenceStep, KeyIssue, Verdict
from exportready.model.rules import FixSteps, Severity, Type
from exportready.results.values import Json, amount, citation, cleared, text, thing
from exportready.results.write import JSON_SIDES

_NOT_KNOWN = Unknown(cause=Reason.INCONCLUSIVE, reason="it was not known")
_WORK_KIND = "derived.applied_payment"


def key_issue(data: Json) -> KeyIssue:
    """Return a key issue with its fix and what it blocks."""
    fix = data["fix"]
    return KeyIssue(
        id=text(data["id"]),
        rule=data.get("rule", ""),
        code=data.get("code", ""),
        subjects=tuple(map(thing, data["subjects"])),
        message=text(data["message"]),
        fix=FixSteps(who=fix["who"], minutes=fix["minutes"], steps=tuple(fix["steps"])),
        certainty=data["standing"],
        retry=data["retry"],
        gates=data.get("session", False),
        severity=Severity(data.get("severity", "error")),
        alone=cleared(data["clears"]["alone"]),
        shared=cleared(data["clears"]["shared"]),
        facts=tuple(data.get("facts", ())),
        reasons=tuple(map(_inference_step, data.get("reasons", ()))),
    )


def _inference_step(data: Json) -> InferenceStep:
    return InferenceStep(
        rule=data["rule"],
        words=data["because"],
        facts=tuple(data["facts"]),
        certainty=data["standing"],
        source=citation(data["source"]),
    )


def blocked_transaction(data: Json) -> BlockedTransaction:
    """Return a transaction that key issues block."""
    transaction = data["transaction"]
    total = transaction["amount"]
    return BlockedTransaction(
        transaction=thing(transaction),
        batch=transaction["batch"],
        amount=None if total is None else amount(total),
        key_issues=tuple(data["key_issues"]),
        chain=tuple(data["chain"]),
        certainty=data.get("standing", "established"),
    )


def batch(data: Json) -> Batch:
    """Return a batch with its verdict."""
    return Batch(
        number=text(data["number"]),
        name=data["name"],
        verdict=Verdict(data["verdict"]),
        transactions=data["transactions"],
        amount=amount(data["amount"]),
        unreadable=int(data.get("unreadable", 0)),
        blocked=cleared(data["waiting"]),
    )


def tie_out_row(data: Json) -> Record:
    """Return a row of the tie-out: one type of transaction in one batch."""
    fields: dict[str, Value] = {
        "batch": data["batch"] or UNSET,
        "batchName": data["name"] or UNSET,
        "type": text(data["type"]),
        "explained": data["reasons"] or UNSET,
    }
    for side, key in zip(SIDES, JSON_SIDES, strict=True):
        total = data[key]["amount"]
        fields[f"{side}Count"] = amount(data[key]["count"])
        fields[f"{side}Amount"] = _NOT_KNOWN if total is None else amount(total)
        fields[f"{side}Unreadable"] = amount(data[key].get("unreadable", 0))
    fields |= {f"{name}Count": amount(data.get(name, 0)) for name in ("missing", "doubled", "differing")}
    return Record(kind="derived.tie_out", key="", fields=fields, where=Location(""))


def work_row(data: Json) -> Record:
    """Return a row of the work list: a payment to apply by hand."""
    unknown = data.get("not_known", ())
    fields = {
        name: _NOT_KNOWN if name in unknown else _work_value(name, value)
        for name, value in data.items()
        if name != "not_known"
    }
    return Record(kind=_WORK_KIND, key="", fields=fields, where=Location(""))


def _work_value(name: str, value: str | bool | None) -> Value:
    """Return a value of the work list with the type of its field."""
    if value is None:
        return UNSET
    field = KINDS[_WORK_KIND].fields.get(name)
    if isinstance(value, str) and field is not None and field.type is Type.NUMBER:
        return amount(value)
    if isinstance(value, str) and field is not None and field.type is Type.DATE:
        return date.fromisoformat(value)
    return value
