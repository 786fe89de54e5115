"""Questions for a person: what is asked, what each reply answers, and where the answers go in account.yaml."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec import field

ReplyValue = str | bool | int
"""The value that a reply gives to an answer."""


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """One of the replies to choose from."""

    label: str
    answers: Mapping[str, ReplyValue] = field(default_factory=dict)
    """Path of an answer -> its value."""
    otherwise: Mapping[str, ReplyValue] = field(default_factory=dict)
    """The same if it isn't chosen, where several replies can be."""
    synonyms: tuple[str, ...] = ()
    """What people may type instead of the label."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One question: with replies to choose from, or with the path of an answer in free text."""

    text: str
    explanation: str
    """Why we ask, and where a person finds the answer."""
    replies: tuple[Reply, ...] = ()
    several: bool = False
    """Whether several replies can be chosen, or none of them: boxes to check."""
    none: str = ""
    """What it means to choose none of several, as its label."""
    steps: tuple[str, ...] = ()
    """What to click first, to see the answer."""
    path: str = ""
    only_if: tuple[str, tuple[ReplyValue, ...]] | None = None
    """(path, values): irrelevant if that answer is known and has none of these values."""

    @property
    def paths(self) -> frozenset[str]:
        """Return the paths of all answers that its replies can give."""
        paths = {path for reply in self.replies for path in (*reply.answers, *reply.otherwise)}
        return frozenset(paths | ({self.path} if self.path else set()))


class OpenQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A question to ask now, and what depends on its answer."""

    question: Question
    places: tuple[tuple[str, ...], ...] = ()
    """Where its reply goes in account.yaml, if the question has no answer path of its own."""
    files: tuple[str, ...] = ()
    """The first characters of the SHA-256 digests of the files that the reply is about."""
    table: str = ""
    """The path of the file whose columns it asks about."""
    rules: tuple[str, ...] = ()
    """Ids of the undecided rules that need the answer."""
    hint: str = ""
    """Why it is open, where that says more than that it has no answer."""

    @property
    def id(self) -> str:
        """Return what identifies the question in every check of the account: "answer:customerMapping", "covers:servicetitan.invoice"."""
        if not self.places:
            return f"answer:{min(self.question.paths, default='')}"
        what, *where = self.places[0]
        files = ",".join(self.files)
        return ":".join(filter(None, (what, ".".join(where), files)))


def yes_no_replies(path: str, yes: ReplyValue | None = True, no: ReplyValue | None = False) -> tuple[Reply, ...]:
    """Return the replies yes and no, with the value that each gives to an answer; None gives no value."""
    return Reply(label="yes", answers={} if yes is None else {path: yes}, synonyms=("y", "true")), Reply(
        label="no", answers={} if no is None else {path: no}, synonyms=("n", "false")
    )
