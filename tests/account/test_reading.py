"""account.yaml: each value keeps its line and its date, and all mistakes are reported at once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from exportready.account.reading import is_account
from exportready.evidence.readers import account_file as account
from exportready.evidence.reading import Reading, Unreadable
from exportready.model.evidence import NOT_EXPORTED, Covers, Listing, Record, Unknown

DENVER = timezone(timedelta(hours=-7))


def read(text: str) -> Reading:
    return account.read(text.encode(), "account.yaml")


def listing(reading: Reading, kind: str) -> Listing:
    return next(one for one in reading.listings if one.kind == kind)


def answers(text: str) -> Record:
    return listing(read(text), "account.answers").records[0]


def mistake(text: str) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read(text)
    return caught.value


def test_each_answer_has_its_own_line_and_path() -> None:
    record = answers(
        "account: Invented\nsettings:\n  peopleWhoExport:\n    by: controller\n    value: 2\n"
        "  webConnector: {status: online,\n    sentBy: servicetitan}\n"
    )
    places = {path: (note.where.line, note.where.pointer) for path, note in record.notes.items() if note.where}
    assert places == {
        "peopleWhoExport": (5, "settings.peopleWhoExport"),
        "webConnector.status": (6, "settings.webConnector.status"),
        "webConnector.sentBy": (7, "settings.webConnector.sentBy"),
    }


def test_answers_have_their_types() -> None:
    record = answers("settings: {peopleWhoExport: 2, serialNumbersWanted: false, webConnector: {since: 2023-05-01}}")
    assert record.get("peopleWhoExport") == Decimal(2)
    assert record.get("serialNumbersWanted") is False
    assert record.get("webConnector.since") == date(2023, 5, 1)


def test_a_missing_answer_is_unknown() -> None:
    assert answers("account: Invented\n").get("peopleWhoExport") is NOT_EXPORTED
    assert answers("").get("peopleWhoExport") is NOT_EXPORTED


def test_the_date_of_an_answer_is_its_own_then_confirmed_then_taken() -> None:
    own = "settings: {peopleWhoExport: {value: 1, at: 2026-11-01T09:00:00Z}, serialNumbersWanted: false}\n"
    confirmed, taken = "confirmed: {by: me, at: 2026-11-10T09:00:00Z}\n", "takenAt: 2026-11-20T09:00:00Z\n"

    def dates(text: str) -> list[int | None]:
        notes = answers(text).notes
        found = [notes[name].dated for name in ("peopleWhoExport", "serialNumbersWanted")]
        return [when.day if when else None for when in found]

    assert dates(own + confirmed + taken) == [1, 10]
    assert dates(own + taken) == [1, 20]
    assert dates(own) == [1, None]


def test_taken_at_dates_the_snapshot() -> None:
    reading = read("takenAt: 2026-11-20T17:30:00-07:00\n")
    assert reading.dated == datetime(2026, 11, 20, 17, 30, tzinfo=DENVER)
    assert reading.account is not None
    assert reading.account.taken_at == reading.dated


def test_a_moment_without_offset_is_in_the_offices_time_zone() -> None:
    reading = read("timeZone: America/Denver\ntakenAt: 2026-11-20T17:30:00\n")
    assert reading.dated == datetime(2026, 11, 21, 0, 30, tzinfo=UTC)


def test_a_moment_without_offset_or_time_zone_is_a_mistake() -> None:
    error = mistake("account: Invented\ntakenAt: 2026-11-20T17:30:00\n")
    assert error.line == 2
    assert "timeZone" in str(error)


def test_a_time_zone_that_does_not_exist_is_a_mistake() -> None:
    error = mistake("timeZone: Mars/Olympus\n")
    assert (error.line, "America/Denver" in str(error)) == (1, True)


def test_all_mistakes_are_reported_at_once_with_their_lines() -> None:
    error = mistake(
        "acount: Invented\nphase: sometime\nsettings:\n  peopleWhoExport: -1\n  webConnector: {status: green}\n  colour: red\n"
    )
    assert error.line == 1
    for line in (2, 4, 5, 6):
        assert f"line {line}: " in str(error)
    assert "account" in str(error)


def test_a_similar_word_is_suggested() -> None:
    assert "peopleWhoExport" in str(mistake("settings: {peopleWhoExports: 1}\n"))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("account: A\nphase: after-export\naccount: B\n", 3),
        ("account: [unclosed\n", 2),
        ("account: &a X\ntimeZone: *a\n", 2),
        ("account: !!python/object/apply:os.system ['ls']\n", 1),
        ("account: A\n---\naccount: B\n", 2),
        ("- account\n", 1),
    ],
    ids=["twice", "unclosed", "alias", "tag", "two-documents", "a-list"],
)
def test_yaml_that_is_not_plain_data_is_refused_with_its_line(text: str, line: int) -> None:
    assert mistake(text).line == line


def test_words_that_old_yaml_read_as_yes_are_not_yes() -> None:
    assert mistake("settings: {serialNumbersWanted: yes}\n").line == 1


def test_the_file_mode_becomes_a_host_record() -> None:
    reading = read("takenAt: 2026-11-20T09:00:00Z\nquickbooks:\n  fileMode: multiUser\n")
    host = listing(reading, "quickbooks.Host")
    assert host.records[0].get("QBFileMode") == "MultiUser"
    assert host.records[0].where.line == 3
    assert host.dated == datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_covers_names_kinds_that_exist() -> None:
    reading = read("covers: {servicetitan.invoice: {from: 2026-11-01, to: 2026-11-20}, servicetitan.material: all}\n")
    days = Covers(what="days", days=(date(2026, 11, 1), date(2026, 11, 20)))
    assert reading.covers == {"servicetitan.invoice": days, "servicetitan.material": Covers(what="all")}
    assert mistake("covers:\n  servicetitan.invoices: all\n").line == 2
    assert mistake("covers:\n  servicetitan.material: {from: 2026-11-01, to: 2026-11-20}\n").line == 2
    assert mistake("covers:\n  servicetitan.material: batch\n").line == 2
    assert mistake("covers:\n  servicetitan.invoice: {from: 2026-11-01}\n").line == 2


def test_covers_may_name_its_files_and_date() -> None:
    reading = read("covers: {servicetitan.bill: {value: batch, files: [12ab], at: 2026-11-20T09:00:00Z}}\n")
    said = Covers(what="batch", files=frozenset({"12ab"}), dated=datetime(2026, 11, 20, 9, tzinfo=UTC))
    assert reading.covers == {"servicetitan.bill": said}


def test_a_file_with_another_name_is_recognized_by_its_keys() -> None:
    assert is_account(b"account: Invented\nsettings: {}\n", "northwind.yaml")
    assert not is_account(b"account: Invented\nversion: 3\n", "compose.yaml")
    assert not is_account(b"[", "x.yaml")


@pytest.mark.parametrize(
    "said", ["don't know", "Don\u2019t know", "", "null", "{value: don't know, by: controller}", "{value: null}"]
)
def test_dont_know_is_unknown(said: str) -> None:
    record = answers(f"settings:\n  serialNumbersWanted: {said}\n  peopleWhoExport: 2\n")
    assert isinstance(record.get("serialNumbersWanted"), Unknown)
    assert record.get("peopleWhoExport") == Decimal(2)


def test_an_unknown_file_mode_is_reported_as_such() -> None:
    host = listing(read("quickbooks: {fileMode: don't know}\n"), "quickbooks.Host")
    assert isinstance(host.records[0].get("QBFileMode"), Unknown)
    assert {one.kind for one in read("quickbooks: {fileMode: }\n").listings} == {"account.answers"}


def test_days_that_end_before_they_begin_are_a_mistake() -> None:
    assert mistake("covers:\n  servicetitan.invoice: {from: 2026-11-20, to: 2026-11-01}\n").line == 2


def test_a_file_from_before_owners_and_confirmations_is_read_as_before() -> None:
    reading = read(
        "account: Northwind\nphase: before-export\ntimeZone: America/Denver\ntakenAt: 2026-11-20T17:30:00-07:00\n"
        "confirmed: {by: controller, at: 2026-11-20T17:25:00-07:00}\n"
        "settings: {peopleWhoExport: 1, customerMapping: customerLevel}\nquickbooks: {fileMode: singleUser}\n"
        "covers: {servicetitan.material: all}\ncolumns: {servicetitan.material: {costOfSaleAccount: Cost}}\n"
    )
    assert reading.confirmations == ()
    assert reading.account is not None
    assert (reading.account.name, reading.account.phase) == ("Northwind", "before-export")
    assert reading.covers["servicetitan.material"].what == "all"
    assert len(listing(reading, "account.answers").records[0].fields) == 2


def test_a_confirmation_has_its_line_and_needs_who_and_when() -> None:
    text = (
        "account: A\nconfirmations:\n  batching/technician-on-lines:\n"
        '    - {value: true, by: controller, at: 2026-11-20T17:50:00-07:00, batch: "1042", state: abc, reasons: [x not_exported]}\n'
    )
    (one,) = read(text).confirmations
    assert (one.rule, one.value, one.by, one.batch, one.state) == (
        "batching/technician-on-lines",
        True,
        "controller",
        "1042",
        "abc",
    )
    assert (one.where.line, set(one.reasons)) == (4, {"x not_exported"})
    assert "'by' is missing" in str(mistake(text.replace(" by: controller,", "")))
    assert "'at' is missing" in str(mistake(text.replace(" at: 2026-11-20T17:50:00-07:00,", "")))
