"""What was read: values, records with their places, and how much of a list they are."""

from __future__ import annotations

from collections.abc import Iterable, KeysView, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum

import msgspec
from msgspec import field
from msgspec.structs import replace

from exportready.model.reasons import Channel, Reason

CLOCK_SKEW = timedelta(minutes=15)
"""Clocks of two computers may differ by this much; what is dated later than that is not believed."""


class Unset(Enum):
    """A field that its file states to be empty (JSON null, a blank cell, an absent optional element)."""

    UNSET = "unset"


UNSET = Unset.UNSET


class Unknown(msgspec.Struct, frozen=True):
    """A field whose value is not known."""

    cause: Reason
    """Why, for decisions."""
    reason: str
    """Why, in words for the person who can supply it."""
    remedy: str = ""
    """What to do about it, where that is something else than to supply the kind or the answer."""
    source: str = ""
    """The kind of record that lacks it, where that is another than the record's own; for decisions."""
    channel: Channel | None = None
    """How `remedy` fills it in, where that is something else than to supply the kind."""


Known = str | bool | Decimal | datetime | date
"""A value a condition can decide on. Numbers and money are exact `Decimal`; a `datetime` is aware."""

Value = Known | Unset | Unknown

NOT_EXPORTED = Unknown(Reason.NOT_EXPORTED, "not exported")
"""The field is not in the file at all: nothing is known about it."""


class Location(msgspec.Struct, frozen=True):
    """Where something stands: a file of the snapshot, a line where lines are known, the path inside."""

    path: str
    line: int | None = None
    """1-based; None where the format or the parser cannot say exactly."""
    pointer: str = ""


class FieldNote(msgspec.Struct, frozen=True):
    """What is known about one field apart from its value, where it differs from its record's."""

    where: Location | None = None
    dated: datetime | None = None
    from_answer: str = ""
    """The answer that it rests on, where it does."""


NO_NOTES: Mapping[str, FieldNote] = {}


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One thing of one kind. A field that is not in `fields` was not exported."""

    kind: str
    key: str
    fields: Mapping[str, Value]
    where: Location
    notes: Mapping[str, FieldNote] = field(default_factory=lambda: NO_NOTES)

    def get(self, name: str) -> Value:
        """Return a field's value; `NOT_EXPORTED` where the file does not have the field."""
        return self.fields.get(name, NOT_EXPORTED)

    def names(self) -> KeysView[str]:
        """Return the names of the fields that the file has."""
        return self.fields.keys()

    def note(self, name: str) -> FieldNote:
        """Return what is known about a field apart from its value."""
        return self.notes.get(name, FieldNote())

    def with_value(self, name: str, value: Value) -> Record:
        """Return the record with another value in one field."""
        return Record(kind=self.kind, key=self.key, fields={**self.fields, name: value}, where=self.where, notes=self.notes)


class Scope(Enum):
    """How much of a kind the snapshot holds."""

    WHOLE = "whole"
    ACTIVE = "active"
    """Whole as far as active records go: no inactive record is in it, so they may have been left out."""
    PERIOD = "period"
    """All transactions of the days that account.yaml names: enough to judge them, no proof that there are no others."""
    WAITING = "waiting"
    """Everything of the batches that wait for their export: a transaction that waits and is not here does not exist."""
    PART = "part"
    MISSING = "missing"


SHEET = "sheet"
"""The part of a kind that stands in a spreadsheet: it may be all of it, and nothing but account.yaml says so."""


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """The records of one kind as one export gave them (pages of one list are joined before)."""

    kind: str
    records: tuple[Record, ...]
    path: str
    reader: str
    whole: bool
    why_part: str = ""
    """Why it is not whole, in words; empty when it is."""
    cause: Reason | None = None
    """Why it is not whole, for decisions; None when it is."""
    damaged: bool = False
    """True where the file contradicts itself or breaks off: nobody's word that it is the whole list can mend that."""
    part: str = ""
    """Which part of the kind, where several lists make it up (the item types of qbXML); or `SHEET`."""
    dated: datetime | None = None
    in_list_order: bool = False
    """True where the format is proven to write the list in QuickBooks' own order (IIF: docs/sources.md, list order)."""
    is_feed: bool = False
    """True for an export feed, in which a record that was changed comes again."""
    page: Page | None = None


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a list that comes in pages."""

    series: str
    """What joins pages: the iterator's id (qbXML) or the list's shape (ServiceTitan)."""
    number: int | None
    """ServiceTitan's page number, from 1; None in a feed or iterator."""
    more: bool
    remaining: int | None = None
    """qbXML's iteratorRemainingCount."""
    total: int | None = None
    """ServiceTitan's totalCount."""
    held: int = 0
    """How many records of the list itself stand on the page; its arrays come in other numbers."""


_CAUSES = {
    Scope.MISSING: Reason.NOT_SUPPLIED,
    Scope.ACTIVE: Reason.ACTIVE_ONLY,
    **dict.fromkeys((Scope.PART, Scope.PERIOD, Scope.WAITING), Reason.PARTIAL),
}
"""Why a dataset of each scope is not whole, where it does not say so itself."""


