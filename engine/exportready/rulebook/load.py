"""Reads a folder of rule files into a rulebook, or tells every mistake of every file at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

from exportready.kinds import KINDS
from exportready.kinds.account import BY_PATH
from exportready.kinds.derived import READS
from exportready.model.evidence import Known, Location
from exportready.model.rules import (
    ACCOUNT,
    ANSWERS,
    PARAMETER,
    AtFault,
    Check,
    Citation,
    Condition,
    FixSteps,
    Operand,
    Phase,
    Related,
    Rule,
    Rulebook,
    Severity,
    Type,
)
from exportready.rulebook.conditions import Reader, Words
from exportready.rulebook.examples import read_example
from exportready.rulebook.reads import placeholders, reads
from exportready.rulebook.shape import CHECK, CHECK_KEYS, EXAMPLE, RULE
from exportready.shapes import Mistakes, did_you_mean, parse_age, what_is
from exportready.yamlfile import Mistake, Node, YamlError, parse


class RulebookMistakes(Exception):
    """The rulebook cannot be used; holds every mistake of it."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


def load(folder: Path, own: bool = False) -> Rulebook:
    """Read every `AREA/NAME.yaml` below a folder (`inference/` holds no practices). `own`: not the shipped rules.

    Raises RulebookMistakes with all mistakes, and for a folder without rules.
    """
    rules: list[Rule] = []
    mistakes: list[Mistake] = []
    digest = hashlib.sha256()
    files = sorted(path for path in folder.rglob("*.y*ml") if path.relative_to(folder).parts[0] != "inference")
    for file in files:
        name = file.relative_to(folder).as_posix()
        if file.suffix != ".yaml" or name.count("/") != 1:
            mistakes.append(Mistake(name, 0, "a rule stands in AREA/NAME.yaml; move or rename this file"))
            continue
        try:
            data = file.read_bytes().replace(b"\r\n", b"\n")
        except OSError as error:
            mistakes.append(Mistake(name, 0, f"it cannot be opened ({error.strerror})"))
            continue
        digest.update(f"{name}\0{len(data)}\0".encode() + data)
        rule = _RuleFile(name, Mistakes(name, mistakes)).read(data)
        if rule is not None:
            rules.append(rule)
    if not files:
        mistakes.append(Mistake("", 0, "this folder holds no rules (AREA/NAME.yaml)"))
    if mistakes:
        raise RulebookMistakes(sorted(mistakes, key=lambda mistake: (mistake.path, mistake.line)))
    return Rulebook(tuple(sorted(rules, key=lambda rule: rule.id)), digest.hexdigest(), wanted(rules), own)


def wanted(rules: Iterable[Rule]) -> Mapping[str, frozenset[str]]:
    """Kind -> every field that these rules, and the derivations they rest on, read."""
    fields: dict[str, set[str]] = {}
    for rule in rules:
        for kind, field in reads(rule):
            fields.setdefault(kind, set()).update({field} if field else ())
    for kind, sources in READS.items():
        if kind in fields:
            for source, names in sources.items():
                fields.setdefault(source, set()).update(names)
    return MappingProxyType({kind: frozenset(names) for kind, names in sorted(fields.items())})


