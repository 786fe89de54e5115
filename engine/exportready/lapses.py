"""What soon counts no more: answers by the age that a rule allows them, waivers by their last day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time, timedelta, tzinfo

from exportready.kinds import question
from exportready.kinds.account import BY_PATH
from exportready.model.evidence import Evidence, Unknown
from exportready.model.report import Lapse, RuleResult
from exportready.model.rules import ANSWERS, Rule
from exportready.waivers import SOON

_KIND = "account.answers"


def lapses(results: Sequence[RuleResult], evidence: Evidence, at: datetime, zone: tzinfo | None) -> tuple[Lapse, ...]:
    """What still counts at `at` and does no more within 30 days, the next first."""
    found = {(one.what, one.name, one.of): one for one in sorted(_all(results, evidence, zone), key=_until, reverse=True)}
    return tuple(
        sorted((one for one in found.values() if at <= one.until <= at + SOON), key=lambda one: (one.until, one.name))
    )


def _until(lapse: Lapse) -> datetime:
    return lapse.until


def _all(results: Iterable[RuleResult], evidence: Evidence, zone: tzinfo | None) -> Iterator[Lapse]:
    for result in results:
        yield from _answers(result.rule, evidence)
        for waiver in {finding.waiver for finding in result.findings if finding.waiver is not None}:
            last = datetime.combine(waiver.expires, time.max, zone)
            yield Lapse("waiver", result.rule.title, waiver.owner, last if last.tzinfo else last.astimezone())


def _answers(rule: Rule, evidence: Evidence) -> Iterator[Lapse]:
    """An answer counts for as long as the strictest rule says that reads it, and no longer than such an answer may at all."""
    for record in evidence.shelf(_KIND).records[:1]:
        for path, value in record.fields.items():
            dated = record.notes[path].dated if path in record.notes else None
            ages: list[timedelta | None] = [age for name, age in rule.max_age.items() if _reads(name, path)]
            ages += [BY_PATH[path].stays_fresh] if path in BY_PATH else []
            if dated is not None and not isinstance(value, Unknown):
                yield from (Lapse("answer", question(ANSWERS, path), path, dated + age) for age in ages if age is not None)


def _reads(name: str, path: str) -> bool:
    limit = name.removeprefix(f"{ANSWERS}.")
    return name == _KIND or (name != limit and (path == limit or path.startswith(f"{limit}.")))
