"""Reads a folder of rule files into a rulebook, or tells every mistake of every file at once."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from exportready import __version__
from exportready.kinds import KINDS
from exportready.kinds.account import BY_PATH
from exportready.model.evidence import Known, Location
from exportready.model.rules import ACCOUNT, ANSWERS, Citation, FixSteps, Pack, Phase, Rule, Rulebook, Severity
from exportready.rulebook.checks import CheckReader
from exportready.rulebook.conditions import Reader, Words
from exportready.rulebook.examples import read_example
from exportready.rulebook.inference import load as load_inference
from exportready.rulebook.reads import SHOWN, SHOWN_AFTER, reads, wanted
from exportready.rulebook.shape import EXAMPLE, RULE
from exportready.runtime import cache, shipped
from exportready.schema.shapes import Key, Mistakes, Object, Text, did_you_mean
from exportready.schema.times import parse_age
from exportready.schema.yamlfile import Mistake, Node, YamlError, items, parse
from exportready.schema.yamlfile import entries as entries_of

INFERENCE = "inference"
"""The folder among the rules that says what follows from what."""


PACK = "pack.yaml"
"""Beside the areas: how the pack is called, and its version."""
_PACK_SHAPE = Object({"name": Key(Text(), required=True), "version": Key(Text(), 'in quotes: "1.0"', required=True)})


class RulebookMistakes(Exception):
    """The rulebook cannot be used; holds every mistake of it."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


def load(folder: Path, own: bool = False) -> Rulebook:
    """Read every `AREA/NAME.yaml` below a folder, and its inference rules. `own`: not the shipped rules.

    Raises RulebookMistakes with all mistakes, and for a folder without rules; InferenceMistakes for inference rules that
    can't be used.
    """
    rules, mistakes, digest = read_folder(folder)
    if mistakes:
        raise RulebookMistakes(mistakes)
    place = _inference_of(folder)
    inference = load_inference(place)
    own_inference = place.parent == folder
    for file in sorted(place.glob("*.yaml")) if own_inference else ():
        digest.update(file.name.encode() + file.read_bytes().replace(b"\r\n", b"\n"))
    pack = _pack(folder, own, digest.hexdigest(), len(rules))
    return Rulebook(
        rules=tuple(rules),
        digest=pack.digest,
        wanted=wanted(rules, (*SHOWN, *SHOWN_AFTER)),
        own=own,
        inference=inference,
        own_inference=own_inference,
        packs=(pack,),
    )


def _inference_of(folder: Path) -> Path:
    """Return the folder's own inference rules, or the shipped ones."""
    return folder / INFERENCE if (folder / INFERENCE).is_dir() else shipped.folder("rules") / INFERENCE


def load_or_recall(folder: Path, own: bool = False) -> Rulebook:
    """The same, recalled from an earlier run where neither the files nor the program have changed."""
    key = _state(folder, own)
    known = cache.load("rules", key) if key else None
    if isinstance(known, Rulebook):
        return known
    book = load(folder, own)
    if key and key == _state(folder, own):  # else a file was changed while it was read
        cache.keep("rules", key, book)
    return book


def _state(folder: Path, own: bool) -> str:
    """What a rulebook follows from; empty where a file cannot be read, which `load` tells."""
    told = hashlib.sha256(f"{cache.code()}\0{folder}\0{own}".encode("utf-8", "surrogateescape"))
    try:
        for file in sorted({*folder.rglob("*.y*ml"), *_inference_of(folder).glob("*.yaml")}):
            told.update(f"\0{file.as_posix()}\0".encode("utf-8", "surrogateescape"))
            told.update(hashlib.sha256(file.read_bytes()).digest())
    except OSError:
        return ""
    return told.hexdigest()[:32]


def read_folder(folder: Path) -> tuple[list[Rule], list[Mistake], Any]:
    """The rules that can be read, the mistakes of all others, and the digest of all files so far."""
    rules: list[Rule] = []
    mistakes: list[Mistake] = []
    digest = hashlib.sha256()
    files = sorted(folder.rglob("*.y*ml"))
    for file in files:
        name = file.relative_to(folder).as_posix()
        if name.startswith(INFERENCE + "/") or name == PACK:
            continue  # exportready.rulebook.inference reads those
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
    if not any(file.name != PACK and file.parent.name != INFERENCE for file in files):
        mistakes.append(Mistake("", 0, "this folder holds no rules (AREA/NAME.yaml)"))
    return sorted(rules, key=lambda rule: rule.id), sorted(mistakes, key=lambda mistake: (mistake.path, mistake.line)), digest


