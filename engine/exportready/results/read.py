"""A report from its stored result: the inverse of `json_result`, for everything that a reporter shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from msgspec.structs import replace

from exportready.kinds import KINDS, way
from exportready.kinds.derived import SIDES
from exportready.model.changes import FINDING_KEYS, Changes, Drift, PastFinding
from exportready.model.evidence import UNSET, Account, Location, Record, Source, Unknown, Unrecognized, Value
from exportready.model.reasons import Channel, Reason
from exportready.model.report import (
    Batch,
    BlockedTransaction,
    Clause,
    Cleared,
    Expiry,
    Finding,
    Gap,
    InferenceStep,
    KeyIssue,
    Notes,
    Outcome,
    Place,
    Report,
    RuleResult,
    Snippet,
    Thing,
    Verdict,
    Waiver,
)
from exportready.model.rules import All, Check, Citation, FixSteps, Pack, Phase, Rule, Severity, Type
from exportready.results.write import FORMAT, JSON_SIDES

Json = Mapping[str, Any]
_NOT_KNOWN = Unknown(Reason.INCONCLUSIVE, "it was not known")


class NotStored(Exception):
    """What was given is no result of this program; the text says what is wrong with it."""


def report(stated: object) -> Report:
    """The report that a stored result was made of. Raises NotStored."""
    if not isinstance(stated, Mapping) or stated.get("format") != FORMAT:
        raise NotStored(f"it is no result of exportready ({FORMAT}); write one with -o json:RESULT.json")
    try:
        return _report(stated)
    except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation) as error:
        raise NotStored(f"it is damaged ({type(error).__name__}: {error}); write it anew with -o json:RESULT.json") from error


def _report(one: Json) -> Report:
    results = tuple(map(_result, one["rules"]))
    account, book, baseline = one["account"], one["rulebook"], one.get("baseline", {})
    return Report(
        version=_text(one["tool"]["version"]),
        digest=_text(book["digest"]),
        rules=int(book["rules"]),
        own_rules=book.get("own", False),
        left_out=tuple(book.get("left_out", ())),
        account=Account(
            name=None if account["name"] is None else _text(account["name"]),
            phase=account["phase"],
            time_zone=account["time_zone"],
            taken_at=_time(account["taken_at"]),
        ),
        phase=Phase(account["phase"]).value,
        checked_at=datetime.fromisoformat(one["checked_at"]),
        sources=tuple(map(_source, one["sources"])),
        unrecognised=tuple(Unrecognized(_text(each["path"]), _text(each["help"])) for each in one["unrecognised"]),
        results=results,
        notes=_notes(one["rules"], results),
        verdict=Verdict(one["verdict"]),
        tie_out=tuple(map(_tie_out, one.get("tie_out", ()))),
        work_list=tuple(map(_work, one.get("work_list", ()))),
        key_issues=tuple(map(_key_issue, one["key_issues"])),
        blocked_transactions=tuple(map(_blocked_transaction, one["waiting"])),
        blocked=_cleared(one["waits"]) if "waits" in one else Cleared(),
        batches=tuple(map(_batch, one["batches"])),
        stale=tuple(one.get("stale_errors", ())),
        baseline=baseline.get("name", ""),
        baseline_undecided=frozenset(baseline.get("untold", ())),
        stale_baseline=tuple(baseline.get("stale", ())),
        packs=tuple(
            Pack(name=each["name"], version=each["version"], digest=each["digest"], rules=each["rules"])
            for each in book.get("packs", ())
        ),
        settings=tuple((_text(name), _text(value)) for name, value in one.get("settings", {}).items()),
        company_file=account.get("company_file", ""),
        expiring=tuple(
            Expiry(what=each["what"], name=each["name"], of=each["of"], until=datetime.fromisoformat(each["until"]))
            for each in one.get("lapses", ())
        ),
        changes=_changes(one) if "changes" in one else None,
        base=one.get("snapshot", ""),
        waiver_remarks=tuple(one.get("waivers", ())),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _amount(stated: object) -> Decimal:
    """A number that an account can hold."""
    value = Decimal(str(stated))
    if not value.is_finite() or abs(value.adjusted()) > _DIGITS:
        raise ValueError(f"{stated!r} is no amount")
    return value


_DIGITS = 30


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _source(one: Json) -> Source:
    message = one.get("error_message")  # an older result has it only with its line in front
    return Source(
        path=_text(one["path"]),
        sha256=one["sha256"],
        reader=one["reader"],
        dated=_time(one["dated"]),
        records=dict(one["records"]),
        complete=one["complete"],
        error=message or one["error"],
        error_line=one.get("error_line") if message else None,
        notes=tuple(one["notes"]),
    )


def _citation(one: Json) -> Citation:
    return Citation(
        document=one["document"], section=one["section"], updated=date.fromisoformat(one["updated"]), note=one.get("note", "")
    )


def _cleared(one: Json) -> Cleared:
    return Cleared(int(one.get("findings", 0)), int(one["transactions"]), _amount(one["amount"]))


def _batch(one: Json) -> Batch:
    return Batch(
        number=_text(one["number"]),
        name=one["name"],
        verdict=Verdict(one["verdict"]),
        transactions=one["transactions"],
        amount=_amount(one["amount"]),
        blocked=_cleared(one["waiting"]),
    )


def _changes(one: Json) -> Changes:
    told = one["changes"]
    parts = {part: tuple(PastFinding(**each) for each in told[key]) for part, key in FINDING_KEYS.items()}
    drift = tuple(Drift(each["setting"], each["old"], each["new"]) for each in told["drift"])
    return Changes(
        old_checked_at=told["since"],
        old_verdict=told["verdict"],
        new_checked_at=one["checked_at"],
        new_verdict=one["verdict"],
        account=one["account"]["name"],
        drift=drift,
        **parts,
    )


# -- rules and findings


def _result(one: Json) -> RuleResult:
    return RuleResult(
        rule=_rule(one),
        outcome=Outcome(one["outcome"]),
        reason=_text(one["reason"]),
        cause=_cause(one) if one["outcome"] == Outcome.CANNOT_TELL.value else None,
        checked=int(one["checked"]),
        undecided=int(one["undecided"]),
        gaps=tuple(map(_gap, one["gaps"])),
        findings=tuple(_numbered(map(_finding, one["findings"]))),
    )


def _numbered(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the findings of a rule, those that share a fingerprint numbered in their order, as the judge does."""
    seen = Counter[str]()
    for one in findings:
        yield replace(one, nth=seen[one.fingerprint]) if seen[one.fingerprint] else one
        seen[one.fingerprint] += 1


