"""An audit as reporters show it, out of the history: each account, what became different, and how it went before."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from exportready.history.file import told
from exportready.history.seal import is_whole
from exportready.history.store import History, Started
from exportready.model.audit import AccountState, Entry, Issue, Movement, Past, RuleState, Unread
from exportready.model.changes import CHANGE_KEYS, PastFinding
from exportready.model.report import Cleared, Expiry, Outcome, Verdict
from exportready.model.rules import Severity
from exportready.results.compare import Result, compare

TREND = 12
"""So many audits are looked back at."""


def entries(history: History, audit: Started, page_of: Callable[[str], str]) -> tuple[Entry, ...]:
    """The accounts of an audit, in the order of their places. `page_of` names the file of an account's own report."""
    with told(history.path):
        one = _Reading(history.connection, audit)
        rows = one.rows(
            "SELECT place, entry.account, standing FROM entry JOIN account ON account.id = entry.account"
            " WHERE audit = ? ORDER BY place",
            audit.id,
        )
        return tuple(one.entry(place, account, standing, page_of) for place, account, standing in rows)


def past(history: History, audit: Started) -> tuple[Past, ...]:
    """The audits before this one, the oldest first."""
    with told(history.path):
        one = _Reading(history.connection, audit)
        return tuple(map(one.past, one.earlier))


def gone(history: History, audit: Started) -> tuple[str, ...]:
    """The places that the audit before this one had, and this one has not."""
    with told(history.path):
        one = _Reading(history.connection, audit)
        rows = one.rows(
            "SELECT place FROM entry JOIN account ON account.id = entry.account WHERE audit = ?"
            " AND account NOT IN (SELECT account FROM entry WHERE audit = ?) ORDER BY place",
            one.earlier[-1] if one.earlier else -1,
            audit.id,
        )
        return tuple(place for (place,) in rows)


