"""One record being judged: its fields, its related entries (found when first asked for), answers and parameters."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

import msgspec

from exportready.judge.world import ANSWERS_KIND, View, comparable
from exportready.kinds import KINDS
from exportready.model.evidence import NOT_EXPORTED, UNSET, Record, Scope, Unknown, Value
from exportready.model.reasons import Reason
from exportready.model.rules import ACCOUNT, ANSWERS, PARAMETER, SUBJECT, Check, Condition, Ref, Related, entries, refs

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
    why: str = ""
    remedy: str = ""
    """What to do about it, where that is something else than to supply the list."""


ABSENT = Entry(state=State.ABSENT)
UNTOLD = Entry(state=State.UNKNOWN, why="it is not known here")


Decider = Callable[["Judged"], Truth]
"""A condition, as a function of what is judged."""


class Judged:
    """The record being judged, seen through a check."""

    __slots__ = ("_decide", "_entries", "check", "record", "view")

    def __init__(self, view: View, check: Check, record: Record, decide: Callable[[Condition, Judged], Truth]) -> None:
        self.view = view
        self.check = check
        self.record = record
        self._decide = decide
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
        return UNSET if entry.state is State.ABSENT else Unknown(Reason.INCONCLUSIVE, entry.why, entry.remedy)

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
        """A related entry, looked for when first asked for."""
        found = self._entries.get(name)
        if found is None:
            related = next(one for one in self.check.related if one.name == name)
            found = self._entries[name] = self._find(related)
        return found

    def _find(self, related: Related) -> Entry:
        way = self.view.way(related)
        key: list[object] = []
        unknown: Unknown | None = None
        for _, type_, operand in related.match:
            value = self.value(operand) if isinstance(operand, Ref) else operand
            if value is UNSET:
                return ABSENT
            if isinstance(value, Unknown):
                unknown = unknown or value
            else:
                key.append(comparable(value, type_))
        if unknown is not None:
            return Entry(state=State.UNKNOWN, why=unknown.reason, remedy=unknown.remedy)
        candidates, untold = (
            way.by_key.get(tuple(key), []) if way.by_key is not None else list(way.dataset.records),
            way.untold,
        )
        sure, maybe = self._filter(related, candidates)
        if related.many and sure:
            return Entry(state=State.PRESENT)
        possible = self._possible(related, untold) if untold else None
        return self._conclude(related, sure, maybe if possible is None else [*maybe, possible])

    def _possible(self, related: Related, untold: list[Record]) -> Record | None:
        """One of the records that cannot be told apart by their match fields, if its `where` allows any of them.

        Where `where` asks nothing of the subject, the answer is the same for all subjects.
        """
        alike = {related.name, ANSWERS, PARAMETER, ACCOUNT}
        if related.where is None:
            return untold[0]
        if not {ref.owner for ref in refs(related.where)} <= alike or any(entries(related.where)):
            return next((one for one in untold if any(self._filter(related, [one]))), None)
        if related not in self.view.possible:
            self.view.possible[related] = next((one for one in untold if any(self._filter(related, [one]))), None)
        return self.view.possible[related]

    def _filter(self, related: Related, candidates: list[Record]) -> tuple[list[Record], list[Record]]:
        if related.where is None:
            return candidates, []
        sure, maybe = [], []
        for candidate in candidates:
            self._entries[related.name] = Entry(state=State.PRESENT, record=candidate)
            truth = self._decide(related.where, self)
            if truth is True:
                sure.append(candidate)
            elif truth is None:
                maybe.append(candidate)
        self._entries.pop(related.name, None)
        return sure, maybe

    def _conclude(self, related: Related, sure: list[Record], maybe: list[Record]) -> Entry:
        dataset = self.view.dataset(related.kind, related.before)
        if len(sure) == 1 and not maybe:
            return Entry(state=State.PRESENT, record=sure[0])
        if sure:
            keys = ", ".join(sorted({record.key for record in (*sure, *maybe)})[:3])
            return Entry(state=State.UNKNOWN, why=f"several records answer to it ({keys}), and nothing tells them apart")
        if maybe:
            return Entry(state=State.UNKNOWN, why=_may_be(maybe))
        if dataset.scope is Scope.WHOLE or self._leaves_out(related, dataset.scope):
            return ABSENT
        if dataset.scope is Scope.ACTIVE:
            return Entry(state=State.UNKNOWN, why=f"it is not among the active ones, and {dataset.why}")
        return Entry(state=State.UNKNOWN, why=dataset.why or "its list is not among your files", remedy=dataset.remedy)

    def _leaves_out(self, related: Related, scope: Scope) -> bool:
        """The entry's `where` leaves out just the records that a list of this scope may lack."""
        description = KINDS[related.kind]
        waits = "parent.waits" if description.array_of else "waits"
        lacking = {Scope.ACTIVE: description.active, Scope.WAITING: waits if waits in description.fields else None}.get(scope)
        if related.where is None or lacking is None:
            return False
        self._entries[related.name] = Entry(
            state=State.PRESENT, record=Record(kind=related.kind, key="", fields={lacking: False}, where=self.record.where)
        )
        truth = self._decide(related.where, self)
        self._entries.pop(related.name, None)
        return truth is False


def _may_be(maybe: list[Record]) -> str:
    first = min(record.key for record in maybe)
    others = f" or one of {len(maybe) - 1:,} more" if len(maybe) > 1 else ""
    return f"{first}{others} may be it, but a field that would decide is not in the file"


class Inactive(Judged):
    """An inactive record of which nothing else is known: would a check look at it?"""

    def value(self, ref: Ref) -> Value:
        """Only the field that says inactive is known."""
        return self.record.get(ref.field) if ref.owner == SUBJECT else NOT_EXPORTED

    def entry(self, name: str) -> Entry:
        """Nothing is known of related entries."""
        return UNTOLD
