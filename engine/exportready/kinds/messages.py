"""What the error messages of QuickBooks and the Web Connector mean, and which object they are about, as data.

A message has a code (kinds/message_codes.py), a first part that says where the error is, and often a second part, after "QuickBooks
error message:", that says why (ServiceTitan help, “Resolve QuickBooks Desktop integration export error messages”). The second part
decides. It is in the computer's language; if it isn't known, the first part and the code decide. A name may contain quotes, so it
ends at the last quote that fits (docs/sources.md, error messages).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape

import msgspec

from exportready.kinds.message_codes import (
    AGAIN,
    CLOSED,
    CODES,
    DATA,
    FEATURE,
    INTERRUPTION,
    LOCK,
    PERMISSION,
    REFERENCE,
    REQUEST,
    UNKNOWN,
    defect_of,
    is_result,
)
from exportready.kinds.message_codes import FINE as _FINE
from exportready.kinds.message_codes import SESSION as _SESSION
from exportready.kinds.message_codes import SKIPPED as _SKIPPED
from exportready.kinds.message_sentences import REASONS, TEMPLATES, Reason, Template

MISSING, OWN, RETRY, SKIPPED, SESSION, OTHER, FINE = "missing", "own", "retry", "skipped", "session", "other", "fine"
"""What follows from an error. FINE: not an error. MISSING: QuickBooks doesn't have an object. OWN: a defect of the object that was
sent, or of the settings. RETRY: not a defect, so try again. SKIPPED: not tried, because another request failed. SESSION: nothing can be
exported. OTHER: unknown."""


class ParsedMessage(msgspec.Struct, frozen=True, kw_only=True):
    """An error message, parsed."""

    sort: str
    code: str = ""
    kind: str = ""
    """Kind of the object it mentions, as in `at_fault.kind`, or in QuickBooks' own word; empty if it mentions none."""
    name: str = ""
    """The object's name, or its id if the message has only that."""
    defect: str = UNKNOWN
    """What kind of error it is (kinds/message_codes.py)."""
    by_id: bool = False
    """The name is QuickBooks' internal id, which no person can search for or type in."""
    cause: str = ""
    """What errors with the same cause share, whichever records they stopped; empty if the object is the cause, or none is known."""
    steps: str = ""
    """Which steps fix it (causes/remedies.py)."""
    is_worded: bool = False
    """A known sentence says it, not only a code."""


