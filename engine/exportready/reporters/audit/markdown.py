"""Write the summary of the audit as Markdown, for a chat or a ticket. Names can't break the markup."""

from __future__ import annotations

from collections.abc import Iterator

from exportready.model.audit import Audit
from exportready.reporters import words as shared
from exportready.reporters.audit import Options, words
from exportready.reporters.audit.accounts import Row, blocked_text
from exportready.reporters.audit.view import AuditView, audit_view
from exportready.reporters.text import in_markdown

MAX_LISTED = 10
"""Maximum length of each list of unreadable files, gone accounts and rules that were left out."""


def render(audit: Audit, options: Options) -> Iterator[str]:
    """Return the verdicts, the accounts to look at first, what most accounts fail, and what couldn't be read."""
    view = audit_view(audit, options.reports_url)
    parts = [*_head(audit, view), *_first_accounts(view), *_owners(view), *_most_failed(view), *_rest(audit, view)]
    yield "\n\n".join([*parts, "---", shared.made_by(audit.version)]) + "\n"


def _head(audit: Audit, view: AuditView) -> Iterator[str]:
    summary = view.summary
    yield f"# {in_markdown(summary.headline)}"
    yield in_markdown(f"{words.audited(len(view.rows), audit.at)}. {summary.meaning}")
    for limits in filter(None, (summary.shown, summary.narrowed)):
        yield f"**{in_markdown(limits)}.**"
    lines = [f"| {words.VERDICT} | {words.ACCOUNTS} |", "|---|---:|"]
    lines += [f"| {in_markdown(tile.label)} | {tile.number:,} |" for tile in summary.tiles]
    lines += [f"| *{words.COULD_NOT_BE_READ}* | {summary.unreadable:,} |"] if summary.unreadable else []
    yield "\n".join(lines)
    yield "\n".join(f"- **{fact.title}**: {in_markdown('; '.join(fact.lines))}" for fact in summary.facts)


def _first_accounts(view: AuditView) -> Iterator[str]:
    summary = view.summary
    yield f"## {words.LOOK_FIRST}"
    if not summary.first_accounts:
        yield words.NOTHING_TO_LOOK_AT
        return
    lines = []
    for number, (row, problem) in enumerate(summary.first_accounts, 1):
        details = ". ".join(filter(None, (problem, blocked_text(row))))
        lines.append(
            f"{number}. **{in_markdown(row.name)}**: {in_markdown(row.verdict_text)} {_remarks(row)}"
            + (f". {in_markdown(details)}" if details else "")
        )
    yield "\n".join([*lines, "", words.more(summary.omitted_accounts)] if summary.omitted_accounts else lines)


def _remarks(row: Row) -> str:
    """Return, in parentheses, whose account it is, how old its files are, and how many checks people confirmed."""
    age = "" if row.state.error else words.old(row.oldest_age)
    remarks = ", ".join(filter(None, (row.owner, age, words.confirmed(row.state.confirmed_count))))
    return in_markdown(f" ({remarks})") if remarks else ""


def _owners(view: AuditView) -> Iterator[str]:
    if len(view.owners) < 2:
        return
    yield f"## {words.OWNERS}"
    lines = [f"- {in_markdown(f'{owner.label}: {owner.counts}')}" for owner in view.owners[:MAX_LISTED]]
    omitted = len(view.owners) - MAX_LISTED
    yield "\n".join([*lines, f"- {words.more(omitted)}"] if omitted > 0 else lines)


def _most_failed(view: AuditView) -> Iterator[str]:
    yield f"## {words.MOST_FAIL}"
    lines = [f"- {rule.failed:,}: {in_markdown(rule.heading)} `{rule.rule.id}`" for rule, _ in view.summary.most_failed]
    yield "\n".join(lines) or words.NOTHING_FAILS


def _rest(audit: Audit, view: AuditView) -> Iterator[str]:
    expiring = view.expiring
    if expiring.groups:
        yield f"## {words.EXPIRING_SOON}"
        lines = [
            f"- {in_markdown(f'{shared.sentence(group.kind)}: {group.name} ({group.when})')}"
            for group in expiring.groups[:MAX_LISTED]
        ]
        omitted = len(expiring.groups[MAX_LISTED:]) + expiring.omitted
        yield "\n".join([*lines, f"- {words.more(omitted)}"] if omitted else lines)
    if view.unreadable:
        yield f"## {words.UNREADABLE}"
        lines = [f"- {in_markdown(f'{row.name}, {path}: {error}')}" for row, path, error in view.unreadable[:MAX_LISTED]]
        omitted = len(view.unreadable) - MAX_LISTED
        yield "\n".join([*lines, f"- {words.more(omitted)}"] if omitted > 0 else lines)
    for title, names in ((words.GONE, audit.gone), (words.LEFT_OUT, audit.left_out)):
        if names:
            yield f"**{title}**: {in_markdown(words.name_list(names, MAX_LISTED))}"
