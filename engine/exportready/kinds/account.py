"""account.yaml: the answers that no export has, each with its question and how long it stays fresh.

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
"""The answer “none”: the file has nothing of it."""

ALL, BATCH, NONE_THERE, SOME, PART, DAYS = "all", "batch", "none", "some", "part", "days"
"""What `covers` may say about a kind: the files have all of it, or only a part; for transactions also everything in the pending
batches, that these have none of it, or some that are in no file yet, or everything from some days."""

HOURS_4 = timedelta(hours=4)
DAYS_90 = timedelta(days=90)
DAYS_180 = timedelta(days=180)


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One answer, at `settings.PATH` of account.yaml."""

    path: str
    type: Type
    question: str
    explanation: str
    """Why we ask, and where a person finds the answer."""
    stays_fresh: timedelta | None
    choices: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    """What people call the choices, in the same order."""
    none: str = ""
    """What the answer `none` means, if it is possible."""


MAPPING_WORDS = {
    "customerLevel": "Customer level",
    "serviceLocationAddress": "Service Location Address",
    "serviceLocationName": "Service Location Name",
}
"""The customer mappings: their values in account.yaml, and their names on ServiceTitan's screen."""
MAPPINGS = tuple(MAPPING_WORDS)

CONNECTION_EXPLAINED = (
    "While the icon is red, nothing can reach QuickBooks. A connector that was restarted without administrator rights can look open "
    "and still not reach QuickBooks. Ask the person at the QuickBooks computer how it was started."
)
CONNECTORS_EXPLAINED = (
    "QuickBooks doesn't apply a payment to an invoice that a different connector sent. Two connectors on one company file also "
    "interfere with each other. Look at the QuickBooks computer. In Intuit's connector, look at the Auto-Run checkbox in the "
    "ServiceTitan row."
)
MAPPING_EXPLAINED = (
    "The mapping decides whether transactions go to the customer or to a job in QuickBooks. If it changed since the last export, a "
    "customer's history is split between the two. In ServiceTitan, look under Settings > Integrations > QuickBooks Desktop > Customer "
    "Mapping."
)
MODULES_EXPLAINED = (
    "Bills and purchase orders reach QuickBooks only if you have the Purchasing module. Serial numbers don't reach QuickBooks "
    "while the Inventory module is on. Look at the navigation bar in ServiceTitan."
)
MODE_EXPLAINED = (
    "In multi-user mode, a window that someone else has open can lock records. The export then stops halfway. If only one person "
    "exports, use single-user mode. Look at the File menu in QuickBooks: it shows the mode you can switch to, not the mode you are in."
)
USES_EXPLAINED = (
    "Bills and purchase orders reach QuickBooks only if you have the Purchasing module. Serial numbers don't reach QuickBooks "
    "while the Inventory module is on. We check only what you use. If you aren't sure, ask your bookkeeper."
)
SEVERAL = 2
"""The number of people who export if there are several: only one person matters."""
_ORDER_ITEMS_EXPLAINED = (
    "ServiceTitan sends {0} on a purchase order as a line with this item. QuickBooks rejects the order if the item isn't an active "
    "Service item. In QuickBooks, look under Lists > Item List."
)

