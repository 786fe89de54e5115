"""account.yaml: the answers that no export holds, each with its question and how long it stays fresh.

How long an answer stays fresh is the project's own choice: a connection changes by the hour,
a mapping by the quarter, a module or support setting hardly ever.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec

from exportready.kinds.table import Field, Kind, Way
from exportready.model.reasons import Channel
from exportready.model.rules import Type

FILE_MODE = "quickbooks.fileMode"
"""Where account.yaml says in which mode the company file is open."""

DONT_KNOW = "don't know"
NONE = "none"
"""The answer that there is no such thing."""

ALL, BATCH, NONE_THERE, PART, DAYS = "all", "batch", "none", "part", "days"
"""What `covers` may say about a kind: the files have all of it, or only a part; for transactions also everything in the pending
batches, that these have none of it, or everything from some days."""

HOURS_4 = timedelta(hours=4)
DAYS_90 = timedelta(days=90)
DAYS_180 = timedelta(days=180)


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One answer, at `settings.PATH` of account.yaml."""

    path: str
    type: Type
    question: str
    stays_fresh: timedelta | None
    choices: tuple[str, ...] = ()
    none: str = ""
    """What the answer `none` means, if it is possible."""


MAPPING_WORDS = {
    "customerLevel": "Customer level",
    "serviceLocationAddress": "Service Location Address",
    "serviceLocationName": "Service Location Name",
}
"""The customer mappings, as account.yaml and as ServiceTitan's screen name them."""
MAPPINGS = tuple(MAPPING_WORDS)

SETTINGS = (
    Setting(
        path="webConnector.sentBy",
        type=Type.TEXT,
        question="Which program sends your batches: "
        "the ServiceTitan Web Connector (servicetitan), or the older one by Intuit (quickbooks)?",
        stays_fresh=DAYS_180,
        choices=("servicetitan", "quickbooks"),
    ),
    Setting(
        path="webConnector.status",
        type=Type.TEXT,
        question="Settings > Integrations > QuickBooks Desktop > your company file > "
        "Connections: is the icon green (online) or red (offline)?",
        stays_fresh=HOURS_4,
        choices=("online", "offline"),
    ),
    Setting(
        path="webConnector.restarted",
        type=Type.YESNO,
        question="Was the Web Connector restarted since the last export?",
        stays_fresh=HOURS_4,
    ),
    Setting(
        path="webConnector.runsAsAdministrator",
        type=Type.YESNO,
        question="Was the Web Connector started as administrator?",
        stays_fresh=HOURS_4,
    ),
    Setting(
        path="webConnector.since",
        type=Type.DATE,
        question="Since which day has the ServiceTitan Web Connector sent your batches?",
        stays_fresh=None,
    ),
    Setting(
        path="webConnector.oldConnectorAutoRun",
        type=Type.YESNO,
        question="Does the older connector still run by itself?",
        stays_fresh=DAYS_180,
    ),
    Setting(
        path="peopleWhoExport",
        type=Type.NUMBER,
        question="How many people export batches from this account?",
        stays_fresh=DAYS_180,
    ),
    Setting(
        path="modules.purchasing",
        type=Type.YESNO,
        question="Is Purchasing in ServiceTitan's navigation bar?",
        stays_fresh=DAYS_180,
    ),
    Setting(
        path="modules.inventory",
        type=Type.YESNO,
        question="Is Inventory in ServiceTitan's navigation bar?",
        stays_fresh=DAYS_180,
    ),
    Setting(
        path="configurations.populateSerialNumbersInQuickBooks",
        type=Type.YESNO,
        question='Ask ServiceTitan Support: is "Populate Serial Numbers in QuickBooks" switched on for this account?',
        stays_fresh=DAYS_180,
    ),
    Setting(
        path="customerMapping",
        type=Type.TEXT,
        question="Settings > Integrations > QuickBooks Desktop > Customer Mapping: which one is chosen?",
        stays_fresh=DAYS_90,
        choices=MAPPINGS,
    ),
    Setting(
        path="customerMappingAtLastExport",
        type=Type.TEXT,
        question="Which customer mapping was chosen at the last export?",
        stays_fresh=DAYS_90,
        choices=MAPPINGS,
    ),
    Setting(
        path="purchaseOrders.export",
        type=Type.YESNO,
        question="Do you export purchase orders to QuickBooks?",
        stays_fresh=DAYS_180,
    ),
    Setting(
        path="purchaseOrders.taxItem",
        type=Type.NAME,
        question="Which QuickBooks item carries tax on purchase orders?",
        stays_fresh=DAYS_180,
    ),
    Setting(
        path="purchaseOrders.shippingItem",
        type=Type.NAME,
        question="Which QuickBooks item carries shipping on purchase orders?",
        stays_fresh=DAYS_180,
    ),
    Setting(
        path="salesTax.calculatedBy",
        type=Type.TEXT,
        question="Who works out sales tax: QuickBooks (quickbooks) or ServiceTitan (servicetitan)?",
        stays_fresh=DAYS_180,
        choices=("quickbooks", "servicetitan"),
    ),
    Setting(
        path="closingDate",
        type=Type.DATE,
        question="QuickBooks, Edit > Preferences > Accounting > Company Preferences > Closing Date: which day is set?",
        stays_fresh=DAYS_90,
        none="no closing date is set",
    ),
    Setting(
        path="serialNumbersWanted",
        type=Type.YESNO,
        question="Do you want serial numbers to arrive in QuickBooks?",
        stays_fresh=DAYS_180,
    ),
)

MAPS = {"salesTax.zones": "The QuickBooks sales-tax item or group that each ServiceTitan tax zone is mapped to"}
"""Answers that are tables of their own; each entry is the answer `PATH.NAME`."""

LISTS = {
    "bypassedBatches": "Numbers of batches that were bypassed, as text",
    "exportedBatches": "Numbers of batches that were exported after these files were made, as text",
}
"""Answers that are lists of batch numbers; each entry is the answer `LIST.NUMBER`, which is true."""

BY_PATH = {setting.path: setting for setting in SETTINGS}

ANSWERS = {
    Type.YESNO: "true or false",
    Type.NUMBER: "a number",
    Type.DATE: "a day, such as 2023-05-01",
    Type.NAME: "a name",
    Type.TEXT: "text",
}
"""What an answer without choices may be, in words for people."""

_SUPPLY = "Answer it: exportready ask goes through what is open, and writes it into account.yaml"

KIND = Kind(
    name="account.answers",
    fields={setting.path: Field(type=setting.type, choices=setting.choices) for setting in SETTINGS},
    key=(),
    supply=_SUPPLY,
    channel=Channel.ASK,
    at_fault="session",
    single=True,
    sheet=True,
)


def way(path: str) -> Way:
    """Return how to give one answer: its question, and where the answer goes."""
    setting = BY_PATH.get(path)
    if setting is None:
        return Way(instruction=_SUPPLY, channel=Channel.ASK)
    answers = " or ".join(setting.choices) or ANSWERS[setting.type]
    answers += f", or none ({setting.none})" if setting.none else ""
    instruction = f"Answer «{setting.question}»: exportready ask, or settings.{path} in account.yaml: {answers}"
    return Way(instruction=instruction, channel=Channel.ASK, question=path)
