"""`init` and `ask`: from questions to account.yaml, answers.csv and the page of exports."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import click

from exportready.account.questions import INTERVIEW, NAME
from exportready.account.reading import READER
from exportready.account.replies import Answer, is_irrelevant
from exportready.cli.interview import NoMoreReplies, Talk
from exportready.cli.output import write
from exportready.model.evidence import Evidence
from exportready.model.report import Report
from exportready.model.rules import Rulebook

ACCOUNT, ANSWERS, EXPORTS = "account.yaml", "answers.csv", "what-to-export.html"


def begin(folder: Path, by: str, now: datetime, *, blank: bool, spreadsheet: bool) -> None:
    """Ask the dozen, then write everything at once. Raises click.ClickException."""
    from exportready.account.writing import new_file, questionnaire
    from exportready.reporters.exports import exports_page

    made = ANSWERS if spreadsheet else ACCOUNT
    for name in (made, ACCOUNT):
        if (folder / name).exists():
            raise click.ClickException(f"{folder / name} is already there; exportready ask {folder} asks what is open in it")
    answers = {} if blank or spreadsheet else _dozen()
    page = exports_page(str(answers.get(NAME, "")), folder.resolve().name)
    text = questionnaire() if spreadsheet else new_file(now, answers, by)
    write([(str(folder / made), text), (str(folder / EXPORTS), page)])
    filled = f"Fill in {folder / ANSWERS} with Excel. " if spreadsheet else ""
    click.echo(
        f"\nWrote {folder / made} and {folder / EXPORTS}. {filled}Open or print the second: it says which files to export, and "
        f"where to click.\nSave them into {folder}, then run: exportready check {folder} -o html:report.html",
        err=True,
    )


def _dozen() -> dict[str, Answer]:
    talk, known = Talk(len(INTERVIEW)), dict[str, Answer]()
    try:
        for question in INTERVIEW:
            if not is_irrelevant(question, known):
                known |= talk.ask(question, known)
    except NoMoreReplies:
        click.echo("The replies end here; what was not asked counts as not known.", err=True)
    return known


def go_on(folder: Path, rulebook: Rulebook, now: datetime, *, everything: bool) -> None:
    """Ask what is open until nothing is, writing after each round. Raises click.ClickException."""
    from exportready.account.writing import apply_changes, changes_for, new_file
    from exportready.check import CheckRequest, examine
    from exportready.evidence.files import NoSnapshot
    from exportready.policy.open_questions import is_fresh, open_questions

    if not folder.is_dir():
        zipped = "; unpack it first, so that account.yaml can be written" if folder.is_file() else ""
        raise click.ClickException(f"{folder} is no folder{zipped}")
    talk, asked, ended = Talk(), set[str](), False
    while not ended:
        try:
            done = examine(CheckRequest(snapshot=folder, rulebook=rulebook, at=now))
            report, evidence = done.report, done.evidence
        except NoSnapshot as error:
            raise click.ClickException(str(error)) from error
        path = _account_file(folder, report)
        held = _answers(evidence)
        if not talk.asked:
            _tell_broken(report)
        questions = [one for one in open_questions(report, evidence, now, everything) if one.question.text not in asked]
        made = []
        for one in questions:
            asked.add(one.question.text)
            if is_irrelevant(one.question, held):
                continue
            fresh = {name: held[name] for name in one.question.paths if name in held and is_fresh(name, evidence, now)}
            try:
                replied = talk.ask(one.question, held, fresh)
            except NoMoreReplies:
                ended = True
                break
            if replied or not fresh:
                made += changes_for(one, replied, now, held)
            held |= {} if one.places else replied
        if made:
            text = path.read_bytes().decode("utf-8-sig") if path.exists() else new_file(now, {})
            write([(str(path), apply_changes(text, made))])
            click.echo(f"\nWrote {path}.", err=True)
        ended = ended or not questions
    told = "" if talk.asked else "There is nothing that you can answer now. "
    untold = sum(result.has_unknowns for result in report.results)
    if untold and not talk.asked:
        told += f"{untold} practices still need files; the report says which. "
    click.echo(f"{told}Now run: exportready check {folder} -o html:report.html", err=True)


def _tell_broken(report: Report) -> None:
    """Name the files that can't be read: what they may say isn't asked for."""
    for source in report.sources:
        if source.error:
            click.echo(f"{source.path} could not be read: {source.error}", err=True)


def _account_file(folder: Path, report: Report) -> Path:
    """Return the file of answers that counts; account.yaml where there is none. Raises click.ClickException if it has mistakes."""
    for source in report.sources:
        if source.error and source.is_answers:
            line = f":{source.error_line}" if source.error_line else ""
            raise click.ClickException(f"{folder / source.path}{line}: {source.error}; mend it first")
    return folder / next((source.path for source in report.sources if source.reader == READER), ACCOUNT)


def _answers(evidence: Evidence) -> dict[str, Answer]:
    """Return the answers so far, out-of-date ones too: a question may depend on them."""
    record = next(iter(evidence.dataset("account.answers").records), None)
    fields = record.fields if record else {}
    return {path: value for path, value in fields.items() if isinstance(value, (str, bool, Decimal, date))}
