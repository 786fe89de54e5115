"""The texts of the reports, so that another language needs only another file. What is shown where is decided elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from exportready.kinds.nouns import noun
from exportready.model.changes import ConfirmationChange
from exportready.model.display import count, format_date, format_percent, format_time, join_words
from exportready.model.questions import Question
from exportready.model.report import Outcome, Verdict
from exportready.model.rules import Citation, Confirm, DecidedBy, Phase, Severity

LANGUAGE = "en"

VERDICTS: Mapping[Verdict, str] = {
    Verdict.READY: "Ready to export",
    Verdict.READY_WITH_WARNINGS: "Ready, with warnings",
    Verdict.NOT_READY: "Don't export yet",
    Verdict.CANNOT_TELL: "No problems found so far",
}
NOTHING_BLOCKS = "Nothing blocks the export so far"
"""The verdict CANNOT_TELL before the export, where a warning failed."""
ARRIVALS: Mapping[Verdict, str] = {
    Verdict.READY: "Everything arrived",
    Verdict.READY_WITH_WARNINGS: "Everything arrived, with items to review",
    Verdict.NOT_READY: "Some transactions are missing or wrong",
    Verdict.CANNOT_TELL: "Not enough information yet",
}
VERDICT_MEANINGS: Mapping[Verdict, str] = {
    Verdict.READY: "Export the batch now. After that, run the check again to confirm that everything arrived.",
    Verdict.READY_WITH_WARNINGS: "You can export now. Look at the warnings below first.",
    Verdict.NOT_READY: "Fix the problems below first. They would stop the export or send it to the wrong place.",
    Verdict.CANNOT_TELL: "Some checks aren't done yet, so we can't say that it's safe to export. What we still need is below.",
}
ARRIVAL_MEANINGS: Mapping[Verdict, str] = {
    Verdict.READY: "QuickBooks has everything that ServiceTitan sent. You're done.",
    Verdict.READY_WITH_WARNINGS: "QuickBooks has everything that ServiceTitan sent. A few items below need a look.",
    Verdict.NOT_READY: "Some of what ServiceTitan sent is missing from QuickBooks or different there.",
    Verdict.CANNOT_TELL: "We found nothing missing, but some checks aren't done yet. What we still need is below.",
}

OUTCOMES: Mapping[Outcome, str] = {
    Outcome.FAILED: "problem",
    Outcome.CANNOT_TELL: "not checked yet",
    Outcome.PASSED: "checked, OK",
    Outcome.NOT_APPLICABLE: "doesn't apply to you",
    Outcome.ERROR: "not checked",
}

FIX_FIRST = "Fix first"
LOOK_AT_THESE = "Review these"
GOOD_TO_KNOW = "Good to know"
NOT_CHECKED = "Not checked yet"
NOT_CHECKED_SUPPLY = "Not checked yet: what we still need"
CHECKED_FINE = "Checked, OK"
CONFIRMED = "Confirmed by people"
DOES_NOT_APPLY = "Doesn't apply to you"
YOUR_ANSWERS = "Your answers"
FILES_READ = "Files we read"
UNRECOGNIZED = "Files we didn't recognize"
UNREADABLE = "Files we couldn't read"
DOUBLES = "Files with the same records"
GLOSSARY = "What the words mean"

MILDER: Mapping[Severity, str] = {
    Severity.ERROR: "stops the export",
    Severity.WARNING: "doesn't stop the export",
    Severity.INFO: "good to know",
}
"""Severity of a finding that is milder than the worst of its rule -> remark on it."""
INTROS: Mapping[Severity, str] = {
    Severity.ERROR: "When you've fixed these, export your files again and run the check once more.",
    Severity.WARNING: "These usually don't stop the export. Read them before you start it.",
    Severity.INFO: "These can wait until you have time.",
}
INTROS_BY_LOOK: Mapping[str, str] = {
    "fix": INTROS[Severity.ERROR], "look": INTROS[Severity.WARNING], "know": INTROS[Severity.INFO],
}  # fmt: skip
NOT_CHECKED_INTRO = "We couldn't check these yet. They count neither as OK nor as problems."
UNREADABLE_INTRO = "We checked nothing in these files. Fix them as described, then run the check again."
NARROWED_VERDICT = "No problems in the checks that ran"
NARROWED_WARNING_VERDICT = "Only warnings in the checks that ran"
PAST_MEANING = "This is about the moment of your files. Export them again before you export the batch."
NARROWED_MEANING = "Some checks were left out, so this doesn't mean that you can export."
NOTHING_CHECKED = "No checks ran."
OUR_FAULT = "This is a bug in ExportReady or its rules, not a problem in your books. Please report it."
NO_INSTRUCTION = "Your files don't answer this"

VIEWS: Mapping[str, str] = {"office": "Office", "csm": "Customer success", "engineer": "Engineer"}
VIEW_FOR = "View for"
VIEW_HEADINGS: Mapping[str, str] = {"office": "For the office", "csm": "For customer success", "engineer": "For engineers"}
PRINT_ALL = "Print everything"
THREE_FIRST = "Start here"
STILL_OPEN = "What we still need"
YOUR_BATCHES = "Your batches"
COMPANY_FILE = "QuickBooks company"
QUESTIONS = "Questions for you"
QUESTIONS_INTRO = "Answer these from memory, or look them up on the screen that they name."
LOOKS = "Confirm by looking"
SAVE_AS = "Save as"
ASK_HINT = "To answer these questions, run: {}"
CONFIRM_LINES = ("What I saw", "Name", "Date")
CLEARS_ITSELF = "Should clear up by itself"
CLEARS_ITSELF_INTRO = "These follow from problems above. Fix those, check again, and see whether these are gone."
WHEN_FIXED = "once this is fixed"
ALSO_FIX = "Then fix these"
WHAT_IS_BLOCKED = "Blocks"
FOR_EXAMPLE = "For example"
TEXT_FOR_CSM = "Message to your ServiceTitan customer-success manager"
FOR_INTEGRATOR = "For your integrator"
FOR_INTEGRATOR_INTRO = (
    "Send the text below to the person who connects other programs to ServiceTitan or QuickBooks. Save the files you get back "
    "with your other files, and check again. No integrator? Ask your ServiceTitan customer success manager."
)
REQUEST = "To check our next export to QuickBooks, we need these files:"
TEXT_FOR_CUSTOMER = "Message to the customer"
COPY_TEXT = "Text to copy"
COPY, COPIED = "Copy", "Copied"
SEARCH, NO_MATCH = "Search", "No matches."
EVERYTHING = "Everything"
OPEN_ALL, CLOSE_ALL = "Open all", "Close all"
BY_AREA = "Results by area"
AREA = "Area"
AREAS: Mapping[str, str] = {
    "accounts": "Accounts", "batching": "Batches", "classes": "Classes", "closing": "Closing date", "connection": "Connection",
    "export": "Export", "inventory": "Inventory", "items": "Items", "lists": "Lists", "naming": "Names",
    "payments": "Payments", "purchasing": "Purchasing", "session": "QuickBooks session", "settings": "Settings", "tax": "Sales tax",
}  # fmt: skip
AREA_HEADS = ("To fix", "To review", "Good to know", NOT_CHECKED, CHECKED_FINE, "Doesn't apply")
CHANGED = "What changed"
NO_EARLIER = "There is no earlier result to compare with. Add --earlier RESULT.json to see what is new, fixed, or back again."
NOTHING_CHANGED = "Nothing changed."
EXPIRING = "Expiring soon"
EXPIRING_INTRO = "Answers and accepted problems that expire within 30 days."
NOTHING_EXPIRES = "Nothing expires within 30 days."
EXPIRY_KINDS: Mapping[str, str] = {"answer": "answer", "confirmation": "confirmation", "waiver": "accepted problem"}
EXPIRY_HEADS = ("Expires", "What", "Which")
OPEN_PROBLEMS = "Problems"
PROBLEM_STATES: Mapping[str, str] = {"fix": "To fix", "clears": "Should clear", "look": "To review", "know": "Good to know"}
PROBLEM_HEADS = ("Problem", "Status", "Records", "What it blocks")
FINDINGS_TITLE = "Findings"
FINGERPRINT = "Fingerprint"
FINDING_HEADS = ("Status", "Severity", "What is wrong", "Location", "Rule", FINGERPRINT)
NEW, OLD, ACCEPTED_STATE = "new", "already known", "accepted"
NO_FINDINGS = "There are no findings."
FIELD = "Field"
OBSERVED = "Found"
EXPECTED = "Expected"
TRACE = "How this was decided"
TRACE_PARTS: Mapping[str, str] = {"where": "applies if", "expect": "expects"}
CLAUSE_RESULTS: Mapping[bool | None, str] = {True: "met", False: "not met", None: "unknown"}
KEY_ISSUE = "Key issue"
EVERY_RULE = "All rules"
EVERY_RULE_HEADS = ("Rule", "Outcome", "Severity", "Checked", "Undecided", "Findings", "Digest")

WHY = "Why it matters"
WHO = "Who"
DO_THIS = "Do this"
ALL_AT_ONCE = "Faster, all at once"
ONE_BY_ONE = "Or one at a time"
NEEDED_FOR = "Needed for"
SOURCE = "Source"
RECORD = "Record"
TOGETHER = "several"
WHAT_IS_WRONG = "What is wrong"
TO_FIX = "Fix"
NOTHING = "nothing"
FILE = "File"
CONTENT = "What it contains"
DATED = "Exported"
WHOLE = "Complete?"
YES, NO = "yes", "no"
UNDATED = "no date"
ACCOUNT_UNNAMED = "Your account"
CONTENTS = "Contents"
TILE_FIX = "to fix"
TILE_FIX_SO_FAR = "to fix, so far"
TILE_LOOK = "to review"
TILE_KNOW = "good to know"
TILE_UNCHECKED = "not checked yet"
TILE_FINE = "checked, OK"
TILE_NOT_YOURS = "don't apply"
TIE_OUT_TITLE = "Did everything arrive?"
TIE_OUT_INTRO = "Every dollar ServiceTitan sent is in one of these columns."
TIE_OUT = ("Batch", "Type", "In ServiceTitan", "In QuickBooks", "Known reason", "Needs fixing", "Not checked")
NO_BATCH = "no batch"
NONE = "none"
EXPORT_AGAIN = (
    "When the problems below are fixed, unpost the batch in ServiceTitan, post it, and export it again. "
    "ServiceTitan doesn't send again what QuickBooks already has."
)
DELETE_TWICE = "Delete the duplicates in QuickBooks (see below)."
BLOCKING_TITLE = "What blocks what"
STOPS_EVERYTHING = "stops the whole export"
MAY_STOP = "may stop the whole export"
BATCHES = "Batches"
BLOCKS_NOTHING = "blocks no pending transaction"
RETRY = "Nothing is wrong here: just export again."
INFERRED = "We worked out what depends on it; neither program says so."
STALE = "Resolved: the transaction has arrived since"
NO_KEY_ISSUE = "No key issues."
READ_FROM = "Based on"
RULES_FIRED = "How this follows"
BECAUSE = "because"
BLOCKED_BY_IT = "What it blocks"
ACCEPTED = "accepted until"
KNOWN = "already known"
ACCEPTED_TITLE = "Accepted problems"
WAIVERS = "Waivers"
STALE_BASELINE = "Resolved, but still in the baseline"
MORE_PROBLEMS = "More problems"
SUMMARY = ("Severity", "Problem", "Location", "Rule")
DIFFERENCES = ("New", "Back again", "Fixed", "No longer checked", "Only the rule changed", "Unchanged")
DRIFT = "Settings that changed"
NOT_STATED = "not set"
CONFIRMATIONS = "Confirmations that changed"
CONFIRMATION_CHANGES: Mapping[str, str] = {
    "added": "Confirmed",
    "denied": "Something is wrong, as someone saw",
    "ended": "No longer confirmed",
    "contradicted": "Confirmed, but the files show otherwise",
    "shown": "Confirmed, and now the files show it too",
}
RULES = "Rules"
RULES_MADE = "Generated by `exportready rules docs` from the rule files."
CHANNELS = "What decides each check before the export"
CHANNELS_INTRO = (
    "“By hand” is what an office exports itself, with its answers. Where these don't have something, someone looks at a screen and "
    "confirms what it shows. The last column is for files from ServiceTitan's API and qbXML, with the same answers."
)
CHANNEL_HEADS = ("Check", "By hand", "Confirm by looking", "API and qbXML files")
RULES_HEADS = ("Rule", "What must be true", "Severity", "Phase", "About")
EXAMPLES = "Examples (the rule's own tests)"
CONFIRM_IT = "If the files don't show it"
NOT_WAIVABLE = "Problems of this rule can't be waived."
WORK_LIST_TITLE = "Payments to apply by hand"
WORK_LIST_INTRO = (
    "In QuickBooks choose Customers > Receive Payments and open the payment. Check the invoice and enter the amount to apply. "
    "Ask the bookkeeper first about those marked “Needs review”."
)
WORK_LIST_FILE = "To get this list for Excel, add -o work-list:to-apply.csv."
WORK_LIST = (
    "Customer:job", "Payment date", "Type", "Number", "Amount", "Unused", "Invoice", "Invoice date", "Open", "Apply", "Batch",
    "Payment sent by", "Invoice sent by", "Needs review", "Done (initials)",
)  # fmt: skip
FINDINGS = (
    "Fingerprint", "Account", "Rule", "What must be true", "Severity", "Status", "Accepted until", "Kind", "Record", "To fix (kind)",
    "To fix", "What is wrong", "Observed", "Expected", "Batches", "Who", "Steps", "File", "Line", "Path in file",
)  # fmt: skip
OPEN = "open"
SHORT_WORK_LIST = ("Customer:job", "Payment", "Invoice", "Apply", "Batch", "Sent by", "Needs review", "Done (initials)")
UNKNOWN = "not known"
CONNECTORS = {"servicetitan": "ServiceTitan's connector", "quickbooks": "the older connector"}
EXPORTS_TITLE = "Four files to export"
EXPORTS_INTRO = "Export all four on the same day, shortly before you export to QuickBooks. Save each file in this folder:"
EXPORTS_USED_FOR = "Used to check"
EXPORTS_SAVE_AS = "Save it as"
EXPORTS_SAVE_ALL_AS = "Save them as"
EXPORTS_THEN = "When all files are in the folder, answer the remaining questions in ExportReady and check the files."
EXPORTS_SIGN = "Exported by: ______________________   Date and time: ______________________"

TERMS: Sequence[tuple[str, str]] = (
    ("Problem", "A record or setting that isn't right."),
    (FIX_FIRST, "Problems that stop the export or send it to the wrong place."),
    (LOOK_AT_THESE, "Problems that don't stop the export, but that you may want to know about first."),
    (CLEARS_ITSELF, "A problem caused by another one. It goes away when you fix that one."),
    (WHAT_IS_BLOCKED, "The transactions that can't be exported until you fix the problem."),
    ("Accepted until", "A problem that someone decided to live with, for a reason, until a date."),
    (NOT_CHECKED, "Some information was missing. It never counts as OK."),
    (CHECKED_FINE, "We looked at every record this is about, and all are right."),
    (DOES_NOT_APPLY, "This is about something your account doesn't use."),
)
"""The glossary at the end of the page: (term, meaning)."""

SYSTEMS = {"quickbooks": "QuickBooks", "servicetitan": "ServiceTitan"}


def verdicts(*, after_export: bool) -> Mapping[Verdict, str]:
    """Return the texts of the verdicts: whether the batch is ready, or after the export, whether it arrived."""
    return ARRIVALS if after_export else VERDICTS


def narrowed_verdict(value: Verdict, text: str, scope: Sequence[str] = ()) -> str:
    """Return the text of a verdict if some checks were left out: a good verdict is only about those that ran.

    `scope` is what these judge, if they were chosen by that.
    """
    if scope and value is Verdict.READY:
        return f"No problems in: {', '.join(scope)}"
    if scope and value is Verdict.READY_WITH_WARNINGS:
        return f"Only warnings in: {', '.join(scope)}"
    return {Verdict.READY: NARROWED_VERDICT, Verdict.READY_WITH_WARNINGS: NARROWED_WARNING_VERDICT}.get(value, text)


def past_moment(at: datetime, seen_at: datetime) -> str:
    """Return a moment that is past: "November 20, 2026 (8 days ago)"."""
    return f"{format_date(at.date())} ({past_age(at, seen_at)})"


def past_age(at: datetime, seen_at: datetime) -> str:
    """Return how long ago a moment was, in days of the calendar: "8 days ago"."""
    days = (seen_at.astimezone(at.tzinfo).date() - at.date()).days
    return f"{days:,} days ago" if days > 1 else age(seen_at - at)


def past_verdict(value: Verdict, at: datetime, seen_at: datetime, *, has_warnings: bool) -> str:
    """Return a verdict on a moment that is past: "Was ready on November 20, 2026 (8 days ago)". `has_warnings`: a warning failed."""
    when = past_moment(at, seen_at)
    found = "Nothing blocked the export" if has_warnings else "No problems found"
    return {
        Verdict.READY: f"Was ready on {when}",
        Verdict.READY_WITH_WARNINGS: f"Was ready, with warnings, on {when}",
        Verdict.NOT_READY: f"Wasn't ready on {when}",
        Verdict.CANNOT_TELL: f"{found} on {when}, but not everything was checked",
    }[value]


def verdict(value: Verdict, *, after_export: bool, has_warnings: bool) -> str:
    """Return a verdict in words: whether the batch is ready, or after the export, whether it arrived. `has_warnings`: a warning failed."""
    if value is Verdict.CANNOT_TELL and has_warnings and not after_export:
        return NOTHING_BLOCKS
    return verdicts(after_export=after_export)[value]


def sentence(text: str) -> str:
    """Return the text with its first letter as a capital."""
    return text[:1].upper() + text[1:]


def system(kind: str) -> str:
    """Return the program that a kind of record belongs to; empty for kinds of our own."""
    return SYSTEMS.get(kind.partition(".")[0], "")


def records(number: int, kind: str) -> str:
    """Return a number of records with their program: "412 customers (QuickBooks)"."""
    program_name = system(kind)
    return f"{number:,} {noun(kind, number)}" + (f" ({program_name})" if program_name else "")


def your_files(first: datetime | None, last: datetime | None) -> str:
    """Return when the oldest and the newest file were exported: "files exported November 20, 2026"."""
    if first is None or last is None:
        return "files of unknown date"
    if first.date() == last.date():
        return f"files exported {format_date(first)}"
    return f"files exported {format_date(first)} to {format_date(last)}"


def age(old: timedelta) -> str:
    """Return how old something is: "10 minutes ago", "3 days ago"."""
    minutes = int(old.total_seconds() // 60)
    if minutes < 0:
        return "dated after this check"
    if minutes == 0:
        return "just now"
    if minutes < 60:
        return f"{count(minutes, 'minute')} ago"
    if minutes < 24 * 60:
        return f"{count(minutes // 60, 'hour')} ago"
    days = minutes // (24 * 60)
    return f"{count(days, 'day')} ago" if days < 60 else f"{count(days // 30, 'month')} ago"


def short_age(old: timedelta) -> str:
    """Return the same for a narrow column: "10 min old", "3 h old", "2 days old"."""
    minutes = int(old.total_seconds() // 60)
    if minutes < 0:
        return "dated later"
    if minutes < 60:
        return f"{minutes} min old"
    return f"{minutes // 60} h old" if minutes < 48 * 60 else f"{count(minutes // (24 * 60), 'day')} old"


def checked(when: datetime) -> str:
    """Return when the check was: "Checked November 20, 2026, 5:40 PM"."""
    return f"Checked {format_time(when)}"


def duration(minutes: int) -> str:
    """Return an amount of work: "about 15 minutes", "about 2 hours"."""
    if minutes < 100:
        return f"about {count(minutes, 'minute')}"
    return f"about {count((minutes + 30) // 60, 'hour')}"


def effort(minutes: int, total: int) -> str:
    """Return the work for one of several and for all: "about 2 minutes each, about 10 minutes in all"."""
    return duration(minutes) if minutes == total else f"{duration(minutes)} each, {duration(total)} in all"


def to_do(fix: int, minutes: int, look: int, unchecked: int) -> str:
    """Return the numbers of things to do: "3 problems to fix (about 15 minutes), 2 checks still need information"."""
    parts = []
    if fix:
        parts.append(f"{count(fix, 'problem')} to fix ({duration(minutes)})")
    if look:
        parts.append(f"{count(look, 'item')} to review")
    if unchecked:
        parts.append(f"{count(unchecked, 'check')} still {'needs' if unchecked == 1 else 'need'} information")
    return ", ".join(parts) or "Nothing to fix"


def records_of(number: int, kind: str | None) -> str:
    """Return a number of records: "12 materials", or "12 records" where they are of several kinds."""
    return f"{number:,} {noun(kind, number) if kind else 'record' if number == 1 else 'records'}"


def files_read(read: int, unreadable: int, unrecognized: int) -> str:
    """Return what became of the files: "We read 5 files; couldn't read 1; didn't recognize 2"."""
    if not read + unreadable:
        return "We didn't recognize any file in this folder" if unrecognized else "This folder has no files"
    parts = [f"We read {count(read, 'file')}"]
    if unreadable:
        parts.append(f"couldn't read {unreadable:,}")
    if unrecognized:
        parts.append(f"didn't recognize {unrecognized:,}")
    return "; ".join(parts)


def narrowed(checked_rules: int, left_out: Sequence[str], *, own: bool) -> str:
    """Return that not all checks ran: "Only 3 of 7 checks ran; left out: items/cogs-account and 3 more"."""
    whose = " from your own rules, none from the rules that come with ExportReady" if own else ""
    if not left_out:
        return f"Only {count(checked_rules, 'check')} ran{whose}"
    named = ", ".join(left_out[:3]) + (f" and {len(left_out) - 3:,} more" if len(left_out) > 3 else "")
    return f"Only {checked_rules:,} of {checked_rules + len(left_out):,} checks ran{whose}; left out: {named}"


def tally(passed: int, not_applicable: int, confirmed: str) -> str:
    """Return the numbers of rules that passed or don't apply: "12 checked, OK; 2 confirmed by Dana; 3 don't apply to you"."""
    does_not = "doesn't" if not_applicable == 1 else "don't"
    parts = (f"{passed:,} checked, OK", confirmed, f"{not_applicable:,} {does_not} apply to you")
    return f"{'; '.join(filter(None, parts))}."


