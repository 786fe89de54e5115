"""Every word of the report over many accounts, beside those that it shares with the report of one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from exportready.model.report import Verdict
from exportready.reporters.words import VERDICTS, count, day, moment

ORDER = (Verdict.NOT_READY, Verdict.CANNOT_TELL, Verdict.READY_WITH_WARNINGS, Verdict.READY)
"""The worst first."""

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
NOTHING_MOVED = "Nothing is different."
NOT_CHECKED_SHARE = "Not checked"
EVIDENCE = "Age of the files"
WAITS = "Waits"
NOTHING_WAITS = "Nothing waits on a problem."
LOOK_FIRST = "Look at these first"
NOTHING_TO_LOOK_AT = "No account needs a look."
MOST_FAIL = "What most accounts fail"
NOTHING_FAILS = "No account fails a practice."
LAPSES_SOON = "Lapses within 30 days"
NOTHING_LAPSES = "Nothing lapses within 30 days."
AUDITS = "The audits so far"
OPEN_PROBLEMS = "Open problems"
AUDIT_HEADS = ("Audit", *(VERDICTS[one] for one in ORDER), "Could not be read", OPEN_PROBLEMS)

ACCOUNTS = "The accounts"
ACCOUNTS_INTRO = (
    "One row an account, one column an area. A number says how many practices stand so; "
    "a ? behind it says that something else in the area could not be checked."
)
HEADS = ("Account", "Verdict", "Problems", "Waits", "Not checked", "Oldest file", "New", "Back", "Fixed", "Trend")
LOOKS: Mapping[str, str] = {
    "fix": "to fix",
    "look": "to look at",
    "unknown": "not checked",
    "know": "good to know",
    "fine": "checked, fine",
    "none": "does not apply",
}
NOT_JUDGED = "not part of this check"
NOT_KNOWN = "not known"
FIRST_TIME = "new here"
SHOW_THEM = "Show them in the table"
FILTER = "Filter the accounts"
SEARCH = "Name"
ANY_VERDICT = "Any verdict"
ANY_AREA = "Any area"
ANY_LOOK = "However it stands"
ANY_RULE = "Any practice"
RULE_STATES: Mapping[str, str] = {"f": "fails it", "u": "not checked", "w": "accepted"}
ONLY_CHANGED = "Changed since the last audit"
ONLY_BROKEN = "Could not be read"
RESET = "Show all"
MORE_ROWS = "Show more"
OF = "{} of {}"

CHANGES = "What changed since the last audit"
CHANGES_BY_RULE = "By practice"
CHANGES_BY_ACCOUNT = "By account"
CHANGE_HEADS = ("New", "Back again", "Fixed", "Can no longer be told")
RULE_CHANGED = "Only the practice changed"
RULE_CHANGED_INTRO = "The practice is another now, so these came or went without anything that the customer did."
PRACTICE = "Practice"
WAS = "Was"
IN_CSV = "-o csv:accounts.csv lists all"

PRACTICES = "Practice by practice"
PRACTICES_INTRO = "Who fails what, and a message ready to be sent to them. The practices that most accounts fail come first."
WHO_FAILS = "Who fails it"
WHO_IS_UNTOLD = "Where it could not be checked"
WHO_ACCEPTED = "Who accepted it"
MESSAGE = "A message to them"
NO_PRACTICE = "Every practice that was judged is fine, or does not apply, in every account."
HELD = "Practices that nobody fails, wherever they apply in the accounts that were judged"

LAPSES = "What lapses within 30 days"
LAPSES_INTRO = "Answers and accepted problems that count no more from then on, the next first."
LAPSE_HEADS = ("Counts until", "Account", "What")
BROKEN = "What could not be read"
BROKEN_INTRO = "These accounts count as «Can't say yet» at best: nothing in what could not be read was checked."
BROKEN_HEADS = ("Account", "File", "Why")
WHOLE_ACCOUNT = "all of it"
GONE = "Gone since the last audit"
PASSED_OVER = "Passed over, since it is no account"
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
"""What stands for a record's own value in a text that goes to many."""

