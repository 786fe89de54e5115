"""What we still need: questions and confirmations, one at a time or all, and what was answered."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.responses import Response

from exportready.app import asking, files, notes, questions
from exportready.app.pages import sentences
from exportready.app.pages.answers import all_of, form_values, is_yes, seen, value_of
from exportready.app.pages.visit import Visit, does, shows, text_of
from exportready.app.pages.ways import ways_values
from exportready.app.values import Question, Rejected

_AT_ONCE = 2
"""Cards that are shown at a time: the one to answer, and the next."""


def _needed(visit: Visit) -> Response:
    needed, noted = visit.needed(visit.phase()), visit.notes()
    open_questions = _in_order(needed.questions, noted)
    confirmations = _in_order(needed.confirmations, noted)
    everything = [*open_questions, *confirmations]
    wants_all = bool(visit.request.query_params.get("all"))
    changing = next(
        (one for one in (*needed.answered, *needed.expired) if one.id == visit.request.query_params.get("change")), None
    )
    shown = [] if changing else everything if wants_all else everything[:_AT_ONCE]
    done = [sum(bool(one.rule) is is_confirmation for one in needed.answered) for is_confirmation in (False, True)]
    return visit.render(
        "needed",
        "What we still need",
        "needed",
        cards=[
            (one, number + 1 + done[bool(one.rule)], len(some) + done[bool(one.rule)])
            for some in (open_questions, confirmations)
            for number, one in enumerate(some)
            if one in shown
        ],
        changing=changing,
        left=len(everything),
        more=len(everything) > len(shown) and not changing,
        all=wants_all,
        heading=sentences.left(len(everything), asking.minutes_of(everything)),
        asked=[(one, noted.asked[one.id]) for one in (*needed.questions, *needed.confirmations) if one.id in noted.asked],
        error=visit.said("error"),
        **form_values(visit),
        **ways_values(visit, has_files=visit.has_files(), on_needed=True),
    )


def _in_order(some: Sequence[Question], noted: notes.Notes) -> list[Question]:
    """Return the open questions: first those that no one put off, without those that someone else was asked."""
    later = {id_: number for number, id_ in enumerate(noted.later, 1)}
    return sorted((one for one in some if one.id not in noted.asked), key=lambda one: later.get(one.id, 0))


def _answer(visit: Visit, form: FormData) -> Response:
    """Save one answer or confirmation, and go to the next card."""
    phase = visit.phase()
    asked = {one.question.id: one.question for one in files.cards(visit.home, visit.id) if one.question}
    question = {**asked, **all_of(visit.needed(phase))}.get(text_of(form, "question"))
    if question is None:
        return _next(visit, form, error="This was answered in another window, or isn't asked any more.")
    if text_of(form, "seen") != seen(question) and question.answered:
        said = sentences.saved_elsewhere(question.answered, visit.now)
        return visit.to(f"needed?change={quote(question.id)}#{text_of(form, 'at')}", error=said)
    if text_of(form, "later") or (question.rule and text_of(form, "unknown")):
        notes.put_off(visit.home, visit.id, question.id)
        return _next(visit, form)
    if text_of(form, "by"):
        notes.set_person(visit.home, text_of(form, "by"))
    try:
        _save(visit, question, form)
    except Rejected as error:
        return visit.to(_address(visit, form, question.id), error=str(error))
    notes.ask(visit.home, visit.id, question.id, None)
    visit.start_check(phase)
    return _next(visit, form)


def _save(visit: Visit, question: Question, form: FormData) -> None:
    by = notes.person(visit.home)
    if question.rule:
        if not by:
            raise Rejected("Enter your name first. It goes on the report.")
        yes = question.answered is not None if text_of(form, "still") else is_yes(question, form)
        questions.save(visit.home, visit.id, {}, {question.rule: yes}, by, visit.now)
    else:
        questions.save(visit.home, visit.id, {question.id: value_of(question, form)}, {}, by or "You", visit.now)


def _asked(visit: Visit, form: FormData) -> Response:
    """Note that someone else was asked, or that the reply is here."""
    id_ = text_of(form, "question")
    if id_ not in all_of(visit.needed(visit.phase())):
        return _next(visit, form)
    notes.ask(visit.home, visit.id, id_, None if text_of(form, "reply") else visit.now)
    return visit.to(_address(visit, form, id_)) if text_of(form, "reply") else _next(visit, form)


def _next(visit: Visit, form: FormData, error: str = "") -> Response:
    """Return to the screen that the form is on, at the next card."""
    said = {"error": error} if error else {}
    return visit.to(_address(visit, form), **said)


def _address(visit: Visit, form: FormData, question: str = "") -> str:
    if text_of(form, "back") == "files":
        return f"files#{text_of(form, 'at')}"
    asked = visit.request.query_params
    query = "&".join(f"{name}={asked[name]}" for name in ("phase",) if asked.get(name) in ("before-export", "after-export"))
    mark = f"?{query}" if query else ""
    if question:
        return f"needed{mark}#{text_of(form, 'at')}"
    return f"needed{mark}#next"


ROUTES = [
    shows("/c/{company}/needed", _needed),
    does("/c/{company}/answers", _answer),
    does("/c/{company}/asked", _asked),
]
