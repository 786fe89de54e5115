"""Report -> text, one module a format; a format costs its imports only when it is asked for."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from types import MappingProxyType

import msgspec

from exportready.model.report import Report

REPORTERS: Mapping[str, str] = MappingProxyType(
    {
        "console": "console",
        "csv": "csv_rows",
        "github": "github",
        "gitlab": "gitlab",
        "html": "html",
        "json": "json_result",
        "junit": "junit",
        "markdown": "markdown",
        "sarif": "sarif",
        "work-list": "work_list",
    }
)
"""Format -> the module of this package that writes it."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How a person wants to see it; formats for machines do not care."""

    color: bool = False
    width: int = 88
    verbose: int = 0
    """1 and more: rule ids' places in files, and what passed or does not apply."""
    new_only: bool = False
    """Formats of a gate leave out what stood in the baseline."""
    audience: str = "office"
    """For whom: office, csm or engineer."""


def render(format: str, report: Report, options: Options) -> str:
    """The report in one format; KeyError for a format that is not in `REPORTERS`."""
    module = importlib.import_module(f"{__name__}.{REPORTERS[format]}")
    write: Callable[[Report, Options], str] = module.render
    return write(report, options)
