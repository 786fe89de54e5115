"""QuickBooks' export of lists: one test for each pitfall of the format."""

from __future__ import annotations

import codecs
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from exportready.evidence.readers import iif
from exportready.evidence.reading import Reading, Unreadable
from exportready.kinds import KINDS
from exportready.model.evidence import NOT_EXPORTED, UNSET, Listing, Unknown

ALL = {name: frozenset(kind.fields) for name, kind in KINDS.items()}
ITEMS = "!INVITEM\tNAME\tTIMESTAMP\tINVITEMTYPE\tACCNT\tASSETACCNT\tCOGSACCNT\tPRICE\tHIDDEN"
GROUPS = "!INVITEM\tNAME\tTIMESTAMP\tINVITEMTYPE\tDESC\tHIDDEN\n!ENDGRP\n!ENDTAX"


EXPORTED = "!HDR\tPROD\tVER"
"""The heading that QuickBooks writes first in each export."""


def read_bytes(data: bytes) -> Reading:
    reading = iif.read(data, "lists.iif", ALL)
    assert reading is not None
    return reading


def read(*lines: str, encoding: str = "utf-8", end: str = "\r\n") -> Reading:
    header = () if lines[0].startswith("!HDR") else (EXPORTED,)
    return read_bytes(("\n".join((*header, *lines, "")).replace("\n", end)).encode(encoding))


def listing(reading: Reading, kind: str) -> Listing:
    return next(one for one in reading.listings if one.kind == f"quickbooks.{kind}")


def keys(reading: Reading, kind: str) -> list[str]:
    return [record.key for record in listing(reading, kind).records]


def test_the_files_own_header_names_the_columns() -> None:
    one = read("!CLASS\tHIDDEN\tNAME", "CLASS\tY\tHeating")
    assert listing(one, "Class").records[0].fields["IsActive"] is False
    assert keys(one, "Class") == ["Heating"]


def test_hdr_dates_the_file_by_its_seconds() -> None:
    reading = read("!HDR\tPROD\tDATE\tTIME", "HDR\tQuickBooks\t11/20/2026\t1795219500", "!CLASS\tNAME", "CLASS\tHeating")
    assert reading.dated == datetime(2026, 11, 21, 0, 5, tzinfo=UTC)
    assert listing(reading, "Class").dated == reading.dated


def test_a_second_invitem_header_changes_the_columns_from_there_on() -> None:
    reading = read(
        ITEMS,
        "INVITEM\tRepair\t1\tSERV\tSales\t\t\t10.00\tN",
        GROUPS,
        "INVITEM\tBundle\t1\tGRP\tA bundle\tY",
        "ENDGRP",
    )
    repair, bundle = listing(reading, "Item").records
    assert (repair.fields["ItemType"], repair.fields["IsActive"]) == ("Service", True)
    assert (bundle.fields["ItemType"], bundle.fields["IsActive"]) == ("Group", False)
    assert bundle.get("COGSAccountRef.FullName") is NOT_EXPORTED
    assert listing(reading, "Item").whole


def test_members_of_a_group_are_not_items() -> None:
    reading = read(
        ITEMS,
        "INVITEM\tPump\t1\tINVENTORY\tSales\tStock\tCost\t10.00\tN",
        GROUPS,
        "INVITEM\tFountain set\t1\tGRP\t\tN",
        "INVITEM\tPump\t1\tINVENTORY\t\tN",
        "ENDGRP",
        "INVITEM\tCounty group\t1\tSTAX\t\tN",
        "INVITEM\tCounty\t1\tCOMPTAX\t\tN",
        "ENDTAX",
        "INVITEM\tEmpty set\t1\tGRP\t\tN",
        "ENDGRP",
    )
    assert keys(reading, "Item") == ["Pump", "Fountain set", "County group", "Empty set"]
    assert reading.counts["quickbooks.Item"] == 4


