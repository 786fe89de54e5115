"""Lists of export errors in whatever form a person saved them: pasted text, or a table with the message in any cell.

They are recognized by QuickBooks' own messages (kinds/messages.py). A line among them that isn't a known message is an error too,
and is never dropped.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from exportready.evidence.consolidate import WHY_NOT_STATED_WHOLE
from exportready.evidence.readers.sheets import Cell, Sheet, cell_at
from exportready.evidence.reading import Keys, Reading, decode_text
from exportready.kinds import KINDS
from exportready.kinds.headings import TABLES, squash
from exportready.kinds.message_codes import CODES, defect_of
from exportready.kinds.messages import FINE, OTHER, is_message, parse_message, plain_code, stated_code
from exportready.model.evidence import SHEET, UNSET, Listing, Location, Record, Value
from exportready.model.reasons import Reason
from exportready.model.rules import Wanted
from exportready.schema.budgets import MESSAGE_LENGTH, MESSAGE_LINES

READER = "list of errors"
KIND = "servicetitan.export_error"
_TABLE = next(table for table in TABLES if table.kind == KIND)
_MESSAGE = {squash(heading.lstrip("?")) for heading in _TABLE.columns["message"]}
_HEADINGS = {squash(heading): name for _, name, headings in _TABLE.all_columns() for heading in headings if name != "message"}
_TYPES = {"inv": "invoice", "pmt": "payment", "po": "purchase order"}
_WORDS = r"invoice|inv|payment|pmt|credit memo|bill|purchase order|po"
_NUMBER = r"[A-Za-z]{0,4}-?\d[\w/-]*"
# All of these take linear time: what repeats is possessive (*+), or can match in only one way (docs/decisions/hostile-input.md).
_NAMED = re.compile(
    rf"\b({_WORDS})s?\b\.?\s*+(?:(?:#|no\.?|number)\s*+)?(?::\s*+)?((?:#?{_NUMBER})(?:\s*+(?:,|and|&)\s*+#?{_NUMBER})*)",
    re.IGNORECASE,
)
_BARE = re.compile(r"#?([A-Za-z]{0,3}-?\d{3,})\s*[:|\t-]\s*(?=\D)")
_TIME = r"(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}[T ]*+)?(?:\d{1,2}:\d\d(?::\d\d)?\s*+(?:[AP]M\b)?)?"
_BULLETS = re.compile(r"(?:\W|\d{1,2}[.)](?=\s))*")
_AFTER_BULLETS = re.compile(rf"{_TIME}\W*+(?=(?:{_WORDS})s?\b|error \d|#?\d{{3,}}\s*[:|])", re.IGNORECASE)
_ENDS = re.compile(r"[.!?)\"]\s*$")
_REASON = re.compile(
    r"QuickBooks error|Invalid argument|The specified record|Names in this list|The colon is|This list has been|You cannot",
    re.IGNORECASE,
)
"""Second sentences of known messages, which wrapped text has on a line of their own."""


def text(data: bytes, path: str, wanted: Wanted) -> Reading | None:
    """Return the errors in a text; None if it isn't a list of errors.

    It is one if a line is a known message, or has a transaction and a code. A file whose name says so may have unknown messages only.
    """
    whole = decode_text(data)
    lines = list(_windows(whole)) or list(_results(whole)) or list(_unwrap(whole))
    is_named = _FILE.search(PurePosixPath(path).stem) is not None
    if not any(is_message(line) or _is_error(line, is_named=is_named) for _, line in lines):
        return None
    rows = [
        (number, fields)
        for number, line in lines
        if any(map(str.isalnum, line)) and parse_message(line).sort != FINE
        for fields in _errors(line)
    ]
    return Reading(reader=READER, listings=(listing(rows, path, wanted),), counts={KIND: len(rows)})


_FILE = re.compile(r"(?<![a-z])errors?(?![a-z])", re.IGNORECASE)
"""A file name with this word has errors."""


def _is_error(line: str, *, is_named: bool) -> bool:
    """Return whether a line without a known sentence is an error by what is around it: a transaction, a code, the file's name."""
    found = next(_errors(line))
    has_code = bool(stated_code(str(found["message"]))[0] or found.get("code"))
    return has_code + ("transaction" in found) + is_named >= _ENOUGH


_ENOUGH = 2
"""Number of these signs from which a line is an error."""


