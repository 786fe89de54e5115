"""The words: every kind of record there is, with its fields. Data, with its sources; no reading, no judging."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache

from exportready.kinds import account, derived, quickbooks, servicetitan
from exportready.kinds.table import Field, Kind, Way
from exportready.model.reasons import Channel
from exportready.model.rules import Type

KINDS: Mapping[str, Kind] = {
    kind.name: kind for kind in (*quickbooks.KINDS, *servicetitan.KINDS, account.KIND, *derived.KINDS)
}

AT_FAULT = ("item", "customer", "vendor", "account", "class", "terms", "tax_item", "transaction", "session")


def fold(text: str) -> str:
    """How QuickBooks compares names: case-insensitive, runs of space as one (docs/sources.md, names)."""
    return _FOLDED[text]


class _Folded(dict[str, str]):
    """The same names come again and again: on every line, and in every list that names them."""

    def __missing__(self, text: str) -> str:
        if len(self) >= _REMEMBERED:
            self.clear()
        if text.isascii():
            folded = " ".join(text.split()).lower()  # the same as below, and quicker
        else:
            composed = unicodedata.normalize("NFC", text)  # macOS and some tools write an accent as a character of its own
            folded = " ".join(composed.split()).casefold()
        self[text] = folded
        return folded


_REMEMBERED = 1 << 16
_FOLDED = _Folded()


def field_of(kind: str, name: str) -> Field | None:
    """The field's description; None where the kind has no such field. Entries of an answer's map are names."""
    found = KINDS[kind].fields.get(name)
    if found is None and kind == account.KIND.name and any(name.startswith(f"{path}.") for path in account.MAPS):
        return Field(type=Type.NAME)
    if found is None and kind == account.KIND.name and any(name.startswith(f"{path}.") for path in account.LISTS):
        return Field(type=Type.YESNO)
    return found


@cache  # asked for every record
def children(kind: str) -> tuple[Kind, ...]:
    """The kinds that are arrays inside a record of this one."""
    return tuple(child for child in KINDS.values() if child.array_of and child.array_of[0] == kind)


def plural(kind: str) -> str:
    """The records of a kind in words."""
    name = kind.partition(".")[2].replace("_", " ")
    name = name if name.islower() else "QuickBooks " + name
    return name if name.endswith(("s", "equipment")) else name + "s"


def answer_of(kind: str, name: str | None) -> str:
    """Return the path of the answer that states a fact of the account; empty for any other field."""
    found = KINDS[kind].fields.get(name or "")
    return found.answer if found else ""


def question(owner: str, name: str) -> str:
    """Return what was asked, for an answer or for a fact of the account that rests on one."""
    fact = KINDS[owner].fields.get(name) if owner == "derived.account" else None
    path = (fact.answer if fact else "") or name
    if path in account.BY_PATH:
        return account.BY_PATH[path].question
    return (fact.question if fact else "") or name


def way(kind: str, name: str | None, in_sheet: bool = False) -> Way:
    """Return what to do so that the next snapshot holds this kind, or this field of it.

    `in_sheet`: a spreadsheet lacks the field, which only the program's own export has.
    """
    of = KINDS[kind]
    if in_sheet and of.feed:
        return Way(instruction=f"Your spreadsheet has no such column. {of.feed}", channel=Channel.INTEGRATOR)
    if kind == account.KIND.name and name:
        return account.way(name)
    if path := answer_of(kind, name):
        return account.way(path)
    return Way(instruction=of.supply, channel=of.channel, also=of.also, question=of.question)


def supply(kind: str, name: str | None, in_sheet: bool = False) -> str:
    """Return the instruction of `way`."""
    return way(kind, name, in_sheet).instruction