def confirmed_by(number: int, people: Iterable[str]) -> str:
    """Return how many rules people confirmed: "2 confirmed by the office manager"; empty if none."""
    return f"{number:,} confirmed by {join_words(list(people))}" if number else ""


def look_duration(confirm: Confirm) -> str:
    """Return how long a look takes: "about 1 minute, and 3 seconds for each transaction"."""
    each = f", and {count(confirm.seconds_each, 'second')} for each transaction" if confirm.seconds_each else ""
    return duration(confirm.minutes) + each


def channel_cells(decided: DecidedBy, confirm: Confirm | None) -> tuple[str, str, str]:
    """Return the cells that say what decides a rule: by hand, by looking, with files from the API."""
    read = " and ".join(filter(None, ("files" if decided.files else "", "answers" if decided.answers else "")))
    by_hand = f"{read}, but no {join_words(decided.missing, 'or')}" if decided.missing else read
    if confirm is None:
        look = "no: only those files show it" if decided.missing else "not needed"
    elif confirm.lasts is None:
        look = "yes, until the batch changes"
    else:
        look = f"yes, for {count(confirm.lasts.days, 'day')}"
    return by_hand, look, read


def changed_confirmation(one: ConfirmationChange) -> str:
    """Return what happened to a confirmation: "No longer confirmed: ... (Office manager, November 20, 2026)"."""
    on = format_date(datetime.fromisoformat(one.at).date())
    return f"{CONFIRMATION_CHANGES[one.change]}: {one.title} ({one.by}, {on})"


