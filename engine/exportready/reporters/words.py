"""The texts of the reports, so that another language needs only another file. What is shown where is decided elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from exportready.kinds.nouns import noun
from exportready.model.report import Outcome, Verdict
from exportready.model.rules import Citation, Phase, Severity

LANGUAGE = "en"

VERDICTS: Mapping[Verdict, str] = {
    Verdict.READY: "Ready to export",
    Verdict.READY_WITH_WARNINGS: "Ready, look at these",
    Verdict.NOT_READY: "Don't export yet",
    Verdict.CANNOT_TELL: "Can't say yet",
}
ARRIVALS: Mapping[Verdict, str] = {
    Verdict.READY: "Arrived",
    Verdict.READY_WITH_WARNINGS: "Arrived with remarks",
    Verdict.NOT_READY: "Not arrived whole",
    Verdict.CANNOT_TELL: "Can't say yet",
}
VERDICT_MEANINGS: Mapping[Verdict, str] = {
    Verdict.READY: "Nothing was found that stands in the way of this export.",
    Verdict.READY_WITH_WARNINGS: "Nothing stops this export, but look at the points below before you start it.",
    Verdict.NOT_READY: "Something below would stop this export or send it to the wrong place. Fix it first.",
    Verdict.CANNOT_TELL: "Nothing was found that must be fixed, but something that matters could not be checked.",
}
ARRIVAL_MEANINGS: Mapping[Verdict, str] = {
    Verdict.READY: "What was exported is in QuickBooks as it should be.",
    Verdict.READY_WITH_WARNINGS: "What was exported is in QuickBooks. Look at the points below.",
    Verdict.NOT_READY: "Some of what was exported is missing or different in QuickBooks.",
    Verdict.CANNOT_TELL: "Nothing was found missing or different, but something that matters could not be checked.",
}

OUTCOMES: Mapping[Outcome, str] = {
    Outcome.FAILED: "problem",
    Outcome.CANNOT_TELL: "not checked",
    Outcome.PASSED: "checked, fine",
    Outcome.NOT_APPLICABLE: "does not apply to you",
    Outcome.ERROR: "not checked",
}

FIX_FIRST = "Fix first"
LOOK_AT_THESE = "Look at these"
GOOD_TO_KNOW = "Good to know"
NOT_CHECKED = "Not checked"
NOT_CHECKED_SUPPLY = "Not checked, and how to supply it"
CHECKED_FINE = "Checked, fine"
DOES_NOT_APPLY = "Does not apply to you"
FILES_READ = "Files that were read"
UNRECOGNIZED = "Files that were not recognised"
UNREADABLE = "Could not be read"
GLOSSARY = "What the words mean"

SECTIONS: Mapping[Severity, str] = {
    Severity.ERROR: FIX_FIRST,
    Severity.WARNING: LOOK_AT_THESE,
    Severity.INFO: GOOD_TO_KNOW,
}
MILDER: Mapping[Severity, str] = {
    Severity.ERROR: "stops the export",
    Severity.WARNING: "does not stop the export",
    Severity.INFO: "good to know",
}
"""Severity of a finding that is milder than the worst of its rule -> remark on it."""
INTROS: Mapping[Severity, str] = {
    Severity.ERROR: "When these are done, export your files again and check once more.",
    Severity.WARNING: "These do not stop the export, but they are worth a look.",
    Severity.INFO: "Nothing to do now.",
}
INTROS_BY_LOOK: Mapping[str, str] = {
    "fix": INTROS[Severity.ERROR], "look": INTROS[Severity.WARNING], "know": INTROS[Severity.INFO],
}  # fmt: skip
NOT_CHECKED_INTRO = (
    "Nobody knows yet whether these hold. They count neither as fine nor as a problem until the missing facts are there. "
    "What you can answer yourself is asked by: exportready ask, with your folder."
)
UNREADABLE_INTRO = "Nothing in these files was checked. Mend them as it says, then check once more."
NARROWED_VERDICT = "{}, as far as it was checked"
NARROWED_MEANING = "Nothing that was checked stands in the way of this export."
NOTHING_CHECKED = "No practice was checked."
OUR_FAULT = "This is a fault in ExportReady or in its rules, not in your books. Please report it."
NO_INSTRUCTION = "Your files hold no answer"

VIEWS: Mapping[str, str] = {"office": "Office", "csm": "Customer success", "engineer": "Engineer"}
VIEW_FOR = "Shown for"
VIEW_HEADINGS: Mapping[str, str] = {"office": "For the office", "csm": "For customer success", "engineer": "For engineers"}
THREE_FIRST = "Do these first"
STILL_OPEN = "Still open"
YOUR_BATCHES = "Your batches"
COMPANY_FILE = "QuickBooks company"
CONFIRM = "Please confirm"
CONFIRM_INTRO = (
    "Look at each of these on the screen that it names, write down what you see, and answer it with: exportready ask, with your folder. "
    "Until then nobody knows."
)
CONFIRM_LINES = ("What I saw", "Name", "Date")
CLEARS_ITSELF = "Should clear by itself"
CLEARS_ITSELF_INTRO = "These follow from what is to be fixed first. Mend that, check again, and see whether they are gone."
WHEN_FIXED = "when this is mended"
WHAT_IS_BLOCKED = "What waits on it"
FOR_EXAMPLE = "For example"
TEXT_FOR_CSM = "A text for your customer-success manager"
TEXT_FOR_API = "A request to whoever has access to ServiceTitan's API"
REQUEST = "To check our next export to QuickBooks we need from ServiceTitan:"
TEXT_FOR_CUSTOMER = "A message to the customer"
COPY, COPIED = "Copy", "Copied"
SEARCH, NO_MATCH = "Search", "Nothing here matches."
EVERYTHING = "Everything"
OPEN_ALL, CLOSE_ALL = "Open all", "Close all"
BY_AREA = "Outcomes by area"
AREA = "Area"
AREAS: Mapping[str, str] = {
    "accounts": "Accounts", "batching": "Batches", "classes": "Classes", "closing": "Closing date", "connection": "Connection",
    "export": "Export", "inventory": "Inventory", "items": "Items", "lists": "Lists", "naming": "Names", "purchasing": "Purchasing",
    "session": "QuickBooks session", "settings": "Settings", "tax": "Sales tax",
}  # fmt: skip
AREA_HEADS = ("To fix", "To look at", "Good to know", NOT_CHECKED, CHECKED_FINE, "Don't apply")
CHANGED = "What changed"
NO_EARLIER = "No earlier result was given. Name one with --earlier RESULT.json to see what is new, fixed and back again."
NOTHING_CHANGED = "Nothing is different."
EXPIRING = "Soon to be asked again"
EXPIRING_INTRO = "Answers and accepted problems that count no more within 30 days."
NOTHING_EXPIRES = "Nothing lapses within 30 days."
EXPIRY_KINDS: Mapping[str, str] = {"answer": "answer", "waiver": "accepted problem"}
EXPIRY_HEADS = ("Counts until", "What", "Which")
OPEN_PROBLEMS = "Problems"
PROBLEM_HEADS = ("Problem", "Grade", "Records", "What waits on it")
FINDINGS_TITLE = "Findings"
FINGERPRINT = "Fingerprint"
FINDING_HEADS = ("State", "Grade", "What is wrong", "Place", "Rule", FINGERPRINT)
NEW, OLD = "new", "stood before"
NO_FINDINGS = "There are none."
FIELD = "Field"
OBSERVED = "Observed"
EXPECTED = "Expected"
TRACE = "How it was decided"
TRACE_PARTS: Mapping[str, str] = {"where": "looked at because", "expect": "must hold"}
CLAUSE_RESULTS: Mapping[bool | None, str] = {True: "holds", False: "does not hold", None: "not known"}
KEY_ISSUE = "Key issue"
EVERY_RULE = "Every rule"
EVERY_RULE_HEADS = ("Rule", "Outcome", "Grade", "Checked", "Undecided", "Findings", "Digest")

WHY = "Why it matters"
WHO = "Who"
DO_THIS = "Do this"
ALL_AT_ONCE = "Quicker, all at once"
ONE_BY_ONE = "Or one at a time"
NEEDED_FOR = "Needed for"
SOURCE = "Source"
RECORD = "Record"
TOGETHER = "several"
WHAT_IS_WRONG = "What is wrong"
TO_FIX = "To mend"
RULE = "Rule"
NOTHING = "nothing"
FILE = "File"
CONTENT = "What was in it"
DATED = "Dated"
WHOLE = "All of it?"
YES, NO = "yes", "no"
UNDATED = "no date"
ACCOUNT_UNNAMED = "Your account"
CONTENTS = "Contents"
TILE_FIX = "to fix"
TILE_FIX_SO_FAR = "to fix, so far"
TILE_LOOK = "to look at"
TILE_KNOW = "good to know"
TILE_UNCHECKED = "not checked"
TILE_FINE = "checked, fine"
TILE_NOT_YOURS = "don't apply"
TIE_OUT_TITLE = "Did everything arrive?"
TIE_OUT_INTRO = (
    "What ServiceTitan sent is what QuickBooks has, what is explained, what is not, and what cannot be told, to the cent."
)
TIE_OUT = ("Batch", "What", "In ServiceTitan", "In QuickBooks", "Explained", "Unexplained", "Can't be told")
NO_BATCH = "in no batch"
NONE = "none"
EXPORT_AGAIN = "Unpost the batch in ServiceTitan, post it, and export it again; that does not duplicate what is there."
DELETE_TWICE = "What is there twice is deleted by hand: see below."
BLOCKING_TITLE = "What waits on what"
STOPS_EVERYTHING = "stops the whole export"
MAY_STOP = "may stop the whole export"
BATCHES = "Batches"
BLOCKS_NOTHING = "nothing that waits uses it"
RETRY = "It is no defect: export again."
INFERRED = "What depends on it is our own conclusion."
STALE = "No longer true, since the transaction has arrived"
NO_KEY_ISSUE = "There is no key issue."
READ_FROM = "Read from"
RULES_FIRED = "What follows, and why"
BECAUSE = "because"
ACCEPTED = "accepted until"
KNOWN = "it stood before"
ACCEPTED_TITLE = "Accepted"
WAIVERS = "Waivers"
STALE_BASELINE = "In the baseline, and no more in the books"
MORE_PROBLEMS = "More problems"
SUMMARY = ("Grade", "Problem", "Place", "Practice")
DIFFERENCES = ("New", "Back again", "Fixed", "Can no longer be told", "Only the rule changed", "Unchanged")
DRIFT = "Settings that changed"
NOT_STATED = "not stated"
RULES = "The practices"
RULES_MADE = "Made by `exportready rules docs` from the rule files."
RULES_HEADS = ("Rule", "What must be true", "Grade", "Phase")
EXAMPLES = "Examples that are its tests"
NOT_WAIVABLE = "Nobody can accept what fails it."
WORK_LIST_TITLE = "Payments to apply by hand"
WORK_LIST_INTRO = (
    "In QuickBooks choose Customers > Receive Payments, open the payment, tick the invoice, and write no more than the amount to "
    "apply: QuickBooks refuses more. Those that stand apart need the bookkeeper first. -o work-list:PATH.csv writes this list for Excel."
)
WORK_LIST = (
    "Customer:job", "Payment date", "Type", "Number", "Amount", "Unused", "Invoice", "Invoice date", "Open", "Apply", "Batch",
    "Payment sent by", "Invoice sent by", "Stands apart", "Done (initials)",
)  # fmt: skip
FINDINGS = (
    "Fingerprint", "Account", "Rule", "Practice", "Grade", "State", "Accepted until", "Kind", "Record", "To mend (kind)", "To mend",
    "What is wrong", "Observed", "Expected", "Batches", "Who", "Steps", "File", "Line", "Place inside",
)  # fmt: skip
OPEN = "open"
SHORT_WORK_LIST = ("Customer:job", "Payment", "Invoice", "Apply", "Batch", "Sent by", "Stands apart", "Done (initials)")
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
    ("Problem", "A record, or a setting, that is not as it should be."),
    (FIX_FIRST, "Problems that stop the export or send it to the wrong place."),
    (LOOK_AT_THESE, "Problems that do not stop the export, but that you may want to know of before it."),
    ("Should clear by itself", "A problem that follows from another one, and goes away when that one is mended."),
    ("Waits", "A transaction that cannot go, or could not, until something else is mended."),
    ("Accepted until", "A problem that somebody decided to live with, for a reason, until a day."),
    (NOT_CHECKED, "A fact was missing, so nothing is known. It is never counted as fine."),
    (CHECKED_FINE, "Every record that this is about was looked at, and is as it should be."),
    (DOES_NOT_APPLY, "This is about something that your account does not use."),
)
"""The glossary at the end of the page: (term, meaning)."""

SYSTEMS = {"quickbooks": "QuickBooks", "servicetitan": "ServiceTitan"}
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def verdicts(*, after_export: bool) -> Mapping[Verdict, str]:
    """Return the texts of the verdicts: whether the batch is ready, or after the export, whether it arrived."""
    return ARRIVALS if after_export else VERDICTS


def sentence(text: str) -> str:
    """Return the text with its first letter as a capital."""
    return text[:1].upper() + text[1:]


def count(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: "1 problem", "1,200 problems"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def system(kind: str) -> str:
    """Return the program that a kind of record belongs to; empty for kinds of our own."""
    return SYSTEMS.get(kind.partition(".")[0], "")


def records(number: int, kind: str) -> str:
    """Return a number of records with their program: "412 customers (QuickBooks)"."""
    program_name = system(kind)
    return f"{number:,} {noun(kind, number)}" + (f" ({program_name})" if program_name else "")


def day(when: date) -> str:
    """Return a day for people: "20 November 2026"."""
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"


def moment(when: datetime) -> str:
    """Return a time for people, in its own offset: "20 November 2026, 5:30 PM"."""
    return f"{day(when)}, {when.hour % 12 or 12}:{when.minute:02} {'AM' if when.hour < 12 else 'PM'}"


def your_files(first: datetime | None, last: datetime | None) -> str:
    """Return the files with the days of the oldest and the newest: "your files of 20 November 2026"."""
    if first is None or last is None:
        return "your files (no date is known)"
    if first.date() == last.date():
        return f"your files of {day(first)}"
    return f"your files of {day(first)} to {day(last)}"


def age(old: timedelta) -> str:
    """Return how old something is: "as of 10 minutes ago", "3 days old"."""
    minutes = int(old.total_seconds() // 60)
    if minutes < 0:
        return "dated after this check"
    if minutes == 0:
        return "as of just now"
    if minutes < 60:
        return f"as of {count(minutes, 'minute')} ago"
    if minutes < 24 * 60:
        return f"as of {count(minutes // 60, 'hour')} ago"
    days = minutes // (24 * 60)
    return f"{count(days, 'day')} old" if days < 60 else f"{count(days // 30, 'month')} old"


def short_age(old: timedelta) -> str:
    """Return the same for a narrow column: "10 min old", "3 h old", "2 days old"."""
    minutes = int(old.total_seconds() // 60)
    if minutes < 0:
        return "dated later"
    if minutes < 60:
        return f"{minutes} min old"
    return f"{minutes // 60} h old" if minutes < 48 * 60 else f"{count(minutes // (24 * 60), 'day')} old"


def checked(when: datetime) -> str:
    """Return when the check was: "Checked 20 November 2026, 5:40 PM"."""
    return f"Checked {moment(when)}"


def duration(minutes: int) -> str:
    """Return an amount of work: "about 15 minutes", "about 2 hours"."""
    if minutes < 100:
        return f"about {count(minutes, 'minute')}"
    return f"about {count((minutes + 30) // 60, 'hour')}"


def effort(minutes: int, total: int) -> str:
    """Return the work for one of several and for all: "about 2 minutes each, about 10 minutes in all"."""
    return duration(minutes) if minutes == total else f"{duration(minutes)} each, {duration(total)} in all"


def to_do(fix: int, minutes: int, look: int, unchecked: int) -> str:
    """Return the numbers of things to do: "3 things to fix (about 15 minutes), 2 practices could not be checked"."""
    parts = []
    if fix:
        parts.append(f"{count(fix, 'thing')} to fix ({duration(minutes)})")
    if look:
        parts.append(f"{count(look, 'thing')} to look at")
    if unchecked:
        parts.append(f"{count(unchecked, 'practice')} could not be checked")
    return ", ".join(parts) or "Nothing to do"


def records_of(number: int, kind: str | None) -> str:
    """Return a number of records: "12 materials", or "12 records" where they are of several kinds."""
    return f"{number:,} {noun(kind, number) if kind else 'record' if number == 1 else 'records'}"


def files_read(read: int, unreadable: int, unrecognized: int) -> str:
    """Return what became of the files: "5 files read, 1 could not be read, 2 not recognised"."""
    if not read + unreadable:
        return "No file in this folder was recognised" if unrecognized else "There is no file in this folder"
    parts = [f"{count(read, 'file')} read"]
    if unreadable:
        parts.append(f"{unreadable:,} could not be read")
    if unrecognized:
        parts.append(f"{unrecognized:,} not recognised")
    return ", ".join(parts)


def narrowed(checked_rules: int, left_out: Sequence[str], *, own: bool) -> str:
    """Return that not all rules were checked: "Only 3 of 7 practices were checked; left out: items/cogs-account and 3 more"."""
    whose = " of your own rules, none of those that ExportReady brings" if own else ""
    if not left_out:
        return f"Only {count(checked_rules, 'practice')} {'was' if checked_rules == 1 else 'were'} checked:{whose}"
    named = ", ".join(left_out[:3]) + (f" and {len(left_out) - 3:,} more" if len(left_out) > 3 else "")
    return f"Only {checked_rules:,} of {checked_rules + len(left_out):,} practices were checked{whose}; left out: {named}"


def tally(passed: int, not_applicable: int) -> str:
    """Return the numbers of rules that passed or don't apply: "12 checked, fine; 3 do not apply to you"."""
    return f"{passed:,} checked, fine; {not_applicable:,} {'does' if not_applicable == 1 else 'do'} not apply to you."


