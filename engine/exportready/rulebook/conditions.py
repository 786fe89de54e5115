"""Conditions: from YAML to typed values that say which field is compared with what.

Everything is checked against the table of kinds: a field that does not exist, a test that its type does not allow,
or a literal of another type is a mistake of the rulebook, never a silent `false`.
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
"""How like a kind's name (difflib's ratio) a slip of it is; what is less like it may be anything."""

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


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What a condition of one place may speak of."""

    subject: tuple[str, ...] | None
    """The kinds whose fields a `$field`, or a bare name, stands for; empty where there is no subject, None where it can't be told."""
    entries: Mapping[str, tuple[str | None, bool]]
    """Related entry -> (kind, many); the kind is None where it can't be told."""
    parameters: Mapping[str, Known]
    bare: str = SUBJECT
    """Whose field a bare name on the left is: the subject's, or the candidate's of a related entry."""


class Reader:
    """Reads the conditions of one rule file.

    A left side that can't be read (its field or its kind doesn't exist) is passed on as its name, so that mistakes in its tests
    are found in the same round.
    """

    def __init__(self, mistakes: Mistakes) -> None:
        self.mistakes = mistakes
        self.kinds: set[str] = set()
        """Every kind of record read so far."""
        self.has_unknown_kinds = False
        """Something names a kind that doesn't exist, so the rule may read others than `kinds`."""

    def kind(self, name: str, line: int, shown: str = "") -> str | None:
        """Return the kind of that name. One that doesn't exist is a mistake: then the kind that was clearly meant, or None."""
        if name not in KINDS:
            self.mistakes.add(line, f"{shown or repr(name)} is not a kind of record{did_you_mean(name, KINDS)}")
            self.has_unknown_kinds = True
            return next(iter(get_close_matches(name, KINDS, 1, _CLEARLY_MEANT)), None)
        self.kinds.add(name)
        return name

    def condition(self, node: Node, words: Words) -> Condition | None:
        """Read a mapping of left sides to tests, all of which must hold; None if it has a mistake."""
        if not isinstance(node.value, dict) or not node.value:
            self.mistakes.add(node, f"{what_is(node)} stands where a condition (field: test) belongs")
            return None
        parts: list[Condition] = []
        failed = False
        for name, test in node.value.items():
            line = (node.key_lines or {}).get(name, test.line)
            part = self._entry(name, test, words, line)
            failed = failed or part is None
            parts += [part] if part is not None else []
        if failed:
            return None
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _entry(self, name: str, test: Node, words: Words, line: int) -> Condition | None:
        if name in ("any", "all") and isinstance(test.value, list):
            parts = [self.condition(part, words) for part in test.value]
            known = tuple(part for part in parts if part is not None)
            if len(known) != len(parts) or not parts:
                if not parts:
                    self.mistakes.add(test, f"'{name}' needs at least one condition")
                return None
            return AnyOf(known) if name == "any" else All(known)
        if name == "not" and isinstance(test.value, dict):
            part = self.condition(test, words)
            return Not(part) if part is not None else None
        if name in words.entries:
            return self._entry_presence(name, test)
        ref = self.left(name, words, line)
        return self._test(ref if ref is not None else name, test, words)

    def _entry_presence(self, name: str, test: Node) -> Condition | None:
        if test.value == "present":
            return EntryIsPresent(name)
        if test.value == "absent":
            return Not(EntryIsPresent(name))
        self.mistakes.add(test, f"of the related entry '{name}' only present or absent can be asked, or one of its fields")
        return None

    def _test(self, ref: Ref | str, test: Node, words: Words) -> Condition | None:
        value = test.value
        if value in ("present", "absent"):
            if isinstance(ref, str):
                return None
            return IsPresent(ref) if value == "present" else Not(IsPresent(ref))
        if isinstance(value, list):
            return self._compare(Op.ONE_OF, ref, value, test, words)
        if not isinstance(value, dict):
            return self._compare(Op.EQUALS, ref, [test], test, words)
        if not value:
            self.mistakes.add(test, f"'{ref}' is tested against nothing")
            return None
        parts = [
            self._named(ref, name, child, words, (test.key_lines or {}).get(name, child.line)) for name, child in value.items()
        ]
        known = tuple(part for part in parts if part is not None)
        if len(known) != len(parts):
            return None
        return known[0] if len(known) == 1 else All(known)

    def _named(self, ref: Ref | str, name: str, test: Node, words: Words, line: int) -> Condition | None:
        if name == "not":
            part = self._test(ref, test, words)
            return Not(part) if part is not None else None
        if name in ("any", "all"):
            if not isinstance(test.value, list) or not test.value:
                self.mistakes.add(test, f"'{name}' needs a list of tests")
                return None
            parts = [self._test(ref, part, words) for part in test.value]
            known = tuple(part for part in parts if part is not None)
            if len(known) != len(parts):
                return None
            return AnyOf(known) if name == "any" else All(known)
        if name not in _OPS:
            self.mistakes.add(
                line, f"there is no test '{name}'{did_you_mean(name, TESTS) or '; there are ' + ', '.join(TESTS)}"
            )
            return None
        op, types = _OPS[name]
        if isinstance(ref, Ref) and ref.type not in types:
            self.mistakes.add(line, f"'{name}' cannot be asked of '{ref}', which is {ref.type.value}")
            return None
        if op in (Op.MAX_LENGTH, Op.MATCHES):
            return self._own_kind(op, ref, test, words)
        if name == "same_as" and not (isinstance(test.value, str) and test.value.startswith("$")):
            self.mistakes.add(test, f"'same_as' compares with another field; write it as $field, not {what_is(test)}")
            return None
        return self._compare(op, ref, [test], test, words)

    def _own_kind(self, op: Op, ref: Ref | str, test: Node, words: Words) -> Condition | None:
        """Read a test whose right side is of another type than the left: a length, a pattern, or a parameter that holds one."""
        operand: Operand | None = test.value if isinstance(test.value, (str, Decimal)) else None
        value: object = operand
        if isinstance(operand, str) and operand.startswith("$"):
            if not operand.startswith(PARAMETER + "."):
                self.mistakes.add(test, f"'{op.value}' takes a value or a $parameter, not '{operand}'")
                return None
            operand = self._ref(operand, words, test.line)
            if operand is None:
                return None
            value = words.parameters[operand.field]
        if op is Op.MAX_LENGTH and not (isinstance(value, Decimal) and value >= 1 and value == value.to_integral_value()):
            self.mistakes.add(test, f"{what_is(test)} stands where a length (a whole number) belongs")
            return None
        if op is Op.MATCHES and not self._is_pattern(value, test):
            return None
        return Compare(op, ref, (operand,)) if operand is not None and isinstance(ref, Ref) else None

    def _is_pattern(self, value: object, test: Node) -> bool:
        from exportready.schema.patterns import BadPattern, compiled

        if not isinstance(value, str):
            self.mistakes.add(test, f"{what_is(test)} stands where a pattern (text in quotes) belongs")
            return False
        try:
            compiled(value)
        except BadPattern as error:
            self.mistakes.add(test, f"the pattern cannot be used: {error}")
            return False
        return True

    def _compare(self, op: Op, ref: Ref | str, nodes: list[Node], at: Node, words: Words) -> Condition | None:
        if not nodes:
            self.mistakes.add(at, f"'{ref}' is tested against an empty list; name at least one value")
            return None
        operands = [self.operand(node, ref, words) for node in nodes]
        known = tuple(operand for operand in operands if operand is not None)
        return Compare(op, ref, known) if isinstance(ref, Ref) and len(known) == len(operands) else None

    # -- sides

    def left(self, name: str, words: Words, line: int) -> Ref | None:
        """Read the left side of a test; None if it can't be read."""
        if name.startswith(("$", ACCOUNT + ".")):
            return self._ref(name, words, line)
        first, _, rest = name.partition(".")
        if first in words.entries and rest:
            return self._entry_field(first, rest, words, line)
        if words.bare:
            return self._entry_field(words.bare, name, words, line)
        return self._subject_field(name, name, words, line)

    def _subject_field(self, name: str, written: str, words: Words, line: int) -> Ref | None:
        if words.subject is None:
            return None
        if not words.subject:
            self.mistakes.add(line, f"'{written}' cannot be asked here; ask $answers.PATH or {ACCOUNT}.FIELD")
            return None
        return self._field(words.subject, name, SUBJECT, line)

    def operand(self, node: Node, against: Ref | str, words: Words, left: Words | None = None) -> Operand | None:
        """Read the right side of a test: a `$reference`, or a literal of the left side's type.

        `left` is what the left side speaks of, where that is more (a candidate of `match`).
        """
        if isinstance(node.value, str) and node.value.startswith("$"):
            ref = self._ref(node.value, words, node.line)
            if ref is not None and isinstance(against, Ref) and not _comparable(ref.type, against.type):
                self.mistakes.add(node, f"'{against}' is {against.type.value} but '{ref}' is {ref.type.value}")
                return None
            return ref
        if isinstance(against, str):
            return None
        value = literal(node, against.type)
        if value is None:
            hint = "; ask present or absent instead" if node.value is None else ""
            self.mistakes.add(node, f"{what_is(node)} stands where {_AS[against.type]} belongs ('{against}'){hint}")
            return None
        choices = self._choices(against, left or words)
        if choices and str(value) not in choices:
            near = did_you_mean(str(value), choices)
            self.mistakes.add(node, f"'{against}' is never '{value}'{near or '; it is one of ' + ', '.join(choices)}")
            return None
        return value

    def _choices(self, ref: Ref, words: Words) -> tuple[str, ...]:
        if ref.owner == ANSWERS:
            return BY_PATH[ref.field].choices if ref.field in BY_PATH else ()
        if ref.owner == PARAMETER:
            return ()
        kinds = (
            (ACCOUNT,) if ref.owner == ACCOUNT else words.subject if ref.owner == SUBJECT else (words.entries[ref.owner][0],)
        )
        choices = [found.choices for kind in kinds or () if kind is not None and (found := field_of(kind, ref.field))]
        return tuple(dict.fromkeys(choice for some in choices for choice in some)) if all(choices) else ()

    def reference(self, text: str, words: Words, line: int) -> Ref | None:
        """Read a `$reference` by itself (`at_fault.key`, the right side of `match`)."""
        return self._ref(text, words, line)

    def _ref(self, text: str, words: Words, line: int) -> Ref | None:
        name = text.removeprefix("$")
        if name.startswith(ACCOUNT + "."):
            return self._field((ACCOUNT,), name.removeprefix(ACCOUNT + "."), ACCOUNT, line)
        first, _, rest = name.partition(".")
        if text.startswith(ANSWERS + "."):
            return self._answer(rest, line)
        if text.startswith(PARAMETER + "."):
            if rest not in words.parameters:
                self.mistakes.add(line, f"there is no parameter '{rest}'{did_you_mean(rest, words.parameters)}")
                return None
            return Ref(PARAMETER, rest, type_of(words.parameters[rest]))
        if first in words.entries and rest:
            return self._entry_field(first, rest, words, line)
        return self._subject_field(name, text, words, line)

    def _answer(self, path: str, line: int) -> Ref | None:
        found = field_of(ANSWERS_KIND.name, path)
        if found is None:
            if path in LISTS or path in MAPS:
                self.mistakes.add(line, f"$answers.{path} is not one value and cannot be compared")
            else:
                self.mistakes.add(line, f"there is no answer '{path}'{did_you_mean(path, BY_PATH)}")
            return None
        self.kinds.add(ANSWERS_KIND.name)
        return Ref(ANSWERS, path, found.type)

    def _entry_field(self, entry: str, name: str, words: Words, line: int) -> Ref | None:
        kind, many = words.entries[entry]
        if many and entry != words.bare:
            self.mistakes.add(line, f"'{entry}' may be many records, so only present or absent can be asked of it")
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
            self.mistakes.add(line, f"'{name}' is not of one type in {', '.join(kinds)}")
            return None
        return Ref(owner, name, found[0].type)


_AS = {
    Type.TEXT: "text",
    Type.NAME: "a name",
    Type.ID: "an id",
    Type.NUMBER: "a number",
    Type.YESNO: "true or false",
    Type.DATE: "a day such as 2026-11-20",
    Type.TIME: "a moment such as 2026-11-20T17:30:00-07:00",
}


def _comparable(one: Type, other: Type) -> bool:
    return one is other or (one in _TEXTUAL and other in _TEXTUAL)


def type_of(value: Known) -> Type:
    """Return the type of a parameter's default."""
    if isinstance(value, bool):
        return Type.YESNO
    return Type.NUMBER if isinstance(value, Decimal) else Type.TEXT


def literal(node: Node, wanted: Type) -> Known | None:
    """Return a literal as a value of the wanted type, without coercion; None if it is of another type."""
    value = node.value
    if wanted is Type.YESNO:
        return value if isinstance(value, bool) else None
    if wanted is Type.NUMBER:
        return value if isinstance(value, Decimal) else None
    if wanted is Type.ID and isinstance(value, Decimal):
        return str(value)
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        if wanted is Type.DATE:
            return parse_day(value)
        if wanted is Type.TIME:
            moment = parse_time(value)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except ValueError:
        return None
    return value