def possible_answers(question: Question) -> str:
    """Return the replies to choose from: "Choose one: yes / no"."""
    labels = " / ".join(reply.label for reply in question.replies)
    return f"Check all that apply: {labels}. Or: {question.none}." if question.several else f"Choose one: {labels}."


def answer_these(number: int, minutes: int) -> str:
    """Return the heading of what a person can answer: "Answer these 9 questions (about 3 minutes)"."""
    return f"Answer {'this question' if number == 1 else f'these {number:,} questions'} ({duration(minutes)})"


def export_these(number: int) -> str:
    """Return the heading of the files to export: "Export these 2 files"."""
    return f"Export {'this file' if number == 1 else f'these {number:,} files'}"


def decides(number: int) -> str:
    """Return how many checks something decides: "Decides 9 checks"."""
    return f"Decides {count(number, 'check')}"


def helps(number: int) -> str:
    """Return for how many checks something is needed, with other things: "Needed for 9 checks"."""
    return f"Needed for {count(number, 'check')}"


def confirm_yourself(number: int, minutes: int) -> str:
    """Return the heading of what a person can confirm by looking: "Confirm these 6 yourself (about 4 minutes)"."""
    return f"Confirm {'this' if number == 1 else f'these {number:,}'} yourself ({duration(minutes)})"


