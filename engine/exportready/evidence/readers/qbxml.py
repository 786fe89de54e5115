"""qbXML responses: bare, wrapped in SOAP (as elements or as escaped text), one by itself, or one `*Ret`; also several in a row.

Any DOCTYPE is rejected before the parser sees it, and entities are never resolved; only then is it safe to lift
libxml2's size limits, which SOAP text beyond 10 MB needs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from io import BytesIO

import msgspec
from lxml import etree
from msgspec import field
from msgspec.structs import replace

from exportready.evidence.readers.qbxml_fields import Tree, local_name, tree_of, values
from exportready.evidence.readers.qbxml_responses import (
    completeness,
    has_no_lines,
    is_rejected,
    is_response,
    line_of,
    response_number,
    responses_in,
)
from exportready.evidence.readers.qbxml_soap import SOAP_ROOTS, escaped_responses, failures
from exportready.evidence.readers.qbxml_unrequested import without_unrequested
from exportready.evidence.readers.xmltext import documents, root_of, to_utf8
from exportready.evidence.reading import Keys, Reading, Unreadable, convert, fields_to_read
from exportready.kinds import KINDS, children
from exportready.kinds.quickbooks import COMBINED, ITEM_NAME_IS_FULL_NAME, OTHER_RETS, RETS
from exportready.kinds.table import Kind
from exportready.model.evidence import Listing, Location, Page, Record, Value
from exportready.model.fields import Fields
from exportready.model.reasons import Reason
from exportready.model.rules import Wanted
from exportready.schema.budgets import MISTAKES, RESPONSES

_ALL_RETS = tuple(f"{{*}}{ret}" for ret in (*RETS, *OTHER_RETS))
_STATUS = "quickbooks.Status"


def read(data: bytes, path: str, wanted: Wanted) -> Reading:
    """Read the responses in a file.

    Raises Unreadable for broken XML, a DOCTYPE, or a SOAP message without a response in it.
    """
    return read_document(to_utf8(data), path, wanted)


def read_document(document: bytes, path: str, wanted: Wanted) -> Reading:
    """Read a text that `xmltext.to_utf8` returned: one document, or several in a row. Raises Unreadable as `read` does."""
    reader = _Reader(path, wanted)
    for one, line in documents(document):
        reader.read(one, line)
    return reader.reading()


def read_statuses(responses: Iterable[tuple[bytes, int]], path: str, wanted: Wanted) -> tuple[Reading, int]:
    """Read only what QuickBooks answered, not the records, from documents with their lines; also return how many are damaged."""
    damaged = 0
    reader = _Reader(path, {name: fields for name, fields in wanted.items() if name == _STATUS})
    for one, line in responses:
        try:
            reader.read(one, line)
        except Unreadable:
            damaged += 1
    reading = reader.reading()
    statuses = tuple(one for one in reading.listings if one.kind == _STATUS)
    return replace(reading, listings=statuses, counts={_STATUS: reader.counts[_STATUS]}, companies=frozenset()), damaged


class _Response(msgspec.Struct, kw_only=True):
    """One response element, and what was read from it."""

    name: str
    number: int
    count: int = 0
    """Number of records of the list itself."""
    of_ret: Counter[str] = field(default_factory=Counter)
    """Number of records by the name of their element."""
    records: dict[str, list[Record]] = field(default_factory=dict)
    """By kind; the lines of a transaction under their own kind."""
    child_gaps: dict[str, str] = field(default_factory=dict)
    """Kind of line -> why some of its lines are not in the response."""


class _LinesPlan(msgspec.Struct, kw_only=True):
    """How the lines inside a transaction are read."""

    kind: Kind
    tag: str
    parent_tree: Tree
    """The fields of the transaction that a line has too."""
    tree: Tree
    keys: Keys


class _RetPlan(msgspec.Struct, kw_only=True):
    """How the records of one element name (`InvoiceRet`) are read."""

    name: str
    kind: Kind
    part: str
    """Which list of the kind it is from, if several make up the kind."""
    tree: Tree | None
    """None if nothing reads the kind."""
    keys: Keys
    lines: list[_LinesPlan]


class _Reader:
    """Reads the responses of one file."""

    def __init__(self, path: str, wanted: Wanted) -> None:
        self.path = path
        self.counts: Counter[str] = Counter()
        self.companies: set[str] = set()
        self.first_line: int | None = 1
        self.wanted = {name: fields_to_read(KINDS[name], wanted) for name in KINDS if name in wanted}
        self.keys = {name: Keys(KINDS[name]) for name in self.wanted}
        self.plans: dict[str, _RetPlan] = {}
        self.notes: list[str] = []
        self.listings: list[Listing] = []
        self.statuses: list[Record] = []
        self.responses = 0

    def read(self, document: bytes, line: int) -> None:
        """Read one document that starts on a line of the file."""
        root = root_of(document)
        tree = self.stream(document, line)
        if root not in SOAP_ROOTS:
            return
        self.first_line = line
        failed = list(failures(tree))
        for element, code, message in failed:
            self._failure(element, code, message)
        inside = list(escaped_responses(tree, document, line))
        for inner, first in inside:
            self.stream(inner, first)
        if not inside and not failed and not self.responses:
            raise Unreadable("it is a SOAP message without a qbXML response; save the message that contains the response")

    def stream(self, document: bytes, first_line: int | None = 1) -> etree._Element:
        """Read one document, dropping each record once it is read; return the tree that is left.

        `first_line` is the line of the file on which the document starts, None if that can't be determined.
        """
        self.first_line = first_line
        seen: dict[int, _Response] = {}
        previous: etree._Element | None = None
        response, number = _Response(name="", number=0), 0
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
                    self._take_fragment(element)
                    continue
                if parent is not previous:
                    if not is_response(parent):
                        continue  # a *Ret inside another record belongs to that record
                    number, previous = response_number(parent, previous, number), parent
                    if self.responses + number > RESPONSES:
                        raise Unreadable(f"it has more than {RESPONSES:,} responses; save fewer of them to one file")
                    response = seen[number] = _Response(name=local_name(parent), number=self.responses + number)
                response.count += 1
                response.of_ret[local_name(element)] += 1
                self._take(element, response)
                element.clear()
                while element.getprevious() is not None:
                    del parent[0]
        except etree.XMLSyntaxError as error:
            first = next(iter(events.error_log), None)  # for some errors, the exception itself knows no line
            problem = first.message if first else str(error.msg)
            at_line = first.line if first else error.lineno
            line = at_line + first_line - 1 if at_line and first_line else None
            remedy = (
                "remove that character in QuickBooks, then export again"
                if first and first.type == etree.ErrorTypes.ERR_INVALID_CHAR
                else "export it again"
            )
            raise Unreadable(f"the XML is cut off or damaged ({problem}); {remedy}", line) from error
        root: etree._Element | None = events.root
        if root is None:
            raise Unreadable("it contains no XML element; export it again")
        for at, found in enumerate(responses_in(root), 1):
            self._finish(found, seen.get(at) or _Response(name=local_name(found), number=self.responses + at))
        self.responses += sum(1 for _ in responses_in(root))
        return root

    def reading(self) -> Reading:
        """Return everything that was read."""
        if self.statuses:
            self.listings.append(
                Listing(kind=_STATUS, records=tuple(self.statuses), path=self.path, reader="qbxml", whole=True)
            )
        return Reading(
            reader="qbxml",
            listings=tuple(self.listings),
            counts=dict(self.counts),
            dated=None,
            notes=tuple(dict.fromkeys(self.notes))[:MISTAKES],
            companies=frozenset(self.companies),
        )

    # -- records

    def _take_fragment(self, element: etree._Element) -> None:
        """Read a document that is a single record."""
        name = local_name(element)
        if name not in RETS:
            self.counts[name.removesuffix("Ret")] += 1
            return
        response = _Response(name="", number=0)
        self._take(element, response)
        why = "the file has only a single record, not the list"
        for kind, records in sorted({RETS[name][0]: [], **response.records}.items()):
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

    def _take(self, element: etree._Element, response: _Response) -> None:
        """Read one record of a response."""
        name = local_name(element)
        ret = self.plans.get(name) or self._plan(name)
        if ret is None:
            self.counts[name.removesuffix("Ret")] += 1
            return
        kind = ret.kind
        self.counts[kind.name] += 1
        if kind.name == "quickbooks.Company":
            self.companies |= {element.findtext("{*}CompanyName") or ""} - {""}
        pointer = f"{response.name}[{response.number}]/{name}[{response.of_ret[name]}]" if response.name else name
        if ret.tree is not None:
            fields = self._fields(element, ret, ret.tree)
            record = Record(
                kind=kind.name, key=ret.keys.of(fields), fields=Fields.of(fields), where=self._where(element, pointer)
            )
            response.records.setdefault(kind.name, []).append(record)
        for lines in ret.lines:
            self._take_lines(element, lines, response, pointer)

    def _plan(self, name: str) -> _RetPlan | None:
        """Return how records of this element name are read; None for one that we don't know."""
        if name not in RETS:
            return None
        kind, part = KINDS[RETS[name][0]], RETS[name][1]
        lines = [
            _LinesPlan(
                kind=child,
                tag=child.array_of[1],
                parent_tree=_parent_tree(kind, wanted),
                tree=tree_of(child, wanted),
                keys=self.keys[child.name],
            )
            for child in children(kind.name)
            if child.array_of and (wanted := self.wanted.get(child.name)) is not None
        ]
        own = self.wanted.get(kind.name)
        tree = None if own is None else tree_of(kind, own)
        ret = self.plans[name] = _RetPlan(
            name=name, kind=kind, part=part, tree=tree, keys=self.keys.get(kind.name) or Keys(kind), lines=lines
        )
        return ret

    def _take_lines(self, element: etree._Element, lines: _LinesPlan, response: _Response, pointer: str) -> None:
        kind, tag = lines.kind.name, lines.tag
        parent = values(element, lines.parent_tree) if lines.parent_tree.size else {}
        parent_fields = {f"parent.{name}": value for name, value in parent.items()}
        records = response.records.setdefault(kind, [])
        number = 0
        for line in element.iter(f"{{*}}{tag}"):
            number += 1
            fields = parent_fields | values(line, lines.tree)
            records.append(
                Record(
                    kind=kind,
                    key=lines.keys.of(fields),
                    fields=Fields.of(fields),
                    where=self._where(line, f"{pointer}/{tag}[{number}]"),
                )
            )
        if number:
            self.counts[kind] += number
        elif not has_no_lines(element, tag):
            response.child_gaps.setdefault(kind, f"{pointer} has no {tag}, which QuickBooks only sends on request")

    def _fields(self, element: etree._Element, ret: _RetPlan, tree: Tree) -> dict[str, Value]:
        fields = values(element, tree)
        if ret.kind.name == "quickbooks.Item":
            wanted = self.wanted[ret.kind.name]
            if "ItemType" in wanted:
                fields["ItemType"] = ret.part
            if ret.name in ITEM_NAME_IS_FULL_NAME and "FullName" in wanted:
                fields["FullName"] = convert(ret.kind.fields["FullName"], element.findtext("{*}Name"))
        return fields

    def _where(self, element: etree._Element, pointer: str) -> Location:
        line = line_of(element)
        return Location(self.path, line + self.first_line - 1 if line and self.first_line else None, pointer)

    # -- responses

    def _failure(self, element: etree._Element, code: str, message: str) -> None:
        """Take QuickBooks' answer to a message as a whole: it did nothing of what it was sent."""
        values = {
            "request": local_name(element),
            "statusCode": code,
            "statusSeverity": "Error",
            "statusMessage": message or code,
        }
        self._take_status(values, self._where(element, local_name(element)))
        self.notes.append(f"QuickBooks answered with error {code}")

    def _take_status(self, values: Mapping[str, str | None], where: Location) -> None:
        self.counts[_STATUS] += 1
        if _STATUS in self.wanted:
            kind = KINDS[_STATUS]
            fields = {name: convert(kind.fields[name], value) for name, value in values.items()}
            self.statuses.append(
                Record(kind=_STATUS, key=self.keys[_STATUS].of(fields), fields=Fields.of(fields), where=where)
            )

    def _finish(self, element: etree._Element, response: _Response) -> None:
        """Make the listings of one response, once its records are read."""
        request = response.name.removesuffix("Rs")
        raw = {"request": request, **{name: element.get(name) for name in KINDS[_STATUS].fields if name != "request"}}
        self._take_status(raw, self._where(element, f"{response.name}[{response.number}]"))
        if is_rejected(element):
            self.notes.append(f"QuickBooks answered {request} with error {element.get('statusCode', '')}")
        why, page = completeness(element, request, response.count)
        for name, part in self._kinds(element, request, response):
            self._list(name, part, response, why, page)
            for child in children(name):
                if child.name in self.wanted and (not why or child.name in response.records):
                    self._list(child.name, "" if request.endswith("Query") else "fragment", response, why, page)

    def _kinds(self, element: etree._Element, request: str, response: _Response) -> list[tuple[str, str]]:
        """Return the kinds that a response answers for, with the part of each, and any other kind in it."""
        base = request.removesuffix("Query")
        known = RETS.get(f"{base}Ret")
        answered = [(name, "") for name in COMBINED.get(request, ())] or ([known] if known else [])
        if is_rejected(element):
            answered = []
        named = {kind for kind, _ in answered}
        others = [(name, "") for name in sorted(response.records) if name not in named and KINDS[name].array_of is None]
        return [(kind, part if base != request else "fragment") for kind, part in (*answered, *others)]

    def _list(self, kind: str, part: str, response: _Response, why: str, page: Page | None) -> None:
        cause = Reason.PARTIAL if why else Reason.NOT_EXPORTED if kind in response.child_gaps else None
        why = why or response.child_gaps.get(kind, "")
        records = without_unrequested(KINDS[kind], response.records.get(kind, ()))
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


def _parent_tree(kind: Kind, names: Iterable[str]) -> Tree:
    """Return the tree of the transaction's fields that its lines have too."""
    return tree_of(kind, [name.removeprefix("parent.") for name in names if name.startswith("parent.")])
