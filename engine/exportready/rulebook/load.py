"""Read a folder of rule files into a rulebook, or report every mistake in every file at once."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec.structs import replace

from exportready import __version__
from exportready.model.inference import InferenceRule
from exportready.model.rules import Pack, Rule, Rulebook
from exportready.rulebook.reads import SHOWN, SHOWN_AFTER, wanted
from exportready.runtime import cache, program, shipped
from exportready.schema.files import read_written
from exportready.schema.mistakes import Mistakes, MistakesFound

INFERENCE = "inference"
"""The subfolder with the inference rules."""

PACK = "pack.yaml"
"""The file beside the areas that has the pack's name and version."""


WHAT = "the rulebook"
"""What mistakes in a folder of rules are about, in messages."""


def load_rulebook(folder: Path | None = None, *, examples: bool = True) -> Rulebook:
    """Return the shipped rules, or the rules in a folder of your own instead. `examples`: with their own examples.

    Raises MistakesFound with every mistake in the folder's files, by file and line, or if there are no rules.
    """
    if folder is None:
        return load_or_recall(shipped.folder("rules"), examples=examples)
    try:
        return load_or_recall(folder, own=True, examples=examples)
    except MistakesFound as error:
        raise MistakesFound((one.below(folder) for one in error.mistakes), error.about) from error


def load(folder: Path, own: bool = False) -> Rulebook:
    """Return every `AREA/NAME.yaml` in a folder, its inference rules and its pack.yaml. `own`: not the shipped rules.

    Raises MistakesFound with all mistakes, their paths relative to the folder, or if there are no rules.
    """
    mistakes = Mistakes()
    read = read_folder(folder, mistakes)
    mistakes.raise_if_any(WHAT)
    name, version = (
        read.name or (folder.resolve().name if own else "exportready"),
        read.version or ("" if own else __version__),
    )
    pack = Pack(name=name, version=version, digest=read.digest, rules=len(read.rules))
    return Rulebook(
        rules=read.rules,
        digest=pack.digest,
        wanted=wanted(read.rules, (*SHOWN, *SHOWN_AFTER)),
        own=own,
        inference=read.inference,
        own_inference=_inference_of(folder).parent == folder,
        packs=(pack,),
    )


def _inference_of(folder: Path) -> Path:
    """Return the folder's own inference rules, or the shipped ones."""
    return folder / INFERENCE if (folder / INFERENCE).is_dir() else shipped.folder("rules") / INFERENCE


def load_or_recall(folder: Path, own: bool = False, *, examples: bool = True) -> Rulebook:
    """Return the same as `load`, from the cache if neither the files nor the program have changed since an earlier run.

    Without `examples`, the rules have none: a check needs none, and they are most of what is cached.
    """
    key = _state(folder, own)
    kept = cache.load("rules", key) if key else None
    if not isinstance(kept, _Kept):
        book = load(folder, own)
        kept = _Kept.of(book)
        if key and key == _state(folder, own):  # otherwise a file was changed while it was read
            cache.keep("rules", key, kept)
    return kept.complete() if examples else kept.book


class _Kept(msgspec.Struct, frozen=True):
    """A rulebook in the cache: its rules without their examples, which stay packed until someone needs them."""

    book: Rulebook
    examples: bytes

    @classmethod
    def of(cls, book: Rulebook) -> _Kept:
        packed = pickle.dumps([rule.examples for rule in book.rules], pickle.HIGHEST_PROTOCOL)
        return cls(replace(book, rules=tuple(replace(rule, examples=()) for rule in book.rules)), packed)

    def complete(self) -> Rulebook:
        examples = pickle.loads(self.examples)  # noqa: S301 - from this run, or from a folder that only this user can write to
        pairs = zip(self.book.rules, examples, strict=True)
        return replace(self.book, rules=tuple(replace(rule, examples=own) for rule, own in pairs))


