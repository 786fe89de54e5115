"""The interview: a few questions in an office's own words, what each reply answers, and the four files to export by hand.

One reply may answer several settings of account.yaml, so eight questions are enough. A question is skipped if an earlier
answer makes it irrelevant.
"""

from __future__ import annotations

import msgspec

from exportready.kinds import KINDS
from exportready.kinds.account import (
    BY_PATH,
    CONNECTION_EXPLAINED,
    CONNECTORS_EXPLAINED,
    FILE_MODE,
    MAPPING_EXPLAINED,
    MAPPING_WORDS,
    MODE_EXPLAINED,
    NONE,
    SEVERAL,
    USES_EXPLAINED,
    ZONE_EXPLAINED,
    tax_zone,
    zone_question,
)
from exportready.kinds.quickbooks import LISTS_TO_IIF, TRANSACTION_DETAIL
from exportready.model.questions import Question, Reply, ReplyValue, yes_no_replies
from exportready.model.rules import Type

NAME, TAKEN_AT, SINCE = "account", "takenAt", "since"
"""The answers that are neither settings nor the file mode: the account's name, when the files were exported, and the first date that
a report covers."""

ANSWERED_ON = "When were these answers given?"
"""The row that dates the answers in a spreadsheet."""

_STATUS, _RESTARTED, _ADMIN = "webConnector.status", "webConnector.restarted", "webConnector.runsAsAdministrator"
_SENT_BY, _OLD_RUNS = "webConnector.sentBy", "webConnector.oldConnectorAutoRun"
_PEOPLE, _FIRST_DAY = "peopleWhoExport", "webConnector.since"
_PURCHASING, _INVENTORY = "modules.purchasing", "modules.inventory"
_MAPPING, _MAPPING_BEFORE = "customerMapping", "customerMappingAtLastExport"
_POPULATE = "configurations.populateSerialNumbersInQuickBooks"


def _of_setting(path: str, only_if: tuple[str, tuple[ReplyValue, ...]] | None = None) -> Question:
    """Return the question that gives the answer of one setting and no other."""
    setting = BY_PATH[path]
    if setting.type is Type.YESNO:
        replies = yes_no_replies(path)
    else:
        named = zip(setting.choices, setting.labels, strict=True)
        replies = tuple(Reply(label=label, answers={path: choice}, synonyms=(choice,)) for choice, label in named)
    return Question(
        text=setting.question,
        explanation=setting.explanation,
        replies=replies,
        path="" if replies else path,
        only_if=only_if,
    )


INTERVIEW = (
    Question(
        text="What is the name of this account?",
        explanation="The name appears in your reports. Use the same name every time, so that reports can be compared.",
        path=NAME,
    ),
    Question(
        text="Who exports, and in which mode is QuickBooks now? If its File menu shows “Switch to Multi-user Mode”, it is in "
        "single-user mode.",
        explanation=MODE_EXPLAINED,
        replies=(
            Reply(
                label="one person exports, and QuickBooks is in single-user mode",
                answers={_PEOPLE: 1, FILE_MODE: "singleUser"},
            ),
            Reply(
                label="one person exports, and QuickBooks is in multi-user mode", answers={_PEOPLE: 1, FILE_MODE: "multiUser"}
            ),
            Reply(label="several people export", answers={_PEOPLE: SEVERAL}, synonyms=("several",)),
        ),
    ),
    Question(
        text="In ServiceTitan, open Settings > Integrations > QuickBooks Desktop > your company file > Connections. Is the icon green?",
        explanation=CONNECTION_EXPLAINED,
        replies=(
            Reply(label="green", answers={_STATUS: "online", _RESTARTED: False}, synonyms=("yes", "y", "online")),
            Reply(
                label="green, after restarting the connector as administrator",
                answers={_STATUS: "online", _RESTARTED: True, _ADMIN: True},
            ),
            Reply(
                label="green, after restarting it normally (not as administrator)",
                answers={_STATUS: "online", _RESTARTED: True, _ADMIN: False},
            ),
            Reply(label="red", answers={_STATUS: "offline"}, synonyms=("no", "n", "offline")),
        ),
    ),
    Question(
        text="Which program sends your batches to QuickBooks?",
        explanation=CONNECTORS_EXPLAINED,
        replies=(
            Reply(
                label="ServiceTitan Web Connector, and never another one",
                answers={_SENT_BY: "servicetitan", _OLD_RUNS: False, _FIRST_DAY: NONE},
            ),
            Reply(
                label="ServiceTitan Web Connector, and in the past Intuit's older one",
                answers={_SENT_BY: "servicetitan", _OLD_RUNS: False},
                synonyms=("ServiceTitan Web Connector", "the ServiceTitan Web Connector", "servicetitan"),
            ),
            Reply(
                label="ServiceTitan Web Connector, but Intuit's older connector is still on Auto-Run too",
                answers={_SENT_BY: "servicetitan", _OLD_RUNS: True},
                synonyms=("both",),
            ),
            Reply(
                label="Intuit's older connector, QuickBooks Web Connector",
                answers={_SENT_BY: "quickbooks"},
                synonyms=("quickbooks", "QuickBooks Web Connector", "intuit"),
            ),
        ),
    ),
    Question(
        text="Which customer mapping is selected in ServiceTitan, and was it the same at your last export? Look under Settings > "
        "Integrations > QuickBooks Desktop > Customer Mapping.",
        explanation=MAPPING_EXPLAINED,
        replies=(
            *(
                Reply(label=f"{words}, the same as at the last export", answers={_MAPPING: value, _MAPPING_BEFORE: value})
                for value, words in MAPPING_WORDS.items()
            ),
            *(
                Reply(label=f"{words}, but another one at the last export", answers={_MAPPING: value})
                for value, words in MAPPING_WORDS.items()
            ),
        ),
    ),
    Question(
        text="Which of these do you use? If you have Purchasing or Inventory, they are in ServiceTitan's navigation bar.",
        explanation=USES_EXPLAINED,
        replies=tuple(
            Reply(label=label, answers={path: True}, otherwise={path: False})
            for label, path in (
                ("Purchasing in ServiceTitan", _PURCHASING),
                ("Inventory in ServiceTitan", _INVENTORY),
                ("purchase orders that are exported to QuickBooks", "purchaseOrders.export"),
                ("serial numbers in QuickBooks", "serialNumbersWanted"),
            )
        ),
        several=True,
        none="none of these",
    ),
    _of_setting(_POPULATE, only_if=(_SENT_BY, ("servicetitan",))),
    _of_setting("closingDate"),
)
"""What `exportready init` asks, in this order."""