def test_a_group_without_its_end_makes_the_list_a_part() -> None:
    reading = read(ITEMS, GROUPS, "INVITEM\tFountain set\t1\tGRP\t\tN", "INVITEM\tPump\t1\tINVENTORY\t\tN")
    assert not listing(reading, "Item").whole
    assert "ENDGRP" in listing(reading, "Item").why_part


def test_a_quoted_cell_keeps_its_comma() -> None:
    assert keys(read("!CUST\tNAME", 'CUST\t"Abbott, Ann"'), "Customer") == ["Abbott, Ann"]


def test_doubled_quotes_in_a_quoted_cell_are_one() -> None:
    assert keys(read("!CUST\tNAME", 'CUST\t"The ""Old"" Mill, Ltd"'), "Customer") == ['The "Old" Mill, Ltd']


def test_a_quote_inside_a_name_does_not_open_a_cell() -> None:
    reading = read("!INVITEM\tNAME\tINVITEMTYPE\tHIDDEN", 'INVITEM\tPipe 3/4" copper\tPART\tN', 'INVITEM\t"6"" pipe"\tPART\tN')
    assert keys(reading, "Item") == ['Pipe 3/4" copper', '6" pipe']


def test_a_short_row_leaves_its_fields_not_exported() -> None:
    reading = read("!CUST\tNAME\tHIDDEN\tCOMPANYNAME\tTERMS", "CUST\tAbbott\tN", "CUST\tBell\tN\tBell Ltd\tNet 15")
    abbott, bell = listing(reading, "Customer").records
    assert abbott.get("TermsRef.FullName") is NOT_EXPORTED
    assert bell.get("TermsRef.FullName") == "Net 15"


def test_a_blank_cell_is_unset() -> None:
    reading = read("!CUST\tNAME\tTERMS", "CUST\tAbbott\t")
    assert listing(reading, "Customer").records[0].get("TermsRef.FullName") is UNSET


def test_windows_1252_and_utf_8_with_and_without_bom_read_the_same() -> None:
    text = "!CUST\tNAME\r\nCUST\tZoë's Café €5\r\n"
    for data in (
        text.encode("cp1252"),
        text.encode(),
        codecs.BOM_UTF8 + text.encode(),
        text.encode("utf-16"),
        text.encode("utf-16-le"),
    ):
        assert keys(read_bytes(data), "Customer") == ["Zoë's Café €5"]


def test_line_ends_of_every_system_read_the_same() -> None:
    for end in ("\r\n", "\n", "\r"):
        reading = read("!CUST\tNAME", "CUST\tAbbott", "CUST\tBell", end=end)
        assert [record.where.line for record in listing(reading, "Customer").records] == [3, 4]


def test_a_file_that_breaks_off_in_a_row_makes_that_list_a_part_and_the_others_stay_whole() -> None:
    data = b"!HDR\tPROD\r\n!CLASS\tNAME\tHIDDEN\r\nCLASS\tHeating\tN\r\n!CUST\tNAME\tHIDDEN\tTERMS\r\nCUST\tAbbott\tN\tNet 15\r\nCUST\tBel"
    reading = iif.read(data, "lists.iif", ALL)
    assert reading is not None
    assert listing(reading, "Class").whole
    assert not listing(reading, "Customer").whole
    assert keys(reading, "Customer") == ["Abbott"]  # of the last row, the name may be cut
    assert "line 6" in listing(reading, "Customer").why_part


def test_a_row_that_belongs_to_no_list_is_reported() -> None:
    reading = read("!CUST\tNAME", "CUST\tAbbott", "Elm Street 5")
    assert not listing(reading, "Customer").whole
    assert reading.notes == ("line 4 doesn't belong to any list in this file",)


def test_an_empty_section_is_a_whole_and_empty_list() -> None:
    reading = read("!CUST\tNAME", "!CLASS\tNAME", "CLASS\tHeating")
    assert (listing(reading, "Customer").whole, listing(reading, "Customer").records) == (True, ())


def test_lists_that_no_rule_reads_are_skipped() -> None:
    reading = read("!TODO\tREFNUM\tDESC", "TODO\t1\tCall", "!CUST\tNAME", "CUST\tAbbott")
    assert keys(reading, "Customer") == ["Abbott"]
    assert reading.notes == ()