class Dataset(msgspec.Struct, frozen=True, kw_only=True):
    """What counts of one kind in this snapshot, after pages were joined and sources compared.

    Whoever concludes or judges reads it through its methods alone, so that how the records are stored concerns nobody else.
    """

    kind: str
    records: tuple[Record, ...] = ()
    scope: Scope = Scope.MISSING
    why: str = ""
    """Why it is missing or a part, in words."""
    cause: Reason | None = None
    """Why it is not whole, for decisions; None where it is."""
    source: str = ""
    """The kind of record that is missing or a part, where this one is derived from it; for decisions."""
    dated: datetime | None = None
    remedy: str = ""
    """What to do about it, where that is something else than to supply the kind."""
    channel: Channel | None = None
    """How `remedy` fills it in, where that is something else than to supply the kind."""
    days: tuple[date, date] | None = None
    """Of a PERIOD: its first and last day."""

    def rows(self) -> tuple[Record, ...]:
        """Return the records in their order."""
        return self.records

    def first(self) -> Record | None:
        """Return the first record, of a kind that has only one; None where there is none."""
        return self.records[0] if self.records else None

    def column(self, name: str) -> list[Value]:
        """Return one field of every record, in the order of `rows`."""
        return [record.fields.get(name, NOT_EXPORTED) for record in self.records]

    def by(self, name: str) -> dict[Value, list[Record]]:
        """Return the records by the value of a field, unknown and empty values too. Made at each call: keep the result."""
        found: dict[Value, list[Record]] = {}
        for value, record in zip(self.column(name), self.records, strict=True):
            found.setdefault(value, []).append(record)
        return found

    def lookup(self, key: str, name: str) -> dict[Value, Value]:
        """Return one field by another, where that is text; of several records the last counts. Made at each call."""
        pairs = zip(self.column(key), self.column(name), strict=True)
        return {id_: value for id_, value in pairs if isinstance(id_, str)}

    def with_rows(self, records: Iterable[Record]) -> Dataset:
        """Return the dataset with other records."""
        return replace(self, records=tuple(records))

    def with_column(self, name: str, values: Iterable[Value]) -> Dataset:
        """Return the dataset with these values in one field, in the order of `rows`."""
        pairs = zip(self.records, values, strict=True)
        return self.with_rows(one if one.get(name) is to else one.with_value(name, to) for one, to in pairs)

    def lack(self, otherwise: str = "") -> Unknown:
        """Return why something is not known that may be in what is missing. `otherwise`: the words where it has none."""
        cause = self.cause or _CAUSES.get(self.scope, Reason.INCONCLUSIVE)
        return Unknown(cause, self.why or otherwise, self.remedy, self.source, self.channel)


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the snapshot and what became of it."""

    path: str
    sha256: str
    reader: str
    dated: datetime | None
    records: Mapping[str, int]
    complete: bool
    """Each of its lists that somebody reads is whole, together with its other pages and what `covers` says."""
    error: str | None = None
    error_line: int | None = None
    notes: tuple[str, ...] = ()
    is_answers: bool = False
    """It is named as a file of answers, whether it could be read or not."""

    @property
    def error_text(self) -> str | None:
        """Why the file could not be read, with the line where that is known; None where it was read."""
        return self.error if self.error is None or self.error_line is None else f"line {self.error_line}: {self.error}"


class Unrecognized(msgspec.Struct, frozen=True):
    """A file that no reader knows, with what would help."""

    path: str
    help: str


class Covers(msgspec.Struct, frozen=True, kw_only=True):
    """What a person said of how much of a kind the files hold."""

    what: str
    """ALL, BATCH, NONE or PART (kinds/account.py); DAYS with `days`."""
    days: tuple[date, date] | None = None
    files: frozenset[str] = frozenset()
    """Beginnings of the digests of the files of which it was said; empty where it holds for any file."""
    dated: datetime | None = None

    @property
    def words(self) -> str:
        """The days, as people read them."""
        return f"{self.days[0]} to {self.days[1]}" if self.days else self.what


class ColumnQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A column of a spreadsheet that no heading shows: which of these holds the field? `columns` of account.yaml answers it."""

    path: str
    kind: str
    field: str
    headings: tuple[str, ...]
    """The columns among which to choose; none of them may hold it."""
    label: str = ""
    """What such a column is usually called."""
    sheet: str = ""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """What account.yaml says about the account and the snapshot itself."""

    name: str | None = None
    phase: str | None = None
    time_zone: str | None = None
    taken_at: datetime | None = None


class Texts(msgspec.Struct, frozen=True):
    """The bytes of files, by path. They may hold private data, so they are never shown as they are, not even in a traceback."""

    by_path: Mapping[str, bytes] = {}

    def __repr__(self) -> str:
        return f"Texts(<{len(self.by_path)} files>)"


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """A snapshot, read."""

    account: Account
    datasets: Mapping[str, Dataset]
    listings: Mapping[str, tuple[Listing, ...]]
    """Every listing of a kind, those too that do not count: an order or a drift may be read off them."""
    sources: tuple[Source, ...]
    unrecognised: tuple[Unrecognized, ...]
    questions: tuple[ColumnQuestion, ...] = ()
    texts: Texts = Texts()
    """What excerpts may be cut from."""

    def dataset(self, kind: str) -> Dataset:
        """What counts of a kind; a missing dataset where no file holds it."""
        return self.datasets.get(kind) or self._missing(kind)

    def _missing(self, kind: str) -> Dataset:
        of_answers = kind == "account.answers"
        broken = [source.path for source in self.sources if source.error and source.is_answers is of_answers]
        if not broken:
            why = "there is no account.yaml" if of_answers else "none of your files holds it"
            return Dataset(kind=kind, why=why, cause=Reason.NOT_SUPPLIED)
        names = " and ".join(broken)
        return Dataset(
            kind=kind,
            why=f"{names} could not be read",
            cause=Reason.UNREADABLE,
            remedy=f"Mend {names}: what is wrong is told under «Could not be read»",
            channel=Channel.EXPORT,
        )