def _head(line: str) -> re.Match[str] | None:
    """Return what a new message may begin with: a bullet, a number, a time. None if the line doesn't look like a new message.

    In two steps, because Python before 3.11.5 errs in possessive quantifiers after a group (python/cpython, issue 106052).
    """
    bullets = _BULLETS.match(line)
    return _AFTER_BULLETS.match(line, bullets.end() if bullets else 0)


def _errors(line: str) -> Iterator[dict[str, Value]]:
    """Yield one error for each transaction named before the message; if there is none, one error without a transaction.

    The number at the beginning may be a status code, which is never the number of a transaction.
    """
    head = _head(line)
    line = line[head.end() :] if head else line
    code, end = stated_code(line)
    if code:
        found = list(_named_errors(line[end:].lstrip(" :|-\t")))
        named = [one for one in found if "transaction" in one]
        for one in named or [{"message": line}]:
            yield {**one, **({"code": code} if named else {})}
        return
    yield from _named_errors(line)


def _named_errors(line: str) -> Iterator[dict[str, Value]]:
    """Yield the errors of a line that doesn't begin with a code."""
    begins = min((at for at in (line.find(mark) for mark in (": ", " - ", " | ", ". ")) if at >= 0), default=-1)
    front = line[: begins + 1] if begins >= 0 else line
    named = [(found[1], number) for found in _NAMED.finditer(front) for number in re.findall(_NUMBER, found[2])]
    bare = None if named else _BARE.match(line)
    message = line
    if named and _NAMED.match(front):
        message = re.sub(r"^\W+", "", line[_NAMED.match(front).end() :]) if len(named) == 1 else line[begins + 1 :].strip()  # type: ignore[union-attr]
        message = re.sub(r"^(?:\W|error:)+", "", message) or line
    elif bare:
        rest = line[bare.end() :]
        typed = re.match(rf"({_WORDS})\s*[|:-]\s*", rest, re.IGNORECASE)
        message = rest[typed.end() :] if typed else rest
        own: dict[str, Value] = {"transactionType": _TYPES.get(typed[1].lower(), typed[1])} if typed else {}
        yield {"message": message, "transaction": bare[1], **own}
        return
    for type_, number in named:
        yield {"message": message, "transaction": number, "transactionType": _TYPES.get(type_.lower(), type_)}
    if not named:
        yield {"message": message}


_WINDOW = ("Version", "Message", "Description")
"""The headings in the window “More information” of the Web Connector (seen in text that integrators quote)."""


def _windows(whole: str) -> Iterator[tuple[int, str]]:
    """Yield the description in each window of the Web Connector that was pasted, with the number of its first line."""
    if not whole.lstrip().lower().startswith(_WINDOW[0].lower()):
        return  # something else comes before it, which isn't to be lost
    parts: dict[str, list[tuple[int, str]]] = {}
    heading = ""
    for number, line in enumerate([*(line.strip() for line in whole.splitlines()), f"{_WINDOW[0]}:"], 1):
        found = _WINDOW_HEADING.fullmatch(line)
        if found and found[1].title() == _WINDOW[0] and all(name in parts for name in _WINDOW):
            said = parts[_WINDOW[2]] or parts[_WINDOW[1]]
            if said:
                yield said[0][0], " ".join(text for _, text in said)
            parts = {}
        if found:
            heading, line = found[1].title(), found[2]
            parts[heading] = []
        if heading and line:
            parts[heading].append((number, line))


_WINDOW_HEADING = re.compile(rf"({'|'.join(_WINDOW)}):[ \t]*(.*)", re.IGNORECASE)


_RESULT = re.compile(r"hresult\W{1,6}(0x8[0-9a-f]{7})\b", re.IGNORECASE)
_RESULT_MESSAGE = re.compile(r"(?:string )?message\s*[=:][\s\"']*([^\"<>]+)", re.IGNORECASE)


def _results(whole: str) -> Iterator[tuple[int, str]]:
    """Yield the result codes in what a program noted of a call of the Web Connector, each with its message (connectionError)."""
    if not _RESULT.search(whole):
        return
    code, seen = "", set[str]()
    for number, line in enumerate(map(str.strip, [*whole.splitlines(), "hresult = 0x80000000"]), 1):
        found = _RESULT.search(line)
        if found and code and code not in seen:  # without a message
            seen.add(code)
            yield number - 1, code
        code = found[1] if found else code
        said = _RESULT_MESSAGE.match(line[found.end() :].lstrip(" \t,;|<>\"'") if found else line)
        if code and said:
            if said[1] not in seen:
                seen |= {said[1], code}
                yield number, f"{code}: {said[1].strip()}"
            code = ""
        elif not found and (is_message(line) or _begins(line)):
            yield number, line


