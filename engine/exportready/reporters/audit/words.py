"""All texts of the reports on an audit, except those shared with the report on one account."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from exportready.model.report import Verdict
from exportready.reporters.words import VERDICTS, count, day, moment

ORDER = (Verdict.NOT_READY, Verdict.CANNOT_TELL, Verdict.READY_WITH_WARNINGS, Verdict.READY)
"""The order in which verdicts are shown: the worst first."""

TITLE = "How your accounts stand"
NO_ACCOUNT = "No account was found"
NO_ACCOUNT_MEANING = "Nothing was checked."
MEANINGS: Mapping[Verdict, str] = {
    Verdict.NOT_READY: "Something in them would stop the export or send it to the wrong place.",
    Verdict.CANNOT_TELL: "Nothing was found that must be fixed, but something that matters could not be checked.",
    Verdict.READY_WITH_WARNINGS: "Nothing stops an export, but look at the points below before it starts.",
    Verdict.READY: "Nothing was found that stands in the way of an export.",
}
VERDICT = "Verdict"
VERDICT_BAR = "Accounts by verdict"
COULD_NOT_BE_READ = "of these could not be read"
SINCE_LAST = "Since the last audit"
FIRST_AUDIT = "This is the first audit: there is none to compare with."
NOTHING_CHANGED = "Nothing is different."
NOT_CHECKED = "Not checked"
FILE_AGES = "Age of the files"
BLOCKED = "Waits"
LOOK_FIRST = "Look at these first"
NOTHING_TO_LOOK_AT = "No account needs a look."
MOST_FAIL = "What most accounts fail"
NOTHING_FAILS = "No account fails a practice."
EXPIRING_SOON = "Lapses within 30 days"
NOTHING_EXPIRES = "Nothing lapses within 30 days."
AUDITS_SO_FAR = "The audits so far"
OPEN_PROBLEMS = "Open problems"
AUDIT_COLUMNS = ("Audit", *(VERDICTS[verdict] for verdict in ORDER), "Could not be read", OPEN_PROBLEMS)

ACCOUNTS = "The accounts"
ACCOUNTS_INTRO = (
    "One row an account, one column an area. A number says how many practices stand so; "
    "a ? behind it says that something else in the area could not be checked."
)
ACCOUNT_COLUMNS = ("Account", "Verdict", "Problems", "Waits", "Not checked", "Oldest file", "New", "Back", "Fixed", "Trend")
LOOK_LABELS: Mapping[str, str] = {
    "fix": "to fix",
    "look": "to look at",
    "unknown": "not checked",
    "know": "good to know",
    "fine": "checked, fine",
    "none": "does not apply",
}
NOT_JUDGED = "not part of this check"
NOT_KNOWN = "not known"
NEW_ACCOUNT = "new here"
SHOW_THEM = "Show them in the table"
FILTER = "Filter the accounts"
SEARCH = "Name"
ANY_VERDICT = "Any verdict"
ANY_AREA = "Any area"
ANY_LOOK = "However it stands"
ANY_RULE = "Any practice"
RULE_STATES: Mapping[str, str] = {"f": "fails it", "u": "not checked", "w": "accepted"}
ONLY_CHANGED = "Changed since the last audit"
ONLY_UNREADABLE = "Could not be read"
RESET = "Show all"
MORE_ROWS = "Show more"
COUNT_OF_TOTAL = "{} of {}"

CHANGES = "What changed since the last audit"
CHANGES_BY_RULE = "By practice"
CHANGES_BY_ACCOUNT = "By account"
CHANGE_COLUMNS = ("New", "Back again", "Fixed", "Can no longer be told")
RULE_CHANGED = "Only the practice changed"
RULE_CHANGED_INTRO = "The practice is another now, so these came or went without anything that the customer did."
RULE = "Practice"
OLD_VERDICT = "Was"
SEE_CSV = "-o csv:accounts.csv lists all"

RULES = "Practice by practice"
RULES_INTRO = "Who fails what, and a message ready to be sent to them. The practices that most accounts fail come first."
WHO_FAILS = "Who fails it"
WHERE_NOT_CHECKED = "Where it could not be checked"
WHO_ACCEPTED = "Who accepted it"
MESSAGE = "A message to them"
NO_RULES_TO_SHOW = "Every practice that was judged is fine, or does not apply, in every account."
PASSED_RULES = "Practices that nobody fails, wherever they apply in the accounts that were judged"

EXPIRING = "What lapses within 30 days"
EXPIRING_INTRO = "Answers and accepted problems that count no more from then on, the next first."
EXPIRING_COLUMNS = ("Counts until", "Account", "What")
UNREADABLE = "What could not be read"
UNREADABLE_INTRO = "These accounts count as «Can't say yet» at best: nothing in what could not be read was checked."
UNREADABLE_COLUMNS = ("Account", "File", "Why")
WHOLE_ACCOUNT = "all of it"
GONE = "Gone since the last audit"
SKIPPED = "Passed over, since it is no account"
LEFT_OUT = "Practices that were left out"
HASHED = "The names of the customers' records are kept as hashes only."
NOT_HASHED = "The names of the customers' records are kept as they are in the books."

MESSAGE_BEGIN = "Hello,\n\nwe looked at your files {} the export to QuickBooks, and one thing needs your attention: {}"
MESSAGE_BEFORE, MESSAGE_AFTER, MESSAGE_BOTH = "before", "after", "around"
BRACKETS = "What stands in [brackets] is named in your report; ask us for it if you do not have it."
PLACEHOLDERS: Mapping[str, str] = {
    "called": "number",
    "code": "item",
    "cause": "what is wrong",
    "earlier": "the earlier mapping",
    "near": "the other name",
    "referenceNumber": "number",
    "serviceItems": "item",
    "skuCode": "item",
    "skuName": "item",
    "usedBy": "what uses it",
}
"""Last part of a placeholder -> what the message says instead, since it goes to many accounts."""

CSV_COLUMNS = (
    "Place", "Account", "Verdict", "Could not be read", "Checked on", "Phase", "Open problems", "Problems that stop the export",
    "Accepted problems", "First to mend", "Transactions waiting", "Money waiting", "Not checked, in percent", "Files", "Oldest file",
    "Files without date", "Verdict before", "New", "Back again", "Fixed", "Can no longer be told", "Only the practice changed",
    "What changed", "Fails", "Not checked", "Lapses within 30 days", "Next lapse", "Report",
)  # fmt: skip


def headline(number: int, total: int, verdict: str) -> str:
    """Return the headline, such as "312 of 1,000 accounts: don't export yet"."""
    lowered = verdict[:1].lower() + verdict[1:]
    if number == total:
        return f"{accounts(total)}: {lowered}" if total == 1 else f"All {accounts(total)}: {lowered}"
    return f"{number:,} of {accounts(total)}: {lowered}"


def not_so(title: str) -> str:
    """Return the negated title of a rule, for rules that have no words for what is wrong."""
    return f"Not so: {title}"


def accounts(number: int) -> str:
    """Return a number of accounts, such as "12 accounts"."""
    return count(number, "account")


def audited(number: int, when: datetime) -> str:
    """Return how many accounts were checked when, such as "1,000 accounts, checked 20 November 2026, 6:00 PM"."""
    return f"{accounts(number)}, checked {moment(when)}"


def changes(added: int, regressed: int, fixed: int) -> str:
    """Return all three numbers of changes, such as "41 new, 0 back again, 12 fixed"."""
    return f"{added:,} new, {regressed:,} back again, {fixed:,} fixed"


def nonzero_changes(added: int, regressed: int, fixed: int) -> str:
    """Return the numbers of changes that aren't zero, such as "3 new, 12 fixed"; empty if all are."""
    labeled = ((added, "new"), (regressed, "back again"), (fixed, "fixed"))
    return ", ".join(f"{number:,} {label}" for number, label in labeled if number)


