"""Turn what a check leaves open, and what was answered before, into the page's questions. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from exportready.account.questions import SINCE, TAKEN_AT, own_question, question_for
from exportready.account.reading import AccountFile
from exportready.account.replies import Answer, describe_answers
from exportready.app import file_words
from exportready.app.saved import Saved
from exportready.app.stored import Last
from exportready.app.values import Answered, Choice, FileWay, Free, Needed, Question
from exportready.kinds.account import BY_PATH, DONT_KNOW, FILE_MODE
from exportready.model import questions as model
from exportready.model.evidence import Unknown, Unset
from exportready.model.questions import OpenQuestion
from exportready.model.report import Report
from exportready.model.rules import Confirm, Type
from exportready.policy.confirmations import OpenConfirmation
from exportready.policy.needed import SECONDS_TO_ANSWER
from exportready.policy.needed import needed as needed_of
from exportready.reporters import needs
from exportready.reporters.office import office_view

UNKNOWN = DONT_KNOW
"""The answer “I don't know”, of every question."""
BYPASSED = "bypassedBatches"
_FILE_MODE_LASTS = timedelta(hours=4)
_MAY_BE_UNDATED = ("spreadsheet", "servicetitan")
"""The readers of files that people are asked about if nothing says when they were made."""
_UNTIL_FILES_CHANGE = "Counts as long as this is the newest file of its kind."
_UNTIL_BATCH_CHANGES = "Counts until the batch changes."
_ALWAYS = "Counts until you change it."


def asked(report: Report) -> tuple[Question, ...]:
    """Return the open questions and confirmations of a check, what decides most checks per minute first."""
    found = needed_of(report)
    undated = tuple(
        source.path
        for source in report.sources
        if source.dated is None and source.records and source.reader in _MAY_BE_UNDATED
    )
    questions = (_question(one, report, undated) for one in found.questions if one.places != ((TAKEN_AT,),) or undated)
    return (*questions, *map(_confirmation, found.looks))


def needed(last: Last, known: AccountFile, saved: Mapping[str, Saved], at: datetime) -> Needed:
    """Return what is still needed: what a check leaves open, without what was answered since.

    `known` is account.yaml as it is now, `saved` are the answers by question.
    """
    report, seen, state = last.report, last.beside.saved, last.beside.state.state
    now_open = {one.id: one for one in asked(report)}
    done, again, fresh, later = list[Question](), list[Question](), list[Question](), list[Question]()
    for id_, question in now_open.items():
        before = saved.get(id_)
        if before is None:
            fresh.append(question)
            continue
        question = msgspec.structs.replace(question, answered=before.answered)
        is_over = _is_over(question, before.answered, known, state, at)
        if before.answered.value == UNKNOWN and not is_over:
            (later if question.rule is not None else done).append(question)
        elif before.number > seen:
            done.append(question)
        else:
            (again if is_over else fresh).append(question)
    stated = [*_stated_answers(known, saved), *_stated_confirmations(report, known)]
    kept = [msgspec.structs.replace(one.question, answered=one.answered) for one in saved.values() if one.question.files]
    listed = {one.id: one for one in (*stated, *kept, *done) if one.id not in now_open or one in done}
    found = needed_of(report)
    return Needed(
        questions=tuple(one for one in fresh if one.rule is None),
        confirmations=tuple(one for one in (*fresh, *later) if one.rule is not None),
        expired=tuple(again),
        answered=tuple(sorted(listed.values(), key=_answered_at, reverse=True)),
        files=tuple(
            FileWay(what=needs.title(one), steps=tuple(filter(None, (one.instruction,))), decides=len(one.needs))
            for one in found.exports
        ),
        integrator=office_view(report).request,
        minutes=minutes_of([*fresh, *later, *again]),
    )


def _is_over(question: Question, answered: Answered, known: AccountFile, state: str, at: datetime) -> bool:
    """Return whether an answer has expired: its time is over, or it was about another batch."""
    if answered.until is not None and answered.until < at:
        return True
    stated = [one.state for one in known.confirmations if one.rule == question.rule and one.state]
    return bool(stated) and state not in stated


def _answered_at(one: Question) -> tuple[bool, float]:
    at = one.answered.at if one.answered else None
    return at is not None, at.timestamp() if at else 0.0


