"""One record being judged, with everything that conditions can refer to: related entries, answers, parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum

import msgspec
from msgspec.structs import replace

from exportready.judge.world import Index, View, comparable
from exportready.kinds import KINDS
from exportready.model.evidence import ANSWERS_KIND, NOT_EXPORTED, UNSET, Record, Scope, Unknown, Value
from exportready.model.reasons import Reason
from exportready.model.rules import ACCOUNT, ANSWERS, PARAMETER, SUBJECT, Ref, Related, entries, refs

Truth = bool | None
"""A value of three-valued (Kleene's) logic; None is unknown."""

ANSWER_KINDS = (ANSWERS_KIND, ACCOUNT)
"""Kinds whose fields are answers or facts from answers, which are used only while they are fresh enough for the rule."""


class State(Enum):
    """Whether a related entry was found."""

    PRESENT = "present"
    ABSENT = "absent"
    UNKNOWN = "unknown"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """The result of looking for a related entry."""

    state: State
    record: Record | None = None
    lack: Unknown = Unknown(cause=Reason.UNRESOLVED, reason="there is no matching record")
    """Why there is no record, or why it is not known whether there is one."""


ABSENT = Entry(state=State.ABSENT)
NOT_NAMED = Entry(state=State.ABSENT, lack=Unknown(cause=Reason.EMPTY, reason=ABSENT.lack.reason))
"""The entry is absent because the field it is matched by is empty."""
UNKNOWN_ENTRY = Entry(state=State.UNKNOWN, lack=Unknown(cause=Reason.INCONCLUSIVE, reason="not known here"))


Decider = Callable[["Judged"], Truth]
"""A compiled condition."""


class Lookup:
    """How to find a related entry. One lookup serves every record of a check."""

    __slots__ = ("_alike", "_index", "_may_be", "_view", "dataset", "related", "where")

    def __init__(self, related: Related, view: View, where: Decider | None) -> None:
        self.related = related
        self.where = where
        self.dataset = view.dataset(related.kind, related.before)
        self._view = view
        self._index: Index | None = None
        owners = {ref.owner for ref in refs(related.where)}
        self._alike = owners <= {related.name, ANSWERS, PARAMETER, ACCOUNT} and not any(entries(related.where))
        """Whether `where` doesn't refer to the record being judged, so that its result is the same for all of them."""
        self._may_be: list[Record | None] = []
        """That result, once it is known."""

    def index(self) -> Index | None:
        """Return the records by their match fields; None if there are no match fields or the list is missing."""
        if self._index is None and self.related.match and self.dataset.scope is not Scope.MISSING:
            match = tuple((name, type_) for name, type_, _ in self.related.match)
            self._index = self._view.world.index(self.related.kind, self.related.before, match)
        return self._index

    def may_be(self, judged: Judged, unknown: Sequence[Record]) -> Record | None:
        """Return the first of the records with an unknown match field that `where` doesn't rule out; None if there is none."""
        if self._may_be:
            return self._may_be[0]
        candidate = next((record for record in unknown if any(judged.filtered(self, [record]))), None)
        if self._alike:
            self._may_be.append(candidate)
        return candidate


class Judged:
    """The record being judged, with its related entries."""

    __slots__ = ("_entries", "lookups", "record", "view")

    def __init__(self, view: View, lookups: Mapping[str, Lookup], record: Record) -> None:
        self.view = view
        self.lookups = lookups
        self.record = record
        self._entries: dict[str, Entry] = {}

    def value(self, ref: Ref) -> Value:
        """Return the value of a reference; `Unknown` if it has no usable value."""
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
        """Return a field of a record. A value from an answer is used only while the answer is fresh enough for this rule."""
        if not record.notes and record.kind not in ANSWER_KINDS:
            return record.get(name)
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
        """Return a related entry, looked up the first time it is needed."""
        entry = self._entries.get(name)
        if entry is None:
            entry = self._entries[name] = self._find(self.lookups[name])
        return entry

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
        by_key, unmatched = index if index is not None else (None, ())
        sure, maybe = self.filtered(lookup, lookup.dataset.rows() if by_key is None else by_key.get(tuple(key), ()))
        if lookup.related.many and sure:
            return Entry(state=State.PRESENT)
        possible = lookup.may_be(self, unmatched) if unmatched else None
        return self._conclude(lookup, sure, maybe if possible is None else [*maybe, possible])

    def filtered(self, lookup: Lookup, candidates: Sequence[Record]) -> tuple[Sequence[Record], Sequence[Record]]:
        """Return the candidates that meet the entry's `where`, and those for which it can't be decided."""
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
        """Decide the entry's `where` for one candidate, as if the candidate were the entry."""
        assert lookup.where is not None  # noqa: S101 - both callers have checked
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
            reason = f"more than one record matches ({keys}), and we can't tell which one is meant"
            return Entry(state=State.UNKNOWN, lack=Unknown(cause=Reason.AMBIGUOUS, reason=reason))
        if maybe:
            return Entry(state=State.UNKNOWN, lack=_may_be(lookup.related, maybe))
        if dataset.scope is Scope.WHOLE or self._leaves_out(lookup, dataset.scope):
            return ABSENT
        lack = dataset.lack("this list is not in any of your files")
        if dataset.scope is Scope.ACTIVE:
            lack = replace(lack, reason=f"it isn't among the active ones, and {dataset.why}", remedy="")
        return Entry(state=State.UNKNOWN, lack=lack)

    def _leaves_out(self, lookup: Lookup, scope: Scope) -> bool:
        """Return whether `where` excludes exactly the records that may be missing from a list of this scope."""
        kind = lookup.related.kind
        description = KINDS[kind]
        pending = "parent.waits" if description.array_of else "waits"
        field_by_scope = {Scope.ACTIVE: description.active, Scope.WAITING: pending if pending in description.fields else None}
        field = field_by_scope.get(scope)
        if lookup.where is None or field is None:
            return False
        return self._allows(lookup, Record(kind=kind, key="", fields={field: False}, where=self.record.where)) is False


def _may_be(related: Related, maybe: Sequence[Record]) -> Unknown:
    """Return why it is not known whether one of these records is the entry."""
    first = min(maybe, key=lambda record: record.key)
    others = f" or one of {len(maybe) - 1:,} more" if len(maybe) > 1 else ""
    reason = f"{first.key}{others} may be the one, but the file doesn't have the field that would show it"
    deciding = {name for name, _, _ in related.match} | {ref.field for ref in refs(related.where) if ref.owner == related.name}
    unknown = (value for name in sorted(deciding) if isinstance(value := first.get(name), Unknown))
    return Unknown(cause=next((value.cause for value in unknown), Reason.INCONCLUSIVE), reason=reason)


class Inactive(Judged):
    """An imaginary inactive record with no other known value, to find out whether a check would judge it."""

    def value(self, ref: Ref) -> Value:
        """Return the one known field; any other value is `NOT_EXPORTED`."""
        return self.record.get(ref.field) if ref.owner == SUBJECT else NOT_EXPORTED

    def entry(self, name: str) -> Entry:
        """Return an unknown entry: nothing is known about related records."""
        return UNKNOWN_ENTRY
