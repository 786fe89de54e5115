"""The sentences of QuickBooks' and the Web Connector's error messages, and the phrases that say why, as data.

The sentences come from Intuit's tables of codes (kinds/message_codes.py). ServiceTitan's Export Error Report repeats them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from exportready.kinds.message_codes import (
    CLOSED,
    DATA,
    FEATURE,
    LOCK,
    NAME,
    PERMISSION,
    REFERENCE,
    SESSION,
    defect_of,
)
from exportready.schema.patterns import search


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence, with the object that it names."""

    codes: tuple[str, ...]
    """The status codes that come with it; none for a sentence of ServiceTitan."""
    phrase: str
    """In lowercase; every such message contains it. To look for it is much faster than to match the pattern."""
    pattern: str
    """For RE2, with the object's `kind` and `name`; empty if the phrase is enough."""
    defect: str
    """What kind of error it is."""
    steps: str = ""
    """Which steps fix it, if not those of its code (causes/remedies.py)."""

    def match(self, message: str, lowercase: str) -> Mapping[str, str] | None:
        """Return the kind and name of the object in a message, given in both cases; None if it is another message."""
        if self.phrase not in lowercase:
            return None
        if not self.pattern:
            return {}
        found = search(self.pattern, message)
        return None if found is None else {name: value or "" for name, value in found.groupdict().items()}


def template(codes: str, phrase: str, pattern: str = "", defect: str = "", steps: str = "") -> Template:
    """Return a template for one code or several. In a pattern, `...` is replaced by the phrase."""
    known = tuple(codes.split())
    return Template(
        codes=known,
        phrase=phrase.lower(),
        pattern=pattern and f"(?is){pattern.replace('...', re.escape(phrase))}",
        defect=defect or defect_of(known[0]),
        steps=steps,
    )