def _pack(folder: Path, own: bool, digest: str, rules: int) -> Pack:
    """How a folder of rules is called: by its pack.yaml, else by its own name. Raises RulebookMistakes."""
    name, version = (folder.resolve().name, "") if own else ("exportready", __version__)
    if (folder / PACK).is_file():
        found: list[Mistake] = []
        told = Mistakes(PACK, found)
        try:
            root = parse((folder / PACK).read_bytes(), PACK)
        except YamlError as error:
            raise RulebookMistakes(error.mistakes) from error
        _PACK_SHAPE.check(root, told)
        if found:
            raise RulebookMistakes(found)
        stated = entries_of(root)
        name, version = _text(stated["name"]), _text(stated["version"])
    return Pack(name=name, version=version, digest=digest, rules=rules)


class _RuleFile:
    def __init__(self, name: str, mistakes: Mistakes) -> None:
        self.name = name
        self.mistakes = mistakes
        self.conditions = Reader(mistakes)
        self.checks = CheckReader(name.rpartition("/")[2].removesuffix(".yaml"), mistakes, self.conditions)

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
        nothing = Words(subject=(), entries={}, parameters=parameters)
        given = self.conditions.condition(entries["given"], nothing) if "given" in entries else None
        checks = self.checks.read(entries, root, parameters)
        max_age = self._max_age(entries.get("max_age"))
        examples = [
            read_example(node, self.name, self.mistakes, "checks" in root.value)
            for node in items(root.value.get("examples"))
            if EXAMPLE.check(node, Mistakes(self.name, []))
        ]
        if checks is None or len(self.mistakes.found) > before:
            return None
        source, fix = entries_of(entries["source"]), entries_of(entries["fix"])
        many = entries_of(fix["many"]) if "many" in fix else {}
        waivers = entries_of(entries.get("waivers"))
        rule = Rule(
            id=_text(entries["id"]),
            title=_text(entries["title"]),
            severity=Severity(_text(entries["severity"])),
            phase=Phase(_text(entries["phase"])),
            source=Citation(
                document=_text(source["document"]),
                section=_text(source["section"]),
                updated=date.fromisoformat(_text(source["updated"])),
                note=_text(source["note"]) if "note" in source else "",
            ),
            why=_text(entries["why"]),
            problem=_text(entries["problem"]) if "problem" in entries else "",
            given=given,
            checks=tuple(checks),
            named_checks="checks" in entries,
            max_age=max_age,
            parameters=parameters,
            fix=FixSteps(
                who=_text(fix["who"]),
                minutes=_whole(fix["minutes"]),
                steps=tuple(_text(step) for step in items(fix["steps"])),
                many_above=_whole(many["above"]) if many else None,
                many_steps=tuple(_text(step) for step in items(many["steps"])) if many else (),
            ),
            examples=tuple(example for example in examples if example is not None),
            where=Location(self.name, root.line),
            digest=hashlib.sha256(data).hexdigest()[:16],
            waivable="allowed" not in waivers or waivers["allowed"].value is True,
            longest_waiver=parse_age(_text(waivers["longest"])) if "longest" in waivers else None,
        )
        self.checks.steps(rule, entries["fix"])
        self._ages(rule, entries.get("max_age"))
        return rule

    def _parameters(self, node: Node | None) -> dict[str, Known]:
        found: dict[str, Known] = {}
        for name, child in entries_of(node).items():
            if isinstance(child.value, (str, bool, Decimal)):
                found[name] = child.value
            else:
                self.mistakes.say(child, f"the parameter '{name}' needs a plain value as its default")
        return found

    def _max_age(self, node: Node | None) -> dict[str, timedelta]:
        ages: dict[str, timedelta] = {}
        for name, child in entries_of(node).items():
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

    def _ages(self, rule: Rule, node: Node | None) -> None:
        """Refuse an age of what the rule does not read: it would bind nothing."""
        from exportready.derive.registry import sources  # a rulebook that is recalled needs no derivations

        found = {kind for kind, _ in reads(rule)}
        found |= {source for kind in found for source in sources(kind)}
        for name, child in entries_of(node).items():
            line = (node.key_lines or {}).get(name, child.line) if node else child.line
            if name == ACCOUNT:
                self.mistakes.say(line, f"{ACCOUNT} has no age of its own; write $answers.PATH for the answer it rests on")
            elif name not in found and not name.startswith(ANSWERS + "."):
                self.mistakes.say(line, f"'{name}' is not read by this rule, so its age binds nothing")


def _whole(node: Node) -> int:
    return int(node.value) if isinstance(node.value, Decimal) else 0


def _text(node: Node) -> str:
    return str(node.value)