_SECOND = re.compile(r"QuickBooks error message\s*+[:.]?\s*+", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')
_FIELD = re.compile(r'(?:in the field|in the|The) "([^"]+)"(?: field)?')
_DATE = re.compile(r"\b\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}\b")
_ID = re.compile(r"[0-9A-Fa-f]{1,10}-\d{9,10}")
"""QuickBooks' own ids: a number in base 16, then seconds since 1970 (seen in seven responses)."""
_REQUESTED_ID = re.compile(r"[0-9A-Fa-f]{1,10}-\d+")
_BY_ID = ("3000", "3120", "3176", "570")
"""Codes whose message quotes an id, not a name."""

_RESULT_CODE = re.compile(r"\b0x8[0-9A-F]{7}\b", re.IGNORECASE)
_CONNECTOR_CODE = re.compile(r"\bQBWC1\d{3}\b", re.IGNORECASE)
_NEGATIVE = re.compile(r"-2147\d{6}(?!\d)")
"""A result code as some programs print it: in base 10, with its sign."""
_STATED_CODE = re.compile(
    r"\W*+(?:(?:quickbooks|qbxml|qb|intuit)\s++)?((?:error|status|err|code)(?:[\s_-]*+(?:code|number|no\.?))?\W{0,4})?"
    r"(\d{3,4})(?![\w,-]|[./]\d)[\"'\])]*+\s*+([:.|=-]?)",
    re.IGNORECASE,
)
_ERROR_CODE = re.compile(r"\b(?:error|status|code)(?:[\s_-]?code)?\W{0,4}(?:1000|3\d{3})\b", re.IGNORECASE)
"""A word and a code: a number alone may be anything."""
_CODE_ELSEWHERE = re.compile(r"\b(?:error|status|code)(?:[\s_-]?code)?\W{0,4}(\d{4})\b", re.IGNORECASE)

_KINDS: Mapping[str, str] = {
    "customer": "customer", "customers": "customer", "customer:job": "customer", "job": "customer",
    "item": "item", "items": "item", "vendor": "vendor", "vendors": "vendor", "account": "account", "accounts": "account",
    "class": "class", "classes": "class", "terms": "terms", "standardterms": "terms", "datedriventerms": "terms",
    "itemsalestax": "tax_item", "itemsalestaxgroup": "tax_item", "salestax": "tax_item", "salestaxcode": "sales tax code",
    "itemsalestaxcode": "sales tax code", "customersalestaxcode": "sales tax code", "vendorsalestaxcode": "sales tax code",
    "salesrep": "sales rep", "paymentmethod": "payment method", "shipmethod": "shipping method", "inventorysite": "inventory site",
    "inventorysitelocation": "inventory bin", "customertype": "customer type", "customermsg": "customer message",
    "vendortype": "vendor type", "jobtype": "job type", "pricelevel": "price level", "unitofmeasureset": "unit of measure",
}  # fmt: skip
_PREFIXES = (("customer", "customer"), ("vendor", "vendor"), ("class", "class"), ("item", "item"), ("account", "account"))
_TRANSACTIONS = (
    "invoice",
    "receivepayment",
    "creditmemo",
    "bill",
    "purchaseorder",
    "salesreceipt",
    "salesorder",
    "journalentry",
)


def parse_message(message: str, code: str = "", request: str = "") -> ParsedMessage:
    """Parse an error message. `code` and `request` (`CustomerAdd`) come from its qbXML response or its table, if there is one."""
    text = _plain(message)
    code = plain_code(code) or _result_code(text) or stated_code(text)[0]
    found = _sentence(text, code)
    if found is None and defect_of(code) == _FINE and (stated := _sentence(text, "")) is not None:
        code, found = "", stated  # the sentence of an error: the code is another number, such as that of the row
    if not code and found is None:
        elsewhere = _CODE_ELSEWHERE.search(text)
        code = elsewhere[1] if elsewhere and elsewhere[1] in CODES else ""
    template, named = found or (None, {})
    first, _, second = _halves(text)
    reason = _reason(second or (text if template is None else ""), is_second=bool(second or code))
    code = code or (template.codes[0] if template and template.codes else "")
    defect = template.defect if template else defect_of(code)
    if reason is not None and defect != _FINE and not is_result(code):
        defect = reason.defect
    name = " ".join(named.get("name", "").split())
    kind = (_kind(named.get("kind", "")) or _kind_of_request(request)) if name else ""
    by_id = _ID.fullmatch(name) is not None or (code in _BY_ID and _REQUESTED_ID.fullmatch(name) is not None)
    sort = _sort(defect, code, has_name=bool(name))
    steps = _steps(defect, code, template, reason, by_id=by_id, is_blank=bool(named) and not name)
    if template is not None and not template.codes:
        cause = template.phrase
    else:
        cause = _cause(defect, sort, code, first, second, steps, has_name=bool(name))
    return ParsedMessage(
        sort=sort,
        code=code,
        kind="" if by_id and kind not in _OBJECTS else kind,
        name=name,
        defect=defect,
        by_id=by_id,
        cause=cause,
        steps=steps,
        is_worded=template is not None or reason is not None,
    )


def is_message(text: str) -> bool:
    """Return whether a text is a known error message: a sentence of QuickBooks, or a code that says that it is one."""
    found = parse_message(text)
    return (found.sort != OTHER and (found.is_worded or is_result(found.code))) or _ERROR_CODE.search(text) is not None


def second_part(message: str) -> str:
    """Return the part of a message that says why; empty if it has none."""
    return _halves(message)[2]


def plain_code(code: str) -> str:
    """Return a code as the tables have it: without spaces, brackets, or the .0 that a spreadsheet adds; 0x in lowercase."""
    plain = code.strip(" \t#()[]\"'").removesuffix(".0")
    return _result_code(plain) or plain


def stated_code(message: str) -> tuple[str, int]:
    """Return the status code with which a message begins, and where the message goes on; ("", 0) if it begins with none.

    A number alone may be that of a transaction. It is a code if a table has it and the sentence after it may have that code.
    """
    found = _STATED_CODE.match(message)
    if found is None:
        return "", 0
    word, code, mark = found.groups()
    rest = message[found.end() :]
    if word:
        return (code, found.end()) if code in CODES or int(code) >= _LEAST_CODE else ("", 0)
    if code not in CODES or not (mark or rest[:1].isupper()):
        return "", 0
    said = _sentence(rest, "")
    codes = said[0].codes if said else ()
    is_certain = code in codes or (not codes and int(code) >= _SPECIFIC_CODE)
    return (code, found.end()) if is_certain else ("", 0)


_LEAST_CODE, _SPECIFIC_CODE = 500, 3000
"""Codes below the first one are no warnings or errors; from the second on, they say what the error is."""


def _sentence(text: str, code: str) -> tuple[Template, Mapping[str, str]] | None:
    """Return the template that a message fits, and the object that it names."""
    lowercase = text.lower()
    for template in TEMPLATES:
        if not code or not template.codes or code in template.codes:
            named = template.match(text, lowercase)
            if named is not None:
                return template, named
    return None


def _halves(text: str) -> tuple[str, str, str]:
    """Return the first and the second part of a message, and the label between them."""
    label = _SECOND.search(text)
    return (text[: label.start()].strip(), label[0], text[label.end() :].strip()) if label else (text.strip(), "", "")


def _reason(text: str, *, is_second: bool) -> Reason | None:
    """Return why, by the first phrase that fits. Names in quotes don't count. `is_second`: the text is known to say why."""
    plain = _QUOTED.sub("", text).lower()
    for reason in REASONS if plain else ():
        if any(phrase in plain for phrase in (reason.phrases if is_second else reason.alone)):
            return reason
    return None


def _sort(defect: str, code: str, *, has_name: bool) -> str:
    """Return what follows from an error. A status code is about one request, so it never stops everything."""
    if is_result(code):
        return OWN if defect == DATA else SESSION
    if defect in AGAIN:
        return RETRY
    if defect == REFERENCE:
        return MISSING if has_name else OWN
    return {_FINE: FINE, _SKIPPED: SKIPPED, UNKNOWN: OTHER}.get(defect, OWN)


def _cause(defect: str, sort: str, code: str, first: str, second: str, steps: str, *, has_name: bool) -> str:
    """Return what errors with the same cause share; empty if that is the object they name, or if the cause isn't known."""
    if sort in (FINE, SKIPPED, OTHER):
        return ""
    if is_result(code):
        return code
    why = " ".join((second or _without_code(first)).rstrip(" .!").lower().split())[:_CAUSE_LENGTH]
    if defect == CLOSED:
        day = _DATE.search(why)
        return f"{defect} {day[0] if day else ''}".rstrip()
    if defect in (LOCK, INTERRUPTION, _SESSION):
        return defect
    if defect == PERMISSION:
        return f"{defect} {steps}"
    if defect == FEATURE:
        return f"{defect} {why}"
    if has_name:
        return ""
    field = _FIELD.search(first)
    if defect == REQUEST:
        return f"{code or why} {field[1].lower() if field else ''}".rstrip()
    if second and defect != REFERENCE:
        return f"{why} {field[1].lower()}" if field and code == _INVALID_VALUE else why
    return f"{code} {why}".strip()


_INVALID_VALUE = "3210"
_CAUSE_LENGTH = 200


def _without_code(text: str) -> str:
    return text[stated_code(text)[1] :]


def _steps(defect: str, code: str, template: Template | None, reason: Reason | None, *, by_id: bool, is_blank: bool) -> str:
    """Return which steps fix an error: the second part decides, then the first one, then the code."""
    if defect == REFERENCE:
        return "deleted" if by_id else "unmapped" if is_blank else "missing"
    if reason is not None and reason.defect == defect:
        return reason.steps
    if template is not None and template.steps:
        return template.steps
    known = CODES.get(code)
    return known.steps if known is not None and known.defect == defect else _STEPS.get(defect, "read")


_STEPS: Mapping[str, str] = {_SESSION: "connect", REQUEST: "support", LOCK: "locked", INTERRUPTION: "again", _SKIPPED: "first"}
"""The steps for a code that no table has."""


def _result_code(text: str) -> str:
    """Return the result code in a text as it is usually written, 0x80040414, else the Web Connector's, QBWC1013."""
    if found := _RESULT_CODE.search(text):
        return "0x" + found[0][2:].upper()
    if found := _NEGATIVE.search(text):
        return f"0x{int(found[0]) & 0xFFFFFFFF:08X}"
    found = _CONNECTOR_CODE.search(text)
    return found[0].upper() if found else ""


def _plain(message: str) -> str:
    """Return a message with straight quotes, as QuickBooks writes them; other programs turn them into curly ones or entities."""
    text = message.translate(_QUOTES)
    return unescape(text) if "&" in text else text


_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "‟": '"', "\u00a0": " "})
_OBJECTS = ("customer", "item", "vendor", "account", "class", "terms", "tax_item", "transaction")


def _kind(words: str) -> str:
    """Return the kind for QuickBooks' words for it: `AR Account`, `Item Sales Tax`, `customer name`, `Customers`, `ItemRef`."""
    plain = re.sub(r"[\s_]+", "", words).casefold().removesuffix("ref").removesuffix("listid").removesuffix("ref")
    if plain in _KINDS:
        return _KINDS[plain]
    if plain.endswith("account"):
        return "account"
    if plain.startswith(_TRANSACTIONS):
        return "transaction"
    return next((kind for prefix, kind in _PREFIXES if plain.startswith(prefix)), " ".join(words.split()).casefold())


def _kind_of_request(request: str) -> str:
    """Return the kind of object that a request was for: `CustomerAdd`, `ItemNonInventoryQuery`."""
    plain = re.sub(r"(Add|Mod|Query)(Rs|Rq)?$", "", request)
    return _kind(plain) if plain else ""