class _Reading:
    """The queries of one audit. Values that many accounts share are made once."""

    def __init__(self, connection: sqlite3.Connection, audit: Started) -> None:
        self.connection = connection
        self.audit = audit
        rows = self.rows("SELECT id FROM audit WHERE finished = 1 AND id < ? ORDER BY id DESC LIMIT ?", audit.id, TREND)
        self.earlier = tuple(id_ for (id_,) in reversed(rows))
        self._outcome = cache(_outcome)

    def rows(self, query: str, *values: object) -> list[Any]:
        return self.connection.execute(query, values).fetchall()

    def entry(self, place: str, account: int, standing: int, page_of: Callable[[str], str]) -> Entry:
        if not is_whole(self.connection, standing):
            raise ValueError(f"what is kept of {place} is not as it was written")
        ((*row, page),) = self.rows(
            "SELECT digest, checked_at, holds_until, verdict, error, name, phase, files, undated, oldest, newest,"
            " waits_findings, waits_transactions, waits_amount, page FROM standing WHERE id = ?",
            standing,
        )
        return Entry(
            place=place,
            standing=self._standing(standing, row),
            movement=self._movement(account, standing),
            trend=self._trend(account),
            page=page_of(place) if page else "",
        )

    def past(self, id_: int) -> Past:
        verdicts = self.rows(
            "SELECT verdict, count(*) FROM entry JOIN standing ON standing.id = standing WHERE audit = ? GROUP BY verdict", id_
        )
        ((at,),) = self.rows("SELECT at FROM audit WHERE id = ?", id_)
        ((broken,),) = self.rows(
            "SELECT count(*) FROM entry JOIN standing ON standing.id = standing WHERE audit = ?"
            " AND (error <> '' OR EXISTS (SELECT 1 FROM unread WHERE unread.standing = entry.standing))",
            id_,
        )
        ((count,),) = self.rows(
            "SELECT coalesce(sum(open), 0) FROM entry JOIN outcome ON outcome.standing = entry.standing WHERE audit = ?", id_
        )
        return Past(
            at=datetime.fromisoformat(at),
            verdicts={Verdict(verdict): number for verdict, number in verdicts},
            broken=broken,
            open=count,
        )

    # -- one account

    def _standing(self, id_: int, row: Sequence[Any]) -> AccountState:
        digest, checked, until, verdict, error, name, phase, files, undated, oldest, newest, findings, transactions, amount = (
            row
        )
        outcomes = self.rows(
            "SELECT rule, digest, grade, outcome, untold, worst, open, accepted FROM outcome WHERE standing = ? ORDER BY rule",
            id_,
        )
        issues = self.rows(
            "SELECT id, rule, code, severity, message, transactions, amount FROM issue WHERE standing = ? ORDER BY number", id_
        )
        grades = self.rows("SELECT severity, count(*) FROM finding WHERE standing = ? AND NOT accepted GROUP BY severity", id_)
        unread = self.rows("SELECT path, error FROM unread WHERE standing = ? ORDER BY path", id_)
        lapses = self.rows("SELECT what, name, of, until FROM lapse WHERE standing = ? ORDER BY until, what, name, of", id_)
        return AccountState(
            digest=digest,
            checked_at=datetime.fromisoformat(checked),
            holds_until=_moment(until),
            verdict=Verdict(verdict),
            error=error,
            name=name,
            phase=phase,
            unread=tuple(Unread(path, why) for path, why in unread),
            files=int(files),
            undated=int(undated),
            oldest=_moment(oldest),
            newest=_moment(newest),
            rules=tuple(self._outcome(tuple(one)) for one in outcomes),
            grades={Severity(grade): count for grade, count in grades},
            issues=tuple(_issue(one) for one in issues),
            waits=Cleared(int(findings), int(transactions), Decimal(amount)),
            lapses=tuple(
                Expiry(what=what, name=name, of=of, until=datetime.fromisoformat(end)) for what, name, of, end in lapses
            ),
        )

    def _trend(self, account: int) -> tuple[int | None, ...]:
        rows = self.rows(
            "SELECT audit, (SELECT sum(open) FROM outcome WHERE outcome.standing = entry.standing) FROM entry"
            " WHERE account = ? AND audit >= ?",
            account,
            self.earlier[0] if self.earlier else self.audit.id,
        )
        at = dict(rows)
        return tuple(at.get(id_) for id_ in (*self.earlier, self.audit.id))

    def _movement(self, account: int, standing: int) -> Movement | None:
        """Since the last audit in which the account could be judged."""
        row = next(
            iter(
                self.rows(
                    "SELECT standing, at FROM entry JOIN audit ON audit.id = audit JOIN standing ON standing.id = standing"
                    " WHERE entry.account = ? AND finished = 1 AND audit < ? AND error = '' ORDER BY audit DESC LIMIT 1",
                    account,
                    self.audit.id,
                )
            ),
            None,
        )
        if row is None:
            return None
        before, at = row
        ((verdict,),) = self.rows("SELECT verdict FROM standing WHERE id = ?", before)
        if before == standing:
            return Movement(since=datetime.fromisoformat(at), verdict=Verdict(verdict))
        found = compare(self._result(before), self._result(standing), self._ever(account, before))
        counted = {key: Counter(one.rule for one in getattr(found, kind)) for kind, key in CHANGE_KEYS.items()}
        return Movement(
            since=datetime.fromisoformat(at),
            verdict=Verdict(verdict),
            **{part: dict(sorted(of.items())) for part, of in counted.items()},
        )

    def _result(self, standing: int) -> Result:
        ((at, verdict),) = self.rows("SELECT checked_at, verdict FROM standing WHERE id = ?", standing)
        outcomes = self.rows("SELECT rule, digest, untold FROM outcome WHERE standing = ?", standing)
        findings = self.rows("SELECT fingerprint, rule, severity, subject FROM finding WHERE standing = ?", standing)
        return Result(
            account=None,
            checked_at=at,
            verdict=verdict,
            findings=_stood(findings),
            digests={rule: digest for rule, digest, _ in outcomes},
            decided=frozenset(rule for rule, _, untold in outcomes if not untold),
            settings={},
        )

    def _ever(self, account: int, before: int) -> Result:
        """What the account had in any audit before the last one."""
        rows = self.rows(
            "SELECT DISTINCT fingerprint, rule, severity, subject FROM finding WHERE standing IN (SELECT standing FROM entry"
            " JOIN audit ON audit.id = audit WHERE account = ? AND finished = 1 AND audit < ?) AND standing <> ?",
            account,
            self.audit.id,
            before,
        )
        return Result(
            account=None, checked_at="", verdict="", findings=_stood(rows), digests={}, decided=frozenset(), settings={}
        )


def _stood(rows: Iterable[Sequence[str]]) -> Mapping[str, PastFinding]:
    return {
        one: PastFinding(fingerprint=one, rule=rule, severity=severity, subject=subject, message="")
        for one, rule, severity, subject in rows
    }


def _outcome(row: tuple[str, str, str, str, int, str | None, int, int]) -> RuleState:
    rule, digest, grade, outcome, untold, worst, open_, accepted = row
    return RuleState(
        rule=rule,
        digest=digest,
        grade=Severity(grade),
        outcome=Outcome(outcome),
        untold=bool(untold),
        worst=Severity(worst) if worst else None,
        open=open_,
        accepted=accepted,
    )


def _issue(row: Sequence[Any]) -> Issue:
    id_, rule, code, severity, message, transactions, amount = row
    return Issue(
        id=id_,
        rule=rule,
        code=code,
        severity=Severity(severity),
        message=message,
        transactions=int(transactions),
        amount=Decimal(amount),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
