"""Spreadsheets and CSV files that a person exported: which table each sheet holds, and the records in it.

A sheet is recognised by its headings, then by its name. A column that no heading shows is asked for, never guessed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, tzinfo
from decimal import Decimal
from pathlib import PurePosixPath

import msgspec

from exportready.account.reading import NO_COLUMN, Columns
from exportready.evidence.consolidate import NOT_SAID
from exportready.evidence.readers import answers, pasted
from exportready.evidence.readers.cells import DAY, completed, is_amount, value_of
from exportready.evidence.readers.sheets import Cell, Sheet, is_workbook, sheets_of
from exportready.evidence.reading import Keys, Reading, taken
from exportready.kinds import KINDS, fold
from exportready.kinds.headings import (
    NOT_READ,
    POSTING_ACCOUNT_TYPE,
    POSTING_AMOUNT,
    POSTING_NUMBER,
    POSTING_TYPE,
    TABLES,
    TXN_TYPES,
    Table,
    TxnType,
    squash,
)
from exportready.kinds.table import Kind
from exportready.model.evidence import SHEET, UNSET, ColumnQuestion, Listing, Location, Record, Unknown, Value
from exportready.model.reasons import Channel, Reason
from exportready.model.rules import Type, Wanted

READER = "spreadsheet"

Place = tuple[str, str]
"""(kind, field)."""

_HEADER_ROWS = 30
"""Titles, dates and filters stand above the headings; no further down than this."""


def read(data: bytes, path: str, wanted: Wanted, columns: Columns, zone: tzinfo = UTC) -> Reading:
    """Read every table of the file; what is none that is known is told. `zone` is that of moments without one, which only
    answers have. Raises Unreadable."""
    listings: list[Listing] = []
    questions: list[ColumnQuestion] = []
    unread: list[str] = []
    notes: list[str] = []
    counts: Counter[str] = Counter()
    answered: Reading | None = None
    is_book = is_workbook(data)
    for sheet in sheets_of(data, path):
        if answers.is_answers(sheet):
            answered = answers.read(sheet, path, zone)
            listings += answered.listings
            counts.update(answered.counts)
            notes += answered.notes
            continue
        layout = _recognise(sheet, path, wanted, columns)
        where = f"its sheet «{sheet.name}»" if is_book else "it"
        of_errors = layout is None or (layout.table.kind == pasted.KIND and bool(layout.wanting))
        errors = pasted.sheet(sheet, path, wanted) if of_errors else None
        if errors is not None:
            listings.append(errors)
            counts[pasted.KIND] += len(errors.records)
            notes.append(f"{where} is read as a list of errors of the export, by QuickBooks' own messages in it")
            continue
        if layout is None:
            if any(cell is not None for row in sheet.rows for cell in row):
                unread.append(f"{where} {_help(sheet, path)}")
            continue
        questions += layout.questions
        if layout.wanting:
            unread.append(f"{where} looks like {layout.table.title}, but {layout.wanting}")
            continue
        notes.append(f"{where} is read as {layout.table.title}{layout.guesses()}")
        found = _Rows(sheet, path, layout, wanted, is_book)
        listings += found.read()
        counts.update(found.counts)
        notes += found.notes
    only_answers = answered is not None and answered.listings == tuple(listings)
    return Reading(
        reader=answers.READER if only_answers else READER if listings else "",
        listings=tuple(listings),
        counts=dict(counts),
        dated=answered.dated if answered and only_answers else None,
        account=answered.account if answered else None,
        notes=tuple(notes),
        questions=tuple(questions),
        unread=tuple(unread),
    )


# -- recognising


class _Layout(msgspec.Struct, frozen=True, kw_only=True):
    """Where the columns of a table stand in a sheet."""

    table: Table
    header: int
    """The row of the headings, from 0."""
    titles: Mapping[int, str]
    """The headings by their columns."""
    at: Mapping[Place, int]
    unclear: Mapping[Place, Unknown]
    """What no heading shows, and what two do."""
    questions: tuple[ColumnQuestion, ...]
    wanting: str
    """Why the sheet cannot be read although it is known: a column that names its rows is not found."""

    def guesses(self) -> str:
        """Which columns were taken by headings that no source shows, for a person to look over."""
        shown = {(kind, name): headings for kind, name, headings in self.table.all_columns()}
        told = [
            f"«{self.titles[column]}» as {place[1]}"
            for place, column in sorted(self.at.items(), key=lambda item: item[1])
            if squash(self.titles[column]) not in {squash(one) for one in shown[place] if not one.startswith("?")}
        ]
        return f"; it takes {', '.join(told)}" if told else ""


def _recognise(sheet: Sheet, path: str, wanted: Wanted, columns: Columns) -> _Layout | None:
    """The table of which the first row of headings speaks, by its marks, else by the name of the sheet or the file.

    Where no row names what the records are called, the row that has most of a table's headings is the one to ask about.
    """
    named = _named(sheet.name) or _named(PurePosixPath(path).stem)
    best: tuple[tuple[bool, bool, int, bool], Table, int] | None = None
    for number, row in enumerate(sheet.rows[:_HEADER_ROWS]):
        titles = _titles(row)
        for table in TABLES if titles else ():
            marked = _is_marked(table, titles)
            held = _columns_of(table, titles, columns)
            count, has_key = sum(map(bool, held.values())), _has_key(table, held)
            if not (marked or (table in named and (count > 1 or has_key))) or (table.parent and not has_key):
                continue
            rank = (has_key, marked, count, table in named)
            if best is None or rank > best[0]:
                best = (rank, table, number)
        if best and best[0][0]:
            break
    if best is None:
        return None
    _, table, number = best
    layout = _layout(table, number, _titles(sheet.rows[number]), sheet.name, path, wanted, columns)
    by_line = next((one for one in TABLES if one.parent and one.parent[0] == table.kind), None)
    if by_line is None or not _is_by_line(sheet, layout) or _said_none(by_line, columns):
        return layout
    return _layout(by_line, number, _titles(sheet.rows[number]), sheet.name, path, wanted, columns)


def _is_by_line(sheet: Sheet, layout: _Layout) -> bool:
    """One transaction stands in several rows: then each row is one of its lines, whatever the columns are called."""
    at = [column for place in _key_fields(layout.table) if (column := layout.at.get(place)) is not None]
    names = Counter(tuple(_cell(row, column) for column in at) for row in sheet.rows[layout.header + 1 :])
    return any(count > 1 and None not in name for name, count in names.items())


def _said_none(table: Table, columns: Columns) -> bool:
    """account.yaml says that no column names the lines."""
    return any(columns.get(kind, {}).get(name) == NO_COLUMN for kind, name in _key_fields(table) if kind == table.kind)


def _titles(row: Sequence[Cell]) -> dict[int, str]:
    return {column: cell.strip() for column, cell in enumerate(row) if isinstance(cell, str) and squash(cell)}


def _named(name: str) -> list[Table]:
    said = _words(name)
    return [table for table in TABLES if any(f" {word} " in said for word in table.words)]


def _words(name: str) -> str:
    return f" {re.sub(r'[^a-z]+', ' ', name.lower()).strip()} "


def _is_marked(table: Table, titles: Mapping[int, str]) -> bool:
    there = {squash(title) for title in titles.values()}
    return bool(table.marks) and all(there & _any_of(mark) for mark in table.marks) and not there & _any_of(table.never)


def _any_of(headings: str) -> set[str]:
    return {squash(heading) for heading in headings.split("|")} - {""}


def _columns_of(table: Table, titles: Mapping[int, str], columns: Columns) -> dict[Place, list[int]]:
    """For each field the columns that its heading names: what account.yaml states, else the first of its usual names."""
    by_title: dict[str, list[int]] = {}
    for column, title in titles.items():
        by_title.setdefault(squash(title), []).append(column)
    stated = {
        (kind, name): by_title.get(squash(heading), [])
        for kind, of_kind in columns.items()
        for name, heading in of_kind.items()
        if heading != NO_COLUMN
    }
    spoken_for = {column for held in stated.values() for column in held}
    held: dict[Place, list[int]] = {}
    for kind, name, headings in table.all_columns():
        usual = (by_title.get(squash(heading), []) for heading in headings)
        free = [[column for column in found if column not in spoken_for] for found in usual]
        is_none = columns.get(kind, {}).get(name) == NO_COLUMN
        held[kind, name] = [] if is_none else stated.get((kind, name)) or next(filter(None, free), [])
    return held


def _key_fields(table: Table) -> Iterator[Place]:
    """The fields that name the rows, and what they belong to. Of rows that are numbered, one of them is enough."""
    for kind in {table.kind, table.main}:
        yield from ((kind, name) for name in KINDS[kind].key if not name.startswith("parent."))


def _has_key(table: Table, held: Mapping[Place, Sequence[int]]) -> bool:
    places = list(_key_fields(table))
    enough = any if KINDS[table.main].numbered else all
    return enough(held.get(place) for place in places)


def _layout(
    table: Table, header: int, titles: dict[int, str], sheet: str, path: str, wanted: Wanted, columns: Columns
) -> _Layout:
    held = _columns_of(table, titles, columns)
    used = {column for found in held.values() for column in found}
    if table.is_postings:
        used |= {column for column, title in titles.items() if squash(title) in _POSTING_COLUMNS}
    unused = tuple(title for column, title in titles.items() if column not in used)
    where = path if PurePosixPath(path).stem == sheet else f"{path} ({sheet})"
    usual = {(kind, name): headings[0].removeprefix("?") for kind, name, headings in table.all_columns()}
    unclear: dict[Place, Unknown] = {}
    questions: list[ColumnQuestion] = []
    for place, found in held.items():
        kind, name = place
        if len(found) > 1:
            reason = f"{len(found)} columns of {where} are called «{titles[found[0]]}»"
            remedy = "Take out or rename the one that is not meant"
            unclear[place] = Unknown(Reason.AMBIGUOUS, reason, remedy, channel=Channel.EXPORT)
        elif not found and unused and columns.get(kind, {}).get(name) != NO_COLUMN and _is_asked(table, place, wanted):
            has = ", ".join(unused[:12]) + (f" and {len(unused) - 12} more" if len(unused) > 12 else "")
            reason = f"no column of {where} is known to hold the {usual[place]}"
            unclear[place] = Unknown(
                Reason.NOT_EXPORTED,
                reason,
                f"Which column of {where} holds the {usual[place]}? It has: {has}. Write into account.yaml "
                f"columns: {{{kind}: {{{name}: HEADING}}}}, or none where there is none (exportready ask does it)",
                channel=Channel.ASK,
            )
            questions.append(
                ColumnQuestion(path=path, kind=kind, field=name, headings=unused, label=usual[place], sheet=sheet)
            )
    wanting = ""
    if not _has_key(table, {place: found if len(found) == 1 else [] for place, found in held.items()}):
        place = next(place for place in _key_fields(table) if len(held.get(place, ())) != 1)
        wanting = unclear[place].reason + ". " + unclear[place].remedy if place in unclear else f"it has no {usual[place]}"
    if wanting:  # first things first: what the rest of the columns hold may show by then
        questions = [one for one in questions if (one.kind, one.field) in set(_key_fields(table))]
    at = {place: found[0] for place, found in held.items() if len(found) == 1}
    return _Layout(
        table=table, header=header, titles=titles, at=at, unclear=unclear, questions=tuple(questions), wanting=wanting
    )


def _is_asked(table: Table, place: Place, wanted: Wanted) -> bool:
    """Somebody reads the field, or it names or retires the record. An id is the programs' own business."""
    kind, name = place
    if KINDS[kind].fields[name].type is Type.ID:
        return False
    asked = wanted.get(kind, frozenset())
    above = {one.removeprefix("parent.") for one in wanted.get(table.kind, ()) if one.startswith("parent.")}
    is_read = kind in wanted or (kind != table.kind and table.kind in wanted)
    return is_read and (
        name in asked or (kind != table.kind and name in above) or name in (*KINDS[kind].key, KINDS[kind].active)
    )


