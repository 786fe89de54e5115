"""Reports on an audit, one module per format. A format's module is imported only when it is used."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import msgspec

from exportready.model.audit import Audit

REPORTERS: Mapping[str, str] = MappingProxyType(
    {
        "console": "console",
        "csv": "csv_rows",
        "html": "html",
        "json": "json_audit",
        "mail-merge": "mail_merge",
        "markdown": "markdown",
    }
)
"""Format -> the module of this package that writes it."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How people want to see the audit. The JSON uses only `reports_url`."""

    color: bool = False
    width: int = 88
    verbose: int = 0
    """1: list more accounts on the terminal, and those without problems too; 2 or more: list all."""
    reports_url: str = ""
    """URL of the folder with the accounts' own reports, relative to the file that is written; empty for no links."""
    owner_pages: Mapping[str, str] = MappingProxyType({})
    """Owner -> URL of the page with only their accounts, relative in the same way."""


def render_parts(format: str, audit: Audit, options: Options) -> Iterator[str]:
    """Return the audit in one format, piece by piece, since the text on ten thousand accounts is large.

    Raises KeyError if the format isn't in `REPORTERS`.
    """
    module = importlib.import_module(f"{__name__}.{REPORTERS[format]}")
    render_module: Callable[[Audit, Options], Iterator[str]] = module.render
    return render_module(audit, options)


def render(format: str, audit: Audit, options: Options) -> str:
    """Return the complete audit in one format. Raises KeyError if the format isn't in `REPORTERS`."""
    return "".join(render_parts(format, audit, options))
