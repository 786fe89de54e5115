"""The interview: a dozen questions in an office's own words, what each reply answers, and the four exports to make by hand.

One reply may answer several settings of account.yaml, so a dozen questions are enough. A question is skipped if an earlier
answer makes it irrelevant.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec import field

from exportready.kinds.account import BY_PATH, FILE_MODE, MAPPING_WORDS, MAPPINGS
from exportready.model.rules import Type

NAME, TAKEN_AT, SINCE = "account", "takenAt", "since"
"""The answers that are neither settings nor the file mode: the account's name, when the files were exported, and the first date that
a report covers."""

ANSWERED_ON = "When were these answers given?"
"""The row that dates the answers in a spreadsheet."""

ReplyValue = str | bool
"""The value that a reply gives to an answer."""


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """One of the replies to choose from."""

    label: str
    answers: Mapping[str, ReplyValue] = field(default_factory=dict)
    """Path of an answer -> its value."""
    same_as: Mapping[str, str] = field(default_factory=dict)
    """Path of an answer -> the path of the answer that it equals."""
    synonyms: tuple[str, ...] = ()
    """What people may write instead of the label."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One question: with replies to choose from, or with the path of an answer in free text."""

    text: str
    replies: tuple[Reply, ...] = ()
    path: str = ""
    only_if: tuple[str, tuple[ReplyValue, ...]] | None = None
    """(path, values): irrelevant if that answer is known and has none of these values."""

    @property
    def paths(self) -> frozenset[str]:
        """Return the paths of all answers that its replies can give."""
        paths = {path for reply in self.replies for path in (*reply.answers, *reply.same_as)}
        return frozenset(paths | ({self.path} if self.path else set()))


class OpenQuestion(msgspec.Struct, frozen=True):
    """A question to ask, and where its reply goes in account.yaml if the question has no answer path of its own."""

    question: Question
    places: tuple[tuple[str, ...], ...] = ()
    files: tuple[str, ...] = ()
    """The first characters of the SHA-256 digests of the files that the reply is about."""


def yes_no_replies(path: str, yes: ReplyValue = True, no: ReplyValue | None = False) -> tuple[Reply, ...]:
    """Return the replies yes and no, with the value that each gives to an answer; None gives no value."""
    return Reply(label="yes", answers={path: yes}, synonyms=("y", "true")), Reply(
        label="no", answers={} if no is None else {path: no}, synonyms=("n", "false")
    )


_STATUS, _RESTARTED, _ADMIN = "webConnector.status", "webConnector.restarted", "webConnector.runsAsAdministrator"
_SENT_BY, _OLD_RUNS = "webConnector.sentBy", "webConnector.oldConnectorAutoRun"
_PURCHASING, _INVENTORY = "modules.purchasing", "modules.inventory"
_MAPPING, _MAPPING_BEFORE = "customerMapping", "customerMappingAtLastExport"
_POPULATE = "configurations.populateSerialNumbersInQuickBooks"

INTERVIEW = (
    Question(text="What is the name of this account?", path=NAME),
    Question(text="How many people export batches from this account?", path="peopleWhoExport"),
    Question(
        text="Is QuickBooks in single-user mode now? (Its File menu then offers «Switch to Multi-user Mode».)",
        replies=yes_no_replies(FILE_MODE, "singleUser", "multiUser"),
        only_if=("peopleWhoExport", ("1",)),
    ),
    Question(
        text="In ServiceTitan open Settings > Integrations > QuickBooks Desktop > your company file > Connections. Is the icon green?",
        replies=(
            Reply(label="green", answers={_STATUS: "online", _RESTARTED: False}, synonyms=("yes", "y", "online")),
            Reply(
                label="green, after the connector was started again as administrator",
                answers={_STATUS: "online", _RESTARTED: True, _ADMIN: True},
            ),
            Reply(
                label="green, after the connector was started again by an ordinary click",
                answers={_STATUS: "online", _RESTARTED: True, _ADMIN: False},
            ),
            Reply(label="red", answers={_STATUS: "offline"}, synonyms=("no", "n", "offline")),
        ),
    ),
    Question(
        text="Which program sends your batches to QuickBooks?",
        replies=(
            Reply(
                label="the ServiceTitan Web Connector",
                answers={_SENT_BY: "servicetitan", _OLD_RUNS: False},
                synonyms=("servicetitan",),
            ),
            Reply(
                label="the ServiceTitan Web Connector, but the older one by Intuit still runs by itself too",
                answers={_SENT_BY: "servicetitan", _OLD_RUNS: True},
                synonyms=("both",),
            ),
            Reply(
                label="the older one, QuickBooks Web Connector by Intuit",
                answers={_SENT_BY: "quickbooks"},
                synonyms=("quickbooks", "intuit"),
            ),
        ),
    ),
    Question(
        text="Settings > Integrations > QuickBooks Desktop > Customer Mapping: which one is chosen?",
        replies=tuple(
            Reply(label=words, answers={_MAPPING: value}, synonyms=(value,)) for value, words in MAPPING_WORDS.items()
        ),
    ),
    Question(
        text="Which customer mapping was chosen when you last exported?",
        replies=(
            Reply(label="the same", same_as={_MAPPING_BEFORE: _MAPPING}, synonyms=("yes", "y", "same")),
            *(
                Reply(label=words, answers={_MAPPING_BEFORE: value}, synonyms=(value,))
                for value, words in MAPPING_WORDS.items()
            ),
        ),
        only_if=(_MAPPING, MAPPINGS),
    ),
    Question(
        text="Which of these two do you see in ServiceTitan's navigation bar: Purchasing, Inventory?",
        replies=(
            Reply(label="both", answers={_PURCHASING: True, _INVENTORY: True}, synonyms=("yes", "y")),
            Reply(label="only Purchasing", answers={_PURCHASING: True, _INVENTORY: False}, synonyms=("purchasing",)),
            Reply(label="only Inventory", answers={_PURCHASING: False, _INVENTORY: True}, synonyms=("inventory",)),
            Reply(label="neither", answers={_PURCHASING: False, _INVENTORY: False}, synonyms=("none", "no", "n")),
        ),
    ),
    Question(
        text="Do you export purchase orders to QuickBooks?",
        replies=yes_no_replies("purchaseOrders.export"),
        only_if=(_PURCHASING, (True,)),
    ),
    Question(
        text="Who works out the sales tax of an invoice in QuickBooks?",
        replies=(
            Reply(label="QuickBooks", answers={"salesTax.calculatedBy": "quickbooks"}),
            Reply(label="ServiceTitan", answers={"salesTax.calculatedBy": "servicetitan"}),
        ),
    ),
    Question(text="Do you want serial numbers to arrive in QuickBooks?", replies=yes_no_replies("serialNumbersWanted")),
    Question(
        text="Ask ServiceTitan Support: is «Populate Serial Numbers in QuickBooks» switched on for this account?",
        replies=yes_no_replies(_POPULATE),
        only_if=(_SENT_BY, ("servicetitan",)),
    ),
)
"""What `exportready init` asks, in this order."""


