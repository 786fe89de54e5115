"""qbXML responses: bare, wrapped in SOAP (as elements or as escaped text), or one `*Ret` by itself.

Any DOCTYPE is refused before the parser sees it, and entities are never resolved; only then is it safe to lift
libxml2's size limits, which SOAP text beyond 10 MB needs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from io import BytesIO

import msgspec
from lxml import etree
from msgspec import field

from exportready.evidence.readers.qbxml_fields import Tree, local, tree_of, values
from exportready.evidence.readers.xmltext import root_of, utf8
from exportready.evidence.reading import Keys, Reading, Unreadable, convert, taken
from exportready.kinds import KINDS, children
from exportready.kinds.quickbooks import COMBINED, ITEM_NAME_IS_FULL_NAME, OTHER_RETS, RETS
from exportready.kinds.table import Kind
from exportready.model.evidence import Listing, Location, Page, Record, Value
from exportready.model.reasons import Reason
from exportready.model.rules import Wanted

EXACT_LINES = 65_535
"""libxml2 counts lines exactly up to here; past it a line is left out rather than told wrong."""

_ALL_RETS = tuple(f"{{*}}{ret}" for ret in (*RETS, *OTHER_RETS))
_ESCAPED_LINE_END = re.compile(rb"&#(10|13|x0*[aAdD]);")


def read(data: bytes, path: str, wanted: Wanted) -> Reading:
    """Read a response. Raises Unreadable for broken XML, a DOCTYPE or a SOAP message without a response in it."""
    return of_document(utf8(data), path, wanted)


def of_document(document: bytes, path: str, wanted: Wanted) -> Reading:
    """Read what `xmltext.utf8` made of the file's bytes. Raises Unreadable."""
    body = document.lstrip()
    root = root_of(document)
    reader = _Reader(path, wanted)
    tree = reader.stream(body, 1 + document.count(b"\n", 0, len(document) - len(body)))
    if root == "Envelope" and not _envelope(tree, document, reader) and not reader.responses:
        raise Unreadable("it is a SOAP message without a qbXML response in it; save the message that holds the response")
    return reader.reading()


def _envelope(envelope: etree._Element, document: bytes, reader: _Reader) -> bool:
    """Read the responses that stand in a SOAP message as escaped text; False where there are none."""
    exact = not _ESCAPED_LINE_END.search(document) and b"<!--" not in document
    found = False
    for element in envelope.iter("*"):
        text = element.text or ""
        if "<QBXML" in text:
            found = True
            start = len(text) - len(text.lstrip("\n\r \t"))
            line = _line(element)
            first = line + text.count("\n", 0, start) if line and exact else None
            inner = text.strip("\n\r \t").encode()
            try:
                root_of(inner)
            except Unreadable as error:
                raise Unreadable(str(error), first + error.line - 1 if first and error.line else None) from error
            reader.stream(inner, first)
    return found


class _Rs(msgspec.Struct, kw_only=True):
    """One response element, and what was read out of it."""

    name: str
    number: int
    count: int = 0
    """Records of the list itself."""
    of_ret: Counter[str] = field(default_factory=Counter)
    records: dict[str, list[Record]] = field(default_factory=dict)
    """By kind; the lines of a transaction under their own."""
    child_gaps: dict[str, str] = field(default_factory=dict)


class _Lines(msgspec.Struct, kw_only=True):
    """The records that stand inside others."""

    kind: Kind
    tag: str
    above: Tree
    """What a line tells of the transaction in which it stands."""
    tree: Tree
    keys: Keys


class _Ret(msgspec.Struct, kw_only=True):
    """One sort of element, and how a record of it is read."""

    name: str
    kind: Kind
    part: str
    tree: Tree | None
    """None where nobody wants it."""
    keys: Keys
    lines: list[_Lines]


