"""Answers in a spreadsheet with two columns, Question and Answer, for people who prefer it to account.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from decimal import Decimal

import msgspec
from msgspec import field

from exportready.account.questions import ANSWERED_ON, FILES_TAKEN, INTERVIEW, NAME, TAKEN_AT, own_question
from exportready.account.reading import host_listing
from exportready.account.replies import TODAY, Answer, BadReply, parse_reply
from exportready.evidence.readers.sheets import Cell, Sheet, cell_at
from exportready.evidence.reading import Reading, Unreadable
from exportready.kinds.account import FILE_MODE, KIND, NONE, SETTINGS
from exportready.kinds.headings import squash
from exportready.model.evidence import SHEET, UNSET, Account, FieldNote, Listing, Location, Record, Unknown, Value
from exportready.model.questions import Question
from exportready.model.reasons import Reason
from exportready.schema.budgets import MISTAKES
from exportready.schema.times import parse_us_time

READER = "answers"
WHY_PART = "a spreadsheet of answers has only the answers in its rows"

_HEADER_ROWS = 10
_DONT_KNOW = Unknown(cause=Reason.DONT_KNOW, reason="the answer is “don't know”")

_QUESTIONS: Mapping[str, Question] = {
    **{squash(setting.question): own_question(setting.path) for setting in SETTINGS},
    **{squash(setting.path): own_question(setting.path) for setting in SETTINGS},
    **{squash(question.text): question for question in INTERVIEW},
    squash(own_question(FILE_MODE).text): own_question(FILE_MODE),
    squash(FILE_MODE): own_question(FILE_MODE),
    squash(NAME): own_question(NAME),
    squash(FILES_TAKEN.text): FILES_TAKEN,
}


def is_answers(sheet: Sheet) -> bool:
    """Return whether a sheet has columns with the headings Question and Answer."""
    return _columns(sheet) is not None


def read(sheet: Sheet, path: str, zone: tzinfo) -> Reading:
    """Return the answers of a sheet. `zone` is the time zone of moments without an offset.

    Raises Unreadable with every row that can't be used: no answer of a sheet with mistakes is used.
    """
    rows = _AnswerRows(path=path, zone=zone)
    header, question_at, answer_at = _columns(sheet) or (0, 0, 1)
    for number, row in enumerate(sheet.rows[header + 1 :], header + 2):
        question, answer = cell_at(row, question_at), cell_at(row, answer_at)
        if isinstance(question, str) and question.strip():
            rows.take(number, question, answer)
    if rows.mistakes:
        (first, what), *others = rows.mistakes[:MISTAKES]
        raise Unreadable("; ".join((what, *(f"row {number}: {what}" for number, what in others))), first)
    return rows.reading()


def _columns(sheet: Sheet) -> tuple[int, int, int] | None:
    """Return (row of the headings, column of the questions, column of the answers); None if it has no such headings."""
    for number, row in enumerate(sheet.rows[:_HEADER_ROWS]):
        titles = {squash(cell): at for at, cell in reversed(list(enumerate(row))) if isinstance(cell, str)}
        if "question" in titles and "answer" in titles:
            return number, titles["question"], titles["answer"]
    return None


class _AnswerRows(msgspec.Struct, kw_only=True):
    """Collects the answers row by row."""

    path: str
    zone: tzinfo
    dated: datetime | None = None
    values: dict[str, Value] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    mistakes: list[tuple[int, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unknown_rows: int = 0

    def take(self, number: int, asked: str, cell: Cell) -> None:
        """Read one row."""
        if isinstance(cell, Unknown):
            self.mistakes.append((number, f"its answer can't be read ({cell.reason})"))
            return
        text, plain = _text(cell), squash(asked)
        if plain == squash(ANSWERED_ON):
            self._date(number, cell, text)
        elif plain in _QUESTIONS:
            self._answer(number, _QUESTIONS[plain], text)
        else:
            self.unknown_rows += 1
            if self.unknown_rows <= MISTAKES:
                self.notes.append(f"row {number} isn't one of our questions: “{asked.strip()[:60]}”")

    def _answer(self, number: int, question: Question, text: str) -> None:
        try:
            answers = parse_reply(question, text, numbered=False)
        except BadReply as error:
            self.mistakes.append((number, str(error)))
            return
        for path, answer in answers.items():
            self._set(path, _value(answer), number)
        if text and not answers:
            for path in question.paths:
                self._set(path, _DONT_KNOW, number)

    def _set(self, path: str, value: Value, number: int) -> None:
        if self.values.get(path, value) != value:
            self.mistakes.append((number, f"its answer contradicts row {self.lines[path]}"))
        self.values[path], self.lines[path] = value, number

    def _date(self, number: int, cell: Cell, text: str) -> None:
        if not text:
            return
        try:
            moment = cell if isinstance(cell, datetime) else parse_us_time(text)
        except ValueError:
            what = f'"{text[:40]}" isn\'t a date and time. Type one such as 11/20/2026 5:25 PM'
            self.mistakes.append((number, what))
        else:
            self.dated = moment if moment.tzinfo else moment.replace(tzinfo=self.zone)

    def reading(self) -> Reading:
        """Return the answers of all rows."""
        name, mode = self.values.pop(NAME, None), self.values.pop(FILE_MODE, None)
        where = {path: Location(self.path, number, path) for path, number in self.lines.items()}
        notes = {path: FieldNote(where[path], self.dated) for path in self.values}
        record = Record(kind=KIND.name, key="", fields=self.values, where=Location(self.path, 1), notes=notes)
        listings = [
            Listing(
                kind=KIND.name,
                records=(record,),
                path=self.path,
                reader=READER,
                whole=False,
                why_part=WHY_PART,
                cause=Reason.PARTIAL,
                part=SHEET,
                dated=self.dated,
            )
        ]
        if mode is not None:
            known_mode = mode if isinstance(mode, str) else ""
            listings.append(host_listing(known_mode, where[FILE_MODE], READER, self.dated))
        counts = {listing.kind: len(listing.records[0].fields) for listing in listings}
        taken = self.values.pop(TAKEN_AT, None)
        taken = self.dated if taken == TODAY else taken
        at = taken.replace(tzinfo=taken.tzinfo or self.zone) if isinstance(taken, datetime) else None
        account = Account(name=name if isinstance(name, str) else None, taken_at=at) if name or at else None
        return Reading(
            reader=READER, listings=tuple(listings), counts=counts, dated=self.dated, notes=tuple(self.notes), account=account
        )


def _value(answer: Answer) -> Value:
    """Return an answer as the value of its setting."""
    if answer == NONE:
        return UNSET
    return Decimal(answer) if isinstance(answer, int) and not isinstance(answer, bool) else answer


def _text(cell: Cell) -> str:
    """Return a cell as a person would have typed it."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, Decimal):
        return format(cell.normalize(), "f")
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return " ".join(cell.split()) if isinstance(cell, str) else ""
