"""What is still needed of an account, and saving answers and confirmations: all of them or none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from msgspec.structs import replace

from exportready.account import reading
from exportready.account.replies import Answer
from exportready.account.writing import Change, add_confirmations, apply_changes
from exportready.app import accounts, answering, asking, checks, files, ledger, saved, stored
from exportready.app.accounts import ACCOUNT_FILE, account, answers_text
from exportready.app.answering import Context
from exportready.app.asking import UNKNOWN
from exportready.app.file_cards import REPLACES
from exportready.app.home import Home, locked, write
from exportready.app.saved import AllSaved, Saved
from exportready.app.stored import Last
from exportready.app.values import Answered, Needed, Question, Rejected
from exportready.model.display import format_date, format_time
from exportready.model.evidence import Confirmation
from exportready.policy.confirmations import BatchState
from exportready.reporters.text import clean
from exportready.schema.mistakes import MistakesFound

__all__ = ["UNKNOWN", "fresh", "needed", "save"]
MAX_NAME = 100


def needed(home: Home, account_id: str, phase: str, at: datetime) -> Needed:
    """Return what the last check of a phase left open and has no answer yet; nothing if there was none. Raises NotFound.

    It never starts a check.
    """
    account(home, account_id)
    last = stored.last(home, account_id, phase)
    if last is None:
        return Needed()
    marked = saved.read(home, account_id)
    try:
        known = accounts.answers(home, account_id, at)
    except Rejected:  # the check says so too
        known = reading.read(b"", ACCOUNT_FILE)
    return asking.needed(last, known, marked.answers, at)


def fresh(home: Home, account_id: str, phase: str, at: checks.Moment) -> tuple[Question, ...]:
    """Return all open questions and confirmations as of now; if anything changed since the last check, check first, without storing it.

    Raises NotFound, Rejected.
    """
    return asking.asked(checks.up_to_date(home, account_id, phase, at).report)


def save(
    home: Home, account_id: str, answers: Mapping[str, object], confirmations: Mapping[str, bool | str], by: str, at: datetime
) -> None:
    """Save answers and confirmations in the account's account.yaml: all of them or none.

    The keys are the ids or paths of questions, and the ids of rules. The values are choices, what was typed, or UNKNOWN.
    Raises NotFound; Rejected with the first that can't be saved.
    """
    at = account(home, account_id).moment or at
    for key in [key for key in answers if key.partition(":")[0].partition(".")[0] == REPLACES]:
        files.decide(home, account_id, key[len(REPLACES) + 1 :], str(answers[key]), at)
        answers = {name: value for name, value in answers.items() if name != key}
    found = _last(home, account_id, at, wants_confirmations=bool(confirmations))
    with locked(home, account_id):
        accounts.answers(home, account_id, at)
        text = answers_text(home, account_id, at)
        context = _context(home, account_id, text, found, _who(by), at)
        looked = {rule: value for rule, value in confirmations.items() if isinstance(value, bool)}
        made = answering.confirmed(looked, context)
        if wrong := next(
            (rule for rule, value in confirmations.items() if not isinstance(value, bool) and value != UNKNOWN), None
        ):
            raise Rejected(f"{wrong[:80]}: a confirmation is true or false.")
        text = _read_back(_with(text, answering.changes(answers, context), made))
        marked = _marked(home, account_id, found, answers, confirmations, context)
        write(home.snapshot(account_id) / ACCOUNT_FILE, text.encode())
        saved.keep(home, account_id, marked)


def _with(text: str, changes: list[Change], made: list[Confirmation]) -> str:
    text = apply_changes(text, changes) if changes else text
    return add_confirmations(text, made) if made else text


def _read_back(text: str) -> str:
    """Return account.yaml if it can be read. Raises Rejected with the first mistake that an answer made in it."""
    try:
        reading.read(text.encode(), ACCOUNT_FILE)
    except MistakesFound as error:
        raise Rejected(f"This can't be saved: {error.mistakes[0].message}.") from error
    return text


def _who(by: str) -> str:
    name = clean(by)[:MAX_NAME]
    if not name:
        raise Rejected("Enter your name. It goes on the report.")
    return name


def _last(home: Home, account_id: str, at: datetime, *, wants_confirmations: bool) -> list[Last]:
    """Return the last check of each phase. A confirmation needs one, since it says what exactly is confirmed."""
    account(home, account_id)
    found = [last for phase in checks.PHASES if (last := stored.last(home, account_id, phase)) is not None]
    if not found and wants_confirmations:
        found = [checks.up_to_date(home, account_id, checks.BEFORE, at)]
    return sorted(found, key=lambda one: one.beside.made, reverse=True)


def _context(home: Home, account_id: str, text: str, found: list[Last], by: str, at: datetime) -> Context:
    known = reading.read(text.encode(), ACCOUNT_FILE)
    known_files = ledger.read(home, account_id).files
    kinds = (str, bool, Decimal)
    values: dict[str, Answer] = {
        path: value for path, value in known.answers.records[0].fields.items() if isinstance(value, (*kinds, datetime))
    }
    return Context(
        reports=tuple(one.report for one in found),
        state=found[0].beside.state if found else BatchState(),
        known=values,
        earlier=tuple(one.asked for one in saved.read(home, account_id).answers.values() if one.asked is not None),
        stated=known.confirmations,
        digests={name: kept.recognized.sha256 for name, kept in known_files.items()},
        undated=tuple(name for name, kept in known_files.items() if kept.recognized.dated is None and kept.recognized.kinds),
        by=by,
        at=at,
    )


def _marked(
    home: Home,
    account_id: str,
    found: list[Last],
    answers: Mapping[str, object],
    confirmations: Mapping[str, object],
    context: Context,
) -> AllSaved:
    """Return saved.json with what is answered now."""
    before = saved.read(home, account_id)
    number = before.number + 1
    marked = dict(before.answers)
    asked = [one for last in found for one in asking.asked(last.report)]
    asked += [one.question for one in before.answers.values() if one.question.id not in {other.id for other in asked}]
    for key, value in answers.items():
        path = answering.path_for(key, context)
        for question in asked:
            if question.path == path:
                marked[question.id] = _answer(question, value, number, context)
    for key, value in confirmations.items():
        rule = key.removeprefix("confirm:")
        looked = next((one for one in asked if one.rule == rule), None)
        if looked is not None:
            marked[looked.id] = _answer(looked, value, number, context)
    return AllSaved(number, marked)


def _answer(question: Question, value: object, number: int, context: Context) -> Saved:
    text = _as_text(question, value)
    lasts = asking.lasts_of(question.path) if question.path is not None else None
    return Saved(
        number=number,
        question=replace(question, answered=None),
        answered=Answered(
            by=context.by,
            at=context.at,
            until=context.at + lasts if lasts is not None else None,
            value=text,
            label=_label(question, text),
        ),
        asked=context.question(question.id),
    )


def _as_text(question: Question, value: object) -> str:
    """Return an answer as a text that says the same if it is saved again."""
    if isinstance(value, list):
        nothing = question.choices[-1].value if question.choices else ""
        return ", ".join(map(str, value)) or nothing
    return _YES_NO[value] if isinstance(value, bool) else str(value)


_YES_NO = {True: "yes", False: "no"}


def _label(question: Question, text: str) -> str:
    """Return an answer in words for people."""
    if text == UNKNOWN:
        return "I don't know"
    try:
        return format_time(datetime.fromisoformat(text)) if "T" in text else format_date(date.fromisoformat(text))
    except ValueError:
        return next((choice.label for choice in question.choices if choice.value == text), text)
