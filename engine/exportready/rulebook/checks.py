"""Reads the checks of a rule: which records are judged, what they are compared with, what must hold, and the words of a failure."""

from __future__ import annotations

from collections.abc import Mapping

from exportready.kinds import KINDS
from exportready.model.evidence import Known
from exportready.model.rules import PARAMETER, AtFault, Check, Condition, Operand, Related, Severity, Type, placeholders
from exportready.rulebook.conditions import Reader, Words
from exportready.rulebook.shape import CHECK, CHECK_KEYS, RELATED
from exportready.schema.mistakes import Mistake, Mistakes
from exportready.schema.shapes import what_is
from exportready.schema.yamlfile import Node, items
from exportready.schema.yamlfile import entries as entries_of


class CheckReader:
    """Reads the checks of one rule file. `name` is that of a check which the rule itself is.

    A mistake in one part doesn't keep the other parts from being read, so that all mistakes are reported at once.
    """

    def __init__(self, name: str, mistakes: Mistakes, conditions: Reader) -> None:
        self.name = name
        self.mistakes = mistakes
        self.conditions = conditions
        self.words: list[Words] = []
        """What the conditions and messages of each check may speak of."""

    def read(self, entries: Mapping[str, Node], root: Node, parameters: Mapping[str, Known]) -> list[Check] | None:
        """Return the checks of a rule, or the one that the rule itself is; None if one has mistakes. `entries` are its sound keys."""
        severity = grade(entries.get("severity"), Severity.ERROR)
        written = entries_of(root)
        if "checks" not in written:
            check = self._check(entries, root, parameters, severity, self.name)
            return [check] if check is not None else None
        for key in CHECK_KEYS:
            if key in written:
                self.mistakes.add(written[key], f"'{key}' stands beside 'checks'; move it into one of them")
        checks: list[Check] = []
        names: set[str] = set()
        nodes = items(written["checks"])
        for node in nodes:
            inside = CHECK.sound(node)
            name = str(inside["name"].value) if "name" in inside else ""
            if name in names:
                self.mistakes.add(node, f"two checks are named '{name}'")
            names.add(name)
            own = grade(inside.get("severity"), severity)
            if own.rank < severity.rank:
                self.mistakes.add(inside["severity"], f"a check cannot be graver than its rule ({severity.value})")
            check = self._check(inside, node, parameters, own, name)
            checks += [check] if check is not None else []
        return checks if len(checks) == len(nodes) else None

    def _check(
        self, entries: Mapping[str, Node], at: Node, parameters: Mapping[str, Known], severity: Severity, name: str
    ) -> Check | None:
        before = len(self.mistakes.found)
        written = entries_of(at)
        for key in ("expect", "failure"):
            if key not in written:
                self.mistakes.add(at, f"'{key}' is missing")
        if ("each" in written) == ("each_any" in written):
            self.mistakes.add(at, "name the records to judge with 'each' (all of these kinds) or 'each_any' (one suffices)")
        kinds = self._kinds(written.get("each") or written.get("each_any"))
        known: dict[str, tuple[str | None, bool]] = {}
        related: list[Related] = []
        for entry, node in entries_of(written.get("related")).items():
            one = self._related(entry, node, kinds, known, parameters)
            related += [one] if one is not None else []
        words = Words(subject=kinds, entries=known, parameters=parameters)
        self.words.append(words)

        def condition(key: str) -> Condition | None:
            return self.conditions.condition(entries[key], words) if key in entries else None

        where, expect = condition("where"), condition("expect")
        eased, blocks = condition("eased_when"), condition("blocks_when")
        at_fault = self._at_fault(written.get("at_fault"), words)
        group = entries["group"].value is True if "group" in entries else False
        if "failure" in entries:
            self._placeholders(entries["failure"], words, group)
        if len(self.mistakes.found) > before or kinds is None or expect is None or "failure" not in entries:
            return None
        return Check(
            name=name,
            each=kinds,
            any_suffices="each_any" in entries,
            related=tuple(related),
            where=where,
            expect=expect,
            failure=str(entries["failure"].value),
            severity=severity,
            group=group,
            eased_when=eased,
            blocks_when=blocks,
            at_fault=at_fault,
        )

    def _kinds(self, node: Node | None) -> tuple[str, ...] | None:
        """Return the kinds that are judged, as far as they can be told; None where none can."""
        kinds: list[str] = []
        if node is None:
            self.conditions.has_unknown_kinds = True
            return None
        for item in items(node) if isinstance(node.value, list) else [node]:
            if not isinstance(item.value, str):
                self.conditions.has_unknown_kinds = True  # the shape has said so
                continue
            kind = self.conditions.kind(item.value, item.line, what_is(item))
            if kind is not None and kind in kinds:
                self.mistakes.add(item, f"'{item.value}' stands there twice")
            kinds += [kind] if kind is not None else []
        return tuple(kinds) or None

    def _related(
        self,
        entry: str,
        node: Node,
        kinds: tuple[str, ...] | None,
        known: dict[str, tuple[str | None, bool]],
        parameters: Mapping[str, Known],
    ) -> Related | None:
        """Read one related entry and add it to the `known` ones, whatever is wrong with it; None where something is."""
        before = len(self.mistakes.found)
        entries = RELATED.sound(node)
        named = str(entries["kind"].value) if "kind" in entries else ""
        kind = (
            self.conditions.kind(named.removeprefix("before."), entries["kind"].line, f"'{named}'")
            if "kind" in entries
            else None
        )
        if any(field.partition(".")[0] == entry for subject in kinds or () for field in KINDS[subject].fields):
            self.mistakes.add(node, f"'{entry}' is also a field of {' or '.join(kinds or ())}; name the entry otherwise")
        many = entries["many"].value is True if "many" in entries else False
        outer = Words(subject=kinds, entries=dict(known), parameters=parameters)
        known[entry] = (kind, many)
        words = Words(subject=kinds, entries=dict(known), parameters=parameters, bare=entry)
        match: list[tuple[str, Type, Operand]] = []
        match_node = entries.get("match")
        for field, operand_node in entries_of(match_node).items():
            line = (match_node.key_lines or {}).get(field, operand_node.line) if match_node else operand_node.line
            left = self.conditions.left(field, words, line)
            operand = self.conditions.operand(operand_node, left if left is not None else field, outer, words)
            if left is not None and operand is not None:
                match.append((left.field, left.type, operand))
        where = self.conditions.condition(entries["where"], words) if "where" in entries else None
        if len(self.mistakes.found) > before or kind is None:
            return None
        return Related(name=entry, kind=kind, before=named.startswith("before."), match=tuple(match), where=where, many=many)

    def _at_fault(self, node: Node | None, words: Words) -> AtFault | None:
        entries = entries_of(node)
        named = entries.get("key")
        is_reference = named is not None and isinstance(named.value, str) and named.value.startswith("$")
        key = self.conditions.reference(str(named.value), words, named.line) if named is not None and is_reference else None
        return AtFault(str(entries["kind"].value), key) if "kind" in entries else None

    def _placeholders(self, node: Node, words: Words, group: bool) -> None:
        """Note every {word} of a message that can't be filled in."""
        for word in placeholders(str(node.value)):
            if group and not word.startswith(PARAMETER + "."):
                if word not in ("count", "names"):
                    self.mistakes.add(
                        node, f"'{{{word}}}' is of one record; of a group there are only {{count}} and {{names}}"
                    )
            else:
                self._word(node, word, words)

    def _word(self, node: Node, word: str, words: Words) -> None:
        ref = word if word.startswith("$") else f"${word}"
        before = len(self.mistakes.found)
        if self.conditions.reference(ref, words, node.line) is None and len(self.mistakes.found) > before:
            last = self.mistakes.found[-1]
            self.mistakes.found[-1] = Mistake(last.path, last.line, f"'{{{word}}}' cannot be filled in: {last.message}")

    def steps(self, fix: Node | None) -> None:
        """Note placeholders in the steps of a fix that one of the checks read so far can't fill in."""
        parts = entries_of(fix)
        steps = [*items(parts.get("steps")), *items(entries_of(parts.get("many")).get("steps"))]
        for words in self.words:
            for step in steps:
                for word in placeholders(step.value) if isinstance(step.value, str) else ():
                    self._word(step, word, words)


def grade(node: Node | None, otherwise: Severity) -> Severity:
    """Return the grade that a rule or check names; for what is no grade, the shape has noted a mistake."""
    return next((one for one in Severity if node is not None and node.value == one.value), otherwise)
