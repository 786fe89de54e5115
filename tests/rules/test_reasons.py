"""Every gap has a reason and a channel, whatever the files lack."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import samples
from exportready.derive import derive
from exportready.evidence import snapshot
from exportready.judge import judge
from exportready.judge.tryout import try_out
from exportready.kinds import KINDS, way
from exportready.kinds.account import BY_PATH, FILE_MODE
from exportready.model.evidence import Evidence, Scope
from exportready.model.reasons import Channel, Reason
from exportready.model.report import Gap, Outcome, RuleResult
from exportready.model.rules import Rule

BOOK = samples.rulebook()
AT = datetime.fromisoformat("2026-11-20T18:00:00-07:00")
COMPANIES = {
    name: snapshot.read(Path(__file__).parents[2] / "examples" / name, BOOK.wanted, AT)
    for name in ("ready", "not-ready", "after-export", "by-hand")
}
GIVEN = {name: sorted(evidence.datasets) for name, evidence in COMPANIES.items()}


def lacking(name: str, kinds: Collection[str], fields: Collection[tuple[str, str]] = ()) -> Evidence:
    """Return a company's evidence without some kinds of record, and without some fields."""
    evidence = COMPANIES[name]
    datasets = {kind: dataset for kind, dataset in evidence.datasets.items() if kind not in kinds}
    for kind, field in fields:
        if kind in datasets:
            records = datasets[kind].records
            bare = (replace(one, fields={at: value for at, value in one.fields.items() if at != field}) for one in records)
            datasets[kind] = replace(datasets[kind], records=tuple(bare))
    listings = {kind: listed for kind, listed in evidence.listings.items() if kind in datasets}
    return replace(evidence, datasets=datasets, listings=listings)


def judged(evidence: Evidence) -> tuple[RuleResult, ...]:
    return judge(BOOK.rules, derive(evidence, AT), None, AT)


def gaps(results: Collection[RuleResult]) -> Iterator[tuple[str, Gap]]:
    yield from ((result.rule.id, gap) for result in results for gap in result.gaps)


def inconclusive(results: Collection[RuleResult]) -> set[tuple[str, str, str | None]]:
    """Return the rules and fields whose gaps are inconclusive."""
    return {(rule, gap.kind, gap.field) for rule, gap in gaps(results) if gap.cause is Reason.INCONCLUSIVE}


QUOTES = dict.fromkeys(map(ord, "\u201c\u201d\u2018\u2019"), '"')
UNSETTLED = {name: inconclusive(judged(evidence)) for name, evidence in COMPANIES.items()}
"""What the files of each company leave undecided although nothing is missing."""


def check_results(results: Collection[RuleResult]) -> None:
    """Check that every undecided rule has a reason, and a cause that one of its gaps has."""
    for result in results:
        assert (result.cause is None) is (result.outcome is not Outcome.CANNOT_TELL), result.rule.id
        if result.outcome is Outcome.CANNOT_TELL and result.gaps:
            assert result.cause is result.gaps[0].cause, result.rule.id
    for rule, gap in gaps(results):
        assert gap.reason, (rule, gap)
        assert gap.channel not in gap.also, (rule, gap)
        assert not gap.question or gap.channel is Channel.ASK, (rule, gap)
        assert gap.question in ("", FILE_MODE, *BY_PATH), (rule, gap)
        assert gap.source in ("", *KINDS), (rule, gap)
        assert (Channel.INTEGRATOR in (gap.channel, *gap.also)) is _names_request(gap.integrator), (rule, gap)
        assert "GET /" not in gap.supply, (rule, gap)


def _names_request(integrator: str) -> bool:
    return "GET /" in integrator or "From QuickBooks: the qbXML response" in integrator


def check_datasets(evidence: Evidence) -> None:
    for kind in (*KINDS, *evidence.datasets):
        dataset = evidence.dataset(kind)
        assert (dataset.cause is None) is (dataset.scope is Scope.WHOLE), (kind, dataset.scope, dataset.why)
    for listed in evidence.listings.values():
        for listing in listed:
            assert (listing.cause is None) is listing.whole, (listing.kind, listing.path, listing.why_part)


@pytest.mark.parametrize("name", COMPANIES)
def test_a_list_that_is_not_whole_says_why(name: str) -> None:
    check_datasets(derive(COMPANIES[name], AT))


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name in COMPANIES for kind in GIVEN[name]])
def test_a_missing_list_leaves_nothing_inconclusive(name: str, kind: str) -> None:
    check_lacking(name, {kind})


def check_lacking(name: str, kinds: Collection[str], fields: Collection[tuple[str, str]] = ()) -> None:
    evidence = lacking(name, kinds, fields)
    check_datasets(derive(evidence, AT))
    results = judged(evidence)
    check_results(results)
    assert inconclusive(results) <= UNSETTLED[name]


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name in COMPANIES for kind in GIVEN[name]])
def test_a_file_that_breaks_off_says_how_to_supply_its_records(name: str, kind: str) -> None:
    evidence = lacking(name, {kind})
    broken = replace(evidence.sources[0], path="broken", error="it breaks off", is_answers=kind == "account.answers")
    check_results(judged(replace(evidence, sources=(*evidence.sources, broken))))


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, set[str], set[tuple[str, str]]]:
    """Draw a company, lists to remove from it, and fields to remove from other lists."""
    name = draw(st.sampled_from(sorted(COMPANIES)))
    places = sorted(
        {
            (kind, field)
            for kind, dataset in COMPANIES[name].datasets.items()
            for record in dataset.records[:3]
            for field in record.fields
            if field != "syncStatus"  # without it refunds and cut numbers are looked for, and how those arrive nobody knows
        }
    )
    kinds = draw(st.sets(st.sampled_from(GIVEN[name]), max_size=6))
    return name, kinds, draw(st.sets(st.sampled_from(places), max_size=8))


@settings(max_examples=60, deadline=None)
@given(damaged())
def test_every_gap_has_a_cause_whatever_is_missing(found: tuple[str, set[str], set[tuple[str, str]]]) -> None:
    check_lacking(*found)


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
def test_the_gaps_of_every_example_have_a_cause(rule: Rule) -> None:
    check_results([try_out(rule, example) for example in rule.examples])


def test_a_gap_of_a_kind_from_the_api_names_the_integrator() -> None:
    for kind in KINDS.values():
        how = way(kind.name, None)
        by_api = Channel.INTEGRATOR in (how.channel, *how.also)
        assert by_api is _names_request(how.integrator), kind.name
        assert how.channel is not Channel.INTEGRATOR or re.match(
            "Ask your (ServiceTitan|QuickBooks) integrator", how.instruction
        )
        assert how.instruction, kind.name
        assert not re.search(r"GET|API|\.json|\.yaml|[{}]|exportready |QueryRq|qbXML", how.instruction), kind.name
        assert how.channel not in (Channel.CONFIRM, Channel.CONNECTION), "nothing can be filled so yet"


@pytest.mark.parametrize("path", BY_PATH)
def test_an_answer_is_asked_for_by_its_own_question(path: str) -> None:
    how = way("account.answers", path)
    assert (how.channel, how.also, how.question) == (Channel.ASK, (), path)
    assert BY_PATH[path].question.translate(QUOTES) in how.instruction.translate(QUOTES)
