"""How to fix an export error: who does it, how long it takes, and the clicks, as data.

Which steps fix which error is in kinds/message_codes.py (by its code) and kinds/message_sentences.py (by the second part of its
message). The clicks follow ServiceTitan help (“Resolve QuickBooks Desktop integration export error messages”, “Invoice stuck in pending
status after batch export”, “Change an item from non-inventory to inventory”), Intuit's tables of codes, and appendix A of the QuickBooks
Web Connector Programmer's Guide. Deleted records: help.builderprime.com (common errors), docs.singleops.com (360053275134).
"""

from __future__ import annotations

from collections.abc import Mapping

from exportready.model.rules import FixSteps

_AGAIN = "In ServiceTitan, unpost the batch, post it, and export it again. This creates no duplicates"
_SUPPORT = "If it comes back, send the message to ServiceTitan Support"
_BOOKKEEPER, _OFFICE, _ADMIN = "bookkeeper", "office manager", "QuickBooks administrator"


def _fix(who: str, minutes: int, *steps: str) -> FixSteps:
    return FixSteps(who=who, minutes=minutes, steps=steps)


_STEPS: Mapping[str, FixSteps] = {
    # What QuickBooks doesn't have
    "missing": _fix(
        _BOOKKEEPER,
        5,
        "Look for it in QuickBooks. It may be inactive, have another name, or be missing",
        "Make it active, rename it, or create it, so that the name is the same as in ServiceTitan",
        _AGAIN,
    ),
    "deleted": _fix(
        _BOOKKEEPER,
        10,
        "The ID in the message is QuickBooks' own. It belongs to a record that someone deleted or replaced in QuickBooks",
        "Find out what ServiceTitan's transaction refers to, such as the invoice that the payment pays",
        "Enter the transaction in QuickBooks by hand, or ask ServiceTitan Support to remove the old link, and export again",
    ),
    "unmapped": _fix(
        _BOOKKEEPER,
        10,
        "Something on this transaction has no counterpart in QuickBooks: look at its items, customer, class, terms and tax",
        "In ServiceTitan, choose the QuickBooks entry for it in the accounting settings, or on the item itself",
        _AGAIN,
    ),
    "inactive": _fix(
        _BOOKKEEPER,
        2,
        "In QuickBooks, open its list and check Include inactive. For items, choose Lists > Item List",
        "Right-click it and make it active",
        _AGAIN,
    ),
    "switched": _fix(
        _OFFICE,
        10,
        "The item was switched to or from inventory. Add a new one with another code to the pricebook",
        "Put the new item on the invoice",
        _AGAIN,
    ),
    "type": _fix(
        _BOOKKEEPER,
        10,
        "Compare the item's type in ServiceTitan and in QuickBooks. QuickBooks can't change most types",
        "Add a new item with another code and the right type, and put it on the transaction",
        _AGAIN,
    ),
    # Names and values
    "twice": _fix(
        _BOOKKEEPER,
        5,
        "In QuickBooks, find the list that already has this name: customers, vendors, employees or other names",
        "Rename one of the two in both programs",
        _AGAIN,
    ),
    "merge": _fix(
        _BOOKKEEPER,
        10,
        "The record was renamed to a name that another record already has. QuickBooks would have to merge the two",
        "If both are the same, merge them in QuickBooks yourself. If not, give one of them another name in both programs",
        _AGAIN,
    ),
    "characters": _fix(
        _OFFICE,
        5,
        "In ServiceTitan, look for a colon, an emoji or another special character in its names, memo and lines",
        "Remove the character",
        _AGAIN,
    ),
    "shorten": _fix(_OFFICE, 5, "In ServiceTitan, shorten the text that the message quotes", _AGAIN),
    "address": _fix(_OFFICE, 5, "In ServiceTitan, correct the address, and keep each line short", _AGAIN),
    "account": _fix(
        _BOOKKEEPER,
        10,
        "In QuickBooks, look at the accounts of each item on the transaction. One is missing, inactive or of the wrong type",
        "Choose the right account in both programs",
        _AGAIN,
    ),
    "applied": _fix(
        _BOOKKEEPER,
        5,
        "In QuickBooks, compare the invoice's open balance with what the payment pays. It may be paid already",
        "Apply no more than the invoice's open balance and the payment's unused amount",
        _AGAIN,
    ),
    "credit": _fix(
        _BOOKKEEPER,
        5,
        "In QuickBooks, open the customer and choose Edit Customer > Payment Settings",
        "Raise the credit limit, or clear it",
        _AGAIN,
    ),
    "tax": _fix(
        _BOOKKEEPER,
        10,
        "In QuickBooks, compare the sales tax item and the tax codes of this customer and these items with ServiceTitan's",
        "Correct the one that the message names",
        _AGAIN,
    ),
    "stock": _fix(
        _BOOKKEEPER,
        10,
        "In QuickBooks, compare the quantity on hand with the quantity on the transaction",
        "Enter the bill or the adjustment that brings it in first",
        _AGAIN,
    ),
    "empty": _fix(_OFFICE, 5, "In ServiceTitan, fill in what the message names", _AGAIN, _SUPPORT),
    "value": _fix(_OFFICE, 10, "In ServiceTitan, look at the value that the message quotes, and correct it", _AGAIN, _SUPPORT),
    "read": _fix(
        _BOOKKEEPER,
        10,
        "Read the part after “QuickBooks error message”. It says why",
        "Fix that, or send the message to ServiceTitan Support",
        _AGAIN,
    ),
    # One cause for the entire company file
    "closed": _fix(
        _BOOKKEEPER,
        5,
        "Change the dates to days after the closing date, or ask the QuickBooks administrator to move the closing date back",
        _AGAIN,
        "If the closing date was moved, set it again after the export",
    ),
    "feature": _fix(
        _BOOKKEEPER,
        10,
        "Find out which feature is missing from your QuickBooks edition or turned off (Edit > Preferences)",
        "Turn it on in QuickBooks, or stop using it in ServiceTitan",
        _AGAIN,
    ),
    "permission": _fix(
        _ADMIN,
        10,
        "In QuickBooks, choose Company > Users > Set Up Users and Roles",
        "Give the user under whom the connector runs permission for this kind of transaction or list",
        _AGAIN,
    ),
    "program": _fix(
        _ADMIN,
        10,
        "In QuickBooks, log in as Admin in single-user mode, and choose Edit > Preferences > Integrated Applications",
        "On Company Preferences, select the connector, choose Properties, and allow access and automatic login",
        "Export again",
    ),
    "single": _fix(
        _OFFICE,
        5,
        "In QuickBooks, choose File > Switch to Single-user Mode, or the mode that the message names. Everyone else closes the file first",
        "Export again",
    ),
    # Only another try
    "locked": _fix(_OFFICE, 5, "Make sure no one has the record or the list open in QuickBooks", _AGAIN),
    "again": _fix(_OFFICE, 5, _AGAIN, "If it happens again, export smaller batches"),
    "first": _fix(_OFFICE, 2, "Fix the error before it in the list", _AGAIN),
    # The connection
    "connect": _fix(
        _OFFICE,
        5,
        "In QuickBooks, open the right company file as its administrator, in the mode that your export needs. Close any open "
        "dialog boxes",
        "Check in the Web Connector that it is online, and export again",
    ),
    "dialog": _fix(_OFFICE, 2, "On the computer with the connector, close every dialog box in QuickBooks", "Export again"),
    "file": _fix(_OFFICE, 5, "In QuickBooks, close any other company file, and open the right one", "Export again"),
    "start": _fix(
        _OFFICE,
        5,
        "Start QuickBooks and open the company file. Make sure no one else has it open in single-user mode",
        "Wait until QuickBooks has started, and export again",
    ),
    "install": _fix(
        _ADMIN, 30, "Update QuickBooks (Help > Update QuickBooks Desktop), or repair its installation", "Export again"
    ),
    "password": _fix(_OFFICE, 5, "In the Web Connector, enter the connector's password again", "Export again"),
    "select": _fix(_OFFICE, 2, "In the Web Connector, check the box of the connector and choose Update Selected"),
    "setup": _fix(
        _OFFICE,
        15,
        "In the Web Connector, remove the connector and add it again with the file that you got for it",
        "If that fails, send the message to the support of the connector",
    ),
    "server": _fix(
        _OFFICE,
        10,
        "Wait a few minutes, and export again. The connector's server didn't answer as it should",
        "If it happens again, send the message and the Web Connector's log to the support of the connector",
    ),
    "update": _fix(_OFFICE, 15, "Install the newest Web Connector", "Export again"),
    "log": _fix(_ADMIN, 10, "Free up disk space, and make the Web Connector's log (QWCLog.txt) writable", "Export again"),
    "support": _fix(
        _OFFICE,
        10,
        "The connector sent this in a way that QuickBooks doesn't accept. Send the message to ServiceTitan Support",
        "Update QuickBooks, if it is older than the connector requires",
    ),
}


def remedy(steps: str) -> FixSteps:
    """Return who fixes an error, and how."""
    return _STEPS.get(steps) or _STEPS["read"]