def not_so(number: int, kind: str | None, *, counted: bool) -> str:
    """Return how many records fail: "Not so for 12 customers"; without a number where a finding is about the whole account."""
    if not counted:
        return "Not so"
    return f"Not so for {records_of(number, kind)}"


def answered_on(when: datetime) -> str:
    """Return when the answer was given that a problem rests on."""
    return f"You told us on {day(when)}"


def partly(undecided: int) -> str:
    """Return that some records of a problem could not be checked."""
    if undecided:
        return f"{count(undecided, 'more record')} could not be checked. See below."
    return "Some of it could not be checked. See below."


def because_many(number: int) -> str:
    """Return the heading of the steps for many."""
    return f"{ALL_AT_ONCE}, because there are {number:,}"


def and_more(number: int) -> str:
    """Return how many entries a list on the console leaves out."""
    return f"and {number:,} more; -o html:report.html lists all"


def and_more_of(number: int) -> str:
    """Return how many entries a list on a platform or in Markdown leaves out."""
    return f"and {number:,} more; the JSON and the HTML report list all"


def accepted(until: date, owner: str, reason: str, ticket: str) -> str:
    """Return a waiver: "accepted until 3 December 2026 by controller: sold before the audit (AP-12)"."""
    return f"{ACCEPTED} {day(until)} by {owner}: {reason}" + (f" ({ticket})" if ticket else "")