def minutes_of(open_ones: Sequence[Question]) -> int:
    """Return how long a person takes for questions and confirmations, as in every report (policy/needed.py)."""
    seconds = sum(SECONDS_TO_ANSWER for one in open_ones if one.rule is None)
    return -(-seconds // 60) + sum(one.minutes for one in open_ones if one.rule is not None)


# -- one question


def _question(one: OpenQuestion, report: Report, undated: tuple[str, ...]) -> Question:
    asked_ = one.question
    path = path_of(one)
    by_digest = {source.sha256[:12]: source.path for source in report.sources}
    files = tuple(by_digest[digest] for digest in one.files if digest in by_digest)
    if one.places and one.places[0] == (TAKEN_AT,):
        files = undated
    elif one.table:
        files = (one.table,)
    is_about_files = bool(files)
    return Question(
        id=f"answer:{path}" if path.startswith(f"{BYPASSED}.") else one.id,
        path=path,
        text=asked_.text,
        why=" ".join(filter(None, (file_words.sentence(one.hint) if one.hint else "", asked_.explanation))),
        steps=asked_.steps,
        choices=_choices(asked_, several=asked_.several),
        several=asked_.several,
        free=_free(asked_.path) if not asked_.replies else "",
        lasts=_UNTIL_FILES_CHANGE if is_about_files else lasts_words(path),
        decides=len(one.rules),
        files=files,
    )


def _choices(asked_: model.Question, *, several: bool) -> tuple[Choice, ...]:
    if asked_.path == TAKEN_AT:
        return (Choice(value="today", label="Today"), Choice(value="yesterday", label="Yesterday"))
    made = [Choice(value=reply.label, label=_capital(reply.label)) for reply in asked_.replies]
    none = [Choice(value=asked_.none, label=_capital(asked_.none))] if several and asked_.none else []
    return (*made, *none)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


_FREE: Mapping[Type, Free] = {Type.DATE: "date", Type.NUMBER: "number", Type.NAME: "name"}


def _free(path: str) -> Free:
    if path in (SINCE, TAKEN_AT):
        return "date"
    setting = BY_PATH.get(path)
    return "name" if setting is None else _FREE.get(setting.type, "text")


def path_of(one: OpenQuestion) -> str:
    """Return the path that an answer to a question has, as in account.yaml."""
    if not one.places:
        return one.id.partition(":")[2]
    top, *rest = one.places[0]
    if top == "settings":  # the only such question is about one batch, which its replies name
        return ".".join((BYPASSED, *(str(value) for value in one.question.replies[0].answers.values())))
    return ".".join((top, *rest))


def lasts_words(path: str) -> str:
    """Return until when an answer counts, as a sentence."""
    lasts = lasts_of(path)
    return _ALWAYS if lasts is None else f"Counts for {_duration(lasts)}."


def lasts_of(path: str) -> timedelta | None:
    """Return how long an answer counts; None if it doesn't expire by itself."""
    if path == FILE_MODE:
        return _FILE_MODE_LASTS
    ages = [BY_PATH[one].stays_fresh for one in question_for(path).paths if one in BY_PATH] if path in BY_PATH else []
    return min((age for age in ages if age is not None), default=None)


def _duration(lasts: timedelta) -> str:
    hours = int(lasts.total_seconds() // 3600)
    return f"{hours // 24} days" if hours % 24 == 0 and hours > 24 else f"{hours} hours"


def _confirmation(one: OpenConfirmation) -> Question:
    return confirmation_question(one.rules[0].rule.id, one.confirm, len(one.rules), one.minutes)


def confirmation_question(rule: str, confirm: Confirm, decides: int, minutes: int = 0) -> Question:
    """Return the question of one look at a screen. `minutes`: how long it takes with the pending transactions."""
    return Question(
        id=f"confirm:{rule}",
        rule=rule,
        text=confirm.question,
        why=confirm.why,
        steps=confirm.steps,
        choices=(Choice(value="yes", label=confirm.yes), Choice(value="no", label=confirm.no)),
        lasts=_UNTIL_BATCH_CHANGES if confirm.lasts is None else f"Counts for {_duration(confirm.lasts)}.",
        decides=decides,
        minutes=minutes,
    )


# -- what was answered


def _stated_answers(known: AccountFile, saved: Mapping[str, Saved]) -> Iterator[Question]:
    """Yield the answers of account.yaml that the interview or a rule asks for, each with its question."""
    record = known.answers.records[0]
    values: dict[str, Answer] = {
        path: value for path, value in record.fields.items() if not isinstance(value, (Unknown, Unset)) and path in BY_PATH
    }
    by_question: dict[str, tuple[model.Question, dict[str, Answer]]] = {}
    for path, value in values.items():
        question = question_for(path)
        by_question.setdefault(question.text, (question, {}))[1][path] = value
    for question, answers in by_question.values():
        if question.paths != set(answers):  # only a part of what the interview asks: each is a question of its own
            for path, value in answers.items():
                yield _stated(own_question(path), {path: value}, known, saved)
        else:
            yield _stated(question, answers, known, saved)


def _stated(
    question: model.Question, answers: Mapping[str, Answer], known: AccountFile, saved: Mapping[str, Saved]
) -> Question:
    one = OpenQuestion(question=question)
    path = path_of(one)
    notes = known.answers.records[0].notes
    dates = [dated for name in answers if name in notes and (dated := notes[name].dated) is not None]
    at = min(dates, default=None)
    ages = [(notes[name].dated, BY_PATH[name].stays_fresh) for name in answers if name in notes]
    until = min((dated + age for dated, age in ages if dated is not None and age is not None), default=None)
    before = saved.get(one.id)
    by = before.answered.by if before is not None and before.answered.at == at else ""
    value = describe_answers(question, answers)
    return Question(
        id=one.id,
        path=path,
        text=question.text,
        why=question.explanation,
        steps=question.steps,
        choices=_choices(question, several=False),
        free=_free(question.path) if not question.replies else "",
        lasts=lasts_words(path),
        answered=Answered(by=by, at=at, until=until, value=value, label=_capital(value)),
    )


def _stated_confirmations(report: Report, known: AccountFile) -> Iterator[Question]:
    """Yield what people confirmed and what decides a check now, one for each look."""
    stated = {one.rule: one for one in known.confirmations}
    facts = set[str]()
    for result in report.results:
        confirm, confirmed = result.rule.confirm, result.confirmed
        if confirm is None or confirmed is None or confirm.fact in facts or result.rule.id not in stated:
            continue
        facts.add(confirm.fact)
        together = sum(
            other.confirmed is not None and other.rule.confirm is not None and other.rule.confirm.fact == confirm.fact
            for other in report.results
        )
        value = "yes" if stated[result.rule.id].value else "no"
        label = confirm.yes if value == "yes" else confirm.no
        answered = Answered(by=confirmed.by, at=confirmed.at, until=confirmed.until, value=value, label=label)
        yield msgspec.structs.replace(confirmation_question(result.rule.id, confirm, together), answered=answered)
