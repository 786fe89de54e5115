"""Let confirmations decide the rules that the files can't.

A confirmation counts only where the outcome would be `cannot_tell`. It never overrides a finding, and it expires when the batch
changes, when its time is over, or when the rule has a gap that it didn't have on that day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal

import msgspec
from msgspec.structs import replace

from exportready.kinds import fingerprint
from exportready.kinds.account import HOURS_4
from exportready.kinds.pending import STATE, WAITS
from exportready.kinds.transactions import TRANSACTIONS
from exportready.model.display import format_date
from exportready.model.evidence import CLOCK_SKEW, UNSET, Confirmation, Confirmed, Evidence, Unknown, Value
from exportready.model.reasons import Reason
from exportready.model.report import Batch, Finding, Gap, Outcome, Place, RuleResult, Thing
from exportready.model.rules import Confirm, Rule

KIND = "account.confirmation"
"""The kind of the subject of a finding that a person's "no" makes; its key is the rule's id."""

NEVER = frozenset({Reason.UNREADABLE, Reason.PARTIAL, Reason.UNRESOLVED})
"""Gaps that no look at a screen fills: what is in the files is damaged or incomplete, so it must be exported again."""


class BatchState(msgspec.Struct, frozen=True):
    """The pending batches at one moment."""

    batch: str = ""
    """Their numbers, for people; empty if none is known."""
    state: str = ""
    """A hash of their transactions; empty if we know of none, or don't know an amount, so that a change of it wouldn't show."""


def batch_state(evidence: Evidence) -> BatchState:
    """Return which batches are pending, and a hash of what is in them.

    A transaction that may be pending counts as pending, so a change of it ends the confirmations too.
    """
    numbers, rows, shows_changes = set[str](), list[str](), True
    for kind, fields in STATE.items():
        for record in evidence.dataset(kind).rows():
            if any(record.get(name) is False for name in WAITS):
                continue
            number = record.get("batch.number")
            if isinstance(number, str) and record.get("waits") is True:
                numbers.add(number)
            if kind in TRANSACTIONS and isinstance(record.get(TRANSACTIONS[kind].amount), Unknown):
                shows_changes = False
            rows.append("\0".join((kind, record.key, *(_written(record.get(name)) for name in fields))))
    batch = ", ".join(sorted(numbers))
    if not rows or not shows_changes:
        return BatchState(batch)
    digest = hashlib.sha256("\1".join(sorted(rows)).encode("utf-8", errors="replace")).hexdigest()[:32]
    return BatchState(batch, digest)


def _written(value: Value) -> str:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return "" if value is UNSET else "?" if isinstance(value, Unknown) else str(value)


def apply(results: Sequence[RuleResult], evidence: Evidence, at: datetime, zone: tzinfo | None) -> tuple[RuleResult, ...]:
    """Return the results, with those decided that a confirmation decides."""
    if not evidence.confirmations:
        return tuple(results)
    believable = (one for one in evidence.confirmations if one.at - at <= CLOCK_SKEW)
    latest = {one.rule: one for one in sorted(believable, key=lambda one: (one.at, not one.value))}
    """The last answer about each rule; of two at the same time, the “no”."""
    state = batch_state(evidence)

    def decided(result: RuleResult) -> RuleResult:
        confirmation, confirm = latest.get(result.rule.id), result.rule.confirm
        if confirmation is None or confirm is None or not is_open(result):
            return result
        if not confirmation.reasons >= reasons(result):
            return result
        until = _until(confirm, confirmation)
        is_of_batch = confirm.lasts is None and bool(confirmation.state)
        if (is_of_batch and confirmation.state != state.state) or (until is not None and at > until):
            return result
        return _decided(result, confirm, confirmation, until, evidence.account.name or "", zone)

    return tuple(map(decided, results))


def is_open(result: RuleResult) -> bool:
    """Return whether a person can decide a rule now: the files can't, and no gap is one that only other files fill."""
    fills = result.rule.confirm.fills if result.rule.confirm else ()
    return (
        result.rule.confirm is not None
        and result.outcome is Outcome.CANNOT_TELL
        and result.cause not in NEVER
        and all(gap.cause not in NEVER and (not fills or gap.kind in fills) for gap in result.gaps)
    )


