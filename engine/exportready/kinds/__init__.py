"""Every kind of record with its fields, as data with its sources. Reading and checking happen elsewhere."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from functools import cache

from exportready.kinds import account, derived, quickbooks, servicetitan
from exportready.kinds.nouns import noun
from exportready.kinds.table import Field, Kind, Way, ask_integrator
from exportready.model.reasons import Channel
from exportready.model.rules import Type

KINDS: Mapping[str, Kind] = {
    kind.name: kind for kind in (*quickbooks.KINDS, *servicetitan.KINDS, account.KIND, *derived.KINDS)
}

AT_FAULT = ("item", "customer", "vendor", "account", "class", "terms", "payment_type", "tax_item", "transaction", "session")


def fold(text: str) -> str:
    """Return a name as QuickBooks compares it: ignoring case, and with runs of spaces as one (docs/sources.md, names)."""
    return _FOLDED[text]


class _FoldedNames(dict[str, str]):
    """Caches folded names, because the same ones come again and again: on every line, and in every list."""

    def __missing__(self, text: str) -> str:
        if len(self) >= _CACHE_SIZE:
            self.clear()
        if text.isascii():
            folded = " ".join(text.split()).lower()  # same result as below, but faster
        else:
            composed = unicodedata.normalize("NFC", text)  # macOS and some tools write an accent as a separate character
            folded = " ".join(composed.split()).casefold()
        self[text] = folded
        return folded


_CACHE_SIZE = 1 << 16
"""Maximum number of names cached, so that a process that reads many accounts doesn't grow."""
_FOLDED = _FoldedNames()


def field_of(kind: str, name: str) -> Field | None:
    """Return the description of a field; None if the kind has no such field.

    The entries of answers that are maps are names, and those of answers that are lists are yes or no.
    """
    found = KINDS[kind].fields.get(name)
    if found is None and kind == account.KIND.name and any(name.startswith(f"{path}.") for path in account.MAPS):
        return Field(type=Type.NAME)
    if found is None and kind == account.KIND.name and any(name.startswith(f"{path}.") for path in account.LISTS):
        return Field(type=Type.YESNO)
    return found


def fingerprint(account: str, rule: str, check: str, kind: str, key: str) -> str:
    """Return the hash of account, rule, check and subject, never of a line: a file that is moved or exported again keeps it.

    The subject's kind is part of it, since a material and a piece of equipment can have the same code.
    """
    text = "\0".join((fold(account), rule, check, kind, fold(key)))
    return hashlib.sha256(text.encode("utf-8", errors="replace")).hexdigest()[:32]


@cache  # asked for every record
def children(kind: str) -> tuple[Kind, ...]:
    """Return the kinds whose records are arrays inside a record of this one."""
    return tuple(child for child in KINDS.values() if child.array_of and child.array_of[0] == kind)


def list_of(kind: str) -> str:
    """Return the kind whose list has the records of this one: for lines the kind of their transactions, else the kind itself."""
    array_of = KINDS[kind].array_of
    return array_of[0] if array_of else kind


def answer_of(kind: str, name: str | None) -> str:
    """Return the path of the answer that states a fact of the account; empty for any other field."""
    found = KINDS[kind].fields.get(name or "")
    return found.answer if found else ""


def question(owner: str, name: str) -> str:
    """Return the question behind an answer, or behind a fact of the account that depends on one."""
    fact = KINDS[owner].fields.get(name) if owner == "derived.account" else None
    path = (fact.answer if fact else "") or name
    if path in account.BY_PATH:
        return account.BY_PATH[path].question
    return (fact.question if fact else "") or name


def way(kind: str, name: str | None, in_sheet: bool = False) -> Way:
    """Return what to do so that the next snapshot has this kind, or this field of it.

    `in_sheet`: a spreadsheet doesn't have the field, and only the program's own export does.
    """
    of = KINDS[kind]
    if in_sheet and of.can_be_exported_by_hand and not kind.startswith("derived."):
        listed = of.array_of[0] if of.array_of else kind
        program = "QuickBooks" if kind.startswith("quickbooks.") else "ServiceTitan"
        instruction = f"Your spreadsheet doesn't have this column. {ask_integrator(program, noun(listed, 2))}"
        return Way(instruction=instruction, channel=Channel.INTEGRATOR, integrator=of.integrator)
    if kind == account.KIND.name and name:
        return account.way(name)
    if path := answer_of(kind, name):
        return account.way(path)
    return Way(instruction=of.supply, channel=of.channel, also=of.also, integrator=of.integrator, question=of.question)


def supply(kind: str, name: str | None, in_sheet: bool = False) -> str:
    """Return the instruction of `way`."""
    return way(kind, name, in_sheet).instruction
