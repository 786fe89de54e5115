"""Audit -> text, one module a format; a format costs its imports only when it is asked for."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import msgspec

from exportready.model.audit import Audit

REPORTERS: Mapping[str, str] = MappingProxyType(
    {"console": "console", "csv": "csv_rows", "html": "html", "json": "json_audit", "markdown": "markdown"}
)
"""Format -> the module of this package that writes it."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How a person wants to see it; formats for machines do not care."""

    color: bool = False
    width: int = 88
    verbose: int = 0
    """1 and more: every account on the terminal, not only the worst."""
    pages: str = ""
    """The way, as a URL from the file that is written, to the folder of the accounts' own reports; empty: no links."""


def parts(format: str, audit: Audit, options: Options) -> Iterator[str]:
    """The audit in one format, a piece at a time: of ten thousand accounts nobody holds the whole text.

    KeyError for a format that is not in `REPORTERS`.
    """
    module = importlib.import_module(f"{__name__}.{REPORTERS[format]}")
    write: Callable[[Audit, Options], Iterator[str]] = module.render
    return write(audit, options)


def render(format: str, audit: Audit, options: Options) -> str:
    """The audit in one format, whole."""
    return "".join(parts(format, audit, options))