def _unwrap(whole: str) -> Iterator[tuple[int, str]]:
    """Yield each message with the number of its first line: pasted text has long messages on several lines.

    A line without letters or digits separates messages.
    """
    first_line = 0
    so_far = ""
    lines = 0
    for number, line in enumerate([*whole.splitlines(), ""], 1):
        line = line.strip()
        is_part = any(map(str.isalnum, line)) and lines < MESSAGE_LINES and len(so_far) + len(line) < MESSAGE_LENGTH
        if so_far and not (is_part and _continues(so_far, line)):
            if not _is_heading(so_far):
                yield first_line, so_far
            so_far, lines = "", 0
        if line and (so_far or any(map(str.isalnum, line))):
            first_line = first_line if so_far else number
            so_far = f"{so_far} {line}" if so_far else line
            lines += 1


def _continues(so_far: str, line: str) -> bool:
    """Return whether a line continues the message that the lines before it began."""
    if _is_heading(so_far):
        return False
    if _REASON.match(line) or line[0].islower():
        return True
    if _begins(line):
        return False
    has_message = is_message(so_far)
    if has_message and is_message(line):
        return False
    named = _NAMED.search(so_far)
    only_named = named is not None and len(so_far[named.end() :].split()) < 2 and not has_message
    return only_named or so_far.endswith("error message:") or (not _ENDS.search(so_far) and not has_message) or _is_cut(so_far)


def _begins(line: str) -> bool:
    """Return whether a line begins as a message does: with a transaction, or with the word “error” and a number."""
    head = _head(line)
    rest = line[head.end() :] if head is not None else ""
    return bool(_NAMED.match(rest) or _BARE.match(rest)) or rest[:5].lower() == "error"


def _is_cut(so_far: str) -> bool:
    """Return whether a known message was cut at the end of a line: it has no period yet, and ends in the middle of a phrase."""
    return (
        is_message(so_far)
        and not _ENDS.search(so_far)
        and bool(re.search(r'(?:"|\b(?:the|a|in|of|list|is|was|message))\s*$', so_far, re.IGNORECASE))
    )


def _is_heading(text: str) -> bool:
    """Return whether a line is a heading above messages."""
    return text.endswith(":") and not is_message(text) and not _NAMED.match(text)


def sheet(found: Sheet, path: str, wanted: Wanted) -> Listing | None:
    """Return the errors in a table; None if none of its cells is a known message."""
    texts = [[cell.strip() if isinstance(cell, str) else "" for cell in row] for row in found.rows]
    columns = Counter(at for row in texts for at, cell in enumerate(row) if cell and is_message(cell))
    column = min(columns, key=lambda at: (-columns[at], at)) if columns else _message_column(texts)
    if column < 0:
        return None
    first = next((number for number, row in enumerate(texts) if any(map(is_message, filter(None, row)))), len(texts))
    header, named = _heading(texts[:first], column)
    codes = _code_column(found.rows[header + 1 :], column)
    if not columns and (codes < 0 or not (_FILE.search(PurePosixPath(path).stem) or _is_coded(texts[header], column, codes))):
        return None
    if codes >= 0:
        named = {**named, "code": codes}
    rows: list[tuple[int, dict[str, Value]]] = []
    for number, row in enumerate(texts[header + 1 :], header + 2):
        message = next((cell for cell in row if cell and is_message(cell)), row[column] if column < len(row) else "")
        fields = {name: _value(cell_at(found.rows[number - 1], at)) for name, at in named.items()}
        code = fields.get("code")
        if (message or isinstance(code, str)) and not _TOTAL.match(message) and _says_error(message, code, row):
            rows.append((number, {"message": message or UNSET, **fields}))
    return listing(_with_numbers(rows, texts, column, codes) if "transaction" not in named else rows, path, wanted)


