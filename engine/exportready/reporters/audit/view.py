"""What is shown where, for every format of the report over many accounts."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from exportready.model.audit import Audit
from exportready.reporters import words as shared
from exportready.reporters.audit import words
from exportready.reporters.audit.accounts import Row, rows, shorten
from exportready.reporters.audit.changes import Changes, changes
from exportready.reporters.audit.history import History, history
from exportready.reporters.audit.lapsing import Lapses, lapses
from exportready.reporters.audit.looks import area
from exportready.reporters.audit.practices import Practice, practices
from exportready.reporters.audit.summary import Summary, summary


class View(msgspec.Struct, frozen=True, kw_only=True):
    """All of it, laid out."""

    summary: Summary
    areas: tuple[tuple[str, str], ...]
    """(Folder, name)."""
    rows: tuple[Row, ...]
    """The accounts, worst first."""
    changes: Changes
    practices: tuple[Practice, ...]
    """Those that most accounts fail come first; those that everybody keeps are the last."""
    lapses: Lapses
    broken: tuple[tuple[Row, str, str], ...]
    """(Account, file, why)."""
    history: History | None


def view(audit: Audit, pages: str = "") -> View:
    """The audit as people see it. The order of the entries does not matter."""
    areas = _areas(audit)
    all_rows = rows(audit, [folder for folder, _ in areas], pages)
    by_rule, moved, coming = practices(audit, all_rows), changes(all_rows), lapses(audit, all_rows)
    return View(
        summary=summary(audit, all_rows, by_rule, moved, coming),
        areas=areas,
        rows=tuple(all_rows),
        changes=moved,
        practices=tuple(by_rule),
        lapses=coming,
        broken=tuple(_broken(all_rows)),
        history=history(audit),
    )


def _areas(audit: Audit) -> tuple[tuple[str, str], ...]:
    """Those that some rule lies in, in the order of their names."""
    present = {rule.area for rule in audit.rules} | {area(one.rule) for entry in audit.entries for one in entry.standing.rules}
    known = [one for one in shared.AREAS if one in present]
    return tuple((one, shared.AREAS.get(one, shared.sentence(one))) for one in [*known, *sorted(present - set(known))])


def _broken(all_rows: Sequence[Row]) -> list[tuple[Row, str, str]]:
    found = []
    for row in all_rows:
        if row.standing.error:
            found.append((row, words.WHOLE_ACCOUNT, shorten(row.standing.error, 400)))
        found += [(row, shorten(one.path, 160), shorten(one.error, 400)) for one in row.standing.unread]
    return found
