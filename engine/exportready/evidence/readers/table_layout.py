"""Which table a sheet is, and which of its columns has which field.

A sheet is recognized by its headings, then by its name. We ask about a field that no heading shows, and never guess.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import PurePosixPath

import msgspec

from exportready.account.reading import NO_COLUMN, Columns
from exportready.evidence.readers.file_names import padded_words
from exportready.evidence.readers.sheets import Cell, Sheet, cell_at
from exportready.kinds import KINDS
from exportready.kinds.headings import (
    NOT_READ,
    POSTING_ACCOUNT_TYPE,
    POSTING_AMOUNT,
    POSTING_NUMBER,
    POSTING_TYPE,
    TABLES,
    Table,
    any_of,
    as_account,
    squash,
)
from exportready.kinds.nouns import field_noun
from exportready.kinds.other_tables import other_table
from exportready.model.evidence import ColumnQuestion, Unknown
from exportready.model.reasons import Channel, Reason
from exportready.model.rules import Type, Wanted

FieldOf = tuple[str, str]
"""(kind, field)."""

_HEADER_ROWS = 30
"""How many rows are searched for the headings; titles, dates and filters are above them."""

_MAX_COLUMNS_NAMED = 12
"""Maximum number of columns listed in a question."""

_POSTING_COLUMNS = {squash(heading) for heading in (POSTING_NUMBER, POSTING_TYPE, POSTING_ACCOUNT_TYPE, POSTING_AMOUNT)}


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """Which table a sheet is, and in which columns its fields are."""

    table: Table
    header: int
    """The row of the headings, from 0."""
    titles: Mapping[int, str]
    """The headings by their columns."""
    columns: Mapping[FieldOf, int]
    unclear: Mapping[FieldOf, Unknown]
    """Why a field has no column: no heading shows it, or two do."""
    questions: tuple[ColumnQuestion, ...]
    missing_key: str
    """Why the sheet can't be read although it is recognized: no column has the key of its rows. Empty if one does."""

    def guesses(self) -> str:
        """Return which columns were matched by headings that no source shows, for a person to look over."""
        headings_of = {(kind, name): headings for kind, name, headings in self.table.all_columns()}
        guessed = [
            f"“{self.titles[column]}” as {field_noun(place[1])}"
            for place, column in sorted(self.columns.items(), key=lambda item: item[1])
            if squash(self.titles[column]) not in {squash(one) for one in headings_of[place] if not one.startswith("?")}
        ]
        return f", with {', '.join(guessed)}" if guessed else ""


def recognize_table(sheet: Sheet, path: str, wanted: Wanted, columns: Columns) -> Layout | None:
    """Return the layout of a sheet; None if it isn't a table that we know.

    The first row with the marks of a table's headings decides, else the name of the sheet or file. If no row has the key
    of a table, the row with most of a table's headings is the one to ask about. `columns` are the headings that account.yaml
    gives for fields.
    """
    named = _tables_named(sheet.name) or _tables_named(PurePosixPath(path).stem)
    best: tuple[tuple[bool, bool, int, bool], Table, int] | None = None
    for number, row in enumerate(sheet.rows[:_HEADER_ROWS]):
        titles = _titles(row)
        for table in TABLES if titles else ():
            marked = _is_marked(table, titles)
            found = _find_columns(table, titles, columns)
            count, has_key = sum(map(bool, found.values())), _has_key(table, found)
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
    layout = _layout(table, number, sheet, path, wanted, columns)
    by_line = next((one for one in TABLES if one.parent and one.parent[0] == table.kind), None)
    if by_line is None or not _has_rows_of_one_record(sheet, layout) or _is_key_denied(by_line, columns):
        return layout
    return _layout(by_line, number, sheet, path, wanted, columns)


def describe_unread(sheet: Sheet) -> str:
    """Return what a sheet is and what to do, if it is a table that we know and don't read; else an empty text."""
    titles = ({squash(title) for title in _titles(row).values()} for row in sheet.rows[:_HEADER_ROWS])
    return next(filter(None, map(other_table, titles)), "")


def describe_unknown(sheet: Sheet, path: str) -> str:
    """Return why a sheet isn't read and what to do, if it isn't a table that we know. None of its cells is quoted: it isn't ours."""
    names = padded_words(sheet.name, " ") + padded_words(PurePosixPath(path).stem, " ")
    for words, help_ in NOT_READ.items():
        if f" {words} " in names:
            return f"isn't read: {help_}"
    known = ", ".join(dict.fromkeys(table.words[0] for table in TABLES))
    return f"isn't a table that we know; name the sheet or the file after its contents: {known}"


def _has_rows_of_one_record(sheet: Sheet, layout: Layout) -> bool:
    """Return whether one transaction has several rows: then each row is one of its lines, whatever the headings are."""
    columns = [column for place in _key_fields(layout.table) if (column := layout.columns.get(place)) is not None]
    names = Counter(tuple(cell_at(row, column) for column in columns) for row in sheet.rows[layout.header + 1 :])
    return any(count > 1 and None not in name for name, count in names.items())


def _is_key_denied(table: Table, columns: Columns) -> bool:
    """Return whether account.yaml says that no column has the key of the lines."""
    return any(columns.get(kind, {}).get(name) == NO_COLUMN for kind, name in _key_fields(table) if kind == table.kind)


def _titles(row: Sequence[Cell]) -> dict[int, str]:
    return {column: cell.strip() for column, cell in enumerate(row) if isinstance(cell, str) and squash(cell)}


def _tables_named(name: str) -> list[Table]:
    """Return the tables that the name of a sheet or file mentions."""
    words = padded_words(name, " ")
    return [table for table in TABLES if any(f" {word} " in words for word in table.words)]


