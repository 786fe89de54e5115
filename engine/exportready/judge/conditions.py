"""Decides conditions by Kleene's logic, and tells for an undecided one which evidence was wanting.

Comparisons are typed: a value of another type, unset or not exported is unknown, never false.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal

from exportready.judge.scope import Judged, State, Truth
from exportready.kinds import fold, supply
from exportready.model.evidence import NOT_EXPORTED, UNSET, Known, Record, Unknown, Value
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
    Op,
    Operand,
    Ref,
    Type,
)


def decide(condition: Condition, judged: Judged) -> Truth:
    """True, false, or None for unknown. Asked millions of times: plain loops, the commonest first."""
    kind = type(condition)
    if kind is Compare:
        return _compare(condition, judged)  # type: ignore[arg-type]  # the type was just looked at, in the quick way
    if kind is All:
        return _all(condition.parts, judged)  # type: ignore[union-attr]
    match condition:
        case IsPresent(ref):
            value = judged.value(ref)
            return None if isinstance(value, Unknown) else value is not UNSET
        case EntryIsPresent(name):
            state = judged.entry(name).state
            return None if state is State.UNKNOWN else state is State.PRESENT
        case Not(part):
            return _negated(decide(part, judged))
        case AnyOf(parts):
            return _any(decide(part, judged) for part in parts)
    raise TypeError(kind.__name__)


def _negated(truth: Truth) -> Truth:
    return None if truth is None else not truth


def _all(parts: tuple[Condition, ...], judged: Judged) -> Truth:
    unknown = False
    for part in parts:
        truth = decide(part, judged)
        if truth is False:
            return False
        unknown = unknown or truth is None
    return None if unknown else True


def _any(truths: Iterable[Truth]) -> Truth:
    unknown = False
    for truth in truths:
        if truth is True:
            return True
        unknown = unknown or truth is None
    return None if unknown else False


def _compare(condition: Compare, judged: Judged) -> Truth:
    op, left = condition.op, condition.left
    value = _known(judged.value(left))
    if value is None:
        return None
    if len(condition.right) == 1:
        return _against(op, left, value, condition.right[0], judged)
    return _any(_against(op, left, value, operand, judged) for operand in condition.right)


def _against(op: Op, left: Ref, value: Known, operand: Operand, judged: Judged) -> Truth:
    if not isinstance(operand, Ref):
        return _test(op, value, operand, left.type)
    other = _known(judged.value(operand))
    if other is None:
        return None
    return _test(op, value, other, Type.NAME if operand.type is Type.NAME else left.type)


def _known(value: Value) -> Known | None:
    return None if value is UNSET or isinstance(value, Unknown) else value


def _test(op: Op, value: Known, other: Known, type_: Type) -> Truth:
    if op is Op.MAX_LENGTH:
        return len(value) <= other if isinstance(value, str) and isinstance(other, Decimal) else None
    if op is Op.MATCHES:
        from exportready.patterns import matches  # only a rule that asks for a pattern loads the pattern engine

        return matches(other, value) if isinstance(value, str) and isinstance(other, str) else None
    if type(value) is not type(other):
        return None
    if isinstance(value, str) and isinstance(other, str):
        one, two = (fold(value), fold(other)) if type_ is Type.NAME else (value, other)
        return two in one if op is Op.CONTAINS else one == two
    if op in (Op.EQUALS, Op.ONE_OF):
        return value == other
    return _ordered(op, value, other)


def _ordered(op: Op, value: Known, other: Known) -> Truth:
    if isinstance(value, bool) or isinstance(other, bool):
        return None
    if isinstance(value, Decimal) and isinstance(other, Decimal):
        sign = (value > other) - (value < other)
    elif isinstance(value, datetime) and isinstance(other, datetime):
        sign = (value > other) - (value < other)
    elif isinstance(value, date) and isinstance(other, date):
        sign = (value > other) - (value < other)
    else:
        return None
    return {Op.AT_LEAST: sign >= 0, Op.AT_MOST: sign <= 0, Op.ABOVE: sign > 0, Op.BELOW: sign < 0}.get(op)


# -- what was wanting


def gaps(condition: Condition, judged: Judged) -> Iterator[Gap]:
    """The evidence that would decide an undecided condition. Nothing for a decided one."""
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


def _entry_gaps(name: str, judged: Judged) -> Iterator[Gap]:
    """Why a related entry is not known: a value to match with is not, or its own list is not whole."""
    related = next(one for one in judged.check.related if one.name == name)
    unknown = [ref for _, _, ref in related.match if isinstance(ref, Ref) and isinstance(judged.value(ref), Unknown)]
    if unknown:
        yield from (gap for ref in unknown for gap in _ref_gap(ref, judged))
        return
    entry = judged.entry(name)
    yield Gap(related.kind, None, judged.record.key or None, entry.why, entry.mend or supply(related.kind, None))


def _ref_gap(ref: Ref, judged: Judged) -> Iterator[Gap]:
    value = judged.value(ref)
    if value is not UNSET and not isinstance(value, Unknown):
        return
    if ref.owner in (ANSWERS, ACCOUNT):
        kind = "account.answers" if ref.owner == ANSWERS else ACCOUNT
        yield Gap(kind, ref.field, ref.field, _reason(value, ref.field), _mend(value) or supply(kind, ref.field))
    elif ref.owner == SUBJECT:
        yield _field_gap(judged.record, ref.field, value)
    elif ref.owner != PARAMETER:
        entry = judged.entry(ref.owner)
        if entry.state is State.UNKNOWN:
            yield from _entry_gaps(ref.owner, judged)
        elif entry.record is not None:
            yield _field_gap(entry.record, ref.field, value)
        else:
            related = next(one for one in judged.check.related if one.name == ref.owner)
            yield Gap(
                related.kind, ref.field, judged.record.key or None, "there is none to look at", supply(related.kind, None)
            )


def _field_gap(record: Record, name: str, value: Value) -> Gap:
    subject = name if not record.key else record.key
    in_sheet = value is NOT_EXPORTED and record.where.path.lower().endswith(SHEETS)
    return Gap(record.kind, name, subject, _reason(value, name), _mend(value) or supply(record.kind, name, in_sheet))


SHEETS = (".xlsx", ".xlsm", ".csv", ".tsv", ".txt")
"""Files that a person exported: what they lack is a column."""


def _mend(value: Value) -> str:
    return value.mend if isinstance(value, Unknown) else ""


def _reason(value: Value, name: str) -> str:
    if value is UNSET:
        return f"{name} is empty"
    if value is NOT_EXPORTED:
        return f"{name} is not in the file"
    return value.reason if isinstance(value, Unknown) else ""