def _state(folder: Path, own: bool) -> str:
    """Return a hash of everything that a rulebook depends on; empty if a file can't be read, which `load` reports.

    The shipped rules count like the program's code, by their sizes and times.
    """
    state = hashlib.sha256(f"{program.local_state()}\0{folder}\0{own}".encode("utf-8", "surrogateescape"))
    try:
        for file in sorted({*folder.rglob("*.y*ml"), *_inference_of(folder).glob("*.yaml")}):
            state.update(f"\0{file.as_posix()}\0".encode("utf-8", "surrogateescape"))
            content = read_written(file) if own else program.state_of(file).encode()
            state.update(hashlib.sha256(content).digest())
    except OSError:
        return ""
    return state.hexdigest()[:32]


class Folder(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of a folder of rules, without files that have mistakes."""

    rules: tuple[Rule, ...]
    """By id."""
    inference: tuple[InferenceRule, ...]
    name: str
    """The pack's name; it and the version are empty if the folder has no pack.yaml."""
    version: str
    digest: str
    """SHA-256 over the text of all rule files, including the folder's own inference rules."""


def read_folder(folder: Path, mistakes: Mistakes) -> Folder:
    """Return the contents of a folder of rules, with the shipped inference rules if it has none of its own; note every mistake."""
    from exportready.rulebook.inference import load as load_inference
    from exportready.rulebook.rule_file import read_rule  # not needed with a cached rulebook

    rules: list[Rule] = []
    digest = hashlib.sha256()
    files = sorted(folder.rglob("*.y*ml"))
    for file in files:
        name = file.relative_to(folder).as_posix()
        if name.startswith(INFERENCE + "/") or name == PACK:
            continue  # read below
        if file.suffix != ".yaml" or name.count("/") != 1:
            mistakes.of(name).add(0, "rule files must be AREA/NAME.yaml; move or rename this file")
            continue
        try:
            data = read_written(file).replace(b"\r\n", b"\n")
        except OSError as error:
            mistakes.of(name).add(0, f"can't open this file ({error.strerror})")
            continue
        digest.update(f"{name}\0{len(data)}\0".encode() + data)
        rule = read_rule(data, mistakes.of(name))
        rules += [rule] if rule is not None else []
    if not any(file.name != PACK and file.parent.name != INFERENCE for file in files):
        mistakes.add(0, "this folder has no rules; add a file AREA/NAME.yaml")
    _check_facts(rules, mistakes)
    pack, version = _pack(folder, mistakes)
    inference: tuple[InferenceRule, ...] = ()
    with mistakes.collecting():
        inference = load_inference(_inference_of(folder))
    for file in sorted((folder / INFERENCE).glob("*.yaml")):
        with suppress(OSError):  # which load_inference has noted
            digest.update(file.name.encode() + read_written(file).replace(b"\r\n", b"\n"))
    in_order = tuple(sorted(rules, key=lambda rule: rule.id))
    return Folder(rules=in_order, inference=inference, name=pack, version=version, digest=digest.hexdigest())


def _check_facts(rules: Sequence[Rule], mistakes: Mistakes) -> None:
    """Note each rule that asks for the same fact as an earlier one in another way. One look decides them all, so it is asked once."""
    by_fact: dict[str, Rule] = {}
    for rule in rules:
        if rule.confirm is None:
            continue
        first = by_fact.setdefault(rule.confirm.fact, rule)
        if first.confirm is not None and rule.confirm.asked != first.confirm.asked:
            mistakes.of(rule.where.path).add(
                rule.where.line or 1,
                f"`confirm` differs from the one in {first.where.path}, which has the same fact; make them the same",
            )


def _pack(folder: Path, mistakes: Mistakes) -> tuple[str, str]:
    """Return the name and version in pack.yaml; empty if there is none, or it has mistakes, which are noted."""
    if not (folder / PACK).exists():
        return "", ""
    from exportready.schema.shapes import Key, Object, Text
    from exportready.schema.yamlfile import Node, parse_file

    shape = Object({"name": Key(Text(), required=True), "version": Key(Text(), 'in quotes: "1.0"', required=True)})
    found = mistakes.of(PACK)
    stated: Mapping[str, Node] = {}
    with found.collecting():
        root = parse_file(folder / PACK, found)
        shape.check(root, found)
        stated = shape.valid_entries(root)
    return str(stated["name"].value) if "name" in stated else "", str(stated["version"].value) if "version" in stated else ""