SETTINGS = (
    Setting(
        path="webConnector.sentBy",
        type=Type.TEXT,
        question="Which program sends your batches to QuickBooks?",
        explanation=CONNECTORS_EXPLAINED,
        stays_fresh=DAYS_180,
        choices=("servicetitan", "quickbooks"),
        labels=("ServiceTitan Web Connector", "Intuit's older connector, QuickBooks Web Connector"),
    ),
    Setting(
        path="webConnector.status",
        type=Type.TEXT,
        question="Is the connection icon in ServiceTitan green? "
        "Look under Settings > Integrations > QuickBooks Desktop > your company file > Connections.",
        explanation=CONNECTION_EXPLAINED,
        stays_fresh=HOURS_4,
        choices=("online", "offline"),
        labels=("green (online)", "red (offline)"),
    ),
    Setting(
        path="webConnector.restarted",
        type=Type.YESNO,
        question="Has the Web Connector been restarted since the last export?",
        explanation=CONNECTION_EXPLAINED,
        stays_fresh=HOURS_4,
    ),
    Setting(
        path="webConnector.runsAsAdministrator",
        type=Type.YESNO,
        question="Was the Web Connector started as administrator?",
        explanation=CONNECTION_EXPLAINED,
        stays_fresh=HOURS_4,
    ),
    Setting(
        path="webConnector.since",
        type=Type.DATE,
        question="On what date did the ServiceTitan Web Connector start sending your batches?",
        explanation="With this date we can work out which connector sent an older invoice. QuickBooks doesn't apply a payment to an "
        "invoice that a different connector sent. Ask the person who set up the connector. If no other connector ever sent any, type none.",
        stays_fresh=None,
        none="no other connector ever sent batches",
    ),
    Setting(
        path="webConnector.oldConnectorAutoRun",
        type=Type.YESNO,
        question="Is Intuit's older connector still on Auto-Run?",
        explanation=CONNECTORS_EXPLAINED,
        stays_fresh=DAYS_180,
    ),
    Setting(
        path="peopleWhoExport",
        type=Type.NUMBER,
        question="How many people export batches from this account?",
        explanation="If only one person exports, QuickBooks should be in single-user mode during the export. Count everyone who "
        "exports batches in ServiceTitan.",
        stays_fresh=DAYS_180,
    ),
    Setting(
        path="modules.purchasing",
        type=Type.YESNO,
        question="Do you see Purchasing in ServiceTitan's navigation bar?",
        explanation=MODULES_EXPLAINED,
        stays_fresh=DAYS_180,
    ),
    Setting(
        path="modules.inventory",
        type=Type.YESNO,
        question="Do you see Inventory in ServiceTitan's navigation bar?",
        explanation=MODULES_EXPLAINED,
        stays_fresh=DAYS_180,
    ),
    Setting(
        path="advancedInventory",
        type=Type.YESNO,
        question="Does QuickBooks track inventory at several sites? Look under Edit > Preferences > Items & Inventory > "
        "Company Preferences > Advanced Inventory Settings.",
        explanation="Inventory locations reach QuickBooks only if it tracks several sites, which is part of Advanced Inventory. "
        "Otherwise a line doesn't need a location.",
        stays_fresh=DAYS_180,
    ),
    Setting(
        path="configurations.populateSerialNumbersInQuickBooks",
        type=Type.YESNO,
        question="Is “Populate Serial Numbers in QuickBooks” turned on for this account? Ask ServiceTitan Support.",
        explanation="If it is on, invoices with serialized equipment fail in the ServiceTitan Web Connector. Only ServiceTitan Support "
        "can see this setting.",
        stays_fresh=DAYS_180,
    ),
    Setting(
        path="customerMapping",
        type=Type.TEXT,
        question="Which customer mapping is selected in ServiceTitan? "
        "Look under Settings > Integrations > QuickBooks Desktop > Customer Mapping.",
        explanation=MAPPING_EXPLAINED,
        stays_fresh=DAYS_90,
        choices=MAPPINGS,
        labels=tuple(MAPPING_WORDS.values()),
    ),
    Setting(
        path="customerMappingAtLastExport",
        type=Type.TEXT,
        question="Which customer mapping was selected when you last exported?",
        explanation=MAPPING_EXPLAINED,
        stays_fresh=DAYS_90,
        choices=MAPPINGS,
        labels=tuple(MAPPING_WORDS.values()),
    ),
    Setting(
        path="purchaseOrders.export",
        type=Type.YESNO,
        question="Do you export purchase orders to QuickBooks?",
        explanation="If you do, we also check the vendors, items, tax and shipping of your purchase orders.",
        stays_fresh=DAYS_180,
    ),
    Setting(
        path="purchaseOrders.taxItem",
        type=Type.NAME,
        question="Which QuickBooks item is used for tax on purchase orders?",
        explanation=_ORDER_ITEMS_EXPLAINED.format("tax"),
        stays_fresh=DAYS_180,
    ),
    Setting(
        path="purchaseOrders.shippingItem",
        type=Type.NAME,
        question="Which QuickBooks item is used for shipping on purchase orders?",
        explanation=_ORDER_ITEMS_EXPLAINED.format("shipping"),
        stays_fresh=DAYS_180,
    ),
    Setting(
        path="salesTax.calculatedBy",
        type=Type.TEXT,
        question="Which program calculates sales tax: QuickBooks or ServiceTitan?",
        explanation="If QuickBooks calculates it, each tax zone needs an active sales tax item in QuickBooks with the same rate. "
        "Otherwise the invoice total in QuickBooks differs from ServiceTitan's. If you aren't sure, ask your bookkeeper.",
        stays_fresh=DAYS_180,
        choices=("quickbooks", "servicetitan"),
        labels=("QuickBooks", "ServiceTitan"),
    ),
    Setting(
        path="closingDate",
        type=Type.DATE,
        question="What is the closing date in QuickBooks? Look under Edit > Preferences > Accounting > Company Preferences.",
        explanation="We check that no pending transaction is dated in the closed period. QuickBooks rejects one if a closing date password "
        "is set. If no closing date is set, type none.",
        stays_fresh=DAYS_90,
        none="no closing date is set",
    ),
    Setting(
        path="closingPassword",
        type=Type.YESNO,
        question="Is a closing date password set in QuickBooks? Look under Edit > Preferences > Accounting > Company Preferences > "
        "Set Date/Password.",
        explanation="With a password, QuickBooks rejects a transaction dated in the closed period. Without one, it adds the transaction "
        "to the closed period, and your closed reports change. If the password boxes are empty, ask the person who closes the books.",
        stays_fresh=DAYS_90,
    ),
    Setting(
        path="serialNumbersWanted",
        type=Type.YESNO,
        question="Do you want serial numbers sent to QuickBooks?",
        explanation="Serial numbers don't reach QuickBooks while the Inventory module is on. ServiceTitan keeps them in any case. If you "
        "aren't sure, ask your bookkeeper.",
        stays_fresh=DAYS_180,
    ),
)

