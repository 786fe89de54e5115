"""qbXML responses: bare, wrapped in SOAP (as elements or as escaped text), or one `*Ret` by itself.

Any DOCTYPE is refused before the parser sees it, and entities are never resolved; only then is it safe to lift
libxml2's size limits, which SOAP text beyond 10 MB needs.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO

from lxml import etree

from exportready.evidence.reading import Keys, Reading, Unreadable, convert, taken
from exportready.kinds import KINDS, children
from exportready.kinds.quickbooks import COMBINED, ITEM_NAME_IS_FULL_NAME, OTHER_RETS, RETS
from exportready.kinds.table import Kind
from exportready.model.evidence import NOT_EXPORTED, UNSET, Listing, Location, Page, Record, Value
from exportready.model.rules import Wanted

EXACT_LINES = 65_535
"""libxml2 counts lines exactly up to here; past it a line is left out rather than told wrong."""

_ROOT = re.compile(rb"<([A-Za-z_][\w.\-]*:)?([A-Za-z_][\w.\-]*)")
_ENCODING = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._\-]+)["']""")
_ALL_RETS = tuple(f"{{*}}{ret}" for ret in (*RETS, *OTHER_RETS))


def utf8(data: bytes) -> bytes:
    """The document as UTF-8 without a BOM. QuickBooks declares no encoding and writes windows-1252's repertoire."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace").encode("utf-8", errors="replace")
    data = data.removeprefix(codecs.BOM_UTF8)
    declared = _ENCODING.match(data[:400])
    name = declared[1].decode("ascii").lower() if declared else "utf-8"
    try:
        if codecs.lookup(name).name == "utf-8":
            data.decode("utf-8")
            return data
        return data.decode(name).encode("utf-8")
    except (LookupError, UnicodeDecodeError):
        return data.decode("cp1252", errors="replace").encode("utf-8")


def root_of(document: bytes) -> str | None:
    """The local name of the root element; None where this is not XML. Raises Unreadable for a DOCTYPE."""
    at = 0
    while True:
        at = re.compile(rb"\s*").match(document, at).end()  # type: ignore[union-attr]
        for opening, closing in ((b"<?", b"?>"), (b"<!--", b"-->")):
            if document.startswith(opening, at):
                end = document.find(closing, at + len(opening))
                if end < 0:
                    return None
                at = end + len(closing)
                break
        else:
            break
    if document[at : at + 9].upper() == b"<!DOCTYPE":
        line = document.count(b"\n", 0, at) + 1
        raise Unreadable("it has a DOCTYPE, which no export has and which can do harm; export the file again", line)
    found = _ROOT.match(document, at)
    return found[2].decode("ascii", errors="replace") if found else None


def read(data: bytes, path: str, wanted: Wanted) -> Reading:
    """Read a response. Raises Unreadable for broken XML, a DOCTYPE or a SOAP message without a response in it."""
    document = utf8(data)
    root = root_of(document)
    return _Reader(path, wanted).soap(document) if root == "Envelope" else _Reader(path, wanted).bare(document)


@dataclass(slots=True)
class _Rs:
    """One response element while its records come by."""

    name: str
    index: int
    count: int = 0


class _Reader:
    def __init__(self, path: str, wanted: Wanted) -> None:
        self.path = path
        self.records: dict[tuple[int, str], list[Record]] = {}
        self.counts: Counter[str] = Counter()
        self.company: str | None = None
        self.first_line = 1
        self.lines_known = True
        self.names = {name for name, _ in RETS.values()}
        self.wanted = {name: taken(KINDS[name], wanted) for name in KINDS if name in wanted}
        self.keys = {name: Keys(KINDS[name]) for name in self.wanted}
        self.trees = {name: _tree(names) for name, names in self.wanted.items()}
        self.child_gaps: dict[str, str] = {}
        self.notes: list[str] = []
        self.listings: list[Listing] = []

    # -- the wrappings

    def bare(self, document: bytes) -> Reading:
        """qbXML as QuickBooks wrote it, or a bare `*Ret`: streamed, each record dropped once read."""
        seen: list[_Rs] = []
        last: etree._Element | None = None
        per_rs: Counter[str] = Counter()
        try:
            events = etree.iterparse(
                BytesIO(document),
                events=("end",),
                tag=_ALL_RETS,
                encoding="utf-8",
                resolve_entities=False,
                no_network=True,
                load_dtd=False,
                huge_tree=True,
            )
            for _, element in events:
                rs = element.getparent()
                if rs is None:
                    self._fragment(element)
                    continue
                if not _local(rs).endswith("Rs"):
                    continue  # a *Ret inside another record belongs to that record
                if rs is not last:
                    index = 0 if last is None else seen[-1].index + _steps(last, rs)
                    seen.append(_Rs(_local(rs), index))
                    last, per_rs = rs, Counter()
                seen[-1].count += 1
                per_rs[_local(element)] += 1
                self._take(element, seen[-1], per_rs[_local(element)])
                element.clear()
                while element.getprevious() is not None:
                    del rs[0]
            root = events.root
        except etree.XMLSyntaxError as error:
            line = error.lineno + self.first_line - 1 if error.lineno and self.lines_known else None
            words = str(error.msg).partition(", line ")[0]
            raise Unreadable(f"the XML breaks off or is damaged ({words}); export it again", line) from error
        if root is None:
            raise Unreadable("it holds no XML element; export it again")
        self._responses(root, {rs.index: rs.count for rs in seen})
        return self._reading()

    def soap(self, document: bytes) -> Reading:
        """A message of the Web Connector: the response stands in it as elements or as escaped text."""
        parser = etree.XMLParser(
            encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, remove_comments=True
        )
        try:
            envelope = etree.fromstring(document, parser)
        except etree.XMLSyntaxError as error:
            words = str(error.msg).partition(", line ")[0]
            raise Unreadable(f"the XML breaks off or is damaged ({words}); export it again", error.lineno) from error
        found = False
        for element in envelope.iter("*"):
            if _local(element) == "QBXML":
                inner = etree.tostring(element, with_tail=False, encoding="utf-8")
                self._within(inner, _line(element), exact=True)
                return self._reading()
        for element in envelope.iter("*"):
            text = element.text or ""
            if "<QBXML" in text:
                found = True
                exact = not re.search(rb"&#(10|13|x0*[aAdD]);", document)
                self._within(text.strip("\n\r \t").encode(), _line_of_text(element, text), exact)
        if not found:
            raise Unreadable("it is a SOAP message without a qbXML response in it; save the message that holds the response")
        return self._reading()

    def _within(self, inner: bytes, line: int | None, exact: bool) -> None:
        root_of(inner)
        self.first_line, self.lines_known = line or 1, exact and bool(line)
        self.bare(inner)

    # -- records

    def _fragment(self, element: etree._Element) -> None:
        name = _local(element)
        if name not in RETS:
            return
        rs = _Rs("", -1)
        self._take(element, rs, 1)
        why = "a single record by itself says nothing about the rest of the list"
        for (_, kind), records in sorted(self.records.items()):
            self._list(kind, "fragment", tuple(records), False, why)

    def _take(self, element: etree._Element, rs: _Rs, number: int) -> None:
        name = _local(element)
        known = RETS.get(name)
        if known is None:
            self.counts[name.removesuffix("Ret")] += 1
            return
        kind, part = KINDS[known[0]], known[1]
        self.counts[kind.name] += 1
        if kind.name == "quickbooks.Company":
            self.company = element.findtext("{*}CompanyName") or self.company
        pointer = f"{rs.name}[{rs.index + 1}]/{name}[{number}]" if rs.name else name
        fields: Mapping[str, Value] = {}
        if kind.name in self.wanted:
            fields = self._fields(element, kind, name, part)
            where = self._where(element, pointer)
            record = Record(kind.name, self.keys[kind.name].of(fields), fields, where)
            self.records.setdefault((rs.index, kind.name), []).append(record)
        for child in children(kind.name):
            if child.name in self.wanted:
                self._take_children(element, child, kind, rs, pointer)

    def _take_children(self, element: etree._Element, child: Kind, parent: Kind, rs: _Rs, pointer: str) -> None:
        tag = child.array_of[1] if child.array_of else ""
        above = {name for name in self.wanted[child.name] if name.startswith("parent.")}
        tree = _tree({name.removeprefix("parent.") for name in above})
        parent_fields = _values(element, parent, tree) if above else {}
        lines = self.records.setdefault((rs.index, child.name), [])
        number = 0
        for line in element.iter(f"{{*}}{tag}"):
            number += 1
            fields = {f"parent.{name}": value for name, value in parent_fields.items()}
            fields |= _values(line, child, self.trees[child.name])
            where = self._where(line, f"{pointer}/{tag}[{number}]")
            lines.append(Record(child.name, self.keys[child.name].of(fields), fields, where))
            self.counts[child.name] += 1
        if not number and not _has_none(element):
            self.child_gaps.setdefault(child.name, f"{pointer} shows no {tag}: it comes only when it is asked for")

    def _fields(self, element: etree._Element, kind: Kind, name: str, part: str) -> dict[str, Value]:
        fields = _values(element, kind, self.trees[kind.name])
        if kind.name == "quickbooks.Item":
            if "ItemType" in self.wanted[kind.name]:
                fields["ItemType"] = part
            if name in ITEM_NAME_IS_FULL_NAME and "FullName" in self.wanted[kind.name]:
                fields["FullName"] = convert(kind.fields["FullName"], element.findtext("{*}Name")) or NOT_EXPORTED
        return fields

    def _where(self, element: etree._Element, pointer: str) -> Location:
        line = _line(element) if self.lines_known else None
        return Location(self.path, line + self.first_line - 1 if line else None, pointer)

    # -- responses

    def _responses(self, root: etree._Element, counts: Mapping[int, int]) -> None:
        status_keys = self.keys.get("quickbooks.Status")
        statuses: list[Record] = []
        index = -1
        for rs in _rs_elements(root):
            index += 1
            request = _local(rs).removesuffix("Rs")
            self.counts["quickbooks.Status"] += 1
            if status_keys is not None:
                raw = {
                    "request": request,
                    **{key: rs.get(key) for key in ("statusCode", "statusSeverity", "statusMessage", "requestID")},
                }
                kind = KINDS["quickbooks.Status"]
                fields = {name: convert(kind.fields[name], value) for name, value in raw.items()}
                where = self._where(rs, f"{request}Rs[{index + 1}]")
                statuses.append(Record(kind.name, status_keys.of(fields), fields, where))
            self._listed(rs, request, index, counts.get(index, 0))
        if statuses:
            self._list("quickbooks.Status", "", tuple(statuses), True)

    def _listed(self, rs: etree._Element, request: str, index: int, count: int) -> None:
        """Turn one response into listings: is it a list at all, and is it whole?"""
        query = request.endswith("Query")
        base = request.removesuffix("Query")
        known = RETS.get(f"{base}Ret")
        kinds: list[tuple[str, str]] = [(name, "") for name in COMBINED.get(request, ())] or ([known] if known else [])
        found = {name for at, name in self.records if at == index}
        code, severity = rs.get("statusCode", ""), rs.get("statusSeverity", "")
        if severity == "Error":
            self.notes.append(f"{request} was answered with error {code}")
            kinds = []
        kinds += [
            (name, "") for name in sorted(found) if name not in {kind for kind, _ in kinds} and KINDS[name].array_of is None
        ]
        remaining = _whole_number(rs.get("iteratorRemainingCount"))
        page = Page(rs.get("iteratorID", ""), None, bool(remaining), remaining) if remaining is not None else None
        why = ""
        if not query:
            why = f"{request} answers with the record that was written, not with the list"
        elif severity != "Info":
            why = f"QuickBooks did not answer {request} in full (status {code or 'missing'})"
        elif rs.get("retCount") is not None and _whole_number(rs.get("retCount")) != count:
            why = f"{request} counted {rs.get('retCount')} records but sent {count}"
        elif page is not None and not page.series:
            why = f"{request} came in pages that do not say which iterator they belong to" if page.more else ""
        for name, part in kinds:
            if name in self.wanted:
                part = part if query else "fragment"
                self._list(name, part, tuple(self.records.get((index, name), ())), not why, why, page if query else None)
            for child in children(name):
                if (child.name in self.wanted and (index, child.name) in self.records) or (
                    child.name in self.wanted and not why
                ):
                    gap = why or self.child_gaps.get(child.name, "")
                    part = "" if query else "fragment"
                    self._list(
                        child.name,
                        part,
                        tuple(self.records.get((index, child.name), ())),
                        not gap,
                        gap,
                        page if query else None,
                    )

    def _list(
        self, kind: str, part: str, records: tuple[Record, ...], whole: bool, why: str = "", page: Page | None = None
    ) -> None:
        self.listings.append(Listing(kind, records, self.path, "qbxml", whole, why, part, page=page))

    def _reading(self) -> Reading:
        return Reading("qbxml", tuple(self.listings), dict(self.counts), None, tuple(self.notes), self.company)


def _line(element: etree._Element) -> int | None:
    """The line of an element's start tag, where libxml2 still counts exactly."""
    line = element.sourceline
    return line if isinstance(line, int) and 0 < line < EXACT_LINES else None


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _rs_elements(root: etree._Element) -> Iterator[etree._Element]:
    for messages in root.iter("{*}QBXMLMsgsRs"):
        for rs in messages.iterchildren("*"):
            if _local(rs).endswith("Rs"):
                yield rs


