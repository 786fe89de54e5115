"""Turn answers, as the page and the API give them, into changes of account.yaml. Pure: text in, text out, or a refusal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import msgspec
from msgspec.structs import replace

from exportready.account.questions import FILES_TAKEN, NAME, TAKEN_AT, own_question, question_for
from exportready.account.replies import TODAY, Answer, BadReply, is_dont_know, parse_reply
from exportready.account.writing import Change, changes_for
from exportready.app.asking import UNKNOWN, path_of
from exportready.app.values import Rejected
from exportready.kinds import KINDS
from exportready.kinds.account import ALL, BATCH, BY_PATH, FILE_MODE, LISTS, MAPS, NONE_THERE, PART, SOME
from exportready.kinds.headings import squash
from exportready.model.display import join_words
from exportready.model.evidence import Confirmation
from exportready.model.questions import OpenQuestion
from exportready.model.report import Outcome, Report, RuleResult
from exportready.policy.confirmations import BatchState, given, open_confirmations
from exportready.schema.times import parse_time

MAX_TEXT = 500
MAX_ENTRIES = 1_000
_COVERS = (ALL, BATCH, PART, NONE_THERE, SOME)
_IDS = ("answer", "covers", "columns", "takenAt")


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What the answers are about: the checks in which the questions were asked, and what is known already."""

    reports: tuple[Report, ...]
    state: BatchState
    known: Mapping[str, Answer]
    """The answers of account.yaml."""
    earlier: tuple[OpenQuestion, ...]
    """The questions that were answered before, whose answers may be changed."""
    stated: tuple[Confirmation, ...]
    """The confirmations of account.yaml."""
    digests: Mapping[str, str]
    """File -> its digest."""
    undated: tuple[str, ...]
    """The files that don't say when they were made."""
    by: str
    at: datetime

    def question(self, key: str) -> OpenQuestion | None:
        """Return the question with this id or path: an open one, else one that was answered before."""
        found = (*(one for report in self.reports for one in report.questions), *self.earlier)
        return next((one for one in found if key in (one.id, path_of(one), f"answer:{path_of(one)}")), None)


def path_for(key: str, context: Context) -> str:
    """Return the path that a key names: itself, or that of the question with this id."""
    question = context.question(key)
    if question is not None:
        return path_of(question)
    top, colon, rest = key.partition(":")
    if not colon or top not in _IDS:
        return key
    return rest if top == "answer" else ".".join((top, rest.partition(":")[0])) if top != TAKEN_AT else f"{top}.{rest}"


def changes(answers: Mapping[str, object], context: Context) -> list[Change]:
    """Return what the answers change in account.yaml. Raises Rejected for the first that isn't one; then none is saved."""
    if len(answers) > MAX_ENTRIES:
        raise Rejected(f"These are more than {MAX_ENTRIES:,} answers at once. Nothing was saved.")
    return [
        change
        for key, value in answers.items()
        for change in _changes(path_for(key, context), value, context.question(key), context)
    ]


def _changes(path: str, value: object, asked: OpenQuestion | None, context: Context) -> Iterable[Change]:
    top, _, rest = path.partition(".")
    if top == TAKEN_AT:
        return _receipts(rest, value, context)
    if top == "covers":
        return _covers(path, rest, value, asked, context)
    if asked is not None and asked.places:
        return _reply(path, asked, value, context)
    if top == "columns":
        return _column(path, value)
    if top in LISTS:
        return _listed(path, top, value)
    if path in BY_PATH or path in (NAME, FILE_MODE) or any(path.startswith(f"{name}.") for name in MAPS):
        return _answer(path, value, asked, context)
    raise Rejected(f"“{path[:80]}” isn't a question.")


