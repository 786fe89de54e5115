"""A standing as rows of the history's tables. With `hidden`, nothing in them names what findings are about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from exportready.kinds.account import LISTS, MAPS
from exportready.model.audit import AccountState, Found, Issue, RuleState, Unread
from exportready.model.report import Expiry

Hidden = Callable[[str], str] | None
"""Hashes a subject; None where nothing is to be hidden."""
Row = tuple[object, ...]

NOT_READ = "it could not be read; exportready check says why"
NOT_JUDGED = "it could not be judged; exportready check says why"
"""Instead of messages that may quote what stands in the files."""


def standing(one: AccountState, page: str, hidden: Hidden) -> Mapping[str, object]:
    """By column; the account comes from elsewhere."""
    return {
        "digest": one.digest,
        "page": page,
        "checked_at": one.checked_at.isoformat(),
        "holds_until": _moment(one.holds_until),
        "verdict": one.verdict.value,
        "error": NOT_JUDGED if hidden and one.error else text(one.error),
        "name": text(one.name),
        "phase": one.phase,
        "files": one.files,
        "undated": one.undated,
        "oldest": _moment(one.oldest),
        "newest": _moment(one.newest),
        "waits_findings": one.waits.findings,
        "waits_transactions": one.waits.transactions,
        "waits_amount": str(one.waits.amount),
    }


def outcomes(standing: int, rules: Iterable[RuleState]) -> Iterator[Row]:
    """One a rule."""
    for one in rules:
        worst = one.worst.value if one.worst else None
        yield standing, one.rule, one.digest, one.grade.value, one.outcome.value, one.untold, worst, one.open, one.accepted


def findings(standing: int, found: Iterable[Found], hidden: Hidden) -> Iterator[Row]:
    """One a finding."""
    for number, one in enumerate(found):
        subject = hidden(one.subject) if hidden else text(one.subject)
        yield standing, number, one.fingerprint, one.rule, one.severity.value, subject, one.accepted


def issues(standing: int, found: Iterable[Issue], hidden: Hidden) -> Iterator[Row]:
    """One a key issue."""
    for number, one in enumerate(found):
        message = "" if hidden else text(one.message)
        yield standing, number, one.id, one.rule, one.code, one.severity.value, message, one.transactions, str(one.amount)


def unread(standing: int, files: Iterable[Unread], hidden: Hidden) -> Iterator[Row]:
    """One a file."""
    for one in files:
        yield standing, text(one.path), NOT_READ if hidden else text(one.error)


def lapses(standing: int, found: Iterable[Expiry], hidden: Hidden) -> Iterator[Row]:
    """One an answer or waiver."""
    for one in found:
        name, of = (without_entry(one.name), without_entry(one.of)) if hidden else (one.name, one.of)
        yield standing, one.what, text(name), text(of), one.until.isoformat()


def without_entry(path: str) -> str:
    """An answer of a map or list (salesTax.zones.Denver) without the entry, which names something of the customer."""
    return next((whole for whole in (*MAPS, *LISTS) if path.startswith(f"{whole}.")), path)


def text(value: str) -> str:
    """Halves of characters, which files may hold and no database takes, are told as what they are."""
    return value.encode("utf-8", "backslashreplace").decode()


def _moment(when: datetime | None) -> str | None:
    return when.isoformat() if when else None
