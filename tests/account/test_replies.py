"""Replies to the questions of the interview, and words that give no answer."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

import pytest

from exportready.account.questions import FILES_TAKEN, INTERVIEW, NAME, SINCE, TAKEN_AT, own_question, question_for
from exportready.account.replies import Answer, BadReply, describe_answers, describe_replies, is_irrelevant, parse_reply
from exportready.kinds.account import BY_PATH, FILE_MODE
from exportready.model.questions import Question
from exportready.schema.times import parse_us_time

CONNECTOR, USES, POPULATE = INTERVIEW[2], INTERVIEW[5], INTERVIEW[6]


@pytest.mark.parametrize(
    "text", ["", "  ", "?", "don't know", "Don\u2019t know", "dont know", "not sure", "UNKNOWN", "no idea"]
)
@pytest.mark.parametrize("question", [INTERVIEW[0], INTERVIEW[1], CONNECTOR])
def test_words_for_dont_know_give_no_answer(question: Question, text: str) -> None:
    assert parse_reply(question, text) == {}


@pytest.mark.parametrize("text", ["yes", "Y", " Yes ", "1", "true", "TRUE"])
def test_words_for_yes_are_understood(text: str) -> None:
    assert parse_reply(own_question("serialNumbersWanted"), text) == {"serialNumbersWanted": True}


@pytest.mark.parametrize("text", ["no", "N", "2", "False"])
def test_words_for_no_are_understood(text: str) -> None:
    assert parse_reply(own_question("serialNumbersWanted"), text) == {"serialNumbersWanted": False}


@pytest.mark.parametrize("text", ["maybe", "3", "0", "-1", "yes and no", "off"])
def test_other_words_are_rejected(text: str) -> None:
    with pytest.raises(BadReply, match=r"isn't one of the choices\. Type a number from 1 to 2"):
        parse_reply(own_question("serialNumbersWanted"), text)


@pytest.mark.parametrize("text", ["green, after restarting it normally (not as administrator)", "3"])
def test_one_reply_may_answer_several_settings(text: str) -> None:
    answers = {"webConnector.status": "online", "webConnector.restarted": True, "webConnector.runsAsAdministrator": False}
    assert parse_reply(CONNECTOR, text) == answers


def test_a_beginning_shared_by_several_labels_is_rejected() -> None:
    with pytest.raises(BadReply):
        parse_reply(CONNECTOR, "green, after")
    assert parse_reply(INTERVIEW[3], "intuit") == {"webConnector.sentBy": "quickbooks"}


NOT_USED = dict.fromkeys(("modules.purchasing", "modules.inventory", "purchaseOrders.export", "serialNumbersWanted"), False)


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("1, 2", ("modules.purchasing", "modules.inventory")),
        ("1 4", ("modules.purchasing", "serialNumbersWanted")),
        ("inventory; serial numbers", ("modules.inventory", "serialNumbersWanted")),
        ("0", ()),
        ("none of these", ()),
        ("None", ()),
    ],
)
def test_several_replies_can_be_chosen_and_the_others_are_answered_too(text: str, used: tuple[str, ...]) -> None:
    answers = {**NOT_USED, **dict.fromkeys(used, True)}
    assert parse_reply(USES, text) == answers
    assert parse_reply(USES, describe_answers(USES, answers).replace(" and ", ", ")) == answers


def test_no_reply_to_boxes_claims_nothing() -> None:
    assert parse_reply(USES, "") == {}


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [
        ("peopleWhoExport", "2", Decimal(2)),
        ("peopleWhoExport", "1.0", Decimal(1)),
        ("salesTax.zones.Denver", "none", "none"),
        ("closingDate", "10/31/2026", date(2026, 10, 31)),
        ("closingDate", "2026-10-31", date(2026, 10, 31)),
        ("closingDate", "None", "none"),
        ("purchaseOrders.taxItem", "  PO   Tax ", "PO Tax"),
        (NAME, "Smith  & Sons", "Smith & Sons"),
        (FILE_MODE, "no", "multiUser"),
        (TAKEN_AT, "Today", "today"),
        (TAKEN_AT, "11/20/2026 5:25 PM", datetime(2026, 11, 20, 17, 25)),  # noqa: DTZ001 - the caller gives the zone
        (TAKEN_AT, "yesterday", datetime(2026, 11, 19)),  # noqa: DTZ001
        (TAKEN_AT, "November 20, 2026", datetime(2026, 11, 20)),  # noqa: DTZ001
        (SINCE, "yesterday", date(2026, 11, 19)),
        (SINCE, "Today", date(2026, 11, 20)),
        (SINCE, "2023", date(2023, 1, 1)),
        (SINCE, "11/20/2026", date(2026, 11, 20)),
        (SINCE, "1/2/26", date(2026, 1, 2)),
        (SINCE, "Sept 1 2026", date(2026, 9, 1)),
        ("webConnector.since", "Yesterday", date(2026, 11, 19)),
    ],
)
def test_free_text_is_parsed_by_type(path: str, text: str, value: object) -> None:
    assert parse_reply(question_of(path), text, today=date(2026, 11, 20)) == {path: value}


@pytest.mark.parametrize(
    ("path", "text"),
    [("peopleWhoExport", "0"), ("peopleWhoExport", "1.5"), ("peopleWhoExport", "two"), ("closingDate", "31/10/2026"),
     ("closingDate", "October"), ("closingDate", "2023"), (SINCE, "1"), (SINCE, "Octopus 1, 2026"), (TAKEN_AT, "1"),
     (TAKEN_AT, "lately")],
)  # fmt: skip
def test_free_text_that_cannot_be_parsed_is_rejected(path: str, text: str) -> None:
    with pytest.raises(BadReply, match=f'^"{text}" isn\'t a '):
        parse_reply(question_of(path), text, today=date(2026, 11, 20))


def test_yesterday_is_no_date_without_a_day_to_count_from() -> None:
    with pytest.raises(BadReply, match="yesterday"):
        parse_reply(question_of(SINCE), "yesterday")


def question_of(path: str) -> Question:
    """Return the question about the files, or that of a setting."""
    return Question(text="When?", explanation="", path=path) if path in (TAKEN_AT, SINCE) else own_question(path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20", "2026-11-20T00:00:00"),
        ("2026-11-20T17:25:00-07:00", "2026-11-20T17:25:00-07:00"),
        ("11/20/2026", "2026-11-20T00:00:00"),
        ("11/20/2026 5:25 PM", "2026-11-20T17:25:00"),
        ("11/20/2026, 12:05 am", "2026-11-20T00:05:00"),
        ("11/20/2026 17:25", "2026-11-20T17:25:00"),
        ("11-20-2026 5:25 PM", "2026-11-20T17:25:00"),
        ("11/20/2026 17:25 PM", None),
        ("0001-01-01", None),
        ("20/11/2026", None),
        ("11/20/26", None),
        ("soon", None),
    ],
)
def test_a_moment_in_iso_or_american_form_is_parsed(text: str, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(ValueError, match=r".+"):
            parse_us_time(text)
    else:
        assert parse_us_time(text).isoformat() == expected


def test_a_question_is_irrelevant_only_if_the_answer_before_it_is_known() -> None:
    assert not is_irrelevant(POPULATE, {})
    assert not is_irrelevant(POPULATE, {"webConnector.sentBy": "servicetitan"})
    assert is_irrelevant(POPULATE, {"webConnector.sentBy": "quickbooks"})


def test_there_are_at_most_twelve_questions_and_each_setting_has_one() -> None:
    assert len(INTERVIEW) <= 12
    for path in BY_PATH:
        assert path in question_for(path).paths
        assert own_question(path).paths == {path}
        assert describe_replies(own_question(path))


def test_each_question_has_an_explanation_that_office_people_understand() -> None:
    asked = [*INTERVIEW, FILES_TAKEN, *map(own_question, BY_PATH), own_question("salesTax.zones.Denver")]
    for question in asked:
        assert question.explanation
        for text in (question.text, question.explanation):
            assert not re.search(r"account\.yaml|[{}]|exportready|GET |\b[a-z]+[A-Z]\w+", text), text


def test_answers_are_described_as_people_reply_them() -> None:
    online: dict[str, Answer] = {"webConnector.status": "online", "webConnector.restarted": False}
    assert describe_answers(CONNECTOR, online) == "green"
    assert describe_answers(CONNECTOR, {**online, "webConnector.restarted": True}) == "yes and online"
    assert describe_answers(own_question("closingDate"), {"closingDate": date(2026, 10, 31)}) == "October 31, 2026"
    assert describe_answers(CONNECTOR, {}) == ""
