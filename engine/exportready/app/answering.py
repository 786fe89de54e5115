"""Turn answers, as the page and the API give them, into changes of account.yaml. Pure: text and context in, text out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal

from exportready.account.questions import FILES_TAKEN, NAME, TAKEN_AT, OpenQuestion, own_question, question_for
from exportready.account.replies import Answer, BadReply, is_dont_know, parse_reply
from exportready.account.writing import Change, add_confirmations, apply_changes, changes_for
from exportready.app.found_questions import AnswerContext, path_of
from exportready.app.values import Refused
from exportready.kinds import KINDS
from exportready.kinds.account import ALL, BATCH, BY_PATH, DONT_KNOW, FILE_MODE, LISTS, MAPS, NONE_THERE, PART
from exportready.model.evidence import Confirmation
from exportready.model.rules import Type

MAX_TEXT = 500


def with_answers(
    text: str, answers: Mapping[str, object], known: Mapping[str, Answer], context: AnswerContext, at: datetime
) -> str:
    """Return account.yaml with these answers. Raises Refused for the first that isn't one; then none is saved."""
    changes = [change for path, value in answers.items() for change in _changes(path, value, known, context, at)]
    return apply_changes(text, changes) if changes else text


def _changes(path: str, value: object, known: Mapping[str, Answer], context: AnswerContext, at: datetime) -> Iterator[Change]:
    asked = next((one for one in context.open if path_of(one) == path), None)
    said = _as_text(path, value)
    top, _, rest = path.partition(".")
    if top == "covers":
        yield from _covers(asked, rest, value, said, at)
    elif asked is not None and asked.places:
        yield from _reply(path, asked, said, known, at)
    elif top == "columns":
        kind, _, field = rest.rpartition(".")
        if kind not in KINDS or field not in KINDS[kind].fields:
            raise Refused(f"There is no field “{rest}”.")
        yield Change(keys=("columns", kind, field), value=said)
    elif path in LISTS:
        yield from (
            Change(keys=("settings", path), value=_as_text(path, one))
            for one in (value if isinstance(value, list) else [value])
        )
    elif path in BY_PATH or path in (NAME, FILE_MODE, TAKEN_AT) or any(path.startswith(f"{name}.") for name in MAPS):
        yield from _answer(path, asked, said, known, at)
    else:
        raise Refused(f"There is no question “{path}”.")


def _as_text(path: str, value: object) -> str:
    """Return a JSON value as a person would type it. Raises Refused."""
    if value is None:
        return DONT_KNOW
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (str, int, Decimal)) and len(str(value)) <= MAX_TEXT:
        return str(value)
    if path in LISTS or path.startswith("covers."):
        return ""
    raise Refused(f"“{path}” takes a text of at most {MAX_TEXT} characters, a number, true or false.")


def _reply(path: str, asked: OpenQuestion, said: str, known: Mapping[str, Answer], at: datetime) -> list[Change]:
    try:
        return changes_for(asked, parse_reply(asked.question, said, known, numbered=False, today=at.date()), at)
    except BadReply as error:
        raise Refused(f"{path}: {error}.") from error


def _covers(asked: OpenQuestion | None, kind: str, value: object, said: str, at: datetime) -> Iterator[Change]:
    """Yield what a statement about how much the files have changes."""
    if kind not in KINDS:
        raise Refused(f"There is no kind of record “{kind}”.")
    if is_dont_know(said) and not isinstance(value, Mapping):
        return
    if asked is not None and said not in (ALL, BATCH, PART, NONE_THERE) and not isinstance(value, Mapping):
        yield from _reply(f"covers.{kind}", asked, said, {}, at)
        return
    places = asked.places if asked is not None else (("covers", kind),)
    files = asked.files if asked is not None else ()
    if isinstance(value, Mapping):
        for place in places:
            for name in ("from", "to"):
                yield Change(keys=(*place, name), value=_day(f"covers.{kind}", value.get(name, at.date().isoformat())))
        return
    if said not in (ALL, BATCH, PART, NONE_THERE):
        raise Refused(f"covers.{kind} takes all, batch, part, none, or the dates from and to.")
    yield from (Change(keys=place, value=said, at=at, files=files) for place in places)


def _day(path: str, value: object) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError as error:
        raise Refused(f"{path} needs dates such as 2026-11-20.") from error


def _answer(path: str, asked: OpenQuestion | None, said: str, known: Mapping[str, Answer], at: datetime) -> list[Change]:
    """Return what an answer changes: in the words of its own question, else in those of the question that was asked."""
    if is_dont_know(said):
        question = asked.question if asked is not None else own_question(path)
        return changes_for(OpenQuestion(question), {}, at, [path])
    if path == TAKEN_AT:
        return _reply(path, OpenQuestion(FILES_TAKEN, ((TAKEN_AT,),)), said, known, at)
    setting = BY_PATH.get(path)
    if setting is not None and setting.type is Type.YESNO and said.lower() in ("true", "false"):
        said = "yes" if said.lower() == "true" else "no"
    questions = [own_question(path), question_for(path), *([asked.question] if asked is not None else [])]
    for question in questions:
        try:
            return changes_for(OpenQuestion(question), parse_reply(question, said, known, numbered=False, today=at.date()), at)
        except BadReply as error:
            failed = error
    raise Refused(f"{path}: {failed}.")


def with_confirmations(text: str, confirmations: Mapping[str, bool], context: AnswerContext, by: str, at: datetime) -> str:
    """Return account.yaml with these confirmations. Raises Refused for the first rule that can't be confirmed; then none is saved."""
    made = [one for rule, value in confirmations.items() for one in _confirmed(rule, value, context, by, at)]
    return add_confirmations(text, made) if made else text


def _confirmed(rule: str, value: bool, context: AnswerContext, by: str, at: datetime) -> Iterator[Confirmation]:
    before = next((one for one in context.stated if one.rule == rule), None)
    if rule not in context.reasons and before is None:
        raise Refused(f"{rule}: {context.why_not.get(rule, 'There is no such check in this phase.')}")
    for each in context.together.get(rule, (rule,)):
        yield Confirmation(
            rule=each,
            value=value,
            by=by,
            at=at,
            batch=context.state.batch,
            state=context.state.state if each in context.of_batch else "",
            reasons=context.reasons.get(each) or (before.reasons if before is not None else frozenset()),
        )
