"""All texts of the reports on an audit, except those shared with the report on one account."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from exportready.model.display import count, format_date, format_percent, format_sum, format_time, join_words
from exportready.model.report import Verdict

ORDER = (Verdict.NOT_READY, Verdict.CANNOT_TELL, Verdict.READY_WITH_WARNINGS, Verdict.READY)
"""The order in which verdicts are shown: the worst first."""

TITLE = "QuickBooks export audit"
NO_ACCOUNT = "No accounts found"
NO_ACCOUNT_MEANING = "Nothing was checked."
MEANINGS: Mapping[Verdict, str] = {
    Verdict.NOT_READY: "Something in these accounts would block the export or send transactions to the wrong place.",
    Verdict.CANNOT_TELL: "We found nothing that blocks the export, but we couldn't check something important.",
    Verdict.READY_WITH_WARNINGS: "Nothing blocks the export. Review the warnings before you start it.",
    Verdict.READY: "We found nothing that blocks the export.",
}
MEANINGS_AFTER_EXPORT: Mapping[Verdict, str] = {
    Verdict.NOT_READY: "Some exported transactions are missing or different in QuickBooks.",
    Verdict.CANNOT_TELL: "We found nothing missing or different, but we couldn't check something important.",
    Verdict.READY_WITH_WARNINGS: "All exported transactions are in QuickBooks. Some need a review.",
    Verdict.READY: "All exported transactions are in QuickBooks.",
}
PAST_VERDICTS: Mapping[Verdict, str] = {
    Verdict.NOT_READY: "Wasn't ready",
    Verdict.CANNOT_TELL: "Not fully checked",
    Verdict.READY_WITH_WARNINGS: "Was ready, with warnings",
    Verdict.READY: "Was ready",
}
"""Verdicts on a moment that is past; the moment is shown beside them."""
PAST_TILES: Mapping[Verdict, str] = {
    Verdict.READY_WITH_WARNINGS: "Ready, with warnings, when the files were exported",
    Verdict.READY: "Ready when the files were exported",
}
"""Verdicts on several accounts, of which some are about a moment that is past."""
PAST_MEANING = "This is about the moment of the files. New files are needed before the next export."
VERDICT = "Verdict"
VERDICT_BAR = "Accounts by verdict"
NOT_ALL_CHECKED = "Not fully checked"
NOT_READ = "Couldn't be checked"
COULD_NOT_BE_READ = "of these have files we couldn't read"
SINCE_LAST = "Since the last audit"
FIRST_AUDIT = "This is the first audit, so there is nothing to compare it with."
NOTHING_CHANGED = "Nothing changed."
NOT_CHECKED = "Not checked yet"
FILE_AGES = "Age of the files"
BLOCKED = "Blocked"
LOOK_FIRST = "Start with these accounts"
NOTHING_TO_LOOK_AT = "No account needs attention."
MOST_FAIL = "Most common problems"
NOTHING_FAILS = "We found no problems."
EXPIRING_SOON = "Expiring in the next 30 days"
NOTHING_EXPIRES = "Nothing expires in the next 30 days."
AUDITS_SO_FAR = "Audits so far"
OPEN_PROBLEMS = "Open problems"
COLUMN_VERDICTS: Mapping[Verdict, str] = {
    Verdict.NOT_READY: "Don't export yet",
    Verdict.CANNOT_TELL: "Not fully checked",
    Verdict.READY_WITH_WARNINGS: "With warnings",
    Verdict.READY: "No problems",
}
"""Verdicts as headings of columns of numbers, true of any moment."""
AUDIT_COLUMNS = ("Audit", *(COLUMN_VERDICTS[verdict] for verdict in ORDER), "Couldn't be read", OPEN_PROBLEMS)

ACCOUNTS = "Accounts"
ACCOUNTS_INTRO = (
    "Each row is an account, and each narrow column is an area. The symbol shows the worst status in the area. "
    "The number is how many checks have that status. A “?” after it means other checks in the area couldn't be done."
)
ACCOUNT_COLUMNS = (
    "Account",
    "Verdict",
    "Problems",
    "Blocked transactions",
    "Not checked",
    "Oldest file",
    "New",
    "Back",
    "Fixed",
    "Trend",
)
LOOK_LABELS: Mapping[str, str] = {
    "fix": "to fix",
    "look": "to review",
    "unknown": "not checked",
    "know": "good to know",
    "fine": "checked, OK",
    "none": "doesn't apply",
}
OWNER = "Owner"
ANY_OWNER = "Any owner"
NO_OWNER = "No owner"
TAG = "Tag"
ANY_TAG = "Any tag"
AGE = "Age of the oldest file"
ANY_AGE = "Any age of files"
AGES: tuple[tuple[str, str], ...] = (
    ("new", "Files up to 4 hours old"),
    (str(4 * 3600), "Files older than 4 hours"),
    (str(7 * 86400), "Files older than 7 days"),
    (str(30 * 86400), "Files older than 30 days"),
    ("x", "Files of unknown age"),
)
"""(Value of the filter, its text): the age in seconds above which a file is older, or a word of the script's own."""
NOT_JUDGED = "not part of this check"
NOT_KNOWN = "unknown"
NEW_ACCOUNT = "new account"
SHOW_THEM = "Show them in the table"
FILTER = "Filter the accounts"
SEARCH = "Search"
ANY_VERDICT = "Any verdict"
ANY_AREA = "Any area"
ANY_LOOK = "Any status"
RULE = "Problem"
ANY_RULE = "Any problem"
RULE_STATE = "Status of the problem"
RULE_STATES: Mapping[str, str] = {"f": "found", "u": "not checked", "w": "accepted"}
ONLY_CHANGED = "Changed since the last audit"
ONLY_UNREADABLE = "Couldn't be read"
RESET = "Show all"
MORE_ROWS = "Show more"
COUNT_OF_TOTAL = "{} of {}"

