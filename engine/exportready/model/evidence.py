"""What was read from files: values, records with their locations, and datasets with their scope."""

from __future__ import annotations

from collections.abc import Iterable, KeysView, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum

import msgspec
from msgspec import field
from msgspec.structs import replace

from exportready.model.display import join_words
from exportready.model.fields import Fields
from exportready.model.reasons import Channel, Reason

CLOCK_SKEW = timedelta(minutes=15)
"""How far the clocks of two computers may differ. A date further in the future is taken to be wrong."""

ANSWERS_KIND = "account.answers"
"""The kind that has the answers of account.yaml: one record, whose fields are the answers' paths."""


class Unset(Enum):
    """The value of a field that its file says is empty (JSON null, a blank cell, an absent optional element)."""

    UNSET = "unset"


UNSET = Unset.UNSET


class Unknown(msgspec.Struct, frozen=True, kw_only=True):
    """A field whose value is not known."""

    cause: Reason
    """Why, for decisions."""
    reason: str
    """Why, in words for the person who can supply the value."""
    remedy: str = ""
    """What to do about it; empty if the usual way to supply the kind or the answer helps."""
    source: str = ""
    """The kind of record that doesn't have it, for decisions; empty if that is the record's own kind."""
    channel: Channel | None = None
    """How `remedy` fills it in; None if the channel is the kind's usual one."""
    implausible: str = ""
    """A date as the file has it, if its year is one that no transaction can have (9999); empty for any other value."""


Known = str | bool | Decimal | datetime | date
"""A value that a condition can decide on. Numbers and money are exact `Decimal`; a `datetime` has a time zone."""

Value = Known | Unset | Unknown

NOT_EXPORTED = Unknown(cause=Reason.NOT_EXPORTED, reason="not exported")
"""The value of a field that is not in the file at all, so that nothing is known about it."""


class Location(msgspec.Struct, frozen=True):
    """A place in the snapshot: a file, a line in it, and a path inside the file."""

    path: str
    line: int | None = None
    """1-based; None if the format or the parser can't say exactly."""
    pointer: str = ""


class FieldNote(msgspec.Struct, frozen=True):
    """Facts about one field in addition to its value, if they differ from those of its record."""

    where: Location | None = None
    dated: datetime | None = None
    from_answer: str = ""
    """The path of the answer that the value was derived from; empty if it was not."""


NO_NOTES: Mapping[str, FieldNote] = {}


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One record of one kind. A field that is missing from `fields` was not exported."""

    kind: str
    key: str
    fields: Mapping[str, Value]
    where: Location
    notes: Mapping[str, FieldNote] = field(default_factory=lambda: NO_NOTES)

    def get(self, name: str) -> Value:
        """Return a field's value; `NOT_EXPORTED` if the file doesn't have the field."""
        fields = self.fields
        if isinstance(fields, Fields):
            at = fields.places.get(name)
            return NOT_EXPORTED if at is None else fields.values_[at]
        return fields.get(name, NOT_EXPORTED)

    def names(self) -> KeysView[str]:
        """Return the names of the fields that the file has."""
        return self.fields.keys()

    def note(self, name: str) -> FieldNote:
        """Return the facts about a field in addition to its value."""
        return self.notes.get(name, FieldNote())

    def with_value(self, name: str, value: Value) -> Record:
        """Return the record with another value in one field."""
        own = self.fields
        fields = own.with_value(name, value) if isinstance(own, Fields) else {**own, name: value}
        return Record(kind=self.kind, key=self.key, fields=fields, where=self.where, notes=self.notes)


class Scope(Enum):
    """How much of a kind a snapshot has."""

    WHOLE = "whole"
    ACTIVE = "active"
    """All active records. No inactive record is there, so those may have been left out."""
    PERIOD = "period"
    """All transactions of the days that account.yaml names, or that several lists were made for: enough to judge those, but there
    may be others."""
    WAITING = "waiting"
    """All pending transactions: if a pending transaction isn't here, it doesn't exist."""
    PART = "part"
    MISSING = "missing"


SHEET = "sheet"
"""The `Listing.part` of a spreadsheet: it may have all records of its kind, but only account.yaml can say so."""


Days = tuple[tuple[date, date], ...]
"""Periods, each with its first and last day."""


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """The records of one kind from one export (pages of one list have been joined)."""

    kind: str
    records: tuple[Record, ...]
    path: str
    reader: str
    whole: bool
    why_part: str = ""
    """Why it is incomplete, in words; empty if it is."""
    cause: Reason | None = None
    """Why it is incomplete, for decisions; None if it is."""
    damaged: bool = False
    """Whether the file contradicts itself or breaks off. Then it isn't the complete list, even if a person says so."""
    part: str = ""
    """Which part of the kind it is, if several lists make up the kind (the item types of qbXML); or `SHEET`."""
    dated: datetime | None = None
    in_list_order: bool = False
    """Whether the format is proven to keep QuickBooks' own list order (IIF: docs/sources.md, list order)."""
    is_feed: bool = False
    """Whether it is an export feed, in which a changed record is listed again."""
    page: Page | None = None
    days: Days = ()
    """If it was put together from lists of several days: the days that they cover."""


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a list that comes in pages."""

    series: str
    """What pages of one list have in common: the iterator's id (qbXML) or the list's shape (ServiceTitan)."""
    number: int | None
    """ServiceTitan's page number, from 1; None in a feed or iterator."""
    more: bool
    remaining: int | None = None
    """qbXML's iteratorRemainingCount."""
    total: int | None = None
    """ServiceTitan's totalCount."""
    held: int = 0
    """Number of records of the list itself on the page, without the records in their arrays."""


