"""Read a report from its saved result: the inverse of `write`, for everything that reporters show."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from exportready.model.changes import FINDING_KEYS, Changes, ConfirmationChange, Drift, PastFinding
from exportready.model.evidence import Account, Source, Unrecognized
from exportready.model.report import Cleared, Expiry, Report, Verdict
from exportready.model.rules import Pack, Phase
from exportready.results.read_blocked import batch, blocked_transaction, key_issue, tie_out_row, work_row
from exportready.results.read_rules import notes, questions, rule_result
from exportready.results.values import Json, cleared, text, time_or_none
from exportready.results.write import FORMAT


class NotStored(Exception):
    """The data isn't a result of this program; the message says what is wrong and what to do."""


def report_from_json(data: object) -> Report:
    """Return the report that a saved result was made from. Raises NotStored if it isn't a result, or is damaged."""
    if not isinstance(data, Mapping) or data.get("format") != FORMAT:
        raise NotStored(f"this is not a result of check ({FORMAT}). Save one with -o json:RESULT.json.")
    try:
        return _report(data)
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise NotStored(
            f"this result is damaged ({type(error).__name__}: {error}). Run check again with -o json:RESULT.json."
        ) from error


def _report(data: Json) -> Report:
    results = tuple(map(rule_result, data["rules"]))
    account, book, baseline = data["account"], data["rulebook"], data.get("baseline", {})
    return Report(
        version=text(data["tool"]["version"]),
        digest=text(book["digest"]),
        rules=int(book["rules"]),
        own_rules=book.get("own", False),
        left_out=tuple(book.get("left_out", ())),
        account=Account(
            name=None if account["name"] is None else text(account["name"]),
            phase=account["phase"],
            time_zone=account["time_zone"],
            taken_at=time_or_none(account["taken_at"]),
        ),
        phase=Phase(account["phase"]).value,
        checked_at=datetime.fromisoformat(data["checked_at"]),
        seen_at=time_or_none(data.get("seen_at")),
        scope=tuple(data.get("scope", ())),
        sources=tuple(map(_source, data["sources"])),
        unrecognized=tuple(Unrecognized(text(file["path"]), text(file["help"])) for file in data["unrecognised"]),
        results=results,
        questions=questions(data, results),
        notes=notes(data["rules"], results),
        verdict=Verdict(data["verdict"]),
        tie_out=tuple(map(tie_out_row, data.get("tie_out", ()))),
        work_list=tuple(map(work_row, data.get("work_list", ()))),
        key_issues=tuple(map(key_issue, data["key_issues"])),
        blocked_transactions=tuple(map(blocked_transaction, data["waiting"])),
        blocked=cleared(data["waits"]) if "waits" in data else Cleared(),
        batches=tuple(map(batch, data["batches"])),
        stale_errors=tuple(data.get("stale_errors", ())),
        baseline=baseline.get("name", ""),
        baseline_undecided=frozenset(baseline.get("untold", ())),
        new_rules=frozenset(baseline.get("new_rules", ())),
        stale_baseline=tuple(baseline.get("stale", ())),
        packs=tuple(map(_pack, book.get("packs", ()))),
        settings=tuple((text(name), text(value)) for name, value in data.get("settings", {}).items()),
        company_file=account.get("company_file", ""),
        expiring=tuple(map(_expiry, data.get("lapses", ()))),
        changes=_changes(data) if "changes" in data else None,
        base=data.get("snapshot", ""),
        waiver_remarks=tuple(data.get("waivers", ())),
    )


def _source(data: Json) -> Source:
    message = data.get("error_message")  # older results have only `error`, which starts with the line
    return Source(
        path=text(data["path"]),
        sha256=data["sha256"],
        reader=data["reader"],
        dated=time_or_none(data["dated"]),
        records=dict(data["records"]),
        complete=data["complete"],
        error=message or data["error"],
        error_line=data.get("error_line") if message else None,
        notes=tuple(data["notes"]),
        doubles=tuple(data.get("doubles", ())),
    )


def _pack(data: Json) -> Pack:
    return Pack(name=data["name"], version=data["version"], digest=data["digest"], rules=data["rules"])


def _expiry(data: Json) -> Expiry:
    return Expiry(what=data["what"], name=data["name"], of=data["of"], until=datetime.fromisoformat(data["until"]))


def _changes(data: Json) -> Changes:
    changes = data["changes"]
    parts = {name: tuple(PastFinding(**finding) for finding in changes[key]) for name, key in FINDING_KEYS.items()}
    return Changes(
        old_checked_at=changes["since"],
        old_verdict=changes["verdict"],
        new_checked_at=data["checked_at"],
        new_verdict=data["verdict"],
        account=data["account"]["name"],
        drift=tuple(Drift(setting["setting"], setting["old"], setting["new"]) for setting in changes["drift"]),
        confirmations=tuple(ConfirmationChange(**one) for one in changes.get("confirmations", ())),
        **parts,
    )