def _steps(earlier: etree._Element, later: etree._Element) -> int:
    """How many responses further on `later` stands; 1 across message sets, whose responses are counted through."""
    steps = 0
    for rs in earlier.itersiblings("*"):
        steps += 1
        if rs is later:
            return steps
    return steps + 1 + sum(1 for _ in later.itersiblings("*", preceding=True))


def _line_of_text(element: etree._Element, text: str) -> int | None:
    line = _line(element)
    return line + text[: len(text) - len(text.lstrip("\n\r \t"))].count("\n") if line else None


def _whole_number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() else None


def _has_none(payment: etree._Element) -> bool:
    """A payment that is wholly unused is applied to nothing, so it rightly shows no AppliedToTxnRet."""
    total, unused = payment.findtext("{*}TotalAmount"), payment.findtext("{*}UnusedPayment")
    return total is not None and total == unused


# -- values

_Tree = dict[str, "_Tree | str"]
"""Element name -> the field that its text is, or what is wanted inside it."""


def _tree(names: frozenset[str] | set[str]) -> _Tree:
    tree: _Tree = {}
    for name in sorted(names):
        if name.startswith("parent."):
            continue
        at = tree
        *path, leaf = name.split(".")
        for step in path:
            inner = at.setdefault(step, {})
            if isinstance(inner, dict):
                at = inner
        at[leaf] = name
    return tree