def _text(path: str, value: object) -> str:
    """Return a JSON value as a person would type it. Raises Rejected."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (str, int, Decimal)) and len(str(value)) <= MAX_TEXT and "\0" not in str(value):
        return str(value)
    raise Rejected(f"“{path[:80]}” takes a text of at most {MAX_TEXT} characters, a number, true or false.")


def _reply(path: str, asked: OpenQuestion, value: object, context: Context) -> list[Change]:
    """Return what a reply to an open question changes."""
    question = asked.question
    if question.several and isinstance(value, list):
        chosen = [_text(path, one) for one in value]
        if any(map(is_dont_know, chosen)):
            return []
        replied = {name: answer for reply in question.replies for name, answer in reply.otherwise.items()}
        for label in chosen:
            reply = next((one for one in question.replies if squash(one.label) == squash(label)), None)
            if reply is None and squash(label) != squash(question.none):
                raise Rejected(f"{path}: “{label[:60]}” isn't one of the choices.")
            replied |= reply.answers if reply is not None else {}
        return changes_for(asked, replied, context.at)
    text = _text(path, value)
    if is_dont_know(text):
        return changes_for(asked, {}, context.at, tuple(context.known)) if not asked.places else []
    return changes_for(asked, _parsed(path, asked, text, context), context.at)


def _parsed(path: str, asked: OpenQuestion, text: str, context: Context) -> dict[str, Answer]:
    try:
        return parse_reply(asked.question, text, numbered=False, today=context.at.date())
    except BadReply as error:
        raise Rejected(f"{path}: {error}.") from error


def _answer(path: str, value: object, asked: OpenQuestion | None, context: Context) -> list[Change]:
    """Return what an answer changes: exactly the one setting if it is a value of that, else what the question's choice means."""
    if isinstance(value, list):
        question = asked.question if asked is not None else question_for(path)
        if not question.several:
            raise Rejected(f"“{path}” takes one value.")
        return _reply(path, OpenQuestion(question=question), value, context)
    text = _text(path, value)
    if is_dont_know(text):
        question = asked.question if asked is not None else own_question(path)
        return [
            Change(keys=change.keys, value=UNKNOWN, at=context.at)
            for change in changes_for(OpenQuestion(question=question), dict.fromkeys(question.paths, UNKNOWN), context.at)
        ]
    if any(
        reply.answers.get(path) == text for reply in own_question(path).replies
    ):  # the value itself, as account.yaml has it
        return changes_for(OpenQuestion(question=own_question(path)), {path: text}, context.at)
    choices = [asked.question] if asked is not None and _has_label(asked, text) else []
    failed: BadReply | None = None
    for question in (*choices, own_question(path), question_for(path)):
        try:
            replied = parse_reply(question, text, numbered=False, today=context.at.date())
        except BadReply as error:
            failed = failed or error
        else:
            return changes_for(OpenQuestion(question=question), replied, context.at)
    raise Rejected(f"{path}: {failed}.")


def _has_label(asked: OpenQuestion, text: str) -> bool:
    return any(squash(reply.label) == squash(text) for reply in asked.question.replies)


# -- files


def _covers(path: str, kind: str, value: object, asked: OpenQuestion | None, context: Context) -> Iterator[Change]:
    """Yield what a statement about how much the files have changes."""
    if kind not in KINDS:
        raise Rejected(f"“{kind[:80]}” isn't a kind of record.")
    if isinstance(value, Mapping):
        if set(value) - {"from", "to"} or "from" not in value:
            raise Rejected(f"{path} takes the dates “from” and “to”.")
        days = {"from": value["from"], "to": value.get("to", context.at.date().isoformat())}
        yield from (Change(keys=("covers", kind, name), value=_day(path, day)) for name, day in days.items())
    elif isinstance(value, str) and value in _COVERS:
        files = asked.files if asked is not None and value not in (NONE_THERE, SOME) else ()
        yield Change(keys=("covers", kind), value=value, at=context.at, files=files)
    elif asked is not None:
        yield from _reply(path, asked, value, context)
    elif not is_dont_know(_text(path, value)):
        raise Rejected(f"{path} takes {join_words(_COVERS, 'or')}, or the dates “from” and “to”.")


