"""Decide conditions in three-valued (Kleene's) logic.

Comparisons are typed: a value that is of another type, empty or not exported makes the result unknown, never false.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from math import floor

from exportready.judge.scope import ANSWER_KINDS, Decider, Judged, Lookup, State, Truth
from exportready.judge.world import View
from exportready.kinds import fold
from exportready.model.evidence import UNSET, Known, Unknown, Value
from exportready.model.rules import (
    ACCOUNT,
    ANSWERS,
    PARAMETER,
    SUBJECT,
    All,
    AnyOf,
    Check,
    Compare,
    Condition,
    EntryIsPresent,
    IsPresent,
    Not,
    Op,
    Operand,
    Ref,
    Type,
    entries,
    refs,
)

_Reader = Callable[[Judged], Value]


def decide(condition: Condition, judged: Judged) -> Truth:
    """Return true, false, or None for unknown."""
    return decider(condition, judged.view)(judged)


def decider(condition: Condition, view: View) -> Decider:
    """Return the condition as a function of the record being judged. Each condition is compiled once for a rule."""
    compiled = view.deciders.get(condition)
    if compiled is None:
        compiled = view.deciders[condition] = _compiled(condition, view)
    return compiled


def lookups(check: Check, view: View) -> dict[str, Lookup]:
    """Return how to find each related entry of a check, by the entry's name."""
    return {
        related.name: Lookup(related, view, decider(related.where, view) if related.where is not None else None)
        for related in check.related
    }


def own_fields(condition: Condition | None) -> tuple[str, ...] | None:
    """Return the fields of the judged record that decide a condition, if they have few values.

    None if related entries decide it too, or numbers or times, which differ from record to record.
    """
    if condition is None:
        return ()
    read = list(refs(condition))
    own = [ref for ref in read if ref.owner == SUBJECT]
    if any(entries(condition)) or any(ref.owner not in (SUBJECT, PARAMETER, ANSWERS, ACCOUNT) for ref in read):
        return None
    return None if any(ref.type in (Type.NUMBER, Type.TIME) for ref in own) else tuple(dict.fromkeys(ref.field for ref in own))


def _compiled(condition: Condition, view: View) -> Decider:
    match condition:
        case Compare(op, left, right):
            return _compare(op, left, right, view)
        case All(parts):
            return _until([_compiled(part, view) for part in parts], decisive=False)
        case AnyOf(parts):
            return _until([_compiled(part, view) for part in parts], decisive=True)
        case Not(part):
            return _not(_compiled(part, view))
        case IsPresent(ref):
            return _is_present(_reader(ref))
        case EntryIsPresent(name):
            return lambda judged: _PRESENCE[judged.entry(name).state]


_PRESENCE: Mapping[State, Truth] = {State.PRESENT: True, State.ABSENT: False, State.UNKNOWN: None}


def _not(part: Decider) -> Decider:
    def decide(judged: Judged) -> Truth:
        truth = part(judged)
        return None if truth is None else not truth

    return decide


def _until(parts: Sequence[Decider], decisive: bool) -> Decider:
    """Return three-valued `or` (true is decisive) or `and` (false is decisive).

    A part with the decisive value decides; otherwise an unknown part makes the result unknown.
    """

    def decide(judged: Judged) -> Truth:
        result: Truth = not decisive
        for part in parts:
            truth = part(judged)
            if truth is decisive:
                return truth
            if truth is None:
                result = None
        return result

    return decide


def _is_present(read: _Reader) -> Decider:
    def decide(judged: Judged) -> Truth:
        value = read(judged)
        return None if isinstance(value, Unknown) else value is not UNSET

    return decide


def _reader(ref: Ref) -> _Reader:
    """Return a function that reads a reference. Fields of the judged record, the usual case, skip the freshness test of answers."""
    if ref.owner != SUBJECT:
        return lambda judged: judged.value(ref)
    name = ref.field

    def read(judged: Judged) -> Value:
        record = judged.record
        if record.notes or record.kind in ANSWER_KINDS:
            return judged.value(ref)
        return record.get(name)

    return read


def _compare(op: Op, left: Ref, right: Sequence[Operand], view: View) -> Decider:
    read = _reader(left)
    tests = [_against(op, left, operand, view) for operand in right]

    def decide(judged: Judged) -> Truth:
        value = read(judged)
        if value is UNSET or isinstance(value, Unknown):
            return None
        result: Truth = False
        for test in tests:
            truth = test(value, judged)
            if truth:
                return True
            if truth is None:
                result = None
        return result

    return decide


def _against(op: Op, left: Ref, operand: Operand, view: View) -> Callable[[Known, Judged], Truth]:
    """Return the comparison with one operand. A literal or a parameter is the same for every record, so it is prepared once."""
    if not isinstance(operand, Ref):
        return _constant(op, operand, left.type)
    type_ = Type.NAME if operand.type is Type.NAME else left.type
    if operand.owner == PARAMETER:
        return _constant(op, view.parameter(operand.field), type_)
    read = _reader(operand)

    def decide(value: Known, judged: Judged) -> Truth:
        other = read(judged)
        return None if other is UNSET or isinstance(other, Unknown) else _test(op, value, other, type_)

    return decide


def _constant(op: Op, other: Known, type_: Type) -> Callable[[Known, Judged], Truth]:
    """Return the comparison with a constant. The most common ones have functions of their own, which are faster."""
    if op in (Op.EQUALS, Op.ONE_OF):
        kind = type(other)
        if isinstance(other, str) and type_ is Type.NAME:
            folded = fold(other)
            return lambda value, _: fold(value) == folded if isinstance(value, str) else None
        return lambda value, _: value == other if type(value) is kind else None
    if op is Op.MAX_LENGTH and isinstance(other, Decimal):
        limit = floor(other)
        return lambda value, _: len(value) <= limit if isinstance(value, str) else None
    return lambda value, _: _test(op, value, other, type_)


def _test(op: Op, value: Known, other: Known, type_: Type) -> Truth:
    if op is Op.MAX_LENGTH:
        return len(value) <= other if isinstance(value, str) and isinstance(other, Decimal) else None
    if op is Op.MATCHES:
        from exportready.schema.patterns import matches  # loads re2, which only rules with patterns need

        return matches(other, value) if isinstance(value, str) and isinstance(other, str) else None
    if type(value) is not type(other):
        return None
    if isinstance(value, str) and isinstance(other, str):
        left, right = (fold(value), fold(other)) if type_ is Type.NAME else (value, other)
        return right in left if op is Op.CONTAINS else left == right
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
