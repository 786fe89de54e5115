"""Lay out an audit for every format that people read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from exportready.model.audit import Audit
from exportready.reporters import words as shared
from exportready.reporters.audit import words
from exportready.reporters.audit.accounts import Row, account_rows, shorten
from exportready.reporters.audit.changes import FleetChanges, fleet_changes
from exportready.reporters.audit.expiring import ExpiringAccounts, expiring_accounts
from exportready.reporters.audit.history import HistoryChart, history_chart
from exportready.reporters.audit.looks import rule_area
from exportready.reporters.audit.rule_summaries import RuleSummary, rule_summaries
from exportready.reporters.audit.summary import Summary, audit_summary


class AuditView(msgspec.Struct, frozen=True, kw_only=True):
    """An audit, laid out."""

    summary: Summary
    areas: tuple[tuple[str, str], ...]
    """(Folder, name) of each area."""
    rows: tuple[Row, ...]
    """The accounts, the worst first."""
    changes: FleetChanges
    rules: tuple[RuleSummary, ...]
    """Those that most accounts fail first, those that no account fails last."""
    expiring: ExpiringAccounts
    unreadable: tuple[tuple[Row, str, str], ...]
    """(Account, file, error)."""
    history: HistoryChart | None


def audit_view(audit: Audit, reports_url: str = "") -> AuditView:
    """Return the audit as people see it, whatever the order of its accounts."""
    areas = _areas(audit)
    rows = account_rows(audit, [folder for folder, _ in areas], reports_url)
    rules, changes, expiring = rule_summaries(audit, rows), fleet_changes(audit, rows), expiring_accounts(audit, rows)
    return AuditView(
        summary=audit_summary(audit, rows, rules, changes, expiring),
        areas=areas,
        rows=tuple(rows),
        changes=changes,
        rules=tuple(rules),
        expiring=expiring,
        unreadable=tuple(_unreadable(rows)),
        history=history_chart(audit),
    )


def _areas(audit: Audit) -> tuple[tuple[str, str], ...]:
    """Return the areas that have rules: known areas in their usual order, then others by name."""
    present = {rule.area for rule in audit.rules}
    present |= {rule_area(rule.rule) for account in audit.accounts for rule in account.state.rules}
    known = [area for area in shared.AREAS if area in present]
    return tuple((area, shared.AREAS.get(area, shared.sentence(area))) for area in [*known, *sorted(present - set(known))])


def _unreadable(rows: Sequence[Row]) -> Iterator[tuple[Row, str, str]]:
    for row in rows:
        if row.state.error:
            yield row, words.WHOLE_ACCOUNT, shorten(row.state.error, 400)
        for file in row.state.unread_files:
            yield row, shorten(file.path, 160), shorten(file.error, 400)