def _notes(rules: Sequence[Json], results: Sequence[RuleResult]) -> Notes:
    """Return what waivers, the baseline, the key issues and the files' lines say of the findings."""
    pairs = [
        (finding.id, one)
        for rule, result in zip(rules, results, strict=True)
        for finding, one in zip(result.findings, rule["findings"], strict=True)
    ]
    return Notes(
        waivers={id_: _waiver(one["waiver"]) for id_, one in pairs if one["waiver"] is not None},
        refusals={id_: _text(one["note"]) for id_, one in pairs if one.get("note")},
        known=frozenset(id_ for id_, one in pairs if one.get("known", False)),
        key_issues={id_: tuple(one["key_issues"]) for id_, one in pairs},
        batches={id_: tuple(one["batches"]) for id_, one in pairs},
        excerpts={
            _place(place).location: _snippet(place["snippet"])
            for _, one in pairs
            for place in one["where"]
            if place.get("snippet")
        },
    )


def _cause(one: Json) -> Reason:
    """Return why something is not known; an older result doesn't say."""
    return Reason(one["cause"]) if "cause" in one else Reason.INCONCLUSIVE


def _gap(one: Json) -> Gap:
    """Return a gap. An older result doesn't say how it can be filled: then it is filled as its kind usually is."""
    kind, field = _text(one["kind"]), one["field"]
    if "channel" in one:
        channel, also, question = Channel(one["channel"]), tuple(map(Channel, one.get("also", ()))), one.get("question", "")
    else:
        usual = way(kind, field)
        channel, also, question = usual.channel, usual.also, usual.question
    return Gap(
        kind=kind,
        field=field,
        subject=one["subject"],
        reason=_text(one["reason"]),
        supply=_text(one["supply"]),
        cause=_cause(one),
        channel=channel,
        also=also,
        question=question,
        source=one.get("source", ""),
    )


def _rule(one: Json) -> Rule:
    """What reporters show of a rule. Its condition is not stored: nothing is judged again."""
    fix, many = one["fix"], one["fix"]["many"] or {}
    template = fix.get("template", {"steps": fix["steps"], "many": many.get("steps", ())})
    grade = Severity(one.get("grade", one["severity"]))
    return Rule(
        id=_text(one["id"]),
        title=_text(one["title"]),
        severity=Severity(one["severity"]),
        phase=Phase(one["phase"]),
        source=_citation(one["source"]),
        why=_text(one["why"]),
        problem=one.get("problem", ""),
        given=None,
        checks=(
            Check(
                name="",
                each=(),
                any_suffices=False,
                related=(),
                where=None,
                expect=All(()),
                failure="",
                severity=grade,
                group=False,
                eased_when=None,
                blocks_when=None,
                at_fault=None,
            ),
        ),
        named_checks=False,
        max_age={},
        parameters={},
        fix=FixSteps(
            who=fix["who"],
            minutes=fix["minutes"],
            steps=tuple(template["steps"]),
            many_above=many.get("above"),
            many_steps=tuple(template["many"]),
        ),
        examples=(),
        where=Location(""),
        digest=one.get("digest", ""),
    )