CSV = (
    "Place", "Account", "Verdict", "Could not be read", "Checked on", "Phase", "Open problems", "Problems that stop the export",
    "Accepted problems", "First to mend", "Transactions waiting", "Money waiting", "Not checked, in percent", "Files", "Oldest file",
    "Files without date", "Verdict before", "New", "Back again", "Fixed", "Can no longer be told", "Only the practice changed",
    "What changed", "Fails", "Not checked", "Lapses within 30 days", "Next lapse", "Report",
)  # fmt: skip


def headline(number: int, of: int, verdict: str) -> str:
    """312 of 1,000 accounts: don't export yet."""
    told = verdict[:1].lower() + verdict[1:]
    if number == of:
        return f"{accounts(of)}: {told}" if of == 1 else f"All {accounts(of)}: {told}"
    return f"{number:,} of {accounts(of)}: {told}"


def not_so(title: str) -> str:
    """Said of a practice that has no words of its own for where it fails."""
    return f"Not so: {title}"


def accounts(number: int) -> str:
    """12 accounts."""
    return count(number, "account")


def audited(number: int, when: datetime) -> str:
    """1,000 accounts, checked 20 November 2026, 6:00 PM."""
    return f"{accounts(number)}, checked {moment(when)}"


def broken(number: int) -> str:
    """3 accounts could not be read whole."""
    return f"{accounts(number)} could not be read whole"


def moved(added: int, regressed: int, fixed: int) -> str:
    """41 new, 3 back again, 12 fixed."""
    return f"{added:,} new, {regressed:,} back again, {fixed:,} fixed"


def moved_some(added: int, regressed: int, fixed: int) -> str:
    """3 new, 12 fixed: only what there is."""
    told = ((added, "new"), (regressed, "back again"), (fixed, "fixed"))
    return ", ".join(f"{number:,} {word}" for number, word in told if number)


def swung(worse: int, better: int, new: int, gone: int) -> str:
    """5 accounts got worse, 3 better; 2 are new, 1 is gone."""
    parts = []
    if worse or better:
        parts.append(f"{accounts(worse)} got worse, {better:,} better")
    here = [f"{new:,} new"] if new else []
    here += [f"{gone:,} gone"] if gone else []
    parts += [f"accounts: {', '.join(here)}"] if here else []
    return "; ".join(parts)


def untold_now(number: int) -> str:
    """4 can no longer be told."""
    return f"{number:,} can no longer be told"


def rule_changed(number: int) -> str:
    """6 only because the practice changed."""
    return f"{number:,} only because the practice changed"


def since(when: datetime) -> str:
    """Since 13 November 2026."""
    return f"Since {day(when)}"


def so_far(number: int, first: datetime) -> str:
    """The audits so far: 9, the first on 25 September 2026."""
    return f"{AUDITS}: {number:,}, the first on {day(first)}"


def percent(share: float) -> str:
    """18 %; never 0 % where something is left, nor 100 % where something is not."""
    whole = round(share)
    if share > 0 and whole == 0:
        return "<1 %"
    return ">99 %" if share < 100 and whole == 100 else f"{whole} %"


def share(part: float) -> str:
    """18 % of the practices that apply, on average."""
    return f"{percent(part)} of the practices that apply, on average"