def counted_accepted(number: int) -> str:
    """Return how many problems are accepted: "2 problems are accepted"."""
    return f"{count(number, 'problem')} {'is' if number == 1 else 'are'} accepted"


def for_many(above: int) -> str:
    """Return from which number on the steps for many apply: "For more than 5"."""
    return f"For more than {above}"


def waivable_for(days: int) -> str:
    """Return how many days ahead a waiver may reach."""
    return f"A waiver of it may reach {count(days, 'day')} ahead."


def show_more(number: int) -> str:
    """Return the label that shows the rest of a table."""
    return "Show the other one" if number == 1 else f"Show the other {number:,}"


def capped(shown: int, number: int) -> str:
    """Return how many entries the page lists, and how many there are."""
    return f"Only the first {shown:,} of {number:,} are listed here, to keep this page quick. -o csv:problems.csv lists all."


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
    """Return where a rule comes from: document, section, day and note."""
    return f"{source.document}, {source.section} (as of {day(source.updated)})" + (f". {source.note}" if source.note else "")


def made_by(version: str) -> str:
    """Return the program with its version."""
    return f"Made by ExportReady {version}"


def rules_used(number: int) -> str:
    """Return how many rules of the rulebook were checked."""
    return f"{count(number, 'practice')} of the rulebook"


