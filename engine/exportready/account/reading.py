"""Reads account.yaml, the file in which people state facts. Each value keeps its own line and date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal

import msgspec
from msgspec.structs import replace

from exportready.account.shape import FILE, SETTINGS_SHAPE, is_unknown_answer
from exportready.kinds import KINDS
from exportready.kinds.account import ALL, BATCH, BY_PATH, DAYS, KIND, LISTS, MAPS, NONE, NONE_THERE, PART, SETTINGS, SOME
from exportready.kinds.headings import TABLES
from exportready.model.display import join_words
from exportready.model.evidence import (
    UNSET,
    Account,
    Confirmation,
    Covers,
    FieldNote,
    Listing,
    Location,
    Record,
    Unknown,
    Value,
)
from exportready.model.reasons import Reason
from exportready.model.receipts import Receipt
from exportready.model.rules import Type
from exportready.schema.mistakes import Mistakes, MistakesFound
from exportready.schema.shapes import did_you_mean
from exportready.schema.times import parse_day, parse_time
from exportready.schema.yamlfile import Node, entries, items, parse

READER = "account.yaml"


Columns = Mapping[str, Mapping[str, str]]
"""Kind -> field -> the heading of its column; `NO_COLUMN` if there is none."""

NO_COLUMN = "none"


class AccountFile(msgspec.Struct, frozen=True, kw_only=True):
    """What one account.yaml states."""

    account: Account
    answers: Listing
    """One record of `account.answers`."""
    host: Listing | None
    """The mode in which the company file is open, as a record like qbXML's; None if the file doesn't say."""
    covers: Mapping[str, Covers]
    """Kind -> how much of it the other files cover."""
    columns: Columns
    confirmations: tuple[Confirmation, ...] = ()
    receipts: Mapping[str, Receipt] = {}
    """File -> when it was exported, as a person said."""


def read(data: bytes, path: str) -> AccountFile:
    """Read account.yaml. `path` is its place in the snapshot, for locations.

    Raises MistakesFound with every mistake in it: no answer of a file with mistakes is used.
    """
    mistakes = Mistakes(path)
    root = parse(data, path, mistakes)
    FILE.check(root, mistakes)
    found = _AccountReader(FILE.valid_entries(root), path, mistakes).read()
    mistakes.raise_if_any("account.yaml")
    return found


def is_account(data: bytes, path: str) -> bool:
    """Return whether a YAML file has the keys of account.yaml, whatever its name."""
    try:
        root = parse(data, path)
    except MistakesFound:
        return False
    keys = set(root.value) if isinstance(root.value, dict) else set()
    return bool(keys & {"confirmed", "takenAt"}) or (bool(keys & {"account", "settings"}) and keys <= set(FILE.keys))


class _AccountReader:
    """Reads the entries of one account.yaml and notes every mistake."""

    def __init__(self, entries: Mapping[str, Node], path: str, mistakes: Mistakes) -> None:
        self.entries = entries
        self.path = path
        self.mistakes = mistakes
        self.zone = self._zone()
        self.taken_at = self._moment(entries.get("takenAt"))
        confirmed = entries.get("confirmed")
        inside = confirmed.value if confirmed and isinstance(confirmed.value, dict) else {}
        self.confirmed_at = self._moment(inside.get("at")) or self.taken_at

    def read(self) -> AccountFile:
        """Return what the file states; mistakes are noted, not raised."""
        answers = Listing(
            kind=KIND.name, records=(self._answers(),), path=self.path, reader=READER, whole=True, dated=self.taken_at
        )
        return AccountFile(
            account=Account(
                name=self._text("account"),
                phase=self._text("phase"),
                time_zone=self._text("timeZone"),
                taken_at=self.taken_at,
                owner=self._text("owner"),
                tags=self._tags(),
            ),
            answers=answers,
            host=self._host(),
            covers=self._covers(),
            columns=self._columns(),
            confirmations=tuple(self._confirmations()),
            receipts=dict(self._receipts()),
        )

    def _text(self, name: str) -> str | None:
        node = self.entries.get(name)
        return str(node.value) if node else None

    def _tags(self) -> tuple[str, ...]:
        node = self.entries.get("tags")
        nodes = items(node) or ([node] if node else [])
        return tuple(str(tag.value) for tag in nodes if not isinstance(tag.value, list))

    def _zone(self) -> tzinfo | None:
        node = self.entries.get("timeZone")
        if node is None:
            return None
        from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

        try:
            return ZoneInfo(str(node.value))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.mistakes.add(node, f"'{node.value}' isn't a time zone; write one such as America/Denver")
            return UTC

    def _moment(self, node: Node | None) -> datetime | None:
        if node is None or not isinstance(node.value, str):
            return None
        moment = parse_time(node.value)
        if moment.tzinfo is not None:
            return moment
        if self.zone is None and len(node.value.strip()) == len("2026-11-20"):
            return moment.replace(tzinfo=UTC)  # for a date, the hour hardly matters
        if self.zone is None:
            self.mistakes.add(node, "this time has no UTC offset; write one (2026-11-20T17:30:00-07:00) or set timeZone")
            return moment.replace(tzinfo=UTC)
        return moment.replace(tzinfo=self.zone)

    def _answers(self) -> Record:
        fields: dict[str, Value] = {}
        notes: dict[str, FieldNote] = {}
        settings = self.entries.get("settings")
        for path, node in _plain_answers(settings) if settings else ():
            answer, dated = self._dated(node)
            if answer.value is None:
                continue  # a question left open
            where = Location(self.path, answer.line, f"settings.{path}")
            fields[path], notes[path] = _typed_answer(path, answer), FieldNote(where, dated)
        for path, node in _list_answers(settings):
            fields[path] = True
            notes[path] = FieldNote(Location(self.path, node.line, f"settings.{path}"), self.confirmed_at)
        line = settings.line if settings else 1
        return Record(kind=KIND.name, key="", fields=fields, where=Location(self.path, line, "settings"), notes=notes)

    def _dated(self, node: Node) -> tuple[Node, datetime | None]:
        """Return an answer and its date: its own, or that of all answers."""
        if isinstance(node.value, dict):
            return node.value["value"], self._moment(node.value.get("at")) or self.confirmed_at
        return node, self.confirmed_at

    def _host(self) -> Listing | None:
        section = self.entries.get("quickbooks")
        node = section.value.get("fileMode") if section and isinstance(section.value, dict) else None
        if node is None:
            return None
        answer, dated = self._dated(node)
        if answer.value is None:
            return None
        mode = "" if is_unknown_answer(answer) else str(answer.value)
        return host_listing(mode, Location(self.path, answer.line, "quickbooks.fileMode"), READER, dated)

    def _covers(self) -> dict[str, Covers]:
        section = self.entries.get("covers")
        covers: dict[str, Covers] = {}
        for kind, node in section.value.items() if section and isinstance(section.value, dict) else ():
            if kind not in KINDS:
                line = (section.key_lines or {}).get(kind, node.line) if section else node.line
                self.mistakes.add(line, f"'{kind}' isn't a kind of record; write one such as servicetitan.invoice")
                continue
            covers[kind] = self._coverage(node)
            if not can_cover(covers[kind].what, kind):
                allowed = join_words([word for word in (ALL, BATCH, NONE_THERE) if can_cover(word, kind)], "or")
                self.mistakes.add(node, f"{kind} can't have '{covers[kind].what}'; write {allowed}, if that is true")
        return covers

    def _coverage(self, node: Node) -> Covers:
        parts = entries(node)
        if not parts:
            return Covers(what=str(node.value), dated=self.confirmed_at)
        dated = self._moment(parts.get("at")) or self.confirmed_at
        if "value" in parts:
            files = frozenset(str(file.value) for file in items(parts.get("files")))
            return Covers(what=str(parts["value"].value), files=files, dated=dated)
        if not {"from", "to"} <= set(parts):
            self.mistakes.add(node, "write both dates: {from: 2026-11-01, to: 2026-11-20}")
            return Covers(what=PART)
        first, last = (parse_day(str(parts[name].value)) for name in ("from", "to"))
        if first > last:
            self.mistakes.add(node, f"the last date ({last}) is before the first ({first})")
        return Covers(what=DAYS, days=(first, last), dated=dated)

    def _confirmations(self) -> Iterator[Confirmation]:
        for rule, listed in entries(self.entries.get("confirmations")).items():
            for node in items(listed):
                stated = entries(node)
                at = self._moment(stated.get("at"))
                if at is None or "value" not in stated or "by" not in stated:
                    continue  # FILE.check has noted the mistake
                yield Confirmation(
                    rule=rule,
                    value=stated["value"].value is True,
                    by=str(stated["by"].value),
                    at=at,
                    batch=str(stated["batch"].value) if "batch" in stated else "",
                    state=str(stated["state"].value) if "state" in stated else "",
                    reasons=frozenset(str(reason.value) for reason in items(stated.get("reasons"))),
                    where=Location(self.path, node.line, f"confirmations.{rule}"),
                )

    def _receipts(self) -> Iterator[tuple[str, Receipt]]:
        for path, node in entries(self.entries.get("files")).items():
            stated = entries(node)
            taken_at = self._moment(stated.get("takenAt"))
            if taken_at is not None and "sha256" in stated:
                yield path, Receipt(str(stated["sha256"].value), taken_at)

    def _columns(self) -> dict[str, dict[str, str]]:
        columns: dict[str, dict[str, str]] = {}
        known = {kind: [name for table in TABLES for of, name, _ in table.all_columns() if of == kind] for kind in KINDS}
        for kind, node in entries(self.entries.get("columns")).items():
            if not known.get(kind):
                near = did_you_mean(kind, [name for name in known if known[name]])
                self.mistakes.add(node, f"'{kind}' isn't a kind of record that spreadsheets can have{near}")
                continue
            for name, heading in entries(node).items():
                if name not in known[kind]:
                    near = did_you_mean(name, known[kind]) or f"; write one of {', '.join(sorted(set(known[kind])))}"
                    self.mistakes.add(heading, f"'{name}' isn't a field that spreadsheets can have{near}")
                columns.setdefault(kind, {})[name] = str(heading.value)
        return columns


def can_cover(what: str, kind: str) -> bool:
    """Return whether account.yaml may say this about a kind.

    `batch`, `none` and `some` are for pending transactions, but `batch` isn't for purchase orders, which may be pending outside a batch.
    Dates are for transactions with a date.
    """
    description = KINDS[kind]
    if what == DAYS:
        return description.at_fault == "transaction" and any(field.type is Type.DATE for field in description.fields.values())
    in_batches = "waits" in description.fields
    return what in (ALL, PART) or (
        in_batches and (what in (NONE_THERE, SOME) or (what == BATCH and "batchId" not in description.fields))
    )


def host_listing(mode: str, where: Location, reader: str, dated: datetime | None) -> Listing:
    """Return the mode in which the company file is open, as qbXML would; `mode` is empty if the person doesn't know."""
    unknown = Unknown(cause=Reason.DONT_KNOW, reason="the answer is “don't know”")
    stated: Value = {"singleUser": "SingleUser", "multiUser": "MultiUser"}.get(mode, unknown)
    record = Record(kind="quickbooks.Host", key="Host", fields={"QBFileMode": stated}, where=where)
    return Listing(kind="quickbooks.Host", records=(record,), path=where.path, reader=reader, whole=True, dated=dated)