_CAUSES = {
    Scope.MISSING: Reason.NOT_SUPPLIED,
    Scope.ACTIVE: Reason.ACTIVE_ONLY,
    **dict.fromkeys((Scope.PART, Scope.PERIOD, Scope.WAITING), Reason.PARTIAL),
}
"""Why a dataset with a scope is incomplete, if the dataset doesn't say so itself."""


class Dataset(msgspec.Struct, frozen=True, kw_only=True):
    """All valid records of one kind in a snapshot, after pages were joined and sources compared.

    Derivations and rules read it only through its methods, so that they don't depend on how the records are stored.
    """

    kind: str
    records: tuple[Record, ...] = ()
    scope: Scope = Scope.MISSING
    why: str = ""
    """Why it is missing or a part, in words."""
    cause: Reason | None = None
    """Why it is incomplete, for decisions; None if it is."""
    source: str = ""
    """Of a derived kind: the kind it is derived from that is missing or a part; for decisions."""
    dated: datetime | None = None
    remedy: str = ""
    """What to do about it; empty if the usual way to supply the kind helps."""
    channel: Channel | None = None
    """How `remedy` fills it in; None if the channel is the kind's usual one."""
    days: Days = ()
    """Of the scope PERIOD."""

    def rows(self) -> tuple[Record, ...]:
        """Return the records in their order."""
        return self.records

    def first(self) -> Record | None:
        """Return the only record of a kind that has one; None if there is none."""
        return self.records[0] if self.records else None

    def column(self, name: str) -> list[Value]:
        """Return one field of every record, in the order of `rows`."""
        found: list[Value] = []
        places, at = None, None
        for record in self.records:
            fields = record.fields
            if not isinstance(fields, Fields):
                found.append(fields.get(name, NOT_EXPORTED))
                continue
            if fields.places is not places:
                places, at = fields.places, fields.places.get(name)
            found.append(NOT_EXPORTED if at is None else fields.values_[at])
        return found

    def by(self, name: str) -> dict[Value, list[Record]]:
        """Return the records by the value of a field, also by unknown and empty ones. Computed at each call: keep the result."""
        groups: dict[Value, list[Record]] = {}
        for value, record in zip(self.column(name), self.records, strict=True):
            groups.setdefault(value, []).append(record)
        return groups

    def lookup(self, key: str, name: str) -> dict[Value, Value]:
        """Return a field's values by another field's text; of records with the same text the last counts. Computed at each call."""
        pairs = zip(self.column(key), self.column(name), strict=True)
        return {id_: value for id_, value in pairs if isinstance(id_, str)}

    def with_rows(self, records: Iterable[Record]) -> Dataset:
        """Return the dataset with other records."""
        return replace(self, records=tuple(records))

    def with_column(self, name: str, values: Iterable[Value]) -> Dataset:
        """Return the dataset with these values in one field, in the order of `rows`."""
        pairs = zip(self.records, values, strict=True)
        return self.with_rows(record if record.get(name) is new else record.with_value(name, new) for record, new in pairs)

    def lack(self, otherwise: str = "") -> Unknown:
        """Return why a record or value is unknown that may be in the missing part.

        `otherwise` are the words if the dataset has none itself.
        """
        cause = self.cause or _CAUSES.get(self.scope, Reason.INCONCLUSIVE)
        return Unknown(cause=cause, reason=self.why or otherwise, remedy=self.remedy, source=self.source, channel=self.channel)


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the snapshot, and what was read from it."""

    path: str
    sha256: str
    reader: str
    dated: datetime | None
    records: Mapping[str, int]
    complete: bool
    """Whether all of its lists that are read are complete, including their other pages and what `covers` states."""
    error: str | None = None
    error_line: int | None = None
    notes: tuple[str, ...] = ()
    doubles: tuple[str, ...] = ()
    """Those of the notes that name another file with the same records, and say which file counts."""
    is_answers: bool = False
    """Whether its name is that of a file of answers, even if it couldn't be read."""

    @property
    def error_text(self) -> str | None:
        """Return why the file could not be read, with the line if it is known; None if it was read."""
        return self.error if self.error is None or self.error_line is None else f"line {self.error_line}: {self.error}"