def _values(element: etree._Element, kind: Kind, tree: _Tree) -> dict[str, Value]:
    fields: dict[str, Value] = {}
    _walk(element, tree, kind, fields)
    complete = all(element.find(f"{{*}}{name}") is not None for name in kind.always)
    _absent(element, tree, kind, fields, complete and bool(kind.always))
    return fields


def _walk(element: etree._Element, tree: _Tree, kind: Kind, fields: dict[str, Value]) -> None:
    for child in element:
        wanted = tree.get(_local(child))
        if isinstance(wanted, str):
            fields.setdefault(wanted, convert(kind.fields[wanted], child.text or ""))
        elif wanted is not None:
            _walk(child, wanted, kind, fields)


def _absent(element: etree._Element, tree: _Tree, kind: Kind, fields: dict[str, Value], complete: bool) -> None:
    """Fill in what an absent element means: unset where the record is shown whole, else not exported.

    Inside a reference that is there, a missing part (a ListID without its FullName) stays unknown.
    """
    for name, wanted in tree.items():
        if isinstance(wanted, str):
            if complete and wanted not in fields and not kind.fields[wanted].on_request:
                fields[wanted] = UNSET
            continue
        inside = element.find(f"{{*}}{name}")
        if inside is None:
            _absent(element, wanted, kind, fields, complete)
        elif not name.endswith("Ref"):
            _absent(inside, wanted, kind, fields, complete)
