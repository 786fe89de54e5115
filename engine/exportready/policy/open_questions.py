"""Find the open questions: about files, about the batch, and answers that are missing or out of date.

Only questions that keep a rule undecided are asked, and never one whose answer is still fresh.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from exportready.account.questions import INTERVIEW, own_question, question_for
from exportready.derive.freshness import ANSWER, stale
from exportready.derive.registry import answers_read
from exportready.kinds import answer_of
from exportready.kinds.account import BY_PATH, FILE_MODE
from exportready.model.evidence import ANSWERS_KIND, Evidence, Unknown
from exportready.model.questions import OpenQuestion, Question
from exportready.model.reasons import Reason
from exportready.model.report import Gap, RuleResult
from exportready.model.rules import ACCOUNT
from exportready.policy.file_questions import bypassed, columns, in_batch, is_open, lists, periods, taken_at


def open_questions(
    results: Sequence[RuleResult], evidence: Evidence, at: datetime, everything: bool = False
) -> list[OpenQuestion]:
    """Return what to ask now, first about files, since their content decides what else is open. `everything`: fresh answers too."""
    about_files = [*lists(results, evidence), *in_batch(results, evidence), *periods(results, evidence)]
    has_new = any(one.files for one in about_files)
    return [
        *columns(results, evidence),
        *about_files,
        *taken_at(results, evidence, has_new),
        *bypassed(results, evidence),
        *answers(results, evidence, at, everything),
    ]


# -- answers


def answers(results: Sequence[RuleResult], evidence: Evidence, at: datetime, everything: bool) -> Iterator[OpenQuestion]:
    """Yield the questions whose answers an undecided rule needs and that aren't fresh; with `everything`, all questions."""
    rules_by_path: dict[str, list[str]] = {}
    hints: dict[str, str] = {}
    for result in filter(is_open, results):
        for gap in result.gaps:
            for path in _paths(gap, evidence):
                rules_by_path.setdefault(path, []).append(result.rule.id)
                if gap.question == path and gap.cause not in (Reason.UNANSWERED, Reason.NOT_SUPPLIED):
                    hints.setdefault(path, gap.reason)
    for path in (FILE_MODE, *BY_PATH) if everything else ():
        rules_by_path.setdefault(path, [])
    found: dict[str, tuple[Question, list[str], str]] = {}
    for path, rules in rules_by_path.items():
        if everything or not is_fresh(path, evidence, at):
            question = question_for(path) if everything else _open_part(path, evidence, at)
            _, needed_by, hint = found.get(question.text, (question, [], ""))
            found[question.text] = (question, [*needed_by, *rules], hint or hints.get(path, ""))
    order = {question.text: number for number, question in enumerate(INTERVIEW)}
    for question, rules, hint in sorted(found.values(), key=lambda one: order.get(one[0].text, len(order))):
        yield OpenQuestion(question=question, rules=_once(rules), hint=hint)


def _once(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))


def _open_part(path: str, evidence: Evidence, at: datetime) -> Question:
    """Return the question to ask for an answer: its own if other answers of the interview's question are still fresh."""
    question = question_for(path)
    is_partly_answered = any(is_fresh(other, evidence, at) for other in question.paths - {path})
    return own_question(path) if is_partly_answered else question


def _paths(gap: Gap, evidence: Evidence) -> Iterator[str]:
    """Yield the paths of the answers that would fill a gap."""
    if gap.kind == ANSWERS_KIND and gap.field in BY_PATH:
        yield gap.field
    elif gap.kind == "quickbooks.Host":
        yield FILE_MODE
    elif gap.kind == ACCOUNT:
        path = answer_of(gap.kind, gap.field)
        yield from (path,) if path else ()
    elif gap.kind == "derived.tax_zone":
        yield from _zones(evidence)
    elif gap.source in (ANSWERS_KIND, ACCOUNT) or (not gap.source and gap.cause in _BY_ANSWERS):
        yield from sorted(answers_read(gap.kind))


_BY_ANSWERS = (Reason.UNANSWERED, Reason.DONT_KNOW, Reason.STALE, Reason.UNDATED)
"""Causes of a gap that an answer may fill. What a file doesn't have, no answer replaces."""


def _zones(evidence: Evidence) -> Iterator[str]:
    """Yield the paths of the tax zones in use whose mapping isn't known."""
    for zone in evidence.dataset("derived.tax_zone").records:
        name = zone.get("zone")
        if isinstance(name, str) and zone.get("inUse") is not False and isinstance(zone.get("item"), Unknown):
            yield f"salesTax.zones.{name}"


def is_fresh(path: str, evidence: Evidence, at: datetime) -> bool:
    """Return whether a question was answered, and the answer isn't out of date."""
    if path == FILE_MODE:
        return False  # it comes from a file; a rule needs the answer only if the file is missing or out of date
    record = next(iter(evidence.dataset(ANSWERS_KIND).records), None)
    if record is None or isinstance(record.get(path), Unknown):
        return False
    setting = BY_PATH.get(path)
    dated = record.notes[path].dated if path in record.notes else None
    return stale(dated, at, setting.stays_fresh if setting else None, ANSWER) is None