def account_changes(worse: int, better: int, new: int, gone: int) -> str:
    """Return how accounts changed, such as "5 accounts got worse, 3 better; accounts: 2 new, 1 gone"; empty if none did."""
    parts = []
    if worse or better:
        parts.append(f"{accounts(worse)} got worse, {better:,} better")
    arrivals = [f"{new:,} new"] if new else []
    arrivals += [f"{gone:,} gone"] if gone else []
    parts += [f"accounts: {', '.join(arrivals)}"] if arrivals else []
    return "; ".join(parts)


def now_unknown(number: int) -> str:
    """Return the number of problems that couldn't be checked again, such as "4 can no longer be told"."""
    return f"{number:,} can no longer be told"


def rule_changed(number: int) -> str:
    """Return the number of changes that only changed rules caused, such as "6 only because the practice changed"."""
    return f"{number:,} only because the practice changed"


def since(when: datetime) -> str:
    """Return the day of the last audit, such as "Since 13 November 2026"."""
    return f"Since {day(when)}"


def audits_so_far(number: int, first: datetime) -> str:
    """Return the number of audits, such as "The audits so far: 9, the first on 25 September 2026"."""
    return f"{AUDITS_SO_FAR}: {number:,}, the first on {day(first)}"


def percent(percentage: float) -> str:
    """Return a percentage such as "18 %". It is rounded, but only 0 and 100 themselves read as such."""
    rounded = round(percentage)
    if percentage > 0 and rounded == 0:
        return "<1 %"
    return ">99 %" if percentage < 100 and rounded == 100 else f"{rounded} %"


def unchecked_share(percentage: float) -> str:
    """Return the part of rules that weren't checked, such as "18 % of the practices that apply, on average"."""
    return f"{percent(percentage)} of the practices that apply, on average"


