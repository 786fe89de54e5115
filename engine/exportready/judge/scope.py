"""One record being judged: its fields, its related entries (found when first asked for), answers and parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum

import msgspec
from msgspec.structs import replace

from exportready.judge.world import ANSWERS_KIND, Index, View, comparable
from exportready.kinds import KINDS
from exportready.model.evidence import NOT_EXPORTED, UNSET, Record, Scope, Unknown, Value
from exportready.model.reasons import Reason
from exportready.model.rules import ACCOUNT, ANSWERS, PARAMETER, SUBJECT, Ref, Related, entries, refs

Truth = bool | None
"""Kleene's three values; None is unknown."""

STATED = (ANSWERS_KIND, ACCOUNT)
"""Kinds whose fields are answers, which count only while they are fresh enough for a rule."""


class State(Enum):
    """What became of looking for a related entry."""

    PRESENT = "present"
    ABSENT = "absent"
    UNKNOWN = "unknown"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A related entry."""

    state: State
    record: Record | None = None
    lack: Unknown = Unknown(Reason.UNRESOLVED, "there is none to look at")
    """Why there is none, or why it is not known."""


ABSENT = Entry(state=State.ABSENT)
NOT_NAMED = Entry(state=State.ABSENT, lack=Unknown(Reason.EMPTY, ABSENT.lack.reason))
"""Nothing is named where the entry would be."""
UNTOLD = Entry(state=State.UNKNOWN, lack=Unknown(Reason.INCONCLUSIVE, "it is not known here"))


Decider = Callable[["Judged"], Truth]
"""A condition, as a function of what is judged."""


class Lookup:
    """How a related entry is found: the same for every record of a check."""

    __slots__ = ("_alike", "_index", "_may_be", "_view", "dataset", "related", "where")

    def __init__(self, related: Related, view: View, where: Decider | None) -> None:
        self.related = related
        self.where = where
        self.dataset = view.dataset(related.kind, related.before)
        self._view = view
        self._index: Index | None = None
        owners = {ref.owner for ref in refs(related.where)}
        self._alike = owners <= {related.name, ANSWERS, PARAMETER, ACCOUNT} and not any(entries(related.where))
        """Whether `where` asks nothing of the record being judged, so that one answer holds for all of them."""
        self._may_be: list[Record | None] = []
        """That answer, once it is known."""

    def index(self) -> Index | None:
        """Return the records by what is to be matched; None where nothing is, or where there are no records."""
        if self._index is None and self.related.match and self.dataset.scope is not Scope.MISSING:
            match = tuple((name, type_) for name, type_, _ in self.related.match)
            self._index = self._view.world.index(self.related.kind, self.related.before, match)
        return self._index

    def may_be(self, judged: Judged, unknown: Sequence[Record]) -> Record | None:
        """Return a record that may be the entry, of those of which a field to be matched is unknown."""
        if self._may_be:
            return self._may_be[0]
        found = next((one for one in unknown if any(judged.filtered(self, [one]))), None)
        if self._alike:
            self._may_be.append(found)
        return found


class Judged:
    """The record being judged, with its related entries."""

    __slots__ = ("_entries", "lookups", "record", "view")

    def __init__(self, view: View, lookups: Mapping[str, Lookup], record: Record) -> None:
        self.view = view
        self.lookups = lookups
        self.record = record
        self._entries: dict[str, Entry] = {}

    def value(self, ref: Ref) -> Value:
        """The value of a reference; `Unknown` says why there is none."""
        owner = ref.owner
        if owner == SUBJECT:
            return self._field(self.record, ref.field)
        if owner == ANSWERS:
            return self.view.answer(ref.field)[0]
        if owner == PARAMETER:
            return self.view.parameter(ref.field)
        if owner == ACCOUNT:
            return self.view.account(ref.field)[0]
        entry = self.entry(owner)
        if entry.state is State.PRESENT and entry.record is not None:
            return self._field(entry.record, ref.field)
        return UNSET if entry.state is State.ABSENT else entry.lack

    def _field(self, record: Record, name: str) -> Value:
        """A field of a record. What rests on an answer counts only while that is fresh enough for this rule."""
        if not record.notes and record.kind not in STATED:
            return record.fields.get(name, NOT_EXPORTED)
        if record.kind == ANSWERS_KIND:
            return self.view.answer(name)[0]
        if record.kind == ACCOUNT:
            return self.view.account(name)[0]
        value, note = record.get(name), record.notes.get(name)
        if note is None or not note.from_answer or isinstance(value, Unknown):
            return value
        answer, _ = self.view.answer(note.from_answer)
        return answer if isinstance(answer, Unknown) else value

    def entry(self, name: str) -> Entry:
        """Return a related entry, looked up when first asked for."""
        found = self._entries.get(name)
        if found is None:
            found = self._entries[name] = self._find(self.lookups[name])
        return found

    def _find(self, lookup: Lookup) -> Entry:
        key: list[object] = []
        unknown: Unknown | None = None
        for _, type_, operand in lookup.related.match:
            value = self.value(operand) if isinstance(operand, Ref) else operand
            if value is UNSET:
                return NOT_NAMED
            if isinstance(value, Unknown):
                unknown = unknown or value
            else:
                key.append(comparable(value, type_))
        if unknown is not None:
            return Entry(state=State.UNKNOWN, lack=unknown)
        index = lookup.index()
        by_key, doubtful = index if index is not None else (None, ())
        sure, maybe = self.filtered(lookup, lookup.dataset.rows() if by_key is None else by_key.get(tuple(key), ()))
        if lookup.related.many and sure:
            return Entry(state=State.PRESENT)
        possible = lookup.may_be(self, doubtful) if doubtful else None
        return self._conclude(lookup, sure, maybe if possible is None else [*maybe, possible])

    def filtered(self, lookup: Lookup, candidates: Sequence[Record]) -> tuple[Sequence[Record], Sequence[Record]]:
        """Return the candidates that the entry's `where` allows, and those of which it can't be decided."""
        if lookup.where is None:
            return candidates, []
        sure, maybe = [], []
        for candidate in candidates:
            truth = self._allows(lookup, candidate)
            if truth is True:
                sure.append(candidate)
            elif truth is None:
                maybe.append(candidate)
        return sure, maybe

    def _allows(self, lookup: Lookup, candidate: Record) -> Truth:
        """Decide the entry's `where` for one candidate, as if that were the entry."""
        assert lookup.where is not None  # noqa: S101 - the callers have asked
        name = lookup.related.name
        self._entries[name] = Entry(state=State.PRESENT, record=candidate)
        truth = lookup.where(self)
        self._entries.pop(name, None)
        return truth

    def _conclude(self, lookup: Lookup, sure: Sequence[Record], maybe: Sequence[Record]) -> Entry:
        dataset = lookup.dataset
        if len(sure) == 1 and not maybe:
            return Entry(state=State.PRESENT, record=sure[0])
        if sure:
            keys = ", ".join(sorted({record.key for record in (*sure, *maybe)})[:3])
            told = f"several records answer to it ({keys}), and nothing tells them apart"
            return Entry(state=State.UNKNOWN, lack=Unknown(Reason.AMBIGUOUS, told))
        if maybe:
            return Entry(state=State.UNKNOWN, lack=_may_be(lookup.related, maybe))
        if dataset.scope is Scope.WHOLE or self._leaves_out(lookup, dataset.scope):
            return ABSENT
        lack = dataset.lack("its list is not among your files")
        if dataset.scope is Scope.ACTIVE:
            lack = replace(lack, reason=f"it is not among the active ones, and {dataset.why}", remedy="")
        return Entry(state=State.UNKNOWN, lack=lack)

    def _leaves_out(self, lookup: Lookup, scope: Scope) -> bool:
        """The entry's `where` leaves out just the records that a list of this scope may lack."""
        kind = lookup.related.kind
        description = KINDS[kind]
        waits = "parent.waits" if description.array_of else "waits"
        lacking = {Scope.ACTIVE: description.active, Scope.WAITING: waits if waits in description.fields else None}.get(scope)
        if lookup.where is None or lacking is None:
            return False
        return self._allows(lookup, Record(kind=kind, key="", fields={lacking: False}, where=self.record.where)) is False


def _may_be(related: Related, maybe: Sequence[Record]) -> Unknown:
    """Return why it is not known whether one of these records is the entry."""
    first = min(maybe, key=lambda record: record.key)
    others = f" or one of {len(maybe) - 1:,} more" if len(maybe) > 1 else ""
    told = f"{first.key}{others} may be it, but a field that would decide is not in the file"
    own = {name for name, _, _ in related.match} | {one.field for one in refs(related.where) if one.owner == related.name}
    lacking = (value for name in sorted(own) if isinstance(value := first.get(name), Unknown))
    return Unknown(next((value.cause for value in lacking), Reason.INCONCLUSIVE), told)


class Inactive(Judged):
    """An inactive record of which nothing else is known: would a check look at it?"""

    def value(self, ref: Ref) -> Value:
        """Only the field that says inactive is known."""
        return self.record.get(ref.field) if ref.owner == SUBJECT else NOT_EXPORTED

    def entry(self, name: str) -> Entry:
        """Nothing is known of related entries."""
        return UNTOLD