def _plain_answers(node: Node, path: str = "") -> list[tuple[str, Node]]:
    """Return the answers below a node with their paths, leaving out those that are lists."""
    if path in LISTS or (node.value is None and path not in _ANSWER_PATHS):
        return []
    if not isinstance(node.value, dict) or path in _ANSWER_PATHS or any(path.startswith(f"{name}.") for name in MAPS):
        return [(path, node)]
    return [leaf for name, child in node.value.items() for leaf in _plain_answers(child, f"{path}.{name}" if path else name)]


def _list_answers(settings: Node | None) -> list[tuple[str, Node]]:
    """Return each entry of the answers that are lists, as an answer of its own."""
    return [(f"{name}.{item.value}", item) for name in LISTS for item in items(entries(settings).get(name))]


_ANSWER_PATHS = {setting.path for setting in SETTINGS}
_TYPES = {setting.path: setting.type for setting in SETTINGS}


def _typed_answer(path: str, answer: Node) -> Value:
    """Return an answer as the type of its setting; the answer "none" is unset."""
    if is_unknown_answer(answer):
        return Unknown(cause=Reason.DONT_KNOW, reason="the answer is “don't know”")
    value = answer.value
    if value == NONE and (path not in BY_PATH or BY_PATH[path].none):
        return UNSET
    if _TYPES.get(path) is Type.DATE:
        return parse_day(str(value))
    return value if isinstance(value, (str, bool, Decimal, date)) else str(value)


def read_example_answers(node: Node, path: str, dated: datetime, mistakes: Mistakes) -> Record | None:
    """Return the answers of a rule's example, written as below `settings`; None if they have mistakes."""
    if not SETTINGS_SHAPE.check(node, mistakes):
        return None
    record = _AccountReader({"settings": node}, path, mistakes)._answers()
    notes = {name: replace(note, dated=note.dated or dated) for name, note in record.notes.items()}
    return replace(record, notes=notes)