def test_a_job_has_its_parent_and_level() -> None:
    record = listing(read("!CUST\tNAME", "CUST\tAbbott:Elm 5:Attic"), "Customer").records[0]
    assert record.fields["Name"] == "Attic"
    assert record.fields["ParentRef.FullName"] == "Abbott:Elm 5"
    assert record.fields["Sublevel"] == Decimal(2)


def test_an_unfamiliar_account_or_item_type_is_unknown() -> None:
    reading = read("!ACCNT\tNAME\tACCNTTYPE", "ACCNT\tOdd\tMOON", "!INVITEM\tNAME\tINVITEMTYPE", "INVITEM\tOdd\tMOON")
    assert isinstance(listing(reading, "Account").records[0].get("AccountType"), Unknown)
    assert isinstance(listing(reading, "Item").records[0].get("ItemType"), Unknown)


def test_money_keeps_its_cents_and_rates_are_fractions() -> None:
    reading = read(
        "!INVITEM\tNAME\tINVITEMTYPE\tPRICE",
        'INVITEM\tPump\tINVENTORY\t"1,234.50"',
        "INVITEM\tCounty\tCOMPTAX\t8.25%",
    )
    pump, county = listing(reading, "Item").records
    assert pump.get("SalesPrice") == Decimal("1234.50")
    assert county.get("TaxRate") == Decimal("0.0825")


def test_cost_accounts_are_in_the_field_that_qbxml_uses() -> None:
    reading = read(
        ITEMS,
        "INVITEM\tPump\t1\tINVENTORY\tSales\tStock\tCost\t1\tN",
        "INVITEM\tMortar\t1\tPART\tSales\t\tSupplies\t1\tN",
        "INVITEM\tSand\t1\tPART\tSales\t\t\t1\tN",
    )
    pump, mortar, sand = listing(reading, "Item").records
    assert pump.get("COGSAccountRef.FullName") == "Cost"
    assert mortar.get("SalesAndPurchase.ExpenseAccountRef.FullName") == "Supplies"
    assert sand.get("SalesAndPurchase.ExpenseAccountRef.FullName") is UNSET
    assert sand.get("SalesOrPurchase.AccountRef.FullName") == "Sales"


def test_private_columns_reach_no_record() -> None:
    reading = read(
        "!VEND\tNAME\tTAXID\tHIDDEN",
        "VEND\tBasalt Supply\t98-7654321\tN",
        "!EMP\tNAME\tSSNO\tHIDDEN",
        "EMP\tInvented Ines\t987-65-4321\tN",
        "!ACCNT\tNAME\tACCNTTYPE\tBANKNUM",
        "ACCNT\tTill\tBANK\t55512345",
    )
    assert {one.kind for one in reading.listings} >= {"quickbooks.Vendor", "quickbooks.Employee", "quickbooks.Account"}
    for private in ("98-7654321", "987-65-4321", "55512345"):
        assert private not in repr(reading)


def test_a_timestamp_that_is_not_a_number_is_skipped() -> None:
    assert keys(read("!CLASS\tNAME\tTIMESTAMP", "CLASS\tHeating\t²"), "Class") == ["Heating"]


def test_a_group_without_its_end_row_does_not_swallow_the_items_after_the_next_heading() -> None:
    reading = read(GROUPS, "INVITEM\tBundle\t1\tGRP\tA bundle\tN", "INVITEM\tRepair\t\t\t\t", ITEMS, "INVITEM\tPump\t1\tSERV")
    assert keys(reading, "Item") == ["Bundle", "Pump"]
    assert "a group doesn't end before the next heading (no ENDGRP)" in listing(reading, "Item").why_part


def test_only_item_rows_are_members_of_a_group() -> None:
    reading = read("!CLASS\tNAME", GROUPS, "INVITEM\tBundle\t1\tGRP\tA bundle\tN", "CLASS\tHeating")
    assert keys(reading, "Class") == ["Heating"]
    assert not listing(reading, "Item").whole


