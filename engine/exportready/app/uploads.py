"""Reads a form with files piece by piece into the data folder: a large file is never in memory, and nothing is written elsewhere."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO
from urllib.parse import unquote

import anyio.to_thread
import msgspec
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from exportready.app.guard import Problem
from exportready.app.home import Home, make_folder
from exportready.app.names import is_hostile
from exportready.app.staging import HOSTILE, Upload, too_many
from exportready.app.values import TooMuch
from exportready.schema import budgets

FIELD = "files"
MAX_FIELD = 64 << 10
"""Bytes of a field that isn't a file."""
MAX_FIELDS = 200
MAX_HEADERS = 8 << 10


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """What was sent."""

    uploads: tuple[Upload, ...]
    fields: dict[str, str]


@asynccontextmanager
async def received(request: Request, home: Home) -> AsyncIterator[Form]:
    """Give the files and fields of a form. Files that weren't moved away are removed at the end.

    Raises Problem if it isn't such a form, or a name points outside its folder; TooMuch for too many files. Of a file beyond the limit
    of one file only the size is kept, so that it can be rejected by itself.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise Problem(415, f"Send the files as multipart/form-data, in the field “{FIELD}”.")
    folder = home.incoming / f"form-{secrets.token_hex(8)}"
    make_folder(folder)
    reader = _FormReader(folder, boundary)
    try:
        try:
            async for piece in request.stream():
                await anyio.to_thread.run_sync(reader.write, piece)
            await anyio.to_thread.run_sync(reader.end)
        finally:
            reader.close()
        yield Form(uploads=reader.uploads(), fields=reader.fields)
    finally:
        await anyio.to_thread.run_sync(shutil.rmtree, folder, True)


class _FormReader:
    """Takes the events of the parser. After a rejection it only counts, so that the sender can finish and read the answer."""

    def __init__(self, folder: Path, boundary: bytes) -> None:
        self.folder = folder
        self.fields: dict[str, str] = {}
        self.files: list[tuple[str, Path]] = []
        self.sizes: list[int] = []
        self.number = 0
        self.hostile = False
        self.out: IO[bytes] | None = None
        self.name = b""
        self.field = ""
        self.value = b""
        self.size = 0
        self.header = b""
        self.headers: dict[bytes, bytes] = {}
        self.is_file = False
        self.is_ended = False
        on: dict[str, Callable[..., None]] = {
            "on_part_begin": self.begin,
            "on_header_field": self.header_field,
            "on_header_value": self.header_value,
            "on_header_end": self.header_end,
            "on_headers_finished": self.headers_finished,
            "on_part_data": self.data,
            "on_part_end": self.part_end,
            "on_end": self.finished,
        }
        self.parser = MultipartParser(boundary, on)  # type: ignore[arg-type]

    def write(self, piece: bytes) -> None:
        """Take the next piece of the form. Raises Problem, OSError."""
        try:
            self.parser.write(piece)
        except FormParserError as error:
            raise Problem(400, "This form with files is damaged. Send it again.") from error

    def end(self) -> None:
        """Take the end of the form. Raises Problem, TooMuch."""
        if not self.is_ended:
            raise Problem(400, "This form with files ended too early. Send it again. Nothing was added.")
        if self.number > budgets.DROPPED_FILES:
            raise TooMuch(too_many(self.number))
        if self.hostile:
            raise Problem(422, f"{HOSTILE} Nothing was added.")

    def close(self) -> None:
        """Close the file that was being written."""
        if self.out is not None:
            self.out.close()
            self.out = None

    def uploads(self) -> tuple[Upload, ...]:
        """Return the files, in their order."""
        return tuple(Upload(name, path, size) for (name, path), size in zip(self.files, self.sizes, strict=True))

    # -- events

    def begin(self) -> None:
        """Start a part."""
        self.headers, self.header, self.value, self.size, self.is_file = {}, b"", b"", 0, False

    def header_field(self, data: bytes, start: int, end: int) -> None:
        """Take a piece of a header's name."""
        self.name += data[start:end]
        self._check_headers()

    def header_value(self, data: bytes, start: int, end: int) -> None:
        """Take a piece of a header's value."""
        self.header += data[start:end]
        self._check_headers()

    def _check_headers(self) -> None:
        if len(self.name) + len(self.header) + sum(map(len, self.headers.values())) > MAX_HEADERS:
            raise Problem(400, "The headers of a file in this form are too long.")

    def header_end(self) -> None:
        """End a header."""
        self.headers[self.name.lower()] = self.header
        self.name = self.header = b""

    def headers_finished(self) -> None:
        """Start the content of a part."""
        _, options = parse_options_header(self.headers.get(b"content-disposition", b""))
        self.field = _decoded(options.get(b"name", b""))
        name = _file_name(self.headers.get(b"content-disposition", b""), options)
        self.is_file = name is not None
        if not name:  # a browser sends an empty one if no file was chosen
            return
        self.number += 1
        self.hostile = self.hostile or is_hostile(name)
        if self.number > budgets.DROPPED_FILES or self.hostile:
            return
        path = self.folder / secrets.token_hex(8)
        self.files.append((name, path))
        self.out = path.open("xb")

    def data(self, data: bytes, start: int, end: int) -> None:
        """Take a piece of a part's content."""
        self.size += end - start
        if self.out is not None:
            if self.size <= budgets.DROPPED_FILE_SIZE:
                self.out.write(data[start:end])
        elif not self.is_file:
            if self.size > MAX_FIELD or len(self.fields) > MAX_FIELDS:
                raise Problem(413, "A field of this form is too long, or it has too many.")
            self.value += data[start:end]

    def part_end(self) -> None:
        """End a part."""
        if self.out is not None:
            self.sizes.append(self.size)
        self.close()
        if not self.is_file:
            self.fields[self.field] = self.value.decode("utf-8", "replace")

    def finished(self) -> None:
        """End the form."""
        self.is_ended = True


_EXTENDED = re.compile(r"filename\*=utf-8'[^']*'([^;\s]+)", re.IGNORECASE)


def _file_name(header: bytes, options: Mapping[bytes, bytes]) -> str | None:
    """Return the name of a part's file; None if the part is a plain field.

    RFC 7578 forbids the extended form of the name (RFC 5987), but some programs send only that.
    """
    if b"filename" in options:
        return _decoded(options[b"filename"])
    extended = _EXTENDED.search(header.decode("latin-1"))
    return unquote(extended[1], errors="replace") if extended else None


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "replace")