def _help(sheet: Sheet, path: str) -> str:
    said = _words(sheet.name) + _words(PurePosixPath(path).stem)
    for words, help_ in NOT_READ.items():
        if f" {words} " in said:
            return f"is passed over: {help_}"
    titles = max((_titles(row) for row in sheet.rows[:_HEADER_ROWS]), key=len, default={})
    has = ", ".join(list(titles.values())[:8]) or "no headings"
    names = ", ".join(dict.fromkeys(table.words[0] for table in TABLES))
    return f"is no table that is known (its headings: {has}); name the sheet or the file after what it holds: {names}"


# -- rows


class _Rows:
    """The records of one sheet."""

    def __init__(self, sheet: Sheet, path: str, layout: _Layout, wanted: Wanted, is_book: bool) -> None:
        self.sheet = sheet
        self.path = path
        self.layout = layout
        self.wanted = wanted
        self.is_book = is_book
        self.names = {kind: taken(KINDS[kind], wanted) for kind in wanted}
        self.counts: Counter[str] = Counter()
        self.notes: list[str] = []
        self.why_damaged = ""
        self.titled: dict[str, list[int]] = {}
        for column, title in layout.titles.items():
            self.titled.setdefault(squash(title), []).append(column)
        self.day_first = {place for place in layout.at if self._is_day_first(place)}

    def read(self) -> list[Listing]:
        table = self.layout.table
        if table.is_postings:
            found = self._transactions()
        elif table.parent:
            found = self._lines(KINDS[table.main], KINDS[table.kind])
        else:
            found = {table.kind: self._records(KINDS[table.kind])}
        for kind in found:
            self.counts[kind] += 0
        why, cause = NOT_SAID, Reason.NOT_STATED_WHOLE
        if self.why_damaged:
            why, cause = self.why_damaged, Reason.UNREADABLE
        return [
            Listing(
                kind=kind,
                records=tuple(records),
                path=self.path,
                reader=READER,
                whole=False,
                why_part=why,
                cause=cause,
                damaged=bool(self.why_damaged),
                part=SHEET,
            )
            for kind, records in found.items()
        ]

    def _rows(self) -> Iterator[tuple[int, Sequence[Cell]]]:
        """The rows that hold records, with their numbers: no blank ones, no totals, no headings once more."""
        columns = set(self.layout.at.values())
        for number, row in enumerate(self.sheet.rows[self.layout.header + 1 :], self.layout.header + 2):
            cells = {column: row[column] for column in columns if column < len(row) and row[column] is not None}
            if cells and not self._is_total(row, cells) and any(cells[at] != self.layout.titles[at] for at in cells):
                yield number, row

    def _is_total(self, row: Sequence[Cell], cells: Mapping[int, Cell]) -> bool:
        """A total stands in a column without a heading, or beside numbers alone; an item may be called Total too."""
        column, first = next((column, cell) for column, cell in enumerate(row) if cell is not None)
        found = _TOTAL.match(first.strip()) if isinstance(first, str) else None
        if not found or (found[2] and column in self.layout.titles):
            return False
        return all(is_amount(cell) for at, cell in cells.items() if at != column)

    def _fields(self, kind: Kind, row: Sequence[Cell], of: str = "") -> dict[str, Value]:
        """What the row holds of a kind. A blank cell is unset; a column that is not there was not exported."""
        fields: dict[str, Value] = {
            name: unknown for (owner, name), unknown in self.layout.unclear.items() if owner == (of or kind.name)
        }
        for (owner, name), column in self.layout.at.items():
            if owner == (of or kind.name) and name in kind.fields:
                fields[name] = self._value(kind, name, (owner, name), _cell(row, column))
        return fields

    def _value(self, kind: Kind, name: str, place: Place, cell: Cell) -> Value:
        if place in self.day_first and isinstance(cell, str):
            return Unknown(
                Reason.UNREADABLE, f"'{cell[:30]}' may be day/month or month/day: the column holds days above 12 in front"
            )
        return value_of(kind, name, cell)

    def _is_day_first(self, place: Place) -> bool:
        if KINDS[place[0]].fields[place[1]].type is not Type.DATE:
            return False
        cells = (_cell(row, self.layout.at[place]) for row in self.sheet.rows[self.layout.header + 1 :])
        found = (DAY.fullmatch(cell.strip()) for cell in cells if isinstance(cell, str))
        return any(one and int(one[1]) > 12 for one in found)

    def _record(self, keys: Keys, kind: Kind, fields: Mapping[str, Value], number: int) -> Record:
        names = self.names.get(kind.name, frozenset())
        kept = {name: value for name, value in fields.items() if name in names}
        where = Location(self.path, number, f"{self.sheet.name}!{number}" if self.is_book else "")
        return Record(kind=kind.name, key=keys.of(kept), fields=kept, where=where)

    def _records(self, kind: Kind) -> list[Record]:
        """Each row is a record."""
        price = self.layout.at.get((kind.name, "SalesPrice"), -1)
        keys, records = Keys(kind), []
        for number, row in self._rows():
            self.counts[kind.name] += 1
            if kind.name in self.wanted:
                fields = completed(kind, self._fields(kind, row), _cell(row, price))
                records.append(self._record(keys, kind, fields, number))
        return records

    def _lines(self, kind: Kind, line_kind: Kind) -> dict[str, list[Record]]:
        """Each row is a line. Rows that name the same transaction make it up; in what they differ of it is unknown."""
        groups: dict[object, list[tuple[int, Sequence[Cell], dict[str, Value]]]] = {}
        for number, row in self._rows():
            fields = self._fields(kind, row)
            named = [fields.get(name, UNSET) for name in kind.key]
            if UNSET in named:
                self.why_damaged = self.why_damaged or f"row {number} of {self.sheet.name} does not say to what it belongs"
                continue
            same = tuple(fold(one) if isinstance(one, str) else one for one in named)
            groups.setdefault(same, []).append((number, row, fields))
        keys, line_keys = Keys(kind), Keys(line_kind)
        found: dict[str, list[Record]] = {kind.name: [], line_kind.name: []}
        for rows in groups.values():
            fields = _alike([fields for _, _, fields in rows]) | {name: rows[0][2][name] for name in kind.key}
            found[kind.name].append(self._record(keys, kind, fields, rows[0][0]))
            above = {f"parent.{name}": value for name, value in fields.items()}
            for number, row, _ in rows:
                own = self._fields(line_kind, row)
                if all(value is UNSET for value in own.values()):
                    continue  # a transaction without any line
                line = above | own
                found[line_kind.name].append(self._record(line_keys, line_kind, line, number))
        self.counts.update({name: len(records) for name, records in found.items()})
        return {name: records if name in self.wanted else [] for name, records in found.items()}

    def _transactions(self) -> dict[str, list[Record]]:
        """Each row is a posting of the transaction that its number within QuickBooks names, else all that names it."""
        table = self.layout.table
        types = {squash(word): txn for word, txn in TXN_TYPES.items()}
        groups: dict[object, list[_Posting]] = {}
        others: Counter[str] = Counter()
        for number, row in self._rows():
            word = self._titled(row, POSTING_TYPE)
            txn = types.get(squash(word)) if isinstance(word, str) else None
            if txn is None:
                others[str(word or "without a type")] += 1
                continue
            kind = KINDS[txn.kind]
            fields = self._fields(kind, row, table.kind)
            name = self.layout.at.get((table.kind, "CustomerRef.FullName"))
            if txn.name not in fields and txn.name and name is not None:
                fields[txn.name] = value_of(kind, txn.name, _cell(row, name))
            own = self._titled(row, POSTING_NUMBER)
            same = (txn.kind, own) if own is not None else (txn.kind, *map(fields.get, ("TxnDate", "RefNumber", txn.name)))
            groups.setdefault(same, []).append(_Posting(number=number, row=row, txn=txn, fields=fields))
        if others:
            told = ", ".join(f"{count} {word}" for word, count in sorted(others.items())[:5])
            self.notes.append(f"rows of types that no rule reads: {told}")
        return self._of_postings(list(groups.values()))

    def _of_postings(self, groups: Sequence[Sequence[_Posting]]) -> dict[str, list[Record]]:
        keys = {txn.kind: Keys(KINDS[txn.kind]) for txn in TXN_TYPES.values()}
        found: dict[str, list[Record]] = {}
        for postings in groups:
            kind = KINDS[postings[0].txn.kind]
            self.counts[kind.name] += 1
            records = found.setdefault(kind.name, [])
            if kind.name in self.wanted:
                records.append(self._record(keys[kind.name], kind, self._transaction(kind, postings), postings[0].number))
        return found

    def _transaction(self, kind: Kind, postings: Sequence[_Posting]) -> dict[str, Value]:
        """What the postings of one transaction say together. Its memo and amount stand with the posting to receivables
        or payables; the memo of any other is the description of a line."""
        txn, fields = postings[0].txn, _alike([posting.fields for posting in postings])
        main = [one for one in postings if txn.posts_to and self._titled(one.row, POSTING_ACCOUNT_TYPE) == txn.posts_to]
        if len(main) == 1 and "Memo" in fields:
            fields["Memo"] = main[0].fields["Memo"]
        elif isinstance(fields.get("Memo"), Unknown):
            fields["Memo"] = _columns_missing("its rows show different memos")
        if txn.amount:
            amount = value_of(kind, txn.amount, self._titled(main[0].row, POSTING_AMOUNT)) if len(main) == 1 else None
            unknown = _columns_missing("the report does not show which row is its amount")
            fields[txn.amount] = abs(amount) if isinstance(amount, Decimal) else unknown
        return fields

    def _titled(self, row: Sequence[Cell], heading: str) -> Cell:
        columns = self.titled.get(squash(heading), [])
        return _cell(row, columns[0]) if len(columns) == 1 else None