def _day(path: str, value: object) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError as error:
        raise Rejected(f"{path} needs dates such as 2026-11-20.") from error


def _column(path: str, value: object) -> list[Change]:
    kind, _, name = path.partition(".")[2].rpartition(".")
    if kind not in KINDS or name not in KINDS[kind].fields:
        raise Rejected(f"“{path[:80]}” isn't a field that spreadsheets have.")
    text = _text(path, value)
    return [] if is_dont_know(text) else [Change(keys=("columns", kind, name), value=text)]


def _receipts(name: str, value: object, context: Context) -> list[Change]:
    """Return the receipts of a file, or of all files that don't say when they were made."""
    text = _text(TAKEN_AT, value)
    if is_dont_know(text):
        return []
    if name and name not in context.digests:
        raise Rejected(f"You don't have a file “{name[:80]}”.")
    taken_at = _moment(text, context.at)
    if taken_at - context.at > timedelta(minutes=15):
        raise Rejected("This time is still to come. When did you export the file?")
    files = (name,) if name else context.undated
    return [
        change
        for file in files
        for change in (
            Change(keys=("files", file, "sha256"), value=context.digests[file][:12]),
            Change(keys=("files", file, "takenAt"), value=taken_at.isoformat()),
        )
    ]


def _moment(text: str, at: datetime) -> datetime:
    """Return the time that a person said. A day alone is its beginning, the earliest that it can mean; today is now."""
    try:
        moment = parse_time(text)
    except ValueError:
        try:
            replied = parse_reply(FILES_TAKEN, text, today=at.date())[TAKEN_AT]
        except BadReply as error:
            raise Rejected(f"{error}.") from error
        moment = at if replied == TODAY else replied if isinstance(replied, datetime) else at
    if moment.tzinfo is None and moment.time() == time.min and moment.date() == at.date():
        return at
    return moment if moment.tzinfo else moment.replace(tzinfo=at.tzinfo)


def _listed(path: str, top: str, value: object) -> list[Change]:
    """Return what to add to an answer that is a list, such as the batches that were bypassed."""
    entries = value if isinstance(value, list) else [value]
    return [Change(keys=("settings", top), value=_text(path, one)) for one in entries if not is_dont_know(_text(path, one))]


# -- confirmations


def confirmed(confirmations: Mapping[str, bool], context: Context) -> list[Confirmation]:
    """Return the confirmations that were given. Raises Rejected for the first rule that can't be confirmed; then none is saved."""
    if len(confirmations) > MAX_ENTRIES:
        raise Rejected(f"These are more than {MAX_ENTRIES:,} confirmations at once. Nothing was saved.")
    made = [one for rule, value in confirmations.items() for one in _confirmed(rule.removeprefix("confirm:"), value, context)]
    return list({one.rule: one for one in made}.values())


def _confirmed(rule: str, value: bool, context: Context) -> list[Confirmation]:
    looks = [one for report in context.reports for one in open_confirmations(report.results)]
    found = next((one for one in looks if any(result.rule.id == rule for result in one.rules)), None)
    if found is not None:
        return given(found, value, context.by, context.at, context.state)
    results = {result.rule.id: result for report in context.reports for result in report.results}
    before = next((one for one in context.stated if one.rule == rule), None)
    result = results.get(rule)
    if before is None or result is None or result.confirmed is None:
        raise Rejected(f"{rule[:80]}: {_why_not(result)}")
    facts = {
        one.rule.id
        for one in results.values()
        if one.rule.confirm and result.rule.confirm and one.rule.confirm.fact == result.rule.confirm.fact
    }
    return [replace(one, value=value, by=context.by, at=context.at) for one in context.stated if one.rule in facts]


def _why_not(result: RuleResult | None) -> str:
    if result is None:
        return "the last check didn't include it."
    if result.rule.confirm is None:
        return "this can't be seen on a screen. It needs a file or an answer."
    if result.outcome is Outcome.CANNOT_TELL:
        return "this needs a file first, because your file is incomplete or can't be read."
    return "your files already decide this."
