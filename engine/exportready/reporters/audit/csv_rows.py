"""Write the audit as CSV, one row per account, so that people can sort and filter accounts in a spreadsheet.

One row per rule and account would be half a million rows for ten thousand accounts, more than a person reads; the JSON has
them. Lists that the HTML page cuts are complete here: a filter on column `Failed checks` finds every account that fails a rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from exportready.model.audit import AccountChanges, Audit
from exportready.model.changes import CHANGE_KEYS
from exportready.reporters.audit import Options, words
from exportready.reporters.audit.accounts import Row, local_time, main_problem
from exportready.reporters.audit.changes import counts_by_rule
from exportready.reporters.audit.expiring import expiring_soon
from exportready.reporters.audit.looks import verdict_text
from exportready.reporters.audit.view import audit_view
from exportready.reporters.csv_rows import csv_table


def render(audit: Audit, options: Options) -> Iterator[str]:
    """Return the table: a heading, then every account, the worst first. The last columns are the areas."""
    view = audit_view(audit, options.reports_url)
    columns = [*words.CSV_COLUMNS, *(name for _, name in view.areas)]
    yield csv_table(columns, (_row(audit, row) for row in view.rows))


def _row(audit: Audit, row: Row) -> list[str]:
    state, changes = row.state, row.account.changes
    expiring = expiring_soon(audit, row)
    unreadable = [state.error] if state.error else [f"{file.path}: {file.error}" for file in state.unread_files]
    return [
        row.account.place,
        state.name,
        row.account.owner,
        "; ".join(row.account.tags),
        row.verdict_text,
        "; ".join(unreadable),
        _time(audit, state.checked_at),
        state.phase,
        "" if state.error else str(state.open_count),
        "" if state.error else str(row.error_count),
        "" if state.error else str(sum(rule.accepted_count for rule in state.rules)),
        main_problem(audit, row),
        str(state.blocked.transactions),
        str(state.blocked.amount),
        f"{row.unchecked_percent:.1f}",
        str(state.confirmed_count),
        str(state.files_read),
        _time(audit, state.oldest_date),
        "" if row.oldest_age is None else f"{row.oldest_age.total_seconds() / 3600:.1f}",
        str(state.files_undated),
        verdict_text(audit, state, changes.verdict) if changes else "",
        *(str(sum(counts_by_rule(changes, kind).values())) if changes else "" for kind in CHANGE_KEYS),
        _what_changed(changes),
        _rule_ids(audit, row.failed_rules),
        _rule_ids(audit, row.unknown_rules),
        str(len(expiring)),
        _time(audit, expiring[0].until if expiring else None),
        row.report_link,
        str(state.blocked.unreadable),
        *(cell.text for cell in row.cells),
    ]


def _time(audit: Audit, when: datetime | None) -> str:
    return local_time(audit, when).isoformat() if when else ""


def _rule_ids(audit: Audit, positions: Sequence[int]) -> str:
    return " ".join(audit.rules[position].id for position in positions)


def _what_changed(changes: AccountChanges | None) -> str:
    """Return the changes by rule, such as "New: items/cogs-account 3, items/names 1; Fixed: tax/zone-mapped 2"."""
    if changes is None:
        return ""
    titles = (*words.CHANGE_COLUMNS, words.RULE_CHANGED)
    parts = ((title, counts_by_rule(changes, kind)) for title, kind in zip(titles, CHANGE_KEYS, strict=True))
    return "; ".join(f"{title}: {_rule_counts(counts)}" for title, counts in parts if counts)


def _rule_counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{rule} {number}" for rule, number in sorted(counts.items()))
