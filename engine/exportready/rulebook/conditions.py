"""Read conditions from YAML into typed values.

Everything is checked against the tables of kinds: a field that doesn't exist, a test that doesn't work with the field's type, or a
literal of another type is a mistake in the rulebook, never a silent `false`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from decimal import Decimal
from difflib import get_close_matches

import msgspec

from exportready.kinds import KINDS, field_of
from exportready.kinds.account import BY_PATH, LISTS, MAPS
from exportready.kinds.account import KIND as ANSWERS_KIND
from exportready.kinds.table import Field
from exportready.model.evidence import Known
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
from exportready.schema.mistakes import Mistakes
from exportready.schema.shapes import did_you_mean, what_is
from exportready.schema.times import parse_day, parse_time
from exportready.schema.yamlfile import Node

_CLEARLY_MEANT = 0.85
"""From this similarity on (difflib's ratio), a name is treated as a typo of a kind's name."""

_ORDERED = (Type.NUMBER, Type.DATE, Type.TIME)
_TEXTUAL = (Type.TEXT, Type.NAME, Type.ID)
_OPS = {
    "at_least": (Op.AT_LEAST, _ORDERED),
    "at_most": (Op.AT_MOST, _ORDERED),
    "above": (Op.ABOVE, _ORDERED),
    "below": (Op.BELOW, _ORDERED),
    "contains": (Op.CONTAINS, _TEXTUAL),
    "matches": (Op.MATCHES, _TEXTUAL),
    "max_length": (Op.MAX_LENGTH, _TEXTUAL),
    "same_as": (Op.EQUALS, tuple(Type)),
}
TESTS = ("present", "absent", "not", "any", "all", *_OPS)


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """The names that a condition in one place can use."""

    subject: tuple[str, ...] | None
    """The kinds of the checked record, whose fields are `$field` or a bare name; empty without a checked record, None if unknown."""
    entries: Mapping[str, tuple[str | None, bool]]
    """Related entry -> (kind, many); the kind is None if it is unknown."""
    parameters: Mapping[str, Known]
    bare: str = SUBJECT
    """Whose field a bare name on the left is: the checked record's, or that of a candidate for a related entry."""


class Reader:
    """Reads the conditions of one rule file.

    If a left side has a mistake (its field or kind doesn't exist), its name is passed on instead, so that mistakes in its tests are
    found in the same run.
    """

    def __init__(self, mistakes: Mistakes) -> None:
        self.mistakes = mistakes
        self.kinds: set[str] = set()
        """Every kind of record read so far."""
        self.has_unknown_kinds = False
        """Whether the file uses a kind that doesn't exist, so that the rule may be meant to read more than `kinds`."""

    def kind(self, name: str, line: int, shown: str = "") -> str | None:
        """Return the kind with a name. If there is none, note a mistake and return the kind that was clearly meant, or None."""
        if name not in KINDS:
            self.mistakes.add(line, f"{shown or repr(name)} is not a kind of record{did_you_mean(name, KINDS)}")
            self.has_unknown_kinds = True
            return next(iter(get_close_matches(name, KINDS, 1, _CLEARLY_MEANT)), None)
        self.kinds.add(name)
        return name

    def condition(self, node: Node, names: Names) -> Condition | None:
        """Return the condition in a mapping of left sides to tests, all of which must be true; None if it has a mistake."""
        if not isinstance(node.value, dict) or not node.value:
            self.mistakes.add(node, f"expected a condition (field: test), not {what_is(node)}")
            return None
        parts: list[Condition] = []
        failed = False
        for name, test in node.value.items():
            line = (node.key_lines or {}).get(name, test.line)
            part = self._entry(name, test, names, line)
            failed = failed or part is None
            parts += [part] if part is not None else []
        if failed:
            return None
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _entry(self, name: str, test: Node, names: Names, line: int) -> Condition | None:
        if name in ("any", "all") and isinstance(test.value, list):
            parts = [self.condition(part, names) for part in test.value]
            known = tuple(part for part in parts if part is not None)
            if len(known) != len(parts) or not parts:
                if not parts:
                    self.mistakes.add(test, f"'{name}' needs at least one condition")
                return None
            return AnyOf(known) if name == "any" else All(known)
        if name == "not" and isinstance(test.value, dict):
            part = self.condition(test, names)
            return Not(part) if part is not None else None
        if name in names.entries:
            return self._entry_presence(name, test)
        ref = self.left(name, names, line)
        return self._test(ref if ref is not None else name, test, names)

    def _entry_presence(self, name: str, test: Node) -> Condition | None:
        if test.value == "present":
            return EntryIsPresent(name)
        if test.value == "absent":
            return Not(EntryIsPresent(name))
        self.mistakes.add(test, f"related entry '{name}' can only be tested with present or absent; or test one of its fields")
        return None

    def _test(self, ref: Ref | str, test: Node, names: Names) -> Condition | None:
        value = test.value
        if value in ("present", "absent"):
            if isinstance(ref, str):
                return None
            return IsPresent(ref) if value == "present" else Not(IsPresent(ref))
        if isinstance(value, list):
            return self._compare(Op.ONE_OF, ref, value, test, names)
        if not isinstance(value, dict):
            return self._compare(Op.EQUALS, ref, [test], test, names)
        if not value:
            self.mistakes.add(test, f"'{ref}' has no test; add one, such as present")
            return None
        parts = [
            self._named(ref, name, child, names, (test.key_lines or {}).get(name, child.line)) for name, child in value.items()
        ]
        known = tuple(part for part in parts if part is not None)
        if len(known) != len(parts):
            return None
        return known[0] if len(known) == 1 else All(known)

    def _named(self, ref: Ref | str, name: str, test: Node, names: Names, line: int) -> Condition | None:
        if name == "not":
            part = self._test(ref, test, names)
            return Not(part) if part is not None else None
        if name in ("any", "all"):
            if not isinstance(test.value, list) or not test.value:
                self.mistakes.add(test, f"'{name}' needs a list of tests")
                return None
            parts = [self._test(ref, part, names) for part in test.value]
            known = tuple(part for part in parts if part is not None)
            if len(known) != len(parts):
                return None
            return AnyOf(known) if name == "any" else All(known)
        if name not in _OPS:
            self.mistakes.add(line, f"unknown test '{name}'{did_you_mean(name, TESTS) or '; use one of ' + ', '.join(TESTS)}")
            return None
        op, types = _OPS[name]
        if isinstance(ref, Ref) and ref.type not in types:
            self.mistakes.add(line, f"'{name}' doesn't work with '{ref}', which has type {ref.type.value}")
            return None
        if op in (Op.MAX_LENGTH, Op.MATCHES):
            return self._length_or_pattern(op, ref, test, names)
        if name == "same_as" and not (isinstance(test.value, str) and test.value.startswith("$")):
            self.mistakes.add(test, f"'same_as' compares with another field; use $field, not {what_is(test)}")
            return None
        return self._compare(op, ref, [test], test, names)

    def _length_or_pattern(self, op: Op, ref: Ref | str, test: Node, names: Names) -> Condition | None:
        """Return a test whose right side has a type of its own: a length or a pattern, or a parameter with one."""
        operand: Operand | None = test.value if isinstance(test.value, (str, Decimal)) else None
        value: object = operand
        if isinstance(operand, str) and operand.startswith("$"):
            if not operand.startswith(PARAMETER + "."):
                self.mistakes.add(test, f"'{op.value}' needs a value or a $parameter, not '{operand}'")
                return None
            operand = self._ref(operand, names, test.line)
            if operand is None:
                return None
            value = names.parameters[operand.field]
        if op is Op.MAX_LENGTH and not (isinstance(value, Decimal) and value >= 1 and value == value.to_integral_value()):
            self.mistakes.add(test, f"expected a length (a whole number), not {what_is(test)}")
            return None
        if op is Op.MATCHES and not self._is_pattern(value, test):
            return None
        return Compare(op, ref, (operand,)) if operand is not None and isinstance(ref, Ref) else None

    def _is_pattern(self, value: object, test: Node) -> bool:
        from exportready.schema.patterns import BadPattern, compiled

        if not isinstance(value, str):
            self.mistakes.add(test, f"expected a pattern (text in quotes), not {what_is(test)}")
            return False
        try:
            compiled(value)
        except BadPattern as error:
            self.mistakes.add(test, f"invalid pattern: {error}")
            return False
        return True

    def _compare(self, op: Op, ref: Ref | str, nodes: list[Node], at: Node, names: Names) -> Condition | None:
        if not nodes:
            self.mistakes.add(at, f"the list for '{ref}' is empty; add at least one value")
            return None
        operands = [self.operand(node, ref, names) for node in nodes]
        known = tuple(operand for operand in operands if operand is not None)
        return Compare(op, ref, known) if isinstance(ref, Ref) and len(known) == len(operands) else None

    # -- sides

    def left(self, name: str, names: Names, line: int) -> Ref | None:
        """Return the left side of a test; None if it has a mistake."""
        if name.startswith(("$", ACCOUNT + ".")):
            return self._ref(name, names, line)
        first, _, rest = name.partition(".")
        if first in names.entries and rest:
            return self._entry_field(first, rest, names, line)
        if names.bare:
            return self._entry_field(names.bare, name, names, line)
        return self._subject_field(name, name, names, line)

    def _subject_field(self, name: str, written: str, names: Names, line: int) -> Ref | None:
        if names.subject is None:
            return None
        if not names.subject:
            self.mistakes.add(line, f"'{written}' can't be used here; use $answers.PATH or {ACCOUNT}.FIELD")
            return None
        return self._field(names.subject, name, SUBJECT, line)

    def operand(self, node: Node, against: Ref | str, names: Names, left: Names | None = None) -> Operand | None:
        """Return the right side of a test: a `$reference`, or a literal of the left side's type; None if it has a mistake.

        `left` are the names that the left side can use, if those are more (in `match`, fields of the candidate).
        """
        if isinstance(node.value, str) and node.value.startswith("$"):
            ref = self._ref(node.value, names, node.line)
            if ref is not None and isinstance(against, Ref) and not _comparable(ref.type, against.type):
                self.mistakes.add(
                    node,
                    f"can't compare '{against}', which has type {against.type.value}, with '{ref}', which has {ref.type.value}",
                )
                return None
            return ref
        if isinstance(against, str):
            return None
        value = literal(node, against.type)
        if value is None:
            hint = "; use present or absent instead" if node.value is None else ""
            self.mistakes.add(node, f"expected {_AS[against.type]} for '{against}', not {what_is(node)}{hint}")
            return None
        choices = self._choices(against, left or names)
        if choices and str(value) not in choices:
            near = did_you_mean(str(value), choices)
            self.mistakes.add(node, f"'{against}' can't be '{value}'{near or '; it is one of ' + ', '.join(choices)}")
            return None
        return value

    def _choices(self, ref: Ref, names: Names) -> tuple[str, ...]:
        if ref.owner == ANSWERS:
            return BY_PATH[ref.field].choices if ref.field in BY_PATH else ()
        if ref.owner == PARAMETER:
            return ()
        kinds = (
            (ACCOUNT,) if ref.owner == ACCOUNT else names.subject if ref.owner == SUBJECT else (names.entries[ref.owner][0],)
        )
        choices = [found.choices for kind in kinds or () if kind is not None and (found := field_of(kind, ref.field))]
        return tuple(dict.fromkeys(choice for some in choices for choice in some)) if all(choices) else ()

    def reference(self, text: str, names: Names, line: int) -> Ref | None:
        """Return a `$reference` outside a test (`at_fault.key`, a placeholder); None if it has a mistake."""
        return self._ref(text, names, line)

    def _ref(self, text: str, names: Names, line: int) -> Ref | None:
        name = text.removeprefix("$")
        if name.startswith(ACCOUNT + "."):
            return self._field((ACCOUNT,), name.removeprefix(ACCOUNT + "."), ACCOUNT, line)
        first, _, rest = name.partition(".")
        if text.startswith(ANSWERS + "."):
            return self._answer(rest, line)
        if text.startswith(PARAMETER + "."):
            if rest not in names.parameters:
                self.mistakes.add(line, f"unknown parameter '{rest}'{did_you_mean(rest, names.parameters)}")
                return None
            return Ref(PARAMETER, rest, type_of(names.parameters[rest]))
        if first in names.entries and rest:
            return self._entry_field(first, rest, names, line)
        return self._subject_field(name, text, names, line)

    def _answer(self, path: str, line: int) -> Ref | None:
        found = field_of(ANSWERS_KIND.name, path)
        if found is None:
            if path in LISTS or path in MAPS:
                self.mistakes.add(line, f"$answers.{path} has many values and can't be compared")
            else:
                self.mistakes.add(line, f"unknown answer '{path}'{did_you_mean(path, BY_PATH)}")
            return None
        self.kinds.add(ANSWERS_KIND.name)
        return Ref(ANSWERS, path, found.type)

    def _entry_field(self, entry: str, name: str, names: Names, line: int) -> Ref | None:
        kind, many = names.entries[entry]
        if many and entry != names.bare:
            self.mistakes.add(line, f"'{entry}' can be many records, so it can only be tested with present or absent")
            return None
        return self._field((kind,), name, entry, line) if kind is not None else None

    def _field(self, kinds: tuple[str, ...], name: str, owner: str, line: int) -> Ref | None:
        found: list[Field] = []
        for kind in kinds:
            description = field_of(kind, name)
            if description is None:
                near = did_you_mean(name, KINDS[kind].fields)
                self.mistakes.add(line, f"{kind} has no field '{name}'{near}")
                return None
            found.append(description)
        self.kinds.update(kinds)
        types = {description.type for description in found}
        if len(types) > 1:
            self.mistakes.add(line, f"'{name}' has different types in {', '.join(kinds)}; use a check for each kind")
            return None
        return Ref(owner, name, found[0].type)


_AS = {
    Type.TEXT: "text",
    Type.NAME: "a name",
    Type.ID: "an id",
    Type.NUMBER: "a number",
    Type.YESNO: "true or false",
    Type.DATE: "a date such as 2026-11-20",
    Type.TIME: "a time such as 2026-11-20T17:30:00-07:00",
}


def _comparable(left: Type, right: Type) -> bool:
    return left is right or (left in _TEXTUAL and right in _TEXTUAL)


def type_of(value: Known) -> Type:
    """Return the type of a parameter's default."""
    if isinstance(value, bool):
        return Type.YESNO
    return Type.NUMBER if isinstance(value, Decimal) else Type.TEXT


def literal(node: Node, type_: Type) -> Known | None:
    """Return a literal as a value of a type, without coercion; None if it is of another type."""
    value = node.value
    if type_ is Type.YESNO:
        return value if isinstance(value, bool) else None
    if type_ is Type.NUMBER:
        return value if isinstance(value, Decimal) else None
    if type_ is Type.ID and isinstance(value, Decimal):
        return str(value)
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        if type_ is Type.DATE:
            return parse_day(value)
        if type_ is Type.TIME:
            moment = parse_time(value)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except ValueError:
        return None
    return value
