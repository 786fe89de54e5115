"""Find the evidence that would decide an undecided condition, why it is missing, and how to supply it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from exportready.judge.conditions import decide
from exportready.judge.scope import Judged, State
from exportready.kinds import KINDS, way
from exportready.kinds.nouns import field_noun
from exportready.kinds.table import Way
from exportready.model.evidence import ANSWERS_KIND, NOT_EXPORTED, UNSET, Dataset, Record, Unknown, Value
from exportready.model.reasons import Channel, Reason
from exportready.model.report import Gap
from exportready.model.rules import (
    ACCOUNT,
    ANSWERS,
    PARAMETER,
    SUBJECT,
    All,
    AnyOf,
    Compare,
    Condition,
    EntryIsPresent,
    IsPresent,
    Not,
    Ref,
)


def gaps(condition: Condition, judged: Judged) -> Iterator[Gap]:
    """Yield the evidence that would decide an undecided condition; nothing for a decided one."""
    if decide(condition, judged) is not None:
        return
    match condition:
        case Compare(_, left, right):
            for ref in (left, *(operand for operand in right if isinstance(operand, Ref))):
                yield from _ref_gap(ref, judged)
        case IsPresent(ref):
            yield from _ref_gap(ref, judged)
        case EntryIsPresent(name):
            yield from _entry_gaps(name, judged)
        case Not(part):
            yield from gaps(part, judged)
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from gaps(part, judged)


def list_gap(dataset: Dataset) -> Gap:
    """Return the gap for a list that isn't complete."""
    return _gap(dataset.kind, None, None, dataset.lack("your files have only part of it"))


def inactive_gap(dataset: Dataset) -> Gap:
    """Return the gap for a list that may not have its inactive records."""
    usual = way(dataset.kind, None)
    advice = f"Export the list again, including inactive entries. {usual.instruction}"
    return _gap(dataset.kind, None, None, replace(dataset.lack(), remedy=""), replace(usual, instruction=advice))


def merged(unmerged: Iterable[Gap]) -> tuple[Gap, ...]:
    """Return one gap for each list, field or answer to supply.

    A merged gap has a subject only if all of its gaps have the same one. Of several causes it keeps the most serious.
    """
    by_supply: dict[tuple[str, str, str], Gap] = {}
    for gap in unmerged:
        key = (gap.kind, gap.field or "", gap.supply)
        by_supply[key] = _merged_pair(by_supply[key], gap) if key in by_supply else gap
    return tuple(by_supply[key] for key in sorted(by_supply))


def _merged_pair(one: Gap, other: Gap) -> Gap:
    first, second = sorted((one, other), key=lambda gap: gap.reason)
    subject = one.subject if one.subject == other.subject else None
    return replace(first, subject=subject, cause=min(first.cause, second.cause, key=_seriousness))


_MOST_SERIOUS = (Reason.UNREADABLE, Reason.CONTRADICTORY, Reason.PARTIAL, Reason.UNRESOLVED)
"""Causes that no answer can fix, the most serious first. A less serious cause never hides them."""


def _seriousness(cause: Reason) -> int:
    return _MOST_SERIOUS.index(cause) if cause in _MOST_SERIOUS else len(_MOST_SERIOUS)


def _entry_gaps(name: str, judged: Judged) -> Iterator[Gap]:
    """Yield the gaps of an unknown related entry: the unknown values it is matched by, else its own list."""
    related = judged.lookups[name].related
    unknown = [ref for _, _, ref in related.match if isinstance(ref, Ref) and isinstance(judged.value(ref), Unknown)]
    if unknown:
        yield from (gap for ref in unknown for gap in _ref_gap(ref, judged))
        return
    yield _gap(related.kind, None, judged.record.key or None, judged.entry(name).lack)


def _ref_gap(ref: Ref, judged: Judged) -> Iterator[Gap]:
    value = judged.value(ref)
    if value is not UNSET and not isinstance(value, Unknown):
        return
    if ref.owner in (ANSWERS, ACCOUNT):
        kind = ANSWERS_KIND if ref.owner == ANSWERS else ACCOUNT
        yield _gap(kind, ref.field, ref.field, _lack(value, ref.field))
    elif ref.owner == SUBJECT:
        yield _field_gap(judged.record, ref.field, value)
    elif ref.owner != PARAMETER:
        entry = judged.entry(ref.owner)
        if entry.state is State.UNKNOWN:
            yield from _entry_gaps(ref.owner, judged)
        elif entry.record is not None:
            yield _field_gap(entry.record, ref.field, value)
        else:
            related = judged.lookups[ref.owner].related
            yield _gap(related.kind, ref.field, judged.record.key or None, entry.lack, way(related.kind, None))


def _field_gap(record: Record, name: str, value: Value) -> Gap:
    in_sheet = value is NOT_EXPORTED and record.where.path.lower().endswith(SHEET_SUFFIXES)
    lack = _lack(value, name)
    if lack.cause is Reason.UNREADABLE and record.key:  # a value that can't be read is looked up in its record
        lack = replace(lack, reason=f"{record.key}: {lack.reason}")
    return _gap(record.kind, name, record.key or name, lack, way(record.kind, name, in_sheet))


SHEET_SUFFIXES = (".xlsx", ".xlsm", ".csv", ".tsv", ".txt")
"""Files that a person exported: a field that they don't have is a missing column."""


def _lack(value: Value, name: str) -> Unknown:
    """Return why a field has no value to decide with."""
    if value is NOT_EXPORTED:
        return Unknown(cause=Reason.NOT_EXPORTED, reason=f"“{field_noun(name)}” isn't in the file")
    return value if isinstance(value, Unknown) else Unknown(cause=Reason.EMPTY, reason=f"“{field_noun(name)}” is empty")


def _gap(kind: str, field: str | None, subject: str | None, lack: Unknown, usual: Way | None = None) -> Gap:
    """Return the gap and how to fill it: by the remedy of the lack, else in the usual way."""
    how = _way_of_remedy(lack, kind) if lack.remedy else usual or way(kind, field)
    return Gap(
        kind=kind,
        field=field,
        subject=subject,
        reason=lack.reason,
        supply=how.instruction,
        cause=lack.cause,
        channel=how.channel,
        also=how.also,
        integrator=how.integrator,
        question=how.question,
        source=lack.source if lack.source != kind else "",
    )


_ASKED = (Reason.NOT_STATED_WHOLE, Reason.UNANSWERED, Reason.DONT_KNOW, Reason.UNDATED, Reason.LOOKS_BYPASSED)
"""Causes that only a person's answer can fix."""


def _way_of_remedy(lack: Unknown, kind: str) -> Way:
    """Return the way to carry out a remedy: through its own channel, else through those of the missing kind.

    If one question can settle the kind, asking it comes first.
    """
    lacking, question = KINDS[lack.source or kind], KINDS[kind].question
    own = lack.channel or (Channel.ASK if lack.cause in _ASKED else None)
    channels = (own,) if own else (lacking.channel, *lacking.also)
    if question:
        channels = (Channel.ASK, *(channel for channel in channels if channel is not Channel.ASK))
    integrator = lacking.integrator if own in (None, Channel.INTEGRATOR) else ""
    return Way(instruction=lack.remedy, channel=channels[0], also=channels[1:], integrator=integrator, question=question)