CHANGES = "What changed since the last audit"
CHANGES_BY_RULE = "By problem"
CHANGES_BY_ACCOUNT = "By account"
CHANGE_COLUMNS = ("New", "Back again", "Fixed", "Not checked now")
RULE_CHANGED = "Only our check changed"
RULE_CHANGED_INTRO = "We changed how we check these, so problems appeared or went away. The customer did nothing."
OLD_VERDICT, NEW_VERDICT = "Was", "Now"

RULES = "Problems, and messages you can send"
RULES_INTRO = (
    "Each problem lists the accounts that have it and a message you can send them. The most common problems come first."
)
WHO_FAILS = "Accounts with this problem"
WHERE_NOT_CHECKED = "Accounts where we couldn't check this"
WHO_ACCEPTED = "Accounts that accepted this problem"
MESSAGE = "Message to these accounts"
NO_RULES_TO_SHOW = "Every check that ran is OK or doesn't apply, in every account."
PASSED_RULES = "Checks that are OK in every account they apply to"

OWNERS = "Accounts by owner"
OWNERS_INTRO = (
    "Choose an owner to see only these accounts in the table below. "
    "Old files: at least one file is older than 7 days, or its date isn't known."
)
OWNER_COLUMNS = ("Owner", "Accounts", *(COLUMN_VERDICTS[verdict] for verdict in ORDER), "Old files", "Blocked")
OWN_PAGE = "Page to print or send"
ACCOUNT_MESSAGES = "A message for each account"
ACCOUNT_MESSAGES_INTRO = "Each message lists what to fix, to answer or to send. Read it before you send it."
NO_ACCOUNT_MESSAGES = "There is nothing to ask any account for."
WITHOUT_NAMES = "The messages name no records, because the audit stores none."