def arrived(batch: str, sent: int, there: int, missing: int, doubled: int, unknown: int) -> str:
    """Return what arrived of a batch and what to do: "Batch 1042 (11-20 plumbing): 57 of 60 arrived. Unpost the batch..."."""
    name = sentence(batch if batch == NO_BATCH else f"Batch {batch}")
    if unknown == sent:
        return f"{name}: of none of its {sent:,} can it be told whether it arrived."
    text = f"{name}: {there:,} of {sent:,} arrived"
    text += f", {doubled:,} of them twice" if doubled else ""
    text += f"; of {unknown:,} it cannot be told" if unknown else ""
    steps = [EXPORT_AGAIN] if missing else []
    steps += [DELETE_TWICE] if doubled else []
    return " ".join([f"{text}.", *steps])


def batch(number: str, name: str | None, verdict: str, transactions: int, amount: str, blocked: int) -> str:
    """Return one batch: "1042 (11-20 plumbing): Don't export yet; 60 transactions ($23,410.00), 12 of them wait"."""
    label = f"{number} ({name})" if name else number
    text = f"{label}: {verdict}; {count(transactions, 'transaction')} ({amount})"
    return text + (f", {blocked:,} of them {'waits' if blocked == 1 else 'wait'}" if blocked else "")


def blocked(transactions: str, *, one: bool) -> str:
    """Return what all key issues block together: "41 transactions ($23,410.00) wait on these..."."""
    return f"{transactions} {'waits' if one else 'wait'} on these; other problems may appear when they are mended."


