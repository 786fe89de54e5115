"""The accounts as rows, worst first: how each stands, what waits, how old its files are, what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import quote

import msgspec

from exportready.model.audit import AccountState, Audit, Entry
from exportready.model.report import Verdict
from exportready.model.rules import Rule, Severity, placeholders
from exportready.reporters import words as shared
from exportready.reporters.arrival import money
from exportready.reporters.audit import words
from exportready.reporters.audit.looks import ORDER, Cell, cells, of_account, share, verdict
from exportready.reporters.text import clean

NAME, ERROR = 80, 240
"""So many characters of a name, and of an error, are shown."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One account."""

    entry: Entry
    name: str
    place: str
    """Empty where the name says it."""
    href: str
    """Its own report; empty where there is none."""
    verdict: Verdict
    look: str
    told: str
    """The verdict in words."""
    broken: str
    """What could not be read; empty where all could."""
    remark: str
    """That it is new here, or was checked on another day."""
    errors: int
    share: float
    age: timedelta | None
    """Of its oldest file; None where one has no date, since nobody knows."""
    added: int
    regressed: int
    fixed: int
    cells: tuple[Cell, ...]
    spark: str
    fails: tuple[int, ...]
    """Positions of the rules in the audit."""
    untold: tuple[int, ...]
    accepted: tuple[int, ...]

    @property
    def standing(self) -> AccountState:
        """What is kept of it."""
        return self.entry.standing

    @property
    def is_compared(self) -> bool:
        """The last audit had it."""
        return self.entry.movement is not None

    @property
    def changed(self) -> bool:
        """Something is different from the last audit."""
        return bool(movement_size(self.entry)) or (
            self.entry.movement is not None and self.entry.movement.verdict is not self.verdict
        )

    @property
    def waits(self) -> str:
        """What waits, short; empty where nothing does."""
        one = self.standing.waits
        return words.short_money(float(one.amount)) if one.transactions else ""


def rows(audit: Audit, areas: Sequence[str], pages: str) -> list[Row]:
    """All accounts, the worst first."""
    at = {rule.id: position for position, rule in enumerate(audit.rules)}
    named = Counter(shorten(entry.standing.name) for entry in audit.entries)
    told = [_row(audit, entry, areas, at, pages, named) for entry in audit.entries]
    return sorted(told, key=_worst_first)


def _worst_first(row: Row) -> tuple[int, int, Decimal, str, str]:
    return ORDER.index(row.verdict), -row.errors, -row.standing.waits.amount, row.name.casefold(), row.entry.place


def _row(audit: Audit, entry: Entry, areas: Sequence[str], at: Mapping[str, int], pages: str, named: Mapping[str, int]) -> Row:
    one, moved = entry.standing, entry.movement
    place = shorten(entry.place)
    name = shorten(one.name) or place
    # Many lists show the name alone, so one that several have must say which.
    if name != place and named[name] > 1:
        name, place = words.which(name, place), ""
    return Row(
        entry=entry,
        name=name,
        place="" if name == place else place,
        href=link(pages, entry.page),
        verdict=verdict(one),
        look=of_account(audit, one),
        told=(shared.ARRIVALS if one.phase == "after-export" else shared.VERDICTS)[verdict(one)],
        broken=broken(one),
        remark=_remark(audit, entry),
        errors=sum(each.open for each in one.rules if each.worst is Severity.ERROR),
        share=share(one),
        age=age(audit.at, one),
        added=sum(moved.added.values()) if moved else 0,
        regressed=sum(moved.regressed.values()) if moved else 0,
        fixed=sum(moved.fixed.values()) if moved else 0,
        cells=cells(one, areas),
        spark=spark(entry.trend),
        fails=tuple(at[each.rule] for each in one.rules if each.open and each.rule in at),
        untold=tuple(at[each.rule] for each in one.rules if each.untold and each.rule in at),
        accepted=tuple(at[each.rule] for each in one.rules if each.accepted and each.rule in at),
    )


