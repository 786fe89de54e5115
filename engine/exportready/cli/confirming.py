"""Asks a person to confirm what the files can't decide, and saves the answers in account.yaml."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from exportready.account.writing import add_confirmations, new_file, without_confirmations
from exportready.check import CheckRequest, Examined, examine
from exportready.cli.app import INTERRUPTED
from exportready.cli.interview import End, Talk
from exportready.cli.output import echo, echo_json, note, write
from exportready.cli.places import account_file, answer_folder
from exportready.evidence.files import NoSnapshot
from exportready.model.commands import suggest
from exportready.model.display import count
from exportready.model.evidence import Confirmation
from exportready.model.questions import OpenQuestion, Question, Reply
from exportready.model.report import Outcome, RuleResult
from exportready.model.rules import Rulebook
from exportready.policy.confirmations import BatchState, OpenConfirmation, batch_state, given, open_confirmations
from exportready.policy.needed import needed
from exportready.reporters import words
from exportready.reporters.text import clean
from exportready.results.write import confirm_json
from exportready.schema.shapes import did_you_mean

_ANSWER = "confirm"


def user_name() -> str:
    """Return the name of the person at this computer, as the system has it."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "the person at this computer"


class Desk:
    """The confirmations of one folder, at one moment, by one person."""

    def __init__(self, folder: Path, book: Rulebook, by: str, at: datetime) -> None:
        self.folder = answer_folder(folder)
        self.book = book
        self.by = by
        self.at = at

    def check_ids(self, rules: Sequence[str]) -> None:
        """Raise click.UsageError for the id of an unknown rule, or of a rule that no person can decide."""
        by_id = {rule.id: rule for rule in self.book.rules}
        for id_ in rules:
            if id_ not in by_id:
                near = did_you_mean(id_, by_id)
                raise click.UsageError(f"rule '{id_}' not found{near or '; to list all rules, run: exportready rules list'}")
            if by_id[id_].confirm is None:
                raise click.UsageError(f"{id_} can't be confirmed by looking at a screen. It needs a file or an answer.")

    def _examine(self) -> tuple[Examined, Path]:
        """Check the folder, and return its file of answers too. Raises click.ClickException if that has mistakes: before anyone answers."""
        try:
            done = examine(CheckRequest(snapshot=self.folder, rulebook=self.book, at=self.at))
        except NoSnapshot as error:
            raise click.ClickException(str(error)) from error
        return done, account_file(self.folder, done.report)

    def show(self, rules: Sequence[str], *, as_json: bool) -> None:
        """Print what can be confirmed now, with the clicks."""
        done, _ = self._examine()
        found = _chosen(open_confirmations(done.report.results, done.report.batches), rules)
        if as_json:
            echo_json({"format": "exportready/confirmations@1", "confirmations": [_as_json(one) for one in found]})
            return
        for one in found:
            echo(f"{_described(one)}\n  {', '.join(result.rule.id for result in one.rules)}\n\n")
        if not found:
            note("There is nothing to confirm right now.")

    def ask(self, rules: Sequence[str], talk: Talk | None = None) -> None:
        """Ask for everything that is open, and save what was answered. `talk`: continue this conversation.

        Raises click.ClickException, and click.exceptions.Exit after Ctrl-C.
        """
        done, path = self._examine()
        found = _chosen(open_confirmations(done.report.results, done.report.batches), rules)
        if not found:
            if talk is None:
                self._say_why(done, rules)
            return
        questions = len(needed(done.report).questions)
        if talk is None and not rules and questions:
            note(
                f"Answer {count(questions, 'question')} first, with: {suggest('ask', self.folder)}. "
                "Then you may have less to confirm."
            )
        talk = talk or Talk(self.at.date())
        talk.turn_to("Confirmation", len(found))
        minutes = -(-sum(one.seconds for one in found) // 60)
        note(f"\n{words.confirm_yourself(len(found), minutes)}. {words.CONFIRM_YOURSELF_INTRO}")
        by_text = {one.confirm.question: one for one in found}
        replies = talk.ask_all(list(map(_asked, found)), {}, lambda _: {})
        state = batch_state(done.evidence)
        made = [
            confirmation
            for reply in replies
            if isinstance(answer := reply.answers.get(_ANSWER), bool)
            for confirmation in given(by_text[reply.asked.question.text], answer, self.by, self.at, state)
        ]
        self._write(path, made, f"{count(len(made), 'check')} confirmed")
        if talk.ended is End.INTERRUPTED:
            note(f"\nStopped. To continue, run: {suggest('confirm', self.folder)}")
            raise click.exceptions.Exit(INTERRUPTED)

    def save(self, rules: Sequence[str], *, value: bool) -> None:
        """Save one answer for each of these rules that is open, and say why for the others."""
        done, path = self._examine()
        found = _chosen(open_confirmations(done.report.results, done.report.batches), rules)
        state: BatchState = batch_state(done.evidence)
        made = [confirmation for one in found for confirmation in given(one, value, self.by, self.at, state)]
        self._write(path, made, ", ".join(one.rule for one in made))
        others = [id_ for id_ in rules if not _chosen(found, [id_])]
        if others:
            self._say_why(done, others)

    def withdraw(self, rules: Sequence[str]) -> None:
        """Remove the confirmations of these rules, and of the rules that the same look decided."""
        done, path = self._examine()
        facts = {rule.confirm.fact for rule in self.book.rules if rule.id in rules and rule.confirm}
        ids = [rule.id for rule in self.book.rules if rule.confirm and rule.confirm.fact in facts]
        stated = {one.rule for one in done.evidence.confirmations}
        if stated.isdisjoint(ids):
            note("Nothing was confirmed for this check, so there is nothing to withdraw.")
            return
        write([(str(path), without_confirmations(_text(path, self.at), ids))])
        note(f"Withdrawn in {path}: {', '.join(id_ for id_ in ids if id_ in stated)}")

    def _write(self, path: Path, made: Sequence[Confirmation], what: str) -> None:
        if made:
            write([(str(path), add_confirmations(_text(path, self.at), made))])
            note(f"Saved in {path}: {what}.")

    def _say_why(self, done: Examined, rules: Sequence[str]) -> None:
        """Say why there is nothing to confirm about rules."""
        by_id = {result.rule.id: result for result in done.report.results}
        for id_ in rules:
            note(f"{id_}: {_why_not(by_id.get(id_))}. Nothing was saved for it.")
        if not rules:
            unchecked = sum(result.has_unknowns for result in done.report.results)
            more = (
                f" {count(unchecked, 'check')} can't be decided by looking; the report says what they need."
                if unchecked
                else ""
            )
            note(f"There is nothing to confirm right now.{more}")


def _why_not(result: RuleResult | None) -> str:
    """Return why a person can't decide a rule now."""
    if result is None:
        return "this check belongs to the other phase of the export"
    if result.confirmed is not None:
        return f"already {result.reason}. To change that, withdraw it first"
    if result.outcome is Outcome.CANNOT_TELL:
        return f"it can't be confirmed, because {result.reason}"
    return f"your files already decide this check ({words.OUTCOMES[result.outcome].lower()})"


def _chosen(found: Sequence[OpenConfirmation], rules: Sequence[str]) -> list[OpenConfirmation]:
    """Return the open confirmations that decide one of these rules; all, if none is named."""
    return [one for one in found if not rules or any(result.rule.id in rules for result in one.rules)]


def _asked(one: OpenConfirmation) -> OpenQuestion:
    """Return the question of a look."""
    confirm = one.confirm
    replies = (
        Reply(label=confirm.yes, answers={_ANSWER: True}, synonyms=("yes", "y")),
        Reply(label=confirm.no, answers={_ANSWER: False}, synonyms=("no", "n")),
    )
    question = Question(
        text=confirm.question, explanation=confirm.why or confirm.question, replies=replies, steps=confirm.steps
    )
    return OpenQuestion(question=question, hint=words.duration(one.minutes))


def _described(one: OpenConfirmation) -> str:
    confirm = one.confirm
    steps = "".join(f"\n  {number}. {clean(step)}" for number, step in enumerate(confirm.steps, 1))
    return f"{clean(confirm.question)} ({words.duration(one.minutes)}){steps}"


def _as_json(one: OpenConfirmation) -> dict[str, object]:
    return {"rules": [result.rule.id for result in one.rules], **(confirm_json(one.confirm) or {})}


def _text(path: Path, at: datetime) -> str:
    return path.read_bytes().decode("utf-8-sig") if path.exists() else new_file(at, {})
