"""qbXML responses: wrappings, pages, errors and what absence means."""

from __future__ import annotations

import codecs
from datetime import UTC
from decimal import Decimal
from html import escape

import pytest

from exportready.evidence.consolidate import consolidate
from exportready.evidence.readers import qbxml
from exportready.evidence.reading import Reading, Unreadable
from exportready.evidence.recognize import read_file
from exportready.kinds import KINDS
from exportready.model.evidence import NOT_EXPORTED, UNSET, Listing, Scope, Unknown
from exportready.rulebook.examples import NOON

ALL = {name: frozenset(kind.fields) for name, kind in KINDS.items()}

CUSTOMER = """<CustomerRet>
<ListID>80000001-1700000000</ListID>
<TimeModified>2026-11-01T08:00:00-07:00</TimeModified>
<Name>Elm 5</Name>
<FullName>Abbott &amp; Bell:Elm 5</FullName>
<IsActive>true</IsActive>
<Balance>12.50</Balance>
</CustomerRet>"""


def rs(name: str, records: str = "", attributes: str = "") -> str:
    status = attributes if "statusCode" in attributes else f'statusCode="0" statusSeverity="Info" {attributes}'
    return f'<{name}QueryRs requestID="1" {status} statusMessage="said">\n{records}\n</{name}QueryRs>'


def document(*responses: str) -> str:
    return '<?xml version="1.0" ?>\n<QBXML>\n<QBXMLMsgsRs>\n' + "\n".join(responses) + "\n</QBXMLMsgsRs>\n</QBXML>\n"


def soap(body: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">\n<soap:Body>\n'
        '<receiveResponseXML xmlns="http://developer.intuit.com/">\n<ticket>t</ticket>\n'
        f"<response>{body}</response>\n</receiveResponseXML>\n</soap:Body>\n</soap:Envelope>\n"
    )


def read(text: str | bytes, path: str = "answer.xml") -> Reading:
    return qbxml.read(text if isinstance(text, bytes) else text.encode(), path, ALL)


def listing(reading: Reading, kind: str = "Customer") -> Listing:
    return next(one for one in reading.listings if one.kind == f"quickbooks.{kind}")


def line_of(text: str, mark: str) -> int:
    return text[: text.index(mark)].count("\n") + 1


# -- wrappings

BARE = document(rs("Customer", CUSTOMER))
INNER = BARE.partition("\n")[2].strip()
WRAPPINGS = {
    "bare": BARE,
    "soap-elements": soap(f"\n{INNER}\n"),
    "soap-escaped": soap(escape(BARE, quote=False)),
    "ret": CUSTOMER,
}


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_every_wrapping_gives_the_same_record(wrapping: str) -> None:
    record = listing(read(WRAPPINGS[wrapping])).records[0]
    assert record.key == "Abbott & Bell:Elm 5"
    assert dict(record.fields) == dict(listing(read(BARE)).records[0].fields)
    assert record.fields["Balance"] == Decimal("12.50")


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_every_wrapping_gives_the_line_in_the_file(wrapping: str) -> None:
    text = WRAPPINGS[wrapping]
    mark = "&lt;CustomerRet" if wrapping == "soap-escaped" else "<CustomerRet"
    assert listing(read(text)).records[0].where.line == line_of(text, mark)


def test_escaped_text_that_starts_on_its_own_line_keeps_the_lines_right() -> None:
    text = soap("\n\n" + escape(BARE, quote=False) + "\n")
    assert listing(read(text)).records[0].where.line == line_of(text, "&lt;CustomerRet")


def test_escaped_text_in_cdata_keeps_the_lines_right() -> None:
    text = soap(f"<![CDATA[{BARE}]]>")
    assert listing(read(text)).records[0].where.line == line_of(text, "<CustomerRet")


def test_escaped_text_with_escaped_line_ends_has_no_line_rather_than_a_wrong_one() -> None:
    text = soap(escape(BARE, quote=False).replace("\n", "&#xD;\n"))
    assert listing(read(text)).records[0].where.line is None