class _Reader:
    def __init__(self, path: str, wanted: Wanted) -> None:
        self.path = path
        self.counts: Counter[str] = Counter()
        self.companies: set[str] = set()
        self.first_line: int | None = 1
        self.wanted = {name: taken(KINDS[name], wanted) for name in KINDS if name in wanted}
        self.keys = {name: Keys(KINDS[name]) for name in self.wanted}
        self.rets: dict[str, _Ret] = {}
        self.notes: list[str] = []
        self.listings: list[Listing] = []
        self.statuses: list[Record] = []
        self.responses = 0

    def stream(self, document: bytes, first_line: int | None = 1) -> etree._Element:
        """Read one document, dropping each record once it is read; the tree that is left comes back.

        `first_line` is the line of the file on which it starts, None where that cannot be told.
        """
        self.first_line = first_line
        seen: dict[int, _Rs] = {}
        last: etree._Element | None = None
        rs, at = _Rs(name="", number=0), 0
        events = etree.iterparse(
            BytesIO(document),
            events=("end",),
            tag=_ALL_RETS,
            encoding="utf-8",
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=True,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            for _, element in events:
                parent = element.getparent()
                if parent is None:
                    self._fragment(element)
                    continue
                if parent is not last:
                    if not _is_response(parent):
                        continue  # a *Ret inside another record belongs to that record
                    at, last = _number(parent, last, at), parent
                    rs = seen[at] = _Rs(name=local(parent), number=self.responses + at)
                rs.count += 1
                rs.of_ret[local(element)] += 1
                self._take(element, rs)
                element.clear()
                while element.getprevious() is not None:
                    del parent[0]
        except etree.XMLSyntaxError as error:
            first = next(iter(events.error_log), None)  # for some errors, the exception itself knows no line
            words = first.message if first else str(error.msg)
            found = first.line if first else error.lineno
            line = found + first_line - 1 if found and first_line else None
            remedy = "take that character out in QuickBooks, then export again" if "har value" in words else "export it again"
            raise Unreadable(f"the XML breaks off or is damaged ({words}); {remedy}", line) from error
        root: etree._Element | None = events.root
        if root is None:
            raise Unreadable("it holds no XML element; export it again")
        for number, response in enumerate(_responses(root), 1):
            self._response(response, seen.get(number) or _Rs(name=local(response), number=self.responses + number))
        self.responses += sum(1 for _ in _responses(root))
        return root

    def reading(self) -> Reading:
        """All that was read."""
        if self.statuses:
            self.listings.append(
                Listing(kind="quickbooks.Status", records=tuple(self.statuses), path=self.path, reader="qbxml", whole=True)
            )
        return Reading(
            reader="qbxml",
            listings=tuple(self.listings),
            counts=dict(self.counts),
            dated=None,
            notes=tuple(self.notes),
            companies=frozenset(self.companies),
        )

    # -- records

    def _fragment(self, element: etree._Element) -> None:
        name = local(element)
        if name not in RETS:
            self.counts[name.removesuffix("Ret")] += 1
            return
        rs = _Rs(name="", number=0)
        self._take(element, rs)
        why = "a single record by itself says nothing about the rest of the list"
        for kind, records in sorted({RETS[name][0]: [], **rs.records}.items()):
            self.listings.append(
                Listing(
                    kind=kind,
                    records=tuple(records),
                    path=self.path,
                    reader="qbxml",
                    whole=False,
                    why_part=why,
                    cause=Reason.PARTIAL,
                    part="fragment",
                )
            )

    def _take(self, element: etree._Element, rs: _Rs) -> None:
        name = local(element)
        ret = self.rets.get(name) or self._ret(name)
        if ret is None:
            self.counts[name.removesuffix("Ret")] += 1
            return
        kind = ret.kind
        self.counts[kind.name] += 1
        if kind.name == "quickbooks.Company":
            self.companies |= {element.findtext("{*}CompanyName") or ""} - {""}
        pointer = f"{rs.name}[{rs.number}]/{name}[{rs.of_ret[name]}]" if rs.name else name
        if ret.tree is not None:
            fields = self._fields(element, ret, ret.tree)
            record = Record(kind=kind.name, key=ret.keys.of(fields), fields=fields, where=self._where(element, pointer))
            rs.records.setdefault(kind.name, []).append(record)
        for lines in ret.lines:
            self._take_lines(element, lines, rs, pointer)

    def _ret(self, name: str) -> _Ret | None:
        """How records of this name are read, worked out when the first one comes; None for what is not known."""
        if name not in RETS:
            return None
        kind, part = KINDS[RETS[name][0]], RETS[name][1]
        lines = [
            _Lines(
                kind=child,
                tag=child.array_of[1],
                above=_above(kind, wanted),
                tree=tree_of(child, wanted),
                keys=self.keys[child.name],
            )
            for child in children(kind.name)
            if child.array_of and (wanted := self.wanted.get(child.name)) is not None
        ]
        own = self.wanted.get(kind.name)
        tree = None if own is None else tree_of(kind, own)
        ret = self.rets[name] = _Ret(
            name=name, kind=kind, part=part, tree=tree, keys=self.keys.get(kind.name) or Keys(kind), lines=lines
        )
        return ret

    def _take_lines(self, element: etree._Element, lines: _Lines, rs: _Rs, pointer: str) -> None:
        kind, tag = lines.kind.name, lines.tag
        above = {f"parent.{name}": value for name, value in values(element, lines.above).items()} if lines.above.size else {}
        records = rs.records.setdefault(kind, [])
        number = 0
        for line in element.iter(f"{{*}}{tag}"):
            number += 1
            fields = above | values(line, lines.tree)
            records.append(
                Record(
                    kind=kind, key=lines.keys.of(fields), fields=fields, where=self._where(line, f"{pointer}/{tag}[{number}]")
                )
            )
        if number:
            self.counts[kind] += number
        elif not _has_none(element, tag):
            rs.child_gaps.setdefault(kind, f"{pointer} shows no {tag}: it comes only when it is asked for")

    def _fields(self, element: etree._Element, ret: _Ret, tree: Tree) -> dict[str, Value]:
        fields = values(element, tree)
        if ret.kind.name == "quickbooks.Item":
            wanted = self.wanted[ret.kind.name]
            if "ItemType" in wanted:
                fields["ItemType"] = ret.part
            if ret.name in ITEM_NAME_IS_FULL_NAME and "FullName" in wanted:
                fields["FullName"] = convert(ret.kind.fields["FullName"], element.findtext("{*}Name"))
        return fields

    def _where(self, element: etree._Element, pointer: str) -> Location:
        line = _line(element)
        return Location(self.path, line + self.first_line - 1 if line and self.first_line else None, pointer)

    # -- responses

    def _response(self, element: etree._Element, rs: _Rs) -> None:
        request = rs.name.removesuffix("Rs")
        self.counts["quickbooks.Status"] += 1
        if "quickbooks.Status" in self.wanted:
            kind = KINDS["quickbooks.Status"]
            raw = {"request": request, **{name: element.get(name) for name in kind.fields if name != "request"}}
            fields = {name: convert(kind.fields[name], value) for name, value in raw.items()}
            where = self._where(element, f"{rs.name}[{rs.number}]")
            self.statuses.append(Record(kind=kind.name, key=self.keys[kind.name].of(fields), fields=fields, where=where))
        if element.get("statusSeverity") == "Error":
            self.notes.append(f"{request} was answered with error {element.get('statusCode', '')}")
        why, page = _whole(element, request, rs.count)
        for name, part in self._kinds(element, request, rs):
            self._list(name, part, rs, why, page)
            for child in children(name):
                if child.name in self.wanted and (not why or child.name in rs.records):
                    self._list(child.name, "" if request.endswith("Query") else "fragment", rs, why, page)

    def _kinds(self, element: etree._Element, request: str, rs: _Rs) -> list[tuple[str, str]]:
        """The kinds that a response answers for, with the part of each, and any other that stands in it."""
        base = request.removesuffix("Query")
        known = RETS.get(f"{base}Ret")
        answered = [(name, "") for name in COMBINED.get(request, ())] or ([known] if known else [])
        if element.get("statusSeverity") == "Error":
            answered = []
        named = {kind for kind, _ in answered}
        others = [(name, "") for name in sorted(rs.records) if name not in named and KINDS[name].array_of is None]
        return [(kind, part if base != request else "fragment") for kind, part in (*answered, *others)]

    def _list(self, kind: str, part: str, rs: _Rs, why: str, page: Page | None) -> None:
        cause = Reason.PARTIAL if why else Reason.NOT_EXPORTED if kind in rs.child_gaps else None
        why = why or rs.child_gaps.get(kind, "")
        records = tuple(rs.records.get(kind, ()))
        self.listings.append(
            Listing(
                kind=kind,
                records=records,
                path=self.path,
                reader="qbxml",
                whole=not why,
                why_part=why,
                cause=cause,
                damaged=bool(why),
                part=part,
                page=page,
            )
        )


def _above(kind: Kind, names: Iterable[str]) -> Tree:
    """What a line tells of the transaction in which it stands."""
    return tree_of(kind, [name.removeprefix("parent.") for name in names if name.startswith("parent.")])


def _whole(element: etree._Element, request: str, count: int) -> tuple[str, Page | None]:
    """Why a response is not its whole list, as far as it says itself; and which page of one it is.

    Status 0 comes with records, 1 says that there are none (docs/sources.md, status codes).
    """
    if not request.endswith("Query"):
        return f"{request} answers with the record that was written, not with the list", None
    if element.get("statusSeverity") != "Info":
        return f"QuickBooks did not answer {request} in full (status {element.get('statusCode', 'missing')})", None
    code = element.get("statusCode", "")
    if code not in ("0", "1") or (code == "0") != (count > 0):
        return f"{request} was answered with status {code or 'none'} and {count} records, which do not go together", None
    stated, iterator, remaining = (element.get(name) for name in ("retCount", "iteratorID", "iteratorRemainingCount"))
    if stated is not None and _whole_number(stated) != count:
        return f"{request} counted {stated} records but sent {count}", None
    if iterator is None and remaining is None:
        return "", None
    follow = _whole_number(remaining)
    if not iterator or follow is None:
        return f"{request} came in pages that do not say how they belong together (iteratorID, iteratorRemainingCount)", None
    return "", Page(series=iterator, number=None, more=follow > 0, remaining=follow, held=count)


def _line(element: etree._Element) -> int | None:
    """The line of an element's start tag, where libxml2 still counts exactly."""
    line = element.sourceline
    return line if isinstance(line, int) and 0 < line < EXACT_LINES else None


def _is_response(element: etree._Element) -> bool:
    parent = element.getparent()
    return parent is not None and local(parent) == "QBXMLMsgsRs" and local(element).endswith("Rs")


def _responses(root: etree._Element) -> Iterator[etree._Element]:
    for messages in root.iter("{*}QBXMLMsgsRs"):
        yield from filter(_is_response, messages.iterchildren("*"))


def _number(rs: etree._Element, last: etree._Element | None, number: int) -> int:
    """Which response this is, counted from 1. `last`, the one before with records, saves counting from the start."""
    if last is not None and last.getparent() is rs.getparent():
        for later in filter(_is_response, last.itersiblings("*")):
            number += 1
            if later is rs:
                return number
    return next(at for at, response in enumerate(_responses(rs.getroottree().getroot()), 1) if response is rs)


def _whole_number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 10 else None


def _has_none(element: etree._Element, tag: str) -> bool:
    """It rightly shows none: a payment that is wholly unused is applied to nothing, an invoice to which nothing is applied
    is linked to no payment."""
    if tag == "LinkedTxn":
        return element.findtext("{*}AppliedAmount") in ("0.00", "0")
    total, unused = element.findtext("{*}TotalAmount"), element.findtext("{*}UnusedPayment")
    return tag == "AppliedToTxnRet" and total is not None and total == unused