def blocked_alone(transactions: str) -> str:
    """Return what one key issue blocks alone: "12 transactions ($3,400.00) on this alone"."""
    return f"{transactions} on this alone"


def blocked_with_others(transactions: str, *, also: bool) -> str:
    """Return what it blocks together with others. `also`: after what it blocks alone."""
    return f"{transactions} on this and others" if not also else f"and {transactions} on this and others"


def work_payment(day: str, type_: str, number: str, amount: str, unused: str) -> str:
    """Return a payment: "P9354, Check of 2026-11-19: 633.08, of which 633.08 unused"."""
    return f"{number or 'without number'}, {type_ or 'payment'} of {day}: {amount}, of which {unused} unused"


def work_invoice(number: str, day: str, balance: str) -> str:
    """Return an invoice: "58278 of 2026-11-19: 633.08 open"."""
    return f"{number} of {day}: {balance} open"


def work_senders(payment: str, invoice: str) -> str:
    """Return which connector sent the payment and the invoice."""
    return f"payment: {payment}; invoice: {invoice}"


def blocked_by_these(number: int) -> str:
    """Return how many transactions some key issues block: "12 transactions wait on these"."""
    return f"{count(number, 'transaction')} {'waits' if number == 1 else 'wait'} on these"


def decided(decided_rules: int, applicable: int, left_out: int) -> str:
    """Return how many rules could be decided: "33 of the 36 practices that apply could be decided (91 %); 3 more were left out"."""
    rest = f"; {left_out:,} more {'was' if left_out == 1 else 'were'} left out" if left_out else ""
    if not applicable:
        return f"No practice applies{rest}."
    applies = f"{count(applicable, 'practice')} that {'applies' if applicable == 1 else 'apply'}"
    return f"{decided_rules:,} of the {applies} could be decided ({100 * decided_rules // applicable} %){rest}."