CONFIRM_YOURSELF_INTRO = "None of your files shows this, but a screen does. Look there, then say what you see."
CONFIRM_HINT = "To confirm what you see, run: {}"
IF_SO, IF_NOT = "All is well", "Something is wrong"


def not_met(title: str) -> str:
    """Return the heading over what fails a rule that has no words of its own for it: "Rule not met: ..."."""
    return f"Rule not met: {title}"


def answered_on(when: datetime) -> str:
    """Return when the answer was given that a problem rests on."""
    return f"Your answer from {format_date(when)}"


def partly(undecided: int) -> str:
    """Return that some records of a problem couldn't be checked."""
    if undecided:
        return f"We couldn't check {count(undecided, 'more record')} yet."
    return "We couldn't check all of it yet."


def because_many(number: int) -> str:
    """Return the heading of the steps for many."""
    return f"{ALL_AT_ONCE} (there are {number:,})"


def and_more(number: int) -> str:
    """Return how many entries a list on the console leaves out."""
    return f"and {number:,} more; to see all, add -o report.json"


def more_with_verbose(parts: Sequence[str]) -> str:
    """Return how to see what the short console report leaves out: "For 16 items to review and all details, add -v, ..."."""
    return f"For {join_words([*parts, 'all details'])}, add -v, or -o report.html for a web page."


