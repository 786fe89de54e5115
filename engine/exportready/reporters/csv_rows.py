"""One row a problem, for a spreadsheet: UTF-8 with a BOM, and no cell that a spreadsheet would run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from exportready.model.fix import fix_steps
from exportready.model.report import Finding, Report, RuleResult
from exportready.reporters import Options, view, words
from exportready.reporters.text import clean

BOM = "\ufeff"


def render(report: Report, options: Options) -> str:
    """The headings, then every finding: those that were accepted or stood before say so."""
    return table(words.FINDINGS, (_row(report, result, one) for result, one in _findings(report)))


def table(heads: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    """A table that Excel opens as it is meant."""
    out = io.StringIO()
    written = csv.writer(out, lineterminator="\r\n")
    written.writerow(heads)
    written.writerows([harmless(clean(cell)) for cell in row] for row in rows)
    return BOM + out.getvalue()


def harmless(cell: str) -> str:
    """The cell, with an apostrophe before what a spreadsheet would take for a formula."""
    is_number = cell[:1] in ("+", "-") and cell[1:].replace(",", "").replace(".", "").isdigit()
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@")) and not is_number else cell


def _findings(report: Report) -> Iterator[tuple[RuleResult, Finding]]:
    for result in report.results:
        for finding in view.worst_first(result):
            yield result, finding


def _row(report: Report, result: RuleResult, one: Finding) -> tuple[str, ...]:
    rule, where = result.rule, one.where[0].location if one.where else None
    waiver = report.notes.waiver(one)
    return (
        one.fingerprint,
        report.account.name or "",
        rule.id,
        rule.title,
        one.severity.value,
        words.ACCEPTED if waiver else words.KNOWN if report.notes.is_known(one) else words.STANDS,
        waiver.expires.isoformat() if waiver else "",
        one.subject.kind,
        one.subject.key,
        one.at_fault.kind,
        one.at_fault.key,
        one.message,
        _pairs(one.observed),
        _pairs(one.expected),
        " ".join(report.notes.batches_of(one)),
        rule.fix.who,
        " / ".join(fix_steps(result)),
        where.path if where else "",
        str(where.line) if where and where.line else "",
        where.pointer if where else "",
    )


def _pairs(told: Mapping[str, str | None]) -> str:
    return "; ".join(f"{name}: {words.NOTHING if value is None else value}" for name, value in sorted(told.items()))