EXPIRING_INTRO = (
    "Answers, confirmations and accepted problems that expire soon or have expired. The earliest come first. "
    "Open one to see the accounts."
)
UNREADABLE = "Files we couldn't read"
UNREADABLE_INTRO = "We checked nothing in these files, so we can't say that these accounts are ready."
UNREADABLE_COLUMNS = ("Account", "File", "Reason")
WHOLE_ACCOUNT = "all files"
GONE = "Accounts removed since the last audit"
SKIPPED = "Skipped, because they aren't accounts"
LEFT_OUT = "Checks that were left out"
HASHED = "This audit doesn't store the names of customers' records."
NOT_HASHED = "This audit shows the names of customers' records as they are in the books."

MESSAGE_COLUMNS = (
    "Owner",
    "Account",
    "Folder",
    "Tags",
    "Verdict",
    "Oldest file",
    "Newest file",
    "About",
    "Subject",
    "Message",
)
TOPICS: Mapping[str, str] = {
    "problems": "Problems to fix",
    "warnings": "Warnings to review",
    "files": "Files or answers we need",
    "unreadable": "Couldn't be checked",
}
"""What a message is about."""
SUBJECT_LABEL = "Subject"
SUBJECT = "Your QuickBooks export: {}"
NEED_FILES = "files and answers we need"
NEED_NEW_FILES = "please send us new files"
OLD_FILES = "Your oldest file is {} old, so it may not show what you will export next. Please export all files again and send them to us."
ALL_UNREADABLE = "We couldn't read your files, so we checked nothing. Please export them again and send them to us."
COULD_NOT_CHECK = "We couldn't check these. Please ask us what we need for them:"

MESSAGE_BEGIN = "Hi,\n\nWe checked your files {} your QuickBooks export and found this problem:\n{}"
MESSAGE_BEFORE, MESSAGE_AFTER, MESSAGE_BOTH = "before", "after", "for"
MESSAGE_STEPS = "What to do"
BRACKETS = "Your report lists the items shown in [brackets]. If you don't have the report, ask us for it."
PLACEHOLDERS: Mapping[str, str] = {
    "called": "number",
    "code": "item",
    "cause": "problem",
    "earlier": "earlier mapping",
    "near": "other name",
    "referenceNumber": "number",
    "serviceItems": "item",
    "skuCode": "item",
    "skuName": "item",
    "usedBy": "items that use it",
}
"""Last part of a placeholder -> what the message says instead, since it goes to many accounts."""

CSV_COLUMNS = (
    "Folder", "Account", "Owner", "Tags", "Verdict", "Couldn't be read", "Checked on", "Phase", "Open problems",
    "Problems that block the export", "Accepted problems", "Fix first", "Blocked transactions", "Blocked amount",
    "Not checked (percent)", "Confirmed checks", "Files", "Oldest file", "Age of the oldest file (hours)", "Files without a date",
    "Previous verdict", "New", "Back again", "Fixed", "Not checked now", "Only our check changed", "What changed", "Failed checks",
    "Checks not done", "Expiring in the next 30 days", "Next to expire", "Report",
    "Blocked amounts that are unreadable",
)  # fmt: skip


def headline(number: int, total: int, verdict: str) -> str:
    """Return the headline, such as "312 of 1,000 accounts: don't export yet"."""
    lowered = _lowered(verdict)
    if number == total:
        return f"{accounts(total)}: {lowered}" if total == 1 else f"All {accounts(total)}: {lowered}"
    return f"{number:,} of {accounts(total)}: {lowered}"


def failed_check(title: str) -> str:
    """Return the heading of a problem whose rule has no words for it, such as "Failed check: “Each item has an account”"."""
    return f"Failed check: “{title}”"


def accounts(number: int) -> str:
    """Return a number of accounts, such as "12 accounts"."""
    return count(number, "account")


def audited(number: int, when: datetime) -> str:
    """Return how many accounts were checked when, such as "1,000 accounts, checked November 20, 2026, 6:00 PM"."""
    return f"{accounts(number)}, checked {format_time(when)}"


