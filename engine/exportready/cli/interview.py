"""Talks with a person: one question after the other, in a terminal or from piped replies, one reply a line.

Questions and remarks go to standard error; standard output is for results.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

import click

from exportready.account.questions import Question
from exportready.account.replies import Answer, BadReply, describe_replies, parse_reply
from exportready.cli.output import echo
from exportready.kinds.account import DONT_KNOW


class NoMoreReplies(Exception):
    """The input ended; what was not asked stays open."""


class Talk:
    """One conversation. `total` is how many questions there may be; 0 where that shows only on the way."""

    def __init__(self, total: int = 0) -> None:
        self.total = total
        self.asked = 0
        self.typed = sys.stdin is not None and sys.stdin.isatty()

    def ask(
        self, question: Question, known: Mapping[str, Answer], fresh: Mapping[str, Answer] | None = None
    ) -> dict[str, Answer]:
        """Ask a question and return the answers given; none if nobody knows, or `fresh` ones are kept. Raises NoMoreReplies.

        A typed reply that is none of those that there are is asked for again. Piped replies cannot be: the next line
        is meant for the next question, so the conversation ends with what is wrong.
        """
        self.asked += 1
        of = f" of at most {self.total}" if self.total else ""
        self._say(f"\n{self.asked}{of}. {question.text}")
        for number, reply in enumerate(question.replies, 1):
            self._say(f"   {number}  {reply.label}")
        if not question.replies:
            self._say(f"   ({describe_replies(question)})")
        kept = ", ".join(f"{path} {_shown(value)}" for path, value in sorted((fresh or {}).items()))
        self._say(f"   Enter alone: keep {kept}" if kept else f"   Enter alone: {DONT_KNOW}")
        while True:
            try:
                return parse_reply(question, self._reply(), known)
            except BadReply as error:
                if not self.typed:
                    where = f"the reply to question {self.asked}, «{question.text}»"
                    raise click.ClickException(f"{where}: {error}. Nothing of this round was written") from error
                self._say(f"   {error}")

    def _reply(self) -> str:
        click.echo("   > ", nl=False, err=True)
        line = sys.stdin.readline() if sys.stdin is not None else ""
        if not line:
            self._say("")
            raise NoMoreReplies
        if not self.typed:
            self._say(line.strip())
        return line.strip()

    def _say(self, text: str) -> None:
        echo(text + "\n", to_error=True)


def _shown(value: Answer) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)
