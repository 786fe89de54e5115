"""Describe values and conditions in words: what was observed, and what was expected."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from decimal import Decimal

from exportready.kinds.table import Field
from exportready.model import display
from exportready.model.evidence import UNSET, Unknown, Value
from exportready.model.rules import All, AnyOf, Compare, Condition, EntryIsPresent, IsPresent, Not, Op, Operand, Ref

_OPS = {
    Op.AT_LEAST: "at least {}",
    Op.AT_MOST: "at most {}",
    Op.ABOVE: "above {}",
    Op.BELOW: "below {}",
    Op.MATCHES: "matching {}",
    Op.MAX_LENGTH: "at most {} characters",
    Op.CONTAINS: "containing {}",
}


def shown(value: Value) -> str | None:
    """Return a value in its machine form, as results store it; None if it is empty or unknown."""
    if value is UNSET or isinstance(value, Unknown):
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return str(int(value)) if value == value.to_integral_value() else format(value, "f")
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return value


def readable(value: Value, described: Field | None, zone: tzinfo | None) -> str:
    """Return a known value for a message to people, by what its field is: money, rates, dates, times in the account's time zone."""
    if isinstance(value, Decimal):
        if described is not None and described.is_money:
            return display.format_money(value)
        if described is not None and (described.is_rate or described.percent):
            return display.format_percent(value)
        return display.format_number(value)
    if isinstance(value, datetime):
        return display.format_time(value.astimezone(zone))
    return display.format_date(value) if isinstance(value, date) else shown(value) or ""


def expected(condition: Condition, negated: bool = False) -> Mapping[str, str]:
    """Return the expected value of each field that a condition tests, in words, by the field's name."""
    words: dict[str, str] = {}
    match condition:
        case Compare(op, left, right):
            operands = " or ".join(_operand(operand) for operand in right)
            words[str(left)] = ("not " if negated else "") + _OPS.get(op, "{}").format(operands)
        case IsPresent(ref):
            words[str(ref)] = "empty" if negated else "filled in"
        case EntryIsPresent(entry):
            words[entry] = "absent" if negated else "present"
        case Not(part):
            words |= expected(part, not negated)
        case All(parts) | AnyOf(parts):
            for part in parts:
                for name, text in expected(part, negated).items():
                    words[name] = f"{words[name]}, {text}" if name in words and words[name] != text else text
    return dict(sorted(words.items()))


def _operand(operand: Operand) -> str:
    return f"the value of {operand}" if isinstance(operand, Ref) else shown(operand) or ""
