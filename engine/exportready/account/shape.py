"""The shape of account.yaml, for reading it and for its JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exportready.kinds.account import ALL, BATCH, DONT_KNOW, LISTS, MAPS, NONE, NONE_THERE, PART, SETTINGS, SOME
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


_BY_AT = {"by": Key(Text(), "who answered"), "at": Key(TIME, "when; if missing, `confirmed.at` or `takenAt`")}


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
            shape = Parsed(_day_or_none, "a date such as 2023-05-01, or none")
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
        "from": Key(DAY, "the first date that the file covers"),
        "to": Key(DAY, "the last date that the file covers"),
        "value": Key(
            Choice((ALL, BATCH, NONE_THERE, SOME, PART)),
            "like the plain word; `part`: the files don't have all of it; `some`: the pending batches have some, in no file yet",
        ),
        "files": Key(
            ListOf(Text()), "the first characters of the SHA-256 of each file that it applies to; it applies to no other file"
        ),
        "at": Key(TIME, "when it was stated"),
    }
)

_CONFIRMATION = Object(
    {
        "value": Key(YesNo(), "true if all is well", required=True),
        "by": Key(Text(), "who looked", required=True),
        "at": Key(TIME, "when", required=True),
        "batch": Key(Text(), "the numbers of the pending batches at that time"),
        "state": Key(Text(), "a hash of the transactions in these batches: when they change, this expires"),
        "reasons": Key(ListOf(Text()), "what the files didn't show at that time; this confirms nothing else"),
    }
)

FILE = Object(
    {
        "account": Key(Text(), "the account's name; it is part of every finding's fingerprint"),
        "owner": Key(Text(), "who looks after the account, for audits of many accounts"),
        "tags": Key(ListOf(Text(), or_one=True), "labels by which audits can be filtered"),
        "phase": Key(Choice(("before-export", "after-export")), "before the export (the default) or after it"),
        "timeZone": Key(Text(), "the office's time zone, such as America/Denver"),
        "takenAt": Key(TIME, "when the files in this folder were exported"),
        "confirmed": Key(Object(_BY_AT), "who confirmed the answers below, and when"),
        "settings": Key(SETTINGS_SHAPE, "answers that no export has"),
        "quickbooks": Key(
            Object(
                {"fileMode": Key(_answer(Choice(("singleUser", "multiUser"))), "the mode in which the company file is open")}
            ),
            "what a qbXML response would say, if you have none",
        ),
        "covers": Key(
            MapOf(OneOf(Choice((ALL, BATCH, NONE_THERE)), _COVERAGE)),
            "kind of record -> `all`; for transactions also `batch` (everything in the pending batches), `none` (the pending batches "
            "have none), or the dates that the files cover",
        ),
        "files": Key(
            MapOf(
                Object(
                    {
                        "sha256": Key(
                            Text(), "the first characters of the file's SHA-256; it applies to no other file", required=True
                        ),
                        "takenAt": Key(TIME, "when the file was exported", required=True),
                    }
                )
            ),
            "file -> when it was exported, if the file itself doesn't say so",
        ),
        "confirmations": Key(
            MapOf(ListOf(_CONFIRMATION)),
            "rule -> what people confirmed about it; `exportready confirm` writes this",
        ),
        "columns": Key(
            MapOf(MapOf(Text())),
            "kind of record -> field -> the heading of its column in your spreadsheet, or `none` if there is none",
        ),
    }
)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of account.yaml."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "ExportReady account.yaml", **FILE.schema()}
