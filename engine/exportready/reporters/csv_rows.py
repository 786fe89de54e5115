"""Render CSV for a spreadsheet, one row per finding. No cell can run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from exportready.model.fix import fix_steps
from exportready.model.report import Finding, Report, RuleResult
from exportready.reporters import Options, view, words
from exportready.reporters.text import clean

BOM = "\ufeff"
"""Without it Excel doesn't read the file as UTF-8."""


def render(report: Report, options: Options) -> str:
    """Return the headings and every finding. A column says whether it is open, accepted or in the baseline."""
    return csv_table(words.FINDINGS, (_row(report, result, finding) for result, finding in _findings(report)))


def csv_table(heads: Sequence[str], rows: Iterable[Iterable[str]], clean_cell: Callable[[str], str] = clean) -> str:
    """Return headings and rows as CSV that Excel opens as a table. `clean_cell` makes a cell harmless; by default on one line."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows([harmless(clean_cell(cell)) for cell in row] for row in rows)
    return BOM + text.getvalue()


def harmless(cell: str) -> str:
    """Return the cell, with an apostrophe in front if a spreadsheet would treat it as a formula, or a build server as a command."""
    is_number = cell[:1] in ("+", "-") and cell[1:].replace(",", "").replace(".", "").isdigit()
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "::")) and not is_number else cell


def _findings(report: Report) -> Iterator[tuple[RuleResult, Finding]]:
    for result in report.results:
        for finding in view.worst_first(result):
            yield result, finding


def _row(report: Report, result: RuleResult, finding: Finding) -> tuple[str, ...]:
    rule = result.rule
    where = finding.where[0].location if finding.where else None
    waiver = report.notes.waiver(finding)
    state = words.ACCEPTED if waiver else words.KNOWN if report.notes.is_known(finding) else words.OPEN
    return (
        finding.fingerprint,
        report.account.name or "",
        rule.id,
        rule.title,
        finding.severity.value,
        state,
        waiver.expires.isoformat() if waiver else "",
        finding.subject.kind,
        finding.subject.key,
        finding.at_fault.kind,
        finding.at_fault.key,
        finding.message,
        _pairs(finding.observed),
        _pairs(finding.expected),
        " ".join(report.notes.batches_of(finding)),
        rule.fix.who,
        " / ".join(fix_steps(result)),
        where.path if where else "",
        str(where.line) if where and where.line else "",
        where.pointer if where else "",
    )


def _pairs(values: Mapping[str, str | None]) -> str:
    return "; ".join(f"{name}: {words.NOTHING if value is None else value}" for name, value in sorted(values.items()))
