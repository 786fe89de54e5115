"""The description of a kind: its fields and their types, its key, what an absent field means, and how to supply it."""

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
    """True if qbXML leaves the element out unless it was requested, or if its version is older than the field: then its absence
    says nothing (docs/sources.md, absent elements). Any other field that is absent is unset."""
    never_blank: bool = False
    """True if the vendor's schema always requires a value: then a blank says nothing. A blank of any other field is unset."""
    choices: tuple[str, ...] = ()
    """The possible values, if the vendor lists them."""
    percent: bool = False
    """True if the file has 8.25 or 8.25% for a value of 0.0825."""
    is_rate: bool = False
    """True for a rate that programs compute in binary fractions: digits beyond the tenth place are noise (0.08250000000000002)."""
    is_money: bool = False
    """True for an amount in dollars."""
    many: bool = False
    """True if the element may be repeated; the value is its texts, one per line."""
    needs: tuple[str, ...] = ()
    """The fields of the same record from which it is derived, if no file has it."""
    answer: str = ""
    """For a fact of the account: the path of the answer that states it."""
    question: str = ""
    """For a fact of the account that no answer states: the question that it answers."""


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of record."""

    name: str
    fields: Mapping[str, Field]
    key: tuple[str, ...]
    """The fields that name a record, joined by " / ". Empty if there is only one record, or the record is a sheet of facts."""
    supply: str
    """What the office does so that the next snapshot has it, in the products' own menu names. It never mentions an API or a file format's
    field; `integrator` does."""
    at_fault: str
    """The kind of object that is at fault if a record of it fails a rule, unless the rule says otherwise."""
    channel: Channel = Channel.EXPORT
    """The channel of `supply`."""
    also: tuple[Channel, ...] = ()
    """Other channels that can supply it."""
    integrator: str = ""
    """What an integrator needs to supply it with every field: the request and the file name. Empty if the API doesn't have it."""
    question: str = ""
    """The path of the answer that gives all of the kind, if a question asks for it."""
    numbered: bool = False
    """True if equal keys are distinguished by a number (lines of one transaction)."""
    single: bool = False
    """True if there is only ever one record (Host, the answers), so that it can't be a part of a list."""
    sheet: bool = False
    """True if the one record is a sheet of facts: then a field is at fault, and names the finding."""
    active: str | None = None
    """The field that says whether a record is active."""
    identity: str | None = None
    """The field with the vendor's own id, which tells a record from its copy; it is never shown as a key."""
    always: tuple[str, ...] = ()
    """qbXML elements that every complete record of this kind has: if they are present, an absent element is unset."""
    array_of: tuple[str, str] | None = None
    """(parent kind, the field of it that holds these records)."""
    bare: str = ""
    """If the array contains plain values instead of records: the field that each of them becomes."""
    known: frozenset[str] = frozenset()
    """Every top-level JSON key that its records may have."""
    marks: frozenset[str] = frozenset()
    """Keys that no other list of the API has together, so that they identify the list whatever its file is named."""
    files: tuple[str, ...] = ()
    """File names of the kind, by which an empty or ambiguous list is recognized."""

    @property
    def can_be_exported_by_hand(self) -> bool:
        """Return whether the office can export the kind itself, and doesn't depend on an integrator."""
        return self.channel is Channel.EXPORT and Channel.INTEGRATOR in self.also


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """How to supply a kind of record, or a field of it."""

    instruction: str
    """What the office does."""
    channel: Channel
    also: tuple[Channel, ...] = ()
    """Other channels that can supply it."""
    integrator: str = ""
    """What an integrator needs to supply it: the request and the file name. Empty if no integrator can help."""
    question: str = ""
    """The path of the answer that it asks for; empty where it asks for a file."""


_NUMBERS = ("percent", "rate", "money")
"""Types that a table may give to a number, so that it is read and shown as such."""


def ask_integrator(whose: str, what: str) -> str:
    """Return the instruction to ask an integrator for a list: that of ServiceTitan or of QuickBooks."""
    return f"Ask your {whose} integrator for the {what}"


def fields(text: str) -> dict[str, Field]:
    """Parse a table with lines of `name type [choice|choice]`.

    `?` before the type marks a field on request, `!` one that is never blank.
    """
    table = {}
    for line in filter(str.strip, text.splitlines()):
        name, kind, *rest = line.split(None, 2)
        choices = tuple(rest[0].split("|")) if rest else ()
        type_name = kind.lstrip("?!")
        table[name] = Field(
            type=Type.NUMBER if type_name in _NUMBERS else Type(type_name),
            on_request=kind.startswith("?"),
            never_blank=kind.startswith("!"),
            choices=choices,
            percent=type_name == "percent",
            is_rate=type_name == "rate",
            is_money=type_name == "money",
        )
    return table


def parents(parent: Mapping[str, Field], names: str) -> dict[str, Field]:
    """Return the fields of a parent record that the records of its array have too, as `parent.NAME`."""
    return {
        f"parent.{name}": replace(parent[name], needs=tuple(f"parent.{need}" for need in parent[name].needs))
        for name in names.split()
    }