class _RuleFile:
    def __init__(self, name: str, mistakes: Mistakes) -> None:
        self.name = name
        self.mistakes = mistakes
        self.conditions = Reader(mistakes)

    def read(self, data: bytes) -> Rule | None:
        before = len(self.mistakes.found)
        try:
            root = parse(data, self.name)
        except YamlError as error:
            self.mistakes.found += error.mistakes
            return None
        if not isinstance(root.value, dict):
            self.mistakes.say(root, "a rule is a group of keys")
            return None
        RULE.check(root, self.mistakes)
        entries = RULE.sound(root)
        expected = self.name.removesuffix(".yaml")
        if "id" in entries and entries["id"].value != expected:
            self.mistakes.say(entries["id"], f"the id must be the file's path, '{expected}'")
        parameters = self._parameters(entries.get("parameters"))
        nothing = Words((), {}, parameters)
        given = self.conditions.condition(entries["given"], nothing) if "given" in entries else None
        checks = self._checks(entries, root, parameters)
        max_age = self._max_age(entries.get("max_age"))
        examples = [
            read_example(node, self.name, self.mistakes, "checks" in root.value)
            for node in _items(root.value.get("examples"))
            if EXAMPLE.check(node, Mistakes(self.name, []))
        ]
        if checks is None or len(self.mistakes.found) > before:
            return None
        source, fix = _entries(entries["source"]), _entries(entries["fix"])
        many = _entries(fix["many"]) if "many" in fix else {}
        rule = Rule(
            _text(entries["id"]),
            _text(entries["title"]),
            Severity(_text(entries["severity"])),
            Phase(_text(entries["phase"])),
            Citation(
                _text(source["document"]),
                _text(source["section"]),
                date.fromisoformat(_text(source["updated"])),
                _text(source["note"]) if "note" in source else "",
            ),
            _text(entries["why"]),
            _text(entries["problem"]) if "problem" in entries else "",
            given,
            tuple(checks),
            "checks" in entries,
            max_age,
            parameters,
            FixSteps(
                _text(fix["who"]),
                _whole(fix["minutes"]),
                tuple(_text(step) for step in _items(fix["steps"])),
                _whole(many["above"]) if many else None,
                tuple(_text(step) for step in _items(many["steps"])) if many else (),
            ),
            tuple(example for example in examples if example is not None),
            Location(self.name, root.line),
        )
        self._steps(rule, entries["fix"])
        self._ages(rule, entries.get("max_age"))
        return rule

    def _parameters(self, node: Node | None) -> dict[str, Known]:
        found: dict[str, Known] = {}
        for name, child in _entries(node).items():
            if isinstance(child.value, (str, bool, Decimal)):
                found[name] = child.value
            else:
                self.mistakes.say(child, f"the parameter '{name}' needs a plain value as its default")
        return found

    def _max_age(self, node: Node | None) -> dict[str, timedelta]:
        ages: dict[str, timedelta] = {}
        for name, child in _entries(node).items():
            line = (node.key_lines or {}).get(name, child.line) if node else child.line
            if name.startswith(ANSWERS + "."):
                path = name.removeprefix(ANSWERS + ".")
                if not any(known == path or known.startswith(path + ".") for known in BY_PATH):
                    self.mistakes.say(line, f"there is no answer '{path}'{did_you_mean(path, BY_PATH)}")
            elif name not in KINDS:
                self.mistakes.say(line, f"'{name}' is not a kind of record{did_you_mean(name, KINDS)}")
            try:
                ages[name] = parse_age(str(child.value))
            except ValueError:
                continue  # RULE has said so
        return ages

    # -- checks

    def _checks(self, entries: Mapping[str, Node], root: Node, parameters: Mapping[str, Known]) -> list[Check] | None:
        severity = _grade(entries.get("severity"), Severity.ERROR)
        written = _entries(root)
        if "checks" not in written:
            check = self._check(entries, root, parameters, severity, self.name.rpartition("/")[2].removesuffix(".yaml"))
            return [check] if check is not None else None
        for key in CHECK_KEYS:
            if key in written:
                self.mistakes.say(written[key], f"'{key}' stands beside 'checks'; move it into one of them")
        checks: list[Check] = []
        names: set[str] = set()
        nodes = _items(written["checks"])
        for node in nodes:
            inside = CHECK.sound(node)
            name = str(inside["name"].value) if "name" in inside else ""
            if name in names:
                self.mistakes.say(node, f"two checks are named '{name}'")
            names.add(name)
            check = self._check(inside, node, parameters, _grade(inside.get("severity"), severity), name)
            checks += [check] if check is not None else []
        return checks if len(checks) == len(nodes) else None

    def _check(
        self, entries: Mapping[str, Node], at: Node, parameters: Mapping[str, Known], severity: Severity, name: str
    ) -> Check | None:
        before = len(self.mistakes.found)
        written = _entries(at)
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
        for entry, node in _entries(written.get("related")).items():
            one = self._related(entry, node, kinds, known, parameters)
            if one is None:
                return None  # what is asked of it below cannot be checked
            related.append(one)
            known[entry] = (one.kind, one.many)
        words = Words(kinds, known, parameters)

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
            name,
            kinds,
            "each_any" in entries,
            tuple(related),
            where,
            expect,
            _text(entries["failure"]),
            severity,
            group,
            eased,
            blocks,
            at_fault,
        )

    def _kinds(self, node: Node) -> tuple[str, ...] | None:
        kinds = []
        for item in _items(node) if isinstance(node.value, list) else [node]:
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
        entries = _entries(node)
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
        words = Words(kinds, {**known, entry: (kind, many)}, parameters, bare=entry)
        match: list[tuple[str, Type, Operand]] = []
        outer = Words(kinds, known, parameters)
        failed = False
        match_node = entries.get("match")
        for field, operand_node in _entries(match_node).items():
            line = (match_node.key_lines or {}).get(field, operand_node.line) if match_node else operand_node.line
            left = self.conditions.left(field, words, line)
            operand = self.conditions.operand(operand_node, left, outer, words) if left is not None else None
            failed = failed or operand is None
            if left is not None and operand is not None:
                match.append((left.field, left.type, operand))
        where = self.conditions.condition(entries["where"], words) if "where" in entries else None
        if failed or ("where" in entries and where is None):
            return None
        return Related(entry, kind, named.startswith("before."), tuple(match), where, many)

    def _at_fault(self, node: Node | None, words: Words) -> AtFault | None:
        entries = _entries(node)
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

    def _ages(self, rule: Rule, node: Node | None) -> None:
        """An age of what the rule does not read would bind nothing."""
        found = {kind for kind, _ in reads(rule)}
        found |= {source for kind in found & READS.keys() for source in READS[kind]}
        for name, child in _entries(node).items():
            line = (node.key_lines or {}).get(name, child.line) if node else child.line
            if name == ACCOUNT:
                self.mistakes.say(line, f"{ACCOUNT} has no age of its own; write $answers.PATH for the answer it rests on")
            elif name not in found and not name.startswith(ANSWERS + "."):
                self.mistakes.say(line, f"'{name}' is not read by this rule, so its age binds nothing")

    def _steps(self, rule: Rule, node: Node) -> None:
        """The words of the steps must be known to every check."""
        for check in rule.checks:
            words = Words(check.each, {entry.name: (entry.kind, entry.many) for entry in check.related}, rule.parameters)
            for text in (*rule.fix.steps, *rule.fix.many_steps):
                for word in placeholders(text):
                    self._word(node, word, words)


def _entries(node: Node | None) -> dict[str, Node]:
    return node.value if node is not None and isinstance(node.value, dict) else {}


def _items(node: Node | None) -> list[Node]:
    return node.value if node is not None and isinstance(node.value, list) else []


def _whole(node: Node) -> int:
    return int(node.value) if isinstance(node.value, Decimal) else 0


def _grade(node: Node | None, otherwise: Severity) -> Severity:
    """The grade that a rule or check names; what is no grade, RULE has said."""
    return next((grade for grade in Severity if node is not None and node.value == grade.value), otherwise)


def _text(node: Node) -> str:
    return str(node.value)
