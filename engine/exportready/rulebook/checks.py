"""The checks of a rule: which records are judged, what they are compared with, what must hold, and the words of a failure."""

from __future__ import annotations

from collections.abc import Mapping

from exportready.kinds import KINDS
from exportready.model.evidence import Known
from exportready.model.rules import PARAMETER, AtFault, Check, Condition, Operand, Related, Rule, Severity, Type, placeholders
from exportready.rulebook.conditions import Reader, Words
from exportready.rulebook.shape import CHECK, CHECK_KEYS
from exportready.schema.shapes import Mistakes, did_you_mean, what_is
from exportready.schema.yamlfile import Mistake, Node, items
from exportready.schema.yamlfile import entries as entries_of


class CheckReader:
    """Reads the checks of one rule file. `name` is that of a check which the rule itself is."""

    def __init__(self, name: str, mistakes: Mistakes, conditions: Reader) -> None:
        self.name = name
        self.mistakes = mistakes
        self.conditions = conditions

    def read(self, entries: Mapping[str, Node], root: Node, parameters: Mapping[str, Known]) -> list[Check] | None:
        """The checks of a rule, or the one that the rule itself is; None where one has mistakes. `entries` are its sound keys."""
        severity = grade(entries.get("severity"), Severity.ERROR)
        written = entries_of(root)
        if "checks" not in written:
            check = self._check(entries, root, parameters, severity, self.name)
            return [check] if check is not None else None
        for key in CHECK_KEYS:
            if key in written:
                self.mistakes.say(written[key], f"'{key}' stands beside 'checks'; move it into one of them")
        checks: list[Check] = []
        names: set[str] = set()
        nodes = items(written["checks"])
        for node in nodes:
            inside = CHECK.sound(node)
            name = str(inside["name"].value) if "name" in inside else ""
            if name in names:
                self.mistakes.say(node, f"two checks are named '{name}'")
            names.add(name)
            own = grade(inside.get("severity"), severity)
            if own.rank < severity.rank:
                self.mistakes.say(inside["severity"], f"a check cannot be graver than its rule ({severity.value})")
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
                self.mistakes.say(at, f"'{key}' is missing")
        if ("each" in written) == ("each_any" in written):
            self.mistakes.say(at, "name the records to judge with 'each' (all of these kinds) or 'each_any' (one suffices)")
            return None
        if "each" not in entries and "each_any" not in entries:
            return None
        kinds = self._kinds(entries.get("each") or entries["each_any"])
        if kinds is None:
            return None
        known: dict[str, tuple[str, bool]] = {}
        related: list[Related] = []
        for entry, node in entries_of(written.get("related")).items():
            one = self._related(entry, node, kinds, known, parameters)
            if one is None:
                return None  # what is asked of it below cannot be checked
            related.append(one)
            known[entry] = (one.kind, one.many)
        words = Words(subject=kinds, entries=known, parameters=parameters)

        def condition(key: str) -> Condition | None:
            return self.conditions.condition(entries[key], words) if key in entries else None

        where, expect = condition("where"), condition("expect")
        eased, blocks = condition("eased_when"), condition("blocks_when")
        at_fault = self._at_fault(entries.get("at_fault"), words)
        group = entries["group"].value is True if "group" in entries else False
        if "failure" in entries:
            self._placeholders(entries["failure"], words, group)
        if len(self.mistakes.found) > before or expect is None or "failure" not in entries:
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

    def _kinds(self, node: Node) -> tuple[str, ...] | None:
        kinds = []
        for item in items(node) if isinstance(node.value, list) else [node]:
            if not isinstance(item.value, str) or item.value not in KINDS:
                self.mistakes.say(item, f"{what_is(item)} is not a kind of record{did_you_mean(str(item.value), KINDS)}")
                return None
            if item.value in kinds:
                self.mistakes.say(item, f"'{item.value}' stands there twice")
            kinds.append(item.value)
        return tuple(kinds) or None

    def _related(
        self,
        entry: str,
        node: Node,
        kinds: tuple[str, ...],
        known: Mapping[str, tuple[str, bool]],
        parameters: Mapping[str, Known],
    ) -> Related | None:
        entries = entries_of(node)
        if "kind" not in entries:
            return None
        named = str(entries["kind"].value)
        kind = named.removeprefix("before.")
        if kind not in KINDS:
            self.mistakes.say(entries["kind"], f"'{named}' is not a kind of record{did_you_mean(kind, KINDS)}")
            return None
        if any(field.partition(".")[0] == entry for subject in kinds for field in KINDS[subject].fields):
            self.mistakes.say(node, f"'{entry}' is also a field of {' or '.join(kinds)}; name the entry otherwise")
            return None
        many = entries["many"].value is True if "many" in entries else False
        words = Words(subject=kinds, entries={**known, entry: (kind, many)}, parameters=parameters, bare=entry)
        match: list[tuple[str, Type, Operand]] = []
        outer = Words(subject=kinds, entries=known, parameters=parameters)
        failed = False
        match_node = entries.get("match")
        for field, operand_node in entries_of(match_node).items():
            line = (match_node.key_lines or {}).get(field, operand_node.line) if match_node else operand_node.line
            left = self.conditions.left(field, words, line)
            operand = self.conditions.operand(operand_node, left, outer, words) if left is not None else None
            failed = failed or operand is None
            if left is not None and operand is not None:
                match.append((left.field, left.type, operand))
        where = self.conditions.condition(entries["where"], words) if "where" in entries else None
        if failed or ("where" in entries and where is None):
            return None
        return Related(name=entry, kind=kind, before=named.startswith("before."), match=tuple(match), where=where, many=many)

    def _at_fault(self, node: Node | None, words: Words) -> AtFault | None:
        entries = entries_of(node)
        if not entries or "kind" not in entries:
            return None
        key = self.conditions.reference(str(entries["key"].value), words, entries["key"].line) if "key" in entries else None
        return AtFault(str(entries["kind"].value), key)

    def _placeholders(self, node: Node, words: Words, group: bool) -> None:
        """Every {word} of a message must be something that can be filled in."""
        for word in placeholders(str(node.value)):
            if group and not word.startswith(PARAMETER + "."):
                if word not in ("count", "names"):
                    self.mistakes.say(
                        node, f"'{{{word}}}' is of one record; of a group there are only {{count}} and {{names}}"
                    )
            else:
                self._word(node, word, words)

    def _word(self, node: Node, word: str, words: Words) -> None:
        ref = word if word.startswith("$") else f"${word}"
        if self.conditions.reference(ref, words, node.line) is None:
            last = self.mistakes.found[-1]
            self.mistakes.found[-1] = Mistake(last.path, last.line, f"'{{{word}}}' cannot be filled in: {last.message}")

    def steps(self, rule: Rule, node: Node) -> None:
        """The words of the steps must be known to every check."""
        for check in rule.checks:
            words = Words(
                subject=check.each,
                entries={entry.name: (entry.kind, entry.many) for entry in check.related},
                parameters=rule.parameters,
            )
            for text in (*rule.fix.steps, *rule.fix.many_steps):
                for word in placeholders(text):
                    self._word(node, word, words)


def grade(node: Node | None, otherwise: Severity) -> Severity:
    """The grade that a rule or check names; what is no grade, its shape has said."""
    return next((one for one in Severity if node is not None and node.value == one.value), otherwise)