_ELEMENT = r'...(?:an? )?(?P<kind>[^".]+?) list, element "(?P<name>.+?)"\.'
TEMPLATES = (
    template("0", "Status OK", r"^[^\pL\pN_]*...[^\pL\pN_]*$"),
    template("1", "A query request did not find a matching object"),
    template("3140", "invalid reference to QuickBooks ", r'...(?P<kind>.+?) "(?P<name>.*)" in the [^".]+?(?:\.|$)'),
    template("3130", "invalid reference to a parent ", r'..."(?P<name>.+)" in the (?P<kind>.+?) list'),
    template("3120", '" specified in the request cannot be found', r'Object "(?P<name>.+?)...'),
    template("3000", "The given object ID ", r'..."(?P<name>.*?)" in the field "(?P<kind>.+?)" is invalid'),
    template("500", "required element (", r'..."(?P<name>.+)"\)'),
    template("3100", '" of the list element is already in use', r'The name "(?P<name>.+)...'),
    template("3090", "error when storing ", r'..."(?P<name>.*)" in the "(?P<kind>.+?)" field'),
    template("3176", "A related transaction object"),
    template("3175 3176", "because it is already in use"),
    template("3171 3161", "on or before the closing date"),
    template("3170", "error when modifying ", _ELEMENT),
    template("3170", "error when modifying"),
    template("3180", "error when saving ", _ELEMENT),
    template("3180", "error when saving ", r'...(?:an? )?[^".]+?\.'),
    template("3185", "error when voiding"),
    template("3160", "Cannot delete the object specified by"),
    template("3200", "is out-of-date", r"edit sequence .{0,40}..."),
    template("3210", '" field has an invalid value', r'The ".+?...'),
    template("3070", "is too long", r'The string ".*" in the field ".+?" ...'),
    template("3080", "The string ", r'..."?.*(?:invalid|unsupported|illegal) character'),
    *(
        template(code, f"error when converting the {word}")
        for code, word in (
            ("3010", "boolean"),
            ("3020", "date"),
            ("3035", "time"),
            ("3040", "amount"),
            ("3045", "price"),
            ("3050", "percent"),
            ("3060", "quantity"),
            ("3065", "GUID"),
            ("3085", "number"),
        )
    ),
    template("3030", "From date is greater than To date"),
    template("3110", "The enumerated value "),
    template("3150", "There is a missing element"),
    template("3230", "has been rolled back"),
    template("3231", "The request has not been processed"),
    template("3250", "This feature is not enabled or not available in this version"),
    template("3260", "insufficient permission"),
    template("3260", "insufficient user permission"),
    template("3260", "user does not have sufficient permission"),
    template("3261", "application has no permission to"),
    template("3162", "not allowed in multi-user mode"),
    template("3162", "cannot be processed in multi-user mode"),
    template("3270", "missing posting account"),
    template("3290", "in incorrect order", r"The item .{1,200}..."),
    template("570", "Unable to link to transaction "),
    template("550", "Notes record could not be saved"),
    template("530", "is not supported by this implementation", r'The field ".+?" ...'),
    template("531", "is not supported by this implementation", r'The enum value ".+?" in the field ".+?" ...'),
    template("1030", "This request is not supported by this implementation"),
    template("3175", "The transaction could not be locked"),
    template("1000", "internal error when processing the request"),
    # ServiceTitan's own words (“List Id is invalid (recommended workflow)”, “Invoice stuck in pending status after batch export”)
    template("", "List Id is invalid", defect=DATA, steps="switched"),
    template("", "Object Not Found", defect=DATA, steps="inactive"),
    # Result codes are usually quoted with their sentence, or by the sentence alone.
    template("0x80040400", "error when parsing the provided XML"),
    template("0x80040401", "Could not access QuickBooks"),
    template("0x80040408", "Could not start QuickBooks"),
    template("0x8004040A", "company data file is already open and it is different"),
    template("0x80040410", "currently open in a mode other than the one"),
    template("0x80040414", "modal dialog box is showing"),
    template("0x8004041A", "does not have permission to access this QuickBooks company"),
    template("0x8004041D", "does not allow automatic login"),
    template("0x80040420", "QuickBooks user has denied access"),
    template("0x80040422", "requires Single User file access mode"),
)


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Phrases in the second part of a message that say why."""

    phrases: tuple[str, ...]
    defect: str
    steps: str
    alone: tuple[str, ...] = ()
    """Phrases that say it without anything before them, so that a line with one is an error."""


def _reason(phrases: str, defect: str, steps: str, alone: str = "") -> Reason:
    """Return a reason from phrases between bars."""
    return Reason(
        phrases=tuple(phrases.split(" | ")), defect=defect, steps=steps, alone=tuple(filter(None, alone.split(" | ")))
    )


REASONS = (
    _reason("closing date | closed period | period is closed | period has been closed | books are closed", CLOSED, "closed"),
    _reason("merge", NAME, "merge", alone="cannot merge | can't merge"),
    _reason(
        "another user | could not be locked | could not lock | cannot be locked | can't be locked | unable to lock | acquire the lock | "
        "element is in use | record is in use | currently in use | locked by | being used by | edit sequence | has been changed since",
        LOCK,
        "locked",
        alone="modified by another user | in use by another user | could not be locked | could not lock | acquire the lock",
    ),
    _reason("already in use | already been used | already exists | duplicate", NAME, "twice"),
    _reason(
        "posting account | account is invalid | invalid account | account must | account type | account is required | "
        "must use an account | account is not | account is missing",
        DATA,
        "account",
        alone="posting account is invalid",
    ),
    _reason("does not exist in the list | record does not exist | could not be found | cannot be found", REFERENCE, "missing"),
    _reason("multi-user mode | multi user mode | single-user mode | single user mode", SESSION, "single"),
    _reason("permission | not authorized | access rights | have access | privilege | administrator", PERMISSION, "permission"),
    _reason(
        "not enabled | not available in this | not turned on | turned off | not supported in this version | turn on",
        FEATURE,
        "feature",
    ),
    _reason("credit limit", DATA, "credit"),
    _reason("pay more than | amount due | more than the", DATA, "applied"),
    _reason("too long | maximum length | maximum number of characters", DATA, "shorten"),
    _reason("colon | character", NAME, "characters"),
    _reason("tax", DATA, "tax"),
    _reason("quantity on hand | not enough", DATA, "stock"),
)
"""The first that fits decides. From messages that integrators quote (docs/sources.md, error messages)."""