def changes(added: int, regressed: int, fixed: int) -> str:
    """Return all three numbers of changes, such as "41 new, 0 back again, 12 fixed"."""
    return f"{added:,} new, {regressed:,} back again, {fixed:,} fixed"


def nonzero_changes(added: int, regressed: int, fixed: int) -> str:
    """Return the numbers of changes that aren't zero, such as "3 new, 12 fixed"; empty if all are."""
    labeled = ((added, "new"), (regressed, "back again"), (fixed, "fixed"))
    return ", ".join(f"{number:,} {label}" for number, label in labeled if number)


def account_changes(worse: int, better: int, new: int, gone: int) -> str:
    """Return how accounts changed, such as "5 accounts got worse, 3 got better; 2 accounts added"; empty if none did."""
    parts = []
    if worse or better:
        parts.append(f"{accounts(worse)} got worse, {better:,} got better")
    if new or gone:
        arrivals = [f"{accounts(new)} added"] if new else []
        arrivals += [f"{gone:,} removed" if new else f"{accounts(gone)} removed"] if gone else []
        parts.append(", ".join(arrivals))
    return "; ".join(parts)


def now_unknown(number: int) -> str:
    """Return the number of problems that couldn't be checked again, such as "4 not checked now"."""
    return f"{number:,} not checked now"


def rule_changed(number: int) -> str:
    """Return the number of changes that only changed rules caused, such as "6 only because our check changed"."""
    return f"{number:,} only because our check changed"


def since(when: datetime) -> str:
    """Return the day of the last audit, such as "Since November 13, 2026"."""
    return f"Since {format_date(when)}"


def audits_so_far(number: int, first: datetime) -> str:
    """Return the number of audits, such as "Audits so far: 9, the first on September 25, 2026"."""
    return f"{AUDITS_SO_FAR}: {number:,}, the first on {format_date(first)}"


def percent(percentage: float) -> str:
    """Return a percentage such as "18%". It is rounded, but only exactly 0 and 100 read as 0% and 100%."""
    rounded = round(percentage)
    if percentage > 0 and rounded == 0:
        return "<1%"
    return ">99%" if percentage < 100 and rounded == 100 else format_percent(Decimal(rounded) / 100)


def unchecked_share(percentage: float) -> str:
    """Return the part of the rules that weren't checked, such as "18% of the checks that apply, on average"."""
    return f"{percent(percentage)} of the checks that apply, on average"


def age(old: timedelta) -> str:
    """Return an age such as "20 min", "3 hours" or "12 days"."""
    return "future date" if old < timedelta(0) else _age(old)


def _age(old: timedelta) -> str:
    minutes = int(old.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} min"
    return count(minutes // 60, "hour") if minutes < 48 * 60 else count(round(minutes / (24 * 60)), "day")


def old(age: timedelta | None) -> str:
    """Return how old an account's oldest file is, such as "files 8 days old"."""
    return (
        "files of unknown age"
        if age is None
        else f"files {_age(age)} old"
        if age >= timedelta(0)
        else "files dated in the future"
    )


def as_of(verdict: str, moment: str) -> str:
    """Return a verdict on a moment that is past, such as "No problems in: setup, as of November 20, 2026 (8 days ago)"."""
    return f"{verdict}, as of {moment}"


def past(number: int, total: int) -> str:
    """Return how many verdicts are about a moment that is past, such as "12 verdicts are from more than 4 hours ago"."""
    verdicts = "All verdicts" if number == total > 1 else count(number, "verdict")
    return f"{verdicts} {'is' if number == 1 else 'are'} from more than 4 hours ago"


def confirmed(number: int) -> str:
    """Return the number of checks that people confirmed, such as "2 confirmed"; empty for none."""
    return f"{number:,} confirmed" if number else ""


def confirmed_checks(number: int, in_accounts: int) -> str:
    """Return how many checks people confirmed, such as "8 checks confirmed by people, in 5 accounts"."""
    return f"{count(number, 'check')} confirmed by people, in {accounts(in_accounts)}"


def shown(owners: Sequence[str], tags: Sequence[str]) -> str:
    """Return to which accounts an audit is cut down, such as "Only accounts of team-a with the tag west"; empty if to none."""
    if not owners and not tags:
        return ""
    named = [owner for owner in owners if owner]
    parts = ["Only accounts"]
    parts += [f"of {join_words(named, 'or')}"] if named else []
    parts += [f"{'or ' if named else ''}without an owner"] if len(named) < len(owners) else []
    parts += [f"with the {'tag' if len(tags) == 1 else 'tags'} {join_words(tags)}"] if tags else []
    return " ".join(parts)


def owner_counts(total: int, verdicts: Mapping[Verdict, int]) -> str:
    """Return an owner's numbers of accounts, such as "12 accounts (don't export yet: 3, no problems: 9)"."""
    parts = [f"{_lowered(COLUMN_VERDICTS[verdict])}: {number:,}" for verdict, number in verdicts.items() if number]
    return f"{accounts(total)} ({', '.join(parts)})"


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]