def and_more_of(number: int) -> str:
    """Return how many entries a list on a platform or in Markdown leaves out."""
    return f"and {number:,} more. The JSON report lists them all."


def accepted(until: date, owner: str, reason: str, ticket: str) -> str:
    """Return a waiver: "accepted until December 3, 2026 by controller: sold before the audit (AP-12)"."""
    return f"{ACCEPTED} {format_date(until)} by {owner}: {reason}" + (f" ({ticket})" if ticket else "")


def counted_accepted(number: int) -> str:
    """Return how many problems are accepted: "2 problems accepted"."""
    return f"{count(number, 'problem')} accepted"


def for_many(above: int) -> str:
    """Return from which number on the steps for many apply: "For more than 5"."""
    return f"For more than {above}"


def waivable_for(days: int) -> str:
    """Return how far in the future a waiver can expire."""
    return f"A waiver can last at most {count(days, 'day')}."


def show_more(number: int) -> str:
    """Return the label that shows the rest of a table; on paper it says how many records are left out."""
    return f"and {count(number, 'more record')}"


def capped(shown: int, number: int) -> str:
    """Return how many entries the page lists, and how many there are."""
    return f"This page lists only the first {shown:,} of {number:,}. The CSV report lists all."


def for_subjects(names: Iterable[str], limit: int = 5) -> str:
    """Return the first names and how many more there are: "for PIPE-1, PIPE-2 and 4 more"; empty without names."""
    listed = list(names)
    if not listed:
        return ""
    rest = len(listed) - limit
    if rest > 0:
        return f"for {', '.join(listed[:limit])} and {rest:,} more"
    return "for " + " and ".join(filter(None, (", ".join(listed[:-1]), listed[-1])))


