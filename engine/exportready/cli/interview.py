"""Talks with a person: one question after the other, in a terminal or with piped replies, one reply per line.

Questions and messages go to standard error; standard output is for results.
"""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import Enum

import click
import msgspec

from exportready.account.replies import Answer, BadReply, describe_answers, describe_replies, is_irrelevant, parse_reply
from exportready.cli.output import echo
from exportready.kinds.account import DONT_KNOW
from exportready.model.questions import OpenQuestion, Question

EXPLAIN, BACK = "?", "back"
"""Replies that answer nothing: explain the question, or return to the previous one."""

_MIN_WIDTH = 40
_STRAIGHT = str.maketrans("\u201c\u201d\u2018\u2019", "\"\"''")
"""Straight quotes for consoles that can't show curly ones."""

Answers = Mapping[str, Answer]


class End(Enum):
    """Why a conversation ended before its last question."""

    NO_MORE_REPLIES = "no_more_replies"
    INTERRUPTED = "interrupted"


class Replied(msgspec.Struct, frozen=True):
    """A question that was answered, with the answers that its reply gives: none if the person doesn't know."""

    asked: OpenQuestion
    answers: Answers


class _NoMoreReplies(Exception):
    """The input ended."""


class _GoBack(Exception):
    """The person wants to return to the previous question."""


class _Step(msgspec.Struct, frozen=True):
    """A question that was asked: its position, what was known before it, and the reply; None if an earlier answer is kept."""

    position: int
    known: Answers
    answers: Answers | None


class Talk:
    """One conversation. `total` is the maximum number of questions; 0 if it isn't known. `today` is the day that dates refer to."""

    def __init__(self, today: date, total: int = 0) -> None:
        self.today = today
        self.total = total
        self.number = 0
        """Number of the question that was asked last."""
        self.what, self.or_fewer = "Question", " (or fewer)"
        """What they are called, and what follows their number: an answer may make later questions pointless."""
        self.ended: End | None = None
        """Why the conversation ended early; None if it did not."""
        self._is_explained = False
        self.is_typed = sys.stdin is not None and sys.stdin.isatty()

    def turn_to(self, what: str, total: int) -> None:
        """Go on with something else than questions, and count from 1 again."""
        self.what, self.or_fewer, self.total, self.number = what, "", total, 0

    def ask_all(
        self, questions: Sequence[OpenQuestion], known: Answers, fresh: Callable[[Question], Answers]
    ) -> list[Replied]:
        """Ask the questions in turn and return those with a new reply. An end of the conversation is noted in `ended`.

        `known` are the answers so far, which may make a question irrelevant; `fresh` returns the answers to a question that the
        person may keep. Raises click.ClickException for a piped reply that doesn't fit.
        """
        steps: list[_Step] = []
        earlier: dict[int, Answers] = {}
        position = 0
        while position < len(questions):
            one = questions[position]
            if is_irrelevant(one.question, known):
                position += 1
                continue
            try:
                answers = self._ask(one, known, earlier.get(position) or fresh(one.question), is_first=not steps)
            except _GoBack:
                step = steps.pop()
                position, known = step.position, step.known
                earlier |= {position: step.answers} if step.answers else {}
                continue
            except _NoMoreReplies:
                self.ended = End.NO_MORE_REPLIES
                break
            except KeyboardInterrupt:
                self.ended = End.INTERRUPTED
                break
            if answers is None:
                answers = earlier.get(position)
            steps.append(_Step(position, known, answers))
            known = known if one.places else {**known, **(answers or {})}
            position += 1
        return [Replied(questions[step.position], step.answers) for step in steps if step.answers is not None]

    def _ask(self, one: OpenQuestion, known: Answers, kept: Answers, is_first: bool) -> Answers | None:
        """Ask a question and return the answers given: none if the person doesn't know, None if `kept` is kept.

        After a typed reply that doesn't fit, the question is asked again. After a piped one the conversation ends, because the
        next line is the reply to the next question.
        """
        question = one.question
        if not self._is_explained:
            self._is_explained = True
            self._say(
                f"Type your answer, or the number of a choice. Type {EXPLAIN} to see why we ask and where to look, "
                f"or {BACK} to return to the previous question."
            )
        self.number += 1
        of = f" of {self.total}{self.or_fewer}" if self.total else ""
        self._say("")
        self._say(f"{self.what} {self.number}{of}: {question.text}")
        if one.hint:
            self._say(f"{one.hint[0].upper()}{one.hint[1:]}.", bullet="   ")
        for step in question.steps:
            self._say(step, bullet="   - ")
        for number, reply in enumerate(question.replies, 1):
            self._say(reply.label, bullet=f"   {number}  ")
        if question.several:
            self._say(question.none, bullet="   0  ")
            self._say("Type the numbers of all that apply, such as 1 or 1, 2.", bullet="   ")
        if not question.replies:
            self._say(f"Type {describe_replies(question)}.", bullet="   ")
        shown = describe_answers(question, kept)
        self._say(f"Press Enter to keep: {shown}" if shown else f"Press Enter if you {DONT_KNOW}.", bullet="   ")
        while True:
            text = self._reply()
            if text == EXPLAIN:
                self._say(question.explanation, bullet="   ")
            elif text.casefold() == BACK and is_first:
                self._say("There is no earlier question to go back to.", bullet="   ")
            elif text.casefold() == BACK:
                self.number -= 2
                raise _GoBack
            elif not text and kept:
                return None
            else:
                try:
                    return parse_reply(question, text, today=self.today)
                except BadReply as error:
                    if not self.is_typed:
                        where = f'{self.what} {self.number}, "{question.text}"'
                        raise click.ClickException(f"{where}: {error}. Answers that weren't saved yet are lost") from error
                    self._say(f"{error}.", bullet="   ")

    def _reply(self) -> str:
        echo("   > ", to_error=True)
        line = sys.stdin.readline() if sys.stdin is not None else ""
        if not line:
            self._say("")
            raise _NoMoreReplies
        if not self.is_typed:
            self._say(line.strip())
        return line.strip()

    def _say(self, text: str, bullet: str = "") -> None:
        """Print a paragraph. In a terminal it is wrapped between words, with the other lines indented as far as its bullet."""
        encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
        shown = bullet + text
        if shown.encode(encoding, errors="replace").decode(encoding, errors="replace") != shown:
            shown = shown.translate(_STRAIGHT)
        if sys.stderr is not None and sys.stderr.isatty() and text:
            shown = textwrap.fill(
                shown,
                max(_MIN_WIDTH, shutil.get_terminal_size().columns - 1),
                subsequent_indent=" " * len(bullet),
                break_long_words=False,
                break_on_hyphens=False,
            )
        echo(shown + "\n", to_error=True)
