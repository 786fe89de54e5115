"""A confirmation decides only what the files can't, only for the batch and the time it was given for, and never over a finding."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

import samples
from exportready.judge import judge
from exportready.model.evidence import NOT_EXPORTED, Confirmation, Evidence, Location, Unknown, Value
from exportready.model.reasons import Channel, Reason
from exportready.model.report import Gap, Outcome, RuleResult, Verdict
from exportready.model.rules import Confirm, Rule, Severity
from exportready.policy import confirmations, gate
from exportready.policy.expiry import holds_until
from exportready.rulebook.examples import NOON
from made_evidence import Row, dataset, evidence

AT = datetime(2026, 11, 20, 18, tzinfo=UTC)
RULE = "house/looked-at"
LOOK = Confirm(
    fact="looked",
    question="Is it so?",
    why="",
    steps=("Look",),
    yes="It is",
    no="It isn't",
    minutes=1,
    lasts=timedelta(hours=4),
)
OF_BATCH = replace(LOOK, lasts=None)
UNREADABLE = Unknown(cause=Reason.UNREADABLE, reason="it is no number")


def rule(confirm: Confirm | None = LOOK) -> Rule:
    shipped = next(one for one in samples.rulebook().rules if one.id == "batching/invoice-dated")
    return replace(shipped, id=RULE, confirm=confirm)


def gap(cause: Reason = Reason.NOT_EXPORTED, kind: str = "servicetitan.invoice", field: str | None = "job.id") -> Gap:
    return Gap(kind=kind, field=field, subject=None, reason="why", supply="what", cause=cause, channel=Channel.EXPORT)


def undecided(*gaps: Gap, confirm: Confirm | None = LOOK) -> RuleResult:
    return RuleResult(rule=rule(confirm), outcome=Outcome.CANNOT_TELL, reason="why", cause=Reason.NOT_EXPORTED, gaps=gaps)


def evidence_of(rows: Mapping[str, Sequence[Row]]) -> Evidence:
    return evidence(*(dataset(kind, found) for kind, found in rows.items()))


def invoices(total: str = "100.00", number: str = "58211") -> Evidence:
    row: Row = {"id": "1", "referenceNumber": number, "total": Decimal(total), "waits": True, "batch.number": "1042"}
    return evidence_of({"servicetitan.invoice": [row]})


def said(held: Evidence, result: RuleResult, value: bool = True, at: datetime = AT) -> Evidence:
    """Return the evidence with what a person said about the rule."""
    (one,) = confirmations.open_confirmations([result])
    return replace(held, confirmations=tuple(confirmations.given(one, value, "Dana", at, confirmations.batch_state(held))))


def decided(result: RuleResult, held: Evidence, at: datetime = AT) -> RuleResult:
    (found,) = confirmations.apply([result], held, at, UTC)
    return found


def test_yes_makes_the_rule_pass_and_says_who_and_until_when() -> None:
    open_ = undecided(gap())
    found = decided(open_, said(invoices(), open_))
    assert (found.outcome, found.reason) == (Outcome.PASSED, "confirmed by Dana on November 20, 2026")
    assert found.confirmed is not None
    assert (found.confirmed.by, found.confirmed.until) == ("Dana", AT + timedelta(hours=4))
    assert not found.has_unknowns


def test_no_is_a_finding_with_the_rules_severity() -> None:
    open_ = undecided(gap())
    found = decided(open_, said(invoices(), open_, value=False))
    assert found.outcome is Outcome.FAILED
    (finding,) = found.findings
    assert (finding.subject.kind, finding.subject.key) == ("account.confirmation", RULE)
    assert "It isn't" in finding.message
    assert gate.verdict([found], []) is Verdict.NOT_READY


@pytest.mark.parametrize("cause", sorted(confirmations.NEVER, key=str))
def test_damaged_and_incomplete_files_are_never_confirmed_away(cause: Reason) -> None:
    open_ = undecided(gap())
    held = said(invoices(), open_)
    assert decided(undecided(gap(), gap(cause)), held).outcome is Outcome.CANNOT_TELL
    assert confirmations.open_confirmations([undecided(gap(), gap(cause))]) == []


@pytest.mark.parametrize("other", [gap(Reason.EMPTY), gap(field="total"), gap(kind="servicetitan.payment"), gap(field=None)])
def test_a_gap_that_was_not_there_is_not_confirmed(other: Gap) -> None:
    open_ = undecided(gap())
    held = said(invoices(), open_)
    assert decided(undecided(gap(), other), held).outcome is Outcome.CANNOT_TELL
    assert decided(undecided(gap()), held).outcome is Outcome.PASSED


def test_a_look_fills_only_the_kinds_that_it_is_about() -> None:
    confirm = replace(LOOK, fills=("servicetitan.invoice",))
    assert confirmations.open_confirmations([undecided(gap(), confirm=confirm)])
    assert not confirmations.open_confirmations([undecided(gap(kind="servicetitan.payment"), confirm=confirm)])


def test_it_expires_after_its_time() -> None:
    open_ = undecided(gap())
    held = said(invoices(), open_)
    assert decided(open_, held, AT + timedelta(hours=4)).outcome is Outcome.PASSED
    assert decided(open_, held, AT + timedelta(hours=4, seconds=1)).outcome is Outcome.CANNOT_TELL


def test_one_of_the_future_decides_nothing() -> None:
    open_ = undecided(gap())
    held = said(invoices(), open_, at=AT + timedelta(days=1))
    assert decided(open_, held).outcome is Outcome.CANNOT_TELL
    until = holds_until(held, [open_.rule], (), AT, UTC)
    assert until is not None
    assert decided(open_, held, until).outcome is Outcome.PASSED, "a saved result is used until then, not longer"
    assert decided(open_, held, until - timedelta(seconds=1)).outcome is Outcome.CANNOT_TELL


@pytest.mark.parametrize(
    "changed",
    [
        lambda held: invoices(total="100.01"),
        lambda held: invoices(number="58212"),
        lambda held: evidence_of({"servicetitan.invoice": []}),
        lambda held: evidence_of({
            "servicetitan.invoice": [dict(held.dataset("servicetitan.invoice").records[0].fields)],
            "servicetitan.invoice_item": [{"parent.id": "1", "parent.waits": True, "skuName": "PIPE-1"}],
        }),
    ],
)  # fmt: skip
def test_one_of_a_batch_expires_when_the_batch_changes(changed: Callable[[Evidence], Evidence]) -> None:
    open_ = undecided(gap(), confirm=OF_BATCH)
    held = said(invoices(), open_)
    later = AT + timedelta(days=30)
    assert decided(open_, held, later).outcome is Outcome.PASSED
    other = replace(changed(held), confirmations=held.confirmations)
    assert decided(open_, other, later).outcome is Outcome.CANNOT_TELL


def test_what_is_not_pending_is_no_part_of_the_batch() -> None:
    row: Row = {"id": "2", "referenceNumber": "1", "total": Decimal(1), "waits": False, "batch.number": "1040"}
    held = dict(invoices().dataset("servicetitan.invoice").records[0].fields)
    both = evidence_of({"servicetitan.invoice": [held, row]})
    assert confirmations.batch_state(both) == confirmations.batch_state(invoices())
    assert confirmations.batch_state(both).batch == "1042"


def test_without_a_known_batch_it_counts_for_four_hours() -> None:
    open_ = undecided(gap(), confirm=OF_BATCH)
    held = said(evidence_of({}), open_)
    assert decided(open_, held, AT + timedelta(hours=4)).outcome is Outcome.PASSED
    assert decided(open_, held, AT + timedelta(hours=5)).outcome is Outcome.CANNOT_TELL


def test_the_latest_answer_counts() -> None:
    open_ = undecided(gap())
    yes, no = said(invoices(), open_), said(invoices(), open_, value=False, at=AT + timedelta(minutes=5))
    for both in (yes.confirmations + no.confirmations, no.confirmations + yes.confirmations):
        assert decided(open_, replace(yes, confirmations=both), AT + timedelta(hours=1)).outcome is Outcome.FAILED


def test_of_two_answers_at_the_same_time_the_no_counts() -> None:
    open_ = undecided(gap())
    yes, no = said(invoices(), open_), said(invoices(), open_, value=False)
    for both in (yes.confirmations + no.confirmations, no.confirmations + yes.confirmations):
        assert decided(open_, replace(yes, confirmations=both)).outcome is Outcome.FAILED


def test_a_no_is_as_severe_as_the_worst_that_the_rule_can_find() -> None:
    mild = replace(rule(), severity=Severity.WARNING)
    open_ = replace(undecided(gap()), rule=mild)
    assert mild.grade is Severity.ERROR
    (finding,) = decided(open_, said(invoices(), open_, value=False)).findings
    assert finding.severity is Severity.ERROR


@pytest.mark.parametrize("total", [UNREADABLE, NOT_EXPORTED])
def test_a_batch_whose_amounts_are_not_known_is_confirmed_for_four_hours(total: Value) -> None:
    """A change of such an amount wouldn't show."""
    open_ = undecided(gap(), confirm=OF_BATCH)
    row: Row = {"id": "1", "referenceNumber": "58211", "total": total, "waits": True, "batch.number": "1042"}
    held = said(evidence_of({"servicetitan.invoice": [row]}), open_)
    assert held.confirmations[0].batch == "1042"
    assert decided(open_, held, AT + timedelta(hours=4)).outcome is Outcome.PASSED
    assert decided(open_, held, AT + timedelta(hours=5)).outcome is Outcome.CANNOT_TELL