def cited(source: Citation) -> str:
    """Return where a rule comes from: document, section, date and note."""
    return f"{source.document}, {source.section} (as of {format_date(source.updated)})" + (
        f". {source.note}" if source.note else ""
    )


def made_by(version: str) -> str:
    """Return the program with its version."""
    return f"Made by ExportReady {version}"


def rules_used(number: int) -> str:
    """Return how many rules of the rulebook ran."""
    return f"{count(number, 'rule')} checked"


def arrived(batch: str, sent: int, explained: int, missing: int, doubled: int, unknown: int) -> str:
    """Return what arrived of a batch: "Batch 1042 (11-20 plumbing), 60 transactions: 57 arrived (1 of them twice), 3 missing."."""
    name = sentence(batch if batch == NO_BATCH else f"Batch {batch}")
    if unknown == sent - explained:
        return f"{name}: we can't tell whether any of its {count(unknown, 'transaction')} arrived."
    parts = [f"{sent - explained - missing - unknown:,} arrived" + (f" ({doubled:,} of them twice)" if doubled else "")]
    parts += [f"{missing:,} missing"] if missing else []
    parts += [f"{explained:,} not sent (see “Known reason”)"] if explained else []
    parts += [f"{unknown:,} not checked"] if unknown else []
    steps = [DELETE_TWICE] if doubled else []
    steps += [EXPORT_AGAIN] if missing else []
    return " ".join([f"{name}, {count(sent, 'transaction')}: {', '.join(parts)}.", *steps])


