"""What counts no more some day: answers by the age that a rule allows them, waivers by their last day, and with them a result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta, tzinfo

from exportready.kinds import question
from exportready.kinds.account import BY_PATH
from exportready.model.evidence import CLOCK_SKEW, Evidence, Scope, Unknown
from exportready.model.report import Expiry, FindingId, RuleResult, Waiver
from exportready.model.rules import ANSWERS, Rule
from exportready.policy.waivers import SOON

_KIND = "account.answers"


def lapses(
    results: Sequence[RuleResult],
    waivers: Mapping[FindingId, Waiver],
    evidence: Evidence,
    at: datetime,
    zone: tzinfo | None,
    within: timedelta | None = SOON,
) -> tuple[Expiry, ...]:
    """What still counts at `at` and does no more within 30 days (or another while; None: ever), the next first."""
    found = {
        (one.what, one.name, one.of): one for one in sorted(_all(results, waivers, evidence, zone), key=_until, reverse=True)
    }
    last = None if within is None else at + within
    counted = (one for one in found.values() if at <= one.until and (last is None or one.until <= last))
    return tuple(sorted(counted, key=lambda one: (one.until, one.name)))


def holds_until(
    evidence: Evidence, rules: Sequence[Rule], accepted: Sequence[Waiver], at: datetime, zone: tzinfo | None
) -> datetime | None:
    """The first moment after `at` at which the same files may be judged otherwise; None where there is none.

    Nothing is left out and something may be too much: each date is taken to matter for each age that anything reads.
    """
    listings = (one for held in evidence.listings.values() for one in held)
    records = evidence.dataset(_KIND).records
    stated = {one.dated for one in evidence.sources} | {one.dated for one in evidence.datasets.values()}
    stated |= (
        {one.dated for one in listings}
        | {note.dated for record in records for note in record.notes.values()}
        | {evidence.account.taken_at}
    )
    ages = {age for rule in rules for age in rule.max_age.values()} | {-CLOCK_SKEW}
    ages |= {setting.stays_fresh for setting in BY_PATH.values() if setting.stays_fresh is not None}
    ends = {dated + age for dated in stated if dated is not None for age in ages}
    ends |= {_last_moment(one, zone) for one in accepted}
    ends |= {  # a waiver that reaches too far ahead counts from some day on
        _moment(one.expires - rule.longest_waiver, zone)
        for one in accepted
        for rule in rules
        if rule.longest_waiver is not None
    }
    if any(dataset.scope is Scope.WAITING and not dataset.records for dataset in evidence.datasets.values()):
        ends.add(at)  # «there are none» counts for a day, and its date is not kept
    return min((end for end in ends if end >= at), default=None)


def _last_moment(waiver: Waiver, zone: tzinfo | None) -> datetime:
    return _moment(waiver.expires, zone, time.max)


def _moment(day: date, zone: tzinfo | None, at: time = time.min) -> datetime:
    moment = datetime.combine(day, at, zone)
    return moment if moment.tzinfo else moment.astimezone()


def _until(lapse: Expiry) -> datetime:
    return lapse.until


def _all(
    results: Iterable[RuleResult], waivers: Mapping[FindingId, Waiver], evidence: Evidence, zone: tzinfo | None
) -> Iterator[Expiry]:
    for result in results:
        yield from _answers(result.rule, evidence)
        for waiver in {waivers[one.id] for one in result.findings if one.id in waivers}:
            yield Expiry(what="waiver", name=result.rule.title, of=waiver.owner, until=_last_moment(waiver, zone))


def _answers(rule: Rule, evidence: Evidence) -> Iterator[Expiry]:
    """An answer counts for as long as the strictest rule says that reads it, and no longer than such an answer may at all."""
    for record in evidence.dataset(_KIND).records[:1]:
        for path, value in record.fields.items():
            dated = record.notes[path].dated if path in record.notes else None
            ages: list[timedelta | None] = [age for name, age in rule.max_age.items() if _reads(name, path)]
            ages += [BY_PATH[path].stays_fresh] if path in BY_PATH else []
            if dated is not None and not isinstance(value, Unknown):
                yield from (
                    Expiry(what="answer", name=question(ANSWERS, path), of=path, until=dated + age)
                    for age in ages
                    if age is not None
                )


def _reads(name: str, path: str) -> bool:
    limit = name.removeprefix(f"{ANSWERS}.")
    return name == _KIND or (name != limit and (path == limit or path.startswith(f"{limit}.")))
