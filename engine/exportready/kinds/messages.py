"""What the error messages of QuickBooks and the Web Connector mean, and which object they are about, as data.

The sentences come from Intuit's status codes (qbXML SDK, status codes in response messages) and result codes. ServiceTitan's Export
Error Report repeats them. The reason after "QuickBooks error message:" is in the computer's language, so only the first sentence is
parsed. A name may contain quotes, so it ends at the last quote that fits (docs/sources.md, error messages).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from exportready.schema.patterns import search

MISSING, OWN, RETRY, SKIPPED, SESSION, OTHER, FINE = "missing", "own", "retry", "skipped", "session", "other", "fine"
"""FINE: not an error. MISSING: QuickBooks doesn't have an object. OWN: a defect of the object that was sent. RETRY: not a defect, so try
again. SKIPPED: not tried, because another request failed. SESSION: nothing can be exported. OTHER: unknown."""


class ParsedMessage(msgspec.Struct, frozen=True, kw_only=True):
    """An error message, parsed."""

    sort: str
    code: str = ""
    kind: str = ""
    """Kind of the object it mentions, as in `at_fault.kind`, or in QuickBooks' own word; empty if it mentions none."""
    name: str = ""
    """The object's name, or its id if the message has only that."""


class _Template(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    sort: str
    phrase: str
    """In lowercase; every such message contains it. To look for it is much faster than to match the pattern."""
    pattern: str
    """For RE2, with the object's `kind` and `name`; empty if the phrase is enough."""

    def match(self, message: str, lowercase: str) -> Mapping[str, str] | None:
        """Return the kind and name of the object in a message, given in both cases; None if it is another message."""
        if self.phrase not in lowercase:
            return None
        if not self.pattern:
            return {}
        found = search(self.pattern, message)
        return None if found is None else {name: value or "" for name, value in found.groupdict().items()}


def _template(code: str, sort: str, phrase: str, pattern: str = "") -> _Template:
    """Return a template. In a pattern, `...` is replaced by the phrase."""
    return _Template(
        code=code, sort=sort, phrase=phrase.lower(), pattern=pattern and f"(?is){pattern.replace('...', re.escape(phrase))}"
    )


_TEMPLATES = (
    _template("0", FINE, "Status OK", r"^[^\pL\pN_]*...[^\pL\pN_]*$"),
    _template("1", FINE, "A query request did not find a matching object"),
    _template("3140", MISSING, "invalid reference to QuickBooks ", r'...(?P<kind>.+?) "(?P<name>.*)" in the [^".]+?\.'),
    _template("3130", MISSING, "invalid reference to a parent ", r'..."(?P<name>.+)" in the (?P<kind>.+?) list'),
    _template("3120", MISSING, '" specified in the request cannot be found', r'Object "(?P<name>.+?)...'),
    _template("3000", MISSING, "The given object ID ", r'..."(?P<name>.+?)" in the field "(?P<kind>.+?)" is invalid'),
    _template("500", MISSING, "required element (", r'..."(?P<name>.+)"\)'),
    _template("3100", OWN, '" of the list element is already in use', r'The name "(?P<name>.+)...'),
    _template("3090", OWN, "error when storing ", r'..."(?P<name>.*)" in the "(?P<kind>.+?)" field'),
    _template("3170", RETRY, "error when modifying"),
    _template("3175", RETRY, "could not be locked"),
    _template("3175", RETRY, "because it is already in use"),
    _template("3180", OWN, "error when saving ", r'...(?:an? )?(?P<kind>[^".]+?) list, element "(?P<name>.+?)"\.'),
    _template("3180", OWN, "error when saving ", r'...(?:an? )?[^".]+?\.'),
    _template(
        "3171",
        OWN,
        "with a date that is on or before the closing date",
        r"attempt was made to (?:modify|delete|add) .{1,40}...",
    ),
    _template("3210", OWN, '" field has an invalid value', r'The ".+?...'),
    _template("3231", SKIPPED, "The request has not been processed"),
    _template("3250", OWN, "This feature is not enabled or not available in this version"),
    _template("3260", SESSION, "insufficient permission"),
    _template("3260", SESSION, "insufficient user permission"),
    _template("3260", SESSION, "user does not have sufficient permission"),
    _template("3200", OWN, "is out-of-date", r"edit sequence .{1,40}..."),
    _template("1000", RETRY, "internal error when processing the request"),
    _template("", OWN, "List Id is invalid"),
    _template("", OWN, "Object Not Found"),
    _template("", SESSION, "modal dialog box is showing"),
    _template("", SESSION, "company data file is already open and it is different"),
    _template("", SESSION, "currently open in a mode other than the one"),
    _template("", SESSION, "does not have permission to access this QuickBooks company"),
    _template("", SESSION, "QuickBooks user has denied access"),
    _template("", SESSION, "requires Single User file access mode"),
    _template("", SESSION, "Could not start QuickBooks"),
    _template("", SESSION, "Could not access QuickBooks"),
)

_BY_CODE = {
    **{template.code: template.sort for template in _TEMPLATES if template.code},
    "3261": SESSION,
    "3263": SESSION,
}
_RESULT_CODE = re.compile(r"\b0x8004[0-9A-F]{4}\b|\bQBWC1\d{3}\b", re.IGNORECASE)
_STATED_CODE = re.compile(
    r"^\W*(?:(?:quickbooks )?(?:error|status)(?: code)?[\s:#-]*(\d{3,4})\b|(\d{3,4})\s*[:-])", re.IGNORECASE
)

_KINDS: Mapping[str, str] = {
    "customer": "customer", "customers": "customer", "customer:job": "customer", "job": "customer",
    "item": "item", "items": "item", "vendor": "vendor", "vendors": "vendor", "account": "account", "accounts": "account",
    "class": "class", "classes": "class", "terms": "terms", "standardterms": "terms", "datedriventerms": "terms",
    "itemsalestax": "tax_item", "itemsalestaxgroup": "tax_item", "salestaxcode": "tax_item", "salestax": "tax_item",
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
    """Parse an error message. `code` and `request` (`CustomerAdd`) come from its qbXML response, if there is one."""
    stated = _STATED_CODE.match(message)
    found_code = (stated[1] or stated[2]) if stated else ""
    code = code or (found_code if found_code in _BY_CODE else "")
    lowercase = message.lower()
    for template in _TEMPLATES:
        if code and template.code and template.code != code:
            continue
        named = template.match(message, lowercase)
        if named is None:
            continue
        name = " ".join(named.get("name", "").split())
        kind = _kind(named.get("kind", "")) or _kind_of_request(request) if name else ""
        result = _RESULT_CODE.search(message) if template.sort == SESSION else None
        return ParsedMessage(
            sort=template.sort,
            code=code or template.code or (_result_code(result) if result else ""),
            kind=kind if name else "",
            name=name,
        )
    if (result := _RESULT_CODE.search(code) or _RESULT_CODE.search(message)) is not None:
        return ParsedMessage(sort=SESSION, code=_result_code(result))
    return ParsedMessage(sort=_without_name(_BY_CODE.get(code, OTHER)), code=code)


def _result_code(found: re.Match[str]) -> str:
    """Return a result code as it is usually written: 0x80040414, QBWC1013."""
    return found[0].upper().replace("0X", "0x")


def _without_name(sort: str) -> str:
    """Return the sort for a code whose message is in another language, so its object is unknown: MISSING becomes OWN."""
    return OWN if sort == MISSING else sort


def is_message(text: str) -> bool:
    """Return whether a text is a known error message."""
    return parse_message(text).sort != OTHER


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