def _thing(one: Json) -> Thing:
    return Thing(_text(one["kind"]), _text(one["key"]))


def _finding(one: Json) -> Finding:
    return Finding(
        fingerprint=_text(one["fingerprint"]),
        check=one["check"],
        severity=Severity(one["severity"]),
        subject=_thing(one["subject"]),
        at_fault=_thing(one["at_fault"]),
        message=_text(one["message"]),
        observed=dict(one["observed"]),
        expected=dict(one["expected"]),
        where=tuple(map(_place, one["where"])),
        blocks=one["blocks"],
        is_group=one.get("group", False),
        members=_members(one) if one.get("group") else (),
        answered_at=_time(one.get("told_at")),
        trace=tuple(Clause(**clause) for clause in one.get("trace", ())),
    )


def _members(one: Json) -> tuple[str, ...]:
    """Return the members of a group; an older result names them at their places only."""
    return tuple(map(_text, one["members"] if "members" in one else [place["label"] for place in one["where"]]))


def _place(one: Json) -> Place:
    return Place(Location(_text(one["path"]), one["line"], one["pointer"]), one["label"])


def _snippet(one: Json) -> Snippet:
    return Snippet(first=one["first"], lines=tuple(one["lines"]), line=one["line"], mark=_mark(one["mark"]))


def _mark(stated: list[int]) -> tuple[int, int]:
    start, end = stated
    return start, end


def _waiver(one: Json) -> Waiver:
    told = {name: _text(one[name]) for name in ("rule", "account", "subject", "owner", "reason", "ticket")}
    where = Location(one["where"]["path"], one["where"]["line"])
    return Waiver(**told, expires=date.fromisoformat(one["expires"]), where=where)


# -- what waits on what


def _key_issue(one: Json) -> KeyIssue:
    fix = one["fix"]
    return KeyIssue(
        id=_text(one["id"]),
        rule=one.get("rule", ""),
        code=one.get("code", ""),
        subjects=tuple(map(_thing, one["subjects"])),
        message=_text(one["message"]),
        fix=FixSteps(who=fix["who"], minutes=fix["minutes"], steps=tuple(fix["steps"])),
        certainty=one["standing"],
        retry=one["retry"],
        gates=one.get("session", False),
        severity=Severity(one.get("severity", "error")),
        alone=_cleared(one["clears"]["alone"]),
        shared=_cleared(one["clears"]["shared"]),
        facts=tuple(one.get("facts", ())),
        reasons=tuple(
            InferenceStep(
                rule=each["rule"],
                words=each["because"],
                facts=tuple(each["facts"]),
                certainty=each["standing"],
                source=_citation(each["source"]),
            )
            for each in one.get("reasons", ())
        ),
    )


def _blocked_transaction(one: Json) -> BlockedTransaction:
    transaction = one["transaction"]
    amount = transaction["amount"]
    return BlockedTransaction(
        transaction=_thing(transaction),
        batch=transaction["batch"],
        amount=None if amount is None else _amount(amount),
        key_issues=tuple(one["key_issues"]),
        chain=tuple(one["chain"]),
        certainty=one.get("standing", "established"),
    )


# -- after the export


def _tie_out(one: Json) -> Record:
    fields: dict[str, Value] = {
        "batch": one["batch"] or UNSET,
        "batchName": one["name"] or UNSET,
        "type": _text(one["type"]),
        "explained": one["reasons"] or UNSET,
    }
    for side, told in zip(SIDES, JSON_SIDES, strict=True):
        amount = one[told]["amount"]
        fields[f"{side}Count"] = _amount(one[told]["count"])
        fields[f"{side}Amount"] = _NOT_KNOWN if amount is None else _amount(amount)
    fields |= {f"{name}Count": _amount(one.get(name, 0)) for name in ("missing", "doubled")}
    return Record(kind="derived.tie_out", key="", fields=fields, where=Location(""))


_WORK = "derived.applied_payment"


def _work(one: Json) -> Record:
    unknown = one.get("not_known", ())
    fields = {
        name: _NOT_KNOWN if name in unknown else _value(name, value) for name, value in one.items() if name != "not_known"
    }
    return Record(kind=_WORK, key="", fields=fields, where=Location(""))


def _value(name: str, stated: str | bool | None) -> Value:
    """The value as its field's type has it."""
    if stated is None:
        return UNSET
    field = KINDS[_WORK].fields.get(name)
    if isinstance(stated, str) and field is not None and field.type is Type.NUMBER:
        return _amount(stated)
    if isinstance(stated, str) and field is not None and field.type is Type.DATE:
        return date.fromisoformat(stated)
    return stated
