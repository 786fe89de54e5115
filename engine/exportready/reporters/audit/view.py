"""Lay out an audit for every format that people read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import msgspec

from exportready.model.audit import Audit
from exportready.reporters import words as shared
from exportready.reporters.audit import words
from exportready.reporters.audit.accounts import Row, account_rows, shorten
from exportready.reporters.audit.changes import FleetChanges, fleet_changes
from exportready.reporters.audit.expiring import Expiring, expiring_groups
from exportready.reporters.audit.history import HistoryChart, history_chart
from exportready.reporters.audit.looks import rule_area
from exportready.reporters.audit.messages import Message, account_message
from exportready.reporters.audit.owners import Owner, owner_summaries
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
    expiring: Expiring
    messages: tuple[tuple[Row, Message], ...]
    """What to ask each account for, if there is anything; the worst account first."""
    owners: tuple[Owner, ...]
    """The accounts by owner; empty if no account has one."""
    tags: tuple[str, ...]
    """All tags, by name."""
    unreadable: tuple[tuple[Row, str, str], ...]
    """(Account, file, error)."""
    history: HistoryChart | None

    def messages_about(self, topic: str) -> list[tuple[Row, Message]]:
        """Return the messages about one topic."""
        return [(row, message) for row, message in self.messages if message.topic == topic]


def audit_view(audit: Audit, reports_url: str = "", owner_pages: Mapping[str, str] = MappingProxyType({})) -> AuditView:
    """Return the audit as people see it, whatever the order of its accounts. `owner_pages`: owner -> link to their own page."""
    areas = _areas(audit)
    rows = account_rows(audit, [folder for folder, _ in areas], reports_url)
    rules, changes, expiring = rule_summaries(audit, rows), fleet_changes(audit, rows), expiring_groups(audit, rows)
    return AuditView(
        summary=audit_summary(audit, rows, rules, changes, expiring),
        areas=areas,
        rows=tuple(rows),
        changes=changes,
        rules=tuple(rules),
        expiring=expiring,
        messages=tuple((row, message) for row in rows if (message := account_message(audit, row)) is not None),
        owners=tuple(owner_summaries(rows, owner_pages)),
        tags=tuple(sorted({tag for row in rows for tag in row.tags}, key=str.casefold)),
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