def test_a_bare_ret_is_not_a_list() -> None:
    one = listing(read(CUSTOMER))
    assert (one.whole, one.part) == (False, "fragment")


def test_a_soap_message_without_a_response_is_reported() -> None:
    with pytest.raises(Unreadable, match="without a qbXML response"):
        read(soap("hello"))


def test_a_doctype_inside_the_escaped_text_is_refused_too() -> None:
    inner = '<!DOCTYPE QBXML [<!ENTITY a "ha">]>' + INNER
    with pytest.raises(Unreadable, match="DOCTYPE"):
        read(soap(escape(inner, quote=False)))


def test_broken_xml_inside_the_escaped_text_has_the_line_of_the_file() -> None:
    text = soap(escape(BARE.replace("</FullName>", ""), quote=False))
    with pytest.raises(Unreadable) as caught:
        read(text)
    assert caught.value.line == line_of(text, "&lt;/CustomerRet")


@pytest.mark.parametrize(
    "data",
    [
        BARE.replace("Abbott", "Zoë").encode(),
        codecs.BOM_UTF8 + BARE.replace("Abbott", "Zoë").encode(),
        BARE.replace("Abbott", "Zoë").encode("cp1252"),
        BARE.replace("Abbott", "Zoë").replace("?>", 'encoding="windows-1252"?>', 1).encode("cp1252"),
        BARE.replace("Abbott", "Zoë").replace("?>", 'encoding="UTF-16"?>', 1).encode("utf-16"),
        BARE.replace("Abbott", "Zoë").encode("utf-16-le"),
        BARE.replace("Abbott", "Zoë").encode("utf-16-be"),
    ],
    ids=["utf-8", "bom", "cp1252-undeclared", "cp1252-declared", "utf-16", "utf-16-le-bare", "utf-16-be-bare"],
)
def test_every_encoding_reads_the_same(data: bytes) -> None:
    assert listing(read(data)).records[0].key == "Zoë & Bell:Elm 5"