class _Posting(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    row: Sequence[Cell]
    txn: TxnType
    fields: Mapping[str, Value]


_ADD_ACCOUNT_TYPE = (
    "In QuickBooks choose Customize Report > Display, add the columns Account Type and Amount, and export it again"
)


def _columns_missing(reason: str) -> Unknown:
    """Return why a value is not known that the report shows with two more columns."""
    return Unknown(Reason.NOT_EXPORTED, reason, _ADD_ACCOUNT_TYPE, channel=Channel.EXPORT)


_POSTING_COLUMNS = {squash(heading) for heading in (POSTING_NUMBER, POSTING_TYPE, POSTING_ACCOUNT_TYPE, POSTING_AMOUNT)}
_TOTAL = re.compile(r"(grand |sub)?totals?\b:?(.*)", re.IGNORECASE)


def _cell(row: Sequence[Cell], column: int) -> Cell:
    return row[column] if 0 <= column < len(row) else None


def _alike(rows: Sequence[Mapping[str, Value]]) -> dict[str, Value]:
    """What all rows say alike; the rest is unknown."""
    first, *others = rows
    return {
        name: value
        if all(other.get(name) == value for other in others)
        else Unknown(Reason.CONTRADICTORY, "its rows say different things about it")
        for name, value in first.items()
    }