def test_rules_with_one_fact_are_asked_once_the_worst_first() -> None:
    mild = replace(undecided(gap()), rule=replace(rule(), id="house/other"))
    (one,) = confirmations.open_confirmations([undecided(gap()), mild])
    assert [result.rule.id for result in one.rules] == [RULE, "house/other"]


RESULTS = judge(samples.rulebook().rules, samples.evidence("by-hand"), None, NOON)


@given(st.data())
def test_a_confirmation_changes_only_what_was_not_known(data: st.DataObject) -> None:
    """The law of no silent pass: whatever people state, findings and decided rules stay as they are."""
    results = [
        replace(one, rule=replace(one.rule, confirm=data.draw(st.sampled_from([None, LOOK, OF_BATCH])))) for one in RESULTS
    ]
    stated = tuple(
        Confirmation(
            rule=result.rule.id,
            value=data.draw(st.booleans()),
            by="Dana",
            at=NOON - data.draw(st.sampled_from([timedelta(0), timedelta(hours=3), timedelta(days=2)])),
            state=data.draw(st.sampled_from(["", "another", confirmations.batch_state(samples.evidence("by-hand")).state])),
            reasons=data.draw(st.sampled_from([frozenset(), confirmations.reasons(result)])),
            where=Location("account.yaml", 1),
        )
        for result in results
        if data.draw(st.booleans())
    )
    held = replace(samples.evidence("by-hand"), confirmations=stated)
    for before, after in zip(results, confirmations.apply(results, held, NOON, UTC), strict=True):
        if after != before:
            assert before.outcome is Outcome.CANNOT_TELL
            assert not any(gap.cause in confirmations.NEVER for gap in before.gaps)
            assert after.confirmed is not None
            assert before.rule.confirm is not None