def to_fix(number: int) -> str:
    """Return the number of problems to fix, such as "3 problems to fix"."""
    return f"{count(number, 'problem')} to fix"


def to_review(number: int) -> str:
    """Return the number of warnings to review, such as "2 warnings to review"."""
    return f"{count(number, 'warning')} to review"


def expiring_in(number: int, first: str, last: str, *, expired: bool) -> str:
    """Return in how many accounts something expires and when, such as "37 accounts, November 22, 2026, to December 19, 2026"."""
    when = first if first == last else f"{first}, to {last}"
    return f"{accounts(number)}, {'expired ' if expired else ''}{when}"


def file_ages(oldest: str, median: str) -> str:
    """Return the ages of files, such as "Oldest 41 days, median 2 days"."""
    return f"Oldest {oldest}, median {median}"


def account_with_oldest_file(account: str) -> str:
    """Return which account has the oldest file, such as "The oldest is from Acme"."""
    return f"The oldest is from {account}"


def unknown_file_ages(number: int) -> str:
    """Return in how many accounts the age of the files isn't known, such as "Unknown for 3 accounts"."""
    return f"Unknown for {accounts(number)}"


def blocked(transactions: int, amount: Decimal, unreadable: int) -> str:
    """Return the blocked transactions, such as "41 transactions ($23,410.00 plus 1 unreadable amount)"."""
    return f"{count(transactions, 'transaction')} ({format_sum(amount, unreadable)})"


def blocks(transactions: str) -> str:
    """Return what an account's problems block, such as "Blocks 41 transactions ($23,410.00)"."""
    return f"Blocks {transactions}"


def short_money(amount: float) -> str:
    """Return a short amount of money for a narrow column, such as "$940", "$23K" or "$1.2M"."""
    if amount >= 999_500:
        return f"${amount / 1_000_000:.1f}M"
    return f"${amount / 1000:.0f}K" if amount >= 9_995 else f"${amount:,.0f}"


def name_and_place(name: str, place: str) -> str:
    """Return the name of an account that isn't the only one with this name, such as "Northwind (west/northwind)"."""
    return f"{name} ({place})"


def in_transactions(transactions: int, unreadable: int) -> str:
    """Return in how many transactions an amount is, such as "in 41", and how many amounts aren't in it."""
    return f"in {transactions:,}" + (f", plus {count(unreadable, 'unreadable amount')}" if unreadable else "")


def not_checked(number: int) -> str:
    """Return the number of rules that weren't checked, such as "6 checks couldn't be done"."""
    return f"{count(number, 'check')} couldn't be done"


def look_counts(counts: Mapping[str, int]) -> str:
    """Return how many rules have each look, such as "3 to fix, 1 not checked"."""
    return ", ".join(f"{number:,} {LOOK_LABELS[look]}" for look, number in counts.items())


