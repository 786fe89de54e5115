"""Write the messages to accounts as CSV for a mail merge: one row for each account that has something to fix, answer or send."""

from __future__ import annotations

from collections.abc import Iterator

from exportready.model.audit import Audit
from exportready.model.display import format_date
from exportready.reporters.audit import Options, words
from exportready.reporters.audit.messages import day_of
from exportready.reporters.audit.view import audit_view
from exportready.reporters.csv_rows import csv_table
from exportready.reporters.text import clean_block


def render(audit: Audit, options: Options) -> Iterator[str]:
    """Return the headings, then a row for each message, by owner and the worst account first. A message keeps its line breaks."""
    view = audit_view(audit, options.reports_url)
    rows = []
    for row, message in sorted(view.messages, key=lambda pair: (not pair[0].owner, pair[0].owner.casefold())):
        dates = [day_of(audit, row, when) for when in (row.state.oldest_date, row.state.newest_date)]
        rows.append(
            [
                row.account.owner,
                row.state.name or row.account.place,
                row.account.place,
                "; ".join(row.account.tags),
                row.verdict_text,
                *(format_date(when) if when else "" for when in dates),
                words.TOPICS[message.topic],
                message.subject,
                message.text,
            ]
        )
    yield csv_table(words.MESSAGE_COLUMNS, rows, clean_cell=clean_block)
