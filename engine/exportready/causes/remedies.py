"""How to fix an export error: a title and the clicks, by what the error says.

The clicks follow “Resolve QuickBooks Desktop integration export error messages” (ServiceTitan help) and Intuit's status codes.
"""

from __future__ import annotations

from collections.abc import Mapping

from exportready.kinds.messages import MISSING, OTHER, RETRY, SESSION, SKIPPED
from exportready.kinds.nouns import object_noun
from exportready.model.rules import FixSteps

_AGAIN = "In ServiceTitan, unpost the batch, post it, and export it again. This creates no duplicates"

_BY_SORT: Mapping[str, FixSteps] = {
    MISSING: FixSteps(
        who="bookkeeper",
        minutes=5,
        steps=(
            "Look for it in QuickBooks. It may be inactive, have another name, or be missing",
            "Make it active, rename it, or create it, so that the name is the same as in ServiceTitan",
            _AGAIN,
        ),
    ),
    RETRY: FixSteps(
        who="office manager",
        minutes=5,
        steps=("Make sure no one has the record or the list open in QuickBooks", _AGAIN),
    ),
    SESSION: FixSteps(
        who="office manager",
        minutes=5,
        steps=(
            "In QuickBooks, open the right company file as its administrator, in the mode that your export needs. Close any open "
            "dialog boxes",
            "Check in the Web Connector that it is online, and export again",
        ),
    ),
    SKIPPED: FixSteps(who="office manager", minutes=2, steps=("Fix the error before it in the list", _AGAIN)),
    OTHER: FixSteps(
        who="bookkeeper",
        minutes=10,
        steps=(
            "Read the part after “QuickBooks error message”. It says why",
            "Fix that, or send the message to ServiceTitan Support",
            _AGAIN,
        ),
    ),
}
_BY_CODE: Mapping[str, FixSteps] = {
    "3100": FixSteps(
        who="bookkeeper",
        minutes=5,
        steps=(
            "In QuickBooks, find the list that already has this name: customers, vendors, employees or other names",
            "Rename one of the two in both programs",
            _AGAIN,
        ),
    ),
    "3090": FixSteps(
        who="office manager",
        minutes=2,
        steps=("In ServiceTitan, remove the colon or special character from the name", _AGAIN),
    ),
    "3171": FixSteps(
        who="bookkeeper",
        minutes=5,
        steps=(
            "Change its date to one after the closing date, or ask the QuickBooks administrator to move the closing date back",
            _AGAIN,
        ),
    ),
    "3210": FixSteps(
        who="bookkeeper",
        minutes=5,
        steps=("Apply no more than the invoice's open balance and the payment's unused amount", _AGAIN),
    ),
    "3250": FixSteps(
        who="bookkeeper",
        minutes=10,
        steps=("Find out which feature is missing from your QuickBooks edition or turned off (Edit > Preferences)", _AGAIN),
    ),
    "list id is invalid": FixSteps(
        who="office manager",
        minutes=10,
        steps=(
            "The item was switched to or from inventory. Add a new one with another code to the pricebook",
            "Put the new item on the invoice",
            _AGAIN,
        ),
    ),
    "object not found": FixSteps(
        who="bookkeeper", minutes=5, steps=("In QuickBooks, make its items and names active again", _AGAIN)
    ),
}


def remedy(what: str, sort: str, code: str) -> FixSteps:
    """Return who fixes an error, and how."""
    return _BY_CODE.get(code) or _BY_CODE.get(what) or _BY_SORT.get(sort) or _BY_SORT[OTHER]


def title(kind: str, name: str, sort: str, message: str) -> str:
    """Return what is wrong, in a sentence."""
    if sort == MISSING:
        return (
            f"QuickBooks does not have {object_noun(kind)} {name}"
            if kind != "transaction"
            else f"QuickBooks can't find {name}"
        )
    return message