@pytest.mark.parametrize("encoding", ["ascii", "utf-16-le", "utf-16-be", "utf-8-sig"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_plain_letters_read_the_same_in_every_encoding_and_with_every_line_end(encoding: str, line_end: str) -> None:
    record = listing(read(BARE.replace("\n", line_end).encode(encoding))).records[0]
    assert (record.key, record.where.line) == ("Abbott & Bell:Elm 5", listing(read(BARE)).records[0].where.line)


# -- whole or not


def test_an_answered_list_is_whole() -> None:
    assert listing(read(BARE)).whole


def test_status_1_says_that_the_list_is_whole_and_empty() -> None:
    one = listing(read(document(rs("Customer", "", 'statusCode="1" statusSeverity="Info"'))))
    assert (one.whole, one.records) == (True, ())


def test_an_error_is_not_a_list_and_is_reported() -> None:
    reading = read(document(rs("Customer", "", 'statusCode="3120" statusSeverity="Error"')))
    assert not [one for one in reading.listings if one.kind == "quickbooks.Customer"]
    assert reading.notes == ("QuickBooks answered CustomerQuery with error 3120",)
    status = listing(reading, "Status").records[0]
    assert (status.fields["statusCode"], status.fields["statusSeverity"]) == ("3120", "Error")


def test_a_warning_makes_the_list_a_part() -> None:
    assert not listing(read(document(rs("Customer", CUSTOMER, 'statusCode="530" statusSeverity="Warn"')))).whole


def test_a_count_that_does_not_agree_makes_the_list_a_part() -> None:
    assert listing(read(document(rs("Customer", CUSTOMER, 'retCount="1"')))).whole
    one = listing(read(document(rs("Customer", CUSTOMER, 'retCount="7"'))))
    assert not one.whole
    assert "should have 7 records, but it has 1" in one.why_part


def page(customers: list[str], remaining: int, iterator: str = "{11}") -> str:
    records = "\n".join(
        f"<CustomerRet><ListID>{name}</ListID><TimeModified>2026-11-01T08:00:00-07:00</TimeModified>"
        f"<Name>{name}</Name><FullName>{name}</FullName><IsActive>{'false' if name == 'Old' else 'true'}</IsActive></CustomerRet>"
        for name in customers
    )
    return document(rs("Customer", records, f'iteratorRemainingCount="{remaining}" iteratorID="{iterator}"'))


def test_a_page_with_more_to_come_is_a_part() -> None:
    dataset = consolidate("quickbooks.Customer", [listing(read(page(["Abbott", "Old"], 2)))], None, NOON)
    assert dataset.scope is Scope.PART
    assert dataset.why


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_two_pages_are_joined_in_whatever_order_they_come(order: tuple[int, int]) -> None:
    pages = [listing(read(page(["Abbott", "Old"], 1), "1.xml")), listing(read(page(["Bell"], 0), "2.xml"))]
    dataset = consolidate("quickbooks.Customer", [pages[at] for at in order], None, NOON)
    assert dataset.scope is Scope.WHOLE
    assert [record.key for record in dataset.records] == ["Abbott", "Old", "Bell"]


def test_a_missing_page_between_two_makes_the_list_a_part() -> None:
    pages = [listing(read(page(["Abbott", "Old"], 5), "1.xml")), listing(read(page(["Bell"], 0), "3.xml"))]
    assert consolidate("quickbooks.Customer", pages, None, NOON).scope is Scope.PART


def test_pages_of_two_iterators_are_not_joined() -> None:
    pages = [
        listing(read(page(["Abbott", "Old"], 1), "1.xml")),
        listing(read(page(["Bell"], 0, "{22}"), "2.xml")),
    ]
    assert consolidate("quickbooks.Customer", pages, None, NOON).scope is not Scope.WHOLE


def test_a_list_without_inactive_records_is_whole_for_active_ones_only() -> None:
    assert consolidate("quickbooks.Customer", [listing(read(BARE))], None, NOON).scope is Scope.ACTIVE


NONE = 'statusCode="1" statusSeverity="Info"'


def test_one_item_type_is_not_the_item_list() -> None:
    one, every = (listing(read(document(rs(name, "", NONE))), "Item") for name in ("ItemService", "Item"))
    assert consolidate("quickbooks.Item", [one], None, NOON).scope is Scope.PART
    assert consolidate("quickbooks.Item", [every], None, NOON).scope is not Scope.PART


@pytest.mark.parametrize(
    ("records", "status"),
    [
        ("", 'statusCode="0" statusSeverity="Info"'),
        (CUSTOMER, NONE),
        (CUSTOMER, 'statusCode="3120" statusSeverity="Info"'),
        (CUSTOMER, 'statusCode="" statusSeverity="Info"'),
    ],
    ids=["0 without records", "1 with records", "an error that calls itself Info", "no code"],
)
def test_a_status_that_contradicts_the_records_makes_the_list_a_part(records: str, status: str) -> None:
    one = listing(read(document(rs("Customer", records, status))))
    assert (one.whole, one.damaged) == (False, True)


def test_the_response_to_an_add_is_not_a_list() -> None:
    text = document(
        f'<CustomerAddRs requestID="1" statusCode="0" statusSeverity="Info" statusMessage="said">{CUSTOMER}</CustomerAddRs>'
    )
    one = listing(read(text))
    assert not one.whole
    assert len(one.records) == 1


def test_several_responses_keep_their_records_apart() -> None:
    vendor = CUSTOMER.replace("Customer", "Vendor")
    reading = read(document(rs("Customer", CUSTOMER), rs("Class"), rs("Vendor", vendor + vendor)))
    assert [len(listing(reading, kind).records) for kind in ("Customer", "Class", "Vendor")] == [1, 0, 2]
    assert listing(reading, "Vendor").records[1].where.pointer == "VendorQueryRs[3]/VendorRet[2]"


# -- what absence means


def test_an_absent_element_of_a_complete_record_is_unset() -> None:
    assert listing(read(BARE)).records[0].get("TermsRef.FullName") is UNSET


def test_with_include_ret_element_an_absent_element_was_not_exported() -> None:
    text = BARE.replace("<TimeModified>2026-11-01T08:00:00-07:00</TimeModified>\n", "")
    record = listing(read(text)).records[0]
    assert record.get("TermsRef.FullName") is NOT_EXPORTED
    assert record.get("FullName") == "Abbott & Bell:Elm 5"


def test_a_reference_without_its_name_stays_unknown() -> None:
    text = BARE.replace("</CustomerRet>", "<TermsRef><ListID>80000003-1</ListID></TermsRef></CustomerRet>")
    assert listing(read(text)).records[0].get("TermsRef.FullName") is NOT_EXPORTED


def test_an_absent_element_that_comes_only_on_request_is_not_exported() -> None:
    item = "<ItemServiceRet><ListID>1</ListID><TimeModified>2026-11-01T08:00:00-07:00</TimeModified><Name>A</Name></ItemServiceRet>"
    wanted = {name for name, field in KINDS["quickbooks.InvoiceLine"].fields.items() if field.on_request and "." not in name}
    invoice = (
        "<InvoiceRet><TxnID>1</TxnID><TimeModified>2026-11-01T08:00:00-07:00</TimeModified><InvoiceLineRet><TxnLineID>2</TxnLineID>"
        "</InvoiceLineRet></InvoiceRet>"
    )
    (line,) = listing(read(document(rs("Invoice", invoice), rs("ItemService", item))), "InvoiceLine").records
    assert wanted
    assert {name: line.get(name) for name in wanted} == {name: "2" if name == "TxnLineID" else NOT_EXPORTED for name in wanted}


def test_an_empty_element_is_unset() -> None:
    text = BARE.replace("</CustomerRet>", "<CompanyName/></CustomerRet>")
    assert listing(read(text)).records[0].get("CompanyName") is UNSET


INVOICE = """<InvoiceRet>
<TxnID>1-1</TxnID><TimeModified>2026-11-01T08:00:00-07:00</TimeModified>
<CustomerRef><FullName>Abbott</FullName></CustomerRef><RefNumber>58001</RefNumber>
LINES
</InvoiceRet>"""
LINE = "<InvoiceLineRet>\n<TxnLineID>1-{0}</TxnLineID><ItemRef><FullName>Pump</FullName></ItemRef>\n</InvoiceLineRet>"


def test_lines_are_records_with_their_parents_fields_a_number_and_a_line() -> None:
    text = document(rs("Invoice", INVOICE.replace("LINES", LINE.format(1) + "\n" + LINE.format(2))))
    lines = listing(read(text), "InvoiceLine")
    assert [line.key for line in lines.records] == ["Abbott / 58001 / Pump / 1", "Abbott / 58001 / Pump / 2"]
    assert [line.where.line for line in lines.records] == [
        line_of(text, "<InvoiceLineRet"),
        line_of(text, "<InvoiceLineRet") + 3,
    ]
    assert lines.whole


def test_an_invoice_without_lines_was_requested_without_them() -> None:
    lines = listing(read(document(rs("Invoice", INVOICE.replace("LINES", "")))), "InvoiceLine")
    assert not lines.whole
    assert "only sends on request" in lines.why_part


def test_private_elements_reach_no_record() -> None:
    company = "<CompanyRet><IsSampleCompany>false</IsSampleCompany><CompanyName>Invented</CompanyName><EIN>98-7654321</EIN></CompanyRet>"
    employee = (
        "<EmployeeRet><ListID>1</ListID><TimeModified>2026-11-01T08:00:00Z</TimeModified><Name>Ines</Name>"
        "<SSN>987-65-4321</SSN><BankAccount>55512345</BankAccount></EmployeeRet>"
    )
    reading = read(document(rs("Company", company), rs("Employee", employee)))
    assert reading.companies == {"Invented"}
    assert listing(reading, "Employee").records[0].key == "Ines"
    for private in ("98-7654321", "987-65-4321", "55512345"):
        assert private not in repr(reading)


# -- what must not slip through


@pytest.mark.parametrize("name", ["undefined", "unicode_escape", "utf-7", "no-such"])
def test_an_invalid_encoding_is_ignored(name: str) -> None:
    assert listing(read(BARE.replace("?>", f'encoding="{name}"?>', 1))).records


@pytest.mark.parametrize("escaped", [True, False])
def test_a_message_with_two_responses_gives_each_its_own_records(escaped: bool) -> None:
    one, other = (CUSTOMER.replace("Elm 5", name) for name in ("A", "B"))
    bodies = [document(rs("Customer", ret)).partition("\n")[2] for ret in (one, other)]
    bodies = [escape(body, quote=False) for body in bodies] if escaped else bodies
    reading = read(soap("</response><response>".join(bodies)))
    lists = [found for found in reading.listings if found.kind == "quickbooks.Customer"]
    assert [[record.fields["Name"] for record in found.records] for found in lists] == [["A"], ["B"]]
    assert [found.records[0].where.pointer for found in lists] == [
        "CustomerQueryRs[1]/CustomerRet[1]",
        "CustomerQueryRs[2]/CustomerRet[1]",
    ]
    assert len(listing(reading, "Status").records) == 2


def test_a_response_without_records_before_the_first_one_keeps_its_place() -> None:
    reading = read(document(rs("Vendor", "", NONE), rs("Customer", CUSTOMER)))
    assert listing(reading, "Vendor").records == ()
    assert [record.where.pointer for record in listing(reading).records] == ["CustomerQueryRs[2]/CustomerRet[1]"]


def test_two_message_sets_in_one_document_are_counted_through() -> None:
    sets = [
        f"<QBXMLMsgsRs>{rs('Vendor')}{rs('Customer', CUSTOMER)}</QBXMLMsgsRs>",
        f"<QBXMLMsgsRs>{rs('Class')}</QBXMLMsgsRs>",
    ]
    reading = read(f"<QBXML>{''.join(reversed(sets))}</QBXML>")
    assert [record.where.pointer for record in listing(reading).records] == ["CustomerQueryRs[3]/CustomerRet[1]"]


@pytest.mark.parametrize(
    "attributes",
    [
        'iteratorID="{1}"',
        'iteratorRemainingCount="0"',
        'iteratorID="{1}" iteratorRemainingCount="none"',
        'iteratorID="{1}" iteratorRemainingCount="-1"',
    ],
)
def test_pages_that_do_not_say_how_they_belong_together_make_the_list_a_part(attributes: str) -> None:
    one = listing(read(document(rs("Customer", CUSTOMER, attributes))))
    assert (one.whole, one.damaged) == (False, True)


def test_lines_are_a_part_if_their_transactions_are() -> None:
    text = document(rs("Invoice", INVOICE.replace("LINES", LINE.format(1)), 'iteratorID="{1}" iteratorRemainingCount="4"'))
    dataset = consolidate("quickbooks.InvoiceLine", [listing(read(text), "InvoiceLine")], None, NOON)
    assert dataset.scope is Scope.PART


def test_a_comment_in_a_value_does_not_cut_it() -> None:
    assert listing(read(BARE.replace("Elm 5</Name>", "Elm<!-- \n --> 5</Name>"))).records[0].get("Name") == "Elm 5"


def test_comments_over_several_lines_keep_the_lines_of_a_message_right() -> None:
    text = soap("\n" + INNER.replace("<QBXMLMsgsRs>", "<QBXMLMsgsRs><!-- one\ntwo\n -->\n"))
    assert listing(read(text)).records[0].where.line == line_of(text, "<CustomerRet")


def test_a_repeated_element_with_different_values_is_unknown() -> None:
    text = BARE.replace("<IsActive>true</IsActive>", "<IsActive>true</IsActive><IsActive>false</IsActive>")
    assert isinstance(listing(read(text)).records[0].get("IsActive"), Unknown)


def test_an_entity_that_is_not_declared_has_its_line() -> None:
    text = BARE.replace("Elm 5</Name>", "Elm &five;</Name>")
    with pytest.raises(Unreadable) as caught:
        read(text)
    assert caught.value.line == line_of(text, "&five;")


# -- responses as programs store them: without what surrounds them, and one after another

REFUSED = '<CustomerAddRs requestID="1" statusCode="3100" statusSeverity="Error" statusMessage="The name &quot;A > B&quot; is in use." />'


@pytest.mark.parametrize(
    "text",
    [
        rs("Customer", CUSTOMER),
        f'<?xml version="1.0" ?>\n<QBXMLMsgsRs>\n{rs("Customer", CUSTOMER)}\n</QBXMLMsgsRs>',
        "\n\n" + rs("Customer", CUSTOMER).replace("<CustomerQueryRs", '<CustomerQueryRs xmlns="urn:stored"'),
    ],
)
def test_a_response_without_what_surrounds_it_is_a_response(text: str) -> None:
    for reading in (read(text), recognized(text)):
        found = listing(reading)
        assert (found.whole, found.records[0].key) == (True, "Abbott & Bell:Elm 5")
        assert found.records[0].where.line == line_of(text, "<CustomerRet")


def recognized(text: str) -> Reading:
    found = read_file(text.encode(), "stored.xml", ALL, {}, UTC)
    assert isinstance(found, Reading)
    return found


@pytest.mark.parametrize(
    "text",
    [
        document(REFUSED) + document(REFUSED.replace("3100", "3140")),
        document(REFUSED).split("\n", 1)[1] + document(REFUSED.replace("3100", "3140")).split("\n", 1)[1],
        f"{REFUSED}\n{REFUSED.replace('3100', '3140')}\n",
        soap(escape(document(REFUSED), quote=False)) + soap(escape(document(REFUSED.replace("3100", "3140")), quote=False)),
    ],
)
def test_responses_one_after_another_are_all_read(text: str) -> None:
    for reading in (read(text), recognized(text)):
        statuses = listing(reading, "Status").records
        assert [one.get("statusCode") for one in statuses] == ["3100", "3140"]
        assert statuses[1].where.line in (None, line_of(text, "3140"))


def test_documents_one_after_another_may_be_pages_of_one_list() -> None:
    pages = [
        rs("Customer", CUSTOMER.replace("Elm 5", name), f'iteratorID="{{1}}" iteratorRemainingCount="{left}"')
        for name, left in (("Elm 5", 1), ("Elm 6", 0))
    ]
    whole = consolidate("quickbooks.Customer", read("".join(map(document, pages))).listings[:2], None, NOON)
    assert (len(whole.records), whole.scope is Scope.PART) == (2, False)


@pytest.mark.parametrize(
    "text",
    [
        document(REFUSED) + document(REFUSED)[:-20],
        document(REFUSED) + "and so on",
        f"<!-- {REFUSED} -->" + document(REFUSED)[:-9],
    ],
)
def test_a_document_that_breaks_off_after_others_is_reported(text: str) -> None:
    with pytest.raises(Unreadable, match="cut off or damaged"):
        read(text)


@pytest.mark.parametrize(
    ("element", "code", "message"),
    [
        (
            "connectionError",
            "0x8004040A",
            "A QuickBooks company data file is already open and it is different from the one requested.",
        ),
        ("receiveResponseXML", "0x80040400", "QuickBooks found an error when parsing the provided XML text stream."),
        ("connectionError", "0x80040408", ""),
    ],
)
def test_why_quickbooks_answered_nothing_is_an_error(element: str, code: str, message: str) -> None:
    inside = f"<{element} xmlns='urn:x'>\n<ticket>t</ticket><response/><hresult>{code}</hresult><message>{message}</message></{element}>"
    reading = read(
        soap("").replace("<response></response>", "").replace("<receiveResponseXML", inside + "<receiveResponseXML")
    )
    status = listing(reading, "Status").records[0]
    assert (status.get("statusCode"), status.get("statusSeverity")) == (code, "Error")
    assert status.get("statusMessage") == message or code


@pytest.mark.parametrize("code", ["", "0x00000000", "none"])
def test_an_hresult_of_success_is_no_error(code: str) -> None:
    reading = read(soap(f"\n{INNER}\n").replace("</response>", f"</response><hresult>{code}</hresult><message></message>"))
    assert [status.get("statusSeverity") for status in listing(reading, "Status").records] == ["Info"]