def _is_marked(table: Table, titles: Mapping[int, str]) -> bool:
    """Return whether the headings show that a sheet is this table, whatever its name."""
    found = {squash(title) for title in titles.values()}
    return bool(table.marks) and all(found & any_of(mark) for mark in table.marks) and not found & any_of(table.never)


def _find_columns(table: Table, titles: Mapping[int, str], columns: Columns) -> dict[FieldOf, list[int]]:
    """Return for each field the columns with its heading: the one that account.yaml gives, else the first usual one found."""
    by_title: dict[str, list[int]] = {}
    by_words: dict[str, list[int]] = {}
    for column, title in titles.items():
        by_title.setdefault(squash(title), []).append(column)
        by_words.setdefault(as_account(title), []).append(column)
    stated = {
        (kind, name): by_title.get(squash(heading), [])
        for kind, of_kind in columns.items()
        for name, heading in of_kind.items()
        if heading != NO_COLUMN
    }
    taken = {column for found in stated.values() for column in found}
    result: dict[FieldOf, list[int]] = {}
    for kind, name, headings in table.all_columns():
        usual = chain(
            (by_title.get(squash(heading), []) for heading in headings),
            (by_words.get(as_account(heading), []) for heading in headings),
        )
        free = [[column for column in found if column not in taken] for found in usual]
        is_none = columns.get(kind, {}).get(name) == NO_COLUMN
        result[kind, name] = [] if is_none else stated.get((kind, name)) or next(filter(None, free), [])
    return result


def _key_fields(table: Table) -> Iterator[FieldOf]:
    """Yield the key fields of the rows and of the transactions that they belong to."""
    for kind in dict.fromkeys((table.kind, table.main)):  # in this order, because the first one without a column is asked for
        yield from ((kind, name) for name in KINDS[kind].key if not name.startswith("parent."))


def _has_key(table: Table, found: Mapping[FieldOf, Sequence[int]]) -> bool:
    """Return whether columns have the key of the rows; if rows are numbered, one of its fields is enough."""
    places = list(_key_fields(table))
    enough = any if KINDS[table.main].numbered else all
    return enough(found.get(place) for place in places)


def _layout(table: Table, header: int, sheet: Sheet, path: str, wanted: Wanted, columns: Columns) -> Layout:
    titles = _titles(sheet.rows[header])
    found = _find_columns(table, titles, columns)
    used = {column for places in found.values() for column in places}
    if table.is_postings:
        used |= {column for column, title in titles.items() if squash(title) in _POSTING_COLUMNS}
    unused = tuple(title for column, title in titles.items() if column not in used)
    where = path if PurePosixPath(path).stem == sheet.name else f"{path} ({sheet.name})"
    usual = {(kind, name): headings[0].removeprefix("?") for kind, name, headings in table.all_columns()}
    unclear: dict[FieldOf, Unknown] = {}
    questions: list[ColumnQuestion] = []
    for place, places in found.items():
        kind, name = place
        if len(places) > 1:
            unclear[place] = _ambiguous(where, titles[places[0]], len(places))
        elif not places and unused and columns.get(kind, {}).get(name) != NO_COLUMN and _is_asked(table, place, wanted):
            unclear[place] = _without_column(where, usual[place], unused)
            questions.append(
                ColumnQuestion(path=path, kind=kind, field=name, headings=unused, label=usual[place], sheet=sheet.name)
            )
    missing_key = ""
    if not _has_key(table, {place: places if len(places) == 1 else [] for place, places in found.items()}):
        place = next(place for place in _key_fields(table) if len(found.get(place, ())) != 1)
        missing_key = (
            unclear[place].reason + ". " + unclear[place].remedy if place in unclear else f"it has no column “{usual[place]}”"
        )
    if missing_key:  # ask for the key first: the other columns may become clear with it
        questions = [one for one in questions if (one.kind, one.field) in set(_key_fields(table))]
    return Layout(
        table=table,
        header=header,
        titles=titles,
        columns={place: places[0] for place, places in found.items() if len(places) == 1},
        unclear=unclear,
        questions=tuple(questions),
        missing_key=missing_key,
    )


def _ambiguous(where: str, title: str, count: int) -> Unknown:
    reason = f"{count} columns of {where} are called “{title}”"
    remedy = f"In {where}, delete or rename the columns called “{title}” that aren't needed"
    return Unknown(cause=Reason.AMBIGUOUS, reason=reason, remedy=remedy, channel=Channel.EXPORT)


def _without_column(where: str, label: str, unused: Sequence[str]) -> Unknown:
    more = len(unused) - _MAX_COLUMNS_NAMED
    has = ", ".join(unused[:_MAX_COLUMNS_NAMED]) + (f" and {more} more" if more > 0 else "")
    return Unknown(
        cause=Reason.NOT_EXPORTED,
        reason=f"we don't know which column of {where} contains “{label}”",
        remedy=f"Tell us which column of {where} contains “{label}”. We don't recognize these columns: {has}",
        channel=Channel.ASK,
    )


def _is_asked(table: Table, place: FieldOf, wanted: Wanted) -> bool:
    """Return whether to ask which column has a field: something reads it, or it is part of the key, or it says that a record is active.

    Ids are never asked for, because people don't know them.
    """
    kind, name = place
    if KINDS[kind].fields[name].type is Type.ID:
        return False
    asked = wanted.get(kind, frozenset())
    of_parent = {one.removeprefix("parent.") for one in wanted.get(table.kind, ()) if one.startswith("parent.")}
    is_read = kind in wanted or (kind != table.kind and table.kind in wanted)
    return is_read and (
        name in asked or (kind != table.kind and name in of_parent) or name in (*KINDS[kind].key, KINDS[kind].active)
    )