def age(old: timedelta) -> str:
    """Return an age such as "20 min", "3 h" or "12 days"."""
    minutes = int(old.total_seconds() // 60)
    if minutes < 0:
        return "dated later"
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else count(minutes // (24 * 60), "day")


def file_ages(oldest: str, account: str, median: str) -> str:
    """Return the ages of files, such as "Oldest 41 days (Acme), median 2 days"."""
    return f"Oldest {oldest} ({account}), median {median}"


def unknown_file_ages(number: int) -> str:
    """Return in how many accounts the age of the files isn't known, such as "Not known for 3 accounts"."""
    return f"Not known for {accounts(number)}"


def blocked(transactions: int, amount: str) -> str:
    """Return the blocked transactions, such as "41 transactions ($23,410.00)"."""
    return f"{count(transactions, 'transaction')} (${amount})"


def short_money(amount: float) -> str:
    """Return a short amount of money, such as "$940", "$23k" or "$1.2M"."""
    if amount >= 999_500:
        return f"${amount / 1_000_000:.1f}M"
    return f"${amount / 1000:.0f}k" if amount >= 9_995 else f"${amount:,.0f}"


def name_and_place(name: str, place: str) -> str:
    """Return the name of an account that isn't the only one with this name, such as "Northwind (west/northwind)"."""
    return f"{name} ({place})"


def in_transactions(transactions: int) -> str:
    """Return in how many transactions an amount is, such as "in 41"."""
    return f"in {transactions:,}"


def not_checked(number: int) -> str:
    """Return the number of rules that weren't checked, such as "6 practices not checked"."""
    return f"{count(number, 'practice')} not checked"


def look_counts(counts: Mapping[str, int]) -> str:
    """Return how many rules have each look, such as "3 to fix, 1 not checked"."""
    return ", ".join(f"{number:,} {LOOK_LABELS[look]}" for look, number in counts.items())


def fails(number: int) -> str:
    """Return how many accounts fail a rule, such as "37 accounts fail it"."""
    return f"{accounts(number)} {'fails' if number == 1 else 'fail'} it"


def not_checked_in(number: int) -> str:
    """Return in how many accounts a rule wasn't checked, such as "not checked in 12"."""
    return f"not checked in {number:,}"


def accepted_in(number: int) -> str:
    """Return in how many accounts a rule's findings are accepted, such as "accepted in 2"."""
    return f"accepted in {number:,}"


def problems(number: int) -> str:
    """Return a number of problems, such as "3 problems"."""
    return count(number, "problem")


def more_in_csv(number: int) -> str:
    """Return how many items a list omits and where they are, such as "and 12 more; -o csv:accounts.csv lists all"."""
    return f"and {number:,} more; {SEE_CSV}"


def more(number: int) -> str:
    """Return how many items a list omits, such as "and 12 more"."""
    return f"and {number:,} more"


def name_list(names: Sequence[str], limit: int) -> str:
    """Return names up to a limit, such as "acme, bolt and 12 more"."""
    listed = ", ".join(names[:limit])
    return f"{listed} {more(len(names) - limit)}" if len(names) > limit else listed


def checked_on(when: datetime) -> str:
    """Return when an unchanged account was checked, such as "checked 13 November 2026"."""
    return f"checked {day(when)}"


def expired_on(when: datetime) -> str:
    """Return when an answer or waiver expired, such as "lapsed 3 November 2026"."""
    return f"lapsed {day(when)}"


def expiring(soon: int, expired: int) -> str:
    """Return what expires, such as "12 answers and accepted problems lapse; 3 have lapsed already"."""
    text = f"{count(soon, 'answer or accepted problem', 'answers and accepted problems')} {'lapses' if soon == 1 else 'lapse'}"
    return f"{text}; {expired:,} {'has' if expired == 1 else 'have'} lapsed already" if expired else text


def trend(values: tuple[int | None, ...]) -> str:
    """Return the values of a sparkline in words, such as "5, not known, 3"."""
    return ", ".join(NOT_KNOWN if value is None else f"{value:,}" for value in values)


def chart_description(number: int, first: datetime, last: datetime) -> str:
    """Return what the chart of the audits so far shows."""
    return f"Accounts by verdict, and open problems, in {count(number, 'audit')} from {day(first)} to {day(last)}"


def open_problems_from_to(before: int, now: int) -> str:
    """Return how the number of open problems changed, such as "Open problems: 512 → 431"."""
    return f"{OPEN_PROBLEMS}: {before:,} \u2192 {now:,}"


def own_rules() -> str:
    """Return the note that the user's rules replaced the shipped ones."""
    return "Only your own practices were checked, none of those that ExportReady brings"


def left_out(number: int) -> str:
    """Return how many rules were left out, such as "3 practices were left out"."""
    return f"{count(number, 'practice')} {'was' if number == 1 else 'were'} left out"


def placeholder(name: str) -> str:
    """Return what a message says instead of a placeholder, such as "[item]" for `code`."""
    last = name.rpartition(".")[2]
    owner = name.split(".")[-2] if "." in name else ""
    if last == "name" and owner not in ("", "parent"):
        last = owner
    return f"[{PLACEHOLDERS.get(last) or re.sub(r'(?<=[a-z])(?=[A-Z])', ' ', last).lower()}]"


def quicker(above: int) -> str:
    """Return the title of the quicker steps for many records, such as "Quicker, if there are more than 5:"."""
    return f"Quicker, if there are more than {above:,}:"


def page_title(number: int, when: datetime) -> str:
    """Return the title of the page."""
    return f"{TITLE}: {audited(number, when)}"
