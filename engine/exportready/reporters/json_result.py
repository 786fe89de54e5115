"""Renders the result as JSON, the contract of `results.write`."""

from __future__ import annotations

from exportready.model.report import Report
from exportready.reporters import Options
from exportready.results import write


def render(report: Report, options: Options) -> str:
    """Return the result as JSON; no option changes it."""
    return write.text(report)
