"""Generates audits of many random accounts from a fixed seed, with every verdict, unreadable files and earlier audits."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache

from msgspec.structs import replace

import samples
from exportready.model.audit import (
    AccountChanges,
    AccountState,
    Audit,
    AuditedAccount,
    AuditKeyIssue,
    PastAudit,
    RuleState,
    UnreadFile,
)
from exportready.model.report import Cleared, Expiry, Outcome, Verdict
from exportready.model.rules import Phase, Rule, Severity
from exportready.reporters.audit.history import as_past_audit

AT = datetime.fromisoformat("2026-11-20T18:00:00-07:00")
_TOWNS = (
    "Aspen",
    "Bear Creek",
    "Cedar",
    "Delta",
    "Evergreen",
    "Foothill",
    "Granite",
    "Harbor",
    "Iron Ridge",
    "Juniper",
    "Lakeside",
)
_TRADES = ("Plumbing", "Heating & Air", "Electric", "Drain Service", "Mechanical", "Home Services", "Garage Doors")


@cache
def rules() -> tuple[Rule, ...]:
    """Return the shipped rules for the time before the export."""
    return tuple(rule for rule in samples.rulebook().rules if rule.phase is not Phase.AFTER)


@cache
def fleet(number: int, seed: int = 7) -> Audit:
    """Return an audit of a number of accounts."""
    dice = random.Random(seed)  # noqa: S311 - invented data
    audit = Audit(
        version="0.1.0",
        rulebook_digest="sha256:9f2c51d0",
        rules=rules(),
        own_rules=False,
        at=AT,
        accounts=tuple(_account(dice, index) for index in range(number)),
        gone=("closed-last-week", "west/moved"),
        skipped=("notes.docx", "old"),
    )
    return replace(audit, past=tuple(_past_audit(dice, as_past_audit(audit), weeks) for weeks in range(8, 0, -1)))


def _past_audit(dice: random.Random, last: PastAudit, weeks: int) -> PastAudit:
    verdicts = {verdict: number + int(number * dice.uniform(0, 0.05) * weeks) for verdict, number in last.verdicts.items()}
    total, verdicts[Verdict.READY] = sum(last.verdicts.values()), 0
    verdicts[Verdict.READY] = max(0, total - sum(verdicts.values()))
    return PastAudit(
        at=AT - timedelta(weeks=weeks),
        verdicts=verdicts,
        unreadable=last.unreadable + weeks,
        open_count=int(last.open_count * (1 + 0.06 * weeks)),
    )


def _account(dice: random.Random, index: int) -> AuditedAccount:
    name = f"{dice.choice(_TOWNS)} {dice.choice(_TRADES)} {index + 1}"
    place = f"{dice.choice(('west', 'east', 'south'))}/{name.lower().replace(' & ', '-').replace(' ', '-')}"
    state = _state(dice, name, place)
    trend = tuple(None if dice.random() < 0.1 else max(0, state.open_count + dice.randint(-3, 6)) for _ in range(8))
    return AuditedAccount(
        place=place,
        state=state,
        changes=_changes(dice, state),
        owner=("team-a", "team-b", "Team C", "")[index % 4],
        tags=(("west",), ("east", "inventory"), ())[index % 3],
        trend=(*trend, None if state.error else state.open_count),
        report_file=f"{place.replace('/', '-')}.html",
    )


def _state(dice: random.Random, name: str, place: str) -> AccountState:
    if dice.random() < 0.03:
        return AccountState(
            digest="",
            checked_at=AT,
            valid_until=None,
            verdict=Verdict.CANNOT_TELL,
            error=f"{place}.zip ends in the middle of a file",
        )
    trouble = dice.random() ** 3
    rule_states = tuple(_rule_state(dice, rule, trouble) for rule in rules())
    unread_files = (
        (UnreadFile("lists.iif", "line 812: the section ends in the middle of a row"),) if dice.random() < 0.04 else ()
    )
    worst = {rule.worst for rule in rule_states if rule.worst}
    unknown = {rule.grade for rule in rule_states if rule.has_unknowns}
    verdict = Verdict.READY
    if Severity.WARNING in worst | unknown:
        verdict = Verdict.READY_WITH_WARNINGS
    if Severity.ERROR in unknown or unread_files:
        verdict = Verdict.CANNOT_TELL
    if Severity.ERROR in worst:
        verdict = Verdict.NOT_READY
    age = dice.choice((2, 5, 26, 60, 300, 900))
    oldest_date = AT - timedelta(hours=age)
    checked_at = AT if dice.random() < 0.7 else AT - timedelta(days=7)
    return AccountState(
        digest=f"{dice.getrandbits(64):016x}",
        checked_at=checked_at,
        of_files=age > 26,
        valid_until=None,
        verdict=verdict,
        name=name,
        phase="before-export",
        unread_files=unread_files,
        files_read=dice.randint(3, 9),
        files_undated=int(dice.random() < 0.1),
        oldest_date=oldest_date,
        newest_date=AT - timedelta(hours=1),
        rules=rule_states,
        key_issues=_key_issues(dice, rule_states),
        blocked=Cleared(findings=3, transactions=dice.randint(1, 90), amount=Decimal(dice.randint(10_000, 9_000_000)) / 100)
        if Severity.ERROR in worst
        else Cleared(),
        to_do="Please fix these first:\n1. Some pricebook items have no Cost of Goods Sold account: FURN-80" if worst else "",
        expiring=_expiring(dice),
    )


def _rule_state(dice: random.Random, rule: Rule, trouble: float) -> RuleState:
    fails, has_unknowns = dice.random() < trouble * 0.3, dice.random() < trouble * 0.35
    outcome, worst, open_count, accepted_count = Outcome.PASSED, None, 0, 0
    if dice.random() < 0.15:
        outcome, has_unknowns = Outcome.NOT_APPLICABLE, False
    elif fails:
        outcome, worst, open_count = Outcome.FAILED, rule.grade, dice.randint(1, 12)
        has_unknowns = has_unknowns and dice.random() < 0.3
    elif has_unknowns:
        outcome = Outcome.CANNOT_TELL
    elif dice.random() < 0.02:
        outcome, accepted_count = Outcome.FAILED, 1
    return RuleState(
        rule=rule.id,
        digest=rule.digest,
        grade=rule.grade,
        outcome=outcome,
        has_unknowns=has_unknowns,
        worst=worst,
        open_count=open_count,
        accepted_count=accepted_count,
        confirmed=outcome is Outcome.PASSED and len(rule.id) % 9 == 0,
    )


def _key_issues(dice: random.Random, rule_states: tuple[RuleState, ...]) -> tuple[AuditKeyIssue, ...]:
    problems = {rule.id: rule.problem or rule.title for rule in rules()}
    failed = [state.rule for state in rule_states if state.worst is Severity.ERROR]
    return tuple(
        AuditKeyIssue(
            id=f"{index:04x}",
            rule=rule,
            code="",
            severity=Severity.ERROR,
            message=f"{problems[rule]}, FURN-{dice.randint(10, 99)} for one",
            transactions=4,
            amount=Decimal(900),
        )
        for index, rule in enumerate(failed[:5])
    )


def _expiring(dice: random.Random) -> tuple[Expiry, ...]:
    expiring = []
    if dice.random() < 0.3:
        expiring.append(
            Expiry(
                what="answer",
                name="How is the customer mapping set?",
                of="customerMapping",
                until=AT + timedelta(days=dice.randint(-2, 60)),
            )
        )
    if dice.random() < 0.1:
        expiring.append(
            Expiry(what="waiver", name="items/cogs-account", of="controller", until=AT + timedelta(days=dice.randint(1, 50)))
        )
    return tuple(sorted(expiring, key=lambda expiry: expiry.until))


def _changes(dice: random.Random, state: AccountState) -> AccountChanges | None:
    if dice.random() < 0.03:
        return None
    if state.error or dice.random() < 0.6:
        return AccountChanges(since=AT - timedelta(days=7), verdict=state.verdict)

    def random_counts(probability: float) -> dict[str, int]:
        return {rule.id: dice.randint(1, 4) for rule in rules() if dice.random() < probability}

    return AccountChanges(
        since=AT - timedelta(days=7),
        verdict=dice.choice(tuple(Verdict)),
        added=random_counts(0.03),
        regressed=random_counts(0.01),
        fixed=random_counts(0.05),
        now_unknown=random_counts(0.01),
        rule_changed=random_counts(0.1) if dice.random() < 0.02 else {},
    )