def batch(number: str, name: str | None, verdict: str, transactions: int, amount: str, blocked: int) -> str:
    """Return one batch: "1042 (11-20 plumbing): Don't export yet; 60 transactions ($23,410.00), 12 blocked"."""
    label = f"{number} ({name})" if name else number
    text = f"{label}: {verdict}; {count(transactions, 'transaction')} ({amount})"
    if not blocked:
        return text
    return f"{text}, {'all' if blocked == transactions > 1 else f'{blocked:,}'} blocked"


def blocked(transactions: str, outside: int) -> str:
    """Return what all key issues block together. `outside`: how many of these transactions are in no batch."""
    rest = f", {outside:,} of them in no batch" if outside else ""
    return f"Together they block {transactions}{rest}. Fixing them may reveal other problems."


def others_match(number: int) -> str:
    """Return how many rows of the tie-out the console leaves out, since nothing is missing in them."""
    return f"{count(number, 'other row matches', 'other rows match')} to the cent; add -v to see {'it' if number == 1 else 'them'}"


def blocked_alone(transactions: str) -> str:
    """Return what one key issue blocks alone: "blocks 12 transactions ($3,400.00)"."""
    return f"blocks {transactions}"


def blocked_with_others(transactions: str, *, also: bool, one: bool) -> str:
    """Return what it blocks together with others. `also`: after what it blocks alone; `one`: it is one transaction."""
    if also:
        return f"and {transactions} that other problems block too"
    return f"blocks {transactions}; other problems block {'it' if one else 'them'} too"


def work_payment(day: str, type_: str, number: str, amount: str, unused: str) -> str:
    """Return a payment: "P9354, Check, November 19, 2026: $633.08, $633.08 unused"."""
    return f"{number or 'No number'}, {type_ or 'payment'}, {day}: {amount}, {unused} unused"


def work_invoice(number: str, day: str, balance: str) -> str:
    """Return an invoice: "58278, November 19, 2026: $633.08 open"."""
    return f"{number}, {day}: {balance} open"


def work_senders(payment: str, invoice: str) -> str:
    """Return which connector sent the payment and the invoice."""
    return f"payment: {payment}; invoice: {invoice}"


def blocked_by_these(number: int) -> str:
    """Return how many transactions some key issues block: "blocks 12 transactions"."""
    return f"blocks {count(number, 'transaction')}"