def rule_counts(failed: int, unknown: int, accepted: int) -> str:
    """Return in how many accounts a rule has which outcome, such as "37 accounts, not checked in 12, accepted in 2"."""
    parts = [accounts(failed)] if failed else []
    parts += [f"not checked in {unknown:,}"] if unknown else []
    parts += [f"accepted in {accepted:,}"] if accepted else []
    return ", ".join(parts)


def problems(number: int) -> str:
    """Return a number of problems, such as "3 problems"."""
    return count(number, "problem")


def more_in_csv(number: int) -> str:
    """Return how many items a list on the page omits, such as "and 12 more. The CSV file of this audit lists all of them."."""
    return f"and {number:,} more. The CSV file of this audit lists all of them."


def more_in_mail_merge(number: int) -> str:
    """Return how many messages the page omits, such as "and 12 more. The CSV for a mail merge has all of them."."""
    return f"and {number:,} more. The CSV for a mail merge has all of them."


def more(number: int) -> str:
    """Return how many items a list omits, such as "and 12 more"."""
    return f"and {number:,} more"


def name_list(names: Sequence[str], limit: int) -> str:
    """Return names up to a limit, such as "acme, bolt, and 12 more"."""
    rest = [f"{len(names) - limit:,} more"] if len(names) > limit else []
    return join_words([*names[:limit], *rest])


def checked_on(when: datetime) -> str:
    """Return when an unchanged account was checked, such as "checked November 13, 2026"."""
    return f"checked {format_date(when)}"


def expired_on(when: datetime) -> str:
    """Return when an answer or waiver expired, such as "expired November 3, 2026"."""
    return f"expired {format_date(when)}"


def expiring(soon: int, expired: int) -> str:
    """Return what expires, such as "12 answers, confirmations or accepted problems expire soon. 3 have expired"."""
    what = ("answer, confirmation or accepted problem", "answers, confirmations or accepted problems")
    if not soon:
        return f"{count(expired, *what)} {'has' if expired == 1 else 'have'} expired"
    text = f"{count(soon, *what)} {'expires' if soon == 1 else 'expire'} soon"
    return f"{text}. {expired:,} {'has' if expired == 1 else 'have'} expired" if expired else text


def trend(values: tuple[int | None, ...]) -> str:
    """Return the values of a sparkline in words, such as "5, unknown, 3"."""
    return ", ".join(NOT_KNOWN if value is None else f"{value:,}" for value in values)


def chart_description(number: int, first: datetime, last: datetime) -> str:
    """Return what the chart of the audits so far shows."""
    return f"Accounts by verdict in {count(number, 'audit')}, from {format_date(first)} to {format_date(last)}"


def open_problems_from_to(before: int, now: int) -> str:
    """Return how the number of open problems changed, such as "Open problems: 512 → 431"."""
    return f"{OPEN_PROBLEMS}: {before:,} \u2192 {now:,}"


def own_rules() -> str:
    """Return the note that the user's rules replaced the shipped ones."""
    return "Only your own checks ran, not the ones that come with ExportReady"


def left_out(number: int) -> str:
    """Return how many rules were left out, such as "3 checks were left out"."""
    return f"{count(number, 'check')} {'was' if number == 1 else 'were'} left out"


def placeholder(name: str) -> str:
    """Return what a message says instead of a placeholder, such as "[item]" for `code`."""
    last = name.rpartition(".")[2]
    owner = name.split(".")[-2] if "." in name else ""
    if last == "name" and owner not in ("", "parent"):
        last = owner
    return f"[{PLACEHOLDERS.get(last) or re.sub(r'(?<=[a-z])(?=[A-Z])', ' ', last).lower()}]"


def quicker(above: int) -> str:
    """Return the title of the quicker steps for many records, such as "Faster, if there are more than 5:"."""
    return f"Faster, if there are more than {above:,}:"


def page_title(number: int, when: datetime, shown: str) -> str:
    """Return the title of the page. `shown`: to which accounts the audit is cut down."""
    return ". ".join(filter(None, (f"{TITLE}: {audited(number, when)}", shown)))