def against(baseline: str) -> str:
    """Return what new findings are compared with."""
    return f"New is what was not there in: {baseline}."


def more(number: int) -> str:
    """Return how many entries are left out: "and 3 more"."""
    return f"and {number:,} more"


def other_files(number: int) -> str:
    """Return how many files are in one line: "15 others"."""
    return f"{number:,} others"


def more_questions(number: int) -> str:
    """Return how many questions are left out: "and 3 more questions"."""
    return f"and {count(number, 'more question')}"


def more_supplies(number: int) -> str:
    """Return how many things to supply are left out: "and 2 more things to supply"."""
    return f"and {count(number, 'more thing')} to supply"


def missing(kinds: Sequence[str]) -> str:
    """Return what is missing: "Missing: invoices, payments"."""
    return f"Missing: {', '.join(kinds)}" if kinds else "Missing"


def program(phase: str) -> str:
    """Return the program's name with the report's phase."""
    return f"ExportReady, {'after' if phase == Phase.AFTER.value else 'before'} the export"


def unexplained(number: int, missing: int, doubled: int, amount: str) -> str:
    """Return the unexplained transactions: "1 missing, 1 twice / -61.94". One number would hide missing ones behind duplicates."""
    parts = [f"{missing:,} missing"] if missing else []
    parts += [f"{doubled:,} twice"] if doubled else []
    return f"{', '.join(parts) or f'{number:,}'} / {amount}"