class Unrecognized(msgspec.Struct, frozen=True):
    """A file that no reader recognizes, with advice."""

    path: str
    help: str


class Covers(msgspec.Struct, frozen=True, kw_only=True):
    """A person's statement about how much of a kind the files have (`covers` in account.yaml)."""

    what: str
    """ALL, BATCH, NONE_THERE, SOME or PART (kinds/account.py); DAYS with `days`."""
    days: tuple[date, date] | None = None
    files: frozenset[str] = frozenset()
    """The first digits of the digests of the files it is about; empty if it is about any file."""
    dated: datetime | None = None


class ColumnQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A question about a spreadsheet: which of these columns is the field? `columns` in account.yaml has the answer."""

    path: str
    kind: str
    field: str
    headings: tuple[str, ...]
    """The columns to choose from; the answer may be that it is none of them."""
    label: str = ""
    """What such a column is usually called."""
    sheet: str = ""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """What account.yaml states about the account and the snapshot itself."""

    name: str | None = None
    phase: str | None = None
    time_zone: str | None = None
    taken_at: datetime | None = None
    owner: str | None = None
    """Who looks after the account; only audits use this and the tags."""
    tags: tuple[str, ...] = ()


class Texts(msgspec.Struct, frozen=True):
    """The bytes of files, by path. They may include private data, so they are never shown as they are, not even in a traceback."""

    by_path: Mapping[str, bytes] = {}

    def __repr__(self) -> str:
        return f"Texts(<{len(self.by_path)} files>)"


class Confirmation(msgspec.Struct, frozen=True, kw_only=True):
    """A person's statement that all is well with one check, or isn't, where the files can't decide it, as account.yaml has it."""

    rule: str
    value: bool
    """Whether all is well."""
    by: str
    at: datetime
    batch: str = ""
    """The numbers of the pending batches that the person looked at, for people; empty if they weren't known."""
    state: str = ""
    """A hash of the transactions of these batches; empty if the batches weren't known."""
    reasons: frozenset[str] = frozenset()
    """The gaps that the rule had at that time. Another gap isn't confirmed by this."""
    where: Location = Location("")


class Confirmed(msgspec.Struct, frozen=True, kw_only=True):
    """Who decided a rule that the files couldn't decide, and until when that counts."""

    by: str
    at: datetime
    until: datetime | None
    """None: until the batch changes."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was read from a snapshot."""

    account: Account
    datasets: Mapping[str, Dataset]
    listings: Mapping[str, tuple[Listing, ...]]
    """Every listing of a kind, even those whose records aren't used: they may show the list order or a changed setting."""
    sources: tuple[Source, ...]
    unrecognized: tuple[Unrecognized, ...]
    questions: tuple[ColumnQuestion, ...] = ()
    some: frozenset[str] = frozenset()
    """The kinds of which someone said that the pending batches have some."""
    confirmations: tuple[Confirmation, ...] = ()
    """What people confirmed, from account.yaml."""
    texts: Texts = Texts()
    """The files that excerpts are cut from."""

    def dataset(self, kind: str) -> Dataset:
        """Return the dataset of a kind; one with the scope MISSING if no file has the kind."""
        return self.datasets.get(kind) or self._missing(kind)

    def _missing(self, kind: str) -> Dataset:
        of_answers = kind == ANSWERS_KIND
        broken = [source.path for source in self.sources if source.error and source.is_answers is of_answers]
        if not broken:
            why = "there are no answers yet" if of_answers else "not in any of your files"
            return Dataset(kind=kind, why=why, cause=Reason.NOT_SUPPLIED)
        names = join_words(broken)
        return Dataset(
            kind=kind,
            why=f"{names} couldn't be read",
            cause=Reason.UNREADABLE,
            remedy=f"Fix {names}. The report says what is wrong with {'it' if len(broken) == 1 else 'them'}",
            channel=Channel.EXPORT,
        )
