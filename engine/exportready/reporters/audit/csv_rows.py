"""One row an account, for a spreadsheet: a fleet is sorted and filtered by account, and practices and areas are its columns.

One row a practice of an account would be half a million rows for ten thousand accounts, more than a person reads; the JSON has them.
What the page leaves out for its size is here: every account that fails a practice is found by a filter on `Fails`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from exportready.model.audit import Audit, Movement
from exportready.reporters.audit import Options, words
from exportready.reporters.audit.accounts import Row, first_issue, local
from exportready.reporters.audit.changes import PARTS, findings, told
from exportready.reporters.audit.lapsing import soon
from exportready.reporters.audit.view import view
from exportready.reporters.csv_rows import table


def render(audit: Audit, options: Options) -> Iterator[str]:
    """The headings, then every account, worst first; its areas are the last columns."""
    seen = view(audit, options.pages)
    heads = [*words.CSV, *(name for _, name in seen.areas)]
    yield table(heads, (_row(audit, row) for row in seen.rows))


def _row(audit: Audit, row: Row) -> list[str]:
    one, moved = row.standing, row.entry.movement
    coming = soon(audit, row)
    broken = [one.error] if one.error else [f"{each.path}: {each.error}" for each in one.unread]
    return [
        row.entry.place,
        one.name,
        row.told,
        "; ".join(broken),
        one.checked_at.astimezone(audit.at.tzinfo).isoformat(),
        one.phase,
        "" if one.error else str(one.open),
        "" if one.error else str(row.errors),
        "" if one.error else str(sum(each.accepted for each in one.rules)),
        first_issue(audit, row),
        str(one.waits.transactions),
        str(one.waits.amount),
        f"{row.share:.1f}",
        str(one.files),
        _moment(audit, one.oldest),
        str(one.undated),
        told(row, moved.verdict) if moved else "",
        *(str(sum(findings(moved, part).values())) if moved else "" for part in (*PARTS, "rule_changed")),
        _changed(moved),
        _ids(audit, row.fails),
        _ids(audit, row.untold),
        str(len(coming)),
        _moment(audit, coming[0].until if coming else None),
        row.href,
        *(cell.text for cell in row.cells),
    ]


def _moment(audit: Audit, when: datetime | None) -> str:
    return local(audit, when).isoformat() if when else ""


def _ids(audit: Audit, positions: Sequence[int]) -> str:
    return " ".join(audit.rules[at].id for at in positions)


def _changed(moved: Movement | None) -> str:
    """New: items/cogs-account 3, items/names 1; Fixed: tax/zone-mapped 2."""
    if moved is None:
        return ""
    titles = (*words.CHANGE_HEADS, words.RULE_CHANGED)
    parts = ((title, findings(moved, part)) for title, part in zip(titles, (*PARTS, "rule_changed"), strict=True))
    return "; ".join(f"{title}: {_named(found)}" for title, found in parts if found)


def _named(found: Mapping[str, int]) -> str:
    return ", ".join(f"{rule} {number}" for rule, number in sorted(found.items()))