def shorten(text: str, limit: int = NAME) -> str:
    """The text on one line, no longer than that."""
    told = clean(text)
    return told if len(told) <= limit else f"{told[: limit - 1].rstrip()}\u2026"


def link(pages: str, page: str) -> str:
    """The address of an account's own report; empty without one."""
    if not pages or not page:
        return ""
    return f"{pages.rstrip('/')}/{quote(page, errors='replace')}"


def broken(one: AccountState) -> str:
    """What could not be read, and why."""
    if one.error:
        return shorten(one.error, ERROR)
    return shorten("; ".join(f"{each.path}: {each.error}" for each in one.unread), ERROR)


def age(at: datetime, one: AccountState) -> timedelta | None:
    """How old its oldest file is; None where nobody knows."""
    return None if one.undated or one.oldest is None else at - one.oldest


def local(audit: Audit, when: datetime) -> datetime:
    """By the clock of the audit."""
    return when.astimezone(audit.at.tzinfo)


def _remark(audit: Audit, entry: Entry) -> str:
    when = local(audit, entry.standing.checked_at)
    return "; ".join(
        filter(
            None,
            (
                words.FIRST_TIME if audit.past and is_new(entry) else "",
                words.checked_on(when) if when.date() != audit.at.date() else "",
            ),
        )
    )


def is_new(entry: Entry) -> bool:
    """The last audit did not have it. Of one that could not be judged nobody compares anything."""
    return entry.movement is None and not entry.standing.error


def movement_size(entry: Entry) -> int:
    """How much the customer's doing changed."""
    one = entry.movement
    return sum(sum(part.values()) for part in (one.added, one.regressed, one.fixed, one.untold)) if one else 0


def first_issue(audit: Audit, row: Row) -> str:
    """What to say of it first: what could not be read, what to mend first, else what fails or is not known."""
    one = row.standing
    if one.issues and row.verdict is Verdict.NOT_READY:
        issue = one.issues[0]
        named = next(
            (heading(audit.rules[at]) for at in row.fails if audit.rules[at].id == issue.rule), issue.rule or issue.code
        )
        return shorten(issue.message, ERROR) or named
    if row.broken:
        return row.broken
    failing = sorted(
        (each for each in one.rules if each.worst is not None), key=lambda each: each.worst.rank if each.worst else 9
    )
    by_id = {audit.rules[at].id: audit.rules[at] for at in row.fails}
    if failing and failing[0].rule in by_id and row.verdict is not Verdict.CANNOT_TELL:
        return heading(by_id[failing[0].rule])
    number = sum(each.untold for each in one.rules)
    return words.not_checked(number) if number else ""


def heading(rule: Rule) -> str:
    """What is wrong where it fails: in the rule's words, else in those of its only check where they name nothing, else its title."""
    only = rule.checks[0].failure if len(rule.checks) == 1 else ""
    return clean(rule.problem or ("" if placeholders(only) else only) or words.not_so(rule.title))


def waiting(row: Row) -> str:
    """41 transactions ($23,410.00); empty where nothing waits."""
    one = row.standing.waits
    return words.waits(one.transactions, money(one.amount)) if one.transactions else ""


def spark(trend: Sequence[int | None]) -> str:
    """The line of the open problems, as the path of a picture of 60 by 16; broken where nothing is known."""
    last = trend[-12:]
    known = [value for value in last if value is not None]
    if len(last) < 2 or not known:
        return ""
    top, step, pen, parts = max(*known, 1), 56 / (len(last) - 1), "M", []
    for at, value in enumerate(last):
        if value is None:
            pen = "M"
            continue
        lone = pen == "M" and (at + 1 == len(last) or last[at + 1] is None)
        parts.append(f"{pen}{round(2 + at * step, 1):g} {round(14 - 12 * value / top, 1):g}{'h.01' if lone else ''}")
        pen = "L"
    return "".join(parts)