def test_a_file_that_ends_with_a_heading_may_be_broken_off_there() -> None:
    reading = read("!CLASS\tNAME", "CLASS\tHeating", "!VEND\tNAME")
    assert (listing(reading, "Class").whole, listing(reading, "Vendor").whole) == (True, False)
    assert "ends right after the heading" in listing(reading, "Vendor").why_part


def test_a_row_with_more_cells_than_columns_makes_the_list_a_part() -> None:
    assert listing(read("!CLASS\tNAME", "CLASS\tHeating\t\t"), "Class").whole
    assert "more cells" in listing(read("!CLASS\tNAME", "CLASS\tHeating\tN"), "Class").why_part


def test_two_exports_in_one_file_are_reported() -> None:
    header = "!HDR\tPROD\tTIME"
    assert not listing(read(header, "!CLASS\tNAME", "CLASS\tA", header, "!CLASS\tNAME", "CLASS\tA"), "Class").whole


def test_rows_above_their_heading_make_their_list_a_part() -> None:
    reading = read(
        "!CLASS\tNAME", "CLASS\tHeating", "INVITEM\tPump\t1\tINVENTORY", GROUPS, "INVITEM\tBundle\t1\tGRP\t\tN", "ENDGRP"
    )
    assert keys(reading, "Item") == ["Bundle"]
    assert "above the list's heading" in listing(reading, "Item").why_part


def test_a_group_that_begins_in_a_group_shows_that_an_end_row_is_missing() -> None:
    reading = read(GROUPS, "INVITEM\tOne\t1\tGRP\t\tN", "INVITEM\tTwo\t1\tGRP\t\tN", "ENDGRP")
    assert keys(reading, "Item") == ["One", "Two"]
    assert not listing(reading, "Item").whole


def test_a_repeated_column_with_different_cells_is_left_out() -> None:
    reading = read("!ACCNT\tNAME\tACCNTTYPE\tDESC\tACCNTTYPE\tDESC", "ACCNT\tTill\tBANK\tx\tCOGS\tx")
    record = listing(reading, "Account").records[0]
    assert (record.get("AccountType"), record.get("Desc")) == (NOT_EXPORTED, "x")


def test_a_file_of_transactions_has_no_list() -> None:
    assert iif.read(b"!TRNS\tTRNSTYPE\tDATE\r\nTRNS\tINVOICE\t11/20/2026\r\n", "t.iif", ALL) is None


def test_keywords_and_columns_may_be_in_lower_case_and_in_quotes() -> None:
    assert keys(read('"!class"\t"name"', '"class"\t"Heating"'), "Class") == ["Heating"]


def test_bytes_that_are_not_text_are_refused_with_their_line() -> None:
    with pytest.raises(Unreadable) as caught:
        iif.read(b"!CLASS\tNAME\r\nCLASS\tZo\x81\r\n", "lists.iif", ALL)
    assert caught.value.line == 2


# -- cells stay in their columns

STOCK = "!INVITEM\tNAME\tREFNUM\tTIMESTAMP\tINVITEMTYPE\tDESC\tACCNT\tASSETACCNT\tCOGSACCNT\tPRICE\tHIDDEN"


@pytest.mark.parametrize(
    "described",
    [
        '"Sump pump,\t1/3 HP"',
        '"\tSump pump"',
        '"Pump, 2"" pipe\t"',
        '"three\ttabs\tin\tit"',
        '"a ""quoted\tword"" in it"',
    ],
)
def test_a_tab_inside_quotes_does_not_move_the_cells_after_it(described: str) -> None:
    reading = read(STOCK, f"INVITEM\tPUMP\t1\t1795219500\tINVENTORY\t{described}\tSales\tStock\tCost\t9.00\tN")
    pump = listing(reading, "Item").records[0]
    assert (pump.key, pump.get("COGSAccountRef.FullName"), pump.get("IsActive")) == ("PUMP", "Cost", True)
    assert listing(reading, "Item").whole


