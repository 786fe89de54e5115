"""What the screens say of a report: the band, the reconciliation, the work list, and which files prove a fix."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from starlette.datastructures import FormData

from exportready.app.pages import answers, sentences
from exportready.app.pages.band import Band, Setting, band_of
from exportready.app.pages.bridge import bridges, matching
from exportready.app.pages.jobs import groups
from exportready.app.pages.proofs import answered, proofs
from exportready.app.pages.strip import strip_of
from exportready.app.summary import check_info
from exportready.app.values import Answered, CheckInfo, Choice, Needed, Progress, Question, Rejected
from exportready.model.display import format_money
from exportready.model.report import Report
from exportready.reporters.office import office_view
from samples import report

DENVER = timezone(timedelta(hours=-7))
NOW = datetime(2026, 11, 20, 18, 0, tzinfo=DENVER)
AFTER = datetime(2026, 11, 21, 12, 0, tzinfo=DENVER)


def of(name: str) -> Report:
    return report(name, AFTER if name == "after-export" else NOW)


def info(found: Report, until: datetime | None = None) -> CheckInfo:
    return check_info(found, "20261120-180000-000000-before-0000", NOW, until, Path("result.json"))


def band(name: str, until: datetime | None = None, **more: Any) -> Band:
    found = of(name)
    now = AFTER if name == "after-export" else NOW
    return band_of(found, office_view(found), Setting(here="/c/1", now=now, check=info(found, until), needed=Needed(), **more))


# -- the band


def test_ready_says_what_can_be_exported_and_until_when() -> None:
    shown = band("ready", NOW + timedelta(hours=2))
    assert (shown.look, shown.title) == ("fine", "Ready to export")
    assert shown.todo.startswith("You can export batch 1042 now: ")
    assert shown.good_until == "8:00 PM today"
    assert [button.label for button in shown.buttons] == ["Show me how to export", "I've exported it", "Print or PDF"]


def test_a_verdict_whose_time_is_over_is_not_shown_as_ready() -> None:
    shown = band("ready", NOW - timedelta(minutes=1))
    assert (shown.look, shown.title) == ("unknown", "No problems found so far")
    assert shown.good_until == ""
    assert shown.buttons[0].label == "Check again"
    assert "expired at 5:59 PM today" in shown.todo
    assert band("ready", NOW - timedelta(minutes=1), is_past=True).title == "Ready to export", (
        "an earlier report stays as it was"
    )


def test_problems_come_with_their_number_minutes_and_files() -> None:
    shown = band("not-ready", files_again=3)
    assert (shown.look, shown.title) == ("fix", "Don't export yet")
    assert shown.todo.startswith("18 problems to fix so far (about ")
    assert shown.todo.endswith("then drop 3 files again.")
    assert shown.buttons[0].href == "#fix"
    assert shown.tiles[0].number == 18


def test_open_checks_are_not_a_yes() -> None:
    shown = band("by-hand")
    assert shown.look == "unknown"
    assert "That isn't a yes yet." in shown.meaning
    assert shown.buttons[0].label.startswith("Finish ")


def test_answers_are_as_old_as_the_last_of_them() -> None:
    found = of("ready")
    given = [
        Question(
            id="answer:x", path="x", text="?", answered=Answered(by="", at=NOW - timedelta(hours=3), until=None, value="a")
        ),
        Question(
            id="confirm:r", rule="r", text="?", answered=Answered(by="", at=NOW - timedelta(hours=1), until=None, value="y")
        ),
    ]
    setting = Setting(here="/c/1", now=NOW, check=info(found), needed=Needed(answered=tuple(given)))
    ages = {age.name: age.age for age in band_of(found, office_view(found), setting).ages}
    assert ages["1 answer, 1 confirmation"] == "1 h old"
    assert "Your answers" not in ages


def test_after_the_export_the_band_says_what_arrived() -> None:
    shown = band("after-export")
    assert shown.title == "Some transactions are missing or wrong"
    assert "Batch 1042: 69 arrived, 2 missing, 1 not sent." in shown.meaning
    assert shown.tiles == ()


# -- the reconciliation


def money(text: str) -> Decimal:
    return Decimal(text.replace("\u2212", "-").replace("$", "").replace(",", "").replace("+", "") or "0")


def test_the_lines_lead_from_one_sum_to_the_other() -> None:
    (bridge,) = bridges(of("after-export"))
    assert bridge.name == "Batch 1042 (11-20 plumbing)"
    for column in range(len(bridge.columns)):
        amounts = [money(row.cells[column].amount) for row in bridge.rows]
        assert sum(amounts[:-1]) == amounts[-1], bridge.columns[column]
    assert bridge.rows[0].cells[-1].amount == format_money(Decimal("75110.37"))
    assert "accounted for" in bridge.sentence


def test_batches_that_match_are_one_line() -> None:
    assert matching(of("after-export")) == "Batches 211, 1038, 1039, 1040, and 1041 still match to the cent."


# -- the work list


def test_every_transaction_to_correct_is_a_task_of_someone() -> None:
    found = of("after-export")
    lists = groups(found, office_view(found), [])
    assert lists[0].heading == "For you"
    assert lists[-1].heading == "Ask the bookkeeper first"
    labels = [job.label for group in lists for job in group.jobs]
    assert "Invoice 58248 for Brindlow, Nico is in QuickBooks twice" in labels
    assert "Apply payment P9354 to invoice 58278: $633.08" in labels
    keys = [job.key for group in lists for job in group.jobs]
    assert len(set(keys)) == len(keys)
    again = groups(of("after-export"), office_view(found), keys[:1])
    assert {job.key for group in again for job in group.jobs} == set(keys), "a task keeps its key"
    assert next(group for group in again if keys[0] in [job.key for job in group.jobs]).jobs[-1].key == keys[0], (
        "done: at the end"
    )
    assert "58278" in lists[-1].text


# -- what proves a fix


def test_only_the_files_that_show_a_fix_are_asked_for_again() -> None:
    found = of("not-ready")
    cards = office_view(found).fix
    asked = answered(cards)
    assert asked[0].heading == "The Web Connector is offline"
    shown = proofs(found, cards)
    assert {proof.what for proof in shown} >= {"Pricebook", "Batch", "QuickBooks lists"}
    for card in asked:
        number = cards.index(card) + 1
        assert all(str(number) not in proof.problems.replace(",", " ").split() for proof in shown)
    by_number = {number for proof in shown for number in proof.problems.replace(",", " ").split() if number.isdecimal()}
    without = {str(cards.index(card) + 1) for card in asked}
    assert by_number | without == {str(number) for number in range(1, len(cards) + 1)}, "every problem has its proof"


# -- the strip


def test_the_strip_leads_to_the_most_useful_step() -> None:
    idle, none = Progress(), Needed()
    question = Question(id="answer:x", path="x", text="?")
    bad, good = info(of("not-ready")), info(of("ready"), NOW + timedelta(hours=1))

    def button(check: CheckInfo | None, needed: Needed = none, progress: Progress = idle, **more: Any) -> tuple[str, str]:
        shown = strip_of("/c/1", check, needed, progress, NOW, **{"phase": "before-export", "has_files": True, **more})
        return shown.title, shown.button

    assert button(None) == ("Not checked yet", "Check now")
    assert button(None, has_files=False) == ("Not checked yet", "")
    assert button(None, phase="after-export") == ("Did it arrive?", "What to drop")
    assert button(good) == ("Ready to export", "See the verdict")
    assert button(bad) == ("Don't export yet", "See the 18 problems")
    assert button(bad, Needed(questions=(question,))) == ("Don't export yet", "Answer 1 question")
    assert button(good, progress=Progress(state="running")) == ("Checking…", "")
    assert button(info(of("ready"), NOW - timedelta(hours=1))) == ("The last verdict has expired", "Check again")


# -- sentences and answers


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (NOW, "today at 6:00 PM"),
        (NOW - timedelta(days=1), "yesterday at 6:00 PM"),
        (NOW - timedelta(days=3), "on November 17, 2026, at 6:00 PM"),
        (datetime(2026, 11, 21, 0, 30, tzinfo=UTC), "today at 5:30 PM"),
    ],
)
def test_moments_are_said_as_people_say_them(when: datetime, said: str) -> None:
    assert sentences.moment(when, NOW) == said


def test_answers_say_who_gave_them_and_until_when() -> None:
    given = Answered(by="the office manager", at=NOW, until=NOW + timedelta(hours=4), value="yes", label="Yes")
    assert sentences.said_by(given, NOW) == "The office manager, today at 6:00 PM. Counts until 10:00 PM today"
    late = sentences.said_by(given, NOW + timedelta(days=1))
    assert late == "The office manager, yesterday at 6:00 PM. Expired at 10:00 PM yesterday"
    assert sentences.shown_value(Answered(by="", at=None, until=None, value="2026-10-31"), NOW) == "October 31, 2026"


def test_minutes_add_up_questions_and_looks() -> None:
    question, look = Question(id="answer:x", path="x", text="?"), Question(id="confirm:r", rule="r", text="?", minutes=10)
    assert sentences.minutes_of([question]) == "about 1 minute"
    assert sentences.minutes_of([question] * 7 + [look]) == "about 13 minutes"


def test_no_choice_is_no_answer() -> None:
    question = Question(id="answer:x", path="x", text="?", choices=(Choice(value="yes", label="Yes"),))
    assert answers.value_of(question, FormData([("value", "yes")])) == "yes"
    assert answers.value_of(question, FormData([("value", answers.UNKNOWN)])) is None
    assert answers.value_of(question, FormData([("unknown", answers.UNKNOWN)])) is None
    with pytest.raises(Rejected):
        answers.value_of(question, FormData())
