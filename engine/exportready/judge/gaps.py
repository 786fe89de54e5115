"""Says which evidence would decide what is undecided, why it isn't there, and how to supply it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from exportready.judge.conditions import decide
from exportready.judge.scope import Judged, State
from exportready.kinds import KINDS, way
from exportready.kinds.table import Way
from exportready.model.evidence import NOT_EXPORTED, UNSET, Dataset, Record, Unknown, Value
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


def of_list(dataset: Dataset) -> Gap:
    """Return the gap of a list that is not whole."""
    return _gap(dataset.kind, None, None, dataset.lack("only a part of it is here"))


def of_inactive(dataset: Dataset) -> Gap:
    """Return the gap of a list that is whole but for its inactive records."""
    kind, usual = dataset.kind, way(dataset.kind, None)
    advice = f"Export it with inactive records too, or say 'covers: {{{kind}: all}}' in account.yaml. {usual.instruction}"
    return _gap(kind, None, None, replace(dataset.lack(), remedy=""), replace(usual, instruction=advice))


def merged(found: Iterable[Gap]) -> tuple[Gap, ...]:
    """Return one gap for each thing to supply.

    It names its subject only where there is one. Of several causes it has the one that weighs most.
    """
    known: dict[tuple[str, str, str], Gap] = {}
    for gap in found:
        key = (gap.kind, gap.field or "", gap.supply)
        known[key] = _both(known[key], gap) if key in known else gap
    return tuple(known[key] for key in sorted(known))


def _both(one: Gap, other: Gap) -> Gap:
    first, second = sorted((one, other), key=lambda gap: gap.reason)
    subject = one.subject if one.subject == other.subject else None
    return replace(first, subject=subject, cause=min(first.cause, second.cause, key=_weight))


_WEIGHTIEST = (Reason.UNREADABLE, Reason.CONTRADICTORY, Reason.PARTIAL, Reason.UNRESOLVED)
"""Causes that nobody's word makes good. They are never hidden behind a milder one."""


def _weight(cause: Reason) -> int:
    return _WEIGHTIEST.index(cause) if cause in _WEIGHTIEST else len(_WEIGHTIEST)


def _entry_gaps(name: str, judged: Judged) -> Iterator[Gap]:
    """Yield why a related entry is not known: a value to match with is not, or its own list is not whole."""
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
        kind = "account.answers" if ref.owner == ANSWERS else ACCOUNT
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
            told = way(related.kind, None)
            yield _gap(related.kind, ref.field, judged.record.key or None, entry.lack, told)


def _field_gap(record: Record, name: str, value: Value) -> Gap:
    in_sheet = value is NOT_EXPORTED and record.where.path.lower().endswith(SHEETS)
    return _gap(record.kind, name, record.key or name, _lack(value, name), way(record.kind, name, in_sheet))


SHEETS = (".xlsx", ".xlsm", ".csv", ".tsv", ".txt")
"""Files that a person exported: what they lack is a column."""


def _lack(value: Value, name: str) -> Unknown:
    """Return why a field has no value to decide with."""
    if value is NOT_EXPORTED:
        return Unknown(Reason.NOT_EXPORTED, f"{name} is not in the file")
    return value if isinstance(value, Unknown) else Unknown(Reason.EMPTY, f"{name} is empty")


def _gap(kind: str, field: str | None, subject: str | None, lack: Unknown, usual: Way | None = None) -> Gap:
    """Return the gap with how to fill it. `usual` supplies the field, unless the lack has a remedy of its own."""
    told = _remedied(lack, kind) if lack.remedy else usual or way(kind, field)
    return Gap(
        kind=kind,
        field=field,
        subject=subject,
        reason=lack.reason,
        supply=told.instruction,
        cause=lack.cause,
        channel=told.channel,
        also=told.also,
        question=told.question,
        source=lack.source if lack.source != kind else "",
    )


_ASKED = (Reason.NOT_STATED_WHOLE, Reason.UNANSWERED, Reason.DONT_KNOW, Reason.UNDATED, Reason.LOOKS_BYPASSED)
"""What only a person's word makes good."""


def _remedied(lack: Unknown, kind: str) -> Way:
    """Return the way that a remedy names: its own, else that of the kind which is lacking.

    A kind that one question settles can be asked for besides.
    """
    of, question = KINDS[lack.source or kind], KINDS[kind].question
    own = lack.channel or (Channel.ASK if lack.cause in _ASKED else None)
    ways = (own,) if own else (of.channel, *of.also)
    if question:
        ways = (Channel.ASK, *(one for one in ways if one is not Channel.ASK))
    return Way(instruction=lack.remedy, channel=ways[0], also=ways[1:], question=question)
