"""Files that are dropped: recognized, kept, replaced only by the same, and never lost."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from exportready.app import accounts, files, ledger, staging
from exportready.app.home import Home, remove_tree
from exportready.app.staging import Upload
from exportready.app.values import Added, FileCard, NotFound, Rejected, TooMuch
from exportready.schema import budgets
from page import AT, BY_HAND, by_hand, sheet, tree, upload

LATER = AT + timedelta(hours=1)


def names(home: Home, company: str) -> list[str]:
    return [path.name for path in sorted(home.snapshot(company).iterdir()) if path.name != "account.yaml"]


def add(home: Home, company: str, *uploads: Upload) -> Sequence[Added]:
    return files.add(home, company, uploads, AT)


def card(home: Home, company: str, name: str) -> FileCard:
    return next(one for one in files.cards(home, company) if one.name == name)


def invoices(*numbers: int, batch: int = 1042) -> str:
    rows = [f"{number},11/20/2026,Baker,100.00,{batch}" for number in numbers]
    return sheet("Invoice Number,Invoice Date,Customer Name,Total,Batch #", *rows)


def iif(customers: int, stamp: int) -> str:
    """Return a list of customers as QuickBooks exports it, at a moment in seconds."""
    head = ["!HDR\tPROD\tVER\tREL\tIIFVER\tDATE\tTIME\tACCNTNT\tACCNTNTSPLITTIME"]
    head += [f"HDR\tQuickBooks Desktop\tVersion 34.0D\tRelease R1P\t1\t11/20/2026\t{stamp}\tN\t0"]
    return (
        "\r\n".join(
            [*head, "!CUST\tNAME\tREFNUM\tTIMESTAMP", *(f"CUST\tCustomer {n}\t{n}\t{stamp}" for n in range(customers))]
        )
        + "\r\n"
    )


def zipped(**entries: str | bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return data.getvalue()


# -- recognized


def test_the_by_hand_files_are_called_what_they_are(home: Home, company: str) -> None:
    added = files.add(home, company, by_hand(), AT)
    found = {one.name: (one.outcome, one.card.kind, one.card.state) for one in added if one.card}
    assert found == {
        "batch-1042-bills.xlsx": ("added", "Bills", "used"),
        "batch-1042-invoices.xlsx": ("added", "Invoices", "used"),
        "batch-1042-payments.xlsx": ("added", "Payments", "used"),
        "custom transaction detail.csv": ("added", "QuickBooks transactions", "used"),
        "pricebook.xlsx": ("added", "Pricebook", "used"),
        "quickbooks-lists.iif": ("added", "QuickBooks lists", "used"),
    }
    pricebook = card(home, company, "pricebook.xlsx")
    assert (pricebook.counts[0], pricebook.records, pricebook.program) == (("materials", 70), 101, "servicetitan")
    assert card(home, company, "quickbooks-lists.iif").taken_at is not None


def test_what_we_do_not_know_stays_and_says_what_would_help(home: Home, company: str) -> None:
    (one,) = add(home, company, upload("holiday.png", b"\x89PNG\r\n\x1a\n" + bytes(100)))
    assert one.card
    assert (one.card.state, one.card.kind) == ("unrecognized", "We don't recognize this file")
    assert "spreadsheet" in one.card.help[0]


def test_a_file_that_cannot_be_opened_says_why(home: Home, company: str) -> None:
    (one,) = add(home, company, upload("pricebook.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)))
    assert one.card
    assert one.card.state == "unreadable"
    assert one.card.help


def test_our_own_report_is_not_evidence(home: Home, company: str) -> None:
    (one,) = add(home, company, upload("report.json", '{"format": "exportready/result@1"}'))
    assert (one.outcome, one.card) == ("refused", None)
    assert names(home, company) == []


def test_the_company_is_named_by_its_files_only_if_nobody_named_it(home: Home) -> None:
    host = Path("examples/ready/quickbooks-host-company-preferences.xml").read_bytes()
    unnamed, named = accounts.create(home, "", AT), accounts.create(home, "Ours", AT)
    for one in (unnamed, named):
        add(home, one.id, upload("company.xml", host))
    assert accounts.account(home, unnamed.id).name == "Northwind Plumbing & Heating"
    assert accounts.account(home, named.id).name == "Ours"
    assert "account: Northwind Plumbing & Heating" in accounts.answers_text(home, unnamed.id, AT)


def test_a_file_of_another_company_is_called_that(home: Home, company: str) -> None:
    host = Path("examples/ready/quickbooks-host-company-preferences.xml").read_text()
    add(home, company, upload("ours.xml", host))
    (one,) = add(home, company, upload("theirs.xml", host.replace("Northwind Plumbing &amp; Heating", "Northwind Rentals")))
    assert one.card
    assert (one.card.state, one.card.company) == ("other-company", "Northwind Rentals")
    assert "“Northwind Rentals”" in one.card.help[0]
    assert card(home, company, "ours.xml").state == "used"


# -- replaced


def test_a_file_of_the_same_name_and_kind_replaces_the_old_one_and_can_be_undone(home: Home, company: str) -> None:
    add(home, company, upload("invoices.csv", invoices(1, 2)))
    (one,) = add(home, company, upload("invoices.csv", invoices(1, 2, 3)))
    assert one.outcome == "replaced"
    assert one.why == "Replaced the file that you had: 3 records instead of 2."
    assert one.card
    assert one.card.can_undo
    assert names(home, company) == ["invoices.csv"]
    assert one.undo
    files.undo(home, company, one.undo, LATER)
    assert (home.snapshot(company) / "invoices.csv").read_text() == invoices(1, 2).replace("\r\n", "\n") or card(
        home, company, "invoices.csv"
    ).records == 2
    with pytest.raises(NotFound):
        files.undo(home, company, one.undo, LATER)


def test_the_same_file_again_changes_nothing(home: Home, company: str) -> None:
    add(home, company, upload("invoices.csv", invoices(1)))
    before = tree(home.account(company))
    (one,) = add(home, company, upload("another name.csv", invoices(1)))
    assert (one.outcome, one.name) == ("same", "invoices.csv")
    assert tree(home.account(company)) == before


def test_the_invoices_of_another_batch_never_remove_the_first(home: Home, company: str) -> None:
    add(home, company, upload("1042-invoices.csv", invoices(1, 2)))
    (one,) = add(home, company, upload("1043-invoices.csv", invoices(3, batch=1043)))
    assert one.outcome == "added"
    assert names(home, company) == ["1042-invoices.csv", "1043-invoices.csv"]


def test_the_same_name_with_another_kind_keeps_both(home: Home, company: str) -> None:
    add(home, company, upload("export.csv", invoices(1)))
    (one,) = add(
        home,
        company,
        upload(
            "export.csv",
            sheet("Payment Number,Payment Date,Customer Name,Amount,Payment Type", "1,11/20/2026,Baker,5.00,Check"),
        ),
    )
    assert (one.outcome, one.name) == ("kept-both", "export (2).csv")
    assert names(home, company) == ["export (2).csv", "export.csv"]


@pytest.mark.parametrize("other", ["INVOICES.CSV", "Invoices.csv"])
def test_names_in_another_case_are_the_same_name(home: Home, company: str, other: str) -> None:
    add(home, company, upload("invoices.csv", invoices(1)))
    (one,) = add(home, company, upload(other, invoices(1, 2)))
    assert one.outcome == "replaced"
    assert names(home, company) == [other]


def test_a_later_complete_list_replaces_an_earlier_one_of_another_name(home: Home, company: str) -> None:
    add(home, company, upload("lists.iif", iif(2, 1_795_000_000)))
    (one,) = add(home, company, upload("lists new.iif", iif(3, 1_795_100_000)))
    assert one.outcome == "replaced"
    assert names(home, company) == ["lists new.iif"]
    assert one.undo
    files.undo(home, company, one.undo, LATER)
    assert names(home, company) == ["lists.iif"]


def test_an_earlier_complete_list_stays_beside_the_later_one_and_is_called_older(home: Home, company: str) -> None:
    add(home, company, upload("lists.iif", iif(3, 1_795_100_000)))
    (one,) = add(home, company, upload("lists.iif", iif(2, 1_795_000_000)))
    assert one.outcome == "kept-both"
    assert one.card
    assert one.card.state == "older"
    assert one.card.question
    assert [choice.value for choice in one.card.question.choices] == ["keep", "use"]
    files.decide(home, company, one.name, "keep", LATER)
    assert names(home, company) == ["lists.iif"]
    assert card(home, company, "lists.iif").records == 3


def test_a_second_download_of_a_list_asks_which_counts(home: Home, company: str) -> None:
    pricebook = "Code,Name,Cost of Sale Account,Income Account,Active\r\nA,A,COGS {},Sales,TRUE\r\n"
    add(home, company, upload("materials.csv", pricebook.format(1)))
    (one,) = add(home, company, upload("materials (1).csv", pricebook.format(9)))
    assert one.outcome == "kept-both"
    question = card(home, company, "materials (1).csv").question
    assert question
    assert question.id == "replaces:materials (1).csv"
    files.decide(home, company, "materials (1).csv", "use", LATER)
    assert names(home, company) == ["materials (1).csv"]


def test_two_parts_of_a_list_stay_if_a_person_says_so(home: Home, company: str) -> None:
    pricebook = "Code,Name,Cost of Sale Account,Income Account,Active\r\n{0},{0},COGS,Sales,TRUE\r\n"
    add(home, company, upload("materials a.csv", pricebook.format("A")), upload("materials b.csv", pricebook.format("B")))
    asked = [one for one in files.cards(home, company) if one.question]
    assert len(asked) == 1
    files.decide(home, company, asked[0].name, "both", LATER)
    assert [one.question for one in files.cards(home, company)] == [None, None]
    with pytest.raises(NotFound):
        files.decide(home, company, asked[0].name, "both", LATER)


def test_a_good_file_replaces_the_broken_one_of_its_name(home: Home, company: str) -> None:
    broken = upload("pricebook.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    add(home, company, broken)
    (one,) = add(home, company, upload("pricebook.xlsx", (BY_HAND / "pricebook.xlsx").read_bytes()))
    assert one.outcome == "replaced"
    assert [one.state for one in files.cards(home, company)] == ["used"]


def test_a_removed_file_comes_back(home: Home, company: str) -> None:
    add(home, company, upload("invoices.csv", invoices(1, 2)))
    before = (home.snapshot(company) / "invoices.csv").read_bytes()
    token = files.remove(home, company, "invoices.csv", LATER)
    assert names(home, company) == []
    files.undo(home, company, token, LATER)
    assert (home.snapshot(company) / "invoices.csv").read_bytes() == before


@pytest.mark.parametrize("name", ["account.yaml", "../account.json", "nothing.csv", ""])
def test_only_a_file_can_be_removed(home: Home, company: str, name: str) -> None:
    before = tree(home.path)
    with pytest.raises(NotFound):
        files.remove(home, company, name, LATER)
    assert tree(home.path) == before


def test_what_was_put_aside_is_forgotten_after_90_days(home: Home, company: str) -> None:
    add(home, company, upload("a.csv", invoices(1)))
    files.remove(home, company, "a.csv", AT)
    assert len(list((home.account(company) / "replaced").iterdir())) == 1
    files.add(home, company, [upload("b.csv", invoices(2))], AT + timedelta(days=91))
    assert list((home.account(company) / "replaced").iterdir()) == []


# -- several at once


def test_a_zip_is_its_files(home: Home, company: str) -> None:
    data = zipped(
        **{
            "november/invoices.csv": invoices(1),
            "november/notes.txt": "hello",
            "__MACOSX/november/._invoices.csv": "x",
            "november/.DS_Store": "x",
        }
    )
    added = add(home, company, upload("november.zip", data))
    assert sorted((one.name, one.card.state if one.card else "") for one in added) == [
        ("invoices.csv", "used"),
        ("notes.txt", "unrecognized"),
    ]


def test_the_same_zip_again_changes_nothing(home: Home, company: str) -> None:
    data = zipped(**{"a/invoices.csv": invoices(1), "b/invoices.csv": invoices(2)})
    add(home, company, upload("n.zip", data))
    assert names(home, company) == ["a - invoices.csv", "b - invoices.csv"]
    assert {one.outcome for one in add(home, company, upload("n.zip", data))} == {"same"}


def test_a_zip_whose_entries_lead_elsewhere_gives_only_the_good_ones(home: Home, company: str) -> None:
    before = set(tree(home.path.parent))
    added = add(
        home,
        company,
        upload("evil.zip", zipped(**{"../../evil.csv": invoices(9), "/abs.csv": invoices(8), "ok.csv": invoices(1)})),
    )
    assert {one.name: one.outcome for one in added} == {"../../evil.csv": "refused", "/abs.csv": "refused", "ok.csv": "added"}
    new = set(tree(home.path.parent)) - before
    assert {path for path in new if not path.startswith(f"data/accounts/{company}/")} == set()


def test_a_zip_bomb_is_refused_and_nothing_of_it_stays(home: Home, company: str) -> None:
    (one,) = add(home, company, upload("bomb.zip", zipped(**{"zeros.csv": bytes(80 << 20)})))
    assert one.outcome == "refused"
    assert "far more" in one.why
    assert names(home, company) == []
    assert list(home.incoming.iterdir()) == []


def test_a_damaged_zip_says_so(home: Home, company: str) -> None:
    (one,) = add(home, company, upload("november.zip", b"PK\x03\x04 nothing"))
    assert (one.outcome, "damaged" in one.why) == ("refused", True)


def test_too_many_files_at_once_add_nothing(home: Home, company: str) -> None:
    before = tree(home.path)
    with pytest.raises(
        TooMuch, match=r"That folder has 501 files\. Drop only the exports, at most 500 at a time\. Nothing was added\."
    ):
        add(home, company, *(upload(f"{number}.csv", invoices(number)) for number in range(501)))
    data = zipped(**{f"{number}.csv": "x" for number in range(501)})
    (one,) = add(home, company, upload("many.zip", data))
    assert (one.outcome, "501 files" in one.why) == ("refused", True)
    assert tree(home.path) == before


def test_a_file_over_the_limit_is_refused_by_itself(home: Home, company: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budgets, "DROPPED_FILE_SIZE", 2 << 20)
    added = add(home, company, upload("big.csv", bytes(3 << 20)), upload("invoices.csv", invoices(1)))
    assert {one.name: one.outcome for one in added} == {"big.csv": "refused", "invoices.csv": "added"}
    assert "the limit is 2 MB" in next(one.why for one in added if one.outcome == "refused")
    assert list(home.incoming.iterdir()) == []


@pytest.mark.parametrize(
    ("limit", "value", "words"), [("ACCOUNT_SIZE", 100, "Remove old files first"), ("ACCOUNT_FILES", 1, "more than 1 files")]
)
def test_an_account_that_would_grow_too_large_stays_as_it_is(
    home: Home, company: str, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, words: str
) -> None:
    monkeypatch.setattr(budgets, limit, value)
    before = tree(home.path)
    with pytest.raises(TooMuch, match=words):
        add(home, company, upload("a.csv", invoices(*range(9))), upload("b.csv", invoices(*range(7))))
    assert tree(home.path) == before


def test_a_full_disk_keeps_the_old_file_and_says_so(home: Home, company: str, monkeypatch: pytest.MonkeyPatch) -> None:
    add(home, company, upload("invoices.csv", invoices(1)))
    before = tree(home.path)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(staging, "flush", full)
    (one,) = add(home, company, upload("invoices.csv", invoices(1, 2)))
    assert one.outcome == "refused"
    assert one.why == "We couldn't save invoices.csv: this computer's disk is full. Free some space and drop it again."
    assert tree(home.path) == before


@pytest.mark.parametrize("name", ["../evil.csv", "..\\evil.csv", "/abs/evil.csv", "C:\\evil.csv", "a/../../evil.csv"])
def test_a_hostile_name_is_refused(home: Home, company: str, name: str) -> None:
    before = tree(home.path.parent)
    (one,) = add(home, company, upload(name, invoices(1)))
    assert (one.outcome, "outside the folder" in one.why) == ("refused", True)
    assert tree(home.path.parent) == before


@pytest.mark.parametrize("name", ["CON.csv", "a\u202egnp.csv", "x" * 400 + ".csv", ".hidden.csv", "ab:?.csv", "~$lock.csv"])
def test_an_odd_name_becomes_a_plain_one(home: Home, company: str, name: str) -> None:
    (one,) = add(home, company, upload(name, invoices(1)))
    assert one.outcome == "added"
    assert names(home, company) == [one.name]


def test_links_in_the_snapshot_are_not_followed(home: Home, company: str, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text(invoices(1))
    if hasattr(os, "symlink"):
        (home.snapshot(company) / "link.csv").symlink_to(tmp_path / "secret.csv")
        add(home, company, upload("b.csv", invoices(2)))
        assert [one.name for one in files.cards(home, company)] == ["b.csv"]


def test_a_file_that_someone_puts_into_the_folder_is_found(home: Home, company: str) -> None:
    (home.snapshot(company) / "by-hand.csv").write_text(invoices(1))
    add(home, company, upload("b.csv", invoices(2)))
    assert [one.name for one in files.cards(home, company)] == ["b.csv", "by-hand.csv"]


# -- answers


def test_answers_are_taken_over_only_where_there_are_none(home: Home, company: str) -> None:
    text = (BY_HAND / "account.yaml").read_bytes()
    (one,) = add(home, company, upload("account.yaml", text))
    assert (one.outcome, one.name) == ("added", "account.yaml")
    kept = accounts.answers_text(home, company, AT)
    assert "customerLevel" in kept
    assert [one.outcome for one in add(home, company, upload("account.yaml", text))] == ["same"]
    (other,) = add(home, company, upload("account.yaml", text.replace(b"customerLevel", b"serviceLocationName")))
    assert (other.outcome, "already has answers" in other.why) == ("refused", True)
    assert accounts.answers_text(home, company, AT) == kept
    assert files.cards(home, company) == ()


def test_broken_answers_are_refused(home: Home, company: str) -> None:
    before = accounts.answers_text(home, company, AT)
    (one,) = add(home, company, upload("account.yaml", "account: [\n"))
    assert one.outcome == "refused"
    assert accounts.answers_text(home, company, AT) == before


# -- all or nothing


def test_an_interrupted_change_is_finished_by_the_next(home: Home, company: str, monkeypatch: pytest.MonkeyPatch) -> None:
    add(home, company, upload("invoices.csv", invoices(1)))
    real, count = os.replace, []

    def stops_at_second(old: object, new: object) -> None:
        if "snapshot" in str(new) or "replaced" in str(new):
            count.append(new)
            if len(count) == 2:
                raise KeyboardInterrupt
        real(old, new)  # type: ignore[arg-type]

    monkeypatch.setattr("exportready.app.ledger.os.replace", stops_at_second)
    # the staged file must survive for the rest of the change, as it does when the program is killed
    monkeypatch.setattr(staging, "remove_tree", lambda path: None)
    with pytest.raises(KeyboardInterrupt):
        add(home, company, upload("invoices.csv", invoices(1, 2)))
    monkeypatch.setattr(staging, "remove_tree", remove_tree)
    monkeypatch.setattr("exportready.app.ledger.os.replace", real)
    assert names(home, company) == []
    ledger.finish(home, company)
    assert names(home, company) == ["invoices.csv"]
    assert card(home, company, "invoices.csv").records == 2
    assert not (home.account(company) / "journal.json").exists()


def test_a_deleted_account_takes_nothing(home: Home, company: str) -> None:
    accounts.delete(home, company)
    with pytest.raises(NotFound):
        add(home, company, upload("a.csv", invoices(1)))
    with pytest.raises(Rejected):
        files.cards(home, company)


def test_everything_can_be_downloaded(home: Home, company: str) -> None:
    add(home, company, upload("invoices.csv", invoices(1)))
    data = b"".join(files.as_zip(home, company))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert sorted(archive.namelist()) == ["account.yaml", "invoices.csv"]
        assert archive.testzip() is None
        assert archive.read("invoices.csv") == (home.snapshot(company) / "invoices.csv").read_bytes()
