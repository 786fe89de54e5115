"""When answers, waivers and results expire: answers by the age that rules allow, waivers after their last day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta, tzinfo

from exportready.derive.sums_and_dates import changes_at
from exportready.kinds import question
from exportready.kinds.account import BY_PATH, HOURS_4
from exportready.kinds.transactions import TRANSACTIONS
from exportready.model.evidence import ANSWERS_KIND, CLOCK_SKEW, Evidence, Scope, Unknown
from exportready.model.report import Expiry, FindingId, RuleResult, Waiver
from exportready.model.rules import ANSWERS, Rule
from exportready.policy.waivers import SOON


def expiring(
    results: Sequence[RuleResult],
    waivers: Mapping[FindingId, Waiver],
    evidence: Evidence,
    at: datetime,
    zone: tzinfo | None,
    within: timedelta | None = SOON,
) -> tuple[Expiry, ...]:
    """Return the answers and waivers that are valid at `at` and expire within a period (None: at any time), the next first.

    An answer or waiver that several rules read expires at the earliest of their times.
    """
    latest_first = sorted(_all(results, waivers, evidence, zone), key=lambda expiry: expiry.until, reverse=True)
    earliest = {(expiry.what, expiry.name, expiry.of): expiry for expiry in latest_first}
    last = None if within is None else at + within
    soon = (expiry for expiry in earliest.values() if at <= expiry.until and (last is None or expiry.until <= last))
    return tuple(sorted(soon, key=lambda expiry: (expiry.until, expiry.name)))


def holds_until(
    evidence: Evidence, rules: Sequence[Rule], accepted: Sequence[Waiver], at: datetime, zone: tzinfo | None
) -> datetime | None:
    """Return the first moment after `at` at which a check of the same files may have another result; None if there is none.

    It may be too early but never too late: every date is combined with every age, whether or not a rule uses them together.
    """
    dates = {source.dated for source in evidence.sources} | {dataset.dated for dataset in evidence.datasets.values()}
    dates |= {listing.dated for listings in evidence.listings.values() for listing in listings}
    dates |= {note.dated for record in evidence.dataset(ANSWERS_KIND).records for note in record.notes.values()}
    dates |= {evidence.account.taken_at}
    ages = {age for rule in rules for age in rule.max_age.values()} | {-CLOCK_SKEW}
    ages |= {setting.stays_fresh for setting in BY_PATH.values() if setting.stays_fresh is not None}
    ends = {dated + age for dated in dates if dated is not None for age in ages}
    ends |= {one.at + age for one in evidence.confirmations for age in {-CLOCK_SKEW} | _confirmed_for(rules)}
    ends |= _turns(accepted, rules, zone)
    ends |= {  # a day early, because the check's own offset decides what day it is
        _moment(day - timedelta(days=1), zone)
        for kind, of in TRANSACTIONS.items()
        for record in evidence.dataset(kind).rows()
        if record.get("waits") is True and isinstance(dated := record.get(of.day), date)
        for day in changes_at(dated, at)
    }
    if any(dataset.scope is Scope.WAITING and not dataset.records for dataset in evidence.datasets.values()):
        ends.add(at)  # the answer “there are none” is valid for a day, and a dataset doesn't keep its date
    return min((end for end in ends if end >= at), default=None)


def _confirmed_for(rules: Sequence[Rule]) -> set[timedelta]:
    return {HOURS_4} | {rule.confirm.lasts for rule in rules if rule.confirm is not None and rule.confirm.lasts is not None}


def waivers_end(accepted: Sequence[Waiver], rules: Sequence[Rule], at: datetime, zone: tzinfo | None) -> datetime | None:
    """Return the first moment after `at` at which a waiver expires or becomes valid; None if there is none."""
    return min((end for end in _turns(accepted, rules, zone) if end >= at), default=None)


def _turns(accepted: Sequence[Waiver], rules: Sequence[Rule], zone: tzinfo | None) -> set[datetime]:
    """Return the moments at which waivers expire or become valid: one that is too long becomes valid on a later day."""
    return {_last_moment(waiver, zone) for waiver in accepted} | {
        _moment(waiver.expires - rule.longest_waiver, zone)
        for waiver in accepted
        for rule in rules
        if rule.longest_waiver is not None
    }


def _last_moment(waiver: Waiver, zone: tzinfo | None) -> datetime:
    return _moment(waiver.expires, zone, time.max)


def _moment(day: date, zone: tzinfo | None, at: time = time.min) -> datetime:
    moment = datetime.combine(day, at, zone)
    return moment if moment.tzinfo else moment.astimezone()


def _all(
    results: Iterable[RuleResult], waivers: Mapping[FindingId, Waiver], evidence: Evidence, zone: tzinfo | None
) -> Iterator[Expiry]:
    for result in results:
        yield from _answers(result.rule, evidence)
        if result.confirmed is not None and result.confirmed.until is not None:
            yield Expiry(what="confirmation", name=result.rule.title, of=result.confirmed.by, until=result.confirmed.until)
        for waiver in dict.fromkeys(waivers[finding.id] for finding in result.findings if finding.id in waivers):
            yield Expiry(what="waiver", name=result.rule.title, of=waiver.owner, until=_last_moment(waiver, zone))


def _answers(rule: Rule, evidence: Evidence) -> Iterator[Expiry]:
    """Yield when each answer becomes too old, once for each age that the rule or the answer itself sets."""
    for record in evidence.dataset(ANSWERS_KIND).records[:1]:
        for path, value in record.fields.items():
            dated = record.notes[path].dated if path in record.notes else None
            ages: list[timedelta | None] = [*rule.answer_ages(path)]
            ages += [BY_PATH[path].stays_fresh] if path in BY_PATH else []
            if dated is not None and not isinstance(value, Unknown):
                yield from (
                    Expiry(what="answer", name=question(ANSWERS, path), of=path, until=dated + age)
                    for age in ages
                    if age is not None
                )
