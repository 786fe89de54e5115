"""Changes files at random: one mutator for each kind of file, and one for bytes that every kind shares.

All take a `random.Random`, so that a seed decides everything.
"""

from __future__ import annotations

import codecs
import json
import re
import struct
from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Any

from fuzz.samples import unzipped, zipped

Mutator = Callable[[Random, bytes], bytes]

VALUES = (
    "", " ", "?!", "0", "-0", "1e999", "1e-999", "NaN", "Infinity", "9" * 400, "0x1F", "1,2,3.4.5", "(1.00", "%", "1e30",
    "\u0661\u0662", "\u00bd", "true", "None", "2026-02-30", "9999-12-31T23:59:59+14:00", "0001-01-01", "-0001-01-01",
    "2026-11-20T17:30:00", "13/32/26", "60000101", "A:B:C", ":" * 500, "a" * 5_000, "\x00", "\x1b[31m", "\u202e", "\ufeff",
    "\ud800", "e\u0301", "\u0130", "\u00df" * 50, "\x85", "\u2028", "\n", "\r", "\t", '"', "'", "<", "]]>", "&amp;", "&#0;",
    "&#x110000;", "=1+1", '=HYPERLINK("x")', "::error::x", "../../x", "C:\\x", "{{7*7}}", "{name}",
)  # fmt: skip
"""Values that programs, people and attackers write where another one belongs."""


def text_of(random: Random) -> bytes:
    """Return a hostile value as bytes."""
    return random.choice(VALUES).encode("utf-8", "surrogatepass")


def mutate_bytes(random: Random, data: bytes) -> bytes:
    """Cut, repeat, flip or insert bytes, or write the text in another encoding."""
    start = random.randrange(len(data) + 1)
    end = min(len(data), start + int(random.expovariate(1 / 40)))
    match random.randrange(8):
        case 0:
            return data[:start]
        case 1:
            return data[:start] + data[end:]
        case 2:
            return data[:end] + data[start:end] * random.choice([1, 2, 50]) + data[end:]
        case 3:
            return data[:start] + bytes(random.randrange(256) for _ in range(end - start)) + data[end:]
        case 4:
            return data[:start] + text_of(random) + data[random.choice([start, end]) :]
        case 5:
            other = random.randrange(len(data) + 1)
            return data[:start] + data[other : other + 200] + data[end:]
        case 6:
            text = data.decode("utf-8", "replace")
            bom, encoding = random.choice(
                [(codecs.BOM_UTF16_LE, "utf-16-le"), (b"", "utf-16-be"), (codecs.BOM_UTF8, "utf-8"), (b"", "cp1252")]
            )
            return bom + text.encode(encoding, "replace")
        case _:
            line_end = random.choice([b"\r", b"\n\n", b"\x85", b"\x00\n", b" "])
            return data.replace(b"\n", line_end)


# -- JSON

_DEEP = "deep"
"""Represents a list in a list in a list, which json.dumps could not write."""


def _json(random: Random, data: bytes) -> bytes:
    document = json.loads(data)
    for _ in range(random.choice([1, 1, 2, 5])):
        _change_tree(random, document)
    text = json.dumps(document, ensure_ascii=random.random() < 0.5)
    depth = random.choice([3, 200, 5_000])
    return text.replace(f'"{_DEEP}"', "[" * depth + "]" * depth).encode("utf-8", "surrogatepass")


