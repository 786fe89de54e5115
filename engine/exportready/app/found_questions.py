"""Turn what a check leaves open into the page's questions. Runs in the process that checks, since only the evidence shows it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from exportready.account.questions import SINCE, TAKEN_AT, OpenQuestion
from exportready.account.replies import describe_replies
from exportready.app.values import Choice, FileWay, Free, Needed, Question
from exportready.check import Examined
from exportready.kinds.account import BY_PATH
from exportready.model.evidence import Confirmation
from exportready.model.report import Outcome, RuleResult
from exportready.model.rules import Type
from exportready.policy.confirmations import BatchState, OpenConfirmation, batch_state, open_confirmations, reasons
from exportready.policy.open_questions import open_questions
from exportready.reporters.office import office_view
from exportready.schema.times import format_lasts


class AnswerContext(msgspec.Struct, frozen=True, kw_only=True):
    """What saving answers needs to know of the files, so that it doesn't read them again."""

    open: tuple[OpenQuestion, ...]
    state: BatchState
    reasons: dict[str, frozenset[str]]
    """Rule -> the gaps that a confirmation of it decides, for all rules that can be confirmed now."""
    together: dict[str, tuple[str, ...]]
    """Rule -> the rules that the same look decides."""
    of_batch: frozenset[str]
    """The rules whose confirmations expire when the batch changes."""
    why_not: dict[str, str]
    """Rule -> why it can't be confirmed now."""
    stated: tuple[Confirmation, ...]


def context_of(done: Examined, at: datetime) -> AnswerContext:
    """Return what saving answers needs to know."""
    opened = open_confirmations(done.report.results)
    results = [result for one in opened for result in one.rules]
    return AnswerContext(
        open=tuple(open_questions(done.report, done.evidence, at)),
        state=batch_state(done.evidence),
        reasons={result.rule.id: reasons(result) for result in results},
        together={result.rule.id: tuple(other.rule.id for other in one.rules) for one in opened for result in one.rules},
        of_batch=frozenset(
            rule.id for rule in (r.rule for r in done.report.results) if rule.confirm and rule.confirm.lasts is None
        ),
        why_not={
            result.rule.id: _why_not(result)
            for result in done.report.results
            if result.rule.id not in {r.rule.id for r in results}
        },
        stated=done.evidence.confirmations,
    )


def _why_not(result: RuleResult) -> str:
    if result.rule.confirm is None:
        return "Nobody can see this on a screen. It needs a file or an answer."
    if result.outcome is Outcome.CANNOT_TELL:
        return "This needs a file first: what is there is incomplete or can't be read."
    return "Your files already decide this."


def needed_of(done: Examined, at: datetime) -> Needed:
    """Return what is still needed at a moment."""
    questions = tuple(_question(one) for one in open_questions(done.report, done.evidence, at))
    confirmations = tuple(_confirmation(one) for one in open_confirmations(done.report.results))
    office = office_view(done.report)
    return Needed(
        questions=questions,
        confirmations=confirmations,
        files=tuple(
            FileWay(what=supply.title, steps=(supply.instruction,), decides=len(supply.needs)) for supply in office.supply
        ),
        integrator=office.request,
        minutes=sum(one.minutes for one in (*questions, *confirmations)),
    )


def _question(one: OpenQuestion) -> Question:
    asked = one.question
    path = path_of(one)
    return Question(
        id=id_of(path),
        path=path,
        text=asked.text,
        why=asked.explanation,
        steps=asked.steps,
        choices=tuple(Choice(value=reply.label, label=_capital(reply.label)) for reply in asked.replies),
        free=_free(asked.path) if not asked.replies else "",
        lasts=describe_replies(asked) if not asked.replies else "",
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


_FREE: Mapping[Type, Free] = {Type.DATE: "date", Type.NUMBER: "number", Type.NAME: "name"}


def _free(path: str) -> Free:
    if path in (SINCE, TAKEN_AT):
        return "date"
    setting = BY_PATH.get(path)
    if setting is None:
        return "name"
    return _FREE.get(setting.type, "text")


def path_of(one: OpenQuestion) -> str:
    """Return the path that an answer to a question has in the API."""
    if one.places:
        place = one.places[0]
        return ".".join(place[1:] if place[0] == "settings" else place)
    return one.question.path or next(path for reply in one.question.replies for path in (*reply.answers, *reply.same_as))


def id_of(path: str) -> str:
    """Return the question's id for a path."""
    top, _, rest = path.partition(".")
    return f"{top}:{rest}" if top in ("covers", "columns", "takenAt") else f"answer:{path}"


def _confirmation(one: OpenConfirmation) -> Question:
    confirm = one.confirm
    return Question(
        id=f"confirm:{one.rules[0].rule.id}",
        rule=one.rules[0].rule.id,
        text=confirm.question,
        why=confirm.why,
        steps=confirm.steps,
        choices=(Choice(value="yes", label=confirm.yes), Choice(value="no", label=confirm.no)),
        lasts=format_lasts(confirm.lasts),
        decides=len(one.rules),
        minutes=confirm.minutes,
    )