FILES_TAKEN = Question(text="When did you export these files?", path=TAKEN_AT)


def question_for(path: str) -> Question:
    """Return the question to ask for an answer: the one of the interview that gives it, else its own."""
    return next((question for question in INTERVIEW if path in question.paths), None) or own_question(path)


def own_question(path: str) -> Question:
    """Return the question that gives this one answer and no other."""
    setting = BY_PATH.get(path)
    if setting is None:
        return next(question for question in INTERVIEW if question.paths == {path})
    if setting.type is Type.YESNO:
        return Question(text=setting.question, replies=yes_no_replies(path))
    replies = tuple(Reply(label=choice, answers={path: choice}) for choice in setting.choices)
    return Question(text=setting.question, replies=replies) if replies else Question(text=setting.question, path=path)


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """One file to export by hand."""

    title: str
    who: str
    steps: tuple[str, ...]
    save_as: str
    good_for: str


EXPORTS = (
    Export(
        title="QuickBooks: all lists",
        who="Whoever signs in to QuickBooks as Admin",
        steps=(
            "Ask everybody else to close the company file, then File > Switch to Single-user Mode",
            "File > Utilities > Export > Lists to IIF Files",
            "Tick Chart of Accounts, Customer List, Vendor List, Employee List, Other Names List, Class List, Item List, "
            "Sales Tax Code List",
            "Do not sort any list before; what is inactive comes along by itself",
        ),
        save_as="quickbooks-lists.iif",
        good_for="accounts, items, names, the order of the customer list",
    ),
    Export(
        title="ServiceTitan: the pricebook",
        who="Whoever may open the Pricebook",
        steps=(
            "Pricebook > Export, to Excel",
            "Keep the tabs Services, Equipment and Materials as they are",
            "If it asks, choose everything, inactive entries too",
        ),
        save_as="pricebook.xlsx",
        good_for="cost, income and inventory accounts of each item",
    ),
    Export(
        title="ServiceTitan: the batch that you are about to export",
        who="Whoever posts batches",
        steps=(
            "Accounting > Batch/Export Transactions > Select a batch",
            "Download it to Excel, once each for the invoices (with their items, if it offers that), the payments and, where you "
            "use Purchasing, the bills",
            "If more than one batch waits, download each",
        ),
        save_as="batch-NUMBER-invoices.xlsx, batch-NUMBER-payments.xlsx, batch-NUMBER-bills.xlsx",
        good_for="dates, items, customers and technicians of what waits",
    ),
    Export(
        title="QuickBooks: the transactions",
        who="The bookkeeper",
        steps=(
            "Reports > Custom Reports > Transaction Detail",
            "Dates: from the oldest invoice that still has a payment in this batch until today",
            "Display: tick Trans #, Type, Date, Num, Name, Memo, Account, Account Type, Amount",
            "Excel > Create New Worksheet > Create a comma separated values (.csv) file",
        ),
        save_as="custom transaction detail.csv",
        good_for="which connector sent an invoice that is paid now; after the export, what arrived",
    ),
)
"""The exports that an office can make without help (menu names: docs/sources.md, exports by hand)."""
