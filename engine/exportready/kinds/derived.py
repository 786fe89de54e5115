"""Records that no file states: what `derive` concludes from those that were read."""

from __future__ import annotations

from exportready.kinds.quickbooks import LISTS_TO_IIF
from exportready.kinds.table import Kind, fields

KINDS = (
    Kind(
        "derived.account",
        fields("purchasing yesno\ninventory yesno\npeopleWhoExport number\nconnector text servicetitan|quickbooks"),
        (),
        "Answer it in account.yaml (exportready init writes one with every question)",
        "session",
        single=True,
        sheet=True,
    ),
    Kind(
        "derived.customer_order",
        fields("FullName name\ninOrder yesno"),
        ("FullName",),
        LISTS_TO_IIF,
        "customer",
    ),
)

ACCOUNT_ANSWERS = {
    "purchasing": "modules.purchasing",
    "inventory": "modules.inventory",
    "peopleWhoExport": "peopleWhoExport",
    "connector": "webConnector.sentBy",
}
"""Field of derived.account -> the answer that states it."""

READS: dict[str, dict[str, frozenset[str]]] = {
    "derived.account": {
        "servicetitan.purchase_order": frozenset({"number"}),
        "servicetitan.bill": frozenset({"referenceNumber"}),
        "servicetitan.truck": frozenset({"name"}),
        "servicetitan.warehouse": frozenset({"name"}),
        "account.answers": frozenset(ACCOUNT_ANSWERS.values()),
    },
    "derived.customer_order": {"quickbooks.Customer": frozenset({"FullName"})},
}
"""What each derivation reads, so that readers take it out of the files."""
