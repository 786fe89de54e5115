"""Turns a report into text: one module per format, imported only when the format is asked for."""

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
"""Format -> the module of this package that renders it."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How a report is shown. Formats for machines use only `new_only`."""

    color: bool = False
    width: int = 88
    """Columns of the terminal."""
    verbose: int = 0
    """From 1: rule ids, places in files, and the checks that passed or don't apply. From 2: every key issue."""
    new_only: bool = False
    """Leave out the problems that the baseline has (formats for gates)."""
    audience: str = "office"
    """Whose view is shown, or shown first: office, csm or engineer."""
    folder: str = ""
    """The snapshot as commands that the console suggests name it, quoted where the shell needs it."""


def render(format: str, report: Report, options: Options) -> str:
    """Return the report in one of the formats of `REPORTERS`. Raises KeyError for any other."""
    module = importlib.import_module(f"{__name__}.{REPORTERS[format]}")
    render_format: Callable[[Report, Options], str] = module.render
    return render_format(report, options)