_OTHERS = (
    Question(
        text="Is QuickBooks in single-user mode now? If it is, its File menu shows “Switch to Multi-user Mode”.",
        explanation=MODE_EXPLAINED,
        replies=yes_no_replies(FILE_MODE, "singleUser", "multiUser"),
    ),
)
"""Questions for one answer of the interview alone, where no setting has its own."""


FILES_TAKEN = Question(
    text="When did you export these files?",
    explanation="Your lists and batches change every day, so we need to know how old the files are. "
    "Type the date and time when you exported the first of them.",
    path=TAKEN_AT,
)


def question_for(path: str) -> Question:
    """Return the question to ask for an answer: the one of the interview that gives it, else its own."""
    return next((question for question in INTERVIEW if path in question.paths), None) or own_question(path)


def own_question(path: str) -> Question:
    """Return the question that gives this one answer and no other."""
    if path in BY_PATH:
        return _of_setting(path)
    zone = tax_zone(path)
    if zone is not None:
        return Question(text=zone_question(zone), explanation=ZONE_EXPLAINED, path=path)
    return next(question for question in (*INTERVIEW, *_OTHERS) if question.paths == {path})


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """One file to export by hand."""

    title: str
    who: str
    steps: tuple[str, ...]
    save_as: tuple[str, ...]
    """File names."""
    used_for: str
    instruction: str
    """What reports say to supply it."""


EXPORTS = (
    Export(
        title="QuickBooks: all lists",
        who="Anyone who signs in to QuickBooks as Admin",
        steps=(
            "Ask everyone else to close the company file. Then choose File > Switch to Single-user Mode.",
            "Choose File > Utilities > Export > Lists to IIF Files.",
            "Select Chart of Accounts, Customer List, Vendor List, Employee List, Other Names List, Class List, Item List and "
            "Sales Tax Code List.",
            "Don't re-sort any list first. Inactive entries are included automatically.",
        ),
        save_as=("quickbooks-lists.iif",),
        used_for="accounts, items, names, and the order of the customer list",
        instruction=LISTS_TO_IIF,
    ),
    Export(
        title="ServiceTitan: the pricebook",
        who="Anyone with Pricebook access",
        steps=(
            "Choose Pricebook > Export, to Excel.",
            "Keep the tabs Services, Equipment and Materials as they are.",
            "If ServiceTitan asks what to export, choose everything, including inactive entries.",
        ),
        save_as=("pricebook.xlsx",),
        used_for="the cost, income and inventory accounts of each item",
        instruction=KINDS["servicetitan.material"].supply,
    ),
    Export(
        title="ServiceTitan: the batch you are about to export",
        who="Anyone who posts batches",
        steps=(
            "Open Accounting > Batch/Export Transactions and select the batch.",
            "Download the invoices to Excel. If ServiceTitan offers to include the invoice items, include them.",
            "Download the payments to Excel too. If you use Purchasing, also download the bills.",
            "If more than one batch is pending, download each of them.",
        ),
        save_as=("batch-NUMBER-invoices.xlsx", "batch-NUMBER-payments.xlsx", "batch-NUMBER-bills.xlsx"),
        used_for="the dates, items, customers and technicians of pending transactions",
        instruction=KINDS["servicetitan.invoice"].supply,
    ),
    Export(
        title="QuickBooks: the transactions",
        who="The bookkeeper",
        steps=(
            "Choose Reports > Custom Reports > Transaction Detail.",
            "Dates: from the oldest invoice that a payment in this batch is for, through today.",
            "Display: select Trans #, Type, Date, Num, Name, Memo, Account, Account Type and Amount.",
            "Choose Excel > Create New Worksheet > Create a comma separated values (.csv) file.",
        ),
        save_as=("custom transaction detail.csv",),
        used_for="which connector sent each invoice being paid; after the export, which transactions arrived",
        instruction=TRANSACTION_DETAIL,
    ),
)
"""The files that an office can export without help (menu names: docs/sources.md, exports by hand)."""