def reasons(result: RuleResult) -> frozenset[str]:
    """Return the gaps of a rule, in the form in which a confirmation keeps them."""
    own = frozenset(map(_gap_key, result.gaps))
    return own or frozenset({result.cause.value} if result.cause else ())


def _gap_key(gap: Gap) -> str:
    return f"{gap.kind}{f'.{gap.field}' if gap.field else ''} {gap.cause.value}"


def _until(confirm: Confirm, confirmation: Confirmation) -> datetime | None:
    """Return when a confirmation expires; None if that is when the batch changes. If the batch isn't known, it counts for 4 hours."""
    lasts: timedelta | None = confirm.lasts
    if lasts is None and not confirmation.state:
        lasts = HOURS_4
    return None if lasts is None else confirmation.at + lasts


def _decided(
    result: RuleResult,
    confirm: Confirm,
    confirmation: Confirmation,
    until: datetime | None,
    account: str,
    zone: tzinfo | None,
) -> RuleResult:
    on = format_date(confirmation.at.astimezone(zone).date() if zone else confirmation.at.date())
    confirmed = Confirmed(by=confirmation.by, at=confirmation.at, until=until)
    clear = replace(result, cause=None, gaps=(), undecided=0, confirmed=confirmed)
    if confirmation.value:
        return replace(clear, outcome=Outcome.PASSED, reason=f"confirmed by {confirmation.by} on {on}")
    finding = _finding(result.rule, confirm, confirmation, account)
    return replace(clear, outcome=Outcome.FAILED, reason=f"{confirmation.by} answered on {on}", findings=(finding,))


def _finding(rule: Rule, confirm: Confirm, confirmation: Confirmation, account: str) -> Finding:
    """Return what a person's "no" is: a finding of the rule, at the line where it is written."""
    return Finding(
        fingerprint=fingerprint(account, rule.id, "", KIND, rule.id),
        check=None,
        severity=rule.grade,
        subject=Thing(KIND, rule.id),
        at_fault=Thing("session", rule.id),
        message=f"{confirm.question} {confirmation.by} answered: {confirm.no}",
        observed={"answer": confirm.no},
        expected={"answer": confirm.yes},
        where=(Place(confirmation.where, rule.id),),
        blocks=False,
        answered_at=confirmation.at,
    )


class OpenConfirmation(msgspec.Struct, frozen=True, kw_only=True):
    """One look that decides rules which the files can't decide."""

    confirm: Confirm
    rules: tuple[RuleResult, ...]
    """The rules that it decides."""
    seconds: int = 0
    """How long it takes with the pending transactions."""

    @property
    def minutes(self) -> int:
        """Return how long it takes, in whole minutes."""
        return -(-self.seconds // 60)


def open_confirmations(results: Iterable[RuleResult], batches: Iterable[Batch] = ()) -> list[OpenConfirmation]:
    """Return what a person can confirm now, one entry for each fact; first what decides rules of the worst severity.

    With more transactions in the pending `batches`, some looks take longer.
    """
    transactions = sum(batch.transactions for batch in batches)
    by_fact: dict[str, list[RuleResult]] = {}
    for result in results:
        if result.rule.confirm is not None and is_open(result):
            by_fact.setdefault(result.rule.confirm.fact, []).append(result)
    found = [
        OpenConfirmation(
            confirm=rules[0].rule.confirm, rules=tuple(rules), seconds=rules[0].rule.confirm.seconds(transactions)
        )
        for rules in by_fact.values()
        if rules[0].rule.confirm
    ]
    return sorted(found, key=lambda one: min(result.rule.grade.rank for result in one.rules))


def given(one: OpenConfirmation, value: bool, by: str, at: datetime, state: BatchState) -> list[Confirmation]:
    """Return the confirmations that an answer to one look makes: one for each rule."""
    return [
        Confirmation(
            rule=result.rule.id,
            value=value,
            by=by,
            at=at,
            batch=state.batch,
            state=state.state if one.confirm.lasts is None else "",
            reasons=reasons(result),
        )
        for result in one.rules
    ]
