"""Replies to the questions of the interview, and words that give no answer."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from exportready.account.questions import INTERVIEW, NAME, TAKEN_AT, Question, own_question, question_for
from exportready.account.replies import BadReply, describe_replies, is_irrelevant, parse_reply
from exportready.kinds.account import BY_PATH, FILE_MODE
from exportready.schema.times import parse_us_time

CONNECTOR, SAME, MODULES = INTERVIEW[3], INTERVIEW[6], INTERVIEW[7]


@pytest.mark.parametrize(
    "text", ["", "  ", "?", "don't know", "Don\u2019t know", "dont know", "not sure", "UNKNOWN", "no idea"]
)
@pytest.mark.parametrize("question", [INTERVIEW[0], INTERVIEW[1], CONNECTOR])
def test_words_for_dont_know_give_no_answer(question: Question, text: str) -> None:
    assert parse_reply(question, text, {}) == {}


@pytest.mark.parametrize("text", ["yes", "Y", " Yes ", "1", "true", "TRUE"])
def test_words_for_yes_are_understood(text: str) -> None:
    assert parse_reply(own_question("serialNumbersWanted"), text, {}) == {"serialNumbersWanted": True}


@pytest.mark.parametrize("text", ["no", "N", "2", "False"])
def test_words_for_no_are_understood(text: str) -> None:
    assert parse_reply(own_question("serialNumbersWanted"), text, {}) == {"serialNumbersWanted": False}


@pytest.mark.parametrize("text", ["maybe", "3", "0", "-1", "yes and no", "off"])
def test_other_words_are_refused(text: str) -> None:
    with pytest.raises(BadReply, match="yes / no, and don't know"):
        parse_reply(own_question("serialNumbersWanted"), text, {})


@pytest.mark.parametrize("text", ["green, after the connector was started again by an ordinary click", "3"])
def test_one_reply_may_answer_several_settings(text: str) -> None:
    told = {"webConnector.status": "online", "webConnector.restarted": True, "webConnector.runsAsAdministrator": False}
    assert parse_reply(CONNECTOR, text, {}) == told


def test_a_beginning_shared_by_several_labels_is_refused() -> None:
    with pytest.raises(BadReply):
        parse_reply(CONNECTOR, "green, after", {})
    assert parse_reply(MODULES, "neith", {}) == {"modules.purchasing": False, "modules.inventory": False}


def test_the_same_copies_the_other_answer_if_it_is_known() -> None:
    assert parse_reply(SAME, "the same", {"customerMapping": "customerLevel"}) == {
        "customerMappingAtLastExport": "customerLevel"
    }
    assert parse_reply(SAME, "the same", {}) == {}


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
        (TAKEN_AT, "11/20/2026 5:25 PM", datetime(2026, 11, 20, 17, 25)),  # noqa: DTZ001 - whoever asks gives the zone
    ],
)
def test_free_text_is_parsed_by_type(path: str, text: str, value: object) -> None:
    free = path == TAKEN_AT or path.startswith("salesTax.zones.")
    question = Question(text="When?", path=path) if free else own_question(path)
    assert parse_reply(question, text, {}) == {path: value}


@pytest.mark.parametrize(
    ("path", "text"),
    [("peopleWhoExport", "0"), ("peopleWhoExport", "1.5"), ("peopleWhoExport", "two"), ("closingDate", "31/10/2026"),
     ("closingDate", "October"), (TAKEN_AT, "yesterday")],
)  # fmt: skip
def test_free_text_that_cannot_be_parsed_is_refused(path: str, text: str) -> None:
    question = Question(text="When?", path=path) if path == TAKEN_AT else own_question(path)
    with pytest.raises(BadReply, match=f"«{text}» is n"):
        parse_reply(question, text, {})


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
    orders = question_for("purchaseOrders.export")
    assert not is_irrelevant(orders, {})
    assert not is_irrelevant(orders, {"modules.purchasing": True})
    assert is_irrelevant(orders, {"modules.purchasing": False})
    assert is_irrelevant(question_for(FILE_MODE), {"peopleWhoExport": Decimal(2)})
    assert not is_irrelevant(question_for(FILE_MODE), {"peopleWhoExport": Decimal(1)})


def test_there_are_at_most_twelve_questions_and_each_setting_has_one() -> None:
    assert len(INTERVIEW) <= 12
    for path in BY_PATH:
        assert path in question_for(path).paths
        assert own_question(path).paths == {path}
        assert describe_replies(own_question(path))
