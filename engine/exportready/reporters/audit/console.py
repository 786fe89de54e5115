"""Write the audit for a terminal: verdicts, the accounts to start with, the most common problems, and what changed."""

from __future__ import annotations

from collections.abc import Iterator

from exportready.model.audit import Audit
from exportready.reporters import words as shared
from exportready.reporters.audit import Options, words
from exportready.reporters.audit.accounts import Row, blocked_text, local_time, main_problem
from exportready.reporters.audit.view import AuditView, audit_view
from exportready.reporters.lines import BLUE, BOLD, DIM, GREEN, RED, VERDICT_COLORS, YELLOW, Lines

MAX_LISTED, MAX_LISTED_VERBOSE = 10, 100
"""Maximum length of a list, without and with -v. With -vv, lists are complete."""
_COLORS = {"fix": RED, "look": YELLOW, "unknown": BLUE, "fine": GREEN}


def render(audit: Audit, options: Options) -> Iterator[str]:
    """Return the summary with longer lists, and what couldn't be read."""
    view, page = audit_view(audit), Lines(options.width, color=options.color)
    limit = (MAX_LISTED, MAX_LISTED_VERBOSE)[options.verbose] if options.verbose < 2 else len(view.rows)
    _head(page, audit, view)
    _accounts(page, audit, [row for row in view.rows if options.verbose or row.look != "fine"], limit)
    _owners(page, view, limit)
    _failed_rules(page, view, len(view.rules) if options.verbose else MAX_LISTED)
    _expiring(page, view, limit)
    _unreadable(page, view, limit)
    _rest(page, audit)
    yield "\n".join(page.lines) + "\n"


def _head(page: Lines, audit: Audit, view: AuditView) -> None:
    summary = view.summary
    page.text(summary.headline, style=f"{BOLD};{_COLORS[summary.look]}")
    page.text(f"{summary.meaning} {words.audited(len(view.rows), audit.at)}.")
    for limits in filter(None, (summary.shown, summary.narrowed)):
        page.text(f"{limits}.")
    page.blank()
    width = len(f"{len(view.rows):,}")
    for tile in summary.tiles:
        style = _COLORS[tile.look] if tile.number else DIM
        page.text(tile.label, indent="  ", bullet=f"{tile.number:>{width},}  ", style=style)
    if summary.unreadable:
        page.text(words.COULD_NOT_BE_READ, indent="  ", bullet=f"{summary.unreadable:>{width},}  ", style=RED)
    page.blank()
    for fact in summary.facts:
        page.text(f"{fact.title}: {'; '.join(fact.lines)}")


def _accounts(page: Lines, audit: Audit, rows: list[Row], limit: int) -> None:
    page.heading(words.LOOK_FIRST)
    if not rows:
        page.text(words.NOTHING_TO_LOOK_AT)
    for number, row in enumerate(rows[:limit], 1):
        place = f" ({row.place})" if row.place else ""
        page.text(
            f"{row.name}{place}: {row.verdict_text}",
            bullet=f"{number}. ",
            style=VERDICT_COLORS[row.verdict],
            tag=_tag(row),
        )
        details = ". ".join(filter(None, (main_problem(audit, row), blocked_text(row))))
        if details:
            page.text(details, indent="   ")
    if len(rows) > limit:
        page.text(words.more(len(rows) - limit), indent="   ")


def _owners(page: Lines, view: AuditView, limit: int) -> None:
    if len(view.owners) < 2:
        return
    page.heading(words.OWNERS)
    for owner in view.owners[:limit]:
        page.text(f"{owner.label}: {owner.counts}", indent="  ", bullet="* ")
    if len(view.owners) > limit:
        page.text(words.more(len(view.owners) - limit), indent="    ")


def _tag(row: Row) -> str:
    """Return the numbers after an account, such as "[team-a, 12 problems, files 8 days old, 33% not checked, 3 new]"."""
    parts = [row.owner]
    parts += [] if row.state.error else [words.problems(row.state.open_count), words.old(row.oldest_age)]
    parts += [f"{words.percent(row.unchecked_percent)} {words.LOOK_LABELS['unknown']}"] if row.unchecked_percent else []
    parts += [words.confirmed(row.state.confirmed_count)]
    parts += [words.nonzero_changes(row.added, row.regressed, row.fixed), row.remark]
    return f"[{', '.join(filter(None, parts))}]"


def _failed_rules(page: Lines, view: AuditView, limit: int) -> None:
    page.heading(words.MOST_FAIL)
    failed = [rule for rule in view.rules if rule.failed]
    if not failed:
        page.text(words.NOTHING_FAILS)
    width = len(f"{failed[0].failed:,}") if failed else 0
    for rule in failed[:limit]:
        page.text(rule.heading, indent="  ", bullet=f"{rule.failed:>{width},}  ", tag=f"[{rule.rule.id}]")
    if len(failed) > limit:
        page.text(words.more(len(failed) - limit), indent="  ")


def _expiring(page: Lines, view: AuditView, limit: int) -> None:
    expiring = view.expiring
    if not expiring.groups:
        return
    page.heading(words.EXPIRING_SOON)
    page.text(f"{shared.sentence(words.expiring(expiring.soon_count, expiring.expired_count))}.")
    for group in expiring.groups[:limit]:
        page.text(f"{shared.sentence(group.kind)}: {group.name}", indent="  ", bullet="* ", tag=f"[{group.when}]")
    omitted = len(expiring.groups[limit:]) + expiring.omitted
    if omitted:
        page.text(words.more(omitted), indent="    ")


def _unreadable(page: Lines, view: AuditView, limit: int) -> None:
    if view.unreadable:
        page.heading(words.UNREADABLE)
    for row, path, error in view.unreadable[:limit]:
        page.text(f"{row.name}, {path}: {error}", indent="  ", bullet="* ")
    if len(view.unreadable) > limit:
        page.text(words.more(len(view.unreadable) - limit), indent="    ")


def _rest(page: Lines, audit: Audit) -> None:
    page.blank()
    for title, names in ((words.GONE, audit.gone), (words.SKIPPED, audit.skipped), (words.LEFT_OUT, audit.left_out)):
        if names:
            page.text(f"{title}: {words.name_list(names, MAX_LISTED)}")
    if audit.past:
        page.text(words.audits_so_far(len(audit.past) + 1, local_time(audit, audit.past[0].at)), style=DIM)
    page.text(shared.made_by(audit.version), style=DIM)
