"""Many accounts, made of dice with a fixed seed: every verdict, files that could not be read, earlier audits."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache

import samples
from exportready.model.audit import AccountState, Audit, Entry, Issue, Movement, Past, RuleState, Unread
from exportready.model.report import Cleared, Expiry, Outcome, Verdict
from exportready.model.rules import Phase, Rule, Severity
from exportready.reporters.audit.history import now

AT = datetime.fromisoformat("2026-11-20T18:00:00-07:00")
_PLACES = (
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
    """The shipped rules that are judged before the export."""
    return tuple(one for one in samples.rulebook().rules if one.phase is not Phase.AFTER)


@cache
def fleet(number: int, seed: int = 7) -> Audit:
    """So many accounts."""
    dice = random.Random(seed)  # noqa: S311 - invented data
    entries = tuple(_entry(dice, at) for at in range(number))
    audit = Audit(version="0.1.0", digest="sha256:9f2c51d0", rules=rules(), own_rules=False, at=AT, entries=entries)
    past = tuple(_past(dice, now(audit), week) for week in range(8, 0, -1))
    return Audit(
        version=audit.version, digest=audit.digest, rules=audit.rules, own_rules=False, at=AT, entries=entries, past=past,
        gone=("closed-last-week", "west/moved"), passed_over=("notes.docx", "old"),
    )  # fmt: skip


def _past(dice: random.Random, last: Past, weeks: int) -> Past:
    moved = {one: number + int(number * dice.uniform(0, 0.05) * weeks) for one, number in last.verdicts.items()}
    total, moved[Verdict.READY] = sum(last.verdicts.values()), 0
    moved[Verdict.READY] = max(0, total - sum(moved.values()))
    return Past(
        at=AT - timedelta(weeks=weeks), verdicts=moved, broken=last.broken + weeks, open=int(last.open * (1 + 0.06 * weeks))
    )


def _entry(dice: random.Random, at: int) -> Entry:
    name = f"{dice.choice(_PLACES)} {dice.choice(_TRADES)} {at + 1}"
    place = f"{dice.choice(('west', 'east', 'south'))}/{name.lower().replace(' & ', '-').replace(' ', '-')}"
    standing = _standing(dice, name, place)
    trend = tuple(None if dice.random() < 0.1 else max(0, standing.open + dice.randint(-3, 6)) for _ in range(8))
    return Entry(
        place=place,
        standing=standing,
        movement=_movement(dice, standing),
        trend=(*trend, None if standing.error else standing.open),
        page=f"{place.replace('/', '-')}.html",
    )


def _standing(dice: random.Random, name: str, place: str) -> AccountState:
    if dice.random() < 0.03:
        return AccountState(
            digest="",
            checked_at=AT,
            holds_until=None,
            verdict=Verdict.CANNOT_TELL,
            error=f"{place}.zip ends in the middle of a file",
        )
    trouble = dice.random() ** 3
    standings = tuple(_rule(dice, rule, trouble) for rule in rules())
    unread = (Unread("lists.iif", "line 812: the section ends in the middle of a row"),) if dice.random() < 0.04 else ()
    worst = {one.worst for one in standings if one.worst}
    untold = {one.grade for one in standings if one.untold}
    verdict = Verdict.READY
    if Severity.WARNING in worst | untold:
        verdict = Verdict.READY_WITH_WARNINGS
    if Severity.ERROR in untold or unread:
        verdict = Verdict.CANNOT_TELL
    if Severity.ERROR in worst:
        verdict = Verdict.NOT_READY
    oldest = AT - timedelta(hours=dice.choice((2, 5, 26, 60, 300, 900)))
    return AccountState(
        digest=f"{dice.getrandbits(64):016x}",
        checked_at=AT if dice.random() < 0.7 else AT - timedelta(days=7),
        holds_until=None,
        verdict=verdict,
        name=name,
        phase="before-export",
        unread=unread,
        files=dice.randint(3, 9),
        undated=int(dice.random() < 0.1),
        oldest=oldest,
        newest=AT - timedelta(hours=1),
        rules=standings,
        issues=_issues(dice, standings),
        waits=Cleared(3, dice.randint(1, 90), Decimal(dice.randint(10_000, 9_000_000)) / 100)
        if Severity.ERROR in worst
        else Cleared(),
        lapses=_lapses(dice),
    )


def _rule(dice: random.Random, rule: Rule, trouble: float) -> RuleState:
    fails, hidden = dice.random() < trouble * 0.3, dice.random() < trouble * 0.35
    outcome, worst, number, accepted = Outcome.PASSED, None, 0, 0
    if dice.random() < 0.15:
        outcome, hidden = Outcome.NOT_APPLICABLE, False
    elif fails:
        outcome, worst, number = Outcome.FAILED, rule.grade, dice.randint(1, 12)
        hidden = hidden and dice.random() < 0.3
    elif hidden:
        outcome = Outcome.CANNOT_TELL
    elif dice.random() < 0.02:
        outcome, accepted = Outcome.FAILED, 1
    return RuleState(
        rule=rule.id,
        digest=rule.digest,
        grade=rule.grade,
        outcome=outcome,
        untold=hidden,
        worst=worst,
        open=number,
        accepted=accepted,
    )


def _issues(dice: random.Random, standings: tuple[RuleState, ...]) -> tuple[Issue, ...]:
    words = {one.id: one.problem or one.title for one in rules()}
    failing = [one for one in standings if one.worst is Severity.ERROR]
    return tuple(
        Issue(
            id=f"{at:04x}",
            rule=one.rule,
            code="",
            severity=Severity.ERROR,
            message=f"{words[one.rule]}, FURN-{dice.randint(10, 99)} for one",
            transactions=4,
            amount=Decimal(900),
        )
        for at, one in enumerate(failing[:5])
    )


def _lapses(dice: random.Random) -> tuple[Expiry, ...]:
    found = []
    if dice.random() < 0.3:
        found.append(
            Expiry(
                what="answer",
                name="How is the customer mapping set?",
                of="customerMapping",
                until=AT + timedelta(days=dice.randint(-2, 60)),
            )
        )
    if dice.random() < 0.1:
        found.append(
            Expiry(what="waiver", name="items/cogs-account", of="controller", until=AT + timedelta(days=dice.randint(1, 50)))
        )
    return tuple(sorted(found, key=lambda one: one.until))


def _movement(dice: random.Random, standing: AccountState) -> Movement | None:
    if dice.random() < 0.03:
        return None
    if standing.error or dice.random() < 0.6:
        return Movement(since=AT - timedelta(days=7), verdict=standing.verdict)

    def some(chance: float) -> dict[str, int]:
        return {one.id: dice.randint(1, 4) for one in rules() if dice.random() < chance}

    return Movement(
        since=AT - timedelta(days=7),
        verdict=dice.choice(tuple(Verdict)),
        added=some(0.03),
        regressed=some(0.01),
        fixed=some(0.05),
        untold=some(0.01),
        rule_changed=some(0.1) if dice.random() < 0.02 else {},
    )
