"""What to do about an error of the export: a heading and the clicks, by what it says.

The clicks follow «Resolve QuickBooks Desktop integration export error messages» (ServiceTitan help) and Intuit's status codes.
"""

from __future__ import annotations

from collections.abc import Mapping

from exportready.kinds.messages import MISSING, OTHER, RETRY, SESSION, SKIPPED
from exportready.kinds.nouns import object_noun
from exportready.model.rules import FixSteps

_AGAIN = "In ServiceTitan unpost the batch, post it, and export it again; what arrived is not made a second time"

_BY_SORT: Mapping[str, FixSteps] = {
    MISSING: FixSteps(
        who="bookkeeper",
        minutes=5,
        steps=(
            "Look in QuickBooks whether it is there under another name, inactive, or not at all",
            "Make it active, rename it back, or create it, just as ServiceTitan names it",
            _AGAIN,
        ),
    ),
    RETRY: FixSteps(
        who="office manager", minutes=5, steps=("See that nobody has the record or the list open in QuickBooks", _AGAIN)
    ),
    SESSION: FixSteps(
        who="office manager",
        minutes=5,
        steps=(
            "In QuickBooks open the right company file as its administrator, in the mode that your export needs, and close every "
            "window that asks something",
            "See in the Web Connector that the connector is online, and export again",
        ),
    ),
    SKIPPED: FixSteps(who="office manager", minutes=2, steps=("Mend the error before it in the list", _AGAIN)),
    OTHER: FixSteps(
        who="bookkeeper",
        minutes=10,
        steps=(
            "Read the part behind «QuickBooks error message»: it says why",
            "Mend that, or send the message to ServiceTitan Support",
            _AGAIN,
        ),
    ),
}
_BY_CODE: Mapping[str, FixSteps] = {
    "3100": FixSteps(
        who="bookkeeper",
        minutes=5,
        steps=(
            "Look in QuickBooks on which list the name stands already (customers, vendors, employees, other names)",
            "Rename one of the two, in both programs",
            _AGAIN,
        ),
    ),
    "3090": FixSteps(
        who="office manager",
        minutes=2,
        steps=("In ServiceTitan take the colon or the special character out of the name", _AGAIN),
    ),
    "3171": FixSteps(
        who="bookkeeper",
        minutes=5,
        steps=("Change its date to one after the closing date, or have the closing date in QuickBooks lifted", _AGAIN),
    ),
    "3210": FixSteps(
        who="bookkeeper", minutes=5, steps=("Apply no more than is open on the invoice and unused of the payment", _AGAIN)
    ),
    "3250": FixSteps(
        who="bookkeeper",
        minutes=10,
        steps=("Ask which feature your edition of QuickBooks lacks or has switched off (Edit > Preferences)", _AGAIN),
    ),
    "list id is invalid": FixSteps(
        who="office manager",
        minutes=10,
        steps=(
            "The item was changed to or from inventory: make a new one with another code in the pricebook",
            "Put the new item on the invoice",
            _AGAIN,
        ),
    ),
    "object not found": FixSteps(
        who="bookkeeper", minutes=5, steps=("Make the items and names on it active in QuickBooks again", _AGAIN)
    ),
}


def remedy(what: str, sort: str, code: str) -> FixSteps:
    """Who does what about it."""
    return _BY_CODE.get(code) or _BY_CODE.get(what) or _BY_SORT.get(sort) or _BY_SORT[OTHER]


def title(kind: str, name: str, sort: str, message: str) -> str:
    """What is wrong, in a sentence."""
    if sort == MISSING:
        return (
            f"QuickBooks does not have {object_noun(kind)} {name}"
            if kind != "transaction"
            else f"QuickBooks does not find {name}"
        )
    return message