def decided(decided_rules: int, applicable: int, left_out: int) -> str:
    """Return how many rules gave an answer: "We completed 33 of the 36 checks that apply (91%). 3 more were left out."."""
    rest = f" {left_out:,} more {'was' if left_out == 1 else 'were'} left out." if left_out else ""
    if not applicable:
        return f"No check applies.{rest}"
    applies = f"{count(applicable, 'check')} that {'applies' if applicable == 1 else 'apply'}"
    share = format_percent(Decimal(100 * decided_rules // applicable) / 100)
    return f"We completed {decided_rules:,} of the {applies} ({share}).{rest}"


def against(baseline: str) -> str:
    """Return what new findings are compared with."""
    return f"“New” means not in the baseline: {baseline}."


def more(number: int) -> str:
    """Return how many entries are left out: "and 3 more"."""
    return f"and {number:,} more"


def other_files(number: int) -> str:
    """Return how many files are in one line: "15 others"."""
    return f"{number:,} others"


def more_questions(number: int) -> str:
    """Return how many questions are left out: "and 3 more questions"."""
    return f"and {count(number, 'more question')}"


def missing(kinds: str) -> str:
    """Return what is missing: "Missing: invoices, payments"."""
    return f"Missing: {kinds}" if kinds else "Missing"


def from_integrator(kinds: Iterable[str]) -> str:
    """Return what an integrator must supply: "From your integrator: tax zones; bills"."""
    return f"From your integrator: {'; '.join(kinds)}"


def program(phase: str) -> str:
    """Return the program's name with the report's phase."""
    return f"ExportReady, {'after' if phase == Phase.AFTER.value else 'before'} the export"


def unexplained(number: int, missing: int, doubled: int, differing: int, amount: str) -> str:
    """Return the unexplained transactions: "1 missing, 1 duplicate / -$61.94". One number would hide missing ones behind duplicates."""
    parts = [f"{missing:,} missing"] if missing else []
    parts += [count(doubled, "duplicate")] if doubled else []
    parts += [count(differing, "wrong amount")] if differing else []
    return f"{', '.join(parts) or f'{number:,}'} / {amount}"


def changed_since(when: datetime, before: str, now: str) -> str:
    """Return the verdicts then and now: "On November 12, 2026, 5:30 PM: “Don't export yet”. Now: “Ready to export”"."""
    return f"On {format_time(when)}: “{before}”. Now: “{now}”"


def unchanged_since(when: datetime, now: str) -> str:
    """Return a verdict that is the same: "Since November 12, 2026, 5:30 PM: still “Ready to export”"."""
    return f"Since {format_time(when)}: still “{now}”"


def drifted(setting: str, old: str | None, new: str | None) -> str:
    """Return a setting that changed: "customerMapping: customerLevel -> serviceLocationName", with an arrow."""
    return f"{setting}: {old or NOT_STATED} \u2192 {new or NOT_STATED}"


def message_for_csm(account: str, files: str, verdict: str, to_do: str) -> str:
    """Return the beginning of the office's message."""
    return f"{account}, {files}: {verdict}.\n{to_do}."


def clears_with(problem: str) -> str:
    """Return with which key issue a problem goes away: "Should clear once this is fixed: item PIPE-1 has no account"."""
    return f"Should clear once this is fixed: {problem}"


def message_for_customer(first: date | None, last: date | None, verdict: str, *, after_export: bool) -> str:
    """Return the beginning of the message to the customer. The dates are those of the oldest and the newest file."""
    if first is None or last is None:
        files = "your files"
    elif first == last:
        files = f"your files from {format_date(first)},"
    else:
        files = f"your files from {format_date(first)}, to {format_date(last)},"
    return f"Hi,\n\nWe checked {files} {'after' if after_export else 'before'} your QuickBooks export. Result: {verdict}."


MESSAGE_FIX = "Please fix these first:"
MESSAGE_LOOK = "Please review these too:"
MESSAGE_UNREADABLE = "We couldn't read these files. Please export them again and send them:"
MESSAGE_CONFIRM = "Please answer these questions:"
MESSAGE_SUPPLY = "Please also send us:"
MESSAGE_LOOK_YOURSELF = "Please check these on the screen and tell us what you see:"
MESSAGE_NARROWED = "We ran only some of our checks this time."
MESSAGE_END = "When you're done, send us new files and we'll check again."
MESSAGE_FINE = "You can export the batch now. Then send us new files, and we'll check that everything arrived."
MESSAGE_DONE = "You don't need to do anything."


def request_to_customer(contents: Sequence[str], program_name: str, *, needs_api: bool) -> str:
    """Return what the customer should send: "Purchase orders from ServiceTitan (ask the person with API access)"."""
    text = sentence(" ".join(filter(None, (join_words(contents), f"from {program_name}" if program_name else ""))))
    return f"{text} (ask the person with API access)" if needs_api else text


def and_others(number: int) -> str:
    """Return how many entries a message leaves out."""
    return f"and {number:,} more, in the report"


def page_title(verdict: str, account: str) -> str:
    """Return the title of the browser window."""
    return f"{verdict} - {account}"
