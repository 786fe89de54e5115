"""How a kind is described: its fields and their types, its key, what absence means, how to supply it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from exportready.model.reasons import Channel
from exportready.model.rules import Type


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One field of a kind."""

    type: Type
    on_request: bool = False
    """qbXML leaves the element out unless it was asked for, or when it is older than the field:
    its absence says nothing (docs/sources.md, absent elements). For every other field absence is "unset"."""
    choices: tuple[str, ...] = ()
    """The values that exist, where the vendor lists them."""
    percent: bool = False
    """The file writes 8.25 or 8.25% for what reads as 0.0825."""
    is_rate: bool = False
    """A rate that programs work out in binary fractions: beyond ten places it is noise (0.08250000000000002)."""
    many: bool = False
    """The element may stand there several times; the value is its texts, one a line."""
    needs: tuple[str, ...] = ()
    """No file holds it: it is derived from these fields of the same record."""
    answer: str = ""
    """The path of the answer that states it, of a fact of the account."""
    question: str = ""
    """What it answers, of a fact of the account that no answer states."""


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of record."""

    name: str
    fields: Mapping[str, Field]
    key: tuple[str, ...]
    """The fields that name a record in the books, joined by " / ". Empty: the only record, or a sheet."""
    supply: str
    """What to do so that the next snapshot holds it, in the products' own menu names."""
    at_fault: str
    """Which sort of object a record of it stands for, when a rule says no more."""
    channel: Channel = Channel.EXPORT
    """How `supply` supplies it."""
    also: tuple[Channel, ...] = ()
    """Other ways that `supply` names."""
    question: str = ""
    """The path of the answer that says all of the kind, where a question asks for it."""
    numbered: bool = False
    """Equal keys are told apart by a running number (lines of one transaction)."""
    single: bool = False
    """There is only ever one record (Host, the answers): "the whole list" does not apply."""
    sheet: bool = False
    """The one record is a sheet of facts: what is at fault is the field, so the field is the key."""
    active: str | None = None
    """The field that says whether a record is active."""
    identity: str | None = None
    """The vendor's own id, for telling a record apart from its copy; never shown as a key."""
    always: tuple[str, ...] = ()
    """qbXML elements that every record of this kind shows: where they stand, an absent one is unset."""
    array_of: tuple[str, str] | None = None
    """(parent kind, the field of it that holds these records)."""
    bare: str = ""
    """Where the array holds bare values instead of records: the field that each of them is."""
    known: frozenset[str] = frozenset()
    """Every top-level JSON key that its records may have."""
    marks: frozenset[str] = frozenset()
    """Keys that no other list of the API has together: with them a list is recognised whatever its file is named."""
    feed: str = ""
    """How a program exports it, where a person can export it by hand too: with every field."""
    files: tuple[str, ...] = ()
    """Words of a file name that stand for the kind, for an empty or ambiguous list."""


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """A way to supply a kind of record, or a field of it."""

    instruction: str
    channel: Channel
    also: tuple[Channel, ...] = ()
    """Other ways that the instruction names."""
    question: str = ""
    """The path of the answer that it asks for; empty where it asks for a file."""


def fields(text: str) -> dict[str, Field]:
    """Read a table of `name type [choice|choice]`, `?` before the type marking a field on request."""
    table = {}
    for line in filter(str.strip, text.splitlines()):
        name, kind, *rest = line.split(None, 2)
        choices = tuple(rest[0].split("|")) if rest else ()
        type_name = kind.removeprefix("?")
        percent, is_rate = type_name == "percent", type_name == "rate"
        of = Type.NUMBER if percent or is_rate else Type(type_name)
        table[name] = Field(type=of, on_request=kind.startswith("?"), choices=choices, percent=percent, is_rate=is_rate)
    return table


def parents(parent: Mapping[str, Field], names: str) -> dict[str, Field]:
    """The fields of a parent that its array's records may read, as `parent.NAME`."""
    return {
        f"parent.{name}": replace(parent[name], needs=tuple(f"parent.{need}" for need in parent[name].needs))
        for name in names.split()
    }
