"""Read QuickBooks' journal entries as the payments and refunds that they may be.

A payment type that is exported as a journal entry debits the type's account and credits Accounts Receivable, such as a financing fee
(ServiceTitan help, export journal entries to QuickBooks Desktop, 2023-02-28). That a refund does the reverse is concluded. The customer
is on the entry's lines, and so may be the memo: an entry's lines have memos of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from exportready.derive.parties import levels
from exportready.derive.unknowns import first_unknown, total, unresolved
from exportready.kinds import fold
from exportready.model.evidence import UNSET, Evidence, Record, Value

JOURNAL = "quickbooks.JournalEntry"
_DEBIT, _CREDIT = "quickbooks.JournalDebitLine", "quickbooks.JournalCreditLine"
_WITH_RECEIVABLES = ("quickbooks.Invoice", "quickbooks.ReceivePayment", "quickbooks.CreditMemo")
_PAYMENT, _REFUND = 1, -1


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What a journal entry's lines show."""

    party: Value
    """The customer on its lines; the first by name, if there are several."""
    names: frozenset[str]
    """Its customers, on every level of customer:job, folded for comparing."""
    amount: Value
    memo: Value
    directions: tuple[int, ...]
    """1 if it may be a payment, -1 if it may be a refund."""
    accounts: frozenset[str]
    """The accounts that a payment debits or a refund credits, folded for comparing."""


class Journals:
    """The lines of QuickBooks' journal entries."""

    def __init__(self, evidence: Evidence) -> None:
        self._debits, self._credits = (evidence.dataset(kind).by("parent.TxnID") for kind in (_DEBIT, _CREDIT))
        self._none = unresolved(evidence.dataset(_DEBIT), "its debits are not in the file")
        accounts = (
            account for kind in _WITH_RECEIVABLES for account in evidence.dataset(kind).column("ARAccountRef.FullName")
        )
        self._receivables = {fold(account) for account in accounts if isinstance(account, str)}

    def of(self, record: Record) -> Entry:
        """Return what the lines of a journal entry show."""
        id_ = record.get("TxnID")
        debits, credits_ = (lines.get(id_, []) if isinstance(id_, str) else [] for lines in (self._debits, self._credits))
        debited, credited = _accounts(debits), _accounts(credits_)
        directions = self._directions(debited, credited)
        accounts = {_PAYMENT: debited, _REFUND: credited}
        lines = (*debits, *credits_)
        entities = [line.get("EntityRef.FullName") for line in lines]
        parties = {party for party in entities if isinstance(party, str)}
        return Entry(
            party=min(parties, default=first_unknown(*entities) or UNSET),
            names=frozenset(name for party in parties for name in levels(party)),
            amount=_sum(debits) if debits else self._none,
            memo=_memo(record, lines),
            directions=directions,
            accounts=frozenset(account for direction in directions for account in accounts[direction]) - self._receivables,
        )

    def _directions(self, debited: frozenset[str], credited: frozenset[str]) -> tuple[int, ...]:
        """Decide by the side on which it has Accounts Receivable; if it has it on none or both, or we don't know it, it may be either."""
        is_payment, is_refund = bool(credited & self._receivables), bool(debited & self._receivables)
        if is_payment is is_refund:
            return (_PAYMENT, _REFUND)
        return (_PAYMENT,) if is_payment else (_REFUND,)


def _sum(lines: Sequence[Record]) -> Value:
    """Return the total of lines; a line that has only text has no amount."""
    amounts = (line.get("Amount") for line in lines)
    return total((Decimal(0) if amount is UNSET else amount for amount in amounts), "one of its lines has no amount")


def _accounts(lines: Sequence[Record]) -> frozenset[str]:
    accounts = (line.get("AccountRef.FullName") for line in lines)
    return frozenset(fold(account) for account in accounts if isinstance(account, str))


def _memo(record: Record, lines: Sequence[Record]) -> Value:
    """Return its memo; if it has none, its lines' memos, each once."""
    own = record.get("Memo")
    if isinstance(own, str):
        return own
    memos = [line.get("Memo") for line in lines]
    written = dict.fromkeys(memo for memo in memos if isinstance(memo, str))
    if written:
        return "; ".join(written)
    return first_unknown(*memos) or (UNSET if memos else own)