def test_tabs_in_two_quoted_cells_are_both_kept() -> None:
    reading = read("!CUST\tNAME\tCOMPANYNAME\tTERMS\tHIDDEN", 'CUST\t"Abbott\tAnn"\t"Abbott,\tInc"\tNet 15\tN')
    abbott = listing(reading, "Customer").records[0]
    assert (abbott.key, abbott.get("CompanyName"), abbott.get("TermsRef.FullName")) == (
        "Abbott\tAnn",
        "Abbott,\tInc",
        "Net 15",
    )


@pytest.mark.parametrize("described", ["Sump pump\t1/3 HP", '"Sump pump\t1/3 HP', '"Pump" 1\t2" pipe'])
def test_a_row_with_a_tab_that_no_quotes_show_has_unknown_values(described: str) -> None:
    reading = read(STOCK, f"INVITEM\tPUMP\t1\t1795219500\tINVENTORY\t{described}\tSales\tStock\tCost\t9.00\tN")
    pump = listing(reading, "Item").records[0]
    assert pump.key == "PUMP"  # the numbers after it show that the name is in its place
    for name in ("COGSAccountRef.FullName", "IncomeAccountRef.FullName", "SalesPrice", "IsActive", "ItemType"):
        value = pump.get(name)
        assert isinstance(value, Unknown), name
        assert "more cells" in value.reason
    assert listing(reading, "Item").whole
    assert "line 3 has more cells" in reading.notes[0]


def test_a_row_that_is_moved_over_blank_cells_has_unknown_values_too() -> None:
    heading = "!CUST\tNAME\tREFNUM\tTIMESTAMP\tCOMPANYNAME\tTERMS\tHIDDEN\tNOTE"
    reading = read(
        heading, "CUST\tAbbott\t1\t1795219500\tAbbott\tInc\tNet 15\tN\t", "CUST\tBell\t2\t1795219500\t\tNet 15\tN\t\t"
    )
    abbott, bell = listing(reading, "Customer").records
    assert isinstance(abbott.get("TermsRef.FullName"), Unknown)
    assert (bell.get("TermsRef.FullName"), bell.get("IsActive")) == ("Net 15", True)  # only a tab at its end


def test_a_name_that_begins_with_a_quote_stays_apart_from_one_that_ends_with_an_inch_mark() -> None:
    reading = read("!CUST\tNAME\tCOMPANYNAME\tNOTE\tHIDDEN", 'CUST\t"Big Al\tPipes\t6"\tN')
    al = listing(reading, "Customer").records[0]
    assert (al.key, al.get("CompanyName"), al.get("IsActive")) == ('"Big Al', "Pipes", True)


def test_a_tab_in_the_header_row_does_not_hide_the_date() -> None:
    reading = read(
        "!HDR\tPROD\tVER\tTIME", 'HDR\tQuickBooks for Mac\t"Version 23.0.1\t"\t1795219500', "!CLASS\tNAME", "CLASS\tA"
    )
    assert reading.dated == datetime(2026, 11, 21, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize("stated", ["0", "315532799", "7289654400", ""])
def test_a_time_outside_every_year_of_quickbooks_is_not_known(stated: str) -> None:
    reading = read("!HDR\tPROD\tTIME", f"HDR\tQuickBooks\t{stated}", "!CLASS\tNAME\tTIMESTAMP", f"CLASS\tHeating\t{stated}")
    assert reading.dated is None
    assert not isinstance(listing(reading, "Class").records[0].get("TimeModified"), datetime)


@pytest.mark.parametrize(
    ("heading", "kind", "says"),
    [("INVITEM", "Item", "Item Listing"), ("CUST", "Customer", "Customer Contact List"), ("ACCNT", "Account", "accounts")],
)
def test_a_list_without_hidden_says_where_it_can_be_seen_which_entries_are_active(heading: str, kind: str, says: str) -> None:
    active = listing(read(f"!{heading}\tNAME", f"{heading}\tOne"), kind).records[0].get("IsActive")
    assert isinstance(active, Unknown)
    assert says in active.remedy
    assert "IIF" not in active.remedy