MAPS = {"salesTax.zones": "The QuickBooks sales tax item or group that each ServiceTitan tax zone is mapped to"}
"""Answers that are tables of their own; each entry is the answer `PATH.NAME`."""

ZONE_EXPLAINED = (
    "QuickBooks calculates sales tax with the item that a tax zone is mapped to. In ServiceTitan, open Settings > Integrations > "
    "QuickBooks Desktop > your company file > Settings and look at Tax Zones Assigned."
)

LISTS = {
    "bypassedBatches": "Numbers of the batches that were bypassed, as text",
    "notBypassedBatches": "Numbers of the batches that look bypassed but were not, as text",
    "exportedBatches": "Numbers of the batches that were exported after these files were made, as text",
}
"""Answers that are lists of batch numbers; each entry is the answer `LIST.NUMBER`, which is true."""

BY_PATH = {setting.path: setting for setting in SETTINGS}

ANSWERS = {
    Type.YESNO: "true or false",
    Type.NUMBER: "a number",
    Type.DATE: "a date such as 2023-05-01",
    Type.NAME: "a name",
    Type.TEXT: "text",
}
"""What an answer without choices may be in account.yaml."""

_SUPPLY = "Answer the questions about your account"
_INNER_QUOTES = str.maketrans("\u201c\u201d", "\u2018\u2019")

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
    """Return how to give one answer: by its question."""
    setting = BY_PATH.get(path)
    zone = tax_zone(path)
    if setting is not None:
        inside = setting.question.translate(_INNER_QUOTES)
        return Way(instruction=f"Answer “{inside}”", channel=Channel.ASK, question=path)
    if zone is not None:
        instruction = f"Tell us which QuickBooks sales tax item or group tax zone “{zone}” is mapped to"
        return Way(instruction=instruction, channel=Channel.ASK)
    return Way(instruction=_SUPPLY, channel=Channel.ASK)


def tax_zone(path: str) -> str | None:
    """Return the tax zone in the path of a mapping's answer; None for the path of any other answer."""
    return next((path.removeprefix(f"{name}.") for name in MAPS if path.startswith(f"{name}.")), None)


def zone_question(zone: str) -> str:
    """Return the question which QuickBooks item a tax zone is mapped to."""
    return f"Which QuickBooks sales tax item or group is tax zone “{zone}” mapped to?"