def age(old: timedelta) -> str:
    """20 min, 3 h, 12 days."""
    minutes = int(old.total_seconds() // 60)
    if minutes < 0:
        return "dated later"
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else count(minutes // (24 * 60), "day")


def ages(oldest: str, whose: str, median: str) -> str:
    """Oldest 41 days (Acme), median 2 days."""
    return f"Oldest {oldest} ({whose}), median {median}"


def ages_unknown(number: int) -> str:
    """Not known for 3 accounts."""
    return f"Not known for {accounts(number)}"


def waits(transactions: int, amount: str) -> str:
    """41 transactions ($23,410.00)."""
    return f"{count(transactions, 'transaction')} (${amount})"


def short_money(amount: float) -> str:
    """$940, $23k, $1.2M."""
    if amount >= 999_500:
        return f"${amount / 1_000_000:.1f}M"
    return f"${amount / 1000:.0f}k" if amount >= 9_995 else f"${amount:,.0f}"


def which(name: str, place: str) -> str:
    """Northwind (west/northwind): where several have the name."""
    return f"{name} ({place})"


def inside(transactions: int) -> str:
    """In how many transactions the money is."""
    return f"in {transactions:,}"


def not_checked(number: int) -> str:
    """6 practices not checked."""
    return f"{count(number, 'practice')} not checked"


def standing(parts: Mapping[str, int]) -> str:
    """3 to fix, 1 not checked."""
    return ", ".join(f"{number:,} {LOOKS[look]}" for look, number in parts.items())


def fails(number: int) -> str:
    """37 accounts fail it."""
    return f"{accounts(number)} {'fails' if number == 1 else 'fail'} it"


def untold(number: int) -> str:
    """Of 12 it cannot be told."""
    return f"not checked in {number:,}"


def accepted(number: int) -> str:
    """Accepted in 2."""
    return f"accepted in {number:,}"


def problems(number: int) -> str:
    """3 problems."""
    return count(number, "problem")


def more_in_csv(number: int) -> str:
    """And 12 more; -o csv:accounts.csv lists all."""
    return f"and {number:,} more; {IN_CSV}"


def more(number: int) -> str:
    """And 12 more."""
    return f"and {number:,} more"


def checked_on(when: datetime) -> str:
    """Said of an account whose files did not change: checked 13 November 2026."""
    return f"checked {day(when)}"


def lapsed(when: datetime) -> str:
    """Lapsed 3 November 2026."""
    return f"lapsed {day(when)}"


def lapses(soon: int, lapsed: int) -> str:
    """12 answers and accepted problems lapse; 3 have lapsed already."""
    told = f"{count(soon, 'answer or accepted problem', 'answers and accepted problems')} {'lapses' if soon == 1 else 'lapse'}"
    return f"{told}; {lapsed:,} {'has' if lapsed == 1 else 'have'} lapsed already" if lapsed else told


def trend(values: tuple[int | None, ...]) -> str:
    """5, not known, 3: what the line shows, in words."""
    return ", ".join(NOT_KNOWN if value is None else f"{value:,}" for value in values)


def audits(number: int, first: datetime, last: datetime) -> str:
    """What the picture of the audits shows."""
    return f"Accounts by verdict, and open problems, in {count(number, 'audit')} from {day(first)} to {day(last)}"


def open_now(before: int, now: int) -> str:
    """Open problems: 512 -> 431."""
    return f"{OPEN_PROBLEMS}: {before:,} \u2192 {now:,}"


def own_rules() -> str:
    """Where somebody's own rules judged."""
    return "Only your own practices were checked, none of those that ExportReady brings"


def left_out(number: int) -> str:
    """3 practices were left out."""
    return f"{count(number, 'practice')} {'was' if number == 1 else 'were'} left out"


def placeholder(name: str) -> str:
    """The [item], for a record's own value."""
    last = name.rpartition(".")[2]
    owner = name.split(".")[-2] if "." in name else ""
    if last == "name" and owner not in ("", "parent"):
        last = owner
    return f"[{PLACEHOLDERS.get(last) or re.sub(r'(?<=[a-z])(?=[A-Z])', ' ', last).lower()}]"


def quicker(above: int) -> str:
    """Quicker, if there are more than 5."""
    return f"Quicker, if there are more than {above:,}:"


def page_title(number: int, when: datetime) -> str:
    """The window's title."""
    return f"{TITLE}: {audited(number, when)}"