def _is_coded(headings: Sequence[str], column: int, codes: int) -> bool:
    """Return whether headings say that codes are those of errors. “Code” and “Description” may be any list."""
    found = {squash(headings[at]) for at in (column, codes) if at < len(headings)}
    return bool(found & _MESSAGE - {"description", "reason"}) or not found & {"code", "description"}


def _says_error(message: str, code: object, row: Sequence[str]) -> bool:
    """Return whether a row is an error. Its severity decides only if neither its code nor its message does."""
    sort = parse_message(message, code if isinstance(code, str) else "").sort
    return sort != FINE and not (sort == OTHER and "info" in map(str.lower, row))


def _message_column(texts: Sequence[Sequence[str]]) -> int:
    """Return the column of messages in a table without a known sentence; -1 if no heading says that it is a list of errors.

    It has the heading of messages, or the longest texts if only codes have a heading that is known.
    """
    headings = [(at, squash(cell)) for row in texts for at, cell in enumerate(row) if cell]
    if (named := next((at for at, heading in headings if heading in _MESSAGE), -1)) >= 0:
        return named
    if all(_HEADINGS.get(heading) != "code" for _, heading in headings):
        return -1
    lengths = Counter({at: sum(len(row[at]) for row in texts if at < len(row)) for at, _ in headings})
    return lengths.most_common(1)[0][0]


def _code_column(rows: Sequence[Sequence[Cell]], column: int) -> int:
    """Return the column in which each row that isn't blank there has a known code; -1 if there is none.

    One code at least is that of an error: 0 and 1 alone may be any numbers.
    """
    for at in range(max(map(len, rows), default=0)):
        codes = [plain_code(str(row[at])) for row in rows if at < len(row) and row[at] is not None]
        is_known = all(code in CODES for code in codes) and any(defect_of(code) != FINE for code in codes)
        if at != column and is_known:
            return at
    return -1


_TOTAL = re.compile(r"(grand )?totals?\b", re.IGNORECASE)


def _with_numbers(
    rows: list[tuple[int, dict[str, Value]]], texts: Sequence[Sequence[str]], column: int, codes: int
) -> list[tuple[int, dict[str, Value]]]:
    """Add the numbers of transactions, if no heading says which column has them: the first in which each row has one.

    A column that only counts the rows has none.
    """
    counted = [str(number) for number, _ in enumerate(rows, 1)]
    for at in range(max((len(row) for row in texts), default=0)):
        cells = [texts[number - 1][at] if at < len(texts[number - 1]) else "" for number, _ in rows]
        if (
            at not in (column, codes)
            and cells != counted
            and len(set(cells)) > len(cells) // 2
            and all(re.fullmatch(rf"#?{_NUMBER}", cell) for cell in cells)
        ):
            return [(number, {**fields, "transaction": cell}) for (number, fields), cell in zip(rows, cells, strict=True)]
    return rows


def _heading(rows: Sequence[Sequence[str]], column: int) -> tuple[int, Mapping[str, int]]:
    """Return the row of headings above the first message, from 0, and the columns of fields that it names; -1 if there is none.

    A first row with a word or two in the column of the messages is one too.
    """
    for number in range(len(rows) - 1, -1, -1):
        named = {_HEADINGS[squash(cell)]: at for at, cell in enumerate(rows[number]) if squash(cell) in _HEADINGS}
        if named:
            return number, named
    above = rows[0][column] if rows and column < len(rows[0]) else ""
    return (0, {}) if above and len(above.split()) <= 2 and above[-1] not in ".!" else (-1, {})


def _value(cell: Cell) -> Value:
    return UNSET if cell is None else str(cell).strip() or UNSET


def listing(rows: Sequence[tuple[int, Mapping[str, Value]]], path: str, wanted: Wanted) -> Listing:
    """Return errors as records of a list that may be incomplete."""
    names, keys = wanted.get(KIND, frozenset()), Keys(KINDS[KIND])
    records = []
    for number, fields in rows:  # even if nothing reads them, because they are counted
        kept = {name: value for name, value in fields.items() if name in names}
        records.append(Record(kind=KIND, key=keys.of(kept), fields=kept, where=Location(path, number)))
    return Listing(
        kind=KIND,
        records=tuple(records),
        path=path,
        reader=READER,
        whole=False,
        why_part=WHY_NOT_STATED_WHOLE,
        cause=Reason.NOT_STATED_WHOLE,
        part=SHEET,
    )