def _json_lines(random: Random, data: bytes) -> bytes:
    lines = data.splitlines()
    number = random.randrange(len(lines))
    if random.random() < 0.5:
        lines[number] = _json(random, lines[number])
    else:
        lines.insert(
            number,
            random.choice([b"", b"[", b"{}", b"null", b"[]", lines[number][: len(lines[number]) // 2], text_of(random)]),
        )
    return random.choice([b"\n", b"\r\n", b"", b","]).join(lines)


def _change_tree(random: Random, tree: Any) -> None:
    """Change one place in nested lists and objects: its value, its key, or its depth."""
    places = list(_places(tree))
    if not places:
        return
    owner, key = random.choice(places)
    match random.randrange(6):
        case 0:
            owner[key] = random.choice(VALUES)
        case 1:
            owner[key] = random.choice([None, True, -1, 0, 10**400, 1.5, [], {}, [[]], {"": {}}, [None] * 50])
        case 2:
            owner[key] = _DEEP
        case 3:
            other, name = random.choice(places)
            owner[key] = deepcopy(other[name])  # a copy, or the tree would contain itself
        case 4 if isinstance(owner, dict):
            owner[random.choice([*VALUES, *owner])] = owner.pop(key)
        case _:
            del owner[key]


def _places(tree: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    waiting = [tree]
    while waiting:
        one = waiting.pop()
        pairs = list(one.items()) if isinstance(one, dict) else list(enumerate(one)) if isinstance(one, list) else []
        found += [(one, key) for key, _ in pairs]
        waiting += [value for _, value in pairs]
    return found


# -- XML

_DOCTYPES = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>',
    b'<!DOCTYPE x SYSTEM "file:///etc/passwd">',
    b"<!doctype html>",
)
_PIECES = (
    b"<!-- -->",
    b"<![CDATA[x]]>",
    b"<?pi ?>",
    b"&a;",
    b"<x:y xmlns:x='u'/>",
    b"<a><b>",
    b"</QBXML>",
    b"<QBXML>",
    b"<QBXMLMsgsRs/>",
)


def _xml(random: Random, data: bytes) -> bytes:
    tags = list(re.finditer(rb"</?([\w.]+)[^<>]*>", data))
    if not tags:
        return mutate_bytes(random, data)
    tag, other = random.choice(tags), random.choice(tags)
    match random.randrange(8):
        case 0:
            return _between(data, tag.end(), data.find(b"<", tag.end()), text_of(random))
        case 1:
            return random.choice(_DOCTYPES) + data
        case 2:
            return _between(data, tag.start(), tag.end(), other[0])
        case 3:
            return _between(data, tag.end(), tag.end(), random.choice(_PIECES))
        case 4:
            return _between(data, tag.start(), tag.start(), tag[0] * random.choice([2, 300, 3_000]))
        case 5:
            start, end = sorted((tag.start(), other.end()))
            return _between(data, end, end, data[start:end])
        case 6:
            name = random.choice(
                [b"statusCode", b"statusSeverity", b"iteratorRemainingCount", b"iteratorID", b"requestID", b"xmlns"]
            )
            return _between(data, tag.end() - 1, tag.end() - 1, b' %s="%s"' % (name, text_of(random)))
        case _:
            return data.replace(tag[1], random.choice([other[1], b"x:" + tag[1], tag[1] + b"Ret"]), random.choice([1, -1]))


def _between(data: bytes, start: int, end: int, new: bytes) -> bytes:
    return data[:start] + new + data[max(start, end) :]


# -- rows and columns


def _table(random: Random, data: bytes) -> bytes:
    """Change the cells of a table whose rows are lines: CSV, TSV and IIF."""
    delimiter = b"\t" if b"\t" in data else b","
    rows = [line.split(delimiter) for line in data.splitlines()]
    row = random.choice(rows)
    at = random.randrange(len(row))
    match random.randrange(8):
        case 0:
            row[at] = text_of(random)
        case 1:
            row[at] = b'"' + text_of(random) + random.choice([b'"', b"", b'""'])
        case 2:
            del row[at]
        case 3:
            row[at:at] = [text_of(random)] * random.choice([1, 3, 500])
        case 4:
            random.shuffle(rows)
        case 5:
            rows[random.randrange(len(rows))] = list(row)
        case 6:
            rows = [[cells[at]] if len(cells) > at else cells for cells in rows]
        case _:
            column = [cells for cells in rows if len(cells) > at]
            for cells in column:
                cells[at] = text_of(random)
    return random.choice([b"\r\n", b"\n", b"\r"]).join(
        random.choice([delimiter, delimiter, b";"]).join(cells) for cells in rows
    )


# -- archives


def _xlsx(random: Random, data: bytes) -> bytes:
    parts = unzipped(data)
    name = random.choice(sorted(parts))
    match random.randrange(6):
        case 0:
            del parts[name]
        case 1:
            parts[name] = mutate_bytes(random, parts[name])
        case 2:
            number = random.choice([b"0", b"-1", b"99999999", b"1.5", b"x", b""])
            parts[name] = re.sub(rb'(?<==")\d+(?=")', number, parts[name], count=random.choice([1, 0]))
        case 3:
            sheet = random.choice([one for one in sorted(parts) if "sheet" in one])
            cell = b'<row r="%d"><c r="%s" t="%s"><v>%d</v></c></row></sheetData>' % (
                random.choice([1, 10**6, 10**9]), random.choice([b"A1", b"XFD1048576", b"ZZZZ9", b"", b"A0"]),
                random.choice([b"s", b"n", b"b", b"d", b"e", b"str", b"inlineStr", b"zz"]), random.choice([0, 3, 10**9]),
            )  # fmt: skip
            merges = b'<mergeCells><mergeCell ref="%s"/></mergeCells>' % random.choice(
                [b"A1:XFD1048576", b"B2:A1", b"A1", b"x"]
            )
            parts[sheet] = parts[sheet].replace(b"</sheetData>", cell + random.choice([b"", merges]))
        case _:
            parts[name] = _xml(random, parts[name])
    changed = zipped(parts)
    return changed if random.random() < 0.9 else _zip(random, changed)


_NAMES = (
    "../x.json",
    "/x.json",
    "C:\\x.json",
    "a\\..\\..\\x",
    "",
    ".",
    "a/" * 200 + "x.json",
    "x\x00.json",
    "con",
    "account.yaml",
    "x.zip",
    "\u202e.json",
)
_HEADER = struct.Struct("<H")


def _zip(random: Random, data: bytes) -> bytes:
    match random.randrange(4):
        case 0:
            files = unzipped(data)
            files[random.choice(_NAMES) or "x"] = random.choice([b"", b"[]", b"\0" * 100_000, data])
            return zipped(files)
        case 1:  # a field of a header: flags, method, sizes, offsets
            at = random.choice([found.start() for found in re.finditer(rb"PK[\x01-\x06]{2}", data)])
            offset = at + random.randrange(4, 30)
            return _between(data, offset, offset + 2, _HEADER.pack(random.choice([0, 1, 8, 12, 14, 99, 255, 0xFFFF])))
        case 2:
            name = random.choice(sorted(unzipped(data)))
            files = unzipped(data)
            files[name] = mutate_bytes(random, files[name])
            return zipped(files)
        case _:
            return mutate_bytes(random, data)


# -- texts of lines

_YAML = (
    b"&a [*a]", b"*a", b"!!python/object/apply:os.system [x]", b"<<: {a: b}", b"[" * 500, b"{" * 500, b"? x", b"- - - x",
    b"\t", b"|", b">-", b"%YAML 9.9", b"---", b"...", b"!!binary x", b"2026-11-20", b"0o7", b".inf", b"0x10", b"190:20:30",
    b"~", b"'", b"a: {b: [c, {d: e}]}", b"!!set {a}",
)  # fmt: skip


def _yaml(random: Random, data: bytes) -> bytes:
    lines = data.splitlines()
    number = random.randrange(len(lines))
    key, colon, _ = lines[number].partition(b":")
    match random.randrange(5):
        case 0:
            lines[number] = key + b": " + random.choice([*_YAML, text_of(random)])
        case 1:
            lines.insert(number, lines[random.randrange(len(lines))])
        case 2:
            lines[number] = b" " * random.randrange(8) + lines[number].strip()
        case 3:
            lines[number] = text_of(random) + colon + b" x"
        case _:
            del lines[number]
    return b"\n".join(lines)


_FRAGMENTS = (
    b"Invoice 1, 2 and 3: ", b"Payment P9:", b"- " * 200, b"1. ", b"error message:", b"Object Not Found", b"Status OK",
    b"inv #" + b"9" * 300, b"and 1, " * 300, b"58272 | Invoice | ", b"09:30 ", b'Item "', b"QuickBooks error message: ",
    b"<QBXML>", b"<?xml version='1.0'?>", b"(0x80040400)", b"3140", b'"' * 300, b": " * 300,
)  # fmt: skip


def _text(random: Random, data: bytes) -> bytes:
    """Change the lines of pasted errors and of logs."""
    lines = data.splitlines()
    number = random.randrange(len(lines))
    match random.randrange(4):
        case 0:
            lines[number] += random.choice([*_FRAGMENTS, text_of(random)])
        case 1:
            lines[number] = random.choice(_FRAGMENTS) + lines[number]
        case 2:
            random.shuffle(lines)
        case _:
            at = random.randrange(len(lines[number]) + 1)
            lines[number : number + 1] = [lines[number][:at], lines[number][at:]]
    return b"\n".join(lines)


def _log(random: Random, data: bytes) -> bytes:
    return random.choice([_text, _xml])(random, data)


MUTATORS: dict[str, Mutator] = {
    "json": _json,
    "json-lines": _json_lines,
    "qbxml": _xml,
    "iif": _table,
    "csv": _table,
    "xlsx": _xlsx,
    "zip": _zip,
    "yaml": _yaml,
    "pasted": _text,
    "log": _log,
}


def mutate(random: Random, kind: str, data: bytes) -> bytes:
    """Return a changed file of a kind. Every third one, and one that is changed again, has only its bytes changed."""
    data = MUTATORS[kind](random, data) if random.random() < 0.67 else mutate_bytes(random, data)
    return mutate_bytes(random, data) if random.random() < 0.15 else data
