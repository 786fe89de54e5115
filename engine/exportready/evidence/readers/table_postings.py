"""Transactions of a QuickBooks report in which each row is one posting (docs/sources.md, spreadsheets)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from exportready.evidence.readers.cells import value_of
from exportready.evidence.readers.sheets import Cell, Sheet, cell_at
from exportready.evidence.readers.table_layout import Layout
from exportready.evidence.readers.table_rows import TableRows, combine_rows
from exportready.evidence.reading import Keys
from exportready.kinds import KINDS
from exportready.kinds.headings import (
    POSTING_ACCOUNT_TYPE,
    POSTING_AMOUNT,
    POSTING_NUMBER,
    POSTING_TYPE,
    TXN_TYPES,
    TxnType,
    squash,
)
from exportready.kinds.table import Kind
from exportready.model.evidence import Record, Unknown, Value
from exportready.model.reasons import Channel, Reason
from exportready.model.rules import Wanted


class _Posting(msgspec.Struct, frozen=True, kw_only=True):
    """One row, with what it says about its transaction."""

    number: int
    row: Sequence[Cell]
    txn: TxnType
    fields: Mapping[str, Value]


class PostingRows(TableRows):
    """Reads the transactions of one sheet of postings."""

    def __init__(self, sheet: Sheet, path: str, layout: Layout, wanted: Wanted, is_workbook: bool) -> None:
        super().__init__(sheet, path, layout, wanted, is_workbook)
        self.by_title: dict[str, list[int]] = {}
        for column, title in layout.titles.items():
            self.by_title.setdefault(squash(title), []).append(column)

    def _records_by_kind(self) -> dict[str, list[Record]]:
        """Return the transactions by kind.

        A transaction's postings share its number within QuickBooks; if the report has no such column, its type, date, number and name.
        """
        kind_of_columns = self.layout.table.kind
        types = {squash(word): txn for word, txn in TXN_TYPES.items()}
        groups: dict[object, list[_Posting]] = {}
        others: Counter[str] = Counter()
        for number, row in self.rows():
            word = self._titled(row, POSTING_TYPE)
            txn = types.get(squash(word)) if isinstance(word, str) else None
            if txn is None:
                if not isinstance(word, str) or not word.strip() or word.startswith("#"):  # #REF! of a broken formula
                    self.why_damaged = self.why_damaged or f"row {number} of {self.sheet.name} doesn't say its type"
                else:
                    others[word] += 1
                continue
            kind = KINDS[txn.kind]
            fields = self.fields(kind, row, kind_of_columns)
            name = self.layout.columns.get((kind_of_columns, "CustomerRef.FullName"))
            if txn.name not in fields and txn.name and name is not None:
                fields[txn.name] = value_of(kind, txn.name, cell_at(row, name))
            own = self._titled(row, POSTING_NUMBER)
            same = (txn.kind, own) if own is not None else (txn.kind, *map(fields.get, ("TxnDate", "RefNumber", txn.name)))
            groups.setdefault(same, []).append(_Posting(number=number, row=row, txn=txn, fields=fields))
        if others:
            counted = ", ".join(f"{count} {word}" for word, count in sorted(others.items())[:5])
            self.notes.append(f"rows of types that no check uses: {counted}")
        return self._records_of(list(groups.values()))

    def _records_of(self, groups: Sequence[Sequence[_Posting]]) -> dict[str, list[Record]]:
        keys = {txn.kind: Keys(KINDS[txn.kind]) for txn in TXN_TYPES.values()}
        found: dict[str, list[Record]] = {}
        for postings in groups:
            kind = KINDS[postings[0].txn.kind]
            self.counts[kind.name] += 1
            records = found.setdefault(kind.name, [])
            if kind.name in self.wanted:
                fields = self._transaction(kind, postings)
                records.append(self.record(keys[kind.name], kind, fields, postings[0].number))
        return found

    def _transaction(self, kind: Kind, postings: Sequence[_Posting]) -> dict[str, Value]:
        """Return what the postings of one transaction say together.

        The memo and amount of the transaction are those of its posting to receivables or payables; the memo of any other
        posting describes a line.
        """
        txn, fields = postings[0].txn, combine_rows([posting.fields for posting in postings])
        main = [one for one in postings if txn.posts_to and self._titled(one.row, POSTING_ACCOUNT_TYPE) == txn.posts_to]
        if len(main) == 1 and "Memo" in fields:
            fields["Memo"] = main[0].fields["Memo"]
        elif isinstance(fields.get("Memo"), Unknown):
            fields["Memo"] = _columns_missing("its rows have different memos")
        if txn.amount:
            amount = value_of(kind, txn.amount, self._titled(main[0].row, POSTING_AMOUNT)) if len(main) == 1 else None
            unknown = _columns_missing("the report doesn't show which row has its amount")
            fields[txn.amount] = abs(amount) if isinstance(amount, Decimal) else unknown
        return fields

    def _titled(self, row: Sequence[Cell], heading: str) -> Cell:
        """Return a row's cell under a heading; None unless exactly one column has it."""
        columns = self.by_title.get(squash(heading), [])
        return cell_at(row, columns[0]) if len(columns) == 1 else None


_ADD_ACCOUNT_TYPE = (
    "In QuickBooks, choose Customize Report > Display, add the columns Account Type and Amount, and export the report again"
)


def _columns_missing(reason: str) -> Unknown:
    """Return an unknown value that the report would show with two more columns."""
    return Unknown(cause=Reason.NOT_EXPORTED, reason=reason, remedy=_ADD_ACCOUNT_TYPE, channel=Channel.EXPORT)
