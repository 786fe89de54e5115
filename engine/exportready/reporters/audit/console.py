"""The audit on a terminal: how many stand how, where to look first, what most fail, what changed."""

from __future__ import annotations

from collections.abc import Iterator

from exportready.model.audit import Audit
from exportready.reporters import words as shared
from exportready.reporters.audit import Options, words
from exportready.reporters.audit.accounts import Row, first_issue, local, waiting
from exportready.reporters.audit.view import View, view
from exportready.reporters.lines import BLUE, BOLD, DIM, GREEN, RED, VERDICT_COLORS, YELLOW, Lines

SHOWN, MANY = 10, 100
"""So many accounts, practices and lapses; and with -v. With -vv all."""
_COLORS = {"fix": RED, "look": YELLOW, "unknown": BLUE, "fine": GREEN}


def render(audit: Audit, options: Options) -> Iterator[str]:
    """The summary, and a little more of the accounts."""
    seen, page = view(audit), Lines(options.width, color=options.color)
    limit = (SHOWN, MANY)[options.verbose] if options.verbose < 2 else len(seen.rows)
    _head(page, audit, seen)
    _accounts(page, audit, [row for row in seen.rows if options.verbose or row.look != "fine"], limit)
    _practices(page, seen, len(seen.practices) if options.verbose else SHOWN)
    _lapses(page, seen, limit)
    _broken(page, seen, limit)
    _rest(page, audit)
    yield "\n".join(page.lines) + "\n"


def _head(page: Lines, audit: Audit, seen: View) -> None:
    one = seen.summary
    page.text(one.headline, style=f"{BOLD};{_COLORS[one.look]}")
    page.text(f"{one.meaning} {words.audited(len(seen.rows), audit.at)}.")
    if one.narrowed:
        page.text(f"{one.narrowed}.")
    page.blank()
    width = len(f"{len(seen.rows):,}")
    for tile in one.tiles:
        page.text(
            tile.word, indent="  ", bullet=f"{tile.number:>{width},}  ", style=_COLORS[tile.look] if tile.number else DIM
        )
    if one.broken:
        page.text(words.COULD_NOT_BE_READ, indent="  ", bullet=f"{one.broken:>{width},}  ", style=RED)
    page.blank()
    for fact in one.facts:
        page.text(f"{fact.title}: {'; '.join(fact.lines)}")


def _accounts(page: Lines, audit: Audit, rows: list[Row], limit: int) -> None:
    page.heading(words.LOOK_FIRST)
    if not rows:
        page.text(words.NOTHING_TO_LOOK_AT)
    for number, row in enumerate(rows[:limit], 1):
        where = f" ({row.place})" if row.place else ""
        page.text(f"{row.name}{where}: {row.told}", bullet=f"{number}. ", style=VERDICT_COLORS[row.verdict], tag=_tag(row))
        told = ". ".join(map(shared.sentence, filter(None, (first_issue(audit, row), waiting(row)))))
        if told:
            page.text(told, indent="   ")
    if len(rows) > limit:
        page.text(words.more(len(rows) - limit), indent="   ")


def _tag(row: Row) -> str:
    """[12 problems, 33 % not checked, 3 new]."""
    parts = [] if row.standing.error else [words.problems(row.standing.open)]
    parts.append(f"{words.percent(row.share)} {words.LOOKS['unknown']}")
    parts += [words.moved_some(row.added, row.regressed, row.fixed), row.remark]
    return f"[{', '.join(filter(None, parts))}]"


def _practices(page: Lines, seen: View, limit: int) -> None:
    page.heading(words.MOST_FAIL)
    failing = [one for one in seen.practices if one.fails]
    if not failing:
        page.text(words.NOTHING_FAILS)
    width = len(f"{failing[0].fails:,}") if failing else 0
    for one in failing[:limit]:
        page.text(one.heading, indent="  ", bullet=f"{one.fails:>{width},}  ", tag=f"[{one.rule.id}]")
    if len(failing) > limit:
        page.text(words.more(len(failing) - limit), indent="  ")


def _lapses(page: Lines, seen: View, limit: int) -> None:
    if not seen.lapses.accounts:
        return
    page.heading(words.LAPSES_SOON)
    page.text(f"{shared.sentence(words.lapses(seen.lapses.soon, seen.lapses.over))}.")
    for one in seen.lapses.accounts[:limit]:
        page.text(f"{one.row.name}: {one.when}; {one.lines[0][0]}", indent="  ", bullet="* ")
    left = len(seen.lapses.accounts[limit:]) + seen.lapses.left
    if left:
        page.text(words.more(left), indent="    ")


def _broken(page: Lines, seen: View, limit: int) -> None:
    if seen.broken:
        page.heading(words.BROKEN)
    for row, path, why in seen.broken[:limit]:
        page.text(f"{row.name}, {path}: {why}", indent="  ", bullet="* ")
    if len(seen.broken) > limit:
        page.text(words.more(len(seen.broken) - limit), indent="    ")


def _rest(page: Lines, audit: Audit) -> None:
    page.blank()
    for title, lines in ((words.GONE, audit.gone), (words.PASSED_OVER, audit.passed_over), (words.LEFT_OUT, audit.left_out)):
        if lines:
            told = ", ".join(lines[:SHOWN]) + (f" {words.more(len(lines) - SHOWN)}" if len(lines) > SHOWN else "")
            page.text(f"{title}: {told}")
    if audit.past:
        page.text(words.so_far(len(audit.past) + 1, local(audit, audit.past[0].at)), style=DIM)
    page.text(shared.made_by(audit.version), style=DIM)
