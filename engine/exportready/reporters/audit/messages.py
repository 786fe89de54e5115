"""Write a message for each account that has something to fix, to answer or to send. Nothing is sent from here."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from exportready.model.audit import Audit
from exportready.model.rules import Rule, Severity
from exportready.reporters import words as shared
from exportready.reporters.audit import words
from exportready.reporters.audit.accounts import Row, rule_heading
from exportready.reporters.audit.looks import is_narrowed
from exportready.reporters.office import numbered
from exportready.reporters.text import clean, clean_block


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message to the people of one account."""

    topic: str
    """What it is about: a key of `words.TOPICS`."""
    subject: str
    text: str


def account_message(audit: Audit, row: Row) -> Message | None:
    """Return the message for an account; None if there is nothing to ask for.

    It names the items and customers to fix. If the audit is anonymized, it names only the problems.
    """
    topic = _topic(row)
    if not topic:
        return None
    if topic == "unreadable":
        paragraphs = [words.ALL_UNREADABLE]
    else:
        paragraphs = [
            shared.MESSAGE_NARROWED if is_narrowed(audit) else "",
            row.state.to_do or _without_names(audit, row),
            words.OLD_FILES.format(words.age(row.oldest_age)) if _needs_new_files(row) and row.oldest_age else "",
        ]
    return Message(
        topic=topic,
        subject=words.SUBJECT.format(_subject(row, topic)),
        text=clean_block("\n\n".join(filter(None, [_greeting(audit, row), *paragraphs, shared.MESSAGE_END]))),
    )


def _topic(row: Row) -> str:
    state = row.state
    if state.error:
        return "unreadable"
    worst = {rule.worst for rule in state.rules}
    if Severity.ERROR in worst:
        return "problems"
    if Severity.WARNING in worst:
        return "warnings"
    is_missing = bool(state.unread_files) or any(rule.has_unknowns for rule in state.rules)
    return "files" if is_missing or _needs_new_files(row) else ""


def _needs_new_files(row: Row) -> bool:
    """Return whether the files are too old for the next export. After an export, they are about one that is over."""
    return row.is_old and not row.state.is_after_export


def _subject(row: Row, topic: str) -> str:
    rules = row.state.rules
    if topic == "problems":
        return words.to_fix(sum(rule.worst is Severity.ERROR for rule in rules))
    if topic == "warnings":
        return words.to_review(sum(rule.worst is Severity.WARNING for rule in rules))
    return words.NEED_FILES if topic == "files" and any(rule.has_unknowns for rule in rules) else words.NEED_NEW_FILES


def _greeting(audit: Audit, row: Row) -> str:
    state = row.state
    first, last = (day_of(audit, row, when) for when in (state.oldest_date, state.newest_date))
    return shared.message_for_customer(first, last, row.verdict_text, after_export=state.is_after_export)


def day_of(audit: Audit, row: Row, when: datetime | None) -> date | None:
    """Return the day of a file as the account's people know it: in the time zone of the files, if the moment is that of the files."""
    zone = row.state.checked_at.tzinfo if row.state.of_files else audit.at.tzinfo
    return when.astimezone(zone).date() if when else None


def _without_names(audit: Audit, row: Row) -> str:
    """Return what couldn't be read, what is wrong and what couldn't be checked, without the names of records."""
    worst = {rule.rule: rule.worst for rule in row.state.rules}
    failed = [audit.rules[position] for position in row.failed_rules]
    fix, review = (
        [rule_heading(rule) for rule in failed if worst[rule.id] is severity]
        for severity in (Severity.ERROR, Severity.WARNING)
    )
    unknown = [_title(audit.rules[position]) for position in row.unknown_rules if position not in row.failed_rules]
    parts = (
        (shared.MESSAGE_UNREADABLE, [clean(file.path) for file in row.state.unread_files]),
        (shared.MESSAGE_FIX, fix),
        (shared.MESSAGE_LOOK, review),
        (words.COULD_NOT_CHECK, unknown),
    )
    return "\n\n".join(filter(None, (numbered(heading, lines) for heading, lines in parts)))


def _title(rule: Rule) -> str:
    return clean(rule.title)
