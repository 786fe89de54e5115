"""The shape of account.yaml, for reading it and for its JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exportready.kinds.account import ALL, BATCH, DONT_KNOW, LISTS, MAPS, NONE, NONE_THERE, PART, SETTINGS
from exportready.model.rules import Type
from exportready.schema.mistakes import Mistakes
from exportready.schema.shapes import Choice, Key, ListOf, MapOf, Number, Object, OneOf, Parsed, Shape, Text, YesNo
from exportready.schema.times import DAY, TIME, parse_day
from exportready.schema.yamlfile import Node


class OrUnknown(Shape, frozen=True):
    """An answer, or an unknown one: `don't know`, or nothing after the key."""

    answer: Shape
    may_be_empty = True

    @property
    def words(self) -> str:  # type: ignore[override]
        """See Shape."""
        return self.answer.words

    def check(self, node: Node, mistakes: Mistakes) -> bool:
        """See Shape."""
        return is_unknown_answer(node) or self.answer.check(node, mistakes)

    def schema(self) -> dict[str, Any]:
        """See Shape."""
        return {"anyOf": [self.answer.schema(), {"enum": [DONT_KNOW, None]}]}


def is_unknown_answer(node: Node) -> bool:
    """Return whether an answer is empty or `don't know`."""
    return node.value is None or (
        isinstance(node.value, str) and node.value.strip().lower().replace("\u2019", "'") == DONT_KNOW
    )


_SHAPES: Mapping[Type, Shape] = {
    Type.TEXT: Text(),
    Type.NAME: Text(),
    Type.NUMBER: Number(),
    Type.YESNO: YesNo(),
    Type.DATE: DAY,
}


_BY_AT = {"by": Key(Text(), "who said so"), "at": Key(TIME, "when; else `confirmed.at`, else `takenAt`")}


def _day_or_none(text: str) -> object:
    return text if text == NONE else parse_day(text)


def _answer(shape: Shape) -> OrUnknown:
    return OrUnknown(OneOf(shape, Object({"value": Key(OrUnknown(shape), "the answer", required=True), **_BY_AT})))


def _settings() -> Object:
    tree: dict[str, Any] = {}
    for setting in SETTINGS:
        *groups, leaf = setting.path.split(".")
        at = tree
        for group in groups:
            at = at.setdefault(group, {})
        shape = Choice(setting.choices) if setting.choices else _SHAPES[setting.type]
        if setting.none:
            shape = Parsed(_day_or_none, "a day such as 2023-05-01, or none")
        if setting.path == "peopleWhoExport":
            shape = Number(whole=True, least=1)
        at[leaf] = Key(_answer(shape), setting.question)
    for path, about in MAPS.items():
        group, leaf = path.split(".")
        tree[group][leaf] = Key(MapOf(_answer(Text())), about)
    for name, about in LISTS.items():
        tree[name] = Key(ListOf(Text()), about)

    def shape_of(branch: Mapping[str, Any]) -> Object:
        return Object({name: item if isinstance(item, Key) else Key(shape_of(item)) for name, item in branch.items()})

    return shape_of(tree)


SETTINGS_SHAPE = _settings()

_COVERAGE = Object(
    {
        "from": Key(DAY, "the first of the days that the file covers"),
        "to": Key(DAY, "the last of them"),
        "value": Key(Choice((ALL, BATCH, NONE_THERE, PART)), "as the plain word; `part`: the files do not hold it all"),
        "files": Key(
            ListOf(Text()), "how the SHA-256 of each file begins of which it was said; of another file it is not said"
        ),
        "at": Key(TIME, "when it was said"),
    }
)

FILE = Object(
    {
        "account": Key(Text(), "the account's name; it enters every finding's fingerprint"),
        "phase": Key(Choice(("before-export", "after-export")), "before the export (the default) or after it"),
        "timeZone": Key(Text(), "where the office is, such as America/Denver"),
        "takenAt": Key(TIME, "when the files beside this one were exported"),
        "confirmed": Key(Object(_BY_AT), "who confirmed the answers below, and when"),
        "settings": Key(SETTINGS_SHAPE, "answers that no export holds"),
        "quickbooks": Key(
            Object({"fileMode": Key(_answer(Choice(("singleUser", "multiUser"))), "how the company file is open")}),
            "what qbXML would say, for those who have none",
        ),
        "covers": Key(
            MapOf(OneOf(Choice((ALL, BATCH, NONE_THERE)), _COVERAGE)),
            "kind of record -> `all`; of transactions also `batch` (everything of the batches that wait), `none` (there is nothing "
            "of it in them), or the days it covers",
        ),
        "columns": Key(
            MapOf(MapOf(Text())),
            "kind of record -> field -> the heading of its column in your spreadsheet, or `none` where there is none",
        ),
    }
)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of account.yaml."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "ExportReady account.yaml", **FILE.schema()}
