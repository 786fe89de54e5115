"""`init` and `ask`: from questions to account.yaml, answers.csv and the page of files to export."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from exportready.account.questions import INTERVIEW, NAME
from exportready.account.replies import Answer
from exportready.cli.app import INTERRUPTED
from exportready.cli.interview import Answers, End, Talk
from exportready.cli.output import echo, note, write
from exportready.cli.places import ACCOUNT, account_file, answer_folder
from exportready.model.commands import quote, suggest
from exportready.model.display import count
from exportready.model.evidence import Evidence
from exportready.model.questions import OpenQuestion, Question
from exportready.model.report import Report
from exportready.model.rules import Rulebook

if TYPE_CHECKING:
    from exportready.account.writing import Change

ANSWERS, EXPORTS = "answers.csv", "what-to-export.html"

_NOTHING_SAVED = "\nStopped. Nothing was saved."


def begin(folder: Path, by: str, now: datetime, *, blank: bool, spreadsheet: bool) -> None:
    """Ask the questions of the interview, then write all files. Raises click.ClickException, and click.exceptions.Exit after Ctrl-C."""
    from exportready.account.writing import new_file, questionnaire
    from exportready.reporters.exports import exports_page

    made = ANSWERS if spreadsheet else ACCOUNT
    if (folder / EXPORTS).is_symlink():
        raise click.ClickException(f"{folder / EXPORTS} is a link, so it isn't written. Delete it first.")
    for name in (made, ACCOUNT):
        if os.path.lexists(folder / name):
            raise click.ClickException(
                f"{folder / name} already exists. To answer the questions that are still open, run: {suggest('ask', folder)}"
            )
    talk = Talk(now.date(), len(INTERVIEW))
    answers: dict[str, Answer] = {}
    if not blank and not spreadsheet:
        for one in talk.ask_all([OpenQuestion(question=question) for question in INTERVIEW], {}, lambda _: {}):
            answers |= one.answers
    if talk.ended is End.NO_MORE_REPLIES:
        note('No more answers. Unanswered questions are recorded as "don\'t know".')
    if talk.ended is End.INTERRUPTED and not answers:
        note(_NOTHING_SAVED)
        raise click.exceptions.Exit(INTERRUPTED)
    page = exports_page(str(answers.get(NAME, "")), folder.resolve().name)
    text = questionnaire() if spreadsheet else new_file(now, answers, by)
    write([(str(folder / made), text), (str(folder / EXPORTS), page)])
    if talk.ended is End.INTERRUPTED:
        note(
            f"\nStopped. Your answers so far are saved in {folder / ACCOUNT}. To answer the rest, run: {suggest('ask', folder)}"
        )
        raise click.exceptions.Exit(INTERRUPTED)
    where = "this folder" if folder == Path() else f"the folder {quote(str(folder))}"
    filled = f"Fill in {folder / ANSWERS} with Excel.\n" if spreadsheet else ""
    echo(
        f"\nSaved {folder / made} and {folder / EXPORTS}.\n{filled}Open or print {EXPORTS}: it lists the files to export and where to "
        f"click.\nSave those files in {where}. Then run: {suggest('check', folder, '-o', 'html:report.html')}\n",
        to_error=True,
    )


def go_on(folder: Path, rulebook: Rulebook, now: datetime, by: str, *, everything: bool) -> None:
    """Ask what is open until nothing is, saving the answers after each round.

    Raises click.ClickException, and click.exceptions.Exit after Ctrl-C.
    """
    answer_folder(folder)
    talk, saved = Talk(now.date()), False
    try:
        for path, changes in _rounds(talk, folder, rulebook, now, everything):
            if changes:
                _save(path, changes, now)
                saved = True
    except KeyboardInterrupt:
        talk.ended = End.INTERRUPTED
    if talk.ended is None:
        from exportready.cli.confirming import Desk, user_name

        Desk(folder, rulebook, by or user_name(), now).ask((), talk)
    if talk.ended is End.INTERRUPTED:
        stopped = f"\nStopped. Your answers so far are saved. To continue, run: {suggest('ask', folder)}"
        note(stopped if saved else _NOTHING_SAVED)
        raise click.exceptions.Exit(INTERRUPTED)
    note(f"Now run: {suggest('check', folder, '-o', 'html:report.html')}")


def _rounds(
    talk: Talk, folder: Path, rulebook: Rulebook, now: datetime, everything: bool
) -> Iterator[tuple[Path, Sequence[Change]]]:
    """Ask the open questions round by round, and yield the file of answers with the changes that each round makes to it.

    Each round reads the file again, because the answers of one round decide what is open in the next. No question is asked twice.
    """
    from exportready.account.writing import changes_for
    from exportready.check import CheckRequest, examine
    from exportready.evidence.files import NoSnapshot
    from exportready.policy.needed import needed
    from exportready.policy.open_questions import is_fresh, open_questions

    asked: set[object] = set()
    """The texts of the questions that were asked, and the places that their replies go to."""
    while talk.ended is None:
        try:
            done = examine(CheckRequest(snapshot=folder, rulebook=rulebook, at=now))
        except NoSnapshot as error:
            raise click.ClickException(str(error)) from error
        report, evidence = done.report, done.evidence
        path, held = account_file(folder, report), _answers(evidence)
        if not asked:
            _show_unreadable(report)
            _show_problems(report)
        worth_asking = needed(report).questions
        still = [one for one in report.questions if one in worth_asking]
        questions = [
            one
            for one in (open_questions(report.results, evidence, now, everything=True) if everything else still)
            if one.question.text not in asked and not (one.places and asked.issuperset(one.places))
        ]
        if not questions:
            if not talk.number:
                _show_nothing_open(report)
            return
        asked.update(one.question.text for one in questions)
        asked.update(place for one in questions for place in one.places)

        def fresh(question: Question, held: Answers = held, evidence: Evidence = evidence) -> Answers:
            return {name: held[name] for name in question.paths if name in held and is_fresh(name, evidence, now)}

        replies = talk.ask_all(questions, held, fresh)
        yield path, [change for one in replies for change in changes_for(one.asked, one.answers, now, held)]


def _save(path: Path, changes: Sequence[Change], now: datetime) -> None:
    from exportready.account.writing import apply_changes, new_file

    text = path.read_bytes().decode("utf-8-sig") if path.exists() else new_file(now, {})
    write([(str(path), apply_changes(text, changes))])
    note(f"\nSaved your answers in {path}.")


def _show_nothing_open(report: Report) -> None:
    """Say that there is no question to answer, and how many checks need files."""
    unchecked = sum(result.has_unknowns for result in report.results)
    need = "needs" if unchecked == 1 else "need"
    more = f" {count(unchecked, 'check')} still {need} files; the report lists them." if unchecked else ""
    note(f"You have no questions to answer right now.{more}")


_MOST_PROBLEMS = 5


def _show_problems(report: Report) -> None:
    """Say what the files show to be wrong already, before anything is asked: more answers don't change that."""
    from exportready.model.rules import Severity
    from exportready.reporters import view
    from exportready.reporters.problems import title

    failed = view.problems(report, Severity.ERROR)
    for result in failed[:_MOST_PROBLEMS]:
        note(f"To fix: {title(result.rule, result.findings[0])}")
    if len(failed) > _MOST_PROBLEMS:
        note(f"To fix: {len(failed) - _MOST_PROBLEMS:,} more")


def _show_unreadable(report: Report) -> None:
    """Name the files that can't be read: no question is asked about them."""
    for source in report.sources:
        if source.error:
            note(f"Can't read {source.path}: {source.error}")


def _answers(evidence: Evidence) -> dict[str, Answer]:
    """Return the answers so far, out-of-date ones too: a question may depend on them."""
    record = next(iter(evidence.dataset("account.answers").records), None)
    fields = record.fields if record else {}
    return {path: value for path, value in fields.items() if isinstance(value, (str, bool, Decimal, date))}
