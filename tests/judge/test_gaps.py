"""The reason and channels of every kind of gap, and how gaps are merged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from exportready.judge.gaps import merged
from exportready.model.reasons import Channel, Reason
from exportready.model.report import Gap

from .test_language import EARLIER, OLD_EMPTY_LIST, PIPE, answers, judged, materials

LISTED = "!HDR\tPROD\tTIME\nHDR\tQuickBooks\t1690000000\n!INVITEM\tNAME\tINVITEMTYPE\n"
MINUTES, YEAR = timedelta(minutes=10), timedelta(days=365)
ITEM = "related: {qb: {kind: quickbooks.Item, match: {Name: $code}}}\n"
HAS_CODE = "each: servicetitan.material\nexpect: {code: present}\n"
HAS_ITEM = f"each: servicetitan.material\n{ITEM}expect: {{qb: present}}\n"
COSTS = "each: servicetitan.material\nexpect: {cost: {above: 0}}\n"
PEOPLE = "each: account.answers\nexpect: {peopleWhoExport: 1}\nmax_age: {$answers.peopleWhoExport: 180d}\n"
ASKED, BY_HAND = (Channel.ASK, ()), (Channel.EXPORT, (Channel.INTEGRATOR,))
LISTS = (Channel.EXPORT, ())
Way = tuple[Channel, tuple[Channel, ...]]


def pipe(**fields: object) -> dict[str, object]:
    return {**PIPE, **fields}


CASES: list[tuple[str, str, Mapping[str, str], Reason, Way]] = [
    ("no file", HAS_CODE, {}, Reason.NOT_SUPPLIED, BY_HAND),
    ("a file that breaks off", HAS_CODE, {"materials.json": materials(PIPE)[:-9]}, Reason.UNREADABLE, LISTS),
    ("more pages", HAS_CODE, {"materials.json": materials(PIPE, hasMore=True)}, Reason.PARTIAL, BY_HAND),
    ("no inactive one", HAS_CODE, {"materials.json": materials(pipe(active=True))}, Reason.ACTIVE_ONLY, BY_HAND),
    ("a spreadsheet", HAS_CODE, {"materials.csv": "Code,Active\nPIPE-1,No\n"}, Reason.NOT_STATED_WHOLE, ASKED),
    ("no field", COSTS, {"materials.json": materials(PIPE)}, Reason.NOT_EXPORTED, BY_HAND),
    ("no column", COSTS, {"materials.csv": "Code,Active\nPIPE-1,No\n"}, Reason.NOT_EXPORTED, (Channel.INTEGRATOR, ())),
    ("a strange column", COSTS, {"materials.csv": "Code,Active,Preis\nPIPE-1,No,1\n"}, Reason.NOT_EXPORTED, ASKED),
    ("two columns", COSTS, {"materials.csv": "Code,Active,Cost,Cost\nPIPE-1,No,1,2\n"}, Reason.AMBIGUOUS, LISTS),
    ("an empty field", COSTS, {"materials.json": materials(pipe(cost=None))}, Reason.EMPTY, BY_HAND),
    ("a strange value", COSTS, {"materials.json": materials(pipe(cost="much"))}, Reason.UNREADABLE, BY_HAND),
    (
        "two files that disagree",
        COSTS,
        {"materials.json": materials(pipe(cost=1)), "materials-2.json": materials(pipe(cost=2))},
        Reason.CONTRADICTORY,
        LISTS,
    ),
    ("no related list", HAS_ITEM, {"materials.json": materials(PIPE)}, Reason.NOT_SUPPLIED, LISTS),
    (
        "two of one name",
        f"each: servicetitan.material\n{ITEM}expect: {{qb.IsActive: true}}\n",
        {"materials.json": materials(PIPE), "lists.iif": f"{LISTED}INVITEM\tPIPE-1\tSERV\nINVITEM\tPIPE-1\tOTHC\n"},
        Reason.AMBIGUOUS,
        LISTS,
    ),
    (
        "a record that its list lacks",
        f"each: servicetitan.material\n{ITEM}expect: {{qb.IsActive: true}}\n",
        {"materials.json": materials(PIPE), "lists.iif": OLD_EMPTY_LIST},
        Reason.UNRESOLVED,
        LISTS,
    ),
    (
        "a record that names none",
        "each: servicetitan.material\nrelated: {qb: {kind: quickbooks.Item, match: {Name: $account}}}\nexpect: {qb.IsActive: true}\n",
        {"materials.json": materials(pipe(account=None)), "lists.iif": OLD_EMPTY_LIST},
        Reason.EMPTY,
        LISTS,
    ),
    (
        "a record without what it always has",
        f"each: servicetitan.material\n{ITEM}expect: {{qb: absent}}\n",
        {"materials.json": materials(pipe(code=None)), "lists.iif": OLD_EMPTY_LIST},
        Reason.EMPTY,
        BY_HAND,
    ),
    (
        "an old list",
        f"{HAS_ITEM}max_age: {{quickbooks.Item: 4h}}\n",
        {"materials.json": materials(PIPE), "lists.iif": OLD_EMPTY_LIST},
        Reason.STALE,
        LISTS,
    ),
    (
        "a list without a date",
        f"{HAS_CODE}max_age: {{servicetitan.material: 4h}}\n",
        {"materials.json": materials(PIPE)},
        Reason.UNDATED,
        ASKED,
    ),
    ("no answers", PEOPLE, {}, Reason.UNANSWERED, ASKED),
    ("a question left open", PEOPLE, {"account.yaml": answers("{customerMapping: customerLevel}", MINUTES)}, Reason.UNANSWERED, ASKED),
    ("nobody knows", PEOPLE, {"account.yaml": answers("{peopleWhoExport: don't know}", MINUTES)}, Reason.DONT_KNOW, ASKED),
    ("an old answer", PEOPLE, {"account.yaml": answers("{peopleWhoExport: 1}", YEAR)}, Reason.STALE, ASKED),
    ("an answer without a date", PEOPLE, {"account.yaml": "settings: {peopleWhoExport: 1}\n"}, Reason.UNDATED, ASKED),
    ("no earlier folder", EARLIER, {"materials.json": materials(PIPE)}, Reason.NO_EARLIER_SNAPSHOT, LISTS),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "files", "cause", "ways"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_gap_has_its_reason_and_channels(
    tmp_path: Path, rule: str, files: Mapping[str, str], cause: Reason, ways: Way
) -> None:
    result = judged(tmp_path, rule, files)
    assert cause in {gap.cause for gap in result.gaps}
    gap = next(one for one in result.gaps if one.cause is cause)
    assert (gap.channel, gap.also) == ways
    assert result.cause in {one.cause for one in result.gaps}


def test_a_gap_names_the_question_only_if_the_answer_itself_is_missing(tmp_path: Path) -> None:
    (open_,) = judged(tmp_path / "a", PEOPLE, {}).gaps
    (undated,) = judged(tmp_path / "b", PEOPLE, {"account.yaml": "settings: {peopleWhoExport: 1}\n"}).gaps
    assert (open_.question, undated.question) == ("peopleWhoExport", "")
    single = "each: quickbooks.Host\nexpect: {QBFileMode: SingleUser}\n"
    (mode,) = judged(tmp_path / "c", single, {}).gaps
    assert (mode.channel, mode.question) == (Channel.ASK, "quickbooks.fileMode")


def a_gap(subject: str, cause: Reason, reason: str = "x") -> Gap:
    return Gap(
        kind="servicetitan.material",
        field="cost",
        subject=subject,
        reason=reason,
        supply="export it",
        cause=cause,
        channel=Channel.EXPORT,
    )


@pytest.mark.parametrize("grave", [Reason.UNREADABLE, Reason.CONTRADICTORY, Reason.PARTIAL, Reason.UNRESOLVED])
def test_merged_gaps_keep_the_cause_that_no_statement_can_fix(grave: Reason) -> None:
    mild, other = a_gap("A", Reason.NOT_EXPORTED, "a"), a_gap("B", grave, "b")
    expected = (replace(mild, subject=None, cause=grave),)
    assert merged([mild, other]) == merged([other, mild]) == expected


def test_merged_gaps_of_equal_causes_keep_the_cause_of_the_kept_reason() -> None:
    assert merged([a_gap("A", Reason.STALE, "b"), a_gap("A", Reason.UNDATED, "a")]) == (a_gap("A", Reason.UNDATED, "a"),)