def changed_since(when: datetime, before: str, now: str) -> str:
    """Return the verdicts then and now: "Since 12 November 2026, 5:30 PM: from «Can't say yet» to «Ready to export»"."""
    return f"Since {moment(when)}: from «{before}» to «{now}»" if before != now else f"Since {moment(when)}: still «{now}»"


def drifted(setting: str, old: str | None, new: str | None) -> str:
    """Return a setting that changed: "customerMapping: customerLevel -> serviceLocationName", with an arrow."""
    return f"{setting}: {old or NOT_STATED} \u2192 {new or NOT_STATED}"


def message_for_csm(account: str, files: str, verdict: str, to_do: str) -> str:
    """Return the beginning of the office's message."""
    return f"{account}, {files}: {verdict}.\n{to_do}."


def message_for_customer(files: str, verdict: str) -> str:
    """Return the beginning of the message to the customer, before the export."""
    return f"Hello,\n\nwe looked at {files} before the export to QuickBooks: {verdict}."


def message_after(files: str, verdict: str) -> str:
    """Return the same after the export."""
    return f"Hello,\n\nwe looked at {files} after the export to QuickBooks: {verdict}."


MESSAGE_FIX = "Please do these first:"
MESSAGE_CONFIRM = "Please look these up and answer:"
MESSAGE_SUPPLY = "Please send us as well:"
MESSAGE_END = "Then send us the files again, and we check once more."
MESSAGE_FINE = "There is nothing for you to do."


def and_others(number: int) -> str:
    """Return how many entries a message leaves out."""
    return f"and {number:,} more, in the report"


def page_title(verdict: str, account: str) -> str:
    """Return the title of the browser window."""
    return f"{verdict} - {account}"
