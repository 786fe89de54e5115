"""Write the audit as one page: a summary that prints on one sheet, then accounts by area, changes, and messages to send.

The page loads nothing from the network. Its script only filters and sorts; without it the page still shows everything.
"""

from __future__ import annotations

from collections.abc import Iterator

from exportready.model.audit import Audit
from exportready.reporters.audit import Options, words
from exportready.reporters.audit.accounts import rule_heading
from exportready.reporters.audit.looks import LOOKS
from exportready.reporters.audit.view import AuditView, audit_view
from exportready.reporters.pages import page_in_parts

MAX_LISTED = 500
"""Maximum length of each list of unreadable files, gone accounts, skipped files and rules that were left out."""
MAX_MESSAGES = 200
"""Maximum number of messages of each topic on the page; the CSV for a mail merge has all of them."""

_TOPIC_LOOKS = {"problems": "fix", "warnings": "look", "files": "unknown", "unreadable": "unknown"}


def render(audit: Audit, options: Options) -> Iterator[str]:
    """Return the whole page, piece by piece."""
    view = audit_view(audit, options.reports_url, options.owner_pages)
    yield from page_in_parts(
        "audit",
        audit=audit,
        view=view,
        text=words,
        looks=LOOKS,
        max_listed=MAX_LISTED,
        max_messages=MAX_MESSAGES,
        topic_looks=_TOPIC_LOOKS,
        rules_to_show=[rule for rule in view.rules if rule.groups],
        passed_rules=[rule for rule in view.rules if not rule.groups],
        headings={rule.id: rule_heading(rule) for rule in audit.rules},
        rules_by_area=_rules_by_area(audit, view),
    )


def _rules_by_area(audit: Audit, view: AuditView) -> list[tuple[str, list[tuple[int, str]]]]:
    """Return (area, [(position in `Audit.rules`, heading)]) for the areas that have rules."""
    return [
        (name, [(position, rule_heading(rule)) for position, rule in enumerate(audit.rules) if rule.area == folder])
        for folder, name in view.areas
        if any(rule.area == folder for rule in audit.rules)
    ]
