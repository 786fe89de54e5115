"""Questions and answers: from the by-hand files to Ready, all or nothing, and each answer counts for as long as it says."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exportready.account import reading
from exportready.app import accounts, checks, files, questions
from exportready.app.home import Home
from exportready.app.values import Needed, NotFound, Rejected
from exportready.policy.needed import needed as policy_needed
from page import AT, answer_all, by_hand, replies, sheet, tree, upload

BEFORE = checks.BEFORE


def answers(home: Home, company: str) -> reading.AccountFile:
    return reading.read(accounts.answers_text(home, company, AT).encode(), "account.yaml")


def test_from_the_files_to_ready(home: Home, company: str) -> None:
    files.add(home, company, by_hand(), AT)
    assert answer_all(home, company) <= 4
    info = checks.run(home, company, BEFORE, AT)
    assert (info.verdict, info.counts.open) == ("Ready to export", 0)
    left = questions.needed(home, company, BEFORE, AT)
    assert (left.questions, left.confirmations, left.expired, left.minutes) == ((), (), (), 0)
    assert len(left.answered) > 20


def test_every_question_says_what_it_is_for_and_can_be_told_apart(home: Home, company: str) -> None:
    files.add(home, company, by_hand(), AT)
    asked = questions.fresh(home, company, BEFORE, AT)
    assert len({one.id for one in asked}) == len(asked)
    assert asked == questions.fresh(home, company, BEFORE, AT)
    for one in asked:
        assert (one.rule is None) is (one.path is not None)
        assert "?" in one.text
        assert bool(one.choices) or one.free
        assert one.lasts.startswith("Counts ")
        assert not one.path or one.path.startswith(("covers.", "columns.", "takenAt", "quickbooks.")) or one.decides
        assert one.why.endswith((".", "?")) or not one.why


def test_before_the_first_check_nothing_is_asked_and_nothing_is_run(home: Home, company: str) -> None:
    assert questions.needed(home, company, BEFORE, AT) == Needed()
    assert checks.all_checks(home, company) == ()


def test_an_answer_takes_its_question_off_the_list_at_once(home: Home, company: str) -> None:
    files.add(home, company, by_hand(), AT)
    checks.run(home, company, BEFORE, AT)
    before = questions.needed(home, company, BEFORE, AT)
    first = before.questions[0]
    questions.save(home, company, *replies([first]), "me", AT)
    after = questions.needed(home, company, BEFORE, AT)
    assert first.id not in {one.id for one in (*after.questions, *after.expired)}
    done = next(one for one in after.answered if one.id == first.id)
    assert done.answered
    assert (done.answered.by, done.answered.at) == ("me", AT)


def test_the_id_of_a_question_is_as_good_as_its_path(home: Home, company: str) -> None:
    files.add(home, company, by_hand(), AT)
    checks.run(home, company, BEFORE, AT)
    for one in questions.needed(home, company, BEFORE, AT).questions[:4]:
        ((_, value),) = replies([one])[0].items()
        questions.save(home, company, {one.id: value}, {}, "me", AT)
        assert one.id in {answered.id for answered in questions.needed(home, company, BEFORE, AT).answered}


def test_i_dont_know_is_never_asked_again_today_and_changes_nothing_that_counts(home: Home, company: str) -> None:
    files.add(home, company, by_hand(), AT)
    checks.run(home, company, BEFORE, AT)
    asked = questions.needed(home, company, BEFORE, AT)
    unknown = dict.fromkeys((one.id for one in asked.questions), questions.UNKNOWN)
    questions.save(
        home,
        company,
        unknown,
        dict.fromkeys((one.rule for one in asked.confirmations if one.rule), questions.UNKNOWN),
        "me",
        AT,
    )
    info = checks.run(home, company, BEFORE, AT)
    left = questions.needed(home, company, BEFORE, AT)
    assert info.verdict_key == "cannot_tell"
    assert set(unknown).isdisjoint(one.id for one in left.questions)
    assert {one.id for one in asked.confirmations} <= {one.id for one in left.confirmations}


def test_answers_expire_and_come_back(home: Home, company: str) -> None:
    files.add(home, company, by_hand(), AT)
    answer_all(home, company)
    checks.run(home, company, BEFORE, AT)
    later = AT + timedelta(hours=5)
    checks.run(home, company, BEFORE, later)
    again = questions.needed(home, company, BEFORE, later).expired
    assert {"answer:webConnector.restarted", "answer:quickbooks.fileMode"} <= {one.id for one in again}
    for one in again:
        assert one.answered
        assert one.answered.until is not None
        assert one.answered.until < later
        if one.path is not None:  # “Still true” saves the same value again
            questions.save(home, company, {one.id: one.answered.value}, {}, "me", later)


def test_confirmations_of_a_batch_expire_when_it_changes(home: Home, company: str) -> None:
    row = "Invoice Number,Invoice Date,Customer Name,Total,Batch #"
    files.add(home, company, [upload("invoices.csv", sheet(row, "1,11/20/2026,Baker,100.00,1042"))], AT)
    checks.run(home, company, BEFORE, AT)
    rule = "batching/technician-active"
    assert rule in {one.rule for one in questions.needed(home, company, BEFORE, AT).confirmations}
    questions.save(home, company, {}, {rule: True}, "me", AT)
    checks.run(home, company, BEFORE, AT)
    assert f"confirm:{rule}" in {one.id for one in questions.needed(home, company, BEFORE, AT).answered}
    files.add(home, company, [upload("invoices.csv", sheet(row, "1,11/20/2026,Baker,120.00,1042"))], AT)
    checks.run(home, company, BEFORE, AT)
    assert f"confirm:{rule}" in {one.id for one in questions.needed(home, company, BEFORE, AT).expired}


def test_a_no_is_a_finding_and_can_be_changed(home: Home, company: str) -> None:
    files.add(home, company, by_hand(), AT)
    checks.run(home, company, BEFORE, AT)
    questions.save(home, company, {}, {"naming/characters": False}, "the office manager", AT)
    info = checks.run(home, company, BEFORE, AT)
    assert info.counts.to_fix + info.counts.to_review == 1
    questions.save(home, company, {}, {"naming/characters": True}, "the office manager", AT)
    info = checks.run(home, company, BEFORE, AT)
    assert (info.counts.to_fix, info.counts.to_review) == (0, 0)


def test_when_a_file_was_exported_is_said_of_that_file_only(home: Home, company: str) -> None:
    files.add(home, company, by_hand(), AT)
    checks.run(home, company, BEFORE, AT)
    asked = next(one for one in questions.needed(home, company, BEFORE, AT).questions if one.id == "takenAt")
    assert asked.files == ("custom transaction detail.csv",)
    questions.save(home, company, {"takenAt": "yesterday"}, {}, "me", AT)
    known = answers(home, company)
    assert known.account.taken_at is None
    assert {name: receipt.taken_at.date() for name, receipt in known.receipts.items()} == {
        "custom transaction detail.csv": (AT - timedelta(days=1)).date()
    }
    checks.run(home, company, BEFORE, AT)
    dated = {card.name: card.taken_at for card in files.cards(home, company)}
    assert dated["custom transaction detail.csv"] == known.receipts["custom transaction detail.csv"].taken_at
    files.add(home, company, [upload("custom transaction detail.csv", by_hand()[3].content.read() + b"\r\n")], AT)  # type: ignore[union-attr]
    checks.run(home, company, BEFORE, AT)
    assert "takenAt" in {one.path for one in questions.needed(home, company, BEFORE, AT).questions}


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("nothing.there", "x", "isn't a question"),
        ("webConnector.status", "purple", "isn't one of the choices"),
        ("peopleWhoExport", "many", "isn't a number"),
        ("closingDate", "soon", "isn't a date"),
        ("covers.servicetitan.nothing", "all", "isn't a kind of record"),
        ("covers.servicetitan.material", "batch", "can't"),
        ("covers.servicetitan.material", "some of it", "takes all, batch"),
        ("covers.quickbooks.Invoice", {"from": "x"}, "needs dates"),
        ("columns.servicetitan.material.nothing", "Cost", "isn't a field"),
        ("columns.servicetitan.material.costOfSaleAccount", ["Cost"], "takes a text"),
        ("takenAt", "2099-01-01", "still to come"),
        ("takenAt.nothing.csv", "today", "don't have a file"),
        ("customerMapping", "x" * 501, "takes a text"),
        ("customerMapping", {"a": 1}, "takes a text"),
    ],
)
def test_what_is_no_answer_is_refused_and_nothing_of_it_is_saved(
    home: Home, company: str, path: str, value: object, words: str
) -> None:
    before = tree(home.path)
    with pytest.raises(Rejected, match=words):
        questions.save(home, company, {"peopleWhoExport": 2, path: value}, {}, "me", AT)
    assert tree(home.path) == before


@pytest.mark.parametrize("rule", ["items/cogs-account", "nothing/there", "connection/old-connector-off"])
def test_what_nobody_can_confirm_is_refused_and_nothing_is_saved(home: Home, company: str, rule: str) -> None:
    files.add(home, company, by_hand(), AT)
    checks.run(home, company, BEFORE, AT)
    before = accounts.answers_text(home, company, AT)
    with pytest.raises(Rejected, match=rule):
        questions.save(home, company, {"peopleWhoExport": 2}, {rule: True}, "me", AT)
    assert accounts.answers_text(home, company, AT) == before


def test_who_answers_has_a_name(home: Home, company: str) -> None:
    with pytest.raises(Rejected, match="name"):
        questions.save(home, company, {"peopleWhoExport": 2}, {}, " \x00 ", AT)


def test_a_deleted_account_has_no_questions(home: Home, company: str) -> None:
    accounts.delete(home, company)
    for ask in (questions.needed, questions.fresh):
        with pytest.raises(NotFound):
            ask(home, company, BEFORE, AT)


def test_values_of_account_yaml_are_answers_too(home: Home, company: str) -> None:
    given_answers: dict[str, object] = {
        "webConnector.status": "online",
        "modules.purchasing": True,
        "peopleWhoExport": 3,
        "closingDate": "2026-10-31",
        "salesTax.zones.Denver": "Denver Sales Tax",
        "quickbooks.fileMode": "singleUser",
        "covers.servicetitan.invoice": "batch",
        "covers.servicetitan.credit_memo": "none",
        "columns.servicetitan.material.costOfSaleAccount": "Cost Ledger",
        "exportedBatches": ["1041"],
    }
    questions.save(home, company, given_answers, {}, "me", AT)
    known = answers(home, company)
    record = known.answers.records[0]
    assert (record.get("webConnector.status"), record.get("modules.purchasing"), record.get("salesTax.zones.Denver")) == (
        "online",
        True,
        "Denver Sales Tax",
    )
    assert record.get("exportedBatches.1041") is True
    assert known.host is not None
    assert {kind: one.what for kind, one in known.covers.items()} == {
        "servicetitan.invoice": "batch",
        "servicetitan.credit_memo": "none",
    }
    assert known.columns["servicetitan.material"]["costOfSaleAccount"] == "Cost Ledger"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["customerMapping", "salesTax.zones.Denver", "purchaseOrders.taxItem", "account"]), st.text(max_size=60)
)
def test_whatever_is_typed_leaves_answers_that_can_be_read(home: Home, company: str, path: str, text: str) -> None:
    with suppress(Rejected):
        questions.save(home, company, {path: text}, {}, "me", AT)
    assert answers(home, company).account.name


def test_every_answer_can_be_changed(home: Home, company: str) -> None:
    files.add(home, company, by_hand(), AT)
    checks.run(home, company, BEFORE, AT)
    for round_ in (0, -1):
        asked = questions.needed(home, company, BEFORE, AT)
        for one in (*asked.questions, *asked.answered):
            if one.choices and one.path is not None and one.path != "takenAt":
                value = one.choices[round_].value
                questions.save(home, company, {one.id: [value] if one.several else value}, {}, "me", AT)
                now = next(
                    answered for answered in questions.needed(home, company, BEFORE, AT).answered if answered.id == one.id
                )
                assert now.answered
                assert now.answered.value.casefold() == value.casefold()
        checks.run(home, company, BEFORE, AT)
    assert answers(home, company).covers["servicetitan.invoice"].what == "batch"


def test_a_look_takes_as_long_as_in_every_report(home: Home, company: str) -> None:
    files.add(home, company, by_hand(), AT)
    info = checks.run(home, company, BEFORE, AT)
    looks = policy_needed(checks.report(home, company, info.id)).looks
    shown = questions.needed(home, company, BEFORE, AT).confirmations
    assert [one.minutes for one in shown] == [look.minutes for look in looks]
    assert any(one.minutes > look.confirm.minutes for one, look in zip(shown, looks, strict=True))
