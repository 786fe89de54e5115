"""Read the checks of a rule file: which records are checked, what must be true of them, and the message of a failure."""

from __future__ import annotations

from collections.abc import Mapping

from exportready.kinds import KINDS
from exportready.model.evidence import Known
from exportready.model.rules import PARAMETER, AtFault, Check, Condition, Operand, Related, Severity, Type, placeholders
from exportready.rulebook.conditions import Names, Reader
from exportready.rulebook.shape import CHECK, CHECK_KEYS, RELATED
from exportready.schema.mistakes import Mistake, Mistakes
from exportready.schema.shapes import what_is
from exportready.schema.yamlfile import Node, items
from exportready.schema.yamlfile import entries as entries_of


class CheckReader:
    """Reads the checks of one rule file. `name` is the name of the only check in a rule without `checks:`.

    A mistake in one part doesn't keep the other parts from being read, so that all mistakes are reported at once.
    """

    def __init__(self, name: str, mistakes: Mistakes, conditions: Reader) -> None:
        self.name = name
        self.mistakes = mistakes
        self.conditions = conditions
        self.names_by_check: list[Names] = []
        """The names that the conditions and messages of each check can use."""

    def read(self, entries: Mapping[str, Node], root: Node, parameters: Mapping[str, Known]) -> list[Check] | None:
        """Return the checks of a rule; None if one has mistakes. `entries` are the rule's entries without mistakes."""
        severity = grade(entries.get("severity"), Severity.ERROR)
        written = entries_of(root)
        if "checks" not in written:
            check = self._check(entries, root, parameters, severity, self.name)
            return [check] if check is not None else None
        for key in CHECK_KEYS:
            if key in written:
                self.mistakes.add(written[key], f"'{key}' must be inside one of the 'checks'; move it there")
        checks: list[Check] = []
        check_names: set[str] = set()
        nodes = items(written["checks"])
        for node in nodes:
            inside = CHECK.valid_entries(node)
            name = str(inside["name"].value) if "name" in inside else ""
            if name in check_names:
                self.mistakes.add(node, f"two checks have the name '{name}'; rename one of them")
            check_names.add(name)
            own = grade(inside.get("severity"), severity)
            if own.rank < severity.rank:
                self.mistakes.add(
                    inside["severity"],
                    f"a check can't be more severe than its rule ({severity.value}); lower it or raise the rule's",
                )
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
            self.mistakes.add(at, "use either 'each' (needs all of these kinds) or 'each_any' (needs one of them)")
        kinds = self._kinds(written.get("each") or written.get("each_any"))
        known: dict[str, tuple[str | None, bool]] = {}
        related: list[Related] = []
        for entry, node in entries_of(written.get("related")).items():
            read = self._related(entry, node, kinds, known, parameters)
            related += [read] if read is not None else []
        names = Names(subject=kinds, entries=known, parameters=parameters)
        self.names_by_check.append(names)

        def condition(key: str) -> Condition | None:
            return self.conditions.condition(entries[key], names) if key in entries else None

        where, expect = condition("where"), condition("expect")
        eased, blocks = condition("eased_when"), condition("blocks_when")
        at_fault = self._at_fault(written.get("at_fault"), names)
        group = entries["group"].value is True if "group" in entries else False
        if "failure" in entries:
            self._placeholders(entries["failure"], names, group)
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
        """Return the checked kinds that exist; None if none does."""
        kinds: list[str] = []
        if node is None:
            self.conditions.has_unknown_kinds = True
            return None
        for item in items(node) if isinstance(node.value, list) else [node]:
            if not isinstance(item.value, str):
                self.conditions.has_unknown_kinds = True  # the shape has noted the mistake
                continue
            kind = self.conditions.kind(item.value, item.line, what_is(item))
            if kind is not None and kind in kinds:
                self.mistakes.add(item, f"'{item.value}' is listed twice; remove one of them")
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
        """Return one related entry; None if it has mistakes. Either way its name is added to `known`."""
        before = len(self.mistakes.found)
        entries = RELATED.valid_entries(node)
        named = str(entries["kind"].value) if "kind" in entries else ""
        kind = (
            self.conditions.kind(named.removeprefix("before."), entries["kind"].line, f"'{named}'")
            if "kind" in entries
            else None
        )
        if any(field.partition(".")[0] == entry for subject in kinds or () for field in KINDS[subject].fields):
            self.mistakes.add(node, f"'{entry}' is also a field of {' or '.join(kinds or ())}; rename the entry")
        many = entries["many"].value is True if "many" in entries else False
        outer = Names(subject=kinds, entries=dict(known), parameters=parameters)
        known[entry] = (kind, many)
        names = Names(subject=kinds, entries=dict(known), parameters=parameters, bare=entry)
        match: list[tuple[str, Type, Operand]] = []
        match_node = entries.get("match")
        for field, operand_node in entries_of(match_node).items():
            line = (match_node.key_lines or {}).get(field, operand_node.line) if match_node else operand_node.line
            left = self.conditions.left(field, names, line)
            operand = self.conditions.operand(operand_node, left if left is not None else field, outer, names)
            if left is not None and operand is not None:
                match.append((left.field, left.type, operand))
        where = self.conditions.condition(entries["where"], names) if "where" in entries else None
        if len(self.mistakes.found) > before or kind is None:
            return None
        return Related(name=entry, kind=kind, before=named.startswith("before."), match=tuple(match), where=where, many=many)

    def _at_fault(self, node: Node | None, names: Names) -> AtFault | None:
        entries = entries_of(node)
        named = entries.get("key")
        is_reference = named is not None and isinstance(named.value, str) and named.value.startswith("$")
        key = self.conditions.reference(str(named.value), names, named.line) if named is not None and is_reference else None
        return AtFault(str(entries["kind"].value), key) if "kind" in entries else None

    def _placeholders(self, node: Node, names: Names, group: bool) -> None:
        """Note every {placeholder} of a message that can't be filled in."""
        for word in placeholders(str(node.value)):
            if group and not word.startswith(PARAMETER + "."):
                if word not in ("count", "names"):
                    self.mistakes.add(node, f"'{{{word}}}' is a field of one record; a group has only {{count}} and {{names}}")
            else:
                self._word(node, word, names)

    def _word(self, node: Node, word: str, names: Names) -> None:
        ref = word if word.startswith("$") else f"${word}"
        before = len(self.mistakes.found)
        if self.conditions.reference(ref, names, node.line) is None and len(self.mistakes.found) > before:
            last = self.mistakes.found[-1]
            self.mistakes.found[-1] = Mistake(last.path, last.line, f"'{{{word}}}' can't be filled in: {last.message}")

    def steps(self, fix: Node | None) -> None:
        """Note placeholders in the steps of a fix that one of the rule's checks can't fill in."""
        parts = entries_of(fix)
        steps = [*items(parts.get("steps")), *items(entries_of(parts.get("many")).get("steps"))]
        for names in self.names_by_check:
            for step in steps:
                for word in placeholders(step.value) if isinstance(step.value, str) else ():
                    self._word(step, word, names)


def grade(node: Node | None, otherwise: Severity) -> Severity:
    """Return the severity of a rule or check; `otherwise` if it has none or an invalid one, which its shape has noted."""
    return next((severity for severity in Severity if node is not None and node.value == severity.value), otherwise)
